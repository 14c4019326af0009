package concbench;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * The C library's functions that Java itself lacks. A JDK offers them from 21 on (java.lang.foreign),
 * which is looked up by name, so that this can be compiled by older ones, and runs without.
 */
final class LibC {
  private static final MethodHandle GETRUSAGE; // () → int, into USAGE; null where there is none
  private static final MethodHandle USLEEP; // (int) → int; null where there is none
  private static final ByteBuffer USAGE;

  // struct rusage of 64-bit Linux is 18 words: two pairs of seconds and microseconds come first, the
  // switches last.
  private static final int USAGE_BYTES = 18 * Long.BYTES;
  private static final int VOLUNTARY = 16 * Long.BYTES;
  private static final int INVOLUNTARY = 17 * Long.BYTES;

  static {
    MethodHandle getrusage = null;
    MethodHandle usleep = null;
    ByteBuffer usage = null;
    try {
      Foreign foreign = new Foreign();
      Object memory = foreign.allocate(USAGE_BYTES);
      usage = foreign.view(memory).order(ByteOrder.nativeOrder());
      getrusage = MethodHandles.insertArguments(
          foreign.function("getrusage", "JAVA_INT", "ADDRESS"), 0, 0, memory);
      usleep = foreign.function("usleep", "JAVA_INT");
    } catch (ReflectiveOperationException | RuntimeException older) {
      getrusage = null;
    }
    GETRUSAGE = getrusage;
    USLEEP = usleep;
    USAGE = usage;
  }

  /** java.lang.foreign, by name. */
  private static final class Foreign {
    private static final String PACKAGE = "java.lang.foreign.";

    private final Class<?> linkers = Class.forName(PACKAGE + "Linker");
    private final Class<?> segments = Class.forName(PACKAGE + "MemorySegment");
    private final Class<?> layouts = Class.forName(PACKAGE + "MemoryLayout");
    private final Class<?> descriptors = Class.forName(PACKAGE + "FunctionDescriptor");
    private final Class<?> arenas = Class.forName(PACKAGE + "Arena");
    private final Object linker = linkers.getMethod("nativeLinker").invoke(null);

    Foreign() throws ReflectiveOperationException {}

    Object allocate(long bytes) throws ReflectiveOperationException {
      Object arena = arenas.getMethod("global").invoke(null);
      return arenas.getMethod("allocate", long.class, long.class).invoke(arena, bytes, 8L);
    }

    ByteBuffer view(Object memory) throws ReflectiveOperationException {
      return (ByteBuffer) segments.getMethod("asByteBuffer").invoke(memory);
    }

    /** A function of the C library that returns an int. */
    MethodHandle function(String name, String... parameters) throws ReflectiveOperationException {
      Object types = Array.newInstance(layouts, parameters.length);
      for (int i = 0; i < parameters.length; ++i) Array.set(types, i, layout(parameters[i]));
      Object descriptor = descriptors.getMethod("of", layouts, types.getClass())
                              .invoke(null, layout("JAVA_INT"), types);
      Object lookup = linkers.getMethod("defaultLookup").invoke(linker);
      Optional<?> address = (Optional<?>) Class.forName(PACKAGE + "SymbolLookup")
                                .getMethod("find", String.class).invoke(lookup, name);
      Object none = Array.newInstance(Class.forName(PACKAGE + "Linker$Option"), 0);
      return (MethodHandle) linkers
          .getMethod("downcallHandle", segments, descriptors, none.getClass())
          .invoke(linker, address.orElseThrow(), descriptor, none);
    }

    private static Object layout(String name) throws ReflectiveOperationException {
      return Class.forName(PACKAGE + "ValueLayout").getField(name).get(null);
    }
  }

  private LibC() {}

  static boolean isHere() {
    return GETRUSAGE != null;
  }

  /** What all threads of this process have used so far. */
  record Usage(long cpuNs, long voluntary, long involuntary) {}

  /** Not for two threads at once. Null where it is not known. */
  static Usage usage() {
    if (!isHere()) return null;
    try {
      if ((int) GETRUSAGE.invokeExact() != 0) return null;
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
    return new Usage(nanoseconds(0) + nanoseconds(2 * Long.BYTES), USAGE.getLong(VOLUNTARY),
        USAGE.getLong(INVOLUNTARY));
  }

  private static long nanoseconds(int at) {
    return USAGE.getLong(at) * 1_000_000_000 + USAGE.getLong(at + Long.BYTES) * 1_000;
  }

  /** Blocks the thread of the kernel that runs this, at least as long. */
  static void sleep(long ns) {
    long until = System.nanoTime() + ns;
    for (long left; (left = until - System.nanoTime()) > 0;) {
      try {
        int interrupted = (int) USLEEP.invokeExact((int) Math.min(999_999, (left + 999) / 1_000));
      } catch (Throwable impossible) {
        throw new AssertionError(impossible);
      }
    }
  }
}
