#!/usr/bin/python3
"""What the program is born into, and what happens around it while it runs, costs no result and changes
no number in secret: streams, signals, refused system calls, variables, CPUs, a missing /proc, absent
and replaced programs, slow starts."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from concbench import CONCBENCH, HERE, InFolder, concbench, run_json

CPUS = sorted(os.sched_getaffinity(0))
QUICK = ("--processes=1", "--repetitions=2", "--min-time=0.001")
CELL = ("--model=serial", "--workload=spawn", "--cores=1", *QUICK)
FAKE = os.path.join(HERE, "fake_worker.py")


class WithPrograms(InFolder):
    def program(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
        return path

    def cells(self):
        return json.loads(self.out.read_text(encoding="utf-8"))["concbench"]["cells"]


class Streams(WithPrograms):
    def shell(self, redirection):
        words = " ".join([CONCBENCH, "run", *CELL, f"--out={self.out}"])
        return subprocess.run(["bash", "-c", f"set -o pipefail; {words} {redirection}"],
                              capture_output=True, check=False, timeout=120)

    def test_a_message_that_cannot_be_shown_is_no_reason_to_die(self):
        for redirection in ("2>&-", "2>/dev/full", "<&- 2>&-"):
            with self.subTest(redirection):
                self.out.unlink(missing_ok=True)
                done = self.shell(redirection)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn('"complete": true', self.out.read_text(encoding="utf-8"))

    def test_a_stdout_that_takes_nothing_is_exit_code_4_and_the_result_is_kept(self):
        for redirection in (">/dev/full", ">&-", ">&- 2>&-"):
            with self.subTest(redirection):
                self.out.unlink(missing_ok=True)
                self.assertEqual(self.shell(redirection).returncode, 4)
                self.assertIn('"complete": true', self.out.read_text(encoding="utf-8"))

    def test_a_reader_that_leaves_early_costs_no_result(self):
        done = self.shell("2>&1 | head -n 1")
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn('"complete": true', self.out.read_text(encoding="utf-8"))

    def test_a_terminal_that_goes_away_costs_no_result(self):
        ours, theirs = os.openpty()
        run = subprocess.Popen([CONCBENCH, "run", *CELL, f"--out={self.out}"], stderr=theirs,
                               stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        os.close(theirs)
        os.close(ours)
        self.assertEqual(run.wait(60), 0)
        self.assertIn('"complete": true', self.out.read_text(encoding="utf-8"))


class Signals(unittest.TestCase):
    def test_of_a_parent_that_ignores_and_blocks_them_do_not_matter(self):
        def ignore():
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD, signal.SIGTERM, signal.SIGALRM})

        models = "--model=serial,processes,goroutines"
        code, result, errors = run_json(models, *CELL[1:], preexec_fn=ignore)
        self.assertEqual(code, 0, errors)
        self.assertEqual({cell["status"] for cell in result["concbench"]["cells"]}, {"ok"})


class Denied(unittest.TestCase):
    """Filters of system calls, as containers have them."""

    def run_denied(self, calls, *arguments):
        return subprocess.run([sys.executable, os.path.join(HERE, "denied.py"), calls, CONCBENCH,
                               *arguments], capture_output=True, text=True, check=False, timeout=120)

    def test_the_end_of_a_worker_is_seen_without_pidfd_open(self):
        began = time.monotonic()
        concbench("run", *CELL)
        usual = time.monotonic() - began
        began = time.monotonic()
        done = self.run_denied("pidfd_open", "run", *CELL)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertLess(time.monotonic() - began, 3 * usual + 3)

    def test_what_cannot_be_told_without_getrusage_is_null(self):
        done = self.run_denied("getrusage", "run", "--model=threads,goroutines", *CELL[1:], "--out=-")
        self.assertEqual(done.returncode, 0, done.stderr)
        for cell in json.loads(done.stdout)["concbench"]["cells"]:
            self.assertEqual(cell["status"], "ok", cell["reason"])
            self.assertEqual({sample["cpu_ns"] for sample in cell["samples"]}, {None})

    def test_without_sched_getaffinity_it_says_so(self):
        done = self.run_denied("sched_getaffinity", "run", *CELL)
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertIn("sched_getaffinity", done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1)


class Variables(WithPrograms):
    STEERING = {"OMP_PROC_BIND": "true", "OMP_PLACES": "cores", "GOMP_CPU_AFFINITY": str(CPUS[0])}

    @unittest.skipIf(len(CPUS) < 2, "needs two CPUs")
    def test_of_openmp_leave_the_allowed_cpus_alone(self):
        plain = concbench("topo").stdout
        for name, value in self.STEERING.items():
            with self.subTest(name):
                self.assertEqual(concbench("topo", env={**os.environ, name: value}).stdout, plain)

    def test_of_openmp_limit_no_worker(self):
        for name, value in {"OMP_THREAD_LIMIT": "1", "OMP_MAX_ACTIVE_LEVELS": "0"}.items():
            with self.subTest(name):
                _, result, errors = run_json("--model=openmp", "--workload=fib",
                                             f"--cores={len(CPUS)}", *QUICK,
                                             env={**os.environ, name: value})
                for cell in result["concbench"]["cells"]:
                    if "built without" in (cell["reason"] or ""):
                        self.skipTest(cell["reason"])
                    self.assertEqual(cell["status"], "ok", cell["reason"] or errors)

    def test_that_change_numbers_are_passed_on_and_recorded_and_others_stay_behind(self):
        seen = self.folder / "seen"
        spy = self.program("spy", f'#!/bin/sh\nenv > {seen}\nexec {CONCBENCH} worker --model=serial\n')
        given = {"MALLOC_ARENA_MAX": "1", "GOGC": "off", "LC_NUMERIC": "C", "OMP_PLACES": "cores",
                 "MY_SECRET": "x"}
        _, result, _ = run_json(f"--model=exec:env GOGC=7 {spy}", *CELL[1:],
                                env={**os.environ, **given})
        got = seen.read_text(encoding="utf-8").splitlines()
        for entry in ("GOGC=7", "LC_NUMERIC=C", "MALLOC_ARENA_MAX=1"):
            self.assertIn(entry, got)
        self.assertEqual([e for e in got if e.startswith(("OMP_", "MY_"))], [])
        environment = result["concbench"]["environment"]
        self.assertEqual(environment["variables"]["MALLOC_ARENA_MAX"], "1")
        self.assertEqual(environment["variables"]["GOGC"], "off")
        self.assertIn("OMP_PLACES", environment["dropped_variables"])
        self.assertNotIn("MY_SECRET", json.dumps(environment))

    def test_niceness_and_policy_stand_in_the_result(self):
        _, result, _ = run_json(*CELL, preexec_fn=lambda: os.nice(3))
        environment = result["concbench"]["environment"]
        self.assertEqual(environment["niceness"], os.getpriority(os.PRIO_PROCESS, 0) + 3)
        self.assertEqual(environment["policy"], "other")
        findings = {each["id"]: each for each in environment["findings"]}
        self.assertEqual(findings["priority"]["severity"], "warning")


    def test_on_purpose_make_no_number_of_fewer_threads(self):
        worker = f"exec:env OMP_THREAD_LIMIT=1 {CONCBENCH} worker --model=openmp"
        if len(CPUS) < 2 or "without OpenMP" in concbench("list").stdout:
            self.skipTest("needs two CPUs and OpenMP")
        _, result, _ = run_json(f"--model={worker}", "--workload=fib", "--set=fib.n=12", "--cores=2",
                                *QUICK)
        cell, = result["concbench"]["cells"]
        self.assertEqual(cell["status"], "skipped")
        self.assertIn("OMP_THREAD_LIMIT", cell["reason"])


class Proc(unittest.TestCase):
    def test_is_not_needed_to_measure(self):
        hidden = ["unshare", "--mount", "sh", "-c", 'umount -l /proc && exec "$@"', "sh"]
        if subprocess.run([*hidden, "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("/proc cannot be unmounted here")
        done = subprocess.run([*hidden, CONCBENCH, "run", "--model=serial,threads,pool,processes",
                               *CELL[1:], "--out=-"], capture_output=True, text=True, check=False,
                              timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        cells = {c["model"]: c for c in json.loads(done.stdout)["concbench"]["cells"]}
        self.assertEqual(cells["serial"]["status"], "ok", cells["serial"]["reason"])
        self.assertEqual(cells["pool"]["status"], "ok", cells["pool"]["reason"])

    def test_may_change_while_it_is_read(self):
        stop = threading.Event()

        def churn():
            while not stop.is_set():
                subprocess.run(["true"], check=True)

        crowd = [threading.Thread(target=churn) for _ in range(4)]
        for each in crowd:
            each.start()
        try:
            for _ in range(12):
                done = concbench("doctor", "--no-measure")
                self.assertEqual(done.returncode, 0, done.stderr)
        finally:
            stop.set()
            for each in crowd:
                each.join()


class Cpus(unittest.TestCase):
    def narrow_workers_of(self, run):
        """Takes all but one CPU from whatever the run has started."""
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            workers = pathlib.Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text("utf-8")
            for pid in workers.split():
                for thread in pathlib.Path(f"/proc/{pid}/task").iterdir():
                    with contextlib.suppress(ProcessLookupError):
                        os.sched_setaffinity(int(thread.name), {CPUS[0]})

    # Not oneTBB and OpenMP, whose threads bind themselves anew for each run: they take the CPU back,
    # as they could not in a smaller cpuset.
    @unittest.skipIf(len(CPUS) < 2, "needs two CPUs")
    def test_that_are_taken_away_in_mid_run_make_no_number(self):
        for model in ("threads", "processes", "goroutines", "std-async", "pool", "boost-fiber",
                      "asio-pool", "asio-coro"):
            with self.subTest(model), tempfile.TemporaryFile("w+") as file:
                run = subprocess.Popen(
                    [CONCBENCH, "run", f"--model={model}", "--workload=spawn", "--cores=2", "--out=-",
                     "--processes=1", "--repetitions=30", "--min-time=0.1"], stdout=file,
                    stderr=subprocess.DEVNULL)
                # Again and again, since a worker that is just starting sets its CPUs itself.
                begun = time.monotonic()
                while run.poll() is None:
                    time.sleep(0.02)
                    if time.monotonic() > begun + 1.5:
                        self.narrow_workers_of(run)
                file.seek(0)
                output = file.read()
                cell, = json.loads(output)["concbench"]["cells"]
                self.assertEqual(cell["status"], "failed", cell["summary"])
                self.assertEqual(run.returncode, 3)


class Parts(WithPrograms):
    """A program without what it may have beside it."""

    def setUp(self):
        super().setUp()
        self.alone = self.folder / "concbench"
        shutil.copy(CONCBENCH, self.alone)

    def run_alone(self, *arguments):
        return subprocess.run([self.alone, "run", "--workload=spawn", "--set=spawn.n=50",
                               "--cores=1", *QUICK, f"--out={self.out}", *arguments],
                              capture_output=True, text=True, check=False, timeout=120)

    def test_that_are_absent_broken_or_silent_are_skipped_unless_named(self):
        worker = self.folder / "concbench-goroutines"
        for kind, text, mode in (("absent", None, 0), ("not executable", "x", 0o644),
                                 ("junk", "\x7fELF junk", 0o755),
                                 ("silent", "#!/bin/sh\nexec sleep 100\n", 0o755)):
            with self.subTest(kind):
                if text is not None:
                    worker.write_text(text, encoding="utf-8")
                    worker.chmod(mode)
                done = self.run_alone("--timeout=2")
                self.assertEqual(done.returncode, 0, done.stderr)
                cells = {cell["model"]: cell for cell in self.cells()}
                self.assertEqual(cells["goroutines"]["status"], "skipped")
                self.assertNotEqual(cells["goroutines"]["reason"], "")
                self.assertEqual(cells["pool"]["status"], "ok")
                self.assertEqual(self.run_alone("--dry-run", "--timeout=2").returncode, 0)
                named = self.run_alone("--model=goroutines,serial", "--timeout=2")
                self.assertEqual(named.returncode, 5, named.stderr)
                self.assertIn("--model=goroutines", named.stderr)


class Replaced(WithPrograms):
    def test_a_program_that_is_replaced_in_mid_run_fails_its_cell(self):
        text = f"#!/bin/sh\nexec {FAKE} honest\n"
        path = self.program("worker", text)
        run = subprocess.Popen([CONCBENCH, "run", f"--model=exec:{path}", "--workload=spawn",
                                "--processes=40", "--repetitions=2", "--min-time=0.001",
                                f"--out={self.out}"], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
        while not self.out.exists() or not self.cells()[0]["processes"]:
            self.assertIsNone(run.poll(), "ended before it could be replaced")
            time.sleep(0.01)
        os.replace(self.program("other", text), path)
        self.assertEqual(run.wait(60), 3)
        cell, = self.cells()
        self.assertEqual(cell["status"], "failed")
        self.assertIn("was replaced", cell["reason"])
        self.assertIn(str(path), cell["reason"])


class Patience(WithPrograms):
    def slow(self, seconds):
        return self.program("slow", f"#!/bin/sh\nsleep {seconds}\nexec {FAKE} honest\n")

    def run_slow(self, seconds, timeout):
        return concbench("run", f"--model=exec:{self.slow(seconds)}", "--workload=spawn",
                         f"--timeout={timeout}", *QUICK)

    def test_lasts_as_long_as_the_timeout_says(self):
        self.assertEqual(self.run_slow(6, 30).returncode, 0)

    def test_ends_when_the_timeout_says(self):
        began = time.monotonic()
        done = self.run_slow(100, 1)
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertIn("in time", done.stderr)
        self.assertLess(time.monotonic() - began, 20)


if __name__ == "__main__":
    unittest.main()
