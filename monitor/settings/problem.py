"""The faults of the settings, in sentences for the person who edits them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsProblem:
    """One fault. `text` names the key and never repeats a value that could be a secret."""

    file: str
    line: int | None
    text: str

    def __str__(self) -> str:
        """Return the sentence that people see."""
        place = f"{self.file} 第{self.line}行" if self.line else self.file
        return f"{place}：{self.text}"


class SettingsError(Exception):
    """The settings cannot be used; carries every problem found, in the order of the files."""

    def __init__(self, problems: Iterable[SettingsProblem]) -> None:
        """Carry the problems; the text of the error is one line for each."""
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """Return `（是否应为“…”？）` for the nearest of the words, or nothing."""
    near = get_close_matches(word, list(words), n=1, cutoff=0.5)
    return f"（是否应为“{near[0]}”？）" if near else ""
