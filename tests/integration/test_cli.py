"""`incrocio`, the command line: against the real daemon, and against a server
of our own for what the wire does to libincrocio underneath."""
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import unicodedata

import pytest

from test_client import STORED, FakeServer, Patient
from office import (PROFILES, SAMPLE, SKILL, make, need,  # noqa: F401
                         person, space)
from office import BUILD, DAEMON, OFFLINE, ROOT, WAIT_S

CLI = BUILD / "clients/cli/incrocio"
AS_OF = "2026-11-22"

pytestmark = pytest.mark.skipif(
    not CLI.exists() or not DAEMON.exists() or not OFFLINE.exists(),
    reason="SKIPPED: incrocio, incrociod or incrocio-offline is not built")

Result = collections.namedtuple("Result", "code out err")


def run(*words, endpoint=None, stdin=None, cwd=None, **env):
    base = {k: v for k, v in os.environ.items()
            if not k.startswith(("INCROCIO", "LC_", "LANG", "COLUMNS"))}
    if endpoint:
        base["INCROCIO_ENDPOINT"] = endpoint
    base.update(env)
    p = subprocess.run([CLI, *map(str, words)], input=stdin, cwd=cwd,
                       env=base, capture_output=True, text=True,
                       timeout=WAIT_S)
    return Result(p.returncode, p.stdout, p.stderr)


@pytest.fixture
def cli(make):  # noqa: F811
    d = make(admin="true").start()

    def call(*words, **more):
        return run(*words, endpoint=d.endpoint, **more)

    call.daemon = d
    return call


@pytest.fixture
def sample(cli, tmp_path):
    """The shipped people, needs and companies, imported by the CLI."""
    for kind, name in (("companies", "companies"), ("candidates", "people"),
                       ("needs", "needs")):
        copy = tmp_path / f"{name}.jsonl"
        shutil.copy(PROFILES / f"{name}.jsonl", copy)
        r = cli("import", kind, copy)
        assert r.code == 0, r.err
    return cli


def width(line):
    wide = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in line)
    return wide - sum(1 for c in line if unicodedata.combining(c))


# --- words, languages, exit codes --------------------------------------------

def test_usage_errors():
    r = run("match", "peple")
    assert r.code == 1 and "people" in r.err and r.out == ""
    r = run("cnadidate", "list")
    assert r.code == 1 and "comando sconosciuto" in r.err
    r = run("match", "people", "N-1", "--k", "0")
    assert r.code == 1 and "--k" in r.err and "1000" in r.err
    r = run("match", "people", "N-1", "--as-of", "2026-02-30")
    assert r.code == 1 and "YYYY-MM-DD" in r.err
    r = run("match", "people", "N-1", "--rule", "must,licenses")
    assert r.code == 1 and "licences" in r.err
    r = run("candidate", "list", "--facets")
    assert r.code == 1 and "--facets" in r.err
    assert run("candidate", "get").code == 1
    assert run("match", "people").code == 1
    assert run("match", "people", "N-1", "--need-file", "x").code == 1


def test_italian_unless_told_otherwise():
    italian, english = "Il servizio risponde?", "Is the daemon there?"
    for env in ({}, {"LANG": "C"}, {"LC_ALL": "POSIX"}, {"LANG": "C.UTF-8"},
                {"LANG": "it_IT.UTF-8"}):
        assert italian in run("help", **env).out, env
    for env in ({"LANG": "en_GB.UTF-8"}, {"LC_ALL": "en_US", "LANG": "it_IT"}):
        assert english in run("help", **env).out, env
    assert english in run("help", "--lang", "en").out
    assert italian in run("help", "--lang", "it", LANG="en_US.UTF-8").out


