import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.__main__ import (
    FULL_GOAL,
    LOOK_GOAL,
    MEMORY_GOAL,
    MINUTE_GOAL,
    PAGE_GOAL,
    SCRAPE_GOAL,
    UNCHANGED_GOAL,
    _look_rows,
    _page_rows,
    _size_rows,
)
from tests.bench.looks import Cost
from tests.bench.pages import KINDS, Mode
from tests.bench.served import LARGEST, PLAIN, Page
from tests.bench.sizes import Size


def test_what_costs_more_than_was_promised_is_said_to_miss_its_goal() -> None:
    promised = next(kind for kind in KINDS if kind.is_promised)
    for mode in Mode:
        goal = UNCHANGED_GOAL if mode.is_unchanged else LOOK_GOAL
        for ratio, verdict in ((goal, "met"), (goal * 1.01, "missed")):
            cost = Cost(bare=1000, look=1000 * ratio, store=100, judge=100)
            ((name, *_, told),) = _look_rows({(promised, mode): cost})
            assert (name, told) == (f"{promised.name}, {mode.value}", verdict)
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
        for mode in ("first look", "a new post", "same bytes, no validators", "304", "other bytes, same posts"):
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
