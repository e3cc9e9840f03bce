"""Logging in by the office's identity provider, which is a real server here and not always a kind one."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import sqlalchemy as sa
from httpx2 import Response
from starlette.testclient import TestClient

from monitor.actions import provider_logins
from monitor.actions import users as user_actions
from monitor.actions.actor import EVERYTHING, Actor, Origin
from monitor.actions.perform import perform
from monitor.actions.provider_logins import GrantLoginCommand, LoginRequestCommand, ProvenIdentity
from monitor.app.provider import provider_of
from monitor.app.settings import load_settings
from monitor.core.login import CONFIRMED
from monitor.core.user import UserRole
from monitor.queries.todo_rest import login_requests
from monitor.store import Store, identities, tables
from monitor.store import users as kept_users
from monitor.store.audit import recent_audit
from monitor.web import create_app
from monitor.web.provider import client as provider_client
from tests.totp import code_at
from tests.web.browser import Browser
from tests.web.county import Surroundings, fill
from tests.web.identity_provider import (
    CLIENT,
    CLIENT_SECRET,
    KEYS,
    IdentityProvider,
    by_a_stranger,
    by_the_public_key,
    provider,
    unsigned,
)
from tests.web.serving import listened
from tests.web.sessions import SECRET, Closed, closed, log_in, send, text_of, token_in
from tests.web.test_login import enrolled, is_in, user_id

CONFIG = Path(__file__).parents[2] / "config"
ADMIN = Actor(name="命令行", origin=Origin.COMMAND_LINE, rights=EVERYTHING)
DOWN = "统一身份认证暂时不能使用，请稍后再试，或用密码登录。"
WRONG = "统一身份认证的结果无法核对，没有登录。"
OVER = "统一身份认证的登录没有完成或已过期，请重新登录。"
LONG = "x" * 5000
BASE = "http://127.0.0.1:8080"


@pytest.fixture
def office(empty: Store) -> Closed:
    made = closed(empty, Surroundings())
    made.user()
    return made


@pytest.fixture
def sso(office: Closed, tmp_path: Path) -> Iterator[IdentityProvider]:
    with provider(lambda: int(office.clock().timestamp())) as running:
        use(office, running, tmp_path)
        yield running


def use(office: Closed, sso: IdentityProvider, folder: Path, more: str = "") -> None:
    """Have an office's pages use a provider, by settings as people write them."""
    for file in ("rules.yaml", "calendar.yaml"):
        shutil.copy(CONFIG / file, folder)
    (folder / "xuncha.yaml").write_text(
        "office: {name: 县府办, areas: [示例县]}\n"
        "network: {allow: [127.0.0.0/8]}\n"
        f"web: {{base_url: '{BASE}', oidc: {{issuer: '{sso.issuer}', client_id: {CLIENT},"
        f" client_secret: 'env:OIDC'{more}}}}}\n",
        encoding="utf-8",
    )
    settings = load_settings(folder, {"OIDC": CLIENT_SECRET})
    office.view = replace(office.view, provider=provider_of(settings, office.clock))


def begun(browser: TestClient, *, next_: str = "/accounts", more: str = "") -> str:
    """Return where the browser is sent to log in."""
    answer = browser.get(f"/login/oidc?next={next_}{more}")
    assert answer.status_code == 303, text_of(answer.text)
    return str(answer.headers["location"])


def returned(browser: TestClient, address: str) -> Response:
    """Open what the provider sends a browser back to, and send the form that is there."""
    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}" == BASE
    page = browser.get(f"{parts.path}?{parts.query}", headers={"sec-fetch-site": "cross-site"})
    fields = dict(parse_qsl(parts.query)) | {"csrf": token_in(page.text)}
    return browser.post(parts.path, data=fields, headers={"sec-fetch-site": "same-origin"})


def entered(browser: TestClient, sso: IdentityProvider, *, next_: str = "/accounts", more: str = "") -> Response:
    return returned(browser, sso.authorized(begun(browser, next_=next_, more=more)))


def granted(office: Closed, sso: IdentityProvider, *roles: UserRole, user: int | None = None) -> None:
    """Have the provider's person be a user."""
    identity = ProvenIdentity(issuer=sso.issuer, claim="sub", value=sso.person["sub"], name="李某")
    with office.store.begin() as tx:
        identities.ask(tx, identity.key, identity.shown, identity.called, "", at=office.clock())
        request = identities.request_of(tx, identity.key, now=office.clock())
    assert request
    command = GrantLoginCommand(
        request=request.id, user=user, name="李某", roles=frozenset(roles or (UserRole.OPERATOR,))
    )
    perform(office.store, provider_logins.grant_login, command, actor=ADMIN, now=office.clock())


