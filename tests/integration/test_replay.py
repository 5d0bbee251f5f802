"""Recorded matches are computed again, byte for byte: after the people and needs
have changed, after a restart, and on every kernel this processor has. INC_REPLAYS
says how many (`./check --long` runs 10,000)."""
import os
import random

import pytest

from office import (  # noqa: F401 (fixtures)
    Failure, built, daemon, load_sample, make, need, person, records, space)

pytestmark = built
COUNT = int(os.environ.get("INC_REPLAYS", "240"))
SEED = int(os.environ.get("INC_SEED", "7"))
KERNELS = ["scalar", "avx2", "avx512"]


def change(client, rng, people, needs):
    """One write of any kind, also those that patch, freeze and delete."""
    what = rng.randrange(8)
    p, n = rng.choice(people), rng.choice(needs)
    try:
        if what == 0:
            client.ask("candidate.freeze", {"id": p})
        elif what == 1:
            client.ask("candidate.unfreeze", {"id": p})
        elif what == 2:
            client.ask("candidate.delete", {"id": p})
        elif what == 3:
            client.ask("candidate.put", {"record": rng.choice(
                records("candidate"))})
        elif what == 4:
            client.ask("candidate.patch", {"id": p, "set": {
                "skills": person(1)["skills"][:rng.randrange(1, 3)]}})
        elif what == 5:
            client.ask("need.close", {"id": n})
        elif what == 6:
            client.ask("need.reopen", {"id": n})
        else:
            client.ask("candidate.put_many", {"puts": [
                {"record": person(i)} for i in range(rng.randrange(1, 5))]})
    except Failure as e:
        assert e.code == "not_found", e


def ask(client, rng, people, needs):
    p, n = rng.choice(people), rng.choice(needs)
    options = {"k": rng.randrange(1, 30), "explain": rng.random() < 0.8}
    if rng.random() < 0.2:
        options["facets"] = True
    what = rng.randrange(4)
    try:
        if what == 0:
            client.ask("match.needs", {"id": p, "options": options})
        elif what == 1:
            client.ask("match.pair", {"need": n, "candidate": p})
        elif what == 2:
            client.ask("match.people", {"need": need(), "options": options})
        else:
            client.ask("match.people", {"id": n, "options": options})
        return 1
    except Failure as e:
        assert e.code in ("not_found", "denied", "frozen"), (e.code, e)
        return 0


def last_entry(client):
    return client.ask("match.list", {"limit": 1})["last"]


def replay_all(client, last):
    total = {"same": 0, "but_erased": 0, "different": 0, "refused": 0,
             "skipped": 0}
    told = []
    for no in range(1, last + 1, 500):
        got = client.ask("match.replay",
                         {"no": no, "until": min(no + 499, last)})
        for k in total:
            total[k] += got[k]
        told += got["items"]
    return total, told, got["kernel"]


@pytest.fixture
def recorded(make):
    daemon = make(admin="true").start()
    rng = random.Random(SEED)
    with daemon.client() as client:
        load_sample(client)
        people = [r["id"] for r in records("candidate")]
        needs = [r["id"] for r in records("need")]
        asked = 0
        while asked < COUNT:
            if rng.random() < 0.1:
                change(client, rng, people, needs)
            asked += ask(client, rng, people, needs)
        last = last_entry(client)
    assert last == COUNT
    daemon.stop()
    return daemon, last


def test_all_of_them_on_every_kernel(recorded, monkeypatch):
    daemon, last = recorded
    ran = []
    for kernel in KERNELS:
        monkeypatch.setenv("INC_KERNEL", kernel)
        try:
            daemon.start()
        except AssertionError:
            if "INC_KERNEL" not in daemon.log():
                raise
            print(f"SKIPPED: this processor has no {kernel}")
            continue
        with daemon.client() as client:
            total, told, used = replay_all(client, last)
        daemon.stop()
        assert used == kernel
        assert total == {"same": last, "but_erased": 0, "different": 0,
                         "refused": 0, "skipped": 0}, (SEED, told[:5])
        ran.append(kernel)
        print(f"replayed {total['same']} of {last} byte-equal on {kernel}, "
              f"seed {SEED}")
    assert "scalar" in ran


def test_what_cannot_be_is_told(make):
    daemon = make(admin="true").start()
    with daemon.client() as client:
        client.ask("candidate.put", {"record": person(1)})
        client.ask("need.put", {"record": need()})
        client.ask("match.people", {"id": "N-1"})
        got = client.ask("match.replay", {"no": 1})
        assert got["items"] == [{"no": 1, "verdict": "same"}]
        # What cannot be: a profile of nobody is not kept.
        client.ask("match.needs", {"candidate": person(9)})
        last = last_entry(client)
        got = client.ask("match.replay", {"no": last})
        assert got["refused"] == 1 and "not kept" in got["items"][0]["why"]
        assert client.error("match.replay",
                            {"no": 1, "until": 5000}).where == "until"
        assert client.error("match.replay", {"no": 99}).code == "not_found"
        # Operations that are no matches are passed over.
        got = client.ask("match.replay", {"no": 1, "until": last})
        assert got["skipped"] == 1 and got["same"] == 1


