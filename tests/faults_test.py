#!/usr/bin/python3
"""Workers that lie, shout and leave things behind; outputs that take nothing; ends in mid-run: the
table of docs/reliability.md, row by row."""

import json
import os
import pathlib
import signal
import subprocess
import time
import unittest

from concbench import CONCBENCH, HERE, ROOT, InFolder, concbench, run_json
from process_tree import descendants

FAKE = os.path.join(HERE, "fake_worker.py")
GOOD = f"{ROOT}/tests/data/result.json"
SHORT = ("--processes=1", "--repetitions=1", "--min-time=0.001", "--cores=1")
CONTROLS = [chr(code) for code in (*range(9), *range(11, 32), 127, *range(128, 160))]
LONG = 2 ** 53 + 1


def fake(*words, name=""):
    quoted = [f"'{word}'" if {",", '"'} & set(word) else word for word in words]
    return f"--model={name and name + '='}exec:{' '.join((FAKE, *quoted))}"


def start(*arguments, **options):
    return subprocess.Popen([CONCBENCH, *arguments], stdin=subprocess.DEVNULL, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


class Lies(InFolder):
    """A field out of its bounds is refused by name, and the file can be read whatever was told."""

    def told(self, message, lies):
        """Runs a liar for each field and value beside an honest one: its cell."""
        pairs = [(field, value) for field, values in lies.items() for value in values]
        liars = [fake("lies", json.dumps({message: {field: value}}, separators=(",", ":")),
                      name=f"liar-{number}") for number, (field, value) in enumerate(pairs)]
        done = concbench("run", *liars, fake("honest", name="honest"), "--workload=spawn", *SHORT, "--timeout=5",
                         f"--out={self.out}")
        *cells, honest = json.loads(self.out.read_text("utf-8"))["concbench"]["cells"]
        self.assertEqual(honest["status"], "ok", honest["reason"])
        self.assertEqual(len(cells), len(pairs), done.stderr)
        read = concbench("export", str(self.out), "--format=csv")
        self.assertEqual(read.returncode, 0, read.stderr)
        return [(field, value, cell) for (field, value), cell in zip(pairs, cells)]

    def refused(self, message, lies, status="failed", words=None):
        for field, value, cell in self.told(message, lies):
            with self.subTest(field=field, value=str(value)[:80]):
                self.assertEqual(cell["status"], status, cell["reason"])
                self.assertIsNone(cell["summary"])
                self.assertRegex(cell["reason"], (words or {}).get(field, field))

    def test_of_a_sample(self):
        one = {"cpu": 0, "observed": [], "migrations": 0}
        self.refused("sample", {
            "wall_ns": (-1, 0, LONG, 2 ** 64, 1.5, "1", None), "cpu_ns": (-1, LONG, "1"),
            "ops": (-1, LONG, None), "voluntary": (-1, LONG), "involuntary": (-1, LONG),
            "iterations": (-1, LONG), "answer": ("", "-1", "1e3", "\x1b[31m", 7, "9" * 21),
            "measures": ([], {"peak_live": LONG}, {"peak_live": "1"}),
            "latency": ({}, [[1, -1]], [[1, LONG]], [[10 ** 6, 1]], [[1]]),
            "workers": ("all", {}, [{}], [one | {"cpu": -2}], [one | {"cpu": 10 ** 6}],
                        [one | {"observed": [-1]}], [one | {"observed": [1, 0]}],
                        [one | {"migrations": -1}], [one | {"migrations": LONG}], [one] * 1000),
        }, words={"wall_ns": "wall_ns|took 0 ns", "workers": "workers|cpu"})

    def test_of_opened_and_closed(self):
        self.refused("opened", {"cold_start_ns": (-1, LONG, "soon")})
        self.refused("closed", {"children_peak_rss_bytes": (-1, LONG),
                                "notes": ("none", {"mood": 1})})

    def test_of_a_hello(self):
        for field, value in (("workloads", "spawn"), ("workloads", {"spawn": 1}),
                             ("workloads", [1]), ("refuses", ["fib"]), ("refuses", {"fib": 1}),
                             ("protocol", 2), ("protocol", "1"), ("model", 1), ("build", {})):
            with self.subTest(field=field, value=value):
                lie = json.dumps({"hello": {field: value}}, separators=(",", ":"))
                done = concbench("run", fake("lies", lie), "--workload=spawn", *SHORT)
                self.assertEqual(done.returncode, 5, done.stderr)
                self.assertIn(field, done.stderr)


class Escapes(InFolder):
    """Nothing that a worker or a file says reaches a terminal, a CSV or a log as a command."""

    def assert_inert(self, text):
        self.assertEqual([c for c in CONTROLS if c in text.replace("\r\n", "\n")], [], repr(text))
        for line in text.splitlines():
            self.assertFalse(line.lstrip().startswith("::"), repr(line))
            self.assertNotIn("##[", line)

    def test_of_a_worker(self):
        lie = json.dumps({"closed": {"notes": {"\x1b[1mmood": "\x9b31m ::error::x ##[error]y"}}},
                         separators=(",", ":")).replace(" ", "\\u0020")
        for mode in (("escapes",), ("lies", lie)):
            done = concbench("run", fake(*mode), "--workload=spawn", *SHORT, f"--out={self.out}")
            self.assert_inert(done.stdout)
            self.assert_inert(done.stderr)
            for form in ("csv", "markdown", "junit", "github-action"):
                self.assert_inert(concbench("export", str(self.out), f"--format={form}").stdout)
        self.assertIn("mood", self.out.read_text("utf-8"))

    def test_of_a_file(self):
        document = json.loads(pathlib.Path(GOOD).read_text("utf-8"))
        hostile = "\x1b[2J\x07::error::<script>|`x` =1+1 ##[error]"
        for cell in document["concbench"]["cells"]:
            cell["warnings"] = [hostile]
            if cell["status"] != "ok":
                cell["reason"] = hostile
        self.out.write_text(json.dumps(document), encoding="utf-8")
        for form in ("csv", "markdown", "junit"):
            done = concbench("export", str(self.out), f"--format={form}")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assert_inert(done.stdout)
            if form == "markdown":
                self.assertNotIn(" <script>", done.stdout)

    def test_of_words_that_were_typed(self):
        for word in ("--model=\x1b[31mfibers", "--workload=\x07fib", "\x1b]0;boo"):
            done = concbench("run", word)
            self.assertEqual(done.returncode, 2)
            self.assert_inert(done.stderr)

    def test_a_formula_is_a_text(self):
        document = json.loads(pathlib.Path(GOOD).read_text("utf-8"))
        cell = next(c for c in document["concbench"]["cells"] if c["status"] != "ok")
        cell["reason"] = '=HYPERLINK("http://example.org")'
        self.out.write_text(json.dumps(document), encoding="utf-8")
        self.assertIn("\"'=HYPERLINK(", concbench("export", str(self.out), "--format=csv").stdout)


class Deadlines(InFolder):
    """Whatever a worker does with its pipes, `--timeout` ends it."""

    def test_noise_without_end(self):
        for mode in ("floods", "shouts"):
            with self.subTest(mode):
                begun = time.monotonic()
                code, result, _ = run_json(fake(mode), "--workload=spawn", *SHORT, "--timeout=2")
                self.assertLess(time.monotonic() - begun, 15)
                self.assertEqual(code, 3)
                cell = result["concbench"]["cells"][0]
                self.assertIn(cell["status"], ("timeout", "failed"))
                self.assertIn("noise", cell["reason"])


class Files(InFolder):

    def test_no_program_is_started_for_the_sake_of_a_file(self):
        concbench("run", fake("honest"), "--workload=spawn", *SHORT, f"--out={self.out}")
        before = self.out.read_bytes()
        done = concbench("run", f"--resume={self.out}")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("used only where you name it; to go on: concbench run '--model=exec:",
                      done.stderr)
        self.assertEqual(self.out.read_bytes(), before)
        command = done.stderr.partition("to go on: concbench ")[2].strip()
        typed = subprocess.run(f"{CONCBENCH} {command}", shell=True, check=False,
                               capture_output=True, text=True)
        self.assertEqual(typed.returncode, 0, typed.stderr)


class Outputs(InFolder):

    def run_into(self, out, **options):
        return concbench("run", "--model=serial", "--workload=spawn", *SHORT, f"--out={out}",
                         **options)

    def test_a_pipe_that_nobody_reads(self):
        os.mkfifo(self.folder / "pipe")
        done = self.run_into(self.folder / "pipe", timeout=20)
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("nobody reads from it", done.stderr)

    def test_a_pipe_that_somebody_reads(self):
        os.mkfifo(self.folder / "pipe")
        with subprocess.Popen(["cat", self.folder / "pipe"], stdout=subprocess.PIPE) as reader:
            # Opening waits for the reader to be there.
            keep = os.open(self.folder / "pipe", os.O_WRONLY)
            done = self.run_into(self.folder / "pipe", timeout=60)
            os.close(keep)
            text = reader.communicate(timeout=20)[0]
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(json.loads(text)["concbench"]["complete"])

    def test_their_own_input(self):
        self.out.write_bytes(pathlib.Path(GOOD).read_bytes())
        os.symlink("r.json", self.folder / "link")
        for command in (("report", "r.json", "-o", "r.json"), ("report", "r.json", "-o", "link"),
                        ("export", "r.json", "--format=csv", "-o", "./r.json")):
            done = concbench(*command, cwd=self.folder)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("is the input of this command", done.stderr)
        self.assertEqual(self.out.read_bytes(), pathlib.Path(GOOD).read_bytes())

    def test_two_runs_into_one(self):
        with start("run", fake("naps"), "--workload=spawn", "--processes=200", "--cores=1",
                   "--repetitions=1", "--min-time=0", f"--out={self.out}") as first:
            wait_for(self.out.exists)
            done = self.run_into(self.out)
            self.assertEqual(done.returncode, 4, done.stderr)
            self.assertIn(f"process {first.pid} is writing there", done.stderr)
            first.send_signal(signal.SIGINT)
            first.communicate(timeout=20)
        self.assertEqual(self.run_into(self.out).returncode, 0)
        self.assertEqual(os.listdir(self.folder), ["r.json"])


def wait_for(condition, seconds=20):
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise AssertionError("it did not come about")
        time.sleep(0.01)


class Ends(InFolder):
    """However a run ends, nothing of it stays, and what it had told of is kept."""

    def begun(self, mode, **options):
        run = start("run", fake(mode), "--workload=spawn", "--processes=200", "--repetitions=1",
                    "--min-time=0", "--cores=1", f"--out={self.out}", **options)
        self.addCleanup(run.stdout.close)
        self.addCleanup(run.stderr.close)
        wait_for(lambda: self.out.exists() and len(descendants(run.pid)) > 1)
        return run

    def test_signals_are_answered(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            with self.subTest(number.name):
                run = self.begun("naps")
                left = descendants(run.pid)
                run.send_signal(number)
                _, stderr = run.communicate(timeout=20)
                self.assertEqual(run.returncode, 128 + number, stderr)
                self.assertIn("--resume", stderr)
                self.assertFalse(json.loads(self.out.read_text("utf-8"))["concbench"]["complete"])
                wait_for(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in left), 2)
                self.out.unlink()

    def test_killed_it_leaves_no_process(self):
        # The kernel ends a child with its parent where the child has asked for that: a measured
        # program has, its own children have not.
        for mode, fewest in (("naps", 2), ("parent", 3)):
            with self.subTest(mode):
                run = self.begun(mode)
                wait_for(lambda least=fewest: len(descendants(run.pid)) >= least)
                left = descendants(run.pid)
                run.kill()
                run.wait()
                wait_for(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in left), 2)
                self.out.unlink()

    def test_what_a_worker_leaves_is_ended(self):
        run = self.begun("daemon")
        wait_for(lambda: len(json.loads(self.out.read_text("utf-8"))["concbench"]["order"]) > 2)
        run.terminate()
        run.communicate(timeout=20)
        names = subprocess.run(["pgrep", "--full", f"{FAKE} daemon"], capture_output=True,
                               check=False, text=True).stdout
        self.assertEqual(names, "")

    def test_children_that_it_did_not_start_are_left_alone(self):
        """Those of a shell that became it by exec."""
        command = (f"sleep 1000 & echo $!; exec {CONCBENCH} run --model=serial --workload=spawn "
                   f"{' '.join(SHORT)} >&2")
        with subprocess.Popen(["bash", "-c", command], stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as run:
            sleeper = int(run.stdout.readline())
            self.assertEqual(run.wait(60), 0)
            os.kill(sleeper, 0)  # it is still there
            os.kill(sleeper, signal.SIGKILL)

    def test_the_dead_do_not_pile_up(self):
        run = start("run", fake("litters"), "--workload=spawn", "--processes=1", "--cores=1",
                    "--repetitions=20", "--min-time=0", f"--out={self.out}")
        most = 0
        while run.poll() is None:
            most = max(most, sum(state == "Z" for state in descendants(run.pid).values()))
            time.sleep(0.002)
        _, stderr = run.communicate()
        self.assertEqual(run.returncode, 0, stderr)
        self.assertLess(most, 20)  # of 600 and more


if __name__ == "__main__":
    unittest.main()
