#!/usr/bin/env python3
"""Keys by the thousand, over tcp: right ones, wrong ones, none, revoked ones, and
handshakes recorded from somebody else.

Everybody with a key is served, all of them at once, also when they come back
after a restart; none is lost while they stay. What a connection costs in memory
is noted, and how long somebody who was there before waits meanwhile.
Nobody else gets a single answer; a revoked user gets none after the reply that
revoked it; bytes of a served client do nothing a second time."""
import multiprocessing
import resource
import socket
import sys
import threading
import time

import msgpack
import zmq

from rig import (Peer, Run, cpu_s, daemon, fds, peer, percentile, person,
                 rss_kb, until)
from curve import GOOD, Door, admin_keys, let_in, let_in_many

PER_PROCESS, WAIT_S = 2500, 150
PING = msgpack.packb({"v": 1, "id": "p", "op": "ping", **GOOD})


def dealers(context, endpoint, server, pairs):
    made = []
    for public, secret in pairs:
        s = context.socket(zmq.DEALER)
        s.linger = 0
        s.curve_serverkey = server.encode()
        s.curve_publickey, s.curve_secretkey = public, secret
        s.connect(endpoint)
        made.append(s)
    return made


def ask_all(sockets, wait_s):
    """Status of each one's ping: "ok", an error's code, None without answer."""
    for s in sockets:
        s.send_multipart([b"", PING])
    end, said = time.monotonic() + wait_s, []
    for s in sockets:  # in their order: a poller over thousands takes longer
        left = max(0, int((end - time.monotonic()) * 1000))
        if not s.poll(left):
            said.append(None)
            continue
        r = msgpack.unpackb(s.recv_multipart()[1])
        said.append(r["status"] if r["status"] == "ok"
                    else r["error"]["code"])
    return said


def hold(endpoint, server, pairs, ready, go):
    """All connect at once and ask; again at each go, until told to end."""
    n = len(pairs)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3 * n + 500,) * 2)
    context = zmq.Context()
    context.set(zmq.MAX_SOCKETS, n + 100)
    sockets = dealers(context, endpoint, server, pairs)
    ready.put(ask_all(sockets, WAIT_S))
    while go.get():
        ready.put(ask_all(sockets, WAIT_S))
    context.destroy(linger=0)


class Holders:
    """Clients in several processes."""

    def __init__(self, endpoint, server, pairs):
        self.all = []
        for at in range(0, len(pairs), PER_PROCESS):
            ready, go = multiprocessing.Queue(), multiprocessing.Queue()
            p = multiprocessing.Process(target=hold, daemon=True, args=(
                endpoint, server, pairs[at:at + PER_PROCESS], ready, go))
            p.start()
            self.all.append((p, ready, go))

    def said(self):
        return [x for _, ready, _ in self.all
                for x in ready.get(timeout=2 * WAIT_S)]

    def ask(self):
        for _, _, go in self.all:
            go.put(True)
        return self.said()

    def end(self):
        for p, _, go in self.all:
            go.put(False)
            p.join(60)


def resident(endpoint, server, pair, out, stop):
    """Somebody who was there before: asks all the while, how long it takes."""
    times = []
    with Door(endpoint, server, pair, wait_ms=WAIT_S * 1000, **GOOD) as c:
        while not stop.is_set():
            start = time.monotonic()
            c.ask("ping")
            times.append((start, (time.monotonic() - start) * 1000))
            time.sleep(0.005)
    out.put(times)


class Resident:
    def __init__(self, d):
        self.out, self.stop = multiprocessing.Queue(), multiprocessing.Event()
        self.process = multiprocessing.Process(
            target=resident, daemon=True,
            args=(d.endpoint, *admin_keys(d), self.out, self.stop))
        self.process.start()

    def figures(self, marks):
        """Milliseconds, by the phases that began at these moments."""
        self.stop.set()
        times = self.out.get(timeout=2 * WAIT_S)
        self.process.join(60)
        out = {}
        for (name, since), (_, until_) in zip(marks, marks[1:]):
            ms = [t for at, t in times if since <= at < until_]
            out[name] = {"asked": len(ms), "p50_ms": round(
                percentile(ms, .5), 2), "p99_ms": round(percentile(ms, .99), 2),
                "max_ms": round(max(ms, default=0), 1)}
        return out


def fewest_fds(d, seconds):
    """The fewest descriptors the daemon has in that time."""
    few, end = fds(d), time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.2)
        few = min(few, fds(d))
    return few


