"""When a case opens, climbs and closes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.app.rules import all_area_rules, all_rules
from monitor.core.calendar import WorkCalendar, beijing_date, start_of_day
from monitor.core.case import NOTHING, RUNGS, Acknowledgement, Case, Closing, Ladder, Plan, Step, StepKind, plan
from monitor.core.finding import AreaRule, Finding, Known, Pacing, Rule, State, Strength, Support
from monitor.core.rules import upd_01
from monitor.core.subject import Subject
from tests.core.build import BOOK, EVERY_DAY, beijing_time, finding, known
from tests.core.test_calendar import SPRING

WEEKS = WorkCalendar()


def day_finding(begun: date, today: date, **changes: object) -> tuple[Finding, datetime]:
    """Return what UPD-01 says at nine o'clock of `today` about a gap since `begun`, with a fresh look."""
    now = start_of_day(today) + timedelta(hours=9)
    seen: Known = known(start_of_day(begun) + timedelta(hours=8), look=now)
    return replace(upd_01.judge(seen, BOOK, now), **changes), now  # type: ignore[arg-type]  # passed through


def told(begun: date, until: date, calendar: WorkCalendar, **changes: object) -> list[tuple[date, StepKind, int]]:
    """Return every step of a gap, judged once each morning."""
    case: Case | None = None
    steps = []
    today = begun
    while today <= until:
        found, now = day_finding(begun, today, **changes)
        planned = plan(found, Pacing.LADDER, case, BOOK, calendar, now)
        if planned.step:
            case = case or opened(found, now)
            case = replace(case, steps=(*case.steps, planned.step))
            steps.append((today, planned.step.kind, planned.step.number))
        today += timedelta(days=1)
    return steps


def opened(found: Finding, now: datetime, *steps: Step) -> Case:
    """Return an open case of the finding."""
    return Case(
        id=1, subject=Subject.of_account("A01"), rule=found.rule, episode=found.episode, opened_at=now, steps=steps
    )


def step(kind: StepKind, number: int) -> Step:
    """Return a step taken long ago."""
    return Step(kind=kind, number=number, at=beijing_time("2026-05-01 09:00"))


def test_where_every_day_is_worked_the_ladder_keeps_its_days() -> None:
    numbers = [number for _, _, number in told(date(2026, 5, 1), date(2026, 6, 10), EVERY_DAY)]
    assert numbers == [10, 12, 14, 15, 18, 21, 28, 35]


def test_a_step_on_a_weekend_is_taken_on_friday_up_to_day_14_and_on_monday_after() -> None:
    steps = told(date(2026, 4, 29), date(2026, 5, 20), WEEKS)
    assert [(when.isoformat(), number) for when, _, number in steps] == [
        ("2026-05-08", 10),
        ("2026-05-11", 12),
        ("2026-05-13", 14),
        ("2026-05-14", 15),
        ("2026-05-18", 18),
        ("2026-05-20", 21),
    ]


def test_a_moved_step_opens_the_case_while_the_finding_is_still_ok() -> None:
    found, now = day_finding(date(2026, 4, 29), date(2026, 5, 8))
    assert found.state is State.OK
    planned = plan(found, Pacing.LADDER, None, BOOK, WEEKS, now)
    assert planned.step is not None
    assert (planned.step.kind, planned.step.days) == (StepKind.REMIND, 9)


def test_of_two_steps_due_on_one_day_only_the_higher_is_taken() -> None:
    steps = told(date(2026, 5, 4), date(2026, 5, 18), WEEKS)
    assert [(when.isoformat(), number) for when, _, number in steps] == [
        ("2026-05-14", 10),
        ("2026-05-15", 12),
        ("2026-05-18", 14),
    ]


@pytest.mark.parametrize("days", [21, 27, 28, 40])
def test_a_gap_first_seen_after_day_21_is_put_on_the_list_before_anything_is_repeated(days: int) -> None:
    begun = date(2026, 5, 1)
    first = begun + timedelta(days=days)
    case: Case | None = None
    steps = []
    for today in (first + timedelta(days=n) for n in range(22)):
        found, now = day_finding(begun, today)
        if taken := plan(found, Pacing.LADDER, case, BOOK, EVERY_DAY, now).step:
            case = replace(case or opened(found, now), steps=(*(case.steps if case else ()), taken))
            steps.append((taken.kind, (today - first).days))
    (kind, at), *repeats = steps
    assert (kind, at) == (StepKind.PROPOSE, 0)
    assert {kind for kind, _ in repeats} == {StepKind.REPEAT}
    assert [after - before for (_, before), (_, after) in pairwise(repeats)] == [7] * (len(repeats) - 1)


