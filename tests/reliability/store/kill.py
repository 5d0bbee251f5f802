"""kill -9 of the daemon while it acknowledges, with the oracle in this process.

    kill.py [--cycles N] [--seed N] [--people N] [--clients N]

A cycle: start, wait until ready, send again with the same keys whatever was not
answered, compare, send more, kill. Half of the kills come 1 to 60 ms after the
first request, the other half instead of the k-th call by which the daemon
writes, syncs or names a file of its store (preload.c). Commands of one client
are applied in the order sent, so once everything was sent again the state is
known. Fails when something acknowledged is missing, a key is answered
differently, or the store does not open. Prints its n, seed, commit, versions.
"""
import argparse
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

import msgpack
import zmq

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "tests/support"), str(ROOT / "clients/python")]
from office import (BUILD, Client, DAEMON, Daemon, OFFLINE, SAMPLE,  # noqa: E402
                    SKILL)

PRELOAD = BUILD / "tests/reliability/store/librel_disk.so"
SKILLS = [SKILL + "mig-mag-welding", SKILL + "grind-metal"]
IDS = 40           # of a client
BURST = 48         # commands sent before the kill
FRESH = 100        # cycles on one store: listing everything stays short
WAIT_S = 30


class Oracle:
    """What one client sent, was told, and must find."""

    def __init__(self, number, rng):
        self.number, self.rng = number, rng
        self.state = {}      # id -> (revision, office) once all is answered
        self.waiting = []    # (key, op, body) sent, not answered
        self.answers = {}    # key -> (op, body, answer), of this store
        self.count = 0
        self.acked = 0

    def next(self):
        self.count += 1
        ident = f"K-{self.number}-{self.rng.randrange(IDS)}"
        draw = self.rng.random()
        key = self.rng.randbytes(16)
        if draw < 0.6:
            record = {"id": ident, "office": f"u{self.count}",
                      "skills": [{"uri": u, "level": 2} for u in SKILLS]}
            return key, "candidate.put", {"record": record}
        if draw < 0.75:
            return key, "candidate.patch", {
                "id": ident, "set": {"office": f"u{self.count}"}}
        if draw < 0.9:
            return key, "candidate.freeze", {"id": ident}
        return key, "candidate.delete", {"id": ident}

    def expect(self, op, body):
        """The answer the next command of this state gets; moves the state."""
        ident = body["record"]["id"] if "record" in body else body["id"]
        revision, office = self.state.get(ident, (0, None))
        if op == "candidate.put":
            self.state[ident] = (revision + 1, body["record"]["office"])
            return revision + 1
        if revision == 0:
            return "not_found"
        if op == "candidate.delete":
            del self.state[ident]
            return "gone"
        if op == "candidate.patch":
            office = body["set"]["office"]
        self.state[ident] = (revision + 1, office)
        return revision + 1

    def check(self, key, op, body, reply):
        """The first answer to a command."""
        want = self.expect(op, body)
        if reply["status"] == "error":
            assert reply["error"]["code"] == want, (op, body, reply, want)
            answer = want
        else:
            answer = (reply["body"]["revision"], reply["body"]["seq"])
            assert want == "gone" or reply["body"]["revision"] == want, (
                op, body, reply, want)
        self.answers[key] = (op, body, answer)
        self.acked += 1

    def same(self, key, reply):
        op, body, answer = self.answers[key]
        got = (reply["error"]["code"] if reply["status"] == "error" else
               (reply["body"]["revision"], reply["body"]["seq"]))
        assert got == answer, ("answered differently", op, body, answer, got)


class Line:
    """A client's connection: requests numbered, answers in any order."""

    def __init__(self, endpoint):
        self.c = Client(endpoint, wait_s=WAIT_S)

    def send(self, number, key, op, body):
        frame = msgpack.packb({"v": 1, "id": str(number), "op": op,
                               "key": key, "body": body})
        try:
            self.c.socket.send_multipart([b"", frame], zmq.NOBLOCK)
        except zmq.Again:
            pass

    def receive(self, wait_ms):
        if not self.c.socket.poll(wait_ms):
            return None
        return self.c.receive()


