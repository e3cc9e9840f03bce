"""Workbooks (xlsx, also in their strict form): what the cells say, and nothing else of what is in the file.

Of the parts of a workbook only its list of sheets, the texts, the number formats and the cells are read. Its author and
date, its fonts, fills, colours and charts say nothing of the table, and may be as faulty as they like. Source:
ECMA-376, parts 1 (strict) and 4 (transitional), SpreadsheetML.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO, Any
from xml.parsers import expat

from monitor.ledger import bounds
from monitor.ledger.bounds import ExcessError

COLUMNS_AT_MOST = 16_384
ROWS_AT_MOST = 1_048_576
MERGES_AT_MOST = 100_000
_CHUNK = 1 << 16
_ROOT = "xl/workbook.xml"
_DOCUMENT = "/officeDocument"
_TEXTS, _STYLES, _SHEET = "/sharedStrings", "/styles", "/worksheet"
_TRUE = frozenset({"1", "true", "on"})

_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - a cell knows no zone
_DATE_IDS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Formats of dates and times that need no definition; 27 to 36 and 50 to 58 are those of Chinese programs."""
_MONTH_IDS = frozenset({17, 27, 36, 50, 52, 57})
"""Of those, the ones that show year and month only, as `mmm-yy` and yyyy年m月 do."""
_CLOCK_IDS = frozenset({*range(18, 23), *range(32, 36), *range(45, 48), 55, 56})
_UNSHOWN = re.compile(r'"[^"]*"|\[[^\[\]]*\]|\\.|_.|\*.')
"""The parts of a format that stand for themselves: quoted texts, colours and places, single marks."""
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9]\d{0,6})")
_MERGE = re.compile(rb"<(?:[A-Za-z0-9_]{1,20}:)?mergeCell\s[^<>]{0,200}?ref\s?=\s?[\"']([A-Za-z0-9$:]{3,30})[\"']")
_MERGE_MARK = 300
"""Bytes that hold such a mark as a whole."""


class NotAWorkbookError(Exception):
    """A file is no workbook that can be read; the argument says why in Chinese, or is empty for plain damage."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The content of one cell."""

    value: object = None
    has_clock: bool = False
    """True if a date is shown with the time of day."""
    is_error: bool = False
    """True if it shows the failure of a formula, e.g. `#N/A`."""
    is_uncounted: bool = False
    """True if it holds a formula whose result was not stored: what it says is not known, and not nothing."""
    shows_month: bool = False
    """True if a date is shown as year and month only."""
    epoch: datetime = _EPOCH
    """From which day a bare number counts, where it stands for a day."""


EMPTY = Cell()


@dataclass(frozen=True, slots=True)
class Area:
    """A block of merged cells: rows and columns from 1 and 0 on, both ends included."""

    top: int
    bottom: int
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class _Format:
    is_date: bool = False
    has_clock: bool = False
    shows_month: bool = False


_PLAIN = _Format()


@dataclass(slots=True)
class Worksheet:
    """One sheet of a workbook; its cells are read when they are asked for."""

    book: Workbook
    title: str
    part: str

    def merges(self) -> tuple[Area, ...]:
        """Return its merged cells, which stand behind the rows that they are about."""
        found = (_area(ref.decode()) for ref in self.book.scan(self.part, _MERGE, _MERGE_MARK))
        return tuple(area for area, _ in zip(filter(None, found), range(MERGES_AT_MOST), strict=False))

    def rows(self) -> Iterator[tuple[int, dict[int, Cell]]]:
        """Yield its rows that have cells: the row's number from 1 on, and its cells by column from 0 on."""
        reader = _Rows(self.book)
        for _ in self.book.parse(self.part, reader):
            yield from reader.taken()


