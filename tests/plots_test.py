#!/usr/bin/python3
"""The plots draw what a result holds, and refuse what they cannot plot in one sentence."""

import contextlib
import copy
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import types
import unittest
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "scripts")]

import example_results  # noqa: E402
import plot_compare  # noqa: E402
import plot_grain  # noqa: E402
import plot_languages  # noqa: E402
import plot_latency  # noqa: E402
import plot_memory  # noqa: E402
import plot_scaling  # noqa: E402
import plotting  # noqa: E402

MODELS = example_results.MODELS
SCRIPTS = (plot_compare, plot_grain, plot_languages, plot_latency, plot_memory, plot_scaling)


class Plots(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)

    def plot(self, script, *results, out="plot.svg"):
        """Runs a script on results (objects, or text that is none). Not as a process of its own,
        which would spend most of its time on loading matplotlib."""
        paths = []
        for index, result in enumerate(results):
            paths.append(self.directory / f"{index}.json")
            paths[-1].write_text(result if isinstance(result, str) else json.dumps(result))
        argv = [*map(str, paths), "-o", str(self.directory / out)]
        with contextlib.redirect_stderr(io.StringIO()) as stderr:
            code = plotting.main(script.__doc__, script.draw, argv)
        return types.SimpleNamespace(returncode=code, stderr=stderr.getvalue())

    def drawn(self, script, *results):
        """The text in the plot; an .svg keeps it as text."""
        run = self.plot(script, *results)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        tree = xml.etree.ElementTree.parse(self.directory / "plot.svg")
        return [node.text for node in tree.iter("{http://www.w3.org/2000/svg}text") if node.text]

    def assert_refused(self, run, reason):
        self.assertEqual(run.returncode, 2, run.stderr)
        self.assertIn(reason, run.stderr)
        self.assertEqual(run.stderr.count("\n"), 1, run.stderr)
        self.assertFalse((self.directory / "plot.svg").exists())


class Compare(Plots):
    def test_has_a_panel_for_each_work_with_models_values_and_units(self):
        text = self.drawn(plot_compare, example_results.basic())
        for workload in ("fib", "skynet", "nqueens", "spawn", "ping_pong", "ring", "mpmc", "yield"):
            self.assertIn(workload, text)
        self.assertEqual(text.count("fib"), 2)
        for model in MODELS:
            self.assertIn(model, text)
        self.assertIn("time per hop", text)
        result = example_results.basic()["concbench"]
        threads = next(c for c in result["cells"]
                       if c["model"] == "threads" and c["workload"] == "spawn")
        median = threads["summary"]["ns_per_op"]["median"]
        self.assertIn(f"{median / 1000:.1f} µs", text)

    def test_says_what_was_skipped_and_where_and_how_it_was_measured(self):
        text = "\n".join(self.drawn(plot_compare, example_results.basic()))
        self.assertIn("skipped: serial (one task cannot wait for another)", text)
        self.assertIn("Time per operation on 2 cores, compact", text)
        self.assertIn("Example CPU 9000 · 2 cores", text)
        self.assertIn("96.9 % interval of 6 processes", text)
        text = "\n".join(self.drawn(plot_compare, example_results.basic(processes=3)))
        self.assertIn("range of 3 processes", text)

    def test_has_no_panel_where_nothing_was_measured(self):
        result = example_results.basic()
        for cell in result["concbench"]["cells"]:
            if cell["workload"] == "mpmc":
                cell.update(status="failed", summary=None, reason="wrong")
        self.assertNotIn("mpmc", self.drawn(plot_compare, result))

    def test_draws_a_lone_cell_of_a_model_it_does_not_know(self):
        result = example_results.basic()
        cell = result["concbench"]["cells"][0]
        result["concbench"]["cells"] = [cell | {"model": "exec:./other"}]
        self.assertIn("exec:./other", self.drawn(plot_compare, result))

    def test_writes_png(self):
        run = self.plot(plot_compare, example_results.basic(), out="plot.png")
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertTrue((self.directory / "plot.png").read_bytes().startswith(b"\x89PNG"))

    def test_refuses_a_result_without_a_measured_cell(self):
        result = example_results.basic()
        result["concbench"]["cells"] = []
        self.assert_refused(self.plot(plot_compare, result), "nothing to plot")


class Scaling(Plots):
    def test_has_a_column_for_each_work_and_a_line_for_each_model(self):
        text = self.drawn(plot_scaling, example_results.scaling())
        for word in ("fib", "skynet", "mpmc", "efficiency", "operations per second", "cores",
                     "ideal", "serial, one core", "100%", "pool", "goroutines"):
            self.assertIn(word, text)

    def test_joins_the_core_counts_of_several_results(self):
        one, two = copy.deepcopy(example_results.scaling()), example_results.scaling()
        for result, keep in ((one, (1,)), (two, (2, 4, 8))):
            result["concbench"]["cells"] = [
                cell for cell in result["concbench"]["cells"] if cell["cores"] in keep]
        self.assertIn("mpmc", self.drawn(plot_scaling, one, two))

    def test_refuses_a_single_core_count(self):
        self.assert_refused(self.plot(plot_scaling, example_results.basic()),
                            "no model ran on more than one number of cores")

    def test_refuses_two_runs_of_the_same_cells(self):
        result = example_results.scaling()
        self.assert_refused(self.plot(plot_scaling, result, result), "more than once")


