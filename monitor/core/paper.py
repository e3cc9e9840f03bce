"""A paper: what the provincial platform published as one table, as an office entered it, row by row.

A round of a bulletin, a week of the index, a filed list or a work order. The subject of a row is kept as it was
written, so that a row that no account answers to today finds its account once the roster names it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal

from monitor.core.account import Account, Labelled
from monitor.core.bulletin import Listing, Problem, Round, Stray
from monitor.core.filing import FiledList, Filing
from monitor.core.index import WEEK, IndexWeek
from monitor.core.names import numbered
from monitor.core.reference import AccountIndex, Reference

AreaThen = Callable[[str, date], str | None]
"""The area that an account of this id was in at the end of a day; None for one that is not known."""


class PaperKind(Labelled):
    """The kind of a paper."""

    ROUND = "round", "通报"
    WEEK = "week", "指数"
    FILED_LIST = "filed_list", "已备案清单"
    ORDER = "order", "省平台工单"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """One row of a paper, before it is stored."""

    written: Reference
    account: str | None = None
    """The account it means; None while no account of the roster answers to it."""
    problem: Problem | None = None
    """Of a round: what the account is listed for."""
    day: date | None = None
    """Of a round: the last update; of a filed list: the day of filing; of a work order: the last day for it."""
    value: str | None = None
    """Of a week: the index as printed; of a filed list: the number; of a work order: the problem, in its words."""

    @property
    def place(self) -> tuple[object, ...]:
        """The key that tells it from the other rows of its paper."""
        return (self.account or self.written, self.problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(NewEntry):
    """The same as it is stored."""

    id: int

    @property
    def entered(self) -> NewEntry:
        """The row as it came."""
        return NewEntry(**{part.name: getattr(self, part.name) for part in fields(NewEntry)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """全县平均值, where a week prints one for an area."""

    area: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One paper; which fields say something depends on its kind."""

    kind: PaperKind
    on: date
    """The day it is of: issued on, the week's Monday, the day of the snapshot."""
    title: str = ""
    """Of a round: its series; of a week: its label; of a work order: its number, as written."""
    number: int = 0
    """Of a round: its 期次."""
    covers_all: bool = True
    """Of a round: whether an account without a row was checked and found clean."""
    area: str | None = None
    """Of a filed list: whose it is; None of an old one that did not say so and that several areas' accounts are on."""
    means: tuple[Mean, ...] = ()
    entries: tuple[NewEntry, ...] = ()

    @property
    def key(self) -> str:
        """The key that a correction shares with the paper it corrects, among the papers of its kind."""
        match self.kind:
            case PaperKind.ROUND:
                return f"{self.title}/{self.number}"
            case PaperKind.WEEK:
                return self.on.isoformat()
            case PaperKind.FILED_LIST:
                return f"{self.on}/{self.area}" if self.area else self.on.isoformat()
            case PaperKind.ORDER:
                return numbered(self.title)

    @property
    def effective_on(self) -> date:
        """The first day on which what it says is true: a week's index is there when the week is over."""
        return self.on + WEEK if self.kind is PaperKind.WEEK else self.on

    @property
    def unmatched(self) -> tuple[NewEntry, ...]:
        """The rows that nobody answers to."""
        return tuple(entry for entry in self.entries if entry.account is None)

    @property
    def with_area(self) -> str:
        """Return what people call it where there are several areas."""
        return f"{self.area}{self}" if self.area else str(self)

    def __str__(self) -> str:
        """Return what people call it."""
        match self.kind:
            case PaperKind.ROUND:
                return f"通报“{self.title}”第{self.number}期"
            case PaperKind.WEEK:
                return f"指数 {self.title}"
            case PaperKind.FILED_LIST:
                return f"已备案清单 {self.on}"
            case PaperKind.ORDER:
                return f"工单“{self.title}”"


def says_the_same(paper: Paper, other: Paper) -> bool:
    """True if two papers differ in nothing but the numbers of their rows and the rows' order."""
    return _bare(paper) == _bare(other) and _rows(paper) == _rows(other)


def matched(paper: Paper, directory: AccountIndex) -> Paper:
    """Return the paper with an account for every row that now has one; rows once matched stay as they are."""
    return replace(paper, entries=tuple(_matched(entry, directory, paper.area) for entry in paper.entries))


def without(paper: Paper, is_unfounded: Callable[[NewEntry], bool]) -> Paper:
    """Return the paper with nobody for the rows whose account is unfounded."""
    entries = (replace(entry, account=None) if is_unfounded(entry) else entry for entry in paper.entries)
    return replace(paper, entries=tuple(entries))


