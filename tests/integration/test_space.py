"""A space that learns from an office's records: what fewer than ten people
share leaves no trace, frozen and erased people never count, the same store
gives the same bytes, and nothing is adopted by itself."""
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from office import (BUILD, OFFLINE, ROOT, SAMPLE, SKILL, built, make, need,
                    person, space)  # noqa: F401

CLI = BUILD / "clients/cli/incrocio"
pytestmark = built
# Two skills that a lot of people share, two that few do; none alike.
MANY = [SKILL + "mig-mag-welding", SKILL + "knead-dough"]
FEW = [SKILL + "grind-metal", SKILL + "care-dementia"]
DAY = {"SOURCE_DATE_EPOCH": "1795000000"}


def run(*command, code=0, **env):
    kept = {k: v for k, v in os.environ.items() if not k.startswith("INCROCIO")}
    done = subprocess.run([str(c) for c in command], cwd=ROOT, text=True,
                          capture_output=True, timeout=600,
                          env={**kept, **env})
    assert done.returncode == code, done.stdout + done.stderr
    return done


def train(out, *options, code=0, lang="it", **env):
    return run(CLI, "--lang", lang, "space", "train", "--esco", SAMPLE,
               "--dim", 32, "--out", out, *options, code=code, **DAY, **env)


def learned(path):
    text = run(CLI, "space", "info", path, "--json").stdout
    return {s["from"]: s for s in
            json.loads(text)["provenance"]["learned"]["sources"]}


def vectors(path):
    """The file without its provenance: everything people can be read from."""
    data = path.read_bytes()
    version, text = (int.from_bytes(data[i:i + 4], "big") for i in (20, 24))
    return data[:24] + data[64:64 + version] + data[64 + version + text:-32]


def skills(uris):
    return [{"uri": u} for u in uris]


@pytest.fixture
def office(make):  # noqa: F811
    """A daemon with 12 people who share MANY; `put` adds others."""
    d = make(admin="true").start()
    with d.client() as c:
        for i in range(12):
            c.ask("candidate.put", {"record": person(i, skills=skills(MANY))})
    return d


def put(d, first, count, uris, **more):
    with d.client() as c:
        for i in range(first, first + count):
            c.ask("candidate.put",
                  {"record": person(i, skills=skills(uris), **more)})


def test_sample_skills_exist():
    text = (SAMPLE / "skills_en.csv").read_text()
    for uri in MANY + FEW:
        assert uri + "," in text


def test_rare_pairs_leave_no_trace(office, tmp_path):
    store = office.folder / "store"
    before, after, more = (tmp_path / n for n in ("before", "after", "more"))
    train(before, "--with-store", store)  # beside the running daemon
    assert learned(before)["people"]["pairs"] == 1
    assert learned(before)["people"]["owners"] == 12
    # nine people with a rare pair, one of them with a common skill too
    put(office, 100, 8, FEW)
    put(office, 108, 1, FEW + MANY[:1])
    said = train(after, "--with-store", store).stdout
    assert "Da 21 persone: 1 coppie" in said
    assert vectors(before) == vectors(after)
    assert learned(before)["people"]["pairs_blake2b"] == \
        learned(after)["people"]["pairs_blake2b"]
    # a tenth makes it known
    put(office, 109, 1, FEW)
    train(more, "--with-store", store)
    assert learned(more)["people"]["pairs"] == 2
    assert vectors(more) != vectors(after)
    # and a higher number hides it again: the pair of 12 stays, that of 10 not
    train(after, "--con-archivio", store, "--least-people", 11)
    assert vectors(before) == vectors(after)
    wrong = train(after, "--with-store", store, "--least-people", 9, code=1)
    assert "10" in wrong.stderr


def test_frozen_and_erased_people_never_count(office, tmp_path):
    store = office.folder / "store"
    out = tmp_path / "out"
    put(office, 100, 10, FEW)
    train(out, "--with-store", store)
    assert learned(out)["people"]["pairs"] == 2
    with office.client() as c:
        c.ask("candidate.freeze", {"id": "T-100"})
    said = train(out, "--with-store", store).stdout
    assert "Persone sospese, lasciate fuori: 1." in said
    assert learned(out)["people"]["pairs"] == 1
    with office.client() as c:
        c.ask("candidate.unfreeze", {"id": "T-100"})
    train(out, "--with-store", store)
    assert learned(out)["people"]["pairs"] == 2
    # A copy of the store from before the erasure, with the list of the erased
    # that lies by the key: whoever was erased stays out of it too.
    office.stop()
    copy = tmp_path / "copy"
    shutil.copytree(store, copy)
    office.start()
    with office.client() as c:
        c.ask("candidate.erase", {"id": "T-101"})
    train(out, "--with-store", store)
    assert learned(out)["people"]["pairs"] == 1
    key = office.folder / "store.key"
    train(out, "--with-store", copy, "--keys", store, "--key-file", key)
    assert learned(out)["people"]["pairs"] == 1
    office.stop()
    train(out, "--with-store", store)  # nobody holds it
    assert learned(out)["people"]["pairs"] == 1


