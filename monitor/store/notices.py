"""Notices as rows: what waits to be told, what was, and what will not be."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitor.core.account import Role
from monitor.core.case import WRONG, StepKind
from monitor.core.message import MessageState, Outcome
from monitor.core.notice import NewNotice, Notice
from monitor.store.columns import UtcDateTime, portions, run
from monitor.store.database import Tx
from monitor.store.tables import NoticeState, attempts, messages
from monitor.store.tables import notices as table

URGENT = "urgent"
"""The topic of messages about notices that leave at once, before all others."""
GATED = "gate"
"""The topic of messages whose notices wait for a person, apart from those that need nobody's word."""
ORDINARY = frozenset({"", GATED})
"""The topics of what a person is told in office hours."""
MATTERS = ORDINARY | {URGENT}
"""The topics of messages whose words are those of their notices."""
CHUNK = 500
"""How many accounts are named in one statement."""
WAITING = (NoticeState.OPEN, NoticeState.MERGED)
_IS_HELD = sa.exists().where(messages.c.id == table.c.message, messages.c.state == MessageState.HELD)
_IS_SETTLED = sa.exists().where(messages.c.id == table.c.message, messages.c.frozen_at.is_not(None))
_FOR_DIGEST = sa.and_(
    table.c.role == Role.OPERATOR,
    table.c.kind.in_([StepKind.TASK, StepKind.TO_OFFICE]),
    table.c.is_urgent.is_(False),
)
"""The kinds that the operator reads in the morning's digest and not at once."""


def notice_of(row: sa.Row[Any]) -> Notice:
    """Return a row of notices as a value."""
    return Notice(
        id=row.id,
        case=row.case,
        account=row.account or "",
        rule=row.rule,
        kind=row.kind,
        number=row.number,
        role=row.role,
        person=row.person,
        at=row.at,
        route=row.route,
        message=row.message,
        is_urgent=row.is_urgent,
    )


def queue_notices(tx: Tx, notices: Iterable[tuple[int, NewNotice]]) -> None:
    """Have people told of steps of cases, each named by its id."""
    rows = [
        {
            "case": case_id,
            "account": notice.account or None,
            "rule": notice.rule,
            "kind": notice.kind,
            "number": notice.number,
            "role": notice.role,
            "person": notice.person,
            "at": notice.at,
            "route": 0,
            "is_urgent": notice.is_urgent,
            "state": NoticeState.OPEN,
        }
        for case_id, notice in notices
    ]
    run(tx, sa.insert(table), rows)


def waiting_notices(tx: Tx) -> tuple[Notice, ...]:
    """Return the notices that no settled message carries: open, or merged into a draft. By person, oldest first."""
    return _waiting(tx)


def waiting_for_digest(tx: Tx) -> tuple[Notice, ...]:
    """Return those of them that are for the operator's digest."""
    return _waiting(tx, _FOR_DIGEST)


def waiting_for(tx: Tx, people: Collection[str]) -> tuple[Notice, ...]:
    """Return the others that wait for these people, or lie in a draft to one of them."""
    drafts = sa.select(messages.c.id).where(
        messages.c.person.in_(people), messages.c.frozen_at.is_(None), messages.c.finished_at.is_(None)
    )
    return _waiting(tx, ~_FOR_DIGEST, sa.or_(table.c.person.in_(people), table.c.message.in_(drafts)))


def _waiting(tx: Tx, *which: sa.ColumnElement[bool]) -> tuple[Notice, ...]:
    chosen = sa.select(table).where(table.c.state.in_(WAITING), ~_IS_SETTLED, *which)
    return tuple(notice_of(row) for row in tx.execute(chosen.order_by(table.c.person, table.c.at, table.c.id)))


def told_of_the_same(tx: Tx, ids: Collection[int]) -> frozenset[str]:
    """Return for whom the same steps wait as these notices tell of."""
    ours = table.alias()
    same = sa.and_(ours.c.case == table.c.case, ours.c.kind == table.c.kind, ours.c.number == table.c.number)
    found: set[str] = set()
    for some in portions(ids, CHUNK):
        chosen = sa.select(table.c.person).join(ours, same).where(ours.c.id.in_(some), table.c.state.in_(WAITING))
        found.update(tx.scalars(chosen.where(~_IS_SETTLED, table.c.role != Role.OPERATOR).distinct()))
    return frozenset(found)


