"""Files as people send them: xlsx, or csv in whatever encoding, as sheets of cells."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Literal, Protocol
from xml.parsers.expat import ExpatError

from monitor.documents.formulas import unprotect
from monitor.ledger import bounds
from monitor.ledger.fault import FileFault, LedgerError
from monitor.ledger.workbook import EMPTY, Area, Cell, NotAWorkbookError, Workbook

__all__ = ["EMPTY", "Area", "Cell", "SentFile", "Sheet", "TableFile", "rows_in", "sheets"]

_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_DAMAGE = (
    ExpatError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
"""The errors of zipfile and the XML reader over a torn or foreign file."""
_DAMAGED = "不是 xlsx 表格，或文件已损坏"


class TableFile(Protocol):
    """Where the bytes of a file come from: a path, or what was sent."""

    @property
    def name(self) -> str:
        """How people call it."""

    def open(self, mode: Literal["rb"], /) -> IO[bytes]:
        """Return its bytes to be read."""


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file of which only the bytes are here."""

    name: str
    content: bytes

    def open(self, _mode: Literal["rb"], /) -> IO[bytes]:
        """Return its bytes to be read."""
        return io.BytesIO(self.content)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; a csv file is one without a name."""

    name: str | None
    rows: Iterator[tuple[int, Mapping[int, Cell]]]
    """Its filled rows, which can be read once: the number from 1 on, and the cells by column from 0 on."""
    merges: tuple[Area, ...] = ()
    remark: str = ""
    """Remarks for people although it can be read."""


def sheets(path: TableFile) -> Iterator[Sheet]:
    """Yield the visible sheets of a file; raises LedgerError when it is missing or is not a spreadsheet."""
    content = _content(path)
    if content.startswith(_OLD_EXCEL):
        raise _refusal(path, "是旧版 xls 或加密的文件，请用 Excel 打开后另存为不加密的 xlsx")
    if content.startswith(_ZIP):
        yield from _excel(path, content)
    else:
        yield Sheet(None, _csv(path, _decode(path, content)))


def rows_in(path: TableFile) -> int:
    """Return about how many rows a file has, hidden ones included: for people who wait. 0 if it cannot be read."""
    try:
        content = _content(path)
        if not content.startswith(_ZIP):
            return content.count(b"\n")
        with _opened(path, content) as archive:
            parts = [name for name in archive.namelist() if name.startswith("xl/worksheets/") and name.endswith(".xml")]
            return sum(_count(archive, part) for part in parts)
    except (LedgerError, *_DAMAGE):
        return 0


def _count(archive: zipfile.ZipFile, part: str) -> int:
    with archive.open(part) as stream:
        return sum(chunk.count(b"<row") for chunk in iter(lambda: stream.read(1 << 20), b""))


def _refusal(path: TableFile, text: str) -> LedgerError:
    return LedgerError([FileFault(file=path.name, text=text)])


def _content(path: TableFile) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(bounds.PACKED + 1)
    except FileNotFoundError as error:
        raise _refusal(path, "找不到这个文件") from error
    except OSError as error:
        raise _refusal(path, "无法读取这个文件，请检查权限，或先在 Excel 中关闭它") from error
    if len(content) > bounds.PACKED:
        raise _refusal(path, "文件超过 20 MB，请删去图片和多余的工作表，或分成几个文件导入")
    if not content.strip():
        raise _refusal(path, "文件是空的")
    return content


def _decode(path: TableFile, content: bytes) -> str:
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


def _csv(path: TableFile, text: str) -> Iterator[tuple[int, dict[int, Cell]]]:
    meter, lines = bounds.Meter(), _Lines(text)
    try:
        for number, row in enumerate(csv.reader(lines, delimiter=_delimiter(text)), start=1):
            lines.since = 0
            filled = {column: value for column, value in enumerate(row) if value}
            if filled:
                meter.row(number, [len(value) for value in filled.values()])
            yield number, {column: _csv_cell(value) for column, value in filled.items()}
    except csv.Error as error:
        raise _refusal(path, "不是 csv 表格，或引号没有成对") from error
    except bounds.ExcessError as error:
        raise _refusal(path, str(error)) from error


class _Lines:
    """The lines of a text; a row takes no more of them than it may be long."""

    def __init__(self, text: str) -> None:
        self._lines = io.StringIO(text, newline="")
        self.since = 0
        """Characters since the last row ended."""

    def __iter__(self) -> Iterator[str]:
        while line := self._lines.readline(bounds.SILENCE):
            self.since += len(line)
            if self.since >= bounds.SILENCE:
                raise bounds.ExcessError("有一行过长，或引号没有成对")
            yield line


def _csv_cell(written: str) -> Cell:
    """Return what a cell says: `="0571"` is how programs keep the digits of a text."""
    quoted = re.fullmatch(r'="([^"]*)"', written)
    if quoted:
        return Cell(quoted[1]) if quoted[1] else EMPTY
    return Cell(unprotect(written))


def _delimiter(text: str) -> str:
    lines = io.StringIO(text)
    head = "".join(lines.readline(bounds.CHARACTERS_IN_CELL) for _ in range(20))
    return max(",\t;", key=head.count)


def _excel(path: TableFile, content: bytes) -> Iterator[Sheet]:
    meter = bounds.Meter()
    try:
        with _opened(path, content) as archive:
            book = Workbook(archive)
            found = book.sheets()
            remark = "单元格的格式无法读取，日期按数值识别，请核对" if book.is_unformatted else ""
            for sheet in found:
                yield Sheet(sheet.title, _rows(path, sheet.rows(), meter), sheet.merges(), remark)
    except (NotAWorkbookError, bounds.ExcessError) as error:
        raise _refusal(path, str(error) or _DAMAGED) from error
    except _DAMAGE as error:
        raise _refusal(path, _DAMAGED) from error


def _opened(path: TableFile, content: bytes) -> zipfile.ZipFile:
    """Return an archive that is not too large; raises LedgerError, and what zipfile raises."""
    try:
        bounds.check_archive(content)
    except bounds.ExcessError as error:
        raise _refusal(path, str(error)) from error
    archive = zipfile.ZipFile(io.BytesIO(content))
    if sum(part.file_size for part in archive.infolist()) > bounds.UNPACKED:
        raise _refusal(path, "表格解压后超过 100 MB，请删去图片和多余的工作表，或分成几个文件导入")
    return archive


def _rows(
    path: TableFile, rows: Iterator[tuple[int, dict[int, Cell]]], meter: bounds.Meter
) -> Iterator[tuple[int, dict[int, Cell]]]:
    try:
        for number, row in rows:
            meter.row(number, [len(cell.value) if isinstance(cell.value, str) else 1 for cell in row.values()])
            yield number, row
    except (NotAWorkbookError, bounds.ExcessError) as error:
        raise _refusal(path, str(error) or _DAMAGED) from error
    except _DAMAGE as error:
        raise _refusal(path, _DAMAGED) from error
