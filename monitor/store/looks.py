"""Looks: whose turn it is, and keeping what was seen as intervals and posts (tx1)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.core.account import Account, Platform, Source
from monitor.core.observation import Look, Timeline, Validators
from monitor.store.database import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A source and what is known about looking at it."""

    source: Source
    platform: Platform
    validators: Validators | None
    """What the last look that succeeded left; None after a look that saw nothing."""
    failures: int
    """How many looks in a row saw nothing."""
    newest: datetime | None
    """The time of the account's newest visible post, from any source."""


Schedule = Callable[[Due, Look], datetime]
"""Returns when to look at a source next, given what is known after a look and the look itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What became of one look."""

    look: Look
    observation: int | None
    """The interval it began or prolonged; None for an `Unchanged` that has nothing to prolong."""
    is_new: bool
    """Whether it began an interval: the source shows something else than before."""
    posts_added: int
    next_look_at: datetime


def claim_due(tx: Tx, now: datetime, *, collectors: Collection[str], limit: int, lease: timedelta) -> tuple[Due, ...]:
    """Return sources of these collectors whose turn it is, longest overdue first, and keep them until now + lease.

    Nobody else is given them in that time; `record` ends the lease, and so does its expiry.
    """
    raise NotImplementedError


def sources_of(tx: Tx, account_ids: Collection[str]) -> tuple[Due, ...]:
    """Return the polled sources of these accounts, due or not, by account and rank; claims nothing."""
    raise NotImplementedError


def record(tx: Tx, looks: Sequence[Look], schedule: Schedule) -> tuple[Recorded, ...]:
    """Keep looks, in the order in which they happened, and set the next one of each source.

    A look that saw what the source's last timeline showed prolongs that interval if it is not too
    long ago; the same reason again prolongs the reason. Accounts about which anything new was
    learnt are marked to be judged. A look at a source that left the roster meanwhile is dropped.
    """
    raise NotImplementedError


def hand_look(tx: Tx, account: Account, timeline: Timeline, *, at: datetime, known_at: datetime) -> int | None:
    """Keep what a person saw of an account at `at`, learnt at `known_at`; return the observation, None if kept before.

    A timeline that covers all is a look by hand; one that covers some only adds posts.
    """
    raise NotImplementedError


def next_due_at(tx: Tx, *, collectors: Collection[str]) -> datetime | None:
    """Return the earliest moment at which a source of these collectors is or becomes due; None without any."""
    raise NotImplementedError
