"""Nothing to be said is lost, said twice, or said to the wrong person."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from alerts.channels import open_channel
from monitor.actions.acknowledge import AcknowledgeByLinkCommand, acknowledge_by_link
from monitor.actions.actor import Actor, Origin, Right
from monitor.actions.perform import perform_async
from monitor.core.account import Contact, Role
from monitor.core.calendar import beijing_date, start_of_day
from monitor.core.finding import Finding, Known, Rule, RuleBook
from monitor.core.message import LEASE, RETRY_PAUSES, TO_BEGIN, Attempt, Grid, Lease, Message, MessageState, Outcome
from monitor.core.news import Words
from monitor.core.notice import ChannelDirectory
from monitor.core.observation import Reason
from monitor.core.token import Permit, Purpose, Refused, TokenKey
from monitor.pipeline import draft
from monitor.pipeline.draft import Drafter
from monitor.pipeline.send import Sender
from monitor.pipeline.test_message import trial
from monitor.settings.sections import Review, Web
from monitor.store import Store, Tx, cases, outbox, retrying, tables
from monitor.store.audit import recent_audit
from monitor.store.outbox import KeptMessage
from monitor.store.roster import save_roster
from tests.alerts import robot
from tests.core.build import beijing_time
from tests.pipeline.build import (
    NOW,
    Canned,
    Clock,
    Office,
    Taking,
    account,
    feed,
    judging_by,
    linking,
    office,
    settings,
)

URL = "https://feed.example/{0}.xml"
NO = Attempt(outcome=Outcome.PERMANENT, code="550", is_about_address=True)
LATER = Attempt(outcome=Outcome.TEMPORARY, code="451")
LOST = Attempt(outcome=Outcome.UNANSWERED)


async def stale(store: Store, *days: int, **chosen: object) -> Office:
    """Return an office that has just looked at accounts whose last posts are that many days old."""
    bodies: dict[str, bytes | Reason] = {
        URL.format(number): feed(NOW - timedelta(days=age)) for number, age in enumerate(days, 1)
    }
    made = office(store, lambda clock: Canned(clock, bodies), settings(**chosen))
    await made.enrol([account(number, URL.format(number)) for number, _ in enumerate(days, 1)])
    await made.look()
    return made


async def kept(of: Office) -> tuple[KeptMessage, ...]:
    """Return every message there is, oldest first."""
    return tuple(reversed(await of.parts.store.query(outbox.messages)))


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
    assert f"放行：1条消息待放行（最早{due.month}月{due.day}日自动放行）" in told.body


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
        found = await store.query(cases.current_findings)
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
    found = await store.query(cases.current_findings)
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


async def test_an_overdue_unit_that_updates_is_told_once_that_it_is_settled(store: Store) -> None:
    bodies: dict[str, bytes | Reason] = {URL: feed(NOW - timedelta(days=16))}
    made = office(store, lambda clock: Canned(clock, bodies))
    await made.enrol([account(1, URL)])
    await made.look()
    await made.settle()
    made.mail.taken.clear()
    bodies[URL] = feed(NOW + timedelta(hours=1), NOW - timedelta(days=16))
    made.clock.forward(timedelta(hours=12))
    await made.look()
    await made.settle()
    assert ["办结" in message.subject for message in made.mail.taken] == [True, True]


@pytest.mark.parametrize(("today", "is_missed"), [("2026-11-30 09:00", False), ("2026-12-01 09:00", True)])
async def test_from_december_on_the_digest_asks_for_the_next_years_days_off(
    store: Store, today: str, *, is_missed: bool
) -> None:
    hours = settings().hours.model_copy(update={"every_day": False})
    made = office(store, lambda clock: Canned(clock, {}), settings(hours=hours))
    made.clock.moment = beijing_time(today)
    await made.parts.passes.write_digest()
    await made.settle()
    assert [("2027年放假和调休安排尚未录入" in message.body) for message in made.duty.taken] == [True] * is_missed


async def test_the_digest_is_written_once_a_day_and_names_what_wants_a_person(store: Store) -> None:
    made = await stale(store, 16)
    await made.enrol([account(2, URL.format(1), contacts=())])
    for _ in range(2):
        await made.parts.passes.judge_all()
        await made.parts.passes.write_digest()
        await made.settle()
    digests = [message for message in made.duty.taken if "每日摘要" in message.subject]
    assert len(digests) == 1
    assert "“示例1”" in digests[0].body
    assert "未确定联络员" in digests[0].body


async def test_a_digest_that_was_held_says_how_things_stand_when_it_is_let_go(store: Store) -> None:
    bodies: dict[str, bytes | Reason] = {URL.format(n): feed(NOW - timedelta(days=16)) for n in (1, 2)}
    made = office(store, lambda clock: Canned(clock, bodies), settings(hold=True))
    await made.enrol([account(n, URL.format(n), contacts=()) for n in (1, 2)])
    await made.look()
    await made.settle()
    await made.parts.passes.write_digest()
    made.clock.forward(timedelta(hours=30))
    bodies[URL.format(1)] = feed(made.clock(), NOW - timedelta(days=16))
    people = account(2, "").contacts
    await made.enrol([account(1, URL.format(1), contacts=people), account(2, URL.format(2), contacts=())])
    await made.look()
    (held,) = [kept_message for kept_message in await kept(made) if kept_message.topic.startswith("digest:")]
    await made.parts.passes.judge_all()
    await store.write(lambda tx: outbox.release(tx, [held.message.id], at=made.clock()))
    await made.settle()
    (told,) = made.duty.taken
    assert told.id == held.message.id
    assert "“示例1”" in held.message.body
    assert "“示例1”" not in told.body
    assert told.subject.endswith("（5月21日，周四）")
    assert "“示例2”（头条号，示例县教育局）：5月4日后未更新，17天，" in told.body
    assert "未确定联络员" in told.body


async def test_what_happened_since_the_last_digest_that_left_stands_in_the_next_however_many_were_held(
    store: Store,
) -> None:
    made = await stale(store, 16, hold=True)
    gone = partial(
        save_roster, accounts=[], sources=made.parts.sources, effective_at=NOW, known_at=NOW + timedelta(hours=1)
    )

    def emptied(tx: Tx) -> None:
        gone(tx, remove_missing=True)

    for day in range(3):
        await made.settle()
        await made.parts.passes.write_digest()
        if day != 1:
            await store.write(lambda tx: outbox.release(tx, None, at=made.clock()))
            await made.settle()
        if day == 0:
            await store.write(emptied)
        made.clock.forward(timedelta(days=1))
    _, last = made.duty.taken
    assert "“示例1”（头条号，示例县教育局）2周未更新：账号已移出台账，自动办结" in last.body


async def test_a_held_digest_that_has_nothing_left_to_say_is_not_sent(store: Store) -> None:
    made = await stale(store, 3, hold=True)
    draft = outbox.Draft(channel="duty", role=Role.OPERATOR, person="", subject="旧", body="旧", topic="digest:1")
    id_ = await store.write(lambda tx: outbox.save_draft(tx, draft, at=NOW, not_before=NOW, held=True))
    made.clock.forward(timedelta(days=1))
    await made.look()
    await store.write(lambda tx: outbox.release(tx, [id_], at=made.clock()))
    await made.settle()
    assert made.duty.taken == []
    assert {kept_message.state for kept_message in await kept(made)} == {MessageState.CANCELLED}


async def test_on_friday_a_weekend_deadline_is_named_and_on_sunday_nobody_is_written_to(store: Store) -> None:
    friday = datetime.combine(date(2026, 5, 22), time(1), NOW.tzinfo)
    real_week = settings().hours.model_copy(update={"every_day": False})
    made = office(
        store, lambda clock: Canned(clock, {URL: feed(friday - timedelta(days=13))}), settings(hours=real_week)
    )
    await made.enrol([account(1, URL)])
    for day in range(3):
        made.clock.moment = friday + timedelta(days=day)
        await made.look()
        await made.settle()
    assert {message.subject[:6] for message in made.mail.taken} == {"【更新预警】"}
    assert "更新期限5月23日适逢周六，请提前于**今日（5月22日）24时前**更新" in made.mail.taken[0].body
    assert len(made.mail.taken) == 2


@pytest.mark.parametrize(
    ("answer", "state", "attempts"),
    [
        (robot.TAKEN, MessageState.SENT, 1),
        (robot.REFUSED, MessageState.FAILED, 1),
        (robot.UNKNOWN_TOKEN, MessageState.FAILED, 1),
        (robot.TOO_FAST, MessageState.QUEUED, 1),
        (robot.BUSY, MessageState.QUEUED, 1),
        (robot.BROKEN, MessageState.QUEUED, 1),
        (robot.HANG, MessageState.QUEUED, 1),
    ],
)
async def test_only_errcode_0_counts_as_sent(
    store: Store, caplog: pytest.LogCaptureFixture, answer: robot.Answer, state: MessageState, attempts: int
) -> None:
    made = await stale(store, 10)
    with robot.Robot(clock=Clock()) as far:
        far.will(answer)
        opened = open_channel("robot", far.url, clock=made.clock, base_url=far.base_url)
        group = replace(opened, limit=timedelta(seconds=0.5))
        made.parts.directory.channels["robot"] = group  # type: ignore[index]  # the office's own dict
        await made.enrol([account(1, URL.format(1), group="robot")])
        roles = made.parts.directory.ways
        roles[Role.LIAISON] = ("group",)  # type: ignore[index]  # as above
        roles[Role.LEADER] = roles[Role.OPERATOR] = ()  # type: ignore[index]  # as above
        await made.settle()
        (message,) = await kept(made)
        assert (message.state, message.attempts) == (state, attempts)
    with store.read() as tx:
        rows = str([tx.execute(sa.select(table)).all() for table in tables.metadata.sorted_tables])
    assert far.token not in rows
    assert far.token not in caplog.text


async def test_what_a_channel_has_no_room_for_is_told_in_another_message(store: Store) -> None:
    made = await stale(store, *[10] * 11, 16)
    made.mail.longest = 1_500
    await made.settle()
    to_liaison = [message for message in made.mail.taken if message.address == "liaison@example.invalid"]
    assert len(to_liaison) > 1
    assert all(len(message.body.encode()) <= 1_500 for message in to_liaison)
    told = [number for message in to_liaison for number in re.findall(r"“示例(\d+)”（", message.body)]
    assert sorted(told, key=int) == [str(number) for number in range(1, 13)]
    assert told[0] == "12"
    assert len({message.id for message in to_liaison}) == len(to_liaison)


async def test_one_account_that_has_no_room_is_told_of_all_the_same(store: Store) -> None:
    made = await stale(store, 10)
    made.mail.longest = 10
    await made.settle()
    assert len(made.mail.taken) == 1


async def test_a_robot_that_said_how_long_it_takes_nothing_is_left_alone_that_long(store: Store) -> None:
    made = await stale(store, 10, 10, 10)
    people = [Contact(role=Role.LIAISON, name=f"联络员{n}", mail=f"l{n}@example.invalid") for n in range(3)]
    leader = Contact(role=Role.LEADER, name="责任领导甲", mail="leader@example.invalid")
    await made.enrol(
        [account(n + 1, URL.format(n + 1), contacts=(contact, leader)) for n, contact in enumerate(people)]
    )
    made.mail.answers = [Attempt(outcome=Outcome.TEMPORARY, code="130101", retry_after=timedelta(minutes=10))]
    await made.settle()
    assert len(made.mail.taken) == 1
    made.clock.forward(timedelta(minutes=9, seconds=59))
    await made.settle()
    assert len(made.mail.taken) == 1
    made.clock.forward(timedelta(seconds=1))
    await made.settle()
    assert len(made.mail.taken) == 4


async def test_two_names_of_one_robot_share_its_pace(store: Store) -> None:
    made = await stale(store, 10, 10)
    one, other = Same("one", is_group=True, per_minute=1), Same("other", is_group=True, per_minute=1)
    made.parts.directory.channels.update(one=one, other=other)  # type: ignore[attr-defined]  # the office's own dict
    made.parts.directory.ways[Role.LIAISON] = ("group",)  # type: ignore[index]  # as above
    groups = {1: "one", 2: "other"}
    await made.enrol([account(number, URL.format(number), group=group) for number, group in groups.items()])
    await made.settle()
    assert len(one.taken) + len(other.taken) == 1
    made.clock.forward(timedelta(minutes=1))
    await made.settle()
    assert (len(one.taken), len(other.taken)) == (1, 1)


class Same(Taking):
    """Another name of the same robot."""

    @property
    def bucket(self) -> str:
        return "the robot"


async def test_a_clock_that_is_put_back_stops_nothing(store: Store) -> None:
    made = await stale(store, 10)
    await made.settle()
    made.mail.per_minute = 1
    made.clock.forward(-timedelta(hours=1))
    await made.enrol([account(2, URL.format(1))])
    await made.look()
    await made.settle()
    made.clock.forward(timedelta(minutes=1))
    await made.settle()
    assert [re.findall(r"“示例(\d)”（", message.body) for message in made.mail.taken] == [["1"], ["2"]]


async def test_what_nobody_heard_of_before_leaves_first(store: Store) -> None:
    made = await stale(store, 10)
    await made.settle()
    made.mail.taken.clear()
    made.clock.forward(timedelta(days=2))
    await made.enrol([account(2, URL.format(1), contacts=(NEW, replace(NEW, role=Role.LEADER)))])
    await made.look()
    await made.settle()
    assert made.mail.taken[0].address == "new@example.invalid"
    assert len(made.mail.taken) == 3


NEW = Contact(role=Role.LIAISON, name="联络员乙", mail="new@example.invalid")


async def test_what_was_written_before_the_clock_was_put_back_leaves_in_its_turn(store: Store) -> None:
    made = await stale(store, 10)
    made.clock.forward(timedelta(hours=2))
    await made.parts.passes.judge_all()
    await made.look()
    await made.parts.passes.judge_all()
    await made.parts.drafter.prepare(made.clock())
    made.clock.forward(-timedelta(hours=1))
    await made.settle()
    assert [message.address for message in made.mail.taken] == ["liaison@example.invalid"]


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
    (token,) = re.findall(r"\[已知悉，由我处理\]\(https://x\.example/k/(\S+)\)", message.body)
    permit = SIGNING.read(token, made.clock())
    assert isinstance(permit, Permit)
    assert (permit.purpose, permit.message) == (Purpose.ACKNOWLEDGE, message.id)
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
    with pytest.raises(ZeroDivisionError):
        await drafter.prepare(made.clock())


async def test_who_takes_over_goes_on_where_the_other_ended(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft, "SLICE", 1)
    made = await stale(store, 10, 10, 10)
    people = [Contact(role=Role.LIAISON, name=f"联络员{n}", mail=f"l{n}@example.invalid") for n in range(3)]
    await made.enrol([account(n + 1, URL.format(n + 1), contacts=(contact,)) for n, contact in enumerate(people)])
    await made.parts.passes.judge_all()
    rules_in_force, judged = made.parts.rules_in_force, list[str]()

    def judging(until: int) -> Drafter:
        def judge(rule: Rule, known: Known, book: RuleBook, now: datetime) -> Finding:
            judged.append(known.account.id)
            assert len(judged) < until, "killed"
            return rule.judge(known, book, now)

        rules = [replace(rule, judge=partial(judge, rule)) for rule in rules_in_force.rules]
        return judging_by(made.parts.drafter, replace(rules_in_force, rules=rules))

    with pytest.raises(AssertionError, match="killed"):
        await judging(until=3).prepare(made.clock())
    assert await judging(until=100).prepare(made.clock()) == 1
    assert judged == ["A01", "A02", "A03", "A03"]
    assert {kept_message.person for kept_message in await kept(made)} == {contact.key for contact in people}


async def test_what_was_cut_off_in_the_middle_is_sent_again_and_marked(store: Store) -> None:
    made = await stale(store, 10)
    await made.parts.passes.judge_all()
    await made.parts.drafter.prepare(made.clock())
    with store.begin(durable=True) as tx:
        (due,) = outbox.due_messages(tx, made.clock(), 9)
        lease = outbox.take(tx, due.message.id, "dead", at=made.clock())
        assert lease is not None
        outbox.freeze(tx, lease, subject="主题", body="正文", at=made.clock())
    await made.settle()
    assert made.mail.taken == []  # whoever has it may only be slow
    made.clock.forward(LEASE)
    await made.settle()
    assert [message.id for message in made.mail.taken] == [due.message.id]
    with store.read() as tx:
        tries = [tried.attempt for tried in outbox.attempts_of(tx, due.message.id)]
    assert [(attempt.outcome, attempt.code) for attempt in tries] == [
        (Outcome.UNANSWERED, "interrupted"),
        (Outcome.SENT, "0"),
    ]


class Fatal(Taking):
    """A channel in the middle of whose sending the process is killed."""

    async def send(self, message: Message) -> Attempt:
        await super().send(message)
        raise KeyboardInterrupt


async def test_a_trial_that_was_cut_off_is_not_repeated_for_whoever_tried(store: Store) -> None:
    made = await stale(store)
    made.parts.directory.channels["duty"] = channel = Fatal("duty", is_group=True)  # type: ignore[index]  # as below
    draft = outbox.Draft(channel="duty", role=Role.OPERATOR, person="", subject="试发", body="正文")
    with pytest.raises(KeyboardInterrupt):
        await trial(store, channel, draft, holder="killed", clock=made.clock)
    made.clock.forward(LEASE)
    await made.settle()
    (sent,) = channel.taken
    (message,) = await kept(made)
    assert message.state is MessageState.CANCELLED
    with store.read() as tx:
        (tried,) = outbox.attempts_of(tx, sent.id)
    assert (tried.attempt.outcome, tried.attempt.code) == (Outcome.UNANSWERED, "interrupted")
    assert "不再重发" in tried.attempt.detail


async def test_who_slept_between_taking_a_message_and_sending_it_sends_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await stale(store, 10)
    settle = outbox.freeze

    def asleep(tx: Tx, lease: Lease, *, subject: str, body: str, grid: Grid, at: datetime) -> Message:
        made.clock.forward(TO_BEGIN + timedelta(seconds=1))
        return settle(tx, lease, subject=subject, body=body, grid=grid, at=at)

    monkeypatch.setattr(outbox, "freeze", asleep)
    await made.parts.passes.judge_all()
    await made.parts.passes.deliver()
    assert made.mail.taken == []
    monkeypatch.undo()
    await made.settle()
    (message,) = made.mail.taken
    with store.read() as tx:
        assert [tried.attempt.outcome for tried in outbox.attempts_of(tx, message.id)] == [Outcome.SENT]


class Outlived(Taking):
    """A channel that answers when somebody else has taken the message over."""

    def __init__(self, made: Office) -> None:
        super().__init__("mail")
        self.made = made

    async def send(self, message: Message) -> Attempt:
        if not self.taken:
            self.made.clock.forward(LEASE)
            assert await replace(self.made.parts.sender, holder="successor").recover(self.made.clock()) == 1
        return await super().send(message)


async def test_who_was_taken_for_dead_does_not_write_what_came_of_it(store: Store) -> None:
    made = await stale(store, 10)
    made.parts.directory.channels["mail"] = channel = Outlived(made)  # type: ignore[index]  # the office's own dict
    await made.settle()
    first, again = channel.taken
    assert first == again
    with store.read() as tx:
        tries = [tried.attempt for tried in outbox.attempts_of(tx, first.id)]
    assert [(attempt.outcome, attempt.code) for attempt in tries] == [
        (Outcome.UNANSWERED, "interrupted"),
        (Outcome.SENT, "0"),
    ]


class Withdrawing(Taking):
    """A channel while whose first message is on its way everything of a topic is withdrawn."""

    def __init__(self, made: Office) -> None:
        super().__init__("duty", is_group=True)
        self.made = made

    async def send(self, message: Message) -> Attempt:
        at = self.made.clock()
        await self.made.parts.store.write(lambda tx: outbox.withdraw(tx, "outage", at=at))
        return await super().send(message)


async def test_what_is_withdrawn_while_it_stands_in_line_is_not_sent(store: Store) -> None:
    made = office(store, lambda clock: Canned(clock, {}))
    made.parts.directory.channels["duty"] = channel = Withdrawing(made)  # type: ignore[index]  # as above
    for topic in ("first", "outage"):
        words = Words(subject=topic, body=topic)
        await store.write(partial(made.parts.drafter.tell_operator, words=words, topic=topic, now=made.clock()))
        made.clock.forward(timedelta(seconds=1))
    await made.parts.sender.deliver_due()
    await made.parts.sender.deliver_due()
    assert [message.subject for message in channel.taken] == ["first"]


async def test_the_digest_names_what_is_about_to_end_and_what_has_ended(store: Store) -> None:
    made = office(store, lambda clock: Canned(clock, {URL.format(n): feed(NOW) for n in (1, 2, 3)}))
    today = beijing_date(NOW)
    await made.enrol(
        [
            account(1, URL.format(1), grant_until=today + timedelta(days=7)),
            account(2, URL.format(2), verified_until=today - timedelta(days=1)),
            account(3, URL.format(3), grant_until=today + timedelta(days=90)),
        ]
    )
    await made.look()
    await made.settle()
    await made.parts.passes.write_digest()
    await made.settle()
    (body,) = [message.body for message in made.duty.taken if "每日摘要" in message.subject]
    assert "到期（还有7天），请在此前续期并更新台账" in body
    assert "到期，此后不作超期判定，请续期后更新台账" in body
    assert "示例3" not in body
