from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.core.download import AppFault, Download, Link
from monitor.core.observation import (
    SECOND_READING,
    Blind,
    Covers,
    Look,
    Observation,
    Precision,
    Profile,
    Reason,
    Standing,
    Timeline,
    Unchanged,
    gone,
)
from monitor.store import Store, cases, looks, overview
from tests.often import often
from tests.store.build import DAY, EVERY, HOUR, NOW, account, enrol, look, post, raw_evidence, record, shown, source

OLD, NEW = post(NOW - 5 * DAY), post(NOW - 2 * DAY)


@pytest.fixture(autouse=True)
def roster_of_one(store: Store) -> None:
    enrol(store, account(), at=NOW - 30 * DAY)
    judged(store)


def judged(store: Store, again: datetime = NOW + 90 * DAY) -> None:
    """Have nothing left to judge."""
    with store.begin() as tx:
        ids = cases.due_for_judgement(tx, NOW + 99 * DAY, 99)
        cases.apply(tx, [cases.Judged(account=id_, judgements=(), judge_again_at=again) for id_ in ids], at=NOW)


def dirty(store: Store, now: datetime = NOW + DAY) -> tuple[str, ...]:
    with store.begin() as tx:
        return cases.due_for_judgement(tx, now, 99)


def observations(store: Store) -> list[Observation]:
    """Return the account's intervals, oldest first."""
    with store.read() as tx:
        return sorted(overview.observations_of(tx, "A01"), key=lambda entry: (entry.first_seen, entry.id))


def intervals(store: Store) -> list[tuple[datetime, datetime]]:
    return [(observation.first_seen, observation.last_confirmed) for observation in observations(store)]


def known_posts(store: Store) -> dict[str, tuple[datetime | None, datetime | None]]:
    """Return since when each post is missing, and when it was withdrawn, by link."""
    with store.read() as tx:
        return {known.post.key: (known.missing_since, known.withdrawn_at) for known in overview.posts_of(tx, "A01")}


def test_looks_that_see_the_same_are_one_interval(store: Store) -> None:
    record(store, look(NOW, shown(NEW, OLD)))
    record(store, look(NOW + HOUR, shown(NEW, OLD)))
    record(store, look(NOW + 2 * HOUR, Unchanged()))

    assert intervals(store) == [(NOW, NOW + 2 * HOUR)]


def test_several_looks_at_one_source_can_be_kept_at_once(store: Store) -> None:
    first, second, third, fourth = record(
        store,
        look(NOW, shown(OLD)),
        look(NOW + HOUR, Unchanged()),
        look(NOW + 2 * HOUR, shown(NEW, OLD)),
        look(NOW + 3 * HOUR, Reason.TIMEOUT),
    )

    assert [recorded.is_new for recorded in (first, second, third, fourth)] == [True, False, True, True]
    assert [recorded.posts_added for recorded in (first, second, third, fourth)] == [1, 0, 1, 0]
    assert intervals(store) == [(NOW, NOW + HOUR), (NOW + 2 * HOUR,) * 2, (NOW + 3 * HOUR,) * 2]


def test_something_else_begins_an_interval(store: Store) -> None:
    record(store, look(NOW, shown(OLD)), look(NOW + HOUR, shown(NEW, OLD)))

    assert intervals(store) == [(NOW, NOW), (NOW + HOUR, NOW + HOUR)]
    assert [observation.seen for observation in observations(store)] == [shown(OLD), shown(NEW, OLD)]


def test_after_too_long_a_gap_the_same_is_a_new_interval(store: Store) -> None:
    late = NOW + DAY + timedelta(microseconds=1)
    record(store, look(NOW, shown(OLD)), look(late, shown(OLD)))

    assert intervals(store) == [(NOW, NOW), (late, late)]


