"""What each step of a case says, and the days and words at which cases turn."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from monitor.core.calendar import DaysOff, WorkCalendar, start_of_day
from monitor.core.case import NOTHING, Acknowledgement, Case, Closing, Ladder, Plan, Step, StepKind, plan
from monitor.core.decision import Ruling
from monitor.core.finding import Finding, Pacing, State, Strength, Support
from tests.core.build import BOOK, EVERY_DAY, beijing_time, finding
from tests.core.test_calendar import SPRING
from tests.core.test_case import WEEKS, acknowledged, day_finding, opened

LADDER = Ladder.of(BOOK)
NOW = beijing_time("2026-05-20 09:00")


def at(kind: StepKind, number: int, moment: str) -> Step:
    """Return a step of that moment, in Beijing."""
    return Step(kind=kind, number=number, at=beijing_time(moment))


def said(person: str, moment: str) -> Acknowledgement:
    """Return somebody's word that they have a case."""
    return Acknowledgement(person=person, by=person, at=beijing_time(moment))


def task(found: Finding, case: Case | None = None, moment: str = "2026-05-20 09:00") -> Step | None:
    """Return the operator's task that follows."""
    return plan(found, Pacing.TASK, case, BOOK, WEEKS, beijing_time(moment)).step


def test_who_has_a_case_is_who_said_so_last_since_its_last_step() -> None:
    before, first, last = (said(f"p{n}", f"2026-05-1{n} 09:00") for n in (1, 2, 3))
    case = opened(finding(State.VIOLATED), beijing_time("2026-05-01 09:00"))
    case = replace(case, acknowledgements=(before, first, last))
    assert case.said_by() == last
    assert case.said_by("p1") == before
    assert case.said_by("p9") is None
    stepped = replace(
        case,
        steps=(
            at(StepKind.REMIND, 10, "2026-05-02 09:00"),
            at(StepKind.WARN, 12, "2026-05-04 09:00"),
            at(StepKind.LAST_DAY, 14, "2026-05-12 09:00"),
        ),
    )
    assert stepped.said_by() == last
    assert stepped.said_by("p2") == first, "a word at the very moment of the step is since"
    assert stepped.said_by("p1") is None
    assert replace(case, acknowledgements=(last, first)).said_by() == last, "whichever stands first"
    opening = replace(case, opened_at=beijing_time("2026-05-12 10:00"))
    assert opening.said_by("p2") is None


@pytest.mark.parametrize(
    ("ruling", "closing"),
    [
        (Ruling.RETAINED, Closing.RETAINED),
        (Ruling.REJECTED, Closing.REJECTED),
        (Ruling.CONFIRMED, Closing.DECIDED),
        (Ruling.DEREGISTERED, Closing.COMPLETED),  # what it asked for was done
        (None, Closing.COMPLETED),
    ],
)
def test_a_task_that_a_decision_ended_is_closed_as_decided(ruling: Ruling | None, closing: Closing) -> None:
    case = opened(finding(State.WARNING), NOW - timedelta(days=3))
    close = plan(replace(finding(State.OK), decided=ruling), Pacing.TASK, case, BOOK, WEEKS, NOW).close
    assert close is not None
    assert close.closing is closing


def test_the_word_that_it_is_over_says_when_how_many_days_and_why() -> None:
    case = opened(finding(State.VIOLATED, rule="APP-01", episode=""), NOW, at(StepKind.SUSPECT, 7, "2026-05-04 09:00"))
    over = finding(State.OK, days=3, rule="APP-01", episode="")
    close = plan(over, Pacing.VERIFY, case, BOOK, WEEKS, NOW).close
    assert close is not None
    assert close.step == Step(kind=StepKind.RECOVERED, number=0, at=NOW, days=3, because="原因。")


def test_a_step_of_the_ladder_says_when_how_many_days_and_why() -> None:
    for days, kind in ((10, StepKind.REMIND), (15, StepKind.OVERDUE)):
        found = finding(State.VIOLATED if days > LADDER.limit else State.OK, days=days)
        step = plan(found, Pacing.LADDER, None, BOOK, EVERY_DAY, NOW).step
        assert step == Step(kind=kind, number=days, at=NOW, days=days, because="原因。")


@pytest.mark.parametrize("state", [State.SUSPECTED, State.NEEDS_REVIEW])
def test_what_is_not_judged_climbs_no_step(state: State) -> None:
    assert plan(finding(state, days=16), Pacing.LADDER, None, BOOK, EVERY_DAY, NOW) == NOTHING


def test_nobody_is_held_to_two_weeks_by_a_finding_that_says_less() -> None:
    assert plan(finding(State.WARNING, days=15), Pacing.LADDER, None, BOOK, EVERY_DAY, NOW) == NOTHING


def test_late_figures_hold_against_a_unit_the_days_that_they_show_and_remind_it_of_all() -> None:
    late = replace(finding(State.VIOLATED, days=16), days_shown=15)
    overdue = plan(late, Pacing.LADDER, None, BOOK, EVERY_DAY, NOW).step
    assert overdue is not None
    assert (overdue.number, overdue.days) == (15, 15)
    reminded = plan(
        replace(finding(State.WARNING, days=12), days_shown=10), Pacing.LADDER, None, BOOK, EVERY_DAY, NOW
    ).step
    assert reminded is not None
    assert (reminded.number, reminded.days) == (12, 12)


