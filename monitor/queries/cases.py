"""Cases as lists show them: whose they are, and how things stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from monitor.core.account import Account, AccountStatus
from monitor.core.calendar import beijing_date
from monitor.core.case import Case
from monitor.core.finding import Finding
from monitor.core.phrases import plain
from monitor.core.rules.sup_02 import OfficeTerms
from monitor.store import Tx
from monitor.store.case_lists import waiting_since
from monitor.store.cases import findings_on
from monitor.store.lights import AccountFilter, Order, ids, main_ids
from monitor.store.roster import accounts

TARGETS = 30
"""Accounts that a form offers as those to which content goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """One case in the list."""

    case: Case
    account: Account | None
    """The account that it is about, if it is about one that is on the roster."""
    finding: Finding | None
    """The rule's finding now, while the case is open; None where there is none."""
    due: date | None = None
    """The last day that the finding names; else, of what waits on the office, the end of its term."""

    @property
    def because(self) -> str:
        """How things stand; of a closed case, why its last step was taken."""
        if self.finding is not None:
            return self.finding.because
        return self.case.steps[-1].because if self.case.steps else ""


def lines_of(tx: Tx, found: Sequence[Case], now: datetime, terms: OfficeTerms | None = None) -> tuple[CaseLine, ...]:
    """Return cases with whom they are about and how things stand now; with how long the office has, until when."""
    roster = {account.id: account for account in accounts(tx, ids={case.account for case in found if case.account})}
    stands = findings_on(tx, [case for case in found if case.closed_at is None], now)
    waiting = waiting_since(tx, [case.id for case in found]) if terms and found else {}

    def line(case: Case) -> CaseLine:
        finding, since = stands.get((case.subject.key, case.rule)), waiting.get(case.id)
        due = terms.due(case.rule, case.area, beijing_date(since)) if terms and since else None
        return CaseLine(
            case=case,
            account=roster.get(case.account or ""),
            finding=finding,
            due=finding.due if finding and finding.due else due,
        )

    return tuple(map(line, found))


def targets(tx: Tx, lines: Sequence[CaseLine]) -> tuple[str, ...]:
    """Return what the content of these accounts may well go to: the main accounts of their areas, and their units'."""
    moved = [line.account for line in lines if line.account is not None]
    near = [id_ for area in dict.fromkeys(account.area for account in moved) for id_ in main_ids(tx, area, TARGETS)]
    for unit in dict.fromkeys(account.unit_key for account in moved):
        if len(near) < TARGETS:
            near += ids(tx, AccountFilter(area=unit.area, unit=unit.name), Order.ID, limit=TARGETS)
    own = {account.id for account in moved} if len(moved) == 1 else set[str]()
    wanted = [id_ for id_ in dict.fromkeys(near) if id_ not in own][:TARGETS]
    there = accounts(tx, ids=wanted, with_people=False) if wanted else ()
    return tuple(
        f"{plain(account.name)}（{account.platform.label}）"
        for account in there
        if account.status is not AccountStatus.CLOSED
    )
