#!/usr/bin/python3
"""Shows what tasks keep while they wait: bytes of each over how many there are, and ceilings."""

import sys
import textwrap

import plotting

# Panels of each kind of hold, with the field of a cell's memory that they show.
PARTS = (("bytes_per_task", "in all"), ("user_bytes_per_task", "the program's part"),
         ("kernel_bytes_per_task", "the kernel's part"))


def kinds(results):
    """Sweeps of hold with something to show."""
    shown = {rest: cells for rest, cells in plotting.sweeps_of(results, "hold", "n").items()
             if any(map(weighed, cells))}
    if not shown:
        raise plotting.Unusable("no cell of hold was weighed: run --workload=hold, with, say, "
                                "--set hold.n=1000,10000,100000")
    return shown


def weighed(cell):
    return (plotting.is_ok(cell) and cell["memory"]["bytes_per_task"] is not None
            and cell["measures"]["peak_live"] is not None)


def ceilings_of(cells):
    """Each model's ceiling, as the cell that asked for the most tasks tells it."""
    by_size = sorted(cells, key=lambda cell: cell["params"]["n"])
    return {cell["model"]: cell["memory"]["ceiling"] for cell in by_size
            if cell["memory"]["ceiling"] is not None}


def height_of(ceiling):
    """How many were alive when it was tried, or else may be by the machine's limits."""
    return ceiling["predicted"] if ceiling["found"] is None else ceiling["found"]


def draw_part(axes, cells, part, span):
    """Draws a curve for each model; a part that is not above 0 was lost in what others did."""
    field, name = part
    models = plotting.grouped(filter(weighed, cells), lambda cell: cell["model"])
    ceilings = ceilings_of(cells)
    for model, points in models.items():
        points = sorted((cell["measures"]["peak_live"], cell["memory"][field]) for cell in points
                        if cell["memory"][field] is not None and cell["memory"][field] > 0)
        axes.plot([tasks for tasks, _ in points], [size for _, size in points],
                  **plotting.style_of(model))
    for model, ceiling in ceilings.items():
        if span[0] <= height_of(ceiling) <= span[1]:
            axes.axvline(height_of(ceiling), color=plotting.look(model)[0], linestyle=":",
                         linewidth=1.2, zorder=1)
    plotting.log_axis(axes.xaxis, plotting.COUNTS)
    plotting.log_axis(axes.yaxis, plotting.SIZES, base=4)
    axes.set_xlim(span)
    axes.tick_params(axis="x", labelsize=7)
    return name


def entry_of(model, ceilings):
    """A model in the legend, with its ceiling and the limit that is met first."""
    if not ceilings:
        return plotting.entry(model)
    # The models of one figure share a machine; layouts may differ, limits do not.
    ceiling = ceilings[-1]
    tried = "predicted" if ceiling["found"] is None else "found"
    return plotting.entry(model, f"{model}\n{height_of(ceiling):,} {tried}\n"
                          + textwrap.fill(ceiling["limit"], 24))


def draw(results):
    shown = kinds(results)
    cells = [cell for group in shown.values() for cell in group]
    alive = [cell["measures"]["peak_live"] for cell in filter(weighed, cells)]
    span = min(alive) / 1.6, max(alive) * 1.6
    sizes = [cell["memory"][field] for cell in filter(weighed, cells) for field, _ in PARTS]
    sizes = [size for size in sizes if size is not None and size > 0]
    # Who has no curve is said below the first panel of each kind.
    notes = [plotting.absent_text(group) if part == PARTS[0] else []
             for group in shown.values() for part in PARTS]
    foot = plotting.footer(results, "dotted: ceilings, the most tasks alive at once") + (
        "\nthe kernel's part is read off the whole machine; values not above 0 are left out")
    grid = plotting.Grid(notes, "Memory of a task that waits: lower is lighter", foot)
    for row, (rest, group) in enumerate(shown.items()):
        for column, part in enumerate(PARTS):
            axes = grid.panels[row * len(PARTS) + column]
            name = draw_part(axes, group, part, span)
            axes.set_ylim(min(sizes) / 2, max(sizes) * 2)
            plotting.title_panel(axes, f"hold, {name}", rest)
            axes.set_xlabel("tasks alive at once", fontsize=8, labelpad=2)
    ceilings = [ceilings_of(group) for group in shown.values()]
    grid.legend([entry_of(model, [known[model] for known in ceilings if model in known])
                 for model in plotting.in_order(cell["model"] for cell in filter(weighed, cells))])
    return grid.figure


if __name__ == "__main__":
    sys.exit(plotting.main(__doc__, draw))
