#!/usr/bin/python3
"""A result file that is truncated, hostile or edited by hand ends with exit code 2 and one sentence
that names the file and the place."""

import copy
import json
import pathlib
import tempfile
import unittest

from concbench import ROOT, concbench

GOOD_PATH = f"{ROOT}/tests/data/result.json"
GOOD = pathlib.Path(GOOD_PATH).read_text(encoding="utf-8")

TEXTS = {
    "truncated": (GOOD[:len(GOOD) // 2], "not valid JSON at line"),
    "empty": ("", "not valid JSON at line 1"),
    "nested too deeply": ('{"concbench":' + "[" * 100_000, "nested deeper than 64 levels"),
    "huge number": (GOOD.replace('"wall_ns": ', '"wall_ns": 1e9', 1).replace("1e9", "1e999", 1),
                    "not valid JSON at line"),
    "duplicate key": (GOOD.replace('"schema": 1', '"schema": 1, "schema": 1'), "is there twice"),
    "control byte": (GOOD.replace("Example CPU", "Example\x1b[2J CPU"), "not valid JSON at line"),
    "not of concbench": ('{"context": {}, "benchmarks": []}', "not a result of concbench"),
    "of a later schema": (GOOD.replace('"schema": 1', '"schema": 7'), "a result of schema 7"),
}

# path below "concbench", what is put there, what is said
EDITS = (
    (("cells", 0, "summary", "ns_per_op", "median"), 0.5, "but its samples give 0.98"),
    (("cells", 0, "summary", "level"), 0.99, "concbench.cells[0].summary.level"),
    (("cells", 0, "summary", "processes"), 6, "concbench.cells[0].summary.processes"),
    (("cells", 0, "samples", 1, "wall_ns"), -5, "concbench.cells[0].samples[1].wall_ns"),
    (("cells", 0, "samples", 1, "wall_ns"), 2 ** 63 - 1, "to 2^53"),
    (("cells", 0, "samples", 1, "wall_ns"), 2 ** 63, "below 2^63"),
    (("cells", 0, "samples", 1, "ops"), 2 ** 64 - 1, "to 2^53"),
    (("cells", 0, "samples", 1, "iterations"), 0, "concbench.cells[0].samples[1].iterations"),
    (("cells", 0, "samples"), [], "no samples to compute it from"),
    (("cells", 0, "summary"), None, "concbench.cells[0].summary"),
    (("cells", 0, "verified"), False, "concbench.cells[0].verified"),
    (("cells", 1, "status"), "ok", "concbench.cells[1]"),
    (("cells", 0, "model"), "fi\x1b[2Jbers", "has a control character"),
    (("cells", 0, "model"), "", "concbench.cells[0].model"),
    (("cells", 0, "model"), "threads", "is a second cell threads/fib"),
    (("cells", 0, "params", "n"), 1.5, "concbench.cells[0].params.n"),
    (("environment", "kernel"), "6.1\n", "concbench.environment.kernel"),
    (("environment",), None, "concbench.environment"),
)


class HostileInput(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = pathlib.Path(directory.name) / "edited.json"

    def assert_refused(self, text, reason):
        self.path.write_text(text, encoding="utf-8")
        for command in (("export", str(self.path), "--format=csv"),
                        ("compare", GOOD_PATH, str(self.path))):
            done = concbench(*command, timeout=20)
            self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
            self.assertTrue(done.stderr.startswith(f"concbench: {self.path}: "), done.stderr)
            self.assertIn(reason, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_text_is_refused_with_its_place(self):
        for name, (text, reason) in TEXTS.items():
            with self.subTest(name):
                self.assertNotEqual(text, GOOD)
                self.assert_refused(text, reason)

    def test_an_edited_field_is_refused_by_name(self):
        for path, value, reason in EDITS:
            with self.subTest(path=path, value=value):
                document = json.loads(GOOD)
                place = document["concbench"]
                for key in path[:-1]:
                    place = place[key]
                self.assertNotEqual(place[path[-1]], value)
                place[path[-1]] = copy.deepcopy(value)
                self.assert_refused(json.dumps(document), reason)

    def test_files_that_cannot_be_read_say_why(self):
        done = concbench("export", "/nowhere/r.json", "--format=csv")
        self.assertEqual(done.returncode, 2)
        self.assertIn("/nowhere/r.json: No such file", done.stderr)


if __name__ == "__main__":
    unittest.main()
