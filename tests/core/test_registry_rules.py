"""The rules on an area's register, each at its boundary."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from monitor.core import obligations
from monitor.core.account import Account, AccountStatus, OperationMode, Outsourcing, Platform, UnitLevel
from monitor.core.calendar import EVER
from monitor.core.decidable import why_not
from monitor.core.decision import Ruling
from monitor.core.finding import Finding, Proposal, State, Strength
from monitor.core.judgement import reviewed
from monitor.core.record import RecordKind
from monitor.core.register import Register, Trouble, Version
from monitor.core.rules import (
    app_02,
    app_03,
    cap_01,
    cln_01,
    cln_02,
    dup_01,
    fake_01,
    fun_01,
    fun_02,
    fun_03,
    fun_04,
    mat_01,
    mat_02,
    mtg_01,
    name_01,
    out_01,
    out_02,
    pha_01,
    plt_01,
    reg_01,
    reg_02,
    sec_01,
    sub_01,
    sup_01,
    sup_02,
    sys_01,
    trn_01,
    twn_01,
)
from monitor.core.subject import SubjectKind
from tests.core.area import AREA, book, filed, judged, record, register, ruled, state, verdict
from tests.core.build import account, beijing_time, finding


def only(findings: tuple[Finding, ...]) -> Finding:
    """Return the one finding there is."""
    (finding,) = findings
    return finding


# --- platforms and organizers ---


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


# --- filing ---

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


# --- the area as a whole ---


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


# --- outsourcing ---

FULL = Outsourcing(
    mode=OperationMode.OUTSOURCED,
    operator_org="示例报社",
    operator_type="主流新闻媒体",
    agreement_on=date(2022, 1, 1),
    confidentiality_on=date(2022, 1, 1),
)


@pytest.mark.parametrize(
    ("outsourcing", "expected"),
    [
        (Outsourcing(), State.OK),
        (FULL, State.OK),
        (replace(FULL, operator_type="社会企业"), State.VIOLATED),
        (replace(FULL, operator_type=None), State.NEEDS_REVIEW),
        (replace(FULL, operator_type="下属企事业单位"), State.OK),
        (replace(FULL, is_subcontracted=True), State.VIOLATED),
        (replace(FULL, operator_type="主流新闻网站"), State.VIOLATED),
        (replace(FULL, operator_type="主流新闻网站", news_licence_until=date(2022, 5, 24)), State.VIOLATED),
        (replace(FULL, operator_type="主流新闻网站", news_licence_until=date(2022, 5, 25)), State.WARNING),
        (replace(FULL, operator_type="主流新闻网站", news_licence_until=date(2022, 7, 24)), State.WARNING),
        (replace(FULL, operator_type="主流新闻网站", news_licence_until=date(2022, 7, 25)), State.OK),
        (replace(FULL, agreement_on=None), State.WARNING),
        (replace(FULL, confidentiality_on=None), State.WARNING),
    ],
)
def test_content_is_run_only_by_whom_the_plan_allows_and_under_agreements(
    outsourcing: Outsourcing, expected: State
) -> None:
    assert state(out_01.RULE, register(account(outsourcing=outsourcing))) is expected


def test_outsourcing_itself_is_a_hint() -> None:
    finding = verdict(out_02.RULE, register(account(outsourcing=FULL)))
    assert (finding.state, finding.strength) == (State.WARNING, Strength.ADVISORY)
    assert state(out_02.RULE, register()) is State.OK


# --- what people recorded about accounts and units ---


@pytest.mark.parametrize(
    ("rule", "kind", "text", "expected"),
    [
        (fun_01, RecordKind.INTERACTION, "正常", State.OK),
        (fun_01, RecordKind.INTERACTION, "存在问题", State.VIOLATED),
        (fun_01, RecordKind.INTERACTION, "无缺失", State.NEEDS_REVIEW),
        (fun_01, RecordKind.INTERACTION, "缺失：留言入口打不开", State.NEEDS_REVIEW),
        (fun_01, None, "", State.UNKNOWN),
        (fun_02, RecordKind.MESSAGE_REPLY, "收到", State.WARNING),
        (fun_02, RecordKind.MESSAGE_REPLY, "已答复", State.OK),
        (fun_02, RecordKind.MESSAGE_REPLY, "未收到", State.NEEDS_REVIEW),
        (fun_02, RecordKind.MESSAGE_REPLY, "已收到，待答复", State.NEEDS_REVIEW),
        (fun_02, None, "", State.OK),
        (fun_03, RecordKind.SERVICE_ENTRY, "正常", State.OK),
        (fun_03, RecordKind.SERVICE_ENTRY, "失效", State.WARNING),
        (fun_03, RecordKind.SERVICE_ENTRY, "入口不正常", State.WARNING),
        (fun_03, RecordKind.SERVICE_ENTRY, "入口似乎不正常", State.NEEDS_REVIEW),
        (fun_03, None, "", State.OK),
        (fun_04, RecordKind.KNOWLEDGE_BASE, "未引入", State.WARNING),
        (fun_04, RecordKind.KNOWLEDGE_BASE, "已引入", State.OK),
        (fun_04, RecordKind.KNOWLEDGE_BASE, "计划引入", State.NEEDS_REVIEW),
        (cln_01, RecordKind.JOINT_REVIEW, "注销", State.VIOLATED),
        (cln_01, RecordKind.JOINT_REVIEW, "关停", State.VIOLATED),
        (cln_01, RecordKind.JOINT_REVIEW, "取消", State.VIOLATED),
        (cln_01, RecordKind.JOINT_REVIEW, "清理整合", State.VIOLATED),
        (cln_01, RecordKind.JOINT_REVIEW, "整改", State.WARNING),
        (cln_01, RecordKind.JOINT_REVIEW, "保留", State.OK),
        (cln_01, RecordKind.JOINT_REVIEW, "未形成意见", State.NEEDS_REVIEW),
        (cln_01, RecordKind.JOINT_REVIEW, "保留，不再清理整合", State.NEEDS_REVIEW),
        (cln_01, RecordKind.JOINT_REVIEW, "不同意注销", State.NEEDS_REVIEW),
        (cln_02, RecordKind.CLOSE_REQUEST, "无力维护，申请关停", State.WARNING),
        (cln_02, RecordKind.CLOSE_REQUEST, "已撤回", State.OK),
        (cln_02, RecordKind.CLOSE_REQUEST, "撤回关停的申请", State.NEEDS_REVIEW),
        (sec_01, RecordKind.CONTENT_SAFETY, "存在问题", State.VIOLATED),
        (sec_01, RecordKind.CONTENT_SAFETY, "疑似", State.SUSPECTED),
        (sec_01, RecordKind.CONTENT_SAFETY, "已处置", State.OK),
        (sec_01, RecordKind.CONTENT_SAFETY, "不属实", State.OK),
        (sec_01, RecordKind.CONTENT_SAFETY, "未发现问题", State.OK),
        (sec_01, RecordKind.CONTENT_SAFETY, "检查未发现表述问题", State.NEEDS_REVIEW),
        (sec_01, RecordKind.CONTENT_SAFETY, "处置中", State.NEEDS_REVIEW),
    ],
)
def test_what_people_recorded_about_an_account_is_what_counts(
    rule: object, kind: RecordKind | None, text: str, expected: State
) -> None:
    records = (record(kind, "A01", "2022-05-10", text),) if kind else ()
    assert state(rule.RULE, register(account(), account(id="A02"), records=records)) is expected  # type: ignore[attr-defined]


def test_a_check_of_the_interaction_is_to_be_repeated_after_a_quarter() -> None:
    of = register(records=(record(RecordKind.INTERACTION, "A01", "2022-05-10", "正常"),))
    assert state(fun_01.RULE, of, "2022-08-10 09:00") is State.OK
    assert state(fun_01.RULE, of, "2022-08-11 09:00") is State.NEEDS_REVIEW


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2022-05-20 23:59", State.OK),
        ("2022-05-21 09:00", State.OK),  # a day off after the last day
        ("2022-05-22 23:59", State.OK),
        ("2022-05-23 00:00", State.WARNING),
    ],
)
def test_a_message_may_wait_five_working_days_for_its_answer(at: str, expected: State) -> None:
    asked = record(RecordKind.MESSAGE_REPLY, "A01", "2022-05-13", "收到")  # the fifth is a Friday
    assert state(fun_02.RULE, register(records=(asked,)), at) is expected


def test_an_incident_that_was_settled_is_over() -> None:
    records = (
        record(RecordKind.CONTENT_SAFETY, "A01", "2022-05-10", "存在问题"),
        record(RecordKind.CONTENT_SAFETY, "A01", "2022-05-11", "已整改"),
    )
    assert state(sec_01.RULE, register(records=records)) is State.OK


@pytest.mark.parametrize(
    ("platform", "text", "ipv6", "filing"),
    [
        (Platform.MOBILE_APP, None, State.UNKNOWN, State.WARNING),
        (Platform.MOBILE_APP, "支持", State.OK, State.OK),
        (Platform.MOBILE_APP, "不支持", State.WARNING, State.WARNING),
        (Platform.MINI_PROGRAM, "支持", State.NOT_APPLICABLE, State.OK),
        (Platform.WEIBO, "支持", State.NOT_APPLICABLE, State.NOT_APPLICABLE),
    ],
)
def test_apps_are_asked_for_ipv6_and_a_filing(platform: Platform, text: str | None, ipv6: State, filing: State) -> None:
    said = {RecordKind.IPV6: text, RecordKind.APP_FILING: "已备案" if text == "支持" else "未备案"}
    records = tuple(record(kind, "A01", "2022-05-10", word) for kind, word in said.items() if text and word)
    of = register(account(platform=platform), records=records)
    assert state(app_02.RULE, of, "2026-11-20 09:00") is ipv6
    assert state(app_03.RULE, of, "2026-11-20 09:00") is filing


def test_a_unit_needs_every_institution_and_looks_at_each_once_a_year() -> None:
    def unit(*names: str, on: str = "2022-07-01", at: str = "2022-08-01 09:00") -> Finding:
        records = tuple(record(RecordKind.INSTITUTION, "示例县教育局", on, name, SubjectKind.UNIT) for name in names)
        return only(judged(sys_01.RULE, register(records=records), at))

    every = ("信息发布审核制度", "安全管理制度", "应急预案", "考核评价办法")
    assert (unit(*every).state, unit(*every).unit) == (State.OK, "示例县教育局")
    assert unit(*every[1:]).because == "未登记信息发布审核制度。"
    assert unit(at="2022-07-31 09:00").state is State.OK
    assert unit(*every, at="2023-07-02 23:59").state is State.OK  # the 366th day
    assert unit(*every, at="2023-07-03 00:00").state is State.WARNING


def test_impostors_are_told_until_they_were_dealt_with() -> None:
    seen = record(RecordKind.IMPOSTOR, "A01", "2022-05-10", "发现")
    done = record(RecordKind.IMPOSTOR, "A01", "2022-05-12", "已转办")
    assert only(judged(fake_01.RULE, register(records=(seen,)))).state is State.WARNING
    assert only(judged(fake_01.RULE, register(records=(seen, done)))).state is State.OK


@pytest.mark.parametrize(
    ("rule", "at", "said"),
    [
        ("UPD-01", "2022-05-26 09:00", None),  # the third working day
        ("UPD-01", "2022-05-27 09:00", "督办"),
        ("UPD-01", "2022-05-31 23:59", "督办"),  # twice three
        ("UPD-01", "2022-06-01 00:00", "列入通报"),
        ("REG-01", "2022-05-30 09:00", None),
        ("REG-01", "2022-05-31 09:00", "督办"),
        ("SYS-01", "2022-06-07 09:00", None),  # 3 June was a holiday
        ("SYS-01", "2022-06-08 09:00", "督办"),
        ("SUP-02", "2022-07-24 09:00", None),
    ],
)
def test_a_trouble_beyond_its_working_days_is_urged_and_later_for_the_bulletin(
    rule: str, at: str, said: str | None
) -> None:
    open_since = Trouble(case=3, account="A01", rule=rule, since=date(2022, 5, 23))
    finding = verdict(sup_02.RULE, register(troubles=(open_since,)), at)
    assert finding.state is (State.WARNING if said else State.OK)
    assert (said or "没有") in finding.because


REVIEWED, ASKED = "待办公室提请联合研判", "个工作日未整改"


@pytest.mark.parametrize(
    ("rule", "proposed", "is_over", "said"),
    [
        ("UPD-03", "consolidate", False, ASKED),
        ("UPD-03", "consolidate", True, "已恢复，待办公室处置"),
        ("PLT-01", "cancel", False, REVIEWED),
        ("TWN-01", "deregister", False, REVIEWED),
        ("CLN-01", "consolidate", False, REVIEWED),
        ("UPD-02", "consolidate", False, REVIEWED),
        ("DUP-01", "consolidate", False, REVIEWED),
        ("REO-01", "review", False, "待办公室核实"),
        ("REG-01", "deregister deduct", False, ASKED),
        ("PER-01", "rectify", False, ASKED),
        ("APP-01", "consolidate", False, ASKED),
        ("APP-01", "review", False, ASKED),
    ],
)
def test_only_what_is_still_so_and_the_unit_s_to_end_is_late(
    rule: str, proposed: str, said: str, *, is_over: bool
) -> None:
    trouble = Trouble(
        case=3,
        account="A01",
        rule=rule,
        since=date(2022, 5, 3),
        proposed=frozenset(proposed.split()),
        is_over=is_over,
    )
    finding = verdict(sup_02.RULE, register(troubles=(trouble,)), "2022-05-25 09:00")
    assert finding.state is (State.WARNING if said is ASKED else State.OK)
    assert said in finding.because
    assert ("未整改" in finding.because) is (said is ASKED)


def test_what_is_not_late_is_said_beside_what_is() -> None:
    over = Trouble(case=3, account="A01", rule="UPD-03", since=date(2022, 5, 3), is_over=True)
    late = Trouble(case=4, account="A01", rule="PER-01", since=date(2022, 5, 10))
    finding = verdict(sup_02.RULE, register(troubles=(over, late)), "2022-05-25 09:00")
    assert (finding.state, finding.evidence) == (State.WARNING, ("case:4",))
    assert "已恢复，待办公室处置；" in finding.because


def test_what_was_decided_is_under_way_and_not_late() -> None:
    late = Trouble(case=3, account="A01", rule="NAME-01", since=date(2022, 5, 3), proposed=frozenset({"rectify"}))
    decided = ruled(Ruling.DEREGISTERED, "2022-05-20", "NAME-01")
    finding = verdict(sup_02.RULE, register(troubles=(late,), decisions=(decided,)), "2022-05-25 09:00")
    assert finding.state is State.OK
    assert "已作出处置决定，正在办理" in finding.because


PROCEDURE = (record(RecordKind.DEREGISTRATION, "A01", "2022-05-20", "决定注销"),)
CALLED_OFF = (*PROCEDURE, record(RecordKind.DEREGISTRATION, "A01", "2022-05-23", "终止"))
KEPT = (ruled(Ruling.DEREGISTERED, "2022-05-20", "TWN-01"), ruled(Ruling.RETAINED, "2022-05-23", "TWN-01"))


@pytest.mark.parametrize(
    ("changes", "is_left_alone"),
    [
        ({"decisions": (ruled(Ruling.DEREGISTERED, "2022-05-20", "TWN-01"),)}, True),  # under whichever rule
        ({"decisions": (ruled(Ruling.CONSOLIDATED, "2022-05-20", "NAME-01"),)}, True),
        ({"records": PROCEDURE}, True),
        ({"accounts": (account(status=AccountStatus.DEREGISTERING),)}, True),
        ({}, False),
        ({"records": CALLED_OFF}, False),
        ({"decisions": KEPT}, False),
        ({"decisions": (ruled(Ruling.DEREGISTERED, "2022-05-20", "TWN-01", name="X"),)}, False),
    ],
)
@pytest.mark.parametrize("rule", ["NAME-01", "PER-01", "UPD-01", "DRG-01"])
def test_of_an_account_that_is_being_ended_nothing_is_urged(
    rule: str, changes: dict[str, object], *, is_left_alone: bool
) -> None:
    late = Trouble(case=3, account="A01", rule=rule, since=date(2022, 5, 3))
    finding = verdict(sup_02.RULE, register(troubles=(late,), **changes), "2022-05-25 09:00")
    assert (finding.state is State.OK) is is_left_alone
    assert ("已作出处置决定，正在办理" in finding.because) is is_left_alone


def gone_and_back(on: str) -> dict[str, object]:
    """Return what changes of an account's register that was closed on 2022-03-01 and goes on again from a day on."""
    since = {"已注销": "2022-03-01", "运行": on}
    turns = [
        Version(since=beijing_time(f"{day} 00:00"), account=account(status=AccountStatus.labelled(status)))
        for status, day in since.items()
    ]
    return {"earlier": {"A01": (Version(since=EVER, account=account()), *turns)}}


