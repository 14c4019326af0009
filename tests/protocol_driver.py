"""A session of the worker protocol, written from docs/protocol.md, for tests of workers.

The kernels and the transcript are read from that page, so that the page is what the tests prove.
"""
import json
import os
import re
import select
import subprocess
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
with open(os.path.join(ROOT, "docs", "protocol.md"), encoding="utf-8") as page:
    PAGE = page.read()

TICK_NS = 10**9 // os.sysconf("SC_CLK_TCK")  # by which the kernel may be late in counting

_kernels = {}
for _block in re.findall(r"^```python\n(.*?)^```", PAGE, re.M | re.S):
    exec(_block, _kernels)  # pylint: disable=exec-used


def expected(workload, params):
    """The (answer, ops) of one iteration, by the page's own kernels."""
    trees = {"fib": "Fib", "skynet": "Skynet", "nqueens": "NQueens", "uts": "Uts",
             "integrate": "Integrate", "mergesort": "Mergesort", "matmul": "Matmul"}
    if workload in trees:
        kernel = _kernels[trees[workload]](**params)
        result, ops = _kernels["fork_join"](kernel, kernel.root)
        return kernel.answer(result), ops
    if workload == "ping_pong":
        return _kernels["hand_off"](2, params["hops"])
    others = {"ring": "hand_off", "spsc": "channel", "mpsc": "channel", "mpmc": "channel",
              "yield": "yielding", "mutex": "contend", "sleepers": "timers", "heat": "phases"}
    return _kernels[others.get(workload, workload)](**params)


def transcript():
    """The page's conversation: pairs of "→" or "←" and the text of a message."""
    block = re.search(r"^```transcript\n(.*?)^```", PAGE, re.M | re.S).group(1)
    return [(line[0], line[2:]) for line in block.splitlines()]


def allowed_cpus():
    return sorted(os.sched_getaffinity(0))


def echo(**given):
    return {"rate": 10_000, "bytes": 64, "slow_permille": 0, "slow_us": 200} | given


class Worker:
    """A worker process; a test that fails half-way leaves none behind, if it is used with `with`."""

    def __init__(self, command, timeout=60):
        self.timeout = timeout
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, bufsize=0)
        self.unread = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def write(self, line):
        self.process.stdin.write(line.encode() + b"\n")

    def read(self):
        """The next message; None at the end of the worker's output."""
        deadline = time.monotonic() + self.timeout
        while b"\n" not in self.unread:
            ready, _, _ = select.select([self.process.stdout], [], [], deadline - time.monotonic())
            if not ready:
                raise TimeoutError("the worker did not reply")
            more = os.read(self.process.stdout.fileno(), 65536)
            if not more:
                return None
            self.unread += more
        line, self.unread = self.unread.split(b"\n", 1)
        return json.loads(line)

    def ask(self, **message):
        self.write(json.dumps(message))
        return self.read()

    def open(self, workload, params, cpus=None, options=None):
        return self.ask(type="open", workload=workload, params=params,
                        cpus=allowed_cpus()[:1] if cpus is None else cpus, options=options or {})

    def run(self, iterations=1, **more):
        return self.ask(type="run", iterations=iterations, **more)

    def exit_code(self):
        return self.process.wait(self.timeout)

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return sum(map(int, fields[14 - 3:16 - 3])) / os.sysconf("SC_CLK_TCK")


