"""The register kept for a time: what goes, what remains, what incrocio-audit says
of it, and what does not bring it back."""
import hashlib
import re
import shutil
import subprocess

import pytest

from office import (  # noqa: F401 (fixtures)
    BUILD, built, daemon, load_sample, make, space)
from test_audit import (  # noqa: F401
    bad, checkpoint, export, good, key_of, match)
from test_retention import CLI, ago, clock, incrocio, jumps  # noqa: F401

pytestmark = [built, jumps]


def gone(d, client):
    d.wait_for(lambda: "left" not in client.ask("register.cut"))


def offices(make, clock, **settings):
    """Six matches and a witness, then 300 days later six more."""
    d = make(admin="true", register_months=7,
             register_source="registro dei trattamenti, 2026-01-15",
             **settings).start()
    with d.client() as c:
        load_sample(c)
        match(c, 6)
        witness = checkpoint(c)
        clock.set(300)
        match(c, 6)
    return d, witness


def test_what_is_too_young_stays(make, clock):
    d, _ = offices(make, clock)
    with d.client() as c:
        state = c.ask("register.cut", {"before": ago(-250)})
        assert (state["months"], state["first"]) == (7, 1)
        assert "2026-01-15" in state["source"] and "before" not in state
        assert (state["until"], state["entries"]) == (6, 6)
        for days in (-120, -250, -299, -5000):
            e = c.error("register.prune", {"before": ago(days)})
            assert e.code == "denied" and e.where == "before"
            assert "7 months" in e.message
        e = c.error("register.prune", {"before": ago(500)})
        assert e.code == "not_found" and e.where == "before"
        assert c.ask("register.cut")["first"] == 1
    d.stop()
    d.settings["register_months"] = 1  # the law's six months stay
    d.start()
    with d.client() as c:
        clock.set(182)
        assert c.error("register.prune", {"before": ago(-1)}).code == "denied"
        clock.set(184)
        assert c.ask("register.prune", {"before": ago(-1)})["revision"] == 6
    d.stop()
    d.settings["register_months"] = 0
    d.start()
    with d.client() as c:
        e = c.error("register.prune", {"before": "2001-01-01"})
        assert e.code == "denied" and "for ever" in e.message
        assert "latest" not in c.ask("register.cut")


def test_what_is_left_is_proved(make, clock, tmp_path):
    d, witness = offices(make, clock)
    with d.client() as c:
        key = key_of(witness)
        n = int(re.search("^register ([0-9]+)", witness, re.M)[1])
        everybody = {i["id"] for i in match(c, k=20)["items"]}
        assert c.ask("candidate.seen", {"id": min(everybody)}).get(
            "since") is None
        done = c.ask("register.prune", {"before": ago(-80)})
        assert (done["id"], done["revision"]) == ("register", n)
        # From the reply on it is gone for who asks.
        e = c.error("match.get", {"no": 2})
        assert e.code == "not_found" and "pruned" in e.message
        page = c.ask("match.list", {"limit": 1000})
        assert page["first"] == n + 1 and page["since"] == ago(-80)
        assert min(i["no"] for i in page["items"]) == n + 1
        for who in everybody:
            seen = c.ask("candidate.seen", {"id": who})
            assert seen["since"] == ago(-80)
            assert all(i["no"] > n for i in seen["items"])
        # A replay says what it cannot do; the rest is the same.
        last = c.ask("match.list")["last"]
        replayed = c.ask("match.replay", {"no": 1, "until": last})
        assert replayed["pruned"] == n and replayed["different"] == 0
        assert replayed["same"] >= 6
        alone = c.ask("match.replay", {"no": 1})["items"]
        assert [i["verdict"] for i in alone] == ["pruned"]
        gone(d, c)
        assert c.ask("verify")["faults"] == 0
        # Proofs of what is left, and against what was witnessed before.
        good(tmp_path, "proof", c.ask("match.proof", {"no": n + 2})["text"],
             "--key", key)
        assert c.error("match.proof", {"no": n - 1}).code == "not_found"
        for m in range(1, n + 1):
            c.ask("register.checkpoint", {"since": m})
        good(tmp_path, "since", checkpoint(c, since=n), witness=[witness])
        out = good(tmp_path, "verify", export(c), "--key", key,
                   witness=[witness])
        assert f"pruned: entries 1 to {n}, by journal entry {done['seq']}" \
            in out
        journal = c.ask("journal.list", {"after": done["seq"] - 1})["items"]
        assert journal[0]["op"] == "register.prune"
    out = incrocio(d, "register", "cut")
    assert "2026-01-15" in out and "incrocio cut 1" in out
    d.stop()
    d.start()
    with d.client() as c:
        assert c.ask("register.cut")["first"] == n + 1
        good(tmp_path, "verify", export(c), witness=[witness])
        assert "pruned_came_back" not in d.log()


