#!/usr/bin/python3
"""The whole way: every model × every workload through sessions and worker processes, the published
answers, and the readers of the result file that are not ours."""

import json
import os
import subprocess
import tempfile
import unittest

import jsonschema

from concbench import ROOT, concbench, run_json

QUICK = ("--processes=1", "--repetitions=1", "--min-time=0.0005")
COMPARE = "/usr/share/benchmark/compare.py"


def schema():
    with open(os.path.join(ROOT, "reports/result/result.schema.json"), encoding="utf-8") as file:
        return json.load(file)


def cells_of(*arguments):
    code, result, stderr = run_json(*arguments, timeout=280)
    assert code == 0, stderr
    return result["concbench"]["cells"]


class Everything(unittest.TestCase):
    """One run of all there is, looked at from several sides."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.path = os.path.join(folder.name, "all.json")
        cls.done = concbench("run", "--model=all", "--workload=all", *QUICK, f"--out={cls.path}",
                             timeout=280)
        with open(cls.path, encoding="utf-8") as file:
            cls.result = json.load(file)
        cls.cells = cls.result["concbench"]["cells"]

    def test_every_cell_is_verified_or_has_a_reason(self):
        self.assertEqual(self.done.returncode, 0, self.done.stderr)
        self.assertTrue(self.result["concbench"]["complete"])
        for cell in self.cells:
            with self.subTest(model=cell["model"], workload=cell["workload"]):
                if cell["status"] == "ok":
                    self.assertTrue(cell["verified"])
                    self.assertGreater(cell["summary"]["ns_per_op"]["median"], 0)
                else:
                    self.assertEqual(cell["status"], "skipped", cell["reason"])
                    self.assertTrue(cell["reason"])

    def test_no_pair_is_missing(self):
        listed = json.loads(concbench("list", "--format=json").stdout)
        self.assertEqual({(cell["model"], cell["workload"]) for cell in self.cells},
                         {(pair["model"], pair["workload"]) for pair in listed["pairs"]})

    def test_the_table_names_every_model(self):
        for model in {cell["model"] for cell in self.cells}:
            self.assertIn(model, self.done.stdout)

    def test_workers_were_seen_where_they_were_placed(self):
        for cell in self.cells:
            if cell["status"] != "ok":
                continue
            requested = set(cell["placement"]["requested"])
            self.assertTrue(cell["placement"]["workers"], cell["model"])
            for worker in cell["placement"]["workers"]:
                self.assertLessEqual(set(worker["observed"]), requested, cell["model"])

    def test_fibers_say_what_guards_their_stacks(self):
        ran = [cell for cell in self.cells if cell["model"] == "fibers" and cell["status"] == "ok"]
        self.assertTrue(ran)
        for cell in ran:
            self.assertRegex(cell["notes"]["stack_guard"], "MADV_GUARD_INSTALL|mprotect")

    def test_peers_and_goroutines_name_the_version_that_ran(self):
        built_with = self.result["concbench"]["build"]["libraries"]
        for model, library, recorded in (("tbb", "oneTBB", "tbb"), ("openmp", "OpenMP", None),
                                         ("boost-fiber", "Boost.Fiber", "boost"),
                                         ("asio-pool", "Asio", "asio"), ("asio-coro", "Asio", "asio"),
                                         ("std-async", "lib", None), ("goroutines", "Go", None)):
            for cell in self.cells:
                if cell["model"] != model or cell["status"] != "ok":
                    continue
                with self.subTest(model=model, workload=cell["workload"]):
                    self.assertRegex(cell["notes"]["library"], rf"{library}.* \S*\d")
                    if recorded:
                        version = cell["notes"]["library"].split()[-1].replace("_", ".")
                        self.assertTrue(built_with[recorded].startswith(version), built_with)

    def test_the_schema_accepts_it(self):
        jsonschema.Draft7Validator(schema()).validate(self.result)

    @unittest.skipUnless(os.path.exists(COMPARE), "libbenchmark-tools is not installed")
    def test_google_benchmarks_own_tool_accepts_it(self):
        done = subprocess.run(["/usr/bin/python3", COMPARE, "benchmarks", self.path, self.path],
                              capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("coroutines/fib", done.stdout)
        self.assertIn("+0.0000", done.stdout)


class PublishedAnswers(unittest.TestCase):

    def expect(self, answer, models, workload, *settings):
        for cell in cells_of(f"--model={models}", f"--workload={workload}", *settings, *QUICK):
            with self.subTest(model=cell["model"]):
                self.assertEqual(cell["status"], "ok", cell["reason"])
                self.assertEqual(cell["answer"], answer)

    def test_fib_30(self):
        self.expect("832040", "serial,pool,fibers,coroutines", "fib", "--set", "fib.n=30")

    def test_skynet_of_a_million(self):
        self.expect("499999500000", "serial,pool,fibers,coroutines", "skynet",
                    "--set", "skynet.leaves=1000000")

    def test_ten_queens(self):
        self.expect("724", "serial,pool,fibers,coroutines", "nqueens", "--set", "nqueens.n=10")


class ProtocolExample(unittest.TestCase):
    """The program that docs/protocol.md teaches, through a real session."""

    def test_it_is_measured_like_any_other_model(self):
        example = os.path.join(ROOT, "docs/examples/worker.py")
        cells = cells_of(f"--model=exec:{example}", "--workload=all", *QUICK,
                         "--set", "spawn.n=100", "--set", "ping_pong.hops=200",
                         "--set", "fib.n=8", "--set", "mpmc.messages=200")
        by_status = {}
        for cell in cells:
            by_status.setdefault(cell["status"], set()).add(cell["workload"])
        offered = {"fib", "spawn", "ping_pong", "mpmc"}
        self.assertEqual(by_status["ok"], offered, [cell["reason"] for cell in cells])
        self.assertEqual(by_status["skipped"], {cell["workload"] for cell in cells} - offered)


if __name__ == "__main__":
    unittest.main()
