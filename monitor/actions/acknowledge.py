"""Acknowledge cases: somebody says that they have them, by the link in their message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.actions.actor import Actor, Right, write_audit
from monitor.actions.refused import LinkRefusedError
from monitor.core.case import Acknowledgement
from monitor.core.token import Permit, Purpose, Refused
from monitor.store import Tx
from monitor.store.acknowledgements import keep_acknowledgement, open_cases_of, reader_of, spend
from monitor.store.reach import units_of_cases


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeByLinkCommand:
    """The reader of a message has the open cases that it told of; who that is says the message."""

    permit: Permit


def acknowledge_by_link(tx: Tx, command: AcknowledgeByLinkCommand, *, actor: Actor, now: datetime) -> tuple[int, ...]:
    """Use up a link to record who has the cases, have their accounts judged at once, and return the cases.

    Raises LinkRefusedError where the link is for something else, was used, or all that its message told of is over.
    """
    permit = command.permit
    if permit.purpose is not Purpose.ACKNOWLEDGE:
        raise LinkRefusedError(Refused.FORGED)
    actor.require(Right.ACKNOWLEDGE)
    person, told = reader_of(tx, permit.message), open_cases_of(tx, permit.message)
    if person is None or not told:
        raise LinkRefusedError(Refused.OVER)
    actor.require_reach(units_of_cases(tx, told))
    if not spend(tx, permit, at=now):
        raise LinkRefusedError(Refused.SPENT)
    keep_acknowledgement(tx, told, Acknowledgement(person=person, by=actor.name, at=now))
    write_audit(tx, actor, now, "case acknowledge", "、".join(map(str, told)))
    return told
