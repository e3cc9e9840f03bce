"""CHG-01 and REO-01 at their boundaries: what the platform shows against what the roster says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from monitor.core.account import AccountStatus, Platform, UnitLevel
from monitor.core.finding import Finding, Known, Proposal, State, judge_again_at
from monitor.core.observation import Covers, Observation, Profile, Standing, Timeline
from monitor.core.record import Record, RecordKind
from monitor.core.rules import chg_01, reo_01
from monitor.core.successor import Successor, may_follow
from tests.core.area import book, record
from tests.core.build import account, beijing_time, known, observation

NOW = beijing_time("2022-05-25 09:00")
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def change(seen: Known) -> Finding:
    return chg_01.judge(seen, book(), NOW)


def gone(seen_for: timedelta, standing: Standing = Standing.CANCELLED) -> Observation:
    """Return looks that showed no account for so long, until just now."""
    one = observation(NOW, standing=standing, covers=Covers.SOME)
    return replace(one, first_seen=NOW - seen_for)


def named(name: str | None, first_seen: datetime = NOW - HOUR, last: datetime = NOW) -> Observation:
    """Return looks that showed the account under a name."""
    profile = Profile(name=name) if name else None
    seen = Timeline(posts=(), covers=Covers.ALL, standing=Standing.EMPTY, profile=profile)
    return replace(observation(NOW), seen=seen, first_seen=first_seen, last_confirmed=last)


@pytest.mark.parametrize("standing", [standing for standing in Standing if not standing.is_present])
@pytest.mark.parametrize(
    ("seen_for", "expected"), [(HOUR, State.WARNING), (HOUR - SECOND, State.OK), (timedelta(), State.OK)]
)
def test_an_account_is_gone_once_that_was_shown_an_hour_apart(
    standing: Standing, seen_for: timedelta, expected: State
) -> None:
    finding = change(replace(known(), observations=(gone(seen_for, standing),)))
    assert finding.state is expected
    assert (standing.label in finding.because) is (expected is State.WARNING)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (None, State.OK),
        ("示例发布", State.OK),
        ("示例 发布", State.OK),
        ("示例发布 - 全部文章", State.OK),  # what lists posts may say so in its title
        ("示例", State.OK),
        ("示例融媒", State.WARNING),
    ],
)
def test_another_name_than_the_roster_s_is_a_change(shown: str | None, expected: State) -> None:
    finding = change(replace(known(), observations=(named(shown),)))
    assert finding.state is expected
    if expected is State.WARNING:
        assert (finding.proposals, finding.since) == ((Proposal.FILE,), date(2022, 5, 25))
        assert finding.because == "平台显示账号名称为“示例融媒”，台账为“示例发布”，无变更备案记录。"


@pytest.mark.parametrize(
    ("last", "expected"),
    [(NOW - 24 * HOUR, State.WARNING), (NOW - 24 * HOUR - SECOND, State.OK)],
)
def test_a_name_that_was_not_seen_for_a_day_is_no_longer_shown(last: datetime, expected: State) -> None:
    assert change(replace(known(), observations=(named("示例融媒", last - HOUR, last),))).state is expected


@pytest.mark.parametrize(
    ("reported", "expected"), [("2022-05-20", State.OK), ("2022-05-21", State.OK), ("2022-05-19", State.WARNING)]
)
def test_a_report_on_the_day_the_change_was_first_seen_or_later_settles_it(reported: str, expected: State) -> None:
    first_seen = beijing_time("2022-05-20 00:00")
    told = record(RecordKind.FILING_CHANGE, "A01", reported, "名称变更")
    seen = replace(known(), observations=(named("示例融媒", first_seen),), records=(told,))
    assert change(seen).state is expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"status": AccountStatus.ACTIVE}, State.WARNING),
        ({"status": AccountStatus.PAUSED}, State.WARNING),
        ({"status": AccountStatus.FILING}, State.NOT_APPLICABLE),
        ({"status": AccountStatus.DEREGISTERING}, State.NOT_APPLICABLE),
        ({"status": AccountStatus.CLOSED}, State.NOT_APPLICABLE),
        ({"level": UnitLevel.PARTY}, State.NOT_APPLICABLE),
        ({"level": None}, State.WARNING),
    ],
)
def test_changes_are_those_of_accounts_that_go_on(changes: dict[str, object], expected: State) -> None:
    for look in (gone(HOUR), named("示例融媒")):
        assert change(replace(known(), account=account(**changes), observations=(look,))).state is expected


CLOSED = {"status": AccountStatus.CLOSED, "closed_on": date(2022, 5, 1)}


@pytest.mark.parametrize(
    ("changes", "posted", "expected"),
    [
        (CLOSED, "2022-05-01 23:59", State.OK),  # on the day of the closing itself
        (CLOSED, "2022-05-02 00:00", State.WARNING),
        (CLOSED, None, State.OK),
        (CLOSED | {"closed_on": None}, "2022-05-02 00:00", State.NEEDS_REVIEW),  # since when, nobody said
        (CLOSED | {"closed_on": None}, None, State.NEEDS_REVIEW),
        (CLOSED | {"level": UnitLevel.PARTY}, "2022-05-02 00:00", State.NOT_APPLICABLE),
        (CLOSED | {"level": UnitLevel.PARTY, "closed_on": None}, None, State.NOT_APPLICABLE),
        ({"status": AccountStatus.DEREGISTERING}, "2022-05-02 00:00", State.NOT_APPLICABLE),
        ({}, "2022-05-02 00:00", State.NOT_APPLICABLE),
    ],
)
def test_a_closed_account_that_posts_after_its_last_day_is_back(
    changes: dict[str, object], posted: str | None, expected: State
) -> None:
    seen = known(*([beijing_time(posted)] if posted else []))
    finding = reo_01.judge(replace(seen, account=account(**changes)), book(), NOW)
    assert finding.state is expected
    assert finding.since == (date(2022, 5, 2) if expected is State.WARNING else None)


def test_a_post_that_was_taken_down_again_does_not_bring_an_account_back() -> None:
    closed = replace(known(beijing_time("2022-05-02 00:00")), account=account(**CLOSED))
    withdrawn = replace(closed, posts=(replace(closed.posts[0], withdrawn_at=NOW - HOUR),))
    assert reo_01.judge(closed, book(), NOW).state is State.WARNING
    assert reo_01.judge(withdrawn, book(), NOW).state is State.OK


def test_the_day_of_a_closing_is_asked_of_the_office_and_is_no_matter_of_a_review() -> None:
    finding = reo_01.judge(replace(known(), account=account(**CLOSED | {"closed_on": None})), book(), NOW)
    assert (finding.label, finding.proposals) == ("待办理", ())
    assert "请补填注销日期" in finding.because


OTHER = {"id": "A02", "platform_id": "2", "opened_on": date(2022, 5, 2)}
ENTITY = "示例县教育局（本级）"


def follows(had_posts: bool = False, records: tuple[Record, ...] = (), **changes: object) -> Successor:  # noqa: FBT001, FBT002 - as in the class
    """Return an account that published on 9 May."""
    first = beijing_time("2022-05-09 08:00")
    one = account(**{**OTHER, **changes})
    return Successor(account=one, first_post_at=first, observation=9, had_posts=had_posts, records=records)


def back(*successors: Successor, **changes: object) -> Finding:
    """Return what is said of a closed account of which these may be the return."""
    closed = account(**{"platform_id": "1", **CLOSED, **changes})
    mine = tuple(successor for successor in successors if may_follow(closed, successor.account))
    return reo_01.judge(replace(known(), account=closed, successors=mine), book(), NOW)


OPENED = (record(RecordKind.FILING_CHANGE, "A02", "2022-05-01", "开设"),)


@pytest.mark.parametrize(
    ("successor", "expected"),
    [
        (follows(), State.WARNING),
        (follows(name="示例 发布"), State.WARNING),
        (follows(opened_on=date(2022, 5, 1)), State.WARNING),  # on the day of the closing
        (follows(opened_on=date(2022, 4, 30)), State.OK),  # there were two of that name all along
        (follows(opened_on=None), State.WARNING),
        (follows(opened_on=None, had_posts=True), State.OK),
        (follows(name="示例发布厅"), State.OK),
        (follows(platform=Platform.DOUYIN), State.OK),  # goes on where it has always been
        (follows(unit="示例县体育局"), State.OK),
        (follows(area="另一县"), State.OK),  # another area's unit of the same name
        (follows(area="另一县", verified_entity=ENTITY), State.WARNING),
        (follows(unit="示例县体育局", verified_entity="示例县教育局(本级)"), State.WARNING),
        (follows(unit="示例县体育局", verified_entity="示例县教育局"), State.WARNING),
        (follows(status=AccountStatus.CLOSED), State.OK),
        (follows(status=AccountStatus.DEREGISTERING), State.WARNING),
        (follows(level=UnitLevel.PARTY), State.OK),
        (follows(level=None), State.WARNING),
        (follows(records=OPENED), State.OK),
        (follows(records=(replace(OPENED[0], on=date(2022, 4, 30)),)), State.WARNING),  # filed before the closing
        (follows(records=(record(RecordKind.FILING_CHANGE, "A02", "2022-05-05", "变更"),)), State.WARNING),
        (follows(platform_id="1", name="另一名", unit="示例县体育局", had_posts=True), State.WARNING),  # its very id
    ],
)
def test_the_same_entity_under_the_same_name_with_a_new_id_is_a_closed_account_come_back(
    successor: Successor, expected: State
) -> None:
    finding = back(successor, verified_entity=ENTITY)
    assert finding.state is expected
    if expected is State.WARNING:
        assert (finding.since, finding.evidence) == (date(2022, 5, 9), ("observation:9",))
        assert "账号ID A02" in finding.because


def test_nobody_is_asked_whose_account_is_out_of_scope_or_goes_on() -> None:
    assert back(follows(), level=UnitLevel.PARTY).state is State.NOT_APPLICABLE
    assert back(follows(), status=AccountStatus.ACTIVE).state is State.NOT_APPLICABLE
    assert back(follows(), closed_on=None).state is State.NEEDS_REVIEW


def test_of_several_that_came_back_the_first_is_named_and_the_account_itself_before_all() -> None:
    later = replace(follows(id="A00"), first_post_at=beijing_time("2022-05-10 08:00"))
    assert back(later, follows()).episode == "REO-01/A02"
    itself = replace(known(beijing_time("2022-05-12 00:00")), account=account(**CLOSED), successors=(follows(),))
    assert reo_01.judge(itself, book(), NOW).episode == "REO-01"


def test_closed_accounts_are_judged_a_second_after_all_others() -> None:
    midnight = beijing_time("2022-05-26 00:00")
    assert judge_again_at(known(), NOW) == midnight
    assert judge_again_at(replace(known(), account=account(**CLOSED)), NOW) == midnight + SECOND
