"""What a task of asyncio costs, measured by the shortest program that does each: the second way to
what concbench-python measures. Prints one JSON object; times are in ns, for one, and the least of a
second's rounds."""

import asyncio
import json
import time


async def spawn():
    async def task(i):
        return i

    start = time.perf_counter_ns()
    results = await asyncio.gather(*[task(i) for i in range(1000)])
    took = time.perf_counter_ns() - start
    assert sum(results) == 499_500
    return took / 1000


async def ping_pong():
    hops = 10_000
    there, back = asyncio.Queue(1), asyncio.Queue(1)

    async def player(mine, other, token):
        while token < hops:
            await other.put(token + 1)
            if token + 1 < hops:
                token = await mine.get()
            else:
                break

    async def second():
        await player(there, back, await there.get())

    start = time.perf_counter_ns()
    await asyncio.gather(player(back, there, 0), second())
    return (time.perf_counter_ns() - start) / hops


async def least(round_of):
    best, end = float("inf"), time.monotonic() + 1
    while time.monotonic() < end:
        best = min(best, await round_of())
    return best


async def main():
    print(json.dumps({"spawn": await least(spawn), "ping_pong": await least(ping_pong)}))


asyncio.run(main())
