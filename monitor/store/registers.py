"""The register of an area: everything the area-wide rules read, now or as it was then."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from monitor.core.account import Account
from monitor.core.calendar import beijing_date
from monitor.core.paper import PaperKind, as_filed_list, as_round, as_week
from monitor.core.record import Record, Subject
from monitor.core.register import Register
from monitor.store import roster
from monitor.store.database import Tx
from monitor.store.papers import papers
from monitor.store.records import records

WEEKS = 53
"""How many published weeks a register reaches back: more than any rule or report looks at."""


def register(tx: Tx, area: str, *, now: datetime, known_at: datetime | None = None) -> Register:
    """Return what was the case in an area at `now`, as known by `known_at` (default `now`)."""
    known_by, today = known_at or now, beijing_date(now)
    everybody = roster.accounts(tx, at=now, known_at=known_by)
    accounts = tuple(account for account in everybody if account.area == area)
    ids = {account.id for account in accounts}
    rounds = papers(tx, PaperKind.ROUND, by=today, known_at=known_by, of=ids)
    weeks = papers(tx, PaperKind.WEEK, by=today, known_at=known_by, of=ids, newest=WEEKS)
    lists = papers(tx, PaperKind.FILED_LIST, by=today, known_at=known_by, of=ids, newest=1)
    return Register(
        area=area,
        accounts=accounts,
        rounds=tuple(sorted((as_round(one, ids) for one in rounds), key=lambda one: (one.series, one.number))),
        weeks=tuple(as_week(one, area, ids) for one in weeks),
        filed=next((as_filed_list(one, ids) for one in lists), None),
        records=_concerning(area, everybody, records(tx, by=today, known_at=known_by)),
    )


def areas(tx: Tx, *, now: datetime, known_at: datetime | None = None) -> tuple[str, ...]:
    """Return the areas that have accounts on the roster at `now`, sorted."""
    return tuple(sorted({account.area for account in roster.accounts(tx, at=now, known_at=known_at or now)}))


def _concerning(area: str, everybody: Collection[Account], found: Collection[Record]) -> tuple[Record, ...]:
    """Return the records about an area, its units and its accounts; a unit without an account may be anywhere's."""
    ids = {account.id for account in everybody if account.area == area}
    units = {account.unit for account in everybody if account.area == area}
    elsewhere = {account.unit for account in everybody} - units

    def concerns(record: Record) -> bool:
        match record.subject:
            case Subject.ACCOUNT:
                return record.name in ids
            case Subject.UNIT:
                return record.name not in elsewhere
            case Subject.AREA:
                return record.name == area

    return tuple(record for record in found if concerns(record))
