"""The register: every match leaves an entry before its reply goes, people learn
who saw them, and nothing of it disturbs the journal."""
import msgpack
import pytest

from office import (  # noqa: F401 (fixtures)
    SKILL, built, client, daemon, load_sample, make, need, person, space)

pytestmark = built
WHO = {"actor": "anna", "office": "CPI-LU", "purpose": "orientamento"}


def raw_ask(client, op, body, **envelope):
    """The reply's body and how long it is, as the daemon must have seen it."""
    want = client.send(op, body, **envelope)
    parts = client.socket.recv_multipart()
    reply = msgpack.unpackb(parts[1])
    assert reply["id"] == want and reply["status"] == "ok", reply
    # What stands under "body" is the last member: the same bytes, repacked in
    # the shortest form, which is what the daemon writes.
    packed = msgpack.packb(reply["body"])
    assert packed in parts[1]
    return reply["body"], len(packed)


def ids(page):
    return [i["no"] for i in page["items"]]


def test_every_match_is_there(client):
    load_sample(client)
    asked = []
    for op, body in [("match.people", {"id": "N-0001"}),
                     ("match.people", {"need": need(), "options": {"k": 3}}),
                     ("match.needs", {"id": "P-0001"}),
                     ("match.needs", {"candidate": person()}),
                     ("match.pair", {"need": "N-0001",
                                     "candidate": "P-0001"})]:
        asked.append((op, body, *raw_ask(client, op, body, **WHO)))
    page = client.ask("match.list")
    assert ids(page) == [5, 4, 3, 2, 1]
    assert (page["first"], page["last"]) == (1, 5)
    for no, (op, body, reply, length) in enumerate(asked, 1):
        entry = client.ask("match.get", {"no": no})
        head = entry["entry"]
        assert head["op"] == op
        assert {k: head[k] for k in WHO} == WHO
        # A profile of nobody stored is not kept: no erasure could reach it.
        assert entry.get("request") == (None if "candidate" in body
                                        and op == "match.needs" else body)
        assert entry["reply_bytes"] == length
        items = reply.get("items", [reply])
        got = entry["items"]
        assert len(got) == len(items) == head["items"]
        for have, sent in zip(got, items):
            name = sent["candidate"] if op == "match.pair" else sent["id"]
            assert have["id"] == name
            assert have["score"] == sent["score"]
            assert have.get("rank") == sent.get("rank")
            assert have["lines"] == len(sent.get("lines", []))
        status = client.ask("status")
        assert entry["generation"] == status["pool"]["generation"]
        assert status["space"]["digest"] in entry["estate"]
        assert status["taxonomy"]["digest"] in entry["estate"]
    assert client.ask("verify")["faults"] == 0
    # ... which is an administrator's operation and there too.
    assert client.ask("match.list")["items"][0]["op"] == "verify"


def test_found_by_need_person_actor_and_day(client):
    load_sample(client)
    for n, actor in [("N-0001", "anna"), ("N-0002", "bruno"),
                     ("N-0001", "bruno")]:
        client.ask("match.people", {"id": n}, actor=actor)
    client.ask("match.needs", {"id": "P-0001"}, actor="anna")
    assert ids(client.ask("match.list", {"need": "N-0001"})) == [3, 1]
    assert ids(client.ask("match.list", {"actor": "bruno"})) == [3, 2]
    assert ids(client.ask("match.list", {"limit": 2})) == [4, 3]
    page = client.ask("match.list", {"limit": 2})
    assert ids(client.ask("match.list", {"before": page["next"]})) == [2, 1]
    assert ids(client.ask("match.list", {"until": "2020-01-01"})) == []
    assert ids(client.ask("match.list", {"from": "2020-01-01"})) == [4, 3, 2, 1]
    assert client.error("match.list", {"need": "none"}).code == "not_found"
    assert client.error("match.get", {"no": 9}).code == "not_found"


