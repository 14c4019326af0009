"""The stopwatch that a verb starts and stops at the ends of its timed interval.

The garbage collector is left alone: what a run leaves behind is collected while later ones are timed, as
it is in any program.
"""
import resource
from time import monotonic_ns as now  # by this name, everyone reads the clock

NO_USAGE = (0, 0, 0)


def usage():
    """CPU time in nanoseconds, voluntary and involuntary context switches."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return round((used.ru_utime + used.ru_stime) * 1e9), used.ru_nvcsw, used.ru_nivcsw


class Stopwatch:
    def __init__(self, probe, anonymous_at_open):
        """The probe is None unless the run is observed."""
        self.probe = probe
        self.anonymous_at_open = anonymous_at_open
        self.started = 0
        self._wall_ns = 0
        self._used = self._before = NO_USAGE

    def start(self):
        """Usage is read before the wall clock, and by stop after it, so that reading it is not timed."""
        self._before = usage()
        self.started = now()

    def stop(self):
        """Returns what the interval took."""
        interval = now() - self.started
        self._wall_ns += interval
        self._used = tuple(had + after - before
                           for had, after, before in zip(self._used, usage(), self._before))
        return interval

    def sums(self):
        cpu_ns, voluntary, involuntary = self._used
        return {"wall_ns": self._wall_ns, "cpu_ns": cpu_ns, "voluntary": voluntary,
                "involuntary": involuntary}