@pytest.mark.parametrize(("back_on", "holds"), [("2022-05-10", False), ("2022-05-05", True), ("2022-05-04", True)])
def test_what_was_asked_and_decided_before_an_account_was_closed_is_over_when_it_goes_on_again(
    back_on: str, *, holds: bool
) -> None:
    asked = record(RecordKind.CLOSE_REQUEST, "A01", "2022-05-05", "申请关停")
    reviewed_then = record(RecordKind.JOINT_REVIEW, "A01", "2022-05-05", "建议注销")
    marked = record(RecordKind.DEREGISTRATION, "A01", "2022-05-05", "决定")
    trouble = Trouble(case=3, account="A01", rule="NAME-01", since=date(2022, 5, 11))
    of = register(records=(asked, reviewed_then, marked), troubles=(trouble,), **gone_and_back(back_on))
    assert (state(cln_02.RULE, of) is State.WARNING) is holds
    assert (state(cln_01.RULE, of) is State.VIOLATED) is holds
    assert (state(sup_02.RULE, of) is State.OK) is holds


def test_the_request_of_an_account_that_goes_on_again_has_lasted_no_longer_than_that() -> None:
    requests = [record(RecordKind.CLOSE_REQUEST, "A01", on, "申请关停") for on in ("2022-02-01", "2022-05-20")]
    finding = verdict(cln_02.RULE, register(records=tuple(requests), **gone_and_back("2022-05-18")))
    assert (finding.state, finding.since) == (State.WARNING, date(2022, 5, 20))


