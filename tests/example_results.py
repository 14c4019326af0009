"""Results as the seven models could give them on two cores, for the tests of the plots.

The medians are of the order that such runtimes reach; nothing was measured to make them.
"""

import math
import random

MODELS = ("serial", "processes", "threads", "pool", "fibers", "coroutines", "goroutines")
BLOCKS = "a pool task that blocks would hold its worker"
WAITS = "one task cannot wait for another"
TOO_MANY = "its {} processes would exceed the limit of 31,000"

# workload, shape, op, parameters; then ns per op of each model, or why it has none.
BASIC = (
    ("fib", "fork_join", "task", {"n": 12}, (0.98, 178e3, 36e3, 1.3, 6.2, 5.9, 251)),
    ("fib", "fork_join", "task", {"n": 25},
     (0.97, TOO_MANY.format("242,785"), TOO_MANY.format("242,785"), 1.05, 5.1, 4.8, 238)),
    ("skynet", "fork_join", "task", {"branching": 10, "leaves": 100},
     (1.4, 171e3, 31e3, 4.4, 9.1, 8.8, 730)),
    ("skynet", "fork_join", "task", {"branching": 10, "leaves": 100000},
     (1.37, TOO_MANY.format("111,111"), TOO_MANY.format("111,111"), 1.9, 4.7, 6.2, 698)),
    ("nqueens", "fork_join", "task", {"n": 6}, (6.1, 169e3, 33e3, 7.5, 13, 12, 410)),
    ("nqueens", "fork_join", "task", {"n": 10},
     (5.8, TOO_MANY.format("35,539"), TOO_MANY.format("35,539"), 4.1, 8.9, 9.4, 320)),
    ("spawn", "fan_out", "task", {"tasks": 1000}, (1.1, 199e3, 47.7e3, 8.1, 14, 13, 244)),
    ("ping_pong", "hand_off", "hop", {"hops": 10000, "place": "any"},
     (WAITS, 19.1e3, 17.4e3, BLOCKS, 5, 5.7, 149)),
    ("ring", "hand_off", "hop", {"hops": 10000, "tasks": 1000},
     (WAITS, 21.8e3, 20.3e3, BLOCKS, 12.2, 8.2, 163)),
    ("mpmc", "channel", "message",
     {"capacity": 64, "consumers": 2, "messages": 10000, "producers": 2},
     (WAITS, 3.4e3, 278, BLOCKS, 24, 21, 28.5)),
    ("yield", "yield", "yield", {"tasks": 100, "yields": 1000},
     (WAITS, 1.52e3, 1.41e3, BLOCKS, 2.4, 2.3, 62)),
)


def estimate(values):
    ordered = sorted(values)
    middle = len(ordered) // 2
    median = ordered[middle] if len(ordered) % 2 else sum(ordered[middle - 1:middle + 1]) / 2
    return {"median": median, "low": ordered[0], "high": ordered[-1]}


def measured(ns_per_op, cores, processes, draw):
    """Samples of one process each, and their summary."""
    values = [ns_per_op * draw.lognormvariate(0, 0.05) for _ in range(processes)]
    ops = 1_000_000_000 if ns_per_op < 1e3 else 1_000_000
    samples = [
        {"process": process, "index": 0, "iterations": 1, "wall_ns": round(value * ops),
         "cpu_ns": round(value * ops * cores), "ops": ops, "voluntary": 0, "involuntary": 0,
         "migrations": None, "span_ns": round(value * ops), "steal_ns": None, "foreign_ns": None}
        for process, value in enumerate(values)]
    summary = {"ns_per_op": estimate(values), "ops_per_s": estimate([1e9 / v for v in values]),
               "cpu_per_wall": float(cores), "cpu_ns_per_op": estimate(values)["median"] * cores,
               "processes": processes,
               "level": 1 - 2.0 ** (1 - processes)}
    return samples, summary


def cell(model, workload, shape, op, params, cores, value, processes, draw):
    """A measured cell if the value is a number, else one skipped for that reason."""
    ok = not isinstance(value, str)
    samples, summary = measured(value, cores, processes, draw) if ok else ([], None)
    return {
        "model": model, "workload": workload, "shape": shape, "params": dict(params), "cores": cores,
        "layout": "compact", "oversubscribed": False, "status": "ok" if ok else "skipped",
        "reason": None if ok else value, "warnings": [], "command": "concbench run", "op": op,
        "answer": "1" if ok else "", "verified": ok, "processes": [], "samples": samples,
        "summary": summary,
        "latency_ns": None,
        "merit": {"by": "ns_per_op", **summary["ns_per_op"]} if ok else None,
        "memory": {"peak_rss": None, "children_peak_rss": None, "bytes_per_task": None,
                   "user_bytes_per_task": None, "kernel_bytes_per_task": None, "ceiling": None},
        "measures": {"cold_start_ns": None, "peak_live": None, "make_ns": None, "release_ns": None,
                     "overlap": None, "greedy_share": None, "fairness": None, "generator_lateness": None,
                     "switched_share": None, "metg_ns": None, "counters": {},
                     "counter_notes": {}},
        "placement": {"requested": list(range(cores)), "workers": []}, "notes": {}}


