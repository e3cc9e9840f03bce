"""What is read of columns drawn by chance: never a list that is complete and shows an older newest post."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from collectors.platforms import website
from monitor.core.calendar import BEIJING, beijing_date
from monitor.core.collector import Page
from monitor.core.observation import Covers, LookFailedError, Timeline
from tests.collectors import columns
from tests.often import often

AT = datetime(columns.TODAY.year, columns.TODAY.month, columns.TODAY.day, 12, tzinfo=BEIJING)


def look(column: columns.Column) -> Timeline | None:
    page = Page(url=columns.URL, status=200, headers={}, body=column.markup.encode(), at=AT)
    try:
        return website.read(page)
    except LookFailedError:
        return None


def newest(seen: Timeline) -> date:
    assert seen.newest
    return beijing_date(seen.newest.published_at)


@settings(max_examples=often(250))
@given(seed=st.integers(0, 10**9))
@example(seed=844)
@example(seed=1115)
@example(seed=1317)
@example(seed=104999)
@example(seed=115738)
def test_a_complete_list_shows_its_newest_post_and_no_time_is_made_up(seed: int) -> None:
    column = columns.drawn(seed)
    seen = look(column)
    if seen is None:
        return
    assert {beijing_date(post.published_at) for post in seen.posts if not post.is_year_guessed} <= column.days
    if seen.covers is Covers.ALL:
        assert newest(seen) == column.newest
        assert not any(post.is_year_guessed for post in seen.posts)


@settings(max_examples=often(60))
@given(seed=st.integers(0, 10**9))
def test_a_list_whose_dates_cannot_be_read_is_not_hidden_by_an_older_one_beside_it(seed: int) -> None:
    column = columns.beside(seed)
    seen = look(column)
    if seen:
        assert seen.covers is Covers.SOME or newest(seen) == column.newest, column.made_of
        assert {beijing_date(post.published_at) for post in seen.posts if not post.is_year_guessed} <= column.days


@settings(max_examples=often(60))
@given(seed=st.integers(0, 10**9))
def test_an_article_is_one_post_of_its_own_day_whatever_stands_beside_it(seed: int) -> None:
    column = columns.article(seed)
    page = Page(url=f"{columns.URL}t1.html", status=200, headers={}, body=column.markup.encode(), at=AT)
    try:
        seen = website.read(page)
    except LookFailedError:
        assert column.made_of == ("shown",)
        return
    assert [beijing_date(post.published_at) for post in seen.posts] == [column.newest], column.markup
    assert seen.covers is Covers.SOME


def test_of_ordinary_lists_95_in_100_are_complete() -> None:
    ordinary = [column for column in map(columns.drawn, range(500)) if column.is_ordinary]
    complete = [column for column in ordinary if (seen := look(column)) and seen.covers is Covers.ALL]
    assert len(complete) >= 0.95 * len(ordinary) > 200


def test_a_list_whose_years_stand_nowhere_is_a_guess_and_covers_some() -> None:
    yearless = [column for column in map(columns.drawn, range(400)) if column.is_yearless]
    assert len(yearless) > 30
    for seen in filter(None, map(look, yearless)):
        assert seen.covers is Covers.SOME


@pytest.mark.parametrize("layout", columns.LAYOUTS)
def test_each_layout_is_read_with_each_whole_date(layout: str) -> None:
    posts = [
        columns.Post("示例县组织开展安全生产大检查", date(2026, 11, day), n) for n, day in enumerate((18, 12, 12, 3))
    ]
    for way in columns.WAYS:
        if (layout, way) == ("p", "day over month"):
            continue  # a heading ends a paragraph: such a page falls apart in every browser
        column = columns.of(layout, way, posts)
        seen = look(column)
        assert seen, (layout, way)
        assert (len(seen.posts), newest(seen), seen.covers) == (4, date(2026, 11, 18), Covers.ALL), (layout, way)
