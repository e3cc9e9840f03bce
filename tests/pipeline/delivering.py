"""Builders and channels for the tests of delivery."""

from __future__ import annotations

from datetime import timedelta

from monitor.core.message import Attempt, Outcome
from monitor.core.observation import Reason
from monitor.store import Store, outbox
from monitor.store.outbox import KeptMessage
from tests.pipeline.build import (
    NOW,
    Canned,
    Office,
    account,
    feed,
    office,
    settings,
)

URL = "https://feed.example/{0}.xml"
LATER = Attempt(outcome=Outcome.TEMPORARY, code="451")
LOST = Attempt(outcome=Outcome.UNANSWERED)


async def stale(store: Store, *days: int, **chosen: object) -> Office:
    """Return an office that has just looked at accounts whose last posts are that many days old."""
    bodies: dict[str, bytes | Reason] = {
        URL.format(number): feed(NOW - timedelta(days=age)) for number, age in enumerate(days, 1)
    }
    made = office(store, lambda clock: Canned(clock, bodies), settings(**chosen))
    await made.enrol([account(number, URL.format(number)) for number, _ in enumerate(days, 1)])
    await made.look()
    return made


async def kept(of: Office) -> tuple[KeptMessage, ...]:
    """Return every message there is, oldest first."""
    return tuple(reversed(await of.parts.store.query(outbox.messages)))
