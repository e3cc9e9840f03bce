"""The rows of pages and metrics: plain ones for all accounts in a fixed number of queries. They never judge."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.core.account import Account, Platform
from monitor.core.calendar import beijing_date
from monitor.core.case import LADDER
from monitor.core.finding import Finding, State
from monitor.core.mute import Mute, over
from monitor.core.observation import MANUAL, KnownPost, Observation, Post, advice_in
from monitor.store import tables
from monitor.store.claims import WAITING_FOR, waiting
from monitor.store.database import Tx
from monitor.store.findings import current_findings
from monitor.store.keyset import Place, Sorted, sorted_behind
from monitor.store.observations import observation_of, seen_columns
from monitor.store.posts import is_evidence, known_post
from monitor.store.records import mutes_on
from monitor.store.roster import accounts
from monitor.store.values import decode


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """How looking at one source goes."""

    source: str
    collector: str
    rank: int
    last_look_at: datetime | None
    last_outcome: str
    """`timeline`, `unchanged`, or a Reason's value; empty before the first look."""
    last_detail: str
    last_seen_at: datetime | None
    """When it last showed a timeline, the same or another."""
    standing: str
    """The Standing it showed on separate occasions; empty before the first timeline."""
    failures: int
    next_look_at: datetime | None
    is_partial: bool = False
    """True if it never shows for certain what is newest."""

    @property
    def advice(self) -> str:
        """The step after which it shows something again, in Chinese; empty where its last look does not say."""
        return advice_in(self.last_detail) if self.failures else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewRow:
    """One account at a glance."""

    account: Account
    newest_post_at: datetime | None
    """The newest visible post."""
    newest_post_title: str
    newest_post_url: str | None
    sources: tuple[SourceRow, ...]
    """By rank; sources by hand last."""
    findings: tuple[Finding, ...]
    """By rule."""
    open_cases: int
    waiting_claims: int = 0
    """Links that people pasted and that only a person can verify."""
    mute: Mute | None = None
    """By which its unit hears nothing now; the one that ends last."""

    @property
    def last_look_at(self) -> datetime | None:
        """The latest look at any source, whatever it saw."""
        return max((row.last_look_at for row in self.sources if row.last_look_at), default=None)

    @property
    def last_seen_at(self) -> datetime | None:
        """The latest look at any source that saw a timeline."""
        return max((row.last_seen_at for row in self.sources if row.last_seen_at), default=None)

    @property
    def next_look_at(self) -> datetime | None:
        """The next look at any source."""
        return min((row.next_look_at for row in self.sources if row.next_look_at), default=None)


def row_of(tx: Tx, account_id: str, now: datetime) -> OverviewRow | None:
    """Return one account of the roster in force at `now`; None where it is not on it."""
    return next(iter(account_rows(tx, now, [account_id])), None)


def account_rows(
    tx: Tx, now: datetime, ids: Collection[str] | None = None, *, is_brief: bool = False
) -> tuple[OverviewRow, ...]:
    """Return every account of the roster in force at `now`, or these of them, by id.

    Brief rows have, of the findings, what the two-week rule says and what is trouble; of the newest post its time; and
    nobody's people.
    """
    sources, newest = _sources(tx, ids), {} if is_brief else newest_posts(tx, ids)
    posted_at = _posted_at(tx, ids) if is_brief else {id_: post.published_at for id_, post in newest.items()}
    findings = _findings(tx, ids, now, is_brief=is_brief)
    open_cases = _open_cases(tx, ids)
    mutes = mutes_on(tx, beijing_date(now))
    claimed = Counter(claim.account for claim in waiting(tx, since=now - WAITING_FOR))
    return tuple(
        OverviewRow(
            account=account,
            newest_post_at=posted_at.get(account.id),
            newest_post_title=newest[account.id].title if account.id in newest else "",
            newest_post_url=newest[account.id].url if account.id in newest else None,
            sources=tuple(sources[account.id]),
            findings=tuple(findings[account.id]),
            open_cases=open_cases.get(account.id, 0),
            waiting_claims=claimed[account.id],
            mute=over(account, mutes),
        )
        for account in accounts(tx, at=now, known_at=now, ids=ids, with_people=not is_brief)
    )


def posts_of(tx: Tx, account_id: str, *, limit: int = 100) -> tuple[KnownPost, ...]:
    """Return an account's posts, newest first, withdrawn ones included."""
    table = tables.posts
    chosen = sa.select(table).where(table.c.account == account_id)
    rows = tx.execute(chosen.order_by(table.c.published_at.desc(), table.c.id.desc()).limit(limit))
    return tuple(known_post(row) for row in rows)


def standing_posts_of(tx: Tx, account_id: str, *, limit: int, place: Place | None) -> tuple[tuple[int, KnownPost], ...]:
    """Return an account's visible posts with their numbers, newest first; those up to `place` are left out."""
    table = tables.posts
    order = (Sorted(table.c.published_at, is_descending=True), Sorted(table.c.id, is_descending=True))
    chosen = sa.select(table).where(table.c.account == account_id, table.c.withdrawn_at.is_(None))
    rows = tx.execute(sorted_behind(chosen, order, place).limit(limit))
    return tuple((row.id, known_post(row)) for row in rows)


def observations_of(
    tx: Tx, account_id: str, *, limit: int = 100, place: Place | None = None
) -> tuple[Observation, ...]:
    """Return an account's observations, latest begun first; those up to `place` are left out."""
    table = tables.observations
    order = (Sorted(table.c.first_seen, is_descending=True), Sorted(table.c.id, is_descending=True))
    chosen = sorted_behind(sa.select(*seen_columns()).where(table.c.account == account_id), order, place)
    return tuple(observation_of(row) for row in tx.execute(chosen.limit(limit)))


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectorCount:
    """How many sources one collector has, and how looks at them go."""

    collector: str
    sources: int
    failing: int
    last_seen_at: datetime | None
    outcomes: frozenset[str]
    """How the last looks at those that fail ended."""


