"""A guessed year is no evidence: a row counts only where it is new since an earlier look at its list."""

from __future__ import annotations

from calendar import isleap
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from monitor.core.calendar import beijing, start_of_day
from monitor.core.finding import Known
from monitor.core.observation import Covers, Post, Precision, Timeline, timeline
from monitor.store import Store, facts, looks, overview
from tests.often import often
from tests.store.build import DAY, HOUR, NOW, account, enrol, look, record, source


@pytest.fixture(autouse=True)
def roster_of_one(store: Store) -> None:
    enrol(store, account(), at=NOW - 900 * DAY)


def row(published: datetime, seen_at: datetime, *, title: str = "", link: str | None = "") -> Post:
    """Return what a reader makes of a row MM-DD: the most recent such day that is not after the look."""
    day = start_of_day(beijing(published).date())
    shown = beijing(day).date()
    leap = (shown.month, shown.day) == (2, 29)
    years = (year for year in range(beijing(seen_at).year, 2000, -1) if not leap or isleap(year))
    guesses = (start_of_day(shown.replace(year=year)) for year in years)
    guess = next(guess for guess in guesses if guess <= seen_at)
    url = f"https://a.example/{published:%Y%m%d%H}" if link == "" else link
    title = title or f"{published:%Y%m%d%H}的消息"
    return Post(published_at=guess, precision=Precision.DAY, title=title, url=url, is_year_guessed=True)


def column(seen_at: datetime, *published: datetime) -> Timeline:
    """Return what a look at a column without years sees, newest first."""
    return timeline([row(moment, seen_at) for moment in published], covers=Covers.SOME)


def known(store: Store, now: datetime, known_at: datetime | None = None, id_: str = "A01") -> Known:
    """Return what is known, whole; judging, which reads less of it, goes by the same newest post."""
    with store.read() as tx:
        (whole,) = facts.known(tx, [id_], now=now, known_at=known_at)
        (judged,) = facts.known(tx, [id_], now=now, known_at=known_at, is_whole=False)
    assert judged.newest == whole.newest
    return whole


def newest(store: Store, now: datetime) -> datetime | None:
    found = known(store, now).newest
    return found.post.published_at if found else None


def scheduled_by(store: Store) -> datetime | None:
    """Return the newest time that the schedule and the overview go by."""
    with store.read() as tx:
        (due,) = looks.sources_of(tx, ["A01"])
        (seen,) = overview.account_rows(tx, NOW + 900 * DAY)
        assert seen.newest_post_at == due.newest
        return due.newest


DEAD = [NOW - (365 + 3) * DAY, NOW - (365 + 40) * DAY, NOW - 800 * DAY]
"""A column that was left three years ago: its days look like three days ago, forty days ago."""


def test_a_dead_column_shows_nothing_on_its_first_look(store: Store) -> None:
    record(store, look(NOW, column(NOW, *DEAD)))
    assert newest(store, NOW) is None
    assert scheduled_by(store) is None
    with store.read() as tx:
        assert [known.is_evidence for known in overview.posts_of(tx, "A01")] == [False] * 3


def test_nor_on_any_later_one(store: Store) -> None:
    for days in range(0, 500, 45):
        at = NOW + days * DAY
        record(store, look(at, column(at, *DEAD)))
        assert newest(store, at) is None


def test_a_row_that_is_new_since_an_earlier_look_counts(store: Store) -> None:
    later = NOW + 5 * DAY
    record(store, look(NOW, column(NOW, *DEAD)), look(later, column(later, NOW + 4 * DAY, *DEAD)))
    day = start_of_day(beijing(NOW + 4 * DAY).date())
    assert newest(store, later) == day
    assert scheduled_by(store) == day
    assert known(store, later, NOW + 4 * DAY).newest is None


def test_what_comes_up_at_the_old_end_does_not(store: Store) -> None:
    """A row was taken down, and an older one of the second page stands at the end of the first."""
    at = NOW + DAY
    old = NOW - (365 + 1) * DAY
    record(store, look(NOW, column(NOW, *DEAD[:1])), look(at, column(at, DEAD[0], old - 400 * DAY)))
    assert newest(store, at) is None


def test_nor_do_rows_whose_addresses_have_all_changed(store: Store) -> None:
    at = NOW + DAY
    moved = [replace(row(moment, at), url=f"https://b.example/{moment:%Y%m%d}") for moment in DEAD]
    record(store, look(NOW, column(NOW, *DEAD)), look(at, timeline(moved, covers=Covers.SOME)))
    assert newest(store, at) is None


def test_nor_one_row_under_another_address(store: Store) -> None:
    at = NOW + DAY
    moved = [replace(row(DEAD[0], at), url="https://b.example/1"), *(row(moment, at) for moment in DEAD[1:])]
    record(store, look(NOW, column(NOW, *DEAD)), look(at, timeline(moved, covers=Covers.SOME)))
    assert newest(store, at) is None


def test_at_new_year_a_row_without_a_link_is_the_row_it_was(store: Store) -> None:
    before, after = NOW.replace(month=12, day=30), NOW.replace(year=NOW.year + 1, month=1, day=2)
    old = [NOW.replace(year=NOW.year - 3, month=1, day=1), NOW.replace(year=NOW.year - 3, month=12, day=29)]

    def shown(at: datetime) -> Timeline:
        return timeline([row(moment, at, link=None) for moment in reversed(old)], covers=Covers.SOME)

    record(store, look(before, shown(before)), look(after, shown(after)))
    with store.read() as tx:
        assert len(overview.posts_of(tx, "A01")) == 2
    assert newest(store, after) is None


