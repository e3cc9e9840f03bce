import sqlalchemy as sa

from monitor.core.observation import Reason
from monitor.store import Store, overview
from tests.store.build import (
    DAY,
    EVERY,
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
    raw_evidence,
    record,
    shown,
    source,
    step,
)

OLD, NEW = post(NOW - 5 * DAY), post(NOW - 2 * DAY, title="最新")


def test_an_account_at_a_glance(store: Store) -> None:
    enrol(store, account("A01"), account("A02", method="人工"), at=NOW - DAY)
    record(store, look(NOW, shown(NEW, OLD)), look(NOW + HOUR, Reason.TIMEOUT))
    judge(store, open_with(step(), notice()))

    with store.read() as tx:
        first, second = overview.account_rows(tx, NOW + HOUR)
    assert first.account == account("A01")
    assert (first.newest_post_at, first.newest_post_title, first.newest_post_url) == (NEW.published_at, "最新", NEW.url)
    assert (first.findings, first.open_cases) == ((finding(),), 1)
    (row,) = first.sources
    assert (row.last_outcome, row.standing, row.failures) == ("timeout", "active", 1)
    assert (first.last_look_at, first.last_seen_at, first.next_look_at) == (NOW + HOUR, NOW, NOW + HOUR + EVERY)
    assert (second.sources, second.newest_post_at, second.last_look_at, second.open_cases) == ((), None, None, 0)


def test_the_overview_costs_the_same_number_of_queries_for_any_number_of_accounts(store: Store) -> None:
    def queries() -> int:
        asked: list[str] = []
        with store.read() as tx:
            sa.event.listen(tx, "before_cursor_execute", lambda *seen: asked.append(seen[2]))
            overview.account_rows(tx, NOW)
        return len(asked)

    enrol(store, account("A01"))
    record(store, look(NOW, shown(NEW, OLD)))
    few = queries()
    enrol(store, *(account(f"B{number}") for number in range(30)))
    record(store, *(look(NOW, shown(NEW), of=source(f"B{number}")) for number in range(30)))

    assert queries() == few


def test_posts_and_observations_are_listed_newest_first(store: Store) -> None:
    enrol(store, account(), at=NOW - DAY)
    record(store, look(NOW, shown(OLD)), look(NOW + HOUR, shown(NEW, OLD)))

    with store.read() as tx:
        assert [known.post for known in overview.posts_of(tx, "A01")] == [NEW, OLD]
        assert [known.post for known in overview.posts_of(tx, "A01", limit=1)] == [NEW]
        latest, first = overview.observations_of(tx, "A01")
        assert (latest.seen, first.seen) == (shown(NEW, OLD), shown(OLD))
        assert raw_evidence(tx, first.id) is None
