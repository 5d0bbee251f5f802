"""GET /metrics of the real daemon: what it says, to whom, and that nobody else
feels it. Read with a parser of our own and with Debian's prometheus_client."""
import collections
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time

import pytest
from prometheus_client.parser import text_string_to_metric_families

from office import (BUILD, DAEMON, ROOT, WAIT_S, built, load_sample,
                    make, need, person, space)  # noqa: F401

pytestmark = built
CLI = BUILD / "clients/cli/incrocio"
LABEL = re.compile(r'([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)')
SAMPLE_LINE = re.compile(r'^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$')


class Page:
    """The text format, strictly: every rule of version 0.0.4 that is ours."""

    def __init__(self, text):
        assert text.endswith("\n") and "\r" not in text
        self.text, self.kind, self.value = text, {}, {}
        helped, family = set(), None
        for line in text[:-1].split("\n"):
            if line.startswith("# HELP "):
                family = line.split(" ")[2]
                assert family not in helped, "HELP twice"
                helped.add(family)
            elif line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ")
                assert name == family and name not in self.kind
                assert kind in ("counter", "gauge", "histogram")
                assert name.endswith("_total") == (kind == "counter")
                self.kind[name] = kind
            else:
                self.sample(line, family)
        assert helped == set(self.kind)
        self.check_histograms()

    def sample(self, line, family):
        name, inside, value = SAMPLE_LINE.match(line).groups()
        labels, rest = [], inside or ""
        while rest:
            m = LABEL.match(rest)
            assert m, line
            labels.append((m[1], re.sub(r"\\(.)", lambda e: {"n": "\n"}.get(
                e[1], e[1]), m[2])))
            rest = rest[m.end():]
        parts = ("_bucket", "_sum", "_count")
        allowed = ([family + p for p in parts]
                   if self.kind[family] == "histogram" else [family])
        assert name in allowed, f"{name} stands under {family}"
        key = name, tuple(labels)
        assert key not in self.value, f"{line} twice"
        self.value[key] = float(value)
        assert self.value[key] >= 0

    def check_histograms(self):
        for name in (n for n, k in self.kind.items() if k == "histogram"):
            rows = collections.defaultdict(list)
            for (sample, labels), value in self.value.items():
                if sample == name + "_bucket":
                    assert labels[-1][0] == "le"
                    rows[labels[:-1]].append((float(labels[-1][1]), value))
            for labels, buckets in rows.items():
                assert buckets == sorted(buckets), "bounds or counts fall"
                assert buckets[-1][0] == float("inf")
                count = self.value[name + "_count", labels]
                assert buckets[-1][1] == count
                total = self.value[name + "_sum", labels]
                # every value lies at or above the bound before its bucket
                least, before, low = 0, 0, 0
                for bound, below in buckets:
                    least += (below - before) * low
                    before, low = below, bound
                assert total >= least * 0.999

    def get(self, name, **labels):
        return self.value.get(("incrocio_" + name, tuple(labels.items())), 0)

    def sum(self, name, **labels):
        return sum(v for (n, have), v in self.value.items()
                   if n == "incrocio_" + name
                   and set(labels.items()) <= set(have))


def ask(address, method="GET", path="/metrics", body=None, headers=None):
    host, _, port = address.rpartition(":")
    c = http.client.HTTPConnection(host.strip("[]"), int(port),
                                   timeout=WAIT_S)
    try:
        c.request(method, path, body=body, headers=headers or {})
        r = c.getresponse()
        return r, r.read()
    finally:
        c.close()


def scrape(address):
    r, body = ask(address)
    assert r.status == 200, body
    assert r.headers["Content-Type"] == (
        "text/plain; version=0.0.4; charset=utf-8")
    return Page(body.decode())


def settled(address):
    """A page made after this call began: a page may be given again for a
    moment, but one that has counted our first request was made after it."""
    first, end = scrape(address), time.monotonic() + WAIT_S
    while True:
        page = scrape(address)
        if page.get("scrapes_total") > first.get("scrapes_total"):
            return page
        assert time.monotonic() < end, page.text


def address_of(d):
    with d.client() as c:
        return c.ask("status")["metrics"]


@pytest.fixture
def served(make):
    d = make(admin="true", metrics="127.0.0.1:0").start()
    d.metrics = address_of(d)
    return d


def threads_of(d):
    return os.listdir(f"/proc/{d.process.pid}/task")


# --- what it says ------------------------------------------------------------

