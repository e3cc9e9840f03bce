"""Twelve spreadsheets as offices really send them: each is taken rightly, or refused with sheet, row and column."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from monitor.core.account import Account, AccountStatus, Contact, Platform, Role, UnitLevel
from monitor.ledger import LedgerError
from tests.ledger.making import account, read

WIDE = str.maketrans({chr(mark): chr(mark + 0xFEE0) for mark in range(0x21, 0x7F)})
OFFICE = "示例县人民政府办公室"
SCHOOLS = "示例县教育局"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A file as it came, and what is made of it: accounts, or the sentences that refuse it."""

    write: Callable[[Path], None]
    name: str = "台账.xlsx"
    accounts: Sequence[Account] = ()
    warnings: Sequence[str] = ()
    refused: Sequence[str] = ()


def wide(written: str) -> str:
    """Return a text in full-width letters."""
    return written.translate(WIDE)


def fill(sheet: Worksheet, *rows: Sequence[object]) -> None:
    for row in rows:
        sheet.append(list(row))


def first(book: Workbook) -> Worksheet:
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    return sheet


def one(id_: str = "A01", **changes: object) -> Account:
    fields: dict[str, object] = {"name": "示例发布", "unit": OFFICE}
    return account(id_, **{**fields, **changes})


def titled(path: Path) -> None:
    """Three merged title rows, a header of two storeys, a header repeated on the next page, sums and signatures."""
    book = Workbook()
    sheet = first(book)
    sheet.title = "附件2"
    fill(
        sheet,
        ("附件2",),
        ("示例县政务新媒体账号台账",),
        ("填报单位（盖章）：示例县人民政府办公室", None, None, None, "填报日期：2026年5月19日"),
        (),
        ("基本信息", None, None, None, "时间"),
        ("账号 ID *", "账号名称", "平台（见下拉）", "主办单位", "开设\n日期"),
        ("A01", "示例发布", "微信订阅号", OFFICE, "2022.5.19"),
        (),
        ("账号 ID *", "账号名称", "平台（见下拉）", "主办单位", "开设\n日期"),
        ("A02", "示例教育", "微博", SCHOOLS, "2022年5月20日"),
        ("合计", 2),
        ("填表人：联络员甲", None, None, "审核人：领导乙"),
        ("注：以上账号均已备案。",),
    )
    for area in ("A1:E1", "A2:E2", "A3:D3", "A5:D5", "A13:E13"):
        sheet.merge_cells(area)
    book.save(path)


def old_csv(path: Path) -> None:
    """A csv from an old Excel: GBK, semicolons, full-width letters, blank lines."""
    rows = [
        ("账号ID", "账号名称", "平台", "主办单位", "平台标识", "单位层级"),
        (wide("A01"), "示例发布", "微博", OFFICE, wide("1234567890"), "县属单位"),
        ("", "", "", "", "", ""),
        ("A02", "示例教育", "微信订阅号 ", f" {SCHOOLS}", "gh_0001", ""),
        ("", "", "", "", "", ""),
    ]
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";", lineterminator="\r\n").writerows(rows)
    path.write_bytes(buffer.getvalue().encode("gbk"))


def numbers(path: Path) -> None:
    """Dates as serial numbers, phones and ids as floating numbers, followers with units."""
    book = Workbook()
    fill(
        first(book),
        (
            "账号ID",
            "账号名称",
            "平台",
            "主办单位",
            "开设日期",
            "注销日期",
            "平台标识",
            "粉丝数",
            "联络员",
            "联络员手机",
        ),
        (1, "示例发布", "微博", OFFICE, 44700, date(2026, 5, 19), 1234567890.0, "1.2万", "联络员甲", 13800000001.0),
    )
    book.save(path)


def dates(path: Path) -> None:
    """Every way to write one day, Chinese and Western."""
    written = (
        "2022-05-19",
        "2022/5/19",
        "2022.5.19",
        "20220519",
        "2022年5月19日",
        wide("2022") + "年" + wide("5") + "月" + wide("19") + "日",
        "二〇二二年五月十九日",
        "二○二二年五月十九日",
        "2022-5-19 星期四",
        "2022年5月19日（周四）",
        "19-May-2022",
        "May 19, 2022",
        44700,
        20220519,
        date(2022, 5, 19),
    )
    book = Workbook()
    rows = [(f"A{number:02}", "示例发布", "微博", OFFICE, day) for number, day in enumerate(written, start=1)]
    fill(first(book), ("账号ID", "账号名称", "平台", "主办单位", "开设日期"), *rows)
    book.save(path)


