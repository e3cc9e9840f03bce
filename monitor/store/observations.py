"""Observations as rows: what a source showed, from when until when."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa

from monitor.core.download import Download
from monitor.core.observation import Observation, Post, Profile, Seen, Timeline
from monitor.store.tables import observations as table
from monitor.store.values import decode, encode

Row = sa.Row[Any]


def seen_columns() -> tuple[sa.Column[Any], ...]:
    """Return the columns that `observation_of` needs."""
    return tuple(
        table.c[name]
        for name in (
            "id",
            "account",
            "source",
            "collector",
            "reason",
            "covers",
            "content",
            "first_seen",
            "last_confirmed",
            "read_at",
        )
    )


def observation_of(row: Row, moment: datetime | None = None, *, with_posts: bool = True) -> Observation:
    """Return the row as a value; with a moment, as it stood then: not confirmed any later."""
    return Observation(
        id=row.id,
        source=row.source,
        collector=row.collector,
        seen=row.reason if row.reason is not None else seen_of(row, with_posts=with_posts),
        first_seen=row.first_seen,
        last_confirmed=row.last_confirmed if moment is None else min(row.last_confirmed, moment),
        read_at=row.read_at,
    )


def seen_of(row: sa.Row[*tuple[Any, ...]], *, with_posts: bool = True) -> Seen:
    """Return what was seen from `covers` and `content`: only of posts can it be said that a list covers them."""
    if row.covers is None:
        return decode(Download, row.content)
    return decode(Timeline, row.content if with_posts else {**row.content, "posts": ()})


def digest(seen: Seen) -> str:
    """Return what two sights have in common if and only if they show the same."""
    if isinstance(seen, Download):
        return _digest(json.dumps(encode(seen), sort_keys=True))
    return _timeline_digest(seen)


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _timeline_digest(timeline: Timeline) -> str:
    """Return a digest of what rules and people read.

    Numbers of followers and posts move all the time and are nothing a rule reads: they do not count.
    """
    profile = timeline.profile or Profile()
    parts = [timeline.covers.value, timeline.standing.value, profile.name or "", profile.id or ""]
    parts += [profile.entity] if profile.entity else []
    parts += [timeline.whole_until.isoformat()] if timeline.whole_until else []
    for post in timeline.posts:
        pinned = "pinned" if post.is_pinned else ""
        parts += (str(post.published_at.timestamp()), post.precision.value, post.title, post.url or "", pinned)
        parts += ["guessed"] if post.is_year_guessed else []
    return _digest("\0".join(parts))


def writable(seen: Seen) -> Seen:
    """Return what was seen without characters that no database takes: what a platform wrote is hostile."""
    if isinstance(seen, Download):
        return replace(seen, package=_writable_or_none(seen.package), version=_writable_or_none(seen.version))
    return writable_timeline(seen)


def writable_timeline(timeline: Timeline) -> Timeline:
    """Return the timeline, written as the database takes it."""
    texts = [text for post in timeline.posts for text in (post.title, post.url or "")]
    profile = timeline.profile
    texts += [profile.name or "", profile.id or "", profile.entity or ""] if profile else []
    if all(writable_text(text) == text for text in texts):
        return timeline
    return replace(
        timeline,
        posts=tuple(_writable_post(post) for post in timeline.posts),
        profile=replace(
            profile,
            name=_writable_or_none(profile.name),
            id=_writable_or_none(profile.id),
            entity=_writable_or_none(profile.entity),
        )
        if profile
        else None,
    )


def writable_text(text: str) -> str:
    """Return the text without NUL (PostgreSQL refuses it) and with `?` for half surrogates (no UTF-8 has them)."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def _writable_post(post: Post) -> Post:
    return replace(post, title=writable_text(post.title), url=_writable_or_none(post.url))


def _writable_or_none(text: str | None) -> str | None:
    return None if text is None else writable_text(text)
