package concbench;

import java.io.ByteArrayOutputStream;
import java.io.BufferedInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.SequenceInputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Runs concbench's workloads on Java's threads. Speaks the worker protocol of docs/protocol.md over
 * its standard input and output; the first message is the one that the launcher has read.
 */
public final class Main {
  private static final int PROTOCOL = 1;
  private static final String VERSION = "0.1.0";
  private static final int LONGEST_LINE = 1 << 20;
  private static final int FROM_LAUNCHER = 3; // a descriptor
  private static final int EXIT_VIOLATION = 1;

  /** A message that is none, or not now: the end of the conversation. */
  private static final class Violation extends Exception {
    private static final long serialVersionUID = 1;

    Violation(String what) {
      super(what);
    }
  }

  private final InputStream in;
  private final PrintStream out;
  private Cell open = null;

  private Main(InputStream in, PrintStream out) {
    this.in = in;
    this.out = out;
  }

  public static void main(String[] arguments) throws IOException {
    PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, UTF_8);
    if (arguments.length > 0) { // while the program is built
      out.println(hello());
      out.flush();
      return;
    }
    InputStream in = new SequenceInputStream(
        new FileInputStream("/dev/fd/" + FROM_LAUNCHER), new FileInputStream(FileDescriptor.in));
    System.exit(new Main(new BufferedInputStream(in), out).converse());
  }

  private static String hello() {
    Map<String, Object> hello = new LinkedHashMap<>();
    hello.put("type", "hello");
    hello.put("protocol", PROTOCOL);
    hello.put("program", "concbench-java");
    hello.put("version", VERSION);
    hello.put("model", "java");
    hello.put("workloads", Workloads.names());
    hello.put("refuses", Map.of());
    return Json.write(hello);
  }

  private int converse() throws IOException {
    try {
      for (String line; (line = readLine()) != null;) {
        Map<String, Object> message = messageOf(line);
        Map<String, Object> reply = answer(message);
        say(reply);
        if ("closed".equals(reply.get("type"))) return 0;
      }
      return 0; // the session has gone: nobody is left to be told
    } catch (Violation violation) {
      say(reply("failed", "reason", violation.getMessage()));
      return EXIT_VIOLATION;
    }
  }

  private void say(Map<String, Object> reply) {
    out.print(Json.write(reply) + "\n");
    out.flush();
  }

  /** Null at the end of input, also in the middle of a line. */
  private String readLine() throws IOException, Violation {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next; (next = in.read()) != '\n'; line.write(next)) {
      if (next < 0) return null;
      if (line.size() == LONGEST_LINE) throw new Violation("a line is too long: over 1 MiB");
    }
    return line.toString(UTF_8);
  }

  @SuppressWarnings("unchecked") // parse makes no other maps
  private static Map<String, Object> messageOf(String line) throws Violation {
    try {
      if (Json.parse(line) instanceof Map<?, ?> fields) return (Map<String, Object>) fields;
    } catch (Json.Malformed malformed) {
      throw new Violation(malformed.getMessage());
    }
    throw new Violation("a message must be a JSON object");
  }

  private static Map<String, Object> reply(String type, String name, Object value) {
    Map<String, Object> reply = new LinkedHashMap<>();
    reply.put("type", type);
    reply.put(name, value);
    return reply;
  }

  private static <T> T field(Map<String, Object> message, String name, Class<T> type)
      throws Violation {
    if (type.isInstance(message.get(name))) return type.cast(message.get(name));
    throw new Violation("a message lacks '" + name + "', or has a wrong one");
  }

  private Map<String, Object> answer(Map<String, Object> message) throws Violation {
    String type = field(message, "type", String.class);
    switch (type) {
      case "open":
        return open(message);
      case "run":
        return run(message);
      case "close":
        return close();
      default:
        throw new Violation("no message has the type '" + type + "'");
    }
  }

  /** The cold start stays unknown: the machine starts long before the first line of main. */
  private Map<String, Object> open(Map<String, Object> message) throws Violation {
    if (open != null) throw new Violation("open: a cell is open already");
    String workload = field(message, "workload", String.class);
    Map<?, ?> params = field(message, "params", Map.class);
    Map<?, ?> options = field(message, "options", Map.class);
    List<?> cpus = field(message, "cpus", List.class);
    try {
      open = Cell.open(workload, params, options, cpus);
      return reply("opened", "cold_start_ns", null);
    } catch (Refusal refusal) {
      return reply("refused", "reason", refusal.getMessage());
    }
  }

  private Map<String, Object> run(Map<String, Object> message) throws Violation {
    if (open == null) throw new Violation("run: no cell is open");
    long iterations = field(message, "iterations", Long.class);
    if (iterations < 1) throw new Violation("run: iterations must be at least 1");
    try {
      return open.run(iterations, Boolean.TRUE.equals(message.get("observe")));
    } catch (Failure failure) {
      return reply("failed", "reason", failure.getMessage());
    }
  }

  private Map<String, Object> close() {
    Map<String, Object> closed = reply("closed", "children_peak_rss_bytes", null);
    closed.put("notes", open == null ? Map.of() : open.notes());
    return closed;
  }
}
