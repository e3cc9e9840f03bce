"""How much a list proves follows from its own signals."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from collectors.json_body import Fields
from collectors.listing import joined, listing, unless_hidden
from monitor.core.observation import Covers, LookFailedError, Post, Precision, Reason, Standing, Timeline, gone

AT = datetime(2026, 11, 20, 4, tzinfo=UTC)


def post(row: Fields) -> Post | None:
    days = row.get("days")
    if not isinstance(days, int):
        return None
    return Post(
        published_at=AT - timedelta(days=days),
        precision=Precision.AT_LEAST if row.get("bound") else Precision.SECOND,
        title=f"{days}天前",
        is_pinned=bool(row.get("pinned")),
    )


def read(*rows: object, is_last: bool = False) -> Timeline:
    return listing(list(rows), post, is_last=is_last)


@pytest.mark.parametrize(
    ("rows", "covers"),
    [
        ([{"days": 1}, {"days": 2}], Covers.ALL),
        ([{"days": 400, "pinned": True}, {"days": 1}], Covers.ALL),
        ([{"days": 1}, {}], Covers.SOME),
        ([{"days": 1}, "no object"], Covers.SOME),
        ([{"days": 1}, {"days": 2, "bound": True}], Covers.SOME),
        ([{"days": 1, "pinned": True}], Covers.SOME),
    ],
)
def test_a_list_covers_some_where_a_newer_post_may_hide(rows: list[object], covers: Covers) -> None:
    assert read(*rows).covers is covers


def test_pinned_posts_alone_are_the_whole_list_where_the_page_is_the_last() -> None:
    assert read({"days": 1, "pinned": True}, is_last=True).covers is Covers.ALL


@pytest.mark.parametrize("rows", [[{}], [{}, {}], [{"days": 400, "pinned": True}, {}]])
def test_rows_without_a_time_that_tells_the_newest_are_unreadable(rows: list[object]) -> None:
    with pytest.raises(LookFailedError) as failed:
        read(*rows)
    assert failed.value.reason is Reason.UNREADABLE


def test_two_pages_are_one_list_that_covers_what_the_second_does() -> None:
    first = read({"days": 400, "pinned": True})
    seen = joined(first, read({"days": 400, "pinned": True}, {"days": 3}))
    assert ([post.title for post in seen.posts], seen.covers) == (["3天前", "400天前"], Covers.ALL)
    assert joined(first, read(is_last=True)) == replace(first, covers=Covers.ALL)
    assert joined(Timeline(covers=Covers.SOME), read()).standing is Standing.EMPTY
    assert joined(first, Timeline(covers=Covers.SOME)).covers is Covers.SOME


def test_an_empty_list_shows_no_silence_unless_the_profile_counts_no_post() -> None:
    empty = read()
    assert (empty.standing, empty.covers) == (Standing.EMPTY, Covers.ALL)
    assert unless_hidden(empty) == replace(empty, covers=Covers.SOME)
    assert unless_hidden(empty, 318) == Timeline(covers=Covers.SOME, standing=Standing.ACTIVE)
    assert unless_hidden(Timeline(covers=Covers.SOME), 0) == empty
    assert unless_hidden(gone(Standing.BANNED), 0) == gone(Standing.BANNED)
    assert unless_hidden(read({"days": 1}), 0).covers is Covers.ALL