def people_due(tx: Tx, now: datetime, *, again: timedelta, limit: int) -> frozenset[str]:
    """Return the people of waiting notices to be judged now: never judged, or not for `again`; at most `limit`.

    What stands in a message that a person has to let go waits for that: it is judged when something about it is
    another, when it is read and before it leaves. An account judged later than any given now was judged before the
    clock was put back: it is due as well.
    """
    judged = table.c.judged_at
    is_due = sa.or_(judged.is_(None), sa.and_(judged <= now - again, ~_IS_HELD), judged > now)
    chosen = sa.select(table.c.person).where(table.c.state.in_(WAITING), ~_IS_SETTLED, ~_FOR_DIGEST, is_due)
    return frozenset(tx.scalars(chosen.order_by(table.c.person).limit(limit)))


def note_judged(tx: Tx, ids: Iterable[int], *, at: datetime) -> None:
    """Take down that what waits was judged, until `judge_anew` says otherwise."""
    tx.execute(sa.update(table).where(table.c.id.in_(list(ids))).values(judged_at=at))


def judge_anew(tx: Tx, account_ids: Collection[str]) -> None:
    """Have what waits about these accounts judged at once: something about them may be another."""
    for some in portions(account_ids, CHUNK):
        ours = sa.and_(table.c.account.in_(some), table.c.state.in_(WAITING))
        tx.execute(sa.update(table).where(ours, table.c.judged_at.is_not(None)).values(judged_at=None))


def notices_of_case(tx: Tx, case_id: int) -> tuple[Notice, ...]:
    """Return who was or will be told what in a case, oldest first."""
    chosen = sa.select(table).where(table.c.case == case_id).order_by(table.c.at, table.c.id)
    return tuple(notice_of(row) for row in tx.execute(chosen))


def notices_of(tx: Tx, message_id: str) -> tuple[Notice, ...]:
    """Return the notices a message carries, oldest first; may be empty."""
    chosen = sa.select(table).where(table.c.message == message_id).order_by(table.c.at, table.c.id)
    return tuple(notice_of(row) for row in tx.execute(chosen))


def heard(tx: Tx, case_ids: Collection[int]) -> frozenset[tuple[int, str]]:
    """Return who was told that something is wrong in these cases, by case and person; mere reminders aside.

    A try that nobody answered may have been heard, though it was given up.
    """
    if not case_ids:
        return frozenset()
    lost = sa.select(messages.c.id).where(
        messages.c.state == MessageState.CANCELLED,
        sa.exists().where(attempts.c.message == messages.c.id, attempts.c.outcome == Outcome.UNANSWERED),
    )
    told = sa.or_(table.c.state == NoticeState.TOLD, table.c.message.in_(lost))
    chosen = sa.select(table.c.case, table.c.person).where(table.c.case.in_(case_ids), table.c.kind.in_(WRONG), told)
    return frozenset((row.case, row.person) for row in tx.execute(chosen))


def told_before(tx: Tx, case_ids: Collection[int]) -> tuple[tuple[Notice, datetime], ...]:
    """Return what was said in these cases and when its words were settled, oldest first, the digest's aside.

    Its role is that of who got it: what the operator was to pass on nobody knows to have been, unless they said whom
    they phoned, and when.
    """
    found: list[tuple[Notice, datetime]] = []
    for some in portions(case_ids, CHUNK):
        chosen = (
            sa.select(table, sa.func.coalesce(table.c.phoned_at, messages.c.frozen_at).label("said_at"))
            .add_columns(sa.case((table.c.phoned_at.is_not(None), table.c.role), else_=messages.c.role).label("reader"))
            .join(messages, messages.c.id == table.c.message)
            .where(table.c.case.in_(some), table.c.state == NoticeState.TOLD, messages.c.topic.in_(ORDINARY))
            .where(messages.c.frozen_at.is_not(None))
        )
        found += [(replace(notice_of(row), role=row.reader), row.said_at) for row in tx.execute(chosen)]
    return tuple(sorted(found, key=lambda entry: (entry[1], entry[0].id)))


Said = tuple[int, StepKind, int]
"""A step as its notices name it: its case, kind and number."""


