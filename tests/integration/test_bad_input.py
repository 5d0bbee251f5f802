"""What must be refused, with the right words and nothing stored."""
import csv

import msgpack
import pytest

from office import (Failure, SAMPLE, SKILL, built, client, daemon, make,
                    need, person, space)  # noqa: F401

pytestmark = built


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


def test_a_refused_body_finds_its_asker(client):
    client.send_raw(msgpack.packb({"v": 1, "id": "lost", "op": "need.get",
                                   "body": {"id": "a\0b"}}))
    reply = client.receive()
    assert reply["id"] == "lost"
    assert reply["error"]["code"] == "bad_text"
    assert reply["error"]["where"] == "body.id"


def test_operations_without_fields_take_none(client):
    assert client.error("ping", {"x": 1}).code == "unknown_field"
