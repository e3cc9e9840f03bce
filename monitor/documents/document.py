"""A document as a value: its title, the lines above its table, and its tables. The layout is the writers' business."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

Value = str | int | date | datetime | None
"""The values a cell may hold; a moment is written in Beijing time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table."""

    name: str
    width: int = 14
    choices: tuple[str, ...] = ()
    """The words offered in a drop-down; others are refused by the spreadsheet program."""
    choices_of: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By the word in the row's first cell, the words offered instead."""
    is_date: bool = False
    """True if empty cells are ready for dates; otherwise for text, so that long numbers stay whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table, whose rows may be read once only."""

    columns: Sequence[Column]
    rows: Iterable[Sequence[Value]]

    @classmethod
    def of(cls, names: Sequence[str], rows: Iterable[Sequence[Value]]) -> Table:
        """Return a table whose columns are nothing but names."""
        return cls(columns=tuple(Column(name=name) for name in names), rows=rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guidance:
    """The notes for a person who fills in a table, as a table of their own behind it."""

    title: str
    table: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The content of one file."""

    title: str
    table: Table
    head: Sequence[str] = ()
    """The lines above the table, in Chinese."""
    guidance: Guidance | None = None
    """Only workbooks have it."""
