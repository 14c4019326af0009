"""`concbench check`: the gate that compares two programs, on this machine."""

import json
import os
import stat
import subprocess
import tempfile
import unittest

from concbench import CONCBENCH, HERE, concbench

# A cell whose slices have many iterations, and that is quickly measured.
CELL = ("--model=pool", "--workload=fib", "--set=fib.n=12", "--cores=1")


def check(*arguments, **options):
    """Exit code, the check (None without one), stderr."""
    done = concbench("check", *arguments, "--format=json", **options)
    document = json.loads(done.stdout)["concbench_check"] if done.stdout else None
    return done.returncode, document, done.stderr


def script(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write("#!/bin/sh\n" + text + "\n")
    os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)
    return path


class WithFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def slower(self, percent):
        """Another build, whose workers do more work than they were asked for."""
        return script(self.folder, f"slower-by-{percent}",
                      f'exec {CONCBENCH} "$@" --slow-down={percent}')


class Verdicts(WithFolder):
    def test_a_program_is_no_slower_than_its_copy(self):
        copy = os.path.join(self.folder, "copy")
        subprocess.run(["cp", CONCBENCH, copy], check=True)
        code, found, stderr = check(CONCBENCH, copy, "--model=pool,threads",
                                    "--workload=fib,ping_pong", "--set=fib.n=12")
        self.assertEqual(code, 0, stderr)
        verdicts = {cell["name"]: cell["verdict"] for cell in found["cells"]}
        self.assertNotIn("regression", verdicts.values())
        pool_ping_pong = next(v for k, v in verdicts.items() if k.startswith("pool/ping_pong"))
        self.assertEqual(pool_ping_pong, "skipped")

    def test_twenty_percent_more_work_is_found(self):
        code, found, stderr = check(CONCBENCH, self.slower(25), *CELL, "--cell-budget=60")
        cell = found["cells"][0]
        if cell["verdict"] == "inconclusive":  # on a machine that is busy with something else
            self.assertRegex(cell["reason"], "other|hypervisor|fixed piece|interval")
            self.assertEqual(code, 0)
            return
        self.assertEqual((code, cell["verdict"]), (1, "regression"), stderr)
        effect = cell["effect"]
        self.assertLess(effect["low"], 1.25)
        self.assertGreater(effect["high"], 1.10)
        self.assertGreater(effect["low"], 1)

    def test_missing_is_never_a_success(self):
        lacking = script(self.folder, "lacking", f'''
case "$*" in
  *--model=serial*) exec {CONCBENCH} "$@" ;;
  *) echo "no such model" >&2; exit 2 ;;
esac''')
        code, found, _ = check(CONCBENCH, lacking, *CELL, "--cell-budget=2")
        self.assertEqual(code, 3)
        self.assertEqual(found["cells"][0]["verdict"], "missing")
        self.assertIn("no such model", found["cells"][0]["reason"])

    def test_two_runners_of_ones_own_are_told_by_their_hello(self):
        runner = os.path.join(HERE, "..", "docs", "examples", "worker.py")
        code, found, stderr = check(runner, runner, "--workload=spawn", "--set=spawn.n=10",
                                    "--cores=1", "--cell-budget=1")
        self.assertEqual(code, 0, stderr)
        self.assertEqual(found["cells"][0]["model"], "python-threads")

    def test_different_models_are_incomparable(self):
        runner = os.path.join(HERE, "..", "docs", "examples", "worker.py")
        other = script(self.folder, "other", f"exec {runner} | sed -u s/python-threads/another/")
        code, found, stderr = check(runner, other, "--workload=spawn", "--set=spawn.n=10",
                                    "--cores=1", "--cell-budget=5")
        self.assertEqual(code, 5, stderr)
        self.assertEqual(found["cells"][0]["verdict"], "incomparable")
        self.assertIn("model: 'python-threads', 'another'", found["cells"][0]["reason"])

    def test_strict_fails_what_it_cannot_tell(self):
        arguments = (CONCBENCH, CONCBENCH, *CELL, "--cell-budget=0.1")
        code, found, _ = check(*arguments)
        self.assertEqual((code, found["cells"][0]["verdict"]), (0, "inconclusive"))
        self.assertIn("where at least 8 are needed", found["cells"][0]["reason"])
        self.assertIn("--cell-budget", found["cells"][0]["reason"])
        self.assertEqual(check(*arguments, "--strict")[0], 3)

    def test_heavy_load_makes_no_regression(self):
        load = subprocess.Popen(["stress-ng", "--cpu=4", "--timeout=40s", "--quiet"])
        try:
            code, found, stderr = check(CONCBENCH, CONCBENCH, "--model=threads",
                                        "--workload=spawn", "--set=spawn.n=10",
                                        "--cell-budget=6")
        finally:
            load.terminate()
            load.wait()
        cell = found["cells"][0]
        self.assertIn(cell["verdict"], ("inconclusive", "equivalent"), stderr)
        self.assertEqual(code, 0)
        if cell["verdict"] == "inconclusive":
            self.assertIn("other programs used", cell["reason"])


class Input(WithFolder):
    def test_what_makes_no_sense_is_named(self):
        for arguments, word in (
                (("only-one",), "BASE and NEW"),
                (("nowhere", CONCBENCH), "BASE=nowhere"),
                ((CONCBENCH, "/"), "NEW=/"),
                ((CONCBENCH, "/bin/true"), "NEW=/bin/true"),
                ((CONCBENCH, CONCBENCH, "--min-effect=x"), "--min-effect=x"),
                (("--self-test", CONCBENCH), "--self-test"),
                (("--replay=nowhere.json",), "nowhere.json"),
                ((CONCBENCH, CONCBENCH, "--model=exec:x"), "exec:x"),
        ):
            done = concbench("check", *arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn(word, done.stderr)
            self.assertEqual(done.stdout, "")


class Files(WithFolder):
    def test_a_recorded_check_is_judged_again_alike(self):
        path = os.path.join(self.folder, "check.json")
        first = concbench("check", CONCBENCH, CONCBENCH, *CELL, "--out", path, "--seed=7")
        again = concbench("check", "--replay", path)
        self.assertEqual((first.returncode, first.stdout), (again.returncode, again.stdout))
        with open(path, encoding="utf-8") as file:
            recorded = json.load(file)["concbench_check"]
        self.assertEqual(recorded["seed"], 7)
        self.assertIn("--seed=7", recorded["command"])
        pairs = recorded["cells"][0]["samples"]
        self.assertEqual(len(pairs), recorded["cells"][0]["pairs"])

    def test_markdown_has_one_line_first(self):
        done = concbench("check", CONCBENCH, CONCBENCH, *CELL, "--format=markdown")
        self.assertRegex(done.stdout.splitlines()[0], r"^\*\*(equivalent|inconclusive)\*\*: 1 ")
        self.assertIn("concbench check", done.stdout.splitlines()[-1])


class SelfTest(unittest.TestCase):
    def test_it_tries_a_real_slowdown(self):
        code, found, stderr = check("--self-test", "--slow-down=25", *CELL, "--cell-budget=40")
        self.assertIn("slowdowns found", stderr)
        same, slowed = found["cells"]
        self.assertEqual((same["injected"], slowed["injected"]), (0, 0.25))
        self.assertNotIn(same["verdict"], ("regression", "improvement"))
        self.assertIn(slowed["verdict"], ("regression", "inconclusive"), stderr)
        self.assertEqual(code, 0 if slowed["verdict"] == "regression" else 3)


if __name__ == "__main__":
    unittest.main()
