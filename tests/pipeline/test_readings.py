"""A far side's own word that nothing has changed is believed for half a day, and never before a case goes on."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from monitor.core.case import Case, Closing, StepKind
from monitor.core.collector import Page, Request, UnchangedError
from monitor.core.finding import State
from monitor.core.observation import JUST_READ, POLLED_FRESHNESS, Covers, Post, Reason, Validators, timeline
from monitor.core.schedule import BELIEVED
from monitor.store import Store, cases, looks, open_store, sights
from tests.databases import migrated
from tests.pipeline.build import NOW, Canned, CannedFetch, Clock, Office, account, feed, office

URL = "https://feed.example/a.xml"
SECOND = "https://feed.example/b.xml"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass
class Stubborn(Canned):
    """A far side that tells whoever asks whether anything has changed that nothing has, whatever it has published."""

    read: list[datetime] = field(default_factory=list)
    """When it was made to show its page."""
    asked: list[datetime] = field(default_factory=list)
    """When it was asked at all."""

    def bind(
        self, source: str, *, reader: str, validators: Validators | None = None, platform: str = ""
    ) -> StubbornFetch:
        return StubbornFetch(self.clock, self.bodies, door=self, before=validators, reader=reader)


@dataclass
class StubbornFetch(CannedFetch):
    door: Stubborn | None = None
    before: Validators | None = None
    reader: str = ""

    async def __call__(self, request: Request, /) -> Page:
        assert self.door is not None
        self.door.asked.append(self.clock())
        if self.before is not None:
            raise UnchangedError
        page = await super().__call__(request)
        self.validators = Validators(etag='"fixed"', body_hash="the same", reader=self.reader)
        self.door.read.append(self.clock())
        return page


@dataclass
class Watched:
    """An office that watches one account on a stubborn far side, and its clock."""

    office: Office
    door: Stubborn

    async def until(self, moment: datetime, step: timedelta = HOUR) -> None:
        """Run the passes of the daemon every so often until then."""
        while self.office.clock() < moment:
            self.office.clock.moment = min(self.office.clock() + step, moment)
            await self.turn()

    async def turn(self) -> None:
        works = self.office.parts.works
        while await works.look(works.collectors):
            pass
        await works.judge_all()
        while await works.deliver():
            pass

    async def case(self, rule: str = "UPD-01") -> Case | None:
        found = await self.office.parts.store.query(lambda tx: cases.cases(tx, rule=rule))
        return next(iter(found), None)

    async def state(self) -> State:
        found = await self.office.parts.store.query(cases.current_findings)
        return next(one.state for one in found if one.rule == "UPD-01")


async def watched(store: Store, begun: datetime, **bodies: bytes | Reason) -> Watched:
    doors: list[Stubborn] = []

    def door(clock: Clock) -> Stubborn:
        clock.moment = begun
        doors.append(
            Stubborn(clock, {URL: bodies.get("first", feed(begun)), SECOND: bodies.get("second", feed(begun))})
        )
        return doors[0]

    made = office(store, door)
    method = f"feed={URL}" + (f"; feed={SECOND}" if "second" in bodies else "")
    await made.enrol([account(1, URL, method=method)])
    return Watched(made, doors[0])


MIDNIGHT = NOW.replace(hour=16)
"""Midnight in Beijing."""


def days_before(moment: datetime, days: int) -> bytes:
    return feed(moment - days * DAY)


async def test_where_nothing_changes_the_page_is_read_at_least_once_a_day_and_not_at_every_look(store: Store) -> None:
    begun = MIDNIGHT - 6 * HOUR
    here = await watched(store, begun, first=days_before(begun, 1))
    await here.until(begun + 6 * DAY)
    gaps = [later - before for before, later in zip(here.door.read, here.door.read[1:], strict=False)]
    assert max(gaps) < POLLED_FRESHNESS
    assert len(here.door.read) < len(here.door.asked)


@pytest.mark.parametrize("hours_ago", [2, 5, 11, 20])
async def test_a_post_that_the_far_side_hides_keeps_a_case_from_opening(store: Store, hours_ago: int) -> None:
    """On the tenth day a case would open; the page has an update, and still says that nothing has changed."""
    begun = MIDNIGHT - 9 * DAY
    here = await watched(store, begun, first=feed(begun - HOUR))
    tenth = beginning = MIDNIGHT + timedelta(minutes=30)
    await here.until(beginning - hours_ago * HOUR, 3 * HOUR)
    here.door.bodies[URL] = feed(here.office.clock())
    await here.until(tenth + 8 * HOUR)
    assert await here.case() is None
    assert here.office.mail.taken == []


async def test_where_nothing_was_published_the_case_opens_as_soon_as_the_page_was_read(store: Store) -> None:
    begun = MIDNIGHT - 9 * DAY
    here = await watched(store, begun, first=feed(begun - HOUR))
    await here.until(MIDNIGHT, 3 * HOUR)
    await here.until(MIDNIGHT + timedelta(minutes=10), timedelta(minutes=1))
    case = await here.case()
    assert case is not None
    assert case.steps[0].kind is StepKind.REMIND
    assert any(timedelta() <= case.opened_at - read <= JUST_READ for read in here.door.read)


@pytest.mark.parametrize(("day", "kind"), [(12, StepKind.WARN), (15, StepKind.OVERDUE), (21, StepKind.PROPOSE)])
async def test_a_case_does_not_go_up_on_the_word_that_nothing_changed(store: Store, day: int, kind: StepKind) -> None:
    begun = MIDNIGHT - 9 * DAY
    here = await watched(store, begun, first=feed(begun - HOUR))
    turn = begun + (day - 1) * DAY
    await here.until(turn - HOUR, 3 * HOUR)
    case = await here.case()
    assert case is not None
    here.door.bodies[URL] = feed(here.office.clock())
    await here.until(turn + 2 * HOUR, timedelta(minutes=20))
    after = await here.case()
    assert after is not None
    assert kind not in {step.kind for step in after.steps}
    assert after.closing is Closing.UPDATED


async def test_a_task_about_a_long_gap_waits_for_a_reading_too(store: Store) -> None:
    begun = MIDNIGHT - 9 * DAY
    here = await watched(store, begun, first=feed(begun - HOUR))
    turn = begun + 20 * DAY
    await here.until(turn - HOUR, 3 * HOUR)
    assert await here.case("UPD-03") is None
    here.door.bodies[URL] = feed(here.office.clock())
    await here.until(turn + 2 * HOUR, timedelta(minutes=20))
    assert await here.case("UPD-03") is None


async def test_while_the_page_cannot_be_read_nothing_is_said_and_the_far_side_is_not_pressed(store: Store) -> None:
    begun = MIDNIGHT - 9 * DAY
    here = await watched(store, begun, first=feed(begun - HOUR))
    await here.until(MIDNIGHT - HOUR, 3 * HOUR)
    here.door.bodies[URL] = Reason.RATE_LIMITED
    before = len(here.door.asked)
    await here.until(MIDNIGHT + 20 * HOUR, timedelta(minutes=10))
    assert await here.case() is None
    assert len(here.door.asked) - before <= 12
    here.door.bodies[URL] = feed(begun - HOUR)
    await here.until(MIDNIGHT + 27 * HOUR, timedelta(minutes=10))
    assert await here.case() is not None


async def test_a_second_source_that_says_too_little_is_not_read_again_and_again(store: Store) -> None:
    """One source fails and holds up the step; the other is read once for it, and then in its turn."""
    begun = MIDNIGHT - 9 * DAY
    here = await watched(store, begun, first=feed(begun - HOUR), second=feed(begun - 3 * HOUR))
    await here.until(MIDNIGHT - HOUR, 3 * HOUR)
    here.door.bodies |= {URL: Reason.TIMEOUT, SECOND: Reason.TIMEOUT}
    before = len(here.door.asked)
    await here.until(MIDNIGHT + 3 * HOUR, timedelta(minutes=1))
    assert len(here.door.asked) - before <= 16


async def test_a_look_by_hand_is_a_reading_itself(store: Store) -> None:
    begun = MIDNIGHT - 9 * DAY
    here = await watched(store, begun, first=Reason.CAPTCHA)
    posts = timeline((Post(published_at=begun - HOUR, title="一条消息"),), covers=Covers.ALL)
    await here.until(MIDNIGHT - 3 * DAY, 6 * HOUR)
    at = here.office.clock()
    watched_ = account(1, URL, method=f"feed={URL}")
    await here.office.parts.store.write(lambda tx: looks.hand_look(tx, watched_, posts, at=at, known_at=at))
    await here.until(MIDNIGHT + timedelta(minutes=5), timedelta(hours=3))
    assert await here.case() is not None


async def test_the_word_before_the_morning_messages_is_that_of_the_page(store: Store) -> None:
    """From the ninth day on each morning's look reads the page: what leaves at half past eight is still true."""
    begun = MIDNIGHT - 9 * DAY
    here = await watched(store, begun, first=feed(begun - HOUR))
    morning = MIDNIGHT + 6 * HOUR
    await here.until(morning, timedelta(minutes=30))
    before = len(here.door.read)
    await here.until(morning + timedelta(hours=2, minutes=30), timedelta(minutes=5))
    assert len(here.door.read) > before


