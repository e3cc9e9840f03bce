"""Looks as intervals: whether one prolongs what its source showed before, or begins something new."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import sqlalchemy as sa

from monitor.core.account import Source
from monitor.core.appearance import STRANGER, Portrait
from monitor.core.download import Download
from monitor.core.observation import (
    POLLED_FRESHNESS,
    Blind,
    Look,
    Reason,
    Seen,
    Standing,
    Timeline,
    Unchanged,
)
from monitor.store import tables
from monitor.store.columns import bound, run
from monitor.store.database import Tx
from monitor.store.due_sources import Due, due_facts, due_of
from monitor.store.observations import digest, seen_of, writable, writable_text
from monitor.store.posts import PostCount
from monitor.store.values import decode, encode

EVIDENCE_BYTES = 256 * 1024
"""The largest part of a page that is kept as evidence, before compression, in bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The knowledge of a source and its account before a look."""

    due: Due
    timeline: int | None
    digest: str | None
    standing: Standing | None
    seen_at: datetime | None
    read_at: datetime | None
    asked_at: datetime | None
    blind: int | None
    blind_reason: Reason | None
    posts: PostCount
    portrait: Portrait


@dataclass(slots=True, kw_only=True)
class LookEntry:
    """A look on its way into the tables. It begins an interval or prolongs one; `observation` is that one's id."""

    look: Look
    before: Before
    observation: int | None
    begins: bool
    seen: Seen | None = None
    digest: str | None = None
    posts_added: int = 0

    @property
    def is_reading(self) -> bool:
        """True if the far side showed something itself, and not only said that it is the same."""
        return isinstance(self.look.sight, Timeline | Download)

    @property
    def was_stale(self) -> bool:
        """True if the last reading stood for the account no more, and this look showed something, if only its sameness.

        Such a look begins nothing, but shows the account again, or moves the moment at which it was last shown.
        """
        before = self.before.read_at
        is_old = before is None or self.look.at - before > POLLED_FRESHNESS
        return is_old and not isinstance(self.look.sight, Blind)

    @property
    def read_at(self) -> datetime | None:
        """When the page was last read, this look included."""
        return self.look.at if self.is_reading else self.before.read_at


def known_before(tx: Tx, looks: Sequence[Look]) -> dict[str, Before]:
    """Return what is known of the sources that are still looked at, and lock them and their accounts.

    A source that was handed out to somebody else since a look at it began is left out: whoever lost a claim comes late.
    """
    account = tables.accounts
    ids = sorted({look.source.account for look in looks})
    if tx.dialect.name != "sqlite":  # there the whole transaction has the lock
        tx.execute(sa.select(account.c.id).where(account.c.id.in_(ids)).order_by(account.c.id).with_for_update())
    table = tables.sources
    claims = {look.source.id: look.claim for look in looks}
    chosen = due_facts().where(table.c.id.in_(claims), table.c.dropped_at.is_(None))
    locked = chosen.order_by(table.c.id).with_for_update(of=table)
    return {
        row.id: Before(
            due=due_of(row),
            timeline=row.timeline,
            digest=row.digest,
            standing=row.standing,
            seen_at=row.seen_at,
            read_at=row.read_at,
            asked_at=row.asked_at,
            blind=row.blind,
            blind_reason=row.blind_reason,
            posts=PostCount(count=row.posts, newest=row.newest_post_at),
            portrait=STRANGER if row.portrait is None else decode(Portrait, row.portrait),
        )
        for row in tx.execute(locked)
        if claims[row.id] in {None, row.claim}
    }


def weigh(look: Look, before: Before) -> LookEntry:
    """Return whether the look begins an interval or prolongs one."""
    match look.sight:
        case Blind(reason=reason):
            again = before.blind if before.blind_reason is reason else None
            return LookEntry(look=look, before=before, observation=again, begins=again is None)
        case Unchanged():
            again = before.timeline if _follows(look, before) else None
            begins = again is None and before.timeline is not None
            return LookEntry(look=look, before=before, observation=again, begins=begins, digest=before.digest)
        case Timeline() | Download() as seen:
            mark = digest(seen)
            again = before.timeline if mark == before.digest and _follows(look, before) else None
            shown = writable(seen) if again is None else seen
            return LookEntry(look=look, before=before, observation=again, begins=again is None, seen=shown, digest=mark)