def test_every_message_is_in_the_catalogue(tmp_path):
    if shutil.which("xgettext") is None or shutil.which("msgcmp") is None:
        pytest.skip("SKIPPED: gettext's tools are not installed")
    for folder, patterns in (("clients/cli", ("*.c", "*.def")),
                             ("engine/tools", ("*.c",))):
        files = [f for p in patterns for f in sorted((ROOT / folder).glob(p))]
        pot = tmp_path / "all.pot"
        subprocess.run(["xgettext", "--language=C", "--from-code=UTF-8", "-k_",
                        "-kN_", "-kngettext:1,2", "-o", pot, *files],
                       check=True)
        p = subprocess.run(["msgcmp", "--use-untranslated",
                            ROOT / folder / "po/it.po", pot],
                           capture_output=True, text=True)
        missing = [x for x in p.stderr.splitlines() if "missing" in x
                   or "not defined" in x]
        assert not missing, missing
        stats = subprocess.run(["msgfmt", "--check", "--statistics", "-o",
                                os.devnull, ROOT / folder / "po/it.po"],
                               capture_output=True, text=True, check=True)
        assert "untranslated" not in stats.stderr
        assert "fuzzy" not in stats.stderr


def test_status_meanings_are_in_the_catalogues():
    text = (ROOT / "engine/base/errors.def").read_text()
    for meaning in re.findall(r'INC_X\(\w+, -?\d+, "\w+", \d, "([^"]+)"\)',
                              text):
        for po in ("clients/cli/po/it.po", "engine/tools/po/it.po"):
            assert f'msgid "{meaning}"' in (ROOT / po).read_text(), meaning


def test_help_and_pages_hold_every_command():
    names = re.findall(r'^INC_X\("([^"]+)"',
                       (ROOT / "clients/cli/commands.def").read_text(), re.M)
    assert len(names) > 40
    everything = run("help", "--lang", "en").out
    for name in names:
        assert f"  {name}" in everything
        assert run("help", *name.split()).code == 0
    page = run("help", "--man", "--lang", "en").out
    assert page.startswith(".TH") and page.count(".SH") >= 6
    if shutil.which("groff"):
        for family in ("", "match", "candidate", "import"):
            for lang in ("it", "en"):
                roff = run("help", "--man", *family.split(), "--lang",
                           lang).out
                p = subprocess.run(["groff", "-man", "-Tutf8", "-Kutf8", "-ww"],
                                   input=roff, text=True, capture_output=True)
                assert p.returncode == 0 and p.stderr == ""
    for line in everything.splitlines():
        assert width(line) <= 80


def test_bash_completion(tmp_path):
    script = tmp_path / "complete.bash"
    script.write_text(run("completion", "bash").out)

    def complete(*words):
        code = (f"source {script}; COMP_WORDS=({' '.join(words)!s} ''); "
                f"COMP_WORDS=({' '.join(repr(w) for w in words)}); "
                f"COMP_CWORD={len(words) - 1}; _incrocio; "
                'printf "%s\\n" "${COMPREPLY[@]}"')
        return set(subprocess.run(["bash", "-c", code], capture_output=True,
                                  text=True, check=True).stdout.split())

    assert complete("incrocio", "ma") == {"match"}
    assert complete("incrocio", "match", "p") == {"people", "pair", "proof"}
    assert complete("incrocio", "persona", "f") == {"freeze"}
    assert "--need-file" in complete("incrocio", "match", "people", "--n")
    assert complete("incrocio", "match", "people", "--rule", "l") == {
        "licences", "languages"}
    assert complete("incrocio", "fabbisogno", "close", "--if") == {
        "--if-revision"}


# --- the wire ----------------------------------------------------------------

def record_file(tmp_path, record):
    path = tmp_path / "record.json"
    path.write_text(json.dumps(record))
    return path


def test_silence_reopens_and_keeps_the_key(tmp_path):
    def reply(request, times):
        return None if times == 1 else STORED

    with FakeServer(reply) as server:
        r = run("candidate", "put", record_file(tmp_path, person(1)),
                "--timeout", 4, endpoint=server.endpoint)
    assert r.code == 0, r.err
    first, second = server.seen
    assert first["key"] == second["key"] and len(first["key"]) == 16
    assert first["body"] == second["body"] == {"record": person(1)}
    assert first["deadline_ms"] > second["deadline_ms"]
    assert len(server.peers) == 2, "the socket was not opened again"


