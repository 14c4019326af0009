#!/usr/bin/python3
"""`concbench explain` says of everything what it is."""

import json
import pathlib
import re
import unittest

from concbench import ROOT, concbench

SCHEMA = json.loads(pathlib.Path(ROOT, "reports/result/result.schema.json").read_text(encoding="utf-8"))
PARTS = ("What it is:", "What a task costs:", "Choose it when:", "Mind:")


def explain(*words, **options):
    done = concbench("explain", *words, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def properties(*path):
    node = SCHEMA
    for step in path:
        node = node[step]
    return set(node["properties"])


def measures():
    """Every field of the result that is a measure, by its name."""
    cell = ("definitions", "cell", "properties")
    fields = properties("definitions", "summary") | properties("definitions", "sample")
    fields |= properties(*cell, "memory") | properties(*cell, "measures")
    fields |= properties("definitions", "latency") | properties("definitions", "fairness")
    fields |= properties("definitions", "ceiling") | {"latency_ns", "warnings", "verified", "placement"}
    fields |= properties("properties", "concbench", "properties", "derived")
    # Which sample it is, and words that say how another figure was found.
    return fields - {"process", "index", "what", "count", "how"}


class Explain(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.listed = json.loads(concbench("list", "--format=json").stdout)

    def test_explains_every_model(self):
        for model in self.listed["models"]:
            with self.subTest(model=model["name"]):
                text = explain(model["name"])
                self.assertTrue(text.startswith(f"{model['name']}: {model['summary']}\n"), text)
                for part in PARTS:
                    self.assertRegex(text, f"(?m)^{part}")

    def test_tells_what_a_model_cannot_run_and_why(self):
        refused = [pair for pair in self.listed["pairs"] if pair["model"] == "pool"
                   and not pair["runs"]]
        text = " ".join(explain("pool").split())
        for pair in refused:
            self.assertRegex(text, f"Cannot run [a-z_, ]*{pair['workload']}")
            self.assertIn(pair["reason"], text)
        self.assertIn("Runs every workload.", explain("fibers"))

    def test_explains_every_workload_with_its_parameters(self):
        for workload in self.listed["workloads"]:
            with self.subTest(workload=workload["name"]):
                text = explain(workload["name"])
                self.assertIn(workload["summary"].replace("`", ""), " ".join(text.split()))
                for part in ("Measures", "Answer:", "Does not show:"):
                    self.assertRegex(text, f"(?m)^{part}")
                for name, param in workload["params"].items():
                    self.assertIn(f"{workload['name']}.{name}={param['default']} ", text)

    def test_explains_every_measure_of_the_result(self):
        for name in sorted(measures()):
            with self.subTest(measure=name):
                self.assertGreater(len(explain(name)), 100)

    def test_explains_every_column_of_the_table(self):
        for head in ("per task", "range", "× best", "× serial", "ops/s", "CPU/wall", "memory", "cold start",
                     "p99.9", "CPU per request", "overlap", "METG", "least share", "bytes/task",
                     "p50 wait", "p99 wait"):
            with self.subTest(column=head):
                self.assertGreater(len(explain(*head.split())), 100)

    def test_finds_a_name_in_any_spelling(self):
        text = explain("cold_start_ns")
        for words in (("cold", "start"), ("Cold-Start",), ("cold_start",)):
            self.assertEqual(explain(*words), text)
        self.assertEqual(explain("fibers:stack=128k"), explain("fibers"))

    def test_lists_what_there_is(self):
        text = explain()
        for kind in ("models", "workloads"):
            for item in self.listed[kind]:
                self.assertRegex(text, f"(?m)^  {re.escape(item['name'])} +\\S")
        for name in re.findall(r"^  (\S+)", text, re.MULTILINE):
            self.assertGreater(len(explain(name)), 100)

    def test_names_the_nearest_of_what_it_does_not_know(self):
        done = concbench("explain", "fibres")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("did you mean 'fibers'", done.stderr)

    def test_shows_no_marks_of_markdown(self):
        for name in re.findall(r"^  (\S+)", explain(), re.MULTILINE):
            with self.subTest(name=name):
                self.assertNotRegex(explain(name), r"`|\*\*|\]\(|^#|^\|")


if __name__ == "__main__":
    unittest.main()
