#!/usr/bin/python3
"""A complete worker of docs/protocol.md: a Python thread per task, four of the workloads:
    concbench run --model "exec:docs/examples/worker.py" --workload fib,spawn,ping_pong,mpmc
"""
import itertools
import json
import os
import queue
import sys
import threading
import time


class Clock:
    """Sums what the timed intervals took; CPU time is read outside the wall clock's interval."""
    wall_ns = cpu_ns = 0

    def start(self):
        self.cpu_ns -= time.process_time_ns()
        self.wall_ns -= time.monotonic_ns()

    def stop(self):
        self.wall_ns += time.monotonic_ns()
        self.cpu_ns += time.process_time_ns()


def task(body, *args):
    """Starts a thread; what is returned joins it and gives its (answer, ops), counted by itself."""
    result = []
    thread = threading.Thread(target=lambda: result.append(body(*args)), daemon=True)
    thread.start()
    return lambda: thread.join() or result[0]


def total(tasks):
    return tuple(map(sum, zip(*[joined() for joined in tasks])))


def fib(clock, n):
    def node(n):
        if n < 2:
            return n, 1
        answer, ops = total([task(node, n - 1), task(node, n - 2)])
        return answer, ops + 1

    clock.start()
    result = task(node, n)()
    clock.stop()
    return result


def spawn(clock, n):
    clock.start()
    result = total([task(lambda i: (i, 1), i) for i in range(n)])
    clock.stop()
    return result


def through_gate(clock, bodies):
    """Parks a task of each body at a gate; times from its opening to the last task's end."""
    gate = threading.Barrier(len(bodies), action=clock.start)

    def participant(body):
        gate.wait()
        return body()

    result = total([task(participant, body) for body in bodies])
    clock.stop()
    return result


def ping_pong(clock, hops, place):
    inboxes = [queue.SimpleQueue(), queue.SimpleQueue()]
    inboxes[0].put(0)

    def player(me):
        mine = range(me, hops, 2)
        for _ in mine:
            token = inboxes[me].get() + me + 1
            inboxes[1 - me].put(token)
        return (token if hops - 1 in mine else 0), len(mine)

    return through_gate(clock, [lambda: player(0), lambda: player(1)])


def mpmc(clock, producers, consumers, capacity, messages):
    channel, ended = queue.Queue(capacity), itertools.count(1)

    def producer(p):
        for i in range(messages * p // producers, messages * (p + 1) // producers):
            channel.put(i + 1)
        if next(ended) == producers:  # The last one closes: an end mark for each consumer.
            for _ in range(consumers):
                channel.put(None)
        return 0, 0

    def consumer():
        received = list(iter(channel.get, None))
        return sum(received), len(received)

    sending = [lambda p=p: producer(p) for p in range(producers)]
    return through_gate(clock, sending + [consumer] * consumers)


# Of each workload its verb, and the values of its parameters that threads of Python are fit for.
SOME, MANY = range(1, 10_001), range(1, 10**9 + 1)
VERBS = {"fib": (fib, {"n": range(17)}), "spawn": (spawn, {"n": SOME}),
         "ping_pong": (ping_pong, {"hops": MANY, "place": ["any"]}),
         "mpmc": (mpmc, dict(producers=SOME, consumers=SOME, capacity=SOME, messages=MANY))}
REFUSES = {name: "not part of this example" for name in ["skynet", "nqueens", "ring", "yield"]}


def open_cell(workload, params, cpus, options):
    if workload not in VERBS or options:
        raise ValueError(f"no workload {workload} with options {options} here")
    verb, values = VERBS[workload]
    if params.keys() != values.keys():
        raise ValueError(f"{workload} has the parameters {', '.join(values)}")
    for name, value in params.items():
        if value not in values[name]:
            raise ValueError(f"{workload}.{name}={value}: not among {values[name]} of this example")
    os.sched_setaffinity(0, cpus)  # Threads inherit it from the one that makes them.
    return lambda clock: verb(clock, **params)


def run(verb, iterations):
    clock = Clock()
    answers, ops = zip(*[verb(clock) for _ in range(iterations)])
    if len(set(answers)) != 1:
        raise ValueError(f"runs answered differently: {set(answers)}")
    reply("sample", iterations=iterations, wall_ns=clock.wall_ns, cpu_ns=clock.cpu_ns, ops=sum(ops),
          answer=str(answers[0]), voluntary=None, involuntary=None, workers=None)


def reply(kind, **fields):
    print(json.dumps({"type": kind, **fields}), flush=True)


reply("hello", protocol=1, program="worker.py", version="1.0", model="python-threads",
      workloads=list(VERBS), refuses=REFUSES)
verb = None
for message in map(json.loads, sys.stdin):  # A line that is no JSON ends the worker: exit code 1.
    kind = message["type"]
    try:
        if kind == "open" and verb is None:
            verb = open_cell(*[message[key] for key in ["workload", "params", "cpus", "options"]])
            reply("opened", cold_start_ns=None)
        elif kind == "run" and verb is not None and message["iterations"] >= 1:
            run(verb, message["iterations"])
        elif kind == "close":
            sys.exit(reply("closed", children_peak_rss_bytes=None))
        else:
            sys.exit(f"not now: {message}")
    except (IndexError, OSError, RuntimeError, ValueError) as error:
        reply("refused" if kind == "open" else "failed", reason=str(error))
