"""Writing tables: xlsx that is easy to fill in, csv that Excel opens in Chinese, json for programs; never a formula."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from monitor.core.calendar import beijing
from monitor.ledger.book import protect
from monitor.ledger.fault import FileFault, LedgerError

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

Value = str | int | date | datetime | None
"""What a cell may hold; a moment is written in Beijing time."""

CHOICES = "可填结果"
"""The sheet of the words that depend on another cell: no table, and nobody's mistake."""
_ROWS_TO_FILL = 2000
"""For how many rows below the last the drop-downs reach."""
_MAX_TEXT = 32767
_MAX_INTEGER = 10**15
_DATE, _MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table."""

    name: str
    width: int = 14
    choices: tuple[str, ...] = ()
    """The words offered in a drop-down; others are refused by the spreadsheet program."""
    choices_of: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By the word in the row's first cell, the words offered instead; they stand on a sheet of their own, CHOICES."""
    is_date: bool = False
    """Whether empty cells are ready for dates; otherwise for text, so that long numbers stay whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """What a person who fills in a workbook should know, as a sheet of its own behind the table."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]


def write_table(
    path: Path,
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Value]],
    *,
    head: Sequence[str] = (),
    notes: Notes | None = None,
) -> None:
    """Write a table, xlsx, csv or json by the file's name; raises LedgerError when it cannot be written.

    The lines of `head` stand above it; the notes go into workbooks only. The file appears whole or not at all, and
    nobody but its owner may read it, whatever the umask: most tables name people, or what units are accused of.
    """
    writers = {".xlsx": _write_excel, ".csv": _write_csv, ".json": _write_json}
    write = writers.get(path.suffix.lower())
    if write is None:
        raise LedgerError([FileFault(file=path.name, text="文件名应以 .xlsx、.csv 或 .json 结尾")])
    partial = path.with_name(f".{path.name}.part")
    try:
        partial.unlink(missing_ok=True)
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            os.fchmod(file.fileno(), 0o600)
            write(file, _Table(title=title, head=head, columns=columns, rows=rows, notes=notes))
        partial.replace(path)
    except OSError as error:
        raise LedgerError(
            [FileFault(file=path.name, text="无法写入，请检查目录和权限，或先在 Excel 中关闭它")]
        ) from error
    finally:
        with suppress(OSError):
            partial.unlink()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    title: str
    head: Sequence[str]
    columns: Sequence[Column]
    rows: Iterable[Sequence[Value]]
    notes: Notes | None


def _write_json(file: IO[bytes], table: _Table) -> None:
    names = [column.name for column in table.columns]
    rows = [dict(zip(names, map(_json_value, row), strict=True)) for row in table.rows]
    content = {"title": table.title, "head": list(table.head), "rows": rows}
    file.write(f"{json.dumps(content, ensure_ascii=False, indent=2)}\n".encode())


def _json_value(value: Value) -> str | int | None:
    if isinstance(value, datetime):
        return beijing(value).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _write_csv(file: IO[bytes], table: _Table) -> None:
    with io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
        writer = csv.writer(text)
        writer.writerows([protect(line)] for line in table.head)
        writer.writerow([column.name for column in table.columns])
        writer.writerows([_csv_text(value) for value in row] for row in table.rows)


def _csv_text(value: Value) -> str:
    if isinstance(value, datetime):
        return f"{beijing(value):%Y-%m-%d %H:%M}"
    if isinstance(value, str):
        return protect(value)
    return "" if value is None else str(value)


def _write_excel(file: IO[bytes], table: _Table) -> None:
    from xlsxwriter import Workbook  # noqa: PLC0415 - most commands write no spreadsheet
    from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415 - as above

    try:
        with Workbook(file, {"constant_memory": True}) as workbook:
            _fill(workbook, table)
    except FileCreateError as error:
        raise OSError(str(error)) from error


def _fill(workbook: Workbook, table: _Table) -> None:
    formats = {
        str: workbook.add_format({"num_format": "@", "valign": "top"}),
        int: workbook.add_format({"valign": "top"}),
        date: workbook.add_format({"num_format": _DATE, "align": "left", "valign": "top"}),
        datetime: workbook.add_format({"num_format": _MOMENT, "align": "left", "valign": "top"}),
    }
    header = workbook.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1, "num_format": "@"})
    sheet = workbook.add_worksheet(table.title)
    top = len(table.head)
    sheet.freeze_panes(top + 1, 0)
    for number, line in enumerate(table.head):
        sheet.write_string(number, 0, line)
    for position, column in enumerate(table.columns):
        sheet.set_column(position, position, column.width, formats[date if column.is_date else str])
        sheet.write_string(top, position, column.name, header)
    last = top
    for last, row in enumerate(table.rows, start=top + 1):
        _write_row(sheet, last, row, formats)
    sheet.autofilter(top, 0, max(last, top + 1), len(table.columns) - 1)
    for position, column in enumerate(table.columns):
        _offer(sheet, position, column, top + 1, last + _ROWS_TO_FILL)
    if table.notes:
        _note(workbook, table.notes, header)
    for column in table.columns:
        if column.choices_of:
            _list_choices(workbook, column)


def _list_choices(workbook: Workbook, column: Column) -> None:
    """Write which words a column offers by the first cell of its row, each line under a name of its own."""
    sheet = workbook.add_worksheet(CHOICES)
    for number, (key, words) in enumerate(column.choices_of.items()):
        for place, word in enumerate((key, *words)):
            sheet.write_string(number, place, word)
        last = chr(ord("A") + max(len(words), 1))
        workbook.define_name(f"{CHOICES}_{key}", f"='{CHOICES}'!$B${number + 1}:${last}${number + 1}")


def _note(workbook: Workbook, notes: Notes, header: object) -> None:
    sheet = workbook.add_worksheet(notes.title)
    wrapped = workbook.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    sheet.freeze_panes(1, 0)
    for position, column in enumerate(notes.columns):
        sheet.set_column(position, position, column.width, wrapped)
        sheet.write_string(0, position, column.name, header)
    for number, row in enumerate(notes.rows, start=1):
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
            sheet.write_string(number, position, str(value)[:_MAX_TEXT], formats[str])


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
