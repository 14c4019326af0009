#!/usr/bin/python3
"""Sweeps on a real Slurm: an array over two nodes, nodes that die, tasks that fail, time out and
are cancelled, and a controller that goes away."""

import collections
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

from concbench import CONCBENCH, HERE
from slurm import CPUS, Cluster, until, why_not
from sweeps import worker_source

FAKE = f"exec:/usr/bin/python3 {HERE}/fake_worker.py"
SHORT = ("--processes=2", "--repetitions=1", "--min-time=0.001")
PROCESSES = 16
LONG = (f"--processes={PROCESSES}", "--repetitions=3", "--min-time=0.000001")  # naps: 8 s


def plan_of(nodes, selections, **keys):
    """The text of a plan; these values of JSON are TOML's, too."""
    lines = [f"{key} = {json.dumps(value)}" for key, value in keys.items()]
    for section, tables in (("nodes", nodes), ("selections", selections)):
        for table in tables:
            lines.append(f"[[{section}]]")
            lines += [f"{key} = {json.dumps(value)}" for key, value in table.items()]
    return "\n".join(lines) + "\n"


def selection(*options, name="some", models="serial"):
    return {"name": name, "models": models, "workloads": "spawn", "cores": 1,
            "options": list(options)}


NAPS = selection(*LONG, models=f"{FAKE} naps")