def test_before_a_long_holiday_the_holiday_word_speaks_and_the_highest_step_follows_it() -> None:
    steps = told(date(2026, 2, 8), date(2026, 2, 25), SPRING)
    assert [(when.isoformat(), kind) for when, kind, _ in steps] == [
        ("2026-02-13", StepKind.HOLIDAY),
        ("2026-02-14", StepKind.HOLIDAY),
        ("2026-02-24", StepKind.OVERDUE),
    ]


@pytest.mark.parametrize(("posted", "spoken"), [(10, False), (9, True)])
def test_spring_festival_2026_asks_for_a_post_at_most_four_days_old(posted: int, spoken: bool) -> None:  # noqa: FBT001
    steps = told(date(2026, 2, posted), date(2026, 2, 14), SPRING)
    assert (bool(steps)) is spoken


def test_a_plain_weekend_brings_no_word_of_its_own() -> None:
    assert [kind for _, kind, _ in told(date(2026, 5, 9), date(2026, 5, 22), WEEKS)] == [
        StepKind.REMIND,
        StepKind.WARN,
        StepKind.LAST_DAY,
    ]


@pytest.mark.parametrize("days", [10, 12, 14])
def test_steps_up_to_day_14_wait_while_the_monitor_is_blind(days: int) -> None:
    begun = date(2026, 5, 1)
    found, now = day_finding(begun, begun + timedelta(days=days), support=Support.BLIND)
    assert plan(found, Pacing.LADDER, None, BOOK, EVERY_DAY, now) == NOTHING
    asked = replace(found, support=Support.ASKED)
    assert plan(asked, Pacing.LADDER, None, BOOK, EVERY_DAY, now).step is not None


def test_an_update_closes_the_case_and_an_overdue_unit_is_told_so_once() -> None:
    before, now = day_finding(date(2026, 5, 1), date(2026, 5, 16))
    case = opened(before, now, step(StepKind.REMIND, 10), step(StepKind.OVERDUE, 15))
    after, then = day_finding(date(2026, 5, 17), date(2026, 5, 17))
    closed = plan(after, Pacing.LADDER, case, BOOK, EVERY_DAY, then)
    assert closed.close is not None
    assert closed.close.closing is Closing.UPDATED
    assert closed.close.step is not None
    assert closed.close.step.kind is StepKind.RECOVERED


def test_who_was_only_reminded_gets_no_note_of_recovery() -> None:
    before, now = day_finding(date(2026, 5, 1), date(2026, 5, 11))
    after, then = day_finding(date(2026, 5, 12), date(2026, 5, 12))
    closed = plan(after, Pacing.LADDER, opened(before, now, step(StepKind.REMIND, 10)), BOOK, EVERY_DAY, then)
    assert closed.close is not None
    assert closed.close.step is None


@pytest.mark.parametrize("begun", [date(2026, 5, 5), date(2026, 5, 6), date(2026, 5, 7)])
def test_a_late_found_post_that_is_old_already_goes_on_with_the_case_and_says_nothing_twice(begun: date) -> None:
    before, now = day_finding(date(2026, 5, 1), date(2026, 5, 16))
    after, then = day_finding(begun, date(2026, 5, 16))
    case = opened(before, now, step(StepKind.OVERDUE, 15))
    assert plan(after, Pacing.LADDER, case, BOOK, EVERY_DAY, then) == Plan(episode=after.episode)


def test_a_late_found_post_after_which_nothing_is_to_be_said_ends_the_case() -> None:
    before, now = day_finding(date(2026, 5, 1), date(2026, 5, 16))
    after, then = day_finding(date(2026, 5, 8), date(2026, 5, 16))
    close = plan(after, Pacing.LADDER, opened(before, now, step(StepKind.REMIND, 10)), BOOK, EVERY_DAY, then).close
    assert close is not None
    assert close.closing is Closing.UPDATED


