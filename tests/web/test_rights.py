"""Every page is asked for by every role; the routes are found in the application, so that a new one is tried, too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from urllib.parse import quote

import pytest
from starlette.routing import Match, Route
from starlette.testclient import TestClient

from monitor.actions.roles import rights_of
from monitor.core.account import UnitKey
from monitor.core.user import UserRole
from monitor.store import Store, open_store
from monitor.store.cases import cases
from monitor.store.outbox import messages
from monitor.web import create_app
from monitor.web.auth.needs import FREE, NEEDS, OPEN, OWN
from tests.databases import migrated
from tests.store.build import enrol
from tests.web.county import ACCOUNTS, MAIL, NOW, OVERDUE, PHONE, Surroundings, account, fill
from tests.web.sessions import Closed, closed, token_in

UNIT = ACCOUNTS[0].unit_key
OTHER = UnitKey(UNIT.area, "示例县另一单位")
ROLES = tuple(UserRole)
SAFE = {"GET", "HEAD"}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Closed]:
    with open_store(migrated(tmp_path_factory.mktemp("rights") / "xuncha.db")) as store:
        fill(store)
        enrol(store, account("OTHER-1", "别家单位的账号", unit=OTHER.name, area=OTHER.area), at=NOW)
        made = closed(store, Surroundings())
        for role in ROLES:
            made.user(role.label, role, own=OTHER if role is UserRole.UNIT else None)
        made.user("本单位的人", UserRole.UNIT, own=UNIT)
        yield made


@pytest.fixture(scope="module")
def browsers(office: Closed) -> dict[str, TestClient]:
    """Return a browser in which somebody of each name has logged in."""
    return {name: office.logged_in(name) for name in (*(role.label for role in ROLES), "本单位的人")}


def routes(store: Store) -> list[Route]:
    app = create_app(Surroundings().view(store))
    return [route for route in app.routes if isinstance(route, Route) and not route.path.startswith(FREE)]


def filled(store: Store, path: str) -> list[str]:
    """Return addresses of a route, about what there is."""
    with store.read() as tx:
        about = {
            "{account_id:path}": [quote(one.id) for one in ACCOUNTS],
            "{number}": [str(case.id) for case in cases(tx)],
            "{message_id}": [kept.message.id for kept in messages(tx)],
        }
    found = [path]
    for name, values in about.items():
        found = [one.replace(name, value) for one in found for value in (values if name in one else [""])]
    return [re.sub(r"\{[^}]*\}", "x", one) for one in found]


def test_every_page_says_which_right_it_asks_for(office: Closed) -> None:
    asked = {route.path for route in routes(office.store)}
    assert asked - OPEN - NEEDS.keys() == set(), "a page without a line in auth/needs.py is refused to everybody"
    assert NEEDS.keys() >= OWN


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.value)
def test_every_route_answers_a_role_that_has_its_right_and_no_other(
    office: Closed, browsers: dict[str, TestClient], role: UserRole
) -> None:
    held = rights_of([role])
    browser = browsers[role.label]
    token = token_in(browser.get("/me").text)
    for route in routes(office.store):
        if route.path in OPEN or route.path in {"/", "/logout"}:
            continue
        is_own = role is not UserRole.UNIT or route.path in OWN
        is_allowed = NEEDS[route.path] in held and is_own
        address = filled(office.store, route.path)[0]
        if "GET" in (route.methods or ()):
            status = browser.get(address).status_code
            assert (status != 403) is is_allowed, (route.path, role, status)
        elif not is_allowed:
            assert browser.post(address, data={"csrf": token}).status_code == 403, (route.path, role)


def test_whoever_has_not_logged_in_opens_nothing(office: Closed) -> None:
    browser = office.browser()
    for route in routes(office.store):
        if route.path in OPEN:
            continue
        for address in filled(office.store, route.path)[:1]:
            method = "GET" if "GET" in (route.methods or ()) else "POST"
            answer = browser.request(method, address)
            assert answer.status_code == 303, address
            assert answer.headers["location"].startswith("/login?next="), address


def test_a_unit_finds_nothing_of_another_unit_on_any_page(office: Closed, browsers: dict[str, TestClient]) -> None:
    browser = browsers[UserRole.UNIT.label]
    names = {one.name for one in ACCOUNTS if one.name.isalnum()} | {UNIT.name}
    for route in routes(office.store):
        if "GET" not in (route.methods or ()) or route.path in OPEN:
            continue
        for address in filled(office.store, route.path):
            answer = browser.get(address)
            if address != route.path:  # about one account, case or message of another unit
                assert answer.status_code in {403, 404}, address
            assert not {name for name in names if name in answer.text}, address
    assert "别家单位的账号" in browser.get("/accounts").text


def test_a_unit_sees_its_own(office: Closed, browsers: dict[str, TestClient]) -> None:
    browser = browsers["本单位的人"]
    page = browser.get("/accounts").text
    own = [one for one in ACCOUNTS if one.unit_key == UNIT]
    assert own
    for one in own:
        assert browser.get(f"/accounts/{quote(one.id)}").status_code == 200
    assert "别家单位的账号" not in page
    assert browser.get("/accounts/OTHER-1").status_code == 404
    assert browser.get("/").headers["location"].startswith("/units/")


def test_whatever_a_unit_is_offered_on_its_pages_it_may_open_and_send(office: Closed) -> None:
    """From its own page on: every link opens, and no form leads to a page that is not a unit's."""
    office.user("有事项的人", UserRole.UNIT, own=OVERDUE.unit_key)
    browser, app = office.logged_in("有事项的人"), create_app(office.view)
    waiting, seen = [str(browser.get("/").headers["location"])], set[str]()
    for address in waiting:  # it grows
        if address in seen or address.endswith(".ics"):
            continue
        seen.add(address)
        answer = browser.get(address)
        assert answer.status_code not in {403, 404}, address
        waiting += [unescape(one) for one in re.findall(r'href="(/[^"#]*)', answer.text)]
        for action in re.findall(r'<form[^>]*method="post"[^>]*action="(/[^"?]*)', answer.text):
            scope = {"type": "http", "method": "POST", "path": unescape(action)}
            (route,) = (one for one in app.routes if isinstance(one, Route) and one.matches(scope)[0] is Match.FULL)
            assert route.path in OWN, f"{action} on {address}"
    assert {"/accounts", "/cases", "/messages", "/me"} <= seen


