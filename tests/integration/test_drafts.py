"""Drafts over the wire and on the command line: what a text becomes, that the
proposal can be put as it is, and bad input."""
import json
import os
import pathlib

import pytest

from office import (BUILD, Client, built, make, space)  # noqa: F401
from test_cli import run

DATA = pathlib.Path(__file__).parents[1] / "data/drafts"
AD = ("Cercasi 2 saldatori a Lucca (LU), bella presenza. Indispensabile "
      "saldatura TIG, gradita patente C. Inglese B2.")

pytestmark = built


@pytest.fixture(scope="module")
def daemon(tmp_path_factory, space):  # noqa: F811
    from office import Daemon
    d = Daemon(tmp_path_factory.mktemp("drafts"), space=space,
               admin="true").start()
    yield d
    d.stop()


@pytest.fixture
def client(daemon):
    with Client(daemon.endpoint) as c:
        yield c


def words(text, thing):
    return text.encode()[thing["at"]:thing["at"] + thing["len"]].decode()


def test_an_advert_becomes_a_need_that_can_be_put(client):
    got = client.ask("draft", {"text": AD, "kind": "need"})
    assert got["kind"] == "need" and len(got["id"]) == 32
    by_kind = {i["kind"]: i for i in got["items"]}
    assert words(AD, by_kind["skill"]) == "saldatura TIG"
    assert by_kind["skill"]["importance"] == "must"
    assert by_kind["skill"]["field"] == "requirements[0]"
    assert words(AD, by_kind["place"]) == "Lucca"
    assert by_kind["licence"]["importance"] == "nice"
    assert got["record"]["seats"] == 2
    assert got["record"]["languages"] == [{"lang": "en", "level": "B2"}]
    warning, = [w for w in got["warnings"] if not w["note"]]
    assert warning["kind"] == "looks" and warning["law"]
    assert words(AD, warning) == "bella presenza"
    stored = client.ask("need.put", {"record": {**got["record"],
                                                "id": "N-draft"}})
    assert stored["created"]
    assert client.ask("need.get", {"id": "N-draft"})["record"]["comune"] == \
        "046017"


def test_every_text_can_be_put_as_it_is(client):
    for name, kind in (("ads", "need"), ("profiles", "candidate")):
        for block in (DATA / f"{name}.txt").read_text().split("=== ")[1:]:
            text_id = block.split()[0]
            text = block.split("\n", 1)[1].split("\n--- expect")[0]
            got = client.ask("draft", {"text": text, "kind": kind})
            client.ask(f"{kind}.put", {
                "record": {**got["record"], "id": text_id}, "dry_run": True})
            for thing in got["items"] + got["unknown"] + got["warnings"]:
                assert words(text, thing)


def test_nothing_of_a_text_stays(client, daemon):
    client.ask("draft", {"text": "Zibaldoncino cerca muratore",
                         "kind": "need"})
    for path in daemon.folder.rglob("*"):
        if path.is_file():
            assert b"ibaldoncino" not in path.read_bytes(), path
    assert client.ask("journal.list")["items"] == [] or all(
        e["op"] != "draft" for e in client.ask("journal.list")["items"])


def test_bad_input_gets_a_clear_answer(client):
    for body, code, where in (
            ({"kind": "need"}, "missing_field", "text"),
            ({"text": "", "kind": "need"}, "out_of_range", "text"),
            ({"text": "x", "kind": "need"}, "bad_text", "text"),
            ({"text": "a b\x00c", "kind": "need"}, "bad_text", "text"),
            ({"text": "ab " * 30000, "kind": "need"}, "over_limit", "text"),
            ({"text": "muratore", "kind": "company"}, "out_of_range", "kind"),
            ({"text": "muratore"}, "missing_field", "kind")):
        error = client.error("draft", body)
        assert error.code == code, (body.get("text", "")[:20], error.code)
        assert where in error.where
    chinese = client.ask("draft", {"text": "我想找一份工作 仓库", "kind":
                                   "candidate"})
    assert chinese["items"] == [] and chinese["notes"]
    german = client.ask("draft", {"text": "muratore", "kind": "need",
                                  "lang": "de"})
    assert any("language" in n for n in german["notes"])


def test_essentials_only_when_asked(client):
    asked = {"text": "cerco saldatore", "kind": "need"}
    assert "requirements" not in client.ask("draft", asked)["record"]
    full = client.ask("draft", {**asked, "essentials": True})
    assert full["record"]["requirements"]
    assert {i["rule"] for i in full["items"] if i["kind"] == "skill"} == {
        "essential_of_occupation"}