def said(answer: Response) -> str:
    return text_of(answer.text)


def rows(office: Closed, table: sa.Table) -> int:
    with office.store.read() as tx:
        return len(tx.execute(sa.select(table)).all())


def test_somebody_whom_an_administrator_has_let_in_logs_in_and_is_led_to_their_page(
    office: Closed, sso: IdentityProvider
) -> None:
    granted(office, sso)
    browser = office.browser()
    assert "统一身份认证登录" in browser.get("/login").text
    answer = entered(browser, sso)
    assert (answer.status_code, answer.headers["location"]) == (303, "/accounts"), said(answer)
    assert is_in(browser)
    assert "李某" in browser.get("/accounts").text
    with office.store.read() as tx:
        act = recent_audit(tx)[0]
    assert (act.action, act.actor, act.detail) == ("login begin", "李某", "统一身份认证")
    assert [name for name, _ in sso.asked] == ["openid-configuration", "token", "certs"]


def test_the_way_back_changes_nothing_by_itself_and_a_robot_that_opens_it_uses_nothing_up(
    office: Closed, sso: IdentityProvider
) -> None:
    granted(office, sso)
    browser = office.browser()
    address = sso.authorized(begun(browser))
    robot = office.browser()
    for _ in range(3):
        assert robot.get(address.removeprefix(BASE)).status_code == 200
    assert (rows(office, tables.sessions), len(sso.codes)) == (0, 1)
    assert returned(browser, address).status_code == 303


def test_a_stranger_waits_for_an_administrator_and_is_no_user_before(office: Closed, sso: IdentityProvider) -> None:
    browser = office.browser()
    answer = entered(browser, sso)
    assert answer.status_code == 422
    assert "您还没有开通，申请已转管理员，开通后再登录。" in said(answer)
    assert not is_in(browser)
    assert "您还没有开通" in said(entered(browser, sso))
    assert (rows(office, tables.users), rows(office, tables.login_requests)) == (1, 1)
    admin = office.logged_in()
    assert "等待开通的用户（1）" in said(admin.get("/users"))
    granted_ = send(admin, "/users/requests/1", name="李某", role="operator")
    assert granted_.status_code == 303, said(granted_)
    assert "已开通“李某”" in said(admin.get(granted_.headers["location"]))
    assert entered(browser, sso).status_code == 303
    assert is_in(browser)
    assert rows(office, tables.login_requests) == 0


def test_a_name_of_the_provider_that_is_a_user_s_opens_nothing(office: Closed, sso: IdentityProvider) -> None:
    sso.person = {"sub": "zzz", "name": "王某", "preferred_username": "王某", "email": "王某"}
    browser = office.browser()
    assert "您还没有开通" in said(entered(browser, sso))
    assert not is_in(browser)
    admin = office.logged_in()
    refused = send(admin, "/users/requests/1", name="王某", role="operator")
    assert refused.status_code == 422
    assert "已有用户“王某”" in said(refused)


def test_an_administrator_may_join_a_stranger_to_a_user_whom_there_is(office: Closed, sso: IdentityProvider) -> None:
    other = office.user("李四", UserRole.READER)
    browser, admin = office.browser(), office.logged_in()
    entered(browser, sso)
    assert send(admin, "/users/requests/1", user=str(other)).headers["location"] == f"/users/{other}"
    assert entered(browser, sso).status_code == 303
    assert "李四" in browser.get("/accounts").text
    assert "f3a1" in admin.get(f"/users/{other}").text
    assert send(admin, f"/users/{other}", f"/users/{other}/unlink").status_code == 303
    assert not is_in(browser)
    assert "您还没有开通" in said(entered(browser, sso))


def test_who_was_declined_is_told_so_and_makes_no_new_request_for_a_month(
    office: Closed, sso: IdentityProvider
) -> None:
    browser, admin = office.browser(), office.logged_in()
    entered(browser, sso)
    declined = send(admin, "/users/requests/1", "/users/requests/1/decline")
    assert declined.headers["location"] == "/users"
    assert "管理员没有同意开通" in said(entered(browser, sso))
    assert "等待开通" not in said(admin.get("/users"))
    assert admin.get("/users/requests/1").status_code == 404
    office.clock.now += identities.KEPT
    assert "您还没有开通" in said(entered(browser, sso))


