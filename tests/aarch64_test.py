#!/usr/bin/python3
"""The whole program, built for AArch64 and run under user-mode emulation: models give the right
answers, and its workers talk to a session on this machine.

What emulation cannot show: speed, the counters of perf_event, and `concbench run` as a whole, since
the kernel starts workers of another architecture only where binfmt_misc knows the emulator."""

import json
import os
import shutil
import subprocess
import sys
import unittest

from concbench import ROOT, concbench, run_json

BUILD = os.path.join(ROOT, "build/aarch64-quick")
EMULATOR = ["qemu-aarch64-static", "-L", os.path.join(ROOT, "build/aarch64-sysroot")]
MODELS = ["serial", "threads", "pool", "fibers", "coroutines"]


def build(*arguments):
    return subprocess.run([os.path.join(ROOT, "scripts/build-aarch64"), *arguments], check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def skip(reason):
    print("skipped:", reason)
    sys.exit(77)  # ctest's SKIP_RETURN_CODE


def emulated(program, *arguments, timeout=1200):
    return subprocess.run([*EMULATOR, os.path.join(BUILD, program), *arguments], check=False,
                          capture_output=True, text=True, timeout=timeout)


class AArch64(unittest.TestCase):

    def test_is_what_was_built(self):
        for program in ("concbench", "concbench-goroutines"):
            with open(os.path.join(BUILD, program), "rb") as file:
                header = file.read(20)
            self.assertEqual(header[:4], b"\x7fELF", program)
            self.assertEqual(int.from_bytes(header[18:20], "little"), 183, program)  # EM_AARCH64

    def test_models_give_the_right_answers(self):
        # Clients of echo call epoll_pwait2, which the emulator (qemu 7.2) does not implement.
        pairs = ":".join(f"*/{model}_*_on_2" for model in MODELS) + "-*_echo_*"
        done = emulated("tests/conformance_test", f"--gtest_filter={pairs}")
        self.assertEqual(done.returncode, 0, done.stdout[-4000:] + done.stderr[-1000:])
        for model in MODELS:
            self.assertRegex(done.stdout, rf"\[       OK \] .*/{model}_fib_on_2 ")

    def test_lists_the_same_models_and_workloads(self):
        here, there = concbench("list", "--format=json"), emulated("concbench", "list",
                                                                                         "--format=json")
        self.assertEqual(there.returncode, 0, there.stderr)
        here, there = json.loads(here.stdout), json.loads(there.stdout)
        for kind in ("models", "workloads"):
            self.assertEqual([each["name"] for each in here[kind]],
                             [each["name"] for each in there[kind]])

    def test_workers_serve_a_session_on_this_machine(self):
        worker = " ".join([*EMULATOR, os.path.join(BUILD, "concbench"), "worker"])
        commands = [f"{worker} --model={model}" for model in MODELS]
        commands.append(" ".join([*EMULATOR, os.path.join(BUILD, "concbench-goroutines")]))
        for command in commands:
            with self.subTest(command=command):
                code, result, errors = run_json("--model", f"exec:{command}", "--workload=fib",
                                                "--set=fib.n=12", "--preset=quick", timeout=300)
                self.assertEqual(code, 0, errors)
                self.assertEqual([cell["status"] for cell in result["concbench"]["cells"]], ["ok"])
                self.assertTrue(result["concbench"]["cells"][0]["verified"])


if __name__ == "__main__":
    if "CONCBENCH_AARCH64" not in os.environ:
        skip("builds and emulates for half an hour; CONCBENCH_AARCH64=1 scripts/test -R aarch64")
    for needed in ("aarch64-linux-gnu-g++", "qemu-aarch64-static", "apt-get", "go"):
        if not shutil.which(needed):
            skip(f"{needed} is not here (scripts/setup --extra)")
    SYSROOT = build("--sysroot")
    if SYSROOT.returncode:
        skip("Debian's packages for AArch64 cannot be had: " + SYSROOT.stdout[-1000:])
    BUILT = build("--quick", "concbench", "concbench_goroutines", "conformance_test")
    if BUILT.returncode:
        sys.exit(f"the program cannot be built for AArch64:\n{BUILT.stdout[-8000:]}")
    unittest.main()
