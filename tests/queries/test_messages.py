"""The lists of messages: each in one tab, under its unit or its day, and no unit sees another's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.core.account import Contact, Role, UnitKey
from monitor.core.message import Attempt, MessageAct, MessageTab, Outcome
from monitor.queries.messages import LISTED, MessagesPage, Sent, read_departure, read_message, read_messages
from monitor.store import Store, message_acts, outbox
from monitor.store.message_lists import MessageFilter
from tests.store.build import DAY, HOUR, NOW, account, enrol, judge, notice, open_with, step, tried

LIAISON = Contact(role=Role.LIAISON, name="联络员甲", phone="13800000001")
LEADER = Contact(role=Role.LEADER, name="领导乙", phone="13800000002")
HEALTH = UnitKey("示例县", "示例县卫生局")
SCHOOLS = UnitKey("示例县", "示例县教育局")
NO = Attempt(outcome=Outcome.PERMANENT, code="550")
YES = Attempt(outcome=Outcome.SENT, code="0")


@pytest.fixture(autouse=True)
def two_units(store: Store) -> None:
    people = (LIAISON, LEADER)
    enrol(store, account("A01", contacts=people), account("A02", unit=HEALTH.name, contacts=people), at=NOW - DAY)
    judge(store, open_with(step(), notice(), notice(person=LEADER.key)))


def write(store: Store, *people: str, held: bool = False, at: timedelta = timedelta()) -> list[str]:
    """Write a message to each of these people about the account's case."""
    found = []
    for person in people:
        with store.begin() as tx:
            mine = tuple(one.id for one in outbox.waiting_notices(tx) if one.person == person)
            role = Role.LIAISON if person == LIAISON.key else Role.LEADER
            draft = outbox.Draft(channel="mail", role=role, person=person, subject="提醒", body="正文", notices=mine)
            found.append(outbox.save_draft(tx, draft, at=NOW + at, not_before=NOW + at, held=held))
    return found


def page(store: Store, tab: MessageTab, **which: object) -> MessagesPage:
    with store.read() as tx:
        return read_messages(tx, tab, MessageFilter(**which), NOW + HOUR)  # type: ignore[arg-type]  # as the tests say


def listed(shown: MessagesPage) -> list[list[str]]:
    """Return the messages of each line, by their numbers."""
    return [[sent.kept.message.id for sent in line.sent] for group in shown.groups for line in group.lines]


def ended(store: Store, number: str, attempt: Attempt) -> None:
    with store.begin() as tx:
        tried(tx, number, "正文", attempt, at=NOW)


def first(shown: MessagesPage) -> Sent:
    return shown.groups[0].lines[0].sent[0]


def test_what_waits_stands_under_its_unit_with_its_readers_name(store: Store) -> None:
    (number,) = write(store, LIAISON.key, held=True)
    shown = page(store, MessageTab.HELD)
    assert [group.unit for group in shown.groups] == [SCHOOLS]
    assert (listed(shown), first(shown).to, shown.counts[MessageTab.HELD]) == ([[number]], "联络员甲（联络员）", 1)


def test_what_liaison_and_leader_heard_of_one_step_is_one_line_with_two_names(store: Store) -> None:
    both = write(store, LEADER.key, LIAISON.key)
    for number in both:
        ended(store, number, YES)
    shown = page(store, MessageTab.SENT)
    (line,) = shown.groups[0].lines
    assert [sent.to for sent in line.sent] == ["联络员甲（联络员）", "领导乙（责任领导）"]
    assert shown.counts[MessageTab.SENT] == 2


def test_a_failure_still_knows_whose_it_is_though_its_content_goes_other_ways(store: Store) -> None:
    (number,) = write(store, LIAISON.key)
    ended(store, number, NO)
    assert first(page(store, MessageTab.FAILED)).units == (SCHOOLS,)
    assert listed(page(store, MessageTab.FAILED, unit=SCHOOLS.name)) == [[number]]
    assert listed(page(store, MessageTab.FAILED, unit=HEALTH.name)) == []
    assert listed(page(store, MessageTab.FAILED, own=SCHOOLS)) == [[number]]
    assert page(store, MessageTab.HELD, own=HEALTH).counts == dict.fromkeys(MessageTab, 0)


@pytest.mark.parametrize(
    ("act", "tab"), [(MessageAct.PHONED, MessageTab.SENT), (MessageAct.RETRIED, MessageTab.CANCELLED)]
)
def test_a_failure_that_a_person_saw_to_stands_in_one_other_tab(store: Store, act: MessageAct, tab: MessageTab) -> None:
    (number,) = write(store, LIAISON.key)
    ended(store, number, NO)
    with store.begin() as tx:
        message_acts.note(tx, [number], act, by="操作员甲", at=NOW)
    found = {each: listed(page(store, each)) for each in MessageTab}
    assert found == {each: [[number]] if each is tab else [] for each in MessageTab}


def test_a_unit_sees_its_own_messages_and_no_others(store: Store) -> None:
    (number,) = write(store, LIAISON.key, held=True)
    with store.read() as tx:
        assert read_message(tx, number, NOW, SCHOOLS) is not None
        assert read_message(tx, number, NOW, HEALTH) is None
    assert listed(page(store, MessageTab.HELD, own=HEALTH)) == []


def test_a_list_is_of_one_day(store: Store) -> None:
    write(store, LIAISON.key, held=True)
    assert listed(page(store, MessageTab.HELD, day=NOW.date()))
    assert listed(page(store, MessageTab.HELD, day=(NOW - DAY).date())) == []


def test_what_would_leave_is_counted_by_people_units_and_channels(store: Store) -> None:
    both = write(store, LIAISON.key, LEADER.key, held=True)
    with store.begin() as tx:
        outbox.release(tx, [both[1]], at=NOW)
    with store.read() as tx:
        leaving = read_departure(tx, [*both, "20260101-ffffffffffff"], NOW)
    assert (leaving.people, leaving.units, leaving.gone, leaving.nowhere) == (1, 1, 2, 0)
    assert leaving.by({"mail": "邮件"}) == {"邮件": 1}


def test_a_page_holds_so_many(store: Store) -> None:
    with store.begin() as tx:
        for number in range(LISTED + 1):
            draft = outbox.Draft(
                channel="duty", role=Role.OPERATOR, person="", subject="x", body="y", topic=f"{number}"
            )
            outbox.save_draft(tx, draft, at=NOW, not_before=NOW, held=True)
    shown = page(store, MessageTab.HELD)
    assert (len(listed(shown)), shown.turn.pages, shown.groups[0].unit) == (LISTED, 2, None)


def test_what_the_office_itself_reads_stands_under_the_office(store: Store) -> None:
    """Whichever unit's accounts it tells of; and no unit sees it as its own."""
    with store.begin() as tx:
        mine = tuple(one.id for one in outbox.waiting_notices(tx) if one.person == LIAISON.key)
        draft = outbox.Draft(
            channel="mail",
            role=Role.OPERATOR,
            person="",
            subject="每日摘要",
            body="全县",
            notices=mine,
            topic="digest:1",
        )
        number = outbox.save_draft(tx, draft, at=NOW, not_before=NOW, held=True)
    (group,) = page(store, MessageTab.HELD).groups
    assert (group.unit, first(page(store, MessageTab.HELD)).stands_under) == (None, None)
    assert not listed(page(store, MessageTab.HELD, own=SCHOOLS))
    with store.read() as tx:
        assert read_message(tx, number, NOW, own=SCHOOLS) is None
        assert read_message(tx, number, NOW) is not None
