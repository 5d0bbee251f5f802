"""The Python client against the real daemon: every operation once round, then
what goes wrong on the way."""
import collections
import os
import pathlib
import sys
import tempfile
import threading
import time

import msgpack
import pytest
import zmq

from office import SKILL, make, need, person, space  # noqa: F401
from office import DAEMON, OFFLINE, WAIT_S

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "clients/python"))
incrocio = pytest.importorskip("incrocio", reason="SKIPPED: model.py is not "
                               "printed yet (incrocio-docgen python)")
from incrocio import model  # noqa: E402

daemons = pytest.mark.skipif(
    not DAEMON.exists() or not OFFLINE.exists(),
    reason="SKIPPED: incrociod or incrocio-offline is not built")


@pytest.fixture
def client(make):  # noqa: F811
    d = make(admin="true").start()
    with incrocio.Client(d.endpoint, actor="T-7", timeout=WAIT_S) as c:
        c.daemon = d
        yield c


# --- a server of our own: what the wire does to a client ---------------------

class FakeServer:
    """Answers with `reply(request, count of that id)`: a body, an error as
    (code, hint), or None for silence."""

    def __init__(self, reply):
        self.context = zmq.Context()
        self.socket = self.context.socket(zmq.ROUTER)
        self.socket.linger = 0
        self.folder = tempfile.TemporaryDirectory(prefix="incrocio-")
        self.endpoint = f"ipc://{self.folder.name}/s"
        self.socket.bind(self.endpoint)
        self.reply = reply
        self.seen = []
        self.peers = set()
        self.times = collections.Counter()
        self.stopping = False
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.stopping:
            if not self.socket.poll(20):
                continue
            peer, empty, frame = self.socket.recv_multipart()
            assert empty == b""
            request = msgpack.unpackb(frame, strict_map_key=True)
            self.seen.append(request)
            self.peers.add(peer)
            self.times[request["id"]] += 1
            body = self.reply(request, self.times[request["id"]])
            if body is None:
                continue
            out = {"v": 1, "id": request["id"], "status": "ok", "body": body}
            if isinstance(body, tuple):
                out = {"v": 1, "id": request["id"], "status": "error",
                       "error": {"code": body[0], "message": "m", "where": "",
                                 "hint": body[1]}}
            self.socket.send_multipart([peer, b"", msgpack.packb(out)])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stopping = True
        self.thread.join()
        self.socket.close()
        self.context.term()
        self.folder.cleanup()


STORED = {"id": "T-1", "revision": 1, "seq": 1, "created": True}


def test_silence_reopens_and_keeps_the_key():
    def reply(request, times):
        return None if times == 1 else STORED

    with FakeServer(reply) as server:
        with incrocio.Client(server.endpoint, timeout=4, retries=3) as c:
            assert c.put_candidate({"id": "T-1"}).revision == 1
    first, second = server.seen
    assert first["key"] == second["key"] and len(first["key"]) == 16
    assert first["id"] == second["id"]
    assert first["deadline_ms"] > second["deadline_ms"]
    assert len(server.peers) == 2, "the socket was not opened again"


def test_busy_waits_as_long_as_it_was_told():
    def reply(request, times):
        return ("busy", "retry after 300 ms") if times == 1 else STORED

    with FakeServer(reply) as server:
        with incrocio.Client(server.endpoint) as c:
            start = time.monotonic()
            c.put_candidate({"id": "T-1"})
            assert time.monotonic() - start >= 0.3
    assert server.seen[0]["key"] == server.seen[1]["key"]


def test_busy_for_ever_is_an_error_with_its_hint():
    with FakeServer(lambda *_: ("busy", "retry after 5 ms")) as server:
        with incrocio.Client(server.endpoint, retries=2) as c:
            with pytest.raises(incrocio.IncrocioError) as e:
                c.ping()
    assert e.value.code == "busy" and e.value.hint == "retry after 5 ms"
    assert len(server.seen) == 3


def test_a_long_timeout_keeps_to_the_wire():
    with FakeServer(lambda *_: ("not_found", "")) as server:
        with incrocio.Client(server.endpoint, timeout=86400) as c:
            with pytest.raises(incrocio.IncrocioError):
                c.get_need("N-1")
    assert server.seen[0]["deadline_ms"] == 3600000


