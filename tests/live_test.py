#!/usr/bin/python3
"""`concbench run --live`: a table on the terminal, and nothing but data on stdout."""

import json
import os
import re
import unittest

from concbench import HERE, concbench
from terminal import Screen, run_at_terminal

SMALL = ("run", "--model=serial,pool,coroutines", "--workload=fib,spawn", "--set", "fib.n=10", "--set",
         "spawn.n=20", "--processes=2", "--repetitions=2", "--min-time=0.001")

# The last line of every run.
TRUST = r"see concbench doctor\r?\n?$"


def left_on(screen):
    """The lines that stay once a run is over, without the last."""
    lines = [line for line in screen.lines if line]
    return lines[:next(i for i, line in enumerate(lines) if "about this machine" in line)]


class Live(unittest.TestCase):
    def live(self, *arguments, **options):
        code, stdout, written = run_at_terminal(*SMALL, "--live", *arguments, stream="stderr", **options)
        self.assertEqual(code, 0, written)
        # What is drawn between two wipes; after the last one stands how far to trust it all.
        frames = [frame for frame in re.split(r"\033\[\d+F\033\[J", written) if frame]
        self.assertRegex(frames[-1], TRUST)
        return stdout, written, frames[:-1]

    def test_leaves_stdout_to_the_data(self):
        stdout, _, _ = self.live("--format=json")
        cells = json.loads(stdout)["concbench"]["cells"]
        self.assertEqual({cell["status"] for cell in cells}, {"ok"})

    def test_shows_the_cells_of_a_workload_with_what_is_known_so_far(self):
        _, _, frames = self.live()
        self.assertGreater(len(frames), 12)
        shown = "".join(frames)
        for model in ("serial", "pool", "coroutines"):
            self.assertRegex(shown, rf"> {model}/fib\S* +0/2  \r?\n")
            self.assertRegex(shown, rf"[> ] {model}/fib\S* +1/2 +[\d.]+ [nµ]s per task")
            self.assertRegex(shown, rf"[> ] {model}/spawn\S* +2/2 +[\d.]+ [nµ]s per task  \S+–\S+ [nµ]s")
        self.assertRegex(frames[-1], r"12/12 .* 6 of 6 cells measured")

    def test_wipes_its_table_off_in_the_end(self):
        _, written, _ = self.live()
        self.assertEqual(left_on(Screen().write(written)), [])

    def test_never_takes_more_lines_or_columns_than_there_are(self):
        _, _, frames = self.live(columns=40, rows=4)
        for frame in frames[1:]:
            lines = frame.replace("\r", "").rstrip("\n").split("\n")
            self.assertLessEqual(len(lines), 3)
            self.assertLessEqual(max(map(len, lines)), 40)
        self.assertIn("and 2 more cells", frames[1])

    def test_is_ascii_where_the_terminal_is(self):
        _, written, _ = self.live(LC_ALL="C")
        self.assertTrue(written.isascii())

    def test_falls_back_to_lines_without_a_terminal(self):
        done = concbench(*SMALL, "--live")
        self.assertEqual(done.returncode, 0)
        self.assertNotIn("\033", done.stderr)
        self.assertEqual(len(re.findall(r"^\[\d+/12\] .*ns per task$", done.stderr, re.MULTILINE)), 6)

    def test_tells_a_failure_above_the_table(self):
        fake = "exec:" + os.path.join(HERE, "fake_worker.py") + " crash"
        code, _, written = run_at_terminal("run", "--model=serial", "--model=" + fake, "--live",
                                           "--workload=spawn", "--processes=2", "--min-time=0.001",
                                           stream="stderr", columns=200)
        self.assertEqual(code, 3, written)
        lines = left_on(Screen().write(written))
        self.assertEqual(len(lines), 1, lines)
        self.assertRegex(lines[0], r"crash/spawn.*: crashed: ")


if __name__ == "__main__":
    unittest.main()
