#!/usr/bin/python3
"""What concbench is started with changes no number in secret: variables, CPUs, niceness, /proc."""

import os
import subprocess
import tempfile
import unittest

from concbench import CONCBENCH, concbench, run_json

CPUS = sorted(os.sched_getaffinity(0))
STEERING = {"OMP_PROC_BIND": "true", "OMP_PLACES": "cores", "GOMP_CPU_AFFINITY": str(CPUS[0])}
QUICK = ("--processes=1", "--repetitions=2", "--min-time=0.001")


class Variables(unittest.TestCase):

    @unittest.skipIf(len(CPUS) < 2, "needs two CPUs")
    def test_those_of_openmp_leave_the_allowed_cpus_alone(self):
        plain = concbench("topo").stdout
        for name, value in STEERING.items():
            with self.subTest(name):
                self.assertEqual(concbench("topo", env={**os.environ, name: value}).stdout, plain)

    def test_those_of_openmp_limit_no_worker(self):
        for name, value in {"OMP_THREAD_LIMIT": "1", "OMP_MAX_ACTIVE_LEVELS": "0"}.items():
            with self.subTest(name):
                _, result, errors = run_json("--model=openmp", "--workload=fib",
                                             f"--cores={len(CPUS)}", *QUICK,
                                             env={**os.environ, name: value})
                cell, = result["concbench"]["cells"]
                self.assertEqual(cell["status"], "ok", cell["reason"] or errors)

    def test_what_workers_do_not_get_stands_in_the_result_by_name(self):
        with tempfile.TemporaryDirectory() as folder:
            program, seen = os.path.join(folder, "spy"), os.path.join(folder, "seen")
            with open(program, "w", encoding="utf-8") as file:
                file.write(f'#!/bin/sh\nenv > {seen}\nexec {CONCBENCH} worker serial\n')
            os.chmod(program, 0o755)
            _, result, _ = run_json(f"--model=exec:env GOGC=7 {program}", "--workload=fib",
                                    "--cores=1", *QUICK,
                                    env={**os.environ, "MALLOC_ARENA_MAX": "1", "GOGC": "off",
                                         "LC_NUMERIC": "C"})
            with open(seen, encoding="utf-8") as file:
                got = file.read().splitlines()
        self.assertIn("GOGC=7", got)
        self.assertIn("LC_NUMERIC=C", got)
        self.assertNotIn("MALLOC_ARENA_MAX=1", got)
        findings = {each["id"]: each for each in result["concbench"]["environment"]["findings"]}
        self.assertEqual(findings["variables"]["severity"], "note")
        self.assertIn("GOGC", findings["variables"]["found"])
        self.assertIn("MALLOC_ARENA_MAX", findings["variables"]["found"])


class Niceness(unittest.TestCase):

    def test_stands_in_the_result(self):
        _, result, _ = run_json("--model=serial", "--workload=fib", "--cores=1", *QUICK,
                                preexec_fn=lambda: os.nice(3))
        findings = {each["id"]: each for each in result["concbench"]["environment"]["findings"]}
        self.assertEqual(findings["priority"]["severity"], "warning")
        self.assertRegex(findings["priority"]["found"], r"niceness \d+, policy other")


class NoProc(unittest.TestCase):

    def test_runs_what_can_be_run(self):
        hidden = ["unshare", "--mount", "sh", "-c", "umount -l /proc && exec \"$@\"", "sh"]
        if subprocess.run([*hidden, "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("/proc cannot be unmounted here")
        done = subprocess.run([*hidden, CONCBENCH, "run", "--model=serial,threads", "--workload=spawn",
                               "--cores=1", *QUICK], capture_output=True, text=True, check=False,
                              timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
