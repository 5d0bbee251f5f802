"""Handshakes that libzmq's own client never makes: forged properties, chosen
connection numbers, commands out of order or out of shape. Nobody gets another's
rights by them, and the daemon answers others all the while."""
import os
import random
import socket
import struct

import msgpack
import pytest
import zmq

from curve import GOOD, Door, admin_keys, let_in
from curvezmq import (COMMAND, MORE, Raw, box, frame, greeting, prop,
                      properties)
from office import Client, built, make, person, space  # noqa: F401

pytestmark = built
WANT = {"purpose": "presa_in_carico"}


@pytest.fixture
def tcp(make):  # noqa: F811
    return make(endpoint="tcp://127.0.0.1:*", admin="true",
                handshake_timeout_s=2, handshakes_per_minute=0).start()


@pytest.fixture
def admin(tcp):
    with Door(tcp.endpoint, *admin_keys(tcp), **GOOD) as c:
        yield c


def forged(admin_key):
    """What a client may say of itself that only ZAP has to say."""
    return [(b"User-Id", admin_key), (b"user-id", admin_key),
            (b"User-Id", b"administrator"), (b"Peer-Address", b"127.0.0.1"),
            (b"Routing-Id", b"administrator"), (b"X-Role", b"administrator"),
            (b"User-Id", b"")]


def test_a_forged_user_id_is_not_believed(tcp, admin):
    server, (admin_key, _) = admin_keys(tcp)
    anna = let_in(admin, "anna", "caseworker", offices=["CPI-TEST"])
    every = forged(admin_key)
    kinds = [[p] for p in every] + [every, every[:1] * 3]
    for n, some in enumerate(kinds):
        for before in (True, False):
            md = (properties(*some) if before
                  else properties() + b"".join(prop(*p) for p in some))
            with Raw(tcp.endpoint, server, anna) as c:
                c.shake(md)
                r = c.ask("user.list", {}, purpose="gestione")
                assert r["status"] == "error", some
                assert r["error"]["code"] == "denied", some
                r = c.ask("candidate.put", {"record": person(2 * n + before)},
                          **WANT)
                assert r["status"] == "ok", (some, r)
    made = [e for e in admin.ask("journal.list", {"after": 2})["items"]
            if e["op"] == "candidate.put"]
    assert len(made) == 2 * len(kinds)
    assert {e["actor"] for e in made} == {"anna"}
    # The same bytes with a key that nobody let in: no answer at all.
    stranger = zmq.curve_keypair()
    for some in kinds:
        with Raw(tcp.endpoint, server, stranger) as c:
            with pytest.raises((EOFError, ConnectionError)):
                c.shake(properties(*some))


def test_over_ipc_a_user_id_says_nothing(make):  # noqa: F811
    """There the account is the user, whatever the client's READY says."""
    d = make(local_role="engineer").start()
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(20)
        s.connect(d.endpoint[6:])
        s.sendall(greeting(b"NULL") + frame(
            b"\x05READY" + properties((b"User-Id", b"administrator")),
            COMMAND))
        have = b""
        for end, then in ((b"Identity\0\0\0\0", frame(b"", MORE) + frame(
                msgpack.packb({"v": 1, "id": "1", "op": "user.list",
                               "body": {}, **GOOD}))), (b"denied", b"")):
            while end not in have:
                got = s.recv(65536)
                assert got, have
                have += got
            s.sendall(then)


def test_a_stolen_public_key_in_the_initiate(tcp, admin):
    """The client's permanent key is vouched for with its secret."""
    server, (admin_key, _) = admin_keys(tcp)
    mine = zmq.curve_keypair()
    with Raw(tcp.endpoint, server, (admin_key, mine[1])) as c:
        with pytest.raises((EOFError, ConnectionError)):
            c.shake()
    # Nor does a vouch for another connection do: recorded from an honest one.
    with Raw(tcp.endpoint, server, admin_keys(tcp)[1]) as honest:
        honest.welcomed()
        v = os.urandom(16)
        vouch = box(honest.short + honest.server, b"VOUCH---" + v,
                    honest.server_short, honest.secret)
    with Raw(tcp.endpoint, server, (admin_key, mine[1])) as c:
        c.welcomed()
        n = c.count()
        c.send(frame(b"\x08INITIATE" + c.cookie + n + box(
            c.public + v + vouch + properties(), b"CurveZMQINITIATE" + n,
            c.server_short, c.short_secret), COMMAND))
        with pytest.raises((EOFError, ConnectionError)):
            c.take_ready()


