"""Logging in by the browser: sessions, forms of our own pages, and where a log-in leads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from monitor.actions import users as user_actions
from monitor.actions.actor import EVERYTHING, Actor, Origin
from monitor.actions.perform import perform
from monitor.core.login import ABSOLUTE, IDLE
from monitor.core.user import UserRole
from monitor.store import Store, StoreError, open_store, sessions, tables
from monitor.store import users as kept_users
from monitor.web.auth.needs import POLLED
from monitor.web.auth.next_page import own_path
from monitor.web.page_context import Sample
from tests.databases import migrated
from tests.totp import code_at
from tests.web.conftest import client_of
from tests.web.county import Surroundings
from tests.web.sessions import HERE, OFFICE, OTHER, SECRET, Closed, closed, log_in, send, text_of, token_in

ADMIN = Actor(name="命令行", origin=Origin.COMMAND_LINE, rights=EVERYTHING)
TEMPLATES = Path(__file__).parents[2] / "monitor" / "web" / "templates"
LOGIN_PAGES = ("/login", "/login/code", "/login/link/abc")


@pytest.fixture
def office(empty: Store) -> Closed:
    return closed(empty, Surroundings())


def user_id(office: Closed, name: str = "王某") -> int:
    with office.store.read() as tx:
        found = kept_users.user_named(tx, name)
    assert found
    return found.id


def cookies_of(browser: TestClient) -> dict[str, str]:
    return {name: value for name, value in browser.cookies.items() if name.endswith("xuncha")}


def is_in(browser: TestClient) -> bool:
    return browser.get("/accounts").status_code == 200


def test_a_page_leads_whoever_has_not_logged_in_to_the_log_in_and_back(office: Closed) -> None:
    office.user()
    browser = office.browser()
    sent = browser.get("/accounts?light=red&q=示例")
    assert sent.status_code == 303
    assert sent.headers["location"] == f"/login?next={quote('/accounts?light=red&q=%E7%A4%BA%E4%BE%8B', safe='/')}"
    page = browser.get(sent.headers["location"])
    assert "登录已过期" not in page.text
    answer = browser.post(
        "/login",
        data={"csrf": token_in(page.text), "name": "王某", "password": SECRET, "next": "/accounts?light=red"},
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/accounts?light=red")
    assert is_in(browser)
    assert "王某" in browser.get("/accounts").text


def test_what_needs_no_log_in_stays_as_it_is(office: Closed) -> None:
    browser = office.browser()
    for path in ("/healthz", "/readyz", "/metrics", "/static/xuncha.css"):
        answer = browser.get(path)
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
    assert browser.get("/k/nothing").status_code == 403
    assert browser.get("/api/v1/accounts").status_code in {200, 401}


def test_session_fixation_an_id_that_somebody_brings_is_never_a_session(office: Closed) -> None:
    office.user()
    browser = office.browser()
    browser.cookies.set("xuncha", "chosen-by-somebody-else", domain="127.0.0.1")
    log_in(browser)
    assert "chosen-by-somebody-else" not in browser.cookies.values()
    thief = office.browser()
    thief.cookies.set("xuncha", "chosen-by-somebody-else")
    assert not is_in(thief)


def test_session_fixation_the_id_before_a_log_in_is_worth_nothing_after_it(office: Closed) -> None:
    office.user()
    browser = office.logged_in()
    (before,) = cookies_of(browser).values()
    assert log_in(browser.__class__(browser.app, base_url=HERE, follow_redirects=False)).status_code == 303
    send(browser, "/me", "/me/password", old=SECRET, password=OTHER, again=OTHER)
    (after,) = cookies_of(browser).values()
    assert before != after
    thief = office.browser()
    thief.cookies.set("xuncha", before)
    assert not is_in(thief)
    assert is_in(browser)


def test_the_cookie_is_shut_to_scripts_and_other_sites_and_tied_to_https_and_host(office: Closed) -> None:
    office.user()
    browser = office.browser(OFFICE, "192.0.2.7")
    answer = log_in(browser)
    said = [line for line in answer.headers.get_list("set-cookie") if line.startswith("__Host-xuncha=")]
    assert len(said) == 1
    assert {part.strip().lower() for part in said[0].split(";")[1:]} == {
        "httponly",
        "path=/",
        "samesite=strict",
        "secure",
    }
    plain = log_in(office.browser()).headers.get_list("set-cookie")
    assert any(line.startswith("xuncha=") and "HttpOnly" in line and "SameSite=strict" in line for line in plain)


@pytest.mark.parametrize("base", ["http://xuncha.example.gov.cn", "http://192.0.2.5:8080"])
def test_off_loopback_nothing_is_shown_over_plain_http(office: Closed, base: str) -> None:
    office.user()
    browser = office.browser(base, "192.0.2.7")
    for path in ("/", "/login", "/accounts"):
        answer = browser.get(path)
        assert answer.status_code == 403
        assert "https" in answer.text
        assert "xuncha=" not in answer.headers.get("set-cookie", "")


def test_host_header_a_name_that_is_not_ours_is_shown_nothing(office: Closed) -> None:
    office.user()
    browser = office.logged_in()
    assert browser.get("/accounts", headers={"host": "evil.example"}).status_code == 421


def test_idle_sessions_end_after_eight_hours(office: Closed) -> None:
    office.user()
    browser = office.logged_in()
    for _ in range(3):
        office.clock.now += IDLE - timedelta(minutes=1)
        assert is_in(browser)
    office.clock.now += IDLE
    assert not is_in(browser)


def polled() -> set[str]:
    """Return the addresses that pages ask for again and again by themselves."""
    pages = "".join(page.read_text(encoding="utf-8") for page in TEMPLATES.glob("*.html"))
    return set(re.findall(r'hx-get="(/[a-z/]+)[^"]*" hx-trigger="every', pages))


def test_whatever_pages_ask_for_by_themselves_is_known_as_such() -> None:
    assert polled() == POLLED


@pytest.mark.parametrize("address", sorted(POLLED))
def test_a_poll_is_no_activity(office: Closed, address: str) -> None:
    office.user()
    browser = office.logged_in()
    for _ in range(4):
        office.clock.now += IDLE / 4
        browser.get(address, headers={"hx-request": "true"})
    assert not is_in(browser)


def test_absolute_end_after_seven_days_whatever_is_done(office: Closed) -> None:
    office.user()
    browser = office.logged_in()
    for _ in range(7 * 4 - 1):
        office.clock.now += timedelta(hours=6)
        assert is_in(browser)
    office.clock.now += timedelta(hours=6)
    assert not is_in(browser)
    assert timedelta(days=7) == ABSOLUTE


def test_an_expired_session_says_that_nothing_was_kept_and_leads_back(office: Closed) -> None:
    office.user()
    browser = office.logged_in()
    token = token_in(browser.get("/me").text)
    office.clock.now += IDLE
    answer = browser.post("/me/password", data={"csrf": token}, headers={"referer": f"{HERE}/me?x=1"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/me%3Fx%3D1&expired=lost")
    assert "登录已过期，刚才填的内容没有登记。" in browser.get(answer.headers["location"]).text


def test_an_expired_session_of_a_part_of_a_page_leads_the_whole_page_to_the_log_in(office: Closed) -> None:
    office.user()
    browser = office.logged_in()
    office.clock.now += IDLE
    answer = browser.get("/accounts", headers={"hx-request": "true"})
    assert answer.headers["hx-redirect"] == "/login?next=/accounts&expired=read"
    assert answer.status_code == 401


def test_another_site_s_referer_leads_nowhere_else(office: Closed) -> None:
    office.user()
    answer = office.browser().post("/logout", headers={"referer": "https://evil.example/cases"})
    assert answer.headers["location"] == "/login?next=/"


def test_logging_out_ends_the_session_and_has_the_browser_forget(office: Closed) -> None:
    office.user()
    browser = office.logged_in()
    (id_,) = cookies_of(browser).values()
    answer = send(browser, "/me", "/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert cookies_of(browser) == {}
    browser.cookies.set("xuncha", id_)
    assert not is_in(browser)
    assert "已退出登录。" in browser.get("/login").text
    assert "已退出登录。" not in browser.get("/login").text


def test_nobody_is_logged_out_by_a_link(office: Closed) -> None:
    office.user()
    browser = office.logged_in()
    assert browser.get("/logout").status_code == 405
    assert is_in(browser)


def test_all_other_logins_are_ended_at_once(office: Closed) -> None:
    office.user()
    here, elsewhere = office.logged_in(), office.logged_in()
    send(here, "/me", "/me/sessions/end")
    assert is_in(here)
    assert not is_in(elsewhere)


FOREIGN = (
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "none"},
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "http://127.0.0.1"},
    {"origin": "http://[:::"},
)


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize("path", ["/login", "/logout", "/me/password", "/users/new"])
def test_csrf_a_form_of_another_site_does_nothing_also_at_log_in_and_log_out(
    office: Closed, path: str, headers: dict[str, str]
) -> None:
    office.user()
    browser = office.browser() if path == "/login" else office.logged_in()
    page = "/login" if path == "/login" else "/me"
    fields = {"csrf": token_in(browser.get(page).text), "name": "王某", "password": SECRET}
    answer = browser.post(path, data=fields, headers=headers)
    assert answer.status_code == 403
    assert "不是本系统的页面发出的" in answer.text
    assert is_in(browser) is (path != "/login")


@pytest.mark.parametrize("path", ["/login", "/logout", "/me/password", "/users/new", "/users/1/disable"])
@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
def test_csrf_a_form_without_its_token_does_nothing(office: Closed, path: str, token: str) -> None:
    office.user()
    browser = office.browser() if path == "/login" else office.logged_in()
    answer = browser.post(path, data={"csrf": token, "name": "王某", "password": SECRET})
    assert answer.status_code == 403
    assert "页面已过期，没有登记" in answer.text
    assert is_in(browser) is (path != "/login")


def test_csrf_the_token_of_one_session_is_none_of_another(office: Closed) -> None:
    office.user()
    one, other = office.logged_in(), office.logged_in()
    token = token_in(one.get("/me").text)
    assert other.post("/logout", data={"csrf": token}).status_code == 403
    assert one.post("/logout", data={"csrf": token}).status_code == 303


def test_csrf_htmx_shows_the_token_in_a_header(office: Closed) -> None:
    office.user()
    browser = office.logged_in()
    token = token_in(browser.get("/me").text)
    answer = browser.post("/me/sessions/end", headers={"x-csrf-token": token, "hx-request": "true"})
    assert answer.status_code == 303


def test_the_token_of_forms_does_not_lead_to_the_session(office: Closed) -> None:
    office.user()
    browser = office.logged_in()
    page = browser.get("/me").text
    for id_ in browser.cookies.values():
        assert id_ not in page
    with office.store.read() as tx:
        (row,) = tx.execute(sa.select(tables.sessions)).all()
    assert row.digest not in page


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "application/xml"])
def test_a_form_of_another_kind_is_refused(office: Closed, kind: str) -> None:
    office.user()
    browser = office.logged_in()
    token = token_in(browser.get("/me").text)
    answer = browser.post("/me/sessions/end", content=f"csrf={token}", headers={"content-type": kind})
    assert answer.status_code == 415


@pytest.mark.parametrize("path", ["/me/sessions/end", "/logout", "/users/1/disable", "/users/new", "/login"])
def test_csrf_a_form_in_parts_is_no_way_around_the_token(office: Closed, path: str) -> None:
    office.user()
    browser = office.logged_in()
    answer = browser.post(path, files={"csrf": (None, "x"), "name": (None, "x")})
    assert answer.status_code == 415
    assert is_in(browser)


def test_a_form_without_end_is_refused(office: Closed) -> None:
    office.user()
    browser = office.browser()
    assert browser.post("/login", content=b"a" * 300_000).status_code in {403, 413, 415}
    long = browser.post("/login", data={"csrf": "x" * 300_000})
    assert long.status_code == 413
    many = browser.post("/login", data={f"f{n}": "" for n in range(2100)})
    assert many.status_code == 413


NEXT = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\tevil",
    "/\n/evil.example",
    " //evil.example",
    "javascript:alert(1)",
    "/login?next=/login",
    "/logout",
    "/../k/x",
    "evil",
    "",
    "/" + "a" * 2000,
    "http:/evil.example",
]


@pytest.mark.parametrize("wanted", NEXT)
def test_next_leads_to_own_paths_only(office: Closed, wanted: str) -> None:
    office.user()
    assert own_path(wanted) == "/"
    browser = office.browser()
    fields = {"csrf": token_in(browser.get("/login").text), "name": "王某", "password": SECRET}
    answer = browser.post("/login", data=fields | {"next": wanted})
    assert answer.headers["location"] == "/"


@given(st.text(max_size=30))
def test_whatever_next_says_a_browser_stays_with_us(wanted: str) -> None:
    led = own_path(f"/{wanted}")
    assert led.startswith("/")
    assert not led.startswith(("//", "/\\"))
    assert not set(led) & set("\t\r\n\\ ")
    assert own_path(led) == led


def test_a_wrong_name_and_a_wrong_password_are_the_same_page(office: Closed) -> None:
    office.user()
    office.user("停用的")
    office.user("另一管理员")
    command = user_actions.UserCommand(user=user_id(office, "停用的"))
    perform(office.store, user_actions.disable_user, command, actor=ADMIN, now=office.clock())
    pages = set[str]()
    for name, password in (("王某", OTHER), ("没有的人", SECRET), ("停用的", SECRET)):
        answer = log_in(office.browser(address=f"127.0.0.{len(pages) + 2}"), name, password)
        assert answer.status_code == 422
        token = token_in(answer.text)
        pages.add(answer.text.replace(name, "某").replace(token, ""))
    (page,) = pages
    assert "用户名或密码不正确。" in page
    assert SECRET not in page
    assert OTHER not in page


def test_a_delay_says_how_long_and_nothing_else(office: Closed) -> None:
    office.user()
    browser = office.browser()
    for _ in range(5):
        log_in(browser, password=OTHER)
    answer = log_in(browser)
    assert answer.status_code == 429
    assert "请在1秒后再试。" in answer.text
    assert 'value="王某"' in answer.text
    office.clock.now += timedelta(seconds=1)
    assert log_in(browser).status_code == 303


def test_after_a_log_in_the_page_says_when_the_last_one_was(office: Closed) -> None:
    office.user()
    office.logged_in()
    office.clock.now += timedelta(days=1)
    browser = office.logged_in()
    assert "上次登录5月19日09:05。" in browser.get("/accounts").text


def test_a_county_without_users_shows_nothing_but_the_way_to_the_first_log_in(office: Closed) -> None:
    browser = office.browser()
    for path in ("/", "/accounts", "/users", "/me", "/nowhere"):
        assert browser.get(path).headers["location"].startswith("/login?next=")
    page = browser.get("/login").text
    assert "还没有用户" in page
    assert 'name="password"' not in page


def first_link(office: Closed) -> str:
    link = perform(
        office.store, user_actions.issue_first_link, user_actions.FirstLinkCommand(), actor=ADMIN, now=office.clock()
    )
    return f"/login/link/{link.secret}"


def test_the_first_administrator_sets_a_password_by_a_one_time_link_and_is_in(office: Closed) -> None:
    address, browser = first_link(office), office.browser()
    for _ in range(3):
        assert "设置首位管理员" in browser.get(address).text  # robots open links to look at them
    short = send(browser, address, name="王某", password="短", again="短")
    assert short.status_code == 422
    assert "密码至少要有12个字符。" in short.text
    assert 'value="王某"' in short.text
    done = send(browser, address, name="王某", password=SECRET, again=SECRET)
    assert (done.status_code, done.headers["location"]) == (303, "/login")
    assert "密码已设置，请登录。" in browser.get("/login").text
    assert browser.get(address).status_code == 410
    assert log_in(browser).status_code == 303
    assert browser.get("/users").status_code == 200
    assert browser.get("/imports").status_code == 200


def test_a_one_time_link_tells_nobody_its_address(office: Closed) -> None:
    answer = office.browser().get(first_link(office))
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"


def test_a_one_time_link_is_over_after_half_an_hour(office: Closed) -> None:
    address, browser = first_link(office), office.browser()
    token = token_in(browser.get(address).text)
    office.clock.now += timedelta(minutes=30)
    assert browser.get(address).status_code == 410
    answer = browser.post(address, data={"csrf": token, "name": "王某", "password": SECRET, "again": SECRET})
    assert answer.status_code == 410
    assert "向管理员要一个新的链接" in answer.text


def enrolled(office: Closed) -> str:
    """Set the second factor of 王某 in the browser and return its secret."""
    browser = office.logged_in()
    page = browser.get("/me").text
    secret = page.partition('name="secret" value="')[2].partition('"')[0]
    fields = {"csrf": token_in(page), "secret": secret, "code": code_at(secret, office.clock()), "old": SECRET}
    answer = browser.post("/me/second-factor", data=fields)
    assert answer.status_code == 303, text_of(answer.text)
    return secret


@pytest.mark.parametrize("secret", ["0", "密钥", "A" * 8])
def test_a_secret_that_was_not_offered_is_refused_and_another_is_offered(office: Closed, secret: str) -> None:
    office.user()
    answer = send(office.logged_in(), "/me", "/me/second-factor", old=SECRET, secret=secret, code="123456")
    assert answer.status_code == 422
    assert f'value="{secret}"' not in answer.text


def test_with_a_second_factor_nothing_is_seen_before_its_code(office: Closed) -> None:
    office.user()
    secret = enrolled(office)
    office.clock.now += timedelta(minutes=1)
    browser = office.browser()
    half = log_in(browser, next_="/accounts")
    assert half.headers["location"] == "/login/code?next=%2Faccounts"
    (before,) = cookies_of(browser).values()
    for path in ("/", "/accounts", "/me", "/users", "/system"):
        assert browser.get(path).headers["location"] == "/login/code"
    wrong = send(browser, "/login/code", code="000000")
    assert wrong.status_code == 422
    assert "动态口令不正确" in wrong.text
    right = send(
        browser, "/login/code?next=/accounts", "/login/code", code=code_at(secret, office.clock()), next="/accounts"
    )
    assert (right.status_code, right.headers["location"]) == (303, "/accounts")
    assert cookies_of(browser) != {"xuncha": before}
    assert is_in(browser)


def test_somebody_who_must_have_a_second_factor_does_nothing_before_it_is_set(office: Closed) -> None:
    office.user()
    browser = office.logged_in()
    command = user_actions.DemandSecondFactorCommand(user=user_id(office))
    perform(office.store, user_actions.demand_second_factor, command, actor=ADMIN, now=office.clock())
    for path in ("/", "/accounts", "/users"):
        assert browser.get(path).headers["location"] == "/me"
    assert "管理员要求您使用动态口令" in browser.get("/me").text
    enrolled(office)
    assert log_in(office.browser()).headers["location"].startswith("/login/code")


def test_a_change_of_role_ends_the_sessions_and_the_next_one_has_the_new_rights(office: Closed) -> None:
    office.user("管理员甲", UserRole.ADMINISTRATOR)
    office.user("乙", UserRole.OPERATOR)
    admin, other = office.logged_in("管理员甲"), office.logged_in("乙")
    number = user_id(office, "乙")
    assert send(admin, f"/users/{number}", f"/users/{number}/roles", role="reader").status_code == 303
    assert not is_in(other)
    assert log_in(other, "乙").status_code == 303
    assert is_in(other)
    assert other.get("/imports").status_code == 403


def test_a_user_is_added_and_gets_a_link_that_is_shown_once(office: Closed) -> None:
    office.user()
    browser = office.logged_in()
    refused = send(browser, "/users/new", name="李某")
    assert "至少要有一个角色。" in refused.text
    assert 'value="李某"' in refused.text
    added = send(browser, "/users/new", name="李某", role=["operator", "administrator"])
    page = browser.get(added.headers["location"]).text
    assert "已新增“李某”" in page
    assert "/login/link/" not in page
    given = send(browser, added.headers["location"], f"{added.headers['location']}/link").text
    address = given.partition("127.0.0.1:8080")[2].partition("<")[0]
    assert address.startswith("/login/link/")
    other = office.browser()
    assert send(other, address, password=SECRET, again=SECRET).status_code == 303
    assert log_in(other, "李某").status_code == 303
    assert "李某" in text_of(browser.get("/users").text)


def test_the_page_says_that_the_last_administrator_cannot_be_disabled(office: Closed) -> None:
    office.user()
    browser, number = office.logged_in(), user_id(office)
    answer = send(browser, f"/users/{number}", f"/users/{number}/disable")
    assert answer.status_code == 422
    assert "“王某”是最后一名管理员，不能停用" in answer.text
    assert is_in(browser)


def test_a_disabled_user_is_out_at_once(office: Closed) -> None:
    office.user()
    office.user("乙", UserRole.READER)
    admin, other, number = office.logged_in(), office.logged_in("乙"), user_id(office, "乙")
    send(admin, f"/users/{number}", f"/users/{number}/disable")
    assert not is_in(other)
    assert log_in(other, "乙").status_code == 422
    send(admin, f"/users/{number}", f"/users/{number}/enable")
    office.clock.now += timedelta(minutes=1)
    assert log_in(other, "乙").status_code == 303


def test_acts_of_pages_say_who_in_which_role_by_which_session_and_from_where(office: Closed) -> None:
    office.user()
    browser = office.logged_in()
    send(browser, "/users/new", name="李某", role="reader")
    with office.store.read() as tx:
        row = tx.execute(sa.select(tables.acts).where(tables.acts.c.action == "user add")).one()
        (session,) = sessions.sessions_of(tx, user_id(office))
    assert (row.actor, row.object, row.address) == ("王某", "李某", "127.0.0.1")
    assert row.login == f"管理员、操作员，会话{session.digest[:8]}"


def test_whoever_is_logged_in_stays_so_while_the_database_does_not_answer(
    office: Closed, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.user()
    browser, stranger = office.logged_in(), office.browser()
    assert browser.get("/system").status_code == 200

    def gone(*_: object) -> Iterator[None]:
        raise StoreError("数据库不能读取。")

    monkeypatch.setattr(Store, "read", gone)
    answer = browser.get("/system")
    assert (answer.status_code, "数据库不能读取" in answer.text) == (200, True)
    assert stranger.get("/system").status_code == 303


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[TestClient]:
    with open_store(migrated(tmp_path / "sample.db")) as store:
        yield client_of(store, Surroundings(sample=Sample()))


def test_the_sample_county_needs_no_log_in_and_its_visitor_is_its_operator(sample: TestClient) -> None:
    assert sample.get("/imports").status_code == 200
    assert sample.get("/login", follow_redirects=False).headers["location"] == "/"
    page = sample.get("/users/new").text
    added = sample.post("/users/new", data={"csrf": token_in(page), "name": "李某", "role": "reader"})
    assert "已新增“李某”" in added.text


def test_the_sample_county_takes_no_form_of_another_site(sample: TestClient) -> None:
    page = sample.get("/users/new").text
    fields = {"csrf": token_in(page), "name": "李某", "role": "reader"}
    assert sample.post("/users/new", data=fields, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert sample.post("/users/new", data=fields | {"csrf": "x"}).status_code == 403


def test_the_sample_county_seen_from_elsewhere_is_only_looked_at(sample: TestClient) -> None:
    elsewhere = TestClient(sample.app, base_url="http://192.0.2.5:8080")
    assert elsewhere.get("/accounts").status_code == 200
    assert elsewhere.get("/users").status_code == 403
    assert elsewhere.get("/imports").status_code == 403


FROM = "http://127.0.0.1:8080"


@pytest.mark.parametrize(
    ("base", "peer", "headers", "is_home"),
    [
        (FROM, "127.0.0.1", {}, True),
        ("http://localhost:8080", "::1", {}, True),
        ("http://[::1]:8080", "::ffff:127.0.0.1", {}, True),
        (FROM, "192.0.2.7", {}, False),
        ("http://localhost:8080", "172.17.0.1", {}, False),
        ("http://[::1]:8080", "fe80::1", {}, False),
        (FROM, "testclient", {}, False),
        ("http://192.0.2.5:8080", "127.0.0.1", {}, False),
        (FROM, "127.0.0.1", {"x-forwarded-for": "192.0.2.7"}, False),
        (FROM, "127.0.0.1", {"forwarded": "for=192.0.2.7"}, False),
        (FROM, "127.0.0.1", {"x-real-ip": "127.0.0.1"}, False),
        (FROM, "127.0.0.1", {"via": "1.1 proxy"}, False),
    ],
)
def test_host_header_alone_makes_nobody_the_operator_of_the_sample_county(
    sample: TestClient, base: str, peer: str, headers: dict[str, str], *, is_home: bool
) -> None:
    browser = TestClient(sample.app, base_url=base, client=(peer, 50000), headers=headers)
    assert browser.get("/users").status_code == (200 if is_home else 403)
    page = browser.get("/accounts").text
    assert ("您以操作员身份试用" in page) is is_home
    assert ("从容器外、经代理打开的不算" in page) is not is_home


def test_host_header_of_this_machine_opens_no_page_that_needs_a_log_in(office: Closed) -> None:
    office.user()
    browser = office.browser(FROM, "192.0.2.7")
    assert browser.get("/users").headers["location"].startswith("/login?next=")
