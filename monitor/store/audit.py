"""The audit log: who did what to what, when and from where. Rows are only ever added, each chained to the one before.

The database itself refuses to change or delete a row (see `seal.py`). To get past that, every later row has to be made
anew too: each has the digest of what it says together with the digest of the row before, and the last one is noted
elsewhere, so that rows missing at the end show as well. The chain has no key: it proves changes to a person who kept a
digest, which `xuncha audit verify` prints.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from monitor.core.calendar import ONE_DAY, start_of_day
from monitor.store import notes
from monitor.store.database import Tx
from monitor.store.tables import acts as table

CHUNK = 1000
"""Rows that are read at once."""
NOTE = "audit"
"""Where the last row's number and digest are noted."""
_LOCK = 0x78756E64
"""Under which number PostgreSQL lets one transaction at a time add rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing a person (or the daemon, actor `xuncha`) did, or was refused."""

    at: datetime
    actor: str
    """The actor, by their own word; by a page, as the roster names them."""
    action: str
    """A verb of the program, e.g. `import roster`, `message release`."""
    object: str = ""
    detail: str = ""
    """One line; never a secret."""
    login: str = ""
    """The user of the machine who really typed the command, as the system knows them; empty for what came by a page."""
    address: str = ""
    """From where it came by a page or the interface; empty for commands."""
    before: str = ""
    after: str = ""
    """The thing before and after the act; empty where nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """An act as a row of the log."""

    number: int
    act: Act
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """How far the chain was found whole."""

    number: int = 0
    """The last row that is right; 0 before any was read."""
    digest: str = ""
    rows: int = 0
    broken_at: int | None = None
    """The first row that does not follow from those before, or that the last note names and that is not there."""
    is_over: bool = False
    """True if the end was reached."""


def record_audit(tx: Tx, act: Act) -> None:
    """Append one act."""
    if tx.dialect.name == "postgresql":
        tx.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    last = tx.execute(sa.select(table.c.id, table.c.digest).order_by(table.c.id.desc()).limit(1)).one_or_none()
    number, before = (last.id + 1, last.digest) if last else (1, "")
    digest = digest_of(before, number, act)
    tx.execute(sa.insert(table), asdict(act) | {"id": number, "digest": digest})
    notes.put_note(tx, NOTE, f"{number} {digest}")


def digest_of(before: str, number: int, act: Act) -> str:
    """Return what a row has as its digest, after one that has the digest `before` (the first: an empty one)."""
    said = asdict(act) | {"at": act.at.astimezone(UTC).isoformat(" ", "microseconds")}
    text = json.dumps([before, number, *(said[name] for name in sorted(said))], separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def walk(tx: Tx, since: Walk, *, at_most: int) -> Walk:
    """Return how far the chain is whole after this number of further rows; it goes on where an earlier walk ended."""
    digest, number, rows = since.digest, since.number, 0
    for entry in _entries(tx, after=since.number, limit=at_most):
        if entry.number != number + 1 or entry.digest != digest_of(digest, entry.number, entry.act):
            return Walk(number=number, digest=digest, rows=since.rows + rows, broken_at=entry.number, is_over=True)
        digest, number, rows = entry.digest, entry.number, rows + 1
    is_over = rows < at_most
    noted = notes.get_note(tx, NOTE) or "0 "
    is_short = is_over and noted != f"{number} {digest}"
    return Walk(
        number=number,
        digest=digest,
        rows=since.rows + rows,
        broken_at=number + 1 if is_short else None,
        is_over=is_over,
    )


def walk_all(tx: Tx) -> Walk:
    """Return how far the whole chain is whole."""
    found = Walk()
    while not found.is_over:
        found = walk(tx, found, at_most=CHUNK)
    return found


def is_in_chain(tx: Tx, digest: str) -> bool:
    """True if some row has this digest."""
    return tx.scalar(sa.select(table.c.id).where(table.c.digest == digest)) is not None


def every_entry(tx: Tx) -> Iterator[AuditEntry]:
    """Yield the whole log, oldest first."""
    after = 0
    while some := list(_entries(tx, after=after, limit=CHUNK)):
        yield from some
        after = some[-1].number


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which acts are meant; what is empty leaves none out."""

    actor: str = ""
    """A part of who acted."""
    action: str = ""
    actions: frozenset[str] = frozenset()
    """Any of these."""
    day: date | None = None
    """Of Beijing."""
    object: str = ""
    """A part of what was acted on."""
    case: int | None = None
    """The case that was acted on."""

    def _conditions(self) -> Iterator[sa.ColumnElement[bool]]:
        if self.actor:
            yield table.c.actor.contains(self.actor, autoescape=True)
        if self.action:
            yield table.c.action == self.action
        if self.actions:
            yield table.c.action.in_(sorted(self.actions))
        if self.day:
            yield table.c.at >= start_of_day(self.day)
            yield table.c.at < start_of_day(self.day + ONE_DAY)
        if self.object:
            yield table.c.object.contains(self.object, autoescape=True)
        if self.case is not None:
            yield table.c.action.startswith("case ")
            yield table.c.object == str(self.case)

    def on(self, chosen: sa.Select[Any]) -> sa.Select[Any]:
        """Return a query for these acts alone."""
        return chosen.where(*self._conditions())


_ALL = AuditFilter()


def recent_audit(
    tx: Tx, *, limit: int = 200, skip: int = 0, beginning: str = "", which: AuditFilter = _ALL
) -> tuple[Act, ...]:
    """Return the latest of these acts whose action begins so, newest first."""
    chosen = which.on(sa.select(table)).order_by(table.c.at.desc(), table.c.id.desc()).limit(limit).offset(skip)
    if beginning:
        chosen = chosen.where(table.c.action.startswith(beginning, autoescape=True))
    return tuple(entry.act for entry in _read(tx.execute(chosen)))


def audit_behind(tx: Tx, which: AuditFilter, *, limit: int, before: int | None) -> tuple[AuditEntry, ...]:
    """Return these acts as rows of the log, newest first: those before a number, or from the newest on."""
    chosen = which.on(sa.select(table)).order_by(table.c.id.desc()).limit(limit)
    return tuple(_read(tx.execute(chosen if before is None else chosen.where(table.c.id < before))))


def count_audit(tx: Tx, which: AuditFilter = _ALL) -> int:
    """Return how many of these acts there are."""
    return tx.scalar(which.on(sa.select(sa.func.count()).select_from(table))) or 0


def tally_audit(tx: Tx, which: AuditFilter) -> Mapping[str, int]:
    """Return how many of these acts there are of each kind, the most frequent first."""
    chosen = which.on(sa.select(table.c.action, sa.func.count().label("times"))).group_by(table.c.action)
    return dict(tx.execute(chosen.order_by(sa.desc("times"), table.c.action)).all())


def _entries(tx: Tx, *, after: int, limit: int) -> Iterator[AuditEntry]:
    return _read(tx.execute(sa.select(table).where(table.c.id > after).order_by(table.c.id).limit(limit)))


def _read(rows: Iterable[sa.Row[Any]]) -> Iterator[AuditEntry]:
    for row in rows:
        said = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's own name for it
        number, digest = said.pop("id"), said.pop("digest")
        yield AuditEntry(number=number, act=Act(**said), digest=digest)