def test_busy_waits_as_long_as_it_was_told(tmp_path):
    def reply(request, times):
        return ("busy", "retry after 400 ms") if times == 1 else STORED

    start = time.monotonic()
    with FakeServer(reply) as server:
        r = run("candidate", "put", record_file(tmp_path, person(1)),
                endpoint=server.endpoint)
    assert r.code == 0 and time.monotonic() - start >= 0.4
    assert server.seen[0]["key"] == server.seen[1]["key"]


def test_a_long_timeout_keeps_to_the_wire():
    """A day is waited for, but the daemon takes an hour at most."""
    with FakeServer(lambda *_: ("not_found", "")) as server:
        run("need", "get", "N-1", "--timeout", 86400, endpoint=server.endpoint)
    assert server.seen[0]["deadline_ms"] == 3600000


@pytest.mark.skipif(os.geteuid() != 0, reason="SKIPPED: another user's folder "
                    "can be made by root only")
def test_somebody_elses_folder_is_refused():
    me = 1_900_000_000 + os.getpid()
    folder = pathlib.Path(f"/tmp/incrocio-{me}")
    place = pathlib.Path(tempfile.mkdtemp())  # the other user gets in here
    folder.mkdir()
    try:
        place.chmod(0o755)
        program = shutil.copy(CLI, place)
        shutil.copytree(CLI.parent / "locale", place / "locale")
        p = subprocess.run([program, "ping", "--timeout", "1"], user=me,
                           env={"ASAN_OPTIONS": "detect_leaks=0"}, cwd="/",
                           capture_output=True, text=True, timeout=WAIT_S)
        assert p.returncode == 5
        assert "appartiene a un altro utente" in p.stderr
        assert str(folder) in p.stderr and "XDG_RUNTIME_DIR" in p.stderr
        os.chown(folder, me, -1)
        p = subprocess.run([program, "ping", "--timeout", "1"], user=me,
                           env={"ASAN_OPTIONS": "detect_leaks=0"}, cwd="/",
                           capture_output=True, text=True, timeout=WAIT_S)
        assert p.returncode == 5 and "altro utente" not in p.stderr
    finally:
        folder.rmdir()
        shutil.rmtree(place)


def test_daemon_errors_become_exit_codes(tmp_path):
    for code, want in (("not_found", 2), ("denied", 3), ("nothing_asked", 4),
                       ("internal", 5), ("out_of_range", 1)):
        with FakeServer(lambda *_: (code, "a hint")) as server:
            r = run("need", "get", "N-1", endpoint=server.endpoint)
        assert (r.code, r.out) == (want, ""), code
        assert "a hint" in r.err and len(server.seen) == 1


def test_nobody_there(tmp_path):
    start = time.monotonic()
    r = run("ping", endpoint=f"ipc://{tmp_path}/none")
    assert r.code == 5 and "non risponde" in r.err
    assert time.monotonic() - start < 10


def test_numbers_travel_as_they_are(tmp_path):
    """A fraction stays one, so that the daemon refuses it by name."""
    with FakeServer(lambda *_: STORED) as server:
        run("candidate", "put", "-", endpoint=server.endpoint,
            stdin='{"id": "T-1", "a": 3, "b": 3.0, "c": -9223372036854775808,'
                  ' "d": null, "e": [true, "\\u00e8"]}')
    record = server.seen[0]["body"]["record"]
    assert record == {"id": "T-1", "a": 3, "b": 3.0, "c": -2 ** 63, "d": None,
                      "e": [True, "è"]}
    assert type(record["a"]) is int and type(record["b"]) is float


def test_bad_json_says_where():
    r = run("candidate", "put", "-", endpoint="ipc:///none",
            stdin='{"id": "T-1",\n "home": }')
    assert r.code == 1 and ":2:" in r.err
    r = run("candidate", "put", "-", endpoint="ipc:///none",
            stdin='{"id": "T-1", "id": "T-2"}')
    assert r.code == 1 and "duplicate" in r.err
    r = run("candidate", "put", "-", endpoint="ipc:///none",
            stdin='{"id": "Mario Rossi", "x": Mario}')
    assert r.code == 1 and "Mario" not in r.err, "personal data in an error"


# --- import and export -------------------------------------------------------

