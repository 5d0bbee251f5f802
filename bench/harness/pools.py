"""People and needs to measure with: from bench/people when it is built, else
from the small generator below, which mixes the taxonomy's own occupations.
Seeded: the same call writes the same bytes."""
import csv
import json
import random

from .machine import ROOT
from .programs import run

SAMPLE = ROOT / "engine/taxonomy/sample"
# Bytes to have free for each person: text of the import, store, image twice.
DISK_A_PERSON = 8192
MEMORY_A_PERSON = 1536
SPARE = 1 << 30


def comuni(esco):
    if esco is not None and (esco.parent / "comuni.tsv").exists():
        return esco.parent / "comuni.tsv"
    return SAMPLE / "comuni.tsv"


def fits(people, memory, disk):
    """Why a pool of so many people cannot be measured here, or None."""
    want_memory = people * MEMORY_A_PERSON + SPARE // 2
    want_disk = people * DISK_A_PERSON + SPARE
    if memory < want_memory:
        return (f"{want_memory >> 20} MiB of memory wanted, "
                f"{memory >> 20} free")
    if disk < want_disk:
        return f"{want_disk >> 20} MiB of disk wanted, {disk >> 20} free"
    return None


def people(programs, path, count, seed, esco):
    if programs.people.exists():
        return _generated(programs, path, "people", count, seed, esco)
    world = _World(esco)
    with open(path, "w") as f:
        for i in range(count):
            f.write(json.dumps(_person(world, random.Random(f"{seed}/{i}"), i),
                               separators=(",", ":")) + "\n")


def needs(programs, path, count, lanes, seed, esco):
    if programs.people.exists():
        return _generated(programs, path, "needs", count, seed, esco,
                          "--requirements", lanes)
    world = _World(esco)
    with open(path, "w") as f:
        for i in range(count):
            rng = random.Random(f"{seed}/need/{i}")
            f.write(json.dumps(_need(world, rng, i, lanes)) + "\n")


def _generated(programs, path, what, count, seed, esco, *more):
    words = ["sh", "-c", 'out=$1; shift; exec "$@" >"$out"', "sh", path,
             programs.people, what, "--count", count, "--seed", seed, *more]
    if esco is not None:
        words += ["--esco", esco]
    run(words, 3600)


class _World:
    def __init__(self, esco):
        folder = esco or SAMPLE
        trades = {}
        with open(folder / "occupationSkillRelations.csv") as f:
            for row in csv.DictReader(f):
                trades.setdefault(row["occupationUri"],
                                  []).append(row["skillUri"])
        self.trades = sorted(trades.items())
        self.skills = sorted({s for _, some in self.trades for s in some})
        with open(comuni(esco)) as f:
            self.places = [row["istat"] for row in
                           csv.DictReader(f, delimiter="\t")]

    def trade(self, rng):
        """Long-tailed: some trades are common, most are rare."""
        at = int(len(self.trades) * rng.random() ** 2)
        return self.trades[at]


def _person(world, rng, i):
    uri, own = world.trade(rng)
    _, other = world.trade(rng)
    skills = rng.sample(own, min(len(own), rng.randint(6, 16)))
    skills += rng.sample(other, min(len(other), rng.randint(0, 6)))
    skills += rng.sample(world.skills, min(len(world.skills), 3))
    skills = list(dict.fromkeys(skills))
    person = {
        "id": f"B-{i:08d}", "office": f"CPI-{rng.randint(1, 20)}",
        "home": rng.choice(world.places),
        "skills": [{"uri": s, "level": rng.randint(1, 4),
                    "evidence": rng.choice(["declared", "observed",
                                            "certified"])} for s in skills],
        "occupations": [{"uri": uri, "months": rng.randint(1, 240)}],
        "licences": rng.choice([[], ["B"], ["B", "CARRELLI"]]),
        "updated": f"2026-{rng.randint(1, 11):02d}-{rng.randint(1, 28):02d}"}
    if rng.random() < .7:
        person["mobility"] = {"car": rng.random() < .6,
                              "max_minutes": rng.choice([20, 30, 45, 60])}
    return person


def _need(world, rng, i, lanes):
    wanted = []
    while len(wanted) < lanes:
        uri, own = world.trade(rng)
        wanted += [s for s in rng.sample(own, len(own)) if s not in wanted]
        if len(wanted) >= len(world.skills):
            break
    return {"id": f"N-{i:05d}", "title": "Fabbisogno di prova",
            "comune": rng.choice(world.places),
            "requirements": [{"uri": s, "level": rng.randint(1, 3),
                              "importance": rng.choice(["must", "should",
                                                        "nice"])}
                             for s in wanted[:lanes]]}
