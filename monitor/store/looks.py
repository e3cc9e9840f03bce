"""Looks: whose turn it is, and keeping what was seen as intervals and posts (tx1)."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitor.core.account import Account, Platform, Source
from monitor.core.observation import (
    HAND_FRESHNESS,
    MANUAL,
    POLLED_FRESHNESS,
    Blind,
    Covers,
    Look,
    Observation,
    Reason,
    Standing,
    Timeline,
    Unchanged,
    Validators,
)
from monitor.store import tables
from monitor.store.columns import bound, insert_or, run
from monitor.store.database import Tx
from monitor.store.observations import digest, writable
from monitor.store.posts import Posts, Sighting, learn, missing_sources
from monitor.store.roster import fresh_source
from monitor.store.values import decode, encode

EVIDENCE_BYTES = 256 * 1024
"""At most so much of a page is kept as evidence, before compression."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A source and what is known about looking at it."""

    source: Source
    platform: Platform
    validators: Validators | None
    """What the last look that succeeded left; None after a look that saw nothing."""
    failures: int
    """How many looks in a row saw nothing."""
    newest: datetime | None
    """The time of the account's newest visible post, from any source."""


Schedule = Callable[[Due, Look], datetime]
"""Returns when to look at a source next, given what is known after a look and the look itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What became of one look."""

    look: Look
    observation: int | None
    """The interval it began or prolonged; None for an `Unchanged` that has nothing to prolong."""
    is_new: bool
    """Whether it began an interval: the source shows something else than before."""
    posts_added: int
    next_look_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Before:
    """What was known of a source and its account before a look."""

    due: Due
    timeline: int | None
    digest: str | None
    standing: Standing | None
    seen_at: datetime | None
    blind: int | None
    blind_reason: Reason | None
    posts: Posts


@dataclass(slots=True, kw_only=True)
class _Entry:
    """A look on its way into the tables. It begins an interval or prolongs one; `observation` is that one's id."""

    look: Look
    before: _Before
    observation: int | None
    begins: bool
    timeline: Timeline | None = None
    digest: str | None = None
    posts_added: int = 0


def claim_due(tx: Tx, now: datetime, *, collectors: Collection[str], limit: int, lease: timedelta) -> tuple[Due, ...]:
    """Return sources of these collectors whose turn it is, longest overdue first, and keep them until now + lease.

    Nobody else is given them in that time; `record` ends the lease, and so does its expiry.
    """
    table = tables.sources
    is_free = sa.or_(table.c.leased_until.is_(None), table.c.leased_until <= now)
    chosen = (
        _facts()
        .where(table.c.next_look_at <= now, is_free, table.c.collector.in_(collectors))
        .order_by(table.c.next_look_at)
        .limit(limit)
        .with_for_update(of=table, skip_locked=True)
    )
    due = tuple(_due(row) for row in tx.execute(chosen))
    leased = sa.update(table).where(table.c.id == bound(table.c.id, "b_id")).values(leased_until=now + lease)
    run(tx, leased, [{"b_id": one.source.id} for one in due])
    return due


def sources_of(tx: Tx, account_ids: Collection[str]) -> tuple[Due, ...]:
    """Return the polled sources of these accounts, due or not, by account and rank; claims nothing."""
    table = tables.sources
    chosen = _facts().where(table.c.account.in_(account_ids), table.c.dropped_at.is_(None), table.c.collector != MANUAL)
    return tuple(_due(row) for row in tx.execute(chosen.order_by(table.c.account, table.c.rank)))


def record(tx: Tx, looks: Sequence[Look], schedule: Schedule) -> tuple[Recorded, ...]:
    """Keep looks, in the order in which they happened, and set the next one of each source.

    A look that saw what the source's last timeline showed prolongs that interval if it is not too
    long ago; the same reason again prolongs the reason. Accounts about which anything new was
    learnt are marked to be judged. A look at a source that left the roster meanwhile is dropped.
    """
    return tuple(recorded for batch in _rounds(looks) for recorded in _record(tx, batch, schedule))


