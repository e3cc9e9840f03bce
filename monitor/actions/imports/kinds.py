"""Every kind of file that is imported: how it is read, what it would change, and how it is kept.

Commands and pages go the same way: a reading is prepared from the database, the file is read by it, and what comes of
that is shown and then kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from monitor.actions.actor import Actor
from monitor.actions.imports.decisions import ImportDecisionsCommand, decidable_places, import_decisions
from monitor.actions.imports.office import ImportOffice
from monitor.actions.imports.papers import ImportPapersCommand, import_papers, paper_accounts, unmatched_in
from monitor.actions.imports.posts import ImportPostsCommand, import_posts
from monitor.actions.imports.preview import Change, Preview
from monitor.actions.imports.records import ImportRecordsCommand, import_records, record_subjects
from monitor.actions.imports.roster import ImportRosterCommand, difference, import_roster
from monitor.core.account import BY_HAND, Account
from monitor.core.calendar import beijing_date
from monitor.core.phrases import Names
from monitor.core.way import advice
from monitor.ledger.decisions import decision_line
from monitor.ledger.diff import AccountChange, ChangeKind, paper_parts
from monitor.ledger.fault import Hint
from monitor.ledger.reading import (
    BulletinsReading,
    DecisionsReading,
    FiledListReading,
    IndexReading,
    OrdersReading,
    PostsReading,
    Reading,
    RecordsReading,
    RosterReading,
)
from monitor.ledger.records import record_line
from monitor.ledger.roster import ONLY_BY_HAND
from monitor.store import Tx, decisions, papers, records, roster
from monitor.store.papers import PaperChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a person says of a file beside what stands in it."""

    as_of: datetime
    """When it was true."""
    now: datetime
    area: str | None = None
    """Of a filed list: whose it is, where the file does not say."""
    complete: bool = False
    """Of posts: that it lists everything that the accounts it names had published."""
    replace: bool = False
    """Of a roster: that accounts which it does not name are removed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRead:
    """A file that was read: by whose words, on which terms, how, and what it says."""

    office: ImportOffice
    terms: Terms
    file: str
    """How people call it."""
    reading: Any
    """A Reading of its kind."""
    content: Any
    """The content that such a reading gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileKind:
    """One kind of file."""

    reading: Callable[[Tx, ImportOffice, Terms], Reading]
    """Returns how such a file is read now."""
    preview: Callable[[Tx, FileRead], Preview]
    """Returns what it would change."""
    keep: Callable[[Tx, FileRead, Actor], object]
    """Keeps it; raises RefusedError."""


def roster_reading(tx: Tx, office: ImportOffice, terms: Terms) -> RosterReading:
    """Return how a roster is read."""
    return RosterReading(
        areas=office.areas,
        collectors=office.collectors,
        channels=office.channels,
        forms=office.forms,
        before=roster.accounts(tx, at=terms.as_of),
        until=beijing_date(terms.now),
    )


def _roster_preview(_tx: Tx, given: FileRead) -> Preview:
    office, before, accounts = given.office, given.reading.before, given.content.accounts
    names = Names(with_area=office.has_areas)
    changes = difference(before, accounts, replace=False).changes
    going = difference(before, accounts, replace=True).changes
    return Preview(
        total=len(accounts),
        same=len(accounts) - len(changes),
        measure="个账号",
        changes=[_account_change(change, names) for change in changes],
        going=[_account_change(change, names) for change in going if change.kind is ChangeKind.REMOVED],
        hints=[*_of_file(given.content.hints), *_by_hand(office, accounts)],
        notes=tuple(office.advice(accounts)),
    )


def _account_change(change: AccountChange, names: Names) -> Change:
    account = change.account
    called = f"{account.id} “{account.name}”（{account.platform.label}，{names.of(account)}）"
    return Change(kind=change.kind, name=called, fields=change.fields)


