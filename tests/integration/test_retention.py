"""How long profiles are kept: who is due, who was told, whose notice has run; and
a wall clock that jumps (jump.c before the C library) erases nobody early."""
import datetime
import mmap
import struct
import subprocess

import pytest

import incrocio as model_client
from office import (  # noqa: F401 (fixtures)
    BUILD, built, daemon, make, person, sanitized, space)

pytestmark = built
JUMP = BUILD / "tests/reliability/net/libjump.so"
CLI = BUILD / "clients/cli/incrocio"
DAY = 86400
jumps = pytest.mark.skipif(
    not JUMP.exists() or sanitized(),
    reason="SKIPPED: libjump.so is not built, or a sanitizer comes first")


class Clock:
    def __init__(self, path):
        path.write_bytes(bytes(8))
        self.file = open(path, "r+b")
        self.map = mmap.mmap(self.file.fileno(), 8)

    def set(self, days):
        self.map[:] = struct.pack("<q", int(days * DAY * 10 ** 9))


@pytest.fixture
def clock(tmp_path, monkeypatch):
    c = Clock(tmp_path / "clock")
    monkeypatch.setenv("INC_TEST_CLOCK", str(tmp_path / "clock"))
    monkeypatch.setenv("LD_PRELOAD", str(JUMP))
    return c


def states(client):
    page = client.ask("retention.list")
    return {i["id"]: i["state"] for i in page["items"]}


def ago(days):
    return (datetime.datetime.now(datetime.timezone.utc).date() -
            datetime.timedelta(days=days)).isoformat()


def incrocio(d, *args, code=0, lang="en"):
    r = subprocess.run([CLI, *args, "--endpoint", d.endpoint, "--lang", lang],
                       capture_output=True, text=True, timeout=60)
    assert r.returncode == code, r
    return r.stdout + r.stderr


def test_who_is_due_and_who_was_told(make):
    d = make(admin="true", retain_months=24, retain_notice_days=30,
             retain_source="registro dei trattamenti, 2026-01-15").start()
    with d.client() as c:
        c.ask("candidate.put", {"record": person(1, updated=ago(3 * 365))})
        c.ask("candidate.put", {"record": person(2, updated=ago(100))})
        c.ask("candidate.put", {"record": person(3, updated=ago(4 * 365))})
        assert states(c) == {"T-1": "due", "T-3": "due"}
        page = c.ask("retention.list", {"id": "T-2"})
        assert page["items"][0]["state"] == "kept"
        assert (page["months"], page["notice_days"], page["source"]) == \
            (24, 30, "registro dei trattamenti, 2026-01-15")
        # Told: the notice runs. A check of the data ends it, a put takes it.
        c.ask("candidate.notice", {"id": "T-1"})
        c.ask("candidate.notice", {"id": "T-2"})  # not due: does not count
        assert states(c) == {"T-1": "noticed", "T-3": "due"}
        got = c.ask("candidate.get", {"id": "T-1"})["record"]
        assert got["notice"] == ago(0)
        assert c.error("candidate.patch", {"id": "T-1", "set": {
            "notice": "2020-01-01"}}).code == "unknown_field"
        c.ask("candidate.put", {"record": got})
        assert states(c)["T-1"] == "due"
        c.ask("candidate.notice", {"id": "T-1"})
        c.ask("candidate.patch", {"id": "T-1", "set": {"updated": ago(0)}})
        assert states(c) == {"T-3": "due"}
        # By pages of one.
        for i in (4, 5):
            c.ask("candidate.put", {"record": person(i, updated=ago(1000))})
        found, after = [], {}
        while after is not None:
            page = c.ask("retention.list", {"limit": 1, **after})
            found += [i["id"] for i in page["items"]]
            after = {"after": page["next"]} if "next" in page else None
        assert found == ["T-3", "T-4", "T-5"]
    with model_client.Client(d.endpoint) as c:
        assert [i.id for i in c.retention(limit=2)] == ["T-3", "T-4", "T-5"]
        c.notice("T-4")
        assert [i.state for i in c.retention(id="T-4")] == ["noticed"]
    out = incrocio(d, "retention", "list")
    assert "T-3" in out and "to be told" in out and "2026-01-15" in out
    assert "da avvisare" in incrocio(d, "conservazione", "list", lang="it")
    # What has not run is not erased, whoever asks for it.
    with d.client() as c:
        for who, why in (("T-2", "not due"), ("T-3", "was not told"),
                         ("T-4", "the notice runs until " + ago(-30))):
            e = c.error("retention.apply", {"id": who})
            assert (e.code, e.where) == ("denied", "id") and why in e.message
        assert c.error("retention.apply", {"id": "T-9"}).code == "not_found"
        c.ask("candidate.delete", {"id": "T-5"})  # nothing to judge by
        assert c.error("retention.apply", {"id": "T-5"}).code == "not_found"
        assert c.ask("verify")["faults"] == 0
    incrocio(d, "candidate", "notice", "T-3")
    assert "the notice runs" in incrocio(d, "retention", "apply", "T-3", code=3)
    with d.client() as c:
        assert c.ask("candidate.get", {"id": "T-3"})["record"]["notice"]
        assert c.error("retention.list", {"id": "T-9"}).where == "id"


@jumps
def test_only_a_notice_that_has_run_lets_go(make, clock):
    d = make(retain_months=24, retain_notice_days=30).start()
    with d.client() as c:
        for i in (1, 2):
            c.ask("candidate.put", {"record": person(i, updated=ago(900))})
        c.ask("candidate.notice", {"id": "T-1"})
        # Ten years at once: nobody was told the longer, one was not told.
        clock.set(3653)
        c.ask("candidate.put", {"record": person(9)})
        assert states(c) == {"T-1": "noticed", "T-2": "due"}
        assert "the notice runs" in incrocio(d, "retention", "apply", "T-1",
                                             code=3)
        e = c.error("retention.apply", {"id": "T-1"})
        assert e.code == "denied" and "fewer than 5 days" in e.message
        # Back: nobody is due any more, nor is the notice of ten years hence.
        c.ask("candidate.notice", {"id": "T-2"})
        clock.set(-900)
        assert states(c) == {}
        clock.set(0)
        assert states(c) == {"T-1": "noticed", "T-2": "due"}
        # Days on which the office works.
        for day in (3, 6, 9, 20):
            clock.set(day)
            c.ask("candidate.put", {"record": person(9)})
            assert states(c)["T-1"] == "noticed"
        clock.set(29)
        c.ask("candidate.put", {"record": person(9)})
        assert states(c)["T-1"] == "noticed"
        clock.set(30)
        assert states(c)["T-1"] == "run"
        assert states(c)["T-2"] == "due"
        for _ in range(2):  # the second is the answer to the first
            done = c.ask("retention.apply", {"id": "T-1"}, key=bytes(range(16)))
            assert done["revision"] == 0
        incrocio(d, "retention", "apply", "T-1", code=2)
        assert states(c) == {"T-2": "due"}
        assert c.error("candidate.get", {"id": "T-1"}).code == "not_found"
    d.stop()


def test_off(make):
    d = make(retain_months=0).start()
    with d.client() as c:
        c.ask("candidate.put", {"record": person(1, updated="2001-01-01")})
        c.ask("candidate.notice", {"id": "T-1"})
        assert states(c) == {}
    assert "retain_months = 0" in incrocio(d, "retention", "list")
