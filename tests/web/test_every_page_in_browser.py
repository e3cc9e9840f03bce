"""Every page that links lead to, found by itself: no console error at any width, every form works without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.routing import Match
from starlette.testclient import TestClient

from monitor.core.message import MessageState
from monitor.ledger.uploads import Uploads
from monitor.store import Store
from monitor.store.cases import cases
from monitor.store.outbox import messages
from monitor.web.imports import Imports
from tests.web.browser import Browser
from tests.web.county import Surroundings, fill
from tests.web.person import DESK, Person
from tests.web.person import PHONE as NARROW
from tests.web.serving import listened
from tests.web.sessions import Closed, closed, send, token_in
from tests.web.test_pages_found import pages
from tests.web.uploading import office as import_office
from tests.web.uploading import read_here, roster, row

ROUTES = pages()
OF_EACH = 2
"""How many pages of one kind are looked at."""
ELSEWHERE = {
    "/login": "who has logged in is led on: opened below without a log-in",
    "/login/code": "only with a second factor: tests/web/test_login.py",
    "/login/link/{secret}": "only with a link of that kind: opened below",
    "/login/oidc": "leads to the identity provider: tests/web/test_provider_login.py",
    "/login/oidc/back": "likewise",
    "/users/requests/{number}": "only where somebody came by the identity provider: likewise",
    "/start/progress": "a part of a page, which is fetched anew",
    "/fresh": "likewise",
    "/accounts/{account_id:path}/deregistration": "only of one that is being closed: tests/web/test_closing_steps.py",
    "/accounts/{account_id:path}/handover.docx": "a file",
    "/cases/{number}/notice.docx": "a file",
    "/reports/{number}/files/{name}": "a file",
    "/orders/sheet.{ending}": "a file",
    "/review/sheet.{ending}": "a file",
    "/reports/making": "only while a report is made: tests/web/test_report_works.py",
}


@dataclass
class Site:
    """An office with something of everything, and whoever has logged in to it."""

    office: Closed
    client: TestClient
    address: str
    asked: tuple[str, ...]
    """The pages that a form leads to, or that are linked from elsewhere at another time."""

    def addresses(self) -> dict[str, list[str]]:
        """Return the addresses of pages that links lead to, a few of each kind, by their routes."""
        found: dict[str, list[str]] = {}
        seen, waiting = set[str](), ["/", *self.asked]
        while waiting:
            address = waiting.pop(0)
            kind = route_of(address)
            if address in seen or kind is None or len(found.get(kind, ())) >= OF_EACH:
                continue
            seen.add(address)
            answer = self.client.get(address)
            if answer.status_code != 200 or "text/html" not in answer.headers.get("content-type", ""):
                continue
            found.setdefault(kind, []).append(address)
            waiting += [unescape(link) for link in re.findall(r'href="(/[^"#]*)', answer.text)]
        return found

    def enters(self, chromium: Browser) -> Person:
        """Let the browser be who has logged in."""
        for name, value in self.client.cookies.items():
            chromium.remember(self.address, name, value)
        return Person(chromium, self.address)


def route_of(address: str) -> str | None:
    """Return the path of the page's route, the most particular that fits; None for what is no page."""
    scope = {"type": "http", "method": "GET", "path": urlsplit(address).path}
    fitting = (route.path for route in ROUTES if route.matches(scope)[0] is Match.FULL)
    return max(fitting, key=lambda path: len(re.sub(r"\{[^}]*\}", "", path)), default=None)


@contextmanager
def site(store: Store, around: Surroundings, folder: Path) -> Iterator[Site]:
    """Serve an office that has accounts, cases, messages, a report, a file to look at and one that was imported."""
    fill(store)
    around.sample = None
    office = closed(store, around)
    office.user()
    office.user("李某")
    taking = Imports(office=import_office(), uploads=Uploads(folder), read=read_here)
    office.view = replace(office.view, imports=taking)
    client = office.logged_in()
    kept = uploaded(client, roster(row("A01")))
    shown = re.search(r'name="shown" value="([0-9a-f]+)"', client.get(kept).text)
    assert shown
    assert send(client, kept, f"{kept}/apply", shown=shown[1]).status_code == 303
    waits = uploaded(client, roster(row("A02"), row("A03")))
    assert send(client, "/reports", kind="monthly", period="2026-05").status_code == 303
    assert send(client, "/looks?due=0", "/looks", **{"day:JY-004": "0"}).status_code in {303, 422}
    with store.read() as tx:
        held = "&".join(f"id={kept.message.id}" for kept in messages(tx) if kept.state is MessageState.HELD)
        case = cases(tx)[0].id
    asked = (
        waits,
        "/start",
        "/start/own",
        "/me/confirm",
        f"/cases/decide?case={case}&ruling=retained",
        f"/messages/release?{held}",
        f"/messages/withhold?{held}",
    )
    with listened(client.app) as address:  # type: ignore[arg-type]  # the application under the client
        yield Site(office, client, address, asked)


