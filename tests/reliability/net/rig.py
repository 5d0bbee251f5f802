"""What the network harnesses share: a daemon to torment, what it costs, and the
record of a run. A harness is a program: `many.py --size G|N --seed S`; it
prints one line of JSON with n, seed, commit, versions and what was measured,
and ends with 1 when an expectation does not hold."""
import argparse
import contextlib
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path[:0] = [str(ROOT / "tests/support"), str(ROOT / "clients/python")]
os.environ.setdefault("INC_BUILD", str(ROOT / "build/release"))

from curve import Door, administrator  # noqa: E402
from office import (BUILD, OFFLINE, SAMPLE, Daemon, load_sample,  # noqa: E402
                    need, person)
from zmtp import Peer, plug, request  # noqa: E402,F401

PACKAGES = ["libzmq5", "libmsgpackc2", "liblmdb0", "libsodium23",
            "libopenblas0-serial", "libseccomp2", "libc6"]


class Run:
    """Arguments, seed, folder and the record."""

    def __init__(self, what):
        p = argparse.ArgumentParser(description=what)
        p.add_argument("--size", choices="GN", default="G")
        p.add_argument("--seed", type=int, default=1)
        a = p.parse_args()
        self.long, self.seed = a.size == "N", a.seed
        self.random = random.Random(a.seed)
        self.record = {"run": pathlib.Path(sys.argv[0]).stem, "size": a.size,
                       "seed": a.seed}
        self.faults = []
        self.home = tempfile.TemporaryDirectory(prefix="incrocio-")
        self.folder = pathlib.Path(self.home.name)
        self.began = time.monotonic()

    def size(self, short, long):
        return long if self.long else short

    def note(self, **figures):
        self.record.update(figures)

    def expect(self, holds, text):
        if not holds:
            self.faults.append(text)
            print("NOT AS EXPECTED: " + text, file=sys.stderr, flush=True)

    def end(self):
        commit = subprocess.run(["git", "rev-parse", "--short=12", "HEAD"],
                                cwd=ROOT, capture_output=True, text=True)
        versions = subprocess.run(
            ["dpkg-query", "-W", "-f=${Package} ${Version}\n", *PACKAGES],
            capture_output=True, text=True).stdout.split("\n")
        self.note(failures=len(self.faults),
                  seconds=round(time.monotonic() - self.began, 1),
                  commit=commit.stdout.strip() or "unknown",
                  kernel=os.uname().release,
                  versions=[v for v in versions if v])
        print(json.dumps(self.record), flush=True)
        return 1 if self.faults else 0


class Curved(Door):
    """As a Peer, over tcp with the administrator's key."""

    def ask(self, op, body=None, **envelope):
        self.send(op, body, **envelope)
        return self.receive()


def peer(d, wait_s=30):
    """Somebody who may do everything, over the daemon's kind of endpoint."""
    if d.endpoint.startswith("ipc://"):
        return Peer(d.endpoint, wait_s)
    c = administrator(d, wait_ms=wait_s * 1000)
    c.__class__ = Curved
    return c


@contextlib.contextmanager
def daemon(**settings):
    """A release daemon on an ipc endpoint (no encryption to pay for), its
    folder and space; killed and removed at the end."""
    with tempfile.TemporaryDirectory(prefix="incrocio-") as t:
        folder = pathlib.Path(t)
        space = folder / "sample.incs"
        subprocess.run([OFFLINE, "space", "train", "--esco", SAMPLE, "--out",
                        space], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        d = Daemon(folder, **{"endpoint": f"ipc://{folder}/s", "space": space,
                              **settings})
        try:
            yield d
        finally:
            d.kill()


def rss_kb(d, what="VmRSS:"):
    for line in open(f"/proc/{d.process.pid}/status"):
        if line.startswith(what):
            return int(line.split()[1])
    raise RuntimeError("no " + what)


def own_kb(d):
    """Memory of its own: without the pages of the store's file, which grow with
    what is recorded."""
    return rss_kb(d, "RssAnon:")


def fds(d):
    return len(os.listdir(f"/proc/{d.process.pid}/fd"))


def cpu_s(d):
    f = open(f"/proc/{d.process.pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(f[11]) + int(f[12])) / os.sysconf("SC_CLK_TCK")


def percentile(values, share):
    v = sorted(values)
    return v[min(len(v) - 1, int(share * len(v)))] if v else 0.0


def until(condition, wait_s, step_s=0.05):
    """Seconds it took, or None."""
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > wait_s:
            return None
        time.sleep(step_s)
    return time.monotonic() - start


def times_of(peer, n, op="ping", body=None):
    """Milliseconds of n questions one after the other."""
    out = []
    for _ in range(n):
        t = time.perf_counter()
        r = peer.ask(op, body)
        assert r["status"] == "ok", r
        out.append((time.perf_counter() - t) * 1000)
    return out
