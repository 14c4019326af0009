"""docs/protocol.md holds what it says, and the worker it shows works."""
import json
import os
import re
import unittest

import protocol_driver as driver


class Page(unittest.TestCase):
    def test_the_worked_values_are_those_of_the_kernels(self):
        worked = [("fib", {"n": 10}, (55, 177)),
                  ("skynet", {"leaves": 1000, "branching": 10}, (499500, 1111)),
                  ("nqueens", {"n": 6}, (4, 153)),
                  ("uts", {"tree": "tiny"}, (238, 238)),
                  ("integrate", {"n": 10}, (2550, 30205)),
                  ("mergesort", {"n": 1000, "leaf": 100}, (332833500, 31)),
                  ("matmul", {"n": 10, "leaf": 4}, (833597, 31)),
                  ("spawn", {"n": 10}, (45, 10)),
                  ("grain", {"tasks": 10, "ns": 5}, (45, 10)),
                  ("mandelbrot", {"n": 10, "limit": 50}, (1311, 10)),
                  ("ping_pong", {"hops": 5, "place": "any"}, (7, 5)),
                  ("ring", {"tasks": 10, "hops": 25}, (125, 25)),
                  ("mpmc", {"producers": 3, "consumers": 2, "capacity": 4, "messages": 10}, (55, 10)),
                  ("yield", {"tasks": 10, "yields": 3}, (165, 30)),
                  ("mutex", {"tasks": 4, "sections": 25}, (5050, 100)),
                  ("hold", {"n": 10, "touch": 0}, (55, 10)),
                  ("sleepers", {"n": 4, "first_us": 0, "span_us": 0}, (10, 4)),
                  ("chef", {"dishes": 3, "chop_us": 0, "boil_us": 0}, (42, 9)),
                  ("block", {"blockers": 2, "computers": 1, "rounds": 5, "call_us": 0,
                             "compute_us": 0}, (30, 15)),
                  ("mixed", {"greedy": 2, "polite": 3, "quantum_us": 200, "work_us": 500,
                             "wakes": 2}, (165, 22)),
                  ("heat", {"tasks": 2, "cells": 4, "phases": 3}, (1913386921856, 3)),
                  ("dot", {"n": 1001, "grain": 0}, (167168000, 1001)),
                  ("triangle", {"n": 10, "grain": 3}, (55, 10)),
                  ("primes", {"n": 100, "grain": 0}, (25, 100)),
                  ("cholesky", {"tiles": 3, "tile": 2}, (9734530594561327104, 10)),
                  ("wavefront", {"tiles": 3, "tile": 4}, (81604379263, 9)),
                  ("echo", {"connections": 3, "requests": 10, "rate": 0, "bytes": 64,
                            "slow_permille": 0, "slow_us": 0}, (55, 10))]
        said = re.findall(r"answer (\d+),\s+ops (\d+)", driver.PAGE)
        self.assertEqual([(int(answer), int(ops)) for answer, ops in said],
                         [result for _, _, result in worked])
        for workload, params, result in worked:
            self.assertEqual(driver.expected(workload, params), result, workload)

    def test_the_table_of_queens_is_that_of_the_kernel(self):
        rows = {row[0]: [int(cell) for cell in row[1:]] for row in
                ([cell.strip() for cell in line.strip("|").split("|")]
                 for line in driver.PAGE.splitlines() if re.match(r"\| (n|answer|ops) \| \d", line))}
        self.assertEqual(rows["n"], list(range(1, 17)))
        for n, answer, ops in list(zip(rows["n"], rows["answer"], rows["ops"]))[:9]:
            self.assertEqual(driver.expected("nqueens", {"n": n}), (answer, ops))


class Example(driver.WorkerChecks, unittest.TestCase):
    command = [os.path.join(driver.ROOT, "docs", "examples", "worker.py")]

    def test_it_is_short_and_runs_where_the_page_says(self):
        with open(self.command[0], encoding="utf-8") as source:
            lines = source.read().splitlines()
        self.assertEqual(lines[0], "#!/usr/bin/python3")
        self.assertLess(len(lines), 160)
        self.assertTrue(os.access(self.command[0], os.X_OK))

    def test_it_replies_as_the_transcript_shows(self):
        """Times vary from run to run; all the rest is literal."""
        def steady(message):
            return {key: type(value) if key in ("wall_ns", "cpu_ns") else value
                    for key, value in message.items()}

        with driver.Worker(self.command) as worker:
            for direction, text in driver.transcript():
                message = json.loads(text)
                if direction == "→":
                    if "cpus" in message:
                        message["cpus"] = driver.allowed_cpus()[:1]
                    worker.write(json.dumps(message))
                else:
                    self.assertEqual(steady(worker.read()), steady(message))
            self.assertEqual(worker.exit_code(), 0)

    def test_it_runs_what_it_says_it_does(self):
        for workload, params in [
                ("fib", {"n": 0}), ("fib", {"n": 9}),
                ("spawn", {"n": 1}), ("spawn", {"n": 200}),
                ("ping_pong", {"hops": 1, "place": "any"}),
                ("ping_pong", {"hops": 101, "place": "any"}),
                ("mpmc", {"producers": 1, "consumers": 1, "capacity": 1, "messages": 1}),
                ("mpmc", {"producers": 3, "consumers": 5, "capacity": 2, "messages": 100})]:
            with self.subTest(workload=workload, params=params):
                self.check_runs(workload, params, driver.allowed_cpus())

    def test_it_refuses_the_rest(self):
        with self.start() as worker:
            for workload, params in [("ring", {"tasks": 2, "hops": 1}), ("fib", {"n": 40}),
                                     ("ping_pong", {"hops": 1, "place": "cross"}),
                                     ("mpmc", {"producers": 1, "consumers": 1, "capacity": 0,
                                               "messages": 1})]:
                self.assertEqual(worker.open(workload, params)["type"], "refused", workload)


if __name__ == "__main__":
    unittest.main()
