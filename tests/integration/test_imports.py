"""Documents that people have, from the file to a draft on the command line:
what becomes of them, that what was left out leaves no trace, bad files."""
import json
import pathlib

import pytest

from office import BUILD, Client, built, space  # noqa: F401
from test_cli import run

DATA = pathlib.Path(__file__).parents[1] / "data/intake"
MARK = "MARCA"  # what no document may let out

pytestmark = built


@pytest.fixture(scope="module")
def daemon(tmp_path_factory, space):  # noqa: F811
    from office import Daemon
    d = Daemon(tmp_path_factory.mktemp("imports"), space=space, admin="true",
               log_level="debug").start()
    yield d
    d.stop()


@pytest.fixture(scope="module")
def incrocio(daemon):
    def call(*words, **more):
        return run(*words, endpoint=daemon.endpoint, **more)

    return call


def draft(incrocio, kind, file, *more):
    r = incrocio("draft", kind, file, "--json", *more)
    assert r.code == 0, r.err
    got = json.loads(r.out)
    text = got["document"]["text"].encode()
    for thing in got["items"]:
        assert text[thing["at"]:thing["at"] + thing["len"]]
        assert thing["source"] in [s["path"] for s in
                                   got["document"]["sources"]]
    return got


def put(daemon, kind, record):
    """The draft's record is one that a put takes."""
    with Client(daemon.endpoint) as c:
        c.ask(f"{kind}.put", {"record": {**record, "id": "X-1"},
                              "dry_run": True})


def test_a_europass_cv(daemon, incrocio):
    got = draft(incrocio, "profile", DATA / "europass-magazziniere.xml")
    record = got["record"]
    assert record["home"] == "046017"
    assert record["licences"] == ["B", "C"]
    held, = record["occupations"]
    assert held["months"] == 30
    assert record["education"] == [{"eqf": 4}]
    languages = {entry["lang"]: entry for entry in record["languages"]}
    assert languages["en"] == {"lang": "en", "listening": "B2",
                               "writing": "A2"}
    assert languages["it"]["listening"] == "C2"
    stated = [i for i in got["items"] if i["rule"] == "stated"]
    assert {i["kind"] for i in stated} >= {"language", "licence", "place",
                                           "education"}
    assert all(i["confidence"] == 10000 for i in stated)
    skills = [i for i in got["items"] if i["kind"] == "skill"]
    assert any(i["source"].endswith("/PositionHistory/Description")
               for i in skills)
    put(daemon, "candidate", record)


def test_a_job_posting(daemon, incrocio):
    got = draft(incrocio, "need", DATA / "posting-saldatore.jsonld")
    record = got["record"]
    assert record["comune"] == "046007"
    assert record["seats"] == 3 and record["hours_week"] == 40
    assert (record["start"], record["expires"]) == ("2027-02-01", "2027-01-31")
    assert record["education"] == {"eqf": 4}
    assert record["kind"] == "vacancy"
    asked = {r["uri"].rsplit("/", 1)[1] for r in record["requirements"]}
    assert {"tig-welding", "electrode-welding"} <= asked
    tig, = [i for i in got["items"] if i.get("uri", "").endswith("tig-welding")]
    assert tig["rule"] == "stated" and tig["source"] == "$.skills[1]"
    assert [w["kind"] for w in got["warnings"] if not w["note"]] == ["looks"]
    assert MARK not in json.dumps(got)
    reasons = {one["path"]: one["why"] for one in got["document"]["dropped"]}
    assert reasons["$.physicalRequirement"] == "body"
    assert reasons["$.segreto"] == "unknown"
    put(daemon, "need", record)


def test_a_saved_page_and_a_graph(daemon, incrocio):
    got = draft(incrocio, "need", DATA / "posting-pagina.html")
    assert got["record"]["comune"] == "046017"
    assert "<p>" not in got["document"]["text"]
    assert MARK not in json.dumps(got)
    put(daemon, "need", got["record"])
    got = draft(incrocio, "need", DATA / "posting-graph.jsonld")
    assert got["record"]["kind"] == "tirocinio"
    assert got["record"]["seats"] == 2 and got["record"]["comune"] == "100005"
    assert len(got["record"]["schedule"]) == 5
    put(daemon, "need", got["record"])
    got = draft(incrocio, "need", DATA / "posting-minimo.jsonld")
    assert got["document"]["dropped"] == []


