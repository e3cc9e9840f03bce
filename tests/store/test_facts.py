from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.core.account import Account, Source
from monitor.core.finding import Known, Support
from monitor.core.observation import HAND_FRESHNESS, POLLED_FRESHNESS, Covers, Post, Reason, Timeline, Unchanged
from monitor.core.outage import Cause, NewOutage
from monitor.core.rules import upd_01, upd_03
from monitor.store import Store, facts, looks, outages, roster
from tests.core.build import BOOK
from tests.often import often
from tests.store.build import DAY, HOUR, NOW, account, enrol, look, post, record, shown, source

START = NOW - 30 * DAY
RULES = (upd_01.RULE, upd_03.RULE)
OLD, NEW = post(NOW - 5 * DAY), post(NOW - 2 * DAY)


@pytest.fixture(autouse=True)
def roster_of_one(store: Store) -> None:
    enrol(store, account(), at=START)


def known(
    store: Store,
    now: datetime = NOW,
    known_at: datetime | None = None,
    id_: str = "A01",
    reach: timedelta = facts.REACH,
) -> Known:
    with store.read() as tx:
        (found,) = facts.known(tx, [id_], now=now, known_at=known_at, reach=reach)
    return found


def posts(of: Known) -> list[Post]:
    return [known.post for known in of.posts]


def by_hand(store: Store, *shown_posts: Post, at: datetime, known_at: datetime, covers: Covers = Covers.ALL) -> None:
    with store.begin() as tx:
        assert looks.hand_look(tx, account(), shown(*shown_posts, covers=covers), at=at, known_at=known_at)


def test_an_account_nobody_looked_at_is_known_by_its_row_alone(store: Store) -> None:
    assert known(store) == Known(account=account(), posts=(), observations=(), is_polled=True)


def test_posts_come_oldest_first_with_the_look_that_showed_them(store: Store) -> None:
    (recorded,) = record(store, look(NOW, shown(NEW, OLD)))

    found = known(store)
    assert posts(found) == [OLD, NEW]
    assert {known.observation for known in found.posts} == {recorded.observation}
    assert found.newest is not None
    assert found.newest.post == NEW
    assert found.newest.linked_at == NOW


def test_a_look_confirms_until_it_is_stale(store: Store) -> None:
    record(store, look(NOW, shown(OLD)), look(NOW + HOUR, shown(OLD)))

    assert known(store, NOW + HOUR + POLLED_FRESHNESS).support(NOW + HOUR + POLLED_FRESHNESS) is Support.LOOK
    later = NOW + HOUR + POLLED_FRESHNESS + timedelta(microseconds=1)
    assert known(store, later).support(later) is Support.BLIND


def test_that_nothing_changed_is_believed_no_longer_than_what_was_read(store: Store) -> None:
    """A far side that says so for ever, and shows nothing, proves nothing of the time after its page was read."""
    record(store, look(NOW, shown(OLD)), *(look(NOW + hours * HOUR, Unchanged()) for hours in range(6, 60, 6)))

    read_until = NOW + POLLED_FRESHNESS
    assert known(store, read_until).support(read_until) is Support.LOOK
    for later in (read_until + timedelta(microseconds=1), NOW + 54 * HOUR):
        assert known(store, later).support(later) is Support.BLIND


def test_a_reason_is_told_beside_the_timeline_only_while_it_is_the_newer(store: Store) -> None:
    record(store, look(NOW, shown(OLD)), look(NOW + HOUR, Reason.TIMEOUT))
    assert [observation.seen for observation in known(store, NOW + HOUR).observations] == [shown(OLD), Reason.TIMEOUT]

    record(store, look(NOW + 2 * HOUR, shown(OLD)))
    assert [observation.seen for observation in known(store, NOW + 2 * HOUR).observations] == [shown(OLD)]


def test_since_when_nothing_shows_an_account_is_not_known_before_the_first_look(store: Store) -> None:
    record(store, look(NOW, Reason.TIMEOUT))

    assert known(store).unseen_since == NOW
    assert known(store, NOW - HOUR, known_at=NOW).unseen_since is None
    assert known(store, NOW, known_at=NOW - HOUR).unseen_since is None


def test_every_source_tells_its_own(store: Store) -> None:
    enrol(store, account(method="feed=https://example.invalid/; weibo=1"))
    feed = source(collector="feed", key="https://example.invalid/")
    record(store, look(NOW, shown(OLD)), look(NOW, shown(OLD, NEW), of=feed))

    found = known(store)
    assert [(observation.collector, observation.seen) for observation in found.observations] == [
        ("feed", shown(OLD, NEW)),
        ("weibo", shown(OLD)),
    ]
    assert posts(found) == [OLD, NEW]


def test_a_dropped_source_stands_for_nothing_any_more_but_did_then(store: Store) -> None:
    record(store, look(NOW, shown(OLD)))
    enrol(store, account(method="人工"), at=NOW + HOUR)

    now = known(store, NOW + 2 * HOUR)
    assert (now.observations, now.is_polled, posts(now)) == ((), False, [OLD])
    then = known(store, NOW)
    assert (len(then.observations), then.is_polled) == (1, True)


