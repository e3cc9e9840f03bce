"""What stands around every page: the way to its content, to the other pages, and to what was just said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from monitor.actions.actor import Right
from monitor.store import Store
from monitor.web import create_app
from monitor.web.navigation import ENTRIES, navigation
from tests.web.browser import Browser
from tests.web.county import Surroundings
from tests.web.serving import served

SCRIPT = Path(__file__).parents[2] / "monitor" / "web" / "static" / "xuncha.js"


class Reader:
    """May look, and nothing else."""

    own = None

    def may(self, right: Right) -> bool:
        return right is Right.SEE


def test_every_entry_of_the_navigation_leads_to_a_page(county: Store) -> None:
    routed = {route.path for route in create_app(Surroundings().view(county)).routes if isinstance(route, Route)}
    assert {entry.address for entry in ENTRIES} <= routed


def test_what_a_visitor_may_not_open_is_absent_and_not_grey() -> None:
    assert [entry.text for entry in navigation(Reader())] == ["今天", "账号", "事项"]
    assert navigation(None) == ENTRIES


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_a_page_says_in_the_navigation_that_it_is_open(client: TestClient, entry: object) -> None:
    page = client.get(entry.address).text  # type: ignore[attr-defined]
    current = re.findall(r'<a (?:class="rest" )?href="([^"]*)" aria-current="page"', page)
    assert set(current) == {entry.address}  # type: ignore[attr-defined]


def test_the_first_stop_of_the_keyboard_leads_past_the_navigation(
    chromium: Browser, client: TestClient, county: Store, around: Surroundings
) -> None:
    del client
    with served(county, around) as address:
        chromium.look(f"{address}/accounts", width=1280)
        chromium.press("Tab")
        assert chromium.evaluate("document.activeElement.textContent") == "跳到正文"
        chromium.press("Enter")
        assert chromium.evaluate("location.hash") == "#main"


def test_on_a_phone_the_rest_of_the_navigation_is_behind_one_word(
    chromium: Browser, county: Store, around: Surroundings
) -> None:
    shown = (
        "[...document.querySelectorAll('header nav > a')].filter(a => a.offsetParent).map(a => a.textContent).slice(1)"
    )
    with served(county, around) as address:
        chromium.look(address, width=390)
        assert chromium.evaluate(shown) == ["今天", "账号", "事项", "消息"]
        chromium.click("header nav .menu summary")
        assert chromium.evaluate("document.querySelector('.menu a').offsetParent !== null") is True
        chromium.look(address, width=1280)
        assert chromium.evaluate(f"{shown}.length") == len(ENTRIES)


def test_the_script_of_the_pages_is_small_and_asks_nothing_of_the_network() -> None:
    written = SCRIPT.read_text(encoding="utf-8")
    assert len(written.encode()) <= 6 * 1024
    assert not re.search(r"fetch\(|XMLHttpRequest|eval\(|innerHTML", written)
