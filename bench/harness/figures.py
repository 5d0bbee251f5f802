"""Figures: what was measured, of what, in which unit, each sample kept.

A figure is {"name", "unit", "params", "samples"}: the line every measuring
program prints, and the entry of results.json. Samples of the same name and
params from several rounds are put together."""
import json
import statistics

UNITS = ("ms", "ns", "B", "1/s", "ratio", "count")
# Whether less is better; None: neither.
LESS = {"ms": True, "ns": True, "B": True, "1/s": False, "ratio": None,
        "count": None}
# What programs may print besides, and what it is in ours.
ALSO = {"s": ("ms", 1000), "us": ("ms", .001), "bytes": ("B", 1),
        "people/s": ("1/s", 1)}
SCHEMA = 1


class Wrong(Exception):
    """Not a figure, or not a results file; says what and where."""


def _number(x):
    return isinstance(x, (int, float)) and not isinstance(x, bool) and \
        x == x and abs(x) != float("inf")


def check(figure, where="figure"):
    if not isinstance(figure, dict):
        raise Wrong(f"{where}: not a JSON object")
    for key, kind in (("name", str), ("unit", str), ("params", dict),
                      ("samples", list)):
        if not isinstance(figure.get(key), kind):
            raise Wrong(f"{where}: {key} is missing or not a {kind.__name__}")
    if figure["unit"] not in UNITS:
        raise Wrong(f"{where}: unit {figure['unit']!r} is none of "
                    f"{' '.join(UNITS)}")
    if not figure["samples"] or not all(map(_number, figure["samples"])):
        raise Wrong(f"{where}: samples must be finite numbers, at least one")


def _our_unit(figure):
    if not isinstance(figure, dict) or figure.get("unit") not in ALSO:
        return figure
    unit, times = ALSO[figure["unit"]]
    return dict(figure, unit=unit, samples=[x * times for x in
                                            figure.get("samples", [])])


def key(figure):
    return (figure["name"], json.dumps(figure["params"], sort_keys=True))


def median(figure):
    return statistics.median(figure["samples"])


class Figures:
    """All figures of a run, in the order they came first."""

    def __init__(self):
        self.by_key = {}

    def add(self, name, unit, params, *samples):
        figure = {"name": name, "unit": unit, "params": params,
                  "samples": list(samples)}
        check(figure, name)
        self.put(figure)

    def put(self, figure):
        known = self.by_key.setdefault(key(figure), dict(figure, samples=[]))
        if known["unit"] != figure["unit"]:
            raise Wrong(f"{figure['name']}: in {figure['unit']} and in "
                        f"{known['unit']}")
        known["samples"].extend(figure["samples"])

    def lines(self, text, where, extra=None):
        """Take what a measuring program printed; how many figures."""
        n = 0
        for no, line in enumerate(text.splitlines(), 1):
            if not line.strip():
                continue
            try:
                figure = json.loads(line)
            except ValueError as e:
                raise Wrong(f"{where}:{no}: {e}") from None
            figure = _our_unit(figure)
            check(figure, f"{where}:{no}")
            self.put(dict(figure, params={**(extra or {}),
                                          **figure["params"]}))
            n += 1
        return n

    def all(self):
        return list(self.by_key.values())

    def find(self, name, **params):
        """Figures of that name whose params hold at least these."""
        return [f for f in self.by_key.values() if f["name"] == name and
                all(f["params"].get(k) == v for k, v in params.items())]


def save(path, machine, settings, figures, notes):
    whole = {"schema": SCHEMA, "machine": machine, "settings": settings,
             "notes": notes, "figures": figures.all()}
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(whole, indent=1) + "\n")
    temporary.replace(path)


def load(path):
    """(whole, Figures) of a results.json, checked."""
    try:
        whole = json.loads(path.read_text())
    except (OSError, ValueError) as e:
        raise Wrong(f"{path}: {e}") from None
    if not isinstance(whole, dict) or whole.get("schema") != SCHEMA:
        raise Wrong(f"{path}: no results.json of bench/run (schema {SCHEMA})")
    if not isinstance(whole.get("machine"), dict) or \
            not isinstance(whole.get("figures"), list):
        raise Wrong(f"{path}: machine or figures are missing")
    figures = Figures()
    for i, f in enumerate(whole["figures"]):
        check(f, f"{path}: figures[{i}]")
        figures.put(f)
    return whole, figures
