"""Nobody in who does not belong: CURVE, keys, users, on a daemon over tcp."""
import os
import socket as sockets
import struct
import subprocess

import pytest
import zmq

from curve import GOOD, Door, admin_keys, keys_of, let_in, let_in_many
from office import BUILD, built, make, person, space  # noqa: F401

pytestmark = built
CLI = BUILD / "clients/cli/incrocio"


@pytest.fixture
def tcp(make):  # noqa: F811
    return make(endpoint="tcp://127.0.0.1:*", admin="true").start()


@pytest.fixture
def admin(tcp):
    server, pair = admin_keys(tcp)
    with Door(tcp.endpoint, server, pair) as c:
        yield c


def test_first_start_makes_one_key_and_nobody_else_comes_in(tcp, admin):
    store = tcp.folder / "store"
    for name in ("administrator.key", "server.key"):
        assert (store / name).stat().st_mode & 0o777 == 0o600
    made = [line for line in tcp.log().splitlines()
            if "administrator_key_made" in line]
    assert len(made) == 1 and "administrator.key" in made[0]
    # The log names public keys, never a secret one.
    for name in ("administrator.key", "server.key"):
        assert keys_of(store / name)["secret"] not in tcp.log()
    users = admin.ask("user.list", {}, **GOOD)["items"]
    assert [u["id"] for u in users] == ["administrator"]
    assert "secret" not in str(users)
    server, _ = admin_keys(tcp)
    with Door(tcp.endpoint, server, zmq.curve_keypair()) as c:
        assert not c.is_served()
    # A later start keeps both pairs.
    before = [(store / n).read_bytes() for n in
              ("administrator.key", "server.key")]
    assert tcp.stop() == 0
    tcp.start()
    assert before == [(store / n).read_bytes() for n in
                      ("administrator.key", "server.key")]
    with Door(tcp.endpoint, *admin_keys(tcp)) as c:
        assert c.is_served()


def test_mechanisms_and_keys_that_are_refused(tcp, admin):
    server, pair = admin_keys(tcp)
    assert admin.ask("ping", **GOOD)["v"] == [1]
    other, _ = zmq.curve_keypair()
    refused = {
        "NULL": Door(tcp.endpoint),
        "PLAIN": Door(tcp.endpoint, plain=(b"administrator", b"x")),
        "unknown key": Door(tcp.endpoint, server, zmq.curve_keypair()),
        "wrong server key": Door(tcp.endpoint, other.decode(), pair),
        # The right public key with a secret that is not its own.
        "stolen public key": Door(tcp.endpoint, server,
                                  (pair[0], zmq.curve_keypair()[1])),
        "forged id": Door(tcp.endpoint, server, zmq.curve_keypair(),
                          identity=b"administrator"),
    }
    served = [name for name, c in refused.items() if c.is_served()]
    for c in refused.values():
        c.close()
    assert served == []
    assert admin.ask("ping", **GOOD)["v"] == [1]
    counters = {c["name"]: c["value"] for c in
                admin.ask("status", **GOOD)["counters"]}
    assert counters["strangers"] >= 2


def test_bytes_that_are_no_handshake(tcp, admin):
    host, port = tcp.endpoint[6:].rsplit(":", 1)
    greeting = b"\xff" + b"\0" * 8 + b"\x7f\x03\x00"
    for junk in (b"", b"GET / HTTP/1.1\r\n\r\n", os.urandom(512), greeting,
                 greeting + b"NULL".ljust(20, b"\0") + b"\0" * 32,
                 greeting + b"CURVE".ljust(20, b"\0") + b"\0" * 32 +
                 b"\x04\xc8\x05HELLO" + b"\0" * 194,
                 greeting + b"CURVE".ljust(20, b"\0") + b"\0" * 32 +
                 b"\x02" + struct.pack(">Q", 1 << 62)):
        with sockets.create_connection((host, int(port))) as s:
            s.sendall(junk)
            s.settimeout(0.2)
            try:
                while s.recv(4096):
                    pass
            except OSError:
                pass
    assert admin.ask("ping", **GOOD)["v"] == [1]


def test_a_revoked_key_is_out_though_it_is_connected(tcp, admin):
    server, _ = admin_keys(tcp)
    pair = let_in(admin, "anna", "caseworker", offices=["CPI-TEST"])
    with Door(tcp.endpoint, server, pair) as anna:
        want = {"purpose": "incontro"}
        assert anna.ask("ping", **want)["v"] == [1]
        admin.ask("user.revoke", {"id": "anna"}, **GOOD)
        for _ in range(3):
            assert anna.error("ping", **want).code == "unauthenticated"
        # Nor does what cannot be read tell more to her.
        anna.send_raw(b"\xc1")
        assert anna.receive()["error"]["code"] == "unauthenticated"
    with Door(tcp.endpoint, server, pair) as anna:
        assert not anna.is_served()
    assert admin.ask("user.patch", {"id": "anna", "set": {"revoked": None}},
                     **GOOD)["revision"] == 3
    with Door(tcp.endpoint, server, pair) as anna:
        assert anna.is_served()


