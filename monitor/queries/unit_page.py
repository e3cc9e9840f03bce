"""The page of a unit as values: its accounts, what was said to it, and what it asked for. Nothing of anybody else."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from monitor.core.account import Account, Role, UnitKey
from monitor.core.calendar import beijing_date
from monitor.core.case import LADDER, Acknowledgement, Case
from monitor.core.ics import DueDay
from monitor.core.light import Light
from monitor.core.names import numbered
from monitor.core.phrases import dated, plain
from monitor.core.token import Permit, Refused
from monitor.core.unit_proposal import KeptProposal
from monitor.core.work_order import WorkOrder
from monitor.queries.cases import CaseLine, lines_of
from monitor.queries.lines import AccountLine, OverviewContext, finding_of, line_of
from monitor.queries.orders import orders_of
from monitor.store import Tx, proposals, unit_links
from monitor.store.acknowledgements import open_cases_of, said_of
from monitor.store.cases import open_cases, open_of_unit
from monitor.store.notices import told_on
from monitor.store.outcomes import KeptMessage, messages
from monitor.store.overview import OverviewRow, account_rows

SOMEBODY = "联络员"
"""The actor's name where the roster no longer has that of the message's reader."""
MESSAGES = 20
"""The number of messages that are shown."""
ANSWERED_FOR = timedelta(days=30)
"""How long a unit reads what became of what it asked for."""
FEW = 5
"""Up to so many accounts stand all open; of more, those that are fine fold."""
_COUNTED = frozenset({Light.RED, Light.AMBER, Light.GREEN})
"""The lights of accounts that have a deadline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitAccount:
    """One of the unit's accounts."""

    line: AccountLine
    seen_on: date | None
    """The day on which it was last seen, whatever it showed."""
    is_polled: bool
    """True if the monitor itself sees what it publishes."""
    is_meant: bool
    """True if it is the one that the message told of."""
    troubles: tuple[str, ...]
    """What else its unit was told of and is still so, each one sentence."""
    waiting_links: int
    """Links that people pasted and the office still has to look at."""

    @property
    def account(self) -> Account:
        """The account itself."""
        return self.line.account

    @property
    def is_bound(self) -> bool:
        """True if it has a deadline to be kept."""
        return self.line.deadline is not None and self.line.light in _COUNTED

    @property
    def is_fine(self) -> bool:
        """True if nothing is asked of anybody."""
        return not self.is_meant and not self.troubles and self.line.light in {Light.GREEN, Light.NONE, Light.EXEMPT}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPage:
    """Everything on the page of a unit."""

    units: tuple[UnitKey, ...]
    """Mostly one; a message may tell somebody of the accounts of several that they serve."""
    accounts: tuple[UnitAccount, ...]
    """Those of the message first, then by light."""
    told: tuple[KeptMessage, ...]
    """The messages that the unit has got, latest first."""
    waiting: tuple[KeptProposal, ...]
    """What it asked for and the office has not answered."""
    answered: tuple[KeptProposal, ...]
    """What the office has answered lately."""
    calendars: tuple[tuple[UnitKey, int | None], ...]
    """Of each unit the number of its subscription, if it has one."""
    told_of: tuple[int, ...]
    """The open cases of its accounts that it was told of."""
    said: Acknowledgement | None
    """Who has said last that the unit has them; None where nobody has said so of one of them since its last step."""

    @property
    def names(self) -> tuple[str, ...]:
        """What the units are called."""
        return tuple(unit.name for unit in self.units)

    @property
    def folded(self) -> tuple[UnitAccount, ...]:
        """The accounts that are fine, where there are so many that they fold."""
        return tuple(line for line in self.accounts if line.is_fine) if len(self.accounts) > FEW else ()

    def account(self, id_: str) -> UnitAccount | None:
        """Return the unit's account of that id, or None."""
        return next((line for line in self.accounts if line.account.id == id_), None)

    @property
    def ids(self) -> tuple[str, ...]:
        """The accounts by their ids."""
        return tuple(line.account.id for line in self.accounts)

    def called(self, id_: str) -> str:
        """Return what an account is called; one that is no more the unit's, by its id."""
        found = self.account(id_)
        return f"{found.account.name}（{found.account.platform.label}）" if found else id_

    def people(self, role: str) -> tuple[str, ...]:
        """Return the names of those who have a role, each once."""
        named = (contact for line in self.accounts for contact in line.account.people(Role.of(role)))
        return tuple(dict.fromkeys(contact.name for contact in named))

    def first_of(self, unit: UnitKey) -> str:
        """Return the first account of one of the units; empty for none."""
        return next((line.account.id for line in self.accounts if line.account.unit_key == unit), "")

    def unit_of(self, id_: str) -> UnitKey:
        """Return whose an account is; of one that is nobody's here, the first unit."""
        found = self.account(id_)
        return found.account.unit_key if found else self.units[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPage:
    """What a signed link of a message opens: the page of its unit, for its reader."""

    permit: Permit
    page: UnitPage
    by: str
    """The reader's name: who the message was sent to."""
    told: frozenset[str]
    """The accounts that the message told of."""
    said: Acknowledgement | None
    """The reader's word that they have it, since that message."""
    is_open: bool
    """True if something that the message told of is still open."""


def read_unit(tx: Tx, units: Sequence[UnitKey], moment: OverviewContext, meant: Collection[str] = ()) -> UnitPage:
    """Return the page of these units; `meant` are the accounts that a message told of."""
    accounts = unit_links.accounts_of(tx, units)
    ids = [account.id for account in accounts]
    rows = account_rows(tx, moment.now, ids) if ids else ()
    cases = open_cases(tx, ids)
    told = told_on(tx, [case.id for case in cases.values()])
    known = {case for (case, *_), at in told.items() if at is not None}
    cards = [_card(row, cases, known, moment, is_meant=row.account.id in meant) for row in rows]
    answered = [kept for unit in units for kept in proposals.answered(tx, unit)]
    since = moment.now - ANSWERED_FOR
    return UnitPage(
        units=tuple(units),
        accounts=tuple(sorted(cards, key=_place)),
        told=unit_links.told_to(tx, ids, limit=MESSAGES),
        waiting=tuple(kept for unit in units for kept in proposals.waiting(tx, unit)),
        answered=tuple(kept for kept in answered if kept.answered_at and kept.answered_at >= since),
        calendars=tuple((unit, unit_links.calendar_of(tx, unit)) for unit in units),
        told_of=tuple(sorted(known)),
        said=_said([case for case in cases.values() if case.id in known]),
    )


def _said(told: Sequence[Case]) -> Acknowledgement | None:
    said = [one for case in told if (one := case.said_by())]
    return max(said, key=lambda one: one.at) if said and len(said) == len(told) else None


def read_link(tx: Tx, permit: Permit, moment: OverviewContext) -> LinkPage | Refused:
    """Return what a token opens now, or why it opens nothing."""
    told = unit_links.told_by(tx, permit.message)
    if told is None or not told.units:
        return Refused.OVER
    units = tuple(unit for unit in told.units if not _is_stopped(tx, permit, unit))
    if not units:
        return Refused.REVOKED
    meant = frozenset(account.id for account in told.accounts)
    page = read_unit(tx, units, moment, meant)
    if not page.accounts:
        return Refused.OVER
    people = (contact for account in told.accounts for contact in account.contacts if contact.key == told.person)
    open_ones = open_cases_of(tx, permit.message)
    (sent,) = messages(tx, ids=(permit.message,), limit=1)
    return LinkPage(
        permit=permit,
        page=page,
        by=next((person.name for person in people), SOMEBODY),
        told=meant,
        said=said_of(tx, open_ones, told.person, since=sent.created_at),
        is_open=bool(open_ones),
    )


def unit_meant(tx: Tx, name: str, area: str | None) -> tuple[UnitKey, ...]:
    """Return the units of that name that have accounts, in one area if it is named; mostly one, or none."""
    return tuple(UnitKey(found, name) for found in unit_links.areas_with(tx, name) if area in {None, found})


def unit_cases(tx: Tx, unit: UnitKey, now: datetime) -> tuple[CaseLine, ...]:
    """Return the open cases of a unit and its accounts, by number."""
    return lines_of(tx, open_of_unit(tx, unit), now)


def read_calendar(tx: Tx, number: int, moment: OverviewContext) -> tuple[UnitKey, tuple[DueDay, ...]] | None:
    """Return whose deadlines a subscription shows, and them; None for one that was ended, or never was."""
    unit = unit_links.unit_of_calendar(tx, number)
    return None if unit is None else (unit, due_days(tx, unit, moment))


def due_days(tx: Tx, unit: UnitKey, moment: OverviewContext) -> tuple[DueDay, ...]:
    """Return the deadlines of a unit's accounts, one day for each that has one, and those of the orders about them."""
    rows = account_rows(tx, moment.now, [account.id for account in unit_links.accounts_of(tx, [unit])])
    cases = open_cases(tx, [row.account.id for row in rows])
    lines = [line_of(row, cases.get((row.account.id, LADDER)), moment) for row in rows]
    updates = (_due(line, moment.today) for line in lines if line.deadline and line.light in _COUNTED)
    judged = {line.account.id: line.account for line in lines if line.account.is_judged}
    orders = orders_of(tx, list(judged), moment.now)
    asked = (_ordered(judged[id_], order) for id_, of_one in orders.items() for order in of_one)
    return (*updates, *asked)


def _ordered(account: Account, order: WorkOrder) -> DueDay:
    key = f"order/{numbered(order.number)}/{account.id}"
    return DueDay(
        uid=f"{sha256(key.encode()).hexdigest()[:24]}@xuncha",
        on=order.due,
        title=f"“{plain(account.name)}”（{account.platform.label}）省平台工单“{plain(order.number, 40)}”办理期限",
        text=plain(order.problem, 300),
    )


def _due(line: AccountLine, today: date) -> DueDay:
    account = line.account
    last = f"最近更新{dated(line.last, today)}。" if line.last else ""
    return DueDay(
        uid=f"{sha256(account.id.encode()).hexdigest()[:24]}@xuncha",
        on=line.deadline or today,
        title=f"“{plain(account.name)}”（{account.platform.label}）更新期限",
        text=f"{last}请在当日24时前发布信息。",
    )


def _is_stopped(tx: Tx, permit: Permit, unit: UnitKey) -> bool:
    stopped = unit_links.stopped_at(tx, unit)
    return stopped is not None and permit.issued_at <= stopped


def _place(one: UnitAccount) -> tuple[object, ...]:
    return (
        not one.is_meant,
        one.line.light.place,
        not one.account.is_main,
        one.line.deadline or date.max,
        one.account.id,
    )


def _card(
    row: OverviewRow,
    cases: dict[tuple[str, str], Case],
    known: Collection[int],
    moment: OverviewContext,
    *,
    is_meant: bool,
) -> UnitAccount:
    of_it = [case for (account, rule), case in cases.items() if account == row.account.id and rule != LADDER]
    found = (finding_of(row, case.rule) for case in of_it if case.id in known)
    return UnitAccount(
        line=line_of(row, cases.get((row.account.id, LADDER)), moment),
        seen_on=beijing_date(row.last_seen_at) if row.last_seen_at else None,
        is_polled=any(source.next_look_at and not source.is_partial for source in row.sources),
        is_meant=is_meant,
        troubles=tuple(finding.because for finding in found if finding and finding.state.is_trouble),
        waiting_links=row.waiting_claims,
    )
