"""What a page does a program may do too: every action has its operation, or a reason why it has none."""

from __future__ import annotations

import pkgutil
from collections.abc import Collection, Mapping
from importlib import import_module

import monitor.web.api
from monitor.actions import (
    acknowledge,
    api_tokens,
    backup,
    claims,
    closing_steps,
    contacts,
    documents,
    looks,
    messages,
    people,
    reports,
    turned_away,
    two_persons,
    unit_links,
    unit_proposals,
)
from monitor.actions.imports import decisions, file, papers, posts, records, roster, withdraw
from tests.actions.test_every_action import ACTIONS, Action, name_of

_LOGIN = "of people and their browsers: a program shows a token and logs in nowhere"
_SECRETS = "who may come in is decided by an administrator who has logged in, not by a program that has come in"
_FILE = "a file is taken once a person has read what it would change, bound to their session"
_PERSONS = "of persons by name and phone, which no program is given"
_LINK = "of the holder of a signed link, who acts for one unit"
_OPERATORS = "of two operators, and a program is none"
_MACHINE = "at the machine's own command line"
LOGIN_MODULES = frozenset({"logins", "provider_logins"})
SECRET_MODULES = frozenset({"users", "api_tokens", "web_hooks"})


def acts_of(modules: Collection[str]) -> set[Action]:
    """Return the actions of these modules."""
    return {action for action in ACTIONS if name_of(action).partition(".")[0] in modules}


EXCEPTIONS: Mapping[Action, str] = {
    **dict.fromkeys(acts_of(LOGIN_MODULES), _LOGIN),
    **dict.fromkeys(acts_of(SECRET_MODULES) - {api_tokens.use_token}, _SECRETS),
    **dict.fromkeys(
        (
            roster.import_roster,
            file.import_file,
            posts.import_posts,
            papers.import_papers,
            decisions.import_decisions,
            records.import_records,
            withdraw.withdraw_import,
        ),
        _FILE,
    ),
    **dict.fromkeys(
        (
            acknowledge.acknowledge_in_person,
            contacts.show_contacts,
            messages.show_recipient,
            people.erase,
            documents.hand_out,
            unit_proposals.accept_proposal,
            unit_proposals.decline_proposal,
        ),
        _PERSONS,
    ),
    **dict.fromkeys(
        (
            acknowledge.acknowledge_by_link,
            unit_proposals.propose,
            unit_links.subscribe,
            unit_links.stop_links,
        ),
        _LINK,
    ),
    reports.make_report: "a document that a person reads before it goes to somebody",
    closing_steps.mark_steps: "a form of seven days, which is kept only as it stood when a person read it",
    two_persons.confirm_decision: _OPERATORS,
    two_persons.drop_decision: _OPERATORS,
    backup.record_backup: _MACHINE,
    looks.correct_look: "the mistake is found by the person who made it, on the page where it stands",
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
