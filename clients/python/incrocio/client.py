"""One connection to incrociod: requests, retries, pages.

A client belongs to one thread. Every write carries a key of 16 random bytes
that stays the same over its retries, so the daemon does it once, however often
the wire fails.
"""
from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, Optional, TypeVar, Union

import msgpack
import zmq

from . import model as m
from .documents import Document, read_document

DEADLINE_S = 30.0
CONNECT_S = 3.0
DEADLINE_MAX_MS = 3_600_000  # on the wire; a client may wait longer
RETRIES = 3
PAUSE_S = 0.025
PAUSE_MAX_S = 2.0
PATIENCE_MIN_S = 1.0
WINDOW = 64
GROUP = 64  # records of a put_many
GROUP_BYTES = 128 * 1024
PAGE = 500
SLOW_S = 1800.0
AGAIN = ("busy", "stopping")  # said by a daemon that can do it later

Record = TypeVar("Record", m.Candidate, m.Need, m.Company)
NeedOrId = Union[str, m.Need, dict[str, Any]]
PersonOrId = Union[str, m.Candidate, dict[str, Any]]


class IncrocioError(Exception):
    """A request that failed: the daemon's own error, or no answer.

    code is one of `incrocio.model.ERRORS`; where is the path of the field,
    hint what would be right. None of them holds personal data.
    """

    def __init__(self, code: str, message: str, where: str = "",
                 hint: str = "") -> None:
        text = f"{code}: {message}"
        if where:
            text += f" ({where})"
        if hint:
            text += f"; {hint}"
        super().__init__(text)
        self.code = code
        self.message = message
        self.where = where
        self.hint = hint


def default_endpoint() -> str:
    """Where the daemon listens when nobody says."""
    given = os.environ.get("INCROCIO_ENDPOINT")
    if given:
        return given
    run = os.environ.get("XDG_RUNTIME_DIR", "")
    if run.startswith("/"):
        return f"ipc://{run}/incrocio/incrociod.sock"
    return f"ipc:///tmp/incrocio-{os.getuid()}/incrociod.sock"


def _check_folder(endpoint: str) -> None:
    """Who made /tmp/incrocio-UID first could listen in the daemon's place."""
    me = os.geteuid()
    folder = f"/tmp/incrocio-{me}"
    if not endpoint.startswith(f"ipc://{folder}/"):
        return
    try:
        info = os.lstat(folder)
    except OSError:
        return
    if not stat.S_ISDIR(info.st_mode) or info.st_uid != me:
        raise IncrocioError(
            "io_failed", "the folder of the socket belongs to another user",
            folder, "remove the folder, or set XDG_RUNTIME_DIR or another "
            "endpoint")


class KeyFile(NamedTuple):
    """A CURVE key pair, as `incrocio keys new` writes it."""

    public: str
    secret: str
    server: Optional[str] = None
    user: Optional[str] = None


def read_key_file(path: Union[str, os.PathLike[str]]) -> KeyFile:
    """Lines `name value`; refused when others may read it."""
    if os.stat(path).st_mode & 0o077:
        raise IncrocioError(
            "bad_config", "others may read this file with a secret key",
            str(path), "chmod 600, and make a new key if somebody did")
    found: dict[str, str] = {}
    with open(path, encoding="ascii") as f:
        for line in f:
            name, _, value = line.strip().partition(" ")
            if name in ("user", "public", "secret", "server"):
                found[name] = value
    if "public" not in found or "secret" not in found:
        raise IncrocioError(
            "bad_config", "the file does not hold a pair of keys", str(path),
            "incrocio keys new makes one")
    return KeyFile(found["public"], found["secret"], found.get("server"),
                   found.get("user"))


def new_key() -> bytes:
    """A request key: six bytes of the time, ten of chance. Keys made one after
    the other are neighbours in the store, which makes writing them cheaper."""
    return (time.time_ns() // 1_000_000).to_bytes(6, "big") + os.urandom(
        m.KEY_BYTES - 6)


class Pending(NamedTuple):
    """A request for Client.pipeline()."""

    op: str
    body: Optional[dict[str, Any]] = None
    key: Optional[bytes] = None


