"""What waits for a person does not hold up what is due today, for whoever is told of both."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from monitor.core.case import LADDER, Ladder, StepKind
from monitor.core.message import MessageState
from monitor.queries.account import read_account
from monitor.queries.lines import OverviewContext
from monitor.settings.sections import Review
from monitor.store import Store, Tx, cases, outbox, tables
from monitor.store.notices import end_notices, told_on, waiting_notices
from monitor.store.tables import NoticeState
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


def untold(tx: Tx) -> set[StepKind]:
    """Return the steps of which a unit has not heard."""
    ids = [case.id for case in cases.open_cases(tx, ["A01", "A02"], {LADDER}).values()]
    return {kind for (_, kind, _), at in told_on(tx, ids).items() if at is None}


async def test_a_last_day_is_told_at_once_although_the_same_people_wait_to_be_urged(store: Store) -> None:
    made = await made_of(store)
    assert {message.address for message in made.mail.taken} == {"liaison@example.invalid", "leader@example.invalid"}
    assert all("示例二" in message.body and "示例一" not in message.body for message in made.mail.taken)
    with store.read() as tx:
        held = outbox.messages(tx, states=[MessageState.HELD])
    assert held
    assert all("示例一" in kept.message.body and "示例二" not in kept.message.body for kept in held)


async def test_what_waited_goes_by_itself_later_and_says_nothing_twice(store: Store) -> None:
    made = await made_of(store)
    before = len(made.mail.taken)
    with store.read() as tx:
        assert untold(tx) == {StepKind.ESCALATE}
    made.clock.forward(timedelta(days=2, hours=1))
    await made.look()
    await made.settle()
    later = [message for message in made.mail.taken[before:] if "示例一" in message.body]
    assert {message.address for message in later} == {"liaison@example.invalid", "leader@example.invalid"}
    assert len(later) == 2
    with store.read() as tx:
        assert untold(tx) == set()


def is_said_on_the_overview(made: Office, tx: Tx) -> str:
    """Return what the overview says was done last about the first account."""
    book = made.parts.rules_in_force.book(made.clock())
    moment = OverviewContext(
        now=made.clock(), ladder=Ladder.of(book), calendar=made.parts.rules_in_force.calendar, title=book.title
    )
    page = read_account(tx, "A01", moment)
    assert page is not None
    return page.line.said


async def is_said_in_the_digest(made: Office) -> str:
    """Return the digest's line of the first account."""
    await made.parts.passes.write_digest()
    await made.settle()
    (line,) = [line for line in made.duty.taken[-1].body.splitlines() if "“示例一”" in line and "天" in line]
    return line


async def test_what_ended_unsaid_has_reached_nobody_on_the_overview_and_in_the_digest_alike(store: Store) -> None:
    made = await made_of(store)
    waiting = [notice for notice in await store.query(waiting_notices) if notice.account == "A01"]
    assert {notice.kind for notice in waiting} == {StepKind.ESCALATE}
    ended = [notice.id for notice in waiting]
    for round_ in range(2):  # while it waits, and after it has ended unsaid
        with store.read() as tx:
            assert is_said_on_the_overview(made, tx).endswith("督办（尚未送达）")
        if not round_:
            await store.write(lambda tx: end_notices(tx, ended, NoticeState.SUPERSEDED, at=made.clock()))
    assert "督办尚未送达" in await is_said_in_the_digest(made)


async def test_what_was_said_is_said_to_have_been_on_the_overview_and_in_the_digest_alike(store: Store) -> None:
    made = await made_of(store)
    await store.write(lambda tx: outbox.release(tx, None, at=made.clock()))
    await made.settle()
    with store.read() as tx:
        assert is_said_on_the_overview(made, tx).endswith("督办")
    assert "已督办" in await is_said_in_the_digest(made)


async def test_of_a_step_that_nobody_was_to_hear_nothing_is_said_to_be_missing(store: Store) -> None:
    made = await made_of(store)
    with store.begin() as tx:
        tx.execute(sa.delete(tables.notices).where(tables.notices.c.account == "A01"))
    with store.read() as tx:
        assert is_said_on_the_overview(made, tx).endswith("督办")
    line = await is_said_in_the_digest(made)
    assert "督办" in line
    assert "尚未送达" not in line
