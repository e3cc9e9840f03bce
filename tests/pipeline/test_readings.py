"""A far side's own word that nothing has changed is believed for half a day, and never before a case goes on."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from monitor.core.case import AHEAD, Closing, StepKind
from monitor.core.finding import State
from monitor.core.observation import JUST_READ, POLLED_FRESHNESS, Covers, Post, Reason, timeline
from monitor.core.schedule import BELIEVED
from monitor.store import Store, cases, looks, open_store, overview
from tests.databases import migrated
from tests.pipeline.build import account, feed
from tests.pipeline.stubborn import DAY, HOUR, MIDNIGHT, SECOND, URL, days_before, watched


async def test_where_nothing_changes_the_page_is_read_at_least_once_a_day_and_not_at_every_look(store: Store) -> None:
    begun = MIDNIGHT - 6 * HOUR
    here = await watched(store, begun, first=days_before(begun, 1))
    await here.through(begun + 3 * DAY)
    gaps = [later - before for before, later in zip(here.door.read, here.door.read[1:], strict=False)]
    assert max(gaps) < POLLED_FRESHNESS
    assert len(here.door.read) < len(here.door.asked)


@pytest.mark.parametrize("hours_ago", [2, 5, 11, 20])
async def test_a_post_that_the_far_side_hides_keeps_a_case_from_opening(store: Store, hours_ago: int) -> None:
    """On the tenth day a case would open; the page has an update, and still says that nothing has changed."""
    begun = MIDNIGHT - 9 * DAY
    here = await watched(store, MIDNIGHT - 2 * DAY, first=feed(begun - HOUR))
    tenth = beginning = MIDNIGHT + timedelta(minutes=30)
    await here.through(beginning - hours_ago * HOUR)
    here.door.bodies[URL] = feed(here.office.clock())
    await here.through(tenth + 8 * HOUR)
    assert await here.case() is None
    assert here.office.mail.taken == []


async def test_where_nothing_was_published_the_case_opens_as_soon_as_the_page_was_read(store: Store) -> None:
    begun = MIDNIGHT - 9 * DAY
    here = await watched(store, MIDNIGHT - 2 * DAY, first=feed(begun - HOUR))
    await here.through(MIDNIGHT)
    await here.through(MIDNIGHT + timedelta(minutes=10))
    case = await here.case()
    assert case is not None
    assert case.steps[0].kind is StepKind.REMIND
    assert any(timedelta() <= case.opened_at - read <= JUST_READ for read in here.door.read)


@pytest.mark.parametrize(("day", "kind"), [(12, StepKind.WARN), (15, StepKind.OVERDUE), (21, StepKind.PROPOSE)])
async def test_a_case_does_not_go_up_on_the_word_that_nothing_changed(store: Store, day: int, kind: StepKind) -> None:
    here = await watched(store, MIDNIGHT - 2 * DAY, first=feed(MIDNIGHT - day * DAY + 2 * HOUR))
    turn = MIDNIGHT
    await here.through(turn - HOUR)
    case = await here.case()
    assert case is not None
    here.door.bodies[URL] = feed(here.office.clock())
    await here.through(turn + 2 * HOUR)
    after = await here.case()
    assert after is not None
    assert kind not in {step.kind for step in after.steps}
    assert after.closing is Closing.UPDATED


async def test_a_task_about_a_long_gap_waits_for_a_reading_too(store: Store) -> None:
    here = await watched(store, MIDNIGHT - 2 * DAY, first=feed(MIDNIGHT - 21 * DAY + HOUR))
    turn = MIDNIGHT
    await here.through(turn - HOUR)
    assert await here.case("UPD-03") is None
    here.door.bodies[URL] = feed(here.office.clock())
    await here.through(turn + 2 * HOUR)
    assert await here.case("UPD-03") is None


@pytest.mark.parametrize("fails_after", [timedelta(hours=-1), timedelta(minutes=-1)])
async def test_a_reminder_waits_until_the_morning_for_a_page_that_fails_and_is_not_lost(
    store: Store, fails_after: timedelta
) -> None:
    """The page was read within a day, and fails from then on: the unit hears of its deadline all the same."""
    begun = MIDNIGHT - 9 * DAY
    here = await watched(store, MIDNIGHT - 2 * DAY, first=feed(begun - HOUR))
    await here.through(MIDNIGHT + fails_after)
    here.door.bodies[URL] = Reason.RATE_LIMITED
    before = len(here.door.asked)
    await here.through(MIDNIGHT + timedelta(hours=8, minutes=29))
    assert await here.steps() == ()
    await here.through(MIDNIGHT + 9 * HOUR)
    assert await here.steps() == (StepKind.REMIND,)
    assert len(here.office.mail.taken) == 1
    assert len(here.door.asked) - before <= 12


async def test_a_page_that_is_read_again_before_the_morning_keeps_the_reminder_from_being_sent(store: Store) -> None:
    begun = MIDNIGHT - 9 * DAY
    here = await watched(store, MIDNIGHT - 2 * DAY, first=feed(begun - HOUR))
    await here.through(MIDNIGHT - HOUR)
    here.door.bodies[URL] = Reason.TIMEOUT
    await here.through(MIDNIGHT + 4 * HOUR)
    here.door.bodies[URL] = feed(MIDNIGHT - 2 * HOUR)
    await here.through(MIDNIGHT + 9 * HOUR)
    assert await here.steps() == ()
    assert here.office.mail.taken == []


async def test_one_try_that_fails_in_the_day_does_not_end_the_wait(store: Store) -> None:
    """The service stood still in the night; in the day's first minute the page does not answer, and then it does."""
    begun = MIDNIGHT - 9 * DAY
    here = await watched(store, MIDNIGHT - 2 * DAY, first=feed(begun - HOUR))
    await here.through(MIDNIGHT - HOUR)
    here.office.clock.moment = MIDNIGHT + 10 * HOUR
    here.door.bodies[URL] = Reason.TIMEOUT
    await here.turn()
    here.door.bodies[URL] = feed(MIDNIGHT + 9 * HOUR)
    await here.through(MIDNIGHT + 12 * HOUR)
    assert await here.steps() == ()


