"""scripts/lint is content with this project, and names the file of each thing that is wrong."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent

# A tidy project in miniature.
TIDY = {
    "workloads/fib.hpp": "#pragma once\n\n#include <cstdint>\n",
    "models/threads.cpp": '#include <fmt/core.h>\n\n#include "workloads/fib.hpp"\n',
    "models/machine/topology.cpp": "#include <hwloc.h>\n",
    "models/runtime/switch.cpp": "#include <boost/context/detail/fcontext.hpp>\n",
    "models/goroutines/main.go": "package main\n\nfunc main() {}\n",
    "reports/result/json.hpp": "#pragma once\n\n#include <nlohmann/json.hpp>\n",
    "cli/options/command_line.cpp": '#include <CLI/CLI.hpp>\n\n#include "build_info.hpp"\n',
    "cli/worker/worker.cpp": '#include <benchmark/benchmark.h>\n\n#include "models/threads.hpp"\n',
    "tests/fib_test.cpp": '#include <gtest/gtest.h>\n\n#include "cli/worker/worker.hpp"\n',
    "scripts/run": '#!/bin/bash\nset -euo pipefail\necho "$1"\n',
    "scripts/plot.py": "#!/usr/bin/python3\nimport sys\n\nsys.exit(0)\n",
}

# What is written into the tidy project, and what lint has to say of that file.
VIOLATIONS = {
    "a model includes the command line":
        ("models/pool.cpp", '#include "cli/harness/plan.hpp"\n', "models/ may include"),
    "a report includes a model":
        ("reports/text/table.cpp", '#include "models/model.hpp"\n', "reports/ may include"),
    "a workload includes a model":
        ("workloads/ring.cpp", '#include "models/model.hpp"\n', "workloads/ may include"),
    "a workload uses a library":
        ("workloads/ring.cpp", "#include <fmt/core.h>\n", "standard library only"),
    "a workload uses the system":
        ("workloads/ring.cpp", "#include <pthread.h>\n", "standard library only"),
    "the command line includes a test":
        ("cli/harness/plan.cpp", '#include "tests/fake_machine.hpp"\n', "cli/harness/ may include"),
    "a session includes the options of a command":
        ("cli/harness/plan.cpp", '#include "cli/options/request.hpp"\n', "cli/harness/ may include"),
    "a session includes a command":
        ("cli/harness/plan.cpp", '#include "cli/commands/run/live.hpp"\n',
         "cli/harness/ may include"),
    "a session includes the worker":
        ("cli/harness/plan.cpp", '#include "cli/worker/worker.hpp"\n', "cli/harness/ may include"),
    "a worker includes the session":
        ("cli/worker/observer.cpp", '#include "cli/harness/plan.hpp"\n',
         "cli/worker/ may include"),
    "a worker includes the options of a command":
        ("cli/worker/observer.cpp", '#include "cli/options/request.hpp"\n',
         "cli/worker/ may include"),
    "options include a command":
        ("cli/options/run.cpp", '#include "cli/commands/topo.hpp"\n', "cli/options/ may include"),
    "help includes a session":
        ("cli/help/topics.cpp", '#include "cli/harness/plan.hpp"\n', "cli/help/ may include"),
    "the terminal includes a session":
        ("cli/terminal/style.cpp", '#include "cli/harness/plan.hpp"\n',
         "cli/terminal/ may include"),
    "the machine includes a model":
        ("models/machine/limits.cpp", '#include "models/model.hpp"\n',
         "models/machine/ may include"),
    "the machine includes a workload":
        ("models/machine/limits.cpp", '#include "workloads/fib.hpp"\n',
         "models/machine/ may include"),
    "an include names no folder":
        ("models/pool.cpp", '#include "pool.hpp"\n', "models/ may include"),
    "CLI11 away from home":
        ("cli/harness/plan.cpp", "#include <CLI/CLI.hpp>\n", "CLI/"),
    "Google Benchmark away from home":
        ("models/pool.cpp", "#include <benchmark/benchmark.h>\n", "benchmark/"),
    "hwloc away from home":
        ("cli/commands/topo.cpp", "#include <hwloc.h>\n", "hwloc"),
    "JSON away from home":
        ("cli/commands/topo.cpp", "#include <nlohmann/json.hpp>\n", "nlohmann/"),
    "Boost away from home":
        ("models/fibers.cpp", "#include <boost/context/fiber.hpp>\n", "boost/"),
    "a test framework in the program":
        ("cli/harness/plan.cpp", "#include <gtest/gtest.h>\n", "gtest/"),
    "a message that may throw":
        ("cli/harness/plan.cpp", 'void f() { fmt::print(stderr, "x"); }\n', "say.hpp"),
    "a header without a guard":
        ("models/pool.hpp", "#include <vector>\n", "#pragma once"),
    "a file of several ideas":
        ("models/pool.cpp", "// A line.\n" * 601, "601 lines"),
    "C++ in another format":
        ("models/pool.cpp", "int  main(){}\n", "clang-format"),
    "Go in another format":
        ("models/goroutines/ring.go", "package main\nfunc  ring(){}\n", "gofmt"),
    "a careless script":
        ("scripts/bench", "#!/bin/bash\nrm $1/*\n", "shellcheck"),
    "a Python import for nothing":
        ("scripts/plot_more.py", "import os\nimport sys\n\nsys.exit(0)\n", "Python"),
    "Python that does not parse":
        ("tests/plot_test.py", "def f(:\n", "Python"),
}


def lint(*arguments):
    return subprocess.run([ROOT / "scripts" / "lint", *arguments], capture_output=True, text=True,
                          check=False)


class Lint(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.tree = pathlib.Path(scratch.name)
        shutil.copy(ROOT / ".clang-format", self.tree)
        for path, text in TIDY.items():
            self.write(path, text)

    def write(self, path, text):
        file = self.tree / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def test_is_content_with_this_project(self):
        done = lint()
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_is_content_with_a_tidy_tree(self):
        done = lint(self.tree)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr.splitlines()[-1], "lint: all is well")

    def test_names_the_file_and_the_violation(self):
        checks_format = "not checked" not in lint(self.tree).stderr
        for what, (path, text, complaint) in VIOLATIONS.items():
            if complaint == "clang-format" and not checks_format:
                continue  # the format is that of another version's
            with self.subTest(what):
                self.write(path, text)
                done = lint(self.tree)
                self.assertEqual(done.returncode, 1)
                self.assertTrue(any(line.startswith(path + ": ") and complaint in line
                                    for line in done.stderr.splitlines()), done.stderr)
                (self.tree / path).unlink()

    def test_reports_all_violations_at_once(self):
        self.write("models/pool.hpp", "#include <hwloc.h>\n")
        done = lint(self.tree)
        self.assertIn("#pragma once", done.stderr)
        self.assertIn("whose home is", done.stderr)


if __name__ == "__main__":
    unittest.main()
