"""The goroutines program keeps the worker protocol and gives the right answers."""
import json
import os
import shutil
import subprocess
import sys
import unittest

import protocol_driver as driver

PROGRAM = os.path.join(os.path.dirname(os.environ.get("CONCBENCH", "")), "concbench-goroutines")


CASES = {
    "fib": [{"n": 0}, {"n": 1}, {"n": 2}, {"n": 20}],
    "skynet": [{"leaves": 1, "branching": 10}, {"leaves": 10_000, "branching": 10},
               {"leaves": 64, "branching": 2}],
    "nqueens": [{"n": 1}, {"n": 3}, {"n": 8}],
    "uts": [{"tree": "tiny"}, {"tree": "small"}],
    "integrate": [{"n": 1}, {"n": 7}],
    "mergesort": [{"n": 1, "leaf": 1}, {"n": 1001, "leaf": 1}, {"n": 5000, "leaf": 100}],
    "matmul": [{"n": 1, "leaf": 1}, {"n": 33, "leaf": 4}, {"n": 20, "leaf": 100}],
    "spawn": [{"n": 1}, {"n": 1000}],
    "grain": [{"tasks": 1, "ns": 0}, {"tasks": 100, "ns": 1000}],
    "mandelbrot": [{"n": 1, "limit": 1}, {"n": 33, "limit": 100}],
    "ping_pong": [{"hops": 1, "place": "any"}, {"hops": 1001, "place": "any"},
                  {"hops": 1000, "place": "same"}],
    "ring": [{"tasks": 2, "hops": 1}, {"tasks": 1000, "hops": 10}, {"tasks": 7, "hops": 1000}],
    "spsc": [{"capacity": 0, "messages": 1000}, {"capacity": 64, "messages": 1000}],
    "mpsc": [{"producers": 3, "capacity": 0, "messages": 1000},
             {"producers": 5, "capacity": 1, "messages": 1000}],
    "mpmc": [{"producers": 1, "consumers": 1, "capacity": 1, "messages": 1},
             {"producers": 3, "consumers": 2, "capacity": 0, "messages": 1000},
             {"producers": 2, "consumers": 2, "capacity": 64, "messages": 10_000},
             {"producers": 10, "consumers": 3, "capacity": 1, "messages": 7}],
    "yield": [{"tasks": 1, "yields": 1}, {"tasks": 100, "yields": 100}],
    "mutex": [{"tasks": 1, "sections": 1}, {"tasks": 20, "sections": 1000}],
    "hold": [{"n": 1, "touch": 0}, {"n": 2000, "touch": 0}, {"n": 100, "touch": 50_000}],
    "sleepers": [{"n": 1, "first_us": 0, "span_us": 0},
                 {"n": 500, "first_us": 1000, "span_us": 5000}],
    "chef": [{"dishes": 1, "chop_us": 0, "boil_us": 0},
             {"dishes": 20, "chop_us": 10, "boil_us": 2000}],
    "block": [{"blockers": 0, "computers": 1, "rounds": 1, "call_us": 0, "compute_us": 0},
              {"blockers": 4, "computers": 4, "rounds": 3, "call_us": 500, "compute_us": 20}],
    "mixed": [{"greedy": 0, "polite": 1, "quantum_us": 1, "work_us": 1, "wakes": 1},
              {"greedy": 2, "polite": 3, "quantum_us": 200, "work_us": 500, "wakes": 2}],
    "heat": [{"tasks": 1, "cells": 1, "phases": 1}, {"tasks": 7, "cells": 5, "phases": 3},
             {"tasks": 4, "cells": 1000, "phases": 50}],
    "dot": [{"n": 1, "grain": 0}, {"n": 5000, "grain": 0}, {"n": 5000, "grain": 7}],
    "triangle": [{"n": 1, "grain": 0}, {"n": 500, "grain": 0}, {"n": 500, "grain": 501}],
    "primes": [{"n": 1, "grain": 0}, {"n": 5000, "grain": 0}, {"n": 500, "grain": 1}],
    "cholesky": [{"tiles": 1, "tile": 1}, {"tiles": 9, "tile": 1}, {"tiles": 5, "tile": 7}],
    "wavefront": [{"tiles": 1, "tile": 1}, {"tiles": 20, "tile": 1}, {"tiles": 5, "tile": 7}],
    "echo": [driver.echo(connections=1, requests=1), driver.echo(connections=20, requests=10),
             driver.echo(connections=4, requests=200, rate=0, bytes=20_000),
             driver.echo(connections=4, requests=100, slow_permille=100)],
}