def test_rights_follow_the_user_not_the_connection(tcp, admin):
    server, _ = admin_keys(tcp)
    pair = let_in(admin, "edo", "engineer")
    with Door(tcp.endpoint, server, pair) as edo:
        assert edo.ask("status", **GOOD)["version"]
        admin.ask("user.patch", {"id": "edo", "set": {"role": "analyst"}},
                  **GOOD)
        assert edo.error("status", **GOOD).code == "denied"
        admin.ask("user.patch", {"id": "edo",
                                 "set": {"until": "2020-01-01"}}, **GOOD)
        assert edo.error("ping", **GOOD).code == "unauthenticated"


def test_many_users_each_with_a_key(tcp, admin):
    server, _ = admin_keys(tcp)
    pairs = let_in_many(admin, 300, "engineer")
    assert len(set(pairs)) == 300
    for pair in pairs[::60]:
        with Door(tcp.endpoint, server, pair) as c:
            assert c.is_served()


def test_rotating_ends_the_old_key(tcp, admin):
    server, _ = admin_keys(tcp)
    old = let_in(admin, "anna", "caseworker", offices=["CPI-TEST"])
    new = zmq.curve_keypair()
    want = {"purpose": "incontro"}
    with Door(tcp.endpoint, server, old) as anna:
        e = anna.error("user.rotate", {"id": "administrator",
                                       "key": new[0].decode()}, **want)
        assert (e.code, e.where) == ("denied", "id")
        # The answer is for who asked, with the key that asked: it is out.
        e = anna.error("user.rotate", {"id": "anna",
                                       "key": new[0].decode()}, **want)
        assert e.code == "unauthenticated"
        assert anna.error("ping", **want).code == "unauthenticated"
    with Door(tcp.endpoint, server, new) as anna:
        assert anna.ask("ping", **want)


def test_users_that_are_refused(tcp, admin):
    server, pair = admin_keys(tcp)
    key = zmq.curve_keypair()[0].decode()
    good = {"id": "x", "role": "company", "key": key}

    def refused(**changes):
        r = {k: v for k, v in {**good, **changes}.items() if v is not None}
        e = admin.error("user.put", {"record": r}, **GOOD)
        return e.code, e.where

    assert refused(role="caseworkr") == ("out_of_range", "record.role")
    assert refused(key=key[:-1] + " ") == ("bad_text", "record.key")
    assert refused(key=key[:-1])[1] == "record.key"
    assert refused(key=None) == ("missing_field", "record.key")
    assert refused(secret="x" * 40)[0] == "unknown_field"
    assert refused(key=pair[0].decode()) == ("duplicate", "record.key")
    e = admin.error("user.revoke", {"id": "administrator"}, **GOOD)
    assert (e.code, e.where) == ("denied", "id")
    assert len(admin.ask("user.list", {}, **GOOD)["items"]) == 1


def test_a_chosen_routing_id_is_nobodys_name(tcp, admin):
    """Two users under one ROUTER identity: each gets its own rights."""
    server, pair = admin_keys(tcp)
    anna = let_in(admin, "anna", "caseworker", offices=["CPI-TEST"])
    with Door(tcp.endpoint, server, anna, identity=b"same") as a:
        assert a.ask("ping", purpose="incontro")
        assert a.error("user.list", {}, **GOOD).code == "denied"
        assert a.error("user.list", {}, purpose="incontro",
                       actor="administrator").code == "denied"
    with Door(tcp.endpoint, server, pair, identity=b"same") as b:
        assert b.ask("user.list", {}, **GOOD)


def test_the_journal_names_who_had_the_key(tcp, admin):
    server, _ = admin_keys(tcp)
    pair = let_in(admin, "anna", "caseworker", offices=["CPI-TEST"])
    with Door(tcp.endpoint, server, pair) as anna:
        anna.ask("candidate.put", {"record": person()},
                 actor="administrator", purpose="presa_in_carico")
    entry = admin.ask("journal.list", {"after": 2}, **GOOD)["items"][0]
    assert entry["op"] == "candidate.put"
    assert entry["actor"] == "anna" and entry["office"] == "CPI-TEST"
    assert entry["purpose"] == "presa_in_carico"


def test_users_survive_backup_and_are_verified(make, tmp_path):  # noqa: F811
    d = make(endpoint="tcp://127.0.0.1:*", admin="true",
             backup_dir=tmp_path / "b").start()
    server, pair = admin_keys(d)
    with Door(d.endpoint, server, pair) as admin:
        anna = let_in(admin, "anna", "caseworker", offices=["CPI-TEST"])
        admin.ask("backup", {"name": "one"}, **GOOD)
        report = admin.ask("verify", **GOOD)
        assert report["faults"] == 0 and report["users"] == 2
    assert d.stop() == 0
    # A backup holds no secret: the folder's key files stay behind.
    assert {p.name for p in (tmp_path / "b/one").iterdir()} == {"data.mdb",
                                                                "keys"}
    old = make("restored", endpoint="tcp://127.0.0.1:*",
               store=tmp_path / "b/one", key_file=d.folder / "store.key",
               server_key=d.folder / "store/server.key").start()
    assert "administrator_key_made" not in old.log()
    with Door(old.endpoint, server, anna) as c:
        assert c.ask("ping", purpose="incontro")