def test_in_python(daemon):
    from incrocio import Client as Full
    from incrocio import UnreadableDocument
    program = str(BUILD / "clients/cli/incrocio")
    with Full(daemon.endpoint) as c:
        got, read = c.draft_document(DATA / "europass-magazziniere.xml",
                                     kind="candidate", program=program)
        assert read.form == "europass" and read.dropped
        language, = [i for i in got.items if i.kind == "language"
                     and i.value.startswith("en")]
        assert read.source(language).endswith("/PersonCompetency")
        assert got.record["licences"] == ["B", "C"]
        with pytest.raises(UnreadableDocument, match="draft profile"):
            c.draft_document(DATA / "europass-magazziniere.xml", kind="need",
                             program=program)


def test_people_read_it_in_italian(incrocio):
    r = incrocio("draft", "profile", DATA / "europass-magazziniere.xml")
    assert r.code == 0, r.err
    assert "/Candidate/CandidateProfile/Licenses/License[2]" in r.out
    assert "Lasciato fuori" in r.out and "caveau" in r.out
    assert "/Candidate/CandidatePerson/PersonName" in r.out
    assert "Quadrifogli" not in r.out and "Trabocchi" not in r.out


def test_what_was_left_out_leaves_no_trace(daemon, incrocio):
    file = DATA / "europass-da-togliere.xml"
    assert file.read_text().count(MARK) > 40
    for more in ((), ("--json",), ("--dry-run",), ("--dry-run", "--json")):
        r = incrocio("draft", "profile", file, *more)
        assert r.code == 0, r.err
        assert MARK not in r.out + r.err, more
        assert "MilitaryHistory" in r.out
    for path in daemon.folder.rglob("*"):
        if path.is_file():
            assert MARK.encode() not in path.read_bytes(), path


def test_dry_run_needs_no_daemon():
    r = run("draft", "profile", DATA / "europass-minimo.xml", "--dry-run",
            "--json", endpoint="ipc:///nowhere/at/all")
    assert r.code == 0, r.err
    got = json.loads(r.out)
    assert got["form"] == "europass" and got["dropped"] == []
    assert got["text"].startswith("Ho fatto il muratore")


def test_a_draft_of_a_document_is_confirmed_like_others(daemon, incrocio,
                                                        tmp_path):
    r = incrocio("draft", "profile", DATA / "europass-minimo.xml", "--json")
    (tmp_path / "draft.json").write_text(r.out)
    record = {**json.loads(r.out)["record"], "id": "P-import"}
    (tmp_path / "p.json").write_text(json.dumps(record))
    r = incrocio("candidate", "put", tmp_path / "p.json", "--draft",
                 tmp_path / "draft.json")
    assert r.code == 0, r.err
    with Client(daemon.endpoint) as c:
        assert c.ask("quality.drafts")["candidates"] == 1


@pytest.mark.parametrize("name, text, says", [
    ("lol.xml", "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]>"
                "<Candidate>&b;</Candidate>", "DOCTYPE"),
    ("cut.xml", "<?xml version='1.0'?><Candidate>", "XML"),
    ("two.json", '[{"@type": "JobPosting"}, {"@type": "JobPosting"}]', "2"),
    ("cut.json", '{"@type": "JobPosting", "title": "Zib', "JSON"),
    ("old.xml", "<?xml version='1.0'?><SkillsPassport/>", "SkillsPassport"),
])
def test_bad_files_get_a_clear_answer(incrocio, tmp_path, name, text, says):
    file = tmp_path / name
    file.write_text(text)
    r = incrocio("draft", "need" if "json" in name else "profile", file)
    assert r.code == 1 and says in r.err and r.out == ""
    assert "Zib" not in r.err


def test_a_document_of_the_other_kind(incrocio):
    r = incrocio("draft", "need", DATA / "europass-minimo.xml")
    assert r.code == 1 and "draft profile" in r.err
    r = incrocio("draft", "profile", DATA / "posting-minimo.jsonld")
    assert r.code == 1 and "draft need" in r.err
    r = incrocio("draft", "profile", DATA / "europass-minimo.xml", "--format",
                 "papiro")
    assert r.code == 1 and "papiro" in r.err