def test_after_too_long_a_gap_unchanged_is_a_new_interval_with_what_was_shown(store: Store) -> None:
    late = NOW + 2 * DAY
    record(store, look(NOW, shown(OLD)), look(late, Unchanged()))

    assert intervals(store) == [(NOW, NOW), (late, late)]
    assert observations(store)[1].seen == shown(OLD)


def test_a_look_that_saw_nothing_between_does_not_break_an_interval(store: Store) -> None:
    record(store, look(NOW, shown(OLD)), look(NOW + HOUR, Reason.TIMEOUT), look(NOW + 2 * HOUR, shown(OLD)))

    assert intervals(store) == [(NOW, NOW + 2 * HOUR), (NOW + HOUR, NOW + HOUR)]


def test_the_same_reason_again_is_one_interval_until_something_is_seen(store: Store) -> None:
    blind = [look(NOW + hours * HOUR, Reason.TIMEOUT) for hours in (0, 1, 50, 52)]
    record(store, *blind[:3], look(NOW + 51 * HOUR, shown(OLD)), blind[3])

    assert intervals(store) == [
        (NOW, NOW + 50 * HOUR),
        (NOW + 51 * HOUR, NOW + 51 * HOUR),
        (NOW + 52 * HOUR, NOW + 52 * HOUR),
    ]


def test_another_reason_begins_another_interval(store: Store) -> None:
    record(store, look(NOW, Reason.TIMEOUT), look(NOW + HOUR, Reason.CAPTCHA))

    assert [observation.seen for observation in observations(store)] == [Reason.TIMEOUT, Reason.CAPTCHA]


def test_unchanged_without_anything_before_is_nothing(store: Store) -> None:
    (recorded,) = record(store, look(NOW, Unchanged()))

    assert recorded.observation is None
    assert observations(store) == []


def test_numbers_that_always_move_do_not_break_an_interval(store: Store) -> None:
    for hours in range(3):
        profile = Profile(name="示例发布", followers=1000 + hours, posts=50 + hours)
        record(store, look(NOW + hours * HOUR, replace(shown(OLD), profile=profile)))

    assert len(intervals(store)) == 1


def test_a_clock_that_went_back_shortens_nothing(store: Store) -> None:
    record(store, look(NOW, shown(OLD)), look(NOW + HOUR, shown(OLD)), look(NOW, shown(OLD)))

    assert intervals(store) == [(NOW, NOW + HOUR)]


def test_a_post_missed_twice_an_hour_apart_is_withdrawn(store: Store) -> None:
    record(store, look(NOW, shown(NEW, OLD)), look(NOW + HOUR, shown(OLD)))
    assert known_posts(store)[NEW.key] == (NOW + HOUR, None)

    record(store, look(NOW + HOUR + SECOND_READING, shown(post(NOW - 3 * DAY), OLD)))
    assert known_posts(store)[NEW.key] == (NOW + HOUR, NOW + HOUR + SECOND_READING)


def test_unchanged_is_no_second_reading_and_a_list_that_missed_a_post_is_read_again(store: Store) -> None:
    record(store, look(NOW, shown(NEW, OLD)), look(NOW + HOUR, shown(OLD)))
    with store.read() as tx:
        assert [due.validators for due in looks.sources_of(tx, ["A01"])] == [None]

    record(store, look(NOW + 2 * HOUR, Unchanged()))
    assert known_posts(store)[NEW.key] == (NOW + HOUR, None)

    record(store, look(NOW + 3 * HOUR, shown(OLD)))
    assert known_posts(store)[NEW.key] == (NOW + HOUR, NOW + 3 * HOUR)


def test_a_withdrawn_post_is_no_longer_the_newest_and_comes_back_when_shown(store: Store) -> None:
    record(store, look(NOW, shown(NEW, OLD)), look(NOW + HOUR, shown(OLD)), look(NOW + 2 * HOUR, shown(OLD)))
    with store.read() as tx:
        assert [due.newest for due in looks.sources_of(tx, ["A01"])] == [OLD.published_at]

    record(store, look(NOW + 3 * HOUR, shown(NEW, OLD)))

    assert known_posts(store)[NEW.key] == (None, None)
    with store.read() as tx:
        assert [due.newest for due in looks.sources_of(tx, ["A01"])] == [NEW.published_at]