def test_two_weeks_that_late_figures_do_not_show_yet_are_not_held_against_a_unit() -> None:
    late = replace(finding(State.VIOLATED, days=15), days_shown=14)
    step = plan(late, Pacing.LADDER, None, BOOK, EVERY_DAY, NOW).step
    assert step is not None
    assert step.kind is StepKind.LAST_DAY


def test_before_two_holidays_with_a_day_of_work_between_the_second_may_hold_the_deadline() -> None:
    """Today is Tuesday: Wednesday is off, Thursday worked, and Friday begins five days in which the deadline lies."""
    off = {date(2026, 5, 6), *(date(2026, 5, 8) + timedelta(days=n) for n in range(5))}
    calendar = WorkCalendar(holidays=frozenset(off), names=tuple((day, "节日") for day in sorted(off)))
    today, begun = date(2026, 5, 5), date(2026, 5, 9) - timedelta(days=14)
    found, now = day_finding(begun, today)
    taken = opened(found, now - timedelta(days=1), at(StepKind.WARN, 14, "2026-05-04 09:00"))
    step = plan(found, Pacing.LADDER, taken, BOOK, calendar, now).step
    assert step == Step(kind=StepKind.HOLIDAY, number=today.toordinal(), at=now, days=found.days, because=found.because)


def test_a_deadline_on_the_first_day_off_falls_in_the_holiday_and_the_day_before_does_not() -> None:
    block = DaysOff(first=date(2026, 5, 1), last=date(2026, 5, 5), name="劳动节")
    held = [LADDER.falls_in(day - timedelta(days=14), block) for day in (date(2026, 4, 30), block.first, block.last)]
    assert held == [False, True, True]
    assert not LADDER.falls_in(block.last - timedelta(days=13), block)


def test_the_rungs_are_the_fixed_ones_and_repeats_up_to_the_day() -> None:
    fixed = (10, 12, 14, 15, 18, 21)
    assert LADDER.rungs(27) == fixed
    assert LADDER.rungs(34) == (*fixed, 28)
    assert LADDER.rungs(35) == (*fixed, 28, 35)


def test_a_repeat_half_its_distance_behind_the_step_before_is_still_too_soon() -> None:
    eight = replace(LADDER, repeat_every=8)
    last = date(2026, 5, 1)
    assert [eight.is_too_soon(29, last + timedelta(days=n), last) for n in (4, 5)] == [True, False]
    assert not eight.is_too_soon(21, last, last), "the proposal is no repeat"


def test_a_suspicion_and_its_way_up_say_when_and_why() -> None:
    monday = date(2026, 5, 4)
    found = replace(finding(State.SUSPECTED, rule="APP-01"), since=monday)
    now = beijing_time("2026-05-04 09:00")
    first = plan(found, Pacing.VERIFY, None, BOOK, WEEKS, now).step
    assert first == Step(kind=StepKind.SUSPECT, number=monday.toordinal(), at=now, because="原因。")
    later = beijing_time("2026-05-05 09:00")
    up = plan(found, Pacing.VERIFY, opened(found, now, first), BOOK, WEEKS, later).step
    assert up == Step(kind=StepKind.TO_LEADER, number=monday.toordinal(), at=later, because="原因。")


def test_a_word_at_the_very_moment_of_the_suspicion_gives_it_time() -> None:
    found = replace(finding(State.SUSPECTED, rule="APP-01"), since=date(2026, 5, 4))
    case = opened(found, NOW, at(StepKind.SUSPECT, date(2026, 5, 4).toordinal(), "2026-05-04 09:00"))
    later = beijing_time("2026-05-05 09:00")
    assert plan(found, Pacing.VERIFY, acknowledged(case, "2026-05-04 09:00"), BOOK, WEEKS, later).step is None
    assert plan(found, Pacing.VERIFY, case, BOOK, WEEKS, later).step is not None


def test_what_the_office_has_already_goes_to_no_leader_after_somebody_s_word() -> None:
    number = date(2026, 5, 4).toordinal()
    found = replace(finding(State.SUSPECTED, rule="APP-01"), since=date(2026, 5, 4))
    steps = (at(StepKind.SUSPECT, number, "2026-05-04 09:00"), at(StepKind.TO_OFFICE, number, "2026-05-07 09:00"))
    case = acknowledged(opened(found, beijing_time("2026-05-04 09:00"), *steps), "2026-05-07 10:00")
    assert plan(found, Pacing.VERIFY, case, BOOK, WEEKS, beijing_time("2026-05-11 09:00")).step is None


def test_what_was_confirmed_today_is_no_repeated_task_before_it_has_gone_up() -> None:
    found = replace(finding(State.VIOLATED, rule="APP-01"), since=date(2026, 5, 20))
    steps = (
        at(StepKind.SUSPECT, date(2026, 5, 4).toordinal(), "2026-05-04 09:00"),
        at(StepKind.CONFIRM, date(2026, 5, 20).toordinal(), "2026-05-20 08:00"),
    )
    case = opened(found, beijing_time("2026-05-04 09:00"), *steps)
    assert plan(found, Pacing.VERIFY, case, BOOK, WEEKS, NOW).step is None


