"""The programs concbench-tokio and concbench-rayon keep the worker protocol and give right answers."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import protocol_driver as driver
from concbench import CONCBENCH, ROOT, cached, concbench, run_json

BUILD = os.path.dirname(CONCBENCH)
TOKIO, RAYON = os.path.join(BUILD, "concbench-tokio"), os.path.join(BUILD, "concbench-rayon")


TREES_AND_FANS = {
    "fib": [{"n": 0}, {"n": 1}, {"n": 2}, {"n": 20}],
    "skynet": [{"leaves": 1, "branching": 10}, {"leaves": 10_000, "branching": 10},
               {"leaves": 64, "branching": 2}],
    "nqueens": [{"n": 1}, {"n": 3}, {"n": 8}],
    "uts": [{"tree": "tiny"}, {"tree": "small"}],
    "integrate": [{"n": 1}, {"n": 7}],
    "spawn": [{"n": 1}, {"n": 1000}],
    "grain": [{"tasks": 1, "ns": 0}, {"tasks": 100, "ns": 1000}],
    "mandelbrot": [{"n": 1, "limit": 1}, {"n": 33, "limit": 100}],
}
WAITING = {
    "ping_pong": [{"hops": 1, "place": "any"}, {"hops": 1001, "place": "any"}],
    "ring": [{"tasks": 2, "hops": 1}, {"tasks": 1000, "hops": 10}, {"tasks": 7, "hops": 1000}],
    "spsc": [{"capacity": 1, "messages": 1000}, {"capacity": 64, "messages": 1000}],
    "mpsc": [{"producers": 3, "capacity": 7, "messages": 1000},
             {"producers": 5, "capacity": 1, "messages": 1000}],
    "mpmc": [{"producers": 1, "consumers": 1, "capacity": 1, "messages": 1},
             {"producers": 3, "consumers": 2, "capacity": 2, "messages": 1000},
             {"producers": 2, "consumers": 2, "capacity": 64, "messages": 10_000},
             {"producers": 10, "consumers": 3, "capacity": 1, "messages": 7}],
    "yield": [{"tasks": 1, "yields": 1}, {"tasks": 100, "yields": 100}],
    "mutex": [{"tasks": 1, "sections": 1}, {"tasks": 20, "sections": 1000}],
    "hold": [{"n": 1, "touch": 0}, {"n": 2000, "touch": 0}, {"n": 100, "touch": 1 << 20}],
    "sleepers": [{"n": 1, "first_us": 0, "span_us": 0},
                 {"n": 500, "first_us": 1000, "span_us": 5000}],
    "chef": [{"dishes": 1, "chop_us": 0, "boil_us": 0},
             {"dishes": 20, "chop_us": 10, "boil_us": 2000}],
    "block": [{"blockers": 0, "computers": 1, "rounds": 1, "call_us": 0, "compute_us": 0},
              {"blockers": 4, "computers": 4, "rounds": 3, "call_us": 500, "compute_us": 20}],
    "heat": [{"tasks": 1, "cells": 1, "phases": 1}, {"tasks": 7, "cells": 5, "phases": 3},
             {"tasks": 4, "cells": 1000, "phases": 50}],
    "echo": [driver.echo(connections=1, requests=1), driver.echo(connections=20, requests=10),
             driver.echo(connections=4, requests=200, rate=0, bytes=20_000),
             driver.echo(connections=4, requests=100, slow_permille=100)],
}


class Source(unittest.TestCase):
    """The library's own tests, and what Rust's tools think of the source."""

    def cargo(self, *command):
        folder = os.path.join(BUILD, "models", "rust")
        environment = dict(os.environ, CARGO_HOME=os.path.join(folder, "home"))
        environment["RUSTC"] = cached("RUSTC")
        done = subprocess.run([cached("CARGO"), *command], env=environment, text=True,
                              cwd=os.path.join(folder, "package"), capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_cargo_test_passes(self):
        said = self.cargo("test", "--offline", "--release", "--lib", "--quiet")
        self.assertIn("test result: ok", said)

    def test_it_is_formatted(self):
        rustfmt = shutil.which("rustfmt", path="/usr/bin") or shutil.which("rustfmt")
        if not rustfmt:
            self.skipTest("there is no rustfmt command")
        source = os.path.join(ROOT, "models", "rust")
        files = [os.path.join(source, "build.rs"), os.path.join(source, "src", "lib.rs"),
                 *(os.path.join(source, "src", "bin", name, "main.rs")
                   for name in os.listdir(os.path.join(source, "src", "bin")))]
        done = subprocess.run([rustfmt, "--check", "--edition=2021", *files], check=False,
                              capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)


class Rust(driver.Observer, driver.WorkerChecks):
    """What holds for both programs."""

    def refusal(self, workload, params, **more):
        with self.start() as worker:
            refused = worker.open(workload, params, **more)
            self.assertEqual(refused["type"], "refused", refused)
            return refused["reason"]

    def test_hello_says_what_it_is(self):
        with driver.Worker(self.command) as worker:
            hello = worker.read()
        self.assertEqual((hello["protocol"], hello["program"], hello["model"]),
                         (1, f"concbench-{self.name}", self.name))
        self.assertEqual(set(hello["workloads"]), set(self.cases))
        self.assertEqual(set(hello["refuses"]), set(self.refused))
        self.assertRegex(hello["build"], rf"rustc 1\..*{self.name} 1\.")

    def test_the_library_is_noted_with_its_version(self):
        with self.start() as worker:
            closed = worker.ask(type="close")
            self.assertRegex(closed["notes"]["library"], rf"^{self.name} 1\.\d+\.\d+$")

    def test_every_workload_gives_the_right_answer_and_count(self):
        cpus = driver.allowed_cpus()[:2]
        for workload, sizes in self.cases.items():
            for params in sizes:
                for placed in (cpus[:1], cpus, cpus + cpus):  # also more workers than CPUs
                    with self.subTest(workload=workload, params=params, cpus=placed):
                        self.check_runs(workload, params, placed)

    def test_params_that_do_not_fit_are_refused_by_name(self):
        for workload, params, named in [
                ("fib", {}, "fib.n"), ("fib", {"n": 61}, "fib.n"), ("fib", {"n": -1}, "fib.n"),
                ("fib", {"n": "3"}, "fib.n"), ("fib", {"n": 1.5}, "fib.n"),
                ("fib", {"n": 1, "m": 1}, '"m"'), ("nqueens", {"n": 17}, "nqueens.n"),
                ("uts", {"tree": "T2"}, "uts.tree"),
                ("skynet", {"leaves": 11, "branching": 10}, "skynet.leaves")]:
            with self.subTest(workload=workload, params=params):
                self.assertIn(named, self.refusal(workload, params))

    def test_an_unknown_option_and_no_cpus_are_refused(self):
        self.assertIn('"stack"', self.refusal("spawn", {"n": 1}, options={"stack": "64k"}))
        self.assertIn("cpus", self.refusal("spawn", {"n": 1}, cpus=[]))
        self.assertIn("-1", self.refusal("spawn", {"n": 1}, cpus=[-1]))

    def test_a_violation_is_answered_with_its_reason(self):
        for line, named in [("{", "JSON"), ('{"type":"dance"}', "dance"),
                            ('{"type":"run","iterations":1}', "no cell"),
                            ('{"type":"run","iterations":"1"}', "iterations"),
                            ('{"type":"open","workload":"fib"}', "open"),
                            ('{"type":"' + "x" * (1 << 20) + '"}', "longer")]:
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

    def test_each_worker_is_bound_to_its_cpu_and_seen_there(self):
        cpus = driver.allowed_cpus()
        for placed in (cpus[:1], cpus[-2:], cpus[-2:] * 2):
            with self.subTest(cpus=placed), self.start() as worker:
                worker.open("skynet", {"leaves": 10_000, "branching": 10}, placed)
                for _ in range(3):
                    reports = worker.run(5)["workers"]
                    self.assertEqual(sorted(report["cpu"] for report in reports), sorted(placed))
                    for report in reports:
                        self.assertEqual(report["observed"], [report["cpu"]])
                        self.assertEqual(report["migrations"], 0)
                threads = os.listdir(f"/proc/{worker.process.pid}/task")
                self.assertEqual(len(threads), len(placed) + 1)  # and the one that converses
                main = os.sched_getaffinity(worker.process.pid)
                self.assertEqual(main, set(placed))

    def cpus(self):
        return driver.allowed_cpus()[:2]

    def check_opened(self, opened):
        self.assertGreater(opened["cold_start_ns"], 0)

    def test_an_observed_run_of_a_fan_notes_each_start(self):
        self.assertEqual(self.observe("spawn", {"n": 1000}, 3), ({}, 3000))

    def test_usage_is_plausible(self):
        sample = self.check_usage("fib", {"n": 18}, 10)
        self.assertGreaterEqual(min(sample["voluntary"], sample["involuntary"]), 0)

    def test_a_slow_down_is_timed_and_not_counted(self):
        work = {"tasks": 100, "ns": 10_000}

        def best(command):
            with driver.Worker(command) as worker:
                worker.read()
                worker.open("grain", work)
                samples = [worker.run(4) for _ in range(10)]
            self.assertEqual({sample["ops"] for sample in samples}, {400})
            return min(sample["wall_ns"] for sample in samples)

        self.assertGreater(best(self.command + ["--slow-down=100"]), best(self.command) * 1.5)

    def test_a_word_that_is_no_option_is_named(self):
        done = subprocess.run([*self.command, "--fast"], stdin=subprocess.DEVNULL, check=False,
                              capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("--fast", done.stderr)


class Rayon(Rust, unittest.TestCase):
    name, command, cases, refused = "rayon", [RAYON], TREES_AND_FANS, WAITING

    def test_what_would_hold_a_thread_is_refused_with_the_reason(self):
        for workload, sizes in WAITING.items():
            with self.subTest(workload=workload):
                self.assertRegex(self.refusal(workload, sizes[0]), "rayon .*(thread|stack)")

    def test_a_deep_tree_has_room_on_its_stack(self):
        self.check_runs("uts", {"tree": "small"}, driver.allowed_cpus()[:1], (1, 20))


class Tokio(Rust, driver.ObservationChecks, unittest.TestCase):
    name, command, cases, refused = "tokio", [TOKIO], TREES_AND_FANS | WAITING, {}
    noted = [("ring", {"tasks": 1000, "hops": 1000}, 999), ("mpmc", WAITING["mpmc"][1], 1000),
             ("mutex", WAITING["mutex"][1], 20_000), ("sleepers", WAITING["sleepers"][1], 500),
             ("chef", WAITING["chef"][1], 20), ("block", WAITING["block"][1], 12)]
    held, task_bytes, least_wait_ns = 20_000, range(101, 2000), 1

    def test_one_thread_alone_gives_the_right_answers_too(self):
        cpu = driver.allowed_cpus()[-1]
        for workload, sizes in self.cases.items():
            with self.subTest(workload=workload), self.start() as worker:
                opened = worker.open(workload, sizes[-1], [cpu], {"flavor": "current"})
                self.assertEqual(opened["type"], "opened", opened)
                sample = worker.run(2)
                answer, ops = driver.expected(workload, sizes[-1])
                self.assertEqual((sample["answer"], sample["ops"]), (str(answer), ops * 2))
                self.assertEqual(sample["workers"], [{"cpu": cpu, "observed": [cpu], "migrations": 0}])
                if workload != "block":  # whose calls have threads of their own
                    threads = os.listdir(f"/proc/{worker.process.pid}/task")
                    self.assertEqual(len(threads), 1)

    def test_flavors_that_it_has_not_are_refused(self):
        cpu = driver.allowed_cpus()[0]
        self.assertIn("must be multi or current",
                      self.refusal("spawn", {"n": 1}, options={"flavor": "single"}))
        self.assertIn("one thread",
                      self.refusal("spawn", {"n": 1}, cpus=[cpu, cpu], options={"flavor": "current"}))
        with self.start() as worker:
            self.assertEqual(worker.open("spawn", {"n": 1}, options={"flavor": "multi"})["type"], "opened")

    def test_places_that_it_cannot_promise_are_refused(self):
        cpu = driver.allowed_cpus()[0]
        same, cross = ({"hops": 10, "place": place} for place in ("same", "cross"))
        self.check_runs("ping_pong", same, [cpu])
        self.assertIn("place=same", self.refusal("ping_pong", same, cpus=[cpu, cpu]))
        self.assertIn("place=cross", self.refusal("ping_pong", cross, cpus=[cpu, cpu]))

    def test_a_channel_without_room_is_refused(self):
        self.assertIn("capacity=0", self.refusal("spsc", {"capacity": 0, "messages": 10}))

    def test_more_than_memory_holds_is_refused_by_the_name_of_the_limit(self):
        with open("/proc/meminfo", encoding="ascii") as meminfo:
            kilobytes = next(int(line.split()[1]) for line in meminfo if line.startswith("MemAvailable"))
        if kilobytes > 20_000_000:
            self.skipTest("this machine has room for 10^8 tasks")
        self.assertIn("memory", self.refusal("hold", {"n": 100_000_000, "touch": 0}))

    def test_an_observed_barrier_has_nothing_to_note(self):
        self.assertEqual(self.observe("heat", WAITING["heat"][1]), ({}, 0))

    def test_clients_that_cannot_be_started_fail_the_run_and_not_the_worker(self):
        with tempfile.TemporaryDirectory() as folder:
            alone = shutil.copy(TOKIO, folder)  # without the program that should lie beside it
            with driver.Worker([alone]) as worker:
                worker.read()
                worker.open("echo", driver.echo(connections=1, requests=1))
                failed = worker.run()
                self.assertEqual(failed["type"], "failed")
                self.assertIn("the clients failed", failed["reason"])
                self.assertEqual(worker.ask(type="close")["type"], "closed")

    def test_calls_that_block_do_not_hold_the_worker(self):
        cpu = driver.allowed_cpus()[0]
        with self.start() as worker:
            worker.open("block", {"blockers": 8, "computers": 1, "rounds": 1, "call_us": 50_000,
                                  "compute_us": 0}, [cpu])
            self.assertLess(worker.run()["wall_ns"], 8 * 50_000_000 / 2)  # one after another: 400 ms


class Session(unittest.TestCase):
    QUICK = "--preset=quick", "--cores=1", "--min-time=0.001", "--repetitions=2"

    def test_concbench_runs_both_as_models_from_outside(self):
        for program, workloads in ((TOKIO, "spawn,ping_pong,mpmc,hold,echo"), (RAYON, "fib,spawn")):
            with self.subTest(program=program):
                code, result, err = run_json(f"--model=exec:{program}", f"--workload={workloads}",
                                             *self.QUICK)
                self.assertEqual(code, 0, err)
                self.assertEqual({cell["status"] for cell in result["concbench"]["cells"]}, {"ok"}, err)

    def test_what_rayon_refuses_is_skipped_with_its_reason(self):
        done = concbench("run", f"--model=exec:{RAYON}", "--workload=yield", *self.QUICK)
        self.assertIn("a rayon task that gives way", done.stdout + done.stderr)


if __name__ == "__main__":
    if not os.path.exists(TOKIO):
        print(f"skipped: built without Rust's crates, there is no {TOKIO}")
        sys.exit(77)  # ctest's SKIP_RETURN_CODE
    unittest.main()
