#!/usr/bin/python3
"""concbench doctor as a user meets it: this machine, a copied one, and the contract of its JSON."""

import json
import pathlib
import re
import tempfile
import time
import unittest

import jsonschema

from concbench import ROOT, concbench, run_json

SCHEMA = json.loads(pathlib.Path(ROOT, "reports/doctor.schema.json").read_text())
RESULT_SCHEMA = json.loads(pathlib.Path(ROOT, "reports/result/result.schema.json").read_text())


def doctor(*arguments):
    done = concbench("doctor", "--format=json", *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def by_id(diagnosis):
    return {finding["id"]: finding for finding in diagnosis["findings"]}


class Schema(unittest.TestCase):
    def test_is_a_schema_and_agrees_with_that_of_results(self):
        jsonschema.Draft7Validator.check_schema(SCHEMA)
        self.assertEqual(SCHEMA["definitions"]["finding"],
                         RESULT_SCHEMA["definitions"]["finding"])

    def test_rejects_findings_that_contradict_themselves(self):
        whole = doctor("--no-measure")
        for change in ({"severity": "fine"}, {"severity": "unavailable", "reason": None},
                       {"severity": "ok", "found": None}, {"effect": ""}, {"surprise": 1}):
            with self.subTest(change):
                broken = json.loads(json.dumps(whole))
                broken["findings"][0].update(change)
                self.assertFalse(jsonschema.Draft7Validator(SCHEMA).is_valid(broken))


class ThisMachine(unittest.TestCase):
    def test_gives_findings_and_the_noise_floor_in_seconds(self):
        start = time.monotonic()
        diagnosis = doctor()
        self.assertLess(time.monotonic() - start, 20)  # 2 to 3 on an idle machine
        jsonschema.validate(diagnosis, SCHEMA, cls=jsonschema.Draft7Validator)
        placements = diagnosis["noise"]["placements"]
        self.assertEqual(len(placements[0]["cpus"]), 1)
        topo = json.loads(concbench("topo", "--format=json").stdout)
        everywhere = [worker["cpu"] for worker in topo["placement"]["workers"]]
        self.assertEqual(placements[-1]["cpus"], everywhere)
        self.assertIsNone(diagnosis["not_measured"])

    def test_names_the_hypervisor_and_what_cannot_be_counted(self):
        flags = pathlib.Path("/proc/cpuinfo").read_text()
        findings = by_id(doctor("--no-measure"))
        virtual = " hypervisor" in flags
        self.assertEqual(findings["hypervisor"]["severity"] == "warning", virtual)
        self.assertIn("%", findings["steal"]["found"])
        counters = findings["hardware_counters"]
        if counters["severity"] == "unavailable":
            self.assertRegex(counters["reason"], "cycles.*(no such counter|not allowed)")

    def test_is_readable_as_text(self):
        done = concbench("doctor", "--no-measure")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout.splitlines()[0], r"\d+ warnings? and \d+ notes? about")
        self.assertIn("noise floor not measured: by --no-measure", done.stdout)
        self.assertIn("clock_source", done.stdout)


class AnotherMachine(unittest.TestCase):
    def machine(self, **files):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        for path, text in files.items():
            file = pathlib.Path(folder.name, path.replace("__", "/"))
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return f"--root={folder.name}"

    def test_two_machines_have_two_different_sets_of_findings(self):
        smt, thp = "sys__devices__system__cpu__smt__active", "sys__kernel__mm__transparent_hugepage__enabled"
        one = doctor(self.machine(**{smt: "1\n", thp: "[always] never\n"}))
        other = doctor(self.machine(**{smt: "0\n", "proc__loadavg": "9.0 1 1 1/2 3\n"}))
        for diagnosis in one, other:
            jsonschema.validate(diagnosis, SCHEMA, cls=jsonschema.Draft7Validator)
            self.assertIsNone(diagnosis["noise"])
        of = [{name: f["severity"] for name, f in by_id(d).items()} for d in (one, other)]
        self.assertEqual((of[0]["smt"], of[0]["huge_pages"], of[0]["load"]),
                         ("note", "note", "unavailable"))
        self.assertEqual((of[1]["smt"], of[1]["huge_pages"], of[1]["load"]),
                         ("ok", "unavailable", "warning"))

    def test_a_root_that_is_no_folder_is_a_usage_error(self):
        done = concbench("doctor", "--root=/nowhere/at/all")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--root=/nowhere/at/all", done.stderr)
        self.assertEqual(done.stdout, "")


class Run(unittest.TestCase):
    def run_fib(self, *arguments):
        return run_json("--model=serial", "--workload=fib", "--set=fib.n=12", "--repetitions=2",
                        "--min-time=0.001", *arguments)

    def test_keeps_the_findings_in_its_result(self):
        code, result, stderr = self.run_fib("--processes=2")
        self.assertEqual(code, 0, stderr)
        jsonschema.validate(result, RESULT_SCHEMA, cls=jsonschema.Draft7Validator)
        found = result["concbench"]["environment"]["findings"]
        self.assertEqual([f["id"] for f in found],
                         [f["id"] for f in doctor("--no-measure")["findings"]])

    def test_ends_with_a_line_on_how_far_to_trust_it(self):
        _, result, stderr = self.run_fib("--processes=2")
        summary = result["concbench"]["cells"][0]["summary"]["ns_per_op"]
        spread = (summary["high"] - summary["low"]) / summary["median"]
        last = stderr.splitlines()[-1]
        self.assertRegex(last, r"warnings? about this machine.*see concbench doctor$")
        told = float(re.search(r"under (\S+) % mean little", last)[1])
        self.assertAlmostEqual(told, 100 * spread, delta=max(0.5, 5 * spread))

    def test_of_one_process_tells_no_spread(self):
        _, _, stderr = self.run_fib("--processes=1")
        self.assertRegex(stderr.splitlines()[-1], "one process per cell")


if __name__ == "__main__":
    unittest.main()
