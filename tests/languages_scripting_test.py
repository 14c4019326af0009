"""The programs of the models node, python and erlang keep the worker protocol and answer right. Each is
skipped by name where it was not built, or what runs it is absent.
"""
import os
import pathlib
import re
import shutil
import subprocess
import unittest

import protocol_driver as driver
from concbench import CONCBENCH, run_json

FOLDER = pathlib.Path(CONCBENCH).parent


CASES = {
    "fib": [{"n": 0}, {"n": 1}, {"n": 12}],
    "skynet": [{"leaves": 1, "branching": 10}, {"leaves": 1000, "branching": 10}, {"leaves": 64, "branching": 2}],
    "nqueens": [{"n": 1}, {"n": 3}, {"n": 6}],
    "uts": [{"tree": "tiny"}, {"tree": "small"}],
    "spawn": [{"n": 1}, {"n": 300}],
    "grain": [{"tasks": 1, "ns": 0}, {"tasks": 50, "ns": 1000}],
    "ping_pong": [{"hops": 1, "place": "any"}, {"hops": 501, "place": "any"}],
    "ring": [{"tasks": 2, "hops": 1}, {"tasks": 100, "hops": 10}, {"tasks": 7, "hops": 500}],
    "spsc": [{"capacity": 64, "messages": 1000}],
    "mpsc": [{"producers": 5, "capacity": 1, "messages": 1000}],
    "mpmc": [{"producers": 1, "consumers": 1, "capacity": 1, "messages": 1},
             {"producers": 3, "consumers": 2, "capacity": 64, "messages": 1000},
             {"producers": 10, "consumers": 3, "capacity": 1, "messages": 7}],
    "yield": [{"tasks": 1, "yields": 1}, {"tasks": 50, "yields": 20}],
    "mutex": [{"tasks": 1, "sections": 1}, {"tasks": 20, "sections": 50}],
    "hold": [{"n": 1, "touch": 0}, {"n": 300, "touch": 0}, {"n": 20, "touch": 50_000}],
    "sleepers": [{"n": 1, "first_us": 0, "span_us": 0}, {"n": 200, "first_us": 1000, "span_us": 5000}],
    "chef": [{"dishes": 1, "chop_us": 0, "boil_us": 0}, {"dishes": 20, "chop_us": 10, "boil_us": 2000}],
    "block": [{"blockers": 0, "computers": 1, "rounds": 1, "call_us": 0, "compute_us": 0},
              {"blockers": 4, "computers": 4, "rounds": 3, "call_us": 500, "compute_us": 20}],
    "echo": [driver.echo(connections=1, requests=1), driver.echo(connections=20, requests=10),
             driver.echo(connections=4, requests=50, rate=0, bytes=20_000),
             driver.echo(connections=4, requests=50, slow_permille=100)],
}
DURATIONS = [("spawn", 300), ("ring", 9), ("mpmc", 1000), ("mutex", 1000), ("sleepers", 200), ("chef", 20),
             ("block", 12)]
MEETING = {"capacity": 0, "messages": 200, "producers": 3, "consumers": 2}


