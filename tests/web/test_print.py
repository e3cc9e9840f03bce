"""Pages on paper: no menu, no buttons, the filter as a sentence, signs that need no colour, heads on every sheet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from monitor.store import Store
from tests.web.browser import Browser
from tests.web.county import OVERDUE, Surroundings
from tests.web.serving import served

SHOWN = """(selector => [...document.querySelectorAll(selector)].filter(one => one.getClientRects().length).length)"""


@contextmanager
def paper(chromium: Browser, county: Store, around: Surroundings, page: str) -> Iterator[Browser]:
    """Show a page as it is printed."""
    with served(county, around) as address:
        chromium.look(f"{address}{page}", width=1280)
        chromium.as_on_paper()
        try:
            yield chromium
        finally:
            chromium.as_on_paper(off=True)


@pytest.mark.parametrize(
    "page", ["/", "/accounts", "/cases", "/looks", "/messages", "/mutes", "/imports", "/system", "/rights"]
)
def test_no_menu_button_or_tick_is_printed(chromium: Browser, county: Store, around: Surroundings, page: str) -> None:
    with paper(chromium, county, around, page) as shown:
        for selector in ("header nav", "main button", "form[role=search]", "input[type=checkbox]", ".sample", ".batch"):
            assert shown.evaluate(f"{SHOWN}('{selector}')") == 0, selector
        assert "打印。" in str(shown.evaluate("document.querySelector('p.printed').innerText"))


def test_the_filter_is_a_sentence(chromium: Browser, county: Store, around: Surroundings) -> None:
    with paper(chromium, county, around, "/accounts?light=red&platform=weibo") as shown:
        said = str(shown.evaluate("document.querySelector('p.printed').innerText"))
    assert said == "只列：超期；微博。共1个。5月19日09:05，操作员打印。"


def test_nothing_of_that_is_seen_on_a_screen(chromium: Browser, county: Store, around: Surroundings) -> None:
    with served(county, around) as address:
        chromium.look(f"{address}/accounts", width=1280)
        assert chromium.evaluate(f"{SHOWN}('p.printed')") == 0


def test_lights_have_a_border_and_no_ground_and_heads_are_repeated(
    chromium: Browser, county: Store, around: Surroundings
) -> None:
    style = "getComputedStyle(document.querySelector('{}')).{}"
    with paper(chromium, county, around, "/accounts") as shown:
        for light in ("red", "amber", "green", "grey"):
            assert shown.evaluate(style.format(f"td .light.{light}", "borderTopStyle")) == "solid"
            assert shown.evaluate(style.format(f"td .light.{light}", "backgroundColor")) == "rgba(0, 0, 0, 0)"
        assert shown.evaluate(style.format("thead", "display")) == "table-header-group"
        assert shown.evaluate(style.format("tbody tr", "breakInside")) == "avoid"


def test_the_checklist_has_an_empty_box_for_every_account(
    chromium: Browser, county: Store, around: Surroundings
) -> None:
    with paper(chromium, county, around, "/looks?due=0") as shown:
        boxes = "[...document.querySelectorAll('td.day input')]"
        count = shown.evaluate(f"{boxes}.length")
        assert isinstance(count, int)
        assert count > 0
        bordered = "getComputedStyle(one).borderTopStyle === 'solid' && one.value === '' && !one.placeholder"
        assert shown.evaluate(f"{boxes}.filter(one => {bordered}).length") == count


@pytest.mark.parametrize("page", [f"/units/{quote(OVERDUE.unit)}", "/looks"])
def test_a_unit_and_a_short_checklist_fill_one_sheet(
    chromium: Browser, county: Store, around: Surroundings, page: str, tmp_path: Path
) -> None:
    with served(county, around) as address:
        chromium.look(f"{address}{page}", width=1280)
        chromium.print(tmp_path / "page.pdf")
    sheets = (tmp_path / "page.pdf").read_bytes().count(b"/Type /Page\n")
    assert sheets == 1
