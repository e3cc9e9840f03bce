"""Workbooks on paper: A4, as wide as the page, the head on every page, every line to be seen, boxes to sign in."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from monitor.documents import Document, write
from monitor.documents.deductions import COLUMNS as DEDUCTIONS
from monitor.documents.deregistration import COLUMNS as DEREGISTRATIONS
from monitor.documents.document import Table, Value
from monitor.documents.problems import COLUMNS as PROBLEMS
from monitor.documents.review import OFFICES, ReviewEntry, review_sheet
from monitor.documents.xlsx import edges_of, widths_of
from monitor.ledger.roster import roster_document
from tests.core.build import account
from tests.documents.word.build import HOSTILE, paragraphs

LISTS = {"扣分建议清单": DEDUCTIONS, "注销进度表": DEREGISTRATIONS, "问题清单": PROBLEMS}


def entry(number: int, name: str) -> ReviewEntry:
    one = account(id=f"A{number:03}", name=name, unit="示例县自然资源和规划局", followers=1234)
    return ReviewEntry(
        account=one,
        unit=one.unit,
        rules=["单次超过20天未更新：存在问题。条款"],
        facts=["最近一次更新为11月6日，已24天未更新，超过20天。", "证据：核查记录7"],
        index=("50.1", "—"),
        proposal="清理整合",
    )


def sheet(folder: Path, document: Document) -> Worksheet:
    write(folder / "表.xlsx", document)
    found = load_workbook(folder / "表.xlsx").worksheets[0]
    assert isinstance(found, Worksheet)
    return found


@pytest.mark.parametrize("count", [0, 12, 250])
def test_the_review_lies_on_its_side_repeats_its_head_and_ends_with_four_boxes(tmp_path: Path, count: int) -> None:
    entries = [entry(number, HOSTILE[number % len(HOSTILE)]) for number in range(count)]
    made = sheet(tmp_path, review_sheet(entries, ("2026年第四季度。",)))
    assert (str(made.page_setup.orientation), str(made.page_setup.paperSize)) == ("landscape", "9")
    assert (made.sheet_properties.pageSetUpPr.fitToPage, made.page_setup.fitToHeight) == (True, 0)  # type: ignore[union-attr]
    assert made.print_title_rows == "$2:$2"
    assert (made.oddHeader, made.oddFooter) != (None, None)
    assert [part.center.text for part in (made.oddHeader, made.oddFooter) if part] == ["联合研判表", "第&P页，共&N页"]
    last = made.max_row
    boxes = [str(cell.value) for cell in made[last] if cell.value]
    assert boxes == [f"{name}\n签字：\n日期：" for name in OFFICES]
    assert made.print_area == f"'联合研判表'!$A$1:$J${last}"
    assert made.max_row == 2 + count + 2
    assert not any(cell.data_type == "f" for row in made.iter_rows() for cell in row)


def test_the_boxes_stand_below_the_table_in_word_too(tmp_path: Path) -> None:
    write(tmp_path / "表.docx", review_sheet([entry(1, "示例")], ()))
    said = paragraphs((tmp_path / "表.docx").read_bytes())
    assert [text for text in said if "签字：" in text] == [f"{name}\n签字：\n日期：" for name in OFFICES]


def test_in_word_columns_that_people_fill_in_have_the_room_that_was_asked(tmp_path: Path) -> None:
    write(tmp_path / "表.docx", review_sheet([entry(1, "长名称" * 100)], ()))
    with ZipFile(tmp_path / "表.docx") as packed:
        body = ET.fromstring(packed.read("word/document.xml"))  # noqa: S314 - our own file
    w = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    grid = [int(column.get(f"{w}w", "0")) for column in next(body.iter(f"{w}tblGrid"))]
    names = [column.name for column in review_sheet([], ()).table.columns]
    of = dict(zip(names, grid, strict=True))
    assert min(of["单位意见"], of["研判结论"]) > of["粉丝"]
    assert of["签字"] * 12 > sum(grid) * 0.7


@pytest.mark.parametrize("title", LISTS)
def test_a_wide_list_lies_on_its_side_and_shows_every_line_of_a_cell(tmp_path: Path, title: str) -> None:
    columns = LISTS[title]
    rows = [tuple(_cell(column, name) for column in columns) for name in HOSTILE]
    made = sheet(tmp_path, Document(title=title, head=("说明。",), table=Table.of(columns, rows)))
    assert made.page_setup.orientation == "landscape"
    assert made.print_title_rows == "$2:$2"
    for number, name in enumerate(HOSTILE, start=3):
        high = made.row_dimensions[number].height
        wide = made.column_dimensions[get_column_letter(columns.index("账号名称") + 1)].width
        assert high is not None
        assert high >= min(399, 13 * (sum(1 if sign.isascii() else 2 for sign in name) // int(wide))), name
        assert made.cell(number, 1).alignment.wrap_text
        assert made.cell(number, 1).border.left.style


def _cell(column: str, name: str) -> Value:
    if column == "账号名称":
        return name
    return date(2026, 11, 1) if "日期" in column or column in {"决定", "备案", "公告"} else "2周未更新"


def test_what_turns_a_line_around_is_printed_as_a_sign(tmp_path: Path) -> None:
    made = sheet(tmp_path, Document(title="清单", table=Table.of(("名称",), [("\u202e倒序\u202c",)])))
    assert made["A2"].value == "�倒序�"


def test_a_sheet_that_is_filled_in_keeps_every_sign_and_has_no_lines_drawn(tmp_path: Path) -> None:
    made = sheet(tmp_path, roster_document([account(name="\u202e倒序\u202c")]))
    assert "\u202e倒序\u202c" in [cell.value for row in made.iter_rows() for cell in row]
    assert made["A2"].border.left is None or made["A2"].border.left.style is None


@given(
    st.lists(st.lists(st.text(max_size=60) | st.none() | st.integers(0, 10**9), min_size=4, max_size=4), max_size=20)
)
def test_columns_are_as_wide_as_they_need_and_no_page_is_beyond_reading(rows: list[list[Value]]) -> None:
    widths = widths_of(Table.of(("序号", "账号", "说明", "日期"), rows))
    assert all(6 <= width <= 36 for width in widths)
    assert sum(widths_of(Table.of([f"列{place}" for place in range(20)], []))) <= 20 * 14


@given(st.lists(st.floats(5, 40), min_size=4, max_size=20))
def test_boxes_share_a_table_and_none_is_left_out(widths: list[float]) -> None:
    edges = edges_of(widths, 4)
    assert (edges[0], edges[-1], len(edges)) == (0, len(widths), 5)
    assert all(first < second for first, second in pairwise(edges))
