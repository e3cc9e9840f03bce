import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench import scaling
from tests.bench.__main__ import (
    FIRST_GOAL,
    FULL_GOAL,
    MEMORY_GOAL,
    MINUTE_GOAL,
    PAGE_GOAL,
    SCRAPE_GOAL,
    _look_rows,
    _page_rows,
    _probe_rows,
    _size_rows,
)
from tests.bench.looks import Cost
from tests.bench.pages import KINDS, Mode
from tests.bench.served import LARGEST, PLAIN, Page
from tests.bench.sizes import Size


def test_what_costs_more_than_was_promised_is_said_to_miss_its_goal() -> None:
    kind = KINDS[0]
    for factor, verdict in ((1, "met"), (1.01, "missed")):
        goals = dict.fromkeys(Mode, kind.day_goal) | dict.fromkeys((Mode.SAME, Mode.NOT_MODIFIED), kind.unchanged_goal)
        goals[Mode.FIRST] = FIRST_GOAL
        costs = {
            (kind, mode): Cost(bare=1000, look=1000 * goal * factor, store=100, judge=100)
            for mode, goal in goals.items()
        }
        told = {name: said for name, *_, said in _look_rows(costs) if said}
        names = {f"{kind.name}, {mode.value}" for mode in (Mode.FIRST, Mode.SAME, Mode.NOT_MODIFIED)}
        assert told == dict.fromkeys(names, verdict) | {f"{kind.name}, a day's mix": "met"}


def test_a_day_is_six_looks_with_other_bytes_three_with_the_same_and_one_with_news() -> None:
    looks = {Mode.FIRST: 9.0, Mode.NEWS: 8.0, Mode.SAME: 1.0, Mode.NOT_MODIFIED: 0.6, Mode.NOISE: 2.0}
    kind = KINDS[0]
    costs = {(kind, mode): Cost(bare=1000, look=1000 * look, store=0, judge=0) for mode, look in looks.items()}
    (day,) = (row for row in _look_rows(costs) if row[0].endswith("a day's mix"))
    assert day[6:] == (f"{0.6 * 2 + 0.15 * 1 + 0.15 * 0.6 + 0.1 * 8:.2f} x", f"{kind.day_goal} x", "met")


def test_a_bare_probe_by_blackbox_exporter_is_set_beside_a_bare_request_or_said_to_be_missing() -> None:
    kind = KINDS[0]
    costs = {(kind, mode): Cost(bare=400, look=0, store=0, judge=0) for mode in Mode}
    assert list(_probe_rows({kind: 1000.0}, costs)) == [(f"{kind.name}, a bare probe", "1000 µs", "400 µs", "2.50 x")]
    assert list(_probe_rows(None, costs)) == [("not installed (prometheus-blackbox-exporter)", "", "", "")]


def test_what_costs_more_with_many_accounts_is_said_to_miss_its_goal() -> None:
    size = Size(
        accounts=1000,
        posts=20,
        sweep=FULL_GOAL * 900,
        areas=FULL_GOAL * 100,
        rules=FULL_GOAL * 1001,
        scan=0.01,
        minute=MINUTE_GOAL,
        scrape=SCRAPE_GOAL * 1.01,
        peak=MEMORY_GOAL + 1,
        disk=1,
    )
    assert [row[-1] for row in _size_rows(iter([size])) if row[-1]] == ["met", "missed", "met", "missed", "missed"]


def test_a_page_that_costs_or_weighs_more_than_was_promised_misses_its_goal() -> None:
    pages = [
        Page(address="/dear", size=LARGEST, cost=PAGE_GOAL * 1.01),
        Page(address="/heavy", size=LARGEST + 1, cost=PAGE_GOAL),
        Page(address=PLAIN, size=LARGEST, cost=PAGE_GOAL),
    ]
    assert [(row[0], row[-1]) for row in _page_rows(pages)] == [
        ("/dear", "missed"),
        ("/heavy", "missed"),
        (PLAIN, "met"),
    ]


@pytest.mark.slow
def test_the_bench_runs_and_prints_every_row() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--quick"],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stderr == ""
    assert run.returncode == 0
    rows = [line.split("  ")[0] for line in run.stdout.splitlines()]
    for page in ("HTML 48 KB", "HTML 150 KB", "Weibo JSON 61 KB", "RSS 36 KB"):
        for mode in (
            "first look",
            "a new post",
            "same bytes, no validators",
            "304",
            "other bytes, same posts",
            "a day's mix",
        ):
            assert f"{page}, {mode}" in rows
    for figure in (
        "judge all accounts",
        "judge the area",
        "judge all",
        "rules alone",
        "judge a minute's",
        "scrape",
        "resident at most",
    ):
        assert f"20 accounts, 20 posts each: {figure}" in rows
    assert "500 accounts: area rules" in rows
    assert {"/", "/accounts", "/cases", "/messages", "/review"} <= set(rows)
    assert {"python", "xuncha --help", "import monitor.app"} <= set(rows)


def test_a_day_of_so_many_accounts_is_its_looks_its_midnight_and_its_scrapes() -> None:
    size = Size(
        accounts=1000, posts=20, sweep=1.5, areas=0.5, rules=0, scan=0, minute=0.01, scrape=0.1, peak=2**20, disk=2**21
    )
    told = dict(zip(scaling.HEAD, scaling.row(scaling.Need(size=size, look=0.002, month=2**20 / 10)), strict=True))
    assert told["looks a day"] == "4,000: 8 s"
    assert told["CPU a day"] == f"{8 + 2 + 2880 * 0.1:.0f} s"
    assert told["of a core"] == "0.3%"
    assert (told["database"], told["a month more"]) == ("2 MB", "100 MB")


def test_growth_is_the_power_of_the_accounts_and_sizes_that_only_start_are_left_out() -> None:
    def need(accounts: int, power: float) -> scaling.Need:
        figure = accounts**power
        size = Size(
            accounts=accounts, posts=20, sweep=figure, areas=0, rules=accounts, scan=0, minute=1, scrape=1,
            peak=7, disk=accounts,
        )  # fmt: skip
        return scaling.Need(size=size, look=0, month=0)

    head, midnight, rules, minute, *_ = scaling.growth([need(100, 3), need(1_000, 1.2), need(100_000, 1.2)])
    assert head == "growth from 1,000 to 100,000 accounts, as a power of their number, goal 1.1:"
    assert (midnight, rules, minute) == ("midnight 1.20, missed", "rules alone 1.00, met", "a minute 0.00, met")
    assert list(scaling.growth([need(100, 1), need(1_000, 1)])) == []
