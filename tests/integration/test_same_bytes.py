"""The same question gives the same bytes: alone and among others, with one
worker and two, scalar and SIMD, whatever kernels OpenBLAS picks.

INC_ROUNDS: how many random needs (default 24). With INC_SHARED the people are
the 8,799 of quality/match-dev over real ESCO, else the shipped sample."""
import hashlib
import json
import os
import pathlib
import random
import subprocess

import msgpack
import pytest
import zmq

from office import OFFLINE, PROFILES, ROOT, SAMPLE, Daemon

ROUNDS = int(os.environ.get("INC_ROUNDS", "24"))
SEED = 20261122
WINDOW = 48  # questions on the way at once: workers find batches waiting
SHARED = pathlib.Path(os.environ.get("INC_SHARED", ROOT / "../shared"))
CORES = ["Haswell", "SkylakeX", "Zen", None]


def exchange(endpoint, frames, window):
    """Send every frame, at most `window` unanswered; replies by request id."""
    context = zmq.Context()
    sock = context.socket(zmq.DEALER)
    sock.linger = 0
    sock.rcvtimeo = 120_000
    sock.connect(endpoint)
    got, waiting = {}, list(frames.items())
    while len(got) < len(frames):
        while waiting and len(frames) - len(waiting) - len(got) < window:
            sock.send_multipart([b"", waiting.pop()[1]])
        _, reply = sock.recv_multipart()
        message = msgpack.unpackb(reply)
        assert message["status"] == "ok", message
        got[message["id"]] = reply
    sock.close()
    context.term()
    return got


def put(ident, op, record):
    key = hashlib.blake2b(ident.encode(), digest_size=16).digest()
    return msgpack.packb({"v": 1, "id": ident, "op": op, "key": key,
                          "body": {"record": record}})


def read_lines(path):
    return [json.loads(line) for line in path.read_text().splitlines() if line]


def setting():
    """ESCO folder, people, and the URIs that needs may ask for."""
    real = SHARED / "quality/match-dev/candidates.jsonl"
    if real.exists():
        people = read_lines(real)
        uris = sorted({s["uri"] for p in people[::9] for s in p["skills"]})
        return SHARED / "data/esco-1.1.1", people, uris
    people = read_lines(PROFILES / "people.jsonl")
    uris = sorted({s["uri"] for p in people for s in p.get("skills", [])})
    return SAMPLE, people, uris


def random_need(rng, uris, ident):
    chosen = rng.sample(uris, rng.choice([1, 3, 8, 12, 16, 17, 33, 60]))
    need = {"id": ident, "requirements": [
        {"uri": u, "level": rng.randint(1, 4),
         "importance": rng.choice(["must", "should", "nice"]),
         "weight": rng.choice([50, 100, 100, 300])} for u in chosen]}
    if rng.random() < .4:
        need["comune"] = rng.choice(["046017", "046005", "011015"])
    if rng.random() < .4:
        need["languages"] = [{"lang": "it", "level": "B1"}]
    return need


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("same")
    esco, people, uris = setting()
    space = folder / "space"
    subprocess.run([OFFLINE, "space", "train", "--esco", esco, "--out", space],
                   check=True, stdout=subprocess.DEVNULL)
    daemon = Daemon(folder, space=space, esco=esco,
                    endpoint=f"ipc://{folder}/socket")
    daemon.start()
    try:
        exchange(f"ipc://{folder}/socket",
                 {p["id"]: put(p["id"], "candidate.put", p) for p in people},
                 64)
    finally:
        daemon.stop()
    rng = random.Random(SEED)
    frames = {}
    for i in range(ROUNDS):
        body = {"need": random_need(rng, uris, f"N-{i}"),
                "options": {"k": rng.choice([1, 10, 25]),
                            "as_of": "2026-11-22",
                            "attitude": rng.choice(["prudent", "neutral"]),
                            "facets": rng.random() < .3}}
        frames[f"q{i}"] = msgpack.packb(
            {"v": 1, "id": f"q{i}", "op": "match.people", "body": body})
    yield daemon, frames
    daemon.kill()


def answers(daemon, frames, window):
    endpoint = daemon.settings["endpoint"]
    return {i: hashlib.sha256(r).hexdigest()
            for i, r in exchange(endpoint, frames, window).items()}


def test_replies_are_equal_bytes(world, monkeypatch):
    daemon, frames = world
    first, tried = None, 0
    for workers in (1, 2):
        for kernel in ("scalar", "avx2", "avx512"):
            needed = {"scalar": "fpu", "avx2": "avx2", "avx512": "avx512bw"}
            if needed[kernel] not in pathlib.Path("/proc/cpuinfo").read_text():
                print("SKIPPED: this machine has no", needed[kernel])
                continue
            for core in CORES:
                monkeypatch.setenv("INC_KERNEL", kernel)
                monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
                if core:
                    monkeypatch.setenv("OPENBLAS_CORETYPE", core)
                daemon.settings["workers"] = workers
                daemon.start()
                runs = [answers(daemon, frames, WINDOW)]
                if core in ("Haswell", None):
                    runs.append(answers(daemon, frames, 1))
                daemon.stop()
                first = first or runs[0]
                for run in runs:
                    differ = [i for i in frames if run[i] != first[i]]
                    assert not differ, (workers, kernel, core, differ[:5])
                    tried += len(run)
    print(f"{len(frames)} needs, {tried} replies compared, all equal")
