"""What a far side surely did not take is composed and routed anew; what it may have taken is repeated on its day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.channels import open_channel
from alerts.mail import Mail
from monitor.app.settings import load_settings
from monitor.core.account import Contact, Role
from monitor.core.message import RETRY_PAUSES, Attempt, MessageState, Outcome
from monitor.core.observation import Reason
from monitor.logs import redacted
from monitor.store import Store, outbox, retrying
from tests.alerts import post_office
from tests.alerts.post_office import PostOffice
from tests.core.build import beijing_time
from tests.pipeline.build import CONFIG, Canned, account, feed, office, settings
from tests.pipeline.delivering import LOST, URL, kept, stale

ONE_DAY = timedelta(days=1)
REFUSALS = {
    "451": Attempt(outcome=Outcome.TEMPORARY, code="451", detail="greylisted"),
    "452": Attempt(outcome=Outcome.TEMPORARY, code="452", detail="disk full"),
    "503": Attempt(outcome=Outcome.TEMPORARY, code="HTTP 503"),
    "busy": Attempt(outcome=Outcome.TEMPORARY, code="-1", retry_after=timedelta(minutes=1)),
}
NEW = Contact(role=Role.LIAISON, name="联络员乙", mail="new@example.invalid")
LEADER = Contact(role=Role.LEADER, name="责任领导甲", mail="leader@example.invalid")


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)
async def test_what_was_refused_today_says_tomorrow_how_things_stand_tomorrow(store: Store, refusal: Attempt) -> None:
    made = await stale(store, 13)
    made.mail.answers = [refusal] * (1 if refusal.retry_after else 2)
    await made.settle()
    refused = list(made.mail.taken)
    made.clock.forward(ONE_DAY)
    await made.look()
    await made.settle()
    rest = made.mail.taken[len(refused) :]
    assert all("**13天**" in message.body for message in refused)
    assert {message.address for message in rest} == {"liaison@example.invalid", "leader@example.invalid"}
    assert all("**14天**未更新" in message.body and "今日为最后一天" in message.body for message in rest)
    assert {message.id for message in rest} >= {message.id for message in refused}, "no new numbers"


async def test_the_log_says_which_channel_refused_and_why_and_no_word_of_it_is_blotted_out(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    made = await stale(store, 10)
    made.mail.answers = [Attempt(outcome=Outcome.TEMPORARY, code="gaierror", detail="未能连接邮件服务器，邮件未发出")]
    await made.settle()
    (line,) = [record for record in caplog.records if record.message == "not delivered"]
    said = redacted(None, "", {name: vars(line)[name] for name in ("channel", "outcome", "answer", "detail")})
    assert said == {
        "channel": "mail",
        "outcome": "temporary",
        "answer": "gaierror",
        "detail": "未能连接邮件服务器，邮件未发出",
    }


async def test_what_was_refused_before_a_holiday_says_after_it_what_is_so_then(store: Store) -> None:
    hours = load_settings(CONFIG, None).hours
    begun = beijing_time("2026-09-30 09:00")
    bodies: dict[str, bytes | Reason] = {URL.format(1): feed(begun - timedelta(days=14))}
    made = office(store, lambda clock: Canned(clock, bodies), settings(hours=hours))
    made.clock.moment = begun
    await made.enrol([account(1, URL.format(1))])
    await made.look()
    made.mail.answers = [REFUSALS["451"]] * 2
    await made.settle()
    assert all("今日为最后一天" in message.body for message in made.mail.taken)
    made.mail.taken.clear()
    made.clock.moment = beijing_time("2026-10-08 08:46")
    await made.look()
    for _ in range(3):
        await made.settle()
        made.clock.forward(timedelta(minutes=1))
    assert {message.address for message in made.mail.taken} == {"liaison@example.invalid", "leader@example.invalid"}
    assert len(made.mail.taken) == 2, "one word for each, however many steps were due meanwhile"
    assert all("已**22天**未更新" in message.body for message in made.mail.taken)
    assert not any("今日为最后一天" in message.body or "9月30日" in message.body for message in made.mail.taken)


async def test_who_has_left_since_is_not_written_to_and_who_came_is(store: Store) -> None:
    made = await stale(store, 10)
    made.mail.answers = [REFUSALS["451"]]
    await made.settle()
    await made.enrol([account(1, URL.format(1), contacts=(NEW, LEADER))])
    for pause in RETRY_PAUSES[:2]:
        await made.settle()
        made.clock.forward(pause)
    assert [message.address for message in made.mail.taken] == ["liaison@example.invalid", "new@example.invalid"]


async def test_what_nobody_answered_says_on_another_day_what_is_so_then_under_its_number(store: Store) -> None:
    made = await stale(store, 10)
    made.mail.answers = [LOST]
    await made.settle()
    made.clock.forward(ONE_DAY)
    await made.look()
    await made.settle()
    first, second = made.mail.taken
    assert first.id == second.id
    assert "**11天**" in second.body
    (message,) = await kept(made)
    assert (message.state, message.attempts) == (MessageState.SENT, 2)


async def test_whom_nobody_answered_for_is_not_written_to_on_another_day_when_he_has_left(store: Store) -> None:
    made = await stale(store, 10)
    made.mail.answers = [LOST]
    await made.settle()
    await made.enrol([account(1, URL.format(1), contacts=(NEW, LEADER))])
    made.clock.forward(ONE_DAY)
    await made.look()
    for _ in range(2):
        await made.settle()
    assert [message.address for message in made.mail.taken] == ["liaison@example.invalid", "new@example.invalid"]


async def test_tries_that_come_to_nothing_are_counted_over_all_words_and_end(store: Store) -> None:
    made = await stale(store, 10)
    alone = Contact(role=Role.LIAISON, name="联络员甲", mail="liaison@example.invalid")
    await made.enrol([account(1, URL.format(1), contacts=(alone,))])
    made.mail.answers = [REFUSALS["451"], LOST] * 9
    await made.settle()
    for pause in RETRY_PAUSES:
        made.clock.forward(pause)
        await made.settle()
    assert len(made.mail.taken) == len(RETRY_PAUSES) + 1
    assert len({message.id for message in made.mail.taken}) == 1
    assert len(made.duty.taken) == 1


async def test_a_mail_server_that_refuses_today_and_accepts_tomorrow(store: Store) -> None:
    made = await stale(store, 13)
    with PostOffice(to_rcpt=post_office.GREYLISTED) as far:
        mail = open_channel("mail", f"mailto://127.0.0.1:{far.port}?from=office@example.invalid", clock=made.clock)
        assert isinstance(mail, Mail)
        made.parts.directory.channels["mail"] = mail  # type: ignore[index]  # the office's own dict
        await made.settle()
        assert far.mails == []
        far.to_rcpt = post_office.TAKEN
        made.clock.forward(ONE_DAY)
        await made.look()
        for _ in range(2):
            await made.settle()
            made.clock.forward(timedelta(minutes=10))
    assert far.recipients == [["liaison@example.invalid"], ["leader@example.invalid"]]
    subjects = [letter["Subject"] for letter in far.mails]
    assert all("今日须更新（已14天）" in subject for subject in subjects)


async def test_a_person_who_has_a_refused_message_sent_again_sends_words_of_now(store: Store) -> None:
    made = await stale(store, 10)
    no = replace(REFUSALS["451"], outcome=Outcome.PERMANENT)
    made.mail.answers, made.duty.answers = [no, no], [no]
    await made.settle()
    made.clock.forward(timedelta(minutes=30))
    refused = made.mail.taken[0]
    await store.write(lambda tx: retrying.retry(tx, [refused.id], at=made.clock()))
    for _ in range(2):
        await made.settle()
    again = made.mail.taken[-1]
    assert (again.id, again.address) == (refused.id, "liaison@example.invalid")
    assert "9时33分" in again.body
    assert await store.query(outbox.waiting_notices) == ()
