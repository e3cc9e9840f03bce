"""The data kept about the people whom units named: where it lies, and how it goes when they ask for that.

Contacts stand in the versions of the roster, in messages to them and about their accounts, in notices and in what
they acknowledged. Operators and people who decided something act in office: their names stay.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.core.account import Account, Contact, Labelled, Role
from monitor.core.message import MessageAct
from monitor.store import proposals, roster, tables
from monitor.store.accounts import account_of
from monitor.store.columns import bound, run
from monitor.store.database import Tx
from monitor.store.values import encode

EXPIRED = "已到期清除"
"""The text in the place of people whom nobody needs any more."""


class PersonalDataPlace(Labelled):
    """Where something about a person lies."""

    ROSTER = "roster", "现行台账"
    FORMER = "former", "台账历次变更"
    MESSAGE = "message", "消息"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One thing that is kept about one person."""

    place: PersonalDataPlace
    role: Role
    contact: Contact
    """The person; of a message, only its own data."""
    thing: str
    """The account's id, or the message's."""
    unit: str = ""
    area: str = ""
    """The unit's, where it is known."""
    at: datetime
    """When it was learnt or written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """The rows that were made nameless."""

    versions: int
    messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """Why it cannot go yet, as one Chinese sentence."""

    why: str


def traces(tx: Tx, who: str | None = None) -> Iterator[Trace]:
    """Yield the data kept about everybody, or about the person with this name, phone, mail or DingTalk id."""
    current = {(account.id, contact) for account in roster.accounts(tx) for contact in account.contacts}
    seen = set[tuple[str, Contact]]()
    ways = {who} if who else set[str]()
    for _, at, account in _versions(tx):
        for contact in account.contacts:
            if (account.id, contact) in seen or (who and who not in _words(contact)):
                continue
            seen.add((account.id, contact))
            ways.update(_words(contact))
            place = PersonalDataPlace.ROSTER if (account.id, contact) in current else PersonalDataPlace.FORMER
            yield Trace(
                place=place,
                role=contact.role,
                contact=contact,
                thing=account.id,
                unit=account.unit,
                area=account.area,
                at=at,
            )
    table = tables.messages
    for row in tx.execute(sa.select(table).where(table.c.person != "").order_by(table.c.created_at, table.c.id)):
        if who is None or ways & {row.person, row.address, *row.mentions}:
            contact = Contact(role=row.role, name=row.person, mail=row.address or None)
            yield Trace(
                place=PersonalDataPlace.MESSAGE, role=row.role, contact=contact, thing=row.id, at=row.created_at
            )


def erase(tx: Tx, who: str, *, alias: str) -> Erased | Needed:
    """Put an alias in the place of a person's name, phone, mail and DingTalk id, wherever they are kept.

    The alias is made up by the caller and says nothing of the person. Judgements of the past stay what they were:
    that somebody was named, and could be reached, stays known. A person who is still named on the roster is needed.
    """
    named = [(account, contact) for _, _, account in _versions(tx) for contact in account.contacts]
    keys = {contact.key for _, contact in named if who in _words(contact)}
    if not keys:
        return Needed(why=f"没有保存关于“{who}”的内容。")
    if len(keys) > 1:
        return Needed(why=f"有 {len(keys)} 个人叫“{who}”，请改用手机号、邮箱或钉钉号指明。")
    theirs = [(account, contact) for account, contact in named if contact.key in keys]
    present = [
        account.id for account in roster.accounts(tx) if any(contact.key in keys for contact in account.contacts)
    ]
    if present:
        return Needed(why=f"仍是 {'、'.join(present)} 的联系人，请先在台账中更换，再清除。")
    words = {word for _, contact in theirs for word in _words(contact)}
    waiting = _messages(tx, keys, words, {account.id for account, _ in theirs})
    if any(row.finished_at is None and row.person in keys for row in waiting):
        return Needed(why="还有给本人的消息没有发完，请在发完或取消以后再清除。")
    proposals.let_go_of(tx, words, alias)
    return Erased(versions=_erase_versions(tx, keys, alias), messages=_erase_messages(tx, waiting, keys, words, alias))


def outdated(tx: Tx, limit: datetime, after: int, at_most: int) -> tuple[int, ...]:
    """Return versions after this one, replaced before the limit, that name somebody whom no version in force names."""
    table = tables.account_versions
    needed = {contact.key for account in roster.accounts(tx) for contact in account.contacts}
    chosen = sa.select(table.c.id, table.c.content).where(table.c.id > after, *_replaced(limit)).order_by(table.c.id)
    found = []
    for row in tx.execute(chosen):
        if any(_is_known(contact) and contact.key not in needed for contact in account_of(row.content).contacts):
            found.append(row.id)
        if len(found) == at_most:
            break
    return tuple(found)


def let_go(tx: Tx, ids: Collection[int], limit: datetime) -> int:
    """Make nameless whom those of the versions name that still may go; return how many versions that were."""
    table = tables.account_versions
    needed = {contact.key for account in roster.accounts(tx) for contact in account.contacts}
    rows = tx.execute(sa.select(table.c.id, table.c.content).where(table.c.id.in_(ids), *_replaced(limit))).all()
    accounts = {row.id: account_of(row.content) for row in rows}
    gone = {contact.key for account in accounts.values() for contact in account.contacts} - needed
    return _rewrite(tx, accounts, gone, EXPIRED)


def _replaced(limit: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Return what is true of versions that no judgement of a moment since the limit reads."""
    table, later, case = tables.account_versions, tables.account_versions.alias("later"), tables.cases
    order = (later.c.effective_from, later.c.known_at, later.c.id)
    follows = sa.exists().where(
        later.c.account == table.c.account,
        later.c.effective_from <= limit,
        later.c.known_at <= limit,
        sa.tuple_(*order) > sa.tuple_(table.c.effective_from, table.c.known_at, table.c.id),
    )
    is_open = sa.exists().where(case.c.account == table.c.account, case.c.closed_at.is_(None))
    return table.c.is_removed.is_(False), table.c.known_at < limit, follows, ~is_open


