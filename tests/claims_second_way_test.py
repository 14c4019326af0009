#!/usr/bin/python3
"""Every row of `concbench claims`, measured again by other means.

Two small programs (second_way/costs.c and costs.go) and this one share no code with concbench, use
pipes where it uses futexes, and read other counters. So only orders of magnitude are held against
each other where the ways differ, and equality where they may not.
"""

import json
import multiprocessing
import os
import resource
import subprocess
import tempfile
import time
import unittest

from concbench import CONCBENCH, HERE, concbench, run_json

SECOND_WAY = os.path.join(HERE, "second_way")
CPUS = sorted(os.sched_getaffinity(0))
MIB, GIB = 2**20, 2**30


def read_number(path):
    with open(path, encoding="ascii") as file:
        return int(file.read())


def measured_again():
    """What the two programs print."""
    with tempfile.TemporaryDirectory() as folder:
        c, go = os.path.join(folder, "c"), os.path.join(folder, "go")
        subprocess.run(["gcc", "-O2", "-pthread", "-o", c, os.path.join(SECOND_WAY, "costs.c")],
                       check=True)
        subprocess.run(["go", "build", "-o", go, os.path.join(SECOND_WAY, "costs.go")], check=True,
                       env={**os.environ, "GOCACHE": os.path.join(folder, "cache")})
        run = lambda *words: json.loads(subprocess.run(words, check=True, capture_output=True,
                                                       timeout=120).stdout)
        return run(c, str(CPUS[0]), str(CPUS[-1])), run(go)


def usage_of(command):
    """Resources used by one cell alone in a process."""
    process = subprocess.Popen(command, shell=True, stdout=subprocess.DEVNULL,
                               cwd=os.path.dirname(CONCBENCH))
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise AssertionError(f"{command}: exit {process.returncode}")
    return usage


def cell_of(*arguments):
    code, result, stderr = run_json("--processes=1", "--repetitions=3", "--seed=1", *arguments)
    if code != 0:
        raise AssertionError(stderr)
    return result["concbench"]["cells"][0]


def spin(steps):
    x = 1
    for _ in range(steps):
        x = (x * 3) % 1_000_003
    return x


