"""WEAK-01 to the letter: ties, missing weeks, the population of the mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.account import Account, AccountFunction, AccountStatus, Platform, UnitLevel
from monitor.core.calendar import start_of_day
from monitor.core.finding import Basis, Proposal, State, Strength
from monitor.core.register import Register, Version
from monitor.core.rules import weak_01
from tests.core.area import AREA, book, filed, register, state, verdict, weeks
from tests.core.build import account, beijing_time

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


BEFORE = datetime(2022, 1, 1, tzinfo=UTC)
WEEK_1_ENDS, WEEK_2_ENDS = start_of_day(date(2022, 5, 9)), start_of_day(date(2022, 5, 16))
STRONG = {"A01": "3", "A02": "3", "A03": "3", "A05": "90"}


def changed(before: Account, after: Account | None, since: datetime) -> dict[str, tuple[Version, ...]]:
    """Return what the roster said of an account before and after it changed."""
    return {before.id: (Version(since=BEFORE, account=before), Version(since=since, account=after))}


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (WEEK_2_ENDS, State.VIOLATED),  # it was still there when the second week ended
        (WEEK_2_ENDS - timedelta(seconds=1), State.OK),
        (WEEK_1_ENDS, State.OK),  # in the first week only
    ],
)
@pytest.mark.parametrize(
    "after",
    [
        None,
        account(id="A05", status=AccountStatus.CLOSED),
        account(id="A05", level=UnitLevel.PARTY),
        account(id="A05", area="邻县", name="改名换地"),
    ],
    ids=["removed", "closed", "out of scope", "elsewhere"],
)
def test_who_was_judged_when_a_week_ended_is_in_its_mean_whatever_became_of_it(
    after: Account | None, since: datetime, expected: State
) -> None:
    here = [after] if after and after.area == AREA else []
    of = register(*THREE, *here, weeks=weeks(STRONG, STRONG), earlier=changed(account(id="A05"), after, since))
    assert state(weak_01.RULE, of) is expected


def test_who_came_into_scope_after_a_week_is_not_in_its_mean() -> None:
    now = account(id="A05")
    late = changed(account(id="A05", level=UnitLevel.PARTY), now, WEEK_2_ENDS)
    of = register(*THREE, now, weeks=weeks(STRONG, STRONG), earlier=late)
    assert state(weak_01.RULE, of) is State.OK
    assert state(weak_01.RULE, replace(of, earlier={})) is State.VIOLATED


def test_who_was_renamed_is_in_the_mean_once() -> None:
    renamed = account(id="A05", name="新名")
    of = register(
        *THREE, renamed, weeks=weeks(STRONG, STRONG), earlier=changed(account(id="A05"), renamed, WEEK_1_ENDS)
    )
    assert verdict(weak_01.RULE, of).because.count("平均24.75") == 2


def test_who_has_gone_is_in_the_mean_only_while_the_latest_filed_list_has_it() -> None:
    of = register(*THREE, weeks=weeks(STRONG, STRONG), earlier=changed(account(id="A05"), None, WEEK_2_ENDS))
    assert state(weak_01.RULE, replace(of, filed=filed("2022-05-20", "A01", "A02", "A03", "A05"))) is State.VIOLATED
    assert state(weak_01.RULE, replace(of, filed=filed("2022-05-20", "A01", "A02", "A03"))) is State.OK


def with_switch(of: Register, *names: str, name: str = "A01") -> State:
    """Return the state of an account where variants of the rule are on."""
    rules = replace(book(), switches={"WEAK-01": frozenset(names)})
    said = [
        finding for finding in weak_01.judge(of, rules, beijing_time("2022-05-25 09:00")) if finding.account == name
    ]
    return said[0].state if said else State.OK


def test_the_main_account_is_left_out_of_the_mean_where_the_rules_say_so_and_compared_all_the_same() -> None:
    accounts = (*THREE, account(id="A05", is_main=True))
    of = register(*accounts, weeks=weeks(STRONG, STRONG))
    assert with_switch(of) is State.VIOLATED
    assert with_switch(of, weak_01.EXCLUDE_MAIN) is State.OK
    weak = register(*accounts, weeks=weeks({**STRONG, "A05": "1"}, {**STRONG, "A05": "1"}))
    assert with_switch(weak, weak_01.EXCLUDE_MAIN, name="A05") is State.VIOLATED
    few = register(*accounts[1:], weeks=weeks(STRONG, STRONG))
    assert with_switch(few, name="A02") is State.VIOLATED
    assert with_switch(few, weak_01.EXCLUDE_MAIN, name="A02") is State.UNKNOWN


def test_accounts_are_compared_with_those_of_their_platform_where_the_rules_say_so() -> None:
    videos = tuple(account(id=name, platform=Platform.DOUYIN) for name in ("D01", "D02"))
    values = {"A01": "3", "A02": "4", "A03": "5", "D01": "90", "D02": "95"}
    of = register(*THREE, *videos, weeks=weeks(values, values))
    assert [with_switch(of, name=name) for name in ("A02", "D01")] == [State.VIOLATED, State.OK]
    own = [with_switch(of, weak_01.BY_PLATFORM, name=name) for name in ("A01", "A02", "D01")]
    assert own == [State.VIOLATED, State.OK, State.UNKNOWN]  # two values are too few for a mean of 抖音


@pytest.mark.parametrize("switch", [weak_01.EXCLUDE_MAIN, weak_01.BY_PLATFORM])
def test_a_printed_mean_is_of_everybody_and_not_taken_where_another_is_asked_for(switch: str) -> None:
    of = register(*THREE, weeks=weeks(HIGH, HIGH, means=("99", "99")))
    assert (with_switch(of), with_switch(of, switch)) == (State.VIOLATED, State.OK)


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
    assert (then.since, then.begun_at) == (date(2022, 5, 15), start_of_day(date(2022, 5, 15)))
    assert then.because == (
        "运营效果指数2022-W18为1（平均4）、2022-W19为1（平均4），截至5月15日连续2周低于全县平均值。"
    )
    assert (then.basis, then.evidence) == (Basis.IMPORT, ("week:2022-W18", "week:2022-W19"))


@pytest.mark.parametrize(
    ("published", "since"),
    [
        ([LOW, LOW, LOW], "2022-05-15"),
        ([HIGH, LOW, LOW], "2022-05-22"),
        ([LOW, NONE, LOW], "2022-05-22"),
        ([LOW, LOW, NONE], "2022-05-15"),
        ([LOW, LOW, NONE, NONE, LOW, LOW], "2022-05-15"),  # not knowing is no other word
        ([LOW, LOW, HIGH, LOW, LOW], "2022-06-05"),
        ([LOW, LOW, HIGH, NONE, LOW, LOW], "2022-06-12"),
    ],
)
def test_it_is_below_since_the_week_from_which_it_always_was(published: list[dict[str, str]], since: str) -> None:
    finding = verdict(weak_01.RULE, register(*THREE, weeks=weeks(*published)), "2022-06-20 09:00")
    assert (finding.state, finding.since) == (State.VIOLATED, date.fromisoformat(since))


@pytest.mark.parametrize(
    ("published", "said"),
    [
        ([], "尚未导入运营效果指数，不能判定。"),
        ([LOW], "没有连续2周的运营效果指数，不能判定。"),
        ([LOW, NONE, NONE, LOW], "最近4周中有2周没有该账号的运营效果指数，不能判定。"),
        ([HIGH, LOW, LOW, NONE, NONE], "最近4周中有2周没有该账号的运营效果指数，不能判定。"),
        ([LOW, {"A01": "1", "A02": "9"}], "有数值的账号不足3个，没有全县平均值。"),
    ],
)
def test_why_it_is_not_known_is_said(published: list[dict[str, str]], said: str) -> None:
    finding = verdict(weak_01.RULE, register(*THREE, weeks=weeks(*published)), "2022-05-31 09:00")
    assert (finding.state, finding.basis, finding.because) == (State.UNKNOWN, Basis.IMPORT, said)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ({"level": UnitLevel.PARTY}, {}, State.VIOLATED),
        ({"area": "邻县"}, {}, State.VIOLATED),
        ({"status": AccountStatus.CLOSED}, {}, State.VIOLATED),
        ({}, {"level": None}, State.NEEDS_REVIEW),
    ],
)
def test_it_has_lasted_no_longer_than_the_account_is_here_and_in_that_scope(
    before: dict[str, object], now: dict[str, object], expected: State
) -> None:
    bound, renamed = beijing_time("2022-05-20 10:00"), beijing_time("2022-05-23 10:00")
    versions = (
        Version(since=BEFORE, account=account(**before)),
        Version(since=bound, account=account(**now, name="旧名")),
        Version(since=renamed, account=account(**now)),
    )
    values = {**LOW, "A04": "7"}
    accounts = (account(**now), *THREE[1:], account(id="A04"))
    of = register(*accounts, weeks=weeks(values, values), earlier={"A01": versions})
    finding = verdict(weak_01.RULE, of)
    assert (finding.state, finding.since, finding.begun_at) == (expected, date(2022, 5, 20), bound)


def test_a_week_counts_in_the_area_that_the_account_was_in_when_it_ended() -> None:
    """It was next door for the second of three weeks."""
    versions = (
        Version(since=BEFORE, account=account()),
        Version(since=WEEK_1_ENDS, account=account(area="邻县")),
        Version(since=WEEK_2_ENDS, account=account()),
    )
    theirs = dict.fromkeys(("B01", "B02", "B03"), "8")
    other = Register(
        area="邻县",
        accounts=tuple(account(id=name, area="邻县") for name in theirs),
        weeks=weeks(theirs, {**theirs, "A01": "2"}, theirs),
    )
    of = register(*THREE, weeks=weeks(HIGH, NONE, LOW), earlier={"A01": versions}, elsewhere={"邻县": other})
    finding = verdict(weak_01.RULE, of)
    assert finding.because == (
        "运营效果指数2022-W19为2（邻县平均8）、2022-W20为1（平均4），截至5月22日连续2周低于全县平均值。"
    )
    assert finding.since == date(2022, 5, 22)


@given(st.lists(st.decimals("0", "200", places=2), min_size=3, max_size=12))
def test_never_is_everybody_below_the_mean(values: list[Decimal]) -> None:
    names = [f"B{number:02}" for number in range(len(values))]
    published = {name: str(value) for name, value in zip(names, values, strict=True)}
    of = register(*(account(id=name) for name in names), weeks=weeks(published, published))
    states = [state(weak_01.RULE, of, name=name) for name in names]
    assert set(states) <= {State.OK, State.VIOLATED}
    assert State.OK in states
