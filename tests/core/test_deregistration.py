"""How far a deregistration is: each step and its term, the freeze, the window of the confirmation, the proof."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.core.account import AccountStatus, Platform
from monitor.core.decision import Ruling
from monitor.core.deregistration import Stage, freeze_days, progress
from monitor.core.finding import Known, State
from monitor.core.observation import Observation, Standing
from monitor.core.rules import drg_01, upd_01
from tests.core.area import ruled
from tests.core.build import beijing_time, observation
from tests.core.closing import (
    ALL,
    CALENDAR,
    DECIDED,
    MERGED,
    RULES,
    WEIXIN,
    closing,
    gone,
    of_2026,
    reached,
    told_on,
    verdict,
)


@pytest.mark.parametrize(
    ("known", "stage", "following", "due"),
    [
        (closing(), Stage.DECIDED, Stage.FILED, "04-09"),  # five working days, 清明节 between
        (closing("备案 04-03"), Stage.FILED, Stage.ANNOUNCED, "04-13"),
        (closing("备案 04-03, 存档 04-07"), Stage.FILED, Stage.ANNOUNCED, "04-13"),
        (closing("备案 04-03", MERGED), Stage.FILED, Stage.MOVED, "05-07"),  # twenty, both holidays between
        (closing("备案 04-03", MERGED, target=("示例发布（A02）", "04-20")), Stage.MOVED, Stage.ANNOUNCED, "04-27"),
        (closing("备案 04-03, 公告 04-08"), Stage.ANNOUNCED, Stage.APPLIED, "05-09"),  # 15 and 5, 劳动节 between
        (closing(ALL), Stage.FROZEN, Stage.CONFIRMED, "05-14"),
        (closing(ALL, platform=Platform.WEIBO), Stage.APPLIED, Stage.GONE, "05-18"),
        (closing(f"{ALL}, 确认 05-08"), Stage.CONFIRMED, Stage.GONE, "05-21"),
        (closing("", platform=WEIXIN, status=AccountStatus.CLOSED), Stage.CLOSED, None, None),
    ],
)
def test_each_step_has_its_successor_and_its_term(
    known: Known, stage: Stage, following: Stage | None, due: str | None
) -> None:
    found = reached(known, "05-09 09:00")
    assert (found.stage, found.next, found.due) == (stage, following, of_2026(due) if due else None)


def test_the_decision_says_where_content_goes_until_it_has_moved_elsewhere() -> None:
    named = replace(MERGED, into="示例快讯（抖音）")
    assert reached(closing("备案 04-03", named), "05-09 09:00").target == "示例快讯（抖音）"
    moved = closing("备案 04-03", named, target=("示例发布（A02）", "04-20"))
    assert reached(moved, "05-09 09:00").target == "示例发布（A02）"
    assert "已于4月1日决定清理整合至示例快讯（抖音）" in verdict(closing("", named), "04-02").because


@pytest.mark.parametrize(
    ("followers", "days"),
    [(0, 7), (1_000, 7), (1_001, 15), (10_000, 15), (10_001, 30), (100_000, 30), (100_001, 60), (None, None)],
)
def test_the_freeze_grows_with_the_followers_and_a_tier_includes_its_bound(
    followers: int | None, days: int | None
) -> None:
    assert freeze_days(followers, RULES) == days


@pytest.mark.parametrize(
    ("marks", "followers", "until"),
    [
        (ALL, 900, "05-07"),
        (ALL, 1_001, "05-15"),
        (f"{ALL}, 冻结 05-06", 900, "05-13"),
        (f"{ALL}, 冻结至2026年5月20日 05-06", 900, "05-20"),  # the platform's own word counts
        (ALL, None, None),
    ],
)
def test_the_freeze_ends_as_the_platform_says_or_by_the_followers(
    marks: str, followers: int | None, until: str | None
) -> None:
    found = reached(closing(marks, followers=followers), "05-06 09:00")
    assert found.frozen_until == (of_2026(until) if until else None)


def test_without_the_followers_nobody_knows_the_freeze_and_the_operator_is_asked() -> None:
    finding = verdict(closing(ALL, followers=None), "05-06")
    assert (finding.state, finding.due) == (State.NEEDS_REVIEW, None)
    assert "粉丝数未填写" in finding.because


@pytest.mark.parametrize(
    ("on", "state"),
    [("05-06", State.OK), ("05-07", State.NEEDS_REVIEW), ("05-14", State.NEEDS_REVIEW), ("05-15", State.NEEDS_REVIEW)],
)
def test_the_confirmation_is_asked_for_when_the_freeze_ends(on: str, state: State) -> None:
    assert verdict(closing(ALL), on).state is state


def test_the_last_day_of_the_window_is_in_time_and_a_missed_confirmation_starts_over() -> None:
    assert reached(closing(ALL), "05-14 23:59").next is Stage.CONFIRMED
    late = reached(closing(ALL), "05-15 00:00")
    assert (late.stage, late.next, late.frozen_until) == (Stage.ANNOUNCED, Stage.APPLIED, None)
    assert (late.void and late.void.on, late.due) == (of_2026("05-14"), of_2026("05-21"))
    assert "原申请失效，须重新申请" in verdict(closing(ALL), "05-15").because
    again = reached(closing(f"{ALL}, 申请 05-18"), "05-19 09:00")
    assert (again.stage, again.frozen_until, again.due) == (Stage.FROZEN, of_2026("05-25"), of_2026("06-01"))


@pytest.mark.parametrize(("marks", "theirs"), [(ALL, True), (f"{ALL}, 确认 05-08", False), ("备案 04-03", False)])
def test_only_the_unit_can_confirm_and_its_liaison_is_told(marks: str, *, theirs: bool) -> None:
    assert verdict(closing(marks), "05-12").is_the_unit_s is theirs


def test_a_confirmation_belongs_to_its_own_application() -> None:
    known = closing("备案 04-03, 公告 04-08, 申请 04-10, 确认 04-20, 申请 04-30")
    assert reached(known, "05-06 09:00").next is Stage.CONFIRMED


@pytest.mark.parametrize(
    ("applied", "days"),
    [
        ("05-11", ["05-18", "05-25"]),  # the freeze ends on a Monday, its window on the next
        ("05-09", ["05-15", "05-22"]),  # on a Saturday, and on a Saturday: the Fridays before
        ("09-24", ["09-30"]),  # the window, 1 to 8 October, opens in the holiday
        ("09-23", ["09-30"]),  # it opens on the last working day before the holiday and closes in it: once
    ],
)
def test_the_operator_hears_on_working_days_that_the_window_opens_and_that_it_closes(
    applied: str, days: list[str]
) -> None:
    known = closing(f"备案 04-03, 公告 04-08, 申请 {applied}")
    closes = of_2026(applied) + timedelta(days=14)
    told = told_on(known, applied, f"{closes:%m-%d}")
    assert all(CALENDAR.is_workday(of_2026(day)) for day in told)
    assert told[: len(days)] == days
    assert told[len(days) :] in ([], ["10-08"])  # a last call, where the last day itself is worked


def test_a_step_that_stands_still_is_a_task_three_working_days_before_its_term_and_on_it() -> None:
    assert told_on(closing(), "04-01", "04-09") == ["04-03", "04-09"]
    assert told_on(closing("备案 04-03"), "04-03", "04-13") == ["04-08", "04-13"]
    assert "已逾期" in verdict(closing(), "04-10").because
    assert verdict(closing("备案 04-03"), "04-07").state is State.OK


def test_steps_that_were_passed_over_are_named_and_hold_nothing_up() -> None:
    finding = verdict(closing("申请 04-30"), "05-07")
    assert "未登记备案、公告" in finding.because
    assert reached(closing("申请 04-30"), "05-07 09:00").next is Stage.CONFIRMED


@pytest.mark.parametrize(
    ("look", "is_gone"),
    [
        (gone("05-09 10:00", "05-10 09:59"), False),
        (gone("05-09 10:00", "05-10 10:00"), True),  # twice, 24 hours apart
        (gone("05-01 10:00", "05-08 23:59"), False),  # out of sight while it was frozen
        (gone("05-01 10:00", "05-09 00:00"), True),
        (gone("05-09 10:00", "05-10 10:00", Standing.NOT_FOUND), True),
        (gone("05-09 10:00", "05-12 10:00", Standing.BANNED), False),
        (gone("05-09 10:00", "05-12 10:00", Standing.FROZEN), False),
    ],
)
def test_an_account_is_gone_when_two_looks_a_day_apart_since_the_confirmation_say_so(
    look: Observation, *, is_gone: bool
) -> None:
    found = reached(closing(f"{ALL}, 确认 05-08", looks=(look,)), "05-12 12:00")
    assert (found.next is Stage.CLOSED) is is_gone


def test_a_source_that_still_shows_the_account_speaks_against_its_end() -> None:
    shown = observation(beijing_time("2026-05-10 09:00"), standing=Standing.ACTIVE)
    known = closing(f"{ALL}, 确认 05-08", looks=(gone("05-09 10:00", "05-11 10:00"), shown))
    assert reached(known, "05-12 12:00").next is Stage.GONE


def test_the_end_of_an_account_that_is_gone_is_proposed_to_the_operator_and_never_made() -> None:
    known = closing(f"{ALL}, 确认 05-08", looks=(gone("05-09 10:00", "05-11 10:00"),))
    finding = verdict(known, "05-12")
    assert (finding.state, finding.proposals) == (State.NEEDS_REVIEW, ())
    assert "将台账状态改为“已注销”" in finding.because
    assert "observation:7" in finding.evidence
    assert known.account.status is AccountStatus.ACTIVE


def test_updates_are_asked_of_an_account_until_it_is_closed() -> None:
    now = beijing_time("2026-05-12 00:00")
    known = closing(ALL, status=AccountStatus.DEREGISTERING)
    assert upd_01.judge(known, RULES, now).state is not State.NOT_APPLICABLE
    closed = closing(ALL, status=AccountStatus.CLOSED)
    assert upd_01.judge(closed, RULES, now).state is State.NOT_APPLICABLE
    assert drg_01.judge(closed, RULES, now).state is State.OK


@pytest.mark.parametrize(
    ("known", "ruling"),
    [
        (closing("", MERGED), Ruling.CONSOLIDATED),
        (closing("", MERGED, DECIDED), Ruling.DEREGISTERED),
        (closing("决定清理整合 04-01", ruled(Ruling.CONFIRMED, "2026-04-01", "APP-01")), Ruling.CONSOLIDATED),
        (closing("决定 04-01", ruled(Ruling.RETAINED, "2026-04-01", "UPD-03")), Ruling.DEREGISTERED),
    ],
)
def test_a_decision_or_its_record_says_whether_an_account_ends_or_moves(known: Known, ruling: Ruling) -> None:
    assert reached(known, "04-02 09:00").ruling is ruling


def test_the_target_of_the_move_is_named() -> None:
    finding = verdict(closing("备案 04-03", MERGED, target=("示例发布（A02）", "04-20")), "04-21")
    assert finding.because.startswith("清理整合至示例发布（A02），内容已于4月20日迁移，请于")
    unnamed = closing("备案 04-03", MERGED, target=("", "04-20"))
    assert reached(unnamed, "04-21 09:00").next is Stage.MOVED


@pytest.mark.parametrize(
    "known",
    [
        closing("", DECIDED, ruled(Ruling.REVOKED, "2026-04-02", "TWN-01")),
        closing("", ruled(Ruling.RETAINED, "2026-04-01", "UPD-03")),
        closing("", DECIDED, ruled(Ruling.RETAINED, "2026-04-02", "TWN-01")),
        closing("终止 04-02"),
    ],
)
def test_without_a_decision_that_stands_there_is_nothing_to_carry_out(known: Known) -> None:
    assert progress(known, RULES, beijing_time("2026-05-01 09:00")) is None
    assert verdict(known, "05-01").state is State.NOT_APPLICABLE


def test_an_account_that_the_roster_calls_being_closed_wants_its_decision_marked() -> None:
    known = closing("", ruled(Ruling.CONFIRMED, "2026-04-01", "APP-01"), status=AccountStatus.DEREGISTERING)
    finding = verdict(known, "05-01")
    assert (finding.state, finding.since, finding.due) == (State.NEEDS_REVIEW, None, None)
    assert finding.because == "注销尚未登记进度，请登记作出决定的日期。"
