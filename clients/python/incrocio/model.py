"""Records, bodies, operations and errors of incrocio's protocol v1.

Printed from the C tables by `incrocio-docgen python`; do not edit.
None stands for an absent field: not asked yet, never "no".
"""
from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from typing import Any, ClassVar, Literal, NamedTuple, Optional


class Model:
    """What the dataclasses below share."""

    _nested: ClassVar[dict[str, type[Model]]] = {}

    def to_wire(self) -> dict[str, Any]:
        """A map of the fields that are present."""
        out: dict[str, Any] = {}
        for f in fields(self):  # type: ignore[arg-type]
            value = getattr(self, f.name)
            if value is not None:
                out[f.name.rstrip("_")] = _plain(value)
        return out

    @classmethod
    def from_wire(cls, data: dict[str, Any]) -> Any:
        """Fields not known here are left out: replies may grow."""
        if not isinstance(data, dict):
            raise ValueError(f"{cls.__name__}: not a map")
        kept: dict[str, Any] = {}
        for f in fields(cls):  # type: ignore[arg-type]
            name = f.name.rstrip("_")
            if name not in data:  # maybe hidden from this user
                if f.default is MISSING:
                    kept[f.name] = None
                continue
            value, inner = data[name], cls._nested.get(name)
            if inner is not None and isinstance(value, list):
                value = [inner.from_wire(item) for item in value]
            elif inner is not None:
                value = inner.from_wire(value)
            kept[f.name] = value
        try:
            return cls(**kept)
        except TypeError as error:
            raise ValueError(f"{cls.__name__}: {error}") from None


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return value.to_wire()
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


Evidence = Literal[
    "declared",
    "observed",
    "certified",
]
ShownEvidence = Literal[
    "declared",
    "observed",
    "certified",
    "implied",
]
Cefr = Literal[
    "pre-A1",
    "A1",
    "A2",
    "B1",
    "B2",
    "C1",
    "C2",
]
Day = Literal[
    "mon",
    "tue",
    "wed",
    "thu",
    "fri",
    "sat",
    "sun",
]
Licence = Literal[
    "AM",
    "A1",
    "A2",
    "A",
    "B1",
    "B",
    "BE",
    "C1",
    "C1E",
    "C",
    "CE",
    "D1",
    "D1E",
    "D",
    "DE",
    "KA",
    "KB",
    "CQC-C",
    "CQC-P",
    "ADR",
    "CARRELLI",
    "PLE",
    "GRU",
]
Mode = Literal[
    "walk",
    "bike",
    "bus",
    "car",
]
Importance = Literal[
    "must",
    "should",
    "nice",
]
NeedKind = Literal[
    "vacancy",
    "fabbisogno",
    "lpu",
    "laboratorio",
    "borsa",
    "tirocinio",
]
Rule = Literal[
    "must",
    "licences",
    "languages",
    "education",
    "hours",
    "distance",
    "start",
]
Attitude = Literal[
    "prudent",
    "neutral",
]
Pillar = Literal[
    "skill",
    "occupation",
]
Linked = Literal[
    "skill",
    "occupation",
    "isco_group",
]
Verdict = Literal[
    "sure",
    "likely",
    "unsure",
    "unknown",
]
LineKind = Literal[
    "requirement",
    "language",
    "licence",
    "education",
    "affinity",
    "trades",
    "distance",
    "hours",
]
LineStatus = Literal[
    "met",
    "partly",
    "unknown",
    "not_met",
]
Why = Literal[
    "exact",
    "alternative",
    "similar",
    "level_low",
    "evidence",
    "old",
    "implied",
    "missing",
    "not_asked",
    "below",
    "far",
    "short_hours",
    "trainable",
]
Sex = Literal[
    "f",
    "m",
    "x",
]
Regime = Literal[
    "l68_art1",
    "l68_art18",
    "l381_art4",
    "l407",
    "eu_651_2_4",
    "eu_651_2_99",
    "op_art21",
    "semiliberta",
    "affidamento",
    "affidamento_terapia",
    "domiciliare",
    "messa_alla_prova",
    "lpu",
    "minore",
    "protezione",
    "presa_in_carico",
]


@dataclass
class Skill(Model):
    """A skill the person has."""

    # URI of the skill, ESCO or local.
    uri: str
    # 0 none, 1 basic, 2 autonomous, 3 experienced, 4 expert.
    level: Optional[int] = None
    # How it is known.
    evidence: Optional[Evidence] = None
    # When last used.
    last_used: Optional[str] = None
    # Where the evidence is filed.
    ref: Optional[str] = None


@dataclass
class Held(Model):
    """An occupation held. It implies its essential skills, with lower evidence."""

    # URI of the occupation, ESCO or local.
    uri: str
    # Months held, in all.
    months: Optional[int] = None
    # Last day held.
    last: Optional[str] = None


@dataclass
class Language(Model):
    """A language spoken."""

    # ISO 639-1, lower case.
    lang: str
    # CEFR level in listening.
    listening: Optional[Cefr] = None
    # CEFR level in reading.
    reading: Optional[Cefr] = None
    # CEFR level in spoken interaction.
    interaction: Optional[Cefr] = None
    # CEFR level in spoken production.
    production: Optional[Cefr] = None
    # CEFR level in writing.
    writing: Optional[Cefr] = None


@dataclass
class Education(Model):
    """A title or qualification."""

    # EQF level.
    eqf: Optional[int] = None
    # ISCED-F 2013 field, 2 to 4 digits.
    isced_f: Optional[str] = None
    # Title as on the certificate.
    title: Optional[str] = None


@dataclass
class Window(Model):
    """A stretch of one day of the week. A night shift is two windows."""

    # Day of the week.
    day: Day
    # First minute.
    from_: str
    # End, after from; 24:00 ends the day.
    to: str


@dataclass
class Availability(Model):
    """When the person can work."""

    _nested = {
        "windows": Window,
        "absences": Window,
    }

    # First day.
    from_: Optional[str] = None
    # Last day.
    until: Optional[str] = None
    # Hours a week the person wants to work at most.
    hours_week: Optional[int] = None
    # When the person can work. Absent: any time.
    windows: Optional[list[Window]] = None
    # Protected hours when the person cannot; never a reason.
    absences: Optional[list[Window]] = None


@dataclass
class Mobility(Model):
    """How the person gets to work."""

    # Has a car to use.
    car: Optional[bool] = None
    # Means the person can use.
    modes: Optional[list[Mode]] = None
    # Longest journey to work, minutes one way.
    max_minutes: Optional[int] = None


@dataclass
class Preferences(Model):
    """What the person would like. Shown, never scored."""

    # URIs of occupations the person would like.
    occupations: Optional[list[str]] = None
    # Kinds of need the person would like.
    kinds: Optional[list[NeedKind]] = None


@dataclass
class Candidate(Model):
    """A person, as a pseudonym. A field left out is unknown, never no."""

    _nested = {
        "skills": Skill,
        "occupations": Held,
        "languages": Language,
        "education": Education,
        "availability": Availability,
        "mobility": Mobility,
        "preferences": Preferences,
    }

    # Pseudonym given by the office; never a name.
    id: str
    # CPI or service that keeps the record.
    office: Optional[str] = None
    # ISTAT code of the comune of residence or domicile.
    home: Optional[str] = None
    # Skills.
    skills: Optional[list[Skill]] = None
    # Occupations held.
    occupations: Optional[list[Held]] = None
    # Languages.
    languages: Optional[list[Language]] = None
    # Titles and qualifications.
    education: Optional[list[Education]] = None
    # Licences and certificates to drive or operate.
    licences: Optional[list[Licence]] = None
    # When the person can work.
    availability: Optional[Availability] = None
    # How the person gets to work.
    mobility: Optional[Mobility] = None
    # Shown, never scored.
    preferences: Optional[Preferences] = None
    # Takes no part in any match.
    frozen: Optional[bool] = None
    # Last check of the data with the person.
    updated: Optional[str] = None
    # 1, 2, ...: counts the changes.
    revision: Optional[int] = None
    # Day the person was told that the data will go; a put takes it away.
    notice: Optional[str] = None


@dataclass
class Requirement(Model):
    """A skill asked for."""

    # URI of the skill, ESCO or local.
    uri: str
    # 1 basic, 2 autonomous, 3 experienced, 4 expert.
    level: Optional[int] = None
    # How much it matters.
    importance: Optional[Importance] = None
    # Percent of the usual weight of its importance.
    weight: Optional[int] = None
    # URIs of skills, any of which will do as well.
    alternatives: Optional[list[str]] = None
    # It can be learned here in so many hours.
    trainable_hours: Optional[int] = None


