"""The table of roles, tried whole: every (role, operation, field) is sent to a
daemon over CURVE and answered as the table says, read here a second time; and
no reply, error, log line or file shows what a role must not see."""
import collections
import dataclasses
import re

import msgpack
import pytest

import incrocio.model as model
from curve import Door, admin_keys, let_in
from office import (Daemon, ROOT, built, load_sample, make, need,  # noqa: F401
                    person, records, space)

pytestmark = built
TABLE = ROOT / "engine/access/roles.conf"
KINDS = {"candidate": model.Candidate, "need": model.Need,
         "company": model.Company, "user": model.User}
SECOND = "N-SECOND"  # of the same company
OFFICE, COMPANY = "CPI-LUCCA", "C-01"
AT_ONCE = 48
# Words of a vault: names, health, justice, services, codes. None is anybody's.
VAULT = ["Ondina Prezzemoli", "PRZNDN70A41E715X", "SerD di Nessunluogo",
         "UEPE Nessunluogo", "semilibertà", "L. 68/99", "invalidità 74%",
         "TOSSICODIPENDENZA", "art. 21 O.P.", "permesso di soggiorno",
         "via dei Finti 12"]


# --- the table, read by somebody else ------------------------------------------

def table_name(cls):
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
    return name.removesuffix("_request")


def fields_of(cls):
    return [f.name.rstrip("_") for f in dataclasses.fields(cls)]


class Role:
    def __init__(self, name, opened):
        self.name, self.everything = name, False
        self.ops, self.purposes, self.scope = set(), [], {}
        self.show, self.full = {}, {}
        self.send = {t: {"*"} for t in opened}
        self.show = {t: {"*"} for t in opened}
        self.alias, self.band, self.most = {}, {}, {}

    def may_send(self, table, field):
        return bool({"*", field} & self.send.get(table, set()))

    def sees(self, table, field, full):
        seen = self.show.get(table, set()) | \
            (self.full.get(table, set()) if full else set())
        return bool({"*", field} & seen)


def read_table(path=TABLE):
    roles, opened, closed, role = {}, [], set(), None
    for line in path.read_text().splitlines():
        word, *rest = line.split("#")[0].split() or [None]
        if word == "open":
            opened += rest
        elif word == "closed":
            closed |= set(rest)
        elif word == "role":
            role = roles[rest[0]] = Role(rest[0], opened)
        elif word == "everything":
            role.everything = True
        elif word == "ops":
            role.ops |= set(rest)
        elif word == "purposes":
            role.purposes += rest
        elif word == "scope":
            role.scope[rest[0]] = rest[1]
        elif word in ("show", "full", "send", "alias"):
            getattr(role, word).setdefault(rest[0], set()).update(rest[1:])
        elif word in ("band", "most"):
            getattr(role, word)[rest[0], rest[1]] = int(rest[2])
        else:
            assert word in (None, "purpose"), line
    return roles, closed


ROLES, CLOSED = read_table()
LIMITED = [r for r in ROLES.values() if not r.everything]


def inner_of(op, cls, field):
    """The class below a field, and how deep in a list it stands."""
    kind = KINDS.get(op.split(".")[0])
    if cls is model.PatchRequest and field == "set":
        return kind
    if field == "proposed":  # of a draft that is confirmed
        return kind
    if cls is model.PutManyRequest and field == "puts":
        return {"candidate": model.CandidatePutRequest,
                "need": model.NeedPutRequest,
                "company": model.CompanyPutRequest}[op.split(".")[0]]
    return cls._nested.get(field)


def is_list(cls, field):
    hint = {f.name.rstrip("_"): f.type
            for f in dataclasses.fields(cls)}[field]
    return "list[" in hint


def triples(op, cls=None, path=()):
    """Every field a request of this operation can hold, by its path."""
    cls = cls or model.OPS[op].request
    for field in fields_of(cls):
        yield path + ((cls, field),)
        inner = inner_of(op, cls, field)
        if inner is not None:
            yield from triples(op, inner, path + ((cls, field),))


def body_with(path):
    """The smallest body that names the field at the end of the path."""
    (cls, field), rest = path[0], path[1:]
    value = body_with(rest) if rest else None
    if rest and is_list(cls, field):
        value = [value]
    return {field: value}


