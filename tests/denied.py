"""Runs a program where the kernel refuses some system calls, as a container's filter does:

    /usr/bin/python3 denied.py pidfd_open,getrusage PROGRAM ARGUMENT…
"""

import ctypes
import errno
import os
import platform
import struct
import sys

X86 = platform.machine() == "x86_64"
NUMBERS = {"pidfd_open": (434, 434), "sched_getaffinity": (204, 123), "getrusage": (98, 165)}


def program(numbers, error):
    """The filter, for the kernel's classic BPF: these calls fail with the error, others go on."""
    load, equal, answer = 0x20, 0x15, 0x06
    lines = [(load, 0, 0, 0)]
    for i, number in enumerate(numbers):
        lines.append((equal, len(numbers) - i, 0, number))
    lines += [(answer, 0, 0, 0x7FFF0000), (answer, 0, 0, 0x00050000 | error)]
    return b"".join(struct.pack("HBBI", *line) for line in lines), len(lines)


def deny(names, error=errno.EPERM):
    code, lines = program([NUMBERS[name][0 if X86 else 1] for name in names], error)
    buffer = ctypes.create_string_buffer(code, len(code))
    fprog = struct.pack("HxxxxxxP", lines, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, fprog, 0, 0):
        raise OSError(ctypes.get_errno(), "no filter of system calls")


if __name__ == "__main__":
    deny(sys.argv[1].split(","))
    os.execv(sys.argv[2], sys.argv[2:])
