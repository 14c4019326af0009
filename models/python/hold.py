"""What hold looks at, besides its tasks."""
import gc
import sys

from machine import anonymous_memory, kernel_memory

# What a frame of use_stack takes at the least.
FRAME_BYTES = 96
sys.setrecursionlimit((1 << 20) // FRAME_BYTES + 1000)


def use_stack(bytes_left):
    """Python's frames lie one behind the other in memory of the thread's."""
    if bytes_left > 0:
        use_stack(bytes_left - FRAME_BYTES)


def look_before(clock):
    """The kernel's memory, which is the whole machine's and is compared within a short time."""
    if not clock.probe:
        return 0
    gc.collect()
    return kernel_memory()


def note_growth(clock, kernel_before, tasks):
    """What others gave back meanwhile may make it negative: then it is not known."""
    if not clock.probe:
        return
    gc.collect()
    user = anonymous_memory() - clock.anonymous_at_open
    kernel = kernel_memory() - kernel_before
    if user >= 0:
        clock.probe.set("user_bytes_per_task", user // tasks)
    if kernel >= 0:
        clock.probe.set("kernel_bytes_per_task", kernel // tasks)
