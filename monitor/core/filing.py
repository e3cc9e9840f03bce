"""The filed list (已备案清单) of the provincial platform: a snapshot of one day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """One account's entry; the list may leave out number and day."""

    number: str | None = None
    filed_on: date | None = None
    name: str | None = None
    """As the list writes it, where it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledList:
    """Everything that was filed on one day, for one area."""

    as_of: date
    filings: Mapping[str, Filing]
    """By account."""
    unmatched: tuple[str, ...] = ()
    """Rows that no account of the roster answers to, as they were written."""
    is_whole: bool = True
    """True if it is known to be the area's. Of an old list that did not name its area, and that several areas' accounts
    are on, it is known who is filed, and nothing of the others."""