def test_a_decision_that_was_carried_out_is_not_said_of_what_goes_on_again() -> None:
    decided = ruled(Ruling.DEREGISTERED, "2022-02-01", "PLT-01")
    sohu = account(platform=Platform.SOHU)
    turns = {EVER: sohu, beijing_time("2022-03-01 00:00"): replace(sohu, status=AccountStatus.CLOSED)}
    turns[beijing_time("2022-05-10 00:00")] = sohu
    versions = tuple(Version(since=since, account=account) for since, account in turns.items())
    of = register(sohu, decisions=(decided,), earlier={"A01": versions})
    assert "已决定注销" not in verdict(plt_01.RULE, of).because
    again = replace(of, decisions=(decided, ruled(Ruling.DEREGISTERED, "2022-05-12", "PLT-01")))
    assert "已决定注销" in verdict(plt_01.RULE, again).because


# --- scopes and decisions ---


@pytest.mark.parametrize(
    ("rule", "changes"),
    [(plt_01, {"platform": Platform.SOHU}), (out_01, {"outsourcing": replace(FULL, operator_type="社会企业")})],
)
def test_an_account_whose_scope_is_pending_is_put_to_the_office_not_accused(
    rule: object, changes: dict[str, object]
) -> None:
    finding = verdict(rule.RULE, register(account(level=None, **changes)))  # type: ignore[attr-defined]
    assert (finding.state, finding.proposals) == (State.NEEDS_REVIEW, (Proposal.REVIEW,))


