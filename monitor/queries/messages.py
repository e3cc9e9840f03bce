"""Messages as the pages show them: to whom of which unit, never to which number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, groupby

from monitor.core.account import Account, Role, UnitKey
from monitor.core.calendar import beijing_date
from monitor.core.message import MessageState, MessageTab
from monitor.core.mute import Mute
from monitor.core.notice import Notice
from monitor.core.subject import SubjectKind
from monitor.queries.paging import ListSlice, slice_of
from monitor.store import Tx
from monitor.store.lights import units
from monitor.store.message_acts import ActOnMessage, acts_on, open_failures
from monitor.store.message_lists import MessageFilter, changed_since, counts_of_tabs, messages_of_tab, notices_in
from monitor.store.outbox import KeptMessage, Tried, attempts_of, messages
from monitor.store.records import mutes_on
from monitor.store.roster import accounts

__all__ = ["ActOnMessage", "MessageFilter", "units"]

LISTED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One message and whose it is."""

    kept: KeptMessage
    reader: str
    """The reader's name as the roster has it now; empty where it names nobody, and for the operator."""
    units: tuple[UnitKey, ...]
    """The units whose accounts it is about, in the notices' order; empty for the operator's digest."""
    accounts: tuple[tuple[str, str], ...]
    """The accounts it is about: id, and name with platform."""
    is_changed: bool = False
    """True if anything about its accounts came in after it was written; read for held messages only."""
    is_failure: bool = False
    """True if it failed and a person has to see to it; read for a single message only."""
    tries: tuple[Tried, ...] = ()
    """Oldest first; read for a single message only."""
    acts: tuple[ActOnMessage, ...] = ()
    """What people did about it, oldest first; read for a single message only."""

    @property
    def stands_under(self) -> UnitKey | None:
        """The unit whose message it is; None for the office's own, whichever unit's accounts those tell of."""
        return None if self.kept.role is Role.OPERATOR else next(iter(self.units), None)

    @property
    def to(self) -> str:
        """The reader, in words: 张某（联络员）, or the role alone."""
        return f"{self.reader}（{self.kept.role.label}）" if self.reader else self.kept.role.label


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLine:
    """What was said of one step, to one person or to the liaison and the leader alike."""

    sent: tuple[Sent, ...]
    """The liaison's first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageGroup:
    """The messages under one heading: of a unit, or of a day."""

    unit: UnitKey | None = None
    """None for the office's own, and where they are grouped by day."""
    day: date | None = None
    lines: tuple[MessageLine, ...]


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
    """The messages of one tab, how many there are in each, and who hears nothing now."""

    groups: tuple[MessageGroup, ...]
    counts: Mapping[MessageTab, int]
    mutes: tuple[Muted, ...]
    turn: ListSlice


Anew = Callable[[Tx, Sequence[KeptMessage], datetime], Sequence[KeptMessage]]
"""Gives drafts the words that they would leave with at a moment."""


def as_written(tx: Tx, found: Sequence[KeptMessage], now: datetime) -> Sequence[KeptMessage]:
    """Return messages as they were written: where nothing of them is told that a day changes."""
    del tx, now
    return found


def read_messages(
    tx: Tx, tab: MessageTab, which: MessageFilter, now: datetime, *, page: int = 1, anew: Anew = as_written
) -> MessagesPage:
    """Return the page: what waits for a person by unit, all else by the day on which it was written."""
    failures = open_failures(tx, now)
    counts = counts_of_tabs(tx, which, failures)
    turn = slice_of(page, counts[tab], LISTED)
    listed = messages_of_tab(tx, tab, which, failures, limit=LISTED, skip=turn.skip)
    found = _addressed(tx, anew(tx, listed, now))
    groups = _by_unit(found) if tab is MessageTab.HELD else _by_day(found, is_merged=tab is not MessageTab.FAILED)
    mutes = read_mutes(tx, beijing_date(now)) if which.own is None else ()
    return MessagesPage(groups=tuple(groups), counts=counts, mutes=mutes, turn=turn)


def _by_unit(found: Iterable[tuple[Sent, tuple[Notice, ...]]]) -> Iterator[MessageGroup]:
    def unit(entry: tuple[Sent, tuple[Notice, ...]]) -> UnitKey | None:
        return entry[0].stands_under

    for key, group in groupby(sorted(found, key=lambda entry: unit(entry) or ("", "")), key=unit):
        yield MessageGroup(unit=key, lines=tuple(MessageLine(sent=(sent,)) for sent, _ in group))


def _by_day(found: Iterable[tuple[Sent, tuple[Notice, ...]]], *, is_merged: bool) -> Iterator[MessageGroup]:
    """Yield the days, latest first; what the people of a unit heard of one step is one line."""
    for day, group in groupby(found, key=lambda entry: beijing_date(entry[0].kept.created_at)):
        lines: dict[object, list[Sent]] = {}
        for sent, carried in group:
            said = frozenset((notice.case, notice.kind, notice.number) for notice in carried)
            line = (said, sent.kept.role is Role.OPERATOR) if said and is_merged else sent.kept.message.id
            lines.setdefault(line, []).append(sent)
        merged = (sorted(line, key=lambda sent: list(Role).index(sent.kept.role)) for line in lines.values())
        yield MessageGroup(day=day, lines=tuple(MessageLine(sent=tuple(line)) for line in merged))


