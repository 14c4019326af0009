#!/usr/bin/python3
"""history keeps results in one SQLite file: each once, from several writers, never guessed at."""

import copy
import itertools
import json
import pathlib
import sqlite3
import subprocess
import unittest
import xml.etree.ElementTree

import example_results
from concbench import CONCBENCH, InFolder, concbench

if concbench("history", "list", "--file=/nowhere").returncode == 5:
    raise SystemExit(77)  # built without SQLite


def result(day, factor=1.0, **environment):
    """A run of one cell in six processes, `day` days after the first."""
    made = copy.deepcopy(example_results.basic())
    inner = made["concbench"]
    inner["date"] = f"2026-{1 + day // 28:02}-{1 + day % 28:02}T12:00:00Z"
    inner["environment"].update(environment)
    inner["cells"] = [cell for cell in inner["cells"]
                      if (cell["model"], cell["workload"]) == ("fibers", "spawn")]
    wobble = factor * (1 + 0.004 * ((day * 7) % 5))
    for cell in inner["cells"]:
        for sample in cell["samples"]:
            sample["wall_ns"] = round(sample["wall_ns"] * wobble)
        for name, power in (("ns_per_op", 1), ("ops_per_s", -1)):
            for key in cell["summary"][name]:
                cell["summary"][name][key] *= wobble ** power
    return made


