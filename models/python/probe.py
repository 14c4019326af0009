"""What an observed run notices besides its time: durations, and measures by their names. Durations are
counted in the log-linear histogram that docs/protocol.md describes.
"""
from collections import Counter

PART_BITS = 6
OCTAVES = 42
LAST = ((OCTAVES - PART_BITS) << PART_BITS) + (1 << PART_BITS) - 1


def bucket_of(ns):
    if ns >> OCTAVES > 0:
        return LAST
    if ns < 2 << PART_BITS:
        return max(ns, 0)
    shift = ns.bit_length() - 1 - PART_BITS
    return (shift << PART_BITS) + (ns >> shift)


class Probe:
    def __init__(self):
        self._buckets = Counter()
        self._measures = {}

    def add(self, ns):
        self._buckets[bucket_of(ns)] += 1

    def add_many(self, bucket, times):
        self._buckets[bucket] += times

    def set(self, measure, value):
        self._measures[measure] = value

    def sum(self, measure, value):
        self.set(measure, self._measures.get(measure, 0) + value)

    def raise_to(self, measure, value):
        self.set(measure, max(self._measures.get(measure, 0), value))

    def noted(self):
        latency = {"latency": sorted(self._buckets.items())} if self._buckets else {}
        return {"measures": self._measures} | latency
