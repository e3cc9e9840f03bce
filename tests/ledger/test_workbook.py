"""Workbooks as Excel, WPS and programs write them: what the cells say is taken, whatever else the file holds."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.ledger.making import FIRST, HEADER, account, read, table
from tests.ledger.workbooks import (
    SERIAL_1904,
    SHEET,
    WHEN,
    Parts,
    cell,
    operated,
    replaced,
    said,
)


def dated(path: Path, value: object = WHEN) -> Path:
    """Write a roster of one account with its day of opening."""
    return table(path, (*HEADER, "开设日期"), (*FIRST, value))


CORE, APP, STYLES, BOOK = "docProps/core.xml", "docProps/app.xml", "xl/styles.xml", "xl/workbook.xml"
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


EPOCH_1904 = replaced(BOOK, rb"<workbookPr[^>]*/>", b'<workbookPr date1904="1"/>')


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
