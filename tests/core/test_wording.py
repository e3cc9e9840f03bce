"""The words people read."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.text import fitted, size
from monitor.core.account import Role
from monitor.core.calendar import WorkCalendar, beijing_date, start_of_day
from monitor.core.case import Ladder, StepKind
from monitor.core.finding import Support
from monitor.core.rules import upd_01
from monitor.core.wording import (
    DIGEST_LINES,
    Item,
    Office,
    Room,
    Section,
    Setting,
    alarm,
    digest,
    escaped,
    plain,
    to_person,
)
from tests.core.build import BOOK, account, beijing_time, known
from tests.core.test_calendar import SPRING

OFFICE = Office(name="示例县政府办公室", phone="0578-0000000", sender="示例县政务新媒体监测")


def setting(now: datetime, calendar: WorkCalendar | None = None) -> Setting:
    """Return what sentences refer to."""
    return Setting(now=now, calendar=calendar or WorkCalendar(), ladder=Ladder.of(BOOK), office=OFFICE)


def item(kind: StepKind, begun: date, now: datetime, name: str = "示例发布", **changes: object) -> Item:
    """Return news of an account whose last post was at eight o'clock of `begun`."""
    seen = known(start_of_day(begun) + timedelta(hours=8), look=now)
    found = replace(upd_01.judge(seen, BOOK, now), **changes)  # type: ignore[arg-type]  # passed through
    return Item(account=account(name=name), kind=kind, finding=found)


def said(*items: Item, now: datetime, role: Role = Role.LIAISON, calendar: WorkCalendar | None = None) -> str:
    """Return the body of the message."""
    return to_person(items, [role], "20260520-1", setting(now, calendar)).body


def test_a_reminder_says_the_facts_the_deadline_and_whom_to_phone() -> None:
    now = beijing_time("2022-05-19 09:00")
    words = to_person([item(StepKind.REMIND, date(2022, 5, 9), now)], [Role.LIAISON], "20220519-1", setting(now))
    assert words.subject == "【更新提醒】“示例发布”微博10天未更新（5月19日）"
    assert words.body.split("\n\n") == [
        "### 【更新提醒】“示例发布”微博",
        (
            "截至5月19日9时，贵单位主办的“示例发布”（微博）已连续**10天**未更新，最近一次更新为5月9日。"
            "按照“监测时间点前2周内无更新”单项否决要求，请于**5月23日（周一）前**发布信息。"
        ),
        "更新后系统自动核销，无需回复、无需报送截图。如账号已停用或拟注销，请联系示例县政府办公室。",
        "> 示例县政务新媒体监测 · 联系电话0578-0000000 · 编号20220519-1",
    ]


def test_an_office_without_a_telephone_names_none() -> None:
    now = beijing_time("2022-05-19 09:00")
    silent = replace(setting(now), office=replace(OFFICE, phone=""))
    body = to_person([item(StepKind.REMIND, date(2022, 5, 9), now)], [Role.LIAISON], "20220519-1", silent).body
    assert body.endswith("\n\n> 示例县政务新媒体监测 · 编号20220519-1")


def test_the_last_day_is_called_so() -> None:
    now = beijing_time("2022-05-23 09:00")
    assert "5月23日（周一）前**发布信息，今天是最后一天。" in said(
        item(StepKind.LAST_DAY, date(2022, 5, 9), now), now=now
    )


def test_a_deadline_on_a_weekend_is_brought_forward_in_words() -> None:
    now = beijing_time("2022-05-20 09:00")
    text = said(item(StepKind.WARN, date(2022, 5, 8), now), now=now)
    assert (
        "最近一次更新为5月8日。休息日（5月21日至22日）后首个工作日为5月23日（周一），如此前不再更新，届时将达15天。"
        "按照“监测时间点前2周内无更新”单项否决要求，请于**5月20日（周五）前**更新或设置定时发布。"
    ) in text


def test_before_spring_festival_the_holiday_is_named_and_nobody_is_accused() -> None:
    now = beijing_time("2026-02-13 09:00")
    news = item(StepKind.HOLIDAY, date(2026, 2, 9), now)
    words = to_person([news], [Role.LIAISON], "20260213-1", setting(now, SPRING))
    assert words.subject == "【节前提醒】“示例发布”微博请于2月14日前更新（2月13日）"
    assert words.body.split("\n\n")[1] == (
        "春节假期（2月15日至23日）后首个工作日为2月24日（周二）。贵单位主办的“示例发布”（微博）最近一次更新为2月9日，"
        "如节前不再更新，届时将达**15天**，超过2周。请于**2月14日（周六）前**更新或设置定时发布。"
    )