def test_the_command_line_says_it_in_italian(daemon, tmp_path):
    def incrocio(*args, **more):
        return run(*args, endpoint=daemon.endpoint, **more)

    r = incrocio("draft", "need", stdin=AD)
    assert r.code == 0, r.err
    assert "Non si può chiedere" in r.out and '"bella presenza"' in r.out
    assert "saldatura TIG" in r.out and "D.Lgs. 276/2003" in r.out
    assert "niente è registrato" in r.out
    windows = tmp_path / "cv.txt"
    windows.write_bytes("Magazziniere, 3 anni\r\nInglese B1\r\n".encode())
    r = incrocio("bozza", "profile", windows, "--json")
    assert r.code == 0, r.err
    got = json.loads(r.out)
    assert got["record"]["occupations"][0]["months"] == 36
    assert got["record"]["languages"][0]["lang"] == "en"
    r = incrocio("draft", "need", "--lang", "en", stdin=AD)
    assert "May not be asked" in r.out
    big = tmp_path / "big.txt"
    big.write_text("parola " * 20000)
    r = incrocio("draft", "need", big)
    assert r.code == 1 and "65536" in r.err
    binary = tmp_path / "binary"
    binary.write_bytes(os.urandom(4096) + b"\x00\xff")
    assert incrocio("draft", "need", binary).code == 1
    assert incrocio("draft", "need", stdin="").code == 1


def test_what_was_confirmed_is_counted(tmp_path, make):  # noqa: F811
    d = make(admin="true").start()
    with Client(d.endpoint) as c:
        got = c.ask("draft", {"text": AD, "kind": "need"})
        assert c.ask("quality.drafts") == {"needs": 0, "candidates": 0,
                                           "items": []}
        record = json.loads(json.dumps(got["record"]))
        record["id"] = "N-1"
        record["languages"][0]["level"] = "C1"          # changed
        record["requirements"].append(                  # added
            {"uri": "http://incrocio.example/esco/skill/use-pallet-truck"})
        del record["licences"]                          # removed
        body = {"record": record,
                "draft": {"id": got["id"], "proposed": got["record"]}}
        assert c.ask("need.put", {**body, "dry_run": True})["seq"] == 0
        assert c.ask("quality.drafts")["needs"] == 0
        key = bytes(range(16))
        c.ask("need.put", body, key=key)
        c.ask("need.put", body, key=key)                # the same, once
        # stored, and not counted: the draft again, an id that nobody gave,
        # another proposal under the id, the other kind
        c.ask("need.put", {**body, "record": {**record, "seats": 3}})
        odd = got["id"][:-1] + ("0" if got["id"][-1] != "0" else "1")
        c.ask("need.put", {**body, "draft": {**body["draft"], "id": odd}})
        c.ask("need.put", {**body, "draft": {
            "id": got["id"], "proposed": {**got["record"], "seats": 77}}})
        c.ask("candidate.put", {"record": {"id": "P-1"}, "draft": {
            "id": got["id"], "proposed": {}}})
        later = c.ask("draft", {"text": "ho fatto il saldatore, patente B",
                                "kind": "candidate"})
        error = c.error("need.put", {**body, "draft": {
            "id": got["id"], "proposed": {"titel": "x"}}})
        assert error.where.startswith("draft.proposed")
        many = c.ask("need.put_many", {"puts": [body]})["results"][0]
        assert many["error"]["where"].endswith("draft")

    def sums():
        with Client(d.endpoint) as c:
            q = c.ask("quality.drafts")
        assert (q["needs"], q["candidates"]) == (1, 0)
        return {i["kind"]: (i["kept"], i["changed"], i["added"], i["removed"])
                for i in q["items"]}

    want = {"skill": (1, 0, 1, 0), "language": (0, 1, 0, 0),
            "licence": (0, 0, 0, 1), "place": (1, 0, 0, 0),
            "seats": (1, 0, 0, 0), "occupation": (1, 0, 0, 0),
            "level": (1, 0, 0, 0), "importance": (1, 0, 0, 0)}
    assert sums() == want
    d.stop()
    d.start()
    assert sums() == want                               # durable
    kept = (d.folder / "store/drafts").read_text()
    assert "saldat" not in kept and got["id"] not in kept
    with Client(d.endpoint) as c:                       # given before a restart
        c.ask("candidate.put", {
            "record": {**later["record"], "id": "P-1"},
            "draft": {"id": later["id"], "proposed": later["record"]}})
        assert c.ask("quality.drafts")["candidates"] == 1
    # a file that is not ours: the daemon starts, and says so
    d.stop()
    (d.folder / "store/drafts").write_text("drafts 3\n")
    d.start()
    assert "drafts_not_counted" in d.log_of_run()
    # the command line
    with Client(d.endpoint) as c:
        got = c.ask("draft", {"text": AD, "kind": "need"})
    draft, need = tmp_path / "draft.json", tmp_path / "need.json"
    draft.write_text(json.dumps(got))
    need.write_text(json.dumps({**got["record"], "id": "N-2"}))
    r = run("need", "put", need, "--draft", draft, endpoint=d.endpoint)
    assert r.code == 0, r.err
    r = run("quality", "drafts", endpoint=d.endpoint)
    assert r.code == 0 and "1 fabbisogni" in r.out and "100%" in r.out
    r = run("need", "put", need, "--draft", need, endpoint=d.endpoint)
    assert r.code == 1
