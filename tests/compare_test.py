#!/usr/bin/python3
"""compare advises on files that were measured apart, and refuses those that cannot be compared."""

import json
import pathlib
import tempfile
import unittest

import example_results
from concbench import concbench


def scaled(cell, factor):
    """The same cell, but slower by a factor in every sample."""
    for sample in cell["samples"]:
        sample["wall_ns"] = round(sample["wall_ns"] * factor)
    for name, power in (("ns_per_op", 1), ("ops_per_s", -1)):
        for key in cell["summary"][name]:
            cell["summary"][name][key] *= factor ** power


def cell_of(result, model, workload):
    return next(cell for cell in result["concbench"]["cells"]
                if (cell["model"], cell["workload"]) == (model, workload)
                and cell["status"] == "ok")


class Compare(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        self.a, self.b = example_results.basic(), example_results.basic()

    def compare(self, *options):
        paths = []
        for name, result in (("a", self.a), ("b", self.b)):
            paths.append(self.directory / f"{name}.json")
            paths[-1].write_text(json.dumps(result), encoding="utf-8")
        return concbench("compare", *map(str, paths), *options)

    def cells(self):
        done = self.compare("--format=json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return {cell["name"]: cell for cell in json.loads(done.stdout)["cells"]}

    def test_finds_nothing_between_a_result_and_itself(self):
        done = self.compare("--gate")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("0 suspect", done.stdout)

    def test_suspects_what_became_slower_or_faster_and_only_that(self):
        scaled(cell_of(self.b, "fibers", "spawn"), 1.5)
        scaled(cell_of(self.b, "threads", "ring"), 0.5)
        found = {name: (cell["direction"], cell["ratio"]["median"])
                 for name, cell in self.cells().items() if cell["advice"] == "suspect"}
        self.assertEqual({name.split("/")[0]: direction for name, (direction, _) in found.items()},
                         {"fibers": "slower", "threads": "faster"})
        slower = next(ratio for direction, ratio in found.values() if direction == "slower")
        self.assertAlmostEqual(slower, 1.5, places=6)

    def test_only_advises_unless_it_is_to_gate(self):
        scaled(cell_of(self.b, "fibers", "spawn"), 1.5)
        done = self.compare()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertLess(done.stdout.index("suspect: slower  fibers/spawn"),
                        done.stdout.index("serial/fib"))
        self.assertEqual(self.compare("--gate").returncode, 1)
        scaled(cell_of(self.b, "fibers", "spawn"), 0.25)
        self.assertEqual(self.compare("--gate").returncode, 0)

    def test_has_no_opinion_on_a_difference_of_three_processes(self):
        self.a, self.b = example_results.basic(3), example_results.basic(3)
        scaled(cell_of(self.b, "fibers", "spawn"), 1.5)
        cells = self.cells().values()
        self.assertEqual({cell["advice"] for cell in cells}, {"unclear"})
        self.assertTrue(all("too few" in cell["reason"] for cell in cells))

    def test_names_cells_that_failed_or_are_gone(self):
        cell_of(self.b, "fibers", "spawn").update(
            status="failed", reason="answered 1", summary=None, verified=False)
        self.b["concbench"]["cells"].remove(cell_of(self.b, "threads", "ring"))
        cells = self.cells()
        self.assertEqual({(cell["advice"], cell["reason"]) for cell in cells.values()
                          if cell["advice"] in ("failed", "missing")},
                         {("failed", "failed in B: answered 1"), ("missing", "not in B")})
        self.assertEqual(self.compare("--gate").returncode, 3)

    def test_refuses_every_hard_difference_by_name_with_both_values(self):
        for section, field, value, shown in (
                ("environment", "cpu_model", "Other CPU", "Other CPU"),
                ("environment", "kernel", "Linux 6.9.9", "Linux 6.9.9"),
                ("environment", "hypervisor", None, "unknown"),
                ("topology", "cores", 64, "64"),
                ("topology", "allowed", [0], "0"),
                ("topology", "quota_cpus", 1.5, "1.5"),
                ("build", "compiler", "Clang 19", "Clang 19"),
                ("build", "flags", "-O1", "-O1"),
                ("build.libraries", "benchmark", "1.9", "1.9")):
            with self.subTest(field):
                self.b = example_results.basic()
                place = self.b["concbench"]
                for key in section.split("."):
                    place = place[key]
                place[field] = value
                done = self.compare()
                self.assertEqual(done.returncode, 5)
                self.assertIn(f"incomparable: {section}.{field} is ", done.stderr)
                self.assertIn(f" and {shown} in B", done.stderr)
                self.assertIn("incomparable", done.stdout)
                self.assertNotIn("similar", done.stdout)

    def test_refuses_other_parameters_and_other_cpus(self):
        for cell in self.b["concbench"]["cells"]:
            if cell["workload"] == "spawn":
                cell["params"]["tasks"] = 50
        done = self.compare()
        self.assertEqual(done.returncode, 5)
        self.assertIn("cells.params.tasks of spawn is 1000 in A and 50 in B", done.stderr)
        self.b = example_results.basic()
        cell_of(self.b, "fibers", "spawn")["placement"]["requested"] = [2, 3]
        done = self.compare()
        self.assertEqual(done.returncode, 5)
        self.assertIn("is 0,1 in A and 2,3 in B", done.stderr)

    def test_warns_of_governor_microcode_and_load(self):
        self.b["concbench"]["environment"].update(governor="powersave", microcode="0x2", load=9.5)
        done = self.compare()
        self.assertEqual(done.returncode, 0, done.stderr)
        for field in ("governor", "microcode", "load"):
            self.assertIn(f"warning  environment.{field}: ", done.stdout)

    def test_writes_markdown_with_the_similar_folded(self):
        scaled(cell_of(self.b, "fibers", "spawn"), 1.5)
        text = self.compare("--format=markdown").stdout
        before, folded = text.split("<details>")
        self.assertIn("| suspect: slower | fibers/spawn", before)
        self.assertNotIn("| similar |", before)
        self.assertIn("</details>", folded)

    def test_refuses_two_files_without_a_common_cell(self):
        self.b["concbench"]["cells"] = []
        done = self.compare()
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("no measured cell in common", done.stderr)


if __name__ == "__main__":
    unittest.main()