@pytest.mark.parametrize("begun", range(1, 15))
@pytest.mark.parametrize("calendar", [WEEKS, SPRING])
@pytest.mark.parametrize("today", [date(2026, 2, day) for day in range(9, 26)])
def test_no_post_ends_a_case_that_the_same_day_would_open_again(
    begun: int, calendar: WorkCalendar, today: date
) -> None:
    """On working days, days off and before holidays alike."""
    before, now = day_finding(today - timedelta(days=20), today)
    after, then = day_finding(today - timedelta(days=begun), today)
    case = opened(before, now, step(StepKind.REMIND, 10))
    if plan(after, Pacing.LADDER, case, BOOK, calendar, then).close:
        assert plan(after, Pacing.LADDER, None, BOOK, calendar, then) == NOTHING


def test_a_withdrawn_post_corrects_the_case_and_tells_nobody_of_recovery() -> None:
    before, now = day_finding(date(2026, 5, 5), date(2026, 5, 20))
    after, then = day_finding(date(2026, 5, 1), date(2026, 5, 20))
    planned = plan(after, Pacing.LADDER, opened(before, now, step(StepKind.OVERDUE, 15)), BOOK, EVERY_DAY, then)
    assert planned.close is not None
    assert (planned.close.closing, planned.close.step) == (Closing.CORRECTED, None)


def test_an_operators_task_comes_at_once_and_again_after_ten_working_days() -> None:
    found = finding(State.WARNING, rule="PER-01", episode="PER-01")
    friday = beijing_time("2026-05-08 09:00")
    first = plan(found, Pacing.TASK, None, BOOK, WEEKS, friday).step
    assert first is not None
    case = opened(found, friday, first)
    assert plan(found, Pacing.TASK, case, BOOK, WEEKS, beijing_time("2026-05-21 09:00")) == NOTHING
    again = plan(found, Pacing.TASK, case, BOOK, WEEKS, beijing_time("2026-05-22 09:00")).step
    assert again is not None
    assert again.number == 1


FINDINGS = st.builds(
    finding,
    st.sampled_from(list(State)),
    days=st.integers(0, 60),
    episode=st.sampled_from(["2026-04-01", "2026-05-01"]),
)
CASES = st.none() | st.builds(
    lambda episode, numbers: Case(
        id=1,
        subject=Subject.of_account("A01"),
        rule="UPD-01",
        episode=episode,
        opened_at=beijing_time("2026-04-20 09:00"),
        steps=tuple(step(StepKind.WARN, number) for number in numbers),
    ),
    st.sampled_from(["2026-04-01", "2026-05-01"]),
    st.lists(st.sampled_from([10, 12, 14, 15, 18, 21, 28]), max_size=4),
)
NOW = beijing_time("2026-05-20 09:00")


RULES = (*all_rules(), *all_area_rules())
TROUBLED = st.lists(st.builds(step, st.sampled_from(StepKind), st.integers(0, 40)), max_size=5)


@given(
    rule=st.sampled_from(RULES),
    found=FINDINGS,
    case=CASES,
    steps=TROUBLED,
    acknowledged=st.booleans(),
    strength=st.sampled_from(Strength),
    support=st.sampled_from(Support),
    hours=st.integers(0, 24 * 400),
)
def test_of_every_rule_not_knowing_never_opens_closes_or_escalates(
    rule: Rule | AreaRule,
    found: Finding,
    case: Case | None,
    steps: list[Step],
    acknowledged: bool,  # noqa: FBT001 - given by hypothesis
    strength: Strength,
    support: Support,
    hours: int,
) -> None:
    now = NOW + timedelta(hours=hours)
    unknown = replace(
        found, rule=rule.id, state=State.UNKNOWN, strength=strength, support=support, since=beijing_date(NOW)
    )
    if case:
        word = Acknowledgement(person="", by="值班员", at=NOW)
        case = replace(
            case,
            rule=rule.id,
            steps=(*case.steps, *steps),
            acknowledgements=(word,) if acknowledged else (),
        )
    assert plan(unknown, rule.pacing, case, BOOK, EVERY_DAY, now) == NOTHING


