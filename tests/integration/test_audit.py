"""Checkpoints, proofs and exports, judged by incrocio-audit, which shares no code
with the daemon; and every kind of tampering that it must find."""
import re
import subprocess

import pytest

from office import (  # noqa: F401 (fixtures)
    BUILD, built, daemon, load_sample, make, need, person, space)

pytestmark = built
AUDIT = BUILD / "clients/audit/incrocio-audit"
WHO = {"actor": "anna", "office": "CPI-LU", "purpose": "orientamento"}


def audit(folder, what, text, *more, witness=()):
    path = folder / "evidence"
    path.write_text(text)
    args = [AUDIT, what, path, *more]
    for i, w in enumerate(witness):
        kept = folder / f"witness{i}"
        kept.write_text(w)
        args += ["--witness", kept]
    r = subprocess.run(args, capture_output=True, text=True, timeout=60)
    assert r.returncode in (0, 1), r
    assert (r.returncode == 0) == r.stdout.rstrip().endswith("as signed"), r
    return r


def good(*args, **kw):
    r = audit(*args, **kw)
    assert r.returncode == 0, r.stdout
    return r.stdout


def bad(*args, **kw):
    r = audit(*args, **kw)
    assert r.returncode == 1 and "WRONG" in r.stdout, r.stdout
    return r.stdout


def checkpoint(client, **body):
    return client.ask("register.checkpoint", body)["text"]


def export(client):
    text = checkpoint(client)
    for journal in (False, True):
        after = 0
        while after is not None:
            page = client.ask("register.export",
                              {"journal": journal, "after": after})
            text += page["text"]
            after = page.get("next")
    return text


def key_of(text):
    return re.search("^key ([0-9a-f]{64})$", text, re.M)[1]


def match(client, times=1, **options):
    for _ in range(times):
        page = client.ask("match.people",
                          {"id": "N-0001", "options": options}, **WHO)
    return page


@pytest.fixture
def office(make):
    daemon = make(admin="true").start()
    client = daemon.client()
    load_sample(client)
    yield client
    client.close()


def test_an_honest_register(office, tmp_path):
    witness = [checkpoint(office)]
    for _ in range(5):
        match(office, 3)
        witness.append(checkpoint(office))
    text = export(office)
    out = good(tmp_path, "verify", text, "--key", key_of(text),
               witness=witness)
    assert "6 witnesses" in out
    # Three matches each, and the exports themselves.
    assert "register: 15 entries" in out or "register: 16 entries" in out


def test_proofs_of_entries_and_persons(office, tmp_path):
    page = match(office, 7, k=5)
    key = key_of(checkpoint(office))
    for no in range(1, 8):
        proof = office.ask("match.proof", {"no": no})["text"]
        out = good(tmp_path, "proof", proof, "--key", key)
        assert f"entry {no}," in out and "asked by anna" in out
    for item in page["items"]:
        proof = office.ask("match.proof", {"no": 4, "person": item["id"]})
        out = good(tmp_path, "proof", proof["text"], "--key", key)
        assert f"rank {item['rank']}, score {item['score']} of" in out
    absent = next(i["id"] for i in match(office, k=20)["items"]
                  if i["id"] not in {x["id"] for x in page["items"]})
    e = office.error("match.proof", {"no": 4, "person": absent})
    assert e.code == "not_found" and e.where == "person"
    assert office.error("match.proof", {"no": 999}).where == "no"


def test_a_proof_cannot_be_bent(office, tmp_path):
    page = match(office, 6, k=6)
    proof = office.ask("match.proof",
                       {"no": 3, "person": page["items"][2]["id"]})["text"]
    lines = proof.splitlines(keepends=True)
    good(tmp_path, "proof", proof)
    for i, line in enumerate(lines):
        where = len(line) - 3
        bent = line[:where] + ("0" if line[where] != "0" else "1") + \
            line[where + 1:]
        bad(tmp_path, "proof", "".join(lines[:i] + [bent] + lines[i + 1:]))
        bad(tmp_path, "proof", "".join(lines[:i] + lines[i + 1:]))
    bad(tmp_path, "proof", proof, "--key", "00" * 32)


