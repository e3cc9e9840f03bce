"""Any table in a workbook is imported as it says, or refused with row and column."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.core.account import AccountStatus, Platform
from monitor.ledger import LedgerError
from monitor.ledger.roster import Roster
from tests.ledger.making import read
from tests.ledger.workbooks import (
    SERIAL_1904,
    WHEN,
    Said,
    Sheet,
    before,
    written,
)
from tests.often import often

DAYS = st.dates(date(1994, 1, 1), date(2026, 1, 1))


def day_forms(day: date) -> st.SearchStrategy[Said]:
    plain = [
        day,
        f"{day:%Y-%m-%d}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}.{day.month}.{day.day}",
        f"{day:%Y/%m/%d} 00:00",
        int(f"{day:%Y%m%d}"),
        (day - date(1899, 12, 30)).days,
    ]
    month = [Said(f"{day.year}年{day.month}月", day.replace(day=1)), Said(f"{day:%Y-%m}", day.replace(day=1))]
    return st.sampled_from([*(Said(value, day) for value in plain), *month])


BAD_DAYS = st.sampled_from(
    [
        Said(literal, is_bad=True)
        for literal in ("0001-01-01", "2021", "去年", "2026-02-30", "3月5日", "=", "=TODAY()", 12)
    ]
)
OPENED = st.one_of(DAYS.flatmap(day_forms), st.sampled_from([Said(None), Said("/"), Said(" ")]))
PLATFORMS = st.sampled_from(
    [
        Said("微博", Platform.WEIBO),
        Said("新浪微博", Platform.WEIBO),
        Said(" 今日头条 ", Platform.TOUTIAO),
        Said("B站", Platform.BILIBILI),
        Said("APP", Platform.MOBILE_APP),
        Said("抖音号", Platform.DOUYIN),
        Said("微信服务号", Platform.WEIXIN_SERVICE),
    ]
)
BAD_PLATFORMS = st.sampled_from(
    [Said("微信公众号", is_bad=True), Said("公众号", is_bad=True), Said("某平台", is_bad=True)]
)
STATUSES = st.sampled_from(
    [
        Said("正常", AccountStatus.ACTIVE),
        Said(None, AccountStatus.ACTIVE),
        Said("停更", AccountStatus.PAUSED),
        Said("注销中", AccountStatus.DEREGISTERING),
    ]
)
FOLLOWERS = st.sampled_from([Said(1200, 1200), Said("1.2万", 12_000), Said("3,400人", 3_400), Said(None), Said("—")])


def rows_of(*, is_bad: bool) -> st.SearchStrategy[Mapping[str, Said]]:
    days, platforms = (OPENED | BAD_DAYS, PLATFORMS | BAD_PLATFORMS) if is_bad else (OPENED, PLATFORMS)
    return st.fixed_dictionaries(
        {"开设日期": days, "平台": platforms, "状态": STATUSES, "粉丝数": FOLLOWERS, "备注": st.just(Said("x", "x"))}
    )


@st.composite
def sheets(draw: st.DrawFn, *, is_bad: bool) -> Sheet:
    runs = tuple(draw(st.lists(st.integers(1, 4), min_size=1, max_size=3)))
    rows = draw(st.lists(rows_of(is_bad=is_bad), min_size=sum(runs), max_size=sum(runs)))
    columns = draw(
        st.permutations(("账号ID", "账号名称", "主办单位", "开设日期", "平台", "状态", "粉丝数", "备注", "序号"))
    )
    return Sheet(above=draw(st.integers(0, 3)), columns=tuple(columns), rows=tuple(rows), runs=runs)


CHECKS = settings(suppress_health_check=list(HealthCheck), max_examples=often(40))


@CHECKS
@given(drawn=st.lists(sheets(is_bad=False), min_size=1, max_size=2))
def test_what_is_imported_is_what_the_table_says(tmp_path: Path, drawn: list[Sheet]) -> None:
    path = tmp_path / "台账.xlsx"
    model = written(path, drawn)
    found = {account.id: account for account in read(path, before=before(model)).accounts}

    assert found.keys() == model.keys()
    for id_, (unit, row) in model.items():
        one = found[id_]
        assert (one.unit, one.platform, one.status) == (unit, row["平台"].meant, row["状态"].meant)
        assert (one.opened_on, one.followers, one.note) == (row["开设日期"].meant, row["粉丝数"].meant, "x")


@CHECKS
@given(drawn=st.lists(sheets(is_bad=True), min_size=1, max_size=2))
def test_every_cell_that_is_not_understood_is_refused_with_its_row_and_column(
    tmp_path: Path, drawn: list[Sheet]
) -> None:
    path = tmp_path / "台账.xlsx"
    model = written(path, drawn)
    bad = {
        (f"表{id_[1]}", int(id_.partition("R")[2]) + 1, column)
        for id_, (_, row) in model.items()
        for column, cell in row.items()
        if cell.is_bad
    }
    faults: set[tuple[str | None, int | None, str | None]] = set()
    found: Roster | None = None
    try:
        found = read(path, before=before(model))
    except LedgerError as error:
        faults = {(fault.sheet, fault.row, fault.column) for fault in error.faults}

    assert (faults, found is None) == (bad, bool(bad))


def test_the_day_counts_of_these_tests_are_right() -> None:
    assert date(1904, 1, 1) + timedelta(days=SERIAL_1904) == WHEN
