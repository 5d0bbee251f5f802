"""One question in depth: `bench/run --sweep NAME`. Every point measured is kept
in bench/out/ at once, so that a sweep that was stopped goes on from there."""
import dataclasses
import json
import os

from . import figures as fig
from . import machine as m
from . import outside
from . import pools
from . import programs as p
from . import tasks

OUT = m.ROOT / "bench/out"
BASE = tasks.Sizes(
    (10000, 30000, 100000, 300000, 1000000, 2000000, 5000000), 100000, 3, 3,
    (1, 2, 4, 8, 16, 32, 64, 128, 256), 16,
    (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000), (), (1, 2, 4, 8, 16, 32, 64),
    (0, 2, 5, 10, 20, 40, 80, 150), (1, 2, 4, 8, 16, 32, 64, 128), 1800)


def _workers(s, cores):
    most = max(2, 2 * cores)
    some = sorted({1, 2, 3, cores, cores + 1, most} |
                  {1 << i for i in range(7) if 1 << i <= most})
    return tasks.workers(dataclasses.replace(s, workers=tuple(some)))


SWEEPS = {
    "workers": lambda s, capacity: _workers(
        s, len(os.sched_getaffinity(0))),
    "batch": lambda s, capacity: tasks.batches(s),
    "clients": lambda s, capacity: tasks.clients(s),
    "rate": lambda s, capacity: tasks.offered(s, capacity()),
    "k": lambda s, capacity: tasks.ks(s),
    "selectivity": lambda s, capacity: tasks.selectivity(s),
    "lanes": lambda s, capacity: tasks.lanes(s),
    "pool": lambda s, capacity: [t for n in s.pools for t in tasks.pool(n)],
}


def sizes(kind):
    """Smaller in a quick or a smoke run."""
    if kind == "full":
        return BASE
    main, seconds, rounds = (10000, .4, 3) if kind == "quick" else (300, .15,
                                                                    1)
    pool = (1000, 3000, 10000, 30000) if kind == "quick" else (100, 300)
    return dataclasses.replace(BASE, pools=pool, main=main, rounds=rounds,
                               seconds=seconds, rates=6, budget_s=120)


class Kept:
    """The points of one sweep, a JSON line each, by commit and kind of run: a
    point of other code is another point."""

    def __init__(self, name, kind, here, restart, folder):
        folder.mkdir(parents=True, exist_ok=True)
        commit = here["commit"] + ("-dirty" if here["dirty"] else "")
        self.path = folder / (f"sweep-{name}-{kind}-{m.slug(here)}-"
                              f"{commit}.jsonl")
        if restart:
            self.path.unlink(missing_ok=True)
        self.points = {}
        if self.path.exists():
            for line in self.path.read_text().splitlines():
                try:
                    point = json.loads(line)
                    self.points[point["point"]] = point["figures"]
                except (ValueError, KeyError):
                    continue  # cut off when it was stopped: measured again

    def add(self, point, figures):
        self.points[point] = figures
        with open(self.path, "a") as f:
            f.write(json.dumps({"point": point, "figures": figures}) + "\n")


def _measure(world, seconds, task):
    """The figures of one task alone."""
    own = fig.Figures()
    kept = world.figures
    world.figures = own
    try:
        tasks.Runner(world, own, seconds).run(task)
        if not task.daemon and not own.find("daemon.memory"):
            # A second start: the first one's memory holds the import.
            world.close()
            world.use(task.people, task.lanes)
    finally:
        world.figures = kept
    return own.all()


def _capacity(kept, world, s):
    """Kept too: the rates must be the same when a sweep goes on."""
    if "capacity" not in kept.points:
        value = tasks.Runner(world, fig.Figures(),
                             s.seconds).capacity(s.main)
        kept.add("capacity", [{"name": "capacity", "unit": "1/s",
                               "params": {}, "samples": [value]}])
    return kept.points["capacity"][0]["samples"][0]


def _one(name, args, kind, world, figures, here, clock, notes):
    s = sizes(kind)
    kept = Kept(name, kind, here, args.restart, args.keep)
    work = SWEEPS[name](s, lambda: _capacity(kept, world, s))
    rounds = args.rounds or s.rounds
    # A pool is made once and measured in all rounds before the next size.
    order = [(t, r) for n in sorted({t.people for t in work})
             for r in range(rounds)
             for t in work[::1 if r % 2 == 0 else -1] if t.people == n]
    before = None
    for task, round_ in order:
        point = f"{task.name()} #{round_}"
        if point not in kept.points:
            why = pools.fits(task.people, m.free_memory(),
                             m.free_disk(world.folder))
            if why is not None and task.people != before:
                outside.note(notes, f"cut: a pool of {task.people}: {why}")
                continue
            if clock.left() < 0:
                outside.note(notes, f"cut: sweep {name} is not complete: the "
                             "time was up; run it again to go on")
                break
            if before not in (None, task.people):
                world.forget(before)
            before = task.people
            p.say(f"  {point}, {clock.spent():.0f} s")
            kept.add(point, _measure(world, s.seconds, task))
        for figure in kept.points[point]:
            figures.put(figure)


def run(args, kind, world, figures, here, clock, notes):
    if not args.minutes:
        clock = p.Clock(sizes(kind).budget_s * len(args.sweep))
    for name in dict.fromkeys(args.sweep):
        p.say(f"sweep {name}")
        _one(name, args, kind, world, figures, here, clock, notes)
    return {"title": "Sweep of " + ", ".join(args.sweep), "kind": kind,
            "sweep": args.sweep, "seconds": sizes(kind).seconds}
