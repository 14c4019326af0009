"""The verbs of asyncio: each runs any kernel of one shape on tasks of one event loop, as its users write
them. A task returns (answer, ops): what it did is counted by itself.
"""
import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import clients
from clock import now
from hold import look_before, note_growth, use_stack
from machine import fits
from observed import Fairness
from workloads import garbled_or_counted, share

# The least that a task takes, measured with CPython 3.11: one of spawn. (One of hold takes 1,500.)
TASK_BYTES = 950
# What asyncio.to_thread takes of its own where there is one CPU. It would count the machine's.
EXECUTOR_THREADS = 5


class Runner:
    """The event loop. The root of a run is a task on it."""

    def __init__(self):
        self._runner = asyncio.Runner()
        self._runner.get_loop().set_default_executor(ThreadPoolExecutor(EXECUTOR_THREADS))

    def run(self, perform, clock):
        return self._runner.run(perform(clock))


def refuse_more_than(tasks):
    fits(tasks, TASK_BYTES)


def total(tallies):
    return sum(answer for answer, _ in tallies), sum(ops for _, ops in tallies)


async def fork_join(kernel, clock):
    clock.start()
    result, ops = await asyncio.create_task(visit(kernel, kernel.root))
    clock.stop()
    return kernel.answer(result), ops


async def visit(kernel, node):
    children = kernel.children(node)
    if not children:
        return kernel.leaf(node), 1
    (result, ops), *others = await asyncio.gather(*[visit(kernel, child) for child in children])
    for other, count in others:
        result = kernel.fold(result, other)
        ops += count
    return result, ops + 1


async def fan_out(fan, clock):
    async def task(i):
        return fan.body(i), 1

    async def observed(i, made):
        clock.probe.add(now() - made)
        return fan.body(i), 1

    clock.start()
    bodies = [observed(i, now()) if clock.probe else task(i) for i in range(fan.tasks)]
    tallies = await asyncio.gather(*bodies)
    clock.stop()
    return total(tallies)


async def hand_off(ring, clock):
    """Neighbours are joined by queues with room for one."""
    tasks, hops, probe = ring.tasks, ring.hops, clock.probe
    inboxes = [asyncio.Queue(1) for _ in range(tasks)]
    last_hop = 0

    async def task(me):
        nonlocal last_hop
        inbox, following = inboxes[me], inboxes[(me + 1) % tasks]
        answer = ops = 0
        for hop in range(me, hops, tasks):
            token = (await inbox.get() if hop else 0) + me + 1
            if probe:
                if hop:
                    probe.add(now() - last_hop)
                last_hop = now()
            ops += 1
            if hop == hops - 1:
                answer = token
            else:
                await following.put(token)
        return answer, ops

    return await through_gate(tasks, clock, task)


async def channel(pipe, clock):
    """The last producer puts an end mark for each consumer. While observed, a message bears its time."""
    probe, producing = clock.probe, pipe.producers
    messages = asyncio.Queue(pipe.capacity)

    async def produce(me):
        nonlocal producing
        for i in range(*share(pipe.messages, pipe.producers, me)):
            await messages.put((i + 1, now()) if probe else i + 1)
        producing -= 1
        if producing == 0:
            for _ in range(pipe.consumers):
                await messages.put(None)
        return 0, 0

    async def consume():
        answer = ops = 0
        while (message := await messages.get()) is not None:
            if probe:
                message, sent = message
                probe.add(now() - sent)
            answer += message
            ops += 1
        return answer, ops

    return await through_gate(pipe.producers + pipe.consumers, clock,
                              lambda me: produce(me) if me < pipe.producers else consume())


async def yielding(work, clock):
    async def task(me):
        answer = ops = 0
        for _ in range(work.yields):
            await asyncio.sleep(0)
            answer += me + 1
            ops += 1
        return answer, ops

    return await through_gate(work.tasks, clock, task)


async def contend(work, clock):
    lock, probe, fairness = asyncio.Lock(), clock.probe, Fairness(work.sections)
    entered = answer = 0

    async def task(_):
        nonlocal entered, answer
        had = 0
        own = fairness.newcomer()
        for _ in range(work.sections):
            asked = now() if probe else 0
            async with lock:
                had += 1
                if probe:
                    fairness.note(had, own, now() - asked, probe)
                entered += 1
                answer += entered
        return 0, had

    _, ops = await through_gate(work.tasks, clock, task)
    fairness.tell(probe)
    return answer, ops