def test_import_is_done_once(sample, tmp_path):
    r = sample("import", "candidates", tmp_path / "people.jsonl", "--json")
    assert r.code == 0
    assert {k: v for k, v in json.loads(r.out).items()
            if k != "milliseconds"} == {"stored": 0, "known": 120, "failed": 0}
    assert not list(tmp_path.glob("*.incrocio-state"))
    r = sample("import", "candidates", tmp_path / "people.jsonl", "--json",
               "--restart")
    assert json.loads(r.out)["stored"] == 120


def test_a_bad_record_stops_nobody(cli, tmp_path):
    lines = [json.dumps(person(1)), "{broken", "",
             json.dumps(person(2, skills=[{"uri": SKILL + "none-such"}])),
             json.dumps(person(3, home="999999")), json.dumps(person(4))]
    path = tmp_path / "mixed.jsonl"
    path.write_text("\n".join(lines))
    r = cli("import", "candidates", path, "--errors", tmp_path / "errors.jsonl")
    assert r.code == 1
    assert "mixed.jsonl:2" in r.err and "mixed.jsonl:4 T-2" in r.err
    errors = {e["line"]: e for e in map(json.loads, open(
        tmp_path / "errors.jsonl"))}
    assert sorted(errors) == [2, 4, 5]
    assert errors[4]["code"] == "unknown_concept" and errors[4]["id"] == "T-2"
    assert "skills[0].uri" in errors[4]["where"]
    assert errors[5]["code"] == "unknown_comune"
    rows = json.loads(cli("candidate", "list", "--json").out)["items"]
    assert [p["id"] for p in rows] == ["T-1", "T-4"]


def all_stored(request, times=1):
    return {"results": [STORED for _ in request["body"]["puts"]]}


def sent(server):
    """(id, key) of every record that came, in order."""
    return [(p["record"]["id"], k) for x in server.seen
            for p, k in zip(x["body"]["puts"], x["body"]["keys"])]


def test_an_import_that_was_stopped_goes_on(tmp_path):
    path = tmp_path / "people.jsonl"
    path.write_text("".join(json.dumps(person(i)) + "\n" for i in range(300)))
    done = collections.Counter()

    def stops(request, times):
        if len(done) >= 100:
            return ("store_full", "")
        done.update(request["body"]["keys"])
        return all_stored(request)

    with FakeServer(stops) as server:
        r = run("import", "candidates", path, endpoint=server.endpoint)
    assert r.code == 5 and "riprende" in r.err
    state = json.loads((tmp_path / "people.jsonl.incrocio-state").read_text())
    assert state["line"] == state["stored"] == len(done) == 128
    first = dict(sent(server))
    with FakeServer(all_stored) as server:
        r = run("import", "candidates", path, endpoint=server.endpoint)
    assert r.code == 0 and not (
        tmp_path / "people.jsonl.incrocio-state").exists()
    assert [i for i, _ in sent(server)] == [
        f"T-{i}" for i in range(state["line"], 300)]
    again = dict(sent(server))
    assert first.keys() & again.keys()
    assert all(again[i] == first[i] for i in first.keys() & again.keys())
    assert len(set(again.values())) == len(again)


def test_standard_input_keeps_no_state(tmp_path):
    lines = "".join(json.dumps(person(i)) + "\n" for i in range(3))
    with FakeServer(lambda *_: ("store_full", "")) as server:
        r = run("import", "candidates", "-", stdin=lines, cwd=tmp_path,
                endpoint=server.endpoint)
    assert r.code == 5 and "riprende" not in r.err
    assert not list(tmp_path.iterdir())


def test_import_keeps_its_window(tmp_path):
    path = tmp_path / "people.jsonl"
    path.write_text("".join(json.dumps(person(i)) + "\n"
                            for i in range(70 * 64)))
    with Patient(all_stored) as server:
        r = run("import", "candidates", path, endpoint=server.endpoint)
    # On a busy machine the server may lose patience before all have come.
    assert r.code == 0 and 32 < server.most <= 64
    assert len(sent(server)) == 70 * 64


