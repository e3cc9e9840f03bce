"""Whether somebody has taken a file of a draft is asked whenever the page of today is shown: by an index."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from monitor.actions.documents import Handout
from monitor.core.period import Period
from monitor.core.report import BY_RHYTHM, TAKEN, ReportKind
from monitor.documents.reports import parts_of
from monitor.pipeline.reckoning import reckon
from monitor.store import Store, reports
from monitor.web.pages.reports import handout_of
from tests.web.county import BENCH, NOW, fill


def test_the_names_of_the_taking_are_those_of_every_document_of_a_report() -> None:
    handed = {handout_of(part, kind) for kind in ReportKind for part in parts_of(kind)}
    assert {handout.value for handout in handed} == set(TAKEN)
    assert all(Handout(name) in handed for name in TAKEN)


def test_acts_of_others_are_not_walked_through(store: Store) -> None:
    fill(store)
    month = Period.of("2026-05")
    with store.begin() as tx:
        made = reports.NewReport(kind=ReportKind.MONTHLY, reckoning=reckon(tx, BENCH, month, now=NOW), template="")
        number = reports.keep(tx, made, by=BY_RHYTHM, at=NOW)
    asked: list[tuple[str, Any]] = []
    with store.begin() as tx:
        sa.event.listen(tx, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
        assert [kept.number for kept in reports.untaken(tx, NOW)] == [number]
        ((statement, values),) = [one for one in asked if "acts" in one[0]]
        if tx.dialect.name == "sqlite":  # PostgreSQL chooses by what is in the table
            plan = tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
            assert "ix_acts_action_at" in str(plan)
