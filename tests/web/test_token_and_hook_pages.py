"""The pages of tokens and of far sides: a secret is shown once, and everything that a command does a button does."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from monitor.core.message import Attempt, Outcome
from monitor.core.user import UserRole
from monitor.store import Store, tables, web_hooks
from monitor.store.api_tokens import api_token_of, api_tokens
from tests.actions.examples import hook_office
from tests.web.county import Surroundings, fill
from tests.web.sessions import Closed, closed, send

TOKENS, HOOKS = "/system/tokens", "/system/hooks"
TOKEN = {"name": "省级平台的程序", "scopes": "read", "lasts": "30"}
HOOK = {"name": "省级平台", "url": "https://hooks.example.invalid/in?key=abc"}
SECRET = re.compile(r'<code class="secret">([^<]+)</code>')


@pytest.fixture
def office(empty: Store) -> Closed:
    fill(empty)
    made = closed(empty, Surroundings(hooks=hook_office()))
    made.user()
    return made


@pytest.fixture
def browser(office: Closed) -> TestClient:
    return office.logged_in()


def secret_in(answer: Response) -> str:
    found = SECRET.search(answer.text)
    assert found, answer.text
    return unescape(found[1])


def test_a_new_token_is_shown_once_with_a_button_to_copy_it_and_then_only_its_beginning(
    office: Closed, browser: TestClient
) -> None:
    answer = send(browser, TOKENS, **TOKEN)
    secret = secret_in(answer)
    assert f'data-copy="{secret}"' in answer.text
    with office.store.read() as tx:
        kept = api_token_of(tx, secret)
    assert kept is not None
    assert (kept.name, kept.scopes, kept.created_by) == ("省级平台的程序", ("read",), "王某")
    shown = browser.get(TOKENS).text
    assert secret not in shown
    assert f"{kept.prefix}…" in shown
    assert "没有用过" in shown


def test_a_token_is_ended_by_its_button(office: Closed, browser: TestClient) -> None:
    secret = secret_in(send(browser, TOKENS, **TOKEN))
    assert send(browser, TOKENS, f"{TOKENS}/1/revoke").headers["location"] == TOKENS
    with office.store.read() as tx:
        kept = api_token_of(tx, secret)
    assert kept is not None
    assert not kept.is_good(office.clock())
    assert "停用：" not in browser.get(TOKENS).text
    assert send(browser, TOKENS, f"{TOKENS}/1/revoke").status_code == 422
    assert send(browser, TOKENS, f"{TOKENS}/9/revoke").status_code == 422


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"scopes": "everything"}, "scopes"),
        ({"lasts": "367"}, "lasts"),
        ({"lasts": "0"}, "lasts"),
        ({"lasts": "9" * 400}, "lasts"),
        ({"lasts": "一年"}, "lasts"),
        ({"area": "没有的县"}, "area"),
    ],
)
def test_a_form_with_a_fault_names_its_field_keeps_what_was_typed_and_gives_out_nothing(
    office: Closed, browser: TestClient, wrong: dict[str, str], field: str
) -> None:
    answer = send(browser, TOKENS, **(TOKEN | wrong))
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}"' in answer.text
    assert not SECRET.search(answer.text)
    with office.store.read() as tx:
        assert not api_tokens(tx)


def test_the_secret_of_a_far_side_is_shown_once_and_of_its_address_only_the_host(
    office: Closed, browser: TestClient
) -> None:
    answer = send(browser, HOOKS, **HOOK)
    secret = secret_in(answer)
    assert secret.startswith("whsec_")
    for page in (answer.text, browser.get(HOOKS).text):
        assert "key=abc" not in page
        assert "hooks.example.invalid" in page
    assert secret not in browser.get(HOOKS).text
    again = send(browser, HOOKS, f"{HOOKS}/1/rotate")
    assert secret_in(again) != secret


@pytest.mark.parametrize("url", ["https://localhost/x", "mailto:a@b.cn", "https://"])
def test_an_address_that_cannot_be_named_is_said_at_its_field(browser: TestClient, url: str) -> None:
    answer = send(browser, HOOKS, **(HOOK | {"url": url}))
    assert answer.status_code == 422
    assert 'href="#url"' in answer.text


def test_every_button_of_a_far_side_does_what_it_says(office: Closed, browser: TestClient) -> None:
    send(browser, HOOKS, **HOOK)
    for act in ("test", "disable", "enable", "resend", "settle"):
        answer = send(browser, HOOKS, f"{HOOKS}/1/{act}")
        assert (answer.status_code, answer.headers["location"]) == (303, HOOKS), act
    assert send(browser, HOOKS, f"{HOOKS}/1/enable").status_code == 422
    assert send(browser, HOOKS, f"{HOOKS}/1/explode").status_code == 404
    assert send(browser, HOOKS, f"{HOOKS}/7/disable").status_code == 422
    with office.store.read() as tx:
        assert len(web_hooks.web_hooks(tx)) == 1


def test_what_a_far_side_answers_to_a_test_is_said(office: Closed) -> None:
    async def refusing(*_: object) -> Attempt:
        return Attempt(outcome=Outcome.TEMPORARY, code="HTTP 500")

    failing = closed(office.store, Surroundings(hooks=hook_office(refusing)))
    browser = failing.logged_in()
    send(browser, HOOKS, **HOOK)
    answer = send(browser, HOOKS, f"{HOOKS}/1/test")
    assert answer.status_code == 422
    assert "没有送到：暂时失败：状态码500。" in answer.text


def test_an_operator_sees_how_far_sides_stand_and_changes_nothing(office: Closed, browser: TestClient) -> None:
    send(browser, HOOKS, **HOOK)
    office.user("赵某", UserRole.OPERATOR)
    operator = office.logged_in("赵某")
    page = operator.get(HOOKS)
    assert page.status_code == 200
    assert "hooks.example.invalid" in page.text
    assert "/system/hooks/1/" not in page.text
    assert operator.get(TOKENS).status_code == 403
    assert "接口令牌" not in operator.get("/system").text


def test_a_far_side_that_hears_nothing_stands_on_the_page_of_today(office: Closed, browser: TestClient) -> None:
    send(browser, HOOKS, **HOOK)
    assert "处理推送不通的地址" not in browser.get("/").text
    with office.store.begin() as tx:
        hook = tables.web_hooks
        tx.execute(hook.update().values(failing_since=office.clock() - timedelta(hours=2)))
    page = browser.get("/").text
    assert "处理推送不通的地址" in page
    assert 'href="/system/hooks"' in page