class Source(unittest.TestCase):
    """The program's own tests, and Go's opinion on its source."""

    def go(self, *command):
        environment = dict(os.environ, GOPROXY="off", GOFLAGS="-mod=mod", GOTOOLCHAIN="local")
        done = subprocess.run(command, cwd=os.path.join(driver.ROOT, "models", "goroutines"),
                              env=environment, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def setUp(self):
        if not shutil.which("go"):
            self.skipTest("there is no go command")

    def test_go_test_passes(self):
        self.go("go", "test", ".")

    def test_go_vet_finds_nothing(self):
        self.go("go", "vet", ".")

    def test_it_is_formatted(self):
        if not shutil.which("gofmt"):
            self.skipTest("there is no gofmt command")
        self.assertEqual(self.go("gofmt", "-l", "."), "")


class Goroutines(driver.ObservationChecks, driver.WorkerChecks, unittest.TestCase):
    command = [PROGRAM]
    noted = [("spawn", CASES["spawn"][1], 1000), ("ring", {"tasks": 1000, "hops": 1000}, 999),
             ("mpmc", CASES["mpmc"][1], 1000), ("mutex", CASES["mutex"][1], 20_000),
             ("sleepers", CASES["sleepers"][1], 500), ("chef", CASES["chef"][1], 20),
             ("block", CASES["block"][1], 12), ("mixed", CASES["mixed"][1], 6)]
    task_bytes = range(2048, 1 << 40)  # a goroutine's stack
    shares = "any"
    omits_empty = True

    def test_hello_says_what_it_is(self):
        with driver.Worker(self.command) as worker:
            hello = worker.read()
        self.assertEqual((hello["protocol"], hello["program"], hello["model"], hello["refuses"]),
                         (1, "concbench-goroutines", "goroutines", {}))
        self.assertEqual(set(hello["workloads"]), set(CASES))

    def test_every_workload_gives_the_right_answer_and_count(self):
        cpus = driver.allowed_cpus()
        for workload, sizes in CASES.items():
            for params in sizes:
                for placed in (cpus[:1], cpus, cpus + cpus):  # also more workers than CPUs
                    with self.subTest(workload=workload, params=params, cpus=placed):
                        self.check_runs(workload, params, placed)

    def test_params_that_do_not_fit_are_refused_by_name(self):
        for workload, params, named in [
                ("fib", {}, "fib.n"), ("fib", {"n": 61}, "fib.n"), ("fib", {"n": -1}, "fib.n"),
                ("fib", {"n": "3"}, "fib.n"), ("fib", {"n": 1.5}, "fib.n"),
                ("fib", {"n": 1, "m": 1}, '"m"'), ("nqueens", {"n": 17}, "nqueens.n"),
                ("skynet", {"leaves": 11, "branching": 10}, "skynet.leaves"),
                ("ping_pong", {"hops": 1, "place": "near"}, "ping_pong.place"),
                ("ping_pong", {"hops": 1, "place": "cross"}, "ping_pong.place=cross")]:
            with self.subTest(workload=workload, params=params), self.start() as worker:
                refused = worker.open(workload, params)
                self.assertEqual(refused["type"], "refused")
                self.assertIn(named, refused["reason"])

    def test_an_unknown_option_and_no_cpus_are_refused(self):
        with self.start() as worker:
            refused = worker.open("spawn", {"n": 1}, options={"stack": "64k"})
            self.assertEqual(refused["type"], "refused")
            self.assertIn("stack", refused["reason"])
            self.assertEqual(worker.open("spawn", {"n": 1}, cpus=[])["type"], "refused")

    def test_a_violation_is_answered_with_its_reason(self):
        for line, named in [("{", "JSON"), ('{"type":"dance"}', "dance"),
                            ('{"type":"run","iterations":1}', "no cell"),
                            ('{"type":"run","iterations":"1"}', "iterations"),
                            ('{"type":"' + "x" * (1 << 20) + '"}', "long")]:
            with self.subTest(line=line[:40]), self.start() as worker:
                worker.write(line)
                failed = worker.read()
                self.assertEqual(failed["type"], "failed")
                self.assertIn(named, failed["reason"])
                self.assertEqual(worker.exit_code(), 1)

    def test_iterations_below_one_are_a_violation(self):
        for iterations in (0, -1):
            with self.start() as worker:
                worker.open("spawn", {"n": 1})
                self.assertEqual(worker.run(iterations)["type"], "failed")
                self.assertEqual(worker.exit_code(), 1)

    def test_every_thread_is_bound_and_seen_where_it_was_bound(self):
        for cpu in driver.allowed_cpus():
            with self.start() as worker:
                worker.open("skynet", {"leaves": 10_000, "branching": 10}, cpus=[cpu, cpu])
                for _ in range(3):
                    report, = worker.run(5)["workers"]
                    self.assertEqual(report, {"cpu": cpu, "observed": [cpu], "migrations": 0})
                for thread in os.listdir(f"/proc/{worker.process.pid}/task"):
                    self.assertEqual(os.sched_getaffinity(int(thread)), {cpu})

    def test_a_free_worker_is_seen_within_its_cpus(self):
        cpus = driver.allowed_cpus()
        if len(cpus) < 2:
            self.skipTest("one CPU")
        with self.start() as worker:
            worker.open("yield", {"tasks": 100, "yields": 100}, cpus=cpus[:2])
            report, = worker.run(20)["workers"]
            self.assertEqual(report["cpu"], -1)
            self.assertTrue(report["observed"])
            self.assertLessEqual(set(report["observed"]), set(cpus[:2]))

    def test_an_observed_barrier_has_nothing_to_note(self):
        self.assertEqual(self.observe("heat", CASES["heat"][1]), ({}, 0))

    def test_more_than_memory_holds_is_refused_by_the_name_of_the_limit(self):
        with self.start() as worker:
            refused = worker.open("hold", {"n": 100_000_000, "touch": 1 << 20})
            self.assertEqual(refused["type"], "refused")
            self.assertRegex(refused["reason"], "memory")

    def test_usage_is_plausible(self):
        sample = self.check_usage("fib", {"n": 18}, 10)
        self.assertGreaterEqual(min(sample["voluntary"], sample["involuntary"]), 0)

    def test_messages_sent_ahead_are_answered_in_order(self):
        with self.start() as worker:
            message = {"type": "open", "workload": "spawn", "params": {"n": 10},
                       "cpus": driver.allowed_cpus()[:1], "options": {}}
            for line in (message, {"type": "run", "iterations": 2}, {"type": "close"}):
                worker.write(json.dumps(line))
            self.assertEqual([worker.read()["type"] for _ in range(3)],
                             ["opened", "sample", "closed"])
            self.assertEqual(worker.exit_code(), 0)


if __name__ == "__main__":
    if not os.path.exists(PROGRAM):
        print(f"skipped: built without Go, there is no {PROGRAM}")
        sys.exit(77)  # ctest's SKIP_RETURN_CODE
    unittest.main()
