"""What is expected of whoever makes the looks: the service itself, or workers."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from monitor.core.observation import Reason
from monitor.store import StoreError, tables
from tests.dispatch.conftest import Founding, Side
from tests.pipeline.build import NOW, Canned, account, feed

URL = "https://feed{}.example/a.xml"
FEED = feed(NOW - timedelta(days=1))


async def enrolled(found: Founding, count: int = 9, *, bad: int = 0) -> tuple[Side, Canned]:
    """Found an office with so many accounts that are due, some of which cannot be seen."""
    bodies: dict[str, bytes | Reason] = {URL.format(n): Reason.TIMEOUT if n < bad else FEED for n in range(count)}
    nets: list[Canned] = []

    def door(clock: object) -> Canned:
        nets.append(Canned(clock, bodies))  # type: ignore[arg-type]  # the office's own clock
        return nets[-1]

    side = found(door)
    await side.of.enrol([account(n, URL.format(n)) for n in range(count)])
    side.of.clock.forward(timedelta(minutes=3))
    return side, nets[0]


def sources(side: Side) -> list[sa.Row[*tuple[object, ...]]]:
    with side.store.read() as tx:
        return list(tx.execute(sa.select(tables.sources).order_by(tables.sources.c.id)))


async def test_everything_that_is_due_is_looked_at_once_and_nothing_stays_claimed(found: Founding) -> None:
    side, net = await enrolled(found)
    assert await side.look() == 9
    assert await side.look() == 0
    assert sorted(net.fetched) == sorted(URL.format(n) for n in range(9))
    assert {(row.last_outcome, row.claim, row.leased_until) for row in sources(side)} == {("timeline", None, None)}


async def test_who_could_not_be_seen_is_tried_again_later_and_keeps_nobody_else_waiting(found: Founding) -> None:
    side, _ = await enrolled(found, bad=3)
    assert await side.look() == 9
    assert [row.last_outcome for row in sources(side)].count("timeout") == 3
    side.of.clock.forward(timedelta(minutes=12))
    assert await side.look() == 3


async def test_nothing_begins_while_it_may_not(found: Founding) -> None:
    side, net = await enrolled(found)
    assert await side.look(lambda: False) == 0
    assert net.fetched == []
    assert await side.look() == 9


async def test_what_was_seen_is_kept_in_mind_while_the_database_takes_nothing(
    found: Founding, monkeypatch: pytest.MonkeyPatch
) -> None:
    side, net = await enrolled(found)
    real, tries = side.of.parts.looker._record, []

    def full(*given: object) -> object:
        tries.append(given)
        if len(tries) == 1:
            raise StoreError("磁盘已满。")
        return real(*given)  # type: ignore[arg-type]  # whatever it is given

    monkeypatch.setattr(type(side.of.parts.looker), "_record", lambda _, *given: full(*given))
    if side.is_by_workers:
        assert await side.look() == 9
    else:
        with pytest.raises(StoreError, match="磁盘已满"):
            await side.look()
        assert await side.look() == 9
    assert len(net.fetched) == 9
    assert {row.last_outcome for row in sources(side)} == {"timeline"}


async def test_a_source_that_left_the_roster_meanwhile_is_not_looked_at(found: Founding) -> None:
    side, net = await enrolled(found)
    await side.of.enrol([account(8, URL.format(8), method="人工")])
    assert await side.look() == 8
    assert URL.format(8) not in net.fetched
