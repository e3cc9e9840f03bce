"""What metrics count is what a reader of every row would count."""

from __future__ import annotations

from collections import Counter

import pytest

from monitor.core.account import AccountStatus, Platform
from monitor.core.case import Close, Closing, Plan, StepKind
from monitor.core.finding import State
from monitor.core.observation import Reason
from monitor.metrics import TROUBLE
from monitor.store import Store, cases, due_sources, overview, sizing, tally
from tests.store.build import (
    DAY,
    HOUR,
    NOW,
    account,
    enrol,
    finding,
    judge,
    look,
    notice,
    open_with,
    post,
    record,
    shown,
    standing,
    step,
)


@pytest.fixture
def county(store: Store) -> Store:
    """Return three accounts, of which one is polled and one is closed, and findings on them and on a unit."""
    enrol(
        store,
        account("A01"),
        account("A02", platform=Platform.DOUYIN, method="人工"),
        account("A03", method="人工", status=AccountStatus.CLOSED),
        at=NOW - DAY,
    )
    record(store, look(NOW, shown(post(NOW - 2 * DAY))), look(NOW + HOUR, Reason.TIMEOUT))
    judge(store, open_with(step(), notice()))
    with store.begin() as tx:
        said = (("A01", State.OK), ("A02", State.WARNING), ("A03", State.NOT_APPLICABLE))
        cases.save_findings(tx, [finding(account=id_, state=state, rule="PER-01") for id_, state in said], at=NOW)
        cases.save_findings(tx, [finding(account="A01", state=State.VIOLATED, rule="REG-01")], at=NOW)
        cases.save_findings(tx, [finding(account=None, unit="示例县教育局", rule="SYS-01")], at=NOW)
    return store


def test_accounts_and_findings_are_counted_as_one_by_one(county: Store) -> None:
    with county.read() as tx:
        rows = overview.account_rows(tx, NOW + HOUR)
        assert tally.accounts(tx, NOW + HOUR).counts == Counter(
            (row.account.platform, row.account.status) for row in rows
        )
        assert tally.findings(tx) == Counter((finding.rule, finding.state) for finding in standing(tx))


def test_an_account_counts_from_when_it_is_on_the_roster(county: Store) -> None:
    enrol(county, account("A01"), at=NOW + DAY, remove_missing=True)
    with county.read() as tx:
        before = tally.accounts(tx, NOW + HOUR)
        assert before.counts.total() == 3
        assert tally.accounts(tx, NOW + DAY).counts == {(Platform.WEIBO, AccountStatus.ACTIVE): 1}
        assert [before.hold(tx, now) for now in (NOW, NOW + 2 * HOUR, NOW + DAY)] == [False, True, False]


def test_a_count_of_the_roster_holds_until_another_version_is_known(county: Store) -> None:
    with county.read() as tx:
        before = tally.accounts(tx, NOW)
        assert before.hold(tx, NOW + 9 * DAY)
    enrol(county, account("A04"), at=NOW)
    with county.read() as tx:
        assert not before.hold(tx, NOW + HOUR)


def test_open_cases_are_counted_by_the_last_step(county: Store) -> None:
    with county.read() as tx:
        assert tally.open_cases(tx) == {StepKind.REMIND: 1}
        (open_one,) = cases.open_cases(tx, ["A01"]).values()
    warned = cases.Judgement(finding=finding(), case=open_one, plan=Plan(step=step(StepKind.WARN, 12, at=NOW + DAY)))
    judge(county, warned, at=NOW + DAY)
    with county.read() as tx:
        assert tally.open_cases(tx) == {StepKind.WARN: 1}
    ended = cases.Judgement(finding=finding(), case=open_one, plan=Plan(close=Close(closing=Closing.UPDATED)))
    judge(county, ended, at=NOW + DAY)
    with county.read() as tx:
        assert tally.open_cases(tx) == {}


def test_a_platform_was_last_seen_when_a_look_saw_anything_and_nobody_polls_one_read_by_hand(county: Store) -> None:
    with county.read() as tx:
        assert tally.last_seen(tx) == {Platform.WEIBO: NOW}


def test_an_account_at_a_glance_says_what_applies(county: Store) -> None:
    with county.read() as tx:
        (glance,) = tally.glances(tx, NOW + HOUR, ["A01"])
        first, *_ = tally.glances(tx, NOW + HOUR)
    assert glance == first
    one = account("A01")
    who = (glance.account, glance.name, glance.unit, glance.platform, glance.opened_on)
    assert who == (one.id, one.name, one.unit, one.platform, one.opened_on)
    assert (glance.newest_post_at, glance.last_look_at) == (NOW - 2 * DAY, NOW + HOUR)
    assert glance.states == (("PER-01", State.OK), ("REG-01", State.VIOLATED), ("UPD-01", State.WARNING))


def test_the_gravest_come_first_and_all_are_counted(county: Store) -> None:
    with county.read() as tx:
        assert tally.in_trouble(tx, TROUBLE, 9) == (("A01", "A02"), 2)
        assert tally.in_trouble(tx, TROUBLE, 1) == (("A01",), 2)
        with pytest.raises(ValueError, match="troubles"):
            tally.in_trouble(tx, [State.OK], 1)


def test_of_one_state_those_of_the_chief_rules_come_first(county: Store) -> None:
    judge(
        county,
        cases.Judgement(finding=finding(State.VIOLATED, account="A02"), plan=Plan()),
        at=NOW + DAY,
        account_id="A02",
    )
    with county.read() as tx:
        assert tally.in_trouble(tx, TROUBLE, 9) == (("A02", "A01"), 2)


def test_the_sources_that_wait_for_their_look_are_counted_and_how_long(county: Store) -> None:
    with county.read() as tx:
        assert due_sources.waiting(tx, NOW - 2 * DAY) == due_sources.Waiting(sources=0, since=None)
        after = due_sources.waiting(tx, NOW + 30 * DAY)
    assert after.sources == 1
    assert after.since is not None
    assert NOW < after.since < NOW + 30 * DAY
    with county.begin() as tx:
        due_sources.claim_due(tx, NOW + 30 * DAY, collectors=["weibo"], room=due_sources.Capacity(limit=9), lease=HOUR)
    with county.read() as tx:
        assert due_sources.waiting(tx, NOW + 30 * DAY).sources == 0
        assert due_sources.waiting(tx, NOW + 30 * DAY + HOUR).sources == 1


def test_the_database_says_what_it_takes(county: Store) -> None:
    with county.read() as tx:
        sizes = sizing.sizes(tx)
    assert sizes.database > 4096
    is_file = county.url.get_backend_name() == "sqlite"
    assert (sizes.wal is not None, sizes.free is not None) == (is_file, is_file)
