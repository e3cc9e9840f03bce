"""Papers as rows: rounds of bulletins, weeks of the index, filed lists, work orders; every version there ever was.

A correction is a new version of the same key; so is a row that finds its account. The state of a past moment is the
latest version of that moment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import islice
from typing import Any

import sqlalchemy as sa

from monitor.core.account import Account
from monitor.core.bulletin import MissingRounds, Round, holes
from monitor.core.calendar import ONE_DAY, start_of_day
from monitor.core.filing import FiledList, Filing
from monitor.core.index import IndexWeek
from monitor.core.paper import (
    Entry,
    Mean,
    NewEntry,
    Paper,
    PaperKind,
    as_filed_list,
    as_round,
    as_week,
    filed_names,
    matched,
    merged,
    moved,
    says_the_same,
    without,
)
from monitor.core.reference import AccountIndex, Reference
from monitor.core.register import Version
from monitor.store import roster, tables
from monitor.store.cases import judge_soon
from monitor.store.columns import portions, run, stands
from monitor.store.database import Tx
from monitor.store.findings import CHUNK
from monitor.store.values import decode, encode

_AT_MOST = 10_000
"""The number of different values that are remembered, so that equal ones are one."""
LISTS = 100
"""How many filed lists, the latest, say under which names accounts are filed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperChange:
    """The changes of a file to one paper."""

    before: Paper | None
    after: Paper


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmatchedRow:
    """A row that nobody answers to, and where it came from."""

    paper: Paper
    entry: NewEntry
    file: str
    known_at: datetime


def directory(tx: Tx, is_unfounded: Callable[[NewEntry], bool] = lambda _: False) -> AccountIndex:
    """Return whom papers may mean: everybody who is or was on the roster, under their own and their filed names.

    Rows that are unfounded name nobody.
    """
    lists = [without(paper, is_unfounded) for paper in papers(tx, PaperKind.FILED_LIST, newest=LISTS)]
    return AccountIndex(roster.accounts(tx), roster.former_accounts(tx), filed_names(lists))


def changes(tx: Tx, given: Sequence[Paper]) -> tuple[PaperChange, ...]:
    """Return what saving these papers would change; writes nothing."""
    found = []
    for paper in given:
        before = next(iter(papers(tx, paper.kind, key=paper.key)), None)
        after = merged(before, paper)
        if before is None or not says_the_same(before, after):
            found.append(PaperChange(before=before, after=after))
    return tuple(found)


def save_papers(
    tx: Tx, given: Sequence[Paper], *, file: str, known_at: datetime, import_id: int | None = None
) -> tuple[PaperChange, ...]:
    """Save what differs from what is known, say what that was, and have everybody judged again if anything was."""
    found = changes(tx, given)
    for change in found:
        _add(tx, change.after, file=file, known_at=known_at, import_id=import_id)
    if found:
        judge_soon(tx, known_at)
    return found


def match_again(tx: Tx, known_at: datetime, doubted: Collection[str] = ()) -> int:
    """Give the rows that nobody answered to their accounts, where the roster now names them; return how many.

    A row whose account only a withdrawn roster named so is one that nobody answers to: `doubted` are the accounts of
    which one was withdrawn now. One of an area's latest filed list whose account has left the roster may be another's
    by now, as it would be in the same file today.
    """
    whom: AccountIndex | None = None
    unfounded = _unfounded(tx, doubted)
    found, has_changed = 0, False
    named = _names_any({*roster.never_there(tx), *doubted})
    for paper, file, import_id in _current(tx, sa.or_(_with_strays(), named, _is_latest_with_leavers())):
        whom = whom or directory(tx, unfounded)
        bare = without(paper, unfounded)
        after = moved(matched(bare, whom), whom) if paper.kind is PaperKind.FILED_LIST else matched(bare, whom)
        if not says_the_same(paper, after):
            _add(tx, after, file=file, known_at=known_at, import_id=import_id)
            found, has_changed = found + len(bare.unmatched) - len(after.unmatched), True
    if has_changed:
        judge_soon(tx, known_at)
    return found


