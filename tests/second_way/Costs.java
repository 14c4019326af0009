import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a thread costs in Java, measured by the shortest program that does each: the second way to what
 * concbench-java measures. The argument is "virtual" or "platform". Prints one JSON object; times are in
 * ns, for one, and the least of three seconds' rounds.
 */
public final class Costs {
  interface Starter {
    Thread start(Runnable body) throws Exception;
  }

  interface Round {
    double ns() throws Exception;
  }

  private static Starter starter;

  private static double least(Round round) throws Exception {
    double best = Double.MAX_VALUE;
    for (long end = System.nanoTime() + 3_000_000_000L; System.nanoTime() < end;) {
      best = Math.min(best, round.ns());
    }
    return best;
  }

  private static double spawn() throws Exception {
    long start = System.nanoTime();
    long[] results = new long[1000];
    Thread[] threads = new Thread[1000];
    for (int i = 0; i < threads.length; ++i) {
      int task = i;
      threads[i] = starter.start(() -> results[task] = task);
    }
    for (Thread thread : threads) thread.join();
    long took = System.nanoTime() - start;
    long sum = 0;
    for (long result : results) sum += result;
    if (sum != 499_500) throw new AssertionError(sum);
    return took / 1000.0;
  }

  private static void play(BlockingQueue<Long> mine, BlockingQueue<Long> other, long token) {
    try {
      for (; token < HOPS; token = mine.take()) {
        other.put(token + 1);
        if (token + 1 >= HOPS) return;
      }
    } catch (InterruptedException nobodyInterrupts) {
      throw new AssertionError(nobodyInterrupts);
    }
  }

  private static final long HOPS = 10_000;

  private static double pingPong() throws Exception {
    BlockingQueue<Long> there = new ArrayBlockingQueue<>(1);
    BlockingQueue<Long> back = new ArrayBlockingQueue<>(1);
    Thread second = starter.start(() -> {
      try {
        play(there, back, there.take());
      } catch (InterruptedException nobodyInterrupts) {
        throw new AssertionError(nobodyInterrupts);
      }
    });
    long start = System.nanoTime();
    Thread first = starter.start(() -> play(back, there, 0));
    first.join();
    second.join();
    return (double) (System.nanoTime() - start) / HOPS;
  }

  // What starts virtual threads is found by its name, since older JDKs compile this too.
  private static Starter starterOf(String kind) throws Exception {
    if (kind.equals("platform")) {
      return body -> {
        Thread thread = new Thread(body);
        thread.start();
        return thread;
      };
    }
    var start = java.lang.invoke.MethodHandles.publicLookup().findStatic(Thread.class,
        "startVirtualThread",
        java.lang.invoke.MethodType.methodType(Thread.class, Runnable.class));
    return body -> {
      try {
        return (Thread) start.invokeExact(body);
      } catch (Throwable met) {
        throw new AssertionError(met);
      }
    };
  }

  public static void main(String[] arguments) throws Exception {
    starter = starterOf(arguments[0]);
    AtomicLong spawned = new AtomicLong();
    AtomicLong hopped = new AtomicLong();
    // A task itself, as the root of a worker's runs is.
    starter.start(() -> {
      try {
        spawned.set(Math.round(least(Costs::spawn)));
        hopped.set(Math.round(least(Costs::pingPong)));
      } catch (Exception met) {
        throw new AssertionError(met);
      }
    }).join();
    System.out.printf("{\"spawn\": %d, \"ping_pong\": %d}%n", spawned.get(), hopped.get());
  }
}
