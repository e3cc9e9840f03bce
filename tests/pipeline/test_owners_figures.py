"""An owner's figures over days and weeks: what is known of an account stays known, and nobody is accused by a hole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from monitor.core.account import Platform
from monitor.core.calendar import beijing_date
from monitor.core.finding import Finding, State, Support
from monitor.settings.kinds import Secret
from monitor.settings.sections import GrantSettings
from monitor.store import Store, overview
from tests.often import some
from tests.pipeline.build import Office, account, office, settings
from tests.pipeline.far_platforms import World

BEGUN = datetime(2026, 11, 3, 1, 0, tzinfo=UTC)
"""Nine o'clock in Beijing, on a Tuesday."""
LAST = BEGUN - timedelta(days=2)


async def enrolled(store: Store, key: str, *posts: datetime) -> Office:
    """Return an office with one account whose owner granted the interface."""
    grant = GrantSettings(collector="wechat-official", id=key, secret=Secret("env:S", SecretStr("s3cret")))
    made = office(store, lambda clock: World(clock, {key: posts}, BEGUN), settings(grants={"shili": grant}))
    made.clock.moment = BEGUN
    owner = account(1, "", platform=Platform.WEIXIN_SUBSCRIPTION, method="wechat-official=shili")
    await made.enrol([owner])
    return made


async def word(made: Office) -> Finding:
    """Return what the two-week rule says after another look."""
    await made.look()
    await made.settle()
    with made.parts.store.read() as tx:
        (row,) = overview.account_rows(tx, made.clock())
    return next(finding for finding in row.findings if finding.rule == "UPD-01")


KEYS = ("wx-1", "wx-2")


@pytest.mark.parametrize("key", KEYS)
async def test_a_unit_is_never_said_to_be_silent_for_longer_than_it_is(store: Store, key: str) -> None:
    """Its last post leaves the days that are asked for, and is its last post all the same."""
    made = await enrolled(store, key, LAST - timedelta(days=9), LAST)
    states = set[State]()
    for hours in some(range(0, 30 * 24, 8), KEYS.index(key)):
        made.clock.moment = BEGUN + timedelta(hours=hours)
        found = await word(made)
        assert found.last_post
        assert beijing_date(found.last_post) == beijing_date(LAST), made.clock()
        assert found.support in {Support.DELAYED, Support.BLIND}
        states.add(found.state)
    assert states >= {State.OK, State.WARNING, State.VIOLATED}


async def test_what_was_published_today_without_notice_counts_at_once_and_stays(store: Store) -> None:
    today = BEGUN + timedelta(days=13, hours=3)
    made = await enrolled(store, "wx-2", LAST - timedelta(days=9), LAST, today)
    for hours in some(range(0, 20 * 24, 3), 0):
        made.clock.moment = BEGUN + timedelta(hours=hours)
        found = await word(made)
        assert found.state is not State.VIOLATED
        if made.clock() > today + timedelta(minutes=5):
            assert found.last_post
            assert beijing_date(found.last_post) == beijing_date(today), made.clock()
