#!/usr/bin/python3
"""Inputs that are made to be large or slow are refused in a sentence, within 5 s of CPU time and 400 MB."""

import os
import pathlib
import resource
import subprocess
import tempfile
import unittest

from concbench import CONCBENCH, ROOT

GOOD = pathlib.Path(ROOT, "tests/data/result.json").read_text("utf-8")
MILLION = 1_000_000


def long(before, part, times, after=""):
    """Piece by piece: what this process has in memory would be counted with its children's."""
    yield before
    many = part * 10_000
    for _ in range(times // 10_000):
        yield many
    yield after


def many_keys():
    yield "{"
    for n in range(3 * MILLION):
        yield f'"{n:x}":0,'
    yield '"":0}'


HEAD, TAIL = GOOD.split('"cells": [', 1)
TEXTS = {
    "many numbers": lambda: long("[", "0,", 30 * MILLION, "0]"),
    "many empty objects": lambda: long("[", "{},", 20 * MILLION, "{}]"),
    "many keys": many_keys,
    "a long text": lambda: long('{"concbench":"', "x", 60 * MILLION, '"}'),
    "a long number": lambda: long('{"concbench":', "9", 10 * MILLION, "}"),
    "more than is read": lambda: long("", " ", 70 * MILLION),
    "deep": lambda: long("", "[", MILLION),
    "many cells": lambda: long(HEAD + '"cells": [', "{},", MILLION, TAIL),
    "no text": lambda: long("", "\udcff\udcfe\x00", MILLION),
}


def measured(*arguments):
    """How it ended, what it said, CPU seconds and megabytes."""
    with subprocess.Popen([CONCBENCH, *arguments], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        stdout, stderr = program.stdout.read(), program.stderr.read()
        _, status, usage = os.wait4(program.pid, 0)
        program.returncode = os.waitstatus_to_exitcode(status)
    return (program.returncode, stdout, stderr, usage.ru_utime + usage.ru_stime,
            usage.ru_maxrss / 1000)


class Hostile(unittest.TestCase):
    def refused(self, *arguments):
        code, stdout, stderr, seconds, megabytes = measured(*arguments)
        self.assertEqual((code, stdout), (2, ""), stderr)
        self.assertEqual(stderr.count("\n"), 1, stderr[:500])
        self.assertLess(len(stderr), 600)
        self.assertLess(seconds, 5)
        self.assertLess(megabytes, 400)

    def test_results_and_checks(self):
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8",
                                         errors="surrogateescape") as file:
            for name, text in TEXTS.items():
                file.seek(0)
                file.truncate()
                file.writelines(text())
                file.flush()
                for command in (("export", file.name, "--format=csv"),
                                ("check", f"--replay={file.name}")):
                    with self.subTest(name, command=command[0]):
                        self.refused(*command)

    def test_presets(self):
        with tempfile.NamedTemporaryFile("w", suffix=".toml", encoding="utf-8",
                                         errors="surrogateescape") as file:
            for name, text in (("deep", "a = " + "[" * 100_000), ("large", "#" * (2 * MILLION)),
                               ("many keys", "\n".join(f"k{n} = 1" for n in range(50_000))),
                               ("no text", "\udcff\udcfe\x00" * 1000)):
                with self.subTest(name):
                    file.seek(0)
                    file.truncate()
                    file.write(text)
                    file.flush()
                    self.refused("run", f"--preset={file.name}")

    def test_files_without_an_end(self):
        for path in ("/dev/zero", "/dev/urandom"):
            for command in (("export", path, "--format=csv"), ("run", f"--preset={path}"),
                            ("topo", f"--from=xml:{path}"), ("check", f"--replay={path}")):
                with self.subTest(path, command=command):
                    self.refused(*command)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (600, 600))
    unittest.main()
