#!/usr/bin/python3
"""The switch of stacks preserves what it must, on this machine's processor and on AArch64, with any
optimisation, and so does Boost.Context in its place."""

import os
import shutil
import subprocess
import tempfile
import unittest

from concbench import HERE

ROOT = os.path.dirname(HERE)


def run_checks(compiler, *flags, libraries=(), emulator=()):
    """What the checks say, built so."""
    with tempfile.TemporaryDirectory() as directory:
        program = os.path.join(directory, "checks")
        subprocess.run([compiler, "-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Werror", f"-I{ROOT}",
                        *flags, f"{HERE}/switch_checks.cpp", f"{ROOT}/models/runtime/switch.cpp",
                        "-o", program, *libraries], check=True)
        done = subprocess.run([*emulator, program], stdout=subprocess.PIPE, text=True, timeout=60,
                              check=False)
        return done.returncode, done.stdout


class Switch(unittest.TestCase):

    def expect_well(self, *arguments, **more):
        for level in ("-O0", "-O2"):
            with self.subTest(arguments=arguments, level=level):
                self.assertEqual(run_checks(*arguments, level, **more), (0, "all is well\n"))

    def test_here(self):
        self.expect_well("g++")

    @unittest.skipUnless(shutil.which("clang++-19"), "clang++-19 is not installed")
    def test_here_with_clang(self):
        self.expect_well("clang++-19")

    def test_here_with_boost_context(self):
        self.expect_well("g++", "-DCONCBENCH_BOOST_CONTEXT", libraries=["-lboost_context"])

    @unittest.skipUnless(shutil.which("aarch64-linux-gnu-g++") and shutil.which("qemu-aarch64-static"),
                         "g++-aarch64-linux-gnu or qemu-user-static is not installed")
    def test_on_aarch64(self):
        for protection in ("none", "standard"):
            self.expect_well("aarch64-linux-gnu-g++", "-static", f"-mbranch-protection={protection}",
                             emulator=["qemu-aarch64-static"])


if __name__ == "__main__":
    unittest.main()