@dataclass
class NeedLanguage(Model):
    """A language asked for."""

    # ISO 639-1, lower case.
    lang: str
    # CEFR level asked for in every ability.
    level: Cefr
    # How much it matters.
    importance: Optional[Importance] = None
    # Percent of the usual weight of its importance.
    weight: Optional[int] = None


@dataclass
class NeedLicence(Model):
    """A licence asked for."""

    # Any one of these will do.
    any_of: list[Licence]
    # How much it matters.
    importance: Optional[Importance] = None
    # Percent of the usual weight of its importance.
    weight: Optional[int] = None


@dataclass
class NeedEducation(Model):
    """The education asked for."""

    # EQF level at least.
    eqf: int
    # How much it matters.
    importance: Optional[Importance] = None
    # Percent of the usual weight of its importance.
    weight: Optional[int] = None


@dataclass
class Need(Model):
    """What a company asks for."""

    _nested = {
        "schedule": Window,
        "requirements": Requirement,
        "languages": NeedLanguage,
        "licences": NeedLicence,
        "education": NeedEducation,
    }

    # Id.
    id: str
    # What is offered.
    kind: Optional[NeedKind] = None
    # What the company calls it.
    title: Optional[str] = None
    # Id of the company.
    company: Optional[str] = None
    # CPI that takes care of it.
    office: Optional[str] = None
    # ISTAT code of the unit where the work is done.
    comune: Optional[str] = None
    # ATECO 2025 code, NN[.NN[.N[N]]].
    ateco: Optional[str] = None
    # How many people.
    seats: Optional[int] = None
    # First day of work.
    start: Optional[str] = None
    # Last day of work.
    end: Optional[str] = None
    # Last day the need is open.
    expires: Optional[str] = None
    # Hours a week.
    hours_week: Optional[int] = None
    # Shifts as worked.
    schedule: Optional[list[Window]] = None
    # Skills asked for.
    requirements: Optional[list[Requirement]] = None
    # Languages asked for.
    languages: Optional[list[NeedLanguage]] = None
    # Licences asked for, each of them.
    licences: Optional[list[NeedLicence]] = None
    # Education asked for.
    education: Optional[NeedEducation] = None
    # A tutor is named at the workplace.
    tutor: Optional[bool] = None
    # Hours of training offered.
    training_hours: Optional[int] = None
    # Takes no part in any match.
    closed: Optional[bool] = None
    # Last check of the data.
    updated: Optional[str] = None
    # 1, 2, ...: counts the changes.
    revision: Optional[int] = None


@dataclass
class Company(Model):
    """A company that has needs."""

    # Id.
    id: str
    # Name of the company.
    name: Optional[str] = None
    # ISTAT code of the seat.
    comune: Optional[str] = None
    # ATECO 2025 code, NN[.NN[.N[N]]].
    ateco: Optional[str] = None
    # Employees.
    employees: Optional[int] = None
    # CPI that takes care of it.
    office: Optional[str] = None
    # Last check of the data.
    updated: Optional[str] = None
    # 1, 2, ...: counts the changes.
    revision: Optional[int] = None


@dataclass
class VaultStatus(Model):
    """A protection or a measure. Never an offence, a diagnosis or a percentage."""

    # The law it stands on.
    regime: Regime
    # Letter or number of the article.
    basis: Optional[str] = None
    # Who attested it.
    author: Optional[str] = None
    # First day.
    from_: Optional[str] = None
    # Last day. Absent: no end known.
    until: Optional[str] = None


@dataclass
class Vault(Model):
    """Who a person is. Sealed with the person's own key; no match reads it."""

    _nested = {
        "statuses": VaultStatus,
    }

    # Id of the person, whose profile is stored.
    id: str
    # Surname.
    surname: Optional[str] = None
    # Name.
    name: Optional[str] = None
    # Date of birth.
    birth_date: Optional[str] = None
    # Place of birth.
    birth_place: Optional[str] = None
    # Country of birth, ISO 3166-1.
    birth_country: Optional[str] = None
    # As on the document.
    sex: Optional[Sex] = None
    # Citizenships, ISO 3166-1.
    citizenships: Optional[list[str]] = None
    # Tax code: 16 characters, or 11.
    tax_code: Optional[str] = None
    # Address of residence.
    residence: Optional[str] = None
    # Address of domicile.
    domicile: Optional[str] = None
    # Telephone.
    phone: Optional[str] = None
    # Address of electronic mail.
    email: Optional[str] = None
    # Certified mail.
    certified_email: Optional[str] = None
    # Kind of residence permit.
    permit: Optional[str] = None
    # Last day of the permit.
    permit_until: Optional[str] = None
    # People who depend on the person.
    dependants: Optional[int] = None
    # Guardian, and how to reach them.
    guardian: Optional[str] = None
    # Protections and measures.
    statuses: Optional[list[VaultStatus]] = None


@dataclass
class User(Model):
    """Who may come in, by which key."""

    # Code of the person or program that logs in; never a name.
    id: str
    # Role, one of the daemon's table of roles.
    role: str
    # Public CURVE key, 40 characters of Z85. The secret key stays with the
    # user.
    key: str
    # Offices whose records it works on; none for a role that is not bound to
    # offices.
    offices: Optional[list[str]] = None
    # The company it speaks for.
    company: Optional[str] = None
    # Lets nobody in any more.
    revoked: Optional[bool] = None
    # Last day it lets anybody in (UTC).
    until: Optional[str] = None
    # Last check of the data.
    updated: Optional[str] = None
    # 1, 2, ...: counts the changes.
    revision: Optional[int] = None


@dataclass
class EmptyRequest(Model):
    """No fields."""



@dataclass
class Pong(Model):
    """The daemon is there."""

    # Protocol versions spoken.
    v: list[int]
    # Of the program.
    version: str


@dataclass
class StatusStore(Model):
    """The store."""

    # Format of the store.
    format: int
    # Candidates stored.
    candidates: int
    # Needs stored.
    needs: int
    # Companies stored.
    companies: int
    # Last number of the journal.
    head: int
    # Size of the map now.
    map_bytes: int
    # Bytes in use.
    used_bytes: int
    # Identity of the store, hex.
    id: Optional[str] = None


@dataclass
class StatusPool(Model):
    """The pool in memory."""

    # People in the pool.
    people: int
    # Open needs in the pool.
    needs: int
    # Number of the image.
    generation: int
    # Bytes held.
    bytes: int


@dataclass
class StatusTaxonomy(Model):
    """The taxonomy in use."""

    # Version.
    version: str
    # BLAKE2b-256, hex.
    digest: str
    # Skills known.
    skills: int
    # Occupations known.
    occupations: int
    # Languages of the labels.
    languages: list[str]


@dataclass
class StatusSpace(Model):
    """The skill space in use."""

    # BLAKE2b-256, hex.
    digest: str
    # Dimensions.
    dim: int


@dataclass
class Counter(Model):
    """A count."""

    # Name.
    name: str
    # Since the start.
    value: int


@dataclass
class Latency(Model):
    """Times from arrival to reply."""

    # Operation.
    op: str
    # Requests answered.
    count: int
    # Median, microseconds.
    p50_us: int
    # 99th percentile, microseconds.
    p99_us: int
    # Slowest, microseconds.
    max_us: int
    # 90th percentile, microseconds.
    p90_us: Optional[int] = None


@dataclass
class Status(Model):
    """The state of the service."""

    _nested = {
        "store": StatusStore,
        "pool": StatusPool,
        "taxonomy": StatusTaxonomy,
        "space": StatusSpace,
        "counters": Counter,
        "latency": Latency,
    }

    # Of the program.
    version: str
    # Protocol version.
    protocol: int
    # Seconds since the start.
    uptime_s: int
    # The store.
    store: StatusStore
    # The pool in memory.
    pool: StatusPool
    # The taxonomy.
    taxonomy: StatusTaxonomy
    # The skill space.
    space: StatusSpace
    # Kernel of the pass: scalar, avx2.
    kernel: str
    # BLAS library and its kernel.
    blas: str
    # Counts.
    counters: list[Counter]
    # Times by operation.
    latency: list[Latency]
    # Where clients connect, as bound.
    endpoint: Optional[str] = None
    # Where GET /metrics is answered; absent when it is off.
    metrics: Optional[str] = None
    # Process number of the daemon.
    process: Optional[int] = None
    # When it began to serve, milliseconds since 1970-01-01 UTC.
    started_ms: Optional[int] = None
    # Where new events are published; absent when they are not.
    events: Optional[str] = None
    # Are matches recorded; absent from the first daemons.
    records: Optional[bool] = None
    # Public key that clients over tcp must know; absent without tcp.
    server_key: Optional[str] = None


