"""The changes that units ask for, with what the roster would become."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.core.account import Account
from monitor.core.calendar import beijing_date
from monitor.core.unit_proposal import KeptProposal, changed
from monitor.store import Tx, proposals, roster


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalSheet:
    """A change that waits, and what it would make of the accounts."""

    kept: KeptProposal
    changes: tuple[tuple[Account, Account], ...]
    """Each account as it is, and as it would be; none where the roster says that already."""
    is_early: bool
    """True if its day has not come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalsPage:
    """The changes that wait, oldest first, and those that were answered, latest first."""

    waiting: tuple[ProposalSheet, ...]
    answered: tuple[KeptProposal, ...]


def read_proposals(tx: Tx, now: datetime) -> ProposalsPage:
    """Return the page."""
    return ProposalsPage(
        waiting=tuple(_sheet(tx, kept, now) for kept in proposals.waiting(tx)), answered=proposals.answered(tx)
    )


def read_behind(
    tx: Tx, *, is_answered: bool, area: str | None, limit: int, place: int | None
) -> tuple[KeptProposal, ...]:
    """Return some changes by their numbers: those that wait, oldest first, or those answered, latest first."""
    return proposals.behind(tx, is_answered=is_answered, area=area, limit=limit, place=place)


def _sheet(tx: Tx, kept: KeptProposal, now: datetime) -> ProposalSheet:
    before = {account.id: account for account in roster.accounts(tx, at=now, ids=kept.proposal.accounts)}
    after = changed(kept.proposal, before.values())
    is_early = kept.proposal.from_on > beijing_date(now)
    return ProposalSheet(kept=kept, changes=tuple((before[new.id], new) for new in after), is_early=is_early)