class _Slot:
    """A request under way."""

    def __init__(self, number: int, index: int, request: Pending,
                 deadline: float, retries: int, once: bool) -> None:
        now = time.monotonic()
        self.number = number
        self.index = index
        self.request = request
        self.key = request.key or new_key()
        self.end = now + deadline
        self.tries = retries
        self.patience = deadline if once else max(
            PATIENCE_MIN_S, deadline / (retries + 1))
        self.pause = PAUSE_S
        self.next = now
        self.sent: Optional[float] = None  # None: waiting to be sent
        self.was_sent = False
        self.last: Optional[IncrocioError] = None

    def give_up(self, endpoint: str) -> IncrocioError:
        if self.last is not None:
            return self.last
        if not self.was_sent:
            return IncrocioError("io_failed", "no daemon answers", endpoint,
                                 "start incrociod, or name another endpoint")
        return IncrocioError("deadline_passed", "no answer in time", endpoint)


def _hinted_s(hint: str) -> float:
    """Seconds in a hint such as "retry after 50 ms"; 0 when none."""
    words = hint.replace(",", " ").split()
    for number, unit in zip(words, words[1:]):
        if number.isdigit() and unit.startswith("ms"):
            return min(int(number) / 1000, PAUSE_MAX_S)
    return 0.0


def _wire(value: Any) -> Any:
    return value.to_wire() if isinstance(value, m.Model) else value


def _present(**fields: Any) -> dict[str, Any]:
    return {k: _wire(v) for k, v in fields.items() if v is not None}