def test_waiting_requests_are_bounded_in_number_and_age(office: Closed) -> None:
    now = office.clock()
    with office.store.begin() as tx:
        kept = [identities.ask(tx, f"key{number}", "x", "x", "", at=now) for number in range(identities.MOST + 1)]
        assert kept == [True] * identities.MOST + [False]
        assert len(identities.waiting(tx, now=now)) == identities.MOST
        assert identities.waiting(tx, now=now + identities.KEPT) == ()
        assert identities.ask(tx, "key", "x", "x", "", at=now + identities.KEPT)
        assert len(tx.execute(sa.select(tables.login_requests)).all()) == 1
        for number in range(identities.MOST_DECLINED + 5):
            identities.ask(tx, f"d{number}", "x", "x", "", at=now + identities.KEPT)
            (request,) = [one for one in identities.waiting(tx, now=now + identities.KEPT) if one.key == f"d{number}"]
            identities.decline(tx, request.id, at=now + identities.KEPT)
        assert len(tx.execute(sa.select(tables.login_requests)).all()) == identities.MOST_DECLINED + 1


def test_what_the_provider_says_of_a_stranger_is_hostile_text(office: Closed, sso: IdentityProvider) -> None:
    hostile = "<script>alert(1)</script>\u202e\x00\n" + "长" * 500
    sso.person = {"sub": "<img src=x>\x00", "name": hostile}
    entered(office.browser(), sso)
    admin = office.logged_in()
    for path in ("/users", "/users/requests/1", "/", "/audit"):
        page = admin.get(path).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "\u202e" not in page
        assert len(page) < 100_000
    with office.store.read() as tx:
        (row,) = tx.execute(sa.select(tables.login_requests)).all()
    assert len(row.name) <= 40
    assert 'name="name" type="text" value=""' in admin.get("/users/requests/1").text


def test_who_waits_is_a_line_of_the_administrator_s_list_and_of_nobody_else_s(
    office: Closed, sso: IdentityProvider
) -> None:

    entered(office.browser(), sso)
    with office.store.read() as tx:
        line = login_requests(tx, office.clock())
    assert (line.count, line.what, line.why) == (1, "开通或拒绝1个等待开通的用户", "李某")
    fill(office.store)
    for role in UserRole:
        if role is not UserRole.UNIT:
            office.user(role.label, role)
            page = said(office.logged_in(role.label).get("/"))
            assert (line.what in page) is (role is UserRole.ADMINISTRATOR), role


def test_a_disabled_user_stays_out(office: Closed, sso: IdentityProvider) -> None:
    granted(office, sso)
    command = user_actions.UserCommand(user=user_id(office, "李某"))
    perform(office.store, user_actions.disable_user, command, actor=ADMIN, now=office.clock())
    browser = office.browser()
    assert "您的用户已停用，请联系管理员。" in said(entered(browser, sso))
    assert not is_in(browser)


NOT_OURS = {
    "wrong nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "expired": {"exp": 1_000_000_000},
    "no end": {"exp": None},
    "end that is no number": {"exp": "tomorrow"},
    "end without end": {"exp": True},
    "not yet": {"nbf": 99_999_999_999},
    "made ahead of time": {"iat": 99_999_999_999},
    "made long ago": {"iat": 1_000_000_000},
    "no day": {"iat": None},
    "other audience": {"aud": "another-client", "azp": "another-client"},
    "no audience": {"aud": None},
    "among others without saying for whom": {"aud": [CLIENT, "another"], "azp": None},
    "for us and made for another": {"aud": [CLIENT, "another"], "azp": "another"},
    "other issuer": {"iss": "https://evil.example/realms/county"},
    "no issuer": {"iss": None},
    "nobody": {"sub": None},
    "nobody by name": {"sub": ""},
    "a list of people": {"sub": ["f3a1"]},
    "another access token": {"at_hash": "xxxxxxxxxxxxxxxxxxxxxx"},
}


@pytest.mark.parametrize("claims", NOT_OURS.values(), ids=NOT_OURS)
def test_a_token_that_is_not_for_us_and_for_now_opens_nothing(
    office: Closed, sso: IdentityProvider, claims: dict[str, object]
) -> None:
    granted(office, sso)
    sso.claims = claims
    browser = office.browser()
    answer = entered(browser, sso)
    assert answer.status_code == 422
    assert WRONG in said(answer)
    assert not is_in(browser)
    with office.store.read() as tx:
        assert recent_audit(tx)[0].action == "login refuse"


