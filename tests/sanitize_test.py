#!/usr/bin/python3
"""The runtime's tests under sanitizers, and the sanitizers themselves: each must report the faults
that tests/planted_faults.cpp commits. The whole suite is what scripts/sanitize runs."""

import re
import shutil
import subprocess
import sys
import unittest

from concbench import ROOT


class Sanitizers(unittest.TestCase):
    def test_find_nothing_but_what_is_planted(self):
        done = subprocess.run([f"{ROOT}/scripts/sanitize", "--short"], capture_output=True,
                              text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout[-8000:] + done.stderr[-2000:])
        for fault in ("race", "overrun", "overflow"):
            self.assertRegex(done.stdout, rf"planted_faults\.{fault} \.+ +Passed")
        ran = [int(number) for number in re.findall(r"failed out of (\d+)", done.stdout)]
        self.assertEqual(len(ran), 2)
        self.assertGreater(min(ran), 50)


if __name__ == "__main__":
    if not shutil.which("clang++-19"):
        print("skipped: there is no clang++-19 (scripts/setup --extra)")
        sys.exit(77)
    unittest.main()
