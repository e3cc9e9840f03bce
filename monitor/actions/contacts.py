"""The people whom units named: who asks for their numbers is written down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.actions.actor import Actor, Right, write_audit
from monitor.actions.refused import Field, RefusedError
from monitor.core.account import Contact, UnitKey
from monitor.store import Tx, unit_links


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowContactsCommand:
    """The command to show the numbers of a unit's people."""

    unit: UnitKey


def show_contacts(tx: Tx, command: ShowContactsCommand, *, actor: Actor, now: datetime) -> tuple[Contact, ...]:
    """Return a unit's people with their numbers, each once; raises RefusedError."""
    actor.require(Right.SEE_CONTACTS)
    actor.require_reach([command.unit])
    accounts = unit_links.accounts_of(tx, [command.unit])
    if not accounts:
        said = f"台账中没有主办单位“{command.unit.name}”的账号，请核对单位名称。"
        raise RefusedError(said, Field("unit", "主办单位"))
    write_audit(tx, actor, now, "contacts show", command.unit.name, command.unit.area)
    return tuple(dict.fromkeys(contact for account in accounts for contact in account.contacts))
