"""Letting go of what is old enough and no longer needed, a thousand rows at a time.

Nothing goes that an account with an open case has, that a finding as it stands cites, or that is needed to
judge any moment since the limit: of each source the newest timeline and the newest reason before it, of each
account the posts that the rules of that moment read. Cases, their steps, changes of findings, the roster's
versions and the audit log stay; old versions lose the names and ways of people whom no unit names any more.

Each `Part` is asked for rows in a read transaction, which may take long, and deletes them in a short write
transaction, which looks once more at what protects them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitor.core.observation import Post
from monitor.store import people, tables
from monitor.store.database import Tx
from monitor.store.facts import REACH
from monitor.store.notices import WAITING
from monitor.store.posts import key_of
from monitor.store.values import decode

CHUNK = 1000
"""Rows that are deleted in one transaction."""

Id = int | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """How long things are kept."""

    evidence: timedelta
    observations: timedelta
    messages: timedelta
    reports: timedelta = timedelta(days=3650)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One kind of thing that grows old."""

    name: str
    """In Chinese."""
    keep: Callable[[Keeping], timedelta]
    find: Callable[[Tx, datetime, Id | None], Sequence[Id]]
    """Returns up to CHUNK ids after the given one, in order, of rows older than the moment that may go."""
    drop: Callable[[Tx, Collection[Id], datetime], int]
    """Deletes those of the rows that may still go; returns how many."""


def free_pages(tx: Tx) -> None:
    """Give the pages that became free back to the disk, as far as the database does not do so itself."""
    if tx.dialect.name == "sqlite":
        free: int = tx.exec_driver_sql("PRAGMA freelist_count").scalar_one()
        for _ in range(min(free, CHUNK)):
            tx.exec_driver_sql("PRAGMA incremental_vacuum(1)")  # Python's driver never lets it do more than one


