"""UPD-02 to the letter: series, neighbours, gaps, resets."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.account import AccountFunction, Platform, UnitLevel
from monitor.core.bulletin import Problem, Round, Stray, holes
from monitor.core.calendar import EVER
from monitor.core.decision import Decision, Ruling
from monitor.core.finding import Basis, Proposal, State
from monitor.core.register import Version, in_turn
from monitor.core.rules import upd_02
from tests.core.area import CLEAN, LISTED, book, issue, register, ruled, state, stray, verdict
from tests.core.build import account, beijing_time

ME, OTHER = "A01", "A02"
DAYS = ("2022-04-01", "2022-04-08", "2022-04-15", "2022-04-22", "2022-04-29", "2022-05-06")


def series(words: str, *, covers_all: bool = True) -> tuple[Round, ...]:
    """Return rounds from a line of signs.

    报 lists the account, 清 clears it, 他 lists it for something else, 双 for both; 空 does not name it, 疑 has a row
    that nobody could match, 缺 is missing.
    """
    rows = {
        "报": [(ME, LISTED)],
        "清": [(ME, CLEAN)],
        "他": [(ME, Problem.CONTENT)],
        "双": [(ME, Problem.CONTENT), (ME, LISTED)],
        "空": [(OTHER, LISTED)],
        "疑": [(OTHER, LISTED)],
    }
    return tuple(
        issue(place + 1, DAYS[place], *rows[word], covers_all=covers_all, unmatched=(stray(),) if word == "疑" else ())
        for place, word in enumerate(words)
        if word != "缺"
    )


@pytest.mark.parametrize(
    ("rounds", "expected"),
    [
        ("", State.OK),
        ("报", State.OK),
        ("报报", State.VIOLATED),
        ("双双", State.VIOLATED),
        ("报空报", State.OK),
        ("报清报", State.OK),
        ("报他报", State.OK),
        ("空空空", State.OK),
        ("报报空", State.VIOLATED),  # a clean round resets only the count
        ("报报空空空", State.VIOLATED),
        ("报报空报", State.VIOLATED),
        ("报缺报", State.UNKNOWN),  # listed then, two in a row; clean then, not
        ("报缺空", State.UNKNOWN),
        ("空缺报", State.UNKNOWN),
        ("空缺空", State.OK),  # one missing round alone is not two
        ("空缺缺空", State.UNKNOWN),
        ("报报缺空", State.VIOLATED),
        ("空缺报报", State.VIOLATED),
        ("报疑", State.UNKNOWN),
        ("疑", State.OK),
        ("疑空疑", State.OK),
        ("报疑清", State.UNKNOWN),
    ],
)
def test_two_rounds_in_a_row_are_a_violation_and_what_is_missing_is_taken_both_ways(
    rounds: str, expected: State
) -> None:
    assert state(upd_02.RULE, register(rounds=series(rounds))) is expected


@pytest.mark.parametrize(
    ("rounds", "expected"),
    [("报空报", State.VIOLATED), ("报清报", State.OK), ("空空", State.OK), ("报空空报", State.VIOLATED)],
)
def test_a_series_that_does_not_cover_everybody_leaves_the_unnamed_unchanged(rounds: str, expected: State) -> None:
    assert state(upd_02.RULE, register(rounds=series(rounds, covers_all=False))) is expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (stray(), State.UNKNOWN),
        (stray(platform_id="123"), State.UNKNOWN),  # the account's own id is not known
        (stray(platform=None, name=None, account="A10"), State.UNKNOWN),  # a slip: anybody may be meant
        (stray(platform=Platform.DOUYIN), State.OK),
        (stray(problem=Problem.CONTENT), State.OK),
    ],
)
def test_a_row_that_nobody_could_match_leaves_those_in_doubt_whom_it_may_mean(row: Stray, expected: State) -> None:
    rounds = (issue(1, DAYS[0], (ME, LISTED)), issue(2, DAYS[1], unmatched=(row,)))
    assert state(upd_02.RULE, register(rounds=rounds)) is expected


def test_another_platform_id_is_another_account() -> None:
    rounds = (issue(1, DAYS[0], (ME, LISTED)), issue(2, DAYS[1], unmatched=(stray(platform_id="123"),)))
    assert state(upd_02.RULE, register(account(platform_id="456"), rounds=rounds)) is State.OK


def test_the_count_of_one_series_is_not_that_of_another() -> None:
    rounds = (issue(1, "2022-04-01", (ME, LISTED)), issue(2, "2022-04-08", (ME, LISTED), series="市通报"))
    assert state(upd_02.RULE, register(rounds=rounds)) is State.OK


@pytest.mark.parametrize(
    ("name", "on", "expected"),
    [
        ("示例县季度通报", set(), State.OK),
        ("示例县季度通报", {upd_02.COUNT_OWN}, State.VIOLATED),
        ("省平台示例县通报", set(), State.VIOLATED),
        ("邻县季度通报", set(), State.VIOLATED),
    ],
)
def test_the_area_s_own_bulletin_counts_only_where_the_rules_say_so(name: str, on: set[str], expected: State) -> None:
    rounds = tuple(issue(number, DAYS[number], (ME, LISTED), series=name) for number in (1, 2))
    rules = replace(book(), switches={"UPD-02": frozenset(on)})
    said = list(upd_02.judge(register(rounds=rounds), rules, beijing_time("2022-05-25 09:00")))
    assert (said[0].state if said else State.OK) is expected


@pytest.mark.parametrize(
    ("moved", "expected"),
    [
        ("2022-04-08 23:59", State.VIOLATED),  # it came on the day on which the first of both was issued
        ("2022-04-09 00:00", State.OK),  # and here on the day after: one is left
    ],
)
def test_the_area_s_own_bulletin_is_about_the_accounts_that_it_had_on_that_day(moved: str, expected: State) -> None:
    versions = ((EVER, account(area="邻县")), (beijing_time(moved), account()))
    came = tuple(Version(since=since, account=of_then) for since, of_then in versions)
    rounds = tuple(issue(number, DAYS[number - 1], (ME, LISTED), series="示例县季度通报") for number in (2, 3))
    rules = replace(book(), switches={"UPD-02": frozenset({upd_02.COUNT_OWN})})
    of = register(rounds=rounds, earlier={ME: in_turn(came)})
    said = list(upd_02.judge(of, rules, beijing_time("2022-05-25 09:00")))
    assert (said[0].state if said else State.OK) is expected


def test_holes_lie_between_known_rounds_of_one_series() -> None:
    known = [("月报", 3), ("月报", 4), ("月报", 6), ("月报", 9), ("季报", 1), ("周报", 12)]
    assert [str(hole) for hole in holes(known)] == ["通报“月报”第5期", "通报“月报”第7至8期"]
    assert [hole.size for hole in holes(known)] == [1, 2]


def test_a_round_that_there_never_was_is_filled_by_one_that_covers_nobody() -> None:
    of = register(rounds=series("报缺报"))
    assert state(upd_02.RULE, of) is State.UNKNOWN
    filled = sorted((*of.rounds, issue(2, DAYS[1], covers_all=False)), key=lambda entry: entry.number)
    assert state(upd_02.RULE, register(rounds=tuple(filled))) is State.VIOLATED


def test_neighbours_are_neighbours_however_far_apart_their_dates_lie() -> None:
    rounds = (issue(1, "2021-04-01", (ME, LISTED)), issue(2, "2022-04-08", (ME, LISTED)))
    assert state(upd_02.RULE, register(rounds=rounds)) is State.VIOLATED


def test_a_violation_tells_its_rounds_and_proposes_what_the_clause_says() -> None:
    finding = verdict(upd_02.RULE, register(rounds=series("空报报")))
    assert finding.because == "在“省平台通报”第2期、第3期连续2次被通报2周未更新。"
    assert (finding.basis, finding.proposals) == (Basis.BULLETIN, (Proposal.CONSOLIDATE,))
    assert (finding.evidence, finding.since) == (("listing:20", "listing:30"), date(2022, 4, 15))


def test_a_violation_is_called_by_the_round_that_was_one_too_many() -> None:
    three = replace(book(), numbers={**book().numbers, "UPD-02": {"rounds": 3}})
    (finding,) = upd_02.judge(register(rounds=series("报报报空")), three, beijing_time("2022-05-25 09:00"))
    assert finding.episode == "省平台通报/3"


@pytest.mark.parametrize(
    ("rounds", "decided_on", "named"),
    [
        ("报缺空", None, "第1期、第2期"),
        ("报疑", None, "第1期、第2期"),
        ("空缺报", None, "第2期、第3期"),
        ("空缺报", DAYS[0], "第2期、第3期"),
    ],
)
def test_what_is_in_doubt_names_the_rounds_and_proposes_nothing(
    rounds: str, decided_on: str | None, named: str
) -> None:
    decisions = (ruled(Ruling.RETAINED, decided_on, "UPD-02"),) if decided_on else ()
    finding = verdict(upd_02.RULE, register(rounds=series(rounds), decisions=decisions))
    assert (finding.state, finding.since, finding.proposals) == (State.UNKNOWN, None, ())
    assert finding.because == (
        f"“省平台通报”{named}有期次缺失或有行未匹配账号，暂不能判定是否连续2次被通报，请补录或核对。"
    )


def test_a_row_that_may_list_the_account_for_something_else_leaves_its_count_in_doubt() -> None:
    listed, doubt = [(ME, LISTED)], (stray(problem=Problem.CONTENT),)
    rounds = (
        issue(1, DAYS[0], *listed, covers_all=False),
        issue(2, DAYS[1], covers_all=False, unmatched=doubt),
        issue(3, DAYS[2], *listed, covers_all=False),
    )
    assert state(upd_02.RULE, register(rounds=rounds)) is State.UNKNOWN


@pytest.mark.parametrize("ruling", [Ruling.RETAINED, Ruling.CONSOLIDATED, Ruling.DEREGISTERED, Ruling.REJECTED])
@pytest.mark.parametrize(
    ("rounds", "expected"),
    [
        ("报报", State.OK),
        ("报报空", State.OK),
        ("报报空报", State.OK),
        ("报报空空报报", State.VIOLATED),
        ("报报报", State.OK),  # the count begins anew with the next round
        ("报报报报", State.VIOLATED),
        ("报报报报空", State.VIOLATED),  # one decision ends one trouble
    ],
)
def test_a_decision_ends_it_and_the_count_begins_with_the_next_round(
    ruling: Ruling, rounds: str, expected: State
) -> None:
    decided = ruled(ruling, DAYS[1], "UPD-02")
    assert state(upd_02.RULE, register(rounds=series(rounds), decisions=(decided,))) is expected


def test_a_decision_on_the_day_of_a_round_answers_that_round_as_well() -> None:
    decided = ruled(Ruling.RETAINED, DAYS[2], "UPD-02")
    assert state(upd_02.RULE, register(rounds=series("报报报报"), decisions=(decided,))) is State.OK


@pytest.mark.parametrize(
    "decided",
    [
        ruled(Ruling.CONFIRMED, "2022-04-10", "UPD-02"),
        ruled(Ruling.RETAINED, "2022-04-10", "PLT-01"),
        ruled(Ruling.RETAINED, "2022-04-10", "UPD-02", name=OTHER),
    ],
)
def test_a_confirmation_and_decisions_on_other_things_end_nothing(decided: Decision) -> None:
    of = register(account(), account(id=OTHER), rounds=series("报报"), decisions=(decided,))
    assert state(upd_02.RULE, of) is State.VIOLATED


def test_an_exemption_shows_what_it_exempts_and_afterwards_the_count_is_new() -> None:
    decided = ruled(Ruling.EXEMPTED, "2022-04-20", "UPD-02", until="2022-05-31")
    of = register(rounds=series("报报"), decisions=(decided,))
    assert state(upd_02.RULE, of, "2022-05-31 23:59") is State.EXEMPTED
    assert state(upd_02.RULE, of, "2022-06-01 00:01") is State.OK


def test_what_a_revoked_decision_had_settled_stands_again() -> None:
    decisions = (ruled(Ruling.RETAINED, "2022-04-10", "UPD-02"), ruled(Ruling.REVOKED, "2022-05-20", "UPD-02"))
    of = register(rounds=series("报报"), decisions=decisions[:1])
    assert state(upd_02.RULE, of, "2022-05-19 09:00") is State.OK
    assert state(upd_02.RULE, replace(of, decisions=decisions), "2022-05-20 09:00") is State.VIOLATED


def test_a_round_issued_while_an_account_was_exempt_changes_nothing() -> None:
    decided = ruled(Ruling.EXEMPTED, DAYS[1], "UPD-02", until=DAYS[1])
    of = register(rounds=series("报报报"), decisions=(decided,))
    assert state(upd_02.RULE, of) is State.VIOLATED
    assert verdict(upd_02.RULE, of).evidence == ("listing:10", "listing:30")


@pytest.mark.parametrize(
    ("opened", "rounds", "expected"),
    [
        (DAYS[1], "报报", State.OK),  # the first was issued before the opening
        (DAYS[0], "报报", State.VIOLATED),
        (DAYS[2], "空缺报", State.UNKNOWN),  # the hole straddles the opening
        (DAYS[3], "空缺空报报", State.VIOLATED),
        (DAYS[3], "空缺空报", State.OK),  # the hole lies before it
        (None, "报报", State.VIOLATED),
    ],
)
def test_rounds_before_the_opening_do_not_count(opened: str | None, rounds: str, expected: State) -> None:
    mine = account(opened_on=date.fromisoformat(opened) if opened else None)
    assert state(upd_02.RULE, register(mine, rounds=series(rounds))) is expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"function": AccountFunction.SERVICE}, State.VIOLATED),
        ({"level": None}, State.VIOLATED),
        ({"level": UnitLevel.PARTY}, State.NOT_APPLICABLE),
    ],
)
def test_it_binds_every_judged_account_whatever_it_is_for(changes: dict[str, object], expected: State) -> None:
    assert state(upd_02.RULE, register(account(**changes), rounds=series("报报"))) is expected


@given(rounds=st.text("报空清他疑", max_size=6), hidden=st.sets(st.integers(0, 5)))
def test_hiding_rounds_never_turns_a_verdict_into_its_opposite(rounds: str, hidden: set[int]) -> None:
    whole = state(upd_02.RULE, register(rounds=series(rounds)))
    inner = {place for place in hidden if 0 < place < len(rounds) - 1}
    less = "".join("缺" if place in inner else word for place, word in enumerate(rounds))
    partly = state(upd_02.RULE, register(rounds=series(less)))
    assert partly in {whole, State.UNKNOWN}


def test_a_decision_made_before_a_missing_round_does_not_end_what_that_round_may_have_begun() -> None:
    # the first round lists it; the second is missing, was perhaps issued after the decision, and perhaps lists it too
    decided = ruled(Ruling.RETAINED, DAYS[0], "UPD-02")
    assert state(upd_02.RULE, register(rounds=series("报缺空"), decisions=(decided,))) is State.UNKNOWN
