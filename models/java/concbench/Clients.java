package concbench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.stream.Collectors;

/**
 * Those of a server: `concbench load`, the same generator that all models are asked by, as a process
 * of its own on other CPUs than the server's where there are any.
 */
final class Clients implements AutoCloseable {
  /** What they ask; a rate of 0 is a closed loop. */
  record Load(long connections, long requests, long rate, long bytes) {}

  private static final int BACKLOG = 4096;

  private final Process process;
  private final BufferedReader output;
  private final List<Socket> sockets = new ArrayList<>(); // the server's ends

  /** Returns once all connections are established, and wait. */
  Clients(Load load) throws IOException {
    try (ServerSocket listener = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress())) {
      process = generator(load, listener.getLocalPort()).start();
      output = process.inputReader();
      String[] said = new String[1];
      // To read from a pipe blocks the carrier of a virtual thread.
      Thread ready = Tasks.PLATFORM.start(() -> {
        said[0] = firstLine();
        // Nobody is left to connect.
        if (!"ready".equals(said[0])) closeQuietly(listener);
      });
      try {
        while (sockets.size() < load.connections) {
          Socket socket = listener.accept();
          socket.setTcpNoDelay(true);
          sockets.add(socket);
        }
      } catch (IOException nobodyConnects) {
        close();
        throw nobodyConnects;
      } finally {
        Tasks.join(ready);
      }
      if (!"ready".equals(said[0])) {
        close();
        throw new IOException("they said " + said[0]);
      }
    }
  }

  /** The program beside this one, on the CPUs that this one leaves free. */
  private static ProcessBuilder generator(Load load, int port) {
    List<String> command = new ArrayList<>(List.of(
        System.getProperty("concbench.folder") + "/concbench", "load", "--port=" + port,
        "--connections=" + load.connections, "--requests=" + load.requests, "--rate=" + load.rate,
        "--bytes=" + load.bytes));
    SortedSet<Integer> others = Machine.cpuList(System.getProperty("concbench.cpus"));
    others.removeAll(Machine.allowedCpus());
    if (!others.isEmpty()) {
      command.add("--cpus=" + others.stream().map(String::valueOf).collect(Collectors.joining(",")));
      command.add("--spin");
    }
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
  }

  private String firstLine() {
    try {
      return output.readLine();
    } catch (IOException ended) {
      return null;
    }
  }

  private static void closeQuietly(AutoCloseable open) {
    try {
      open.close();
    } catch (Exception gone) {
      return;
    }
  }

  Socket socket(int connection) {
    return sockets.get(connection);
  }

  /** Has them send their requests. If nobody reads it any more, finish finds out. */
  void begin() {
    try {
      process.getOutputStream().write('\n');
      process.getOutputStream().flush();
    } catch (IOException gone) {
      return;
    }
  }

  /** Takes down, once all connections are served, what they noticed. They judge the replies. */
  void finish(Probe probe) throws IOException {
    String line = output.readLine();
    if (line == null || exitCode() != 0) throw new IOException("their process ended early");
    if (probe == null) return;
    try {
      Map<?, ?> report = (Map<?, ?>) Json.parse(line);
      for (Object pair : (List<?>) report.get("latency")) {
        List<?> bucket = (List<?>) pair;
        probe.add(((Long) bucket.get(0)).intValue(), (Long) bucket.get(1));
      }
      probe.sum("load_latency_ns", (Long) report.get("latency_ns"));
      probe.sum("load_late_ns", (Long) report.get("late_ns"));
    } catch (Json.Malformed | ClassCastException | NullPointerException other) {
      throw new IOException("they wrote no report", other);
    }
  }

  private int exitCode() {
    try {
      return process.waitFor();
    } catch (InterruptedException nobodyInterrupts) {
      throw new AssertionError(nobodyInterrupts);
    }
  }

  /** Ends the process, if it has not ended yet, and the connections. */
  @Override
  public void close() {
    process.destroyForcibly();
    exitCode();
    for (Socket socket : sockets) closeQuietly(socket);
  }
}
