"""Posts as rows, and what further observations teach about them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa

from monitor.core.observation import Covers, KnownPost, Observation, Post, Timeline, merge
from monitor.store import tables
from monitor.store.columns import bound, insert_or, run
from monitor.store.database import Tx
from monitor.store.tables import posts as table

LONGEST_KEY = 300
"""Characters; longer keys are hashed, for an index has room for so much only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """An observation about to be merged into what is known of its account's posts, read at `at`."""

    account: str
    observation: Observation
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Posts:
    """How many posts of an account were ever seen, and the newest visible one's time."""

    count: int = 0
    newest: datetime | None = None


@dataclass(slots=True)
class _Sheet:
    """One account's posts while sightings are merged into them."""

    known: dict[str, KnownPost]
    added: dict[str, KnownPost]
    changed: dict[str, KnownPost]
    corrected: list[tuple[KnownPost, datetime]]
    """What was held to be so until that moment."""


def known_post(row: sa.Row[Any]) -> KnownPost:
    """Return a row of posts as a value."""
    return KnownPost(
        post=Post(
            published_at=row.published_at,
            precision=row.precision,
            title=row.title,
            url=row.url,
            is_pinned=row.is_pinned,
        ),
        source=row.source,
        observation=row.observation,
        first_seen=row.first_seen,
        linked_at=row.linked_at,
        missing_since=row.missing_since,
        withdrawn_at=row.withdrawn_at,
    )


def learn(tx: Tx, sightings: Sequence[Sighting], before: Mapping[str, Posts]) -> tuple[dict[str, Posts], list[int]]:
    """Merge sightings in their order; return the accounts whose posts changed, and how many each sighting added."""
    sheets = {account: _open(tx, account, of_it, before[account]) for account, of_it in _by_account(sightings).items()}
    additions = [_merge(sheets[one.account], one) for one in sightings]
    run(
        tx,
        insert_or(tx, table, ["account", "key"]),
        [_row(id_, post) for id_, sheet in sheets.items() for post in sheet.added.values()],
    )
    _keep_former(tx, {id_: sheet.corrected for id_, sheet in sheets.items() if sheet.corrected})
    run(tx, _update(), [_changes(id_, post) for id_, sheet in sheets.items() for post in sheet.changed.values()])
    after = {
        account: Posts(
            count=before[account].count + len(sheet.added), newest=_newest(tx, account, sheet, before[account])
        )
        for account, sheet in sheets.items()
        if sheet.added or sheet.changed
    }
    return after, additions


def missing_sources(tx: Tx, account_ids: Iterable[str]) -> frozenset[str]:
    """Return the sources that missed a post of these accounts once: their next list decides."""
    chosen = (
        sa.select(table.c.source)
        .where(table.c.account.in_(account_ids), table.c.missing_since.is_not(None), table.c.withdrawn_at.is_(None))
        .distinct()
    )
    return frozenset(tx.scalars(chosen))


def former_posts(tx: Tx, account_ids: Collection[str], known_at: datetime) -> dict[int, sa.Row[Any]]:
    """Return what the rows of posts said at a moment where they say otherwise now, by the post's id."""
    former = tables.former_posts
    chosen = sa.select(former, table.c.source, table.c.observation, table.c.first_seen).join_from(former, table)
    chosen = chosen.where(former.c.account.in_(account_ids), former.c.until > known_at)
    rows = tx.execute(chosen.order_by(former.c.until.desc(), former.c.id.desc()))
    return {row.post: row for row in rows}  # of several, the first that came after the moment is the last here


def _keep_former(tx: Tx, corrected: Mapping[str, Sequence[tuple[KnownPost, datetime]]]) -> None:
    """Keep what was held to be so before it is written over."""
    former = tables.former_posts
    for account, befores in corrected.items():
        keys = {_key(known.post) for known, _ in befores}
        chosen = sa.select(table.c.key, table.c.id).where(table.c.account == account, table.c.key.in_(keys))
        ids = {row.key: row.id for row in tx.execute(chosen)}
        rows = [_row(account, known) | {"post": ids[_key(known.post)], "until": until} for known, until in befores]
        names = [column.name for column in former.c if column.name != "id"]
        run(tx, sa.insert(former), [{name: row[name] for name in names} for row in rows])


