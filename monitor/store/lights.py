"""How each account on the roster stands, kept in rows that lists filter, sort and count by.

They follow from what else is stored. Every change of that restates them in the same transaction: a roster, a look, a
post, a finding of the two-week rule. A number that only ages, the days since the update, is computed from them at the
moment.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa

from monitor.core.account import Account, AccountStatus, Platform, UnitKey, UnitLevel
from monitor.core.calendar import beijing_date
from monitor.core.case import LADDER
from monitor.core.finding import State, Support
from monitor.core.light import AccountTask, Light, Sighted, light_of, task_of
from monitor.core.mute import Mute
from monitor.core.names import normal
from monitor.core.observation import HAND_FRESHNESS, MANUAL, Standing
from monitor.core.rules import per_01
from monitor.core.subject import SubjectKind
from monitor.core.todo import ACT_OF, TodoAct
from monitor.store import tables
from monitor.store.columns import insert_or, key_of, portions, run
from monitor.store.in_force import LATEST, versions_in_force
from monitor.store.tables import lights as table
from monitor.store.tx import Tx
from monitor.store.values import decode

AT_ONCE = 500
"""How many accounts are restated together."""
_ABSENT = tuple(standing for standing in Standing if not standing.is_present)


def restate(tx: Tx, ids: Collection[str] | None = None) -> None:
    """Bring the rows of these accounts, or of all, in line with what is stored; nothing is written that stands."""
    everybody = tx.scalars(sa.select(tables.accounts.c.id).order_by(tables.accounts.c.id)).all() if ids is None else ids
    for some in portions(sorted(everybody), AT_ONCE):
        _restate(tx, some)


def _restate(tx: Tx, ids: Sequence[str]) -> None:
    before = {row.account: row for row in tx.execute(sa.select(table).where(table.c.account.in_(ids)))}
    after = {seen.account.id: _row(seen, state, support) for seen, state, support in _sighted(tx, ids)}
    if gone := before.keys() - after.keys():
        tx.execute(sa.delete(table).where(table.c.account.in_(gone)))
    changed = [row for id_, row in after.items() if id_ not in before or before[id_]._asdict() != row]
    names = [column.name for column in table.c if not column.primary_key]
    run(tx, insert_or(tx, table, ["account"], update=names), changed)


def _sighted(tx: Tx, ids: Sequence[str]) -> Iterator[tuple[Sighted, State | None, Support | None]]:
    """Yield what is known of those of these accounts that are on the roster, and what the two-week rule says."""
    finding, account = tables.findings, tables.accounts
    looked = _looked(tx, ids)
    stated = sa.and_(finding.c.subject == key_of(account.c.id), finding.c.rule == LADDER)
    support = finding.c.content["support"].as_string()
    chosen = versions_in_force(LATEST, LATEST, ids).outerjoin(finding, stated)
    for row in tx.execute(chosen.add_columns(account.c.newest_post_at, finding.c.state, support.label("support"))):
        look = looked.get(row.account)
        seen = Sighted(
            account=_bare(row.content),
            newest_post_at=row.newest_post_at,
            is_looked_at=look is not None and look.last_look_at is not None,
            is_seen=look is not None and look.seen_at is not None,
            is_gone=look is not None and bool(look.gone),
        )
        yield seen, row.state, decode(Support, row.support or Support.LOOK.value) if row.state else None


def _bare(content: Mapping[str, Any]) -> Account:
    """Return what lists go by of an account, which is a small part of it, and read so often that this counts."""
    level, opened_on = content.get("level"), content.get("opened_on")
    return Account(
        id=content["id"],
        name=content["name"],
        platform=decode(Platform, content["platform"]),
        unit=content["unit"],
        area=content["area"],
        level=decode(UnitLevel, level) if level else None,
        status=decode(AccountStatus, content.get("status", AccountStatus.ACTIVE.value)),
        is_main=bool(content.get("is_main")),
        opened_on=date.fromisoformat(opened_on) if opened_on else None,
    )


def _looked(tx: Tx, ids: Sequence[str]) -> Mapping[str, Any]:
    source = tables.sources
    chosen = sa.select(
        source.c.account,
        sa.func.max(source.c.last_look_at).label("last_look_at"),
        sa.func.max(source.c.seen_at).label("seen_at"),
        sa.func.max(sa.case((source.c.standing.in_(_ABSENT), 1), else_=0)).label("gone"),
    ).where(source.c.account.in_(ids), source.c.dropped_at.is_(None))
    return {row.account: row for row in tx.execute(chosen.group_by(source.c.account)).all()}


def _row(seen: Sighted, state: State | None, support: Support | None) -> dict[str, object]:
    account, light, task = seen.account, light_of(seen, state), task_of(seen, state, support)
    since = seen.silent_since if light is not Light.NONE else None
    return {
        "account": account.id,
        "area": account.area,
        "unit": account.unit,
        "platform": account.platform.value,
        "status": account.status.value,
        "light": light,
        "place": 2 * light.place + (not account.is_main),
        "silent_since": beijing_date(since) if since else date.max,
        "task": task[0] if task else None,
        "task_from": task[1] if task else None,
        "search": searched(account),
    }


def searched(account: Account) -> str:
    """Return what people look for an account by, a line each."""
    return f"{account.name}\n{account.unit}\n{account.area}\n{account.id}".casefold()


IN_TIME = (Light.AMBER, Light.GREEN)
"""The lights of accounts whose deadline is still to come."""
Condition = sa.ColumnElement[bool]
"""Which rows are meant, for a filter."""


class Order(Enum):
    """How a list of accounts is sorted."""

    URGENCY = "urgency"
    """The most urgent light first, of one light main accounts, then the longest without an update."""
    UNIT = "unit"
    SILENCE = "silence"
    """The longest without an update first; last those of which nothing says that."""
    ID = "id"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFilter:
    """Which accounts a list is about; what is None or empty leaves nobody out."""

    light: Light | None = None
    area: str | None = None
    unit: str | None = None
    platform: Platform | None = None
    status: AccountStatus | None = None
    wanted: str = ""
    """A part of the name, the unit, the area or the id, whatever its capitals."""
    silent_since: date | None = None
    """Those in time that have been silent since that day: they all have one deadline."""
    tasks: Condition | None = None
    """Which of them have something to be done about, as `about` says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LightCounts:
    """How many accounts there are of each light, zeros included, the most urgent first."""

    of: Mapping[Light, int]

    @property
    def total(self) -> int:
        """How many there are in all."""
        return sum(self.of.values())


