package concbench;

/** Computation that takes a given time, if nothing disturbs it. */
final class Work {
  private static double nsPerStep = 0;
  private static volatile long sink;

  private Work() {}

  /** The twin of workloads/work.hpp: each step needs the one before. */
  static long steps(long steps) {
    long x = steps;
    for (long left = steps; left > 0; --left) x = x * 6364136223846793005L + 1442695040888963407L;
    return x;
  }

  /** So that the compiler leaves the steps where they are: it cannot know that this never stores. */
  static void use(long result) {
    if (result == 42) sink = result;
  }

  /** Finds out once how long a step takes, as the quickest of many rounds. Before any clock. */
  static void calibrate() {
    if (nsPerStep > 0) return;
    final int rounds = 400;
    final int each = 20_000;
    long best = Long.MAX_VALUE;
    for (int round = 0; round < rounds; ++round) {
      long start = System.nanoTime();
      use(steps(each));
      best = Math.min(best, System.nanoTime() - start);
    }
    nsPerStep = (double) best / each;
  }

  static long stepsFor(long ns) {
    return Math.round(ns / nsPerStep);
  }

  static void compute(long ns) {
    use(steps(stepsFor(ns)));
  }
}
