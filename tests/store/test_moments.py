"""What a clock that was ahead has left behind is put right, on either database."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from monitor.core.case import Closing
from monitor.store import Store, cases, looks, moments, tables
from tests.store.build import DAY, HOUR, NOW, account, enrol, look, post, record, shown

AHEAD = NOW + 700 * DAY
OLD = post(NOW - 5 * DAY)


def test_nothing_that_our_own_clock_wrote_lies_ahead_any_more(store: Store) -> None:
    enrol(store, account("A01"), at=NOW - 20 * DAY)
    record(store, look(NOW - HOUR, shown(OLD)))
    record(store, look(AHEAD, shown(OLD, post(AHEAD - DAY))))
    with store.begin() as tx:
        opened = {"subject": "A01", "account": "A01", "rule": "UPD-01", "episode": "x", "opened_at": AHEAD}
        (id_,) = tx.execute(sa.insert(tables.cases).values(opened).returning(tables.cases.c.id)).one()
        tx.execute(sa.update(tables.accounts).values(evaluate_at=AHEAD))
        assert moments.standing(tx, NOW).newest == AHEAD
        righted = moments.put_right(tx, NOW)
    assert (righted.cases, righted.looks) == (1, 1)
    with store.read() as tx:
        for name, columns in {**moments.WRITTEN, "sources": ("last_look_at", "seen_at", "leased_until")}.items():
            table = tables.metadata.tables[name]
            for column in columns:
                assert (tx.scalar(sa.select(sa.func.max(table.c[column]))) or NOW) <= NOW, (name, column)
        ended = cases.case(tx, id_)
        assert ended is not None
        assert (ended.closing, ended.closed_at, ended.opened_at) == (Closing.CORRECTED, NOW, NOW)
        (due,) = looks.sources_of(tx, ["A01"])
        assert (due.validators, due.newest) == (None, OLD.published_at)
        assert looks.is_any_due(tx, NOW + moments.SPREAD, collectors=["weibo"])
        assert tx.scalar(sa.select(tables.accounts.c.evaluate_at).where(tables.accounts.c.evaluate_at <= NOW))
    record(store, look(NOW + HOUR, shown(OLD)))
    with store.read() as tx:
        assert moments.standing(tx, NOW + HOUR).following is None


def test_an_interval_that_reaches_ahead_ends_where_it_surely_held(store: Store) -> None:
    enrol(store, account("A01"), at=NOW - 20 * DAY)
    for hours in (-40, -20, -2, 20):
        record(store, look(NOW + timedelta(hours=hours), shown(OLD)))
    with store.begin() as tx:
        moments.put_right(tx, NOW)
        row = tx.execute(sa.select(tables.observations).where(tables.observations.c.reason.is_(None))).one()
    assert row.first_seen == NOW - 40 * HOUR
    assert row.last_confirmed == NOW - 24 * HOUR
