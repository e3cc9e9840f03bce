from datetime import timedelta

import pytest

from monitor.core.account import Platform
from monitor.core.observation import Look, Profile, Reason, Standing, Timeline, Unchanged, gone, timeline
from monitor.core.outage import Cause, NewOutage
from monitor.store import Store, appearances, cases, looks, outages, overview
from tests.store.build import DAY, HOUR, NOW, account, enrol, look, post, record

OLD = post(NOW - 5 * DAY)


@pytest.fixture(autouse=True)
def roster_of_one(store: Store) -> None:
    enrol(store, account(), at=NOW - 30 * DAY)


def called(name: str, *posts: timedelta) -> Timeline:
    return timeline([OLD, *(post(NOW - back) for back in posts)], profile=Profile(name=name))


def said(store: Store) -> list[str]:
    with store.read() as tx:
        found = appearances.events_since(tx, NOW - 9 * DAY)
        assert found == appearances.events_of(tx, "A01")[::-1]
        return [change.said for change in found]


def standing(store: Store) -> str:
    with store.read() as tx:
        return overview.account_rows(tx, NOW)[0].sources[0].standing


def test_a_rename_is_an_event_once_it_was_seen_on_two_occasions(store: Store) -> None:
    record(store, look(NOW, called("示例发布")), look(NOW + HOUR, called("示例新闻")))
    assert said(store) == []
    record(store, look(NOW + 2 * HOUR, Unchanged()))
    assert said(store) == []
    record(store, look(NOW + 2 * HOUR, called("示例新闻")))
    assert said(store) == ["名称由“示例发布”变为“示例新闻”"]
    record(store, look(NOW + 3 * HOUR, Unchanged()), look(NOW + 4 * HOUR, called("示例新闻", HOUR)))
    assert len(said(store)) == 1


def test_a_platform_that_says_gone_once_is_not_believed(store: Store) -> None:
    record(store, look(NOW, called("甲")), look(NOW + HOUR, gone(Standing.NOT_FOUND)))
    assert standing(store) == "active"
    record(store, look(NOW + 2 * HOUR, called("甲")), look(NOW + 3 * HOUR, gone(Standing.NOT_FOUND)))
    assert (standing(store), said(store)) == ("active", [])


def test_a_platform_that_says_gone_on_two_occasions_is_believed_and_has_the_account_judged(store: Store) -> None:
    with store.begin() as tx:
        cases.apply(tx, [cases.Judged(account="A01", judgements=(), judge_again_at=NOW + 90 * DAY)], at=NOW)
    record(store, look(NOW, gone(Standing.CANCELLED)))
    with store.begin() as tx:
        cases.apply(tx, [cases.Judged(account="A01", judgements=(), judge_again_at=NOW + 90 * DAY)], at=NOW)
    record(store, look(NOW + HOUR / 2, Reason.TIMEOUT), look(NOW + HOUR, gone(Standing.CANCELLED)))
    assert (standing(store), said(store)) == ("cancelled", ["账号状态由“正常”变为“已注销”"])
    with store.begin() as tx:
        assert cases.due_for_judgement(tx, NOW + HOUR, 9) == ("A01",)


def test_what_is_doubtful_is_looked_at_again_soon_and_what_is_certain_is_not(store: Store) -> None:
    def doubts(*seen: Look) -> list[bool]:
        found = []

        def schedule(due: looks.Due, entry: Look) -> object:
            found.append(due.is_doubtful)
            return entry.at + DAY

        with store.begin() as tx:
            looks.record(tx, seen, schedule)  # type: ignore[arg-type]  # it is a moment
        return found

    absent = gone(Standing.BANNED)
    assert doubts(look(NOW, called("甲")), look(NOW + HOUR, absent), look(NOW + 2 * HOUR, absent)) == [
        False,
        True,
        False,
    ]


def test_a_suspended_platform_teaches_nothing_about_its_accounts(store: Store) -> None:
    record(store, look(NOW, called("甲")))
    with store.begin() as tx:
        outages.begin(tx, NewOutage(platform=Platform.WEIBO, cause=Cause.CANARY, trusted_until=NOW, began_at=NOW))
    record(store, *(look(NOW + n * HOUR, gone(Standing.NOT_FOUND)) for n in range(1, 4)))
    assert (standing(store), said(store)) == ("active", [])
