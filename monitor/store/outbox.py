"""The outbox: notices that wait, the messages they become, every try, and the pace of each channel.

A message's words may change until `freeze`; from then on id and words are settled, and every
try repeats them. A notice is *open*, *merged* into a message that is not yet sent, *told*,
*superseded* by a later word or a better fact, or *cancelled* by a person or with its account.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.core.account import Role
from monitor.core.message import Attempt, Message, MessageState
from monitor.core.notice import Notice
from monitor.store.database import Tx
from monitor.store.tables import NoticeState


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What one person is to get over one channel; may still change."""

    channel: str
    address: str | None = None
    mentions: tuple[str, ...] = ()
    role: Role
    person: str
    """The contact's key; empty for the operator."""
    subject: str
    body: str
    notices: tuple[int, ...] = ()
    topic: str = ""
    """What keeps messages to one person apart: empty for notices, `digest:2026-05-01` for a digest, …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A message and all that became of it so far."""

    message: Message
    role: Role
    person: str
    topic: str
    state: MessageState
    is_released: bool
    """Whether a person let it go although messages are held."""
    created_at: datetime
    frozen_at: datetime | None
    next_try_at: datetime
    attempts: int
    finished_at: datetime | None
    last: Attempt | None
    """The latest try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One try, for the record."""

    message: str
    at: datetime
    attempt: Attempt


def waiting_notices(tx: Tx) -> tuple[Notice, ...]:
    """Return the notices that no settled message carries: open, or merged into a draft. By person, oldest first."""
    raise NotImplementedError


def end_notices(tx: Tx, ids: Collection[int], state: NoticeState) -> None:
    """End notices without telling anybody: SUPERSEDED or CANCELLED. A draft left without any is cancelled."""
    raise NotImplementedError


def save_draft(tx: Tx, draft: Draft, *, at: datetime, not_before: datetime, held: bool) -> str:
    """Create the draft's message, or replace the one not yet frozen for the same person, way and topic; return its id.

    It is HELD or QUEUED for `not_before`. Its notices are exactly the draft's: those it had
    besides are superseded. A message once released stays so unless notices are added to it.
    """
    raise NotImplementedError


def due_messages(tx: Tx, now: datetime, limit: int) -> tuple[Kept, ...]:
    """Return the QUEUED messages whose time has come, longest waiting first."""
    raise NotImplementedError


def notices_of(tx: Tx, message_id: str) -> tuple[Notice, ...]:
    """Return the notices a message carries, oldest first; may be empty."""
    raise NotImplementedError


def freeze(tx: Tx, message_id: str, *, subject: str, body: str, at: datetime) -> Message:
    """Settle the words and mark the message SENDING; return it as it must be sent.

    Commit it durably before the first try. Once frozen, the first words stay: later calls only
    mark the next try.
    """
    raise NotImplementedError


def record_attempt(tx: Tx, message_id: str, attempt: Attempt, *, at: datetime, next_try: datetime | None) -> None:
    """Keep one try: SENT if the far side said so, QUEUED for `next_try`, or FAILED if that is None (see `settle`)."""
    raise NotImplementedError


def postpone(tx: Tx, message_id: str, until: datetime) -> None:
    """Put a message back to QUEUED for later: no token, office closed. Not a try."""
    raise NotImplementedError


def settle(tx: Tx, message_id: str, state: MessageState, *, at: datetime) -> None:
    """Finish a message as SENT, FAILED or CANCELLED, and its notices with it.

    SENT: told. CANCELLED: superseded. FAILED: open again, with one more route behind them.
    """
    raise NotImplementedError


def release(tx: Tx, ids: Collection[str] | None, *, at: datetime) -> int:
    """Let held messages go (None: all) from `at` on; return how many."""
    raise NotImplementedError


def retry(tx: Tx, ids: Collection[str], *, at: datetime) -> int:
    """Have FAILED messages tried once more, same id and words; return how many."""
    raise NotImplementedError


def unfinished(tx: Tx) -> tuple[Kept, ...]:
    """Return messages found SENDING: at start-up, those whose answer a crash kept from us. Retry them as they are."""
    raise NotImplementedError


def take_token(tx: Tx, channel: str, per_minute: int, now: datetime) -> datetime | None:
    """Take one of the channel's tokens: None means send now, a moment means not before then.

    No 60 seconds ever see more than `per_minute` tokens of a channel taken.
    """
    raise NotImplementedError


def messages(
    tx: Tx, *, states: Collection[MessageState] | None = None, ids: Collection[str] | None = None, limit: int = 200
) -> tuple[Kept, ...]:
    """Return messages, latest created first."""
    raise NotImplementedError


def attempts_of(tx: Tx, message_id: str) -> tuple[Tried, ...]:
    """Return every try of a message, oldest first."""
    raise NotImplementedError


def counts(tx: Tx) -> dict[MessageState, int]:
    """Return how many messages are in each state, zeros included."""
    raise NotImplementedError


def oldest_age(tx: Tx, now: datetime) -> timedelta | None:
    """Return how long the longest waiting message could have left already; None if none could."""
    raise NotImplementedError
