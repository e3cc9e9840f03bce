"""What the reports hold, and what they leave to people."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from monitor.app.rules import rule_titles
from monitor.core.account import AccountStatus, Platform
from monitor.core.decision import Decision, Ruling
from monitor.core.deregistration import Progress, Stage
from monitor.core.episode import Episode, Episodes
from monitor.core.finding import Finding, Proposal, State, Strength
from monitor.core.outage import Cause, Outage
from monitor.core.period import Period
from monitor.core.record import Record, RecordKind
from monitor.core.rules.updates import Staleness
from monitor.core.subject import Subject, SubjectKind
from monitor.documents import Document
from monitor.documents.deductions import deductions
from monitor.documents.deregistration import deregistration
from monitor.documents.document import Value
from monitor.documents.dossier import Dossier, gaps_of
from monitor.documents.review import review
from tests.core.area import record, ruled
from tests.core.build import BOOK, account, beijing_time, finding, known

QUARTER = Period.of("2026-Q2")
TITLES = rule_titles()
NOW = beijing_time("2026-05-20 09:00")


def dossier(*findings: Finding, name: str = "A01", unit: str = "示例县教育局", **changes: object) -> Dossier:
    return Dossier(account=account(id=name, unit=unit), findings=findings, **changes)  # type: ignore[arg-type]


def proposing(*proposals: Proposal, state: State = State.VIOLATED, rule: str = "UPD-03") -> Finding:
    return replace(finding(state, rule=rule), proposals=proposals, evidence=("核查记录7",))


def rows(document: Document) -> list[dict[str, Value]]:
    return [
        dict(zip((column.name for column in document.table.columns), row, strict=True)) for row in document.table.rows
    ]


def test_a_violation_that_proposes_a_deduction_is_listed_and_the_points_are_left_to_a_person() -> None:
    found = replace(
        proposing(Proposal.DEREGISTER, Proposal.DEDUCT, rule="REG-01"), since=date(2026, 5, 20), because="未备案。"
    )
    (row,) = rows(deductions([dossier(found)], (), QUARTER))
    assert (row["主办单位"], row["账号ID"], row["事由"], row["依据"]) == ("示例县教育局", "A01", "未备案。", "条款")
    assert (row["开始日期"], row["证据"], row["建议扣分"], row["审定"]) == (
        date(2026, 5, 20),
        "核查记录7",
        None,
        None,
    )


@pytest.mark.parametrize("state", [state for state in State if state is not State.VIOLATED])
def test_what_is_not_violated_costs_nobody_points(state: State) -> None:
    assert not rows(deductions([dossier(proposing(Proposal.DEDUCT, state=state))], (), QUARTER))


def test_what_an_operator_recorded_in_the_period_is_listed_as_such() -> None:
    def recorded(on: str) -> Record:
        return record(RecordKind.DEDUCTION, "示例局", on, "逾期未报送", SubjectKind.UNIT)

    made = deductions([], [recorded("2026-03-31"), recorded("2026-04-01"), recorded("2026-07-01")], QUARTER)
    (row,) = rows(made)
    assert (row["主办单位"], row["事由"], row["依据"], row["开始日期"]) == (
        "示例局",
        "逾期未报送",
        "人工登记",
        date(2026, 4, 1),
    )
    assert made.head[0] == "2026年第二季度：涉及1个单位，判定0项，登记1项。"


def test_what_is_not_deducted_is_not_listed() -> None:
    spared = record(RecordKind.DEDUCTION, "示例局", "2026-04-01", "不予扣分", SubjectKind.UNIT)
    vague = record(RecordKind.DEDUCTION, "示例局", "2026-04-02", "经研究免扣", SubjectKind.UNIT)
    (row,) = rows(deductions([], [spared, vague], QUARTER))
    assert row["依据"] == "人工登记，未写明结果，请补登"


def test_units_stand_in_their_standing_order_and_the_others_as_in_the_roster() -> None:
    order = [
        record(RecordKind.UNIT_ORDER, unit, "2026-01-01", place, SubjectKind.UNIT)
        for unit, place in (("丙", "1"), ("甲", "2"))
    ]
    found = proposing(Proposal.DEDUCT)
    made = deductions([dossier(found, unit=unit) for unit in ("丁", "甲", "乙", "丙")], order, QUARTER)
    assert [row["主办单位"] for row in rows(made)] == ["丙", "甲", "丁", "乙"]


@pytest.mark.parametrize("proposal", Proposal)
def test_the_joint_review_hears_of_what_nobody_decides_alone(proposal: Proposal) -> None:
    listed = {Proposal.CONSOLIDATE, Proposal.DEREGISTER, Proposal.CANCEL, Proposal.REVIEW}
    assert bool(rows(review([dossier(proposing(proposal))], (), QUARTER, titles=TITLES))) is (proposal in listed)


@pytest.mark.parametrize("state", [State.OK, State.UNKNOWN, State.EXEMPTED, State.NOT_APPLICABLE])
def test_the_joint_review_is_not_bothered_with_what_is_fine_unknown_or_exempted(state: State) -> None:
    assert not rows(review([dossier(proposing(Proposal.CONSOLIDATE, state=state))], (), QUARTER, titles=TITLES))


def test_the_joint_review_is_not_asked_again_for_what_is_on_its_way_out() -> None:
    found = proposing(Proposal.DEREGISTER)
    leaving = dossier(found, name="A02")
    leaving = replace(leaving, account=replace(leaving.account, status=AccountStatus.DEREGISTERING))
    made = review([dossier(found), leaving], (), QUARTER, titles=TITLES)
    assert [str(row["账号"]).split("\n")[-1] for row in rows(made)] == ["A01"]
    assert made.head[0] == "2026年第二季度：提请研判1个账号。另有1个已在注销中，见注销进度表。"


def test_of_several_findings_the_strongest_action_is_proposed_and_all_are_told() -> None:
    mild = proposing(Proposal.CONSOLIDATE)
    strong = replace(proposing(Proposal.DEREGISTER, rule="REG-01"), strength=Strength.MANDATORY)
    (row,) = rows(review([dossier(mild, strong)], (), QUARTER, titles=TITLES))
    assert row["建议"] == "注销"
    assert row["触发规则"] == "单次超过20天未更新：存在问题。条款\n未纳入备案监管：存在问题。条款"
    assert str(row["事实"]).endswith("证据：核查记录7")


def test_the_joint_review_sees_gaps_index_and_decisions() -> None:
    decided = Decision(
        subject=Subject.of_account("A01"),
        rule="UPD-03",
        episode="",
        ruling=Ruling.CONSOLIDATED,
        by="县府办",
        at=beijing_time("2026-05-10 00:00"),
        document="示例〔2026〕1号",
    )
    gaps = Episodes(episodes=(Episode(begun_on=date(2026, 4, 1), ended_on=None, days=40, over=26),), longest=40)
    one = dossier(
        proposing(Proposal.CONSOLIDATE),
        decisions=(decided,),
        gaps=gaps,
        index=("50.1", "—"),
        staleness=Staleness.DORMANT,
    )
    (row,) = rows(review([one], (), QUARTER, titles=TITLES))
    assert "本期超期1次，共26天，最长40天未更新（休眠）。" in str(row["事实"])
    assert row["指数近8周"] == "50.1 —"
    assert "已有决定：2026-05-10 “单次超过20天未更新” 清理整合（县府办，示例〔2026〕1号）" in str(row["事实"])
    assert (row["单位意见"], row["研判结论"], row["签字"]) == (None, None, None)


def test_where_nothing_can_be_said_of_gaps_the_joint_review_reads_nothing_of_them() -> None:
    (row,) = rows(review([dossier(proposing(Proposal.CONSOLIDATE))], (), QUARTER, titles=TITLES))
    assert "本期超期" not in str(row["事实"])


def test_the_review_is_told_where_a_decision_rests_on_what_has_changed() -> None:
    decided = replace(
        ruled(Ruling.CONSOLIDATED, "2026-05-10", "UPD-02"),
        basis_changed="作出决定时：甲。按现在所知：乙。",
        basis_changed_at=NOW,
    )
    (row,) = rows(review([dossier(proposing(Proposal.CONSOLIDATE), decisions=(decided,))], (), QUARTER, titles=TITLES))
    said = "2026-05-10 “连续2次被通报2周未更新” 清理整合（县府办）；决定依据有变化：作出决定时：甲。按现在所知：乙。"
    assert f"已有决定：{said}" in str(row["事实"])


def closing(name: str, *days: tuple[Stage, str], due: str | None = None) -> Dossier:
    way = Progress(
        ruling=Ruling.DEREGISTERED,
        days={stage: date.fromisoformat(on) for stage, on in days},
        frozen_until=date(2026, 6, 20) if days[-1][0] is Stage.FROZEN else None,
        next=Stage.CONFIRMED if due else None,
        due=date.fromisoformat(due) if due else None,
    )
    return replace(dossier(replace(finding(State.OK, rule="DRG-01"), because="办理中。"), name=name), progress=way)


def test_the_table_of_deregistrations_has_the_day_of_each_step_and_what_is_due() -> None:
    steps = ((Stage.DECIDED, "2026-05-06"), (Stage.APPLIED, "2026-06-05"), (Stage.FROZEN, "2026-06-05"))
    made = deregistration([closing("A01", *steps, due="2026-06-27"), dossier(name="A02")], (), QUARTER)
    (row,) = rows(made)
    assert (row["决定"], row["备案"], row["申请"]) == (date(2026, 5, 6), None, date(2026, 6, 5))
    assert (row["冻结至"], row["确认"], row["归档"]) == (date(2026, 6, 20), None, None)
    assert (row["下一步"], row["期限"], row["情况"]) == ("确认", date(2026, 6, 27), "办理中。")
    assert made.head == ("2026年第二季度：办理中1个，归档0个。",)


@pytest.mark.parametrize(("closed", "is_shown"), [("2026-03-31", False), ("2026-04-01", True), ("2026-06-30", True)])
def test_the_table_of_deregistrations_shows_what_was_closed_in_the_period(closed: str, *, is_shown: bool) -> None:
    made = deregistration([closing("A01", (Stage.DECIDED, "2026-01-05"), (Stage.CLOSED, closed))], (), QUARTER)
    assert bool(rows(made)) is is_shown
    assert made.head == (f"2026年第二季度：办理中0个，归档{int(is_shown)}个。",)


def test_the_pass_rate_leaves_out_what_could_not_be_checked() -> None:
    states = [State.OK] * 3 + [State.VIOLATED, State.UNKNOWN, State.UNKNOWN, State.NOT_APPLICABLE]
    dossiers = [
        dossier(replace(finding(state), account=f"A{place}"), name=f"A{place}") for place, state in enumerate(states)
    ]
    head = review(dossiers, (), QUARTER, titles=TITLES).head[1]
    assert head == (
        "按“2周未更新”、“移动客户端无法下载或使用”检查4个，不合格1个，合格率75%；未能核查2个，豁免0个，均不计入。"
    )
    assert "无法计算合格率" in review([], (), QUARTER, titles=TITLES).head[1]


POSTS = tuple(beijing_time(f"2026-{day} 08:00") for day in ("03-30", "04-20", "05-18"))


def test_gaps_of_a_quarter_are_counted_where_the_posts_were_seen_whole() -> None:
    gaps = gaps_of(known(*POSTS, look=NOW), BOOK, QUARTER, NOW)
    assert gaps is not None
    assert (gaps.count, gaps.days_over, gaps.longest) == (2, 6 + 13, 27)


def test_a_gap_in_which_something_may_lie_unseen_is_not_counted() -> None:
    assert gaps_of(known(*POSTS, look=NOW, linked=False), BOOK, QUARTER, NOW) is None


def test_an_open_gap_without_a_covering_look_is_not_counted() -> None:
    late = beijing_time("2026-06-20 09:00")
    assert gaps_of(known(*POSTS, look=NOW), BOOK, QUARTER, late) is None
    gaps = gaps_of(known(*POSTS, look=late), BOOK, QUARTER, late)
    assert gaps is not None
    assert gaps.count == 3


def test_of_an_account_that_owes_no_updates_no_gap_is_counted() -> None:
    assert gaps_of(known(*POSTS, look=NOW, platform=Platform.WEBSITE), BOOK, QUARTER, NOW) is None


def test_while_an_outage_keeps_us_from_seeing_no_gap_is_counted() -> None:
    outage = Outage(id=1, platform=Platform.WEIBO, cause=Cause.FAILURES, began_at=NOW, trusted_until=NOW)
    assert gaps_of(replace(known(*POSTS, look=NOW), doubt=outage), BOOK, QUARTER, NOW) is None


def test_before_the_first_post_that_is_known_nothing_is_claimed() -> None:
    seen = known(beijing_time("2026-05-18 08:00"), look=NOW, opened_on=date(2020, 1, 1))
    gaps = gaps_of(seen, BOOK, QUARTER, NOW)
    assert gaps is not None
    assert gaps.count == 0


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ((), ()),
        ((State.VIOLATED,), ()),
        ((State.EXEMPTED,), ("另有豁免：账号1个，不列入。",)),
        ((State.EXEMPTED, State.EXEMPTED), ("另有豁免：账号2个，不列入。",)),
    ],
)
def test_what_is_exempted_is_counted_apart_in_the_review(states: tuple[State, ...], expected: tuple[str, ...]) -> None:
    dossiers = [
        dossier(replace(finding(state, rule="PLT-01"), account=f"A{place}"), name=f"A{place}")
        for place, state in enumerate(states)
    ]
    assert review(dossiers, (), QUARTER, titles=TITLES).head[2:] == expected
    assert deductions(dossiers, (), QUARTER).head[2:] == ()  # no rule of theirs proposes a deduction


def test_units_and_areas_that_are_exempted_are_counted_beside_the_accounts() -> None:
    spared = replace(finding(State.EXEMPTED, rule="SYS-01"), account=None, unit="示例局", area="示例县")
    elsewhere, area = replace(spared, area="邻县"), replace(spared, unit=None, rule="CAP-01")
    held = replace(spared, unit="示例县民政局", state=State.WARNING)
    beyond = (spared, replace(spared, rule="REG-02"), elsewhere, area, held)
    assert review([], (), QUARTER, beyond, titles=TITLES).head[2:] == ("另有豁免：单位2个、地区1个，不列入。",)


def test_where_the_office_s_rules_let_anybody_be_exempted_from_a_deduction_they_are_counted_apart() -> None:
    made = deductions([dossier(finding(State.EXEMPTED, rule="REG-01"))], (), QUARTER)
    assert (made.head[2:], made.table.rows) == (("另有豁免：账号1个，不列入。",), ())
