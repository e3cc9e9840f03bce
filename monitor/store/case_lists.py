"""Lists of cases by what they wait for, filtered, counted and turned in the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitor.core.account import Labelled, UnitKey
from monitor.core.calendar import ONE_DAY, start_of_day
from monitor.core.case import Case
from monitor.core.rules import sup_02
from monitor.core.rules.sup_02 import OfficeTerms
from monitor.core.todo import REVIEWED, TodoAct
from monitor.store import decision_requests, tables
from monitor.store.cases import with_steps
from monitor.store.database import Tx
from monitor.store.keyset import Place, Sorted, sorted_behind
from monitor.store.office_cases import IS_WAITING, is_of_act


class Wait(Labelled):
    """What a case waits for; the value is the query parameter."""

    OFFICE = "office", "待办公室办理"
    REVIEW = "review", "待研判"
    UNIT = "unit", "等单位办"
    DONE = "done", "已办结"


class DueFilter(Labelled):
    """When what a case asks for is due; the value is the query parameter."""

    LATE = "late", "已逾期"
    TODAY = "today", "今天到期"
    WEEK = "week", "7天内到期"
    NONE = "none", "没有期限"


_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """Which cases are meant."""

    wait: Wait = Wait.OFFICE
    rule: str = ""
    unit: str = ""
    wanted: str = ""
    """A part of the account's name, its unit or its id, or the case's number."""
    due: DueFilter | None = None
    """Of open cases; those that have ended are due no more."""
    today: date = date.min
    """The day against which that is seen."""
    act: TodoAct | None = None
    """What the office does about them, as a line of its list counts them."""
    viewer: str = ""
    """Of 确认他人提出的决定, who looks: what they have asked for themselves is another's to confirm."""
    platform: str = ""
    """The platform of their accounts."""
    area: str = ""
    """The area, of a unit whose name others have, too."""
    own: UnitKey | None = None
    """The one unit whose cases are shown; None for all."""
    terms: OfficeTerms | None = None
    """How long the office has, where its finding names no last day."""


def counts(tx: Tx, which: CaseFilter) -> Mapping[Wait, int]:
    """Return how many cases wait for each; `wait` and `rule` of the filter do not count."""
    sums = [sa.func.sum(sa.case((sa.and_(*_waiting(wait)), 1), else_=0)) for wait in Wait]
    row = tx.execute(sa.select(*sums).select_from(_STANDING).where(*_meant(tx, which))).one()
    return {wait: int(count or 0) for wait, count in zip(Wait, row, strict=True)}


def by_rule(tx: Tx, which: CaseFilter) -> Mapping[str, int]:
    """Return how many cases there are under each rule that has any; `rule` of the filter does not count."""
    chosen = sa.select(table.c.rule, sa.func.count()).select_from(_STANDING)
    chosen = chosen.where(*_meant(tx, which), *_waiting(which.wait))
    return dict(tx.execute(chosen.group_by(table.c.rule).order_by(table.c.rule)).all())


def listed(tx: Tx, which: CaseFilter, *, limit: int, skip: int = 0) -> Sequence[Case]:
    """Return cases with their steps, those due first at the top; of ended ones, those that ended last."""
    return with_steps(tx, _chosen(tx, which, *table.c).limit(limit).offset(skip))


def numbers(tx: Tx, which: CaseFilter, *, limit: int) -> Sequence[int]:
    """Return the numbers of the first cases, in the order of `listed`."""
    return tuple(tx.scalars(_chosen(tx, which, table.c.id).limit(limit)))


def of_numbers(tx: Tx, wanted: Collection[int]) -> Sequence[Case]:
    """Return the cases of these numbers with their steps."""
    return with_steps(tx, sa.select(table).where(table.c.id.in_(wanted)).order_by(table.c.id))


def behind(
    tx: Tx, which: CaseFilter, wait: Wait | None, *, is_all: bool, limit: int, place: Place | None
) -> Sequence[Case]:
    """Return cases with their steps, latest opened first, that come behind a place, whatever is added meanwhile.

    Those that wait for one thing; without `wait` the open ones, or all. The filter's own `wait` does not count.
    """
    order = (Sorted(table.c.opened_at, is_descending=True), Sorted(table.c.id, is_descending=True))
    chosen = sorted_behind(sa.select(*table.c).select_from(_STANDING), order, place).where(*_meant(tx, which))
    chosen = chosen.where(table.c.rule == which.rule) if which.rule else chosen
    if wait is not None:
        chosen = chosen.where(*_waiting(wait))
    elif not is_all:
        chosen = chosen.where(table.c.closed_at.is_(None))
    return with_steps(tx, chosen.limit(limit))


table, _finding = tables.cases, tables.findings
_STANDING = table.outerjoin(_finding, sa.and_(_finding.c.subject == table.c.subject, _finding.c.rule == table.c.rule))
_DUE: sa.ColumnElement[str] = _finding.c.content["due"].as_string()
"""The last day that the finding of an open case names, as 2026-05-19."""


