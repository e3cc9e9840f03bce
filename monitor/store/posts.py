"""Posts as rows, and what further observations teach about them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa

from monitor.core.calendar import beijing
from monitor.core.observation import (
    LONGEST_GUESS,
    NEW_ROW,
    Covers,
    KnownPost,
    Observation,
    Post,
    Precision,
    Timeline,
    merge,
)
from monitor.store import tables
from monitor.store.columns import IDS, bound, run
from monitor.store.database import Tx
from monitor.store.driver import execute_many, fetch, from_driver, marks, to_driver
from monitor.store.tables import posts as table

LONGEST_KEY = 300
"""Characters; longer keys are hashed, for an index has no more room."""


Raw = Sequence[Any]
"""A row of posts as the driver knows it, in the order of _COLUMNS."""

_COLUMNS = (
    "account",
    "key",
    "published_at",
    "precision",
    "title",
    "url",
    "is_pinned",
    "source",
    "observation",
    "first_seen",
    "linked_at",
    "missing_since",
    "withdrawn_at",
    "is_year_guessed",
    "counts_from",
)
AT = {name: number for number, name in enumerate(_COLUMNS)}
"""Where a column stands in such a row."""
RAW = ", ".join(_COLUMNS)
"""The columns of such a row, in SQL."""
_PRECISIONS = {precision.value: precision for precision in Precision}
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Before every post."""
PAIRS_AT_ONCE = 5000
"""More than this many (account, key) are asked for in several statements."""

_INSERT = (
    f"INSERT INTO posts ({', '.join(_COLUMNS)}) VALUES ({marks(len(_COLUMNS))}) "  # noqa: S608 - names and marks only
    "ON CONFLICT (account, key) DO NOTHING"
)
_SELECT = f"SELECT {', '.join(f'posts.{name}' for name in _COLUMNS)} FROM (VALUES {{}}) AS wanted "  # noqa: S608 - as above
_RECENT = _SELECT + "JOIN posts ON posts.account = wanted.column1 AND posts.published_at >= wanted.column2"
_BY_KEY = _SELECT + "JOIN posts ON posts.account = wanted.column1 AND posts.key = wanted.column2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """An observation of a timeline about to be merged into what is known of its account's posts, read at `at`."""

    account: str
    observation: Observation
    timeline: Timeline
    at: datetime
    before: datetime | None = None
    """When its source last showed something; None before the first time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostCount:
    """How many posts of an account were ever seen, and the newest visible one's time."""

    count: int = 0
    newest: datetime | None = None


@dataclass(slots=True)
class _Sheet:
    """One account's posts while sightings are merged into them."""

    rows: dict[str, Raw]
    """Rows that a sighting may touch, by key as written; they become values only where they are needed."""
    known: dict[str, KnownPost] = field(default_factory=dict)
    added: dict[str, KnownPost] = field(default_factory=dict)
    changed: dict[str, KnownPost] = field(default_factory=dict)
    corrected: list[tuple[KnownPost, datetime]] = field(default_factory=list)
    """The posts as they were held to be until that moment."""


def known_post(row: sa.Row[Any]) -> KnownPost:
    """Return a row of posts as a value."""
    return KnownPost(
        post=Post(
            published_at=row.published_at,
            precision=row.precision,
            title=row.title,
            url=row.url,
            is_pinned=row.is_pinned,
            is_year_guessed=row.is_year_guessed,
        ),
        source=row.source,
        observation=row.observation,
        first_seen=row.first_seen,
        linked_at=row.linked_at,
        missing_since=row.missing_since,
        withdrawn_at=row.withdrawn_at,
        counts_from=row.counts_from,
    )


def is_evidence(posts: sa.FromClause) -> sa.ColumnElement[bool]:
    """Return the condition of the posts that show when their account was updated (`KnownPost.is_evidence`)."""
    return sa.or_(posts.c.is_year_guessed.is_(False), posts.c.published_at >= posts.c.counts_from)


