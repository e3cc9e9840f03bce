"""The number of a matter is one however it is typed: what was answered is not asked for again."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.names import numbered

_NUMBER = "示政办函(2026)GD-1·2号"
_SIGNS = {
    sign: [chr(point) for point in range(0x10000) if unicodedata.category(chr(point)) == sort]
    for sign, sort in {"(": "Ps", ")": "Pe", "-": "Pd"}.items()
}


@st.composite
def typings(draw: st.DrawFn) -> str:
    """Return a number with other brackets and dashes, blanks, and signs that nobody sees."""
    unseen = st.sampled_from(["", "", "", " ", "\u3000", "\u200b", "\ufeff", "\u2060"])
    return "".join(draw(st.sampled_from(_SIGNS.get(sign, [sign]))) + draw(unseen) for sign in _NUMBER)


@given(typings())
def test_a_number_is_the_same_with_any_bracket_dash_blank_and_unseen_sign(typed: str) -> None:
    assert numbered(typed) == numbered(_NUMBER)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("示政办〔2026〕12号", "示政办[2026]12号"),
        ("示政办〔2026〕12号", "示政办（2026）12号"),
        ("【2026】GD1", "［2026］gd1"),
        ("GD\u25001", "GD-1"),
        ("2026·1", "2026•1"),
        ("2026·1", "2026・1"),
    ],
)
def test_the_ways_in_which_offices_type_a_number_are_one(one: str, other: str) -> None:
    assert numbered(one) == numbered(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("GD-1", "GD-11"), ("GD-1", "GD1"), ("〔2026〕1号", "〔2025〕1号"), ("1.2", "12"), ("G_1", "G-1")],
)
def test_other_numbers_are_others(one: str, other: str) -> None:
    assert numbered(one) != numbered(other)