def _chosen(tx: Tx, which: CaseFilter, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    by_due = (sa.case((_DUE.is_(None), 1), else_=0), _DUE, table.c.waits_since, table.c.opened_at, table.c.unit)
    order = (table.c.closed_at.desc(),) if which.wait is Wait.DONE else by_due
    chosen = sa.select(*columns).select_from(_STANDING).where(*_meant(tx, which), *_waiting(which.wait))
    chosen = chosen.where(table.c.rule == which.rule) if which.rule else chosen
    return chosen.order_by(*order, table.c.id)


def _meant(tx: Tx, which: CaseFilter) -> Iterator[sa.ColumnElement[bool]]:
    if which.unit:
        yield table.c.unit == which.unit
    if which.area:
        yield table.c.area == which.area
    if which.platform:
        of_it = sa.select(tables.lights.c.account).where(tables.lights.c.platform == which.platform)
        yield table.c.account.in_(of_it)
    if which.act is TodoAct.SECOND:
        asked = decision_requests.waiting(tx)
        yield table.c.id.in_([one.case for one in asked if one.asked_by != which.viewer])
    elif which.act is not None:
        yield is_of_act(tx, which.act)
    if which.wanted:
        yield _is_wanted(which.wanted)
    if which.due is not None:
        yield sa.or_(table.c.closed_at.is_not(None), _is_due(which.due, which.today, which.terms))
    if which.own is not None:
        yield table.c.unit == which.own.name
        yield table.c.area == which.own.area


def _is_wanted(text: str) -> sa.ColumnElement[bool]:
    lights = tables.lights
    named = sa.select(lights.c.account).where(lights.c.search.contains(text.lower(), autoescape=True))
    found = [table.c.account.in_(named), table.c.account == text, table.c.unit.contains(text, autoescape=True)]
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None
    return sa.or_(*found, *([table.c.id == number] if number is not None else []))


_DIGITS = 9
"""Of the longest number of a case that anybody types."""


def waiting_since(tx: Tx, wanted: Collection[int]) -> Mapping[int, datetime]:
    """Return since when those of these cases wait that wait on the office."""
    chosen = sa.select(table.c.id, table.c.waits_since).where(table.c.id.in_(wanted), IS_WAITING)
    return {row.id: row.waits_since for row in tx.execute(chosen)}


def _is_due(due: DueFilter, today: date, terms: OfficeTerms | None) -> sa.ColumnElement[bool]:
    before = _is_due_by(today - ONE_DAY, terms)
    match due:
        case DueFilter.LATE:
            return before
        case DueFilter.TODAY:
            return sa.and_(_is_due_by(today, terms), sa.not_(before))
        case DueFilter.WEEK:
            return sa.and_(_is_due_by(today + _WEEK, terms), sa.not_(before))
        case DueFilter.NONE:
            return sa.and_(_DUE.is_(None), *([] if terms is None else [table.c.waits_since.is_(None)]))


def _is_due_by(last: date, terms: OfficeTerms | None) -> sa.ColumnElement[bool]:
    """Return the condition of the cases whose last day is this or before: as their finding names it, else the term."""
    named = sa.and_(_DUE.is_not(None), last.isoformat() >= _DUE)
    if terms is None:
        return named
    return sa.or_(named, sa.and_(_DUE.is_(None), table.c.waits_since.is_not(None), sa.or_(*_waited(last, terms))))


def _waited(last: date, terms: OfficeTerms) -> Iterator[sa.ColumnElement[bool]]:
    """Yield the conditions of those that wait for so long, for each term and each calendar."""
    others = sa.or_(table.c.area.is_(None), table.c.area.not_in(sorted(terms.calendar.areas)))
    areas = [(None, others), *((area, table.c.area == area) for area in sorted(terms.calendar.areas))]
    for term, of_term in _terms().items():
        for area, of_area in areas:
            behind = start_of_day(terms.since(term, area, last) + ONE_DAY)
            yield sa.and_(of_term, of_area, table.c.waits_since < behind)


def _terms() -> Mapping[str, sa.ColumnElement[bool]]:
    """Return the condition of the rules of each term; of rules that have none of their own, that of the register."""
    of_term: defaultdict[str, list[sa.ColumnElement[bool]]] = defaultdict(list)
    for prefix, term in sup_02.PERIODS.items():
        of_term[term].append(table.c.rule.startswith(f"{prefix}-", autoescape=True))
    own = {term: sa.or_(*several) for term, several in of_term.items() if term != sup_02.REGISTRY}
    return own | {sup_02.REGISTRY: sa.not_(sa.or_(*own.values()))}


def _waiting(wait: Wait) -> Iterator[sa.ColumnElement[bool]]:
    yield table.c.closed_at.is_not(None) if wait is Wait.DONE else table.c.closed_at.is_(None)
    match wait:
        case Wait.OFFICE:
            yield table.c.waits_since.is_not(None)
        case Wait.REVIEW:
            yield table.c.waits_since.is_not(None)
            yield table.c.rule.in_(REVIEWED)
        case Wait.UNIT:
            yield table.c.waits_since.is_(None)
        case Wait.DONE:
            pass
