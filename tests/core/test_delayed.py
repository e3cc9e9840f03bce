"""Lists that are whole up to the end of an earlier day: an owner's figures come a day late, and accuse no earlier."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.account import Platform, Role
from monitor.core.calendar import ONE_DAY, WorkCalendar, beijing_date, days_between, start_of_day
from monitor.core.case import Case, Ladder, StepKind, plan
from monitor.core.finding import Known, Pacing, State, Support
from monitor.core.news import NewsItem, Office, Setting, Words
from monitor.core.observation import Timeline
from monitor.core.rules import upd_01, upd_03
from monitor.core.subject import Subject
from monitor.core.wording import to_person
from tests.core.build import BOOK, EVERY_DAY, account, beijing_time, known

LAST = beijing_time("2026-05-01 08:00")


def delayed(now: datetime, *, settled: int = 1, looked: timedelta = timedelta(hours=1)) -> Known:
    """What is known of an account whose owner's figures are settled up to the end of the day so many before today."""
    facts = known(LAST, look=now - looked, collector="wechat-official", platform=Platform.WEIXIN_SUBSCRIPTION)
    (look,) = facts.observations
    assert isinstance(look.seen, Timeline)
    until = start_of_day(beijing_date(now) - (settled - 1) * ONE_DAY)
    return replace(facts, observations=(replace(look, seen=replace(look.seen, whole_until=until)),))


@pytest.mark.parametrize(
    ("now", "settled", "expected"),
    [
        ("2026-05-11 09:00", 1, State.WARNING),
        ("2026-05-15 23:59", 1, State.WARNING),
        ("2026-05-16 09:00", 1, State.UNKNOWN),
        ("2026-05-16 23:59", 1, State.UNKNOWN),
        ("2026-05-17 00:01", 1, State.VIOLATED),
        ("2026-05-17 07:00", 2, State.UNKNOWN),
        ("2026-05-17 09:00", 1, State.VIOLATED),
        ("2026-05-18 07:00", 2, State.VIOLATED),
    ],
)
def test_two_weeks_are_held_against_a_unit_only_as_far_as_the_figures_reach(
    now: str, settled: int, expected: State
) -> None:
    moment = beijing_time(now)
    found = upd_01.judge(delayed(moment, settled=settled), BOOK, moment)
    assert found.state is expected
    assert found.support is Support.DELAYED


def test_why_a_fifteenth_day_is_not_held_against_the_unit_names_the_day_the_figures_reach() -> None:
    moment = beijing_time("2026-05-16 09:00")
    said = upd_01.judge(delayed(moment), BOOK, moment).because
    assert said == "最近一次更新为5月1日，截至5月15日已14天未更新，但采集到的完整内容只到5月15日。"
    empty = replace(delayed(moment), posts=(), account=account(opened_on=date(2026, 5, 1)))
    said = upd_01.judge(empty, BOOK, moment).because
    assert said == "自5月1日开设以来未见发布，截至5月15日已14天，但采集到的完整内容只到5月15日。"


def test_figures_that_reach_no_farther_than_the_last_post_show_no_day() -> None:
    """The owner's figures of the day of the post are whole at its end, and not a moment longer."""
    moment = beijing_time("2026-05-02 09:00")
    assert upd_01.judge(delayed(moment), BOOK, moment).days_shown == 0
    assert upd_01.judge(delayed(moment), BOOK, moment).because == "最近一次更新为5月1日，已1天未更新。"


def test_twenty_days_are_held_against_a_unit_only_as_far_as_the_figures_reach() -> None:
    before, after = beijing_time("2026-05-22 09:00"), beijing_time("2026-05-23 09:00")
    assert upd_03.judge(delayed(before), BOOK, before).state is not State.VIOLATED
    assert upd_03.judge(delayed(after), BOOK, after).state is State.VIOLATED


