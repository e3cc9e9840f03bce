"""Tokens of one's own: they act in their owner's name, may no more than the owner, and die with the owner's login."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest

from monitor.actions.actor import EVERYTHING, Actor, Origin
from monitor.actions.api_tokens import RIGHTS, IssueTokenCommand, issue_token
from monitor.actions.perform import perform
from monitor.actions.roles import rights_of
from monitor.core.account import UnitKey
from monitor.core.token_scope import TokenScope
from monitor.core.user import UserRole
from monitor.store import Store, users
from monitor.store.audit import recent_audit
from monitor.store.cases import cases
from monitor.web.api.operation import Acting
from monitor.web.api.routes import OPERATIONS, ROOT
from tests.store.build import enrol
from tests.web.county import ACCOUNTS, NOW, OVERDUE, PHONE, Surroundings, account, fill
from tests.web.sessions import Closed, closed, send

PAGE = "/me/tokens"
SECRET = re.compile(r'<code class="secret">([^<]+)</code>')
OWN = OVERDUE.unit_key


@pytest.fixture
def office(empty: Store) -> Closed:
    fill(empty)
    enrol(empty, account("OTHER-1", "别家单位的账号", unit="示例县另一单位"), at=NOW)
    return closed(empty, Surroundings())


def token(office: Closed, name: str, *scopes: TokenScope, role: UserRole | None = None) -> dict[str, str]:
    """Have a user make a token of their own, and return the header that shows it."""
    user = office.user(name, *([role] if role else []), own=OWN if role is UserRole.UNIT else None)
    assert user
    return again(office, name, *scopes)


def again(office: Closed, name: str, *scopes: TokenScope) -> dict[str, str]:
    answer = send(office.logged_in(name), PAGE, name="脚本", scopes=[one.value for one in scopes], lasts="30")
    found = SECRET.search(answer.text)
    assert found, answer.text
    return {"Authorization": f"Bearer {unescape(found[1])}"}


def test_a_token_of_one_s_own_acts_in_its_owner_s_name_and_both_are_kept(office: Closed) -> None:
    headers = token(office, "王某", TokenScope.DECIDE)
    caller = office.browser()
    until = {"kind": "account", "subject": OVERDUE.id, "until": "2026-06-30", "why": "整合"}
    assert caller.post(f"{ROOT}/mutes", json=until, headers=headers).status_code == 200
    with office.store.read() as tx:
        act = next(act for act in recent_audit(tx) if act.action == "record mute")
    assert act.actor == "王某"
    assert "令牌xuncha_" in act.login


def test_it_dies_when_its_owner_is_disabled_and_lives_again_with_them(office: Closed) -> None:
    headers, caller = token(office, "王某", TokenScope.READ), office.browser()
    assert caller.get(f"{ROOT}/cases", headers=headers).status_code == 200
    with office.store.begin() as tx:
        found = users.user_named(tx, "王某")
        assert found
        users.set_disabled(tx, found.id, NOW)
    assert caller.get(f"{ROOT}/cases", headers=headers).status_code == 401
    with office.store.begin() as tx:
        users.set_disabled(tx, found.id, None)
        users.demand_second_factor(tx, found.id, is_demanded=True)
    assert caller.get(f"{ROOT}/cases", headers=headers).status_code == 401


def test_it_may_less_as_soon_as_its_owner_may(office: Closed) -> None:
    headers, caller = token(office, "王某", *TokenScope), office.browser()
    assert caller.get(f"{ROOT}/messages", headers=headers).status_code == 200
    with office.store.begin() as tx:
        found = users.user_named(tx, "王某")
        assert found
        users.set_roles(tx, found.id, [UserRole.READER], None)
    assert caller.get(f"{ROOT}/cases", headers=headers).status_code == 200
    refused = caller.get(f"{ROOT}/messages", headers=headers)
    assert (refused.status_code, refused.json()["detail"]) == (403, "令牌的持有人没有查看消息的权限。")
    muting = {"kind": "account", "subject": OVERDUE.id, "until": "2026-06-30", "why": "整合"}
    assert caller.post(f"{ROOT}/mutes", json=muting, headers=headers).status_code == 403


@pytest.mark.parametrize("role", UserRole)
def test_no_operation_answers_a_role_without_its_right(office: Closed, role: UserRole) -> None:
    scopes = [scope for scope in TokenScope if RIGHTS[scope] & rights_of([role])]
    headers, caller = token(office, role.label, *scopes, role=role), office.browser()
    for operation in OPERATIONS:
        address = ROOT + re.sub(r"\{[^}]*\}", "x", operation.path)
        method = "POST" if isinstance(operation, Acting) else "GET"
        status = caller.request(method, address, headers=headers, json={} if method == "POST" else None).status_code
        is_for_all = operation.scope is None
        may = is_for_all or (operation.right in rights_of([role]) and (role is not UserRole.UNIT or operation.is_own))
        if operation.name != "postLink":  # which is closed to everybody in this county
            assert (status != 403) is may, (operation.name, status)


def test_nobody_gives_a_token_more_than_they_may_or_for_another(office: Closed) -> None:
    office.user("丙某", UserRole.READER)
    browser = office.logged_in("丙某")
    refused = send(browser, PAGE, name="脚本", scopes="decide", lasts="30")
    assert refused.status_code == 422
    assert "不能超出您自己的权限" in refused.text
    mine = again(office, "丙某", TokenScope.READ)
    token(office, "王某", TokenScope.READ)
    assert send(browser, PAGE, f"{PAGE}/2/revoke").status_code == 422
    assert send(browser, PAGE, f"{PAGE}/1/revoke").status_code == 303
    assert office.browser().get(f"{ROOT}/cases", headers=mine).status_code == 401


def test_a_unit_s_user_finds_what_is_the_unit_s_and_nothing_else(office: Closed) -> None:
    scopes = (TokenScope.READ, TokenScope.DECIDE, TokenScope.POST_LINKS, TokenScope.CONTACTS, TokenScope.OFFICE)
    headers, caller = token(office, "单位的人", *scopes, role=UserRole.UNIT), office.browser()
    shown = caller.get(f"{ROOT}/accounts", headers=headers).json()
    assert [one["id"] for one in shown] == [one.id for one in ACCOUNTS if one.unit_key == OWN]
    assert caller.get(f"{ROOT}/accounts?unit=示例县另一单位", headers=headers).json() == shown
    assert {case["unit"] for case in caller.get(f"{ROOT}/cases", headers=headers).json()} == {OWN.name}
    with office.store.read() as tx:
        others = next(case for case in cases(tx) if UnitKey(case.area or "", case.unit or "") != OWN)
    for address in (
        f"/cases/{others.id}",
        "/accounts/OTHER-1",
        "/accounts/OTHER-1/posts",
        "/observations?account=OTHER-1",
        "/units/示例县另一单位",
    ):
        assert caller.get(f"{ROOT}{address}", headers=headers).status_code == 404, address
    assert caller.get(f"{ROOT}/units/{OWN.name}", headers=headers).status_code == 200
    theirs = caller.post(f"{ROOT}/contacts", json={"account": "OTHER-1"}, headers=headers)
    assert theirs.status_code == 404
    assert caller.post(f"{ROOT}/contacts", json={"account": OVERDUE.id}, headers=headers).status_code == 200
    acknowledging = caller.post(f"{ROOT}/cases/{others.id}/acknowledge", json={}, headers=headers)
    assert acknowledging.status_code == 404
    for address in ("/tasks", "/audit", "/system", "/imports", "/overview", "/mutes", "/findings"):
        assert caller.get(f"{ROOT}{address}", headers=headers).status_code == 403, address


def test_phones_are_shown_by_a_token_for_that_alone_and_each_time_is_kept(office: Closed) -> None:
    caller = office.browser()
    without = token(office, "王某", TokenScope.READ, TokenScope.DECIDE, TokenScope.OFFICE)
    with_ = again(office, "王某", TokenScope.CONTACTS)
    assert caller.post(f"{ROOT}/contacts", json={"account": OVERDUE.id}, headers=without).status_code == 403
    shown = caller.post(f"{ROOT}/contacts", json={"account": OVERDUE.id}, headers=with_).json()
    assert PHONE in {one["phone"] for one in shown["contacts"]}
    with office.store.read() as tx:
        assert [act.actor for act in recent_audit(tx) if act.action == "contacts show"] == ["王某"]


def test_a_token_says_what_it_is_and_ends_itself(office: Closed) -> None:
    headers, caller = token(office, "王某", TokenScope.READ), office.browser()
    other = again(office, "王某", TokenScope.READ)
    said = caller.get(f"{ROOT}/token", headers=headers).json()
    assert (said["owner"], said["scopes"], said["area"]) == ("王某", ["read"], None)
    assert caller.post(f"{ROOT}/token/end", headers=headers).status_code == 200
    assert caller.get(f"{ROOT}/token", headers=headers).status_code == 401
    assert caller.get(f"{ROOT}/token", headers=other).status_code == 200
    with office.store.read() as tx:
        assert "token revoke" in {act.action for act in recent_audit(tx)}


def test_an_administrator_sees_and_ends_the_tokens_of_all(office: Closed) -> None:
    headers = token(office, "王某", TokenScope.READ)
    office.user("赵某")
    admin = office.logged_in("赵某")
    assert "王某的" in admin.get("/system/tokens").text
    assert send(admin, "/system/tokens", "/system/tokens/1/revoke").status_code == 303
    assert office.browser().get(f"{ROOT}/cases", headers=headers).status_code == 401


def test_a_program_s_token_is_nobody_s_and_needs_no_owner(office: Closed) -> None:
    command = IssueTokenCommand(name="省平台", scopes=frozenset({TokenScope.READ}), lasts=timedelta(days=30))
    actor = Actor(name="甲", origin=Origin.COMMAND_LINE, rights=EVERYTHING)
    perform(office.store, issue_token, command, actor=actor, now=office.clock())
    said = office.browser().get(f"{ROOT}/token", headers={"Authorization": f"Bearer {command.secret}"}).json()
    assert (said["owner"], said["name"]) == (None, "省平台")
