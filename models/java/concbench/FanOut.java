package concbench;

/** Independent tasks: all are started, then all are joined. */
final class FanOut {
  /** What a task is given to do before it returns its number. */
  record Kernel(long tasks, long steps) {}

  private FanOut() {}

  static Tally run(Kernel kernel, Tasks tasks, Clock clock) {
    clock.start();
    Body[] bodies = new Body[Math.toIntExact(kernel.tasks)];
    Thread[] threads = new Thread[bodies.length];
    int made = 0;
    try {
      for (; made < bodies.length; ++made) {
        bodies[made] = new Body(made, kernel.steps, clock.probe);
        threads[made] = tasks.start(bodies[made]);
      }
    } catch (OutOfMemoryError noThread) {
      for (int i = 0; i < made; ++i) Tasks.join(threads[i]);
      throw new Failure("thread " + (made + 1) + " could not be made: " + noThread.getMessage());
    }
    for (Thread thread : threads) Tasks.join(thread);
    clock.stop();
    Tally all = new Tally();
    for (Body body : bodies) all.add(body.mine);
    return all;
  }

  private static final class Body implements Runnable {
    private final long task;
    private final long steps;
    private final Probe probe;
    private final long madeNs;
    private final Tally mine = new Tally();

    Body(long task, long steps, Probe probe) {
      this.task = task;
      this.steps = steps;
      this.probe = probe;
      madeNs = probe == null ? 0 : System.nanoTime();
    }

    @Override
    public void run() {
      if (probe != null) probe.add(System.nanoTime() - madeNs);
      if (steps > 0) Work.use(Work.steps(steps));
      mine.answer = task;
      mine.ops = 1;
    }
  }
}
