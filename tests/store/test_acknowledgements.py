from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.actions.acknowledge import (
    NOTHING_OPEN,
    AcknowledgeByLinkCommand,
    AcknowledgedBeforeError,
    acknowledge_by_link,
)
from monitor.actions.actor import Actor, Origin, Right
from monitor.actions.perform import perform
from monitor.actions.refused import LinkRefusedError, RefusedError
from monitor.core.account import Role
from monitor.core.case import Acknowledgement, Close, Closing, Plan
from monitor.core.finding import State
from monitor.core.token import Permit, Purpose, Refused
from monitor.store import Store, acknowledgements, cases, outbox
from monitor.store.audit import recent_audit
from tests.store.build import DAY, HOUR, NOW, account, enrol, finding, judge, notice, open_with, step

PERSON = "13800000001"


@pytest.fixture
def permit(store: Store) -> Permit:
    """Return what the liaison's message about one open case permits."""
    enrol(store, account(), at=NOW - DAY)
    judge(store, open_with(step(), notice()))
    with store.begin() as tx:
        (told,) = outbox.waiting_notices(tx)
        draft = outbox.Draft(
            channel="mail",
            address="liaison@example.invalid",
            role=Role.LIAISON,
            person=PERSON,
            subject="更新提醒",
            body="正文",
            notices=(told.id,),
        )
        id_ = outbox.save_draft(tx, draft, at=NOW, not_before=NOW, held=False)
    return Permit(purpose=Purpose.ACKNOWLEDGE, message=id_, until=NOW + 7 * DAY)


def use(store: Store, permit: Permit, after: timedelta = HOUR) -> tuple[int, ...] | Refused:
    actor = Actor(name="联络员甲", origin=Origin.SIGNED_LINK, rights=frozenset({Right.ACKNOWLEDGE}))
    command = AcknowledgeByLinkCommand(permit=permit)
    try:
        return perform(store, acknowledge_by_link, command, actor=actor, now=NOW + after)
    except LinkRefusedError as error:
        return error.refused


def said(store: Store) -> tuple[Acknowledgement, ...]:
    with store.read() as tx:
        (case,) = cases.cases(tx)
        return case.acknowledgements


def test_the_reader_of_a_message_has_the_case_it_told_of(store: Store, permit: Permit) -> None:
    (case_id,) = use(store, permit)  # type: ignore[misc]  # a Refused would fail here
    assert said(store) == (Acknowledgement(person=PERSON, by="联络员甲", at=NOW + HOUR),)
    with store.begin() as tx:
        assert cases.due_for_judgement(tx, NOW + HOUR, 9) == ("A01",)
        (act,) = recent_audit(tx)
    assert (act.actor, act.action, act.object) == ("联络员甲", "case acknowledge", str(case_id))


def test_who_says_so_twice_by_one_message_is_told_when_they_did_and_nothing_is_written(
    store: Store, permit: Permit
) -> None:
    use(store, permit)
    with pytest.raises(AcknowledgedBeforeError, match=r"^已于\d+月\d+日\d\d:\d\d由联络员甲知悉，不必重复。$"):
        use(store, permit, 2 * HOUR)
    assert len(said(store)) == 1


def test_a_link_of_a_message_that_is_gone_changes_nothing(store: Store, permit: Permit) -> None:
    assert use(store, replace(permit, message="20260101-000000000000")) is Refused.OVER
    assert said(store) == ()


def test_where_all_is_settled_a_link_changes_nothing_and_is_not_used_up(store: Store, permit: Permit) -> None:
    with store.read() as tx:
        case = cases.open_cases(tx, ["A01"])["A01", "UPD-01"]
    close = Plan(close=Close(closing=Closing.UPDATED))
    judge(store, cases.Judgement(finding=finding(State.OK), case=case, plan=close))
    with pytest.raises(RefusedError, match=NOTHING_OPEN):
        use(store, permit)
    with store.begin() as tx:
        assert acknowledgements.spend(tx, permit, at=NOW)


def test_what_has_expired_is_forgotten(store: Store, permit: Permit) -> None:
    with store.begin() as tx:
        assert acknowledgements.spend(tx, permit, at=NOW)
        assert not acknowledgements.spend(tx, permit, at=permit.until - HOUR)
        other = replace(permit, message="another", until=permit.until + DAY)
        assert acknowledgements.spend(tx, other, at=permit.until)
        assert acknowledgements.spend(tx, permit, at=permit.until)


def test_a_person_may_say_so_without_a_link(store: Store, permit: Permit) -> None:
    with store.begin(durable=True) as tx:
        told = acknowledgements.open_cases_of(tx, permit.message)
        acknowledgements.keep_acknowledgement(tx, told, Acknowledgement(person="", by="操作员甲", at=NOW))
    assert [acknowledgement.by for acknowledgement in said(store)] == ["操作员甲"]
