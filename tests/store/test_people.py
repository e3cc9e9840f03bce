"""What is kept about the people whom units named, and how it goes when they ask for that."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from monitor.core.account import Contact, Role, told_apart
from monitor.core.message import Attempt, MessageAct, Outcome
from monitor.store import Store, cases, message_acts, outbox, people, roster, tables
from monitor.store.people import Erased, Needed, PersonalDataPlace, Trace
from tests.store.build import DAY, HOUR, NOW, account, enrol, judge, notice, open_with, step, tried

LIAISON = Contact(role=Role.LIAISON, name="联络员甲", phone="13800000001", mail="a@example.cn")
LEADER = Contact(role=Role.LEADER, name="领导乙", phone="13900000002")
HEIR = Contact(role=Role.LIAISON, name="联络员丙", phone="13800000003")
ALIAS = "已清除-1"


def message(store: Store, *, is_sent: bool = True) -> str:
    """Write a message to the liaison, and send it."""
    judge(store, open_with(step(), notice()))
    with store.begin() as tx:
        draft = outbox.Draft(
            channel="mail",
            address="a@example.cn",
            mentions=("13800000001",),
            role=Role.LIAISON,
            person=LIAISON.key,
            subject="更新提醒",
            body="请联络员甲同志（联络员）尽快更新 @13800000001；请领导乙同志督促。",
            notices=(1,),
        )
        id_ = outbox.save_draft(tx, draft, at=NOW, not_before=NOW, held=False)
        if is_sent:
            tried(tx, id_, draft.body, Attempt(outcome=Outcome.SENT), at=NOW)
    return id_


def kept(store: Store, who: str | None = None) -> list[Trace]:
    with store.read() as tx:
        return list(people.traces(tx, who))


def erase(store: Store, who: str) -> Erased | Needed:
    with store.begin() as tx:
        return people.erase(tx, who, alias=ALIAS)


@pytest.fixture
def left(store: Store) -> Store:
    """An account whose liaison has changed, and the message that the former one got."""
    enrol(store, account(contacts=(LIAISON, LEADER)), at=NOW - DAY)
    message(store)
    enrol(store, account(contacts=(HEIR, LEADER)), at=NOW + HOUR)
    return store


def test_everything_that_is_kept_about_people_is_found(left: Store) -> None:
    assert [(trace.place, trace.contact.name) for trace in kept(left)] == [
        (PersonalDataPlace.FORMER, "联络员甲"),
        (PersonalDataPlace.ROSTER, "领导乙"),
        (PersonalDataPlace.ROSTER, "联络员丙"),
        (PersonalDataPlace.MESSAGE, "13800000001"),
    ]


@pytest.mark.parametrize("who", ["联络员甲", "13800000001", "a@example.cn"])
def test_one_person_is_found_by_name_phone_or_mail(left: Store, who: str) -> None:
    assert [trace.place for trace in kept(left, who)] == [PersonalDataPlace.FORMER, PersonalDataPlace.MESSAGE]


def test_nothing_of_a_person_is_left_once_they_are_erased(left: Store) -> None:
    assert erase(left, "13800000001") == Erased(versions=1, messages=1)
    with left.read() as tx:
        [sent] = outbox.messages(tx)
        [before] = roster.accounts(tx, at=NOW - DAY, known_at=NOW)
    everything = f"{sent}{before}"
    assert [word for word in ("联络员甲", "13800000001", "a@example.cn") if word in everything] == []
    assert sent.message.body == f"请{ALIAS}同志（联络员）尽快更新 @{ALIAS}；请领导乙同志督促。"
    assert kept(left, "联络员甲") == []


def test_who_was_told_on_the_phone_is_erased_too_and_who_phoned_stays(left: Store) -> None:
    with left.begin() as tx:
        number = outbox.messages(tx)[0].message.id
        message_acts.note(tx, [number], MessageAct.PHONED, by="操作员丁", at=NOW, text="联络员甲（13800000001）")
    erase(left, "13800000001")
    with left.read() as tx:
        (act,) = message_acts.acts_on(tx, number)
    assert (act.text, act.by) == (f"{ALIAS}（{ALIAS}）", "操作员丁")


def test_nothing_is_left_of_who_had_two_roles_with_ways_of_their_own(store: Store) -> None:
    both = told_apart((LIAISON, Contact(role=Role.LEADER, name=LIAISON.name, dingtalk="u1")))
    assert len({contact.key for contact in both}) == 1
    enrol(store, account(contacts=both), at=NOW - DAY)
    enrol(store, account(contacts=(HEIR, LEADER)), at=NOW + HOUR)
    assert isinstance(erase(store, LIAISON.name), Erased)
    with store.read() as tx:
        left = str(tx.execute(sa.select(tables.account_versions.c.content)).all())
    assert not any(word in left for word in ("13800000001", "a@example.cn", "u1", "联络员甲"))


def test_that_somebody_was_named_and_could_be_reached_stays_known(left: Store) -> None:
    erase(left, "13800000001")
    with left.read() as tx:
        [before] = roster.accounts(tx, at=NOW - DAY, known_at=NOW)
        [now] = roster.accounts(tx)
    assert [(contact.role, contact.is_reachable) for contact in before.contacts] == [
        (Role.LIAISON, True),
        (Role.LEADER, True),
    ]
    assert now.contacts == (HEIR, LEADER)


def test_whoever_is_on_the_roster_is_needed(left: Store) -> None:
    assert erase(left, "领导乙") == Needed(why="仍是 A01 的联系人，请先在台账中更换，再清除。")


def test_a_message_that_is_not_sent_yet_is_needed(store: Store) -> None:
    enrol(store, account(contacts=(LIAISON,)), at=NOW - DAY)
    message(store, is_sent=False)
    enrol(store, account(contacts=(HEIR,)), at=NOW + HOUR)
    assert isinstance(erase(store, "联络员甲"), Needed)
    assert len(kept(store, "联络员甲")) == 2


def test_of_two_with_one_name_neither_is_guessed(store: Store) -> None:
    other = Contact(role=Role.LIAISON, name="联络员甲", phone="13800000009")
    enrol(store, account(contacts=(LIAISON,)), account("A02", contacts=(other,)))
    assert erase(store, "联络员甲") == Needed(why="有 2 个人叫“联络员甲”，请改用手机号、邮箱或钉钉号指明。")


def test_a_stranger_is_told_as_one(left: Store) -> None:
    assert erase(left, "13700000000") == Needed(why="没有保存关于“13700000000”的内容。")


def test_people_whom_nobody_needs_any_more_go_when_their_time_is_over(left: Store) -> None:
    later = NOW + HOUR + DAY
    with left.begin() as tx:
        assert people.outdated(tx, NOW, 0, 10) == ()  # replaced only after that
        cases.retire(tx, ["A01"], at=later)
        [old] = people.outdated(tx, later, 0, 10)
        assert people.let_go(tx, [old], later) == 1
        assert people.outdated(tx, later, 0, 10) == ()
        [before] = roster.accounts(tx, at=NOW - DAY, known_at=NOW)
        [now] = roster.accounts(tx)
    assert [(contact.name, contact.phone) for contact in before.contacts] == [
        (people.EXPIRED, people.EXPIRED),
        ("领导乙", "13900000002"),
    ]
    assert now.contacts == (HEIR, LEADER)


def test_the_people_of_an_open_case_stay(left: Store) -> None:
    with left.read() as tx:
        assert people.outdated(tx, NOW + 10 * DAY, 0, 10) == ()


def test_whom_another_account_still_names_stays(store: Store) -> None:
    enrol(store, account(contacts=(LIAISON,)), account("A02", method="weibo=2", contacts=(LIAISON,)))
    enrol(store, account(contacts=(HEIR,)), at=NOW + HOUR)
    with store.read() as tx:
        assert people.outdated(tx, NOW + DAY, 0, 10) == ()
