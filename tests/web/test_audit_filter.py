"""The audit log as a page, narrowed down by an address."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from monitor.queries.audit import LISTED
from monitor.store import Store
from monitor.store.audit import Act, record_audit
from tests.web.conftest import client_of
from tests.web.county import NOW, Surroundings
from tests.web.test_pages import text_of

ACTS = (
    Act(at=NOW - timedelta(days=1, hours=10), actor="王某", action="import roster", object="台账.xlsx", detail="甲"),
    Act(at=NOW - timedelta(hours=10), actor="王某", action="case exempt", object="7", detail="乙"),
    Act(at=NOW, actor="李某", action="case exempt", object="17", detail="丙"),
    Act(at=NOW, actor="李某", action="import posts", object="7_100%.csv", detail="丁"),
)


@pytest.fixture
def office(empty: Store, around: Surroundings) -> TestClient:
    with empty.begin() as tx:
        for act in ACTS:
            record_audit(tx, act)
    return client_of(empty, around)


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ({}, "丁丙乙甲"),
        ({"who": "王"}, "乙甲"),
        ({"what": "case exempt"}, "丙乙"),
        ({"day": "2026-05-18"}, "乙"),
        ({"day": "2026-05-19"}, "丁丙"),
        ({"object": "事项7"}, "乙"),
        ({"object": "7"}, "丁丙乙"),
        ({"object": "%"}, "丁"),
        ({"object": "_"}, "丁"),
        ({"who": "李", "what": "import posts"}, "丁"),
        ({"who": "'; drop table acts"}, ""),
    ],
)
def test_a_filter_in_the_address_leaves_what_it_says(office: TestClient, asked: dict[str, str], left: str) -> None:
    page = office.get("/audit", params=asked).text
    assert "".join(re.findall(r'data-label="说明">([甲乙丙丁])', page)) == left
    if not left:
        assert "没有符合条件的操作。" in page


def test_what_was_asked_for_stands_in_the_form_and_can_be_taken_away(office: TestClient) -> None:
    page = office.get("/audit?who=王某&what=case+exempt&day=2026-05-18&object=事项7").text
    for value in ("王某", "2026-05-18", "事项7"):
        assert f'value="{value}"' in page
    assert '<option value="case exempt" selected>事项：豁免' in page
    assert '<a href="/audit">去掉条件</a>' in page


def test_a_day_that_is_none_is_refused_in_a_sentence(office: TestClient) -> None:
    answer = office.get("/audit?day=2026-13-45")
    assert (answer.status_code, "日期应写作2026-05-19。" in answer.text) == (400, True)


def test_the_filter_stays_while_pages_are_turned(empty: Store, around: Surroundings) -> None:
    with empty.begin() as tx:
        for number in range(LISTED + 1):
            record_audit(tx, Act(at=NOW, actor="王某", action="import posts", object=f"{number}.csv"))
    page = client_of(empty, around).get("/audit", params={"who": "王某"}).text
    assert f'href="/audit?{urlencode({"who": "王某"})}&amp;page=2"' in page
    assert "（201项操作）" in text_of(page)
