package concbench;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.UTF_8;

/** What /proc and /sys say: read anew each time, and null where they do not say it. */
final class Machine {
  private static final long RESERVED_PIDS = 300; // which are not given out again (kernel/pid.c)
  private static final long SPARE = 64; // tasks and descriptors that others need meanwhile

  private Machine() {}

  /** A file of /proc/sys is whole in the first read only, so that must not be a short one. */
  static String read(String file) {
    try (FileInputStream in = new FileInputStream(file)) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException absent) {
      return null;
    }
  }

  /** The first number that the pattern's group matches in a file. */
  private static Long number(String file, String pattern) {
    String text = read(file);
    if (text == null) return null;
    Matcher match = Pattern.compile(pattern, Pattern.MULTILINE).matcher(text);
    return match.find() ? Long.valueOf(match.group(1)) : null;
  }

  /** "0-2,5" */
  static SortedSet<Integer> cpuList(String text) {
    SortedSet<Integer> cpus = new TreeSet<>();
    for (String range : text.split(",")) {
      String[] ends = range.split("-");
      int last = Integer.parseInt(ends[ends.length - 1]);
      for (int cpu = Integer.parseInt(ends[0]); cpu <= last; ++cpu) cpus.add(cpu);
    }
    return cpus;
  }

  /** The folders of this process's threads. */
  static List<String> threads() {
    List<String> folders = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path folder : found) folders.add(folder.toString());
    } catch (IOException unknown) {
      return List.of();
    }
    return folders;
  }

  /** Which CPUs any thread of this process may use, as read back. */
  static SortedSet<Integer> allowedCpus() {
    SortedSet<Integer> cpus = new TreeSet<>();
    for (String thread : threads()) {
      String status = read(thread + "/status"); // null if it has ended meanwhile
      if (status == null) continue;
      Matcher match = Pattern.compile("Cpus_allowed_list:\\s*(\\S+)").matcher(status);
      if (match.find()) cpus.addAll(cpuList(match.group(1)));
    }
    return cpus;
  }

  /** What of the program is in memory and no part of a file. */
  static Long anonymousBytes() {
    Long kilobytes = number("/proc/self/status", "^RssAnon:\\s+(\\d+) kB");
    return kilobytes == null ? null : kilobytes * 1024;
  }

  /** What the kernel keeps, for whomever. */
  static Long kernelBytes() {
    long bytes = 0;
    for (String entry : List.of("KernelStack", "PageTables", "Slab")) {
      Long kilobytes = number("/proc/meminfo", "^" + entry + ": +(\\d+) kB");
      if (kilobytes == null) return null;
      bytes += kilobytes * 1024;
    }
    return bytes;
  }

  // ---- Limits ----------------------------------------------------------------------------------

  private static void require(long wanted, Long most, String what, String limit) throws Refusal {
    if (most == null || wanted <= most) return;
    throw new Refusal(String.format("%,d %s exceed %s, which leaves %,d", wanted, what, limit, most));
  }

  private static Long less(Long bound, Long used) {
    return bound == null || used == null ? null : Math.max(0, bound - used);
  }

  /** The unified hierarchy's file of this process's group. */
  private static String groupFile(String name) {
    String groups = read("/proc/self/cgroup");
    Matcher match = Pattern.compile("(?m)^0::(.*)$").matcher(groups == null ? "" : groups);
    return "/sys/fs/cgroup" + (match.find() ? match.group(1) : "") + "/" + name;
  }

  /** Refuses more threads of the kernel than there may be. */
  static void requireThreads(long threads) throws Refusal {
    Long running = number("/proc/loadavg", "/(\\d+)");
    Long others = running == null ? null : running + SPARE;
    String what = "threads";
    Long numbers = less(number("/proc/sys/kernel/pid_max", "(\\d+)"), RESERVED_PIDS);
    require(threads, less(numbers, others), what, "kernel.pid_max");
    require(threads, less(number("/proc/sys/kernel/threads-max", "(\\d+)"), others), what,
        "kernel.threads-max");
    Long group = less(number(groupFile("pids.max"), "^(\\d+)$"),
        number(groupFile("pids.current"), "(\\d+)"));
    require(threads, less(group, SPARE), what, "cgroup pids.max");
    if (!Boolean.TRUE.equals(isRoot())) {
      require(threads, number("/proc/self/limits", "^Max processes +(\\d+)"), what, "RLIMIT_NPROC");
    }
    // A stack and the page that guards it are a mapping each, and the machine has many already.
    Long maps = number("/proc/sys/vm/max_map_count", "(\\d+)");
    String mapped = read("/proc/self/maps");
    if (maps != null && mapped != null) {
      require(threads, Math.max(0, maps - mapped.lines().count() - SPARE) / 2, what,
          "vm.max_map_count");
    }
  }

  private static Boolean isRoot() {
    Long user = number("/proc/self/status", "^Uid:\\s+\\d+\\s+(\\d+)");
    return user == null ? null : user == 0;
  }

  /** Refuses what takes more memory than there is for it in the heap, or at all. */
  static void requireHeap(long items, long eachBytes, String what) throws Refusal {
    String each = String.format("%s of at least %d bytes", what, eachBytes);
    require(items, Runtime.getRuntime().maxMemory() / eachBytes, each, "the largest heap");
    requireMemory(items, eachBytes, each);
  }

  static void requireMemory(long items, long eachBytes, String what) throws Refusal {
    Long kilobytes = number("/proc/meminfo", "^MemAvailable: +(\\d+) kB");
    if (kilobytes != null) {
      require(items, kilobytes * 1024 / eachBytes, what, "the memory that is available");
    }
    Long group = number(groupFile("memory.max"), "^(\\d+)$");
    if (group != null) require(items, group / eachBytes, what, "the cgroup's memory.max");
  }

  /** Refuses more connections than there may be open files. */
  static void requireDescriptors(long connections) throws Refusal {
    Long most = number("/proc/self/limits", "^Max open files +(\\d+)");
    require(connections, less(most, 2 * SPARE), "connections, of a descriptor each,",
        "RLIMIT_NOFILE");
  }
}
