"""Whatever stands in a name, a picture stays what was drawn."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.pictures import svg
from tests.pictures.drawn import elements, faults, said

HOSTILE = (
    "<script>alert(1)</script>",
    "]]><svg onload=x>",
    "a\x00b\ufffe\u202ec",
    "\"&'",
    "=cmd|' /C calc'!A0",
    "🏮" * 200,
)


@given(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=400)))
def test_words_from_anywhere_are_words(text: str) -> None:
    drawn = svg.picture(
        "p", (100, 50), text, text, [svg.text(1, 20, text), svg.element("g", svg.titled(text), id=text[:0])]
    )
    assert faults(drawn) == []
    assert [one.tag.rpartition("}")[2] for one in elements(drawn)] == ["svg", "title", "desc", "text", "g", "title"]


def test_a_name_is_shown_as_it_is_written() -> None:
    drawn = svg.picture("p", (100, 50), "“示例<b>”", "甲&乙", [])
    assert said(drawn) == "“示例<b>”甲&乙"


@given(st.text(max_size=40))
def test_an_attribute_holds_any_value(value: str) -> None:
    kept = "".join(sign for sign in value if sign.isprintable())
    drawn = svg.picture("p", (1, 1), "t", "d", [svg.element("g", id=kept)])
    assert elements(drawn)[3].attrib == {"id": kept}


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_not_drawn(value: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        svg.element("rect", x=value)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(0, 1000), st.floats(0, 1000))
def test_a_scale_stays_between_its_ends(value: float, first: float, last: float, start: float, end: float) -> None:
    place = svg.Scale(first=first, last=last, start=start, end=end).at(value)
    assert min(start, end) - 0.01 <= place <= max(start, end) + 0.01


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 400), st.integers(0, 400))
def test_a_later_day_lies_further_on(first: date, length: int, after: int) -> None:
    scale = svg.days(first, first + timedelta(days=length), 0, 100)
    earlier, later = first + timedelta(days=after), first + timedelta(days=after + 1)
    assert scale.on(earlier) <= scale.on(later)
    assert scale.on(first) == 0
