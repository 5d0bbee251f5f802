"""What is measured over the wire: a task is one bounded run of bench/load
against a daemon with given people and settings."""
import dataclasses
import json
import math

from . import programs as p
from .office import ask

# Offered rates are round numbers, the same on every machine and in every
# version, so that two results can be compared.
STEPS = (1, 1.5, 2, 3, 4, 5, 6, 8)


@dataclasses.dataclass(frozen=True)
class Task:
    view: str  # which plot or table it is for
    people: int
    load: tuple  # words for bench/load
    daemon: tuple = ()  # settings other than the defaults, (name, value)
    lanes: int = 12
    more: tuple = ()  # further params, (name, value)
    writes: bool = False
    longer: int = 1  # than other tasks

    def name(self):
        words = [f"{k}={v}" for k, v in self.daemon + self.more]
        return " ".join([self.view, f"{self.people} people", *words,
                         *self.load])

    def params(self):
        params = {"view": self.view, "people": self.people,
                  **dict(self.daemon), **dict(self.more)}
        if self.lanes != 12:
            params["lanes"] = self.lanes
        return params


@dataclasses.dataclass(frozen=True)
class Sizes:
    """How much of everything one kind of run measures."""
    pools: tuple
    main: int  # the pool that all but the view "pool" use
    rounds: int
    seconds: float
    clients: tuple
    rates: int  # how many offered rates
    ks: tuple
    workers: tuple
    batches: tuple
    radii: tuple
    lanes: tuple
    budget_s: float  # no round is begun after it


def _closed(clients, *more, mix="match.people:inline"):
    return ("--mix", mix, "--clients", str(clients), *more)


def pool(people):
    return [Task("pool", people, _closed(1, "--no-explain")),
            Task("pool", people, _closed(1)),
            Task("pool", people, _closed(16, "--no-explain"))]


def clients(s):
    return [Task("clients", s.main, _closed(n)) for n in s.clients]


def ks(s):
    return [Task("k", s.main, _closed(1, "--k", str(k))) for k in s.ks]


def kinds(s):
    return [Task("kinds", s.main, _closed(1, mix=mix)) for mix in
            ("ping", "match.people", "match.pair", "match.needs")]


def selectivity(s):
    """The share that passes is asked of the daemon itself (shares)."""
    return [Task("selectivity", s.main,
                 _closed(1, "--no-explain",
                         *(("--filters", f'{{"radius_km":{r}}}') if r
                           else ())), more=(("radius_km", r),))
            for r in s.radii]


def workers(s):
    return [Task("workers", s.main, _closed(16), daemon=(("workers", n),))
            for n in s.workers]


def batches(s):
    return [Task("batch", s.main, _closed(64, "--no-explain"),
                 daemon=(("batch_max", n),)) for n in s.batches]


def lanes(s):
    return [Task("lanes", s.main, _closed(1, "--no-explain"), lanes=n,
                 more=(("requirements", n),)) for n in s.lanes]


def writes(s):
    """On a store of its own, so that the others keep their size."""
    return [Task("writes", s.pools[0] + 1,
                 (*_closed(n, mix="candidate.put:new"), "--writes"),
                 writes=True) for n in (1, 16)]


def ladder(capacity, count):
    """`count` round rates from far under to well over `capacity`."""
    every = [step * 10 ** power for power in range(7) for step in STEPS]
    top = [r for r in every if r >= capacity * 1.1][:2]
    below = [r for r in every if capacity * .1 <= r < capacity * 1.1]
    rates = below + top
    if len(rates) > count:  # thin out, the steep end stays
        keep = [round(i * (len(rates) - 1) / (count - 1))
                for i in range(count)]
        rates = [rates[i] for i in keep]
    return sorted(set(rates))


def offered(s, capacity):
    return [Task("offered", s.main,
                 ("--mix", "match.people:inline", "--clients", "16",
                  "--rate", f"{rate:g}"), longer=3)
            for rate in ladder(capacity, s.rates)]


class Runner:
    """Runs tasks on an office and keeps their figures."""

    def __init__(self, office, figures, seconds):
        self.office = office
        self.figures = figures
        self.seconds = seconds
        self.shares = {}

    def run(self, task):
        daemon = self.office.use(task.people, task.lanes,
                                 measured=not task.writes,
                                 **dict(task.daemon))
        cpu = daemon.cpu()
        out, seconds = self.patiently(daemon, task.load, task.longer)
        cpu = daemon.cpu() - cpu
        params = dict(task.params())
        if task.view == "selectivity":
            params["share"] = self.share(daemon, task)
        self.figures.lines(out, task.name(), params)
        asked = dict(_last_params(out), **params)
        self.figures.add("daemon.cpu", "ratio", asked, cpu / seconds)

    def patiently(self, daemon, load, longer=1):
        """Once more, ten times as long, when answers are slower than the whole
        run: a pool of millions. Output and seconds under load."""
        for times in (1, 10):
            seconds = self.seconds * times * longer
            warmup = max(.1, min(1, seconds / 4))
            grace = max(2, min(20, seconds))
            words = ["--seconds", f"{seconds:g}", "--warmup", f"{warmup:g}",
                     "--grace", f"{grace:g}", "--records",
                     self.office.n_needs, *load]
            try:
                return (self.load(daemon, words,
                                  60 + (warmup + seconds + grace) * 2),
                        warmup + seconds)
            except p.Failed as e:
                if times > 1 or "not one request was answered" not in str(e):
                    raise
        raise AssertionError("one of two tries returns or raises")

    def load(self, daemon, words, timeout_s):
        """Output of bench/load. A daemon that ended by itself is what must be
        told then, not that its clients got no answers."""
        try:
            out, _ = p.run([self.office.programs.load, "--endpoint",
                            daemon.endpoint, *words], timeout_s)
            return out
        except p.Failed:
            if daemon.process.poll() is not None:
                self.office.close()
                raise p.Failed("incrociod ended by itself: " +
                               daemon.log().splitlines()[-1]) from None
            raise

    def share(self, daemon, task):
        """Of the people, how many pass the filter on average of some needs."""
        radius = dict(task.more)["radius_km"]
        if (task.people, radius) not in self.shares:
            self.shares[task.people, radius] = _share(daemon, radius)
        return self.shares[task.people, radius]

    def capacity(self, people):
        """Questions a second with many clients: where the ladder ends."""
        daemon = self.office.use(people)
        out = self.load(daemon, [
            "--seconds", f"{max(.5, min(2, self.seconds))}", "--warmup", ".2",
            "--grace", "5", *_closed(16)], 60)

        for line in out.splitlines():
            figure = json.loads(line)
            if figure["name"] == "load.throughput":
                return max(1.0, figure["samples"][0])
        raise p.Failed("bench/load printed no throughput")


def _last_params(out):

    return json.loads(out.splitlines()[0])["params"]


def _share(daemon, radius, needs=20):

    seen = passed = 0
    with ask(daemon.endpoint) as client:
        for need in client.call("need.list", {"limit": needs})["items"]:
            options = {"k": 1, "explain": False}
            if radius:
                options["filters"] = {"radius_km": radius}
            page = client.call("match.people", {"id": need["id"],
                                                "options": options})
            seen += page["considered"]
            passed += page["matched"]
    if seen == 0:
        return 0.0
    share = passed / seen
    digits = 3 - int(math.floor(math.log10(share))) if share > 0 else 0
    return round(share, digits)