def test_a_register_is_the_beginning_of_the_next(office, tmp_path):
    seen = {}
    for n in range(1, 12):
        match(office)
        seen[n] = checkpoint(office)
    for n, witness in seen.items():
        text = checkpoint(office, since=n)
        good(tmp_path, "since", text, witness=[witness])
        other = seen[n + 1 if n < 11 else 1]
        bad(tmp_path, "since", text, witness=[other])
        lines = text.splitlines(keepends=True)
        if len(lines) > 7:
            bad(tmp_path, "since", "".join(lines[:-1]), witness=[witness])
    assert office.error("register.checkpoint", {"since": 99}).where == "since"


def test_tampering_is_found(office, tmp_path):
    match(office, 3)
    witness = checkpoint(office)
    match(office, 3)
    text = export(office)
    key = key_of(text)
    good(tmp_path, "verify", text, "--key", key, witness=[witness])
    lines = text.splitlines(keepends=True)
    matches = [i for i, x in enumerate(lines) if x.startswith("M ")]
    commands = [i for i, x in enumerate(lines) if x.startswith("J ")]
    assert len(matches) >= 6 and len(commands) > 10

    def changed(i, new):
        return "".join(lines[:i] + new + lines[i + 1:])

    def flip(line):
        at = len(line) // 2
        return line[:at] + ("0" if line[at] != "0" else "1") + line[at + 1:]

    for some in (matches[:6], commands[::7]):
        for i in some:
            bad(tmp_path, "verify", changed(i, [flip(lines[i])]))  # altered
            bad(tmp_path, "verify", changed(i, []))                # dropped
            bad(tmp_path, "verify", changed(i, [lines[i]] * 2))    # repeated
    a, b = matches[1], matches[2]
    swapped = list(lines)
    swapped[a], swapped[b] = lines[b], lines[a]
    bad(tmp_path, "verify", "".join(swapped))
    for i in range(7):  # the checkpoint itself
        bad(tmp_path, "verify", changed(i, [flip(lines[i])]))
    bad(tmp_path, "verify", text, "--key", "00" * 32)
    bad(tmp_path, "verify", text[:-10])  # cut
    bad(tmp_path, "verify", text + "M 00\n")


def test_a_register_cut_at_its_end_needs_a_witness(make, tmp_path):
    """An old backup put back is a whole, honest, signed register: only what
    was kept elsewhere shows that there was more."""
    backups = tmp_path / "backups"
    backups.mkdir(mode=0o700)
    d = make(admin="true", backup_dir=str(backups)).start()
    with d.client() as client:
        load_sample(client)
        match(client, 3)
        client.ask("backup", {"name": "old"})
        match(client, 3)
        witness = checkpoint(client)
    d.stop()
    store = d.folder / "store"
    store.rename(d.folder / "hidden")
    (backups / "old").rename(store)
    d.start()
    with d.client() as client:
        text = export(client)
        good(tmp_path, "verify", text)
        out = bad(tmp_path, "verify", text, witness=[witness])
        assert "here are" in out
        # Filled up again to the same length it is another register.
        while client.ask("match.list", {"limit": 1})["last"] < 12:
            match(client)
        out = bad(tmp_path, "verify", export(client), witness=[witness])
        assert "not those that were signed" in out


def test_the_command_line(daemon, tmp_path):
    incrocio = BUILD / "clients/cli/incrocio"
    with daemon.client() as client:
        load_sample(client)
        match(client, 2)

    def run(*words):
        r = subprocess.run([incrocio, "--endpoint", daemon.endpoint, *words],
                           capture_output=True, text=True, timeout=60)
        assert r.returncode == 0, r
        return r.stdout

    kept = run("register", "checkpoint")
    good(tmp_path, "proof", run("match", "proof", "1"), witness=[kept])
    good(tmp_path, "since", run("register", "checkpoint", "--since", "2"),
         witness=[kept])


def test_misuse_says_how(tmp_path):
    for args in ([], ["verify"], ["weigh", "x"], ["verify", "/nowhere"],
                 ["verify", "-", "--key", "xyz"], ["verify", "-", "--so"]):
        r = subprocess.run([AUDIT, *args], capture_output=True, text=True,
                           stdin=subprocess.DEVNULL, timeout=60)
        assert r.returncode == 2 and r.stderr.startswith("incrocio-audit:")
    r = subprocess.run([AUDIT, "--help"], capture_output=True, text=True,
                       timeout=60)
    assert r.returncode == 0 and "--witness" in r.stdout
