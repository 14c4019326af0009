"""What --help says, taken apart for the tests: commands, their options, examples."""

import functools
import re

from concbench import concbench


@functools.lru_cache(maxsize=None)
def help_of(command=()):
    done = concbench(*command, "--help")
    assert done.returncode == 0, done.stderr
    return done.stdout


def subcommands(command=()):
    """The names in the groups of commands, which come after those of options."""
    text = help_of(command)
    # From CLI11 2.5 on the line has no label, and other titles are in capitals.
    usage = re.search(r"^(Usage: )?\S+ \[OPTIONS\] SUBCOMMAND", text, re.MULTILINE)
    if not usage:
        return []
    parts = re.split(r"^(\S[^\n]*):\n", text, flags=re.MULTILINE)
    groups = {head: body for head, body in zip(parts[1::2], parts[2::2])}
    return [name for head, body in groups.items()
            if head not in ("Options", "OPTIONS", "Examples", "Exit codes")
            for name in re.findall(r"^  ([a-z][a-z-]*) ", body, re.MULTILINE)]


def commands(command=()):
    """Every command of the program as its words; () is the program itself."""
    found = [command]
    for name in subcommands(command):
        found += commands((*command, name))
    return found


def options(command=()):
    """The long options in a command's --help, and those that take a value."""
    found = re.findall(r"^ +(?:-\w, *)?(--[a-z-]+)( \S+)?", help_of(command), re.MULTILINE)
    return [name for name, _ in found]