def _is_known(contact: Contact) -> bool:
    return contact.name != EXPIRED


def _versions(tx: Tx) -> Iterator[tuple[int, datetime, Account]]:
    """Yield every version of every account, in the order in which they were learnt."""
    table = tables.account_versions
    chosen = sa.select(table).where(table.c.is_removed.is_(False)).order_by(table.c.known_at, table.c.id)
    for row in tx.execute(chosen).all():
        yield row.id, row.known_at, account_of(row.content)


def _words(contact: Contact) -> set[str]:
    """Return what a contact can be told by."""
    return {word for word in (contact.name, contact.phone, contact.mail, contact.dingtalk) if word}


def _erase_versions(tx: Tx, keys: Collection[str], alias: str) -> int:
    return _rewrite(tx, {id_: account for id_, _, account in _versions(tx)}, keys, alias)


def _rewrite(tx: Tx, accounts: Mapping[int, Account], keys: Collection[str], alias: str) -> int:
    """Put the alias in the place of these people in the versions given; return how many were changed."""
    table = tables.account_versions
    changed = []
    for id_, account in accounts.items():
        contacts = tuple(_nameless(contact, alias) if contact.key in keys else contact for contact in account.contacts)
        if contacts != account.contacts:
            changed.append({"b_id": id_, "b_content": encode(replace(account, contacts=contacts))})
    content = bound(table.c.content, "b_content")
    run(tx, sa.update(table).where(table.c.id == sa.bindparam("b_id")).values(content=content), changed)
    return len(changed)


def _nameless(contact: Contact, alias: str) -> Contact:
    return replace(
        contact,
        name=alias,
        phone=contact.phone and alias,
        mail=contact.mail and alias,
        dingtalk=contact.dingtalk and alias,
        known_by=None,  # it was one of these
    )


def _messages(tx: Tx, keys: Collection[str], words: Collection[str], accounts: Collection[str]) -> list[sa.Row[Any]]:
    """Return the messages to a person, and those about their accounts that name them."""
    table, notice = tables.messages, tables.notices
    about = sa.select(notice.c.message).where(notice.c.account.in_(accounts), notice.c.message.is_not(None))
    chosen = sa.select(table).where(sa.or_(table.c.person.in_(keys), table.c.id.in_(about)))
    found = tx.execute(chosen.order_by(table.c.id)).all()
    return [row for row in found if row.person in keys or any(word in row.body + row.subject for word in words)]


def _erase_messages(
    tx: Tx, found: Collection[sa.Row[Any]], keys: Collection[str], words: Collection[str], alias: str
) -> int:
    longest_first = sorted(words, key=len, reverse=True)

    def nameless(text: str) -> str:
        for word in longest_first:
            text = text.replace(word, alias)
        return text

    table = tables.messages
    columns = ("person", "address", "mentions", "subject", "body")
    run(
        tx,
        sa.update(table)
        .where(table.c.id == sa.bindparam("b_id"))
        .values({name: bound(table.c[name], f"b_{name}") for name in columns}),
        [
            {
                "b_id": row.id,
                "b_person": alias if row.person in keys else row.person,
                "b_address": alias if row.address in words else row.address,
                "b_mentions": [alias if mention in words else mention for mention in row.mentions],
                "b_subject": nameless(row.subject),
                "b_body": nameless(row.body),
            }
            for row in found
        ],
    )
    for other in (tables.notices, tables.acknowledgements):
        tx.execute(sa.update(other).where(other.c.person.in_(keys)).values(person=alias))
    phoned = tables.message_acts
    theirs = sa.and_(phoned.c.kind == MessageAct.PHONED, phoned.c.message.in_([row.id for row in found]))
    for act in tx.execute(sa.select(phoned.c.id, phoned.c.text).where(theirs)).all():
        tx.execute(sa.update(phoned).where(phoned.c.id == act.id).values(text=nameless(act.text)))
    said = tables.acknowledgements
    tx.execute(sa.update(said).where(said.c.by.in_(words)).values(by=alias))
    return len(found)