def test_who_cannot_does_not_count(office, tmp_path):
    out = tmp_path / "out"
    with office.client() as c:
        for i in range(100, 115):
            c.ask("candidate.put", {"record": person(
                i, skills=[{"uri": FEW[0], "level": 2},
                           {"uri": FEW[1], "level": 0}])})
    train(out, "--with-store", office.folder / "store")
    assert learned(out)["people"]["owners"] == 27
    assert learned(out)["people"]["pairs"] == 1


def test_companies_count_once_and_unnamed_ones_as_one(office, tmp_path):
    store = office.folder / "store"
    out = tmp_path / "out"
    with office.client() as c:
        def ask(first, count, company):
            for i in range(first, first + count):
                if company:
                    c.ask("company.put", {"record": {
                        "id": company(i), "name": "Azienda"}})
                c.ask("need.put", {"record": need(
                    i, requirements=skills(FEW),
                    company=company(i) if company else None)}
                    if company else {"record": need(
                        i, requirements=skills(FEW))})
        ask(0, 15, lambda i: "A-0")  # fifteen of one
        ask(100, 15, None)           # fifteen of nobody
        ask(200, 7, lambda i: f"A-{i}")
        train(out, "--with-store", store)
        assert learned(out)["needs"]["owners"] is None  # nine
        assert learned(out)["needs"]["pairs"] == 0
        ask(300, 1, lambda i: f"A-{i}")
    said = train(out, "--with-store", store).stdout
    assert learned(out)["needs"]["owners"] == 10
    assert learned(out)["needs"]["pairs"] == 1
    assert "Dai fabbisogni di 10 aziende: 1 coppie" in said


def test_same_store_same_bytes(office, tmp_path):
    a, b = tmp_path / "a", tmp_path / "b"
    put(office, 100, 14, FEW + MANY)
    train(a, "--with-store", office.folder / "store")
    train(b, "--with-store", office.folder / "store")
    assert a.read_bytes() == b.read_bytes()
    # an answer of the daemon still names the space it began with
    with office.client() as c:
        assert c.ask("status")["space"]["digest"] != \
            re.search(r"[0-9a-f]{64}", run(CLI, "space", "info",
                                           a).stdout).group()


def test_empty_store_and_another_taxonomy(make, tmp_path):  # noqa: F811
    d = make("empty").start()
    out, plain = tmp_path / "out", tmp_path / "plain"
    said = train(out, "--with-store", d.folder / "store").stdout
    assert "Dalle persone: niente, sono meno di 10." in said
    train(plain)
    assert vectors(out) == vectors(plain)
    assert learned(out)["people"]["owners"] is None
    put(d, 0, 12, MANY)
    # another version of the taxonomy, where the store's skills do not exist
    other = tmp_path / "other"
    shutil.copytree(SAMPLE, other)
    for file in other.glob("*.csv"):
        file.write_text(file.read_text().replace("/esco/skill/",
                                                 "/esco-9/skill/"))
    bad = run(CLI, "space", "train", "--esco", other, "--with-store",
              d.folder / "store", "--out", tmp_path / "no", code=5)
    assert "24" in bad.stderr and not (tmp_path / "no").exists()
    # no store there, or not its key
    train(tmp_path / "no", "--with-store", tmp_path / "nothing", code=2)
    wrong = tmp_path / "wrong.key"
    wrong.write_bytes(b"x" * 32)
    wrong.chmod(0o600)
    train(tmp_path / "no", "--with-store", d.folder / "store", "--key-file",
          wrong, code=1)
    assert not (tmp_path / "no").exists()


def test_tables_from_outside(tmp_path):
    out, table = tmp_path / "out", tmp_path / "pairs.tsv"
    head = "a\tb\tweight\n"
    table.write_text(head + f"{MANY[0]}\t{MANY[1]}\t120\n{FEW[0]}\t{FEW[1]}"
                     f"\t9\nhttp://x/gone\t{FEW[1]}\t40\n")
    said = train(out, "--with-pairs", table).stdout
    assert "Dalla tabella: 1 coppie" in said and "http://x/gone" in said
    assert "Sotto 10, lasciate fuori: 1 coppie" in said
    assert learned(out)["table"]["file"] == "pairs.tsv"
    for text, want in (("", "empty|vuot|nothing"),
                       (head + f"{MANY[0]}\t{MANY[1]}\t-4\n", "line 2"),
                       (head + f"{MANY[0]}\t{MANY[1]}\t4", "line 2"),
                       (head + f"{MANY[0]}\n", "line 2")):
        table.write_text(text)
        bad = train(tmp_path / "no", "--with-pairs", table, code=1 if text
                    else 5)
        assert re.search(want, bad.stderr), bad.stderr
    assert not (tmp_path / "no").exists()


# --- compare ------------------------------------------------------------------