def many(run, d, admin, n):
    """The pairs, each a user's, a tenth of them revoked at the end."""
    server, _ = admin_keys(d)
    start = time.monotonic()
    pairs = let_in_many(admin, n, "engineer")
    run.note(users_stored_s=round(time.monotonic() - start, 1))
    before_kb, before_fds, cpu = rss_kb(d), fds(d), cpu_s(d)
    there = Resident(d)
    marks = [("calm", time.monotonic())]
    time.sleep(2)
    marks.append(("connecting", time.monotonic()))
    who = Holders(d.endpoint, server, pairs)
    said = who.said()
    marks.append(("held", time.monotonic()))
    run.note(connections=n, served=said.count("ok"),
             all_served_s=round(marks[-1][1] - marks[-2][1], 1),
             kb_each=round((rss_kb(d) - before_kb) / n, 1),
             added_mb=round((rss_kb(d) - before_kb) / 1024),
             cpu_ms_each=round((cpu_s(d) - cpu) / n * 1000, 2))
    run.expect(said.count("ok") == n, f"{said.count('ok')} of {n} served")
    # Signs of life are asked for meanwhile; nobody may be lost by them.
    cpu = cpu_s(d)
    few = fewest_fds(d, run.size(4, 70))
    marks.append(("", time.monotonic()))
    run.note(held_s=round(marks[-1][1] - marks[-2][1]), lost_while_held=max(
        0, n - (few - before_fds)), held_cpu_share=round(
        (cpu_s(d) - cpu) / (marks[-1][1] - marks[-2][1]), 3))
    run.note(resident=there.figures(marks))
    run.expect(few - before_fds >= n, f"{few - before_fds} of {n} stayed")
    said = who.ask()
    run.expect(said.count("ok") == n, f"{said.count('ok')} of {n} later")
    # Each tenth is revoked while it is connected.
    out = set(range(0, n, 10))
    for i in out:
        r = admin.ask("user.revoke", {"id": f"user-{i}"}, **GOOD)
        run.expect(r["status"] == "ok", f"{r}")
    said = who.ask()
    kept_in = [i for i in out if said[i] not in ("unauthenticated", None)]
    put_out = [i for i in range(n) if i not in out and said[i] != "ok"]
    run.note(revoked=len(out), revoked_served=len(kept_in))
    run.expect(not kept_in, f"revoked and served: {kept_in[:5]}")
    run.expect(not put_out, f"not revoked, not served: {put_out[:5]}")
    who.end()
    run.expect(until(lambda: fds(d) <= before_fds + 2, 60) is not None,
               f"{fds(d)} descriptors, {before_fds} before")
    return [p for i, p in enumerate(pairs) if i not in out]


def restart(run, d, pairs):
    """All of them come back at once, to a daemon that starts again."""
    server, _ = admin_keys(d)
    d.settings["endpoint"] = d.endpoint
    who = Holders(d.endpoint, server, pairs)
    before = who.said().count("ok")
    run.expect(d.stop() == 0, "the daemon did not stop cleanly")
    d.start()
    start = time.monotonic()
    after = who.ask().count("ok")
    run.note(back_after_restart=after,
             all_back_s=round(time.monotonic() - start, 1))
    run.expect(before == after == len(pairs),
               f"{before} and, after a restart, {after} of {len(pairs)}")
    who.end()


def strangers(run, d, n):
    """Keys nobody let in, and no key at all."""
    server, _ = admin_keys(d)
    context = zmq.Context()
    context.set(zmq.MAX_SOCKETS, 600)
    served = 0
    for at in range(0, n, 200):
        pairs = [zmq.curve_keypair() for _ in range(min(200, n - at))]
        sockets = dealers(context, d.endpoint, server, pairs)
        said = ask_all(sockets, 2)
        served += sum(x is not None for x in said)
        for s in sockets:
            s.close()
    context.destroy(linger=0)
    plain = 0
    for _ in range(n // 10):
        try:
            p = Peer(d.endpoint, wait_s=5)
            p.send("ping")
            p.receive()
            plain += 1
        except (EOFError, OSError):
            pass
    run.note(wrong_keys=n, wrong_keys_served=served, null_peers=n // 10,
             null_peers_served=plain)
    run.expect(served == 0, f"{served} with a wrong key were served")
    run.expect(plain == 0, f"{plain} without a key were served")


def record(d, server, pair):
    """The bytes a client sends while it stores a person."""
    host, port = d.endpoint.removeprefix("tcp://").rsplit(":", 1)
    door = socket.create_server(("127.0.0.1", 0))
    sent = bytearray()

    def pump(a, b, keep):
        try:
            while data := a.recv(65536):
                if keep:
                    sent.extend(data)
                b.sendall(data)
        except OSError:
            pass

    def relay():
        inner, _ = door.accept()
        outer = socket.create_connection((host, int(port)))
        t = threading.Thread(target=pump, args=(outer, inner, False),
                             daemon=True)
        t.start()
        pump(inner, outer, True)
        outer.close()

    t = threading.Thread(target=relay, daemon=True)
    t.start()
    with Door(f"tcp://127.0.0.1:{door.getsockname()[1]}", server, pair) as c:
        c.ask("candidate.put", {"record": person(77)}, **GOOD)
    t.join(10)
    door.close()
    return bytes(sent), (host, int(port))


def recorded(run, d, admin, n):
    server, _ = admin_keys(d)
    pair = let_in(admin, "recorded", "administrator")
    sent, where = record(d, server, pair)
    before = admin.ask("verify", **GOOD)["body"]["entries"]
    for _ in range(n):
        s = socket.create_connection(where)
        try:
            s.sendall(sent[:run.random.randrange(64, len(sent))]
                      if run.random.random() < 0.3 else sent)
            s.settimeout(0.02)
            while s.recv(65536):
                pass
        except OSError:
            pass
        s.close()
    after = admin.ask("verify", **GOOD)["body"]["entries"]
    run.note(recorded_replays=n, recorded_bytes=len(sent),
             recorded_applied=after - before)
    run.expect(after == before, f"{after - before} entries by recorded bytes")


def main():
    run = Run(__doc__)
    n = run.size(200, 10000)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(n, 10000) + 2000,) * 2)
    quick = {} if run.long else {"heartbeat_s": 1}
    with daemon(endpoint="tcp://127.0.0.1:*", admin="true", log_level="error",
                **quick) as d:
        d.start()
        admin = peer(d, wait_s=WAIT_S)
        left = many(run, d, admin, n)
        restart(run, d, left)
        strangers(run, d, n)
        recorded(run, d, admin, run.size(50, 10000))
        run.expect(admin.ask("ping", **GOOD)["status"] == "ok", "after it all")
        run.note(n=2 * n + n // 10 + run.record["recorded_replays"])
        admin.close()
        run.expect(d.stop() == 0, "the daemon did not stop cleanly")
    return run.end()


if __name__ == "__main__":
    sys.exit(main())
