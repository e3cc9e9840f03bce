"""Tables inside sheets: the header is found by its columns, wherever it stands, and every row keeps its place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TypeVar

from monitor.documents.marked import FAULTS_SHEET
from monitor.documents.xlsx import CHOICES
from monitor.ledger import cells
from monitor.ledger.book import Cell, Sheet, TableFile, sheets
from monitor.ledger.fault import BadCellError, FileFault, Hint, LedgerError, did_you_mean
from monitor.ledger.merging import Merging, Spread

Value = TypeVar("Value")
Reader = Callable[[Cell], "Value | cells.Hinted[Value] | cells.Hinted[None]"]
"""Reads the value of a cell, with a sentence for people where the cell does not quite say it."""
Tell = Callable[[int], object]
"""Hears how many rows more are read."""

HEADER_WITHIN = 30
"""The last row in which a table may begin."""
_BLANKS = frozenset({"/", "\\", "-", "--", "—", "——", "无", "暂无"})
"""The words that people write into a cell that has nothing to say."""
_FOOT = re.compile(
    r"(合计|总计|小计|共计)([:：].*|\d.*)?|(填表|制表|填报|报送|审核|审批|负责人|联系人|备?注|说明).{0,6}[:：].*"
)
"""How a line below a table begins that is not one of its rows."""
_LONGEST_HEADER = 500
"""Characters of a column's header, its remark in brackets among them."""
_COLUMNS_TOLD = 30
FAULTS = 1000
"""Reasons to refuse a file that are told."""
NOTES = "平台说明"
"""The sheet behind the form of a roster that tells how to fill it in: no table, and nobody's mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The columns of a file. `needs` are sets of columns, one of which must be complete."""

    columns: Sequence[str]
    needs: Sequence[frozenset[str]]
    own: frozenset[str] = frozenset()
    """Columns that say something else in every row: a merged cell of one of them is not filled down."""
    also: Mapping[str, str] = field(default_factory=dict)
    """Other headers that people write, and the columns they mean."""
    _known: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        known = {column.casefold(): column for column in self.columns}
        known |= {header.casefold(): column for header, column in self.also.items()}
        object.__setattr__(self, "_known", known)

    def column(self, header: str) -> str | None:
        """Return the column that a header means; blanks, stars and a trailing （…） do not matter."""
        if len(header) > _LONGEST_HEADER:
            return None
        bare = re.sub(r"[\s*]", "", unicodedata.normalize("NFKC", header)).casefold()
        return self._known.get(bare) or self._known.get(bare.partition("(")[0] if bare.endswith(")") else bare)

    def missing(self, columns: Sequence[str]) -> tuple[str, ...]:
        """Return what is not among the columns, of the need that they nearly meet; in the layout's order."""
        wanting = min((need - set(columns) for need in self.needs), key=len)
        return tuple(column for column in self.columns if column in wanting)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """One row of a table: its filled cells by column, and where it stands."""

    sheet: str | None
    number: int
    cells: Mapping[str, Cell]
    columns: frozenset[str] = frozenset()
    """The columns of its table: a cell missing from one of them is blank, not unsaid."""


@dataclass(slots=True)
class _Hint:
    """The remarks on some rows: of one kind it is one line."""

    text: str
    sheet: str | None
    column: str | None
    kind: str | None = None
    rows: list[int] = field(default_factory=list)
    named: list[str] = field(default_factory=list)

    def hint(self, file: str) -> Hint:
        """Return it as it is told: one row in its own words, more of a kind in the kind's."""
        is_kind = self.kind is not None and len(self.rows) > 1
        return Hint(
            file=file,
            text=self.kind if self.kind is not None and is_kind else self.text,
            sheet=self.sheet,
            rows=tuple(self.rows),
            column=self.column,
            named=tuple(self.named) if is_kind else (),
            kind=self.kind,
        )


