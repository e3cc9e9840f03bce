"""Acknowledge cases: somebody says that they have them, by the link in their message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.actions.actor import Actor, Right, write_audit
from monitor.actions.refused import LinkRefusedError, RefusedError
from monitor.core.calendar import beijing, beijing_date
from monitor.core.case import Acknowledgement
from monitor.core.phrases import dated, plain
from monitor.core.token import Permit, Refused
from monitor.store import Tx
from monitor.store.acknowledgements import keep_acknowledgement, open_cases_of, reader_of, said_of, spend
from monitor.store.reach import units_of_cases

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