def _of_file(hints: Sequence[Hint]) -> list[Hint]:
    """Return the hints of a roster without the one that `_by_hand` gives by its reasons."""
    return [hint for hint in hints if hint.kind != ONLY_BY_HAND]


def _by_hand(office: ImportOffice, accounts: Sequence[Account]) -> list[Hint]:
    found = office.read_by_hand(accounts)
    told = [
        Hint(text=f"{len(given)}个由链接或人工核查（{why}）", named=tuple(map(_called, given)))
        for why, given in found.items()
    ]
    asked = advice(way.platform for given in found.values() for way in given if way.method != BY_HAND)
    return [*told, *(Hint(text=said) for said in asked)]


def _called(account: Account) -> str:
    return f"{account.name}（{account.platform.label}）"


def _keep_roster(tx: Tx, given: FileRead, actor: Actor) -> object:
    terms = given.terms
    found = difference(given.reading.before, given.content.accounts, replace=terms.replace)
    command = ImportRosterCommand(file=given.file, difference=found, as_of=terms.as_of, sources=given.office.sources)
    return import_roster(tx, command, actor=actor, now=terms.now)


def filed_list_reading(tx: Tx, office: ImportOffice, terms: Terms) -> FiledListReading:
    """Return how a filed list is read."""
    known = paper_accounts(tx)
    return FiledListReading(
        whom=known.whom,
        area_then=known.area_then,
        areas=office.areas,
        area=terms.area,
        as_of=beijing_date(terms.as_of),
    )


def bulletins_reading(tx: Tx, _office: ImportOffice, terms: Terms) -> BulletinsReading:
    """Return how rounds of bulletins are read."""
    return BulletinsReading(whom=papers.directory(tx), until=beijing_date(terms.as_of))


def orders_reading(tx: Tx, _office: ImportOffice, terms: Terms) -> OrdersReading:
    """Return how work orders are read."""
    return OrdersReading(whom=papers.directory(tx), until=beijing_date(terms.as_of))


def index_reading(tx: Tx, office: ImportOffice, terms: Terms) -> IndexReading:
    """Return how weeks of the index are read."""
    known = paper_accounts(tx)
    until = beijing_date(terms.as_of)
    return IndexReading(whom=known.whom, area_then=known.area_then, areas=office.areas, until=until)


def _papers_preview(tx: Tx, given: FileRead) -> Preview:
    read, unmatched = given.content.papers, unmatched_in(given.content.papers)
    changes = papers.changes(tx, read)
    return Preview(
        total=len(read),
        same=len(read) - len(changes),
        measure="份",
        changes=[_paper_change(change, with_area=given.office.has_areas) for change in changes],
        hints=given.content.hints,
        notes=(f"{unmatched}行没有账号与它们对应，导入后列为待匹配",) if unmatched else (),
    )


def _paper_change(change: PaperChange, *, with_area: bool) -> Change:
    return Change(
        kind=ChangeKind.ADDED if change.before is None else ChangeKind.CHANGED,
        name=change.after.with_area if with_area else str(change.after),
        parts=tuple(paper_parts(change.before, change.after)),
    )


def _keep_papers(kind: str, tx: Tx, given: FileRead, actor: Actor) -> object:
    terms = given.terms
    command = ImportPapersCommand(
        kind=kind,
        file=given.file,
        papers=given.content.papers,
        as_of=terms.as_of,
        with_areas=given.office.has_areas,
    )
    return import_papers(tx, command, actor=actor, now=terms.now)


def posts_reading(tx: Tx, _office: ImportOffice, terms: Terms) -> PostsReading:
    """Return how posts are read."""
    return PostsReading(accounts=roster.accounts(tx), not_after=terms.as_of)


def _posts_preview(_tx: Tx, given: FileRead) -> Preview:
    names = {account.id: account.name for account in given.reading.accounts}
    posts = given.content.by_account
    whole = "；登记为一次人工核查：这些账号到事实日期为止发布的全部内容都在文件里" if given.terms.complete else ""
    return Preview(
        total=len(posts),
        measure="个账号",
        changes=[
            Change(kind=ChangeKind.ADDED, name=f"{id_} “{names[id_]}”", parts=(f"{len(found)}条",))
            for id_, found in posts.items()
        ],
        hints=given.content.hints,
        notes=(f"共{sum(map(len, posts.values()))}条发布记录{whole}",),
    )


