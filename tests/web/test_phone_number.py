"""One phone call: from the first page to the number and the facts to say, all of it on one screen."""

from __future__ import annotations

import pytest

from monitor.store import Store
from tests.web.browser import Browser
from tests.web.county import PHONE, Surroundings, fill
from tests.web.person import Person
from tests.web.serving import served


@pytest.mark.parametrize("script", ["on", "off"])
def test_from_the_first_page_to_a_number_it_takes_two_clicks(
    chromium: Browser, empty: Store, around: Surroundings, script: str
) -> None:
    fill(empty)
    chromium.without_scripts(off=script == "off")
    try:
        with served(empty, around) as address:
            person = Person(chromium, address)
            assert PHONE not in person.opens("/")
            person.counts_anew()
            person.clicks_on("main td.name a[href^='/accounts/']", leaves=True)
            person.clicks_on("form.inline button", leaves=True)
            assert person.clicks <= 2
            found = "document.querySelector('a[href^=\"tel:\"]')"
            assert chromium.evaluate(f"{found}.textContent") == PHONE
            assert chromium.evaluate(f"{found}.getBoundingClientRect().bottom < 844"), "beside the facts to say"
    finally:
        chromium.without_scripts(off=False)
