"""Documents as workbooks that are easy to fill in: dates and long numbers stay whole, and nothing is ever a formula."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import accumulate
from typing import IO, TYPE_CHECKING, Any

from monitor.core.calendar import beijing
from monitor.documents.document import SIGNED, Column, Document, DocumentLayout, Guidance, Table, Value
from monitor.documents.word.xml import plain_text

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
FONT = "宋体"
_A4, _UPRIGHT = 9, 95
"""The number of the paper, and the width in letters up to which a table stands upright."""
_LINE, _HIGHEST, _BOX_HEIGHT = 13, 400, 78
"""The height of a line, of the highest row that there can be, and of a box, in points."""
_LEAST, _USUAL, _WIDEST, _MEASURED = 4, 12, 34, 2000
"""Letters of a column: at least, where nothing is known, and at most; and of how many rows they are measured."""
_BROADEST, _NARROW = 150, 12
"""Letters of all columns beyond which the wider ones give way, and down to how many of each."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Formats:
    """How the cells of a workbook look: as they are filled in, and as they are printed."""

    head: Any
    cells: Mapping[type, Any]
    printed: Mapping[type, Any]
    box: Any

    @classmethod
    def of(cls, workbook: Workbook) -> _Formats:
        """Add them to a workbook."""
        plain: Mapping[type, Mapping[str, object]] = {
            str: {"num_format": "@"},
            int: {},
            date: {"num_format": DATE, "align": "left"},
            datetime: {"num_format": MOMENT, "align": "left"},
        }
        paper = {"font_name": FONT, "font_size": 10, "border": 1, "text_wrap": True}
        top = {"valign": "top"}
        head = {"bold": True, "bg_color": "#DDEBF7", "border": 1, "num_format": "@", "text_wrap": True}
        return cls(
            head=workbook.add_format(head | {"valign": "vcenter"}),
            cells={kind: workbook.add_format(top | dict(look)) for kind, look in plain.items()},
            printed={kind: workbook.add_format(top | paper | dict(look)) for kind, look in plain.items()},
            box=workbook.add_format(top | paper),
        )


def _fill(workbook: Workbook, document: Document) -> None:
    formats = _Formats.of(workbook)
    title = document.title if document.layout is DocumentLayout.TABLE else MAIN_SHEET
    _table(workbook, title, document.head, document.table, formats, document.signatures)
    for attached in document.attachments:
        _table(workbook, attached.title, attached.head, attached.table, formats)
    if document.guidance:
        _guide(workbook, document.guidance, formats.head)
    for column in document.table.columns:
        if column.choices_of:
            _list_choices(workbook, column)


def _table(
    workbook: Workbook,
    title: str,
    head: Sequence[str],
    table: Table,
    formats: _Formats,
    signatures: Sequence[str] = (),
) -> None:
    sheet = workbook.add_worksheet(title)
    columns, top = table.columns, len(head)
    is_filled_in = any(column.choices or column.is_date for column in columns)
    looks, widths = formats.cells if is_filled_in else formats.printed, widths_of(table)
    sheet.freeze_panes(top + 1, 0)
    for number, line in enumerate(head):
        sheet.write_string(number, 0, line)
    for position, column in enumerate(columns):
        # a blank column is ready to be filled in; on paper only rows have lines
        sheet.set_column(position, position, widths[position], formats.cells[date if column.is_date else str])
        sheet.write_string(top, position, column.name, formats.head)
    last = top
    for last, row in enumerate(table.rows, start=top + 1):
        if is_filled_in:
            _write_row(sheet, last, row, looks)
        else:
            whole = _whole(row, columns)
            sheet.set_row(last, _height(whole, widths))
            _write_row(sheet, last, whole, looks)
    sheet.autofilter(top, 0, max(last, top + 1), len(columns) - 1)
    if signatures:
        last = _sign(sheet, last + 2, widths, signatures, formats.box)
    for position, column in enumerate(columns):
        _offer(sheet, position, column, top + 1, last + _ROWS_TO_FILL)
    _set_up(sheet, title, top=top, last=last, columns=len(columns), wide=sum(widths))


def _whole(row: Sequence[Value], columns: Sequence[Column]) -> list[Value]:
    """Return a row as it is printed: with an empty text where it has nothing, so that the cell has lines around it."""
    filled = (*row, *[None] * (len(columns) - len(row)))
    return [plain_text(value) if value is None or isinstance(value, str) else value for value in filled]