@dataclass
class DraftConfirmed(Model):
    """The draft that this record was made from: counted, not kept."""

    # As `draft` gave it.
    id: str
    # The record that `draft` proposed, as it was.
    proposed: dict[str, Any]


@dataclass
class CandidatePutRequest(Model):
    """A candidate to store."""

    _nested = {
        "record": Candidate,
        "draft": DraftConfirmed,
    }

    # The whole record; its revision is ignored.
    record: Candidate
    # Refuse (conflict) unless the stored record has this revision; 0: unless
    # there is none.
    if_revision: Optional[int] = None
    # Check only, store nothing. Absent: false.
    dry_run: Optional[bool] = None
    # The draft that this confirms: what was changed is counted. Not in a
    # put_many.
    draft: Optional[DraftConfirmed] = None


@dataclass
class Stored(Model):
    """A write that is durable (or was only checked)."""

    # Id of the record.
    id: str
    # Its revision now; 0 when it is gone.
    revision: int
    # Number of the command in the journal; 0 for a dry run.
    seq: int
    # It was not there before.
    created: Optional[bool] = None
    # This key was answered before: the first answer again.
    replayed: Optional[bool] = None
    # What deserves a look: retired concepts and the like.
    notes: Optional[list[str]] = None


@dataclass
class PutManyRequest(Model):
    """Many records to store; each is judged by itself."""

    # Each as the body of the put of one record.
    puts: list[dict[str, Any]]
    # The request key of each put, 32 hex digits, as many as puts. Absent: made
    # from the request's own key, so the whole request must be repeated as it
    # was.
    keys: Optional[list[str]] = None


@dataclass
class PutError(Model):
    """Why one put of a put_many was refused."""

    # As in an error reply.
    code: str
    # What is wrong.
    message: str
    # Path within that put.
    where: Optional[str] = None
    # What would be right.
    hint: Optional[str] = None


@dataclass
class PutResult(Model):
    """What became of one put of a put_many."""

    _nested = {
        "error": PutError,
    }

    # Id of the record; absent with error.
    id: Optional[str] = None
    # Its revision now; absent with error.
    revision: Optional[int] = None
    # As in stored; absent with error.
    seq: Optional[int] = None
    # It was not there before.
    created: Optional[bool] = None
    # This key was answered before: the first answer again.
    replayed: Optional[bool] = None
    # What deserves a look: retired concepts and the like.
    notes: Optional[list[str]] = None
    # There when this put was refused; nothing of it is stored.
    error: Optional[PutError] = None


@dataclass
class PutResults(Model):
    """What became of each put; those without error are durable."""

    _nested = {
        "results": PutResult,
    }

    # One for each put, in order.
    results: list[PutResult]


@dataclass
class ByIdRequest(Model):
    """One record by its id."""

    # Id.
    id: str


@dataclass
class CandidateGot(Model):
    """A stored candidate."""

    _nested = {
        "record": Candidate,
    }

    # As stored.
    record: Candidate
    # Its revision.
    revision: int
    # Fields that the asker's view leaves out, whether they are there or not;
    # absent when it leaves out none.
    hidden: Optional[list[str]] = None


@dataclass
class ListRequest(Model):
    """One page of records."""

    # Records a page.
    limit: Optional[int] = None
    # As the page before gave it; absent: the first page.
    cursor: Optional[str] = None
    # Only records of this office.
    office: Optional[str] = None


@dataclass
class CandidatePage(Model):
    """A page of candidates."""

    _nested = {
        "items": Candidate,
    }

    # In byte order of id.
    items: list[Candidate]
    # For the next page; absent on the last.
    cursor: Optional[str] = None
    # Fields that the asker's view leaves out, whether they are there or not;
    # absent when it leaves out none.
    hidden: Optional[list[str]] = None


@dataclass
class PatchRequest(Model):
    """Some fields of a stored record."""

    # Id.
    id: str
    # Fields of the record to replace, whole lists and maps; null removes a
    # field. Not id, not revision.
    set: dict[str, Any]
    # Refuse (conflict) unless the record has this revision.
    if_revision: Optional[int] = None


@dataclass
class ByIdWriteRequest(Model):
    """One record to change, by its id."""

    # Id.
    id: str
    # Refuse (conflict) unless the record has this revision.
    if_revision: Optional[int] = None


@dataclass
class CandidateSeenRequest(Model):
    """One page of where a person was seen, newest first."""

    # The person.
    id: str
    # Entries with a lower number; absent: from the newest.
    before: Optional[int] = None
    # Entries a page.
    limit: Optional[int] = None
    # Only those of this day (UTC) or later.
    from_: Optional[str] = None
    # Only those of this day or before.
    until: Optional[str] = None


@dataclass
class RecordItem(Model):
    """An answered match, or an administrator's operation."""

    # Number of the entry.
    no: int
    # Milliseconds since 1970-01-01 UTC.
    at: int
    # Operation.
    op: str
    # How many the answer had.
    items: int
    # Who asked.
    actor: Optional[str] = None
    # For which office.
    office: Optional[str] = None
    # Why.
    purpose: Optional[str] = None
    # Need asked about; absent when it is stored no more, or was given with the
    # question.
    need: Optional[str] = None
    # Person asked about, likewise.
    person: Optional[str] = None
    # The need's number, which is never given again.
    need_no: Optional[int] = None
    # The person's number.
    person_no: Optional[int] = None
    # Revision of the need that was matched.
    need_revision: Optional[int] = None
    # Revision of the person that was matched.
    person_revision: Optional[int] = None
    # Rank of the person the page is about; absent when she was not ranked but
    # asked about, and for a pair.
    rank: Optional[int] = None
    # Her score.
    score: Optional[int] = None


@dataclass
class RecordPage(Model):
    """Entries."""

    _nested = {
        "items": RecordItem,
    }

    # Newest first.
    items: list[RecordItem]
    # First number the register still has.
    first: int
    # Last number it gave.
    last: int
    # `before` of the next page; absent on the last. A page may be empty and
    # not be the last.
    next: Optional[int] = None
    # Entries of this day and later are all there, older ones were pruned;
    # absent: none ever was.
    since: Optional[str] = None


@dataclass
class PersonExportRequest(Model):
    """One page of what is stored about a person."""

    # Id.
    id: str
    # As `next` of the page before; absent: the first page.
    after: Optional[int] = None


@dataclass
class Mention(Model):
    """A command about the person."""

    # Number in the journal.
    seq: int
    # Milliseconds since 1970-01-01 UTC.
    at: int
    # What was asked.
    op: str
    # ok, or the error code.
    result: str
    # Who asked, as the request said.
    actor: Optional[str] = None
    # For which office.
    office: Optional[str] = None
    # For what.
    purpose: Optional[str] = None


@dataclass
class PersonFile(Model):
    """One page of what is stored about a person."""

    _nested = {
        "record": Candidate,
        "vault": Vault,
        "journal": Mention,
    }

    # The person.
    id: str
    # What was done with the records, in order; may be empty on a page that is
    # not the last.
    journal: list[Mention]
    # The profile; on the first page, when there is one.
    record: Optional[Candidate] = None
    # Who the person is; on the first page, when it is stored.
    vault: Optional[Vault] = None
    # `after` of the next page; absent on the last.
    next: Optional[int] = None


@dataclass
class RetentionListRequest(Model):
    """Whose profile has been kept as long as the office says."""

    # Only this person, due or not.
    id: Optional[str] = None
    # People a page.
    limit: Optional[int] = None
    # `next` of the page before; absent: the first page.
    after: Optional[str] = None
    # Only people of this office.
    office: Optional[str] = None


@dataclass
class RetentionItem(Model):
    """How long one person's profile is kept."""

    # The person.
    id: str
    # `kept`: not due; `due`: to be told; `noticed`: told, the notice runs;
    # `run`: may be erased.
    state: str
    # Of the profile.
    revision: int
    # The office that keeps the record.
    office: Optional[str] = None
    # Last check of the data with the person.
    updated: Optional[str] = None
    # First day she is due.
    due: Optional[str] = None
    # Day she was told; absent: no notice counts.
    notice: Optional[str] = None
    # First day the notice has run by the calendar. It has not when the store
    # was written on fewer than 5 days since.
    until: Optional[str] = None
    # She takes no part in any match.
    frozen: Optional[bool] = None


@dataclass
class RetentionPage(Model):
    """People who are due."""

    _nested = {
        "items": RetentionItem,
    }

    # The daemon's day (UTC).
    today: str
    # Months without a check of the data; 0: nobody is ever due.
    months: int
    # Days a notice runs.
    notice_days: int
    # What the office rests this on, with its date.
    source: str
    # In order of id.
    items: list[RetentionItem]
    # `after` of the next page; absent on the last. A page may be empty and not
    # be the last.
    next: Optional[str] = None


