"""The clients of a server: `concbench load`, the same generator that all models are asked by, on other
CPUs than the server's where there are any.
"""
import json
import os
import sys

FOLDER = os.path.dirname(os.path.realpath(sys.argv[0]))  # that concbench lies in
CPUS_AT_START = os.sched_getaffinity(0)  # before the process is confined


def command(echo, port):
    others = sorted(CPUS_AT_START - os.sched_getaffinity(0))
    besides = [f"--cpus={','.join(map(str, others))}", "--spin"] if others else []
    return [os.path.join(FOLDER, "concbench"), "load", f"--port={port}", f"--connections={echo.connections}",
            f"--requests={echo.requests}", f"--rate={echo.rate}", f"--bytes={echo.bytes}", *besides]


def expect_ready(line):
    if line != b"ready\n":
        raise RuntimeError(f"the clients failed: they said {line.decode().strip()!r}")


def note(line, probe):
    """Takes down what the clients noticed. They judge whether each reply was right."""
    if not line:
        raise RuntimeError("the clients failed: their process ended early")
    report = json.loads(line)
    if not probe:
        return
    for bucket, times in report["latency"]:
        probe.add_many(bucket, times)
    probe.sum("load_latency_ns", report["latency_ns"])
    probe.sum("load_late_ns", report["late_ns"])
