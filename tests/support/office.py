"""What integration tests share: a real daemon in its own folder, a bare client
that speaks the protocol with pyzmq and msgpack alone, the shipped sample."""
import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time

import msgpack
import pytest
import zmq

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("INC_BUILD", ROOT / "build/debug"))
DAEMON = BUILD / "engine/daemon/incrociod"
OFFLINE = BUILD / "engine/tools/incrocio-offline"
SAMPLE = ROOT / "engine/taxonomy/sample"
PROFILES = ROOT / "engine/profile/sample"
SKILL = "http://incrocio.example/esco/skill/"
WAIT_S = 60

built = pytest.mark.skipif(
    not DAEMON.exists() or not OFFLINE.exists(),
    reason="SKIPPED: incrociod or incrocio-offline is not built")


class Failure(Exception):
    """An error reply."""

    def __init__(self, error):
        super().__init__(error)
        self.code = error["code"]
        self.message = error["message"]
        self.where = error.get("where", "")
        self.hint = error.get("hint", "")


class Client:
    def __init__(self, endpoint, wait_s=WAIT_S):
        self.context = zmq.Context()
        self.socket = self.context.socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.rcvtimeo = int(wait_s * 1000)
        self.socket.connect(endpoint)
        self.count = 0

    def close(self):
        self.socket.close()
        self.context.term()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send_raw(self, frame):
        self.socket.send_multipart([b"", frame])

    def receive(self):
        parts = self.socket.recv_multipart()
        assert parts[0] == b"" and len(parts) == 2
        reply = msgpack.unpackb(parts[1], strict_map_key=True)
        assert reply["v"] == 1 and reply["status"] in ("ok", "error")
        return reply

    def send(self, op, body=None, **envelope):
        self.count += 1
        request = {"v": 1, "id": f"r{self.count}", "op": op}
        request.update(envelope)
        if body is not None:
            request["body"] = body
        self.send_raw(msgpack.packb(request))
        return request["id"]

    def ask(self, op, body=None, **envelope):
        want = self.send(op, body, **envelope)
        return self.result(want)

    def result(self, want=None):
        reply = self.receive()
        if want is not None:
            assert reply["id"] == want
        if reply["status"] == "error":
            raise Failure(reply["error"])
        return reply["body"]

    def error(self, op, body=None, **envelope):
        with pytest.raises(Failure) as caught:
            self.ask(op, body, **envelope)
        return caught.value

    def counters(self):
        return {c["name"]: c["value"] for c in self.ask("status")["counters"]}


class Daemon:
    """One incrociod with its own folder."""

    def __init__(self, folder, endpoint=None, space=None, **settings):
        self.folder = pathlib.Path(folder)
        # A socket's path is short; pytest's folders need not be.
        self.sockets = tempfile.TemporaryDirectory(prefix="incrocio-")
        if endpoint is None:
            endpoint = f"ipc://{self.sockets.name}/s"
        self.settings = {"endpoint": endpoint,
                         "store": self.folder / "store",
                         "esco": SAMPLE, "comuni": SAMPLE / "comuni.tsv",
                         "space": space,
                         # How fast a machine is decides no test.
                         "queue_ms": 0,
                         "ready_file": self.folder / "ready"}
        self.settings.update(settings)
        self.process = None
        self.runs = 0

    def flags(self):
        return [f"--{k}={v}" for k, v in self.settings.items()
                if v is not None]

    def environment(self):
        env = {k: v for k, v in os.environ.items()
               if not k.startswith("INCROCIO_")}
        env["HOME"] = str(self.folder)
        # ZeroMQ is not instrumented: its own threads look like races.
        env.setdefault("TSAN_OPTIONS", "ignore_noninstrumented_modules=1")
        return env

    def log(self):
        return "".join(p.read_text() for p in
                       sorted(self.folder.glob("log.*")))

    def log_of_run(self):
        return (self.folder / f"log.{self.runs}").read_text()

    def start(self, wait=True):
        ready = self.folder / "ready"
        ready.unlink(missing_ok=True)
        self.runs += 1
        with open(self.folder / f"log.{self.runs}", "wb") as log:
            self.process = subprocess.Popen(
                [DAEMON, *self.flags()], stderr=log, env=self.environment(),
                start_new_session=True)
        if wait:
            self.wait_for(ready.exists)
            self.endpoint, pid = ready.read_text().split()
            assert int(pid) == self.process.pid
        return self

    def wait_for(self, condition, wait_s=WAIT_S):
        end = time.monotonic() + wait_s
        while not condition():
            assert self.process.poll() is None, self.log()
            assert time.monotonic() < end, "waited too long\n" + self.log()
            time.sleep(0.01)

    def client(self):
        return Client(self.endpoint)

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(WAIT_S)

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def clean(self):
        self.kill()
        self.sockets.cleanup()


@pytest.fixture(scope="session")
def space(tmp_path_factory):
    path = tmp_path_factory.mktemp("space") / "sample.incs"
    subprocess.run([OFFLINE, "space", "train", "--esco", SAMPLE, "--out",
                    path], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    return path


@pytest.fixture
def make(tmp_path, space):
    made = []

    def build(name="d", **settings):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        d = Daemon(folder, **{"space": space, **settings})
        made.append(d)
        return d

    yield build
    for d in made:
        d.clean()


@pytest.fixture
def daemon(make):
    return make(admin="true").start()


@pytest.fixture
def client(daemon):
    with daemon.client() as c:
        yield c


def sanitized():
    """Whether the build under test has a sanitizer in it."""
    cache = (BUILD / "CMakeCache.txt").read_text()
    return re.search(r"^INC_SANITIZE:\w+=(\S+)", cache, re.M) is not None


def records(kind):
    name = {"candidate": "people", "need": "needs",
            "company": "companies"}[kind]
    with open(PROFILES / f"{name}.jsonl") as f:
        return [json.loads(line) for line in f]


def load_sample(client, at_once=64):
    for kind in ("company", "candidate", "need"):
        rows = records(kind)
        while rows:
            part, rows = rows[:at_once], rows[at_once:]
            for r in part:
                client.send(kind + ".put", {"record": r})
            for r in part:
                assert client.result()["revision"] == 1


def person(number=1, **changes):
    r = {"id": f"T-{number}", "office": "CPI-TEST", "home": "046017",
         "skills": [{"uri": SKILL + "mig-mag-welding", "level": 3},
                    {"uri": SKILL + "grind-metal", "level": 2}]}
    r.update(changes)
    return {k: v for k, v in r.items() if v is not None}


def need(number=1, **changes):
    r = {"id": f"N-{number}", "title": "Saldatore", "comune": "046017",
         "requirements": [{"uri": SKILL + "mig-mag-welding", "level": 2,
                           "importance": "must"}]}
    r.update(changes)
    return {k: v for k, v in r.items() if v is not None}


# --- the daily round ---------------------------------------------------------
