"""Outages as rows, and the state of all looks that tells when one begins or ends."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitor.core import schedule
from monitor.core.account import Platform
from monitor.core.observation import MANUAL, Reason
from monitor.core.outage import PASSING, UNREACHED, WINDOW, LookCount, NewOutage, Outage
from monitor.store import tables
from monitor.store.cases import judge_soon
from monitor.store.columns import bound, run
from monitor.store.database import Tx
from monitor.store.tables import outages as table
from monitor.store.values import decode


def open_outages(tx: Tx) -> tuple[Outage, ...]:
    """Return the outages that have not ended, the earliest first."""
    chosen = sa.select(table).where(table.c.ended_at.is_(None))
    return tuple(_outage(row) for row in tx.execute(chosen.order_by(table.c.began_at, table.c.id)))


def latest_outages(tx: Tx, *, limit: int = 10) -> tuple[Outage, ...]:
    """Return the latest outages, open ones included, the latest first."""
    chosen = sa.select(table).order_by(table.c.began_at.desc(), table.c.id.desc()).limit(limit)
    return tuple(_outage(row) for row in tx.execute(chosen))


def begin(tx: Tx, outage: NewOutage) -> int:
    """Keep an outage that was found out; all it concerns is judged at once. Return its id."""
    row = {
        "platform": outage.platform.value if outage.platform else None,
        "cause": outage.cause,
        "trusted_until": outage.trusted_until,
        "began_at": outage.began_at,
        "detail": outage.detail,
    }
    id_: int = tx.execute(sa.insert(table).returning(table.c.id), row).scalar_one()
    judge_soon(tx, outage.began_at, _concerned(tx, outage))
    return id_


def end(tx: Tx, outage: Outage, at: datetime) -> None:
    """Note that an outage is over; all it concerned is judged at once."""
    tx.execute(sa.update(table).where(table.c.id == outage.id).values(ended_at=at))
    judge_soon(tx, at, _concerned(tx, outage))


def doubts(tx: Tx, known_at: datetime) -> dict[Platform | None, Outage]:
    """Return the outages that were going on at a moment, by platform; None stands for the monitor's own line."""
    found = (_outage(row) for row in tx.execute(_GOING_ON, {"at": known_at}))
    return {outage.platform: outage for outage in found}


_GOING_ON = (
    sa.select(table)
    .where(
        table.c.began_at <= bound(table.c.began_at, "at"),
        sa.or_(table.c.ended_at.is_(None), table.c.ended_at > bound(table.c.ended_at, "at")),
    )
    .order_by(table.c.began_at, table.c.id)
)


def census(tx: Tx, now: datetime) -> tuple[LookCount, ...]:
    """Return how looks go on each platform that is polled.

    An account fails when the latest look at each of its sources that was looked at did, and not by chance. Failures
    during an outage that is over prove nothing: only later looks count. Nor does what failed for want of an owner's
    grant: that is between the owner and us.
    """
    source, account = tables.sources, tables.accounts
    is_granted = sa.or_(source.c.blind_reason.is_(None), source.c.blind_reason != Reason.GRANT)
    looked = sa.and_(source.c.last_look_at > _counted_from(tx, now), is_granted)
    not_by_chance = sa.or_(source.c.failures > 1, source.c.blind_reason.not_in(PASSING))
    fails = sa.and_(source.c.failures > 0, not_by_chance)
    unreached = sa.and_(fails, source.c.blind_reason.in_(UNREACHED))
    accounts = (
        sa.select(
            account.c.platform,
            sa.func.min(sa.case((looked, sa.cast(fails, sa.Integer)))).label("fails"),
            sa.func.min(sa.case((looked, sa.cast(unreached, sa.Integer)))).label("unreached"),
            sa.func.max(source.c.last_look_at).label("looked_at"),
            sa.func.max(source.c.seen_at).label("seen_at"),
        )
        .join_from(source, account)
        .where(source.c.dropped_at.is_(None), source.c.collector != MANUAL, account.c.is_removed.is_(False))
        .group_by(account.c.id, account.c.platform)
        .subquery()
    )
    chosen = sa.select(
        accounts.c.platform,
        sa.func.count().label("accounts"),
        sa.func.coalesce(sa.func.sum(accounts.c.fails), 0).label("failing"),
        sa.func.coalesce(sa.func.sum(accounts.c.unreached), 0).label("cut_off"),
        sa.func.min(sa.case((accounts.c.unreached == 1, accounts.c.looked_at))).label("cut_off_since"),
        sa.func.max(accounts.c.seen_at).label("seen_at"),
    ).group_by(accounts.c.platform)
    return tuple(
        LookCount(
            platform=decode(Platform, row.platform),
            accounts=row.accounts,
            failing=row.failing,
            cut_off=row.cut_off,
            cut_off_since=row.cut_off_since,
            seen_at=row.seen_at,
        )
        for row in tx.execute(chosen.order_by(accounts.c.platform))
    )


