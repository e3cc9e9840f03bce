"""A province's pages are no larger than a county's: what there is much of is paged, and units are typed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.store import Store
from monitor.web.words import CHOICES
from tests.bench.province import MANY
from tests.bench.served import LARGEST, found, opened, provinces
from tests.store.build import enrol
from tests.web.county import NOW, Surroundings, account
from tests.web.sessions import Closed, closed, send


@pytest.fixture
def province(empty: Store) -> Closed:
    """Return a county with more units than are listed to choose from."""
    numbers = range(CHOICES + 1)
    enrol(empty, *(account(f"A{number:03}", "示例发布", unit=f"示例县第{number}局") for number in numbers), at=NOW)
    made = closed(empty, Surroundings())
    made.user()
    return made


@pytest.mark.parametrize("page", ["/messages", "/mutes", "/users/new", "/users/1"])
def test_where_there_are_hundreds_of_units_their_names_are_typed_and_not_chosen(province: Closed, page: str) -> None:
    text = province.logged_in().get(page).text
    assert "示例县第300局" not in text
    assert 'type="text" maxlength="100" autocomplete="off"' in text


def test_the_messages_to_a_unit_that_was_typed_are_listed(province: Closed) -> None:
    browser = province.logged_in()
    assert "只列：示例县第300局" in browser.get("/messages?unit=示例县第300局").text
    assert browser.get("/messages?unit=别的局").status_code == 404


def test_a_unit_that_was_typed_is_muted_and_one_that_there_is_not_is_refused(province: Closed) -> None:
    browser = province.logged_in()
    until = f"{NOW.date() + timedelta(days=5):%Y-%m-%d}"
    refused = send(browser, "/mutes", subject="别的局", until=until, why="单位交接")
    assert refused.status_code == 422
    assert "请选择暂停谁" in refused.text
    assert send(browser, "/mutes", subject=" 示例县第300局 ", until=until, why="单位交接").status_code == 303
    assert "示例县第300局" in browser.get("/mutes").text


def test_a_user_of_a_unit_that_was_typed_sees_that_unit(province: Closed) -> None:
    browser = province.logged_in()
    made = send(browser, "/users/new", name="单位甲", role="unit", unit="示例县第300局")
    assert made.status_code in {200, 303}, made.text
    assert "示例县第300局" in browser.get("/users").text


@pytest.mark.slow
def test_no_page_of_a_province_is_larger_than_100_kilobytes() -> None:
    with provinces(MANY) as province, opened(province) as (app, client):
        pages = dict(found(app, client, province))
    assert len(pages) > 60
    assert {address: answer.status_code for address, answer in pages.items() if answer.status_code != 200} == {}
    assert {address: len(answer.content) for address, answer in pages.items() if len(answer.content) > LARGEST} == {}
