"""Messages in small rooms: what is asked for, and by when, stands in whole sentences however long the names are."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alerts import dingtalk, zhezhengding
from alerts.text import cost, fitted
from monitor.core.account import Role
from monitor.core.calendar import beijing_date
from monitor.core.case import StepKind
from monitor.core.news import NewsItem, Office, Words
from monitor.core.wording import to_person
from tests.core.build import account, beijing_time
from tests.core.words_read import item, setting

NOW = beijing_time("2026-09-29 09:00")
KEY = "https://xuncha.example.gov.cn/k/"
PAGE = KEY + "a" * 120
LONG = st.text(st.characters(codec="utf-8"), min_size=1, max_size=90) | st.just("示" * 90) | st.just('"\\' * 45)
KINDS = [kind for kind in StepKind if kind not in {StepKind.TASK, StepKind.RECOVERED}]


def told(items: list[NewsItem], office: Office, role: Role) -> Words:
    moment = replace(setting(NOW), office=office)
    return to_person(items, [role], "20260929-0123456789ab", moment, PAGE)


def news(kind: StepKind, age: int, name: str, unit: str) -> NewsItem:
    found = item(kind, beijing_date(NOW) - timedelta(days=age), NOW)
    of = account(name=name, unit=unit)
    return replace(found, account=of, link="https://xuncha.example.gov.cn/accounts/SL01", is_polled=age % 2 == 0)


@given(
    kind=st.sampled_from(KINDS),
    age=st.integers(4, 60),
    name=LONG,
    unit=LONG,
    sender=LONG,
    role=st.sampled_from([Role.LIAISON, Role.LEADER, Role.OPERATOR]),
)
@example(kind=StepKind.WARN, age=13, name="示" * 90, unit="示" * 90, sender="示" * 90, role=Role.LEADER)
@example(kind=StepKind.PROPOSE, age=40, name='"\\' * 45, unit='"\\' * 45, sender='"\\' * 45, role=Role.OPERATOR)
def test_the_smallest_channel_shows_the_facts_the_wish_and_who_speaks_in_whole_sentences(
    kind: StepKind, age: int, name: str, unit: str, sender: str, role: Role
) -> None:
    words = told([news(kind, age, name, unit)], Office(name="县府办", phone="0578-0000000", sender=sender), role)
    room = zhezhengding.LONGEST - len(zhezhengding._msg(words.subject, "").encode())
    shown = fitted(words.body, room)
    assert len(zhezhengding._msg(words.subject, shown).encode()) <= zhezhengding.LONGEST
    whole, kept = words.body.split("\n"), [line for line in shown.split("\n") if "行未显示" not in line]
    assert [line for line in kept if line not in whole] == [], "cut between sentences only"
    assert kept[-1] == whole[-1], "who speaks, and by which phone"
    paragraphs = [line for line in whole if line and not line.startswith(("#", ">", "[", "账号情况"))]
    said = paragraphs[:3] if role is Role.OPERATOR and len(paragraphs) > 3 else paragraphs[:2]
    assert all(line in kept for line in said)


@pytest.mark.parametrize("role", [Role.LIAISON, Role.LEADER])
def test_a_group_robot_has_room_for_twelve_accounts_with_the_longest_names(role: Role) -> None:
    items = [news(KINDS[n % 8], 10 + n, "示" * 90, "例" * 90) for n in range(12)]
    words = told(items, Office(name="县府办", phone="0578-0000000", sender="县政府信息公开中心"), role)
    assert cost(words.body) <= dingtalk.LONGEST_BODY
    assert len(re.findall(r"^\d+\. .*。$", words.body, re.MULTILINE)) == len(items)
