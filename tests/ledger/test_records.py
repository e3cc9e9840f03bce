"""Records as offices enter them: what they may speak of, and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest

from monitor.core.account import UnitKey
from monitor.core.record import NewRecord, RecordKind
from monitor.core.subject import SubjectKind
from monitor.ledger import LedgerError
from monitor.ledger.records import Records, Subjects, read_records
from tests.ledger.making import table

SUBJECTS = Subjects(
    accounts={"A01": {"示例县"}, "A02": {"示例县"}},
    units={"示例县教育局": {"示例县"}, "示例镇人民政府": {"示例县"}},
    areas={"示例县"},
)
UNTIL = date(2026, 5, 20)
HEADER = ("类型", "对象", "日期", "内容", "附件")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "记录.xlsx"


def read(path: Path, *rows: Sequence[object]) -> Records:
    return read_records(table(path, HEADER, *rows), SUBJECTS, until=UNTIL)


def only(path: Path, *row: object) -> NewRecord:
    [record] = read(path, row).records
    return record


def refused(do: Callable[[], Records]) -> list[str]:
    with pytest.raises(LedgerError) as caught:
        do()
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("kind", "name", "subject"),
    [
        ("培训", "示例县", SubjectKind.AREA),
        ("培训", "示例县教育局", SubjectKind.UNIT),
        ("检查", "A01", SubjectKind.ACCOUNT),
        ("单位报送", "示例县教育局", SubjectKind.UNIT),
        ("阶段", "示例县", SubjectKind.AREA),
    ],
)
def test_a_record_speaks_of_an_account_a_unit_or_an_area(
    path: Path, kind: str, name: str, subject: SubjectKind
) -> None:
    record = only(path, kind, name, "2026年5月1日", "说明", "附件.pdf")
    assert (record.kind.label, record.subject, record.name) == (kind, subject, name)
    assert (record.on, record.text, record.attachment) == (date(2026, 5, 1), "说明", "附件.pdf")


@pytest.mark.parametrize(
    ("row", "column", "why"),
    [
        (("训练", "示例县", "2026-05-01"), "类型", "没有“训练”这种记录（是否应为“培训”？）"),
        (("培训", "示列县", "2026-05-01"), "对象", "“示列县”不是台账中的主办单位或地区（是否应为“示例县”？）"),
        (("IPv6核查", "示例县", "2026-05-01", "支持"), "对象", "“示例县”不是台账中的账号ID"),
        (("单位报送", "A01", "2026-05-01"), "对象", "“A01”不是台账中的主办单位"),
        (("培训", "示例县", "2026-05-21"), "日期", "日期2026-05-21晚于今天，请改为今天或以前"),
        (("培训", "示例县", "五月"), "日期", "日期“五月”无法识别"),
        (("常住人口", "示例镇人民政府", "2026-05-01", "约四万"), "内容", "“约四万”应为数字"),
        (("机构序列", "示例县教育局", "2026-05-01", None), "内容", "不能为空"),
        (("培训", None, "2026-05-01"), "对象", "不能为空"),
        (("暂停提醒", "A01", "2026-05-01", "账号交接"), "内容", "应写成“至2026-06-30；登记人；原因”"),
        (("暂停提醒", "A01", "2026-05-01", "至2099-12-31；张三；交接"), "内容", "一次最长暂停92天"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_place(
    path: Path, row: Sequence[object], column: str, why: str
) -> None:
    [fault] = refused(lambda: read(path, row))
    assert fault.startswith(f"记录.xlsx “Sheet1”第2行“{column}”列：")
    assert why in fault


@pytest.mark.parametrize(("written", "text"), [(48000, "48000"), ("4.8万", "48000"), ("48,000人", "48000")])
def test_a_number_is_kept_as_a_number(path: Path, written: object, text: str) -> None:
    assert only(path, "常住人口", "示例镇人民政府", "2026-05-01", written).text == text


def test_a_phase_may_be_still_to_come(path: Path) -> None:
    assert only(path, "阶段", "示例县", "2026-12-31", "清理整治").kind is RecordKind.PHASE


def test_a_mute_may_be_asked_for_beforehand(path: Path) -> None:
    assert only(path, "暂停提醒", "A01", "2026-06-01", "至2026-06-30；张三；交接").kind is RecordKind.MUTE


def test_a_unit_without_an_account_is_known_once_it_is_put_in_order(path: Path) -> None:
    found = read(path, ("单位报送", "示例县司法局", "2026-05-01"), ("机构序列", "示例县司法局", "2026-05-01", 12))
    assert [(record.kind.label, record.name, record.text) for record in found.records] == [
        ("单位报送", "示例县司法局", ""),
        ("机构序列", "示例县司法局", "12"),
    ]


def test_a_text_that_is_no_result_is_refused_with_the_results_named(path: Path) -> None:
    [fault] = refused(lambda: read(path, ("互动核查", "A01", "2026-05-01", "看过了")))
    assert fault == "记录.xlsx “Sheet1”第2行“结果”列：请填写结果，不能由内容“看过了”认定，可填：正常、存在问题"


def test_the_same_row_twice_is_one_record(path: Path) -> None:
    row = ("培训", "示例县", "2026-05-01", "集中培训", None)
    assert len(read(path, row, row).records) == 1


def test_several_faults_come_in_the_order_of_their_rows(path: Path) -> None:
    faults = refused(lambda: read(path, ("培训", "示例县", "五月"), ("训练", "示例县", "2026-05-01")))
    assert [fault.partition("：")[0] for fault in faults] == [
        "记录.xlsx “Sheet1”第2行“日期”列",
        "记录.xlsx “Sheet1”第3行“类型”列",
    ]


TWO = Subjects(
    accounts={"A01": {"甲县"}, "B01": {"甲县", "乙县"}},
    units={"教育局": {"甲县", "乙县"}, "卫健局": {"乙县"}, "旧局": {"甲县", "乙县"}},
    areas={"甲县", "乙县"},
    left={UnitKey("乙县", "旧局")},
)
WITH_AREA = ("类型", "对象", "地区", "日期", "内容")


def of_two(path: Path, *rows: Sequence[object]) -> Records:
    return read_records(table(path, WITH_AREA, *rows), TWO, until=UNTIL)


@pytest.mark.parametrize(
    ("name", "area", "expected"),
    [
        ("教育局", "甲县", "甲县"),
        ("教育局", "乙县", "乙县"),
        ("卫健局", None, "乙县"),
        ("旧局", None, "甲县"),
        ("旧局", "乙县", "乙县"),
    ],
)
def test_a_unit_is_known_by_its_area_and_its_name(path: Path, name: str, area: str | None, expected: str) -> None:
    [record] = of_two(path, ("单位报送", name, area, "2026-05-01", None)).records
    assert (record.subject, record.area, record.name) == (SubjectKind.UNIT, expected, name)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (("单位报送", "教育局", None), "乙县、甲县都有“教育局”，请填写是哪个地区的"),
        (("单位报送", "卫健局", "甲县"), "甲县没有主办单位“卫健局”（在乙县）"),
        (("单位报送", "教育局", "丙县"), "没有地区“丙县”"),
        (("内容安全", "A01", "乙县"), "乙县没有账号ID“A01”（在甲县）"),
        (("阶段", "甲县", "乙县"), "乙县没有地区“甲县”（在甲县）"),
    ],
)
def test_a_row_about_nobody_or_about_either_is_refused_at_its_area(path: Path, row: Sequence[object], why: str) -> None:
    [fault] = refused(lambda: of_two(path, (*row, "2026-05-01", "发现")))
    assert fault.startswith("记录.xlsx “Sheet1”第2行“地区”列：")
    assert why in fault


def test_an_account_s_record_may_name_the_area_it_once_was_in(path: Path) -> None:
    rows = [("内容安全", "B01", area, "2026-05-01", "发现") for area in ("甲县", "乙县", None)]
    assert {record.area for record in of_two(path, *rows).records} == {None}


def test_a_unit_put_in_order_names_its_area_where_there_are_several(path: Path) -> None:
    [fault] = refused(lambda: of_two(path, ("机构序列", "新局", None, "2026-05-01", 3)))
    assert "不能为空：负责的地区有多个（乙县、甲县）" in fault
    rows = (("机构序列", "新局", "甲县", "2026-05-01", 3), ("单位报送", "新局", None, "2026-05-01", None))
    assert {record.area for record in of_two(path, *rows).records} == {"甲县"}


SPELLED = Subjects(
    accounts={},
    units={"教育局（本级）": {"甲县"}, "教育局(本级)": {"乙县"}, "卫健局（本级）": {"乙县"}},
    areas={"甲县", "乙县"},
)


@pytest.mark.parametrize("name", ["教育局（本级）", "教育局(本级)", "教育局 （本级）"])
def test_a_unit_that_two_areas_write_otherwise_is_still_one_name(path: Path, name: str) -> None:
    def read(area: str | None) -> Records:
        return read_records(table(path, WITH_AREA, ("单位报送", name, area, "2026-05-01", None)), SPELLED, until=UNTIL)

    [fault] = refused(lambda: read(None))
    assert f"乙县、甲县都有“{name if ' ' not in name else '教育局（本级）'}”，请填写是哪个地区的" in fault
    found = [record for area in ("甲县", "乙县") for record in read(area).records]
    assert [(record.area, record.name) for record in found] == [("甲县", "教育局（本级）"), ("乙县", "教育局(本级)")]
