"""The real daemon over real sockets, spoken to with pyzmq and msgpack alone:
an independent reading of the protocol. One temporary folder a test; no fixed
ports; no sleeps, only waits for what must come."""
import csv
import datetime
import json
import os
import pathlib
import signal
import socket
import subprocess
import threading
import time

import msgpack
import pytest
import zmq

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("INC_BUILD", ROOT / "build/debug"))
DAEMON = BUILD / "engine/daemon/incrociod"
OFFLINE = BUILD / "engine/tools/incrocio-offline"
SAMPLE = ROOT / "engine/taxonomy/sample"
PROFILES = ROOT / "engine/profile/sample"
SKILL = "http://incrocio.example/esco/skill/"
WAIT_S = 60

pytestmark = pytest.mark.skipif(
    not DAEMON.exists() or not OFFLINE.exists(),
    reason="SKIPPED: incrociod or incrocio-offline is not built")


class Failure(Exception):
    """An error reply."""

    def __init__(self, error):
        super().__init__(error)
        self.code = error["code"]
        self.message = error["message"]
        self.where = error.get("where", "")
        self.hint = error.get("hint", "")


class Client:
    def __init__(self, endpoint, wait_s=WAIT_S):
        self.context = zmq.Context()
        self.socket = self.context.socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.rcvtimeo = int(wait_s * 1000)
        self.socket.connect(endpoint)
        self.count = 0

    def close(self):
        self.socket.close()
        self.context.term()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send_raw(self, frame):
        self.socket.send_multipart([b"", frame])

    def receive(self):
        parts = self.socket.recv_multipart()
        assert parts[0] == b"" and len(parts) == 2
        reply = msgpack.unpackb(parts[1], strict_map_key=True)
        assert reply["v"] == 1 and reply["status"] in ("ok", "error")
        return reply

    def send(self, op, body=None, **envelope):
        self.count += 1
        request = {"v": 1, "id": f"r{self.count}", "op": op}
        request.update(envelope)
        if body is not None:
            request["body"] = body
        self.send_raw(msgpack.packb(request))
        return request["id"]

    def ask(self, op, body=None, **envelope):
        want = self.send(op, body, **envelope)
        return self.result(want)

    def result(self, want=None):
        reply = self.receive()
        if want is not None:
            assert reply["id"] == want
        if reply["status"] == "error":
            raise Failure(reply["error"])
        return reply["body"]

    def error(self, op, body=None, **envelope):
        with pytest.raises(Failure) as caught:
            self.ask(op, body, **envelope)
        return caught.value

    def counters(self):
        return {c["name"]: c["value"] for c in self.ask("status")["counters"]}


