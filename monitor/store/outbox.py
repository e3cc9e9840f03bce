"""The outbox: the messages that notices become, every try to deliver them, and the pace of each channel.

A message's words may change until `freeze`; from then on id and words are settled. A try that surely came to nothing
settles nothing: the words may change again (`thaw`), the id stays. After one that may have arrived every further
try of that day repeats the words. A sender has taken a message before, by one conditional UPDATE that only one can win
(`take`), and has it until its lease is over. A notice is *open*, *merged* into a message that is not yet sent, *told*,
*superseded* by a later word or a better fact, or *cancelled* by a person or with its account.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import count
from typing import Any

import sqlalchemy as sa

from monitor.core.account import Role
from monitor.core.calendar import beijing_date, start_of_day
from monitor.core.message import LEASE, NO_CHANNEL, Attempt, Grid, Lease, Message, MessageAct, MessageState, Outcome
from monitor.store import message_acts
from monitor.store.audit import Act, record_audit
from monitor.store.database import Tx
from monitor.store.notices import (
    GATED,
    MATTERS,
    URGENT,
    cancel_emptied,
    end_notices,
    hand_on,
    heard,
    is_news,
    note_judged,
    notices_of,
    people_due,
    queue_notices,
    reopen_notices,
    told_before,
    told_of_the_same,
    waiting_for,
    waiting_for_digest,
    waiting_notices,
)
from monitor.store.outcomes import (
    KeptMessage,
    Tried,
    attempt_of,
    attempts_of,
    counts,
    failed_ways,
    heard_since,
    is_under_way,
    kept,
    last_left,
    message_of,
    messages,
    oldest_age,
    refusing,
    was_told,
)
from monitor.store.paces import block, next_token_at, take_token
from monitor.store.tables import NoticeState, attempts, cases, notices
from monitor.store.tables import messages as table

__all__ = [
    "GATED",
    "URGENT",
    "Draft",
    "KeptMessage",
    "NoticeState",
    "Tried",
    "attempts_of",
    "block",
    "break_up",
    "counts",
    "due_messages",
    "end_notices",
    "failed_ways",
    "freeze",
    "give_back",
    "hand_on",
    "heard",
    "heard_since",
    "held_units",
    "hold_back",
    "ids_in",
    "is_news",
    "is_release_due",
    "is_under_way",
    "last_left",
    "left_behind",
    "messages",
    "next_release",
    "next_token_at",
    "note_judged",
    "notices_of",
    "oldest_age",
    "people_due",
    "queue_notices",
    "record_attempt",
    "refusing",
    "release",
    "release_due",
    "reopen_notices",
    "save_draft",
    "settle",
    "take",
    "take_token",
    "thaw",
    "told_before",
    "told_of_the_same",
    "waiting_for",
    "waiting_for_digest",
    "waiting_notices",
    "waits_for_liaison",
    "was_told",
    "withdraw",
    "words_hold",
]

_IS_URGENT = table.c.topic.startswith(URGENT)
_TURNS = (
    sa.case((_IS_URGENT, 0), else_=1),
    table.c.is_first.desc(),
    sa.case((table.c.role == Role.LEADER, 1), else_=0),
    table.c.next_try_at,
    table.c.created_at,
    table.c.id,
)
LEADER_WAITS = timedelta(minutes=5)
"""How long at most a leader's message waits until the liaison's about the same was tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The draft for one person over one channel; may still change."""

    channel: str
    address: str | None = None
    mentions: tuple[str, ...] = ()
    role: Role
    person: str
    """The contact's key; empty for the operator."""
    subject: str
    body: str
    grid: Grid = ()
    notices: tuple[int, ...] = ()
    release_at: datetime | None = None
    """When it goes by itself, if it is held."""
    is_first: bool = False
    """True if it tells of something that nobody was told of before: such messages go before reminders."""
    topic: str = ""
    """The key that keeps messages to one person apart: empty for notices (URGENT, GATED), `digest:2026-05-01`, …"""


