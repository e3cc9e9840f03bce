"""Turn notices that wait into messages, one for each person and way, and draft what the operator is told besides.

A draft's words may change until it is settled (delivering.py).
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from monitor.core.account import Account, Role
from monitor.core.briefing import AMPLE, DigestRoom
from monitor.core.calendar import OfficeHours, start_of_day
from monitor.core.gate import Gate
from monitor.core.message import MessageState
from monitor.core.news import Words
from monitor.core.notice import ChannelDirectory, Notice, Recheck, Route, whose
from monitor.pipeline.compose import Composer, gravest
from monitor.pipeline.evaluate import RulesInForce
from monitor.pipeline.recheck import RecheckContext, recheck_context
from monitor.store import Store, Tx, outbox
from monitor.store.message_lists import notices_in

AGAIN = timedelta(minutes=10)
"""After how long what waits unchanged is judged anew."""
_DRAFTS = (MessageState.HELD, MessageState.QUEUED)
SLICE = 300
"""How many notices are judged in one transaction, and what else waits for the same people."""
_log = logging.getLogger(__name__)


def _drafted(tx: Tx, notices: Iterable[Notice]) -> dict[str, Route]:
    """Return the ways that the drafts carrying these notices would go, by message id."""
    ids = {notice.message for notice in notices if notice.message}
    return {kept.message.id: way_of(kept) for kept in outbox.messages(tx, ids=ids, limit=len(ids))} if ids else {}


def way_of(kept: outbox.KeptMessage) -> Route:
    """Return the way by which a message goes."""
    message = kept.message
    return Route(
        role=kept.role,
        person=kept.person,
        channel=message.channel,
        address=message.address,
        mentions=message.mentions,
    )


Groups = dict[tuple[str, Route], list[Notice]]
"""The notices of one message each, by topic and way."""


def _by_person(groups: Mapping[tuple[str, Route], list[Notice]]) -> Groups:
    """Return the groups with one for each person and way: who is liaison and leader is spoken to as the liaison."""
    merged: dict[tuple[str, str, str, str | None], tuple[Route, list[Notice]]] = {}
    for (topic, route), group in _liaisons_first(groups):
        way = (topic, route.person, route.channel, route.address)
        merged.setdefault(way, (route, []))[1].extend(group)
    return {(way[0], route): group for way, (route, group) in merged.items()}


def _by_post(groups: Mapping[tuple[str, Route], list[Notice]], is_shared: Callable[[Route], bool]) -> Groups:
    """Return the groups with one for each post: where people of a unit read the same, it is said once and calls all."""
    posts: dict[object, tuple[Route, list[Notice]]] = {}
    topics = []
    for (topic, route), group in _liaisons_first(groups):
        said = frozenset((notice.account, notice.rule, notice.kind, notice.number) for notice in gravest(group))
        post = (topic, route.channel, said) if is_shared(route) else (topic, route)
        if post not in posts:
            posts[post] = route, list(group)
            topics.append(topic)
            continue
        first, carried = posts[post]
        called = tuple(dict.fromkeys((*first.mentions, *route.mentions)))
        posts[post] = replace(first, mentions=called), [*carried, *group]
    return {(topic, route): group for topic, (route, group) in zip(topics, posts.values(), strict=True)}


def _liaisons_first(groups: Mapping[tuple[str, Route], list[Notice]]) -> list[tuple[tuple[str, Route], list[Notice]]]:
    return sorted(groups.items(), key=lambda entry: entry[0][1].role is Role.LEADER)


def ids_of(notices: Iterable[Notice]) -> list[int]:
    """Return the numbers of notices."""
    return [notice.id for notice in notices]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafter:
    """Writes messages that nobody has sent yet."""

    store: Store
    composer: Composer
    directory: ChannelDirectory
    hours: OfficeHours
    is_holding: bool
    """True if all messages wait for a person to release them."""
    gate: Gate
    """Names the notices that wait for a person in any case, but not for ever."""

    @property
    def rules_in_force(self) -> RulesInForce:
        """The rules by which waiting notices are judged."""
        return self.composer.rules_in_force

    async def prepare(self, now: datetime) -> int:
        """Turn waiting notices into messages, one for each person and way; return how many were written.

        Waiting notices are judged when they come, when something about their account is another, and, unless a person
        has to let them go, every ten minutes: thousands may wait, and each is judged right before it leaves. It is done
        for some people at a time and its result kept, so that a process that dies over it leaves the less to the next.
        """
        if not self.is_holding:
            await self.store.write_if(
                lambda tx: outbox.is_release_due(tx, now), lambda tx: outbox.release_due(tx, now), durable=True
            )
        written = 0
        while people := await self.store.query(lambda tx: outbox.people_due(tx, now, again=AGAIN, limit=SLICE)):
            written += await self.store.write(partial(self._prepare, people=people, now=now), durable=True)
        return written

    def as_now(self, tx: Tx, found: Sequence[outbox.KeptMessage], now: datetime) -> tuple[outbox.KeptMessage, ...]:
        """Return messages, those that are still drafts with the words that they would leave with now."""
        drafts = [kept for kept in found if kept.state in _DRAFTS and kept.frozen_at is None and kept.is_about_notices]
        if not drafts:
            return tuple(found)
        carried = notices_in(tx, [kept.message.id for kept in drafts])
        context = recheck_context(tx, self.rules_in_force, [one for of in carried.values() for one in of], now)
        return tuple(
            self._as_now(kept, carried[kept.message.id], context, now) if kept.message.id in carried else kept
            for kept in found
        )

    def _as_now(
        self, kept: outbox.KeptMessage, carried: Sequence[Notice], context: RecheckContext, now: datetime
    ) -> outbox.KeptMessage:
        sendable = [notice for notice in carried if context.verdict(notice) is Recheck.SEND]
        if not sendable:  # nothing of it would leave: it stands as it was written
            return kept
        channel = self.directory.channels.get(kept.message.channel)
        is_group = channel is not None and channel.is_group
        words = self.composer.words(sendable, context, {kept.role}, now, is_group=is_group)
        return replace(kept, message=replace(kept.message, subject=words.subject, body=words.body, grid=words.grid))

    @property
    def room(self) -> DigestRoom:
        """The length of a message to the operator, no matter which channel carries it in the end."""
        longest = (self.directory.channels[route.channel].longest for route in self._named)
        return DigestRoom(longest=min(longest, default=AMPLE.longest), page=self.composer.addresses.home)

    @property
    def _named(self) -> tuple[Route, ...]:
        """The ways to the operator that are channels."""
        return self.directory.to_operator() if self.directory.is_set else ()

    @property
    def _is_holding(self) -> bool:
        """True if nothing leaves by itself: a person releases it, or there is no channel to leave by."""
        return self.is_holding or not self.directory.is_set

    def tell_operator(
        self,
        tx: Tx,
        words: Words,
        topic: str,
        now: datetime,
        notices: Sequence[Notice] = (),
        by: Collection[str] | None = None,
    ) -> str | None:
        """Draft a message of its own topic to the operator; return its id, None where no channel leads there.

        By the first of the operator's channels, or the first of those in `by`.
        """
        routes = self.directory.to_operator()
        route = next((route for route in routes if by is None or route.channel in by), None)
        if route is None:
            return None
        draft = outbox.Draft(
            channel=route.channel,
            role=Role.OPERATOR,
            person="",
            subject=words.subject,
            body=words.body,
            notices=tuple(ids_of(notices)),
            topic=topic,
        )
        opens = self.hours.opens_at(now, self.rules_in_force.calendar)
        return outbox.save_draft(tx, draft, at=now, not_before=opens, held=self._is_holding)

    def opens_for(self, now: datetime, accounts: Iterable[Account]) -> datetime:
        """Return the first moment from now on at which all areas of these accounts are at work."""
        calendar = self.rules_in_force.calendar
        calendars = [calendar.of(area) for area in {account.area for account in accounts}] or [calendar]
        return max(self.hours.opens_at(now, calendar) for calendar in calendars)

    def goes(self, notice: Notice, way: Route, context: RecheckContext) -> bool:
        """True if this is still the way to the person who has the role now, as far as that is known."""
        known = context.known.get(notice.account)
        if known is None:
            return True
        route = self._route(notice, context)
        if route is None or whose(notice, known.account) != notice.person:
            return False
        if self._is_shared(way):
            return route.channel == way.channel
        return replace(route, role=way.role, mentions=way.mentions) == way

    def _prepare(self, tx: Tx, *, people: frozenset[str], now: datetime) -> int:
        """Write the messages to these people, and to whom else what waits for them goes; return how many.

        A message is written with all that it says, so who stands in for one of them is written to as a whole too.
        """
        waiting = outbox.waiting_for(tx, people)
        context = recheck_context(tx, self.rules_in_force, waiting, now)
        drafted = _drafted(tx, waiting)
        groups: Groups = defaultdict(list)
        untrue: list[int] = []
        for notice in waiting:
            match context.verdict(notice):
                case Recheck.WAIT:
                    continue
                case Recheck.DROP:
                    untrue.append(notice.id)
                case Recheck.SEND:
                    current = self._handed_on(tx, notice, context, now)
                    route = self._route(current, context) if current else None
                    if current and route:
                        groups[self._topic(current), route].append(current)
        groups = _by_post(_by_person(groups), self._is_shared)
        readers = people.union(
            *({route.person, notice.person} for (_, route), group in groups.items() for notice in group)
        )
        readers = readers.union(way.person for way in drafted.values())
        readers |= outbox.told_of_the_same(tx, self._ids_for_groups(groups))
        if readers > people:
            return self._prepare(tx, people=readers, now=now)
        outbox.end_notices(tx, untrue, outbox.NoticeState.SUPERSEDED, at=now)
        outbox.note_judged(tx, ids_of(waiting), at=now)
        fresh = [
            (topic, route, group)
            for (topic, route), group in groups.items()
            if any(drafted.get(notice.message or "") != route for notice in group)
        ]
        for topic, route, group in fresh:
            self._draft(tx, topic, route, group, context, now)
        return len(fresh)

    def _is_shared(self, way: Route) -> bool:
        """True if what goes this way is read by the people of a unit together."""
        channel = self.directory.channels.get(way.channel)
        return channel is not None and channel.is_group and way.role is not Role.OPERATOR

    def _ids_for_groups(self, groups: Groups) -> list[int]:
        """Return the notices that go to units' groups: of those who hear of the same there, all are written to."""
        return [id_ for (_, route), group in groups.items() if self._is_shared(route) for id_ in ids_of(group)]

    def _topic(self, notice: Notice) -> str:
        """Return what keeps a notice apart from others to the same person: that it is urgent, or waits for a word.

        Notices that wait for a person must not hold up those due today.
        """
        if notice.is_urgent:
            return outbox.URGENT
        return outbox.GATED if self.gate.holds(notice) else ""

    def _waits(self, group: Sequence[Notice], now: datetime) -> bool:
        """True if a person has to let these notices go, or a day has to come first."""
        release_at = self._release_at(group)
        return any(map(self.gate.holds, group)) and (release_at is None or now < release_at)

    def _handed_on(self, tx: Tx, notice: Notice, context: RecheckContext, now: datetime) -> Notice | None:
        """Return a notice as the person's who has the role now; None where that person knows of the step already."""
        person = whose(notice, context.known[notice.account].account)
        if person == notice.person:
            return notice
        return outbox.hand_on(tx, notice, person, at=now)

    def _route(self, notice: Notice, context: RecheckContext) -> Route | None:
        """Return the way to try now; None when all failed: the notice stays, for the operator to see."""
        routes = self.directory.routes(notice, context.known[notice.account].account)
        if not self.directory.is_set:
            return routes[0]  # however many failed while there were channels
        return routes[notice.route] if notice.route < len(routes) else None

    def _draft(
        self, tx: Tx, topic: str, route: Route, group: Sequence[Notice], context: RecheckContext, now: datetime
    ) -> None:
        channel = self.directory.channels.get(
            route.channel
        )  # without any channel there is a draft to read all the same
        is_group = channel is not None and channel.is_group
        words = self.composer.words(group, context, {route.role}, now, is_group=is_group)
        draft = outbox.Draft(
            channel=route.channel,
            address=route.address,
            mentions=route.mentions,
            role=route.role,
            person=route.person,
            subject=words.subject,
            body=words.body,
            grid=words.grid,
            notices=tuple(ids_of(group)),
            is_first=outbox.is_news(tx, {notice.case for notice in group}),
            topic=topic,
            release_at=self._release_at(group),
        )
        told = [context.known[notice.account].account for notice in group if route.role is not Role.OPERATOR]
        is_urgent = topic == outbox.URGENT
        opens = now if is_urgent else self.opens_for(now, told)
        is_held = self._is_holding or (self._waits(group, now) and not is_urgent)
        if is_urgent and is_held:
            _log.warning("urgent message held", extra={"accounts": " ".join(notice.account for notice in group)})
        outbox.save_draft(tx, draft, at=now, not_before=opens, held=is_held)

    def _release_at(self, group: Sequence[Notice]) -> datetime | None:
        """Return when a message goes by itself that waits at the gate; None where only a person lets it go."""
        day = None if self._is_holding else self.gate.opens_on(group, self.rules_in_force.calendar)
        return start_of_day(day) if day is not None else None
