"""Acknowledge cases: somebody says that they have them, by the link in their message, logged in, or on the phone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.actions.actor import Actor, Right, write_audit
from monitor.actions.refused import Field, LinkRefusedError, RefusedError
from monitor.core.account import Contact, Role
from monitor.core.calendar import beijing, beijing_date
from monitor.core.case import Acknowledgement, Case
from monitor.core.phrases import dated, plain
from monitor.core.token import Permit, Refused
from monitor.store import Tx, roster
from monitor.store import cases as stored
from monitor.store.acknowledgements import keep_acknowledgement, open_cases_of, reader_of, said_of, spend
from monitor.store.reach import units_of_cases

_ROLE = Field("role", "谁知悉")
NOTHING_OPEN = "这条消息中的事项已经办结，无需再作处理。"


class AcknowledgedBeforeError(RefusedError):
    """Somebody said so by the same message before."""

    def __init__(self, said: Acknowledgement, now: datetime) -> None:
        """Say when, and who."""
        super().__init__(f"已于{acknowledged(said, now)}知悉，不必重复。")


def acknowledged(said: Acknowledgement, now: datetime) -> str:
    """Return when somebody said so, and who: 11月30日09:12由联络员甲."""
    when = dated(beijing_date(said.at), beijing_date(now))
    return f"{when}{beijing(said.at):%H:%M}由{plain(said.by)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeByLinkCommand:
    """The reader of a message has the open cases that it told of; who that is says the message."""

    permit: Permit


def acknowledge_by_link(tx: Tx, command: AcknowledgeByLinkCommand, *, actor: Actor, now: datetime) -> tuple[int, ...]:
    """Record who has the cases that a message told of, have their accounts judged at once, and return the cases.

    Once for each message; raises RefusedError where that was said before, or all that the message told of is over.
    """
    permit = command.permit
    actor.require(Right.ACKNOWLEDGE)
    person, told = reader_of(tx, permit.message), open_cases_of(tx, permit.message)
    if person is None:
        raise LinkRefusedError(Refused.OVER)
    if not told:
        raise RefusedError(NOTHING_OPEN)
    actor.require_reach(units_of_cases(tx, told))
    if not spend(tx, permit, at=now):
        said = said_of(tx, told, person)
        raise AcknowledgedBeforeError(said, now) if said else LinkRefusedError(Refused.OVER)
    keep_acknowledgement(tx, told, Acknowledgement(person=person, by=actor.name, at=now))
    write_audit(tx, actor, now, "case acknowledge", "、".join(map(str, told)))
    return told


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeInPersonCommand:
    """Somebody of a unit has these cases: the actor themself, or whom the office has heard it from on the phone."""

    cases: tuple[int, ...]
    role: Role | None = None
    """Of the office: as whom the accounts' people said so. None for the actor, who is of the unit."""


def acknowledge_in_person(
    tx: Tx, command: AcknowledgeInPersonCommand, *, actor: Actor, now: datetime
) -> tuple[Acknowledgement, ...]:
    """Record who has the open cases among these, have their accounts judged at once, and return what was said.

    Raises RefusedError where that was said since their last step already, or none of them is open and an account's.
    """
    actor.require(Right.ACKNOWLEDGE)
    stored.lock(tx, sorted(command.cases))
    found = [case for number in command.cases if (case := stored.case(tx, number))]
    actor.require_reach(units_of_cases(tx, [case.id for case in found]) or [None])
    if actor.own is None and command.role is None:
        raise RefusedError("请选择谁知悉：联络员或责任领导。", _ROLE)
    asked = [case for case in found if case.closed_at is None and case.account]
    if not asked:
        raise RefusedError("没有待知悉的账号事项，或已经办结，无需再作处理。")
    people = {case.id: _person(tx, case, command.role, actor) for case in asked}
    new = [case for case in asked if case.said_by(people[case.id].key) is None]
    if not new:
        said = [one for case in asked if (one := case.said_by(people[case.id].key))]
        raise AcknowledgedBeforeError(max(said, key=lambda one: one.at), now)
    kept: dict[Acknowledgement, list[int]] = {}
    for case in new:
        kept.setdefault(_said(people[case.id], actor, now), []).append(case.id)
    for word, numbers in kept.items():
        keep_acknowledgement(tx, numbers, word)
    told = "、".join(dict.fromkeys(word.by for word in kept))
    write_audit(tx, actor, now, "case acknowledge", "、".join(str(case.id) for case in new), told)
    return tuple(kept)


def _said(person: Contact, actor: Actor, now: datetime) -> Acknowledgement:
    is_own = actor.own is not None
    by = actor.name if is_own else f"{plain(person.name)}（{person.role.label}，电话；{plain(actor.name)}代为登记）"
    return Acknowledgement(person=person.key, by=by, at=now)


def _person(tx: Tx, case: Case, role: Role | None, actor: Actor) -> Contact:
    """Return whose word it is: of a unit's user the contact of that name, else the account's liaison."""
    account = roster.account(tx, case.account or "")
    people = account.contacts if account else ()
    if actor.own is not None:
        people = (
            *(one for one in people if one.name == actor.name),
            *sorted(people, key=lambda one: one.role is not Role.LIAISON),
        )
    else:
        people = tuple(one for one in people if one.role is role)
    if not people:
        whom = f"“{plain(account.name)}”" if account else f"账号{case.account}"
        raise RefusedError(f"{whom}在台账中没有{role.label if role else '联系人'}，请先补登联系人。", _ROLE)
    return people[0]
