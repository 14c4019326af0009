"""What the plots share: reading results, the look of a model, units, footers."""

import argparse
import functools
import json
import pathlib
import re
import sys
import textwrap

import matplotlib

matplotlib.use("Agg")  # no display needed

import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.lines import Line2D  # noqa: E402
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator  # noqa: E402

COLOURS = pathlib.Path(__file__).resolve().parent.parent / "reports/web/colors.css"

# A colour of reports each, and a hatch and a marker, so that a print in grey can be read as well.
LOOKS = {
    "serial": ("serial", "", "o"),
    "processes": ("processes", "//", "s"),
    "threads": ("threads", "\\\\", "^"),
    "pool": ("pool", "", "D"),
    "fibers": ("fibers", "..", "v"),
    "coroutines": ("coroutines", "xx", "P"),
    "goroutines": ("goroutines", "--", "X"),
    "tokio": ("peer-2", "++", "p"),
    "rayon": ("peer-1", "oo", "d"),
    "java": ("peer-3", "//", "*"),
    "erlang": ("peer-5", "\\\\", "H"),
    "node": ("peer-6", "..", "8"),
    "python": ("peer-4", "xx", "h"),
}
OTHERS = (("peer-1", "oo", "<"), ("peer-2", "++", ">"), ("peer-3", "**", "h"))


@functools.cache
def colours():
    """Those of reports, on paper, by name."""
    return dict(re.findall(r"--m-([\w-]+): light-dark\((#\w+),", COLOURS.read_text("utf-8")))


class Unusable(Exception):
    """The input cannot be plotted; the message says why."""


def look(model):
    """The colour, hatch and marker of a model; a variant looks like its model."""
    base = model.split(":")[0]
    colour, hatch, marker = LOOKS.get(base) or OTHERS[sum(base.encode()) % len(OTHERS)]
    return colours()[colour], hatch, marker


def style_of(model):
    """What a model's line looks like."""
    colour, _, marker = look(model)
    return {"color": colour, "marker": marker, "markersize": 4.5, "linewidth": 1.3}


def in_order(models):
    """Without repetition: as listed above, others after them by name; a variant by its model."""
    order = list(LOOKS)

    def place(name):
        base = name.split(":")[0]
        return order.index(base) if base in order else len(order), name
    return sorted(set(models), key=place)


def entry(model, label=None):
    """A model's line in a legend."""
    return Line2D([], [], label=label or model, **style_of(model))


def read(path):
    """The object "concbench" of a result file."""
    try:
        document = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise Unusable(f"cannot read {path}: {error.strerror}") from error
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise Unusable(f"{path} is not valid JSON: {error}") from error
    result = document.get("concbench") if isinstance(document, dict) else None
    if not isinstance(result, dict):
        raise Unusable(f'{path} has no object "concbench": not a result of concbench')
    if result.get("schema") != 1:
        raise Unusable(f"{path} is of schema {result.get('schema')}; this script reads schema 1")
    return result


def cells_of(results):
    return [cell for result in results for cell in result["cells"]]


def is_ok(cell):
    return cell["status"] == "ok" and cell["summary"] is not None


def work_of(cell):
    """What makes two cells comparable, placement aside."""
    return cell["workload"], tuple(sorted(cell["params"].items()))


def params_of(work):
    return " ".join(f"{name}={value:,}" if isinstance(value, int) else f"{name}={value}"
                    for name, value in work[1])


def absent_text(cells, width=62):
    """Who has nothing to show, and why; models with the same reason share a line."""
    by_reason = grouped((cell for cell in cells if not is_ok(cell)),
                        lambda cell: (cell["status"], cell["reason"]))
    return [line for (status, reason), group in by_reason.items()
            for line in textwrap.wrap(
                f"{status}: {', '.join(in_order(cell['model'] for cell in group))} ({reason})",
                width, subsequent_indent="   ")]


def placement_of(cell):
    text = f"{cell['cores']} core{'' if cell['cores'] == 1 else 's'}"
    text += f", {cell['layout']}" if cell["layout"] else ""
    return text + (", oversubscribed" if cell["oversubscribed"] else "")


def grouped(items, key):
    groups = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


def sweeps_of(results, workload, param):
    """The workload's cells, apart by all that makes them differ but this parameter: the text that
    says what that is, and the cells."""
    def rest_of(cell):
        rest = {name: value for name, value in cell["params"].items() if name != param}
        return ", ".join(filter(None, (params_of(work_of(cell | {"params": rest})),
                                       placement_of(cell))))
    return grouped((cell for cell in cells_of(results) if cell["workload"] == workload), rest_of)


COUNTS = (("", 1),)
TIMES = (("ns", 1), ("µs", 1e3), ("ms", 1e6), ("s", 1e9))
RATES = (("", 1), ("k", 1e3), ("M", 1e6), ("G", 1e9))
SIZES = (("B", 1), ("KiB", 2**10), ("MiB", 2**20), ("GiB", 2**30))


def unit_for(value, units):
    """The first unit in which the value has at most three digits before the point."""
    return next((unit for unit in units if value / unit[1] < 999.5), units[-1])


def duration(ns):
    """Three significant digits with the unit that fits, as the tables print them."""
    name, size = unit_for(ns, TIMES)
    value = ns / size
    decimals = 3 if value < 0.9995 else 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{value:.{decimals}f} {name}"


def ticks(units):
    """A formatter of an axis in these units: 0.1 ns, 10 µs."""
    def text(value, _position):
        name, size = unit_for(value, units)
        return f"{value / size:,.15g} {name}".strip()
    return FuncFormatter(text)


