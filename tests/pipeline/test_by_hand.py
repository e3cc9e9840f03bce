"""Messages that a person withholds, and failures that one ends on the phone: nothing is lost, nothing told twice."""

from __future__ import annotations

from datetime import timedelta

from monitor.actions.actor import EVERYTHING, Actor, Origin
from monitor.actions.messages import PhoneCommand, WithholdCommand, phone, withhold
from monitor.actions.perform import perform
from monitor.core.account import Role
from monitor.core.case import Closing, StepKind
from monitor.core.message import Attempt, MessageState, Outcome
from monitor.settings.sections import Review
from monitor.store import Store, cases, message_acts
from monitor.store.notices import told_before, told_on
from tests.pipeline.build import Office
from tests.pipeline.delivering import kept, stale

ME = Actor(name="操作员甲", origin=Origin.PAGE, rights=EVERYTHING)
NO = Attempt(outcome=Outcome.PERMANENT, code="550", is_about_address=True)
EVERY_STEP = Review.model_validate({"steps": ("remind", "warn", "last_day", "overdue"), "workdays": "never"})


def failures(made: Office) -> tuple[str, ...]:
    with made.parts.store.read() as tx:
        return message_acts.open_failures(tx, made.clock())


async def test_a_withheld_message_never_leaves_and_its_case_comes_to_its_next_step(store: Store) -> None:
    made = await stale(store, 10, review=EVERY_STEP)
    await made.settle()
    (held,) = await kept(made)
    done = WithholdCommand(numbers=(held.message.id,), why="单位正在交接，已电话沟通")
    assert perform(store, withhold, done, actor=ME, now=made.clock()) == 1
    await made.settle()
    assert not made.mail.taken
    assert [one.state for one in await kept(made)] == [MessageState.CANCELLED]
    assert await made.parts.passes.audit() == ()
    made.clock.forward(timedelta(days=2))
    await made.look()
    await made.settle()
    waiting = [one for one in await kept(made) if one.state is MessageState.HELD]
    assert waiting, "the next step of the ladder is written"
    with store.read() as tx:
        (case,) = cases.cases(tx)
        told = told_on(tx, [case.id])
        (act,) = message_acts.acts_on(tx, held.message.id)
    assert {said[1]: at for said, at in told.items()}[StepKind.REMIND] is None, "nobody was told of what was withheld"
    assert (act.kind.value, act.by, act.text) == ("withheld", "操作员甲", "单位正在交接，已电话沟通")


async def test_who_was_told_on_the_phone_is_told_by_no_other_way_and_the_failure_is_over(store: Store) -> None:
    made = await stale(store, 10)
    made.mail.answers, made.duty.answers = [NO] * 9, [NO] * 9
    await made.settle()
    failed = [one for one in await kept(made) if one.state is MessageState.FAILED and one.role is Role.LIAISON]
    assert failures(made)
    for one in failed:
        command = PhoneCommand(number=one.message.id, to="联络员")
        perform(store, phone, command, actor=ME, now=made.clock() + timedelta(minutes=1))
    made.clock.forward(timedelta(minutes=1))
    assert failures(made) == ()
    made.mail.answers, made.duty.answers = [], []
    made.mail.taken.clear()
    made.duty.taken.clear()
    made.clock.forward(timedelta(minutes=20))
    await made.settle()
    assert (made.mail.taken, made.duty.taken) == ([], [])
    assert await made.parts.passes.audit() == ()
    with store.read() as tx:
        (case,) = cases.cases(tx)
        assert set(told_on(tx, [case.id]).values()) == {made.clock() - timedelta(minutes=20)}
        assert {notice.role for notice, _ in told_before(tx, [case.id])} == {Role.LIAISON}


async def test_a_phone_call_counts_where_the_operator_was_asked_to_pass_it_on(store: Store) -> None:
    made = await stale(store, 10)
    made.mail.answers = [NO] * 9
    await made.settle()
    assert made.duty.taken, "the operator is asked to pass it on"
    failed = [one for one in await kept(made) if one.state is MessageState.FAILED]
    assert set(failures(made)) == {one.message.id for one in failed}, "nobody knows that the unit has heard of it"
    command = PhoneCommand(number=failed[0].message.id, to="联络员")
    perform(store, phone, command, actor=ME, now=made.clock())
    assert failures(made) == ()
    with store.read() as tx:
        (case,) = cases.cases(tx)
        assert list(told_on(tx, [case.id]).values()) == [made.clock()]


async def test_a_failure_is_over_when_the_case_has_ended(store: Store) -> None:
    made = await stale(store, 10)
    made.mail.answers, made.duty.answers = [NO] * 9, [NO] * 9
    await made.settle()
    assert failures(made)
    with store.begin() as tx:
        (case,) = cases.cases(tx)
        cases.end(tx, [case.id], Closing.CORRECTED, at=made.clock())
    assert failures(made) == ()
