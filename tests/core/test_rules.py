"""The rules, at their boundaries."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.account import AccountFunction, AccountStatus, Contact, Platform, Role, UnitLevel
from monitor.core.finding import Known, Proposal, State, Support
from monitor.core.observation import Covers, Observation, Precision, Reason, Standing, Timeline, timeline
from monitor.core.rules import per_01, upd_01, upd_03
from monitor.core.rules.updates import Staleness, staleness
from tests.core.area import book
from tests.core.build import BOOK, LEADER, LIAISON, account, beijing_time, finding, known, observation

POSTED = "2022-05-01 08:00"


@pytest.mark.parametrize(
    ("posted", "checked", "days", "two_weeks", "twenty_days"),
    [
        ("2022-05-01 08:00", "2022-05-15 09:00", 14, State.WARNING, State.OK),
        ("2022-05-01 23:00", "2022-05-15 09:00", 14, State.WARNING, State.OK),
        ("2022-05-01 08:00", "2022-05-16 07:00", 15, State.VIOLATED, State.OK),
        ("2022-05-01 08:00", "2022-05-21 23:00", 20, State.VIOLATED, State.OK),
        ("2022-05-01 08:00", "2022-05-22 00:01", 21, State.VIOLATED, State.VIOLATED),
        ("2022-05-01 00:00", "2022-05-15 23:59", 14, State.WARNING, State.OK),
        ("2022-05-01 23:59", "2022-05-16 00:00", 15, State.VIOLATED, State.OK),
        ("2022-05-01 12:00", "2022-05-10 23:59", 9, State.OK, State.OK),
        ("2022-05-01 12:00", "2022-05-11 00:00", 10, State.WARNING, State.OK),
    ],
)
def test_the_day_arithmetic_of_the_rules_holds_to_the_minute(
    posted: str, checked: str, days: int, two_weeks: State, twenty_days: State
) -> None:
    now = beijing_time(checked)
    seen = known(beijing_time(posted), look=now)
    first, third = upd_01.judge(seen, BOOK, now), upd_03.judge(seen, BOOK, now)
    assert (first.days, first.state, third.state) == (days, two_weeks, twenty_days)


def test_an_account_that_never_posted_counts_from_its_opening() -> None:
    now = beijing_time("2022-05-16 09:00")
    finding = upd_01.judge(known(look=now, opened_on=date(2022, 5, 1)), BOOK, now)
    assert (finding.state, finding.days) == (State.VIOLATED, 15)
    assert finding.because == "自5月1日开设以来未发布，已15天，超过2周。"
    today = upd_01.judge(known(look=now, opened_on=date(2022, 5, 16)), BOOK, now)
    assert (today.state, today.because) == (State.OK, "5月16日当日开设，尚未发布。")
    unseen = upd_01.judge(known(look=now, covers=Covers.SOME, opened_on=date(2022, 5, 16)), BOOK, now)
    assert unseen.because == "5月16日当日开设，尚未见发布。"


def never_seen(*reasons: Reason, standing: Standing | None = None, polled: bool = True) -> Known:
    """Return what is known of an account opened in 2020 that no look has shown."""
    at = beijing_time("2022-05-15 09:00")
    gone = [timeline((), standing=standing)] if standing else []
    shown: tuple[Reason | Timeline, ...] = (*reasons, *gone)
    looks = tuple(replace(observation(at), seen=seen) for seen in shown)
    return replace(known(opened_on=date(2020, 5, 1), polled=polled), observations=looks)


@pytest.mark.parametrize("rule", [upd_01, upd_03])
@pytest.mark.parametrize(
    ("unseen", "said"),
    [
        (never_seen(), "尚未核查，等待首次采集。"),
        (never_seen(polled=False), "尚未核查，请人工核查后登记发布记录。"),
        (never_seen(Reason.TIMEOUT), "未能核查（超时），请人工核查后登记发布记录。"),
        (
            never_seen(Reason.LOGIN_WALL, Reason.REFUSED),
            "未能核查（平台拒绝访问、平台要求登录），请人工核查后登记发布记录。",
        ),
        (never_seen(standing=Standing.NOT_FOUND), "未能核查：平台显示账号不存在，请人工核实。"),
    ],
)
def test_an_account_that_no_look_has_shown_is_not_silent_and_no_days_are_counted(
    rule: ModuleType, unseen: Known, said: str
) -> None:
    for opened in (date(2020, 5, 1), date(2022, 5, 10), None):
        account = replace(unseen.account, opened_on=opened)
        finding = rule.judge(replace(unseen, account=account), BOOK, beijing_time("2022-05-16 09:00"))
        assert (finding.state, finding.days, finding.since) == (State.UNKNOWN, None, None)
        assert finding.because == said
        assert not re.search(r"\d天", finding.because)


def test_without_a_post_and_an_opening_date_nothing_is_known() -> None:
    now = beijing_time("2022-05-16 09:00")
    finding = upd_01.judge(known(look=now, opened_on=None), BOOK, now)
    assert finding.state is State.UNKNOWN
    assert finding.because == "无发布记录，台账未填开设日期，请登记发布记录或补填开设日期。"


NOON = beijing_time("2022-05-30 12:00")
GONE = replace(
    known(beijing_time(POSTED)), observations=(observation(NOON, standing=Standing.NOT_FOUND, covers=Covers.SOME),)
)


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (
            known(beijing_time(POSTED), look=NOON, precision=Precision.AT_LEAST),
            "最近一次更新为5月1日，已29天未更新，但平台只显示大致发布时间，不能据此判定超期。",
        ),
        (GONE, "最近一次更新为5月1日，已29天未更新，但平台显示账号状态异常，请人工核查。"),
        (
            known(beijing_time(POSTED), look=NOON, grant_until=date(2022, 5, 20)),
            "最近一次更新为5月1日，已29天未更新，但台账登记的授权已于5月20日到期，到期后的采集不作为未更新的依据。",
        ),
        (
            known(look=NOON, collector="manual", polled=False, opened_on=date(2022, 5, 1)),
            "自5月1日开设以来未见发布，已29天，但只人工核查过一次，另一日再完整核查一次后才能判定开设以来未发布。",
        ),
        (
            known(beijing_time(POSTED), polled=False),
            "最近一次更新为5月1日，已29天未更新，但该账号需人工核查，近7天无完整的核查记录。",
        ),
        (
            known(beijing_time(POSTED), look=NOON - timedelta(hours=25)),
            "最近一次更新为5月1日，已29天未更新，但近24小时未采集到该账号的完整内容。",
        ),
    ],
)
def test_more_than_two_weeks_that_are_not_held_against_a_unit_are_said_with_why(seen: Known, said: str) -> None:
    for rule in (upd_01, upd_03):
        finding = rule.judge(seen, BOOK, NOON)
        assert (finding.state, finding.since, finding.because) == (State.UNKNOWN, None, said)


@pytest.mark.parametrize(
    ("days", "state", "since", "proposals", "said"),
    [
        (0, State.OK, 0, (), "最近一次更新为5月1日，当日有更新。"),
        (9, State.OK, 0, (), "最近一次更新为5月1日，已9天未更新。"),
        (10, State.WARNING, 10, (Proposal.WARN,), "最近一次更新为5月1日，已10天未更新，5月15日为最后一天。"),
        (14, State.WARNING, 10, (Proposal.WARN,), "最近一次更新为5月1日，已14天未更新，5月15日为最后一天。"),
        (15, State.VIOLATED, 15, (Proposal.RECTIFY,), "最近一次更新为5月1日，已15天未更新，超过2周。"),
    ],
)
def test_two_weeks_are_told_with_the_day_since_when_and_what_to_do(
    days: int, state: State, since: int, proposals: tuple[Proposal, ...], said: str
) -> None:
    now = beijing_time(POSTED) + timedelta(days=days)
    finding = upd_01.judge(known(beijing_time(POSTED), look=now), BOOK, now)
    assert (finding.state, finding.proposals, finding.because) == (state, proposals, said)
    assert finding.since == date(2022, 5, 1) + timedelta(days=since)
    assert (finding.evidence, finding.last_post) == (("observation:3", "observation:7"), beijing_time(POSTED))


def test_a_known_post_proves_an_account_fresh_however_old_the_look() -> None:
    now = beijing_time("2022-05-15 09:00")
    assert upd_01.judge(known(beijing_time("2022-05-08 08:00")), BOOK, now).state is State.OK
    assert upd_01.judge(known(beijing_time(POSTED)), BOOK, now).state is State.WARNING


@pytest.mark.parametrize(
    ("age", "state"), [(timedelta(hours=24), State.VIOLATED), (timedelta(hours=24, seconds=1), State.UNKNOWN)]
)
def test_two_weeks_over_needs_a_covering_look_of_the_last_24_hours(age: timedelta, state: State) -> None:
    now = beijing_time("2022-05-18 09:00")
    assert upd_01.judge(known(beijing_time(POSTED), look=now - age), BOOK, now).state is state


@pytest.mark.parametrize(("age", "state"), [(7, State.VIOLATED), (8, State.UNKNOWN)])
def test_a_look_by_hand_stands_for_seven_days(age: int, state: State) -> None:
    now = beijing_time("2022-05-18 09:00")
    seen = known(beijing_time(POSTED), look=now - timedelta(days=age), collector="manual", polled=False)
    assert upd_01.judge(seen, BOOK, now).state is state


def test_a_list_that_shows_only_some_posts_accuses_nobody() -> None:
    now = beijing_time("2022-05-30 09:00")
    seen = known(beijing_time(POSTED), look=now, covers=Covers.SOME)
    assert upd_01.judge(seen, BOOK, now).state is State.UNKNOWN
    assert upd_03.judge(seen, BOOK, now).state is State.UNKNOWN


def test_a_time_that_is_a_lower_bound_accuses_nobody() -> None:
    now = beijing_time("2022-05-30 09:00")
    seen = known(beijing_time(POSTED), look=now, precision=Precision.AT_LEAST)
    assert upd_01.judge(seen, BOOK, now).state is State.UNKNOWN


@pytest.mark.parametrize("reason", list(Reason))
def test_no_reason_for_seeing_nothing_accuses_anybody(reason: Reason) -> None:
    now = beijing_time("2022-05-30 09:00")
    blind = replace(known(beijing_time(POSTED)), observations=(observation(now, reason=reason),))
    for rule in (upd_01, upd_03):
        finding = rule.judge(blind, BOOK, now)
        assert (finding.state, finding.support) == (State.UNKNOWN, Support.BLIND)


@pytest.mark.parametrize("standing", [standing for standing in Standing if not standing.is_present])
def test_an_account_that_the_platform_no_longer_shows_is_not_called_stale(standing: Standing) -> None:
    now = beijing_time("2022-05-30 09:00")
    gone: Observation = observation(now, standing=standing, covers=Covers.SOME)
    finding = upd_01.judge(replace(known(beijing_time(POSTED)), observations=(gone,)), BOOK, now)
    assert finding.state is State.UNKNOWN
    assert "平台显示" in finding.because


def test_a_post_that_was_taken_down_no_longer_counts() -> None:
    now = beijing_time("2022-05-18 09:00")
    seen = known(beijing_time(POSTED), beijing_time("2022-05-10 08:00"), look=now)
    newest = replace(seen.posts[-1], withdrawn_at=beijing_time("2022-05-12 08:00"))
    finding = upd_01.judge(replace(seen, posts=(seen.posts[0], newest)), BOOK, now)
    assert (finding.state, finding.days) == (State.VIOLATED, 17)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"function": AccountFunction.SERVICE}, State.NOT_APPLICABLE),
        ({"platform": Platform.WEBSITE}, State.NOT_APPLICABLE),
        ({"platform": Platform.MOBILE_APP}, State.NOT_APPLICABLE),
        ({"platform": Platform.MINI_PROGRAM}, State.NOT_APPLICABLE),
        ({"level": UnitLevel.MEDIA_CENTER}, State.NOT_APPLICABLE),
        ({"status": AccountStatus.CLOSED}, State.NOT_APPLICABLE),
        ({"level": None}, State.VIOLATED),
        ({"status": AccountStatus.PAUSED}, State.VIOLATED),
        ({"status": AccountStatus.FILING}, State.VIOLATED),
        ({"status": AccountStatus.DEREGISTERING}, State.VIOLATED),
    ],
)
def test_who_must_update_is_decided_by_function_platform_level_and_status(
    changes: dict[str, object], state: State
) -> None:
    now = beijing_time("2022-05-30 09:00")
    seen = known(beijing_time(POSTED), look=now)
    changed = replace(seen, account=account(**changes))
    finding = upd_01.judge(changed, BOOK, now)
    assert finding.state is state
    assert (finding.because == "更新要求不涉及该账号。") is (state is State.NOT_APPLICABLE)


def test_a_platform_named_in_the_rules_must_update_too() -> None:
    now = beijing_time("2022-05-30 09:00")
    book = replace(BOOK, update_applies_to=frozenset({Platform.WEBSITE}))
    seen = known(beijing_time(POSTED), look=now, platform=Platform.WEBSITE)
    assert upd_01.judge(seen, book, now).state is State.VIOLATED


def test_a_closed_gap_of_21_days_stands_for_90_days_after_its_end() -> None:
    seen = known(beijing_time("2022-03-01 08:00"), beijing_time("2022-03-22 08:00"))
    within = upd_03.judge(seen, BOOK, beijing_time("2022-03-25 09:00"))
    assert (within.state, within.episode) == (State.VIOLATED, beijing_time("2022-03-01 08:00").isoformat())
    assert within.because == "3月1日至3月22日之间21天未见更新，超过20天；现已恢复更新。"
    assert (within.since, within.proposals) == (date(2022, 3, 22), (Proposal.CONSOLIDATE,))
    assert within.evidence == ("observation:3", "observation:3")
    later = known(
        beijing_time("2022-03-01 08:00"),
        beijing_time("2022-03-22 08:00"),
        beijing_time("2022-06-20 08:00"),
        linked=False,
    )
    assert upd_03.judge(later, BOOK, beijing_time("2022-06-20 09:00")).state is State.UNKNOWN
    assert upd_03.judge(later, BOOK, beijing_time("2022-06-21 09:00")).state is State.UNKNOWN


def test_an_open_gap_of_21_days_says_since_when_and_what_to_do() -> None:
    now = beijing_time("2022-05-22 09:00")
    finding = upd_03.judge(known(beijing_time(POSTED), look=now), BOOK, now)
    assert finding.because == "最近一次更新为5月1日，已21天未更新，超过20天。"
    assert (finding.since, finding.proposals) == (date(2022, 5, 22), (Proposal.CONSOLIDATE,))
    before = upd_03.judge(known(beijing_time(POSTED), look=now), BOOK, now - timedelta(days=1))
    assert (before.state, before.since) == (State.OK, date(2022, 5, 1))
    assert before.because == "最近一次更新为5月1日，已20天未更新。"


def test_where_the_two_weeks_have_no_numbers_a_unit_is_silent_again_after_20_days() -> None:
    ended = beijing_time("2022-03-22 08:00")
    alone = replace(BOOK, numbers={"UPD-03": BOOK.numbers["UPD-03"]})
    for days, said in ((20, "现已恢复更新。"), (21, "其后曾恢复更新，近期情况未能核查。")):
        seen = known(beijing_time("2022-03-01 08:00"), ended)
        assert upd_03.judge(seen, alone, ended + timedelta(days=days)).because.endswith(said)


@pytest.mark.parametrize(("ended_days_ago", "expected"), [(0, State.VIOLATED), (90, State.VIOLATED), (91, State.OK)])
def test_a_closed_gap_is_told_of_until_90_days_after_its_end(ended_days_ago: int, expected: State) -> None:
    ended = beijing_time("2022-03-22 08:00")
    since = (ended + timedelta(days=days) for days in range(0, ended_days_ago + 1, 10))
    seen = known(beijing_time("2022-03-01 08:00"), *since)
    assert upd_03.judge(seen, BOOK, ended + timedelta(days=ended_days_ago, hours=1)).state is expected


@pytest.mark.parametrize(
    ("days_ago", "said"),
    [
        (0, "现已恢复更新。"),
        (14, "现已恢复更新。"),
        (15, "其后曾恢复更新，现又超过2周未更新。"),
        (20, "其后曾恢复更新，现又超过2周未更新。"),
    ],
)
def test_a_unit_that_is_silent_again_is_not_said_to_update_now(days_ago: int, said: str) -> None:
    """What is said of a gap that has closed, and what the two-week rule says, come from the same posts and moment."""
    ended = beijing_time("2022-03-22 08:00")
    now = ended + timedelta(days=days_ago, hours=1)
    seen = known(beijing_time("2022-03-01 08:00"), ended, look=now)
    closed = upd_03.judge(seen, BOOK, now)
    assert (closed.state, closed.because.partition("；")[2]) == (State.VIOLATED, said)
    assert ("现已" in said) is (upd_01.judge(seen, BOOK, now).state is not State.VIOLATED)
    unseen = upd_03.judge(replace(seen, observations=()), BOOK, now).because
    assert unseen.endswith("其后曾恢复更新，近期情况未能核查。" if days_ago >= 15 else "现已恢复更新。")


@pytest.mark.parametrize(
    ("function", "expected"),
    [(AccountFunction.PUBLISHING, State.VIOLATED), (AccountFunction.SERVICE, State.NOT_APPLICABLE)],
)
def test_a_gap_binds_whom_the_two_weeks_bind(function: AccountFunction, expected: State) -> None:
    now = beijing_time("2022-05-30 09:00")
    assert upd_03.judge(known(beijing_time(POSTED), look=now, function=function), BOOK, now).state is expected


def test_a_closed_gap_is_only_held_against_a_unit_when_the_lists_leave_no_hole() -> None:
    seen = known(beijing_time("2022-03-01 08:00"), beijing_time("2022-03-25 08:00"), linked=False)
    finding = upd_03.judge(seen, BOOK, beijing_time("2022-03-26 09:00"))
    assert finding.state is State.UNKNOWN
    assert finding.because == "3月1日至3月25日之间24天未见更新，但其间的内容未完整采集，不能判定。"


@pytest.mark.parametrize(
    ("days", "state", "name"),
    [
        (14, State.WARNING, None),
        (15, State.VIOLATED, Staleness.OVERDUE),
        (20, State.VIOLATED, Staleness.OVERDUE),
        (21, State.VIOLATED, Staleness.DORMANT),
        (90, State.VIOLATED, Staleness.DORMANT),
        (91, State.VIOLATED, Staleness.ZOMBIE),
        (91, State.UNKNOWN, None),  # what is not certain has no name
        (91, State.EXEMPTED, None),
    ],
)
def test_a_gap_that_is_held_against_a_unit_has_a_name_in_the_ledger(
    days: int, state: State, name: Staleness | None
) -> None:
    other = finding(State.VIOLATED, days=days, rule="UPD-03")
    assert staleness([other, finding(state, days=days)], book()) is name
    assert staleness([other], book()) is None


def test_a_closed_gap_of_20_days_is_none() -> None:
    seen = known(beijing_time("2022-03-01 08:00"), beijing_time("2022-03-21 23:00"))
    assert upd_03.judge(seen, BOOK, beijing_time("2022-03-26 09:00")).state is State.OK


@pytest.mark.parametrize(
    ("contacts", "state"),
    [
        ((LIAISON, LEADER), State.OK),
        ((LIAISON,), State.WARNING),
        ((LEADER,), State.WARNING),
        ((LIAISON, LIAISON, LEADER), State.WARNING),
        ((Contact(role=Role.LIAISON, name="联络员乙"), LEADER), State.WARNING),
        ((), State.WARNING),
    ],
)
def test_every_account_has_exactly_one_reachable_liaison_and_leader(
    contacts: tuple[Contact, ...], state: State
) -> None:
    now = beijing_time("2022-05-30 09:00")
    assert per_01.judge(known(contacts=contacts), BOOK, now).state is state


def test_accounts_being_closed_are_not_asked_for_people() -> None:
    now = beijing_time("2022-05-30 09:00")
    seen = known(contacts=(), status=AccountStatus.DEREGISTERING)
    assert per_01.judge(seen, BOOK, now).state is State.NOT_APPLICABLE


MOMENTS = st.datetimes(datetime(2022, 1, 1), datetime(2022, 12, 31)).map(  # noqa: DTZ001 - made aware below
    lambda naive: beijing_time(naive.isoformat(timespec="seconds"))
)


@given(posts=st.lists(MOMENTS, max_size=5, unique=True), now=MOMENTS, look=st.none() | MOMENTS)
def test_nobody_is_accused_without_a_fresh_covering_look(
    posts: list[datetime], now: datetime, look: datetime | None
) -> None:
    past = [moment for moment in posts if moment <= now]
    seen = known(*past, look=look if look and look <= now else None)
    finding = upd_01.judge(seen, BOOK, now)
    if finding.state is State.VIOLATED:
        assert look is not None
        assert now - look <= timedelta(hours=24)
    assert upd_01.judge(seen, BOOK, now) == finding


@given(posts=st.lists(MOMENTS, min_size=1, max_size=5, unique=True), now=MOMENTS)
def test_a_further_post_never_makes_an_account_staler(posts: list[datetime], now: datetime) -> None:
    past = sorted(moment for moment in posts if moment <= now)
    if len(past) > 1:
        fewer = upd_01.judge(known(*past[:-1], look=now), BOOK, now)
        more = upd_01.judge(known(*past, look=now), BOOK, now)
        assert (more.days or 0) <= (fewer.days or 0)
