"""Rules read a second time, straight from the plan's words and without a care for speed, against many registers.

A difference is a fault in one of the two readings.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise, product

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.account import Account, AccountStatus, Platform, Scope, UnitLevel
from monitor.core.bulletin import Problem, Round
from monitor.core.decision import Ruling
from monitor.core.finding import State
from monitor.core.record import RecordKind
from monitor.core.register import Register
from monitor.core.rules import cap_01, reg_01, upd_02, weak_01
from tests.core.area import (
    CLEAN,
    LISTED,
    book,
    filed,
    issue,
    judged,
    problems_of,
    record,
    register,
    ruled,
    state,
    stray,
    weeks,
)
from tests.core.build import account

ME, ALL = "A01", ("A01", "A02", "A03", "A04", "A05")
NOW = "2022-05-25 09:00"
TOO_MANY = 2
DEADLINE = date(2022, 5, 19)
STATUSES = st.sampled_from([AccountStatus.ACTIVE, AccountStatus.DEREGISTERING, AccountStatus.CLOSED])
LEVELS = st.sampled_from([UnitLevel.COUNTY_UNIT, UnitLevel.TOWNSHIP, UnitLevel.PARTY, None])
DAYS = st.integers(0, 80).map(lambda days: date(2022, 3, 1) + timedelta(days=days))
ROWS = st.sampled_from(
    [(), ((ME, LISTED),), ((ME, CLEAN),), ((ME, Problem.OTHER),), ((ME, LISTED), (ME, Problem.OTHER))]
)
STRAYS = st.sampled_from([(), (), (stray(),), (stray(problem=CLEAN),), (stray(platform=Platform.DOUYIN),)])
VALUES = st.none() | st.sampled_from(["1", "2", "3", "4.5", "4.50", "0.1", "7.25"])


@st.composite
def bulletins(draw: st.DrawFn) -> tuple[Round, ...]:
    """Return rounds of one series, some missing, some of which do not cover everybody or have strange rows."""
    numbers = sorted(draw(st.sets(st.integers(1, 6), max_size=5)))
    days = sorted(draw(st.sets(DAYS, min_size=len(numbers), max_size=len(numbers))))
    return tuple(
        issue(
            number,
            day.isoformat(),
            *draw(ROWS),
            covers_all=draw(st.booleans()),
            unmatched=draw(STRAYS),
        )
        for number, day in zip(numbers, days, strict=True)
    )


@given(rounds=bulletins(), opened=st.none() | DAYS, decided=st.none() | DAYS)
def test_upd_02_holds_where_every_way_in_which_the_rounds_may_have_gone_says_so(
    rounds: tuple[Round, ...], opened: date | None, decided: date | None
) -> None:
    decisions = (ruled(Ruling.CONSOLIDATED, decided.isoformat(), "UPD-02"),) if decided else ()
    found = state(upd_02.RULE, register(account(opened_on=opened), rounds=rounds, decisions=decisions), NOW)
    verdicts = {_is_over(signs) for signs in _ways(rounds, opened, decided)}
    assert found is (State.UNKNOWN if len(verdicts) > 1 else State.VIOLATED if verdicts.pop() else State.OK)


def _ways(rounds: tuple[Round, ...], opened: date | None, decided: date | None) -> Iterator[str]:
    """Yield each way as a line of signs: + listed, - clean, = not asked, ! a decision."""
    parts: list[list[str]] = [[""]]
    for before, round_ in pairwise((None, *rounds)):
        if round_ is None or (opened and round_.issued_on < opened):
            continue
        hole = round_.number - before.number - 1 if before else 0
        is_between = decided and before and before.issued_on <= decided < round_.issued_on
        lost = ["".join(signs) for signs in product("+-", repeat=hole)]
        parts.append([f"{a[:n]}!{a[n:]}" for a in lost for n in range(hole + 1)] if is_between else lost)
        parts.append(list(_signs(round_)))
    parts.append(["!" if decided and rounds and decided >= rounds[-1].issued_on else ""])
    yield from ("".join(way) for way in product(*parts))


def _signs(round_: Round) -> str:
    if round_.listings:
        return "+" if LISTED in problems_of(round_, ME) else "-"
    doubts = [
        "+" if row.problem is LISTED else "-" for row in round_.unmatched if row.written.platform is Platform.WEIBO
    ]
    return "".join(["-" if round_.covers_all else "=", *doubts])


def _is_over(signs: str) -> bool:
    streak, is_over = 0, False
    for sign in signs:
        match sign:
            case "+":
                streak += 1
                is_over = is_over or streak == TOO_MANY
            case "-":
                streak = 0
            case "!" if is_over:
                streak, is_over = 0, False
    return is_over


@st.composite
def counties(draw: st.DrawFn) -> Register:
    """Return an area with five accounts, some weeks of the index, and perhaps a filed list."""
    accounts = [
        account(id=name, level=draw(LEVELS), status=draw(STATUSES), platform=draw(st.sampled_from(Platform)))
        if draw(st.integers(0, 3)) == 0
        else account(id=name)
        for name in ALL
    ]
    values = [
        {name: value for name in ALL if (value := draw(VALUES)) is not None} for _ in range(draw(st.integers(0, 5)))
    ]
    means = [draw(st.sampled_from([None, None, None, "3"])) for _ in values]
    names = draw(st.none() | st.sets(st.sampled_from(ALL)))
    return register(
        *accounts,
        weeks=weeks(*values, means=means),
        filed=None if names is None else filed("2022-05-20", *sorted(names)),
    )


@given(county=counties())
def test_weak_01_holds_where_both_latest_weeks_are_below_the_mean_of_those_filed(county: Register) -> None:
    found = {finding.account: finding.state for finding in judged(weak_01.RULE, county, NOW)}
    assert found == {account.id: _weak(account, county) for account in county.accounts}


def _weak(entry: Account, county: Register) -> State:
    if not entry.is_judged:
        return State.NOT_APPLICABLE
    if entry.scope is Scope.PENDING:
        return State.NEEDS_REVIEW
    valued = [place for place, week in enumerate(county.weeks) if entry.id in week.values][-2:]
    if len(valued) < 2 or len(county.weeks[valued[0] :]) - 2 > 1:
        return State.UNKNOWN
    means = [_mean(place, county) for place in valued]
    if None in means:
        return State.UNKNOWN
    below = [
        Fraction(county.weeks[place].values[entry.id]) < mean for place, mean in zip(valued, means, strict=True) if mean
    ]
    return State.VIOLATED if all(below) else State.OK


def _mean(place: int, county: Register) -> Fraction | None:
    week = county.weeks[place]
    if week.mean is not None:
        return Fraction(week.mean)
    values = [
        Fraction(week.values[account.id])
        for account in county.accounts
        if account.is_judged and account.scope is Scope.IN and account.id in week.values
        if county.filed is None or account.id in county.filed.filings
    ]
    return sum(values, Fraction()) / len(values) if len(values) >= 3 else None


@given(county=counties(), more=st.integers(0, 12))
def test_cap_01_counts_whatever_is_judged_and_in_scope_but_websites(county: Register, more: int) -> None:
    accounts = (*county.accounts, *(account(id=f"B{number:02}") for number in range(more)))
    (found,) = judged(cap_01.RULE, register(*accounts), "2022-06-01 00:00")
    counted = [account.scope for account in accounts if account.is_judged and account.platform is not Platform.WEBSITE]
    if counted.count(Scope.IN) > 10:
        assert found.state is State.VIOLATED
    elif len(counted) > 10:
        assert found.state is State.NEEDS_REVIEW
    else:
        assert found.state in {State.OK, State.NOT_APPLICABLE}


@given(
    today=st.integers(-3, 3).map(lambda days: DEADLINE + timedelta(days=days)),
    listed=st.none() | st.integers(0, 40),
    opened=st.none() | st.integers(0, 45),
    approved=st.none() | st.integers(0, 20),
    is_filed=st.booleans(),
    status=STATUSES,
    level=LEVELS,
)
def test_reg_01_asks_the_list_its_age_the_opening_the_approval_and_the_deadline_in_this_order(
    *,
    today: date,
    listed: int | None,
    opened: int | None,
    approved: int | None,
    is_filed: bool,
    status: AccountStatus,
    level: UnitLevel | None,
) -> None:
    ago = [None if days is None else today - timedelta(days=days) for days in (listed, opened, approved)]
    list_day, opened_on, approved_on = ago
    mine = account(opened_on=opened_on, status=status, level=level)
    county = register(
        mine,
        filed=filed(list_day.isoformat(), *([ME] if is_filed else [])) if list_day else None,
        records=(record(RecordKind.FILING_CHANGE, ME, approved_on.isoformat(), "开设"),) if approved_on else (),
    )
    if not mine.is_judged:
        expected = State.NOT_APPLICABLE
    elif level is None:
        expected = State.NEEDS_REVIEW
    elif list_day is None or (today - list_day).days > 35:
        expected = State.UNKNOWN
    elif is_filed:
        expected = State.OK
    elif opened_on and opened_on > list_day:
        expected = State.UNKNOWN
    elif approved_on and book().calendar.workdays_between(approved_on, today) <= 10:
        expected = State.WARNING
    else:
        expected = State.VIOLATED if today > DEADLINE else State.WARNING
    assert state(reg_01.RULE, county, f"{today} 12:00") is expected