def test_somebody_elses_folder_is_refused(monkeypatch):
    me = 1_950_000_000 + os.getpid()  # the test's own user is another
    monkeypatch.setattr(os, "geteuid", lambda: me)
    folder = pathlib.Path(f"/tmp/incrocio-{me}")
    folder.mkdir()
    try:
        with pytest.raises(incrocio.IncrocioError) as e:
            incrocio.Client(f"ipc://{folder}/incrociod.sock")
        assert e.value.code == "io_failed" and e.value.where == str(folder)
    finally:
        folder.rmdir()


def test_other_errors_are_not_retried():
    with FakeServer(lambda *_: ("not_found", "")) as server:
        with incrocio.Client(server.endpoint) as c:
            with pytest.raises(incrocio.IncrocioError) as e:
                c.get_need("N-1")
    assert e.value.code == "not_found" and len(server.seen) == 1
    assert "key" not in server.seen[0], "reads carry no key"


def test_nobody_there_is_said_soon(tmp_path):
    with incrocio.Client(f"ipc://{tmp_path}/none", connect_timeout=0.3) as c:
        start = time.monotonic()
        with pytest.raises(incrocio.IncrocioError) as e:
            c.ping()
        assert e.value.code == "io_failed"
        assert time.monotonic() - start < 3


def test_unreadable_replies_do_not_stop_the_client():
    class Garbage(FakeServer):
        def run(self):
            while not self.stopping:
                if not self.socket.poll(20):
                    continue
                peer, _, frame = self.socket.recv_multipart()
                request = msgpack.unpackb(frame)
                for bad in (b"", b"\xc1", b"\xdf\xff\xff\xff\xff",
                            msgpack.packb([1]), msgpack.packb({"id": "0"})):
                    self.socket.send_multipart([peer, b"", bad])
                good = {"v": 1, "id": request["id"], "status": "ok",
                        "body": {"v": [1], "version": "x"}}
                self.socket.send_multipart([peer, b"", msgpack.packb(good)])

    with Garbage(None) as server, incrocio.Client(server.endpoint) as c:
        assert c.ping().version == "x"


class Patient(FakeServer):
    """Answers only when nothing new came for a while."""

    def run(self):
        waiting = []
        self.most = 0
        while not self.stopping:
            if self.socket.poll(200):
                peer, _, frame = self.socket.recv_multipart()
                waiting.append((peer, msgpack.unpackb(frame)))
                continue
            self.most = max(self.most, len(waiting))
            for peer, request in waiting:
                out = {"v": 1, "id": request["id"], "status": "ok",
                       "body": request["body"] if self.reply is None
                       else self.reply(request, 1)}
                self.seen.append(request)
                self.socket.send_multipart([peer, b"", msgpack.packb(out)])
            waiting = []


def test_pipeline_keeps_its_window():
    with Patient(None) as server, incrocio.Client(server.endpoint) as c:
        asked = (incrocio.Pending("need.get", {"n": i}) for i in range(50))
        got = dict(c.pipeline(asked, window=8))
    assert got == {i: {"n": i} for i in range(50)}
    assert 4 < server.most <= 8  # all 8, unless the machine is busy


def test_put_many_groups_and_errors():
    def reply(request, times):
        return {"results": [
            {"error": {"code": "out_of_range", "message": "m", "where": "w"}}
            if p["record"]["id"] == "T-3" else STORED
            for p in request["body"]["puts"]]}

    with FakeServer(reply) as server, incrocio.Client(server.endpoint) as c:
        got = dict(c.put_many(({"id": f"T-{i}"} for i in range(10)), group=4))
        assert dict(c.put_many([])) == {}
    assert sorted(got) == list(range(10))
    assert got[3].code == "out_of_range" and got[3].where == "w"
    assert all(got[i].revision == 1 for i in got if i != 3)
    assert [len(x["body"]["puts"]) for x in server.seen] == [4, 4, 2]
    assert len({x["key"] for x in server.seen}) == 3
    with FakeServer(lambda *_: ("not_allowed", "")) as server:
        with incrocio.Client(server.endpoint) as c:
            got = dict(c.put_many([{"id": "a"}, {"id": "b"}]))
    assert [got[i].code for i in range(2)] == ["not_allowed"] * 2


