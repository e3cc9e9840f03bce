"""A source whose turn it is to be looked at."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitor.core.account import Platform, Source
from monitor.core.observation import JUST_READ, MANUAL, Validators
from monitor.store import quarantine, tables
from monitor.store.columns import bound, run
from monitor.store.database import Tx
from monitor.store.values import decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A source and what is known about looking at it."""

    source: Source
    platform: Platform
    validators: Validators | None
    """The validators of the last look that succeeded; None after a look that saw nothing."""
    failures: int
    """How many looks in a row saw nothing."""
    newest: datetime | None
    """The time of the account's newest visible post, from any source."""
    is_doubtful: bool = False
    """True if it showed something of the account that only a second look makes certain."""
    read_at: datetime | None = None
    """When its page was last read, and not only said to be the same."""
    is_asked: bool = False
    """True if it is to be read before a case of its account goes on."""
    claim: str | None = None
    """The claim under which it was handed out; None where nobody claimed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The sources whose turn has come and that nobody is looking at."""

    sources: int
    since: datetime | None
    """Since when the one waits that has waited longest."""


def waiting(tx: Tx, now: datetime) -> Waiting:
    """Return how many sources wait for their look, and since when."""
    table = tables.sources
    is_free = sa.or_(table.c.leased_until.is_(None), table.c.leased_until <= now)
    due = sa.and_(table.c.next_look_at.is_not(None), table.c.next_look_at <= now, is_free, quarantine.is_free(now))
    count, since = tx.execute(sa.select(sa.func.count(), sa.func.min(table.c.next_look_at)).where(due)).one()
    return Waiting(sources=count, since=since)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """For how many more looks there is room."""

    limit: int
    """Altogether."""
    per_host: int | None = None
    """At one host, those counted that are begun; None: as many as there are."""
    begun: Mapping[str, int] = field(default_factory=dict)
    """How many looks have begun and not ended, by host."""
    full: Collection[str] = ()
    """The hosts at which none is to begin."""


def is_any_due(tx: Tx, now: datetime, *, collectors: Collection[str], full: Collection[str] = ()) -> bool:
    """True if it is the turn of any source of these collectors; `claim_due` would return it."""
    return bool(tx.scalar(sa.select(sa.exists().where(_has_its_turn(now, collectors, full)))))


def accounts_due(tx: Tx, now: datetime) -> frozenset[str]:
    """Return the accounts of which a source is to be looked at now, those included at which a look is under way."""
    table = tables.sources
    is_polled = sa.and_(table.c.dropped_at.is_(None), table.c.collector != MANUAL)
    return frozenset(tx.scalars(sa.select(table.c.account).where(is_polled, table.c.next_look_at <= now)))


def claim_due(
    tx: Tx,
    now: datetime,
    *,
    collectors: Collection[str],
    room: Capacity,
    lease: timedelta,
    claim: str | None = None,
) -> tuple[Due, ...]:
    """Return sources of these collectors whose turn it is, and keep them until now + lease, under the name of a claim.

    Every host has one before any has two, and so on; among those alike the longest overdue come first. Nobody else
    is given them in that time; `record` and `release` end the lease, and so does its expiry.
    """
    table = tables.sources
    nth = sa.func.row_number().over(partition_by=table.c.host, order_by=(table.c.next_look_at, table.c.id))
    in_line = sa.select(table.c.id, table.c.host, table.c.next_look_at, nth.label("nth")).where(
        _has_its_turn(now, collectors, room.full)
    )
    line = in_line.subquery()
    chosen = sa.select(line).order_by(line.c.nth, line.c.next_look_at).limit(room.limit + sum(room.begun.values()))
    if room.per_host is not None:
        chosen = chosen.where(line.c.nth <= room.per_host)
    ranked = sorted((room.begun.get(row.host, 0) + row.nth, row.next_look_at, row.id) for row in tx.execute(chosen))
    first = [id_ for nth, _, id_ in ranked if room.per_host is None or nth <= room.per_host][: room.limit]
    locked = due_facts().where(table.c.id.in_(first)).with_for_update(of=table, skip_locked=True)
    found = {due.source.id: due for due in map(due_of, tx.execute(locked))}
    due = tuple(replace(found[id_], claim=claim) for id_ in first if id_ in found)
    leased = sa.update(table).where(table.c.id == bound(table.c.id, "b_id"))
    leased = leased.values(leased_until=now + lease, claim=claim)
    run(tx, leased, [{"b_id": entry.source.id} for entry in due])
    return due


