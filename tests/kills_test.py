#!/usr/bin/python3
"""Killed at random moments, concbench tears no file, loses nothing that it has shown, and leaves no
process: sixty times of the thousand that scripts/kills does."""

import os
import subprocess
import unittest

from concbench import CONCBENCH, ROOT


class Kills(unittest.TestCase):
    def test_are_survived(self):
        done = subprocess.run([f"{ROOT}/scripts/kills", "60"], capture_output=True, text=True,
                              check=False, env=os.environ | {"CONCBENCH": CONCBENCH}, timeout=500)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("60 survived", done.stdout)


if __name__ == "__main__":
    unittest.main()