def test_who_is_erased_is_said_so(make):
    """Entries stay whole and say nothing of her; what is left of a ranking is
    computed again, a question about her cannot be."""
    daemon = make(admin="true").start()
    with daemon.client() as client:
        for i in (1, 2):
            client.ask("candidate.put", {"record": person(i)})
        client.ask("need.put", {"record": need()})
        client.ask("match.people", {"id": "N-1"})
        client.ask("match.needs", {"id": "T-1"})
        assert client.ask("match.get", {"no": 2})["request"] == {"id": "T-1"}
        client.ask("candidate.erase", {"id": "T-1"})
        got = client.ask("match.replay", {"no": 1, "until": 2})
        assert got["refused"] == 1 and got["but_erased"] == 1, got
        first, second = got["items"]
        assert first == {"no": 1, "verdict": "same_but_erased", "erased": 1,
                         "holes": [{"rank": 1, "score": first["holes"][0][
                             "score"]}],
                         "unchecked": ["rows", "counts"]}
        assert "erased" in second["why"]
        assert "request" not in client.ask("match.get", {"no": 2})
        assert len(client.ask("match.get", {"no": 1})["items"]) == 2
        assert client.ask("verify")["faults"] == 0
        client.ask("match.people", {"id": "N-1"})
        last = last_entry(client)
        assert client.ask("match.replay", {"no": last})["same"] == 1


def ask_widely(client, rng, needs):
    """Questions over people: short and long pages, later ones, rules, filters,
    facets."""
    options = {"k": rng.randrange(2, 12), "explain": rng.random() < 0.5}
    if rng.random() < 0.2:
        options["facets"] = True
    if rng.random() < 0.3:
        options["rules"] = rng.sample(["must", "licences", "hours"],
                                      rng.randrange(1, 3))
    if rng.random() < 0.3:
        options["filters"] = {"licences": ["B"]}
    n = rng.choice(needs)
    page = client.ask("match.people", {"id": n, "options": options})
    told = [page]
    if "cursor" in page and rng.random() < 0.5:
        options["cursor"] = page["cursor"]
        told.append(client.ask("match.people", {"id": n, "options": options}))
    return [(p, options) for p in told]


def test_what_is_left_after_erasures(make):
    """Who was not in an answer takes nothing from it: the same byte for byte,
    counts too, but where facets were counted. Who was in it leaves a hole with
    her rank and score."""
    daemon = make(admin="true").start()
    rng = random.Random(SEED)
    with daemon.client() as client:
        load_sample(client)
        needs = [r["id"] for r in records("need") if not r.get("closed")]
        told = []
        while len(told) < 60:
            told += ask_widely(client, rng, needs)
        gone = set(rng.sample([r["id"] for r in records("candidate")], 5))
        for who in gone:
            client.ask("candidate.erase", {"id": who})
        seen = {"same": 0, "same_but_erased": 0}
        for no, (page, options) in enumerate(told, 1):
            got = client.ask("match.replay", {"no": no})
            item = got["items"][0]
            holes = [{"rank": i["rank"], "score": i["score"]}
                     for i in page["items"] if i["id"] in gone]
            if holes and len(holes) == len(page["items"]):
                assert item["verdict"] == "refused", (SEED, no, item)
                continue
            assert item["erased"] == len(gone), (SEED, no, item)
            assert item.get("holes", []) == holes, (SEED, no, item)
            if holes:
                assert item["verdict"] == "same_but_erased", (SEED, no, item)
                assert item["unchecked"][:2] == ["rows", "counts"]
            elif options.get("facets"):
                assert item["verdict"] in seen, (SEED, no, item)
            else:
                assert item["verdict"] == "same", (SEED, no, item)
                assert "unchecked" not in item
            seen[item["verdict"]] += 1
        assert seen["same"] > 10 and seen["same_but_erased"] > 10, seen
        print(f"after {len(gone)} erasures, of {len(told)} answers: {seen}, "
              f"seed {SEED}")
        everything = client.ask("match.replay", {"no": 1, "until": len(told)})
        assert everything["different"] == 0
        # Again after a restart: nothing of it rests on memory.
    daemon.stop()
    daemon.start()
    with daemon.client() as client:
        again = client.ask("match.replay", {"no": 1, "until": len(told)})
        assert again == everything