@given(found=FINDINGS, case=CASES, pacing=st.sampled_from(list(Pacing)))
def test_planning_twice_at_one_moment_tells_nobody_twice(found: Finding, case: Case | None, pacing: Pacing) -> None:
    first: Plan = plan(found, pacing, case, BOOK, EVERY_DAY, NOW)
    going = None if first.close or case is None else case
    if first.step:
        going = going or opened(found, NOW)
        going = replace(going, steps=(*going.steps, first.step))
    assert plan(found, pacing, going, BOOK, EVERY_DAY, NOW).step is None


@pytest.mark.parametrize("pacing", Pacing)
@pytest.mark.parametrize("state", [state for state in State if state is not State.UNKNOWN])
@pytest.mark.parametrize("episode", ["", "2026-04-01", "2026-05-01", "2026-06-01"])
@pytest.mark.parametrize("last_post", [None, NOW])
def test_every_case_closes_for_the_reason_that_its_finding_gives(
    state: State, episode: str, last_post: datetime | None, pacing: Pacing
) -> None:
    case = opened(finding(State.WARNING, episode="2026-05-01"), NOW - timedelta(days=3))
    found = replace(finding(state, episode=episode), last_post=last_post)
    close = plan(found, pacing, case, BOOK, EVERY_DAY, NOW).close
    is_same = state is not State.OK if pacing is Pacing.VERIFY else episode == case.episode
    reasons = {
        (State.NOT_APPLICABLE, None): Closing.NOT_APPLICABLE,
        (State.EXEMPTED, None): Closing.EXEMPTED,
        (State.OK, Pacing.TASK): Closing.LAPSED if last_post else Closing.COMPLETED,
        (State.OK, Pacing.VERIFY): Closing.CORRECTED if episode else Closing.LAPSED,
    }
    by_episode = Closing.UPDATED if pacing is Pacing.LADDER and episode > case.episode else Closing.CORRECTED
    if pacing is Pacing.TASK and last_post:  # a newer gap is another, but the same task
        is_same = episode >= case.episode
    expected = reasons.get((state, None), reasons.get((state, pacing), None if is_same else by_episode))
    assert (close.closing if close else None) is expected


@given(found=FINDINGS, case=CASES, pacing=st.sampled_from(list(Pacing)))
def test_what_is_the_same_trouble_still_closes_no_case(found: Finding, case: Case | None, pacing: Pacing) -> None:
    troubled = {State.WARNING, State.VIOLATED, State.SUSPECTED, State.NEEDS_REVIEW}
    if case and found.state in troubled:
        same = replace(found, episode=case.episode)
        assert plan(same, pacing, case, BOOK, EVERY_DAY, NOW).close is None


@given(begun=st.dates(date(2026, 1, 1), date(2026, 3, 31)))
def test_nobody_is_told_of_two_weeks_before_day_15_and_nothing_happens_on_a_day_off(begun: date) -> None:
    for when, kind, _ in told(begun, begun + timedelta(days=30), SPRING):
        assert SPRING.is_workday(when)
        if kind in {StepKind.OVERDUE, StepKind.ESCALATE, StepKind.PROPOSE}:
            assert (when - begun).days >= 15
    assert beijing_date(start_of_day(begun)) == begun


def acknowledged(case: Case, at: str, person: str = "13800000001") -> Case:
    """Return the case after somebody said to have it."""
    return replace(case, acknowledgements=(Acknowledgement(person=person, by="联络员甲", at=beijing_time(at)),))


def test_who_has_a_case_is_spared_reminders_and_nothing_else() -> None:
    found, now = day_finding(date(2026, 5, 1), date(2026, 5, 11))
    case = acknowledged(opened(found, now), "2026-05-11 10:00")
    spared = {kind for kind in StepKind if case.spares("13800000001", kind, date(2026, 5, 13), WEEKS)}
    assert spared == {StepKind.HOLIDAY, StepKind.REMIND, StepKind.WARN, StepKind.REPEAT}
    assert not case.spares("leader@example.invalid", StepKind.WARN, date(2026, 5, 13), WEEKS)


