package concbench;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Tasks that begin together: made, parked at a gate and counted, then released. If they cannot all be
 * made, those that are there go home.
 */
final class Crew {
  /** What the task of this number does. */
  interface Body {
    void run(int task, Tally mine) throws Exception;
  }

  private final class Member implements Runnable {
    private final int task;
    private final Tally mine = new Tally();

    Member(int task) {
      this.task = task;
    }

    @Override
    public void run() {
      try {
        before.run(task, mine);
        alive.incrementAndGet();
        arrived.countDown();
        gate.await();
        if (!abandoned) after.run(task, mine);
      } catch (Exception met) {
        trouble = met;
      }
    }
  }

  private final Body before;
  private final Body after;
  private final Thread[] threads;
  private final Member[] members;
  private final AtomicLong alive = new AtomicLong();
  private final CountDownLatch arrived;
  private final CountDownLatch gate = new CountDownLatch(1);
  private volatile boolean abandoned = false;
  private volatile Exception trouble = null;

  /** Makes them, each of which goes through the first body on its way to the gate. */
  Crew(Tasks tasks, long size, Body before, Body after) {
    this.before = before;
    this.after = after;
    threads = new Thread[Math.toIntExact(size)];
    members = new Member[threads.length];
    arrived = new CountDownLatch(threads.length);
    for (int task = 0; task < threads.length; ++task) {
      members[task] = new Member(task);
      try {
        threads[task] = tasks.start(members[task]);
      } catch (OutOfMemoryError noThread) {
        abandon(task, noThread);
      }
    }
    await(arrived);
  }

  private void abandon(int made, OutOfMemoryError noThread) {
    abandoned = true;
    gate.countDown();
    for (int task = 0; task < made; ++task) Tasks.join(threads[task]);
    throw new Failure(
        String.format("thread %,d could not be made: %s", made + 1, noThread.getMessage()));
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException nobodyInterrupts) {
      throw new AssertionError(nobodyInterrupts);
    }
  }

  /** Those who have counted themselves. */
  long alive() {
    return alive.get();
  }

  void openGate() {
    gate.countDown();
  }

  void join() {
    for (Thread thread : threads) Tasks.join(thread);
  }

  /** The sum of what they counted. */
  Tally total() {
    if (trouble != null) throw new Failure("a task ended by " + trouble);
    Tally all = new Tally();
    for (Member member : members) all.add(member.mine);
    return all;
  }

  /** Makes them, and times from the gate's opening to the last one's end. */
  static Tally timed(Tasks tasks, long size, Clock clock, Body body) {
    Crew crew = new Crew(tasks, size, (task, mine) -> {}, body);
    clock.start();
    crew.openGate();
    crew.join();
    clock.stop();
    return crew.total();
  }
}