class SecondWay(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        done = concbench("claims", "--format=json", "--seed=1", timeout=280)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        cls.rows = {row["id"]: row for row in json.loads(done.stdout)["claims"]}
        cls.unchecked = {name for name, row in cls.rows.items() if row["measured"]}
        cls.c, cls.go = measured_again()

    @classmethod
    def tearDownClass(cls):
        if cls.unchecked:
            raise AssertionError(f"rows without a second way: {sorted(cls.unchecked)}")

    def claimed(self, name):
        """The row's measurement; a row that cannot be measured here is no test's failure."""
        self.unchecked.discard(name)
        if self.rows[name]["measured"] is None:
            self.skipTest(f"{name}: {self.rows[name]['verdict']}")
        return self.rows[name]["measured"]["median"]

    def assert_within(self, times, name, unit, again):
        """The row in `unit` is `again` but for so many times."""
        value = self.claimed(name) * unit
        self.assertLess(value, again * times, f"{name}: {value} here, {again} there")
        self.assertGreater(value, again / times, f"{name}: {value} here, {again} there")

    def test_processes_cost_as_much(self):
        for name in ("fork", "fork_1gib", "posix_spawn", "fork_exec"):
            with self.subTest(name):
                self.assert_within(4, f"process.{name}", 1e6, self.c[name])

    def test_threads_and_their_switches_cost_as_much(self):
        self.assert_within(5, "thread.create", 1e3, self.c["thread"])
        self.assert_within(5, "switch.same_core", 1e3, self.c["pipe_same"])

    def test_waking_another_core_costs_as_much(self):
        self.assert_within(6, "switch.other_core", 1e3, self.c["pipe_cross"])

    def test_goroutines_cost_as_much(self):
        self.assert_within(6, "goroutine.create", 1, self.c["thread"] / self.go["create"])
        self.assert_within(4, "goroutine.switch", 1e3, self.go["hop"])
        self.assert_within(2, "goroutine.memory", 1024, self.go["bytes"])

    def test_crashes_end_as_much(self):
        self.assertEqual(self.claimed("process.isolation"), self.c["processes_after_crash"])
        self.assertEqual(self.claimed("thread.crash") == 0, bool(self.c["ends_with_its_thread"]))

    def test_writes_are_seen_as_far(self):
        self.assertEqual(self.claimed("process.memory"), self.c["seen_from_process"])
        self.assertEqual(self.claimed("thread.memory"), self.c["seen_from_thread"])

    def test_stacks_take_as_much(self):
        self.assert_within(1.05, "thread.stack_virtual", MIB, self.c["virtual_bytes"])
        self.assert_within(1.05, "thread.thousand_virtual", GIB, 1000 * self.c["virtual_bytes"])
        # The program's pages, and up to 64 KiB of the kernel's, which has its own stack for each.
        for name, unit in (("stack_physical", MIB), ("thousand_physical", GIB / 1000)):
            each = self.claimed(f"thread.{name}") * unit
            self.assertGreater(each, self.c["resident_bytes"] * 0.5)
            self.assertLess(each, self.c["resident_bytes"] + 65_536)

    def test_switches_enter_the_kernel_as_often(self):
        iterations, hops = 10, 10_000  # as many as the command of a cell runs
        for model in ("threads", "fibers", "coroutines", "goroutines"):
            with self.subTest(model):
                row = self.claimed(f"switch.kernel.{model}")
                cell = cell_of(f"--model={model}", "--workload=ping_pong", "--cores=1",
                               "--set=ping_pong.place=same", f"--set=ping_pong.hops={hops}")
                usage = usage_of(cell["command"])
                switches = (usage.ru_nvcsw + usage.ru_nivcsw) / (iterations * hops)
                # Starting the process, and what else runs here, switch a few hundred times.
                self.assertAlmostEqual(row, switches, delta=0.25)

    def test_no_more_threads_can_be_alive_than_the_kernel_allows(self):
        found = self.claimed("tasks_100000.threads")
        allowed = min(read_number("/proc/sys/kernel/pid_max"),
                      read_number("/proc/sys/kernel/threads-max"))
        self.assertLessEqual(found, allowed)
        soft, _ = resource.getrlimit(resource.RLIMIT_NPROC)
        if found < 100_000 and soft == resource.RLIM_INFINITY:
            self.assertGreater(found, 0.3 * min(allowed, 100_000))

    def test_as_many_tasks_take_as_much_memory(self):
        few, many = 1_000, 100_000
        for model in ("fibers", "coroutines"):
            with self.subTest(model):
                self.assertEqual(self.claimed(f"tasks_100000.{model}"), many)
                cells = [cell_of(f"--model={model}", "--workload=hold", f"--set=hold.n={n}",
                                 "--cores=1") for n in (few, many)]
                resident = [1024 * usage_of(cell["command"]).ru_maxrss for cell in cells]
                each = (resident[1] - resident[0]) / (many - few)
                told = cells[1]["memory"]["user_bytes_per_task"]
                self.assertLess(told, each * 2)
                self.assertGreater(told, each / 2)
        self.assertEqual(self.claimed("tasks_100000.goroutines"), self.go["alive"])

    def test_waits_overlap_as_much(self):
        for model, name in (("fibers", "one_core"), ("serial", "none")):
            row = self.claimed(f"concurrency.{name}")
            cell = cell_of(f"--model={model}", "--workload=chef", "--cores=1")
            waits = cell["params"]["dishes"] * cell["params"]["boil_us"] * 1000
            meals = [sample["wall_ns"] / sample["iterations"] for sample in cell["samples"]]
            self.assertAlmostEqual(row / (waits / min(meals)), 1, delta=0.3)

    def test_cores_compute_at_the_same_time(self):
        speedup = self.claimed("parallelism.cores")
        def took(processes):
            start = time.perf_counter()
            with multiprocessing.Pool(processes) as pool:
                pool.map(spin, [2_000_000] * 2 * len(CPUS), chunksize=1)
            return time.perf_counter() - start
        again = max(took(1) / took(len(CPUS)) for _ in range(3))
        self.assertAlmostEqual(speedup / again, 1, delta=0.5)


if __name__ == "__main__":
    unittest.main()
