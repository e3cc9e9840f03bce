"""A file that was refused, once more, with every fault where it stands."""

from __future__ import annotations

import base64
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from monitor.documents.marked import FAULTS_SHEET, MarkedCell, MarkedSheet, write_marked
from monitor.ledger import cells
from monitor.ledger.book import Cell, Sheet, TableFile, sheets
from monitor.ledger.fault import FileFault
from monitor.ledger.guessing import LAYOUTS
from monitor.ledger.sheet import HEADER_WITHIN, Layout, header_text

_LONGEST_TITLE = 31
_NO_TITLE = re.compile(r"[\[\]:*?/\\']")


@dataclass(frozen=True, slots=True)
class MarkedFile:
    """A workbook as text that JSON can carry."""

    text: str

    @property
    def content(self) -> bytes:
        """The workbook's bytes; raises ValueError."""
        return base64.b64decode(self.text, validate=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marking:
    """Marks the faults of a file that was read as one of its kind; see `marked`."""

    gives: ClassVar = MarkedFile
    kind: str
    faults: tuple[FileFault, ...]

    def __call__(self, file: TableFile) -> MarkedFile:
        """Return the marked workbook; raises LedgerError."""
        return MarkedFile(base64.b64encode(marked(file, LAYOUTS[self.kind], self.faults)).decode())


def marked(file: TableFile, layout: Layout, faults: Sequence[FileFault]) -> bytes:
    """Return a workbook that says what the file says, row by row, with its faults marked and listed on a sheet behind.

    Formulas, pictures and other sheets than the visible ones are not in it. Raises LedgerError for no spreadsheet.
    """
    by_sheet: defaultdict[str | None, list[FileFault]] = defaultdict(list)
    for fault in faults:
        by_sheet[fault.sheet].append(fault)
    titles: set[str] = set()
    found = (
        MarkedSheet(title=_title(sheet, titles), rows=_rows(sheet, layout, by_sheet[sheet.name]))
        for sheet in sheets(file)
        if sheet.name != FAULTS_SHEET
    )
    listed = [(fault.sheet, fault.row, fault.column, fault.text) for fault in faults]
    return write_marked(found, listed)


def _title(sheet: Sheet, taken: set[str]) -> str:
    title = _NO_TITLE.sub("", sheet.name or "")[:_LONGEST_TITLE] or "Sheet1"
    while title.casefold() in taken:
        title = f"{title[: _LONGEST_TITLE - 4]}{len(taken)}"
    taken.add(title.casefold())
    return title


def _rows(sheet: Sheet, layout: Layout, faults: Sequence[FileFault]) -> Iterator[tuple[int, Mapping[int, MarkedCell]]]:
    at: defaultdict[int, list[FileFault]] = defaultdict(list)
    for fault in faults:
        at[fault.row or 0].append(fault)
    places: Mapping[str, int] = {}
    for number, row in sheet.rows:
        if number <= HEADER_WITHIN:
            places = max(places, _places(row, layout), key=len)
        notes = _notes(at.get(number, ()), places, row)
        written = {place: MarkedCell(_value(cell), notes.pop(place, "")) for place, cell in row.items()}
        yield number, written | {place: MarkedCell(None, note) for place, note in notes.items()}


def _places(row: Mapping[int, Cell], layout: Layout) -> Mapping[str, int]:
    return {column: place for place, cell in row.items() if (column := layout.column(header_text(cell)))}


def _notes(faults: Sequence[FileFault], places: Mapping[str, int], row: Mapping[int, Cell]) -> dict[int, str]:
    """Return by place what is wrong there; what is about no column stands at the row's first cell."""
    found: dict[int, str] = {}
    for fault in faults:
        place = places.get(fault.column or "", min(row, default=0))
        found[place] = f"{found[place]}\n{fault.text}" if place in found else fault.text
    return found


def _value(cell: Cell) -> str | float | datetime | None:
    value = cell.value
    if isinstance(value, datetime | int | float) and not isinstance(value, bool):
        return value
    return None if value is None else cells.show(cell)
