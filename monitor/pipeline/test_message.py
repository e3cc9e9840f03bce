"""Try a channel: one message on the way that all take, but at once, once, and whatever the hour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.core.channel import Channel
from monitor.core.message import Attempt, Lease, Message, MessageState, Outcome
from monitor.store import Store, Tx, outbox

TOPIC = "test:"
"""The prefix of the topics of these messages; a moment follows."""
CUT_OFF = Attempt(
    outcome=Outcome.UNANSWERED, code="interrupted", detail="试发时中断，不知对方是否收到，不再重发；需要时请重新试发"
)


async def trial(
    store: Store,
    channel: Channel,
    draft: outbox.Draft,
    *,
    holder: str,
    clock: Callable[[], datetime],
    begun: Callable[[Tx, str], None],
) -> Attempt | datetime:
    """Send a draft now and return what came of it, or when the channel takes something again.

    It is kept like any message, takes a token of the channel's pace, and makes the channel wait if that is what it
    says. A failed or cut-off test is not tried again and nobody else is told: the person who tries is there. `begun` is
    given the message's number in the transaction that keeps it, before anything is sent.
    """

    def begin(tx: Tx) -> tuple[Lease, Message] | datetime:
        taken = _begun(tx, channel, draft, holder, clock())
        if not isinstance(taken, datetime):
            begun(tx, taken[1].id)
        return taken

    taken = await store.write(begin, durable=True)
    if isinstance(taken, datetime):
        return taken
    lease, message = taken
    attempt = await channel.send(message)
    await store.write(lambda tx: _answered(tx, channel, lease, attempt, clock()), durable=True)
    return attempt


def give_up(tx: Tx, left: Sequence[Lease], now: datetime) -> frozenset[str]:
    """End those trials among the messages left behind; return their ids."""
    kept = outbox.messages(tx, ids=[lease.message for lease in left], limit=len(left))
    trials = frozenset(kept_message.message.id for kept_message in kept if kept_message.topic.startswith(TOPIC))
    for lease in left:
        if lease.message in trials:
            _ended(tx, lease, CUT_OFF, now)
    return trials


def _begun(
    tx: Tx, channel: Channel, draft: outbox.Draft, holder: str, now: datetime
) -> tuple[Lease, Message] | datetime:
    later = outbox.take_token(tx, channel.bucket, channel.per_minute, now)
    if later is not None:
        return later
    own = replace(draft, topic=f"{TOPIC}{now.isoformat()}")
    lease = outbox.take(tx, outbox.save_draft(tx, own, at=now, not_before=now, held=False), holder, at=now)
    if lease is None:
        raise AssertionError(own.topic)
    return lease, outbox.freeze(tx, lease, subject=own.subject, body=own.body, at=now)


def _answered(tx: Tx, channel: Channel, lease: Lease, attempt: Attempt, now: datetime) -> None:
    _ended(tx, lease, attempt, now)
    if attempt.retry_after:
        outbox.block(tx, channel.bucket, now + attempt.retry_after)


def _ended(tx: Tx, lease: Lease, attempt: Attempt, now: datetime) -> None:
    outbox.record_attempt(tx, lease, attempt, at=now, next_try=None)
    if attempt.outcome is not Outcome.SENT:
        outbox.settle(tx, lease.message, MessageState.CANCELLED, at=now)
