"""Computations of a given length: arithmetic of which each step needs the one before. It is a number of
steps, not a time: who is interrupted takes longer.
"""
from functools import cache
from time import perf_counter_ns


def work(steps):
    x = steps
    for _ in range(steps):
        x = x * 1664525 + 1013904223 & 0xffffffff
    return x


@cache
def ns_per_step():
    """The quickest of several rounds. Call it before any clock runs."""
    rounds, steps = 20, 2000
    best = None
    for _ in range(rounds):
        start = perf_counter_ns()
        work(steps)
        took = perf_counter_ns() - start
        best = took if best is None else min(best, took)
    return best / steps


def steps_in(ns):
    return int(ns / ns_per_step())