def units(path: Path) -> None:
    """A sheet for each unit, with other columns in another order; a summary; last year's sheet hidden."""
    book = Workbook()
    one, two = first(book), book.create_sheet("教育局")
    one.title = "县府办"
    fill(one, ("县府办",), ("账号ID", "账号名称", "平台", "主办单位"), ("A01", "示例发布", "微博", OFFICE))
    fill(
        two,
        ("主办单位", "平台", "账号名称", "序号", "账号ID", "状态"),
        (SCHOOLS, "抖音", "示例教育", 1, "A02", "停用"),
    )
    fill(book.create_sheet("汇总"), ("单位", "账号数"), ("县府办", 1), ("教育局", 1))
    old = book.create_sheet("2021年")
    fill(old, ("账号ID", "账号名称", "平台", "主办单位"), ("A00", "示例旧号", "微博", OFFICE))
    old.sheet_state = "hidden"
    book.save(path)


def unseen(path: Path) -> None:
    """Zero-width marks, non-breaking blanks and line breaks, copied from a chat."""
    book = Workbook()
    fill(
        first(book),
        ("账号ID\u200b", "账号\u00a0名称", "平\n台", "主办单位\ufeff", "联络员", "联络员手机"),
        (
            "\u200bA01",
            "示例\n发布\u200e",
            "微博\u3000",
            f"\u00a0{OFFICE}",
            "联络员\u200b甲",
            "\u202a138 0000-0001\u202c",
        ),
    )
    book.save(path)


def people(path: Path) -> None:
    """Two people in one cell, +86, a dash for nothing, and a mail with a full-width sign."""
    book = Workbook()
    fill(
        first(book),
        ("账号ID", "账号名称", "平台", "主办单位", "联络员", "联络员手机", "责任领导", "责任领导手机", "责任领导邮箱"),
        (
            "A01",
            "示例发布",
            "微博",
            OFFICE,
            "联络员甲、联络员乙",
            "+86 13800000001\n138-0000-0002",
            "领导丙",
            "/",
            wide("c@example.cn"),
        ),
    )
    book.save(path)


def unicode_text(path: Path) -> None:
    """What Excel calls “Unicode text”, named csv: UTF-16 with tabs, and a formula somebody hid in a name."""
    text = f"账号ID\t账号名称\t平台\t主办单位\r\nA01\t'=1+1\t微博\t{OFFICE}\r\n"
    path.write_bytes(text.encode("utf-16"))


def merged(path: Path) -> None:
    """One unit over three rows in one merged cell."""
    book = Workbook()
    sheet = first(book)
    fill(
        sheet,
        ("账号ID", "账号名称", "平台", "主办单位"),
        ("A01", "示例发布", "微博", OFFICE),
        ("A02", "示例发布", "抖音", None),
        ("A03", "示例发布", "快手", None),
    )
    sheet.merge_cells("D2:D4")
    book.save(path)


def broken(path: Path) -> None:
    """A formula that failed, a number cut by Excel, a landline, an ambiguous date, an abbreviated platform."""
    book = Workbook()
    sheet = first(book)
    header = ("账号ID", "账号名称", "平台", "主办单位", "平台标识", "联络员", "联络员手机", "开设日期")
    fill(
        sheet,
        header,
        ("A01", "示例发布", "微信", "#N/A", "1.23457E+15", "联络员甲", "0578-3123456", "05/06/2022"),
    )
    sheet["D2"].data_type = "e"
    book.save(path)


def twice(path: Path) -> None:
    """The same id in the sheets of two units, and a column that stands twice."""
    book = Workbook()
    one, two = first(book), book.create_sheet("教育局")
    one.title = "县府办"
    header = ("账号ID", "账号名称", "平台", "主办单位")
    fill(one, header, ("A01", "示例发布", "微博", OFFICE))
    fill(two, (*header, "备注", "备注"), ("A01", "示例教育", "微博", SCHOOLS))
    book.save(path)


def web_page(path: Path) -> None:
    """An export of a web system: a page of HTML named xlsx."""
    path.write_text("<html><table><tr><td>账号ID</td><td>账号名称</td></tr></table></html>", encoding="utf-8")


