"""The load generator against servers whose delays are known."""
import contextlib
import heapq
import json
import selectors
import socket
import subprocess
import threading
import time
import unittest

from concbench import CONCBENCH

BYTES = 64


def low(index):
    """The smallest duration of a bucket, in ns: one each below 128, then 64 to an octave."""
    if index < 128:
        return index
    shift = (index >> 6) - 1
    return (index - (shift << 6)) << shift


def middle(index):
    return (low(index) + low(index + 1)) / 2


class Histogram:
    def __init__(self, report):
        self.buckets = sorted((middle(index), times) for index, times in report["latency"])
        self.count = sum(times for _, times in self.buckets)

    def percentile(self, share):
        due = share * self.count
        for ns, times in self.buckets:
            due -= times
            if due <= 0:
                return ns / 1e6
        raise AssertionError("there are fewer than counted")

    def longer_than(self, ms):
        return sum(times for ns, times in self.buckets if ns >= ms * 1e6)


class Server(threading.Thread):
    """Answers each request by `reply(number, message)`, after `delay(number)` seconds; one thread."""

    def __init__(self, connections, delay=lambda number: 0, reply=lambda number, message: message):
        super().__init__()
        self.connections, self.delay, self.reply = connections, delay, reply
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=connections)
        self.port = self.listener.getsockname()[1]
        self.due = []  # a heap of (when, number, received, connection, message)
        self.delays = []  # as they really came to be, in seconds
        self.selector = selectors.DefaultSelector()

    def run(self):
        for _ in range(self.connections):
            connection, _ = self.listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.selector.register(connection, selectors.EVENT_READ)
        self.listener.close()
        with contextlib.suppress(ConnectionError):  # the generator may break off
            while self.selector.get_map():
                left = self.due[0][0] - time.monotonic() if self.due else None
                for key, _ in self.selector.select(left if left is None else max(left, 0)):
                    self.receive(key.fileobj)
                while self.due and self.due[0][0] <= time.monotonic():
                    _, number, received, connection, message = heapq.heappop(self.due)
                    self.answer(number, connection, message)
                    self.delays.append(time.monotonic() - received)
        for key in list(self.selector.get_map().values()):
            self.close(key.fileobj)

    def receive(self, connection):
        message = connection.recv(BYTES, socket.MSG_WAITALL)
        if not message:
            return self.close(connection)
        number = int.from_bytes(message[:8], "little")
        now = time.monotonic()
        heapq.heappush(self.due, (now + self.delay(number), number, now, connection, message))

    def answer(self, number, connection, message):
        reply = self.reply(number, message)
        if reply:
            connection.sendall(reply)
        else:
            self.close(connection)

    def close(self, connection):
        self.selector.unregister(connection)
        connection.close()


def ask(server, requests, rate):
    """The (report, stderr) of the generator, which reports only if all went well."""
    server.start()
    process = subprocess.Popen(
        [CONCBENCH, "load", f"--port={server.port}", f"--connections={server.connections}",
         f"--requests={requests}", f"--rate={rate}", f"--bytes={BYTES}"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    out, err = process.communicate("go\n", timeout=60)
    server.join()
    return (json.loads(out) if process.returncode == 0 else None), err


def stall_once(number, message):
    """Nothing happens for 200 ms at the 100th request."""
    if number == 99:
        time.sleep(0.2)
    return message


def attempts(check):
    """A machine that is busy delays also what ought not to be delayed: the best of three."""
    for last in (False, False, True):
        try:
            return check()
        except AssertionError:
            if last:
                raise


class LoadTest(unittest.TestCase):
    def test_percentiles_are_those_of_the_delays(self):
        def check():
            server = Server(200, delay=lambda number: (number % 10 + 1) * 0.08)
            report, err = ask(server, requests=200, rate=200)
            self.assertEqual(err, "")
            self.assertEqual(report["answered"], 200)
            histogram = Histogram(report)
            delays = sorted(server.delays)
            for share, ms in ((0.2, 160), (0.5, 400), (0.9, 720), (0.99, 800)):
                really = delays[int(share * 200) - 1] * 1e3
                self.assertGreaterEqual(really, ms)
                self.assertAlmostEqual(histogram.percentile(share), really, delta=really * 0.02)
        attempts(check)

    def test_a_stall_is_seen_by_all_who_wait_in_open_loop(self):
        def check():
            report, _ = ask(Server(1, reply=stall_once), requests=500, rate=1000)
            histogram = Histogram(report)
            self.assertAlmostEqual(histogram.percentile(1), 200, delta=10)
            # Those due in the first half of the stall waited for more than the second half of it.
            self.assertAlmostEqual(histogram.longer_than(100), 100, delta=10)
            self.assertLess(report["late_ns"], 0.05 * report["latency_ns"])
        attempts(check)

    def test_a_stall_is_seen_once_in_closed_loop(self):
        def check():
            report, _ = ask(Server(1, reply=stall_once), requests=500, rate=0)
            histogram = Histogram(report)
            self.assertEqual(histogram.longer_than(100), 1)
            self.assertAlmostEqual(histogram.percentile(1), 200, delta=10)
            self.assertEqual(report["late_ns"], 0)
        attempts(check)

    def test_a_reply_that_differs_from_its_request_fails(self):
        server = Server(2, reply=lambda number, message: message[:-1] + bytes([message[-1] ^ 1]))
        report, err = ask(server, requests=10, rate=0)
        self.assertIsNone(report)
        self.assertIn("is not what was sent", err)

    def test_a_server_that_hangs_up_fails(self):
        report, err = ask(Server(1, reply=lambda number, message: None), requests=10, rate=0)
        self.assertIsNone(report)
        self.assertIn("closed a connection early", err)


if __name__ == "__main__":
    unittest.main()
