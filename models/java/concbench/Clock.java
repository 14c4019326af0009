package concbench;

/**
 * A stopwatch that a verb starts and stops at the ends of its timed interval. The garbage collector is
 * not called from here: what a run leaves behind is collected while later ones are timed, so that its
 * cost stays in the numbers, as that of free() does in those of other models.
 */
final class Clock {
  final Probe probe; // null unless the run is observed
  long wallNs = 0;
  long cpuNs = 0;
  long voluntary = 0;
  long involuntary = 0;
  long startedNs = 0; // by System.nanoTime

  private LibC.Usage before = null;

  Clock(Probe probe) {
    this.probe = probe;
  }

  void start() {
    before = LibC.usage();
    startedNs = System.nanoTime();
  }

  /** The interval since the start. */
  long stop() {
    long interval = System.nanoTime() - startedNs;
    wallNs += interval;
    if (before != null) {
      LibC.Usage after = LibC.usage();
      cpuNs += after.cpuNs() - before.cpuNs();
      voluntary += after.voluntary() - before.voluntary();
      involuntary += after.involuntary() - before.involuntary();
    }
    return interval;
  }
}