def test_an_account_whose_sources_never_show_the_newest_is_asked_like_one_that_nobody_polls(store: Store) -> None:
    def chosen(*partial: bool) -> Callable[[Account], tuple[Source, ...]]:
        return lambda account: tuple(
            replace(source(account.id, key=str(rank)), rank=rank, is_partial=is_partial)
            for rank, is_partial in enumerate(partial)
        )

    for partial, support in (((True,), Support.ASKED), ((True, False), Support.BLIND), ((True, True), Support.ASKED)):
        with store.begin() as tx:
            named = roster.Sources(of=chosen(*partial), every=lambda _: HOUR)
            roster.sync_sources(tx, [account()], sources=named, now=NOW)
        record(store, look(NOW, shown(OLD, covers=Covers.SOME), of=source(key="0")))
        assert known(store).support(NOW) is support
        with store.read() as tx:
            assert [due.source.is_partial for due in looks.sources_of(tx, ["A01"])] == list(partial)


def test_an_account_not_on_the_roster_is_left_out(store: Store) -> None:
    enrol(store, at=NOW, remove_missing=True)

    with store.read() as tx:
        assert facts.known(tx, ["A01", "A99"], now=NOW + HOUR) == ()
        assert [known.account.id for known in facts.known(tx, ["A01", "A99"], now=NOW - HOUR)] == ["A01"]


def test_what_was_learnt_later_was_not_known_then(store: Store) -> None:
    record(store, look(NOW - 4 * DAY, shown(OLD)), look(NOW, shown(NEW, OLD)))

    then = known(store, NOW - HOUR)
    assert posts(then) == [OLD]
    assert then.support(NOW - HOUR) is Support.BLIND
    assert posts(known(store, NOW - HOUR, known_at=NOW)) == [OLD, NEW]


def test_what_appeared_later_had_not_appeared_then_whatever_we_know_now(store: Store) -> None:
    record(store, look(NOW, shown(NEW, OLD)))

    assert posts(known(store, NOW - 3 * DAY, known_at=NOW)) == [OLD]


def test_a_post_from_the_future_counts_when_it_is_seen(store: Store) -> None:
    ahead = post(NOW + timedelta(minutes=3))
    record(store, look(NOW, shown(ahead)))

    assert posts(known(store, NOW)) == [ahead]


def test_a_post_taken_down_later_was_there_then(store: Store) -> None:
    record(store, look(NOW, shown(NEW, OLD)), look(NOW + HOUR, shown(OLD)), look(NOW + 3 * HOUR, shown(OLD)))

    assert known(store, NOW + 4 * HOUR).newest != known(store, NOW).newest
    for then in (known(store, NOW), known(store, NOW, known_at=NOW + 4 * HOUR), known(store, NOW + 2 * HOUR)):
        assert then.newest is not None
        assert then.newest.post == NEW


def test_a_moment_inside_an_interval_is_confirmed_up_to_that_moment(store: Store) -> None:
    record(store, look(NOW, shown(OLD)), look(NOW + 9 * HOUR, shown(OLD)))

    (observation,) = known(store, NOW + 2 * HOUR).observations
    assert observation.last_confirmed == NOW + 2 * HOUR


def test_a_list_by_hand_supports_from_when_it_was_true_once_it_is_known(store: Store) -> None:
    enrol(store, account(method="人工"), at=START + HOUR)
    by_hand(store, OLD, at=NOW - DAY, known_at=NOW + DAY)

    assert known(store, NOW).support(NOW) is Support.ASKED
    assert posts(known(store, NOW)) == []
    assert known(store, NOW, known_at=NOW + DAY).support(NOW) is Support.LOOK
    assert posts(known(store, NOW, known_at=NOW + DAY)) == [OLD]
    assert known(store, NOW + DAY).support(NOW + DAY) is Support.LOOK
    stale = NOW - DAY + HAND_FRESHNESS + timedelta(microseconds=1)
    assert known(store, stale).support(stale) is Support.ASKED


def test_an_older_list_by_hand_learnt_later_does_not_hide_the_newer(store: Store) -> None:
    by_hand(store, NEW, OLD, at=NOW, known_at=NOW)
    by_hand(store, OLD, at=NOW - 3 * DAY, known_at=NOW + HOUR)

    (observation,) = known(store, NOW + HOUR).observations
    assert observation.seen == shown(NEW, OLD)


def test_single_posts_by_hand_do_not_hide_a_complete_list(store: Store) -> None:
    by_hand(store, OLD, at=NOW - DAY, known_at=NOW - DAY)
    by_hand(store, NEW, at=NOW, known_at=NOW, covers=Covers.SOME)

    found = known(store)
    assert posts(found) == [OLD, NEW]
    covering = found.covering(NOW)
    assert covering is not None
    assert covering.seen == shown(OLD)


