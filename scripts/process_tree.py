"""Which processes there are below another one, by the kernel's own account."""

import os
import pathlib


def _fields(pid):
    """State, parent and what follows them in /proc/PID/stat; None once it is gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text("utf-8")
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def _everything():
    """State and parent of each process, by number."""
    numbers = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return {pid: (fields[0], int(fields[1])) for pid in numbers if (fields := _fields(pid))}


def children(pid):
    return [child for child, (_, parent) in _everything().items() if parent == pid]


def descendants(pid):
    """Of a process, by number: their state, which is "Z" for one that has ended."""
    everything = _everything()
    found = {pid}
    while more := {child for child, (_, parent) in everything.items() if parent in found} - found:
        found |= more
    return {child: everything[child][0] for child in found - {pid}}


def is_alive(pid):
    fields = _fields(pid)
    return fields is not None and fields[0] != "Z"


def command_of(pid):
    """Its words; none once it is gone."""
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_text("utf-8").split("\0")[:-1]
    except OSError:
        return []
