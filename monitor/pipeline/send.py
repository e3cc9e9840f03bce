"""Deliver what is to be said: every try is kept.

A message is settled, id and words, in a durable transaction before its first try; what a crash
leaves unanswered is repeated with the same id. It is sent by the process that has taken it, and in time: one that slept
over it, or was taken for dead, lets go of it. Right before it is settled everything is judged once more, so that nobody
is asked for what they have done.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from functools import partial

from monitor.core.account import Role
from monitor.core.calendar import ONE_DAY, beijing_date, start_of_day
from monitor.core.channel import Channel
from monitor.core.message import SHOWN, AttachedFile, Attempt, Lease, Message, MessageState, Outcome, next_try
from monitor.core.news import Words
from monitor.core.notice import Notice, Recheck
from monitor.pipeline import test_message
from monitor.pipeline.compose import UNNUMBERED
from monitor.pipeline.draft import AGAIN, Drafter, ids_of, way_of
from monitor.pipeline.faults import Faults
from monitor.pipeline.recheck import recheck_context
from monitor.store import Store, StoreError, Tx, outbox, roster

BATCH = 100
FRESH = timedelta(seconds=2)
"""How long it is believed whose turn it is: what came since may be urgent."""
SHIFT = timedelta(seconds=10)
"""After how long a pass of one channel ends, its last try aside; the next begins at once."""
INTERRUPTED = Attempt(
    outcome=Outcome.UNANSWERED, code="interrupted", detail="服务在发送时中断，不知对方是否收到，重发时编号相同"
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A message as it must be sent now, and in our hands."""

    message: Message
    lease: Lease
    is_whole: bool
    """True if it says all that it was drafted for; if not, the rest is drafted anew before anything else leaves."""


async def _no_files(topic: str) -> tuple[AttachedFile, ...]:
    """Return what goes with messages where nothing ever does."""
    del topic
    return ()


