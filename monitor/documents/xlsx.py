"""Documents as workbooks that are easy to fill in: dates and long numbers stay whole, and nothing is ever a formula."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import IO, TYPE_CHECKING, Any

from monitor.core.calendar import beijing
from monitor.documents.document import Column, Document, DocumentLayout, Guidance, Table, Value

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

CHOICES = "可填结果"
"""The sheet of the words that depend on another cell: no table, and nobody's mistake."""
MAIN_SHEET = "指标"
"""The sheet of the table of a text whose title is too long for a sheet's name."""
_ROWS_TO_FILL = 2000
"""For how many rows below the last the drop-downs reach."""
MAX_TEXT = 32767
_MAX_INTEGER = 10**15
_CREATED = datetime(1980, 1, 1, tzinfo=UTC)
"""What every workbook says of its making, so that the same values make the same bytes."""
DATE, MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"


def write_xlsx(file: IO[bytes], document: Document) -> None:
    """Write a document as a workbook, row by row."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - most commands write no spreadsheet
    from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415 - as above

    try:
        with Workbook(file, {"constant_memory": True}) as workbook:
            workbook.set_properties({"created": _CREATED})
            _fill(workbook, document)
    except FileCreateError as error:
        raise OSError(str(error)) from error


def _fill(workbook: Workbook, document: Document) -> None:
    formats = {
        str: workbook.add_format({"num_format": "@", "valign": "top"}),
        int: workbook.add_format({"valign": "top"}),
        date: workbook.add_format({"num_format": DATE, "align": "left", "valign": "top"}),
        datetime: workbook.add_format({"num_format": MOMENT, "align": "left", "valign": "top"}),
    }
    header = workbook.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1, "num_format": "@"})
    title = document.title if document.layout is DocumentLayout.TABLE else MAIN_SHEET
    _table(workbook, title, document.head, document.table, formats, header)
    for attached in document.attachments:
        _table(workbook, attached.title, attached.head, attached.table, formats, header)
    if document.guidance:
        _guide(workbook, document.guidance, header)
    for column in document.table.columns:
        if column.choices_of:
            _list_choices(workbook, column)


def _table(
    workbook: Workbook, title: str, head: Sequence[str], table: Table, formats: dict[type, Any], header: object
) -> None:
    sheet = workbook.add_worksheet(title)
    columns, top = table.columns, len(head)
    sheet.freeze_panes(top + 1, 0)
    for number, line in enumerate(head):
        sheet.write_string(number, 0, line)
    for position, column in enumerate(columns):
        sheet.set_column(position, position, column.width, formats[date if column.is_date else str])
        sheet.write_string(top, position, column.name, header)
    last = top
    for last, row in enumerate(table.rows, start=top + 1):
        _write_row(sheet, last, row, formats)
    sheet.autofilter(top, 0, max(last, top + 1), len(columns) - 1)
    for position, column in enumerate(columns):
        _offer(sheet, position, column, top + 1, last + _ROWS_TO_FILL)


def _list_choices(workbook: Workbook, column: Column) -> None:
    """Write which words a column offers by the first cell of its row, each line under a name of its own."""
    sheet = workbook.add_worksheet(CHOICES)
    for number, (key, words) in enumerate(column.choices_of.items()):
        for place, word in enumerate((key, *words)):
            sheet.write_string(number, place, word)
        last = chr(ord("A") + max(len(words), 1))
        workbook.define_name(f"{CHOICES}_{key}", f"='{CHOICES}'!$B${number + 1}:${last}${number + 1}")


def _guide(workbook: Workbook, guidance: Guidance, header: object) -> None:
    sheet = workbook.add_worksheet(guidance.title)
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    sheet.freeze_panes(1, 0)
    for position, column in enumerate(guidance.table.columns):
        sheet.set_column(position, position, column.width, wrapped)
        sheet.write_string(0, position, column.name, header)
    for number, row in enumerate(guidance.table.rows, start=1):
        _write_row(sheet, number, row, dict.fromkeys((str, int, date, datetime), wrapped))


def _write_row(sheet: Worksheet, number: int, row: Sequence[Value], formats: dict[type, Any]) -> None:
    for position, value in enumerate(row):
        if isinstance(value, datetime):
            sheet.write_datetime(number, position, beijing(value).replace(tzinfo=None), formats[datetime])
        elif isinstance(value, date):
            sheet.write_datetime(number, position, value, formats[date])
        elif isinstance(value, int) and abs(value) < _MAX_INTEGER:
            sheet.write_number(number, position, value, formats[int])
        elif value is not None:
            sheet.write_string(number, position, str(value)[:MAX_TEXT], formats[str])


def _offer(sheet: Worksheet, position: int, column: Column, first: int, last: int) -> None:
    if column.choices or column.choices_of:
        by_first = f'=INDIRECT("{CHOICES}_"&$A{first + 1})'
        sheet.data_validation(
            first,
            position,
            last,
            position,
            {
                "validate": "list",
                "source": list(column.choices) or by_first,
                "error_title": column.name,
                "error_message": "请从下拉列表中选择",
            },
        )
