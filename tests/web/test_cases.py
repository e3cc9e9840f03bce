"""The pages of cases: of accounts, of units and of areas, and everything that was done in one."""

import re
from dataclasses import asdict, replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from monitor.actions.actor import EVERYTHING, Actor, Origin
from monitor.actions.cases import DecideCommand
from monitor.actions.cases import decide as decide_on
from monitor.core.calendar import beijing_date
from monitor.core.case import Acknowledgement, Closing, Plan, Step, StepKind
from monitor.core.decision import Ruling
from monitor.core.finding import Finding, Proposal, State, Strength
from monitor.core.rules import per_01, sys_01
from monitor.store import Store, Tx, cases, tables
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
    assert f"{State.VIOLATED.label}：没有登记信息发布审核制度。 依据和证据 依据：健全完善信息发布审核制度" in page
    assert "证据：登记7 系统建议：整改（须由办公室确定）" in page


def test_everything_done_in_a_case_stands_there_the_latest_first(empty: Store, office: TestClient) -> None:
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
        rf"确认 操作员丙，依据示例〔2026〕1号：电话.*已知悉 联络员甲，由其处理 .*{StepKind.SUSPECT.label} ", course
    )
    assert PHONE not in course


def test_equal_steps_that_followed_each_other_are_one_line_under_which_each_still_stands(
    empty: Store, office: TestClient
) -> None:
    with empty.begin() as tx:
        number = opened(tx, BOOKLESS)
        for week in (1, 2):
            step = Step(kind=StepKind.TASK, number=week, at=NOW - timedelta(weeks=week), because=f"第{week}周仍没有。")
            tx.execute(sa.insert(tables.steps).values(case=number, **asdict(step)))
    page = office.get(f"/cases/{number}").text
    course = text_of(page[page.index("办理经过") :])
    assert course.count(StepKind.TASK.label) == 1
    assert re.search(r"没有登记信息发布审核制度。 此前同样的2次，5月5日起 .*第1周仍没有。 .*第2周仍没有。", course)


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
    assert "没有待办公室办理的事项" in text_of(office.get("/cases").text)
    assert sys_01.RULE.title not in text_of(office.get("/cases?wait=unit").text)
    assert f"/cases/{number}" in office.get("/cases?wait=done").text


def test_cases_are_counted_and_listed_by_rule(client: TestClient) -> None:
    page = text_of(client.get("/cases").text)
    assert f"{per_01.RULE.title}（1）" in page
    assert re.search(r"待办公室办理1 待研判\d+ 等单位办\d+ 已办结0", page)
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
        assert "示例交通" in client.get(f"/cases?wait=unit&rule=UPD-01&page={page}").text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("state=office", "wait=office"),
        ("state=open", "wait=unit"),
        ("state=all&rule=UPD-01", "wait=done&rule=UPD-01"),
    ],
)
def test_an_address_that_stands_in_a_message_leads_to_where_its_cases_are_now(
    client: TestClient, old: str, new: str
) -> None:
    answer = client.get(f"/cases?{old}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (302, f"/cases?{new}")


def test_a_filter_that_is_none_is_refused_with_those_there_are(client: TestClient) -> None:
    answer = client.get("/cases?wait=never")
    assert answer.status_code == 400
    assert "没有“never”这个条件" in text_of(answer.text)


def test_cases_of_one_rule_are_one_group_with_a_day_each_and_only_ten_at_once(
    empty: Store, around: Surroundings
) -> None:
    accounts = [replace(OVERDUE, id=f"SL{number}", name=f"示例第{number}") for number in range(12)]
    enrol(empty, *accounts, at=NOW - timedelta(days=30))
    with empty.begin() as tx:
        for days, account in enumerate(accounts):
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
    page = client_of(empty, around).get("/cases").text
    shown = text_of(page)
    assert f"{per_01.RULE.title}（12） 一位联络员及一位责任领导" in shown
    assert shown.count("一位联络员及一位责任领导") == 1
    assert page.count('name="case"') == 10
    assert "5月28日（周四）前" in shown
    assert "其余2个" in shown
    assert text_of(client_of(empty, around).get("/cases?wait=office&rule=PER-01").text).count("示例第") == 12


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
    assert "撤销这个决定 自今天起恢复判定和提醒，已过的期间不追溯；事项已办结而问题仍在的，另列新事项" in page
