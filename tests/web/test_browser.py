"""The pages as a browser makes them: nothing is refused, nothing sticks out, and the board renews itself."""

from pathlib import Path
from urllib.parse import quote

import pytest

from monitor.store import Store
from monitor.store.outbox import messages
from monitor.web.page_context import PassStatus
from tests.web.browser import Browser
from tests.web.county import ACCOUNTS, NOW, Surroundings
from tests.web.serving import served


@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_is_whole_and_fits(
    chromium: Browser, county: Store, around: Surroundings, width: int, tmp_path: Path
) -> None:
    around.passes = [PassStatus(name="核查", last_success=NOW)]
    with county.read() as tx:
        sent = messages(tx)[0].message.id
    own = [f"/accounts/{quote(account.id)}" for account in ACCOUNTS]
    with served(county, around) as address:
        for page in ["/", "/accounts", "/messages", f"/messages/{sent}", "/system", "/?light=red", *own]:
            sight = chromium.look(f"{address}{page}", width=width, picture=tmp_path / "page.png")
            assert sight.complaints == (), page
            assert not sight.is_too_wide, page


def test_an_empty_county_is_whole_and_fits(chromium: Browser, empty: Store, around: Surroundings) -> None:
    with served(empty, around) as address:
        sight = chromium.look(address, width=390)
    assert sight.complaints == ()
    assert not sight.is_too_wide


def test_the_board_renews_itself_and_keeps_what_it_has_when_that_fails(
    chromium: Browser, county: Store, around: Surroundings
) -> None:
    renew = """new Promise(done => {
        document.addEventListener("htmx:finally:request", () => setTimeout(done, 100), {once: true});
        htmx.ajax("GET", BOARD.getAttribute("hx-get"), {source: BOARD, select: "#board", swap: "outerHTML"});
    })""".replace("BOARD", "document.querySelector('#board')")
    with served(county, around) as address:
        chromium.look(f"{address}/?light=red", width=1280)
        chromium.evaluate("document.querySelector('#board').dataset.old = 'yes'")
        chromium.evaluate(renew)
        assert chromium.evaluate("document.querySelector('#board').dataset.old") is None
        assert chromium.evaluate("document.querySelectorAll('#board tbody tr').length") == 1
        around.clock.now = None  # type: ignore[assignment]  # every page breaks
        chromium.evaluate(renew)
        assert chromium.evaluate("document.querySelectorAll('#board tbody tr').length") == 1
    chromium.evaluate(renew)
    assert chromium.evaluate("document.querySelectorAll('#board tbody tr').length") == 1