def _unfounded(tx: Tx, doubted: Collection[str]) -> Callable[[NewEntry], bool]:
    """Return whether a row means an account that no roster which stands has ever named, or named so."""
    never, said = roster.never_there(tx), roster.ever_said(tx, doubted)
    named = {id_: [AccountIndex([account]) for account in versions] for id_, versions in said.items()}

    def is_unfounded(entry: NewEntry) -> bool:
        if entry.account in never or entry.account not in named:
            return entry.account in never
        return not any(isinstance(index.find(entry.written), Account) for index in named[entry.account])

    return is_unfounded


def strays(tx: Tx) -> tuple[UnmatchedRow, ...]:
    """Return the rows that nobody answers to, latest paper first; of filed lists only each area's latest counts."""
    table = tables.papers
    known = {
        row.id: row for row in tx.execute(standing_heads(_with_strays()).add_columns(table.c.file, table.c.known_at))
    }
    newest = latest_filed_lists(tx)
    last = max(newest.values(), default=None)
    wanted = [
        row
        for row in known.values()
        if row.kind is not PaperKind.FILED_LIST or row.on == (newest[row.area] if row.area else last)
    ]
    rows = _entries(tx, [row.id for row in wanted], tables.entries.c.account.is_(None))
    return tuple(
        UnmatchedRow(paper=_paper(row, ()), entry=entry, file=row.file, known_at=row.known_at)
        for row in sorted(wanted, key=lambda row: (row.on, row.id), reverse=True)
        for entry in rows[row.id]
    )


def latest_filed_lists(tx: Tx) -> dict[str, date]:
    """Return of which day the latest filed list of each area is; under no name that of lists that name no area."""
    table = tables.papers
    lists = sa.select(table.c.area, sa.func.max(table.c.on).label("on"))
    lists = lists.where(table.c.kind == PaperKind.FILED_LIST, stands(table)).group_by(table.c.area)
    return {row.area or "": row.on for row in tx.execute(lists)}


def missing_rounds(tx: Tx) -> tuple[MissingRounds, ...]:
    """Return the rounds that are missing between those that are known, by series."""
    heads = tx.execute(standing_heads(tables.papers.c.kind == PaperKind.ROUND))
    return holes((head.title, head.number) for head in heads)


def latest_days(tx: Tx, kind: PaperKind) -> Mapping[str | None, date]:
    """Return the day of the latest paper of a kind, by the area that it is about; None where it names none."""
    found: dict[str | None, date] = {}
    for head in tx.execute(standing_heads(tables.papers.c.kind == kind)):
        found[head.area] = max(head.on, found.get(head.area, head.on))
    return found


def papers(
    tx: Tx,
    kind: PaperKind,
    *,
    key: str | None = None,
    newest: int | None = None,
) -> tuple[Paper, ...]:
    """Return the papers of a kind as known now, oldest first; only that of one key, only the `newest` ones."""
    chosen = _newest_first(standing_heads(tables.papers.c.kind == kind)).limit(newest)
    if key is not None:
        chosen = chosen.where(tables.papers.c.key == key)
    heads = tx.execute(chosen).all()
    rows = _entries(tx, [head.id for head in heads], sa.true())
    return tuple(_paper(head, rows[head.id]) for head in reversed(heads))


def index_of(
    tx: Tx, ids: Collection[str], area: str, *, newest: int, by: date, known_at: datetime
) -> Mapping[str, tuple[str | None, ...]]:
    """Return the index of accounts of an area in the newest weeks that name any of the area's, oldest first.

    None is a week without a value. Nothing is read of the area's other accounts.
    """
    entry, light = tables.entries, tables.lights
    ours = sa.exists().where(
        entry.c.paper == tables.papers.c.id, light.c.account == entry.c.account, light.c.area == area
    )
    of_weeks = (tables.papers.c.kind == PaperKind.WEEK, tables.papers.c.effective_on <= by, ours)
    heads = tx.execute(_newest_first(standing_heads(*of_weeks, known_at=known_at)).limit(newest)).all()
    weeks = [head.id for head in reversed(heads)]
    chosen = sa.select(entry.c.account, entry.c.paper, entry.c.value).where(entry.c.paper.in_(weeks))
    said = {
        (account, paper): value
        for some in portions(ids, CHUNK)
        for account, paper, value in tx.execute(chosen.where(entry.c.account.in_(some)).order_by(entry.c.id))
        if value
    }
    return {id_: tuple(said.get((id_, week)) for week in weeks) for id_ in ids}


