#!/usr/bin/python3
"""The program concbench-java keeps the worker protocol and gives the right answers."""

import glob
import json
import os
import subprocess
import sys
import unittest

import protocol_driver as driver
from javas import javas

PROGRAM = os.path.join(os.path.dirname(os.environ.get("CONCBENCH", "")), "concbench-java")


MACHINES = javas()
VIRTUAL = max(MACHINES, default=0) >= 21


def command(java):
    """The program, which starts the `java` that it finds."""
    return ["env", f"PATH={os.path.dirname(java)}:{os.environ['PATH']}", PROGRAM]


CASES = {
    "fib": [{"n": 0}, {"n": 16}],
    "skynet": [{"leaves": 1, "branching": 10}, {"leaves": 1000, "branching": 10},
               {"leaves": 64, "branching": 2}],
    "nqueens": [{"n": 1}, {"n": 3}, {"n": 7}],
    "uts": [{"tree": "tiny"}],
    "spawn": [{"n": 1}, {"n": 1000}],
    "grain": [{"tasks": 1, "ns": 0}, {"tasks": 100, "ns": 1000}],
    "ping_pong": [{"hops": 1, "place": "any"}, {"hops": 1001, "place": "any"}],
    "ring": [{"tasks": 2, "hops": 1}, {"tasks": 100, "hops": 10}, {"tasks": 7, "hops": 1000}],
    "spsc": [{"capacity": 0, "messages": 1000}, {"capacity": 64, "messages": 1000}],
    "mpsc": [{"producers": 3, "capacity": 0, "messages": 1000},
             {"producers": 5, "capacity": 1, "messages": 1000}],
    "mpmc": [{"producers": 1, "consumers": 1, "capacity": 1, "messages": 1},
             {"producers": 3, "consumers": 2, "capacity": 0, "messages": 1000},
             {"producers": 10, "consumers": 3, "capacity": 64, "messages": 7}],
    "yield": [{"tasks": 1, "yields": 1}, {"tasks": 100, "yields": 20}],
    "mutex": [{"tasks": 1, "sections": 1}, {"tasks": 20, "sections": 100}],
    "hold": [{"n": 1, "touch": 0}, {"n": 1000, "touch": 0}],
    "sleepers": [{"n": 1, "first_us": 0, "span_us": 0},
                 {"n": 500, "first_us": 1000, "span_us": 5000}],
    "chef": [{"dishes": 1, "chop_us": 0, "boil_us": 0},
             {"dishes": 20, "chop_us": 10, "boil_us": 2000}],
    "block": [{"blockers": 0, "computers": 1, "rounds": 1, "call_us": 0, "compute_us": 0},
              {"blockers": 4, "computers": 4, "rounds": 3, "call_us": 500, "compute_us": 20}],
    "echo": [driver.echo(connections=1, requests=1),
             driver.echo(connections=4, requests=50, rate=0, bytes=20_000),
             driver.echo(connections=4, requests=50, slow_permille=100)],
}
ALL = [(workload, params) for workload, sizes in CASES.items() for params in sizes]


class WithOptions:
    """Workers that are asked for one kind of thread."""

    threads = None

    def start(self):
        worker = driver.WorkerChecks.start(self)
        ask = worker.ask

        def ask_with_options(**message):
            if message["type"] == "open":
                message["options"] = message["options"] or {"threads": self.threads}
            return ask(**message)
        worker.ask = ask_with_options
        return worker


