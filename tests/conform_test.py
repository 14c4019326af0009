#!/usr/bin/python3
"""concbench conform: workers that keep the protocol pass, and each planted fault is called by name."""
import concurrent.futures
import json
import os
import unittest

from concbench import CONCBENCH, HERE, ROOT, InFolder, concbench

EXAMPLE = os.path.join(ROOT, "docs/examples/worker.py")
FAKE = os.path.join(HERE, "fake_worker.py")

# In the example, what is put in the place of what, so that it breaks the promise of this name.
FAULTS = {
    "hello": ('model="python-threads"', 'model="Python Threads"'),
    "output": ("    clock = Clock()\n", '    clock = Clock()\n    print("running", flush=True)\n'),
    "fields": (" voluntary=None,", ""),
    "replies": ("    clock = Clock()\n", "    clock = Clock()\n    if iterations > 2:\n"
                "        os._exit(9)\n"),
    "answer": ("(lambda i: (i, 1), i)", "(lambda i: (i + 1, 1), i)"),
    "operations": ("ops=sum(ops)", "ops=sum(ops) - 1"),
    "iterations": ("iterations=iterations, wall", "iterations=1, wall"),
    "time": ("wall_ns=clock.wall_ns", "wall_ns=clock.wall_ns + 10**12"),
    "placement": ("workers=None", 'workers=[{"cpu": -1, "observed": [8000], "migrations": 0}]'),
    "observation": ("workers=None", 'workers=None, measures={"speed": 1}'),
    "refusal": ("    if workload not in VERBS", '    workload = workload if workload in VERBS else "spawn"\n'
                "    if workload not in VERBS"),
    "parameters": ("if params.keys() != values.keys():", "if params.keys() < values.keys():"),
    "options": (" or options:", ":"),
    "reopening": ('else "failed", reason=str(error))\n',
                  'else "failed", reason=str(error))\n        verb = verb or str\n'),
    "unknown-fields": ('    kind = message["type"]\n',
                       '    kind = message["type"]\n    if "no_such_field" in message:\n'
                       '        sys.exit("what?")\n'),
    "unknown-type": ("        else:\n", '        elif kind in ("open", "run"):\n'),
    "malformed": ("map(json.loads, sys.stdin)",
                  'map(json.loads, filter(lambda line: line.startswith("{\\""), sys.stdin))'),
    "order": ('if kind == "open" and verb is None:', 'if kind == "open":'),
    "end-of-input": ('else "failed", reason=str(error))\n',
                     'else "failed", reason=str(error))\nprint("bye")\n'),
    "close": ("sys.exit(reply(", "sys.exit(3 + bool(reply("),
    "idle": ("verb = None\n", "verb = None\ndef spin():\n    while True:\n        pass\n"
             "threading.Thread(target=spin, daemon=True).start()\n"),
}


def examined(*words, options=("--workload=spawn",)):
    """The exit code and what is said of each promise."""
    done = concbench("conform", "--format=json", "--timeout=5", *options, "--", *words)
    if not done.stdout:
        return done.returncode, {}, done.stderr
    said = json.loads(done.stdout)["concbench_conform"]
    return done.returncode, {each["name"]: each for each in said["promises"]}, said


def broken(promises):
    return {name for name, promise in promises.items() if promise["state"] == "broken"}


class Faults(InFolder):
    def planted(self, fault):
        with open(EXAMPLE, encoding="utf-8") as file:
            source = file.read()
        old, new = FAULTS[fault]
        assert source.count(old) == 1, (fault, source.count(old))
        source = source.replace(old, new)
        if fault == "close":
            source = source.replace("children_peak_rss_bytes=None))", "children_peak_rss_bytes=None)))")
        worker = self.folder / f"{fault}.py"
        worker.write_text(source)
        worker.chmod(0o755)
        return examined(str(worker))

    def test_each_is_called_by_its_name(self):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for fault, (code, promises, _) in zip(FAULTS, pool.map(self.planted, FAULTS)):
                with self.subTest(fault=fault):
                    self.assertEqual(code, 3)
                    self.assertIn(fault, broken(promises))
                    self.assertTrue(promises[fault]["breaches"][0]["what"])

    def test_every_promise_has_a_fault(self):
        _, promises, _ = examined(EXAMPLE)
        self.assertEqual(set(promises), set(FAULTS))


