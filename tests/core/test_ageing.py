"""A finding kept without its days says on every day what the rule says on that day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from monitor.core.ageing import with_days, without_days
from monitor.core.calendar import beijing_date
from monitor.core.finding import Finding, Known, RuleBook, State
from monitor.core.rules import upd_01, upd_03
from tests.core.build import BOOK, beijing_time, finding, known

TODAY = date(2026, 5, 6)
POSTED = beijing_time("2025-12-20 10:00")


@pytest.mark.parametrize("judge", [upd_01.judge, upd_03.judge])
def test_as_long_as_a_rule_turns_nothing_what_was_kept_tells_each_day_in_its_words(
    judge: Callable[[Known, RuleBook, datetime], Finding],
) -> None:
    """Over New Year, when days are written with their year, and over every step up to what is too long."""
    kept: tuple[Finding, date | None] | None = None
    lasted = 0
    for days in range(40):
        now = POSTED + timedelta(days=days)
        of_day = judge(known(POSTED, look=now), BOOK, now)
        anew = without_days(of_day, beijing_date(now))
        assert anew[1] == beijing_date(POSTED)
        lasted += anew == kept
        kept = anew
        assert with_days(kept[0], beijing_date(POSTED), beijing_date(now)) == of_day
    assert lasted >= 30, "on most days nothing is new but the number of days"


def test_a_number_that_only_happens_to_be_that_of_the_days_is_found_out_on_the_next_day() -> None:
    said = replace(finding(State.OK, days=4), because="截至5月1日已4天未更新；平台暂停。")
    later = replace(said, days=5)
    assert without_days(said, TODAY) != without_days(later, TODAY + timedelta(days=1))


@pytest.mark.parametrize("because", ["\ue000天。", "\ue001。"])
def test_a_sentence_that_holds_our_own_signs_is_kept_as_it_is(because: str) -> None:
    said = replace(finding(State.OK, days=4), because=because)
    assert without_days(said, TODAY) == (said, None)


def test_what_counts_no_days_is_kept_as_it_is() -> None:
    said = finding(State.OK, days=None)
    assert without_days(said, TODAY) == (said, None)