def collector_counts(tx: Tx) -> tuple[CollectorCount, ...]:
    """Return them for each collector that looks at accounts of the roster, by name."""
    source = tables.sources
    chosen = (
        sa.select(
            source.c.collector,
            sa.func.count().label("sources"),
            sa.func.sum(sa.case((source.c.failures > 0, 1), else_=0)).label("failing"),
            sa.func.max(source.c.seen_at).label("seen_at"),
        )
        .where(source.c.dropped_at.is_(None), source.c.account.in_(sa.select(tables.lights.c.account)))
        .group_by(source.c.collector)
        .order_by(source.c.collector)
    )
    outcomes: defaultdict[str, set[str]] = defaultdict(set)
    for collector, outcome in tx.execute(_failing(source.c.collector, source.c.last_outcome).distinct()):
        outcomes[collector].add(outcome)
    return tuple(
        CollectorCount(
            collector=row.collector,
            sources=row.sources,
            failing=row.failing,
            last_seen_at=row.seen_at,
            outcomes=frozenset(outcomes[row.collector]),
        )
        for row in tx.execute(chosen)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingSource:
    """A source whose last look failed, and why."""

    account: str
    name: str
    detail: str


def failing_sources(tx: Tx) -> tuple[FailingSource, ...]:
    """Return those of accounts of the roster, by account."""
    source = tables.sources
    chosen = _failing(source.c.account, source.c.last_detail).where(source.c.last_detail != "")
    rows = tx.execute(chosen.order_by(source.c.account, source.c.rank, source.c.id)).all()
    told = [row for row in rows if advice_in(row.last_detail)]
    names = {account.id: account.name for account in accounts(tx, ids={row.account for row in told})} if told else {}
    return tuple(
        FailingSource(account=row.account, name=names[row.account], detail=row.last_detail)
        for row in told
        if row.account in names
    )


def _failing(*columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    source = tables.sources
    return sa.select(*columns).where(
        source.c.dropped_at.is_(None), source.c.failures > 0, source.c.account.in_(sa.select(tables.lights.c.account))
    )


def listings(tx: Tx) -> frozenset[tuple[Platform, str]]:
    """Return which platforms are seen through which collectors by lists that may show what is newest."""
    source, light = tables.sources, tables.lights
    chosen = (
        sa.select(light.c.platform, source.c.collector)
        .join_from(source, light, light.c.account == source.c.account)
        .distinct()
    )
    whole = chosen.where(source.c.dropped_at.is_(None), source.c.is_partial.is_(False))
    return frozenset((decode(Platform, row.platform), row.collector) for row in tx.execute(whole))


def _sources(tx: Tx, ids: Collection[str] | None) -> defaultdict[str, list[SourceRow]]:
    table = tables.sources
    by_hand = sa.case((table.c.collector == MANUAL, 1), else_=0)
    chosen = sa.select(table).where(table.c.dropped_at.is_(None), _among(table.c.account, ids))
    found: defaultdict[str, list[SourceRow]] = defaultdict(list)
    for row in tx.execute(chosen.order_by(table.c.account, by_hand, table.c.rank, table.c.id)):
        found[row.account].append(
            SourceRow(
                source=row.id,
                collector=row.collector,
                rank=row.rank,
                last_look_at=row.last_look_at,
                last_outcome=row.last_outcome,
                last_detail=row.last_detail,
                last_seen_at=row.seen_at,
                standing=row.standing.value if row.standing else "",
                failures=row.failures,
                next_look_at=row.next_look_at,
                is_partial=row.is_partial,
            )
        )
    return found


def newest_posts(tx: Tx, ids: Collection[str] | None) -> dict[str, Post]:
    """Return each account's newest visible post."""
    table, account = tables.posts, tables.accounts
    newer = table.alias("newer")
    newest = (
        sa.select(newer.c.id)
        .where(newer.c.account == account.c.id, newer.c.withdrawn_at.is_(None), is_evidence(newer))
        .order_by(newer.c.published_at.desc(), newer.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    chosen = sa.select(table).join_from(account, table, table.c.id == newest).where(_among(account.c.id, ids))
    return {row.account: known_post(row).post for row in tx.execute(chosen)}


def _posted_at(tx: Tx, ids: Collection[str] | None) -> dict[str, datetime]:
    """Return the time of each account's newest visible post."""
    account = tables.accounts
    chosen = sa.select(account.c.id, account.c.newest_post_at).where(_among(account.c.id, ids))
    return dict(tx.execute(chosen.where(account.c.newest_post_at.is_not(None))).all())


def _findings(tx: Tx, ids: Collection[str] | None, now: datetime, *, is_brief: bool) -> defaultdict[str, list[Finding]]:
    found: defaultdict[str, list[Finding]] = defaultdict(list)
    without = frozenset({State.OK, State.NOT_APPLICABLE, State.EXEMPTED}) if is_brief else frozenset[State]()
    for finding in current_findings(tx, now=now, account_ids=ids, without=without, always=LADDER):
        if finding.account is not None:
            found[finding.account].append(finding)
    return found


def _open_cases(tx: Tx, ids: Collection[str] | None) -> dict[str, int]:
    table = tables.cases
    is_open = sa.and_(table.c.closed_at.is_(None), _among(table.c.account, ids))
    return dict(tx.execute(sa.select(table.c.account, sa.func.count()).where(is_open).group_by(table.c.account)).all())


def _among(column: sa.ColumnElement[str], ids: Collection[str] | None) -> sa.ColumnElement[bool]:
    return sa.true() if ids is None else column.in_(ids)
