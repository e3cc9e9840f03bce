"""A dossier: what a report knows of one account at the moment that it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from monitor.core.account import Account, UnitKey
from monitor.core.calendar import beijing_date, days_between
from monitor.core.case import LADDER, Ladder
from monitor.core.decision import Decision
from monitor.core.deregistration import Progress
from monitor.core.episode import Episodes, episodes
from monitor.core.finding import Finding, Known, RuleBook
from monitor.core.names import normal
from monitor.core.observation import KnownPost
from monitor.core.period import Period
from monitor.core.record import Record, RecordKind
from monitor.core.rules.updates import Staleness, is_shown, must_update, open_gap


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """One account, what every rule says of it, what people decided, and its gaps in the period."""

    account: Account
    findings: Sequence[Finding]
    decisions: Sequence[Decision] = ()
    """Oldest first."""
    gaps: Episodes | None = None
    """None where nothing can be said: no updates are asked of the account, or its posts were not seen whole."""
    staleness: Staleness | None = None
    """The degree of the gap that is open; None where none is held against the unit."""
    progress: Progress | None = None
    """How far its deregistration is; None where there is none."""
    index: Sequence[str] = ()
    """The index of the last weeks, oldest first; a dash for a week without a value."""


def gaps_of(known: Known, book: RuleBook, period: Period, at: datetime) -> Episodes | None:
    """Return the gaps of a period, up to `at`; None where nothing can be said for certain, or no rule was in force.

    The conditions of an accusation hold here: between two posts nothing may lie unseen, and for the gap that is open a
    covering look is needed; while an outage keeps us from seeing, nothing is counted. Nothing is claimed of the time
    before the first post that is known.
    """
    if LADDER not in book.clauses:
        return None
    gap = open_gap(known, at)
    limit = Ladder.of(book).limit
    if gap is None or known.doubt is not None or not must_update(known, book):
        return None
    if gap.days > limit and not gap.may_accuse(limit + 1):
        return None
    last = min(period.last, beijing_date(at))
    posts = sorted((post for post in known.posts if post.post.published_at <= gap.start), key=_published)
    for before, after in pairwise(posts):
        is_long = days_between(_published(before), _published(after)) > limit
        if is_long and beijing_date(_published(after)) > period.first and not is_shown(before, after):
            return None
    opened = known.account.opened_on if gap.is_first else None
    return episodes(
        (beijing_date(_published(known)) for known in posts),
        opened_on=opened,
        first=period.first,
        last=last,
        limit=limit,
    )


def _published(known: KnownPost) -> datetime:
    return known.post.published_at


def in_order(dossiers: Iterable[Dossier], records: Iterable[Record]) -> list[Dossier]:
    """Return dossiers by the standing order of their units (机构序列), the roster's where there is none."""
    place = places(records)
    return sorted(dossiers, key=lambda entry: place(entry.account.unit_key))


def places(records: Iterable[Record]) -> Callable[[UnitKey], int]:
    """Return what tells the place of a unit in the standing order; those that have none come last."""
    order = {
        (record.area, normal(record.name)): int(record.item)
        for record in records
        if record.kind is RecordKind.UNIT_ORDER and record.item.isdecimal()
    }
    last = max(order.values(), default=0) + 1

    def place(unit: UnitKey) -> int:
        name = normal(unit.name)
        return order.get((unit.area, name), order.get((None, name), last))  # an old one does not say its area

    return place


AREA = "地区"
"""The column in which reports of several areas say where a unit is."""


def has_areas(accounts: Iterable[Account], records: Iterable[Record] = ()) -> bool:
    """True if units of several areas are told of, so that a name alone does not tell which."""
    areas = {account.area for account in accounts} | {record.area for record in records if record.area}
    return len(areas) > 1
