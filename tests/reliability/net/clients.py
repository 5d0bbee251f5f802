#!/usr/bin/env python3
"""Clients that do not behave: that never read, that stop (SIGSTOP, a laptop
asleep), that leave in the middle of a reply. All at once.

Memory stays within the bounds of the settings, others are served, and the
daemon has let go of every one of them a heartbeat's patience later. How long
others wait is noted, not judged: the machine decides that too."""
import csv
import multiprocessing
import os
import resource
import selectors
import signal
import sys
import time

import msgpack

from rig import (SAMPLE, Peer, Run, daemon, fds, need, percentile, person,
                 rss_kb, times_of, until)

REPLY_MB = 16
READ_TIMEOUT_S = 3
HEARTBEAT_S = 2
# That and HEARTBEAT_TIMEOUT_MS of engine/server/server.c for those who have
# nothing to read, and for those who have: a second for 256 KiB. With slack for a
# busy machine.
PATIENCE_S = HEARTBEAT_S + 30 + 30


def uris(n):
    with open(SAMPLE / "skills_en.csv", newline="") as f:
        return [row["conceptUri"] for row in csv.DictReader(f)][:n]


def load_people(peer, n=100):
    every = uris(150)
    for i in range(n):
        r = peer.ask("candidate.put", {"record": person(i, skills=[
            {"uri": every[(i * 7 + k * 11) % 150]} for k in range(12)])})
        assert r["status"] == "ok", r


HEAVY = {"need": {"id": "H", "requirements": [{"uri": u} for u in uris(64)]},
         "options": {"k": 1000}}
LIGHT = {"need": need(), "options": {"k": 3}}


def sleeper(endpoint, n, ready):
    """Behaves - reads, answers PING - until somebody stops the process."""
    chosen = selectors.DefaultSelector()
    for _ in range(n):
        p = Peer(endpoint, wait_s=120)
        p.ask("ping")
        chosen.register(p, selectors.EVENT_READ, p)
    ready.put(n)
    while True:
        for key, _ in chosen.select(1):
            try:
                key.data.more()
                list(key.data.messages())
            except (EOFError, OSError):
                chosen.unregister(key.data)


def hung_up(peer):
    every = peer.ask("status")["body"]["counters"]
    return {c["name"]: c["value"] for c in every}["hung_up"]


def main():
    run = Run(__doc__)
    n = run.size(40, 1000)
    resource.setrlimit(resource.RLIMIT_NOFILE, (8000, 8000))
    with daemon(reply_mb=REPLY_MB, read_timeout_s=READ_TIMEOUT_S,
                heartbeat_s=HEARTBEAT_S) as d:
        d.start()
        healthy = Peer(d.endpoint, wait_s=120)
        load_people(healthy)
        one = len(msgpack.packb(healthy.ask("match.people", HEAVY)))
        calm = times_of(healthy, 200, "match.people", LIGHT)
        base_kb, base_fds = rss_kb(d), fds(d)
        ready = multiprocessing.Queue()
        asleep = multiprocessing.Process(target=sleeper, daemon=True,
                                         args=(d.endpoint, n, ready))
        asleep.start()
        ready.get(timeout=120)
        os.kill(asleep.pid, signal.SIGSTOP)
        deaf = []
        for _ in range(n):
            p = Peer(d.endpoint, wait_s=120, rcvbuf=4096)
            for k in range(4):
                p.send("match.people", HEAVY, number=k)
            deaf.append(p)
        for _ in range(n):
            p = Peer(d.endpoint, wait_s=120)
            p.send("match.people", HEAVY)
            p.close()
        peak, storm, busy = 0, [], []
        start = time.monotonic()

        def gone():
            nonlocal peak
            peak = max(peak, rss_kb(d))
            for _ in range(5):
                t = time.perf_counter()
                r = healthy.ask("match.people", LIGHT)
                took = (time.perf_counter() - t) * 1000
                # Over twice reply_mb everybody is refused, at once.
                run.expect(r["status"] == "ok" or
                           r["error"]["code"] == "busy", f"{r}")
                (storm if r["status"] == "ok" else busy).append(took)
            return fds(d) <= base_fds

        took = until(gone, PATIENCE_S + n * 0.05)
        run.note(n=3 * n, heavy_reply_bytes=one, rss_base_kb=base_kb,
                 rss_peak_kb=peak, fds_left=fds(d) - base_fds,
                 hung_up=hung_up(healthy), all_dropped_s=took and round(took, 1),
                 calm_p99_ms=round(percentile(calm, .99), 2),
                 storm_p99_ms=round(percentile(storm, .99), 2),
                 storm_answered=len(storm), storm_busy=len(busy),
                 busy_p99_ms=round(percentile(busy, .99), 2) if busy else None)
        run.expect(took is not None,
                   f"{fds(d) - base_fds} are still held after "
                   f"{time.monotonic() - start:.0f} s")
        # reply_mb, what two workers were writing (and packing) beyond it, a
        # connection's own buffers, and room for the allocator.
        bound = (REPLY_MB << 10) + 4 * 2 * one // 1024 + 3 * n * 64 + 65536
        run.note(rss_bound_kb=bound)
        run.expect(peak - base_kb <= bound,
                   f"{peak - base_kb} kB more, the bound is {bound} kB")
        after = times_of(healthy, 50, "match.people", LIGHT)
        run.note(after_p99_ms=round(percentile(after, .99), 2))
        os.kill(asleep.pid, signal.SIGKILL)
        asleep.join(30)
        run.expect(healthy.ask("ping")["status"] == "ok", "no answer after it")
        run.expect(d.stop() == 0, "the daemon did not stop cleanly")
        for p in deaf:
            p.close()
    return run.end()


if __name__ == "__main__":
    sys.exit(main())
