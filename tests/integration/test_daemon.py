"""Operations of the real daemon over real sockets. One temporary folder a test;
no fixed ports; no sleeps, only waits for what must come."""
import datetime
import time

import msgpack
import pytest
import zmq

from office import (Client, SKILL, WAIT_S, built, client, daemon,
                    load_sample, make, need, person, records, space)  # noqa: F401

pytestmark = built


def test_ping_and_status(client):
    pong = client.ask("ping")
    assert pong["v"] == [1] and pong["version"]
    s = client.ask("status")
    assert s["protocol"] == 1 and s["store"]["candidates"] == 0
    assert s["taxonomy"]["skills"] > 150 and len(s["space"]["digest"]) == 64
    assert s["kernel"] in ("scalar", "avx2", "avx512")
    assert [x for x in s["latency"] if x["op"] == "ping"][0]["count"] == 1
    assert client.counters()["unknown_uris"] == 0


def test_req_socket_and_ipc(make, tmp_path):
    path = tmp_path / "run" / "d.sock"
    d = make(endpoint=f"ipc://{path}").start()
    assert oct(path.stat().st_mode)[-3:] == "700"
    assert oct(path.parent.stat().st_mode)[-3:] == "700"
    context = zmq.Context()
    with context.socket(zmq.REQ) as s:
        s.linger, s.rcvtimeo = 0, WAIT_S * 1000
        s.connect(d.endpoint)
        s.send(msgpack.packb({"v": 1, "id": "x", "op": "ping"}))
        assert msgpack.unpackb(s.recv())["id"] == "x"
    context.term()
    assert d.stop() == 0


def test_records_round_trip(client):
    load_sample(client)
    for kind in ("candidate", "need", "company"):
        rows = records(kind)
        got = client.ask(kind + ".get", {"id": rows[0]["id"]})
        assert got["revision"] == 1
        want = dict(rows[0], revision=1)
        for key, value in want.items():
            if not isinstance(value, (list, dict)):
                assert got["record"][key] == value, key
        # what was got can be put again, and is then the same
        stored = client.ask(kind + ".put", {"record": got["record"]})
        assert stored["revision"] == 2 and not stored.get("created")
        again = client.ask(kind + ".get", {"id": rows[0]["id"]})["record"]
        assert again == dict(got["record"], revision=2)


def test_list_pages(client):
    load_sample(client)
    want = sorted(r["id"] for r in records("candidate"))
    seen, cursor, pages = [], None, 0
    while True:
        body = {"limit": 7}
        if cursor:
            body["cursor"] = cursor
        page = client.ask("candidate.list", body)
        assert len(page["items"]) <= 7
        seen += [r["id"] for r in page["items"]]
        cursor = page.get("cursor")
        pages += 1
        if not cursor:
            break
    assert seen == want and pages == (len(want) + 6) // 7
    assert client.ask("candidate.list", {"office": "nowhere"})["items"] == []
    bad = client.error("candidate.list", {"cursor": "xyz"})
    assert (bad.code, bad.where) == ("out_of_range", "cursor")


def test_patch(client):
    client.ask("candidate.put", {"record": person()})
    r = client.ask("candidate.patch", {"id": "T-1", "set": {
        "mobility": {"car": True}, "home": None}, "if_revision": 1})
    assert r["revision"] == 2
    got = client.ask("candidate.get", {"id": "T-1"})["record"]
    assert got["mobility"]["car"] is True and "home" not in got
    assert len(got["skills"]) == 2
    e = client.error("candidate.patch", {"id": "T-1", "set": {
        "home": "046017"}, "if_revision": 1})
    assert e.code == "conflict"
    e = client.error("candidate.patch", {"id": "T-1", "set": {
        "skills": [{"uri": SKILL + "nothing-such"}]}})
    assert e.code == "unknown_concept" and "skills[0].uri" in e.where
    e = client.error("candidate.patch", {"id": "T-9", "set": {
        "home": "046017"}})
    assert e.code == "not_found"
    assert client.ask("candidate.get", {"id": "T-1"})["revision"] == 2


def test_put_conditions_and_dry_run(client):
    dry = client.ask("candidate.put", {"record": person(), "dry_run": True})
    assert dry["seq"] == 0 and dry["created"]
    assert client.error("candidate.get", {"id": "T-1"}).code == "not_found"
    client.ask("candidate.put", {"record": person(), "if_revision": 0})
    e = client.error("candidate.put", {"record": person(), "if_revision": 0})
    assert e.code == "conflict"
    e = client.error("candidate.put", {"record": person(), "if_revision": 7,
                                       "dry_run": True})
    assert e.code == "conflict" and e.where == "if_revision"
    assert client.ask("status")["store"]["head"] >= 1


