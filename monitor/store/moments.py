"""Moments that lie ahead: what a clock that was wrong has left behind, and how it is put right.

Every column that holds a moment is named here, with what it means for it to lie ahead of a clock that is right; a test
compares the names with the tables. Times that far sides or people state of themselves are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.core.account import Source
from monitor.core.case import Closing, StepKind
from monitor.core.login import LINK
from monitor.core.observation import MANUAL, POLLED_FRESHNESS
from monitor.core.schedule import share
from monitor.store import cases, lights, tables
from monitor.store.columns import UtcDateTime, bound, run
from monitor.store.database import Tx
from monitor.store.notices import WAITING, end_notices
from monitor.store.posts import is_evidence
from monitor.store.tables import NoticeState

LEEWAY = timedelta(minutes=2)
"""The difference between clocks that matters to nobody."""
SPREAD = timedelta(minutes=15)
"""Over so long at most the looks are spread that a wrong clock put off, and never over longer than their interval."""
_FURTHEST = timedelta(days=1)
"""No pause and no quarantine lasts longer."""
_BLOCK = timedelta(minutes=10)
"""So long a far side that asked for a rest is left alone from now on, whenever that was."""
_TOKENS = timedelta(days=60)
"""No token of a far side holds longer that we are given."""

WRITTEN = {
    "account_versions": ("effective_from", "known_at"),
    "imports": ("as_of", "known_at", "withdrawn_at"),
    "confirmations": ("at",),
    "sources": ("dropped_at",),
    "observations": ("known_at", "withdrawn_at"),
    "evidence": ("at",),
    "former_posts": ("until",),
    "findings": ("changed_at",),
    "finding_changes": ("at",),
    "cases": ("opened_at", "closed_at", "waits_since"),
    "steps": ("at",),
    "acknowledgements": ("at",),
    "claims": ("at",),
    "decisions": ("at", "known_at", "basis_changed_at", "withdrawn_at"),
    "decision_requests": ("at", "answered_at"),
    "papers": ("known_at", "withdrawn_at"),
    "records": ("known_at", "withdrawn_at"),
    "messages": ("created_at", "due_at", "frozen_at", "next_try_at", "finished_at"),
    "notices": ("at", "judged_at", "phoned_at"),
    "message_acts": ("at",),
    "attempts": ("at",),
    "outages": ("trusted_until", "began_at", "ended_at"),
    "users": ("created_at", "disabled_at", "last_login_at"),
    "sessions": ("began_at", "active_at", "confirmed_at"),
    "login_failures": ("at", "wait_until"),
    "login_identities": ("at",),
    "login_requests": ("at", "declined_at"),
    "api_tokens": ("created_at", "last_used_at", "revoked_at"),
    "unit_link_stops": ("at",),
    "unit_calendars": ("made_at", "stopped_at"),
    "unit_proposals": ("at", "answered_at"),
    "web_hooks": ("created_at", "disabled_at", "failing_since", "next_try_at", "last_sent_at", "trouble_since"),
    "hook_deliveries": ("at", "next_try_at", "finished_at"),
    "reports": ("known_at", "made_at"),
}
"""Columns of moments that had come when they were written, or of a next try: ahead of now, they become now."""
OTHERWISE = {
    "accounts": ("evaluate_at", "newest_post_at"),
    "areas": ("evaluate_at",),
    "sources": (
        "next_look_at",
        "leased_until",
        "last_look_at",
        "seen_at",
        "read_at",
        "asked_at",
        "quarantined_until",
    ),
    "observations": ("first_seen", "last_confirmed", "read_at"),
    "probes": ("at",),
    "posts": ("first_seen", "missing_since", "withdrawn_at", "counts_from"),
    "messages": ("release_at",),
    "buckets": ("blocked_until",),
    "tokens": ("until",),
    "events": ("at",),
    "login_links": ("until",),
}
"""Columns that are put right by a rule of their own below."""
LEFT_ALONE = {
    "posts": ("published_at", "linked_at"),
    "former_posts": ("published_at", "linked_at", "missing_since", "withdrawn_at", "counts_from"),
    "spent_tokens": ("until",),
    "messages": ("taken_until",),
    "acts": ("at",),
    "api_tokens": ("expires_at",),
}
"""Columns that are left alone: others' words, history, rows that may well be kept too long, a lease
(`outbox.left_behind` knows of clocks that went back), and the audit log, which nobody changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenMoments:
    """Where a moment stands among those that are written down; None where none is."""

    first: datetime | None
    """The earliest: when the roster first came in."""
    newest: datetime | None
    """The latest that our own clock wrote."""
    following: datetime | None
    """The first of those that lie ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Righted:
    """The rows that were put right."""

    cases: int
    """Cases that were opened, or went up, ahead of now: they are ended as corrected."""
    looks: int
    """Looks dated ahead: they count as not seen."""


def standing(tx: Tx, now: datetime) -> WrittenMoments:
    """Return where a moment stands among those that are written down."""
    beyond = now + LEEWAY
    newest = [one for column in _telling() if (one := tx.scalar(sa.select(sa.func.max(column))))]
    following: list[datetime] = []
    if newest and max(newest) > beyond:
        ahead = (sa.select(sa.func.min(column)).where(column > beyond) for column in _telling())
        following = [one for chosen in ahead if (one := tx.scalar(chosen))]
    return WrittenMoments(
        first=tx.scalar(sa.select(sa.func.min(tables.account_versions.c.known_at))),
        newest=max(newest, default=None),
        following=min(following, default=None),
    )


def _telling() -> Iterator[sa.Column[datetime]]:
    """Yield the columns that tell when the service and people were at work."""
    for table, name in (
        (tables.sources, "last_look_at"),
        (tables.observations, "first_seen"),
        (tables.finding_changes, "at"),
        (tables.steps, "at"),
        (tables.messages, "created_at"),
        (tables.imports, "known_at"),
        (tables.acts, "at"),
    ):
        yield table.c[name]


def put_off_no_more(tx: Tx, now: datetime) -> None:
    """Have what a clock put off that was ahead for a little be due: what it dated ahead will soon be past."""
    _put_off(tx, now)


def put_right(tx: Tx, now: datetime) -> Righted:
    """Have nothing lie ahead that our own clock wrote: what it put off is due, what it dated ahead is not seen.

    Files and decisions that came in meanwhile are known from now on. Call it where `now` is right.
    """
    _put_off(tx, now)  # while it is known still when the last look was
    ended = _end_cases(tx, now)
    looks = _forget_looks(tx, now)
    _forget_posts(tx, now)
    for table, names in WRITTEN.items():
        for name in names:
            _not_later(tx, tables.metadata.tables[table].c[name], now)
    cases.judge_soon(tx, now)
    lights.restate(tx)
    return Righted(cases=ended, looks=looks)


def _not_later(tx: Tx, column: sa.Column[datetime], now: datetime, limit: datetime | None = None) -> None:
    """Move what lies beyond a limit (now) to it."""
    until = now if limit is None else limit
    tx.execute(sa.update(column.table).where(column > until).values({column.name: until}))


def _end_cases(tx: Tx, now: datetime) -> int:
    """End the open cases that opened, or went up, ahead; what they were to say is not said.

    That the operator was asked once more ends nothing: the task is as it was.
    """
    case, step, notice = tables.cases, tables.steps, tables.notices
    went_up = sa.exists().where(step.c.case == case.c.id, step.c.at > now, step.c.kind != StepKind.TASK)
    chosen = sa.select(case.c.id).where(case.c.closed_at.is_(None), sa.or_(case.c.opened_at > now, went_up))
    ids = tx.scalars(chosen).all()
    if ids:
        unsaid = sa.select(notice.c.id).where(notice.c.case.in_(ids), notice.c.state.in_(WAITING))
        end_notices(tx, tx.scalars(unsaid).all(), NoticeState.SUPERSEDED, at=now)
        cases.end(tx, ids, Closing.CORRECTED, at=now)
    return len(ids)


def _forget_looks(tx: Tx, now: datetime) -> int:
    """Have looks dated ahead count as not seen; an interval that reaches ahead ends where it surely held."""
    table, source = tables.observations, tables.sources
    ahead = sa.and_(table.c.first_seen > now, table.c.withdrawn_at.is_(None), table.c.collector != MANUAL)
    gone = tx.scalars(sa.update(table).where(ahead).values(withdrawn_at=now).returning(table.c.id)).all()
    tx.execute(sa.update(table).where(table.c.first_seen > now).values(first_seen=now))
    surely = sa.case((table.c.first_seen > now - POLLED_FRESHNESS, table.c.first_seen), else_=now - POLLED_FRESHNESS)
    tx.execute(sa.update(table).where(table.c.last_confirmed > now).values(last_confirmed=surely))
    tx.execute(sa.update(table).where(table.c.read_at > now).values(read_at=table.c.first_seen))
    for entry in (tables.probes, tables.events):
        tx.execute(sa.delete(entry).where(entry.c.at > now))
    stale = sa.or_(*(source.c[name] > now for name in ("last_look_at", "seen_at", "read_at", "asked_at")))
    known_by = dict.fromkeys(("etag", "last_modified", "body_hash", "fingerprint"))
    anew = {"has_validators": False, "reader": ""} | known_by
    unseen = {"timeline": None, "digest": None, "blind": None, "blind_reason": None, "portrait": None, "failures": 0}
    moments = dict.fromkeys(("last_look_at", "seen_at", "read_at", "asked_at"))
    tx.execute(sa.update(source).where(stale).values(**anew, **unseen, **moments))
    return len(gone)


def _forget_posts(tx: Tx, now: datetime) -> None:
    """Have posts first seen ahead count as not seen until they are seen again, and none as missed ahead."""
    table, account = tables.posts, tables.accounts
    by_hand = table.c.source.like(f"%/{MANUAL}=%")
    concerned = set(
        tx.scalars(
            sa.select(table.c.account)
            .where(sa.or_(table.c.first_seen > now, table.c.missing_since > now, table.c.withdrawn_at > now))
            .distinct()
        )
    )
    unseen = sa.update(table).where(table.c.first_seen > now, ~by_hand)
    tx.execute(unseen.values(first_seen=now, missing_since=now, withdrawn_at=now, counts_from=None))
    tx.execute(sa.update(table).where(table.c.first_seen > now).values(first_seen=now))
    tx.execute(sa.update(table).where(table.c.withdrawn_at > now).values(withdrawn_at=None))
    tx.execute(sa.update(table).where(table.c.missing_since > now).values(missing_since=None))
    tx.execute(sa.update(table).where(table.c.counts_from > now).values(counts_from=None))
    newest = (
        sa.select(sa.func.max(table.c.published_at))
        .where(table.c.account == account.c.id, table.c.withdrawn_at.is_(None), is_evidence(table))
        .scalar_subquery()
    )
    counted = sa.update(account).where(account.c.id == bound(account.c.id, "b_id")).values(newest_post_at=newest)
    run(tx, counted, [{"b_id": id_} for id_ in sorted(concerned)])


def _put_off(tx: Tx, now: datetime) -> None:
    """Have what was put off be due: looks within their interval, judging and what waits to be said now."""
    source, message = tables.sources, tables.messages
    moments = (source.c.last_look_at, source.c.next_look_at)
    chosen = sa.select(source.c.id, source.c.account, source.c.collector, source.c.key, *moments)
    for row in tx.execute(chosen.where(source.c.next_look_at > now)).all():
        one = Source(account=row.account, collector=row.collector, key=row.key)
        interval = SPREAD if row.last_look_at is None else row.next_look_at - row.last_look_at
        soon = now + max(timedelta(), min(SPREAD, interval)) * share(one.id)
        tx.execute(sa.update(source).where(source.c.id == row.id).values(next_look_at=soon))
    tx.execute(sa.update(source).where(source.c.leased_until > now).values(leased_until=None, claim=None))
    _not_later(tx, source.c.quarantined_until, now, now + _FURTHEST)
    for table in (tables.accounts, tables.areas):
        _not_later(tx, table.c.evaluate_at, now)
    _not_later(tx, message.c.release_at, now, now + timedelta(days=100))
    _not_later(tx, tables.buckets.c.blocked_until, now, now + _BLOCK)
    tx.execute(sa.delete(tables.tokens).where(tables.tokens.c.until > now + _TOKENS))
    tx.execute(sa.delete(tables.login_links).where(tables.login_links.c.until > now + LINK))


def moments() -> dict[str, set[str]]:
    """Return the columns that hold moments, by table, as the tables have them."""
    found = {
        table.name: {column.name for column in table.columns if isinstance(column.type, UtcDateTime)}
        for table in tables.metadata.sorted_tables
    }
    return {name: columns for name, columns in found.items() if columns}