def test_each_operation_has_a_line():
    spoken = set().union(*(r.ops for r in LIMITED))
    assert spoken | CLOSED == set(model.OPS)
    assert not spoken & CLOSED


# --- a daemon with a user of every role ------------------------------------------

@pytest.fixture(scope="module")
def office(tmp_path_factory, space):  # noqa: F811
    from office import Daemon
    folder = tmp_path_factory.mktemp("roles")
    d = Daemon(folder, endpoint="tcp://127.0.0.1:*", admin="true",
               backup_dir=folder / "backups", space=space).start()
    server, pair = admin_keys(d)
    d.admin = Door(d.endpoint, server, pair)
    d.people = {}
    for kind in ("company", "candidate", "need"):
        for r in records(kind):
            d.admin.ask(kind + ".put", {"record": stuffed(kind, r)},
                        purpose="gestione")
    second = next(r for r in records("need") if r["id"] == "N-0001")
    d.admin.ask("need.put", {"record": {**second, "id": SECOND}},
                purpose="gestione")
    for role in LIMITED:
        fields = {"offices": [OFFICE]}
        if "company" in role.scope.values():
            fields["company"] = COMPANY
        d.people[role.name] = Door(d.endpoint, server, let_in(
            d.admin, f"user-{role.name}", role.name, **fields))
    yield d
    for c in (d.admin, *d.people.values()):
        c.close()
    d.clean()


def stuffed(kind, r):
    """With a word of the vault in each text that people write freely."""
    if kind == "candidate":
        for i, s in enumerate(r.get("skills", [])):
            s["ref"] = VAULT[i % len(VAULT)]
        for i, e in enumerate(r.get("education", [])):
            e["title"] = VAULT[(i + 1) % len(VAULT)]
    return r


def ask_all(client, requests):
    """(op, body, envelope) of each, answered in order: raw replies."""
    for at in range(0, len(requests), AT_ONCE):
        part = requests[at:at + AT_ONCE]
        ids = [client.send(op, body, **more) for op, body, more in part]
        replies = {}
        for _ in part:
            raw = client.socket.recv_multipart()[1]
            replies[msgpack.unpackb(raw)["id"]] = raw
        yield from (replies[i] for i in ids)


def allowed(role, op, path):
    return op in role.ops and all(
        role.may_send(table_name(cls), field) for cls, field in path)


def replaces_what_is_hidden(role, op, path):
    """A patch of a map or list that the role sees in part."""
    if len(path) < 2 or path[0] != (model.PatchRequest, "set"):
        return False
    cls, field = path[1]
    inner = cls._nested.get(field)
    return inner is not None and not whole(role, inner)


def whole(role, cls):
    return all(role.sees(table_name(cls), f, False) and
               (f not in cls._nested or whole(role, cls._nested[f]))
               for f in fields_of(cls))


def test_every_role_operation_and_field(office):
    tried = denied = 0
    for role in LIMITED:
        purpose = {"purpose": role.purposes[0]}
        plan = [(op, path) for op in model.OPS for path in
                [()] + list(triples(op))]
        # What would be done, not only judged, is asked elsewhere.
        plan = [(op, p) for op, p in plan
                if p or op not in role.ops or op in ("ping", "status")]
        answers = ask_all(office.people[role.name],
                          [(op, body_with(p) if p else {}, purpose)
                           for op, p in plan])
        for (op, path), raw in zip(plan, answers):
            reply = msgpack.unpackb(raw)
            code = reply.get("error", {}).get("code")
            names = ".".join(f for _, f in path)
            tried += 1
            expect = not allowed(role, op, path) or \
                replaces_what_is_hidden(role, op, path)
            denied += expect
            assert (code == "denied") == expect, (role.name, op, names, reply)
            if expect and op in role.ops:
                where = re.sub(r"\[\d+\]", "", reply["error"]["where"])
                assert names.startswith(where), (names, reply)
    print(f"\n{tried} triples of role, operation and field: {denied} denied, "
          f"{tried - denied} let through")
    assert tried > 4000 and 0 < denied < tried