def test_a_reader_sees_no_phones_messages_imports_and_system(office: Closed, browsers: dict[str, TestClient]) -> None:
    browser = browsers[UserRole.READER.label]
    for path in ("/messages", "/imports", "/system", "/audit", "/users", "/mutes", "/start"):
        assert browser.get(path).status_code == 403, path
    for route in routes(office.store):
        if "GET" in (route.methods or ()) and route.path not in OPEN:
            for address in filled(office.store, route.path):
                page = browser.get(address).text
                assert PHONE not in page, address
                assert MAIL not in page, address
    nav = browser.get("/").text.partition("<nav")[2].partition("</nav>")[0]
    assert not {word for word in ("消息", "导入", "系统") if word in nav}
    assert "告知过的消息" not in browser.get(f"/units/{UNIT.name}").text


def test_a_reader_finds_no_field_to_paste_links_into(office: Closed, browsers: dict[str, TestClient]) -> None:
    del office
    for role, is_there in ((UserRole.READER, False), (UserRole.OPERATOR, True)):
        page = browsers[role.label].get(f"/units/{UNIT.name}").text
        assert ('name="link"' in page) is is_there, role


def test_the_case_of_an_account_that_changed_hands_is_the_new_unit_s(empty: Store, around: Surroundings) -> None:
    """As the list of cases and the messages have it: else the unit before read the new one's people."""
    fill(empty)
    with empty.read() as tx:
        (case,) = (one for one in cases(tx) if one.account == OVERDUE.id and one.rule == "UPD-01")
    enrol(empty, replace(OVERDUE, unit=OTHER.name), at=NOW)
    office = closed(empty, around)
    for name, own in (("从前的人", OVERDUE.unit_key), ("现在的人", OTHER)):
        office.user(name, UserRole.UNIT, own=own)
    answers = {name: office.logged_in(name).get(f"/cases/{case.id}").status_code for name in ("从前的人", "现在的人")}
    assert answers == {"从前的人": 404, "现在的人": 200}