def test_an_edited_post_does_not_become_newer_but_a_vague_time_becomes_exact(store: Store) -> None:
    vague = replace(NEW, precision=Precision.DAY)
    edited = replace(OLD, published_at=NOW - HOUR)
    record(store, look(NOW, shown(vague, OLD)), look(NOW + HOUR, shown(NEW, edited)))

    with store.read() as tx:
        assert [known.post for known in overview.posts_of(tx, "A01")] == [NEW, OLD]


def test_what_a_platform_wrote_can_always_be_kept(store: Store) -> None:
    hostile = post(NOW - DAY, title="a\0b\ud83d", url="https://example.invalid/" + "长" * 5000)
    record(store, look(NOW, shown(hostile)), look(NOW + HOUR, shown(hostile)))

    with store.read() as tx:
        (kept,) = overview.posts_of(tx, "A01")
    assert kept.post.title == "ab?"
    assert len(intervals(store)) == 1


def test_bytes_are_kept_where_the_standing_changes_or_a_page_becomes_unreadable(store: Store) -> None:
    seen = record(
        store,
        look(NOW, shown(OLD), raw=b"plain"),
        look(NOW + HOUR, shown(NEW, OLD), raw=b"as ever"),
        look(NOW + 2 * HOUR, gone(Standing.NOT_FOUND), raw=b"gone"),
        look(NOW + 3 * HOUR, Reason.UNREADABLE, raw=b"?" * 1_000_000),
        look(NOW + 4 * HOUR, Reason.UNREADABLE, raw=b"again"),
        look(NOW + 5 * HOUR, Reason.TIMEOUT, raw=b"late"),
    )

    with store.read() as tx:
        kept = [raw_evidence(tx, recorded.observation or 0) for recorded in seen]
    assert kept == [None, None, b"gone", b"?" * 262_144, b"?" * 262_144, None]


def test_an_account_is_judged_when_something_new_was_learnt_and_only_then(store: Store) -> None:
    record(store, look(NOW, shown(OLD)))
    assert dirty(store) == ("A01",)
    judged(store)

    record(store, look(NOW + HOUR, shown(OLD)), look(NOW + 2 * HOUR, Unchanged()))
    assert dirty(store) == ()

    record(store, look(NOW + 3 * HOUR, Reason.TIMEOUT))
    assert dirty(store) == ("A01",)


def test_a_look_does_not_put_a_judgement_off(store: Store) -> None:
    judged(store, again=NOW)
    record(store, look(NOW + HOUR, shown(OLD)))

    assert dirty(store, NOW) == ("A01",)


def test_the_schedule_is_told_what_is_known_after_the_look(store: Store) -> None:
    told: list[looks.Due] = []

    def schedule(due: looks.Due, _: Look) -> datetime:
        told.append(due)
        return NOW + EVERY

    for sight in (shown(NEW, OLD), Reason.TIMEOUT, Reason.CAPTCHA, shown(NEW, OLD)):
        with store.begin() as tx:
            looks.record(tx, [look(NOW + len(told) * HOUR, sight)], schedule)

    assert [due.failures for due in told] == [0, 1, 2, 0]
    assert [due.validators is not None for due in told] == [True, False, False, True]
    assert {due.newest for due in told} == {NEW.published_at}


def test_unchanged_keeps_the_validators(store: Store) -> None:
    record(store, look(NOW, shown(OLD)), look(NOW + HOUR, Unchanged()))

    with store.read() as tx:
        (due,) = looks.sources_of(tx, ["A01"])
    assert due.validators == look(NOW, shown(OLD)).validators


def claim(store: Store, now: datetime, limit: int = 99) -> list[str]:
    with store.begin() as tx:
        return [
            due.source.account
            for due in looks.claim_due(tx, now, collectors=["weibo"], room=looks.Capacity(limit=limit), lease=HOUR)
        ]