def hand_look(tx: Tx, account: Account, timeline: Timeline, *, at: datetime, known_at: datetime) -> int | None:
    """Keep what a person saw of an account at `at`, learnt at `known_at`; return the observation, None if kept before.

    A timeline that covers all is a look by hand; one that covers some only adds posts. Neither
    prolongs an interval: each was learnt at its own moment.
    """
    timeline = writable(timeline)
    source = Source(account=account.id, collector=MANUAL, key="posts" if timeline.covers is Covers.ALL else "links")
    table = tables.observations
    mark = digest(timeline)
    is_kept = sa.select(table.c.id).where(table.c.source == source.id, table.c.first_seen == at, table.c.digest == mark)
    if tx.scalar(is_kept) is not None:
        return None
    run(tx, insert_or(tx, tables.sources, ["id"]), [fresh_source(source, None)])
    row = _timeline_row(source, timeline, mark, at) | {"known_at": known_at}
    id_: int = tx.execute(sa.insert(table).returning(table.c.id), row).scalar_one()
    _look_at_hand(tx, source, row | {"id": id_})
    observation = _observation(source, id_, timeline, at)
    posts = _posts(tx, account.id)
    after, _ = learn(
        tx, [Sighting(account=account.id, observation=observation, timeline=timeline, at=known_at)], {account.id: posts}
    )
    _save_accounts(tx, after, {account.id: known_at})
    return id_


def next_due_at(tx: Tx, *, collectors: Collection[str]) -> datetime | None:
    """Return the earliest moment at which a source of these collectors is or becomes due; None without any."""
    table = tables.sources
    free = (
        sa.select(table.c.next_look_at)
        .where(table.c.next_look_at.is_not(None), table.c.leased_until.is_(None), table.c.collector.in_(collectors))
        .order_by(table.c.next_look_at)
        .limit(1)
    )
    leased = sa.select(sa.func.min(table.c.leased_until)).where(table.c.collector.in_(collectors))
    moments: tuple[datetime | None, ...] = (tx.scalar(free), tx.scalar(leased))
    return min((moment for moment in moments if moment is not None), default=None)


def _facts() -> sa.Select[Any]:
    source, account = tables.sources, tables.accounts
    return sa.select(source, account.c.platform, account.c.posts, account.c.newest_post_at).join_from(source, account)


def _due(row: sa.Row[Any]) -> Due:
    validators = None
    if row.has_validators:
        validators = Validators(
            etag=row.etag, last_modified=row.last_modified, body_hash=row.body_hash, reader=row.reader
        )
    return Due(
        source=Source(account=row.account, collector=row.collector, key=row.key, rank=row.rank),
        platform=decode(Platform, row.platform),
        validators=validators,
        failures=row.failures,
        newest=row.newest_post_at,
    )


def _rounds(looks: Sequence[Look]) -> Iterator[list[Look]]:
    """Yield the looks in order, in batches in which no source comes twice."""
    batch: list[Look] = []
    there: set[str] = set()
    for look in looks:
        if look.source.id in there:
            yield batch
            batch, there = [], set()
        batch.append(look)
        there.add(look.source.id)
    if batch:
        yield batch


def _record(tx: Tx, looks: Sequence[Look], schedule: Schedule) -> list[Recorded]:
    before = _before(tx, looks)
    entries = [_weigh(look, before[look.source.id]) for look in looks if look.source.id in before]
    _recall(tx, [one for one in entries if one.begins and isinstance(one.look.sight, Unchanged)])
    _prolong(tx, [one for one in entries if one.observation is not None])
    _begin(tx, [one for one in entries if one.begins])
    posts = {one.look.source.account: one.before.posts for one in entries}
    after = _learn(tx, entries, posts)
    _save_accounts(
        tx,
        after,
        {one.look.source.account: one.look.at for one in entries if one.begins or one.look.source.account in after},
    )
    posts |= after
    rows, recorded = [], []
    for one in entries:
        due = _due_after(one, posts[one.look.source.account].newest)
        next_look_at = schedule(due, one.look)
        rows.append(_source_row(one, due, next_look_at))
        recorded.append(
            Recorded(
                look=one.look,
                observation=one.observation,
                is_new=one.begins,
                posts_added=one.posts_added,
                next_look_at=next_look_at,
            )
        )
    run(tx, _update_source(), rows)
    return recorded


def _before(tx: Tx, looks: Sequence[Look]) -> dict[str, _Before]:
    """Return what is known of the sources that are still looked at, and lock their accounts."""
    account = tables.accounts
    ids = sorted({look.source.account for look in looks})
    if tx.dialect.name != "sqlite":  # there the whole transaction has the lock
        tx.execute(sa.select(account.c.id).where(account.c.id.in_(ids)).order_by(account.c.id).with_for_update())
    table = tables.sources
    chosen = _facts().where(table.c.id.in_([look.source.id for look in looks]), table.c.dropped_at.is_(None))
    return {
        row.id: _Before(
            due=_due(row),
            timeline=row.timeline,
            digest=row.digest,
            standing=row.standing,
            seen_at=row.seen_at,
            blind=row.blind,
            blind_reason=row.blind_reason,
            posts=Posts(count=row.posts, newest=row.newest_post_at),
        )
        for row in tx.execute(chosen)
    }