@pytest.mark.parametrize("last_read", [14, 20])
async def test_nobody_is_accused_while_the_page_only_fails_and_the_operator_hears_of_it(
    store: Store, last_read: int
) -> None:
    """On day 15, or 21, a case would go up; from the night before on the page answers no more."""
    begun = MIDNIGHT - 2 * DAY
    here = await watched(store, begun, first=feed(MIDNIGHT - last_read * DAY - HOUR))
    await here.through(MIDNIGHT - 2 * HOUR)
    said, told = await here.steps(), len(here.office.mail.taken)
    here.door.bodies[URL] = Reason.TIMEOUT
    await here.through(MIDNIGHT + 6 * DAY)
    assert await here.steps() == said
    assert len(here.office.mail.taken) == told
    assert await here.steps("UPD-03") == ()
    assert await here.state() is State.UNKNOWN
    assert await here.steps("SEE-01") == (StepKind.TASK,)
    assert any("未采集到完整内容" in message.body for message in here.office.duty.taken)


async def test_the_case_goes_up_as_soon_as_the_page_can_be_read_again(store: Store) -> None:
    shown = feed(MIDNIGHT - 14 * DAY - HOUR)
    here = await watched(store, MIDNIGHT - DAY, first=shown)
    await here.through(MIDNIGHT - HOUR)
    here.door.bodies[URL] = Reason.TIMEOUT
    await here.through(MIDNIGHT + 12 * HOUR)
    assert StepKind.OVERDUE not in await here.steps()
    here.door.bodies[URL] = shown
    await here.through(MIDNIGHT + DAY)
    assert StepKind.OVERDUE in await here.steps()


