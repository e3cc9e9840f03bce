"""A gap that has closed is told as one: the unit posts again, and what is left to do is the office's."""

from __future__ import annotations

from monitor.core.finding import State
from monitor.store import Store
from tests.pipeline.build import NOW
from tests.queries.test_tasks import opens
from tests.store.build import DAY, account, enrol
from tests.web.conftest import client_of
from tests.web.county import Clock, Surroundings


def test_of_a_gap_that_has_closed_nobody_is_told_that_it_ends_by_itself_once_it_is_over(empty: Store) -> None:
    enrol(empty, account("A01"), account("B01"), at=NOW - 60 * DAY)
    with empty.begin() as tx:
        began = (NOW - 40 * DAY).isoformat()
        closed = opens(tx, "A01", State.VIOLATED, "UPD-03", episode=began, last_post=NOW - 2 * DAY)
        still = opens(tx, "B01", State.VIOLATED, "UPD-03", episode=began, last_post=NOW - 40 * DAY)
    office = client_of(empty, Surroundings(clock=Clock(NOW)))
    of_closed, of_open = (office.get(f"/cases/{number}").text for number in (closed, still))
    assert "已恢复更新，待办公室处置" in of_closed
    assert "问题消除后自动办结" not in of_closed
    assert "问题消除后自动办结" in of_open
