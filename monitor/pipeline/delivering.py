"""Deliver what is to be said: notices become one message per person, and every try is kept.

A message is settled, id and words, in a durable transaction before its first try; what a crash
leaves unanswered is repeated with the same id. It is sent by whoever has taken it, and in time: who
slept over it, or was taken for dead, lets go of it. Right before it is settled everything is judged
once more, so that nobody is asked for what they have done.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from functools import partial

from monitor.core.account import Account, Role
from monitor.core.calendar import ONE_DAY, OfficeHours, beijing_date, start_of_day
from monitor.core.case import Case, Ladder, StepKind
from monitor.core.channel import Channel
from monitor.core.finding import Finding, Known
from monitor.core.gate import Gate
from monitor.core.message import Attempt, Lease, Message, MessageState, Outcome, next_try
from monitor.core.mute import Mute
from monitor.core.notice import Directory, Notice, Recheck, Route, is_muted, recheck, whose
from monitor.core.token import Permit, Purpose
from monitor.core.verdict import words
from monitor.core.wording import AMPLE, Item, Links, Office, Room, Setting, Words, alarm, to_person, weight
from monitor.pipeline import trying
from monitor.pipeline.faults import Faults
from monitor.pipeline.judging import Bench
from monitor.store import Store, StoreError, Tx, cases, facts, outbox, records, registers, roster

BATCH = 100
UNNUMBERED = "待定"
"""What stands for a message's number until its words are settled."""
AGAIN = timedelta(minutes=10)
"""After how long what waits unchanged is judged anew."""
SLICE = 300
"""How many notices are judged in one transaction, and what else waits for the same people."""
LINK_LIFE = timedelta(days=14)
"""How long a message's link may be used: longer than any case stays as it is."""
INTERRUPTED = Attempt(
    outcome=Outcome.UNANSWERED, code="interrupted", detail="服务在发送时中断，不知对方是否收到，重发时编号相同"
)
UNLINKED = Links()
"""What a draft offers: its links are made when its words are settled."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """How things stand with the accounts of some notices, judged now."""

    known: Mapping[str, Known]
    findings: Mapping[tuple[str, str], Finding]
    open_cases: Mapping[tuple[str, str], Case]
    ladder: Ladder
    mutes: tuple[Mute, ...]
    heard: frozenset[tuple[int | None, str]]
    """Who was told of a trouble that is now over, by case and person."""

    def verdict(self, notice: Notice) -> Recheck:
        """Return whether a notice is still true, and may be said now.

        What nobody judges now waits: with an account that left the roster its notices are ended anyway, and a clock
        that was put back behind the roster must not end those of all others.
        """
        finding = self.findings.get((notice.account, notice.rule))
        if finding is None:
            return Recheck.WAIT
        case = self.open_cases.get((notice.account, notice.rule))
        episode = case.episode if case and case.id == notice.case else ""
        verdict = recheck(notice, episode, finding, self.ladder)
        if verdict is not Recheck.SEND:
            return verdict
        if notice.kind is StepKind.RECOVERED and (notice.case, notice.person) not in self.heard:
            return Recheck.DROP  # what was never said needs no end
        return Recheck.WAIT if is_muted(notice, self.known[notice.account].account, self.mutes) else Recheck.SEND


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A message as it must be sent now, and in our hands."""

    message: Message
    lease: Lease
    is_whole: bool
    """Whether it says all that it was drafted for; if not, the rest is drafted anew before anything else leaves."""


class Refrain(Enum):
    """Why a message is not tried now."""

    MOOT = "moot"
    """It has nothing to say any more, must be written anew, is for a later day, or is in other hands."""
    CLOSED = "closed"
    """Nothing leaves by this channel now: outside office hours, too fast, or it said that it takes nothing."""


