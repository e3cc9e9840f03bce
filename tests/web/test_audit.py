"""The audit log as a page."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from monitor.queries.audit import LISTED
from monitor.store import Store
from monitor.store.audit import Act, record_audit
from tests.web.conftest import client_of
from tests.web.county import NOW, PHONE, SCRIPT, Surroundings
from tests.web.test_pages import text_of


@pytest.fixture
def office(empty: Store, around: Surroundings) -> TestClient:
    return client_of(empty, around)


def do(store: Store, *acts: Act) -> None:
    with store.begin() as tx:
        for act in acts:
            record_audit(tx, act)


def test_acts_are_told_in_words_the_latest_first(empty: Store, office: TestClient) -> None:
    do(
        empty,
        Act(at=NOW - timedelta(hours=1), actor="wang", action="import roster", object="台账.xlsx"),
        Act(at=NOW, actor="操作员丙", action="case exempt", object="7", detail="整合期间"),
    )
    page = office.get("/audit").text
    assert "操作员丙 事项：豁免 事项7 整合期间 5月19日08:05 wang 导入台账 台账.xlsx" in text_of(page)
    assert '<a href="/cases/7">' in page


def test_hostile_words_and_numbers_of_people_are_not_shown(empty: Store, office: TestClient) -> None:
    do(empty, Act(at=NOW, actor=SCRIPT, action=SCRIPT, object=SCRIPT, detail=f"电话{PHONE}"))
    page = office.get("/audit").text
    assert "<script>alert" not in page
    assert PHONE not in page


def test_a_long_log_is_turned_page_by_page(empty: Store, office: TestClient) -> None:
    do(empty, *(Act(at=NOW, actor="wang", action="import posts", object=f"{n}.csv") for n in range(LISTED + 1)))
    assert "第1页，共2页（201项操作）" in text_of(office.get("/audit").text)
    assert " 0.csv" in text_of(office.get("/audit?page=2").text)


def test_an_empty_log_says_so(office: TestClient) -> None:
    assert "尚无操作记录。" in office.get("/audit").text
