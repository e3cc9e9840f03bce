"""Units are known by area and name, and what an area owes is not done by one of its units or accounts."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.core.account import Account, Role, UnitKey
from monitor.core.case import Ladder, StepKind
from monitor.core.finding import State
from monitor.core.mute import holding, over, written
from monitor.core.news import NewsItem, Office, Setting
from monitor.core.phrases import Names
from monitor.core.record import NewRecord, RecordKind
from monitor.core.rules.sup_01 import RULE as CHECKS
from monitor.core.rules.trn_01 import RULE as TRAINING
from monitor.core.subject import SubjectKind
from monitor.core.wording import to_person
from tests.core.area import AREA, judged, record, register
from tests.core.build import BOOK, account, beijing_time

UNIT = account().unit
HERE, THERE = account(), account(id="B01", area="邻县")
DAY = date(2026, 5, 20)
NOW = beijing_time("2026-05-20 09:00")


@pytest.mark.parametrize(
    ("subject", "name", "expected"),
    [(SubjectKind.AREA, AREA, State.OK), (SubjectKind.UNIT, UNIT, State.WARNING)],
)
def test_only_the_area_s_own_training_is_its_training(subject: SubjectKind, name: str, expected: State) -> None:
    held = record(RecordKind.TRAINING, name, "2022-06-01", "集中学习", subject)
    [found] = judged(TRAINING, register(records=(held,)), "2022-11-01 09:00")
    assert found.state is expected


@pytest.mark.parametrize(
    ("subject", "name", "expected"),
    [
        (SubjectKind.AREA, AREA, State.OK),
        (SubjectKind.UNIT, UNIT, State.WARNING),
        (SubjectKind.ACCOUNT, "A01", State.WARNING),
    ],
)
def test_only_a_check_of_the_area_is_its_regular_check(subject: SubjectKind, name: str, expected: State) -> None:
    made = record(RecordKind.INSPECTION, name, "2022-05-20", "值班值守", subject)
    [found] = judged(CHECKS, register(records=(made,)), "2022-05-25 09:00")
    assert found.state is expected


def test_a_unit_is_its_area_and_its_name() -> None:
    assert HERE.unit_key == UnitKey(AREA, UNIT)
    assert THERE.unit_key == UnitKey("邻县", UNIT) != HERE.unit_key


def mute(area: str | None, text: str = "至2026-06-30；张三；机构合并", on: str = "2026-05-01") -> NewRecord:
    on_ = date.fromisoformat(on)
    said = written(text)
    return NewRecord(
        kind=RecordKind.MUTE,
        subject=SubjectKind.UNIT,
        name=UNIT,
        area=area,
        on=on_,
        result=said.result,
        item=said.by,
        until=said.until,
        text=text,
    )


def test_a_mute_of_a_unit_spares_the_unit_of_that_name_in_that_area_only() -> None:
    mutes = holding([mute(AREA)], DAY)
    assert over(HERE, mutes) is not None
    assert over(THERE, mutes) is None


def test_a_mute_that_names_no_area_spares_both_until_one_of_them_is_spoken_of() -> None:
    old = mute(None)
    assert over(HERE, holding([old], DAY)) == over(THERE, holding([old], DAY)) is not None
    lifted = holding([old, mute("邻县", "恢复；李四；已交接", "2026-05-10")], DAY)
    assert over(HERE, lifted) is not None
    assert over(THERE, lifted) is None


def told(*items: NewsItem, with_area: bool) -> str:
    office = Office(name="县府办", phone="", sender="县府办", names=Names(with_area=with_area))
    setting = Setting(now=NOW, calendar=BOOK.calendar, ladder=Ladder.of(BOOK), office=office)
    return to_person(items, {Role.LIAISON}, "1", setting).body


def item(of: Account) -> NewsItem:
    return NewsItem(
        account=of, kind=StepKind.TASK, finding=BOOK.draft("UPD-01", of)(state=State.WARNING, because="须更新。")
    )


def test_a_person_who_serves_two_units_of_one_name_is_told_which_is_meant() -> None:
    alone = told(item(HERE), with_area=True)
    assert "贵单位主办的" in alone
    assert UNIT not in alone
    both = told(item(HERE), item(THERE), with_area=True)
    assert f"{UNIT}（{AREA}）主办的" in both
    assert f"{UNIT}（邻县）主办的" in both
    assert "（邻县）" not in told(item(HERE), item(THERE), with_area=False)


def test_an_office_of_one_area_calls_units_by_their_names_alone() -> None:
    assert (Names().of(HERE), Names(with_area=True).of(HERE)) == (UNIT, f"{UNIT}（{AREA}）")
    assert Names(with_area=True).account(THERE).endswith(f"，{UNIT}，邻县）")
