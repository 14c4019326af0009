#!/usr/bin/python3
"""`concbench report`: what it writes, and what a browser makes of it."""

import base64
import functools
import gzip
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import example_results  # noqa: E402
from concbench import CONCBENCH, ROOT, concbench  # noqa: E402

PACKAGES = pathlib.Path(CONCBENCH).parent / "web"
NODE, CHROMIUM = shutil.which("node") or shutil.which("nodejs"), shutil.which("chromium")
LONG = "x" * 10_000
HOSTILE = ("</script><script>hostile=1</script>", "<img src=x onerror=hostile=2>", "\"'`&amp;",
           "\u202egnitset\u202c מודל", "exec:" + LONG, "@BODY@ <!-- ]]>", "__proto__")


CLAIMS = {"claims": [{
    "id": "thread-create", "claim": "a thread takes 1–10 µs to create",
    "claimed": {"low": 1, "high": 10, "unit": "µs"},
    "measured": {"median": 12.5, "low": 11, "high": 14, "unit": "µs"}, "verdict": "off by ×1.25",
    "how": "spawn, 6 processes"}]}


def hostile():
    """Every text that a result can bear, as bad as it gets."""
    made = example_results.basic()
    inner = made["concbench"]
    for index, cell in enumerate(inner["cells"]):
        name = HOSTILE[index % len(HOSTILE)]
        cell["model"] = f"{name}{index}"
        cell["warnings"] = [name]
        cell["command"] = name
        cell["params"] = {**cell["params"], "place": name}
        if cell["status"] != "ok":
            cell["reason"] = name
    inner["environment"].update(host=HOSTILE[0], cpu_model=HOSTILE[1], kernel=LONG,
                                notes={"governor": HOSTILE[0]})
    inner["build"].update(commit=HOSTILE[0], compiler=HOSTILE[1], libraries={HOSTILE[0]: HOSTILE[1]})
    inner["request"]["argv"] = list(HOSTILE)
    return made


def slower():
    """The basic result of another commit, whose fibers take half as long again."""
    made = example_results.basic()
    made["concbench"]["build"]["commit"] = "ba9876543210"
    for cell in made["concbench"]["cells"]:
        if cell["model"] == "fibers" and cell["summary"]:
            for sample in cell["samples"]:
                sample["wall_ns"] = sample["wall_ns"] * 3 // 2
            summary = cell["summary"]
            for name, factor in (("ns_per_op", 1.5), ("ops_per_s", 1 / 1.5)):
                summary[name] = {key: value * factor for key, value in summary[name].items()}
            if cell["workload"] == "mpmc":
                leave_one_process(cell)
    return made


def leave_one_process(cell):
    cell["samples"] = [sample for sample in cell["samples"] if sample["process"] == 0]
    cell["processes"] = cell["processes"][:1]
    cell["summary"] |= {"processes": 1, "level": 0}
    time = statistics.median(sample["wall_ns"] / sample["ops"] for sample in cell["samples"])
    for name, value in (("ns_per_op", time), ("ops_per_s", 1e9 / time)):
        cell["summary"][name] = {"median": value, "low": value, "high": value}


