#!/usr/bin/python3
"""Exports are read by what they are for: the real program where Debian has it, else a strict reader
of the published format."""

import csv
import io
import json
import pathlib
import re
import subprocess
import tempfile
import unittest

from concbench import ROOT, concbench

try:
    import junitparser
except ImportError:
    junitparser = None

RESULT = pathlib.Path(ROOT) / "tests/data/result.json"
COMPARE = pathlib.Path("/usr/share/benchmark/compare.py")


def exported(form, result=RESULT):
    done = concbench("export", str(result), f"--format={form}")
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout


def cells(result=RESULT, status="ok"):
    document = json.loads(pathlib.Path(result).read_text(encoding="utf-8"))
    return [cell for cell in document["concbench"]["cells"] if cell["status"] == status]


def median_of(cell):
    return cell["summary"]["ns_per_op"]["median"]


def read_go_benchmarks(text):
    """Go's proposal 14313, without its leniency: configuration lines, then benchmark lines of a
    name, a number of iterations and at least one value with its unit. Anything else is an error."""
    configuration, lines = {}, []
    for line in text.splitlines():
        if pair := re.fullmatch(r"([a-z][^\sA-Z:]*):[ \t]+(\S.*)", line):
            configuration[pair[1]] = pair[2]
            continue
        fields = line.split()
        name, iterations, values = fields[0], fields[1], fields[2:]
        assert re.match(r"Benchmark[^a-z]", name), line
        assert re.fullmatch(r"[1-9][0-9]*", iterations), line
        assert values and len(values) % 2 == 0, line
        base, *parts = re.sub(r"-[0-9]+$", "", name).split("/")
        lines.append({"base": base, "parts": dict(part.split("=", 1) for part in parts),
                      "procs": int(name.rsplit("-", 1)[1]),
                      "values": {unit: float(value)
                                 for value, unit in zip(values[::2], values[1::2])}})
        assert len(lines[-1]["values"]) == len(values) // 2, line
    return configuration, lines


class Compare(unittest.TestCase):
    @unittest.skipUnless(COMPARE.exists(), "libbenchmark-tools is not installed")
    def test_py_sees_no_difference_between_an_export_and_itself(self):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "export.json"
            path.write_text(exported("google-benchmark"), encoding="utf-8")
            self.assertEqual(list(json.loads(path.read_text())), ["context", "benchmarks"])
            run = subprocess.run(["/usr/bin/python3", COMPARE, "--no-color", "benchmarks", path,
                                  path], capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stderr)
        rows = [line for line in run.stdout.splitlines() if line.startswith("serial/fib/n:12")]
        self.assertGreaterEqual(len(rows), 6)
        self.assertTrue(all("+0.0000" in row for row in rows if "pvalue" not in row), rows)


class Go(unittest.TestCase):
    def test_text_has_a_line_for_each_process(self):
        configuration, lines = read_go_benchmarks(exported("go"))
        self.assertEqual(configuration["cpu"], "Example CPU 9000")
        self.assertEqual(len(lines), sum(cell["summary"]["processes"] for cell in cells()))
        threads = [line for line in lines if line["parts"]["model"] == "threads"
                   and line["base"] == "BenchmarkFib"]
        self.assertEqual([line["values"]["ns/op"] for line in threads], [47700, 46100, 52300])
        self.assertEqual({(line["parts"]["n"], line["procs"]) for line in threads}, {("12", 2)})

    def test_text_leaves_out_cpu_time_that_is_unknown_and_escapes_names(self):
        lines = read_go_benchmarks(exported("go"))[1]
        foreign = [line for line in lines if line["parts"]["model"].startswith("exec:")]
        self.assertEqual({line["parts"]["model"] for line in foreign}, {"exec:纤程%20|%20ñandú"})
        self.assertTrue(all(set(line["values"]) == {"ns/op"} for line in foreign))

    def test_text_does_not_split_tables_by_date_or_commit(self):
        self.assertLessEqual(set(read_go_benchmarks(exported("go"))[0]), {"pkg", "cpu", "kernel"})