async def test_whoever_asks_for_a_look_gets_one(store: Store) -> None:
    here = await watched(store, MIDNIGHT, first=days_before(MIDNIGHT, 1))
    for _ in range(3):
        await here.office.parts.looker.look_now(["A01"])
    assert len(here.door.read) == 3


async def test_the_past_is_judged_by_what_had_been_read(store: Store) -> None:
    """`read_at` is of the interval: at a moment before it, the interval's looks stood as close behind."""
    begun = MIDNIGHT - 9 * DAY
    here = await watched(store, begun, first=feed(begun - HOUR))
    await here.until(MIDNIGHT, 3 * HOUR)
    seen = await here.office.parts.store.query(lambda tx: sights.observations_of(tx, "A01"))
    assert all(one.first_seen <= one.shown_at <= one.last_confirmed for one in seen)
    assert all(one.last_confirmed - one.shown_at < BELIEVED + timedelta(hours=8) for one in seen)


@examples(max_examples=12, deadline=None)
@given(
    published=st.lists(st.integers(0, 24 * 24), max_size=4),
    fails=st.lists(st.tuples(st.integers(0, 24 * 24), st.integers(1, 40)), max_size=2),
)
def test_no_step_is_ever_taken_on_what_the_page_did_not_show_within_the_hour(
    tmp_path_factory: pytest.TempPathFactory, published: list[int], fails: list[tuple[int, int]]
) -> None:
    asyncio.run(_no_step_without_a_reading(tmp_path_factory.mktemp("x"), sorted(published), fails))


