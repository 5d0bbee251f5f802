"""Configuration, starting, stopping, reloading, crashes of the real daemon."""
import os
import pathlib
import resource
import signal
import socket
import subprocess
import threading
import time

import pytest
import zmq

from office import (BUILD, Client, DAEMON, Failure, ROOT, SAMPLE, SKILL,
                    WAIT_S, built, daemon, load_sample, make, person,  # noqa: F401
                    space)  # noqa: F401

pytestmark = built


def run(*flags, env=None, home="/nonexistent"):
    environment = {k: v for k, v in os.environ.items()
                   if not k.startswith(("INCROCIO_", "XDG_"))}
    environment["HOME"] = str(home)
    environment.update(env or {})
    return subprocess.run([DAEMON, *map(str, flags)], env=environment,
                          capture_output=True, text=True, timeout=WAIT_S)


def test_help_version_check(make, tmp_path, space):
    assert "Usage: incrociod" in run("--help").stdout
    assert run("--version").stdout.startswith("incrociod ")
    r = run("--check", "--store", tmp_path / "s", "--space", space)
    assert r.returncode == 0 and "will be created" in r.stdout
    assert not (tmp_path / "s").exists()
    assert "queue_max" in r.stdout and "# default" in r.stdout


def test_configuration_precedence_and_errors(tmp_path, space):
    conf = tmp_path / "c.conf"
    conf.write_text("queue_max = 100\nbatch_max = 3 # three\nworkers = 2\n")
    r = run("--check", "--config", conf, "--store", tmp_path / "s", "--space",
            space, "--workers", "5",
            env={"INCROCIO_QUEUE_MAX": "200", "INCROCIO_WORKERS": "4"})
    assert r.returncode == 0, r.stderr
    lines = {x.split("=")[0].strip(): x for x in r.stdout.splitlines()
             if "=" in x}
    assert "= 200" in lines["queue_max"]
    assert "INCROCIO_QUEUE_MAX" in lines["queue_max"]
    assert "= 3" in lines["batch_max"] and "c.conf:2" in lines["batch_max"]
    assert "= 5" in lines["workers"] and "--workers" in lines["workers"]
    for text, want in [("endpont = x\n", "did you mean endpoint?"),
                       ("queue_max\n", "no `key = value`"),
                       ("a = 1\n", "unknown key"),
                       ("queue_max = 1\n", "16 to 32768"),
                       ("admin = maybe\n", "true or false"),
                       ("workers = 1\nworkers = 2\n", "first in line 3")]:
        conf.write_text("# comment\n" * 2 + text)
        r = run("--check", "--config", conf, "--store", tmp_path / "s")
        assert r.returncode == 1, text
        assert want in r.stderr, r.stderr
        assert f"c.conf:{2 + text.count(chr(10))}" in r.stderr, r.stderr
    r = run("--check", "--config", tmp_path / "none")
    assert r.returncode == 1
    r = run("--endpont=x")
    assert r.returncode == 1 and "--endpoint" in r.stderr


@pytest.mark.parametrize("endpoint", [
    "tcp://eth0:5555", "tcp://[::1]:5555", "tcp://127.0.0.1", "udp://x",
    "tcp://127.0.0.1:99999", "ipc://@abstract", "ipc://relative/path",
    "ipc:///" + "x" * 120, "inproc://x"])
def test_endpoints_that_are_refused(tmp_path, endpoint):
    r = run("--check", "--store", tmp_path / "s", f"--endpoint={endpoint}")
    assert r.returncode == 1 and "hint:" in r.stderr
    assert "--endpoint" in r.stderr


def test_missing_space_names_the_command(tmp_path):
    r = run("--store", tmp_path / "s", "--endpoint", "tcp://127.0.0.1:*")
    assert r.returncode == 1
    assert f"incrocio space train --esco {SAMPLE} --out " in r.stderr
    assert str(tmp_path / "space.incs") in r.stderr


