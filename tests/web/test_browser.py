"""The pages as a browser makes them: nothing is refused, nothing sticks out, and the board renews itself."""

from urllib.parse import quote

from monitor.store import Store
from monitor.store.audit import Act, record_audit
from monitor.store.outbox import messages
from monitor.web.page_context import PassStatus
from tests.web.browser import Browser
from tests.web.county import ACCOUNTS, NOW, Surroundings, fill
from tests.web.person import Person
from tests.web.serving import served

LISTS = (
    "/",
    "/accounts",
    "/messages",
    "/system",
    "/accounts?light=red",
    "/review",
    "/review/sheet",
    "/rights",
    "/reports",
    "/records/new?kind=training",
)
"""Pages whose tables have many columns, and forms."""


def test_every_page_is_whole_and_fits(chromium: Browser, county: Store, around: Surroundings) -> None:
    around.passes = [PassStatus(name="核查", last_success=NOW)]
    with county.read() as tx:
        sent = messages(tx)[0].message.id
    own = [f"/accounts/{quote(account.id)}" for account in ACCOUNTS]
    with served(county, around) as address:
        for page in [*LISTS, f"/messages/{sent}", *own]:
            sights = [chromium.look(f"{address}{page}", width=1280), chromium.resize(390)]
            assert [sight.complaints for sight in sights] == [(), ()], page
            assert not [sight for sight in sights if sight.is_too_wide], page
            assert [sight.hidden for sight in sights] == [(), ()], page


def test_an_empty_county_is_whole_and_fits(chromium: Browser, empty: Store, around: Surroundings) -> None:
    with served(empty, around) as address:
        sight = chromium.look(address, width=390)
    assert sight.complaints == ()
    assert not sight.is_too_wide


def test_today_says_that_something_has_changed_and_keeps_the_focus(
    chromium: Browser, empty: Store, around: Surroundings
) -> None:
    ask = """new Promise(done => {
        document.addEventListener("htmx:finally:request", () => setTimeout(done, 100), {once: true});
        htmx.ajax("GET", FRESH.getAttribute("hx-get"), {source: FRESH, target: FRESH, swap: "innerHTML"});
    })""".replace("FRESH", "document.querySelector('#fresh')")
    fill(empty)
    with served(empty, around) as address:
        chromium.look(f"{address}/", width=1280)
        chromium.evaluate("document.querySelector('.todo a').focus()")
        with empty.begin() as tx:
            record_audit(tx, Act(at=NOW, actor="王某", action="case close", object="1"))
        chromium.evaluate(ask)
        assert chromium.evaluate("document.querySelector('#fresh').textContent.trim()") == "有1处变化 刷新"
        assert chromium.evaluate("document.activeElement.className.startsWith('act')")


def test_every_click_key_and_page_of_a_person_is_counted(
    chromium: Browser, county: Store, around: Surroundings
) -> None:
    with served(county, around) as address:
        person = Person(chromium, address)
        person.opens("/accounts")
        assert person.pages == 1
        person.counts_anew()
        person.pastes("input[name=q]", "示例")
        person.pastes("input[name=q]", "示例交通")
        assert (person.clicks, person.keys, person.pages) == (1, 0, 0), "what has the focus is not clicked again"
        person.types("ab")
        person.presses("Escape")
        person.chooses("select[name=platform]", "weibo")
        assert (person.clicks, person.pages) == (2, 0)
        assert person.keys >= 5
        person.clicks_on("form[role=search] button", leaves=True)
        assert (person.clicks, person.pages) == (3, 1)
