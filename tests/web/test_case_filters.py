"""The list of cases, narrowed down and in order: by what is due first, as it is seen and as a workbook."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from starlette.testclient import TestClient

from monitor.core.case import Closing
from monitor.core.rules import plt_01
from monitor.store import Store, cases
from tests.store.build import enrol
from tests.web.conftest import client_of
from tests.web.county import NOW, Surroundings
from tests.web.test_cases import opened
from tests.web.test_deciding import ACCOUNTS, trouble
from tests.web.test_list_export import link_on, rows_of
from tests.web.test_pages import text_of

TODAY = date(2026, 5, 19)
DUE = {0: None, 1: TODAY + timedelta(days=30), 2: TODAY, 3: TODAY - timedelta(days=2), 4: TODAY + timedelta(days=7)}
"""The last day that the finding of each account's case names."""


@pytest.fixture
def office(empty: Store, around: Surroundings) -> TestClient:
    far = replace(ACCOUNTS[5], unit="示例乡人民政府", name="乡里的号")
    enrol(empty, *ACCOUNTS[:5], far, at=NOW - timedelta(days=30))
    with empty.begin() as tx:
        for number, due in DUE.items():
            opened(tx, trouble(ACCOUNTS[number].id, due=due))
        opened(tx, trouble(far.id, unit=far.unit, rule=plt_01.ID, because="电话13800001234"))
        ended = opened(tx, trouble(ACCOUNTS[0].id, rule=plt_01.ID))
        cases.end(tx, [ended], Closing.DECIDED, at=NOW)
    return client_of(empty, around)


def names(office: TestClient, query: str) -> list[str]:
    page = office.get(f"/cases?{query}").text
    return re.findall(r'id="case-\d+"><a href="/cases/\d+">([^<]*)</a>', page)


def test_of_one_rule_those_due_first_are_on_top_and_those_without_a_day_at_the_end(office: TestClient) -> None:
    assert names(office, "rule=TWN-01") == ["示例镇3", "示例镇2", "示例镇4", "示例镇1", "示例镇0"]


@pytest.mark.parametrize(
    ("query", "listed"),
    [
        ("due=late", ["示例镇3"]),
        ("due=today", ["示例镇2"]),
        ("due=week", ["示例镇2", "示例镇4"]),
        ("due=none", ["示例镇0", "乡里的号"]),
        ("due=none&unit=示例乡人民政府", ["乡里的号"]),
        ("unit=示例乡人民政府", ["乡里的号"]),
        ("q=zj-03", ["示例镇3"]),
        ("q=示例镇4", ["示例镇4"]),
        ("q=乡人民", ["乡里的号"]),
        ("q=2", ["示例镇1", "示例镇2"]),
        ("q=%25", []),
        ("q=示例镇&rule=PLT-01", []),
    ],
)
def test_the_list_is_narrowed_down_by_every_filter(office: TestClient, query: str, listed: list[str]) -> None:
    assert sorted(names(office, query)) == sorted(listed)
    workbook = rows_of(office, f"/cases.xlsx?{query}")[1:]
    assert sorted(row[3] for row in workbook) == sorted(listed)


def test_the_tabs_count_what_the_filter_leaves_and_keep_it(office: TestClient) -> None:
    page = office.get("/cases?due=late&q=镇").text
    assert "待办公室办理1" in text_of(page)
    assert "/cases?wait=unit&amp;due=late&amp;q=%E9%95%87" in page


def test_a_batch_leads_back_to_the_list_as_it_was(office: TestClient) -> None:
    shown = office.get("/cases?rule=TWN-01&due=late&q=镇").text
    form = shown.partition('action="/cases/decide"')[2]
    assert {f'name="{name}" value="{text}"' in form for name, text in (("due", "late"), ("q", "镇"))} == {True}


def test_a_day_that_is_none_is_refused_with_those_there_are(office: TestClient) -> None:
    answer = office.get("/cases?due=soon")
    assert answer.status_code == 400
    assert "可选：已逾期、今天到期、7天内到期、没有期限" in text_of(answer.text)


def test_the_workbook_has_what_the_page_shows_and_nobody_s_phone(office: TestClient) -> None:
    head, *rows = rows_of(office, link_on(office, "/cases?rule=TWN-01"))
    assert head[:4] == ["编号", "问题", "账号ID", "账号"]
    assert [row[3] for row in rows] == names(office, "rule=TWN-01")
    everything = rows_of(office, link_on(office, "/cases"))[1:]
    assert [row[3] for row in everything] == names(office, "")
    assert "13800001234" not in str(everything)
    (ended,) = rows_of(office, link_on(office, "/cases?wait=done"))[1:]
    assert ended[10:] == ["2026-05-19 00:00:00", Closing.DECIDED.label]