def test_a_source_is_claimed_once_until_its_lease_ends(store: Store) -> None:
    assert claim(store, NOW) == ["A01"]
    assert claim(store, NOW + HOUR - timedelta(microseconds=1)) == []
    assert claim(store, NOW + HOUR) == ["A01"]


def test_a_recorded_look_ends_the_lease_and_sets_the_next_turn(store: Store) -> None:
    claim(store, NOW)
    record(store, look(NOW, Reason.TIMEOUT))

    assert claim(store, NOW + EVERY - HOUR) == []
    assert claim(store, NOW + EVERY) == ["A01"]


def test_the_longest_overdue_come_first_and_no_more_than_asked_for(store: Store) -> None:
    enrol(store, *(account(f"B{number}") for number in range(3)), at=NOW - 20 * DAY)
    for number in (2, 0, 1):
        record(store, look(NOW - (5 - number) * DAY, shown(), of=source(f"B{number}")))

    assert claim(store, NOW, limit=2) == ["A01", "B0"]
    assert claim(store, NOW, limit=9) == ["B1", "B2"]


def test_only_the_collectors_asked_for_are_claimed(store: Store) -> None:
    with store.begin() as tx:
        assert looks.claim_due(tx, NOW, collectors=["feed"], room=looks.Capacity(limit=9), lease=HOUR) == ()
        assert not looks.is_any_due(tx, NOW, collectors=["feed"])
        assert looks.is_any_due(tx, NOW, collectors=["weibo"])


def test_whether_there_is_anything_to_claim_can_be_asked_without_claiming_it(store: Store) -> None:
    def is_any_due(now: datetime) -> bool:
        with store.read() as tx:
            return looks.is_any_due(tx, now, collectors=["weibo"])

    record(store, look(NOW, shown()))
    assert [is_any_due(NOW + EVERY - HOUR), is_any_due(NOW + EVERY), is_any_due(NOW + EVERY)] == [False, True, True]
    assert claim(store, NOW + EVERY) == ["A01"]
    assert [is_any_due(NOW + EVERY + HOUR - DAY), is_any_due(NOW + EVERY), is_any_due(NOW + EVERY + HOUR)] == [
        False,
        False,
        True,
    ]


def by_hand(
    store: Store, *posts: datetime, at: datetime, known_at: datetime, covers: Covers = Covers.ALL
) -> int | None:
    with store.begin() as tx:
        seen = shown(*(post(moment) for moment in posts), covers=covers)
        return looks.hand_look(tx, account(), seen, at=at, known_at=known_at)


def test_a_look_by_hand_is_kept_once(store: Store) -> None:
    assert by_hand(store, NOW - DAY, at=NOW, known_at=NOW + HOUR) is not None
    assert dirty(store) == ("A01",)
    judged(store)

    assert by_hand(store, NOW - DAY, at=NOW, known_at=NOW + DAY) is None
    assert dirty(store) == ()
    assert len(known_posts(store)) == 1


def test_a_source_by_hand_is_nobody_s_turn_and_outlives_the_roster_s_changes(store: Store) -> None:
    by_hand(store, NOW - DAY, at=NOW, known_at=NOW)
    enrol(store, account(name="新名称"), at=NOW + HOUR)

    with store.begin() as tx:
        assert (
            looks.claim_due(tx, NOW + 99 * DAY, collectors=["manual"], room=looks.Capacity(limit=9), lease=HOUR) == ()
        )
        assert [due.source.collector for due in looks.sources_of(tx, ["A01"])] == ["weibo"]
        (row,) = overview.account_rows(tx, NOW + HOUR)
    assert [source.source for source in row.sources] == ["A01/weibo=1", "A01/manual=posts"]


