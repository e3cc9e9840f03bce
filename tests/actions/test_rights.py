"""Who may do what: every action is tried as every role, for the own unit and for another."""

from __future__ import annotations

import pytest

from monitor.actions.actor import EVERYTHING, Actor, Origin, Right
from monitor.actions.perform import perform
from monitor.actions.refused import OutOfReachError, RefusedError
from monitor.actions.roles import HOLDERS, rights_of
from monitor.core.account import UnitKey
from monitor.core.user import UserRole
from monitor.store import Store
from tests import rightsbook
from tests.actions.examples import EXAMPLES
from tests.actions.test_every_action import REFUSING, Action, changed, content, name_of
from tests.store.build import NOW, account

DOCUMENT = rightsbook.DOCUMENT
OWN = account("A01").unit_key
OTHER = UnitKey(OWN.area, "示例县另一单位")
ROLES = tuple(UserRole)


def actor(*roles: UserRole, own: UnitKey | None = None) -> Actor:
    return Actor(name="甲", origin=Origin.PAGE, rights=rights_of(roles), own=own)


def needed(store: Store, action: Action, command: object) -> Right:
    """Return the right that an action asks for."""
    found = []
    for right in EVERYTHING:
        with store.begin() as tx:
            tried = tx.begin_nested()
            try:
                action(tx, command, actor=Actor(name="乙", origin=Origin.PAGE, rights=frozenset({right})), now=NOW)
                found.append(right)
            except RefusedError:
                pass
            finally:
                tried.rollback()
    (only,) = found
    return only


def test_every_right_stands_in_the_table_of_roles() -> None:
    assert set(HOLDERS) == set(Right)


def test_the_document_is_as_the_generator_writes_it() -> None:
    assert DOCUMENT.read_text("utf-8") == rightsbook.written()


def test_somebody_of_two_roles_may_do_what_either_may_and_of_none_nothing() -> None:
    both = rights_of([UserRole.ADMINISTRATOR, UserRole.OPERATOR])
    assert both == rights_of([UserRole.ADMINISTRATOR]) | rights_of([UserRole.OPERATOR])
    assert rights_of([]) == frozenset()


def test_a_reader_changes_nothing_but_the_own_login_and_takes_reports_out() -> None:
    assert rights_of([UserRole.READER]) == {Right.SEE, Right.REPORT, Right.KEEP_LOGIN}


def test_an_administrator_who_is_not_an_operator_too_decides_nothing_and_sees_no_phones() -> None:
    held = rights_of([UserRole.ADMINISTRATOR])
    assert not held & {Right.DECIDE, Right.RELEASE, Right.IMPORT, Right.PASTE, Right.SEE_CONTACTS, Right.SEE_MESSAGES}


def test_only_an_administrator_manages_users() -> None:
    assert HOLDERS[Right.MANAGE_USERS] == {UserRole.ADMINISTRATOR}


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.value)
@pytest.mark.parametrize("action", REFUSING, ids=name_of)
def test_an_action_does_for_a_role_what_the_document_says_and_else_changes_nothing(
    store: Store, action: Action, role: UserRole
) -> None:
    command = EXAMPLES[action](store).done
    right = needed(store, action, command)
    is_allowed = (right.label, role) in rightsbook.allowed(DOCUMENT.read_text("utf-8"))
    before = content(store)
    who = actor(role, own=OWN if role is UserRole.UNIT else None)
    if is_allowed:
        perform(store, action, command, actor=who, now=NOW)
        assert changed(before, content(store))
        return
    with pytest.raises(RefusedError, match=r"^您没有.+的权限。$"):
        perform(store, action, command, actor=who, now=NOW)
    assert changed(before, content(store)) == set()


OWN_ONLY = {Right.KEEP_LOGIN}
"""What everybody does about nothing but themselves."""


@pytest.mark.parametrize("action", REFUSING, ids=name_of)
def test_what_a_unit_may_do_it_may_not_do_for_another_unit(store: Store, action: Action) -> None:
    command = EXAMPLES[action](store).done
    right = needed(store, action, command)
    if right not in rights_of([UserRole.UNIT]) - OWN_ONLY:
        return
    before = content(store)
    with pytest.raises(OutOfReachError, match="没有这一项"):
        perform(store, action, command, actor=actor(UserRole.UNIT, own=OTHER), now=NOW)
    assert changed(before, content(store)) == set()