def counts(tx: Tx, which: AccountFilter | None = None) -> LightCounts:
    """Return how many accounts of the roster, or of a list, have each light."""
    chosen = sa.select(table.c.light, sa.func.count()).group_by(table.c.light)
    found: dict[Light, int] = dict(tx.execute(chosen.where(*_meant(which or AccountFilter()))).all())
    return LightCounts(of={light: found.get(light, 0) for light in Light})


def count(tx: Tx, which: AccountFilter) -> int:
    """Return how many accounts a list has."""
    return tx.scalar(sa.select(sa.func.count()).select_from(table).where(*_meant(which))) or 0


def ids(
    tx: Tx, which: AccountFilter, order: Order, *, limit: int | None = None, skip: int = 0, after: str = ""
) -> tuple[str, ...]:
    """Return the accounts of one page of a list, in their order; of a list by id, those after one only."""
    match order:
        case Order.URGENCY:
            by: Iterable[sa.Column[Any]] = (table.c.place, table.c.silent_since, table.c.unit, table.c.account)
        case Order.SILENCE:
            by = (table.c.silent_since, table.c.unit, table.c.account)
        case Order.UNIT:
            by = (table.c.unit, table.c.area, table.c.account)
        case Order.ID:
            by = (table.c.account,)
    chosen = sa.select(table.c.account).where(*_meant(which), table.c.account > after).order_by(*by)
    return tuple(tx.scalars(chosen.limit(limit).offset(skip)))


def main_ids(tx: Tx, area: str, limit: int) -> tuple[str, ...]:
    """Return the first main accounts of an area, by id."""
    chosen = sa.select(table.c.account).where(table.c.area == area, table.c.place % 2 == 0)
    return tuple(tx.scalars(chosen.order_by(table.c.account).limit(limit)))


def _meant(which: AccountFilter) -> Iterator[sa.ColumnElement[bool]]:
    if which.light is not None:
        yield table.c.light == which.light
    if which.area is not None:
        yield table.c.area == which.area
    if which.unit is not None:
        yield table.c.unit == which.unit
    if which.platform is not None:
        yield table.c.platform == which.platform.value
    if which.status is not None:
        yield table.c.status == which.status.value
    if which.silent_since is not None:
        yield sa.and_(table.c.silent_since == which.silent_since, table.c.light.in_(IN_TIME))
    if which.wanted:
        yield sa.false() if "\n" in which.wanted else _has(which.wanted)
    if which.tasks is not None:
        yield which.tasks