def _height(row: Sequence[Value], widths: Sequence[float]) -> float:
    """Return how high a row is, in points, so that all its lines are seen: not every program finds that out itself."""
    lines = max(
        sum(max(-(-_size(line) // int(width)), 1) for line in _text(value).split("\n"))
        for value, width in zip(row, widths, strict=True)
    )
    return min(lines * _LINE + 3, _HIGHEST)


def _sign(sheet: Worksheet, number: int, widths: Sequence[float], names: Sequence[str], box: object) -> int:
    """Write the boxes in which people sign, side by side across the table; return the last of their row."""
    sheet.set_row(number, _BOX_HEIGHT)
    edges = edges_of(widths, len(names))
    for place, name in enumerate(names):
        first, last, said = edges[place], edges[place + 1] - 1, f"{name}\n{SIGNED}"
        if last > first:
            sheet.merge_range(number, first, number, last, "", box)
        sheet.write_string(number, first, said, box)
    return number


def edges_of(widths: Sequence[float], parts: int) -> list[int]:
    """Return between which columns a table is best cut into parts of one width, its ends included."""
    ends = [0.0, *accumulate(widths)]
    edges = [0]
    for place in range(1, parts):
        ahead = range(edges[-1] + 1, len(widths) - (parts - place) + 1)
        edges.append(min(ahead, key=lambda at: abs(ends[at] - ends[-1] * place / parts)))
    return [*edges, len(widths)]


def _set_up(sheet: Worksheet, title: str, *, top: int, last: int, columns: int, wide: float) -> None:
    """Lay out the sheet on A4: as wide as the page, the head on every page, which is numbered."""
    sheet.set_paper(_A4)
    if wide > _UPRIGHT:
        sheet.set_landscape()
    sheet.set_margins(left=0.5, right=0.5, top=0.9, bottom=0.7)
    sheet.set_header(f'&C&"{FONT},Bold"&16{title.replace("&", "&&")}')
    sheet.set_footer("&C第&P页，共&N页")
    sheet.repeat_rows(top)
    sheet.print_area(0, 0, max(last, top), columns - 1)
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()


def widths_of(table: Table) -> list[float]:
    """Return how wide each column is, in letters of the Latin alphabet: as was asked, else as its cells need.

    Of rows that are read once only nothing is known beforehand.
    """
    rows = table.rows if isinstance(table.rows, Sequence) else ()
    asked = [column.width for column in table.columns]
    needed = [
        width or _needed(column.name, [row[place] for row in rows[:_MEASURED] if place < len(row)])
        for place, (column, width) in enumerate(zip(table.columns, asked, strict=True))
    ]
    return needed if all(asked) else _narrowed(needed)


def _narrowed(widths: Sequence[float]) -> list[float]:
    """Return widths of which the widest give way where a page could not be read any more with all of them."""
    excess = sum(widths) - _BROADEST
    spare = sum(max(width - _NARROW, 0) for width in widths)
    share = min(excess / spare, 1) if excess > 0 and spare else 0
    return [width - max(width - _NARROW, 0) * share for width in widths]


def _needed(name: str, values: Sequence[Value]) -> float:
    sizes = sorted(max(map(_size, _text(value).split("\n"))) for value in values if value is not None)
    typical = sizes[len(sizes) * 9 // 10] if sizes else _USUAL
    return max(min(typical, _WIDEST), _size(name), _LEAST) + 2


def _text(value: Value) -> str:
    if isinstance(value, datetime):
        return "0000-00-00 00:00"
    return "0000-00-00" if isinstance(value, date) else str(value)


def _size(text: str) -> int:
    """Return how wide a text is: a Chinese letter is two Latin ones."""
    return sum(1 if unicodedata.east_asian_width(sign) in "NaHN" else 2 for sign in text)


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


def _write_row(sheet: Worksheet, number: int, row: Sequence[Value], formats: Mapping[type, Any]) -> None:
    for position, value in enumerate(row):
        if isinstance(value, datetime):
            sheet.write_datetime(number, position, beijing(value).replace(tzinfo=None), formats[datetime])
        elif isinstance(value, date):
            sheet.write_datetime(number, position, value, formats[date])
        elif isinstance(value, int) and abs(value) < _MAX_INTEGER:
            sheet.write_number(number, position, value, formats[int])
        elif value is not None:
            sheet.write_string(number, position, _writable(str(value)), formats[str])


def _writable(text: str) -> str:
    """Return a text as a cell takes it: not too long, and half a character as a question mark."""
    return text[:MAX_TEXT].encode("utf-8", "replace").decode("utf-8")


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
