#!/usr/bin/python3
"""The readers of results, checks, messages, presets and machines take whatever a fuzzer comes upon."""

import re
import shutil
import subprocess
import sys
import unittest

from concbench import ROOT

EACH = 100_000


class Fuzz(unittest.TestCase):
    def test_readers_take_anything(self):
        done = subprocess.run([f"{ROOT}/scripts/fuzz", f"--executions={EACH}"],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        executed = re.findall(r"number_of_executed_units: *(\d+)", done.stdout)
        self.assertEqual(len(executed), 5, done.stdout)
        self.assertTrue(all(int(number) >= EACH for number in executed), executed)


if __name__ == "__main__":
    if not shutil.which("clang++-19"):
        print("skipped: there is no clang++-19 (scripts/setup --extra)")
        sys.exit(77)
    unittest.main()
