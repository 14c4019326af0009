"""`concbench check --gbench`: the gate for programs of Google Benchmark."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import unittest

from concbench import HERE, InFolder, concbench

SOURCE = os.path.join(HERE, "google_benchmark/bench.cpp")
OLD = SAME = SLOWER = CRASHING = LACKING = FAILING = ""  # paths, once they are built
NAMES = ["steady<int, 3>*(x).$/2000", "changing", "third"]
COMPILER = shutil.which("c++")


def build(folder, name, *defined):
    path = os.path.join(folder, name)
    return path, subprocess.Popen([COMPILER, "-std=c++17", "-O1", *defined, SOURCE, "-o", path,
                                   "-lbenchmark", "-lpthread"], stderr=subprocess.PIPE)


def setUpModule():
    """Builds the variants of the program, all at once."""
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    if not COMPILER:
        raise unittest.SkipTest("there is no c++")
    builds = [build(folder.name, "old"), build(folder.name, "same", "-DUNUSED"),
              build(folder.name, "slower", "-DMORE_WORK=2"),
              build(folder.name, "crashing", "-DCRASH"), build(folder.name, "lacking", "-DREMOVED"),
              build(folder.name, "failing", "-DERROR")]
    for path, compiler in builds:
        complaints = compiler.communicate()[1].decode()
        if "benchmark/benchmark.h" in complaints or "-lbenchmark" in complaints:
            raise unittest.SkipTest("libbenchmark-dev is not installed")
        assert compiler.returncode == 0, complaints
        globals()[os.path.basename(path).upper()] = path


def check(*arguments):
    """Exit code, the check, its cells by name, stderr."""
    done = concbench("check", "--gbench", *arguments, "--format=json")
    document = json.loads(done.stdout)["concbench_check"] if done.stdout else {"cells": []}
    return done.returncode, document, {c["name"]: c for c in document["cells"]}, done.stderr


class Verdicts(unittest.TestCase):
    def test_a_program_is_no_slower_than_one_that_is_built_alike(self):
        code, document, cells, stderr = check(OLD, SAME, "--cell-budget=4", "--min-effect=10")
        self.assertEqual(code, 0, stderr)
        self.assertEqual(list(cells), NAMES)
        for cell in cells.values():
            self.assertIn(cell["verdict"], ("equivalent", "inconclusive"), stderr)
            self.assertGreater(cell["iterations"], 1)
        self.assertIn("no answer was verified", document["limits"][0])

    def test_only_the_benchmark_that_has_more_work_is_a_regression(self):
        code, document, cells, stderr = check(OLD, SLOWER, "--cell-budget=30",
                                              "--filter=changing|third", "--min-effect=20")
        self.assertEqual(list(cells), NAMES[1:])
        self.assertEqual(code, 1, stderr)
        found = [name for name, cell in cells.items() if cell["verdict"] == "regression"]
        self.assertEqual(found, ["changing"], stderr)
        effect = cells["changing"]["effect"]
        self.assertGreater(effect["ratio"], 1.5)
        self.assertLess(effect["ratio"], 3)

    def assert_alone(self, new, verdict, name, *words):
        """Of NEW, that benchmark has that verdict, and what the others have is no alarm."""
        for base, other, role in ((OLD, new, "NEW"), (new, OLD, "BASE")):
            with self.subTest(role):
                code, _, cells, stderr = check(base, other, "--cell-budget=0.5")
                self.assertEqual(code, 3, stderr)
                self.assertEqual(sorted(cells), sorted(NAMES))
                for each, cell in cells.items():
                    self.assertEqual(cell["verdict"] == verdict, each == name, stderr)
                for word in (role, *words):
                    self.assertIn(word, cells[name]["reason"])

    def test_a_benchmark_that_one_of_the_two_lacks_is_missing(self):
        self.assert_alone(LACKING, "missing", "third", "it has no such benchmark")

    def test_a_benchmark_that_crashes_has_failed(self):
        self.assert_alone(CRASHING, "failed", "changing", f"signal {int(signal.SIGABRT)}")

    def test_a_benchmark_that_reports_an_error_has_failed_with_its_words(self):
        self.assert_alone(FAILING, "failed", "changing", "error: the disk is full")


class Shown(InFolder):
    def test_every_format_says_what_the_verdicts_do_not_rest_on(self):
        short = (OLD, SAME, "--filter=third", "--cell-budget=0.3")
        for form in ("table", "markdown"):
            done = concbench("check", "--gbench", *short, f"--format={form}", f"--out={self.out}")
            self.assertEqual(done.returncode, 0, done.stderr)
            text = " ".join(done.stdout.split())
            for sentence in json.loads(self.out.read_text())["concbench_check"]["limits"]:
                self.assertIn(sentence, text)
        again = concbench("check", f"--replay={self.out}", "--format=markdown")
        self.assertEqual(again.stdout, done.stdout)


class Input(unittest.TestCase):
    def test_what_makes_no_sense_is_named(self):
        for arguments, word in (
                (("--gbench", OLD), "BASE and NEW"),
                (("--gbench", OLD, "/bin/true"), "NEW=/bin/true: lists no benchmarks"),
                (("--gbench", "/bin/false", OLD), "BASE=/bin/false: the process ended with exit"),
                (("--gbench", OLD, OLD, "--filter=nothing"), "--filter=nothing"),
                (("--gbench", OLD, OLD, "--model=pool"), "--model means nothing with --gbench"),
                (("--gbench", OLD, OLD, "--cpus=0"), "--cpus means nothing with --gbench"),
                ((OLD, OLD, "--filter=third"), "--filter selects benchmarks of --gbench"),
        ):
            done = concbench("check", *arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn(word, done.stderr)
            self.assertEqual(done.stdout, "")


class Dialects(InFolder):
    """What versions say that Debian 12's does not, from a program that says it."""

    def program(self, dialect):
        path = self.folder / "speaker"
        fake = os.path.join(HERE, "google_benchmark/speaker.py")
        path.write_text(f"#!/bin/sh\nexec /usr/bin/python3 {fake} {dialect} \"$@\"\n",
                        encoding="utf-8")
        path.chmod(0o755)
        return str(path)

    def cells(self, dialect, expected_code=0):
        program = self.program(dialect)
        code, document, cells, stderr = check(program, program, "--cell-budget=1")
        self.assertEqual(code, expected_code, stderr)
        return document, cells

    def test_iterations_are_the_same_on_both_sides_where_they_can_be_told(self):
        document, cells = self.cells("told")
        self.assertEqual(document["base"]["version"], "Google Benchmark 1.9.1")
        cell = cells["one/threads:2"]
        self.assertTrue(cell["pinned"])
        self.assertEqual(cell["iterations"], 6_000)  # of 1 µs each
        self.assertEqual(len(document["limits"]), 1)
        # The median of 1, 1 and 3 µs: the first of the four repetitions does not count.
        self.assertEqual({ns for pair in cell["samples"] for ns in pair["base_ns"]}, {6_000_000})

    def test_where_they_cannot_be_told_the_check_says_so(self):
        document, cells = self.cells("untold")
        self.assertFalse(cells["one/threads:2"]["pinned"])
        self.assertIn("1 of 1 benchmarks cannot be told a number of iterations",
                      document["limits"][1])

    def test_a_median_is_taken_where_single_repetitions_are_not_told(self):
        cell = self.cells("aggregates")[1]["one/threads:2"]
        self.assertEqual({ns for pair in cell["samples"] for ns in pair["new_ns"]}, {6_000_000})

    def test_a_benchmark_that_skips_itself_is_skipped(self):
        cell = self.cells("skips", expected_code=5)[1]["one/threads:2"]
        self.assertEqual(cell["verdict"], "skipped")
        self.assertIn("skips itself: needs more memory", cell["reason"])

    def test_junk_fails_the_cell_and_nothing_else(self):
        for dialect in ("silent", "torn", "hasty", "without-unit"):
            with self.subTest(dialect):
                cell = self.cells(dialect, expected_code=3)[1]["one/threads:2"]
                self.assertEqual(cell["verdict"], "failed")
                self.assertIn("results of the process", cell["reason"])


class Replaced(InFolder):
    def test_is_incomparable(self):
        new = self.folder / "new"
        new.write_text(f'#!/bin/sh\n{{ echo >>"$0.starts"; [ "$(wc -l <"$0.starts")" != 7 ] || '
                       f'{{ cp -p "$0" "$0.other"; mv "$0.other" "$0"; }}; exec {OLD} "$@"; }}\n',
                       encoding="utf-8")
        new.chmod(0o755)
        code, _, cells, stderr = check(OLD, str(new), "--filter=third")
        self.assertEqual((code, cells["third"]["verdict"]), (5, "incomparable"), stderr)
        self.assertIn("was replaced", cells["third"]["reason"])


if __name__ == "__main__":
    unittest.main()
