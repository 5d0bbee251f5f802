"""Documents that people have, from the file to a draft on the command line:
what becomes of them, that what was left out leaves no trace, bad files."""
import json
import os
import pathlib
import shutil
import zipfile

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


# --- .docx and .pdf ---------------------------------------------------------

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx(path, body, **parts):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("[Content_Types].xml", "<Types/>")
        z.writestr("word/document.xml",
                   f'<?xml version="1.0" encoding="UTF-8"?><w:document {W}>'
                   f"<w:body>{body}</w:body></w:document>")
        for name, text in parts.items():
            z.writestr(name.replace("__", "/").replace("_", "."), text)
    return path


def paragraph(*runs):
    return "<w:p>" + "".join(f"<w:r><w:t>{r}</w:t></w:r>" for r in runs) + \
        "</w:p>"


def pdf(path, lines, attachment=None):
    """A PDF of one page by hand, with a file attached to it or not."""
    text = "BT /F1 12 Tf 14 TL 50 750 Td " + " ".join(
        f"({line}) Tj T*" for line in lines) + " ET"
    names = ""
    if attachment is not None:
        names = ("/Names <</EmbeddedFiles <</Names [(attachment.xml) 6 0 R]"
                 ">>>>")
    objects = [
        f"<</Type /Catalog /Pages 2 0 R {names}>>".encode(),
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
        b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources <</Font <</F1 5 0 R>>>>>>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(text), text.encode()),
        b"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>"]
    if attachment is not None:
        objects += [
            b"<</Type /Filespec /F (attachment.xml) /EF <</F 7 0 R>>>>",
            b"<</Type /EmbeddedFile /Length %d>>\nstream\n%s\nendstream" %
            (len(attachment), attachment)]
    out, places = b"%PDF-1.7\n", []
    for i, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (i, one)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % at for at in places)
    out += (b"trailer <</Size %d /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" %
            (len(objects) + 1, start))
    path.write_bytes(out)
    return path


def test_a_docx(daemon, incrocio, tmp_path):
    file = docx(tmp_path / "cv.docx",
                paragraph("Maga", "zziniere, 3 anni") +
                paragraph("uso del muletto<w:tab/>") +
                "<w:p><w:del><w:r><w:t>MARCA</w:t><w:delText>MARCA"
                "</w:delText></w:r></w:del></w:p>" +
                paragraph("Patente B"),
                docProps__core_xml=f"<a>{MARK}</a>",
                word__media__photo_jpg=MARK, word__header1_xml=f"<a>{MARK}</a>")
    got = draft(incrocio, "profile", file)
    assert got["record"]["occupations"][0]["months"] == 36
    assert got["record"]["licences"] == ["B"]
    licence, = [i for i in got["items"] if i["kind"] == "licence"]
    assert licence["source"] == "word/document.xml#p[4]"
    assert MARK not in json.dumps(got)
    why = {d["path"]: d["why"] for d in got["document"]["dropped"]}
    assert why["word/media/photo.jpg"] == "looks"
    assert why["word/header1.xml"] == "identity"
    assert "word/document.xml#deleted" in why
    put(daemon, "candidate", got["record"])


def test_bad_docx_files(incrocio, tmp_path):
    good = docx(tmp_path / "good.docx", paragraph("Muratore"))
    bomb = docx(tmp_path / "bomb.docx", paragraph(" " * (100 << 20)))
    assert bomb.stat().st_size < 1 << 20
    cut = tmp_path / "cut.docx"
    cut.write_bytes(good.read_bytes()[:-30])
    other = tmp_path / "other.docx"
    with zipfile.ZipFile(other, "w") as z:
        z.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    harm = docx(tmp_path / "harm.docx", "&x;")
    empty = docx(tmp_path / "empty.docx", paragraph(""))
    for file, says in ((bomb, "16777216"), (cut, "archive"),
                       (other, "no .docx"), (harm, "XML"),
                       (empty, "nothing to read")):
        r = incrocio("draft", "profile", file)
        assert r.code == 1 and says in r.err and r.out == "", (file, r.err)


poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None and "CI" not in os.environ,
    reason="SKIPPED: poppler-utils is not installed")


