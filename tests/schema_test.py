#!/usr/bin/python3
"""The schema accepts what concbench writes and rejects what it must never write."""

import copy
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCHEMA = json.loads((ROOT / "reports/result/result.schema.json").read_text())
sys.path.insert(0, str(ROOT / "tests"))

import example_results  # noqa: E402

COMPARE = pathlib.Path("/usr/share/benchmark/compare.py")  # Debian's libbenchmark-tools


def example():
    """What the writer wrote; result_test keeps this file equal to its output."""
    return json.loads((ROOT / "tests/data/result.json").read_text())


def accepts(result):
    return jsonschema.Draft7Validator(SCHEMA).is_valid(result)


def at(document, path):
    """The container and the last key of a path such as concbench/cells/0/status."""
    *steps, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    for step in steps:
        document = document[step]
    return document, last


class Schema(unittest.TestCase):
    def test_is_a_schema(self):
        jsonschema.Draft7Validator.check_schema(SCHEMA)

    def test_accepts_what_is_written(self):
        jsonschema.validate(example(), SCHEMA, cls=jsonschema.Draft7Validator)

    def test_accepts_the_results_that_the_plots_are_tested_with(self):
        for result in (example_results.basic(), example_results.scaling(),
                       example_results.memory(), example_results.latencies(100),
                       example_results.grain()):
            jsonschema.validate(result, SCHEMA, cls=jsonschema.Draft7Validator)

    def test_rejects_a_value_that_cannot_be(self):
        for path, value in (
            ("concbench/schema", 2),
            ("concbench/seed", -1),
            ("concbench/complete", "yes"),
            ("concbench/cells/0/status", "fine"),
            ("concbench/cells/0/verified", False),
            ("concbench/cells/0/summary", None),
            ("concbench/cells/0/samples", []),
            ("concbench/cells/0/reason", "but ok"),
            ("concbench/cells/0/cores", 0),
            ("concbench/cells/0/params/n", 1.5),
            ("concbench/cells/0/samples/0/wall_ns", 1.5),
            ("concbench/cells/0/samples/0/wall_ns", -1),
            ("concbench/cells/0/samples/0/wall_ns", None),
            ("concbench/cells/0/samples/0/cpu_ns", "12"),
            ("concbench/cells/0/summary/ns_per_op/median", 0),
            ("concbench/cells/0/summary/ns_per_op/low", None),
            ("concbench/cells/0/summary/level", 1.5),
            ("concbench/cells/0/memory/peak_rss", 0.5),
            ("concbench/cells/0/placement/workers/0/cpu", -2),
            ("concbench/cells/1/reason", None),
            ("concbench/cells/1/reason", ""),
            ("concbench/environment/steal", 1.1),
            ("concbench/environment/cgroup", None),
            ("concbench/derived/rankings/0/models/0/ratio", 0.9),
            ("benchmarks/0/time_unit", "us"),
            ("benchmarks/0/run_type", "aggregate"),
            ("benchmarks/0/ns_per_op", None),
        ):
            with self.subTest(path=path, value=value):
                result = example()
                container, key = at(result, path)
                self.assertNotEqual(container[key], value)
                container[key] = value
                self.assertFalse(accepts(result))

    def objects(self, node, path=""):
        """Every object below a node that has fields of its own rather than free names."""
        if isinstance(node, dict):
            if path.rsplit("/", 1)[-1] not in ("params", "libraries", "notes", "counters", "counter_notes"):
                yield path
            for key, child in node.items():
                yield from self.objects(child, f"{path}/{key}")
        elif isinstance(node, list) and node:
            yield from self.objects(node[0], f"{path}/0")

    def test_rejects_a_missing_and_an_unknown_field_anywhere(self):
        whole = example()
        for path in self.objects(whole["concbench"], "concbench"):
            container, key = at(whole, path)
            for field in list(container[key]):
                with self.subTest(missing=f"{path}/{field}"):
                    result = copy.deepcopy(whole)
                    inner, name = at(result, path)
                    del inner[name][field]
                    self.assertFalse(accepts(result))
            with self.subTest(unknown=path):
                result = copy.deepcopy(whole)
                inner, name = at(result, path)
                inner[name]["surprise"] = 1
                self.assertFalse(accepts(result))


class GoogleBenchmark(unittest.TestCase):
    @unittest.skipUnless(COMPARE.exists(), "libbenchmark-tools is not installed")
    def test_compare_reads_a_result(self):
        with tempfile.TemporaryDirectory() as directory:
            slower = example()
            for entry in slower["benchmarks"]:
                entry["real_time"] *= 2
            path = pathlib.Path(directory) / "slower.json"
            path.write_text(json.dumps(slower))
            run = subprocess.run(
                ["/usr/bin/python3", COMPARE, "--no-color", "benchmarks",
                 ROOT / "tests/data/result.json", path],
                capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("goroutines/mpmc/capacity:64", run.stdout)
        self.assertIn("+1.0000", run.stdout)


if __name__ == "__main__":
    unittest.main()
