"""The words that the operator reads, and names from outside in any message."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.text import fitted, size
from monitor.core.account import Role
from monitor.core.briefing import DIGEST_LINES, DigestRoom, DigestSection, alarm, digest, told
from monitor.core.calendar import beijing_date
from monitor.core.case import StepKind
from monitor.core.news import EarlierWord
from monitor.core.phrases import escaped, plain
from monitor.core.wording import to_person
from tests.core.build import beijing_time
from tests.core.words_read import TOLD, item, said, setting


def test_what_could_not_be_delivered_reaches_the_operator_as_such() -> None:
    now = beijing_time("2022-05-19 09:00")
    news = replace(item(StepKind.REMIND, date(2022, 5, 9), now), is_passed_on=True)
    text = said(news, now=now, role=Role.OPERATOR)
    assert "未能送达" in text
    assert "示例县教育局主办的“示例发布”" in text, "the office must know whom to tell"
    assert "贵单位" not in text


def test_a_recovered_unit_is_told_that_it_is_settled() -> None:
    now = beijing_time("2022-05-19 09:00")
    over = EarlierWord(on=date(2022, 5, 16), role=Role.LIAISON, kind=StepKind.OVERDUE, number=15)
    news = replace(item(StepKind.RECOVERED, date(2022, 5, 18), now), told=(*TOLD, over))
    words = to_person([news], [Role.LIAISON], "1", setting(now))
    assert words.subject == "【办结】已恢复更新：“示例发布”微博"
    assert "已于5月18日更新，此前的超期预警同时办结，无需回复。" in words.body
    assert words.body.count("无需回复") == 1


@given(kind=st.sampled_from([kind for kind in StepKind if kind is not StepKind.TASK]), age=st.integers(0, 60))
def test_what_is_to_be_done_stands_in_the_first_20_signs(kind: StepKind, age: int) -> None:
    now = beijing_time("2022-05-19 09:00")
    long = "示例县自然资源和规划局不动产登记中心"
    subject = to_person(
        [item(kind, beijing_date(now) - timedelta(days=age), now, name=long)], [Role.LIAISON], "1", setting(now)
    ).subject
    assert len(subject.partition("：")[0].partition("（已")[0]) <= 20
    assert subject.index("：") < subject.index(long)


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


LONG = [DigestSection(heading=f"第{n}节", lines=tuple(f"示例{n}-{line}已超期" for line in range(60))) for n in (1, 2)]


def test_a_digest_that_is_cut_says_how_much_is_left_out_and_leads_to_the_rest() -> None:
    now = beijing_time("2022-05-19 08:45")
    page = "https://x.example/"
    body = digest(LONG, "待定", setting(now), DigestRoom(page=page)).body
    assert body.count(f"- 另有{60 - DIGEST_LINES}项，见[页面]({page})") == len(LONG)
    assert body.endswith(f"编号待定 · [查看全部]({page})")
    silent = digest(LONG, "待定", setting(now)).body
    assert silent.count(f"- 另有{60 - DIGEST_LINES}项未列出") == len(LONG)
    assert "://" not in silent


@pytest.mark.parametrize("longest", [700, 1_000, 2_000, 18_000])
@pytest.mark.parametrize("page", [None, "https://x.example/"])
def test_a_digest_fits_where_it_goes_and_names_every_line_or_counts_it(longest: int, page: str | None) -> None:
    now = beijing_time("2022-05-19 08:45")
    body = digest(LONG, "20220519-0123456789ab", setting(now), DigestRoom(longest=longest, page=page)).body
    assert len(body.encode()) <= longest
    left = sum(int(count) for count in re.findall(r"- 另有(\d+)项", body))
    assert body.count("已超期") + left == sum(len(section.lines) for section in LONG)


def test_a_channel_that_cuts_a_digest_once_more_keeps_its_link() -> None:
    body = digest(LONG, "待定", setting(beijing_time("2022-05-19 08:45")), DigestRoom(page="https://x.example/")).body
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
        ("账号", "平台", "最近更新", "天数", "更新期限"),
        ("乙", "微博", "5月4日", "15", "5月18日（周三），已过"),
        ("A＜b＞", "微博", "5月9日", "10", "5月23日（周一）"),
    )
    assert to_person(items[2:], [Role.LIAISON], "1", setting(now)).grid == ()


def test_an_alarm_says_what_is_wrong_and_gives_nobodys_number() -> None:
    now = beijing_time("2026-10-03 22:00")
    found = item(StepKind.TASK, date(2026, 10, 1), now, because="10月3日登记：发现：页面被篡改。")
    words = alarm([found], "1", setting(now))
    assert words.subject == "【紧急】请立即核实：“示例发布”微博（10月3日22时）"
    assert "10月3日登记：发现：页面被篡改。" in words.body
    assert "13800000001" not in words.body
    assert alarm([found, found], "1", setting(now)).subject == "【紧急】请立即核实：2个账号（10月3日22时）"


def test_what_was_recorded_of_content_safety_goes_to_no_group_and_no_mail() -> None:
    now = beijing_time("2026-10-03 22:00")
    found = item(StepKind.TASK, date(2026, 10, 1), now, rule="SEC-01", because="10月3日登记：发现：某句涉密的话。")
    body = alarm([found], "1", setting(now)).body
    assert "涉密的话" not in body
    assert "有1项内容安全问题待处置，请登录系统查看。" in body
    assert "涉密的话" not in told(found.finding), "the digest says no more"


def test_the_digest_counts_what_is_to_do_and_leaves_out_what_is_empty() -> None:
    now = beijing_time("2022-05-19 08:45")
    words = digest(
        [DigestSection(heading="未能核查", lines=("甲",)), DigestSection(heading="超期", lines=())],
        "20220519-2",
        setting(now),
    )
    assert words.subject == "【每日摘要】待办1项（5月19日，周四）"
    assert "**未能核查（1）**" in words.body
    assert "超期" not in words.body
    over = DigestSection(heading="超期", lines=("甲", "乙"), is_to_do=False, is_over=True)
    ended = DigestSection(heading="自动办结的事项", lines=("丙",), is_to_do=False)
    both = digest([over, ended], "1", setting(now))
    assert both.subject == "【每日摘要】今日无待办，超期2个（5月19日，周四）"
    assert "**自动办结的事项（1，无需处理）**" in both.body
    assert beijing_date(now) == date(2022, 5, 19)
