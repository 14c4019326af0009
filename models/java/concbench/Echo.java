package concbench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A server that sends back what it gets, with a task for each connection. */
final class Echo {
  private static final long GOLDEN = 0x9e3779b97f4a7c15L; // 2^64 / golden ratio

  record Kernel(Clients.Load load, long slowPermille, long slowNs) {
    boolean isSlow(long number) {
      return ((number * GOLDEN) >>> 32) * 1000 >>> 32 < slowPermille;
    }

    /** 0 for a garbled request, which makes a wrong answer. */
    long reply(byte[] request) {
      long number = ByteBuffer.wrap(request).order(ByteOrder.LITTLE_ENDIAN).getLong();
      for (int i = Long.BYTES; i < request.length; ++i) {
        if (request[i] != (byte) (number + i)) return 0;
      }
      if (isSlow(number)) Work.compute(slowNs);
      return number + 1;
    }
  }

  private Echo() {}

  /** The first task lets the clients go, once all are ready. */
  static Tally run(Kernel kernel, Tasks tasks, Clock clock) {
    try (Clients clients = new Clients(kernel.load)) {
      Tally all = Crew.timed(tasks, kernel.load.connections(), clock, (task, mine) -> {
        if (task == 0) clients.begin();
        serve(kernel, clients.socket(task), mine);
      });
      clients.finish(clock.probe);
      return all;
    } catch (IOException met) {
      throw new Failure("the clients failed: " + met.getMessage());
    }
  }

  /** Answers until the client closes the connection. One that breaks off says so itself. */
  private static void serve(Kernel kernel, Socket socket, Tally mine) {
    byte[] message = new byte[(int) kernel.load.bytes()];
    try {
      InputStream requests = socket.getInputStream();
      OutputStream replies = socket.getOutputStream();
      while (requests.readNBytes(message, 0, message.length) == message.length) {
        mine.answer += kernel.reply(message);
        replies.write(message);
        ++mine.ops;
      }
    } catch (IOException brokenOff) {
      return;
    }
  }
}