FORGED = {
    "alg none": unsigned,
    "alg HS256 by the public key": by_the_public_key,
    "signed by a stranger": by_a_stranger,
    "no token": lambda _: "",
    "half a token": lambda _: "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0",
    "five parts": lambda _: "a.b.c.d.e",
    "not text": lambda _: "ключ.ключ.ключ",
    "deep": lambda _: "[" * 20_000,
    "huge": lambda _: "a." * 50_000,
}


@pytest.mark.parametrize("made", FORGED.values(), ids=FORGED)
def test_a_token_that_the_provider_s_keys_have_not_signed_opens_nothing(
    office: Closed, sso: IdentityProvider, made: object
) -> None:
    granted(office, sso)
    sso.made = made  # type: ignore[assignment]  # the values of a table
    browser = office.browser()
    answer = entered(browser, sso)
    assert WRONG in said(answer)
    assert not is_in(browser)


def test_clocks_may_differ_by_a_minute(office: Closed, sso: IdentityProvider) -> None:
    granted(office, sso)
    now = int(office.clock().timestamp())
    for ahead in (-55, 55):
        sso.claims = {"iat": now + ahead, "nbf": now + ahead, "exp": now + ahead + 10, "auth_time": now + ahead}
        assert entered(office.browser(), sso).status_code == 303
    sso.claims = {"exp": now - 70}
    assert entered(office.browser(), sso).status_code == 422


def test_rotated_keys_are_asked_for_anew_and_no_oftener_than_that_helps(office: Closed, sso: IdentityProvider) -> None:
    granted(office, sso)
    assert entered(office.browser(), sso).status_code == 303
    office.clock.now += timedelta(minutes=1)
    sso.key, sso.algorithm = "two", "ES256"
    assert entered(office.browser(), sso).status_code == 303
    sso.made = by_a_stranger
    for _ in range(3):
        assert entered(office.browser(), sso).status_code == 422
    assert [name for name, _ in sso.asked].count("certs") == 2
    assert set(KEYS) == {"one", "two"}


def test_a_state_is_good_once_and_only_in_the_browser_that_began(office: Closed, sso: IdentityProvider) -> None:
    granted(office, sso)
    browser, other = office.browser(), office.browser()
    address = sso.authorized(begun(browser))
    begun(other)
    assert OVER in said(returned(other, address))
    assert OVER in said(returned(office.browser(), address))
    kept = dict(browser.cookies.items())
    assert returned(browser, address).status_code == 303
    thief = office.browser()
    for name, value in kept.items():
        thief.cookies.set(name, value, domain="127.0.0.1")
    assert OVER in said(returned(thief, address))
    assert not is_in(thief)


def test_a_log_in_that_takes_too_long_or_was_changed_is_over(office: Closed, sso: IdentityProvider) -> None:
    granted(office, sso)
    browser = office.browser()
    address = sso.authorized(begun(browser))
    office.clock.now += provider_client.FLOW
    assert OVER in said(returned(browser, address))
    for written in ("", "x", "e30=", "W10=", "é", "bnVsbA=="):
        assert provider_client.flow_of(written) is None


@pytest.mark.parametrize(
    "query",
    ["", "?error=access_denied&error_description=<b>&state=x", "?state=x", "?code=x", f"?code={'x' * 5000}&state=x"],
)
def test_a_way_back_without_a_code_is_one_sentence(office: Closed, sso: IdentityProvider, query: str) -> None:
    answer = office.browser().get(f"/login/oidc/back{query}")
    assert answer.status_code == 422
    assert "统一身份认证的登录没有完成，请重新登录，或用密码登录。" in said(answer)
    assert "<b>" not in answer.text


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "/logout", "javascript:x"]
)
def test_open_redirect_next_leads_to_own_paths_only_also_by_the_provider(
    office: Closed, sso: IdentityProvider, wanted: str
) -> None:
    granted(office, sso)
    assert entered(office.browser(), sso, next_=wanted).headers["location"] == "/"