@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """A space of the taxonomy alone, and one that learned that MANY go
    together; the table; a set of needs and people with grades."""
    folder = tmp_path_factory.mktemp("two")
    table = folder / "pairs.tsv"
    table.write_text(f"a\tb\tweight\n{MANY[0]}\t{MANY[1]}\t120\n"
                     f"{MANY[0]}\t{FEW[0]}\t90\n{FEW[0]}\t{FEW[1]}\t40\n")
    train(folder / "A")
    train(folder / "B", "--with-pairs", table, "--weight", 300)
    graded = folder / "set"
    graded.mkdir()
    people = [person(i, skills=skills([u])) for i, u in enumerate(MANY + FEW)]
    write = lambda rows: "".join(json.dumps(r) + "\n" for r in rows)  # noqa
    (graded / "candidates.jsonl").write_text(write(people))
    (graded / "needs.jsonl").write_text(write(
        [need(1, requirements=skills(MANY[:1])),
         need(9, requirements=skills(MANY))]))  # nobody judged it
    (graded / "qrels.tsv").write_text("N-1\t0\tT-0\t4\nN-1\t0\tT-1\t2\n"
                                      "N-2\t0\tT-1\t4\n")
    return folder


def compare(folder, *options, code=0, lang="it"):
    return run(CLI, "--lang", lang, "space", "compare", folder / "A",
               folder / "B", "--esco", SAMPLE, *options, code=code)


def test_compare_tells_what_changed(two):
    r = json.loads(compare(two, "--json").stdout)
    assert r["a"]["learned"] == 0 and r["b"]["learned"] == 4
    assert len(r["changed"]) == 10
    moved = {c["uri"] for c in r["changed"]}
    assert moved & set(MANY + FEW)
    changes = [c["change"] for c in r["changed"]]
    assert changes == sorted(changes, reverse=True) and changes[-1] > 0
    one = next(c for c in r["changed"] if c["uri"] in MANY)
    assert {n["uri"] for n in one["b"]} & set(MANY) and len(one["a"]) <= 10
    said = compare(two).stdout
    assert one["label"] in said and "in B:" in said
    assert "Nulla si adotta da solo" in said
    assert "Nothing is adopted" in compare(two, lang="en").stdout
    same = run(CLI, "space", "compare", two / "A", two / "A", "--esco", SAMPLE)
    assert "Nessuna competenza ha altre vicine" in same.stdout


def test_compare_measures(two):
    r = json.loads(compare(two, "--json", "--pairs", two / "pairs.tsv",
                           "--match-set", two / "set").stdout)
    a, b = r["a"], r["b"]
    assert b["partners"]["map"] > a["partners"]["map"]
    assert a["partners"]["skills"] == a["partners"]["candidates"] == 4
    assert not a["partners"]["told"] and b["partners"]["told"]
    assert a["match"]["needs"] == 2 and a["match"]["people"] == 4
    # T-0 first; N-2 has no answer and counts as 0
    assert b["match"]["mrr"] == .5 and 0 < b["match"]["ndcg"] <= .5
    said = compare(two, "--pairs", two / "pairs.tsv").stdout
    assert "B ha imparato da questa tabella" in said
    assert "A ha imparato" not in said
    half = two / "half.tsv"
    half.write_text(f"a\tb\tweight\n{MANY[0]}\t{FEW[1]}\t40\n")
    r = json.loads(compare(two, "--json", "--pairs", half, "--known",
                           two / "pairs.tsv").stdout)
    assert r["b"]["partners"]["skills"] == 2
    bad = compare(two, "--pairs", two / "pairs.tsv", "--known",
                  two / "pairs.tsv", code=1)
    assert "both known and asked" in bad.stderr
    assert compare(two, "--known", half, code=1).stderr


def test_compare_knows_what_it_may_not_be_asked(two):
    """A set made from occupations that the space was trained with."""
    (two / "set/exclude-occupations.txt").write_text(
        re.search(r"http://\S+?/occupation/[^,]+",
                  (SAMPLE / "occupations_en.csv").read_text()).group() + "\n")
    said = compare(two, "--match-set", two / "set").stdout
    assert "A non è stato calcolato senza" in said
    train(two / "C", "--exclude-occupations",
          two / "set/exclude-occupations.txt")
    said = run(CLI, "space", "compare", two / "C", two / "C", "--esco", SAMPLE,
               "--match-set", two / "set").stdout
    assert "non è stato calcolato senza" not in said
    (two / "set/exclude-occupations.txt").unlink()


@pytest.mark.parametrize("file, text, want", [
    ("qrels.tsv", "N-1\t0\tT-0\n", "line 1"),
    ("qrels.tsv", "N-1\t0\tT-0\t7\n", "line 1"),
    ("qrels.tsv", "", "empty"),
    ("candidates.jsonl", '{"id": "T-0"\n', "candidates.jsonl line 1"),
    ("candidates.jsonl", '{"id": "T-0", "skills": 3}\n', "skills"),
    ("needs.jsonl", "[]\n", "needs.jsonl line 1"),
    ("needs.jsonl", '{"id": "N-1", "seats": 1.5}\n', "needs.jsonl line 1"),
])
def test_bad_sets_are_refused(two, tmp_path, file, text, want):
    bad = tmp_path / "set"
    shutil.copytree(two / "set", bad)
    (bad / file).write_text(text)
    assert want in compare(two, "--match-set", bad, code=1).stderr
    (bad / file).unlink()
    compare(two, "--match-set", bad, code=2)
