#!/usr/bin/python3
"""The steps of the GitHub Action, run here on two commits of a project that fits into one file."""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import yaml

from concbench import CONCBENCH, ROOT

ACTION = pathlib.Path(ROOT) / ".github/actions/check"

# A worker of docs/protocol.md with one workload, whose tasks each spin for a number of rounds.
RUNNER = '''#!/usr/bin/python3
import json, sys, time

def task(i):
    for _ in range(ROUNDS):
        pass
    return i

def reply(kind, **fields):
    print(json.dumps({"type": kind, **fields}), flush=True)

reply("hello", protocol=1, program="tiny", version="1", model="tiny", workloads=["spawn"])
for message in map(json.loads, sys.stdin):
    if message["type"] == "open":
        tasks = message["params"]["n"]
        reply("opened", cold_start_ns=None)
    elif message["type"] == "run":
        start = time.perf_counter_ns()
        for _ in range(message["iterations"]):
            answer = sum(map(task, range(tasks)))
        reply("sample", iterations=message["iterations"], wall_ns=time.perf_counter_ns() - start,
              ops=tasks * message["iterations"], answer=str(answer), cpu_ns=None, voluntary=None,
              involuntary=None, workers=None)
    else:
        reply("closed", children_peak_rss_bytes=None)
        break
'''
BUILD = "mkdir bin && sed \"s/ROUNDS/$(cat rounds)/\" runner.in >bin/runner && chmod +x bin/runner"


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120,
                          **options)


class Project:
    """A repository with a commit for each number of rounds."""

    def __init__(self, folder, *rounds):
        self.folder = folder
        self.commits = []
        self.git("init", "--quiet")
        (folder / "runner.in").write_text(RUNNER)
        for count in rounds:
            (folder / "rounds").write_text(str(count))
            self.git("add", ".")
            self.git("-c", "user.name=t", "-c", "user.email=t@example", "commit", "--quiet",
                     "--allow-empty", "-m", f"spin {count} rounds")
            self.commits.append(self.git("rev-parse", "HEAD").strip())

    def git(self, *arguments):
        done = run("git", "-C", str(self.folder), *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout


class Action(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.temp = pathlib.Path(directory.name)
        self.action = yaml.safe_load((ACTION / "action.yml").read_text())

    def evaluated(self, text, inputs):
        """The text of a step with its ${{ inputs.… }} filled in; it must have no others."""
        text = re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda match: inputs[match[1]], text)
        self.assertNotIn("${{", text)
        return text

    def perform(self, project, **given):
        """Runs the steps until one fails, as GitHub would; returns the last one."""
        inputs = {name: about.get("default", "")
                  for name, about in self.action["inputs"].items()} | given
        missing = {name for name, about in self.action["inputs"].items()
                   if about.get("required") and name not in given}
        self.assertEqual(missing, set())
        environment = os.environ | {
            "GITHUB_ACTION_PATH": str(ACTION), "RUNNER_TEMP": str(self.temp / "runner"),
            "GITHUB_STEP_SUMMARY": str(self.temp / "summary.md"),
            "GITHUB_OUTPUT": str(self.temp / "output")}
        for step in self.action["runs"]["steps"]:
            if "uses" in step or step.get("if") == "inputs.concbench == ''":
                continue
            variables = {name: self.evaluated(value, inputs)
                         for name, value in step.get("env", {}).items()}
            self.assertEqual(step["shell"], "bash")
            done = run("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c",
                       self.evaluated(step["run"], inputs), cwd=project.folder,
                       env=environment | variables)
            if done.returncode != 0:
                break
        return done

    def check(self, *rounds):
        folder = self.temp / "project"
        folder.mkdir()
        project = Project(folder, *rounds)
        return self.perform(
            project, base=project.commits[0], head=project.commits[-1], build=BUILD,
            runner="bin/runner", concbench=CONCBENCH,
            arguments="--workload=spawn --set=spawn.n=10 --cores=1 --cell-budget=10 --seed=1")

    def test_finds_the_slowdown_of_a_commit(self):
        done = self.check(300, 900)
        self.assertEqual(done.returncode, 1, done.stderr)
        summary = (self.temp / "summary.md").read_text()
        self.assertIn("regression", summary)
        self.assertIn("spawn", summary)
        folder = self.temp / "runner/check"
        self.assertEqual((self.temp / "output").read_text(), f"folder={folder}\n")
        comment = (folder / "comment.md").read_text()
        self.assertEqual(comment, summary)
        self.assertTrue(comment.startswith("<!-- concbench check -->\n"))
        json.loads((folder / "check.json").read_text())

    def test_lets_a_commit_pass_that_changes_nothing(self):
        done = self.check(300, 300)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("| regression", (self.temp / "summary.md").read_text())

    def test_says_why_there_is_no_verdict(self):
        done = self.check(300, "SYNTAX ERROR(")
        self.assertNotIn(done.returncode, (0, 1))
        self.assertNotEqual((self.temp / "summary.md").read_text().strip(),
                            "<!-- concbench check -->")

    def test_names_a_commit_that_a_shallow_clone_lacks(self):
        folder = self.temp / "project"
        folder.mkdir()
        project = Project(folder, 300)
        done = self.perform(project, base="0" * 40, head="HEAD", build=BUILD, runner="bin/runner",
                            concbench=CONCBENCH)
        self.assertEqual(done.returncode, 2)
        self.assertIn("fetch-depth: 0", done.stderr)


class Examples(unittest.TestCase):
    def test_name_only_inputs_and_scripts_that_exist(self):
        text = (pathlib.Path(ROOT) / "docs/ci.md").read_text()
        workflow = yaml.safe_load(re.search(r"```yaml\n(.*?)```", text, re.DOTALL)[1])
        step = workflow["jobs"]["check"]["steps"][-1]
        path = step["uses"].removeprefix("OWNER/concbench/").removesuffix("@main")
        action = yaml.safe_load((pathlib.Path(ROOT) / path / "action.yml").read_text())
        self.assertLessEqual(set(step["with"]), set(action["inputs"]))
        required = {name for name, about in action["inputs"].items() if about.get("required")}
        self.assertLessEqual(required, set(step["with"]))

        lab = yaml.safe_load((pathlib.Path(ROOT) / "docs/ci/gitlab-ci.yml").read_text())
        scripts = re.findall(r"/opt/concbench/(scripts/\S+)", "\n".join(lab["concbench"]["script"]))
        self.assertEqual(len(scripts), 4)
        for script in scripts:
            self.assertTrue(os.access(pathlib.Path(ROOT) / script, os.X_OK), script)


if __name__ == "__main__":
    unittest.main()
