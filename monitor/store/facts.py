"""The knowledge of accounts at a moment: everything the rules judge, now or as it was then."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from monitor.core.account import Account
from monitor.core.calendar import ONE_DAY, beijing_date, start_of_day
from monitor.core.finding import Known
from monitor.core.observation import MANUAL, Covers, KnownPost, Observation, Standing
from monitor.core.outage import Outage
from monitor.core.record import RecordKind
from monitor.store import outages, outbox, roster, tables, work_orders
from monitor.store.accounts import account_of
from monitor.store.columns import IDS, UtcDateTime, portions, stands
from monitor.store.database import Tx
from monitor.store.decisions import decisions_of, probes_of
from monitor.store.driver import fetch, from_driver, marks, to_driver
from monitor.store.in_force import versions_in_force
from monitor.store.observations import observation_of, seen_columns
from monitor.store.posts import AT, RAW, Raw, former_posts, from_raw, is_evidence, known_post, raw_columns
from monitor.store.records import lives
from monitor.store.successors import successors

REACH = timedelta(days=180)
"""How far back every post is given: twice the longest window of a rule.

Of older posts, only the newest is given, which tells where a gap began."""
NEAR = timedelta(days=7)
"""Posts no further apart than this make no gap that a rule could mean: rules.yaml takes no smaller numbers."""
IN_TURN = 200
"""Accounts that are read before the next ones are."""
Tell = Callable[[int, int], object]
"""Hears how many accounts of how many are done."""
_AT_ONCE = 1000
_EVER = datetime.min.replace(tzinfo=UTC)
_ACCOUNT, _PUBLISHED, _SEEN_IN, _MISSING, _WITHDRAWN, _GUESSED, _COUNTS_FROM = (
    1 + AT[name]
    for name in (
        "account",
        "published_at",
        "observation",
        "missing_since",
        "withdrawn_at",
        "is_year_guessed",
        "counts_from",
    )
)
"""Where these stand in a row of posts after its id."""
_IN_TURN = itemgetter(_PUBLISHED, _SEEN_IN, 0)


@dataclass(frozen=True, slots=True)
class _Moment:
    """Two times: the one that is judged, and the one up to which we had learnt; and whether all is wanted."""

    at: datetime
    known_at: datetime
    is_whole: bool

    def of(self, ids: Collection[str]) -> dict[str, object]:
        """Return what the statements below are given to ask about these accounts."""
        return {"ids": list(ids), "at": self.at, "known_at": self.known_at}


_AT, _KNOWN_AT, _START = (sa.bindparam(name, type_=UtcDateTime()) for name in ("at", "known_at", "start"))
_IS_THERE = sa.and_(
    tables.sources.c.account.in_(IDS), sa.or_(tables.sources.c.dropped_at.is_(None), tables.sources.c.dropped_at > _AT)
)
"""The condition of the accounts' sources that had not yet been dropped."""
_IN_FORCE = versions_in_force(_AT, _KNOWN_AT).where(tables.accounts.c.id.in_(IDS))


def known(
    tx: Tx,
    account_ids: Collection[str],
    *,
    now: datetime,
    known_at: datetime | None = None,
    reach: timedelta = REACH,
    is_whole: bool = True,
) -> tuple[Known, ...]:
    """Return what was the case with these accounts at `now`, as known by `known_at` (default `now`), by account id.

    An account that was not on the roster then is left out: compare the ids. For the judgement
    pass, call it in the write transaction that saves the findings. Unless it `is_whole`, what no rule
    asks for is left out: posts in the midst of others (see NEAR), and the posts that a look showed.
    """
    moment = _Moment(now, now if known_at is None else known_at, is_whole)
    rows = tx.execute(_IN_FORCE, moment.of(account_ids)).all()
    in_force = {row.account: account_of(row.content) for row in rows}
    ids = list(in_force)
    posts = _posts(tx, ids, moment, reach)
    polled = _polled(tx, ids, moment)
    doubts = _doubts(tx, in_force, polled, moment)
    observations = _observations(tx, [id_ for id_ in ids if id_ not in doubts], moment)
    observations |= _before_doubt(tx, doubts, moment)
    until = min(moment.at, moment.known_at)
    probes, ruled = probes_of(tx, ids, until), decisions_of(tx, ids, moment.at, moment.known_at)
    recorded = lives(tx, ids, beijing_date(now), moment.known_at)
    ordered = work_orders.of_accounts(tx, ids, by=beijing_date(now), known_at=moment.known_at)
    refusing = outbox.refusing(tx, until)
    by_hand = _hand_days(
        tx, [id_ for id_ in ids if all(known.withdrawn_at is not None for known in posts[id_])], moment
    )
    ending = [
        id_ for id_, of_one in recorded.items() if any(record.kind is RecordKind.DEREGISTRATION for record in of_one)
    ]
    changed = roster.versions_of(tx, ids, at=now, known_at=moment.known_at, ending=frozenset(ending))
    closed = {id_: start_of_day(account.closed_on + ONE_DAY) for id_, account in in_force.items() if account.closed_on}
    reopened = {id_: _first_post(tx, id_, since, moment) for id_, since in closed.items()}
    back = successors(tx, in_force.values(), at=now, known_at=moment.known_at)
    found = [
        Known(
            account=account,
            posts=tuple(_trusted(posts[id_], id_, doubts.get(id_))),
            observations=tuple(observations[id_]),
            is_polled=id_ in polled,
            probes=tuple(probe for probe in probes[id_] if id_ not in doubts or probe.at <= doubts[id_].trusted_until),
            decisions=tuple(ruled[id_]),
            doubt=doubts.get(id_),
            orders=ordered.get(id_, ()),
            records=recorded[id_],
            refusing=refusing,
            hand_days=frozenset(by_hand[id_]),
            versions=changed.get(id_, ()),
            reopened_at=reopened.get(id_),
            successors=back.get(id_, ()),
        )
        for id_, account in in_force.items()
    ]
    unseen = _unseen_since(
        tx, [known.account.id for known in found if known.is_polled and not known.covering(now)], moment
    )
    return tuple(
        replace(known, unseen_since=unseen[known.account.id]) if known.account.id in unseen else known
        for known in found
    )


