#!/usr/bin/python3
"""Shows how small tasks may be: the share of time spent on their work over their size, and METG."""

import statistics
import sys
import textwrap

from matplotlib.ticker import PercentFormatter

import plotting


def cores_of(cell):
    """Those that the model had work for: serial calls one function after another."""
    return 1 if cell["model"] == "serial" else cell["cores"]


def point_of(cell):
    """A task's size, overhead included, and the share of it that is work: median and range."""
    time = {key: value * cores_of(cell) for key, value in cell["summary"]["ns_per_op"].items()}
    work = cell["params"]["ns"]
    # The longer the time, the lower the share.
    share = {"median": work / time["median"], "low": work / time["high"],
             "high": work / time["low"]}
    return time["median"], share


def panels(results):
    """Sweeps of grain with something to show."""
    shown = {rest: cells for rest, cells in plotting.sweeps_of(results, "grain", "ns").items()
             if any(map(plotting.is_ok, cells))}
    if not shown:
        raise plotting.Unusable("no cell of grain was measured: run --workload=grain, with, say, "
                                "--set grain.ns=10,100,1000,10000,100000")
    return shown


def metg_of(cells):
    """What the cells of one model found, or None."""
    found = [cell["measures"]["metg_ns"] for cell in cells
             if cell["measures"]["metg_ns"] is not None]
    return statistics.median(found) if found else None


def models_of(cells):
    return plotting.grouped(filter(plotting.is_ok, cells), lambda cell: cell["model"])


def notes_on(cells):
    """Below a panel: what each model's METG is, and who was not measured."""
    groups = models_of(cells)
    metgs = []
    for model in plotting.in_order(groups):
        metg = metg_of(groups[model])
        metgs.append(f"{model} {'not reached' if metg is None else plotting.duration(metg)}"
                     .replace(" ", "\u00a0"))  # not to be broken
    return textwrap.wrap("METG(50 %): " + " · ".join(metgs), 62, subsequent_indent="   ") \
        + plotting.absent_text(cells)


def draw_panel(axes, cells, subtitle):
    groups = models_of(cells)
    for model in plotting.in_order(groups):
        points = sorted(groups[model], key=lambda cell: cell["params"]["ns"])
        sizes, shares = zip(*map(point_of, points))
        downs, ups = zip(*(sum(plotting.errors(share), []) for share in shares))
        style = plotting.style_of(model)
        axes.errorbar(sizes, [share["median"] for share in shares], yerr=[downs, ups], capsize=2.5,
                      elinewidth=1, **style)
        metg = metg_of(points)
        if metg is not None:
            axes.plot([metg, metg], [0, 0.5], color=style["color"], linestyle=":", linewidth=1)
            axes.plot(metg, 0.5, color="white", marker="o", markersize=6.5, zorder=4,
                      markeredgecolor=style["color"], markeredgewidth=1.6)
    plotting.log_axis(axes.xaxis, plotting.TIMES)
    axes.axhline(0.5, color="#444444", linestyle="--", linewidth=0.7, zorder=0)
    axes.set_ylim(0, max(1.1, axes.get_ylim()[1]))
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.tick_params(axis="x", labelsize=7)
    plotting.title_panel(axes, "grain", subtitle)
    axes.set_xlabel("size of a task: wall time × cores ÷ tasks", fontsize=8, labelpad=2)


def draw(results):
    shown = panels(results)
    ok = [cell for cells in shown.values() for cell in cells if plotting.is_ok(cell)]
    foot = plotting.footer(results, plotting.meaning_of_whiskers(ok))
    grid = plotting.Grid(list(map(notes_on, shown.values())),
                         "Efficiency over task size: further left is lighter",
                         foot + "\nefficiency: grain.ns ÷ size · circles: METG(50 %), the smallest "
                         "task of which half is work")
    for axes, (rest, cells) in zip(grid.panels, shown.items()):
        draw_panel(axes, cells, rest)
    grid.panels[0].set_ylabel("share of the cores' time spent on work")
    grid.legend([plotting.entry(model) for model in plotting.in_order(c["model"] for c in ok)])
    return grid.figure


if __name__ == "__main__":
    sys.exit(plotting.main(__doc__, draw))
