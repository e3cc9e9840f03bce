"""The joint review: every open case about which the departments decide together, with the facts that they need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.core.choices import choosable
from monitor.core.decision import Ruling
from monitor.core.index import IndexWeek
from monitor.core.subject import SubjectKind
from monitor.queries.cases import CaseLine, lines_of
from monitor.store import Tx, registers
from monitor.store.case_lists import CaseFilter, Wait, by_rule, listed
from monitor.store.decisions import last_reviewed

MOST = 200
"""Rows on the page and on its sheet: more are decided after these."""
_WEEKS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRow:
    """One case that waits for the review."""

    line: CaseLine
    rulings: tuple[Ruling, ...]
    """What can be decided about it."""
    index: tuple[str, ...]
    """The index of the last weeks, oldest first; a dash for a week without a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPage:
    """Everything that waits for the review."""

    rows: tuple[ReviewRow, ...]
    """Of accounts and units."""
    beyond: tuple[CaseLine, ...]
    """What is about an area as a whole: nobody decides it in a row."""
    counts: Mapping[str, int]
    """How many there are under each rule."""
    last: datetime | None
    """When anything was last decided that a review decides."""

    @property
    def total(self) -> int:
        """How many there are of all rules."""
        return sum(self.counts.values())


def read_review(tx: Tx, *, rule: str, platform: str, unit: str, now: datetime) -> ReviewPage:
    """Return what waits for the review; a rule, a platform or a unit leaves the others out."""
    which = CaseFilter(wait=Wait.REVIEW, rule=rule, unit=unit)
    lines = lines_of(tx, listed(tx, which, limit=MOST))
    if platform:
        lines = tuple(line for line in lines if line.account and line.account.platform.value == platform)
    areas = {line.account.area for line in lines if line.account}
    weeks = {area: registers.register(tx, area, now=now).weeks[-_WEEKS:] for area in areas}
    return ReviewPage(
        rows=tuple(
            ReviewRow(line=line, rulings=choosable(line.finding) if line.finding else (), index=_index(line, weeks))
            for line in lines
            if line.case.subject.kind is not SubjectKind.AREA
        ),
        beyond=tuple(line for line in lines if line.case.subject.kind is SubjectKind.AREA),
        counts=by_rule(tx, CaseFilter(wait=Wait.REVIEW, unit=unit)),
        last=last_reviewed(tx),
    )


def _index(line: CaseLine, weeks: Mapping[str, tuple[IndexWeek, ...]]) -> tuple[str, ...]:
    account = line.account
    if account is None:
        return ()
    values = [week.values.get(account.id) for week in weeks[account.area]]
    return tuple("—" if value is None else str(value) for value in values)
