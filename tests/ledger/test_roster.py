"""Rosters as offices keep them: what is understood, and what is refused with which words."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
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
    told_apart,
)
from monitor.documents import write
from monitor.documents.writing import NotWrittenError
from monitor.ledger import LedgerError
from monitor.ledger.columns import COLUMNS
from monitor.ledger.roster import roster_document
from tests.ledger.making import CHANNELS, FIRST, HEADER, account, read, table, with_column, workbook, zipped


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "台账.xlsx"


def faults(path: Path, areas: tuple[str, ...] = ("缙云县",)) -> list[str]:
    with pytest.raises(LedgerError) as caught:
        read(path, areas)
    return [str(fault) for fault in caught.value.faults]


def only(path: Path) -> Account:
    [account] = read(path).accounts
    return account


# --- what is understood ---------------------------------------------------------------------------------------------


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


def test_a_roster_without_accounts_says_so(path: Path) -> None:
    assert read(table(path, HEADER)).warnings == ("台账.xlsx：文件中没有可导入的账号，请核对是否选错文件或表头位置",)


# --- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "written", "sentence"),
    [
        ("联络员手机", "123", "手机号“123”应为11位数字"),
        ("联络员手机", 1380000000, "手机号“1380000000”应为11位数字"),
        ("联络员手机", "0578-3123456", "手机号“0578-3123456”应以1开头，请填写手机而不是座机"),
        ("联络员手机", "13800000000、13900000000", "有2项，多于“联络员”列的1人"),
        ("联络员邮箱", "a.gov.cn", "邮箱“a.gov.cn”应如 name@example.cn"),
        (
            "联络员邮箱",
            "张三@示例.中国",
            "邮箱“张三@示例.中国”的@前面只能用英文字母、数字和符号，请改填英文邮箱",
        ),
        ("联络员邮箱", "a@示例..中国", "邮箱“a@示例..中国”应如 name@example.cn"),
        ("联络员钉钉", "张 三", "钉钉号“张 三”只能有字母、数字和 _ . - @ $"),
        ("单位层级", "乡村", "没有“乡村”这种单位层级（可填：县属单位、乡镇街道、内设机构、"),
        ("状态", "良好", "没有“良好”这种状态（可填：待备案、运行、停用、注销中、已注销）"),
        ("账号类型", "发文", "没有“发文”这种账号类型（可填：发布类、服务类）"),
        ("主账号", "对", "“对”应为“是”或“否”"),
        ("开设日期", "2026-02-30", "日期“2026-02-30”无法识别，应如 2026-05-19 或 2026年5月19日"),
        ("开设日期", "5月19日", "日期“5月19日”无法识别，应如 2026-05-19 或 2026年5月19日"),
        ("开设日期", "05/06/2026", "日期“05/06/2026”无法识别，应如 2026-05-19 或 2026年5月19日"),
        ("开设日期", "0026-05-19", "日期“0026-05-19”不在1994年至2100年之间，请核对"),
        ("开设日期", "2026-05-19T99:00:00Z", "日期“2026-05-19T99:00:00Z”无法识别，应如 2026-05-19 或 2026年5月19日"),
        ("开设日期", True, "日期“True”无法识别，应如 2026-05-19 或 2026年5月19日"),
        ("粉丝数", "很多", "“很多”应为数字"),
        ("粉丝数", 1.5, "“1.5”应为数字"),
        ("主页链接", "www.jinyun.gov.cn", "网址“www.jinyun.gov.cn”应以 http:// 或 https:// 开头"),
        ("主页链接", "javascript:alert(1)", "网址“javascript:alert(1)”应以 http:// 或 https:// 开头"),
        ("主页链接", "http://[x", "网址“http://[x”应以 http:// 或 https:// 开头"),
        ("采集方式", "weibo", "“weibo”应写作“人工”或“采集器=参数”，多项用分号隔开"),
        ("采集方式", "feed=https://x; weibbo=1", "没有采集器“weibbo”（是否应为“weibo”？）"),
        ("通知群", "工作", "“工作”不在设置的 channels 中（是否应为“工作群”？）（现有：工作群、宣传群）"),
        (
            "平台标识",
            1234567890123456,
            "数字“1234567890123456”超过15位，Excel 已不能保留全部数字，请把单元格改为文本格式后重填",
        ),
        ("平台标识", "1.23457E+15", "“1.23457E+15”是科学计数，已丢失原来的数字，请把单元格改为文本格式后重填"),
    ],
)
def test_each_bad_cell_gets_one_sentence_with_its_place(
    path: Path, column: str, written: object, sentence: str
) -> None:
    header = (*HEADER, "联络员", column)
    table(path, header, (*FIRST, "张三", written))

    [said] = faults(path)

    assert said.startswith(f"台账.xlsx “Sheet1”第2行“{column}”列：{sentence}")


def test_an_unknown_platform_is_answered_with_the_nearest_and_all_that_are_allowed(path: Path) -> None:
    [said] = faults(table(path, HEADER, ("jy-001", "缙云发布", "腾讯微博", "县府办")))

    assert said.startswith(
        "台账.xlsx “Sheet1”第2行“平台”列：没有“腾讯微博”这种平台（是否应为“微博”？）（可填：微信订阅号、"
    )


def test_a_formula_that_failed_is_told(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Sheet1")
        for position, (name, value) in enumerate(zip(HEADER, FIRST, strict=True)):
            sheet.write_string(0, position, name)
            sheet.write_string(1, position, value)
        sheet.write_formula(1, 1, "=VLOOKUP(1,Z:Z,1)", None, "#N/A")

    assert faults(path) == ["台账.xlsx “Sheet1”第2行“账号名称”列：公式出错（#N/A），请填写数值或文字"]


def test_a_blank_cell_that_must_be_filled_is_told(path: Path) -> None:
    assert faults(table(path, HEADER, FIRST, ("jy-002", "缙云旅游", "微博", None))) == [
        "台账.xlsx “Sheet1”第3行“主办单位”列：不能为空"
    ]


def test_one_id_cannot_stand_for_two_accounts(path: Path) -> None:
    workbook(path, [("甲", (HEADER, FIRST)), ("乙", (HEADER, FIRST))])

    assert faults(path) == ["台账.xlsx “乙”第2行“账号ID”列：账号ID“jy-001”与“甲”第2行重复"]


def test_with_several_areas_the_row_must_say_which(path: Path) -> None:
    assert faults(table(path, HEADER, FIRST), ("缙云县", "莲都区")) == [
        "台账.xlsx “Sheet1”第2行“所属地区”列：不能为空：设置中有多个地区（缙云县、莲都区）"
    ]


def test_an_account_cannot_be_closed_before_it_was_opened(path: Path) -> None:
    table(path, (*HEADER, "开设日期", "注销日期"), (*FIRST, "2026-05-19", "2025-05-19"))

    assert faults(path) == ["台账.xlsx “Sheet1”第2行“注销日期”列：注销日期 2025-05-19 早于开设日期 2026-05-19"]


def test_everything_that_is_wrong_is_told_at_once(path: Path) -> None:
    table(path, (*HEADER, "状态"), ("jy-001", None, "微博", "县府办", "好"), ("jy-002", "名", "网战", "县府办", "运行"))

    assert [said.split("：")[0] for said in faults(path)] == [
        "台账.xlsx “Sheet1”第2行“账号名称”列",
        "台账.xlsx “Sheet1”第2行“状态”列",
        "台账.xlsx “Sheet1”第3行“平台”列",
    ]


def test_a_header_that_lacks_columns_names_them_and_what_it_has_instead(path: Path) -> None:
    assert faults(table(path, ("台账",), ("账号ID", "账号名称", "平台类别", "主管单位"), FIRST)) == [
        "台账.xlsx “Sheet1”第2行：缺少列“平台”、“主办单位”；不认识的列“平台类别”、“主管单位”"
    ]


def test_a_column_that_stands_twice_is_refused(path: Path) -> None:
    assert faults(table(path, (*HEADER, "平台"), (*FIRST, "微博"))) == [
        "台账.xlsx “Sheet1”第1行：列“平台”重复，请只保留一列"
    ]


@pytest.mark.parametrize("rows", [(), (("甲", "乙"), (1, 2))])
def test_a_file_without_a_header_is_told_what_one_looks_like(path: Path, rows: tuple[tuple[object, ...], ...]) -> None:
    assert faults(table(path, *rows)) == ["台账.xlsx：没有找到表头，表头应有列“账号ID”、“账号名称”、“平台”、“主办单位”"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "文件是空的"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "是旧版 xls 或加密的文件，请用 Excel 打开后另存为不加密的 xlsx"),
        (zipped(readme=b"x"), "不是 xlsx 表格，或文件已损坏"),
        (b"PK\x03\x04 torn", "不是 xlsx 表格，或文件已损坏"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "不是 xlsx 或 csv 表格"),
        (b"\xff\xfe\x00", "不是 xlsx 或 csv 表格"),
        ('账号ID,"平台\n'.encode() + b"x" * 200_000, "不是 csv 表格，或引号没有成对"),
    ],
)
def test_a_file_that_is_no_spreadsheet_is_refused_in_one_sentence(path: Path, content: bytes, sentence: str) -> None:
    path.write_bytes(content)

    assert faults(path) == [f"台账.xlsx：{sentence}"]


def test_a_spreadsheet_torn_in_the_middle_is_refused(path: Path) -> None:
    table(path, HEADER, FIRST)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])

    assert faults(path) == ["台账.xlsx：不是 xlsx 表格，或文件已损坏"]


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    assert faults(tmp_path / "无.xlsx") == ["无.xlsx：找不到这个文件"]
    assert faults(tmp_path) == [f"{tmp_path.name}：无法读取这个文件，请检查权限，或先在 Excel 中关闭它"]


# --- there and back -------------------------------------------------------------------------------------------------


TEXT = (
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp", "Zs", "Cn", "Co")), min_size=1
    )
    .map(str.strip)
    .filter(lambda text: text not in {"", "/", "\\", "-", "--", "—", "——", "无", "暂无"})
)
FORMULAS = st.sampled_from(["=1+1", "+1", "-2", "@x", "'=1", "''=1", "'x", "=cmd|' /C calc'!A0", "_x0041_", "a,b", '"'])
NAMES = st.text("张王李赵甲乙丙ab", min_size=1, max_size=4)
IDS = st.from_regex(r"[A-Za-z][A-Za-z0-9_\-]{0,9}", fullmatch=True)
PHONES = st.from_regex(r"1[0-9]{10}", fullmatch=True)
DATES = st.dates(min_value=date(1994, 1, 1), max_value=date(2099, 12, 31))
MAYBE_TEXT = st.none() | TEXT | FORMULAS
MAYBE_DATE = st.none() | DATES


def people(role: Role) -> st.SearchStrategy[tuple[Contact, ...]]:
    one = st.builds(
        Contact,
        role=st.just(role),
        name=NAMES,
        phone=st.none() | PHONES,
        mail=st.none() | IDS.map(lambda id_: f"{id_}@x.gov.cn"),
        dingtalk=st.none() | IDS,
    )
    return st.lists(one, max_size=3).map(tuple)


ACCOUNTS = st.builds(
    Account,
    id=IDS,
    name=TEXT | FORMULAS,
    platform=st.sampled_from(Platform),
    unit=TEXT | FORMULAS,
    area=TEXT,
    platform_id=st.none() | IDS | st.from_regex(r"[0-9]{1,25}", fullmatch=True),
    homepage=st.none() | IDS.map(lambda id_: f"https://x.gov.cn/?{id_}=1"),
    method=st.sampled_from([None, "人工", "weibo=1; feed=https://x.gov.cn/=1"]),
    level=st.none() | st.sampled_from(UnitLevel),
    function=st.sampled_from(AccountFunction),
    is_main=st.booleans(),
    status=st.sampled_from(AccountStatus),
    opened_on=MAYBE_DATE,
    verified_entity=MAYBE_TEXT,
    outsourcing=st.builds(
        Outsourcing,
        mode=st.sampled_from(OperationMode),
        operator_org=MAYBE_TEXT,
        operator_type=MAYBE_TEXT,
        is_subcontracted=st.none() | st.booleans(),
        agreement_on=MAYBE_DATE,
        confidentiality_on=MAYBE_DATE,
        news_licence_until=MAYBE_DATE,
    ),
    followers=st.none() | st.integers(min_value=0, max_value=10**12 - 1),
    contacts=st.tuples(people(Role.LIAISON), people(Role.LEADER)).map(lambda both: told_apart((*both[0], *both[1]))),
    group=st.none() | st.sampled_from(CHANNELS),
    note=MAYBE_TEXT | st.just("第一行\n第二行"),
    grant_until=MAYBE_DATE,
    verified_until=MAYBE_DATE,
)


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None, max_examples=50
)
@given(accounts=st.lists(ACCOUNTS, max_size=4, unique_by=lambda account: account.id))
def test_a_roster_survives_being_written_and_read(tmp_path: Path, suffix: str, accounts: list[Account]) -> None:
    path = tmp_path / f"台账.{suffix}"
    write(path, roster_document(accounts))

    assert read(path).accounts == tuple(accounts)


def test_an_exported_roster_is_easy_to_fill_in(path: Path) -> None:
    liaison = Contact(role=Role.LIAISON, name="张三", phone="13800000000")
    write(path, roster_document([account(opened_on=date(2020, 1, 2), contacts=(liaison,))]))
    sheet = load_workbook(path).active
    columns = {column.name: position for position, column in enumerate(COLUMNS, start=1)}

    assert sheet
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:AI2"
    opened = sheet.cell(2, columns["开设日期"])
    assert (opened.data_type, opened.number_format) == ("d", "yyyy-mm-dd")
    phone = sheet.cell(2, columns["联络员手机"])
    assert (phone.value, phone.data_type, phone.number_format) == ("13800000000", "s", "@")
    offered = {rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert '"发布类,服务类"' in offered
    assert f'"{",".join(platform.label for platform in Platform)}"' in offered


def test_an_empty_ledger_gives_a_template_whose_cells_are_ready_for_long_numbers(path: Path) -> None:
    write(path, roster_document([]))
    sheet = load_workbook(path).active

    assert sheet
    assert [cell.value for cell in sheet[1]] == [column.name for column in COLUMNS]
    assert sheet.column_dimensions["A"].number_format == "@"
    assert read(path).accounts == ()


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_nothing_that_is_exported_is_a_formula(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"台账.{suffix}"
    write(path, roster_document([account(name="=1+1", note="@SUM(A1)")]))

    if suffix == "csv":
        assert "'=1+1" in path.read_text("utf-8-sig")
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    else:
        sheet = load_workbook(path).active
        assert sheet
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
        assert sheet["B2"].value == "=1+1"


@pytest.mark.parametrize("name", ["台账.xls", "台账", "台账.pdf"])
def test_only_xlsx_and_csv_are_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotWrittenError, match="文件名应以"):
        write(tmp_path / name, roster_document([]))


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_a_file_that_cannot_be_written_is_told_and_leaves_nothing_behind(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(NotWrittenError, match="无法写入"):
        write(tmp_path / "无此目录" / f"台账.{suffix}", roster_document([]))
    (tmp_path / f"台账.{suffix}").mkdir()
    with pytest.raises(NotWrittenError, match="无法写入"):
        write(tmp_path / f"台账.{suffix}", roster_document([]))

    assert [entry.name for entry in tmp_path.iterdir()] == [f"台账.{suffix}"]


def test_a_later_export_replaces_the_earlier_one(path: Path) -> None:
    write(path, roster_document([account()]))
    write(path, roster_document([]))

    assert read(path).accounts == ()


def test_a_spreadsheet_that_unfolds_without_end_is_refused(path: Path) -> None:
    table(path, HEADER, FIRST)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "' + b"&a;" * 1000 + b'"><!ENTITY c "' + b"&b;" * 1000 + b'">]>'
    sheet = parts["xl/worksheets/sheet1.xml"].replace(b"<worksheet", laughs + b"<worksheet", 1)
    path.write_bytes(zipped(**parts | {"xl/worksheets/sheet1.xml": sheet}))

    assert faults(path) == ["台账.xlsx：不是 xlsx 表格，或文件已损坏"]


def test_a_template_tells_of_each_platform_what_to_fill_in_and_is_imported_all_the_same(tmp_path: Path) -> None:
    form = tmp_path / "台账.xlsx"
    write(form, roster_document(()))
    book = load_workbook(form)
    assert book.sheetnames == ["台账", "平台说明"]
    notes = {str(row[0]): row for row in book["平台说明"].iter_rows(min_row=2, values_only=True)}
    assert set(notes) == {platform.label for platform in Platform}
    assert "粘贴链接" in str(notes["小红书"][4])
    names = [cell.value for cell in book["台账"][1]]
    filled = {"账号ID": "A1", "账号名称": "示例发布", "平台": "微博", "主办单位": "示例县教育局"}
    for name, value in filled.items():
        book["台账"].cell(2, names.index(name) + 1, value)
    book.save(form)
    filled_in = read(form)
    assert [account.id for account in filled_in.accounts] == ["A1"]
    assert not any("平台说明" in warning for warning in filled_in.warnings)
