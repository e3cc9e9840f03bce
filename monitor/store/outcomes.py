"""The outcomes of messages: reads of the outbox, and each message as a value with all that was tried."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitor.core.account import Role
from monitor.core.calendar import ONE_DAY
from monitor.core.message import SHOWN, Attempt, Message, MessageState
from monitor.store.database import Tx
from monitor.store.keyset import Place, Sorted, sorted_behind
from monitor.store.notices import (
    MATTERS,
    ORDINARY,
    URGENT,
)
from monitor.store.tables import attempts, notices
from monitor.store.tables import messages as table


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMessage:
    """A message and all that became of it so far."""

    message: Message
    role: Role
    person: str
    topic: str
    state: MessageState
    is_released: bool
    """True if a person, or the gate in the end, let it go although messages are held."""
    release_at: datetime | None
    """When it goes by itself; None for one that is not held, or waits for a person."""
    created_at: datetime
    frozen_at: datetime | None
    next_try_at: datetime
    attempts: int
    finished_at: datetime | None
    last: Attempt | None
    """The latest try."""

    @property
    def is_urgent(self) -> bool:
        """True if it leaves at once, at night and on days off too."""
        return self.topic.startswith(URGENT)

    @property
    def is_about_notices(self) -> bool:
        """True if its words are those of its notices, which are judged again before it leaves."""
        return self.topic in MATTERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One try, for the record."""

    message: str
    at: datetime
    attempt: Attempt


def heard_since(tx: Tx, person: str, since: datetime) -> int:
    """Return how many messages about notices have been on their way to a person since then, over whatever channel."""
    mine = sa.and_(table.c.person == person, table.c.topic.in_(ORDINARY), table.c.frozen_at >= since)
    return tx.scalar(sa.select(sa.func.count()).where(mine)) or 0


def refusing(tx: Tx, until: datetime) -> dict[str, datetime]:
    """Return the addresses that refused the last message to them while their channel reached somebody else.

    Each with when it first refused one since it last took any. Only refusals count that mean the address itself: spam,
    tokens and quotas are ours. Were it the refusal alone, a far side that takes every address of ours for unknown would
    be held against everybody.
    """
    for_good = sa.exists().where(attempts.c.message == table.c.id, attempts.c.is_about_address)
    refused = _latest(tx, table.c.state == MessageState.FAILED, for_good, table.c.finished_at <= until)
    if not refused:
        return {}
    since = min(refused.values()) - ONE_DAY
    taken = _latest(tx, table.c.state == MessageState.SENT, table.c.finished_at.between(since, until))

    def works_for_others(channel: str, address: str, at: datetime) -> bool:
        return any(way == channel and to != address and at - ONE_DAY <= then for (way, to), then in taken.items())

    now = {
        (channel, address)
        for (channel, address), at in refused.items()
        if taken.get((channel, address), since) < at and works_for_others(channel, address, at)
    }
    return {address: _first_refusal(tx, channel, address, until) for channel, address in now}


def _first_refusal(tx: Tx, channel: str, address: str, until: datetime) -> datetime:
    """Return when an address that refuses messages first refused one since it last took any."""
    theirs = sa.and_(table.c.channel == channel, table.c.address == address, table.c.finished_at <= until)
    taken = tx.scalar(sa.select(sa.func.max(table.c.finished_at)).where(theirs, table.c.state == MessageState.SENT))
    for_good = sa.exists().where(attempts.c.message == table.c.id, attempts.c.is_about_address)
    refused = sa.select(sa.func.min(table.c.finished_at)).where(theirs, table.c.state == MessageState.FAILED, for_good)
    return tx.scalar(refused if taken is None else refused.where(table.c.finished_at > taken)) or until


def _latest(tx: Tx, *which: sa.ColumnElement[bool]) -> dict[tuple[str, str], datetime]:
    """Return when messages to one person were last ended so, by channel and address."""
    chosen = sa.select(table.c.channel, table.c.address, sa.func.max(table.c.finished_at).label("at"))
    grouped = chosen.where(table.c.address != "", *which).group_by(table.c.channel, table.c.address)
    return {(row.channel, row.address): row.at for row in tx.execute(grouped)}


def failed_ways(tx: Tx, ids: Collection[int]) -> dict[int, tuple[tuple[Role, Attempt], ...]]:
    """Return, for each of these notices that could not be told, whom each failed message was for and how it ended."""
    asked, found = set(ids), defaultdict[int, list[tuple[Role, Attempt]]](list)
    if not asked:
        return {}
    since = sa.select(sa.func.min(notices.c.at)).where(notices.c.id.in_(asked)).scalar_subquery()
    failed = sa.and_(table.c.state == MessageState.FAILED, table.c.role != Role.OPERATOR, table.c.finished_at >= since)
    rows = tx.execute(sa.select(table.c.id, table.c.untold).where(failed)).all()
    untold = {row.id: asked.intersection(row.untold) for row in rows}
    ours = sa.select(table).where(table.c.id.in_([id_ for id_, notices_ in untold.items() if notices_]))
    for kept_message in kept(tx, ours.order_by(table.c.finished_at, table.c.id)):
        if kept_message.last is not None:
            for id_ in untold[kept_message.message.id]:
                found[id_].append((kept_message.role, kept_message.last))
    return {id_: tuple(ways) for id_, ways in found.items()}


