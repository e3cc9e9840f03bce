"""Every open case has a next step or waits for somebody; who proves it is none of those who see to it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from monitor.core.account import Role
from monitor.core.message import Attempt, Outcome
from monitor.core.observation import Reason
from monitor.core.prospect import Lapse
from monitor.store import Store, tables
from tests.pipeline.build import NOW, Canned, Office, account, feed, office

URL = "https://feed.example/a.xml"
NO = Attempt(outcome=Outcome.PERMANENT, code="550")


async def stale(store: Store, days: int = 12) -> Office:
    """Return an office that has told of a gap of so many days."""
    bodies: dict[str, bytes | Reason] = {URL: feed(NOW - timedelta(days=days))}
    made = office(store, lambda clock: Canned(clock, bodies))
    await made.enrol([account(1, URL)])
    await made.look()
    return made


async def lapses(of: Office) -> list[Lapse]:
    return [one.lapse for one in await of.parts.works.audit()]


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
    assert await lapses(made) == [Lapse.UNTOLD]


async def test_a_case_that_nobody_judges_any_more_is_found(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    made = await stale(store)
    await made.settle()
    with store.begin() as tx:
        tx.execute(sa.update(tables.accounts).values(evaluate_at=None))
    assert await lapses(made) == [Lapse.UNJUDGED]
    assert "cases without a next step" in caplog.text


async def test_an_evaluator_that_has_stopped_is_found(store: Store) -> None:
    made = await stale(store)
    await made.settle()
    made.clock.forward(timedelta(days=1, hours=2))
    assert await lapses(made) == [Lapse.OVERDUE]


async def test_what_waits_for_an_operator_whom_nothing_reaches_is_found(store: Store) -> None:
    made = await stale(store)
    await made.enrol([account(1, URL, contacts=())])
    await made.parts.works.judge_all()
    await made.parts.works.write_digest()
    await made.settle()
    assert await lapses(made) == []
    made.parts.directory.ways[Role.OPERATOR] = ()  # type: ignore[index]  # the office's own dict
    assert await lapses(made) == [Lapse.NOBODY]
