"""Decisions about units and areas, for any course of them: in force, revoked, run out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.account import Account
from monitor.core.calendar import EVER, beijing_date
from monitor.core.decision import Decision, Ruling, exemptions, in_force
from monitor.core.finding import AreaRule, Finding, State
from monitor.core.pass_rate import pass_rate
from monitor.core.record import RecordKind
from monitor.core.register import Register, Version
from monitor.core.rules import cap_01, fake_01, mat_01, plt_01, sup_01, sys_01, trn_01
from monitor.core.subject import Subject, SubjectKind
from tests.core.area import AREA, judged, record, register
from tests.core.build import account, beijing_time
from tests.often import often

FIRST = date(2022, 10, 3)
DAYS = 40
TWO: tuple[Account, ...] = tuple(
    account(id=f"A{place:02}", name=f"示例{place}", unit=f"示例{place % 2}局") for place in range(1, 13)
)
ABOUT: dict[str, tuple[AreaRule, str | None]] = {
    "CAP-01": (cap_01.RULE, None),
    "MAT-01": (mat_01.RULE, None),
    "SUP-01": (sup_01.RULE, None),
    "TRN-01": (trn_01.RULE, None),
    "SYS-01": (sys_01.RULE, "示例1局"),
}
"""Rules on areas and units, and the unit that is decided about; each has a trouble on every one of these days."""
DAY = st.integers(0, DAYS - 1)


@st.composite
def courses(draw: st.DrawFn, rule: str, unit: str | None) -> tuple[Decision, ...]:
    """Return decisions about one subject, in the order of their days; some are about others."""
    found = []
    for _ in range(draw(st.integers(0, 5))):
        day = draw(DAY)
        ruling = draw(st.sampled_from([Ruling.EXEMPTED, Ruling.EXEMPTED, Ruling.REVOKED]))
        until = draw(st.none() | st.integers(day, DAYS + 5)) if ruling is Ruling.EXEMPTED else None
        is_another_s = draw(st.integers(0, 4)) == 0
        found.append(
            Decision(
                subject=Subject.named(
                    None,
                    "示例0局" if unit and is_another_s else unit,
                    AREA if unit or not is_another_s else "邻县",
                ),
                rule=rule,
                episode="",
                ruling=ruling,
                by="县府办",
                at=beijing_time(f"{FIRST + timedelta(days=day)} 00:00"),
                valid_until=None if until is None else FIRST + timedelta(days=until),
            )
        )
    return tuple(sorted(found, key=lambda entry: entry.at))


def holds(course: tuple[Decision, ...], mine: Subject, on: date) -> bool:
    """Return whether an exemption holds on a day: read off the course, day by day."""
    until, is_exempted = None, False
    for decision in course:
        if decision.subject == mine and beijing_date(decision.at) <= on:
            is_exempted, until = decision.ruling is Ruling.EXEMPTED, decision.valid_until
    return is_exempted and (until is None or on <= until)


def said(rule: AreaRule, of: Register, on: date) -> dict[Subject, Finding]:
    known = tuple(decision for decision in of.decisions if beijing_date(decision.at) <= on)
    found = judged(rule, replace(of, decisions=known), f"{on} 09:00")
    return {finding.subject: finding for finding in found}


@pytest.mark.parametrize("id_", ABOUT)
@settings(max_examples=often(25))
@given(data=st.data(), day=DAY)
def test_a_unit_or_an_area_is_exempted_exactly_while_an_exemption_of_its_own_is_in_force(
    id_: str, data: st.DataObject, day: int
) -> None:
    rule, unit = ABOUT[id_]
    course, on = data.draw(courses(id_, unit)), FIRST + timedelta(days=day)
    of = register(*TWO)
    plain, decided = said(rule, of, on), said(rule, replace(of, decisions=course), on)
    mine = Subject.of_unit(AREA, unit) if unit else Subject.of_area(AREA)
    assert plain.keys() == decided.keys()  # nothing is hidden from the ledger
    for subject, before in plain.items():
        after = decided[subject]
        if holds(course, subject, on) and subject in {mine, Subject.of_unit(AREA, "示例0局")}:
            assert before.state in {State.WARNING, State.VIOLATED}
            assert (after.state, after.proposals) == (State.EXEMPTED, ())
            assert after.because.startswith(before.because)
            assert "县府办" in after.because
            assert (after.episode, after.since, after.clause) == (before.episode, before.since, before.clause)
        else:
            assert after == before


@settings(max_examples=often(25))
@given(data=st.data(), day=DAY)
def test_no_decision_about_a_unit_or_an_area_changes_the_pass_rate(data: st.DataObject, day: int) -> None:
    on, of = FIRST + timedelta(days=day), register(*TWO)
    course = tuple(decision for id_, (_, unit) in ABOUT.items() for decision in data.draw(courses(id_, unit)))
    rules = [plt_01.RULE, *(rule for rule, _ in ABOUT.values())]
    everything = [
        [finding for rule in rules for finding in said(rule, which, on).values()]
        for which in (of, replace(of, decisions=course))
    ]
    before, after = (pass_rate(found, {rule.id for rule in rules}) for found in everything)
    assert before == after


@settings(max_examples=often(50))
@given(data=st.data())
def test_what_is_in_force_about_one_subject_is_what_would_be_without_the_others(data: st.DataObject) -> None:
    course = tuple(decision for id_, (_, unit) in ABOUT.items() for decision in data.draw(courses(id_, unit)))
    course = tuple(sorted(course, key=lambda entry: entry.at))
    standing, sparing = in_force(course), tuple(exemptions(course))
    for decision in course:
        key = (decision.subject, decision.rule)
        alone = tuple(other for other in course if (other.subject, other.rule) == key)
        assert tuple(other for other in standing if (other.subject, other.rule) == key) == in_force(alone)
        assert [other for other in sparing if (other.subject, other.rule) == key] == list(exemptions(alone))


@pytest.mark.parametrize(
    ("came", "expected"), [(date(2022, 10, 4), State.EXEMPTED), (date(2022, 10, 6), State.VIOLATED)]
)
def test_that_so_many_accounts_are_kept_holds_for_the_time_in_which_they_are_too_many(
    came: date, expected: State
) -> None:
    kept = Decision(
        subject=Subject.of_area(AREA),
        rule="CAP-01",
        episode="",
        ruling=Ruling.RETAINED,
        by="县府办",
        at=beijing_time("2022-10-05 00:00"),
    )
    late = TWO[-1]
    versions = (Version(since=EVER, account=None), Version(since=beijing_time(f"{came} 12:00"), account=late))
    eleven = register(*TWO[:10], late, decisions=(kept,), earlier={late.id: versions})
    [finding] = judged(cap_01.RULE, eleven, "2022-10-20 09:00")
    assert finding.state is expected
    assert ("已决定保留（县府办）。" in finding.because) is (expected is State.EXEMPTED)
    [few] = judged(cap_01.RULE, register(*TWO[:10], decisions=(kept,)), "2022-10-20 09:00")
    assert few.state is State.OK


def rejected(rule: str, on: str) -> Decision:
    return Decision(
        subject=Subject.of_area(AREA),
        rule=rule,
        episode="",
        ruling=Ruling.REJECTED,
        by="县府办",
        at=beijing_time(f"{on} 00:00"),
    )


def test_a_false_alarm_of_one_impostor_says_nothing_of_the_next() -> None:
    first = record(RecordKind.IMPOSTOR, AREA, "2022-10-03", "发现", SubjectKind.AREA)
    second = record(RecordKind.IMPOSTOR, "A01", "2022-10-10", "发现")
    of = register(*TWO, records=(first,), decisions=(rejected("FAKE-01", "2022-10-05"),))
    both = replace(of, records=(first, second))
    assert [finding.state for finding in judged(fake_01.RULE, of, "2022-10-20 09:00")] == [State.OK]
    [found] = judged(fake_01.RULE, both, "2022-10-20 09:00")
    assert (found.state, found.since) == (State.WARNING, date(2022, 10, 3))


def test_what_was_found_of_a_year_without_training_holds_on_its_last_day_too() -> None:
    for day, state in (("2022-11-30", State.OK), ("2022-12-31", State.OK), ("2023-10-09", State.WARNING)):
        [found] = judged(trn_01.RULE, register(*TWO, decisions=(rejected("TRN-01", "2022-11-05"),)), f"{day} 09:00")
        assert found.state is state
