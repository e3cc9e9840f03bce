"""A notice: one step for one person; several of them make one message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.core.account import Account, Contact, Role
from monitor.core.case import Step, StepKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What one person is to be told about one case; `id` is None until it is stored."""

    id: int | None = None
    case: int | None = None
    account: str
    rule: str
    kind: StepKind
    number: int
    role: Role
    person: str
    """The contact's key; empty for the operator."""
    at: datetime
    route: int = 0
    """How many ways to reach the person have failed already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One way to reach somebody: a channel, and the address if the channel wants one."""

    channel: str
    address: str | None = None
    mentions: tuple[str, ...] = ()


def audience(kind: StepKind) -> tuple[Role, ...]:
    """Return who hears of a step (rules.md C.1): the liaison early, the leader from day 12 on."""
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
        case StepKind.RECOVERED:
            return (Role.LIAISON, Role.LEADER)
        case StepKind.TASK:
            return (Role.OPERATOR,)


def notify(step: Step, account: Account, rule: str) -> tuple[Notice, ...]:
    """Return the notices of a step: one per person, who may hold two roles.

    Where a role has nobody who can be reached, the other role is told, and failing that the operator.
    """
    people: dict[str, Role] = {}
    for role in audience(step.kind):
        for contact in _reachable(account, role):
            people.setdefault(contact.key, contact.role)
        if role is Role.OPERATOR or not _reachable(account, role):
            people.setdefault("", Role.OPERATOR)
    return tuple(
        Notice(account=account.id, rule=rule, kind=step.kind, number=step.number, role=role, person=person, at=step.at)
        for person, role in people.items()
    )


_STAND_IN = {Role.LIAISON: Role.LEADER, Role.LEADER: Role.LIAISON}


def _reachable(account: Account, role: Role) -> tuple[Contact, ...]:
    """Return the people of a role whom the roster tells how to reach, else those of the other role."""
    named = tuple(contact for contact in account.people(role) if contact.is_reachable)
    if named or role not in _STAND_IN:
        return named
    return tuple(contact for contact in account.people(_STAND_IN[role]) if contact.is_reachable)
