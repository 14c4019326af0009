"""A terminal for the tests: what a program writes to it, and what is then seen on it."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import threading

from concbench import CONCBENCH


def run_at_terminal(*arguments, columns=80, rows=24, stream="stdout", **environment):
    """`concbench …` with one of its streams on a terminal: exit code, what the other stream got,
    what was written to the terminal."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: slave}
    clean = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS")}
    program = subprocess.Popen([CONCBENCH, *arguments], stdin=subprocess.DEVNULL, **streams,
                               env={**clean, "LC_ALL": "C.UTF-8", **environment})
    os.close(slave)
    # Read at the same time, or else a full pipe would hold the program.
    pipe = program.stdout or program.stderr
    other = []
    reader = threading.Thread(target=lambda: other.append(pipe.read().decode()))
    reader.start()
    written = b""
    while True:
        try:
            chunk = os.read(master, 65536)
        except OSError:  # the other end is closed
            break
        if not chunk:
            break
        written += chunk
    reader.join()
    pipe.close()
    os.close(master)
    return program.wait(60), other[0], written.decode()


class Screen:
    """The lines that are seen, as far as the moves that concbench makes are concerned."""

    def __init__(self):
        self.lines, self.row, self.column = [""], 0, 0

    def write(self, text):
        for part in re.split(r"(\033\[\d*[A-Za-z]|\r|\n)", text):
            move = re.fullmatch(r"\033\[(\d*)([A-Za-z])", part)
            if move:
                self.move(int(move[1] or 1), move[2])
            elif part == "\r":
                self.column = 0
            elif part == "\n":
                self.row += 1
                self.lines += [""] * (self.row + 1 - len(self.lines))
            elif part:
                line = self.lines[self.row].ljust(self.column)
                self.lines[self.row] = line[:self.column] + part + line[self.column + len(part):]
                self.column += len(part)
        return self

    def move(self, count, what):
        if what == "F":
            self.row, self.column = max(0, self.row - count), 0
        elif what == "J":
            del self.lines[self.row + 1:]
            self.lines[self.row] = self.lines[self.row][:self.column]
        elif what == "K":
            self.lines[self.row] = self.lines[self.row][:self.column]
        else:
            assert what == "m", what
