#!/usr/bin/env python3
"""Peers that speak ZMTP wrongly, byte by byte: no greeting, half of one, other
versions and mechanisms, commands that nobody knows, frames longer than any
memory, messages of a shape that is not a request's, and noise at every place.

The daemon stays, a healthy client is answered after each, and at the end
descriptors and memory are back. Every peer comes of the seed and its number."""
import random
import struct
import sys

import msgpack

from rig import Peer, Run, daemon, fds, person, plug, rss_kb, until
from zmtp import COMMAND, GREETING, LONG, MORE, READY, frame, prop

SIZES = (0, 1, 2, 8, 9, 63, 64, 255, 256, 4096, 70000)


def noise(r, most=300):
    return r.randbytes(r.randrange(most))


def greeting(r):
    """Somebody's: version, mechanism, role."""
    mechanism = r.choice((b"NULL", b"PLAIN", b"CURVE", b"GSSAPI", b"",
                          b"\xff" * 20, r.randbytes(20)))
    major = r.choice((0, 1, 2, 3, 3, 3, 4, 127, 255))
    return (b"\xff" + r.randbytes(8) + r.choice((b"\x7f", b"\x01", b"\0"))
            + bytes([major, r.randrange(3)]) + mechanism.ljust(20, b"\0")
            + bytes([r.randrange(3)]) + bytes(31))


def old(r):
    """ZMTP 1 and 2 begin otherwise."""
    return r.choice((b"\x01\x00", b"\x05\x00hello", b"\xff" + bytes(7)
                     + b"\x01\x7f\x00", b"\xff" + bytes(7) + b"\x01\x7f\x01\x05"
                     + b"\x00\x00")) + noise(r)


def ready(r):
    """Properties with lengths that lie, and none."""
    kind = r.choice((b"DEALER", b"REQ", b"ROUTER", b"PUB", b"X" * 200, b""))
    body = b"\x05READY" + prop(b"Socket-Type", kind)
    for _ in range(r.randrange(4)):
        body += prop(noise(r, 60), noise(r, 100))
    if r.random() < 0.5:
        body += r.choice((b"\x08Identity" + struct.pack(
            ">I", r.choice((1, 255, 256, 0x7fffffff, 0xffffffff))),
            b"\xff", r.randbytes(9)))
    return frame(body[:r.choice((len(body), r.randrange(len(body))))],
                 command=True)


def length(r):
    """A frame that says it is longer than it will ever be."""
    size = r.choice((1 << 63, (1 << 63) - 1, (1 << 64) - 1, 1 << 40, 1 << 31,
                     5 << 20, (4 << 20) + 1))
    return (struct.pack(">BQ", LONG | r.choice((0, MORE, COMMAND)), size)
            + r.randbytes(r.choice(SIZES)))


def command(r):
    name = r.choice((b"PING", b"PONG", b"SUBSCRIBE", b"CANCEL", b"ERROR",
                     b"HELLO", b"READY", b"", b"A" * 255, noise(r, 40)))
    return frame(bytes([r.choice((len(name), 0, 255))]) + name + noise(r),
                 command=True, more=r.random() < 0.2)


def message(r):
    """Whole messages that are no requests, or nearly are."""
    parts = [r.choice((b"", r.randbytes(r.choice(SIZES)), msgpack.packb(
        {"v": 1, "id": "x", "op": r.choice(("ping", "candidate.put", "?")),
         "body": {"record": person(1, home=noise(r, 9))}})))
        for _ in range(r.randrange(1, 40))]
    return b"".join(frame(p, more=i + 1 < len(parts))
                    for i, p in enumerate(parts))


def reserved(r):
    return bytes([r.randrange(8, 256)]) + noise(r)


def script(r):
    """What one peer sends."""
    out = r.choice((GREETING, GREETING, GREETING, greeting(r), old(r),
                    noise(r), b""))
    if r.random() < 0.1:
        return out[:r.randrange(len(out) + 1)]
    out += READY if r.random() < 0.7 else ready(r)
    for _ in range(r.randrange(5)):
        out += r.choice((length, command, message, message, reserved, noise,
                         ready))(r)
    if r.random() < 0.3:  # one byte otherwise, one missing
        at = r.randrange(len(out))
        out = out[:at] + r.randbytes(r.randrange(3)) + out[at + 1:]
    return out


def attack(endpoint, r):
    s = plug(endpoint, 5)
    if s is None:
        return 0
    try:
        s.sendall(script(r))
        s.settimeout(0.01)
        if r.random() < 0.5:
            s.recv(4096)
    except (BrokenPipeError, ConnectionResetError, TimeoutError):
        pass
    s.close()
    return 1


def main():
    run = Run(__doc__)
    n = run.size(1500, 100000)
    with daemon(admin="true", log_level="error") as d:
        d.start()
        healthy = Peer(d.endpoint, wait_s=60)
        came = 0
        for i in range(n):
            came += attack(d.endpoint, random.Random(f"{run.seed}.{i}"))
            if i % 10 == 0:
                r = healthy.ask("ping")
                run.expect(r["status"] == "ok", f"after peer {i}: {r}")
            if i == n // 10:
                before_fds, before_kb = fds(d), rss_kb(d)
            if d.process.poll() is not None:
                run.expect(False, f"the daemon died at peer {i}\n{d.log()}")
                return run.end()
        run.expect(came > n * 0.99, f"only {came} of {n} could connect")
        back = until(lambda: fds(d) <= before_fds, 30)
        run.expect(back is not None, f"{fds(d)} descriptors are held")
        grown = rss_kb(d) - before_kb
        run.expect(grown < 65536, f"{grown} kB more")
        run.expect(healthy.ask("verify")["body"]["faults"] == 0, "faults")
        run.note(n=came, grown_kb=grown)
        run.expect(d.stop() == 0, "the daemon did not stop cleanly")
    return run.end()


if __name__ == "__main__":
    sys.exit(main())