# --- every operation ---------------------------------------------------------

@daemons
def test_service(client):
    assert client.ping().v == [1]
    s = client.status()
    assert s.protocol == 1 and s.store.candidates == 0
    assert s.taxonomy.skills > 150


@daemons
def test_candidate_round(client):
    stored = client.put_candidate(model.Candidate.from_wire(person(1)))
    assert stored.created and stored.revision == 1
    got = client.get_candidate("T-1")
    assert isinstance(got, model.Candidate) and got.home == "046017"
    assert got.skills[0].level == 3 and got.languages is None
    assert client.patch_candidate("T-1", {"home": None}).revision == 2
    assert client.get_candidate("T-1").home is None
    assert client.freeze("T-1").revision == 3
    assert client.get_candidate("T-1").frozen is True
    assert client.unfreeze("T-1").revision == 4
    with pytest.raises(incrocio.IncrocioError) as e:
        client.put_candidate(person(1), if_revision=1)
    assert e.value.code == "conflict"
    assert client.put_candidate(person(2), dry_run=True).seq == 0
    client.put_candidate(person(3))
    who = {"id": "T-3", "surname": "Prova", "sex": "x"}
    assert client.put_vault(who, if_revision=0).revision == 1
    assert client.get_vault("T-3").surname == "Prova"
    file = client.export("T-3")
    assert file.vault.sex == "x" and file.record.id == "T-3"
    assert [x.op for x in file.journal] == ["candidate.put", "vault.put"]
    assert client.erase("T-3").revision == 0
    with pytest.raises(incrocio.IncrocioError) as e:
        client.get_vault("T-3")
    assert e.value.code == "not_found"
    assert client.delete_candidate("T-1").revision == 0
    with pytest.raises(incrocio.IncrocioError) as e:
        client.get_candidate("T-1")
    assert e.value.code == "not_found"


@daemons
def test_need_and_company_round(client):
    client.put_company({"id": "C-1", "name": "Esempio srl"})
    assert client.get_company("C-1").name == "Esempio srl"
    assert client.patch_company("C-1", {"employees": 7}).revision == 2
    assert [c.employees for c in client.companies()] == [7]
    client.put_need(model.Need.from_wire(need(1, company="C-1")))
    assert client.patch_need("N-1", {"seats": 3}).revision == 2
    assert client.close_need("N-1").revision == 3
    assert client.get_need("N-1").closed is True
    assert client.reopen_need("N-1").revision == 4
    assert [n.id for n in client.needs()] == ["N-1"]
    assert client.delete_need("N-1").revision == 0
    assert client.delete_company("C-1").revision == 0
    assert list(client.needs()) == []


@daemons
def test_pages_hold_everybody_once(client):
    put = (incrocio.Pending("candidate.put", {"record": person(i)})
           for i in range(25))
    assert all(r["created"] for _, r in client.pipeline(put))
    ids = [p.id for p in client.candidates(limit=7)]
    assert ids == sorted(ids) and len(set(ids)) == 25
    assert list(client.candidates(office="CPI-X")) == []


@daemons
def test_matches(client):
    client.put_need(need(1))
    for i in range(12):
        client.put_candidate(person(i, skills=[
            {"uri": SKILL + "mig-mag-welding", "level": i % 5}]))
    page = client.match_people("N-1", k=5, as_of="2026-11-22", facets=True)
    assert len(page.items) == 5 and page.cursor and page.as_of == "2026-11-22"
    assert page.items[0].score >= page.items[-1].score
    for item in page.items:
        assert sum(line.points for line in item.lines) == item.score
    everybody = list(client.match_people_all("N-1", k=5))
    assert sorted(i.id for i in everybody) == sorted(
        f"T-{i}" for i in range(12))
    inline = client.match_people(need(9), model.MatchOptions(explain=False),
                                 rules=["must"])
    assert inline.id == "N-9" and not inline.items[0].lines
    back = client.match_needs("T-4")
    assert [i.id for i in back.items] == ["N-1"]
    pair = client.match_pair("N-1", "T-4", as_of="2026-11-22")
    assert pair.need == "N-1" and pair.candidate == "T-4"
    assert client.oracle("N-1", k=5, as_of="2026-11-22").items == page.items


