"""The rights of a person, over the real daemon: who they are stays out of every
ranking, freezing, correcting, the file about them, and erasure with proof."""
import json
import os
import pathlib
import re
import shutil
import subprocess

import msgpack
import pytest

from office import (BUILD, OFFLINE, built, load_sample, make, need,  # noqa
                    person, records, sanitized, space)

pytestmark = built
CLI = BUILD / "clients/cli/incrocio"


def status(regime, **more):
    return [{"regime": regime, "basis": "a", "author": "Commissione",
             "from": "2026-01-01", "until": "2028-01-01", **more}]


# A field of the vault, and what it is and is flipped to.
PLAIN = {"surname": "Rossi", "name": "Anna", "birth_date": "1990-05-17",
         "birth_place": "Lucca", "birth_country": "IT", "sex": "f",
         "citizenships": ["IT"], "tax_code": "RSSNNA90E57E715X",
         "residence": "via Nuova 1", "domicile": "via Nuova 1",
         "phone": "0583 1", "email": "a@example.it",
         "certified_email": "a@pec.example.it", "permit": "nessuno",
         "permit_until": "2027-01-01", "dependants": 0, "guardian": "nessuno",
         "statuses": status("l68_art1")}
FLIPS = {"surname": "Diallo", "name": "Mamadou", "birth_date": "1961-01-02",
         "birth_place": "Dakar", "birth_country": "SN", "sex": "m",
         "citizenships": ["SN", "MA"], "tax_code": "DLLMMD61A02Z343K",
         "residence": "casa circondariale", "domicile": "comunita",
         "phone": "+221 9", "email": "z@example.org",
         "certified_email": "z@pec.example.org", "permit": "protezione",
         "permit_until": "2026-12-01", "dependants": 7,
         "guardian": "amministratore di sostegno"}
REGIMES = ["l68_art18", "l381_art4", "op_art21", "semiliberta",
           "affidamento_terapia", "domiciliare", "messa_alla_prova",
           "protezione", "presa_in_carico", "minore"]


def variants():
    """(what is flipped, the vault's fields)."""
    for field, value in FLIPS.items():
        yield field, {**PLAIN, field: value}
    for regime in REGIMES:
        yield "regime " + regime, {**PLAIN, "statuses": status(regime)}
    yield "basis", {**PLAIN, "statuses": status("l68_art1", basis="b")}
    yield "author", {**PLAIN, "statuses": status("l68_art1", author="ASL")}
    yield "from", {**PLAIN, "statuses": status("l68_art1", **{
        "from": "2020-01-01"})}
    yield "until", {**PLAIN, "statuses": status("l68_art1",
                                                until="2026-06-01")}
    yield "no status", {k: v for k, v in PLAIN.items() if k != "statuses"}


def raw_rankings(client, ids, candidates):
    """Every reply about every need and person, as bytes."""
    asked = [("match.people", i) for i in ids]
    asked += [("match.needs", i) for i in candidates]
    out = []
    for op, i in asked:
        body = {"id": i, "options": {"k": 50, "facets": True,
                                     "as_of": "2026-11-22"}}
        client.send_raw(msgpack.packb({"v": 1, "id": "q", "op": op,
                                       "body": body}))
        out.append(client.socket.recv_multipart()[1])
        assert msgpack.unpackb(out[-1])["status"] == "ok", out[-1]
    return out


def test_flip_no_ranking_depends_on_who_somebody_is(make):
    """Two daemons with the same people. In one the vault is filled in the same
    way for all, in the other one field after another is flipped for every
    second person. As many writes in both: whole replies are compared."""
    plain, flipped = make("a").start(), make("b").start()
    compared = 0
    with plain.client() as a, flipped.client() as b:
        for c in (a, b):
            load_sample(c)
        ids = [r["id"] for r in records("candidate")]
        needs = [r["id"] for r in records("need") if not r.get("closed")]
        present = [r["id"] for r in records("candidate")
                   if not r.get("frozen")][:20]
        assert len(FLIPS) + 5 >= 20 and len(list(variants())) > 30
        flips = list(variants())[::8 if sanitized() else 1]
        for what, fields in flips:
            for c, changed in ((a, PLAIN), (b, fields)):
                for n, i in enumerate(ids):
                    v = changed if n % 2 == 0 else PLAIN
                    c.send("vault.put", {"record": {"id": i, **v}})
                for _ in ids:
                    c.result()
            one = raw_rankings(a, needs, present)
            other = raw_rankings(b, needs, present)
            assert one == other, what
            compared += len(one)
        replies = [msgpack.unpackb(x)["body"] for x in one]
        assert sum(bool(r["items"]) for r in replies) > len(needs) // 2
        # the comparison is not blind: a field that may count does
        r = dict(records("candidate")[0], skills=[], occupations=[])
        b.ask("candidate.put", {"record": r})
        a.ask("candidate.put", {"record": records("candidate")[0]})
        assert raw_rankings(a, needs, []) != raw_rankings(b, needs, [])
    print(f"flip: {len(flips)} flips, {compared} rankings compared, "
          "0 differ")