def told_on(tx: Tx, case_ids: Iterable[int]) -> dict[Said, datetime | None]:
    """Return when a unit was first told of each step of these cases that has notices; None: of that it has not heard.

    A notice that the operator was to pass on is not known to have been, unless they phoned; one that ended unsaid was
    not said. A step that
    everybody who has the case was spared has no notices, and is not among them.
    """
    settled = sa.case(
        (table.c.phoned_at.is_not(None), table.c.phoned_at),
        (
            sa.and_(
                table.c.state == NoticeState.TOLD, messages.c.topic.in_(ORDINARY), messages.c.role != Role.OPERATOR
            ),
            messages.c.frozen_at,
        ),
    )
    found: dict[Said, datetime | None] = {}
    for some in portions(case_ids, CHUNK):
        chosen = (
            sa.select(table.c.case, table.c.kind, table.c.number, sa.func.min(settled, type_=UtcDateTime()).label("at"))
            .join(messages, messages.c.id == table.c.message, isouter=True)
            .where(table.c.case.in_(some))
            .group_by(table.c.case, table.c.kind, table.c.number)
        )
        found |= {(row.case, row.kind, row.number): row.at for row in tx.execute(chosen)}
    return found


def is_news(tx: Tx, case_ids: Collection[int]) -> bool:
    """True if of any of these cases nobody was told yet, the duty officer's alarm aside."""
    told = sa.select(table.c.case).where(table.c.state == NoticeState.TOLD, table.c.is_urgent.is_(False))
    known = set(tx.scalars(told.where(table.c.case.in_(case_ids)).distinct()))
    return not known.issuperset(case_ids)


def end_notices(tx: Tx, ids: Collection[int], state: NoticeState, *, at: datetime) -> None:
    """End waiting notices without telling anybody: SUPERSEDED or CANCELLED. A draft left without any is cancelled."""
    _end(tx, table.c.id.in_(ids), state, at)


def reopen_notices(tx: Tx, ids: Collection[int]) -> None:
    """Take notices out of a message that has not been settled: they wait for another."""
    merged = sa.update(table).where(table.c.id.in_(ids), table.c.state == NoticeState.MERGED)
    tx.execute(merged.values(state=NoticeState.OPEN, message=None, judged_at=None))


def hand_on(tx: Tx, notice: Notice, person: str, *, at: datetime) -> Notice | None:
    """Give a waiting notice to another person, its ways begun anew; None, and it ends, if they have their own."""
    same = (table.c.case == notice.case, table.c.kind == notice.kind, table.c.number == notice.number)
    if tx.scalar(sa.select(table.c.id).where(*same, table.c.person == person).limit(1)) is not None:
        end_notices(tx, [notice.id], NoticeState.SUPERSEDED, at=at)
        return None
    tx.execute(sa.update(table).where(table.c.id == notice.id).values(person=person, route=0))
    return replace(notice, person=person, route=0)


def cancel_notices_on(tx: Tx, account_ids: Collection[str], *, at: datetime) -> None:
    """End every waiting notice about these accounts."""
    _end(tx, table.c.account.in_(account_ids), NoticeState.CANCELLED, at)


def _end(tx: Tx, which: sa.ColumnElement[bool], state: NoticeState, at: datetime) -> None:
    unsettled = sa.select(messages.c.id).where(messages.c.frozen_at.is_(None), messages.c.finished_at.is_(None))
    is_draft = sa.or_(table.c.message.is_(None), table.c.message.in_(unsettled))
    ended = sa.update(table).where(which, table.c.state.in_(WAITING), is_draft).values(state=state)
    cancel_emptied(tx, {id_ for id_ in tx.scalars(ended.returning(table.c.message)) if id_ is not None}, at=at)


def cancel_emptied(tx: Tx, drafts: Collection[str], *, at: datetime) -> None:
    """Cancel those of the drafts that carry nothing any more; a digest has more to say than its notices."""
    if drafts:
        still = sa.exists().where(table.c.message == messages.c.id, table.c.state.in_(WAITING))
        is_theirs = messages.c.topic.in_(MATTERS)
        empty = sa.update(messages).where(messages.c.id.in_(drafts), messages.c.frozen_at.is_(None), is_theirs, ~still)
        tx.execute(empty.values(state=MessageState.CANCELLED, finished_at=at))
