"""Delivery to far sides that take half of it, or answer when nobody waits any more."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.channels import open_channel
from alerts.mail import Mail
from monitor.core.account import Role
from monitor.core.message import MessageState, Outcome
from monitor.store import Store, outbox
from tests.alerts.post_office import Choosy
from tests.alerts.robot import Answer, Received, Robot
from tests.pipeline.build import account
from tests.pipeline.delivering import URL, kept, stale


async def test_of_two_recipients_one_may_be_refused_and_only_that_one_goes_another_way(store: Store) -> None:
    made = await stale(store, 12)
    with Choosy() as far:
        mail = open_channel("mail", f"mailto://127.0.0.1:{far.port}?from=office@example.invalid", clock=made.clock)
        assert isinstance(mail, Mail)
        made.parts.directory.channels["mail"] = mail  # type: ignore[index]  # the office's own dict
        await made.settle()
        await made.settle()
    assert far.recipients == [["liaison@example.invalid"]]
    states = {
        kept_message.message.address: kept_message.state
        for kept_message in await kept(made)
        if kept_message.message.channel == "mail"
    }
    assert states == {"liaison@example.invalid": MessageState.SENT, "leader@example.invalid": MessageState.FAILED}
    (told,) = made.duty.taken
    assert "未能送达该单位联系人" in told.body


class Late(Robot):
    """A robot that takes the first message and answers when nobody waits any more."""

    late = threading.Event()

    def answer(self, request: Received) -> Answer:
        if not self.received:
            self.received.append(request)
            self.late.wait(10)
            return self.judge(request)
        return super().answer(request)


@pytest.mark.slow
async def test_an_answer_after_the_time_out_is_no_answer_and_the_repeat_is_marked(store: Store) -> None:
    made = await stale(store, 10)
    with Late(clock=made.clock) as far:
        robot = replace(
            open_channel("robot", far.url, clock=made.clock, base_url=far.base_url), limit=timedelta(seconds=0.5)
        )
        made.parts.directory.channels["robot"] = robot  # type: ignore[index]  # the office's own dict
        made.parts.directory.ways[Role.LIAISON] = ("group",)  # type: ignore[index]  # as above
        await made.enrol([account(1, URL.format(1), group="robot")])
        await made.settle()
        await asyncio.to_thread(far.late.set)
        made.clock.forward(timedelta(minutes=1))
        await made.settle()
    first, second = (received.text for received in far.received)
    assert first == second
    (message,) = await kept(made)
    with store.read() as tx:
        outcomes = [tried.attempt.outcome for tried in outbox.attempts_of(tx, message.message.id)]
    assert (message.state, outcomes) == (MessageState.SENT, [Outcome.UNANSWERED, Outcome.SENT])
