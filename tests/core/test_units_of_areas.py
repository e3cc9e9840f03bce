"""Units are known by area and name, and what an area owes is not done by one of its units or accounts."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.core.account import UnitKey
from monitor.core.finding import State
from monitor.core.mute import holding, over, written
from monitor.core.record import Record, RecordKind, Subject
from monitor.core.rules.sup_01 import RULE as CHECKS
from monitor.core.rules.trn_01 import RULE as TRAINING
from tests.core.area import AREA, judged, record, register
from tests.core.build import account

UNIT = account().unit
HERE, THERE = account(), account(id="B01", area="邻县")
DAY = date(2026, 5, 20)


@pytest.mark.parametrize(
    ("subject", "name", "expected"),
    [(Subject.AREA, AREA, State.OK), (Subject.UNIT, UNIT, State.WARNING)],
)
def test_only_the_area_s_own_training_is_its_training(subject: Subject, name: str, expected: State) -> None:
    held = record(RecordKind.TRAINING, name, "2022-06-01", "集中学习", subject)
    [found] = judged(TRAINING, register(records=(held,)), "2022-11-01 09:00")
    assert found.state is expected


@pytest.mark.parametrize(
    ("subject", "name", "expected"),
    [(Subject.AREA, AREA, State.OK), (Subject.UNIT, UNIT, State.WARNING), (Subject.ACCOUNT, "A01", State.WARNING)],
)
def test_only_a_check_of_the_area_is_its_regular_check(subject: Subject, name: str, expected: State) -> None:
    made = record(RecordKind.INSPECTION, name, "2022-05-20", "值班值守", subject)
    [found] = judged(CHECKS, register(records=(made,)), "2022-05-25 09:00")
    assert found.state is expected


def test_a_unit_is_its_area_and_its_name() -> None:
    assert HERE.unit_key == UnitKey(AREA, UNIT)
    assert THERE.unit_key == UnitKey("邻县", UNIT) != HERE.unit_key


def mute(area: str | None, text: str = "至2026-06-30；张三；机构合并", on: str = "2026-05-01") -> Record:
    on_ = date.fromisoformat(on)
    said = written(text)
    return Record(
        kind=RecordKind.MUTE,
        subject=Subject.UNIT,
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
