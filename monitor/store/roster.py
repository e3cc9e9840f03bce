"""The roster through time: versions of accounts, and the sources that follow from them.

Every version has the moment from which it was true (`effective_from`) and the one when we learnt
it (`known_at`). An account's first version holds since ever; leaving the roster is a version too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from monitor.core.account import Account, Source, UnitKey
from monitor.core.calendar import ONE_DAY, start_of_day
from monitor.core.observation import MANUAL
from monitor.core.register import Version
from monitor.core.schedule import first_look
from monitor.store import areas, histories, tables
from monitor.store.accounts import account_of
from monitor.store.columns import bound, insert_or, portions, run
from monitor.store.database import Tx
from monitor.store.histories import SINCE_EVER, Learnt
from monitor.store.in_force import LATEST, versions_in_force, written
from monitor.store.lights import restate
from monitor.store.notices import judge_anew
from monitor.store.values import decode, encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Which sources an account has, first preferred, and how often each is looked at."""

    of: Callable[[Account], Sequence[Source]]
    every: Callable[[Source], timedelta]


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterChange:
    """The changes of saving a roster: account ids, in the roster's order (removed ones sorted)."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    overtaken: tuple[str, ...] = ()
    """Of those, the ones of which a later roster says something of its own: they change for a while in the past."""


def save_roster(
    tx: Tx,
    accounts: Sequence[Account],
    *,
    effective_at: datetime,
    known_at: datetime,
    sources: Sources,
    remove_missing: bool = False,
    unit: UnitKey | None = None,
    import_id: int | None = None,
) -> RosterChange:
    """Save what differs from the roster in force at `effective_at`, and say what that was.

    An unchanged account is kept as confirmed on that day: an older roster that comes in later changes an account for
    the time up to the next one that spoke of it, and no further. `remove_missing` also removes the accounts that are
    not given, of `unit` only if one is named. The accounts given get the sources that `sources` answers (see
    `sync_sources`); those that changed are judged again.
    """
    change = diff_roster(
        tx, accounts, effective_at=effective_at, known_at=known_at, remove_missing=remove_missing, unit=unit
    )
    given = {account.id: account for account in accounts}
    news = [*change.added, *change.changed]
    learnt = Learnt(effective_at=effective_at, known_at=known_at, import_id=import_id)
    restated = histories.restated(tx, [*news, *change.removed], learnt)
    first = _add_versions(tx, [given[id_] for id_ in news], learnt)
    histories.add(tx, [histories.HoldsFrom(id_, effective_at, None) for id_ in change.removed], learnt)
    histories.add(tx, restated, learnt)
    histories.confirm(tx, sorted((given.keys() - {*news}) | first), learnt)
    in_force = {
        account.id: account for account in _in_force(tx, at=LATEST, known_at=LATEST, ids=[*given, *change.removed])
    }
    _follow(tx, [*given, *change.removed], in_force, judge_at=dict.fromkeys([*news, *change.removed], known_at))
    if change != RosterChange():
        areas.judge_soon(tx, known_at)
        areas.enrol(tx, {account.area for account in accounts}, at=known_at)
    sync_sources(tx, in_force.values(), sources=sources, now=known_at)
    _drop_sources(tx, [id_ for id_ in change.removed if id_ not in in_force], known_at)
    later = {start.account for start in restated} | histories.with_later(tx, [*news, *change.removed], effective_at)
    return replace(change, overtaken=tuple(sorted(later)))


def withdraw(
    tx: Tx, import_id: int, *, effective_at: datetime, known_at: datetime, sources: Sources
) -> tuple[str, ...]:
    """Take back what an import said, from its own day on, and return the accounts that changes.

    The version in force without it is in force again, up to the next roster that spoke of the account. Both stay
    judgeable: what was known before `known_at` is as it was.
    """
    learnt = Learnt(effective_at=effective_at, known_at=known_at, import_id=None)
    corrections = histories.corrections(tx, import_id)
    histories.add(tx, corrections, learnt)
    ids = sorted({start.account for start in corrections})
    in_force = {account.id: account for account in _in_force(tx, at=LATEST, known_at=LATEST, ids=ids)}
    _follow(tx, ids, in_force, judge_at=dict.fromkeys(ids, known_at))
    if ids:
        areas.judge_soon(tx, known_at)
    sync_sources(tx, in_force.values(), sources=sources, now=known_at)
    _drop_sources(tx, [id_ for id_ in ids if id_ not in in_force], known_at)
    return tuple(ids)


def diff_roster(
    tx: Tx,
    accounts: Sequence[Account],
    *,
    effective_at: datetime,
    known_at: datetime,
    remove_missing: bool = False,
    unit: UnitKey | None = None,
) -> RosterChange:
    """Return what `save_roster` would change; writes nothing."""
    before = {account.id: account for account in _in_force(tx, at=effective_at, known_at=known_at)}
    given = {account.id for account in accounts}
    gone = [
        id_
        for id_, account in before.items()
        if remove_missing and id_ not in given and (unit is None or account.unit_key == unit)
    ]
    return RosterChange(
        added=tuple(account.id for account in accounts if account.id not in before),
        changed=tuple(account.id for account in accounts if account.id in before and before[account.id] != account),
        removed=tuple(sorted(gone)),
    )


def sync_sources(tx: Tx, accounts: Iterable[Account], *, sources: Sources, now: datetime) -> None:
    """Make the sources of these accounts those that `sources` names.

    The state of a source that stays is kept; a new one is looked at first at `schedule.first_look`; one that goes is no
    longer looked at. Sources of looks by hand are left alone. Call it for all accounts at start-up: a new version of
    the program may bring new chains.
    """
    table = tables.sources
    accounts = tuple(accounts)
    concerned = {account.id for account in accounts}
    wanted = {source.id: source for account in accounts for source in sources.of(account)}
    columns = (table.c.id, table.c.account, table.c.rank, table.c.is_partial, table.c.dropped_at)
    polled = sa.select(*columns).where(table.c.collector != MANUAL)
    if len(concerned) <= IDS_AT_ONCE:
        polled = polled.where(table.c.account.in_(concerned))
    known = {row.id: row for row in tx.execute(polled)}
    run(
        tx,
        sa.insert(table),
        [
            fresh_source(source, first_look(id_, sources.every(source), now))
            for id_, source in wanted.items()
            if id_ not in known
        ],
    )
    back = [(source, known[id_]) for id_, source in wanted.items() if id_ in known]
    run(
        tx,
        sa.update(table)
        .where(table.c.id == sa.bindparam("b_id"))
        .values(rank=sa.bindparam("b_rank"), is_partial=sa.bindparam("b_is_partial")),
        [
            {"b_id": source.id, "b_rank": source.rank, "b_is_partial": source.is_partial}
            for source, row in back
            if (row.rank, row.is_partial) != (source.rank, source.is_partial)
        ],
    )
    run(
        tx,
        sa.update(table)
        .where(table.c.id == sa.bindparam("b_id"))
        .values(dropped_at=None, next_look_at=bound(table.c.next_look_at, "b_next")),
        [
            {"b_id": source.id, "b_next": first_look(source.id, sources.every(source), now)}
            for source, row in back
            if row.dropped_at
        ],
    )
    gone = [id_ for id_, row in known.items() if row.account in concerned and id_ not in wanted and not row.dropped_at]
    _drop(tx, gone, now)
    back_again = {source.account for source, row in back if row.dropped_at}
    restate(tx, back_again | {known[id_].account for id_ in gone})


def accounts(
    tx: Tx,
    *,
    at: datetime | None = None,
    known_at: datetime | None = None,
    ids: Collection[str] | None = None,
    with_people: bool = True,
) -> tuple[Account, ...]:
    """Return the roster in force at `at` as known by `known_at` (both default to the latest), sorted by id.

    Only these accounts, and without their people, where that is asked.
    """
    return _in_force(tx, at=at or LATEST, known_at=known_at or LATEST, ids=ids, with_people=with_people)


def accounts_in(
    tx: Tx, area: str, *, at: datetime, known_at: datetime, ids: Collection[str] | None = None
) -> tuple[Account, ...]:
    """Return the roster of an area, or these accounts of it, as `accounts` does, but without its people."""
    chosen = versions_in_force(at, known_at, ids).where(written("area") == area)
    contents = tx.scalars(
        chosen.with_only_columns(tables.account_versions.c.content).execution_options(yield_per=IDS_AT_ONCE)
    )
    return tuple(_without_people(content | {"area": area}) for content in contents)  # one name instead of many


def _without_people(content: dict[str, object]) -> Account:
    return decode(Account, content | {"contacts": ()})


def areas_on(tx: Tx, *, at: datetime, known_at: datetime) -> tuple[str, ...]:
    """Return the areas that have accounts on the roster in force then, sorted."""
    return _values_in_force(tx, written("area"), at, known_at)


def areas_known(tx: Tx, texts: Collection[str], known_at: datetime) -> frozenset[str]:
    """Return the areas that had ever been on the roster, as known then, and with whose name one of the texts begins."""
    version = tables.account_versions
    named = (name for name in tx.scalars(sa.select(tables.areas.c.name)).all() if any(map(_begins(name), texts)))
    ever = {name: sa.exists().where(version.c.known_at <= known_at, written("area") == name) for name in named}
    return frozenset(name for name, is_known in ever.items() if tx.scalar(sa.select(is_known)))


def _begins(name: str) -> Callable[[str], bool]:
    return lambda text: text.startswith(name)


def units_outside(tx: Tx, area: str, *, at: datetime, known_at: datetime) -> tuple[str, ...]:
    """Return the units that have accounts in other areas, sorted."""
    return _values_in_force(tx, written("unit"), at, known_at, written("area") != area)


def _values_in_force(
    tx: Tx, value: sa.ColumnElement[str], at: datetime, known_at: datetime, *conditions: sa.ColumnElement[bool]
) -> tuple[str, ...]:
    chosen = versions_in_force(at, known_at).with_only_columns(value).where(*conditions).order_by(None).distinct()
    return tuple(sorted(tx.scalars(chosen)))


def units_ever(tx: Tx) -> Iterator[tuple[str, UnitKey, bool]]:
    """Yield whose each account is, and whose it was; the last says whether it is so in the latest roster."""
    version = tables.account_versions
    chosen = sa.select(
        version.c.account, version.c.effective_from, version.c.is_removed, written("area"), written("unit")
    )
    rows = tx.execute(chosen.order_by(version.c.account, version.c.effective_from, version.c.known_at, version.c.id))
    for id_, of_one in groupby(rows, key=attrgetter("account")):
        stands = {row.effective_from: None if row.is_removed else UnitKey(row[3], row[4]) for row in of_one}
        *before, now = stands.values()
        yield from ((id_, key, False) for key in dict.fromkeys(before) if key and key != now)
        if now:
            yield (id_, now, True)


@dataclass(frozen=True, slots=True)
class AreasThen:
    """Tells the area that an account was in at the end of a day, as known when it was read."""

    versions: Mapping[str, Mapping[datetime, str]]
    """By account, in the order of their first moments."""

    def __call__(self, id_: str, on: date) -> str | None:
        """Return it; of a day before the first the first one, and None for an account that is not known."""
        end, versions = start_of_day(on + ONE_DAY), self.versions.get(id_, {})
        then = [area for since, area in versions.items() if since < end]
        return then[-1] if then else next(iter(versions.values()), None)


def areas_then(tx: Tx) -> AreasThen:
    """Return what tells the area that an account was in."""
    version = tables.account_versions
    chosen = sa.select(version.c.account, version.c.effective_from, version.c.is_removed, written("area"))
    found: dict[str, dict[datetime, str]] = {}
    for row in tx.execute(
        chosen.order_by(version.c.account, version.c.effective_from, version.c.known_at, version.c.id)
    ):
        of_account = found.setdefault(row.account, {})
        of_account.pop(row.effective_from, None)
        if not row.is_removed:
            of_account[row.effective_from] = row[3]
    return AreasThen(found)


def never_there(tx: Tx) -> frozenset[str]:
    """Return the accounts that no roster names which still stands: every roster with them was withdrawn."""
    version, account = tables.account_versions, tables.accounts
    chosen = (
        sa.select(version.c.account, version.c.effective_from, version.c.is_removed)
        .join_from(version, account, account.c.id == version.c.account)
        .where(account.c.is_removed.is_(True))
        .order_by(version.c.account, version.c.effective_from, version.c.known_at, version.c.id)
    )
    last = {(row.account, row.effective_from): row.is_removed for row in tx.execute(chosen)}
    return frozenset(id_ for id_, _ in last) - {id_ for (id_, _), is_removed in last.items() if not is_removed}


def ever_said(tx: Tx, ids: Collection[str]) -> Mapping[str, Sequence[Account]]:
    """Return what rosters that stand have ever said of these accounts, by id."""
    version = tables.account_versions
    found: defaultdict[str, list[Account]] = defaultdict(list, {id_: [] for id_ in ids})
    for some in portions(sorted(ids), IDS_AT_ONCE):
        chosen = sa.select(version.c.account, version.c.effective_from, version.c.content)
        chosen = chosen.where(version.c.account.in_(some)).order_by(
            version.c.account, version.c.effective_from, version.c.known_at, version.c.id
        )
        for row in _standing(tx.execute(chosen)):
            found[row.account] += [account_of(row.content)] if row.content is not None else []
    return found


def former_accounts(tx: Tx) -> tuple[Account, ...]:
    """Return the accounts that have left the roster, each as it last was, sorted by id."""
    version, account = tables.account_versions, tables.accounts
    chosen = (
        sa.select(version.c.account, version.c.content)
        .join_from(version, account, account.c.id == version.c.account)
        .where(account.c.is_removed.is_(True), version.c.is_removed.is_(False))
        .order_by(version.c.account, version.c.effective_from, version.c.known_at, version.c.id)
    )
    last, never = {row.account: row.content for row in tx.execute(chosen)}, never_there(tx)
    return tuple(account_of(content) for id_, content in last.items() if id_ not in never)


def versions_since(tx: Tx, since: datetime, *, at: datetime, known_at: datetime) -> Mapping[str, tuple[Version, ...]]:
    """Return the versions in force by `at`, as known by `known_at`, of the accounts that changed after `since`.

    Without their people, and only of accounts that changed in something that rules on areas read: the followers of most
    are counted anew each month.
    """
    version, change = tables.account_versions, tables.account_versions.alias("change")
    changed = sa.select(change.c.account).where(
        change.c.effective_from > since, change.c.effective_from <= at, change.c.known_at <= known_at
    )
    chosen = (
        sa.select(version.c.account, version.c.effective_from, version.c.content)
        .where(version.c.account.in_(changed), version.c.effective_from <= at, version.c.known_at <= known_at)
        .order_by(version.c.account, version.c.effective_from, version.c.known_at, version.c.id)
    )
    found: defaultdict[str, list[Version]] = defaultdict(list)
    said: dict[str, dict[str, object]] = {}
    for row in _standing(tx.execute(chosen)):
        read = {name: value for name, value in (row.content or {}).items() if name not in _UNREAD}
        if row.account in said and said[row.account] == read:
            continue
        said[row.account] = read
        content = _without_people(row.content) if row.content is not None else None
        found[row.account].append(Version(since=row.effective_from, account=content))
    return {id_: tuple(versions) for id_, versions in found.items() if len(versions) > 1}


def versions_of(
    tx: Tx, ids: Collection[str], *, at: datetime, known_at: datetime, ending: Collection[str] = ()
) -> Mapping[str, tuple[Version, ...]]:
    """Return the versions in force by `at`, as known by `known_at`, of those of these accounts that ever changed.

    Only what rules on accounts read of them made another version: whom they name, and whether they are asked for it;
    of accounts that are `ending` their followers too, by whose number a platform freezes them.
    """
    version, change = tables.account_versions, tables.account_versions.alias("change")
    changed = sa.select(change.c.account).where(change.c.account.in_(ids), change.c.effective_from > SINCE_EVER)
    chosen = (
        sa.select(version.c.account, version.c.effective_from, version.c.content)
        .where(version.c.account.in_(changed), version.c.effective_from <= at, version.c.known_at <= known_at)
        .order_by(version.c.account, version.c.effective_from, version.c.known_at, version.c.id)
    )
    found: defaultdict[str, list[Version]] = defaultdict(list)
    said: dict[str, list[object]] = {}
    for row in _standing(tx.execute(chosen)) if ids else ():
        names = ("contacts", "status", "level", *(("followers",) if row.account in ending else ()))
        read = [(row.content or {}).get(name) for name in names]
        if said.get(row.account) != read:
            said[row.account] = read
            content = account_of(row.content) if row.content is not None else None
            found[row.account].append(Version(since=row.effective_from, account=content))
    return {id_: tuple(versions) for id_, versions in found.items() if len(versions) > 1}


def _standing(rows: Iterable[sa.Row[Any]]) -> Iterator[sa.Row[Any]]:
    """Yield versions in order of account and moment; of one moment the latest known, for the others never held."""
    last: sa.Row[Any] | None = None
    for row in rows:
        if last is not None and (last.account, last.effective_from) != (row.account, row.effective_from):
            yield last
        last = row
    if last is not None:
        yield last


_UNREAD = frozenset({"contacts", "followers", "group", "homepage", "method", "note"})
"""The columns of an account whose past no rule on areas reads."""


def account(tx: Tx, account_id: str) -> Account | None:
    """Return one account of the latest roster, or None if it is not on it."""
    return next(iter(_in_force(tx, at=LATEST, known_at=LATEST, ids=[account_id])), None)


def account_once(tx: Tx, account_id: str) -> Account | None:
    """Return an account as the roster last named it, though it has left since; None for one that it never named."""
    version = tables.account_versions
    named = sa.select(version.c.content).where(version.c.account == account_id, version.c.is_removed.is_(False))
    latest = tx.execute(named.order_by(version.c.effective_from.desc(), version.c.known_at.desc()).limit(1)).first()
    return account_of(latest.content) if latest else None


def known_since(tx: Tx) -> datetime | None:
    """Return when the first account was learnt of; None without a roster."""
    first: datetime | None = tx.scalar(sa.select(sa.func.min(tables.account_versions.c.known_at)))
    return first


def has_roster(tx: Tx) -> bool:
    """True if the latest roster has any account."""
    present = sa.select(tables.accounts.c.id).where(tables.accounts.c.is_removed.is_(False)).limit(1)
    return tx.scalar(present) is not None


def _in_force(
    tx: Tx, *, at: datetime, known_at: datetime, ids: Collection[str] | None = None, with_people: bool = True
) -> tuple[Account, ...]:
    is_short = ids is not None and len(ids) <= IDS_AT_ONCE
    chosen = versions_in_force(at, known_at, ids if is_short else None)
    wanted = None if ids is None or is_short else set(ids)
    rows = tx.execute(chosen.execution_options(yield_per=IDS_AT_ONCE))
    made = account_of if with_people else _without_people
    return tuple(made(row.content) for row in rows if wanted is None or row.account in wanted)


IDS_AT_ONCE = 5000
"""More ids than this are not written into a statement: all rows are read instead."""


def _add_versions(tx: Tx, given: Sequence[Account], learnt: Learnt) -> set[str]:
    """Add versions of accounts; return those of which there was none: they hold since ever."""
    have = {*tx.scalars(sa.select(tables.accounts.c.id))} - never_there(tx)
    run(
        tx,
        insert_or(tx, tables.accounts, ["id"]),
        ({"id": account.id, "platform": account.platform.value, "is_removed": False, "posts": 0} for account in given),
    )
    told = (
        histories.HoldsFrom(account.id, learnt.effective_at if account.id in have else SINCE_EVER, encode(account))
        for account in given
    )
    histories.add(tx, told, learnt)
    return {account.id for account in given} - have


def _follow(tx: Tx, ids: Sequence[str], in_force: dict[str, Account], judge_at: dict[str, datetime]) -> None:
    """Bring the rows of what an account is now in line with its latest version."""
    table = tables.accounts
    run(
        tx,
        sa.update(table)
        .where(table.c.id == sa.bindparam("b_id"))
        .values(
            is_removed=sa.bindparam("b_removed"),
            platform=sa.func.coalesce(sa.bindparam("b_platform", type_=sa.Text), table.c.platform),
        ),
        [
            {
                "b_id": id_,
                "b_removed": id_ not in in_force,
                "b_platform": in_force[id_].platform.value if id_ in in_force else None,
            }
            for id_ in ids
        ],
    )
    run(
        tx,
        sa.update(table)
        .where(table.c.id == sa.bindparam("b_id"))
        .values(evaluate_at=bound(table.c.evaluate_at, "b_at")),
        [{"b_id": id_, "b_at": moment} for id_, moment in judge_at.items()],
    )
    judge_anew(tx, judge_at)
    restate(tx, ids)


def fresh_source(source: Source, next_look_at: datetime | None) -> dict[str, object]:
    """Return the row of a source that was never looked at."""
    return {
        "id": source.id,
        "account": source.account,
        "collector": source.collector,
        "key": source.key,
        "host": source.host,
        "rank": source.rank,
        "is_partial": source.is_partial,
        "next_look_at": next_look_at,
        "failures": 0,
        "last_outcome": "",
        "last_detail": "",
        "has_validators": False,
        "reader": "",
    }


def _drop_sources(tx: Tx, account_ids: Sequence[str], now: datetime) -> None:
    table = tables.sources
    chosen = sa.select(table.c.id, table.c.account).where(table.c.dropped_at.is_(None), table.c.collector != MANUAL)
    gone = set(account_ids)
    if gone:
        _drop(tx, [row.id for row in tx.execute(chosen) if row.account in gone], now)


def _drop(tx: Tx, source_ids: Sequence[str], now: datetime) -> None:
    table = tables.sources
    statement = (
        sa.update(table)
        .where(table.c.id == sa.bindparam("b_id"))
        .values(dropped_at=bound(table.c.dropped_at, "b_at"), next_look_at=None, leased_until=None, claim=None)
    )
    run(tx, statement, [{"b_id": id_, "b_at": now} for id_ in source_ids])