def test_off_by_default(make):
    d = make().start()
    with d.client() as c:
        s = c.ask("status")
    assert "metrics" not in s and s["endpoint"] == d.endpoint
    assert s["process"] == d.process.pid
    assert abs(s["started_ms"] / 1000 - time.time()) < WAIT_S * 2
    assert "metrics=" not in d.log()
    on = make("on", metrics="127.0.0.1:0").start()
    assert len(threads_of(on)) == len(threads_of(d)) + 1


def test_lists_what_the_page_lists(served):
    page = scrape(served.metrics)
    text = (ROOT / "docs/metrics.md").read_text()
    rows = re.findall(r"^\| `(incrocio_\w+)` \| (\w+) \| ([^|]+) \|", text,
                      re.M)
    assert [r[0] for r in rows] == list(page.kind)
    with served.client() as c:
        s = c.ask("status")
    names = {x["name"] for x in s["counters"]}
    for name, kind, place in rows:
        assert page.kind[name] == {"info": "gauge"}.get(kind, kind)
        for where in place.strip().split(", "):
            if where == "counters.answers.CODE":
                continue
            if where.startswith("counters."):
                want = where.removeprefix("counters.")
                if kind == "histogram":
                    want += ".p90"
                assert want in names, where
            else:
                inside = s
                for part in where.split("."):
                    inside = inside[part]
    (labels,) = [k[1] for k in page.value if k[0] == "incrocio_build_info"]
    assert dict(labels)["version"] == s["version"]
    assert dict(labels)["kernel"] == s["kernel"]
    (labels,) = [k[1] for k in page.value if k[0] == "incrocio_endpoint_info"]
    assert dict(labels) == {"endpoint": served.endpoint,
                            "store": s["store"]["id"]}


def test_another_parser_reads_the_same(served):
    with served.client() as c:
        load_sample(c)
        c.ask("match.people", {"id": "N-0001"})
    page = scrape(served.metrics)
    theirs = {}
    for family in text_string_to_metric_families(page.text):
        assert family.documentation and family.type != "unknown"
        for s in family.samples:
            theirs[s.name, tuple(sorted(s.labels.items()))] = s.value
    ours = {(name, tuple(sorted(labels))): value
            for (name, labels), value in page.value.items()}
    assert ours == theirs and len(ours) > 200


def test_counts_agree_under_load(served):
    clients, each = 3, 40
    with served.client() as c:
        load_sample(c)
    pages, failures, done = [], [], threading.Event()

    def watch():
        try:
            while not done.is_set():
                pages.append(scrape(served.metrics))
        except Exception as e:  # shown by the test's own thread
            failures.append(e)

    def work(who):
        try:
            with served.client() as c:
                for i in range(each):
                    c.send("match.people", {"id": "N-0001"})
                    c.send("candidate.put",
                           {"record": person(1000 * who + i)})
                    c.send("candidate.get", {"id": "nobody"})
                    for _ in range(3):
                        c.receive()
        except Exception as e:
            failures.append(e)

    watcher = threading.Thread(target=watch)
    workers = [threading.Thread(target=work, args=(i,))
               for i in range(clients)]
    for t in [watcher, *workers]:
        t.start()
    for t in workers:
        t.join(WAIT_S)
    done.set()
    watcher.join(WAIT_S)
    assert not failures, failures
    assert pages
    n = clients * each
    page = settled(served.metrics)
    assert page.get("requests_total", op="match.people", code="ok") == n
    assert page.get("requests_total", op="candidate.get",
                    code="not_found") == n
    assert page.get("requests_total", op="candidate.put", code="ok") == n + 120
    assert page.get("request_seconds_count", op="match.people") == n
    assert page.get("batch_questions_sum") == n
    assert page.get("commit_writes_sum") == n + 120 + 18 + 14
    assert page.get("commit_seconds_count") == page.get("commit_writes_count")
    assert page.get("publish_seconds_count") <= page.get(
        "commit_seconds_count")
    assert page.get("store_candidates") == 120 + n
    assert page.get("store_head") == page.get("generation") == 152 + n
    assert page.get("pass_rows_scored_total") > 0
    assert page.get("pass_blocks_seen_total") >= n
    assert page.get("in_flight") == page.get("waiting_reads") == 0
    with served.client() as c:
        s = c.ask("status")
    have = {x["name"]: x["value"] for x in s["counters"]}
    for name, key in (("batch_questions_count", "batch_questions.count"),
                      ("batch_seconds_count", "batch_us.count"),
                      ("commit_seconds_count", "commit_us.count"),
                      ("publish_seconds_count", "publish_us.count"),
                      ("considered_total", "considered"),
                      ("pass_rows_scored_total", "pass_rows_scored"),
                      ("pass_blocks_seen_total", "pass_blocks_seen"),
                      ("busy_total", "busy"), ("workers", "workers"),
                      ("process_id", "process")):
        assert page.get(name) == have[key], name
    latency = {x["op"]: x for x in s["latency"]}
    for op in ("match.people", "candidate.put", "candidate.get"):
        x = latency[op]
        assert x["count"] == page.get("request_seconds_count", op=op)
        assert x["p50_us"] <= x["p90_us"] <= x["p99_us"] <= x["max_us"]
    # a counter never falls, from one page to the next
    for before, after in zip(pages, pages[1:]):
        for key, value in before.value.items():
            kind = before.kind.get(key[0], "histogram")
            if kind != "gauge":
                assert after.value[key] >= value, key