def test_a_purpose_is_one_of_the_roles(office):
    for role in LIMITED:
        c = office.people[role.name]
        assert c.error("ping").code == "missing_field"
        assert c.error("ping", purpose="curiosita").code == "denied"
        for purpose in {p for r in LIMITED for p in r.purposes}:
            if purpose in role.purposes:
                assert c.ask("ping", purpose=purpose)
            else:
                assert c.error("ping", purpose=purpose).code == "denied"


# --- what a role sees --------------------------------------------------------------

def check_view(role, cls, value, full, path):
    """No field that the table does not show; numbers in their bands."""
    table = table_name(cls)
    for field, v in value.items():
        at = f"{path}.{field}"
        assert role.sees(table, field, full), (role.name, at)
        if field == "hidden":
            continue
        if field in role.alias.get(table, ()):
            assert re.fullmatch(r"p-[0-9a-f]{16}", v), at
        step = role.band.get((table, field))
        if step:
            assert v % step == 0, (at, v)
        inner = cls._nested.get(field)
        for one in v if isinstance(v, list) else [v]:
            if inner is not None:
                check_view(role, inner, one, full, at)
            elif isinstance(one, dict):
                raise AssertionError(f"{at}: a map that no table describes")


def questions(role):
    """Everything it can ask that answers with data, as much of it as it may."""
    everybody = [r["id"] for r in records("candidate")]
    needs = [r["id"] for r in records("need")] + [SECOND]
    k = min(1000, role.most.get(("match_options", "k"), 1000))
    options = {"k": k, "explain": True, "facets": True, "attitude": "neutral"}
    if not role.may_send("match_options", "facets"):
        del options["facets"]
    options = {f: v for f, v in options.items()
               if role.may_send("match_options", f)}
    yield from (("candidate.get", {"id": i}) for i in everybody)
    yield from (("need.get", {"id": i}) for i in needs)
    yield from (("company.get", {"id": r["id"]}) for r in records("company"))
    yield from ((f"{kind}.list", {}) for kind in KINDS)
    yield from (("match.people", {"id": i, "options": options})
                for i in needs)
    yield from (("match.needs", {"id": i}) for i in everybody)
    yield from (("match.pair", {"need": needs[0], "candidate": i})
                for i in everybody)
    yield from ((op, {}) for op in ("event.list", "status", "journal.list",
                                    "verify", "match.list"))
    yield "user.get", {"id": f"user-{role.name}"}
    yield from (("candidate.seen", {"id": i}) for i in everybody)
    yield "backup", {"name": f"of-{role.name}"}
    yield "comune.find", {"text": "lucca"}
    yield "concept.find", {"text": "saldatura", "pillar": "skill"}


def words_of(value):
    """Every text in a value."""
    if isinstance(value, dict):
        for v in value.values():
            yield from words_of(v)
    elif isinstance(value, list):
        for v in value:
            yield from words_of(v)
    elif isinstance(value, str):
        yield value


def test_nobody_sees_more_than_the_table_shows(office):
    replies = shown = 0
    for role in LIMITED:
        for full in (False, True):
            asked = [(op, body, {"purpose": role.purposes[0],
                                 **({"view": "full"} if full else {})})
                     for op, body in questions(role)]
            for (op, body, _), raw in zip(asked, ask_all(
                    office.people[role.name], asked)):
                reply = msgpack.unpackb(raw)
                replies += 1
                if reply["status"] == "error":
                    assert op not in role.ops or reply["error"]["code"] in (
                        "not_found", "busy", "conflict", "denied"), \
                        (role.name, op, reply)
                    words = set(words_of(reply["error"]))
                else:
                    shown += 1
                    check_view(role, model.OPS[op].reply, reply["body"], full,
                               op)
                    words = set(words_of(reply["body"]))
                if not (full and role.full):
                    for secret in VAULT:
                        assert not any(secret in w for w in words), \
                            (role.name, op, secret)
                        assert secret.encode() not in raw
    print(f"\n{replies} replies read, {shown} with data")
    assert shown > 100