def _keep_posts(tx: Tx, given: FileRead, actor: Actor) -> object:
    terms = given.terms
    command = ImportPostsCommand(
        file=given.file,
        posts=given.content.by_account,
        accounts={account.id: account for account in given.reading.accounts},
        complete=terms.complete,
        as_of=terms.as_of,
    )
    return import_posts(tx, command, actor=actor, now=terms.now)  # type: ignore[func-returns-value]


def decisions_reading(tx: Tx, office: ImportOffice, terms: Terms) -> DecisionsReading:
    """Return how decisions are read."""
    return DecisionsReading(
        whom=papers.directory(tx),
        places=decidable_places(tx, office.areas),
        rules=office.rules,
        strengths_on=office.strengths_on,
        until=terms.as_of,
        made=decisions.all_decisions(tx),
    )


def _decisions_preview(tx: Tx, given: FileRead) -> Preview:
    names, rules = given.reading.whom.names, given.office.rules
    new = decisions.new_decisions(tx, given.content.decisions)
    lines = [decision_line(row, names.get(row.subject.account or "", ""), rules[row.rule].title) for row in new]
    return _new(lines, len(given.content.decisions), given.content.hints)


def _keep_decisions(tx: Tx, given: FileRead, actor: Actor) -> object:
    terms = given.terms
    command = ImportDecisionsCommand(
        file=given.file, decisions=given.content.decisions, as_of=terms.as_of, terms=given.office.terms
    )
    return import_decisions(tx, command, actor=actor, now=terms.now)


def records_reading(tx: Tx, office: ImportOffice, terms: Terms) -> RecordsReading:
    """Return how records are read."""
    until = beijing_date(terms.as_of)
    return RecordsReading(
        subjects=record_subjects(tx, office.areas), until=until, institutions=office.institutions_on(until)
    )


def _records_preview(tx: Tx, given: FileRead) -> Preview:
    new = records.new_records(tx, given.content.records)
    lines = [record_line(row, with_area=given.office.has_areas) for row in new]
    return _new(lines, len(given.content.records), given.content.hints)


def _keep_records(tx: Tx, given: FileRead, actor: Actor) -> object:
    terms = given.terms
    command = ImportRecordsCommand(file=given.file, records=given.content.records, as_of=terms.as_of)
    return import_records(tx, command, actor=actor, now=terms.now)


def _new(lines: Sequence[str], total: int, hints: Sequence[Hint]) -> Preview:
    changes = [Change(kind=ChangeKind.ADDED, name=line) for line in lines]
    return Preview(total=total, same=total - len(lines), measure="条", changes=changes, hints=hints)


FILE_KINDS: Mapping[str, FileKind] = {
    "roster": FileKind(reading=roster_reading, preview=_roster_preview, keep=_keep_roster),
    "posts": FileKind(reading=posts_reading, preview=_posts_preview, keep=_keep_posts),
    "filed-list": FileKind(
        reading=filed_list_reading, preview=_papers_preview, keep=partial(_keep_papers, "filed-list")
    ),
    "bulletins": FileKind(reading=bulletins_reading, preview=_papers_preview, keep=partial(_keep_papers, "bulletins")),
    "work-orders": FileKind(reading=orders_reading, preview=_papers_preview, keep=partial(_keep_papers, "work-orders")),
    "index": FileKind(reading=index_reading, preview=_papers_preview, keep=partial(_keep_papers, "index")),
    "decisions": FileKind(reading=decisions_reading, preview=_decisions_preview, keep=_keep_decisions),
    "records": FileKind(reading=records_reading, preview=_records_preview, keep=_keep_records),
}
