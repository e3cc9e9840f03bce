"""What is wrong with a spreadsheet, in sentences for the person who filled it in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One reason to refuse a file, and where it stands; the place may be known only in part."""

    file: str
    text: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        """Return the sentence that people see."""
        sheet = f"“{self.sheet}”" if self.sheet else ""
        row = f"第{self.row}行" if self.row else ""
        column = f"“{self.column}”列" if self.column else ""
        place = f"{sheet}{row}{column}"
        return f"{self.file} {place}：{self.text}" if place else f"{self.file}：{self.text}"


class LedgerError(Exception):
    """A file is refused; carries every reason, in the order of its rows."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        """Carry the faults; the text of the error is one line for each."""
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class BadCellError(ValueError):
    """A cell cannot be read; the argument is the sentence that says why."""


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """Return `（是否为“…”？）` for the nearest of the words, or nothing."""
    likeness = {other: _likeness(word, other) for other in sorted(words)}  # of equals always the same one
    near = max(likeness, key=likeness.__getitem__, default="")
    return f"（是否为“{near}”？）" if near and likeness[near] >= 0.5 else ""  # noqa: PLR2004 - half of the letters


def _likeness(word: str, other: str) -> float:
    """Return 0 to 1; a word inside the other (新浪微博, 微博) is nearer than a mere resemblance."""
    if word and (other in word or word in other):
        return 1 + min(len(word), len(other)) / max(len(word), len(other))
    return SequenceMatcher(None, word, other).ratio()