class Daemon:
    """One incrociod with its own folder."""

    def __init__(self, folder, endpoint="tcp://127.0.0.1:*", space=None,
                 **settings):
        self.folder = pathlib.Path(folder)
        self.settings = {"endpoint": endpoint,
                         "store": self.folder / "store",
                         "esco": SAMPLE, "comuni": SAMPLE / "comuni.tsv",
                         "space": space,
                         "ready_file": self.folder / "ready"}
        self.settings.update(settings)
        self.process = None
        self.runs = 0

    def flags(self):
        return [f"--{k}={v}" for k, v in self.settings.items()]

    def environment(self):
        env = {k: v for k, v in os.environ.items()
               if not k.startswith("INCROCIO_")}
        env["HOME"] = str(self.folder)
        # ZeroMQ is not instrumented: its own threads look like races.
        env.setdefault("TSAN_OPTIONS", "ignore_noninstrumented_modules=1")
        return env

    def log(self):
        return "".join(p.read_text() for p in
                       sorted(self.folder.glob("log.*")))

    def start(self, wait=True):
        ready = self.folder / "ready"
        ready.unlink(missing_ok=True)
        self.runs += 1
        with open(self.folder / f"log.{self.runs}", "wb") as log:
            self.process = subprocess.Popen(
                [DAEMON, *self.flags()], stderr=log, env=self.environment(),
                start_new_session=True)
        if wait:
            self.wait_for(ready.exists)
            self.endpoint, pid = ready.read_text().split()
            assert int(pid) == self.process.pid
        return self

    def wait_for(self, condition, wait_s=WAIT_S):
        end = time.monotonic() + wait_s
        while not condition():
            assert self.process.poll() is None, self.log()
            assert time.monotonic() < end, "waited too long\n" + self.log()
            time.sleep(0.01)

    def client(self):
        return Client(self.endpoint)

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(WAIT_S)

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@pytest.fixture(scope="session")
def space(tmp_path_factory):
    path = tmp_path_factory.mktemp("space") / "sample.incs"
    subprocess.run([OFFLINE, "space", "train", "--esco", SAMPLE, "--out",
                    path], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    return path


@pytest.fixture
def make(tmp_path, space):
    made = []

    def build(name="d", **settings):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        d = Daemon(folder, **{"space": space, **settings})
        made.append(d)
        return d

    yield build
    for d in made:
        d.kill()


@pytest.fixture
def daemon(make):
    return make(admin="true").start()


@pytest.fixture
def client(daemon):
    with daemon.client() as c:
        yield c


def records(kind):
    name = {"candidate": "people", "need": "needs",
            "company": "companies"}[kind]
    with open(PROFILES / f"{name}.jsonl") as f:
        return [json.loads(line) for line in f]


def load_sample(client, at_once=64):
    for kind in ("company", "candidate", "need"):
        rows = records(kind)
        while rows:
            part, rows = rows[:at_once], rows[at_once:]
            for r in part:
                client.send(kind + ".put", {"record": r})
            for r in part:
                assert client.result()["revision"] == 1


def person(number=1, **changes):
    r = {"id": f"T-{number}", "office": "CPI-TEST", "home": "046017",
         "skills": [{"uri": SKILL + "mig-mag-welding", "level": 3},
                    {"uri": SKILL + "grind-metal", "level": 2}]}
    r.update(changes)
    return {k: v for k, v in r.items() if v is not None}


def need(number=1, **changes):
    r = {"id": f"N-{number}", "title": "Saldatore", "comune": "046017",
         "requirements": [{"uri": SKILL + "mig-mag-welding", "level": 2,
                           "importance": "must"}]}
    r.update(changes)
    return {k: v for k, v in r.items() if v is not None}


# --- the daily round ---------------------------------------------------------

def test_ping_and_status(client):
    pong = client.ask("ping")
    assert pong["v"] == [1] and pong["version"]
    s = client.ask("status")
    assert s["protocol"] == 1 and s["store"]["candidates"] == 0
    assert s["taxonomy"]["skills"] > 150 and len(s["space"]["digest"]) == 64
    assert s["kernel"] in ("scalar", "avx2")
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
    other = make(name="copy", admin="true", store=folder / "monday").start()
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
        c.send("candidate.list", {"limit": 1000}, deadline_ms=1)
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
            assert len(failed) <= 100 - 16
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

def head(client):
    return client.ask("status")["store"]["head"]


def raw_error(client, frame):
    client.send_raw(frame)
    reply = client.receive()
    assert reply["status"] == "error"
    return reply["id"], Failure(reply["error"])


def bad_frames():
    good = msgpack.packb({"v": 1, "id": "x", "op": "ping"})
    deep = b"\x91" * 40 + b"\xc0"
    return [
        ("nothing", b"", "bad_format"),
        ("truncated", good[:-2], "bad_format"),
        ("two objects", good + b"\xc0", "bad_format"),
        ("reserved byte", b"\xc1", "bad_format"),
        ("announces 4 G elements", b"\xdd\xff\xff\xff\xff", "bad_format"),
        ("announces 2 G pairs", b"\xdf\x7f\xff\xff\xff\xc0", "bad_format"),
        ("announces 4 GB of text", b"\xdb\xff\xff\xff\xff" + b"a",
         "bad_format"),
        ("too deep", deep, "over_limit"),
        ("oversized", msgpack.packb({"v": 1, "id": "x", "op": "ping",
                                     "body": b"x" * (1 << 20)}),
         "over_limit"),
        ("no map", msgpack.packb([1, 2]), "wrong_type"),
        ("duplicate key", b"\x82\xa1v\x01\xa1v\x01", "duplicate"),
        ("number as key", b"\x81\x01\x02", "wrong_type"),
        ("invalid UTF-8", b"\x81\xa2id\xa2\xff\xfe", "bad_text"),
        ("ext value", b"\x81\xa2id\xd4\x01\x00", "wrong_type"),
    ]


@pytest.mark.parametrize("name,frame,code",
                         bad_frames(), ids=[b[0] for b in bad_frames()])
def test_bad_frame(client, name, frame, code):
    before = head(client)
    _, e = raw_error(client, frame)
    assert e.code == code, (e.message, e.hint)
    assert e.message
    assert client.ask("ping")
    assert head(client) == before
    assert client.counters()["bad_frames"] == 1


def test_wrong_shapes_of_messages(client):
    client.socket.send_multipart([b"no delimiter", b"\x80"])
    assert client.receive()["error"]["code"] == "bad_format"
    client.socket.send_multipart([b"", b"\x80", b"more"])
    e = client.receive()["error"]
    assert e["code"] == "bad_format" and "3 frames" in e["message"]
    client.socket.send(b"")
    assert client.receive()["error"]["code"] == "bad_format"
    assert client.ask("ping")


def test_bad_envelope(client):
    e = client.error("candidate.putt", {"record": person()})
    assert e.code == "unknown_op" and e.where == "request.op"
    assert "candidate.put" in e.hint
    e = client.error("ping", v=2)
    assert e.code == "unsupported_version" and e.where == "request.v"
    assert "1" in e.hint + e.message
    e = client.error("ping", surprise=1)
    assert e.code == "unknown_field" and e.where == "request"
    e = client.error("candidate.delete", {"id": "x"}, key=b"short")
    assert e.where == "request.key"
    e = client.error("ping", deadline_ms=-5)
    assert e.code == "out_of_range" and e.where == "request.deadline_ms"
    # the id comes back also when the rest is wrong
    ident, e = raw_error(client, msgpack.packb({"v": 1, "id": "mine"}))
    assert ident == "mine" and e.code == "missing_field"
    ident, e = raw_error(client, msgpack.packb({"v": 1, "op": "ping"}))
    assert ident == ""


WINDOW = {"day": "mon", "from": "08:00", "to": "12:00"}
BAD_PEOPLE = [
    ("extra field", person(nickname="x"), "unknown_field", "nickname"),
    ("missing id", person(id=None), "missing_field", "id"),
    ("wrong type", person(skills="welding"), "wrong_type", "skills"),
    ("level 5", person(skills=[{"uri": SKILL + "grind-metal", "level": 5}]),
     "out_of_range", "skills[0].level"),
    ("negative level", person(skills=[{"uri": SKILL + "grind-metal",
                                       "level": -1}]),
     "out_of_range", "skills[0].level"),
    ("level is NaN", person(skills=[{"uri": SKILL + "grind-metal",
                                     "level": float("nan")}]),
     "wrong_type", "skills[0].level"),
    ("unknown concept", person(skills=[{"uri": SKILL + "grind-metl"}]),
     "unknown_concept", "skills[0].uri"),
    ("skill twice", person(skills=[{"uri": SKILL + "grind-metal"}] * 2),
     "duplicate", "skills[1]"),
    ("unknown comune", person(home="000001"), "unknown_comune", "home"),
    ("unknown evidence", person(skills=[{"uri": SKILL + "grind-metal",
                                         "evidence": "rumour"}]),
     "out_of_range", "skills[0].evidence"),
    ("30 February", person(updated="2026-02-30"), "bad_date", "updated"),
    ("window reversed", person(availability={"windows": [
        {"day": "mon", "from": "12:00", "to": "08:00"}]}),
     "bad_window", "availability.windows[0]"),
    ("windows overlap", person(availability={"windows": [WINDOW, {
        "day": "mon", "from": "11:00", "to": "13:00"}]}),
     "bad_window", "availability.windows[1]"),
    ("25 o'clock", person(availability={"windows": [
        {"day": "mon", "from": "08:00", "to": "25:00"}]}),
     "bad_date", "availability.windows[0].to"),
    ("ends before it starts", person(availability={
        "from": "2026-05-01", "until": "2026-04-01"}),
     "bad_date", "availability.until"),
    ("id with a slash", person(id="a/b"), "bad_text", "id"),
    ("2,001 skills", person(skills=[{"uri": f"{SKILL}x{i}"}
                                    for i in range(2001)]),
     "over_limit", "skills"),
]
BAD_NEEDS = [
    ("200 requirements", need(requirements=[{"uri": f"{SKILL}x{i}"}
                                            for i in range(200)]),
     "over_limit", "requirements"),
    ("negative weight", need(requirements=[{"uri": SKILL + "grind-metal",
                                            "weight": -3}]),
     "out_of_range", "requirements[0].weight"),
    ("weight is NaN", need(requirements=[{"uri": SKILL + "grind-metal",
                                          "weight": float("nan")}]),
     "wrong_type", "requirements[0].weight"),
    ("level 0", need(requirements=[{"uri": SKILL + "grind-metal",
                                    "level": 0}]),
     "out_of_range", "requirements[0].level"),
    ("ends before it starts", need(start="2026-05-01", end="2026-04-01"),
     "bad_date", "end"),
]


@pytest.mark.parametrize("kind,name,record,code,where",
                         [("candidate", *b) for b in BAD_PEOPLE] +
                         [("need", *b) for b in BAD_NEEDS],
                         ids=[b[0] for b in BAD_PEOPLE + BAD_NEEDS])
def test_bad_record(client, kind, name, record, code, where):
    before = head(client)
    e = client.error(kind + ".put", {"record": record})
    assert e.code == code, (e.message, e.where, e.hint)
    assert e.where.startswith("record." + where), e.where
    assert e.message
    assert head(client) == before
    assert client.ask(kind + ".list")["items"] == []


def test_invalid_utf8_in_a_record(client):
    record = msgpack.packb(person()).replace(b"CPI-TEST", b"CPI-\xff\xfe\xfd\xfc")
    frame = (b"\x84\xa1v\x01\xa2id\xa1x\xa2op\xadcandidate.put"
             b"\xa4body\x81\xa6record" + record)
    _, e = raw_error(client, frame)
    assert e.code == "bad_text" and "office" in e.where
    assert head(client) == 0


def test_a_person_with_2000_skills_is_fine_when_they_exist(client):
    with open(SAMPLE / "skills_en.csv", newline="") as f:
        uris = [r["conceptUri"] for r in csv.DictReader(f)]
    client.ask("candidate.put", {"record": person(
        skills=[{"uri": u} for u in uris])})
    got = client.ask("candidate.get", {"id": "T-1"})["record"]
    assert len(got["skills"]) == len(uris)


# --- start and stop ------------------------------------------------------------------

def run(*flags, env=None, home="/nonexistent"):
    environment = {k: v for k, v in os.environ.items()
                   if not k.startswith(("INCROCIO_", "XDG_"))}
    environment["HOME"] = str(home)
    environment.update(env or {})
    return subprocess.run([DAEMON, *map(str, flags)], env=environment,
                          capture_output=True, text=True, timeout=WAIT_S)


def test_help_version_check(make, tmp_path, space):
    assert "Usage: incrociod" in run("--help").stdout
    assert run("--version").stdout.startswith("incrociod ")
    r = run("--check", "--store", tmp_path / "s", "--space", space)
    assert r.returncode == 0 and "will be created" in r.stdout
    assert not (tmp_path / "s").exists()
    assert "queue_max" in r.stdout and "# default" in r.stdout


def test_configuration_precedence_and_errors(tmp_path, space):
    conf = tmp_path / "c.conf"
    conf.write_text("queue_max = 100\nbatch_max = 3 # three\nworkers = 2\n")
    r = run("--check", "--config", conf, "--store", tmp_path / "s", "--space",
            space, "--workers", "5",
            env={"INCROCIO_QUEUE_MAX": "200", "INCROCIO_WORKERS": "4"})
    assert r.returncode == 0, r.stderr
    lines = {x.split("=")[0].strip(): x for x in r.stdout.splitlines()
             if "=" in x}
    assert "= 200" in lines["queue_max"]
    assert "INCROCIO_QUEUE_MAX" in lines["queue_max"]
    assert "= 3" in lines["batch_max"] and "c.conf:2" in lines["batch_max"]
    assert "= 5" in lines["workers"] and "--workers" in lines["workers"]
    for text, want in [("endpont = x\n", "did you mean endpoint?"),
                       ("queue_max\n", "no `key = value`"),
                       ("a = 1\n", "unknown key"),
                       ("queue_max = 1\n", "16 to 32768"),
                       ("admin = maybe\n", "true or false"),
                       ("workers = 1\nworkers = 2\n", "first in line 3")]:
        conf.write_text("# comment\n" * 2 + text)
        r = run("--check", "--config", conf, "--store", tmp_path / "s")
        assert r.returncode == 1, text
        assert want in r.stderr, r.stderr
        assert f"c.conf:{2 + text.count(chr(10))}" in r.stderr, r.stderr
    r = run("--check", "--config", tmp_path / "none")
    assert r.returncode == 1
    r = run("--endpont=x")
    assert r.returncode == 1 and "--endpoint" in r.stderr


@pytest.mark.parametrize("endpoint", [
    "tcp://*:5555", "tcp://0.0.0.0:5555", "tcp://192.168.1.1:5555",
    "tcp://eth0:5555", "tcp://[::1]:5555", "tcp://127.0.0.1", "udp://x",
    "tcp://127.0.0.1:99999", "ipc://@abstract", "ipc://relative/path",
    "ipc:///" + "x" * 120, "inproc://x"])
def test_endpoints_that_are_refused(tmp_path, endpoint):
    r = run("--check", "--store", tmp_path / "s", f"--endpoint={endpoint}")
    assert r.returncode == 1 and "hint:" in r.stderr
    assert "--endpoint" in r.stderr


def test_missing_space_names_the_command(tmp_path):
    r = run("--store", tmp_path / "s", "--endpoint", "tcp://127.0.0.1:*")
    assert r.returncode == 1
    assert f"incrocio space train --esco {SAMPLE} --out " in r.stderr
    assert str(tmp_path / "space.incs") in r.stderr


def test_broken_taxonomy_and_foreign_space(tmp_path, space):
    r = run("--store", tmp_path / "s", "--esco", tmp_path / "none", "--space",
            space)
    assert r.returncode == 1 and "none" in r.stderr
    damaged = bytearray(space.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (tmp_path / "bad.incs").write_bytes(damaged)
    r = run("--store", tmp_path / "s", "--space", tmp_path / "bad.incs")
    assert r.returncode == 5 and "corrupt" in r.stderr


def test_two_daemons_on_one_store(make):
    d = make().start()
    other = make(name="other", store=d.settings["store"])
    other.start(wait=False)
    assert other.process.wait(WAIT_S) == 5
    assert str(d.process.pid) in other.log()
    with d.client() as c:
        assert c.ask("ping")


def test_two_daemons_on_one_socket(make, tmp_path):
    endpoint = f"ipc://{tmp_path}/x.sock"
    d = make(endpoint=endpoint).start()
    other = make(name="other", endpoint=endpoint)
    other.start(wait=False)
    assert other.process.wait(WAIT_S) == 5
    assert str(d.process.pid) in other.log()
    with d.client() as c:
        assert c.ask("ping")
    assert d.stop() == 0
    other.start()
    with other.client() as c:
        assert c.ask("ping")


def test_a_file_in_the_sockets_place_survives(make, tmp_path):
    path = tmp_path / "precious"
    path.write_text("do not delete")
    d = make(endpoint=f"ipc://{path}")
    d.start(wait=False)
    assert d.process.wait(WAIT_S) == 1
    assert path.read_text() == "do not delete"
    assert "no socket" in d.log()


def test_sigterm_under_load_keeps_what_was_acknowledged(make):
    d = make().start()
    acknowledged, stop = [], threading.Event()

    def write(number):
        with Client(d.endpoint, wait_s=3) as c:
            try:
                for i in range(100000):
                    ident = number * 100000 + i
                    c.ask("candidate.put", {"record": person(ident)})
                    acknowledged.append(f"T-{ident}")
            except (Failure, zmq.Again):
                pass

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for t in threads:
        t.start()
    d.wait_for(lambda: len(acknowledged) > 200)
    assert d.stop() == 0
    for t in threads:
        t.join()
    assert "event=stopped" in d.log()
    d.start()
    with d.client() as c:
        stored, cursor = set(), None
        while True:
            page = c.ask("candidate.list", {"limit": 1000, **(
                {"cursor": cursor} if cursor else {})})
            stored |= {r["id"] for r in page["items"]}
            cursor = page.get("cursor")
            if not cursor:
                break
        assert set(acknowledged) <= stored
        assert len(stored) - len(acknowledged) <= 4  # answers cut off
        assert c.ask("status")["pool"]["people"] == len(stored)


def test_kill_9_keeps_what_was_acknowledged(make):
    d = make(admin="true")
    acknowledged = set()
    for round_ in range(5):
        d.start()
        with Client(d.endpoint, wait_s=5) as c:
            for i in range(256):  # one client's share of the queue
                c.send("candidate.put", {"record": person(
                    round_ * 1000 + i)})
            for _ in range(50 + 37 * round_):
                acknowledged.add(c.result()["id"])
            d.kill()
        d.start()
        with d.client() as c:
            got = {r["id"] for r in c.ask("candidate.list", {
                "limit": 1000})["items"]}
            while len(got) % 1000 == 0 and got:
                page = c.ask("candidate.list", {"limit": 1000, "cursor":
                                                max(got).encode().hex()})
                if not page["items"]:
                    break
                got |= {r["id"] for r in page["items"]}
            assert acknowledged <= got
            assert c.ask("verify")["faults"] == 0
        assert d.stop() == 0


def test_stop_refuses_new_work_and_second_signal_ends(make):
    d = make().start()
    with d.client() as c:
        c.ask("ping")
    d.signal(signal.SIGINT)
    assert d.process.wait(WAIT_S) == 0


def test_sighup_reloads(make, space, tmp_path):
    folder = tmp_path / "esco"
    subprocess.run(["cp", "-r", SAMPLE, folder], check=True)
    conf = tmp_path / "c.conf"
    conf.write_text("log_level = info\n")
    d = make(esco=folder, config=conf).start()
    with d.client() as c:
        load_sample(c)
        before = c.ask("match.people", {"id": "N-0001", "options": {
            "as_of": "2026-12-01"}})
        # labels change, concepts do not
        name = folder / "skills_it.csv"
        label = c.ask("concept.get", {"uri": SKILL + "grind-metal"})["label"]
        name.write_text(name.read_text().replace(label, "NUOVA ETICHETTA"))
        conf.write_text("log_level = debug\nqueue_max = 99\n")
        d.signal(signal.SIGHUP)
        d.wait_for(lambda: "event=reloaded" in d.log())
        assert c.ask("concept.get", {"uri": SKILL + "grind-metal"})[
            "label"] == "NUOVA ETICHETTA"
        assert "setting=queue_max" in d.log()
        after = c.ask("match.people", {"id": "N-0001", "options": {
            "as_of": "2026-12-01"}})
        assert [(i["id"], i["score"]) for i in after["items"]] == \
            [(i["id"], i["score"]) for i in before["items"]]
        assert "event=answered op=match.people" in d.log()
        assert "N-0001" not in d.log() and "P-0001" not in d.log()
        # a broken file changes nothing
        name.write_text("garbage\n")
        d.signal(signal.SIGHUP)
        d.wait_for(lambda: "event=reload_failed" in d.log())
        assert c.ask("concept.get", {"uri": SKILL + "grind-metal"})[
            "label"] == "NUOVA ETICHETTA"
    assert d.stop() == 0


def test_unknown_uris_are_reported(make, tmp_path, space):
    d = make().start()
    with d.client() as c:
        load_sample(c)
    assert d.stop() == 0
    # the next ESCO has a skill that profiles use under another URI
    folder = tmp_path / "esco"
    folder.mkdir()
    gone = SKILL + "mig-mag-welding"
    for f in SAMPLE.iterdir():
        (folder / f.name).write_text(f.read_text().replace(gone, gone + "-2"))
    d.settings["esco"] = folder
    d.start()
    assert "event=unknown_uris" in d.log() and gone in d.log()
    with d.client() as c:
        assert c.counters()["unknown_uris"] == 1
        assert c.counters()["unknown_uri_records"] > 1
        assert c.ask("candidate.get", {"id": "P-0001"})["record"]["skills"]
        assert c.ask("match.people", {"id": "N-0002"})["items"]
    r = run("--migration-report", *[f for f in d.flags()
                                    if "ready" not in f])
    assert r.returncode == 0 and gone in r.stdout
    assert f"<{gone}-2>" in r.stdout
    assert d.stop() == 0


def test_notify_and_ready_fd(make, tmp_path):
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.bind(str(path))
        s.settimeout(WAIT_S)
        d = make()
        plain = d.environment()
        d.environment = lambda: dict(plain, NOTIFY_SOCKET=str(path),
                                     WATCHDOG_USEC="300000")
        d.start()
        assert s.recv(100) == b"READY=1"
        assert s.recv(100) == b"WATCHDOG=1"
        assert s.recv(100) == b"WATCHDOG=1"
        assert d.stop() == 0
        rest = [s.recv(100)]
        while rest[-1] == b"WATCHDOG=1":
            rest.append(s.recv(100))
        assert rest[-1] == b"STOPPING=1"


def test_process_is_closed_to_others(daemon):
    pid = daemon.process.pid
    limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
    core = [x for x in limits.splitlines() if x.startswith("Max core")][0]
    assert core.split()[4:6] == ["0", "0"]
    for f in pathlib.Path(daemon.folder / "store").iterdir():
        assert f.stat().st_mode & 0o077 == 0, f
