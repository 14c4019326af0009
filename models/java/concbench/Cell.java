package concbench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/** What has been opened: a workload, on the CPUs to which the launcher has bound the machine. */
final class Cell {
  private final Tasks tasks;
  private final Workloads.Run run;
  private final Sightings seen = new Sightings();

  private Cell(Tasks tasks, Workloads.Run run) {
    this.tasks = tasks;
    this.run = run;
  }

  static Cell open(String workload, Map<?, ?> params, Map<?, ?> options, List<?> cpus)
      throws Refusal {
    for (Object option : options.keySet()) {
      if (!option.equals("threads")) throw new Refusal("java has no option \"" + option + "\"");
    }
    Object threads = options.get("threads");
    Tasks tasks = Tasks.named(threads == null ? null : threads.toString());
    requireCpus(cpus, "same".equals(params.get("place")));
    return new Cell(tasks, Workloads.prepare(workload, params, tasks));
  }

  /** Reads back that the machine is where it should be, with as many workers as it should have. */
  private static void requireCpus(List<?> cpus, boolean onOneWorker) throws Refusal {
    if (cpus.isEmpty()) throw new Refusal("cpus is empty: there is no worker");
    SortedSet<Integer> wanted = new TreeSet<>();
    for (Object cpu : cpus) {
      if (!(cpu instanceof Long number)) throw new Refusal("cpus must be whole numbers");
      wanted.add(number.intValue());
    }
    SortedSet<Integer> allowed = Machine.allowedCpus();
    if (!allowed.equals(wanted)) {
      throw new Refusal("cannot run on CPUs " + wanted + ": this machine of Java is on " + allowed);
    }
    int workers = onOneWorker ? 1 : cpus.size();
    if (workers != Integer.getInteger("concbench.workers")) {
      throw new Refusal("a machine of Java keeps the number of workers it was started with, "
          + System.getProperty("concbench.workers"));
    }
  }

  private static final class Performed {
    Tally sum;
    Throwable trouble;
  }

  /**
   * The whole run is a task of the model: a thread of the kernel that starts and joins virtual ones
   * would pay for a wake-up each time.
   */
  Map<String, Object> run(long iterations, boolean observe) {
    Clock clock = new Clock(observe ? new Probe() : null);
    Performed performed = new Performed();
    Tasks.join(tasks.start(() -> {
      try {
        performed.sum = perform(iterations, clock);
      } catch (RuntimeException | Error met) {
        performed.trouble = met;
      }
    }));
    if (performed.trouble instanceof Failure failure) throw failure;
    if (performed.trouble != null) throw new Failure("the run ended by " + performed.trouble);
    return sample(iterations, performed.sum, clock);
  }

  private Tally perform(long iterations, Clock clock) {
    Tally first = run.perform(tasks, clock);
    Tally sum = new Tally();
    sum.answer = first.answer;
    sum.ops = first.ops;
    for (long i = 1; i < iterations; ++i) {
      Tally next = run.perform(tasks, clock);
      if (next.answer != first.answer) {
        throw new Failure(String.format("two runs answered differently: %s and %s",
            Long.toUnsignedString(first.answer), Long.toUnsignedString(next.answer)));
      }
      sum.ops += next.ops;
    }
    return sum;
  }

  private Map<String, Object> sample(long iterations, Tally sum, Clock clock) {
    boolean known = LibC.isHere();
    Map<String, Object> sample = new LinkedHashMap<>();
    sample.put("type", "sample");
    sample.put("iterations", iterations);
    sample.put("wall_ns", clock.wallNs);
    sample.put("cpu_ns", known ? clock.cpuNs : null);
    sample.put("ops", sum.ops);
    sample.put("answer", Long.toUnsignedString(sum.answer));
    sample.put("voluntary", known ? clock.voluntary : null);
    sample.put("involuntary", known ? clock.involuntary : null);
    sample.put("workers", seen.report());
    if (clock.probe != null) {
      sample.put("measures", clock.probe.measures());
      sample.put("latency", clock.probe.latency());
    }
    return sample;
  }

  Map<String, String> notes() {
    Map<String, String> notes = new LinkedHashMap<>();
    notes.put("library", "Java " + Runtime.version() + ", " + System.getProperty("java.vm.name"));
    notes.put("tasks", tasks == Tasks.VIRTUAL ? "virtual threads" : "threads of the kernel");
    notes.put("garbage", "collected before the memory of held tasks is read, in the first run; else as "
        + "it comes, timed intervals included");
    if (!LibC.isHere()) notes.put("usage", "this JDK tells no CPU time and switches: 21 or newer does");
    return notes;
  }
}
