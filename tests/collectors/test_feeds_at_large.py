"""What must hold of every feed, however it is written: it never hides its newest post and shows no time of its own."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.platforms import feed
from monitor.core.collector import Page
from monitor.core.observation import Covers, LookFailedError, Standing, Timeline
from tests.collectors.feeds import AT, DAYS, MINUTES, SECONDS, Made, made, shown_by
from tests.often import often


def read(entry: Made) -> Timeline | None:
    page = Page(url="https://www.example.gov.cn/feed.xml", status=200, headers={}, body=entry.body.encode(), at=AT)
    try:
        return feed.read(page)
    except LookFailedError:
        return None


def hides_nothing(entry: Made) -> bool:
    """True if what was read is true of the feed; tells apart by assertion what is not."""
    seen = read(entry)
    assert seen or not entry.is_ordinary, entry.said
    if seen is None:
        return False
    assert {post.published_at for post in seen.posts} <= entry.shown, entry.said
    if seen.covers is not Covers.ALL:
        assert not entry.is_ordinary, entry.said
        return False
    assert len(seen.posts) == entry.number, entry.said
    if entry.newest is None:
        assert seen.standing is Standing.EMPTY, entry.said
    else:
        said = {shown_by(form, entry.newest) for form in (next(iter(SECONDS)), next(iter(MINUTES)), next(iter(DAYS)))}
        newest = seen.newest
        assert newest, entry.said
        assert newest.published_at >= min(said), entry.said
    return True


@settings(max_examples=often(400))
@given(seed=st.integers(min_value=0))
def test_no_feed_hides_its_newest_post_or_shows_a_time_that_no_item_says(seed: int) -> None:
    hides_nothing(made(seed))


def test_the_feeds_that_are_made_are_of_both_kinds() -> None:
    """Of 300 feeds, enough are ordinary and taken as they are, and enough are not."""
    feeds = [made(seed) for seed in range(300)]
    taken = sum(map(hides_nothing, feeds))
    assert sum(made.is_ordinary for made in feeds) <= taken
    assert 100 < taken < 250
