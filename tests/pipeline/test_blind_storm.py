"""A storm in whose middle the monitor cannot see: of whom it cannot see nothing leaves, later what is still true."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest

from monitor.core.account import Contact, Platform, Role
from monitor.core.message import Attempt, Outcome
from monitor.core.outage import Cause, NewOutage
from monitor.store import Store, outages
from tests.pipeline.build import NOW, Canned, Office, account, feed, office

URL = "https://feed.example/{0}.xml"
NUMBERS = range(12)
PLATFORMS = (Platform.TOUTIAO, Platform.BAIJIAHAO)
A_MINUTE = 3
"""How many messages the channel takes in one."""
UPDATED = 10
"""Who posts while nobody sees it."""


def platform_of(number: int) -> Platform:
    return PLATFORMS[number % 2]


async def storm(store: Store, door: Canned) -> Office:
    """Return an office in which everybody is to be reminded, each unit by its own people."""
    made = office(store, lambda clock: Canned(clock, door.bodies))
    made.mail.per_minute = A_MINUTE
    await made.enrol(
        [
            account(
                number,
                URL.format(number),
                platform=platform_of(number),
                unit=f"示例单位{number}",
                contacts=tuple(
                    Contact(role=role, name=f"{role.label}{number}", mail=f"{role.value}{number}@example.invalid")
                    for role in (Role.LIAISON, Role.LEADER)
                ),
            )
            for number in NUMBERS
        ]
    )
    await made.look()
    return made


async def minutes(made: Office, count: int) -> set[int]:
    """Deliver for some minutes; return whom the messages were about that left."""
    before = len(made.mail.taken)
    for _ in range(count):
        await made.settle()
        made.clock.forward(timedelta(minutes=1))
    return {number for message in made.mail.taken[before:] for number in told_of(message.body)}


def told_of(body: str) -> list[int]:
    return [int(number) for number in re.findall(r"“示例(\d+)”（", body)]


@pytest.mark.parametrize("platform", [Platform.TOUTIAO, None], ids=["suspended", "offline"])
async def test_nothing_leaves_about_whom_nobody_can_see_and_afterwards_what_is_still_true_once(
    store: Store, platform: Platform | None
) -> None:
    door = Canned(lambda: NOW, {URL.format(number): feed(NOW - timedelta(days=10)) for number in NUMBERS})
    made = await storm(store, door)
    first = await minutes(made, 1)
    assert len(first) == A_MINUTE
    unseen = {number for number in NUMBERS if platform is None or platform_of(number) is platform}

    begun = made.clock()
    outage = NewOutage(platform=platform, cause=Cause.FAILURES, trusted_until=begun, began_at=begun)
    await store.write(partial(outages.begin, outage=outage))
    assert await minutes(made, 15) == set(NUMBERS) - unseen - first
    door.bodies[URL.format(UPDATED)] = feed(made.clock(), NOW - timedelta(days=10))
    assert await minutes(made, 5) == set()

    with store.begin() as tx:
        (going_on,) = outages.open_outages(tx)
        outages.end(tx, going_on, made.clock())
        outages.catch_up(tx, platform, made.clock(), timedelta(minutes=1))
    made.clock.forward(timedelta(minutes=2))
    while await made.look():
        pass
    assert await minutes(made, 15) == unseen - first - {UPDATED}
    assert set(Counter(number for message in made.mail.taken for number in told_of(message.body)).values()) == {1}


async def test_what_may_have_been_read_waits_under_its_number(store: Store) -> None:
    made = await storm(store, Canned(lambda: NOW, {URL.format(n): feed(NOW - timedelta(days=10)) for n in NUMBERS}))
    made.mail.answers = [Attempt(outcome=Outcome.UNANSWERED)]
    await made.settle()
    begun = made.clock()
    outage = NewOutage(platform=None, cause=Cause.OFFLINE, trusted_until=begun, began_at=begun)
    await store.write(partial(outages.begin, outage=outage))
    await minutes(made, 15)
    lost = made.mail.taken[0]
    assert made.mail.taken.count(lost) == 1
    with store.begin() as tx:
        (going_on,) = outages.open_outages(tx)
        outages.end(tx, going_on, made.clock())
    made.clock.forward(timedelta(minutes=10))
    await minutes(made, 5)
    assert [message for message in made.mail.taken if told_of(message.body) == told_of(lost.body)] == [lost, lost]
