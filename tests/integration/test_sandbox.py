"""The daemon shut in: what it says, what the kernel says of it, and the unit
that starts it."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import time

import pytest

from office import (BUILD, ROOT, SAMPLE, built, load_sample,  # noqa
                    make, sanitized, space)  # noqa

pytestmark = built
UNIT = BUILD / "engine/daemon/incrociod.service"
SCORE_MAX = 2.0
ANALYZE = shutil.which("systemd-analyze")
analyze = pytest.mark.skipif(ANALYZE is None,
                             reason="SKIPPED: no systemd-analyze")


released = pytest.mark.skipif(
    sanitized(), reason="SKIPPED: a build with sanitizers has no sandbox")


def status(path):
    return dict(line.split(":", 1) for line in
                pathlib.Path(path, "status").read_text().splitlines())


def threads(daemon):
    return list(pathlib.Path(f"/proc/{daemon.process.pid}/task").iterdir())


@released
def test_every_thread_is_inside(make):
    d = make(admin="true", metrics="127.0.0.1:0",
             backup_dir=str(make("x").folder / "backup")).start()
    with d.client() as c:
        load_sample(c)
        assert c.ask("verify")["faults"] == 0
        assert c.ask("backup", {"name": "b"})["bytes"] > 0
    assert len(threads(d)) > 4
    for t in threads(d):
        s = status(t)
        assert s["Seccomp"].strip() == "2", s["Name"]
        assert s["NoNewPrivs"].strip() == "1", s["Name"]
    log = d.log()
    assert "event=sandbox_calls" in log
    assert re.search(r"event=sandbox_files landlock_abi=[1-9]", log) or \
        "this kernel has no Landlock" in log
    assert d.stop() == 0


def test_off_is_off_and_said(make):
    d = make(sandbox="off").start()
    assert {status(t)["Seccomp"].strip() for t in threads(d)} == {"0"}
    assert "event=sandbox_off" in d.log()
    assert d.stop() == 0


@pytest.mark.skipif(not sanitized(), reason="for builds with sanitizers")
def test_on_is_refused_where_it_cannot_be(make):
    d = make(sandbox="on").start(wait=False)
    assert d.process.wait(60) == 1
    assert "sanitizers" in d.log()


def test_a_wrong_value_is_told(make):
    d = make(sandbox="perhaps").start(wait=False)
    assert d.process.wait(60) == 1
    assert "on, off or auto" in d.log()


@released
def test_reload_from_outside_is_refused_with_the_reason(make, tmp_path):
    conf = tmp_path / "etc" / "c.conf"
    conf.parent.mkdir()
    elsewhere = tmp_path / "elsewhere" / "esco"
    shutil.copytree(SAMPLE, elsewhere)
    d = make()
    del d.settings["esco"]
    conf.write_text(f"esco = {SAMPLE}\n")
    d.settings["config"] = conf
    d.start()
    if "event=sandbox_files" not in d.log():
        pytest.skip("SKIPPED: this kernel has no Landlock")
    conf.write_text(f"esco = {elsewhere}\n")
    d.signal(1)
    d.wait_for(lambda: "event=reload_failed" in d.log())
    line = [x for x in d.log().splitlines() if "reload_failed" in x][0]
    assert "sandbox" in line and "restart" in line
    with d.client() as c:
        assert c.ask("ping") is not None
    assert d.stop() == 0


# --- the scout ----------------------------------------------------------------

def scout_of(daemon):
    pid = daemon.process.pid
    pids = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    assert len(pids) == 1
    return int(pids[0])


def test_the_scout_holds_nothing_and_goes_with_the_daemon(make):
    d = make(admin="true").start()
    scout = scout_of(d)
    fds = {int(f.name): os.readlink(f)
           for f in pathlib.Path(f"/proc/{scout}/fd").iterdir()}
    more = [to for n, to in fds.items() if n > 2]
    assert len(more) == 1 and more[0].startswith("socket:"), fds
    if not sanitized():
        s = status(f"/proc/{scout}")
        assert s["Seccomp"].strip() == "2" and s["NoNewPrivs"].strip() == "1"
    d.process.kill()
    d.process.wait()
    end = time.monotonic() + 30
    while pathlib.Path(f"/proc/{scout}").exists():
        state = status(f"/proc/{scout}")["State"]
        if "Z" in state:
            break  # in a container nobody may collect it
        assert time.monotonic() < end, state
        time.sleep(0.01)


# --- the unit -----------------------------------------------------------------

@analyze
def test_the_unit_is_exposed_little():
    r = subprocess.run([ANALYZE, "security", "--offline=true", "--no-pager",
                        UNIT], capture_output=True, text=True)
    score = re.search(r"Overall exposure level for \S+: ([0-9.]+)", r.stdout)
    assert score, r.stdout + r.stderr
    assert float(score.group(1)) <= SCORE_MAX, r.stdout


def syscall_set(name, sets):
    found = set()
    for word in sets[name]:
        found |= syscall_set(word, sets) if word[0] == "@" else {word}
    return found


@analyze
def test_the_unit_allows_what_the_daemon_keeps():
    """Our own list may be shorter than the unit's, never longer: systemd would
    kill the daemon for what is only there."""
    text = subprocess.run([ANALYZE, "syscall-filter", "--no-pager"], text=True,
                          capture_output=True, check=True).stdout
    sets, name = {}, None
    for line in text.splitlines():
        word = line.strip()
        if line.startswith("@"):
            name = word
            sets[name] = []
        elif name and word and not word.startswith("#"):
            sets[name].append(word)
    allowed, denied = set(), set()
    for line in UNIT.read_text().splitlines():
        if not line.startswith("SystemCallFilter="):
            continue
        value = line.split("=", 1)[1]
        where = denied if value.startswith("~") else allowed
        for word in value.lstrip("~").split():
            where |= syscall_set(word, sets) if word[0] == "@" else {word}
    source = ROOT / "engine/daemon"
    ours = set(re.findall(r"^INC_X\((\w+)\)",
                          (source / "syscalls.def").read_text(), re.M))
    ours |= set(re.findall(r"SCMP_SYS\((\w+)\)",
                           (source / "seccomp.c").read_text())) - {"name"}
    ours |= set(re.findall(r"SYS_(\w+)", (source / "landlock.c").read_text()))
    assert len(ours) > 100
    assert ours - (allowed - denied) == set()


@analyze
def test_the_unit_is_well_formed(tmp_path):
    text = UNIT.read_text()
    exe = re.search(r"^ExecStart=(\S+)", text, re.M).group(1)
    copy = tmp_path / "incrociod.service"
    copy.write_text(text.replace(exe, "/bin/true"))
    r = subprocess.run([ANALYZE, "verify", "--man=no", copy],
                       capture_output=True, text=True)
    assert "incrociod.service" not in r.stderr, r.stderr