@daemons
def test_reference(client):
    hits = client.find_concepts("saldare", k=3)
    assert hits and len(hits) <= 3
    concept = client.get_concept(SKILL + "mig-mag-welding", lang="it", k=2)
    assert concept.label and len(concept.neighbours) == 2
    assert client.find_comuni("Viareggio")[0].istat == "046033"


@daemons
def test_administration(client, tmp_path):
    for i in range(5):
        client.put_candidate(person(i))
    entries = list(client.journal(limit=2))
    assert [e.seq for e in entries] == [1, 2, 3, 4, 5]
    assert {e.actor for e in entries} == {"T-7"}
    report = client.verify()
    assert report.candidates == 5 and report.faults == 0
    with pytest.raises(incrocio.IncrocioError):
        client.backup("b1")  # no backup folder is configured


@daemons
def test_the_register(client):
    for i in range(3):
        client.put_candidate(person(i))
    client.put_need({"id": "N-1", "title": "muratore"})
    for _ in range(3):
        client.match_people("N-1")
    assert [e.no for e in client.matches(limit=2)] == [3, 2, 1]
    got = client.match_record(2)
    assert got.entry.need == "N-1" and len(got.items) == got.entry.items
    for line in got.items:
        seen = list(client.seen(line.id, limit=1))
        assert [e.no for e in seen] == [3, 2, 1]
        assert seen[1].rank == line.rank


@daemons
def test_users_and_keys(make, tmp_path):  # noqa: F811
    d = make(endpoint="tcp://127.0.0.1:*").start()
    pair = zmq.curve_keypair()
    keys = d.folder / "store/administrator.key"
    with incrocio.Client(d.endpoint, key_file=keys,
                         purpose="gestione") as admin:
        user = {"id": "anna", "role": "engineer", "key": pair[0].decode()}
        assert admin.put_user(user).created
        assert admin.get_user("anna").role == "engineer"
        assert [u.id for u in admin.users()] == ["administrator", "anna"]
        own = tmp_path / "anna.key"
        own.write_text(f"public {pair[0].decode()}\n"
                       f"secret {pair[1].decode()}\n")
        with pytest.raises(incrocio.IncrocioError, match="others may read"):
            incrocio.Client(d.endpoint, key_file=own)
        own.chmod(0o600)
        server = incrocio.client.read_key_file(keys).server
        with incrocio.Client(d.endpoint, key_file=own, server_key=server,
                             purpose="gestione") as anna:
            assert anna.ping()
            admin.patch_user("anna", {"until": "2020-01-01"})
            with pytest.raises(incrocio.IncrocioError, match="unauthentic"):
                anna.ping()
            admin.patch_user("anna", {"until": None})
            admin.rotate_user("anna", zmq.curve_keypair()[0].decode())
            with pytest.raises(incrocio.IncrocioError, match="unauthentic"):
                anna.ping()
        assert admin.revoke_user("anna").revision == 5
        assert admin.get_user("anna").revoked
    with pytest.raises(incrocio.IncrocioError, match="key"):
        incrocio.Client(d.endpoint)


@daemons
def test_every_operation_has_been_called():
    """A new operation wants a method here."""
    text = (ROOT / "clients/python/incrocio/client.py").read_text()
    for op in model.OPS:
        kind, _, verb = op.partition(".")
        assert f'"{op}"' in text or f'{{kind}}.{verb}"' in text, op


@daemons
def test_a_key_of_ones_own_is_done_once(client):
    key = b"k" * 16
    first = client.put_candidate(person(1), key=key)
    again = client.put_candidate(person(1), key=key)
    assert first.created and again.replayed
    assert (first.revision, first.seq) == (again.revision, again.seq)


@daemons
def test_errors_name_the_field(client):
    with pytest.raises(incrocio.IncrocioError) as e:
        client.put_candidate(person(1, skills=[
            {"uri": SKILL + "mig-mag-welding", "level": 9}]))
    assert e.value.code == "out_of_range"
    assert "skills[0].level" in e.value.where and e.value.hint
    assert e.value.code in model.ERRORS