SOHU = account(platform=Platform.SOHU)


def of_sohu(*decisions: object) -> Register:
    """Return an area with a niche account and these decisions about it."""
    return register(SOHU, decisions=decisions)


@pytest.mark.parametrize(
    ("ruling", "until", "expected"),
    [
        (Ruling.EXEMPTED, None, State.EXEMPTED),
        (Ruling.EXEMPTED, "2022-05-25", State.EXEMPTED),
        (Ruling.EXEMPTED, "2022-05-24", State.VIOLATED),
        (Ruling.RETAINED, None, State.EXEMPTED),
        (Ruling.DEREGISTERED, None, State.VIOLATED),
        (Ruling.REJECTED, None, State.OK),
        (Ruling.CONFIRMED, None, State.VIOLATED),
    ],
)
def test_what_people_decided_changes_what_is_held_and_hides_nothing(
    ruling: Ruling, until: str | None, expected: State
) -> None:
    finding = verdict(plt_01.RULE, of_sohu(ruled(ruling, "2022-05-20", "PLT-01", until=until)))
    assert finding.state is expected
    assert "小众平台" in finding.because


def test_an_exemption_holds_for_its_rule_and_its_account_only() -> None:
    elsewhere = (
        ruled(Ruling.EXEMPTED, "2022-05-20", "TWN-01"),
        ruled(Ruling.EXEMPTED, "2022-05-20", "PLT-01", name="X"),
    )
    assert verdict(plt_01.RULE, of_sohu(*elsewhere)).state is State.VIOLATED


