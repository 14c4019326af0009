#!/usr/bin/python3
"""Whatever a worker does, its cell gets a status and a reason, never a number, and the other cells
stand."""

import os
import tempfile
import time
import unittest

from concbench import HERE, run_json

FAKE = os.path.join(HERE, "fake_worker.py")


def cells_with(mode, *more, repetitions=2):
    """Runs `spawn` in a misbehaving worker beside an honest one; returns exit code and both cells."""
    code, result, _ = run_json(
        f"--model=exec:{FAKE} {mode}", f"--model=exec:{FAKE} honest", "--workload=spawn",
        "--processes=2", f"--repetitions={repetitions}", "--min-time=0.001", "--timeout=2", *more)
    cells = {cell["model"].split()[-1]: cell for cell in result["concbench"]["cells"]}
    return code, cells[mode], cells["honest"]


class WorkerFailure(unittest.TestCase):

    def expect(self, mode, status, reason, code=3):
        got, cell, honest = cells_with(mode)
        self.assertEqual(got, code, cell)
        self.assertEqual(cell["status"], status, cell["reason"])
        self.assertRegex(cell["reason"], reason)
        self.assertIsNone(cell["summary"])
        self.assertFalse(cell["verified"])
        self.assertEqual(honest["status"], "ok", honest["reason"])
        self.assertTrue(honest["verified"])
        self.assertAlmostEqual(honest["summary"]["ns_per_op"]["median"], 50)

    def test_notes_of_all_processes_are_kept(self):
        _, _, honest = cells_with("crash")
        self.assertEqual(honest["notes"]["mood"], "cheerful")
        self.assertRegex(honest["notes"]["number"], r"^\d+; in another process: \d+$")

    def test_what_warms_up_is_timed_once_it_is_steady(self):
        code, cell, honest = cells_with("warms", repetitions=10)
        self.assertEqual((code, cell["status"]), (0, "ok"))
        self.assertNotIn("never steady", " ".join(cell["warnings"]))
        self.assertLess(cell["summary"]["ns_per_op"]["median"], 56)
        runs = [process["warmup_runs"] for process in cell["processes"]]
        self.assertGreater(min(runs), 20)
        self.assertLess(max(process["warmup_runs"] for process in honest["processes"]), 10)
        self.assertEqual(len(cell["samples"]), 2 * 10)
        self.assertEqual(sorted({sample["index"] for sample in cell["samples"]}), list(range(10)))

    def test_what_never_becomes_steady_is_told(self):
        code, cell, honest = cells_with("quickens", repetitions=10)
        self.assertEqual((code, cell["status"]), (0, "ok"))
        self.assertIn("still getting faster in 2 of 2 processes: never steady", cell["warnings"])
        self.assertNotIn("never steady", " ".join(honest["warnings"]))

    def test_a_crash_names_the_signal(self):
        self.expect("crash", "crashed", "signal 11")

    def test_an_early_exit_tells_the_code_and_the_last_words(self):
        self.expect("exit", "crashed", "exit code 9.*out of luck")

    def test_a_hang_is_ended_by_the_timeout(self):
        start = time.monotonic()
        self.expect("hang", "timeout", "in time")
        self.assertLess(time.monotonic() - start, 30)

    def test_a_wrong_answer_is_no_number(self):
        self.expect("wrong", "failed", "wrong answer: 499501 instead of 499500")

    def test_work_left_out_is_no_number(self):
        self.expect("lazy", "failed", "performed .* operations instead of")

    @unittest.skipIf(len(os.sched_getaffinity(0)) < 2, "needs two CPUs")
    def test_a_worker_that_loses_a_cpu_meanwhile_is_no_number(self):
        _, cell, honest = cells_with("narrowed", "--cores=2")
        self.assertEqual(cell["status"], "failed", cell)
        self.assertRegex(cell["reason"], "of its CPUs .* the process may now use only")
        self.assertEqual(honest["status"], "ok", honest["reason"])

    def test_a_worker_seen_elsewhere_is_no_number(self):
        self.expect("strayed", "failed", "outside its set")

    def test_a_line_without_end_is_cut_off(self):
        self.expect("endless", "failed", "1 MiB")

    def test_a_closed_output_is_noticed(self):
        self.expect("closes", "failed", "closed its output")

    def test_no_time_at_all_is_not_believed(self):
        self.expect("timeless", "failed", "took 0 ns")

    def test_a_message_without_type_is_no_message(self):
        self.expect("typeless", "failed", "type")

    def test_a_field_of_the_wrong_type_is_named(self):
        self.expect("mistyped", "failed", "wall_ns")

    def test_a_bad_end_counts(self):
        self.expect("bad_end", "crashed", "exit code 3")

    def test_a_refusal_is_a_skipped_cell_and_no_failure(self):
        code, cell, honest = cells_with("refuses")
        self.assertEqual((code, cell["status"]), (0, "skipped"))
        self.assertEqual(cell["reason"], "not on a Monday")
        self.assertEqual(honest["status"], "ok")

    def test_children_left_behind_are_ended(self):
        with tempfile.NamedTemporaryFile("r", suffix=".pids") as pids:
            os.environ["CONCBENCH_TEST_ORPHANS"] = pids.name
            code, cell, _ = cells_with("orphans")
            self.assertEqual((code, cell["status"]), (0, "ok"), cell["reason"])
            left = [int(line) for line in pids.read().split()]
        self.assertGreaterEqual(len(left), 4)
        for pid in left:
            self.assertFalse(os.path.exists(f"/proc/{pid}"), f"process {pid} still runs")


class Greeting(unittest.TestCase):
    """A program that cannot even say hello is unavailable, which is an error where it was named."""

    def expect(self, model, words):
        code, result, stderr = run_json(f"--model=exec:{model}", "--workload=spawn")
        self.assertEqual(code, 5, stderr)
        self.assertIsNone(result)
        self.assertRegex(stderr, words)

    def test_no_such_program(self):
        self.expect("/nonexistent/worker", "cannot start '/nonexistent/worker'")

    def test_garbage_instead_of_a_hello(self):
        self.expect(f"{FAKE} garbage", "Segmentation fault")

    def test_a_silent_program(self):
        self.expect(f"{FAKE} silent", "in time")

    def test_a_newer_protocol(self):
        self.expect(f"{FAKE} newer", "version 2 of the protocol")

    def test_a_workload_it_does_not_offer_is_skipped_with_its_reason(self):
        code, result, _ = run_json(f"--model=exec:{FAKE} honest", "--workload=fib,spawn",
                                   "--processes=1", "--repetitions=1", "--min-time=0.001")
        self.assertEqual(code, 0)
        reasons = {cell["workload"]: cell["reason"] for cell in result["concbench"]["cells"]}
        self.assertEqual(reasons["fib"], "it has no children")
        self.assertIsNone(reasons["spawn"])


if __name__ == "__main__":
    unittest.main()
