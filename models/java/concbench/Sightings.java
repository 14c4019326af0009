package concbench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/** On which CPUs the machine's threads were seen. Tasks wander between them, so they share a report. */
final class Sightings {
  private record Sight(int cpu, long ranNs) {}

  private final Map<String, Sight> last = new HashMap<>(); // by the thread's folder
  private final SortedSet<Integer> observed = new TreeSet<>();
  private long migrations = 0;

  /** Looks at all threads. One that has not run since the last look says nothing new. */
  private void look() {
    for (String thread : Machine.threads()) {
      Sight now = sight(thread);
      if (now == null) continue;
      Sight before = last.put(thread, now);
      if (before != null && before.ranNs == now.ranNs) continue;
      if (before != null && before.cpu != now.cpu) ++migrations;
      observed.add(now.cpu);
    }
  }

  /** Null if the thread has ended, or the kernel does not tell. */
  private static Sight sight(String thread) {
    String stat = Machine.read(thread + "/stat");
    String schedstat = Machine.read(thread + "/schedstat");
    if (stat == null || schedstat == null) return null;
    // The CPU is field 39. Field 2, the name, is in brackets and may hold anything.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return new Sight(Integer.parseInt(fields[39 - 3]), Long.parseLong(schedstat.split(" ")[0]));
  }

  /** What was seen so far; null where the kernel does not tell. */
  List<Map<String, Object>> report() {
    look();
    if (observed.isEmpty()) return null;
    SortedSet<Integer> allowed = Machine.allowedCpus();
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("cpu", allowed.size() == 1 ? allowed.first() : -1);
    report.put("observed", new ArrayList<>(observed));
    report.put("migrations", migrations);
    return List.of(report);
  }
}
