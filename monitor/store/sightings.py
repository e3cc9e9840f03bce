"""Looks by hand that are taken back with the import that brought them, and the posts that nothing else showed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.core.observation import Post, Timeline
from monitor.store import tables
from monitor.store.columns import AT_ONCE, portions, run, stands
from monitor.store.database import Tx
from monitor.store.lights import restate
from monitor.store.observations import seen_columns, seen_of
from monitor.store.posts import is_evidence, key_of


def withdraw(tx: Tx, import_id: int, at: datetime) -> int:
    """Take back the looks of an import and what they alone taught; return how many looks that were."""
    table = tables.observations
    ours = tx.execute(
        sa.select(table.c.id, table.c.account, table.c.source, table.c.known_at).where(
            table.c.import_id == import_id, stands(table)
        )
    ).all()
    for some in portions(ours, AT_ONCE):
        ids = {row.id for row in some}
        accounts = sorted({row.account for row in some})
        tx.execute(sa.update(table).where(table.c.id.in_(ids)).values(withdrawn_at=at))
        _withdraw_posts(tx, accounts, {row.known_at for row in some}, at)
        _recount(tx, accounts)
        _show_former_looks(tx, sorted({row.source for row in some}))
        tx.execute(sa.update(tables.accounts).where(tables.accounts.c.id.in_(accounts)).values(evaluate_at=at))
        restate(tx, accounts)
    return len(ours)


def _withdraw_posts(tx: Tx, accounts: Collection[str], moments: Collection[datetime], at: datetime) -> None:
    """Hide the posts that only these looks showed, and put back what these looks alone corrected."""
    post = tables.posts
    shown = _shown(tx, accounts)
    seen = tables.observations
    gone = sa.select(seen.c.id).where(seen.c.account.in_(accounts), seen.c.withdrawn_at.is_not(None))
    ids = frozenset(tx.scalars(gone))
    rows = tx.execute(sa.select(post).where(post.c.account.in_(accounts))).all()
    former = _corrected(tx, accounts, moments)
    kept: list[dict[str, Any]] = []
    values: list[dict[str, Any]] = []
    for row in rows:
        after = {name: getattr(row, name) for name in _LEARNT}
        if row.id in former:
            after |= {name: getattr(former[row.id], name) for name in _LEARNT}
        elif row.linked_at in moments:
            after["linked_at"] = None
        if row.observation in ids and (row.account, row.key) not in shown and row.withdrawn_at is None:
            after |= {"missing_since": row.missing_since or at, "withdrawn_at": at}
        if after != {name: getattr(row, name) for name in _LEARNT}:
            before = {name: getattr(row, name) for name in _LEARNT}
            kept.append({"account": row.account, "post": row.id, "until": at, **before})
            values.append({"b_id": row.id, **{f"b_{name}": value for name, value in after.items()}})
    run(tx, sa.insert(tables.former_posts), kept)
    this = sa.update(post).where(post.c.id == sa.bindparam("b_id"))
    run(tx, this.values({name: sa.bindparam(f"b_{name}", type_=post.c[name].type) for name in _LEARNT}), values)


_LEARNT = ("published_at", "precision", "title", "url", "is_pinned", "linked_at", "missing_since", "withdrawn_at")
"""The columns of a known post that looks may correct."""


def _corrected(tx: Tx, accounts: Collection[str], moments: Collection[datetime]) -> dict[int, sa.Row[Any]]:
    """Return what posts said before these moments wrote over it, where nothing has been corrected since."""
    former, later = tables.former_posts, tables.former_posts.alias("later")
    again = sa.exists().where(later.c.post == former.c.post, later.c.id > former.c.id)
    chosen = sa.select(former).where(former.c.account.in_(accounts), former.c.until.in_(moments), ~again)
    return {row.post: row for row in tx.execute(chosen)}


def _shown(tx: Tx, accounts: Collection[str]) -> frozenset[tuple[str, str]]:
    """Return the posts that other looks at these accounts showed as well."""
    table = tables.observations
    chosen = sa.select(*seen_columns()).where(table.c.account.in_(accounts), table.c.covers.is_not(None), stands(table))
    return frozenset(
        (row.account, key_of(post))
        for row in tx.execute(chosen.execution_options(yield_per=AT_ONCE))
        for post in _posts(row)
    )


def _posts(row: sa.Row[Any]) -> tuple[Post, ...]:
    seen = seen_of(row)
    return seen.posts if isinstance(seen, Timeline) else ()


def _recount(tx: Tx, accounts: Collection[str]) -> None:
    post, account = tables.posts, tables.accounts
    newest = (
        sa.select(sa.func.max(post.c.published_at))
        .where(post.c.account == account.c.id, post.c.withdrawn_at.is_(None), is_evidence(post))
        .scalar_subquery()
    )
    tx.execute(sa.update(account).where(account.c.id.in_(accounts)).values(newest_post_at=newest))


def _show_former_looks(tx: Tx, sources: Collection[str]) -> None:
    """Make the latest look by hand that still stands the one that is shown."""
    source, table = tables.sources, tables.observations
    for id_ in sources:
        chosen = sa.select(table).where(table.c.source == id_, stands(table))
        row = tx.execute(chosen.order_by(table.c.first_seen.desc(), table.c.id.desc()).limit(1)).one_or_none()
        values = {
            "last_look_at": row.first_seen if row else None,
            "last_outcome": "timeline" if row else "",
            "seen_at": row.first_seen if row else None,
            "standing": row.standing if row else None,
            "timeline": row.id if row else None,
            "digest": row.digest if row else None,
        }
        tx.execute(sa.update(source).where(source.c.id == id_).values(values))
