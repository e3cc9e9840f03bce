"""What can be decided about a finding as it stands: the choices of a form, what each asks for and what it leads to.

Which decisions there are says `decidable`; this says how they are put to a person.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from monitor.core.account import Labelled
from monitor.core.decidable import decidable, refusal
from monitor.core.decision import ENDING, DecisionTerms, Ruling, exemption_ends, exemption_most, missing_parts
from monitor.core.finding import Finding, Proposal, Strength
from monitor.core.phrases import dated
from monitor.core.rules import upd_01, upd_03


class ChoicePart(Labelled):
    """What a decision is asked for besides; the value is the field of the command."""

    INTO = "into", "归集到"
    ON = "on", "日期"
    UNTIL = "until", "有效期至"
    DOCUMENT = "document", "文号或纪要编号"
    NOTE = "note", "理由"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A part that a choice asks for."""

    part: ChoicePart
    is_required: bool = False
    value: str = ""
    """What it is unless somebody writes otherwise."""
    most: str = ""
    """Of a day: the last that it may be; empty for any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A decision that can be made now."""

    ruling: Ruling
    is_proposed: bool = False
    """True if it is what the finding proposes."""
    asks: tuple[Asked, ...] = ()
    leads_to: str
    """What follows from it: one or two sentences."""


_ORDER = (
    Ruling.CONFIRMED,
    Ruling.REJECTED,
    Ruling.CONSOLIDATED,
    Ruling.DEREGISTERED,
    Ruling.RETAINED,
    Ruling.EXEMPTED,
)
_PARTS: Mapping[Ruling, tuple[ChoicePart, ...]] = {
    Ruling.CONFIRMED: (ChoicePart.NOTE,),
    Ruling.REJECTED: (ChoicePart.NOTE,),
    Ruling.EXEMPTED: (ChoicePart.UNTIL, ChoicePart.DOCUMENT, ChoicePart.NOTE),
    Ruling.RETAINED: (ChoicePart.ON, ChoicePart.DOCUMENT, ChoicePart.NOTE),
    Ruling.CONSOLIDATED: (ChoicePart.INTO, ChoicePart.ON, ChoicePart.DOCUMENT, ChoicePart.NOTE),
    Ruling.DEREGISTERED: (ChoicePart.ON, ChoicePart.DOCUMENT, ChoicePart.NOTE),
    Ruling.REVOKED: (ChoicePart.NOTE,),
}
_COLUMNS = {"说明": ChoicePart.NOTE, "依据文号": ChoicePart.DOCUMENT}
"""The parts as the columns of an import file are called."""
_PROPOSED = {
    Proposal.CONSOLIDATE: Ruling.CONSOLIDATED,
    Proposal.DEREGISTER: Ruling.DEREGISTERED,
    Proposal.CANCEL: Ruling.DEREGISTERED,
}
_COUNTED = frozenset({upd_01.ID, upd_03.ID})
"""The rules that count days: what is wrong there is a post that nobody has entered, and no false alarm."""
_LEADS_TO: Mapping[Ruling, str] = {
    Ruling.CONFIRMED: "情况属实，按存在问题办理并告知单位；问题消除后自动办结。",
    Ruling.REJECTED: "事实不对，不再因此提醒；同样的问题再出现会重新列入。",
    Ruling.RETAINED: "账号保留，这一次不再追究；下一次照常，更新等其他要求照常。",
    Ruling.CONSOLIDATED: "列入清理整合进度，期间继续监测和提醒更新；内容迁往所填账号后办理注销。",
    Ruling.DEREGISTERED: "列入注销进度，期间继续监测和提醒更新，直到核实账号已注销。",
    Ruling.REVOKED: (
        "自今天起恢复判定和提醒，已过的期间不追溯；事项已办结而问题仍在的，另列新事项，可从本事项打开，整改时限接着算。"
    ),
}
CLOSING = "同样的问题再出现会重新列入。"
"""What the end of a case by hand leads to."""


