"""The list of the decisions that stand reads each thing once."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from monitor.queries.decisions import DecisionFilter, DecisionShow, read_decisions
from monitor.store import Store
from tests.core.build import EVERY_DAY
from tests.pipeline.build import NOW


@pytest.mark.parametrize("show", [None, DecisionShow.ENDING])
def test_decisions_that_stand_are_read_once(store: Store, show: DecisionShow | None) -> None:
    with store.read() as tx:
        asked: list[str] = []
        sa.event.listen(tx, "before_cursor_execute", lambda *told: asked.append(told[2]))
        page = read_decisions(tx, DecisionFilter(show=show), NOW.date(), EVERY_DAY)
    of_all = [text for text in asked if "FROM decisions" in text]
    assert page.rows == ()
    assert len(of_all) == len(set(of_all)) >= 1, "no statement twice"
