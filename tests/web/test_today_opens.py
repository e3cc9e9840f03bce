"""Each line of today opens exactly what it counts: so many rows on its page, and in the page's workbook."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from random import Random

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from monitor.core.account import UnitLevel
from monitor.core.calendar import beijing_date
from monitor.core.decision import Decision, Ruling
from monitor.core.finding import State
from monitor.core.subject import Subject
from monitor.core.todo import TodoAct, TodoLine
from monitor.queries.audit import SETTLING
from monitor.queries.tasks import read_todo
from monitor.store import Store, Tx, tables
from monitor.store.audit import Act, record_audit
from monitor.store.decisions import save_decisions
from monitor.web.audit import ACTIONS
from tests.pipeline.build import NOW
from tests.queries.test_tasks import CONTEXT, every_kind, happen, opens
from tests.store.build import DAY, account, enrol
from tests.web.conftest import client_of
from tests.web.county import Clock, Surroundings
from tests.web.test_list_export import link_on, rows_of

ONE = re.compile(r"/accounts/|/cases/\d|/reports/\d")
"""The page or form of the only one that a line is about."""
NO_LISTS = {TodoAct.OUTAGE, TodoAct.CALENDAR, TodoAct.CHANNEL}
"""What stands on the page of the system, or is a setting: nothing is counted there."""
IN_IMPORTS = {TodoAct.STRAYS, TodoAct.MISSING, TodoAct.UNSTATED, TodoAct.FILED}
"""What the page of imports names, each in a table of its own; tests/web/test_imports.py."""


AS_ORDERS = {TodoAct.ORDER}
"""What the page of work orders lists by their rows, and not by cases: tests/web/test_orders.py."""


def lines_of(store: Store) -> tuple[TodoLine, ...]:
    with store.read() as tx:
        return read_todo(tx, CONTEXT)


def office_of(store: Store) -> TestClient:
    return client_of(store, Surroundings(clock=Clock(NOW)))


def on_page(office: TestClient, address: str) -> set[str]:
    """Return the rows that a list shows, those behind its links to the rest of a group included."""
    answer = office.get(address)
    assert answer.status_code == 200, (address, answer.text)
    text = answer.text
    found = set(re.findall(r'(?:id="(?:case|decision)-|name="ruling-)(\d+)"', text)) or set(
        re.findall(r'<td class="name">\s*<a href="(/accounts/[^"]+)"', text)
    )
    for more in re.findall(r'<a href="([^"]+)">其余\d+个</a>', text):
        found |= on_page(office, unescape(more))
    for onward in re.findall(r'<a href="([^"]+)">下一页</a>', text):
        found |= on_page(office, unescape(onward))
    return found


def opens_what_it_counts(office: TestClient, line: TodoLine) -> None:
    if ONE.match(line.link):
        assert line.count == 1, line
        if line.act is not TodoAct.DEREGISTRATION:  # nothing was decided about these
            assert office.get(line.link.partition("#")[0]).status_code == 200, line
        return
    if line.act in NO_LISTS | IN_IMPORTS | AS_ORDERS:
        assert office.get(line.link).status_code == 200
        return
    if line.link.startswith("/looks"):
        assert len(set(re.findall(r'name="day:([^"]+)"', office.get(line.link).text))) == line.count
        return
    if not line.link.startswith("/messages"):
        rows = on_page(office, line.link)
        expected = line.count if line.act is not TodoAct.TOTAL else int(re.findall(r"现有账号(\d+)个", line.why)[0])
        assert len(rows) == expected, (line, rows)
    if line.act is not TodoAct.TOTAL:
        assert len(rows_of(office, link_on(office, line.link))) == line.count + 1, line


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happened_a_line_opens_the_cases_that_it_counts(empty: Store, seed: int) -> None:
    ids = [f"{letter}{number:02}" for letter in "ABC" for number in range(1, 7)]
    chance = Random(seed)  # noqa: S311 - no secret
    enrol(empty, *map(account, ids), at=NOW - 30 * DAY)
    with empty.begin() as tx:
        for _ in range(90):
            happen(tx, chance, ids)
    lines = [line for line in lines_of(empty) if line.act is not TodoAct.TOTAL]  # no account of these is counted
    assert len(lines) > 3
    office = office_of(empty)
    for line in lines:
        opens_what_it_counts(office, line)


def test_every_kind_of_line_opens_what_it_counts(empty: Store) -> None:
    every_kind(empty)
    office = office_of(empty)
    for line in lines_of(empty):
        opens_what_it_counts(office, line)


def test_the_number_of_accounts_opens_those_that_count(empty: Store) -> None:
    inside = [account(f"A{number:02}", level=UnitLevel.COUNTY_UNIT) for number in range(12)]
    enrol(
        empty, *inside, account("B01", level=UnitLevel.PARTY), account("C01", level=None), at=NOW - timedelta(days=30)
    )
    with empty.begin() as tx:
        opens(tx, "A01", State.VIOLATED, "CAP-01", because="现有账号12个，超过10个的上限。")
    (line,) = lines_of(empty)
    opens_what_it_counts(office_of(empty), line)


def test_what_was_done_today_is_what_people_settled_and_no_download(empty: Store) -> None:
    enrol(empty, account("A01"), at=NOW - timedelta(days=30))
    done = [
        *sorted(SETTLING),
        "export cases",
        "handover",
        "contacts show",
        "login begin",
        "link refuse",
        "report weekly",
    ]
    with empty.begin() as tx:
        for number, action in enumerate(done):
            record_audit(tx, Act(at=NOW, actor="甲", action=action, object=str(number)))
        record_audit(tx, Act(at=NOW, actor="甲", action="case retain", object="another"))
        record_audit(tx, Act(at=NOW - timedelta(days=1), actor="甲", action="case retain", object="1"))
    office = office_of(empty)
    link, kinds, count = re.findall(r'<a href="([^"]+)">今天已办(\d+)项，共(\d+)次</a>', office.get("/").text)[0]
    assert (int(kinds), int(count)) == (len(SETTLING), len(SETTLING) + 1)
    assert office.get(unescape(link)).text.count('<td class="time">') == int(count)


def test_every_act_that_settles_anything_is_one_of_the_log() -> None:
    assert set(ACTIONS) >= SETTLING


def test_exemptions_about_to_end_and_decisions_with_another_basis_open_exactly_those(empty: Store) -> None:
    ids = ("A01", "A02", "B01", "B02", "C01")
    enrol(empty, *map(account, ids), at=NOW - timedelta(days=30))
    with empty.begin() as tx:
        exempted(tx, "A01", "UPD-01", until=3)
        exempted(tx, "A02", "UPD-01", until=2)
        exempted(tx, "A02", "NAME-01", until=3)
        exempted(tx, "B01", "UPD-01", until=90)
        exempted(tx, "B02", "UPD-01", until=1)
        for id_ in ("B01", "A01"):
            tx.execute(
                sa.update(tables.decisions)
                .where(tables.decisions.c.account == id_)
                .values(basis_changed_at=NOW, basis_changed="此前为存在问题，现为未发现问题")
            )
    office, lines = office_of(empty), {line.act: line for line in lines_of(empty)}
    assert (lines[TodoAct.EXEMPTION].count, lines[TodoAct.BASIS].count) == (4, 2)
    for line in (lines[TodoAct.EXEMPTION], lines[TodoAct.BASIS]):
        opens_what_it_counts(office, line)
    assert len(on_page(office, "/decisions")) == 5
    assert len(on_page(office, "/decisions?unit=A0局")) == 0
    assert len(on_page(office, "/decisions?account=A02")) == 2


def exempted(tx: Tx, id_: str, rule: str, *, until: int) -> None:
    """Have an account exempted from a rule, for so many days from today on."""
    made = Decision(
        subject=Subject.of_account(id_),
        rule=rule,
        episode="",
        ruling=Ruling.EXEMPTED,
        by="县府办",
        at=NOW - DAY,
        note="停刊",
        valid_until=beijing_date(NOW) + until * DAY,
    )
    save_decisions(tx, [made], known_at=NOW - DAY)
