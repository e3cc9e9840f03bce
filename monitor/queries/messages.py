"""Messages as the pages show them: to which role of which unit, never to which number."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain

from monitor.core.account import Account, UnitKey
from monitor.core.message import MessageState
from monitor.core.mute import Mute
from monitor.core.subject import SubjectKind
from monitor.store import Tx
from monitor.store.notices import notices_of
from monitor.store.outbox import KeptMessage, Tried, attempts_of, counts, messages
from monitor.store.records import mutes_on
from monitor.store.roster import accounts

LISTED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One message and whose it is."""

    kept: KeptMessage
    units: tuple[UnitKey, ...]
    """The units whose accounts it is about, in the notices' order; empty for the operator's digest."""
    accounts: tuple[tuple[str, str], ...]
    """The accounts it is about: id, and name with platform."""
    tries: tuple[Tried, ...] = ()
    """Oldest first; read for a single message only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Muted:
    """The subject of a mute, and the account where it is one that the roster knows."""

    mute: Mute
    account: Account | None


def read_mutes(tx: Tx, today: date) -> tuple[Muted, ...]:
    """Return the mutes that hold today."""
    mutes = mutes_on(tx, today)
    ids = {mute.name for mute in mutes if mute.subject is SubjectKind.ACCOUNT}
    roster = {account.id: account for account in accounts(tx, ids=ids)} if ids else {}
    return tuple(
        Muted(mute=mute, account=roster.get(mute.name) if mute.subject is SubjectKind.ACCOUNT else None)
        for mute in mutes
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesPage:
    """The latest messages, how many there are, and who hears nothing now."""

    sent: tuple[Sent, ...]
    """Newest first; at most LISTED."""
    counts: Mapping[MessageState, int]
    mutes: tuple[Muted, ...]


def read_messages(tx: Tx, state: MessageState | None, today: date) -> MessagesPage:
    """Return the page, of messages in one state or in all."""
    latest = messages(tx, states=None if state is None else (state,), limit=LISTED)
    return MessagesPage(sent=_addressed(tx, latest), counts=counts(tx), mutes=read_mutes(tx, today))


def read_tries(tx: Tx, message_id: str) -> tuple[Tried, ...]:
    """Return the tries to deliver a message, oldest first."""
    return attempts_of(tx, message_id)


def read_message(tx: Tx, message_id: str) -> Sent | None:
    """Return one message with its tries, or None."""
    found = _addressed(tx, messages(tx, ids=(message_id,), limit=1))
    if not found:
        return None
    one = found[0]
    return Sent(kept=one.kept, units=one.units, accounts=one.accounts, tries=read_tries(tx, message_id))


def _addressed(tx: Tx, kept: Collection[KeptMessage]) -> tuple[Sent, ...]:
    carried = [
        dict.fromkeys(notice.account for notice in notices_of(tx, kept_message.message.id)) for kept_message in kept
    ]
    roster = {account.id: account for account in accounts(tx, ids=set(chain.from_iterable(carried)))}
    sent = []
    for kept_message, ids in zip(kept, carried, strict=True):
        about = [roster[account_id] for account_id in ids if account_id in roster]
        units = tuple(dict.fromkeys(account.unit_key for account in about))
        called = tuple((account.id, f"{account.name}（{account.platform.label}）") for account in about)
        sent.append(Sent(kept=kept_message, units=units, accounts=called))
    return tuple(sent)
