"""Workbooks as Excel, WPS and programs write them: what the cells say is taken, whatever else the file holds."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from monitor.core.account import Account, AccountStatus, Platform
from monitor.ledger import LedgerError
from monitor.ledger.roster import Roster
from tests.ledger.making import FIRST, HEADER, account, read, table, workbook

WHEN = date(2020, 5, 18)
KNOWN = account("jy-001", opened_on=WHEN, followers=7, note="原来的备注")

Parts = dict[str, bytes]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "台账.xlsx"


def operated(path: Path, change: Callable[[Parts], None]) -> Path:
    """Write a file again with its parts changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def dated(path: Path, value: object = WHEN) -> Path:
    """Write a roster of one account with its day of opening."""
    return table(path, (*HEADER, "开设日期"), (*FIRST, value))


def replaced(part: str, pattern: bytes, by: bytes) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        parts[part], number = re.subn(pattern, by, parts[part], flags=re.DOTALL)
        assert number

    return change


def said(path: Path, before: Sequence[Account] = ()) -> list[str]:
    with pytest.raises(LedgerError) as caught:
        read(path, before=before)
    return [str(fault) for fault in caught.value.faults]


# --- parts that say nothing of the table ----------------------------------------------------------------------------

CORE, APP, STYLES, BOOK = "docProps/core.xml", "docProps/app.xml", "xl/styles.xml", "xl/workbook.xml"


SHEET = "xl/worksheets/sheet1.xml"
NAMES = b'<definedNames><definedName name="_xlnm.Print_Titles">#REF!</definedName></definedNames>'
REST = b'<dataValidations><dataValidation type="wps" sqref="?"/></dataValidations><drawing r:id="rId9"/>'


def styles(group: bytes, content: bytes) -> Callable[[Parts], None]:
    """Put something else into a group of the styles, or add the group."""

    def change(parts: Parts) -> None:
        kept = re.sub(rb"<%b\b.*?(?:</%b>|/>)" % (group, group), b"", parts[STYLES], count=1, flags=re.DOTALL)
        parts[STYLES] = kept.replace(b"</styleSheet>", b"<%b>%b</%b></styleSheet>" % (group, content, group))

    return change


def without(*names: str) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        for name in names:
            del parts[name]

    return change


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            replaced(CORE, rb"(<dcterms:created[^>]*>)[^<]*", rb"\g<1>2020-05-18"), id="created without clock"
        ),
        pytest.param(replaced(CORE, rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>"), id="modified empty"),
        pytest.param(replaced(CORE, rb"(<dcterms:created[^>]*>)[^<]*", rb"\g<1>2020/5/18 8:30:00"), id="created local"),
        pytest.param(replaced(CORE, rb"</cp:coreProperties>", rb"<wps:x>1</wps:x></cp:coreProperties>"), id="prefix"),
        pytest.param(lambda parts: parts.update({CORE: b""}), id="properties empty"),
        pytest.param(lambda parts: parts.update({CORE: b"<a>&nbsp;"}), id="properties torn"),
        pytest.param(lambda parts: parts.update({"docProps/custom.xml": b"<x:Properties>"}), id="custom properties"),
        pytest.param(without(CORE, APP), id="no properties"),
        pytest.param(styles(b"fills", b"<fill/><fill></fill>"), id="empty fill"),
        pytest.param(styles(b"fills", b'<fill><patternFill patternType="wps"/></fill>'), id="unknown fill"),
        pytest.param(styles(b"fonts", b'<font><color rgb="GG"/><sz val="x"/></font>'), id="colour"),
        pytest.param(styles(b"borders", b'<border><left style="zig"/></border>'), id="border"),
        pytest.param(styles(b"cellStyles", b'<cellStyle xfId="x"/>'), id="styles without name"),
        pytest.param(styles(b"dxfs", b'<dxf><fill/><alignment vertical="up"/></dxf>'), id="conditional formats"),
        pytest.param(replaced(BOOK, rb"<calcPr[^>]*>", b'<calcPr calcId="x"/>' + NAMES), id="names that mean nothing"),
        pytest.param(
            replaced(BOOK, rb"<workbookView[^>]*>", b'<workbookView activeTab="wps" tabRatio="-1"/>'), id="view"
        ),
        pytest.param(lambda parts: parts.update({"xl/theme/theme1.xml": b"<broken"}), id="theme"),
        pytest.param(replaced(SHEET, rb"</worksheet>", REST + b"</worksheet>"), id="drop-downs and drawings"),
        pytest.param(replaced("[Content_Types].xml", rb"<Override[^>]*>", b""), id="types of contents"),
    ],
)
def test_what_says_nothing_of_the_table_may_be_broken(path: Path, change: Callable[[Parts], None]) -> None:
    found = read(operated(dated(path), change))

    assert found.accounts == (account(opened_on=WHEN),)


