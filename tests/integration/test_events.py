"""The standing match: what changed is matched against the rest at once, and
every pair that fits is told once, on the socket and in event.list."""
import json
import subprocess
import time

import msgpack
import pytest
import zmq

from office import (BUILD, ROOT, SKILL, WAIT_S, Failure, built,  # noqa: F401
                    daemon, make, need, person, space)  # noqa: F401

pytestmark = built
CLI = BUILD / "clients/cli/incrocio"


class Listener:
    """A subscriber."""

    def __init__(self, endpoint):
        self.context = zmq.Context()
        self.socket = self.context.socket(zmq.SUB)
        self.socket.linger = 0
        self.socket.rcvtimeo = WAIT_S * 1000
        self.socket.setsockopt(zmq.SUBSCRIBE, b"match")
        self.socket.connect(endpoint)

    def next(self):
        topic, frame = self.socket.recv_multipart()
        assert topic == b"match"
        return msgpack.unpackb(frame, strict_map_key=True)

    def quiet(self, ms=200):
        return self.socket.poll(ms) == 0

    def close(self):
        self.socket.close()
        self.context.term()


def put(client, kind, record):
    return client.ask(kind + ".put", {"record": record})


def settled(client):
    """Wait until everything written so far has been matched."""
    end = time.monotonic() + WAIT_S
    head = client.ask("status")["store"]["head"]
    while True:
        status = client.ask("status")
        lag = {c["name"]: c["value"] for c in status["counters"]}[
            "standing_lag"]
        if lag == 0 and status["pool"]["generation"] >= head:
            return
        assert time.monotonic() < end, "the standing match does not come on"
        time.sleep(.01)


def pairs(client, **body):
    settled(client)
    page = client.ask("event.list", {"limit": 1000, **body})
    assert [i["seq"] for i in page["items"]] == sorted(
        {i["seq"] for i in page["items"]})
    return [(i["need"], i["person"]) for i in page["items"]]


@pytest.fixture
def ipc(make, tmp_path):
    return make(endpoint=f"ipc://{tmp_path}/s", admin="true").start()


@pytest.fixture
def listener(ipc):
    with ipc.client() as c:
        made = Listener(c.ask("status")["events"])
    yield made
    made.close()


def test_person_then_event_on_both_ways(ipc, listener):
    with ipc.client() as c:
        put(c, "need", need(1))
        for number in range(1, 100):
            put(c, "candidate", person(number))
            if not listener.quiet():
                break  # the first ones may outrun the subscription
        got = listener.next()
        assert set(got) == {"v", "seq", "need", "person", "score", "at"}
        assert got["v"] == 1 and got["need"] == "N-1"
        settled(c)
        items = c.ask("event.list")["items"]
        assert {k: got[k] for k in items[0]} in items
        assert len(items) == number
        pair = c.ask("match.pair", {"need": "N-1", "candidate": "T-1"})
        assert items[0]["score"] == pair["score"] >= 6000
        assert abs(items[0]["at"] / 1000 - time.time()) < 3600


def test_one_event_a_pair(ipc):
    with ipc.client() as c:
        put(c, "need", need(1))
        put(c, "candidate", person(1))
        assert pairs(c) == [("N-1", "T-1")]
        for level in (1, 4, 3):
            put(c, "candidate", person(1, skills=[
                {"uri": SKILL + "mig-mag-welding", "level": level}]))
            put(c, "need", need(1, seats=level))
        assert pairs(c) == [("N-1", "T-1")]
        assert c.ask("event.list")["head"] == 1


def test_need_finds_people_that_are_there(ipc):
    with ipc.client() as c:
        for n in range(5):
            put(c, "candidate", person(n))
        put(c, "candidate", person(9, skills=[
            {"uri": SKILL + "answer-phone", "level": 2}]))
        put(c, "candidate", person(8))
        c.ask("candidate.freeze", {"id": "T-8"})
        assert pairs(c) == []
        put(c, "need", need(1))
        assert set(pairs(c)) == {("N-1", f"T-{n}") for n in range(5)}
        # one that was frozen is told when she takes part again
        c.ask("candidate.unfreeze", {"id": "T-8"})
        assert ("N-1", "T-8") in pairs(c)


def test_pages_and_one_need(ipc):
    with ipc.client() as c:
        for n in range(3):
            put(c, "need", need(n))
        for n in range(7):
            put(c, "candidate", person(n))
        everything = pairs(c)
        assert len(everything) == 21
        seen, after = [], 0
        while True:
            page = c.ask("event.list", {"after": after, "limit": 4})
            seen += [(i["need"], i["person"]) for i in page["items"]]
            after = page["last"]
            if not page["more"]:
                break
        assert seen == everything
        assert pairs(c, need="N-2") == [p for p in everything
                                        if p[0] == "N-2"]
        assert c.ask("event.list", {"after": 2**62})["items"] == []
        assert c.error("event.list", {"need": "nobody"}).code == "not_found"
        assert c.error("event.list", {"after": -1}).where == "after"
        assert c.error("event.list", {"limit": 1001}).code == "out_of_range"


