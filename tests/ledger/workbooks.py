"""Workbooks changed part by part."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from monitor.core.account import Account
from monitor.ledger import LedgerError
from tests.ledger.making import account, read, workbook

WHEN = date(2020, 5, 18)
Parts = dict[str, bytes]


def operated(path: Path, change: Callable[[Parts], None]) -> Path:
    """Write a file again with its parts changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def replaced(part: str, pattern: bytes, by: bytes) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        parts[part], number = re.subn(pattern, by, parts[part], flags=re.DOTALL)
        assert number

    return change


def said(path: Path, before: Sequence[Account] = ()) -> list[str]:
    with pytest.raises(LedgerError) as caught:
        read(path, before=before)
    return [str(fault) for fault in caught.value.faults]


SHEET = "xl/worksheets/sheet1.xml"
SERIAL_1904 = (WHEN - date(1904, 1, 1)).days


def cell(xml: bytes) -> Callable[[Parts], None]:
    """Replace what stands below the fifth header."""
    return replaced(SHEET, rb'<c r="E2"[^>]*?(?:/>|>.*?</c>)', xml)


@dataclass(frozen=True)
class Said:
    """A cell as somebody wrote it: what it means, or that it cannot be understood."""

    written: object
    meant: object = None
    is_bad: bool = False


@dataclass(frozen=True)
class Sheet:
    """A sheet with its model: the rows above the header, the columns, and the accounts that it means."""

    above: int
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, Said], ...]
    runs: tuple[int, ...]
    """How many accounts each unit's cell is merged over."""


def written(path: Path, drawn: Sequence[Sheet]) -> Mapping[str, tuple[str, Mapping[str, Said]]]:
    """Write the sheets; return by account its unit and what its row says."""
    model: dict[str, tuple[str, Mapping[str, Said]]] = {}
    tables, areas = [], []
    for number, sheet in enumerate(drawn):
        lines: list[list[object]] = [[f"附件{number}" if line else "说明：请如实填写"] for line in range(sheet.above)]
        lines.append([f"{name}*" if name == "平台" else name for name in sheet.columns])
        rows = iter(sheet.rows)
        place = chr(65 + sheet.columns.index("主办单位"))
        for run, length in enumerate(sheet.runs):
            unit = f"{number}局{run}"
            first = len(lines) + 1
            if length > 1:
                areas.append((f"表{number}", f"{place}{first}:{place}{first + length - 1}"))
            for entry in range(length):
                row = next(rows)
                id_ = f"S{number}R{len(lines)}"
                model[id_] = (unit, row)
                own = {"账号ID": id_, "账号名称": f"号{id_}", "主办单位": None if entry else unit, "序号": 1}
                lines.append([own[name] if name in own else row[name].written for name in sheet.columns])
        lines.append([None] * sheet.columns.index("账号ID") + ["合计：9个账号"] if sheet.columns[0] == "账号ID" else [])
        tables.append((f"表{number}", lines))
    workbook(path, tables)
    book = load_workbook(path)
    for title, area in areas:
        book[title].merge_cells(area)
    book.save(path)
    return model


BEFORE_OPENED = date(2009, 1, 1)


def before(model: Mapping[str, tuple[str, Mapping[str, Said]]]) -> list[Account]:
    """Return the accounts as they were known before: with values that a careless reading would erase."""
    return [account(id_, name=f"号{id_}", unit=unit, opened_on=BEFORE_OPENED) for id_, (unit, _) in model.items()]
