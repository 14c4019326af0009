"""What the process may use of this machine: CPUs, where its threads ran, and how much memory."""
import os
import re
import resource


def confine(cpus):
    """Confines the process, which has one thread yet, to the CPUs; raises ValueError if it cannot be."""
    try:
        os.sched_setaffinity(0, cpus)
    except (OSError, OverflowError, TypeError, ValueError) as error:
        raise ValueError(f"cannot run on CPUs {cpus}: {error}") from None
    found = os.sched_getaffinity(0)
    if found != set(cpus):
        raise ValueError(f"cannot run on CPUs {cpus}: only {sorted(found)} may be used")


def read(file):
    """A file's text, or "" where there is none: a thread that has ended has none."""
    try:
        with open(file, encoding="utf-8") as opened:
            return opened.read()
    except OSError:
        return ""


def threads():
    return [int(name) for name in os.listdir("/proc/self/task")]


def look(thread):
    """(the CPU it last ran on, nanoseconds on a CPU in all), or None."""
    # The CPU is field 39, counted from behind the name, which may hold anything.
    stat = read(f"/proc/self/task/{thread}/stat").rpartition(")")[2].split()
    ran = read(f"/proc/self/task/{thread}/schedstat").split()
    return (int(stat[39 - 3]), int(ran[0])) if stat and ran else None


class Sightings:
    """On which CPUs the threads were seen. One that has not run since the last look says nothing new."""

    def __init__(self):
        self._ran = {thread: seen[1] for thread in threads() if (seen := look(thread))}
        self._last = {}  # where each was seen since it was bound
        self._cpus = set()
        self._migrations = 0

    def report(self):
        """Looks again. None where the kernel does not tell."""
        for thread in threads():
            seen = look(thread)
            if seen and seen[1] != self._ran.get(thread):
                self._note(thread, *seen)
        if not self._cpus:
            return None
        allowed = os.sched_getaffinity(0)
        cpu = next(iter(allowed)) if len(allowed) == 1 else -1
        return [{"cpu": cpu, "observed": sorted(self._cpus), "migrations": self._migrations}]

    def _note(self, thread, cpu, ran):
        self._migrations += self._last.get(thread, cpu) != cpu
        self._ran[thread], self._last[thread] = ran, cpu
        self._cpus.add(cpu)


def number(file, pattern):
    """What the pattern's group matches in a file, or None."""
    found = re.search(pattern, read(file), re.M)
    return int(found[1]) if found else None


def anonymous_memory():
    """What of the program is in memory and no part of a file, in bytes."""
    return 1024 * number("/proc/self/status", r"^RssAnon:\s*(\d+) kB")


def kernel_memory():
    """What the kernel keeps, for whomever: stacks, page tables and slabs, in bytes."""
    return 1024 * sum(number("/proc/meminfo", rf"^{part}: +(\d+) kB")
                      for part in ("KernelStack", "PageTables", "Slab"))


def group_file(name):
    """A file of the process's cgroup."""
    group = re.search(r"^0::(.*)$", read("/proc/self/cgroup"), re.M)
    return f"/sys/fs/cgroup{group[1] if group else ''}/{name}"


def fits(tasks, each):
    """Raises ValueError if so many tasks of so many bytes cannot all be alive here."""
    available = number("/proc/meminfo", r"^MemAvailable: +(\d+) kB")
    limits = {"the memory that is available": available and available * 1024,
              "the cgroup's memory.max": number(group_file("memory.max"), r"^(\d+)$")}
    for limit, most in limits.items():
        if most is not None and tasks * each > most:
            raise ValueError(f"{tasks} tasks of at least {each} bytes could be alive at once, which exceeds "
                             f"{limit}, {most // 1_000_000} MB")


def fits_threads(tasks):
    """Raises ValueError if the kernel has no room for so many threads."""
    limits = {"threads-max": number("/proc/sys/kernel/threads-max", r"(\d+)"),
              "pid_max": number("/proc/sys/kernel/pid_max", r"(\d+)"),
              "half of vm.max_map_count": number("/proc/sys/vm/max_map_count", r"(\d+)") // 2,
              "the cgroup's pids.max": number(group_file("pids.max"), r"^(\d+)$"),
              "RLIMIT_NPROC": resource.getrlimit(resource.RLIMIT_NPROC)[0]}
    for limit, most in limits.items():
        if most is not None and most >= 0 and tasks > most:
            raise ValueError(f"{tasks} threads could be alive at once; {limit} is {most}")


def fits_descriptors(connections):
    """Raises the limit as far as it may be; raises ValueError if that is not enough."""
    spare = 32
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if most >= 0 and connections + spare > most:
        raise ValueError(f"{connections} connections take a descriptor each; RLIMIT_NOFILE is {most}")