def everything(client):
    found, cursor = {}, None
    while True:
        page = client.ask("candidate.list", {"limit": 1000, **(
            {"cursor": cursor} if cursor else {})})
        for r in page["items"]:
            found[r["id"]] = (r["revision"], r.get("office"))
        cursor = page.get("cursor")
        if not cursor:
            return found


def catch_up(oracle, line, repeats):
    """Send again what has no answer, and some of what has one."""
    for i, (key, op, body) in enumerate(oracle.waiting):
        line.send(i, key, op, body)
    got = {}
    while len(got) < len(oracle.waiting):
        reply = line.receive(WAIT_S * 1000)
        assert reply is not None, "no answer"
        got[int(reply["id"])] = reply
    for i, (key, op, body) in enumerate(oracle.waiting):
        oracle.check(key, op, body, got[i])
    oracle.waiting = []
    for key in repeats:
        op, body, _ = oracle.answers[key]
        line.send(0, key, op, body)
        reply = line.receive(WAIT_S * 1000)
        assert reply is not None, "no answer"
        oracle.same(key, reply)


def burst(oracle, line):
    for _ in range(BURST):
        oracle.waiting.append(oracle.next())
        line.send(len(oracle.waiting) - 1, *oracle.waiting[-1])


def gather(oracle, line, wait_ms):
    """Answers that came; those in front are settled in their order."""
    got = {}
    while (reply := line.receive(wait_ms if not got else 1)) is not None:
        got[int(reply["id"])] = reply
    n = 0
    while n in got:
        oracle.check(*oracle.waiting[n], got[n])
        n += 1
    # Answered after one that was lost on the way: known, and to be the same
    # when it is asked again.
    oracle.early = {oracle.waiting[i][0]: got[i] for i in got if i > n}
    oracle.waiting = oracle.waiting[n:]


def version():
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT,
                            capture_output=True, text=True).stdout.strip()
    return (f"commit {commit or 'unknown'}, libzmq {zmq.zmq_version()}, "
            f"linux {os.uname().release}")