def test_a_list_by_hand_withdraws_nothing(store: Store) -> None:
    by_hand(store, NOW - DAY, NOW - 2 * DAY, at=NOW, known_at=NOW)
    by_hand(store, NOW - 2 * DAY, at=NOW + HOUR, known_at=NOW + HOUR)
    by_hand(store, NOW - 2 * DAY, at=NOW + 9 * HOUR, known_at=NOW + 9 * HOUR)

    assert set(known_posts(store).values()) == {(None, None)}


sights_drawn = st.one_of(
    st.sampled_from([Reason.TIMEOUT, Reason.CAPTCHA]),
    st.just(Unchanged()),
    st.sets(st.integers(1, 5), max_size=4).map(lambda days: shown(*(post(NOW - day * DAY) for day in days))),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=often(40))
@given(seen=st.lists(st.tuples(st.integers(1, 40), sights_drawn), max_size=8), at_once=st.booleans())
def test_intervals_hold_exactly_the_looks_that_were_made(
    store: Store, seen: list[tuple[int, object]], *, at_once: bool
) -> None:
    id_ = f"H{hash((tuple(hours for hours, _ in seen), at_once))}{len(intervals_of_all(store))}"
    enrol(store, account(id_))
    at, made = NOW, []
    for hours, sight in seen:
        at += hours * HOUR
        made.append(look(at, sight, of=source(id_)))  # type: ignore[arg-type]  # drawn from what a look may see
    recorded = (
        record(store, *made) if at_once else tuple(recorded for look_ in made for recorded in record(store, look_))
    )

    with store.read() as tx:
        rows = {observation.id: observation for observation in overview.observations_of(tx, id_)}
        known = overview.posts_of(tx, id_)
    assert {entry.observation for entry in recorded if entry.observation} == set(rows)
    for entry in recorded:
        if entry.observation is None:
            assert isinstance(entry.look.sight, Unchanged)
            continue
        row = rows[entry.observation]
        assert row.first_seen <= entry.look.at <= row.last_confirmed
        match entry.look.sight:
            case Blind(reason=reason):
                assert row.seen is reason
            case Unchanged():
                assert not isinstance(row.seen, Reason)
            case timeline:
                assert row.seen == timeline
    shown_at_all = {post.key for look_ in made if isinstance(look_.sight, Timeline) for post in look_.sight.posts}
    assert {known_post.post.key for known_post in known} == shown_at_all
    assert len(known) == sum(entry.posts_added for entry in recorded)


def intervals_of_all(store: Store) -> tuple[overview.OverviewRow, ...]:
    with store.read() as tx:
        return overview.account_rows(tx, NOW + 999 * DAY)


# --- links of apps ---


def test_what_a_link_shows_is_an_interval_like_any_other(store: Store) -> None:
    app = source(collector="apk", key="https://www.example.gov.cn/app.apk")
    enrol(store, account(method="apk=https://www.example.gov.cn/app.apk"))
    works = Download(link=Link.PACKAGE, package="cn.gov.example\0", version="2.1.0", is_signed=True)
    fails = Download(link=Link.PACKAGE, fault=AppFault.GONE)
    first = record(store, Look(source=app, at=NOW, sight=works))
    again = record(store, Look(source=app, at=NOW + 6 * HOUR, sight=works))
    record(store, Look(source=app, at=NOW + 12 * HOUR, sight=Blind(reason=Reason.TIMEOUT)))
    gone_ = record(store, Look(source=app, at=NOW + 18 * HOUR, sight=fails, raw=b"404"))
    assert first[0].observation == again[0].observation
    assert gone_[0].is_new
    with store.read() as tx:
        seen = overview.observations_of(tx, "A01")
        assert [observation.seen for observation in seen] == [
            fails,
            Reason.TIMEOUT,
            replace(works, package="cn.gov.example"),
        ]
        assert seen[-1].last_confirmed == NOW + 6 * HOUR
        assert raw_evidence(tx, seen[0].id) == b"404"
        assert not overview.posts_of(tx, "A01")
