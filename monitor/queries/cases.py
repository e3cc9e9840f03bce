"""Cases as lists show them: whose they are, and how things stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.core.account import Account
from monitor.core.case import Case
from monitor.core.finding import Finding
from monitor.queries.paging import ListSlice, slice_of
from monitor.store import Tx
from monitor.store.cases import Which, cases, findings_on, tally
from monitor.store.roster import accounts

__all__ = ["LISTED", "CaseGroup", "CaseLine", "CaseSheet", "Which", "lines_of", "read_cases"]

LISTED = 200
"""Cases on one page of the list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """One case in the list."""

    case: Case
    account: Account | None
    """The account that it is about, if it is about one that is on the roster."""
    finding: Finding | None
    """The rule's finding now, while the case is open; None where there is none."""

    @property
    def because(self) -> str:
        """How things stand; of a closed case, why its last step was taken."""
        if self.finding is not None:
            return self.finding.because
        return self.case.steps[-1].because if self.case.steps else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseGroup:
    """Open cases of one rule and one unit, which are one thing to do for the office; else a single case."""

    lines: tuple[CaseLine, ...]

    @property
    def first(self) -> CaseLine:
        """The latest of them."""
        return self.lines[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSheet:
    """One page of the list of cases, the latest first."""

    groups: tuple[CaseGroup, ...]
    counts: Mapping[str, int]
    """How many there are under each rule that has any."""
    turn: ListSlice


def read_cases(tx: Tx, which: Which, *, rule: str, page: int) -> CaseSheet:
    """Return a page of the list; a rule leaves the others out, and a page too far is the last one."""
    counts = tally(tx, which)
    turn = slice_of(page, counts.get(rule, 0) if rule else sum(counts.values()), LISTED)
    found = cases(tx, which=which, rule=rule, limit=LISTED, skip=turn.skip)
    return CaseSheet(groups=_groups(lines_of(tx, found), is_joined=which is Which.OFFICE), counts=counts, turn=turn)


def _groups(lines: Sequence[CaseLine], *, is_joined: bool) -> tuple[CaseGroup, ...]:
    """Return the lines, those of one rule and unit together where they are the office's to do."""
    alike: dict[tuple[object, ...], list[CaseLine]] = {}
    for line in lines:
        account = line.account
        alone = not is_joined or account is None
        key = (line.case.id,) if alone or account is None else (line.case.rule, account.area, account.unit)
        alike.setdefault(key, []).append(line)
    return tuple(CaseGroup(lines=tuple(found)) for found in alike.values())


def lines_of(tx: Tx, found: Sequence[Case]) -> tuple[CaseLine, ...]:
    """Return cases with whom they are about and how things stand."""
    roster = {account.id: account for account in accounts(tx, ids={case.account for case in found if case.account})}
    stands = findings_on(tx, [case for case in found if case.closed_at is None])
    return tuple(
        CaseLine(case=case, account=roster.get(case.account or ""), finding=stands.get((case.subject.key, case.rule)))
        for case in found
    )