def test_updated_is_today(client):
    client.ask("candidate.put", {"record": person()})
    got = client.ask("candidate.get", {"id": "T-1"})["record"]
    today = datetime.datetime.now(datetime.timezone.utc).date()
    assert abs((datetime.date.fromisoformat(got["updated"]) - today).days) <= 1
    client.ask("candidate.put", {"record": person(updated="2020-02-29")})
    got = client.ask("candidate.get", {"id": "T-1"})["record"]
    assert got["updated"] == "2020-02-29"


def test_order_of_pipelined_writes(client):
    for level in range(200):
        client.send("candidate.put", {"record": person(
            mobility={"max_minutes": level + 1})})
    for level in range(200):
        assert client.result()["revision"] == level + 1
    got = client.ask("candidate.get", {"id": "T-1"})
    assert got["record"]["mobility"]["max_minutes"] == 200
    # many commits went together
    assert client.counters()["commit_writes.max"] > 1
    page = client.ask("match.people", {"need": need()})
    assert [i["id"] for i in page["items"]] == ["T-1"]


def test_match_both_ways_and_pair(client):
    load_sample(client)
    options = {"as_of": "2026-12-01", "k": 5}
    page = client.ask("match.people", {"id": "N-0001", "options": options})
    assert page["id"] == "N-0001" and page["as_of"] == "2026-12-01"
    items = page["items"]
    assert 0 < len(items) <= 5
    assert items[0]["id"] == "P-0001"
    for i in items:
        assert sum(line.get("points", 0) for line in i["lines"]) == i["score"]
        pair = client.ask("match.pair", {"need": "N-0001",
                                         "candidate": i["id"],
                                         "as_of": "2026-12-01"})
        assert pair["score"] == i["score"]
    oracle = client.ask("oracle", {"id": "N-0001", "options": options})
    assert oracle == page
    back = client.ask("match.needs", {"id": "P-0001", "options": options})
    assert "N-0001" in [i["id"] for i in back["items"]]
    second = client.ask("match.people", {"id": "N-0001", "options": dict(
        options, cursor=page["cursor"])})
    assert not {i["id"] for i in items} & {i["id"] for i in second["items"]}


def test_match_is_the_same_in_a_batch(client):
    load_sample(client)
    needs = [r["id"] for r in records("need") if not r.get("closed")]
    bodies = [{"id": n, "options": {"as_of": "2026-12-01"}} for n in needs]
    alone = [client.ask("match.people", b) for b in bodies]
    rounds = 250 // len(bodies)  # one client's share of the queue
    for b in bodies * rounds:
        client.send("match.people", b)
    got = {}
    for _ in bodies * rounds:
        page = client.result()
        got.setdefault(page["id"], []).append(page)
    for page in alone:
        assert all(p == page for p in got[page["id"]])
    assert client.counters()["batch_questions.max"] > 1


def test_match_given_records_and_defaults(client):
    load_sample(client)
    page = client.ask("match.people", {"need": need()})
    assert len(page["items"]) == 10
    today = datetime.datetime.now(datetime.timezone.utc).date()
    assert abs((datetime.date.fromisoformat(page["as_of"]) - today).days) <= 1
    assert client.ask("match.needs", {"candidate": person()})["items"]
    e = client.error("match.people", {"id": "N-0001", "need": need()})
    assert e.code == "unknown_field" and e.where == "id"
    assert client.error("match.people", {}).code == "missing_field"
    e = client.error("match.people", {"need": need(requirements=[
        {"uri": SKILL + "mig-mag-weldin"}])})
    assert e.code == "unknown_concept"
    assert e.where == "need.requirements[0].uri"
    assert "mig-mag-welding" in e.hint


def test_match_filters_are_checked(client):
    load_sample(client)

    def ask(**filters):
        return {"id": "N-0001", "options": {"filters": filters}}

    assert client.ask("match.people", ask(provinces=["LU"]))["items"]
    e = client.error("match.people", ask(comuni=["999999"]))
    assert e.code == "unknown_comune" and "comuni[0]" in e.where
    e = client.error("match.people", ask(provinces=["XX"]))
    assert e.code == "unknown_comune" and "provinces[0]" in e.where
    e = client.error("match.people", ask(regions=["Atlantide"]))
    assert e.code == "unknown_comune" and "regions[0]" in e.where
    e = client.error("match.people", {"id": "N-0001", "options": {
        "rules": ["hourz"]}})
    assert e.code == "out_of_range" and "hours" in e.hint


