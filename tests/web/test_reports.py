"""`/reports`: made once, read as it was, made again beside it; the same numbers wherever they stand."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta

import docx
import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from monitor.core.case import CHIEF
from monitor.core.decision import Decision, Ruling
from monitor.core.figures import FigureName
from monitor.core.observation import timeline
from monitor.core.period import Period
from monitor.core.report import RHYTHM, ReportKind
from monitor.core.subject import Subject
from monitor.documents.reports import ReportPart
from monitor.pipeline.reckoning import reckon
from monitor.store import Store, decisions, reports
from monitor.store.looks import record
from tests.core.build import beijing_time
from tests.web.conftest import client_of
from tests.web.county import BENCH, NOW, OVERDUE, Clock, Surroundings, fill, looks, posts


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(empty: Store) -> Store:
    fill(empty)
    return empty


@pytest.fixture
def office(store: Store, around: Surroundings, clock: Clock) -> TestClient:
    around.clock = clock
    return client_of(store, around)


def csrf(client: TestClient) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/reports").text)
    return found[1] if found else ""


def make(client: TestClient, kind: str = "monthly", period: str = "2026-05", **fields: str) -> str:
    form = {"kind": kind, "period": period, "csrf": csrf(client)} | fields
    answer = client.post("/reports", data=form, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def rows_of_page(text: str) -> dict[str, str]:
    """Return what the page says of every figure, by its name."""
    found = re.findall(r'accounts\?figure=\w+">([^<]+)</a></td><td data-label="本期">([^<]+)</td>', text)
    return dict(found)


def due_on_page(text: str) -> str:
    (section,) = re.findall(r'class="due-reports">(.*?)</section>', text, re.DOTALL)
    return str(section)


def test_only_what_is_due_or_nearly_so_stands_as_due(office: TestClient, clock: Clock) -> None:
    clock.now = beijing_time("2026-05-19 09:05")
    section = due_on_page(office.get("/reports").text)
    assert "已到期和7天内到期的" in section
    coming = re.findall(r"<li>(\w+)（[^<]+自动生成草稿。</li>", section)
    assert coming == ["周报"], "the month's draft is two weeks away, the quarter's a month"


IN_WORD = {
    FigureName.ACCOUNTS: "政务新媒体账号",
    FigureName.CHECKED: "检查账号",
    FigureName.UNQUALIFIED: "不合格",
    FigureName.EXEMPTED: "豁免",
    FigureName.NOT_VERIFIABLE: "未能核查",
    FigureName.NOT_CHECKED: "不检查",
    FigureName.PASS_RATE: "合格率",
    FigureName.ADDED: "新增",
    FigureName.CLOSED: "减少",
    FigureName.EPISODES: "超过2周未更新",
    FigureName.LONGEST_GAP: "最长连续未更新",
    FigureName.CASES_OPENED: "列入事项",
    FigureName.CASES_SETTLED: "办结",
    FigureName.CASES_OPEN: "期末在办",
    FigureName.CASES_OVERDUE: "整改逾期",
    FigureName.APP_FAULTS: "移动客户端异常",
}
"""The words that stand before each figure in the text of a bulletin; what blocked looks is the office's own affair."""


@pytest.mark.parametrize("kind", RHYTHM)
def test_the_numbers_of_a_report_are_the_same_in_all_six_places(
    office: TestClient, store: Store, kind: ReportKind
) -> None:
    where = make(office, kind.value, Period.containing(kind.period, NOW.date()).key)
    with store.read() as tx:
        kept = reports.report(tx, int(where.rpartition("/")[2]))
    assert kept is not None
    expected = {figure.name.label: figure.text for figure in kept.figures.figures}
    assert len(expected) == len(FigureName)

    assert rows_of_page(office.get(where).text) == expected

    book = load_workbook(io.BytesIO(office.get(f"{where}/files/text.xlsx").content))["指标"]
    cells = {row[0]: row[1] for row in book.iter_rows(values_only=True) if row[0] in expected}
    assert cells == expected

    written = json.loads(office.get(f"{where}/files/text.json").content)
    assert {row["指标"]: row["本期"] for row in written["rows"]} == expected

    answered = office.get(f"/api/v1{where}").json()
    assert {figure["label"]: figure["text"] for figure in answered["figures"]} == expected

    metrics = office.get("/metrics").text
    for figure in answered["figures"]:
        name, value = figure["name"], figure["value"]
        assert f'xuncha_report_figure{{kind="{kind.value}",figure="{name}"}} {value:g}\n' in metrics

    word = docx.Document(io.BytesIO(office.get(f"{where}/files/text.docx").content))
    said = "".join(paragraph.text for paragraph in word.paragraphs)
    for name, words in IN_WORD.items():
        assert f"{words}{kept.figures.of(name).text}" in said, name


def test_what_is_learnt_later_makes_another_report_beside_the_old_one(
    office: TestClient, store: Store, clock: Clock
) -> None:
    week = "2026-05-13..2026-05-19"
    old = make(office, "special", week)
    before = files_of(office, old)
    clock.now = NOW + timedelta(days=1)
    with store.begin() as tx:
        seen = looks(OVERDUE.id, (-timedelta(hours=20), timeline(posts(2))))
        record(tx, seen, lambda _, look: look.at + timedelta(hours=6))
    new = make(office, "special", week)
    page = office.get(new).text
    assert new != old
    assert re.search(r"不合格数</td><td[^>]*><del>1个</del></td><td[^>]*><ins>0个</ins>", page)
    assert files_of(office, old) == before
    assert f'href="{new}"' in office.get(old).text


