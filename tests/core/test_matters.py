"""What records open ends one by one: no newer message, incident or impostor hides an older one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.finding import AreaRule, State
from monitor.core.matters import Ways, still_open
from monitor.core.record import Record, RecordKind, Result
from monitor.core.rules import fake_01, fun_02, sec_01
from monitor.core.subject import SubjectKind
from tests.core.area import judged, record, register, verdict

WAYS = Ways(opens={Result.RECEIVED}, settles={Result.ANSWERED})
FIRST = date(2022, 5, 1)


def history(kind: RecordKind, *said: str) -> tuple[Record, ...]:
    """Return records of days one after the other, each `结果` or `结果#编号`."""
    rows = []
    for place, text in enumerate(said):
        word, _, number = text.partition("#")
        on = (FIRST + timedelta(days=place)).isoformat()
        rows.append(replace(record(kind, "A01", on, word, item=number), id=place + 1))
    return tuple(rows)


def days(records: tuple[Record, ...]) -> list[int]:
    return [(record.on - FIRST).days for record in records]


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (("收到", "收到"), [0, 1]),
        (("收到", "收到", "已答复"), [1]),
        (("收到", "已答复", "收到"), [2]),
        (("收到#1", "收到#2", "已答复#2"), [0]),
        (("收到#1", "收到#2", "已答复#1"), [1]),
        (("收到#1", "收到#1", "已答复#1"), []),
        (("收到#1", "收到#2", "已答复"), [1]),
        (("收到", "收到#2", "已答复#2"), [0]),
        (("收到", "已答复#7"), []),  # the number came with the answer
        (("收到", "收到#1", "已答复#1", "已答复#1"), [0]),  # what was answered is not answered for another
        (("已答复", "收到"), [1]),
    ],
)
def test_an_answer_ends_its_own_message_or_the_oldest(said: tuple[str, ...], left: list[int]) -> None:
    assert days(still_open(history(RecordKind.MESSAGE_REPLY, *said), WAYS)) == left


@pytest.mark.parametrize("number", ["W-2", "w-2", "\uff37\uff0d\uff12", "w\u20142", "W - 2"])
def test_a_number_is_the_same_however_it_is_typed(number: str) -> None:
    records = history(RecordKind.MESSAGE_REPLY, "收到#w-2", "收到#w-3", f"已答复#{number}")
    assert days(still_open(records, WAYS)) == [1]


@given(st.lists(st.sampled_from(["收到", "已答复"]), max_size=12))
def test_without_numbers_as_many_wait_as_were_not_answered_and_they_are_the_latest(said: list[str]) -> None:
    waiting = 0
    for text in said:
        waiting = waiting + 1 if text == "收到" else max(0, waiting - 1)
    found = days(still_open(history(RecordKind.MESSAGE_REPLY, *said), WAYS))
    received = [place for place, text in enumerate(said) if text == "收到"]
    assert found == received[len(received) - waiting :]


@given(st.lists(st.tuples(st.sampled_from(["收到", "已答复"]), st.sampled_from("123")), max_size=12))
def test_with_numbers_each_message_is_judged_as_if_it_were_alone(said: list[tuple[str, str]]) -> None:
    every = history(RecordKind.MESSAGE_REPLY, *(f"{word}#{number}" for word, number in said))
    alone = [record for number in "123" for record in still_open([each for each in every if each.item == number], WAYS)]
    assert sorted(days(still_open(every, WAYS))) == sorted(days(tuple(alone)))


def on(rule: AreaRule, kind: RecordKind, *said: str) -> State:
    return verdict(rule, register(records=history(kind, *said)), "2022-06-20 09:00").state


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (("收到", "已答复"), State.OK),
        (("收到", "收到", "已答复"), State.WARNING),  # the newer one still waits
        (("收到#1", "收到#2", "已答复#2"), State.WARNING),  # the older one does
        (("收到#1", "收到#2", "已答复#2", "已答复#1"), State.OK),
        (("收到", "未收到答复"), State.NEEDS_REVIEW),
        (("未收到", "已答复"), State.OK),
    ],
)
def test_a_newer_message_hides_no_older_one(said: tuple[str, ...], expected: State) -> None:
    assert on(fun_02.RULE, RecordKind.MESSAGE_REPLY, *said) is expected


def test_the_message_that_waits_longest_is_named_and_the_others_counted() -> None:
    of = register(records=history(RecordKind.MESSAGE_REPLY, "收到", "收到", "收到"))
    finding = verdict(fun_02.RULE, of, "2022-06-20 09:00")
    assert finding.because.startswith("5月1日的公众留言已")
    assert "另有2条待答复" in finding.because


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (("存在问题", "未发现问题"), State.NEEDS_REVIEW),  # nobody said that it was dealt with
        (("存在问题", "已处置", "未发现问题"), State.OK),
        (("存在问题", "存在问题", "已处置"), State.NEEDS_REVIEW),  # the same one again, or another?
        (("存在问题#1", "存在问题#2", "已处置#2"), State.VIOLATED),
        (("存在问题#1", "存在问题#2", "已处置#2", "不属实#1"), State.OK),
        (("疑似", "存在问题"), State.VIOLATED),
        (("疑似", "存在问题", "已处置"), State.OK),
        (("疑似", "未发现问题"), State.OK),
        (("疑似", "不属实"), State.OK),
        (("存在问题", "已处置", "疑似"), State.SUSPECTED),
        (("存在问题", "表述错误，已整改"), State.NEEDS_REVIEW),
        (("表述错误", "已处置"), State.OK),
    ],
)
def test_an_incident_is_over_when_it_was_dealt_with_and_by_no_other(said: tuple[str, ...], expected: State) -> None:
    assert on(sec_01.RULE, RecordKind.CONTENT_SAFETY, *said) is expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (("发现", "已转办"), State.OK),
        (("未发现",), State.OK),
        (("发现", "发现", "已转办"), State.WARNING),
        (("发现", "发现", "已转办", "已关停"), State.WARNING),  # the one that was handed on
        (("发现#1", "发现#2", "已关停#2"), State.WARNING),
        (("发现#1", "发现#2", "已关停#2", "不属实#1"), State.OK),
        (("发现假冒账号若干",), State.NEEDS_REVIEW),
    ],
)
def test_an_impostor_is_told_until_it_was_dealt_with(said: tuple[str, ...], expected: State) -> None:
    (finding,) = judged(fake_01.RULE, register(records=history(RecordKind.IMPOSTOR, *said)), "2022-06-20 09:00")
    assert finding.state is expected


def test_impostors_of_two_accounts_are_two() -> None:
    mine, other = history(RecordKind.IMPOSTOR, "发现", "已关停")
    of = register(records=(mine, replace(other, name="示例县", subject=SubjectKind.AREA)))
    (finding,) = judged(fake_01.RULE, of, "2022-06-20 09:00")
    assert finding.state is State.WARNING
