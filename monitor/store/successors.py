"""Which accounts of the roster may be closed ones come back (`monitor.core.successor`), with their posts since then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa

from monitor.core.account import Account, AccountStatus, Scope
from monitor.core.calendar import ONE_DAY, beijing_date, start_of_day
from monitor.core.names import normal
from monitor.core.successor import Successor, may_follow
from monitor.store import roster, tables
from monitor.store.database import Tx
from monitor.store.in_force import versions_in_force, written
from monitor.store.posts import is_evidence
from monitor.store.records import lives


def successors(
    tx: Tx, accounts: Iterable[Account], *, at: datetime, known_at: datetime
) -> Mapping[str, tuple[Successor, ...]]:
    """Return of those of these accounts that are closed the ones that may be them come back, each by id.

    As known by `known_at`; none where the roster does not say since when an account is closed.
    """
    closed = [
        account
        for account in accounts
        if account.status is AccountStatus.CLOSED and account.closed_on and account.scope is not Scope.OUT
    ]
    others = _others(tx, closed, at, known_at)
    found: defaultdict[str, list[Successor]] = defaultdict(list)
    for account in closed:
        for other in others:
            if may_follow(account, other) and account.closed_on:
                since = start_of_day(account.closed_on + ONE_DAY)
                found[account.id] += _since(tx, other, since, at, known_at)
    return {id_: tuple(of_one) for id_, of_one in found.items()}


def _others(tx: Tx, closed: list[Account], at: datetime, known_at: datetime) -> tuple[Account, ...]:
    """Return the accounts then on the roster that look like any of these by name or id: few of very many."""
    if not closed:
        return ()
    name, platform_id = written("name").label("name"), written("platform_id").label("platform_id")
    chosen = versions_in_force(at, known_at).with_only_columns(tables.accounts.c.id, name, platform_id)
    chosen = chosen.where(written("platform").in_({account.platform.value for account in closed}))
    names, ids = (
        {normal(account.name) for account in closed},
        {account.platform_id for account in closed if account.platform_id},
    )
    alike = [row.id for row in tx.execute(chosen) if row.platform_id in ids or normal(row.name) in names]
    return roster.accounts(tx, at=at, known_at=known_at, ids=alike)


def _since(tx: Tx, other: Account, since: datetime, at: datetime, known_at: datetime) -> Iterable[Successor]:
    """Yield an account with its first post since then that was known and still to be seen, if there is any."""
    post, until = tables.posts, min(at, known_at)
    there = (
        post.c.account == other.id,
        post.c.published_at <= at,
        post.c.first_seen <= known_at,
        sa.or_(post.c.withdrawn_at.is_(None), post.c.withdrawn_at > until),
        is_evidence(post),
    )
    chosen = sa.select(post.c.published_at, post.c.observation).where(*there, post.c.published_at >= since)
    first = tx.execute(chosen.order_by(post.c.published_at, post.c.id).limit(1)).first()
    if first is not None:
        yield Successor(
            account=other,
            first_post_at=first.published_at,
            observation=first.observation,
            had_posts=bool(tx.scalar(sa.select(sa.exists().where(*there, post.c.published_at < since)))),
            records=lives(tx, [other.id], beijing_date(at), known_at)[other.id],
        )
