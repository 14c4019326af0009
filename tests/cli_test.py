#!/usr/bin/python3
"""What is typed, what comes back: every command, every exit code, as a user meets them."""

import json
import os
import signal
import subprocess
import tempfile
import time
import unittest

from concbench import CONCBENCH, concbench, run_json

QUICK = ("--processes=2", "--repetitions=2", "--min-time=0.001")
ALLOWED = sorted(os.sched_getaffinity(0))


def usable_cores():
    topo = json.loads(concbench("topo", "--format=json").stdout)
    return len(topo["placement"]["workers"])


class Folder(unittest.TestCase):
    """A test with an empty folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.out = os.path.join(folder.name, "r.json")

    def result(self):
        with open(self.out, encoding="utf-8") as file:
            return json.load(file)


class Usage(Folder):
    """Exit 2: one sentence that names the token, and nothing is written."""

    def refuse(self, words, *arguments, code=2):
        done = concbench(*arguments)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertRegex(done.stderr, words)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(os.listdir(self.folder), [])

    def refuse_run(self, words, *arguments, code=2):
        self.refuse(words, "run", *arguments, f"--out={self.out}", code=code)

    def test_mistyped_model(self):
        self.refuse_run("did you mean 'fibers'", "--model=fibres")

    def test_mistyped_workload(self):
        self.refuse_run("did you mean 'skynet'", "--workload=skynt")

    def test_mistyped_option(self):
        self.refuse_run("did you mean '--workload'", "--worklod=fib")

    def test_mistyped_command(self):
        self.refuse("did you mean 'run'", "rnu")

    def test_no_command(self):
        self.refuse("command is missing")

    def test_parameter_out_of_range(self):
        self.refuse_run(r"fib\.n=-1.*from 0 to 60", "--set", "fib.n=-1")

    def test_unknown_parameter(self):
        self.refuse_run("fib has no parameter 'm'.*it has n", "--set", "fib.m=3")

    def test_parameter_that_is_no_number(self):
        self.refuse_run(r"fib\.n=x", "--set", "fib.n=x")

    def test_parameter_that_is_no_choice(self):
        self.refuse_run(r"place=far.*any\|same\|cross", "--set", "ping_pong.place=far")

    def test_parameters_that_contradict_each_other(self):
        self.refuse_run("power of skynet.branching", "--workload=skynet",
                        "--set", "skynet.leaves=99")

    def test_setting_of_a_workload_that_is_not_run(self):
        self.refuse_run("not among the workloads", "--workload=fib", "--set", "spawn.n=3")

    def test_malformed_setting(self):
        self.refuse_run("WORKLOAD.PARAMETER=VALUE", "--set", "fib")

    def test_no_cores(self):
        self.refuse_run("--cores=0", "--cores=0")

    def test_a_core_count_that_is_none(self):
        self.refuse_run("--cores=x", "--cores=1,x")

    def test_empty_model(self):
        self.refuse_run("--model= needs a value", "--model=")

    def test_empty_item(self):
        self.refuse_run("empty item", "--model=fibers,")

    def test_unknown_variant(self):
        self.refuse_run("did you mean 'wait'", "--model=threads:wiat=condvar")

    def test_unknown_value_of_a_variant(self):
        self.refuse_run("futex|condvar", "--model=threads:wait=spinning")

    def test_unknown_preset(self):
        self.refuse_run("did you mean 'quick'", "--preset=quik")

    def test_a_cpu_named_twice(self):
        self.refuse_run("named twice", "--cpus=0,0")

    def test_unknown_layout(self):
        self.refuse_run("did you mean 'compact'", "--layout=compat")

    def test_unknown_format(self):
        self.refuse_run("--format=xml", "--format=xml")

    def test_resuming_nothing(self):
        self.refuse("r.json", "run", f"--resume={self.out}")

    def test_resuming_something_else(self):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            file.write('{"benchmarks": []}')
            file.flush()
            self.refuse("not a result of concbench", "run", f"--resume={file.name}")

    def test_unwritable_output_is_found_before_the_run(self):
        start = time.monotonic()
        self.refuse("/nonexistent/r.json", "run", "--out=/nonexistent/r.json", code=4)
        self.assertLess(time.monotonic() - start, 2)

    def test_more_cores_than_there_are(self):
        cores = usable_cores()
        self.refuse_run(rf"\b{cores + 6}\b.*\b{cores}\b", f"--cores={cores + 6}",
                        "--model=fibers", code=5)

    def test_a_cpu_that_is_not_there(self):
        self.refuse_run("65000", "--cpus=65000", code=5)


class Run(Folder):

    def test_a_run_writes_its_result_and_shows_a_table(self):
        done = concbench("run", "--model=serial,pool", "--workload=fib,spawn", "--cores=1",
                         "--set", "fib.n=12", *QUICK, f"--out={self.out}")
        self.assertEqual(done.returncode, 0, done.stderr)
        result = self.result()["concbench"]
        self.assertTrue(result["complete"])
        self.assertEqual({(c["model"], c["workload"]) for c in result["cells"]},
                         {(m, w) for m in ("serial", "pool") for w in ("fib", "spawn")})
        for cell in result["cells"]:
            self.assertEqual((cell["status"], cell["verified"]), ("ok", True), cell)
            self.assertEqual({s["process"] for s in cell["samples"]}, {0, 1})
            self.assertEqual(len(cell["samples"]), 4)
            self.assertGreater(cell["summary"]["ns_per_op"]["median"], 0)
        for word in ("fib", "spawn", "serial", "pool"):
            self.assertIn(word, done.stdout)

    def test_one_file_is_left_and_no_other(self):
        concbench("run", "--model=serial", "--workload=spawn", *QUICK, f"--out={self.out}")
        self.assertEqual(os.listdir(self.folder), ["r.json"])

    def test_more_workers_than_cores_when_asked_for(self):
        code, result, stderr = run_json("--model=fibers", "--workload=spawn", "--cores=8",
                                        "--oversubscribe", *QUICK)
        self.assertEqual(code, 0, stderr)
        (cell,) = result["concbench"]["cells"]
        self.assertEqual((cell["status"], cell["cores"]), ("ok", 8))
        self.assertEqual(cell["oversubscribed"], usable_cores() < 8)
        self.assertEqual(len(cell["placement"]["workers"]), 8)

    def test_an_affinity_mask_of_one_allows_one(self):
        done = subprocess.run(
            ["taskset", "-c", str(ALLOWED[0]), CONCBENCH, "run", "--cores=2", "--model=fibers"],
            capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(done.returncode, 5)
        self.assertRegex(done.stderr, r"\b1\b")

    def test_a_pair_that_cannot_work_is_skipped_with_its_reason(self):
        code, result, _ = run_json("--model=pool,fibers", "--workload=ping_pong", "--cores=1",
                                   *QUICK)
        self.assertEqual(code, 0)
        cells = {cell["model"]: cell for cell in result["concbench"]["cells"]}
        self.assertEqual(cells["pool"]["status"], "skipped")
        self.assertIn("would hold its worker", cells["pool"]["reason"])
        self.assertEqual(cells["fibers"]["status"], "ok")

    def test_nothing_that_can_run_is_an_error(self):
        done = concbench("run", "--model=pool", "--workload=ping_pong", *QUICK)
        self.assertEqual(done.returncode, 5)
        self.assertIn("would hold its worker", done.stdout)

    def test_a_size_beyond_the_machine_is_refused_with_both_numbers(self):
        code, result, _ = run_json("--model=threads,serial", "--workload=fib", "--set", "fib.n=40",
                                   "--timeout=5", *QUICK)
        threads = [c for c in result["concbench"]["cells"] if c["model"] == "threads"][0]
        self.assertEqual((code in (0, 5), threads["status"]), (True, "skipped"))
        self.assertIn("331,160,281", threads["reason"])

    def test_a_size_beyond_its_time_is_skipped_with_the_prediction(self):
        code, result, _ = run_json("--model=serial,coroutines", "--workload=fib", "--cores=1",
                                   "--set", "fib.n=12,60", *QUICK)
        self.assertEqual(code, 0)
        for cell in result["concbench"]["cells"]:
            small = cell["params"]["n"] == 12
            self.assertEqual(cell["status"], "ok" if small else "skipped", cell["reason"])
            if not small:
                self.assertIn("would outlast", cell["reason"])

    def test_variants_are_cells_of_their_own(self):
        code, result, stderr = run_json("--model=threads,threads:wait=condvar",
                                        "--workload=ping_pong", "--set", "ping_pong.hops=100", *QUICK)
        self.assertEqual(code, 0, stderr)
        self.assertEqual([c["model"] for c in result["concbench"]["cells"]],
                         ["threads", "threads:wait=condvar"])

    def test_the_same_seed_gives_the_same_order(self):
        def order(seed):
            _, result, _ = run_json("--model=serial,pool", "--workload=spawn,fib",
                                    "--set", "fib.n=10", "--processes=4", "--repetitions=1",
                                    "--min-time=0.0005", f"--seed={seed}")
            return result["concbench"]["order"]
        self.assertEqual(order(7), order(7))
        self.assertNotEqual(order(7), order(8))

    def test_a_dry_run_runs_nothing_and_says_how_long(self):
        done = concbench("run", "--dry-run", "--model=serial,pool", "--workload=fib,ping_pong",
                         f"--out={self.out}")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"4 of 6 cells would run, in 12 processes, in about \d")
        self.assertIn("pool/ping_pong", done.stdout)
        self.assertEqual(os.listdir(self.folder), [])

    def test_a_budget_lowers_repetitions_before_it_drops_cells(self):
        code, result, stderr = run_json("--model=serial", "--workload=spawn", "--processes=2",
                                        "--repetitions=1000", "--min-time=0.01", "--budget=2")
        self.assertEqual(code, 0, stderr)
        self.assertRegex(result["concbench"]["adjusted"][0], r"\d+ samples per process instead of 1000")
        (cell,) = result["concbench"]["cells"]
        self.assertEqual(cell["status"], "ok")
        self.assertLess(len(cell["samples"]), 400)

    def test_a_budget_that_holds_nothing_drops_cells_and_says_so(self):
        # One sample a process is 4 workers × 3 × 0.5 s: one model fits into 9 s, two do not.
        code, result, _ = run_json("--model=serial,pool", "--workload=spawn", "--processes=4",
                                   "--min-time=0.5", "--budget=9", "--cores=1")
        self.assertEqual(code, 0)
        cells = result["concbench"]["cells"]
        (dropped,) = [cell for cell in cells if cell["status"] == "skipped"]
        self.assertIn("budget", dropped["reason"])
        self.assertIn(f"dropped {dropped['model']}/spawn", result["concbench"]["adjusted"][1])

    def test_the_command_of_a_cell_runs_it_alone(self):
        _, result, _ = run_json("--model=coroutines,goroutines", "--workload=fib",
                                "--set", "fib.n=15", "--cores=1", *QUICK)
        for cell in result["concbench"]["cells"]:
            if cell["model"] == "goroutines" and cell["status"] == "skipped":
                continue
            done = subprocess.run(["sh", "-c", cell["command"]], capture_output=True, text=True,
                                  check=False, timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("610", done.stdout)

    def test_a_full_disk_is_exit_4(self):
        done = concbench("run", "--model=serial", "--workload=spawn", *QUICK, "--out=/dev/full")
        self.assertEqual(done.returncode, 4, done.stderr)

    def test_a_closed_stdout_is_exit_4(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([CONCBENCH, "list"], stdout=full, stderr=subprocess.PIPE,
                                  check=False, timeout=60)
        self.assertEqual(done.returncode, 4)


class Interrupt(Folder):

    def interrupt(self, number):
        run = subprocess.Popen(
            [CONCBENCH, "run", "--model=serial,pool,coroutines", "--workload=spawn,fib",
             "--set", "fib.n=12", "--cores=1", "--processes=4", "--repetitions=4",
             "--min-time=0.05", f"--out={self.out}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(run.stderr.close)
        # Well into the run: once a cell is finished.
        for line in run.stderr:
            if "ns per task" in line:
                break
        run.send_signal(number)
        start = time.monotonic()
        code = run.wait(timeout=20)
        self.assertLess(time.monotonic() - start, 2)
        self.assertEqual(code, 128 + number)

    def test_interrupt_keeps_what_is_finished_and_resume_completes_it(self):
        self.interrupt(signal.SIGINT)
        before = self.result()["concbench"]
        self.assertFalse(before["complete"])
        finished = [cell for cell in before["cells"] if cell["status"] == "ok"]
        self.assertGreaterEqual(len(finished), 1)
        self.assertLess(len(finished), 6)

        done = concbench("run", f"--resume={self.out}")
        self.assertEqual(done.returncode, 0, done.stderr)
        after = self.result()["concbench"]
        self.assertTrue(after["complete"])
        self.assertEqual({cell["status"] for cell in after["cells"]}, {"ok"})
        for cell in after["cells"]:
            self.assertEqual(sorted({s["process"] for s in cell["samples"]}), [0, 1, 2, 3])
        kept = {cell["model"] + cell["workload"]: cell["samples"] for cell in after["cells"]}
        for cell in finished:
            self.assertEqual(kept[cell["model"] + cell["workload"]], cell["samples"])

    def test_terminate_is_the_same(self):
        self.interrupt(signal.SIGTERM)
        self.assertFalse(self.result()["concbench"]["complete"])

    def test_an_interrupted_worker_that_hangs_is_ended_too(self):
        fake = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fake_worker.py")
        run = subprocess.Popen([CONCBENCH, "run", f"--model=exec:{fake} hang", "--workload=spawn",
                                f"--out={self.out}", "--timeout=60"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(1)
        run.send_signal(signal.SIGINT)
        start = time.monotonic()
        self.assertEqual(run.wait(timeout=20), 130)
        self.assertLess(time.monotonic() - start, 2)


class Topo(unittest.TestCase):

    SYNTHETIC = "--from=synthetic:Package:2 NUMANode:1 L3Cache:2 Core:4 PU:2"

    def placement(self, *arguments):
        done = concbench("topo", *arguments, "--format=json")
        self.assertEqual(done.returncode, 0, done.stderr)
        topo = json.loads(done.stdout)
        return topo["machine"], topo["placement"]["workers"]

    def test_this_machine_has_the_cpus_that_are_allowed(self):
        machine, workers = self.placement()
        self.assertEqual(machine["allowed"], ALLOWED)
        self.assertGreaterEqual(len(workers), 1)

    def test_spread_uses_every_package_and_cache(self):
        machine, workers = self.placement(self.SYNTHETIC, "--cores=4", "--layout=spread")
        self.assertEqual((machine["packages"], machine["cores"], machine["pus"]), (2, 16, 32))
        self.assertEqual(len({worker["core"] for worker in workers}), 4)
        self.assertEqual({worker["package"] for worker in workers}, {0, 1})
        self.assertEqual(len({worker["l3"] for worker in workers}), 4)

    def test_compact_stays_under_one_cache(self):
        _, workers = self.placement(self.SYNTHETIC, "--cores=4", "--layout=compact")
        self.assertEqual(len({worker["core"] for worker in workers}), 4)
        self.assertEqual(len({worker["l3"] for worker in workers}), 1)

    def test_smt_takes_siblings_first(self):
        _, workers = self.placement(self.SYNTHETIC, "--cores=4", "--layout=smt")
        self.assertEqual(len({worker["core"] for worker in workers}), 2)

    def test_more_than_the_described_machine_has(self):
        done = concbench("topo", self.SYNTHETIC, "--cores=17")
        self.assertEqual(done.returncode, 5)
        self.assertRegex(done.stderr, "17.*16")

    def test_a_bad_description_is_a_usage_error(self):
        for source in ("synthetic:Nonsense:2", "xml:/nonexistent.xml", "dmi:0"):
            done = concbench("topo", f"--from={source}")
            self.assertEqual(done.returncode, 2, (source, done.stderr))

    def test_the_text_shows_machine_and_plan(self):
        done = concbench("topo", self.SYNTHETIC, "--cores=2")
        self.assertEqual(done.returncode, 0)
        self.assertIn("2 packages", done.stdout)


class List(unittest.TestCase):

    def test_json_has_models_workloads_and_every_pair(self):
        listed = json.loads(concbench("list", "--format=json").stdout)
        models = [model["name"] for model in listed["models"]]
        workloads = [workload["name"] for workload in listed["workloads"]]
        for name in ("serial", "processes", "threads", "pool", "fibers", "coroutines", "goroutines"):
            self.assertIn(name, models)
        self.assertEqual(len(listed["pairs"]), len(models) * len(workloads))
        for pair in listed["pairs"]:
            self.assertEqual(pair["runs"], pair["reason"] is None, pair)

    def test_the_table_has_the_reasons(self):
        done = concbench("list")
        self.assertEqual(done.returncode, 0)
        self.assertIn("would hold its worker", done.stdout)


class Help(unittest.TestCase):

    def test_every_command_has_help_with_an_example(self):
        for command in ("run", "list", "topo", "worker"):
            done = concbench(command, "--help")
            self.assertEqual(done.returncode, 0)
            self.assertRegex(done.stdout, f"Examples?:\n.*concbench {command}")

    def test_help_names_the_commands(self):
        done = concbench("--help")
        self.assertEqual(done.returncode, 0)
        for command in ("run", "list", "topo"):
            self.assertIn(command, done.stdout)

    def test_version(self):
        done = concbench("--version")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"concbench \d+\.\d+\.\d+ \(.+\)")


if __name__ == "__main__":
    unittest.main()
