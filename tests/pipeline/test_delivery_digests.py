"""The digest and the messages of a day: written once, true when they leave."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import partial

import pytest

from monitor.core.account import Role
from monitor.core.calendar import beijing_date
from monitor.core.message import MessageState
from monitor.core.observation import Reason
from monitor.store import Store, Tx, outbox
from monitor.store.roster import save_roster
from tests.core.build import beijing_time
from tests.pipeline.build import (
    NOW,
    Canned,
    account,
    feed,
    office,
    settings,
)
from tests.pipeline.delivering import URL, kept, stale


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
