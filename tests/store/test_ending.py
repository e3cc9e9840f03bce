"""What is known of an account's end: the followers of each day, and who may be a closed account come back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.core.account import Account, AccountStatus, Platform, UnitLevel
from monitor.core.calendar import beijing_date
from monitor.core.decision import Decision, Ruling
from monitor.core.finding import Finding, Known
from monitor.core.record import NewRecord, RecordKind
from monitor.core.rules import drg_01, reo_01
from monitor.core.subject import Subject, SubjectKind
from monitor.store import Store, decisions, facts, open_store, records, registers, roster
from tests.core.area import book
from tests.databases import migrated
from tests.often import often
from tests.store.build import DAY, HOUR, NOW, account, enrol, look, post, record, shown, sources

START = NOW - 60 * DAY
CLOSING = NOW - 30 * DAY
OPEN = account(followers=900, level=UnitLevel.COUNTY_UNIT)
CLOSED = replace(OPEN, status=AccountStatus.CLOSED, closed_on=beijing_date(CLOSING))
TWIN = replace(OPEN, id="A02", method="weibo=2", platform_id="2")


@contextmanager
def closing_store(folder: Path) -> Iterator[Store]:
    """Open an empty database, and close it afterwards."""
    store = open_store(migrated(folder / "life.db"))
    try:
        yield store
    finally:
        store.close()


def known(store: Store, now: datetime = NOW, known_at: datetime | None = None) -> Known:
    with store.read() as tx:
        (found,) = facts.known(tx, ["A01"], now=now, known_at=known_at)
    return found


def marked(store: Store, at: datetime, text: str, known_at: datetime | None = None) -> None:
    """Record a step of the account's deregistration."""
    one = NewRecord(
        kind=RecordKind.DEREGISTRATION, subject=SubjectKind.ACCOUNT, name="A01", on=beijing_date(at), text=text
    )
    with store.begin() as tx:
        records.save_records(tx, [one], known_at=known_at or at)


def posted(store: Store, entry: Account, *moments: datetime, at: datetime) -> None:
    """Let a look at the account show these posts."""
    record(store, look(at, shown(*map(post, moments)), of=sources(entry)[0]))


def test_the_followers_of_every_day_are_known_of_an_account_that_is_being_ended(store: Store) -> None:
    for days, followers in ((60, 900), (20, 2_000), (10, 3_000)):
        enrol(store, replace(OPEN, followers=followers), at=NOW - days * DAY)
    assert known(store).versions == ()  # followers are counted anew each month, and of most nobody asks
    marked(store, NOW - 15 * DAY, "申请")
    assert [version.account and version.account.followers for version in known(store).versions] == [900, 2_000, 3_000]
    then = known(store, NOW - 12 * DAY).versions
    assert [version.account and version.account.followers for version in then] == [900, 2_000]


def test_an_account_of_the_same_name_that_publishes_after_a_closing_is_found(store: Store) -> None:
    enrol(store, OPEN, TWIN, replace(TWIN, id="A03", name="示例 发布", method="weibo=3"), at=START)
    enrol(store, CLOSED, at=CLOSING)
    assert known(store).successors == ()
    posted(store, TWIN, NOW - 2 * DAY, NOW - 3 * DAY, at=NOW - HOUR)
    [found] = known(store).successors
    assert (found.account.id, found.first_post_at, found.had_posts) == ("A02", NOW - 3 * DAY, False)
    assert known(store, NOW - 4 * DAY).successors == ()
    assert known(store, NOW, NOW - 2 * HOUR).successors == ()  # nobody had seen it by then


def test_what_was_there_before_the_closing_is_told(store: Store) -> None:
    enrol(store, OPEN, TWIN, at=START)
    enrol(store, CLOSED, at=CLOSING)
    posted(store, TWIN, NOW - 2 * DAY, NOW - 40 * DAY, at=NOW - HOUR)
    assert known(store).successors[0].had_posts