def test_a_hint_is_nobody_s_task_nor_is_what_a_decision_has_answered() -> None:
    found = finding(State.WARNING, rule="PER-01")
    assert task(found) == Step(kind=StepKind.TASK, number=0, at=NOW, days=0, because="原因。")
    assert task(replace(found, strength=Strength.ADVISORY)) is None
    assert task(replace(found, decided=Ruling.DEREGISTERED)) is None


def test_a_task_is_named_once_more_for_the_latest_day_that_calls_for_it() -> None:
    calls = (date(2026, 5, 19), date(2026, 5, 20), date(2026, 5, 21))
    found = replace(finding(State.WARNING, rule="DRG-01"), calls=calls)
    case = opened(found, beijing_time("2026-05-18 09:00"), at(StepKind.TASK, 0, "2026-05-18 09:00"))
    called = task(found, case)
    assert called == Step(kind=StepKind.TASK, number=calls[1].toordinal(), at=NOW, days=0, because="原因。")
    assert task(found, replace(case, steps=(*case.steps, called))) is None


def test_what_is_blind_or_held_changes_nothing_of_a_case_that_stands() -> None:
    found = replace(finding(State.VIOLATED, days=16), support=Support.HELD)
    case = opened(found, start_of_day(date(2026, 5, 1)))
    assert plan(found, Pacing.LADDER, case, BOOK, EVERY_DAY, NOW) == Plan()


def test_what_a_decision_answers_waits_on_the_office_no_more_and_waits_again_without_it() -> None:
    found = finding(State.WARNING, rule="PER-01")
    answered = replace(found, decided=Ruling.DEREGISTERED)
    waiting = opened(found, NOW, at(StepKind.TASK, 0, "2026-05-20 08:00"))
    told = replace(waiting, waits=False)
    said = [
        plan(of, Pacing.TASK, case, BOOK, WEEKS, NOW).waits
        for of, case in ((answered, waiting), (found, waiting), (answered, told), (found, told), (answered, None))
    ]
    assert said == [False, None, None, True, None]
    unit_s = replace(waiting, steps=(at(StepKind.TO_LEADER, 0, "2026-05-20 08:00"),))
    assert plan(answered, Pacing.TASK, unit_s, BOOK, WEEKS, NOW).waits is None


def test_a_case_that_goes_on_about_its_gap_is_given_no_other() -> None:
    found, now = day_finding(date(2026, 5, 1), date(2026, 5, 16))
    assert plan(found, Pacing.LADDER, opened(found, now), BOOK, EVERY_DAY, now).episode is None
    older = replace(opened(found, now), episode=start_of_day(date(2026, 4, 1)).isoformat())
    assert plan(found, Pacing.LADDER, older, BOOK, EVERY_DAY, now).episode == found.episode


def test_a_case_whose_account_is_kept_ends_as_kept_and_any_other_exemption_as_one() -> None:
    case = opened(finding(State.WARNING), NOW)
    for ruling, closing in ((Ruling.RETAINED, Closing.RETAINED), (Ruling.EXEMPTED, Closing.EXEMPTED)):
        close = plan(replace(finding(State.EXEMPTED), decided=ruling), Pacing.TASK, case, BOOK, WEEKS, NOW).close
        assert close is not None
        assert close.closing is closing


def test_an_update_after_two_weeks_is_told_at_once() -> None:
    case = opened(finding(State.VIOLATED, days=16), NOW, at(StepKind.OVERDUE, 15, "2026-05-16 09:00"))
    close = plan(finding(State.OK, days=0, episode="2026-05-20"), Pacing.LADDER, case, BOOK, WEEKS, NOW).close
    assert close is not None
    assert close.step == Step(kind=StepKind.RECOVERED, number=0, at=NOW, days=0, because="原因。")


def test_without_a_number_of_days_no_step_is_climbed() -> None:
    assert plan(finding(State.OK, days=None), Pacing.LADDER, None, BOOK, EVERY_DAY, NOW) == NOTHING


def test_who_heard_of_the_gap_today_hears_nothing_of_the_holiday_on_the_same_day() -> None:
    found, now = day_finding(date(2026, 2, 8), date(2026, 2, 13))
    word = plan(found, Pacing.LADDER, None, BOOK, SPRING, now).step
    assert word is not None
    assert word.kind is StepKind.HOLIDAY
    assert plan(found, Pacing.LADDER, opened(found, now, word), BOOK, SPRING, now).step is None


def test_a_step_moves_back_three_days_and_not_four() -> None:
    """Friday to Monday are off."""
    calendar = WorkCalendar(holidays=frozenset({date(2026, 5, 15), date(2026, 5, 18)}))
    days = [LADDER.date_of(day - timedelta(days=14), 14, calendar) for day in (date(2026, 5, 17), date(2026, 5, 18))]
    assert days == [date(2026, 5, 14), date(2026, 5, 19)]