def by_gravity(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """Return the notices in the order in which a message tells of them: the gravest first, then by account."""
    return tuple(sorted(notices, key=lambda notice: (-weight(notice.kind), notice.account, notice.rule)))


def gravest(notices: Sequence[Notice]) -> tuple[Notice, ...]:
    """Return, for each account and rule, the one notice that says most; the others are said with it."""
    best: dict[tuple[str, str], Notice] = {}
    for notice in notices:
        key = (notice.account, notice.rule)
        if key not in best or notice.kind.weight > best[key].kind.weight:
            best[key] = notice
    return tuple(best.values())


def _drafted(tx: Tx, notices: Iterable[Notice]) -> dict[str, Route]:
    """Return the ways that the drafts carrying these notices would go, by message id."""
    ids = {notice.message for notice in notices if notice.message}
    return {one.message.id: _way(one) for one in outbox.messages(tx, ids=ids, limit=len(ids))} if ids else {}


def _way(kept: outbox.Kept) -> Route:
    message = kept.message
    return Route(
        role=kept.role,
        person=kept.person,
        channel=message.channel,
        address=message.address,
        mentions=message.mentions,
    )


def _ids(notices: Iterable[Notice]) -> list[int]:
    return [notice.id for notice in notices if notice.id is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Courier:
    """Writes messages and hands them over."""

    store: Store
    bench: Bench
    directory: Directory
    office: Office
    hours: OfficeHours
    is_holding: bool
    """Whether all messages wait for a person to release them."""
    gate: Gate
    """What waits for a person in any case, but not for ever."""
    page_of: Callable[[str], str | None]
    """Where an account's page is, if pages have an address."""
    home: str | None
    """Where the pages begin, if they have an address."""
    link_of: Callable[[Permit], str | None]
    """Where the reader of a message may do what the permit says, if pages have an address and tokens a key."""
    clock: Callable[[], datetime]
    delivered: Callable[[str, Outcome], None]
    """Told of every try: channel, outcome."""
    faults: Faults
    holder: str
    """Whose hands a message is in while this process sends it (`Lease`)."""
    renewed: Callable[[Tx, outbox.Kept, datetime], Words | None]
    """Says what a message that is not about notices says now, if it has waited; None for nothing any more."""
    per_person: int
    """How many messages a person gets in one day; what is more goes the next day, merged into one."""
    _answers: deque[Callable[[Tx], None]] = field(default_factory=deque)
    """What the far sides said and the database did not take, ready to be written."""

    async def prepare(self, now: datetime) -> int:
        """Turn waiting notices into messages, one for each person and way; return how many were written.

        What waits is judged when it comes, when its account is, and every ten minutes: thousands may wait, for a
        channel or for a person's word, and each is judged in any case right before it leaves. It is done for some
        people at a time and kept what it came to, so that whoever dies over it leaves the less to who takes over.
        """
        if not self.is_holding:
            await self.store.write_if(
                lambda tx: outbox.is_release_due(tx, now), lambda tx: outbox.release_due(tx, now), durable=True
            )
        written = 0
        while people := await self.store.query(lambda tx: outbox.people_due(tx, now, again=AGAIN, limit=SLICE)):
            written += await self.store.write(partial(self._prepare, people=people, now=now), durable=True)
        return written

    @property
    def room(self) -> Room:
        """How much a message to the operator may say, whichever channel carries it in the end."""
        longest = (self.directory.channels[route.channel].longest for route in self.directory.to_operator())
        return Room(longest=min(longest, default=AMPLE.longest), page=self.home)

    def tell_operator(
        self, tx: Tx, words: Words, topic: str, now: datetime, notices: Sequence[Notice] = ()
    ) -> str | None:
        """Draft a message of its own topic to the operator; return its id, None where no channel leads there."""
        route = next(iter(self.directory.to_operator()), None)
        if route is None:
            return None
        draft = outbox.Draft(
            channel=route.channel,
            role=Role.OPERATOR,
            person="",
            subject=words.subject,
            body=words.body,
            notices=tuple(_ids(notices)),
            topic=topic,
        )
        opens = self.hours.opens_at(now, self.bench.calendar)
        return outbox.save_draft(tx, draft, at=now, not_before=opens, held=self.is_holding)

    async def recover(self, now: datetime) -> int:
        """Queue again what a crash left unanswered, once its lease is over; return how many. A trial is given up.

        An answer that only the database did not take is written down first: it was not lost.
        """
        while self._answers:
            await self._write_down(self._answers.popleft())

        def again(tx: Tx) -> int:
            left = outbox.left_behind(tx, now)
            trials = trying.give_up(tx, left, now)
            for lease in left:
                if lease.message not in trials:
                    outbox.record_attempt(tx, lease, INTERRUPTED, at=now, next_try=now)
            return len(left)

        return await self.store.write_if(lambda tx: outbox.left_behind(tx, now), again, durable=True) or 0

    async def deliver_due(self) -> int:
        """Try to send one batch of messages whose time has come, channels side by side; return how many were tried."""
        now = self.clock()
        due = await self.store.query(lambda tx: outbox.due_messages(tx, now, BATCH))
        by_channel: dict[str, list[outbox.Kept]] = defaultdict(list)
        for kept in due:
            by_channel[kept.message.channel].append(kept)
        return sum(await asyncio.gather(*(self._deliver_by(name, line) for name, line in by_channel.items())))

    async def _deliver_by(self, name: str, line: Sequence[outbox.Kept]) -> int:
        """Try the messages of one channel in turn, until it fails to answer or closes; return how many were tried."""
        channel = self.directory.channels.get(name)
        tried = 0
        for kept in line:
            if channel is None:
                await self._give_up(kept)
                tried += 1
                continue
            ready = await self.store.write(partial(self._settled, kept=kept, channel=channel), durable=True)
            if ready is Refrain.CLOSED:
                break
            if isinstance(ready, Refrain):
                continue
            attempt = await self._try(ready, kept, channel)
            tried += 1
            if attempt is None or attempt.outcome in {Outcome.TEMPORARY, Outcome.UNANSWERED} or not ready.is_whole:
                break
        return tried

    async def _give_up(self, kept: outbox.Kept) -> None:
        """Fail a message whose channel the settings no longer name; what a draft was to say goes another way."""
        now = self.clock()
        if kept.is_about_notices and kept.frozen_at is None:
            await self.store.write(lambda tx: outbox.break_up(tx, kept.message.id, at=now), durable=True)
            return
        missing = Attempt(outcome=Outcome.PERMANENT, code="no_channel", detail="the settings name no such channel")
        lease = await self.store.write(lambda tx: outbox.take(tx, kept.message.id, self.holder, at=now), durable=True)
        if lease is not None:
            await self._record(kept, lease, missing)

    async def _try(self, ready: Ready, kept: outbox.Kept, channel: Channel) -> Attempt | None:
        """Send one settled message, and write down what came of it; None where it is too late to begin.

        Too late it is where this process stood still for a while: others may have taken over, and it cannot know.
        """
        if not ready.lease.may_begin(now := self.clock()):
            await self.store.write(lambda tx: outbox.give_back(tx, ready.lease, now), durable=True)
            return None
        attempt = Attempt(outcome=Outcome.UNANSWERED, code="bug", detail="a bug in the channel, see the log")
        with self.faults.contained("deliver", message_id=ready.message.id):
            attempt = await channel.send(ready.message)
        self.delivered(channel.name, attempt.outcome)
        await self._record(kept, ready.lease, attempt, channel)
        return attempt

    def _settled(self, tx: Tx, *, kept: outbox.Kept, channel: Channel) -> Ready | Refrain:
        """Return the message as it must be sent now, or why it is not."""
        now = self.clock()
        opens = now if kept.is_urgent else self._opens(tx, kept, now)
        token_at = outbox.next_token_at(tx, channel.bucket, channel.per_minute, now)
        is_shared = not self.bench.calendar.areas  # else another area's people may be written to now
        open_at = max(opens, token_at or opens) if is_shared else token_at or now
        if open_at > now:
            outbox.hold_back(tx, channel.name, open_at, urgent_too=opens <= now or not is_shared)
            return Refrain.CLOSED
        lease = outbox.take(tx, kept.message.id, self.holder, at=now)
        if lease is None:
            return Refrain.MOOT
        if opens > now:
            outbox.give_back(tx, lease, opens)
            return Refrain.MOOT
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
        body = words.body.replace(f"编号{UNNUMBERED}", f"编号{kept.message.id}")
        outbox.take_token(tx, channel.bucket, channel.per_minute, now)
        message = outbox.freeze(tx, lease, subject=words.subject, body=body, grid=words.grid, at=now)
        return Ready(message=message, lease=lease, is_whole=is_whole)

    def _opens(self, tx: Tx, kept: outbox.Kept, now: datetime) -> datetime:
        """Return the first moment from now on at which its reader's area, for the operator the office, is at work."""
        calendar = self.bench.calendar
        if not calendar.areas or kept.role is Role.OPERATOR:
            return self.hours.opens_at(now, calendar)
        carried = {notice.account for notice in outbox.notices_of(tx, kept.message.id)}
        return self._opens_for(now, (one for one in map(partial(roster.account, tx), carried) if one))

    def _opens_for(self, now: datetime, accounts: Iterable[Account]) -> datetime:
        calendar = self.bench.calendar
        calendars = [calendar.of(area) for area in {account.area for account in accounts}] or [calendar]
        return max(self.hours.opens_at(now, one) for one in calendars)

    def _has_heard_enough(self, tx: Tx, kept: outbox.Kept, now: datetime) -> bool:
        """Whether the person has got as many messages today as anybody may; the operator has no such limit."""
        if not kept.person or kept.frozen_at is not None:
            return False
        return outbox.heard_since(tx, kept.person, start_of_day(beijing_date(now))) >= self.per_person

    def _words_now(
        self, tx: Tx, kept: outbox.Kept, lease: Lease, channel: Channel, now: datetime
    ) -> tuple[Words, bool] | None:
        """Return what the message says when judged once more, and whether that is all; None when it must not go so.

        Notices that are true no more are dropped, those that must wait are set free, and so are those that would go
        another way by now or for which the channel has no room: another message carries them. A message that was tried
        before keeps its words: it goes again only while every one of its notices is true. Where all of it must wait it
        waits as it is: it may have been read, and under another number it would be told twice.
        """
        carried = outbox.notices_of(tx, kept.message.id)
        outlook = self._outlook(tx, carried, now)
        by_verdict: dict[Recheck, list[Notice]] = defaultdict(list)
        for notice in carried:
            goes_so = kept.frozen_at is not None or self._goes(notice, _way(kept), outlook)
            by_verdict[outlook.verdict(notice) if goes_so else Recheck.WAIT].append(notice)
        sendable = by_verdict[Recheck.SEND]
        if kept.frozen_at is not None and carried and len(by_verdict[Recheck.WAIT]) == len(carried):
            outbox.give_back(tx, lease, now + AGAIN)
            return None
        is_whole = len(sendable) == len(carried)
        if sendable and (is_whole or kept.frozen_at is None):
            outbox.reopen_notices(tx, _ids(by_verdict[Recheck.WAIT]))
            outbox.end_notices(tx, _ids(by_verdict[Recheck.DROP]), outbox.NoticeState.SUPERSEDED, at=now)
            if kept.frozen_at is not None:
                return Words(subject=kept.message.subject, body=kept.message.body), True
            words, left = self._fitting(sendable, outlook, kept, channel.longest, now)
            outbox.reopen_notices(tx, _ids(left))
            return words, not left
        outbox.reopen_notices(tx, _ids((*by_verdict[Recheck.WAIT], *sendable)))
        outbox.settle(tx, kept.message.id, MessageState.CANCELLED, at=now)
        return None

    def _fitting(
        self, notices: Sequence[Notice], outlook: Outlook, kept: outbox.Kept, longest: int, now: datetime
    ) -> tuple[Words, tuple[Notice, ...]]:
        """Return words of at most `longest` bytes about the gravest of it, and the notices that they say nothing of.

        One account is told of in any case: what is too long even then, the channel cuts.
        """
        heads = by_gravity(gravest(notices))
        links = self._links(heads, kept, now)
        count = len(heads)
        while True:
            words = self._words(heads[:count], outlook, {kept.role}, now, links)
            size = len(words.body.encode())
            if size <= longest or count == 1:
                break
            count = max(1, min(count - 1, count * longest // size))
        told = {(notice.account, notice.rule) for notice in heads[:count]}
        return words, tuple(notice for notice in notices if (notice.account, notice.rule) not in told)

    def _prepare(self, tx: Tx, *, people: frozenset[str], now: datetime) -> int:
        """Write the messages to these people, and to whom else what waits for them goes; return how many.

        A message is written with all that it says, so who stands in for one of them is written to as a whole too.
        """
        waiting = outbox.waiting_for(tx, people)
        outlook = self._outlook(tx, waiting, now)
        groups: dict[tuple[str, Route], list[Notice]] = defaultdict(list)
        untrue: list[int] = []
        for notice in waiting:
            match outlook.verdict(notice):
                case Recheck.WAIT:
                    continue
                case Recheck.DROP:
                    untrue.append(notice.id or 0)
                case Recheck.SEND:
                    current = self._handed_on(tx, notice, outlook, now)
                    route = self._route(current, outlook) if current else None
                    if current and route:
                        groups[outbox.URGENT if current.is_urgent else "", route].append(current)
        readers = people.union(*({route.person, one.person} for (_, route), group in groups.items() for one in group))
        if readers > people:
            return self._prepare(tx, people=readers, now=now)
        outbox.end_notices(tx, untrue, outbox.NoticeState.SUPERSEDED, at=now)
        outbox.note_judged(tx, _ids(waiting), at=now)
        drafted = _drafted(tx, waiting)
        fresh = [
            (topic, route, group)
            for (topic, route), group in groups.items()
            if any(drafted.get(notice.message or "") != route for notice in group)
        ]
        for topic, route, group in fresh:
            self._draft(tx, topic, route, group, outlook, now)
        return len(fresh)

    def _handed_on(self, tx: Tx, notice: Notice, outlook: Outlook, now: datetime) -> Notice | None:
        """Return a notice as the person's who has the role now; None where that person knows of the step already."""
        person = whose(notice, outlook.known[notice.account].account)
        if person == notice.person:
            return notice
        return outbox.hand_on(tx, notice, person, at=now)

    def _route(self, notice: Notice, outlook: Outlook) -> Route | None:
        """Return the way to try now; None when all failed: the notice stays, for the operator to see."""
        routes = self.directory.routes(notice, outlook.known[notice.account].account)
        return routes[notice.route] if notice.route < len(routes) else None

    def _goes(self, notice: Notice, way: Route, outlook: Outlook) -> bool:
        """Whether this is still the way by which whoever has the role now is told, as far as that is known."""
        known = outlook.known.get(notice.account)
        if known is None:
            return True
        return whose(notice, known.account) == notice.person and self._route(notice, outlook) == way

    def _draft(
        self, tx: Tx, topic: str, route: Route, group: Sequence[Notice], outlook: Outlook, now: datetime
    ) -> None:
        words = self._words(group, outlook, {route.role}, now)
        draft = outbox.Draft(
            channel=route.channel,
            address=route.address,
            mentions=route.mentions,
            role=route.role,
            person=route.person,
            subject=words.subject,
            body=words.body,
            grid=words.grid,
            notices=tuple(notice.id for notice in group if notice.id is not None),
            is_first=outbox.is_news(tx, {notice.case for notice in group}),
            topic=topic,
            release_at=self._release_at(group),
        )
        told = [outlook.known[notice.account].account for notice in group if route.role is not Role.OPERATOR]
        opens = now if topic else self._opens_for(now, told)
        waits = any(map(self.gate.holds, group)) and (draft.release_at is None or now < draft.release_at)
        is_held = self.is_holding or (waits and not topic)
        if topic and is_held:
            _log.warning("urgent message held", extra={"accounts": " ".join(notice.account for notice in group)})
        outbox.save_draft(tx, draft, at=now, not_before=opens, held=is_held)

    def _release_at(self, group: Sequence[Notice]) -> datetime | None:
        """Return when a message goes by itself that waits at the gate; None where only a person lets it go."""
        day = None if self.is_holding else self.gate.opens_on(group, self.bench.calendar)
        return start_of_day(day) if day is not None else None

    def _outlook(self, tx: Tx, notices: Sequence[Notice], now: datetime) -> Outlook:
        asked: dict[str, set[str]] = defaultdict(set)
        for notice in notices:
            asked[notice.account].add(notice.rule)
        known = {one.account.id: one for one in facts.known(tx, asked, now=now, is_whole=False)}
        findings = {
            (account, rule.id): finding
            for account, one in known.items()
            for rule, finding in self.bench.findings(one, now, asked[account])
        }
        findings |= self._said_of_areas(tx, notices, known, now)
        return Outlook(
            known=known,
            findings=findings,
            open_cases=cases.open_cases(tx, asked, set().union(*asked.values())),
            ladder=Ladder.of(self.bench.book(now)),
            mutes=records.mutes_on(tx, beijing_date(now)),
            heard=outbox.heard(tx, {notice.case for notice in notices if notice.kind is StepKind.RECOVERED}),
        )

    def _said_of_areas(
        self, tx: Tx, notices: Sequence[Notice], known: Mapping[str, Known], now: datetime
    ) -> dict[tuple[str, str], Finding]:
        """Return what area-wide rules say now of the accounts of urgent notices; others of theirs are no message's."""
        book, found = self.bench.book(now), dict[tuple[str, str], Finding]()
        rules = {rule.id: rule for rule in self.bench.on_areas(book)}
        asked = {(one.account, one.rule) for one in notices if one.is_urgent and one.account in known}
        by_area: defaultdict[str, set[str]] = defaultdict(set)
        for account, rule in asked:
            if rule in rules:
                by_area[known[account].account.area].add(rule)
        for area, ids in by_area.items():
            register = registers.register(tx, area, now=now)
            said = (one for id_ in ids for one in words(rules[id_], register, book, now))
            found |= {(one.account, one.rule): one for one in said if one.account and (one.account, one.rule) in asked}
        return found

    def _links(self, notices: Sequence[Notice], kept: outbox.Kept, now: datetime) -> Links:
        """Return where the reader may answer; the operator, and who is told of an end, need not."""
        if kept.role is Role.OPERATOR or all(notice.kind is StepKind.RECOVERED for notice in notices):
            return Links()

        def link(purpose: Purpose) -> str | None:
            return self.link_of(Permit(purpose=purpose, message=kept.message.id, until=now + LINK_LIFE))

        return Links(acknowledge=link(Purpose.ACKNOWLEDGE), paste=link(Purpose.PASTE))

    def _words(
        self,
        notices: Sequence[Notice],
        outlook: Outlook,
        roles: Iterable[Role],
        now: datetime,
        links: Links = UNLINKED,
    ) -> Words:
        items = [
            Item(
                account=outlook.known[notice.account].account,
                kind=notice.kind,
                finding=outlook.findings[notice.account, notice.rule],
                link=self.page_of(notice.account),
            )
            for notice in gravest(notices)
        ]
        setting = Setting(now=now, calendar=self.bench.calendar, ladder=outlook.ladder, office=self.office)
        if any(notice.is_urgent for notice in notices):
            return alarm(items, UNNUMBERED, setting)
        return to_person(items, roles, UNNUMBERED, setting, links)

    async def _record(self, kept: outbox.Kept, lease: Lease, attempt: Attempt, channel: Channel | None = None) -> None:
        now = self.clock()
        again = next_try(kept.message.id, kept.attempts + 1, attempt, now)

        def record(tx: Tx) -> None:
            if not outbox.record_attempt(tx, lease, attempt, at=now, next_try=again):
                _log.warning("answered too late", extra={"message_id": lease.message, "code": attempt.code})
            elif again is None and attempt.outcome is not Outcome.SENT and not kept.is_about_notices:
                self._another_way(tx, kept, now)
            if channel and attempt.retry_after:
                outbox.block(tx, channel.bucket, now + attempt.retry_after)

        await self._write_down(record)
        if attempt.outcome is not Outcome.SENT:
            _log.warning(
                "not delivered",
                extra={"message_id": kept.message.id, "outcome": attempt.outcome.value, "code": attempt.code},
            )

    async def _write_down(self, record: Callable[[Tx], None]) -> None:
        try:
            await self.store.write(record, durable=True)
        except StoreError:
            self._answers.append(record)
            raise

    def _another_way(self, tx: Tx, kept: outbox.Kept, now: datetime) -> None:
        """Send an operator's message that failed by the operator's next channel; notices find theirs by themselves."""
        names = [route.channel for route in self.directory.to_operator()]
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
