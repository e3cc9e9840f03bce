"""The pass rate as bulletins write it, and the gaps of a quarter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.episode import episodes
from monitor.core.finding import State
from monitor.core.pass_rate import PassRate, pass_rate
from tests.core.build import finding


@pytest.mark.parametrize(
    ("checked", "failed", "decimals", "percent"),
    [
        (252, 25, 0, "90%"),
        (279, 12, 1, "95.7%"),
        (279, 12, 2, "95.7%"),
        (3120, 2, 2, "99.94%"),
        (53, 16, 2, "69.81%"),
        (266, 7, 2, "97.37%"),
        (122, 9, 2, "92.62%"),
        (314, 55, 2, "82.48%"),
        (212, 3, 1, "98.6%"),
    ],
)
def test_a_rate_is_that_of_the_bulletins_in_the_decimals_they_print(
    checked: int, failed: int, decimals: int, percent: str
) -> None:
    assert PassRate(checked=checked, failed=failed).percent(decimals) == percent


@pytest.mark.parametrize(
    ("checked", "failed", "percent"),
    [(252, 25, "90.08%"), (4, 0, "100%"), (4, 4, "0%"), (1000, 995, "0.5%"), (16, 1, "93.75%"), (0, 0, None)],
)
def test_a_rate_is_shown_with_at_most_two_decimals(checked: int, failed: int, percent: str | None) -> None:
    assert PassRate(checked=checked, failed=failed).percent() == percent


def test_what_could_not_be_checked_leaves_both_numbers() -> None:
    said = {"A01": State.VIOLATED, "A02": State.OK, "A03": State.UNKNOWN, "A04": State.NOT_APPLICABLE}
    findings = [replace(finding(state), account=name) for name, state in said.items()]
    assert pass_rate(findings, {"UPD-01"}) == PassRate(checked=2, failed=1, unchecked=1)


def test_one_violation_fails_an_account_whatever_else_is_unknown() -> None:
    findings = [finding(State.UNKNOWN), finding(State.VIOLATED, rule="UPD-02"), finding(State.OK, rule="PLT-01")]
    assert pass_rate(findings, {"UPD-01", "UPD-02"}) == PassRate(checked=1, failed=1)


def test_what_is_exempted_leaves_both_numbers_and_is_counted_apart() -> None:
    said = [State.VIOLATED, State.OK, State.EXEMPTED, State.EXEMPTED, State.UNKNOWN]
    findings = [replace(finding(state), account=f"A{place}") for place, state in enumerate(said)]
    assert pass_rate(findings, {"UPD-01"}) == PassRate(checked=2, failed=1, unchecked=1, exempted=2)


def test_an_exemption_from_one_rule_hides_no_violation_of_another() -> None:
    findings = [finding(State.EXEMPTED), finding(State.VIOLATED, rule="APP-01")]
    assert pass_rate(findings, {"UPD-01", "APP-01"}) == PassRate(checked=1, failed=1)


JUDGED = st.sampled_from([State.OK, State.WARNING, State.VIOLATED, State.UNKNOWN])


@given(st.lists(st.tuples(JUDGED, st.booleans()), max_size=12))
def test_exempting_says_of_the_others_what_was_said_before(accounts: list[tuple[State, bool]]) -> None:
    spared = {State.WARNING, State.VIOLATED}
    decided = [State.EXEMPTED if is_exempt and state in spared else state for state, is_exempt in accounts]
    rest = [state for state in decided if state is not State.EXEMPTED]

    def rate(states: Sequence[State]) -> PassRate:
        return pass_rate(
            [replace(finding(state), account=f"A{place}") for place, state in enumerate(states)], {"UPD-01"}
        )

    assert replace(rate(decided), exempted=0) == rate(rest)
    assert rate(decided).exempted == len(decided) - len(rest)


FIRST, LAST = date(2026, 4, 1), date(2026, 6, 30)


@pytest.mark.parametrize(
    ("posted", "opened", "count", "over", "longest"),
    [
        ((), None, 0, 0, 0),
        ((), date(2026, 4, 1), 1, 76, 90),
        ((date(2026, 6, 16),), None, 0, 0, 14),
        ((date(2026, 6, 15),), None, 1, 1, 15),
        ((date(2026, 3, 10), date(2026, 4, 5), date(2026, 6, 20)), None, 2, 4 + 61, 75),
        ((date(2026, 3, 10), date(2026, 4, 1), date(2026, 6, 20)), None, 1, 65, 79),
    ],
)
def test_gaps_are_counted_by_their_days_in_the_quarter(
    posted: tuple[date, ...], opened: date | None, count: int, over: int, longest: int
) -> None:
    found = episodes(posted, opened_on=opened, first=FIRST, last=LAST, limit=14)
    assert (found.count, found.days_over, found.longest) == (count, over, longest)


@given(st.sets(st.integers(-60, 90)), st.integers(0, 89))
def test_a_quarter_in_two_parts_has_the_same_days_over(offsets: set[int], cut: int) -> None:
    posted = [FIRST + timedelta(days=offset) for offset in offsets]
    whole = episodes(posted, opened_on=None, first=FIRST, last=LAST, limit=14)
    middle = FIRST + timedelta(days=cut)
    early = episodes(posted, opened_on=None, first=FIRST, last=middle, limit=14)
    late = episodes(posted, opened_on=None, first=middle + timedelta(days=1), last=LAST, limit=14)
    assert whole.days_over == early.days_over + late.days_over
