"""Looks: keeping what was seen as intervals and posts, and when to look again (tx1)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import sqlalchemy as sa

from monitor.core.account import Account, Source
from monitor.core.appearance import STRANGER, Portrait
from monitor.core.download import Download
from monitor.core.observation import (
    MANUAL,
    Blind,
    Covers,
    Look,
    Observation,
    Standing,
    Timeline,
    Unchanged,
)
from monitor.store import tables
from monitor.store.appearances import keep_changes, portraits
from monitor.store.columns import bound, insert_or, run, stands
from monitor.store.database import Tx
from monitor.store.due_sources import Capacity, Due, ask_for_readings, claim_due, is_any_due, release, sources_of, touch
from monitor.store.intervals import LookEntry, begin, keep_probes, known_before, prolong, recall, seen_row, weigh
from monitor.store.lights import restate
from monitor.store.observations import digest, writable_text, writable_timeline
from monitor.store.posts import PostCount, Sighting, learn, missing_sources
from monitor.store.roster import fresh_source
from monitor.store.values import encode

__all__ = [
    "Capacity",
    "Due",
    "Recorded",
    "Schedule",
    "ask_for_readings",
    "busy",
    "claim_due",
    "hand_look",
    "is_any_due",
    "record",
    "release",
    "sources_of",
    "touch",
]

Schedule = Callable[[Due, Look], datetime]
"""Returns when to look at a source next, given what is known after a look and the look itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The outcome of one look."""

    look: Look
    observation: int | None
    """The interval it began or prolonged; None for an `Unchanged` that has nothing to prolong."""
    is_new: bool
    """True if it began an interval: the source shows something else than before."""
    posts_added: int
    next_look_at: datetime


def busy(tx: Tx, accounts: Collection[str]) -> frozenset[str]:
    """Return those of these accounts that another process is at; the others are locked until the transaction ends."""
    if tx.dialect.name == "sqlite":  # there the whole transaction has the lock
        return frozenset()
    ids = sa.select(tables.accounts.c.id).where(tables.accounts.c.id.in_(accounts)).order_by(tables.accounts.c.id)
    free = frozenset(tx.scalars(ids.with_for_update(skip_locked=True)))
    return frozenset(tx.scalars(ids)) - free if len(free) < len(accounts) else frozenset()


def record(tx: Tx, looks: Sequence[Look], schedule: Schedule) -> tuple[Recorded, ...]:
    """Keep looks, in the order in which they happened, and set the next one of each source.

    A look that saw what the source's last timeline showed prolongs that interval if it is not too
    long ago; the same reason again prolongs the reason. Accounts about which anything new was
    learnt are marked to be judged. A look at a source that left the roster meanwhile is dropped, and so is one under a
    claim that has ended: it was kept already, or somebody else looks at the source.
    """
    return tuple(recorded for batch in _rounds(looks) for recorded in _record(tx, batch, schedule))


def hand_look(
    tx: Tx, account: Account, timeline: Timeline, *, at: datetime, known_at: datetime, import_id: int | None = None
) -> int | None:
    """Keep what a person saw of an account at `at`, learnt at `known_at`; return the observation, None if kept before.

    A timeline that covers all is a look by hand; one that covers some only adds posts. Neither
    prolongs an interval: each was learnt at its own moment.
    """
    timeline = writable_timeline(timeline)
    source = Source(account=account.id, collector=MANUAL, key="posts" if timeline.covers is Covers.ALL else "links")
    table = tables.observations
    mark = digest(timeline)
    is_kept = sa.select(table.c.id).where(
        table.c.source == source.id, table.c.first_seen == at, table.c.digest == mark, stands(table)
    )
    if tx.scalar(is_kept) is not None:
        return None
    run(tx, insert_or(tx, tables.sources, ["id"]), [fresh_source(source, None)])
    row = seen_row(source, timeline, mark, at) | {"known_at": known_at, "import_id": import_id}
    id_: int = tx.execute(sa.insert(table).returning(table.c.id), row).scalar_one()
    _look_at_hand(tx, source, row | {"id": id_})
    observation = _observation(source, id_, timeline, at)
    posts = _posts(tx, account.id)
    after, _ = learn(
        tx, [Sighting(account=account.id, observation=observation, timeline=timeline, at=known_at)], {account.id: posts}
    )
    _save_accounts(tx, after, {account.id: known_at})
    restate(tx, (account.id,))
    return id_


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
    before = known_before(tx, looks)
    entries = [weigh(look, before[look.source.id]) for look in looks if look.source.id in before]
    recall(tx, [entry for entry in entries if entry.begins and isinstance(entry.look.sight, Unchanged)])
    prolong(tx, [entry for entry in entries if entry.observation is not None])
    begin(tx, [entry for entry in entries if entry.begins])
    keep_probes(tx, entries)
    posts = {entry.look.source.account: entry.before.posts for entry in entries}
    after = _learn(tx, entries, posts)
    shown = portraits(tx, entries)
    turned = keep_changes(tx, entries, shown)
    doubted = missing_sources(tx, after) if after else frozenset[str]()
    _save_accounts(
        tx,
        after,
        {
            entry.look.source.account: entry.look.at
            for entry in entries
            if entry.begins
            or isinstance(entry.seen, Download)
            or entry.look.source.account in {*after, *turned}
            or (entry.before.due.is_asked and entry.is_reading)
            or entry.was_stale
            or not shown[entry.look.source.id].certain.standing.is_present  # gone for how long is what counts
        },
    )
    posts |= after
    rows, recorded = [], []
    for entry in entries:
        portrait = shown[entry.look.source.id]
        is_doubted = portrait.doubtful is not None or entry.look.source.id in doubted
        due = _due_after(entry, posts[entry.look.source.account].newest, portrait, is_doubted=is_doubted)
        next_look_at = schedule(due, entry.look)
        rows.append(_source_row(entry, due, next_look_at, portrait))
        recorded.append(
            Recorded(
                look=entry.look,
                observation=entry.observation,
                is_new=entry.begins,
                posts_added=entry.posts_added,
                next_look_at=next_look_at,
            )
        )
    run(tx, _update_source(), rows)
    restate(tx, _turned(entries, rows, after))
    return recorded


def _turned(
    entries: Sequence[LookEntry], rows: Sequence[Mapping[str, object]], after: Collection[str]
) -> frozenset[str]:
    """Return the accounts of which more may be said now: seen for the first time, or otherwise, or with other posts."""
    return frozenset(after) | {
        entry.look.source.account
        for entry, row in zip(entries, rows, strict=True)
        if entry.begins or entry.before.seen_at is None or row["b_standing"] is not entry.before.standing
    }


def _observation(source: Source, id_: int, timeline: Timeline, at: datetime) -> Observation:
    return Observation(
        id=id_, source=source.id, collector=source.collector, seen=timeline, first_seen=at, last_confirmed=at
    )


def _learn(tx: Tx, entries: Sequence[LookEntry], posts: Mapping[str, PostCount]) -> dict[str, PostCount]:
    """Merge the timelines that can teach anything: new ones, and those that may confirm that a post is gone."""
    again = [entry for entry in entries if not entry.begins and entry.observation is not None and entry.is_reading]
    if again:
        in_doubt = missing_sources(tx, {entry.look.source.account for entry in again})
        again = [entry for entry in again if entry.look.source.id in in_doubt]
        recall(tx, again)
    telling = [entry for entry in entries if entry.begins and isinstance(entry.seen, Timeline)] + again
    sightings = [
        Sighting(
            account=entry.look.source.account,
            observation=_observation(entry.look.source, entry.observation, entry.seen, entry.look.at),
            timeline=entry.seen,
            at=entry.look.at,
            before=entry.before.seen_at,
        )
        for entry in telling
        if isinstance(entry.seen, Timeline) and entry.observation is not None
    ]
    after, additions = learn(tx, sightings, posts)
    for entry, added in zip(telling, additions, strict=True):
        entry.posts_added = added
    return after


def _due_after(entry: LookEntry, newest: datetime | None, portrait: Portrait, *, is_doubted: bool) -> Due:
    """Return the source's state for its next look; what only a second reading makes certain is read in any case."""
    due, look = entry.before.due, entry.look
    match look.sight:
        case Blind():
            validators, failures = None, due.failures + 1
        case Timeline() | Download():
            validators, failures = look.validators, 0
        case Unchanged():
            kept = look.validators or due.validators
            validators, failures = kept if entry.observation is not None else None, 0
    return Due(
        source=due.source,
        platform=due.platform,
        validators=None if is_doubted else validators,
        failures=failures,
        newest=newest,
        is_doubtful=portrait.doubtful is not None,
        read_at=entry.read_at,
        is_asked=due.is_asked and not entry.is_reading,
    )