def result(cells, cores):
    """A result file around the cells, without the entries for Google Benchmark."""
    return {
        "context": {"date": "2026-01-31T12:00:00Z", "host_name": "example",
                    "executable": "concbench", "num_cpus": cores, "caches": [], "load_avg": [],
                    "library_build_type": "release"},
        "benchmarks": [],
        "concbench": {
            "schema": 1, "complete": True, "date": "2026-01-31T12:00:00Z", "program": "concbench",
            "seed": 1, "order": [], "adjusted": [],
            "request": {"argv": ["run"], "preset": "ci", "processes": 6, "repetitions": 1,
                        "min_time_s": 0.1, "timeout_s": 60.0, "budget_s": None},
            "derived": {"rankings": [], "scaling": [], "metg": [], "memory": [], "load": []},
            "build": {"version": "0.1.0", "commit": "0123456789ab", "compiler": "GNU 12.2.0",
                      "flags": "-O3 -DNDEBUG", "build_type": "Release", "libraries": {}},
            "environment": {"host": "example", "cpu_model": "Example CPU 9000",
                            "kernel": "Linux 6.1.0", "hypervisor": "kvm", "governor": None,
                            "microcode": None,
                            "boost": None, "smt": False, "aslr": True, "clocksource": "tsc",
                            "cgroup": {"path": None}, "load": 0.1, "steal": None, "notes": {},
                            "findings": [],
                            "niceness": 0, "policy": "other", "variables": {},
                            "dropped_variables": []},
            "topology": {"packages": 1, "cores": cores, "pus": cores, "numa": 1, "caches": [],
                         "allowed": list(range(cores)), "quota_cpus": None},
            "cells": cells}}


def basic(processes=6):
    """The seven models on the eight basic workloads, on two cores."""
    draw = random.Random(1)
    return result([cell(model, *workload, 2, value, processes, draw)
                   for *workload, values in BASIC for model, value in zip(MODELS, values)], 2)


def scaling(cores=(1, 2, 4, 8), processes=6):
    """Three workloads over core counts: one scales well, one to a half, one not at all."""
    draw = random.Random(2)
    cells = []
    for *workload, values in (BASIC[1], BASIC[3], BASIC[9]):
        serial_part = {"fib": 0.02, "skynet": 0.15, "mpmc": 1.1}[workload[0]]
        for count in cores:
            for model, value in zip(MODELS, values):
                if model != "serial" and not isinstance(value, str):
                    value *= 1.9 * (serial_part + (1 - serial_part) / count)
                if model != "serial" or count == min(cores):
                    cells.append(cell(model, *workload, count, value, processes, draw))
    return result(cells, max(cores))


def ranked(cell):
    """The cell, ranked by p99 where the load sets the pace."""
    if cell["latency_ns"]:
        p99 = estimate([float(cell["latency_ns"]["p99"])])
        cell["latency_ns"]["p99_of_processes"] = p99
        if cell["shape"] in ("timers", "serve"):
            cell["merit"] = {"by": "p99", **p99}
    return cell


def latency(p50, count=20_000):
    """Durations with a tail: half at most p50, one in a hundred ten times that."""
    quantiles = {"p50": p50, "p90": 2 * p50, "p99": 10 * p50, "p999": 40 * p50, "p9999": 80 * p50,
                 "max": 90 * p50}
    buckets = [{"low": int(p50 * low), "count": int(count * share)} for low, share in
               ((0.8, 0.3), (1, 0.4), (1.5, 0.2), (4, 0.09), (10, 0.009), (40, 0.0009), (90, 0.0001))]
    return {"what": "from its wake-up being due to running", "count": sum(b["count"] for b in buckets),
            **quantiles, "buckets": buckets}


def everything():
    """A cell for every section of a report: also latency, offered load, grain sizes and memory."""
    draw = random.Random(3)
    cells = basic()["concbench"]["cells"] + scaling((1, 4))["concbench"]["cells"]
    models = dict(threads=9e3, fibers=90, coroutines=80, goroutines=400)

    def add(model, work, value, **fields):
        added = cell(model, *work, 2, value, 6, draw)
        for name, entry in fields.items():
            added[name] = {**added[name], **entry} if isinstance(added[name], dict) else entry
        cells.append(ranked(added))

    for model, cost in models.items():
        add(model, ("sleepers", "timers", "wake", {"tasks": 1000}), cost, latency_ns=latency(int(cost)))
        for rate in (100, 1_000, 10_000):
            add(model, ("echo", "serve", "request", {"connections": 100, "rate": rate}), 1e9 / rate,
                latency_ns=latency(int(cost * 30 * (1 + rate / 2_000))))
        for ns in (10, 100, 1_000, 10_000, 100_000):
            add(model, ("grain", "fan_out", "task", {"ns": ns, "tasks": 1000}), (ns + cost) / 2,
                measures={"metg_ns": float(cost)})
        for n in (100, 1_000, 10_000):
            bytes_per_task = int(cost * 2 + 40_000 / n + 2_000)
            add(model, ("hold", "hold", "task", {"n": n, "touch": 0}), cost, memory={
                "bytes_per_task": bytes_per_task, "user_bytes_per_task": bytes_per_task - 500,
                "kernel_bytes_per_task": 500, "ceiling": {
                    "predicted": 32_000, "limit": "kernel.pid_max = 32768", "found": None,
                    "how": "not tried"} if model == "threads" else None})
    made = result(cells, 4)
    order = [f"{name_of(cell)}#{process}" for cell in cells for process in range(6)
             if cell["summary"]]
    draw.shuffle(order)
    made["concbench"]["order"] = order
    return made


