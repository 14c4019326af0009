#!/usr/bin/python3
"""What is shown fits what shows it: colours, characters, width; at a terminal and in a pipe."""

import json
import os
import tempfile
import unittest

import example_results
from concbench import concbench
from terminal import run_at_terminal

ESCAPE = "\033["


class Style(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.result = os.path.join(folder.name, "r.json")
        with open(cls.result, "w", encoding="utf-8") as file:
            json.dump(example_results.basic(), file)
        cls.history = os.path.join(folder.name, "h")
        added = concbench("history", "add", cls.result, "--file=" + cls.history)
        in_history = [("history", "list", "--file=" + cls.history),
                      ("history", "trend", "--file=" + cls.history)] if added.returncode == 0 else []
        cls.tables = [("list",), ("compare", cls.result, cls.result), *in_history,
                      ("run", "--model=serial", "--workload=fib", "--set", "fib.n=5", "--processes=1",
                       "--repetitions=1", "--min-time=0.0001")]
        cls.texts = [("topo",), ("explain", "mergesort"), ("explain", "METG"), ("explain",)]

    def test_colours_are_for_terminals(self):
        for command in self.tables:
            with self.subTest(command=command):
                self.assertIn(ESCAPE, run_at_terminal(*command)[2])
                self.assertNotIn(ESCAPE, concbench(*command).stdout)

    def test_no_color_is_obeyed_unless_colours_are_asked_for(self):
        for command in self.tables:
            with self.subTest(command=command):
                self.assertNotIn(ESCAPE, run_at_terminal(*command, NO_COLOR="1")[2])
                self.assertIn(ESCAPE, run_at_terminal(*command, NO_COLOR="")[2])
                self.assertNotIn(ESCAPE, run_at_terminal(*command, "--color=never")[2])
                forced = concbench(*command, "--color=always",
                                   env={**os.environ, "NO_COLOR": "1"})
                self.assertIn(ESCAPE, forced.stdout)

    def test_is_ascii_where_the_locale_is(self):
        for command in self.tables + self.texts:
            with self.subTest(command=command):
                done = concbench(*command, env={**os.environ, "LC_ALL": "C"})
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertTrue(done.stdout.isascii(), done.stdout)

    def test_fits_a_narrow_terminal(self):
        for command in self.tables + self.texts:
            for options in ({"columns": 60}, {"columns": 200, "COLUMNS": "60"}):
                with self.subTest(command=command, **options):
                    code, _, text = run_at_terminal(*command, "--color=never" if command in self.tables
                                                    else "--", **options)
                    self.assertEqual(code, 0, text)
                    for line in text.replace("\r", "").splitlines():
                        self.assertTrue(len(line) <= 60 or " " not in line.strip(), line)

    def test_leaves_lines_whole_in_a_pipe(self):
        self.assertGreater(max(map(len, concbench("list").stdout.splitlines())), 100)


if __name__ == "__main__":
    unittest.main()
