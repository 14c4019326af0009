#!/usr/bin/python3
"""Sweeps on this machine: the plan, the folder, what is run again, and what gather makes of it.
That Slurm does the same is tested in slurm_test.py."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import time
import unittest

from concbench import CONCBENCH, HERE, ROOT, InFolder, concbench
from sweeps import worker_source

SHORT = '["--processes=2", "--repetitions=1", "--min-time=0.001"]'
PLAN = f"""
repetitions = 2
[[nodes]]
name = "small"
count = 2
[[nodes]]
name = "big"
[[selections]]
name = "tasks"
models = ["serial", "pool"]
workloads = "spawn"
cores = 1
options = {SHORT}
"""
HANGS = f"""
[[nodes]]
name = "n"
count = 2
[[selections]]
name = "naps"
models = "exec:/usr/bin/python3 {HERE}/fake_worker.py naps"
workloads = "spawn"
cores = 1
options = ["--processes=40", "--repetitions=3", "--min-time=0.000001"]
"""


class Sweeps(InFolder):

    def setUp(self):
        super().setUp()
        self.plan = self.folder / "plan.toml"
        self.results = self.folder / "plan-results"

    def sweep(self, text, *arguments, **options):
        self.plan.write_text(text, encoding="utf-8")
        return concbench("sweep", str(self.plan), *arguments, cwd=self.folder, **options)

    def gather(self):
        done = concbench("gather", str(self.results), f"-o{self.out}")
        with open(self.out, encoding="utf-8") as file:
            return done, json.load(file)["gathered"]

    def files(self):
        return {path.name: path.read_bytes() for path in self.results.glob("results/*.json")}


class Whole(Sweeps):

    def test_the_example_ends_well(self):
        examples = self.folder / "examples"
        shutil.copytree(os.path.join(ROOT, "docs/examples"), examples)
        done = concbench("sweep", "examples/sweep.toml", "--engine=local", cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        told = concbench("gather", "sweep-results", cwd=self.folder)
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIn("sweep-results: 4 of 4 results", told.stdout)

    def test_each_node_runs_everything_and_again_nothing_is_left_to_run(self):
        done = self.sweep(PLAN)
        self.assertEqual(done.returncode, 0, done.stderr)
        host = os.uname().nodename
        self.assertEqual(set(self.files()),
                         {f"{task}.this.tasks.{repetition}@{host}.json"
                          for task in ("small-0", "small-1", "big-0") for repetition in (0, 1)})
        told, gathered = self.gather()
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIn("plan-results: 6 of 6 results", told.stdout)
        (hardware,) = gathered["hardware"]
        self.assertEqual(hardware["hosts"], [host])
        self.assertEqual([len(cell["runs"]) for cell in hardware["cells"]], [6, 6])

        before = self.files()
        again = self.sweep(PLAN)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertIn("small-1: is finished", again.stderr)
        self.assertEqual(self.files(), before)
        self.assertEqual(self.gather()[1], gathered)

    def test_a_lost_result_alone_is_measured_again(self):
        self.sweep(PLAN)
        before = self.files()
        lost = next(name for name in before if name.startswith("small-1.this.tasks.1"))
        (self.results / "results" / lost).unlink()
        told, gathered = self.gather()
        self.assertEqual(told.returncode, 3)
        self.assertIn("small-1: 1 of 2 results", told.stdout)
        self.assertFalse(gathered["complete"])
        self.assertEqual(self.sweep(PLAN).returncode, 0)
        after = self.files()
        self.assertEqual(set(after), set(before))
        self.assertEqual([name for name in after if after[name] != before[name]], [lost])

    def test_unlike_machines_stay_apart_and_one_that_stands_out_is_named(self):
        self.sweep(PLAN)
        source = next(path for path in self.results.glob("results/small-0.this.tasks.0@*"))
        with open(source, encoding="utf-8") as file:
            result = json.load(file)

        def save(task, repetition, host, model=None, of_host=1.0):
            copy = json.loads(json.dumps(result))
            inner = copy["concbench"]
            inner["environment"]["host"] = host
            inner["environment"]["cpu_model"] = model or inner["environment"]["cpu_model"]
            for cell in inner["cells"]:
                # The pool is behind on all machines but the one with a model of its own.
                factor = of_host * (2 if (cell["model"] == "pool") == (model is None) else 1)
                for process in cell["processes"]:
                    process["host"] = host
                for sample in cell["samples"]:
                    sample["wall_ns"] = round(1e9 * factor * (1 + sample["process"] / 1000))
                    sample["ops"] = 1000
                low, high = 1e6 * factor, 1.001e6 * factor
                summary = cell["summary"]
                summary["ns_per_op"] = {"median": (low + high) / 2, "low": low, "high": high}
                rates = [1e9 / high, 1e9 / low]
                summary["ops_per_s"] = {"median": sum(rates) / 2, "low": rates[0], "high": rates[1]}
            for old in self.results.glob(f"results/{task}.this.tasks.{repetition}@*"):
                old.unlink()
            path = self.results / f"results/{task}.this.tasks.{repetition}@{host}.json"
            path.write_text(json.dumps(copy), encoding="utf-8")
        for task, repetition, *rest in (("small-0", 0, "s0"), ("small-0", 1, "s1"),
                                        ("small-1", 0, "s2", None, 1.3), ("small-1", 1, "s0"),
                                        ("big-0", 0, "b0", "Big CPU", 0.5),
                                        ("big-0", 1, "b0", "Big CPU", 0.5)):
            save(task, repetition, *rest)
        told, gathered = self.gather()
        self.assertEqual(told.returncode, 0, told.stderr)
        groups = {tuple(group["hosts"]): group for group in gathered["hardware"]}
        self.assertEqual(set(groups), {("b0",), ("s0", "s1", "s2")})
        self.assertNotEqual(*(group["fingerprint"] for group in gathered["hardware"]))
        for cell in groups[("s0", "s1", "s2")]["cells"]:
            self.assertEqual({run["host"] for run in cell["runs"]}, {"s0", "s1", "s2"})
            self.assertEqual(cell["standing_out"], ["s2"])
        for cell in groups[("b0",)]["cells"]:
            self.assertEqual({run["host"] for run in cell["runs"]}, {"b0"})
            self.assertEqual(cell["standing_out"], [])
        self.assertIn("s2 stands out", told.stdout)
        change, = gathered["changed_places"]
        pair = {groups[hosts]["fingerprint"]: ahead for hosts, ahead in
                ((("b0",), "pool"), (("s0", "s1", "s2"), "serial"))}
        self.assertEqual(change["ahead"], pair[change["on"]])
        self.assertEqual(change["behind"], pair[change["reversed_on"]])
        self.assertRegex(change["work"], "^this tasks spawn/.*cores:1$")
        self.assertIn("models that change places:\n", told.stdout)

        page = self.folder / "nodes.html"
        done = concbench("report", str(self.out), "--base=big-0", f"-o{page}")
        self.assertEqual(done.returncode, 0, done.stderr)
        html = page.read_text(encoding="utf-8")
        names = ("big-0 on b0", "small-0 on s0", "small-0 on s1, run 2", "small-1 on s2")
        places = [html.index(name) for name in names]
        self.assertEqual(min(places), places[0])  # what the others are compared with
        done = concbench("report", str(self.out), "--base=huge-0", f"-o{page}")
        self.assertEqual(done.returncode, 2)
        self.assertIn("small-1 on s2", done.stderr)

    def test_a_torn_result_is_told_and_made_anew(self):
        self.sweep(PLAN)
        torn = next(path for path in self.results.glob("results/big-0.this.tasks.0@*"))
        torn.write_bytes(torn.read_bytes()[:1000])
        told, _ = self.gather()
        self.assertEqual(told.returncode, 3)
        self.assertIn("big-0: 1 of 2 results", told.stdout)
        self.assertIn(torn.name, told.stdout)
        done = self.sweep(PLAN)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.gather()[0].returncode, 0)

    def test_an_interrupted_sweep_goes_on_where_it_was(self):
        self.plan.write_text(HANGS, encoding="utf-8")
        run = subprocess.Popen([CONCBENCH, "sweep", str(self.plan)], cwd=self.folder,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 30
        while time.monotonic() < end and not self.some_processes():
            time.sleep(0.05)
        told, _ = self.gather()  # while it runs
        self.assertEqual(told.returncode, 3)
        self.assertIn("n-1: 0 of 1 results; not run", told.stdout)
        run.send_signal(signal.SIGTERM)
        self.assertEqual(run.wait(timeout=20), 128 + signal.SIGTERM)
        before = self.samples()
        self.assertTrue(0 < self.some_processes() < 40)
        again = self.sweep(HANGS, "--dry-run")
        self.assertEqual(again.returncode, 0)
        script = self.results / "n.sh"
        first = subprocess.run(["bash", script], env={**os.environ, "SLURM_ARRAY_TASK_ID": "0"},
                               capture_output=True, check=False, timeout=100)
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertEqual(self.some_processes(), 40)
        kept = [sample for sample in self.samples() if sample in before]
        self.assertEqual(kept, before)

    def samples(self):
        (path,) = self.results.glob("results/n-0.*.json")
        with open(path, encoding="utf-8") as file:
            return json.load(file)["concbench"]["cells"][0]["samples"]

    def some_processes(self):
        count = 0
        for path in self.results.glob("results/n-0.*.json"):
            with open(path, encoding="utf-8") as file:
                count += sum(len(cell["processes"])
                             for cell in json.load(file)["concbench"]["cells"])
        return count


class Failures(Sweeps):

    def test_cells_that_failed_are_measured_again_and_no_others(self):
        worker = self.folder / "worker.py"
        worker.write_text(worker_source("crash"), encoding="utf-8")
        plan = PLAN.replace('"pool"', f'"exec:/usr/bin/python3 {worker}"').replace(
            "repetitions = 2", "")
        done = self.sweep(plan)
        self.assertEqual(done.returncode, 3, done.stderr)
        told, before = self.gather()
        self.assertEqual(told.returncode, 3)
        self.assertIn("small-0: 0 of 1 results", told.stdout)
        worker.write_text(worker_source("honest"), encoding="utf-8")
        done = self.sweep(plan)
        self.assertEqual(done.returncode, 0, done.stderr)
        told, after = self.gather()
        self.assertEqual(told.returncode, 0, told.stdout)

        def serial(gathered):
            return [cell["samples"] for each in gathered["results"]
                    for cell in each["result"]["concbench"]["cells"] if cell["model"] == "serial"]
        self.assertEqual(serial(after), serial(before))
        self.assertEqual(len(serial(after)), 3)

    def test_more_cores_than_there_are_end_with_5_naming_both(self):
        have = len(os.sched_getaffinity(0))
        done = self.sweep(PLAN.replace("cores = 1", f"cores = {have + 1}"))
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertRegex(done.stderr, rf"small-0: ended with 5: .*\b{have + 1}\b.*\b{have}\b")

    def test_more_cores_than_a_plan_allots_end_with_5_naming_both(self):
        plan = PLAN.replace('name = "big"', 'name = "big"\ncores = 2').replace("cores = 1",
                                                                               "cores = [1, 3]")
        done = self.sweep(plan)
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertIn("asks for 3 cores, but the tasks on 'big' are allotted 2", done.stderr)
        self.assertFalse(self.results.exists())

    def test_another_plan_in_the_same_folder_is_refused(self):
        self.sweep(PLAN)
        done = self.sweep(PLAN + "\n# changed\n")
        self.assertEqual(done.returncode, 2)
        self.assertIn("another plan", done.stderr)

    def test_a_folder_of_something_else_is_left_alone(self):
        self.results.mkdir()
        (self.results / "precious").write_text("x", encoding="utf-8")
        self.assertEqual(self.sweep(PLAN).returncode, 2)
        self.assertEqual(os.listdir(self.results), ["precious"])
        self.assertEqual(concbench("gather", str(self.results)).returncode, 2)

    def test_without_slurm_its_engine_says_so(self):
        done = self.sweep(PLAN, "--engine=slurm", env={**os.environ, "PATH": str(self.folder)})
        self.assertEqual(done.returncode, 5)
        self.assertIn("no sbatch", done.stderr)

    def test_mistakes_in_a_plan_are_named_with_file_and_line(self):
        for text, line, told in (
                ("nodez = 1", 1, "nodez: there is no such key (did you mean 'nodes'?)"),
                ("repetitions = 0", 1, "repetitions: must be a whole number from 1 to 1000"),
                ('[[nodes]]\ncount = 2', 1, "nodes: needs a name"),
                ('[[nodes]]\nname = "a/b"', 2, "name: must be of letters"),
                ('[[nodes]]\nname = "a"\n[[nodes]]\nname = "a"', 3, "nodes: 'a' is there twice"),
                ('[[nodes]]\nname = "a"\nconstraint = "x\\n#SBATCH --uid=0"', 3, "without blanks"),
                ('[[nodes]]\nname = "a"\ninterchangeable = 1', 3, "must be true or false"),
                ('[[selections]]\nname = "s"\nmodels = "fibres"', 1, "fibres"),
                ('[[selections]]\nname = "s"\noptions = ["--out=x"]', 1, "--out"),
                ('[[selections]]\nname = "s"\npreset = "none.toml"', 1, "none.toml"),
                ('[[selections]', 1, "")):
            with self.subTest(text):
                done = self.sweep(text)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(told, done.stderr)
                if "none.toml" not in text:
                    self.assertIn(f"plan.toml:{line}", done.stderr)
                self.assertFalse(self.results.exists())
        self.assertIn("selects nothing", self.sweep("repetitions = 1").stderr)


class Script(Sweeps):

    def dry(self, text):
        done = self.sweep(text, "--engine=slurm", "--dry-run")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertFalse(self.results.exists())
        return done.stdout

    def test_a_dry_run_shows_what_a_person_could_have_written(self):
        script = self.dry(PLAN.replace('name = "big"', """name = "big"
