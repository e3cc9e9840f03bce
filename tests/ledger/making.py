"""Spreadsheets as people send them, and accounts as they should come out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from openpyxl import Workbook

from monitor.core.account import Account, Platform
from monitor.ledger.roster import Roster, read_roster

COLLECTORS = frozenset({"feed", "website", "weibo", "wechat-album", "apple-store", "apk", "manual"})
CHANNELS = ("工作群", "宣传群")

HEADER = ("账号ID", "账号名称", "平台", "主办单位")
FIRST = ("jy-001", "缙云发布", "微信订阅号", "缙云县人民政府办公室")


def account(id_: str = "jy-001", **changes: object) -> Account:
    """Return an account; only what matters to a test is given."""
    fields: dict[str, object] = {
        "id": id_,
        "name": "缙云发布",
        "platform": Platform.WEIXIN_SUBSCRIPTION,
        "unit": "缙云县人民政府办公室",
        "area": "缙云县",
    }
    return Account(**{**fields, **changes})  # type: ignore[arg-type] # a builder takes any field


def workbook(path: Path, sheets: Iterable[tuple[str, Sequence[Sequence[object]]]]) -> Path:
    """Write sheets of rows as they are given."""
    book = Workbook()
    assert book.active
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def table(path: Path, *rows: Sequence[object]) -> Path:
    """Write one sheet of rows."""
    return workbook(path, [("Sheet1", rows)])


def with_column(path: Path, column: str, value: object) -> Path:
    """Write a roster of one account that has one more column."""
    return table(path, (*HEADER, column), (*FIRST, value))


def read(path: Path, areas: Sequence[str] = ("缙云县",), before: Iterable[Account] = ()) -> Roster:
    """Read a roster with the names of these tests."""
    return read_roster(path, areas=areas, collectors=COLLECTORS, channels=CHANNELS, before=before)


def zipped(**files: bytes) -> bytes:
    """Return a zip file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()
