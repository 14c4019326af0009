package concbench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The workloads by name: their parameters, and the way from those to a run. */
final class Workloads {
  /** Performs the workload once. */
  interface Run {
    Tally perform(Tasks tasks, Clock clock);
  }

  private interface Prepare {
    Run prepare(Map<String, Long> values, Tasks tasks) throws Refusal;
  }

  /** A whole number or, with choices, one of those words, whose index is then the value. */
  private record Parameter(String name, long low, long high, List<String> choices) {}

  private record Workload(String name, List<Parameter> parameters, Prepare prepare) {}

  // The least that a task takes of the heap with what is kept of it here: measured with Java 25,
  // 600 to 1,000 bytes while it waits and 150 once it has ended.
  private static final long WAITING_BYTES = 600;
  private static final long ENDED_BYTES = 150;
  private static final long MICROSECOND = 1_000;

  private static final List<Workload> ALL = List.of(
      workload("fib", (v, tasks) -> tree(new Tree.Fib(v.get("n")), tasks), number("n", 0, 60)),
      workload("skynet", Workloads::skynet, number("leaves", 1, 1_000_000_000),
          number("branching", 2, 1_000)),
      workload("nqueens", (v, tasks) -> tree(new Tree.NQueens(v.get("n").intValue()), tasks),
          number("n", 1, 16)),
      workload("uts", (v, tasks) -> tree(new Uts(Uts.Form.values()[v.get("tree").intValue()]), tasks),
          word("tree", "tiny", "small", "T1", "T3", "T5")),
      workload("spawn", (v, tasks) -> fan(v.get("n"), 0, tasks), number("n", 1, 1_000_000_000)),
      workload("grain", Workloads::grain, number("tasks", 1, 1_000_000_000),
          number("ns", 0, 1_000_000)),
      workload("ping_pong", Workloads::pingPong, number("hops", 1, 1_000_000_000),
          word("place", "any", "same", "cross")),
      workload("ring", (v, tasks) -> ring(v.get("tasks"), v.get("hops"), tasks),
          number("tasks", 2, 10_000_000), number("hops", 1, 1_000_000_000)),
      workload("spsc", (v, tasks) -> channel(v, 1, 1, tasks), number("capacity", 0, 1_000_000),
          number("messages", 1, 1_000_000_000)),
      workload("mpsc", (v, tasks) -> channel(v, v.get("producers"), 1, tasks),
          number("capacity", 0, 1_000_000), number("messages", 1, 1_000_000_000),
          number("producers", 1, 1_000_000)),
      workload("mpmc", (v, tasks) -> channel(v, v.get("producers"), v.get("consumers"), tasks),
          number("capacity", 0, 1_000_000), number("messages", 1, 1_000_000_000),
          number("producers", 1, 1_000_000), number("consumers", 1, 1_000_000)),
      workload("yield", Workloads::yield, number("tasks", 1, 10_000_000),
          number("yields", 1, 1_000_000_000)),
      workload("mutex", Workloads::mutex, number("tasks", 1, 1_000_000),
          number("sections", 1, 1_000_000_000)),
      workload("hold", Workloads::hold, number("n", 1, 100_000_000), number("touch", 0, 1 << 20)),
      workload("sleepers", Workloads::sleepers, number("n", 1, 10_000_000),
          number("first_us", 0, 60_000_000), number("span_us", 0, 60_000_000)),
      workload("chef", Workloads::chef, number("dishes", 1, 1_000_000),
          number("chop_us", 0, 1_000_000), number("boil_us", 0, 10_000_000)),
      workload("block", Workloads::block, number("blockers", 0, 100_000),
          number("computers", 1, 100_000), number("rounds", 1, 1_000_000),
          number("call_us", 0, 1_000_000), number("compute_us", 0, 1_000_000)),
      workload("echo", Workloads::echo, number("connections", 1, 1_000_000),
          number("requests", 1, 1_000_000_000), number("rate", 0, 10_000_000),
          number("bytes", 8, 65536), number("slow_permille", 0, 1_000),
          number("slow_us", 0, 1_000_000)));