@poppler
def test_a_pdf(daemon, incrocio, tmp_path):
    file = pdf(tmp_path / "cv.pdf", ["Magazziniere, 6 anni", "Patente B"])
    got = draft(incrocio, "profile", file)
    assert got["document"]["form"] == "pdf"
    assert got["record"]["occupations"][0]["months"] == 72
    assert {i["source"] for i in got["items"]} == {"page[1]"}
    put(daemon, "candidate", got["record"])


@poppler
def test_a_europass_pdf_is_read_from_its_attachment(incrocio, tmp_path):
    xml = (DATA / "europass-magazziniere.xml").read_bytes()
    file = pdf(tmp_path / "cv.pdf", [MARK, "Muratore, 6 anni"], xml)
    got = draft(incrocio, "profile", file)
    assert got["document"]["form"] == "europass"
    assert got["record"]["licences"] == ["B", "C"]
    assert MARK not in json.dumps(got)
    # an attachment that is something else is not taken for the CV
    file = pdf(tmp_path / "other.pdf", ["Muratore, 6 anni"], b"<?xml")
    r = incrocio("draft", "profile", file)
    assert r.code == 1 and "XML" in r.err
    file = pdf(tmp_path / "other.pdf", ["Muratore, 6 anni"], b"a,b\n")
    assert draft(incrocio, "profile", file)["document"]["form"] == "pdf"


@poppler
def test_bad_pdf_files(incrocio, tmp_path):
    file = tmp_path / "x.pdf"
    file.write_bytes(b"%PDF-1.7\n")
    r = incrocio("draft", "profile", file)
    assert r.code == 1 and "pdftotext" in r.err and "password" in r.err
    r = incrocio("draft", "profile", pdf(file, []))
    assert r.code == 1 and "picture of a page" in r.err
    # without poppler: which package it is
    r = incrocio("draft", "profile", pdf(file, ["Muratore"]),
                 PATH=str(tmp_path))
    assert r.code == 1 and "poppler-utils" in r.err


# --- tables -----------------------------------------------------------------

def test_a_table(daemon, incrocio, tmp_path):
    words = ("draft", "profile", "--mapping", DATA / "mappa.conf",
             DATA / "elenco.csv")
    r = incrocio(*words)
    assert r.code == 1  # three rows of six are wrong, and said so
    records = [json.loads(line) for line in r.out.splitlines()]
    assert [one["id"] for one in records] == ["P-101", "P-102", "P-106"]
    first = records[0]
    assert first["occupations"][0]["months"] == 26
    assert first["home"] == "046017" and first["licences"] == ["B", "C"]
    assert first["mobility"] == {"car": True, "modes": ["car"]} or \
        first["mobility"]["car"]
    tig, = [s for s in first["skills"] if s["uri"].endswith("tig-welding")]
    assert tig["level"] == 3
    for line, column in ((5, "Inglese"), (6, "Auto"), (7, "Codice")):
        assert f"elenco.csv line {line}, column {column}" in r.err
    assert "Colonna nuova" in r.err and "Cognome: chi" in r.err
    for more in ((), ("--json",), ("--dry-run",)):
        r = incrocio(*words, *more)
        assert MARK not in r.out + r.err
    for path in daemon.folder.rglob("*"):
        if path.is_file():
            assert MARK.encode() not in path.read_bytes(), path
    # looked at, then imported
    file = tmp_path / "people.jsonl"
    file.write_text(incrocio(*words).out)
    r = incrocio("import", "candidates", file)
    assert r.code == 0, r.err
    with Client(daemon.endpoint) as c:
        assert c.ask("candidate.get", {"id": "P-106"})["record"]["home"] == \
            "050026"
    drafts = [json.loads(line)
              for line in incrocio(*words, "--json").out.splitlines()]
    assert drafts[0]["line"] == 2
    held, = [i for i in drafts[0]["draft"]["items"]
             if i["kind"] == "occupation"]
    assert held["source"] == "line 2, Mansione"


def test_bad_tables(incrocio, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("a;b\n1;2\n")
    for mapping, says in (("a = paga\n", "line 1"), ("z = text\n", "a, b"),
                          ("b = text\n", "id")):
        (tmp_path / "m").write_text(mapping)
        r = incrocio("draft", "need", "--mapping", tmp_path / "m", table)
        assert r.code == 1 and says in r.err and r.out == "", r.err