def _source_row(entry: LookEntry, due: Due, next_look_at: datetime, portrait: Portrait) -> dict[str, object]:
    look, before, validators = entry.look, entry.before, due.validators
    blind = look.sight if isinstance(look.sight, Blind) else None
    has_seen = blind is None and entry.observation is not None
    timeline = entry.seen if isinstance(entry.seen, Timeline) else None
    row = {
        "id": look.source.id,
        "next_look_at": next_look_at,
        "failures": due.failures,
        "last_look_at": look.at,
        "last_outcome": blind.reason.value if blind else type(look.sight).__name__.lower(),
        "last_detail": writable_text(blind.detail) if blind else "",
        "has_validators": validators is not None,
        "etag": validators.etag if validators else None,
        "last_modified": validators.last_modified if validators else None,
        "body_hash": validators.body_hash if validators else None,
        "fingerprint": validators.fingerprint if validators else None,
        "reader": validators.reader if validators else "",
        "timeline": entry.observation if has_seen else before.timeline,
        "digest": entry.digest if has_seen else before.digest,
        "standing": _standing(timeline, before.standing, portrait),
        "seen_at": max(look.at, before.seen_at or look.at) if has_seen else before.seen_at,
        "read_at": entry.read_at,
        "asked_at": before.asked_at if due.is_asked else None,
        "blind": entry.observation if blind else None if has_seen else before.blind,
        "blind_reason": blind.reason if blind else None if has_seen else before.blind_reason,
        "portrait": None if portrait == STRANGER else encode(portrait),
    }
    return {f"b_{name}": value for name, value in row.items()}


