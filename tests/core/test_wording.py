"""The words people read."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.account import Role
from monitor.core.calendar import WorkCalendar, beijing_date
from monitor.core.case import StepKind
from monitor.core.finding import Support
from monitor.core.news import EarlierWord
from monitor.core.wording import to_person
from tests.core.build import beijing_time
from tests.core.test_calendar import SPRING
from tests.core.words_read import OFFICE, TOLD, item, said, setting


def test_a_reminder_says_the_facts_the_deadline_and_whom_to_phone() -> None:
    now = beijing_time("2022-05-19 09:00")
    words = to_person([item(StepKind.REMIND, date(2022, 5, 9), now)], [Role.LIAISON], "20220519-1", setting(now))
    assert words.subject == "【更新提醒】请于5月23日前更新（已10天）：“示例发布”微博"
    assert words.body.split("\n\n") == [
        "### 【更新提醒】请于5月23日前更新（已10天）：“示例发布”微博",
        "截至5月19日9时，贵单位主办的“示例发布”（微博）已**10天**未更新，最近一次更新为5月9日。",
        "按照政务新媒体检查单项否决指标（监测时间点前2周内无更新），请于**5月23日（周一）前（含当日）**发布信息。",
        ("更新后系统自动办结，无需回复、无需报送截图。账号拟停用或注销的，注销办结前仍须按期更新，请同时与我们联系。"),
        "> 示例县政府信息公开中心 · 电话0578-0000000 · 编号20220519-1",
    ]


def test_an_office_without_a_telephone_names_none() -> None:
    now = beijing_time("2022-05-19 09:00")
    silent = replace(setting(now), office=replace(OFFICE, phone=""))
    body = to_person([item(StepKind.REMIND, date(2022, 5, 9), now)], [Role.LIAISON], "20220519-1", silent).body
    assert body.endswith("\n\n> 示例县政府信息公开中心 · 编号20220519-1")


def test_the_last_day_is_called_so_and_plainly_counts() -> None:
    now = beijing_time("2022-05-23 09:00")
    text = said(item(StepKind.LAST_DAY, date(2022, 5, 9), now), now=now)
    assert text.startswith("### 【更新预警】今日须更新（已14天）：“示例发布”微博\n\n")
    assert "最近一次更新为5月9日，今日为最后一天。" in text
    assert "请于**今日（5月23日）24时前**发布信息。" in text


def test_the_leader_is_asked_to_see_to_it_and_the_liaison_to_do_it() -> None:
    now = beijing_time("2022-05-23 09:00")
    news = item(StepKind.LAST_DAY, date(2022, 5, 9), now)
    assert "请予关注，并督促今日更新。" in said(news, now=now, role=Role.LEADER)
    assert "督促" not in said(news, now=now)
    early = item(StepKind.WARN, date(2022, 5, 11), now)
    assert "请予关注，并督促按期更新。" in said(early, now=now, role=Role.LEADER)


def test_a_deadline_on_a_weekend_is_brought_forward_in_words() -> None:
    now = beijing_time("2022-05-20 09:00")
    text = said(item(StepKind.WARN, date(2022, 5, 8), now), now=now)
    assert ("更新期限5月22日适逢周日，请提前于**今日（5月20日）24时前**更新，也可设置在5月22日前定时发布。") in text


def test_a_day_that_is_worked_in_exchange_is_told_so() -> None:
    now = beijing_time("2026-02-26 09:00")
    swapped = WorkCalendar(makeup_workdays=frozenset({date(2026, 2, 28)}))
    text = said(item(StepKind.REMIND, date(2026, 2, 15), now), now=now, calendar=swapped)
    assert "更新期限3月1日适逢周日，请提前于**2月28日（周六，调休上班）前（含当日）**更新" in text


def test_before_spring_festival_the_holiday_is_named_and_nobody_is_accused() -> None:
    now = beijing_time("2026-02-13 09:00")
    news = item(StepKind.HOLIDAY, date(2026, 2, 9), now)
    words = to_person([news], [Role.LIAISON], "20260213-1", setting(now, SPRING))
    assert words.subject == "【节前提醒】请于2月14日前更新：“示例发布”微博"
    assert words.body.split("\n\n")[1:4] == [
        (
            "春节假期为2月15日至23日，2月24日（周二）上班。贵单位主办的“示例发布”（微博）最近一次更新为2月9日，"
            "节前不更新，上班时将达**15天**，超过2周。"
        ),
        "请于**2月14日（周六，调休上班）前（含当日）**发布信息，也可设置在2月23日前定时发布。",
        "更新后系统自动办结，无需回复。祝节日愉快。",
    ]


@pytest.mark.parametrize(
    ("kind", "begun", "today", "words"),
    [
        (StepKind.HOLIDAY, date(2026, 2, 9), "2026-02-14 09:00", "上班时将达**15天**，超过2周，今日为节前最后一天。"),
        (StepKind.LAST_DAY, date(2026, 2, 2), "2026-02-14 09:00", "最近一次更新为2月2日，今日为节前最后一天。"),
        (StepKind.LAST_DAY, date(2026, 1, 31), "2026-02-14 09:00", "最近一次更新为1月31日，今日为最后一天。"),
        (StepKind.WARN, date(2026, 3, 8), "2026-03-20 09:00", "最近一次更新为3月8日，今日为休息日前最后一天。"),
        (StepKind.WARN, date(2026, 3, 8), "2026-03-19 09:00", "最近一次更新为3月8日。"),
    ],
)
def test_the_last_day_before_days_off_is_called_so(kind: StepKind, begun: date, today: str, words: str) -> None:
    now = beijing_time(today)
    assert words in said(item(kind, begun, now), now=now, calendar=SPRING)


@pytest.mark.parametrize(
    ("today", "ages", "head"),
    [
        ("2026-02-14 09:00", [12, 12], "【更新预警】贵单位2个账号须更新，最早须于今日更新"),
        ("2026-02-13 09:00", [12, 11], "【更新预警】贵单位2个账号须更新，最早须于2月14日前更新"),
        ("2026-02-14 09:00", [14, 12], "【更新预警】贵单位2个账号须更新，最早今日到期"),
        ("2026-03-20 09:00", [12, 10], "【更新预警】贵单位2个账号须更新，最早须于今日更新"),
        ("2026-03-18 09:00", [12, 10], "【更新预警】贵单位2个账号须更新，最早3月20日到期"),
    ],
)
def test_the_head_of_several_names_the_last_day_before_days_off(today: str, ages: list[int], head: str) -> None:
    now = beijing_time(today)
    items = [item(StepKind.WARN, (now - timedelta(days=age)).date(), now, name=str(age)) for age in ages]
    apart = [replace(item, account=replace(item.account, id=f"A{n}")) for n, item in enumerate(items)]
    assert to_person(apart, [Role.LIAISON], "1", setting(now, SPRING)).subject == head


def test_a_unit_that_is_asked_is_asked_today_on_the_last_day_before_days_off() -> None:
    now = beijing_time("2026-02-14 09:00")
    news = item(StepKind.WARN, date(2026, 2, 2), now, support=Support.ASKED)
    assert to_person([news], [Role.LIAISON], "1", setting(now, SPRING)).subject.startswith("【更新预警】请今日确认")


def test_each_page_that_a_message_leads_to_is_called_by_its_account() -> None:
    now = beijing_time("2022-05-19 09:00")
    items = [
        replace(item(StepKind.REMIND, date(2022, 5, 9), now, name=name), link="https://x.example/accounts/A01")
        for name in ("甲", "乙](https://evil.example)")
    ]
    text = said(*items, now=now)
    assert "[“甲”（微博）账号情况](https://x.example/accounts/A01)" in text
    assert "](https://evil" not in text


def test_a_holiday_word_that_leaves_when_the_calendar_has_changed_is_a_plain_reminder() -> None:
    now = beijing_time("2026-02-13 09:00")
    every_day = WorkCalendar(rest_weekdays=frozenset())
    assert "请于**2月23日（周一）前（含当日）**发布信息" in said(
        item(StepKind.HOLIDAY, date(2026, 2, 9), now), now=now, calendar=every_day
    )


def test_a_day_of_another_year_is_told_with_its_year() -> None:
    now = beijing_time("2026-01-07 09:00")
    assert "最近一次更新为2025年12月28日" in said(item(StepKind.REMIND, date(2025, 12, 28), now), now=now)
    assert "最近一次更新为2024年3月2日，" in said(item(StepKind.REPEAT, date(2024, 3, 2), now), now=now)
    assert "已于1月6日更新" in said(item(StepKind.RECOVERED, date(2026, 1, 6), now), now=now)
    last_of_year = beijing_time("2025-12-29 09:00")
    due = said(item(StepKind.REMIND, date(2025, 12, 19), last_of_year), now=last_of_year)
    assert "请于**2026年1月2日（周五）前（含当日）**发布信息" in due


def test_whoever_serves_several_units_is_told_whose_each_account_is() -> None:
    now = beijing_time("2022-05-19 09:00")
    first, second = (item(StepKind.REMIND, date(2022, 5, 9), now, name=name) for name in "甲乙")
    second = replace(second, account=replace(second.account, unit="示例县水利局"))
    words = to_person([first, second], [Role.LIAISON], "1", setting(now))
    assert words.subject == "【更新提醒】2家单位2个账号须更新，最早5月23日到期"
    assert "示例县教育局主办的“甲”" in words.body
    assert "示例县水利局主办的“乙”" in words.body
    assert "贵单位" not in words.body


def test_the_leader_hears_of_an_overdue_account_what_the_liaison_was_told_and_what_follows() -> None:
    now = beijing_time("2022-05-16 09:00")
    news = replace(item(StepKind.OVERDUE, date(2022, 5, 1), now), told=TOLD)
    words = to_person([news], [Role.LEADER], "1", setting(now))
    assert words.subject == "【超期预警】已15天未更新：“示例发布”微博"
    assert words.body.split("\n\n")[1:4] == [
        (
            "经监测，贵单位主办的“示例发布”（微博）最近一次更新为5月1日，截至5月16日9时已**15天**未更新，超过2周。"
            "5月11日、13日已提醒联络员。"
        ),
        (
            "请予督促，**今日完成更新**。5月21日（周六）前（含当日）仍未更新的，将超过20天，"
            "按照《实施方案》（示例政办发〔2022〕13号）拟列入清理整合建议名单，提请联合研判。"
        ),
        "更新后系统自动办结，无需回复。",
    ]


def test_nobody_is_said_to_have_been_reminded_who_was_not() -> None:
    now = beijing_time("2022-05-16 09:00")
    assert "提醒" not in said(item(StepKind.OVERDUE, date(2022, 5, 1), now), now=now, role=Role.LEADER)


@pytest.mark.parametrize("kind", [StepKind.LAST_DAY, StepKind.OVERDUE, StepKind.ESCALATE, StepKind.PROPOSE])
def test_a_group_reads_nobodys_name_and_no_word_to_the_leader(kind: StepKind) -> None:
    now = beijing_time("2022-05-23 09:00")
    begun = beijing_date(now) - timedelta(days=14 if kind is StepKind.LAST_DAY else 21)
    for role in (Role.LIAISON, Role.LEADER):
        text = to_person([item(kind, begun, now)], [role], "1", setting(now), is_group=True).body
        assert not any(word in text for word in ("联络员甲", "责任领导", "同志", "督促"))
        assert "贵单位主办的“示例发布”" in text


def test_a_step_is_never_called_less_than_the_one_before() -> None:
    order = ("更新提醒", "更新预警", "超期预警", "督办")
    now = beijing_time("2022-05-23 09:00")
    heads = [
        said(item(kind, beijing_date(now) - timedelta(days=days), now), now=now)[5:9].rstrip("】")
        for kind, days in (
            (StepKind.REMIND, 10),
            (StepKind.WARN, 12),
            (StepKind.LAST_DAY, 14),
            (StepKind.OVERDUE, 15),
            (StepKind.ESCALATE, 18),
            (StepKind.PROPOSE, 21),
            (StepKind.REPEAT, 28),
            (StepKind.REPEAT, 35),
        )
    ]
    places = [next(place for place, name in enumerate(order) if head.startswith(name)) for head in heads]
    assert places == sorted(places)


def test_an_urging_is_counted_by_those_that_were_told() -> None:
    now = beijing_time("2022-05-30 09:00")
    urged = tuple(
        EarlierWord(on=date(2022, 5, day), role=role, kind=kind, number=number)
        for day, kind, number in ((19, StepKind.ESCALATE, 18), (23, StepKind.PROPOSE, 21))
        for role in (Role.LIAISON, Role.LEADER)
    )
    news = replace(item(StepKind.REPEAT, date(2022, 5, 1), now), number=28, told=urged)
    assert said(news, now=now).startswith("### 【督办（第3次）】已29天未更新：")
    same_to_the_other = EarlierWord(on=date(2022, 5, 30), role=Role.LIAISON, kind=StepKind.REPEAT, number=28)
    again = replace(news, told=(*urged, same_to_the_other))
    assert said(again, now=now, role=Role.LEADER).startswith("### 【督办（第3次）】")


def test_after_20_days_consolidation_is_only_proposed_and_an_update_still_counts() -> None:
    now = beijing_time("2022-05-22 09:00")
    text = said(item(StepKind.PROPOSE, date(2022, 5, 1), now), now=now)
    assert text.startswith("### 【督办】拟列名单，已21天未更新：“示例发布”微博\n")
    assert (
        "按照“单次超过20天未更新……的，原则上清理整合”（示例政办发〔2022〕13号），"
        "拟列入清理整合建议名单，提请联合研判。请**今日完成更新**，研判时一并考虑。"
    ) in text


def test_quotation_marks_stand_around_the_clause_of_the_rules_and_nothing_else() -> None:
    now = beijing_time("2022-05-22 09:00")
    other = replace(setting(now), clauses={"UPD-03": "某政办发〔2023〕5号第三条：21天以上无更新的应予清理"})
    text = to_person([item(StepKind.PROPOSE, date(2022, 5, 1), now)], [Role.LIAISON], "1", other).body
    assert "按照“21天以上无更新的应予清理”（某政办发〔2023〕5号），拟列入" in text
    none = to_person([item(StepKind.PROPOSE, date(2022, 5, 1), now)], [Role.LIAISON], "1", replace(other, clauses={}))
    assert "按照" not in none.body


def test_a_unit_that_is_read_by_hand_is_asked_and_not_accused() -> None:
    now = beijing_time("2022-05-19 09:00")
    news = replace(item(StepKind.REMIND, date(2022, 5, 9), now, support=Support.ASKED), is_polled=False)
    words = to_person([news], [Role.LIAISON], "1", setting(now))
    assert words.subject == "【更新提醒】请确认近10天是否已发布：“示例发布”微博"
    assert "未收到贵单位“示例发布”（微博）近10天的发布记录（已知最近一次发布为5月9日）" in words.body
    assert "未更新" not in words.subject + words.body


def test_what_the_monitor_cannot_see_is_not_said_to_end_by_itself() -> None:
    now = beijing_time("2022-05-19 09:00")
    by_hand = replace(item(StepKind.REMIND, date(2022, 5, 9), now), is_polled=False)
    text = said(by_hand, now=now)
    assert "本账号不能自动采集，发布后请将链接告知示例县政府信息公开中心（0578-0000000）。" in text
    assert "自动办结" not in text
    assert "无需回复" not in text
    linked = to_person([by_hand], [Role.LIAISON], "1", setting(now), "https://x.example/k/1").body
    assert "发布后请打开本单位页面提交链接，或将链接告知" in linked
    assert "[打开本单位页面，提交链接、登记知悉](https://x.example/k/1)" in linked
    assert linked.count("https://") == 1
    both = said(by_hand, replace(item(StepKind.REMIND, date(2022, 5, 9), now, name="乙")), now=now)
    assert "能自动采集的账号更新后系统自动办结" in both


def test_several_accounts_make_one_message_with_the_gravest_first() -> None:
    now = beijing_time("2022-05-19 09:00")
    text = said(
        item(StepKind.REMIND, date(2022, 5, 9), now, name="甲"),
        item(StepKind.ESCALATE, date(2022, 5, 1), now, name="乙"),
        now=now,
    )
    assert text.startswith("### 【督办】“乙”微博须更新，另有1个须按期更新\n\n1. 经监测，贵单位主办的“乙”")
    assert "\n\n2. 截至5月19日9时，贵单位主办的“甲”" in text


def merged(now: datetime, *kinds: tuple[StepKind, int]) -> str:
    """Return the head of a message about accounts, each with its step and its age in days."""
    items = [item(kind, (now - timedelta(days=age)).date(), now, name=str(n)) for n, (kind, age) in enumerate(kinds)]
    apart = [replace(item, account=replace(item.account, id=f"A{n}")) for n, item in enumerate(items)]
    return to_person(apart, [Role.LIAISON], "1", setting(now)).subject


@pytest.mark.parametrize(
    ("kinds", "head"),
    [
        (
            [(StepKind.PROPOSE, 22)] * 2 + [(StepKind.OVERDUE, 15)] * 6,
            "【督办】“0”微博等2个账号拟列名单，另有6个超期",
        ),
        ([(StepKind.PROPOSE, 22), (StepKind.REPEAT, 29)], "【督办】“0”微博拟列名单，另有1个超期"),
        ([(StepKind.REPEAT, 29), (StepKind.ESCALATE, 18)], "【督办】“0”微博等2个账号须更新"),
        (
            [(StepKind.ESCALATE, 18), (StepKind.OVERDUE, 15), (StepKind.REMIND, 10)],
            "【督办】“0”微博须更新，另有2个须更新",
        ),
        ([(StepKind.OVERDUE, 15)] * 3, "【超期预警】“0”微博等3个账号须更新"),
        (
            [(StepKind.LAST_DAY, 14), (StepKind.WARN, 12), (StepKind.REMIND, 10)],
            "【更新预警】贵单位2个账号须更新，最早今日到期，另有1个须按期更新",
        ),
        ([(StepKind.WARN, 12)] * 2, "【更新预警】贵单位2个账号须更新，最早须于5月20日前更新"),
        ([(StepKind.OVERDUE, 15), (StepKind.RECOVERED, 1)], "【超期预警】“0”微博须更新，另有1个已恢复"),
        (
            [(StepKind.OVERDUE, 15), (StepKind.REMIND, 10), (StepKind.RECOVERED, 1)],
            "【超期预警】“0”微博须更新，另有1个须按期更新，1个已恢复",
        ),
        ([(StepKind.RECOVERED, 1)] * 2, "【办结】贵单位2个账号已恢复更新"),
    ],
)
def test_the_head_says_of_how_many_the_gravest_is_so_and_nothing_of_the_others_that_is_not(
    kinds: list[tuple[StepKind, int]], head: str
) -> None:
    assert merged(beijing_time("2022-05-19 09:00"), *kinds) == head


LADDER_STEPS = [
    (StepKind.REMIND, 10),
    (StepKind.WARN, 12),
    (StepKind.LAST_DAY, 14),
    (StepKind.OVERDUE, 15),
    (StepKind.ESCALATE, 18),
    (StepKind.PROPOSE, 22),
    (StepKind.RECOVERED, 1),
]


@given(st.lists(st.sampled_from(LADDER_STEPS), min_size=2, max_size=9))
def test_whatever_a_message_carries_its_head_counts_every_account_once(kinds: list[tuple[StepKind, int]]) -> None:
    head = merged(beijing_time("2022-05-19 09:00"), *kinds)
    before, _, after = head.partition("，另有")
    named = re.search(r"(\d+)个账号", before)
    first = int(named[1]) if named else 1
    assert first + sum(map(int, re.findall(r"(\d+)个", after))) == len(kinds)
    assert ("拟列名单" in head) == any(kind is StepKind.PROPOSE for kind, _ in kinds)


def test_an_account_of_which_two_things_are_told_is_not_counted_as_another() -> None:
    now = beijing_time("2022-05-19 09:00")
    late = item(StepKind.OVERDUE, date(2022, 5, 4), now)
    due = replace(item(StepKind.TASK, date(2022, 5, 4), now, rule="DRG-01", due=date(2022, 5, 30)), kind=StepKind.TASK)
    settled = item(StepKind.RECOVERED, date(2022, 5, 18), now, rule="APP-01")
    heads = [to_person(told, [Role.LIAISON], "1", setting(now)).subject for told in ([late, due], [late, due, settled])]
    assert heads == [
        "【超期预警】“示例发布”微博须更新，另有1项须处理",
        "【超期预警】“示例发布”微博须更新，另有1项须处理，1项已恢复",
    ]


@pytest.mark.parametrize(
    ("kind", "age", "head"),
    [
        (StepKind.PROPOSE, 22, "【督办】“示例发布”微博拟列名单，另有1个须处理"),
        (StepKind.OVERDUE, 15, "【超期预警】“示例发布”微博须更新，另有1个须处理"),
        (StepKind.WARN, 12, "【注销提醒】“销”微博须处理，另有1个须按期更新"),
    ],
)
def test_a_task_hides_nothing_that_is_overdue(kind: StepKind, age: int, head: str) -> None:
    now = beijing_time("2022-05-19 09:00")
    late = item(kind, (now - timedelta(days=age)).date(), now)
    task = item(StepKind.TASK, date(2022, 5, 18), now, "销", rule="DRG-01", due=date(2022, 5, 30))
    apart = replace(task, account=replace(task.account, id="A0"))
    assert to_person([apart, late], [Role.LIAISON], "1", setting(now)).subject == head


@given(kind=st.sampled_from(list(StepKind)), age=st.integers(0, 60), role=st.sampled_from(list(Role)))
def test_no_message_shouts_or_calls_everybody(kind: StepKind, age: int, role: Role) -> None:
    now = beijing_time("2022-05-19 09:00")
    text = said(item(kind, beijing_date(now) - timedelta(days=age), now), now=now, role=role)
    assert not set(text) & set("！!@＠")
    assert not any(word in text for word in ("僵尸", "违规", "处罚", "所有人"))


def test_two_urgings_that_one_message_carried_are_counted_once() -> None:
    now, before = beijing_time("2022-05-29 09:00"), date(2022, 5, 22)
    told = tuple(
        EarlierWord(on=before, role=Role.LIAISON, kind=kind, number=number)
        for kind, number in ((StepKind.ESCALATE, 18), (StepKind.PROPOSE, 21))
    )
    again = replace(item(StepKind.REPEAT, date(2022, 5, 1), now), number=28, told=told)
    assert to_person([again], [Role.LIAISON], "1", setting(now)).subject.startswith("【督办（第2次）】")


def test_on_the_twentieth_day_today_is_named_once() -> None:
    now = beijing_time("2022-05-21 09:00")
    text = said(item(StepKind.ESCALATE, date(2022, 5, 1), now), now=now)
    assert "请**今日完成更新**。此后仍未更新的，将超过20天" in text


def test_a_clause_that_nobody_has_is_left_out() -> None:
    now = beijing_time("2022-05-19 09:00")
    bare = replace(setting(now), clauses={"UPD-01": "《检查指标》（国办秘函〔2019〕19号）"})
    body = to_person([item(StepKind.REMIND, date(2022, 5, 9), now)], [Role.LIAISON], "1", bare).body
    assert "按照政务新媒体检查单项否决指标，请于**5月23日（周一）前（含当日）**发布信息。" in body