def test_a_company_sees_no_person(office):
    role, c = ROLES["company"], office.people["company"]
    people = records("candidate")
    ids = {r["id"] for r in people}
    own = [SECOND] + [r["id"] for r in records("need")
                      if r.get("company") == COMPANY]
    assert len(own) > 1
    seen = {}
    for op, body in questions(role):
        c.send(op, body, purpose="incontro", view="full")
        raw = c.socket.recv_multipart()[1]
        for i in ids:
            assert i.encode() not in raw, (op, i)
        reply = msgpack.unpackb(raw)
        if op == "match.people" and reply["status"] == "ok":
            assert body["id"] in own
            assert len(reply["body"]["items"]) <= 20
            seen[body["id"]] = [i["id"] for i in reply["body"]["items"]]
        elif op.endswith(".get") and body["id"] not in own + [COMPANY] and \
                body["id"] != "user-company":
            assert reply["error"]["code"] in ("not_found", "denied"), reply
    assert set(seen) == set(own)
    # One person has other names for other needs, and the same for the same.
    names = [set(v) for v in seen.values()]
    assert sum(map(len, names)) == len(set().union(*names)) > 0
    again = c.ask("match.people", {"id": own[0], "options": {"k": 20}},
                  purpose="incontro")
    assert [i["id"] for i in again["items"]] == seen[own[0]]
    # An alias opens nothing.
    for op in ("match.pair", "candidate.get"):
        assert c.error(op, {"id": seen[own[0]][0]},
                       purpose="incontro").code == "denied"
    e = c.error("match.people", {"id": own[0], "options": {"k": 21}},
                purpose="incontro")
    assert (e.code, e.where) == ("denied", "options.k")


def test_a_need_that_is_not_ones_own_is_as_one_that_is_not(office):
    c = office.people["company"]
    others = [r["id"] for r in records("need") if r.get("company") != COMPANY]
    for op in ("need.get", "match.people"):
        there = c.error(op, {"id": others[0]}, purpose="incontro")
        gone = c.error(op, {"id": "N-9999"}, purpose="incontro")
        assert (there.code, there.message, there.where, there.hint) == \
            (gone.code, gone.message, gone.where, gone.hint)


def test_offices_of_others_do_not_show(office):
    foreign = [r["id"] for r in records("candidate") if r["office"] != OFFICE]
    own = {r["id"] for r in records("candidate") if r["office"] == OFFICE}
    assert foreign and own
    for name in ("caseworker", "inclusion_agent", "service", "company_desk"):
        role, c = ROLES[name], office.people[name]
        to = {"purpose": role.purposes[0]}
        for op in ("candidate.get", "candidate.freeze", "candidate.delete",
                   "match.needs", "candidate.seen"):
            if op in role.ops:
                there = c.error(op, {"id": foreign[0]}, **to)
                gone = c.error(op, {"id": "P-9999"}, **to)
                assert (there.code, there.message, there.where) == \
                    (gone.code, gone.message, gone.where), op
        if "candidate.list" in role.ops:
            assert {r["id"] for r in c.ask("candidate.list", {},
                                           **to)["items"]} == own
        if "match.people" in role.ops:
            for n in records("need"):
                try:
                    page = c.ask("match.people", {"id": n["id"]}, **to)
                except Exception as e:  # another office's need
                    assert e.code in ("not_found", "denied")  # or closed
                    continue
                assert {i["id"] for i in page["items"]} <= own
        if role.may_send("filters", "offices"):
            e = c.error("match.people", {
                "id": "N-0001", "options": {
                    "filters": {"offices": ["CPI-OTHER"]}}}, **to)
            assert e.code == "denied"
    c = office.people["caseworker"]
    e = c.error("candidate.put", {"record": person(office="CPI-OTHER")},
                purpose="presa_in_carico")
    assert (e.code, e.where) == ("denied", "record.office")
    # Nor is a record moved to another office, or taken from one.
    mine = sorted(own)[0]
    e = c.error("candidate.patch", {"id": mine,
                                    "set": {"office": "CPI-OTHER"}},
                purpose="presa_in_carico")
    assert (e.code, e.where) == ("denied", "set.office")
    e = c.error("candidate.put", {"record": person(id=foreign[0],
                                                   office=OFFICE)},
                purpose="presa_in_carico", view="full")
    assert (e.code, e.where) == ("denied", "record.id")