class Client:
    """Talks to one daemon. Use as a context manager, or close() it.

    endpoint  ipc://... or tcp://...; default as the command line's
    timeout   seconds a call may take, its retries included
    retries   after silence, `busy` or `stopping`
    actor, office, purpose  sent with every request, kept in the journal
    view      "full" to be shown what the role may see only when it asks
    key_file, server_key  for tcp, which is always encrypted: the file with
              the own keys, and the daemon's public key unless the file has it;
              default $INCROCIO_KEY and $INCROCIO_SERVER_KEY
    """

    def __init__(self, endpoint: Optional[str] = None, *,
                 timeout: float = DEADLINE_S, retries: int = RETRIES,
                 connect_timeout: float = CONNECT_S,
                 actor: Optional[str] = None, office: Optional[str] = None,
                 purpose: Optional[str] = None, view: Optional[str] = None,
                 key_file: Union[str, os.PathLike[str], None] = None,
                 server_key: Optional[str] = None) -> None:
        self.endpoint = endpoint or default_endpoint()
        _check_folder(self.endpoint)
        self._keys = self._read_keys(key_file, server_key)
        self.timeout = timeout
        self.retries = retries
        self.connect_timeout = connect_timeout
        self._envelope = _present(
            actor=actor, office=office, purpose=purpose, view=view)
        self._count = 0
        self._met = False
        self._context = zmq.Context()
        self._socket = self._open()

    def close(self) -> None:
        if not self._socket.closed:
            self._socket.close()
        self._context.term()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- the wire ---------------------------------------------------------

    def _read_keys(self, key_file: Union[str, os.PathLike[str], None],
                   server_key: Optional[str]) -> Optional[KeyFile]:
        if not self.endpoint.startswith("tcp://"):
            return None
        path = key_file or os.environ.get("INCROCIO_KEY")
        if not path:
            raise IncrocioError(
                "bad_config", "over tcp a key is needed", self.endpoint,
                "name the file of your key: key_file= or INCROCIO_KEY")
        keys = read_key_file(path)
        server = (server_key or os.environ.get("INCROCIO_SERVER_KEY")
                  or keys.server)
        if not server:
            raise IncrocioError(
                "bad_config", "the daemon's public key is not known",
                str(path), "a line `server KEY` in the key's file, or "
                "INCROCIO_SERVER_KEY")
        return keys._replace(server=server)

    def _open(self) -> zmq.Socket[bytes]:
        socket = self._context.socket(zmq.DEALER)
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.IMMEDIATE, 1)  # no queue for an absent daemon
        socket.setsockopt(zmq.RECONNECT_IVL, 50)
        socket.setsockopt(zmq.RECONNECT_IVL_MAX, 1000)
        if self._keys is not None:
            socket.setsockopt_string(zmq.CURVE_SERVERKEY,
                                     self._keys.server or "")
            socket.setsockopt_string(zmq.CURVE_PUBLICKEY, self._keys.public)
            socket.setsockopt_string(zmq.CURVE_SECRETKEY, self._keys.secret)
        socket.connect(self.endpoint)
        return socket

    def _send(self, slot: _Slot) -> bool:
        op = m.OPS.get(slot.request.op)
        now = time.monotonic()
        message: dict[str, Any] = {
            "v": m.PROTOCOL, "id": str(slot.number), "op": slot.request.op,
            "deadline_ms": min(
                DEADLINE_MAX_MS, max(1, int((slot.end - now) * 1000))),
            **self._envelope}
        if op is not None and op.kind == "write":
            message["key"] = slot.key
        if slot.request.body is not None:
            message["body"] = slot.request.body
        try:
            self._socket.send_multipart([b"", msgpack.packb(message)],
                                        zmq.DONTWAIT)
        except zmq.Again:
            return False
        slot.sent = now
        slot.was_sent = True
        return True

    def _receive(self) -> Iterator[dict[str, Any]]:
        while True:
            try:
                parts = self._socket.recv_multipart(zmq.DONTWAIT)
            except zmq.Again:
                return
            try:
                reply = msgpack.unpackb(parts[-1], strict_map_key=True)
            except (ValueError, msgpack.UnpackException):
                continue  # whose it was cannot be told: silence follows
            if isinstance(reply, dict):
                self._met = True
                yield reply

    def _retry(self, slot: _Slot, wish: float = 0.0) -> bool:
        pause = max(slot.pause, wish)
        now = time.monotonic()
        if slot.tries <= 0 or now + pause >= slot.end:
            return False
        slot.tries -= 1
        slot.sent = None
        slot.next = now + pause
        slot.pause = min(slot.pause * 2, PAUSE_MAX_S)
        return True

    def _take(self, slots: dict[str, _Slot], reply: dict[str, Any]
              ) -> Optional[tuple[_Slot, Any]]:
        """The slot a reply ends, and its result; None when it goes on."""
        slot = slots.get(str(reply.get("id")))
        if slot is None or slot.sent is None:
            return None  # to a request sent twice or given up
        if reply.get("status") == "ok":
            return slot, reply.get("body")
        e = reply.get("error") or {}
        error = IncrocioError(e.get("code", "internal"), e.get("message", ""),
                              e.get("where", ""), e.get("hint", ""))
        if error.code in AGAIN:
            slot.last = error
            if self._retry(slot, _hinted_s(error.hint)):
                return None
        return slot, error

    def _reopen(self, slots: dict[str, _Slot]) -> list[_Slot]:
        """A new socket; all that was out goes again. Those given up."""
        lost, now = [], time.monotonic()
        self._socket.close()
        self._socket = self._open()
        self._met = False
        for slot in slots.values():
            if slot.sent is None:
                continue
            if now - slot.sent < slot.patience:
                slot.sent, slot.next = None, now
            elif not self._retry(slot):
                lost.append(slot)
        return lost

    def _step(self, slots: dict[str, _Slot], since: float
              ) -> list[tuple[_Slot, Any]]:
        """Send what is due, wait a little, take what came."""
        ended: list[tuple[_Slot, Any]] = []
        now = time.monotonic()
        blocked = silent = False
        wake = now + 0.5
        for slot in slots.values():
            if now >= slot.end:
                ended.append((slot, slot.give_up(self.endpoint)))
            elif slot.sent is None and slot.next <= now and not blocked:
                blocked = not self._send(slot)
            elif slot.sent is None:
                wake = min(wake, max(slot.next, now))
            elif now - slot.sent >= slot.patience:
                silent = True
            wake = min(wake, slot.end)
            if slot.sent is not None:
                wake = min(wake, slot.sent + slot.patience)
        if ended:
            return ended
        if silent:
            return [(s, s.give_up(self.endpoint)) for s in self._reopen(slots)]
        if blocked and not self._met and now - since > self.connect_timeout:
            return [(s, s.give_up(self.endpoint)) for s in slots.values()
                    if not s.was_sent]
        events = zmq.POLLIN | (zmq.POLLOUT if blocked else 0)
        wait = min(max(wake - now, 0.0), 0.1 if blocked else 0.5)
        if self._socket.poll(int(wait * 1000) + 1, events):
            for reply in self._receive():
                end = self._take(slots, reply)
                if end is not None:
                    slots.pop(str(end[0].number))
                    ended.append(end)
        return ended

    def pipeline(self, requests: Iterable[Pending], *, window: int = WINDOW,
                 timeout: Optional[float] = None
                 ) -> Iterator[tuple[int, Any]]:
        """Many requests at once, at most `window` under way. Yields
        (index, body or IncrocioError) in the order of the answers."""
        slots: dict[str, _Slot] = {}
        source = enumerate(requests)
        more, since = True, time.monotonic()
        while more or slots:
            while more and len(slots) < window:
                try:
                    index, request = next(source)
                except StopIteration:
                    more = False
                    break
                self._count += 1
                slots[str(self._count)] = _Slot(
                    self._count, index, request, timeout or self.timeout,
                    self.retries, False)
            if not slots:
                break
            for slot, result in self._step(slots, since):
                slots.pop(str(slot.number), None)
                since = time.monotonic()
                yield slot.index, result

    def call(self, op: str, body: Any = None, *, key: Optional[bytes] = None,
             timeout: Optional[float] = None, once: bool = False) -> Any:
        """One request of any kind; the reply's body as plain data.

        once  never ask twice after silence (long administration work)
        """
        self._count += 1
        slot = _Slot(self._count, 0, Pending(op, _wire(body), key),
                     timeout or self.timeout, self.retries, once)
        slots = {str(self._count): slot}
        since = time.monotonic()
        while True:
            for _, result in self._step(slots, since):
                if isinstance(result, IncrocioError):
                    raise result
                return result

    # --- the service ------------------------------------------------------

    def ping(self) -> m.Pong:
        return m.Pong.from_wire(self.call("ping"))

    def status(self) -> m.Status:
        return m.Status.from_wire(self.call("status"))

    # --- records ----------------------------------------------------------

    def _put(self, kind: str, record: Any, if_revision: Optional[int],
             dry_run: bool, key: Optional[bytes],
             draft: Optional[m.Draft] = None) -> m.Stored:
        body = _present(record=record, if_revision=if_revision,
                        dry_run=dry_run or None,
                        draft=None if draft is None else
                        {"id": draft.id, "proposed": draft.record})
        return m.Stored.from_wire(self.call(f"{kind}.put", body, key=key))

    def put_many(self, records: Iterable[Any], *, kind: str = "candidate",
                 group: int = GROUP, window: int = WINDOW // 4,
                 dry_run: bool = False,
                 timeout: Optional[float] = None
                 ) -> Iterator[tuple[int, Union[m.Stored, IncrocioError]]]:
        """Many records, `group` in a request and `window` requests at once.

        Yields (index, Stored or IncrocioError), each record judged by itself;
        groups in the order of their answers. Use a window of 1 when the same
        id may come twice and a request may have to be repeated. A request that
        fails as a whole gives its error for each of its records.
        """
        sizes: list[tuple[int, int]] = []

        def requests() -> Iterator[Pending]:
            puts: list[dict[str, Any]] = []
            at = weight = 0
            for record in records:
                put = _present(record=record, dry_run=dry_run or None)
                size = len(msgpack.packb(put))
                if puts and (len(puts) == group or
                             weight + size > GROUP_BYTES):
                    sizes.append((at, len(puts)))
                    at += len(puts)
                    yield Pending(f"{kind}.put_many", {"puts": puts})
                    puts, weight = [], 0
                puts.append(put)
                weight += size
            if puts:
                sizes.append((at, len(puts)))
                yield Pending(f"{kind}.put_many", {"puts": puts})

        for index, body in self.pipeline(requests(), window=window,
                                         timeout=timeout):
            at, count = sizes[index]
            if isinstance(body, IncrocioError):
                for i in range(count):
                    yield at + i, body
                continue
            for i, result in enumerate(body["results"]):
                e = result.get("error")
                yield at + i, m.Stored.from_wire(result) if e is None else \
                    IncrocioError(e["code"], e["message"],
                                  e.get("where", ""), e.get("hint", ""))

    def _patch(self, kind: str, id: str, changes: dict[str, Any],
               if_revision: Optional[int], key: Optional[bytes]) -> m.Stored:
        body = _present(id=id, if_revision=if_revision)
        body["set"] = {k: _wire(v) for k, v in changes.items()}
        return m.Stored.from_wire(self.call(f"{kind}.patch", body, key=key))

    def _by_id(self, op: str, id: str, if_revision: Optional[int],
               key: Optional[bytes]) -> m.Stored:
        body = _present(id=id, if_revision=if_revision)
        return m.Stored.from_wire(self.call(op, body, key=key))

    def _pages(self, kind: str, office: Optional[str], limit: int
               ) -> Iterator[dict[str, Any]]:
        cursor: Optional[str] = None
        while True:
            page = self.call(f"{kind}.list", _present(
                limit=limit, cursor=cursor, office=office))
            yield from page["items"]
            cursor = page.get("cursor")
            if not cursor:
                return

    def put_candidate(self, record: Union[m.Candidate, dict[str, Any]], *,
                      if_revision: Optional[int] = None, dry_run: bool = False,
                      key: Optional[bytes] = None,
                      draft: Optional[m.Draft] = None) -> m.Stored:
        """draft: the one this record was made from, for its statistics."""
        return self._put("candidate", record, if_revision, dry_run, key,
                         draft)

    def put_need(self, record: Union[m.Need, dict[str, Any]], *,
                 if_revision: Optional[int] = None, dry_run: bool = False,
                 key: Optional[bytes] = None,
                 draft: Optional[m.Draft] = None) -> m.Stored:
        return self._put("need", record, if_revision, dry_run, key, draft)

    def put_company(self, record: Union[m.Company, dict[str, Any]], *,
                    if_revision: Optional[int] = None, dry_run: bool = False,
                    key: Optional[bytes] = None) -> m.Stored:
        return self._put("company", record, if_revision, dry_run, key)

    def get_candidate(self, id: str) -> m.Candidate:
        return m.Candidate.from_wire(
            self.call("candidate.get", {"id": id})["record"])

    def get_need(self, id: str) -> m.Need:
        return m.Need.from_wire(self.call("need.get", {"id": id})["record"])

    def get_company(self, id: str) -> m.Company:
        return m.Company.from_wire(
            self.call("company.get", {"id": id})["record"])

    def candidates(self, *, office: Optional[str] = None, limit: int = PAGE
                   ) -> Iterator[m.Candidate]:
        """All profiles in order of id, page after page."""
        for item in self._pages("candidate", office, limit):
            yield m.Candidate.from_wire(item)

    def needs(self, *, office: Optional[str] = None, limit: int = PAGE
              ) -> Iterator[m.Need]:
        for item in self._pages("need", office, limit):
            yield m.Need.from_wire(item)

    def companies(self, *, office: Optional[str] = None, limit: int = PAGE
                  ) -> Iterator[m.Company]:
        for item in self._pages("company", office, limit):
            yield m.Company.from_wire(item)

    def patch_candidate(self, id: str, changes: dict[str, Any], *,
                        if_revision: Optional[int] = None,
                        key: Optional[bytes] = None) -> m.Stored:
        """Replace fields; None removes one."""
        return self._patch("candidate", id, changes, if_revision, key)

    def patch_need(self, id: str, changes: dict[str, Any], *,
                   if_revision: Optional[int] = None,
                   key: Optional[bytes] = None) -> m.Stored:
        return self._patch("need", id, changes, if_revision, key)

    def patch_company(self, id: str, changes: dict[str, Any], *,
                      if_revision: Optional[int] = None,
                      key: Optional[bytes] = None) -> m.Stored:
        return self._patch("company", id, changes, if_revision, key)

    def freeze(self, id: str, *, if_revision: Optional[int] = None,
               key: Optional[bytes] = None) -> m.Stored:
        return self._by_id("candidate.freeze", id, if_revision, key)

    def unfreeze(self, id: str, *, if_revision: Optional[int] = None,
                 key: Optional[bytes] = None) -> m.Stored:
        return self._by_id("candidate.unfreeze", id, if_revision, key)

    def retention_apply(self, id: str) -> m.Stored:
        """Erase a person whose notice has run; denied before."""
        return m.Stored.from_wire(self.call("retention.apply", {"id": id}))

    def notice(self, id: str, *, if_revision: Optional[int] = None,
               key: Optional[bytes] = None) -> m.Stored:
        """The person was told today that her data will go."""
        return self._by_id("candidate.notice", id, if_revision, key)

    def retention(self, *, id: Optional[str] = None,
                  office: Optional[str] = None, limit: int = PAGE
                  ) -> Iterator[m.RetentionItem]:
        """Whose profile has been kept as long as the office says; with `id`
        that person, due or not."""
        asked = _present(id=id, office=office, limit=limit)
        while True:
            page = m.RetentionPage.from_wire(self.call("retention.list", asked))
            yield from page.items
            if page.next is None:
                return
            asked["after"] = page.next

    def delete_candidate(self, id: str, *, if_revision: Optional[int] = None,
                         key: Optional[bytes] = None) -> m.Stored:
        return self._by_id("candidate.delete", id, if_revision, key)

    def erase(self, id: str, *, key: Optional[bytes] = None) -> m.Stored:
        """For good: the person's key is destroyed before this returns."""
        return self._by_id("candidate.erase", id, None, key)

    def put_vault(self, record: Union[m.Vault, dict[str, Any]], *,
                  if_revision: Optional[int] = None, dry_run: bool = False,
                  key: Optional[bytes] = None) -> m.Stored:
        """Who a person is; no match reads it."""
        return self._put("vault", record, if_revision, dry_run, key)

    def get_vault(self, id: str) -> m.Vault:
        return m.Vault.from_wire(self.call("vault.get", {"id": id})["record"])

    def export(self, id: str) -> m.PersonFile:
        """Everything stored about a person, all pages in one."""
        whole = self.call("candidate.export", {"id": id})
        after = whole.pop("next", None)
        while after is not None:
            page = self.call("candidate.export", {"id": id, "after": after})
            whole["journal"] += page["journal"]
            after = page.get("next")
        return m.PersonFile.from_wire(whole)

    def close_need(self, id: str, *, if_revision: Optional[int] = None,
                   key: Optional[bytes] = None) -> m.Stored:
        return self._by_id("need.close", id, if_revision, key)

    def reopen_need(self, id: str, *, if_revision: Optional[int] = None,
                    key: Optional[bytes] = None) -> m.Stored:
        return self._by_id("need.reopen", id, if_revision, key)

    def delete_need(self, id: str, *, if_revision: Optional[int] = None,
                    key: Optional[bytes] = None) -> m.Stored:
        return self._by_id("need.delete", id, if_revision, key)

    def delete_company(self, id: str, *, if_revision: Optional[int] = None,
                       key: Optional[bytes] = None) -> m.Stored:
        return self._by_id("company.delete", id, if_revision, key)

    # --- match ------------------------------------------------------------

    def _match_body(self, about: Any, inline: str,
                    options: Optional[m.MatchOptions], more: dict[str, Any]
                    ) -> dict[str, Any]:
        body = {"id": about} if isinstance(about, str) else {
            inline: _wire(about)}
        chosen = dict(_wire(options) or {})
        chosen.update({k: _wire(v) for k, v in more.items() if v is not None})
        if chosen:
            body["options"] = chosen
        return body

    def match_people(self, need: NeedOrId,
                     options: Optional[m.MatchOptions] = None,
                     **more: Any) -> m.MatchPage:
        """The people who fit a need best; options by name as well:
        match_people("N-1", k=5, rules=["must"])."""
        return m.MatchPage.from_wire(self.call(
            "match.people", self._match_body(need, "need", options, more)))

    def match_needs(self, person: PersonOrId,
                    options: Optional[m.MatchOptions] = None,
                    **more: Any) -> m.MatchPage:
        """The open needs that fit a person best."""
        return m.MatchPage.from_wire(self.call(
            "match.needs",
            self._match_body(person, "candidate", options, more)))

    def match_people_all(self, need: NeedOrId,
                         options: Optional[m.MatchOptions] = None,
                         **more: Any) -> Iterator[m.MatchItem]:
        """All pages of a ranking, one item after the other."""
        while True:
            page = self.match_people(need, options, **more)
            yield from page.items
            if not page.cursor:
                return
            more["cursor"] = page.cursor

    def match_pair(self, need: str, candidate: str, *,
                   as_of: Optional[str] = None,
                   attitude: Optional[str] = None,
                   lang: Optional[str] = None) -> m.MatchItem:
        return m.MatchItem.from_wire(self.call("match.pair", _present(
            need=need, candidate=candidate, as_of=as_of, attitude=attitude,
            lang=lang)))

    def oracle(self, need: NeedOrId,
               options: Optional[m.MatchOptions] = None,
               **more: Any) -> m.MatchPage:
        """match_people computed the slow plain way (administration)."""
        return m.MatchPage.from_wire(self.call(
            "oracle", self._match_body(need, "need", options, more),
            timeout=SLOW_S, once=True))

    # --- standing match ---------------------------------------------------

    def events(self, *, after: int = 0, need: Optional[str] = None,
               limit: int = PAGE) -> Iterator[m.EventItem]:
        """Pairs the standing match found so far, page after page."""
        while True:
            page = m.EventPage.from_wire(self.call("event.list", _present(
                after=after, need=need, limit=limit)))
            yield from page.items
            if not page.more:
                return
            after = page.last

    def follow_events(self, *, after: Optional[int] = None,
                      need: Optional[str] = None, wait: float = 1.0
                      ) -> Iterator[m.EventItem]:
        """Events as they are found, for ever; each once, none missed.

        after  go on from this number; None: from now on
        wait   seconds between two looks where the daemon does not publish,
               and after which a lost publication is made up for

        What is published only wakes this up: the events themselves are read
        with event.list, so a connection that fails costs nothing.
        """
        if after is None:
            after = m.EventPage.from_wire(
                self.call("event.list", {"limit": 1})).head
        endpoint = m.Status.from_wire(self.call("status")).events
        socket = self._context.socket(zmq.SUB)
        try:
            socket.setsockopt(zmq.LINGER, 0)
            socket.setsockopt(zmq.SUBSCRIBE, b"match")
            if endpoint:
                socket.connect(endpoint)
            while True:
                page = m.EventPage.from_wire(self.call("event.list", _present(
                    after=after, need=need, limit=PAGE)))
                yield from page.items
                after = page.last
                if not page.more:
                    self._drain(socket, wait)
        finally:
            socket.close()

    @staticmethod
    def _drain(socket: zmq.Socket[bytes], wait: float) -> None:
        """Wait for a publication; take all that are there."""
        socket.poll(int(wait * 1000))
        while True:
            try:
                socket.recv_multipart(zmq.DONTWAIT)
            except zmq.Again:
                return

    # --- the register of matches ------------------------------------------

    def matches(self, *, need: Optional[str] = None,
                person: Optional[str] = None, actor: Optional[str] = None,
                from_: Optional[str] = None, until: Optional[str] = None,
                limit: int = PAGE) -> Iterator[m.RecordItem]:
        """Entries of the register, newest first, page after page."""
        asked = _present(need=need, person=person, actor=actor, until=until,
                         limit=limit, **{"from": from_})
        return self._entries("match.list", asked)

    def seen(self, id: str, *, from_: Optional[str] = None,
             until: Optional[str] = None, limit: int = PAGE
             ) -> Iterator[m.RecordItem]:
        """Where a person was seen: the matches she is in, newest first."""
        asked = _present(id=id, until=until, limit=limit, **{"from": from_})
        return self._entries("candidate.seen", asked)

    def _entries(self, op: str, asked: dict[str, Any]
                 ) -> Iterator[m.RecordItem]:
        while True:
            page = m.RecordPage.from_wire(self.call(op, asked))
            yield from page.items
            if page.next is None:
                return
            asked = {**asked, "before": page.next}

    def match_record(self, no: int) -> m.RecordGot:
        """One entry: question, versions, who was ranked."""
        return m.RecordGot.from_wire(self.call("match.get", {"no": no}))

    def checkpoint(self, since: Optional[int] = None) -> str:
        """Where journal and register stand, signed."""
        return m.Attestation.from_wire(self.call(
            "register.checkpoint", _present(since=since))).text

    def proof(self, no: int, person: Optional[str] = None) -> str:
        """Proof that an entry, and a person in it, is in the register."""
        return m.Attestation.from_wire(self.call(
            "match.proof", _present(no=no, person=person))).text

    def export_register(self, *, journal: bool = False) -> Iterator[str]:
        """The heads of register or journal, page after page."""
        after: Optional[int] = 0
        while after is not None:
            page = m.Attestation.from_wire(self.call("register.export", {
                "journal": journal, "after": after}, timeout=SLOW_S))
            yield page.text
            after = page.next

    def register_cut(self, before: Optional[str] = None) -> m.RegisterCut:
        """How long the register is kept, and what a cut would take."""
        return m.RegisterCut.from_wire(self.call(
            "register.cut", _present(before=before), timeout=SLOW_S))

    def prune_register(self, before: str) -> m.Stored:
        """Remove the entries from before a day for good."""
        return m.Stored.from_wire(self.call(
            "register.prune", {"before": before}, timeout=SLOW_S))

    def replay(self, no: int, until: Optional[int] = None) -> m.Replayed:
        """Entries computed again and compared; at most 1,000."""
        return m.Replayed.from_wire(self.call(
            "match.replay", _present(no=no, until=until), timeout=SLOW_S))

    # --- users ------------------------------------------------------------

    def put_user(self, user: Union[m.User, dict[str, Any]], *,
                 if_revision: Optional[int] = None, dry_run: bool = False,
                 key: Optional[bytes] = None) -> m.Stored:
        """Let somebody in, by a public key."""
        return self._put("user", user, if_revision, dry_run, key)

    def get_user(self, id: str) -> m.User:
        return m.User.from_wire(self.call("user.get", {"id": id})["record"])

    def users(self, *, limit: int = PAGE) -> Iterator[m.User]:
        for item in self._pages("user", None, limit):
            yield m.User.from_wire(item)

    def patch_user(self, id: str, changes: dict[str, Any], *,
                   if_revision: Optional[int] = None,
                   key: Optional[bytes] = None) -> m.Stored:
        """Replace fields; None removes one."""
        return self._patch("user", id, changes, if_revision, key)

    def revoke_user(self, id: str, *, if_revision: Optional[int] = None,
                    key: Optional[bytes] = None) -> m.Stored:
        """Out from the reply on, also over open connections."""
        return self._by_id("user.revoke", id, if_revision, key)

    def rotate_user(self, id: str, public: str, *,
                    key: Optional[bytes] = None) -> m.Stored:
        """A new public key. Who rotates its own gets `unauthenticated`: the
        key that asked is out."""
        return m.Stored.from_wire(self.call(
            "user.rotate", {"id": id, "key": public}, key=key))

    # --- reference --------------------------------------------------------

    def find_concepts(self, text: str, *, pillar: Optional[str] = None,
                      lang: Optional[str] = None, k: Optional[int] = None
                      ) -> list[m.ConceptHit]:
        return m.ConceptHits.from_wire(self.call("concept.find", _present(
            text=text, pillar=pillar, lang=lang, k=k))).items

    def link(self, text: str, *, running: Optional[bool] = None,
             pillar: Optional[str] = None, lang: Optional[str] = None,
             k: Optional[int] = None) -> m.Links:
        """What a job title may mean; with `running`, which concepts a text
        names and where (bytes of its UTF-8)."""
        return m.Links.from_wire(self.call("link", _present(
            text=text, running=running, pillar=pillar, lang=lang, k=k)))

    def suggest(self, text: str, *, pillar: Optional[str] = None,
                lang: Optional[str] = None, k: Optional[int] = None
                ) -> list[m.Suggestion]:
        """Concepts while somebody types; spans are bytes of `matched`."""
        return m.Suggestions.from_wire(self.call("suggest", _present(
            text=text, pillar=pillar, lang=lang, k=k))).items

    def get_concept(self, uri: str, *, lang: Optional[str] = None,
                    k: Optional[int] = None) -> m.Concept:
        return m.Concept.from_wire(self.call("concept.get", _present(
            uri=uri, lang=lang, k=k)))

    def find_comuni(self, text: str, *, k: Optional[int] = None
                    ) -> list[m.ComuneHit]:
        return m.ComuneHits.from_wire(self.call("comune.find", _present(
            text=text, k=k))).items

    # --- drafts -----------------------------------------------------------

    def draft(self, text: str, *, kind: str, lang: Optional[str] = None,
              essentials: Optional[bool] = None,
              facts: Optional[list[dict]] = None) -> m.Draft:
        """From a text to a draft need or profile ("need", "candidate").
        Spans count bytes of the text in UTF-8. facts: what the document that
        the text comes from states in fields (docs/drafts.md). Nothing is
        stored."""
        return m.Draft.from_wire(self.call("draft", _present(
            text=text, kind=kind, lang=lang, essentials=essentials,
            facts=facts)))

    def draft_document(self, path: Union[str, os.PathLike[str]], *, kind: str,
                       form: Optional[str] = None,
                       lang: Optional[str] = None,
                       essentials: Optional[bool] = None,
                       program: str = "incrocio"
                       ) -> tuple[m.Draft, Document]:
        """From a file (Europass, JobPosting ...) to a draft, and what was
        read of the file and left out. `program`: the command line, which
        reads it."""
        read = read_document(path, kind=kind, form=form, program=program)
        return self.draft(read.text, kind=kind, lang=lang,
                          essentials=essentials,
                          facts=read.facts or None), read

    def draft_quality(self) -> m.DraftQuality:
        """What people made of drafts: counts by kind of item."""
        return m.DraftQuality.from_wire(self.call("quality.drafts"))

    # --- administration ---------------------------------------------------

    def journal(self, *, after: int = 0, limit: int = PAGE
                ) -> Iterator[m.JournalEntry]:
        """Entries in the order they were applied, page after page."""
        while True:
            page = m.JournalPage.from_wire(self.call("journal.list", {
                "after": after, "limit": limit}))
            yield from page.items
            if not page.items or page.items[-1].seq >= page.head:
                return
            after = page.items[-1].seq

    def verify(self) -> m.Verified:
        return m.Verified.from_wire(
            self.call("verify", timeout=SLOW_S, once=True))

    def backup(self, name: str) -> m.BackedUp:
        return m.BackedUp.from_wire(
            self.call("backup", {"name": name}, timeout=SLOW_S, once=True))
