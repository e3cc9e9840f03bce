"""The rules on an area's register that go by records, each at its boundary."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from monitor.core.account import Outsourcing, Platform, UnitLevel
from monitor.core.finding import Basis, Finding, Proposal, State, Strength
from monitor.core.record import RecordKind
from monitor.core.rules import (
    app_02,
    app_03,
    cln_01,
    cln_02,
    dup_01,
    fake_01,
    fun_01,
    fun_02,
    fun_03,
    fun_04,
    name_01,
    out_01,
    out_02,
    pha_01,
    reg_02,
    sec_01,
    sup_01,
    sys_01,
    trn_01,
    twn_01,
)
from monitor.core.subject import SubjectKind
from tests.core.area import AREA, judged, record, register, state, verdict
from tests.core.build import account
from tests.core.registry import FULL, only


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


def test_full_width_twins_are_the_same_unit_in_records_names_and_numbers_of_accounts() -> None:
    mine = account(unit="示例局（本级）", level=UnitLevel.TOWNSHIP, followers=3_000, verified_entity="示例站(东)")
    counted = record(RecordKind.POPULATION, "示例局(本级)", "2021-01-01", "12000", SubjectKind.UNIT)
    alias = record(RecordKind.ALIAS, "示例局(本级)", "2021-01-01", "示例站（东）", SubjectKind.UNIT)
    assert "25.0%" in verdict(twn_01.RULE, register(mine, records=(counted,))).because
    assert state(name_01.RULE, register(mine, records=(alias,))) is State.OK
    assert state(name_01.RULE, register(mine)) is State.WARNING
    other = replace(mine, id="A02", unit="示例局(本级)")
    assert {finding.state for finding in judged(dup_01.RULE, register(mine, other))} == {State.WARNING}


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


def test_what_is_recorded_of_an_app_is_said_and_nothing_of_other_accounts() -> None:
    both = (account(id="A00"), account(platform=Platform.MOBILE_APP))
    no = record(RecordKind.IPV6, "A01", "2022-05-10", "不支持")
    blank = replace(no, result=None)
    unstated = "5月10日的IPv6核查登记未写明结果，请补登。"
    for records, expected, because, evidence in (
        ((), State.UNKNOWN, "尚未核查是否支持IPv6。", ()),
        ((blank, blank), State.UNKNOWN, unstated.replace("IPv6核查", RecordKind.IPV6.label), ()),
        ((no,), State.WARNING, None, ("record:1",)),
    ):
        finding = verdict(app_02.RULE, register(*both, records=records))
        assert (finding.state, finding.basis, finding.evidence) == (expected, Basis.HAND, evidence)
        assert because in {None, finding.because}


def test_an_app_that_nobody_filed_is_to_be_looked_into_and_filed() -> None:
    both = (account(id="A00"), account(platform=Platform.MOBILE_APP))
    blank = replace(record(RecordKind.APP_FILING, "A01", "2026-05-10", "未备案"), result=None)
    finding = verdict(app_03.RULE, register(*both), "2026-11-20 09:00")
    assert (finding.state, finding.proposals) == (State.WARNING, (Proposal.REVIEW, Proposal.FILE))
    assert finding.because == "未登记政务应用程序备案号。"
    asked = verdict(app_03.RULE, register(*both, records=(blank, blank)), "2026-11-20 09:00")
    assert (asked.state, asked.proposals) == (State.NEEDS_REVIEW, (Proposal.REVIEW,))
    assert asked.because == f"5月10日的{RecordKind.APP_FILING.label}登记未写明结果，请补登。"


def test_accounts_of_one_unit_on_one_platform_are_named_to_each_and_proposed_to_become_one() -> None:
    of = register(account(name="甲发布"), account(id="A02", name="乙发布"))
    for name in ("A01", "A02"):
        finding = verdict(dup_01.RULE, of, name=name)
        assert (finding.state, finding.proposals) == (State.WARNING, (Proposal.CONSOLIDATE,))
        assert "“甲发布”、“乙发布”" in finding.because
        assert "示例县教育局" in finding.because
