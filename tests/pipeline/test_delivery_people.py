"""Links in messages, and how many messages a person gets."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.actions.acknowledge import AcknowledgeByLinkCommand, acknowledge_by_link
from monitor.actions.actor import Actor, Origin, Right
from monitor.actions.perform import perform_async
from monitor.core.finding import Finding
from monitor.core.message import MessageState
from monitor.core.observation import Reason
from monitor.core.token import Permit, Purpose, Refused, TokenKey
from monitor.pipeline.send import Sender
from monitor.settings.sections import Web
from monitor.store import Store, outbox
from tests.pipeline.build import (
    NOW,
    Canned,
    Office,
    account,
    feed,
    judging_by,
    linking,
    office,
    settings,
)
from tests.pipeline.delivering import URL, stale

SIGNING = TokenKey(b"a made-up key of thirty-two bytes")


def linked(of: Office) -> Sender:
    """Return the office's sender with pages that have an address and a key."""
    return linking(of.parts, SIGNING)


async def test_a_message_to_a_unit_carries_a_link_that_is_good_for_this_message(store: Store) -> None:
    made = await stale(store, 10)
    await made.parts.passes.judge_all()
    sender = linked(made)
    await sender.drafter.prepare(made.clock())
    await sender.deliver_due()
    (message,) = made.mail.taken
    (token,) = re.findall(r"\[打开本单位页面，提交链接、登记知悉\]\(https://x\.example/k/(\S+)\)", message.body)
    permit = SIGNING.read(token, made.clock())
    assert isinstance(permit, Permit)
    assert (permit.purpose, permit.message) == (Purpose.UNIT, message.id)
    assert SIGNING.read(token, made.clock() + timedelta(days=14)) is Refused.EXPIRED


async def test_who_said_to_have_it_hears_of_day_12_no_more_and_the_leader_does(store: Store) -> None:
    bodies: dict[str, bytes | Reason] = {URL: feed(NOW - timedelta(days=10))}
    made = office(store, lambda clock: Canned(clock, bodies))
    await made.enrol([account(1, URL)])
    await made.look()
    await made.settle()
    (message,) = made.mail.taken
    permit = Permit(purpose=Purpose.ACKNOWLEDGE, message=message.id, until=made.clock() + timedelta(days=1))
    holder = Actor(name="联络员甲", origin=Origin.SIGNED_LINK, rights=frozenset({Right.ACKNOWLEDGE}))
    await perform_async(
        store, acknowledge_by_link, AcknowledgeByLinkCommand(permit=permit), actor=holder, now=made.clock()
    )
    heard = []
    for _ in range(5):
        made.mail.taken.clear()
        made.clock.forward(timedelta(days=1))
        await made.look()
        await made.settle()
        heard.append(sorted(message.address or "" for message in made.mail.taken))
    both = ["leader@example.invalid", "liaison@example.invalid"]
    assert heard == [[], ["leader@example.invalid"], [], both, both]


@pytest.mark.parametrize("web", [Web(), Web(base_url="https://x.example")])
async def test_without_an_address_and_a_key_no_message_carries_a_link(store: Store, web: Web) -> None:
    made = await stale(store, 10, web=web)
    await made.settle()
    assert "/k/" not in made.mail.taken[0].body
    assert made.parts.addresses.link_of(Permit(purpose=Purpose.PASTE, message="m", until=NOW)) is None


async def test_a_person_gets_so_many_messages_a_day_and_the_rest_in_one_the_next_morning(store: Store) -> None:
    made = await stale(store)
    made.parts = replace(
        made.parts, settings=settings(hours=made.parts.settings.hours.model_copy(update={"per_person": 2}))
    )
    for number in range(1, 7):
        made.parts.door.bodies[URL.format(number)] = feed(NOW - timedelta(days=10))  # type: ignore[attr-defined]  # canned
        await made.enrol([account(number, URL.format(number))])
        await made.look()
        await made.settle()
    assert [len(re.findall(r"“示例\d”（", message.body)) for message in made.mail.taken] == [1, 1]
    made.clock.forward(timedelta(hours=24))
    await made.look()
    await made.settle()
    third, *rest = made.mail.taken[2:]
    assert rest == []
    assert re.findall(r"“示例(\d)”（", third.body) == ["3", "4", "5", "6"]


async def test_what_waits_unchanged_is_not_judged_again_and_again(store: Store) -> None:
    made = await stale(store, 12, hold=True)
    await made.settle()
    judged: list[object] = []

    def judge(*args: object) -> Finding:
        judged.append(args)
        raise ZeroDivisionError

    rules_in_force = replace(
        made.parts.rules_in_force, rules=[replace(rule, judge=judge) for rule in made.parts.rules_in_force.rules]
    )
    drafter = judging_by(made.parts.drafter, rules_in_force)
    assert await drafter.prepare(made.clock()) == 0
    assert judged == []
    made.clock.forward(timedelta(minutes=10))
    assert await drafter.prepare(made.clock()) == 0
    assert judged == [], "what a person has to let go waits for that"
    with store.begin() as tx:
        outbox.release(tx, outbox.ids_in(tx, MessageState.HELD), at=made.clock(), by="李四")
    with pytest.raises(ZeroDivisionError):
        await drafter.prepare(made.clock())
