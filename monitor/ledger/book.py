"""Files as people send them: xlsx, or csv in whatever encoding, as sheets of cells."""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitor.ledger.fault import Fault, LedgerError

_MAX_BYTES = 50 * 1024 * 1024
_MAX_UNPACKED = 1024 * 1024 * 1024
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)
"""What zipfile, the XML reader and openpyxl raise over a torn or foreign file (3,000 mutilated ones were tried)."""
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one cell."""

    value: object = None
    has_clock: bool = False
    """Whether a date is shown with the time of day."""
    is_error: bool = False
    """Whether it shows the failure of a formula, e.g. `#N/A`."""


EMPTY = Cell()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; a csv file is one without a name. Its rows can be read once."""

    name: str | None
    rows: Iterator[tuple[Cell, ...]]


def sheets(path: Path) -> Iterator[Sheet]:
    """Yield the visible sheets of a file; raises LedgerError when it is missing or is not a spreadsheet."""
    content = _content(path)
    if content.startswith(_OLD_EXCEL):
        raise _refusal(path, "是旧版 xls 或加密的文件，请用 Excel 打开后另存为不加密的 xlsx")
    if content.startswith(_ZIP):
        yield from _excel(path, content)
    else:
        yield Sheet(None, _csv(path, _decode(path, content)))


def rows_in(path: Path) -> int:
    """Return about how many rows a file has, hidden ones included: for people who wait. 0 if it cannot be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = [name for name in archive.namelist() if name.startswith("xl/worksheets/") and name.endswith(".xml")]
            return sum(_count(archive, part) for part in parts)
    except zipfile.BadZipFile:
        return path.read_bytes()[:_MAX_BYTES].count(b"\n")
    except _DAMAGE:
        return 0


def _count(archive: zipfile.ZipFile, part: str) -> int:
    with archive.open(part) as stream:
        return sum(chunk.count(b"<row") for chunk in iter(lambda: stream.read(1 << 20), b""))


def protect(text: str) -> str:
    """Return a text as it is written into csv: a spreadsheet program must not take it for a formula."""
    return f"'{text}" if text.lstrip("'").startswith(_DANGEROUS) else text


def _unprotect(text: str) -> str:
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_DANGEROUS) else text


def _refusal(path: Path, text: str) -> LedgerError:
    return LedgerError([Fault(file=path.name, text=text)])


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise _refusal(path, "找不到这个文件") from error
    except OSError as error:
        raise _refusal(path, "无法读取这个文件，请检查权限，或先在 Excel 中关闭它") from error
    if len(content) > _MAX_BYTES:
        raise _refusal(path, "文件超过 50 MB，请删去图片和多余的工作表")
    if not content.strip():
        raise _refusal(path, "文件是空的")
    return content


def _decode(path: Path, content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _refusal(path, "不是 xlsx 或 csv 表格")


def _csv(path: Path, text: str) -> Iterator[tuple[Cell, ...]]:
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)):
            yield tuple(Cell(_unprotect(value)) if value else EMPTY for value in row)
    except csv.Error as error:
        raise _refusal(path, "不是 csv 表格，或引号没有成对") from error


def _delimiter(text: str) -> str:
    head = "\n".join(text.splitlines()[:20])
    return max(",\t;", key=head.count)


def _excel(path: Path, content: bytes) -> Iterator[Sheet]:
    from openpyxl import load_workbook  # noqa: PLC0415 - most commands read no spreadsheet
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415 - as above

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > _MAX_UNPACKED:
            raise _refusal(path, "表格过大，请删去图片和多余的工作表")
        with _quiet():
            workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (InvalidFileException, *_DAMAGE) as error:
        raise _refusal(path, "不是 xlsx 表格，或文件已损坏") from error
    for sheet in workbook.worksheets:
        if sheet.sheet_state == "visible":
            sheet.reset_dimensions()  # what a file says of its own size is often wrong
            yield Sheet(sheet.title, _rows(path, sheet.iter_rows()))


def _rows(path: Path, rows: Iterable[Iterable[object]]) -> Iterator[tuple[Cell, ...]]:
    iterator = iter(rows)
    while True:
        try:
            with _quiet():
                row = next(iterator)
        except StopIteration:
            return
        except _DAMAGE as error:
            raise _refusal(path, "不是 xlsx 表格，或文件已损坏") from error
        yield tuple(_cell(cell) for cell in row)


def _cell(cell: object) -> Cell:
    value = getattr(cell, "value", None)
    if value is None:
        return EMPTY
    if isinstance(value, str):
        return Cell(_unescape(value), is_error=getattr(cell, "data_type", "") == "e")
    if isinstance(value, datetime):
        shown = str(getattr(cell, "number_format", "")).lower()
        return Cell(value, has_clock="h" in shown)
    return Cell(value)


def _unescape(text: str) -> str:
    """Return a text of an xlsx file without its own way of writing rare characters (`_x000D_`)."""
    if "_x" not in text:
        return text
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), text)


def _quiet() -> warnings.catch_warnings[None]:
    """Keep the library's remarks on styles and drop-downs from the terminal."""
    return warnings.catch_warnings(action="ignore")
