"""Keep on the audit log that a request was turned away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.actions.actor import Actor, write_audit
from monitor.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnAwayCommand:
    """A refused request, by its name in the audit log (`link refuse`), and the reason."""

    action: str
    why: str
    about: str = ""


def turn_away(tx: Tx, command: TurnAwayCommand, *, actor: Actor, now: datetime) -> None:
    """Write down who was turned away, from where and why."""
    write_audit(tx, actor, now, command.action, command.about, command.why)
