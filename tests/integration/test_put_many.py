"""put_many: many records in one request, each judged by itself."""
import threading

import pytest

from office import (SKILL, built, client, daemon, make, need,  # noqa: F401
                    person, records, space)

pytestmark = built


def hex_keys(n, first=0):
    return [f"{first + i:032x}" for i in range(n)]


def ids_of(client):  # noqa: F811
    return [r["id"] for r in client.ask("candidate.list")["items"]]


def test_good_and_bad_side_by_side(client):  # noqa: F811
    got = client.ask("candidate.put_many", {"puts": [
        {"record": person(1)},
        {"record": person(2, home="999999")},
        {"record": person(3, skills=[{"uri": SKILL + "none-such"}])},
        {"record": person(4), "if_revision": 7},
        {"record": person(5), "dry_run": True},
        {"recrod": person(6)},
        7,
        {"record": person(8)}]})["results"]
    assert got[0]["created"] and got[0]["revision"] == 1
    assert got[1]["error"]["code"] == "unknown_comune"
    assert got[1]["error"]["where"] == "record.home"
    assert got[2]["error"]["code"] == "unknown_concept"
    assert got[2]["error"]["where"] == "record.skills[0].uri"
    assert got[3]["error"]["code"] == "conflict"
    assert got[3]["error"]["where"] == "if_revision"
    assert got[4] == {"id": "T-5", "revision": 0, "seq": 0, "created": True}
    assert got[5]["error"]["code"] == "unknown_field"
    assert got[6]["error"]["code"] == "wrong_type"
    assert got[7]["id"] == "T-8" and "error" not in got[7]
    assert ids_of(client) == ["T-1", "T-8"]
    entries = client.ask("journal.list")["items"]
    assert [(e["op"], e["id"], e["result"]) for e in entries] == [
        ("candidate.put", "T-1", "ok"), ("candidate.put", "T-4", "conflict"),
        ("candidate.put", "T-8", "ok")]
    assert client.ask("verify")["faults"] == 0


def test_every_kind(client):  # noqa: F811
    assert client.ask("company.put_many", {"puts": [
        {"record": {"id": "C-1", "name": "Esempio"}}]})["results"][0][
            "created"]
    assert client.ask("need.put_many", {"puts": [
        {"record": need(1)}, {"record": need(2)}]})["results"][1]["created"]
    assert client.ask("need.get", {"id": "N-2"})["revision"] == 1


def test_the_same_request_again(client):  # noqa: F811
    body = {"puts": [{"record": person(i)} for i in range(5)]}
    first = client.ask("candidate.put_many", body, key=b"k" * 16)["results"]
    again = client.ask("candidate.put_many", body, key=b"k" * 16)["results"]
    assert all(r.pop("replayed") for r in again) and again == first
    other = client.ask("candidate.put_many", body, key=b"l" * 16)["results"]
    assert all(r["revision"] == 2 for r in other)
    changed = {"puts": [{"record": person(9)}] + body["puts"][1:]}
    mixed = client.ask("candidate.put_many", changed, key=b"k" * 16)["results"]
    assert mixed[0]["error"]["code"] == "conflict"
    assert mixed[0]["error"]["where"] == "key"
    assert all(r["replayed"] for r in mixed[1:])


def test_keys_work_however_records_are_grouped(client):  # noqa: F811
    puts = [{"record": person(i)} for i in range(4)]
    keys = hex_keys(4)
    client.ask("candidate.put_many", {"puts": puts[:2], "keys": keys[:2]})
    got = client.ask("candidate.put_many", {"puts": puts[1:],
                                            "keys": keys[1:]})["results"]
    assert [bool(r.get("replayed")) for r in got] == [True, False, False]
    one = client.ask("candidate.put", puts[3], key=bytes.fromhex(keys[3]))
    assert one["replayed"] and one["seq"] == got[2]["seq"]
    assert client.ask("verify")["entries"] == 4


def test_the_later_of_one_id_wins(client):  # noqa: F811
    got = client.ask("candidate.put_many", {"puts": [
        {"record": person(1, home="046001")},
        {"record": person(1, home="046003")}]})["results"]
    assert [r["revision"] for r in got] == [1, 2]
    assert client.ask("candidate.get", {"id": "T-1"})["record"][
        "home"] == "046003"


@pytest.mark.parametrize("body, code, where", [
    ({}, "missing_field", "puts"),
    ({"puts": 1}, "wrong_type", "puts"),
    ({"puts": [{}] * 501}, "over_limit", "puts"),
    ({"puts": [{}], "keys": hex_keys(2)}, "out_of_range", "keys"),
    ({"puts": [{}], "keys": ["0" * 31]}, "out_of_range", "keys[0]"),
    ({"puts": [{}, {}], "keys": ["0" * 32, "x" * 32]}, "out_of_range",
     "keys[1]"),
    ({"puts": [], "dry_run": True}, "unknown_field", "dry_run")])
def test_refused_as_a_whole(client, body, code, where):  # noqa: F811
    e = client.error("candidate.put_many", body)
    assert (e.code, e.where) == (code, where)
    assert client.ask("verify")["entries"] == 0


def test_as_many_as_may_be(client):  # noqa: F811
    got = client.ask("candidate.put_many", {"puts": [
        {"record": {"id": f"T-{i:03}"}} for i in range(500)]})["results"]
    assert len(got) == 500 and all(r["revision"] == 1 for r in got)
    assert client.ask("candidate.put_many", {"puts": []}) == {"results": []}


def test_memory_runs_out_for_some(make):  # noqa: F811
    """What fitted is stored, what did not says so, nothing else suffers."""
    d = make(request_memory_mb=1, admin="true").start()
    uris = sorted({s["uri"] for r in records("candidate")
                   for s in r.get("skills", [])})[:40]
    skills = [{"uri": uri, "level": 2} for uri in uris]
    with d.client() as c:
        puts = [{"record": person(i, skills=skills)} for i in range(240)]
        got = c.ask("candidate.put_many", {"puts": puts})["results"]
        codes = [r["error"]["code"] if "error" in r else "ok" for r in got]
        good = codes.count("ok")
        assert 0 < good < 240 and codes.count("no_memory") == 240 - good
        v = c.ask("verify")
        assert v["faults"] == 0 and v["candidates"] == v["entries"] == good


HOMES = ("046017", "046007", "046033", "046001", "046005", "046024", "046026",
         "046021", "046018", "046013")


def test_many_writers_keep_their_order(daemon):  # noqa: F811
    """More records than one commit takes, from several connections."""
    def write(n):
        with daemon.client() as c:
            for part in range(10):
                c.send("candidate.put_many", {"puts": [
                    {"record": {"id": f"W{n}-{i}", "home": HOMES[part]}}
                    for i in range(300)]})
            for part in range(10):
                revisions = {r["revision"] for r in c.result()["results"]}
                assert revisions == {part + 1}

    threads = [threading.Thread(target=write, args=(n,)) for n in range(3)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    with daemon.client() as c:
        v = c.ask("verify")
        assert v["faults"] == 0
        assert v["candidates"] == 900 and v["entries"] == 9000
        for n in range(3):
            got = c.ask("candidate.get", {"id": f"W{n}-299"})
            assert got["record"]["home"] == HOMES[-1]
