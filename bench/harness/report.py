"""results.md: the figures as tables for people."""
import json
import pathlib

from . import figures as fig
from .machine import title

TARGETS = pathlib.Path(__file__).resolve().parents[1] / "targets.json"
VIEWS = {
    "pool": "Against pool size, one client and sixteen",
    "clients": "Against clients, closed loop",
    "offered": "Against offered load, open loop (Poisson)",
    "selectivity": "Against the share of people that pass a filter",
    "k": "Against k, explained",
    "kinds": "Other questions, one client",
    "workers": "Against workers",
    "batch": "Against batch_max, 64 clients",
    "lanes": "Against requirements of a need",
    "writes": "Durable writes",
}
HIDE = ("view", "mode", "mix", "arrivals", "kind")
COLUMNS = [("load.throughput", "answers/s"), ("load.p50", "p50 ms"),
           ("load.p99", "p99 ms"), ("load.p999", "p99.9 ms"),
           ("load.max", "max ms"), ("load.busy", "busy"),
           ("load.errors", "errors"), ("load.unanswered", "no answer"),
           ("load.late", "late"), ("daemon.cpu", "daemon cores"),
           ("load.generator_cpu", "generator cores")]


def number(x):
    if x == 0:
        return "0"
    if abs(x) >= 1000:
        return f"{x:,.0f}"
    return f"{x:.3g}"


def human(value, unit):
    if unit == "B":
        for step, name in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10,
                                                                 "KiB")):
            if value >= step:
                return f"{value / step:.1f} {name}"
    return f"{number(value)} {unit}"


def spread(figure):
    s = figure["samples"]
    if len(s) < 2:
        return number(s[0])
    return f"{number(fig.median(figure))} ({number(min(s))}-{number(max(s))})"


def targets(figures):
    """(target, median, ratio) of every target whose figure was measured."""
    found = []
    for target in json.loads(TARGETS.read_text())["targets"]:
        for f in figures.find(target["name"], **target["params"]):
            if f["params"].get("people", 0) < target.get("from_people", 0):
                continue
            value = fig.median(f)
            per = target.get("per")
            if per:
                value /= f["params"][per]
            ratio = value / target["value"] if target["value"] else 0
            found.append((target, f, value, ratio))
    return found


def _view(figures, view):
    """Lines of a table: one row a set of params."""
    rows = {}
    for f in figures.all():
        if f["params"].get("view") == view and "kind" not in f["params"] and \
                not f["name"].startswith("load.second"):
            key = json.dumps(f["params"], sort_keys=True)
            # the daemon's figures have the same params as the load's
            rows.setdefault(key, {})[f["name"]] = f
    if not rows:
        return []
    all_params = [json.loads(k) for k in rows]
    names = [n for n in dict.fromkeys(n for p in all_params for n in p)
             if n not in HIDE and len({json.dumps(p.get(n))
                                       for p in all_params}) > 1]
    if len({p.get("mix") for p in all_params}) > 1:
        names.insert(0, "mix")
    columns = [c for c in COLUMNS if any(c[0] in r for r in rows.values())]
    fixed = {k: v for k, v in all_params[0].items()
             if k not in names and k not in ("view",)}
    out = [f"## {VIEWS.get(view, view)}", "",
           "`" + ", ".join(f"{k} {v}" for k, v in fixed.items()) + "`", "",
           "| " + " | ".join([*names, *(c[1] for c in columns)]) + " |",
           "|" + "---|" * (len(names) + len(columns))]
    order = sorted(rows.items(), key=lambda kv: [
        _sortable(json.loads(kv[0]).get(n)) for n in names])
    for key, row in order:
        params = json.loads(key)
        cells = [str(params.get(n, "")) for n in names]
        cells += [spread(row[c[0]]) if c[0] in row else "" for c in columns]
        out.append("| " + " | ".join(cells) + " |")
    return out + [""]


def _sortable(x):
    return (0, x, "") if isinstance(x, (int, float)) else (1, 0, str(x))


def _others(figures):
    rest = [f for f in figures.all() if "view" not in f["params"]]
    if not rest:
        return []
    out = ["## Everything else", "",
           "| figure | of | median | lowest | highest | samples |",
           "|---|---|---|---|---|---|"]
    for f in rest:
        of = ", ".join(f"{k} {v}" for k, v in f["params"].items())
        out.append(f"| {f['name']} | {of} | "
                   f"{human(fig.median(f), f['unit'])} | "
                   f"{human(min(f['samples']), f['unit'])} | "
                   f"{human(max(f['samples']), f['unit'])} | "
                   f"{len(f['samples'])} |")
    return out + [""]


def write(path, machine, settings, figures, notes, plots):
    out = [f"# {settings['title']}, {machine['date'][:10]}", "",
           title(machine) + ".", "",
           f"`{machine['command']}`; {machine['system']}, kernel "
           f"{machine['kernel']}, OPENBLAS_CORETYPE "
           f"{machine['openblas_coretype'] or 'unset'}.", "",
           "Medians of the rounds, lowest and highest in brackets. Load from "
           "other programs makes times longer, never shorter. A figure from a "
           "closed loop says what the daemon can do; how long people wait is "
           "in the open loop.", ""]
    if notes:
        out += ["## Notes", "", *(f"- {n}" for n in notes), ""]
    goals = targets(figures)
    if goals:
        out += ["## Targets", "",
                "| figure | of | measured | target | measured / target |",
                "|---|---|---|---|---|"]
        for t, f, value, ratio in goals:
            of = ", ".join(f"{k} {v}" for k, v in f["params"].items()
                           if k not in ("view", "mode", "arrivals"))
            out.append(f"| {t['what']} | {of} | {human(value, t['unit'])} | "
                       f"{human(t['value'], t['unit'])} | {ratio:.2f} |")
        out += ["", "Targets and where they come from: `bench/targets.json`.",
                ""]
    if plots:
        out += ["## Plots", ""]
        out += [f"![{name}]({name}.png)\n" for name in plots]
    for view in VIEWS:
        out += _view(figures, view)
    out += _others(figures)
    path.write_text("\n".join(out).rstrip() + "\n")