AWFUL = {
    "titles, pages, sums and signatures": Sent(
        write=titled,
        accounts=[
            one(opened_on=date(2022, 5, 19)),
            one("A02", name="示例教育", platform=Platform.WEIBO, unit=SCHOOLS, opened_on=date(2022, 5, 20)),
        ],
        warnings=[
            (
                "台账.xlsx “附件2”第11、12、13行（共3行）：不是数据的行，未导入："
                "“合计”、“填表人：联络员甲”、“注：以上账号均已备案。”"
            ),
        ],
    ),
    "GBK with semicolons and full-width letters": Sent(
        write=old_csv,
        name="台账.csv",
        accounts=[
            one(platform=Platform.WEIBO, platform_id="1234567890", level=UnitLevel.COUNTY_UNIT),
            one("A02", name="示例教育", unit=SCHOOLS, platform_id="gh_0001"),
        ],
    ),
    "serial numbers and phones as numbers": Sent(
        write=numbers,
        accounts=[
            one(
                "1",
                platform=Platform.WEIBO,
                opened_on=date(2022, 5, 19),
                closed_on=date(2026, 5, 19),
                platform_id="1234567890",
                followers=12_000,
                contacts=(Contact(role=Role.LIAISON, name="联络员甲", phone="13800000001"),),
            )
        ],
    ),
    "every way to write a day": Sent(
        write=dates,
        accounts=[
            one(f"A{number:02}", platform=Platform.WEIBO, opened_on=date(2022, 5, 19)) for number in range(1, 16)
        ],
    ),
    "a sheet for each unit": Sent(
        write=units,
        accounts=[
            one(platform=Platform.WEIBO),
            one("A02", name="示例教育", platform=Platform.DOUYIN, unit=SCHOOLS, status=AccountStatus.PAUSED),
        ],
        warnings=[
            "台账.xlsx “教育局”：以下列不在模板中，已跳过：“序号”",
            "台账.xlsx “汇总”：没有找到表头，未导入（缺少列“账号ID”、“账号名称”、“平台”、“主办单位”）",
        ],
    ),
    "marks that nobody sees": Sent(
        write=unseen,
        accounts=[
            one(
                platform=Platform.WEIBO,
                contacts=(Contact(role=Role.LIAISON, name="联络员甲", phone="13800000001"),),
            )
        ],
    ),
    "several people and ways": Sent(
        write=people,
        accounts=[
            one(
                platform=Platform.WEIBO,
                contacts=(
                    Contact(role=Role.LIAISON, name="联络员甲", phone="13800000001"),
                    Contact(role=Role.LIAISON, name="联络员乙", phone="13800000002"),
                    Contact(role=Role.LEADER, name="领导丙", mail="c@example.cn"),
                ),
            )
        ],
    ),
    "Unicode text": Sent(write=unicode_text, name="台账.csv", accounts=[one(name="=1+1", platform=Platform.WEIBO)]),
    "a unit merged over its accounts": Sent(
        write=merged,
        accounts=[
            one(f"A0{number}", platform=platform)
            for number, platform in enumerate((Platform.WEIBO, Platform.DOUYIN, Platform.KUAISHOU), start=1)
        ],
        warnings=["台账.xlsx “Sheet”第3、4行（共2行）“主办单位”列：合并的单元格已按各行相同向下填充"],
    ),
    "everything that Excel spoils": Sent(
        write=broken,
        refused=[
            "台账.xlsx “Sheet”第2行“平台”列：“微信”可能是“微信订阅号”、“微信服务号”或“微信视频号”，请写明是哪一种",
            "台账.xlsx “Sheet”第2行“主办单位”列：公式出错（#N/A），请填写数值或文字",
            "台账.xlsx “Sheet”第2行“平台标识”列：“1.23457E+15”是科学计数，已丢失原来的数字，",
            "台账.xlsx “Sheet”第2行“开设日期”列：日期“05/06/2022”无法识别，应如 2026-05-19 或 2026年5月19日",
            "台账.xlsx “Sheet”第2行“联络员手机”列：手机号“0578-3123456”应以1开头，请填写手机而不是座机",
        ],
    ),
    "one id in two sheets": Sent(
        write=twice,
        refused=[
            "台账.xlsx “教育局”第1行：列“备注”重复，请只保留一列",
            "台账.xlsx “教育局”第2行“账号ID”列：账号ID“A01”与“县府办”第2行重复",
        ],
    ),
    "a web page named xlsx": Sent(
        write=web_page,
        refused=["台账.xlsx：没有找到表头，表头应有列“账号ID”、“账号名称”、“平台”、“主办单位”"],
    ),
}


def of_substance(warnings: Sequence[str]) -> list[str]:
    """Return the warnings without those on accounts that can only be read by hand."""
    return [warning for warning in warnings if "只能人工核查" not in warning]


@pytest.mark.parametrize("sent", [pytest.param(sent, id=name) for name, sent in AWFUL.items() if not sent.refused])
def test_what_can_be_understood_is_taken_rightly(tmp_path: Path, sent: Sent) -> None:
    path = tmp_path / sent.name
    sent.write(path)
    roster = read(path)
    assert list(roster.accounts) == list(sent.accounts)
    assert of_substance(roster.warnings) == list(sent.warnings)


@pytest.mark.parametrize("sent", [pytest.param(sent, id=name) for name, sent in AWFUL.items() if sent.refused])
def test_what_cannot_is_refused_with_sheet_row_and_column(tmp_path: Path, sent: Sent) -> None:
    path = tmp_path / sent.name
    sent.write(path)
    with pytest.raises(LedgerError) as caught:
        read(path)
    faults = [str(fault) for fault in caught.value.faults]
    assert [fault[: len(start)] for fault, start in zip(faults, sent.refused, strict=True)] == list(sent.refused)


def test_there_are_twelve() -> None:
    assert len(AWFUL) == 12
