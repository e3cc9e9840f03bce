"""One phone call: from the first page to the number and the facts to say, all of it on one screen."""

from __future__ import annotations

import pytest

from monitor.store import Store
from tests.web.browser import Browser
from tests.web.county import PHONE, Surroundings, fill
from tests.web.serving import served


@pytest.mark.parametrize("script", ["on", "off"])
def test_from_the_first_page_to_a_number_it_takes_two_clicks(
    chromium: Browser, empty: Store, around: Surroundings, script: str
) -> None:
    fill(empty)
    chromium.without_scripts(off=script == "off")
    try:
        with served(empty, around) as address:
            chromium.look(f"{address}/", width=1280)
            assert PHONE not in str(chromium.evaluate("document.body.innerText"))
            chromium.click("main td.name a[href^='/accounts/']", is_leaving=True)
            chromium.click("form.inline button", is_leaving=True)
            found = "document.querySelector('a[href^=\"tel:\"]')"
            assert chromium.evaluate(f"{found}.textContent") == PHONE
            assert chromium.evaluate(f"{found}.getBoundingClientRect().bottom < 844"), "beside the facts to say"
    finally:
        chromium.without_scripts(off=False)