def test_the_later_of_two_lines_wins(tmp_path):
    """Also when the first is told to come back later."""
    path = tmp_path / "people.jsonl"
    path.write_text("".join(json.dumps(r) + "\n" for r in (
        person(1, home="046001"), *(person(i) for i in range(2, 70)),
        person(1, home="046002"))))

    def reply(request, times):
        return ("busy", "retry after 200 ms") if times == 1 else \
            all_stored(request)

    with FakeServer(reply) as server:
        r = run("import", "candidates", path, endpoint=server.endpoint)
    assert r.code == 0
    done = [p["record"]["home"] for x in server.seen
            for p in x["body"]["puts"] if p["record"]["id"] == "T-1"]
    assert done == ["046001", "046001", "046002", "046002"]


def test_a_group_without_memory_is_sent_one_by_one(tmp_path):
    """A record is not refused for the company it travelled in."""
    path = tmp_path / "people.jsonl"
    path.write_text("".join(json.dumps(person(i)) + "\n" for i in range(3)))
    lacks = {"error": {"code": "no_memory", "message": "m"}}

    def reply(request, times):
        body = all_stored(request)
        if len(body["results"]) > 1:
            body["results"][1] = lacks
        return body

    with FakeServer(reply) as server:
        r = run("import", "candidates", path, "--json",
                endpoint=server.endpoint)
    assert r.code == 0 and json.loads(r.out)["stored"] == 3
    assert [i for i, _ in sent(server)] == ["T-0", "T-1", "T-2", "T-1"]
    keys = [k for _, k in sent(server)]
    assert keys[1] == keys[3] and len(set(keys)) == 3
    with FakeServer(lambda request, times: {
            "results": [lacks for _ in request["body"]["puts"]]}) as server:
        r = run("import", "candidates", path, "--json",
                endpoint=server.endpoint)
    assert r.code == 1 and json.loads(r.out)["failed"] == 3
    assert len(server.seen) == 4


def test_an_import_killed_with_its_daemon(make, tmp_path):  # noqa: F811
    """Both die in the middle; the second run stores what is missing, and
    nothing twice."""
    people = 6000
    path = tmp_path / "people.jsonl"
    path.write_text("".join(json.dumps(person(i)) + "\n"
                            for i in range(people)))
    d = make(endpoint=f"ipc://{tmp_path}/s", admin="true").start()
    env = {**os.environ, "INCROCIO_ENDPOINT": d.endpoint}
    importer = subprocess.Popen([CLI, "import", "candidates", path],
                                env=env, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)
    with d.client() as c:
        while c.ask("status")["store"]["candidates"] < 200:
            time.sleep(0.002)
    importer.kill()
    d.kill()
    importer.wait()
    d.start()
    with d.client() as c:
        before = c.ask("status")["store"]["candidates"]
    assert before >= 200
    r = run("import", "candidates", path, "--json", endpoint=d.endpoint)
    assert r.code == 0, r.err
    got = json.loads(r.out)
    assert got["failed"] == 0
    assert got["stored"] + got["known"] == people
    with d.client() as c:
        v = c.ask("verify")
        assert v["faults"] == 0 and v["candidates"] == v["entries"] == people


def test_csv_is_the_same_people(cli, tmp_path):
    shutil.copy(PROFILES / "people.csv", tmp_path / "people.csv")
    r = cli("import", "candidates", tmp_path / "people.csv")
    assert r.code == 0, r.err
    out = tmp_path / "out.csv"
    assert cli("export", "candidates", "--format", "csv", "--out", out).code == 0
    assert out.read_text() == (PROFILES / "people.csv").read_text()
    got = json.loads(cli("candidate", "get", "P-0001", "--json").out)["record"]
    with open(PROFILES / "people.jsonl") as f:
        want = json.loads(f.readline())
    for skill in want["skills"]:  # a cell carries neither of these
        skill.pop("last_used", None)
        skill.pop("ref", None)
    assert got["skills"] == want["skills"]
    assert got["occupations"] == want["occupations"]


