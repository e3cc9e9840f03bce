"""Lists as workbooks: what is seen, all pages of it, filtered as it is seen, and kept in the audit log."""

from __future__ import annotations

import io
import re
from html import unescape

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from monitor.store import Store
from monitor.store.audit import recent_audit
from monitor.web import create_app
from tests.store.build import enrol
from tests.web.conftest import client_of
from tests.web.county import MAIL, NOW, PHONE, Surroundings, account, fill
from tests.web.test_pages import names_in


@pytest.fixture
def own(empty: Store, around: Surroundings) -> TestClient:
    fill(empty)
    return client_of(empty, around)


def rows_of(client: TestClient, address: str) -> list[list[str]]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.headers["x-content-type-options"] == "nosniff"
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert not [cell for row in sheet for cell in row if cell.data_type == "f"], "a formula"
    return [["" if value is None else str(value) for value in row] for row in sheet.iter_rows(values_only=True)]


def link_on(client: TestClient, page: str) -> str:
    found = re.search(r'<p class="export"><a href="([^"]+)"', client.get(page).text)
    assert found
    return unescape(found[1])


def test_the_messages_of_a_tab_are_handed_out_as_they_are_listed(own: TestClient, empty: Store) -> None:
    tabs = [state for state in ("held", "failed", "queued", "sent", "cancelled") if "没有" not in _main(own, state)]
    assert tabs
    for state in tabs:
        head, *rows = rows_of(own, link_on(own, f"/messages?state={state}"))
        assert head[:4] == ["编号", "生成时间", "收件人", "主办单位"]
        assert rows
        page = own.get(f"/messages?state={state}").text
        assert all(row[0] in page for row in rows)
        text = str(rows)
        assert PHONE not in text
        assert MAIL not in text
    with empty.read() as tx:
        acts = [act for act in recent_audit(tx) if act.action == "export messages"]
    assert [act.address for act in acts] == ["127.0.0.1"] * len(tabs)


def _main(client: TestClient, state: str) -> str:
    return client.get(f"/messages?state={state}").text.partition("<main")[2]


def test_a_filter_of_the_page_is_kept(own: TestClient) -> None:
    assert rows_of(own, "/messages.xlsx?state=sent&day=2020-01-01")[1:] == []
    assert own.get("/messages.xlsx?state=other").status_code == 400


def test_the_accounts_of_a_list_are_handed_out_as_they_are_listed(own: TestClient) -> None:
    head, *rows = rows_of(own, link_on(own, "/accounts"))
    assert head[:6] == ["账号ID", "账号", "平台", "地区", "主办单位", "更新情况"]
    assert [row[1] for row in rows] == names_in(own.get("/accounts").text)
    assert PHONE not in str(rows)
    (only,) = rows_of(own, link_on(own, "/accounts?light=red"))[1:]
    assert (only[1], only[5]) == ("示例交通", "超期")
    assert own.get("/accounts.xlsx?colour=red").status_code == 400


def test_people_are_handed_out_only_where_they_are_asked_for_and_to_whom_may_have_them(
    own: TestClient, empty: Store, around: Surroundings
) -> None:
    assert PHONE in str(rows_of(own, "/accounts.xlsx?people=1"))
    with empty.read() as tx:
        (act,) = [act for act in recent_audit(tx) if act.action == "export accounts"]
    assert act.detail == "含联系人"
    far = TestClient(create_app(around.view(empty)), base_url="http://192.0.2.1:8080")
    assert far.get("/accounts.xlsx?people=1").status_code == 403
    assert far.get("/imports/roster.xlsx").status_code == 403


def test_all_pages_of_a_list_are_handed_out(own: TestClient, empty: Store) -> None:
    enrol(empty, *(account(f"N{number:03}", f"新号{number}") for number in range(120)), at=NOW)
    rows = rows_of(own, "/accounts.xlsx?sort=unit&page=2")[1:]
    assert len({row[0] for row in rows}) == len(rows) == 127
