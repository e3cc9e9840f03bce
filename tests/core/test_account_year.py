"""Which days of a year are known to be without posts: not having seen is never evidence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from monitor.core.account_year import AccountYear, DatedPost, SeenSpan, first_day, year_of
from monitor.core.calendar import start_of_day

TODAY = date(2026, 11, 30)
DAY = timedelta(days=1)


def post(age: int, **changes: bool) -> DatedPost:
    at = start_of_day(TODAY - age * DAY) + timedelta(hours=10)
    shown = DatedPost(at=at, is_linked=True, is_exact=True, is_visible=True, is_evidence=True)
    return replace(shown, **changes)  # type: ignore[arg-type]  # the flags are all bool


def span(first: int, last: int, hour: int = 12) -> SeenSpan:
    """Return a time from so many days ago to so many days ago."""
    return SeenSpan(
        since=start_of_day(TODAY - first * DAY) + timedelta(hours=12),
        until=start_of_day(TODAY - last * DAY) + timedelta(hours=hour),
    )


def year(
    *posts: DatedPost, seen: tuple[SeenSpan, ...] = (), sure: bool = False, opened: date | None = None
) -> AccountYear:
    return year_of(posts, seen, TODAY, opened=opened, is_sure=sure)


def lengths(days: AccountYear) -> list[int]:
    return [silence.days for silence in days.silences]


def test_the_year_begins_on_a_monday_and_holds_today() -> None:
    first = first_day(TODAY)
    assert first.weekday() == 0
    assert 364 <= (TODAY - first).days < 371


def test_between_neighbours_of_one_list_nothing_lies() -> None:
    assert lengths(year(post(3), post(20))) == [17]
    assert lengths(year(post(3, is_linked=False), post(20))) == []


def test_a_time_that_is_only_a_lower_bound_proves_no_silence() -> None:
    assert lengths(year(post(3, is_exact=False), post(20))) == []
    assert lengths(year(post(3), post(20, is_exact=False))) == []


def test_a_day_was_seen_when_it_ended_while_everything_was_shown() -> None:
    days = year(post(20), seen=(span(10, 5),))
    assert lengths(days) == [14]
    assert TODAY - 6 * DAY in days.silent
    assert TODAY - 5 * DAY in days.unseen


def test_looks_that_came_before_the_next_post_prove_the_days_before_it_though_no_list_links_them() -> None:
    days = year(post(2, is_linked=False), post(20), seen=(span(19, 10),))
    assert TODAY - 15 * DAY in days.silent
    assert TODAY - 9 * DAY in days.unseen
    assert lengths(days) == []


def test_two_looks_with_a_night_between_them_do_not_prove_the_day_between() -> None:
    days = year(post(20), seen=(span(19, 10), span(8, 0)))
    assert {TODAY - 10 * DAY, TODAY - 9 * DAY} <= days.silent  # the later list reaches back to the post
    nobody = year(seen=(span(19, 10), span(8, 0)))
    assert {TODAY - 10 * DAY, TODAY - 9 * DAY} <= nobody.unseen


def test_a_look_of_today_says_of_today_that_nothing_has_come_yet() -> None:
    assert TODAY in year(post(20), seen=(span(3, 0),)).silent
    assert TODAY in year(post(20)).unseen


def test_a_fresh_post_alone_does_not_show_that_nothing_came_after_it() -> None:
    days = year(post(8))
    assert (len(days.silent), lengths(days)) == (0, [])


def test_a_post_that_was_taken_down_ended_the_silence_before_it_but_not_the_one_that_lasts() -> None:
    assert lengths(year(post(3), post(10, is_visible=False), post(20), sure=True)) == [10, 7, 3]
    assert lengths(year(post(10, is_visible=False), post(20), sure=True)) == [20]


def test_a_guessed_year_shows_nothing_and_rules_nothing_out() -> None:
    days = year(post(3), post(10, is_evidence=False), post(20), sure=True)
    assert lengths(days) == [3]
    assert TODAY - 10 * DAY in days.unseen
    assert TODAY - 10 * DAY not in days.posted


def test_a_list_without_posts_proves_silence_from_the_first_look_on_and_no_longer_one() -> None:
    opened = TODAY - 30 * DAY
    days = year(seen=(span(5, 0),), opened=opened)
    assert len(days.silent) == 6
    assert lengths(days) == []
    assert lengths(year(opened=opened, sure=True)) == [30]


def test_a_silence_that_began_before_the_year_is_told_whole() -> None:
    assert lengths(year(post(1000), sure=True)) == [1000]
    assert lengths(year(post(0), post(1000))) == [1000]
    assert lengths(year(post(400), post(1000))) == []


def test_an_opening_of_long_ago_costs_no_more_than_one_of_yesterday() -> None:
    assert lengths(year(opened=date(1, 1, 2), sure=True)) == [(TODAY - date(1, 1, 2)).days]
