"""A notice: one step for one person; several of them make one message."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from monitor.core.account import Account, Contact, Role
from monitor.core.case import OVERDUE, RUNGS, Ladder, Step, StepKind
from monitor.core.channel import Channel
from monitor.core.finding import Finding, Pacing, RuleBook, State, Support, Urgency
from monitor.core.message import NO_CHANNEL
from monitor.core.mute import Mute, over

OWN_GROUP = "group"
"""In the settings' `roles`: the unit's own group, as the roster's column 通知群 names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNotice:
    """What one person is to be told about one case, before it is stored."""

    account: str
    """Empty for one about a unit or an area, which is the operator's."""
    rule: str
    kind: StepKind
    number: int
    role: Role
    person: str
    """The contact's key; empty for the operator."""
    at: datetime
    is_urgent: bool = False
    """True if the duty officer hears of it at once, at night and on days off too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(NewNotice):
    """The same as it is stored."""

    id: int
    case: int
    route: int = 0
    """How many ways to reach the person have failed already."""
    message: str | None = None
    """The message that carries it, once there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One way to reach somebody: a channel, or NO_CHANNEL, and the address if the channel wants one."""

    role: Role
    person: str = ""
    """The contact's key of the person; empty for the operator."""
    channel: str
    address: str | None = None
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelDirectory:
    """Which channels there are, and by which of them each role may be reached, in order (settings `roles`)."""

    channels: Mapping[str, Channel]
    ways: Mapping[Role, tuple[str, ...]]

    @property
    def is_set(self) -> bool:
        """True if the settings name any channel; without one whatever is to be said is written and waits."""
        return bool(self.channels)

    def routes(self, notice: NewNotice, account: Account) -> tuple[Route, ...]:
        """Return all ways for a notice: to the person, to who stands in for them, to the operator; may be empty.

        Nobody stands in who hears of the step anyway. A robot that the person could not be told by is no way to the
        operator either.
        """
        if not self.is_set:
            return (Route(role=notice.role, person=notice.person, channel=NO_CHANNEL),)
        people = tuple(
            dict.fromkeys(
                route
                for contact, role in _in_turn(notice, account)
                for route in self._to_person(contact, account, role)
            )
        )
        tried = {route.channel for route in people if route.address is None}
        return (*people, *(route for route in self.to_operator() if route.channel not in tried))

    def to_operator(self) -> tuple[Route, ...]:
        """Return the ways to the operator."""
        if not self.is_set:
            return (Route(role=Role.OPERATOR, channel=NO_CHANNEL),)
        return tuple(
            Route(role=Role.OPERATOR, channel=name)
            for name in self.ways.get(Role.OPERATOR, ())
            if name in self.channels
        )

    def _to_person(self, contact: Contact, account: Account, role: Role) -> Iterator[Route]:
        """Yield the ways to a contact, who is spoken to in this role."""
        person = contact.key
        called = (contact.phone,) if contact.phone else ()
        named = (account.group or "" if name == OWN_GROUP else name for name in self.ways.get(contact.role, ()))
        ways = [self.channels[name] for name in named if name in self.channels]
        if contact.role is Role.LEADER:  # reached in person; the unit comes first only where there is no other way
            ways.sort(key=lambda channel: channel.is_group)
        for channel in ways:
            if channel.is_group:
                yield Route(role=role, person=person, channel=channel.name, mentions=called)
            elif address := channel.address_of(contact):
                yield Route(role=role, person=person, channel=channel.name, address=address)


def audience(kind: StepKind) -> tuple[Role, ...]:
    """Return who hears of a step: the liaison early, the leader from day 12 on."""
    match kind:
        case StepKind.HOLIDAY | StepKind.REMIND:
            return (Role.LIAISON,)
        case (
            StepKind.WARN
            | StepKind.LAST_DAY
            | StepKind.OVERDUE
            | StepKind.ESCALATE
            | StepKind.PROPOSE
            | StepKind.REPEAT
        ):
            return (Role.LIAISON, Role.LEADER)
        case StepKind.SUSPECT:
            return (Role.LIAISON, Role.OPERATOR)
        case StepKind.CONFIRM | StepKind.RECOVERED:
            return (Role.LIAISON, Role.LEADER)
        case StepKind.TO_LEADER:
            return (Role.LEADER,)
        case StepKind.TASK | StepKind.TO_OFFICE:
            return (Role.OPERATOR,)


def is_the_units(notice: NewNotice) -> bool:
    """True if what it says is meant for the unit, though the operator may be asked to pass it on."""
    return notice.role is not Role.OPERATOR or Role.OPERATOR not in audience(notice.kind)


def is_muted(notice: NewNotice, account: Account, mutes: Iterable[Mute]) -> bool:
    """True if a notice waits for the end of a mute. An end of a trouble is told at once to whoever heard of it."""
    may_wait = is_the_units(notice) and notice.kind is not StepKind.RECOVERED
    return may_wait and over(account, mutes) is not None


_TROUBLES = frozenset({State.WARNING, State.SUSPECTED, State.VIOLATED})


