#!/usr/bin/python3
"""The models of the program itself, as workers of the protocol: the same checks as for anybody's."""

import os
import unittest

import protocol_driver as driver

CONCBENCH = os.environ.get("CONCBENCH", os.path.join(driver.ROOT, "build/release/concbench"))


class BuiltIn(driver.WorkerChecks):
    """The checks, for one model of the program."""

    model = ""

    @property
    def command(self):
        return [CONCBENCH, "worker", f"--model={self.model}"]

    def test_it_says_what_it_runs_and_refuses(self):
        with driver.Worker(self.command) as worker:
            hello = worker.read()
            self.assertEqual((hello["protocol"], hello["model"]), (1, self.model))
            for workload, reason in hello["refuses"].items():
                self.assertTrue(reason)
                self.assertEqual(worker.open(workload, {})["type"], "refused")

    def test_it_runs_what_it_offers(self):
        for cpus in (driver.allowed_cpus()[:1], driver.allowed_cpus()):
            self.check_runs("fib", {"n": 8}, cpus)
            self.check_runs("spawn", {"n": 20}, cpus)

    def test_a_parameter_that_does_not_fit_is_refused_by_name(self):
        with self.start() as worker:
            self.assertIn("fib.n=61", worker.open("fib", {"n": 61})["reason"])

    def test_cold_start_is_told(self):
        with self.start() as worker:
            self.assertGreater(worker.open("spawn", {"n": 1})["cold_start_ns"], 0)


class Serial(BuiltIn, unittest.TestCase):
    model = "serial"


class SlowDown(unittest.TestCase):
    def test_is_not_lost_where_a_sample_is_one_iteration(self):
        command = [CONCBENCH, "worker", "--model=serial"]
        with driver.Worker(command) as plain, driver.Worker([*command, "--slow-down=50"]) as slowed:
            for worker in (plain, slowed):
                worker.read()
                self.assertEqual(worker.open("fib", {"n": 27})["type"], "opened")
            samples = [(plain.run(), slowed.run()) for _ in range(40)]
        quickest = [min(pair[i]["wall_ns"] for pair in samples) for i in (0, 1)]
        self.assertAlmostEqual(quickest[1] / quickest[0], 1.5, delta=0.2)
        self.assertEqual(samples[0][0]["ops"], samples[0][1]["ops"])


class Processes(BuiltIn, unittest.TestCase):
    model = "processes"


class Threads(BuiltIn, unittest.TestCase):
    model = "threads"


class Pool(BuiltIn, unittest.TestCase):
    model = "pool"


class Fibers(BuiltIn, unittest.TestCase):
    model = "fibers"


class Coroutines(BuiltIn, unittest.TestCase):
    model = "coroutines"


if __name__ == "__main__":
    unittest.main()