class Conversation(WithOptions, driver.WorkerChecks, unittest.TestCase):
    """What the newest machine says; the kind of thread makes no difference."""

    threads = "virtual" if VIRTUAL else "platform"
    command = command(MACHINES[max(MACHINES)]) if MACHINES else None

    def test_hello_is_what_the_classes_say(self):
        with driver.Worker(self.command) as worker:
            hello = worker.read()
        self.assertEqual((hello["protocol"], hello["program"], hello["model"], hello["refuses"]),
                         (1, "concbench-java", "java", {}))
        self.assertEqual(set(hello["workloads"]), set(CASES))

    def test_an_unknown_option_no_cpus_and_other_cpus_are_refused(self):
        with self.start() as worker:
            for options, named in (({"stack": "64k"}, "stack"), ({"threads": "green"}, "green")):
                refused = worker.open("spawn", {"n": 1}, options=options)
                self.assertEqual(refused["type"], "refused")
                self.assertIn(named, refused["reason"])
            self.assertEqual(worker.open("spawn", {"n": 1}, cpus=[])["type"], "refused")
            cpu = driver.allowed_cpus()[0]
            refused = worker.open("spawn", {"n": 1}, cpus=[cpu, cpu])
            self.assertIn("number of workers", refused["reason"])

    def test_a_violation_is_answered_with_its_reason(self):
        for line, named in [("{", "JSON"), ('{"type":"dance"}', "dance"),
                            ('{"type":"run","iterations":1}', "no cell"),
                            ('{"type":"' + "x" * (1 << 20) + '"}', "long")]:
            with self.subTest(line=line[:40]), self.start() as worker:
                worker.write(line)
                failed = worker.read()
                self.assertEqual(failed["type"], "failed")
                self.assertIn(named, failed["reason"])
                self.assertEqual(worker.exit_code(), 1)

    def test_iterations_below_one_are_a_violation(self):
        with self.start() as worker:
            worker.open("spawn", {"n": 1})
            self.assertEqual(worker.run(0)["type"], "failed")
            self.assertEqual(worker.exit_code(), 1)

    def test_every_thread_is_bound_and_seen_where_it_was_bound(self):
        cpu = driver.allowed_cpus()[-1]
        with self.start() as worker:
            worker.open("skynet", {"leaves": 100, "branching": 10}, cpus=[cpu, cpu])
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

    def test_messages_sent_ahead_are_answered_in_order(self):
        with self.start() as worker:
            message = {"type": "open", "workload": "spawn", "params": {"n": 10},
                       "cpus": driver.allowed_cpus()[:1], "options": {"threads": self.threads}}
            for line in (message, {"type": "run", "iterations": 2}, {"type": "close"}):
                worker.write(json.dumps(line))
            self.assertEqual([worker.read()["type"] for _ in range(3)],
                             ["opened", "sample", "closed"])
            self.assertEqual(worker.exit_code(), 0)

    def test_params_that_do_not_fit_are_refused_by_name(self):
        with self.start() as worker:
            for workload, params, named in [
                    ("fib", {}, "fib.n"), ("fib", {"n": 61}, "fib.n"), ("fib", {"n": -1}, "fib.n"),
                    ("fib", {"n": "3"}, "fib.n"), ("fib", {"n": 1.5}, "fib.n"),
                    ("fib", {"n": 1, "m": 1}, '"m"'), ("nqueens", {"n": 17}, "nqueens.n"),
                    ("skynet", {"leaves": 11, "branching": 10}, "skynet.leaves"),
                    ("uts", {"tree": "T2"}, "uts.tree"),
                    ("hold", {"n": 1, "touch": 512}, "hold.touch"),
                    ("ping_pong", {"hops": 1, "place": "near"}, "ping_pong.place"),
                    ("ping_pong", {"hops": 1, "place": "cross"}, "ping_pong.place=cross")]:
                with self.subTest(workload=workload, params=params):
                    refused = worker.open(workload, params)
                    self.assertEqual(refused["type"], "refused")
                    self.assertIn(named, refused["reason"])


class Java(driver.ObservationChecks, WithOptions):
    """What holds for either kind of thread."""

    noted = [("spawn", CASES["spawn"][1], 1000), ("ring", {"tasks": 100, "hops": 1000}, 999),
             ("mpmc", CASES["mpmc"][1], 1000), ("mutex", CASES["mutex"][1], 2000),
             ("sleepers", CASES["sleepers"][1], 500), ("chef", CASES["chef"][1], 20),
             ("block", CASES["block"][1], 12)]
    held, task_bytes, shares = 1000, range(400, 1 << 40), "any"

    check_runs = driver.WorkerChecks.check_runs
    check_usage = driver.WorkerChecks.check_usage
    check_types = driver.WorkerChecks.check_types

    def test_every_workload_gives_the_right_answer_and_count(self):
        cpus = driver.allowed_cpus()
        placements = (cpus[:1], cpus, cpus + cpus)  # also more workers than CPUs
        for number, (workload, params) in enumerate(self.cases):
            placed = placements[number % len(placements)]
            with self.subTest(workload=workload, params=params, cpus=placed):
                self.check_runs(workload, params, placed)

    def test_a_lock_keeps_others_out(self):
        # Observed, since then the tasks take long enough to meet.
        self.observe("mutex", {"tasks": 2, "sections": 500_000})

    def test_usage_is_plausible_or_unknown(self):
        if self.release >= 21:
            sample = self.check_usage("fib", {"n": 10}, 100)
            self.assertGreaterEqual(min(sample["voluntary"], sample["involuntary"]), 0)
            return
        with self.start() as worker:
            worker.open("fib", {"n": 10}, driver.allowed_cpus()[:1])
            sample = worker.run(100)
            usage = [sample[name] for name in ("cpu_ns", "voluntary", "involuntary")]
            self.assertEqual(usage, [None] * 3)

    def refusal_of(self, workload, params, cpus=None):
        with self.start() as worker:
            reply = worker.open(workload, params, cpus)
            return reply["reason"] if reply["type"] == "refused" else ""