def test_who_saw_me_is_told_within_the_office(office):
    """A caseworker tells a person of hers where she was ranked, for whom and why;
    who exactly asked only in the full view. The table opens no more of it."""
    own = sorted(r["id"] for r in records("candidate") if r["office"] == OFFICE)
    page = office.people["company_desk"].ask(
        "match.people", {"id": "N-0001", "options": {"k": 50}},
        purpose="fabbisogno")
    ranked = {i["id"]: i for i in page["items"]}
    assert set(ranked) <= set(own) and ranked
    for name in ("caseworker", "inclusion_agent"):
        c, to = office.people[name], {"purpose": "verifica"}
        for i, item in ranked.items():
            told = c.ask("candidate.seen", {"id": i}, **to)
            assert set(told) <= {"items", "next"}
            first = told["items"][0]
            assert (first["need"], first["office"], first["purpose"]) == \
                ("N-0001", OFFICE, "fabbisogno")
            assert (first["rank"], first["score"]) == \
                (item["rank"], item["score"])
            assert not {"actor", "need_no", "person_no"} & set(first)
            whole = c.ask("candidate.seen", {"id": i}, view="full", **to)
            assert whole["items"][0]["actor"] == "user-company_desk"
        for op, body in (("match.list", {}), ("match.get", {"no": 1}),
                         ("vault.get", {"id": own[0]}),
                         ("candidate.export", {"id": own[0]})):
            assert c.error(op, body, **to).code == "denied"
    for name in ("company", "company_desk", "analyst", "engineer", "service"):
        c = office.people[name]
        assert c.error("candidate.seen", {"id": own[0]},
                       purpose=ROLES[name].purposes[0]).code == "denied"


def test_the_register_opened_to_an_office(tmp_path, space):
    """A table may open match.list: each office then reads what it asked itself,
    and no person of another is named in it."""
    table = tmp_path / "roles.conf"
    table.write_text(TABLE.read_text().replace(
        "closed match.list match.get match.replay oracle",
        "closed match.replay oracle").replace(
        "role caseworker\n", "role caseworker\nops match.list match.get\n"
        "send match_list *\nsend match_get *\nshow record_got *\n"
        "show record_line *\nshow record_item person_no need_no\n", 1))
    d = Daemon(tmp_path, endpoint="tcp://127.0.0.1:*", admin="true",
               roles=table, space=space).start()
    server, pair = admin_keys(d)
    admin = Door(d.endpoint, server, pair)
    people_of = collections.Counter(r["office"] for r in records("candidate"))
    offices = [o for o, n in people_of.most_common(2) if n >= 3]
    own = {o: [r["id"] for r in records("candidate") if r["office"] == o]
           for o in offices}
    people = {}
    try:
        for kind in ("company", "candidate", "need"):
            for r in records(kind):
                admin.ask(kind + ".put", {"record": r}, purpose="gestione")
        for o in offices:
            people[o] = Door(d.endpoint, server, let_in(
                admin, f"anna-{o}", "caseworker", offices=[o]))
        to = {"purpose": "incontro"}
        for o, c in people.items():
            for i in own[o][:3]:
                c.ask("match.needs", {"id": i}, **to)
            c.ask("match.people", {"id": "N-0001"}, **to)
        # For the whole service, with people of both offices in it.
        admin.ask("match.people", {"id": "N-0001", "options": {"k": 100}},
                  purpose="gestione")
        to = {"purpose": "verifica"}
        for o, c in people.items():
            other = next(x for x in offices if x != o)
            page = c.ask("match.list", {"limit": 1000}, **to)["items"]
            assert len(page) == 4 and {i["office"] for i in page} == {o}
            assert {i["person"] for i in page if "person" in i} == \
                set(own[o][:3])
            for i in page:
                assert c.ask("match.get", {"no": i["no"]}, **to)
            everything = admin.ask("match.list", {"limit": 1000},
                                   purpose="gestione")["items"]
            mine = {i["no"] for i in page}
            for i in everything:
                if i["no"] not in mine:
                    e = c.error("match.get", {"no": i["no"]}, **to)
                    assert (e.code, e.where) == ("not_found", "no")
            # Of one of its people it sees every match, whoever asked.
            seen = c.ask("match.list", {"person": own[o][0]}, **to)["items"]
            assert len(seen) >= 1
            e = c.error("match.list", {"person": own[other][0]}, **to)
            none = c.error("match.list", {"person": "nobody"}, **to)
            assert (e.code, e.where, e.message) == \
                (none.code, "person", none.message)
        # Moved since: what an office asked about her is there, she is not.
        moved, (o, other) = own[offices[0]][0], offices
        admin.ask("candidate.patch", {"id": moved, "set": {"office": other}},
                  purpose="gestione")
        page = people[o].ask("match.list", {"limit": 1000}, **to)["items"]
        assert len(page) == 4 and moved not in str(page)
        gone = [i for i in page if i["op"] == "match.needs"
                and "person" not in i]
        assert len(gone) == 1 and "person_no" not in gone[0]
        for i in page:
            assert moved not in str(people[o].ask(
                "match.get", {"no": i["no"]}, **to).get("items"))
    finally:
        for c in (admin, *people.values()):
            c.close()
        d.clean()