def known_in_turn(
    tx: Tx,
    account_ids: Sequence[str],
    *,
    now: datetime,
    known_at: datetime | None = None,
    tell: Tell = lambda _, __: None,
) -> Iterator[Known]:
    """Yield what `known` returns, some accounts at a time; `tell` hears how many of how many were read."""
    read = 0
    for some in portions(account_ids, IN_TURN):
        yield from known(tx, some, now=now, known_at=known_at)
        read += len(some)
        tell(read, len(account_ids))


def _hand_days(tx: Tx, ids: Collection[str], moment: _Moment) -> defaultdict[str, set[date]]:
    """Return on which days these accounts were looked up by hand as a whole."""
    found: defaultdict[str, set[date]] = defaultdict(set)
    for account, at in tx.execute(_BY_HAND, moment.of(ids)) if ids else ():
        found[account].add(beijing_date(at))
    return found


def _unseen_since(tx: Tx, ids: Collection[str], moment: _Moment) -> dict[str, datetime]:
    """Return when looks last showed these polled accounts whole, else when the first look was made."""
    table = tables.observations
    since: dict[str, datetime] = {}
    for row in tx.execute(_WHOLE, moment.of(ids)) if ids else ():
        shown = min(row.last_confirmed, moment.at)
        since[row.account] = max(since.get(row.account, shown), shown)
    never = [id_ for id_ in ids if id_ not in since]
    if never:
        began = sa.select(table.c.account, sa.func.min(table.c.first_seen)).where(
            table.c.account.in_(never),
            table.c.collector != MANUAL,
            table.c.first_seen <= moment.at,
            table.c.known_at <= moment.known_at,
        )
        since |= dict(tx.execute(began.group_by(table.c.account)).all())
    return since


def _first_post(tx: Tx, id_: str, since: datetime, moment: _Moment) -> datetime | None:
    """Return when the account's first post since then appeared that was known and still to be seen."""
    post = tables.posts
    until = min(moment.at, moment.known_at)
    chosen = sa.select(sa.func.min(post.c.published_at)).where(
        post.c.account == id_,
        post.c.published_at >= since,
        post.c.published_at <= moment.at,
        post.c.first_seen <= moment.known_at,
        sa.or_(post.c.withdrawn_at.is_(None), post.c.withdrawn_at > until),
    )
    first: datetime | None = tx.scalar(chosen)
    return first


def _doubts(tx: Tx, accounts: Mapping[str, Account], polled: Collection[str], moment: _Moment) -> dict[str, Outage]:
    """Return for each account the outage that kept us from seeing it then, the one of least trust."""
    going_on = outages.doubts(tx, moment.known_at)
    offline = going_on.pop(None, None)
    found: dict[str, Outage] = {}
    for id_, account in accounts.items() if going_on or offline else ():
        ours = [offline, going_on.get(account.platform) if id_ in polled else None]
        doubt = min((outage for outage in ours if outage), key=lambda entry: entry.trusted_until, default=None)
        if doubt is not None and doubt.trusted_until <= moment.at:
            found[id_] = doubt
    return found