def test_broken_taxonomy_and_foreign_space(tmp_path, space):
    r = run("--store", tmp_path / "s", "--esco", tmp_path / "none", "--space",
            space)
    assert r.returncode == 1 and "none" in r.stderr
    damaged = bytearray(space.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (tmp_path / "bad.incs").write_bytes(damaged)
    r = run("--store", tmp_path / "s", "--space", tmp_path / "bad.incs")
    assert r.returncode == 5 and "corrupt" in r.stderr


def test_two_daemons_on_one_store(make):
    d = make().start()
    other = make(name="other", store=d.settings["store"])
    other.start(wait=False)
    assert other.process.wait(WAIT_S) == 5
    assert str(d.process.pid) in other.log()
    with d.client() as c:
        assert c.ask("ping")


def test_two_daemons_on_one_socket(make, tmp_path):
    endpoint = f"ipc://{tmp_path}/x.sock"
    d = make(endpoint=endpoint).start()
    other = make(name="other", endpoint=endpoint)
    other.start(wait=False)
    assert other.process.wait(WAIT_S) == 5
    assert str(d.process.pid) in other.log()
    with d.client() as c:
        assert c.ask("ping")
    assert d.stop() == 0
    other.start()
    with other.client() as c:
        assert c.ask("ping")


def test_a_file_in_the_sockets_place_survives(make, tmp_path):
    path = tmp_path / "precious"
    path.write_text("do not delete")
    d = make(endpoint=f"ipc://{path}")
    d.start(wait=False)
    assert d.process.wait(WAIT_S) == 1
    assert path.read_text() == "do not delete"
    assert "no socket" in d.log()


def test_sigterm_under_load_keeps_what_was_acknowledged(make):
    d = make().start()
    acknowledged, stop = [], threading.Event()

    def write(number):
        with Client(d.endpoint, wait_s=3) as c:
            try:
                for i in range(100000):
                    ident = number * 100000 + i
                    c.ask("candidate.put", {"record": person(ident)})
                    acknowledged.append(f"T-{ident}")
            except (Failure, zmq.Again):
                pass

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for t in threads:
        t.start()
    d.wait_for(lambda: len(acknowledged) > 200)
    assert d.stop() == 0
    for t in threads:
        t.join()
    assert "event=stopped" in d.log()
    d.start()
    with d.client() as c:
        stored, cursor = set(), None
        while True:
            page = c.ask("candidate.list", {"limit": 1000, **(
                {"cursor": cursor} if cursor else {})})
            stored |= {r["id"] for r in page["items"]}
            cursor = page.get("cursor")
            if not cursor:
                break
        assert set(acknowledged) <= stored
        assert len(stored) - len(acknowledged) <= 4  # answers cut off
        assert c.ask("status")["pool"]["people"] == len(stored)


def test_kill_9_keeps_what_was_acknowledged(make):
    d = make(admin="true")
    acknowledged = set()
    for round_ in range(5):
        d.start()
        with Client(d.endpoint, wait_s=5) as c:
            for i in range(256):  # one client's share of the queue
                c.send("candidate.put", {"record": person(
                    round_ * 1000 + i)})
            for _ in range(50 + 37 * round_):
                acknowledged.add(c.result()["id"])
            d.kill()
        d.start()
        with d.client() as c:
            got = {r["id"] for r in c.ask("candidate.list", {
                "limit": 1000})["items"]}
            while len(got) % 1000 == 0 and got:
                page = c.ask("candidate.list", {"limit": 1000, "cursor":
                                                max(got).encode().hex()})
                if not page["items"]:
                    break
                got |= {r["id"] for r in page["items"]}
            assert acknowledged <= got
            assert c.ask("verify")["faults"] == 0
        assert d.stop() == 0


def test_stop_refuses_new_work_and_second_signal_ends(make):
    d = make().start()
    with d.client() as c:
        c.ask("ping")
    d.signal(signal.SIGINT)
    assert d.process.wait(WAIT_S) == 0


def test_sighup_reloads(make, space, tmp_path):
    folder = tmp_path / "esco"
    subprocess.run(["cp", "-r", SAMPLE, folder], check=True)
    conf = tmp_path / "c.conf"
    conf.write_text("log_level = info\n")
    d = make(esco=folder, config=conf).start()
    with d.client() as c:
        load_sample(c)
        before = c.ask("match.people", {"id": "N-0001", "options": {
            "as_of": "2026-12-01"}})
        # labels change, concepts do not
        name = folder / "skills_it.csv"
        label = c.ask("concept.get", {"uri": SKILL + "grind-metal"})["label"]
        name.write_text(name.read_text().replace(label, "NUOVA ETICHETTA"))
        conf.write_text("log_level = debug\nqueue_max = 99\n")
        d.signal(signal.SIGHUP)
        d.wait_for(lambda: "event=reloaded" in d.log())
        assert c.ask("concept.get", {"uri": SKILL + "grind-metal"})[
            "label"] == "NUOVA ETICHETTA"
        assert "setting=queue_max" in d.log()
        after = c.ask("match.people", {"id": "N-0001", "options": {
            "as_of": "2026-12-01"}})
        assert [(i["id"], i["score"]) for i in after["items"]] == \
            [(i["id"], i["score"]) for i in before["items"]]
        assert "event=answered op=match.people" in d.log()
        assert "N-0001" not in d.log() and "P-0001" not in d.log()
        # a broken file changes nothing
        name.write_text("garbage\n")
        d.signal(signal.SIGHUP)
        d.wait_for(lambda: "event=reload_failed" in d.log())
        assert c.ask("concept.get", {"uri": SKILL + "grind-metal"})[
            "label"] == "NUOVA ETICHETTA"
    assert d.stop() == 0


def test_unknown_uris_are_reported(make, tmp_path, space):
    d = make().start()
    with d.client() as c:
        load_sample(c)
    assert d.stop() == 0
    # the next ESCO has a skill that profiles use under another URI
    folder = tmp_path / "esco"
    folder.mkdir()
    gone = SKILL + "mig-mag-welding"
    for f in SAMPLE.iterdir():
        (folder / f.name).write_text(f.read_text().replace(gone, gone + "-2"))
    d.settings["esco"] = folder
    d.start()
    assert "event=unknown_uris" in d.log() and gone in d.log()
    with d.client() as c:
        assert c.counters()["unknown_uris"] == 1
        assert c.counters()["unknown_uri_records"] > 1
        assert c.ask("candidate.get", {"id": "P-0001"})["record"]["skills"]
        assert c.ask("match.people", {"id": "N-0002"})["items"]
    r = run("--migration-report", *[f for f in d.flags()
                                    if "ready" not in f])
    assert r.returncode == 0 and gone in r.stdout
    assert f"<{gone}-2>" in r.stdout
    assert d.stop() == 0


def unit():
    """Environment and command of the shipped systemd unit."""
    lines = (BUILD / "engine/daemon/incrociod.service").read_text().split("\n")
    pairs = [x.split("=", 1) for x in lines if "=" in x and x[0] != "#"]
    env = dict(v.split("=", 1) for k, v in pairs if k == "Environment")
    return env, [v for k, v in pairs if k == "ExecStart"][0].split()


def settings_of(output):
    return {k.strip(): v.split("#")[0].strip() for k, v in
            (x.split("=", 1) for x in output.splitlines() if "=" in x)}


def test_the_units_environment_leaves_the_file_in_charge(tmp_path, space):
    env, command = unit()
    assert command[1:] == ["--config", "/etc/incrocio/incrociod.conf"]
    example = ROOT / "engine/daemon/incrociod.conf.example"
    # as shipped: what the service's folders are made for
    got = settings_of(run("--check", "--config", example, env=env,
                          home="/var/lib/incrocio").stdout)
    said = settings_of(example.read_text().replace("#", ""))
    for name in ("endpoint", "store", "space"):
        assert got[name] == said[name], name
    assert got["endpoint"] == "ipc:///run/incrocio/incrociod.sock"
    assert got["store"] == "/var/lib/incrocio/store"
    # changed in the file: that counts
    conf = tmp_path / "incrociod.conf"
    conf.write_text(f"endpoint = ipc://{tmp_path}/s\nspace = {space}\n"
                    f"store = {tmp_path}/s\nbackup_dir = {tmp_path}/b\n")
    r = run("--check", "--config", conf, env=env, home="/var/lib/incrocio")
    assert r.returncode == 0, r.stderr
    got = settings_of(r.stdout)
    assert got["endpoint"] == f"ipc://{tmp_path}/s"
    assert got["store"] == f"{tmp_path}/s"
    assert got["backup_dir"] == f"{tmp_path}/b"


def test_a_clean_survey_is_forgotten_with_another_taxonomy(make, tmp_path):
    d = make()
    mark = d.folder / "store/taxonomy.checked"
    d.start()
    with d.client() as c:
        load_sample(c)
    assert d.stop() == 0 and mark.exists()
    folder = tmp_path / "esco"
    folder.mkdir()
    gone = SKILL + "mig-mag-welding"
    for f in SAMPLE.iterdir():
        (folder / f.name).write_text(f.read_text().replace(gone, gone + "-2"))
    d.settings["esco"] = folder
    d.start()
    assert "event=unknown_uris" in d.log() and not mark.exists()
    with d.client() as c:  # known here, unknown to the first taxonomy
        c.ask("candidate.put", {"record": dict(person(1), skills=[
            {"uri": gone + "-2", "level": 2}])})
    assert d.stop() == 0
    d.settings["esco"] = SAMPLE
    d.start()
    assert gone + "-2" in (d.folder / "log.3").read_text()
    with d.client() as c:
        assert c.counters()["unknown_uris"] == 1
    assert d.stop() == 0


def test_notify_and_ready_fd(make, tmp_path):
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.bind(str(path))
        s.settimeout(WAIT_S)
        d = make()
        plain = d.environment()
        d.environment = lambda: dict(plain, NOTIFY_SOCKET=str(path),
                                     WATCHDOG_USEC="300000")
        d.start()
        assert s.recv(100) == b"READY=1"
        assert s.recv(100) == b"WATCHDOG=1"
        assert s.recv(100) == b"WATCHDOG=1"
        assert d.stop() == 0
        rest = [s.recv(100)]
        while rest[-1] == b"WATCHDOG=1":
            rest.append(s.recv(100))
        assert rest[-1] == b"STOPPING=1"


def test_process_is_closed_to_others(daemon):
    pid = daemon.process.pid
    limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
    core = [x for x in limits.splitlines() if x.startswith("Max core")][0]
    assert core.split()[4:6] == ["0", "0"]
    # Not dumpable: the kernel gives what is here to root.
    if os.geteuid() != 0:
        assert pathlib.Path(f"/proc/{pid}/mem").stat().st_uid == 0
    for f in pathlib.Path(daemon.folder / "store").iterdir():
        assert f.stat().st_mode & 0o077 == 0, f


def test_a_crash_leaves_no_core(make):
    """Whatever the machine does with cores: the kernel says in the status
    whether it made one."""
    here = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (here[1], here[1]))
    daemon = make(sandbox="off").start()  # Landlock would refuse the file
    resource.setrlimit(resource.RLIMIT_CORE, here)
    pid = daemon.process.pid
    where = os.readlink(f"/proc/{pid}/cwd")
    before = set(os.listdir(where))
    os.kill(pid, signal.SIGABRT)
    _, how = os.waitpid(pid, 0)
    daemon.process.returncode = how
    assert os.WIFSIGNALED(how) and os.WTERMSIG(how) == signal.SIGABRT
    assert not os.WCOREDUMP(how)
    assert set(os.listdir(where)) == before


def test_sigterm_at_any_moment_is_a_clean_end(make):
    """A library that starts threads before main lets a TERM kill the process
    (docs/operations.md, OpenBLAS): from `serving` on it must not, and before
    it nothing was promised."""
    d = make()
    for k in range(12):
        d.start(wait=False)
        time.sleep(k * 0.01)
        code = d.stop()
        # 0, or killed before it took signals over.
        assert code == 0 or ("event=serving" not in d.log_of_run()
                             and code == -signal.SIGTERM), (k, code)
    d.start()
    with d.client() as c:
        assert c.ask("ping")
    assert d.stop() == 0
