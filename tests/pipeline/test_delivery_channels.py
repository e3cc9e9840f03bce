"""Channels take what fits them, at their pace, and in the right order."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from alerts.channels import open_channel
from monitor.core.account import Contact, Role
from monitor.core.message import Attempt, MessageState, Outcome
from monitor.store import Store, tables
from tests.alerts import robot
from tests.pipeline.build import (
    Clock,
    Taking,
    account,
)
from tests.pipeline.delivering import URL, kept, stale


@pytest.mark.parametrize(
    ("answer", "state", "attempts"),
    [
        (robot.TAKEN, MessageState.SENT, 1),
        (robot.REFUSED, MessageState.FAILED, 1),
        (robot.UNKNOWN_TOKEN, MessageState.FAILED, 1),
        (robot.TOO_FAST, MessageState.QUEUED, 1),
        (robot.BUSY, MessageState.QUEUED, 1),
        (robot.BROKEN, MessageState.QUEUED, 1),
        (robot.HANG, MessageState.QUEUED, 1),
    ],
)
async def test_only_errcode_0_counts_as_sent(
    store: Store, caplog: pytest.LogCaptureFixture, answer: robot.Answer, state: MessageState, attempts: int
) -> None:
    made = await stale(store, 10)
    with robot.Robot(clock=Clock()) as far:
        far.will(answer)
        opened = open_channel("robot", far.url, clock=made.clock, base_url=far.base_url)
        group = replace(opened, limit=timedelta(seconds=0.5))
        made.parts.directory.channels["robot"] = group  # type: ignore[index]  # the office's own dict
        await made.enrol([account(1, URL.format(1), group="robot")])
        roles = made.parts.directory.ways
        roles[Role.LIAISON] = ("group",)  # type: ignore[index]  # as above
        roles[Role.LEADER] = roles[Role.OPERATOR] = ()  # type: ignore[index]  # as above
        await made.settle()
        (message,) = await kept(made)
        assert (message.state, message.attempts) == (state, attempts)
    with store.read() as tx:
        rows = str([tx.execute(sa.select(table)).all() for table in tables.metadata.sorted_tables])
    assert far.token not in rows
    assert far.token not in caplog.text


async def test_what_a_channel_has_no_room_for_is_told_in_another_message(store: Store) -> None:
    made = await stale(store, *[10] * 11, 16)
    made.mail.longest = 1_500
    await made.settle()
    to_liaison = [message for message in made.mail.taken if message.address == "liaison@example.invalid"]
    assert len(to_liaison) > 1
    assert all(len(message.body.encode()) <= 1_500 for message in to_liaison)
    told = [number for message in to_liaison for number in re.findall(r"“示例(\d+)”（", message.body)]
    assert sorted(told, key=int) == [str(number) for number in range(1, 13)]
    assert told[0] == "12"
    assert len({message.id for message in to_liaison}) == len(to_liaison)


async def test_one_account_that_has_no_room_is_told_of_all_the_same(store: Store) -> None:
    made = await stale(store, 10)
    made.mail.longest = 10
    await made.settle()
    assert len(made.mail.taken) == 1


async def test_a_robot_that_said_how_long_it_takes_nothing_is_left_alone_that_long(store: Store) -> None:
    made = await stale(store, 10, 10, 10)
    people = [Contact(role=Role.LIAISON, name=f"联络员{n}", mail=f"l{n}@example.invalid") for n in range(3)]
    leader = Contact(role=Role.LEADER, name="责任领导甲", mail="leader@example.invalid")
    await made.enrol(
        [account(n + 1, URL.format(n + 1), contacts=(contact, leader)) for n, contact in enumerate(people)]
    )
    made.mail.answers = [Attempt(outcome=Outcome.TEMPORARY, code="130101", retry_after=timedelta(minutes=10))]
    await made.settle()
    assert len(made.mail.taken) == 1
    made.clock.forward(timedelta(minutes=9, seconds=59))
    await made.settle()
    assert len(made.mail.taken) == 1
    made.clock.forward(timedelta(seconds=1))
    await made.settle()
    assert len(made.mail.taken) == 4


async def test_two_names_of_one_robot_share_its_pace(store: Store) -> None:
    made = await stale(store, 10, 10)
    one, other = Same("one", is_group=True, per_minute=1), Same("other", is_group=True, per_minute=1)
    made.parts.directory.channels.update(one=one, other=other)  # type: ignore[attr-defined]  # the office's own dict
    made.parts.directory.ways[Role.LIAISON] = ("group",)  # type: ignore[index]  # as above
    groups = {1: "one", 2: "other"}
    await made.enrol([account(number, URL.format(number), group=group) for number, group in groups.items()])
    await made.settle()
    assert len(one.taken) + len(other.taken) == 1
    made.clock.forward(timedelta(minutes=1))
    await made.settle()
    assert (len(one.taken), len(other.taken)) == (1, 1)


class Same(Taking):
    """Another name of the same robot."""

    @property
    def bucket(self) -> str:
        return "the robot"


async def test_a_clock_that_is_put_back_stops_nothing(store: Store) -> None:
    made = await stale(store, 10)
    await made.settle()
    made.mail.per_minute = 1
    made.clock.forward(-timedelta(hours=1))
    await made.enrol([account(2, URL.format(1))])
    await made.look()
    await made.settle()
    made.clock.forward(timedelta(minutes=1))
    await made.settle()
    assert [re.findall(r"“示例(\d)”（", message.body) for message in made.mail.taken] == [["1"], ["2"]]


async def test_what_nobody_heard_of_before_leaves_first(store: Store) -> None:
    made = await stale(store, 10)
    await made.settle()
    made.mail.taken.clear()
    made.clock.forward(timedelta(days=2))
    await made.enrol([account(2, URL.format(1), contacts=(NEW, replace(NEW, role=Role.LEADER)))])
    await made.look()
    await made.settle()
    assert made.mail.taken[0].address == "new@example.invalid"
    assert len(made.mail.taken) == 3


NEW = Contact(role=Role.LIAISON, name="联络员乙", mail="new@example.invalid")


async def test_what_was_written_before_the_clock_was_put_back_leaves_in_its_turn(store: Store) -> None:
    made = await stale(store, 10)
    made.clock.forward(timedelta(hours=2))
    await made.parts.passes.judge_all()
    await made.look()
    await made.parts.passes.judge_all()
    await made.parts.drafter.prepare(made.clock())
    made.clock.forward(-timedelta(hours=1))
    await made.settle()
    assert [message.address for message in made.mail.taken] == ["liaison@example.invalid"]