@pytest.mark.parametrize("setting, value", [
    ("events", "tcp://127.0.0.1:*"), ("local_role", "nobody"),
    ("roles", "/nonexistent/roles.conf")])
def test_settings_that_are_refused(make, setting, value):  # noqa: F811
    d = make(**{setting: value})
    d.start(wait=False)
    assert d.process.wait(60) == 1
    assert "hint" in d.log() or "where" in d.log()


def test_a_key_file_others_may_read(make):  # noqa: F811
    d = make(endpoint="tcp://127.0.0.1:*").start()
    assert d.stop() == 0
    (d.folder / "store/server.key").chmod(0o644)
    d.start(wait=False)
    assert d.process.wait(60) == 1
    assert "others may read" in d.log()


def test_ipc_without_a_local_role_lets_nobody_in(make):  # noqa: F811
    d = make(local_role="none").start()
    with d.client() as c:
        assert c.error("ping").code == "unauthenticated"
    d = make("engineer", local_role="engineer").start()
    with d.client() as c:
        assert c.error("status").code == "missing_field"
        assert c.ask("status", **GOOD)
        assert c.error("user.list", {}, **GOOD).code == "denied"


def test_too_many_handshakes_of_one_key(make):  # noqa: F811
    d = make(endpoint="tcp://127.0.0.1:*", handshakes_per_minute=1).start()
    served = []
    for _ in range(12):  # ten at once, then one a minute
        with Door(d.endpoint, *admin_keys(d)) as c:
            served.append(c.is_served())
    assert served == [True] * 10 + [False] * 2
    assert "too_many_handshakes" in d.log()


def cli(*args, endpoint, key=None, cwd):
    env = {k: v for k, v in os.environ.items()
           if not k.startswith("INCROCIO_")}
    env["LANG"] = "it_IT.UTF-8"
    if key is not None:
        env["INCROCIO_KEY"] = str(key)
    return subprocess.run([CLI, *args, "--endpoint", endpoint], env=env,
                          cwd=cwd, capture_output=True, text=True, timeout=60)


def test_keys_from_the_command_line(tcp, admin, tmp_path):
    server, _ = admin_keys(tcp)
    own = tcp.folder / "store/administrator.key"

    def run(*args, key=own):
        return cli(*args, "--purpose", "gestione", endpoint=tcp.endpoint,
                   key=key, cwd=tmp_path)

    r = run("keys", "new", "anna", "--role", "caseworker", "--office",
            "CPI-LUCCA,CPI-PISA", "--until", "2099-12-31")
    assert r.returncode == 0, r.stderr
    file = tmp_path / "anna.key"
    assert file.stat().st_mode & 0o777 == 0o600
    made = keys_of(file)
    assert made["server"] == server and made["user"] == "anna"
    assert made["public"] in r.stdout and made["secret"] not in r.stdout
    r = run("chiavi", "list")
    assert "CPI-LUCCA CPI-PISA" in r.stdout and "attiva" in r.stdout
    r = cli("ping", "--purpose", "incontro", endpoint=tcp.endpoint, key=file,
            cwd=tmp_path)
    assert r.returncode == 0, r.stderr
    # A name that is taken makes no second file and changes nobody.
    r = run("keys", "new", "anna", "--role", "company", "--out", "b.key")
    assert r.returncode == 1 and not (tmp_path / "b.key").exists()
    # Her own rotation, then the old file opens nothing.
    r = cli("keys", "rotate", "anna", "--out", "anna2.key", "--purpose",
            "incontro", endpoint=tcp.endpoint, key=file, cwd=tmp_path)
    assert keys_of(tmp_path / "anna2.key")["server"] == server
    for key, code in ((file, 5), (tmp_path / "anna2.key", 0)):
        r = cli("ping", "--purpose", "incontro", "--timeout", "2",
                endpoint=tcp.endpoint, key=key, cwd=tmp_path)
        assert r.returncode == code, r.stderr
    r = run("keys", "revoke", "anna")
    assert r.returncode == 0 and "anna" in r.stdout
    assert "revocata" in run("keys", "list").stdout
    # A pair made elsewhere: only its public key travels.
    r = run("keys", "pair", "dino")
    public = keys_of(tmp_path / "dino.key")["public"]
    assert public in r.stdout
    r = run("keys", "new", "dino", "--role", "engineer", "--public", public)
    assert r.returncode == 0, r.stderr
    r = run("status", key=None)
    assert r.returncode == 1 and "--chiave" in r.stderr