def test_gone_frozen_closed(ipc):
    with ipc.client() as c:
        for n in range(2):
            put(c, "need", need(n))
        for n in range(3):
            put(c, "candidate", person(n))
        assert len(pairs(c)) == 6
        c.ask("candidate.freeze", {"id": "T-0"})
        assert len(pairs(c)) == 4
        c.ask("candidate.unfreeze", {"id": "T-0"})
        assert len(pairs(c)) == 6
        c.ask("need.close", {"id": "N-1"})
        assert len(pairs(c)) == 3
        c.ask("candidate.delete", {"id": "T-1"})
        assert pairs(c) == [("N-0", "T-0"), ("N-0", "T-2")]
        assert c.ask("verify")["faults"] == 0
        # somebody new under an old id is somebody else
        put(c, "candidate", person(1))
        assert ("N-0", "T-1") in pairs(c)
        assert c.ask("verify")["faults"] == 0
        c.ask("need.delete", {"id": "N-0"})
        assert pairs(c) == []
        assert c.ask("verify")["faults"] == 0


def test_killed_at_any_time(ipc):
    """A pair is told exactly once, wherever the process dies."""
    want = set()
    for round_ in range(6):
        with ipc.client() as c:
            put(c, "need", need(round_))
            for n in range(10):
                number = 10 * round_ + n
                put(c, "candidate", person(number))
                want |= {(f"N-{r}", f"T-{number}") for r in range(round_ + 1)}
            want |= {(f"N-{round_}", f"T-{n}") for n in range(10 * round_)}
        time.sleep(.003 * round_)
        ipc.kill()
        ipc.start()
    with ipc.client() as c:
        got = pairs(c)
        assert len(got) == len(set(got)) and set(got) == want
        assert c.ask("verify")["faults"] == 0


def test_off_then_on(make, tmp_path):
    d = make(endpoint=f"ipc://{tmp_path}/s", standing_min=0).start()
    with d.client() as c:
        assert "events" not in c.ask("status")
        put(c, "need", need(1))
        put(c, "candidate", person(1))
        assert c.ask("event.list")["items"] == []
    assert d.stop() == 0
    # what was written meanwhile is matched when it is on again
    d.settings["standing_min"] = 6000
    d.settings["events"] = "off"
    d.start()
    with d.client() as c:
        assert "events" not in c.ask("status")
        assert pairs(c) == [("N-1", "T-1")]
    assert d.stop() == 0
    # and the mark was kept: nothing is looked at again
    d.settings["standing_min"] = 1
    d.start()
    with d.client() as c:
        put(c, "candidate", person(2, skills=[]))
        assert pairs(c)[0] == ("N-1", "T-1")


def test_least_score(make, tmp_path):
    d = make(endpoint=f"ipc://{tmp_path}/s", standing_min=10000).start()
    with d.client() as c:
        put(c, "need", need(1))
        put(c, "candidate", person(1))
        assert pairs(c) == []


def test_an_endpoint_of_its_own(make, tmp_path):
    d = make(events=f"ipc://{tmp_path}/e").start()  # tcp has none beside
    with d.client() as c:
        assert c.ask("status")["events"] == f"ipc://{tmp_path}/e"
    d = make("two", events="udp://x").start(wait=False)
    assert d.process.wait(WAIT_S) == 1
    assert "--events" in d.log() and "beside" in d.log()


def test_python_client(ipc):
    from incrocio import Client
    with Client(ipc.endpoint) as c:
        c.call("need.put", {"record": need(1)})
        found = c.follow_events(after=0, wait=.2)
        c.call("candidate.put", {"record": person(1)})
        first = next(found)
        assert (first.need, first.person) == ("N-1", "T-1")
        c.call("candidate.put", {"record": person(2)})
        assert next(found).person == "T-2"
        found.close()
        assert [e.person for e in c.events()] == ["T-1", "T-2"]
        assert [e.person for e in c.events(need="N-1", limit=1)] == [
            "T-1", "T-2"]


def test_command_line(ipc):
    env = ipc.environment()  # with what the sanitizer must know of ZeroMQ

    def run(*words):
        return subprocess.run(
            [CLI, "--endpoint", ipc.endpoint, *words], capture_output=True,
            text=True, timeout=WAIT_S, env=env)

    with ipc.client() as c:
        put(c, "need", need(1))
        put(c, "candidate", person(1))
        settled(c)
        done = run("events")
        assert done.returncode == 0 and "N-1" in done.stdout
        assert "T-1" in done.stdout and "ultimo evento 1" in done.stdout
        page = json.loads(run("events", "--json").stdout)
        assert page["items"][0]["person"] == "T-1"
        assert "T-1" not in run("events", "--after", "1").stdout
        assert run("events", "--need", "N-0").returncode != 0
        with subprocess.Popen(
                [CLI, "--endpoint", ipc.endpoint, "events", "--segui",
                 "--after", "1"], stdout=subprocess.PIPE, text=True,
                env=env) as follow:
            put(c, "candidate", person(2))
            line = follow.stdout.readline()
            assert "T-2" in line, line
            follow.terminate()
