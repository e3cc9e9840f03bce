"""The table of docs/scaling.md: what so many accounts take of a machine (`make bench ARGS="--scaling"`)."""

from __future__ import annotations

import asyncio
import math
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.bench.looks import Cost, UntrueError, measure
from tests.bench.months import LOOKS, measure_month
from tests.bench.pages import KINDS, Kind, Mode
from tests.bench.sizes import Size, measure_size
from tests.bench.target import running

SIZES = (100, 1_000, 6_000, 100_000)
POSTS = 20
"""What each account has published, as far as the database knows."""
LOOKED_AT = 100
"""Accounts of each kind of page by which the cost of a look is measured."""
MONTHLY = 200
"""Accounts by which the growth of the database is measured."""
LEAST = 1_000
"""Below, what a process costs by itself hides how figures grow."""
SCRAPES = 24 * 60 * 2
"""Of a day: Prometheus asks twice a minute."""
_DAY = 24 * 60 * 60
_MICRO = 1_000_000
_MB = 1024**2


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What so many accounts take."""

    size: Size
    look: float
    """Seconds of CPU that a look costs, in the mix of a day and of the kinds of pages."""
    month: float
    """Bytes that a month adds for each account."""

    @property
    def looks(self) -> float:
        """Seconds of CPU for a day's looks and what they bring."""
        return self.size.accounts * LOOKS * self.look

    @property
    def day(self) -> float:
        """Seconds of CPU for a day: looks, midnight, scrapes."""
        return self.looks + self.size.full + SCRAPES * self.size.scrape


HEAD = (
    "accounts",
    "looks a day",
    "midnight",
    "a minute",
    "a scrape",
    "CPU a day",
    "of a core",
    "memory",
    "database",
    "a month more",
)


def row(need: Need) -> tuple[str, ...]:
    """Return a line of the table."""
    size = need.size
    return (
        f"{size.accounts:,}",
        f"{size.accounts * LOOKS:,}: {need.looks:,.0f} s",
        f"{size.full:.1f} s",
        f"{size.minute * 1000:.0f} ms",
        f"{size.scrape * 1000:.0f} ms",
        f"{need.day:,.0f} s",
        f"{need.day / _DAY:.1%}",
        f"{size.peak / _MB:.0f} MB",
        f"{size.disk / _MB:,.0f} MB",
        f"{need.month * size.accounts / _MB:,.0f} MB",
    )


GROWTH: Mapping[str, Callable[[Size], float]] = {
    "midnight": lambda size: size.full,
    "rules alone": lambda size: size.rules,
    "a minute": lambda size: size.minute,
    "a scrape": lambda size: size.scrape,
    "memory": lambda size: size.peak,
    "database": lambda size: size.disk,
}
"""What may grow with the accounts, and not faster."""
GROWTH_GOAL = 1.1


def growth(needs: Sequence[Need]) -> Iterator[str]:
    """Yield with what power of the accounts figures grow, from the smallest size of at least 1,000 to the largest."""
    sized = sorted((need.size for need in needs if need.size.accounts >= LEAST), key=lambda size: size.accounts)
    if len(sized) < 2:
        return
    few, many = sized[0], sized[-1]
    yield f"growth from {few.accounts:,} to {many.accounts:,} accounts, as a power of their number, goal {GROWTH_GOAL}:"
    for name, figure in GROWTH.items():
        power = math.log(figure(many) / figure(few)) / math.log(many.accounts / few.accounts)
        yield f"{name} {power:.2f}, {'met' if power <= GROWTH_GOAL else 'missed'}"


def main(sizes: Sequence[int], tell: Callable[[str], None]) -> int:
    """Measure and print; 1 if a result was wrong."""
    try:
        tell("a look")
        with running() as target:
            look = mean_look(measure(target, LOOKED_AT, 1, tell)) / _MICRO
        tell("a month")
        month = asyncio.run(measure_month(MONTHLY))
        print(f"a look: {look * 1000:.2f} ms of CPU; a month: {month / 1024:.1f} KB for each account\n")
        print(_line(HEAD), flush=True)
        needs = []
        for need in _needs(sizes or SIZES, look, month, tell):
            needs.append(need)
            print(_line(row(need)), flush=True)
        print("\n" + "\n".join(growth(needs)))
    except UntrueError as error:
        print(f"wrong result: {error}", file=sys.stderr)
        return 1
    return 0


def _needs(sizes: Sequence[int], look: float, month: float, tell: Callable[[str], None]) -> Iterator[Need]:
    for accounts in sizes:
        tell(f"{accounts:,} accounts")
        yield Need(size=measure_size(accounts, POSTS), look=look, month=month)


def mean_look(costs: Mapping[tuple[Kind, Mode], Cost]) -> float:
    """Return the microseconds of a look in the mix of a day, every kind of page as often as another."""
    return statistics.mean(sum(mode.share * costs[kind, mode].look for mode in Mode) for kind in KINDS)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
