"""The numbers of metrics: counts of everything, made by the database, and single accounts at a glance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import islice

import sqlalchemy as sa

from monitor.core.account import AccountStatus, Platform
from monitor.core.case import CHIEF, StepKind
from monitor.core.finding import State
from monitor.core.observation import MANUAL
from monitor.store import roster, tables
from monitor.store.cases import last_step
from monitor.store.columns import key_of
from monitor.store.database import Tx
from monitor.store.in_force import versions_in_force, written
from monitor.store.values import decode

_TROUBLES = frozenset(state for state in State if state.is_trouble or state is State.UNKNOWN)
"""The states that have an index of their own."""

_UNWRITTEN = AccountStatus.ACTIVE
"""The status of a version that names none: what is as by default is not written."""
_STATES = {state.value: state for state in State}


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """One account, and how it stands."""

    account: str
    name: str
    unit: str
    platform: Platform
    opened_on: date | None
    newest_post_at: datetime | None
    """The newest visible post."""
    last_look_at: datetime | None
    """The latest look at any source, whatever it saw."""
    states: tuple[tuple[str, State], ...]
    """Rule and state, by rule; where a rule does not apply is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """How many accounts there were on the roster, and for how long that is certain."""

    counts: Counter[tuple[Platform, AccountStatus]]
    latest: int | None
    """The latest version that there was: versions are only ever added."""
    since: datetime
    until: datetime | None
    """When the next of the versions known comes into force."""

    def hold(self, tx: Tx, now: datetime) -> bool:
        """True if they still are what `accounts` would count."""
        return self.since <= now and (self.until is None or now < self.until) and _latest_version(tx) == self.latest


def accounts(tx: Tx, now: datetime) -> Accounts:
    """Return how many accounts of the roster in force there are of each platform and status."""
    version = tables.account_versions
    coming = sa.select(sa.func.min(version.c.effective_from)).where(version.c.effective_from > now)
    return Accounts(counts=_accounts(tx, now), latest=_latest_version(tx), since=now, until=tx.scalar(coming))


def _latest_version(tx: Tx) -> int | None:
    latest: int | None = tx.scalar(sa.select(sa.func.max(tables.account_versions.c.id)))
    return latest


def _accounts(tx: Tx, now: datetime) -> Counter[tuple[Platform, AccountStatus]]:
    platform, status = written("platform"), written("status")
    chosen = (
        versions_in_force(now, now)
        .with_only_columns(platform.label("platform"), status.label("status"), sa.func.count().label("accounts"))
        .order_by(None)
        .group_by(platform, status)
    )
    return Counter(
        {
            (decode(Platform, row.platform), decode(AccountStatus, row.status or _UNWRITTEN.value)): row.accounts
            for row in tx.execute(chosen).all()
        }
    )


def findings(tx: Tx) -> Counter[tuple[str, State]]:
    """Return how many findings there are of each rule and state, on accounts, units and areas."""
    table = tables.findings
    chosen = sa.select(table.c.rule, table.c.state, sa.func.count())
    return Counter(
        {(rule, state): count for rule, state, count in tx.execute(chosen.group_by(table.c.rule, table.c.state)).all()}
    )


def open_cases(tx: Tx) -> Counter[StepKind]:
    """Return how many open cases there are, by their last step."""
    ends = sa.select(last_step().label("kind")).where(tables.cases.c.closed_at.is_(None)).subquery()
    chosen = sa.select(ends.c.kind, sa.func.count()).where(ends.c.kind.is_not(None)).group_by(ends.c.kind)
    return Counter(dict(tx.execute(chosen).all()))


def last_seen(tx: Tx) -> dict[Platform, datetime | None]:
    """Return when a look at any account last saw anything, for each platform that is looked at."""
    source, account = tables.sources, tables.accounts
    chosen = (
        sa.select(account.c.platform, sa.func.max(source.c.seen_at))
        .join_from(source, account)
        .where(source.c.dropped_at.is_(None), source.c.collector != MANUAL, account.c.is_removed.is_(False))
        .group_by(account.c.platform)
    )
    return {decode(Platform, platform): seen_at for platform, seen_at in tx.execute(chosen).all()}


def in_trouble(tx: Tx, gravest_first: Sequence[State], limit: int) -> tuple[tuple[str, ...], int]:
    """Return at most that number of accounts with findings in these states, and how many there are in all.

    Gravest states first; of one state those that the chief rules (no updates, no download) found in it, then by id.
    The states must be those that mean trouble.
    """
    if frozenset(gravest_first) != _TROUBLES:
        raise ValueError("the index knows the troubles only")
    table = tables.findings
    troubled = sa.and_(table.c.account.is_not(None), _is_trouble())
    found: dict[str, None] = {}
    for state, rules in ((state, rules) for state in gravest_first for rules in (CHIEF, None)):
        if len(found) < limit:
            chosen = sa.select(table.c.account).where(troubled, table.c.state == state).distinct()
            chosen = chosen.where(table.c.rule.in_(rules)) if rules else chosen
            found |= dict.fromkeys(tx.scalars(chosen.order_by(table.c.account).limit(limit)))
    counted = sa.select(sa.func.count(table.c.account.distinct())).where(troubled)
    return tuple(islice(found, limit)), tx.scalar(counted) or 0


def _is_trouble() -> sa.ColumnElement[bool]:
    """Return the condition of the index, word for word: only so a database sees that it serves."""
    return sa.text(tables.TROUBLE)  # type: ignore[return-value]  # a condition like any other


def glances(tx: Tx, now: datetime, ids: Collection[str] | None = None) -> tuple[Glance, ...]:
    """Return the accounts of the roster in force at `now`, or these of them, by id."""
    account, source, finding = tables.accounts, tables.sources, tables.findings
    words = finding.c.rule + "=" + sa.type_coerce(finding.c.state, sa.Text)
    looked = sa.select(sa.func.max(source.c.last_look_at)).where(
        source.c.account == account.c.id, source.c.dropped_at.is_(None)
    )
    said = sa.select(sa.func.aggregate_strings(words, " ")).where(
        finding.c.subject == key_of(account.c.id), finding.c.state != State.NOT_APPLICABLE
    )
    chosen = versions_in_force(now, now, ids).with_only_columns(
        account.c.id,
        account.c.newest_post_at,
        looked.correlate(account).scalar_subquery().label("last_look_at"),
        said.correlate(account).scalar_subquery().label("states"),
        *(written(name).label(name) for name in ("name", "unit", "platform", "opened_on")),
    )
    states = cache(_states)  # most accounts stand like many others
    return tuple(
        Glance(
            account=row.id,
            name=row.name,
            unit=row.unit,
            platform=decode(Platform, row.platform),
            opened_on=date.fromisoformat(row.opened_on) if row.opened_on else None,
            newest_post_at=row.newest_post_at,
            last_look_at=row.last_look_at,
            states=states(row.states or ""),
        )
        for row in tx.execute(chosen.execution_options(yield_per=roster.IDS_AT_ONCE))
    )


def _states(words: str) -> tuple[tuple[str, State], ...]:
    """Return what is written as RULE=STATE, with spaces between, by rule."""
    pairs = (word.split("=") for word in sorted(words.split()))
    return tuple((rule, _STATES[state]) for rule, state in pairs)