def test_a_confirmed_doubt_is_a_violation() -> None:
    decided = ruled(Ruling.CONFIRMED, "2022-05-20", "PLT-01")
    of = register(account(platform=Platform.KUAISHOU), decisions=(decided,))
    assert state(plt_01.RULE, of) is State.VIOLATED


@pytest.mark.parametrize(
    ("platform", "ruling", "expected"),
    [
        (Platform.SOHU, Ruling.EXEMPTED, State.EXEMPTED),
        (Platform.KUAISHOU, Ruling.EXEMPTED, State.NEEDS_REVIEW),  # nothing is held against it
        (Platform.KUAISHOU, Ruling.RETAINED, State.OK),  # that it stays answers what was to be reviewed
        (Platform.WEIBO, Ruling.EXEMPTED, State.OK),
    ],
)
def test_exempted_is_said_of_what_would_be_held_against_somebody(
    platform: Platform, ruling: Ruling, expected: State
) -> None:
    decided = ruled(ruling, "2022-05-20", "PLT-01")
    assert state(plt_01.RULE, register(account(platform=platform), decisions=(decided,))) is expected


@pytest.mark.parametrize("ruling", [Ruling.EXEMPTED, Ruling.RETAINED, Ruling.DEREGISTERED, Ruling.REJECTED])
def test_a_revoked_decision_held_until_the_day_before_and_not_since(ruling: Ruling) -> None:
    made, revoked = ruled(ruling, "2022-05-20", "PLT-01"), ruled(Ruling.REVOKED, "2022-05-25", "PLT-01")
    undecided = verdict(plt_01.RULE, of_sohu())
    assert verdict(plt_01.RULE, of_sohu(made), "2022-05-24 09:00").because != undecided.because
    assert verdict(plt_01.RULE, of_sohu(made, revoked), "2022-05-25 09:00") == undecided
    again = ruled(ruling, "2022-05-26", "PLT-01")
    assert verdict(plt_01.RULE, of_sohu(made, revoked, again), "2022-05-26 09:00").because != undecided.because


