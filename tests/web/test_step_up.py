"""Before people's data are handed out or users are changed, who is there is proved anew."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from monitor.core.login import CONFIRMED
from monitor.store import Store
from monitor.store.audit import recent_audit
from monitor.web import create_app
from monitor.web.auth.needs import FREE, NEEDS, PROVED, PROVED_FORMS, PROVED_READS
from tests.totp import code_at
from tests.web.conftest import client_of
from tests.web.county import Surroundings
from tests.web.sessions import OTHER, SECRET, Closed, closed, send, text_of, token_in
from tests.web.test_login import enrolled, is_in

READS = ("/imports/roster.xlsx", "/accounts.xlsx?people=1")


@pytest.fixture
def office(empty: Store) -> Closed:
    made = closed(empty, Surroundings())
    made.user()
    return made


def later(office: Closed) -> TestClient:
    """Return the browser of somebody who logged in a while ago."""
    browser = office.logged_in()
    office.clock.now += CONFIRMED
    return browser


def forms(office: Closed) -> list[str]:
    """Return the addresses of all forms that change users or tokens."""
    return [
        route.path.replace("{number}", "1").replace("{act}", "disable")
        for route in create_app(office.view).routes
        if isinstance(route, Route) and "POST" in (route.methods or ()) and not route.path.startswith(FREE)
        if NEEDS.get(route.path) in PROVED or route.path in PROVED_FORMS
    ]


def test_every_form_that_changes_users_or_tokens_asks_who_is_there(office: Closed) -> None:
    browser = later(office)
    token = token_in(browser.get("/users").text)
    with office.store.read() as tx:
        before = recent_audit(tx)
    asked = forms(office)
    assert {"/users/new", "/users/1/disable", "/users/requests/1", "/system/tokens", "/system/hooks"} <= set(asked)
    for address in asked:
        answer = browser.post(address, data={"csrf": token}, headers={"referer": "http://127.0.0.1:8080/users"})
        assert answer.status_code == 307
        assert answer.headers.get("location") == f"/me/confirm?next=/users&then={address}", address
    with office.store.read() as tx:
        assert recent_audit(tx) == before
    assert "刚才填的内容没有登记" in text_of(browser.get("/me/confirm?next=/users&lost=lost").text)


@pytest.mark.parametrize("address", READS)
def test_what_hands_out_phones_in_bulk_asks_who_is_there(office: Closed, address: str) -> None:
    browser = later(office)
    answer = browser.get(address)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/me/confirm?next=/")
    assert browser.get("/accounts.xlsx").status_code == 200
    assert send(browser, answer.headers["location"], "/me/confirm", old=SECRET, next=address).status_code == 303
    assert browser.get(address).status_code == 200
    assert set(PROVED_READS) == {one.partition("?")[0] for one in READS}


def test_a_few_minutes_after_a_log_in_nobody_is_asked(office: Closed) -> None:
    browser = office.logged_in()
    office.clock.now += CONFIRMED - timedelta(seconds=1)
    assert browser.get(READS[1]).status_code == 200
    assert send(browser, "/users/new", name="李某", role="reader").headers["location"].startswith("/users/")


def test_session_fixation_a_step_up_gives_a_new_id_and_the_one_before_is_worth_nothing(office: Closed) -> None:
    browser = later(office)
    before = browser.cookies["xuncha"]
    answer = send(browser, "/me/confirm?next=/users/new", "/me/confirm", old=SECRET, next="/users/new")
    assert (answer.status_code, answer.headers["location"]) == (303, "/users/new")
    assert browser.cookies["xuncha"] != before
    assert "身份已确认，请继续刚才的操作。" in browser.get("/users/new").text
    assert send(browser, "/users/new", name="李某", role="reader").headers["location"].startswith("/users/")
    thief = office.browser()
    thief.cookies.set("xuncha", before, domain="127.0.0.1")
    assert not is_in(thief)


def test_a_wrong_password_proves_nothing_is_written_down_and_has_to_wait(office: Closed) -> None:
    browser = later(office)
    for _ in range(5):
        answer = send(browser, "/me/confirm", old=OTHER)
        assert answer.status_code == 422
        assert "不正确" in text_of(answer.text)
    assert send(browser, "/me/confirm", old=SECRET).status_code == 429
    with office.store.read() as tx:
        assert [act.action for act in recent_audit(tx)][:5] == ["login refuse"] * 5
    assert send(browser, "/users/new", name="李某", role="reader").headers["location"].startswith("/me/confirm")


def test_a_code_of_the_second_factor_is_as_good_once(office: Closed) -> None:
    secret = enrolled(office)
    office.clock.now += timedelta(minutes=1)
    browser = office.browser()
    send(browser, "/login", name="王某", password=SECRET)
    send(browser, "/login/code", code=code_at(secret, office.clock()))
    office.clock.now += CONFIRMED
    code = code_at(secret, office.clock())
    assert send(browser, "/me/confirm", code="000000").status_code == 422
    assert send(browser, "/me/confirm", code=code, next="/users").headers["location"] == "/users"
    assert send(browser, "/me/confirm", code=code).status_code == 422
    assert send(browser, "/users/new", name="李某", role="reader").headers["location"].startswith("/users/")


def test_who_has_no_second_factor_proves_nothing_by_a_code(office: Closed) -> None:
    assert send(later(office), "/me/confirm", code="000000").status_code == 422


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "/logout"])
def test_next_leads_to_own_paths_only_also_after_a_step_up(office: Closed, wanted: str) -> None:
    browser = later(office)
    assert (
        send(browser, f"/me/confirm?next={wanted}", "/me/confirm", old=SECRET, next=wanted).headers["location"] == "/"
    )
    assert "evil" not in browser.get(f"/me/confirm?next={wanted}").text


def test_the_sample_county_asks_nobody_anew(empty: Store) -> None:
    browser = client_of(empty, Surroundings())
    page = browser.get("/users/new").text
    added = browser.post("/users/new", data={"csrf": token_in(page), "name": "李某", "role": "reader"})
    assert "已新增“李某”" in added.text
    assert browser.get("/me/confirm").status_code == 403
    assert browser.get(READS[1]).status_code == 200


def test_what_was_typed_before_a_step_up_is_kept_and_sent_after_it(office: Closed) -> None:
    browser = later(office)
    token = token_in(browser.get("/users").text)
    typed = {"csrf": token, "name": "李某", "role": ["operator", "reader"]}
    page = browser.post("/users/new", data=typed, follow_redirects=True)
    assert page.status_code == 200
    assert "刚才填的内容还没有登记，已为您保留，确认后即可提交。" in text_of(page.text)
    wrong = browser.post("/me/confirm", data=fields_of(page.text) | {"old": OTHER})
    assert wrong.status_code == 422
    right = browser.post("/me/confirm", data=fields_of(wrong.text) | {"old": SECRET})
    assert right.status_code == 200
    assert SECRET not in right.text
    assert 'action="/users/new"' in right.text
    kept = fields_of(right.text)
    assert (kept["name"], kept["role"]) == (["李某"], ["operator", "reader"])
    added = browser.post("/users/new", data=kept)
    assert added.headers["location"].startswith("/users/"), text_of(added.text)
    assert "操作员、只读" in text_of(browser.get(added.headers["location"]).text)


def test_a_form_that_is_kept_leads_to_nowhere_else(office: Closed) -> None:
    browser = later(office)
    page = browser.get("/me/confirm").text
    given = {"csrf": token_in(page), "old": SECRET, "then": "https://evil.example/", "kept:name": "李某"}
    answer = browser.post("/me/confirm", data=given)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def fields_of(page: str) -> dict[str, list[str]]:
    """Return the hidden fields of the first form of a page's main part."""
    form = page.partition("<main")[2].partition("<form")[2].partition("</form>")[0]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form):
        found.setdefault(name, []).append(unescape(value))
    return found
