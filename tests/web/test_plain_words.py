"""Words of the pages that people must not have to guess at, and sentences that say no more than is so."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from monitor.store import Store
from tests.store.build import enrol
from tests.web.conftest import client_of
from tests.web.county import Surroundings, account, fill
from tests.web.sessions import send


@pytest.fixture
def own(empty: Store, around: Surroundings) -> TestClient:
    fill(empty)
    return client_of(empty, around)


def test_the_page_of_the_interface_says_what_it_lacks_and_leads_back(own: TestClient) -> None:
    page = own.get("/api/v1/").text
    assert "都可以通过这里读和办" not in page
    assert "登录和密码、发放令牌和管理推送地址只能由人在页面上办，没有列出。" in page
    assert 'href="/">‹ 返回页面' in page  # noqa: RUF001


def test_the_form_of_a_mute_chooses_nobody_by_itself(own: TestClient) -> None:
    page = own.get("/mutes").text
    first = re.findall(r'<select id="subject"[^>]*>\s*<option value="([^"]*)"', page)
    assert first == [""]
    answer = send(own, "/mutes", "/mutes", subject="", until="2026-06-05", why="交接")
    assert (answer.status_code, "请选择暂停谁。" in answer.text) == (422, True)


def test_a_role_and_a_name_stand_apart(own: TestClient) -> None:
    page = own.get("/messages?state=held").text + own.get("/messages?state=sent").text
    assert "联络员联络员" not in page
    assert "责任领导领导" not in page


def test_ways_to_collect_have_their_chinese_names(empty: Store, around: Surroundings) -> None:
    enrol(empty, account("A-1", "示例教育"))
    page = client_of(empty, around).get("/system").text
    cells = re.findall(r'<td data-label="采集方式">([^<]+)</td>', page)
    assert all(re.match(r"[^a-z（]", cell) for cell in cells), cells
    assert cells
