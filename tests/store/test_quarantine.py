"""A source that the service may have died of is left alone, for longer each time, and never keeps others waiting."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from monitor.store import Store, due_sources, looks, quarantine, tables
from monitor.store.quarantine import Quarantined
from tests.store.build import DAY, HOUR, NOW, account, enrol, look, post, record, shown, source

MINUTE = timedelta(minutes=1)
LEASE = 10 * MINUTE
IDS = ("A01", "A02", "A03")


@pytest.fixture(autouse=True)
def county(store: Store) -> None:
    for id_ in IDS:
        enrol(store, account(id_), at=NOW - 30 * DAY)


def claimed(store: Store, at: object, limit: int = 9) -> list[str]:
    with store.begin() as tx:
        due = looks.claim_due(tx, at, collectors=[source().collector], room=looks.Capacity(limit=limit), lease=LEASE)  # type: ignore[arg-type]
    return sorted(entry.source.account for entry in due)


def died(store: Store, at: object) -> tuple[Quarantined, ...]:
    with store.begin() as tx:
        return quarantine.begin(tx, at)  # type: ignore[arg-type]


def test_what_was_under_way_when_the_service_died_is_left_alone_for_ten_minutes(store: Store) -> None:
    assert len(claimed(store, NOW, limit=2)) == 2
    found = died(store, NOW)
    assert [(source.deaths, source.until) for source in found] == [(1, NOW + 10 * MINUTE)] * 2
    assert len(claimed(store, NOW + MINUTE)) == 1  # the third, which was not under way


def test_suspects_are_looked_at_one_at_a_time(store: Store) -> None:
    claimed(store, NOW)
    died(store, NOW)
    assert [claimed(store, NOW + HOUR), claimed(store, NOW + HOUR)] == [["A01"], []]
    record(store, look(NOW + HOUR, shown(post(NOW - DAY)), of=source("A01")))
    assert claimed(store, NOW + HOUR) == ["A02"]


def test_only_who_was_under_way_again_is_blamed_again_and_for_longer(store: Store) -> None:
    claimed(store, NOW)
    died(store, NOW)
    then = NOW
    for deaths, pause in ((2, 40 * MINUTE), (3, 160 * MINUTE), (4, 640 * MINUTE), (5, DAY), (6, DAY)):
        then += 2 * DAY
        assert "A01" in claimed(store, then)
        found = died(store, then)
        assert [(source.account, source.deaths, source.until) for source in found] == [("A01", deaths, then + pause)]
    assert claimed(store, then + MINUTE) == ["A02"]


def test_a_look_that_ends_whatever_it_saw_clears_its_source(store: Store) -> None:
    claimed(store, NOW)
    died(store, NOW)
    record(store, look(NOW + HOUR, shown(post(NOW - DAY)), of=source("A01")))
    with store.read() as tx:
        suspects = sa.select(tables.sources.c.account).where(tables.sources.c.quarantined_until > NOW)
        assert set(tx.scalars(suspects)) == {"A02", "A03"}


def test_a_service_that_ended_as_it_was_told_leaves_nobody_under_suspicion(store: Store) -> None:
    claimed(store, NOW)
    with store.begin() as tx:
        quarantine.release(tx)
    assert died(store, NOW) == ()
    assert claimed(store, NOW) == list(IDS)


def test_being_asked_for_a_reading_ends_no_quarantine(store: Store) -> None:
    claimed(store, NOW)
    died(store, NOW)
    with store.begin() as tx:
        due_sources.ask_for_readings(tx, list(IDS), NOW)
    assert claimed(store, NOW + MINUTE) == []
    with store.read() as tx:
        assert not looks.is_any_due(tx, NOW + MINUTE, collectors=[source().collector])
