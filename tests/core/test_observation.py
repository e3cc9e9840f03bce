"""What one more look changes about the known posts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.download import Download, Link
from monitor.core.observation import (
    POSTS_MOST,
    Covers,
    KnownPost,
    Observation,
    Post,
    Precision,
    Profile,
    Reason,
    Timeline,
    merge,
    timeline,
    within_bounds,
)
from tests.core.build import beijing_time, observation, post

NOW = beijing_time("2026-05-20 09:00")
OLD, MIDDLE, NEW = (post(beijing_time(f"2026-05-{day} 08:00")) for day in ("01", "10", "18"))


def looked(
    *posts: Post, at: datetime = NOW, known: dict[str, KnownPost] | None = None, **more: object
) -> dict[str, KnownPost]:
    """Return the known posts after one more look."""
    known = dict(known or {})
    seen: Observation = observation(at, *posts, **more)  # type: ignore[arg-type]  # passed through
    merged = merge(known, seen, at)
    return known | {known.post.key: known for known in (*merged.added, *merged.changed)}


def test_the_last_post_of_a_list_is_not_linked_to_anything_older() -> None:
    known = looked(NEW, MIDDLE, OLD)
    assert known[NEW.key].linked_at == NOW
    assert known[MIDDLE.key].linked_at == NOW
    assert known[OLD.key].linked_at is None


def test_a_pinned_old_post_links_nothing() -> None:
    pinned = post(beijing_time("2026-01-01 08:00"), pinned=True)
    known = looked(pinned, NEW, MIDDLE)
    assert known[MIDDLE.key].linked_at is None
    assert known[pinned.key].linked_at is None


def test_a_list_of_some_posts_links_nothing() -> None:
    assert looked(NEW, MIDDLE, covers=Covers.SOME)[NEW.key].linked_at is None


def test_a_post_is_withdrawn_only_by_a_second_reading() -> None:
    known = looked(NEW, MIDDLE, OLD)
    known = looked(MIDDLE, OLD, at=NOW + timedelta(hours=6), known=known)
    assert known[NEW.key].missing_since is not None
    assert known[NEW.key].withdrawn_at is None
    known = looked(MIDDLE, OLD, at=NOW + timedelta(hours=6, minutes=5), known=known)
    assert known[NEW.key].withdrawn_at is None
    known = looked(MIDDLE, OLD, at=NOW + timedelta(hours=12), known=known)
    assert known[NEW.key].withdrawn_at == NOW + timedelta(hours=12)


def test_a_post_seen_again_was_never_gone() -> None:
    known = looked(NEW, MIDDLE, OLD)
    known = looked(MIDDLE, OLD, at=NOW + timedelta(hours=6), known=known)
    known = looked(NEW, MIDDLE, OLD, at=NOW + timedelta(hours=12), known=known)
    assert known[NEW.key].missing_since is None


def test_a_slower_source_withdraws_nothing_that_another_one_showed() -> None:
    known = looked(NEW, MIDDLE, OLD)
    for hours in (6, 12, 18):
        known = looked(MIDDLE, OLD, at=NOW + timedelta(hours=hours), known=known, collector="feed")
    assert known[NEW.key].missing_since is None


def test_a_post_older_than_the_list_is_not_missed() -> None:
    known = looked(OLD)
    known = looked(NEW, MIDDLE, at=NOW + timedelta(hours=6), known=known)
    assert known[OLD.key].missing_since is None


def test_an_edit_does_not_move_a_posts_time() -> None:
    edited = Post(published_at=NOW, title=NEW.title, url=NEW.url)
    assert looked(edited, known=looked(NEW))[NEW.key].post.published_at == NEW.published_at


def test_an_exact_time_replaces_a_date() -> None:
    coarse = Post(published_at=beijing_time("2026-05-18 00:00"), precision=Precision.DAY, url=NEW.url)
    assert looked(NEW, known=looked(coarse))[NEW.key].post == NEW


@given(times=st.lists(st.integers(0, 40), unique=True, max_size=8), seed=st.sets(st.integers(0, 40), max_size=8))
def test_looking_twice_at_the_same_list_changes_nothing(times: list[int], seed: set[int]) -> None:
    before = looked(*(post(NOW - timedelta(days=day)) for day in seed))
    posts = [post(NOW - timedelta(days=day)) for day in times]
    once = looked(*posts, known=before, at=NOW + timedelta(hours=2))
    assert looked(*posts, known=once, at=NOW + timedelta(hours=2, minutes=1)) == once


@given(reason=st.sampled_from(list(Reason)))
def test_seeing_nothing_changes_no_post(reason: Reason) -> None:
    known = looked(NEW, MIDDLE)
    assert looked(at=NOW + timedelta(days=3), known=known, reason=reason) == known


def test_an_old_post_at_the_top_that_is_pinned_without_saying_so_does_not_lengthen_the_list() -> None:
    sticky = post(beijing_time("2020-01-01 08:00"))
    seen = timeline([sticky, NEW, MIDDLE])
    assert seen.reach == MIDDLE.published_at
    known = merge({}, replace(observation(NOW), seen=seen), NOW).added
    assert {known_post.post: known_post.linked_at for known_post in known} == {NEW: NOW, MIDDLE: None, sticky: None}


@pytest.mark.parametrize("listed", [(NEW, MIDDLE, OLD), (OLD, MIDDLE, NEW), (NEW, OLD), (NEW,), ()])
def test_a_list_in_either_order_reaches_to_its_oldest_post(listed: tuple[Post, ...]) -> None:
    assert timeline(listed).whole_from is None
    assert timeline(listed).reach == min((post.published_at for post in listed), default=None)


@given(days=st.lists(st.integers(0, 400), unique=True, min_size=3, max_size=12), old=st.integers(401, 900))
def test_wherever_one_old_post_is_put_but_at_the_end_the_reach_stays(days: list[int], old: int) -> None:
    listed = [post(NOW - timedelta(days=day)) for day in sorted(days)]
    for place in range(len(listed)):
        seen = timeline([*listed[:place], post(NOW - timedelta(days=old)), *listed[place:]])
        assert seen.reach is not None
        assert seen.reach >= listed[-1].published_at


def test_a_list_that_is_whole_up_to_an_earlier_moment_misses_nothing_that_came_after_it() -> None:
    known = looked(NEW, MIDDLE, OLD)
    until = NEW.published_at
    for hours in (6, 12, 18):
        at = NOW + timedelta(hours=hours)
        seen = replace(timeline([OLD]), whole_until=until, whole_from=OLD.published_at - timedelta(days=1))
        merged = merge(known, replace(observation(at), seen=seen), at)
        known = {known_post.post.key: known_post for known_post in (*known.values(), *merged.changed)}
    assert known[NEW.key].missing_since is None, "it says nothing of that time"
    assert known[MIDDLE.key].withdrawn_at is not None


FAR = st.datetimes(timezones=st.just(UTC))


@given(st.lists(st.tuples(FAR, st.text(max_size=400), st.booleans()), max_size=40), st.integers(1, 20))
def test_what_a_look_saw_is_brought_within_bounds(written: list[tuple[datetime, str, bool]], times: int) -> None:
    seen = timeline(
        [
            Post(published_at=moment, title=title, url=title * 20 or None, is_year_guessed=is_guessed)
            for moment, title, is_guessed in written * times
        ],
        profile=Profile(name="n" * 999, id="i" * 999),
    )
    kept = within_bounds(seen)
    assert isinstance(kept, Timeline)
    assert len(kept.posts) <= POSTS_MOST
    assert len(kept.places) in {0, len(kept.posts)}
    assert all(1970 <= post.published_at.year <= 2200 for post in kept.posts)
    assert all(len(post.title) <= 200 and len(post.url or "") <= 2_000 for post in kept.posts)
    assert kept.profile is not None
    assert len(kept.profile.name or "") == len(kept.profile.id or "") == 200
    assert kept.covers is (Covers.ALL if len(kept.posts) == len(seen.posts) else Covers.SOME)
    assert within_bounds(kept) == kept


def test_a_paper_that_holds_until_the_end_of_time_can_still_be_reckoned_with() -> None:
    seen = Download(
        link=Link.SERVICE,
        certificate_until=datetime.max.replace(tzinfo=UTC),
        released_at=datetime.min.replace(tzinfo=UTC),
    )
    kept = within_bounds(seen)
    assert isinstance(kept, Download)
    assert kept.certificate_until == datetime(2200, 1, 1, tzinfo=UTC)
    assert kept.released_at == datetime(1970, 1, 1, tzinfo=UTC)
