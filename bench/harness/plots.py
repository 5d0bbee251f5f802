"""Plots of a run, SVG and PNG. Colours: Okabe and Ito's, told apart by any
eye, and every line has its own marker too. Bars on a point reach from the
lowest to the highest round."""
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402 (the backend comes first)
from matplotlib import ticker  # noqa: E402

from . import figures as fig  # noqa: E402
from .machine import title  # noqa: E402

COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]
MARKS = ["o", "s", "^", "D", "v", "P"]
plt.rcParams.update({
    "font.size": 10, "axes.grid": True, "grid.alpha": .3,
    "axes.spines.top": False, "axes.spines.right": False,
    "axes.titlesize": 11, "figure.titlesize": 13, "legend.frameon": False,
    "svg.hashsalt": "incrocio"})


def plain(x, _=None):
    """1500000 -> 1.5 M."""
    for step, name in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if abs(x) >= step:
            return f"{x / step:g}{name}"
    return f"{x:g}"


def _points(found, x):
    """x, median, lowest, highest: sorted by x; x names a param."""
    rows = []
    for f in found:
        at = f["params"].get(x)
        if isinstance(at, (int, float)):
            rows.append((at, fig.median(f), min(f["samples"]),
                         max(f["samples"])))
    return sorted(rows)


def _line(axes, rows, label, i, change=lambda v: v):
    """One line with bars; False when there is nothing to draw."""
    rows = [(x, *sorted(map(change, v)), change(v[0]))
            for x, *v in rows if v[0] > 0 or change(v[0]) == 0]
    if not rows:
        return False
    xs = [r[0] for r in rows]
    ys = [r[4] for r in rows]
    axes.errorbar(xs, ys, yerr=[[r[4] - r[1] for r in rows],
                                [r[3] - r[4] for r in rows]],
                  color=COLOURS[i], marker=MARKS[i], markersize=8 - 1.5 * min(i, 3),
                  linewidth=1.6, elinewidth=1, capsize=2, label=label)
    return True


def _axis(axis, values, log):
    """A scale whose ticks are words people read, whatever the span."""
    values = [v for v in values if v > 0]
    if log and values and max(values) / min(values) >= 8:
        (axis.axes.set_xscale if axis.axis_name == "x"
         else axis.axes.set_yscale)("log")
        few = max(values) / min(values) < 200
        axis.set_major_locator(ticker.LogLocator(
            subs=(1, 2, 5) if few else (1,), numticks=12))
        axis.set_minor_formatter(ticker.NullFormatter())
    axis.set_major_formatter(ticker.FuncFormatter(plain))


def _finish_axes(axes, x, y, logx=True, logy=True, ticks=None):
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    lines = [c for c in axes.containers]
    xs, ys = [], []
    for c in lines:
        data = c.lines[0] if hasattr(c, "lines") else None
        if data is not None:
            xs += list(data.get_xdata())
            ys += list(data.get_ydata())
    _axis(axes.xaxis, xs, logx)
    _axis(axes.yaxis, ys, logy)
    if ticks:
        axes.xaxis.set_major_locator(ticker.FixedLocator(sorted(set(ticks))))
        axes.xaxis.set_minor_locator(ticker.NullLocator())
    if axes.get_yscale() != "log":
        axes.set_ylim(bottom=0)
    if len(lines) > 1:
        axes.legend(fontsize=9)


class Sheet:
    """One picture: panels beside each other, a title, the machine below."""

    def __init__(self, name, heading, panels=1, width=6.4):
        self.name = name
        self.figure, axes = plt.subplots(
            1, panels, figsize=(width * panels if panels > 1 else 7.2, 4.6),
            squeeze=False)
        self.axes = axes[0]
        self.figure.suptitle(heading)

    def save(self, folder, machine):
        self.figure.text(.01, .008, title(machine), fontsize=7.5,
                         color="#555555")
        self.figure.tight_layout(rect=(0, .03, 1, 1))
        for kind in ("svg", "png"):
            self.figure.savefig(folder / f"{self.name}.{kind}", dpi=110,
                                metadata={"Date": None} if kind == "svg"
                                else None)
        plt.close(self.figure)
        return self.name


def _people(figures, view):
    for f in figures.find("load.p50", view=view):
        return f["params"]["people"]
    return 0


def pool(figures):
    sheet = Sheet("pool", "Time for a need against pool size")
    axes = sheet.axes[0]
    find = lambda name, **kw: _points(  # noqa: E731
        figures.find(name, view="pool", **kw), "people")
    some = _line(axes, find("load.p50", clients=1, explain=True),
                 "explained, median", 0)
    _line(axes, find("load.p50", clients=1, explain=False),
          "not explained, median", 1)
    _line(axes, find("load.p99", clients=1, explain=False),
          "not explained, 99th percentile", 2)
    _line(axes, find("load.throughput", clients=16, explain=False),
          "16 clients: a second divided by answers", 3, lambda v: 1000 / v)
    if not some:
        return None
    _finish_axes(axes, "people in the pool", "milliseconds")
    return sheet