# --- the vault ------------------------------------------------------------------

def test_vault_is_kept_and_judged(make):
    d = make(admin="true").start()
    record = {"id": "T-1", **PLAIN}
    with d.client() as c:
        e = c.error("vault.put", {"record": record})
        assert e.code == "not_found"
        c.ask("candidate.put", {"record": person(1)})
        assert c.error("vault.get", {"id": "T-1"}).code == "not_found"
        assert c.ask("vault.put", {"record": record, "dry_run": True})[
            "seq"] == 0
        assert c.error("vault.get", {"id": "T-1"}).code == "not_found"
        assert c.ask("vault.put", {"record": record})["revision"] == 1
        got = c.ask("vault.get", {"id": "T-1"})
        assert got == {"record": record, "revision": 1}
        # rectified, only on what was read
        record["surname"] = "Bianchi"
        e = c.error("vault.put", {"record": record, "if_revision": 7})
        assert e.code == "conflict" and e.where == "if_revision"
        c.ask("vault.put", {"record": record, "if_revision": 1})
        assert c.ask("vault.get", {"id": "T-1"})["record"] == record
        # the profile did not move
        assert c.ask("candidate.get", {"id": "T-1"})["revision"] == 1
        e = c.error("vault.put", {"record": {"id": "T-1", "offence": "x"}})
        assert e.code == "unknown_field" and e.where == "record.offence"
        e = c.error("vault.put", {"record": {
            "id": "T-1", "statuses": [{"regime": "l68_art1", "from":
                                       "2026-02-01", "until": "2026-01-01"}]}})
        assert e.where == "record.statuses[0].until"
        # a new profile of the same person keeps it, a deleted one does not
        c.ask("candidate.put", {"record": person(1)})
        assert c.ask("vault.get", {"id": "T-1"})["revision"] == 2
        c.ask("candidate.delete", {"id": "T-1"})
        c.ask("candidate.put", {"record": person(1)})
        assert c.error("vault.get", {"id": "T-1"}).code == "not_found"
        assert c.ask("verify")["faults"] == 0
    assert d.stop() == 0
    d.start()
    with d.client() as c:
        assert c.ask("verify")["faults"] == 0


# --- freezing ---------------------------------------------------------------------

def in_matches(client, who):
    return who in [i["id"] for i in client.ask(
        "match.people", {"need": need(1), "options": {"k": 50}})["items"]]


def test_freeze_is_out_of_the_next_match(make):
    d = make().start()
    with d.client() as c, d.client() as other:
        for n in range(1, 6):
            c.ask("candidate.put", {"record": person(n)})
        for _ in range(20):
            assert in_matches(other, "T-3")
            c.ask("candidate.freeze", {"id": "T-3"})
            # sent after the reply, by whoever: it is not there
            assert not in_matches(other, "T-3")
            c.ask("candidate.unfreeze", {"id": "T-3"})


# --- the file about a person --------------------------------------------------------

def test_export_is_everything_and_nobody_else(make, tmp_path):
    d = make().start()
    with d.client() as c:
        c.ask("candidate.put", {"record": person(1)}, actor="op7",
              office="CPI-1", purpose="presa in carico")
        c.ask("candidate.put", {"record": person(2)}, actor="op8")
        for _ in range(7):
            for n in range(100):
                c.send("vault.put", {"record": {"id": "T-1", **PLAIN,
                                                "dependants": n % 30}})
            for _ in range(100):
                c.result()
        c.ask("candidate.patch", {"id": "T-1", "set": {"home": "046007"}})
        page = c.ask("candidate.export", {"id": "T-1"})
        assert len(page["journal"]) == 500 and page["next"] > 0
        nobody = c.ask("candidate.export", {"id": "T-99"})
        assert nobody == {"id": "T-99", "journal": []}
    out = tmp_path / "file.json"
    r = subprocess.run([CLI, "--endpoint", d.endpoint, "candidate", "export",
                        "T-1", "--out", out], capture_output=True, text=True)
    assert r.returncode == 0, r.stderr
    assert out.stat().st_mode & 0o777 == 0o600
    file = json.loads(out.read_text())
    assert file["record"]["home"] == "046007"
    assert file["vault"]["surname"] == PLAIN["surname"]
    ops = [m["op"] for m in file["journal"]]
    assert ops == ["candidate.put"] + 700 * ["vault.put"] + ["candidate.patch"]
    assert file["journal"][0]["actor"] == "op7"
    assert file["journal"][0]["purpose"] == "presa in carico"
    assert "T-2" not in out.read_text() and "op8" not in out.read_text()
    r = subprocess.run([CLI, "--endpoint", d.endpoint, "candidate", "export",
                        "T-99"], capture_output=True, text=True)
    assert r.returncode == 2 and r.stdout == ""


