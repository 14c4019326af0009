#!/usr/bin/python3
"""The page on languages and its chart: made of a result, with what was written by hand kept."""

import importlib.machinery
import importlib.util
import json
import os
import pathlib
import random
import subprocess
import unittest
import xml.etree.ElementTree

import example_results
from concbench import CONCBENCH, ROOT, InFolder

import plot_languages  # noqa: E402
import plotting  # noqa: E402

SCRIPT = os.path.join(ROOT, "scripts/languages")
TOO_MANY = "1,000,000 threads exceed kernel.pid_max, which leaves 32,000"
ABSENT = f"built without it: there is no {ROOT}/build/release/concbench-rayon; scripts/setup ..."
WORKLOADS = (("spawn", "fan_out", "task", {"n": 10_000}),
             ("yield", "yield", "yield", {"tasks": 100, "yields": 200}),
             ("ping_pong", "hand_off", "hop", {"hops": 10_000, "place": "any"}),
             ("mpmc", "channel", "message", {"capacity": 64, "messages": 20_000}),
             ("echo", "serve", "request", {"connections": 100, "rate": 0}))
# ns per op of each, or why it did not run
TIMES = {"serial": (1, "waits", "waits", "waits", 20_000),
         "threads": (33_000, 1_600, 1_300, 450, 21_000),
         "goroutines": (500, 60, 230, 70, 16_000),
         "rayon": (ABSENT,) * 5,
         "java": (900, 300, 700, 200, 30_000),
         "python": (16_500, 3_000, 9_000, 8_000, 90_000)}
# the program's and the kernel's bytes of a waiting task; None for one that did not run
HELD = {("threads", 10_000): (8_500, 28_000), ("threads", 1_000_000): None,
        ("goroutines", 10_000): (2_800, 0), ("goroutines", 1_000_000): (2_700, -6),
        ("java", 10_000): (4_500, 0), ("java", 1_000_000): (1_100, 1)}


def cell(draw, model, workload, shape, op, params, value):
    made = example_results.cell(model, workload, shape, op, params, 1, value, 6, draw)
    if made["status"] == "ok" and workload == "echo":
        made["latency_ns"] = {"p99": 4_500_000, "buckets": [[1, 2]]}
    return made


def held(draw, model, n, memory):
    made = cell(draw, model, "hold", "hold", "task", {"n": n, "touch": 0},
                TOO_MANY if memory is None else 2_000.0)
    if memory is not None:
        made["memory"] |= {"user_bytes_per_task": memory[0], "kernel_bytes_per_task": memory[1],
                           "bytes_per_task": sum(memory)}
        made["measures"]["peak_live"] = n
    return made


def example():
    draw = random.Random(7)
    cells = [held(draw, model, n, memory) for (model, n), memory in HELD.items()]
    cells += [cell(draw, model, *work, value) for model, values in TIMES.items()
              for work, value in zip(WORKLOADS, values)]
    for each in cells:
        if each["model"] == "java":
            each["notes"] = {"library": "Java 21.0.9"}
    cells[-1]["warnings"] = ["never became steady"]
    return example_results.result(cells, 1)


