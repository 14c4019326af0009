#!/usr/bin/python3
"""Shows what a task costs in each language: a panel for each measure, the models in one order."""

import collections
import sys

import matplotlib.pyplot as plt

import plotting

COLUMNS = 3
PANEL, GAP, LABELS = 2.5, 0.55, 1.75  # inches across: a panel, beside it, the names of models
ROW = 0.21  # inches for a bar


def bytes_of(cell):
    size = cell["memory"]["bytes_per_task"]
    return size and {"median": size, "low": size, "high": size}


def time_of(cell):
    return cell["summary"]["ns_per_op"]


Measure = collections.namedtuple("Measure", "workload title unit units of")

MEASURES = (
    Measure("hold", "a waiting task", "memory", plotting.SIZES, bytes_of),
    Measure("spawn", "make and join", "time per task", plotting.TIMES, time_of),
    Measure("yield", "switch", "time per yield", plotting.TIMES, time_of),
    Measure("ping_pong", "hand on a token", "time per hop", plotting.TIMES, time_of),
    Measure("mpmc", "send and receive", "time per message", plotting.TIMES, time_of),
    Measure("echo", "answer a request", "time per request", plotting.TIMES, time_of),
)


def largest(cells, model, measure):
    """The model's cell of the largest size that has the measure; None if none has."""
    found = [cell for cell in cells
             if (cell["model"], cell["workload"]) == (model, measure.workload)
             and plotting.is_ok(cell) and measure.of(cell)]
    return max(found, key=lambda cell: cell["params"].get("n", 0), default=None)


def models_of(cells):
    """Those with anything to show. A function call is no task."""
    return plotting.in_order(cell["model"] for cell in cells
                             if plotting.is_ok(cell) and cell["model"] != "serial")


def label_of(cell, measure, most):
    value = measure.of(cell)["median"]
    if measure.units is plotting.TIMES:
        return plotting.duration(value)
    name, size = plotting.unit_for(value, measure.units)
    few = cell["params"]["n"] < most
    return f"{value / size:.3g} {name}" + (f", {cell['params']['n']:,} of them" if few else "")


def draw_bar(axes, row, low, value, look):
    colour, hatch, _ = look
    axes.barh(row, value["median"] - low, left=low, height=0.72, color=colour, hatch=hatch,
              edgecolor="white", linewidth=0)
    axes.errorbar(value["median"], row, xerr=plotting.errors(value), fmt="none", ecolor="#444444",
                  elinewidth=1, capsize=2)


def draw_panel(axes, measure, cells, models):
    chosen = [largest(cells, model, measure) for model in models]
    values = [measure.of(cell) for cell in chosen if cell]  # at least one
    most = max((cell["params"].get("n", 0) for cell in cells
                if cell["workload"] == measure.workload), default=0)
    low = min(value["low"] for value in values) / 3
    high = max(value["high"] for value in values)
    for row, (model, cell) in enumerate(zip(models, chosen)):
        if cell:
            draw_bar(axes, row, low, measure.of(cell), plotting.look(model))
        end = measure.of(cell)["high"] if cell else low
        axes.annotate(label_of(cell, measure, most) if cell else "–", (end, row), (4, 0),
                      textcoords="offset points", va="center", fontsize=7)
    plotting.log_axis(axes.xaxis, measure.units, 16 if measure.units is plotting.SIZES else 10)
    axes.set_xlim(low, high * (high / low) ** 0.45)
    axes.set_ylim(len(models) - 0.4, -0.6)
    axes.tick_params(axis="x", labelsize=7)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)
    params = next(cell["params"] for cell in chosen if cell) | ({"n": most} if most else {})
    plotting.title_panel(axes, measure.title, plotting.params_of((None, params.items())), 44)
    axes.set_xlabel(f"{measure.unit} ({measure.workload})", fontsize=8, labelpad=2)


def draw(results):
    cells = plotting.cells_of(results)
    models = models_of(cells)
    shown = [measure for measure in MEASURES
             if any(largest(cells, model, measure) for model in models)]
    if not shown:
        raise plotting.Unusable("no cell was measured that compares languages: run --workload="
                                + ",".join(measure.workload for measure in MEASURES))
    lines = [shown[i:i + COLUMNS] for i in range(0, len(shown), COLUMNS)]
    above, below, head = 0.62, 0.45, 0.35
    ok = [cell for cell in cells if plotting.is_ok(cell)]
    foot = plotting.footer(results, plotting.meaning_of_whiskers(ok))
    bottom = 0.2 + 0.17 * len(foot.splitlines())
    bars = ROW * len(models)
    width = LABELS + len(lines[0]) * (PANEL + GAP)
    height = head + len(lines) * (above + bars + below) + bottom
    figure = plt.figure(figsize=(max(width, 6.5), height))
    width = figure.get_figwidth()
    top = height - head
    for line in lines:
        top -= above + bars
        for column, measure in enumerate(line):
            axes = figure.add_axes(((LABELS + column * (PANEL + GAP)) / width, top / height,
                                    PANEL / width, bars / height))
            draw_panel(axes, measure, cells, models)
            axes.set_yticks(range(len(models)), models if column == 0 else [""] * len(models))
        top -= below
    where = {plotting.placement_of(cell) for cell in ok}
    plotting.caption(figure, "What a task costs in each language"
                     + (f", on {where.pop()}" if len(where) == 1 else "") + ": shorter is less",
                     foot)
    return figure


if __name__ == "__main__":
    sys.exit(plotting.main(__doc__, draw))
