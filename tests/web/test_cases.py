"""The pages of cases: of accounts, of units and of areas, and everything that was done in one."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from starlette.testclient import TestClient

from monitor.actions.actor import EVERYTHING, Actor, Origin
from monitor.actions.cases import DecideCommand
from monitor.actions.cases import decide as decide_on
from monitor.core.calendar import beijing_date
from monitor.core.case import Acknowledgement, Closing, Plan, Step, StepKind
from monitor.core.decision import Ruling
from monitor.core.finding import Finding, Proposal, State, Strength
from monitor.core.rules import per_01, sys_01
from monitor.store import Store, Tx, cases
from monitor.store.acknowledgements import keep_acknowledgement
from monitor.store.decisions import decide
from monitor.store.grounds import note
from tests.store.build import enrol
from tests.web.conftest import client_of
from tests.web.county import NOW, OVERDUE, PHONE, Surroundings
from tests.web.test_pages import text_of

BOOKLESS = Finding(
    rule="SYS-01",
    account=None,
    unit="示例县水利局",
    area="示例县",
    state=State.VIOLATED,
    strength=Strength.MANDATORY,
    clause="健全完善信息发布审核制度",
    because="没有登记信息发布审核制度。",
    proposals=(Proposal.RECTIFY,),
    evidence=("record:7",),
    episode="2026-05-01",
)


def opened(tx: Tx, finding: Finding, kind: StepKind = StepKind.TASK) -> int:
    """Open a case about a finding and return its number."""
    step = Step(kind=kind, number=0, at=NOW, because=finding.because)
    judgement = cases.Judgement(finding=finding, plan=Plan(step=step))
    cases.save_findings(tx, [finding], at=NOW)
    (number,) = cases.apply_in_area(tx, [judgement], [], at=NOW)
    return number


@pytest.fixture
def office(empty: Store, around: Surroundings) -> TestClient:
    enrol(empty, OVERDUE, at=NOW - timedelta(days=30))
    return client_of(empty, around)


def test_the_trouble_of_a_unit_has_a_page_with_its_clause_and_evidence(empty: Store, office: TestClient) -> None:
    with empty.begin() as tx:
        number = opened(tx, BOOKLESS)
    assert "示例县水利局 没有登记信息发布审核制度。" in text_of(office.get("/cases").text)
    page = text_of(office.get(f"/cases/{number}").text)
    assert f"{State.VIOLATED.label}：没有登记信息发布审核制度。 依据：健全完善信息发布审核制度" in page
    assert "系统建议：整改（须由办公室确定） 证据：登记7 规则编号SYS-01" in page


def test_everything_done_in_a_case_stands_in_its_order(empty: Store, office: TestClient) -> None:
    app = Finding(
        rule="APP-01",
        account=OVERDUE.id,
        unit=OVERDUE.unit,
        area="示例县",
        state=State.SUSPECTED,
        strength=Strength.MANDATORY,
        clause="无法下载或使用的",
        because="连续3次无法下载。",
        episode="1",
    )
    with empty.begin() as tx:
        number = opened(tx, app, StepKind.SUSPECT)
        keep_acknowledgement(tx, [number], Acknowledgement(person="p", by="联络员甲", at=NOW + timedelta(hours=1)))
        found = cases.case(tx, number)
        assert found is not None
        at = NOW + timedelta(hours=2)
        decide(
            tx,
            found,
            "1",
            Ruling.CONFIRMED,
            by="操作员丙",
            at=at,
            note=f"电话{PHONE}已核实",
            document="示例〔2026〕1号",
        )
    page = text_of(office.get(f"/cases/{number}").text)
    course = page[page.index("办理经过") :]
    assert re.search(
        rf"{StepKind.SUSPECT.label} .*已知悉 联络员甲，由其处理 .*确认 操作员丙，依据示例〔2026〕1号：电话", course
    )
    assert PHONE not in course


def test_what_a_decision_rests_on_and_has_changed_stands_on_the_pages(empty: Store, office: TestClient) -> None:
    with empty.begin() as tx:
        number = opened(tx, replace(BOOKLESS, rule="TWN-01", account=OVERDUE.id, unit=OVERDUE.unit))
        found = cases.case(tx, number)
        assert found is not None
        decide(tx, found, "1", Ruling.DEREGISTERED, by="操作员丙", at=NOW, note="")
        note(tx, 1, "作出决定时：甲。按现在所知：乙。", at=NOW)
    assert re.search(
        r"决定依据有变化 （.*）作出决定时：甲。按现在所知：乙。", text_of(office.get(f"/cases/{number}").text)
    )
    page = text_of(office.get(f"/accounts/{OVERDUE.id}").text)
    assert re.search(r"决定依据有变化 .*，操作员丙：.*，注销 作出决定时：甲。按现在所知：乙。", page)


def test_a_closed_case_says_why_and_no_longer_how_things_stand(empty: Store, office: TestClient) -> None:
    with empty.begin() as tx:
        number = opened(tx, BOOKLESS)
        cases.end(tx, [number], Closing.DECIDED, at=NOW + timedelta(days=1))
    page = text_of(office.get(f"/cases/{number}").text)
    assert f"已办结 （{Closing.DECIDED.label}）" in page
    assert "当前情况" not in page
    assert "没有办理中的事项" in text_of(office.get("/cases").text)
    assert sys_01.RULE.title not in text_of(office.get("/cases?state=open").text)
    assert f"/cases/{number}" in office.get("/cases?state=all").text


def test_cases_are_counted_and_listed_by_rule(client: TestClient) -> None:
    page = text_of(client.get("/cases").text)
    assert re.search(rf"各类问题\d+ .*{per_01.RULE.title}1 ", page)
    chosen = text_of(client.get("/cases?rule=PER-01").text)
    assert "示例文旅" in chosen
    assert "示例交通" not in chosen


def test_the_office_sees_what_is_its_own_to_do(client: TestClient) -> None:
    page = text_of(client.get("/cases?state=office").text)
    assert "示例文旅" in page
    assert "示例交通" not in page


@pytest.mark.parametrize("address", ["/cases/999999", "/cases/x"])
def test_a_case_that_is_not_there_is_said_to_be_none(client: TestClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_page_too_far_is_the_last_one(client: TestClient) -> None:
    for page in ("0", "99", "x", "9" * 40):
        assert "示例交通" in client.get(f"/cases?page={page}").text


def test_what_the_accounts_of_a_unit_lack_alike_is_one_line_with_a_number_and_a_day_each(
    empty: Store, around: Surroundings
) -> None:
    second = replace(OVERDUE, id="SL91", name="示例第二")
    enrol(empty, OVERDUE, second, at=NOW - timedelta(days=30))
    with empty.begin() as tx:
        for account, days in ((OVERDUE, 3), (second, 5)):
            finding = Finding(
                rule=per_01.ID,
                account=account.id,
                unit=account.unit,
                area="示例县",
                state=State.WARNING,
                strength=Strength.IN_PRINCIPLE,
                clause="一位联络员及一位责任领导",
                because="缺少责任领导。",
                due=beijing_date(NOW) + timedelta(days=days),
                episode="2026-05-01",
            )
            opened(tx, finding)
    page = client_of(empty, around).get("/cases?state=office").text
    shown = text_of(page)
    assert shown.count("联络员、责任领导不全") >= 1
    assert "2个账号" in shown
    dues = [beijing_date(NOW) + timedelta(days=days) for days in (3, 5)]
    for account, due in zip((OVERDUE, second), dues, strict=True):
        assert f"{account.name} （{account.platform.label}），请于{due.month}月{due.day}日" in shown
    apart = text_of(client_of(empty, around).get("/cases?state=open").text)
    assert "2个账号" not in apart


@pytest.mark.parametrize(("unit", "whom"), [("示例县水利局", "示例县水利局"), (None, "示例县")])
def test_the_page_of_a_unit_s_or_an_area_s_case_shows_who_decided_why_and_by_which_document(
    empty: Store, office: TestClient, unit: str | None, whom: str
) -> None:
    with empty.begin() as tx:
        number = opened(tx, replace(BOOKLESS, unit=unit, strength=Strength.IN_PRINCIPLE))
        command = DecideCommand(
            case=number,
            titles={},
            ruling=Ruling.EXEMPTED,
            by="县府办",
            note=f"机构改革，电话{PHONE}",
            document="示例〔2026〕1号",
        )
        actor = Actor(name="甲", origin=Origin.PAGE, rights=EVERYTHING)
        decide_on(tx, replace(command, until=date(2026, 12, 31)), actor=actor, now=NOW)
    page = text_of(office.get(f"/cases/{number}").text)
    assert whom in page
    assert "豁免 县府办，依据示例〔2026〕1号，有效期至12月31日：机构改革，电话" in page
    assert PHONE not in page
    assert "可登记的决定：豁免。" in page
