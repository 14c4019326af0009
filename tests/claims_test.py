#!/usr/bin/python3
"""concbench claims measures what it says, and its rows change when their causes do."""

import json
import os
import resource
import subprocess
import tempfile
import time
import unittest

from concbench import CONCBENCH

IDS = {
    "process.fork", "process.fork_1gib", "process.posix_spawn", "process.fork_exec",
    "process.isolation", "process.memory", "thread.create", "thread.crash", "thread.memory",
    "thread.stack_virtual", "thread.stack_physical", "thread.thousand_virtual",
    "thread.thousand_physical", "switch.same_core", "switch.other_core", "switch.kernel.threads",
    "switch.kernel.fibers", "switch.kernel.coroutines", "switch.kernel.goroutines",
    "tasks_100000.threads", "tasks_100000.fibers", "tasks_100000.coroutines",
    "tasks_100000.goroutines", "concurrency.one_core", "concurrency.none", "parallelism.cores",
    "goroutine.create", "goroutine.memory", "goroutine.switch"}

# Makes processes and threads dear.
SLOW = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <unistd.h>
pid_t fork(void) {
  usleep(20000);
  return ((pid_t (*)(void))dlsym(RTLD_NEXT, "fork"))();
}
int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*),
                   void* argument) {
  usleep(500);
  return ((int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*))dlsym(
      RTLD_NEXT, "pthread_create"))(thread, attributes, body, argument);
}
"""


def claims(*ids, before=None, **environment):
    command = [CONCBENCH, "claims", "--format=json", "--seed=1"]
    if ids:
        command.append("--only=" + ",".join(ids))
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=before,
                          env={**os.environ, **environment}, timeout=280)
    if done.returncode != 0:
        raise AssertionError(f"exit {done.returncode}: {done.stderr}")
    return {row["id"]: row for row in json.loads(done.stdout)["claims"]}


def median(row):
    return row["measured"]["median"]


class AllRows(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        start = time.monotonic()
        cls.rows = claims()
        cls.seconds = time.monotonic() - start

    def test_are_there_with_claim_measurement_and_the_way_to_it(self):
        self.assertEqual(set(self.rows), IDS)
        for row in self.rows.values():
            self.assertEqual(set(row), {"id", "claim", "claimed", "measured", "verdict", "how"})
            self.assertTrue(row["claim"] and row["how"])
            if row["measured"] is None:
                self.assertRegex(row["verdict"], "^not measurable here: .")
            else:
                self.assertLessEqual(row["measured"]["low"], row["measured"]["median"])
                self.assertLessEqual(row["measured"]["median"], row["measured"]["high"])

    def test_verdicts_follow_from_the_numbers(self):
        for row in self.rows.values():
            if row["measured"] is None:
                continue
            low, high = row["claimed"]["low"], row["claimed"]["high"]
            below = low is not None and row["measured"]["high"] * 1.1 < low
            above = high is not None and row["measured"]["low"] > high * 1.1
            holds = not below and not above
            self.assertEqual(row["verdict"] == "holds", holds, row)
            if not holds:
                self.assertRegex(row["verdict"], "^(off by ×|does not hold)")

    def test_take_about_a_minute_at_most(self):
        self.assertLess(self.seconds, 90)  # 60 on a machine that does nothing else

    def test_stacks_are_as_large_as_the_limit_says(self):
        limit = resource.getrlimit(resource.RLIMIT_STACK)[0]
        if limit == resource.RLIM_INFINITY:
            self.skipTest("no limit of stacks: glibc takes a size of its own")
        each = median(self.rows["thread.stack_virtual"]) * 2**20
        self.assertAlmostEqual(each / limit, 1, delta=0.05)
        whole = median(self.rows["thread.thousand_virtual"]) * 2**30
        self.assertAlmostEqual(whole / (1000 * limit), 1, delta=0.05)

    def test_a_fork_takes_about_as_long_as_one_of_this_test(self):
        def fork():
            start = time.perf_counter()
            child = os.fork()
            if child == 0:
                os._exit(0)
            os.waitpid(child, 0)
            return time.perf_counter() - start
        own_ms = sorted(fork() for _ in range(50))[25] * 1e3
        # Python has more memory to copy the tables of: the same order of magnitude.
        self.assertLess(own_ms / 20, median(self.rows["process.fork"]))
        self.assertLess(median(self.rows["process.fork"]), own_ms * 5)

    def test_a_crash_is_told_by_who_is_left(self):
        self.assertEqual(median(self.rows["process.isolation"]), 3)
        self.assertEqual(median(self.rows["thread.crash"]), 0)

    def test_threads_switch_in_the_kernel_and_fibers_do_not(self):
        self.assertGreater(median(self.rows["switch.kernel.threads"]), 0.9)
        for model in ("fibers", "coroutines"):
            self.assertLess(median(self.rows[f"switch.kernel.{model}"]), 0.01)


class Causes(unittest.TestCase):
    def test_a_smaller_stack_limit_makes_smaller_stacks(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_STACK, (1 << 20, resource.RLIM_INFINITY))
        hard = resource.getrlimit(resource.RLIMIT_STACK)[1]
        if hard != resource.RLIM_INFINITY:
            self.skipTest("the hard limit of stacks is set")
        row = claims("thread.stack_virtual", before=limit)["thread.stack_virtual"]
        self.assertAlmostEqual(median(row), 1, delta=0.05)

    def test_parallelism_needs_a_second_core(self):
        def one_cpu():
            os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        row = claims("parallelism.cores", before=one_cpu)["parallelism.cores"]
        self.assertIsNone(row["measured"])
        self.assertIn("one core", row["verdict"])

    def test_slower_system_calls_show(self):
        with tempfile.TemporaryDirectory() as folder:
            source, library = os.path.join(folder, "slow.c"), os.path.join(folder, "slow.so")
            with open(source, "w", encoding="utf-8") as file:
                file.write(SLOW)
            subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
            rows = claims("process.fork", "thread.create", LD_PRELOAD=library)
        self.assertGreater(median(rows["process.fork"]), 20)
        self.assertGreater(median(rows["thread.create"]), 500)
        self.assertRegex(rows["thread.create"]["verdict"], "^off by ×")

    def test_an_unknown_claim_is_an_error_that_names_it(self):
        done = subprocess.run([CONCBENCH, "claims", "--only=thread.creat"], capture_output=True,
                              text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("thread.create", done.stderr)


if __name__ == "__main__":
    unittest.main()