def _counted_from(tx: Tx, now: datetime) -> sa.ColumnElement[datetime]:
    """Return from when on looks at an account count: not from while its platform, or the monitor itself, was out."""
    kind = tables.sources.c.last_look_at.type
    lately = sa.select(table.c.platform, sa.func.max(table.c.ended_at)).where(table.c.ended_at > now - WINDOW)
    ended = dict(tx.execute(lately.group_by(table.c.platform)).all())
    floor = ended.pop(None, now - WINDOW)
    later = {platform: sa.literal(max(at, floor), kind) for platform, at in ended.items()}
    otherwise = sa.literal(floor, kind)
    return sa.case(later, value=tables.accounts.c.platform, else_=otherwise) if later else otherwise


def catch_up(tx: Tx, platform: Platform | None, now: datetime, spread: timedelta) -> int:
    """Look soon again at what failed or fell due while a platform (None: everything) was out; return how many.

    Each source gets its own moment within `spread`, so that nobody is stampeded.
    """
    source, account = tables.sources, tables.accounts
    missed = sa.or_(source.c.failures > 0, source.c.next_look_at <= now)
    chosen = (
        sa.select(source.c.id)
        .join_from(source, account)
        .where(source.c.dropped_at.is_(None), source.c.collector != MANUAL, missed)
    )
    if platform is not None:
        chosen = chosen.where(account.c.platform == platform.value)
    soon = [{"b_id": id_, "b_at": now + spread * schedule.share(id_)} for id_ in tx.scalars(chosen)]
    this = source.c.id == bound(source.c.id, "b_id")
    run(tx, sa.update(source).where(this).values(next_look_at=bound(source.c.next_look_at, "b_at")), soon)
    return len(soon)


def reasons(tx: Tx) -> Mapping[Platform, Collection[Reason]]:
    """Return for each platform why looks at it fail now."""
    source, account = tables.sources, tables.accounts
    chosen = (
        sa.select(account.c.platform, source.c.blind_reason)
        .join_from(source, account)
        .where(source.c.dropped_at.is_(None), source.c.failures > 0, source.c.blind_reason.is_not(None))
        .distinct()
    )
    found: dict[Platform, set[Reason]] = {}
    for row in tx.execute(chosen):
        found.setdefault(decode(Platform, row.platform), set()).add(row.blind_reason)
    return found


def _concerned(tx: Tx, outage: NewOutage) -> tuple[str, ...] | None:
    """Return the accounts of the platform; None for all."""
    if outage.platform is None:
        return None
    account = tables.accounts
    return tuple(tx.scalars(sa.select(account.c.id).where(account.c.platform == outage.platform.value)))


def _outage(row: sa.Row[Any]) -> Outage:
    return Outage(
        id=row.id,
        platform=decode(Platform, row.platform) if row.platform is not None else None,
        cause=row.cause,
        trusted_until=row.trusted_until,
        began_at=row.began_at,
        detail=row.detail,
        ended_at=row.ended_at,
    )
