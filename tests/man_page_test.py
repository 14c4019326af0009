#!/usr/bin/python3
"""The manual page tells everything that --help does."""

import os
import re
import shutil
import subprocess
import unittest

import help as helps
from concbench import concbench


def rendered(page):
    done = subprocess.run(["groff", "-Kutf8", "-man", "-Tutf8", "-ww", "-rLL=100n"], input=page,
                          capture_output=True, text=True, check=True,
                          env={**os.environ, "GROFF_NO_SGR": "1"})
    assert not done.stderr, done.stderr
    return re.sub(".\b", "", done.stdout).replace("‐", "-").replace("−", "-")


class ManPage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.page = concbench("man").stdout
        cls.text = rendered(cls.page)
        parts = re.split(r"^   (concbench [a-z ]+)$", cls.text, flags=re.MULTILINE)
        cls.sections = dict(zip(parts[1::2], parts[2::2]))

    def section(self, command):
        return self.sections[" ".join(("concbench", *command))] if command else self.text

    def test_has_every_command_with_every_option(self):
        for command in helps.commands():
            section = self.section(command)
            for option in helps.options(command):
                with self.subTest(command=command, option=option):
                    self.assertRegex(section, re.escape(option) + r"(?![a-z-])")

    def test_has_nothing_that_is_hidden(self):
        self.assertNotIn("concbench load", self.sections)

    def test_has_the_examples_of_every_help_on_one_line_each(self):
        lines = [line.strip() for line in self.text.splitlines()]
        for command in helps.commands():
            for line in re.findall(r"^  (\S.*)$", helps.help_of(command).split("xample")[-1],
                                   re.MULTILINE):
                with self.subTest(command=command, line=line):
                    self.assertIn(line, lines)

    def test_names_exit_codes_and_environment(self):
        for word in ("EXIT STATUS", "128+n", "ENVIRONMENT", "NO_COLOR", "COLUMNS"):
            self.assertIn(word, self.text)

    @unittest.skipUnless(shutil.which("mandoc"), "there is no mandoc")
    def test_pleases_mandoc(self):
        done = subprocess.run(["mandoc", "-Tlint", "-Wwarning"], input=self.page, text=True,
                              capture_output=True, check=False)
        complaints = [line for line in done.stdout.splitlines() if "missing date" not in line]
        self.assertEqual(complaints, [])

    def test_is_what_the_build_installs(self):
        built = os.path.join(os.path.dirname(os.environ["CONCBENCH"]), "concbench.1")
        with open(built, encoding="utf-8") as file:
            self.assertEqual(file.read(), self.page)


if __name__ == "__main__":
    unittest.main()
