package concbench;

/** Tasks that sleep until their deadlines, or go through scripts of waits, work and blocking calls. */
final class Waits {
  private static final long GOLDEN = 0x9e3779b97f4a7c15L; // 2^64 / golden ratio

  private Waits() {}

  record Sleepers(long n, long firstUs, long spanUs) {
    long delayNs(long task) {
      double part = (double) ((task * GOLDEN) >>> 11) / (1L << 53);
      return firstUs * 1_000 + (long) (spanUs * 1e3 * part);
    }
  }

  static Tally timers(Sleepers kernel, Tasks tasks, Clock clock) {
    return Crew.timed(tasks, kernel.n, clock, (task, mine) -> {
      long deadline = clock.startedNs + kernel.delayNs(task);
      Tasks.sleepUntil(deadline);
      long late = System.nanoTime() - deadline;
      if (clock.probe != null) clock.probe.add(late);
      mine.answer = late < 0 ? 0 : task + 1;
      mine.ops = 1;
    });
  }

  enum Kind { WAITS, COMPUTES, BLOCKS }

  record Step(Kind kind, long ns) {}

  /** Tasks that go through scripts of steps; the answer is the sum of what `did` returns. */
  interface Recipe {
    long tasks();

    long steps();

    Step step(long task, long s);

    /** Told how long it took from the end of the step before, or the gate's opening. */
    long did(long task, long s, long tookNs, Probe probe);
  }

  /** Dishes that are chopped, boil alone, and are chopped again. */
  record Chef(long tasks, Step chop, Step boil) implements Recipe {
    @Override
    public long steps() {
      return 3;
    }

    @Override
    public Step step(long task, long s) {
      return s == 1 ? boil : chop;
    }

    @Override
    public long did(long task, long s, long tookNs, Probe probe) {
      if (s == 1 && probe != null) {
        probe.sum("wait_ns", boil.ns);
        probe.add(tookNs - boil.ns);
      }
      return s == 1 && tookNs < boil.ns ? 0 : (task + 1) << s;
    }
  }

  /** Tasks that make blocking calls, which come first, beside others that compute. */
  record Block(long blockers, long computers, long steps, Step call, Step work) implements Recipe {
    @Override
    public long tasks() {
      return blockers + computers;
    }

    @Override
    public Step step(long task, long s) {
      return task < blockers ? call : work;
    }

    @Override
    public long did(long task, long s, long tookNs, Probe probe) {
      if (task >= blockers && probe != null) probe.add(tookNs - work.ns);
      return task + 1;
    }
  }

  static Tally recipe(Recipe kernel, Tasks tasks, Clock clock) {
    return Crew.timed(tasks, kernel.tasks(), clock, (task, mine) -> {
      long since = clock.startedNs;
      for (; mine.ops < kernel.steps(); ++mine.ops) {
        perform(kernel.step(task, mine.ops), since, tasks);
        long ended = System.nanoTime();
        mine.answer += kernel.did(task, mine.ops, ended - since, clock.probe);
        since = ended;
      }
    });
  }

  private static void perform(Step step, long since, Tasks tasks) {
    switch (step.kind) {
      case WAITS:
        Tasks.sleepUntil(since + step.ns);
        break;
      case COMPUTES:
        Work.compute(step.ns);
        break;
      case BLOCKS:
        block(step.ns, tasks);
        break;
    }
  }

  /** To sleep blocks a thread of the kernel as it is; a virtual one does that in a call into C. */
  private static void block(long ns, Tasks tasks) {
    if (tasks == Tasks.PLATFORM) {
      Tasks.sleepUntil(System.nanoTime() + ns);
    } else {
      LibC.sleep(ns);
    }
  }
}
