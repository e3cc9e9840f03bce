"""A list without years, through the daemon's passes: one left years ago is never fresh, and accuses nobody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import pytest

from monitor.core.calendar import beijing, beijing_date, start_of_day
from monitor.core.case import StepKind
from monitor.core.finding import State
from monitor.store import Store, overview
from tests.pipeline.build import NOW, account
from tests.pipeline.stubborn import DAY, HOUR, SECOND, URL, Watched, watched


def page(*days: date) -> bytes:
    """Return a column's page with a row for each day, newest first, as the site shows it."""
    rows = "".join(
        f'<li><a href="/art/{number}.html">关于{number}号事项的通知公告</a><span>{day:%m-%d}</span></li>'
        for number, day in ((day.toordinal(), day) for day in days)
    )
    return f'<html><head><meta charset="utf-8"><title>示例</title></head><body><ul>{rows}</ul></body></html>'.encode()


def years_ago(now: datetime, *days: int) -> list[date]:
    return [beijing_date(now - number * DAY) for number in days]


async def column(store: Store, begun: datetime, rows: Sequence[date], **changes: object) -> Watched:
    here = await watched(store, begun, first=page(*rows))
    await here.office.enrol([account(1, URL, **({"method": f"website={URL}"} | changes))])
    return here


async def newest(here: Watched) -> datetime | None:
    (seen,) = await here.office.parts.store.query(lambda tx: overview.account_rows(tx, here.office.clock()))
    return seen.newest_post_at


DEAD = (365 + 3, 365 + 4, 365 + 40, 800, 900)
"""How many days ago a column was last written that looks as if it had been three days ago."""


async def test_a_dead_column_without_years_is_never_fresh_and_the_operator_is_told(store: Store) -> None:
    here = await column(store, NOW, years_ago(NOW, *DEAD))
    await here.through(NOW + 8 * DAY)
    assert await newest(here) is None
    assert await here.state() is State.UNKNOWN
    assert await here.steps() == ()
    assert await here.steps("UPD-03") == ()
    assert here.office.mail.taken == []
    assert await here.steps("SEE-01") == (StepKind.TASK,)
    assert any("示例1" in message.body for message in here.office.duty.taken)


async def test_a_row_that_is_really_new_counts_at_once_and_its_gap_from_then_on(store: Store) -> None:
    rows = years_ago(NOW, *DEAD)
    here = await column(store, NOW, rows)
    await here.through(NOW + 2 * DAY)
    posted = here.office.clock()
    here.door.bodies[URL] = page(beijing_date(posted), *rows)
    await here.through(posted + 20 * HOUR)
    assert await newest(here) == start_of_day(beijing(posted).date())
    assert await here.state() is State.OK


@pytest.mark.parametrize("link", ["/b/{}.html", "/art/{}.html?from=list", "//m.feed.example/art/{}.html"])
async def test_a_dead_column_whose_addresses_change_is_as_dead_as_before(store: Store, link: str) -> None:
    rows = years_ago(NOW, *DEAD)
    here = await column(store, NOW, rows)
    await here.through(NOW + DAY)
    body = page(*rows)
    for day in rows:
        body = body.replace(f"/art/{day.toordinal()}.html".encode(), link.format(day.toordinal()).encode())
    here.door.bodies[URL] = body
    await here.through(NOW + 2 * DAY)
    assert await newest(here) is None


async def test_a_dead_column_stays_dead_over_new_year_however_its_rows_are_moved(store: Store) -> None:
    """Rows are edited, put in another order, pinned, and taken down, from Christmas into the new year."""
    begun = datetime(2026, 12, 24, 2, 0, tzinfo=NOW.tzinfo)
    rows = years_ago(begun, 365 + 2, 365 + 3, 2 * 365 + 8, 2 * 365 + 30, 2 * 365 + 300)
    here = await column(store, begun, rows)
    for turn, shown in enumerate((rows[1:], rows[::-1], [rows[3], *rows[:3]], rows[2:], rows[:2], rows)):
        await here.through(begun + (turn + 1) * 2 * DAY)
        here.door.bodies[URL] = page(*shown).replace("通知公告".encode(), ("公告" if turn % 2 else "通知公告").encode())
    await here.through(begun + 14 * DAY)
    assert await newest(here) is None
    assert await here.steps() == ()


async def test_a_dead_column_under_another_address_of_the_roster_is_looked_at_for_the_first_time(store: Store) -> None:
    rows = years_ago(NOW, *DEAD)
    here = await column(store, NOW, rows)
    await here.through(NOW + DAY)
    here.door.bodies[SECOND] = page(*years_ago(NOW, 365 - 1), *rows)
    await here.office.enrol([account(1, SECOND, method=f"website={SECOND}")])
    await here.through(NOW + 2 * DAY)
    assert await newest(here) is None
    await here.office.enrol([account(1, URL, method=f"website={URL}")])
    here.door.bodies[URL] = page(*years_ago(NOW, 365 - 1), *rows)
    await here.through(NOW + 3 * DAY)
    assert await here.steps() == ()


async def test_importing_the_same_roster_again_forgets_nothing_of_what_was_there(store: Store) -> None:
    rows = years_ago(NOW, *DEAD)
    here = await column(store, NOW, rows)
    await here.through(NOW + DAY)
    await here.office.enrol([account(1, URL, method=f"website={URL}")])
    here.door.bodies[URL] = page(beijing_date(NOW + DAY), *rows)
    await here.through(NOW + DAY + 20 * HOUR)
    assert await newest(here) == start_of_day(beijing_date(NOW + DAY))