@dataclass
class VaultPutRequest(Model):
    """A vault record to store."""

    _nested = {
        "record": Vault,
    }

    # The whole record; its revision is ignored.
    record: Vault
    # Refuse (conflict) unless the stored record has this revision; 0: unless
    # there is none.
    if_revision: Optional[int] = None
    # Check only, store nothing. Absent: false.
    dry_run: Optional[bool] = None


@dataclass
class VaultGot(Model):
    """A stored vault record."""

    _nested = {
        "record": Vault,
    }

    # As stored.
    record: Vault
    # Its revision.
    revision: int
    # Fields that the asker's view leaves out, whether they are there or not;
    # absent when it leaves out none.
    hidden: Optional[list[str]] = None


@dataclass
class NeedPutRequest(Model):
    """A need to store."""

    _nested = {
        "record": Need,
        "draft": DraftConfirmed,
    }

    # The whole record; its revision is ignored.
    record: Need
    # Refuse (conflict) unless the stored record has this revision; 0: unless
    # there is none.
    if_revision: Optional[int] = None
    # Check only, store nothing. Absent: false.
    dry_run: Optional[bool] = None
    # The draft that this confirms: what was changed is counted. Not in a
    # put_many.
    draft: Optional[DraftConfirmed] = None


@dataclass
class NeedGot(Model):
    """A stored need."""

    _nested = {
        "record": Need,
    }

    # As stored.
    record: Need
    # Its revision.
    revision: int
    # Fields that the asker's view leaves out, whether they are there or not;
    # absent when it leaves out none.
    hidden: Optional[list[str]] = None


@dataclass
class NeedPage(Model):
    """A page of needs."""

    _nested = {
        "items": Need,
    }

    # In byte order of id.
    items: list[Need]
    # For the next page; absent on the last.
    cursor: Optional[str] = None
    # Fields that the asker's view leaves out, whether they are there or not;
    # absent when it leaves out none.
    hidden: Optional[list[str]] = None


@dataclass
class CompanyPutRequest(Model):
    """A company to store."""

    _nested = {
        "record": Company,
    }

    # The whole record; its revision is ignored.
    record: Company
    # Refuse (conflict) unless the stored record has this revision; 0: unless
    # there is none.
    if_revision: Optional[int] = None
    # Check only, store nothing. Absent: false.
    dry_run: Optional[bool] = None


@dataclass
class CompanyGot(Model):
    """A stored company."""

    _nested = {
        "record": Company,
    }

    # As stored.
    record: Company
    # Its revision.
    revision: int
    # Fields that the asker's view leaves out, whether they are there or not;
    # absent when it leaves out none.
    hidden: Optional[list[str]] = None


@dataclass
class CompanyPage(Model):
    """A page of companies."""

    _nested = {
        "items": Company,
    }

    # In byte order of id.
    items: list[Company]
    # For the next page; absent on the last.
    cursor: Optional[str] = None
    # Fields that the asker's view leaves out, whether they are there or not;
    # absent when it leaves out none.
    hidden: Optional[list[str]] = None


@dataclass
class Filters(Model):
    """Who takes part. All given filters must pass. Where nothing else is said, unknown does not pass."""

    # ISTAT codes; any of these.
    comuni: Optional[list[str]] = None
    # Sigle (LU, PI); any of these.
    provinces: Optional[list[str]] = None
    # Names of regions as in the list of comuni; any of these.
    regions: Optional[list[str]] = None
    # Straight line, in km, from the comune of the need (of the person for
    # match.needs).
    radius_km: Optional[int] = None
    # match.people only: availability does not begin after this date nor end
    # before it; unknown passes.
    available_by: Optional[str] = None
    # match.people only: speaks this language, ISO 639-1.
    language: Optional[str] = None
    # With language: at least this CEFR level in every ability.
    language_level: Optional[Cefr] = None
    # match.people only: all of these held.
    licences: Optional[list[Licence]] = None
    # Offices that keep the record; any of these.
    offices: Optional[list[str]] = None
    # Data checked on or after this date.
    updated_since: Optional[str] = None
    # match.needs only: any of these kinds.
    kinds: Optional[list[NeedKind]] = None


@dataclass
class MatchOptions(Model):
    """What match.people and match.needs share."""

    _nested = {
        "filters": Filters,
    }

    # Items a page.
    k: Optional[int] = None
    # As the page before gave it; absent: the first page.
    cursor: Optional[str] = None
    # Who takes part.
    filters: Optional[Filters] = None
    # Hard rules: who fails one is left out and counted; unknown passes.
    rules: Optional[list[Rule]] = None
    # Match as on this date. Absent: today, UTC.
    as_of: Optional[str] = None
    # How unknown counts in the score.
    attitude: Optional[Attitude] = None
    # Send the lines that make up each score.
    explain: Optional[bool] = None
    # Count the matched by province, office and so on.
    facets: Optional[bool] = None
    # Language of labels, ISO 639-1.
    lang: Optional[str] = None


@dataclass
class MatchPeopleRequest(Model):
    """Which need, and how."""

    _nested = {
        "need": Need,
        "options": MatchOptions,
    }

    # A stored need; this or need, not both.
    id: Optional[str] = None
    # A need given here, not stored.
    need: Optional[Need] = None
    # How to match.
    options: Optional[MatchOptions] = None


@dataclass
class Excluded(Model):
    """How many a hard rule left out."""

    # Name of the rule.
    rule: str
    # Records that fail it.
    count: int


@dataclass
class MatchLine(Model):
    """One line of an explanation. The points of all lines add up to the score exactly."""

    # What the line is about.
    kind: LineKind
    # How it is met.
    status: LineStatus
    # What it gives to the score, basis points; 0 or less in distance and hours
    # lines, which take away.
    points: int
    # Points if every unknown turns out bad.
    lo: int
    # Points if every unknown turns out good.
    hi: int
    # Points if fully met; 0 in distance and hours lines.
    max: int
    # Reasons, most important first.
    why: Optional[list[Why]] = None
    # Skill asked for; in a trades line the occupation most shared.
    uri: Optional[str] = None
    # Its label.
    label: Optional[str] = None
    # Level asked for: 0-4 of a skill, 1-8 of an EQF in `want`.
    level: Optional[int] = None
    # Importance.
    importance: Optional[Importance] = None
    # Weight the need gives it, percent.
    weight: Optional[int] = None
    # Rarity of the skill among occupations, in sixteenths.
    idf: Optional[int] = None
    # Labels of the alternatives.
    alternatives: Optional[list[str]] = None
    # The person's skill that supplied.
    by_uri: Optional[str] = None
    # Its label.
    by_label: Optional[str] = None
    # Its level.
    by_level: Optional[int] = None
    # Its evidence.
    by_evidence: Optional[ShownEvidence] = None
    # When last used, by half-years: 1 January or 1 July.
    by_last_used: Optional[str] = None
    # Label of the occupation that implies the skill.
    implied_by: Optional[str] = None
    # Similarity of the two skills, basis points.
    cosine: Optional[int] = None
    # What level, evidence and time leave of it, basis points.
    quality: Optional[int] = None
    # Language asked for, ISO 639-1.
    lang: Optional[str] = None
    # What the person has: CEFR by ability, licences, EQF.
    have: Optional[str] = None
    # What is asked for, likewise.
    want: Optional[str] = None
    # Straight line between the comuni.
    metres: Optional[int] = None
    # Estimated journey one way.
    minutes: Optional[int] = None
    # Means the minutes are for.
    mode: Optional[Mode] = None
    # The person's limit one way, or 60 when not given.
    limit_minutes: Optional[int] = None
    # Minutes a week of the schedule the person can work.
    overlap_minutes: Optional[int] = None
    # Minutes a week of the schedule.
    schedule_minutes: Optional[int] = None
    # Hours in which it can be learned there.
    trainable_hours: Optional[int] = None
    # A similar skill that gives more points than the one that meets the
    # requirement: the points come from it.
    also_uri: Optional[str] = None
    # Its label.
    also_label: Optional[str] = None
    # Its similarity, basis points.
    also_cosine: Optional[int] = None


@dataclass
class MatchItem(Model):
    """One person against one need."""

    _nested = {
        "lines": MatchLine,
    }

    # 1 is best; equal scores have equal ranks. Not in match.pair.
    rank: Optional[int] = None
    # How many share this score, this one included.
    tied: Optional[int] = None
    # The person (match.people) or the need (match.needs).
    id: Optional[str] = None
    # In match.pair: the need.
    need: Optional[str] = None
    # In match.pair: the person.
    candidate: Optional[str] = None
    # Basis points; absent when the need asks for nothing.
    score: Optional[int] = None
    # Score if every unknown turns out bad.
    lo: Optional[int] = None
    # Score if every unknown turns out good.
    hi: Optional[int] = None
    # Error code that says why there is no score: nothing_asked.
    reason: Optional[str] = None
    # The explanation; absent with explain false.
    lines: Optional[list[MatchLine]] = None


