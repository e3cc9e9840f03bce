"""Void applications, accounts that go on again, and second ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.core.account import AccountStatus, Platform
from monitor.core.calendar import EVER
from monitor.core.decision import Decision, Ruling
from monitor.core.deregistration import Stage, progress
from monitor.core.finding import State
from monitor.core.observation import Observation, Standing
from monitor.core.record import Result
from monitor.core.register import Version
from tests.core.area import ruled
from tests.core.build import account, beijing_time
from tests.core.closing import (
    ALL,
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
    ("confirmed", "following", "said"),
    [
        ("05-06", Stage.APPLIED, "5月6日的确认在冻结期内（至5月7日），无效，原申请失效，须重新申请"),
        ("05-07", Stage.GONE, ""),  # the window, its first and its last day included
        ("05-14", Stage.GONE, ""),
        ("05-15", Stage.APPLIED, "5月15日的确认晚于期限（5月14日），无效，原申请失效，须重新申请"),
        ("04-30", Stage.APPLIED, "无效"),  # on the day of the application itself
        ("05-06, 确认 05-08", Stage.GONE, ""),  # one in time counts, whatever else was entered
        ("05-08, 确认 05-20", Stage.GONE, ""),
    ],
)
def test_only_a_confirmation_in_its_window_counts_and_any_other_starts_the_application_anew(
    confirmed: str, following: Stage, said: str
) -> None:
    known = closing(f"{ALL}, 确认 {confirmed}", looks=(gone("05-01 10:00", "05-20 10:00"),))
    found = reached(known, "05-15 09:00")
    assert (Stage.GONE in found.days, found.void is None) == (following is Stage.GONE,) * 2
    assert found.next is (Stage.CLOSED if following is Stage.GONE else Stage.APPLIED)
    assert said in verdict(known, "05-15").because


def test_a_void_application_is_asked_for_again_and_never_called_late() -> None:
    early = closing(f"{ALL}, 确认 05-06")
    assert reached(early, "05-06 23:59").due == of_2026("05-12")  # five working days, 9 May worked
    for known, due in ((early, "05-12"), (closing(ALL), "05-21")):
        for on in (due, "06-30"):
            finding = verdict(known, on)
            assert (finding.state, finding.due) == (State.NEEDS_REVIEW, of_2026(due))
            assert "逾期" not in finding.because
        assert "前向平台申请注销，尚未登记" in verdict(known, "06-30").because


@pytest.mark.parametrize(
    ("look", "is_told"),
    [
        (gone("05-08 10:00", "05-20 10:00"), True),
        (gone("05-01 10:00", "05-07 23:59"), False),  # out of sight while it was frozen
        (gone("05-08 10:00", "05-20 10:00", Standing.FROZEN), False),
    ],
)
@pytest.mark.parametrize("marks", [ALL, f"{ALL}, 确认 05-06"])
def test_that_an_account_is_gone_although_its_application_is_void_is_told(
    marks: str, look: Observation, *, is_told: bool
) -> None:
    finding = verdict(closing(marks, looks=(look,)), "05-21")
    assert ("起平台已无该账号，如已按期确认，请补填确认的日期" in finding.because) is is_told
    assert "须重新申请" in finding.because


@pytest.mark.parametrize(
    ("again", "until"),
    [
        ("确认 05-06, 申请 05-06", "05-13"),  # the confirmation of that day was the former application's
        ("申请 05-06, 确认 05-06", "05-13"),
        ("确认 05-06, 申请 05-08", "05-15"),
        ("申请 05-18", "05-25"),
    ],
)
def test_a_new_application_begins_anew(again: str, until: str) -> None:
    found = reached(closing(f"{ALL}, {again}"), "05-19 09:00")
    assert (found.next, found.frozen_until, found.void) == (Stage.CONFIRMED, of_2026(until), None)


@pytest.mark.parametrize(
    ("confirmed", "on", "following"),
    [
        ("05-06", "05-08", Stage.APPLIED),  # no freeze is shorter than seven days
        ("05-07", "05-08", Stage.GONE),
        ("07-06", "07-07", Stage.GONE),  # sixty days and seven
        ("07-07", "07-08", Stage.APPLIED),
        (None, "07-06", Stage.CONFIRMED),
        (None, "07-07", Stage.APPLIED),
    ],
)
def test_where_nobody_knows_the_followers_only_what_is_certain_is_void(
    confirmed: str | None, on: str, following: Stage
) -> None:
    marks = f"{ALL}, 确认 {confirmed}" if confirmed else ALL
    assert reached(closing(marks, followers=None), f"{on} 09:00").next is following


@pytest.mark.parametrize("text", ["冻结至9999年12月31日", "冻结至2030-01-01", "冻结至2026年13月1日"])
def test_a_freeze_that_no_platform_gives_is_not_believed(text: str) -> None:
    assert reached(closing(f"{ALL}, {text} 04-30"), "05-06 09:00").frozen_until == of_2026("05-07")


@pytest.mark.parametrize(
    ("marks", "is_hasty", "said"),
    [
        (ALL, False, ""),
        ("备案 04-03, 公告 04-08, 申请 04-29", False, ""),  # the fifteenth working day
        ("备案 04-03, 公告 04-08, 申请 04-28", True, "申请时公告期未满（公告期至4月29日）"),
        ("备案 04-03, 公告 04-30, 申请 04-30", True, "申请时公告期未满（公告期至5月25日）"),
        ("公告 04-08, 申请 04-30", True, "未登记备案"),
        ("备案 04-03, 申请 04-30", True, "未登记公告"),
        ("申请 04-30", True, "未登记备案、公告"),
        ("公告 04-08, 申请 04-30, 备案 05-04", False, ""),  # it is filed by now
        ("备案 04-03, 公告 04-08", False, ""),
    ],
)
@pytest.mark.parametrize("platform", [WEIXIN, Platform.WEIBO])
def test_an_application_before_its_time_is_a_warning_that_names_what_is_missing(
    marks: str, said: str, platform: Platform, *, is_hasty: bool
) -> None:
    finding = verdict(closing(marks, platform=platform), "05-06")
    assert (finding.state is State.WARNING, finding.due is not None) == (is_hasty, True)
    assert said in finding.because


def test_the_warning_lasts_until_the_account_is_closed_or_the_application_is_void() -> None:
    assert verdict(closing("申请 04-30, 确认 05-08"), "05-12").state is State.WARNING
    closed = closing("申请 04-30, 确认 05-08", status=AccountStatus.CLOSED, closed_on=of_2026("05-20"))
    assert verdict(closed, "05-21").state is State.OK
    assert verdict(closing("申请 04-30"), "05-15").state is State.NEEDS_REVIEW


def test_who_was_warned_of_the_application_is_told_all_the_same_when_the_window_opens_and_closes() -> None:
    known = closing("申请 05-11")
    assert told_on(known, "05-11", "05-25") == ["05-11", "05-18", "05-25"]
    assert [verdict(known, day).is_the_unit_s for day in ("05-11", "05-17", "05-18")] == [False, False, True]


@pytest.mark.parametrize(
    ("versions", "until"),
    [
        ("运行 粉丝900 01-01", "05-07"),
        ("运行 粉丝900 01-01, 运行 粉丝2000 05-02", "05-07"),  # counted while it is frozen
        ("运行 粉丝900 01-01, 运行 粉丝2000 04-30", "05-15"),  # by the roster of that day
        ("运行 粉丝20000 01-01, 运行 粉丝900 04-29, 运行 粉丝30000 05-03", "05-07"),
    ],
)
def test_the_freeze_goes_by_the_followers_of_the_day_of_the_application(versions: str, until: str) -> None:
    found = reached(closing(ALL, versions=versions), "05-06 09:00")
    assert found.frozen_until == of_2026(until)


def test_followers_that_nobody_knew_that_day_are_those_first_filled_in_later() -> None:
    versions = [Version(since=EVER, account=account(platform=WEIXIN, followers=None))]
    for on, followers in (("05-05", None), ("05-06", 2_000), ("05-08", 20_000)):
        since = beijing_time(f"2026-{on} 00:00")
        versions.append(Version(since=since, account=account(platform=WEIXIN, followers=followers)))
    known = replace(closing(ALL, followers=20_000), versions=tuple(versions))
    assert reached(known, "05-09 09:00").frozen_until == of_2026("05-15")


def test_a_corrected_version_of_the_same_day_is_the_one_that_counts() -> None:
    day = beijing_time("2026-04-20 00:00")
    counts = ((EVER, 900), (day, 90_000), (day, 900))
    versions = tuple(Version(since=on, account=account(platform=WEIXIN, followers=count)) for on, count in counts)
    assert reached(replace(closing(ALL), versions=versions), "05-06 09:00").frozen_until == of_2026("05-07")


OLD = f"{ALL}, 确认 05-08"
BACK = "运行 01-01, 注销中 04-02, 已注销 05-20, {} 06-10"


@pytest.mark.parametrize("status", ["运行", "停用", "待备案"])
@pytest.mark.parametrize("marks", ["", "备案 04-03", ALL, OLD])
def test_of_an_account_that_goes_on_again_nothing_of_its_former_end_holds(status: str, marks: str) -> None:
    known = closing(marks, DECIDED, MERGED, versions=BACK.format(status), target=("示例发布", "04-20"))
    assert progress(known, RULES, beijing_time("2026-07-01 09:00")) is None
    assert verdict(known, "07-01").state is State.NOT_APPLICABLE
    assert known.standing_decisions == ()


@pytest.mark.parametrize(
    ("marks", "decisions", "on"),
    [
        (f"{OLD}, 决定 06-10", (DECIDED,), "06-10"),  # on the day itself
        (f"{OLD}, 决定 06-15", (DECIDED,), "06-15"),
        (OLD, (DECIDED, ruled(Ruling.DEREGISTERED, "2026-06-15", "TWN-01")), "06-15"),
        (OLD, (DECIDED, ruled(Ruling.CONSOLIDATED, "2026-06-10", "UPD-03")), "06-10"),
    ],
)
def test_a_new_decision_starts_afresh(marks: str, decisions: tuple[Decision, ...], on: str) -> None:
    found = reached(closing(marks, *decisions, versions=BACK.format("运行")), "06-16 09:00")
    assert (dict(found.days), found.next) == ({Stage.DECIDED: of_2026(on)}, Stage.FILED)


def test_a_decision_of_the_very_day_counts_from_the_moment_on_that_it_goes_on_again() -> None:
    known = closing("", versions=BACK.format("运行"))
    at = beijing_time("2026-06-10 00:00")
    early, late = (replace(DECIDED, episode="TWN-01", at=at + timedelta(seconds=of)) for of in (-1, 0))
    assert progress(replace(known, decisions=(early,)), RULES, at) is None
    assert progress(replace(known, decisions=(late,)), RULES, at) is not None


def test_closed_once_more_it_is_the_second_end_that_is_told() -> None:
    versions = f"{BACK.format('运行')}, 已注销 08-01"
    known = closing(f"{OLD}, 决定 06-15, 备案 06-18", versions=versions, closed_on=of_2026("08-01"))
    days = {Stage.DECIDED: of_2026("06-15"), Stage.FILED: of_2026("06-18"), Stage.CLOSED: of_2026("08-01")}
    assert reached(known, "08-02 09:00").days == days


def test_a_closing_that_was_taken_back_goes_on_unless_its_end_was_decided_anew() -> None:
    versions = "运行 01-01, 已注销 05-02, 注销中 05-04"
    assert reached(closing(ALL, versions=versions), "05-06 09:00").next is Stage.CONFIRMED
    anew = closing(f"{ALL}, 决定 05-04", versions=versions)
    assert dict(reached(anew, "05-06 09:00").days) == {Stage.DECIDED: of_2026("05-04")}


def test_an_account_that_left_the_roster_and_came_back_was_not_closed() -> None:
    known = closing(ALL)
    away = Version(since=beijing_time("2026-05-01 00:00"), account=None)
    back = Version(since=beijing_time("2026-05-04 00:00"), account=known.account)
    versions = (Version(since=EVER, account=known.account), away, back)
    assert reached(replace(known, versions=versions), "05-06 09:00").next is Stage.CONFIRMED


def test_the_day_of_a_closing_is_never_guessed() -> None:
    closed = closing(OLD, status=AccountStatus.CLOSED)
    found = reached(closed, "05-21 09:00")
    assert (found.stage, found.since, found.next) == (Stage.CLOSED, None, None)
    assert verdict(closed, "05-21").because == "注销已归档，台账未填写注销日期。"
    dated = closing(OLD, status=AccountStatus.CLOSED, closed_on=of_2026("05-20"))
    assert reached(dated, "05-21 09:00").since == of_2026("05-20")


def test_of_a_closed_account_no_application_is_asked_for_again() -> None:
    closed = closing(ALL, status=AccountStatus.CLOSED, closed_on=of_2026("05-20"))
    assert "重新申请" not in verdict(closed, "05-21").because


@pytest.mark.parametrize(
    ("decided", "on", "said"),
    [
        ("2026-05-09", "05-15", "请于今日（5月15日）24时前办理备案"),
        ("2026-05-09", "05-16", "应于5月15日前办理备案，尚未登记"),  # a Saturday
        ("2026-05-09", "05-17", "应于5月15日前办理备案，尚未登记"),
        ("2026-05-09", "05-18", "应于5月15日前办理备案，已逾期3天"),
        ("2026-09-18", "09-25", "应于9月24日前办理备案，尚未登记"),  # 中秋节
        ("2026-09-18", "09-28", "应于9月24日前办理备案，已逾期4天"),
    ],
)
def test_nothing_is_late_before_the_next_working_day_begins(decided: str, on: str, said: str) -> None:
    finding = verdict(closing("", ruled(Ruling.DEREGISTERED, decided, "TWN-01")), on)
    assert said in finding.because


def test_a_decision_made_while_an_account_was_closed_is_not_that_of_its_next_end() -> None:
    versions = "运行 01-01, 已注销 05-02, 运行 06-10, 注销中 06-12"
    known = closing("申请 05-04", ruled(Ruling.DEREGISTERED, "2026-05-05", "TWN-01"), versions=versions)
    assert verdict(known, "06-15").because == "注销尚未登记进度，请登记作出决定的日期。"


def test_a_mark_that_names_no_step_is_asked_for_and_marks_none() -> None:
    finding = verdict(closing("备案 04-03, 已经公告一次 04-05"), "04-06")
    assert finding.state is State.NEEDS_REVIEW
    assert "4月5日的注销进度登记未写明结果，请补登" in finding.because
    assert reached(closing("备案 04-03, 已经公告一次 04-05"), "04-06 09:00").stage is Stage.FILED


def test_content_that_did_not_move_has_not_moved() -> None:
    known = closing("备案 04-03", MERGED, target=("示例发布", "04-20"))
    unmoved = replace(known.records[-1], result=Result.NOT_MOVED)
    stayed = replace(known, records=(*known.records[:-1], unmoved))
    assert reached(stayed, "04-21 09:00").next is Stage.MOVED
