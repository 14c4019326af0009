#!/usr/bin/python3
"""Models that are programs of other languages: rows with a reason where they cannot be had."""

import json
import os
import shutil
import stat
import subprocess
import unittest

from concbench import CONCBENCH, ROOT, InFolder

PROGRAMS = ("goroutines", "tokio", "rayon", "java", "erlang", "node", "python")
QUICK = ("--workload=fib", "--set=fib.n=1", "--cores=1", "--processes=1", "--repetitions=1",
         "--min-time=0.0001")


class Alone(InFolder):
    """concbench in a folder with nothing beside it, or with what a test puts there."""

    def setUp(self):
        super().setUp()
        self.alone = self.folder / "concbench"
        shutil.copy(CONCBENCH, self.alone)

    def start(self, *arguments):
        return subprocess.run([self.alone, *arguments], capture_output=True, text=True, check=False,
                              timeout=120)

    def put(self, model, text):
        path = self.folder / f"concbench-{model}"
        path.write_text(text, encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def listed(self):
        done = self.start("list", "--format=json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return {model["name"]: model for model in json.loads(done.stdout)["models"]}

    def check_reason(self, model, reason):
        self.assertIn("scripts/setup", reason)
        self.assertEqual("scripts/setup --languages" in reason, model != "goroutines", reason)

    def test_absent_programs_are_rows_that_say_what_installs_them(self):
        listed = self.listed()
        for model in PROGRAMS:
            with self.subTest(model):
                self.assertFalse(listed[model]["available"])
                self.check_reason(model, listed[model]["reason"])

    def test_absent_programs_are_skipped_among_all(self):
        done = self.start("run", "--model=all", *QUICK, f"--out={self.out}")
        self.assertEqual(done.returncode, 0, done.stderr)
        cells = {cell["model"]: cell for cell in
                 json.loads(self.out.read_text("utf-8"))["concbench"]["cells"]}
        for model in PROGRAMS:
            with self.subTest(model):
                self.assertEqual(cells[model]["status"], "skipped")
                self.check_reason(model, cells[model]["reason"])

    def test_an_absent_program_that_was_named_is_an_error(self):
        for model in PROGRAMS:
            with self.subTest(model):
                done = self.start("run", f"--model={model},serial", *QUICK)
                self.assertEqual(done.returncode, 5)
                self.check_reason(model, done.stderr)

    def test_a_program_without_its_runtime_is_absent_too(self):
        self.put("node", "#!/nowhere/node\n")
        self.put("java", "#!/bin/sh\necho 'there is no java command' >&2\nexit 127\n")
        listed = self.listed()
        for model, why in (("node", "No such file"), ("java", "there is no java command")):
            with self.subTest(model):
                self.assertFalse(listed[model]["available"])
                self.assertIn(why, listed[model]["reason"])
                self.check_reason(model, listed[model]["reason"])

    def test_a_program_beside_it_is_asked_with_the_variant_that_was_named(self):
        # serial stands in for it, and has no such variant.
        self.put("tokio", f"#!/bin/sh\ntee {self.folder}/asked | "
                 "sed -u 's/\"options\":{[^}]*}/\"options\":{}/' | "
                 f"exec {CONCBENCH} worker --model=serial\n")
        for token, flavor in (("tokio", "multi"), ("tokio:flavor=current", "current")):
            with self.subTest(token):
                done = self.start("run", f"--model={token}", *QUICK)
                self.assertEqual(done.returncode, 0, done.stderr)
                asked = json.loads((self.folder / "asked").read_text("utf-8").splitlines()[0])
                self.assertEqual(asked["options"], {"flavor": flavor})
        done = self.start("run", "--model=tokio:flavor=sweet", *QUICK)
        self.assertEqual(done.returncode, 2)
        self.assertIn("multi|current", done.stderr)


class Setup(InFolder):
    def test_names_the_option_that_installs_languages(self):
        text = subprocess.run([os.path.join(ROOT, "scripts/setup"), "--help"], capture_output=True,
                              text=True, check=True).stdout
        self.assertIn("--languages", text)

    def lacking(self, *options):
        """The packages that setup would install on a machine with hardly a command, nor apt-get."""
        for command in ("cut", "sort"):
            (self.folder / command).symlink_to(shutil.which(command))
        done = subprocess.run(["/bin/bash", os.path.join(ROOT, "scripts/setup"), *options],
                              env={"PATH": str(self.folder)}, capture_output=True, text=True,
                              check=False)
        self.assertIn("there is no apt-get", done.stderr)
        return {line.split()[0] for line in done.stderr.splitlines() if line.startswith("  ")}

    def test_installs_no_language_unless_asked(self):
        languages = {"cargo", "rustc", "erlang-base", "default-jdk-headless"}
        self.assertFalse(languages & self.lacking())

    def test_installs_languages_when_asked(self):
        languages = {"cargo", "rustc", "erlang-base", "nodejs", "default-jdk-headless"}
        self.assertLessEqual(languages, self.lacking("--languages"))


if __name__ == "__main__":
    unittest.main()
