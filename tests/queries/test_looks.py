"""The list of accounts that a person has to look at: who is on it, in which order, and when the next one is due."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from monitor.actions.actor import EVERYTHING, Actor, Origin
from monitor.actions.looks import LookByHandCommand, look_by_hand
from monitor.actions.perform import perform
from monitor.core.account import Account, AccountFunction, Platform
from monitor.core.observation import Reason
from monitor.pipeline.evaluate import AccountEvaluator
from monitor.pipeline.faults import Faults
from monitor.queries.looks import LISTED, HandFilter, LooksPage, read_line, read_look, read_looks
from monitor.store import Store
from tests.core.build import beijing_time
from tests.store.build import account, enrol, look, post, record, shown, source
from tests.web.county import BENCH

NOW = beijing_time("2026-12-03 09:00")
DAY = timedelta(days=1)
ME = Actor(name="王某", origin=Origin.PAGE, rights=EVERYTHING)


def by_hand(id_: str, **changes: object) -> Account:
    values: dict[str, object] = {"platform": Platform.WEIXIN_CHANNELS, "method": None, "name": f"示例{id_}"}
    return account(id_, **(values | changes))


def seen(store: Store, id_: str, newest: str, at: datetime) -> int:
    command = LookByHandCommand(account=id_, newest=newest, at=at, rules=BENCH, is_confirmed=True)
    number = perform(store, look_by_hand, command, actor=ME, now=at).number
    assert number is not None
    return number


def judged(store: Store, now: datetime = NOW) -> None:
    evaluator = AccountEvaluator(rules_in_force=BENCH, faults=Faults(lambda _: None))
    with store.begin() as tx:
        while evaluator.judge(tx, now).count:
            pass


def listed(store: Store, which: HandFilter = HandFilter(), *, now: datetime = NOW, page: int = 1) -> LooksPage:  # noqa: B008 - frozen
    with store.read() as tx:
        return read_looks(tx, which, now, page=page)


def ids(found: LooksPage) -> list[str]:
    return [line.account.id for line in found.lines]


@pytest.fixture
def county(store: Store) -> Store:
    """Three that people read: one never seen, one seen 20 days ago, one 3 days ago; and one that is polled well."""
    enrol(
        store,
        by_hand("H1"),
        by_hand("H2", unit="示例县公安局"),
        by_hand("H3"),
        account("P1"),
        account("S1", method=None, platform=Platform.WEIXIN_SERVICE, function=AccountFunction.SERVICE),
        at=NOW - 60 * DAY,
    )
    record(store, look(NOW - timedelta(hours=1), shown(post(NOW - 2 * DAY)), source("P1")))
    seen(store, "H2", "0", NOW - 20 * DAY)
    seen(store, "H3", "0", NOW - 3 * DAY)
    judged(store)
    return store


def test_those_that_people_read_are_listed_due_ones_first_and_the_longest_unseen_first(county: Store) -> None:
    found = listed(county)
    assert ids(found) == ["H1", "H2", "H3"]
    assert [line.is_due for line in found.lines] == [True, True, False]
    assert [line.days_unseen for line in found.lines] == [None, 20, 3]
    assert (found.due, found.turn.total) == (2, 3)
    assert found.lines[1].last == date(2026, 11, 13)


def test_a_look_that_was_just_registered_is_no_longer_due_before_it_is_judged(county: Store) -> None:
    seen(county, "H1", "0", NOW)
    assert ids(listed(county, HandFilter(due=True))) == ["H2"]


def test_a_polled_account_that_could_not_be_seen_is_listed_too(county: Store) -> None:
    later = NOW + 10 * DAY
    record(county, look(later, Reason.CAPTCHA, source("P1")))
    judged(county, later)
    assert "P1" in ids(listed(county, now=later))


def test_filters_leave_out_what_they_say(county: Store) -> None:
    assert ids(listed(county, HandFilter(unit="示例县公安局"))) == ["H2"]
    assert ids(listed(county, HandFilter(platform=Platform.WEIBO))) == []
    assert ids(listed(county, HandFilter(wanted="例h3"))) == ["H3"]
    found = listed(county)
    assert [unit.name for unit in found.units] == ["示例县公安局", "示例县教育局"]
    assert found.platforms == (Platform.WEIXIN_CHANNELS,)


def test_where_nothing_is_due_the_next_day_is_told(county: Store) -> None:
    seen(county, "H1", "0", NOW)
    seen(county, "H2", "0", NOW)
    judged(county)
    found = listed(county)
    assert (found.due, found.next_due) == (0, date(2026, 12, 8))
    eve, day = beijing_time("2026-12-07 23:00"), beijing_time("2026-12-08 09:00")
    for now in (eve, day):
        judged(county, now)
    assert ids(listed(county, HandFilter(due=True), now=eve)) == []
    assert ids(listed(county, HandFilter(due=True), now=day)) == ["H3"]


def test_what_was_registered_today_can_be_found_by_its_number(county: Store) -> None:
    number = seen(county, "H1", "12-1", NOW)
    (done,) = listed(county).done
    assert (done.number, done.account.id, done.by) == (number, "H1", "王某")
    assert done.seen.told(date(2026, 12, 3)) == "12月1日，完整列表"
    with county.read() as tx:
        assert read_look(tx, number) == done
        assert read_look(tx, 999) is None


def test_the_line_of_one_account_is_that_of_the_list(county: Store) -> None:
    with county.read() as tx:
        assert read_line(tx, "H2", NOW) == listed(county).lines[1]
        assert read_line(tx, "H99", NOW) is None


def test_pages_are_bounded(store: Store) -> None:
    enrol(store, *(by_hand(f"H{number:03}") for number in range(LISTED + 5)), at=NOW - 60 * DAY)
    judged(store)
    assert len(listed(store).lines) == LISTED
    assert len(listed(store, page=9).lines) == 5