def test_a_word_holds_for_ten_working_days() -> None:
    found, now = day_finding(date(2026, 5, 1), date(2026, 5, 29))
    case = acknowledged(opened(found, now), "2026-06-01 10:00")
    assert case.spares("13800000001", StepKind.REPEAT, date(2026, 6, 15), WEEKS)
    assert not case.spares("13800000001", StepKind.REPEAT, date(2026, 6, 16), WEEKS)


def test_no_word_keeps_a_gap_from_climbing() -> None:
    found, now = day_finding(date(2026, 5, 1), date(2026, 5, 16))
    case = acknowledged(opened(found, now, step(StepKind.LAST_DAY, 14)), "2026-05-15 10:00")
    planned = plan(found, Pacing.LADDER, case, BOOK, EVERY_DAY, now)
    assert planned.step is not None
    assert planned.step.kind is StepKind.OVERDUE
    assert planned.step.kind in RUNGS


def suspected(until: date, acknowledged_at: str | None = None, state: State = State.SUSPECTED) -> list[tuple[str, str]]:
    """Return every step of an app's trouble that stands since Monday, 4 May, judged once each morning."""
    found = replace(finding(state, rule="APP-01"), since=date(2026, 5, 4))
    case: Case | None = None
    steps = []
    today = date(2026, 5, 4)
    while today <= until:
        now = start_of_day(today) + timedelta(hours=9)
        if case and acknowledged_at and beijing_time(acknowledged_at) <= now:
            case = acknowledged(case, acknowledged_at)
        planned = plan(found, Pacing.VERIFY, case, BOOK, WEEKS, now)
        if planned.step:
            case = case or opened(found, now)
            case = replace(case, steps=(*case.steps, planned.step))
            steps.append((f"{today:%m-%d}", planned.step.kind.value))
        today += timedelta(days=1)
    return steps


def test_a_suspicion_that_nobody_has_goes_to_the_leader_after_a_working_day_and_then_to_the_office() -> None:
    assert suspected(date(2026, 5, 15)) == [("05-04", "suspect"), ("05-05", "to_leader"), ("05-07", "to_office")]


def test_a_suspicion_that_somebody_has_goes_up_later_but_goes_up() -> None:
    steps = suspected(date(2026, 5, 15), "2026-05-04 15:00")
    assert steps == [("05-04", "suspect"), ("05-11", "to_leader"), ("05-13", "to_office")]


def test_a_confirmation_was_said_to_the_leader_already_and_goes_to_the_office() -> None:
    assert suspected(date(2026, 5, 15), state=State.VIOLATED) == [("05-04", "confirm"), ("05-07", "to_office")]


def test_what_the_office_has_is_named_to_it_again_and_again() -> None:
    steps = suspected(date(2026, 6, 5))
    assert steps[3:] == [("05-18", "task"), ("06-01", "task")]


@given(st.integers(0, 60))
def test_whatever_days_off_move_nobody_is_urged_again_on_the_day_after(before: int) -> None:
    begun = date(2026, 2, 24) - timedelta(days=before)
    steps = told(begun, begun + timedelta(days=90), SPRING)
    for (earlier, _, _), (later, kind, number) in pairwise(steps):
        if number > 21 and kind is StepKind.REPEAT:
            assert (later - earlier).days >= 4, steps
            assert (later - earlier).days <= 17, "and nobody is forgotten"


def test_a_repeat_that_a_holiday_brought_to_the_next_one_s_eve_stands_for_both() -> None:
    steps = told(date(2026, 1, 21), date(2026, 3, 20), SPRING)
    assert [(when.isoformat(), number) for when, _, number in steps if number > 18] == [
        ("2026-02-11", 21),
        ("2026-02-24", 28),  # the 34th day; the 35th is the day after
        ("2026-03-04", 42),
        ("2026-03-11", 49),
        ("2026-03-18", 56),
    ]


def test_the_step_that_is_said_to_come_next_is_the_one_that_comes() -> None:
    begun = date(2026, 1, 21)
    ladder = Ladder.of(BOOK)
    steps = told(begun, date(2026, 3, 20), SPRING)
    rungs = [(when, number) for when, kind, number in steps if kind in RUNGS]
    for (when, number), following in pairwise(rungs):
        assert ladder.coming(begun, number, when + timedelta(days=1), SPRING, when) == following
