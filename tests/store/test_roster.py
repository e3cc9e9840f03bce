from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.core.account import Account, UnitKey
from monitor.store import Store, cases, looks, roster
from monitor.store.roster import RosterChange
from tests.often import often
from tests.store.build import DAY, EVERY, HOUR, NOW, SOURCES, account, enrol, look, post, record, shown, source


def listed(store: Store, **moments: object) -> tuple[Account, ...]:
    with store.read() as tx:
        return roster.accounts(tx, **moments)  # type: ignore[arg-type]  # at, known_at


def polled(store: Store, *ids: str) -> list[str]:
    with store.read() as tx:
        return [due.source.id for due in looks.sources_of(tx, ids)]


def test_a_first_roster_adds_everybody(store: Store) -> None:
    change = enrol(store, account("A02"), account("A01"))

    assert change == RosterChange(added=("A02", "A01"))
    assert listed(store) == (account("A01"), account("A02"))


def test_the_same_roster_again_changes_nothing(store: Store) -> None:
    enrol(store, account())

    assert enrol(store, account(), at=NOW + DAY) == RosterChange()


def test_without_a_roster_there_is_none(store: Store) -> None:
    with store.read() as tx:
        assert not roster.has_roster(tx)
    enrol(store, account())
    with store.read() as tx:
        assert roster.has_roster(tx)
        assert roster.account(tx, "A01") == account()
        assert roster.account(tx, "A02") is None


def test_an_account_s_first_row_holds_since_ever_but_was_learnt_when_it_was_imported(store: Store) -> None:
    enrol(store, account())

    assert listed(store, at=NOW - 300 * DAY, known_at=NOW) == (account(),)
    assert listed(store, at=NOW - 300 * DAY, known_at=NOW - HOUR) == ()


def test_a_change_holds_from_its_own_moment_and_is_known_from_its_import(store: Store) -> None:
    later = account(name="新名称")
    enrol(store, account())
    with store.begin() as tx:
        roster.save_roster(tx, [later], effective_at=NOW + DAY, known_at=NOW + 3 * DAY, sources=SOURCES)

    assert listed(store, at=NOW, known_at=NOW + 9 * DAY) == (account(),)
    assert listed(store, at=NOW + 2 * DAY, known_at=NOW + 2 * DAY) == (account(),)
    assert listed(store, at=NOW + 2 * DAY, known_at=NOW + 9 * DAY) == (later,)
    assert listed(store) == (later,)


def test_what_a_replaced_roster_lacks_is_removed_and_remembered(store: Store) -> None:
    enrol(store, account("A01"), account("A02"))

    change = enrol(store, account("A02"), at=NOW + DAY, remove_missing=True)

    assert change == RosterChange(removed=("A01",))
    assert listed(store) == (account("A02"),)
    assert listed(store, at=NOW, known_at=NOW) == (account("A01"), account("A02"))
    assert polled(store, "A01", "A02") == ["A02/weibo=1"]


def test_replacing_one_unit_s_accounts_leaves_the_others(store: Store) -> None:
    enrol(store, account("A01"), account("A02"), account("A03", unit="示例县民政局"))
    with store.begin() as tx:
        roster.save_roster(
            tx,
            [account("A02")],
            effective_at=NOW + DAY,
            known_at=NOW + DAY,
            sources=SOURCES,
            remove_missing=True,
            unit=UnitKey("示例县", "示例县教育局"),
        )

    assert [account.id for account in listed(store)] == ["A02", "A03"]


def test_an_account_that_returns_is_watched_again(store: Store) -> None:
    enrol(store, account())
    enrol(store, at=NOW + DAY, remove_missing=True)

    change = enrol(store, account(), at=NOW + 2 * DAY)

    assert change == RosterChange(added=("A01",))
    assert listed(store, at=NOW + DAY, known_at=NOW + 9 * DAY) == ()
    assert polled(store, "A01") == ["A01/weibo=1"]
    with store.begin() as tx:
        assert looks.claim_due(tx, NOW + 3 * DAY, collectors=["weibo"], room=looks.Capacity(limit=9), lease=HOUR)


def test_a_preview_writes_nothing(store: Store) -> None:
    with store.read() as tx:
        assert roster.diff_roster(tx, [account()], effective_at=NOW, known_at=NOW) == RosterChange(added=("A01",))
    assert listed(store) == ()


def test_what_is_known_of_a_source_outlives_a_change_of_its_account(store: Store) -> None:
    enrol(store, account())
    record(store, look(NOW, shown(post(NOW - DAY))))

    enrol(store, account(method="feed=https://example.invalid/; weibo=1"), at=NOW + DAY)

    with store.read() as tx:
        feed, weibo = looks.sources_of(tx, ["A01"])
    assert (feed.source.collector, feed.source.rank, feed.validators) == ("feed", 0, None)
    assert (weibo.source.rank, weibo.validators is not None, weibo.newest) == (1, True, NOW - DAY)


def test_a_source_that_is_no_longer_named_is_no_longer_looked_at(store: Store) -> None:
    enrol(store, account())
    enrol(store, account(method="人工"), at=NOW + HOUR)

    with store.begin() as tx:
        assert looks.claim_due(tx, NOW + DAY, collectors=["weibo"], room=looks.Capacity(limit=9), lease=HOUR) == ()
        assert looks.record(tx, [look(NOW + DAY, shown())], lambda _, look: look.at) == ()


def test_a_new_version_s_chains_are_followed_at_start_up(store: Store) -> None:
    enrol(store, account(method=None))
    assert polled(store, "A01") == []

    with store.begin() as tx:
        named = roster.Sources(of=lambda _: [source()], every=lambda _: EVERY)
        roster.sync_sources(tx, [account()], sources=named, now=NOW)

    assert polled(store, "A01") == ["A01/weibo=1"]


@pytest.mark.parametrize("change", [{"name": "新名称"}, {"method": "人工"}])
def test_a_changed_account_is_judged_again(store: Store, change: dict[str, object]) -> None:
    enrol(store, account("A01"), account("A02"))
    with store.begin() as tx:
        for id_ in cases.due_for_judgement(tx, NOW, 9):
            cases.apply(tx, [cases.Judged(account=id_, judgements=(), judge_again_at=NOW + 9 * DAY)], at=NOW)

    enrol(store, account("A01", **change), account("A02"), at=NOW + DAY)

    with store.begin() as tx:
        assert cases.due_for_judgement(tx, NOW + DAY, 9) == ("A01",)


names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=often(25))
@given(given_names=st.lists(names, min_size=1, max_size=6))
def test_the_roster_in_force_is_always_the_last_one_saved_by_then(store: Store, given_names: list[str]) -> None:
    start = listed(store, at=NOW + 9000 * DAY)
    base = NOW if not start else NOW + DAY * int(start[0].unit)
    saved = []
    for number, name in enumerate(given_names, 1):
        one = replace(account(name=name), unit=str((base - NOW).days + number))
        enrol(store, one, at=base + number * DAY)
        saved.append(one)

    for number, one in enumerate(saved, 1):
        moment = base + number * DAY + HOUR
        assert listed(store, at=moment, known_at=moment) == (one,)
