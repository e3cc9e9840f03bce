"""What holds for every action there is: one audit row, in the same transaction, and nothing at all when refused."""

from __future__ import annotations

import asyncio
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest
import sqlalchemy as sa

import monitor.actions
from monitor.actions.actor import EVERYTHING, Actor, Origin
from monitor.actions.messages import ReleaseCommand, TryChannelCommand, mark_of, release, try_channel
from monitor.actions.perform import perform, perform_async
from monitor.actions.refused import RefusedError
from monitor.actions.turned_away import turn_away
from monitor.core.message import Attempt, Message
from monitor.store import Store, Tx, outbox, tables
from monitor.store.audit import walk_all
from monitor.web.audit import action_text
from tests.actions.examples import EXAMPLES
from tests.pipeline.build import Taking
from tests.store.build import NOW

ME = Actor(name="甲", origin=Origin.PAGE, rights=EVERYTHING, address="192.0.2.1")
Action = Callable[..., Any]


def actions() -> Iterator[Action]:
    """Yield every function of the package that takes what actions take."""
    for found in pkgutil.walk_packages(monitor.actions.__path__, "monitor.actions."):
        module = import_module(found.name)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_") and is_action(function):
                yield function


def is_action(function: Action) -> bool:
    return [(parameter.name, parameter.kind) for parameter in inspect.signature(function).parameters.values()] == [
        ("tx", inspect.Parameter.POSITIONAL_OR_KEYWORD),
        ("command", inspect.Parameter.POSITIONAL_OR_KEYWORD),
        ("actor", inspect.Parameter.KEYWORD_ONLY),
        ("now", inspect.Parameter.KEYWORD_ONLY),
    ]


ACTIONS = tuple(sorted(actions(), key=lambda action: f"{action.__module__}.{action.__name__}"))
REFUSING = tuple(action for action in ACTIONS if action is not turn_away)
"""All but the one that keeps that others were refused: it asks for no right."""


def name_of(action: Action) -> str:
    return f"{action.__module__.removeprefix('monitor.actions.')}.{action.__name__}"