@dataclass(frozen=True, kw_only=True)
class PaperReader:
    """For whom papers are read, and as of when."""

    area: str
    present: Collection[str]
    """The accounts on the roster."""
    ever: Mapping[str, str]
    """The accounts that are or were, by themselves: what papers say is kept by these very strings, not by copies."""
    earlier: Mapping[str, Sequence[Version]]
    """The versions of those that ever changed."""
    by: date
    """The last day on which a paper may become effective."""
    known_at: datetime

    @cached_property
    def movers(self) -> frozenset[str]:
        """The accounts that were not always in the area."""
        return frozenset(id_ for id_, versions in self.earlier.items() if any(map(self._is_elsewhere, versions)))

    def _is_elsewhere(self, version: Version) -> bool:
        return version.account is None or version.account.area != self.area

    def rounds(self, tx: Tx) -> tuple[Round, ...]:
        """Return every round, by series and number, with the rows about the accounts present."""
        heads = tx.execute(self._heads(PaperKind.ROUND)).all()
        account = tables.entries.c.account
        rows = _entries(tx, [head.id for head in heads], sa.or_(account.is_(None), _is_among(self.present)))
        rounds = (as_round(_paper(head, rows[head.id]), rows[head.id], self.present) for head in heads)
        return tuple(sorted(rounds, key=lambda entry: (entry.series, entry.number)))

    def weeks(self, tx: Tx, newest: int) -> tuple[IndexWeek, ...]:
        """Return the newest weeks about the area, at most that number, oldest first."""
        column, number_of = tables.entries.c.value, lru_cache(_AT_MOST)(Decimal)
        return tuple(
            as_week(paper, self.area, {id_: number_of(value) for id_, value in self._said(tx, number, column) if value})
            for number, paper in reversed(self._weeks_of_ours(tx, newest))
        )

    def filed_list(self, tx: Tx) -> FiledList | None:
        """Return the newest filed list of the area."""
        entry = tables.entries
        columns = (entry.c.value, entry.c.day, entry.c.written["name"].as_string())
        for number, paper in self._lists(tx, 1):
            rows = self._said(tx, number, *columns)
            filing = lru_cache(_AT_MOST)(_filing)
            filings = {id_: filing(*said) for id_, *said in rows}
            return as_filed_list(paper, filings)
        return None

    def former_lists(self, tx: Tx, unfiled: Collection[str]) -> tuple[FiledList, ...]:
        """Return the lists before the newest, oldest first, as far as they tell of these accounts."""
        entry = tables.entries
        found = []
        for number, paper in reversed(self._lists(tx, LISTS)[1:]):
            chosen = sa.select(entry.c.account).where(entry.c.paper == number)
            rows = (tx.scalars(chosen.where(entry.c.account.in_(some))) for some in portions(unfiled, CHUNK))
            found.append(as_filed_list(paper, {account: Filing() for of_some in rows for account in of_some}))
        return tuple(found)

    def _heads(self, kind: PaperKind, *conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
        table = tables.papers
        mine = (table.c.kind == kind, table.c.effective_on <= self.by, *conditions)
        return _newest_first(standing_heads(*mine, known_at=self.known_at))

    def _weeks_of_ours(self, tx: Tx, newest: int) -> Sequence[tuple[int, Paper]]:
        """Return the newest weeks that name an account which was the area's that week, or nobody who is known."""
        if len(self.present) <= roster.IDS_AT_ONCE and not self.movers:
            heads = tx.execute(self._heads(PaperKind.WEEK, _names(self.present)).limit(newest)).all()
        else:
            weeks = tx.execute(self._heads(PaperKind.WEEK)).all()
            heads = list(islice((row for row in weeks if self._names_ours(tx, row)), newest))
        return self._papers(tx, heads)

    def _lists(self, tx: Tx, newest: int) -> Sequence[tuple[int, Paper]]:
        """Return the newest lists of the area, and those that name no area but an account which was its own then."""
        area = tables.papers.c.area
        lists = tx.execute(self._heads(PaperKind.FILED_LIST, sa.or_(area == self.area, area.is_(None)))).all()
        ours = (row for row in lists if row.area == self.area or self._names_ours(tx, row))
        return self._papers(tx, list(islice(ours, newest)))

    def _papers(self, tx: Tx, heads: Sequence[sa.Row[Any]]) -> Sequence[tuple[int, Paper]]:
        """Return papers, each with its number, and with those of its rows that nobody answers to."""
        strays = _entries(tx, [head.id for head in heads], tables.entries.c.account.is_(None))
        return [(head.id, _paper(head, strays[head.id])) for head in heads]

    def _names_ours(self, tx: Tx, head: sa.Row[Any]) -> bool:
        """True if a paper names an account that was the area's on the paper's last day, or nobody who is known."""
        entry = tables.entries
        named = sa.select(entry.c.account).where(entry.c.paper == head.id, entry.c.account.is_not(None))
        is_anybody_named = False
        with tx.execute(named.execution_options(yield_per=roster.IDS_AT_ONCE)) as rows:
            for (account,) in rows:
                if self._was_ours(account, head):
                    return True
                is_anybody_named = True
        return not is_anybody_named

    def _was_ours(self, account: str, head: sa.Row[Any]) -> bool:
        if account not in self.movers:
            return account in self.present
        end = start_of_day(head.effective_on) if head.kind is PaperKind.WEEK else start_of_day(head.on + ONE_DAY)
        then = [version for version in self.earlier[account] if version.since < end]
        return bool(then) and not self._is_elsewhere(then[-1])

    def _said(self, tx: Tx, number: int, *columns: sa.ColumnElement[Any]) -> Iterator[tuple[Any, ...]]:
        """Yield what a paper says of the accounts that are or were: of each row the account and these columns."""
        entry = tables.entries
        chosen = sa.select(entry.c.account, *columns).where(entry.c.paper == number, _is_among(self.ever))
        for account, *said in tx.execute(chosen.order_by(entry.c.id).execution_options(yield_per=roster.IDS_AT_ONCE)):
            if ours := self.ever.get(account):
                yield (ours, *said)


def _filing(number: str | None, day: date | None, name: str | None) -> Filing:
    return Filing(number=number, filed_on=day, name=name)


def _newest_first(heads: sa.Select[Any]) -> sa.Select[Any]:
    table = tables.papers
    return heads.order_by(table.c.on.desc(), table.c.number.desc(), table.c.id.desc())


def standing_heads(
    *conditions: sa.ColumnElement[bool], known_at: datetime | None = None
) -> sa.Select[tuple[object, ...]]:
    """Return a query of the papers that no later version, known by then, replaces."""
    table, later = tables.papers, tables.papers.alias("later")
    replaced = [
        later.c.kind == table.c.kind,
        later.c.key == table.c.key,
        later.c.id > table.c.id,
        stands(later, known_at),
    ]
    conditions = (*conditions, stands(table, known_at))
    if known_at is not None:
        conditions = (*conditions, table.c.known_at <= known_at)
        replaced.append(later.c.known_at <= known_at)
    return sa.select(table).where(*conditions, ~sa.exists().where(*replaced))


def _with_strays() -> sa.ColumnElement[bool]:
    """Return the condition of papers with rows that nobody answers to."""
    entry = tables.entries
    return sa.exists().where(entry.c.paper == tables.papers.c.id, entry.c.account.is_(None))


def _names(accounts: Collection[str]) -> sa.ColumnElement[bool]:
    """Return the condition of papers that name one of these accounts, or nobody who is known."""
    entry = tables.entries
    mine = sa.exists().where(entry.c.paper == tables.papers.c.id, _is_among(accounts))
    anybody = sa.exists().where(entry.c.paper == tables.papers.c.id, entry.c.account.is_not(None))
    return sa.or_(mine, ~anybody)


def _names_any(accounts: Collection[str]) -> sa.ColumnElement[bool]:
    """Return the condition of papers that name one of these accounts."""
    entry = tables.entries
    return sa.exists().where(entry.c.paper == tables.papers.c.id, entry.c.account.in_(accounts))


def _is_latest_with_leavers() -> sa.ColumnElement[bool]:
    """Return the condition of an area's latest filed list, where it names an account that has left the roster."""
    table, entry, other = tables.papers, tables.entries, tables.papers.alias("other")
    latest = (
        sa.select(sa.func.max(other.c.on))
        .where(other.c.kind == PaperKind.FILED_LIST, other.c.area == table.c.area, stands(other))
        .scalar_subquery()
    )
    left = sa.select(tables.accounts.c.id).where(tables.accounts.c.is_removed.is_(True))
    names_one = sa.exists().where(entry.c.paper == table.c.id, entry.c.account.in_(left))
    return sa.and_(table.c.kind == PaperKind.FILED_LIST, table.c.on == latest, names_one)


def _is_among(accounts: Collection[str]) -> sa.ColumnElement[bool]:
    column = tables.entries.c.account
    return column.in_(accounts) if len(accounts) <= roster.IDS_AT_ONCE else column.is_not(None)


def _current(tx: Tx, condition: sa.ColumnElement[bool]) -> tuple[tuple[Paper, str, int | None], ...]:
    heads = tx.execute(standing_heads(condition).order_by(tables.papers.c.id)).all()
    rows = _entries(tx, [head.id for head in heads], sa.true())
    return tuple((_paper(head, rows[head.id]), head.file, head.import_id) for head in heads)


def _entries(tx: Tx, paper_ids: Collection[int], condition: sa.ColumnElement[bool]) -> defaultdict[int, list[Entry]]:
    table = tables.entries
    found: defaultdict[int, list[Entry]] = defaultdict(list)
    for row in tx.execute(sa.select(table).where(table.c.paper.in_(paper_ids), condition).order_by(table.c.id)):
        found[row.paper].append(
            Entry(
                id=row.id,
                written=decode(Reference, row.written),
                account=row.account,
                problem=row.problem,
                day=row.day,
                value=row.value,
            )
        )
    return found


def _paper(head: sa.Row[tuple[object, ...]], entries: Sequence[Entry]) -> Paper:
    return Paper(
        kind=head.kind,
        on=head.on,
        title=head.title,
        number=head.number,
        covers_all=head.covers_all,
        area=head.area,
        means=tuple(decode(Mean, mean) for mean in head.means),
        entries=tuple(entries),
    )


def _add(tx: Tx, paper: Paper, *, file: str, known_at: datetime, import_id: int | None) -> None:
    row = {
        "kind": paper.kind,
        "key": paper.key,
        "on": paper.on,
        "effective_on": paper.effective_on,
        "title": paper.title,
        "number": paper.number,
        "covers_all": paper.covers_all,
        "area": paper.area,
        "means": [encode(mean) for mean in paper.means],
        "file": file,
        "known_at": known_at,
        "import_id": import_id,
    }
    id_: int = tx.execute(sa.insert(tables.papers).returning(tables.papers.c.id), row).scalar_one()
    run(
        tx,
        sa.insert(tables.entries),
        [
            {
                "paper": id_,
                "account": entry.account,
                "written": encode(entry.written),
                "problem": entry.problem,
                "day": entry.day,
                "value": entry.value,
            }
            for entry in paper.entries
        ],
    )
