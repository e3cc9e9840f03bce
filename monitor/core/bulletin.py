"""A bulletin (通报) of a platform or an office, as it was entered: its series, its rounds, whom each round lists.

A round is one issue of one series. Rounds are consecutive when their numbers are neighbours in the
series, whatever lies between their dates (rules B.3).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from monitor.core.account import Account, Labelled
from monitor.core.reference import Reference


class Problem(Labelled):
    """The reason why a bulletin lists an account: the closed list of the import file's column 问题类型."""

    STALE = "stale", "2周未更新"
    UNUSABLE = "unusable", "无法下载或使用"
    NO_INTERACTION = "no_interaction", "互动缺失"
    CONTENT = "content", "内容安全"
    OTHER = "other", "其他"
    NONE = "none", "无问题"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One row of a round about one account."""

    id: int
    account: str
    problem: Problem
    last_published_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """One row of a round that no account of the roster answers to."""

    written: Reference
    problem: Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One issue of one series, as it is known: a correction replaces it as a whole."""

    series: str
    number: int
    """期次: neighbours differ by one."""
    issued_on: date
    covers_all: bool
    """True if an account without a row was checked and found clean; else it was not checked."""
    listings: tuple[Listing, ...] = ()
    unmatched: tuple[Stray, ...] = ()

    def guesses(self, account: Account) -> frozenset[Problem]:
        """Return what the round may say of an account by rows that nobody answers to."""
        return frozenset(row.problem for row in self.unmatched if row.written.may_mean(account))


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingRounds:
    """Rounds of a series that nobody entered, between two that somebody did."""

    series: str
    first: int
    last: int

    @property
    def size(self) -> int:
        """How many rounds are missing."""
        return self.last - self.first + 1

    def __str__(self) -> str:
        """Return what people call it: 通报“省平台月报”第3至5期."""
        numbers = f"{self.first}" if self.size == 1 else f"{self.first}至{self.last}"
        return f"通报“{self.series}”第{numbers}期"


def holes(known: Iterable[tuple[str, int]]) -> tuple[MissingRounds, ...]:
    """Return what is missing between known rounds, given by series and number; what comes before or after is not."""
    return tuple(
        MissingRounds(series=series, first=earlier + 1, last=later - 1)
        for (series, earlier), (its, later) in pairwise(sorted(set(known)))
        if its == series and later > earlier + 1
    )


def by_series(rounds: Iterable[Round]) -> dict[str, tuple[Round, ...]]:
    """Return the rounds of each series in the order of their numbers."""
    series: dict[str, list[Round]] = {}
    for round_ in sorted(rounds, key=lambda entry: entry.number):
        series.setdefault(round_.series, []).append(round_)
    return {name: tuple(found) for name, found in series.items()}
