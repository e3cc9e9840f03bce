"""What is known of accounts at a moment: everything the rules judge, now or as it was then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitor.core.account import Account
from monitor.core.calendar import beijing_date
from monitor.core.finding import Known
from monitor.core.observation import MANUAL, Covers, KnownPost, Observation, Standing
from monitor.core.outage import Outage
from monitor.store import outages, tables
from monitor.store.database import Tx
from monitor.store.decisions import decisions_of, probes_of
from monitor.store.driver import from_driver
from monitor.store.observations import observation_of, seen_columns
from monitor.store.posts import former_posts, from_raw, known_post, raw_columns
from monitor.store.records import lives
from monitor.store.roster import versions_in_force
from monitor.store.values import decode

REACH = timedelta(days=180)
"""How far back every post is given: twice the longest window of a rule.

Of older posts, only the newest is given, which tells where a gap began."""


@dataclass(frozen=True, slots=True)
class _Moment:
    """Two times: the one that is judged, and the one up to which we had learnt."""

    at: datetime
    known_at: datetime


def known(
    tx: Tx, account_ids: Collection[str], *, now: datetime, known_at: datetime | None = None, reach: timedelta = REACH
) -> tuple[Known, ...]:
    """Return what was the case with these accounts at `now`, as known by `known_at` (default `now`), by account id.

    An account that was not on the roster then is left out: compare the ids. For the judgement
    pass, call it in the write transaction that saves the findings.
    """
    moment = _Moment(now, now if known_at is None else known_at)
    rows = tx.execute(versions_in_force(now, moment.known_at, account_ids))
    in_force = {row.account: decode(Account, row.content) for row in rows}
    ids = list(in_force)
    posts = _posts(tx, ids, moment, reach)
    polled = _polled(tx, ids, moment)
    doubts = _doubts(tx, in_force, polled, moment)
    observations = _observations(tx, [id_ for id_ in ids if id_ not in doubts], moment)
    observations |= _before_doubt(tx, doubts, moment)
    until = min(moment.at, moment.known_at)
    probes, ruled = probes_of(tx, ids, until), decisions_of(tx, ids, moment.at, moment.known_at)
    recorded = lives(tx, ids, beijing_date(now), moment.known_at)
    found = [
        Known(
            account=account,
            posts=tuple(_trusted(posts[id_], id_, doubts.get(id_))),
            observations=tuple(observations[id_]),
            is_polled=id_ in polled,
            probes=tuple(one for one in probes[id_] if id_ not in doubts or one.at <= doubts[id_].trusted_until),
            decisions=tuple(ruled[id_]),
            doubt=doubts.get(id_),
            records=recorded[id_],
        )
        for id_, account in in_force.items()
    ]
    unseen = _unseen_since(tx, [one.account.id for one in found if one.is_polled and not one.covering(now)], moment)
    return tuple(
        replace(one, unseen_since=unseen[one.account.id]) if one.account.id in unseen else one for one in found
    )


def _unseen_since(tx: Tx, ids: Collection[str], moment: _Moment) -> dict[str, datetime]:
    """Return when looks last showed these polled accounts whole, else when the first look was made."""
    table = tables.observations
    present = [standing for standing in Standing if standing.is_present]
    whole = sa.and_(table.c.reason.is_(None), table.c.covers == Covers.ALL, table.c.standing.in_(present))
    since: dict[str, datetime] = {}
    for row in tx.execute(_newest(whole, ids, moment)) if ids else ():
        shown = min(row.last_confirmed, moment.at)
        since[row.account] = max(since.get(row.account, shown), shown)
    never = [id_ for id_ in ids if id_ not in since]
    if never:
        began = sa.select(table.c.account, sa.func.min(table.c.first_seen)).where(table.c.account.in_(never))
        since |= dict(tx.execute(began.where(table.c.collector != MANUAL).group_by(table.c.account)).all())
    return since


def _doubts(tx: Tx, accounts: Mapping[str, Account], polled: Collection[str], moment: _Moment) -> dict[str, Outage]:
    """Return for each account the outage that kept us from seeing it then, the one of least trust."""
    going_on = outages.doubts(tx, moment.known_at)
    offline = going_on.pop(None, None)
    found: dict[str, Outage] = {}
    for id_, account in accounts.items() if going_on or offline else ():
        ours = [offline, going_on.get(account.platform) if id_ in polled else None]
        doubt = min((one for one in ours if one), key=lambda one: one.trusted_until, default=None)
        if doubt is not None and doubt.trusted_until <= moment.at:
            found[id_] = doubt
    return found


def _before_doubt(tx: Tx, doubts: Mapping[str, Outage], moment: _Moment) -> dict[str, list[Observation]]:
    """Return what the sources of doubted accounts last showed that can be trusted; looks by hand always can."""
    found: defaultdict[str, list[Observation]] = defaultdict(list)
    for until in {doubt.trusted_until for doubt in doubts.values()}:
        ids = [id_ for id_, doubt in doubts.items() if doubt.trusted_until == until]
        for then in (_Moment(until, min(until, moment.known_at)), moment):
            by_hand = then is moment
            for id_, seen in _observations(tx, ids, then).items():
                found[id_] += (one for one in seen if one.is_polled is not by_hand)
    return found


def _trusted(posts: Iterable[KnownPost], account: str, doubt: Outage | None) -> Iterator[KnownPost]:
    """Yield what may be believed of the posts: what polled sources taught since the doubt began is left out."""
    by_hand = f"{account}/{MANUAL}="
    for post in posts:
        believed = post if doubt is None or post.source.startswith(by_hand) else post.as_of(doubt.trusted_until)
        if believed is not None:
            yield believed


def _posts(tx: Tx, ids: Collection[str], moment: _Moment, reach: timedelta) -> defaultdict[str, list[KnownPost]]:
    table, account = tables.posts, tables.accounts
    start = moment.at - reach
    columns = [table.c.id, *raw_columns(table)]
    recent = sa.select(*columns).where(table.c.account.in_(ids), table.c.published_at >= start, _learnt(table, moment))
    older = table.alias("older")
    before = (
        sa.select(older.c.id)
        .where(older.c.account == account.c.id, older.c.published_at < start, _learnt(older, moment))
        .order_by(older.c.published_at.desc())
        .limit(1)
    )
    visible = before.where(sa.or_(older.c.withdrawn_at.is_(None), older.c.withdrawn_at > moment.known_at))
    ends = (
        sa.select(*columns)
        .join_from(account, table, table.c.id.in_([before.scalar_subquery(), visible.scalar_subquery()]))
        .where(account.c.id.in_(ids))
    )
    found: defaultdict[str, list[KnownPost]] = defaultdict(list)
    former = former_posts(tx, ids, moment.known_at)
    when = from_driver(tx)
    for id_, *row in (*tx.execute(ends), *tx.execute(recent)):
        then = known_post(former[id_]) if id_ in former else from_raw(row, when)
        post = _as_of(then, moment)
        if post is not None:
            found[row[0]].append(post)
    for of_one in found.values():
        of_one.sort(key=lambda known: known.post.published_at)
    return found


def _learnt(table: sa.FromClause, moment: _Moment) -> sa.ColumnElement[bool]:
    """Return the condition of posts that we had seen, and that had appeared, by then.

    A platform's clock may run ahead of ours: judged at the moment of knowing, such a post counts.
    """
    seen = table.c.first_seen <= moment.known_at
    return seen if moment.known_at <= moment.at else sa.and_(seen, table.c.published_at <= moment.at)


def _as_of(post: KnownPost, moment: _Moment) -> KnownPost | None:
    """Return what we had learnt of the post; one that was only missed after the judged moment was there then."""
    learnt = (post.linked_at, post.missing_since, post.withdrawn_at)
    if all(one is None or one <= moment.known_at for one in learnt) and moment.known_at <= moment.at:
        return post
    then = post.as_of(moment.known_at)
    if then is not None and then.missing_since is not None and then.missing_since > moment.at:
        return replace(then, missing_since=None, withdrawn_at=None)
    return then


def _observations(tx: Tx, ids: Collection[str], moment: _Moment) -> defaultdict[str, list[Observation]]:
    """Return for each source its newest timeline, and its newest reason if that is newer still."""
    table = tables.observations
    found: defaultdict[str, list[Observation]] = defaultdict(list)
    seen: dict[str, Observation] = {}
    for row in tx.execute(_newest(table.c.reason.is_(None), ids, moment)):
        seen[row.source] = observation_of(row, moment.at)
        found[row.account].append(seen[row.source])
    for row in tx.execute(_newest(table.c.reason.is_not(None), ids, moment)):
        blind = observation_of(row, moment.at)
        if row.source not in seen or blind.last_confirmed > seen[row.source].last_confirmed:
            found[row.account].append(blind)
    return found


def _newest(kind: sa.ColumnElement[bool], ids: Collection[str], moment: _Moment) -> sa.Select[Any]:
    table, source = tables.observations, tables.sources
    newest = (
        sa.select(table.c.id)
        .where(
            table.c.source == source.c.id, kind, table.c.first_seen <= moment.at, table.c.known_at <= moment.known_at
        )
        .order_by(table.c.first_seen.desc(), table.c.id.desc())
        .limit(1)
        .correlate(source)
        .scalar_subquery()
    )
    outer = table.alias("outer_observations")
    chosen = sa.select(*(outer.c[column.name] for column in seen_columns()))
    return (
        chosen.join_from(source, outer, outer.c.id == newest)
        .where(_looked_at(ids, moment))
        .order_by(source.c.account, source.c.rank, source.c.id)
    )


def _polled(tx: Tx, ids: Collection[str], moment: _Moment) -> frozenset[str]:
    table = tables.sources
    is_whole = sa.and_(table.c.collector != MANUAL, table.c.is_partial.is_(False))
    chosen = sa.select(table.c.account).where(_looked_at(ids, moment), is_whole).distinct()
    return frozenset(tx.scalars(chosen))


def _looked_at(ids: Iterable[str], moment: _Moment) -> sa.ColumnElement[bool]:
    """Return the condition of the accounts' sources that had not yet been dropped."""
    table = tables.sources
    return sa.and_(table.c.account.in_(ids), sa.or_(table.c.dropped_at.is_(None), table.c.dropped_at > moment.at))