@dataclass(slots=True)
class Workbook:
    """An opened workbook."""

    archive: zipfile.ZipFile
    names: Mapping[str, str] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    formats: list[_Format] = field(default_factory=list)
    epoch: datetime = _EPOCH
    is_uncounted: bool = False
    """True if the file says of itself that its formulas were never worked out."""
    is_unformatted: bool = False
    """True if the part with the formats of numbers could not be read."""
    _elements: int = 0
    """How many elements were read, of all parts."""
    _parsed: set[str] = field(default_factory=set)
    """The parts that were read: each is the part of one thing only, however often it is referred to."""

    def sheets(self) -> tuple[Worksheet, ...]:
        """Return the visible sheets in their order; raises NotAWorkbookError."""
        if other := self._other_kind():
            raise NotAWorkbookError(other)
        root = next((target for kind, target in self._relations("").values() if kind.endswith(_DOCUMENT)), _ROOT)
        related = self._relations(root)
        contents = _Contents()
        self.read(root, contents)
        self.epoch = _EPOCH_1904 if contents.is_1904 else _EPOCH
        self.is_uncounted = contents.is_uncounted
        for kind, target in related.values():
            if kind.endswith(_TEXTS) and self._name(target):
                texts = _Texts()
                self.read(target, texts)
                self.texts = texts.found
            elif kind.endswith(_STYLES) and self._name(target):
                self._read_styles(target)
        parts = ((title, related.get(id_)) for title, id_, state in contents.sheets if state == "visible")
        return tuple(
            Worksheet(self, title, relation[1])
            for title, relation in parts
            if relation is not None and relation[0].endswith(_SHEET)
        )

    def read(self, part: str, reader: _Reader) -> None:
        """Read a part as a whole."""
        for _ in self.parse(part, reader):
            pass

    def parse(self, part: str, reader: _Reader) -> Iterator[None]:
        """Read a part piece by piece; nothing that it declares of itself is followed."""
        if self._name(part) in self._parsed:
            raise NotAWorkbookError("")  # no program has one part do twice, and each time costs as much as the first
        self._parsed.add(self._name(part) or "")
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.CharacterDataHandler = reader.text
        depth, start, end = 0, reader.start, reader.end

        def begun(name: str, attributes: dict[str, str]) -> None:
            nonlocal depth
            depth += 1
            self._elements += 1
            if depth > bounds.DEPTH:
                raise ValueError(depth)
            if self._elements > bounds.ELEMENTS:
                raise ExcessError("表格的内容过多，请删去表格以外的内容，或分成几个文件导入")
            start(name, attributes)

        def ended(name: str) -> None:
            nonlocal depth
            depth -= 1
            end(name)

        parser.StartElementHandler, parser.EndElementHandler = begun, ended
        read = 0
        with self._open(part) as stream:
            while chunk := stream.read(_CHUNK):
                parser.Parse(chunk)
                read += len(chunk)
                if read - parser.CurrentByteIndex > bounds.SILENCE:
                    raise NotAWorkbookError("")  # one mark without end, which each chunk has looked at from its start
                yield
            parser.Parse(b"", True)  # noqa: FBT003 - expat's own way to say that this is the end
            yield

    def scan(self, part: str, mark: re.Pattern[bytes], longest: int) -> Iterator[bytes]:
        """Yield the matches of a mark, no longer than this number of bytes, in a part."""
        with self._open(part) as stream:
            kept = b""
            while chunk := stream.read(_CHUNK):
                if b"\0" in chunk:
                    raise NotAWorkbookError("")  # two bytes for each letter: no program writes that
                piece = kept + chunk
                last = 0
                for match in mark.finditer(piece):
                    yield match[1]
                    last = match.end()
                kept = piece[max(last, len(piece) - longest) :]

    def _read_styles(self, part: str) -> None:
        styles = _Styles()
        try:
            self.read(part, styles)
        except expat.ExpatError:
            self.is_unformatted = True
        self.formats = styles.formats()

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Return what a part refers to: by id, the kind and the part."""
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        if self._name(rels) is None:
            return {}
        found = _Relations()
        self.read(rels, found)
        return {
            id_: (kind, posixpath.normpath(posixpath.join("/", folder, target.replace("\\", "/"))).lstrip("/"))
            for id_, kind, target in found.found
        }

    def _name(self, part: str) -> str | None:
        if not self.names:
            self.names = {name.replace("\\", "/").lstrip("/").casefold(): name for name in self.archive.namelist()}
        return self.names.get(part.casefold())

    def _open(self, part: str) -> IO[bytes]:
        name = self._name(part)
        if name is None:
            raise NotAWorkbookError("")
        return self.archive.open(name)

    def _other_kind(self) -> str:
        if self._name("xl/workbook.bin"):
            return "是 xlsb 表格，请在 Excel 或 WPS 中另存为 xlsx"
        if self._name("content.xml") and self._name("mimetype"):
            return "是 ods 表格，请在 Excel 或 WPS 中另存为 xlsx"
        if self._name("word/document.xml"):
            return "是 Word 文档，请把其中的表格复制到 xlsx 后导入"
        return ""


class _Reader:
    """Hears of the elements of a part; names may have any prefix, or none."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Hear that an element begins."""

    def end(self, name: str) -> None:
        """Hear that it ends."""

    def text(self, text: str) -> None:
        """Hear a piece of text."""