def choices(finding: Finding, today: date, terms: DecisionTerms) -> tuple[Choice, ...]:
    """Return the decisions that can be made about a finding now, in the order in which they are put."""
    return tuple(_choice(ruling, finding, today, terms) for ruling in choosable(finding))


def choosable(finding: Finding) -> tuple[Ruling, ...]:
    """Return them as rulings."""
    possible = frozenset(decidable(finding))
    if finding.rule in _COUNTED:
        possible -= {Ruling.REJECTED}
    return tuple(ruling for ruling in _ORDER if ruling in possible)


def revocation() -> Choice:
    """Return how the end of a decision that stands is put."""
    return Choice(ruling=Ruling.REVOKED, asks=(Asked(part=ChoicePart.NOTE),), leads_to=_LEADS_TO[Ruling.REVOKED])


def barred(finding: Finding, title: str) -> tuple[str, ...]:
    """Return why others cannot be made, each as a sentence: of what an account comes to, and of being spared."""
    asked = (Ruling.RETAINED, Ruling.EXEMPTED)
    why = (refusal(ruling, finding, title) for ruling in asked if ruling not in decidable(finding))
    counted = f"“{title}”按天数认定，不登记误报；更新过的，请补登记发布记录。"
    reasons = [*(f"{reason}。" for reason in why if reason), *([counted] if finding.rule in _COUNTED else [])]
    return tuple(dict.fromkeys(reasons))


def common_parts(rulings: Iterable[Ruling]) -> tuple[ChoicePart, ...]:
    """Return what any of these decisions asks for, in the order of a form."""
    wanted = {part for ruling in rulings for part in _PARTS[ruling]}
    return tuple(part for part in ChoicePart if part in wanted)


def common_asks(decided: Collection[tuple[Ruling, Strength]], today: date, terms: DecisionTerms) -> tuple[Asked, ...]:
    """Return what is asked once for several decisions, each under a rule of some strength; required if one needs it."""
    needed = {
        part
        for ruling, strength in decided
        for part in _required(ruling, in_principle=strength is Strength.IN_PRINCIPLE)
    }
    parts = common_parts({ruling for ruling, _ in decided})
    return tuple(_asked(part, today, terms, is_required=part in needed) for part in parts)


def leads_to(ruling: Ruling, today: date, terms: DecisionTerms) -> str:
    """Return what follows from a decision."""
    another = "由另一名操作员确认后生效。" if terms.needs_another(ruling) else ""
    if ruling is not Ruling.EXEMPTED:
        return f"{_LEADS_TO[ruling]}{another}"
    last = dated(exemption_ends(today, terms), today)
    spared = f"只豁免这一项要求，至{last}（含当日）：期间不因这一项提醒，也不再提请研判"
    rest = "其他各项（包括更新）照常判定和提醒，需要一并豁免的，请在相应事项中另行登记"
    return f"{spared}，账号页面列为“已豁免”；{rest}。到期前提醒办公室。{another}"


def _choice(ruling: Ruling, finding: Finding, today: date, terms: DecisionTerms) -> Choice:
    proposed = {_PROPOSED.get(proposal) for proposal in finding.proposals}
    required = _required(ruling, in_principle=finding.strength is Strength.IN_PRINCIPLE)
    return Choice(
        ruling=ruling,
        is_proposed=ruling in proposed and ruling in ENDING,
        asks=tuple(_asked(part, today, terms, is_required=part in required) for part in _PARTS[ruling]),
        leads_to=leads_to(ruling, today, terms),
    )


def _required(ruling: Ruling, *, in_principle: bool) -> frozenset[ChoicePart]:
    return frozenset(_COLUMNS[column] for column in missing_parts(ruling, "", None, in_principle=in_principle))


def _asked(part: ChoicePart, today: date, terms: DecisionTerms, *, is_required: bool) -> Asked:
    match part:
        case ChoicePart.ON:
            value, most = today.isoformat(), today.isoformat()
        case ChoicePart.UNTIL:
            value, most = exemption_ends(today, terms).isoformat(), exemption_most(today, terms).isoformat()
        case _:
            value = most = ""
    return Asked(part=part, is_required=is_required, value=value, most=most)
