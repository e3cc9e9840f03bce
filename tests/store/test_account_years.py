"""What the database says of the days of an account: the posts, and when all of them were seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.core.account import Platform
from monitor.core.observation import Covers, Precision, Reason, Standing, gone
from monitor.core.outage import Cause, NewOutage
from monitor.store import Store, looks, outages
from monitor.store.account_years import dated_posts, seen_spans
from tests.store.build import DAY, HOUR, NOW, account, enrol, look, post, record, shown

LONG_AGO = NOW - 300 * DAY
POST = post(NOW - 9 * DAY)


def spans(store: Store, polled_until: datetime | None = None) -> list[tuple[float, float]]:
    """Return the spans, in hours from NOW."""
    with store.read() as tx:
        found = seen_spans(tx, "A01", Platform.WEIBO, LONG_AGO, polled_until=polled_until)
    return [((one.since - NOW) / HOUR, (one.until - NOW) / HOUR) for one in found]


def seen(store: Store, *hours: int, covers: Covers = Covers.ALL) -> None:
    """Have the account looked at at these hours."""
    for hour in hours:
        record(store, look(NOW + hour * HOUR, shown(POST, covers=covers)))


def outage(store: Store, *, ended: int | None, platform: Platform | None = Platform.WEIBO) -> None:
    """Have a time in which nothing is trusted begin at the second hour, and end at an hour."""
    begun = NewOutage(platform=platform, cause=Cause.CANARY, trusted_until=NOW + 2 * HOUR, began_at=NOW + 3 * HOUR)
    with store.begin() as tx:
        number = outages.begin(tx, begun)
        if ended is not None:
            (open_one,) = (one for one in outages.open_outages(tx) if one.id == number)
            outages.end(tx, open_one, NOW + ended * HOUR)


@pytest.fixture(autouse=True)
def _enrolled(store: Store) -> None:
    enrol(store, account(), at=NOW - 30 * DAY)


def test_looks_that_show_the_same_are_one_span(store: Store) -> None:
    seen(store, 0, 6, 12)
    assert spans(store) == [(0, 12)]


def test_a_look_that_sees_part_or_nothing_or_a_closed_account_spans_nothing(store: Store) -> None:
    seen(store, 0, covers=Covers.SOME)
    record(store, look(NOW + HOUR, Reason.TIMEOUT))
    record(store, look(NOW + 2 * HOUR, gone(Standing.CANCELLED)))
    assert spans(store) == []


def test_what_a_list_does_not_show_yet_is_not_seen(store: Store) -> None:
    late = replace(shown(POST), whole_until=NOW - 20 * HOUR)
    record(store, look(NOW, late))
    assert spans(store) == []
    record(store, look(NOW + 6 * HOUR, late))
    assert spans(store) == []


@pytest.mark.parametrize("platform", [Platform.WEIBO, None])
def test_a_time_in_which_we_could_not_be_trusted_is_taken_out(store: Store, platform: Platform | None) -> None:
    outage(store, ended=8, platform=platform)
    seen(store, 0, 6, 12)
    assert spans(store) == [(0, 2), (8, 12)]


def test_one_that_lasts_takes_out_everything_since(store: Store) -> None:
    outage(store, ended=None)
    seen(store, 0, 6, 12)
    assert spans(store) == [(0, 2)]


def test_another_platforms_trouble_takes_out_nothing(store: Store) -> None:
    outage(store, ended=8, platform=Platform.DOUYIN)
    seen(store, 0, 6, 12)
    assert spans(store) == [(0, 12)]


def test_people_are_trusted_where_the_monitor_is_not(store: Store) -> None:
    outage(store, ended=None)
    with store.begin() as tx:
        assert looks.hand_look(tx, account(), shown(POST), at=NOW + 4 * HOUR, known_at=NOW + 4 * HOUR)
    assert spans(store) == [(4, 4)]


def test_after_the_end_of_an_authorization_only_people_see(store: Store) -> None:
    seen(store, 0, 6, 12)
    assert spans(store, polled_until=NOW + 7 * HOUR) == [(0, 7)]


def test_the_posts_since_a_moment_come_with_the_one_before_them(store: Store) -> None:
    rough = post(NOW - 2 * DAY, precision=Precision.AT_LEAST)
    record(store, look(NOW, shown(rough, post(NOW - 5 * DAY), post(NOW - 6 * DAY), post(NOW - 8 * DAY))))
    with store.read() as tx:
        found = dated_posts(tx, "A01", NOW - 5 * DAY - timedelta(hours=1))
    assert [(NOW - one.at).days for one in found] == [2, 5, 6]
    assert [one.is_exact for one in found] == [False, True, True]
    assert [one.is_linked for one in found] == [True, True, True]
    assert all(one.is_visible and one.is_evidence for one in found)