class Memory(Plots):
    def test_tells_the_programs_part_from_the_kernels_and_untouched_stacks_from_touched(self):
        text = self.drawn(plot_memory, example_results.memory())
        for part in ("in all", "the program's part", "the kernel's part"):
            self.assertEqual(text.count(f"hold, {part}"), 2)
        self.assertEqual(text.count("touch=0, 2 cores, compact"), 3)
        self.assertEqual(text.count("touch=16,384, 2 cores, compact"), 3)

    def test_names_the_ceilings_found_and_predicted_and_what_stops_there(self):
        text = self.drawn(plot_memory, example_results.memory())
        _, _, most, _, limit = example_results.HELD["threads"]
        self.assertIn(f"{most + 90:,} found", text)
        self.assertEqual(text[text.index(f"{most + 90:,} found") + 1], limit)
        self.assertIn(f"{example_results.HELD['fibers'][2]:,} predicted", text)

    def test_leaves_out_values_that_a_log_axis_cannot_show_and_models_without_any(self):
        result = example_results.memory(touched=(0,))
        figure = plot_memory.draw([result["concbench"]])
        self.addCleanup(plotting.plt.close, figure)
        kernel = figure.axes[2]
        self.assertIn("the kernel's part", kernel.get_title(loc="left"))
        curves = {line.get_color(): list(line.get_ydata()) for line in kernel.lines}
        self.assertEqual(curves[plotting.look("coroutines")[0]], [1])
        self.assertEqual(curves[plotting.look("pool")[0]], [])
        self.assertNotIn("serial", self.drawn(plot_memory, result))

    def test_refuses_a_result_without_hold(self):
        self.assert_refused(self.plot(plot_memory, example_results.basic()), "no cell of hold")


class Latency(Plots):
    def test_has_a_panel_for_each_workload_with_the_meaning_of_its_durations(self):
        text = self.drawn(plot_latency, example_results.latencies(1_000))
        for word in ("ping_pong", "sleepers", "from one hop to the next", "past the deadline",
                     "50 %", "99.9 %", "goroutines", "skipped: serial (one task cannot wait for "
                     "another)"):
            self.assertIn(word, text)
        # Of 1,000 waits none tells what one in 10,000 is like.
        self.assertNotIn("99.99 %", text)

    def test_gives_the_percentiles_of_the_buckets(self):
        over, durations = plot_latency.curve_of(
            {"buckets": [{"low": 0, "count": 50}, {"low": 100, "count": 49},
                         {"low": 1024, "count": 1}]})
        # One in two is longer than 0 ns (drawn at 1), one in a hundred than 100 ns.
        self.assertEqual([round(x, 6) for x in over], [1, 2, 2, 100, 100, 100])
        self.assertEqual(durations, [1, 1, 100, 100, 1031, 1031])

    def test_places_a_bucket_as_the_result_file_does(self):
        for low, middle in ((0, 0), (127, 127), (128, 128), (254, 254), (256, 257), (1024, 1031)):
            self.assertEqual(plot_latency.middle(low), middle)

    def test_refuses_a_result_without_latencies(self):
        self.assert_refused(self.plot(plot_latency, example_results.basic()),
                            "no cell has latencies")


class Grain(Plots):
    def test_names_the_smallest_effective_task_of_each_model(self):
        text = "\n".join(self.drawn(plot_grain, example_results.grain())).replace("\u00a0", " ")
        for metg in ("serial 2.00 ns", "processes not reached", "pool 120 ns",
                     "goroutines 1.20 µs"):
            self.assertIn(metg, text)
        self.assertIn("tasks=1,000, 2 cores, compact", text)

    def test_counts_the_cores_that_a_model_had_work_for(self):
        cell = {"cores": 2, "params": {"ns": 300},
                "summary": {"ns_per_op": {"median": 400, "low": 300, "high": 600}}}
        size, share = plot_grain.point_of(cell | {"model": "serial"})
        self.assertEqual((size, share), (400, {"median": 0.75, "low": 0.5, "high": 1}))
        size, share = plot_grain.point_of(cell | {"model": "pool"})
        self.assertEqual((size, share), (800, {"median": 0.375, "low": 0.25, "high": 0.5}))

    def test_refuses_a_result_without_grain(self):
        self.assert_refused(self.plot(plot_grain, example_results.basic()), "no cell of grain")


class Input(Plots):
    def test_is_refused_in_one_sentence(self):
        for script in SCRIPTS:
            for text, reason in (
                ("{", "not valid JSON"),
                ("[" * 100_000, "not valid JSON"),
                ("[]", "not a result of concbench"),
                ('{"context": {}, "benchmarks": []}', "not a result of concbench"),
                ('{"concbench": {"schema": 2}}', "schema 2"),
                ('{"concbench": {"schema": 1}}', "lacks a field"),
            ):
                with self.subTest(script=script.__name__, text=text[:40]):
                    self.assert_refused(self.plot(script, text), reason)

    def test_and_output_must_be_reachable(self):
        result = example_results.basic()
        self.assert_refused(self.plot(plot_compare, result, out="no/plot.svg"), "cannot write")
        self.assert_refused(self.plot(plot_compare, result, out="plot.txt"), "must end in")

    def test_is_read_by_the_scripts_as_commands(self):
        for name in sorted(path.name for path in (ROOT / "scripts").glob("plot_*.py")):
            run = subprocess.run([ROOT / "scripts" / name, self.directory / "none.json", "-o",
                                  self.directory / "plot.svg"], capture_output=True, text=True)
            self.assert_refused(run, "cannot read")
            self.assertTrue(run.stderr.startswith(name))


if __name__ == "__main__":
    unittest.main()
