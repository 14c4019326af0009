package concbench;

import com.sun.management.HotSpotDiagnosticMXBean;

import java.lang.management.ManagementFactory;

/** Tasks that are all alive at once, and wait. */
final class Hold {
  // Memory that the program had when the cell was opened: tasks that have ended leave theirs to later
  // ones. The kernel's part is the whole machine's, and must be compared within a short time.
  private final long anonymousAtOpen;
  // Found in the first run that is observed: collecting garbage disturbs what comes after.
  private Long userBytesPerTask = null;

  /** To be made before any tasks. */
  Hold() {
    System.gc();
    Long anonymous = Machine.anonymousBytes();
    anonymousAtOpen = anonymous == null ? Long.MAX_VALUE : anonymous;
  }

  Tally run(long size, Tasks tasks, Clock clock) {
    Long kernelBefore = clock.probe == null ? null : Machine.kernelBytes();
    clock.start();
    Crew crew = new Crew(tasks, size, (task, mine) -> {
      mine.answer = task + 1;
      mine.ops = 1;
    }, (task, mine) -> {});
    long made = clock.stop();

    if (clock.probe != null) note(kernelBefore, crew.alive(), clock.probe);

    clock.start();
    crew.openGate();
    crew.join();
    long released = clock.stop();
    if (clock.probe != null) {
      clock.probe.set("make_ns", made);
      clock.probe.set("release_ns", released);
    }
    return crew.total();
  }

  private void note(Long kernelBefore, long alive, Probe probe) {
    probe.set("peak_live", alive);
    Long kernel = Machine.kernelBytes();
    if (userBytesPerTask == null) weigh(alive);
    if (userBytesPerTask != null) probe.set("user_bytes_per_task", userBytesPerTask);
    // What others gave back meanwhile may make it negative: then it is not known.
    if (kernelBefore != null && kernel != null && kernel >= kernelBefore) {
      probe.set("kernel_bytes_per_task", (kernel - kernelBefore) / alive);
    }
  }

  private void weigh(long alive) {
    collect();
    Long anonymous = Machine.anonymousBytes();
    if (anonymous != null && anonymous >= anonymousAtOpen) {
      userBytesPerTask = (anonymous - anonymousAtOpen) / alive;
    }
  }

  /** Collects garbage, and has the heap give back what is then free. */
  private static void collect() {
    HotSpotDiagnosticMXBean options =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    String least = options.getVMOption("MinHeapFreeRatio").getValue();
    String most = options.getVMOption("MaxHeapFreeRatio").getValue();
    options.setVMOption("MinHeapFreeRatio", "0");
    options.setVMOption("MaxHeapFreeRatio", "0");
    System.gc();
    options.setVMOption("MaxHeapFreeRatio", most);
    options.setVMOption("MinHeapFreeRatio", least);
  }
}
