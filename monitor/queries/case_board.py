"""The list of cases: tabs by what they wait for, groups by rule, and what was picked of them to be decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from monitor.core.calendar import beijing_date
from monitor.core.choices import Asked, common_asks, leads_to
from monitor.core.decidable import decidable, refusal
from monitor.core.decision import DecisionTerms, Ruling
from monitor.core.finding import RuleBook
from monitor.queries.cases import CaseLine, lines_of, targets
from monitor.queries.paging import ListSlice, slice_of
from monitor.store import Tx, decisions
from monitor.store.case_lists import CaseFilter, DueFilter, Wait, by_rule, counts, listed
from monitor.store.cases import case

__all__ = ["Board", "CaseFilter", "DueFilter", "Picking", "Wait", "read_board", "read_picking"]

SHOWN = 10
"""Cases of a group that are shown at once."""
LISTED = 50
"""Cases of one rule, or ended ones, on one page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardGroup:
    """The cases under one rule."""

    rule: str
    total: int
    lines: tuple[CaseLine, ...]
    """The first of them."""

    @property
    def clause(self) -> str:
        """The clause of the rule, where a finding says it."""
        return next((line.finding.clause for line in self.lines if line.finding), "")

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.total - len(self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One tab of the list."""

    which: CaseFilter
    counts: Mapping[Wait, int]
    groups: tuple[BoardGroup, ...]
    """By rule, the one with most cases first; ended ones are one group without a rule."""
    rulings: tuple[Ruling, ...]
    """What can be decided about any of those shown."""
    rules: Mapping[str, int]
    """How many there are under each rule, whichever is shown."""
    turn: ListSlice | None = None
    """Of one rule, or of ended ones: which page is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """A case that was picked, and what is to be decided about it."""

    line: CaseLine
    ruling: Ruling
    seen: str
    """How it stands now; see `marks`."""
    why_not: str = ""
    """Why that cannot be decided; empty if it can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picking:
    """What was picked of the list, before it is decided."""

    picked: tuple[Picked, ...]
    today: date
    terms: DecisionTerms
    targets: tuple[str, ...] = ()
    """Accounts to which content may go, for a form to offer."""

    @property
    def possible(self) -> tuple[Picked, ...]:
        """Those that can be decided."""
        return tuple(picked for picked in self.picked if not picked.why_not)

    @property
    def refused(self) -> tuple[Picked, ...]:
        """Those that cannot."""
        return tuple(picked for picked in self.picked if picked.why_not)

    @property
    def counted(self) -> tuple[tuple[Ruling, int], ...]:
        """How many there are of each decision."""
        made = [picked.ruling for picked in self.possible]
        return tuple((ruling, made.count(ruling)) for ruling in Ruling if ruling in made)

    @property
    def asks(self) -> tuple[Asked, ...]:
        """What is asked for once, for all of them."""
        findings = ((picked.ruling, picked.line.finding) for picked in self.possible)
        made = {(ruling, finding.strength) for ruling, finding in findings if finding is not None}
        return common_asks(made, self.today, self.terms)

    @property
    def leads_to(self) -> tuple[tuple[Ruling, str], ...]:
        """What follows from each decision."""
        return tuple((ruling, leads_to(ruling, self.today, self.terms)) for ruling, _ in self.counted)


def read_board(tx: Tx, which: CaseFilter, page: int, now: datetime) -> Board:
    """Return a tab: the first cases of every rule, or one page of one rule or of what has ended."""
    totals, each = counts(tx, which), by_rule(tx, which)
    turn: ListSlice | None = None
    groups: tuple[BoardGroup, ...]
    if which.rule or which.wait is Wait.DONE:
        total = each.get(which.rule, 0) if which.rule else totals[Wait.DONE]
        turn = slice_of(page, total, LISTED)
        found = lines_of(tx, listed(tx, which, limit=LISTED, skip=turn.skip), now, which.terms)
        groups = (BoardGroup(rule=which.rule, total=len(found), lines=found),) if found else ()
    else:
        groups = tuple(
            _group(tx, which, rule, each[rule], now) for rule in sorted(each, key=lambda one: (-each[one], one))
        )
    rulings = {ruling for group in groups for line in group.lines for ruling in _rulings(line)}
    return Board(
        which=which,
        counts=totals,
        groups=groups,
        rulings=tuple(ruling for ruling in Ruling if ruling in rulings),
        rules=each,
        turn=turn,
    )


def _group(tx: Tx, which: CaseFilter, rule: str, total: int, now: datetime) -> BoardGroup:
    of_rule = replace(which, rule=rule)
    return BoardGroup(rule=rule, total=total, lines=lines_of(tx, listed(tx, of_rule, limit=SHOWN), now, which.terms))


def _rulings(line: CaseLine) -> tuple[Ruling, ...]:
    return decidable(line.finding) if line.finding is not None and line.case.closed_at is None else ()


def read_picking(tx: Tx, wanted: Sequence[tuple[int, Ruling]], book: RuleBook, now: datetime) -> Picking:
    """Return what was picked, with how each stands and why some cannot be decided; unknown numbers are left out."""
    found = {number: kept for number, _ in wanted if (kept := case(tx, number)) is not None}
    seen = decisions.marks(tx, tuple(found.values())) if found else {}
    lines = {line.case.id: line for line in lines_of(tx, tuple(found.values()), now)}
    return Picking(
        picked=tuple(
            Picked(
                line=lines[number],
                ruling=ruling,
                seen=seen[number],
                why_not=_why_not(lines[number], ruling, book.titles),
            )
            for number, ruling in dict(wanted).items()
            if number in found
        ),
        today=beijing_date(now),
        terms=book.terms,
        targets=targets(tx, tuple(lines.values())),
    )


def _why_not(line: CaseLine, ruling: Ruling, titles: Mapping[str, str]) -> str:
    if line.case.closed_at is not None:
        return "已办结"
    if line.finding is None:
        return "问题已经消除，或尚未判定"
    return refusal(ruling, line.finding, titles.get(line.case.rule, line.case.rule)) or ""
