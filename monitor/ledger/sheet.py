"""Tables inside sheets: the header is found by its columns, wherever it stands, and every row keeps its place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeVar

from monitor.ledger import cells
from monitor.ledger.book import Cell, Sheet, sheets
from monitor.ledger.fault import BadCellError, Fault, LedgerError, did_you_mean

Value = TypeVar("Value")
Tell = Callable[[int], object]
"""Hears how many rows more are read."""

_HEADER_WITHIN = 30
_BLANKS = frozenset({"/", "\\", "-", "--", "—", "——", "无", "暂无"})
"""What people write into a cell that has nothing to say."""
_FOOT = re.compile(
    r"(合计|总计|小计|共计)([:：].*|\d.*)?|(填表|制表|填报|报送|审核|审批|负责人|联系人|备?注|说明).{0,6}[:：].*"
)
"""How a line below a table begins that is not one of its rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The columns of a file. `needs` are sets of columns, one of which must be complete."""

    columns: Sequence[str]
    needs: Sequence[frozenset[str]]

    def column(self, header: str) -> str | None:
        """Return the column that a header means; blanks, stars and a trailing （…） do not matter."""
        bare = re.sub(r"[\s*]", "", unicodedata.normalize("NFKC", header)).casefold()
        known = {column.casefold(): column for column in self.columns}
        return known.get(bare) or known.get(re.sub(r"\(.*\)$", "", bare))

    def missing(self, columns: Sequence[str]) -> tuple[str, ...]:
        """Return what is not among the columns, of the need that they nearly meet; in the layout's order."""
        wanting = min((need - set(columns) for need in self.needs), key=len)
        return tuple(column for column in self.columns if column in wanting)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table: its filled cells by column, and where it stands."""

    sheet: str | None
    number: int
    cells: Mapping[str, Cell]
    columns: frozenset[str] = frozenset()
    """What its table has a column for: a cell missing from one of them is blank, not unsaid."""


@dataclass(slots=True)
class Reading:
    """One file being read: it collects what is wrong, so that all of it is told at once."""

    path: Path
    layout: Layout
    tell: Tell | None = None
    faults: list[Fault] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def rows(self) -> Iterator[Row]:
        """Yield the filled rows of all sheets that have the header; notes the sheets that do not."""
        without: list[_Header] = []
        found = False
        for sheet in sheets(self.path):
            header = self._header(sheet)
            if header.is_complete:
                found = True
                yield from self._below(header, sheet)
            elif header.is_filled:
                without.append(header)
        if not found:
            self._no_header(without)
        else:
            for header in without:
                self.warn(f"没有找到表头，未导入（缺少列{_quoted(header.missing)}）", sheet=header.sheet)

    def take(self, row: Row, column: str, read: Callable[[Cell], Value]) -> Value | None:
        """Return what a cell says; None when it is blank, or bad (then the fault is noted)."""
        cell = row.cells.get(column)
        if cell is None or (isinstance(cell.value, str) and cell.value.strip() in _BLANKS):
            return None
        try:
            return read(cell)
        except BadCellError as error:
            self.blame(row, str(error), column)
            return None

    def require(self, row: Row, column: str, read: Callable[[Cell], Value]) -> Value | None:
        """Return what a cell says; a blank one is a fault."""
        cell = row.cells.get(column)
        if cell is None:
            self.blame(row, "不能为空（合并的单元格请取消合并，逐行填写）", column)
            return None
        try:
            return read(cell)
        except BadCellError as error:
            self.blame(row, str(error), column)
            return None

    def blame(self, row: Row, text: str, column: str | None = None) -> None:
        """Note a reason to refuse the file."""
        self.faults.append(Fault(file=self.path.name, sheet=row.sheet, row=row.number, column=column, text=text))

    def warn(self, text: str, *, sheet: str | None = None, row: Row | None = None, column: str | None = None) -> None:
        """Note what people should know although the file is accepted."""
        place = Fault(
            file=self.path.name,
            sheet=row.sheet if row else sheet,
            row=row.number if row else None,
            column=column,
            text=text,
        )
        self.warnings.append(str(place))

    def finish(self) -> tuple[str, ...]:
        """Return the warnings; raises LedgerError when anything was wrong."""
        if self.faults:
            raise LedgerError(self.faults)
        return tuple(self.warnings)

    def _header(self, sheet: Sheet) -> _Header:
        """Return the first row that has the needed columns, or the row that comes nearest."""
        best = _Header(sheet.name, 0, (), self.layout)
        for number, row in enumerate(islice(sheet.rows, _HEADER_WITHIN), start=1):
            header = _Header(sheet.name, number, tuple(_header_text(cell) for cell in row), self.layout)
            if header.is_complete:
                return header
            if len(header.known) > len(best.known) or not best.is_filled:
                best = header
        return best

    def _below(self, header: _Header, sheet: Sheet) -> Iterator[Row]:
        self._remark(header)
        columns, known = header.columns, frozenset(header.known)
        for number, row in enumerate(sheet.rows, start=header.number + 1):
            filled = {
                column: cell for column, cell in zip(columns, row, strict=False) if column and not cells.is_blank(cell)
            }
            found = Row(sheet=sheet.name, number=number, cells=filled, columns=known)
            if self.tell:
                self.tell(1)
            if self._is_foot(found, row):
                self.warn(f"“{_first(row)}”一行不是数据，未导入", row=found)
            elif filled and any(self.layout.column(_header_text(cell)) != column for column, cell in filled.items()):
                yield found

    def _is_foot(self, found: Row, row: Sequence[Cell]) -> bool:
        """Whether a row is a sum or a signature: it begins like one, and lacks what every row must have."""
        has_needs = any(need <= found.cells.keys() for need in self.layout.needs)
        return not has_needs and _FOOT.fullmatch(re.sub(r"\s", "", _first(row))) is not None

    def _remark(self, header: _Header) -> None:
        for column in sorted({name for name in header.known if header.known.count(name) > 1}):
            text = f"列“{column}”出现了{header.known.count(column)}次"
            self.faults.append(Fault(file=self.path.name, sheet=header.sheet, row=header.number, text=text))
        if header.unknown:
            words = "、".join(
                f"“{name}”{did_you_mean(name, set(self.layout.columns) - set(header.known))}" for name in header.unknown
            )
            self.warn(f"不认识的列{words}，未导入", sheet=header.sheet)

    def _no_header(self, headers: Sequence[_Header]) -> None:
        nearest = max(headers, key=lambda header: len(header.known), default=None)
        if nearest is None or not nearest.known:
            wanted = _quoted(self.layout.missing(()))
            self.faults.append(Fault(file=self.path.name, text=f"没有找到表头，表头应有列{wanted}"))
            return
        text = f"缺少列{_quoted(nearest.missing)}"
        if nearest.unknown:
            text += f"；不认识的列{_quoted(nearest.unknown)}"
        self.faults.append(Fault(file=self.path.name, sheet=nearest.sheet, row=nearest.number, text=text))


@dataclass(frozen=True, slots=True)
class _Header:
    """A row taken for a header."""

    sheet: str | None
    number: int
    texts: tuple[str, ...]
    layout: Layout

    @property
    def columns(self) -> tuple[str | None, ...]:
        return tuple(self.layout.column(text) for text in self.texts)

    @property
    def known(self) -> tuple[str, ...]:
        return tuple(column for column in self.columns if column)

    @property
    def unknown(self) -> tuple[str, ...]:
        return tuple(text for text, column in zip(self.texts, self.columns, strict=True) if text and not column)

    @property
    def missing(self) -> tuple[str, ...]:
        return self.layout.missing(self.known)

    @property
    def is_complete(self) -> bool:
        return not self.missing

    @property
    def is_filled(self) -> bool:
        return any(self.texts)


def _first(row: Sequence[Cell]) -> str:
    """Return what stands in the first cell that is filled."""
    return next((cells.show(cell) for cell in row if not cells.is_blank(cell)), "")


def _header_text(cell: Cell) -> str:
    return re.sub(r"\s", "", cells.show(cell)) if not cells.is_blank(cell) else ""


def _quoted(columns: Sequence[str]) -> str:
    return "、".join(f"“{column}”" for column in columns)