@dataclass
class FacetValue(Model):
    """Count of one value."""

    # A value.
    value: str
    # Records that have it.
    count: int


@dataclass
class Facet(Model):
    """Counts of the matched records."""

    _nested = {
        "values": FacetValue,
    }

    # What is counted.
    name: str
    # Counts, highest first, 500 at most.
    values: list[FacetValue]
    # Records that hold other values.
    others: Optional[int] = None


@dataclass
class MatchPage(Model):
    """A page of a ranking."""

    _nested = {
        "excluded": Excluded,
        "items": MatchItem,
        "facets": Facet,
    }

    # The date it was matched for.
    as_of: str
    # How unknown counts in the score.
    attitude: Attitude
    # Journal number of the last command in the image matched on.
    generation: int
    # Version of the taxonomy.
    taxonomy: str
    # Digest of the skill space, hex.
    space: str
    # People not frozen, or needs not closed.
    considered: int
    # Of these, records that pass filters and rules.
    matched: int
    # Best first.
    items: list[MatchItem]
    # The need or the person asked about; absent when inline and without id.
    id: Optional[str] = None
    # Error code that says why nobody has a score: nothing_asked.
    reason: Optional[str] = None
    # match.needs: needs left out because they ask nothing.
    unscored: Optional[int] = None
    # What each rule left out; a record that fails two counts under the first
    # in the order of the rules.
    excluded: Optional[list[Excluded]] = None
    # For the next page; absent on the last.
    cursor: Optional[str] = None
    # The pool changed since the page before: items may repeat or be missed.
    changed: Optional[bool] = None
    # Counts, when asked for.
    facets: Optional[list[Facet]] = None


@dataclass
class MatchNeedsRequest(Model):
    """Which person, and how."""

    _nested = {
        "candidate": Candidate,
        "options": MatchOptions,
    }

    # A stored person; this or candidate, not both.
    id: Optional[str] = None
    # A profile given here, not stored.
    candidate: Optional[Candidate] = None
    # How to match.
    options: Optional[MatchOptions] = None


@dataclass
class MatchPairRequest(Model):
    """One person against one need."""

    # A stored need.
    need: str
    # A stored person.
    candidate: str
    # Match as on this date. Absent: today, UTC.
    as_of: Optional[str] = None
    # How unknown counts in the score.
    attitude: Optional[Attitude] = None
    # Language of labels, ISO 639-1.
    lang: Optional[str] = None


@dataclass
class MatchListRequest(Model):
    """One page of the register, newest first."""

    # Entries with a lower number; absent: from the newest.
    before: Optional[int] = None
    # Entries a page.
    limit: Optional[int] = None
    # Only those asked about this need.
    need: Optional[str] = None
    # Only those this person is in, asked about or ranked.
    person: Optional[str] = None
    # Only those this actor asked.
    actor: Optional[str] = None
    # Only those of this day (UTC) or later.
    from_: Optional[str] = None
    # Only those of this day or before.
    until: Optional[str] = None


@dataclass
class MatchGetRequest(Model):
    """One entry of the register."""

    # Number of the entry.
    no: int


@dataclass
class RecordLine(Model):
    """One of the answer's items."""

    # Number of the person, or need.
    no: int
    # Score.
    score: int
    # Lines of the explanation that was sent.
    lines: int
    # Its id; absent when stored no more.
    id: Optional[str] = None
    # Rank; absent for a pair.
    rank: Optional[int] = None


@dataclass
class RecordGot(Model):
    """One entry."""

    _nested = {
        "entry": RecordItem,
        "items": RecordLine,
    }

    # Who asked what, and when.
    entry: RecordItem
    # Journal number of the people and needs it was matched against.
    generation: int
    # Journal number of the moment the record asked about was read at.
    view: int
    # In the order of the answer.
    items: list[RecordLine]
    # Length of the answer's body.
    reply_bytes: int
    # Its digest, hex, salted: a replay proves it.
    reply: str
    # BLAKE2b-256 of question and items as kept, hex.
    body: str
    # Chain of the register after it, hex.
    chain: str
    # Day it was matched as on.
    as_of: Optional[str] = None
    # Lines `name value`: versions and digests of engine, formula, taxonomy,
    # space and comuni.
    estate: Optional[str] = None
    # The question's body, as it was sent. Absent when the person it was about
    # is erased, and of a profile that came with it and is nobody's who is
    # stored.
    request: Optional[dict[str, Any]] = None


@dataclass
class MatchReplayRequest(Model):
    """Entries to compute again."""

    # Number of the first entry.
    no: int
    # Number of the last; absent: only the first. At most 1,000.
    until: Optional[int] = None


@dataclass
class ReplayHole(Model):
    """A row of somebody erased: nothing else is left of it."""

    # Rank that was told.
    rank: int
    # Score that was told.
    score: int


@dataclass
class ReplayItem(Model):
    """One entry's verdict."""

    _nested = {
        "holes": ReplayHole,
    }

    # Number of the entry.
    no: int
    # `same` byte for byte; `same_but_erased`: every row of who is left is the
    # same, what else was in it is in `holes` and `unchecked`; `different`;
    # `refused`: it cannot be computed again.
    verdict: str
    # What differs, or why it cannot be.
    why: Optional[str] = None
    # People who were stored then and have been erased since. It was computed
    # again without them.
    erased: Optional[int] = None
    # Of these, the rows they had in the answer.
    holes: Optional[list[ReplayHole]] = None
    # What was not compared: `rows` of the erased, `counts` beside the rows
    # (considered, matched, excluded, cursor), `facets`.
    unchecked: Optional[list[str]] = None


@dataclass
class Replayed(Model):
    """What came out of a replay."""

    _nested = {
        "items": ReplayItem,
    }

    # Those that are not the same; of one entry asked for, its verdict.
    items: list[ReplayItem]
    # Entries whose answer came out the same.
    same: int
    # Entries whose answer came out different.
    different: int
    # Entries that cannot be computed again.
    refused: int
    # Entries that are no matches.
    skipped: int
    # The kernel they were computed with.
    kernel: str
    # Entries whose answer came out the same but for people erased since.
    but_erased: Optional[int] = None
    # Entries that were pruned: nothing is left to compute.
    pruned: Optional[int] = None


@dataclass
class MatchProofRequest(Model):
    """What is to be proved."""

    # Number of the entry.
    no: int
    # Prove also that this person is ranked in it, and where.
    person: Optional[str] = None


@dataclass
class Attestation(Model):
    """Text for incrocio-audit, or a witness."""

    # Lines of words, as docs/records.md describes them.
    text: str
    # `after` of the next page; absent on the last.
    next: Optional[int] = None


@dataclass
class CheckpointRequest(Model):
    """What the checkpoint is to be compared with."""

    # Prove also that the register of so many entries is the beginning of this
    # one.
    since: Optional[int] = None


@dataclass
class RegisterExportRequest(Model):
    """One page of heads."""

    # The journal instead of the register.
    journal: Optional[bool] = None
    # Heads after this number.
    after: Optional[int] = None


@dataclass
class RegisterAskRequest(Model):
    """What a cut of the register would come to."""

    # Say also what a cut before this day would take.
    before: Optional[str] = None


@dataclass
class RegisterCut(Model):
    """How long the register is kept, and from where on it is there."""

    # The daemon's day (UTC).
    today: str
    # Months that entries are kept; 0: for ever.
    months: int
    # What the office rests this on, with its date.
    source: str
    # First number the register still has.
    first: int
    # Last number it gave.
    last: int
    # Entries from before this day may be pruned; absent: none may, no term is
    # set.
    latest: Optional[str] = None
    # Entries of this day and later are all there; absent: all ever made are.
    before: Optional[str] = None
    # Journal number of the command that cut it.
    journal: Optional[int] = None
    # Pruned entries whose bytes are still being removed; absent: none.
    left: Optional[int] = None
    # Entries that were pruned once and came back with a backup; absent: none.
    came_back: Optional[int] = None
    # The signed cut.
    text: Optional[str] = None
    # Last entry that the cut asked about would take; absent when it would take
    # none.
    until: Optional[int] = None
    # How many it would take; 0: none.
    entries: Optional[int] = None