def test_csv_of_needs_and_companies(cli, tmp_path):
    companies = tmp_path / "c.csv"
    companies.write_text("id;name;employees\nC-1;Esempio, srl;12\nC-2;;x\n")
    r = cli("import", "companies", companies)
    assert r.code == 1 and "c.csv:3 C-2" in r.err and "employees" in r.err
    needs = tmp_path / "n.csv"
    needs.write_text(
        "id,kind,company,comune,requirements,languages,licences,tutor\n"
        f'N-1,tirocinio,C-1,046017,{SKILL}mig-mag-welding:2:must:40 | '
        f'{SKILL}grind-metal::nice,it:A2:must,C/CQC-C:should,si\n')
    assert cli("import", "needs", needs).code == 0
    got = json.loads(cli("need", "get", "N-1", "--json").out)["record"]
    assert got["requirements"] == [
        {"uri": SKILL + "mig-mag-welding", "level": 2, "importance": "must",
         "trainable_hours": 40},
        {"uri": SKILL + "grind-metal", "importance": "nice"}]
    assert got["languages"] == [{"lang": "it", "level": "A2",
                                 "importance": "must"}]
    assert got["licences"] == [{"any_of": ["C", "CQC-C"],
                                "importance": "should"}]
    assert got["tutor"] is True and got["kind"] == "tirocinio"


def test_export_and_import_again(sample, make, tmp_path):  # noqa: F811
    for kind in ("candidates", "needs", "companies"):
        assert sample("export", kind, "--out", tmp_path / kind).code == 0
    for kind, name in (("candidates", "people"), ("needs", "needs"),
                       ("companies", "companies")):
        with open(PROFILES / f"{name}.jsonl") as f:
            want = [json.loads(line) for line in f]
        got = [json.loads(x) for x in (tmp_path / kind).read_text().split("\n")
               if x]
        want.sort(key=lambda r: r["id"])
        for mine, theirs in zip(want, got):  # the store dates what is undated
            mine.setdefault("updated", theirs["updated"])
        assert got == want
    other = make("other").start()
    for kind in ("companies", "needs", "candidates"):
        r = run("import", kind, tmp_path / kind, endpoint=other.endpoint)
        assert r.code == 0, r.err
        again = run("export", kind, endpoint=other.endpoint).out
        assert again == (tmp_path / kind).read_text()


# --- records -----------------------------------------------------------------

def test_record_round(cli, tmp_path):
    r = cli("persona", "put", record_file(tmp_path, person(1)))
    assert r.code == 0 and "T-1" in r.out and "nuovo" in r.out
    assert cli("candidate", "put", record_file(tmp_path, person(1)),
               "--if-revision", 7).code == 1
    assert cli("candidate", "put", record_file(tmp_path, person(2)),
               "--dry-run").code == 0
    assert cli("candidate", "get", "T-2").code == 2
    assert cli("candidate", "patch", "T-1", "--set",
               '{"home": null}').code == 0
    assert "home" not in json.loads(
        cli("candidate", "get", "T-1", "--json").out)["record"]
    assert cli("candidate", "freeze", "T-1").code == 0
    assert "sospeso" in cli("persona", "get", "T-1").out
    assert cli("candidate", "unfreeze", "T-1").code == 0
    assert cli("candidate", "delete", "T-1").code == 0
    assert cli("candidate", "get", "T-1").code == 2
    assert cli("fabbisogno", "put", record_file(tmp_path, need(1))).code == 0
    assert cli("need", "close", "N-1").code == 0
    assert "chiuso" in cli("need", "get", "N-1").out
    assert cli("need", "reopen", "N-1").code == 0
    assert cli("verify").code == 0
    assert len(cli("journal", "--json").out) > 10


def test_lists_and_records_fit_the_screen(sample):
    for columns in ("40", "80"):
        for words in (("candidate", "list", "--all"), ("need", "list"),
                      ("company", "list"), ("need", "get", "N-0001"),
                      ("candidate", "get", "P-0001"), ("status",)):
            r = sample(*words, COLUMNS=columns)
            assert r.code == 0, r.err
            if columns == "80":
                assert max(map(width, r.out.splitlines())) <= 80, words
    assert sample("candidate", "list", "--all").out.count("\n") == 121
    assert "MIG/MAG" in sample("need", "get", "N-0001").out


