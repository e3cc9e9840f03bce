"""What waits for a person does not hold up what is due today, for whoever is told of both."""

from __future__ import annotations

from datetime import timedelta

from monitor.core.case import LADDER, StepKind
from monitor.core.message import MessageState
from monitor.settings.sections import Review
from monitor.store import Store, outbox
from monitor.store.notices import untold_steps
from tests.pipeline.build import NOW, Canned, Office, account, feed, office, settings

GRAVE, LAST = "https://feed.example/grave.xml", "https://feed.example/last.xml"
REVIEWED = Review(steps=("escalate", "propose"), workdays=2)


async def made_of(store: Store) -> Office:
    """Return an office with two accounts of one unit: one overdue for eighteen days, one on its last day."""
    bodies = {GRAVE: feed(NOW - timedelta(days=18)), LAST: feed(NOW - timedelta(days=14))}
    made = office(store, lambda clock: Canned(clock, dict(bodies)), settings(review=REVIEWED))
    made.clock.moment = NOW
    await made.enrol([account(1, GRAVE, name="示例一"), account(2, LAST, name="示例二")])
    await made.look()
    await made.settle()
    return made


async def test_a_last_day_is_told_at_once_although_the_same_people_wait_to_be_urged(store: Store) -> None:
    made = await made_of(store)
    assert {message.address for message in made.mail.taken} == {"liaison@example.invalid", "leader@example.invalid"}
    assert all("示例二" in message.body and "示例一" not in message.body for message in made.mail.taken)
    with store.read() as tx:
        held = outbox.messages(tx, states=[MessageState.HELD])
    assert held
    assert all("示例一" in one.message.body and "示例二" not in one.message.body for one in held)


async def test_what_waited_goes_by_itself_later_and_says_nothing_twice(store: Store) -> None:
    made = await made_of(store)
    before = len(made.mail.taken)
    with store.read() as tx:
        assert {kind for _, kind, _ in untold_steps(tx, LADDER)} == {StepKind.ESCALATE}
        assert untold_steps(tx, LADDER, account(2, LAST).id) == frozenset()
    made.clock.forward(timedelta(days=2, hours=1))
    await made.look()
    await made.settle()
    later = [message for message in made.mail.taken[before:] if "示例一" in message.body]
    assert {message.address for message in later} == {"liaison@example.invalid", "leader@example.invalid"}
    assert len(later) == 2
    with store.read() as tx:
        assert untold_steps(tx, LADDER) == frozenset()