  private Workloads() {}

  private static Workload workload(String name, Prepare prepare, Parameter... parameters) {
    return new Workload(name, List.of(parameters), prepare);
  }

  private static Parameter number(String name, long low, long high) {
    return new Parameter(name, low, high, List.of());
  }

  private static Parameter word(String name, String... choices) {
    return new Parameter(name, 0, 0, Arrays.asList(choices));
  }

  static List<String> names() {
    List<String> names = new ArrayList<>();
    for (Workload workload : ALL) names.add(workload.name);
    return names;
  }

  /** A parameter that is not known is refused, not ignored: it could change what is measured. */
  static Run prepare(String name, Map<?, ?> params, Tasks tasks) throws Refusal {
    for (Workload workload : ALL) {
      if (workload.name.equals(name)) return workload.prepare.prepare(values(workload, params), tasks);
    }
    throw new Refusal("there is no workload '" + name + "'");
  }

  private static Map<String, Long> values(Workload workload, Map<?, ?> params) throws Refusal {
    Map<String, Long> values = new HashMap<>();
    for (Parameter parameter : workload.parameters) {
      String full = workload.name + "." + parameter.name;
      if (!params.containsKey(parameter.name)) throw new Refusal(full + " is missing");
      values.put(parameter.name, value(parameter, full, params.get(parameter.name)));
    }
    for (Object key : params.keySet()) {
      if (!values.containsKey(key)) {
        throw new Refusal(workload.name + " has no parameter \"" + key + "\"");
      }
    }
    return values;
  }

  private static long value(Parameter parameter, String full, Object given) throws Refusal {
    if (parameter.choices.isEmpty()) {
      if (given instanceof Long value && value >= parameter.low && value <= parameter.high) {
        return value;
      }
      throw new Refusal(String.format("%s=%s: must be a whole number from %d to %d", full,
          Json.write(given), parameter.low, parameter.high));
    }
    int choice = parameter.choices.indexOf(given);
    if (choice >= 0) return choice;
    throw new Refusal(String.format("%s=%s: must be one of %s", full, Json.write(given),
        String.join(", ", parameter.choices)));
  }

  // ---- What fits -------------------------------------------------------------------------------

  /** Refuses more tasks than can all be alive at once. */
  private static void require(long alive, Tasks tasks) throws Refusal {
    if (tasks == Tasks.PLATFORM) {
      Machine.requireThreads(alive);
    } else {
      Machine.requireHeap(alive, WAITING_BYTES, "virtual threads");
    }
  }

  // ---- From parameters to runs -----------------------------------------------------------------

  /** Virtual threads of a tree are not all alive at once; the kernel's cost too much to hope. */
  private static <N, R> Run tree(Tree<N, R> kernel, Tasks on) throws Refusal {
    if (on == Tasks.PLATFORM) require(kernel.nodes(), on);
    return (tasks, clock) -> ForkJoin.run(kernel, tasks, clock);
  }

  private static Run skynet(Map<String, Long> v, Tasks on) throws Refusal {
    long power = 1;
    while (power < v.get("leaves")) power *= v.get("branching");
    if (power != v.get("leaves")) {
      throw new Refusal("skynet.leaves must be a power of skynet.branching");
    }
    return tree(new Tree.Skynet(v.get("leaves"), v.get("branching")), on);
  }

  private static Run fan(long size, long steps, Tasks on) throws Refusal {
    if (on == Tasks.PLATFORM) require(size, on);
    Machine.requireHeap(size, ENDED_BYTES, "threads that have ended");
    FanOut.Kernel kernel = new FanOut.Kernel(size, steps);
    return (tasks, clock) -> FanOut.run(kernel, tasks, clock);
  }

  private static Run grain(Map<String, Long> v, Tasks on) throws Refusal {
    Work.calibrate();
    return fan(v.get("tasks"), Work.stepsFor(v.get("ns")), on);
  }

