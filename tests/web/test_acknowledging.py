"""Acknowledged in person: by a unit's user, or by the office, which has heard it on the phone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from monitor.actions.acknowledge import AcknowledgedBeforeError, AcknowledgeInPersonCommand, acknowledge_in_person
from monitor.actions.actor import Actor, Origin
from monitor.actions.refused import OutOfReachError, RefusedError
from monitor.actions.roles import rights_of
from monitor.core.account import Role, UnitKey
from monitor.core.case import Closing
from monitor.core.user import UserRole
from monitor.store import Store, cases, tables
from monitor.store.audit import recent_audit
from tests.web.permits import NOW, Visit, visit, words
from tests.web.test_units import UNIT, office

LATER = NOW + timedelta(hours=1)
SCHOOL, WATER = UnitKey("示例县", "示例县教育局"), UnitKey("示例县", "示例县水利局")


@pytest.fixture
async def at(empty: Store) -> Visit:
    return await visit(empty)


def open_case(store: Store) -> int:
    with store.read() as tx:
        (case,) = cases.cases(tx)
    return case.id


def of_unit(name: str, own: UnitKey) -> Actor:
    return Actor(name=name, origin=Origin.PAGE, rights=rights_of([UserRole.UNIT]), own=own)


def said(store: Store) -> list[str]:
    with store.read() as tx:
        return [row.by for row in tx.execute(tables.acknowledgements.select())]


@pytest.mark.parametrize("page", [UNIT, "/cases/{case}"])
def test_the_office_registers_who_of_the_unit_has_it_and_twice_says_when_and_by_whom(at: Visit, page: str) -> None:
    address = page.format(case=open_case(at.store))
    form = {"act": "acknowledge", "role": "liaison"}
    where = address if address == UNIT else f"{address}/acknowledge"
    token = re.search(r'name="csrf" value="([^"]+)"', at.client.get(address).text)
    assert token
    assert "登记单位已知悉（电话）" in at.client.get(address).text
    done = at.client.post(where, data={"csrf": token[1]} | form, follow_redirects=False)
    assert done.status_code == 303
    assert "联络员甲（联络员，电话；操作员代为登记）知悉" in words(at.client.get(address).text)
    again = at.client.post(where, data={"csrf": token[1]} | form, follow_redirects=False)
    assert again.status_code == 422
    assert re.search(
        r"已于11月\d+日\d\d:\d\d由联络员甲（联络员，电话；操作员代为登记）知悉，不必重复。", words(again.text)
    )
    with at.store.read() as tx:
        (act,) = [act for act in recent_audit(tx) if act.action == "case acknowledge"]
    assert (act.actor, act.object) == ("操作员", str(open_case(at.store)))


def test_the_office_says_whose_word_it_is(at: Visit) -> None:
    status, text = office(at, UNIT, act="acknowledge")
    assert (status, "请选择谁知悉：联络员或责任领导。" in text) == (422, True)
    assert said(at.store) == []


def test_a_user_of_the_unit_has_it_and_one_of_another_is_told_that_there_is_none(at: Visit) -> None:
    command = AcknowledgeInPersonCommand(cases=(open_case(at.store),))
    with at.store.begin() as tx, pytest.raises(OutOfReachError):
        acknowledge_in_person(tx, command, actor=of_unit("外人", WATER), now=LATER)
    with at.store.begin() as tx:
        acknowledge_in_person(tx, command, actor=of_unit("张某", SCHOOL), now=LATER)
    assert said(at.store) == ["张某"]
    with at.store.begin() as tx, pytest.raises(AcknowledgedBeforeError, match="由张某知悉，不必重复"):
        acknowledge_in_person(tx, command, actor=of_unit("张某", SCHOOL), now=LATER)


def test_what_is_over_or_nobody_s_is_refused(at: Visit) -> None:
    number = open_case(at.store)
    with at.store.begin() as tx:
        cases.end(tx, [number], Closing.DECIDED, at=LATER)
    operator = Actor(name="乙", origin=Origin.PAGE, rights=rights_of([UserRole.OPERATOR]))
    for wanted in (number, 999):
        command = AcknowledgeInPersonCommand(cases=(wanted,), role=Role.LIAISON)
        with at.store.begin() as tx, pytest.raises(RefusedError, match="没有待知悉的账号事项，或已经办结"):
            acknowledge_in_person(tx, command, actor=operator, now=LATER)
