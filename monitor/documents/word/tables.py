"""Tables of Word: their heads stand on every page, and rows stay whole where they can."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from monitor.documents.document import SIGNED, Table, Value
from monitor.documents.word.xml import Xml, plain_text, xml_text

HEAD_STYLE, CELL_STYLE = "表头", "表格文字"
"""The names of the paragraph styles that a template gives the cells."""
MAX_CELLS = 60_000
_MANY = 9
"""From so many columns on the letters are smaller."""
_TOO_MANY = 14
"""From so many columns on no line of a page holds a row: each row is a small table of its own, a card."""
_LETTER, _SMALL = 210, 180
"""How wide a Chinese letter is, in twentieths of a point: 五号 and 小五."""
_PADDING = 120
_TALLEST = 12
"""Lines of a row that is kept on one page."""
_WHOLE = 18
"""Lines of a table that is kept on one page as a whole, its head among them."""
_PAIRS = 2
"""Columns' names beside each other on a card, each with what it says."""
_OF_A_LABEL = 7
"""Letters for which a card has room left of what a column says."""
_OF_A_NAME, _OF_A_WORD = 4, 6
"""Letters for which every column has room: of its name or its cells, and of a word that is not broken."""
_WORD = re.compile(r"[\x21-\x7e]+")
_WIDEST = 28
"""Letters of a line beyond which a column asks for no more room."""
_NONE = "无"


class TooManyCellsError(ValueError):
    """A table has more cells than anybody would read in Word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Styles:
    """The ids of the styles of a template's cells; None where it has none of that name."""

    head: str | None
    cell: str | None


def table_xml(table: Table, width: int, styles: Styles) -> Xml:
    """Return a table as wide as `width` (twentieths of a point); raises TooManyCellsError."""
    names = [plain_text(column.name) for column in table.columns]
    rows = _rows(table)
    if len(names) >= _TOO_MANY and rows:
        return _cards(names, rows, width, styles)
    is_small = len(names) >= _MANY
    asked = [column.width for column in table.columns]
    widths = _shared(asked, width) if all(asked) else _widths(names, rows, width, _SMALL if is_small else _LETTER)
    look = _Look(widths=widths, styles=styles, is_small=is_small)
    grid = "".join(f'<w:gridCol w:w="{each}"/>' for each in widths)
    head = look.row([xml_text(name) for name in names], is_head=True)
    body = look.rows(rows)
    return Xml(f"{_PROPERTIES.format(width=width)}<w:tblGrid>{grid}</w:tblGrid>{head}{body or look.nothing()}</w:tbl>")


_BOX = 1500
"""How high such a box is at least, in twentieths of a point."""


def boxes_xml(names: Sequence[str], width: int, styles: Styles) -> Xml:
    """Return a gap and a row of boxes to sign in, which stays on one page."""
    each = width // len(names)
    widths = (*[each] * (len(names) - 1), width - each * (len(names) - 1))
    look = _Look(widths=widths, styles=styles, is_small=False)
    grid = "".join(f'<w:gridCol w:w="{one}"/>' for one in widths)
    boxes = look.row([xml_text(f"{name}\n{SIGNED}") for name in names], height=_BOX)
    return Xml(f"{look.gap()}{_PROPERTIES.format(width=width)}<w:tblGrid>{grid}</w:tblGrid>{boxes}</w:tbl>")


_LINE = 'w:val="single" w:sz="4" w:space="0" w:color="auto"'
_PROPERTIES = (
    '<w:tbl><w:tblPr><w:tblW w:w="{width}" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>'
    + "".join(f"<w:{side} {_LINE}/>" for side in ("top", "left", "bottom", "right", "insideH", "insideV"))
    + '</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="60" w:type="dxa"/>'
    '<w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr>'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """How the rows of one table look."""

    widths: Sequence[int]
    styles: Styles
    is_small: bool

    @property
    def letter(self) -> int:
        return _SMALL if self.is_small else _LETTER

    def rows(self, rows: Sequence[Sequence[str]]) -> str:
        """Return the rows below a head; few of them stay together on one page."""
        lines = [_lines(row, self.widths, self.letter) for row in rows]
        last = len(rows) - 1 if sum(lines) < _WHOLE else 0
        return "".join(
            self.row([xml_text(text) for text in row], lines=high, is_kept=place < last)
            for place, (row, high) in enumerate(zip(rows, lines, strict=True))
        )

    def row(
        self, cells: Sequence[Xml], *, is_head: bool = False, lines: int = 1, is_kept: bool = False, height: int = 0
    ) -> str:
        """Return a row; a head is repeated on every page, and only a row of many lines may break.

        One that is kept stands on the page of the next one; `height` is what it has at least.
        """
        whole = "<w:cantSplit/>" if lines <= _TALLEST else ""
        repeated = "<w:tblHeader/>" if is_head else ""
        high = f'<w:trHeight w:val="{height}" w:hRule="atLeast"/>' if height else ""
        properties = f"<w:trPr>{whole}{high}{repeated}</w:trPr>" if whole or high or repeated else ""
        cell = partial(self._cell, is_head=is_head, is_kept=is_kept)
        return f"<w:tr>{properties}{''.join(map(cell, self.widths, cells))}</w:tr>"

    def card(self, rows: Sequence[Sequence[str]]) -> Iterator[str]:
        """Yield the lines of a card, which all stand on one page."""
        for place, row in enumerate(rows, start=1):
            lines = _lines(row, self.widths, self.letter)
            yield self.row([xml_text(text) for text in row], lines=lines, is_kept=place < len(rows))

    def nothing(self) -> str:
        """Return the row that says that there are none."""
        return f"<w:tr>{self._cell(sum(self.widths), xml_text(_NONE), columns=len(self.widths))}</w:tr>"

    def gap(self) -> str:
        """Return the empty line between two tables, which would be one without it."""
        named = f'<w:pPr><w:pStyle w:val="{xml_text(self.styles.cell)}"/></w:pPr>' if self.styles.cell else ""
        return f"<w:p>{named}</w:p>"

    def _cell(self, width: int, text: Xml, *, is_head: bool = False, is_kept: bool = False, columns: int = 1) -> str:
        style = self.styles.head if is_head else self.styles.cell
        named = f'<w:pStyle w:val="{xml_text(style)}"/>' if style else ""
        kept = "<w:keepNext/>" if is_head or is_kept else ""
        size = f'<w:rPr><w:sz w:val="{_SMALL // 10}"/></w:rPr>' if self.is_small else ""
        span = f'<w:gridSpan w:val="{columns}"/>' if columns > 1 else ""
        return (
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}<w:vAlign w:val="center"/></w:tcPr>'
            f'<w:p><w:pPr>{named}{kept}</w:pPr><w:r>{size}<w:t xml:space="preserve">{text}</w:t></w:r></w:p></w:tc>'
        )