def save_draft(tx: Tx, draft: Draft, *, at: datetime, not_before: datetime, held: bool) -> str:
    """Create the draft's message, or replace the one not yet frozen for the same person, way and topic; return its id.

    It is HELD or QUEUED for `not_before`. Its notices are exactly the draft's: those it had besides that
    wait still, wait for another. Unless notices are added to it, a message once released stays so, and one that was
    tried in vain waits for its next try.
    """
    before = tx.execute(_unfrozen(draft)).one_or_none()
    id_: str = _id(tx, draft, at) if before is None else before.id
    had = {notice.id for notice in notices_of(tx, id_)} if before is not None else set[int]()
    is_same = before is not None and had.issuperset(draft.notices)
    is_released = before is not None and before.is_released and is_same
    next_try = max(not_before, before.next_try_at) if before is not None and before.attempts and is_same else not_before
    words = {
        "mentions": list(draft.mentions),
        "role": draft.role,
        "is_first": draft.is_first,
        "subject": draft.subject,
        "body": draft.body,
        "grid": draft.grid,
        "state": MessageState.HELD if held and not is_released else MessageState.QUEUED,
        "is_released": is_released,
        "release_at": draft.release_at,
        "due_at": not_before,
        "next_try_at": next_try,
    }
    if before is None:
        way = {"channel": draft.channel, "address": draft.address or "", "person": draft.person, "topic": draft.topic}
        tx.execute(sa.insert(table), {"id": id_, "created_at": at, "attempts": 0, "untold": []} | way | words)
    else:
        tx.execute(sa.update(table).where(table.c.id == id_).values(words))
    reopen_notices(tx, had.difference(draft.notices))
    _carry(tx, id_, draft.notices, at=at)
    return id_


def due_messages(
    tx: Tx, now: datetime, limit: int, *, channel: str | None = None, but: Collection[str] = ()
) -> tuple[KeptMessage, ...]:
    """Return the QUEUED messages whose time has come: urgent ones, then first alerts, then longest waiting first.

    All of them, or those of one channel; none of the channels in `but`. A draft written later than now was written
    before the clock was put back: it waits for no hour that was.
    """
    is_early = sa.and_(table.c.created_at > now, table.c.frozen_at.is_(None))
    is_due = sa.or_(table.c.next_try_at <= now, is_early)
    chosen = sa.select(table).where(table.c.state == MessageState.QUEUED, is_due)
    if channel is not None:
        chosen = chosen.where(table.c.channel == channel)
    if but:
        chosen = chosen.where(table.c.channel.not_in(but))
    return kept(tx, chosen.order_by(*_TURNS).limit(limit))


def hold_back(tx: Tx, channel: str, until: datetime, *, urgent_too: bool = True) -> None:
    """Have everything that is due on a channel wait until then, in its order: the far side takes nothing before.

    While it is only the office that is closed, what is urgent does not wait.
    """
    due = sa.update(table).where(table.c.channel == channel, table.c.state == MessageState.QUEUED)
    due = due if urgent_too else due.where(~_IS_URGENT)
    tx.execute(due.where(table.c.next_try_at < until).values(next_try_at=until))


def take(tx: Tx, message_id: str, holder: str, *, at: datetime) -> Lease | None:
    """Take a QUEUED message into one's hands, SENDING; None where somebody else has taken or ended it meanwhile."""
    lease = Lease(message=message_id, holder=holder, until=at + LEASE)
    free = sa.update(table).where(table.c.id == message_id, table.c.state == MessageState.QUEUED)
    taken = free.values(state=MessageState.SENDING, taken_by=holder, taken_until=lease.until)
    return lease if tx.execute(taken).rowcount == 1 else None