def test_session_fixation_a_log_in_by_the_provider_ends_what_the_browser_had(
    office: Closed, sso: IdentityProvider
) -> None:
    granted(office, sso)
    browser = office.logged_in()
    before = browser.cookies["xuncha"]
    assert entered(browser, sso).status_code == 303
    assert browser.cookies["xuncha"] != before
    thief = office.browser()
    thief.cookies.set("xuncha", before, domain="127.0.0.1")
    assert not is_in(thief)


def test_csrf_the_form_of_the_way_back_is_taken_from_our_own_page_alone(office: Closed, sso: IdentityProvider) -> None:
    granted(office, sso)
    browser = office.browser()
    parts = urlsplit(sso.authorized(begun(browser)))
    fields = dict(parse_qsl(parts.query))
    assert browser.post(parts.path, data=fields).status_code == 403
    fields["csrf"] = token_in(browser.get(f"{parts.path}?{parts.query}").text)
    assert browser.post(parts.path, data=fields, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert browser.post(parts.path, data=fields).status_code == 303


JSON = {"content-type": "application/json"}
NONSENSE = {
    "an error": (500, {}, b"x"),
    "leave me alone": (503, {"retry-after": "86400"}, b""),
    "not there": (404, {}, b""),
    "a page": (200, {"content-type": "text/html"}, b"<html>login</html>"),
    "nothing": (200, JSON, b""),
    "a list": (200, JSON, b"[]"),
    "brackets": (200, JSON, b"[" * 100_000),
    "a number of digits": (200, JSON, b'{"issuer": ' + b"1" * 50_000 + b"}"),
    "huge": (200, JSON, b'{"x": "' + b"a" * 400_000 + b'"}'),
    "elsewhere": (302, {"location": "http://127.0.0.1:1/"}, b""),
    "another issuer": (200, JSON, json.dumps({"issuer": "https://evil.example"}).encode()),
    "half": (200, JSON, b'{"issuer": "http'),
}


@pytest.mark.parametrize("reply", NONSENSE.values(), ids=NONSENSE)
def test_a_provider_that_answers_nonsense_is_one_sentence_and_the_password_still_works(
    office: Closed, sso: IdentityProvider, reply: tuple[int, dict[str, str], bytes]
) -> None:
    sso.replies["openid-configuration"] = reply
    browser = office.browser()
    answer = browser.get("/login/oidc?next=/accounts")
    assert answer.status_code == 503
    assert DOWN in said(answer)
    assert 'name="password"' in answer.text
    assert log_in(browser).status_code == 303
    sso.replies.clear()
    office.clock.now += provider_client.DOWN
    assert begun(browser).startswith(sso.issuer)


@pytest.mark.parametrize("part", ["token", "certs"])
def test_a_provider_that_fails_half_way_is_one_sentence_and_no_failure_of_the_visitor(
    office: Closed, sso: IdentityProvider, part: str
) -> None:
    granted(office, sso)
    browser = office.browser()
    for _ in range(7):
        address = sso.authorized(begun(browser))
        sso.replies[part] = (502, {}, b"")
        answer = returned(browser, address)
        assert answer.status_code == 503
        assert DOWN in said(answer)
        office.clock.now += provider_client.DOWN
    sso.replies.clear()
    assert entered(browser, sso).status_code == 303


def test_a_provider_that_is_not_there_is_not_asked_by_everybody_who_opens_the_page(
    office: Closed, sso: IdentityProvider
) -> None:
    sso.replies["openid-configuration"] = (500, {}, b"")
    for _ in range(5):
        assert DOWN in said(office.browser().get("/login/oidc"))
    assert len(sso.asked) == 1


def test_a_provider_that_drips_is_given_up_in_time(
    office: Closed, sso: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_client, "PATIENCE", 0.5)
    sso.drips = "openid-configuration"
    assert DOWN in said(office.browser().get("/login/oidc"))


def test_an_endpoint_in_a_network_that_is_not_open_is_not_asked(office: Closed, sso: IdentityProvider) -> None:
    granted(office, sso)
    sso.metadata = {"token_endpoint": "http://169.254.169.254/token"}
    assert DOWN in said(entered(office.browser(), sso))


@pytest.mark.parametrize(
    "address",
    ["ftp://sso.example/x", "javascript:alert(1)", "http://user@sso.example/", "//sso.example", "http://[", 7],
)
def test_an_address_that_nobody_may_be_sent_to_is_none(office: Closed, sso: IdentityProvider, address: str) -> None:
    sso.metadata = {"authorization_endpoint": address}
    assert DOWN in said(office.browser().get("/login/oidc"))


def test_codes_that_are_none_wait_longer_each_time_and_passwords_do_not(office: Closed, sso: IdentityProvider) -> None:
    granted(office, sso)
    browser = office.browser()
    for _ in range(5):
        address = sso.authorized(begun(browser))
        sso.codes.clear()
        assert OVER in said(returned(browser, address))
    asked = len(sso.asked)
    answer = entered(browser, sso)
    assert answer.status_code == 429
    assert "请在1秒后再试。" in said(answer)
    assert [name for name, _ in sso.asked[asked:]] == []
    assert log_in(browser).status_code == 303


def test_a_second_factor_of_ours_is_asked_for_unless_the_provider_asked_for_one(
    office: Closed, sso: IdentityProvider, tmp_path: Path
) -> None:
    secret = enrolled(office)
    granted(office, sso, user=user_id(office))
    office.clock.now += timedelta(minutes=1)
    browser = office.browser()
    assert entered(browser, sso).headers["location"] == "/login/code?next=%2Faccounts"
    assert not is_in(browser)
    code = code_at(secret, office.clock())
    assert send(browser, "/login/code", code=code, next="/accounts").status_code == 303
    assert is_in(browser)
    use(office, sso, tmp_path, more=", acr: [gold]")
    other = office.browser()
    assert entered(other, sso).headers["location"].startswith("/login/code")
    sso.claims = {"acr": "gold"}
    assert entered(other, sso).headers["location"] == "/accounts"
    assert is_in(other)


def test_a_second_factor_that_an_administrator_demands_is_demanded_of_whom_the_provider_let_in(
    office: Closed, sso: IdentityProvider, tmp_path: Path
) -> None:
    granted(office, sso)
    command = user_actions.DemandSecondFactorCommand(user=user_id(office, "李某"))
    perform(office.store, user_actions.demand_second_factor, command, actor=ADMIN, now=office.clock())
    browser = office.browser()
    entered(browser, sso)
    assert browser.get("/accounts").headers["location"] == "/me"
    page = browser.get("/me").text
    assert "没有您的密码" in text_of(page)
    secret = page.partition('name="secret" value="')[2].partition('"')[0]
    fields = {"csrf": token_in(page), "secret": secret, "code": code_at(secret, office.clock())}
    assert browser.post("/me/second-factor", data=fields).status_code == 303
    assert is_in(browser)
    use(office, sso, tmp_path, more=", acr: [gold]")
    sso.claims = {"acr": "gold"}
    strong = office.browser()
    assert entered(strong, sso).headers["location"] == "/accounts"
    assert is_in(strong)


def test_who_is_told_apart_by_another_claim_is_found_in_the_token_or_by_asking(
    office: Closed, sso: IdentityProvider, tmp_path: Path
) -> None:
    use(office, sso, tmp_path, more=", claim: employee")
    assert "没有给出用来识别用户的信息" in said(entered(office.browser(), sso))
    sso.userinfo = sso.person | {"employee": 4711}
    assert "您还没有开通" in said(entered(office.browser(), sso))
    sso.userinfo = {"sub": "somebody else", "employee": 1}
    assert WRONG in said(entered(office.browser(), sso))
    with office.store.read() as tx:
        assert [one.shown for one in identities.waiting(tx, now=office.clock())] == ["4711"]


def test_an_address_of_mail_counts_only_where_it_was_proved(
    office: Closed, sso: IdentityProvider, tmp_path: Path
) -> None:
    use(office, sso, tmp_path, more=", claim: email")
    sso.person = {"sub": "x", "email": "li@example.invalid"}
    assert "没有给出用来识别用户的信息" in said(entered(office.browser(), sso))
    sso.person["email_verified"] = True
    assert "您还没有开通" in said(entered(office.browser(), sso))


def test_logging_out_says_that_the_provider_still_knows_them_and_leads_there(
    office: Closed, sso: IdentityProvider
) -> None:
    granted(office, sso)
    browser = office.browser()
    entered(browser, sso)
    answer = send(browser, "/me", "/logout")
    assert answer.headers["location"] == "/login?left=1"
    page = browser.get("/login?left=1").text
    assert f'href="{sso.issuer}/protocol/openid-connect/logout?client_id=xuncha&amp;post_logout' in page
    assert not is_in(browser)


def test_who_is_there_is_proved_anew_by_the_provider_when_it_asks_again(office: Closed, sso: IdentityProvider) -> None:
    granted(office, sso, UserRole.ADMINISTRATOR)
    browser = office.browser()
    entered(browser, sso)
    assert send(browser, "/users/new", name="甲某", role="reader").status_code == 303
    office.clock.now += CONFIRMED
    confirm = send(browser, "/users/new", name="乙某", role="reader").headers["location"]
    assert confirm.startswith("/me/confirm?next=")
    page = browser.get(confirm).text
    assert 'name="old"' not in page
    assert "/login/oidc?again=1" in page
    carried = said(browser.post(confirm, data={"csrf": token_in(browser.get("/users/new").text), "name": "乙某"}))
    assert "刚才填的内容没有登记，确认后请重新提交。" in carried, "nothing is kept on the way to the provider and back"
    assert "已为您保留" not in carried
    address = begun(browser, next_="/users/new", more="&again=1")
    assert ("prompt", "login") in parse_qsl(urlsplit(address).query)
    sso.claims = {"auth_time": int((office.clock() - timedelta(hours=1)).timestamp())}
    assert "没有重新核对身份" in said(returned(browser, sso.authorized(address)))
    sso.claims = {"auth_time": None}
    assert "没有重新核对身份" in said(entered(browser, sso, more="&again=1"))
    sso.claims = {}
    assert entered(browser, sso, next_="/users/new", more="&again=1").headers["location"] == "/users/new"
    assert send(browser, "/users/new", name="乙某", role="reader").status_code == 303


def test_a_login_that_the_provider_proved_hours_ago_is_no_proof_of_now(office: Closed, sso: IdentityProvider) -> None:
    granted(office, sso, UserRole.ADMINISTRATOR)
    sso.claims = {"auth_time": int((office.clock() - timedelta(hours=5)).timestamp())}
    browser = office.browser()
    assert entered(browser, sso).status_code == 303
    assert send(browser, "/users/new", name="甲某", role="reader").headers["location"].startswith("/me/confirm")


@pytest.mark.parametrize("script", ["on", "off"])
def test_a_real_browser_goes_to_the_provider_on_another_site_and_is_in_when_it_comes_back(
    office: Closed, sso: IdentityProvider, chromium: Browser, script: str
) -> None:
    granted(office, sso)
    chromium.without_scripts(off=script == "off")
    try:
        with listened(create_app(office.view)) as served:
            address = served.replace("127.0.0.1", "localhost")
            assert office.view.provider
            office.view.provider.settings = replace(
                office.view.provider.settings, redirect=f"{address}/login/oidc/back"
            )
            assert chromium.look(f"{address}/login?next=/accounts", width=390).complaints == ()
            chromium.click("a.provider", is_leaving=True)
            if script == "off":
                chromium.click("main form button", is_leaving=True)
            elif chromium.evaluate("location.pathname") != "/accounts":
                chromium._wait_for("Page.loadEventFired")
            assert chromium.evaluate("location.pathname") == "/accounts"
            assert "李某" in str(chromium.evaluate("document.body.textContent"))
    finally:
        chromium.without_scripts(off=False)


def test_without_a_provider_there_is_no_button_and_no_way(office: Closed) -> None:
    browser = office.browser()
    assert "oidc" not in browser.get("/login").text
    for path in ("/login/oidc", "/login/oidc/back?code=x&state=y"):
        assert browser.get(path).status_code == 404


def test_no_value_shows_the_client_s_secret(office: Closed, sso: IdentityProvider) -> None:
    made = office.view.provider
    assert made
    assert CLIENT_SECRET not in repr(made.settings)
    assert CLIENT_SECRET not in repr(office.view)
    _, flow = asyncio.run(made.set_out("/", is_again=False))
    assert not {flow.state, flow.nonce, flow.verifier} & set(repr(flow).split("'"))


def test_a_request_that_another_administrator_has_answered_is_no_more(office: Closed, sso: IdentityProvider) -> None:
    entered(office.browser(), sso)
    admin = office.logged_in()
    page = admin.get("/users/requests/1").text
    command = LoginRequestCommand(request=1)
    perform(office.store, provider_logins.decline_login, command, actor=ADMIN, now=office.clock())
    fields = {"csrf": token_in(page), "name": "李某", "role": "reader"}
    assert admin.post("/users/requests/1", data=fields).status_code == 404
    with office.store.read() as tx:
        assert kept_users.user_named(tx, "李某") is None
    assert SECRET not in page