class Language(driver.ObservationChecks, driver.WorkerChecks):
    """What holds for each: a mixin."""
    options = [{}]  # variants
    refuses = set()
    meets = True  # in a channel without capacity
    cores = 1  # that the first variant can use
    sections = 100
    omits_empty = True

    @classmethod
    def setUpClass(cls):
        cls.noted = [(workload, CASES[workload][1], durations) for workload, durations in DURATIONS
                     if workload not in cls.refuses]
        cls.command = [str(FOLDER / f"concbench-{cls.model}")]
        if not shutil.which(cls.runtime):
            raise unittest.SkipTest(f"there is no {cls.runtime} command")
        if not os.path.exists(cls.command[0]):
            raise unittest.SkipTest(f"there is no {cls.command[0]}")

    def cpus(self):
        """What the first variant takes of the CPUs that are here."""
        return driver.allowed_cpus()[:self.cores]

    def test_hello_says_what_it_is(self):
        with driver.Worker(self.command) as worker:
            hello = worker.read()
        self.assertEqual((hello["protocol"], hello["program"], hello["model"]),
                         (1, f"concbench-{self.model}", self.model))
        self.assertEqual(set(hello["refuses"]), self.refuses)
        self.assertEqual(set(hello["workloads"]), set(CASES) - self.refuses)

    def test_every_workload_gives_the_right_answer_and_count(self):
        for options in self.options:
            for workload in sorted(set(CASES) - self.refuses):
                for params in CASES[workload]:
                    with self.subTest(workload=workload, params=params, options=options):
                        self.check_twice(workload, params, options)

    def check_twice(self, workload, params, options):
        answer, ops = driver.expected(workload, params)
        with self.start() as worker:
            opened = worker.open(workload, params, options=options)
            self.assertEqual(opened["type"], "opened", opened)
            for count in (1, 2):
                sample = worker.run(count)
                self.assertEqual(sample["type"], "sample", sample)
                self.assertEqual((sample["answer"], sample["ops"], sample["iterations"]),
                                 (str(answer), ops * count, count))
                self.check_types(sample)
            self.assertEqual(worker.ask(type="close")["type"], "closed")
            self.assertEqual(worker.exit_code(), 0)

    def test_a_channel_without_capacity_is_a_meeting_or_refused(self):
        with self.start() as worker:
            opened = worker.open("mpmc", MEETING)
            if not self.meets:
                self.assertEqual(opened["type"], "refused")
                self.assertIn("capacity", opened["reason"])
                return
            self.assertEqual(worker.run()["answer"], str(driver.expected("mpmc", MEETING)[0]))

    def test_params_that_do_not_fit_are_refused_by_name(self):
        worker = self.enterContext(self.start())
        for workload, params, named in [
                ("fib", {}, "fib.n"), ("fib", {"n": 61}, "fib.n"), ("fib", {"n": -1}, "fib.n"),
                ("fib", {"n": "3"}, "fib.n"), ("fib", {"n": 1.5}, "fib.n"), ("fib", {"n": True}, "fib.n"),
                ("fib", {"n": 1, "m": 1}, '"m"'), ("uts", {"tree": "T2"}, "uts.tree"),
                ("skynet", {"leaves": 11, "branching": 10}, "skynet.leaves"),
                ("ping_pong", {"hops": 1, "place": "near"}, "ping_pong.place"),
                ("ping_pong", {"hops": 1, "place": "cross"}, "ping_pong.place=cross")]:
            with self.subTest(workload=workload, params=params):
                refused = worker.open(workload, params)
                self.assertEqual(refused["type"], "refused")
                self.assertIn(named, refused["reason"])

    def test_an_unknown_option_and_no_cpus_are_refused(self):
        with self.start() as worker:
            refused = worker.open("spawn", {"n": 1}, options={"stack": "64k"})
            self.assertEqual(refused["type"], "refused")
            self.assertIn("stack", refused["reason"])
            self.assertEqual(worker.open("spawn", {"n": 1}, cpus=[])["type"], "refused")

    def test_more_than_memory_holds_is_refused_by_the_name_of_the_limit(self):
        worker = self.enterContext(self.start())
        for workload, params in [("hold", {"n": 100_000_000, "touch": 0}), ("fib", {"n": 50})]:
            for options in self.options:
                with self.subTest(workload=workload, options=options):
                    refused = worker.open(workload, params, options=options)
                    self.assertEqual(refused["type"], "refused")
                    self.assertRegex(refused["reason"], "memory|heap|max|processes")

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
        for iterations in (0, -1, "1"):
            with self.start() as worker:
                worker.open("spawn", {"n": 1})
                self.assertEqual(worker.run(iterations)["type"], "failed")
                self.assertEqual(worker.exit_code(), 1)

    def test_it_is_bound_and_seen_where_it_was_bound(self):
        for cpu in driver.allowed_cpus():
            with self.start() as worker:
                worker.open("spawn", {"n": 300}, cpus=[cpu])
                report, = worker.run(5)["workers"]
                self.assertEqual(report, {"cpu": cpu, "observed": [cpu], "migrations": 0})
                for thread in os.listdir(f"/proc/{worker.process.pid}/task"):
                    self.assertEqual(os.sched_getaffinity(int(thread)), {cpu})

    def test_usage_is_plausible(self):
        self.check_usage("fib", {"n": 15}, 10)

    def test_a_slow_down_is_timed(self):
        """As `check --self-test` injects it."""
        with driver.Worker(self.command + ["--slow-down=900"]) as worker:
            worker.read()
            worker.open("sleepers", {"n": 1, "first_us": 5_000, "span_us": 0})
            sample = worker.run(1)
            self.assertEqual(sample["ops"], 1)
            self.assertGreater(sample["wall_ns"], 10 * 5_000_000)

    def test_a_session_verifies_it(self):
        program = f"exec:{self.command[0]}"
        code, result, errors = run_json("--model", program, "--workload=spawn,ping_pong,hold", "--set=spawn.n=100",
                                        "--set=hold.n=100", "--set=ping_pong.hops=100", "--cores=1",
                                        "--processes=1", "--repetitions=2", "--min-time=0.01")
        self.assertEqual(code, 0, errors)
        cells = result["concbench"]["cells"]
        self.assertEqual([(cell["status"], cell["verified"]) for cell in cells], [("ok", True)] * 3)
        self.assertIn("library", cells[0]["notes"])
        self.assertIn("garbage", cells[0]["notes"])


