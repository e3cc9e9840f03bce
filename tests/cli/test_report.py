"""Reports through the command line: what an office types, and the files it gets."""

from __future__ import annotations

import csv
import json

import pytest
from openpyxl import load_workbook

from tests.cli.office import HEADER, Office

FULL = (*HEADER, "单位层级", "主账号")
ROSTER = (
    ("A01", "示例发布", "微博", "示例县教育局", "县属单位", "是"),
    ("A02", "示例教育", "头条号", "示例县教育局", "县属单位", "否"),
    ("A03", "示例镇", "百家号", "示例镇人民政府", "乡镇街道", "否"),
)
DECISION = ("账号ID", "规则", "决定", "决定人", "日期")
RECORD = ("类型", "对象", "日期", "内容")
LAST = ("--period", "2022-Q2", "--known-at", "now")


@pytest.fixture
def filed(office: Office) -> Office:
    office.type("import", "roster", office.table(*ROSTER, header=FULL)).done()
    listed = office.table(("A01",), header=("账号ID",), name="filed.csv")
    office.type("import", "filed-list", listed, "--as-of", "2022-06-20").done()
    return office


def test_deductions_are_written_as_data(filed: Office) -> None:
    out = filed.folder / "扣分.json"
    said = filed.type("report", "deductions", *LAST, "--out", out).done()
    written = json.loads(out.read_text("utf-8"))
    assert said.splitlines() == [*written["head"], f"已写入 {out}。"]
    assert written["title"] == "扣分建议清单"
    assert [row["账号ID"] for row in written["rows"]] == ["A02", "A03"]
    first = written["rows"][0]
    assert (first["主办单位"], first["开始日期"], first["建议扣分"]) == ("示例县教育局", "2022-06-20", None)
    assert "一律予以注销" in first["依据"]


def test_the_list_for_the_joint_review_can_be_opened_as_a_table(filed: Office) -> None:
    sheet, text = filed.folder / "研判.xlsx", filed.folder / "研判.csv"
    for out in (sheet, text):
        filed.type("report", "review", *LAST, "--out", out).done()
    cells = list(load_workbook(sheet).worksheets[0].iter_rows(values_only=True))
    assert str(cells[0][0]).startswith("2022年第二季度：提请研判")
    assert "未能核查3个" in str(cells[1][0])
    assert cells[2][:5] == ("序号", "账号", "触发规则", "事实", "指数近8周")
    suggested = cells[2].index("建议")
    named = {str(row[1]).split()[-1]: row[suggested] for row in cells[3:] if row[1]}
    assert named == {"A02": "注销、扣分", "A03": "注销、扣分"}
    with text.open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) == 3 + len(named)  # without the boxes to sign in


def test_a_report_of_last_quarter_does_not_change_by_a_byte_when_a_rule_does(filed: Office) -> None:
    before, after = filed.folder / "before.json", filed.folder / "after.json"
    filed.type("report", "review", *LAST, "--out", before).done()
    rules = filed.folder / "config" / "rules.yaml"
    later = """
  - id: TWN-01
    effective_from: 2022-07-01
    instrument: 示例文件
    clause: 不再要求
    strength: advisory
"""
    rules.write_text(rules.read_text("utf-8") + later, encoding="utf-8")
    filed.type("report", "review", *LAST, "--out", after).done()
    assert after.read_bytes() == before.read_bytes()
    filed.type("report", "review", "--period", "2022-Q3", "--known-at", "now", "--out", after).done()
    assert "不再要求" in after.read_text("utf-8")


def test_where_deregistrations_stand_is_written_as_data(filed: Office) -> None:
    decided = filed.table(("A03", "TWN-01", "注销", "县府办", "2022-06-01"), header=DECISION, name="decisions.csv")
    filed.type("import", "decisions", decided).done()
    steps = filed.table(("注销进度", "A03", "2022-06-06", "备案"), header=RECORD, name="records.csv")
    filed.type("import", "records", steps).done()
    out = filed.folder / "进度.json"
    said = filed.type("report", "deregistration", *LAST, "--out", out).done()
    assert said.startswith("2022年第二季度：办理中1个，归档0个。")
    (row,) = json.loads(out.read_text("utf-8"))["rows"]
    assert (row["账号ID"], row["决定"], row["备案"], row["公告"]) == ("A03", "2022-06-01", "2022-06-06", None)
    assert (row["下一步"], row["期限"]) == ("公告", "2022-06-13")


@pytest.mark.parametrize(
    ("period", "why"), [("上季度", "不是期间"), ("2099-Q1", "还没有开始"), ("9999-Q1", "不是期间")]
)
def test_a_period_that_is_none_or_still_to_come_is_refused(office: Office, period: str, why: str) -> None:
    assert why in office.type("report", "review", "--period", period, "--out", office.folder / "x.csv").refused(2)


def test_a_report_of_an_empty_roster_is_an_empty_table(office: Office) -> None:
    out = office.folder / "x.json"
    office.type("report", "review", "--out", out).done()
    assert json.loads(out.read_text("utf-8"))["rows"] == []


def test_a_file_of_another_kind_is_refused(office: Office) -> None:
    refused = office.type("report", "review", "--out", office.folder / "x.pdf").refused()
    assert "文件名应以 .docx、.xlsx、.csv 或 .json 结尾" in refused