def test_a_pruned_export_cannot_be_bent(make, clock, tmp_path):
    d, witness = offices(make, clock)
    with d.client() as c:
        c.ask("register.prune", {"before": ago(-80)})
        whole = export(c)
        gone(d, c)
        text = export(c)
        match(c, 2)
        # Half gone or gone: the same bytes of the register.
        assert [x for x in whole.splitlines() if x[:2] == "L "] == \
            [x for x in text.splitlines() if x[:2] == "L "]
    good(tmp_path, "verify", text, witness=[witness])
    lines = text.splitlines(keepends=True)
    at = lines.index("incrocio cut 1\n")
    leaves = [i for i, x in enumerate(lines) if x.startswith("L ")]
    matches = [i for i, x in enumerate(lines) if x.startswith("M ")]
    n = len(leaves)
    assert n >= 6 and len(matches) >= 6

    def changed(i, new, count=1):
        return "".join(lines[:i] + new + lines[i + count:])

    def flip(line):
        where = len(line) - 3
        return line[:where] + ("0" if line[where] != "0" else "1") + \
            line[where + 1:]

    # A forged cut: every line of it, none at all, another store's.
    for i in range(at, at + 8):
        bad(tmp_path, "verify", changed(i, [flip(lines[i])]))
        bad(tmp_path, "verify", changed(i, []))
    bad(tmp_path, "verify", changed(at, [], 8))
    # A shifted one: its number changed, a leaf too many, one too few.
    for m in (n - 1, n + 1):
        bad(tmp_path, "verify", text.replace(f"\nregister {n} ",
                                             f"\nregister {m} ", 2))
    # What the leaves were made of.
    for i in leaves:
        bad(tmp_path, "verify", changed(i, [flip(lines[i])]))
        bad(tmp_path, "verify", changed(i, []))
        bad(tmp_path, "verify", changed(i, [lines[i]] * 2))
    # An entry after the cut: missing, or nothing but a leaf, though the right
    # one, which anybody can make of its head.
    for i in matches[:6]:
        bad(tmp_path, "verify", changed(i, []))
        head = bytes.fromhex(lines[i].split()[1])
        leaf = hashlib.blake2b(b"\0" + head, digest_size=32).hexdigest()
        out = bad(tmp_path, "verify", changed(i, [f"L {leaf}\n"]))
        assert "no cut names it" in out
    # The command that ordered it.
    ordered = next(i for i, x in enumerate(lines)
                   if x.startswith("J ") and b"register.prune" in
                   bytes.fromhex(x.split()[1]))
    bad(tmp_path, "verify", changed(ordered, []))


def test_kill_in_the_middle(make, clock):
    """However far it came, the next start knows and goes on."""
    d, _ = offices(make, clock)
    with d.client() as c:
        for _ in range(12):
            for _ in range(100):
                c.send("match.people", {"id": "N-0001", "options": {"k": 5}})
            for _ in range(100):
                c.result()
        clock.set(600)
        last = c.ask("match.list")["last"]
        match(c, 2)
        c.ask("register.prune", {"before": ago(-320)})
    d.kill()
    d.start()
    with d.client() as c:
        assert c.ask("register.cut")["first"] == last + 1
        assert c.ask("verify")["faults"] == 0
        gone(d, c)
        assert c.ask("verify")["faults"] == 0
        match(c)


def test_an_old_backup_is_noticed(make, clock, tmp_path):
    backups = tmp_path / "backups"
    backups.mkdir(mode=0o700)
    d, _ = offices(make, clock, backup_dir=str(backups))
    with d.client() as c:
        c.ask("backup", {"name": "old"})
        c.ask("register.prune", {"before": ago(-80)})
        gone(d, c)
    d.stop()
    store = d.folder / "store"
    store.rename(d.folder / "hidden")
    shutil.copytree(backups / "old", store)
    d.start()
    assert "event=pruned_came_back" in d.log_of_run()
    with d.client() as c:
        state = c.ask("register.cut")
        assert (state["first"], state["came_back"]) == (1, 6)
        c.ask("register.prune", {"before": ago(-80)})
        gone(d, c)
    d.stop()
    d.start()
    with d.client() as c:
        assert "came_back" not in c.ask("register.cut")
    assert "pruned_came_back" not in d.log_of_run()


def test_the_command_line(make, clock):
    d, _ = offices(make, clock)
    out = incrocio(d, "register", "prune", ago(-80))
    assert "6 entries" in out and "Nothing was removed" in out
    with d.client() as c:
        assert c.ask("register.cut")["first"] == 1
    assert "up to entry 6" in incrocio(d, "register", "prune", ago(-80),
                                       "--yes")
    assert "complete from" in incrocio(d, "candidate", "seen", "P-0001")
    assert "pruned" in incrocio(d, "replay", "1", "8")
    assert "completo dal" in incrocio(d, "candidate", "seen", "P-0001",
                                      lang="it")
    # As from before anybody could have asked.
    out = incrocio(d, "register", "prune", "1990-01-01")
    assert "Nothing is from before 1990-01-01" in out and "--yes" not in out
    # The rehearsal says what the daemon would.
    out = incrocio(d, "register", "prune", ago(-250))
    assert "too recent" in out and "--yes" not in out
    assert "troppo recente" in incrocio(d, "register", "prune", ago(-250),
                                        lang="it")
    r = subprocess.run([CLI, "register", "prune", "tomorrow", "--endpoint",
                        d.endpoint], capture_output=True, text=True)
    assert r.returncode == 1 and "before" in r.stderr
