"""The joint review: every open case about which the departments decide together, with the facts that they need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.core.calendar import beijing_date
from monitor.core.choices import choosable
from monitor.core.decision import Ruling
from monitor.core.phrases import Names
from monitor.core.subject import Subject, SubjectKind
from monitor.documents.review import ReviewEntry, entry_of
from monitor.queries.cases import CaseLine, lines_of
from monitor.store import Tx
from monitor.store.case_lists import CaseFilter, Wait, behind, by_rule, listed
from monitor.store.decisions import last_reviewed
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
    lines = lines_of(tx, listed(tx, which, limit=most), now)
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
    return _rows(tx, lines_of(tx, found, now), now)


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


def entries_of(page: ReviewPage, names: Names, title: Callable[[str], str]) -> tuple[ReviewEntry, ...]:
    """Return the rows of the sheet: one for each account or unit, whatever number of rules it is put for."""
    by_subject: dict[Subject, list[ReviewRow]] = defaultdict(list)
    for row in page.rows:
        by_subject[row.line.case.subject].append(row)
    return tuple(_entry(subject, rows, names, title) for subject, rows in by_subject.items())


def _entry(subject: Subject, rows: Sequence[ReviewRow], names: Names, title: Callable[[str], str]) -> ReviewEntry:
    account = rows[0].line.account
    return entry_of(
        {row.line.case.rule: row.line.finding for row in rows},
        [row.line.because for row in rows],
        account=account,
        unit=names.of(account) if account else names.unit(subject.area or "", subject.name),
        index=rows[0].index,
        title=title,
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
