#!/usr/bin/python3
"""Compares the models: time per operation, one panel for each workload with its parameters."""

import math
import sys

import matplotlib.pyplot as plt

import plotting

COLUMNS = 3
PANEL = 4.3  # inches across
ROW = 0.21  # inches for a bar


def panels(results):
    """Panels with something to show: the cells that did the same work on the same placement."""
    groups = plotting.grouped(
        plotting.cells_of(results),
        lambda cell: (plotting.work_of(cell), plotting.placement_of(cell)))
    shown = {key: cells for key, cells in groups.items() if any(map(plotting.is_ok, cells))}
    if not shown:
        raise plotting.Unusable("no cell was measured: there is nothing to plot")
    return shown


def merit(cell):
    """What models are ranked by; results of older versions rank by time alone."""
    return cell.get("merit") or cell["summary"]["ns_per_op"]


def limits(cells):
    """The same axis for every panel, with room for the values right of the bars."""
    times = [merit(cell) for cell in cells]
    low = math.floor(math.log10(min(time["low"] for time in times)) - 0.15)
    high = math.log10(max(time["high"] for time in times))
    return 10.0 ** low, 10.0 ** (high + 0.2 * (high - low))


def draw_panel(axes, cells, span, subtitle):
    ranked = sorted(filter(plotting.is_ok, cells), key=lambda cell: merit(cell)["median"])
    for row, cell in enumerate(ranked):
        time = merit(cell)
        colour, hatch, _ = plotting.look(cell["model"])
        axes.barh(row, time["median"] - span[0], left=span[0], height=0.72, color=colour,
                  hatch=hatch, edgecolor="white", linewidth=0)
        axes.errorbar(time["median"], row, xerr=plotting.errors(time), fmt="none", ecolor="#444444",
                      elinewidth=1, capsize=2.5)
        axes.annotate(plotting.duration(time["median"]), (time["high"], row), (5, 0),
                      textcoords="offset points", va="center", fontsize=8)
        if cell["model"] == "serial":
            axes.axvline(time["median"], color="#000000", linewidth=0.8, linestyle=":", zorder=0)
    plotting.log_axis(axes.xaxis, plotting.TIMES)
    axes.set_xlim(span)
    axes.set_yticks(range(len(ranked)), [cell["model"] for cell in ranked])
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=7)
    axes.grid(axis="x", color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)

    plotting.title_panel(axes, cells[0]["workload"], subtitle)
    paced = (ranked[0].get("merit") or {}).get("by") == "p99"
    axes.set_xlabel("p99 latency" if paced else f"time per {ranked[0]['op']}", fontsize=8,
                    labelpad=2)
    absent = plotting.absent_text(cells)
    if absent:
        axes.annotate("\n".join(absent), (0, 0), (0, -32), xycoords="axes fraction",
                      textcoords="offset points", va="top", fontsize=6.5, color="#666666")


def draw(results):
    shown = panels(results)
    placements = {plotting.placement_of(cells[0]) for cells in shown.values()}
    columns = min(COLUMNS, len(shown))
    items = list(shown.items())
    rows = [items[i:i + columns] for i in range(0, len(items), columns)]
    # Each row is as high as its fullest panel; the bars are of the same height everywhere.
    bars = [max(sum(map(plotting.is_ok, cells)) for _, cells in row) for row in rows]
    notes = [max(len(plotting.absent_text(cells)) for _, cells in row) for row in rows]
    above, below, foot = 0.55, 0.45, 0.55
    heights = [above + ROW * bar + below + 0.115 * note for bar, note in zip(bars, notes)]
    # Wide enough for the title and the footer, however few the panels are.
    width, height = max(PANEL * columns, 6.5), sum(heights) + foot + 0.45

    figure = plt.figure(figsize=(width, height))
    span = limits([cell for cell in plotting.cells_of(results) if plotting.is_ok(cell)])
    top = height - 0.45
    for row, row_height in zip(rows, heights):
        for column, (key, cells) in enumerate(row):
            bar_height = ROW * sum(map(plotting.is_ok, cells)) + 0.1
            axes = figure.add_axes(
                ((column * PANEL + 0.95) / width, (top - above - bar_height) / height,
                 3.2 / width, bar_height / height))
            subtitle = plotting.params_of(key[0])
            if len(placements) > 1:  # otherwise the title of the figure says it for all
                subtitle = ", ".join(filter(None, (subtitle, plotting.placement_of(cells[0]))))
            draw_panel(axes, cells, span, subtitle)
        top -= row_height
    where = f" on {placements.pop()}" if len(placements) == 1 else ""
    ok = [cell for _, cells in items for cell in cells if plotting.is_ok(cell)]
    text = plotting.footer(results, plotting.meaning_of_whiskers(ok))
    if any(cell["model"] == "serial" for cell in ok):
        text += " · dotted line: serial"
    plotting.caption(figure, f"Time per operation{where}: shorter is faster", text)
    return figure


if __name__ == "__main__":
    sys.exit(plotting.main(__doc__, draw))
