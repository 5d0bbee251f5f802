#!/usr/bin/env python3
"""The wall clock jumps, a second to ten years, forward and back, while the daemon
works: by jump.c, loaded before the C library.

Everything is answered, deadlines and time-outs go on by the other clock, the
journal keeps its order, copies of writes stay copies, and the daemon starts again
with the clock anywhere."""
import mmap
import os
import struct
import sys

from rig import BUILD, Peer, Run, daemon, need, person

JUMP = BUILD / "tests/reliability/net/libjump.so"
S = 10 ** 9
YEAR = 31557600 * S
MINUTE_MS = 60000


class Clock:
    def __init__(self, path):
        path.write_bytes(bytes(8))
        self.file = open(path, "r+b")
        self.map = mmap.mmap(self.file.fileno(), 8)
        self.offset = 0

    def set(self, offset):
        self.offset = offset
        self.map[:] = struct.pack("<q", offset)


def jump(run):
    """A new offset, ten years around the present at most."""
    size = int(S * 10 ** run.random.uniform(0, 8.5))
    return max(-10 * YEAR, min(10 * YEAR,
                               run.random.choice((-1, 1)) * size))


def work(run, peer, number, made):
    """One round: a write, a copy of an older one, a question, a list."""
    key = run.random.randbytes(16)
    body = {"record": person(number % 50)}
    r = peer.ask("candidate.put", body, key=key, actor="prova")
    run.expect(r["status"] == "ok" and "replayed" not in r["body"], f"{r}")
    made.append((key, body, r["body"]["seq"]))
    key, body, seq = run.random.choice(made)
    r = peer.ask("candidate.put", body, key=key, actor="prova")
    run.expect(r["status"] == "ok" and r["body"].get("replayed") and
               r["body"]["seq"] == seq, f"a copy was taken for new: {r}")
    r = peer.ask("match.people", {"need": need(), "options": {"k": 3}},
                 deadline_ms=MINUTE_MS)
    run.expect(r["status"] == "ok", f"a question with a deadline: {r}")
    r = peer.ask("event.list", {"after": 0, "limit": 10})
    run.expect(r["status"] == "ok", f"{r}")


def main():
    run = Run(__doc__)
    jumps, restarts = run.size(200, 10000), run.size(5, 50)
    clock = Clock(run.folder / "clock")
    os.environ["INC_TEST_CLOCK"] = str(run.folder / "clock")
    made = []
    with daemon(admin="true") as d:
        plain = d.environment
        d.environment = lambda: dict(plain(), LD_PRELOAD=str(JUMP))
        for part in range(restarts):
            d.start()
            peer = Peer(d.endpoint, wait_s=60)
            for _ in range(jumps // restarts):
                clock.set(jump(run))
                work(run, peer, len(made), made)
            peer.close()
            clock.set(jump(run))
            run.expect(d.stop() == 0, "no clean stop")
        clock.set(0)
        d.start()
        peer = Peer(d.endpoint, wait_s=60)
        verify = peer.ask("verify")["body"]
        run.expect(verify["faults"] == 0, f"{verify}")
        run.expect(verify["entries"] == len(made),
                   f"{verify['entries']} entries of {len(made)} writes")
        journal, after = [], 0
        while True:
            r = peer.ask("journal.list", {"after": after, "limit": 500})
            got = r["body"]["items"]
            if not got:
                break
            journal += got
            after = got[-1]["seq"]
        run.expect([e["seq"] for e in journal] ==
                   list(range(1, len(made) + 1)), "order of the journal")
        times = [e["at"] for e in journal]
        back = sum(b < a for a, b in zip(times, times[1:]))
        # Or nothing jumped.
        run.expect(back > len(made) // 8, f"{back} steps back in the journal")
        peer.close()
        run.expect(d.stop() == 0, "no clean stop")
        run.note(n=len(made), restarts=restarts, steps_back=back)
    return run.end()


if __name__ == "__main__":
    sys.exit(main())
