#!/usr/bin/python3
"""A worker that does no work: it answers 'spawn' as the protocol asks, but for the one thing that
its argument names. What the session makes of it is tested in worker_failure_test.py."""

import json
import os
import signal
import subprocess
import sys
import time

MODE = sys.argv[1] if len(sys.argv) > 1 else "honest"
# {"sample": {"wall_ns": -1}}: fields of messages that are told otherwise than they are.
LIES = json.loads(sys.argv[2]) if MODE == "lies" else {}


def say(message):
    print(json.dumps(message | LIES.get(message.get("type"), {})), flush=True)


def leave_behind(seconds):
    """A process in a session of its own, whose parent is gone."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(seconds)
        os._exit(0)
    os.wait()


def hello():
    if MODE == "silent":
        time.sleep(1000)
    if MODE == "garbage":
        print("Segmentation fault (core dumped)", flush=True)
    protocol = 2 if MODE == "newer" else 1
    say({"type": "hello", "protocol": protocol, "program": "fake", "version": "1", "model": MODE,
         "workloads": ["spawn"], "refuses": {"fib": "it has no children"}})


def ns_per_op(runs):
    """Of the run after so many: as it gets faster for 30 runs, or for ever."""
    return {"warms": 50 * 1.1 ** max(0, 30 - runs), "quickens": 50 * 0.9 ** runs}.get(MODE, 50)


def sample(cell, iterations, runs):
    n = cell["params"]["n"]
    answer = n * (n - 1) // 2
    ops = n * iterations
    cpus = cell["cpus"]
    workers = [{"cpu": -1, "observed": cpus[:1], "migrations": 0}]
    if MODE == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if MODE == "exit":
        print("out of luck", file=sys.stderr, flush=True)
        sys.exit(9)
    if MODE == "hang":
        time.sleep(1000)
    if MODE == "wrong":
        answer += 1
    if MODE == "lazy":
        ops -= 1
    if MODE == "narrowed":
        os.sched_setaffinity(0, cpus[:1])
    if MODE == "strayed":
        workers[0]["observed"] = [max(cpus) + 1]
    if MODE == "endless":
        while True:
            sys.stdout.write("x" * 65536)
    if MODE == "closes":
        os.close(1)
        time.sleep(1000)
    if MODE in ("naps", "daemon"):
        time.sleep(0.1)
    if MODE == "parent":
        with subprocess.Popen(["sleep", "1000"], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
            time.sleep(0.5)
            child.kill()
    if MODE == "floods":
        for _ in range(100):
            os.write(2, b"noise " * 10_000)
        os.close(2)
        time.sleep(1000)
    if MODE == "shouts":
        os.close(1)
        while True:
            os.write(2, b"noise " * 10_000)
    if MODE == "escapes":
        print("\x1b[31mred\x07\r::error::\x1b[2Jboo", file=sys.stderr, flush=True)
        sys.exit(9)
    if MODE == "litters":
        for _ in range(30):
            leave_behind(0)
    if MODE == "daemon":
        leave_behind(1000)
    if MODE == "timeless":
        return {"type": "sample", "iterations": iterations, "wall_ns": 0, "ops": ops,
                "answer": str(answer)}
    if MODE == "typeless":
        return {"iterations": iterations}
    if MODE == "mistyped":
        return {"type": "sample", "iterations": iterations, "wall_ns": "soon", "ops": ops,
                "answer": str(answer)}
    if MODE == "orphans":
        child = subprocess.Popen(["sleep", "1000"], stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(os.environ["CONCBENCH_TEST_ORPHANS"], "a", encoding="utf-8") as file:
            file.write(f"{child.pid}\n")
    return {"type": "sample", "iterations": iterations, "ops": ops,
            "wall_ns": round(ns_per_op(runs) * ops), "answer": str(answer), "workers": workers}


def main():
    hello()
    cell, runs = None, 0
    for line in sys.stdin:
        message = json.loads(line)
        if message["type"] == "open":
            if MODE == "refuses":
                say({"type": "refused", "reason": "not on a Monday"})
                continue
            cell = message
            say({"type": "opened", "cold_start_ns": None})
        elif message["type"] == "run":
            say(sample(cell, message["iterations"], runs))
            runs += 1
        elif message["type"] == "close":
            say({"type": "closed", "children_peak_rss_bytes": None,
                 "notes": {"mood": "cheerful", "number": str(os.getpid())}})
            sys.exit(3 if MODE == "bad_end" else 0)


main()
