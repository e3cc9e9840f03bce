"""A person's decision about the trouble of an account, a unit or an area.

It is recorded with name and moment, and never taken back, only followed.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from monitor.core.account import Labelled
from monitor.core.calendar import ONE_DAY, beijing_date
from monitor.core.subject import Subject, SubjectKind


class Ruling(Labelled):
    """A person's own finding, or the office's decision: 处置决定."""

    CONFIRMED = "confirmed", "确认"
    REJECTED = "rejected", "误报"
    EXEMPTED = "exempted", "豁免"
    RETAINED = "retained", "保留"
    CONSOLIDATED = "consolidated", "清理整合"
    DEREGISTERED = "deregistered", "注销"
    REVOKED = "revoked", "撤销"
    """Ends, from its own date on, whatever was decided before under the same rule about the same subject."""


ENDING = frozenset({Ruling.CONSOLIDATED, Ruling.DEREGISTERED})
"""What an account comes to: nobody deregisters a unit or an area."""
SPARING = frozenset({Ruling.EXEMPTED, Ruling.RETAINED})
"""What nothing is held against anybody after, though the trouble goes on."""
FOUND_OUT = frozenset({Ruling.CONFIRMED, Ruling.REJECTED})
"""What was found out about a suspicion: it stands beside what was decided about the trouble."""
_YEAR = 12
"""Months of a year."""
WEIGHTY = frozenset({Ruling.DEREGISTERED, Ruling.EXEMPTED})
"""What an office may want to be decided by two persons."""
WHOM = {SubjectKind.ACCOUNT: "账号", SubjectKind.UNIT: "主办单位", SubjectKind.AREA: "地区"}
"""What people call what a rule is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTerms:
    """What the office's settings say of decisions."""

    exempt_months: int = 24
    """The longest that an exemption may last, from the day of the decision on."""
    two_persons: bool = False
    """True if what weighs most takes effect only when another operator confirms it."""

    def needs_another(self, ruling: Ruling) -> bool:
        """True if a decision waits for a second person."""
        return self.two_persons and ruling in WEIGHTY


USUAL_TERMS = DecisionTerms()
"""Where the settings say nothing else."""


def missing_parts(ruling: Ruling, note: str, document: str | None, *, in_principle: bool) -> tuple[str, ...]:
    """Return which parts of a decision are wanting, as the import file's columns call them.

    What spares anybody says why. What ends an account is decided by a document or by minutes; so is an exemption from
    a rule that holds 原则上.
    """
    wanted = {"说明": note} if ruling in SPARING else {}
    if ruling in ENDING or (ruling is Ruling.EXEMPTED and in_principle):
        wanted["依据文号"] = document or ""
    return tuple(column for column, given in wanted.items() if not given.strip())


def exemption_ends(decided_on: date, terms: DecisionTerms | None = None) -> date:
    """Return the last day of an exemption that names none: a year, our own assumption, if it may last so long."""
    return _after(decided_on, min(_YEAR, terms.exempt_months) if terms else _YEAR)


def exemption_most(decided_on: date, terms: DecisionTerms) -> date:
    """Return the last day on which an exemption that is decided on a day may end."""
    return _after(decided_on, terms.exempt_months)


def _after(day: date, months: int) -> date:
    """Return the same day some months later, or the last of that month where it has none of that number."""
    year, month = divmod(day.year * _YEAR + day.month - 1 + months, _YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One ruling on the trouble of an account, a unit or an area under a rule."""

    subject: Subject
    rule: str
    episode: str
    """The episode it was made on; empty for one that came from a file and names none."""
    ruling: Ruling
    by: str
    at: datetime
    note: str = ""
    valid_until: date | None = None
    """The last day on which an exemption holds."""
    document: str | None = None
    """依据文号: the document that carries the decision."""
    into: str | None = None
    """归集到: where the content of an account goes that is merged into another, as people call it."""
    into_account: str | None = None
    """The id of that account, where it was on the roster."""
    basis_changed_at: datetime | None = field(default=None, compare=False)
    """Since when it is known that the finding it was made on was another (依据变化); it stands all the same."""
    basis_changed: str | None = field(default=None, compare=False)
    """In which way, in Chinese."""


def parties(decision: Decision) -> str:
    """Return who decided by which document, and where content goes: 县府办，示例〔2026〕1号，归集到示例发布（微博）."""
    into = f"归集到{decision.into}" if decision.into else ""
    return "，".join(part for part in (decision.by, decision.document or "", into) if part)


def in_force(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """Return what still counts of decisions (oldest first): without what was revoked later, and without 撤销 itself.

    An exemption that was revoked held until the day before.
    """
    standing: list[Decision] = []
    for decision in decisions:
        if decision.ruling is not Ruling.REVOKED:
            standing.append(decision)
            continue
        last = beijing_date(decision.at) - ONE_DAY
        standing = [kept for each in standing for kept in _until(each, decision, last)]
    return tuple(standing)


def of_this_life(decisions: Iterable[Decision], opened_again: datetime | None) -> tuple[Decision, ...]:
    """Return decisions without those to end an account that had been carried out when it was opened again.

    Of one from a file the day is known, and no hour of it.
    """
    if opened_again is None:
        return tuple(decisions)
    first = beijing_date(opened_again)
    return tuple(
        decision
        for decision in decisions
        if decision.ruling not in ENDING
        or decision.at >= opened_again
        or (not decision.episode and beijing_date(decision.at) >= first)
    )


def exemptions(decisions: Iterable[Decision]) -> Iterator[Decision]:
    """Yield of decisions (oldest first) the exemptions that hold until they end: nothing was decided instead since."""
    latest: dict[tuple[Subject, str], Decision] = {}
    for decision in in_force(decisions):
        if decision.ruling not in FOUND_OUT:
            latest[decision.subject, decision.rule] = decision
    yield from (decision for decision in latest.values() if decision.ruling is Ruling.EXEMPTED)


def is_about_same(decision: Decision, other: Decision) -> bool:
    """True if two decisions are about the same subject under the same rule."""
    return decision.rule == other.rule and decision.subject == other.subject


def _until(decision: Decision, revoked: Decision, last: date) -> tuple[Decision, ...]:
    """Return a decision as 撤销 leaves it: whole, cut short, or not at all."""
    if not is_about_same(decision, revoked):
        return (decision,)
    if decision.ruling is not Ruling.EXEMPTED or last < beijing_date(decision.at):
        return ()
    until = last if decision.valid_until is None else min(last, decision.valid_until)
    return (replace(decision, valid_until=until),)


class RequestAnswer(Labelled):
    """What became of a decision that waited for a second person."""

    CONFIRMED = "confirmed", "已确认"
    REFUSED = "refused", "已退回"
    WITHDRAWN = "withdrawn", "已撤回"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRequest:
    """A decision that one operator has made and another is to confirm: nothing holds before."""

    case: int
    ruling: Ruling
    by: str
    note: str
    document: str | None
    until: date | None
    on: date | None
    seen: str
    """How the case stood: confirmed is what was asked for, or nothing."""
    asked_by: str
    """The operator who asks: somebody else confirms."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRequest(DecisionRequest):
    """The same as it is stored."""

    id: int