async def test_a_second_source_that_says_too_little_is_not_read_again_and_again(store: Store) -> None:
    """One source fails and holds up the step; the other is read once for it, and then in its turn."""
    begun = MIDNIGHT - 9 * DAY
    here = await watched(store, MIDNIGHT - 2 * DAY, first=feed(begun - HOUR), second=feed(begun - 3 * HOUR))
    await here.through(MIDNIGHT - HOUR)
    here.door.bodies |= {URL: Reason.TIMEOUT, SECOND: Reason.TIMEOUT}
    before = len(here.door.asked)
    await here.through(MIDNIGHT + 3 * HOUR)
    assert len(here.door.asked) - before <= 16


async def test_a_look_by_hand_is_a_reading_itself(store: Store) -> None:
    begun = MIDNIGHT - 9 * DAY
    here = await watched(store, MIDNIGHT - 2 * DAY, first=Reason.CAPTCHA)
    posts = timeline((Post(published_at=begun - HOUR, title="一条消息"),), covers=Covers.ALL)
    await here.through(MIDNIGHT - 3 * DAY)
    at = here.office.clock()
    watched_ = account(1, URL, method=f"feed={URL}")
    await here.office.parts.store.write(lambda tx: looks.hand_look(tx, watched_, posts, at=at, known_at=at))
    await here.through(MIDNIGHT + timedelta(minutes=5))
    assert await here.case() is not None


async def test_the_word_before_the_morning_messages_is_that_of_the_page(store: Store) -> None:
    """From the ninth day on each morning's look reads the page: what leaves at half past eight is still true."""
    begun = MIDNIGHT - 9 * DAY
    here = await watched(store, MIDNIGHT - 2 * DAY, first=feed(begun - HOUR))
    morning = MIDNIGHT + 6 * HOUR
    await here.through(morning)
    before = len(here.door.read)
    await here.through(morning + timedelta(hours=2, minutes=30))
    assert len(here.door.read) > before


async def test_whoever_asks_for_a_look_gets_one(store: Store) -> None:
    here = await watched(store, MIDNIGHT, first=days_before(MIDNIGHT, 1))
    for _ in range(3):
        await here.office.parts.looker.look_now(["A01"])
    assert len(here.door.read) == 3


async def test_the_past_is_judged_by_what_had_been_read(store: Store) -> None:
    """`read_at` is of the interval: at a moment before it, the interval's looks stood as close behind."""
    begun = MIDNIGHT - 9 * DAY
    here = await watched(store, MIDNIGHT - 2 * DAY, first=feed(begun - HOUR))
    await here.through(MIDNIGHT)
    seen = await here.office.parts.store.query(lambda tx: overview.observations_of(tx, "A01"))
    assert all(observation.first_seen <= observation.shown_at <= observation.last_confirmed for observation in seen)
    assert all(
        observation.last_confirmed - observation.shown_at < BELIEVED + timedelta(hours=8) for observation in seen
    )


HOURS = 10 * 24
"""How many hours a history lasts; before them nothing was published for nine days."""
PUBLISHED = st.lists(st.integers(0, HOURS), max_size=2)
FAILS = st.lists(st.tuples(st.integers(0, HOURS), st.integers(1, 40)), max_size=3)


def test_no_step_is_taken_on_what_the_page_did_not_show_within_the_hour(tmp_path: Path) -> None:
    """Steps are taken, failures lie among them, and an update comes; many other histories are a slow drill."""
    assert asyncio.run(_no_step_without_a_reading(tmp_path, [190], [(20, 9), (80, 30)])) > 1


@pytest.mark.slow
@examples(max_examples=33)
@given(published=PUBLISHED, fails=FAILS)
def test_nor_in_any_other_history(
    tmp_path_factory: pytest.TempPathFactory, published: list[int], fails: list[tuple[int, int]]
) -> None:
    asyncio.run(_no_step_without_a_reading(tmp_path_factory.mktemp("x"), sorted(published), fails))


