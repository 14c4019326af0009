#!/usr/bin/python3
"""The page of platforms follows from what was recorded, and what is recorded from what was run."""

import importlib.machinery
import importlib.util
import json
import os
import subprocess
import tempfile
import unittest

from concbench import ROOT

SCRIPT = os.path.join(ROOT, "scripts/platforms")

# As ctest writes it.
REPORT = """<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="Linux" tests="4" failures="1" disabled="1" skipped="1">
  <testcase name="fib" classname="fib" time="1" status="run"><system-out/></testcase>
  <testcase name="ring" classname="ring" time="1" status="run"><system-out/></testcase>
  <testcase name="arm" classname="arm" time="1" status="notrun"><skipped message=""/></testcase>
  <testcase name="topo" classname="topo" time="1" status="fail"><failure message=""/></testcase>
</testsuite>
"""


def script():
    loader = importlib.machinery.SourceFileLoader("platforms", SCRIPT)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("platforms", loader))
    loader.exec_module(module)
    return module


def row(**changes):
    return {"date": "2026-01-31", "commit": "0123456789ab", "run": 0, "test": 0, "debian": "12.12",
            "tests": {"passed": 7, "skipped": [], "failed": []},
            "versions": {"compiler": "GNU 12.2.0", "tbb": "2021.8.0"}, **changes}


class Page(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.data = os.path.join(folder.name, "platforms.json")
        self.page = os.path.join(folder.name, "platforms.md")

    def write(self, rows):
        with open(self.data, "w", encoding="utf-8") as file:
            json.dump(rows, file)
        subprocess.run([SCRIPT, "--page-only", f"--data={self.data}", f"--page={self.page}"],
                       check=True, stderr=subprocess.DEVNULL)
        with open(self.page, encoding="utf-8") as file:
            return file.read()

    def test_of_the_book_follows_from_the_recorded_attempts(self):
        with open(os.path.join(ROOT, "docs/data/platforms.json"), encoding="utf-8") as file:
            text = self.write(json.load(file))
        with open(os.path.join(ROOT, "docs/platforms.md"), encoding="utf-8") as file:
            self.assertEqual(file.read(), text)

    def test_names_its_command_and_has_a_column_for_each_that_was_tried(self):
        text = self.write({"sid": row(versions={"compiler": "GNU 16.2.0"}), "bookworm": row()})
        self.assertIn("\nscripts/platforms\n", text)
        self.assertIn("|  | Debian 12 | Debian sid |".replace("  ", " "), text)
        self.assertIn("| compiler | GNU 12.2.0 | GNU 16.2.0 |", text)
        self.assertIn("| oneTBB | 2021.8.0 | – |", text)
        self.assertIn("| tests passed | 7 | 7 |", text)

    def test_tells_failures_by_name(self):
        text = self.write({"sid": row(test=8, tests={"passed": 5, "skipped": ["arm"],
                                                     "failed": ["topo", "page"]})})
        self.assertIn("| tests failed | 2 |", text)
        self.assertIn("Failed on Debian sid: topo, page.", text)
        self.assertIn("Skipped on Debian sid: arm.", text)

    def test_counts_no_tests_where_nothing_was_built(self):
        text = self.write({"sid": row(run=1, test=1, tests=None)})
        self.assertIn("| `scripts/run` ended | 1 |", text)
        self.assertIn("| tests passed | – |", text)


class Record(unittest.TestCase):
    def test_counts_what_ctest_reports(self):
        with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
            file.write(REPORT)
            file.flush()
            self.assertEqual(script().tests(file.name),
                             {"passed": 2, "skipped": ["arm"], "failed": ["topo"]})

    def test_has_no_tests_where_ctest_wrote_nothing(self):
        self.assertIsNone(script().tests("/nonexistent/tests.xml"))

    def test_finds_the_version_in_what_tools_say(self):
        module = script()

        class System:
            def __init__(self, text):
                self.stdout = text

            def run(self, *_, **__):
                return self

        for text, version in (("ldd (Debian GLIBC 2.36-9+deb12u10) 2.36\n", "2.36"),
                              ("go version go1.27.3 linux/amd64\n", "1.27.3"), ("v24.22.2\n", "24.22.2"),
                              ("cmake version 3.25.1\n\nCMake suite 1.0", "3.25.1"),
                              ("bash: not found\n", None)):
            self.assertEqual(module.tool_version(System(text), ["tool"]), version)


if __name__ == "__main__":
    unittest.main()