@functools.cache
def browsed():
    """What a browser sees of the pages, which are made and opened once for all tests."""
    if not NODE or not CHROMIUM:
        raise AssertionError("node or chromium is missing; run scripts/setup --test")
    directory = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(directory.cleanup)
    folder = pathlib.Path(directory.name)
    inputs = {"all": example_results.everything(), "basic": example_results.basic(),
              "slower": slower(), "hostile": hostile(), "claims": CLAIMS}
    for name, document in inputs.items():
        (folder / f"{name}.json").write_text(json.dumps(document))
    pages = {"all": ("all", "claims"), "basic": ("basic",), "both": ("basic", "slower"),
             "hostile": ("hostile",)}
    for page, files in pages.items():
        done = concbench("report", *(str(folder / f"{name}.json") for name in files),
                         "-o", str(folder / f"{page}.html"))
        if done.returncode != 0:
            raise AssertionError(done.stderr)
    done = subprocess.run([NODE, HERE / "report_browser.mjs", PACKAGES, CHROMIUM, folder],
                          capture_output=True, text=True, check=False, timeout=280,
                          stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return folder, inputs, json.loads(done.stdout)


class Reports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory, cls.inputs, cls.seen = browsed()

    def column(self, rows, name):
        heads = ["workload", "params", "cores", "model", "time"]
        return [row[heads.index(name)] for row in rows]


class Page(Reports):
    def test_asks_for_nothing_and_complains_of_nothing(self):
        for name in ("all", "basic", "both", "hostile", "dark", "narrow"):
            self.assertEqual(self.seen[name]["troubles"], [], name)

    def test_is_small_and_draws_a_quick_run_in_two_seconds_of_cpu(self):
        self.assertLess((self.directory / "basic.html").stat().st_size, 1_000_000)
        self.assertLess(self.seen["basic"]["cpuSeconds"], 2)

    def test_allows_no_script_but_its_own(self):
        text = (self.directory / "basic.html").read_text(encoding="utf-8")
        policy = text[text.index("Content-Security-Policy"):].split(">", 1)[0]
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("unsafe", policy)

    def test_draws_every_section_that_the_result_has_data_for(self):
        sections = {panel["section"] for panel in self.seen["all"]["panels"]}
        self.assertEqual(sections, {"overview", "costs", "scaling", "grain", "order", "latency",
                                    "load", "memory"})
        self.assertIn("Over time", self.seen["all"]["absent"])
        self.assertNotIn("Over cores", self.seen["all"]["absent"])

    def test_every_chart_has_marks_and_keeps_its_labels_inside(self):
        for name in ("all", "both", "hostile"):
            for panel in self.seen[name]["panels"]:
                self.assertGreater(panel["marks"], 0, panel)
                if panel["spec"] != "heatmap":  # which scrolls where it is narrow
                    self.assertEqual(panel["outside"], [], (name, panel["title"][:80]))

    def test_accessible_in_light_and_dark(self):
        self.assertEqual(self.seen["all"]["axe"], [])
        self.assertEqual(self.seen["dark"]["axe"], [])

    def test_dark_by_preference_and_by_button(self):
        self.assertNotEqual(self.seen["dark"]["ground"], self.seen["all"]["light"])
        self.assertEqual(self.seen["all"]["toggled"], self.seen["dark"]["ground"])

    def test_fits_a_telephone(self):
        self.assertEqual(self.seen["narrow"]["width"], 400)
        self.assertTrue(all(panel["marks"] for panel in self.seen["narrow"]["panels"]))

    def test_prints_light_with_the_legend_and_without_controls(self):
        printed = self.seen["print"]
        self.assertEqual((printed["scheme"], printed["theme"], printed["legend"]), ("light", False, True))
        self.assertEqual(printed["charts"], len(self.seen["all"]["panels"]))

    def test_shows_every_cell_without_a_script(self):
        cells = self.inputs["all"]["concbench"]["cells"]
        text = (self.directory / "all.html").read_text(encoding="utf-8")
        self.assertEqual(text.count("<tr data-at="), len(cells))
        self.assertIn("The tables below hold all of the figures", self.seen["bare"]["text"])
        self.assertIn("Example CPU 9000", self.seen["bare"]["text"])
        self.assertIn("off by ×1.25", self.seen["bare"]["text"])

    def test_shows_claims_beside_what_was_measured_of_them(self):
        self.assertEqual(self.seen["all"]["claims"],
                         "a thread takes 1–10 µs to create|1–10 µs|12.5 (11–14) µs|off by ×1.25|"
                         "spawn, 6 processes")


def curve_of(latency):
    """Where the latency lies at each step of a curve, as the page's script steps."""
    points, below, tail = [], 0, 1.25
    for bucket in latency["buckets"]:
        below += bucket["count"]
        while tail <= 10_000 and below >= latency["count"] * (1 - 1 / tail):
            points.append(bucket["low"])
            tail *= 1.1
    return points


class Carried(Reports):
    """The data in the page, read by other means than the page's script."""

    def data(self, name):
        text = (self.directory / f"{name}.html").read_text(encoding="utf-8")
        letters = text.split('id="data">')[1].split("<")[0]
        return json.loads(gzip.decompress(base64.b64decode(letters, validate=True)))["results"]

    def test_is_the_result_without_what_only_a_machine_reads(self):
        for name in ("all", "hostile"):
            (carried,) = self.data(name)
            given = self.inputs[name]["concbench"]
            self.assertEqual(carried["environment"]["host"], given["environment"]["host"])
            self.assertEqual([cell["summary"] for cell in carried["cells"]],
                             [cell["summary"] for cell in given["cells"]])

    def test_leaves_out_no_point_of_a_latency_curve(self):
        given = example_results.latencies()
        (self.directory / "latencies.json").write_text(json.dumps(given))
        done = concbench("report", str(self.directory / "latencies.json"),
                         "-o", str(self.directory / "latencies.html"))
        self.assertEqual(done.returncode, 0, done.stderr)
        (carried,) = self.data("latencies")
        pairs = [(less["latency_ns"], whole["latency_ns"]) for less, whole
                 in zip(carried["cells"], given["concbench"]["cells"], strict=True)
                 if whole["latency_ns"]]
        self.assertGreater(len(pairs), 5)
        for less, whole in pairs:
            self.assertLess(len(less["buckets"]), len(whole["buckets"]))
            self.assertEqual(sum(b["count"] for b in less["buckets"]), whole["count"])
            self.assertEqual(curve_of(less), curve_of(whole))


class Verdicts(Reports):
    def test_recommend_the_fastest_model_and_say_by_how_much(self):
        card = next(card for card in self.seen["all"]["cards"] if card.startswith("fib n=12"))
        self.assertIn("pool", card)
        self.assertRegex(card, r"[\d.]+ × \([\d.]+–[\d.]+\) faster than coroutines")
        self.assertIn("96.9 % interval", card)

    def test_do_not_choose_between_models_whose_ranges_overlap(self):
        card = next(card for card in self.seen["all"]["cards"] if card.startswith("yield"))
        self.assertIn("level with fibers", card)


class Interaction(Reports):
    def test_a_tooltip_says_what_the_result_holds(self):
        model, time, _ = self.seen["all"]["tooltip"].split("\n")[:3]
        cell = next(cell for cell in self.inputs["all"]["concbench"]["cells"]
                    if cell["workload"] == "fib" and cell["model"] == model and cell["cores"] == 2)
        median = cell["summary"]["ns_per_op"]["median"]
        self.assertEqual(time, f"{median:.{3 if median < 0.9995 else 2}f} ns per task")

    def test_the_legend_dims_all_other_models_and_back(self):
        seen = self.seen["all"]
        self.assertEqual(seen["before"], [1, 1])
        self.assertEqual(seen["chosen"][0], 1)
        self.assertLess(seen["chosen"][1], 0.2)
        self.assertEqual(seen["after"], [1, 1])

    def test_the_table_sorts_by_number_both_ways(self):
        cells = [cell for cell in self.inputs["all"]["concbench"]["cells"] if cell["summary"]]
        cells.sort(key=lambda cell: cell["summary"]["ns_per_op"]["median"])
        by_time = [cell["model"] for cell in cells]
        self.assertEqual(self.column(self.seen["all"]["ascending"], "model")[:9], by_time[:9])
        self.assertEqual(self.column(self.seen["all"]["descending"], "model")[:9], by_time[:-10:-1])

    def test_the_table_filters_by_all_words(self):
        rows = self.seen["all"]["filtered"]
        self.assertEqual(set(self.column(rows, "model")), {"fibers"})
        self.assertEqual(set(self.column(rows, "workload")), {"mpmc"})

    def test_charts_can_be_saved(self):
        saved = self.seen["all"]["saved"]
        self.assertIn("<path", saved["SVG"]["text"])
        self.assertNotIn("var(", saved["SVG"]["text"])
        self.assertTrue(saved["PNG"]["text"].startswith("\x89PNG"))
        self.assertGreater(len(saved["PNG"]["text"]), 2_000)
        self.assertTrue(saved["CSV"]["text"].startswith("model,value,low,high"))


class SeveralResults(Reports):
    def test_stand_side_by_side_with_what_tells_them_apart(self):
        seen = self.seen["both"]
        changed = {(panel["title"].split()[0], panel["subtitle"].split("change places: ")[1])
                   for panel in seen["panels"]
                   if panel["section"] == "versus" and "change places" in panel["subtitle"]}
        # On mpmc the fibers would, but one process of theirs shows no range.
        self.assertEqual(changed, {("skynet", "fibers and coroutines"),
                                   ("ping_pong", "fibers and coroutines")})
        self.assertTrue(any("0123456789ab" in option for option in seen["options"]))
        self.assertIn("ba9876543210", seen["environment"])


class HostileNames(Reports):
    def test_are_text_and_nothing_else(self):
        seen = self.seen["hostile"]
        self.assertIsNone(seen["run"])
        self.assertEqual((seen["elements"], seen["scripts"]), (0, 2))
        for name in HOSTILE:
            self.assertIn(name, seen["text"])

    def test_do_not_widen_the_page(self):
        self.assertEqual(self.seen["hostile"]["width"], 1280)


class CommandLine(unittest.TestCase):
    def test_names_what_it_cannot_read_or_write(self):
        done = concbench("report", "/nowhere.json")
        self.assertEqual(done.returncode, 2)
        self.assertIn("/nowhere.json", done.stderr)
        result = os.path.join(ROOT, "tests/data/result.json")
        done = concbench("report", result, "-o", "/nowhere/r.html")
        self.assertEqual(done.returncode, 4)
        self.assertIn("/nowhere/r.html", done.stderr)

    def test_writes_the_page_to_stdout_if_asked(self):
        done = concbench("report", os.path.join(ROOT, "tests/data/result.json"), "-o", "-")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(done.stdout.startswith("<!doctype html>"))
        self.assertTrue(done.stdout.rstrip().endswith("</html>"))


class Charts(unittest.TestCase):
    """`scripts/charts`: the charts of the page as files."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.folder = pathlib.Path(directory.name)

    def draw(self, result, *arguments):
        path = self.folder / "result.json"
        path.write_text(json.dumps(result))
        return subprocess.run(
            [os.path.join(ROOT, "scripts/charts"), path, "-o", self.folder / "out", *arguments],
            capture_output=True, text=True, check=False, timeout=120, stdin=subprocess.DEVNULL,
            env={**os.environ, "CONCBENCH_WEB": str(PACKAGES)})

    def test_draw_every_section_with_marks_and_a_legend(self):
        done = self.draw(example_results.everything(), "--format=svg")
        self.assertEqual(done.returncode, 0, done.stderr)
        drawn = {path.name.split("-")[0]: path.read_text() for path in self.folder.glob("out/*.svg")}
        self.assertEqual(set(drawn), {"heatmap", "costs", "scaling", "efficiency", "percentiles", "load",
                                      "grain", "memory", "drift"})
        for name, svg in drawn.items():
            xml.etree.ElementTree.fromstring(svg)
            self.assertGreater(svg.count("<path"), 10, name)
            self.assertNotIn("var(", svg, name)
            self.assertIn("fibers", svg, name)

    def test_draw_pictures_of_the_sections_asked_for(self):
        done = self.draw(example_results.basic(), "--only=overview", "--format=png", "--theme=dark")
        self.assertEqual(done.returncode, 0, done.stderr)
        [picture] = self.folder.glob("out/*")
        self.assertEqual(picture.read_bytes()[:4], b"\x89PNG")

    def test_stay_well_formed_whatever_the_names(self):
        done = self.draw(hostile(), "--only=overview,costs", "--format=svg")
        self.assertEqual(done.returncode, 0, done.stderr)
        for path in self.folder.glob("out/*.svg"):
            xml.etree.ElementTree.fromstring(path.read_text())

    def test_refuse_what_they_do_not_know(self):
        done = self.draw(example_results.basic(), "--only=overveiw")
        self.assertEqual(done.returncode, 2)
        self.assertIn("overveiw", done.stderr)
        done = self.draw({"benchmarks": []})
        self.assertEqual(done.returncode, 2)
        self.assertIn("result.json", done.stderr)


if __name__ == "__main__":
    unittest.main()
