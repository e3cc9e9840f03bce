"""整改通知单 and 账号交接单: what they say, and what nobody is asked to put right."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from monitor.core.account import Contact, Role
from monitor.core.case import Case, Closing, Step, StepKind
from monitor.core.decision import Decision, Ruling
from monitor.core.finding import Finding, Proposal, State
from monitor.core.news import FixedTexts, Office
from monitor.core.subject import Subject
from monitor.documents import Document, Paragraph, SectionHeading
from monitor.documents.document import DocumentLayout, Table
from monitor.documents.facts import FACTS
from monitor.documents.handover import Handover, handover
from monitor.documents.notice import Matter, notice, why_no_notice
from tests.core.build import account, beijing_time, finding
from tests.documents.word.build import HOSTILE, paragraphs, written

NOW = beijing_time("2026-11-30 09:00")
TEXTS = FixedTexts(
    notice="请于{整改时限}前（含当日）完成整改，并填写整改情况回执报送{落款}。",
    handover=("登录名和密码", "绑定的手机号"),
)
OFFICE = Office(name="示例县政府办公室", phone="0578-0000000", sender="示例县政府信息公开中心", texts=TEXTS)
LAST = beijing_time("2026-11-13 10:00")
CASE = Case(
    id=12,
    subject=Subject.named("A01", None, None),
    unit="示例县教育局",
    area="示例县",
    rule="UPD-01",
    episode=LAST.isoformat(),
    opened_at=NOW - timedelta(days=3),
)
FOUND = replace(
    finding(State.VIOLATED, days=17, episode=LAST.isoformat()),
    because="最近一次更新为11月13日，已17天未更新，超过2周。",
    clause="监测时间点前2周内无更新",
    last_post=LAST,
    proposals=(Proposal.RECTIFY,),
)


def matter(found: Finding | None = FOUND, **changes: object) -> Matter:
    case = replace(CASE, **changes)  # type: ignore[arg-type] # checked by the tests that use it
    return Matter(case=case, account=account(), finding=found, title="2周未更新")


def body_of(document: Document) -> list[str]:
    return [block.text for block in document.body if isinstance(block, SectionHeading | Paragraph)]


def test_a_notice_says_who_what_by_which_clause_and_whom_to_answer() -> None:
    document = notice(matter(), OFFICE, NOW)
    assert (document.addressee, document.signer, document.dated) == ("示例县教育局", OFFICE.sender, date(2026, 11, 30))
    assert document.is_draft
    assert document.number == ""
    assert body_of(document) == [
        "经监测，贵单位主办的“示例发布”（微博）存在以下问题，已于11月27日列入事项12：",
        "问题",
        "2周未更新。最近一次更新为11月13日，已17天未更新，超过2周。",
        "依据",
        "监测时间点前2周内无更新",
        "整改要求",
        "请于　　年　　月　　日前（含当日）完成整改，并填写整改情况回执报送示例县政府信息公开中心。",
        "联系电话：0578-0000000",
    ]


@pytest.mark.parametrize(("due", "said"), [(date(2026, 12, 4), "2026年12月4日"), (date(2026, 11, 29), "　　年")])
def test_a_day_that_is_over_is_no_deadline(due: date, said: str) -> None:
    document = notice(matter(replace(FOUND, due=due)), OFFICE, NOW)
    assert document.facts["整改时限"].startswith(said)


def test_the_term_of_the_unit_stands_where_the_finding_names_no_day() -> None:
    said = notice(replace(matter(), due=date(2026, 12, 1)), OFFICE, NOW).facts["整改时限"]
    assert said == "2026年12月1日"


def test_a_notice_to_a_unit_about_itself_names_no_account() -> None:
    about = replace(matter(), account=None)
    document = notice(about, OFFICE, NOW)
    assert body_of(document)[0] == "经监测，贵单位存在以下问题，已于11月27日列入事项12："
    assert (document.facts["账号名称"], document.facts["平台"]) == ("", "")


REASONS = {
    "closed": (matter(closed_at=NOW, closing=Closing.UPDATED), "已于11月30日办结"),
    "of nobody": (matter(unit=None), "不是某一个单位的"),
    "not judged": (matter(None), "未能核查"),
    "not known": (matter(replace(FOUND, state=State.UNKNOWN)), "未能核查"),
    "a suspicion": (matter(replace(FOUND, state=State.SUSPECTED)), "目前为“疑似”"),
    "to be reviewed": (matter(replace(FOUND, state=State.NEEDS_REVIEW)), "目前为“待研判”"),
    "a warning": (matter(replace(FOUND, state=State.WARNING)), "目前为“需关注”"),
    "exempted": (matter(replace(FOUND, state=State.EXEMPTED)), "目前为“已豁免”"),
    "over": (matter(replace(FOUND, state=State.OK)), "目前为“未发现问题”"),
    "to be closed by others": (
        matter(replace(FOUND, rule="TWN-01", proposals=(Proposal.DEREGISTER,))),
        "系统建议是注销，须经联合研判",
    ),
    "judged some days ago": (matter(replace(FOUND, days=15)), "判定不是今天的"),
}


@pytest.mark.parametrize("case", REASONS)
def test_nobody_is_asked_to_put_right_what_is_not_held_against_them_today(case: str) -> None:
    about, said = REASONS[case]
    reason = why_no_notice(about, NOW)
    assert reason is not None
    assert said in reason
    assert reason.startswith("事项12")


@pytest.mark.parametrize(
    "found",
    [
        FOUND,
        replace(FOUND, rule="REG-01", days=None, proposals=(Proposal.DEREGISTER, Proposal.FILE)),
        replace(FOUND, rule="APP-01", days=None, proposals=(Proposal.CONSOLIDATE,)),
        replace(FOUND, rule="PER-01", days=None, proposals=()),
    ],
    ids=lambda found: found.rule,
)
def test_what_a_unit_can_put_right_is_put_to_it(found: Finding) -> None:
    assert why_no_notice(matter(found), NOW) is None


def test_the_notice_in_word_has_its_words_in_the_letter_and_in_the_answer() -> None:
    seen = paragraphs(written(notice(matter(), OFFICE, NOW)))
    assert seen[:2] == ["送审稿", "〔　　〕　　号"]
    assert "示例县教育局：" in seen
    assert [text for text in seen if text in {"三、整改要求", "整改情况回执"}] == ["三、整改要求", "整改情况回执"]
    assert seen.count("2周未更新") == 1
    assert set(notice(matter(), OFFICE, NOW).facts) == set(FACTS[DocumentLayout.NOTICE])


PERSON = Contact(role=Role.LIAISON, name="联络员甲", phone="13900000000")


def about(**changes: object) -> Handover:
    values: dict[str, object] = {
        "account": account(contacts=(PERSON,)),
        "findings": (FOUND,),
        "cases": (CASE,),
        "decisions": (
            Decision(
                subject=Subject.named("A01", None, None),
                rule="CAP-01",
                episode="",
                ruling=Ruling.EXEMPTED,
                by="县府办",
                at=NOW,
                document="示政办发〔2026〕1号",
            ),
        ),
        "last": date(2026, 11, 13),
        "deadline": date(2026, 11, 27),
        "collectors": ("weibo",),
        "titles": {"UPD-01": "2周未更新", "CAP-01": "账号过多"},
    }
    return Handover(**(values | changes))  # type: ignore[arg-type] # checked by the tests that use it


def test_a_handover_says_what_is_open_what_holds_and_who_was_in_charge() -> None:
    document = handover(about(), OFFICE, NOW)
    facts = {str(name): value for name, value in document.table.rows}
    assert facts["现联络员"] == "联络员甲 13900000000"
    assert facts["现责任领导"] == "未登记"
    assert (facts["最近一次更新"], facts["更新期限"]) == (date(2026, 11, 13), date(2026, 11, 27))
    assert facts["采集方式"] == "微博主页"
    open_cases, decided, checks = (list(block.rows) for block in document.body if isinstance(block, Table))
    assert open_cases == [(12, "2周未更新", date(2026, 11, 27), FOUND.because)]
    assert decided == [("账号过多", "豁免", "示政办发〔2026〕1号", "长期")]
    assert [row[1] for row in checks] == ["登录名和密码", "绑定的手机号"]


def test_an_account_that_nobody_looked_at_is_handed_over_without_a_guess() -> None:
    document = handover(
        about(cases=(), decisions=(), findings=(), last=None, deadline=None, collectors=()), OFFICE, NOW
    )
    facts = {str(name): value for name, value in document.table.rows}
    assert facts["最近一次更新"] == "尚未采集或登记到发布内容"
    assert facts["更新期限"] == "不要求更新，或无法计算"
    assert facts["采集方式"] == "人工"
    assert paragraphs(written(document)).count("无") == 2


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_text_in_letters_too(name: str) -> None:
    hostile = account(name=name, unit=name, contacts=(replace(PERSON, name=name),))
    put = replace(matter(unit=name), account=hostile)
    written(notice(put, OFFICE, NOW))
    assert "政务新媒体账号交接单" in paragraphs(written(handover(about(account=hostile), OFFICE, NOW)))


def test_a_day_of_another_year_is_told_with_its_year() -> None:
    before = matter(opened_at=NOW - timedelta(days=400))
    assert "已于2025年10月26日列入事项12" in body_of(notice(before, OFFICE, NOW))[0]
    ended = matter(closed_at=NOW - timedelta(days=400), closing=Closing.UPDATED)
    assert "已于2025年10月26日办结" in (why_no_notice(ended, NOW) or "")


def test_what_was_said_of_a_case_long_ago_is_not_handed_over_as_what_is_so_now() -> None:
    """Of an account that nobody can see now, nothing is held against anybody; the last word is of another day."""
    step = Step(kind=StepKind.OVERDUE, number=15, at=NOW - timedelta(days=2), because=FOUND.because)
    document = handover(about(findings=(), cases=(replace(CASE, steps=(step,)),)), OFFICE, NOW)
    open_cases = next(list(block.rows) for block in document.body if isinstance(block, Table))
    assert open_cases[0][-1] == f"11月28日登记：{FOUND.because}"
