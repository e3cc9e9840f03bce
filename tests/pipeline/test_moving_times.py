"""Posts that seem always as old, because their time is counted back from the look, make no case flap."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from monitor.core.case import Case, Closing, StepKind
from monitor.core.observation import Covers, Look, Post, timeline
from monitor.store import Store, cases, looks, open_store
from tests.databases import migrated
from tests.often import often
from tests.pipeline.build import NOW, Canned, Office, account, office

URL = "https://feed.example/a.xml"
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


async def enrolled(store: Store) -> Office:
    made = office(store, lambda clock: Canned(clock, {}))
    await made.enrol([account(1, URL)])
    return made


async def seen(made: Office, *posts: Post) -> None:
    """Look at the account, judge, and deliver."""
    due = await made.parts.store.query(lambda tx: looks.sources_of(tx, ["A01"]))
    sight = timeline(posts, covers=Covers.ALL)
    one = Look(source=due[0].source, at=made.clock(), sight=sight)
    await made.parts.store.write(lambda tx: looks.record(tx, [one], lambda _, look: look.at + DAY))
    await made.settle()


async def cases_of(made: Office, rule: str = "UPD-01") -> tuple[Case, ...]:
    return await made.parts.store.query(lambda tx: cases.cases(tx, rule=rule))


def moving(age: timedelta) -> Callable[[datetime, int], Post]:
    """Return what makes a post that is always so old, as a new one each time."""

    def post(now: datetime, number: int) -> Post:
        return Post(published_at=now - age, title="通知", url=f"https://a.example/{number}")

    return post


def untitled(age: timedelta) -> Callable[[datetime, int], Post]:
    """Return the same, of a list without links."""
    return lambda now, _: Post(published_at=now - age, title="通知")


@pytest.mark.parametrize("kind", [moving, untitled])
@pytest.mark.parametrize("days", [10, 12, 13, 14, 16, 25, 60])
async def test_a_case_of_a_post_that_is_always_as_old_is_told_once(
    store: Store, kind: Callable[[timedelta], Callable[[datetime, int], Post]], days: int
) -> None:
    made, post = await enrolled(store), kind(timedelta(days=days))
    for number in range(9):
        await seen(made, post(made.clock(), number))
        made.clock.forward(MINUTE / 2)
    (case,) = await cases_of(made)
    assert case.closed_at is None
    assert len(case.steps) == 1
    told = [message for message in made.mail.taken if message.address == "liaison@example.invalid"]
    assert len(told) == 1
    assert len(await cases_of(made, "UPD-03")) == (days >= 21)


@pytest.mark.parametrize("hours", [8 * 24 + 12, 9 * 24 + 12, 9 * 24 + 20, 13 * 24 + 12])
async def test_neither_does_one_whose_day_turns_between_morning_and_night(store: Store, hours: int) -> None:
    made, post = await enrolled(store), moving(timedelta(hours=hours))
    for number in range(12):
        await seen(made, post(made.clock(), number))
        made.clock.forward(timedelta(hours=6))
    found = await cases_of(made)
    assert len(found) <= 1
    kinds = [step.kind for case in found for step in case.steps]
    assert len(kinds) == len(set(kinds))


async def test_an_update_ends_it_as_before(store: Store) -> None:
    made, post = await enrolled(store), moving(timedelta(days=16))
    for number in range(3):
        await seen(made, post(made.clock(), number))
        made.clock.forward(MINUTE)
    await seen(made, Post(published_at=made.clock(), title="今天的消息", url="https://a.example/new"))
    (case,) = await cases_of(made)
    assert case.closing is Closing.UPDATED
    assert [step.kind for step in case.steps] == [StepKind.OVERDUE, StepKind.RECOVERED]


async def test_a_post_found_late_that_is_past_the_first_step_goes_on_with_the_case(store: Store) -> None:
    """Nobody hears "two weeks" of a gap that is shorter, and the steps that are still to come are taken."""
    made = await enrolled(store)
    old = Post(published_at=NOW - 12 * DAY, title="旧", url="https://a.example/1")
    await seen(made, old)
    found = Post(published_at=NOW - 11 * DAY, title="晚发现的", url="https://a.example/2")
    made.clock.forward(MINUTE)
    await seen(made, found, old)
    made.clock.forward(3 * DAY)
    await seen(made, found, old)
    (case,) = await cases_of(made)
    assert [(step.kind, step.number) for step in case.steps] == [(StepKind.WARN, 12), (StepKind.LAST_DAY, 14)]
    assert case.episode == found.published_at.isoformat()
    assert "最后一天" in made.mail.taken[-1].body


async def test_what_waits_to_say_two_weeks_is_dropped_where_a_newer_post_is_found(store: Store) -> None:
    made = await enrolled(store)
    await seen_unsent(made, Post(published_at=NOW - 16 * DAY, title="旧", url="https://a.example/1"))
    await seen(made, Post(published_at=NOW - 12 * DAY, title="晚发现的", url="https://a.example/2"))
    assert not [message for message in made.mail.taken if "超期" in message.subject]


async def seen_unsent(made: Office, post: Post) -> None:
    due = await made.parts.store.query(lambda tx: looks.sources_of(tx, ["A01"]))
    one = Look(source=due[0].source, at=made.clock(), sight=timeline([post], covers=Covers.ALL))
    await made.parts.store.write(lambda tx: looks.record(tx, [one], lambda _, look: look.at + DAY))
    await made.parts.passes.judge_all()


@examples(max_examples=often(10))
@given(
    ages=st.lists(st.integers(8 * 24, 30 * 24), min_size=1, max_size=3),
    steps=st.lists(st.integers(1, 24 * 60), min_size=4, max_size=12),
)
def test_no_step_is_said_twice_while_nothing_new_appears(
    tmp_path_factory: pytest.TempPathFactory, ages: list[int], steps: list[int]
) -> None:
    """Whatever the ages that a list shows, a case is opened once and each step of it taken once."""

    async def lived(path: Path) -> None:
        with open_store(migrated(path / "x.db")) as store:
            made = await enrolled(store)
            for number, minutes in enumerate(steps):
                posts = [moving(timedelta(hours=age))(made.clock(), 10 * number + at) for at, age in enumerate(ages)]
                await seen(made, *posts)
                made.clock.forward(timedelta(minutes=minutes))
            found = await cases_of(made)
            if min(ages) >= 9 * 24:
                assert len(found) == 1 or not found
            taken = [(case.id, step.kind, step.number) for case in found for step in case.steps]
            assert len(taken) == len(set(taken))

    asyncio.run(lived(tmp_path_factory.mktemp("x")))