@dataclass(slots=True)
class SheetReading:
    """One file being read: it collects what is wrong, so that all of it is told at once."""

    path: TableFile
    layout: Layout
    tell: Tell | None = None
    faults: list[FileFault] = field(default_factory=list)
    hints: dict[tuple[str | None, ...], _Hint] = field(default_factory=dict)

    def rows(self) -> Iterator[SheetRow]:
        """Yield the filled rows of all sheets that have the header; notes the sheets that do not."""
        without: list[_Header] = []
        found = False
        for sheet in sheets(self.path):
            if sheet.remark:
                self.warn(sheet.remark, sheet=sheet.name)
            header = self._header(sheet)
            if header.is_complete:
                found = True
                yield from self._below(header, sheet)
            elif header.is_filled and sheet.name not in {NOTES, CHOICES, FAULTS_SHEET}:
                without.append(header)
        if not found:
            self._no_header(without)
        else:
            for header in without:
                self.warn(f"没有找到表头，未导入（缺少列{_quoted(header.missing)}）", sheet=header.sheet)

    def take(self, row: SheetRow, column: str, read: Reader[Value]) -> Value | None:
        """Return what a cell says; None when it is blank, or bad (then the fault is noted)."""
        cell = row.cells.get(column)
        if cell is None or (isinstance(cell.value, str) and cell.value.strip() in _BLANKS):
            return None
        return self._read(row, column, cell, read)

    def require(self, row: SheetRow, column: str, read: Reader[Value]) -> Value | None:
        """Return what a cell says; a blank one is a fault."""
        cell = row.cells.get(column)
        if cell is None:
            self.blame(row, "不能为空", column)
            return None
        return self._read(row, column, cell, read)

    def _read(self, row: SheetRow, column: str, cell: Cell, read: Reader[Value]) -> Value | None:
        try:
            found = read(cell)
        except BadCellError as error:
            self.blame(row, str(error), column)
            return None
        if isinstance(found, cells.Hinted):
            self.warn(found.remark, row=row, column=column)
            return found.value
        return found

    def blame(self, row: SheetRow, text: str, column: str | None = None) -> None:
        """Note a reason to refuse the file; raises LedgerError with all of them where there are too many to be told."""
        if len(self.faults) >= FAULTS:
            rest = FileFault(file=self.path.name, text="问题过多，请先改正以上各处，其余行没有检查")
            raise LedgerError([*self.faults, rest])
        self.faults.append(FileFault(file=self.path.name, sheet=row.sheet, row=row.number, column=column, text=text))

    def warn(
        self,
        text: str,
        *,
        sheet: str | None = None,
        row: SheetRow | None = None,
        column: str | None = None,
        kind: str | None = None,
        named: str | None = None,
    ) -> None:
        """Note what people should know although the file is accepted.

        Of rows that have the same said of them, or something of the same `kind`, one line is told: the text where it is
        one row, else the kind with how each of them is `named`.
        """
        sheet = row.sheet if row else sheet
        hint = self.hints.setdefault((sheet, column, kind or text), _Hint(text, sheet, column, kind))
        if row:
            hint.rows.append(row.number)
        if named:
            hint.named.append(named)

    def finish(self) -> tuple[Hint, ...]:
        """Return the hints; raises LedgerError when anything was wrong."""
        if self.faults:
            raise LedgerError(self.faults)
        return tuple(hint.hint(self.path.name) for hint in self.hints.values())

    def _header(self, sheet: Sheet) -> _Header:
        """Return the first row that has the needed columns, or the row that comes nearest."""
        best = _Header(sheet.name, 0, {}, self.layout)
        for number, row in takewhile(lambda pair: pair[0] <= HEADER_WITHIN, sheet.rows):
            texts = {place: text for place, cell in row.items() if (text := header_text(cell))}
            header = _Header(sheet.name, number, texts, self.layout)
            if header.is_complete:
                return header
            if len(header.known) > len(best.known) or not best.is_filled:
                best = header
        return best

    def _below(self, header: _Header, sheet: Sheet) -> Iterator[SheetRow]:
        self._remark(header)
        columns, known = header.columns, frozenset(header.known)
        if len(columns) > 2 * len(known):
            return  # the same columns many times over: nobody's table, and what follows costs as much for each
        merging = Merging(sheet.merges, columns, header.number)
        if merging.header_ends > header.number:
            text = f"表头合并了第{header.number}至{merging.header_ends}行的单元格，请改为只占一行的表头"
            self.faults.append(FileFault(file=self.path.name, sheet=header.sheet, row=header.number, text=text))
            return
        before = header.number
        for number, row in sheet.rows:
            if self.tell:
                self.tell(number - before)
            before = number
            written = {
                column: cell
                for place, column in columns.items()
                if (cell := row.get(place)) is not None and not cells.is_blank(cell)
            }
            spread = merging.at(number, written)
            found = SheetRow(sheet=sheet.name, number=number, cells=written, columns=known)
            if self._is_foot(found, row) or (spread.is_banner and len(written) == 1):
                line = _first(row)
                self.warn(f"“{line}”一行不是数据，未导入", row=found, kind="不是数据的行，未导入", named=f"“{line}”")
            elif any(self.layout.column(header_text(cell)) != column for column, cell in written.items()):
                self._spread(found, spread)
                yield SheetRow(sheet=sheet.name, number=number, cells=written | spread.filled, columns=known)

    def _spread(self, row: SheetRow, spread: Spread) -> None:
        """Say which cells of a row lie in merged ones, and refuse those whose meaning that leaves open."""
        for column, cell in spread.filled.items():
            if column in self.layout.own:
                self.blame(row, "在合并的单元格里，不能各行相同，请取消合并，逐行填写", column)
            elif not cells.is_blank(cell):
                self.warn("合并的单元格已按各行相同向下填充", row=row, column=column)
        for column, text in spread.unclear.items():
            self.blame(row, text, column)

    def _is_foot(self, found: SheetRow, row: Mapping[int, Cell]) -> bool:
        """True if a row is a sum or a signature: it begins like one, and lacks what every row must have."""
        has_needs = any(need <= found.cells.keys() for need in self.layout.needs)
        return not has_needs and _FOOT.fullmatch(re.sub(r"\s", "", _first(row))) is not None

    def _remark(self, header: _Header) -> None:
        for column in sorted({name for name in header.known if header.known.count(name) > 1}):
            text = f"列“{column}”重复，请只保留一列"
            self.faults.append(FileFault(file=self.path.name, sheet=header.sheet, row=header.number, text=text))
        if header.unknown:
            words = "、".join(
                f"“{name}”{did_you_mean(name, set(self.layout.columns) - set(header.known))}"
                for name in header.unknown[:_COLUMNS_TOLD]
            )
            rest = f" 等{len(header.unknown)}列" if len(header.unknown) > _COLUMNS_TOLD else ""
            self.warn(f"以下列不在模板中，已跳过：{words}{rest}", sheet=header.sheet)

    def _no_header(self, headers: Sequence[_Header]) -> None:
        nearest = max(headers, key=lambda header: len(header.known), default=None)
        if nearest is None or not nearest.known:
            wanted = _quoted(self.layout.missing(()))
            self.faults.append(FileFault(file=self.path.name, text=f"没有找到表头，表头应有列{wanted}"))
            return
        text = f"缺少列{_quoted(nearest.missing)}"
        if nearest.unknown:
            text += f"；不认识的列{_quoted(nearest.unknown[:_COLUMNS_TOLD])}"
        self.faults.append(FileFault(file=self.path.name, sheet=nearest.sheet, row=nearest.number, text=text))


