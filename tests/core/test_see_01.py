from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from monitor.core.account import AccountStatus, Platform
from monitor.core.calendar import WorkCalendar
from monitor.core.case import Case, Closing, StepKind, plan
from monitor.core.finding import Finding, Known, Pacing, State, Support, word_of
from monitor.core.observation import Covers, Reason, Standing
from monitor.core.outage import Cause, Outage
from monitor.core.rules.see_01 import rule
from monitor.core.subject import Subject
from tests.core.build import BOOK, beijing_time, known, observation, post

RULE = rule(WorkCalendar())
THURSDAY = beijing_time("2026-05-21 10:00")
"""When the last whole list was seen; the next working days are the 22nd, the 25th and the 26th."""


def seen(**changes: object) -> Known:
    return replace(known(THURSDAY, look=THURSDAY, **changes), unseen_since=THURSDAY)  # type: ignore[arg-type]  # as in `known`


def at(text: str, entry: Known) -> Finding:
    return word_of(RULE, entry, BOOK, beijing_time(text))


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        ("2026-05-22 09:00", State.OK),
        ("2026-05-25 23:00", State.OK),
        ("2026-05-26 00:01", State.NEEDS_REVIEW),
        ("2026-06-26 09:00", State.NEEDS_REVIEW),
    ],
)
def test_three_working_days_without_a_whole_list_are_the_operator_s_task(moment: str, state: State) -> None:
    assert at(moment, seen()).state is state


def test_the_task_is_given_to_the_operator() -> None:
    now = beijing_time("2026-05-26 09:00")
    step = plan(word_of(RULE, seen(), BOOK, now), Pacing.TASK, None, BOOK, WorkCalendar(), now).step
    assert step
    assert step.kind is StepKind.TASK


def test_the_task_says_since_when_and_why_and_by_when() -> None:
    blind = observation(THURSDAY + timedelta(days=1), reason=Reason.CAPTCHA)
    one = seen()
    finding = at("2026-05-26 09:00", replace(one, observations=(*one.observations, blind)))
    assert finding.because == (
        "自5月21日起未采集到完整内容（平台要求验证），已3个工作日，请于5月28日前人工核查并登记，或更正采集方式。"
    )
    assert finding.due == date(2026, 5, 28), "which is the day that pages write beside it"


def test_a_platform_that_no_longer_shows_the_account_is_named() -> None:
    one = replace(seen(), observations=(observation(THURSDAY, covers=Covers.SOME, standing=Standing.BANNED),))
    assert "（平台显示已封禁）" in at("2026-05-26 09:00", one).because


def test_before_the_first_look_nothing_is_asked() -> None:
    assert at("2026-06-26 09:00", replace(seen(), observations=(), unseen_since=None)).state is State.OK


def test_a_look_by_hand_does_the_task_for_a_week() -> None:
    by_hand = observation(beijing_time("2026-05-26 10:00"), post(THURSDAY), collector="manual")
    one = seen()
    looked_at = replace(one, observations=(*one.observations, by_hand))
    assert at("2026-05-29 09:00", looked_at).state is State.OK
    case = Case(
        id=1, subject=Subject.of_account("A01"), rule="SEE-01", episode=THURSDAY.isoformat(), opened_at=THURSDAY
    )
    finding = at("2026-05-29 09:00", looked_at)
    planned = plan(finding, Pacing.TASK, case, BOOK, WorkCalendar(), beijing_time("2026-05-29 09:00"))
    assert planned.close
    assert planned.close.closing is Closing.COMPLETED


@pytest.mark.parametrize(
    "changes",
    [{"polled": False}, {"status": AccountStatus.CLOSED}, {"platform": Platform.MOBILE_APP}],
)
def test_it_is_no_task_for_accounts_that_are_not_polled_for_posts(changes: dict[str, object]) -> None:
    assert at("2026-06-26 09:00", seen(**changes)).state is State.NOT_APPLICABLE


def test_an_outage_is_told_as_one_and_not_account_by_account() -> None:
    def out(began: datetime) -> Known:
        outage = Outage(id=1, platform=Platform.WEIBO, cause=Cause.FAILURES, trusted_until=began, began_at=began)
        return replace(seen(), doubt=outage)

    finding = at("2026-06-26 09:00", out(THURSDAY + timedelta(hours=1)))
    assert finding.support is Support.HELD
    assert plan(finding, Pacing.TASK, None, BOOK, WorkCalendar(), beijing_time("2026-06-26 09:00")).step is None
