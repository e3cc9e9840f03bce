"""A report as data: what it says in general, and its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

Value = str | int | date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report: a title, lines in Chinese that stand above the table, and the table."""

    title: str
    head: Sequence[str]
    columns: Sequence[str]
    rows: Sequence[Sequence[Value]]