def test_freeze_close_delete(client):
    load_sample(client)
    ask = {"id": "N-0001", "options": {"k": 100, "as_of": "2026-12-01"}}

    def found():
        return [i["id"] for i in client.ask("match.people", ask)["items"]]

    assert "P-0001" in found()
    client.ask("candidate.freeze", {"id": "P-0001"})
    assert "P-0001" not in found()
    assert client.ask("candidate.get", {"id": "P-0001"})["record"]["frozen"]
    assert client.error("match.needs", {"id": "P-0001"}).code == "denied"
    client.ask("candidate.unfreeze", {"id": "P-0001"})
    assert "P-0001" in found()
    client.ask("candidate.delete", {"id": "P-0001"})
    assert "P-0001" not in found()
    assert client.error("candidate.get", {"id": "P-0001"}).code == "not_found"
    client.ask("need.close", {"id": "N-0001"})
    e = client.error("match.people", ask)
    assert e.code == "denied" and "reopen" in e.hint
    back = client.ask("match.needs", {"id": "P-0002", "options": {
        "k": 100, "as_of": "2026-12-01"}})
    assert "N-0001" not in [i["id"] for i in back["items"]]
    client.ask("need.reopen", {"id": "N-0001"})
    assert found()
    client.ask("need.delete", {"id": "N-0001"})
    assert client.error("match.people", ask).code == "not_found"
    client.ask("company.delete", {"id": "C-03"})
    assert client.ask("verify")["faults"] == 0


def test_concepts_and_comuni(client):
    hits = client.ask("concept.find", {"text": "saldatura mig"})["items"]
    assert SKILL + "mig-mag-welding" in [h["uri"] for h in hits]
    c = client.ask("concept.get", {"uri": SKILL + "mig-mag-welding"})
    assert c["pillar"] == "skill" and len(c["neighbours"]) == 8
    occupation = client.ask("concept.find", {"text": "saldatore",
                                             "pillar": "occupation"})
    o = client.ask("concept.get", {"uri": occupation["items"][0]["uri"]})
    assert o["pillar"] == "occupation" and o["essential"]
    e = client.error("concept.get", {"uri": SKILL + "mig-mag-weldin"})
    assert e.code == "unknown_concept" and e.where == "uri"
    assert "mig-mag-welding" in e.hint
    comuni = client.ask("comune.find", {"text": "Luca"})["items"]
    assert comuni[0]["name"] == "Lucca" and comuni[0]["province"] == "LU"


def test_link_words_to_concepts(client):
    def named(text, **more):
        return client.ask("link", {"text": text, **more})

    welder = named("SALDATRICE")
    first = welder["items"][0]
    assert welder["verdict"] in ("sure", "likely")
    assert first["kind"] == "occupation" and first["confidence"] >= 50
    assert first["label"].startswith("saldatore")
    assert named("qwertyuiop") == {"items": [], "verdict": "unknown"}
    skills = named("saldatura mig", pillar="skill")["items"]
    assert skills[0]["uri"] == SKILL + "mig-mag-welding"

    text = "È richiesta la saldatura MIG; serve un saldatore, n. 2 posti."
    found = named(text, running=True)
    assert "verdict" not in found
    said = {text.encode()[i["at"]:i["at"] + i["len"]].decode(): i["kind"]
            for i in found["items"]}
    assert said["saldatore"] == "occupation"
    assert said["saldatura MIG"] == "skill"
    only = named(text, running=True, pillar="occupation")["items"]
    assert {i["kind"] for i in only} == {"occupation"}

    e = client.error("link", {"text": "a" * 1025})
    assert e.code == "over_limit" and e.where == "text" and "running" in e.hint
    e = client.error("link", {"text": "a" * 65537, "running": True})
    assert e.where == "text" and "65536" in e.message + e.hint
    assert client.error("link", {"text": ""}).where == "text"
    e = client.error("link", {"text": b"\xff\xfe"})
    assert e.where == "text"