class WorkerChecks:
    """What holds for every worker: a mixin for a unittest.TestCase that has a `command`."""

    def start(self):
        worker = Worker(self.command)
        self.assertEqual(worker.read()["type"], "hello")
        return worker

    def check_runs(self, workload, params, cpus=None, iterations=(1, 3)):
        """Opens, runs, verifies every sample, and closes."""
        answer, ops = expected(workload, params)
        with self.start() as worker:
            self.assertEqual(worker.open(workload, params, cpus)["type"], "opened")
            for count in iterations:
                sample = worker.run(count)
                self.assertEqual(sample["type"], "sample", sample)
                self.assertEqual(sample["iterations"], count)
                self.assertEqual(sample["answer"], str(answer), (workload, params))
                self.assertEqual(sample["ops"], ops * count, (workload, params))
                self.assertGreater(sample["wall_ns"], 0)
                self.check_types(sample)
            self.assertEqual(worker.ask(type="close")["type"], "closed")
            self.assertEqual(worker.exit_code(), 0)

    def check_usage(self, workload, params, iterations):
        """On one CPU a process cannot use more of it than passes between question and answer.

        The timed interval itself bounds nothing: a thread of the runtime may be on the CPU for
        milliseconds between the reading of the usage and that of the time.
        """
        with self.start() as worker:
            worker.open(workload, params, allowed_cpus()[:1])
            began = time.monotonic_ns()
            sample = worker.run(iterations)
            elapsed = time.monotonic_ns() - began
            self.assertGreater(sample["cpu_ns"], 0)
            self.assertLessEqual(sample["cpu_ns"], elapsed + TICK_NS)
            return sample

    def check_types(self, sample):
        for name in ("iterations", "wall_ns", "ops"):
            self.assertIs(type(sample[name]), int, name)
        for name in ("cpu_ns", "voluntary", "involuntary"):
            self.assertIn(type(sample[name]), (int, type(None)), name)
        for worker in sample["workers"] or []:
            self.assertIs(type(worker["cpu"]), int)
            self.assertIs(type(worker["migrations"]), int)
            self.assertEqual(worker["observed"], sorted(set(worker["observed"])))

    def test_end_of_input_ends_it_before_open(self):
        with self.start() as worker:
            worker.process.stdin.close()
            self.assertEqual(worker.exit_code(), 0)
            self.assertIsNone(worker.read())

    def test_end_of_input_ends_it_while_it_is_parked(self):
        with self.start() as worker:
            worker.open("spawn", {"n": 10})
            worker.run()
            worker.process.stdin.close()
            self.assertEqual(worker.exit_code(), 0)
            self.assertIsNone(worker.read())

    def test_close_is_obeyed_before_open(self):
        with self.start() as worker:
            self.assertEqual(worker.ask(type="close")["type"], "closed")
            self.assertEqual(worker.exit_code(), 0)

    def test_what_is_no_message_ends_it_with_an_error(self):
        for line in ("{", "[]", "3", '"open"', "", '{"type":"dance"}', '{"type":"run"}', "{}"):
            with self.subTest(line=line), self.start() as worker:
                worker.write(line)
                self.assertNotEqual(worker.exit_code(), 0)

    def test_run_before_open_ends_it_with_an_error(self):
        with self.start() as worker:
            worker.write('{"type":"run","iterations":1}')
            self.assertNotEqual(worker.exit_code(), 0)

    def test_a_second_open_ends_it_with_an_error(self):
        with self.start() as worker:
            self.assertEqual(worker.open("spawn", {"n": 10})["type"], "opened")
            worker.write(json.dumps({"type": "open", "workload": "spawn", "params": {"n": 10},
                                     "cpus": allowed_cpus()[:1], "options": {}}))
            self.assertNotEqual(worker.exit_code(), 0)

    def test_unknown_fields_are_ignored(self):
        with self.start() as worker:
            reply = worker.ask(type="open", workload="spawn", params={"n": 10}, future={"a": [1]},
                               cpus=allowed_cpus()[:1], options={})
            self.assertEqual(reply["type"], "opened")
            self.assertEqual(worker.ask(type="run", iterations=1, future=None)["answer"], "45")

    def test_a_refusal_gives_its_reason_and_another_open_may_follow(self):
        with self.start() as worker:
            refused = worker.open("sorting", {})
            self.assertEqual(refused["type"], "refused")
            self.assertIn("sorting", refused["reason"])
            self.assertEqual(worker.open("spawn", {"n": 10})["type"], "opened")
            self.assertEqual(worker.run()["answer"], "45")

    def test_a_cpu_that_is_not_there_is_refused(self):
        with self.start() as worker:
            self.assertEqual(worker.open("spawn", {"n": 10}, cpus=[8000])["type"], "refused")

    def test_a_parked_worker_uses_no_cpu(self):
        with self.start() as worker:
            worker.open("spawn", {"n": 1000}, cpus=allowed_cpus())
            worker.run(3)
            time.sleep(0.2)  # what the runtime still has to put away
            before = worker.cpu_seconds()
            time.sleep(1)
            self.assertLessEqual(worker.cpu_seconds() - before, 0.02)


class Observer:
    """Looks at what a worker notes: a mixin beside WorkerChecks."""

    omits_empty = False  # whether a worker that has noted nothing says nothing of it

    def cpus(self):
        return allowed_cpus()

    def check_opened(self, opened):
        self.assertEqual(opened["type"], "opened")

    def observe(self, workload, params, iterations=1):
        """The measures and the number of durations of an observed run."""
        with self.start() as worker:
            self.check_opened(worker.open(workload, params, self.cpus()))
            plain = worker.run(iterations)
            self.assertFalse({"measures", "latency"} & set(plain))
            sample = worker.run(iterations, observe=True)
            answer, ops = expected(workload, params)
            self.assertEqual((sample["answer"], sample["ops"]), (str(answer), ops * iterations))
            if not self.omits_empty:
                self.assertLessEqual({"measures", "latency"}, set(sample))
            measures, latency = sample.get("measures", {}), sample.get("latency", [])
            for value in measures.values():
                self.assertIs(type(value), int)
            return measures, sum(count for _, count in latency)


class ObservationChecks(Observer):
    """What holds for every worker that notes what each shape has to note."""

    noted = []  # workloads, each with its parameters and the durations of an observed run
    held = 10_000  # tasks that hold keeps alive
    task_bytes = range(101, 1 << 40)  # that each of them may take
    sections = 500  # of each of four tasks at a lock
    shares = "equal"  # or "any": whether the tasks at a lock are sure to get on
    least_wait_ns = 0  # of the longest wait for it

    def test_an_observed_run_notes_each_duration(self):
        for workload, params, durations in self.noted:
            with self.subTest(workload=workload):
                self.assertEqual(self.observe(workload, params)[1], durations)

    def test_an_observed_run_has_the_measures_of_its_shape(self):
        measures, _ = self.observe("hold", {"n": self.held, "touch": 0})
        self.assertEqual(measures["peak_live"], self.held)
        self.assertGreater(min(measures["make_ns"], measures["release_ns"]), 0)
        self.assertIn(measures["user_bytes_per_task"], self.task_bytes)
        measures, _ = self.observe("chef", {"dishes": 5, "chop_us": 0, "boil_us": 300}, 3)
        self.assertEqual(measures, {"wait_ns": 3 * 5 * 300_000})
        measures, _ = self.observe("mutex", {"tasks": 4, "sections": self.sections})
        self.assertLessEqual(measures["share_low"], measures["share_high"])
        self.assertLessEqual(measures["share_high"], self.sections)
        if self.shares == "equal":
            self.assertEqual(measures["share_high"], self.sections)
        self.assertGreaterEqual(measures["longest_wait_ns"], self.least_wait_ns)
        measures, waits = self.observe("echo", echo(connections=3, requests=50))
        self.assertEqual(waits, 50)
        self.assertEqual(set(measures), {"load_latency_ns", "load_late_ns"})
        self.assertGreater(measures["load_latency_ns"], measures["load_late_ns"])
