"""The verbs of threads: the kernel's, of which one at a time runs Python. A task returns (answer, ops):
what it did is counted by itself.
"""
import queue
import socket
import subprocess
import threading
import time

import clients
from clock import now
from hold import look_before, note_growth, use_stack
from machine import fits, fits_threads
from observed import Fairness
from workloads import garbled_or_counted, share

# The least that a parked thread takes of this program's memory, measured with CPython 3.11.
THREAD_BYTES = 9000


class Runner:
    """Threads are made by the kernel: there is nothing to keep between runs."""

    def run(self, perform, clock):
        return perform(clock)


def refuse_more_than(tasks):
    fits_threads(tasks)
    fits(tasks, THREAD_BYTES)


class Task(threading.Thread):
    """A thread whose result is had by joining it. As a daemon it ends with a program that gave up."""

    def __init__(self, body, *given):
        super().__init__(daemon=True)
        self._body, self._given = body, given
        self._result = None
        self.start()

    def run(self):
        self._result = self._body(*self._given)

    def result(self):
        self.join()
        return self._result


def total(tallies):
    return sum(answer for answer, _ in tallies), sum(ops for _, ops in tallies)


def fork_join(kernel, clock):
    clock.start()
    result, ops = Task(visit, kernel, kernel.root).result()
    clock.stop()
    return kernel.answer(result), ops


def visit(kernel, node):
    children = kernel.children(node)
    if not children:
        return kernel.leaf(node), 1
    tasks = [Task(visit, kernel, child) for child in children]
    (result, ops), *others = [task.result() for task in tasks]
    for other, count in others:
        result = kernel.fold(result, other)
        ops += count
    return result, ops + 1


def fan_out(fan, clock):
    def task(i):
        return fan.body(i), 1

    def observed(i, made):
        clock.probe.add(now() - made)
        return fan.body(i), 1

    clock.start()
    tasks = [Task(observed, i, now()) if clock.probe else Task(task, i) for i in range(fan.tasks)]
    tallies = [task.result() for task in tasks]
    clock.stop()
    return total(tallies)


def hand_off(ring, clock):
    """Neighbours are joined by queues with room for one."""
    tasks, hops, probe = ring.tasks, ring.hops, clock.probe
    inboxes = [queue.Queue(1) for _ in range(tasks)]
    last_hop = 0

    def task(me):
        nonlocal last_hop
        inbox, following = inboxes[me], inboxes[(me + 1) % tasks]
        answer = ops = 0
        for hop in range(me, hops, tasks):
            token = (inbox.get() if hop else 0) + me + 1
            if probe:
                if hop:
                    probe.add(now() - last_hop)
                last_hop = now()
            ops += 1
            if hop == hops - 1:
                answer = token
            else:
                following.put(token)
        return answer, ops

    return through_gate(tasks, clock, task)


def channel(pipe, clock):
    """The last producer puts an end mark for each consumer. While observed, a message bears its time."""
    probe, producing, ending = clock.probe, pipe.producers, threading.Lock()
    messages = queue.Queue(pipe.capacity)

    def produce(me):
        nonlocal producing
        for i in range(*share(pipe.messages, pipe.producers, me)):
            messages.put((i + 1, now()) if probe else i + 1)
        with ending:
            producing -= 1
            last = producing == 0
        if last:
            for _ in range(pipe.consumers):
                messages.put(None)
        return 0, 0

    def consume():
        answer = ops = 0
        while (message := messages.get()) is not None:
            if probe:
                message, sent = message
                probe.add(now() - sent)
            answer += message
            ops += 1
        return answer, ops

    return through_gate(pipe.producers + pipe.consumers, clock,
                        lambda me: produce(me) if me < pipe.producers else consume())


def yielding(work, clock):
    def task(me):
        answer = ops = 0
        for _ in range(work.yields):
            time.sleep(0)
            answer += me + 1
            ops += 1
        return answer, ops

    return through_gate(work.tasks, clock, task)