class Refrain(Enum):
    """Why a message is not tried now."""

    MOOT = "moot"
    """It has nothing to say any more, must be written anew, waits for another, or is in other hands."""
    CLOSED = "closed"
    """Nothing leaves by this channel now: outside office hours, too fast, or it said that it takes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Hands messages over."""

    store: Store
    drafter: Drafter
    clock: Callable[[], datetime]
    delivered: Callable[[str, Outcome], None]
    """Told of every try: channel, outcome."""
    faults: Faults
    holder: str
    """The holder of a message while this process sends it (`Lease`)."""
    renewed: Callable[[Tx, outbox.KeptMessage, datetime], Words | None]
    """Says what a message that is not about notices says now, if it has waited; None for nothing any more."""
    per_person: int
    """How many messages a person gets in one day; what is more goes the next day, merged into one."""
    files: Callable[[str], Awaitable[tuple[AttachedFile, ...]]] = _no_files
    """Returns the files that go with a message of a topic."""
    is_stopping: Callable[[], bool] = lambda: False
    """True if this process has been told to stop: what is in hand is finished, and nothing more is taken."""
    _answers: deque[Callable[[Tx], None]] = field(default_factory=deque, init=False)
    """The answers of far sides that the database did not take, ready to be written."""
    _in_hand: set[str] = field(default_factory=set, init=False)
    """The messages that are being tried: what comes of them will be written, however long we may have slept."""

    async def recover(self, now: datetime) -> int:
        """Queue again what a crash left unanswered, once its lease is over; return how many. A trial is given up.

        An answer that only the database did not take is written down first: it was not lost.
        """
        while self._answers:
            await self._write_down(self._answers.popleft())

        def left_behind(tx: Tx) -> tuple[Lease, ...]:
            return tuple(lease for lease in outbox.left_behind(tx, now) if lease.message not in self._in_hand)

        def again(tx: Tx) -> int:
            left = left_behind(tx)
            trials = test_message.give_up(tx, left, now)
            for lease in left:
                if lease.message not in trials:
                    outbox.record_attempt(tx, lease, INTERRUPTED, at=now, next_try=now)
            return len(left)

        return await self.store.write_if(left_behind, again, durable=True) or 0

    async def deliver_due(self) -> int:
        """Try to send what is due, channels side by side; return how many messages were tried or given up."""
        given_up = await self.give_up_strays()
        return given_up + sum(await asyncio.gather(*map(self.send_by, self.drafter.directory.channels)))

    async def give_up_strays(self) -> int:
        """Give up what waits for channels that the settings no longer name; return how many messages."""
        now, named = self.clock(), frozenset(self.drafter.directory.channels)
        strays = await self.store.query(lambda tx: outbox.due_messages(tx, now, BATCH, but=named))
        for kept in strays:
            await self._give_up(kept)
        return len(strays)

    async def send_by(self, name: str) -> int:
        """Try the due messages of one channel in turn; return how many were tried.

        It ends where nothing is due any more, the channel fails to answer or closes, we are told to stop, or it has
        taken its time. The next message is asked for again while it takes long, so that an alarm is sent next.
        """
        began, tried = self.clock(), 0
        while began <= (now := self.clock()) < began + SHIFT:
            line = await self.store.query(lambda tx, now=now: outbox.due_messages(tx, now, BATCH, channel=name))  # type: ignore[misc]  # bound early on purpose
            for kept in line:
                if self.is_stopping():
                    return tried
                said = await self._send(kept, self.drafter.directory.channels[name])
                if said is Refrain.MOOT:
                    continue
                if isinstance(said, Refrain):
                    return tried
                tried += 1
                if not said:
                    return tried
                if not now <= self.clock() < now + FRESH:
                    break
            else:
                break
        return tried

    async def _send(self, kept: outbox.KeptMessage, channel: Channel) -> bool | Refrain:
        """Try one message; return whether the channel may be given the next at once, or why it was not tried."""
        self._in_hand.add(kept.message.id)
        try:
            ready = await self.store.write(partial(self._settled, kept=kept, channel=channel), durable=True)
            if isinstance(ready, Refrain):
                return ready
            attempt = await self._try(ready, kept, channel)
        finally:
            self._in_hand.discard(kept.message.id)
        if not ready.is_whole:
            await self.drafter.prepare(self.clock())
        return attempt is not None and ready.is_whole and attempt.outcome in {Outcome.SENT, Outcome.PERMANENT}

    async def _give_up(self, kept: outbox.KeptMessage) -> None:
        """Fail a message whose channel the settings no longer name; what a draft was to say goes another way."""
        now = self.clock()
        if kept.is_about_notices and kept.frozen_at is None:
            await self.store.write(lambda tx: outbox.break_up(tx, kept.message.id, at=now), durable=True)
            return
        missing = Attempt(outcome=Outcome.PERMANENT, code="no_channel", detail="the settings name no such channel")
        lease = await self.store.write(lambda tx: outbox.take(tx, kept.message.id, self.holder, at=now), durable=True)
        if lease is not None:
            await self._record(kept, lease, missing)

    async def _try(self, ready: Ready, kept: outbox.KeptMessage, channel: Channel) -> Attempt | None:
        """Send one settled message, and write down what came of it; None where it is too late to begin.

        Too late it is where this process stood still for a while: others may have taken over, and it cannot know.
        """
        files = await self.files(kept.topic) if kept.topic else ()
        if not ready.lease.may_begin(now := self.clock()):
            await self.store.write(lambda tx: outbox.give_back(tx, ready.lease, now), durable=True)
            return None
        attempt = Attempt(outcome=Outcome.UNANSWERED, code="bug", detail="a bug in the channel, see the log")
        with self.faults.contained("deliver", message_id=ready.message.id):
            try:
                attempt = await channel.send(replace(ready.message, files=files))
            except asyncio.CancelledError:  # told to stop, and the far side takes too long
                await self._record(kept, ready.lease, INTERRUPTED, channel)
                raise
        self.delivered(channel.name, attempt.outcome)
        await self._record(kept, ready.lease, attempt, channel)
        return attempt

    def _settled(self, tx: Tx, *, kept: outbox.KeptMessage, channel: Channel) -> Ready | Refrain:
        """Return the message as it must be sent now, or why it is not."""
        now = self.clock()
        opens = now if kept.is_urgent else self._opens(tx, kept, now)
        token_at = outbox.next_token_at(tx, channel.bucket, channel.per_minute, now)
        is_shared = not self.drafter.rules_in_force.calendar.areas  # else another area's people may be written to now
        open_at = max(opens, token_at or opens) if is_shared else token_at or now
        if open_at > now:
            outbox.hold_back(tx, channel.name, open_at, urgent_too=opens <= now or not is_shared)
            return Refrain.CLOSED
        if outbox.waits_for_liaison(tx, kept.message.id, now):
            return Refrain.MOOT
        lease = outbox.take(tx, kept.message.id, self.holder, at=now)
        if lease is None:
            return Refrain.MOOT
        if opens > now:
            outbox.give_back(tx, lease, opens)
            return Refrain.MOOT
        if kept.frozen_at is not None and not outbox.words_hold(tx, kept.message.id, kept.frozen_at, now):
            outbox.thaw(tx, kept.message.id)
            kept = replace(kept, frozen_at=None)
        words, is_whole = Words(subject=kept.message.subject, body=kept.message.body), True
        if kept.is_about_notices:
            if self._has_heard_enough(tx, kept, now):
                tomorrow = start_of_day(beijing_date(now) + ONE_DAY)
                outbox.give_back(tx, lease, self._opens(tx, kept, tomorrow))
                return Refrain.MOOT
            fresh = self._words_now(tx, kept, lease, channel, now)
            if fresh is None:
                return Refrain.MOOT
            words, is_whole = fresh
        elif kept.frozen_at is None and not timedelta() <= now - kept.created_at < AGAIN:
            said = self.renewed(tx, kept, now)
            if said is None:
                outbox.settle(tx, kept.message.id, MessageState.CANCELLED, at=now)
                return Refrain.MOOT
            words = said
        body = words.body.replace(f"编号{UNNUMBERED}", f"编号{kept.message.id[-SHOWN:]}")
        outbox.take_token(tx, channel.bucket, channel.per_minute, now)
        message = outbox.freeze(tx, lease, subject=words.subject, body=body, grid=words.grid, at=now)
        return Ready(message=message, lease=lease, is_whole=is_whole)

    def _opens(self, tx: Tx, kept: outbox.KeptMessage, now: datetime) -> datetime:
        """Return the first moment from now on at which its reader's area, for the operator the office, is at work."""
        drafter, calendar = self.drafter, self.drafter.rules_in_force.calendar
        if not calendar.areas or kept.role is Role.OPERATOR:
            return drafter.hours.opens_at(now, calendar)
        carried = {notice.account for notice in outbox.notices_of(tx, kept.message.id)}
        return drafter.opens_for(now, (account for account in map(partial(roster.account, tx), carried) if account))

    def _has_heard_enough(self, tx: Tx, kept: outbox.KeptMessage, now: datetime) -> bool:
        """True if the person has got as many messages today as anybody may; the operator has no such limit."""
        if not kept.person or kept.frozen_at is not None:
            return False
        return outbox.heard_since(tx, kept.person, start_of_day(beijing_date(now))) >= self.per_person

    def _words_now(
        self, tx: Tx, kept: outbox.KeptMessage, lease: Lease, channel: Channel, now: datetime
    ) -> tuple[Words, bool] | None:
        """Return what the message says when judged once more, and whether that is all; None when it must not go so.

        Notices that are true no more are dropped, those that must wait are set free, and so are those that would go
        another way by now or for which the channel has no room: another message carries them. A message that may have
        been read today keeps its words: it goes again only while every one of its notices is true. Where all of it must
        wait it waits as it is: under another number it would be told twice.
        """
        carried = outbox.notices_of(tx, kept.message.id)
        context = recheck_context(tx, self.drafter.rules_in_force, carried, now)
        by_verdict: dict[Recheck, list[Notice]] = defaultdict(list)
        for notice in carried:
            goes_so = kept.frozen_at is not None or self.drafter.goes(notice, way_of(kept), context)
            by_verdict[context.verdict(notice) if goes_so else Recheck.WAIT].append(notice)
        sendable = by_verdict[Recheck.SEND]
        if by_verdict[Recheck.WAIT] and kept.frozen_at is None and len(kept.message.mentions) > 1:
            sendable = []  # it calls several, and not all of them by now: it is written anew
        if kept.frozen_at is not None and carried and len(by_verdict[Recheck.WAIT]) == len(carried):
            outbox.give_back(tx, lease, now + AGAIN)
            return None
        is_whole = len(sendable) == len(carried)
        if sendable and (is_whole or kept.frozen_at is None):
            outbox.reopen_notices(tx, ids_of(by_verdict[Recheck.WAIT]))
            outbox.end_notices(tx, ids_of(by_verdict[Recheck.DROP]), outbox.NoticeState.SUPERSEDED, at=now)
            if kept.frozen_at is not None:
                return Words(subject=kept.message.subject, body=kept.message.body), True
            words, left = self.drafter.composer.fitting(sendable, context, kept, channel, now)
            outbox.reopen_notices(tx, ids_of(left))
            return words, not left
        outbox.reopen_notices(tx, ids_of((*by_verdict[Recheck.WAIT], *sendable)))
        outbox.settle(tx, kept.message.id, MessageState.CANCELLED, at=now)
        return None

    async def _record(
        self, kept: outbox.KeptMessage, lease: Lease, attempt: Attempt, channel: Channel | None = None
    ) -> None:
        now = self.clock()
        again = next_try(kept.message.id, kept.attempts + 1, attempt, now)

        def record(tx: Tx) -> None:
            if not outbox.record_attempt(tx, lease, attempt, at=now, next_try=again):
                _log.warning("answered too late", extra={"message_id": lease.message, "answer": attempt.code})
            elif again is None and attempt.outcome is not Outcome.SENT and not kept.is_about_notices:
                self._another_way(tx, kept, now)
            if channel and attempt.retry_after:
                outbox.block(tx, channel.bucket, now + attempt.retry_after)

        await self._write_down(record)
        if attempt.outcome is not Outcome.SENT:
            _log.warning(
                "not delivered",
                extra={
                    "message_id": kept.message.id,
                    "channel": kept.message.channel,
                    "outcome": attempt.outcome.value,
                    "answer": attempt.code,  # under the name of `code` a word is taken for a secret
                    "detail": attempt.detail,
                },
            )

    async def _write_down(self, record: Callable[[Tx], None]) -> None:
        try:
            await self.store.write(record, durable=True)
        except StoreError:
            self._answers.append(record)
            raise

    def _another_way(self, tx: Tx, kept: outbox.KeptMessage, now: datetime) -> None:
        """Send an operator's message that failed by the operator's next channel; notices find theirs by themselves."""
        names = [route.channel for route in self.drafter.directory.to_operator()]
        following = names[names.index(kept.message.channel) + 1 :] if kept.message.channel in names else names
        if following:
            draft = outbox.Draft(
                channel=following[0],
                role=kept.role,
                person=kept.person,
                subject=kept.message.subject,
                body=kept.message.body,
                topic=kept.topic,
            )
            outbox.save_draft(tx, draft, at=now, not_before=now, held=False)