def _has(wanted: str) -> sa.ColumnElement[bool]:
    return table.c.search.contains(wanted.casefold(), autoescape=True)


def about(
    tx: Tx, task: AccountTask, now: datetime, *, claimed: Collection[str], mutes: Collection[Mute]
) -> sa.ColumnElement[bool]:
    """Return the condition of the accounts that a task is about now.

    `claimed` are those whose links wait for a person, `mutes` those that hold.
    """
    match task:
        case AccountTask.UNSEEN | AccountTask.GONE:
            return _is_asked(task, now)
        case AccountTask.HAND:
            return sa.and_(_is_asked(task, now), ~_is_seen_by_hand(now))
        case AccountTask.CLAIMS:
            return table.c.account.in_(sorted(claimed))
        case AccountTask.MUTED:
            covered = [_covered(tx, mute) for mute in mutes]
            return sa.and_(table.c.light == Light.RED, sa.or_(sa.false(), *covered))
        case AccountTask.PEOPLE:
            finding = tables.findings
            lacking = sa.and_(finding.c.rule == per_01.RULE.id, finding.c.state.in_(_LACKING))
            return table.c.account.in_(sa.select(finding.c.account).where(lacking))


def _is_asked(task: AccountTask, now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.task == task, table.c.task_from <= beijing_date(now))


def _is_seen_by_hand(now: datetime) -> sa.ColumnElement[bool]:
    """Return the condition of accounts whose whole list somebody has seen a short time ago, judged by it or not yet."""
    source = tables.sources
    return sa.exists().where(
        source.c.account == table.c.account,
        source.c.collector == MANUAL,
        source.c.key == "posts",
        source.c.dropped_at.is_(None),
        source.c.seen_at >= now - HAND_FRESHNESS,
    )


def with_cases_of_sight() -> Condition:
    """Return the condition of accounts that the office was asked to look at: out of sight for long, or changed."""
    case = tables.cases
    asked = sa.select(case.c.account).where(
        case.c.closed_at.is_(None), case.c.waits_since.is_not(None), case.c.rule.in_(_OF_SIGHT)
    )
    return table.c.account.in_(asked)


def among(ids: Collection[str]) -> Condition:
    """Return the condition that an account is one of these."""
    numbers: sa.BindParameter[str] = sa.bindparam(
        "among", sorted(ids), expanding=True, literal_execute=True
    )  # more than can be bound
    return table.c.account.in_(numbers)


def any_of(*conditions: Condition) -> Condition:
    """Return the condition that one of these holds."""
    return sa.or_(sa.false(), *conditions)


_OF_SIGHT = tuple(rule for rule, act in ACT_OF.items() if act is TodoAct.UNSEEN)
_LACKING = (State.WARNING, State.VIOLATED)
"""The states in which an account's people are not all named."""


def _covered(tx: Tx, mute: Mute) -> sa.ColumnElement[bool]:
    """Return the condition of the accounts that a mute covers (`Mute.covers`)."""
    match mute.subject:
        case SubjectKind.ACCOUNT:
            return table.c.account == mute.name
        case SubjectKind.AREA:
            return table.c.area == mute.name
        case SubjectKind.UNIT:
            called = [
                unit for unit in tx.scalars(sa.select(table.c.unit).distinct()) if normal(unit) == normal(mute.name)
            ]
            there = table.c.area == mute.area if mute.area is not None else table.c.area.not_in(sorted(mute.not_in))
            return sa.and_(table.c.unit.in_(called), there, table.c.area.not_in(sorted(mute.not_in)))


def units(tx: Tx) -> tuple[UnitKey, ...]:
    """Return the units of all accounts on the roster, by area and name."""
    rows = tx.execute(sa.select(table.c.area, table.c.unit).distinct())
    return tuple(sorted(UnitKey(row.area, row.unit) for row in rows))


def last_look(tx: Tx) -> datetime | None:
    """Return when anybody last looked at an account of the roster, whatever was seen."""
    source = tables.sources
    chosen = sa.select(source.c.last_look_at).join(table, table.c.account == source.c.account)
    looked = chosen.where(source.c.last_look_at.is_not(None), source.c.dropped_at.is_(None))
    latest: datetime | None = tx.scalar(looked.order_by(source.c.last_look_at.desc()).limit(1))
    return latest
