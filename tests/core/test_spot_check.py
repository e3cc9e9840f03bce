"""A random sample that anybody draws again from its seed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.spot_check import drawn, reviewers, usual_count

ROOT = Path(__file__).parents[2]
IDS = st.lists(st.text(min_size=1, max_size=8), unique=True, max_size=30)


def test_a_seed_draws_what_its_described_method_draws() -> None:
    assert drawn(("A01", "A02", "A03", "A04", "A05"), 3, "2026-Q4") == DRAWN
    by_hand = sorted(("A01", "A02", "A03", "A04", "A05"), key=lambda id_: sha256(f"2026-Q4:{id_}".encode()).hexdigest())
    assert tuple(by_hand[:3]) == DRAWN


DRAWN = ("A05", "A01", "A04")
"""Worked out with sha256sum, so that no later version of anything may draw others."""


COUNTY = tuple(f"账号{number:03}" for number in range(250))
OF_A_COUNTY = ("账号034", "账号093", "账号200", "账号014", "账号040")
"""Likewise, of names that are no ASCII."""
ASKED = """
from monitor.core.spot_check import drawn, reviewers
print(*drawn([f"账号{number:03}" for number in range(250)], 5, "2026年第四季度"))
print(*reviewers(["甲局", "乙局", "丙局"], "x").items())
"""


def test_names_of_a_county_are_drawn_as_any_program_draws_them() -> None:
    assert drawn(COUNTY, 5, "2026年第四季度") == OF_A_COUNTY


def test_another_python_in_another_place_draws_the_same() -> None:
    """This one's program in other surroundings, and every other version that is found."""
    elsewhere = {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "99", "TZ": "America/New_York", "PYTHONIOENCODING": "utf-8"}
    units = ("丙局", "乙局"), ("乙局", "甲局"), ("甲局", "丙局")
    for program in programs():
        said = subprocess.run([program, "-c", ASKED], env=elsewhere, capture_output=True, check=True, timeout=60)
        assert said.stdout.decode().splitlines() == [" ".join(OF_A_COUNTY), " ".join(map(str, units))], program


def programs() -> Iterator[str]:
    """Yield the interpreters that run here."""
    yield sys.executable
    for version in ("3.12", "3.13", "3.14"):
        found = shutil.which(f"python{version}")
        if found and not subprocess.run([found, "-V"], capture_output=True, check=False).returncode:
            yield found


@given(IDS, st.integers(0, 40), st.text(max_size=20), st.randoms())
def test_the_order_of_the_roster_does_not_matter_and_nobody_is_drawn_twice(
    ids: list[str], count: int, seed: str, chance: object
) -> None:
    shuffled = list(ids)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    found = drawn(ids, count, seed)
    assert found == drawn(shuffled, count, seed)
    assert len(set(found)) == len(found) == min(count, len(ids))


@given(IDS, st.text(max_size=20))
def test_every_unit_is_reviewed_by_another_and_reviews_one(units: list[str], seed: str) -> None:
    by = reviewers(units, seed)
    if len(units) > 1:
        assert set(by) == set(by.values()) == set(units)
    assert all(unit != reviewer for unit, reviewer in by.items())


def test_one_in_ten_is_drawn_and_at_least_one() -> None:
    assert [usual_count(number) for number in (0, 1, 10, 11, 250)] == [0, 1, 1, 2, 25]
