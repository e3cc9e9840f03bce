from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.core.account import Platform, Role
from monitor.core.case import NOTHING, Case, Ladder, StepKind, plan
from monitor.core.download import AppFault, Download, Link
from monitor.core.finding import Finding, Known, Pacing, State, Support, word_of
from monitor.core.notice import NewNotice, Recheck, recheck
from monitor.core.observation import Blind, Reason, Sight, Standing, gone, timeline
from monitor.core.outage import Canary, Cause, Diagnosis, LookCount, Outage, diagnose
from monitor.core.rules import per_01, upd_01, upd_03
from monitor.core.subject import Subject
from tests.core.build import BOOK, EVERY_DAY, beijing_time, known, post

NOW = beijing_time("2026-05-20 09:00")
HOUR = timedelta(hours=1)


def weibo(failing: int, accounts: int) -> LookCount:
    return LookCount(platform=Platform.WEIBO, accounts=accounts, failing=failing, seen_at=NOW)


def out(platform: Platform | None = Platform.WEIBO, *, since: timedelta = HOUR) -> Outage:
    cause = Cause.FAILURES if platform else Cause.OFFLINE
    return Outage(id=1, platform=platform, cause=cause, trusted_until=NOW - since, began_at=NOW - since)


@pytest.mark.parametrize(
    ("failing", "accounts", "out_now"),
    [(0, 9, []), (1, 1, []), (1, 2, []), (2, 2, [Platform.WEIBO]), (2, 5, []), (4, 9, []), (5, 9, [Platform.WEIBO])],
)
def test_a_platform_is_out_when_half_of_its_accounts_fail_and_not_one_alone(
    failing: int, accounts: int, out_now: list[Platform]
) -> None:
    found = diagnose([weibo(failing, accounts)], [], NOW, canaries={}, answered=None)
    assert [outage.platform for outage in found.begun] == out_now


@pytest.mark.parametrize("platform", [Platform.WEBSITE, Platform.MOBILE_APP])
def test_sites_of_their_own_are_never_out_together(platform: Platform) -> None:
    census = replace(weibo(9, 9), platform=platform)
    assert diagnose([census], [], NOW, canaries={}, answered=None) == Diagnosis()


def test_an_outage_ends_by_itself_and_is_not_begun_twice() -> None:
    assert diagnose([weibo(5, 9)], [out()], NOW, canaries={}, answered=None) == Diagnosis()
    assert diagnose([weibo(1, 9)], [out()], NOW, canaries={}, answered=None) == Diagnosis(ended=(out(),))
    assert diagnose([], [out()], NOW, canaries={}, answered=None) == Diagnosis(ended=(out(),))


def test_a_bad_canary_casts_doubt_on_everything_since_it_was_last_well() -> None:
    canary = Canary(good_at=NOW - HOUR, fault="没有内容")
    (begun,) = diagnose([weibo(0, 9)], [], NOW, canaries={Platform.WEIBO: canary}, answered=True).begun
    assert (begun.cause, begun.trusted_until, begun.began_at) == (Cause.CANARY, NOW - HOUR, NOW)
    assert "没有内容" in begun.detail


@pytest.mark.parametrize(
    ("sight", "fault"),
    [
        (timeline([post(NOW - HOUR)]), ""),
        (timeline([post(NOW - timedelta(days=8))]), "7天内没有新内容"),
        (timeline([]), "没有内容"),
        (gone(Standing.NOT_FOUND), "平台显示不存在"),
        (Blind(reason=Reason.UNREADABLE), "页面无法识别"),
        (Blind(reason=Reason.TIMEOUT), ""),
        (Download(link=Link.STORE), ""),
        (Download(link=Link.STORE, fault=AppFault.NOT_LISTED), AppFault.NOT_LISTED.label),
    ],
)
def test_a_canary_is_bad_when_it_does_not_look_alive(sight: Sight, fault: str) -> None:
    assert Canary(good_at=NOW - HOUR).after(sight, NOW).fault == fault


def test_a_canary_that_failed_by_chance_counts_from_the_second_time_on_and_recovers_at_once() -> None:
    once = Canary(good_at=NOW).after(Blind(reason=Reason.TIMEOUT), NOW)
    twice = once.after(Blind(reason=Reason.CONNECT), NOW)
    third = twice.after(Blind(reason=Reason.TIMEOUT), NOW)
    assert [bool(canary.fault) for canary in (once, twice, third)] == [False, True, True]
    assert third.after(timeline([post(NOW)]), NOW + HOUR) == Canary(good_at=NOW + HOUR)


