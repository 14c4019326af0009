"""Each workload's parameters, and the way from their values to a run. Names and ranges are those of
docs/protocol.md.
"""
from functools import partial
from types import SimpleNamespace

import kernels
from machine import fits_descriptors
from work import steps_in, work

GOLDEN = 11400714819323198485  # 2^64 / golden ratio
MESSAGES = {"capacity": range(10**6 + 1), "messages": range(1, 10**9 + 1)}
SOME = range(1, 10**6 + 1)


def tree(kernel, verbs, **params):
    made = kernel(**params)
    verbs.refuse_more_than(made.nodes)
    return partial(verbs.fork_join, made)


def spawn(verbs, n):
    return _fan(verbs, n, lambda i: i)


def grain(verbs, tasks, ns):
    steps = steps_in(ns)

    def body(i):
        work(steps)
        return i

    return _fan(verbs, tasks, body)


def _fan(verbs, tasks, body):
    verbs.refuse_more_than(tasks)
    return partial(verbs.fan_out, SimpleNamespace(tasks=tasks, body=body))


def ring(verbs, tasks, hops):
    verbs.refuse_more_than(tasks)
    return partial(verbs.hand_off, SimpleNamespace(tasks=tasks, hops=hops))


def ping_pong(verbs, hops, place):
    if place == "cross":
        raise ValueError("ping_pong.place=cross: Python has no way to keep two tasks apart")
    return ring(verbs, 2, hops)


def messages(verbs, capacity, messages, producers=1, consumers=1):
    if capacity == 0:
        raise ValueError("capacity 0: a queue of Python with that capacity has no bound; nothing lets two meet")
    verbs.refuse_more_than(producers + consumers)
    return partial(verbs.channel, SimpleNamespace(capacity=capacity, messages=messages, producers=producers,
                                                  consumers=consumers))


def gated(verb, tasks, verbs, /, **params):
    """A run of participants, as many as that parameter says."""
    verbs.refuse_more_than(params[tasks])
    return partial(getattr(verbs, verb), SimpleNamespace(**params))


class Sleepers:
    def __init__(self, n, first_us, span_us):
        self.n, self.first_us, self.span_us = n, first_us, span_us

    def delay_ns(self, task):
        """Neighbours' deadlines are far apart."""
        part = ((task * GOLDEN & 2**64 - 1) >> 11) / 2**53
        return self.first_us * 1000 + int(self.span_us * 1e3 * part)

    def woke(self, task, late, probe):
        """0 for a task that has not slept long enough, which makes a wrong answer."""
        if probe:
            probe.add(late)
        return task + 1 if late >= 0 else 0


def sleepers(verbs, **params):
    verbs.refuse_more_than(params["n"])
    return partial(verbs.timers, Sleepers(**params))


class Chef:
    """Dishes that are chopped, boil alone, and are chopped again."""
    steps = 3

    def __init__(self, dishes, chop_us, boil_us):
        self.tasks, self.boil_ns = dishes, boil_us * 1000
        self._chop = "computes", partial(work, steps_in(chop_us * 1000))
        self._boil = "waits", self.boil_ns

    def step(self, _, step):
        return self._boil if step == 1 else self._chop

    def did(self, task, step, took, probe):
        if step == 1:
            if probe:
                probe.sum("wait_ns", self.boil_ns)
                probe.add(took - self.boil_ns)
            if took < self.boil_ns:
                return 0  # Taken off the fire early: a wrong answer.
        return task + 1 << step


class Block:
    """Tasks that make blocking system calls, which come first, beside others that compute."""

    def __init__(self, blockers, computers, rounds, call_us, compute_us):
        self.tasks, self.steps, self.blockers = blockers + computers, rounds, blockers
        self.compute_ns = compute_us * 1000
        self._call = "blocks", call_us * 1000
        self._compute = "computes", partial(work, steps_in(self.compute_ns))

    def step(self, task, _):
        return self._call if task < self.blockers else self._compute

    def did(self, task, _, took, probe):
        if probe and task >= self.blockers:
            probe.add(took - self.compute_ns)
        return task + 1


def recipe(script, verbs, **params):
    made = script(**params)
    verbs.refuse_more_than(made.tasks)
    return partial(verbs.recipe, made)


