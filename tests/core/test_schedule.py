from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.calendar import beijing
from monitor.core.observation import POLLED_FRESHNESS, SECOND_READING
from monitor.core.schedule import LONGEST, first_look, interval, next_look, retry_at, second_look, share
from tests.core.build import beijing_time

NOW = beijing_time("2026-05-20 09:00")
SIX = timedelta(hours=6)
DAY = timedelta(days=1)
ids = st.text(min_size=1, max_size=30)
EVERY = st.timedeltas(min_value=timedelta(minutes=2), max_value=timedelta(days=3))


def of(count: int) -> list[str]:
    return [f"A{number}/weibo=1" for number in range(count)]


@pytest.mark.parametrize(
    ("days", "hours"),
    [(None, 6), (0, 12), (6, 12), (7, 6), (8, 6), (9, 3), (14, 3), (21, 3), (22, 6), (400, 6)],
)
def test_who_has_just_posted_is_left_alone_and_who_nears_the_deadline_is_looked_at_often(
    days: int | None, hours: int
) -> None:
    assert interval(SIX, days) == timedelta(hours=hours)


def test_from_day_nine_on_every_morning_begins_with_a_look_before_messages_may_leave() -> None:
    evening = beijing_time("2026-05-20 23:30")
    for source in of(50):
        then = beijing(next_look(source, timedelta(days=3), evening - 12 * DAY, evening))
        assert then.date().isoformat() == "2026-05-21"
        assert "06:00" <= f"{then:%H:%M}" < "08:30"


@given(ids, EVERY, st.none() | st.integers(min_value=0, max_value=60))
def test_no_look_grows_stale_before_the_next_one(source: str, every: timedelta, days: int | None) -> None:
    newest = None if days is None else NOW - days * DAY
    then = next_look(source, every, newest, NOW)
    assert NOW < then <= NOW + LONGEST < NOW + POLLED_FRESHNESS


def test_sources_of_one_platform_fall_on_moments_of_their_own_and_a_restart_changes_none() -> None:
    def moments() -> list[datetime]:
        return [next_look(source, SIX, NOW - 2 * DAY, NOW) for source in of(1000)]

    once = moments()
    assert once == moments()
    assert len(set(once)) == 1000
    minutes = [sum(1 for then in once if NOW + n * timedelta(minutes=12) <= then) for n in range(48, 61)]
    per_slot = [earlier - later for earlier, later in pairwise(minutes)]
    assert max(per_slot) < 130, "the last fifth of twelve hours holds them evenly"


@given(ids)
def test_a_source_s_share_is_a_fraction(source: str) -> None:
    assert 0 <= share(source) < 1


@pytest.mark.parametrize(("failures", "minutes"), [(1, 10), (2, 20), (3, 40), (5, 160), (6, 320), (7, 360), (99, 360)])
def test_what_fails_is_tried_again_ever_more_rarely_up_to_its_own_interval(failures: int, minutes: int) -> None:
    for source in of(20):
        pause = retry_at(source, SIX, failures, None, NOW) - NOW
        assert timedelta(minutes=minutes) * 0.9 <= pause <= timedelta(minutes=minutes) * 1.1


@given(ids, EVERY, st.integers(min_value=1, max_value=1000), st.timedeltas(timedelta(), timedelta(hours=6)))
def test_a_far_side_that_names_a_time_is_never_asked_sooner(
    source: str, every: timedelta, failures: int, asked: timedelta
) -> None:
    assert retry_at(source, every, failures, asked, NOW) - NOW >= asked


@given(ids)
def test_a_second_look_is_another_occasion_and_comes_soon(source: str) -> None:
    assert SECOND_READING < second_look(source, NOW) - NOW < timedelta(minutes=90)


def test_new_accounts_are_looked_at_within_two_minutes_and_not_all_at_once() -> None:
    moments = [first_look(source, SIX, NOW) for source in of(200)]
    assert len(set(moments)) == 200
    assert max(moments) < NOW + timedelta(minutes=2)