def test_a_holiday_word_that_leaves_when_the_calendar_has_changed_is_a_plain_reminder() -> None:
    now = beijing_time("2026-02-13 09:00")
    every_day = WorkCalendar(rest_weekdays=frozenset())
    assert "请于**2月23日（周一）前**发布信息" in said(
        item(StepKind.HOLIDAY, date(2026, 2, 9), now), now=now, calendar=every_day
    )


def test_a_day_of_another_year_is_told_with_its_year() -> None:
    now = beijing_time("2026-01-07 09:00")
    assert "最近一次更新为2025年12月28日" in said(item(StepKind.REMIND, date(2025, 12, 28), now), now=now)
    assert "最近一次更新为2024年3月2日，" in said(item(StepKind.REPEAT, date(2024, 3, 2), now), now=now)
    assert "已于1月6日更新" in said(item(StepKind.RECOVERED, date(2026, 1, 6), now), now=now)


def test_whoever_serves_several_units_is_told_whose_each_account_is() -> None:
    now = beijing_time("2022-05-19 09:00")
    first, second = (item(StepKind.REMIND, date(2022, 5, 9), now, name=name) for name in "甲乙")
    second = replace(second, account=replace(second.account, unit="示例县水利局"))
    words = to_person([first, second], [Role.LIAISON], "1", setting(now))
    assert words.subject == "【更新提醒】2家单位2个政务新媒体账号（5月19日）"
    assert "示例县教育局主办的“甲”" in words.body
    assert "示例县水利局主办的“乙”" in words.body
    assert "贵单位" not in words.body


def test_overdue_names_the_people_and_what_follows() -> None:
    now = beijing_time("2022-05-16 09:00")
    text = said(item(StepKind.OVERDUE, date(2022, 5, 1), now), now=now, role=Role.LEADER)
    assert "经监测，“示例发布”（微博，主办单位：示例县教育局）最近一次更新为5月1日，" in text
    assert "截至5月16日9时已**15天**未更新，超过2周。" in text
    assert "请联络员甲同志（联络员）今日完成更新；请责任领导甲同志（责任领导）督促落实。" in text


def test_escalation_counts_the_days_that_are_left() -> None:
    now = beijing_time("2022-05-19 09:00")
    assert "3天后将超过20天。" in said(item(StepKind.ESCALATE, date(2022, 5, 1), now), now=now)


def test_after_20_days_consolidation_is_only_proposed() -> None:
    now = beijing_time("2022-05-22 09:00")
    text = said(item(StepKind.PROPOSE, date(2022, 5, 1), now), now=now)
    assert "超过20天" in text
    assert "建议列入清理整合建议名单，待联合研判" in text


def test_a_unit_that_is_read_by_hand_is_asked_and_not_accused() -> None:
    now = beijing_time("2022-05-19 09:00")
    text = said(item(StepKind.REMIND, date(2022, 5, 9), now, support=Support.ASKED), now=now)
    assert "未收到贵单位“示例发布”（微博）的发布记录" in text
    assert "未更新" not in text.split("###")[1].split("\n\n")[1]


def test_several_accounts_make_one_message_with_the_gravest_first() -> None:
    now = beijing_time("2022-05-19 09:00")
    text = said(
        item(StepKind.REMIND, date(2022, 5, 9), now, name="甲"),
        item(StepKind.ESCALATE, date(2022, 5, 1), now, name="乙"),
        now=now,
    )
    assert text.startswith("### 【督办】2个账号\n\n1. 经监测，“乙”")
    assert "\n\n2. 截至5月19日9时，贵单位主办的“甲”" in text


def test_what_could_not_be_delivered_reaches_the_operator_as_such() -> None:
    now = beijing_time("2022-05-19 09:00")
    text = said(item(StepKind.REMIND, date(2022, 5, 9), now), now=now, role=Role.OPERATOR)
    assert "未能送达" in text
    assert "示例县教育局主办的“示例发布”" in text, "the office must know whom to tell"
    assert "贵单位" not in text


def test_a_recovered_unit_is_told_that_it_is_settled() -> None:
    now = beijing_time("2022-05-19 09:00")
    assert "已于5月18日更新，此前的超期提醒已核销" in said(item(StepKind.RECOVERED, date(2022, 5, 18), now), now=now)


def test_names_from_outside_stay_words() -> None:
    assert escaped("[点我](http://a.example) **@所有人** <b>") == "［点我］（http：//a.example） ＊＊＠所有人＊＊ ＜b＞"
    assert plain("甲\r\n乙\x1b[31m\u202e丙") == "甲 乙 [31m 丙"
    assert plain("甲\u2060乙\u061c丙\u00ad丁\ud800戊\u200b己") == "甲 乙 丙 丁 戊 己", "what is not seen says nothing"


