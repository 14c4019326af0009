#!/usr/bin/python3
"""What concbench measures of another language, measured again by the shortest program in that language
that does the same: the harness must not be what is measured. Each is skipped by name where its model
was not built, or what runs it is absent."""

import glob
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest

import protocol_driver as driver
from concbench import CONCBENCH, HERE, cached
from javas import javas

BUILD = os.path.dirname(CONCBENCH)
SECOND_WAY = os.path.join(HERE, "second_way")
SPAWN = ("spawn", {"n": 1000})
PING_PONG = ("ping_pong", {"hops": 10_000, "place": "any"})


class SecondWay:
    """One language: a mixin."""

    cells = {"spawn": SPAWN, "ping_pong": PING_PONG}
    options = {}
    seconds = 1  # of runs, in which what compiles itself while it runs has to get there
    most = 1.25

    def worker(self, _cell):
        """The command of the worker that is measured."""
        return [os.path.join(BUILD, f"concbench-{self.model}")]

    def alone(self, folder):
        """The command of the program that does the same, which may be built in the folder."""
        raise NotImplementedError

    def setUp(self):
        for cell in self.cells:
            program = self.worker(cell)[-1]
            if not os.path.exists(program):
                self.skipTest(f"there is no {program}")

    def worker_ns(self, cell):
        """The least that an operation took."""
        workload, params = self.cells[cell]
        with driver.Worker(self.worker(cell)) as worker:
            worker.read()
            opened = worker.open(workload, params, options=self.options)
            self.assertEqual(opened["type"], "opened", opened)
            best, end = float("inf"), time.monotonic() + self.seconds
            while time.monotonic() < end:
                sample = worker.run()
                best = min(best, sample["wall_ns"] / sample["ops"])
            return best

    def test_the_harness_is_not_what_is_measured(self):
        alone, harnessed = {}, {}
        cpu = driver.allowed_cpus()[0]
        with tempfile.TemporaryDirectory() as folder:
            command = self.alone(folder)
            for _ in range(5):  # in turns, until the least of each shows through what disturbs it
                done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60,
                                      preexec_fn=lambda: os.sched_setaffinity(0, {cpu}))
                for name, ns in json.loads(done.stdout).items():
                    alone[name] = min(ns, alone.get(name, ns))
                for name in self.cells:
                    harnessed[name] = min(self.worker_ns(name), harnessed.get(name, float("inf")))
                ratios = {name: harnessed[name] / alone[name] for name in self.cells}
                if max(ratios.values()) <= self.most:
                    break
        print({name: round(ratio, 2) for name, ratio in ratios.items()}, file=sys.stderr)
        self.assertLessEqual(max(ratios.values()), self.most,
                             f"{alone} ns alone, {harnessed} ns harnessed")


class Rust(SecondWay, unittest.TestCase):
    cells = {"tokio spawn": SPAWN, "tokio ping_pong": PING_PONG, "rayon spawn": SPAWN,
             "rayon fib": ("fib", {"n": 20})}

    def worker(self, cell):
        return [os.path.join(BUILD, f"concbench-{cell.split()[0]}")]

    def alone(self, folder):
        """With the crates that were compiled for the models."""
        compiled = os.path.join(BUILD, "models", "rust", "target", "release", "deps")
        crates = []
        for crate in ("tokio", "rayon"):
            newest = max(glob.glob(os.path.join(compiled, f"lib{crate}-*.rlib")), key=os.path.getmtime)
            crates += ["--extern", f"{crate}={newest}"]
        program = os.path.join(folder, "costs")
        subprocess.run([cached("RUSTC"), "--edition=2021", "-Copt-level=3", "-L",
                        f"dependency={compiled}", *crates, os.path.join(SECOND_WAY, "costs.rs"),
                        "-o", program], check=True)
        return [program]


class Node(SecondWay, unittest.TestCase):
    model = "node"

    def alone(self, _):
        return [cached("NODE"), os.path.join(SECOND_WAY, "costs.mjs")]


class Python(SecondWay, unittest.TestCase):
    model = "python"

    def alone(self, _):
        return ["/usr/bin/python3", os.path.join(SECOND_WAY, "costs.py")]


class Erlang(SecondWay, unittest.TestCase):
    model = "erlang"

    def alone(self, folder):
        subprocess.run([cached("ERLC"), "-o", folder, os.path.join(SECOND_WAY, "costs.erl")], check=True)
        return [cached("ERL"), "+S", "1:1", "-noinput", "-pa", folder, "-run", "costs", "main"]


class Java(SecondWay):
    """One kind of threads: a mixin."""

    model = "java"
    seconds = 3
    oldest = 0  # release of the JDK that has it

    def java(self):
        releases = javas()
        if max(releases, default=0) < self.oldest or not releases:
            self.skipTest(f"no JDK of {self.oldest} or newer is here")
        return releases[max(releases)]

    def worker(self, cell):
        path = f"PATH={os.path.dirname(self.java())}:{os.environ['PATH']}"
        return ["env", path, *SecondWay.worker(self, cell)]

    def alone(self, _):
        return [self.java(), os.path.join(SECOND_WAY, "Costs.java"), self.options["threads"]]


class Platform(Java, unittest.TestCase):
    options = {"threads": "platform"}


class Virtual(Java, unittest.TestCase):
    options = {"threads": "virtual"}
    oldest = 21


if __name__ == "__main__":
    unittest.main()