def test_revoking_under_one_rule_or_account_leaves_the_others_alone() -> None:
    made = ruled(Ruling.EXEMPTED, "2022-05-20", "PLT-01")
    others = (ruled(Ruling.REVOKED, "2022-05-21", "TWN-01"), ruled(Ruling.REVOKED, "2022-05-21", "PLT-01", name="X"))
    assert verdict(plt_01.RULE, of_sohu(made, *others)).state is State.EXEMPTED


@pytest.mark.parametrize("rule", [rule.id for rule in obligations.all_rules()])
def test_keeping_answers_whether_an_account_stays_and_no_duty(rule: str) -> None:
    asks_that = rule.startswith(("CLN-", "WEAK-", "TWN-", "PLT-", "CAP-")) or rule in {"UPD-02", "UPD-03"}
    assert (
        why_not(Ruling.RETAINED, rule, "X", on=SubjectKind.ACCOUNT, strength=Strength.IN_PRINCIPLE) is None
    ) is asks_that
    held = replace(finding(State.VIOLATED, rule=rule, episode=""), since=date(2022, 5, 1))
    kept = reviewed(held, (ruled(Ruling.RETAINED, "2022-05-20", rule),), beijing_time("2022-05-25 09:00"))
    assert (kept.state is State.EXEMPTED) is asks_that


