"""January to October 2026, with 春节, 国庆 and every make-up Saturday: who was told what, when and why.

Seven invented accounts whose gaps fall where the calendar is hard. The story stands in a file that a person can read;
`XUNCHA_WRITE_GOLDEN=1 pytest -m slow tests/sample/test_ten_months.py` writes it anew.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from monitor.app.parts import Parts
from monitor.core.account import Account, Contact, Platform, Role, UnitLevel
from monitor.core.calendar import ONE_DAY, at_beijing, beijing_date, days_between
from monitor.core.case import RUNGS, StepKind
from monitor.core.channel import Channel
from monitor.core.phrases import day
from monitor.sample import replay
from monitor.sample.script import County, FeedKind, FeedPlace, Script, ScriptedPost
from monitor.store import Store, cases, open_store, outbox
from monitor.store.roster import save_roster
from tests.sample.telling import moment, story
from tests.sample.test_replay import DUTY, MAIL, office

BASE = "http://127.0.0.1:8099"
BEGIN, END = date(2026, 1, 1), date(2026, 10, 31)
HOURS = (time(7, 30), time(9), time(15))
"""The first is before the digest of the day, as the service works through the night."""
GOLDEN = Path(__file__).parents[1] / "golden" / "ten_months.txt"
MAKEUP = {date(2026, *day) for day in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))}
STORIES = {
    "元旦后补班": ("2026-01-02", "2026-01-25"),
    "春节跨节": ("2026-02-08", "2026-02-27"),
    "春节前更新": ("2026-02-04", "2026-02-13"),
    "五一补班": ("2026-04-27", "2026-05-12"),
    "长期未更新": ("2026-05-20", "2026-07-08"),
    "国庆跨节": ("2026-09-22", "2026-10-12"),
    "从不间断": ("2026-01-01", "2026-01-04"),
}
"""Each account's one long gap: its last post before, and the first after. Else it posts every four days."""

pytestmark = pytest.mark.slow


def posts(gap: tuple[str, str]) -> tuple[ScriptedPost, ...]:
    """Return a post at ten o'clock every four days, but for the gap."""
    last, first = (date.fromisoformat(text) for text in gap)

    def days() -> Iterator[date]:
        one = last
        while one >= BEGIN - timedelta(days=8):
            yield one
            one -= 4 * ONE_DAY
        one = first
        while one <= END:
            yield one
            one += 4 * ONE_DAY

    moments = sorted(at_beijing(day, time(10)) for day in days())
    return tuple(ScriptedPost(published_at=at, title=f"{moment(at)}的消息") for at in moments)


def county() -> County:
    scripts = []
    for number, (name, gap) in enumerate(STORIES.items(), 1):
        place = FeedPlace(host=f"unit{number}.example", path="/feed.xml", kind=FeedKind.RSS)
        people = (
            Contact(role=Role.LIAISON, name=f"联络员{number}", mail=f"liaison{number}@example.invalid"),
            Contact(role=Role.LEADER, name=f"责任领导{number}", mail=f"leader{number}@example.invalid"),
        )
        account = Account(
            id=f"T{number}",
            name=name,
            platform=Platform.TOUTIAO,
            unit=f"示例单位{number}",
            area="示例县",
            level=UnitLevel.COUNTY_UNIT,
            method=f"feed={BASE}/{place.host}{place.path}",
            opened_on=date(2020, 1, 1),
            contacts=people,
        )
        scripts.append(Script(account=account, place=place, posts=posts(gap)))
    return County(now=at_beijing(END, time(16)), base_url=BASE, scripts=tuple(scripts))


