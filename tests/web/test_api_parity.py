"""What a page shows or does a program may do too: each has its operation, or a reason why it has none."""

from __future__ import annotations

import pkgutil
from collections.abc import Collection, Mapping
from importlib import import_module

import pytest

import monitor.web.api
from monitor.actions import (
    acknowledge,
    api_tokens,
    backup,
    claims,
    logins,
    messages,
    people,
    turned_away,
    unit_links,
    unit_proposals,
)
from monitor.actions.actor import Right
from monitor.actions.imports import decisions, papers, posts, records, roster
from monitor.web import filters
from monitor.web.api.operation import Acting, ListParameters, Operation
from monitor.web.api.routes import OPERATIONS
from monitor.web.auth.needs import NEEDS, OWN
from tests import apibook
from tests.actions.test_every_action import ACTIONS, Action, name_of

_BULK = "of the command line, which reads the file itself; a file that was sent is kept by import_file"
LOGIN_MODULES = frozenset({"logins", "provider_logins"})
SECRET_MODULES = frozenset({"users", "api_tokens", "web_hooks"})


def acts_of(modules: Collection[str]) -> set[Action]:
    """Return the actions of these modules."""
    return {action for action in ACTIONS if name_of(action).partition(".")[0] in modules}


EXCEPTIONS: Mapping[Action, str] = {
    **dict.fromkeys(acts_of(LOGIN_MODULES), apibook.LOGIN),
    **dict.fromkeys(acts_of(SECRET_MODULES) - {api_tokens.use_token, api_tokens.end_token}, apibook.SECRETS),
    **dict.fromkeys(
        (
            roster.import_roster,
            posts.import_posts,
            papers.import_papers,
            decisions.import_decisions,
            records.import_records,
        ),
        _BULK,
    ),
    **dict.fromkeys((messages.show_recipient, people.erase, backup.record_backup), apibook.MACHINE),
    **dict.fromkeys(
        (acknowledge.acknowledge_by_link, unit_proposals.propose, unit_links.subscribe),
        apibook.LINK,
    ),
    turned_away.turn_away: "keeps that a request was refused: nobody asks for it",
}
"""The actions that no operation does, and why."""
INDIRECT: Mapping[Action, str] = {claims.register_link: "PasteCommand"}
"""The actions that operations do by something else, and the command by which they ask for it."""


def used() -> set[Action]:
    """Return the actions that modules of the interface name."""
    names = [found.name for found in pkgutil.iter_modules(monitor.web.api.__path__, "monitor.web.api.")]
    there = [value for name in names for value in vars(import_module(name)).values()]
    called = {action for action in ACTIONS if any(value is action for value in there)}
    commands = {value.__name__ for value in there if isinstance(value, type)}
    return called | {action for action, command in INDIRECT.items() if command in commands}


def test_every_action_of_a_page_is_an_operation_of_the_interface_or_has_a_reason_not_to_be() -> None:
    missing = set(ACTIONS) - used() - EXCEPTIONS.keys()
    assert not missing, sorted(map(name_of, missing))


def test_no_reason_outlives_its_exception() -> None:
    assert not used() & EXCEPTIONS.keys()
    assert EXCEPTIONS.keys() <= set(ACTIONS)
    assert logins.log_out in EXCEPTIONS


def test_every_page_is_served_by_an_operation_or_has_a_reason_not_to_be() -> None:
    served = apibook.pages_served()
    assert served <= apibook.pages_there()
    assert apibook.pages_there() - served - apibook.PAGES.keys() == set()
    assert apibook.PAGES.keys() <= apibook.pages_there() - served, "a reason outlives its exception"


def test_every_query_of_a_page_is_read_by_the_interface_or_has_a_reason_not_to_be() -> None:
    pages, interface = apibook.queries_of_pages(), apibook.queries_of_interface()
    assert len(pages) > 20
    assert pages - interface - apibook.QUERIES.keys() == set()
    assert apibook.QUERIES.keys() <= pages - interface, "a reason outlives its exception"


def test_the_document_lists_what_is_served_and_what_is_left_to_people() -> None:
    assert apibook.written() in apibook.DOCUMENT.read_text("utf-8"), "python -m tests.apibook"


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.page], ids=lambda one: one.name)
def test_an_operation_asks_for_the_right_of_its_page_and_is_a_unit_s_where_that_is(operation: Operation) -> None:
    wanted = NEEDS[operation.page]
    assert operation.right in {wanted, Right.MAKE_REPORT if operation.path == "/reports" else wanted}
    if operation.is_own:
        assert operation.page in OWN or operation.name == "showContacts"  # a unit's people see these on their page


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
def test_what_a_scope_lets_do_is_enough_for_the_action_behind_it(operation: Operation) -> None:
    if isinstance(operation, Acting) and operation.scope is not None:
        assert operation.right in api_tokens.RIGHTS[operation.scope]


PAGING = {*ListParameters.model_fields}


@pytest.mark.parametrize(
    ("name", "of_the_page", "more"),
    [
        ("listAccounts", filters.ACCOUNTS, set[str]()),
        ("listCases", filters.CASES, {"all"}),
        ("listDecisions", filters.DECISIONS, set()),
        ("listReview", tuple(name for name in filters.CASES if name != "wait"), set()),
        ("listMessages", filters.MESSAGES, set()),
        ("listLooks", filters.LOOKS, set()),
        ("listActs", filters.AUDIT, set()),
    ],
)
def test_a_list_is_narrowed_down_by_what_its_page_is(name: str, of_the_page: tuple[str, ...], more: set[str]) -> None:
    (operation,) = (one for one in OPERATIONS if one.name == name)
    assert set(operation.parameters.model_fields) - PAGING == {*of_the_page} | more
