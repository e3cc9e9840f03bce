"""The links of a unit: end those that were given out, and begin a subscription to its deadlines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.actions.actor import Actor, Right, write_audit
from monitor.actions.refused import Field, RefusedError
from monitor.core.account import UnitKey
from monitor.store import Tx, unit_links

_UNIT = Field("unit", "主办单位")


@dataclass(frozen=True, slots=True, kw_only=True)
class StopLinksCommand:
    """The command to end all signed links and subscriptions of a unit that were given out up to now."""

    unit: UnitKey


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribeCommand:
    """The command to begin a subscription to the deadlines of a unit's accounts."""

    unit: UnitKey


def stop_links(tx: Tx, command: StopLinksCommand, *, actor: Actor, now: datetime) -> None:
    """End a unit's links; those in messages that are sent later open its page again."""
    actor.require(Right.STOP_LINKS)
    actor.require_reach([command.unit])
    _require_accounts(tx, command.unit)
    unit_links.stop_links(tx, command.unit, at=now)
    write_audit(tx, actor, now, "link stop", command.unit.name, command.unit.area)


def subscribe(tx: Tx, command: SubscribeCommand, *, actor: Actor, now: datetime) -> int:
    """Begin a unit's subscription, unless it has one; return its number."""
    actor.require(Right.SUBSCRIBE)
    actor.require_reach([command.unit])
    _require_accounts(tx, command.unit)
    number = unit_links.calendar_of(tx, command.unit) or unit_links.make_calendar(tx, command.unit, at=now)
    write_audit(tx, actor, now, "calendar subscribe", command.unit.name, command.unit.area)
    return number


def _require_accounts(tx: Tx, unit: UnitKey) -> None:
    if not unit_links.accounts_of(tx, [unit]):
        raise RefusedError(f"台账中没有主办单位“{unit.name}”的账号，请核对单位名称。", _UNIT)