class Platform(Java, unittest.TestCase):
    threads = "platform"
    cases = [(workload, sizes[-1]) for workload, sizes in CASES.items()] + [("fib", {"n": 9})]
    release = min(MACHINES, default=0)
    command = command(MACHINES[release]) if MACHINES else None

    def test_more_threads_than_the_machine_has_are_refused_by_the_name_of_the_limit(self):
        for workload, params in (("fib", {"n": 40}), ("spawn", {"n": 100_000_000}),
                                 ("hold", {"n": 100_000_000, "touch": 0})):
            with self.subTest(workload):
                self.assertRegex(self.refusal_of(workload, params),
                                 "kernel.pid_max|kernel.threads-max|pids.max|NPROC|max_map_count")

    def test_virtual_threads_are_refused_by_a_machine_that_has_none(self):
        if self.release >= 21:
            self.skipTest("every JDK here has virtual threads")
        with driver.Worker(self.command) as worker:
            worker.read()
            refused = worker.open("fib", {"n": 1}, options={"threads": "virtual"})
            self.assertEqual(refused["type"], "refused")
            self.assertRegex(refused["reason"], "JDK 21.*java:threads=platform")
            # Where nothing is asked for, it is what there is.
            self.assertEqual(worker.open("fib", {"n": 1})["type"], "opened")


@unittest.skipUnless(VIRTUAL, "no JDK of 21 or newer is here")
class Virtual(Java, unittest.TestCase):
    threads = "virtual"
    cases = ALL
    release = max(MACHINES, default=0)
    command = command(MACHINES[release]) if MACHINES else None

    def test_more_than_memory_holds_is_refused_by_the_name_of_the_limit(self):
        self.assertRegex(self.refusal_of("hold", {"n": 100_000_000, "touch": 0}), "heap|memory")

    def test_two_on_one_worker_are_on_one_worker(self):
        cpus = driver.allowed_cpus()
        self.check_runs("ping_pong", {"hops": 1000, "place": "same"}, cpus)
        self.assertEqual(self.carriers("ping_pong", {"hops": 1000, "place": "same"}, cpus * 3), 1)

    def carriers(self, workload, params, cpus):
        """How many threads of the kernel have carried virtual ones."""
        with self.start() as worker:
            self.assertEqual(worker.open(workload, params, cpus)["type"], "opened")
            worker.run(5)
            names = []
            for thread in glob.glob(f"/proc/{worker.process.pid}/task/*/comm"):
                with open(thread, encoding="utf-8") as file:
                    names.append(file.read())
        return sum(name.startswith("ForkJoinPool-1") for name in names)

    def test_there_are_as_many_carriers_as_workers_were_asked_for(self):
        for workers in (1, 3):
            cpus = (driver.allowed_cpus() * 3)[:workers]
            self.assertEqual(self.carriers("block", CASES["block"][1], cpus), workers)
            # To read from the clients' pipe blocks, for which the scheduler would add a carrier.
            self.assertLessEqual(self.carriers("echo", CASES["echo"][1], cpus), workers)


class Program(unittest.TestCase):
    """What is built is one file, and needs nothing but a `java`."""

    def test_without_a_java_it_says_so_and_ends(self):
        done = subprocess.run(["/bin/bash", PROGRAM], env={"PATH": "/nowhere"}, capture_output=True,
                              text=True, check=False)
        self.assertEqual(done.returncode, 127)
        self.assertIn("no java command", done.stderr)

    def test_it_says_hello_without_starting_a_machine(self):
        with driver.Worker([PROGRAM]) as worker:
            self.assertEqual(worker.read()["type"], "hello")
            with open(f"/proc/{worker.process.pid}/comm", encoding="utf-8") as file:
                self.assertNotEqual(file.read(), "java\n")

    def test_the_classes_agree_with_the_launchers_hello(self):
        done = subprocess.run(["java", "-cp", PROGRAM, "concbench.Main", "hello"], check=True,
                              capture_output=True, text=True)
        with driver.Worker([PROGRAM]) as worker:
            self.assertEqual(worker.read(), json.loads(done.stdout))


if __name__ == "__main__":
    if not os.path.exists(PROGRAM):
        print(f"skipped: built without a JDK, there is no {PROGRAM}")
        sys.exit(77)  # ctest's SKIP_RETURN_CODE
    if not MACHINES:
        print("skipped: no java command is here")
        sys.exit(77)
    unittest.main()