@dataclass
class RegisterPruneRequest(Model):
    """What goes."""

    # Entries of this day and later are kept. It has to be as long ago as the
    # office's term, and 183 days.
    before: str


@dataclass
class EventListRequest(Model):
    """One page of what the standing match found."""

    # Events with a higher number.
    after: Optional[int] = None
    # Events a page.
    limit: Optional[int] = None
    # Only events of this need.
    need: Optional[str] = None


@dataclass
class EventItem(Model):
    """A pair that fits; each pair is told once. As msgpack it is also what subscribers get, with `v`."""

    # Number, rising; numbers may be missing.
    seq: int
    # The need.
    need: str
    # The person.
    person: str
    # Score when the pair was found.
    score: int
    # When that was, in milliseconds since 1970-01-01 UTC.
    at: int


@dataclass
class EventPage(Model):
    """A page of what the standing match found."""

    _nested = {
        "items": EventItem,
    }

    # In order of number, without pairs whose person or need is deleted, frozen
    # or closed.
    items: list[EventItem]
    # To go on from: `after` of the next page.
    last: int
    # There is more already.
    more: bool
    # Number of the last event.
    head: int


@dataclass
class ConceptFindRequest(Model):
    """A search for concepts."""

    # Words, as a person types them.
    text: str
    # What to look for.
    pillar: Optional[Pillar] = None
    # Language preferred, ISO 639-1.
    lang: Optional[str] = None
    # At most so many.
    k: Optional[int] = None


@dataclass
class ConceptHit(Model):
    """A concept found."""

    # URI.
    uri: str
    # Preferred label.
    label: str
    # The label that fits the text.
    matched: str
    # How well, basis points; 10000 is the same text.
    score: int
    # Language of the label that fits.
    lang: Optional[str] = None


@dataclass
class ConceptHits(Model):
    """Concepts found."""

    _nested = {
        "items": ConceptHit,
    }

    # Best first.
    items: list[ConceptHit]


@dataclass
class SuggestRequest(Model):
    """What somebody is typing."""

    # What was typed so far: the last word may be the beginning of one.
    text: str
    # Only these concepts; absent: skills and occupations.
    pillar: Optional[str] = None
    # Language of labels, preferred when it fits as well, ISO 639-1.
    lang: Optional[str] = None
    # At most so many.
    k: Optional[int] = None


@dataclass
class Stretch(Model):
    """A stretch of a text, in bytes of UTF-8."""

    # Its first byte.
    at: int
    # Its bytes.
    len: int


@dataclass
class Suggestion(Model):
    """A concept that may be meant."""

    _nested = {
        "spans": Stretch,
    }

    # URI.
    uri: str
    # Preferred label in the language asked for.
    label: str
    # The label that fits.
    matched: str
    # What of `matched` fits, in order.
    spans: list[Stretch]
    # Language of `matched`.
    lang: str
    # What it is.
    pillar: str
    # How it fits: same text; begins with it; words in any order; another form
    # (plural, gender); a typing mistake.
    fit: str


@dataclass
class Suggestions(Model):
    """Concepts that may be meant."""

    _nested = {
        "items": Suggestion,
    }

    # Best first.
    items: list[Suggestion]


@dataclass
class ConceptGetRequest(Model):
    """One concept."""

    # URI of a skill or an occupation.
    uri: str
    # Language of labels, ISO 639-1.
    lang: Optional[str] = None
    # Nearest concepts to list.
    k: Optional[int] = None


@dataclass
class Neighbour(Model):
    """A similar concept."""

    # URI.
    uri: str
    # Label.
    label: str
    # Similarity, basis points.
    cosine: int


@dataclass
class ConceptRef(Model):
    """A concept by URI and label."""

    # URI.
    uri: str
    # Label.
    label: str


@dataclass
class Concept(Model):
    """One concept."""

    _nested = {
        "neighbours": Neighbour,
        "essential": ConceptRef,
    }

    # URI.
    uri: str
    # Preferred label.
    label: str
    # What it is.
    pillar: Pillar
    # Other labels.
    alts: Optional[list[str]] = None
    # Description.
    description: Optional[str] = None
    # No longer offered; stored uses stay valid.
    retired: Optional[bool] = None
    # Added by the office.
    local: Optional[bool] = None
    # URI that takes its place.
    replaced_by: Optional[str] = None
    # ISCO-08 unit group of an occupation.
    isco: Optional[str] = None
    # Most similar skills, nearest first.
    neighbours: Optional[list[Neighbour]] = None
    # Essential skills of an occupation.
    essential: Optional[list[ConceptRef]] = None


@dataclass
class LinkAskRequest(Model):
    """A text to link to concepts."""

    # A job title or the name of a skill, 1,024 bytes at most; with `running`
    # any text.
    text: str
    # The text is not one name but names concepts here and there. Absent:
    # false.
    running: Optional[bool] = None
    # What to look for. Absent: occupations for a name, both in a running text.
    pillar: Optional[Pillar] = None
    # Language preferred, ISO 639-1.
    lang: Optional[str] = None
    # Answers to a name, at most.
    k: Optional[int] = None


@dataclass
class Linked(Model):
    """A concept for a text."""

    # URI.
    uri: str
    # Preferred label.
    label: str
    # The label that fits best.
    matched: str
    # What it is.
    kind: Linked
    # How likely it is right, in percent.
    confidence: int
    # First byte of the text that supports it.
    at: int
    # Bytes that support it.
    len: int
    # Language of the label that fits.
    lang: Optional[str] = None
    # National classification whose unit led here, such as CP2021; `matched` is
    # then the unit's name.
    scheme: Optional[str] = None
    # Code of that unit.
    code: Optional[str] = None


@dataclass
class Links(Model):
    """What a text may mean."""

    _nested = {
        "items": Linked,
    }

    # For a name: best first. In a running text: in its order, no two for the
    # same words.
    items: list[Linked]
    # Of a name, by the confidence of the first answer: 80 and more, 50 and
    # more, less, no answer. Unsure means: ask.
    verdict: Optional[Verdict] = None


@dataclass
class ComuneFindRequest(Model):
    """A search for comuni."""

    # Name or part of it.
    text: str
    # At most so many.
    k: Optional[int] = None


@dataclass
class ComuneHit(Model):
    """A comune found."""

    # ISTAT code.
    istat: str
    # Name.
    name: str
    # Sigla of the province.
    province: str
    # Region.
    region: str


@dataclass
class ComuneHits(Model):
    """Comuni found."""

    _nested = {
        "items": ComuneHit,
    }

    # Best first.
    items: list[ComuneHit]


@dataclass
class DraftFact(Model):
    """What a document states in a field of its own, not only in words."""

    # What it is about; level and importance cannot be.
    kind: str
    # First byte of the text it stands on.
    at: int
    # Bytes of it; they hold a word or a number.
    len: int
    # Concept of a skill or an occupation. One the taxonomy does not know is
    # noted, and the words are read instead. An occupation without one: the
    # words name it.
    uri: Optional[str] = None
    # Language: ISO 639-1. Licence: one code. Place: ISTAT code, or the
    # province of the comune that the words name. Hours: full_time, part_time.
    # Contract: tempo_determinato ... Mobility: car, bus ... Occupation: wish.
    value: Optional[str] = None
    # Months of an occupation (of a need: asked for), hours a week, seats, EQF
    # level, minutes of a journey.
    number: Optional[int] = None
    # Of a skill.
    level: Optional[int] = None
    # In a need.
    importance: Optional[Importance] = None
    # CEFR level of a language.
    listening: Optional[Cefr] = None
    # CEFR level of a language.
    reading: Optional[Cefr] = None
    # CEFR level of a language.
    interaction: Optional[Cefr] = None
    # CEFR level of a language.
    production: Optional[Cefr] = None
    # CEFR level of a language.
    writing: Optional[Cefr] = None
    # Of a start or an expiry.
    date: Optional[str] = None


@dataclass
class DraftRequestRequest(Model):
    """A text to be read."""

    _nested = {
        "facts": DraftFact,
    }

    # An advert, a CV, notes, a sentence; plain or HTML. Never stored, never
    # logged.
    text: str
    # What to make of it.
    kind: str
    # Language of labels, ISO 639-1.
    lang: Optional[str] = None
    # Add the essential skills of the occupation found, with the rule
    # essential_of_occupation.
    essentials: Optional[bool] = None
    # What the document that the text comes from states in fields: taken before
    # what its words say, with the rule stated.
    facts: Optional[list[DraftFact]] = None


@dataclass
class DraftAlso(Model):
    """Another concept that the words may mean."""

    # Concept.
    uri: str
    # Its label.
    label: str


