"""Decide about cases: of accounts, of units and of areas, by one set of checks whoever asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from monitor.actions.refused import RefusedError
from monitor.actions.who import Who
from monitor.core.calendar import beijing_date
from monitor.core.case import Case, Closing
from monitor.core.decidable import advice, recommended, refusal
from monitor.core.decision import Decision, Ruling, exemption_ends, in_force, missing_parts
from monitor.core.finding import Finding, State, Strength
from monitor.core.phrases import Names, plain
from monitor.store import Tx, areas, cases, decisions, roster
from monitor.store.audit import Act, record_audit

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
_OPTIONS = {"决定人": "--by", "说明": "--note", "依据文号": "--document"}
_FOUND_OUT = frozenset({Ruling.CONFIRMED, Ruling.REJECTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideCommand:
    """What somebody wants to have decided about a case."""

    ruling: Ruling
    by: str | None = None
    """Who decided, as it was told; None where nobody said: then whoever asks for it."""
    note: str = ""
    document: str | None = None
    until: date | None = None
    """The last day of an exemption; None for a year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What was decided, about whom."""

    named: str
    """Whom and what the case is about, as people call them."""
    until: date | None = None
    """The last day of an exemption."""
    before: Decision | None = None
    """What a 撤销 has ended."""


def decide(tx: Tx, number: int, wish: DecideCommand, titles: Mapping[str, str], *, who: Who, at: datetime) -> Decided:
    """Record what was decided about a case, and have whom it is about judged anew; raises RefusedError.

    A case that has ended can be decided on where a decision stands that spared it: for longer, or otherwise.
    """
    found = _case(tx, number)
    if wish.ruling is Ruling.REVOKED:
        return _revoke(tx, found, wish, titles, who, at)
    finding = cases.finding_on(tx, found)
    if found.closed_at is not None and (finding is None or finding.state is not State.EXEMPTED):
        raise RefusedError(f"事项{number}已办结，不能再核实。")
    if finding is None:
        raise RefusedError(f"事项{number}的问题已经消除，或尚未判定，没有可以决定的内容。")
    _refuse(number, finding, wish, titles.get(found.rule, found.rule))
    until = wish.until
    if wish.ruling is Ruling.EXEMPTED:
        until = until or exemption_ends(beijing_date(at))
    if until is not None and until < beijing_date(at):
        raise RefusedError("有效期不能早于今天。")
    _record(tx, found, replace(wish, until=until), who, at, episode=finding.episode, before=finding.label)
    return Decided(named=named(tx, found, titles), until=until)


def _case(tx: Tx, number: int) -> Case:
    found = cases.case(tx, number)
    if found is None:
        raise RefusedError(f"没有编号为{number}的事项，请核对编号。")
    return found


def _refuse(number: int, finding: Finding, wish: DecideCommand, title: str) -> None:
    """Refuse what the rule does not admit, or not now, and a decision that lacks a part."""
    why = refusal(wish.ruling, finding, title)
    if why is not None and wish.ruling in _FOUND_OUT:
        raise RefusedError(f"事项{number}没有待核实的疑似情况，请核对编号。")
    if why is not None:
        raise RefusedError(f"{why}{_instead(wish.ruling, finding)}。")
    in_principle = finding.strength is Strength.IN_PRINCIPLE
    missing = missing_parts(wish.ruling, wish.note, wish.document, in_principle=in_principle)
    if wish.ruling is Ruling.EXEMPTED and not (wish.by or "").strip():
        missing = ("决定人", *missing)
    if missing:
        wanted = "、".join(f"{part}（{_OPTIONS[part]}）" for part in missing)
        raise RefusedError(f"豁免须写明谁决定、理由和依据，请补上{wanted}。")


def _instead(ruling: Ruling, finding: Finding) -> str:
    """Return what to do instead of what is refused; nothing where the refusal says so itself."""
    never_has_another_way = finding.strength is Strength.MANDATORY and ruling in {Ruling.EXEMPTED, Ruling.RETAINED}
    if never_has_another_way or ruling in {Ruling.CONSOLIDATED, Ruling.DEREGISTERED}:
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
    is_certain = finding.state in {State.WARNING, State.VIOLATED}
    return f"{advice(finding)}{'，或' if is_certain else '后'}登记{named}"


def _revoke(tx: Tx, found: Case, wish: DecideCommand, titles: Mapping[str, str], who: Who, at: datetime) -> Decided:
    made = decisions.decisions_about(tx, found, until=at)
    standing = [one for one in in_force(made) if one.rule == found.rule]
    if not standing:
        raise RefusedError(f"{named(tx, found, titles)}没有可撤销的决定。")
    _record(tx, found, wish, who, at, episode=found.episode, before=standing[-1].ruling.label)
    return Decided(named=named(tx, found, titles), before=standing[-1])


def _record(tx: Tx, found: Case, wish: DecideCommand, who: Who, at: datetime, *, episode: str, before: str) -> None:
    by = wish.by or who.name
    decisions.decide(
        tx,
        found,
        episode,
        wish.ruling,
        by=by,
        at=at,
        note=wish.note,
        valid_until=wish.until,
        document=wish.document,
    )
    after = f"{wish.ruling.label}至{wish.until}" if wish.until else wish.ruling.label
    _note(tx, f"case {VERBS[wish.ruling]}", found, by, wish.note, who, at, before=before, after=after)


def _note(  # noqa: PLR0913 - an act has that many parts
    tx: Tx, action: str, found: Case, by: str, note: str, who: Who, at: datetime, *, before: str, after: str
) -> None:
    act = Act(
        at=at,
        actor=by,
        action=action,
        object=str(found.id),
        detail=note,
        login=who.login,
        address=who.address,
        before=before,
        after=after,
    )
    record_audit(tx, act)


def close(tx: Tx, number: int, *, by: str | None, note: str, who: Who, at: datetime) -> None:
    """End a case whose trouble is over; raises RefusedError where it is not."""
    found = _case(tx, number)
    if found.closed_at is not None:
        raise RefusedError(f"事项{number}已办结。")
    finding = cases.finding_on(tx, found)
    if finding is not None and finding.state not in {State.OK, State.NOT_APPLICABLE}:
        unsolved = f"事项{number}的问题尚未消除（{finding.label}），不能办结"
        raise RefusedError(f"{unsolved}；{what_to_do(finding)}。")
    cases.end(tx, [number], Closing.DECIDED, at=at)
    _note(tx, "case close", found, by or who.name, note, who, at, before="办理中", after=Closing.DECIDED.label)


def named(tx: Tx, one: Case, titles: Mapping[str, str]) -> str:
    """Return whom and what a case is about, as people call them."""
    return f"{whom(tx, one)}的“{titles.get(one.rule, one.rule)}”（{one.rule}）"


def whom(tx: Tx, one: Case) -> str:
    """Return whom a case is about: an account with its unit, a unit, or an area."""
    names = Names(with_area=len(areas.moments(tx)) > 1)
    account = roster.account(tx, one.account) if one.account else None
    if account is not None:
        return f"“{plain(account.name)}”（{account.platform.label}，{plain(names.of(account))}）"
    if one.unit is None:
        return one.account or plain(one.area or "")
    return plain(names.unit(one.area or "", one.unit))