def echo(verbs, **params):
    fits_descriptors(params["connections"])
    verbs.refuse_more_than(params["connections"])
    params["slow_steps"] = steps_in(params["slow_us"] * 1000)
    return partial(verbs.serve, SimpleNamespace(**params))


def garbled_or_counted(echo, request):
    """0 for a garbled request, which makes a wrong answer."""
    number = int.from_bytes(request[:8], "little")
    if any(byte != number + i & 255 for i, byte in enumerate(request[8:], 8)):
        return 0
    if ((number * GOLDEN & 2**64 - 1) >> 32) * 1000 >> 32 < echo.slow_permille:
        work(echo.slow_steps)
    return number + 1


def share(things, parts, index):
    """The part [first, last) of things that falls to the index-th of parts."""
    each, rest = divmod(things, parts)
    first = index * each + min(index, rest)
    return first, first + each + (index < rest)


# For each: its parameters, and what takes the verbs and their values to a run.
WORKLOADS = {
    "fib": ({"n": range(61)}, partial(tree, kernels.Fib)),
    "skynet": ({"leaves": range(1, 10**9 + 1), "branching": range(2, 1001)}, partial(tree, kernels.Skynet)),
    "nqueens": ({"n": range(1, 17)}, partial(tree, kernels.NQueens)),
    "uts": ({"tree": tuple(kernels.Uts.TREES)}, partial(tree, kernels.Uts)),
    "spawn": ({"n": range(1, 10**9 + 1)}, spawn),
    "grain": ({"tasks": range(1, 10**9 + 1), "ns": range(10**6 + 1)}, grain),
    "ping_pong": ({"hops": range(1, 10**9 + 1), "place": ("any", "same", "cross")}, ping_pong),
    "ring": ({"tasks": range(2, 10**7 + 1), "hops": range(1, 10**9 + 1)}, ring),
    "spsc": (MESSAGES, messages),
    "mpsc": (MESSAGES | {"producers": SOME}, messages),
    "mpmc": (MESSAGES | {"producers": SOME, "consumers": SOME}, messages),
    "yield": ({"tasks": range(1, 10**7 + 1), "yields": range(1, 10**9 + 1)}, partial(gated, "yielding", "tasks")),
    "mutex": ({"tasks": SOME, "sections": range(1, 10**9 + 1)}, partial(gated, "contend", "tasks")),
    "hold": ({"n": range(1, 10**8 + 1), "touch": range(2**20 + 1)}, partial(gated, "hold", "n")),
    "sleepers": ({"n": range(1, 10**7 + 1), "first_us": range(6 * 10**7 + 1), "span_us": range(6 * 10**7 + 1)},
                 sleepers),
    "chef": ({"dishes": SOME, "chop_us": range(10**6 + 1), "boil_us": range(10**7 + 1)}, partial(recipe, Chef)),
    "block": ({"blockers": range(10**5 + 1), "computers": range(1, 10**5 + 1), "rounds": SOME,
               "call_us": range(10**6 + 1), "compute_us": range(10**6 + 1)}, partial(recipe, Block)),
    "echo": ({"connections": SOME, "requests": range(1, 10**9 + 1), "rate": range(10**7 + 1),
              "bytes": range(8, 65537), "slow_permille": range(1001), "slow_us": range(10**6 + 1)}, echo),
}


def prepare(verbs, name, given):
    """The run of a workload. Raises ValueError, a reason to refuse."""
    if name not in WORKLOADS:
        raise ValueError(f'there is no workload "{name}"')
    parameters, to_run = WORKLOADS[name]
    for parameter in given:
        if parameter not in parameters:
            raise ValueError(f'{name} has no parameter "{parameter}"')
    for parameter, allowed in parameters.items():
        if parameter not in given:
            raise ValueError(f"{name}.{parameter} is missing")
        value = given[parameter]
        if type(value) is not type(allowed[0]) or value not in allowed:
            must = (f"a whole number from {allowed[0]} to {allowed[-1]}" if isinstance(allowed, range)
                    else f"one of {', '.join(allowed)}")
            raise ValueError(f"{name}.{parameter}={value}: must be {must}")
    return to_run(verbs, **given)