def test_a_chosen_number_ends_nothing(tcp, admin):
    """libzmq numbers clients with a zero byte and 32 bits, and takes such a
    name from a client too (security.md). Chosen blindly it hits nobody's."""
    server, _ = admin_keys(tcp)
    anna = let_in(admin, "anna", "engineer")
    r = random.Random(5)
    held = []
    for _ in range(40):
        c = Raw(tcp.endpoint, server, anna)
        c.shake(properties(identity=b"\0" + r.randbytes(4)))
        assert c.ask("ping", **GOOD)["status"] == "ok"
        held.append(c)
    for _ in range(40):
        with Door(tcp.endpoint, server, anna, **GOOD) as c:
            assert c.is_served()
    for c in held:
        c.close()
    assert admin.ask("ping")["v"] == [1]


def bad_metadata():
    ok = properties()
    return {
        "cut": ok[:-3],
        "name past the end": b"\xff" + b"a" * 10,
        "no name": b"\0" + struct.pack(">I", 1) + b"x",
        "value past the end": b"\x01a" + struct.pack(">I", 2**31 - 1) + b"x",
        "negative length": b"\x01a" + struct.pack(">I", 2**32 - 1) + b"x",
        "no socket type": prop(b"Identity", b""),
        "another socket type": properties(kind=b"PUB"),
        "no such socket type": properties(kind=b"X" * 200),
        "long identity": properties(identity=b"i" * 5000),
        "many": b"".join(prop(b"X-%d" % i, b"v" * 50) for i in range(400)) + ok,
        "empty": b"",
    }


def test_metadata_out_of_shape(tcp, admin):
    server, pair = admin_keys(tcp)
    for name, md in bad_metadata().items():
        with Raw(tcp.endpoint, server, pair, wait_s=5) as c:
            try:
                c.shake(md)
                c.ask("ping", **GOOD)
            except (EOFError, ConnectionError, TimeoutError, ValueError):
                pass
        assert admin.ask("ping")["v"] == [1], name
    # Served all the same, under its own name: one that is as it should be.
    with Raw(tcp.endpoint, server, pair) as c:
        assert c.shake().ask("ping", **GOOD)["status"] == "ok"


def greetings():
    r = random.Random(7)
    yield from (greeting(m) for m in (
        b"NULL", b"PLAIN", b"GSSAPI", b"CURVE", b"", b"curve", b"CURVE\0X",
        b"X" * 20))
    yield from (greeting(version=v) for v in (
        (0, 0), (1, 0), (2, 0), (3, 0), (3, 255), (4, 0), (255, 255)))
    yield from (greeting(as_server=s) for s in (1, 255))
    yield b"\xff" + r.randbytes(63)
    yield b"\x01\x00"                      # ZMTP 1.0
    yield b"\xff" + b"\0" * 7 + b"\x01\x7f\x01\x05"  # ZMTP 2.0


def plain_commands():
    r = random.Random(8)
    user = b"administrator"
    yield b"\x05HELLO" + bytes([len(user)]) + user + b"\x01x"
    yield b"\x05HELLO\xff" + user
    yield b"\x05HELLO" + bytes([len(user)]) + user + b"\xff"
    yield b"\x05HELLO"
    yield b"\x08INITIATE" + properties()
    yield b"\x07WELCOME"
    yield b"\x05READY" + properties((b"User-Id", user))
    yield b"\x05ERROR\xff"
    yield b"\x05ERROR\x03400"
    yield b"\x04PING\0\0"
    yield b"\xff"
    yield b""
    yield r.randbytes(300)