def contend(work, clock):
    lock, probe, fairness = threading.Lock(), clock.probe, Fairness(work.sections)
    entered = answer = 0

    def task(_):
        nonlocal entered, answer
        had = 0
        own = fairness.newcomer()
        for _ in range(work.sections):
            asked = now() if probe else 0
            with lock:
                had += 1
                if probe:
                    fairness.note(had, own, now() - asked, probe)
                entered += 1
                answer += entered
        return 0, had

    _, ops = through_gate(work.tasks, clock, task)
    fairness.tell(probe)
    return answer, ops


def hold(crowd, clock):
    """Making and releasing them is timed; what it costs to have them is looked at in between."""
    alive, counting = 0, threading.Lock()
    gate, arrived = threading.Event(), threading.Event()

    def task(i):
        nonlocal alive
        use_stack(crowd.touch)
        with counting:
            alive += 1
            if alive == crowd.n:
                arrived.set()
        gate.wait()
        return i + 1, 1

    kernel_before = look_before(clock)
    clock.start()
    tasks = [Task(task, i) for i in range(crowd.n)]
    arrived.wait()
    made = clock.stop()

    held = alive
    note_growth(clock, kernel_before, held)

    clock.start()
    gate.set()
    tallies = [task.result() for task in tasks]
    released = clock.stop()
    if clock.probe:
        clock.probe.set("peak_live", held)
        clock.probe.set("make_ns", made)
        clock.probe.set("release_ns", released)
    return total(tallies)


def sleep_until(deadline):
    while (left := deadline - now()) > 0:
        time.sleep(left / 1e9)


def timers(sleepers, clock):
    def task(me):
        deadline = clock.started + sleepers.delay_ns(me)
        sleep_until(deadline)
        return sleepers.woke(me, now() - deadline, clock.probe), 1

    return through_gate(sleepers.n, clock, task)


def recipe(script, clock):
    def task(me):
        answer = ops = 0
        since = clock.started
        for step in range(script.steps):
            kind, what = script.step(me, step)
            if kind == "waits":
                sleep_until(since + what)
            elif kind == "computes":
                what()
            else:
                time.sleep(what / 1e9)
            ended = now()
            answer += script.did(me, step, ended - since, clock.probe)
            since = ended
            ops += 1
        return answer, ops

    return through_gate(script.tasks, clock, task)


def serve(echo, clock):
    """Each connection is a thread's, which waits in the kernel."""
    sockets = []
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as listener:
        load = subprocess.Popen(clients.command(echo, listener.getsockname()[1]), stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE)

        def task(me):
            if me == 0:
                load.stdin.write(b"go\n")
                load.stdin.flush()
            return answer_all(echo, sockets[me])

        try:
            clients.expect_ready(load.stdout.readline())  # once all are established, and wait
            for _ in range(echo.connections):
                accepted, _ = listener.accept()
                accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sockets.append(accepted)
            tally = through_gate(echo.connections, clock, task)
            clients.note(load.stdout.readline(), clock.probe)
            return tally
        finally:
            load.kill()
            load.communicate()
            for accepted in sockets:
                accepted.close()


def answer_all(echo, connection):
    """Answers until the client closes the connection. One that breaks off is its own witness."""
    answer = ops = 0
    with connection, connection.makefile("rb") as requests:
        try:
            while len(request := requests.read(echo.bytes)) == echo.bytes:
                counted = garbled_or_counted(echo, request)
                connection.sendall(request)
                answer += counted
                ops += 1
        except ConnectionError:
            pass
    return answer, ops


def through_gate(participants, clock, run):
    """Times from the gate's opening, once all participants wait for it, to the last one's end."""
    gate, arrived, counting = threading.Event(), threading.Event(), threading.Lock()
    waiting = 0

    def task(me):
        nonlocal waiting
        with counting:
            waiting += 1
            if waiting == participants:
                arrived.set()
        gate.wait()
        return run(me)

    tasks = [Task(task, me) for me in range(participants)]
    arrived.wait()
    clock.start()
    gate.set()
    tallies = [task.result() for task in tasks]
    clock.stop()
    return total(tallies)
