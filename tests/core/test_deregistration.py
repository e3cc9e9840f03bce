"""How far a deregistration is: each step and its term, the freeze, the window of the confirmation, the proof."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from monitor.core.account import AccountStatus, Platform
from monitor.core.calendar import EVER
from monitor.core.case import Case, StepKind, plan
from monitor.core.decision import Decision, Ruling
from monitor.core.deregistration import Progress, Stage, freeze_days, progress
from monitor.core.finding import Finding, Known, State
from monitor.core.observation import Observation, Standing
from monitor.core.record import RecordKind, Result
from monitor.core.register import Version
from monitor.core.rules import drg_01, upd_01
from monitor.core.subject import Subject
from tests.core.area import book, record, ruled
from tests.core.build import account, beijing_time, observation

RULES = book("2026-05-20")
CALENDAR = RULES.calendar
WEIXIN = Platform.WEIXIN_SUBSCRIPTION
DECIDED = ruled(Ruling.DEREGISTERED, "2026-04-01", "TWN-01")
MERGED = ruled(Ruling.CONSOLIDATED, "2026-04-01", "UPD-03")


def closing(
    marks: str = "",
    *decisions: Decision,
    looks: tuple[Observation, ...] = (),
    target: tuple[str, str] | None = None,
    versions: str = "",
    **changes: object,
) -> Known:
    """Return an account that is being closed; `marks` such as `备案 04-03, 公告 04-10` are the records of 2026.

    So are `versions` of the roster, such as `已注销 05-10, 运行 粉丝2000 05-20`: the first since ever, the last now.
    """
    marked = [text.split() for text in marks.split(", ") if text]
    records = [record(RecordKind.DEREGISTRATION, "A01", f"2026-{on}", text) for text, on in marked]
    if target:
        records.append(record(RecordKind.MIGRATION, "A01", f"2026-{target[1]}", "已迁移", item=target[0]))
    records.sort(key=lambda record: record.on)
    about = account(**{"platform": WEIXIN, "followers": 900, **changes})
    history: list[Version] = []
    for *said, on in (text.split() for text in versions.split(", ") if text):
        counted = [int(text.removeprefix("粉丝")) for text in said if text.startswith("粉丝")]
        status = AccountStatus.labelled(said[0]) or about.status
        about = replace(about, status=status, followers=counted[0] if counted else about.followers)
        history.append(Version(since=beijing_time(f"2026-{on} 00:00") if history else EVER, account=about))
    return Known(
        account=about,
        versions=tuple(history),
        posts=(),
        observations=looks,
        is_polled=True,
        decisions=decisions or (DECIDED,),
        records=tuple(records),
    )


def reached(known: Known, at: str) -> Progress:
    found = progress(known, RULES, beijing_time(f"2026-{at}"))
    assert found is not None
    return found


def verdict(known: Known, on: str) -> Finding:
    return drg_01.judge(known, RULES, beijing_time(f"2026-{on} 00:00"))


def of_2026(day: str) -> date:
    return date.fromisoformat(f"2026-{day}")


ALL = "备案 04-03, 公告 04-08, 申请 04-30"


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


def told_on(known: Known, first: str, last: str) -> list[str]:
    """Return the days of 2026 on which the operator's task is named, if it is judged each midnight."""
    case: Case | None = None
    day, days = of_2026(first), []
    while day <= of_2026(last):
        now = beijing_time(f"{day} 00:00")
        planned = plan(verdict(known, f"{day:%m-%d}"), drg_01.RULE.pacing, case, RULES, CALENDAR, now)
        if planned.close:
            case = None
        if planned.step:
            assert planned.step.kind is StepKind.TASK
            opened = case or Case(
                id=1, subject=Subject.of_account("A01"), rule="DRG-01", episode="DRG-01", opened_at=now
            )
            case = replace(opened, steps=(*opened.steps, planned.step))
            days.append(f"{day:%m-%d}")
        day += timedelta(days=1)
    return days


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


def gone(first: str, last: str, standing: Standing = Standing.CANCELLED) -> Observation:
    look = observation(beijing_time(f"2026-{first}"), standing=standing)
    return replace(look, last_confirmed=beijing_time(f"2026-{last}"))


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


# --- an application that counts, and one that does not ---


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


# --- the freeze ---


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


# --- an account that was closed and goes on again ---

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


# --- days off ---


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
