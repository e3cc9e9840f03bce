"""What axe-core finds on the pages, at both widths: nothing serious."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.store import Store
from tests.web.browser import Browser
from tests.web.county import OVERDUE, Surroundings
from tests.web.serving import served
from tests.web.test_pages import every_page

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text("utf-8")
RUN = """axe.run(document, {resultTypes: ["violations"]}).then(found => found.violations
    .filter(one => ["serious", "critical"].includes(one.impact))
    .map(one => `${one.id}: ${one.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(" | ")}`))"""


def first_of_each_kind(pages: list[str]) -> list[str]:
    """Return one page of each kind: a list as it is, of details the first, and that of the account in trouble."""
    kinds = {page.split("?")[0].rsplit("/", 1)[0] if page.count("/") > 1 else page: page for page in reversed(pages)}
    return [*dict.fromkeys([*kinds.values(), *(page for page in pages if "?" in page), f"/accounts/{OVERDUE.id}"])]


def found_on(chromium: Browser, address: str, pages: list[str], widths: tuple[int, ...]) -> dict[str, object]:
    """Return what axe-core complains of, by page; a page is opened once and then made as wide as each width."""
    found: dict[str, object] = {}
    for page in pages:
        chromium.look(f"{address}{page}", width=widths[0])
        chromium.evaluate(AXE)
        for width in widths:
            chromium.resize(width)
            complaints = chromium.evaluate(RUN)
            assert isinstance(complaints, list), f"axe-core did not run on {page}"
            if complaints:
                found[f"{page} at {width}"] = complaints
    return found


def test_nothing_serious_is_found_on_a_page_of_each_kind(
    chromium: Browser, county: Store, around: Surroundings
) -> None:
    pages = [page for page in first_of_each_kind(every_page(county)) if "?" not in page]
    assert len(pages) > 10
    with served(county, around) as address:
        assert found_on(chromium, address, pages, (390,)) == {}


@pytest.mark.slow
def test_nothing_serious_is_found_at_any_width_however_a_page_is_filtered(
    chromium: Browser, county: Store, around: Surroundings
) -> None:
    with served(county, around) as address:
        assert found_on(chromium, address, first_of_each_kind(every_page(county)), (1280, 390)) == {}
