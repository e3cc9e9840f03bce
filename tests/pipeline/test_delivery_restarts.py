"""Messages that a process had in hand when it ended, slept or was taken for dead."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest

from monitor.core.account import Contact, Role
from monitor.core.case import LADDER
from monitor.core.finding import Finding, Known, Rule, RuleBook
from monitor.core.message import LEASE, TO_BEGIN, Attempt, Grid, Lease, Message, MessageState, Outcome
from monitor.core.news import Words
from monitor.pipeline import draft
from monitor.pipeline.draft import Drafter
from monitor.pipeline.test_message import trial
from monitor.store import Store, Tx, outbox
from tests.pipeline.build import (
    Canned,
    Office,
    Taking,
    account,
    judging_by,
    office,
)
from tests.pipeline.delivering import URL, kept, stale


async def test_who_takes_over_goes_on_where_the_other_ended(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft, "SLICE", 1)
    made = await stale(store, 10, 10, 10)
    people = [Contact(role=Role.LIAISON, name=f"联络员{n}", mail=f"l{n}@example.invalid") for n in range(3)]
    await made.enrol([account(n + 1, URL.format(n + 1), contacts=(contact,)) for n, contact in enumerate(people)])
    await made.parts.passes.judge_all()
    rules_in_force, judged = made.parts.rules_in_force, list[str]()

    def judging(until: int) -> Drafter:
        def judge(rule: Rule, known: Known, book: RuleBook, now: datetime) -> Finding:
            if rule.id == LADDER:
                judged.append(known.account.id)
            assert len(judged) < until, "killed"
            return rule.judge(known, book, now)

        rules = [replace(rule, judge=partial(judge, rule)) for rule in rules_in_force.rules]
        return judging_by(made.parts.drafter, replace(rules_in_force, rules=rules))

    with pytest.raises(AssertionError, match="killed"):
        await judging(until=3).prepare(made.clock())
    assert await judging(until=100).prepare(made.clock()) == 1
    assert judged == ["A01", "A02", "A03", "A03"]
    assert {kept_message.person for kept_message in await kept(made)} == {contact.key for contact in people}


async def test_what_was_cut_off_in_the_middle_is_sent_again_and_marked(store: Store) -> None:
    made = await stale(store, 10)
    await made.parts.passes.judge_all()
    await made.parts.drafter.prepare(made.clock())
    with store.begin(durable=True) as tx:
        (due,) = outbox.due_messages(tx, made.clock(), 9)
        lease = outbox.take(tx, due.message.id, "dead", at=made.clock())
        assert lease is not None
        outbox.freeze(tx, lease, subject="主题", body="正文", at=made.clock())
    await made.settle()
    assert made.mail.taken == []  # whoever has it may only be slow
    made.clock.forward(LEASE)
    await made.settle()
    assert [message.id for message in made.mail.taken] == [due.message.id]
    with store.read() as tx:
        tries = [tried.attempt for tried in outbox.attempts_of(tx, due.message.id)]
    assert [(attempt.outcome, attempt.code) for attempt in tries] == [
        (Outcome.UNANSWERED, "interrupted"),
        (Outcome.SENT, "0"),
    ]


class Fatal(Taking):
    """A channel in the middle of whose sending the process is killed."""

    async def send(self, message: Message) -> Attempt:
        await super().send(message)
        raise KeyboardInterrupt


async def test_a_trial_that_was_cut_off_is_not_repeated_for_whoever_tried(store: Store) -> None:
    made = await stale(store)
    made.parts.directory.channels["duty"] = channel = Fatal("duty", is_group=True)  # type: ignore[index]  # as below
    draft = outbox.Draft(channel="duty", role=Role.OPERATOR, person="", subject="试发", body="正文")
    with pytest.raises(KeyboardInterrupt):
        await trial(store, channel, draft, holder="killed", clock=made.clock, begun=lambda _, __: None)
    made.clock.forward(LEASE)
    await made.settle()
    (sent,) = channel.taken
    (message,) = await kept(made)
    assert message.state is MessageState.CANCELLED
    with store.read() as tx:
        (tried,) = outbox.attempts_of(tx, sent.id)
    assert (tried.attempt.outcome, tried.attempt.code) == (Outcome.UNANSWERED, "interrupted")
    assert "不再重发" in tried.attempt.detail


async def test_who_slept_between_taking_a_message_and_sending_it_sends_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await stale(store, 10)
    settle = outbox.freeze

    def asleep(tx: Tx, lease: Lease, *, subject: str, body: str, grid: Grid, at: datetime) -> Message:
        made.clock.forward(TO_BEGIN + timedelta(seconds=1))
        return settle(tx, lease, subject=subject, body=body, grid=grid, at=at)

    monkeypatch.setattr(outbox, "freeze", asleep)
    await made.parts.passes.judge_all()
    await made.parts.passes.deliver()
    assert made.mail.taken == []
    monkeypatch.undo()
    await made.settle()
    (message,) = made.mail.taken
    with store.read() as tx:
        assert [tried.attempt.outcome for tried in outbox.attempts_of(tx, message.id)] == [Outcome.SENT]


class Outlived(Taking):
    """A channel that answers when somebody else has taken the message over."""

    def __init__(self, made: Office) -> None:
        super().__init__("mail")
        self.made = made

    async def send(self, message: Message) -> Attempt:
        if not self.taken:
            self.made.clock.forward(LEASE)
            assert await replace(self.made.parts.sender, holder="successor").recover(self.made.clock()) == 1
        return await super().send(message)


async def test_who_was_taken_for_dead_does_not_write_what_came_of_it(store: Store) -> None:
    made = await stale(store, 10)
    made.parts.directory.channels["mail"] = channel = Outlived(made)  # type: ignore[index]  # the office's own dict
    await made.settle()
    first, again = channel.taken
    assert first == again
    with store.read() as tx:
        tries = [tried.attempt for tried in outbox.attempts_of(tx, first.id)]
    assert [(attempt.outcome, attempt.code) for attempt in tries] == [
        (Outcome.UNANSWERED, "interrupted"),
        (Outcome.SENT, "0"),
    ]


class Withdrawing(Taking):
    """A channel while whose first message is on its way everything of a topic is withdrawn."""

    def __init__(self, made: Office) -> None:
        super().__init__("duty", is_group=True)
        self.made = made

    async def send(self, message: Message) -> Attempt:
        at = self.made.clock()
        await self.made.parts.store.write(lambda tx: outbox.withdraw(tx, "outage", at=at))
        return await super().send(message)


async def test_what_is_withdrawn_while_it_stands_in_line_is_not_sent(store: Store) -> None:
    made = office(store, lambda clock: Canned(clock, {}))
    made.parts.directory.channels["duty"] = channel = Withdrawing(made)  # type: ignore[index]  # as above
    for topic in ("first", "outage"):
        words = Words(subject=topic, body=topic)
        await store.write(partial(made.parts.drafter.tell_operator, words=words, topic=topic, now=made.clock()))
        made.clock.forward(timedelta(seconds=1))
    await made.parts.sender.deliver_due()
    await made.parts.sender.deliver_due()
    assert [message.subject for message in channel.taken] == ["first"]