@dataclass
class DraftItem(Model):
    """One thing that the text says."""

    _nested = {
        "also": DraftAlso,
    }

    # What it is about.
    kind: str
    # First byte of the text it stands on.
    at: int
    # Bytes of it.
    len: int
    # How sure the rule is, in basis points.
    confidence: int
    # The rule that read it.
    rule: str
    # Path in the record; absent: said, but no field holds it.
    field: Optional[str] = None
    # What was understood: "B2", "C CE", "40", "part_time".
    value: Optional[str] = None
    # Concept.
    uri: Optional[str] = None
    # Its label, or the comune's name.
    label: Optional[str] = None
    # Of a skill; absent: not said.
    level: Optional[int] = None
    # Absent: not said.
    importance: Optional[Importance] = None
    # Other concepts the words may mean.
    also: Optional[list[DraftAlso]] = None


@dataclass
class DraftSpan(Model):
    """Words that look like a requirement and link to nothing."""

    # First byte of the text it stands on.
    at: int
    # Bytes of it.
    len: int


@dataclass
class DraftWarning(Model):
    """What may not be asked of anybody; no item was made of it."""

    # age, sex, origin, religion, opinion, orientation, health, disability,
    # looks, family, mother_tongue, photo, residence, judicial.
    kind: str
    # Lawful, or a matter of form: worth a look.
    note: bool
    # First byte of the text it stands on.
    at: int
    # Bytes of it.
    len: int
    # Articles.
    law: str
    # Where they stand.
    source: str
    # The article was read in its source by the authors.
    verified: bool
    # What it means, Italian.
    message_it: str
    # What it means, English.
    message_en: str
    # What to write, Italian.
    rewrite_it: str
    # What to write, English.
    rewrite_en: str


@dataclass
class Draft(Model):
    """A proposal, stored nowhere: a person confirms it."""

    _nested = {
        "items": DraftItem,
        "unknown": DraftSpan,
        "warnings": DraftWarning,
    }

    # Of the draft: to be named when it is confirmed.
    id: str
    # What was made.
    kind: str
    # A need or candidate without id, as its put takes it.
    record: dict[str, Any]
    # What the text says, in its order.
    items: list[DraftItem]
    # What was not understood.
    unknown: list[DraftSpan]
    # What may not be asked.
    warnings: list[DraftWarning]
    # Version of the taxonomy.
    taxonomy: str
    # Language of the text, as far as its small words tell.
    text_lang: Optional[str] = None
    # What else deserves a look.
    notes: Optional[list[str]] = None


@dataclass
class DraftRow(Model):
    """What became of items."""

    # Of drafts of this kind.
    of: str
    # Items of this kind; level and importance: of skills kept.
    kind: str
    # Confirmed as proposed.
    kept: int
    # Confirmed with another value.
    changed: int
    # Confirmed, not proposed.
    added: int
    # Proposed, not confirmed.
    removed: int


@dataclass
class DraftQuality(Model):
    """How drafts fared in use: counts, nothing of texts or people."""

    _nested = {
        "items": DraftRow,
    }

    # Drafts of needs that were confirmed.
    needs: int
    # Drafts of profiles that were confirmed.
    candidates: int
    # By kind; those without a count are left out.
    items: list[DraftRow]


@dataclass
class UserPutRequest(Model):
    """A user to store."""

    _nested = {
        "record": User,
    }

    # The whole record; its revision is ignored.
    record: User
    # Refuse (conflict) unless the stored record has this revision; 0: unless
    # there is none.
    if_revision: Optional[int] = None
    # Check only, store nothing. Absent: false.
    dry_run: Optional[bool] = None


@dataclass
class UserGot(Model):
    """A stored user."""

    _nested = {
        "record": User,
    }

    # As stored.
    record: User
    # Its revision.
    revision: int
    # Fields that the asker's view leaves out, whether they are there or not;
    # absent when it leaves out none.
    hidden: Optional[list[str]] = None


@dataclass
class UserPage(Model):
    """A page of users."""

    _nested = {
        "items": User,
    }

    # In byte order of id.
    items: list[User]
    # For the next page; absent on the last.
    cursor: Optional[str] = None
    # Fields that the asker's view leaves out, whether they are there or not;
    # absent when it leaves out none.
    hidden: Optional[list[str]] = None


@dataclass
class UserRotateRequest(Model):
    """A user and a new public key."""

    # Id.
    id: str
    # The new public key, 40 characters of Z85.
    key: str


@dataclass
class JournalListRequest(Model):
    """One page of the journal."""

    # Entries with a higher number.
    after: Optional[int] = None
    # Entries a page.
    limit: Optional[int] = None


@dataclass
class JournalEntry(Model):
    """One command."""

    # Number, 1 is the first.
    seq: int
    # Milliseconds since 1970-01-01 UTC.
    at: int
    # Operation.
    op: str
    # ok, or the error code.
    result: str
    # Request key, hex.
    key: str
    # BLAKE2b-256 of the request body, hex.
    body_sha: str
    # Head of the chain after it, hex.
    chain: str
    # Record.
    id: Optional[str] = None
    # As the request said.
    actor: Optional[str] = None
    # As the request said.
    office: Optional[str] = None
    # As the request said.
    purpose: Optional[str] = None


@dataclass
class JournalPage(Model):
    """A page of the journal."""

    _nested = {
        "items": JournalEntry,
    }

    # In the order they were applied.
    items: list[JournalEntry]
    # Last number of the journal.
    head: int
    # Its chain value, hex.
    head_chain: str


@dataclass
class Verified(Model):
    """A walk of the store."""

    # Candidates read.
    candidates: int
    # Needs read.
    needs: int
    # Companies read.
    companies: int
    # Journal entries read.
    entries: int
    # Request keys read.
    keys: int
    # Things that are wrong.
    faults: int
    # Things that deserve a look.
    warnings: int
    # The first of them in words.
    findings: Optional[list[str]] = None
    # Users read.
    users: Optional[int] = None


@dataclass
class BackupRequest(Model):
    """Where to copy the store."""

    # Of the new folder under the backup folder; no leading dot.
    name: str


@dataclass
class BackedUp(Model):
    """A copy that is safe."""

    # The folder.
    name: str
    # Its size.
    bytes: int
    # The journal up to this number is in it, perhaps more.
    seq: int


class Op(NamedTuple):
    """An operation: its kind and its bodies."""

    kind: Literal["read", "match", "write", "admin"]
    request: type[Model]
    reply: type[Model]
    doc: str


