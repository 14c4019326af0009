package concbench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What an observed run notices besides its time: durations, in the buckets of docs/protocol.md, and
 * measures by their names.
 */
final class Probe {
  private static final int PART_BITS = 6; // an octave has 2^6 buckets
  private static final int OCTAVES = 42; // durations below 2^42 ns are told apart
  private static final int BUCKETS = (OCTAVES - PART_BITS + 1) << PART_BITS;

  private final AtomicLongArray buckets = new AtomicLongArray(BUCKETS);
  private final Map<String, Long> measures = new ConcurrentHashMap<>();

  private static int bucketOf(long ns) {
    if (ns < 0) return 0;
    if (ns >> OCTAVES != 0) return BUCKETS - 1;
    if (ns < 2 << PART_BITS) return (int) ns;
    int shift = 63 - Long.numberOfLeadingZeros(ns) - PART_BITS;
    return (shift << PART_BITS) + (int) (ns >> shift);
  }

  void add(long ns) {
    buckets.incrementAndGet(bucketOf(ns));
  }

  void add(int bucket, long count) {
    buckets.addAndGet(bucket, count);
  }

  void set(String measure, long value) {
    measures.put(measure, value);
  }

  void sum(String measure, long value) {
    measures.merge(measure, value, Long::sum);
  }

  /** Keeps the largest value. */
  void raise(String measure, long value) {
    measures.merge(measure, value, Math::max);
  }

  Map<String, Long> measures() {
    return measures;
  }

  /** The buckets that have something in them: pairs of index and count. */
  List<List<Long>> latency() {
    List<List<Long>> pairs = new ArrayList<>();
    for (int i = 0; i < BUCKETS; ++i) {
      if (buckets.get(i) > 0) pairs.add(List.of((long) i, buckets.get(i)));
    }
    return pairs;
  }
}
