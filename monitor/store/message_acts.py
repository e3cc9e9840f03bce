"""What people do about messages besides sending them: let them go, withhold them, and say who was told on the phone."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.core.account import Role
from monitor.core.message import MessageAct, MessageState
from monitor.store.columns import portions, run
from monitor.store.database import Tx
from monitor.store.notices import CHUNK, MATTERS, WAITING, cancel_emptied
from monitor.store.tables import NoticeState, cases, notices
from monitor.store.tables import message_acts as table
from monitor.store.tables import messages as message

REMEMBERED = timedelta(days=60)
"""How long a failure that nobody saw to stays on the list."""
_SETTLING = (MessageAct.PHONED, MessageAct.RETRIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActOnMessage:
    """One thing that a person did about a message."""

    at: datetime
    kind: MessageAct
    by: str
    """Their name; empty where a message went by itself because its time at the gate was over."""
    text: str
    """Why it was withheld, or who was told on the phone."""


def note(tx: Tx, ids: Iterable[str], kind: MessageAct, *, by: str, at: datetime, text: str = "") -> None:
    """Write down that a person did something about these messages."""
    row = {"at": at, "kind": kind, "by": by, "text": text}
    run(tx, sa.insert(table), ({"message": id_} | row for id_ in ids))


def acts_on(tx: Tx, message_id: str) -> tuple[ActOnMessage, ...]:
    """Return what people did about a message, oldest first."""
    chosen = sa.select(table).where(table.c.message == message_id).order_by(table.c.at, table.c.id)
    return tuple(ActOnMessage(at=row.at, kind=row.kind, by=row.by, text=row.text) for row in tx.execute(chosen))


def withhold(tx: Tx, ids: Collection[str], *, at: datetime) -> frozenset[str]:
    """End held messages unsent, and what they were to tell; return which: others are no longer held.

    Cases go on: what comes next in them is told in its turn.
    """
    held = sa.update(message).where(message.c.id.in_(ids), message.c.state == MessageState.HELD)
    ended = held.values(state=MessageState.CANCELLED, finished_at=at).returning(message.c.id)
    gone = frozenset(tx.scalars(ended))
    carried = sa.and_(notices.c.message.in_(gone), notices.c.state == NoticeState.MERGED)
    tx.execute(sa.update(notices).where(carried).values(state=NoticeState.CANCELLED))
    return gone


def phoned(tx: Tx, message_id: str, *, at: datetime) -> None:
    """Keep that what a FAILED message was to tell was told on the phone at that moment: no other way tells it now.

    What somebody else was asked to pass on was told by them then.
    """
    untold = tx.scalar(sa.select(message.c.untold).where(message.c.id == message_id)) or []
    drafts = sa.select(message.c.id).where(message.c.frozen_at.is_(None), message.c.finished_at.is_(None))
    waits = sa.and_(notices.c.state.in_(WAITING), sa.or_(notices.c.message.is_(None), notices.c.message.in_(drafts)))
    for some in portions(untold, CHUNK):
        ours = notices.c.id.in_(some)
        told = {"state": NoticeState.TOLD, "message": message_id, "phoned_at": at}
        before = tx.scalars(sa.select(notices.c.message).where(ours, waits, notices.c.message.is_not(None))).all()
        tx.execute(sa.update(notices).where(ours, waits).values(told))
        to_pass_on = sa.select(message.c.id).where(message.c.role == Role.OPERATOR)
        asked = sa.and_(notices.c.state == NoticeState.TOLD, notices.c.message.in_(to_pass_on))
        tx.execute(sa.update(notices).where(ours, asked).values(phoned_at=at))
        cancel_emptied(tx, set(before), at=at)


def open_failures(tx: Tx, now: datetime) -> tuple[str, ...]:
    """Return the failed messages that a person has to see to, latest first: what they were to tell is told by nobody.

    Not those that somebody has sent again or told on the phone, whose readers another way has reached, whose cases
    are over, or, of what the office itself was to hear, those before the last that arrived.
    """
    acted = sa.exists().where(
        table.c.message == message.c.id, table.c.kind.in_(_SETTLING), table.c.at >= message.c.finished_at
    )
    parts = (message.c.id, message.c.person, message.c.topic, message.c.untold, message.c.finished_at)
    failed = sa.select(*parts).where(
        message.c.state == MessageState.FAILED, message.c.finished_at >= now - REMEMBERED, ~acted
    )
    rows = tx.execute(failed.order_by(message.c.finished_at.desc(), message.c.id)).all()
    owed = _owed(tx, {id_ for row in rows for id_ in row.untold})
    heard_at = tx.scalar(_LAST_HEARD) if any(row.topic not in MATTERS for row in rows) else None
    return tuple(
        row.id
        for row in rows
        if (
            not row.untold or any(reader not in {row.person, whose} for whose, reader in _of(owed, row.untold))
            if row.topic in MATTERS
            else heard_at is None or heard_at <= row.finished_at
        )
    )


_LAST_HEARD = sa.select(sa.func.max(message.c.finished_at)).where(
    message.c.state == MessageState.SENT, message.c.role == Role.OPERATOR
)
"""When the operator last got a message."""

_Owed = dict[int, tuple[str, str | None]]
"""Notices that nobody is known to have told to whom they are for: whose each is, and who was asked to pass it on."""


def _of(owed: _Owed, ids: Iterable[int]) -> Iterable[tuple[str, str | None]]:
    return (owed[id_] for id_ in ids if id_ in owed)


def _owed(tx: Tx, ids: Collection[int]) -> _Owed:
    """Return those of these notices that wait, or that somebody heard, while their case is open."""
    found: _Owed = {}
    for some in portions(ids, CHUNK):
        chosen = (
            sa.select(notices.c.id, notices.c.person, notices.c.state, message.c.person.label("reader"))
            .outerjoin(message, message.c.id == notices.c.message)
            .join(cases, cases.c.id == notices.c.case)
            .where(notices.c.id.in_(some), cases.c.closed_at.is_(None), notices.c.phoned_at.is_(None))
            .where(notices.c.state.in_([*WAITING, NoticeState.TOLD]))
        )
        for row in tx.execute(chosen):
            found[row.id] = row.person, row.reader if row.state is NoticeState.TOLD else None
    return found