def is_under_way(tx: Tx, topic: str, *, since: datetime) -> bool:
    """True if a message on the topic drafted since then has arrived, or still may."""
    hopeless = table.c.state.in_([MessageState.CANCELLED, MessageState.FAILED])
    chosen = sa.select(table.c.id).where(table.c.topic == topic, table.c.created_at >= since, ~hopeless)
    return tx.scalar(chosen.limit(1)) is not None


def was_told(tx: Tx, topic: str, *, since: datetime) -> bool:
    """True if a message on the topic was drafted since then and not withdrawn."""
    drafted = sa.and_(table.c.topic == topic, table.c.created_at >= since, table.c.state != MessageState.CANCELLED)
    return tx.scalar(sa.select(table.c.id).where(drafted).limit(1)) is not None


def last_left(tx: Tx, prefix: str) -> str | None:
    """Return the last of the dated topics with such a prefix of which a message has left, or still may."""
    theirs = sa.and_(table.c.topic.startswith(prefix, autoescape=True), table.c.state != MessageState.FAILED)
    last: str | None = tx.scalar(sa.select(sa.func.max(table.c.topic)).where(theirs, table.c.frozen_at.is_not(None)))
    return last


def messages(
    tx: Tx,
    *,
    states: Collection[MessageState] | None = None,
    ids: Collection[str] | None = None,
    limit: int = 200,
    place: Place | None = None,
    which: sa.ColumnElement[bool] | None = None,
) -> tuple[KeptMessage, ...]:
    """Return messages, latest created first, those up to `place` left out, and those of which `which` is not true.

    Each of `ids` is one, or its ending as its reader sees it.
    """
    order = (Sorted(table.c.created_at, is_descending=True), Sorted(table.c.id))
    chosen = sorted_behind(sa.select(table), order, place).limit(limit)
    if states is not None:
        chosen = chosen.where(table.c.state.in_(states))
    if which is not None:
        chosen = chosen.where(which)
    if ids is None:
        return kept(tx, chosen)
    named: sa.ColumnElement[bool] = table.c.id.in_(ids)
    endings = [text for text in ids if len(text) == SHOWN]
    if endings:
        ending = sa.func.substr(table.c.id, sa.func.length(table.c.id) - SHOWN + 1)
        named = sa.or_(named, ending.in_(endings))
    return kept(tx, chosen.where(named))


def attempts_of(tx: Tx, message_id: str) -> tuple[Tried, ...]:
    """Return every try of a message, oldest first."""
    chosen = sa.select(attempts).where(attempts.c.message == message_id).order_by(attempts.c.id)
    return tuple(Tried(message=row.message, at=row.at, attempt=attempt_of(row)) for row in tx.execute(chosen))


def counts(tx: Tx) -> dict[MessageState, int]:
    """Return how many messages are in each state, zeros included."""
    counted = tx.execute(sa.select(table.c.state, sa.func.count()).group_by(table.c.state))
    found: dict[MessageState, int] = dict(counted.all())
    return {state: found.get(state, 0) for state in MessageState}


def oldest_age(tx: Tx, now: datetime) -> timedelta | None:
    """Return how long the longest waiting message could have left already; None if none could."""
    waiting = table.c.state.in_([MessageState.QUEUED, MessageState.SENDING])
    oldest: datetime | None = tx.scalar(sa.select(sa.func.min(table.c.due_at)).where(waiting, table.c.due_at <= now))
    return None if oldest is None else now - oldest


def kept(tx: Tx, chosen: sa.Select[Any]) -> tuple[KeptMessage, ...]:
    """Return the messages of the rows that a query gives, in its order."""
    rows = tx.execute(chosen).all()
    latest = sa.select(sa.func.max(attempts.c.id)).where(attempts.c.message.in_([row.id for row in rows]))
    tries = sa.select(attempts).where(attempts.c.id.in_(latest.group_by(attempts.c.message)))
    last = {row.message: attempt_of(row) for row in tx.execute(tries)}
    return tuple(
        KeptMessage(
            message=message_of(row),
            role=row.role,
            person=row.person,
            topic=row.topic,
            state=row.state,
            is_released=row.is_released,
            release_at=row.release_at if row.state is MessageState.HELD else None,
            created_at=row.created_at,
            frozen_at=row.frozen_at,
            next_try_at=row.next_try_at,
            attempts=row.attempts,
            finished_at=row.finished_at,
            last=last.get(row.id),
        )
        for row in rows
    )


def message_of(row: sa.Row[Any]) -> Message:
    """Return the message in a row, as its reader gets it."""
    return Message(
        id=row.id,
        channel=row.channel,
        subject=row.subject,
        body=row.body,
        address=row.address or None,
        mentions=tuple(row.mentions),
        grid=tuple(tuple(cells) for cells in row.grid),
    )


def attempt_of(row: sa.Row[Any]) -> Attempt:
    """Return the try in a row."""
    pause = None if row.retry_after is None else timedelta(seconds=row.retry_after)
    return Attempt(
        outcome=row.outcome,
        code=row.code,
        detail=row.detail,
        retry_after=pause,
        is_about_address=row.is_about_address,
    )
