"""Back up the database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitor.actions.actor import Actor, Right, write_audit
from monitor.actions.perform import perform
from monitor.store import Store, Tx
from monitor.store.backup import back_up as copy_out


@dataclass(frozen=True, slots=True, kw_only=True)
class BackUpCommand:
    """The file that somebody wants to have a backup in."""

    out: Path


def back_up(
    store: Store,
    command: BackUpCommand,
    *,
    actor: Actor,
    clock: Callable[[], datetime],
    tell: Callable[[int, int], None],
) -> None:
    """Write a backup while others go on writing, and record it; `tell` hears how many of how many rows are done.

    Raises RefusedError and StoreError. The backup is a read of its own, and holds nobody up.
    """
    actor.require(Right.BACK_UP)
    copy_out(store, command.out, tell)
    perform(store, record_backup, command, actor=actor, now=clock())


def record_backup(tx: Tx, command: BackUpCommand, *, actor: Actor, now: datetime) -> None:
    """Write down that a backup was taken out."""
    actor.require(Right.BACK_UP)
    write_audit(tx, actor, now, "db backup", command.out.name)
