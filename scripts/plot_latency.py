#!/usr/bin/python3
"""Shows how long tasks waited: percentiles of each model's latency, one panel a workload."""

import sys

from matplotlib.ticker import FixedLocator, NullLocator

import plotting

PERCENTILES = (50, 90, 99, 99.9, 99.99, 99.999, 99.9999)


def middle(low):
    """What stands for the durations of a bucket: above 128 ns each octave has 64 of them
    (workloads/latency.hpp)."""
    width = 1 << max(0, low.bit_length() - 7)
    return low + (width - 1) // 2


def curve_of(latency):
    """Durations over 1 ÷ (1 − p), the number of waits of which one is longer: a step a bucket.

    The longest of n waits ends the curve, at n: nothing is known of rarer ones.
    """
    over, durations = [], []
    left = count = sum(bucket["count"] for bucket in latency["buckets"])
    for bucket in latency["buckets"]:
        here = left
        left -= bucket["count"]
        over += [count / here, count / max(left, 1)]
        durations += 2 * [max(middle(bucket["low"]), 1)]  # a log axis has no 0
    return over, durations


def panels(results):
    groups = plotting.grouped(
        plotting.cells_of(results),
        lambda cell: (plotting.work_of(cell), plotting.placement_of(cell)))
    shown = [cells for cells in groups.values() if any(map(observed, cells))]
    if not shown:
        raise plotting.Unusable("no cell has latencies: run, say, --workload=ping_pong,sleepers")
    return shown


def observed(cell):
    return plotting.is_ok(cell) and cell["latency_ns"] is not None


def draw_panel(axes, cells):
    rarest = 10
    for cell in sorted(filter(observed, cells), key=lambda cell: cell["model"]):
        over, durations = curve_of(cell["latency_ns"])
        rarest = max(rarest, over[-1])
        style = plotting.style_of(cell["model"])
        axes.plot(over, durations, **style | {"marker": None})
        # Markers where the percentiles are, so that a print in grey can be read.
        for mark in (1 / (1 - p / 100) for p in PERCENTILES):
            step = next((d for o, d in zip(over, durations) if o >= mark), None)
            if step is not None:
                axes.plot(mark, step, **style)
    plotting.log_axis(axes.yaxis, plotting.TIMES)
    axes.set_xscale("log")
    axes.set_xlim(0.9, rarest * 1.3)
    shown = [p for p in PERCENTILES if 1 / (1 - p / 100) <= rarest * 1.3]
    axes.xaxis.set_major_locator(FixedLocator([1 / (1 - p / 100) for p in shown]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticklabels([f"{p:g} %" for p in shown])
    axes.tick_params(axis="x", labelsize=7)
    work, cell = plotting.work_of(cells[0]), next(filter(observed, cells))
    plotting.title_panel(axes, work[0], ", ".join(
        filter(None, (plotting.params_of(work), plotting.placement_of(cell)))))
    axes.set_xlabel(cell["latency_ns"]["what"], fontsize=8, labelpad=2)


def draw(results):
    shown = panels(results)
    foot = plotting.footer(results, "all observed waits of a cell, each known to within 0.8 %")
    grid = plotting.Grid(list(map(plotting.absent_text, shown)),
                         "Latency over percentiles: lower is faster, flatter is steadier",
                         foot.replace("medians over processes; ", ""))
    for axes, cells in zip(grid.panels, shown):
        draw_panel(axes, cells)
    models = (cell["model"] for cells in shown for cell in filter(observed, cells))
    grid.legend([plotting.entry(model) for model in plotting.in_order(models)])
    return grid.figure


if __name__ == "__main__":
    sys.exit(plotting.main(__doc__, draw))
