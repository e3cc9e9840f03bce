"""What waits at the gate, and on which day it goes by itself."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.core.account import Role
from monitor.core.case import StepKind
from monitor.core.gate import Gate
from monitor.core.notice import NewNotice, Notice
from tests.core.area import book
from tests.core.build import beijing_time

CALENDAR = book("2026-05-20").calendar
GATE = Gate(steps=frozenset({StepKind.REMIND, StepKind.SUSPECT}), workdays=3)


def notice(at: str, kind: StepKind = StepKind.REMIND, role: Role = Role.LIAISON) -> NewNotice:
    return NewNotice(account="A01", rule="UPD-01", kind=kind, number=1, role=role, person="1", at=beijing_time(at))


@pytest.mark.parametrize(
    ("entry", "waits"),
    [
        (notice("2026-05-18 00:00"), True),
        (notice("2026-05-18 00:00", StepKind.OVERDUE), False),
        (notice("2026-05-18 00:00", StepKind.SUSPECT, Role.OPERATOR), False),  # who has to look into it
    ],
)
def test_what_the_settings_name_waits_unless_it_is_the_operator_s(entry: Notice, *, waits: bool) -> None:
    assert GATE.holds(entry) is waits
    assert (GATE.opens_on([entry], CALENDAR) is not None) is waits


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-05-18 00:00", "2026-05-21"),
        ("2026-05-18 23:59", "2026-05-21"),
        ("2026-05-20 09:00", "2026-05-25"),  # over a weekend
        ("2026-04-29 09:00", "2026-05-07"),  # over 劳动节
        ("2026-05-07 09:00", "2026-05-11"),  # 9 May is worked
    ],
)
def test_it_goes_by_itself_after_so_many_working_days(at: str, day: str) -> None:
    assert GATE.opens_on([notice(at)], CALENDAR) == date.fromisoformat(day)


def test_the_first_that_waits_says_when() -> None:
    waiting = [notice("2026-05-20 09:00"), notice("2026-05-18 09:00"), notice("2026-05-11 09:00", StepKind.WARN)]
    assert GATE.opens_on(waiting, CALENDAR) == date(2026, 5, 21)


def test_where_nothing_ends_the_waiting_it_never_goes_by_itself() -> None:
    assert Gate(steps=GATE.steps).opens_on([notice("2026-05-18 09:00")], CALENDAR) is None
