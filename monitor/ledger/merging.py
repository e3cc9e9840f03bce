"""Merged cells: what stands in one of them is said of every row that it covers, and of one column only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from monitor.ledger import cells
from monitor.ledger.book import EMPTY, Area, Cell


@dataclass(slots=True)
class Spread:
    """The merged cells' values for one row, by column."""

    filled: dict[str, Cell] = field(default_factory=dict)
    """The values of this row from merged cells that begin above it."""
    unclear: dict[str, str] = field(default_factory=dict)
    """Why it cannot be told what a column says."""
    is_banner: bool = False
    """True if a cell of the row is merged over several columns."""


class Merging:
    """The merged cells below a header, row after row."""

    def __init__(self, areas: Sequence[Area], columns: Mapping[int, str], header: int) -> None:
        """Take the merged cells of a sheet, its columns by their place, and the row of its header."""
        self._columns = dict(sorted(columns.items()))
        self._areas = sorted(
            (
                area
                for area in areas
                if area.bottom > header and any(area.left <= place <= area.right for place in columns)
            ),
            key=lambda area: area.top,
            reverse=True,
        )
        self._now: dict[int, Area] = {}
        self._said: dict[int, Cell] = {}
        self.header_ends = max((area.bottom for area in self._areas if area.top <= header), default=header)
        """The last row that a cell of the header is merged with."""

    def at(self, number: int, written: Mapping[str, Cell]) -> Spread:
        """Return what merged cells say of the next row in which anything is written."""
        while self._areas and self._areas[-1].top <= number:
            area = self._areas.pop()
            for place in self._columns:
                if area.left <= place <= area.right:
                    self._now[place] = area
                    self._said.pop(place, None)
        spread = Spread()
        for place, area in tuple(self._now.items()):
            if area.bottom < number:
                del self._now[place]
                continue
            self._spread(spread, number, place, area, written)
        return spread

    def _spread(self, spread: Spread, number: int, place: int, area: Area, written: Mapping[str, Cell]) -> None:
        column = self._columns[place]
        own = written.get(column, EMPTY)
        if place != area.left:
            left = self._columns.get(area.left)
            spread.unclear[column] = f"与左边的{f'“{left}”列' if left else '单元格'}合并了，请取消合并后填写"
            spread.is_banner |= number == area.top
        elif number == area.top:
            self._said[place] = own
        else:
            said = self._said.get(place, EMPTY)
            if own is not EMPTY and own != said:
                spread.unclear[column] = f"合并的单元格里还藏着“{cells.show(own)}”，请取消合并后核对"
            spread.filled[column] = said
