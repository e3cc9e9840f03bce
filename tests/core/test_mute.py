"""What a row that mutes somebody means, and whom it covers on which day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.case import StepKind
from monitor.core.mute import LONGEST, BadMuteError, Mute, holding, mute_of, over, written
from monitor.core.notice import is_muted, notify
from monitor.core.record import NewRecord, Record, RecordKind
from monitor.core.subject import SubjectKind
from tests.core.build import account
from tests.core.test_notice import step

ON = date(2026, 5, 20)
UNIT = account().unit


def row(text: str, on: date = ON, name: str = UNIT, subject: SubjectKind = SubjectKind.UNIT) -> NewRecord:
    said = written(text)
    return NewRecord(
        kind=RecordKind.MUTE,
        subject=subject,
        name=name,
        on=on,
        result=said.result,
        item=said.by,
        until=said.until,
        text=text,
    )


@pytest.mark.parametrize(
    "text",
    [
        "至2026-06-30；张三；账号交接",
        "至2026-6-30; 张三 ;账号交接",
        "至2026年6月30日；张三；账号交接",
        "  至 2026-06-30 ；张三； 账号交接  ",
    ],
)
def test_a_row_says_until_when_by_whom_and_why(text: str) -> None:
    mute = Mute(subject=SubjectKind.UNIT, name=UNIT, first=ON, last=date(2026, 6, 30), by="张三", why="账号交接")
    assert mute_of(row(text)) == mute


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "应写成“至2026-06-30；登记人；原因”"),
        ("张三；账号交接", "应写成“至2026-06-30；登记人；原因”"),
        ("至2026-06-30", "应写成“至2026-06-30；登记人；原因”"),
        ("至2026-06-30；张三", "应写成“至2026-06-30；登记人；原因”"),
        ("至2026-06-30；；账号交接", "应写成“至2026-06-30；登记人；原因”"),
        ("至2026-06-30；张三； ", "应写成“至2026-06-30；登记人；原因”"),
        ("至另行通知；张三；账号交接", "应写成“至2026-06-30；登记人；原因”"),
        ("至2026-02-30；张三；账号交接", "没有“2026-02-30”这一天"),
        ("至2026-05-19；张三；账号交接", "结束日期 2026-05-19 早于开始日期 2026-05-20"),
        ("至2099-12-31；张三；账号交接", "一次最长暂停92天"),
    ],
)
def test_a_mute_without_an_end_a_name_or_a_reason_is_refused(text: str, why: str) -> None:
    with pytest.raises(BadMuteError, match=why):
        mute_of(row(text))


@pytest.mark.parametrize(
    ("rows", "day", "last"),
    [
        ([row("至2026-05-22；张三；交接")], ON - timedelta(days=1), None),
        ([row("至2026-05-22；张三；交接")], ON, date(2026, 5, 22)),
        ([row("至2026-05-22；张三；交接")], date(2026, 5, 22), date(2026, 5, 22)),
        ([row("至2026-05-22；张三；交接")], date(2026, 5, 23), None),
        (
            [row("至2026-05-30；张三；交接"), row("恢复；李四；已交接", date(2026, 5, 22))],
            date(2026, 5, 21),
            date(2026, 5, 30),
        ),
        ([row("至2026-05-30；张三；交接"), row("恢复；李四；已交接", date(2026, 5, 22))], date(2026, 5, 22), None),
        ([row("至2026-05-30；张三；交接"), row("至2026-05-21；李四；提前")], date(2026, 5, 22), None),
        ([row("恢复；李四；已交接")], ON, None),
    ],
)
def test_of_one_object_the_latest_row_counts(rows: list[Record], day: date, last: date | None) -> None:
    mute = over(account(), holding(rows, day))
    assert (mute.last if mute else None) == last


@pytest.mark.parametrize(
    ("subject", "name", "covered"),
    [
        (SubjectKind.ACCOUNT, account().id, True),
        (SubjectKind.ACCOUNT, "A99", False),
        (SubjectKind.UNIT, account().unit, True),
        (SubjectKind.UNIT, "别的单位", False),
        (SubjectKind.AREA, account().area, True),
        (SubjectKind.AREA, "别的县", False),
    ],
)
def test_an_account_is_muted_by_itself_its_unit_or_its_area(subject: SubjectKind, name: str, *, covered: bool) -> None:
    (mute,) = holding([row("至2026-06-01；张三；交接", name=name, subject=subject)], ON)
    assert mute.covers(account()) is covered


@given(st.integers(0, LONGEST.days), st.integers(-5, LONGEST.days + 5))
def test_a_mute_holds_from_its_first_day_to_its_last(length: int, after: int) -> None:
    last = ON + timedelta(days=length)
    assert bool(holding([row(f"至{last}；张三；交接")], ON + timedelta(days=after))) is (0 <= after <= length)


@pytest.mark.parametrize("kind", list(StepKind))
def test_only_what_asks_a_unit_for_something_waits_and_no_task_of_the_operator(kind: StepKind) -> None:
    mutes = holding([row("至2026-06-01；张三；交接")], ON)
    for notice in notify(step(kind), account(), "UPD-01"):
        is_own = kind in {StepKind.TASK, StepKind.TO_OFFICE, StepKind.RECOVERED} or notice.person == ""
        assert is_muted(notice, account(), mutes) is not is_own
    assert not any(is_muted(notice, account(), ()) for notice in notify(step(kind), account(), "UPD-01"))


def test_what_the_operator_would_pass_on_to_a_muted_unit_waits_too() -> None:
    nobody = account(contacts=())
    (passed_on,) = notify(step(StepKind.OVERDUE), nobody, "UPD-01")
    assert is_muted(passed_on, nobody, holding([row("至2026-06-01；张三；交接")], ON))