async def _no_step_without_a_reading(place: Path, published: list[int], fails: list[tuple[int, int]]) -> int:
    """Live through a history, and return how many steps were taken in it."""
    begun = MIDNIGHT - DAY
    moments = [begun - 8 * DAY - HOUR, *(begun + hours * HOUR for hours in published)]
    failing = [(begun + start * HOUR, begun + (start + lasts) * HOUR) for start, lasts in fails]
    turns = {*moments[1:], *(moment for stretch in failing for moment in stretch), begun + HOURS * HOUR}

    def shown() -> bytes | Reason:
        now = here.office.clock()
        if any(start <= now < end for start, end in failing):
            return Reason.TIMEOUT
        return feed(*sorted((moment for moment in moments if moment <= now), reverse=True))

    with open_store(migrated(place / "x.db")) as store:
        here = await watched(store, begun, first=feed(moments[0]))
        for turn in sorted(turns):
            await here.through(turn - timedelta(minutes=1))
            here.office.clock.moment = turn
            here.door.bodies[URL] = shown()
        with store.read() as tx:
            steps = [
                (step, case)
                for case in cases.cases(tx)
                if case.rule in {"UPD-01", "UPD-03"}
                for step in case.steps
                if step.kind is not StepKind.RECOVERED
            ]
        for step, case in steps:
            read_at = max(read for read in here.door.read if read <= step.at)
            has_failed = any(start <= step.at and read_at < end for start, end in failing)  # since it was read
            patience = POLLED_FRESHNESS if step.kind in AHEAD and has_failed else JUST_READ
            assert step.at - read_at <= patience, step
            newest = max(moment for moment in moments if moment <= read_at)
            assert case.episode >= newest.isoformat(), step
    return len(steps)


async def test_a_far_side_that_changes_its_word_between_same_and_new_is_believed_only_when_it_shows(
    store: Store,
) -> None:
    """It answers by turns that nothing has changed, and with the page; the unit has published in between."""
    here = await watched(store, MIDNIGHT - 2 * DAY, first=feed(MIDNIGHT - 9 * DAY - HOUR))
    for hours in range(2, 46, 4):
        await here.through(MIDNIGHT - 2 * DAY + hours * HOUR)
        here.door.is_stubborn = not here.door.is_stubborn
    here.door.is_stubborn = True
    here.door.bodies[URL] = feed(MIDNIGHT - 2 * HOUR)
    await here.through(MIDNIGHT + 9 * HOUR)
    assert await here.steps() == ()
    assert here.office.mail.taken == []


@pytest.mark.parametrize("hidden", [URL, SECOND])
async def test_of_two_sources_the_one_that_says_the_same_for_ever_hides_no_update(store: Store, hidden: str) -> None:
    """Whichever of the two shows the update: it is known before day 15 is held against the unit."""
    old = feed(MIDNIGHT - 15 * DAY + 2 * HOUR)
    here = await watched(store, MIDNIGHT - 2 * DAY, first=old, second=old)
    await here.through(MIDNIGHT - HOUR)
    here.door.bodies[hidden] = feed(MIDNIGHT - 2 * HOUR, MIDNIGHT - 15 * DAY + 2 * HOUR)
    await here.through(MIDNIGHT + 9 * HOUR)
    assert StepKind.OVERDUE not in await here.steps()


async def test_a_look_by_a_person_in_the_night_is_what_the_step_goes_by(store: Store) -> None:
    """`xuncha check` reads the update a minute before midnight; the page fails from then on."""
    here = await watched(store, MIDNIGHT - 2 * DAY, first=feed(MIDNIGHT - 15 * DAY + 2 * HOUR))
    await here.through(MIDNIGHT - HOUR)
    here.door.bodies[URL] = feed(MIDNIGHT - 2 * HOUR)
    await here.office.parts.looker.look_now(["A01"])
    here.door.bodies[URL] = Reason.TIMEOUT
    await here.through(MIDNIGHT + 12 * HOUR)
    assert StepKind.OVERDUE not in await here.steps()
    assert await here.state() is State.OK
