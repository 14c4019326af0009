#!/usr/bin/python3
"""A run that is finished on another host: refused, or each process keeps the host it ran on."""

import json
import os
import signal
import subprocess
import time
import unittest

from concbench import CONCBENCH, InFolder

SELECTION = ("--model=serial,pool", "--workload=fib,spawn", "--processes=3", "--repetitions=2",
             "--min-time=0.02", "--seed=7")


def on_host(name, *arguments):
    """The program as started on a host of that name."""
    return ["unshare", "--user", "--map-root-user", "--uts", "sh", "-c",
            'hostname "$0" && exec "$@"', name, CONCBENCH, *arguments]


def run_on(name, *arguments):
    return subprocess.run(on_host(name, *arguments), capture_output=True, text=True, check=False,
                          timeout=60)


def hosts_work():
    return run_on("a", "--version").returncode == 0


@unittest.skipUnless(hosts_work(), "unshare cannot give a program a host's name of its own here")
class Hosts(InFolder):

    def result(self):
        with open(self.out, encoding="utf-8") as file:
            return json.load(file)["concbench"]

    def half_on(self, name):
        """Starts a run there and interrupts it once two processes have ended."""
        run = subprocess.Popen(on_host(name, "run", *SELECTION, f"--out={self.out}"),
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            if os.path.exists(self.out) and len(self.result()["order"]) >= 2:
                break
            time.sleep(0.02)
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(timeout=20), 128 + signal.SIGINT)
        self.assertFalse(self.result()["complete"])

    def hosts(self, result):
        return {process["host"] for cell in result["cells"] for process in cell["processes"]}

    def test_another_host_is_refused_and_the_same_is_not(self):
        self.half_on("alpha")
        before = self.out.read_bytes()
        done = run_on("beta", "run", f"--resume={self.out}")
        self.assertEqual(done.returncode, 5, done.stderr)
        for word in ("measured on alpha", "this is beta", "--resume-anywhere"):
            self.assertIn(word, done.stderr)
        self.assertEqual(self.out.read_bytes(), before)

        done = run_on("alpha", "run", f"--resume={self.out}")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(self.result()["complete"])
        self.assertEqual(self.hosts(self.result()), {"alpha"})

    def test_anywhere_keeps_the_host_of_every_process_and_tells_those_that_differ(self):
        self.half_on("alpha")
        began = {(cell["command"], process["index"])
                 for cell in self.result()["cells"] for process in cell["processes"]}
        done = run_on("beta", "run", f"--resume={self.out}", "--resume-anywhere")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("measured on alpha; the rest runs on beta", done.stderr)
        mixed = 0
        for cell in self.result()["cells"]:
            hosts = set()
            for process in cell["processes"]:
                key = (cell["command"], process["index"])
                self.assertEqual(process["host"], "alpha" if key in began else "beta", key)
                hosts.add(process["host"])
            told = "measured on several hosts: alpha, beta" in cell["warnings"]
            self.assertEqual(told, len(hosts) == 2, cell["command"])
            mixed += told
        self.assertGreater(mixed, 0)
        # A third host is refused although it bears the name of neither.
        self.assertEqual(run_on("gamma", "run", f"--resume={self.out}").returncode, 5)
        self.assertEqual(run_on("beta", "run", f"--resume={self.out}").returncode, 5)

    def test_anywhere_needs_something_to_resume(self):
        done = run_on("alpha", "run", "--resume-anywhere", "--dry-run")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("--resume-anywhere", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