def test_full_width_twins_are_the_same_unit_in_records_names_and_numbers_of_accounts() -> None:
    mine = account(unit="示例局（本级）", level=UnitLevel.TOWNSHIP, followers=3_000, verified_entity="示例站(东)")
    counted = record(RecordKind.POPULATION, "示例局(本级)", "2021-01-01", "12000", SubjectKind.UNIT)
    alias = record(RecordKind.ALIAS, "示例局(本级)", "2021-01-01", "示例站（东）", SubjectKind.UNIT)
    assert "25.0%" in verdict(twn_01.RULE, register(mine, records=(counted,))).because
    assert state(name_01.RULE, register(mine, records=(alias,))) is State.OK
    assert state(name_01.RULE, register(mine)) is State.WARNING
    other = replace(mine, id="A02", unit="示例局(本级)")
    assert {finding.state for finding in judged(dup_01.RULE, register(mine, other))} == {State.WARNING}


# --- results that are denials, and records that name none ---


@pytest.mark.parametrize(
    ("own", "common", "expected"),
    [
        (("应急预案",), (), State.OK),
        (("应急预案", "未建立"), (), State.WARNING),
        (("应急预案", "已废止"), (), State.WARNING),
        (("已废止", "应急预案"), (), State.OK),
        (("已废止",), ("应急预案",), State.OK),  # what the area has holds for every unit
        ((), ("应急预案", "已废止"), State.WARNING),
        (("应急预案（已废止）",), (), State.NEEDS_REVIEW),
        (("尚未建立应急预案",), (), State.NEEDS_REVIEW),
    ],
)
def test_an_institution_is_there_where_the_latest_record_says_so(
    own: tuple[str, ...], common: tuple[str, ...], expected: State
) -> None:
    others = ("信息发布审核制度", "安全管理制度", "考核评价办法")
    records = [record(RecordKind.INSTITUTION, AREA, "2022-06-01", name, SubjectKind.AREA) for name in others]
    for name, subject, said in (("示例县教育局", SubjectKind.UNIT, own), (AREA, SubjectKind.AREA, common)):
        for place, word in enumerate(said):
            item = "应急预案" if word in {"应急预案", "未建立", "已废止"} else ""
            text = "" if word == "应急预案" else word
            on = f"2022-06-{place + 2:02}"
            records.append(record(RecordKind.INSTITUTION, name, on, text, subject, item=item))
    ordered = tuple(sorted(records, key=lambda entry: entry.on))
    assert only(judged(sys_01.RULE, register(records=ordered), "2022-08-01 09:00")).state is expected


