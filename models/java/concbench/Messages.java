package concbench;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicLong;

/** Tasks that hand each other something through queues of java.util.concurrent. */
final class Messages {
  private Messages() {}

  // ---- hand_off --------------------------------------------------------------------------------

  /** The time of the last hop, kept by whoever holds the one token. */
  private static final class LastHop {
    long ns = 0;
  }

  /** Tasks in a ring pass one token through inboxes of one place each. */
  static Tally handOff(long size, long hops, Tasks tasks, Clock clock) {
    @SuppressWarnings({"unchecked", "rawtypes"}) // there are no arrays of a generic class
    BlockingQueue<Long>[] inboxes = new BlockingQueue[Math.toIntExact(size)];
    for (int i = 0; i < inboxes.length; ++i) inboxes[i] = new ArrayBlockingQueue<>(1);
    LastHop last = new LastHop();
    return Crew.timed(tasks, size, clock, (task, mine) -> {
      BlockingQueue<Long> inbox = inboxes[task];
      BlockingQueue<Long> next = inboxes[(task + 1) % inboxes.length];
      for (long hop = task; hop < hops; hop += size) {
        long token = hop > 0 ? inbox.take() : 0;
        if (clock.probe != null) noteHop(hop, last, clock.probe);
        token += task + 1;
        ++mine.ops;
        if (hop == hops - 1) {
          mine.answer = token;
        } else {
          next.put(token);
        }
      }
    });
  }

  private static void noteHop(long hop, LastHop last, Probe probe) {
    long now = System.nanoTime();
    if (hop > 0) probe.add(now - last.ns);
    last.ns = now;
  }

  // ---- channel ---------------------------------------------------------------------------------

  record Kernel(long producers, long consumers, long capacity, long messages) {}

  private static final long END = 0; // no message: those count from 1
  // The time of sending travels in the bits that numbers below 2^30 leave free, and begins anew there
  // after 17 seconds.
  private static final int NUMBER_BITS = 30;
  private static final long NUMBER_MASK = (1L << NUMBER_BITS) - 1;

  /** The last producer to end sends each consumer a mark, after which that has nothing to receive. */
  static Tally channel(Kernel kernel, Tasks tasks, Clock clock) {
    BlockingQueue<Long> channel = kernel.capacity > 0
        ? new ArrayBlockingQueue<>(Math.toIntExact(kernel.capacity))
        : new SynchronousQueue<>();
    AtomicLong producing = new AtomicLong(kernel.producers);
    long all = kernel.producers + kernel.consumers;
    return Crew.timed(tasks, all, clock, (task, mine) -> {
      if (task >= kernel.producers) {
        receive(channel, mine, clock.probe);
        return;
      }
      long last = first(kernel, task + 1);
      for (long i = first(kernel, task); i < last; ++i) {
        channel.put(clock.probe == null ? i + 1 : System.nanoTime() << NUMBER_BITS | (i + 1));
      }
      if (producing.decrementAndGet() == 0) {
        for (long i = 0; i < kernel.consumers; ++i) channel.put(END);
      }
    });
  }

  /** The first message of a producer: equal parts, the first ones longer by one if need be. */
  private static long first(Kernel kernel, long producer) {
    long rest = kernel.messages % kernel.producers;
    return kernel.messages / kernel.producers * producer + Math.min(producer, rest);
  }

  private static void receive(BlockingQueue<Long> channel, Tally mine, Probe probe)
      throws InterruptedException {
    for (long message; (message = channel.take()) != END; ++mine.ops) {
      if (probe != null) {
        long sent = message >>> NUMBER_BITS;
        probe.add((System.nanoTime() - sent) << NUMBER_BITS >>> NUMBER_BITS);
      }
      mine.answer += message & NUMBER_MASK;
    }
  }
}