def _is_settled(account: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Return the condition that the account has no open case."""
    table = tables.cases
    return ~sa.exists().where(table.c.account == account, table.c.closed_at.is_(None))


def _next(tx: Tx, table: sa.Table, after: Id | None, *conditions: sa.ColumnElement[bool]) -> Sequence[Id]:
    id_ = table.c.id
    chosen = sa.select(id_).where(*conditions).order_by(id_).limit(CHUNK)
    return tx.scalars(chosen if after is None else chosen.where(id_ > after)).all()


def _delete(tx: Tx, column: sa.Column[Any], values: Collection[Id]) -> int:
    return tx.execute(sa.delete(column.table).where(column.in_(values))).rowcount


# --- evidence: the bytes of pages ---


def _old_evidence(tx: Tx, limit: datetime, after: Id | None) -> Sequence[Id]:
    return _next(tx, tables.evidence, after, *_evidence_conditions(limit))


def _evidence_conditions(limit: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    table, seen, case = tables.evidence, tables.observations.alias("seen"), tables.cases
    in_case = sa.exists().where(
        seen.c.id == table.c.observation, case.c.account == seen.c.account, case.c.closed_at.is_(None)
    )
    return table.c.at < limit, ~in_case.correlate(table)


def _drop_evidence(tx: Tx, ids: Collection[Id], limit: datetime) -> int:
    table, observation = tables.evidence, tables.observations
    chosen = sa.select(table.c.id, table.c.observation, observation.c.account).join_from(table, observation)
    rows = tx.execute(chosen.where(table.c.id.in_(ids), *_evidence_conditions(limit))).all()
    cited = _cited(tx, {row.account for row in rows})
    return _delete(tx, table.c.id, [row.id for row in rows if row.observation not in cited])


def _cited(tx: Tx, accounts: Collection[str]) -> frozenset[int]:
    """Return the observations that findings as they stand rest on."""
    table = tables.findings
    chosen = sa.select(table.c.content).where(sa.or_(table.c.account.in_(accounts), table.c.account.is_(None)))
    marks = (mark for content in tx.scalars(chosen) for mark in content.get("evidence", ()))
    return frozenset(int(mark.partition(":")[2]) for mark in marks if mark.startswith("observation:"))


# --- posts: those that no rule reads any more ---


def _old_posts(tx: Tx, limit: datetime, after: Id | None) -> Sequence[Id]:
    return _next(tx, tables.posts, after, *_post_conditions(limit))


def _post_conditions(limit: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Return what is true of posts that no judgement of a moment since the limit reads (see facts.py)."""
    table, newer, former = tables.posts, tables.posts.alias("newer"), tables.former_posts
    start = limit - REACH
    follows = sa.exists().where(
        newer.c.account == table.c.account,
        newer.c.published_at > table.c.published_at,
        newer.c.published_at < start,
        newer.c.first_seen < limit,
        newer.c.withdrawn_at.is_(None),
    )
    was_other = sa.exists().where(former.c.post == table.c.id, former.c.until >= limit)
    return table.c.published_at < start, table.c.first_seen < limit, follows, ~was_other, _is_settled(table.c.account)


def _drop_posts(tx: Tx, ids: Collection[Id], limit: datetime) -> int:
    table = tables.posts
    chosen = sa.select(table.c.id, table.c.account, table.c.key).where(table.c.id.in_(ids), *_post_conditions(limit))
    rows = tx.execute(chosen).all()
    shown = _shown(tx, {row.account for row in rows})
    gone = [row.id for row in rows if (row.account, row.key) not in shown]
    _delete(tx, tables.former_posts.c.post, gone)
    return _delete(tx, table.c.id, gone)


def _shown(tx: Tx, accounts: Collection[str]) -> frozenset[tuple[str, str]]:
    """Return the posts that sources still show: forgotten, they would be new again at the next look."""
    source, observation = tables.sources, tables.observations
    chosen = sa.select(source.c.account, observation.c.content).join_from(
        source, observation, observation.c.id == source.c.timeline
    )
    return frozenset(
        (row.account, key_of(decode(Post, post)))
        for row in tx.execute(chosen.where(source.c.account.in_(accounts)))
        for post in (row.content or {}).get("posts", ())
    )


# --- observations ---


def _old_observations(tx: Tx, limit: datetime, after: Id | None) -> Sequence[Id]:
    return _next(tx, tables.observations, after, *_observation_conditions(limit))


def _observation_conditions(limit: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Return what is true of observations that nothing refers to and that were followed by another before the limit."""
    table, later, source = tables.observations, tables.observations.alias("later"), tables.sources
    follows = (
        later.c.source == table.c.source,
        later.c.first_seen <= limit,
        later.c.known_at <= limit,
        sa.or_(
            later.c.first_seen > table.c.first_seen,
            sa.and_(later.c.first_seen == table.c.first_seen, later.c.id > table.c.id),
        ),
    )
    return (
        table.c.last_confirmed < limit,
        table.c.known_at < limit,
        sa.or_(
            sa.and_(table.c.reason.is_(None), sa.exists().where(later.c.reason.is_(None), *follows)),
            sa.and_(table.c.reason.is_not(None), sa.exists().where(later.c.reason.is_not(None), *follows)),
        ),
        ~sa.exists().where(tables.posts.c.observation == table.c.id),
        ~sa.exists().where(tables.evidence.c.observation == table.c.id),
        ~sa.exists().where(
            source.c.id == table.c.source, sa.or_(source.c.timeline == table.c.id, source.c.blind == table.c.id)
        ),
        _is_settled(table.c.account),
    )


def _drop_observations(tx: Tx, ids: Collection[Id], limit: datetime) -> int:
    table = tables.observations
    chosen = sa.select(table.c.id, table.c.account).where(table.c.id.in_(ids), *_observation_conditions(limit))
    rows = tx.execute(chosen).all()
    cited = _cited(tx, {row.account for row in rows})
    return _delete(tx, table.c.id, [row.id for row in rows if row.id not in cited])


# --- messages, with every try and with whom they told what ---


def _old_messages(tx: Tx, limit: datetime, after: Id | None) -> Sequence[Id]:
    return _next(tx, tables.messages, after, *_message_conditions(limit))


def _message_conditions(limit: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    table, notice = tables.messages, tables.notices
    needed = sa.exists().where(
        notice.c.message == table.c.id, sa.or_(notice.c.state.in_(WAITING), ~_is_settled(notice.c.account))
    )
    return table.c.finished_at < limit, ~needed


def _drop_messages(tx: Tx, ids: Collection[Id], limit: datetime) -> int:
    table = tables.messages
    gone = tx.scalars(sa.select(table.c.id).where(table.c.id.in_(ids), *_message_conditions(limit))).all()
    _delete(tx, tables.notices.c.message, gone)
    _delete(tx, tables.attempts.c.message, gone)
    _delete(tx, tables.message_acts.c.message, gone)
    return _delete(tx, table.c.id, gone)


def _old_notices(tx: Tx, limit: datetime, after: Id | None) -> Sequence[Id]:
    return _next(tx, tables.notices, after, *_notice_conditions(limit))


def _notice_conditions(limit: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Return what is true of notices that ended without a message."""
    table = tables.notices
    return table.c.at < limit, table.c.message.is_(None), table.c.state.not_in(WAITING), _is_settled(table.c.account)


def _drop_notices(tx: Tx, ids: Collection[Id], limit: datetime) -> int:
    table = tables.notices
    return tx.execute(sa.delete(table).where(table.c.id.in_(ids), *_notice_conditions(limit))).rowcount


# --- people whom units named and no longer name ---


def _old_people(tx: Tx, limit: datetime, after: Id | None) -> Sequence[Id]:
    return people.outdated(tx, limit, int(after or 0), CHUNK)


def _drop_people(tx: Tx, ids: Collection[Id], limit: datetime) -> int:
    return people.let_go(tx, [int(id_) for id_ in ids], limit)


# --- what units asked for, and the office has answered ---


def _old_proposals(tx: Tx, limit: datetime, after: Id | None) -> Sequence[Id]:
    return _next(tx, tables.unit_proposals, after, tables.unit_proposals.c.answered_at < limit)


def _drop_proposals(tx: Tx, ids: Collection[Id], limit: datetime) -> int:
    del limit  # an answer is final
    return _delete(tx, tables.unit_proposals.c.id, ids)


# --- what far sides were told of cases ---


def _old_deliveries(tx: Tx, limit: datetime, after: Id | None) -> Sequence[Id]:
    return _next(tx, tables.hook_deliveries, after, tables.hook_deliveries.c.finished_at < limit)


def _drop_deliveries(tx: Tx, ids: Collection[Id], limit: datetime) -> int:
    table = tables.hook_deliveries
    return tx.execute(sa.delete(table).where(table.c.id.in_(ids), table.c.finished_at < limit)).rowcount


# --- reports ---


def _old_reports(tx: Tx, limit: datetime, after: Id | None) -> Sequence[Id]:
    return _next(tx, tables.reports, after, tables.reports.c.made_at < limit)


def _drop_reports(tx: Tx, ids: Collection[Id], limit: datetime) -> int:
    del limit  # when a report was made never changes
    return _delete(tx, tables.reports.c.id, ids)


PARTS = (
    Part(name="原始页面", keep=lambda keeping: keeping.evidence, find=_old_evidence, drop=_drop_evidence),
    Part(name="消息", keep=lambda keeping: keeping.messages, find=_old_messages, drop=_drop_messages),
    Part(name="没有发出的提醒事项", keep=lambda keeping: keeping.messages, find=_old_notices, drop=_drop_notices),
    Part(name="前任联系人", keep=lambda keeping: keeping.messages, find=_old_people, drop=_drop_people),
    Part(name="单位提出的变更", keep=lambda keeping: keeping.messages, find=_old_proposals, drop=_drop_proposals),
    Part(name="推送记录", keep=lambda keeping: keeping.messages, find=_old_deliveries, drop=_drop_deliveries),
    Part(name="报表", keep=lambda keeping: keeping.reports, find=_old_reports, drop=_drop_reports),
    Part(name="发布记录", keep=lambda keeping: keeping.observations, find=_old_posts, drop=_drop_posts),
    Part(name="核查记录", keep=lambda keeping: keeping.observations, find=_old_observations, drop=_drop_observations),
)
"""Tables whose rows grow old, in the order they go: posts before the observations that first showed them."""
