"""A year of one account, day by day: what was posted, what is known to be silence, and who was told of it when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from monitor.core.account import Role
from monitor.core.account_year import AccountYear, first_day, year_of
from monitor.core.calendar import ONE_DAY, beijing_date, start_of_day
from monitor.core.case import LADDER
from monitor.core.expiry import ended
from monitor.core.finding import Support
from monitor.core.rules import upd_03
from monitor.queries.account import AccountPage, CaseHistory
from monitor.queries.lines import OverviewContext
from monitor.store import Tx
from monitor.store.account_years import dated_posts, seen_spans
from monitor.store.notices import told_on

_OF_SILENCE = frozenset({LADDER, upd_03.ID})
"""The rules whose cases are about days without posts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class YearPage:
    """The year as it is drawn and told."""

    days: AccountYear
    told: Mapping[date, frozenset[Role]]
    """On which days people of the unit were reached, and in which roles."""
    opened: frozenset[date]
    """The days on which a case about silence began."""
    closed: frozenset[date]
    """Those on which one ended."""


def read_year(tx: Tx, page: AccountPage, moment: OverviewContext) -> YearPage:
    """Return the year of the account on a page."""
    account, today = page.row.account, moment.today
    since = start_of_day(first_day(today))
    over = ended(account, today)
    polled_until = start_of_day(over.on + ONE_DAY) if over else None
    days = year_of(
        dated_posts(tx, account.id, since),
        seen_spans(tx, account.id, account.platform, since, polled_until=polled_until),
        today,
        opened=page.opened_on,
        is_sure=page.line.support is Support.LOOK,
    )
    about = [history for history in page.cases if history.case.rule in _OF_SILENCE]
    closed = (history.case.closed_at for history in about)
    return YearPage(
        days=days,
        told=_told(tx, about),
        opened=frozenset(beijing_date(history.case.opened_at) for history in about),
        closed=frozenset(beijing_date(at) for at in closed if at is not None),
    )


def _told(tx: Tx, histories: Iterable[CaseHistory]) -> Mapping[date, frozenset[Role]]:
    """Return on which day the people of which roles first heard of a step: what was not delivered told nobody."""
    histories = tuple(histories)
    heard = told_on(tx, [history.case.id for history in histories])
    found: defaultdict[date, set[Role]] = defaultdict(set)
    for history in histories:
        for told in history.steps:
            at = heard.get((history.case.id, told.step.kind, told.step.number))
            if at is not None:
                found[beijing_date(at)] |= {role for role in told.roles if role is not Role.OPERATOR}
    return {day: frozenset(roles) for day, roles in found.items() if roles}
