"""When a case is lost, and when time or somebody named moves it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.calendar import WorkCalendar
from monitor.core.case import Acknowledgement, Case, Ladder
from monitor.core.finding import Pacing, State, Support
from monitor.core.next_step import NoNextStep, Situation, no_next_step
from monitor.core.subject import Subject
from tests.core.build import BOOK, beijing_time, finding

NOW = beijing_time("2026-05-20 09:00")
CASE = Case(id=1, subject=Subject.of_account("A01"), rule="UPD-01", episode="2026-05-01", opened_at=NOW)
CLIMBING = Situation(
    case=CASE,
    pacing=Pacing.LADDER,
    finding=finding(State.WARNING, days=12),
    judged_at=NOW + timedelta(hours=15),
    is_untold=False,
    has_operator=False,
)
BLIND = replace(finding(State.WARNING, days=12), support=Support.BLIND)


def test_a_gap_that_is_seen_climbs_by_itself() -> None:
    assert no_next_step(CLIMBING, NOW) is None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"pacing": None}, NoNextStep.UNJUDGED),
        ({"finding": None}, NoNextStep.UNJUDGED),
        ({"judged_at": None}, NoNextStep.UNJUDGED),
        ({"judged_at": NOW - timedelta(minutes=59)}, None),
        ({"judged_at": NOW - timedelta(minutes=61)}, NoNextStep.OVERDUE),
        ({"is_untold": True}, NoNextStep.UNTOLD),
        ({"is_untold": True, "is_muted": True}, None),
        ({"judged_at": None, "is_muted": True}, NoNextStep.UNJUDGED),
        ({"finding": finding(State.UNKNOWN)}, NoNextStep.NOBODY),
        ({"finding": BLIND}, NoNextStep.NOBODY),
        ({"finding": BLIND, "has_operator": True}, None),
        ({"finding": BLIND, "is_look_due": True}, None),
        ({"finding": BLIND, "judged_at": NOW}, None),
        ({"pacing": Pacing.TASK, "is_look_due": True}, NoNextStep.NOBODY),
        ({"pacing": Pacing.TASK}, NoNextStep.NOBODY),
        ({"pacing": Pacing.TASK, "has_operator": True}, None),
        ({"pacing": Pacing.VERIFY, "finding": finding(State.SUSPECTED)}, None),
        ({"pacing": Pacing.VERIFY, "finding": finding(State.UNKNOWN)}, NoNextStep.NOBODY),
    ],
)
def test_a_case_is_lost_where_neither_time_nor_anybody_moves_it(
    change: dict[str, object], why: NoNextStep | None
) -> None:
    assert no_next_step(replace(CLIMBING, **change), NOW) is why  # type: ignore[arg-type]  # seen in the table


def test_what_somebody_said_to_have_is_not_lost_although_a_word_did_not_arrive() -> None:
    held = replace(CASE, acknowledgements=(Acknowledgement(person="", by="操作员甲", at=NOW),))
    assert no_next_step(replace(CLIMBING, case=held, is_untold=True), NOW) is None


@given(gap=st.integers(0, 900), taken=st.sampled_from([0, 10, 12, 14, 15, 18, 21, 28, 889]), day=st.integers(0, 400))
def test_the_ladder_never_ends(gap: int, taken: int, day: int) -> None:
    today = date(2026, 1, 1) + timedelta(days=day)
    when, rung = Ladder.of(BOOK).coming(today - timedelta(days=gap), taken, today, WorkCalendar())
    assert when >= today
    assert rung > taken


def test_every_lapse_is_said_in_chinese() -> None:
    assert all(step.label for step in NoNextStep)