class Page(InFolder):
    def setUp(self):
        super().setUp()
        self.page = self.folder / "page.md"
        self.result = self.folder / "result.json"
        self.result.write_text(json.dumps(example()), encoding="utf-8")

    def write(self):
        subprocess.run([SCRIPT, f"--from={self.result}", f"--page={self.page}"], check=True,
                       stdout=subprocess.DEVNULL)
        return self.page.read_text("utf-8")

    def row(self, text, model, table):
        part = text.split(f"## {table}")[1].split("\n## ")[0]
        line, = [line for line in part.splitlines() if line.startswith(f"| {model} |")]
        return [field.strip() for field in line.strip("|").split("|")][1:]

    def test_it_tells_what_is_alive_and_what_each_takes_in_parts(self):
        row = self.row(self.write(), "java", "Waiting tasks")
        self.assertEqual(row[:4], ["1,000,000", "1.08 KiB", "1.07 KiB", "1 B"])
        self.assertRegex(row[4], r"^[\d.]+ µs \([\d.]+–[\d.]+ µs\)$")
        self.assertEqual(row[5], "")

    def test_a_part_that_was_lost_in_what_others_did_is_not_told(self):
        self.assertEqual(self.row(self.write(), "goroutines", "Waiting tasks")[3], "–")

    def test_who_cannot_hold_so_many_is_told_for_fewer_with_the_reason(self):
        row = self.row(self.write(), "threads", "Waiting tasks")
        self.assertEqual((row[0], row[1], row[5]), ("10,000", "35.6 KiB", TOO_MANY))

    def test_a_ceiling_takes_the_place_of_a_reason(self):
        document = example()
        ceiling = {"predicted": 31_900, "found": None, "limit": "kernel.pid_max", "how": ""}
        for each in document["concbench"]["cells"]:
            if each["model"] == "threads" and each["reason"] == TOO_MANY:
                each["memory"]["ceiling"] = ceiling
        self.result.write_text(json.dumps(document), encoding="utf-8")
        self.assertEqual(self.row(self.write(), "threads", "Waiting tasks")[5],
                         "31,900 at most, by kernel.pid_max")
        ceiling["found"] = 31_500
        self.result.write_text(json.dumps(document), encoding="utf-8")
        self.assertEqual(self.row(self.write(), "threads", "Waiting tasks")[5],
                         "31,500 were alive when kernel.pid_max was met")

    def test_times_have_medians_and_ranges_and_echo_a_p99(self):
        row = self.row(self.write(), "python", "What tasks do")
        for text in row[:5]:
            self.assertRegex(text, r"^[\d.]+ (n|µ)s \([\d.]+( ns)?–[\d.]+ (n|µ)s\)$")
        self.assertEqual(row[5], "4.50 ms")

    def test_it_names_versions_absences_and_warnings_and_no_folder_of_the_machine(self):
        text = self.write()
        self.assertIn("- java: Java 21.0.9", text)
        self.assertIn("- rayon on spawn, yield, ping_pong, mpmc, echo: skipped: built without it: "
                      "there is no concbench-rayon;", text)
        self.assertIn("- python on echo: never became steady", text)
        self.assertNotIn(ROOT, text)

    def test_a_function_call_is_no_row(self):
        self.assertNotIn("| serial |", self.write())

    def test_what_was_written_by_hand_is_kept(self):
        first, _, last = self.write().split("<!-- notes -->")
        self.page.write_text(first + "<!-- notes -->\nBecause.\n<!-- notes -->" + last, "utf-8")
        self.assertIn("<!-- notes -->\nBecause.\n<!-- notes -->", self.write())

    def test_the_chart_is_beside_the_page_that_shows_it(self):
        self.assertIn("](images/page.png)", self.write())
        chart = (self.folder / "images/page.png").read_bytes()
        self.assertTrue(chart.startswith(b"\x89PNG"))

    def test_the_committed_page_has_its_notes(self):
        text = pathlib.Path(ROOT, "docs/languages.md").read_text("utf-8")
        self.assertEqual(text.count("<!-- notes -->"), 2)
        for heading in ("## What the numbers contain", "## What they do not show"):
            self.assertIn(heading, text)


class Chart(InFolder):
    def drawn(self, document):
        path = self.folder / "plot.svg"
        plotting.use_house_style()
        plotting.save(plot_languages.draw([document["concbench"]]), path)
        tree = xml.etree.ElementTree.parse(path)
        return [node.text for node in tree.iter("{http://www.w3.org/2000/svg}text") if node.text]

    def test_has_a_panel_for_each_measure_and_a_row_for_each_model_that_ran(self):
        text = self.drawn(example())
        for title in ("a waiting task", "make and join", "switch", "hand on a token",
                      "send and receive", "answer a request", "threads", "goroutines", "java",
                      "python"):
            self.assertIn(title, text)
        self.assertFalse({"serial", "rayon"} & set(text))

    def test_says_how_many_there_were_where_there_were_fewer(self):
        text = self.drawn(example())
        self.assertIn("35.6 KiB, 10,000 of them", text)
        self.assertIn("1.08 KiB", text)

    def test_has_no_panel_for_what_nobody_ran(self):
        document = example()
        document["concbench"]["cells"] = [each for each in document["concbench"]["cells"]
                                          if each["workload"] != "mpmc"]
        self.assertNotIn("send and receive", self.drawn(document))


class Measurement(InFolder):
    """The script's own steps, on few models and tiny sizes."""

    def setUp(self):
        super().setUp()
        loader = importlib.machinery.SourceFileLoader("languages", SCRIPT)
        self.script = importlib.util.module_from_spec(
            importlib.util.spec_from_loader("languages", loader))
        loader.exec_module(self.script)
        self.script.CONCBENCH = pathlib.Path(CONCBENCH)

    def test_all_models_are_asked_and_variants_of_those_that_are_here(self):
        models = self.script.models()
        self.assertEqual(models[0], "all")
        listed = json.loads(subprocess.check_output([CONCBENCH, "list", "--format=json"]))["models"]
        here = {model["name"] for model in listed if model["available"]}
        self.assertEqual({variant.split(":")[0] for variant in models[1:]},
                         here & {"tokio", "java", "python"})

    def test_what_is_kept_of_a_result_is_enough_for_the_page(self):
        self.script.models = lambda: ["serial", "coroutines"]
        self.script.measure(self.out, self.script.TINY, self.script.TINY_EFFORT)
        kept = json.loads(self.out.read_text("utf-8"))
        for each in kept["concbench"]["cells"]:
            self.assertNotIn("samples", each)
        self.assertNotIn(os.path.dirname(CONCBENCH), self.out.read_text("utf-8"))
        self.assertEqual({each["workload"] for each in kept["concbench"]["cells"]},
                         {"hold", "spawn", "yield", "ping_pong", "mpmc", "echo"})
        page = self.folder / "page.md"
        self.script.write(self.out, page)
        self.assertRegex(page.read_text("utf-8"), r"\| coroutines \| 1,000 \|")


if __name__ == "__main__":
    unittest.main()
