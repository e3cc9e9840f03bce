"""The last day of what waits on the office: the same in the list, its order, its filters, the case and today."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from starlette.testclient import TestClient

from monitor.core.calendar import WorkCalendar, beijing_date
from monitor.core.finding import State
from monitor.core.phrases import deadline_text
from monitor.core.rules.sup_02 import REGISTRY, OfficeTerms, term_of
from monitor.queries.case import read_case
from monitor.queries.cases import lines_of
from monitor.queries.review import read_review
from monitor.queries.tasks import read_todo
from monitor.store import Store, cases
from monitor.store.case_lists import CaseFilter, DueFilter, listed, numbers
from monitor.web import create_app
from monitor.web.page_context import PageContext
from tests.pipeline.build import NOW
from tests.queries.test_tasks import BOOK, CONTEXT, opens
from tests.store.build import DAY, account, enrol
from tests.web.county import Clock, Surroundings

TODAY = beijing_date(NOW)
RULES = ("NAME-01", "DUP-01", "FUN-03")
"""Two of the register's term, and one of another."""
TERMS = OfficeTerms(book=BOOK, calendar=CONTEXT.calendar)


@pytest.fixture
def waiting(empty: Store) -> dict[int, date]:
    """Return cases that have waited for some days, with the last day of each."""
    days = range(0, 24, 2)
    enrol(empty, *(account(f"A{number:02}") for number in days), at=NOW - 40 * DAY)
    found: dict[int, date] = {}
    with empty.begin() as tx:
        for number in days:
            rule = RULES[number // 2 % len(RULES)]
            case = opens(tx, f"A{number:02}", State.WARNING, rule, days=number)
            found[case] = TERMS.due(rule, "示例县", beijing_date(NOW - number * DAY))
        named = TODAY + 3 * DAY
        found[opens(tx, "A00", State.NEEDS_REVIEW, "REG-01", due=named)] = named
    return found


@pytest.fixture
def office(empty: Store) -> TestClient:
    return TestClient(create_app(view_of(empty)), base_url="http://127.0.0.1")


def view_of(store: Store) -> PageContext:
    """Return what the pages are seen against: with the rules that ship, which name the office's terms."""
    view = Surroundings(clock=Clock(NOW)).view(store)
    return replace(view, rule_book=lambda _: BOOK, calendar=CONTEXT.calendar)


def asked(store: Store, due: DueFilter | None, rule: str = "") -> list[int]:
    which = CaseFilter(due=due, today=TODAY, terms=TERMS, rule=rule)
    with store.read() as tx:
        return list(numbers(tx, which, limit=100))


def test_filters_by_the_last_day_choose_what_the_days_themselves_do(empty: Store, waiting: dict[int, date]) -> None:
    late = {case for case, due in waiting.items() if due < TODAY}
    soon = {case for case, due in waiting.items() if TODAY <= due <= TODAY + 7 * DAY}
    assert late
    assert soon
    assert set(asked(empty, DueFilter.LATE)) == late
    assert set(asked(empty, DueFilter.TODAY)) == {case for case, due in waiting.items() if due == TODAY}
    assert set(asked(empty, DueFilter.WEEK)) == soon
    assert asked(empty, DueFilter.NONE) == []


@pytest.mark.parametrize("rule", RULES)
def test_a_list_is_sorted_by_the_last_day(empty: Store, waiting: dict[int, date], rule: str) -> None:
    found = asked(empty, None, rule)
    assert len(found) > 1
    assert [waiting[case] for case in found] == sorted(waiting[case] for case in found)


@pytest.mark.usefixtures("waiting")
def test_a_review_lists_cases_of_any_rules_by_the_last_day(empty: Store) -> None:
    with empty.read() as tx:
        page = read_review(tx, CaseFilter(today=TODAY, terms=TERMS), NOW)
    days = [row.line.due for row in page.rows if row.line.due]
    assert {row.line.case.rule for row in page.rows} >= {"NAME-01", "DUP-01", "REG-01"}
    assert days == sorted(days)


def test_a_case_says_its_last_day_as_what_is_past_today_or_to_come(empty: Store, waiting: dict[int, date]) -> None:
    moment = view_of(empty).moment()
    with empty.read() as tx:
        said = {due: page.coming for case, due in waiting.items() if (page := read_case(tx, case, moment))}
    late, far = min(said), max(said)
    assert f"前办理，已过{(TODAY - late).days}天" in said[late]
    assert f"请于{deadline_text(far, TODAY)}前办理" in said[far]


@pytest.mark.usefixtures("waiting")
def test_the_list_the_case_and_today_say_the_same_day(empty: Store, office: TestClient) -> None:
    moment = view_of(empty).moment()
    assert moment.office is not None
    with empty.read() as tx:
        shown = {line.case.id: line.due for line in lines_of(tx, cases.cases(tx), NOW, moment.office)}
        todo = read_todo(tx, replace(CONTEXT, book=moment.office.book, calendar=moment.calendar))
        pages = {number: read_case(tx, number, moment) for number in shown}
    assert all(shown.values())
    for number, page in pages.items():
        assert page is not None
        due = shown[number]
        assert page.line.due == due
        assert due is not None
        asked = f"请于{deadline_text(due, TODAY)}" if due >= TODAY else f"应于{deadline_text(due, TODAY)}前办理，已过"
        assert asked in page.coming
    listing = office.get("/cases?rule=FUN-03").text
    rows = {int(number): said for number, said in re.findall(r'id="case-(\d+)"(.*?)</li>', listing, re.DOTALL)}
    of_rule = {number: due for number, due in shown.items() if number in rows}
    assert len(of_rule) > 2
    for number, due in of_rule.items():
        assert due is not None
        assert (deadline_text(due, TODAY) if due > TODAY else "今天" if due == TODAY else "已过") in rows[number]
    (line,) = [one for one in todo if one.key == "office:FUN-03"]
    assert line.due == min(due for due in of_rule.values() if due)


def test_an_area_with_days_of_its_own_has_days_of_its_own(empty: Store, waiting: dict[int, date]) -> None:
    shut = replace(CONTEXT.calendar, holidays=frozenset(TODAY + number * DAY for number in range(-60, 60)))
    own = OfficeTerms(book=BOOK, calendar=replace(CONTEXT.calendar, areas={"示例县": shut}))
    which = CaseFilter(due=DueFilter.LATE, today=TODAY, terms=own)
    with empty.read() as tx:
        assert not numbers(tx, which, limit=100)
        assert len(listed(tx, CaseFilter(terms=own), limit=100)) == len(waiting)


def test_every_day_of_a_year_the_latest_day_since_is_the_last_one_that_is_due() -> None:
    calendar = WorkCalendar()
    terms = OfficeTerms(book=replace(BOOK, calendar=calendar), calendar=calendar)
    for number in range(366):
        last = date(2026, 1, 1) + number * DAY
        since = terms.since(REGISTRY, None, last)
        assert terms.due("NAME-01", None, since) <= last < terms.due("NAME-01", None, since + DAY)
    assert term_of("NAME-01") == REGISTRY


def test_where_no_term_is_set_only_the_days_that_findings_name_count(empty: Store, waiting: dict[int, date]) -> None:
    assert OfficeTerms.of(replace(BOOK, numbers={}), CONTEXT.calendar) is None
    which = CaseFilter(due=DueFilter.LATE, today=max(waiting.values()) + DAY)
    with empty.read() as tx:
        assert len(numbers(tx, which, limit=100)) == 1