# --- erasure ------------------------------------------------------------------------

def marked(n, mark):
    """A person with her mark in every free text there is."""
    p = person(n, education=[{"title": f"diploma {mark}"}])
    p["skills"][0]["ref"] = f"fascicolo {mark}"
    v = {"id": p["id"], **PLAIN, "surname": mark, "residence": f"via {mark}",
         "guardian": f"tutore {mark}", "email": f"{mark}@example.it",
         "statuses": status("l68_art1", author=f"ASL {mark}")}
    return p, v


def memory(pid):
    """What a core image would have."""
    out = []
    with open(f"/proc/{pid}/mem", "rb", 0) as mem:
        for line in open(f"/proc/{pid}/maps"):
            first, last, rights = re.match(
                r"([0-9a-f]+)-([0-9a-f]+) (\S+)", line).groups()
            if rights[0] != "r" or "[v" in line:
                continue
            first, last = int(first, 16), int(last, 16)
            try:
                mem.seek(first)
                out.append(mem.read(last - first))
            except OSError:
                continue
    return out


def files(folder):
    return {p: p.read_bytes() for p in pathlib.Path(folder).rglob("*")
            if p.is_file()}


MARK = "GONEMARK"  # how each begins; KEPT of those who stay


def hits(chunks, mark=MARK):
    """Where it is, plain, in two bytes a letter or in hex."""
    forms = [mark.encode(), mark.encode("utf-16-le"), mark.encode().hex()
             .encode()]
    return [name for name, data in chunks if any(f in data for f in forms)]


