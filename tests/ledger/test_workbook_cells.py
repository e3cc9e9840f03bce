"""Formulas, merged cells and words with several meanings in workbooks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import load_workbook

from monitor.core.account import AccountStatus, Platform
from tests.ledger.making import FIRST, HEADER, account, read, table
from tests.ledger.workbooks import (
    SHEET,
    WHEN,
    cell,
    operated,
    replaced,
    said,
)

KNOWN = account("jy-001", opened_on=WHEN, followers=7, note="原来的备注")


UNCOUNTED = "是公式，文件里没有保存它的计算结果，请在 Excel 或 WPS 中打开并保存一次，或改填数值、文字"


@pytest.mark.parametrize(
    "xml",
    [
        b'<c r="E2"><f>TODAY()</f></c>',
        b'<c r="E2"><f>TODAY()</f><v></v></c>',
        b'<c r="E2"><f>TODAY()</f><v/></c>',
        b'<c r="E2" t="str"><f>B1</f></c>',
        b'<c r="E2"><f t="shared" si="0"/></c>',
        b'<c r="E2"><f t="array" ref="E2:E3">B1:B2</f></c>',
        b'<c r="E2"><f>TODAY()</f><v>0</v></c>',  # the file says of itself that nothing was worked out
    ],
)
@pytest.mark.parametrize("column", ["开设日期", "粉丝数", "备注"])
def test_a_formula_without_its_result_is_a_fault_and_never_a_blank(path: Path, xml: bytes, column: str) -> None:
    operated(table(path, (*HEADER, column), (*FIRST, "x")), cell(xml))

    assert said(path, before=[KNOWN]) == [f"台账.xlsx “Sheet1”第2行“{column}”列：{UNCOUNTED}"]


def test_digits_that_a_csv_keeps_by_a_formula_are_text(tmp_path: Path) -> None:
    path = tmp_path / "台账.csv"
    lines = [(*HEADER, "平台标识", "备注"), (*FIRST, '"=""00571"""', '"="""""')]
    path.write_text("\n".join(",".join(line) for line in lines), "utf-8")
    [found] = read(path).accounts

    assert (found.platform_id, found.note) == ("00571", None)


def test_a_formula_with_its_result_says_the_result(path: Path) -> None:
    operated(table(path, (*HEADER, "备注"), (*FIRST, "x")), cell(b'<c r="E2" t="str"><f>B1</f><v>good</v></c>'))
    assert read(path).accounts[0].note == "good"


def test_a_formula_whose_result_is_an_empty_text_is_blank(path: Path) -> None:
    operated(table(path, (*HEADER, "备注"), (*FIRST, "x")), cell(b'<c r="E2" t="str"><f>B1</f><v></v></c>'))
    assert read(path).accounts[0].note is None


def merged(path: Path, rows: Sequence[Sequence[object]], *areas: str) -> Path:
    table(path, *rows)
    book = load_workbook(path)
    for area in areas:
        book["Sheet1"].merge_cells(area)
    book.save(path)
    return path


ROWS = (
    ("序号", "主办单位", "账号ID", "账号名称", "平台", "联络员", "粉丝数"),
    (1, "甲局", "A1", "甲", "微博", "联络员甲", 10),
    (2, None, "A2", None, "抖音", None, None),
    (3, None, "A3", "丙", "快手", "联络员丙", None),
)


def test_what_is_merged_over_rows_is_said_of_each_of_them_and_the_output_says_so(path: Path) -> None:
    found = read(merged(path, ROWS, "B2:B4", "D2:D3", "F2:F3"))

    assert [(account.unit, account.name, account.contacts[0].name) for account in found.accounts] == [
        ("甲局", "甲", "联络员甲"),
        ("甲局", "甲", "联络员甲"),
        ("甲局", "丙", "联络员丙"),
    ]
    assert "台账.xlsx “Sheet1”第3、4行（共2行）“主办单位”列：合并的单元格已按各行相同向下填充" in found.warnings


def test_a_merged_cell_ends_where_it_ends(path: Path) -> None:
    assert said(merged(path, ROWS, "B2:B3", "D2:D3")) == ["台账.xlsx “Sheet1”第4行“主办单位”列：不能为空"]


def test_what_is_of_one_account_alone_is_not_said_of_others(path: Path) -> None:
    assert said(merged(path, ROWS, "B2:B4", "D2:D3", "G2:G4")) == [
        f"台账.xlsx “Sheet1”第{row}行“粉丝数”列：在合并的单元格里，不能各行相同，请取消合并，逐行填写" for row in (3, 4)
    ]


def test_cells_merged_sideways_leave_open_what_the_second_says(path: Path) -> None:
    rows = [(*HEADER, "联络员", "联络员手机"), (*FIRST, "联络员甲", None)]

    assert said(merged(path, rows, "E2:F2")) == [
        "台账.xlsx “Sheet1”第2行“联络员手机”列：与左边的“联络员”列合并了，请取消合并后填写"
    ]


def test_a_title_within_the_table_is_no_account(path: Path) -> None:
    rows = [HEADER, ("一、县属单位",), FIRST, ("二、乡镇",), ("jy-002", *FIRST[1:])]
    found = read(merged(path, rows, "A2:D2", "A4:D4"))

    assert [account.id for account in found.accounts] == ["jy-001", "jy-002"]
    assert "台账.xlsx “Sheet1”第2、4行（共2行）：不是数据的行，未导入：“一、县属单位”、“二、乡镇”" in found.warnings


def test_a_header_of_several_rows_is_refused_as_such(path: Path) -> None:
    rows = [(*HEADER, "联络员"), (None, None, None, None, "姓名"), FIRST]

    assert said(merged(path, rows, "A1:A2", "B1:B2")) == [
        "台账.xlsx “Sheet1”第1行：表头合并了第1至2行的单元格，请改为只占一行的表头"
    ]


def test_what_hides_below_a_merged_cell_is_told(path: Path) -> None:
    rows = [HEADER, FIRST, ("jy-002", *FIRST[1:3], "乙局")]
    table(path, *rows)
    operated(
        path,
        replaced(
            SHEET,
            rb"</sheetData>",
            b'</sheetData><mergeCells count="1"><mergeCell ref="D2:D3"/></mergeCells>',
        ),
    )

    assert said(path) == ["台账.xlsx “Sheet1”第3行“主办单位”列：合并的单元格里还藏着“乙局”，请取消合并后核对"]


@pytest.mark.parametrize(
    ("column", "written", "field", "meant"),
    [
        ("平台", "今日头条", "platform", Platform.TOUTIAO),
        ("平台", "头条", "platform", Platform.TOUTIAO),
        ("平台", "B站", "platform", Platform.BILIBILI),
        ("平台", "ｂ站", "platform", Platform.BILIBILI),
        ("平台", "哔哩哔哩（B站）", "platform", Platform.BILIBILI),
        ("平台", "APP", "platform", Platform.MOBILE_APP),
        ("平台", "手机App", "platform", Platform.MOBILE_APP),
        ("平台", "客户端", "platform", Platform.MOBILE_APP),
        ("平台", "新浪微博", "platform", Platform.WEIBO),
        ("平台", "政务微博", "platform", Platform.WEIBO),
        ("平台", "官方抖音号", "platform", Platform.DOUYIN),
        ("平台", "抖音账号", "platform", Platform.DOUYIN),
        ("平台", "视频号", "platform", Platform.WEIXIN_CHANNELS),
        ("平台", "微信公众号（服务号）", "platform", Platform.WEIXIN_SERVICE),
        ("平台", "订阅号", "platform", Platform.WEIXIN_SUBSCRIPTION),
        ("平台", "微信小程序", "platform", Platform.MINI_PROGRAM),
        ("平台", "门户网站", "platform", Platform.WEBSITE),
        ("状态", "正常", "status", AccountStatus.ACTIVE),
        ("状态", "正常运行", "status", AccountStatus.ACTIVE),
        ("状态", "在用", "status", AccountStatus.ACTIVE),
        ("状态", "停更", "status", AccountStatus.PAUSED),
        ("状态", "备案中", "status", AccountStatus.FILING),
    ],
)
def test_a_word_with_one_meaning_is_taken_and_said_so(
    path: Path, column: str, written: str, field: str, meant: Platform | AccountStatus
) -> None:
    row = dict(zip(HEADER, FIRST, strict=True)) | {column: written}
    found = read(table(path, tuple(row), tuple(row.values())))

    assert getattr(found.accounts[0], field) is meant
    assert f"按“{meant.label}”导入" in found.warnings[0]


@pytest.mark.parametrize(
    ("column", "written", "answers"),
    [
        ("平台", "微信公众号", ("微信订阅号", "微信服务号")),
        ("平台", "公众号", ("微信订阅号", "微信服务号")),
        ("平台", "官方微信公众号", ("微信订阅号", "微信服务号")),
        ("平台", "微信公众平台", ("微信订阅号", "微信服务号")),
        ("平台", "微信", ("微信订阅号", "微信服务号", "微信视频号")),
        ("平台", "政务微信", ("微信订阅号", "微信服务号", "微信视频号")),
        ("状态", "注销", ("注销中", "已注销")),
        ("状态", "关停", ("停用", "已注销")),
    ],
)
def test_a_word_with_several_meanings_is_asked_about(
    path: Path, column: str, written: str, answers: Sequence[str]
) -> None:
    row = dict(zip(HEADER, FIRST, strict=True)) | {column: written}
    [found] = said(table(path, tuple(row), tuple(row.values())))

    assert found.startswith(f"台账.xlsx “Sheet1”第2行“{column}”列：“{written}”可能是“")
    assert all(f"“{answer}”" in found for answer in answers)


def test_hints_of_one_kind_are_one_line_with_a_count(path: Path) -> None:
    rows = [(f"A{number}", f"号{number}", "今日头条", "甲局") for number in range(1, 46)]

    assert read(table(path, HEADER, *rows)).warnings == (
        "台账.xlsx “Sheet1”第2、3、4、5、6行等（共45行）“平台”列：“今日头条”按“头条号”导入",
        (
            "台账.xlsx “Sheet1”第2、3、4、5、6行等（共45行）：没有平台标识、主页链接和采集方式，只能人工核查："
            "“号1”、“号2”、“号3”、“号4”、“号5”、“号6”、“号7”、“号8”、“号9”、“号10” 等45个"
        ),
    )
