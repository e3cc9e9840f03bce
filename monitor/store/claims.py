"""Claims as rows: what a claim is judged by, and the ones that wait for the operator."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.core.account import Account
from monitor.core.calendar import ONE_DAY
from monitor.core.claim import TO_SETTLE, Claim, Tally, Verdict
from monitor.core.observation import Covers, Post, Timeline
from monitor.store import tables
from monitor.store.database import Tx
from monitor.store.looks import hand_look
from monitor.store.posts import in_row, known_post
from monitor.store.tables import claims as table
from monitor.store.values import decode, encode

WAITING_FOR = timedelta(days=30)
"""How long a claim waits for the operator at most: after that the next posts tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """The values that the claims of an account are judged by."""

    known: frozenset[str]
    """Keys of its latest posts, and of the claims that wait and whose post a platform described."""
    waiting: frozenset[str]
    """Links of the claims that wait because nobody could read them: once one can be, it counts."""
    newest: Post | None
    registered_at: datetime | None
    """When the link was pasted before, or its post first seen."""


def background(tx: Tx, account: str, key: str) -> Background:
    """Return what a claim about the post with that key is judged by."""
    posts = tables.posts
    visible = sa.and_(posts.c.account == account, posts.c.withdrawn_at.is_(None))
    newest = tx.execute(
        sa.select(posts).where(visible).order_by(posts.c.published_at.desc(), posts.c.id.desc()).limit(1)
    ).one_or_none()
    same = sa.select(posts.c.first_seen).where(posts.c.account == account, posts.c.key == in_row(key))
    seen_at = tx.scalar(same)
    waits = waiting(tx, [account])
    described = frozenset(claim.key for claim in waits if claim.post)
    before = [claim.at for claim in waits if key in {claim.key, claim.link}]
    return Background(
        known=described | ({key} if seen_at is not None else frozenset()),
        waiting=frozenset(claim.link for claim in waits),
        newest=known_post(newest).post if newest else None,
        registered_at=seen_at or min(before, default=None),
    )


def keep(tx: Tx, claim: Claim, account: Account) -> None:
    """Keep a claim; a post that was proved becomes one of the account's, and the account is judged at once."""
    tx.execute(
        sa.insert(table),
        {
            "account": claim.account,
            "link": claim.link,
            "by": claim.by,
            "at": claim.at,
            "verdict": claim.verdict,
            "post": encode(claim.post) if claim.post else None,
            "token": claim.token,
        },
    )
    if claim.verdict is Verdict.PROVED and claim.post:
        seen = Timeline(posts=(claim.post,), covers=Covers.SOME)
        hand_look(tx, account, seen, at=claim.at, known_at=claim.at)


def tally(
    tx: Tx, account: str, token: str | None, under_way: Collection[tuple[str, str | None]], now: datetime
) -> Tally:
    """Return how many links were pasted lately; `under_way` are account and token of those being looked at now."""
    lately = sa.select(sa.func.count()).select_from(table).where(table.c.at > now - ONE_DAY)
    by_token = tx.scalar(lately.where(table.c.token == token)) if token else 0
    return Tally(
        by_token=(by_token or 0) + sum(token is not None and text == token for _, text in under_way),
        for_account=(tx.scalar(lately.where(table.c.account == account)) or 0)
        + sum(text == account for text, _ in under_way),
        in_all=(tx.scalar(lately) or 0) + len(under_way),
        waiting=len(waiting(tx, [account], since=now - WAITING_FOR)),
        under_way=len(under_way),
    )


def waiting(tx: Tx, accounts: Collection[str] | None = None, *, since: datetime | None = None) -> tuple[Claim, ...]:
    """Return the claims that could not be proved and whose posts are not known meanwhile, latest first.

    One whose link was proved later waits no more.
    """
    chosen = sa.select(table).where(table.c.verdict.in_(TO_SETTLE)).order_by(table.c.at.desc(), table.c.id.desc())
    if accounts is not None:
        chosen = chosen.where(table.c.account.in_(accounts))
    if since is not None:
        chosen = chosen.where(table.c.at >= since)
    found = [_claim(row) for row in tx.execute(chosen)]
    posts = tables.posts
    keys = {in_row(name) for claim in found for name in (claim.key, claim.link)}  # registered by hand it may be either
    pairs = sa.select(posts.c.account, posts.c.key).where(posts.c.key.in_(keys))
    there = {(row.account, row.key) for row in tx.execute(pairs)} if keys else set()
    proved = sa.select(table.c.account, table.c.link).where(
        table.c.verdict == Verdict.PROVED, table.c.link.in_({claim.link for claim in found})
    )
    there |= {(row.account, in_row(row.link)) for row in tx.execute(proved)} if found else set()
    return tuple(
        claim for claim in found if not there & {(claim.account, in_row(name)) for name in (claim.key, claim.link)}
    )


def claims_of(tx: Tx, account: str, *, limit: int = 20) -> tuple[Claim, ...]:
    """Return an account's claims, latest first."""
    chosen = sa.select(table).where(table.c.account == account).order_by(table.c.at.desc(), table.c.id.desc())
    return tuple(_claim(row) for row in tx.execute(chosen.limit(limit)))


def _claim(row: sa.Row[tuple[object, ...]]) -> Claim:
    return Claim(
        account=row.account,
        link=row.link,
        by=row.by,
        at=row.at,
        verdict=row.verdict,
        post=decode(Post, row.post) if row.post else None,
        token=row.token,
    )