def log_axis(axis, units, base=10):
    """A tick for each power of the base, in these units."""
    axis.axes.set(**{f"{axis.axis_name}scale": "log"})
    axis.set_major_locator(LogLocator(base=base, numticks=20))
    axis.set_major_formatter(ticks(units))
    if base == 10:
        axis.set_minor_formatter(NullFormatter())
    else:
        axis.set_minor_locator(NullLocator())


def meaning_of_whiskers(cells):
    """One sentence on what the whiskers are, true for every cell."""
    levels = {(cell["summary"]["processes"], cell["summary"]["level"]) for cell in cells}
    if len(levels) > 1:
        counts = sorted(processes for processes, _ in levels)
        return f"whiskers: range of {counts[0]} to {counts[-1]} processes"
    processes, level = levels.pop()
    if processes == 1:
        return "one process each: no interval"
    if level < 0.95:
        return f"whiskers: range of {processes} processes"
    return f"whiskers: {level:.1%} interval of {processes} processes".replace("%", " %")


def machine_of(result):
    """Which machine, build and day a result is from."""
    environment, topology, build = result["environment"], result["topology"], result["build"]
    cores = topology["cores"]
    parts = [environment["cpu_model"], f"{cores} core{'' if cores == 1 else 's'}"]
    if environment["hypervisor"]:
        parts.append(f"under {environment['hypervisor']}")
    parts += [environment["kernel"], build["compiler"], result["date"][:10]]
    return " · ".join(part for part in parts if part)


def footer(results, whiskers):
    lines = list(dict.fromkeys(machine_of(result) for result in results))
    if not all(result["complete"] for result in results):
        whiskers += " · the run was ended early"
    return "\n".join(lines + [f"medians over processes; {whiskers}"])


def errors(estimate):
    """The way down and up from the median, as matplotlib's whiskers want it."""
    return [[estimate["median"] - estimate["low"]], [estimate["high"] - estimate["median"]]]


COLUMNS = 3
LEGEND = 1.9  # inches right of the panels


class Grid:
    """Panels of curves, three a row, with a title above, a legend beside, and a footer below.

    `notes` are the lines of small print below each panel: who has no curve in it, and why.
    """

    def __init__(self, notes, title, foot):
        columns = min(COLUMNS, len(notes))
        rows = [notes[i:i + columns] for i in range(0, len(notes), columns)]
        small_print = [0.13 * max(map(len, row)) for row in rows]
        left, panel, gap, above, high, below = 0.8, 3.3, 0.75, 0.55, 2.7, 0.55
        head, bottom = 0.4, 0.2 + 0.17 * len(foot.splitlines())
        width = left + columns * panel + (columns - 1) * gap + LEGEND
        width = max(width, 7.2)
        height = head + len(rows) * (above + high + below) + sum(small_print) + bottom
        self.figure = plt.figure(figsize=(width, height))
        self.panels = []
        top = height - head
        for row, below_row in zip(rows, small_print):
            top -= above + high
            self.panels += [self.figure.add_axes(
                ((left + column * (panel + gap)) / width, top / height,
                 panel / width, high / height)) for column in range(len(row))]
            top -= below + below_row
        caption(self.figure, title, foot)
        for axes, lines in zip(self.panels, notes):
            axes.grid(color="#DDDDDD", linewidth=0.6)
            axes.set_axisbelow(True)
            axes.annotate("\n".join(lines), (0, 0), (0, -36), xycoords="axes fraction",
                          textcoords="offset points", va="top", fontsize=6.5, color="#666666")

    def legend(self, entries):
        right = self.panels[min(COLUMNS, len(self.panels)) - 1].get_position()
        first = self.panels[0].get_position()
        width = self.figure.get_figwidth()
        self.figure.legend(handles=entries, loc="upper left", frameon=False, fontsize=8,
                           bbox_to_anchor=(right.x1 + 0.1 / width, first.y1), borderaxespad=0)


def title_panel(axes, name, text, width=58):
    text = textwrap.fill(text, width)
    axes.set_title(name, loc="left", fontweight="bold", pad=6 + 10 * len(text.splitlines()))
    axes.annotate(text, (0, 1), (0, 5), fontsize=7.5, xycoords="axes fraction",
                  textcoords="offset points", color="#444444")


def caption(figure, title, foot):
    """What the figure shows, above all; what it is from, below all."""
    width, height = figure.get_size_inches()
    figure.text(0.12 / width, 1 - 0.1 / height, title, va="top", fontsize=13, fontweight="bold")
    figure.text(0.12 / width, 0.12 / height, foot, va="bottom", fontsize=8, color="#444444")


def save(figure, path):
    try:
        figure.savefig(path, dpi=150)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Unusable(f"cannot write {path}: {reason}") from error
    plt.close(figure)


def use_house_style():
    plt.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False,
                         "axes.titlesize": 10, "hatch.linewidth": 0.6, "svg.fonttype": "none"})


def main(description, draw, argv=None):
    """Runs a plot as a command: exit code 2 and one sentence if its input cannot be plotted."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("results", nargs="+", metavar="RESULT.json")
    parser.add_argument("-o", "--out", required=True, metavar="FILE", help="a .png or .svg file")
    arguments = parser.parse_args(argv)
    use_house_style()
    try:
        if pathlib.Path(arguments.out).suffix not in (".png", ".svg"):
            raise Unusable(f"{arguments.out} must end in .png or .svg")
        save(draw([read(path) for path in arguments.results]), arguments.out)
    except Unusable as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    except (KeyError, TypeError, AttributeError) as error:
        print(f"{parser.prog}: the result lacks a field or has a wrong one: {error}",
              file=sys.stderr)
        return 2
    return 0
