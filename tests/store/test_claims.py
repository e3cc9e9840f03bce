"""A look counts under the claim it was made under, once; whoever lost the claim comes too late."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.store import Store, due_sources, looks, quarantine
from monitor.store.due_sources import Due
from tests.store.build import DAY, HOUR, NOW, account, enrol, look, post, record, shown, source


@pytest.fixture(autouse=True)
def county(store: Store) -> None:
    enrol(store, account("A01"), at=NOW - 30 * DAY)


def claimed(store: Store, claim: str, at: object = NOW) -> tuple[Due, ...]:
    with store.begin() as tx:
        room = looks.Capacity(limit=9)
        return looks.claim_due(tx, at, collectors=[source().collector], room=room, lease=HOUR, claim=claim)  # type: ignore[arg-type]


def test_a_look_that_is_written_twice_is_recorded_once(store: Store) -> None:
    claimed(store, "first")
    seen = replace(look(NOW, shown(post(NOW - DAY))), claim="first")
    assert len(record(store, seen)) == 1
    assert record(store, seen) == ()


def test_who_comes_back_after_the_lease_went_to_another_writes_nothing(store: Store) -> None:
    claimed(store, "first")
    claimed(store, "second", NOW + 2 * HOUR)
    assert record(store, replace(look(NOW, shown(post(NOW - DAY))), claim="first")) == ()
    assert len(record(store, replace(look(NOW + 2 * HOUR, shown(post(NOW - DAY))), claim="second"))) == 1


def test_only_the_claim_it_was_made_under_lets_a_source_go(store: Store) -> None:
    (due,) = claimed(store, "first")
    with store.begin() as tx:
        due_sources.release(tx, [replace(due, claim="another")])
    assert claimed(store, "second") == ()
    with store.begin() as tx:
        due_sources.release(tx, [due])
    assert len(claimed(store, "second")) == 1


def test_what_is_still_handed_out_under_a_claim_is_known(store: Store) -> None:
    (due,) = claimed(store, "first")
    ids = [due.source.id]
    with store.begin() as tx:
        assert due_sources.claimed(tx, ids, "first") == (due,)
        assert due_sources.claimed(tx, ids, "another") == ()
        quarantine.release(tx)
        assert due_sources.claimed(tx, ids, "first") == ()
