"""A year of accounts: memory stays, the database stays small, and every day can be judged again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from monitor.actions.evaluate import EvaluateCommand, When, evaluate
from monitor.core.calendar import beijing
from monitor.core.finding import Finding
from monitor.store import Store, open_store
from tests.sample import soak

pytestmark = pytest.mark.slow
DAYS, ACCOUNTS = 365, int(os.environ.get("XUNCHA_SOAK_ACCOUNTS", "20"))
"""As many accounts as a year takes a minute of; docs/operating.md has the figures of forty."""
MB = 1_000_000
LARGEST = ACCOUNTS * 2 * MB // 5 + 6 * MB
"""Of the database after the year, with the log that it is written by: of two hundred accounts 86 MB."""


@dataclass(frozen=True, slots=True)
class Year:
    """A year that was lived through in a process of its own."""

    folder: Path
    store: Store
    months: tuple[soak.Grown, ...]


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    folder = tmp_path_factory.mktemp("soak")
    ran = subprocess.run(
        [sys.executable, "-m", "tests.sample.soak", str(folder), str(DAYS), str(ACCOUNTS)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    print(ran.stdout)  # noqa: T201 - the figures of docs/operating.md, by `pytest -rP`
    with open_store(f"sqlite:///{folder}/soak.db") as store:
        yield Year(folder, store, soak.months(folder))


def test_memory_is_flat_after_the_first_month(year: Year) -> None:
    first, *rest = year.months
    assert len(year.months) == 12
    assert max(month.resident for month in rest) < first.resident + 16 * MB
    assert max(month.blocks for month in rest) < first.blocks * 1.05
    assert all(earlier.messages < later.messages for earlier, later in pairwise(year.months)), "it was told of all year"


def test_the_database_takes_less_than_half_a_megabyte_for_each_account(year: Year) -> None:
    assert max(month.database for month in year.months) < LARGEST


def test_every_sampled_day_judged_again_is_what_was_held_on_that_day(year: Year) -> None:
    held, told = soak.held_on(year.folder), soak.county(ACCOUNTS)
    assert len(held) == len(range(0, DAYS, soak.SAMPLED))
    for at, then in held.items():
        rules = soak.parts(year.store, lambda at=at: at, told).rules_in_force  # type: ignore[misc]  # bound early on purpose
        with year.store.read() as tx:
            again = evaluate(tx, EvaluateCommand(when=When(at=at, known_at=at)), rules=rules)
        assert _by_subject(again) == _by_subject(then), beijing(at)
        assert {finding.account for finding in then} >= {account.id for account in told.accounts}


def _by_subject(findings: tuple[Finding, ...]) -> dict[tuple[str, str], Finding]:
    return {(finding.subject.key, finding.rule): finding for finding in findings}
