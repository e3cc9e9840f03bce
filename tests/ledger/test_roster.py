"""Rosters as offices keep them: what is understood, and what is refused with which words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from monitor.core.account import (
    Account,
    AccountFunction,
    AccountStatus,
    Contact,
    OperationMode,
    Outsourcing,
    Platform,
    Role,
    UnitLevel,
)
from monitor.ledger.columns import COLUMNS
from tests.ledger.making import FIRST, HEADER, account, read, table, with_column, workbook


def only(path: Path) -> Account:
    [account] = read(path).accounts
    return account


def test_the_columns_are_those_of_the_contract_in_its_order() -> None:
    contract = (
        "账号ID, 账号名称, 平台, 平台标识, 主页链接, 采集方式, 所属地区, 主办单位, 单位层级, 账号类型, 主账号, "
        "状态, 开设日期, 注销日期, 认证主体, 运营方式, 受委托方, 受委托方类型, 转包, 委托协议日期, 保密协议日期, "
        "新闻资质到期, 粉丝数, 联络员, 联络员手机, 联络员邮箱, 联络员钉钉, 责任领导, 责任领导手机, "
        "责任领导邮箱, 责任领导钉钉, 通知群, 授权到期, 认证到期, 备注"
    )

    assert [column.name for column in COLUMNS] == contract.split(", ")


def test_four_columns_are_enough_and_the_rest_has_its_default(path: Path) -> None:
    assert only(table(path, HEADER, FIRST)) == account()


def test_a_unit_has_one_spelling_in_an_area(path: Path) -> None:
    header = ("账号ID", "账号名称", "平台", "主办单位")
    rows = [("A01", "甲", "微博", "示例局（本级）"), ("A02", "乙", "抖音", "示例局(本级)")]
    found = read(table(path, header, *rows))
    assert [account.unit for account in found.accounts] == ["示例局（本级）", "示例局（本级）"]
    assert any("“示例局(本级)”按“示例局（本级）”导入，是同一个单位" in said for said in found.warnings)
    elsewhere = replace(found.accounts[0], id="A09", unit="示例局 (本级)")
    again = read(path, before=[elsewhere])
    assert {account.unit for account in again.accounts} == {"示例局 (本级)"}


def test_two_rows_for_one_account_of_a_platform_and_a_closing_without_its_day_are_remarked(path: Path) -> None:
    rows = [(f"jy-00{number}", *FIRST[1:], "gh_1", status) for number, status in enumerate(("运行", "已注销"), start=1)]
    warnings = read(table(path, (*HEADER, "平台标识", "状态"), *rows)).warnings
    assert list(warnings) == [
        "台账.xlsx “Sheet1”第3行“平台标识”列：与第2行的平台和平台标识相同，可能是同一个账号",
        "台账.xlsx “Sheet1”第3行“注销日期”列：已注销的账号没有注销日期，不能发现是否重新上线",
    ]


KNOWN = account(
    platform_id="gh_1",
    level=UnitLevel.COUNTY_UNIT,
    status=AccountStatus.DEREGISTERING,
    opened_on=date(2009, 5, 19),
    followers=1200,
    outsourcing=Outsourcing(mode=OperationMode.OUTSOURCED, agreement_on=date(2026, 1, 1)),
    contacts=(
        Contact(role=Role.LIAISON, name="联络员甲", phone="13800000001"),
        Contact(role=Role.LEADER, name="领导乙", mail="b@example.cn"),
    ),
)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, KNOWN),  # a column that a sheet does not have says nothing
        ({"粉丝数": None}, replace(KNOWN, followers=None)),  # a blank cell of one that it has says: nothing any more
        ({"联络员": "联络员甲"}, KNOWN),
        (
            {"联络员": "联络员丙"},
            replace(KNOWN, contacts=(Contact(role=Role.LIAISON, name="联络员丙"), KNOWN.contacts[1])),
        ),
        ({"平台": "微博"}, replace(KNOWN, platform=Platform.WEIBO, platform_id=None)),
    ],
)
def test_what_a_sheet_has_no_column_for_stays_as_it_was_unless_it_belonged_to_what_changed(
    path: Path, more: dict[str, str | None], expected: Account
) -> None:
    cells = dict(zip(HEADER, FIRST, strict=True)) | more
    table(path, tuple(cells), tuple(cells.values()))
    assert read(path, before=[KNOWN]).accounts == (expected,)


def test_columns_may_stand_in_any_order_with_blanks_stars_and_remarks_in_their_headers(path: Path) -> None:
    header = ("主办单位*", "平 台", "账号名称\n", "账号ｉｄ", "账号类型（发布类/服务类）")
    table(path, header, ("缙云县人民政府办公室", "微信订阅号", "缙云发布", "jy-001", "服务类"))

    assert only(path) == account(function=AccountFunction.SERVICE)


def test_title_rows_above_the_header_and_blank_rows_do_not_matter(path: Path) -> None:
    rows = [
        ("缙云县政务新媒体账号台账",),
        (),
        ("填表单位：县府办", None, "填表日期", date(2026, 5, 19)),
        HEADER,
        (),
        FIRST,
        (" ",),
    ]
    table(path, *rows)
    book = load_workbook(path)
    book.active.merge_cells("A1:F1")  # type: ignore[union-attr] # the only sheet
    book.save(path)

    assert only(path) == account()


def test_a_header_repeated_on_every_printed_page_is_no_account(path: Path) -> None:
    assert len(read(table(path, HEADER, FIRST, HEADER, ("jy-002", *FIRST[1:]))).accounts) == 2


def test_all_sheets_with_a_header_count_and_others_are_named(path: Path) -> None:
    workbook(
        path,
        [
            ("县属单位", (HEADER, FIRST)),
            ("乡镇", (("说明",), HEADER, ("jy-002", "壶镇发布", "微博", "壶镇镇人民政府"))),
            ("汇总", (("平台", "数量"), ("微博", 1))),
            ("空", ()),
        ],
    )
    roster = read(path)

    assert [account.id for account in roster.accounts] == ["jy-001", "jy-002"]
    assert "台账.xlsx “汇总”：没有找到表头，未导入（缺少列“账号ID”、“账号名称”、“主办单位”）" in roster.warnings
    assert not any("“空”" in warning for warning in roster.warnings)


def test_hidden_sheets_are_not_read(path: Path) -> None:
    workbook(path, [("台账", (HEADER, FIRST)), ("旧", (HEADER, ("old", *FIRST[1:])))])
    book = load_workbook(path)
    book["旧"].sheet_state = "hidden"
    book.save(path)

    assert [account.id for account in read(path).accounts] == ["jy-001"]


def test_phones_and_ids_typed_as_numbers_keep_their_digits(path: Path) -> None:
    header = (*HEADER, "平台标识", "联络员", "联络员手机")
    table(path, header, (7, *FIRST[1:], 5719123456, "张三", 13800000000.0))
    found = only(path)

    assert (found.id, found.platform_id) == ("7", "5719123456")
    assert found.contacts == (Contact(role=Role.LIAISON, name="张三", phone="13800000000"),)


@pytest.mark.parametrize(
    "written",
    [
        date(2026, 5, 19),
        datetime(2026, 5, 19, 8, 30),  # noqa: DTZ001 - as Excel gives it
        46161,
        46161.0,
        20260519,
        "2026-05-19",
        "2026/5/19",
        "2026.5.19",
        "20260519",
        "2026年5月19日",
        "２０２６年５月１９日",
        "2026年5月19日（星期二）",
        "2026-05-19 00:00:00",
        "2026-05-19T08:30:00+08:00",
        "二〇二六年五月十九日",
    ],
)
def test_dates_are_understood_as_people_write_them(path: Path, written: object) -> None:
    assert only(with_column(path, "开设日期", written)).opened_on == date(2026, 5, 19)


@pytest.mark.parametrize(
    ("written", "day"), [("二〇一九年十月一日", 1), ("二○一九年十月二十日", 20), ("二〇一九年十月三十一日", 31)]
)
def test_dates_in_chinese_numerals_are_counted_right(path: Path, written: str, day: int) -> None:
    assert only(with_column(path, "开设日期", written)).opened_on == date(2019, 10, day)


@pytest.mark.parametrize(
    ("written", "number"), [(12345, 12345), ("12,345", 12345), ("1.2万", 12000), ("3万+", 30000), ("0", 0), (5.0, 5)]
)
def test_followers_are_counted(path: Path, written: object, number: int) -> None:
    assert only(with_column(path, "粉丝数", written)).followers == number


def test_several_people_in_one_cell_are_paired_with_their_phones_by_position(path: Path) -> None:
    header = (*HEADER, "联络员", "联络员手机", "联络员邮箱", "责任领导", "责任领导钉钉")
    table(path, header, (*FIRST, "张三、李　四\n王五", "138-0000-0000，+86 139 0000 0000", ";li@x.cn", "赵六", "GE_1"))

    assert only(path).contacts == (
        Contact(role=Role.LIAISON, name="张三", phone="13800000000"),
        Contact(role=Role.LIAISON, name="李四", phone="13900000000", mail="li@x.cn"),
        Contact(role=Role.LIAISON, name="王五"),
        Contact(role=Role.LEADER, name="赵六", dingtalk="GE_1"),
    )


def test_cells_that_say_nothing_are_blank(path: Path) -> None:
    header = (*HEADER, "注销日期", "联络员邮箱", "平台标识", "单位层级")
    table(path, header, (*FIRST, "/", "无", "—", " "))

    assert only(path) == account()


def test_what_cannot_be_seen_is_dropped(path: Path) -> None:
    table(path, HEADER, ("\u200bjy-001\u00a0", "\ufeff缙云\n发布 ", "微信 订阅号", "缙云县人民政府办公室\u202e"))

    assert only(path) == account()


def test_full_width_letters_in_ids_and_methods_are_read_as_their_half_width_ones(path: Path) -> None:
    table(path, (*HEADER, "采集方式"), ("\uff2a\uff39\uff0d\uff11", *FIRST[1:], "weibo＝1；feed=https://x.gov.cn/rss"))
    found = only(path)

    assert (found.id, found.method) == ("JY-1", "weibo=1；feed=https://x.gov.cn/rss")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_csv_is_read_in_every_encoding_and_separator_that_excel_writes(
    tmp_path: Path, encoding: str, separator: str
) -> None:
    path = tmp_path / "台账.csv"
    path.write_bytes("\r\n".join(separator.join(row) for row in (HEADER, FIRST)).encode(encoding))

    assert only(path) == account()


def test_the_only_area_of_the_settings_fills_a_blank_one(path: Path) -> None:
    table(path, (*HEADER, "所属地区"), (*FIRST, None), ("jy-002", *FIRST[1:], "莲都区"))

    assert [account.area for account in read(path).accounts] == ["缙云县", "莲都区"]
    assert "台账.xlsx “Sheet1”第3行“所属地区”列：“莲都区”不在设置的 office.areas 中" in read(path).warnings


def test_unknown_columns_are_named_and_not_imported(path: Path) -> None:
    roster = read(with_column(path, "联络人", "张三"))

    assert "台账.xlsx “Sheet1”：以下列不在模板中，已跳过：“联络人”（是否应为“联络员”？）" in roster.warnings
    assert roster.accounts == (account(),)


def test_an_account_that_can_only_be_read_by_hand_is_named(path: Path) -> None:
    assert read(table(path, HEADER, FIRST)).warnings == (
        "台账.xlsx “Sheet1”第2行：“缙云发布”没有平台标识、主页链接和采集方式，只能人工核查",
    )