def test_greetings_and_commands_of_other_mechanisms(tcp, admin):
    """NULL, PLAIN, GSSAPI and none, other versions, ends exchanged: no word to
    any of them but libzmq's own of the handshake."""
    server, pair = admin_keys(tcp)
    for g in greetings():
        for command in plain_commands():
            with Raw(tcp.endpoint, server, pair) as c:
                try:
                    c.send(g + frame(command, COMMAND))
                    c.send(frame(b"", MORE) + frame(b"\x81\xa1v\x01"))
                except ConnectionError:
                    pass
    with Raw(tcp.endpoint, server, pair) as c:  # the last, to its end
        c.send(greeting(b"PLAIN") + frame(next(plain_commands()), COMMAND))
        assert c.is_closed()
    assert admin.ask("ping")["v"] == [1]


def curve_scripts(c, r):
    """Commands after the greeting, wrong in one way each."""
    hello = c.hello()
    yield "hello cut", hello[:-1]
    yield "hello longer", hello + b"\0"
    yield "hello of version 0", hello[:6] + b"\0\0" + hello[8:]
    yield "hello sealed for another", hello[:80] + r.randbytes(32) + hello[112:]
    yield "hello with a key of zeros", hello[:80] + b"\0" * 32 + hello[112:]
    yield "hello with another box", hello[:-80] + r.randbytes(80)
    yield "initiate first", b"\x08INITIATE" + r.randbytes(400)
    yield "welcome from a client", b"\x07WELCOME" + r.randbytes(160)
    yield "ready from a client", b"\x05READY" + r.randbytes(60)
    yield "error", b"\x05ERROR\xff400"
    yield "message first", b"\x07MESSAGE" + r.randbytes(40)
    yield "nothing", b""
    yield "a name longer than itself", b"\xffHELLO"


def test_curve_commands_out_of_order_or_shape(tcp, admin):
    server, pair = admin_keys(tcp)
    r = random.Random(9)
    with Raw(tcp.endpoint, server, pair) as c:
        names = [name for name, _ in curve_scripts(c, r)]
    for i, name in enumerate(names):
        for flags in (COMMAND, 0, COMMAND | MORE):
            with Raw(tcp.endpoint, server, pair) as c:
                c.send(greeting())
                c.need(64)
                c.send(frame(list(curve_scripts(c, r))[i][1], flags))
                assert c.is_closed(), (name, flags)
    assert admin.ask("ping")["v"] == [1]


def after_welcome(c, other, r):
    good = c.initiate(properties())
    yield "another's cookie", good[:9] + other.cookie + good[105:]
    yield "a cookie of chance", good[:9] + r.randbytes(96) + good[105:]
    yield "cut", good[:150]
    yield "too short for its parts", good[:113] + r.randbytes(16)
    yield "a bit changed", good[:-1] + bytes([good[-1] ^ 1])
    yield "hello again", c.hello()


def test_initiates_that_are_wrong(tcp, admin):
    server, pair = admin_keys(tcp)
    r = random.Random(10)
    for i in range(6):
        with Raw(tcp.endpoint, server, pair) as other, \
                Raw(tcp.endpoint, server, pair) as c:
            other.welcomed()
            c.welcomed()
            name, command = list(after_welcome(c, other, r))[i]
            c.send(frame(command, COMMAND))
            assert c.is_closed(), name
    assert admin.ask("ping")["v"] == [1]


def after_ready(c, r):
    ping = c.message(b"x")
    yield "the same twice", frame(ping) + frame(ping)
    yield "a nonce of before", frame(b"\x07MESSAGE" + struct.pack(">Q", 1) +
                                     ping[16:])
    yield "a bit changed", frame(ping[:-1] + bytes([ping[-1] ^ 1]))
    yield "cut", frame(ping[:20])
    yield "not sealed", frame(b"", MORE) + frame(b"\x81\xa1v\x01")
    yield "another command", frame(b"\x05READY" + properties(), COMMAND)
    yield "a length of half the address space", b"\x02" + struct.pack(
        ">Q", 2**63) + b"x"
    yield "noise", r.randbytes(500)


def test_after_the_handshake(tcp, admin):
    server, pair = admin_keys(tcp)
    r = random.Random(11)
    for i in range(8):
        with Raw(tcp.endpoint, server, pair) as c:
            c.shake()
            assert c.ask("ping", **GOOD)["status"] == "ok"
            name, wrong = list(after_ready(c, r))[i]
            c.send(wrong)
            assert c.is_closed(), name
        assert admin.ask("ping")["v"] == [1], name
    assert isinstance(admin, Client) and admin.ask("verify")["faults"] == 0