def _cards(names: Sequence[str], rows: Sequence[Sequence[str]], width: int, styles: Styles) -> Xml:
    """Return a table for every row, two columns' names and what they say in each line; it stays on one page."""
    label = _OF_A_LABEL * _LETTER + _PADDING
    said = width // _PAIRS - label
    widths = (*(label, said) * (_PAIRS - 1), label, width - (label + said) * (_PAIRS - 1) - label)
    look = _Look(widths=widths, styles=styles, is_small=False)
    grid = "".join(f'<w:gridCol w:w="{each}"/>' for each in widths)
    begin, between = f"{_PROPERTIES.format(width=width)}<w:tblGrid>{grid}</w:tblGrid>", look.gap()
    cards = ("".join(look.card(_paired(names, row))) for row in rows)
    return Xml(between.join(f"{begin}{card}</w:tbl>" for card in cards))


def _paired(names: Sequence[str], row: Sequence[str]) -> list[list[str]]:
    """Return the lines of a card: names and what they say by turns."""
    cells = [text for pair in zip(names, row, strict=True) for text in pair]
    cells += [""] * (-len(cells) % (2 * _PAIRS))
    return [cells[place : place + 2 * _PAIRS] for place in range(0, len(cells), 2 * _PAIRS)]


def _rows(table: Table) -> list[list[str]]:
    """Return the texts of the cells."""
    rows: list[list[str]] = []
    for row in table.rows:
        rows.append([plain_text(value) for value in _filled(row, len(table.columns))])
        if len(rows) * len(table.columns) > MAX_CELLS:
            raise TooManyCellsError
    return rows


def _filled(row: Sequence[Value], columns: int) -> list[Value]:
    return [*row, *[None] * (columns - len(row))][:columns]


def _shared(asked: Sequence[int], width: int) -> list[int]:
    """Return widths in the proportion that the table asks for: columns that people fill in have room."""
    widths = [width * one // sum(asked) for one in asked]
    widths[-1] += width - sum(widths)
    return widths


def _widths(names: Sequence[str], rows: Sequence[Sequence[str]], width: int, letter: int) -> list[int]:
    """Return how wide each column is: its words stay whole, and the rest goes to those whose cells say more."""
    columns = [[row[place] for row in rows] for place in range(len(names))]
    least = [
        max(min(max(_size(name), _typical(texts)), _OF_A_NAME), min(_typical(_words(texts)) + 1, _OF_A_WORD))
        for name, texts in zip(names, columns, strict=True)
    ]
    floor = [min(low * letter + _PADDING, width // len(names)) for low in least]
    more = [
        max(min(_typical(texts), _WIDEST), _size(name), low) - low + 1
        for name, texts, low in zip(names, columns, least, strict=True)
    ]
    rest = width - sum(floor)
    widths = [low + rest * wish // sum(more) for low, wish in zip(floor, more, strict=True)]
    widths[-1] += width - sum(widths)
    return widths


def _words(texts: Sequence[str]) -> list[str]:
    """Return the longest word of each text that a line does not break."""
    return [max(_WORD.findall(text), key=len, default="") for text in texts]


def _typical(texts: Sequence[str]) -> int:
    """Return the size below which nine of ten cells stay, by their longest line."""
    sizes = sorted(max(map(_size, text.split("\n"))) for text in texts)
    return sizes[len(sizes) * 9 // 10] if sizes else 0


def _size(text: str) -> int:
    """Return how many Chinese letters wide a text is, rounded up."""
    return (sum(1 if unicodedata.east_asian_width(sign) in "NaHN" else 2 for sign in text) + 1) // 2


def _lines(row: Sequence[str], widths: Sequence[int], letter: int) -> int:
    """Return about how many lines a row has."""
    return max(
        sum(-(-_size(line) * letter // max(width - _PADDING, letter)) or 1 for line in text.split("\n"))
        for text, width in zip(row, widths, strict=True)
    )
