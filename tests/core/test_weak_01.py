"""WEAK-01 to the letter: ties, missing weeks, the population of the mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.account import AccountFunction, AccountStatus, UnitLevel
from monitor.core.finding import Proposal, State, Strength
from monitor.core.rules import weak_01
from tests.core.area import filed, register, state, verdict, weeks
from tests.core.build import account

THREE = tuple(account(id=name) for name in ("A01", "A02", "A03"))
LOW = {"A01": "1", "A02": "5", "A03": "6"}
TIE = {"A01": "4", "A02": "4", "A03": "4"}
HIGH = {"A01": "9", "A02": "5", "A03": "6"}
NONE = {"A02": "5", "A03": "6", "A09": "1"}


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ([], State.UNKNOWN),
        ([LOW], State.UNKNOWN),
        ([LOW, LOW], State.VIOLATED),
        ([LOW, TIE], State.OK),  # the mean itself is not below the mean
        ([TIE, LOW], State.OK),
        ([LOW, HIGH], State.OK),
        ([LOW, LOW, HIGH], State.OK),  # not sticky
        ([HIGH, LOW, LOW], State.VIOLATED),
        ([LOW, NONE, LOW], State.VIOLATED),  # one missing week neither grows nor resets the chain
        ([LOW, LOW, NONE], State.VIOLATED),
        ([HIGH, NONE, LOW], State.OK),
        ([LOW, NONE, NONE, LOW], State.UNKNOWN),
        ([LOW, LOW, NONE, NONE], State.UNKNOWN),
        ([LOW, NONE, LOW, NONE], State.UNKNOWN),  # one between and one after are two
        ([LOW, LOW, NONE, NONE, LOW, LOW], State.VIOLATED),
        ([NONE, NONE, NONE], State.UNKNOWN),
    ],
)
def test_two_latest_weeks_below_the_mean_are_a_violation(published: list[dict[str, str]], expected: State) -> None:
    assert state(weak_01.RULE, register(*THREE, weeks=weeks(*published)), "2022-05-31 09:00") is expected


@pytest.mark.parametrize("few", [{"A01": "1", "A02": "9"}, {"A01": "1"}])
def test_fewer_than_three_values_make_no_mean_whatever_the_other_week_says(few: dict[str, str]) -> None:
    for published in ([few, LOW], [LOW, few], [few, HIGH], [HIGH, few]):
        assert state(weak_01.RULE, register(*THREE, weeks=weeks(*published))) is State.UNKNOWN


def test_the_mean_is_compared_exactly_not_in_what_is_shown() -> None:
    # the mean is 2/3 of a hundredth above the value
    near = {"A01": "10.00", "A02": "10.01", "A03": "10.01"}
    assert state(weak_01.RULE, register(*THREE, weeks=weeks(near, near))) is State.VIOLATED
    tenths = {"A01": "0.1", "A02": "0.2", "A03": "0.0"}  # in binary floating point 0.1 + 0.2 is more than 0.3
    assert state(weak_01.RULE, register(*THREE, weeks=weeks(tenths, tenths))) is State.OK


def test_the_mean_that_the_platform_printed_is_the_mean() -> None:
    of = register(*THREE, weeks=weeks(HIGH, HIGH, means=("9.5", "9.01")))
    assert state(weak_01.RULE, of) is State.VIOLATED
    assert state(weak_01.RULE, register(*THREE, weeks=weeks(HIGH, HIGH, means=("9.5", "9")))) is State.OK


def test_only_accounts_on_the_filed_list_make_the_mean_but_every_one_is_compared() -> None:
    values = {"A01": "3", "A02": "3", "A03": "3", "A04": "2", "A05": "90"}
    accounts = (*THREE, account(id="A04"), account(id="A05"))
    of = register(*accounts, weeks=weeks(values, values))
    assert state(weak_01.RULE, of) is State.VIOLATED
    listed = replace(of, filed=filed("2022-05-20", "A01", "A02", "A03"))
    assert state(weak_01.RULE, listed) is State.OK
    assert state(weak_01.RULE, listed, name="A04") is State.VIOLATED
    assert state(weak_01.RULE, listed, name="A05") is State.OK


@pytest.mark.parametrize(
    "changes",
    [
        {"level": UnitLevel.PARTY},
        {"level": None},
        {"status": AccountStatus.CLOSED},
    ],
)
def test_accounts_out_of_scope_pending_or_closed_are_not_in_the_mean(changes: dict[str, object]) -> None:
    values = {"A01": "3", "A02": "3", "A03": "3", "A05": "90"}
    of = register(*THREE, account(id="A05", **changes), weeks=weeks(values, values))
    assert state(weak_01.RULE, of) is State.OK


def test_an_account_whose_scope_is_pending_waits_for_it() -> None:
    of = register(*THREE, account(id="A05", level=None), weeks=weeks(LOW, LOW))
    assert state(weak_01.RULE, of, name="A05") is State.NEEDS_REVIEW


def test_accounts_that_offer_services_are_compared_too() -> None:
    mine = account(function=AccountFunction.SERVICE)
    assert state(weak_01.RULE, register(mine, *THREE[1:], weeks=weeks(LOW, LOW))) is State.VIOLATED


def test_after_the_campaign_it_is_a_hint_that_proposes_nothing() -> None:
    of = register(*THREE, weeks=weeks(LOW, LOW))
    then, later = verdict(weak_01.RULE, of, "2022-05-31 23:59"), verdict(weak_01.RULE, of, "2022-06-01 00:01")
    assert (then.strength, then.proposals) == (Strength.IN_PRINCIPLE, (Proposal.CONSOLIDATE,))
    assert (later.strength, later.proposals, later.state) == (Strength.ADVISORY, (), State.VIOLATED)
    assert then.since == date(2022, 5, 15)
    assert "2022-W18为1（平均4）" in then.because


@given(st.lists(st.decimals("0", "200", places=2), min_size=3, max_size=12))
def test_never_is_everybody_below_the_mean(values: list[Decimal]) -> None:
    names = [f"B{number:02}" for number in range(len(values))]
    published = {name: str(value) for name, value in zip(names, values, strict=True)}
    of = register(*(account(id=name) for name in names), weeks=weeks(published, published))
    states = [state(weak_01.RULE, of, name=name) for name in names]
    assert set(states) <= {State.OK, State.VIOLATED}
    assert State.OK in states
