#!/usr/bin/env python3
"""More connections than the daemon may open.

Who is connected is served meanwhile, backups included; who comes too late is
hung up on; processor time stays low; when the others leave, newcomers are taken
again. libzmq alone aborts here (ipc) or asks for ever (tcp): both kinds of
endpoint."""
import resource
import sys
import time

from rig import Run, cpu_s, daemon, fds, peer, plug, until

LIMIT, KEPT = 128, 32  # KEPT: DESCRIPTORS_KEPT of engine/daemon/process.c


def gone(s):
    """Has the other side hung up?"""
    s.setblocking(False)
    try:
        while got := s.recv(256):
            assert got
        return True
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


def one_round(run, d, healthy, number):
    # Connections that never say a word.
    idle = [s for s in (plug(d.endpoint, 0.2) for _ in range(2 * LIMIT))
            if s is not None]
    before, start = cpu_s(d), time.monotonic()
    most = fds(d)
    while time.monotonic() - start < 1:
        most = max(most, fds(d))
        run.expect(healthy.ask("ping")["status"] == "ok", "no answer")
        time.sleep(0.05)
    share = (cpu_s(d) - before) / (time.monotonic() - start)
    hung_up = sum(gone(s) for s in idle)
    # The backup's own files are among what is kept.
    run.expect(LIMIT - KEPT - 2 <= most <= LIMIT - 8, f"{most} of {LIMIT} used")
    run.expect(hung_up >= len(idle) - LIMIT,
               f"{hung_up} of {len(idle)} were hung up on")
    run.expect(share < 0.5, f"{share:.2f} of a processor for nothing")
    r = healthy.ask("backup", {"name": f"b{number}"})
    run.expect(r["status"] == "ok", f"{r}")
    for s in idle:
        s.close()

    def taken():
        late = peer(d, wait_s=60)
        ok = late.ask("ping")["status"] == "ok"
        late.close()
        return ok

    run.expect(until(lambda: fds(d) < LIMIT - KEPT - 1, 20) is not None,
               "descriptors are not given back")
    run.expect(taken(), "newcomers are refused")
    return share, hung_up


def main():
    run = Run(__doc__)
    rounds = run.size(1, 20)
    resource.setrlimit(resource.RLIMIT_NOFILE, (4000, 4000))
    shares, hung_up = [], 0
    for where in ("ipc", "tcp"):
        more = {"endpoint": "tcp://127.0.0.1:*"} if where == "tcp" else {}
        with daemon(admin="true", backup_dir=run.folder / where, **more) as d:
            d.start()
            resource.prlimit(d.process.pid, resource.RLIMIT_NOFILE,
                             (LIMIT, LIMIT))
            healthy = peer(d, wait_s=60)
            for k in range(rounds):
                share, n = one_round(run, d, healthy, k)
                shares.append(share)
                hung_up += n
            run.expect(d.stop() == 0, "the daemon did not stop cleanly")
    run.note(n=2 * rounds, limit=LIMIT, hung_up=hung_up,
             busy_share_most=round(max(shares), 2))
    return run.end()


if __name__ == "__main__":
    sys.exit(main())
