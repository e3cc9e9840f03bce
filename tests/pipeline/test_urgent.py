"""What cannot wait for the morning reaches the duty officer at once; everything else keeps to the hours."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from monitor.app.settings import load_settings
from monitor.core.account import Platform, Source
from monitor.core.message import Attempt, MessageState, Outcome
from monitor.core.observation import Covers, Reason, Standing, Timeline
from monitor.core.record import NewRecord, RecordKind, Result
from monitor.core.subject import SubjectKind
from monitor.settings.sections import PlatformSettings
from monitor.store import Store, outbox, records
from tests.core.build import beijing_time
from tests.pipeline.build import CONFIG, Canned, Office, Taking, account, feed, office, settings
from tests.store.build import look, record

NIGHT = beijing_time("2026-10-03 22:00")
"""A Saturday in the middle of 国庆."""
URL = "https://feed.example/a.xml"
HOURS = load_settings(CONFIG, None).hours


def on_holiday(store: Store, bodies: dict[str, bytes | Reason], **chosen: object) -> Office:
    """Return an office with the hours and the calendar that the project ships, at night."""
    made = office(store, lambda clock: Canned(clock, bodies), settings(hours=HOURS, **chosen), surveyed=True)
    made.clock.moment = NIGHT
    return made


def recorded(made: Office, result: Result) -> None:
    on = date(2026, 10, 3)
    row = NewRecord(kind=RecordKind.CONTENT_SAFETY, subject=SubjectKind.ACCOUNT, name="A01", on=on, result=result)
    with made.parts.store.begin() as tx:
        records.save_records(tx, [row], known_at=made.clock())


async def hit(store: Store, **chosen: object) -> Office:
    """Return an office where an account, stale besides, was just found to be tampered with."""
    made = on_holiday(store, {URL: feed(NIGHT - timedelta(days=16))}, **chosen)
    await made.enrol([account(1, URL)])
    await made.look()
    recorded(made, Result.FAULTY)
    return made


async def test_on_a_saturday_night_of_the_national_holiday_the_duty_officer_hears_at_once(store: Store) -> None:
    made = await hit(store)
    await made.settle()
    (told,) = made.duty.taken
    assert told.subject == "【紧急】请立即核实：“示例1”头条号（10月3日22时3分）"
    assert "有1项内容安全问题待处置，请登录系统查看" in told.body
    assert "页面被篡改" not in told.body, "what was recorded may be what nobody should read"
    assert f"编号{told.id[-8:]}" in told.body
    assert made.mail.taken == []
    for _ in range(3):
        made.clock.forward(timedelta(hours=5))
        await made.settle()
    assert len(made.duty.taken) == 1


async def test_the_rest_waits_for_the_first_working_morning_and_names_the_alarm_no_more(store: Store) -> None:
    made = await hit(store)
    await made.settle()
    made.duty.taken.clear()
    made.clock.moment = beijing_time("2026-10-08 08:46")
    await made.look()
    await made.parts.passes.judge_all()
    await made.parts.passes.write_digest()
    await made.settle()
    assert [message.subject[:6] for message in made.duty.taken] == ["【每日摘要】"]
    assert "页面被篡改" not in made.duty.taken[0].body
    assert {message.subject[:6] for message in made.mail.taken} == {"【督办】拟列"}


async def test_an_alarm_leaves_before_everything_else_and_within_the_pace_of_its_channel(store: Store) -> None:
    made = await hit(store)
    made.duty.per_minute = 1
    made.clock.moment = beijing_time("2026-10-08 08:50")
    await made.look()
    await made.parts.passes.judge_all()
    await made.parts.passes.write_digest()
    await made.settle()
    assert [message.subject[:4] for message in made.duty.taken] == ["【紧急】"]
    made.clock.forward(timedelta(minutes=1))
    await made.settle()
    assert [message.subject[:4] for message in made.duty.taken[1:]] == ["【每日摘"]


async def test_an_alarm_that_is_over_before_it_leaves_is_not_sent(store: Store) -> None:
    made = await hit(store)
    await made.parts.passes.judge_all()
    await made.parts.drafter.prepare(made.clock())
    recorded(made, Result.SETTLED)
    await made.parts.sender.deliver_due()
    assert made.duty.taken == []


async def test_an_alarm_that_one_channel_refuses_takes_the_next_at_once(store: Store) -> None:
    made = await hit(store)
    made.duty.answers = [Attempt(outcome=Outcome.PERMANENT, code="310000")]
    second = Taking("second", is_group=True)
    made.parts.directory.channels["second"] = second  # type: ignore[index]  # the office's own dict
    ways = made.parts.directory.ways
    for role in ways:
        ways[role] = (*ways[role], "second")  # type: ignore[index]  # as above
    await made.settle()
    assert [message.subject[:4] for message in second.taken] == ["【紧急】"]


async def test_an_alarm_is_tried_again_at_night(store: Store) -> None:
    made = await hit(store)
    made.duty.answers = [Attempt(outcome=Outcome.TEMPORARY, code="-1")]
    await made.settle()
    made.clock.forward(timedelta(minutes=1))
    await made.settle()
    assert len(made.duty.taken) == 2


async def test_an_office_that_holds_its_messages_finds_the_alarm_held(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    made = await hit(store, hold=True)
    await made.settle()
    assert made.duty.taken == []
    assert "urgent message held" in caplog.text
    held = [kept for kept in await store.query(outbox.messages) if kept.is_urgent]
    assert [kept.state for kept in held] == [MessageState.HELD]
    await store.write(lambda tx: outbox.release(tx, None, at=made.clock()))
    await made.settle()
    assert [message.subject[:4] for message in made.duty.taken] == ["【紧急】"]


VIVO = Path(__file__).parents[1] / "fixtures" / "vivo_store"
ASKED = "https://h5-api.appstore.vivo.com.cn/detailInfo?appId="
CANARY = (VIVO / "record.json").read_bytes()


@pytest.mark.parametrize("is_main", [True, False])
async def test_a_main_app_that_is_gone_is_an_alarm_and_another_is_not(store: Store, *, is_main: bool) -> None:
    bodies: dict[str, bytes | Reason] = {
        f"{ASKED}1000001": CANARY,
        f"{ASKED}1000002": (VIVO / "none.json").read_bytes(),
    }
    made = on_holiday(store, bodies, platforms={"vivo-store": PlatformSettings(canary="1000001")})
    made.clock.moment -= timedelta(hours=33)
    app = account(1, "", platform=Platform.MOBILE_APP, method="vivo-store=1000002", is_main=is_main)
    await made.enrol([app])
    for _ in range(4):
        await made.look()
        await made.settle()
        made.clock.forward(timedelta(hours=10))
    assert [message.subject[:4] for message in made.duty.taken] == (["【紧急】"] if is_main else [])
    assert not is_main or "疑似下架" in made.duty.taken[0].body
    assert made.mail.taken == []


@pytest.mark.parametrize("is_main", [True, False])
async def test_a_main_account_that_its_platform_no_longer_shows_is_an_alarm(store: Store, *, is_main: bool) -> None:
    made = on_holiday(store, {URL: feed(NIGHT)})
    await made.enrol([account(1, URL, is_main=is_main)])
    await made.look()
    await made.settle()
    watched = Source(account="A01", collector="feed", key=URL)
    banned = Timeline(posts=(), covers=Covers.ALL, standing=Standing.BANNED)
    for _ in range(2):
        made.clock.forward(timedelta(hours=2))
        record(store, look(made.clock(), banned, watched))
        await made.settle()
    assert [message.subject for message in made.duty.taken] == [
        "【紧急】请立即核实：“示例1”头条号（10月4日2时3分）"
    ] * is_main
    assert not is_main or "平台显示账号" in made.duty.taken[0].body