def _weigh(look: Look, before: _Before) -> _Entry:
    """Return whether the look begins an interval or prolongs one."""
    match look.sight:
        case Blind(reason=reason):
            again = before.blind if before.blind_reason is reason else None
            return _Entry(look=look, before=before, observation=again, begins=again is None)
        case Unchanged():
            again = before.timeline if _follows(look, before) else None
            begins = again is None and before.timeline is not None
            return _Entry(look=look, before=before, observation=again, begins=begins, digest=before.digest)
        case Timeline() as seen:
            mark = digest(seen)
            again = before.timeline if mark == before.digest and _follows(look, before) else None
            shown = writable(seen) if again is None else seen
            return _Entry(
                look=look, before=before, observation=again, begins=again is None, timeline=shown, digest=mark
            )


def _follows(look: Look, before: _Before) -> bool:
    """Whether the look is near enough to the last timeline to continue its interval."""
    freshness = HAND_FRESHNESS if look.source.collector == MANUAL else POLLED_FRESHNESS
    return before.seen_at is not None and look.at - before.seen_at <= freshness


def _recall(tx: Tx, entries: Sequence[_Entry]) -> None:
    """Fill in the timelines that the far side calls unchanged."""
    table = tables.observations
    ids = {one.before.timeline for one in entries}
    if ids:
        chosen = sa.select(table.c.id, table.c.content).where(table.c.id.in_(ids))
        shown = {row.id: decode(Timeline, row.content) for row in tx.execute(chosen)}
        for one in entries:
            one.timeline = shown[one.before.timeline]


def _prolong(tx: Tx, entries: Sequence[_Entry]) -> None:
    table = tables.observations
    later = sa.and_(
        table.c.id == bound(table.c.id, "b_id"), table.c.last_confirmed < bound(table.c.last_confirmed, "b_at")
    )
    statement = sa.update(table).where(later).values(last_confirmed=bound(table.c.last_confirmed, "b_at"))
    run(tx, statement, [{"b_id": one.observation, "b_at": one.look.at} for one in entries])


def _begin(tx: Tx, entries: Sequence[_Entry]) -> None:
    """Insert the new intervals, and the bytes of those that may have to be shown to somebody."""
    if not entries:
        return
    table = tables.observations
    insert = sa.insert(table).returning(table.c.id, sort_by_parameter_order=True)
    for one, id_ in zip(entries, tx.scalars(insert, [_interval_row(one) for one in entries]), strict=True):
        one.observation = id_
    run(
        tx,
        sa.insert(tables.evidence),
        [
            {"observation": one.observation, "at": one.look.at, "body": zlib.compress(one.look.raw[:EVIDENCE_BYTES])}
            for one in entries
            if one.look.raw is not None and _is_telling(one)
        ],
    )


def _is_telling(entry: _Entry) -> bool:
    """Whether the standing changes, or a page cannot be read any more."""
    if entry.timeline is None:
        return isinstance(entry.look.sight, Blind) and entry.look.sight.reason is Reason.UNREADABLE
    if entry.before.standing is None:
        return not entry.timeline.standing.is_present
    return entry.timeline.standing is not entry.before.standing


def _interval_row(entry: _Entry) -> dict[str, object]:
    look = entry.look
    if entry.timeline is not None:
        return _timeline_row(look.source, entry.timeline, entry.digest, look.at)
    blind = look.sight if isinstance(look.sight, Blind) else None
    return {
        **_bare_row(look.source, look.at),
        "reason": blind.reason if blind else None,
        "detail": blind.detail if blind else "",
    }


def _timeline_row(source: Source, timeline: Timeline, mark: str | None, at: datetime) -> dict[str, object]:
    return {
        **_bare_row(source, at),
        "covers": timeline.covers,
        "standing": timeline.standing,
        "digest": mark,
        "content": encode(timeline),
    }


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
        "known_at": at,
    }


def _observation(source: Source, id_: int, timeline: Timeline, at: datetime) -> Observation:
    return Observation(
        id=id_, source=source.id, collector=source.collector, seen=timeline, first_seen=at, last_confirmed=at
    )


def _learn(tx: Tx, entries: Sequence[_Entry], posts: Mapping[str, Posts]) -> dict[str, Posts]:
    """Merge the timelines that can teach anything: new ones, and those that may confirm that a post is gone."""
    again = [
        one
        for one in entries
        if not one.begins and one.observation is not None and not isinstance(one.look.sight, Blind)
    ]
    if again:
        in_doubt = missing_sources(tx, {one.look.source.account for one in again})
        again = [one for one in again if one.look.source.id in in_doubt]
        _recall(tx, again)
    telling = [one for one in entries if one.begins and one.timeline is not None] + again
    sightings = [
        Sighting(
            account=one.look.source.account,
            observation=_observation(one.look.source, one.observation, one.timeline, one.look.at),
            timeline=one.timeline,
            at=one.look.at,
        )
        for one in telling
        if one.timeline is not None and one.observation is not None
    ]
    after, additions = learn(tx, sightings, posts)
    for one, added in zip(telling, additions, strict=True):
        one.posts_added = added
    return after


