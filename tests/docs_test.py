#!/usr/bin/python3
"""The documents say what is so: workloads with their parameters, figures, links."""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from concbench import CONCBENCH, ROOT, concbench

PAGE = pathlib.Path(ROOT, "docs/workloads.md").read_text(encoding="utf-8")


def sections():
    """The text below each heading of the third level, up to the next heading."""
    parts = re.split(r"^(#+) (.*)\n", PAGE, flags=re.MULTILINE)[1:]
    return {name: text for level, name, text in zip(parts[0::3], parts[1::3], parts[2::3])
            if level == "###"}


def rows(text):
    """The rows of a section's table: name, default and range of each parameter."""
    cells = [[cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
             for line in text.splitlines() if line.startswith("| `")]
    return [(name.strip("`"), default, bounds) for name, default, bounds, _ in cells]


def row_of(name, param):
    """What the page must say of a parameter."""
    bounds = param.get("choices") or f"{param['minimum']}–{param['maximum']}"
    return name, str(param["default"]), bounds


class Workloads(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.workloads = json.loads(concbench("list", "--format=json").stdout)["workloads"]
        cls.sections = sections()

    def test_have_one_section_each(self):
        self.assertCountEqual(re.findall(r"^### (.*)$", PAGE, flags=re.MULTILINE),
                              [workload["name"] for workload in self.workloads])

    def test_are_described_with_their_parameters_defaults_and_ranges(self):
        for workload in self.workloads:
            with self.subTest(workload=workload["name"]):
                listed = [row_of(*item) for item in workload["params"].items()]
                self.assertCountEqual(rows(self.sections[workload["name"]]), listed)

    def test_are_described_with_op_shape_answer_and_what_they_do_not_show(self):
        for workload in self.workloads:
            text = self.sections[workload["name"]]
            with self.subTest(workload=workload["name"]):
                self.assertIn(f"Op: {workload['op']}. Shape: `{workload['shape']}`.", text)
                for word in ("Measures", "Answer:", "Does not show:"):
                    self.assertRegex(text, f"(?m)^{word}")


class Figures(unittest.TestCase):
    def test_of_the_guide_are_those_of_the_committed_result(self):
        done = subprocess.run([sys.executable, pathlib.Path(ROOT, "scripts/guide"), "--check"],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_of_the_guide_are_all_links_to_their_place(self):
        page = pathlib.Path(ROOT, "docs/choosing.md").read_text(encoding="utf-8")
        bare = re.sub(r"\[[^\]]*\]\([^)]*\)|`[^`]*`", "", page)
        found = re.findall(r"\d[\d.,]* (?:ns|µs|ms|KiB|MiB|×)", bare)
        self.assertEqual([figure for figure in found if figure != "1 ms"], [])


class Gate(unittest.TestCase):
    def test_page_follows_from_the_recorded_pairs(self):
        with tempfile.NamedTemporaryFile(suffix=".md") as page:
            done = subprocess.run(
                ["/usr/bin/python3", pathlib.Path(ROOT, "scripts/calibrate"), f"--page={page.name}",
                 f"--concbench={CONCBENCH}"], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(pathlib.Path(page.name).read_text(encoding="utf-8"),
                             pathlib.Path(ROOT, "docs/gate.md").read_text(encoding="utf-8"))


class Links(unittest.TestCase):
    def test_lead_to_files_that_are_there(self):
        for page in [*pathlib.Path(ROOT).glob("*.md"), *pathlib.Path(ROOT, "docs").glob("*.md")]:
            text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
            for target in re.findall(r"\]\(([^)#\s]+)", text):
                if not target.startswith(("http:", "https:")):
                    with self.subTest(page=page.name, target=target):
                        self.assertTrue((page.parent / target).exists())


if __name__ == "__main__":
    unittest.main()