def offered(figures):
    people = _people(figures, "offered")
    sheet = Sheet("offered", f"Waiting against offered load, {plain(people)} "
                  "people", 2)
    some = False
    enough = {f["params"]["rate"] for f in
              figures.find("load.answered", view="offered")
              if sum(f["samples"]) >= 1000}
    for i, (q, label) in enumerate((("p50", "median"),
                                    ("p99", "99th percentile"),
                                    ("p999", "99.9th percentile"))):
        rows = _points(figures.find(f"load.{q}", view="offered"), "rate")
        if q == "p999":  # of fewer than a thousand it is the slowest one
            rows = [r for r in rows if r[0] in enough]
        some |= _line(sheet.axes[0], rows, label, i)
    if not some:
        return None
    sheet.axes[0].set_title("time from when a question was due")
    _finish_axes(sheet.axes[0], "questions offered, 1/s", "milliseconds",
                 logx=False)
    rows = _points(figures.find("load.throughput", view="offered"), "rate")
    axes = sheet.axes[1]
    top = max(r[0] for r in rows)
    axes.plot([0, top], [0, top], color="#999999", linestyle="--",
              linewidth=1)
    axes.annotate("all answered", (top * .62, top * .62), xytext=(-8, 8),
                  textcoords="offset points", ha="right", color="#777777",
                  fontsize=9)
    _line(axes, rows, "answered in time", 0)
    axes.set_title("answered while it lasted")
    _finish_axes(axes, "questions offered, 1/s", "answers, 1/s", logx=False,
                 logy=False)
    return sheet


def _two(figures, view, x, xlabel, heading, name, ticks=True):
    """Answers a second and waiting against one setting."""
    rate = _points(figures.find("load.throughput", view=view), x)
    if len(rate) < 2:
        return None
    people = _people(figures, view)
    sheet = Sheet(name, f"{heading}, {plain(people)} people", 2)
    _line(sheet.axes[0], rate, "", 0)
    sheet.axes[0].set_title("answers")
    at = [r[0] for r in rate] if ticks else None
    _finish_axes(sheet.axes[0], xlabel, "answers, 1/s", logy=False, ticks=at)
    _line(sheet.axes[1], _points(figures.find("load.p50", view=view), x),
          "median", 0)
    _line(sheet.axes[1], _points(figures.find("load.p99", view=view), x),
          "99th percentile", 1)
    sheet.axes[1].set_title("time of an answer")
    _finish_axes(sheet.axes[1], xlabel, "milliseconds", ticks=at)
    return sheet


def clients(figures):
    return _two(figures, "clients", "clients",
                "clients, each asking again at once",
                "Closed loop against clients", "clients")


def workers(figures):
    return _two(figures, "workers", "workers", "workers",
                "16 clients against workers", "workers")


def batch(figures):
    return _two(figures, "batch", "batch_max", "batch_max",
                "64 clients against batch_max", "batch")


def _times(figures, view, x, xlabel, heading, name, ticks=None):
    p50 = _points(figures.find("load.p50", view=view), x)
    if len(p50) < 2:
        return None
    people = _people(figures, view)
    sheet = Sheet(name, f"{heading}, {plain(people)} people")
    axes = sheet.axes[0]
    _line(axes, p50, "median", 0)
    _line(axes, _points(figures.find("load.p99", view=view), x),
          "99th percentile", 1)
    _finish_axes(axes, xlabel, "milliseconds",
                 ticks=ticks and [r[0] for r in p50])
    return sheet


def selectivity(figures):
    return _times(figures, "selectivity", "share",
                  "share of the people that pass the filter",
                  "Time for a need against selectivity", "selectivity")


def k(figures):
    return _times(figures, "k", "k", "k, people in the answer (explained)",
                  "Time for a need against k", "k", ticks=True)


def lanes(figures):
    return _times(figures, "lanes", "requirements", "skills a need asks for",
                  "Time for a need against its requirements", "lanes",
                  ticks=True)


def size(figures):
    panels = [("daemon.memory", "resident after a start, MiB",
               lambda v: v / (1 << 20)),
              ("daemon.start", "from start to serving, ms", lambda v: v),
              ("import.people", "import, people a second", lambda v: v)]
    if not figures.find("import.people"):
        return None
    sheet = Sheet("size", "What a pool costs", 3, 4.6)
    for i, (name, label, change) in enumerate(panels):
        axes = sheet.axes[i]
        _line(axes, _points(figures.find(name), "people"), "", i, change)
        _finish_axes(axes, "people in the pool", label, logy=i != 2)
    return sheet


SHEETS = (pool, offered, clients, workers, batch, selectivity, k, lanes, size)


def draw(folder, machine, figures):
    """All pictures for which there are figures; their names."""
    names = []
    for make in SHEETS:
        sheet = make(figures)
        if sheet is not None:
            names.append(sheet.save(folder, machine))
    return names
