"""Where a list goes on: behind the last row of the page before, whatever was added meanwhile (keyset paging)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

Place = tuple[Any, ...]
"""The values of a row in the columns of its list's order."""


@dataclass(frozen=True, slots=True)
class Sorted:
    """One column that a list is sorted by."""

    column: sa.Column[Any]
    is_descending: bool = False

    @property
    def clause(self) -> sa.ColumnElement[Any]:
        """What ORDER BY says of it."""
        return self.column.desc() if self.is_descending else self.column.asc()


def sorted_behind(chosen: sa.Select[Any], order: Sequence[Sorted], place: Place | None) -> sa.Select[Any]:
    """Return a query in this order, of the rows behind a place only; its last column tells all rows apart."""
    ordered = chosen.order_by(*(by.clause for by in order))
    return ordered if place is None else ordered.where(_behind(order, place))


def _behind(order: Sequence[Sorted], place: Place) -> sa.ColumnElement[bool]:
    (first, *rest), (value, *values) = order, place
    further: sa.ColumnElement[bool] = first.column < value if first.is_descending else first.column > value
    if not rest:
        return further
    return sa.or_(further, sa.and_(first.column == value, _behind(rest, tuple(values))))