def test_what_a_role_was_answered_can_be_computed_again(office):
    """The register keeps the question with the offices of who asked."""
    asked = 0
    for name in ("caseworker", "company", "company_desk", "analyst"):
        office.people[name].ask("match.people", {"id": "N-0001"},
                                purpose=ROLES[name].purposes[0])
        last = office.admin.ask("match.list", {"limit": 1},
                                purpose="gestione")["items"][0]
        assert last["actor"] == f"user-{name}" and last["office"] == OFFICE
        assert last["items"] > 0
        r = office.admin.ask("match.replay", {"no": last["no"]},
                             purpose="gestione")
        assert (r["same"], r["different"], r["refused"]) == (1, 0, 0), (name, r)
        asked += 1
    assert asked == 4


def test_what_is_hidden_is_not_lost(office):
    """A masked view cannot put or patch away what it does not show."""
    c = office.people["caseworker"]
    to = {"purpose": "presa_in_carico"}
    record = stuffed("candidate", person(id="P-kept", office=OFFICE))
    c.ask("candidate.put", {"record": record}, **to)
    got = c.ask("candidate.get", {"id": "P-kept"}, **to)
    assert "home" in got["hidden"] and "skills.ref" in got["hidden"]
    seen = {k: v for k, v in got["record"].items()
            if k not in ("revision", "updated")}
    e = c.error("candidate.put", {"record": seen}, **to)
    assert (e.code, e.where) == ("denied", "record")
    e = c.error("candidate.patch", {"id": "P-kept", "set": {
        "skills": seen["skills"]}}, **to)
    assert (e.code, e.where) == ("denied", "set.skills")
    c.ask("candidate.patch", {"id": "P-kept", "set": {"licences": ["B"]}},
          **to)
    whole_one = c.ask("candidate.get", {"id": "P-kept"}, view="full", **to)
    assert whole_one["record"]["home"] == record["home"]
    assert whole_one["record"]["skills"] == record["skills"]
    c.ask("candidate.put", {"record": {
        k: v for k, v in whole_one["record"].items() if k != "revision"}},
        view="full", **to)
    c.ask("candidate.delete", {"id": "P-kept"}, **to)


def test_errors_and_logs_quote_nobody(office):
    """Words of the vault in every wrong place: no error names them to another,
    no log line holds them."""
    for role in LIMITED:
        c = office.people[role.name]
        to = {"purpose": role.purposes[0]}
        asked = []
        for word in VAULT:
            bad = [("candidate.put", {"record": {"id": word}}),
                   ("candidate.put", {"record": person(office=word)}),
                   ("candidate.get", {"id": word}),
                   ("candidate.patch", {"id": "P-0001", "set": {word: 1}}),
                   ("match.people", {"id": word, word: word}),
                   ("match.people", {"need": need(comune=word)}),
                   (word, {}), ("comune.find", {"text": word})]
            asked += [(op, body, {**to}) for op, body in bad]
            asked.append(("ping", {}, {"purpose": word}))
            asked.append(("ping", {}, {"office": word, **to}))
        for _ in ask_all(c, asked):
            pass
    log = office.log()
    assert "event=not_allowed" in log
    for word in VAULT:
        assert word not in log, word


def test_files_hold_no_word_in_clear(office):
    office.admin.ask("backup", {"name": "looked-at"}, purpose="gestione")
    found = []
    for path in office.folder.rglob("*"):
        if path.is_file() and "log." not in path.name:
            data = path.read_bytes()
            found += [(path.name, w) for w in VAULT if w.encode() in data]
    assert found == []
