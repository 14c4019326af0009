#!/usr/bin/python3
"""A program with one benchmark, which says what a version of Google Benchmark would say of it and
measures nothing. The first argument is what is special about it (check_gbench_test.py)."""

import json
import sys

DIALECT, *FLAGS = sys.argv[1:]
THREADS = 2
OPTIONS = dict(flag.removeprefix("--benchmark_").split("=", 1) for flag in FLAGS)

if OPTIONS.get("list_tests") == "true":
    print("one/threads:2")
    sys.exit()

assert OPTIONS["filter"] == "^one/threads:2$", FLAGS
assert OPTIONS["out_format"] == "json", FLAGS
length = OPTIONS["min_time"]
if length.endswith("x"):
    if DIALECT == "untold":  # as versions before 1.8 end
        sys.exit(f"min_time is expected to be a double, but actually has value {length}")
    iterations = int(length[:-1])
else:
    iterations = 10 * round(float(length) * 1e5)

entries = []
for index in range(int(OPTIONS["repetitions"])):
    entries.append({"name": "one/threads:2", "run_name": "one/threads:2", "run_type": "iteration",
                    "repetition_index": index, "threads": THREADS,
                    "iterations": iterations * THREADS, "real_time": {0: 7.0, 3: 3.0}.get(index, 1.0),
                    "cpu_time": 1.0, "time_unit": "us", "rate": 0.5})
aggregate = {"name": "one/threads:2_median", "run_type": "aggregate", "aggregate_name": "median",
             "threads": THREADS, "iterations": len(entries), "real_time": 1.0, "time_unit": "us"}
if DIALECT == "aggregates":
    entries = [aggregate | {"aggregate_name": "mean", "real_time": 9.0}, aggregate]
elif DIALECT == "skips":
    entries = [{"name": "one/threads:2", "run_type": "iteration", "skipped": True,
                "skip_message": "needs more memory"}]
elif DIALECT == "hasty":
    entries = [entry | {"real_time": 0.0} for entry in entries]
elif DIALECT == "without-unit":
    entries = [entry | {"time_unit": "fortnights"} for entry in entries]
else:
    entries.append(aggregate | {"real_time": 5.0})

text = json.dumps({"context": {"library_version": "v1.9.1"}, "benchmarks": entries}, indent=1)
text = text.replace('"rate": 0.5', '"rate": -NaN')
if DIALECT == "torn":
    text = text[:len(text) // 2]
print("what a benchmark prints\n" * 1000)
if DIALECT != "silent":
    with open(OPTIONS["out"], "w", encoding="utf-8") as file:
        file.write(text)