def waits_for_liaison(tx: Tx, message_id: str, now: datetime) -> bool:
    """True if a message tells a leader of what a liaison is to hear now and was not tried yet; not for long.

    A liaison who hears first and acts need not be urged by somebody who heard it from the leader.
    """
    theirs, own = notices.alias(), notices.c
    liaisons = table.alias()
    same = sa.and_(theirs.c.case == own.case, theirs.c.kind == own.kind, theirs.c.number == own.number)
    is_next = sa.or_(
        liaisons.c.state == MessageState.SENDING,
        sa.and_(liaisons.c.state == MessageState.QUEUED, liaisons.c.next_try_at <= now),
    )
    waiting = (
        sa.select(liaisons.c.id)
        .join(theirs, theirs.c.message == liaisons.c.id)
        .join(notices, same)
        .join(table, table.c.id == own.message)
        .where(table.c.id == message_id, table.c.role == Role.LEADER, table.c.due_at > now - LEADER_WAITS)
        .where(liaisons.c.role == Role.LIAISON, liaisons.c.attempts == 0, is_next)
    )
    return tx.scalar(waiting.limit(1)) is not None


def thaw(tx: Tx, message_id: str) -> None:
    """Let a message's words change again. There is one draft to a person by each way: the older takes in the newer.

    A message drafted anew on any other topic meanwhile says what is so now, and the older is given up.
    """
    row = tx.execute(sa.select(table).where(table.c.id == message_id)).one()
    drafts = sa.select(table.c.id).where(
        *(table.c[name] == getattr(row, name) for name in ("person", "channel", "address", "topic")),
        table.c.frozen_at.is_(None),
        table.c.finished_at.is_(None),
        table.c.id != message_id,
    )
    for other in tx.scalars(drafts).all():
        if row.topic not in MATTERS:
            settle(tx, message_id, MessageState.CANCELLED, at=row.next_try_at)
            return
        break_up(tx, other, at=row.next_try_at)
    tx.execute(sa.update(table).where(table.c.id == message_id).values(frozen_at=None))


def words_hold(tx: Tx, message_id: str, frozen_at: datetime, now: datetime) -> bool:
    """True if words settled then hold: they were settled today, and a try of today may have arrived."""
    since = start_of_day(beijing_date(frozen_at))
    if beijing_date(now) != beijing_date(frozen_at):
        return False
    tries = sa.select(attempts).where(attempts.c.message == message_id, attempts.c.at >= since)
    return any(attempt_of(row).may_have_arrived for row in tx.execute(tries))


def freeze(tx: Tx, lease: Lease, *, subject: str, body: str, grid: Grid = (), at: datetime) -> Message:
    """Settle the words of a message that was taken; return it as it must be sent. Once settled, the first words stay.

    Commit it durably before the first try.
    """
    this = table.c.id == lease.message
    first = sa.update(table).where(this, table.c.frozen_at.is_(None))
    tx.execute(first.values(subject=subject, body=body, grid=grid, frozen_at=at))
    return message_of(tx.execute(sa.select(table).where(this)).one())


def record_attempt(tx: Tx, lease: Lease, attempt: Attempt, *, at: datetime, next_try: datetime | None) -> bool:
    """Keep one try: SENT if the far side said so, QUEUED for `next_try`, or FAILED if that is None (see `settle`).

    Return False, with nothing kept, where the message is in those hands no more: what became of it is told by others.
    """
    ours = sa.update(table).where(*_in_hands(lease)).values(attempts=table.c.attempts + 1)
    if tx.execute(ours).rowcount != 1:
        return False
    row = {
        "message": lease.message,
        "at": at,
        "outcome": attempt.outcome,
        "code": attempt.code,
        "detail": attempt.detail,
        "retry_after": attempt.retry_after.total_seconds() if attempt.retry_after is not None else None,
        "is_about_address": attempt.is_about_address,
    }
    tx.execute(sa.insert(attempts), row)
    if attempt.outcome is Outcome.SENT:
        settle(tx, lease.message, MessageState.SENT, at=at)
    elif next_try is None:
        settle(tx, lease.message, MessageState.FAILED, at=at)
    else:
        give_back(tx, lease, next_try)
    return True


