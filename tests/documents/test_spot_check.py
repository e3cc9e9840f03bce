"""The sheets of a random sample."""

from __future__ import annotations

import re
from pathlib import Path

from monitor.documents.spot_check import SHEETS, spot_check
from tests.core.build import account
from tests.documents.test_reports import QUARTER, rows

MONITOR = Path(__file__).parents[2] / "monitor"


def test_a_sample_says_its_seed_and_method_and_brings_a_sheet_for_each_check() -> None:
    found = [account(id=f"A{number:02}", unit=f"示例{number % 3}局") for number in range(1, 31)]
    made = spot_check(found, (), QUARTER, seed="2026-Q2", count=None)
    again = spot_check(list(reversed(found)), (), QUARTER, seed="2026-Q2", count=None)
    assert made.head[0] == "2026年第二季度：从30个账号中抽取3个。"
    assert "种子：2026-Q2。" in made.head[1]
    assert {row["账号ID"] for row in rows(made)} == {row["账号ID"] for row in rows(again)}
    assert [one.title for one in made.attachments] == [*SHEETS, "交叉互评表"]
    assert all(len(tuple(one.table.rows)) == 3 for one in made.attachments)
    assert len(rows(spot_check(found, (), QUARTER, seed="", count=7))) == 7


def test_of_an_empty_county_nothing_is_drawn() -> None:
    made = spot_check((), (), QUARTER, seed="x", count=None)
    assert made.head[0] == "2026年第二季度：从0个账号中抽取0个。"
    assert rows(made) == []


def test_units_of_one_name_in_two_areas_are_two_units() -> None:
    """Else one of them would review itself, and nobody would know which of the two is meant."""
    areas = ("甲县", "乙县")
    found = [account(id=area, area=area, unit="教育局") for area in areas]
    crossed = spot_check(found, (), QUARTER, seed="x", count=2).attachments[-1].table
    assert {(row[1], row[6]) for row in crossed.rows} == {("甲县", "教育局（乙县）"), ("乙县", "教育局（甲县）")}


def test_no_text_puts_an_area_before_a_unit_in_a_way_of_its_own() -> None:
    joined = re.compile(r"\{[\w.]*\barea\}\{[\w.]*\bunit\b")
    found = [path for path in MONITOR.rglob("*.py") if joined.search(path.read_text("utf-8"))]
    assert found == []
    assert joined.search('f"{account.area}{account.unit}"')