async def hold(crowd, clock):
    """Making and releasing them is timed; what it costs to have them is looked at in between."""
    alive = 0
    gate, arrived = asyncio.Event(), asyncio.Event()

    async def task(i):
        nonlocal alive
        use_stack(crowd.touch)
        alive += 1
        if alive == crowd.n:
            arrived.set()
        await gate.wait()
        return i + 1, 1

    kernel_before = look_before(clock)
    clock.start()
    tasks = [asyncio.create_task(task(i)) for i in range(crowd.n)]
    await arrived.wait()
    made = clock.stop()

    held = alive
    note_growth(clock, kernel_before, held)

    clock.start()
    gate.set()
    tallies = await asyncio.gather(*tasks)
    released = clock.stop()
    if clock.probe:
        clock.probe.set("peak_live", held)
        clock.probe.set("make_ns", made)
        clock.probe.set("release_ns", released)
    return total(tallies)


async def sleep_until(deadline):
    while (left := deadline - now()) > 0:
        await asyncio.sleep(left / 1e9)


async def timers(sleepers, clock):
    async def task(me):
        deadline = clock.started + sleepers.delay_ns(me)
        await sleep_until(deadline)
        return sleepers.woke(me, now() - deadline, clock.probe), 1

    return await through_gate(sleepers.n, clock, task)


async def recipe(script, clock):
    """A call that blocks is handed to a thread of the loop's executor, which asyncio has for that."""
    async def task(me):
        answer = ops = 0
        since = clock.started
        for step in range(script.steps):
            kind, what = script.step(me, step)
            if kind == "waits":
                await sleep_until(since + what)
            elif kind == "computes":
                what()
            else:
                await asyncio.to_thread(time.sleep, what / 1e9)
            ended = now()
            answer += script.did(me, step, ended - since, clock.probe)
            since = ended
            ops += 1
        return answer, ops

    return await through_gate(script.tasks, clock, task)


async def serve(echo, clock):
    """Each connection is a task's, on streams."""
    streams, connected = [], asyncio.Event()

    def accept(reader, writer):
        streams.append((reader, writer))
        if len(streams) == echo.connections:
            connected.set()

    server = await asyncio.start_server(accept, "127.0.0.1", 0, backlog=4096)
    port = server.sockets[0].getsockname()[1]
    load = await asyncio.create_subprocess_exec(*clients.command(echo, port), stdin=asyncio.subprocess.PIPE,
                                                stdout=asyncio.subprocess.PIPE)

    async def task(me):
        if me == 0:
            load.stdin.write(b"go\n")
        return await answer_all(echo, *streams[me])

    try:
        clients.expect_ready(await load.stdout.readline())
        await connected.wait()
        tally = await through_gate(echo.connections, clock, task)
        clients.note(await load.stdout.readline(), clock.probe)
        await load.wait()
        return tally
    finally:
        if load.returncode is None:
            load.kill()
            await load.wait()
        server.close()
        for _, writer in streams:
            writer.close()


async def answer_all(echo, reader, writer):
    """Answers until the client closes the connection. One that breaks off is its own witness."""
    answer = ops = 0
    try:
        while True:
            request = await reader.readexactly(echo.bytes)
            counted = garbled_or_counted(echo, request)
            writer.write(request)
            await writer.drain()
            answer += counted
            ops += 1
    except (asyncio.IncompleteReadError, ConnectionError):
        return answer, ops
    finally:
        writer.close()


async def through_gate(participants, clock, run):
    """Times from the gate's opening, once all participants wait for it, to the last one's end."""
    gate, arrived = asyncio.Event(), asyncio.Event()
    waiting = 0

    async def task(me):
        nonlocal waiting
        waiting += 1
        if waiting == participants:
            arrived.set()
        await gate.wait()
        return await run(me)

    tasks = [asyncio.create_task(task(me)) for me in range(participants)]
    await arrived.wait()
    clock.start()
    gate.set()
    tallies = await asyncio.gather(*tasks)
    clock.stop()
    return total(tallies)
