"""Who is told what, by which way, and whether it is still true."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from monitor.core.account import Account, Contact, Role, told_apart
from monitor.core.case import Ladder, Step, StepKind
from monitor.core.finding import Finding, Pacing, State, Support, Urgency
from monitor.core.message import NO_CHANNEL, Attempt, Message, Outcome
from monitor.core.notice import ChannelDirectory, NewNotice, Recheck, Route, is_alarm, notify, recheck, whose
from monitor.store.accounts import account_of
from monitor.store.values import encode
from tests.core.build import BOOK, LEADER, LIAISON, account, beijing_time, finding

NOW = beijing_time("2026-05-20 09:00")
LADDER = Ladder.of(BOOK)


@dataclass(frozen=True)
class Robot:
    """A channel that reaches a group."""

    name: str
    per_minute: int = 18
    is_group: bool = True
    bucket: str = ""
    longest: int = 18_000

    def address_of(self, contact: Contact) -> str | None:
        """A group has no addresses."""
        del contact
        return None

    async def send(self, message: Message) -> Attempt:
        """Nothing is sent here."""
        return Attempt(outcome=Outcome.PERMANENT, code=message.id)


@dataclass(frozen=True)
class Post(Robot):
    """A channel that reaches persons by mail."""

    is_group: bool = False

    def address_of(self, contact: Contact) -> str | None:
        """Return the mail address."""
        return contact.mail


DIRECTORY = ChannelDirectory(
    channels={"mail": Post("mail"), "unit-robot": Robot("unit-robot"), "office": Robot("office")},
    ways={Role.LIAISON: ("group", "mail"), Role.LEADER: ("mail",), Role.OPERATOR: ("office",)},
)


def step(kind: StepKind, number: int = 10) -> Step:
    """Return a step taken now."""
    return Step(kind=kind, number=number, at=NOW, days=number)


def people(kind: StepKind, who: Account) -> list[tuple[Role, str]]:
    """Return who hears of a step."""
    return [(notice.role, notice.person) for notice in notify(step(kind), who, "UPD-01")]


def test_the_liaison_hears_first_and_the_leader_from_day_12_on() -> None:
    assert people(StepKind.REMIND, account()) == [(Role.LIAISON, "13800000001")]
    assert people(StepKind.WARN, account()) == [
        (Role.LIAISON, "13800000001"),
        (Role.LEADER, "leader@example.invalid"),
    ]


def test_where_the_liaison_is_missing_the_leader_hears_and_where_both_are_the_operator() -> None:
    assert people(StepKind.REMIND, account(contacts=(LEADER,))) == [(Role.LEADER, "leader@example.invalid")]
    assert people(StepKind.OVERDUE, account(contacts=())) == [(Role.OPERATOR, "")]


ANY, MAIN, TASK, VERIFY = Urgency.EVERY, Urgency.MAIN, Pacing.TASK, Pacing.VERIFY


@pytest.mark.parametrize(
    ("urgency", "pacing", "kind", "number", "state", "is_main", "alarms"),
    [
        (ANY, TASK, StepKind.TASK, 0, State.VIOLATED, False, True),
        (ANY, TASK, StepKind.TASK, 0, State.SUSPECTED, False, True),
        (ANY, TASK, StepKind.TASK, 0, State.WARNING, False, True),
        (ANY, TASK, StepKind.TASK, 0, State.NEEDS_REVIEW, False, False),
        (ANY, TASK, StepKind.TASK, 1, State.VIOLATED, False, False),
        (ANY, VERIFY, StepKind.TASK, 0, State.WARNING, True, False),
        (ANY, VERIFY, StepKind.TO_OFFICE, 738000, State.VIOLATED, True, False),
        (MAIN, VERIFY, StepKind.SUSPECT, 738000, State.SUSPECTED, True, True),
        (MAIN, VERIFY, StepKind.CONFIRM, 738000, State.VIOLATED, True, True),
        (MAIN, VERIFY, StepKind.SUSPECT, 738000, State.SUSPECTED, False, False),
        (None, TASK, StepKind.TASK, 0, State.VIOLATED, True, False),
    ],
)
def test_only_the_first_word_of_what_the_rules_call_urgent_is_an_alarm(
    urgency: Urgency | None,
    pacing: Pacing,
    kind: StepKind,
    number: int,
    state: State,
    *,
    is_main: bool,
    alarms: bool,
) -> None:
    book = replace(BOOK, urgent={"UPD-01": urgency} if urgency else {})
    assert is_alarm(step(kind, number), finding(state), pacing, account(is_main=is_main), book) is alarms


def test_of_an_alarm_the_duty_officer_hears_whoever_else_does() -> None:
    told = notify(step(StepKind.CONFIRM), account(), "APP-01", is_alarm=True)
    assert [(notice.role, notice.is_urgent) for notice in told] == [
        (Role.LIAISON, False),
        (Role.LEADER, False),
        (Role.OPERATOR, True),
    ]


def test_a_person_in_two_roles_hears_once() -> None:
    both = (LIAISON, replace(LIAISON, role=Role.LEADER))
    assert people(StepKind.OVERDUE, account(contacts=both)) == [(Role.LIAISON, "13800000001")]


def routes(notice: NewNotice, who: Account) -> list[tuple[str, str | None, tuple[str, ...]]]:
    """Return the ways of a notice."""
    return [(route.channel, route.address, route.mentions) for route in DIRECTORY.routes(notice, who)]


def test_the_ways_go_from_the_preferred_one_to_the_operator() -> None:
    liaison = replace(LIAISON, mail="liaison@example.invalid")
    who = account(contacts=(liaison, LEADER), group="unit-robot")
    first, second = notify(step(StepKind.WARN), who, "UPD-01")
    assert routes(first, who) == [
        ("unit-robot", None, ("13800000001",)),
        ("mail", "liaison@example.invalid", ()),
        ("office", None, ()),
    ]
    assert routes(second, who) == [("mail", "leader@example.invalid", ()), ("office", None, ())]


def test_a_person_no_longer_on_the_roster_leaves_only_the_operator() -> None:
    (notice,) = notify(step(StepKind.REMIND), account(), "UPD-01")
    assert routes(notice, account(contacts=())) == [("office", None, ())]


def test_whoever_has_the_role_since_has_its_notices() -> None:
    (notice,) = notify(step(StepKind.REMIND), account(), "UPD-01")
    other = replace(LIAISON, name="联络员乙", phone="13800000002")
    assert whose(notice, account()) == LIAISON.key
    assert whose(notice, account(contacts=(LEADER, other))) == other.key
    assert whose(notice, account(contacts=(LEADER,))) == LIAISON.key, "nobody has it: see the ways"
    both = replace(notice, role=Role.OPERATOR, person="")
    assert whose(both, account(contacts=(other,))) == ""


def test_who_cannot_be_reached_is_stood_in_for_unless_the_other_hears_anyway() -> None:
    who = account(contacts=(replace(LIAISON, mail="liaison@example.invalid"), LEADER))
    (reminded,) = notify(step(StepKind.REMIND), who, "UPD-01")
    assert [route.address for route in DIRECTORY.routes(reminded, who)] == [
        "liaison@example.invalid",
        LEADER.mail,
        None,
    ]
    assert [route.person for route in DIRECTORY.routes(reminded, who)] == [LIAISON.key, LEADER.key, ""]
    warned, _ = notify(step(StepKind.WARN), who, "UPD-01")
    assert [route.address for route in DIRECTORY.routes(warned, who)] == ["liaison@example.invalid", None]


def test_a_task_that_only_the_unit_can_do_is_its_liaison_s_too_while_it_is_so() -> None:
    told = notify(step(StepKind.TASK), account(), "DRG-01", also=(Role.LIAISON,))
    assert [(notice.role, notice.person) for notice in told] == [(Role.OPERATOR, ""), (Role.LIAISON, LIAISON.key)]
    for theirs, second in ((True, Recheck.SEND), (False, Recheck.DROP)):
        found = replace(finding(State.NEEDS_REVIEW, rule="DRG-01"), is_the_unit_s=theirs)
        assert [recheck(notice, "DRG-01", found, LADDER) for notice in told] == [Recheck.SEND, second]


def again(kind: StepKind, found: Finding, episode: str = "2026-05-01") -> Recheck:
    """Return what the second look says of a notice of that kind."""
    (first, *_) = notify(step(kind), account(), "UPD-01")
    return recheck(first, episode, found, LADDER)


@pytest.mark.parametrize("kind", list(StepKind))
def test_nothing_is_sent_about_an_account_that_cannot_be_judged_right_now(kind: StepKind) -> None:
    assert again(kind, finding(State.UNKNOWN, days=30)) is Recheck.WAIT


@pytest.mark.parametrize("kind", [StepKind.REMIND, StepKind.OVERDUE, StepKind.REPEAT, StepKind.HOLIDAY])
def test_who_has_updated_is_never_asked_to(kind: StepKind) -> None:
    assert again(kind, finding(State.OK, days=0, episode="2026-05-20")) is Recheck.DROP


def test_a_reminder_waits_while_the_monitor_is_blind() -> None:
    blind = replace(finding(State.WARNING, days=12), support=Support.BLIND)
    assert again(StepKind.REMIND, blind) is Recheck.WAIT
    assert again(StepKind.REMIND, replace(blind, support=Support.ASKED)) is Recheck.SEND


def test_a_holiday_word_that_came_too_late_is_dropped() -> None:
    assert again(StepKind.HOLIDAY, finding(State.VIOLATED, days=16)) is Recheck.DROP
    assert again(StepKind.WARN, finding(State.VIOLATED, days=16)) is Recheck.SEND


def test_nobody_is_told_in_the_place_of_whoever_has_the_case() -> None:
    told = notify(step(StepKind.WARN), account(), "UPD-01", spared=lambda person: person == "13800000001")
    assert [notice.role for notice in told] == [Role.LEADER]
    assert notify(step(StepKind.REMIND), account(), "UPD-01", spared=lambda _: True) == ()


def test_a_suspicion_goes_up_to_the_leader_and_then_to_the_office() -> None:
    assert [role for role, _ in people(StepKind.TO_LEADER, account())] == [Role.LEADER]
    assert [role for role, _ in people(StepKind.TO_OFFICE, account())] == [Role.OPERATOR]


@pytest.mark.parametrize("kind", [StepKind.TO_LEADER, StepKind.TO_OFFICE])
def test_what_works_again_goes_no_further_up(kind: StepKind) -> None:
    assert again(kind, finding(State.SUSPECTED)) is Recheck.SEND
    assert again(kind, finding(State.OK)) is Recheck.DROP


def test_a_robot_that_failed_a_person_is_no_way_to_the_operator() -> None:
    one = replace(DIRECTORY, ways={Role.LIAISON: ("office", "mail"), Role.OPERATOR: ("office", "unit-robot")})
    who = account(contacts=(replace(LIAISON, mail="l@example.invalid"), LEADER))
    (notice,) = notify(step(StepKind.REMIND), who, "UPD-01")
    assert [route.channel for route in one.routes(notice, who)] == ["office", "mail", "unit-robot"]


@pytest.mark.parametrize("shared", ["phone", "mail", "dingtalk"])
def test_two_people_who_share_a_phone_are_each_told(shared: str) -> None:
    both = tuple(
        replace(Contact(role=role, name=name), **{shared: "13800000001"})  # type: ignore[arg-type]  # any of the three
        for role, name in ((Role.LIAISON, "联络员甲"), (Role.LEADER, "责任领导甲"))
    )
    both = told_apart(both)
    sent = notify(step(StepKind.WARN, 12), account(contacts=both), "UPD-01")
    assert [notice.role for notice in sent] == [Role.LIAISON, Role.LEADER]
    assert len({notice.person for notice in sent}) == 2
    assert all(whose(notice, account(contacts=both)) == notice.person for notice in sent)


def test_one_person_in_two_roles_is_told_once_however_the_name_is_spaced() -> None:
    both = (
        Contact(role=Role.LIAISON, name="张三", phone="13800000001"),
        Contact(role=Role.LEADER, name="张 三", phone="13800000001"),
    )
    (sent,) = notify(step(StepKind.WARN, 12), account(contacts=told_apart(both)), "UPD-01")
    assert sent.role is Role.LIAISON


def test_who_is_told_apart_stays_so_however_often_the_row_is_written_and_read() -> None:
    both = (
        Contact(role=Role.LIAISON, name="联络员甲", phone="13800000001"),
        Contact(role=Role.LEADER, name="责任领导甲", phone="13800000001"),
    )
    told = account(contacts=told_apart(both))
    assert told_apart(told.contacts) == told.contacts != both
    assert account_of(encode(told)) == account_of(encode(account(contacts=both))) == told


@pytest.mark.parametrize(
    ("liaison", "leader"),
    [
        ({"phone": "13800000001", "mail": "a@b.cn"}, {"mail": "a@b.cn"}),
        ({"phone": "13800000001"}, {"mail": "a@b.cn"}),
        ({"phone": "13800000001", "dingtalk": "u1"}, {"mail": "a@b.cn", "dingtalk": "u1"}),
        ({"mail": "A@b.cn"}, {"phone": "13800000001", "mail": "a@B.cn"}),
    ],
)
def test_one_person_in_two_roles_is_one_whatever_ways_each_role_gives(
    liaison: dict[str, str], leader: dict[str, str]
) -> None:
    both = tuple(
        replace(Contact(role=role, name="张三"), **ways)  # type: ignore[arg-type]  # any of the three
        for role, ways in ((Role.LIAISON, liaison), (Role.LEADER, leader))
    )
    who = account(contacts=told_apart(both))
    (sent,) = notify(step(StepKind.WARN, 12), who, "UPD-01")
    assert (sent.role, whose(sent, who)) == (Role.LIAISON, sent.person)
    assert account_of(encode(who)) == account_of(encode(account(contacts=both))) == who
    assert told_apart(told_apart(both)) == told_apart(both)


@pytest.mark.parametrize("way", ["phone", "mail", "dingtalk"])
def test_two_of_one_name_whose_ways_differ_are_two(way: str) -> None:
    both = tuple(
        replace(Contact(role=role, name="张三"), **{way: value})  # type: ignore[arg-type]  # any of the three
        for role, value in ((Role.LIAISON, "13800000001"), (Role.LEADER, "13900000001"))
    )
    assert len(notify(step(StepKind.WARN, 12), account(contacts=told_apart(both)), "UPD-01")) == 2


def test_who_has_both_roles_is_reached_by_the_ways_of_both_and_hears_as_the_liaison() -> None:
    one = replace(DIRECTORY, ways={Role.LIAISON: ("unit-robot",), Role.LEADER: ("mail",), Role.OPERATOR: ("office",)})
    both = (
        Contact(role=Role.LIAISON, name="张三", phone="13800000001"),
        Contact(role=Role.LEADER, name="张三", mail="a@b.cn"),
    )
    who = account(contacts=told_apart(both))
    for kind in (StepKind.REMIND, StepKind.WARN, StepKind.TO_LEADER):
        (notice,) = notify(step(kind), who, "UPD-01")
        ways = [(route.channel, route.role) for route in one.routes(notice, who)]
        assert ways == [("unit-robot", Role.LIAISON), ("mail", Role.LIAISON), ("office", Role.OPERATOR)]


NOWHERE = ChannelDirectory(channels={}, ways={})


def test_without_any_channel_whatever_is_to_be_said_waits_for_whom_it_is_for() -> None:
    liaison, _ = notify(step(StepKind.WARN), account(), "UPD-01")
    assert NOWHERE.routes(liaison, account()) == (Route(role=Role.LIAISON, person=LIAISON.key, channel=NO_CHANNEL),)
    assert NOWHERE.to_operator() == (Route(role=Role.OPERATOR, channel=NO_CHANNEL),)


def test_an_operator_whom_the_settings_give_no_channel_has_no_way() -> None:
    assert replace(DIRECTORY, ways={}).to_operator() == ()


def test_a_group_is_told_who_is_meant_and_calls_nobody_whose_phone_is_not_known() -> None:
    liaison = replace(LIAISON, phone=None, mail="liaison@example.invalid")
    who = account(contacts=(liaison,), group="unit-robot")
    (notice,) = notify(step(StepKind.REMIND), who, "UPD-01")
    first, *_ = DIRECTORY.routes(notice, who)
    assert first == Route(role=Role.LIAISON, person=liaison.key, channel="unit-robot")


def test_a_leader_is_written_to_before_the_unit_s_group_hears() -> None:
    both = replace(DIRECTORY, ways={Role.LEADER: ("group", "mail")})
    who = account(group="unit-robot")
    _, notice = notify(step(StepKind.WARN), who, "UPD-01")
    assert [route.channel for route in both.routes(notice, who)] == ["mail", "unit-robot"]


def test_a_notice_says_of_which_step_it_is_and_an_alarm_is_the_operator_s() -> None:
    *_, alarm = notify(step(StepKind.CONFIRM, 7), account(), "APP-01", is_alarm=True)
    assert alarm == NewNotice(
        account="A01",
        rule="APP-01",
        kind=StepKind.CONFIRM,
        number=7,
        role=Role.OPERATOR,
        person="",
        at=NOW,
        is_urgent=True,
    )


def test_a_notice_stays_with_whom_it_was_for_though_another_of_the_role_stands_before_them() -> None:
    other = replace(LIAISON, name="联络员乙", phone="13800000002")
    (notice,) = notify(step(StepKind.REMIND), account(), "UPD-01")
    assert whose(notice, account(contacts=(other, LIAISON))) == LIAISON.key


@pytest.mark.parametrize(
    ("state", "then"),
    [
        (State.OK, Recheck.SEND),
        (State.WARNING, Recheck.SEND),
        (State.SUSPECTED, Recheck.DROP),
        (State.VIOLATED, Recheck.DROP),
    ],
)
def test_the_end_of_a_trouble_is_told_only_while_it_is_over(state: State, then: Recheck) -> None:
    assert again(StepKind.RECOVERED, finding(state)) is then


def test_the_last_day_in_time_is_still_told_on_that_day() -> None:
    assert again(StepKind.LAST_DAY, finding(State.WARNING, days=LADDER.limit)) is Recheck.SEND
    assert again(StepKind.LAST_DAY, finding(State.WARNING, days=LADDER.limit + 1)) is Recheck.WAIT
