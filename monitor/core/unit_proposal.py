"""A change of the roster that a unit asks for: somebody else to tell, or an account that is used no more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from monitor.core.account import Account, AccountStatus, Contact, Labelled, Role, UnitKey, told_apart

MOST_OPEN = 10
"""So many changes of one unit may wait for the office."""
LONGEST_NAME = 40
LONGEST_NOTE = 200
ROLES = (Role.LIAISON, Role.LEADER)
"""The roles of people whom a unit names."""


class ProposalKind(Labelled):
    """What a unit asks for."""

    CONTACT = "contact", "联系人有变"
    PAUSED = "paused", "账号已停用"
    DEREGISTERING = "deregistering", "账号拟注销"


class ProposalAnswer(Labelled):
    """What the office made of it."""

    ACCEPTED = "accepted", "已采纳"
    DECLINED = "declined", "未采纳"


_STATUS = {
    ProposalKind.PAUSED: AccountStatus.PAUSED,
    ProposalKind.DEREGISTERING: AccountStatus.DEREGISTERING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitChange:
    """A change that a unit asks for, whoever asks and when."""

    kind: ProposalKind
    unit: UnitKey
    accounts: tuple[str, ...]
    """The accounts that it is about."""
    from_on: date
    """The first day on which it holds."""
    role: Role | None = None
    """Of a contact: which one changes."""
    name: str = ""
    phone: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitProposal(UnitChange):
    """A change that a unit has asked for."""

    by: str
    """Who asks."""
    at: datetime

    @property
    def wish(self) -> tuple[object, ...]:
        """What it asks for, whoever asks and when: the same is not asked for twice."""
        return self.kind, self.unit, frozenset(self.accounts), self.from_on, self.role, self.name, self.phone


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptProposal:
    """The same as it is stored, with what became of it."""

    id: int
    proposal: UnitProposal
    answer: ProposalAnswer | None = None
    answered_at: datetime | None = None
    answered_by: str = ""
    why: str = ""


def changed(proposal: UnitProposal, accounts: Iterable[Account]) -> tuple[Account, ...]:
    """Return the accounts as they are once the change holds; those that it changes nothing of are left out.

    A new person has none of the ways of the one before: mail and DingTalk are not inherited.
    """
    after = ((account, _after(proposal, account)) for account in accounts if _is_meant(proposal, account))
    return tuple(new for old, new in after if new != old)


def _is_meant(proposal: UnitProposal, account: Account) -> bool:
    return account.id in proposal.accounts and account.unit_key == proposal.unit


def _after(proposal: UnitProposal, account: Account) -> Account:
    status = _STATUS.get(proposal.kind)
    if status is not None:
        is_over = account.status is AccountStatus.CLOSED  # what is asked for has been outrun
        return account if is_over else replace(account, status=status)
    role = proposal.role or Role.LIAISON
    new = Contact(role=role, name=proposal.name, phone=proposal.phone or None)
    others = tuple(contact for contact in account.contacts if contact.role is not role)
    first = next((place for place, contact in enumerate(account.contacts) if contact.role is role), len(others))
    return replace(account, contacts=told_apart((*others[:first], new, *others[first:])))
