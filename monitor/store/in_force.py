"""The versions of accounts that were on the roster at a moment."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from monitor.store import tables

LATEST = datetime(9000, 1, 1, tzinfo=UTC)
"""After everything it can meet."""

Moment = datetime | sa.BindParameter[datetime]
"""A moment, or the name of one that a prepared statement is given later."""


def versions_in_force(at: Moment, known_at: Moment, ids: Collection[str] | None = None) -> sa.Select[Any]:
    """Return a query of the account versions that were on the roster at `at` as known by `known_at`, by account."""
    version, account, later = tables.account_versions, tables.accounts, tables.account_versions.alias("later")
    newest = (
        sa.select(later.c.id)
        .where(later.c.account == account.c.id, later.c.effective_from <= at, later.c.known_at <= known_at)
        .order_by(later.c.effective_from.desc(), later.c.known_at.desc(), later.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    chosen = (
        sa.select(version.c.account, version.c.content)
        .select_from(account.join(version, version.c.id == newest))
        .where(version.c.is_removed.is_(False))
        .order_by(account.c.id)
    )
    return chosen if ids is None else chosen.where(account.c.id.in_(ids))


def written(name: str) -> sa.ColumnElement[str]:
    """Return what a version of an account has under a name."""
    written: sa.ColumnElement[str] = tables.account_versions.c.content[name].as_string()
    return written