class History(InFolder):
    def setUp(self):
        super().setUp()
        self.file = self.folder / "history"
        self.numbers = itertools.count()

    def write(self, *results):
        paths = []
        for made in results:
            paths.append(self.folder / f"{next(self.numbers)}.json")
            paths[-1].write_text(json.dumps(made), encoding="utf-8")
        return list(map(str, paths))

    def history(self, action, *arguments):
        return concbench("history", action, *arguments, f"--file={self.file}")

    def add(self, *results):
        done = self.history("add", *self.write(*results))
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def read(self, *arguments):
        done = self.history(*arguments, "--format=json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)


class Keeping(History):
    def test_stores_results_and_shows_them(self):
        self.add(result(0), result(1))
        listed = self.read("list")
        self.assertEqual([(r["id"], r["date"][:10], r["measured"]) for r in listed],
                         [(1, "2026-01-01", 1), (2, "2026-01-02", 1)])
        cells = self.read("show", "2")
        stored = result(1)["concbench"]["cells"][0]["summary"]
        self.assertEqual(cells[0]["ns_per_op"]["low"], stored["ns_per_op"]["low"])
        self.assertEqual(cells[0]["processes"], 6)

    def test_is_one_file_of_columns(self):
        self.add(result(0))
        self.assertEqual([p.name for p in self.folder.iterdir() if "history" in p.name],
                         ["history"])
        rows = sqlite3.connect(self.file).execute(
            "SELECT process, typeof(ns_per_op) FROM process_medians").fetchall()
        self.assertEqual(rows, [(process, "real") for process in range(6)])

    def test_notices_a_result_that_is_there_already_however_it_is_laid_out(self):
        self.add(result(0))
        path = self.folder / "indented.json"
        path.write_text(json.dumps(result(0), indent=7), encoding="utf-8")
        done = self.history("add", str(path))
        self.assertEqual(done.returncode, 0)
        self.assertIn("is already there, as result 1", done.stdout)
        self.assertEqual(len(self.read("list")), 1)

    def test_replaces_the_unfinished_state_of_a_run(self):
        unfinished = result(0)
        unfinished["concbench"]["complete"] = False
        self.add(unfinished)
        self.assertIn("replaces its unfinished state", self.add(result(0)))
        self.assertEqual([r["complete"] for r in self.read("list")], [True])

    def test_stores_nothing_if_one_file_is_bad(self):
        good, bad = self.write(result(0), result(1))
        pathlib.Path(bad).write_text("{")
        done = self.history("add", good, bad)
        self.assertEqual(done.returncode, 2)
        self.assertIn(bad, done.stderr)
        self.assertFalse(self.file.exists())

    def test_loses_nothing_to_a_second_writer(self):
        writers = []
        for half in (range(0, 40, 2), range(1, 40, 2)):
            paths = self.write(*map(result, half))
            script = f'for f in "$@"; do "$0" history add "$f" --file="{self.file}" || exit 9; done'
            writers.append(subprocess.Popen(["bash", "-c", script, CONCBENCH, *paths],
                                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE))
        for writer in writers:
            stderr = writer.communicate(timeout=200)[1]
            self.assertEqual((writer.returncode, stderr), (0, b""))
        listed = self.read("list")
        self.assertEqual(len({r["date"] for r in listed}), 40)
        check = sqlite3.connect(self.file).execute("PRAGMA integrity_check").fetchone()
        self.assertEqual(check, ("ok",))


class Refusing(History):
    def assert_refused(self, reason, code=2):
        for action in (("list",), ("add", *self.write(result(0)))):
            done = self.history(*action)
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn(reason, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1)

    def dated(self, date):
        made = result(0)
        made["concbench"]["date"] = date
        return made

    def test_orders_by_the_instant_whatever_the_offset(self):
        dates = ["2026-03-02T01:00:00+09:00", "2026-03-01T17:30:00Z", "2026-03-01T10:00:00-08:00",
                 "2026-03-01T17:30:00.5Z"]
        self.add(*map(self.dated, dates))
        listed = [r["date"] for r in self.read("list")]
        self.assertEqual(listed, [dates[0], dates[1], dates[3], dates[2]])

    def test_takes_no_date_that_the_calendar_has_not(self):
        for date in ("", "yesterday", "2026-02-29T12:00:00Z", "2026-13-01T12:00:00Z",
                     "2026-01-01T24:00:00Z", "2026-01-01T12:00:00", "2026-01-01 12:00:00Z",
                     "2026-01-01T12:00:00Z ", "2026-01-01T12:00:00+25:00", "2026-01-01T12:00:00.Z"):
            with self.subTest(date=date):
                done = self.history("add", *self.write(self.dated(date)))
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn("concbench.date", done.stderr)

    def test_leaves_a_later_version_alone(self):
        self.add(result(0))
        with sqlite3.connect(self.file) as database:
            database.execute("PRAGMA user_version = 2")
        before = self.file.read_bytes()
        self.assert_refused("a history of version 2, but this program knows version 1")
        self.assertEqual(self.file.read_bytes(), before)

    def test_leaves_the_database_of_another_program_alone(self):
        with sqlite3.connect(self.file) as database:
            database.execute("CREATE TABLE theirs (x)")
        self.assert_refused("a database of another program")

    def test_says_what_is_no_database_or_a_damaged_one(self):
        self.file.write_text("not a database, but long enough to look like one? " * 50)
        self.assert_refused("is not a history")
        self.file.unlink()
        self.add(*map(result, range(20)))
        data = bytearray(self.file.read_bytes())
        data[4096:] = b"\xff" * (len(data) - 4096)
        self.file.write_bytes(data)
        self.assert_refused("is damaged")

    def test_says_that_there_is_none_or_no_such_result(self):
        done = self.history("list")
        self.assertEqual(done.returncode, 2)
        self.assertIn("there is no history", done.stderr)
        self.assertFalse(self.file.exists())
        self.add(result(0))
        self.assertIn("there is no result 9", self.history("show", "9").stderr)

    def test_cannot_write_where_it_may_not(self):
        done = concbench("history", "add", *self.write(result(0)), "--file=/nowhere/history")
        self.assertEqual(done.returncode, 2)
        self.assertIn("cannot open /nowhere/history", done.stderr)


class Trend(History):
    def setUp(self):
        super().setUp()
        self.add(*(result(day, 1.0 if day < 12 else 1.2) for day in range(24)),
                 result(5, 9, cpu_model="Other CPU"))

    def test_marks_the_change_and_keeps_machines_apart(self):
        series = self.read("trend", "--cell=fibers/spawn")
        self.assertEqual([len(s["points"]) for s in sorted(series, key=lambda s: s["cpu_model"])],
                         [24, 1])
        points = max((s["points"] for s in series), key=len)
        self.assertEqual([i for i, p in enumerate(points) if p["changed"]], [12])
        dates = [p["date"] for p in points]
        self.assertEqual(dates, sorted(dates))

    def test_tells_of_a_change_in_text(self):
        lines = self.history("trend").stdout.splitlines()
        marked = [line for line in lines if "changed" in line]
        self.assertEqual(len(marked), 1)
        self.assertIn("2026-01-13", marked[0])

    def test_is_drawn(self):
        path = self.folder / "trend.svg"
        done = self.history("plot", "--out", str(path))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        tree = xml.etree.ElementTree.parse(path)
        names = "{http://www.w3.org/2000/svg}"
        self.assertEqual(len(list(tree.iter(names + "circle"))), 25)
        words = [node.text for node in tree.iter(names + "text")]
        self.assertEqual(words.count("changed"), 1)
        self.assertTrue(any("Other CPU" in word for word in words))

    def test_of_an_unknown_cell_is_an_error(self):
        done = self.history("trend", "--cell=nothing")
        self.assertEqual(done.returncode, 2)
        self.assertIn("'nothing'", done.stderr)


if __name__ == "__main__":
    unittest.main()
