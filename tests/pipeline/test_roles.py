"""Who is told in which role: both of two who share a phone, one word to who has both roles, the liaison first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.core.account import Contact, Role
from monitor.core.message import Attempt, Message, MessageState
from monitor.pipeline import draft
from monitor.store import Store, outbox
from tests.pipeline.build import Office, Taking, account
from tests.pipeline.delivering import LATER, LOST, URL, kept, stale

BOTH = tuple(Contact(role=role, name="甲", mail="both@example.invalid") for role in (Role.LIAISON, Role.LEADER))


async def test_a_leader_who_shares_the_liaisons_mailbox_is_told_in_words_of_his_own(store: Store) -> None:
    made = await stale(store, 12)
    people = tuple(replace(contact, name=f"{contact.role.label}甲") for contact in BOTH)
    await made.enrol([account(1, URL.format(1), contacts=people)])
    await made.settle()
    to_liaison, to_leader = made.mail.taken
    assert {to_liaison.address, to_leader.address} == {"both@example.invalid"}
    assert "请予关注，并督促按期更新" not in to_liaison.body
    assert "请予关注，并督促按期更新" in to_leader.body


async def test_who_leads_one_unit_and_is_the_liaison_of_another_gets_one_message_as_the_liaison(store: Store) -> None:
    made = await stale(store, 16, 12)
    other = Contact(role=Role.LIAISON, name="乙", mail="other@example.invalid")
    await made.enrol([account(1, URL.format(1), contacts=(other, BOTH[1])), account(2, URL.format(2), contacts=BOTH)])
    for _ in range(3):
        await made.settle()
        made.clock.forward(timedelta(minutes=11))
    (told,) = [message for message in made.mail.taken if message.address == "both@example.invalid"]
    assert "“示例1”" in told.body
    assert "“示例2”" in told.body
    assert "请予督促" not in told.body
    assert {kept_message.state for kept_message in await kept(made)} == {MessageState.SENT}


def couple(number: int) -> tuple[Contact, ...]:
    """Return the leader and the liaison of one account."""
    roles = (Role.LEADER, Role.LIAISON)
    return tuple(
        Contact(role=role, name=f"{role}{number}", mail=f"{role.value}{number}@example.invalid") for role in roles
    )


class Ordered(Taking):
    """A channel that writes down in one list with others whom it told."""

    def __init__(self, name: str, told: list[str], answers: list[Attempt] | None = None) -> None:
        super().__init__(name, answers=answers or [])
        self.told = told

    async def send(self, message: Message) -> Attempt:
        self.told.append(message.address or "")
        return await super().send(message)


def apart(made: Office, told: list[str], *answers: Attempt) -> None:
    """Have liaisons and leaders reached by different channels."""
    directory = made.parts.directory
    directory.channels["leaders"] = Ordered("leaders", told)  # type: ignore[index]  # the office's own dict
    directory.channels["mail"] = Ordered("mail", told, list(answers))  # type: ignore[index]  # as above
    directory.ways[Role.LEADER] = ("leaders",)  # type: ignore[index]  # as above


@pytest.mark.parametrize("answers", [[], [LATER]], ids=["taken", "refused for now"])
async def test_the_liaison_is_sent_to_before_the_leader_by_whatever_channels(
    store: Store, answers: list[Attempt]
) -> None:
    made = await stale(store, *[12] * 4)
    await made.enrol([account(n + 1, URL.format(n + 1), contacts=couple(n)) for n in range(4)])
    told: list[str] = []
    apart(made, told, *answers)
    for _ in range(9):
        await made.settle()
        made.clock.forward(timedelta(seconds=20))
    for n in range(4):
        assert told.index(f"liaison{n}@example.invalid") < told.index(f"leader{n}@example.invalid")


async def test_in_one_channel_the_liaison_is_first_whatever_the_numbers(store: Store) -> None:
    made = await stale(store, *[12] * 6)
    await made.enrol([account(n + 1, URL.format(n + 1), contacts=couple(n)) for n in range(6)])
    await made.settle()
    assert [message.address[:6] for message in made.mail.taken if message.address] == ["liaiso"] * 6 + ["leader"] * 6


async def test_a_leader_waits_for_the_liaisons_first_try_but_not_for_long(store: Store) -> None:
    made = await stale(store, 12)
    told: list[str] = []
    apart(made, told)
    sender = made.parts.sender
    await made.parts.passes.judge_all()
    await sender.drafter.prepare(made.clock())
    (liaisons,) = [kept_message.message.id for kept_message in await kept(made) if kept_message.role is Role.LIAISON]
    await store.write(lambda tx: outbox.take(tx, liaisons, "another", at=made.clock()))
    for _ in range(2):
        assert await sender.send_by("leaders") == 0
        made.clock.forward(timedelta(minutes=2))
    made.clock.forward(timedelta(minutes=2))
    assert await sender.send_by("leaders") == 1
    assert told == ["leader@example.invalid"]


LIAISON, LEADER, SUCCESSOR = (
    Contact(role=role, name=name, phone=phone)
    for role, name, phone in (
        (Role.LIAISON, "联络员甲", "13800000001"),
        (Role.LEADER, "责任领导甲", "13900000001"),
        (Role.LEADER, "责任领导乙", "13900000002"),
    )
)


async def in_a_group(store: Store, *days: int) -> tuple[Office, Taking]:
    """Return an office that reaches a unit by the robot of its group alone, and the robot."""
    made = await stale(store, *days)
    directory, unit = made.parts.directory, Taking("unit", is_group=True)
    directory.channels["unit"] = unit  # type: ignore[index]  # the office's own dict
    for role in (Role.LIAISON, Role.LEADER):
        directory.ways[role] = ("group",)  # type: ignore[index]  # as above
    await enrolled(made, LEADER, *days)
    return made, unit


async def enrolled(made: Office, leader: Contact, *days: int) -> None:
    people = (leader, LIAISON)
    await made.enrol(
        [account(n, URL.format(n), contacts=people, group="unit") for n, _ in enumerate(days, 1)],
    )


@pytest.mark.parametrize("at_once", [1, draft.SLICE])
async def test_a_group_reads_once_what_two_people_are_to_hear_and_both_are_called(
    store: Store, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(draft, "SLICE", at_once)
    made, unit = await in_a_group(store, 12)
    for _ in range(3):
        await made.settle()
        made.clock.forward(timedelta(minutes=11))
    (post,) = unit.taken
    assert post.mentions == (LIAISON.phone, LEADER.phone)
    with store.read() as tx:
        assert {notice.person for notice in outbox.notices_of(tx, post.id)} == {LIAISON.key, LEADER.key}
        assert outbox.waiting_notices(tx) == ()


async def test_a_group_reads_once_what_is_gravest_though_one_of_two_was_to_hear_of_a_step_before(store: Store) -> None:
    made, unit = await in_a_group(store, 10)
    unit.answers = [LATER]
    await made.settle()
    unit.taken.clear()
    made.clock.forward(timedelta(days=2))
    await made.look()
    for _ in range(3):
        await made.settle()
        made.clock.forward(timedelta(minutes=11))
    (post,) = unit.taken
    assert "**12天**" in post.body
    assert post.mentions == (LIAISON.phone, LEADER.phone)


async def test_what_differs_in_more_than_its_number_is_posted_apart(store: Store) -> None:
    made, unit = await in_a_group(store, 12, 10)
    await made.settle()
    assert [post.mentions for post in unit.taken] == [(LIAISON.phone,), (LEADER.phone,)]


async def test_a_post_calls_who_leads_now(store: Store) -> None:
    made, unit = await in_a_group(store, 12)
    await made.parts.passes.judge_all()
    await made.parts.drafter.prepare(made.clock())
    await enrolled(made, SUCCESSOR, 12)
    for _ in range(3):
        await made.settle()
    (post,) = unit.taken
    assert post.mentions == (LIAISON.phone, SUCCESSOR.phone)


async def test_a_post_that_nobody_answered_goes_again_as_it_is_and_calls_both(store: Store) -> None:
    made, unit = await in_a_group(store, 12)
    unit.answers = [LOST]
    await made.settle()
    made.clock.forward(timedelta(minutes=1))
    await made.settle()
    first, second = unit.taken
    assert first == second
