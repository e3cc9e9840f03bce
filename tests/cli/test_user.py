"""Users at the command line: added with a link, listed, disabled, and given passwords that are never shown."""

from __future__ import annotations

import re

import pytest

from monitor.actions.passwords import Passwords
from monitor.core.user import UserRole
from monitor.store import open_store, users
from monitor.store.audit import recent_audit
from tests.cli.office import Office

SECRET = "海棠依旧 lamp 71 橡皮"
ROW = ("A1", "示例发布", "微博", "县某局")
LINK = r"http://127\.0\.0\.1:8080/login/link/([\w-]{43})$"


def test_a_user_is_added_with_a_link_by_which_they_set_their_password(office: Office) -> None:
    said = office.type("user", "add", "王某", "--role", "管理员", "--role", "操作员").done()
    assert said.startswith("已新增用户“王某”（管理员、操作员）。\n请“王某”本人设置密码（")
    found = re.search(LINK, said.strip(), re.MULTILINE)
    assert found
    with open_store(office.where[-1]) as store, store.read() as tx:
        user = users.user_named(tx, "王某")
        assert user
        assert (user.roles, user.has_password) == (frozenset({UserRole.ADMINISTRATOR, UserRole.OPERATOR}), False)
        assert found[1] not in str(recent_audit(tx))
    assert office.type("user", "list").done() == "王某  管理员、操作员  等待设置密码  从未登录\n"
    assert (
        office.type("user", "add", " 王某 ", "--role", "只读").refused() == "已有用户“王某”，请换一个用户名（--name）。"
    )


def test_a_user_of_a_unit_names_a_unit_of_the_roster(office: Office) -> None:
    office.type("import", "roster", office.table(ROW)).done()
    assert office.type("user", "add", "甲", "--role", "单位").refused() == "只有单位用户要写明主办单位，并且必须写明。"
    refused = office.type("user", "add", "甲", "--role", "单位", "--unit", "没有的局").refused()
    assert refused == "台账中没有主办单位“没有的局”，请核对名称和地区。"
    office.type("user", "add", "甲", "--role", "单位", "--unit", "县某局").done()
    assert office.type("user", "list").done() == "甲  单位  示例县县某局  等待设置密码  从未登录\n"


def test_without_users_a_link_makes_the_first_administrator(office: Office) -> None:
    said = office.type("user", "link").done()
    assert said.startswith("请设置首位管理员的用户名和密码（")
    assert re.search(LINK, said.strip(), re.MULTILINE)
    office.type("user", "add", "王某", "--role", "管理员").done()
    assert "已有管理员" in office.type("user", "link").refused()
    assert re.search(LINK, office.type("user", "link", "王某").done().strip(), re.MULTILINE)
    assert office.type("user", "link", "李某").refused() == "没有用户“李某”，请核对用户名。"


def typing(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    given = iter(answers)
    monkeypatch.setattr("click.prompt", lambda *_, **__: next(given))


def test_a_password_is_typed_twice_and_not_shown(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.type("user", "add", "王某", "--role", "管理员").done()
    typing(monkeypatch, SECRET, SECRET)
    said = office.type("user", "password", "王某")
    assert said.done() == "已设置用户“王某”的密码，其登录已全部退出。\n"
    assert SECRET not in said.err
    with open_store(office.where[-1]) as store, store.read() as tx:
        kept = users.password_of(tx, 1)
    assert kept
    assert Passwords().is_right(SECRET, kept)


@pytest.mark.parametrize(
    ("typed", "said"), [((SECRET, "x"), "两次输入的密码不一样"), (("短", "短"), "至少要有12个字符")]
)
def test_a_password_that_cannot_be_is_refused(
    office: Office, monkeypatch: pytest.MonkeyPatch, typed: tuple[str, str], said: str
) -> None:
    office.type("user", "add", "王某", "--role", "管理员").done()
    typing(monkeypatch, *typed)
    assert said in office.type("user", "password", "王某").refused()


def test_a_user_is_disabled_and_enabled_but_not_the_last_administrator(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.type("user", "add", "王某", "--role", "管理员").done()
    typing(monkeypatch, SECRET, SECRET)
    office.type("user", "password", "王某").done()
    assert "“王某”是最后一名管理员，不能停用" in office.type("user", "disable", "王某").refused()
    office.type("user", "add", "李某", "--role", "只读").done()
    assert office.type("user", "disable", "李某").done() == "已停用用户“李某”，其登录已全部退出。\n"
    assert "李某  只读  已停用" in office.type("user", "list").done()
    assert office.type("user", "enable", "李某").done() == "已启用用户“李某”。\n"


def test_no_users_is_said(office: Office) -> None:
    assert office.type("user", "list").done() == "没有用户。\n"