@pytest.mark.parametrize(
    ("rule", "kind", "text", "at", "expected"),
    [
        (trn_01, RecordKind.TRAINING, "集中学习", "2022-12-31 09:00", State.OK),
        (trn_01, RecordKind.TRAINING, "未举办", "2022-12-31 09:00", State.VIOLATED),
        (trn_01, RecordKind.TRAINING, "原定培训取消", "2022-12-31 09:00", State.NEEDS_REVIEW),
        (sup_01, RecordKind.INSPECTION, "未发现问题", "2022-06-01 09:00", State.OK),
        (sup_01, RecordKind.INSPECTION, "存在问题", "2022-06-01 09:00", State.OK),  # there was one
        (sup_01, RecordKind.INSPECTION, "未开展", "2022-06-01 09:00", State.WARNING),
        (sup_01, RecordKind.INSPECTION, "拟于下月检查", "2022-06-01 09:00", State.NEEDS_REVIEW),
    ],
)
def test_what_did_not_happen_does_not_count_for_an_area(
    rule: object, kind: RecordKind, text: str, at: str, expected: State
) -> None:
    of = register(records=(record(kind, AREA, "2022-05-10", text, SubjectKind.AREA),))
    assert only(judged(rule.RULE, of, at)).state is expected  # type: ignore[attr-defined]


def test_a_phase_that_was_called_off_is_told_of_no_more() -> None:
    planned = record(RecordKind.PHASE, AREA, "2023-03-05", "春季清理", SubjectKind.AREA, item="春季清理")
    off = record(RecordKind.PHASE, AREA, "2023-03-05", "取消", SubjectKind.AREA, item="春季清理")
    assert only(judged(pha_01.RULE, register(records=(planned,)), "2023-03-01 09:00")).state is State.WARNING
    assert only(judged(pha_01.RULE, register(records=(planned, off)), "2023-03-01 09:00")).state is State.OK


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", State.OK), ("已报送", State.OK), ("未报送", State.WARNING), ("尚未收齐", State.NEEDS_REVIEW)],
)
def test_a_unit_has_reported_where_its_return_says_so(text: str, expected: State) -> None:
    sent = record(RecordKind.UNIT_RETURN, "示例县教育局", "2022-05-16", text, SubjectKind.UNIT)
    assert only(judged(reg_02.RULE, register(records=(sent,)), "2022-05-18 09:00")).state is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("已备案", State.OK), ("未备案", State.WARNING), ("正在办理备案", State.NEEDS_REVIEW)],
)
def test_an_app_is_filed_where_its_record_says_so(text: str, expected: State) -> None:
    of = register(
        account(platform=Platform.MINI_PROGRAM), records=(record(RecordKind.APP_FILING, "A01", "2026-05-10", text),)
    )
    assert state(app_03.RULE, of, "2026-11-20 09:00") is expected


def test_an_order_to_mend_is_no_order_to_close() -> None:
    finding = verdict(cln_01.RULE, register(records=(record(RecordKind.JOINT_REVIEW, "A01", "2022-05-10", "整改"),)))
    assert finding.proposals == (Proposal.RECTIFY,)
    assert finding.state is State.WARNING
