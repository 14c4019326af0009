#!/usr/bin/python3
"""System calls that fail end no command by a signal, in a hang or with a torn file: sixty cases
picked by chance of the tens of thousands that scripts/failing-calls has."""

import os
import shutil
import subprocess
import sys
import unittest

from concbench import CONCBENCH, ROOT


class FailingCalls(unittest.TestCase):
    def test_are_taken_well(self):
        done = subprocess.run([f"{ROOT}/scripts/failing-calls", "--sample=60", "--seed=1"],
                              capture_output=True, text=True, check=False, timeout=550,
                              env=os.environ | {"CONCBENCH": CONCBENCH})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    may_trace = shutil.which("strace") and subprocess.run(
        ["strace", "-o", "/dev/null", "true"], capture_output=True, check=False).returncode == 0
    if not may_trace:
        print("skipped: there is no strace, or it may not trace")
        sys.exit(77)
    unittest.main()
