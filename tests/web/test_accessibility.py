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


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_serious_is_found_on_any_page(
    chromium: Browser, county: Store, around: Surroundings, width: int
) -> None:
    found: dict[str, object] = {}
    with served(county, around) as address:
        for page in first_of_each_kind(every_page(county)):
            chromium.look(f"{address}{page}", width=width)
            chromium.evaluate(AXE)
            complaints = chromium.evaluate(RUN)
            assert isinstance(complaints, list), f"axe-core did not run on {page}"
            if complaints:
                found[page] = complaints
    assert found == {}