def content(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table."""
    with store.read() as tx:
        return {
            table.name: [tuple(row) for row in tx.execute(sa.select(table))] for table in tables.metadata.sorted_tables
        }


def changed(before: dict[str, list[tuple[object, ...]]], after: dict[str, list[tuple[object, ...]]]) -> set[str]:
    return {name for name in after if after[name] != before[name]}


def test_every_action_has_its_example() -> None:
    assert set(ACTIONS) == set(EXAMPLES)


@pytest.mark.parametrize("action", ACTIONS, ids=name_of)
def test_an_action_leaves_one_audit_row_that_says_who_what_and_from_where(store: Store, action: Action) -> None:
    command = EXAMPLES[action](store).done
    before = content(store)
    perform(store, action, command, actor=ME, now=NOW)
    after = content(store)
    assert len(after["acts"]) == len(before["acts"]) + 1
    with store.read() as tx:
        row = tx.execute(sa.select(tables.acts).order_by(tables.acts.c.id.desc()).limit(1)).one()
        assert walk_all(tx).broken_at is None
    assert (row.at, row.address) == (NOW, "192.0.2.1")
    assert row.actor in {"甲", "县府办"}
    assert action_text(row.action) != row.action, f"no page has a word for {row.action}"


@pytest.mark.parametrize("action", ACTIONS, ids=name_of)
def test_an_action_that_fails_later_in_its_transaction_leaves_no_row(store: Store, action: Action) -> None:
    command = EXAMPLES[action](store).done
    before = content(store)

    def cut_off(tx: Tx, command: object, *, actor: Actor, now: object) -> None:
        action(tx, command, actor=actor, now=now)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        perform(store, cut_off, command, actor=ME, now=NOW)
    assert changed(before, content(store)) == set()


@pytest.mark.parametrize("action", REFUSING, ids=name_of)
def test_an_action_refuses_whoever_has_not_its_right_and_changes_nothing(store: Store, action: Action) -> None:
    command = EXAMPLES[action](store).done
    before = content(store)
    with pytest.raises(RefusedError, match=r"^您没有.+的权限。$"):
        perform(store, action, command, actor=Actor(name="乙", origin=Origin.PAGE, rights=frozenset()), now=NOW)
    assert changed(before, content(store)) == set()


@pytest.mark.parametrize("action", REFUSING, ids=name_of)
def test_one_right_is_enough_for_an_action_and_no_other_one_is(store: Store, action: Action) -> None:
    command = EXAMPLES[action](store).done
    good, refusals = set(), set[str]()
    for right in EVERYTHING:
        with store.begin() as tx:
            tried = tx.begin_nested()
            try:
                action(tx, command, actor=Actor(name="丙", origin=Origin.API, rights=frozenset({right})), now=NOW)
                good.add(right)
            except RefusedError as error:
                refusals.add(str(error))
            finally:
                tried.rollback()
    assert len(good) == 1
    assert len(refusals) == 1, "it is the right that is missing, and nothing else"


async def test_the_trial_of_a_channel_leaves_one_audit_row_with_its_message_and_none_without_the_right(
    store: Store,
) -> None:
    channel = Taking("群", is_group=True)
    command = TryChannelCommand(channel="群", signature="示例县政府信息公开中心")
    before = content(store)
    with pytest.raises(RefusedError, match=r"^您没有试发消息的权限。$"):
        await try_channel(store, channel, command, actor=replace(ME, rights=frozenset()), holder="", clock=lambda: NOW)
    assert changed(before, content(store)) == set()
    await try_channel(store, channel, command, actor=ME, holder="", clock=lambda: NOW)
    after = content(store)
    assert len(after["acts"]) == len(before["acts"]) + 1
    with store.read() as tx:
        row = tx.execute(sa.select(tables.acts).order_by(tables.acts.c.id.desc()).limit(1)).one()
        (message,) = tx.scalars(sa.select(tables.messages.c.id))
    assert (row.action, row.object, row.detail, row.actor) == ("message test", "群", f"消息{message}", "甲")
    assert action_text(row.action) != row.action


async def test_a_trial_that_dies_with_the_process_has_left_its_audit_row(store: Store) -> None:
    class Dies(Taking):
        async def send(self, message: Message) -> Attempt:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await try_channel(store, Dies("群"), TryChannelCommand(channel="群"), actor=ME, holder="", clock=lambda: NOW)
    assert ["message test" in row for row in content(store)["acts"]] == [True]


async def test_two_operators_who_release_the_same_messages_release_each_once(store: Store) -> None:
    command = EXAMPLES[release](store).done
    assert isinstance(command, ReleaseCommand)
    other = replace(ME, name="乙")
    both = (perform_async(store, release, command, actor=actor, now=NOW) for actor in (ME, other))
    ends = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(end).__name__ for end in ends) == ["RefusedError", "int"]
    assert len(content(store)["message_acts"]) == 1
    assert len(content(store)["acts"]) == 1


async def test_words_that_nobody_has_read_are_not_released(store: Store) -> None:
    command = EXAMPLES[release](store).done
    assert isinstance(command, ReleaseCommand)
    with store.read() as tx:
        (kept,) = outbox.messages(tx)
    with store.begin() as tx:
        tx.execute(sa.update(tables.messages).values(body="别的话"))
    with pytest.raises(RefusedError, match="1条消息的内容刚刚有变化"):
        perform(store, release, replace(command, read=(mark_of(kept),)), actor=ME, now=NOW)
    with store.read() as tx:
        (kept,) = outbox.messages(tx)
    assert perform(store, release, replace(command, read=(mark_of(kept),)), actor=ME, now=NOW) == 1


REFUSED = tuple(action for action in REFUSING if "refused=" in inspect.getsource(EXAMPLES[action]))


@pytest.mark.parametrize("action", REFUSED, ids=name_of)
async def test_a_command_that_is_refused_is_one_sentence_and_changes_nothing(store: Store, action: Action) -> None:
    command = EXAMPLES[action](store).refused
    before = content(store)
    with pytest.raises(RefusedError) as refused:
        await perform_async(store, action, command, actor=ME, now=NOW)
    assert str(refused.value).endswith("。")
    assert "--" not in str(refused.value), "options are the command line's to name"
    assert changed(before, content(store)) == set()
