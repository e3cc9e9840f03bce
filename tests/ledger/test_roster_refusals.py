"""Rosters that are refused, and with which words."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from monitor.ledger import LedgerError
from tests.ledger.making import FIRST, HEADER, read, table, workbook, zipped


def faults(path: Path, areas: tuple[str, ...] = ("缙云县",)) -> list[str]:
    with pytest.raises(LedgerError) as caught:
        read(path, areas)
    return [str(fault) for fault in caught.value.faults]


def test_a_roster_without_accounts_says_so(path: Path) -> None:
    assert read(table(path, HEADER)).warnings == ("台账.xlsx：文件中没有可导入的账号，请核对是否选错文件或表头位置",)


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


def test_a_spreadsheet_that_unfolds_without_end_is_refused(path: Path) -> None:
    table(path, HEADER, FIRST)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "' + b"&a;" * 1000 + b'"><!ENTITY c "' + b"&b;" * 1000 + b'">]>'
    sheet = parts["xl/worksheets/sheet1.xml"].replace(b"<worksheet", laughs + b"<worksheet", 1)
    path.write_bytes(zipped(**parts | {"xl/worksheets/sheet1.xml": sheet}))

    assert faults(path) == ["台账.xlsx：不是 xlsx 表格，或文件已损坏"]
