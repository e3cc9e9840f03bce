"""Nothing to be said is lost, said twice, or said to the wrong person."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

from monitor.core.account import Contact, Role
from monitor.core.message import RETRY_PAUSES, MessageState
from monitor.core.observation import Reason
from monitor.store import Store, outbox
from tests.pipeline.build import (
    NOW,
    Canned,
    account,
    feed,
    office,
    settings,
)
from tests.pipeline.delivering import LATER, LOST, URL, kept, stale


async def test_one_person_gets_one_message_about_all_accounts(store: Store) -> None:
    made = await stale(store, 10, 12, 15, 3)
    await made.settle()
    liaison, leader = sorted(made.mail.taken, key=lambda message: message.address or "", reverse=True)
    assert liaison.address == "liaison@example.invalid"
    assert all(f"“示例{number}”" in liaison.body for number in (1, 2, 3))
    assert "“示例1”" not in leader.body
    assert "“示例4”" not in liaison.body


async def test_nothing_is_said_twice_however_often_the_passes_run(store: Store) -> None:
    made = await stale(store, 12)
    for _ in range(3):
        await made.settle()
        made.clock.forward(timedelta(hours=3))
        await made.look()
    assert len(made.mail.taken) == 2


async def test_a_message_carries_the_number_under_which_it_is_kept(store: Store) -> None:
    made = await stale(store, 12)
    await made.settle()
    assert all(f"编号{message.id[-8:]}" in message.body for message in made.mail.taken)


async def test_a_held_message_is_shown_and_not_sent_until_it_is_released(store: Store) -> None:
    made = await stale(store, 12, hold=True)
    await made.settle()
    assert made.mail.taken == []
    assert {kept_message.state for kept_message in await kept(made)} == {MessageState.HELD}
    await store.write(lambda tx: outbox.release(tx, None, at=made.clock()))
    await made.settle()
    assert len(made.mail.taken) == 2


async def test_a_held_message_about_an_account_that_has_updated_is_dropped(store: Store) -> None:
    bodies: dict[str, bytes | Reason] = {URL: feed(NOW - timedelta(days=12))}
    made = office(store, lambda clock: Canned(clock, bodies), settings(hold=True))
    await made.enrol([account(1, URL)])
    await made.look()
    await made.settle()
    bodies[URL] = feed(NOW)
    made.clock.forward(timedelta(hours=12))
    await made.look()
    await store.write(lambda tx: outbox.release(tx, None, at=made.clock()))
    await made.settle()
    assert made.mail.taken == []
    assert {kept_message.state for kept_message in await kept(made)} == {MessageState.CANCELLED}


async def test_outside_office_hours_messages_wait_for_the_morning(store: Store) -> None:
    shut = settings().hours.model_copy(update={"windows": ((time(8, 45), time(11, 30)),)})
    made = await stale(store, 12, hours=shut)
    made.clock.moment = NOW + timedelta(hours=6)
    await made.settle()
    assert made.mail.taken == []
    made.clock.moment = NOW + timedelta(hours=23, minutes=45)
    await made.look()
    await made.settle()
    assert len(made.mail.taken) == 2
    assert "已**13天**未更新" in made.mail.taken[0].body


async def test_what_nobody_answered_is_tried_again_with_the_same_id_and_words(store: Store) -> None:
    made = await stale(store, 10)
    made.mail.answers = [LOST, LATER]
    await made.settle()
    for pause in RETRY_PAUSES[:2]:
        made.clock.forward(pause)
        await made.settle()
    first, second, third = made.mail.taken
    assert first == second == third
    (message,) = await kept(made)
    assert (message.state, message.attempts) == (MessageState.SENT, 3)


async def test_a_retry_is_given_up_when_the_unit_has_updated_meanwhile(store: Store) -> None:
    bodies: dict[str, bytes | Reason] = {URL: feed(NOW - timedelta(days=10))}
    made = office(store, lambda clock: Canned(clock, bodies))
    await made.enrol([account(1, URL)])
    await made.look()
    made.mail.answers = [LOST]
    await made.settle()
    bodies[URL] = feed(NOW, NOW - timedelta(days=10))
    made.clock.forward(timedelta(hours=12))
    await made.look()
    await made.settle()
    assert len(made.mail.taken) == 1
    assert [kept_message.state for kept_message in await kept(made)] == [MessageState.CANCELLED]


async def test_a_draft_is_written_once_however_often_the_pass_runs(store: Store) -> None:
    made = await stale(store, 12, hold=True)
    await made.parts.passes.judge_all()
    assert await made.parts.drafter.prepare(made.clock()) == 2
    assert await made.parts.drafter.prepare(made.clock()) == 0


async def test_a_draft_follows_a_person_whose_address_changed(store: Store) -> None:
    liaison = Contact(role=Role.LIAISON, name="联络员甲", phone="13800000001", mail="old@example.invalid")
    leader = Contact(role=Role.LEADER, name="责任领导甲", mail="leader@example.invalid")
    made = await stale(store, 10, hold=True)
    await made.enrol([account(1, URL.format(1), contacts=(liaison, leader))])
    await made.settle()
    moved = replace(liaison, mail="new@example.invalid")
    await made.enrol([account(1, URL.format(1), contacts=(moved, leader))])
    await made.settle()
    await store.write(lambda tx: outbox.release(tx, None, at=made.clock()))
    await made.settle()
    assert [message.address for message in made.mail.taken] == ["new@example.invalid"]
