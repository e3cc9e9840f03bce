"""Looks by hand as values: whom a person has to look at, the longest unseen first, and what was registered today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from monitor.core.account import Account, Platform, UnitKey
from monitor.core.calendar import beijing, beijing_date, days_between, start_of_day
from monitor.core.hand_look import HandLook
from monitor.core.phrases import dated, plain
from monitor.queries.paging import ListSlice, slice_of
from monitor.store import Tx, hand_reading, imports
from monitor.store.hand_reading import HandFilter, HandRow, RegisteredLook
from monitor.store.overview import newest_posts
from monitor.store.roster import accounts

__all__ = [
    "LISTED",
    "DoneLook",
    "HandFilter",
    "LookCounts",
    "LookLine",
    "LooksPage",
    "read_counts",
    "read_line",
    "read_look",
    "read_looks",
]

LISTED = 50
"""Accounts on one page of the list."""
_DONE_LISTED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class LookLine:
    """One account that a person has to look at."""

    account: Account
    seen_at: datetime | None
    """When somebody last saw its whole list."""
    days_unseen: int | None
    """Since then; None where nobody ever has."""
    last: date | None
    """The day of the newest visible post."""
    is_due: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneLook:
    """A look by hand that was registered, by its number."""

    number: int
    account: Account
    by: str
    at: datetime
    seen: HandLook


@dataclass(frozen=True, slots=True, kw_only=True)
class LookCounts:
    """How far the work of the day is."""

    done: int
    """Looks that were registered today and stand."""
    due: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LooksPage:
    """One page of the list."""

    lines: tuple[LookLine, ...]
    turn: ListSlice
    due: int
    """How many of all that are listed are due."""
    next_due: date | None
    """Where none is: the first day on which one will be."""
    counts: LookCounts
    """Of the whole day, whatever is listed."""
    done: tuple[DoneLook, ...]
    """What was registered today, latest first."""
    platforms: tuple[Platform, ...]
    units: tuple[UnitKey, ...]
    """What can be filtered by."""


def read_looks(tx: Tx, which: HandFilter, now: datetime, *, page: int = 1) -> LooksPage:
    """Return a page of the list; one too far is the last."""
    counts = hand_reading.counts(tx, which, now)
    turn = slice_of(page, counts.total, LISTED)
    rows = hand_reading.page(tx, which, now, limit=turn.size, skip=turn.skip)
    return LooksPage(
        lines=_lines(tx, rows, now),
        turn=turn,
        due=counts.due,
        next_due=None if counts.due else hand_reading.next_due(tx, replace(which, due=False), now),
        counts=read_counts(tx, now),
        done=read_done(tx, now),
        platforms=hand_reading.platforms(tx, now),
        units=hand_reading.units(tx, now),
    )


def read_counts(tx: Tx, now: datetime) -> LookCounts:
    """Return how many looks were registered today, and how many accounts are still due."""
    done = hand_reading.count_registered(tx, start_of_day(beijing_date(now)))
    return LookCounts(done=done, due=hand_reading.counts(tx, HandFilter(), now).due)


def read_hand_lines(tx: Tx, which: HandFilter, now: datetime, *, limit: int, after: str) -> tuple[LookLine, ...]:
    """Return accounts of the list by their ids, those behind one."""
    return _lines(tx, hand_reading.behind(tx, which, now, limit=limit, after=after), now)


def read_done(tx: Tx, now: datetime) -> tuple[DoneLook, ...]:
    """Return the looks by hand that were registered today, latest first."""
    return _done(tx, hand_reading.registered(tx, start_of_day(beijing_date(now)), limit=_DONE_LISTED))


def read_done_behind(tx: Tx, now: datetime, *, limit: int, before: int | None, area: str | None) -> list[DoneLook]:
    """Return looks by hand that were registered today, latest first: those before a number, of an area or of all."""
    since, found = start_of_day(beijing_date(now)), list[DoneLook]()
    while len(found) < limit:
        rows = hand_reading.registered(tx, since, limit=limit, before=before)
        found += [one for one in _done(tx, rows) if area in {None, one.account.area}]
        if len(rows) < limit:
            break
        before = rows[-1].number  # of another area, or of accounts that left the roster since
    return found[:limit]


def read_line(tx: Tx, account_id: str, now: datetime) -> LookLine | None:
    """Return the line of one account; None where it is not on the roster."""
    seen = hand_reading.seen_by_hand(tx, (account_id,)).get(account_id)
    found = _lines(tx, (HandRow(account=account_id, seen_at=seen, is_due=True),), now)
    return found[0] if found else None


def read_look(tx: Tx, number: int) -> DoneLook | None:
    """Return the look of a number; None where it was corrected, or there is none."""
    found = hand_reading.registered_look(tx, number)
    return next(iter(_done(tx, (found,))), None) if found else None


def read_correction(tx: Tx, number: int, today: date) -> tuple[str, str] | None:
    """Return of a look that was corrected its account, and who corrected it when; None for any other."""
    found = imports.find(tx, number)
    if found is None or found.kind != imports.LOOK or found.withdrawn_at is None:
        return None
    when = f"{dated(beijing_date(found.withdrawn_at), today)}{beijing(found.withdrawn_at):%H:%M}"
    return found.file, f"{plain(found.withdrawn_by or '')}已于{when}改正这次登记，您的改正没有登记。"


def _lines(tx: Tx, rows: Sequence[HandRow], now: datetime) -> tuple[LookLine, ...]:
    whom, newest = _whom(tx, [row.account for row in rows]), newest_posts(tx, [row.account for row in rows])
    return tuple(
        LookLine(
            account=whom[row.account],
            seen_at=row.seen_at,
            days_unseen=days_between(row.seen_at, now) if row.seen_at else None,
            last=beijing_date(newest[row.account].published_at) if row.account in newest else None,
            is_due=row.is_due,
        )
        for row in rows
        if row.account in whom
    )


def _done(tx: Tx, looks: Sequence[RegisteredLook]) -> tuple[DoneLook, ...]:
    whom = _whom(tx, [look.account for look in looks])
    return tuple(
        DoneLook(
            number=look.number,
            account=whom[look.account],
            by=look.by,
            at=look.at,
            seen=HandLook(post=look.seen.newest, is_complete=look.is_complete),
        )
        for look in looks
        if look.account in whom
    )


def _whom(tx: Tx, ids: Sequence[str]) -> Mapping[str, Account]:
    return {account.id: account for account in accounts(tx, ids=set(ids), with_people=False)}
