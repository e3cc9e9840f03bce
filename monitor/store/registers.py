"""The register of an area: everything the area-wide rules read, now or as it was then."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from monitor.core.account import Account
from monitor.core.calendar import EVER, beijing_date
from monitor.core.decision import Decision
from monitor.core.names import normal
from monitor.core.record import Record
from monitor.core.register import Register, Version
from monitor.core.subject import SubjectKind
from monitor.store import roster
from monitor.store.database import Tx
from monitor.store.decisions import decisions_in, decisions_of
from monitor.store.papers import PaperReader
from monitor.store.records import lives, records
from monitor.store.troubles import troubles

WEEKS = 53
"""How many published weeks a register reaches back: more than any rule or report looks at."""
_LONG_AGO = timedelta(weeks=2 * WEEKS)
"""The age from which an account's time in an area has no week in it that a register reaches."""


def register(tx: Tx, area: str, *, now: datetime, known_at: datetime | None = None) -> Register:
    """Return what was the case in an area at `now`, as known by `known_at` (default `now`)."""
    known_by, today = known_at or now, beijing_date(now)
    accounts = roster.accounts_in(tx, area, at=now, known_at=known_by)
    ids = {account.id for account in accounts}
    changed = roster.versions_since(tx, EVER, at=now, known_at=known_by)
    earlier = _earlier(changed, area, ids)
    papers = _reader(area, accounts, earlier, today, known_by)
    rounds = papers.rounds(tx)
    filed = papers.filed_list(tx)
    unfiled = [account.id for account in accounts if filed is not None and account.id not in filed.filings]
    return Register(
        area=area,
        accounts=accounts,
        earlier=earlier,
        rounds=rounds,
        weeks=papers.weeks(tx, WEEKS),
        filed=filed,
        former_lists=papers.former_lists(tx, unfiled) if unfiled else (),
        records=_concerning(
            area,
            accounts,
            ids,
            records(tx, by=today, known_at=known_by),
            lambda: roster.units_outside(tx, area, at=now, known_at=known_by),
        ),
        decisions=(*decisions_in(tx, area, now, known_by), *_decisions(tx, ids, now, known_by)),
        troubles=troubles(tx, ids, min(now, known_by)),
        others=roster.areas_known(tx, {round_.series for round_ in rounds}, known_by) - {area},
        elsewhere={
            other: _weeks_of(tx, other, changed, now, known_by) for other in sorted(_left(earlier, ids, area, now))
        },
    )


def _reader(
    area: str, accounts: Sequence[Account], earlier: Mapping[str, tuple[Version, ...]], by: date, known_by: datetime
) -> PaperReader:
    ids = {account.id for account in accounts}
    ever = {id_: id_ for id_ in (*(account.id for account in accounts), *earlier)}
    return PaperReader(area=area, present=ids, ever=ever, earlier=earlier, by=by, known_at=known_by)


def _left(
    earlier: Mapping[str, tuple[Version, ...]], ids: Collection[str], area: str, now: datetime
) -> Collection[str]:
    """Return the other areas that these accounts, here now, were in while the weeks of a register were published."""
    ends = ((version, after.since) for id_ in ids if id_ in earlier for version, after in pairwise(earlier[id_]))
    recent = (version.account.area for version, end in ends if version.account and end > now - _LONG_AGO)
    return {other for other in recent if other != area}


def _weeks_of(
    tx: Tx, area: str, changed: Mapping[str, tuple[Version, ...]], now: datetime, known_by: datetime
) -> Register:
    """Return of another area what the means of its weeks follow from."""
    accounts = roster.accounts_in(tx, area, at=now, known_at=known_by)
    earlier = _earlier(changed, area, {account.id for account in accounts})
    papers = _reader(area, accounts, earlier, beijing_date(now), known_by)
    return Register(
        area=area,
        accounts=accounts,
        earlier=earlier,
        weeks=papers.weeks(tx, WEEKS),
        filed=papers.filed_list(tx),
    )


def with_new_troubles(tx: Tx, before: Register, *, now: datetime) -> Register:
    """Return the register with the troubles as the cases stand now."""
    return replace(before, troubles=troubles(tx, before.by_id, now))


def troubles_of(tx: Tx, area: str, account_ids: Collection[str], *, now: datetime) -> Register:
    """Return of an area's register what rules that follow cases read of these accounts, and nothing else."""
    accounts = roster.accounts_in(tx, area, at=now, known_at=now, ids=account_ids)
    ids = {account.id for account in accounts}
    marked = lives(tx, ids, beijing_date(now), now)
    return Register(
        area=area,
        accounts=accounts,
        earlier=roster.versions_of(tx, ids, at=now, known_at=now),
        records=tuple(record for of_one in marked.values() for record in of_one),
        decisions=_decisions(tx, ids, now, now),
        troubles=troubles(tx, ids, now),
    )


def areas(tx: Tx, *, now: datetime, known_at: datetime | None = None) -> tuple[str, ...]:
    """Return the areas that have accounts on the roster at `now`, sorted."""
    return roster.areas_on(tx, at=now, known_at=known_at or now)


def _earlier(
    changed: Mapping[str, tuple[Version, ...]], area: str, ids: Collection[str]
) -> Mapping[str, tuple[Version, ...]]:
    """Return the versions of what ever changed on the roster, if it was ever the area's."""
    return {
        id_: versions
        for id_, versions in changed.items()
        if id_ in ids or any(version.account and version.account.area == area for version in versions)
    }


def _decisions(tx: Tx, ids: Collection[str], now: datetime, known_by: datetime) -> tuple[Decision, ...]:
    ruled = decisions_of(tx, ids, now, known_by)
    return tuple(decision for of_one in ruled.values() for decision in of_one)


def _concerning(
    area: str,
    accounts: Collection[Account],
    ids: Collection[str],
    found: Collection[Record],
    units_elsewhere: Callable[[], Collection[str]],
) -> tuple[Record, ...]:
    """Return the records about an area, its units and its accounts.

    An old record that does not say in which area its unit is may be about that of each area, but not about one that
    only other areas have.
    """
    strangers = {normal(one.name) for one in found if one.subject is SubjectKind.UNIT and one.area is None}
    if strangers:
        strangers -= {normal(account.unit) for account in accounts}
    elsewhere = strangers & set(map(normal, units_elsewhere())) if strangers else set[str]()

    def concerns(record: Record) -> bool:
        match record.subject:
            case SubjectKind.ACCOUNT:
                return record.name in ids
            case SubjectKind.UNIT:
                return record.area == area if record.area else normal(record.name) not in elsewhere
            case SubjectKind.AREA:
                return record.name == area

    return tuple(record for record in found if concerns(record))
