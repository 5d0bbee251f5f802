#!/usr/bin/env python3
"""More questions than can be answered: twice and ten times as many.

Every question gets an answer or `busy`, the daemon goes on. How long those who
were let in wait, against nine tenths of what it can do, and how soon the others
hear `busy`, is noted and does not decide: the machine decides that too."""
import re
import selectors
import sys
import time

import msgpack

from clients import load_people, uris
from rig import Peer, Run, daemon, own_kb, percentile, request

ID = re.compile(rb"\xa2id\xa8(\d{8})")
PEERS, WORKERS, QUEUE, QUEUE_MS = 12, 1, 16, 20
QUESTION = {"need": {"id": "F", "requirements": [
    {"uri": u} for u in uris(48)]}, "options": {"k": 5}}


def capacity(peers, seconds):
    """Questions a second when each client asks again as soon as it is
    answered: as many under way as the workers and the register like, and fewer
    than the queue has places."""
    done, start = 0, time.monotonic()
    chosen = selectors.DefaultSelector()
    for p in peers:
        chosen.register(p, selectors.EVENT_READ, p)
        p.send("match.people", QUESTION)
    under_way = len(peers)
    while under_way:
        for key, _ in chosen.select(60):
            key.data.more()
            for m in key.data.messages():
                assert b"\xa6status\xa2ok" in m[:64], m[:200]
                done += 1
                under_way -= 1
                if time.monotonic() - start < seconds:
                    key.data.send("match.people", QUESTION)
                    under_way += 1
    chosen.close()
    return done / (time.monotonic() - start)


class Load:
    """Questions at a rate that does not wait for answers."""

    def __init__(self, peers):
        self.peers = peers
        self.chosen = selectors.DefaultSelector()
        for p in peers:
            self.chosen.register(p, selectors.EVENT_READ, p)
        self.head, self.tail = request("match.people", QUESTION,
                                       number="#" * 8).split(b"#" * 8)
        self.sent, self.ok, self.busy, self.odd = {}, [], [], []
        self.count = 0

    def send(self):
        self.count += 1
        number = f"{self.count:08d}"
        p = self.peers[self.count % len(self.peers)]
        self.sent[number] = time.perf_counter()
        p.socket.sendall(self.head + number.encode() + self.tail)

    def read(self, wait_s):
        for key, _ in self.chosen.select(wait_s):
            key.data.more()
            now = time.perf_counter()
            for m in key.data.messages():
                # Unpacking answers would make those behind them late.
                number = ID.search(m).group(1).decode()
                ms = (now - self.sent.pop(number)) * 1000
                if b"\xa6status\xa2ok" in m[:64]:
                    self.ok.append(ms)
                elif b"\xa4code\xa4busy" in m[:128]:
                    self.busy.append(ms)
                else:
                    self.odd.append(msgpack.unpackb(m))

    def run(self, rate, seconds):
        start = time.perf_counter()
        due = 0
        while (now := time.perf_counter()) - start < seconds:
            while due <= (now - start) * rate:
                self.send()
                due += 1
                self.read(0)
            self.read(min(0.001, 1 / rate))
        end = time.perf_counter() + 60
        while self.sent and time.perf_counter() < end:
            self.read(0.1)


def flood(run, d, name, seconds):
    """All three rates against one daemon; its figures under `name`."""
    first = Peer(d.endpoint, wait_s=60)
    load_people(first)
    peers = [Peer(d.endpoint, wait_s=60) for _ in range(PEERS)]
    can = capacity(peers, max(1, seconds / 10))
    before = own_kb(d)
    figures = {"capacity_per_s": round(can)}
    for rate, factor in (("nominal", 0.9), ("2x", 2), ("10x", 10)):
        load = Load(peers)
        load.run(can * factor, seconds)
        run.record["n"] += load.count
        figures[rate] = {
            "asked": load.count, "answered": len(load.ok),
            "busy": len(load.busy),
            "admitted_p50_ms": round(percentile(load.ok, .5), 2),
            "admitted_p99_ms": round(percentile(load.ok, .99), 2),
            "busy_p50_ms": round(percentile(load.busy, .5), 2),
            "busy_p99_ms": round(percentile(load.busy, .99), 2),
            "busy_within_10_ms": round(
                sum(m <= 10 for m in load.busy) / len(load.busy), 4)
            if load.busy else None}
        run.expect(not load.sent, f"{name}: {len(load.sent)} unanswered")
        run.expect(not load.odd, f"{name}: {load.odd[:2]}")
        run.expect(load.ok, f"{name}: nobody was answered")
    figures["own_grown_kb"] = own_kb(d) - before
    run.expect(own_kb(d) - before < 65536, "memory grew by 64 MiB")
    # Nothing is left behind: the same people ask again, one by one.
    for p in peers:
        reply = p.ask("match.people", QUESTION)
        run.expect(reply["status"] == "ok", f"{name}: {reply}"[:200])
    run.note(**{name: figures})


def main():
    run = Run(__doc__)
    run.note(n=0)
    for name, bound in (("by_number", {"queue_max": QUEUE}),
                        ("by_time", {"queue_ms": QUEUE_MS})):
        with daemon(workers=WORKERS, batch_max=4, **bound) as d:
            d.start()
            flood(run, d, name, run.size(1, 20))
            run.expect(d.stop() == 0, "the daemon did not stop cleanly")
    return run.end()


if __name__ == "__main__":
    sys.exit(main())
