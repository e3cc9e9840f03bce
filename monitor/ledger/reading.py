"""How a file of each kind is read, as values: what is known of the office, and the reader that is given it.

Two that are equal read the same file the same. They are handed to another process as they are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from monitor.core.account import Account
from monitor.core.collector import KeyForm
from monitor.core.decision import Decision
from monitor.core.paper import AreaThen
from monitor.core.reference import AccountIndex
from monitor.ledger import decisions, papers, posts, records, roster
from monitor.ledger.book import TableFile
from monitor.ledger.decisions import Decisions, Places, Ruled, StrengthsOn
from monitor.ledger.papers import Papers
from monitor.ledger.posts import ImportedPosts
from monitor.ledger.records import Records, Subjects
from monitor.ledger.roster import Roster
from monitor.ledger.sheet import Tell


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterReading:
    """How a roster is read; see `roster.read_roster`."""

    gives: ClassVar = Roster
    areas: Sequence[str]
    collectors: Collection[str]
    channels: Collection[str]
    forms: Mapping[str, KeyForm]
    before: Sequence[Account]
    """The roster that the file is compared with."""
    until: date

    def __call__(self, file: TableFile, tell: Tell | None = None) -> Roster:
        """Return the accounts of a file; raises LedgerError."""
        return roster.read_roster(
            file,
            areas=self.areas,
            collectors=self.collectors,
            channels=self.channels,
            forms=self.forms,
            before=self.before,
            until=self.until,
            tell=tell,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledListReading:
    """How a filed list is read; see `papers.read_filed_list`."""

    gives: ClassVar = Papers
    whom: AccountIndex
    area_then: AreaThen
    areas: Sequence[str]
    area: str | None
    as_of: date

    def __call__(self, file: TableFile) -> Papers:
        """Return the list that a file is; raises LedgerError."""
        return papers.read_filed_list(
            file, self.whom, as_of=self.as_of, areas=self.areas, area_then=self.area_then, area=self.area
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinsReading:
    """How rounds of bulletins are read; see `papers.read_bulletins`."""

    gives: ClassVar = Papers
    whom: AccountIndex
    until: date

    def __call__(self, file: TableFile) -> Papers:
        """Return the rounds of a file; raises LedgerError."""
        return papers.read_bulletins(file, self.whom, until=self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersReading:
    """How work orders are read; see `papers.read_orders`."""

    gives: ClassVar = Papers
    whom: AccountIndex
    until: date

    def __call__(self, file: TableFile) -> Papers:
        """Return the orders of a file; raises LedgerError."""
        return papers.read_orders(file, self.whom, until=self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexReading:
    """How weeks of the index are read; see `papers.read_index`."""

    gives: ClassVar = Papers
    whom: AccountIndex
    area_then: AreaThen
    areas: Sequence[str]
    until: date

    def __call__(self, file: TableFile) -> Papers:
        """Return the weeks of a file; raises LedgerError."""
        return papers.read_index(file, self.whom, areas=self.areas, area_then=self.area_then, until=self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostsReading:
    """How posts are read; see `posts.read_posts`."""

    gives: ClassVar = ImportedPosts
    accounts: Sequence[Account]
    not_after: datetime

    def __call__(self, file: TableFile) -> ImportedPosts:
        """Return the posts of a file; raises LedgerError."""
        return posts.read_posts(file, self.accounts, not_after=self.not_after)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionsReading:
    """How decisions are read; see `decisions.read_decisions`."""

    gives: ClassVar = Decisions
    whom: AccountIndex
    places: Places
    rules: Mapping[str, Ruled]
    strengths_on: StrengthsOn
    until: datetime
    made: Sequence[Decision]

    def __call__(self, file: TableFile) -> Decisions:
        """Return the decisions of a file; raises LedgerError."""
        return decisions.read_decisions(
            file,
            self.whom,
            self.places,
            rules=self.rules,
            strengths_on=self.strengths_on,
            until=self.until,
            made=self.made,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsReading:
    """How records are read; see `records.read_records`."""

    gives: ClassVar = Records
    subjects: Subjects
    until: date
    institutions: Collection[str]

    def __call__(self, file: TableFile) -> Records:
        """Return the records of a file; raises LedgerError."""
        return records.read_records(file, self.subjects, until=self.until, institutions=self.institutions)


Reading = (
    RosterReading
    | FiledListReading
    | BulletinsReading
    | OrdersReading
    | IndexReading
    | PostsReading
    | DecisionsReading
    | RecordsReading
)
Content = Roster | Papers | ImportedPosts | Decisions | Records
"""What a file says."""