def _before_doubt(tx: Tx, doubts: Mapping[str, Outage], moment: _Moment) -> dict[str, list[Observation]]:
    """Return what the sources of doubted accounts last showed that can be trusted; looks by hand always can."""
    found: defaultdict[str, list[Observation]] = defaultdict(list)
    for until in {doubt.trusted_until for doubt in doubts.values()}:
        ids = [id_ for id_, doubt in doubts.items() if doubt.trusted_until == until]
        for then in (replace(moment, at=until, known_at=min(until, moment.known_at)), moment):
            by_hand = then is moment
            for id_, seen in _observations(tx, ids, then).items():
                found[id_] += (observation for observation in seen if observation.is_polled is not by_hand)
    return found


def _trusted(posts: Iterable[KnownPost], account: str, doubt: Outage | None) -> Iterator[KnownPost]:
    """Yield what may be believed of the posts: what polled sources taught since the doubt began is left out."""
    by_hand = f"{account}/{MANUAL}="
    for post in posts:
        believed = post if doubt is None or post.source.startswith(by_hand) else post.as_of(doubt.trusted_until)
        if believed is not None:
            yield believed


def _posts(tx: Tx, ids: Collection[str], moment: _Moment, reach: timedelta) -> defaultdict[str, list[KnownPost]]:
    former, when = former_posts(tx, ids, moment.known_at), from_driver(tx)
    rows: defaultdict[str, list[Raw]] = defaultdict(list)
    start = moment.at - reach
    for row in (*_last_before(tx, ids, moment, start), *_since(tx, ids, moment, start), *_otherwise(tx, former)):
        rows[row[_ACCOUNT]].append(row)
    found: defaultdict[str, list[KnownPost]] = defaultdict(list)
    for account, all_of_one in rows.items():
        counted = {row[0]: row for row in all_of_one if row[0] in former or _is_evidence(row)}
        if not counted:  # an account whose every year was guessed
            continue
        of_one = sorted(counted.values(), key=_IN_TURN)
        for id_, *row in of_one if moment.is_whole else _telling(of_one, former, tx):
            then = known_post(former[id_]) if id_ in former else from_raw(row, when)
            post = _as_of(then, moment)
            if post is not None and post.is_evidence and _had_appeared(post, moment):
                found[account].append(post)
        if former:
            found[account].sort(key=lambda known: known.post.published_at)
    return found


def _is_evidence(row: Raw) -> bool:
    """True if the post of a row shows when the account was updated (`KnownPost.is_evidence`)."""
    return not row[_GUESSED] or (row[_COUNTS_FROM] is not None and row[_PUBLISHED] >= row[_COUNTS_FROM])


def _had_appeared(post: KnownPost, moment: _Moment) -> bool:
    """True if the post had been seen, and is not one of the time after the judged moment as it was then known."""
    if post.first_seen > moment.known_at:
        return False
    return moment.known_at <= moment.at or post.post.published_at <= moment.at


def _otherwise(tx: Tx, former: Collection[int]) -> Sequence[Raw]:
    """Return the rows, each after its id, of posts that were held to have appeared at another time than now."""
    return [
        row
        for ids in portions(former, _AT_ONCE)
        for row in fetch(tx, f"SELECT id, {RAW} FROM posts WHERE id IN ({marks(len(ids))})", ids)  # noqa: S608 - names and marks only
    ]


def _since(tx: Tx, ids: Collection[str], moment: _Moment, start: datetime) -> Sequence[Raw]:
    """Return the rows of the posts since `start` that had been learnt, each after its id."""
    own = to_driver(tx)
    limits = [start, moment.known_at] if moment.known_at <= moment.at else [start, moment.known_at, moment.at]
    appeared = "" if moment.known_at <= moment.at else " AND published_at <= ?"
    chosen = f"account IN ({marks(len(ids))}) AND published_at >= ? AND first_seen <= ?{appeared}"
    return fetch(tx, f"SELECT id, {RAW} FROM posts WHERE {chosen}", [*ids, *map(own, limits)]) if ids else ()  # noqa: S608 - names and marks only


def _last_before(tx: Tx, ids: Collection[str], moment: _Moment, start: datetime) -> Sequence[Raw]:
    """Return the same of each account's last post before `start`, and of its last visible one."""
    return tx.execute(_LAST_BEFORE, moment.of(ids) | {"start": start}).all()