def test_erase_leaves_nothing(make, tmp_path):
    backups = tmp_path / "backups"
    backups.mkdir()
    d = make(admin="true", backup_dir=backups).start()
    gone = [f"{MARK}{n:04d}" for n in range(40)]
    kept = [f"KEPTMARK{n:04d}" for n in range(40)]
    with d.client() as c:
        load_sample(c)
        for n, mark in enumerate(gone + kept):
            p, v = marked(n, mark)
            c.ask("candidate.put", {"record": p}, actor="op1")
            c.ask("vault.put", {"record": v})
            c.ask("candidate.patch", {"id": p["id"], "set": {
                "education": [{"title": f"laurea {mark}"}]}})
            c.ask("candidate.get", {"id": p["id"]})
            c.ask("vault.get", {"id": p["id"]})
            c.ask("candidate.export", {"id": p["id"]})
        # one was deleted and came back before: her first life too
        c.ask("candidate.delete", {"id": "T-0"})
        c.ask("candidate.put", {"record": marked(0, gone[0])[0]})
        c.ask("candidate.delete", {"id": "T-1"})
        c.ask("backup", {"name": "before"})
        c.ask("match.people", {"need": need(1)})
    with d.client() as c:
        for n in range(len(gone)):
            assert c.ask("candidate.erase", {"id": f"T-{n}"})["revision"] == 0
        e = c.error("candidate.erase", {"id": "T-0"})
        assert e.code == "not_found"
        for n in range(len(gone)):
            for op in ("candidate.get", "vault.get"):
                assert c.error(op, {"id": f"T-{n}"}).code == "not_found"
        told = c.ask("candidate.export", {"id": "T-2"})
        assert "record" not in told and "vault" not in told
        # that it happened, and who did it, stays
        assert told["journal"][-1]["op"] == "candidate.erase"
        c.ask("backup", {"name": "after"})
        assert c.ask("verify")["faults"] == 0
        places = [(str(p), b) for p, b in files(d.folder).items()]
        places += [(str(p), b) for p, b in files(backups / "after").items()]
        places += [("log", d.log().encode())]
        # nor is there anything of those who stay: files are sealed
        assert hits(places) == [] == hits(places, "KEPTMARK")
        if not sanitized():  # whose allocators keep what was freed
            image = list(enumerate(memory(d.process.pid)))
            assert hits(image) == []
            assert hits(image, "T-79")  # the look is not blind: an id
        size = sum(len(b) for _, b in places)
    keys = (d.folder / "store" / "keys" / "ring").read_bytes()
    rows = [keys[64 + 72 * n:136 + 72 * n] for n in range(len(keys) // 72)]
    assert sum(r == bytes(72) for r in rows) == len(gone) + 1
    assert d.stop() == 0
    assert hits(files(d.folder).items()) == []
    # she does not come back with the next start, nor by the saved image
    d.start()
    with d.client() as c:
        assert c.error("candidate.get", {"id": "T-2"}).code == "not_found"
        found = c.ask("match.people", {"need": need(1), "options": {
            "k": 1000}})["items"]
        names = {i["id"] for i in found}
        assert not names & {f"T-{n}" for n in range(len(gone))}
        assert "T-79" in names
        assert c.ask("verify")["faults"] == 0
    assert d.stop() == 0
    print(f"erase: {len(gone)} people, {len(gone) + 1} keys, {len(places)} "
          f"files of {size} bytes and the memory searched, 0 marks")


def test_an_old_backup_brings_nobody_back(make, tmp_path):
    backups = tmp_path / "backups"
    backups.mkdir()
    d = make(admin="true", backup_dir=backups).start()
    with d.client() as c:
        for n in range(6):
            c.ask("candidate.put", {"record": person(n)})
            c.ask("vault.put", {"record": {"id": f"T-{n}", **PLAIN}})
        c.ask("backup", {"name": "old"})
        # erased after the backup: one who is in it, one who is not
        c.ask("candidate.put", {"record": person(50)})
        c.ask("candidate.erase", {"id": "T-3"})
        c.ask("candidate.erase", {"id": "T-50"})
    assert d.stop() == 0
    # the folder is lost, keys and all; the key file and its list are not
    shutil.rmtree(d.folder / "store")
    r = subprocess.run([OFFLINE, "store", "restore", backups / "old",
                        d.folder / "store"], capture_output=True, text=True)
    assert r.returncode == 0, r.stderr
    d.start()
    with d.client() as c:
        for op in ("candidate.get", "vault.get"):
            assert c.error(op, {"id": "T-3"}).code == "not_found"
        assert c.ask("candidate.get", {"id": "T-4"})["revision"] == 1
        assert c.ask("verify")["faults"] == 0
        # a number of somebody erased is nobody else's
        c.ask("candidate.put", {"record": person(60)})
        assert c.ask("candidate.get", {"id": "T-60"})["revision"] == 1
        assert c.ask("verify")["faults"] == 0
    assert re.search(r"event=erased_again people=2", d.log())
    ring = (d.folder / "store" / "keys" / "ring").read_bytes()
    assert ring[64 + 72 * 4:64 + 72 * 5] == bytes(72)
    assert d.stop() == 0
    d.start()
    with d.client() as c:
        assert c.error("candidate.get", {"id": "T-3"}).code == "not_found"
    assert d.stop() == 0
    assert d.log().count("event=erased_again") == 1


def test_a_list_that_is_none_is_not_taken_for_empty(make):
    d = make().start()
    with d.client() as c:
        c.ask("candidate.put", {"record": person(1)})
        c.ask("candidate.erase", {"id": "T-1"})
    assert d.stop() == 0
    (d.folder / "store.key.erased").write_text("incrocio erased 1\nx 1\n")
    d.start(wait=False)
    assert d.process.wait(60) == 1
    assert "list of the erased" in d.log()


def test_erase_that_a_kill_cut_is_ended_by_the_next_start(make):
    d = make().start()
    with d.client() as c:
        c.ask("candidate.put", {"record": person(1)})
    key = (d.folder / "store" / "keys" / "ring").read_bytes()
    with d.client() as c:
        c.ask("candidate.erase", {"id": "T-1"})
    d.kill()
    # as if it had died between the commit and the key
    (d.folder / "store" / "keys" / "ring").write_bytes(key)
    (d.folder / "store.key.erased").unlink()
    d.start()
    ring = (d.folder / "store" / "keys" / "ring").read_bytes()
    assert ring[64 + 72:64 + 144] == bytes(72) != key[64 + 72:64 + 144]
    assert (d.folder / "store.key.erased").read_text().count("\n") == 2
    assert d.stop() == 0
