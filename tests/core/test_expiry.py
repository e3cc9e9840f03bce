"""Grants and verifications that end: the operator hears of it ahead, and silence afterwards accuses nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from monitor.core.calendar import beijing_date
from monitor.core.expiry import Expiry, ended, is_to_be_told
from monitor.core.finding import State, Support
from monitor.core.observation import MANUAL
from monitor.core.rules import upd_01, upd_03
from tests.core.build import BOOK, account, beijing_time, known

NOW = beijing_time("2026-05-20 10:00")
TODAY = beijing_date(NOW)
DAY = timedelta(days=1)
OLD = NOW - 30 * DAY


@pytest.mark.parametrize("column", ["grant_until", "verified_until"])
def test_a_list_read_after_the_end_is_no_evidence_that_nothing_was_published(column: str) -> None:
    seen = replace(known(OLD, look=NOW), account=account(**{column: TODAY - DAY}))

    for rule in (upd_01, upd_03):
        finding = rule.RULE.judge(seen, BOOK, NOW)
        assert (finding.state, finding.support) == (State.UNKNOWN, Support.BLIND)
        assert "到期，到期后的采集不作为未更新的依据" in finding.because


@pytest.mark.parametrize("column", ["grant_until", "verified_until"])
def test_up_to_its_last_day_it_is(column: str) -> None:
    seen = replace(known(OLD, look=NOW), account=account(**{column: TODAY}))

    assert upd_01.RULE.judge(seen, BOOK, NOW).state is State.VIOLATED


def test_what_was_read_before_the_end_counts_as_long_as_it_is_fresh() -> None:
    seen = known(OLD, look=NOW - 12 * timedelta(hours=1), grant_until=beijing_date(NOW - DAY / 2))

    assert upd_01.RULE.judge(seen, BOOK, NOW).state is State.VIOLATED


def test_a_look_by_hand_needs_no_grant() -> None:
    seen = known(OLD, look=NOW, collector=MANUAL, polled=False, grant_until=TODAY - 9 * DAY)

    assert upd_01.RULE.judge(seen, BOOK, NOW).state is State.VIOLATED


def test_a_known_post_proves_an_update_after_the_end_as_well() -> None:
    seen = known(NOW - DAY, look=NOW, grant_until=TODAY - 9 * DAY)

    assert upd_01.RULE.judge(seen, BOOK, NOW).state is State.OK


def test_of_two_ends_the_first_is_named() -> None:
    both = account(grant_until=TODAY - DAY, verified_until=TODAY - 2 * DAY)

    assert ended(both, TODAY) == Expiry("认证", TODAY - 2 * DAY)
    assert ended(both, TODAY - 2 * DAY) is None


def told(left: int, last_told: int = 1, today: date = date(2026, 5, 20)) -> bool:
    """True if an end in so many days is told, the last digest having left so many days ago; a Wednesday."""
    return is_to_be_told(Expiry("授权", today + left * DAY), today - last_told * DAY, today)


@pytest.mark.parametrize(
    ("left", "is_told"),
    [(31, False), (30, True), (29, False), (8, False), (7, True), (6, False), (0, False), (-1, True)],
)
def test_the_operator_hears_of_an_end_30_and_7_days_ahead_and_when_it_is_over(left: int, *, is_told: bool) -> None:
    assert told(left) is is_told


def test_what_was_not_told_on_a_day_off_is_told_on_the_next_working_day() -> None:
    monday = date(2026, 5, 18)
    assert told(29, last_told=3, today=monday)
    assert told(6, last_told=3, today=monday)


def test_what_ends_within_30_days_is_told_again_each_week() -> None:
    monday = date(2026, 5, 18)
    assert told(20, last_told=3, today=monday)
    assert not told(31, last_told=3, today=monday)