def _follows(look: Look, before: Before) -> bool:
    """True if the look is near enough to the last timeline to continue its interval."""
    return before.seen_at is not None and look.at - before.seen_at <= POLLED_FRESHNESS


def recall(tx: Tx, entries: Sequence[LookEntry]) -> None:
    """Fill in what the far side calls unchanged."""
    table = tables.observations
    ids = {entry.before.timeline for entry in entries}
    if ids:
        chosen = sa.select(table.c.id, table.c.covers, table.c.content).where(table.c.id.in_(ids))
        shown = {row.id: seen_of(row) for row in tx.execute(chosen)}
        for entry in entries:
            entry.seen = shown[entry.before.timeline]


def prolong(tx: Tx, entries: Sequence[LookEntry]) -> None:
    """Have the intervals last until these looks; a clock that went back shortens none."""
    confirm, read = _prolonging()
    run(tx, confirm, [{"b_id": entry.observation, "b_at": entry.look.at} for entry in entries])
    run(tx, read, [{"b_id": entry.observation, "b_at": entry.look.at} for entry in entries if entry.is_reading])


@cache
def _prolonging() -> tuple[sa.Update, sa.Update]:
    """Return what has an interval last longer, and what has it read later."""
    table = tables.observations
    this = table.c.id == bound(table.c.id, "b_id")
    at = bound(table.c.last_confirmed, "b_at")
    is_later = sa.or_(table.c.read_at.is_(None), table.c.read_at < at)
    return (
        sa.update(table).where(this, table.c.last_confirmed < at).values(last_confirmed=at),
        sa.update(table).where(this, is_later).values(read_at=at),
    )


def begin(tx: Tx, entries: Sequence[LookEntry]) -> None:
    """Insert the new intervals, and the bytes of those that may have to be shown to somebody."""
    if not entries:
        return
    table = tables.observations
    insert = sa.insert(table).returning(table.c.id, sort_by_parameter_order=True)
    for entry, id_ in zip(
        entries, tx.scalars(insert, [_interval_row(look_entry) for look_entry in entries]), strict=True
    ):
        entry.observation = id_
    run(
        tx,
        sa.insert(tables.evidence),
        [
            {
                "observation": entry.observation,
                "at": entry.look.at,
                "body": zlib.compress(entry.look.raw[:EVIDENCE_BYTES]),
            }
            for entry in entries
            if entry.look.raw is not None and _is_telling(entry)
        ],
    )


def keep_probes(tx: Tx, entries: Sequence[LookEntry]) -> None:
    """Note each look at a link of an app that saw something."""
    rows = [
        {
            "source": entry.look.source.id,
            "at": entry.look.at,
            "link": entry.seen.link,
            "fault": entry.seen.fault,
            "observation": entry.observation,
        }
        for entry in entries
        if isinstance(entry.seen, Download)
    ]
    run(tx, sa.insert(tables.probes), rows)


def _is_telling(entry: LookEntry) -> bool:
    """True if the standing changes, a link of an app fails, or a page cannot be read any more."""
    match entry.seen:
        case None:
            return isinstance(entry.look.sight, Blind) and entry.look.sight.reason is Reason.UNREADABLE
        case Download() as download:
            return not download.is_available
        case Timeline(standing=standing):
            return standing is not entry.before.standing if entry.before.standing else not standing.is_present


def _interval_row(entry: LookEntry) -> dict[str, object]:
    look = entry.look
    if entry.seen is not None:
        return seen_row(look.source, entry.seen, entry.digest, look.at) | {"read_at": entry.read_at}
    blind = look.sight if isinstance(look.sight, Blind) else None
    return {
        **_bare_row(look.source, look.at),
        "reason": blind.reason if blind else None,
        "detail": writable_text(blind.detail) if blind else "",
    }


def seen_row(source: Source, seen: Seen, mark: str | None, at: datetime) -> dict[str, object]:
    """Return the row of an interval that begins with this timeline or download."""
    row = {**_bare_row(source, at), "digest": mark, "content": encode(seen)}
    return row | {"covers": seen.covers, "standing": seen.standing} if isinstance(seen, Timeline) else row


def _bare_row(source: Source, at: datetime) -> dict[str, object]:
    return {
        "account": source.account,
        "source": source.id,
        "collector": source.collector,
        "reason": None,
        "covers": None,
        "standing": None,
        "digest": None,
        "content": None,
        "detail": "",
        "first_seen": at,
        "last_confirmed": at,
        "read_at": at,
        "known_at": at,
    }