def test_when_no_anchor_answers_the_monitor_is_offline_and_no_platform_is_blamed() -> None:
    (begun,) = diagnose([weibo(9, 9)], [], NOW, canaries={}, answered=False).begun
    assert (begun.platform, begun.cause) == (None, Cause.OFFLINE)
    assert diagnose([weibo(9, 9)], [out(None)], NOW, canaries={}, answered=False) == Diagnosis()
    assert diagnose([weibo(9, 9)], [out(None)], NOW, canaries={}, answered=True) == Diagnosis(ended=(out(None),))


def cut_off(*platforms: Platform, accounts: int = 2, seen: timedelta = HOUR) -> list[LookCount]:
    return [
        LookCount(
            platform=platform,
            accounts=2,
            failing=accounts,
            cut_off=accounts,
            cut_off_since=NOW - timedelta(minutes=20),
            seen_at=NOW - seen,
        )
        for platform in platforms
    ]


def test_without_anchors_everybody_out_of_reach_on_several_platforms_is_our_own_line() -> None:
    both = cut_off(Platform.WEIBO, Platform.TOUTIAO)
    assert [outage.platform for outage in diagnose(both, [], NOW, canaries={}, answered=None).begun] == [None]
    assert [outage.platform for outage in diagnose(both[:1], [], NOW, canaries={}, answered=None).begun] == [
        Platform.WEIBO
    ]
    lately = cut_off(Platform.WEIBO, Platform.TOUTIAO, seen=timedelta(minutes=5))
    assert None not in [outage.platform for outage in diagnose(lately, [], NOW, canaries={}, answered=None).begun]
    assert diagnose(both, [out(None, since=timedelta(minutes=10))], NOW, canaries={}, answered=None) == Diagnosis()
    back = out(None, since=2 * HOUR)
    assert diagnose(both, [back], NOW, canaries={}, answered=None) == Diagnosis(ended=(back,))


def seen(days: int, *, hours: int = 2) -> Known:
    """Return an account whose newest post is so many days old, looked at so many hours ago."""
    return known(NOW - timedelta(days=days), look=NOW - timedelta(hours=hours))


def doubted(entry: Known, *, days: int = 1) -> Known:
    return replace(entry, doubt=out(since=timedelta(days=days)))


@pytest.mark.parametrize(
    ("days", "before", "held"),
    [
        (5, State.OK, State.OK),
        (10, State.OK, State.OK),
        (12, State.WARNING, State.WARNING),
        (15, State.WARNING, State.UNKNOWN),
        (20, State.VIOLATED, State.VIOLATED),
    ],
)
def test_while_we_cannot_see_no_verdict_moves_but_into_not_knowing(days: int, before: State, held: State) -> None:
    blind = doubted(seen(days, hours=23 if days > 15 else 2))
    if days > 15:
        blind = replace(blind, doubt=out(since=timedelta(hours=1)))
    assert blind.doubt
    assert upd_01.judge(blind, BOOK, blind.doubt.trusted_until).state is before
    finding = word_of(upd_01.RULE, blind, BOOK, NOW)
    assert (finding.state, finding.support, finding.days) == (held, Support.HELD, days)
    assert "微博采集暂停" in finding.because


def test_a_violation_is_not_upheld_longer_than_the_look_that_showed_it() -> None:
    blind = replace(seen(20, hours=25), doubt=out())
    assert word_of(upd_01.RULE, blind, BOOK, NOW).state is State.UNKNOWN


def test_a_long_gap_does_not_become_one_while_we_cannot_see() -> None:
    blind = doubted(seen(21))
    assert word_of(upd_03.RULE, blind, BOOK, NOW).state is State.UNKNOWN


def test_what_rests_on_the_roster_is_judged_all_the_same() -> None:
    finding = word_of(per_01.RULE, replace(doubted(seen(5)), account=known(contacts=()).account), BOOK, NOW)
    assert (finding.state, finding.support) == (State.WARNING, Support.LOOK)


def held(state: State, days: int) -> Finding:
    return replace(word_of(upd_01.RULE, doubted(seen(days)), BOOK, NOW), state=state)


@pytest.mark.parametrize("state", [State.OK, State.WARNING, State.VIOLATED, State.UNKNOWN])
@pytest.mark.parametrize("pacing", [Pacing.LADDER, Pacing.TASK, Pacing.VERIFY])
def test_nothing_opens_closes_or_is_sent_while_we_cannot_see(state: State, pacing: Pacing) -> None:
    finding = held(state, 12)
    case = Case(id=1, subject=Subject.of_account("A01"), rule="UPD-01", episode="another", opened_at=NOW)
    for entry in (None, case):
        assert plan(finding, pacing, entry, BOOK, EVERY_DAY, NOW) is NOTHING
    for kind in StepKind:
        notice = NewNotice(account="A01", rule="UPD-01", kind=kind, number=12, role=Role.LIAISON, person="甲", at=NOW)
        assert recheck(notice, finding.episode, finding, Ladder.of(BOOK)) is Recheck.WAIT