def is_alarm(step: Step, finding: Finding, pacing: Pacing, account: Account, book: RuleBook) -> bool:
    """True if a step is the first word of something that cannot wait for the morning (rules.yaml, `urgent`).

    Of what is verified that is the suspicion, then its confirmation: a mere hint besides is a task like others.
    """
    urgency = book.urgent.get(finding.rule)
    concerns = urgency is Urgency.EVERY or (urgency is Urgency.MAIN and account.is_main)
    is_first = step.kind in {StepKind.SUSPECT, StepKind.CONFIRM} or (
        pacing is Pacing.TASK and step.kind is StepKind.TASK and step.number == 0
    )
    return concerns and is_first and (finding.state in _TROUBLES or finding.is_scope_open)


def notify(
    step: Step,
    account: Account,
    rule: str,
    *,
    also: tuple[Role, ...] = (),
    spared: Callable[[str], bool] = lambda _: False,
    is_alarm: bool = False,
) -> tuple[NewNotice, ...]:
    """Return the notices of a step: one per person, who may hold two roles; `also` names roles beyond its audience.

    Where a role has nobody who can be reached, the other role is told, and failing that the operator. Readers who are
    `spared` (see `Case.spares`) have the case already: nobody is told in their place. Of an alarm the operator hears in
    any case, and at once.
    """
    people: dict[str, Role] = {}
    for role in (*audience(step.kind), *also):
        for contact in _reachable(account, role):
            people.setdefault(contact.key, contact.role)
        if role is Role.OPERATOR or not _reachable(account, role):
            people.setdefault("", Role.OPERATOR)
    if is_alarm:
        people.setdefault("", Role.OPERATOR)
    return tuple(
        NewNotice(
            account=account.id,
            rule=rule,
            kind=step.kind,
            number=step.number,
            role=role,
            person=person,
            at=step.at,
            is_urgent=is_alarm and role is Role.OPERATOR,
        )
        for person, role in people.items()
        if not spared(person)
    )


def whose(notice: NewNotice, account: Account) -> str:
    """Return whose a notice is now: where the roster names another for the role since, it is theirs."""
    if notice.role is Role.OPERATOR or any(contact.key == notice.person for contact in account.contacts):
        return notice.person
    successor = next((contact for contact in account.people(notice.role) if contact.is_reachable), None)
    return successor.key if successor else notice.person


def _in_turn(notice: NewNotice, account: Account) -> Iterator[tuple[Contact, Role]]:
    """Yield whom a notice is for, then those who stand in where that person cannot be reached, and as whom they hear.

    A person named for two roles has the ways of both, and hears as the first of them.
    """
    if notice.role is Role.OPERATOR:
        return
    named = [contact for contact in account.contacts if contact.key == notice.person]
    yield from ((contact, named[0].role) for contact in named)
    other = _STAND_IN[notice.role]
    if other not in audience(notice.kind):
        stand_in = (
            contact for contact in account.people(other) if contact.is_reachable and contact.key != notice.person
        )
        yield from ((contact, contact.role) for contact in stand_in)


_STAND_IN = {Role.LIAISON: Role.LEADER, Role.LEADER: Role.LIAISON}


def _reachable(account: Account, role: Role) -> tuple[Contact, ...]:
    """Return the people of a role whom the roster tells how to reach, else those of the other role."""
    named = tuple(contact for contact in account.people(role) if contact.is_reachable)
    if named or role not in _STAND_IN:
        return named
    return tuple(contact for contact in account.people(_STAND_IN[role]) if contact.is_reachable)


class Recheck(Enum):
    """The result of the second look at a notice, at the moment of sending."""

    SEND = "send"
    WAIT = "wait"
    DROP = "drop"


def recheck(notice: NewNotice, episode: str, finding: Finding, ladder: Ladder) -> Recheck:
    """Return whether a notice is still true: never “please update” to somebody who has.

    A unit whose account cannot be seen for certain right now hears nothing yet.
    """
    if finding.state is State.UNKNOWN or finding.support is Support.HELD:
        return Recheck.WAIT
    if finding.state.is_out_of_reach:
        return Recheck.DROP
    match notice.kind:
        case StepKind.RECOVERED:
            return Recheck.SEND if finding.state in {State.OK, State.WARNING} else Recheck.DROP
        case StepKind.TASK:
            is_theirs = notice.role is Role.OPERATOR or finding.is_the_unit_s
            return Recheck.SEND if finding.state is not State.OK and is_theirs else Recheck.DROP
        case StepKind.SUSPECT:
            return Recheck.SEND if finding.state is State.SUSPECTED else Recheck.DROP
        case StepKind.CONFIRM:
            return Recheck.SEND if finding.state is State.VIOLATED else Recheck.DROP
        case StepKind.TO_LEADER | StepKind.TO_OFFICE:
            return Recheck.SEND if finding.state in {State.SUSPECTED, State.VIOLATED} else Recheck.DROP
        case _:
            return _recheck_rung(notice, episode, finding, ladder)


def _recheck_rung(notice: NewNotice, episode: str, finding: Finding, ladder: Ladder) -> Recheck:
    if finding.episode != episode or finding.days is None:
        return Recheck.DROP
    if finding.days > ladder.limit:
        if finding.state is not State.VIOLATED:
            return Recheck.WAIT
        return Recheck.SEND if notice.kind in RUNGS else Recheck.DROP
    if notice.kind in OVERDUE:  # a newer post was found: two weeks have not passed
        return Recheck.DROP
    return Recheck.WAIT if finding.support is Support.BLIND else Recheck.SEND
