"""Runs the built program for the tests."""

import json
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
CONCBENCH = os.environ.get("CONCBENCH", os.path.join(ROOT, "build/release/concbench"))


def concbench(*arguments, **options):
    """The finished process, with its output as text."""
    return subprocess.run([CONCBENCH, *arguments], capture_output=True, text=True, check=False,
                          timeout=options.pop("timeout", 120), stdin=subprocess.DEVNULL, **options)


def run_json(*arguments, **options):
    """`concbench run … --out -`: exit code, the result (None if there is none), stderr."""
    done = concbench("run", *arguments, "--out=-", **options)
    return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr
