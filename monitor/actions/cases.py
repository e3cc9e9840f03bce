"""Decide about cases: of accounts, of units and of areas, by the same checks for every actor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from monitor.actions.actor import Actor, Right, write_audit
from monitor.actions.merging import Target, missing_target, target_of
from monitor.actions.refused import FIELDS, Field, IncompleteError, RefusedError, StaleError
from monitor.core.calendar import beijing, beijing_date, start_of_day
from monitor.core.case import Case, Closing
from monitor.core.choices import ChoicePart
from monitor.core.decidable import advice, recommended, refusal
from monitor.core.decision import (
    ENDING,
    FOUND_OUT,
    USUAL_TERMS,
    Decision,
    DecisionRequest,
    DecisionTerms,
    Ruling,
    exemption_ends,
    exemption_most,
    in_force,
    missing_parts,
)
from monitor.core.finding import Finding, State, Strength
from monitor.core.phrases import Names, dated, plain
from monitor.store import Tx, areas, cases, decision_requests, decisions, roster

VERBS: Mapping[Ruling, str] = {
    Ruling.CONFIRMED: "confirm",
    Ruling.REJECTED: "reject",
    Ruling.EXEMPTED: "exempt",
    Ruling.RETAINED: "retain",
    Ruling.CONSOLIDATED: "consolidate",
    Ruling.DEREGISTERED: "deregister",
    Ruling.REVOKED: "revoke",
}
"""How the audit log calls each of them, as the commands do."""
_FIELDS = {
    "决定人": Field("by", "决定人"),
    "说明": Field("note", ChoicePart.NOTE.label),
    "依据文号": Field("document", ChoicePart.DOCUMENT.label),
}
"""By the columns of an import file, as the forms call them."""
_WANTED = {Ruling.EXEMPTED: "谁决定、理由和依据", Ruling.RETAINED: "理由"}
"""What decisions that spare somebody lack, as a refusal says it."""
LONGEST = 500
"""Characters of a part of a decision, as its field on the page takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionFields:
    """The parts of a decision that are the same whatever case it is about."""

    titles: Mapping[str, str]
    """The rules' names for people, by id."""
    by: str | None = None
    """The name of the person who decided; None where it was not given: then the actor's."""
    note: str = ""
    document: str | None = None
    until: date | None = None
    """The last day of an exemption; None for a year."""
    on: date | None = None
    """The day on which it was decided, of a meeting before today; None for today."""
    into: str = ""
    """Of 清理整合, the account that its content goes to, as the office names it."""
    terms: DecisionTerms = USUAL_TERMS
    """What the settings say of decisions."""
    present: str = ""
    """Who took part in the decision; kept before the note, and no reason by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideCommand(DecisionFields):
    """The command to decide about a case."""

    case: int
    ruling: Ruling
    seen: str | None = None
    """How the case stood when the actor saw it (see `marks`); None where nobody looked at it before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseCommand:
    """A case that somebody wants to end, its trouble being over."""

    case: int
    by: str | None = None
    """The person who found that it is over; None for the actor."""
    note: str = ""
    seen: str | None = None
    """As of a decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision that was taken, and its subject."""

    named: str
    """The account or unit and the trouble of the case, in words."""
    until: date | None = None
    """The last day of an exemption."""
    before: Decision | None = None
    """The decision that a 撤销 has ended."""
    waits: bool = False
    """True if it takes effect only when another operator confirms it."""
    hint: str = ""
    """Of 清理整合, what is to be put right about where the content goes; empty for nothing."""


def decide(tx: Tx, command: DecideCommand, *, actor: Actor, now: datetime) -> Decided:
    """Record what was decided about a case, and have whom it is about judged anew; raises RefusedError.

    A case that has ended can be decided on where a decision stands that spared it: for longer, or otherwise.
    """
    return _decide(tx, command, actor, now)


def confirmed(tx: Tx, command: DecideCommand, *, asked_by: str, actor: Actor, now: datetime) -> Decided:
    """Decide what another operator has asked for; raises as above."""
    return _decide(tx, command, actor, now, asked_by)


def _decide(tx: Tx, command: DecideCommand, actor: Actor, now: datetime, asked_by: str = "") -> Decided:
    actor.require(Right.VERIFY if command.ruling in FOUND_OUT else Right.DECIDE)
    found = _case(tx, command.case)
    actor.require_area([found.area])
    _require_as_seen(tx, found, command.seen, now)
    _require_none_waits(tx, found, now)
    if found.account is not None and roster.account(tx, found.account) is None:
        raise RefusedError(f"事项{command.case}的账号已移出台账，不能再登记或撤销决定；此前的决定保留备查。")
    if command.ruling is Ruling.REVOKED:
        return _revoke(tx, found, command, actor, now)
    finding = cases.finding_on(tx, found, now)
    if found.closed_at is not None and (finding is None or finding.state is not State.EXEMPTED):
        raise RefusedError(f"事项{command.case}已办结，不能再核实。")
    if finding is None:
        raise RefusedError(f"事项{command.case}的问题已经消除，或尚未判定，没有可以决定的内容。")
    _require_short(command)
    _refuse(finding, command)
    until = _until(command, beijing_date(now)) if command.ruling is Ruling.EXEMPTED else None
    if command.terms.needs_another(command.ruling):
        _ask(tx, found, replace(command, until=until), actor, now)
        return Decided(named=_about(tx, found, command.titles), until=until, waits=True)
    wanted = replace(command, until=until)
    _record(tx, found, wanted, actor, now, episode=finding.episode, before=finding.label, asked_by=asked_by)
    return Decided(named=_about(tx, found, command.titles), until=until, hint=_hint(tx, found, command))


def _hint(tx: Tx, found: Case, command: DecideCommand) -> str:
    moved = roster.account(tx, found.account) if found.account else None
    if command.ruling is not Ruling.CONSOLIDATED or moved is None:
        return ""
    return missing_target(tx, moved, command.into)


def _require_none_waits(tx: Tx, found: Case, now: datetime) -> None:
    """Raise StaleError where a decision about a case waits for a second person."""
    for asked in decision_requests.waiting(tx, found.id):
        when, whom = _moment(asked.at, now), plain(asked.asked_by)
        raise StaleError(f"{whom}已在{when}提出“{asked.ruling.label}”，待另一名操作员确认，您的决定没有登记。")


def _ask(tx: Tx, found: Case, command: DecideCommand, actor: Actor, now: datetime) -> None:
    """Keep a decision until another operator confirms it; nothing is judged by it before.

    A program is no operator: whoever holds its token might be the one who confirms.
    """
    require_person(actor)
    _made_at(tx, found, command.on, now)
    request = DecisionRequest(
        case=found.id,
        ruling=command.ruling,
        by=command.by or actor.name,
        note=_note(command),
        document=command.document,
        until=command.until,
        on=command.on,
        seen=decisions.marks(tx, [found])[found.id],
        asked_by=actor.name,
        at=now,
    )
    decision_requests.ask(tx, request)
    label = command.ruling.label
    write_audit(tx, actor, now, "decision ask", str(found.id), request.note, after=f"{label}，待另一名操作员确认")


def require_person(actor: Actor) -> None:
    """Raise RefusedError unless it is known which person acts: of two who have to agree each is to be another."""
    if actor.is_program:
        raise RefusedError(
            "已设置注销和豁免由两名操作员登记（review.two_persons），这个令牌不属于任何操作员；"
            "请由操作员在事项页面，或用其本人的令牌登记。"
        )


def _note(command: DecideCommand) -> str:
    return "。".join(part for part in (command.present, command.note) if part)


def close(tx: Tx, command: CloseCommand, *, actor: Actor, now: datetime) -> Case:
    """End a case whose trouble is over and return it as it was; raises RefusedError where it is not."""
    actor.require(Right.CLOSE)
    found = _case(tx, command.case)
    actor.require_area([found.area])
    _require_as_seen(tx, found, command.seen, now)
    if found.closed_at is not None:
        raise RefusedError(f"事项{command.case}已办结。")
    finding = cases.finding_on(tx, found, now)
    if finding is not None and not finding.state.is_settled:
        unsolved = f"事项{command.case}的问题尚未消除（{finding.label}），不能办结"
        raise RefusedError(f"{unsolved}；{what_to_do(finding)}。")
    cases.end(tx, [command.case], Closing.DECIDED, at=now)
    write_audit(
        tx,
        actor,
        now,
        "case close",
        str(found.id),
        command.note,
        by=command.by,
        before="办理中",
        after=Closing.DECIDED.label,
    )
    return found


def _case(tx: Tx, number: int) -> Case:
    cases.lock(tx, [number])
    found = cases.case(tx, number)
    if found is None:
        raise RefusedError(f"没有编号为{number}的事项，请核对编号。")
    return found


def _require_as_seen(tx: Tx, found: Case, seen: str | None, now: datetime) -> None:
    """Raise StaleError where a case is no longer as the actor saw it."""
    if seen is None or decisions.marks(tx, [found])[found.id] == seen:
        return
    mine = [made for made in decisions.decisions_about(tx, found, until=now) if made.rule == found.rule]
    if found.closed_at is not None and not seen.endswith("-ended"):
        raise StaleError(f"这个事项已在{_moment(found.closed_at, now)}办结，您的决定没有登记。")
    if not mine:
        raise StaleError("这个事项的情况已有变化，您的决定没有登记。")
    last = mine[-1]
    raise StaleError(f"{plain(last.by)}已在{_moment(last.at, now)}登记“{last.ruling.label}”，您的决定没有登记。")


def _moment(at: datetime, now: datetime) -> str:
    """Return when something was done: 09:41, or 11月29日09:41 where that was not today."""
    day = "" if beijing_date(at) == beijing_date(now) else dated(beijing_date(at), beijing_date(now))
    return f"{day}{beijing(at):%H:%M}"


def _until(command: DecideCommand, today: date) -> date:
    """Return the last day of an exemption; raises IncompleteError for one that is over, or lasts too long."""
    until, field = command.until or exemption_ends(today, command.terms), Field("until", "有效期")
    if until < today:
        raise IncompleteError("有效期不能早于今天。", field)
    most = exemption_most(today, command.terms)
    if until > most:
        months = command.terms.exempt_months
        raise IncompleteError(f"豁免最长{months}个月，有效期最晚填{most}；到期仍需豁免的，请届时重新登记。", field)
    return until


def _made_at(tx: Tx, found: Case, on: date | None, now: datetime) -> datetime:
    """Return when a decision was made: now, or on a day before, after everything else that was decided by then."""
    if on is None or on == beijing_date(now):
        return now
    field = Field("on", "日期")
    if on > beijing_date(now):
        raise IncompleteError("决定日期不能晚于今天。", field)
    made = [entry.at for entry in decisions.decisions_about(tx, found, until=now) if entry.rule == found.rule]
    if on < max((beijing_date(at) for at in made), default=date.min):
        raise RefusedError("决定日期不能早于这个事项已登记的上一个决定。", field)
    return max([start_of_day(on), *(at + timedelta(seconds=1) for at in made)])


def _require_short(command: DecideCommand) -> None:
    """Raise IncompleteError for a part that is longer than anybody reads."""
    into = Field("into", ChoicePart.INTO.label)
    texts = {_FIELDS["说明"]: command.note, _FIELDS["依据文号"]: command.document or "", into: command.into}
    for field, text in texts.items():
        if len(text) > LONGEST:
            raise IncompleteError(f"{field.label}不能超过{LONGEST}个字，请缩短后重新提交。", field)


def _refuse(finding: Finding, command: DecideCommand) -> None:
    """Refuse what the rule does not admit, or not now, and a decision that lacks a part."""
    why = refusal(command.ruling, finding, command.titles.get(finding.rule, finding.rule))
    if why is not None and command.ruling in FOUND_OUT:
        raise RefusedError(f"事项{command.case}没有待核实的疑似情况，请核对编号。")
    if why is not None:
        raise RefusedError(f"{why}{_instead(command.ruling, finding)}。")
    in_principle = finding.strength is Strength.IN_PRINCIPLE
    missing = missing_parts(command.ruling, command.note, command.document, in_principle=in_principle)
    if command.ruling is Ruling.EXEMPTED and not (command.by or "").strip():
        missing = ("决定人", *missing)
    if missing:
        wanted = _WANTED.get(command.ruling, "文号或纪要编号")
        raise IncompleteError(
            f"{command.ruling.label}须写明{wanted}，请补上{FIELDS}。",
            *(_FIELDS[label] for label in missing),
        )


def _instead(ruling: Ruling, finding: Finding) -> str:
    """Return what to do instead of what is refused; nothing where the refusal says so itself."""
    if not finding.strength.admits(ruling) or ruling in ENDING:
        return ""
    if ruling is Ruling.RETAINED and Ruling.EXEMPTED in recommended(finding):
        return "；请督促落实，确需免除的请登记豁免"
    return f"；{what_to_do(finding)}"


def what_to_do(finding: Finding) -> str:
    """Return what can be done about a finding, with the decisions that can be made about it, as a clause."""
    labels = [ruling.label for ruling in recommended(finding)]
    if not labels:
        return advice(finding)
    named = f"{'、'.join(labels[:-1])}或{labels[-1]}" if len(labels) > 1 else labels[0]
    is_certain = finding.state.is_held_against
    return f"{advice(finding)}{'，或' if is_certain else '后'}登记{named}"


def _revoke(tx: Tx, found: Case, command: DecideCommand, actor: Actor, now: datetime) -> Decided:
    made = decisions.decisions_about(tx, found, until=now)
    standing = [decision for decision in in_force(made) if decision.rule == found.rule]
    if not standing:
        raise RefusedError(f"{named(tx, found, command.titles)}没有可撤销的决定。")
    _record(tx, found, command, actor, now, episode=found.episode, before=standing[-1].ruling.label)
    return Decided(named=_about(tx, found, command.titles), before=standing[-1])


def _record(
    tx: Tx,
    found: Case,
    command: DecideCommand,
    actor: Actor,
    now: datetime,
    *,
    episode: str,
    before: str,
    asked_by: str = "",
) -> None:
    ruling, by = command.ruling, command.by or actor.name
    until = command.until if ruling is Ruling.EXEMPTED else None
    note = _note(command)
    target = _target(tx, found, command, actor)
    decisions.decide(
        tx,
        found,
        episode,
        ruling,
        by=by,
        at=_made_at(tx, found, command.on, now),
        note=note,
        valid_until=until,
        document=command.document,
        known_at=now,
        into=target.text if target else None,
        into_account=target.account if target else None,
    )
    after = f"{ruling.label}{f'至{until}' if until else ''}{f'，归集到{target.text}' if target else ''}"
    said_by = None if asked_by else by  # who confirms has done this, whoever decided
    detail = f"{plain(asked_by)}提出，{plain(actor.name)}确认。{note}" if asked_by else note
    write_audit(tx, actor, now, f"case {VERBS[ruling]}", str(found.id), detail, by=said_by, before=before, after=after)


def _target(tx: Tx, found: Case, command: DecideCommand, actor: Actor) -> Target | None:
    """Return where the content of an account goes that is to be merged into another."""
    moved = roster.account(tx, found.account) if found.account else None
    if command.ruling is not Ruling.CONSOLIDATED or moved is None:
        return None
    return target_of(tx, moved, command.into, seen=actor.area)


def named(tx: Tx, case: Case, titles: Mapping[str, str]) -> str:
    """Return whom and what a case is about, as people call them, with the rule that a command names it by."""
    return f"{_about(tx, case, titles)}（{case.rule}）"


def _about(tx: Tx, case: Case, titles: Mapping[str, str]) -> str:
    return f"{whom(tx, case)}的“{titles.get(case.rule, case.rule)}”"


def whom(tx: Tx, case: Case) -> str:
    """Return whom a case is about: an account with its unit, a unit, or an area."""
    names = Names(with_area=len(areas.moments(tx)) > 1)
    account = roster.account(tx, case.account) if case.account else None
    if account is not None:
        return f"“{plain(account.name)}”（{account.platform.label}，{plain(names.of(account))}）"
    if case.unit is None:
        return case.account or plain(case.area or "")
    return plain(names.unit(case.area or "", case.unit))
