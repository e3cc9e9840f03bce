"""What pages and metrics read: plain rows for all accounts in a fixed number of queries. They never judge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.core.account import Account
from monitor.core.finding import Finding
from monitor.core.observation import KnownPost, Observation
from monitor.store.database import Tx


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
    """The Standing it last showed; empty before the first timeline."""
    failures: int
    next_look_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
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


def overview(tx: Tx, now: datetime) -> tuple[Row, ...]:
    """Return every account of the roster in force at `now`, by id."""
    raise NotImplementedError


def posts_of(tx: Tx, account_id: str, *, limit: int = 100) -> tuple[KnownPost, ...]:
    """Return an account's posts, newest first, withdrawn ones included."""
    raise NotImplementedError


def observations_of(tx: Tx, account_id: str, *, limit: int = 100) -> tuple[Observation, ...]:
    """Return an account's observations, latest confirmed first."""
    raise NotImplementedError


def observation(tx: Tx, observation_id: int) -> Observation | None:
    """Return one observation: what `observation:12` in a finding's evidence means."""
    raise NotImplementedError


def raw_evidence(tx: Tx, observation_id: int) -> bytes | None:
    """Return the bytes that were kept with an observation, if any were."""
    raise NotImplementedError