def moved(paper: Paper, directory: AccountIndex) -> Paper:
    """Return the paper with the account of the roster that now answers to a row, where its own has left it."""
    left = directory.left
    entries = (_matched(entry, directory, paper.area, is_anew=entry.account in left) for entry in paper.entries)
    return replace(paper, entries=tuple(entries))


def merged(before: Paper | None, given: Paper) -> Paper:
    """Return what is known of a paper once another file about it has come.

    A round, a work order and an area's filed list are replaced as a whole. A week's rows are replaced one by one, so
    that one unit's file leaves the others' values alone.
    """
    if before is None:
        return given
    given = _remembering(before, given)
    match given.kind:
        case PaperKind.ROUND | PaperKind.FILED_LIST | PaperKind.ORDER:
            return given
        case PaperKind.WEEK:
            printed = {mean.area: mean for mean in (*before.means, *given.means)}
            means = tuple(printed[area] for area in sorted(printed))
            said = {mark for entry in given.entries for mark in (entry.place, entry.written)}
            kept = [entry for entry in before.entries if not {entry.place, entry.written} & said]
            return replace(given, means=means, entries=(*kept, *given.entries))


def as_round(paper: Paper, rows: Iterable[Entry], accounts: Collection[str]) -> Round:
    """Return a round as it concerns these accounts; whom it does not name by a known row may be any of them.

    `rows` are the paper's rows that concern them, as they are stored.
    """
    listings = (
        Listing(id=entry.id, account=entry.account, problem=entry.problem, last_published_on=entry.day)
        for entry in rows
        if entry.account in accounts and entry.account and entry.problem
    )
    return Round(
        series=paper.title,
        number=paper.number,
        issued_on=paper.on,
        covers_all=paper.covers_all,
        listings=tuple(listings),
        unmatched=tuple(
            Stray(written=entry.written, problem=entry.problem) for entry in paper.unmatched if entry.problem
        ),
    )


def as_week(paper: Paper, area: str, values: Mapping[str, Decimal]) -> IndexWeek:
    """Return a week of the index as it concerns an area; of the paper, no rows but those that nobody answers to."""
    mean = next((Decimal(mean.value) for mean in paper.means if mean.area == area), None)
    return IndexWeek(begins_on=paper.on, label=paper.title, values=values, mean=mean, unmatched=_unmatched(paper))


def as_filed_list(paper: Paper, filings: Mapping[str, Filing]) -> FiledList:
    """Return a filed list as it concerns an area; of the paper, no rows but those that nobody answers to."""
    return FiledList(as_of=paper.on, filings=filings, unmatched=_unmatched(paper), is_whole=paper.area is not None)


def filed_names(papers: Iterable[Paper]) -> dict[str, str]:
    """Return by account the name under which filed lists have it, the latest last; matched by more than that name."""
    return {
        entry.account: entry.written.name
        for paper in papers
        for entry in paper.entries
        if entry.account and entry.written.name
    }


def _remembering(before: Paper, given: Paper) -> Paper:
    """Return the given paper with the accounts that its rows had before: a renamed account is still the same."""
    known = {entry.written: entry.account for entry in before.entries}
    return replace(
        given,
        entries=tuple(replace(entry, account=entry.account or known.get(entry.written)) for entry in given.entries),
    )


def _matched(entry: NewEntry, directory: AccountIndex, paper_area: str | None, *, is_anew: bool = False) -> NewEntry:
    if entry.account is not None and not is_anew:
        return entry
    found = directory.find(entry.written, paper_area)
    return replace(entry, account=found.id) if isinstance(found, Account) else entry


def _unmatched(paper: Paper) -> tuple[str, ...]:
    return tuple(str(entry.written) for entry in paper.unmatched)


def _bare(paper: Paper) -> Paper:
    return replace(paper, entries=())


def _rows(paper: Paper) -> dict[tuple[object, ...], NewEntry]:
    return {entry.place: _as_said(paper.kind, entry) for entry in paper.entries}


def _as_said(kind: PaperKind, entry: NewEntry) -> NewEntry:
    """Return what a row says: of a work order, by which of its names it means an account does not matter."""
    bare = entry.entered if isinstance(entry, Entry) else entry
    is_found = kind is PaperKind.ORDER and bare.account is not None
    return replace(bare, written=Reference(account=bare.account)) if is_found else bare
