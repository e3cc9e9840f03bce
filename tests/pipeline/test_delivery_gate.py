"""Messages at the gate wait for a person, for some working days or for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.core.calendar import beijing_date, start_of_day
from monitor.core.message import MessageState
from monitor.settings.sections import Review
from monitor.store import Store, outbox
from monitor.store.audit import recent_audit
from tests.pipeline.build import (
    NOW,
)
from tests.pipeline.delivering import kept, stale

REVIEWED = Review(steps=("remind", "warn"), workdays=3)


async def test_what_waits_at_the_gate_goes_by_itself_after_so_many_working_days_and_not_before(store: Store) -> None:
    made = await stale(store, 10, review=REVIEWED)
    await made.settle()
    (held,) = await kept(made)
    due = start_of_day(beijing_date(NOW) + timedelta(days=3))
    assert (held.state, held.release_at) == (MessageState.HELD, due)
    made.clock.forward(due - timedelta(minutes=1) - made.clock())
    await made.look()
    made.clock.forward(due - timedelta(minutes=1) - made.clock())
    await made.settle()
    assert not made.mail.taken
    made.clock.forward(timedelta(minutes=11))
    await made.settle()
    assert [message.address for message in made.mail.taken] == ["liaison@example.invalid"]
    gone, leader = await kept(made)
    assert (gone.state, gone.release_at, leader.state) == (MessageState.SENT, None, MessageState.HELD)
    acts = [(act.actor, act.action, act.object) for act in await store.query(recent_audit)]
    assert acts == [("xuncha", "message release", gone.message.id)]


async def test_a_later_step_does_not_hold_up_what_waits_at_the_gate(store: Store) -> None:
    made = await stale(store, 10, review=REVIEWED)
    await made.settle()
    first = (await kept(made))[0].release_at
    made.clock.forward(timedelta(days=2))
    await made.look()
    await made.settle()
    (again, *_) = [
        kept_message for kept_message in await kept(made) if kept_message.message.address == "liaison@example.invalid"
    ]
    assert (again.state, again.release_at) == (MessageState.HELD, first)
    assert "**12天**" in again.message.body


NEVER = Review.model_validate({"steps": ("remind", "warn", "last_day"), "workdays": "never"})


@pytest.mark.parametrize("chosen", [{"review": REVIEWED, "hold": True}, {"review": NEVER}])
async def test_nothing_goes_by_itself_where_everything_is_held_or_the_owner_wants_never(
    store: Store, chosen: dict[str, object]
) -> None:
    made = await stale(store, 10, **chosen)
    await made.settle()
    made.clock.forward(timedelta(days=3, hours=20))
    await made.look()
    await made.settle()
    assert not made.mail.taken
    assert all(kept_message.release_at is None for kept_message in await kept(made))


async def test_what_a_person_lets_go_does_not_wait_at_the_gate(store: Store) -> None:
    made = await stale(store, 10, review=REVIEWED)
    await made.settle()
    await store.write(lambda tx: outbox.release(tx, None, at=made.clock()))
    await made.settle()
    assert len(made.mail.taken) == 1


async def test_the_digest_says_when_the_first_message_goes_by_itself(store: Store) -> None:
    made = await stale(store, 10, review=REVIEWED)
    await made.settle()
    await made.parts.passes.write_digest()
    await made.settle()
    (told,) = made.duty.taken
    due = beijing_date(NOW) + timedelta(days=3)
    assert f"今天：放行1条消息，涉及1个单位。最早{due.month}月{due.day}日自动放行" in told.body