class Sweep:
    """A plan, its folder, and what is done with them."""

    def __init__(self, cluster, folder, plan):
        self.cluster = cluster
        self.plan = pathlib.Path(folder) / "plan.toml"
        self.plan.write_text(plan, encoding="utf-8")
        self.results = pathlib.Path(folder) / "out"

    def arguments(self, *more):
        return (CONCBENCH, "sweep", str(self.plan), "--engine=slurm", f"--out={self.results}", *more)

    def run(self, *more):
        return self.cluster.run(*self.arguments(*more))

    def start(self):
        """Goes on in the background, until all has ended."""
        return subprocess.Popen(self.arguments("--wait"), env=self.cluster.environment,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def gather(self):
        out = self.results.parent / "all.json"
        done = self.cluster.run(CONCBENCH, "gather", str(self.results), "-o", str(out))
        with open(out, encoding="utf-8") as file:
            return done, json.load(file)["gathered"]

    def queue(self, form):
        """A line for each of its tasks in the queue."""
        done = self.cluster.run("squeue", "-h", "-r", "-o", f"%j {form}")
        assert done.returncode == 0, done.stderr
        if not (self.results / "submitted.json").exists():
            return []
        lines = done.stdout.splitlines()
        with open(self.results / "submitted.json", encoding="utf-8") as file:
            sweep = json.load(file)["sweep"]
        return [line.split(" ", 1)[1] for line in lines if sweep in line.split(" ", 1)[0]]

    def on(self, node):
        """The array number and index of its task that runs there, once it has measured something."""
        def begun():
            for line in self.queue("%T %N %F %K"):
                state, where, job, index = (line.split(" ") + ["", ""])[:4]
                if state == "RUNNING" and where == node and self.processes(index):
                    return job, index
            return None
        return until(begun, 60, f"a task that measures on {node}")

    def processes(self, index):
        """How many processes of the task have been measured."""
        count = 0
        for path in self.results.glob(f"results/*-{index}.*.json"):
            with open(path, encoding="utf-8") as file:
                result = json.load(file)["concbench"]
            count += sum(len(cell["processes"]) for cell in result["cells"])
        return count


class Slurm(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="slurm")
        cls.addClassCleanup(folder.cleanup)
        cls.cluster = Cluster(folder.name)
        cls.addClassCleanup(cls.cluster.stop)
        cls.cluster.start()
        # Slurm counts time limits in minutes: the other tests run meanwhile.
        cls.slow = Sweep(cls.cluster, folder.name, plan_of(
            [{"name": "slow", "partition": "slow", "time": "00:01:00"}],
            [selection(*SHORT, name="quick"),
             selection("--processes=1", "--timeout=600", name="hangs", models=f"{FAKE} hang")]))
        done = cls.slow.run()
        assert done.returncode == 0, done.stderr

    def sweep(self, *arguments, **keys):
        folder = tempfile.TemporaryDirectory(prefix="sweep")
        self.addCleanup(folder.cleanup)
        return Sweep(self.cluster, folder.name, plan_of(*arguments, **keys))

    def assert_whole(self, sweep, results, processes=None):
        """Everything is there, once; no process of a cell is missing or doubled."""
        done, gathered = sweep.gather()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertTrue(gathered["complete"])
        self.assertIn(f"{results} of {results} results", done.stdout)
        parts = collections.Counter((each["task"], each["build"], each["selection"],
                                     each["repetition"]) for each in gathered["results"])
        self.assertEqual(len(parts), results)
        self.assertEqual(set(parts.values()), {1})
        for each in gathered["results"]:
            for cell in each["result"]["concbench"]["cells"]:
                self.assertEqual(cell["status"], "ok", cell["reason"])
                if processes:
                    indices = [process["index"] for process in cell["processes"]]
                    self.assertEqual(sorted(indices), list(range(processes)), each["file"])
        return gathered

    def test_eight_of_eight_results_come_from_an_array_over_two_nodes(self):
        sweep = self.sweep([{"name": "any", "count": 8}], [selection(*SHORT)])
        done = sweep.run("--wait")
        self.assertEqual(done.returncode, 0, done.stderr)
        gathered = self.assert_whole(sweep, 8, 2)
        self.assertEqual({host for each in gathered["results"] for host in each["hosts"]},
                         {"a", "b"})
        # Alike: the cell's runs stand together. Another call has nothing to do.
        (hardware,) = gathered["hardware"]
        self.assertEqual(hardware["hosts"], ["a", "b"])
        self.assertEqual([len(cell["runs"]) for cell in hardware["cells"]], [8])
        again = sweep.run("--wait")
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertNotIn("submitted", again.stderr)

    def test_kinds_are_measured_where_their_constraint_holds_and_few_are_queued_at_a_time(self):
        sweep = self.sweep([{"name": "big", "count": 3, "constraint": "big"},
                            {"name": "small", "constraint": "small", "partition": "main"}],
                           [selection(*SHORT)], most_queued=2)
        waiting = sweep.run()
        self.assertEqual(waiting.returncode, 0, waiting.stderr)
        self.assertIn("2 tasks submitted", waiting.stderr)
        self.assertIn("2 more are submitted", waiting.stderr)
        # While they run, a look is safe, and tells what is missing.
        done, gathered = sweep.gather()
        self.assertEqual(done.returncode, 3, done.stdout)
        self.assertEqual({task["task"]: task["state"] for task in gathered["tasks"]}["small-0"],
                         "not run")
        done = sweep.run("--wait")
        self.assertEqual(done.returncode, 0, done.stderr)
        for each in self.assert_whole(sweep, 4, 2)["results"]:
            self.assertEqual(each["hosts"], ["b" if each["task"].startswith("big") else "a"])

    def test_an_unknown_constraint_is_refused_with_slurms_words(self):
        done = self.sweep([{"name": "odd", "constraint": "quantum"}], [selection(*SHORT)]).run()
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertIn("sbatch refuses", done.stderr)
        self.assertIn("feature", done.stderr)

    def kill_in_mid_run(self, sweep):
        """Node a dies while it measures; its task is requeued at once. Returns which it was."""
        running = sweep.start()
        self.addCleanup(running.stderr.close)
        job, index = sweep.on("a")
        self.cluster.end("a")
        self.addCleanup(until, lambda: self.cluster.state("a") == "idle", 60, "node a is back")
        self.addCleanup(self.cluster.start_node, "a")
        self.assertLess(sweep.processes(index), PROCESSES)

        def released():
            for line in sweep.queue("%T %F %K %r"):
                state, of, task, reason = line.split(" ", 3)
                if (state, of, task) == ("PENDING", job, index) and "BeginTime" in reason:
                    # Slurm holds it back for two minutes.
                    self.cluster.run("scontrol", "update", f"jobid={job}_{index}", "starttime=now")
                    return True
            return False
        until(released, 60, "the task is requeued")
        self.assertEqual(running.wait(timeout=90), 0, running.stderr.read())
        return index

    def test_a_task_whose_node_dies_begins_anew_on_another(self):
        sweep = self.sweep([{"name": "lone", "count": 2}], [NAPS])
        index = self.kill_in_mid_run(sweep)
        gathered = self.assert_whole(sweep, 2, PROCESSES)
        for each in gathered["results"]:
            hosts = {process["host"] for cell in each["result"]["concbench"]["cells"]
                     for process in cell["processes"]}
            self.assertEqual(hosts, {"b"}, each["file"])
        # What was begun on a stays there, and is no one's result.
        (begun,) = sweep.results.glob(f"results/lone-{index}.*@a.json")
        with open(begun, encoding="utf-8") as file:
            self.assertFalse(json.load(file)["concbench"]["complete"])

    def test_a_task_whose_node_dies_is_finished_by_one_that_is_interchangeable(self):
        sweep = self.sweep([{"name": "pair", "count": 2, "interchangeable": True}], [NAPS])
        index = self.kill_in_mid_run(sweep)
        gathered = self.assert_whole(sweep, 2, PROCESSES)
        (mixed,) = [each for each in gathered["results"] if each["task"] == f"pair-{index}"]
        self.assertEqual(mixed["hosts"], ["a", "b"])
        (cell,) = mixed["result"]["concbench"]["cells"]
        self.assertIn("measured on several hosts: a, b", cell["warnings"])

    def test_what_was_cancelled_half_way_is_resumed_although_the_controller_goes_away(self):
        sweep = self.sweep([{"name": "half", "count": 2}], [NAPS])
        self.assertEqual(sweep.run().returncode, 0)
        job, index = sweep.on("a")
        self.cluster.run("scancel", job)
        until(lambda: not sweep.queue("%T"), 30, "all is cancelled")
        done, gathered = sweep.gather()
        self.assertEqual(done.returncode, 3, done.stdout)
        self.assertFalse(gathered["complete"])
        self.assertEqual({task["state"] for task in gathered["tasks"]}, {"CANCELLED"})
        self.assertIn(f"half-{index}: 0 of 1 results; CANCELLED", done.stdout)
        self.assertGreater(sweep.processes(index), 0)

        running = sweep.start()
        self.addCleanup(running.stderr.close)
        sweep.on("a")
        # As on an upgrade: it saves what it knows. One that crashes may hold tasks for minutes.
        self.cluster.end("slurmctld", signal.SIGTERM)
        self.assertIsNone(running.poll())
        try:
            away, _ = sweep.gather()
        finally:
            self.cluster.start_controller()
        self.assertIn("Slurm does not answer", away.stderr)
        self.assertEqual(running.wait(timeout=90), 0, running.stderr.read())
        self.assert_whole(sweep, 2, PROCESSES)

    def test_a_task_that_fails_is_told_and_only_what_failed_is_measured_again(self):
        worker = pathlib.Path(self.cluster.folder) / "worker.py"
        worker.write_text(worker_source("crash"), encoding="utf-8")
        sweep = self.sweep([{"name": "some", "count": 2}],
                           [selection(*SHORT, models=["serial", f"exec:/usr/bin/python3 {worker}"])])
        done = sweep.run("--wait")
        self.assertEqual(done.returncode, 3, done.stderr)
        told, gathered = sweep.gather()
        self.assertEqual(told.returncode, 3, told.stdout)
        for task in gathered["tasks"]:
            self.assertEqual((task["state"], task["reason"], task["results"]),
                             ("FAILED", "NonZeroExitCode", 0))

        def serial(gathered):
            return {each["task"]: cell["samples"] for each in gathered["results"]
                    for cell in each["result"]["concbench"]["cells"] if cell["model"] == "serial"}
        worker.write_text(worker_source("honest"), encoding="utf-8")
        done = sweep.run("--wait")
        self.assertEqual(done.returncode, 0, done.stderr)
        after = self.assert_whole(sweep, 2, 2)
        before = {each["task"]: each["hosts"] for each in gathered["results"]}
        for each in after["results"]:
            if each["hosts"] == before[each["task"]]:  # or it began anew on the other node
                self.assertEqual(serial(after)[each["task"]], serial(gathered)[each["task"]])

    def test_the_mask_that_slurm_gives_is_the_set(self):
        shared = {"name": "one", "partition": "shared", "cores": 1}
        sweep = self.sweep([shared], [selection(*SHORT)])
        done = sweep.run("--wait")
        self.assertEqual(done.returncode, 0, done.stderr)
        (each,) = self.assert_whole(sweep, 1)["results"]
        self.assertEqual(len(each["result"]["concbench"]["topology"]["allowed"]), 1)

        greedy = self.sweep([shared], [{**selection(*SHORT), "cores": CPUS + 1}]).run()
        self.assertEqual(greedy.returncode, 5, greedy.stderr)
        self.assertIn(f"asks for {CPUS + 1} cores", greedy.stderr)
        self.assertIn("allotted 1", greedy.stderr)
        step = self.cluster.run("srun", "--partition=shared", "--cpus-per-task=1", CONCBENCH, "run",
                                "--model=serial", "--workload=spawn", "--cores=2")
        self.assertEqual(step.returncode, 5, step.stderr)
        self.assertRegex(step.stderr, r"2.*\b1\b")

    def test_zz_a_task_that_times_out_is_a_row_with_that_state(self):
        until(lambda: not self.slow.queue("%T"), 120, "the slow task has timed out")
        done, gathered = self.slow.gather()
        self.assertEqual(done.returncode, 3, done.stdout)
        (task,) = gathered["tasks"]
        self.assertEqual((task["state"], task["reason"]), ("TIMEOUT", "TimeLimit"))
        self.assertEqual((task["results"], task["wanted"]), (1, 2))
        self.assertIn("slow-0: 1 of 2 results; TIMEOUT (TimeLimit) on c", done.stdout)


if __name__ == "__main__":
    if reason := why_not():
        print(f"skipped: {reason}")
        sys.exit(77)
    unittest.main(verbosity=2)
