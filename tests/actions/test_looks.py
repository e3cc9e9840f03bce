"""Looks by hand: what they prove, what they ask before, and how a mistake is corrected."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from monitor.actions.actor import EVERYTHING, Actor, Origin
from monitor.actions.imports.withdraw import WithdrawCommand, withdraw_import
from monitor.actions.looks import (
    CorrectedMeanwhileError,
    CorrectLookCommand,
    LookByHandCommand,
    LookRegistered,
    WouldAccuseError,
    correct_look,
    look_by_hand,
)
from monitor.actions.perform import perform
from monitor.actions.refused import RefusedError
from monitor.core.account import Platform
from monitor.core.calendar import WorkCalendar, beijing_date
from monitor.core.finding import State
from monitor.core.rules import upd_01
from monitor.pipeline.evaluate import RulesInForce
from monitor.store import Store, facts, imports, tables
from monitor.store.cases import due_for_judgement
from tests.core.build import BOOK, beijing_time
from tests.store.build import SOURCES, account, enrol

NOW = beijing_time("2026-12-03 09:00")
RULES = RulesInForce(rules=(upd_01.RULE,), book_of=lambda _: BOOK, calendar=WorkCalendar())
ME = Actor(name="王某", origin=Origin.PAGE, rights=EVERYTHING)
HAND = account(platform=Platform.WEIXIN_CHANNELS, method=None, opened_on=date(2024, 1, 1))


def look(store: Store, newest: str, *, at: datetime = NOW, **others: object) -> LookRegistered:
    command = LookByHandCommand(account="A01", newest=newest, at=at, rules=RULES, **others)  # type: ignore[arg-type]  # as the tests say
    return perform(store, look_by_hand, command, actor=ME, now=at)


def correct(store: Store, number: int | None, newest: str, *, at: datetime = NOW, **others: object) -> LookRegistered:
    assert number is not None
    command = CorrectLookCommand(number=number, newest=newest, why="看错了", rules=RULES, **others)  # type: ignore[arg-type]  # as above
    return perform(store, correct_look, command, actor=ME, now=at)


def verdict(store: Store, now: datetime = NOW, known_at: datetime | None = None) -> tuple[State, int | None]:
    with store.read() as tx:
        (known,) = facts.known(tx, ("A01",), now=now, known_at=known_at)
        ((_, finding),) = RULES.findings(known, now)
    return finding.state, finding.days


@pytest.fixture
def hand(store: Store) -> Store:
    enrol(store, HAND, at=NOW - timedelta(days=90))
    return store


def test_a_complete_look_shows_the_newest_day_and_is_judged_at_once(hand: Store) -> None:
    done = look(hand, "12-1")
    assert done.seen is not None
    assert done.seen.told(beijing_date(NOW)) == "12月1日，完整列表"
    assert verdict(hand) == (State.OK, 2)
    with hand.begin() as tx:
        assert "A01" in due_for_judgement(tx, NOW, 10)


def test_only_a_complete_look_shows_that_nothing_newer_was_there(hand: Store) -> None:
    look(hand, "11-10", is_complete=False)
    assert verdict(hand) == (State.UNKNOWN, 23)
    look(hand, "=", is_confirmed=True)
    assert verdict(hand) == (State.VIOLATED, 23)


def test_a_look_that_would_accuse_asks_first_and_keeps_nothing(hand: Store) -> None:
    with pytest.raises(WouldAccuseError) as asked:
        look(hand, "11-16")
    assert (str(asked.value), asked.value.days) == ("将认定超期：已17天未更新，请再看一眼。", 17)
    with hand.read() as tx:
        assert tx.scalar(sa.select(sa.func.count()).select_from(tables.observations)) == 0
        assert tx.scalar(sa.select(sa.func.count()).select_from(tables.posts)) == 0
    look(hand, "11-16", is_confirmed=True)
    assert verdict(hand) == (State.VIOLATED, 17)


def test_one_that_accuses_of_nothing_new_does_not_ask(hand: Store) -> None:
    look(hand, "11-20")
    look(hand, "11-20", is_confirmed=True, at=NOW + timedelta(days=2))
    later = NOW + timedelta(days=3)
    assert verdict(hand, later)[0] is State.VIOLATED
    look(hand, "=", at=later)
    assert verdict(hand, later) == (State.VIOLATED, 16)


def test_a_correction_that_accuses_of_more_asks_once_more(hand: Store) -> None:
    done = look(hand, "11-16", is_confirmed=True)
    assert verdict(hand) == (State.VIOLATED, 17)
    with pytest.raises(WouldAccuseError) as asked:
        correct(hand, done.number, "11-10")
    assert asked.value.days == 23
    correct(hand, done.number, "11-10", is_confirmed=True)
    assert verdict(hand) == (State.VIOLATED, 23)


def test_never_published_needs_a_second_look_on_another_day(hand: Store) -> None:
    assert look(hand, "-").is_once
    assert verdict(hand)[0] is State.UNKNOWN
    again = NOW + timedelta(hours=1)
    assert look(hand, "-", at=again).is_once
    tomorrow = NOW + timedelta(days=1)
    with pytest.raises(WouldAccuseError):
        look(hand, "-", at=tomorrow)
    assert not look(hand, "-", at=tomorrow, is_confirmed=True).is_once
    assert verdict(hand, tomorrow)[0] is State.VIOLATED


def test_a_mistake_is_corrected_in_place_and_both_values_stay_judgeable(hand: Store) -> None:
    mistaken = look(hand, "11-16", is_confirmed=True)
    later = NOW + timedelta(hours=2)
    correct(hand, mistaken.number, "12-1", at=later)
    assert verdict(hand, later) == (State.OK, 2)
    assert verdict(hand, NOW, NOW) == (State.VIOLATED, 17)
    with hand.read() as tx:
        row = tx.execute(sa.select(tables.acts).order_by(tables.acts.c.id.desc()).limit(1)).one()
    with hand.begin() as tx:
        assert "A01" in due_for_judgement(tx, later, 10)
    assert (row.action, row.before, row.after) == (
        "look correct",
        "2026年11月16日，完整列表",
        "2026年12月1日，完整列表",
    )
    assert "看错了" in row.detail


def test_a_day_that_was_typed_too_late_is_taken_back_with_its_post(hand: Store) -> None:
    look(hand, "11-25", at=NOW - timedelta(days=5))
    mistaken = look(hand, "12-2")
    correct(hand, mistaken.number, "=", at=NOW + timedelta(hours=1))
    assert verdict(hand, NOW + timedelta(hours=1)) == (State.OK, 8)


def test_a_correction_without_a_day_takes_the_look_back(hand: Store) -> None:
    done = look(hand, "12-2")
    assert correct(hand, done.number, "", at=NOW + timedelta(hours=1)).number is None
    assert verdict(hand, NOW + timedelta(hours=1))[0] is State.UNKNOWN


def test_a_correction_that_would_accuse_asks_too(hand: Store) -> None:
    done = look(hand, "12-2")
    with pytest.raises(WouldAccuseError):
        correct(hand, done.number, "11-10")
    assert verdict(hand) == (State.OK, 1)
    correct(hand, done.number, "11-10", is_confirmed=True)
    assert verdict(hand) == (State.VIOLATED, 23)


def test_of_two_who_correct_the_same_look_the_second_is_told(hand: Store) -> None:
    done = look(hand, "12-2")
    correct(hand, done.number, "12-1")
    with pytest.raises(CorrectedMeanwhileError, match=r"^王某已于09:00改正这次登记"):
        correct(hand, done.number, "11-30")


def test_a_look_by_hand_is_withdrawn_like_an_import_and_listed_with_none(hand: Store) -> None:
    done = look(hand, "12-2")
    assert done.number is not None
    with hand.read() as tx:
        assert imports.imports(tx) == ()
    perform(hand, withdraw_import, WithdrawCommand(number=done.number, sources=SOURCES), actor=ME, now=NOW)
    assert verdict(hand)[0] is State.UNKNOWN


@pytest.mark.parametrize(
    ("newest", "said"),
    [
        ("12-4", "晚于今天"),
        ("2023-12-31", "早于开设日期"),
        ("11-1", "早于已知最新"),
        ("-", "有发布"),
        ("什么", "无法识别"),
    ],
)
def test_what_cannot_be_is_refused_with_the_field_named(hand: Store, newest: str, said: str) -> None:
    look(hand, "11-25")
    with pytest.raises(RefusedError, match=said) as refused:
        look(hand, newest)
    assert [field.name for field in refused.value.fields] == ["newest"]


def test_nobody_looks_in_the_future_or_at_an_account_that_is_not_there(hand: Store) -> None:
    command = LookByHandCommand(account="A01", newest="0", at=NOW + timedelta(hours=1), rules=RULES)
    with pytest.raises(RefusedError, match="晚于现在"):
        perform(hand, look_by_hand, command, actor=ME, now=NOW)
    gone = LookByHandCommand(account="A99", newest="0", at=NOW, rules=RULES)
    with pytest.raises(RefusedError, match="没有账号"):
        perform(hand, look_by_hand, gone, actor=ME, now=NOW)
