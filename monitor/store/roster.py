"""The roster through time: versions of accounts, and the sources that follow from them.

Every version has the moment from which it was true (`effective_from`) and the one when we learnt
it (`known_at`). An account's first version holds since ever; leaving the roster is a version too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.core.account import Account, Source
from monitor.store.database import Tx

Sources = Callable[[Account], Sequence[Source]]
Every = Callable[[Source], timedelta]


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterChange:
    """What saving a roster changed: account ids, in the roster's order (removed ones sorted)."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def save_roster(
    tx: Tx,
    accounts: Sequence[Account],
    *,
    effective_at: datetime,
    known_at: datetime,
    sources: Sources,
    every: Every,
    remove_missing: bool = False,
    unit: str | None = None,
) -> RosterChange:
    """Save what differs from the roster in force at `effective_at`, and say what that was.

    `remove_missing` also removes the accounts that are not given, of `unit` only if one is named.
    The accounts given get the sources that `sources` answers (see `sync_sources`); those that
    changed are judged again. To preview, raise inside a savepoint or call `diff_roster`.
    """
    raise NotImplementedError


def diff_roster(
    tx: Tx,
    accounts: Sequence[Account],
    *,
    effective_at: datetime,
    known_at: datetime,
    remove_missing: bool = False,
    unit: str | None = None,
) -> RosterChange:
    """Return what `save_roster` would change; writes nothing."""
    raise NotImplementedError


def sync_sources(tx: Tx, accounts: Iterable[Account], *, sources: Sources, every: Every, now: datetime) -> None:
    """Make the sources of these accounts those that `sources` answers.

    What is known of a source that stays is kept; a new one is looked at first at `schedule.first_look`;
    one that goes is no longer looked at. Sources of looks by hand are left alone.
    Call it for all accounts at start-up: a new version of the program may bring new chains.
    """
    raise NotImplementedError


def accounts(tx: Tx, *, at: datetime | None = None, known_at: datetime | None = None) -> tuple[Account, ...]:
    """Return the roster in force at `at` as known by `known_at` (both default to the latest), sorted by id."""
    raise NotImplementedError


def account(tx: Tx, account_id: str) -> Account | None:
    """Return one account of the latest roster, or None if it is not on it."""
    raise NotImplementedError


def has_roster(tx: Tx) -> bool:
    """Whether the latest roster has any account."""
    raise NotImplementedError