class Run:
    def __init__(self, options):
        self.o = options
        self.rng = random.Random(options.seed)
        self.folder = pathlib.Path(tempfile.mkdtemp(
            prefix="inc-kill-", dir=os.environ.get("TMPDIR")))
        self.space = self.folder / "sample.incs"
        subprocess.run([OFFLINE, "space", "train", "--esco", SAMPLE, "--out",
                        self.space], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        self.ready_ms, self.acked, self.unknown, self.at_call = [], 0, 0, 0
        self.stores = 0
        self.new_store()

    def new_store(self):
        if self.stores:
            self.acked += sum(o.acked for o in self.oracles)
            shutil.rmtree(self.daemon.folder)
        self.stores += 1
        folder = self.folder / f"d{self.stores}"
        folder.mkdir()
        self.daemon = Daemon(folder, space=self.space, admin="true",
                             endpoint=f"ipc://{folder}/s")
        self.oracles = [Oracle(i, self.rng) for i in range(self.o.clients)]
        if self.o.people:
            self.populate()

    def populate(self):
        """So many people more, that nothing touches."""
        self.start()
        with self.daemon.client() as c:
            for at in range(0, self.o.people, 500):
                c.ask("candidate.put_many", {"puts": [{"record": {
                    "id": f"P-{i}", "office": "fixed", "home": "046017",
                    "skills": [{"uri": u, "level": 1 + i % 4}
                               for u in SKILLS]}}
                    for i in range(at, min(at + 500, self.o.people))]})
        self.daemon.kill()
        self.ready_ms = []

    def start(self, preload=None):
        d = self.daemon
        ready = d.folder / "ready"
        ready.unlink(missing_ok=True)
        for old in d.folder.glob("log.*"):
            old.unlink()
        env = d.environment()
        if preload:
            env["LD_PRELOAD"] = str(PRELOAD)
            env["INC_REL_DISK"] = preload
        d.runs += 1
        began = time.monotonic()
        with open(d.folder / f"log.{d.runs}", "wb") as log:
            d.process = subprocess.Popen(
                [DAEMON, *d.flags()], stderr=log, env=env,
                start_new_session=True)
        while not ready.exists() or not ready.read_text().endswith("\n"):
            if d.process.poll() is not None:
                return False
            assert time.monotonic() - began < 60, d.log()
            time.sleep(0.0005)
        self.ready_ms.append((time.monotonic() - began) * 1000)
        d.endpoint = ready.read_text().split()[0]
        return True

    def compare(self, line):
        found = {k: v for k, v in everything(line.c).items()
                 if not k.startswith("P-")}
        want = {}
        for o in self.oracles:
            want.update(o.state)
        assert found == want, ("state differs", set(found) ^ set(want),
                               [(k, found[k], want[k]) for k in
                                set(found) & set(want)
                                if found[k] != want[k]])

    def settle(self):
        """Everything sent again and compared; the daemon has to be there."""
        lines = [Line(self.daemon.endpoint) for _ in self.oracles]
        for o, line in zip(self.oracles, lines):
            known = list(o.answers)
            repeats = self.rng.sample(known, min(3, len(known)))
            early = getattr(o, "early", {})
            catch_up(o, line, repeats)
            for key, reply in early.items():
                o.same(key, reply)
            o.early = {}
        self.compare(lines[0])
        return lines

    def cycle(self, number):
        ok = self.start()
        assert ok, "does not open: " + self.daemon.log()
        lines = self.settle()
        if number % 20 == 0:
            report = lines[0].c.ask("verify")
            assert report["faults"] == 0, report
        if number % 2:  # it dies at one of its own calls
            for line in lines:
                line.c.close()
            self.daemon.kill()
            nth = self.rng.randrange(1, 60)
            began = self.start(
                f"folder={self.daemon.settings['store']} nth={nth} "
                "action=kill")
            lines = [Line(self.daemon.endpoint) for _ in self.oracles]
            for o, line in zip(self.oracles, lines):
                burst(o, line)
            if began:
                try:
                    self.daemon.process.wait(0.5)
                    self.at_call += 1
                except subprocess.TimeoutExpired:
                    pass
            else:
                self.at_call += 1
        else:
            for o, line in zip(self.oracles, lines):
                burst(o, line)
            time.sleep(self.rng.uniform(0.001, 0.060))
        self.daemon.kill()
        for o, line in zip(self.oracles, lines):
            gather(o, line, 5)
            self.unknown += len(o.waiting)
            line.c.close()

    def run(self):
        try:
            for number in range(1, self.o.cycles + 1):
                self.cycle(number)
                if number % FRESH == 0:
                    assert self.start(), self.daemon.log()
                    for line in self.settle():
                        line.c.close()
                    self.daemon.kill()
                    if not self.o.people:
                        self.new_store()
                if number % 500 == 0:
                    print(f"  {number} cycles", file=sys.stderr, flush=True)
            self.acked += sum(o.acked for o in self.oracles)
            self.report()
        finally:
            self.daemon.kill()
            shutil.rmtree(self.folder, ignore_errors=True)

    def report(self):
        ms = sorted(self.ready_ms)
        print(f"kill -9 of the daemon: n {self.o.cycles}, failures 0, rate < "
              f"{3 / self.o.cycles:.2g} (95 %); seed {self.o.seed}, "
              f"{version()}")
        print(f"  {self.acked} commands acknowledged, 0 lost; "
              f"{self.unknown} sent again without having been answered; "
              f"{self.at_call} kills at a call of the store; start to ready "
              f"p50 {ms[len(ms) // 2]:.0f} ms, p99 "
              f"{ms[int(len(ms) * 0.99)]:.0f} ms, most {ms[-1]:.0f} ms of "
              f"{len(ms)} starts with {self.o.people} people more")
        assert self.acked > self.o.cycles and self.unknown > 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cycles", type=int, default=60)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--people", type=int, default=0)
    parser.add_argument("--clients", type=int, default=3)
    Run(parser.parse_args()).run()