def test_formats_that_cannot_be_read_are_told_and_dates_are_taken_as_numbers(path: Path) -> None:
    found = read(operated(dated(path), lambda parts: parts.update({STYLES: b"<styleSheet><fonts>"})))

    assert found.accounts == (account(opened_on=WHEN),)
    assert found.warnings[0] == "台账.xlsx “Sheet1”：单元格的格式无法读取，日期按数值识别，请核对"


# --- the strict form ------------------------------------------------------------------------------------------------

STRICT = {
    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships"
    ),
}


def strict(parts: Parts) -> None:
    for name, content in parts.items():
        for loose, tight in STRICT.items():
            parts[name] = parts[name].replace(loose, tight)
        assert name != BOOK or parts[name] != content


def prefixed(parts: Parts) -> None:
    """Give every element of a sheet a prefix, as some programs do."""
    name = SHEET
    sheet = re.sub(rb"<(/?)(\w)", rb"<\1x:\2", parts[name].replace(b"xmlns=", b"xmlns:x="))
    parts[name] = sheet.replace(b"<x:?xml", b"<?xml")


def absolute(parts: Parts) -> None:
    name = "xl/_rels/workbook.xml.rels"
    parts[name] = re.sub(rb'Target="/?(?:xl/)?', b'Target="/xl/', parts[name])


def without_places(parts: Parts) -> None:
    """Leave out where rows and cells stand: they follow each other."""
    name = SHEET
    parts[name] = re.sub(rb'(<(?:row|c)\b[^>]*?) r="[^"]*"', rb"\1", parts[name])


def iso_dates(parts: Parts) -> None:
    name = SHEET
    parts[name], number = re.subn(
        rb'<c r="E2"[^>]*>.*?</c>', b'<c r="E2" t="d"><v>2020-05-18T00:00:00</v></c>', parts[name]
    )
    assert number


@pytest.mark.parametrize("change", [strict, prefixed, absolute, without_places, iso_dates])
def test_every_spelling_of_the_format_is_read(path: Path, change: Callable[[Parts], None]) -> None:
    assert read(operated(dated(path), change)).accounts == (account(opened_on=WHEN),)


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        (["xl/workbook.bin"], "是 xlsb 表格，请在 Excel 或 WPS 中另存为 xlsx"),
        (["mimetype", "content.xml"], "是 ods 表格，请在 Excel 或 WPS 中另存为 xlsx"),
        (["word/document.xml"], "是 Word 文档，请把其中的表格复制到 xlsx 后导入"),
    ],
)
def test_another_kind_of_file_is_named_with_what_to_do(path: Path, parts: Sequence[str], sentence: str) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in parts:
            archive.writestr(name, b"x")
    path.write_bytes(buffer.getvalue())

    assert said(path) == [f"台账.xlsx：{sentence}"]


# --- dates ----------------------------------------------------------------------------------------------------------

EPOCH_1904 = replaced(BOOK, rb"<workbookPr[^>]*/>", b'<workbookPr date1904="1"/>')
SERIAL_1904 = (WHEN - date(1904, 1, 1)).days


