"""Decisions that take effect only when another operator confirms them (`review.two_persons`): answered here.

They are asked for by `cases.decide`; until somebody else confirms one, nothing is judged by it and nobody is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.actions.actor import Actor, Right, write_audit
from monitor.actions.cases import DecideCommand, Decided, confirmed, require_person
from monitor.actions.refused import Field, RefusedError
from monitor.actions.roles import rights_of
from monitor.core.decision import DecisionTerms, KeptRequest, RequestAnswer
from monitor.core.phrases import plain
from monitor.store import Tx, cases, decision_requests, users

_WHY = Field("why", "退回的理由")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmDecisionCommand:
    """The command to confirm what another operator has decided about a case."""

    case: int
    titles: Mapping[str, str]
    terms: DecisionTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class DropDecisionCommand:
    """The command to send a decision back, or, of one's own, to withdraw it."""

    case: int
    why: str = ""
    """Why another's is sent back."""


def confirm_decision(tx: Tx, command: ConfirmDecisionCommand, *, actor: Actor, now: datetime) -> Decided:
    """Let a decision take effect; raises RefusedError, StaleError where the case stands otherwise by now."""
    actor.require(Right.DECIDE)
    require_person(actor)
    asked = _waiting(tx, command.case)
    if asked.asked_by == actor.name:
        raise RefusedError("这项决定由您提出，须由另一名操作员确认。")
    _require_may_still_decide(tx, asked)
    decision_requests.answer(tx, asked.id, RequestAnswer.CONFIRMED, by=actor.name, why="", at=now)
    wanted = DecideCommand(
        case=asked.case,
        ruling=asked.ruling,
        titles=command.titles,
        terms=replace(command.terms, two_persons=False),
        by=asked.by,
        note=asked.note,
        document=asked.document,
        until=asked.until,
        on=asked.on,
        seen=asked.seen,
    )
    return confirmed(tx, wanted, asked_by=asked.asked_by, actor=actor, now=now)


def _require_may_still_decide(tx: Tx, asked: KeptRequest) -> None:
    """Raise RefusedError where who asked may decide no more: a decision of two takes two who may."""
    user = users.user_named(tx, asked.asked_by)
    if user is None or (user.disabled_at is None and Right.DECIDE in rights_of(user.roles)):
        return
    why = "已停用" if user.disabled_at else "已没有登记决定的权限"
    raise RefusedError(f"提出人{plain(asked.asked_by)}{why}，不能再确认；请退回，由现任操作员重新提出。")


def drop_decision(tx: Tx, command: DropDecisionCommand, *, actor: Actor, now: datetime) -> RequestAnswer:
    """Send another's decision back with a reason, or withdraw one's own; return which it was."""
    actor.require(Right.DECIDE)
    require_person(actor)
    asked = _waiting(tx, command.case)
    why, is_own = command.why.strip(), asked.asked_by == actor.name
    if not is_own and not why:
        raise RefusedError("请填写退回的理由。", _WHY)
    said = RequestAnswer.WITHDRAWN if is_own else RequestAnswer.REFUSED
    decision_requests.answer(tx, asked.id, said, by=actor.name, why=why, at=now)
    verb = "decision withdraw" if is_own else "decision refuse"
    before = f"{asked.ruling.label}（{plain(asked.asked_by)}提出）"
    write_audit(tx, actor, now, verb, str(asked.case), why, before=before, after=said.label)
    return said


def _waiting(tx: Tx, number: int) -> KeptRequest:
    cases.lock(tx, [number])
    found = decision_requests.waiting(tx, number)
    if not found:
        raise RefusedError(f"事项{number}没有待确认的决定，可能已由他人确认、退回或撤回。")
    return found[0]