def raw_columns(table: sa.FromClause) -> list[sa.Label[Any]]:
    """Return the columns that `from_raw` takes, as the driver gives them."""
    return [sa.type_coerce(table.c[name], sa.types.NULLTYPE).label(name) for name in _COLUMNS]


def learn(
    tx: Tx, sightings: Sequence[Sighting], before: Mapping[str, PostCount]
) -> tuple[dict[str, PostCount], list[int]]:
    """Merge sightings in their order; return the accounts whose posts changed, and how many each sighting added."""
    sheets = _open(tx, sightings, before)
    additions = [_merge(tx, sheets[sighting.account], sighting) for sighting in sightings]
    moment = to_driver(tx)
    execute_many(
        tx, _INSERT, [_raw(id_, post, moment) for id_, sheet in sheets.items() for post in sheet.added.values()]
    )
    _keep_former(tx, {id_: sheet.corrected for id_, sheet in sheets.items() if sheet.corrected})
    run(tx, _update(), [_changes(id_, post) for id_, sheet in sheets.items() for post in sheet.changed.values()])
    after = {
        account: PostCount(
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
    rows = tx.execute(_FORMER, {"ids": list(account_ids), "known_at": known_at})
    return {row.post: row for row in rows}  # of several, the first that came after the moment is the last here


_FORMER = (
    sa.select(tables.former_posts, table.c.source, table.c.observation, table.c.first_seen)
    .join_from(tables.former_posts, table)
    .where(
        tables.former_posts.c.account.in_(IDS),
        tables.former_posts.c.until > bound(tables.former_posts.c.until, "known_at"),
    )
    .order_by(tables.former_posts.c.until.desc(), tables.former_posts.c.id.desc())
)


def _keep_former(tx: Tx, corrected: Mapping[str, Sequence[tuple[KnownPost, datetime]]]) -> None:
    """Keep what was held to be so before it is written over."""
    former = tables.former_posts
    for account, befores in corrected.items():
        keys = {key_of(known.post) for known, _ in befores}
        chosen = sa.select(table.c.key, table.c.id).where(table.c.account == account, table.c.key.in_(keys))
        ids = {row.key: row.id for row in tx.execute(chosen)}
        rows = [_row(account, known) | {"post": ids[key_of(known.post)], "until": until} for known, until in befores]
        names = [column.name for column in former.c if column.name != "id"]
        run(tx, sa.insert(former), [{name: row[name] for name in names} for row in rows])


def _open(tx: Tx, sightings: Sequence[Sighting], before: Mapping[str, PostCount]) -> dict[str, _Sheet]:
    """Return a sheet for each account, with every row that merging these sightings may touch."""
    sheets = {sighting.account: _Sheet(rows={}) for sighting in sightings}
    known = [(sighting.account, sighting.timeline) for sighting in sightings if before[sighting.account].count]
    moment = to_driver(tx)
    reaches = {(account, moment(timeline.reach or _EVER)) for account, timeline in known if _can_miss(timeline)}
    _fill(tx, sheets, _RECENT, [value for pair in reaches for value in pair], len(reaches))
    keys = {(account, key_of(post)) for account, timeline in known for post in timeline.posts}
    rest = [pair for pair in keys if pair[1] not in sheets[pair[0]].rows]
    for start in range(0, len(rest), PAIRS_AT_ONCE):
        part = rest[start : start + PAIRS_AT_ONCE]
        _fill(tx, sheets, _BY_KEY, [value for pair in part for value in pair], len(part))
    return sheets


def _fill(tx: Tx, sheets: dict[str, _Sheet], sql: str, parameters: Sequence[object], pairs: int) -> None:
    if pairs:
        for row in fetch(tx, sql.format(", ".join(["(?, ?)"] * pairs)), parameters):
            sheets[row[AT["account"]]].rows[row[AT["key"]]] = row


def _can_miss(timeline: Timeline) -> bool:
    """True if a known post that is not in the list is missing from it."""
    return timeline.covers is Covers.ALL and timeline.standing.is_present


def _merge(tx: Tx, sheet: _Sheet, sighting: Sighting) -> int:
    """Merge one sighting, of which only the posts are looked at that may change anything."""
    merged = merge(sheet.known, _essence(tx, sheet, sighting), sighting.at)
    merged = replace(merged, added=_counted(tx, sheet, sighting, merged.added))
    for known in merged.added:
        sheet.added[known.post.key] = known
    for known in merged.changed:
        before = sheet.known[known.post.key]
        if before.post != known.post or (before.missing_since is not None and known.missing_since is None):
            sheet.corrected.append((before, sighting.at))
        (sheet.added if known.post.key in sheet.added else sheet.changed)[known.post.key] = known
    sheet.known |= {known.post.key: known for known in (*merged.added, *merged.changed)}
    return len(merged.added)


def _counted(tx: Tx, sheet: _Sheet, sighting: Sighting, added: tuple[KnownPost, ...]) -> tuple[KnownPost, ...]:
    """Return posts just seen first, those with guessed years marked to count where their row is new.

    A row is new where the source was looked at not long before, and the list shows a row behind it that was known
    then: what comes up at a list's old end, or with all addresses changed, was there before. One that had been known
    by its title and day, under another address, is none either.
    """
    guessed = [known for known in added if known.post.is_year_guessed]
    timeline, before = sighting.timeline, sighting.before
    if not guessed or before is None or sighting.at - before > LONGEST_GUESS:
        return added
    place = {post.key: place for post, place in zip(timeline.posts, timeline.places, strict=True)}
    known = [place[post.key] for post in timeline.posts if _was_known(tx, sheet, post, before)]
    titles = _days_by_title(tx, sighting.account, {known.post.title for known in guessed})
    last = max(known, default=-1)
    return tuple(
        replace(known, counts_from=before - NEW_ROW)
        if known.post.is_year_guessed
        and place[known.post.key] < last
        and (known.post.title, _day(known.post.published_at)) not in titles
        else known
        for known in added
    )


def _was_known(tx: Tx, sheet: _Sheet, post: Post, moment: datetime) -> bool:
    row = sheet.rows.get(key_of(post))
    if row is not None:
        seen = from_driver(tx)(row[AT["first_seen"]])
        return seen is not None and seen <= moment
    known = sheet.known.get(post.key)
    return known is not None and known.first_seen <= moment


def _days_by_title(tx: Tx, account: str, titles: Collection[str]) -> frozenset[tuple[str, tuple[int, int]]]:
    """Return title and day of the posts that are known by one of these titles."""
    chosen = sa.select(table.c.title, table.c.published_at).where(table.c.account == account, table.c.title.in_(titles))
    return frozenset((row.title, _day(row.published_at)) for row in tx.execute(chosen))


def _day(moment: datetime) -> tuple[int, int]:
    local = beijing(moment)
    return local.month, local.day


def _essence(tx: Tx, sheet: _Sheet, sighting: Sighting) -> Observation:
    """Return the observation without the posts that are known and settled, and make the others' rows values.

    The oldest post stays: it says how far back the list reaches.
    """
    timeline, covers_all = sighting.timeline, _can_miss(sighting.timeline)
    reach, shown, kept = timeline.reach, set(), []
    for post in timeline.posts:
        key = key_of(post)
        shown.add(key)
        row = sheet.rows.get(key)
        if row is None or post.key in sheet.known:
            kept.append(post)
        elif not _is_settled(row, is_linking=covers_all) or (post.published_at == reach and not post.is_pinned):
            sheet.known[post.key] = from_raw(row, from_driver(tx))
            kept.append(post)
    if covers_all and sighting.observation.is_polled:
        least = to_driver(tx)(reach or _EVER)
        for key, row in sheet.rows.items():
            is_ours = row[AT["source"]] == sighting.observation.source and row[AT["published_at"]] > least
            if is_ours and key not in shown and row[AT["withdrawn_at"]] is None:
                missed = from_raw(row, from_driver(tx))
                sheet.known.setdefault(missed.post.key, missed)
    return replace(sighting.observation, seen=replace(timeline, posts=tuple(kept)))


def _is_settled(row: Raw, *, is_linking: bool) -> bool:
    """True if seeing the post again teaches nothing: it is linked, not missing, and its time is exact."""
    is_sharp = row[AT["precision"]] in {Precision.SECOND.value, Precision.MINUTE.value}
    is_exact = is_sharp and not row[AT["is_year_guessed"]]
    is_linked = not is_linking or row[AT["linked_at"]] is not None
    return is_exact and is_linked and row[AT["missing_since"]] is None and row[AT["withdrawn_at"]] is None


def _newest(tx: Tx, account: str, sheet: _Sheet, before: PostCount) -> datetime | None:
    """Return the newest visible post's time; looked up again where a post changed, for it may be the newest."""
    if sheet.changed:
        visible = sa.select(table.c.published_at).where(
            table.c.account == account, table.c.withdrawn_at.is_(None), is_evidence(table)
        )
        return tx.scalar(visible.order_by(table.c.published_at.desc()).limit(1))
    added = [known.post.published_at for known in sheet.added.values() if known.is_evidence]
    return max([*added, before.newest] if before.newest else added, default=None)


def key_of(post: Post) -> str:
    """Return the key of a post as its row has it."""
    return in_row(post.key)


def in_row(key: str) -> str:
    """Return a key as a row has it."""
    return key if len(key) <= LONGEST_KEY else f"blake2b:{blake2b(key.encode(), digest_size=20).hexdigest()}"


def from_raw(row: Raw, moment: Callable[[Any], datetime | None]) -> KnownPost:
    """Return a raw row of posts as a value."""
    _, _, published_at, precision, title, url, is_pinned, source, observation, first_seen, *learnt = row
    *known, is_year_guessed, counts_from = learnt
    linked_at, missing_since, withdrawn_at = map(moment, known)
    return KnownPost(
        post=Post(
            published_at=moment(published_at) or _EVER,
            precision=_PRECISIONS[precision],
            title=title,
            url=url,
            is_pinned=bool(is_pinned),
            is_year_guessed=bool(is_year_guessed),
        ),
        source=source,
        observation=observation,
        first_seen=moment(first_seen) or _EVER,
        linked_at=linked_at,
        missing_since=missing_since,
        withdrawn_at=withdrawn_at,
        counts_from=moment(counts_from),
    )


def _raw(account: str, known: KnownPost, moment: Callable[[datetime | None], object]) -> tuple[object, ...]:
    post = known.post
    return (
        account,
        key_of(post),
        moment(post.published_at),
        post.precision.value,
        post.title,
        post.url,
        post.is_pinned,
        known.source,
        known.observation,
        moment(known.first_seen),
        moment(known.linked_at),
        moment(known.missing_since),
        moment(known.withdrawn_at),
        post.is_year_guessed,
        moment(known.counts_from),
    )


def _row(account: str, known: KnownPost) -> dict[str, object]:
    post = known.post
    return {
        "account": account,
        "key": key_of(post),
        "published_at": post.published_at,
        "precision": post.precision,
        "title": post.title,
        "url": post.url,
        "is_pinned": post.is_pinned,
        "linked_at": known.linked_at,
        "missing_since": known.missing_since,
        "withdrawn_at": known.withdrawn_at,
        "is_year_guessed": post.is_year_guessed,
        "counts_from": known.counts_from,
    }


_CHANGING = (
    "published_at",
    "precision",
    "title",
    "url",
    "is_pinned",
    "linked_at",
    "missing_since",
    "withdrawn_at",
    "is_year_guessed",
)


@cache
def _update() -> sa.Update:
    return (
        sa.update(table)
        .where(table.c.account == bound(table.c.account, "b_account"), table.c.key == bound(table.c.key, "b_key"))
        .values({name: bound(table.c[name], f"b_{name}") for name in _CHANGING})
    )


def _changes(account: str, known: KnownPost) -> dict[str, object]:
    row = _row(account, known)
    return {f"b_{name}": row[name] for name in ("account", "key", *_CHANGING)}
