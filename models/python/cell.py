"""What has been opened: a workload, on the CPUs that the process is then confined to."""
import by_asyncio
import by_threads
from clock import Stopwatch
from machine import Sightings, anonymous_memory, confine
from probe import Probe
from workloads import prepare

TASKS = {"asyncio": by_asyncio, "threads": by_threads}


class Cell:
    def __init__(self, request, slow_down):
        """Raises ValueError, a reason to refuse."""
        options = dict(request.get("options") or {})
        tasks = options.pop("tasks", "asyncio")
        for option in options:
            raise ValueError(f'python has no option "{option}"')
        if tasks not in TASKS:
            raise ValueError(f"tasks={tasks}: must be one of {', '.join(TASKS)}")
        cpus = request.get("cpus")
        if not cpus:
            raise ValueError("cpus is empty: there is no worker")
        if tasks == "asyncio" and len(cpus) > 1:
            raise ValueError(f"{len(cpus)} workers: an event loop of asyncio is one thread; more would "
                             "be processes, another model")
        verbs = TASKS[tasks]
        self._perform = prepare(verbs, request.get("workload"), request.get("params") or {})
        confine(cpus)
        self._runner = verbs.Runner()
        self._slow_down = slow_down
        self._sightings = Sightings()
        self._anonymous_at_open = anonymous_memory()

    def run(self, iterations, observe):
        """Performs the workload so many times. A slow-down is real work of which only the time is told."""
        clock = Stopwatch(Probe() if observe else None, self._anonymous_at_open)
        extra = round(iterations * self._slow_down / 100)
        first = ops = None
        for i in range(iterations + extra):
            answer, count = self._runner.run(self._perform, clock)
            if first is None:
                first, ops = answer, count
            elif i < iterations:
                ops += count
            if answer != first:
                raise RuntimeError(f"two runs answered differently: {first} and {answer}")
        noted = clock.probe.noted() if observe else {}
        return {"iterations": iterations, "answer": str(first), "ops": ops, **clock.sums(),
                "workers": self._sightings.report(), **noted}
