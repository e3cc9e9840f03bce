"""The page of an account whose end was decided, that was closed, and that goes on again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.core.account import AccountStatus, UnitLevel
from monitor.core.calendar import beijing_date
from monitor.core.decision import Decision, Ruling
from monitor.core.rules import drg_01
from monitor.core.subject import Subject
from monitor.store import Store, cases, facts, grounds
from monitor.store.decisions import save_decisions
from tests.core.area import book
from tests.store.build import enrol
from tests.web.conftest import client_of
from tests.web.county import NOW, Surroundings, account
from tests.web.permits import words

DAY = timedelta(days=1)
OPEN = account("A01", "示例发布", level=UnitLevel.TOWNSHIP)


def page(store: Store, at: datetime) -> str:
    """Return the account's page once DRG-01 has been judged."""
    with store.begin() as tx:
        [known] = facts.known(tx, ["A01"], now=at)
        cases.save_findings(tx, [drg_01.judge(known, book(), at)], at=at)
    around = Surroundings()
    around.clock.now = at
    return words(client_of(store, around).get("/accounts/A01").text)


def test_the_page_tells_of_the_end_that_is_under_way_and_of_none_before(empty: Store) -> None:
    enrol(empty, OPEN, at=NOW - 60 * DAY)
    decided = Decision(
        subject=Subject.of_account("A01"),
        rule="TWN-01",
        episode="",
        ruling=Ruling.DEREGISTERED,
        by="县府办",
        at=NOW - 40 * DAY,
    )
    with empty.begin() as tx:
        save_decisions(tx, [decided], known_at=NOW - 40 * DAY)
        grounds.note(tx, 1, "依据的清单已更正。", at=NOW - 35 * DAY)
    before = page(empty, NOW - 30 * DAY)
    assert "已逾期" in before
    assert "依据的清单已更正" in before
    closed = replace(OPEN, status=AccountStatus.CLOSED, closed_on=beijing_date(NOW - 20 * DAY))
    enrol(empty, closed, at=NOW - 20 * DAY)
    enrol(empty, OPEN, at=NOW - 10 * DAY)
    after = page(empty, NOW)
    assert "注销办理" not in after
    assert "依据的清单已更正" not in after
    assert "逾期" not in after