def _due_after(entry: _Entry, newest: datetime | None) -> Due:
    due, look = entry.before.due, entry.look
    match look.sight:
        case Blind():
            validators, failures = None, due.failures + 1
        case Timeline():
            validators, failures = look.validators, 0
        case Unchanged():
            kept = look.validators or due.validators
            validators, failures = kept if entry.observation is not None else None, 0
    return Due(source=due.source, platform=due.platform, validators=validators, failures=failures, newest=newest)


def _source_row(entry: _Entry, due: Due, next_look_at: datetime) -> dict[str, object]:
    look, before, validators = entry.look, entry.before, due.validators
    blind = look.sight if isinstance(look.sight, Blind) else None
    has_seen = blind is None and entry.observation is not None
    timeline = entry.timeline
    row = {
        "id": look.source.id,
        "next_look_at": next_look_at,
        "failures": due.failures,
        "last_look_at": look.at,
        "last_outcome": blind.reason.value if blind else type(look.sight).__name__.lower(),
        "last_detail": blind.detail if blind else "",
        "has_validators": validators is not None,
        "etag": validators.etag if validators else None,
        "last_modified": validators.last_modified if validators else None,
        "body_hash": validators.body_hash if validators else None,
        "reader": validators.reader if validators else "",
        "timeline": entry.observation if has_seen else before.timeline,
        "digest": entry.digest if has_seen else before.digest,
        "standing": timeline.standing if timeline else before.standing,
        "seen_at": max(look.at, before.seen_at or look.at) if has_seen else before.seen_at,
        "blind": entry.observation if blind else None if has_seen else before.blind,
        "blind_reason": blind.reason if blind else None if has_seen else before.blind_reason,
    }
    return {f"b_{name}": value for name, value in row.items()}


_FOLLOWING = (
    "next_look_at",
    "failures",
    "last_look_at",
    "last_outcome",
    "last_detail",
    "has_validators",
    "etag",
    "last_modified",
    "body_hash",
    "reader",
    "timeline",
    "digest",
    "standing",
    "seen_at",
    "blind",
    "blind_reason",
)


def _update_source() -> sa.Update:
    table = tables.sources
    values = {name: bound(table.c[name], f"b_{name}") for name in _FOLLOWING}
    return sa.update(table).where(table.c.id == bound(table.c.id, "b_id")).values(leased_until=None, **values)


def _save_accounts(tx: Tx, posts: Mapping[str, Posts], judge_at: Mapping[str, datetime]) -> None:
    table = tables.accounts
    this = table.c.id == bound(table.c.id, "b_id")
    counted = (
        sa.update(table)
        .where(this)
        .values(posts=bound(table.c.posts, "b_posts"), newest_post_at=bound(table.c.newest_post_at, "b_newest"))
    )
    run(tx, counted, [{"b_id": id_, "b_posts": one.count, "b_newest": one.newest} for id_, one in posts.items()])
    at = bound(table.c.evaluate_at, "b_at")
    sooner = sa.or_(table.c.evaluate_at.is_(None), table.c.evaluate_at > at)
    run(
        tx,
        sa.update(table).where(this, sooner).values(evaluate_at=at),
        [{"b_id": id_, "b_at": moment} for id_, moment in judge_at.items()],
    )


def _posts(tx: Tx, account: str) -> Posts:
    table = tables.accounts
    row = tx.execute(
        sa.select(table.c.posts, table.c.newest_post_at).where(table.c.id == account).with_for_update()
    ).one()
    return Posts(count=row.posts, newest=row.newest_post_at)


def _look_at_hand(tx: Tx, source: Source, row: Mapping[str, object]) -> None:
    """Show the latest look by hand beside the polled ones."""
    table = tables.sources
    later = sa.or_(table.c.last_look_at.is_(None), table.c.last_look_at <= row["first_seen"])
    tx.execute(
        sa.update(table)
        .where(table.c.id == source.id, later)
        .values(
            last_look_at=row["first_seen"],
            last_outcome="timeline",
            seen_at=row["first_seen"],
            standing=row["standing"],
            timeline=row["id"],
            digest=row["digest"],
        )
    )