def cell(xml: bytes) -> Callable[[Parts], None]:
    """Replace what stands below the fifth header."""
    return replaced(SHEET, rb'<c r="E2"[^>]*?(?:/>|>.*?</c>)', xml)


@pytest.mark.parametrize(
    "xml",
    [
        b'<c r="E2"><v>%d</v></c>' % SERIAL_1904,
        b'<c r="E2"><v>%d.0</v></c>' % SERIAL_1904,
        b'<c r="E2" t="n"><v>%d.354166</v></c>' % SERIAL_1904,
        b'<c r="E2"><f>TODAY()</f><v>%d</v></c>' % SERIAL_1904,
        b'<c r="E2" t="str"><v>2020-05-18</v></c>',
        b'<c r="E2"><v>20200518</v></c>',
    ],
)
def test_a_number_counts_from_the_first_day_of_its_own_workbook(path: Path, xml: bytes) -> None:
    operated(operated(dated(path), EPOCH_1904), cell(xml))

    assert read(path).accounts == (account(opened_on=WHEN),)


def test_a_formatted_date_counts_from_there_as_well(path: Path) -> None:
    operated(dated(path), EPOCH_1904)

    assert read(path).accounts[0].opened_on == WHEN + (date(1904, 1, 1) - date(1899, 12, 30))


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2021年3月", date(2021, 3, 1), date(2021, 3, 31)),
        ("2021 年 3 月", date(2021, 3, 1), date(2021, 3, 31)),
        ("2021年12月份", date(2021, 12, 1), date(2021, 12, 31)),
        ("2021-03", date(2021, 3, 1), date(2021, 3, 31)),
        ("2021.03", date(2021, 3, 1), date(2021, 3, 31)),
        ("2024/2", date(2024, 2, 1), date(2024, 2, 29)),
        ("二〇二一年三月", date(2021, 3, 1), date(2021, 3, 31)),
        ("２０２１年３月", date(2021, 3, 1), date(2021, 3, 31)),
        (202103, date(2021, 3, 1), date(2021, 3, 31)),
        (2021.12, date(2021, 12, 1), date(2021, 12, 31)),
    ],
)
def test_year_and_month_alone_are_taken_and_said_so(path: Path, written: object, first: date, last: date) -> None:
    found = read(table(path, (*HEADER, "开设日期", "新闻资质到期"), (*FIRST, written, written)))

    assert found.accounts[0].opened_on == first
    assert found.accounts[0].outsourcing.news_licence_until == last
    assert list(found.warnings[:2]) == [
        "台账.xlsx “Sheet1”第2行“开设日期”列：只写了年月，按当月1日计",
        "台账.xlsx “Sheet1”第2行“新闻资质到期”列：只写了年月，按当月最后一日计",
    ]