def test_find(sample):
    r = sample("comune", "find", "viaregio")
    assert r.code == 0 and "046033" in r.out
    assert sample("concept", "find", "saldatre").code == 0
    assert sample("concept", "find", "zzzzqqqq").code == 2
    r = sample("concept", "get", SKILL + "mig-mag-welding", "--lang", "it")
    assert r.code == 0 and "MIG/MAG" in r.out


# --- matches -----------------------------------------------------------------

def test_json_is_the_exact_reply(sample):
    words = ("match", "people", "N-0001", "--k", "5", "--as-of", AS_OF)
    page = json.loads(sample(*words, "--json").out)
    with sample.daemon.client() as c:
        want = c.ask("match.people", {"id": "N-0001", "options": {
            "k": 5, "as_of": AS_OF, "lang": "it"}})
    assert page == want


def test_shortlists_fit_and_add_up(sample):
    needs = [json.loads(x)["id"] for x in open(PROFILES / "needs.jsonl")]
    for number, which in enumerate(needs):
        columns = (80, 60, 100, 48)[number % 4]
        r = sample("match", "people", which, "--as-of", AS_OF, "--k", "20",
                   "--facets", COLUMNS=str(columns),
                   LC_ALL="it_IT.UTF-8" if number % 2 else "C")
        if r.code in (2, 3):  # nobody, or a closed need
            continue
        assert r.code == 0, r.err
        lines = r.out.splitlines()
        for line in lines:
            cursor = re.fullmatch(r"[0-9a-f]{60,}", line)
            assert width(line) <= columns or cursor, (columns, line)
        assert "NON è il punteggio" not in r.out
        totals = [x for x in lines if re.search(r" = -?\d+,\d\d$", x)]
        scores = [x for x in lines if re.search(r"^ {5}[#+.█▒░]{20}  ", x)]
        assert len(totals) == len(scores) == 20
        for total, score in zip(totals, scores):
            assert total.split("= ")[1] == score.split()[1]
        if number % 2 == 0:  # a terminal that shows ASCII only
            assert not re.search("[█▒░✓✗]", r.out)


def test_shortlist_words(sample):
    r = sample("match", "people", "N-0001", "--k", "1", "--as-of", AS_OF)
    assert r.out.startswith("Saldatore MIG")
    for words in ("elenco calcolato al 22/11/2026", "ripetibile",
                  "coperti 11 requisiti su 12", "(necessario)", "certificata",
                  "da imparare qui: 8 ore", "totale delle righe"):
        assert words in r.out, words
    r = sample("domanda-offerta", "--fabbisogno", "N-0001", "--k", "1",
               "--spiega", "--as-of", AS_OF, "--lang", "en")
    assert "11 requirements of 12 covered" in r.out
    r = sample("match", "people", "N-0001", "--breve", "--k", "7")
    rows = [x for x in r.out.splitlines() if re.match(r"\d+[.=] ", x)]
    assert len(rows) == 7
    r = sample("domanda-offerta", "--persona", "P-0001", "--k", "3")
    assert r.code == 0 and "Saldatore MIG" in r.out
    r = sample("match", "pair", "N-0001", "P-0020")
    assert r.code == 0 and "P-0020" in r.out


def test_words_for_one_and_for_none(cli, tmp_path):
    """One is singular; in the same comune there is no journey to speak of."""
    cli("candidate", "put", record_file(tmp_path, person(
        1, licences=["B"])))
    for number, licences in ((1, ["C"]), (2, ["C", "D"])):
        cli("need", "put", record_file(tmp_path, need(
            number, licences=[
                {"any_of": [x], "importance": "should"} for x in licences])))
    one = cli("match", "people", "N-1", "--as-of", AS_OF).out
    two = cli("match", "people", "N-2", "--as-of", AS_OF).out
    assert re.search(r"1 mancante\b", one) and "2 mancanti" in two
    assert "1 persona esaminata, 1 rispetta filtri" in one
    assert "Lucca (LU)" in one and "046017" not in one
    assert "nello stesso comune" in one and "0 minuti" not in one
    assert not re.search("nello stesso comune.*(piedi|bici|auto)", one)


def test_colour_only_on_a_terminal(sample):
    assert "\033" not in sample("match", "people", "N-0001").out


