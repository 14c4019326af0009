#!/usr/bin/python3
"""A model that crashes, is killed or stops in the middle of its cell costs that cell: those of the
others stand, and of the program that it ran in nothing is left. Every model that starts at once, each way."""

import json
import os
import signal
import subprocess
import time
import unittest

from concbench import CONCBENCH, InFolder, concbench
from process_tree import children, command_of

# Programs whose runtimes take their time to say hello would be hit before they measure.
SLOW_TO_START = ("tokio", "rayon", "java", "erlang", "node", "python")
MODELS = [model["name"] for model in json.loads(concbench("list", "--format=json").stdout)["models"]
          if model["available"] and model["name"] not in SLOW_TO_START]
WORKLOAD = "spawn"  # all models have it


def model_of(command):
    """Which one a process measures, if it is one that measures."""
    if command and "goroutines" in os.path.basename(command[0]):
        return "goroutines"
    return next((word.partition("=")[2] for word in command if word.startswith("--model=")), None)


class Isolation(InFolder):

    def measure(self, victims, number):
        """Runs all models, and sends a signal to each process of the victims."""
        hit = set()
        with subprocess.Popen(
                [CONCBENCH, "run", "--model", ",".join(MODELS), f"--workload={WORKLOAD}", "--cores=1",
                 "--processes=1", "--repetitions=15", "--min-time=0.02", "--timeout=3", "--set=spawn.n=100",
                 f"--out={self.out}"],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                text=True) as run:
            while run.poll() is None:
                for pid in children(run.pid):
                    if pid not in hit and model_of(command_of(pid)) in victims:
                        time.sleep(0.1)  # it has begun to measure, or was only asked something
                        if os.path.exists(f"/proc/{pid}"):
                            os.kill(pid, number)
                            hit.add(pid)
                time.sleep(0.005)
            errors = run.stderr.read()
        self.assertEqual(run.returncode, 3, errors)
        time.sleep(0.1)
        self.assertEqual([pid for pid in hit if os.path.exists(f"/proc/{pid}")], [])
        return {cell["model"]: cell
                for cell in json.loads(self.out.read_text("utf-8"))["concbench"]["cells"]}

    def expect(self, number, status, reason):
        for victims in (MODELS[::2], MODELS[1::2]):
            cells = self.measure(victims, number)
            for model in MODELS:
                with self.subTest(model=model, victim=model in victims):
                    cell = cells[model]
                    if model in victims:
                        self.assertEqual(cell["status"], status, cell["reason"])
                        self.assertRegex(cell["reason"], reason)
                        self.assertIsNone(cell["summary"])
                    else:
                        self.assertEqual(cell["status"], "ok", cell["reason"])
                        self.assertTrue(cell["verified"])
            self.out.unlink()

    def test_of_a_crash(self):
        self.expect(signal.SIGSEGV, "crashed", "signal 11|exit code 2")  # Go answers it itself

    def test_of_a_kill(self):
        self.expect(signal.SIGKILL, "crashed", "signal 9")

    def test_of_a_stop(self):
        self.expect(signal.SIGSTOP, "timeout", "in time")


if __name__ == "__main__":
    unittest.main()