def _by_account(sightings: Sequence[Sighting]) -> dict[str, list[Timeline]]:
    grouped: dict[str, list[Timeline]] = {}
    for one in sightings:
        if isinstance(one.observation.seen, Timeline):
            grouped.setdefault(one.account, []).append(one.observation.seen)
    return grouped


def _open(tx: Tx, account: str, timelines: Sequence[Timeline], before: Posts) -> _Sheet:
    """Return the sheet with every known post that merging these timelines may touch."""
    known: dict[str, KnownPost] = {}
    if before.count:
        touched = sa.or_(*(_touched(timeline) for timeline in timelines))
        known = {
            one.post.key: one
            for one in map(known_post, tx.execute(sa.select(table).where(table.c.account == account, touched)))
        }
    return _Sheet(known=known, added={}, changed={}, corrected=[])


def _touched(timeline: Timeline) -> sa.ColumnElement[bool]:
    """Return the condition of posts that the timeline shows, or ought to show if they still exist."""
    shown = table.c.key.in_([_key(post) for post in timeline.posts])
    if timeline.covers is not Covers.ALL or not timeline.standing.is_present:
        return shown
    oldest = min((post.published_at for post in timeline.posts if not post.is_pinned), default=None)
    return sa.true() if oldest is None else sa.or_(shown, table.c.published_at > oldest)


def _merge(sheet: _Sheet, sighting: Sighting) -> int:
    merged = merge(sheet.known, sighting.observation, sighting.at)
    for one in merged.added:
        sheet.added[one.post.key] = one
    for one in merged.changed:
        before = sheet.known[one.post.key]
        if before.post != one.post or (before.missing_since is not None and one.missing_since is None):
            sheet.corrected.append((before, sighting.at))
        (sheet.added if one.post.key in sheet.added else sheet.changed)[one.post.key] = one
    sheet.known |= {one.post.key: one for one in (*merged.added, *merged.changed)}
    return len(merged.added)


def _newest(tx: Tx, account: str, sheet: _Sheet, before: Posts) -> datetime | None:
    """Return the newest visible post's time; looked up again where a post changed, for it may be the newest."""
    if sheet.changed:
        visible = sa.select(table.c.published_at).where(table.c.account == account, table.c.withdrawn_at.is_(None))
        return tx.scalar(visible.order_by(table.c.published_at.desc()).limit(1))
    added = [one.post.published_at for one in sheet.added.values()]
    return max([*added, before.newest] if before.newest else added, default=None)


def _key(post: Post) -> str:
    if len(post.key) <= LONGEST_KEY:
        return post.key
    return f"blake2b:{blake2b(post.key.encode(), digest_size=20).hexdigest()}"


def _row(account: str, known: KnownPost) -> dict[str, object]:
    post = known.post
    return {
        "account": account,
        "key": _key(post),
        "published_at": post.published_at,
        "precision": post.precision,
        "title": post.title,
        "url": post.url,
        "is_pinned": post.is_pinned,
        "source": known.source,
        "observation": known.observation,
        "first_seen": known.first_seen,
        "linked_at": known.linked_at,
        "missing_since": known.missing_since,
        "withdrawn_at": known.withdrawn_at,
    }


_CHANGING = ("published_at", "precision", "title", "url", "is_pinned", "linked_at", "missing_since", "withdrawn_at")


def _update() -> sa.Update:
    return (
        sa.update(table)
        .where(table.c.account == bound(table.c.account, "b_account"), table.c.key == bound(table.c.key, "b_key"))
        .values({name: bound(table.c[name], f"b_{name}") for name in _CHANGING})
    )


def _changes(account: str, known: KnownPost) -> dict[str, object]:
    row = _row(account, known)
    return {f"b_{name}": row[name] for name in ("account", "key", *_CHANGING)}