def test_filters_and_rules(sample):
    r = sample("match", "people", "N-0001", "--provincia", "LU,PI", "--rule",
               "must", "--patente", "B", "--language", "it:A2", "--radius",
               "60", "--json")
    page = json.loads(r.out)
    assert 0 < page["matched"] < 117
    assert page["excluded"][0]["rule"] == "must"
    r = sample("match", "people", "N-0001", "--province", "XX")
    assert r.code in (1, 2)
    r = sample("match", "people", "N-0001", "--ufficio", "CPI-NESSUNO")
    assert r.code == 2 and "Nessuna persona" in r.out


def test_trec_batch(sample, tmp_path):
    needs = [json.loads(x) for x in open(PROFILES / "needs.jsonl")]
    needs = [n for n in needs if not n.get("closed")]
    batch = tmp_path / "batch.jsonl"
    broken = json.dumps({"id": "N-BAD", "requirements": [{"uri": "x"}]})
    batch.write_text("\n".join([json.dumps(n) for n in needs] + [broken]))
    out = tmp_path / "run.trec"
    r = sample("match", "people", "--batch", batch, "--format", "trec", "--k",
               "10", "--out", out, "--as-of", AS_OF)
    assert r.code == 1 and "N-BAD" in r.err
    rows = [x.split() for x in out.read_text().splitlines()]
    ranks = collections.defaultdict(list)
    for n, q0, who, rank, score, tag in rows:
        assert q0 == "Q0" and tag == "incrocio" and int(score) >= 0
        ranks[n].append((int(rank), who, int(score)))
    assert list(ranks) == [n["id"] for n in needs]  # in the file's order
    for n, got in ranks.items():
        assert [x[0] for x in got] == list(range(1, 11))
        assert len({x[1] for x in got}) == 10
        assert [x[2] for x in got] == sorted((x[2] for x in got), reverse=True)
    page = json.loads(sample("match", "people", "N-0001", "--as-of", AS_OF,
                             "--json").out)
    assert [i["id"] for i in page["items"]] == [x[1] for x in ranks["N-0001"]]


# --- offline -----------------------------------------------------------------

def test_offline_commands(space, tmp_path):  # noqa: F811
    r = run("space", "info", space)
    assert r.code == 0 and "Impronta" in r.out
    assert json.loads(run("space", "info", space, "--json").out)["rows"] > 150
    r = run("space", "neighbours", "--esco", SAMPLE, "--space", space, "--k",
            3, "saldare")
    assert r.code == 0 and len(r.out.splitlines()) == 5
    r = run("taxonomy", "check", SAMPLE, "--comuni", SAMPLE / "comuni.tsv")
    assert r.code == 0 and "Competenze:" in r.out
    assert run("taxonomy", "check", tmp_path / "none").code != 0
    r = run("space", "train", "--esco", SAMPLE, "--dim", 5000, "--out", "x")
    assert r.code == 1 and "1040" in r.err


def test_backup_restore_and_offline_verify(make, tmp_path):  # noqa: F811
    backups = tmp_path / "backups"
    backups.mkdir()
    d = make(admin="true", backup_dir=backups).start()
    put = run("candidate", "put", record_file(tmp_path, person(1)),
              endpoint=d.endpoint)
    assert put.code == 0
    r = run("backup", "b1", endpoint=d.endpoint)
    assert r.code == 0, r.err
    # without the key a copy is noise
    assert run("restore", backups / "b1", tmp_path / "new").code == 1
    key = d.folder / "store.key"
    shutil.copy(key, tmp_path / "new.key")
    assert run("restore", backups / "b1", tmp_path / "new").code == 0
    r = run("store", "verify", backups / "b1", "--file-chiave", key)
    assert r.code == 0, r.err
    r = run("store", "rotate", tmp_path / "new")
    assert r.code == 0 and "numero 2" in r.out
    r = run("store", "verify", tmp_path / "new", "--key-file", key)
    assert r.code == 1 and "new.key" not in r.err
    r = run("store", "verify", tmp_path / "new", "--esco", SAMPLE)
    assert r.code == 0 and "integro" in r.out and "Nulla da migrare" in r.out
    r = run("store", "info", tmp_path / "new")
    assert r.code == 0 and "Persone: 1" in r.out
