"""The faults of a spreadsheet, in sentences for the person who filled it in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFault:
    """One reason to refuse a file, and where it stands; the place may be known only in part."""

    file: str
    text: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        """Return the sentence that people see."""
        return sentence(
            self.file, self.text, sheet=self.sheet, rows=(self.row,) if self.row else (), column=self.column
        )


def sentence(
    file: str, text: str, *, sheet: str | None = None, rows: Sequence[int] = (), column: str | None = None
) -> str:
    """Return a sentence with the place that it is about; of many rows the first few are named, and all are counted."""
    sheet = f"“{sheet}”" if sheet else ""
    row = f"第{'、'.join(str(row) for row in rows[:_ROWS_NAMED])}行" if rows else ""
    rest = "等" if len(rows) > _ROWS_NAMED else ""
    count = f"{rest}（共{len(rows)}行）" if len(rows) > 1 else ""
    column = f"“{column}”列" if column else ""
    place = f"{sheet}{row}{count}{column}"
    text = text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"
    return f"{file} {place}：{text}" if place else f"{file}：{text}"


_ROWS_NAMED = 5
_NAMES_TOLD = 10
_LONGEST_TEXT = 1000
"""Characters that are told of what is wrong: it may quote a cell."""
_LONGEST_WORD = 60
"""Characters of a word that may be a mistyped one: likeness takes the product of both lengths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What people should know of a file although it is accepted: of rows of one kind it is one."""

    text: str
    file: str = ""
    """Empty where it is about no file, but about what is in it."""
    sheet: str | None = None
    rows: tuple[int, ...] = ()
    column: str | None = None
    named: tuple[str, ...] = ()
    """How the rows are called, where they are."""
    kind: str | None = None
    """What is said of every row of its kind, where each row has words of its own."""

    def __str__(self) -> str:
        """Return the line that people see; the first few names stand in it."""
        rest = f" 等{len(self.named)}个" if len(self.named) > _NAMES_TOLD else ""
        names = f"：{'、'.join(self.named[:_NAMES_TOLD])}{rest}" if self.named else ""
        return sentence(self.file, f"{self.text}{names}", sheet=self.sheet, rows=self.rows, column=self.column)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The content of a file that is accepted."""

    hints: tuple[Hint, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """The hints as lines."""
        return tuple(str(hint) for hint in self.hints)


class LedgerError(Exception):
    """A file is refused; carries every reason, in the order of its rows."""

    def __init__(self, faults: Iterable[FileFault]) -> None:
        """Carry the faults; the text of the error is one line for each."""
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class BadCellError(ValueError):
    """A cell cannot be read; the argument is the sentence that says why."""


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """Return `（是否应为“…”？）` for the nearest of the words, or nothing."""
    if len(word) > _LONGEST_WORD:
        return ""
    likeness = {other: _likeness(word, other) for other in sorted(words)}  # of equals always the same one
    near = max(likeness, key=likeness.__getitem__, default="")
    return f"（是否应为“{near}”？）" if near and likeness[near] >= 0.5 else ""  # noqa: PLR2004 - half of the letters


def _likeness(word: str, other: str) -> float:
    """Return 0 to 1; a word inside the other (新浪微博, 微博) is nearer than a mere resemblance."""
    if word and (other in word or word in other):
        return 1 + min(len(word), len(other)) / max(len(word), len(other))
    return SequenceMatcher(None, word, other).ratio()
