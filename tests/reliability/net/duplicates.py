#!/usr/bin/env python3
"""The same write again: at once, later, from another connection, after a
restart and after a kill. Each is applied once; every copy gets the first
answer, byte for byte, and the word that it is a copy."""
import os
import signal
import sys

import msgpack

from rig import Peer, Run, daemon, person, request

AT_ONCE = 48


def answers(peer, requests, copies=False):
    """Body bytes by number, of requests sent together; "not a copy" and the
    like where `replayed` is not what it has to be."""
    peer.socket.sendall(b"".join(requests.values()))
    got = {}
    while len(got) < len(requests):
        for m in peer.messages():
            r = msgpack.unpackb(m)
            assert r["status"] == "ok", r
            said = r["body"].pop("replayed", False)
            got[r["id"]] = (msgpack.packb(r["body"]) if said == copies
                            else f"copy: {said}")
        if len(got) < len(requests):
            peer.more()
    return got


def main():
    run = Run(__doc__)
    keys, people = run.size(1500, 100000), 500
    every = run.size(300, 10000)  # a restart after so many
    first, copies, different = {}, 0, 0
    with daemon(admin="true", log_level="warn") as d:
        d.start()
        peers = [Peer(d.endpoint, wait_s=120) for _ in range(2)]
        done, restarts = 0, 0

        def packet(i):
            return request("candidate.put", {"record": person(
                i % people, home="046017")}, number=i,
                key=made[i], actor="prova")

        made = {}
        while done < keys:
            batch = range(done, min(done + AT_ONCE, keys))
            for i in batch:
                made[i] = run.random.randbytes(16)
            requests = {str(i): packet(i) for i in batch}
            first.update(answers(peers[0], requests))
            # An old and a fresh one again, each over the other connection.
            older = run.random.sample(range(done + len(batch)),
                                      min(AT_ONCE // 2, done + len(batch)))
            again = {str(i): packet(i) for i in
                     {*older, *batch[:AT_ONCE // 2]}}
            for number, body in answers(peers[1], again,
                                         copies=True).items():
                copies += 1
                different += body != first[number]
            done += len(batch)
            if done // every > restarts:
                restarts += 1
                for p in peers:
                    p.close()
                if restarts % 2:
                    os.kill(d.process.pid, signal.SIGKILL)
                    d.process.wait()
                else:
                    run.expect(d.stop() == 0, "no clean stop")
                d.start()
                peers = [Peer(d.endpoint, wait_s=120) for _ in range(2)]
                # All of the last stretch again, by the new process.
                for at in range(max(0, done - every // 2), done, AT_ONCE):
                    again = {str(i): packet(i) for i in
                             range(at, min(at + AT_ONCE, done))}
                    for number, body in answers(
                            peers[0], again, copies=True).items():
                        copies += 1
                        different += body != first[number]
        verify = peers[0].ask("verify")["body"]
        run.note(n=copies, keys=keys, restarts=restarts, different=different,
                 entries=verify["entries"], faults=verify["faults"])
        run.expect(different == 0, f"{different} answers were different")
        run.expect(verify["entries"] == keys,
                   f"{verify['entries']} entries of {keys} writes")
        run.expect(verify["faults"] == 0, f"{verify}")
        # The journal says each key once; the records' revisions add up.
        total = 0
        for i in range(min(people, keys)):
            total += peers[0].ask("candidate.get", {"id": f"T-{i}"})["body"][
                "revision"]
        run.expect(total == keys, f"{total} revisions of {keys} writes")
        for p in peers:
            p.close()
        run.expect(d.stop() == 0, "the daemon did not stop cleanly")
    return run.end()


if __name__ == "__main__":
    sys.exit(main())
