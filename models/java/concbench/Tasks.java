package concbench;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.locks.LockSupport;

/** What a task is: a virtual thread, or one of the kernel's. */
enum Tasks {
  VIRTUAL,
  PLATFORM;

  private static final int FIRST_JDK = 21; // in which virtual threads are no preview
  // Thread.startVirtualThread, by name, since older JDKs compile this too.
  private static final MethodHandle START_VIRTUAL = startVirtual();

  private static MethodHandle startVirtual() {
    if (Runtime.version().feature() < FIRST_JDK) return null;
    try {
      return MethodHandles.publicLookup().findStatic(Thread.class, "startVirtualThread",
          MethodType.methodType(Thread.class, Runnable.class));
    } catch (ReflectiveOperationException unheardOf) {
      return null;
    }
  }

  /** Of the variant that was named, or else the best that this JDK has. */
  static Tasks named(String threads) throws Refusal {
    if (threads == null) return START_VIRTUAL != null ? VIRTUAL : PLATFORM;
    if (threads.equals("platform")) return PLATFORM;
    if (!threads.equals("virtual")) {
      throw new Refusal("threads=" + threads + ": must be virtual or platform");
    }
    if (START_VIRTUAL == null) {
      throw new Refusal("virtual threads need JDK " + FIRST_JDK + " or newer, and this is "
          + Runtime.version().feature() + "; java:threads=platform runs here");
    }
    return VIRTUAL;
  }

  Thread start(Runnable body) {
    if (this == PLATFORM) {
      Thread thread = new Thread(body);
      thread.start();
      return thread;
    }
    try {
      return (Thread) START_VIRTUAL.invokeExact(body);
    } catch (RuntimeException | Error met) {
      throw met;
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }

  static void join(Thread task) {
    try {
      task.join();
    } catch (InterruptedException nobodyInterrupts) {
      throw new AssertionError(nobodyInterrupts);
    }
  }

  static void sleepUntil(long when) {
    for (long left; (left = when - System.nanoTime()) > 0;) LockSupport.parkNanos(left);
  }
}