def files_of(client: TestClient, where: str) -> list[bytes]:
    """Return every document of a report that was made, as it is written now."""
    names = [f"{part.value}.{ending}" for part in ReportPart for ending in ("docx", "xlsx", "json")]
    answers = [client.get(f"{where}/files/{name}") for name in names]
    assert {answer.status_code for answer in answers} == {200}
    return [answer.content for answer in answers]


def test_an_exemption_makes_another_report_and_leaves_the_kept_one_as_it_was(
    office: TestClient, store: Store, clock: Clock
) -> None:
    old = make(office)
    before = files_of(office, old)
    clock.now = NOW + timedelta(hours=2)
    given = Decision(
        subject=Subject.of_account(OVERDUE.id),
        rule=CHIEF[0],
        ruling=Ruling.EXEMPTED,
        by="甲",
        at=NOW - timedelta(hours=2),
        note="整合期间",
        episode=posts(16)[0].published_at.isoformat(),
    )
    with store.begin() as tx:
        decisions.save_decisions(tx, [given], known_at=NOW + timedelta(hours=1))
    page = office.get(make(office)).text
    for name, was, now in (("检查数", 5, 4), ("不合格数", 1, 0), ("豁免数", 0, 1)):
        assert re.search(rf"{name}</td><td[^>]*><del>{was}个</del></td><td[^>]*><ins>{now}个</ins>", page), name
    assert page.count("<del>") == 4, "and the pass rate, but nothing else"
    assert files_of(office, old) == before


def test_a_kept_report_can_be_made_again_from_what_was_known(office: TestClient, store: Store, clock: Clock) -> None:
    number = int(make(office).rpartition("/")[2])
    clock.now = NOW + timedelta(days=3)
    with store.begin() as tx:
        seen = looks(OVERDUE.id, (-timedelta(days=1), timeline(posts(2))))
        record(tx, seen, lambda _, look: look.at + timedelta(hours=6))
    with store.read() as tx:
        kept = reports.report(tx, number)
        assert kept is not None
        again = reckon(tx, BENCH, kept.period, now=kept.figures.at, known_at=kept.figures.known_at)
        assert reports.digest_of(again) == kept.digest
        assert reports.reckoning(tx, number) == again


@pytest.mark.parametrize("kind", ReportKind)
def test_every_kind_is_made_read_and_handed_out_in_every_form(office: TestClient, kind: ReportKind) -> None:
    period = "2026-05-01..2026-05-19" if kind is ReportKind.SPECIAL else Period.containing(kind.period, NOW.date()).key
    where = make(office, kind.value, period)
    page = office.get(where)
    assert page.status_code == 200
    for name in ("text.docx", "text.xlsx", "text.json", "problems.xlsx", "problems.docx", "recheck.xlsx"):
        answer = office.get(f"{where}/files/{name}")
        assert answer.status_code == 200, (name, answer.text)
        assert answer.content
    book = load_workbook(io.BytesIO(office.get(f"{where}/files/text.xlsx").content))
    assert book.properties.created.year == 1980, "of what is made twice the files are the same"
    assert office.get(f"{where}/files/public.docx").status_code == (404 if kind is ReportKind.WEEKLY else 200)


def test_every_figure_leads_to_the_accounts_behind_it(office: TestClient) -> None:
    where = make(office)
    page = office.get(f"{where}/accounts?figure=unqualified").text
    assert OVERDUE.name in page
    for name in FigureName:
        assert office.get(f"{where}/accounts?figure={name.value}").status_code == 200
    assert office.get(f"{where}/accounts?figure=other").status_code == 404


@pytest.mark.parametrize(
    ("kind", "period", "said"),
    [
        ("monthly", "2026-Q2", "月度通报的期间应为月"),
        ("monthly", "2027-01", "还没有开始"),
        ("special", "", "请选择期间"),
        ("special", "2026-05-20..2026-05-01", "不是期间"),
        ("weekly", "<script>", "不是期间"),
    ],
)
def test_a_period_that_makes_no_sense_is_refused_in_one_sentence(
    office: TestClient, kind: str, period: str, said: str
) -> None:
    answer = office.post("/reports", data={"kind": kind, "period": period, "csrf": csrf(office)})
    assert answer.status_code == 422
    assert said in answer.text


def test_of_an_empty_county_no_report_is_made_and_the_page_says_what_is_missing(
    empty: Store, around: Surroundings
) -> None:
    client = client_of(empty, around)
    assert "尚未导入台账" in client.get("/reports").text
    answer = client.post("/reports", data={"kind": "monthly", "period": "2026-05", "csrf": csrf(client)})
    assert answer.status_code == 422
    assert "请先导入台账" in answer.text


def test_the_dictionary_says_how_each_figure_is_counted(office: TestClient) -> None:
    page = office.get("/reports/dictionary").text
    for name in FigureName:
        assert name.label in page