class GithubAction(unittest.TestCase):
    def test_entries_are_one_median_a_cell(self):
        entries = json.loads(exported("github-action"))
        for entry in entries:
            self.assertLessEqual({"name", "unit", "value"}, set(entry))
            self.assertLessEqual(set(entry), {"name", "unit", "value", "range", "extra"})
            self.assertIs(type(entry["value"]), float)
            self.assertTrue(all(isinstance(entry[key], str) for key in set(entry) - {"value"}))
        self.assertEqual([entry["value"] for entry in entries], [median_of(c) for c in cells()])
        names = [entry["name"] for entry in entries]
        self.assertEqual(len(set(names)), len(names))


class Bencher(unittest.TestCase):
    def test_metrics_are_medians_within_their_bounds(self):
        metrics = json.loads(exported("bencher"))
        self.assertEqual(len(metrics), len(cells()))
        for measures in metrics.values():
            self.assertEqual(set(measures), {"latency", "throughput"})
            for metric in measures.values():
                self.assertLessEqual(metric["lower_value"], metric["value"])
                self.assertLessEqual(metric["value"], metric["upper_value"])
        self.assertEqual([m["latency"]["value"] for m in metrics.values()],
                         [median_of(cell) for cell in cells()])


class Junit(unittest.TestCase):
    @unittest.skipUnless(junitparser, "python3-junitparser is not installed")
    def test_cases_tell_apart_measured_failed_crashed_and_skipped(self):
        suites = junitparser.JUnitXml.fromstring(exported("junit").encode())
        cases = [case for suite in suites for case in suite]
        self.assertEqual((suites.tests, suites.failures, suites.errors, suites.skipped),
                         (12, 1, 2, 2))
        self.assertEqual(len(cases), 12)
        outcomes = {junitparser.Failure: "failed", junitparser.Skipped: "skipped"}
        for kind, status in outcomes.items():
            messages = [outcome.message for case in cases for outcome in case.result
                        if isinstance(outcome, kind)]
            self.assertEqual(messages, [cell["reason"] for cell in cells(status=status)])
        self.assertEqual(sum(not case.result for case in cases), len(cells()))

    @unittest.skipUnless(junitparser, "python3-junitparser is not installed")
    def test_stays_xml_whatever_a_reason_says(self):
        document = json.loads(RESULT.read_text(encoding="utf-8"))
        failed = next(c for c in document["concbench"]["cells"] if c["status"] == "failed")
        failed["reason"] = 'it said "<&\x1b[31m\n]]>"'
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "odd.json"
            path.write_text(json.dumps(document))
            suites = junitparser.JUnitXml.fromstring(exported("junit", path).encode())
        messages = [outcome.message for suite in suites for case in suite
                    for outcome in case.result if isinstance(outcome, junitparser.Failure)]
        self.assertEqual(messages, ['it said "<& [31m ]]>"'])


class Tables(unittest.TestCase):
    def test_csv_has_a_row_for_each_cell(self):
        rows = list(csv.DictReader(io.StringIO(exported("csv"), newline=""), strict=True))
        self.assertEqual(len(rows), 12)
        measured = [float(row["ns_per_op"]) for row in rows if row["status"] == "ok"]
        self.assertEqual(measured, [median_of(cell) for cell in cells()])

    def test_markdown_is_that_of_run(self):
        self.assertEqual(exported("markdown"),
                         (pathlib.Path(ROOT) / "tests/data/table.md").read_text(encoding="utf-8"))


class CommandLine(unittest.TestCase):
    def test_writes_a_file_and_leaves_the_old_one_when_it_cannot(self):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "out.csv"
            done = concbench("export", str(RESULT), "--format=csv", "--out", str(path))
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
            self.assertIn(b"\r\nserial,fib", path.read_bytes())
            done = concbench("export", str(RESULT), "--format=csv", "--out", "/nowhere/x.csv")
            self.assertEqual(done.returncode, 4)

    def test_names_a_format_that_it_does_not_know(self):
        done = concbench("export", str(RESULT), "--format=junti")
        self.assertEqual(done.returncode, 2)
        self.assertIn("did you mean 'junit'?", done.stderr)


if __name__ == "__main__":
    unittest.main()