async def lived(store: Store) -> Parts:
    """Return the parts of an office that has lived through the ten months."""
    told, moments = county(), tuple(replay.ticks(at_beijing(BEGIN, time(0)), at_beijing(END, time(23)), HOURS))
    clock = replay.VirtualClock(moments[0])
    channels: dict[str, Channel] = {
        name: replay.Noting(name=name, clock=clock, is_group=name != MAIL) for name in (MAIL, DUTY)
    }
    settings = office()
    roles = settings.roles.model_copy(update={"liaison": (MAIL,)})
    settings = settings.model_copy(update={"roles": roles})
    parts = Parts(settings=settings, store=store, clock=clock, door=replay.CannedDoor(told, clock), channels=channels)
    with store.begin() as tx:
        save_roster(tx, told.accounts, sources=parts.sources, effective_at=clock.moment, known_at=clock.moment)
    await replay.replay(parts.passes, told, clock, moments)
    return parts


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Parts]]:
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('months')}/months.db") as store:
        yield store, asyncio.run(lived(store))


def sent(parts: Parts) -> list[tuple[datetime, str, str]]:
    """Return when which person was told what; the office's own messages left out."""
    channel = parts.channels[MAIL]
    assert isinstance(channel, replay.Noting)
    return [(at, message.address or "", message.body) for at, message in channel.taken]


def test_ten_months_are_told_line_by_line(months: tuple[Store, Parts]) -> None:
    text = "\n".join(story(months[1])) + "\n"
    if os.environ.get("XUNCHA_WRITE_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_no_message_leaves_outside_the_windows_and_make_up_saturdays_are_worked(months: tuple[Store, Parts]) -> None:
    _, parts = months
    moments = [at for at, _, _ in sent(parts)]
    assert len(moments) > 30
    assert all(parts.hours.is_open(at, parts.calendar) for at in moments)
    assert {beijing_date(at) for at in moments} & MAKEUP
    assert all(parts.calendar.is_workday(day) for day in MAKEUP)


def test_nobody_is_told_twice_of_one_step(months: tuple[Store, Parts]) -> None:
    store, _ = months
    with store.read() as tx:
        told = [
            (notice.case, notice.kind, notice.number, notice.person)
            for case in cases.cases(tx, limit=10_000)
            for notice in cases.notices_of_case(tx, case.id)
            if notice.role is not Role.OPERATOR
        ]
        carried = [
            (notice.case, notice.kind, notice.number, notice.person)
            for kept in outbox.messages(tx, limit=10_000)
            for notice in outbox.notices_of(tx, kept.message.id)
            if notice.role is not Role.OPERATOR
        ]
    assert max(Counter(told).values()) == 1
    assert max(Counter(carried).values()) == 1


def test_nobody_is_told_to_update_after_updating(months: tuple[Store, Parts]) -> None:
    scripts = {script.account.name: script for script in county().scripts}
    for at, address, body in sent(months[1]):
        newest = next(script for name, script in scripts.items() if f"“{name}”" in body).newest(at)
        assert newest is not None
        days = days_between(newest.published_at, at)
        is_settled = "同时办结" in body
        is_known = f"最近一次更新为{day(beijing_date(newest.published_at))}" in body
        assert is_settled or (days >= 4 and is_known), (at, address, body)
        assert is_settled or "节前提醒" in body or f"**{days}天**" in body
        assert not is_settled or days <= 4


def test_the_steps_fall_on_the_days_that_the_calendar_leaves(months: tuple[Store, Parts]) -> None:
    store, parts = months
    with store.read() as tx:
        every = cases.cases(tx, limit=10_000)
    steps = {
        (case.account, step.kind): beijing_date(step.at)
        for case in every
        if case.rule == "UPD-01"
        for step in case.steps
        if step.kind in RUNGS | {StepKind.HOLIDAY}
    }
    assert all(parts.calendar.is_workday(day) for day in steps.values())
    assert steps["T4", StepKind.WARN] == date(2026, 5, 9), "the make-up Saturday is worked"
    assert steps["T2", StepKind.HOLIDAY] == date(2026, 2, 14), "the last day before 春节"
    assert steps["T2", StepKind.OVERDUE] == date(2026, 2, 24), "the first day after it"
    assert ("T7", StepKind.REMIND) not in steps
    long = next(case for case in every if case.account == "T5" and case.rule == "UPD-01")
    assert [step.number for step in long.steps if step.kind in RUNGS] == [10, 12, 14, 15, 18, 21, 28, 35, 42, 49]