def test_journal_verify_backup(make):
    d = make(admin="true", backup_dir="/nowhere")
    folder = d.folder / "backups"
    folder.mkdir()
    d.settings["backup_dir"] = folder
    d.start()
    with d.client() as c:
        load_sample(c)
        c.ask("candidate.delete", {"id": "P-0001"}, actor="A-7",
              office="CPI-LUCCA", purpose="test")
        page = c.ask("journal.list", {"limit": 1000})
        seqs = [e["seq"] for e in page["items"]]
        assert seqs == list(range(1, page["head"] + 1))
        last = page["items"][-1]
        assert last["op"] == "candidate.delete" and last["actor"] == "A-7"
        assert last["chain"] == page["head_chain"]
        v = c.ask("verify")
        assert v["faults"] == 0 and v["entries"] == page["head"]
        b = c.ask("backup", {"name": "monday"})
        assert b["seq"] == page["head"] and b["bytes"] > 0
        assert c.error("backup", {"name": "monday"}).code != "ok"
        assert c.error("backup", {"name": "../out"}).code == "bad_text"
        assert c.error("backup", {"name": ".."}).code == "out_of_range"
    assert d.stop() == 0
    # the copy serves as a store
    other = make(name="copy", admin="true", store=folder / "monday",
                 key_file=d.folder / "store.key").start()
    with other.client() as c:
        assert c.ask("journal.list", {"limit": 1})["head"] == page["head"]
        assert c.error("candidate.get", {"id": "P-0001"}).code == "not_found"
        assert c.ask("match.people", {"id": "N-0001"})["items"]


def test_admin_is_off_by_default(make):
    with make().start().client() as c:
        for op in ("verify", "journal.list", "oracle", "backup"):
            e = c.error(op, {})
            assert e.code == "denied" and e.where == "request.op"
        assert "admin = true" in e.hint


# --- retries, deadlines, crowds ------------------------------------------------

def test_retry_with_key_after_restart(make):
    d = make().start()
    key = bytes(range(16))
    with d.client() as c:
        first = c.ask("candidate.put", {"record": person()}, key=key)
        assert not first.get("replayed")
        again = c.ask("candidate.put", {"record": person()}, key=key)
        assert again["replayed"] and again["seq"] == first["seq"]
    assert d.stop() == 0
    d.start()
    with d.client() as c:
        again = c.ask("candidate.put", {"record": person()}, key=key)
        assert again["replayed"] and again["revision"] == 1
        e = c.error("candidate.put", {"record": person(2)}, key=key)
        assert e.code == "conflict"
        assert c.ask("status")["store"]["candidates"] == 1


def test_deadline(make):
    d = make(workers=1).start()
    with d.client() as c:
        load_sample(c)
        # work in front makes the last one wait longer than 1 ms
        for _ in range(60):
            c.send("match.people", {"id": "N-0001", "options": {"k": 100}})
        c.send("match.people", {"id": "N-0001"}, deadline_ms=1)
        replies = [c.receive() for _ in range(61)]
        late = [r["error"] for r in replies if r["status"] == "error"]
        assert [e["code"] for e in late] == ["deadline_passed"]
        assert c.counters()["answers.deadline_passed"] == 1


def test_busy(make):
    d = make(workers=1, queue_max=16, batch_max=1).start()
    with d.client() as c:
        load_sample(c, at_once=8)
        busy = []
        for _ in range(20):  # bursts that the sockets hold: all get an answer
            for _ in range(100):
                c.send("match.people", {"id": "N-0001", "options": {"k": 100}})
            replies = [c.receive() for _ in range(100)]
            failed = [r["error"] for r in replies if r["status"] == "error"]
            assert len(failed) <= 100 - 8  # half of it is one client's
            busy += failed
        assert busy and all(e["code"] == "busy" for e in busy)
        assert all("try again in" in e["hint"] for e in busy)
        assert c.ask("ping")
        assert c.counters()["busy"] == len(busy)


def test_slow_reader_harms_nobody(make):
    d = make().start()
    lazy = Client(d.endpoint)
    lazy.socket.rcvhwm = 1
    with d.client() as c:
        load_sample(c)
        for _ in range(3000):
            lazy.send("candidate.list", {"limit": 1000})
        start = time.monotonic()
        for _ in range(50):
            c.ask("ping")
        assert time.monotonic() - start < 20
    lazy.close()
    assert d.stop() == 0


def test_clients_that_vanish(daemon):
    with daemon.client() as c:
        load_sample(c)
        for _ in range(20):
            other = Client(daemon.endpoint)
            for _ in range(20):
                other.send("match.people", {"id": "N-0001"})
            other.close()
        assert c.ask("ping")
    assert daemon.stop() == 0


# --- bad input -------------------------------------------------------------------
