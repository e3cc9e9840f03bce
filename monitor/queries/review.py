"""The joint review: every open case about which the departments decide together, with the facts that they need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from monitor.core.calendar import beijing_date
from monitor.core.choices import choosable
from monitor.core.decision import ENDING, SPARING, Decision, Ruling
from monitor.core.phrases import Names
from monitor.core.subject import Subject, SubjectKind
from monitor.core.todo import REVIEWED
from monitor.documents.review import ReviewEntry, entry_of
from monitor.queries.cases import CaseLine, lines_of
from monitor.store import Tx
from monitor.store.case_lists import CaseFilter, Wait, behind, by_rule, listed, of_numbers
from monitor.store.decisions import cases_about, last_reviewed, standing_decisions
from monitor.store.keyset import Place
from monitor.store.papers import index_of

MOST, MOST_ON_SHEET = 100, 1000
"""Rows on the page, more of which are decided after these; and on its sheet."""
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
class ConcludedRow:
    """One case about which a review has decided."""

    line: CaseLine
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPage:
    """Everything that waits for the review."""

    rows: tuple[ReviewRow, ...]
    """Of accounts and units."""
    beyond: tuple[CaseLine, ...]
    """What is about an area as a whole: nobody decides it in a row."""
    counts: Mapping[str, int]
    """How many there are under each rule, whichever is shown."""
    rule: str
    """The rule of which all are; empty for any."""
    last: datetime | None
    """When anything was last decided that a review decides."""

    @property
    def total(self) -> int:
        """How many there are, shown or not."""
        return self.counts.get(self.rule, 0) if self.rule else sum(self.counts.values())

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.total - len(self.rows) - len(self.beyond)


def read_review(tx: Tx, which: CaseFilter, now: datetime, *, most: int = MOST) -> ReviewPage:
    """Return what waits for the review, as far as a filter means it."""
    which = replace(which, wait=Wait.REVIEW)
    lines = sorted(lines_of(tx, listed(tx, which, limit=most), now, which.terms), key=_due_first)
    return ReviewPage(
        rows=_rows(tx, [line for line in lines if line.case.subject.kind is not SubjectKind.AREA], now),
        beyond=tuple(line for line in lines if line.case.subject.kind is SubjectKind.AREA),
        counts=by_rule(tx, which),
        rule=which.rule,
        last=last_reviewed(tx),
    )


def read_rows(tx: Tx, which: CaseFilter, now: datetime, *, limit: int, place: Place | None) -> tuple[ReviewRow, ...]:
    """Return what waits for the review, latest opened first: what comes behind a place."""
    found = behind(tx, which, Wait.REVIEW, is_all=False, limit=limit, place=place)
    return _rows(tx, lines_of(tx, found, now, which.terms), now)


def _due_first(line: CaseLine) -> date:
    """Return what puts cases of any rules in the order of their last days: they wait differently long."""
    return line.due or date.max


def _rows(tx: Tx, lines: Sequence[CaseLine], now: datetime) -> tuple[ReviewRow, ...]:
    index = _index(tx, lines, now)
    return tuple(
        ReviewRow(
            line=line,
            rulings=choosable(line.finding) if line.finding else (),
            index=index.get(line.account.id, ()) if line.account else (),
        )
        for line in lines
    )


_CONCLUDES = ENDING | SPARING
"""What a review comes to."""


def concluded_on(tx: Tx, which: CaseFilter, day: date, now: datetime) -> tuple[ConcludedRow, ...]:
    """Return what a review has decided on a day and stands, as far as a filter means it, in the order of its making."""
    made = [
        one
        for one in standing_decisions(tx, beijing_date(now))
        if beijing_date(one.at) == day and one.rule in REVIEWED and one.ruling in _CONCLUDES
    ]
    numbers = cases_about(tx, {one.subject.key for one in made})
    by_case = {number: one for one in made if (number := numbers.get((one.subject.key, one.rule)))}
    lines = lines_of(tx, of_numbers(tx, by_case.keys()), now)
    rows = [ConcludedRow(line=line, decision=by_case[line.case.id]) for line in lines]
    return tuple(sorted(filter(partial(_is_meant, which), rows), key=lambda row: row.decision.at))


def _is_meant(which: CaseFilter, row: ConcludedRow) -> bool:
    case, account = row.line.case, row.line.account
    given = (
        (which.rule, case.rule),
        (which.area, case.area),
        (which.unit, account.unit if account else case.unit),
        (which.platform, account.platform.value if account else ""),
    )
    return all(wanted in {"", there} for wanted, there in given)


def entries_of(
    page: ReviewPage, names: Names, title: Callable[[str], str], concluded: Sequence[ConcludedRow] = ()
) -> tuple[ReviewEntry, ...]:
    """Return the rows of the sheet: one for each account or unit, whatever number of rules it is put for.

    Those that a review has decided about come first.
    """
    decided: dict[Subject, list[ConcludedRow]] = defaultdict(list)
    waiting: dict[Subject, list[ReviewRow]] = defaultdict(list)
    for one in concluded:
        decided[one.line.case.subject].append(one)
    settled = {one.line.case.id for one in concluded}  # one that is judged anew only later still waits
    for row in page.rows:
        if row.line.case.id not in settled:
            waiting[row.line.case.subject].append(row)
    return tuple(
        _entry(subject, waiting[subject], decided[subject], names, title)
        for subject in dict.fromkeys((*decided, *waiting))
    )


def _entry(
    subject: Subject,
    rows: Sequence[ReviewRow],
    concluded: Sequence[ConcludedRow],
    names: Names,
    title: Callable[[str], str],
) -> ReviewEntry:
    lines = [*(one.line for one in concluded), *(row.line for row in rows)]
    account = lines[0].account
    return entry_of(
        {line.case.rule: line.finding for line in lines},
        [line.because for line in lines],
        account=account,
        unit=names.of(account) if account else names.unit(subject.area or "", subject.name),
        index=rows[0].index if rows else (),
        title=title,
        decided=[one.decision for one in concluded],
    )


def _index(tx: Tx, lines: Iterable[CaseLine], now: datetime) -> Mapping[str, tuple[str, ...]]:
    """Return the index of the accounts in the last weeks of their areas."""
    of_areas: dict[str, list[str]] = defaultdict(list)
    for account in (line.account for line in lines if line.account):
        of_areas[account.area].append(account.id)
    found: dict[str, tuple[str, ...]] = {}
    for area, ids in of_areas.items():
        values = index_of(tx, ids, area, newest=_WEEKS, by=beijing_date(now), known_at=now)
        found |= {id_: tuple(value or "—" for value in weeks) for id_, weeks in values.items()}
    return found
