"""Changes of the roster that units ask for: ask, and accept or decline what was asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.actions.actor import Actor, Right, write_audit
from monitor.actions.refused import FIELDS, Field, OutOfReachError, RefusedError
from monitor.core.calendar import beijing_date
from monitor.core.phrases import dated, plain
from monitor.core.unit_proposal import (
    LONGEST_NAME,
    LONGEST_NOTE,
    MOST_OPEN,
    ROLES,
    KeptProposal,
    ProposalAnswer,
    ProposalKind,
    UnitChange,
    UnitProposal,
    changed,
)
from monitor.ledger.cells import phone
from monitor.ledger.fault import BadCellError
from monitor.store import Tx, papers, proposals, roster, unit_links

_NAME, _PHONE, _ROLE = Field("name", "姓名"), Field("phone", "手机"), Field("role", "联系人")
_ACCOUNTS, _FROM, _WHY, _NOTE = (
    Field("accounts", "账号"),
    Field("from_on", "自何日起"),
    Field("why", "原因"),
    Field("note", "说明"),
)
_NUMBER = Field("number", "编号")
_FURTHEST = timedelta(days=366)
"""No change is asked for so long before or after its day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeCommand(UnitChange):
    """The command to ask for a change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptProposalCommand:
    """The command to have a change that a unit asked for stand in the roster."""

    number: int
    sources: roster.Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineProposalCommand:
    """The command to leave the roster as it is."""

    number: int
    why: str


def propose(tx: Tx, command: ProposeCommand, *, actor: Actor, now: datetime) -> int:
    """Store what a unit asks for and return its number; what waits already is not asked for twice.

    Raises RefusedError.
    """
    actor.require(Right.PROPOSE)
    actor.require_reach([command.unit])
    _require_own(tx, command)
    asked = _asked(command, actor.name, now)
    waiting = proposals.waiting(tx, command.unit)
    same = next((kept for kept in waiting if kept.proposal.wish == asked.wish), None)
    if same is not None:
        raise RefusedError("这项变更此前已提交，正在等待采纳，不必重复。")
    if len(waiting) >= MOST_OPEN:
        raise RefusedError(f"贵单位已有{len(waiting)}项变更在等待采纳，没有再登记，请打电话说明。")
    number = proposals.keep(tx, asked)
    write_audit(tx, actor, now, "proposal add", str(number), f"{command.unit.name}：{command.kind.label}")
    return number


def accept_proposal(tx: Tx, command: AcceptProposalCommand, *, actor: Actor, now: datetime) -> KeptProposal:
    """Have the change stand in the roster from now on, as an import would, and return it; raises RefusedError.

    Not from a day before: a roster that came in since then would outlast it.
    """
    actor.require(Right.ANSWER_PROPOSAL)
    kept = _waiting(tx, command.number, actor)
    asked = kept.proposal
    if asked.from_on > beijing_date(now):
        raise RefusedError(f"这项变更自{dated(asked.from_on, beijing_date(now))}起生效，请到那天再采纳。", _FROM)
    after = changed(asked, roster.accounts(tx, at=now, known_at=now, ids=asked.accounts))
    if not after:
        raise RefusedError("台账中已是这样，或账号已不在该单位，没有可改的内容；请退回并写明原因。", _ACCOUNTS)
    roster.save_roster(tx, after, effective_at=now, known_at=now, sources=command.sources)
    papers.match_again(tx, now)
    proposals.answer(tx, kept.id, ProposalAnswer.ACCEPTED, by=actor.name, why="", at=now)
    changes = "、".join(account.id for account in after)
    write_audit(tx, actor, now, "proposal accept", str(kept.id), f"{asked.unit.name}：{asked.kind.label}（{changes}）")
    return kept


def decline_proposal(tx: Tx, command: DeclineProposalCommand, *, actor: Actor, now: datetime) -> KeptProposal:
    """Leave the roster as it is, with the reason, which the unit reads; raises RefusedError."""
    actor.require(Right.ANSWER_PROPOSAL)
    kept = _waiting(tx, command.number, actor)
    why = plain(command.why, LONGEST_NOTE)
    if not why:
        raise RefusedError(f"请写明{FIELDS}，单位页面会显示。", _WHY)
    proposals.answer(tx, kept.id, ProposalAnswer.DECLINED, by=actor.name, why=why, at=now)
    asked = kept.proposal
    write_audit(tx, actor, now, "proposal decline", str(kept.id), f"{asked.unit.name}：{asked.kind.label}，{why}")
    return kept


def _waiting(tx: Tx, number: int, actor: Actor) -> KeptProposal:
    """Return a change that waits; of two who answer it the second is told what the first has done."""
    kept = proposals.proposal(tx, number)
    if kept is None:
        raise RefusedError("没有这项变更，请核对编号。", _NUMBER)
    actor.require_reach([kept.proposal.unit])
    if kept.answer is not None:
        raise RefusedError(f"{plain(kept.answered_by)}{kept.answer.label}这项变更，您的处理没有登记。", _NUMBER)
    return kept


def _require_own(tx: Tx, command: ProposeCommand) -> None:
    if not command.accounts:
        raise RefusedError(f"请勾选要变更的{FIELDS}。", _ACCOUNTS)
    theirs = {account.id for account in unit_links.accounts_of(tx, [command.unit])}
    if not theirs.issuperset(command.accounts):
        raise OutOfReachError


def _asked(command: ProposeCommand, by: str, now: datetime) -> UnitProposal:
    if abs(command.from_on - beijing_date(now)) > _FURTHEST:
        raise RefusedError(f"{FIELDS}应在一年以内，请改正日期。", _FROM)
    is_contact = command.kind is ProposalKind.CONTACT
    if is_contact and command.role not in ROLES:
        raise RefusedError(f"请选择变更的{FIELDS}：联络员或责任领导。", _ROLE)
    return UnitProposal(
        kind=command.kind,
        unit=command.unit,
        accounts=tuple(dict.fromkeys(command.accounts)),
        from_on=command.from_on,
        role=command.role if is_contact else None,
        name=_name(command.name) if is_contact else "",
        phone=_phone(command.phone) if is_contact else "",
        note=plain(command.note, LONGEST_NOTE),
        by=by,
        at=now,
    )


def _name(written: str) -> str:
    name = plain(written, LONGEST_NAME + 1)
    if not 1 < len(name) <= LONGEST_NAME:
        raise RefusedError(f"请填写新联系人的{FIELDS}（2至{LONGEST_NAME}个字）。", _NAME)
    return name


def _phone(written: str) -> str:
    try:
        return phone(written.strip())
    except BadCellError as bad:
        raise RefusedError(f"{bad}，请改正。", _PHONE) from None