@pytest.mark.parametrize("shape", ['yyyy"年"m"月"', "yyyy/mm", "[$-804]yyyy年m月;@", "mmm-yy"])
def test_a_date_that_is_shown_as_a_month_is_one(path: Path, shape: str) -> None:
    dated(path, date(2021, 3, 1))
    book = load_workbook(path)
    book["Sheet1"]["E2"].number_format = shape
    book.save(path)

    assert read(path).warnings[0] == "台账.xlsx “Sheet1”第2行“开设日期”列：只写了年月，按当月1日计"


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("0001-01-01", "日期“0001-01-01”不在1994年至2100年之间，请核对"),
        ("0001年1月1日", "日期“0001年1月1日”不在1994年至2100年之间，请核对"),
        ("0001-01-01T00:00:00Z", "日期“0001-01-01T00:00:00Z”不在1994年至2100年之间，请核对"),
        ("1970-01-01", "日期“1970-01-01”不在1994年至2100年之间，请核对"),
        ("1949-10-01", "日期“1949-10-01”不在1994年至2100年之间，请核对"),
        ("9999-12-31", "日期“9999-12-31”不在1994年至2100年之间，请核对"),
        ("9999-12-31T23:59:59-08:00", "日期“9999-12-31T23:59:59-08:00”不在1994年至2100年之间，请核对"),
        (datetime(1901, 1, 5), "日期“1901-01-05 00:00:00”不在1994年至2100年之间，请核对"),  # noqa: DTZ001 - as Excel has it
        ("0000-00-00", "日期“0000-00-00”无法识别，应如 2026-05-19 或 2026年5月19日"),
        ("0000年0月", "日期“0000年0月”无法识别，应如 2026-05-19 或 2026年5月19日"),
        ("2021", "日期“2021”无法识别，应如 2026-05-19 或 2026年5月19日"),
        ("2021.1", "“2021.1”可能是1月也可能是10月，请写成 2021年1月 或 2021年10月"),
        (2021.1, "“2021.1”可能是1月也可能是10月，请写成 2021年1月 或 2021年10月"),
        (0, "日期“0”无法识别，应如 2026-05-19 或 2026年5月19日"),
        (-1, "日期“-1”无法识别，应如 2026-05-19 或 2026年5月19日"),
        (1e300, "数字“1000000000000000052504760255204420248704…”超过15位"),
    ],
)
@pytest.mark.parametrize("column", ["开设日期", "委托协议日期"])
def test_a_day_that_can_only_be_a_slip_is_refused_with_its_place(
    path: Path, written: object, sentence: str, column: str
) -> None:
    [found] = said(table(path, (*HEADER, column), (*FIRST, written)))

    assert found.startswith(f"台账.xlsx “Sheet1”第2行“{column}”列：{sentence}")


# --- formulas -------------------------------------------------------------------------------------------------------

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


# --- merged cells ---------------------------------------------------------------------------------------------------


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


# --- words ----------------------------------------------------------------------------------------------------------


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


# --- a generator of rosters, with what they truly say ---------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """A cell as somebody wrote it: what it means, or that it cannot be understood."""

    written: object
    meant: object = None
    is_bad: bool = False


@dataclass(frozen=True)
class Sheet:
    """A sheet with its model: the rows above the header, the columns, and the accounts that it means."""

    above: int
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, Said], ...]
    runs: tuple[int, ...]
    """How many accounts each unit's cell is merged over."""


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


def written(path: Path, drawn: Sequence[Sheet]) -> Mapping[str, tuple[str, Mapping[str, Said]]]:
    """Write the sheets; return by account its unit and what its row says."""
    model: dict[str, tuple[str, Mapping[str, Said]]] = {}
    tables, areas = [], []
    for number, sheet in enumerate(drawn):
        lines: list[list[object]] = [[f"附件{number}" if line else "说明：请如实填写"] for line in range(sheet.above)]
        lines.append([f"{name}*" if name == "平台" else name for name in sheet.columns])
        rows = iter(sheet.rows)
        place = chr(65 + sheet.columns.index("主办单位"))
        for run, length in enumerate(sheet.runs):
            unit = f"{number}局{run}"
            first = len(lines) + 1
            if length > 1:
                areas.append((f"表{number}", f"{place}{first}:{place}{first + length - 1}"))
            for entry in range(length):
                row = next(rows)
                id_ = f"S{number}R{len(lines)}"
                model[id_] = (unit, row)
                own = {"账号ID": id_, "账号名称": f"号{id_}", "主办单位": None if entry else unit, "序号": 1}
                lines.append([own[name] if name in own else row[name].written for name in sheet.columns])
        lines.append([None] * sheet.columns.index("账号ID") + ["合计：9个账号"] if sheet.columns[0] == "账号ID" else [])
        tables.append((f"表{number}", lines))
    workbook(path, tables)
    book = load_workbook(path)
    for title, area in areas:
        book[title].merge_cells(area)
    book.save(path)
    return model


BEFORE_OPENED = date(2009, 1, 1)
CHECKS = settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=40)


def before(model: Mapping[str, tuple[str, Mapping[str, Said]]]) -> list[Account]:
    """Return the accounts as they were known before: with values that a careless reading would erase."""
    return [account(id_, name=f"号{id_}", unit=unit, opened_on=BEFORE_OPENED) for id_, (unit, _) in model.items()]


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
