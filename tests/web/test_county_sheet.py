"""The county on one page: the numbers of the latest monthly report, a trend that hides nothing, one sheet of paper."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from monitor.core.account import Platform
from monitor.core.figures import FigureName, Figures, OpenGap
from monitor.core.period import Period
from monitor.core.report import ReportKind
from monitor.pictures import trend
from monitor.pipeline.reckoning import reckon
from monitor.store import Store, reports
from tests.web.browser import Browser
from tests.web.conftest import client_of
from tests.web.county import BENCH, NOW, OVERDUE, SCRIPT, Surroundings, fill
from tests.web.serving import served
from tests.web.test_accessibility import AXE, RUN
from tests.web.test_pages import text_of

ADDRESS = "/reports/county-sheet"
MONTH = Period.month(date(2026, 5, 1))


@pytest.fixture
def store(empty: Store) -> Store:
    fill(empty)
    return empty


def kept(store: Store, figures: Figures | None = None, kind: ReportKind = ReportKind.MONTHLY) -> Figures:
    """Keep a report of the month, with other figures if some are given; return its figures."""
    with store.begin() as tx:
        reckoning = reckon(tx, BENCH, MONTH, now=NOW)
        if figures is not None:
            reckoning = replace(reckoning, figures=figures)
        reports.keep(tx, reports.NewReport(kind=kind, reckoning=reckoning, template=""), by="操作员", at=NOW)
    return reckoning.figures


def sheet(client: TestClient) -> str:
    answer = client.get(ADDRESS)
    assert answer.status_code == 200
    return answer.text


def test_it_prints_the_figures_of_the_latest_monthly_report(store: Store, around: Surroundings) -> None:
    figures = kept(store)
    page = text_of(sheet(client_of(store, around)))
    for name in (FigureName.ACCOUNTS, FigureName.PASS_RATE, FigureName.UNQUALIFIED):
        assert f"{name.label} {figures.of(name).text} 比上月{figures.of(name).change_text}" in page
    rate = figures.rate
    assert f"检查{rate.checked}个，不合格{rate.failed}个；未能核查{rate.unchecked}个、豁免{rate.exempted}个" in page
    assert [f"{gap.days}天" in page for gap in figures.gaps] == [True] * len(figures.gaps)
    assert OVERDUE.name in page


def test_what_changed_since_last_month_is_listed_and_nothing_else(store: Store, around: Surroundings) -> None:
    figures = kept(store)
    page = text_of(sheet(client_of(store, around))).partition("与上月相比")[2]
    for figure in figures.figures:
        if figure.change and figure.name not in {FigureName.ACCOUNTS, FigureName.PASS_RATE, FigureName.UNQUALIFIED}:
            assert f"{figure.name.label} {figure.before_text} {figure.text} {figure.change_text}" in page
        else:
            assert f"{figure.name.label} {figure.before_text} {figure.text}" not in page


def test_every_figure_leads_to_the_accounts_behind_it(store: Store, around: Surroundings) -> None:
    kept(store)
    client = client_of(store, around)
    links = re.findall(r'href="(/reports/[0-9]+/accounts[?]figure=[a-z_]+)"', sheet(client))
    assert len(links) >= 3
    assert {client.get(link).status_code for link in links} == {200}


def test_what_nobody_saw_is_neither_fine_nor_as_it_was(store: Store, around: Surroundings) -> None:
    figures = kept(store)
    none = {FigureName.CHECKED: Decimal(), FigureName.PASS_RATE: None}
    unseen = tuple(replace(one, value=none.get(one.name, one.value), before=None) for one in figures.figures)
    kept(store, replace(figures, figures=unseen, gaps=()))
    page = text_of(sheet(client_of(store, around)))
    assert "没有超期未更新的账号" not in page
    assert "持平" not in page
    assert "没有能够作出判定的账号。" in page
    assert "上月没有作出判定的账号，无从比较。" in page


def test_a_gap_since_the_opening_is_no_update(store: Store, around: Surroundings) -> None:
    figures = kept(store)
    gaps = (replace(figures.gaps[0], since=date(2026, 3, 2), is_since_opening=True),)
    kept(store, replace(figures, gaps=gaps))
    assert "3月2日开设，未发布" in text_of(sheet(client_of(store, around)))


def test_without_a_monthly_report_it_says_what_is_missing(store: Store, around: Surroundings) -> None:
    client = client_of(store, around)
    assert "还没有可用的月度通报" in sheet(client)
    kept(store, kind=ReportKind.SPECIAL)
    assert "还没有可用的月度通报" in sheet(client)
    assert 'href="/reports/county-sheet"' in client.get("/reports").text


def test_months_that_nobody_saw_are_gaps_in_words_and_in_the_picture(store: Store, around: Surroundings) -> None:
    figures = kept(store)
    page = sheet(client_of(store, around))
    blind = [month for month in figures.months if trend.lacking(month)]
    assert len(blind) > 6
    assert all(f"{month.label}{trend.lacking(month)}" in page for month in blind)
    assert all(f"{month.label}{month.rate.percent()}" not in page for month in blind)


def worst(figures: Figures) -> Figures:
    """Return figures that fill the sheet: long names everywhere, and every figure another one."""
    gaps = tuple(
        OpenGap(
            account=f"A/{number}",
            name=SCRIPT * 12,
            platform=Platform.WEIXIN_SUBSCRIPTION,
            unit=f"示例县{'很长的单位名称' * 40}\u202e",
            area="示例县",
            since=date(2019, 1, number + 1),
            days=2600,
        )
        for number in range(5)
    )
    changed = tuple(replace(figure, value=Decimal(5000), before=Decimal(4000)) for figure in figures.figures)
    months = tuple(
        replace(month, rate=replace(month.rate, checked=4000, failed=number * 311 % 4000, unchecked=number * 900))
        for number, month in enumerate(figures.months)
    )
    return replace(figures, gaps=gaps, figures=changed, months=months)


def test_the_fullest_sheet_prints_on_one_page_of_a4(
    store: Store, around: Surroundings, chromium: Browser, tmp_path: Path
) -> None:
    kept(store, worst(kept(store)))
    with served(store, around) as address:
        chromium.look(f"{address}{ADDRESS}", width=1280)
        chromium.print(tmp_path / "sheet.pdf")
    assert len(re.findall(rb"/Type\s*/Page\b", (tmp_path / "sheet.pdf").read_bytes())) == 1


@pytest.mark.parametrize("width", [1280, 390])
def test_it_fits_the_window_and_axe_finds_nothing_serious(
    store: Store, around: Surroundings, chromium: Browser, width: int
) -> None:
    kept(store, worst(kept(store)))
    with served(store, around) as address:
        sight = chromium.look(f"{address}{ADDRESS}", width=width)
        chromium.evaluate(AXE)
        assert chromium.evaluate(RUN) == []
    assert sight.complaints == ()
    assert not sight.is_too_wide


def test_names_from_outside_stay_words(store: Store, around: Surroundings) -> None:
    kept(store, worst(kept(store)))
    page = sheet(client_of(store, around))
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert len(page.encode()) < 100_000
