"""`make bench`: measure what looking, judging, serving and starting cost, and print it beside what was promised.

Everything is checked for truth in the same run: a wrong result ends it, however fast it came.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from time import perf_counter
from urllib.parse import unquote

from tests.bench import scaling
from tests.bench.areas import measure_area
from tests.bench.blackbox import NAMES, measure_blackbox
from tests.bench.looks import Cost, UntrueError, measure
from tests.bench.pages import KINDS, WEIBO, Kind, Mode
from tests.bench.province import MANY
from tests.bench.served import LARGEST, PLAIN, Page, measure_pages
from tests.bench.sizes import Size, measure_size, measure_starting
from tests.bench.target import running

FIRST_GOAL = 4.0
"""Times a bare request for the same pages: what a first look may cost."""
FULL_GOAL = 10 / 100_000
"""Seconds for each account."""
MINUTE_GOAL = 0.050
SCRAPE_GOAL = 0.050
MEMORY_GOAL = 300 * 1024**2
PAGE_GOAL = 0.100
"""Seconds for a page of a province."""
HELP_GOAL = 5
"""Times a bare interpreter."""

NOTE = """
Figures are CPU time (user and system) of this process. Other work on the same cores moves them all: read
ratios rather than microseconds, and take no difference of less than a fifth for one.
"""


def main(arguments: Sequence[str]) -> int:
    """Measure and print; 1 if a result was wrong."""
    given = _parser().parse_args(arguments)
    if given.scaling is not None:
        return scaling.main(given.scaling, _tell)
    accounts, rounds = (10, 1) if given.quick else (given.accounts, given.rounds)
    sizes = [(20, 20)] if given.quick else [(200, 200), *((size, 20) for size in given.sizes)]
    areas = [500] if given.quick else given.areas
    started = perf_counter()
    try:
        with running() as target:
            costs = measure(target, accounts, rounds, _tell)
            probed = measure_blackbox(target, [kind for kind in KINDS if kind is not WEIBO], 10 * accounts)
        _print(_LOOKS, _look_rows(costs))
        _print(_PROBES, _probe_rows(probed, costs))
        _print(_SIZES, _size_rows(_sized(sizes)))
        _print(_AREAS, _area_rows(areas, rounds))
        _print(_PAGES, _page_rows(measure_pages(60 if given.quick else MANY, 1 if given.quick else 5)))
        _print(_STARTS, _start_rows(measure_starting()))
    except UntrueError as error:
        print(f"wrong result: {error}", file=sys.stderr)
        return 1
    print(NOTE)
    print(f"{accounts} accounts of each kind, {rounds} rounds, {perf_counter() - started:.0f} s")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--accounts", type=int, default=200, help="looked at, of each kind of page (200)")
    parser.add_argument("--rounds", type=int, default=3, help="the median of so many is shown (3)")
    parser.add_argument(
        "--sizes", type=int, nargs="*", default=[1_000], help="accounts judged and scraped, e.g. 1000 10000 100000"
    )
    parser.add_argument(
        "--areas", type=int, nargs="*", default=[10_000, 100_000], help="accounts of one area (10000 100000)"
    )
    parser.add_argument(
        "--scaling",
        type=int,
        nargs="*",
        help="print the table of docs/scaling.md alone, for 100 1000 6000 100000 or these",
    )
    parser.add_argument("--quick", action="store_true", help="see whether it runs; the figures mean nothing")
    return parser


_LOOKS = ("a look", "fetch, read", "store", "judge", "all", "bare GET", "ratio", "goal", "")


def _look_rows(costs: Mapping[tuple[Kind, Mode], Cost]) -> Iterator[tuple[str, ...]]:
    for (kind, mode), cost in costs.items():
        goal = FIRST_GOAL if mode is Mode.FIRST else kind.unchanged_goal if mode.is_unchanged else None
        yield _look_row(f"{kind.name}, {mode.value}", cost, goal)
        if mode is list(Mode)[-1]:
            yield _look_row(
                f"{kind.name}, a day's mix", _mixed({each: costs[kind, each] for each in Mode}), kind.day_goal
            )


def _look_row(name: str, cost: Cost, goal: float | None) -> tuple[str, ...]:
    parts = (f"{part:.0f} µs" for part in (cost.read, cost.store, cost.judge, cost.look, cost.bare))
    return (
        name,
        *parts,
        f"{cost.ratio:.2f} x",
        *(("", "") if goal is None else (f"{goal} x", _verdict(cost.ratio, goal))),
    )


def _mixed(costs: Mapping[Mode, Cost]) -> Cost:
    """Return what a look costs in the mix of a day: of ten, six, three and one are of a kind."""

    def mean(part: Callable[[Cost], float]) -> float:
        return sum(mode.share * part(cost) for mode, cost in costs.items())

    return Cost(
        bare=mean(lambda cost: cost.bare),
        look=mean(lambda cost: cost.look),
        store=mean(lambda cost: cost.store),
        judge=mean(lambda cost: cost.judge),
    )


_PROBES = ("blackbox_exporter", "CPU", "bare GET", "ratio")


def _probe_rows(
    probed: Mapping[Kind, float] | None, costs: Mapping[tuple[Kind, Mode], Cost]
) -> Iterator[tuple[str, ...]]:
    if probed is None:
        yield f"not installed ({NAMES[0]})", "", "", ""
        return
    for kind, probe in probed.items():
        bare = costs[kind, Mode.NEWS].bare
        yield f"{kind.name}, a bare probe", f"{probe:.0f} µs", f"{bare:.0f} µs", f"{probe / bare:.2f} x"


_SIZES = ("many accounts", "CPU", "for each", "plain scan", "goal", "")


def _sized(sizes: Sequence[tuple[int, int]]) -> Iterator[Size]:
    for accounts, posts in sizes:
        _tell(f"{accounts:,} accounts")
        yield measure_size(accounts, posts)


def _size_rows(sizes: Iterator[Size]) -> Iterator[tuple[str, ...]]:
    for size in sizes:
        name = f"{size.accounts:,} accounts, {size.posts} posts each"
        yield f"{name}: judge all accounts", *_each(size.sweep, size), "", ""
        yield f"{name}: judge the area", *_each(size.areas, size), "", ""
        goal = FULL_GOAL * size.accounts
        yield f"{name}: judge all", *_each(size.full, size), f"{goal:g} s", _verdict(size.full, goal)
        yield f"{name}: rules alone", *_each(size.rules, size), f"{goal:g} s", _verdict(size.rules, goal)
        yield _small(f"{name}: judge a minute's", size.minute, MINUTE_GOAL)
        yield _small(f"{name}: scrape", size.scrape, SCRAPE_GOAL)
        memory = (f"{size.peak / 1024**2:.0f} MB", "", "", f"{MEMORY_GOAL / 1024**2:.0f} MB")
        yield f"{name}: resident at most", *memory, _verdict(size.peak, MEMORY_GOAL)


def _each(seconds: float, size: Size) -> tuple[str, str, str]:
    return f"{seconds:.2f} s", f"{seconds / size.accounts * 1_000_000:.0f} µs", f"{seconds / size.scan:.1f} x"


def _small(case: str, seconds: float, goal: float) -> tuple[str, ...]:
    return case, f"{seconds * 1000:.0f} ms", "", "", f"{goal * 1000:.0f} ms", _verdict(seconds, goal)


_AREAS = ("one area", "CPU", "for each", "plain scan", "slowest", "goal", "")


def _area_rows(sizes: Sequence[int], rounds: int) -> Iterator[tuple[str, ...]]:
    for size in sizes:
        _tell(f"an area of {size:,} accounts")
        area = measure_area(size, rounds)
        goal = FULL_GOAL * size
        yield (
            f"{size:,} accounts: area rules",
            f"{area.rules:.2f} s",
            f"{area.rules / size * 1_000_000:.1f} µs",
            f"{area.rules / area.scan:.0f} x",
            area.slowest,
            f"{goal:g} s",
            _verdict(area.rules, goal),
        )


_PAGES = ("a page of a province", "CPU", "ratio", "size", "goal", "")


def _page_rows(pages: Sequence[Page]) -> Iterator[tuple[str, ...]]:
    plain = next(page.cost for page in pages if page.address == PLAIN)
    for page in pages:
        is_met = page.cost <= PAGE_GOAL and page.size <= LARGEST
        yield (
            unquote(page.address),
            f"{page.cost * 1000:.0f} ms",
            f"{page.cost / plain:.1f} x",
            f"{page.size / 1000:.0f} KB",
            f"{PAGE_GOAL * 1000:.0f} ms, {LARGEST / 1000:.0f} KB",
            "met" if is_met else "missed",
        )


_STARTS = ("starting", "CPU", "ratio", "goal", "")


def _start_rows(costs: Mapping[str, float]) -> Iterator[tuple[str, ...]]:
    for case, seconds in costs.items():
        ratio = seconds / costs["python"]
        goal = (f"{HELP_GOAL} x", _verdict(ratio, HELP_GOAL)) if case.endswith("--help") else ("", "")
        yield case, f"{seconds * 1000:.0f} ms", f"{ratio:.1f} x", *goal


def _verdict(measured: float, goal: float) -> str:
    return "met" if measured <= goal else "missed"


def _print(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> None:
    table = [head, *rows]
    widths = [max(len(row[place]) for row in table) for place in range(len(head))]
    print()
    for row in table:
        first, *others = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join((first.strip().ljust(widths[0]), *others)).rstrip(), flush=True)


def _tell(what: str) -> None:
    """Say on a terminal what is being measured."""
    if sys.stderr.isatty():
        print(f"\r\033[K{what}", end="\r", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