partition = "main"
account = "project"
constraint = "big&fast"
time = "00:30:00"
"""))
        self.assertIn("#SBATCH --array=0-1\n", script)
        for line in ("#!/bin/bash", "#SBATCH --array=0", "#SBATCH --partition=main",
                     "#SBATCH --account=project", "#SBATCH --constraint=big&fast",
                     "#SBATCH --time=00:30:00", "#SBATCH --nodes=1", "#SBATCH --exclusive", "#SBATCH --requeue", "#SBATCH --open-mode=append"):
            self.assertIn(line + "\n", script)
        self.assertEqual(script.count("#!/bin/bash"), 2)
        self.assertIn("measure this.tasks.1 ", script)

    def test_a_part_of_a_node_is_asked_for_by_its_cores(self):
        script = self.dry(PLAN.replace('name = "big"', 'name = "big"\ncores = 2'))
        big = script[script.rindex("#!/bin/bash"):]
        self.assertIn("#SBATCH --cpus-per-task=2\n", big)
        self.assertNotIn("--exclusive", big)

    def test_words_reach_the_program_as_they_were_written(self):
        script = self.dry(PLAN.replace("[[selections]]", """[[builds]]
name = "odd"
program = "it's $HOME/concbench"
[[selections]]"""))
        self.assertIn("it'\\''s $HOME/concbench' run", script)
        checked = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True,
                                 check=False)
        self.assertEqual(checked.returncode, 0, checked.stderr)

    @unittest.skipUnless(shutil.which("shellcheck"), "there is no shellcheck")
    def test_it_pleases_shellcheck(self):
        path = pathlib.Path(self.folder) / "script.sh"
        script = self.dry(PLAN)
        path.write_text(script[:script.rindex("#!/bin/bash")], encoding="utf-8")
        checked = subprocess.run(["shellcheck", path], capture_output=True, text=True, check=False)
        self.assertEqual(checked.returncode, 0, checked.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
