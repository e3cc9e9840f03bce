"""Twelve months of the pass rate: a month that was not seen enough is a gap, and neither 0 nor 100 %."""

from __future__ import annotations

import struct
import zlib
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.figures import MonthFigures
from monitor.core.pass_rate import PassRate
from monitor.core.period import Period
from monitor.pictures.trend import HEIGHT, WIDTH, dots, draw, halves, is_telling, lacking, points, sentences
from tests.pictures.drawn import elements, faults, said


def month(number: int, checked: int, failed: int, unchecked: int = 0) -> MonthFigures:
    period = Period.month(date(2025 + (number + 10) // 12, (number + 10) % 12 + 1, 1))
    rate = PassRate(checked=checked, failed=failed, unchecked=unchecked)
    return MonthFigures(first=period.first, label=period.label, accounts=checked + unchecked, rate=rate, episodes=0)


YEAR = [month(number, 23, number % 9) for number in range(1, 13)]
counts = st.tuples(st.integers(0, 6000), st.integers(0, 6000), st.integers(0, 6000))


def lines(months: list[MonthFigures]) -> int:
    """Return how many pieces the line has."""
    return sum(one.attrib.get("stroke") == "#1f5fa8" and one.tag.endswith("line") for one in elements(draw(months)))


def test_every_month_has_its_rate_and_its_counts() -> None:
    words = said(draw(YEAR))
    assert "95.65%" in words
    assert "不合格" in words
    assert lines(YEAR) == 11
    assert sentences(YEAR).startswith("近12个月合格率：2025年12月95.65%，2026年1月91.3%")


@pytest.mark.parametrize(
    ("rate", "word"),
    [
        (PassRate(checked=0, failed=0), "无可查"),
        (PassRate(checked=0, failed=0, unchecked=20), "采集不足"),
        (PassRate(checked=9, failed=0, unchecked=10), "采集不足"),
        (PassRate(checked=10, failed=10, unchecked=10), ""),
    ],
)
def test_a_month_of_which_most_was_not_seen_has_no_rate(rate: PassRate, word: str) -> None:
    one = MonthFigures(first=date(2026, 3, 1), label="2026年3月", accounts=20, rate=rate, episodes=0)
    assert (lacking(one), is_telling(rate)) == (word, not word)
    (point,) = points([one])
    assert (point.y is None, point.value == "") == (bool(word), bool(word))


def test_the_line_is_broken_at_a_month_without_a_rate() -> None:
    blind = [*YEAR[:5], month(6, 2, 0, 21), *YEAR[6:]]
    assert lines(blind) == 9
    assert "2026年5月采集不足" in sentences(blind)
    assert "0%" not in sentences(blind).replace("100%", "").split("2026年5月")[1][:5]


def test_nothing_failed_and_everything_failed_are_drawn_at_their_ends() -> None:
    best, worst = points([month(1, 5, 0), month(2, 5, 5)])
    assert (best.value, worst.value) == ("100%", "0%")
    assert best.y is not None
    assert worst.y is not None
    assert best.y < worst.y


def test_a_county_without_months_has_a_picture_too() -> None:
    assert faults(draw([])) == []
    assert "还没有可以统计的月份" in sentences([])


def test_a_telephone_has_the_year_in_two_halves_that_fit_it_and_leave_no_month_out() -> None:
    earlier, later = halves(YEAR)
    assert faults(earlier) == faults(later) == []
    assert earlier.words + later.words == f"{sentences(YEAR[:6])}{sentences(YEAR[6:])}"
    widths = [elements(half)[0].attrib["viewBox"].split()[2] for half in (earlier, later)]
    assert [float(width) <= 358 for width in widths] == [True, True]


@given(st.lists(counts, max_size=12))
def test_whatever_was_counted_the_picture_is_whole(found: list[tuple[int, int, int]]) -> None:
    months = [month(n, checked, min(failed, checked), un) for n, (checked, failed, un) in enumerate(found)]
    drawn = draw(months)
    assert faults(drawn) == []
    shown = [point for point in points(months) if point.y is not None]
    assert lines(months) == sum(a.y is not None and b.y is not None for a, b in pairwise(points(months)))
    assert all(point.value in said(drawn) for point in shown)


def read(png: bytes) -> tuple[int, int, bytes]:
    """Return the size of a PNG and its rows; every part must have its checksum."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    found, rest = {}, png[8:]
    while rest:
        (length,) = struct.unpack(">I", rest[:4])
        kind, body, checksum = rest[4:8], rest[8 : 8 + length], rest[8 + length : 12 + length]
        assert struct.unpack(">I", checksum) == (zlib.crc32(kind + body),)
        found[kind], rest = body, rest[12 + length :]
    width, height = struct.unpack(">II", found[b"IHDR"][:8])
    return width, height, zlib.decompress(found[b"IDAT"])


def test_the_dots_are_a_small_picture_of_the_same_shape_and_always_the_same_file() -> None:
    png = dots(YEAR)
    width, height, rows = read(png)
    assert (width, height) == (3 * WIDTH, 3 * HEIGHT)
    assert len(rows) == (width + 1) * height
    assert 0.01 < sum(dot < 0x90 for dot in rows) / len(rows) < 0.2
    assert len(png) < 20_000
    assert dots(YEAR) == png
    assert dots([*YEAR[:11], month(12, 23, 9)]) != png


@settings(max_examples=10)
@given(st.lists(counts, max_size=12))
def test_dots_are_drawn_whatever_was_counted(found: list[tuple[int, int, int]]) -> None:
    months = [month(n, checked, min(failed, checked), un) for n, (checked, failed, un) in enumerate(found)]
    assert read(dots(months, scale=1))[:2] == (WIDTH, HEIGHT)