async def _no_step_without_a_reading(place: Path, published: list[int], fails: list[tuple[int, int]]) -> None:
    begun = MIDNIGHT - 24 * DAY
    moments = [begun - HOUR, *(begun + hours * HOUR for hours in published)]

    def shown(now: datetime) -> bytes | Reason:
        if any(begun + start * HOUR <= now < begun + (start + lasts) * HOUR for start, lasts in fails):
            return Reason.TIMEOUT
        return feed(*sorted((one for one in moments if one <= now), reverse=True))

    with open_store(migrated(place / "x.db")) as store:
        here = await watched(store, begun, first=shown(begun))
        while here.office.clock() < MIDNIGHT:
            here.office.clock.moment += timedelta(hours=2)
            here.door.bodies[URL] = shown(here.office.clock())
            await here.turn()
            here.office.clock.moment += timedelta(minutes=3)
            await here.turn()
        with store.read() as tx:
            steps = [
                (step, case)
                for case in cases.cases(tx)
                if case.rule in {"UPD-01", "UPD-03"}
                for step in case.steps
                if step.kind is not StepKind.RECOVERED
            ]
        for step, case in steps:
            assert any(timedelta() <= step.at - read <= JUST_READ for read in here.door.read), step
            read_at = max(read for read in here.door.read if read <= step.at)
            newest = max(one for one in moments if one <= read_at)
            assert case.episode == newest.isoformat(), step
