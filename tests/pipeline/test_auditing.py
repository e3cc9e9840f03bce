"""Every open case has a next step or waits for somebody; who proves it is none of those who see to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from monitor.app.serving import begin
from monitor.core.account import Contact, Role
from monitor.core.message import NO_CHANNEL, Attempt, MessageState, Outcome
from monitor.core.next_step import NoNextStep
from monitor.core.observation import Reason
from monitor.store import Store, outbox, tables
from tests.pipeline.build import NOW, Canned, Office, Unsurveyed, account, feed, office

URL = "https://feed.example/a.xml"
NO = Attempt(outcome=Outcome.PERMANENT, code="550")


async def stale(store: Store, days: int = 12) -> Office:
    """Return an office that has told of a gap of so many days."""
    bodies: dict[str, bytes | Reason] = {URL: feed(NOW - timedelta(days=days))}
    made = office(store, lambda clock: Canned(clock, bodies))
    await made.enrol([account(1, URL)])
    await made.look()
    return made


async def lapses(of: Office) -> list[NoNextStep]:
    return [lost.no_next_step for lost in await of.parts.passes.audit()]


async def test_a_case_that_is_seen_to_is_not_lost_on_any_day(store: Store) -> None:
    made = await stale(store, 9)
    for _ in range(40):
        await made.settle()
        assert await lapses(made) == []
        made.clock.forward(timedelta(days=1))
        await made.look()


async def test_a_word_that_went_to_nobody_is_found(store: Store) -> None:
    made = await stale(store, 10)
    made.mail.answers, made.duty.answers = [NO] * 5, [NO] * 5
    await made.settle()
    assert await lapses(made) == [NoNextStep.UNTOLD]


async def test_a_case_that_nobody_judges_any_more_is_found(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    made = await stale(store)
    await made.settle()
    with store.begin() as tx:
        tx.execute(sa.update(tables.accounts).values(evaluate_at=None))
    assert await lapses(made) == [NoNextStep.UNJUDGED]
    assert "cases without a next step" in caplog.text


async def test_an_evaluator_that_has_stopped_is_found(store: Store) -> None:
    made = await stale(store)
    await made.settle()
    made.clock.forward(timedelta(days=1, hours=2))
    assert await lapses(made) == [NoNextStep.OVERDUE]


async def test_what_waits_for_an_operator_whom_nothing_reaches_is_found(store: Store) -> None:
    made = await stale(store)
    await made.enrol([account(1, URL, contacts=())])
    await made.parts.passes.judge_all()
    await made.parts.passes.write_digest()
    await made.settle()
    assert await lapses(made) == []
    made.parts.directory.ways[Role.OPERATOR] = ()  # type: ignore[index]  # the office's own dict
    assert await lapses(made) == [NoNextStep.NOBODY]


def without_channels(of: Office) -> Office:
    """Return the same office as its settings would make it without any channel."""
    parts = Unsurveyed(
        settings=of.parts.settings, store=of.parts.store, clock=of.clock, door=of.parts.door, channels={}
    )
    return replace(of, parts=parts)


@pytest.mark.parametrize("contacts", [(), None])
async def test_without_any_channel_no_case_is_lost_and_what_would_be_said_can_be_read(
    store: Store, contacts: tuple[Contact, ...] | None
) -> None:
    made = without_channels(await stale(store, 9))
    await made.enrol([account(1, URL) if contacts is None else account(1, URL, contacts=contacts)])
    for _ in range(15):
        await made.settle()
        await made.parts.passes.write_digest()
        assert await lapses(made) == []
        made.clock.forward(timedelta(days=1))
        await made.look()
    with store.read() as tx:
        kept = outbox.messages(tx)
        ends = {kept_message.state for kept_message in kept}
        drafts = [kept_message for kept_message in kept if kept_message.state is MessageState.HELD]
    assert ends <= {MessageState.HELD, MessageState.CANCELLED}
    assert {kept_message.message.channel for kept_message in kept} == {NO_CHANNEL}
    assert any("示例1" in kept.message.body for kept in drafts)
    with store.begin() as tx:
        assert outbox.release(tx, None, at=made.clock()) == frozenset()


async def test_with_the_first_channel_everything_that_waited_is_said_as_it_is_now(store: Store) -> None:
    before = await stale(store, 9)
    made = without_channels(before)
    for _ in range(4):
        await made.settle()
        made.clock.forward(timedelta(days=1))
        await made.look()
    assert (before.mail.taken, before.duty.taken) == ([], [])
    with store.begin() as tx:
        begin(tx, before.parts)
    await before.settle()
    assert len(before.mail.taken) == 2  # to the liaison and to the leader
    assert all("示例1" in message.body for message in before.mail.taken)
    with store.read() as tx:
        assert all(
            kept.message.channel for kept in outbox.messages(tx, states=[MessageState.HELD, MessageState.QUEUED])
        )
    assert await lapses(before) == []
