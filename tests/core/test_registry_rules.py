"""The rules on an area's register, each at its boundary."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from monitor.core.account import Account, AccountStatus, Platform, UnitLevel
from monitor.core.decision import Ruling
from monitor.core.finding import Proposal, State, Strength
from monitor.core.record import RecordKind
from monitor.core.rules import (
    cap_01,
    dup_01,
    mat_01,
    mat_02,
    mtg_01,
    name_01,
    pha_01,
    plt_01,
    reg_01,
    reg_02,
    sub_01,
    sup_01,
    trn_01,
    twn_01,
)
from monitor.core.subject import SubjectKind
from tests.core.area import AREA, book, filed, judged, record, register, ruled, state, verdict
from tests.core.build import account, beijing_time
from tests.core.registry import only


@pytest.mark.parametrize(
    ("platform", "expected", "proposals"),
    [
        (Platform.SOHU, State.VIOLATED, (Proposal.CANCEL,)),
        (Platform.BAIJIAHAO, State.VIOLATED, (Proposal.CANCEL,)),
        (Platform.DAYU, State.VIOLATED, (Proposal.CANCEL,)),
        (Platform.WEIBO, State.OK, ()),
        (Platform.WEIXIN_CHANNELS, State.OK, ()),
        (Platform.MOBILE_APP, State.OK, ()),
        (Platform.KUAISHOU, State.NEEDS_REVIEW, (Proposal.REVIEW,)),
        (Platform.MINI_PROGRAM, State.NEEDS_REVIEW, (Proposal.REVIEW,)),
        (Platform.WEBSITE, State.NOT_APPLICABLE, ()),
    ],
)
def test_niche_platforms_are_given_up_and_unlisted_ones_put_to_the_office(
    platform: Platform, expected: State, proposals: tuple[Proposal, ...]
) -> None:
    finding = verdict(plt_01.RULE, register(account(platform=platform)))
    assert (finding.state, finding.proposals) == (expected, proposals)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"level": UnitLevel.TOWNSHIP}, State.VIOLATED),
        ({"level": UnitLevel.COUNTY_UNIT, "name": "示例镇发布"}, State.OK),  # never judged by a name
        ({"level": None}, State.NEEDS_REVIEW),
        ({"level": UnitLevel.SCHOOL_HOSPITAL}, State.NOT_APPLICABLE),
        ({"level": UnitLevel.TOWNSHIP, "status": AccountStatus.DEREGISTERING}, State.VIOLATED),
        ({"level": UnitLevel.TOWNSHIP, "status": AccountStatus.CLOSED}, State.NOT_APPLICABLE),
    ],
)
def test_accounts_of_townships_are_deregistered_in_principle(changes: dict[str, object], expected: State) -> None:
    assert state(twn_01.RULE, register(account(**changes))) is expected


def test_a_township_s_followers_are_shown_against_its_residents() -> None:
    mine = account(level=UnitLevel.TOWNSHIP, unit="示例镇", followers=3_000)
    counted = record(RecordKind.POPULATION, "示例镇", "2021-01-01", "12000", SubjectKind.UNIT)
    assert "25.0%" in verdict(twn_01.RULE, register(mine, records=(counted,))).because


def test_two_accounts_of_a_unit_on_one_platform_are_one_too_many() -> None:
    pair = (account(), account(id="A02", name="示例教育"))
    assert {finding.state for finding in judged(dup_01.RULE, register(*pair))} == {State.WARNING}
    closing = replace(pair[1], status=AccountStatus.DEREGISTERING)
    assert state(dup_01.RULE, register(pair[0], closing)) is State.OK
    elsewhere = (replace(pair[1], unit="示例局"), replace(pair[1], platform=Platform.WEIXIN_SERVICE))
    assert all(state(dup_01.RULE, register(pair[0], other)) is State.OK for other in elsewhere)
    sites = tuple(replace(account, platform=Platform.WEBSITE) for account in pair)
    assert state(dup_01.RULE, register(*sites)) is State.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("name", "entity", "expected"),
    [
        ("示例发布", None, State.OK),
        ("示例 发布", "示例县教育局", State.OK),
        ("示例县发布", None, State.WARNING),
        ("示例发布", "示例传媒公司", State.WARNING),
    ],
)
def test_names_are_the_same_everywhere_and_the_certificate_names_the_unit(
    name: str, entity: str | None, expected: State
) -> None:
    other = account(id="A02", platform=Platform.DOUYIN, name=name)
    assert state(name_01.RULE, register(account(verified_entity=entity), other)) is expected


DEADLINE_OVER = "2022-05-20 00:00"


@pytest.mark.parametrize(
    ("at", "listed", "changes", "expected"),
    [
        ("2022-05-19 23:59", ("A02",), {}, State.WARNING),
        (DEADLINE_OVER, ("A02",), {}, State.VIOLATED),
        (DEADLINE_OVER, ("A01",), {}, State.OK),
        ("2022-06-21 09:00", ("A02",), {}, State.VIOLATED),  # the list is 35 days old
        ("2022-06-22 09:00", ("A02",), {}, State.UNKNOWN),
        ("2022-06-22 09:00", ("A01",), {}, State.UNKNOWN),
        (DEADLINE_OVER, None, {}, State.UNKNOWN),
        (DEADLINE_OVER, ("A02",), {"opened_on": date(2022, 5, 18)}, State.UNKNOWN),
        (DEADLINE_OVER, ("A02",), {"opened_on": date(2022, 5, 17)}, State.VIOLATED),
        (DEADLINE_OVER, ("A02",), {"status": AccountStatus.FILING}, State.VIOLATED),
        (DEADLINE_OVER, ("A02",), {"level": None}, State.NEEDS_REVIEW),
        (DEADLINE_OVER, ("A02",), {"level": UnitLevel.VERTICAL}, State.NOT_APPLICABLE),
    ],
)
def test_an_account_that_is_not_filed_is_warned_of_until_the_deadline_and_a_violation_after(
    at: str, listed: tuple[str, ...] | None, changes: dict[str, object], expected: State
) -> None:
    of = register(account(**changes), filed=filed("2022-05-17", *listed) if listed else None)
    assert state(reg_01.RULE, of, at) is expected


def test_an_unfiled_account_is_to_be_deregistered_and_its_unit_to_lose_points_without_exception() -> None:
    decided = ruled(Ruling.EXEMPTED, "2022-05-20", "REG-01")
    finding = verdict(reg_01.RULE, register(filed=filed("2022-05-20"), decisions=(decided,)))
    assert (finding.strength, finding.state) == (Strength.MANDATORY, State.VIOLATED)
    assert finding.proposals == (Proposal.DEREGISTER, Proposal.DEDUCT)
    assert finding.evidence == ("filed-list:2022-05-20",)


@pytest.mark.parametrize(
    ("at", "text", "expected"),
    [
        ("2022-06-02 09:00", "批准开设", State.WARNING),  # the tenth working day
        ("2022-06-05 23:59", "批准开设", State.WARNING),  # the last of the days off after it
        ("2022-06-06 09:00", "批准开设", State.VIOLATED),
        ("2022-05-25 09:00", "名称变更", State.VIOLATED),
        ("2022-05-25 09:00", "不同意开设", State.VIOLATED),
        ("2022-05-25 09:00", "拟开设", State.NEEDS_REVIEW),
        ("2022-06-20 09:00", "拟开设", State.VIOLATED),  # whatever it was, its ten days are over
    ],
)
def test_an_approved_opening_has_ten_working_days_to_be_filed(at: str, text: str, expected: State) -> None:
    approved = record(RecordKind.FILING_CHANGE, "A01", "2022-05-19", text)
    assert state(reg_01.RULE, register(filed=filed("2022-05-18"), records=(approved,)), at) is expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2022-05-16 09:00", State.WARNING),
        ("2022-05-19 23:00", State.WARNING),
        ("2022-05-20 09:00", State.OK),
    ],
)
def test_units_that_have_not_reported_are_named_in_the_last_three_working_days(at: str, expected: State) -> None:
    finding = only(judged(reg_02.RULE, register(), at))
    assert (finding.unit, finding.account, finding.state) == ("示例县教育局", None, expected)
    sent = record(RecordKind.UNIT_RETURN, "示例县教育局", "2022-05-16", "", SubjectKind.UNIT)
    assert only(judged(reg_02.RULE, register(records=(sent,)), at)).state is State.OK


@pytest.mark.parametrize(
    ("today", "expected"),
    [("2022-06-09", State.OK), ("2022-06-10", State.WARNING), ("2022-06-13", State.WARNING)],  # a Friday, a Monday
)
def test_three_working_days_before_the_deadline_are_the_first_to_name_them(today: str, expected: State) -> None:
    later = replace(book(today), dates={"REG-02": {"deadline": date(2022, 6, 15)}})
    found = [finding.state for finding in reg_02.judge(register(), later, beijing_time(f"{today} 09:00"))]
    assert (found or [State.OK]) == [expected]


def many(count: int, **changes: object) -> tuple[Account, ...]:
    """Return so many accounts."""
    return tuple(account(id=f"B{number:02}", **changes) for number in range(count))


@pytest.mark.parametrize(
    ("accounts", "at", "expected"),
    [
        (many(10), "2022-06-01 09:00", State.OK),
        (many(11), "2022-06-01 09:00", State.VIOLATED),
        (many(11), "2022-05-31 09:00", State.WARNING),  # before that it is a hint
        ((*many(10), account(platform=Platform.WEBSITE)), "2022-06-01 09:00", State.OK),
        ((*many(10), account(level=UnitLevel.ENTERPRISE)), "2022-06-01 09:00", State.OK),
        ((*many(10), account(status=AccountStatus.CLOSED)), "2022-06-01 09:00", State.OK),
        ((*many(10), account(level=None)), "2022-06-01 09:00", State.NEEDS_REVIEW),
        ((*many(9), account(level=None)), "2022-06-01 09:00", State.OK),
        ((*many(11), account(level=None)), "2022-06-01 09:00", State.VIOLATED),
    ],
)
def test_an_area_has_at_most_ten_accounts(accounts: tuple[Account, ...], at: str, expected: State) -> None:
    finding = only(judged(cap_01.RULE, register(*accounts), at))
    assert (finding.area, finding.unit, finding.account, finding.state) == (AREA, None, None, expected)


def test_accounts_being_closed_are_counted_and_shown_apart() -> None:
    closing = tuple(replace(account, id=f"C{account.id}", status=AccountStatus.DEREGISTERING) for account in many(3))
    finding = only(judged(cap_01.RULE, register(*many(9), *closing), "2022-06-01 09:00"))
    assert "现有账号12个" in finding.because
    assert "其中注销中3个，注销后9个" in finding.because


@pytest.mark.parametrize(
    ("mains", "expected"), [((), State.WARNING), (("示例发布", "示例 发布"), State.OK), (("甲", "乙"), State.WARNING)]
)
def test_an_area_has_one_main_brand_on_as_many_platforms_as_it_likes(mains: tuple[str, ...], expected: State) -> None:
    accounts = tuple(account(id=f"M{place}", name=name, is_main=True) for place, name in enumerate(mains))
    assert only(judged(mat_01.RULE, register(account(), *accounts))).state is expected


@pytest.mark.parametrize(
    ("at", "held", "expected"),
    [
        ("2022-09-30 09:00", (), State.OK),
        ("2022-10-01 09:00", (), State.WARNING),
        ("2022-12-30 09:00", (), State.WARNING),
        ("2022-12-31 09:00", (), State.VIOLATED),
        ("2022-12-31 09:00", ("2022-03-01",), State.OK),
        ("2022-12-31 09:00", ("2021-03-01",), State.VIOLATED),
    ],
)
def test_a_year_without_a_training_is_told_in_autumn_and_a_violation_on_its_last_day(
    at: str, held: tuple[str, ...], expected: State
) -> None:
    records = tuple(record(RecordKind.TRAINING, AREA, on, "培训", SubjectKind.AREA) for on in held)
    assert only(judged(trn_01.RULE, register(records=records), at)).state is expected


@pytest.mark.parametrize(
    ("at", "held", "expected"),
    [
        ("2022-05-25 09:00", (), State.WARNING),
        ("2022-08-25 09:00", ("2022-05-25",), State.OK),
        ("2022-08-26 09:00", ("2022-05-25",), State.WARNING),
    ],
)
def test_an_inspection_is_due_every_quarter(at: str, held: tuple[str, ...], expected: State) -> None:
    records = tuple(record(RecordKind.INSPECTION, AREA, on, "检查", SubjectKind.AREA) for on in held)
    assert only(judged(sup_01.RULE, register(records=records), at)).state is expected


@pytest.mark.parametrize(
    ("at", "expected", "phase"),
    [
        ("2022-05-25 09:00", State.OK, ""),
        ("2022-05-26 09:00", State.WARNING, "清理整治"),
        ("2022-05-31 23:00", State.WARNING, "清理整治"),
        ("2022-06-01 09:00", State.OK, ""),
        ("2023-03-01 09:00", State.WARNING, "春季清理"),
        ("2026-11-20 09:00", State.OK, ""),
    ],
)
def test_the_end_of_a_phase_is_told_of_and_past_phases_are_over(at: str, expected: State, phase: str) -> None:
    later = record(RecordKind.PHASE, AREA, "2023-03-05", "春季清理", SubjectKind.AREA)
    finding = only(judged(pha_01.RULE, register(records=(later,)), at))
    assert finding.state is expected
    assert phase in finding.because


def test_meetings_moves_and_what_is_kept_are_told_and_never_judged() -> None:
    records = (
        record(RecordKind.MEETING, AREA, "2022-05-01", "交流会", SubjectKind.AREA),
        record(RecordKind.MIGRATION, "A01", "2022-05-02", "已迁移", item="掌上示例"),
    )
    of = register(records=records)
    assert only(judged(mtg_01.RULE, of)).because == "已登记交流会1次，最近一次为5月1日。"
    assert "掌上示例" in verdict(sub_01.RULE, of).because
    assert {finding.state for rule in (mtg_01, sub_01, mat_02) for finding in judged(rule.RULE, of)} == {State.OK}