OPS: dict[str, Op] = {
    "ping": Op(
        "read",
        EmptyRequest,
        Pong,
        "Is the daemon there, and which versions does it speak.",
    ),
    "status": Op(
        "read",
        EmptyRequest,
        Status,
        "Counters, latencies, versions of taxonomy and space, store size.",
    ),
    "candidate.put": Op(
        "write",
        CandidatePutRequest,
        Stored,
        "Store a person's profile, new or replacing the one with that id.",
    ),
    "candidate.put_many": Op(
        "write",
        PutManyRequest,
        PutResults,
        "Many candidate.put in one request: each is judged by itself, all that are good become durable together.",
    ),
    "candidate.get": Op(
        "read",
        ByIdRequest,
        CandidateGot,
        "One profile as stored.",
    ),
    "candidate.list": Op(
        "read",
        ListRequest,
        CandidatePage,
        "Profiles in order of id, by pages; also the bulk export.",
    ),
    "candidate.patch": Op(
        "write",
        PatchRequest,
        Stored,
        "Replace some fields of a profile; null removes a field.",
    ),
    "candidate.freeze": Op(
        "write",
        ByIdWriteRequest,
        Stored,
        "Take a person out of every match, keeping the profile.",
    ),
    "candidate.unfreeze": Op(
        "write",
        ByIdWriteRequest,
        Stored,
        "Let a frozen person take part again.",
    ),
    "candidate.delete": Op(
        "write",
        ByIdWriteRequest,
        Stored,
        "Delete a profile. The journal keeps that it happened.",
    ),
    "candidate.notice": Op(
        "write",
        ByIdWriteRequest,
        Stored,
        "Note that a person was told today that the data will go. It counts once she is due, until the data is checked again.",
    ),
    "candidate.seen": Op(
        "read",
        CandidateSeenRequest,
        RecordPage,
        "Where a person was seen: the matches she is in, her rank and score, who asked and why.",
    ),
    "candidate.erase": Op(
        "write",
        ByIdWriteRequest,
        Stored,
        "Erase a person for good: profile, vault record, what the journal says of either. Before the reply the person's key is destroyed; also for one who was deleted before.",
    ),
    "candidate.export": Op(
        "read",
        PersonExportRequest,
        PersonFile,
        "Everything that is stored about a person, to be given to them.",
    ),
    "retention.list": Op(
        "read",
        RetentionListRequest,
        RetentionPage,
        "Whose profile has been kept as long as the office says: to be told, told, or to go.",
    ),
    "retention.apply": Op(
        "write",
        ByIdWriteRequest,
        Stored,
        "Erase a person, as candidate.erase does, because her data was kept as long as the office says: `denied` while the notice has not run.",
    ),
    "vault.put": Op(
        "write",
        VaultPutRequest,
        Stored,
        "Store who a person is, replacing what was there. No match reads it.",
    ),
    "vault.get": Op(
        "read",
        ByIdRequest,
        VaultGot,
        "Who a person is.",
    ),
    "need.put": Op(
        "write",
        NeedPutRequest,
        Stored,
        "Store a company's need, new or replacing the one with that id.",
    ),
    "need.put_many": Op(
        "write",
        PutManyRequest,
        PutResults,
        "Many need.put in one request.",
    ),
    "need.get": Op(
        "read",
        ByIdRequest,
        NeedGot,
        "One need as stored.",
    ),
    "need.list": Op(
        "read",
        ListRequest,
        NeedPage,
        "Needs in order of id, by pages; also the bulk export.",
    ),
    "need.patch": Op(
        "write",
        PatchRequest,
        Stored,
        "Replace some fields of a need; null removes a field.",
    ),
    "need.close": Op(
        "write",
        ByIdWriteRequest,
        Stored,
        "Close a need: it takes no part in any match.",
    ),
    "need.reopen": Op(
        "write",
        ByIdWriteRequest,
        Stored,
        "Open a closed need again.",
    ),
    "need.delete": Op(
        "write",
        ByIdWriteRequest,
        Stored,
        "Delete a need.",
    ),
    "company.put": Op(
        "write",
        CompanyPutRequest,
        Stored,
        "Store a company.",
    ),
    "company.put_many": Op(
        "write",
        PutManyRequest,
        PutResults,
        "Many company.put in one request.",
    ),
    "company.get": Op(
        "read",
        ByIdRequest,
        CompanyGot,
        "One company as stored.",
    ),
    "company.list": Op(
        "read",
        ListRequest,
        CompanyPage,
        "Companies in order of id, by pages.",
    ),
    "company.patch": Op(
        "write",
        PatchRequest,
        Stored,
        "Replace some fields of a company; null removes a field.",
    ),
    "company.delete": Op(
        "write",
        ByIdWriteRequest,
        Stored,
        "Delete a company.",
    ),
    "match.people": Op(
        "match",
        MatchPeopleRequest,
        MatchPage,
        "The people who fit a need best, ranked and explained.",
    ),
    "match.needs": Op(
        "match",
        MatchNeedsRequest,
        MatchPage,
        "The open needs that fit a person best, ranked and explained.",
    ),
    "match.pair": Op(
        "match",
        MatchPairRequest,
        MatchItem,
        "One person against one need, explained.",
    ),
    "match.list": Op(
        "read",
        MatchListRequest,
        RecordPage,
        "The register of matches, newest first: by need, person, actor, days.",
    ),
    "match.get": Op(
        "read",
        MatchGetRequest,
        RecordGot,
        "One entry of the register: question, versions, who was ranked.",
    ),
    "match.replay": Op(
        "admin",
        MatchReplayRequest,
        Replayed,
        "Compute entries of the register again, from the people and needs of then, and compare them byte for byte.",
    ),
    "match.proof": Op(
        "read",
        MatchProofRequest,
        Attestation,
        "Proof that an entry, and a person in it, is in the register of a signed checkpoint.",
    ),
    "register.checkpoint": Op(
        "read",
        CheckpointRequest,
        Attestation,
        "Where journal and register stand now, signed: to be kept elsewhere.",
    ),
    "register.export": Op(
        "admin",
        RegisterExportRequest,
        Attestation,
        "The heads of the register or of the journal, for incrocio-audit.",
    ),
    "register.cut": Op(
        "admin",
        RegisterAskRequest,
        RegisterCut,
        "How long the register is kept, from where on it is there, the signed cut; and what a cut before a day would take.",
    ),
    "register.prune": Op(
        "write",
        RegisterPruneRequest,
        Stored,
        "Remove the register's entries from before a day for good. What is left can still be proved. The reply's revision is the last entry that went.",
    ),
    "event.list": Op(
        "read",
        EventListRequest,
        EventPage,
        "Pairs that the standing match found, in the order they were found.",
    ),
    "concept.find": Op(
        "read",
        ConceptFindRequest,
        ConceptHits,
        "Skills or occupations by words, typos allowed.",
    ),
    "suggest": Op(
        "read",
        SuggestRequest,
        Suggestions,
        "Concepts while somebody types one of their labels: beginnings of words, other forms, typing mistakes.",
    ),
    "concept.get": Op(
        "read",
        ConceptGetRequest,
        Concept,
        "One concept: labels, description, nearest concepts in the space.",
    ),
    "link": Op(
        "read",
        LinkAskRequest,
        Links,
        "What a job title may mean, or which concepts a text names, with how sure that is.",
    ),
    "comune.find": Op(
        "read",
        ComuneFindRequest,
        ComuneHits,
        "Comuni by name, typos allowed.",
    ),
    "draft": Op(
        "read",
        DraftRequestRequest,
        Draft,
        "From a text (advert, CV, notes, a sentence) to a draft need or profile, with the place in the text and the confidence of each item. Stored nowhere.",
    ),
    "quality.drafts": Op(
        "read",
        EmptyRequest,
        DraftQuality,
        "What people made of drafts: how many items of each kind were kept, changed, added, removed.",
    ),
    "user.put": Op(
        "write",
        UserPutRequest,
        Stored,
        "Let somebody in: store a user with a public key, a role and a territory.",
    ),
    "user.get": Op(
        "read",
        ByIdRequest,
        UserGot,
        "One user as stored.",
    ),
    "user.list": Op(
        "read",
        ListRequest,
        UserPage,
        "Users in order of id, by pages.",
    ),
    "user.patch": Op(
        "write",
        PatchRequest,
        Stored,
        "Replace some fields of a user; null removes a field.",
    ),
    "user.revoke": Op(
        "write",
        ByIdWriteRequest,
        Stored,
        "Let a user in no more, from this reply on, also over open connections.",
    ),
    "user.rotate": Op(
        "write",
        UserRotateRequest,
        Stored,
        "Put a new public key in the place of a user's; the old one lets nobody in any more.",
    ),
    "journal.list": Op(
        "admin",
        JournalListRequest,
        JournalPage,
        "Commands in the order they were applied, with the hash chain; no bodies.",
    ),
    "verify": Op(
        "admin",
        EmptyRequest,
        Verified,
        "Walk the whole store: every key, every reference, the chain.",
    ),
    "backup": Op(
        "admin",
        BackupRequest,
        BackedUp,
        "Hot compacting copy of the store into a new folder under the backup folder.",
    ),
    "oracle": Op(
        "admin",
        MatchPeopleRequest,
        MatchPage,
        "match.people computed the slow plain way, to compare.",
    ),
}

# error.code: what it means
ERRORS: dict[str, str] = {
    "no_memory": "no memory within the allowed budget",
    "bad_format": "the bytes do not follow the format",
    "out_of_range": "a value is outside its range",
    "over_limit": "a size or count is over a limit",
    "not_found": "no such record",
    "busy": "too much work waiting, try again later",
    "denied": "the caller may not do this",
    "store_failed": "the store failed the operation",
    "internal": "an internal rule was broken",
    "wrong_type": "a value has the wrong type",
    "missing_field": "a required field is missing",
    "unknown_field": "a field is not known here",
    "duplicate": "something is there twice",
    "bad_text": "a text is not valid UTF-8 or has a forbidden character",
    "bad_date": "a date or a time of day does not exist",
    "bad_window": "a time window ends before it starts or overlaps another",
    "unknown_concept": "a URI is not in the taxonomy",
    "unknown_comune": "an ISTAT code is not in the list of comuni",
    "unknown_op": "the operation does not exist",
    "unsupported_version": "the protocol version is not spoken here",
    "deadline_passed": "the deadline passed before the work was done",
    "conflict": "the record or the request key changed meanwhile",
    "store_full": "the disk or the store is full",
    "newer_format": "written by a newer version of incrocio",
    "artefact_mismatch": "two artefacts do not belong together",
    "corrupt": "stored bytes are damaged",
    "io_failed": "a file or the network failed",
    "stopping": "the service is stopping",
    "bad_config": "the configuration is not usable",
    "nothing_asked": "a need without requirements has no score",
    "unauthenticated": "nobody known, or nobody any more, has this key",
}

PROTOCOL = 1
KEY_BYTES = 16