def test_a_year_that_is_found_later_lifts_the_mark(store: Store) -> None:
    sharper = replace(row(DEAD[0], NOW), published_at=DEAD[0], is_year_guessed=False)
    record(store, look(NOW, column(NOW, *DEAD)), look(NOW + HOUR, timeline([sharper], covers=Covers.SOME)))
    assert newest(store, NOW + HOUR) == DEAD[0]
    assert known(store, NOW + HOUR, NOW).newest is None
    record(store, look(NOW + 2 * HOUR, column(NOW + 2 * HOUR, *DEAD)))
    assert newest(store, NOW + 2 * HOUR) == DEAD[0]


def test_a_new_row_put_up_ahead_of_its_day_counts_when_the_day_has_come(store: Store) -> None:
    ahead, at = NOW + 3 * DAY, NOW + DAY
    record(store, look(NOW, column(NOW, *DEAD)), look(at, column(at, ahead, *DEAD)))
    assert newest(store, at) is None
    record(store, look(NOW + 4 * DAY, column(NOW + 4 * DAY, ahead, *DEAD)))
    assert newest(store, NOW + 4 * DAY) == start_of_day(beijing(ahead).date())


def test_a_new_sources_first_look_is_a_first_look(store: Store) -> None:
    record(store, look(NOW, column(NOW, *DEAD)))
    enrol(store, account(method="weibo=2"), at=NOW + DAY)
    at = NOW + 2 * DAY
    other = column(at, NOW - 364 * DAY, *DEAD)
    record(store, look(at, other, of=source(key="2")))
    assert newest(store, at) is None


def test_after_a_year_without_a_look_a_new_row_may_be_of_either_year(store: Store) -> None:
    at = NOW + 330 * DAY
    record(store, look(NOW, column(NOW, *DEAD)), look(at, column(at, NOW + 300 * DAY, *DEAD)))
    assert newest(store, at) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=often(15))
@given(
    dead=st.lists(st.integers(366, 1400), min_size=2, max_size=8, unique=True),
    steps=st.lists(st.tuples(st.integers(1, 20), st.integers(0, 255)), min_size=2, max_size=8),
)
def test_a_dead_column_never_looks_fresh(store: Store, dead: list[int], steps: list[tuple[int, int]]) -> None:
    """Whatever part of it each look shows, in its own order: rows are taken down, and older ones come up."""
    id_ = f"D{abs(hash((tuple(dead), tuple(steps))))}"
    enrol(store, account(id_), at=NOW - 900 * DAY)
    rows = [NOW - days * DAY for days in sorted(dead)]
    at, gone = NOW, 0
    for hours, bits in steps:
        at += hours * HOUR
        gone |= bits & 1 << (bits % len(rows))
        left = [moment for number, moment in enumerate(rows) if not gone >> number & 1]
        record(store, look(at, column(at, *left[: 1 + bits % 6]), of=source(id_)))
    assert known(store, at, id_=id_).newest is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=often(15))
@given(
    dead=st.lists(st.integers(1, 1400), min_size=2, max_size=8, unique=True),
    waits=st.lists(st.integers(1, 20), min_size=1, max_size=6),
)
@example(dead=[1, 346, 1076], waits=[20])
def test_a_row_that_is_really_new_always_counts(store: Store, dead: list[int], waits: list[int]) -> None:
    id_ = f"N{abs(hash((tuple(dead), tuple(waits))))}"
    enrol(store, account(id_), at=NOW - 900 * DAY)
    rows = [NOW - days * DAY for days in sorted(dead)]
    at = NOW
    record(store, look(at, column(at, *rows), of=source(id_)))
    for days in waits:
        at += days * DAY
        rows.insert(0, at - HOUR)
        record(store, look(at, column(at, *rows[:9]), of=source(id_)))
        found = known(store, at, id_=id_).newest
        assert found is not None
        assert found.post.published_at == start_of_day(beijing(at - HOUR).date())


# --- former versions are filtered by their own time ---


def by_hand(store: Store, at: datetime, *posts: Post) -> None:
    with store.begin() as tx:
        looks.hand_look(tx, account(), timeline(posts, covers=Covers.SOME), at=at, known_at=at)


def test_what_was_known_does_not_change_when_a_sharper_time_is_learnt(store: Store) -> None:
    midnight = start_of_day(beijing(NOW).date())
    vague = Post(published_at=midnight, precision=Precision.DAY, title="甲", url="https://a.example/1")
    by_hand(store, midnight + 7 * HOUR, vague)
    then, learnt = midnight + 8 * HOUR, midnight + 20 * HOUR
    before = known(store, then, learnt)
    by_hand(store, midnight + 30 * HOUR, replace(vague, published_at=midnight + 23 * HOUR, precision=Precision.MINUTE))
    assert known(store, then, learnt).posts == before.posts
    assert [known.post for known in before.posts] == [vague]
    assert known(store, then, midnight + 31 * HOUR).posts == ()


def test_a_former_time_after_the_judged_moment_is_none_of_its_past(store: Store) -> None:
    midnight = start_of_day(beijing(NOW).date())
    wrong = Post(published_at=midnight + 5 * DAY, precision=Precision.DAY, title="甲", url="https://a.example/1")
    by_hand(store, midnight + 6 * DAY, wrong)
    by_hand(store, midnight + 7 * DAY, replace(wrong, published_at=midnight - DAY, precision=Precision.MINUTE))
    assert known(store, midnight, midnight + 6 * DAY).posts == ()
    assert len(known(store, midnight, midnight + 7 * DAY).posts) == 1
