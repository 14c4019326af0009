#!/usr/bin/python3
"""The page that compares with the libraries: made from a result, its hand-written part kept."""

import os
import subprocess
import tempfile
import unittest

from concbench import CONCBENCH, ROOT, concbench

RECURSIONS = os.path.join(os.path.dirname(CONCBENCH), "second_way/recursions")


class Page(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.result = os.path.join(folder.name, "r.json")
        self.page = os.path.join(folder.name, "page.md")

    def write(self, *models):
        done = concbench("run", f"--model={','.join(models)}", "--workload=spawn,ping_pong",
                         "--cores=1", "--processes=2", "--repetitions=1", "--min-time=0.001",
                         f"--out={self.result}")
        self.assertEqual(done.returncode, 0, done.stderr)
        subprocess.run([os.path.join(ROOT, "scripts/frontier"), f"--from={self.result}",
                        f"--page={self.page}"], check=True, stdout=subprocess.DEVNULL)
        with open(self.page, encoding="utf-8") as file:
            return file.read()

    def test_it_holds_ours_against_the_best_peer_and_names_what_did_not_run(self):
        text = self.write("serial", "pool", "std-async")
        self.assertRegex(text, r"pool ÷ best peer \|.* std-async")
        self.assertRegex(text, r"pool ÷ serial \|.*\d")
        self.assertIn("pool skipped on ping_pong: a pool task that blocks", text)
        # A thread a task is the only peer here, and slower by orders of magnitude.
        self.assertIn("Nowhere.", text)

    def test_it_tells_the_speed_up_on_a_long_tree_if_that_was_measured(self):
        self.assertNotIn("speed-up", self.write("serial", "pool"))
        done = concbench("run", "--model=pool", "--workload=nqueens", "--set=nqueens.n=6",
                         "--cores=1", "--processes=2", "--repetitions=1", "--min-time=0.001",
                         f"--out={self.result[:-len('.json')]}-scaling.json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(self.write("serial", "pool"), r"\| pool \| .* \| .* \| 1 \(")

    def test_what_was_written_by_hand_is_kept(self):
        self.write("serial", "pool", "std-async")
        with open(self.page, encoding="utf-8") as file:
            text = file.read()
        parts = text.split("<!-- notes -->")
        self.assertEqual(len(parts), 3)
        with open(self.page, "w", encoding="utf-8") as file:
            parts[1] = "\nBecause of this.\n"
            file.write("<!-- notes -->".join(parts))
        self.assertIn("Because of this.", self.write("serial", "pool", "std-async"))

    def test_a_program_of_somebody_elses_is_one_more_peer(self):
        program = os.path.join(ROOT, "tests/fake_worker.py")
        text = self.write("serial", "pool", f"lace=exec:{program} honest")
        self.assertRegex(text, r"pool ÷ best peer \|.* lace")
        self.assertRegex(text, r"\| lace \| – .* 50 ns")

    def test_serial_is_held_against_what_a_person_would_write(self):
        self.write("serial")
        done = concbench("run", "--model=serial", f"--model=hand=exec:'{RECURSIONS}'", "--cores=1",
                         "--workload=fib,skynet,nqueens,uts,integrate,mergesort,matmul",
                         "--set=fib.n=10", "--set=skynet.leaves=100", "--set=nqueens.n=6",
                         "--set=uts.tree=T1", "--set=integrate.n=1", "--set=mergesort.n=1000",
                         "--set=matmul.n=32", "--processes=2", "--repetitions=1",
                         "--min-time=0.001", f"--out={self.result}")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)  # answers and calls are right
        subprocess.run([os.path.join(ROOT, "scripts/frontier"), "--hand", f"--from={self.result}",
                        f"--page={self.page}"], check=True, stdout=subprocess.DEVNULL)
        with open(self.page, encoding="utf-8") as file:
            text = file.read()
        self.assertEqual(text.count("<!-- hand -->"), 2)
        for tree in ("fib", "skynet", "nqueens", "uts", "integrate", "mergesort", "matmul"):
            self.assertRegex(text, rf"\| {tree} \| [\d.]+ .s \| [\d.]+ .s \| [\d.]+ \(")
        self.assertIn("serial ÷ a recursion", self.write("serial").replace("`", ""))

    def test_without_a_peer_there_is_nothing_to_compare(self):
        self.assertRegex(self.write("serial", "fibers"), r"fibers ÷ best peer \| – \| – ")


if __name__ == "__main__":
    unittest.main()
