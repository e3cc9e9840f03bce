"""Ways that show nothing for weeks are named once, with what to take instead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.core.account import Platform
from monitor.core.observation import Reason
from monitor.pipeline.blindness import newly_blind, said
from monitor.store import Store
from monitor.store.blindness import blind_ways
from tests.pipeline.build import Canned, Office, account, feed, office

BEGUN = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
URLS = ("https://feed.example/1.xml", "https://feed.example/2.xml")


async def made_of(store: Store, *bodies: bytes | Reason, platform: Platform = Platform.TOUTIAO) -> Office:
    """Return an office whose accounts are looked at by feeds that answer so, looked at once."""
    net: dict[str, bytes | Reason] = dict(zip(URLS, bodies, strict=False))
    made = office(store, lambda clock: Canned(clock, net))
    made.clock.moment = BEGUN
    await made.enrol([account(n, url, platform=platform) for n, url in enumerate(net, start=1)])
    await made.look()
    return made


async def look_on(made: Office, days: float) -> None:
    made.clock.moment = BEGUN + timedelta(days=days)
    await made.look()


@pytest.mark.parametrize(("days", "named"), [(13.9, 0), (14, 1), (40, 1)])
async def test_a_way_is_named_once_it_has_shown_nothing_for_two_weeks(store: Store, days: float, named: int) -> None:
    made = await made_of(store, Reason.REFUSED, Reason.CAPTCHA)
    await look_on(made, days)
    with store.read() as tx:
        found = blind_ways(tx, made.clock())
        assert len(found) == named
    if found:
        sentence = said(found[0], made.clock().date())
        assert sentence.startswith("头条号：11月2日以来，2个账号经feed均未采集到内容（")
        assert "自建的订阅源" in sentence


async def test_a_way_by_which_one_account_is_seen_has_not_ended(store: Store) -> None:
    made = await made_of(store, Reason.REFUSED, feed(BEGUN))
    await look_on(made, 20)
    with store.read() as tx:
        assert blind_ways(tx, made.clock()) == ()


async def test_what_has_ended_is_told_in_one_digest_and_stays_on_the_page(store: Store) -> None:
    made = await made_of(store, Reason.REFUSED)
    told = 0
    for day in range(1, 30):
        before = made.clock()
        await look_on(made, day)
        with store.read() as tx:
            told += len(list(newly_blind(tx, before, made.clock())))
    assert told == 1
    with store.read() as tx:
        assert len(blind_ways(tx, made.clock())) == 1


async def test_an_account_that_is_enrolled_later_makes_a_way_that_has_ended_no_younger(store: Store) -> None:
    made = await made_of(store, Reason.REFUSED)
    await look_on(made, 10)
    late = "https://feed.example/3.xml"
    made.parts.looker.door.bodies[late] = Reason.REFUSED  # type: ignore[attr-defined]  # the canned door
    await made.enrol([account(1, URLS[0], platform=Platform.TOUTIAO), account(3, late, platform=Platform.TOUTIAO)])
    told = 0
    for day in range(11, 30):
        before = made.clock()
        await look_on(made, day)
        with store.read() as tx:
            told += len(list(newly_blind(tx, before, made.clock())))
    with store.read() as tx:
        (way,) = blind_ways(tx, made.clock())
    assert (told, way.since - BEGUN < timedelta(hours=1), way.accounts) == (1, True, 2)
