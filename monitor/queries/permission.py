"""The rights that a message's signed link gives its reader."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.core.account import Account
from monitor.core.token import Permit, Refused
from monitor.store import Tx
from monitor.store.acknowledgements import open_cases_of
from monitor.store.notices import notices_of
from monitor.store.outbox import messages
from monitor.store.roster import accounts

SOMEBODY = "联络员"
"""The actor's name where the roster no longer has that of the message's reader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """The rights of the holder of a good token now."""

    permit: Permit
    subject: str
    by: str
    """The holder's name: who the message was sent to."""
    accounts: tuple[Account, ...]
    """Those that the message told of and that still have an open case from it."""


def read_permission(tx: Tx, permit: Permit) -> Permission | Refused:
    """Return what a token is good for now; OVER where nothing that its message told of is open any more."""
    found = messages(tx, ids=(permit.message,), limit=1)
    open_cases = set(open_cases_of(tx, permit.message))
    if not found or not open_cases:
        return Refused.OVER
    told = {notice.account for notice in notices_of(tx, permit.message) if notice.case in open_cases}
    concerned = accounts(tx, ids=told)
    kept = found[0]
    people = (contact for account in concerned for contact in account.contacts if contact.key == kept.person)
    return Permission(
        permit=permit,
        subject=kept.message.subject,
        by=next((person.name for person in people), SOMEBODY),
        accounts=concerned,
    )