def _standing(timeline: Timeline | None, before: Standing | None, portrait: Portrait) -> Standing | None:
    """Return the standing that is certain."""
    if not portrait.certain.standing.is_present:
        return portrait.certain.standing
    if timeline is not None and timeline.standing.is_present:
        return timeline.standing
    return before if before is None or before.is_present else Standing.ACTIVE


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
    "fingerprint",
    "reader",
    "timeline",
    "digest",
    "standing",
    "seen_at",
    "read_at",
    "asked_at",
    "blind",
    "blind_reason",
    "portrait",
)


@cache
def _update_source() -> sa.Update:
    table = tables.sources
    values = {name: bound(table.c[name], f"b_{name}") for name in _FOLLOWING}
    return (
        sa.update(table)
        .where(table.c.id == bound(table.c.id, "b_id"))
        .values(leased_until=None, claim=None, losses=0, deaths=0, quarantined_until=None, **values)
    )


def _save_accounts(tx: Tx, posts: Mapping[str, PostCount], judge_at: Mapping[str, datetime]) -> None:
    counts = [{"b_id": id_, "b_posts": count.count, "b_newest": count.newest} for id_, count in posts.items()]
    run(tx, _count_posts(), counts)
    run(tx, _judge_sooner(), [{"b_id": id_, "b_at": moment} for id_, moment in judge_at.items()])


@cache
def _count_posts() -> sa.Update:
    table = tables.accounts
    return (
        sa.update(table)
        .where(table.c.id == bound(table.c.id, "b_id"))
        .values(posts=bound(table.c.posts, "b_posts"), newest_post_at=bound(table.c.newest_post_at, "b_newest"))
    )


@cache
def _judge_sooner() -> sa.Update:
    table = tables.accounts
    at = bound(table.c.evaluate_at, "b_at")
    sooner = sa.or_(table.c.evaluate_at.is_(None), table.c.evaluate_at > at)
    return sa.update(table).where(table.c.id == bound(table.c.id, "b_id"), sooner).values(evaluate_at=at)


def _posts(tx: Tx, account: str) -> PostCount:
    table = tables.accounts
    row = tx.execute(
        sa.select(table.c.posts, table.c.newest_post_at).where(table.c.id == account).with_for_update()
    ).one()
    return PostCount(count=row.posts, newest=row.newest_post_at)


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