class _Relations(_Reader):
    def __init__(self) -> None:
        self.found: list[tuple[str, str, str]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "Relationship" and attributes.get("TargetMode") != "External":
            self.found.append((attributes.get("Id", ""), attributes.get("Type", ""), attributes.get("Target", "")))


class _Contents(_Reader):
    """The workbook's own part."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, str]] = []
        self.is_1904 = False
        self.is_uncounted = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match _local(name):
            case "sheet":
                id_ = next((value for key, value in attributes.items() if key.endswith(":id")), "")
                self.sheets.append((attributes.get("name", ""), id_, attributes.get("state", "visible")))
            case "workbookPr":
                self.is_1904 = attributes.get("date1904", "").lower() in _TRUE
            case "calcPr":
                self.is_uncounted = attributes.get("fullCalcOnLoad", "").lower() in _TRUE
            case _:
                pass


class _Texts(_Reader):
    """The texts that cells refer to by number; of a text in several pieces all, without how it is pronounced."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._characters = 0
        self._parts: list[str] | None = None
        self._saved: list[str] | None = None
        self._is_shown = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match _local(name):
            case "si":
                self._parts = []
            case "t":
                self._is_shown = self._parts is not None
            case "rPh":
                self._parts, self._saved = None, self._parts
            case _:
                pass

    def end(self, name: str) -> None:
        match _local(name):
            case "si":
                self._keep("".join(self._parts or ()))
                self._parts = None
            case "t":
                self._is_shown = False
            case "rPh":
                self._parts = self._saved
            case _:
                pass

    def text(self, text: str) -> None:
        if self._is_shown and self._parts is not None:
            self._characters += len(text)
            if self._characters > bounds.CHARACTERS:
                raise ExcessError(f"文字超过{bounds.CHARACTERS // 10_000}万字，请分成几个文件导入")
            self._parts.append(text)

    def _keep(self, text: str) -> None:
        if len(self.found) >= bounds.TEXTS:
            raise ExcessError(f"不同的文字超过{bounds.TEXTS // 10_000}万个，请分成几个文件导入")
        self.found.append(text)


class _Styles(_Reader):
    """The formats of numbers, by the number that cells refer to; one that is not readable is a plain one."""

    def __init__(self) -> None:
        self._codes: dict[int, str] = {}
        self._ids: list[int] = []
        self._is_inside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match _local(name):
            case "numFmt" if "formatCode" in attributes:
                self._codes[_whole(attributes.get("numFmtId", ""))] = attributes["formatCode"]
            case "cellXfs":
                self._is_inside = True
            case "xf" if self._is_inside:
                self._ids.append(_whole(attributes.get("numFmtId", "0")))
            case _:
                pass

    def end(self, name: str) -> None:
        if _local(name) == "cellXfs":
            self._is_inside = False

    def formats(self) -> list[_Format]:
        known = {id_: _format(id_, self._codes.get(id_)) for id_ in {*self._ids}}
        return [known[id_] for id_ in self._ids]


class _Rows(_Reader):
    """The cells of a sheet, row by row."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._done: list[tuple[int, dict[int, Cell]]] = []
        self._row = 0
        self._column = -1
        self._cells: dict[int, Cell] = {}
        self._kind = self._style = ""
        self._has_formula = self._has_value = False
        self._written: list[str] = []
        self._length = 0
        self._takes = False
        self._depth = 0
        """How deep inside what is no text of the cell: its pronunciation."""

    def taken(self) -> list[tuple[int, dict[int, Cell]]]:
        """Return the rows that are complete, once."""
        done, self._done = self._done, []
        return done

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match _local(name):
            case "c":
                self._begin_cell(attributes)
            case "v" | "t":
                self._has_value = True
                self._takes = not self._depth
            case "f":
                self._has_formula = True
            case "rPh":
                self._depth += 1
            case "row":
                written = attributes.get("r", "")
                self._row = _whole(written) if written else self._row + 1
                if not 1 <= self._row <= ROWS_AT_MOST:
                    raise ValueError(f"no row {written[:20]}")
                self._column, self._cells = -1, {}
            case _:
                pass

    def end(self, name: str) -> None:
        match _local(name):
            case "v" | "t":
                self._takes = False
            case "c":
                self._end_cell()
            case "rPh":
                self._depth -= 1
            case "row":
                if self._cells:
                    self._done.append((self._row, self._cells))
            case _:
                pass

    def text(self, text: str) -> None:
        if self._takes:
            self._length += len(text)
            if self._length > bounds.CHARACTERS_IN_CELL:
                text = f"第{self._row}行有单元格超过{bounds.CHARACTERS_IN_CELL}个字，请缩短"
                raise ExcessError(text)
            self._written.append(text)

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        match = _REFERENCE.fullmatch(attributes.get("r", ""))
        self._column = _column(match[1]) if match else self._column + 1
        if self._column >= COLUMNS_AT_MOST:
            raise ValueError("a column beyond the last")
        self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
        self._has_formula = self._has_value = False
        self._written, self._length = [], 0

    def _end_cell(self) -> None:
        written = "".join(self._written)
        cell = self._cell(written)
        if cell is not EMPTY:
            self._cells[self._column] = cell
            if len(self._cells) > bounds.CELLS_IN_ROW:
                text = f"第{self._row}行的单元格超过{bounds.CELLS_IN_ROW}个，请删去表格以外的内容"
                raise ExcessError(text)

    def _cell(self, written: str) -> Cell:
        """Return what a cell says; a formula's stored result counts, and one without is said to be without."""
        is_text = self._kind in {"s", "str", "inlineStr"}
        if self._has_formula and not (self._has_value if is_text else written):
            return Cell("", is_uncounted=True)
        if not self._has_value or (not written and not is_text):
            return EMPTY
        match self._kind:
            case "s":
                return Cell(_unescape(self._book.texts[int(written)])) if written else EMPTY
            case "str" | "inlineStr":
                return Cell(_unescape(written)) if written else EMPTY
            case "b":
                return Cell(written.strip().lower() in _TRUE)
            case "e":
                return Cell(written, is_error=True)
            case "d":
                return _iso(written)
            case _:
                return self._number(written)

    def _number(self, written: str) -> Cell:
        value = float(written) if re.search(r"[.eE]", written) else int(written)
        if self._has_formula and self._book.is_uncounted and not value:
            return Cell("", is_uncounted=True)  # 0 stands there for want of a result
        number = int(self._style) if self._style.isdigit() else 0
        shape = self._book.formats[number] if number < len(self._book.formats) else _PLAIN
        if shape.is_date:
            try:
                moment = self._book.epoch + timedelta(days=value)
            except OverflowError:
                return Cell(value, epoch=self._book.epoch)
            if value >= 1:
                return Cell(moment, has_clock=shape.has_clock, shows_month=shape.shows_month)
        return Cell(value, epoch=self._book.epoch)


def _refuse_doctype(*_: Any) -> None:  # noqa: ANN401 - expat's
    raise ValueError("a workbook declares no entities")


def _local(name: str) -> str:
    return name.rpartition(":")[2] if ":" in name else name


def _whole(written: str) -> int:
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 0  # noqa: PLR2004 - digits


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def _area(written: str) -> Area | None:
    first, _, last = written.partition(":")
    begin, end = _REFERENCE.fullmatch(first), _REFERENCE.fullmatch(last)
    if begin is None or end is None:
        return None
    rows, columns = sorted((int(begin[2]), int(end[2]))), sorted((_column(begin[1]), _column(end[1])))
    return Area(rows[0], rows[1], columns[0], columns[1])


def _format(id_: int, code: str | None) -> _Format:
    if code is None:
        return _Format(id_ in _DATE_IDS, id_ in _CLOCK_IDS, id_ in _MONTH_IDS)
    shown = _UNSHOWN.sub("", code.split(";")[0]).lower() if "general" not in code.lower() else ""
    marks = {mark for mark in shown if mark in "ymdhse"}
    has_year = bool(marks & {"y", "e"}) and "0" not in shown
    is_date = bool(marks & {"y", "m", "d", "h", "s"}) or (has_year and "年" in code)
    return _Format(is_date, "h" in marks, is_date and has_year and "m" in marks and not marks & {"d", "h"})


def _iso(written: str) -> Cell:
    """Return a date as the strict form writes it."""
    try:
        found = datetime.fromisoformat(written.strip())
    except ValueError:
        return Cell(written)
    return Cell(found.replace(tzinfo=None), has_clock="T" in written and found.time() != datetime.min.time())


def _unescape(text: str) -> str:
    """Return a text without the format's own way of writing rare characters (`_x000D_`)."""
    if "_x" not in text:
        return text
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda match: _character(int(match[1], 16)), text)


def _character(number: int) -> str:
    """Return a character by its number; half of one is none."""
    return "" if 0xD800 <= number < 0xE000 else chr(number)  # noqa: PLR2004 - Unicode's surrogates