  private static Run pingPong(Map<String, Long> v, Tasks on) throws Refusal {
    int place = v.get("place").intValue();
    if (place == 2) {
      throw new Refusal("ping_pong.place=cross: Java has no way to keep two threads apart");
    }
    if (place == 1 && on == Tasks.PLATFORM && Machine.allowedCpus().size() > 1) {
      throw new Refusal("ping_pong.place=same: Java has no way to keep two of the kernel's threads "
          + "together; give them one CPU");
    }
    return ring(2, v.get("hops"), on);
  }

  private static Run ring(long size, long hops, Tasks on) throws Refusal {
    require(size, on);
    return (tasks, clock) -> Messages.handOff(size, hops, tasks, clock);
  }

  private static Run channel(Map<String, Long> v, long producers, long consumers, Tasks on)
      throws Refusal {
    require(producers + consumers, on);
    Messages.Kernel kernel =
        new Messages.Kernel(producers, consumers, v.get("capacity"), v.get("messages"));
    return (tasks, clock) -> Messages.channel(kernel, tasks, clock);
  }

  private static Run yield(Map<String, Long> v, Tasks on) throws Refusal {
    require(v.get("tasks"), on);
    return (tasks, clock) -> Sharing.yield(v.get("tasks"), v.get("yields"), tasks, clock);
  }

  private static Run mutex(Map<String, Long> v, Tasks on) throws Refusal {
    require(v.get("tasks"), on);
    return (tasks, clock) -> Sharing.contend(v.get("tasks"), v.get("sections"), tasks, clock);
  }

  private static Run hold(Map<String, Long> v, Tasks on) throws Refusal {
    if (v.get("touch") > 0) {
      throw new Refusal("hold.touch must be 0: Java does not tell what a method takes of the stack");
    }
    require(v.get("n"), on);
    Hold hold = new Hold();
    return (tasks, clock) -> hold.run(v.get("n"), tasks, clock);
  }

  private static Run sleepers(Map<String, Long> v, Tasks on) throws Refusal {
    require(v.get("n"), on);
    Waits.Sleepers kernel = new Waits.Sleepers(v.get("n"), v.get("first_us"), v.get("span_us"));
    return (tasks, clock) -> Waits.timers(kernel, tasks, clock);
  }

  private static Run recipe(Waits.Recipe kernel, Tasks on) throws Refusal {
    require(kernel.tasks(), on);
    Work.calibrate();
    return (tasks, clock) -> Waits.recipe(kernel, tasks, clock);
  }

  private static Run chef(Map<String, Long> v, Tasks on) throws Refusal {
    return recipe(new Waits.Chef(v.get("dishes"),
        new Waits.Step(Waits.Kind.COMPUTES, v.get("chop_us") * MICROSECOND),
        new Waits.Step(Waits.Kind.WAITS, v.get("boil_us") * MICROSECOND)), on);
  }

  private static Run block(Map<String, Long> v, Tasks on) throws Refusal {
    return recipe(new Waits.Block(v.get("blockers"), v.get("computers"), v.get("rounds"),
        new Waits.Step(Waits.Kind.BLOCKS, v.get("call_us") * MICROSECOND),
        new Waits.Step(Waits.Kind.COMPUTES, v.get("compute_us") * MICROSECOND)), on);
  }

  private static Run echo(Map<String, Long> v, Tasks on) throws Refusal {
    Clients.Load load = new Clients.Load(
        v.get("connections"), v.get("requests"), v.get("rate"), v.get("bytes"));
    Machine.requireDescriptors(load.connections());
    require(load.connections(), on);
    if (v.get("slow_permille") > 0) Work.calibrate();
    Echo.Kernel kernel =
        new Echo.Kernel(load, v.get("slow_permille"), v.get("slow_us") * MICROSECOND);
    return (tasks, clock) -> Echo.run(kernel, tasks, clock);
  }
}
