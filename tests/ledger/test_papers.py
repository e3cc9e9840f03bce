"""Bulletins, indices and filed lists as offices type them off the platform."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest

from monitor.core.account import Account, Platform
from monitor.core.bulletin import Problem
from monitor.core.paper import Mean, NewEntry, Paper
from monitor.core.reference import AccountIndex, Reference
from monitor.ledger import LedgerError
from monitor.ledger.papers import Papers, read_bulletins, read_filed_list, read_index
from tests.ledger.making import account, table

DIRECTORY = AccountIndex(
    [
        account("A01", name="示例发布", platform=Platform.WEIBO, platform_id="1234567890", area="示例县"),
        account("A02", name="示例教育", area="示例县"),
        account("B01", name="邻县发布", area="邻县"),
    ]
)
UNTIL = date(2026, 5, 20)
ROUND = ("系列", "期次", "印发日期", "覆盖全部")
LISTED = (*ROUND, "账号ID", "问题类型", "最后更新日期")
FIRST = ("省平台月报", 1, "2026-04-30", "是")
VALUED = ("周次", "账号ID", "指数", "全县平均值")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "表.xlsx"


def bulletins(path: Path, *rows: Sequence[object]) -> Papers:
    return read_bulletins(table(path, *rows), DIRECTORY, until=UNTIL)


def index(path: Path, *rows: Sequence[object], areas: Sequence[str] = ("示例县",)) -> Papers:
    return read_index(table(path, *rows), DIRECTORY, areas=areas, area_then=lambda *_: None, until=UNTIL)


def filed(path: Path, *rows: Sequence[object]) -> Papers:
    return read_filed_list(
        table(path, *rows), DIRECTORY, as_of=UNTIL, areas=["示例县", "邻县"], area_then=lambda *_: None
    )


def only(read: Papers) -> Paper:
    [paper] = read.papers
    return paper


def refused(read: Callable[[], Papers]) -> list[str]:
    with pytest.raises(LedgerError) as caught:
        read()
    return [str(fault) for fault in caught.value.faults]


# --- bulletins ---


def test_a_round_lists_accounts_each_with_its_problem(path: Path) -> None:
    found = bulletins(
        path,
        LISTED,
        (*FIRST, "A01", "2周未更新", "2026年4月10日"),
        (*FIRST, "A01", "互动缺失", None),
        (*FIRST, "A02", "无问题", None),
    )
    paper = only(found)
    assert (paper.title, paper.number, paper.on, paper.covers_all) == ("省平台月报", 1, date(2026, 4, 30), True)
    assert [(entry.account, entry.problem, entry.day) for entry in paper.entries] == [
        ("A01", Problem.STALE, date(2026, 4, 10)),
        ("A01", Problem.NO_INTERACTION, None),
        ("A02", Problem.NONE, None),
    ]
    assert found.warnings == ()


def test_a_round_that_lists_nobody_is_one_row_without_an_account(path: Path) -> None:
    paper = only(bulletins(path, LISTED, FIRST))
    assert (paper.number, paper.entries) == (1, ())


def test_the_columns_of_accounts_may_be_missing_where_nobody_is_listed(path: Path) -> None:
    assert only(bulletins(path, ROUND, FIRST)).entries == ()


@pytest.mark.parametrize("written", [3, "3", "第3期", "\uff13", "第 3 期", 3.0])
def test_a_round_s_number_may_be_written_as_people_say_it(path: Path, written: object) -> None:
    assert only(bulletins(path, LISTED, ("省平台月报", written, "2026-04-30", "是"))).number == 3


@pytest.mark.parametrize("written", ["0", "三", "2026-3", "-1", "1.5", "第期"])
def test_a_round_without_a_whole_number_is_refused(path: Path, written: str) -> None:
    [fault] = refused(lambda: bulletins(path, LISTED, ("省平台月报", written, "2026-04-30", "是")))
    assert fault == f"表.xlsx “Sheet1”第2行“期次”列：“{written}”应为整数，如 3 或 第3期"


def test_accounts_are_found_by_platform_id_and_then_by_name(path: Path) -> None:
    header = (*ROUND, "平台", "平台标识", "账号名称", "问题类型")
    paper = only(
        bulletins(
            path,
            header,
            (*FIRST, "微博", 1234567890, "旧名称", "2周未更新"),
            (*FIRST, "微信订阅号", None, "示例教育", "2周未更新"),
        )
    )
    assert [entry.account for entry in paper.entries] == ["A01", "A02"]


def test_a_row_that_nobody_answers_to_is_kept_as_it_was_written_and_named(path: Path) -> None:
    header = (*ROUND, "平台", "账号名称", "问题类型")
    found = bulletins(path, header, (*FIRST, "微博", "示例发布厅", "2周未更新"))
    assert only(found).entries == (
        NewEntry(written=Reference(platform=Platform.WEIBO, name="示例发布厅"), problem=Problem.STALE),
    )
    assert found.warnings == (
        "表.xlsx “Sheet1”第2行“账号名称”列：台账中该平台没有账号名称为“示例发布厅”的账号，列为待匹配",
    )


def test_an_id_that_is_not_on_the_roster_is_kept_with_a_guess_for_people_only(path: Path) -> None:
    found = bulletins(path, LISTED, (*FIRST, "A03", "2周未更新", None))
    assert only(found).entries[0].account is None
    assert "没有账号ID“A03”（是否应为“A01”？），列为待匹配" in found.warnings[0]


@pytest.mark.parametrize(
    ("rows", "column", "why"),
    [
        ([(*FIRST, "A01", None, None)], "问题类型", "不能为空"),
        ([(*FIRST, "A01", "未更新", None)], "问题类型", "没有“未更新”这种问题类型（是否应为“2周未更新”？）"),
        ([(*FIRST, None, "2周未更新", None)], "", "没有写明账号"),
        ([(*FIRST, "A01", "2周未更新", "2026-05-01")], "最后更新日期", "晚于印发日期 2026-04-30"),
        ([("省平台月报", 1, "2026-05-21", "是")], "印发日期", "印发日期2026-05-21晚于今天，请改为今天或以前"),
        ([("省平台月报", 1, "2026-04-30", "全部")], "覆盖全部", "应为“是”或“否”"),
        ([FIRST, ("省平台月报", 1, "2026-04-29", "是")], "印发日期", "与第2行同为通报“省平台月报”第1期"),
        ([FIRST, ("省平台月报", 1, "2026-04-30", "否")], "覆盖全部", "与第2行同为通报“省平台月报”第1期"),
        ([(*FIRST, "A01", "2周未更新", None), (*FIRST, "A01", "无问题", None)], "问题类型", "又有“无问题”的行"),
        (
            [(*FIRST, "A01", "2周未更新", "2026-04-01"), (*FIRST, "A01", "2周未更新", "2026-04-02")],
            "",
            "与第2行说的是同一个账号",
        ),
    ],
)
def test_what_contradicts_itself_is_refused_with_its_place(
    path: Path, rows: list[Sequence[object]], column: str, why: str
) -> None:
    [fault] = refused(lambda: bulletins(path, LISTED, *rows))
    place = f"“Sheet1”第{len(rows) + 1 if '又有' not in why else 2}行" + (f"“{column}”列" if column else "")
    assert fault.startswith(f"表.xlsx {place}：")
    assert why in fault


def test_the_same_row_twice_does_not_matter(path: Path) -> None:
    row = (*FIRST, "A01", "2周未更新", None)
    assert len(only(bulletins(path, LISTED, row, row)).entries) == 1


# --- the index ---


@pytest.mark.parametrize(
    "written",
    [
        "2026-W10",
        "2026W10",
        "2026年第10周",
        "2026年10周",
        "2026-03-02至2026-03-08",
        "2026.3.2-2026.3.8",
        "2026-03-02-2026-03-08",
        "2026年3月2日—3月8日",
        "2026年3月2日－8日",
        "２０２６年３月２日～３月８日",
        "2026/3/1 至 2026/3/7",
    ],
)
def test_a_week_is_its_monday_however_it_is_written(path: Path, written: str) -> None:
    paper = only(index(path, VALUED, (written, "A01", 56.3, None)))
    assert (paper.on, paper.title) == (date(2026, 3, 2), written)


@pytest.mark.parametrize(
    "written",
    [
        "第10周",
        "3月第1周",
        "2026-03",
        "2026-03-02",
        "2025-W53",
        "2026-W00",
        "3月2日至3月8日",
        "2026-03-02至2026-03-09",
        "2026-03-08至2026-03-02",
        "上周",
    ],
)
def test_a_week_that_might_be_any_is_refused(path: Path, written: str) -> None:
    [fault] = refused(lambda: index(path, VALUED, (written, "A01", 56.3, None)))
    assert fault.startswith(f"表.xlsx “Sheet1”第2行“周次”列：周次“{written}”应如 2026-W10")


def test_a_week_that_is_not_over_is_refused(path: Path) -> None:
    [fault] = refused(lambda: index(path, VALUED, ("2026-W21", "A01", 1, None)))
    assert "2026-W21尚未结束，请在该周结束后导入" in fault


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("56.30", "56.30"),
        (56.3, "56.3"),
        (56, "56"),
        (0.1 + 0.2, "0.3"),
        ("1,056.3", "1056.3"),
        ("\uff15\uff16.\uff13", "56.3"),
    ],
)
def test_an_index_keeps_the_precision_it_was_published_in(path: Path, written: object, value: str) -> None:
    assert only(index(path, VALUED, ("2026-W10", "A01", written, None))).entries[0].value == value


@pytest.mark.parametrize("written", ["高", "56.3%", "5.6e1", "nan", "56..3"])
def test_an_index_that_is_no_number_is_refused(path: Path, written: str) -> None:
    [fault] = refused(lambda: index(path, VALUED, ("2026-W10", "A01", written, None)))
    assert "“指数”列" in fault
    assert "没有数值的请留空" in fault


@pytest.mark.parametrize("blank", [None, "", "—", "无", "/"])
def test_a_blank_index_is_no_value_and_not_zero(path: Path, blank: object) -> None:
    [entry] = only(index(path, VALUED, ("2026-W10", "A01", blank, "61.5"))).entries
    assert (entry.account, entry.value) == ("A01", None)


def test_each_area_has_the_mean_that_its_rows_print(path: Path) -> None:
    rows = [("2026-W10", "A01", 50, "61.5"), ("2026-W10", "A02", 60, "61.5"), ("2026-W10", "B01", 70, "70.0")]
    paper = only(index(path, VALUED, *rows, areas=("示例县", "邻县")))
    assert paper.means == (Mean(area="示例县", value="61.5"), Mean(area="邻县", value="70.0"))


def test_two_means_of_one_week_are_refused(path: Path) -> None:
    [fault] = refused(lambda: index(path, VALUED, ("2026-W10", "A01", 50, "61.5"), ("2026-W10", "A02", 60, "61.6")))
    assert fault == "表.xlsx “Sheet1”第3行“全县平均值”列：2026-W10的全县平均值有 61.5 和 61.6 两种"


def test_a_file_may_hold_several_weeks(path: Path) -> None:
    found = index(path, VALUED, ("2026-W10", "A01", 50, None), ("2026-W11", "A01", 51, None))
    assert [paper.on for paper in found.papers] == [date(2026, 3, 2), date(2026, 3, 9)]


# --- filed lists ---


def test_a_filed_list_is_a_snapshot_of_its_day(path: Path) -> None:
    header = ("平台", "账号名称", "备案号", "备案日期")
    paper = only(filed(path, header, ("微博", "示例发布", "浙备001", "2022.5.19"), ("微博", "没有的号", None, None)))
    assert paper.on == UNTIL
    assert [(entry.account, entry.value, entry.day) for entry in paper.entries] == [
        ("A01", "浙备001", date(2022, 5, 19)),
        (None, None, None),
    ]


def test_number_and_day_of_filing_may_be_left_out(path: Path) -> None:
    assert [entry.account for entry in only(filed(path, ("账号ID",), ("A01",), ("A02",))).entries] == ["A01", "A02"]


def test_a_filing_after_the_snapshot_is_refused(path: Path) -> None:
    [fault] = refused(lambda: filed(path, ("账号ID", "备案日期"), ("A01", "2026-05-21")))
    assert "备案日期 2026-05-21 晚于清单的日期 2026-05-20" in fault


def test_an_empty_file_is_no_list_of_nobody(path: Path) -> None:
    """An empty list would call every account of the county unfiled."""
    found = filed(path, ("账号ID", "备案号"))
    assert found.papers == ()
    assert found.warnings == ("表.xlsx：文件中没有可导入的备案账号，请核对是否选错文件或表头位置",)


def who(found: Account | object) -> str | None:
    return found.id if isinstance(found, Account) else None


def test_the_directory_of_these_tests_is_what_it_seems() -> None:
    assert who(DIRECTORY.find(Reference(account="B01"))) == "B01"
