#!/usr/bin/python3
"""The kit as its users have it: installed, and used from a copy of its examples elsewhere."""

import glob
import os
import re
import shutil
import subprocess
import tempfile
import unittest

from concbench import CONCBENCH, ROOT, concbench

BUILD = os.path.dirname(CONCBENCH)
EXAMPLES = ["jthread", "caf"] + ["pth"] * os.path.exists("/usr/include/pth.h")  # not in all of Debian


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False)


class Kit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.prefix = os.path.join(folder.name, "installed")
        cls.project = os.path.join(folder.name, "project")
        cls.do("cmake", "--install", BUILD, "--prefix", cls.prefix, "--component", "dev")
        shutil.copytree(os.path.join(ROOT, "docs/examples/kit"), cls.project)

    @classmethod
    def do(cls, *command):
        done = run(*command)
        assert done.returncode == 0, f"{command}: {done.stdout[-4000:]}{done.stderr[-4000:]}"

    def configure(self, source, build):
        return run("cmake", "-S", source, "-B", build, f"-DCMAKE_PREFIX_PATH={self.prefix}",
                   "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror")

    def headers(self):
        root = os.path.join(self.prefix, "include/concbench")
        return root, sorted(os.path.relpath(path, root)
                            for path in glob.glob(f"{root}/**/*.hpp", recursive=True))


class Examples(Kit):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.build = os.path.join(cls.project, "build")
        done = cls.configure(cls, cls.project, cls.build)
        assert done.returncode == 0, done.stderr
        cls.do("cmake", "--build", cls.build, "-j2")

    def program(self, name):
        return os.path.join(self.build, name)

    def test_conform(self):
        for name in EXAMPLES:
            with self.subTest(name=name):
                done = concbench("conform", self.program(name))
                self.assertEqual(done.returncode, 0, done.stdout)
                self.assertIn(" 0 broken, 0 untried", done.stdout)

    def test_stand_beside_models_of_concbench_under_the_name_they_are_given(self):
        programs = ",".join(f"my-{name}=exec:{self.program(name)}" for name in EXAMPLES)
        done = concbench("run", f"--model=threads,{programs}", "--workload=all", "--cores=1",
                         "--preset=quick", "--processes=1", "--repetitions=1", "--min-time=0.001",
                         "--set=hold.n=100", "--set=sleepers.n=100", "--set=ring.tasks=10", "--format=csv")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        ran = {tuple(line.split(",")[:2]) for line in done.stdout.splitlines()
               if ",ok," in line and line.startswith("my-")}
        wanted = {("my-jthread", "spawn"), ("my-pth", "yield"), ("my-pth", "ring"),
                  ("my-caf", "ping_pong"), ("my-caf", "spawn")}
        self.assertLessEqual({(name, workload) for name, workload in wanted
                              if name.removeprefix("my-") in EXAMPLES}, ran)

    def test_refuse_an_argument_that_is_no_option_of_the_model(self):
        done = run(self.program("jthread"), "wait=futex")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("jthread has no variant 'wait'", done.stderr)

    def test_need_no_library_of_concbench_but_google_benchmark(self):
        needed = run("objdump", "-p", self.program("jthread")).stdout
        libraries = set(re.findall(r"NEEDED +lib([a-z_+]+)", needed))
        self.assertLessEqual(libraries, {"benchmark", "stdc++", "m", "gcc_s", "c"})


class Headers(Kit):
    def test_define_no_macro_of_their_own_and_open_no_namespace(self):
        root, headers = self.headers()
        self.assertGreater(len(headers), 40)
        for header in headers:
            with open(os.path.join(root, header), encoding="utf-8") as file:
                text = file.read()
            self.assertNotRegex(text, r"(?m)^ *# *define (?!CONCBENCH_)", header)
            self.assertNotRegex(text, r"using namespace", header)
            for library in ("hwloc", "CLI/", "boost/", "fmt/", "nlohmann/", "benchmark/"):
                self.assertNotIn(f"<{library}", text, header)

    def test_are_complete_and_compile_under_the_next_standard_and_another_compiler(self):
        root, headers = self.headers()
        source = os.path.join(self.project, "all.cpp")
        with open(source, "w", encoding="utf-8") as file:
            file.writelines(f'#include "{header}"\n' for header in headers)
        for compiler in ("g++", "clang++-19"):
            for standard in ("c++20", "c++23"):
                if shutil.which(compiler):
                    with self.subTest(compiler=compiler, standard=standard):
                        self.do(compiler, f"-std={standard}", "-Wall", "-Wextra", "-Werror", f"-I{root}",
                                "-fsyntax-only", source)


class Page(unittest.TestCase):
    def test_names_the_verb_of_every_workload(self):
        with open(os.path.join(ROOT, "docs/kit.md"), encoding="utf-8") as file:
            rows = re.findall(r"(?m)^\| `(\w+)` \| ([\w, ]+) \|", file.read())
        told = {(verb, workload) for verb, workloads in rows for workload in workloads.split(", ")}
        there = re.findall(r"(?m)^  (\w+) .*\((\w+); op: ", concbench("list").stdout)
        self.assertGreater(len(there), 20)
        self.assertEqual(told, {(shape, workload) for workload, shape in there})


class Mistakes(Kit):
    def project_with(self, line):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        with open(os.path.join(folder.name, "CMakeLists.txt"), "w", encoding="utf-8") as file:
            file.write("cmake_minimum_required(VERSION 3.25)\nproject(mine LANGUAGES CXX)\n"
                       f"find_package(concbench REQUIRED)\n{line}\n")
        return self.configure(folder.name, os.path.join(folder.name, "build"))

    def test_are_told_when_the_build_is_configured(self):
        for line, said in (("concbench_add_worker(mine mine.cpp)", "name the files with SOURCES"),
                           ("concbench_add_worker(mine)", "name the files with SOURCES"),
                           ("concbench_add_worker(My_Own SOURCES mine.cpp)", "lower-case letters")):
            with self.subTest(line=line):
                done = self.project_with(line)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(said, " ".join(done.stderr.split()))


if __name__ == "__main__":
    unittest.main()
