"""How faults, hints and changes of a file are told: one line for what is alike."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from monitor.documents.document import Value
from monitor.ledger.diff import FieldChange
from monitor.ledger.fault import FileFault, Hint

_ROWS = 5
"""Rows that a line names."""
_PHONES = "手机"
_MIDDLE = re.compile(r"(?<=\d{3})\d+(?=\d{4})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line, and the names or rows that are folded behind it."""

    place: str
    """Where it stands, e.g. 第12行“平台”; empty for the file as a whole."""
    text: str
    behind: tuple[str, ...] = ()


def fault_lines(faults: Sequence[FileFault]) -> list[Line]:
    """Return the faults in their order; those that say the same of a column are one line."""
    found: defaultdict[tuple[str | None, str | None, str], list[int]] = defaultdict(list)
    for fault in faults:
        found[fault.sheet, fault.column, fault.text].append(fault.row or 0)
    several = len({fault.sheet for fault in faults}) > 1
    return [_line(sheet if several else None, rows, column, text) for (sheet, column, text), rows in found.items()]


def hint_lines(hints: Sequence[Hint]) -> list[Line]:
    """Return the hints, one line each, with the names behind them."""
    several = len({hint.sheet for hint in hints if hint.sheet}) > 1
    return [_line(hint.sheet if several else None, hint.rows, hint.column, hint.text, hint.named) for hint in hints]


def faulty_rows(faults: Collection[FileFault]) -> int:
    """Return how many rows are not right."""
    return len({(fault.sheet, fault.row) for fault in faults if fault.row})


def _line(sheet: str | None, rows: Sequence[int], column: str | None, text: str, named: tuple[str, ...] = ()) -> Line:
    told = [row for row in dict.fromkeys(rows) if row]
    listed = f"第{'、'.join(map(str, told[:_ROWS]))}行" if told else ""
    count = f"等{len(told)}行" if len(told) > _ROWS else ""
    place = f"{f'“{sheet}”' if sheet else ''}{listed}{count}{f'“{column}”' if column else ''}"
    rest = tuple(f"第{row}行" for row in told) if len(told) > _ROWS and not named else ()
    return Line(place=place, text=text, behind=named or rest)


def cell_texts(field: FieldChange) -> tuple[str, str]:
    """Return what a cell said and says; of phones that differ only where they are masked, that they do."""
    if not field.column.endswith(_PHONES):
        return _shown(field.before), _shown(field.after)
    before, after = _masked(_shown(field.before)), _masked(_shown(field.after))
    return before, f"{after}（中间几位不同）" if before == after else after


def _masked(text: str) -> str:
    """Return phones without what stands between their first three and their last four digits."""
    return _MIDDLE.sub("****", text)


def _shown(value: Value) -> str:
    if value is None:
        return "（空）"
    return value.isoformat() if isinstance(value, date) else str(value).replace("\n", " ")
