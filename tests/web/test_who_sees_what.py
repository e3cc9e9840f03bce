"""`/rights`: everybody who has logged in reads who sees what, and the table is the one by which rights are checked."""

from __future__ import annotations

import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from monitor.actions.actor import Right
from monitor.actions.roles import HOLDERS
from monitor.core.account import UnitKey
from monitor.core.user import UserRole
from monitor.store import Store
from monitor.web.rights_text import MEANINGS, ROLES
from tests.web.county import MAIN, Surroundings
from tests.web.sessions import Closed, closed, text_of

UNIT = MAIN.unit_key


@pytest.fixture
def office(empty: Store) -> Closed:
    return closed(empty, Surroundings())


def browser(office: Closed, *roles: UserRole, own: UnitKey | None = None) -> TestClient:
    office.user("王某", *roles, own=own)
    return office.logged_in("王某")


def table(page: str) -> set[tuple[str, str]]:
    """Return the pairs of a right and a role that has it, as the page says them."""
    found = set()
    for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL):
        label = re.search(r'<th scope="row">([^<]*)', row)
        for role, said in re.findall(r'<td data-label="([^"]*)"[^>]*>([^<]*)</td>', row):
            assert label
            assert said in {"可以", "仅本单位", "不可以"}
            if said != "不可以":
                found.add((unescape(label[1]), role))
    return found


@pytest.mark.parametrize("role", list(UserRole), ids=lambda role: role.value)
def test_every_role_reads_the_table_of_rights_with_its_own_column_named(office: Closed, role: UserRole) -> None:
    at = browser(office, role, own=UNIT if role is UserRole.UNIT else None)
    answer = at.get("/rights")
    assert answer.status_code == 200
    assert table(answer.text) == {(right.label, one.label) for right, holders in HOLDERS.items() for one in holders}
    assert re.findall(r'<th scope="col">([^<]*)（您）</th>', answer.text) == [role.label] * 2
    assert '<a href="/rights">谁能看什么</a>' in at.get("/me").text


def test_the_administrator_finds_it_beside_the_users(office: Closed) -> None:
    assert '<a href="/rights">谁能看什么</a>' in browser(office, UserRole.ADMINISTRATOR).get("/users").text


def test_what_a_unit_has_it_has_of_its_own(office: Closed) -> None:
    page = browser(office, UserRole.UNIT, own=UNIT).get("/rights").text
    said = re.findall(r'<td data-label="单位"[^>]*>([^<]*)</td>', page)
    assert said.count("可以") == 1, "one's own login, which is not the unit's"
    assert said.count("仅本单位") == sum(UserRole.UNIT in holders for holders in HOLDERS.values()) - 1
    assert f"您是 单位 （{UNIT.name}）" in text_of(page)


def test_whoever_has_not_logged_in_does_not_read_it(office: Closed) -> None:
    assert office.browser().get("/rights").headers["location"].startswith("/login")


def test_every_right_and_every_role_is_explained() -> None:
    """A right that somebody has wants its line in `MEANINGS`."""
    assert {right for right, holders in HOLDERS.items() if holders} == set(MEANINGS)
    assert set(ROLES) == set(UserRole)
    assert all(MEANINGS.values())
    assert Right.LOG_IN not in MEANINGS
