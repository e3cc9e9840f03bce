"""Which kind of file it is, and the file given back with its faults marked."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from monitor.documents import write
from monitor.documents.marked import FAULTS_SHEET
from monitor.ledger import LedgerError
from monitor.ledger.book import SentFile
from monitor.ledger.guessing import LAYOUTS, guess
from monitor.ledger.marking import marked
from monitor.ledger.roster import LAYOUT, roster_document
from monitor.ledger.templates import form_document
from tests.ledger.making import FIRST, HEADER, read, table, workbook


@pytest.mark.parametrize("kind", LAYOUTS)
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_the_form_of_every_kind_is_known_by_its_headers(tmp_path: Path, kind: str, ending: str) -> None:
    path = tmp_path / f"表.{ending}"
    write(path, roster_document(()) if kind == "roster" else form_document(kind))
    assert guess(path).kind == kind


@pytest.mark.parametrize("kind", LAYOUTS)
def test_the_least_that_a_kind_needs_is_enough_below_a_title(tmp_path: Path, kind: str) -> None:
    for need in LAYOUTS[kind].needs:
        if len(need) < 2:
            continue
        path = table(tmp_path / "表.xlsx", ("某县某表",), (), sorted(need))
        own = [other for other, layout in LAYOUTS.items() if not layout.missing(tuple(need))]
        assert guess(path).kind in own


def test_nobodys_columns_are_no_kind(tmp_path: Path) -> None:
    assert guess(table(tmp_path / "表.xlsx", ("姓名", "工资"), ("甲", 1))).kind == ""


def test_a_file_comes_back_with_its_faults_where_they_stand(path: Path) -> None:
    bad = ("b", "名", "微勃", "示例局")
    workbook(path, [("说明", [("第一行",)]), ("一", [("县台账",), HEADER, FIRST, bad, ("", "无号", "微博", "示例局")])])
    with pytest.raises(LedgerError) as refused:
        read(path)
    book = load_workbook(io.BytesIO(marked(path, LAYOUT, refused.value.faults)))
    sheet = book["一"]
    assert [cell.value for cell in sheet[3]] == list(FIRST)
    assert "没有“微勃”这种平台" in sheet["C4"].comment.text
    assert "不能为空" in sheet["A5"].comment.text
    assert sheet["C4"].fill.start_color.rgb == "FFFDECEA"
    assert sheet["C3"].comment is None
    assert [[cell.value for cell in row[:3]] for row in book[FAULTS_SHEET].iter_rows(min_row=2)] == [
        ["一", "4", "平台"],
        ["一", "5", "账号ID"],
    ]


def test_the_marked_file_once_corrected_is_taken_as_it_is(path: Path) -> None:
    table(path, HEADER, FIRST, ("b", "名", "微勃", "示例局"))
    with pytest.raises(LedgerError) as refused:
        read(path)
    book = load_workbook(io.BytesIO(marked(path, LAYOUT, refused.value.faults)))
    book["Sheet1"]["C3"] = "微博"
    again = io.BytesIO()
    book.save(again)
    found = read(SentFile("台账.xlsx", again.getvalue()))  # type: ignore[arg-type]  # what was sent is a file as well
    assert [account.id for account in found.accounts] == ["jy-001", "b"]
    assert not any(FAULTS_SHEET in warning for warning in found.warnings)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_csv_of_any_encoding_comes_back_marked(path: Path, encoding: str) -> None:
    csv = path.with_suffix(".csv")
    csv.write_bytes("账号ID,账号名称,平台,主办单位\na,=1+1,微勃,示例局\n".encode(encoding))
    with pytest.raises(LedgerError) as refused:
        read(csv)
    sheet = load_workbook(io.BytesIO(marked(csv, LAYOUT, refused.value.faults))).worksheets[0]
    assert "没有“微勃”这种平台" in sheet["C2"].comment.text
    assert (sheet["B2"].value, sheet["B2"].data_type) == ("=1+1", "s")