@given(name=st.text(max_size=200))
def test_no_name_breaks_out_of_its_line(name: str) -> None:
    shown = escaped(name)
    assert "\n" not in shown
    assert not set(shown) & set("\\`*_[]()#!|<>~@")
    assert len(shown) <= 41


LONG = [Section(heading=f"第{n}节", lines=tuple(f"示例{n}-{line}已超期" for line in range(60))) for n in (1, 2)]


def test_a_digest_that_is_cut_says_how_much_is_left_out_and_leads_to_the_rest() -> None:
    now = beijing_time("2022-05-19 08:45")
    page = "https://x.example/"
    body = digest(LONG, "待定", setting(now), Room(page=page)).body
    assert body.count(f"- 另有{60 - DIGEST_LINES}项，见[页面]({page})") == len(LONG)
    assert body.endswith(f"编号待定 · [查看全部]({page})")
    silent = digest(LONG, "待定", setting(now)).body
    assert silent.count(f"- 另有{60 - DIGEST_LINES}项未列出") == len(LONG)
    assert "://" not in silent


@pytest.mark.parametrize("longest", [700, 1_000, 2_000, 18_000])
@pytest.mark.parametrize("page", [None, "https://x.example/"])
def test_a_digest_fits_where_it_goes_and_names_every_line_or_counts_it(longest: int, page: str | None) -> None:
    now = beijing_time("2022-05-19 08:45")
    body = digest(LONG, "20220519-0123456789ab", setting(now), Room(longest=longest, page=page)).body
    assert len(body.encode()) <= longest
    left = sum(int(count) for count in re.findall(r"- 另有(\d+)项", body))
    assert body.count("已超期") + left == sum(len(section.lines) for section in LONG)


def test_a_channel_that_cuts_a_digest_once_more_keeps_its_link() -> None:
    body = digest(LONG, "待定", setting(beijing_time("2022-05-19 08:45")), Room(page="https://x.example/")).body
    cut = fitted(body, 600, size)
    assert len(cut.encode()) <= 600
    assert "行未显示" in cut
    assert cut.endswith("[查看全部](https://x.example/)")


def test_the_facts_stand_beside_the_words_as_a_table() -> None:
    now = beijing_time("2022-05-19 09:00")
    items = [
        item(StepKind.REMIND, date(2022, 5, 9), now, "A<b>"),
        item(StepKind.OVERDUE, date(2022, 5, 4), now, "乙"),
        item(StepKind.RECOVERED, date(2022, 5, 18), now, "丙"),
    ]
    assert to_person(items, [Role.LIAISON], "1", setting(now)).grid == (
        ("账号", "平台", "最近更新", "天数", "期限"),
        ("乙", "微博", "5月4日", "15", "5月18日（周三），已过"),
        ("A＜b＞", "微博", "5月9日", "10", "5月23日（周一）"),
    )
    assert to_person(items[2:], [Role.LIAISON], "1", setting(now)).grid == ()


def test_an_alarm_says_what_is_wrong_and_gives_nobodys_number() -> None:
    now = beijing_time("2026-10-03 22:00")
    found = item(StepKind.TASK, date(2026, 10, 1), now, because="10月3日登记：发现：页面被篡改。")
    words = alarm([found], "1", setting(now))
    assert words.subject == "【紧急】“示例发布”微博（10月3日22时）"
    assert "10月3日登记：发现：页面被篡改。" in words.body
    assert "13800000001" not in words.body
    assert alarm([found, found], "1", setting(now)).subject == "【紧急】2个账号（10月3日22时）"


def test_the_digest_leaves_out_what_is_empty() -> None:
    now = beijing_time("2022-05-19 08:45")
    words = digest(
        [Section(heading="未能核查", lines=("甲",)), Section(heading="超期", lines=())], "20220519-2", setting(now)
    )
    assert "**未能核查（1）**" in words.body
    assert "超期" not in words.body
    assert beijing_date(now) == date(2022, 5, 19)


@given(kind=st.sampled_from(list(StepKind)), age=st.integers(0, 60), role=st.sampled_from(list(Role)))
def test_no_message_shouts_or_calls_everybody(kind: StepKind, age: int, role: Role) -> None:
    now = beijing_time("2022-05-19 09:00")
    text = said(item(kind, beijing_date(now) - timedelta(days=age), now), now=now, role=role)
    assert not set(text) & set("！!@＠")
    assert not any(word in text for word in ("僵尸", "违规", "处罚", "所有人"))