def uploaded(client: TestClient, content: bytes) -> str:
    """Upload a roster, and return the address at which it is looked at."""
    data = {"csrf": token_in(client.get("/imports/new").text), "kind": "", "day": ""}
    answer = client.post("/imports", data=data, files={"file": ("台账.xlsx", content)})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_links_lead_to_every_page(empty: Store, around: Surroundings, tmp_path: Path) -> None:
    with site(empty, around, tmp_path) as office:
        found = office.addresses()
    assert sorted({route.path for route in ROUTES} - found.keys() - ELSEWHERE.keys()) == []


@pytest.mark.slow
def test_no_page_complains_or_sticks_out_at_any_width(
    chromium: Browser, empty: Store, around: Surroundings, tmp_path: Path
) -> None:
    with site(empty, around, tmp_path) as office:
        chromium.begin_anew()
        chromium.look(f"{office.address}/login", width=NARROW)
        office.enters(chromium)
        for address in [one for some in office.addresses().values() for one in some]:
            sights = [chromium.look(f"{office.address}{address}", width=DESK), chromium.resize(NARROW)]
            assert [sight.complaints for sight in sights] == [(), ()], address
            assert not [sight for sight in sights if sight.is_too_wide], address
        assert chromium.complaints == []


POSTS = "[...document.querySelectorAll('form[method=post]')]"
PRESSED = f"""(number => {{
    document.querySelectorAll("details").forEach(one => one.open = true);
    const form = {POSTS}[number];
    form.noValidate = true;
    const button = [...form.elements].find(one => one.matches("button:not([type=button])") && !one.disabled
        && one.getBoundingClientRect().width > 2);
    document.querySelectorAll("[data-pressed]").forEach(one => one.removeAttribute("data-pressed"));
    button?.setAttribute("data-pressed", "");
    return Boolean(button);
}})"""
"""Marks the first button of a form that can be pressed; false if there is none."""
STATUS = "performance.getEntriesByType('navigation')[0].responseStatus"


@pytest.mark.slow
def test_every_form_of_every_page_is_sent_and_answered_without_scripts(
    chromium: Browser, empty: Store, around: Surroundings, tmp_path: Path
) -> None:
    sent = set[str]()
    with site(empty, around, tmp_path) as office:
        chromium.begin_anew()
        chromium.without_scripts()
        try:
            person = office.enters(chromium)
            for address in [one for some in office.addresses().values() for one in some]:
                person.opens(address)
                actions = person.chromium.evaluate(f"{POSTS}.map(one => one.getAttribute('action') || '')")
                assert isinstance(actions, list)
                for number, action in enumerate(actions):
                    if (form := f"{route_of(address)} {re.sub('[0-9]+', '1', action)}") not in sent:
                        sent.add(form)
                        press(office, person, address, number)
        finally:
            chromium.without_scripts(off=False)
    assert len(sent) > 30, sent


def press(office: Site, person: Person, address: str, number: int) -> None:
    """Send one form of a page as it stands, and look at what comes; whoever was logged out by it logs in again."""
    person.opens(address)
    assert person.chromium.evaluate(f"{PRESSED}({number})"), f"no button of form {number} of {address} can be pressed"
    person.clicks_on("[data-pressed]", leaves=True)
    status = person.chromium.evaluate(STATUS)
    assert status in {200, 400, 404, 409, 422, 429}, f"{status} for form {number} of {address}: {person.says}"
    assert person.chromium.evaluate("Boolean(document.querySelector('h1'))"), f"{address}: {person.says}"
    if person.at == "/login":
        office.client = office.office.logged_in()
        office.enters(person.chromium)


SCRIPTED = """[...document.querySelectorAll("[hx-post]")].filter(one => !one.closest("form[method=post]"))
    .concat([...document.querySelectorAll("button[type=button]")].filter(one => one.getBoundingClientRect().width > 0))
    .map(one => one.outerHTML.slice(0, 120))"""
"""What does something by a script alone, and is there without one."""


@pytest.mark.slow
def test_nothing_is_done_by_a_script_alone(
    chromium: Browser, empty: Store, around: Surroundings, tmp_path: Path
) -> None:
    with site(empty, around, tmp_path) as office:
        chromium.begin_anew()
        chromium.without_scripts()
        try:
            person = office.enters(chromium)
            for address in [one for some in office.addresses().values() for one in some[:1]]:
                person.opens(address)
                assert chromium.evaluate(SCRIPTED) == [], address
        finally:
            chromium.without_scripts(off=False)
