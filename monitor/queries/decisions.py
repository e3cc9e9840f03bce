"""The decisions that stand: what was decided about whom, until when, and whether its basis has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from monitor.core.account import Account, Labelled, UnitKey
from monitor.core.calendar import WorkCalendar, beijing_date
from monitor.core.decision import Decision, Ruling, parties
from monitor.core.names import normal
from monitor.documents import Document
from monitor.documents.document import Table, Value
from monitor.queries.paging import ListSlice, slice_of
from monitor.store import Tx
from monitor.store.decisions import cases_about, changed_bases, ending_exemptions, standing_decisions
from monitor.store.roster import account_once, accounts

SIZE = 50
"""Decisions on a page."""
ENDS_WITHIN = 5
"""The number of working days by which the end of an exemption is told ahead."""


class DecisionShow(Labelled):
    """Which of the decisions that stand ask for something; the value is the query parameter."""

    ENDING = "ending", "即将到期的豁免"
    BASIS = "basis", "依据有变化的决定"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionFilter:
    """Which decisions are meant."""

    show: DecisionShow | None = None
    ruling: Ruling | None = None
    rule: str = ""
    account: str = ""
    unit: str = ""
    area: str = ""
    wanted: str = ""
    """A part of the name of the account, unit or area, of the account's id, the document or whoever decided."""
    own: UnitKey | None = None
    """The one unit whose decisions are shown; None for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """A decision that stands."""

    decision: Decision
    account: Account | None
    """The account that it is about, as the roster names it or last did; None of a unit or an area."""
    is_on_roster: bool
    case: int | None = None
    """The latest case about the same, in which it is changed or revoked; None where there was none."""

    @property
    def unit(self) -> UnitKey | None:
        """The unit that it is about, or whose account."""
        if self.account is not None:
            return self.account.unit_key
        about = self.decision.subject
        return UnitKey(about.area or "", about.name) if about.unit else None

    @property
    def area(self) -> str:
        """The area of whom it is about."""
        return self.account.area if self.account else self.decision.subject.area or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionPage:
    """One page of decisions."""

    rows: tuple[DecisionRow, ...]
    turn: ListSlice
    rules: tuple[str, ...]
    """The rules under which any decision stands."""


def ending_soon(tx: Tx, today: date, calendar: WorkCalendar) -> tuple[Decision, ...]:
    """Return the exemptions that end within the next working days: what they spare comes back then."""
    return ending_exemptions(tx, today, calendar.workday_after(today, ENDS_WITHIN))


def read_decisions(tx: Tx, which: DecisionFilter, today: date, calendar: WorkCalendar, page: int = 1) -> DecisionPage:
    """Return one page of the decisions that stand: those that end first, then the latest."""
    standing = standing_decisions(tx, today)
    found = _asked(tx, standing if which.show is None else _shown(tx, which.show, today, calendar), which)
    turn = slice_of(page, len(found), SIZE)
    rules = dict.fromkeys(sorted(made.rule for made in standing))
    return DecisionPage(rows=with_cases(tx, found[turn.skip : turn.skip + SIZE]), turn=turn, rules=tuple(rules))


def decisions_asked(tx: Tx, which: DecisionFilter, today: date, calendar: WorkCalendar) -> tuple[DecisionRow, ...]:
    """Return all of them, without the cases about the same."""
    return _asked(tx, _shown(tx, which.show, today, calendar), which)


def _shown(tx: Tx, show: DecisionShow | None, today: date, calendar: WorkCalendar) -> tuple[Decision, ...]:
    match show:
        case DecisionShow.ENDING:
            return ending_soon(tx, today, calendar)
        case DecisionShow.BASIS:
            return changed_bases(tx)
        case None:
            return standing_decisions(tx, today)


def _asked(tx: Tx, found: Sequence[Decision], which: DecisionFilter) -> tuple[DecisionRow, ...]:
    chosen = (made for made in found if _is_meant(made, which))
    rows = [row for row in _rows(tx, tuple(chosen)) if _is_whose(row, which)]
    rows.sort(key=lambda row: row.decision.at, reverse=True)
    rows.sort(key=lambda row: row.decision.valid_until or date.max)
    return tuple(rows)


def _is_meant(made: Decision, which: DecisionFilter) -> bool:
    return (
        which.ruling in {None, made.ruling}
        and which.rule in {"", made.rule}
        and which.account in {"", made.subject.account}
    )


def _is_whose(row: DecisionRow, which: DecisionFilter) -> bool:
    unit = row.unit
    if which.own is not None and unit != which.own:
        return False
    if which.area and row.area != which.area:
        return False
    if which.unit and (unit is None or normal(unit.name) != normal(which.unit)):
        return False
    wanted = which.wanted.casefold()
    made = row.decision
    texts = (made.subject.name, row.account.name if row.account else "", unit.name if unit else "", parties(made))
    return any(wanted in text.casefold() for text in texts)


def _rows(tx: Tx, found: tuple[Decision, ...]) -> Iterator[DecisionRow]:
    ids = {made.subject.account for made in found if made.subject.account}
    known = {account.id: account for account in accounts(tx, ids=ids, with_people=False)} if ids else {}
    for made in found:
        id_ = made.subject.account
        account = None if id_ is None else known.get(id_) or account_once(tx, id_)
        yield DecisionRow(decision=made, account=account, is_on_roster=id_ in known)


def with_cases(tx: Tx, rows: Sequence[DecisionRow]) -> tuple[DecisionRow, ...]:
    """Return these decisions with the latest cases about the same."""
    latest = cases_about(tx, {row.decision.subject.key for row in rows})
    return tuple(replace(row, case=latest.get((row.decision.subject.key, row.decision.rule))) for row in rows)


def decisions_listed(
    tx: Tx,
    which: DecisionFilter,
    today: date,
    calendar: WorkCalendar,
    title: Callable[[str], str],
    shown: Callable[[str], str],
) -> Document:
    """Return the decisions of a list as a table; `shown` is what is shown of what somebody wrote."""
    columns = (
        *("决定", "问题", "账号ID", "账号", "平台", "地区", "主办单位"),
        *("决定人", "决定日期", "有效期至", "依据文号", "归集到", "理由", "决定依据的变化"),
    )

    def row(one: DecisionRow) -> tuple[Value, ...]:
        made, unit = one.decision, one.unit
        return (
            made.ruling.label,
            title(made.rule),
            made.subject.account,
            one.account.name if one.account else None,
            one.account.platform.label if one.account else None,
            one.area or None,
            unit.name if unit else None,
            shown(made.by),
            beijing_date(made.at),
            made.valid_until,
            shown(made.document) if made.document else None,
            shown(made.into) if made.into else None,
            shown(made.note) or None,
            shown(made.basis_changed) if made.basis_changed else None,
        )

    rows = [row(one) for one in decisions_asked(tx, which, today, calendar)]
    return Document(title=which.show.label if which.show else "决定", table=Table.of(columns, rows))