def test_who_saw_me(client):
    load_sample(client)
    seen = {}
    for n in ("N-0001", "N-0002", "N-0003"):
        page = client.ask("match.people", {"id": n, "options": {"k": 5}},
                          **WHO)
        for item in page["items"]:
            seen.setdefault(item["id"], []).append(
                (n, item["rank"], item["score"]))
    who = max(seen, key=lambda p: len(seen[p]))
    page = client.ask("candidate.seen", {"id": who})
    assert [(i["need"], i["rank"], i["score"]) for i in page["items"]] == \
        seen[who][::-1]
    assert all(i["actor"] == "anna" and i["purpose"] == "orientamento"
               for i in page["items"])
    client.ask("match.needs", {"id": who}, actor="bruno")
    page = client.ask("candidate.seen", {"id": who})
    assert page["items"][0]["op"] == "match.needs"
    assert "rank" not in page["items"][0]
    nobody = next(f"P-{i:04}" for i in range(1, 100)
                  if f"P-{i:04}" not in seen)
    assert client.ask("candidate.seen", {"id": nobody})["items"] == []


def test_journal_does_not_move(client):
    load_sample(client)
    before = client.ask("status")
    first = client.ask("match.people", {"id": "N-0001"})
    for _ in range(20):
        assert client.ask("match.people", {"id": "N-0001"}) == first
    after = client.ask("status")
    assert after["store"]["head"] == before["store"]["head"]
    assert after["pool"]["generation"] == before["pool"]["generation"]


def test_kept_over_a_kill(make):
    """What was answered was recorded: durable before the reply."""
    daemon = make(admin="true").start()
    with daemon.client() as client:
        load_sample(client)
        for i in range(7):
            client.ask("match.people", {"id": "N-0001"}, actor=f"a{i}")
    daemon.kill()
    daemon.start()
    with daemon.client() as client:
        page = client.ask("match.list")
        assert [i["actor"] for i in page["items"]] == \
            [f"a{i}" for i in reversed(range(7))]
        assert client.ask("verify")["faults"] == 0


def test_many_clients_all_recorded(daemon):
    """Group commit loses none and mixes none up."""
    clients = [daemon.client() for _ in range(8)]
    try:
        load_sample(clients[0])
        for c in range(len(clients)):
            for i in range(25):
                clients[c].send("match.people",
                                {"id": f"N-{1 + i % 5:04}",
                                 "options": {"k": 1 + c}}, actor=f"c{c}")
        for c in clients:
            for _ in range(25):
                c.result()
        for c in range(len(clients)):
            page = clients[0].ask("match.list", {"actor": f"c{c}"})
            assert len(page["items"]) == 25
            assert all(0 < i["items"] <= 1 + c for i in page["items"])
        assert clients[0].ask("verify")["faults"] == 0
        counters = clients[0].counters()
        assert counters["records"] >= 200
    finally:
        for c in clients:
            c.close()


def test_off_is_told(make):
    daemon = make(record="false").start()
    with daemon.client() as client:
        client.ask("need.put", {"record": need()})
        client.ask("match.people", {"id": "N-1"})
        assert client.ask("match.list")["items"] == []
        assert client.ask("status")["records"] is False
    assert "matches_are_not_recorded" in daemon.log()


def test_a_person_with_a_skill_is_told_from_one_without(client):
    client.ask("candidate.put", {"record": person(1)})
    client.ask("candidate.put", {"record": person(2, skills=[])})
    client.ask("need.put", {"record": need()})
    client.ask("match.people", {"id": "N-1"})
    scores = {i["id"]: i["score"]
              for i in client.ask("match.get", {"no": 1})["items"]}
    assert scores["T-1"] > scores["T-2"]


@pytest.mark.parametrize("body", [{"limit": 0}, {"limit": 1001},
                                  {"before": 0}, {"from": "yesterday"},
                                  {"skill": SKILL}])
def test_bad_questions(client, body):
    assert client.error("match.list", body).where != ""
