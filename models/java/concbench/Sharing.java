package concbench;

import java.util.concurrent.locks.ReentrantLock;

/** Tasks that give way to each other, or go through one critical section. */
final class Sharing {
  private Sharing() {}

  static Tally yield(long size, long yields, Tasks tasks, Clock clock) {
    return Crew.timed(tasks, size, clock, (task, mine) -> {
      for (; mine.ops < yields; ++mine.ops) {
        Thread.yield();
        mine.answer += task + 1;
      }
    });
  }

  /** What the lock protects, and what is noted under it. */
  private static final class Guarded {
    long entered = 0;
    long sum = 0;
    boolean oneIsThrough = false;
    long shareLow = Long.MAX_VALUE;
    long shareHigh = 0;
  }

  static Tally contend(long size, long sections, Tasks tasks, Clock clock) {
    ReentrantLock lock = new ReentrantLock();
    Guarded state = new Guarded();
    Probe probe = clock.probe;
    Tally all = Crew.timed(tasks, size, clock, (task, mine) -> {
      boolean compared = false;
      for (; mine.ops < sections; ++mine.ops) {
        long asked = probe == null ? 0 : System.nanoTime();
        lock.lock();
        try {
          if (probe != null) compared = observe(state, mine.ops + 1, sections, compared, asked, probe);
          ++state.entered;
          state.sum += state.entered;
        } finally {
          lock.unlock();
        }
      }
    });
    if (probe != null) {
      probe.set("share_low", state.shareLow);
      probe.set("share_high", state.shareHigh);
    }
    all.answer = state.sum;
    return all;
  }

  /** Once the first task is through, each compares by its next section how many it has had. */
  private static boolean observe(Guarded state, long had, long sections, boolean compared, long asked,
      Probe probe) {
    long waited = System.nanoTime() - asked;
    probe.add(waited);
    probe.raise("longest_wait_ns", waited);
    if (had == sections) state.oneIsThrough = true;
    if (!state.oneIsThrough || compared) return compared;
    state.shareLow = Math.min(state.shareLow, had);
    state.shareHigh = Math.max(state.shareHigh, had);
    return true;
  }
}
