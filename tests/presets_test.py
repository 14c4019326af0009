#!/usr/bin/python3
"""Presets: those built in, every key of a file, and every way in which a file can be wrong."""

import json
import os
import pathlib
import re
import tempfile
import unittest

from concbench import ROOT, concbench, run_json

EXAMPLE = os.path.join(ROOT, "docs/examples/preset.toml")
README = pathlib.Path(ROOT, "README.md").read_text()


class Presets(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def file(self, text, name="mine.toml"):
        path = os.path.join(self.folder, name)
        pathlib.Path(path).write_text(text, encoding="utf-8")
        return path

    def dry_run(self, text, *arguments):
        done = concbench("run", f"--preset={self.file(text)}", "--dry-run", *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def request(self, text, *arguments):
        """What a run of one quick cell says that it was asked for."""
        code, result, stderr = run_json(f"--preset={self.file(text)}", *arguments)
        self.assertEqual(code, 0, stderr)
        return result["concbench"]

    def refuse(self, text, place, words):
        """Exit 2 with "FILE:LINE: KEY: what" in one line, and nothing is written."""
        path = self.file(text)
        out = os.path.join(self.folder, "r.json")
        done = concbench("run", f"--preset={path}", f"--out={out}")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn(f"{path}:{place}", done.stderr)
        self.assertRegex(done.stderr, words)
        self.assertFalse(os.path.exists(out))


CELL = 'models = ["serial"]\nworkloads = ["fib"]\nprocesses = 1\nrepetitions = 1\nmin_time = 0.001\n'
SMALL = CELL + "[sizes.fib]\nn = 12\n"


class Keys(Presets):
    def test_how_long_to_measure(self):
        whole = self.request('processes = 2\nrepetitions = 3\nmin_time = 0.002\ntimeout = 7.5\n'
                             'budget = 50\nmodels = "serial"\nworkloads = "fib"\n'
                             "[sizes.fib]\nn = 12")
        asked = whole["request"]
        self.assertEqual((asked["processes"], asked["repetitions"], asked["min_time_s"],
                          asked["timeout_s"], asked["budget_s"]), (2, 3, 0.002, 7.5, 50))
        self.assertEqual(asked["preset"], os.path.join(self.folder, "mine.toml"))
        self.assertEqual(len(whole["cells"][0]["samples"]), 6)

    def test_models_workloads_and_cores(self):
        cells = self.request('models = ["serial", "threads:wait=condvar"]\ncores = [1]\n'
                             'workloads = ["fib"]\nprocesses = 1\nrepetitions = 1\n'
                             "min_time = 0\n[sizes.fib]\nn = 8")["cells"]
        self.assertEqual([(c["model"], c["workload"], c["cores"]) for c in cells],
                         [("serial", "fib", 1), ("threads:wait=condvar", "fib", 1)])

    def test_all_workloads(self):
        shown = self.dry_run('models = ["serial"]\nworkloads = "all"\ncores = 1')
        names = [w["name"] for w in json.loads(concbench("list", "--format=json").stdout)["workloads"]]
        for name in names:
            self.assertIn(f"serial/{name}/", shown)

    def test_sizes_sweep_and_take_words(self):
        shown = self.dry_run('models = ["fibers"]\nworkloads = ["fib", "ping_pong"]\ncores = 1\n'
                             '[sizes.fib]\nn = [12, 14]\n[sizes.ping_pong]\nplace = "same"\n'
                             "hops = 100")
        self.assertEqual(re.findall(r"^fibers/(\S+):", shown, re.M),
                         ["fib/n:12/cores:1", "fib/n:14/cores:1",
                          "ping_pong/hops:100/place:same/cores:1"])

    def test_base_gives_what_is_not_said(self):
        asked = {base: self.request(f'base = "{base}"\n' + SMALL)["request"]["timeout_s"]
                 for base in ("quick", "ci", "full")}
        self.assertEqual(asked, {"quick": 30, "ci": 60, "full": 300})
        self.assertEqual(self.request(SMALL)["request"]["timeout_s"], 30)

    def test_base_gives_its_sizes(self):
        whole = 'models = ["serial"]\nworkloads = ["fib"]\ncores = 1\n'
        self.assertNotEqual(self.dry_run(whole), self.dry_run('base = "full"\n' + whole))

    def test_options_go_before(self):
        whole = self.request(SMALL + "\n[sizes.spawn]\nn = 3\n", "--workload=spawn,fib",
                             "--processes=2", "--set=fib.n=9", "--model=pool")
        self.assertEqual(whole["request"]["processes"], 2)
        self.assertEqual([(c["model"], c["workload"], c["params"]["n"]) for c in whole["cells"]],
                         [("pool", "spawn", 3), ("pool", "fib", 9)])

    def test_sizes_of_workloads_that_are_not_run_do_no_harm(self):
        self.assertNotIn("skynet", self.dry_run(SMALL + "[sizes.skynet]\nleaves = 100\n"))

    def test_an_empty_file_is_quick(self):
        words = ("--model=serial", "--workload=fib", "--dry-run")
        cells = [re.findall(r"^\S+:", text, re.M) for text in
                 (self.dry_run("", *words[:2]), concbench("run", *words).stdout)]
        self.assertEqual(cells[0], cells[1])

    def test_a_slash_makes_a_file_of_any_name(self):
        path = self.file(SMALL, "preset")
        done = concbench("run", f"--preset={path}", "--dry-run")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_check_takes_the_sizes_too(self):
        done = concbench("check", "--self-test", f"--preset={self.file('nonsense = 1')}")
        self.assertEqual(done.returncode, 2)
        self.assertIn("mine.toml:1: nonsense", done.stderr)


class Errors(Presets):
    def test_unknown_key(self):
        self.refuse("processes = 2\nrepetitons = 3\n", "2: repetitons:", "did you mean 'repetitions'")

    def test_unknown_table(self):
        self.refuse("\n[size.fib]\nn = 3\n", "2: size:", "did you mean 'sizes'")

    def test_syntax(self):
        self.refuse("processes = 2\nrepetitions = = 3\n", "2: ", ".")

    def test_a_key_twice(self):
        self.refuse("processes = 2\nprocesses = 3\n", "2: ", "processes")

    def test_unknown_base(self):
        self.refuse('base = "quik"', "1: base:", "did you mean 'quick'")

    def test_base_of_another_type(self):
        self.refuse("base = 3", "1: base:", "text")

    def test_wrong_types(self):
        for line, words in (('processes = "many"', "whole number from 1 to 1000"),
                            ("processes = 2.5", "whole number"),
                            ("repetitions = [1]", "whole number"),
                            ("repetitions = true", "whole number"),
                            ('min_time = "1 s"', "number of seconds"),
                            ("timeout = [3]", "number of seconds"),
                            ("budget = false", "number of seconds"),
                            ("models = 3", "text"),
                            ("models = [3]", "text"),
                            ("workloads = {}", "text"),
                            ('cores = "all"', "whole number"),
                            ("sizes = 3", r"\[sizes.fib\]")):
            with self.subTest(line):
                key = line.split()[0]
                self.refuse("# a comment\n" + line, f"2: {key}:", words)

    def test_out_of_range(self):
        for line in ("processes = 0", "processes = 1001", "processes = 9223372036854775807",
                     "repetitions = -1", "min_time = -0.1", "min_time = nan", "timeout = inf",
                     "timeout = 0", "budget = 0", "cores = 0", "cores = [1, 70000]"):
            with self.subTest(line):
                self.refuse("\n\n" + line, f"3: {line.split()[0]}:", "from .* to ")

    def test_nothing_in_a_list(self):
        for key in ("models", "workloads", "cores"):
            with self.subTest(key):
                self.refuse(f"{key} = []", f"1: {key}:", "must not be empty")

    def test_names_that_do_not_exist(self):
        self.refuse('models = [\n  "pool",\n  "fibres"]', "3: models:", "did you mean 'fibers'")
        self.refuse('models = ["threads:wiat=futex"]', "1: models:", "did you mean 'wait'")
        self.refuse('workloads = ["fbi"]', "1: workloads:", "did you mean 'fib'")

    def test_sizes(self):
        for text, place, words in (
                ("[sizes.fbi]\nn = 3", "1: sizes.fbi:", "did you mean 'fib'"),
                ("[sizes]\nfib = 3", "2: sizes.fib:", "must be a table"),
                ("[sizes.fib]\nm = 3", "2: sizes.fib.m:", "it has n"),
                ("[sizes.fib]\nn = 99", "2: sizes.fib.n:", "from 0 to 60"),
                ("[sizes.fib]\nn = [12,\n 99]", "3: sizes.fib.n:", "from 0 to 60"),
                ("[sizes.fib]\nn = []", "2: sizes.fib.n:", "must not be empty"),
                ("[sizes.fib]\nn = 3.5", "2: sizes.fib.n:", "whole number, a word, or a list"),
                ('[sizes.fib]\nn = "x"', "2: sizes.fib.n:", "from 0 to 60"),
                ('[sizes.ping_pong]\nplace = "far"', "2: sizes.ping_pong.place:",
                 r"any\|same\|cross")):
            with self.subTest(text):
                self.refuse(text, place, words)

    def test_a_file_that_is_not_there_or_is_none(self):
        for path in (os.path.join(self.folder, "absent.toml"), self.folder):
            done = concbench("run", f"--preset={path}/" if path == self.folder
                             else f"--preset={path}")
            self.assertEqual(done.returncode, 2)
            self.assertIn("cannot read", done.stderr)


class BuiltIn(unittest.TestCase):
    def test_every_preset_plans_and_tells_the_expected_time(self):
        for name in ("quick", "ci", "full", "paper"):
            with self.subTest(name):
                done = concbench("run", f"--preset={name}", "--model=serial", "--workload=fib",
                                 "--cores=1", "--dry-run")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertRegex(done.stdout, r"cells would run, in \d+ processes, in about")

    def test_paper_has_intervals_at_99_percent(self):
        code, result, stderr = run_json("--preset=paper", "--model=serial", "--workload=fib",
                                        "--set=fib.n=12", "--cores=1", "--repetitions=1",
                                        "--min-time=0.001")
        self.assertEqual(code, 0, stderr)
        summary = result["concbench"]["cells"][0]["summary"]
        self.assertGreaterEqual(summary["level"], 0.99)
        self.assertLess(1 - 2.0 ** (2 - summary["processes"]), 0.99)  # one fewer would not

    def test_the_message_lists_them_all(self):
        done = concbench("run", "--preset=slow")
        self.assertIn("there are quick, ci, full, paper", done.stderr)


class Example(unittest.TestCase):
    def test_runs(self):
        code, result, stderr = run_json(f"--preset={EXAMPLE}", "--processes=1", "--repetitions=1",
                                        "--min-time=0.001")
        self.assertEqual(code, 0, stderr)
        names = {(c["model"], c["workload"]) for c in result["concbench"]["cells"]}
        self.assertEqual(names, {(m, w) for m in ("pool", "fibers", "threads:wait=condvar")
                                 for w in ("fib", "ping_pong")})

    def test_is_named_in_the_readme_and_shows_every_key(self):
        self.assertIn("docs/examples/preset.toml", README)
        text = pathlib.Path(EXAMPLE).read_text()
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write("nonsense = 1")
            file.flush()
            message = concbench("run", f"--preset={file.name}").stderr
        for key in message.split("there are ")[1].strip().split(", "):
            self.assertRegex(text, rf"(?m)^(\[{key}\.|{key} = )", key)


if __name__ == "__main__":
    unittest.main()
