#!/usr/bin/python3
"""Shows how the models scale: throughput and efficiency over cores, one column a workload."""

import sys

import matplotlib.pyplot as plt
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator, PercentFormatter

import plotting


def curves_of(results):
    """For each work, each model's ok cells by cores; only work with a model to draw a line for."""
    works = {}
    for work, cells in plotting.grouped(filter(plotting.is_ok, plotting.cells_of(results)),
                                        plotting.work_of).items():
        models = {model: sorted(points, key=lambda cell: cell["cores"])
                  for model, points in plotting.grouped(cells, lambda c: c["model"]).items()}
        for model, points in models.items():
            cores = [cell["cores"] for cell in points]
            if len(set(cores)) < len(cores):
                raise plotting.Unusable(
                    f"{model} ran {work[0]} more than once on the same number of cores: plot one "
                    "layout and one run at a time")
        if any(len(points) > 1 for model, points in models.items() if model != "serial"):
            works[work] = models
    if not works:
        raise plotting.Unusable("no model ran on more than one number of cores: measure with, say, "
                                "--cores=1,2")
    return works


def beside(model, models, cores):
    """A factor that sets the points of one model beside those of the others, by a fixed part of
    the axis."""
    names = list(models)
    return (cores[-1] / cores[0]) ** (0.014 * (names.index(model) - (len(names) - 1) / 2))


def draw_throughput(axes, models, axis):
    for model, points in models.items():
        rates = [cell["summary"]["ops_per_s"] for cell in points]
        cores = [cell["cores"] * beside(model, models, axis) for cell in points]
        if model == "serial":
            axes.axhline(rates[0]["median"], color="#000000", linestyle=":", linewidth=1)
            continue
        downs, ups = zip(*(sum(plotting.errors(rate), []) for rate in rates))
        axes.errorbar(cores, [rate["median"] for rate in rates], yerr=[downs, ups], capsize=2.5,
                      elinewidth=1, **plotting.style_of(model))
        gain = axis[-1] / points[0]["cores"]
        axes.plot([cores[0], cores[0] * gain], [rates[0]["median"], rates[0]["median"] * gain],
                  color=plotting.style_of(model)["color"], linestyle="--", linewidth=0.7, alpha=0.6,
                  zorder=0)
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(plotting.ticks(plotting.RATES))
    axes.yaxis.set_minor_formatter(NullFormatter())


def draw_efficiency(axes, models, axis):
    """Throughput for each core, as a share of that on the fewest cores the model ran on."""
    for model, points in models.items():
        if model == "serial" or len(points) < 2:
            continue
        base = points[0]["summary"]["ops_per_s"]["median"] / points[0]["cores"]
        shares = [{key: value / base / cell["cores"]
                   for key, value in cell["summary"]["ops_per_s"].items()} for cell in points]
        downs, ups = zip(*(sum(plotting.errors(share), []) for share in shares))
        axes.errorbar([cell["cores"] * beside(model, models, axis) for cell in points],
                      [share["median"] for share in shares], yerr=[downs, ups], capsize=2.5,
                      elinewidth=1, **plotting.style_of(model))
    axes.axhline(1, color="#444444", linestyle="--", linewidth=0.7, zorder=0)
    axes.set_ylim(0, max(1.15, axes.get_ylim()[1]))
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))


def prepare(axes, cores):
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_locator(FixedLocator(cores))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(lambda value, _position: f"{value:g}")
    margin = (cores[-1] / cores[0]) ** 0.09
    axes.set_xlim(cores[0] / margin, cores[-1] * margin)
    axes.grid(color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)


def legend_entries(works):
    names = plotting.in_order(model for models in works.values() for model in models)
    entries = [plotting.entry(model) for model in names if model != "serial"]
    if "serial" in names:
        entries.append(Line2D([], [], color="#000000", linestyle=":", label="serial, one core"))
    entries.append(Line2D([], [], color="#444444", linestyle="--", linewidth=0.7, label="ideal"))
    return entries


def draw(results):
    works = curves_of(results)
    cells = [cell for models in works.values() for points in models.values() for cell in points]
    cores = sorted({cell["cores"] for cell in cells})
    width, height = max(3.3 * len(works), 4.9) + 1.6, 6.4
    figure, grid = plt.subplots(2, len(works), figsize=(width, height), squeeze=False)
    figure.subplots_adjust(left=0.75 / width, right=1 - 1.65 / width, top=1 - 1.05 / height,
                           bottom=1.15 / height, wspace=0.28, hspace=0.2)
    for (work, models), (throughput, efficiency) in zip(works.items(), grid.T):
        prepare(throughput, cores)
        prepare(efficiency, cores)
        draw_throughput(throughput, models, cores)
        draw_efficiency(efficiency, models, cores)
        plotting.title_panel(throughput, work[0], plotting.params_of(work), 42)
        efficiency.set_xlabel("cores")
    op = {points[0]["op"] for models in works.values() for points in models.values()}
    unit = f"{op.pop()}s" if len(op) == 1 else "operations"
    grid[0][0].set_ylabel(f"{unit} per second")
    grid[1][0].set_ylabel("efficiency")
    figure.legend(handles=legend_entries(works), loc="center left", frameon=False, fontsize=8.5,
                  bbox_to_anchor=(1 - 1.55 / width, 0.55))
    plotting.caption(
        figure, "Scaling: throughput over cores, higher is faster",
        plotting.footer(results, plotting.meaning_of_whiskers(cells))
        + "\nefficiency: throughput for each core, against the median on the fewest cores")
    return figure


if __name__ == "__main__":
    sys.exit(plotting.main(__doc__, draw))
