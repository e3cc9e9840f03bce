"""Workbooks that give a file back with its faults marked: red cells with a note, and a list of all of them behind."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from monitor.documents.xlsx import DATE, MAX_TEXT, MOMENT

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

FAULTS_SHEET = "问题清单"
"""The sheet that lists the faults: no table, and nobody's mistake."""
_LONGEST_NOTE = 2000
_LARGEST = 1e15
"""Numbers from here on are written as texts: a spreadsheet program keeps fifteen digits."""


@dataclass(frozen=True, slots=True)
class MarkedCell:
    """What stands in a cell, and what is wrong with it, if anything."""

    value: str | float | datetime | None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedSheet:
    """One sheet, whose rows may be read once: the number from 1 on, and the cells by column from 0 on."""

    title: str
    rows: Iterator[tuple[int, Mapping[int, MarkedCell]]]


def write_marked(
    sheets: Iterable[MarkedSheet], faults: Sequence[tuple[str | None, int | None, str | None, str]]
) -> bytes:
    """Return the workbook; `faults` are sheet, row, column and what is wrong."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - as in monitor.documents.xlsx

    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as workbook:
        styles = _styles(workbook, {}) | {("bad", *key): style for key, style in _styles(workbook, _BAD).items()}
        for sheet in sheets:
            _fill(workbook.add_worksheet(sheet.title), sheet, styles)
        _list(workbook, faults)
    return file.getvalue()


_BAD = {"bg_color": "#FDECEA", "font_color": "#B3261E", "border": 1, "border_color": "#B3261E"}


def _styles(workbook: Workbook, look: Mapping[str, object]) -> dict[tuple[str, ...], Any]:
    formats = {"text": "@", "number": "General", "date": DATE, "moment": MOMENT}
    return {(name,): workbook.add_format({"num_format": code, **look}) for name, code in formats.items()}


def _fill(sheet: Worksheet, given: MarkedSheet, styles: Mapping[tuple[str, ...], Any]) -> None:
    sheet.set_column(0, 40, 14)
    for number, row in given.rows:
        for place, cell in row.items():
            _write(sheet, number - 1, place, cell, styles)


def _write(sheet: Worksheet, row: int, place: int, cell: MarkedCell, styles: Mapping[tuple[str, ...], Any]) -> None:
    bad, value = ("bad",) if cell.note else (), cell.value
    match value:
        case datetime():
            kind = "moment" if (value.hour, value.minute, value.second) != (0, 0, 0) else "date"
            sheet.write_datetime(row, place, value, styles[*bad, kind])
        case float() | int() if abs(value) < _LARGEST:
            sheet.write_number(row, place, value, styles[*bad, "number"])
        case None:
            sheet.write_blank(row, place, None, styles[*bad, "text"])
        case _:
            sheet.write_string(row, place, str(value)[:MAX_TEXT], styles[*bad, "text"])
    if cell.note:
        sheet.write_comment(row, place, cell.note[:_LONGEST_NOTE], {"x_scale": 2})


def _list(workbook: Workbook, faults: Sequence[tuple[str | None, int | None, str | None, str]]) -> None:
    sheet = workbook.add_worksheet(FAULTS_SHEET)
    text = workbook.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    for place, (name, width) in enumerate((("工作表", 14), ("行", 8), ("列", 14), ("问题", 80))):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, name, text)
    for number, (of, row, column, said) in enumerate(faults, start=1):
        for place, written in enumerate((of, str(row) if row else "", column, said)):
            sheet.write_string(number, place, (written or "")[:MAX_TEXT], text)