def test_of_what_lies_far_back_the_newest_is_enough(store: Store) -> None:
    far = [post(NOW - days * DAY) for days in (300, 200, 100, 20)]
    record(store, look(NOW, shown(*far)))

    assert posts(known(store, reach=90 * DAY)) == [far[2], far[3]]
    assert posts(known(store, reach=10 * DAY)) == [far[3]]


def test_of_what_lies_far_back_the_newest_still_to_be_seen_is_there_too(store: Store) -> None:
    record(store, look(NOW, shown(NEW, OLD)), look(NOW + HOUR, shown(OLD)), look(NOW + 2 * HOUR, shown(OLD)))

    assert posts(known(store, NOW + 3 * HOUR, reach=DAY)) == [OLD, NEW]


def test_many_accounts_are_known_at_once(store: Store) -> None:
    enrol(store, *(account(f"B{number}") for number in range(9)))
    record(store, *(look(NOW, shown(post(NOW - number * DAY)), of=source(f"B{number}")) for number in range(9)))

    with store.read() as tx:
        found = facts.known(tx, [f"B{number}" for number in reversed(range(9))], now=NOW)
    assert [(known.account.id, posts(known)) for known in found] == [
        (f"B{number}", [post(NOW - number * DAY)]) for number in range(9)
    ]


def test_an_outage_counts_from_the_very_moment_it_is_found_out(store: Store) -> None:
    record(store, look(NOW - HOUR, shown(OLD)))
    offline = NewOutage(platform=None, cause=Cause.OFFLINE, trusted_until=NOW, began_at=NOW)
    with store.begin() as tx:
        outages.begin(tx, offline)

    assert known(store, NOW - HOUR).doubt is None
    assert known(store, NOW).doubt is not None


seen = st.one_of(
    st.sampled_from([Reason.TIMEOUT, Reason.UNREADABLE]),
    st.just(Unchanged()),
    st.builds(
        lambda days, covers: shown(*(post(NOW - day * DAY) for day in days), covers=covers),
        st.sets(st.integers(0, 40), max_size=4),
        st.sampled_from(Covers),
    ),
)
told: Callable[[Known, datetime], object] = lambda found, now: (  # noqa: E731 - a value like any other
    found.account,
    found.posts,
    found.is_polled,
    found.support(now),
    [observation.seen for observation in found.observations if isinstance(observation.seen, Timeline)],
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=often(30))
@given(steps=st.lists(st.tuples(st.integers(1, 60), st.one_of(seen, st.just("hand"))), min_size=1, max_size=7))
def test_asked_later_the_past_is_what_it_was(store: Store, steps: list[tuple[int, object]]) -> None:
    id_ = f"H{abs(hash(repr(steps)))}"
    enrol(store, account(id_), at=START)
    at, then = NOW, []
    for hours, sight in steps:
        at += hours * HOUR
        if sight == "hand":
            with store.begin() as tx:
                looks.hand_look(tx, account(id_), shown(post(at - 2 * DAY)), at=at - 30 * HOUR, known_at=at)
        else:
            record(store, look(at, sight, of=source(id_)))  # type: ignore[arg-type]  # drawn from what a look may see
        then.append((at, told(known(store, at, id_=id_), at)))

    for moment, was in then:
        assert told(known(store, moment, id_=id_), moment) == was


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=often(30))
@given(hours_ago=st.lists(st.integers(0, 24 * 170), min_size=1, max_size=40), missed=st.sets(st.integers(0, 40)))
def test_posts_that_no_rule_asks_for_change_no_rules_word(store: Store, hours_ago: list[int], missed: set[int]) -> None:
    id_ = f"H{abs(hash(repr((hours_ago, missed))))}"
    enrol(store, account(id_), at=START)
    every = [
        post(NOW - hours * HOUR, url=f"https://example.invalid/{id_}/{place}") for place, hours in enumerate(hours_ago)
    ]
    left = [post for place, post in enumerate(every) if place not in missed]
    for hours, posted in ((0, every), (2, left), (4, left)):
        record(store, look(NOW + hours * HOUR, shown(*posted), of=source(id_)))

    now = NOW + 4 * HOUR
    with store.read() as tx:
        (whole,), (sparing,) = (facts.known(tx, [id_], now=now, is_whole=is_whole) for is_whole in (True, False))
    assert set(sparing.posts) <= set(whole.posts)
    assert [rule.judge(sparing, BOOK, now) for rule in RULES] == [rule.judge(whole, BOOK, now) for rule in RULES]


def test_of_a_busy_account_the_rules_are_given_two_posts_of_a_week(store: Store) -> None:
    record(store, look(NOW, shown(*(post(NOW - hours * HOUR) for hours in range(1, 24 * 60)))))
    with store.read() as tx:
        (whole,), (sparing,) = (facts.known(tx, ["A01"], now=NOW, is_whole=is_whole) for is_whole in (True, False))
    assert len(whole.posts) == 24 * 60 - 1
    assert len(sparing.posts) < 2 * 60 / 7 + 4