def test_only_of_an_account_that_is_closed_in_scope_since_a_day_anybody_is_found(store: Store) -> None:
    enrol(store, OPEN, TWIN, at=START)
    posted(store, TWIN, NOW - 2 * DAY, at=NOW - HOUR)
    for is_found, entry in (
        (False, OPEN),
        (False, replace(CLOSED, closed_on=None)),
        (False, replace(CLOSED, level=UnitLevel.PARTY)),
        (True, CLOSED),
        (False, replace(CLOSED, name="示例政务")),
    ):
        enrol(store, entry, at=CLOSING + timedelta(seconds=1))
        assert bool(known(store).successors) is is_found


def test_one_that_has_left_the_roster_is_nobody_s_return(store: Store) -> None:
    enrol(store, OPEN, TWIN, at=START)
    posted(store, TWIN, NOW - 2 * DAY, at=NOW - HOUR)
    enrol(store, CLOSED, at=CLOSING)
    enrol(store, CLOSED, at=NOW - HOUR, remove_missing=True)
    assert known(store).successors == ()
    assert known(store, NOW - 2 * HOUR, NOW).successors != ()


def test_what_follows_cases_is_told_of_marks_and_of_what_was_closed(store: Store) -> None:
    enrol(store, OPEN, at=START)
    marked(store, NOW - 50 * DAY, "决定")
    enrol(store, CLOSED, at=CLOSING)
    enrol(store, OPEN, at=NOW - DAY)
    with store.read() as tx:
        register = registers.troubles_of(tx, OPEN.area, ["A01"], now=NOW)
    assert register.opened_again("A01") == NOW - DAY
    assert len(register.records_of(RecordKind.DEREGISTRATION, "A01")) == 1
    assert register.records_of_this_life(RecordKind.DEREGISTRATION, "A01") == ()
    with store.read() as tx:
        assert roster.account(tx, "A01") == OPEN


STEPS = ("决定", "备案", "公告", "申请", "确认", "终止")
STATUSES = (AccountStatus.ACTIVE, AccountStatus.DEREGISTERING, AccountStatus.CLOSED)
What = str | AccountStatus | Ruling | int
HAPPENINGS = st.lists(
    st.tuples(
        st.integers(0, 12),  # days since the one before
        st.integers(0, 20),  # how many days it is entered late
        st.one_of(
            st.sampled_from(STEPS),
            st.sampled_from(STATUSES),
            st.sampled_from((Ruling.DEREGISTERED, Ruling.RETAINED, Ruling.REVOKED)),
            st.integers(0, 50_000),
        ),
    ),
    min_size=2,
    max_size=8,
)


def enter(store: Store, told: Account, what: What, day: datetime, at: datetime) -> Account:
    """Enter at a moment what happened on an earlier one; return the account as the roster last told it."""
    match what:
        case str():
            marked(store, day, what, at)
        case Ruling():
            one = Decision(
                subject=Subject.of_account("A01"), rule="TWN-01", episode="", ruling=what, by="县府办", at=day
            )
            with store.begin() as tx:
                decisions.save_decisions(tx, [one], known_at=at)
        case AccountStatus():
            told = replace(told, status=what, closed_on=beijing_date(day) if what is AccountStatus.CLOSED else None)
        case int():
            told = replace(told, followers=what)
    with store.begin() as tx:
        roster.save_roster(
            tx, [told], effective_at=day, known_at=at, sources=roster.Sources(of=sources, every=lambda _: DAY)
        )
    return told


@settings(max_examples=often(12), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happenings=HAPPENINGS)
def test_what_was_said_at_any_time_is_said_of_it_later_too(
    tmp_path_factory: pytest.TempPathFactory, happenings: list[tuple[int, int, What]]
) -> None:
    rules, now = book("2026-05-20"), START
    with closing_store(tmp_path_factory.mktemp("life")) as store:
        told = replace(OPEN, platform=Platform.WEIXIN_SUBSCRIPTION)
        enrol(store, told, at=now)
        said: dict[datetime, tuple[Finding, ...]] = {}

        def judged(at: datetime) -> tuple[Finding, ...]:
            return tuple(rule.judge(known(store, at), rules, at) for rule in (drg_01.RULE, reo_01.RULE))

        for wait, late, what in happenings:
            now += wait * DAY + HOUR
            told = enter(store, told, what, max(START, now - late * DAY), now)
            said[now] = judged(now)
        for at, then in said.items():
            assert judged(at) == then