@dataclass(frozen=True, slots=True)
class _Header:
    """A row taken for a header."""

    sheet: str | None
    number: int
    texts: Mapping[int, str]
    """The filled cells, by column from 0 on."""
    layout: Layout
    columns: Mapping[int, str] = field(init=False, repr=False)
    """Which of them mean which column."""

    def __post_init__(self) -> None:
        named = {place: self.layout.column(text) for place, text in self.texts.items()}
        object.__setattr__(self, "columns", {place: column for place, column in named.items() if column})

    @property
    def known(self) -> tuple[str, ...]:
        return tuple(self.columns.values())

    @property
    def unknown(self) -> tuple[str, ...]:
        return tuple(text for place, text in self.texts.items() if place not in self.columns)

    @property
    def missing(self) -> tuple[str, ...]:
        return self.layout.missing(self.known)

    @property
    def is_complete(self) -> bool:
        return not self.missing

    @property
    def is_filled(self) -> bool:
        return bool(self.texts)


def _first(row: Mapping[int, Cell]) -> str:
    """Return what stands in the first cell that is filled."""
    return next((cells.show(row[place]) for place in sorted(row) if not cells.is_blank(row[place])), "")


def header_text(cell: Cell) -> str:
    """Return what a cell says as a header, without blanks; nothing where it is blank."""
    return re.sub(r"\s", "", cells.show(cell)) if not cells.is_blank(cell) else ""


def _quoted(columns: Sequence[str]) -> str:
    return "、".join(f"“{column}”" for column in columns)