def test_refusals_are_counted_by_operation(make):
    d = make(workers=1, metrics="127.0.0.1:0").start()
    with d.client() as c:
        load_sample(c)
        for _ in range(60):
            c.send("match.people", {"id": "N-0001", "options": {"k": 100}})
        c.send("match.people", {"id": "N-0001"}, deadline_ms=1)
        for _ in range(61):
            c.receive()
        c.send_raw(b"\xc1")
        c.receive()
        c.send("no.such")
        c.receive()
        address = c.ask("status")["metrics"]
    page = settled(address)
    assert page.get("bad_frames_total") == 2
    assert page.get("late_total") == 1
    assert page.get("requests_total", op="match.people",
                    code="deadline_passed") == 1
    assert page.sum("requests_total", op="none") == 2
    assert page.get("requests_total", op="none", code="unknown_op") == 1


def test_warnings_are_counted(make, tmp_path):
    """The one line that the daemon itself warns with here: an open page."""
    d = make(metrics="0.0.0.0:0").start()
    address = address_of(d)
    assert address.startswith("0.0.0.0:")
    page = scrape(address.replace("0.0.0.0", "127.0.0.1"))
    lines = d.log().count("level=warn")
    assert lines == d.log().count("event=metrics_open_to_network") == 1
    assert page.get("log_warnings_total") == 1
    assert page.get("log_errors_total") == 0


# --- to whom -----------------------------------------------------------------

@pytest.mark.parametrize("method, path, body, want", [
    ("GET", "/", None, 404), ("GET", "/metrics/x", None, 404),
    ("GET", "/%6detricz", None, 404), ("POST", "/metrics", b"x" * 100, 405),
    ("PUT", "/metrics", b"", 405), ("HEAD", "/metrics", None, 405),
    ("GET", "/metrics", b"x", 413)])
def test_other_requests(served, method, path, body, want):
    r, text = ask(served.metrics, method, path, body)
    assert r.status == want
    assert b"incrocio_" not in text
    if want == 405:
        assert r.headers["Allow"] == "GET"
    page = settled(served.metrics)
    assert page.get("scrapes_refused_total") == 1
    assert page.get("scrapes_total") >= 1


def test_endless_body_is_not_read(served):
    host, port = served.metrics.split(":")
    with socket.create_connection((host, int(port)), WAIT_S) as s:
        s.sendall(b"POST /metrics HTTP/1.1\r\nHost: x\r\n"
                  b"Content-Length: 1000000000000\r\n\r\n")
        sent = 0
        with pytest.raises(OSError):
            while sent < 1 << 30:
                sent += s.send(b"x" * 65536)
        assert sent < 1 << 28
    assert scrape(served.metrics)


def test_hanging_clients_take_nothing_from_others(served):
    """More than it takes, none of which says anything whole."""
    host, port = served.metrics.split(":")
    files = len(os.listdir(f"/proc/{served.process.pid}/fd"))
    hanging = []
    for _ in range(60):
        s = socket.create_connection((host, int(port)), WAIT_S)
        s.sendall(b"GET /metrics HT")
        hanging.append(s)
    with served.client() as c:
        load_sample(c)
        for _ in range(50):
            assert c.ask("match.people", {"id": "N-0001"})["items"]
        c.ask("candidate.put", {"record": person()})
    assert len(os.listdir(f"/proc/{served.process.pid}/fd")) < files + 40
    for s in hanging:
        s.close()
    assert scrape(served.metrics)


def test_dripping_client_is_cut(served):
    """One byte now and then keeps an idle clock from running out."""
    host, port = served.metrics.split(":")
    end = time.monotonic() + WAIT_S
    with socket.create_connection((host, int(port)), WAIT_S) as s:
        s.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\nX: ")
        s.settimeout(0.5)
        while True:
            assert time.monotonic() < end, "it is never cut"
            try:
                s.send(b"x")
                if s.recv(1024) == b"":
                    break
            except socket.timeout:
                continue
            except OSError:
                break


