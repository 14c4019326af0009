"""concbench-python runs concbench's workloads on tasks of asyncio, or on threads. It speaks the worker
protocol of docs/protocol.md over its standard input and output.
"""
import json
import platform
import sys

from cell import Cell
from workloads import WORKLOADS

LONGEST_LINE = 1 << 20
NOTES = {
    "library": f"CPython {platform.python_version()}",
    "garbage": "collected by hand before the memory of hold is read, and nowhere else",
    "threads": "one at a time runs Python, under the interpreter's lock",
}


class Violation(Exception):
    """Of the protocol: ends the worker."""


def reply(kind, **fields):
    print(json.dumps({"type": kind} | fields, separators=(",", ":")), flush=True)


def greet():
    reply("hello", protocol=1, program="concbench-python", version="0.1.0", model="python",
          workloads=list(WORKLOADS), refuses={})


def parse(line):
    if len(line) > LONGEST_LINE:
        raise Violation("the line is too long")
    try:
        request = json.loads(line)
    except ValueError as error:
        raise Violation(f"the line is no JSON: {error}") from None
    if not isinstance(request, dict):
        raise Violation("the line is no JSON object")
    return request


def answer(request, cell, slow_down):
    """Carries out one request and returns the cell that is open then."""
    kind = request.get("type")
    if kind == "open":
        if cell:
            raise Violation("open: a cell is open already")
        try:
            cell = Cell(request, slow_down)
        except ValueError as refusal:
            reply("refused", reason=str(refusal))
            return None
        reply("opened", cold_start_ns=None)  # The interpreter starts before the first line of this.
    elif kind == "run":
        if not cell:
            raise Violation("run: no cell is open")
        iterations = request.get("iterations")
        if type(iterations) is not int or iterations < 1:
            raise Violation("run: iterations must be a whole number, at least 1")
        try:
            sample = cell.run(iterations, request.get("observe") is True)
        except (OSError, RuntimeError, MemoryError) as error:
            reply("failed", reason=str(error) or type(error).__name__)
        else:
            reply("sample", **sample)
    elif kind == "close":
        reply("closed", children_peak_rss_bytes=None, notes=NOTES)
    else:
        raise Violation(f"no message has the type {json.dumps(kind)}")
    return cell


def converse(slow_down):
    """Returns the exit code. While it waits for a line, it uses no CPU."""
    greet()
    cell = None
    try:
        while line := sys.stdin.buffer.readline(LONGEST_LINE + 2):
            request = parse(line)
            cell = answer(request, cell, slow_down)
            if request["type"] == "close":
                break
    except Violation as violation:
        reply("failed", reason=str(violation))
        return 1
    return 0  # At the end of input the session has gone: nobody is left to be told.


if __name__ == "__main__":
    given = [float(word.removeprefix("--slow-down=")) for word in sys.argv[1:]]
    sys.exit(converse(given[0] if given else 0))
