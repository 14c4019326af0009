"""Runs the built program for the tests."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
sys.path.insert(0, os.path.join(ROOT, "scripts"))  # what tests and scripts share
CONCBENCH = os.environ.get("CONCBENCH", os.path.join(ROOT, "build/release/concbench"))


class InFolder(unittest.TestCase):
    """Has a folder of its own, which goes with it, and a place for a result in it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.out = self.folder / "r.json"


def concbench(*arguments, **options):
    """The finished process, with its output as text."""
    return subprocess.run([CONCBENCH, *arguments], capture_output=True, text=True, check=False,
                          timeout=options.pop("timeout", 120), stdin=subprocess.DEVNULL, **options)


def run_json(*arguments, **options):
    """`concbench run … --out -`: exit code, the result (None if there is none), stderr."""
    done = concbench("run", *arguments, "--out=-", **options)
    return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr


def cached(program):
    """The path of a program that the build has found."""
    with open(os.path.join(os.path.dirname(CONCBENCH), "CMakeCache.txt"), encoding="utf-8") as cache:
        return next(line.strip().split("=", 1)[1] for line in cache if line.startswith(program + ":"))