class Node(Language, unittest.TestCase):
    model, runtime = "node", "node"

    def test_more_workers_are_another_model(self):
        with self.start() as worker:
            refused = worker.open("spawn", {"n": 1}, cpus=driver.allowed_cpus()[:1] * 2)
            self.assertEqual(refused["type"], "refused")
            self.assertIn("worker_threads are another model", refused["reason"])

    def test_sums_beyond_2_53_are_exact(self):
        """A number of JavaScript is not: sum.mjs carries."""
        sums = ("import {Sum} from './sum.mjs'; const sum = new Sum();"
                "for (let i = 0; i < 9; i++) sum.add(2 ** 52 - 1); sum.add(3); console.log(String(sum.total))")
        done = subprocess.run(["node", "--input-type=module", "-e", sums], text=True, capture_output=True,
                              cwd=os.path.join(driver.ROOT, "models", "node"), check=False)
        self.assertEqual(done.stdout.strip(), str(9 * (2**52 - 1) + 3), done.stderr)

    def test_hold_keeps_a_million(self):
        self.assertEqual(self.observe_once("hold", {"n": 1_000_000, "touch": 0})["peak_live"], 1_000_000)

    def observe_once(self, workload, params):
        with self.start() as worker:
            worker.open(workload, params)
            return worker.run(1, observe=True)["measures"]


class Python(Language, unittest.TestCase):
    model, runtime = "python", "/usr/bin/python3"
    options = [{}, {"tasks": "threads"}]
    meets = False

    def test_an_event_loop_is_one_worker_and_threads_may_have_more(self):
        cpus = driver.allowed_cpus()[:1] * 2
        with self.start() as worker:
            refused = worker.open("spawn", {"n": 1}, cpus=cpus)
            self.assertEqual(refused["type"], "refused")
            self.assertIn("one thread", refused["reason"])
            self.assertEqual(worker.open("spawn", {"n": 9}, cpus, {"tasks": "threads"})["type"], "opened")
            self.assertEqual(worker.run()["answer"], "36")

    def test_tasks_of_another_kind_are_refused(self):
        with self.start() as worker:
            self.assertIn("tasks=fibers", worker.open("spawn", {"n": 1}, options={"tasks": "fibers"})["reason"])
            self.assertEqual(worker.open("spawn", {"n": 1}, options={"tasks": "asyncio"})["type"], "opened")


class Erlang(Language, unittest.TestCase):
    model, runtime = "erlang", "erl"
    refuses = {"block"}
    cores = 8192  # as many as there are

    def test_ends_of_many_tasks_do_not_slow_their_maker(self):
        """On the maker's heap they did, by two orders of magnitude."""
        def least_ns(n):
            with self.start() as worker:
                worker.open("spawn", {"n": n})
                samples = [worker.run() for _ in range(2)]
            return min(sample["wall_ns"] / sample["ops"] for sample in samples)

        self.assertLess(least_ns(60_000), 20 * least_ns(1000))

    def threads(self, worker):
        """The schedulers' threads."""
        folder = pathlib.Path(f"/proc/{worker.process.pid}/task")
        names = [(thread / "comm").read_text().strip() for thread in folder.iterdir()]
        # The second is how Erlang has named them since OTP 26.
        return [name for name in names if re.fullmatch(r"\d+_scheduler|erts_sched_\d+", name)]

    def test_there_are_as_many_schedulers_as_workers(self):
        cpus = driver.allowed_cpus()
        for placed in (cpus[:1], cpus, cpus[:1] * 3):
            with self.subTest(cpus=placed), self.start() as worker:
                self.assertEqual(worker.open("skynet", {"leaves": 100, "branching": 10}, placed)["type"], "opened")
                self.assertEqual(len(self.threads(worker)), len(placed))
                sample = worker.run(20)
                self.assertEqual(sample["answer"], "4950")
                report, = sample["workers"]
                self.assertLessEqual(set(report["observed"]), set(placed))
                self.assertEqual(report["cpu"], placed[0] if len(set(placed)) == 1 else -1)

    def test_more_workers_than_it_was_started_for_are_refused(self):
        cpu = driver.allowed_cpus()[:1]
        with self.start() as worker:
            self.assertEqual(worker.open("sorting", {}, cpu)["type"], "refused")
            self.assertIn("start it anew", worker.open("spawn", {"n": 1}, cpu * 2)["reason"])


if __name__ == "__main__":
    unittest.main()