def name_of(cell):
    """As `order` names a cell: see reports/result/result.hpp."""
    params = "".join(f"/{name}:{value}" for name, value in sorted(cell["params"].items()))
    return f"{cell['model']}/{cell['workload']}{params}/cores:{cell['cores']}"


# What a waiting task of each model keeps, in the program and in the kernel; how many can be alive,
# whether that was tried, and what stops them.
HELD = {"processes": (96_000, 71_000, 31_700, True, "kernel.pid_max"),
        "threads": (8_600, 25_000, 32_325, True, "kernel.pid_max"),
        "pool": (104, 0, 68_000_000, False, "memory"),
        "fibers": (4_300, 40, 1_600_000, False, "memory"),
        "coroutines": (170, 1, 41_000_000, False, "memory"),
        "goroutines": (2_700, 6, 2_500_000, False, "memory")}


def memory(sizes=(1_000, 10_000, 100_000), touched=(0, 16_384)):
    """hold over numbers of tasks, with and without use of their stacks; serial cannot."""
    draw = random.Random(3)
    cells = []
    for touch in touched:
        for n in sizes:
            cells.append(cell("serial", "hold", "hold", "task", {"n": n, "touch": touch}, 2, WAITS,
                              6, draw))
            for model, (user, kernel, most, tried, limit) in HELD.items():
                too_many = f"{n:,} {model} could be alive at once; {limit} leaves room for {most:,}"
                held = cell(model, "hold", "hold", "task", {"n": n, "touch": touch}, 2,
                            400.0 if n <= most else too_many, 6, draw)
                held["memory"]["ceiling"] = {
                    "predicted": most, "limit": limit,
                    "found": most + 90 if tried and n > most else None, "how": "an example"}
                if n <= most:
                    user_bytes = round((user + touch) * draw.lognormvariate(0, 0.02))
                    # Others on the machine gave some back meanwhile.
                    kernel_bytes = kernel - 20_000 // n
                    held["memory"] |= {"bytes_per_task": user_bytes + kernel_bytes,
                                       "user_bytes_per_task": user_bytes,
                                       "kernel_bytes_per_task": kernel_bytes}
                    held["measures"]["peak_live"] = n
                cells.append(held)
    return result(cells, 2)


def latency_of(typical, spread, count, what, draw):
    """Durations around a typical one, in the buckets of workloads/latency.hpp."""
    waits = sorted(round(typical * draw.lognormvariate(0, spread)) for _ in range(count))
    counts = {}
    for ns in waits:
        shift = max(0, ns.bit_length() - 7)
        low = ns >> shift << shift
        counts[low] = counts.get(low, 0) + 1
    shares = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p999": 0.999, "p9999": 0.9999, "max": 1}
    return {"what": what, "count": count,
            **{name: waits[math.ceil(share * count) - 1] for name, share in shares.items()},
            "buckets": [{"low": low, "count": times} for low, times in counts.items()]}


def latencies(count=30_000):
    """Waits for a token, and lateness of sleepers."""
    draw = random.Random(4)
    cells = []
    for (*work, values), what, spread in (
        (BASIC[7], "from one hop to the next", 0.5),
        (("sleepers", "timers", "wake", {"first_us": 1000, "n": 100, "span_us": 5000},
          (WAITS, 61e3, 58e3, 9e3, 9e3, 9e3, 1.1e6)), "past the deadline", 0.9),
    ):
        for model, value in zip(MODELS, values):
            made = cell(model, *work, 2, value, 6, draw)
            if made["summary"]:
                made["latency_ns"] = latency_of(value, spread, count, what, draw)
            cells.append(ranked(made))
    return result(cells, 2)


# What having a task costs each model, on each of its cores.
OVERHEAD = dict(zip(MODELS, (1, 250e3, 40e3, 60, 110, 95, 600)))


def grain(lengths=(0, 10, 100, 1_000, 10_000, 100_000, 1_000_000)):
    """grain over the length of its work on two cores; processes stay below one half."""
    draw = random.Random(5)
    cells = []
    for ns in lengths:
        for model, overhead in OVERHEAD.items():
            cores = 1 if model == "serial" else 2
            made = cell(model, "grain", "fan_out", "task", {"ns": ns, "tasks": 1000}, 2,
                        (3e6 if model == "processes" else ns + overhead) / cores, 6, draw)
            if model != "processes":
                made["measures"]["metg_ns"] = 2.0 * overhead
            cells.append(made)
    return result(cells, 2)