@pytest.mark.parametrize(("hours", "support"), [(47, Support.DELAYED), (48, Support.DELAYED), (49, Support.BLIND)])
def test_figures_stand_for_two_days_from_the_moment_they_reach_to(hours: int, support: Support) -> None:
    until = start_of_day(beijing_date(LAST) + 12 * ONE_DAY)
    now = until + timedelta(hours=hours)
    settled = (beijing_date(now) - beijing_date(until)).days + 1
    assert delayed(now, settled=settled).support(now) is support


def test_a_list_that_reaches_to_the_look_stands_before_figures_that_do_not() -> None:
    now = beijing_time("2026-05-16 09:00")
    both = delayed(now)
    whole = known(LAST, look=now - timedelta(hours=2)).observations
    found = upd_01.judge(replace(both, observations=(*both.observations, *whole)), BOOK, now)
    assert (found.state, found.support) == (State.VIOLATED, Support.LOOK)


@given(days=st.integers(0, 40), hour=st.integers(0, 23), settled=st.integers(1, 3))
def test_no_more_days_are_held_against_a_unit_than_the_figures_show(days: int, hour: int, settled: int) -> None:
    now = LAST.replace(hour=0) + days * ONE_DAY + timedelta(hours=hour)
    facts = delayed(now, settled=settled)
    found = upd_01.judge(facts, BOOK, now)
    if found.state is State.VIOLATED:
        assert days_between(LAST, facts.observations[0].shown_until - timedelta(microseconds=1)) >= 15


def message(kind: StepKind, now: datetime, settled: int = 1, role: Role = Role.LIAISON) -> Words:
    """Return what a person is told of the account on that day."""
    facts = delayed(now, settled=settled)
    item = NewsItem(account=facts.account, kind=kind, finding=upd_01.judge(facts, BOOK, now))
    office = Office(name="示例县政府办公室", phone="0578-0000000", sender="示例县政府信息公开中心")
    setting = Setting(now=now, calendar=WorkCalendar(), ladder=Ladder.of(BOOK), office=office, clauses={})
    return to_person([item], [role], "20260501-1", setting)


@pytest.mark.parametrize(
    ("kind", "day"), [(StepKind.REMIND, 11), (StepKind.WARN, 13), (StepKind.LAST_DAY, 15), (StepKind.HOLIDAY, 13)]
)
def test_before_the_deadline_the_unit_is_asked_and_nothing_is_said_of_today(kind: StepKind, day: int) -> None:
    words = message(kind, beijing_time(f"2026-05-{day} 09:00"))
    assert "是否已发布" in words.subject
    assert "如已发布，请提交链接；如未发布，请于" in words.body
    assert "未更新" not in words.subject + words.body


def test_a_gap_is_told_as_long_as_the_figures_show_it_and_what_came_after_is_asked_for() -> None:
    now = beijing_time("2026-05-22 09:00")
    words = message(StepKind.ESCALATE, now, role=Role.LEADER)
    assert "已20天未更新" in words.subject
    assert "截至5月21日已**20天**未更新，超过2周" in words.body
    assert "此后已发布的，请提交链接；尚未发布的，请予督促，**今日完成更新**" in words.body
    assert "5月21日前" not in words.body, "no day that is over is set"
    assert "超过20天" in upd_03.judge(delayed(now + ONE_DAY), BOOK, now + ONE_DAY).because


@pytest.mark.parametrize("settled", [1, 2])
def test_each_step_that_accuses_waits_until_the_figures_reach_its_day(settled: int) -> None:
    case, taken = None, dict[int, int]()
    for days in range(1, 40):
        now = LAST.replace(hour=1) + days * ONE_DAY
        found = upd_01.judge(delayed(now, settled=settled), BOOK, now)
        step = plan(found, Pacing.LADDER, case, BOOK, EVERY_DAY, now).step
        if step:
            case = case or Case(
                id=1, subject=Subject.of_account("A01"), rule=found.rule, episode=found.episode, opened_at=now
            )
            case = replace(case, steps=(*case.steps, step))
            taken[step.number] = days
    late = settled
    assert taken == {10: 10, 12: 12, 14: 14} | {day: day + late for day in (15, 18, 21, 28, 35)}
