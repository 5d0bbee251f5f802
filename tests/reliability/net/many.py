#!/usr/bin/env python3
"""Many connections at once, and many one after the other.

All are served, what one costs in memory is measured, and when they are gone
descriptors and memory are back where they were. Spread over processes."""
import multiprocessing
import resource
import sys

from rig import Peer, Run, daemon, fds, rss_kb, until

PER_PROCESS = 2500


def hold(endpoint, n, ready, go):
    """n connections, each asks once; stays until told."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (n + 100, n + 100))
    peers = [Peer(endpoint, wait_s=120) for _ in range(n)]
    served = sum(p.ask("ping")["status"] == "ok" for p in peers)
    ready.put(served)
    go.wait()
    # Still there, all of them?
    ready.put(sum(p.ask("ping")["status"] == "ok" for p in peers))


def cycle(endpoint, n, done):
    served = 0
    for _ in range(n):
        p = Peer(endpoint, wait_s=120)
        served += p.ask("ping")["status"] == "ok"
        p.close()
    done.put(served)


def many(run, d, n):
    ready, go = multiprocessing.Queue(), multiprocessing.Event()
    before_kb, before_fds = rss_kb(d), fds(d)
    parts = [min(PER_PROCESS, n - i) for i in range(0, n, PER_PROCESS)]
    who = [multiprocessing.Process(target=hold,
                                   args=(d.endpoint, k, ready, go))
           for k in parts]
    for w in who:
        w.start()
    first = sum(ready.get(timeout=300) for _ in who)
    held_kb, held_fds = rss_kb(d), fds(d)
    go.set()
    again = sum(ready.get(timeout=300) for _ in who)
    for w in who:
        w.join(60)
    run.note(connections=n, served=first, served_again=again,
             kb_each=round((held_kb - before_kb) / n, 1))
    run.expect(first == n and again == n,
               f"{first} and {again} of {n} were served")
    run.expect(held_fds - before_fds >= n, "connections were not all open")
    run.expect((held_kb - before_kb) / n < 100,
               f"{held_kb - before_kb} kB for {n} connections")
    back = until(lambda: fds(d) <= before_fds, 30)
    run.note(fds_back_s=back and round(back, 2))
    run.expect(back is not None, f"{fds(d)} descriptors, {before_fds} before")


def cycles(run, d, n):
    done = multiprocessing.Queue()

    def turn(k):
        who = [multiprocessing.Process(target=cycle,
                                       args=(d.endpoint, k // 2, done))
               for _ in range(2)]
        for w in who:
            w.start()
        served = sum(done.get(timeout=3000) for _ in who)
        for w in who:
            w.join(60)
        return served

    turn(n // 10)  # what memory is kept for re-use is kept by then
    until(lambda: False, 1)
    kb, open_before = rss_kb(d), fds(d)
    served = turn(n)
    run.expect(served == n // 2 * 2, f"{served} of {n} were served")
    back = until(lambda: fds(d) <= open_before, 30)
    run.expect(back is not None, f"{fds(d)} descriptors, {open_before} before")
    grown = rss_kb(d) - kb
    run.note(cycles=n, cycles_rss_kb=kb, cycles_grown_kb=grown)
    run.expect(grown < max(kb * 0.02, 2048), f"{grown} kB more than {kb} kB")


def main():
    run = Run(__doc__)
    n = run.size(1000, 10000)
    resource.setrlimit(resource.RLIMIT_NOFILE, (n + 1000, n + 1000))
    with daemon() as d:
        d.start()
        many(run, d, n)
        cycles(run, d, run.size(1000, 100000))
        run.note(n=run.record["connections"] + run.record["cycles"])
        run.expect(d.stop() == 0, "the daemon did not stop cleanly")
    return run.end()


if __name__ == "__main__":
    sys.exit(main())