def _before() -> sa.Select[Any]:
    table, account = tables.posts, tables.accounts
    older = table.alias("older")
    before = (
        sa.select(older.c.id)
        .where(
            older.c.account == account.c.id,
            older.c.published_at < _START,
            older.c.first_seen <= _KNOWN_AT,
            is_evidence(older),
        )
        .order_by(older.c.published_at.desc())
        .limit(1)
    )
    visible = before.where(sa.or_(older.c.withdrawn_at.is_(None), older.c.withdrawn_at > _KNOWN_AT))
    return (
        sa.select(table.c.id, *raw_columns(table))
        .join_from(account, table, table.c.id.in_([before.scalar_subquery(), visible.scalar_subquery()]))
        .where(account.c.id.in_(IDS))
    )


_LAST_BEFORE = _before()


def _telling(rows: Sequence[Raw], former: Container[int], tx: Tx) -> Iterator[Raw]:
    """Yield of an account's posts, oldest first, as few as tell where there may be a gap.

    Two that stand beside each other were neighbours, or lie no further apart than NEAR. A post that is not simply there
    to be seen is given with its neighbours.
    """
    moment, own, last = from_driver(tx), to_driver(tx), len(rows) - 1
    times: list[Any] = [row[_PUBLISHED] for row in rows]
    telling, place = {0, last}, 0
    while place < last:
        near = own((moment(times[place]) or _EVER) + NEAR)
        place = max(place + 1, bisect_right(times, near, place) - 1)
        telling.add(place)
    for place, row in enumerate(rows):
        if row[_MISSING] or row[_WITHDRAWN] or row[0] in former:
            telling |= {max(0, place - 1), place, min(last, place + 1)}
    return (rows[place] for place in sorted(telling))


def _as_of(post: KnownPost, moment: _Moment) -> KnownPost | None:
    """Return what we had learnt of the post; one that was only missed after the judged moment was there then."""
    if moment.known_at <= moment.at and post.is_as_of(moment.known_at):
        return post
    then = post.as_of(moment.known_at)
    if then is not None and then.missing_since is not None and then.missing_since > moment.at:
        return replace(then, missing_since=None, withdrawn_at=None)
    return then


def _observations(tx: Tx, ids: Collection[str], moment: _Moment) -> defaultdict[str, list[Observation]]:
    """Return for each source its newest timeline, and its newest reason if that is newer still."""
    found: defaultdict[str, list[Observation]] = defaultdict(list)
    seen: dict[str, Observation] = {}
    blind: list[tuple[str, Observation]] = []
    for row in tx.execute(_SHOWN, moment.of(ids)).all() if ids else ():
        one = observation_of(row, moment.at, with_posts=moment.is_whole)
        if row.reason is None:
            seen[row.source] = one
            found[row.account].append(one)
        else:
            blind.append((row.account, one))
    for account, blind_look in blind:
        if blind_look.source not in seen or blind_look.last_confirmed > seen[blind_look.source].last_confirmed:
            found[account].append(blind_look)
    return found


def _newest(*kinds: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Return a query of the newest observation of each kind of each source that is there."""
    table, source = tables.observations, tables.sources
    newest = [
        sa.select(table.c.id)
        .where(table.c.source == source.c.id, kind, table.c.first_seen <= _AT, table.c.known_at <= _KNOWN_AT)
        .where(stands(table, _KNOWN_AT))
        .order_by(table.c.first_seen.desc(), table.c.id.desc())
        .limit(1)
        .correlate(source)
        .scalar_subquery()
        for kind in kinds
    ]
    outer = table.alias("outer_observations")
    chosen = sa.select(*(outer.c[column.name] for column in seen_columns()))
    return (
        chosen.join_from(source, outer, outer.c.id.in_(newest))
        .where(_IS_THERE)
        .order_by(source.c.account, source.c.rank, source.c.id)
    )


_BY_HAND = sa.select(tables.observations.c.account, tables.observations.c.first_seen).where(
    tables.observations.c.account.in_(IDS),
    tables.observations.c.collector == MANUAL,
    tables.observations.c.covers == Covers.ALL,
    tables.observations.c.first_seen <= _AT,
    tables.observations.c.known_at <= _KNOWN_AT,
    stands(tables.observations, _KNOWN_AT),
)
_PRESENT = [standing for standing in Standing if standing.is_present]
_SHOWN = _newest(tables.observations.c.reason.is_(None), tables.observations.c.reason.is_not(None))
_WHOLE = _newest(
    sa.and_(
        tables.observations.c.reason.is_(None),
        tables.observations.c.covers == Covers.ALL,
        tables.observations.c.standing.in_(_PRESENT),
    )
)


def _polled(tx: Tx, ids: Collection[str], moment: _Moment) -> frozenset[str]:
    return frozenset(tx.scalars(_POLLED, moment.of(ids)))


_POLLED = (
    sa.select(tables.sources.c.account)
    .where(_IS_THERE, tables.sources.c.collector != MANUAL, tables.sources.c.is_partial.is_(False))
    .distinct()
)