def give_back(tx: Tx, lease: Lease, until: datetime) -> None:
    """Put a message that was taken back to QUEUED for later, if it is still in those hands. Not a try.

    Its words may change again unless they may have been read on their day.
    """
    ours = sa.update(table).where(*_in_hands(lease))
    back = ours.values(state=MessageState.QUEUED, next_try_at=until, taken_by=None, taken_until=None)
    frozen_at = tx.execute(back.returning(table.c.frozen_at)).scalar_one_or_none()
    if frozen_at is not None and not words_hold(tx, lease.message, frozen_at, frozen_at):
        thaw(tx, lease.message)


def left_behind(tx: Tx, now: datetime) -> tuple[Lease, ...]:
    """Return the leases that are over: their holders died, or sleep, and the outcome of the try is not known.

    One that ends later than any given now was given before the clock was put back: it is over as well.
    """
    is_over = sa.or_(table.c.taken_until <= now, table.c.taken_until > now + LEASE)
    chosen = sa.select(table).where(table.c.state == MessageState.SENDING, is_over)
    rows = tx.execute(chosen.order_by(table.c.frozen_at, table.c.id))
    return tuple(Lease(message=row.id, holder=row.taken_by, until=row.taken_until) for row in rows)


def settle(tx: Tx, message_id: str, state: MessageState, *, at: datetime) -> None:
    """Finish a message as SENT, FAILED or CANCELLED, and its notices with it.

    SENT: told. CANCELLED: superseded. FAILED: open again, with one more route behind them; the message remembers them.
    """
    merged = sa.and_(notices.c.message == message_id, notices.c.state == NoticeState.MERGED)
    end: dict[str, object] = {"state": state, "finished_at": at, "taken_by": None, "taken_until": None}
    match state:
        case MessageState.SENT:
            change: dict[str, object] = {"state": NoticeState.TOLD}
        case MessageState.CANCELLED:
            change = {"state": NoticeState.SUPERSEDED}
        case MessageState.FAILED:
            change = {"state": NoticeState.OPEN, "message": None, "route": notices.c.route + 1, "judged_at": None}
            end["untold"] = list(tx.scalars(sa.select(notices.c.id).where(merged).order_by(notices.c.id)))
        case MessageState.HELD | MessageState.QUEUED | MessageState.SENDING:
            raise ValueError(f"no message ends as {state.value}")
    tx.execute(sa.update(table).where(table.c.id == message_id).values(end))
    tx.execute(sa.update(notices).where(merged).values(change))


def break_up(tx: Tx, message_id: str, *, at: datetime) -> None:
    """Cancel a draft; what it carries waits for another."""
    reopen_notices(tx, [notice.id for notice in notices_of(tx, message_id)])
    settle(tx, message_id, MessageState.CANCELLED, at=at)


def write_anew(tx: Tx, *, at: datetime) -> int:
    """Cancel what was written while the settings named no channel, now that they do; return how many.

    Its content is written again for the channel that leads to its reader.
    """
    chosen = sa.select(table.c.id).where(table.c.state == MessageState.HELD, table.c.channel == NO_CHANNEL)
    ids = tx.scalars(chosen).all()
    for id_ in ids:
        break_up(tx, id_, at=at)
    return len(ids)


def withdraw(tx: Tx, topic: str, *, at: datetime) -> None:
    """Cancel what was drafted on a topic and has not yet been settled: it is true no more."""
    waiting = table.c.state.in_([MessageState.HELD, MessageState.QUEUED])
    chosen = sa.select(table.c.id).where(table.c.topic == topic, waiting, table.c.frozen_at.is_(None))
    for id_ in tx.scalars(chosen).all():
        settle(tx, id_, MessageState.CANCELLED, at=at)