def read_tries(tx: Tx, message_id: str) -> tuple[Tried, ...]:
    """Return the tries to deliver a message, oldest first."""
    return attempts_of(tx, message_id)


def read_message(
    tx: Tx, message_id: str, now: datetime, own: UnitKey | None = None, *, anew: Anew = as_written
) -> Sent | None:
    """Return one message with its tries and what people did about it; None where it is not there for this reader."""
    found = messages(tx, ids=(message_id,), limit=1)
    if not found or found[0].message.id != message_id:
        return None
    ((one, _),) = _addressed(tx, anew(tx, found, now))
    if own is not None and (one.stands_under is None or set(one.units) != {own}):
        return None
    return Sent(
        kept=one.kept,
        reader=one.reader,
        units=one.units,
        accounts=one.accounts,
        is_changed=one.is_changed,
        is_failure=message_id in open_failures(tx, now),
        tries=read_tries(tx, message_id),
        acts=acts_on(tx, message_id),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """What would leave if some held messages were released."""

    sent: tuple[Sent, ...]
    """The messages that can be, with the words that they would leave with now."""
    written: tuple[KeptMessage, ...]
    """The same, as they were written."""
    gone: int
    """How many of those asked for are held no more."""
    nowhere: int
    """How many were written while there was no channel: they cannot leave."""

    @property
    def people(self) -> int:
        """How many people get them."""
        return len({(message.kept.role is Role.OPERATOR, message.kept.person) for message in self.sent})

    @property
    def units(self) -> int:
        """How many units they are about."""
        return len({unit for message in self.sent for unit in message.units})

    def by(self, called: Mapping[str, str]) -> Mapping[str, int]:
        """Return how many leave by channels of each kind, most first; `called` names the kind of a channel."""
        counted = Counter(
            called.get(message.kept.message.channel, message.kept.message.channel) for message in self.sent
        )
        return dict(counted.most_common())


def read_departure(tx: Tx, ids: Collection[str], now: datetime, *, anew: Anew = as_written) -> Departure:
    """Return what would leave of these held messages."""
    found = messages(tx, ids=ids, limit=len(ids)) if ids else ()
    named = [kept for kept in found if kept.message.id in ids]
    held = [kept for kept in named if kept.state is MessageState.HELD]
    leaving = [kept for kept in held if kept.message.channel]
    sent = tuple(
        sorted(
            (message for message, _ in _addressed(tx, anew(tx, leaving, now))),
            key=lambda message: (message.units, message.kept.message.id),
        )
    )
    by_id = {kept.message.id: kept for kept in leaving}
    written = tuple(by_id[message.kept.message.id] for message in sent)
    return Departure(sent=sent, written=written, gone=len(set(ids)) - len(held), nowhere=len(held) - len(leaving))


def _addressed(tx: Tx, kept: Collection[KeptMessage]) -> tuple[tuple[Sent, tuple[Notice, ...]], ...]:
    """Return the messages with whom they are about, and their notices."""
    carried = notices_in(tx, [stored.message.id for stored in kept])
    ids = {notice.account for notice in chain.from_iterable(carried.values())}
    roster = {account.id: account for account in accounts(tx, ids=ids)} if ids else {}
    changed = changed_since(tx, [stored.message.id for stored in kept if stored.state is MessageState.HELD])
    found = []
    for stored in kept:
        notices = carried.get(stored.message.id, ())
        about = [roster[id_] for id_ in dict.fromkeys(notice.account for notice in notices) if id_ in roster]
        sent = Sent(
            kept=stored,
            reader=_reader(stored, about),
            units=tuple(dict.fromkeys(account.unit_key for account in about)),
            accounts=tuple((account.id, f"{account.name}（{account.platform.label}）") for account in about),
            is_changed=stored.message.id in changed,
        )
        found.append((sent, notices))
    return tuple(found)


def _reader(kept: KeptMessage, about: Iterable[Account]) -> str:
    """Return the name of a message's reader; empty where the roster names nobody by that key, or only by a number."""
    people = (contact for account in about for contact in account.contacts)
    names = (contact.name for contact in people if contact.key == kept.person and contact.name != kept.person)
    return next(names, "") if kept.person else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutable:
    """Who can be muted: a form's choices."""

    units: tuple[UnitKey, ...]
    account: Account | None
    """The account that was asked for, if it is on the roster."""

    def listed(self, most: int) -> tuple[UnitKey, ...]:
        """Return the units to choose from: all, or, where they are more than `most`, that of the account."""
        if len(self.units) <= most:
            return self.units
        return (self.account.unit_key,) if self.account else ()


def read_mutable(tx: Tx, account: str | None) -> Mutable:
    """Return the units of the roster, and the account that a form is about."""
    found = accounts(tx, ids=[account]) if account else ()
    return Mutable(units=units(tx), account=found[0] if found else None)