class Conforming(unittest.TestCase):
    def assert_conforms(self, code, promises, said):
        self.assertEqual((code, broken(promises)), (0, set()), said)
        self.assertTrue(said["conforms"])

    def test_the_example_does_with_all_it_offers(self):
        code, promises, said = examined(EXAMPLE, options=())
        self.assert_conforms(code, promises, said)
        ran = {cell["workload"] for cell in said["cells"] if cell["ran"]}
        self.assertEqual(ran, {"fib", "spawn", "ping_pong", "mpmc"})
        refused = {cell["reason"] for cell in said["cells"] if not cell["ran"]}
        self.assertEqual(refused, {"mpmc.capacity=0: not among range(1, 10001) of this example"})
        self.assertEqual(promises["placement"]["state"], "untried")
        self.assertIn("workers", " ".join(said["remarks"]))

    def test_models_of_concbench_do(self):
        def of(model):
            program = os.path.join(os.path.dirname(CONCBENCH), f"concbench-{model}")
            command = [program] if os.path.exists(program) else [CONCBENCH, "worker", f"--model={model}"]
            return model, examined(*command, options=("--workload=fib,spawn,mpmc,mutex,hold,chef",))

        listed = json.loads(concbench("list", "--format=json").stdout)
        models = [model["name"] for model in listed["models"] if model["available"]]
        self.assertIn("fibers", models)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for model, (code, promises, said) in pool.map(of, models):
                with self.subTest(model=model):
                    self.assert_conforms(code, promises, said)
                    self.assertEqual({each["state"] for each in promises.values()}, {"held"})

    def test_two_cpus_are_tried_where_there_are_two(self):
        def counts(said):
            return {len(cell["cpus"]) for cell in said["cells"]}

        self.assertLessEqual(counts(examined(EXAMPLE)[2]), {1, 2})
        one = str(min(os.sched_getaffinity(0)))
        _, _, said = examined("taskset", "-c", one, CONCBENCH, "worker", "--model=serial")
        self.assertTrue(said["cells"])


class Command(InFolder):
    def test_what_cannot_be_started_ends_it_with_5(self):
        for word in ("./nowhere", "exec:./nowhere", HERE):
            with self.subTest(word=word):
                code, _, stderr = examined(word)
                self.assertEqual(code, 5)
                self.assertIn("cannot start", stderr)

    def test_a_program_that_is_no_worker_breaks_the_hello(self):
        code, promises, _ = examined("true")
        self.assertEqual((code, "hello" in broken(promises)), (3, True))
        self.assertIn("ended with exit code 0", promises["hello"]["breaches"][0]["what"])
        self.assertEqual(promises["idle"]["reason"], "no cell ran")
        code, promises, _ = examined(FAKE, "garbage")
        self.assertEqual((code, "output" in broken(promises)), (3, True))

    def test_the_table_says_what_was_broken_and_where(self):
        done = concbench("conform", "--workload=spawn", "--timeout=2", f"mine=exec:{FAKE} wrong")
        self.assertEqual(done.returncode, 3)
        self.assertIn("mine (fake 1)", done.stdout)
        self.assertRegex(done.stdout, r"broken +answer ")
        self.assertRegex(done.stdout, r"spawn n:1 on 1 CPU, 1 iteration: 1 instead of 0")
        self.assertRegex(done.stdout, r"held +operations")
        self.assertEqual(done.stderr, "")

    def test_arguments_of_the_program_stand_behind_dashes(self):
        done = concbench("conform", CONCBENCH, "worker", "--model=serial")
        self.assertEqual(done.returncode, 2)
        self.assertIn("conform has no option --model=serial; arguments of the program", done.stderr)
        self.assertEqual(concbench("conform").returncode, 2)


if __name__ == "__main__":
    unittest.main()