def release(tx: Tx, ids: Collection[str] | None, *, at: datetime, by: str = "") -> frozenset[str]:
    """Let held messages go (None: all) from `at` on, for the person who says so; return which.

    A message without a channel stays.
    """
    held = sa.update(table).where(table.c.state == MessageState.HELD, table.c.channel != NO_CHANNEL)
    held = held if ids is None else held.where(table.c.id.in_(ids))
    later = sa.case((table.c.due_at > at, table.c.due_at), else_=sa.literal(at, table.c.due_at.type))
    change = held.values(state=MessageState.QUEUED, is_released=True, due_at=later, next_try_at=later)
    gone = frozenset(tx.scalars(change.returning(table.c.id)))
    message_acts.note(tx, sorted(gone), MessageAct.RELEASED, by=by, at=at)
    return gone


def release_due(tx: Tx, now: datetime) -> int:
    """Let those go whose time at the gate is over, write that down, and return how many."""
    due = sa.select(table.c.id).where(table.c.state == MessageState.HELD, table.c.release_at <= now)
    ids = tx.scalars(due).all()
    for id_ in ids:
        record_audit(tx, Act(at=now, actor="xuncha", action="message release", object=id_))
    return len(release(tx, ids, at=now))


def is_release_due(tx: Tx, now: datetime) -> bool:
    """True if the time of any message at the gate is over; `release_due` would let it go."""
    first = next_release(tx)
    return first is not None and first <= now


def next_release(tx: Tx) -> datetime | None:
    """Return when the first held message goes by itself; None if none does."""
    first: datetime | None = tx.scalar(
        sa.select(sa.func.min(table.c.release_at)).where(table.c.state == MessageState.HELD)
    )
    return first


def held_units(tx: Tx) -> int:
    """Return of how many units the held messages tell."""
    told = sa.select(cases.c.area, cases.c.unit).join_from(notices, cases, cases.c.id == notices.c.case)
    told = told.join(table, table.c.id == notices.c.message).where(table.c.state == MessageState.HELD).distinct()
    return tx.scalar(sa.select(sa.func.count()).select_from(told.where(cases.c.unit.is_not(None)).subquery())) or 0


def ids_in(tx: Tx, state: MessageState) -> frozenset[str]:
    """Return the messages in a state."""
    return frozenset(tx.scalars(sa.select(table.c.id).where(table.c.state == state)))


def _in_hands(lease: Lease) -> tuple[sa.ColumnElement[bool], ...]:
    """Return what must hold of a message's row so that it is still in the lease's hands."""
    return table.c.id == lease.message, table.c.state == MessageState.SENDING, table.c.taken_by == lease.holder


def _unfrozen(draft: Draft) -> sa.Select[Any]:
    return sa.select(table.c.id, table.c.is_released, table.c.attempts, table.c.next_try_at).where(
        table.c.person == draft.person,
        table.c.channel == draft.channel,
        table.c.address == (draft.address or ""),
        table.c.topic == draft.topic,
        table.c.frozen_at.is_(None),
        table.c.finished_at.is_(None),
    )


def _id(tx: Tx, draft: Draft, at: datetime) -> str:
    """Return a new message's id: its day in Beijing, and more, so that no two are the same, not even of one moment."""
    parts = (draft.channel, draft.address or "", draft.person, draft.topic, at.isoformat(), *map(str, draft.notices))
    for again in count():
        mark = blake2b("\0".join((*parts, *[""] * again)).encode(), digest_size=6).hexdigest()
        id_ = f"{beijing_date(at):%Y%m%d}-{mark}"
        if tx.scalar(sa.select(table.c.id).where(table.c.id == id_)) is None:
            break
    return id_


def _carry(tx: Tx, message_id: str, ids: Collection[int], *, at: datetime) -> None:
    """Let the message carry these notices and no others; a draft that loses its last to it is cancelled."""
    others = sa.and_(notices.c.message.is_not(None), notices.c.message != message_id)
    before = set(tx.scalars(sa.select(notices.c.message).where(notices.c.id.in_(ids), others)))
    merged = sa.update(notices).where(notices.c.id.in_(ids))
    tx.execute(merged.values(state=NoticeState.MERGED, message=message_id))
    cancel_emptied(tx, before, at=at)
