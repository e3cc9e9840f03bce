"""A message that one way refuses takes the next, and in the end the operator hears of it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.core.account import Contact, Role
from monitor.core.message import RETRY_PAUSES, Attempt, Message, MessageState, Outcome
from monitor.core.notice import ChannelDirectory
from monitor.core.observation import Reason
from monitor.pipeline import draft
from monitor.store import Store, outbox, retrying
from tests.pipeline.build import (
    NOW,
    Canned,
    Office,
    Taking,
    account,
    feed,
    office,
)
from tests.pipeline.delivering import LATER, URL, kept, stale
from tests.store.build import standing

NO = Attempt(outcome=Outcome.PERMANENT, code="550", is_about_address=True)


async def test_a_bug_in_a_channel_leaves_its_message_to_be_tried_again(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    made = await stale(store, 10)

    class Broken(Taking):
        async def send(self, message: Message) -> Attempt:
            raise ZeroDivisionError(message.id)

    made.parts.directory.channels["mail"] = Broken("mail")  # type: ignore[index]  # the office's own dict
    await made.settle()
    (message,) = await kept(made)
    assert (message.state, message.last and message.last.outcome) == (MessageState.QUEUED, Outcome.UNANSWERED)
    assert any(record.exc_info for record in caplog.records)


async def test_what_a_person_cannot_be_given_reaches_the_operator(store: Store) -> None:
    made = await stale(store, 12)
    made.mail.answers = [NO]
    await made.settle()
    (told,) = made.duty.taken
    assert "未能送达该单位联系人，请协助转告" in told.body
    assert re.search(
        "未送达的原因：发给(联络员|责任领导)的消息被拒绝：收件人地址不存在或已停用，错误代码550。", told.body
    )
    assert {kept_message.state for kept_message in await kept(made)} == {MessageState.FAILED, MessageState.SENT}


async def test_who_cannot_be_given_a_reminder_has_the_leader_stand_in_before_the_operator(store: Store) -> None:
    made = await stale(store, 10)
    made.mail.answers = [NO]
    await made.settle()
    assert [message.address for message in made.mail.taken] == ["liaison@example.invalid", "leader@example.invalid"]
    assert made.duty.taken == []
    assert {kept_message.person for kept_message in await kept(made)} == {
        "liaison@example.invalid",
        "leader@example.invalid",
    }


async def test_an_address_that_refuses_is_the_offices_task_until_another_is_named(store: Store) -> None:
    made = await stale(store, 12)
    made.mail.answers = [NO, Attempt(outcome=Outcome.SENT)]
    await made.settle()
    refusing = made.mail.taken[0].address
    whose = "联络员" if refusing == "liaison@example.invalid" else "责任领导"

    async def said() -> list[str]:
        made.clock.forward(timedelta(days=1))
        await made.settle()
        found = await store.query(standing)
        return [finding.because for finding in found if finding.rule == "PER-01"]

    assert await said() == [f"{whose}的邮箱收不到消息，请核对。"]
    people = account(1, "").contacts
    named = tuple(
        replace(contact, mail="new@example.invalid") if contact.mail == refusing else contact for contact in people
    )
    await made.enrol([account(1, URL.format(1), contacts=named)])
    assert await said() == ["联络员、责任领导齐全。"]


async def test_a_channel_that_works_for_nobody_is_no_fault_of_the_people(store: Store) -> None:
    made = await stale(store, 12)
    made.mail.answers = [NO, NO]
    await made.settle()
    assert await store.query(lambda tx: outbox.refusing(tx, made.clock())) == {}


async def test_an_address_that_spam_or_a_token_was_refused_for_is_nobodys_task(store: Store) -> None:
    made = await stale(store, 12)
    made.mail.answers = [replace(NO, is_about_address=False), Attempt(outcome=Outcome.SENT)]
    await made.settle()
    made.clock.forward(timedelta(days=1))
    await made.settle()
    assert await store.query(lambda tx: outbox.refusing(tx, made.clock())) == {}
    found = await store.query(standing)
    assert [finding.because for finding in found if finding.rule == "PER-01"] == ["联络员、责任领导齐全。"]


@pytest.mark.parametrize("at_once", [1, draft.SLICE])
async def test_the_operator_gets_one_message_about_all_whom_nothing_reaches(
    store: Store, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(draft, "SLICE", at_once)
    made = await stale(store, 12, 16, 12)
    people = [Contact(role=Role.LIAISON, name=f"联络员{n}", mail=f"l{n}@example.invalid") for n in range(3)]
    await made.enrol([account(n + 1, URL.format(n + 1), contacts=(contact,)) for n, contact in enumerate(people)])
    made.mail.answers = [NO] * 3
    await made.settle()
    (told,) = made.duty.taken
    assert "“示例2”头条号须更新，另有2个须按期更新" in told.subject
    assert "示例县教育局主办的“示例1”" in told.body


async def test_who_is_replaced_before_the_message_leaves_is_not_written_to_and_the_new_one_is(store: Store) -> None:
    made = await stale(store, 12, hold=True)
    await made.settle()
    leader = Contact(role=Role.LEADER, name="责任领导甲", mail="leader@example.invalid")
    new = Contact(role=Role.LIAISON, name="联络员乙", mail="new@example.invalid")
    await made.enrol([account(1, URL.format(1), contacts=(new, leader))])
    await made.settle()
    states = {kept_message.person: kept_message.state for kept_message in await kept(made)}
    assert states == {
        "liaison@example.invalid": MessageState.CANCELLED,
        "leader@example.invalid": MessageState.HELD,
        "new@example.invalid": MessageState.HELD,
    }
    await store.write(lambda tx: outbox.release(tx, None, at=made.clock()))
    await made.settle()
    assert sorted(message.address or "" for message in made.mail.taken) == [
        "leader@example.invalid",
        "new@example.invalid",
    ]
    assert made.duty.taken == []


async def test_who_was_replaced_a_moment_ago_is_not_written_to(store: Store) -> None:
    made = await stale(store, 10)
    await made.parts.passes.judge_all()
    await made.parts.drafter.prepare(made.clock())
    new = Contact(role=Role.LIAISON, name="联络员乙", mail="new@example.invalid")
    await made.enrol([account(1, URL.format(1), contacts=(new,))])
    await made.parts.sender.deliver_due()
    assert made.mail.taken == []
    await made.settle()
    assert [message.address for message in made.mail.taken] == ["new@example.invalid"]


async def test_what_waits_for_a_channel_that_the_settings_drop_goes_by_the_one_they_name(store: Store) -> None:
    made = await stale(store, 10)
    await made.parts.passes.judge_all()
    await made.parts.drafter.prepare(made.clock())
    post = Taking("post")
    ways = {Role.LIAISON: ("post",), Role.LEADER: ("post",), Role.OPERATOR: ("duty",)}
    directory = ChannelDirectory(channels={"post": post, "duty": made.duty}, ways=ways)
    renewed = replace(made.parts.sender, drafter=replace(made.parts.drafter, directory=directory))
    for _ in range(2):
        await renewed.drafter.prepare(made.clock())
        await renewed.deliver_due()
    assert [message.address for message in post.taken] == ["liaison@example.invalid"]
    assert made.duty.taken == []


async def test_who_takes_over_and_knows_of_the_step_already_is_not_told_again(store: Store) -> None:
    made = await stale(store, 12)
    made.mail.answers = [Attempt(outcome=Outcome.SENT), NO]
    made.duty.answers = [LATER]
    await made.settle()
    told = made.mail.taken[0].address
    both = tuple(Contact(role=role, name="甲", mail=told) for role in (Role.LIAISON, Role.LEADER))
    await made.enrol([account(1, URL.format(1), contacts=both)])
    await made.settle()
    assert len(made.mail.taken) == 2


async def test_after_the_last_retry_the_operator_hears_of_it(store: Store) -> None:
    made = await stale(store, 10)
    alone = Contact(role=Role.LIAISON, name="联络员甲", mail="liaison@example.invalid")
    await made.enrol([account(1, URL.format(1), contacts=(alone,))])
    made.mail.answers = [LATER] * 9
    await made.settle()
    for pause in RETRY_PAUSES:
        made.clock.forward(pause)
        await made.settle()
    assert len(made.mail.taken) == len(RETRY_PAUSES) + 1
    assert len(made.duty.taken) == 1


async def retried(made: Office) -> None:
    """Have a person ask for everything that failed to be sent once more."""
    failed = [kept_message.message.id for kept_message in await kept(made) if kept_message.state is MessageState.FAILED]
    await made.parts.store.write(lambda tx: retrying.retry(tx, failed, at=made.clock()))
    await made.settle()


async def test_who_was_stood_in_for_is_written_to_when_a_person_has_it_sent_again(store: Store) -> None:
    made = await stale(store, 10)
    made.mail.answers = [NO, NO]
    await made.settle()
    assert len(made.duty.taken) == 1
    await retried(made)
    refused, _, again = made.mail.taken
    assert again == refused
    assert len(made.duty.taken) == 1
    await retried(made)
    assert len(made.mail.taken) == 3, "who has heard is not told again"


async def test_what_is_sent_again_on_another_day_says_how_things_stand_on_it(store: Store) -> None:
    made = await stale(store, 10)
    made.mail.answers, made.duty.answers = [NO, NO], [NO]
    await made.settle()
    made.clock.forward(timedelta(days=1))
    await made.look()
    await retried(made)
    again = made.mail.taken[-1]
    assert again.address == "liaison@example.invalid"
    assert "已**11天**未更新" in again.body
    assert await store.query(outbox.waiting_notices) == ()


async def test_what_is_true_no_more_is_not_sent_however_often_it_is_asked_for(store: Store) -> None:
    bodies: dict[str, bytes | Reason] = {URL: feed(NOW - timedelta(days=10))}
    made = office(store, lambda clock: Canned(clock, bodies))
    await made.enrol([account(1, URL)])
    await made.look()
    made.mail.answers, made.duty.answers = [NO, NO], [NO]
    await made.settle()
    bodies[URL] = feed(NOW, NOW - timedelta(days=10))
    made.clock.forward(timedelta(hours=12))
    await made.look()
    await retried(made)
    assert len(made.mail.taken) == 2


async def test_where_every_way_fails_the_notice_stays_and_nothing_runs_in_circles(store: Store) -> None:
    made = await stale(store, 10)
    made.mail.answers, made.duty.answers = [NO] * 5, [NO] * 5
    for _ in range(3):
        await made.settle()
    assert (len(made.mail.taken), len(made.duty.taken)) == (2, 1), "the liaison, the leader, the office"
    assert len(await store.query(outbox.waiting_notices)) == 1


async def test_a_robot_is_never_asked_more_often_than_it_takes(store: Store) -> None:
    made = await stale(store, *[10] * 30)
    made.mail.per_minute = 18
    people = [Contact(role=Role.LIAISON, name=f"联络员{n}", mail=f"l{n}@example.invalid") for n in range(30)]
    leader = Contact(role=Role.LEADER, name="责任领导甲", mail="leader@example.invalid")
    await made.enrol(
        [account(n + 1, URL.format(n + 1), contacts=(contact, leader)) for n, contact in enumerate(people)]
    )
    await made.settle()
    assert len(made.mail.taken) <= 18
    for _ in range(3):
        made.clock.forward(timedelta(minutes=1))
        await made.settle()
    assert len(made.mail.taken) == 30