def test_stops_while_a_client_hangs(served):
    host, port = served.metrics.split(":")
    with socket.create_connection((host, int(port)), WAIT_S) as s:
        s.sendall(b"GET /met")
        assert served.stop() == 0
        assert "event=stopped" in served.log()
    with pytest.raises(OSError):
        socket.create_connection((host, int(port)), WAIT_S).close()


def test_every_thread_blocks_the_signals(served):
    """SIGTERM must reach the signalfd and no thread."""
    want = 0
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        want |= 1 << (number - 1)
    for task in threads_of(served):
        with open(f"/proc/{served.process.pid}/task/{task}/status") as f:
            blocked = int(re.search(r"SigBlk:\s+(\w+)", f.read())[1], 16)
        assert blocked & want == want, task


# --- where -------------------------------------------------------------------

def test_two_daemons(make):
    one = make("one", metrics="127.0.0.1:0").start()
    two = make("two", metrics="127.0.0.1:0").start()
    first, second = address_of(one), address_of(two)
    assert first != second and not first.endswith(":0")
    assert f"metrics={first}" in one.log()
    for d, address in ((one, first), (two, second)):
        assert scrape(address).get("process_id") == d.process.pid


def test_address_taken(make):
    one = make("one", metrics="127.0.0.1:0").start()
    address = address_of(one)
    two = make("two", metrics=address).start(wait=False)
    assert two.process.wait(WAIT_S) == 5
    log = two.log()
    assert f"cannot listen for metrics at {address}" in log
    assert "where: metrics" in log and "another port" in log
    assert scrape(address).get("process_id") == one.process.pid
    # nothing is left held: the same store and endpoint start without it
    two.settings["metrics"] = ""
    two.start()
    assert two.stop() == 0


@pytest.mark.parametrize("bad", ["localhost:9464", "127.0.0.1:70000",
                                 "127.0.0.1", "x", "http://127.0.0.1:1"])
def test_bad_settings_say_what_is_right(tmp_path, bad):
    conf = tmp_path / "c.conf"
    conf.write_text(f"# one\nmetrics = {bad}\n")
    r = subprocess.run([DAEMON, "--check", "--config", conf, "--store",
                        tmp_path / "s"], capture_output=True, text=True,
                       timeout=WAIT_S, env=dict(os.environ, HOME="/none"))
    assert r.returncode == 1 and bad in r.stderr
    assert "c.conf:2" in r.stderr and "127.0.0.1:9464" in r.stderr


def test_ipv6(make):
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as s:
            s.bind(("::1", 0))
    except OSError:
        pytest.skip("SKIPPED: this machine has no IPv6 loopback")
    d = make(metrics="[::1]:0").start()
    address = address_of(d)
    assert address.startswith("[::1]:") and not address.endswith(":0")
    assert scrape(address).get("process_id") == d.process.pid
    assert "metrics_open_to_network" not in d.log()


# --- for people --------------------------------------------------------------

def test_status_of_the_command_line(served):
    with served.client() as c:
        load_sample(c)
        c.ask("match.people", {"need": need()})

    def status(*flags):
        env = {k: v for k, v in os.environ.items()
               if not k.startswith(("INCROCIO_", "LANG", "LC_"))}
        env.setdefault("TSAN_OPTIONS", "ignore_noninstrumented_modules=1")
        return subprocess.run(
            [CLI, "status", "--endpoint", served.endpoint, *flags],
            capture_output=True, text=True, check=True, env=env,
            timeout=WAIT_S).stdout

    # What an earlier question leaves behind may still be queued for a moment.
    empty = re.compile(r"^in coda +letture e confronti: 0, scritture: 0", re.M)
    end = time.monotonic() + WAIT_S
    out = status()
    while not empty.search(out) and time.monotonic() < end:
        time.sleep(0.05)
        out = status()
    assert empty.search(out), out
    assert re.search(rf"^processo +{served.process.pid}$", out, re.M), out
    assert re.search(rf"^risponde a +{re.escape(served.endpoint)}$", out, re.M)
    assert f"http://{served.metrics}/metrics" in out
    for row in (r"match\.people", "confronti, un gruppo",
                "scritture, un salvataggio"):
        assert re.search(rf"^{row} +\d+( +[\d.]+,\d\d){{4}}$", out, re.M), row
    assert "p90" in out and "mediana" in out
    english = status("--lang", "en")
    assert re.findall(r"^process +(.*)$", english, re.M) == [
        str(served.process.pid)]  # once, and no thousands apart
    with served.client() as c:
        wire = c.ask("status")
    shown = json.loads(status("--json"))
    assert set(shown) == set(wire)
    assert {"version", "protocol", "uptime_s", "store", "pool", "taxonomy",
            "space", "kernel", "blas", "counters", "latency"} <= set(shown)