def claimed(tx: Tx, source_ids: Collection[str], claim: str) -> tuple[Due, ...]:
    """Return those of these sources that are still handed out under a claim, in their order."""
    table = tables.sources
    chosen = due_facts().where(table.c.id.in_(source_ids), table.c.claim == claim, table.c.dropped_at.is_(None))
    found = {due.source.id: replace(due, claim=claim) for due in map(due_of, tx.execute(chosen))}
    return tuple(found[id_] for id_ in source_ids if id_ in found)


def release(tx: Tx, claimed: Iterable[Due]) -> None:
    """End the leases of sources that were claimed and not looked at, unless somebody else has claimed them since."""
    table = tables.sources
    is_ours = table.c.claim.is_not_distinct_from(bound(table.c.claim, "b_claim"))
    ended = sa.update(table).where(table.c.id == bound(table.c.id, "b_id"), is_ours)
    ended = ended.values(leased_until=None, claim=None)
    run(tx, ended, [{"b_id": due.source.id, "b_claim": due.claim} for due in claimed])


def touch(tx: Tx) -> None:
    """Write one source's row as it is, to find out whether it can be written."""
    table = tables.sources
    first = sa.select(sa.func.min(table.c.id)).scalar_subquery()
    tx.execute(sa.update(table).where(table.c.id == first).values(leased_until=table.c.leased_until))


def sources_of(tx: Tx, account_ids: Collection[str]) -> tuple[Due, ...]:
    """Return the polled sources of these accounts, due or not, by account and rank; claims nothing."""
    table = tables.sources
    is_polled = sa.and_(table.c.dropped_at.is_(None), table.c.collector != MANUAL)
    chosen = due_facts().where(table.c.account.in_(account_ids), is_polled)
    return tuple(due_of(row) for row in tx.execute(chosen.order_by(table.c.account, table.c.rank)))


def ask_for_readings(tx: Tx, account_ids: Collection[str], now: datetime) -> None:
    """Have the pages of these accounts' polled sources read next, whatever they say of their own sameness.

    A source that was read just now, or is asked already, is left alone; one that fails keeps its next try's moment.
    """
    table = tables.sources
    is_polled = sa.and_(table.c.dropped_at.is_(None), table.c.collector != MANUAL, table.c.next_look_at.is_not(None))
    is_old = sa.or_(table.c.read_at.is_(None), table.c.read_at < now - JUST_READ)
    chosen = sa.select(table.c.id, table.c.next_look_at, table.c.failures).where(
        table.c.account.in_(account_ids), is_polled, is_old, table.c.asked_at.is_(None)
    )
    rows = [
        {
            "b_id": row.id,
            "asked_at": now,
            "next_look_at": row.next_look_at if row.failures else min(row.next_look_at, now),
        }
        for row in tx.execute(chosen)
    ]
    run(tx, sa.update(table).where(table.c.id == bound(table.c.id, "b_id")), rows)


def _has_its_turn(now: datetime, collectors: Collection[str], full: Collection[str]) -> sa.ColumnElement[bool]:
    """True if it is a source's turn; nobody is looked at twice at one moment, unless to be read."""
    table = tables.sources
    is_free = sa.or_(table.c.leased_until.is_(None), table.c.leased_until <= now)
    is_later = sa.or_(table.c.last_look_at.is_(None), table.c.last_look_at != now, table.c.asked_at.is_not(None))
    is_let = sa.and_(quarantine.is_free(now), quarantine.is_next_suspect(now))
    turn = sa.and_(table.c.next_look_at <= now, is_free, is_later, is_let, table.c.collector.in_(collectors))
    return sa.and_(turn, table.c.host.not_in(full)) if full else turn


def due_facts() -> sa.Select[Any]:
    """Return a query of sources with what `due_of` needs to know of their accounts."""
    source, account = tables.sources, tables.accounts
    return sa.select(source, account.c.platform, account.c.posts, account.c.newest_post_at).join_from(source, account)


def due_of(row: sa.Row[Any]) -> Due:
    """Return such a row as a value."""
    validators = None
    if row.has_validators:
        validators = Validators(
            etag=row.etag,
            last_modified=row.last_modified,
            body_hash=row.body_hash,
            fingerprint=row.fingerprint,
            reader=row.reader,
        )
    return Due(
        source=Source(
            account=row.account, collector=row.collector, key=row.key, rank=row.rank, is_partial=row.is_partial
        ),
        platform=decode(Platform, row.platform),
        validators=validators,
        failures=row.failures,
        newest=row.newest_post_at,
        read_at=row.read_at,
        is_asked=row.asked_at is not None,
    )
