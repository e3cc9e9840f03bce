"""Whole counties, and every document that an office makes of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import cycle
from pathlib import Path

from monitor.app.parts import Parts
from monitor.app.rules import rule_titles
from monitor.core.account import Account
from monitor.core.calendar import beijing_date
from monitor.core.case import Ladder
from monitor.core.period import Period
from monitor.core.report import RHYTHM, ReportKind
from monitor.documents import Document
from monitor.documents.deductions import deductions
from monitor.documents.deregistration import deregistration
from monitor.documents.ledger import ledger
from monitor.documents.reports import document_of, parts_of
from monitor.documents.review import review
from monitor.documents.spot_check import spot_check
from monitor.pipeline.dossiers import read_dossiers
from monitor.pipeline.reckoning import reckon
from monitor.queries.letters import LetterContext, NoLetterError, read_handover, read_notice
from monitor.queries.lines import OverviewContext
from monitor.queries.spot_check import read_drawable
from monitor.store import Tx, open_store, roster
from tests.bench.province import NOW, Province
from tests.databases import migrated
from tests.documents.word.build import HOSTILE
from tests.sample.test_replay import lived

LARGE = 250
KEPT = tuple(name for name in HOSTILE if not any("\ud800" <= sign <= "\udfff" for sign in name))
"""The names that a database takes."""
_CASES = 200
"""Numbers of cases among which one is looked for whose unit can be asked to put it right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyOfDocuments:
    """A county at a moment."""

    parts: Parts
    now: datetime

    def accounts(self) -> Sequence[Account]:
        """Return its roster."""
        with self.parts.store.read() as tx:
            return tuple(roster.accounts(tx, at=self.now, known_at=self.now))


@contextmanager
def large(folder: Path, *, hostile: bool = False) -> Iterator[CountyOfDocuments]:
    """Yield a county of 250 accounts of which every fourth is overdue; where it is hostile, by names that attack."""
    with open_store(migrated(folder / "large.db")) as store:
        province = Province(store, LARGE)
        if hostile:
            names = zip(province.roster, cycle(KEPT))
            province.roster = [replace(one, name=name, unit=f"{name}{one.unit}"[-300:]) for one, name in names]
        asyncio.run(province.fill())
        yield CountyOfDocuments(parts=province.parts, now=NOW)


@contextmanager
def empty(folder: Path) -> Iterator[CountyOfDocuments]:
    """Yield a county without accounts."""
    with open_store(migrated(folder / "empty.db")) as store:
        yield CountyOfDocuments(parts=Province(store, 0).parts, now=NOW)


@contextmanager
def sample(folder: Path) -> Iterator[CountyOfDocuments]:
    """Yield the county of the quarter, after three months of looks, messages, cases and decisions."""
    with open_store(migrated(folder / "sample.db")) as store:
        parts, recorded = asyncio.run(lived(store, folder))
        yield CountyOfDocuments(parts=parts, now=max(recorded))


def documents_of(county: CountyOfDocuments) -> dict[str, Document]:
    """Return every document that the office can make of a county, by a name of our own."""
    made: dict[str, Document] = {}
    with county.parts.store.read() as tx:
        for kind in RHYTHM:
            made |= _reports(tx, county, kind)
        made |= _lists(tx, county)
        made |= _letters(tx, county)
    return made


def _reports(tx: Tx, county: CountyOfDocuments, kind: ReportKind) -> dict[str, Document]:
    period = Period.containing(kind.period, beijing_date(county.now))
    reckoning = reckon(tx, county.parts.rules_in_force, period, now=county.now)
    made = {part: document_of(part, kind, reckoning, county.parts.office) for part in parts_of(kind)}
    return {f"{kind.value}-{part.value}": document for part, document in made.items()}


def _lists(tx: Tx, county: CountyOfDocuments) -> dict[str, Document]:
    quarter, now = Period.around(county.now), county.now
    found = read_dossiers(tx, county.parts.rules_in_force, quarter, at=now, known_at=now, tell=lambda *_: None)
    accounts, recorded = found.of_accounts, found.records
    return {
        "ledger": ledger(accounts, recorded, quarter, found.filed),
        "review": review(accounts, recorded, quarter, found.beyond, titles=rule_titles()),
        "deductions": deductions(accounts, recorded, quarter, found.beyond),
        "deregistration": deregistration(accounts, recorded, quarter),
        "sample": spot_check(*read_drawable(tx, at=now, known_at=now), quarter, seed="2026-Q2", count=None),
    }


def _letters(tx: Tx, county: CountyOfDocuments) -> dict[str, Document]:
    context = _context(county)
    accounts = roster.accounts(tx, at=county.now, known_at=county.now)
    forms = {"handover": next((read_handover(tx, one.id, context) for one in accounts), None)}
    forms["notice"] = next(filter(None, (_notice(tx, number, context) for number in range(1, _CASES))), None)
    return {name: document for name, document in forms.items() if document is not None}


def _notice(tx: Tx, number: int, context: LetterContext) -> Document | None:
    try:
        return read_notice(tx, number, context)
    except NoLetterError:
        return None


def _context(county: CountyOfDocuments) -> LetterContext:
    parts, now = county.parts, county.now
    book = parts.rules_in_force.book(now)
    seen = OverviewContext(now=now, ladder=Ladder.of(book), calendar=parts.calendar, title=book.title, terms=book.terms)
    return LetterContext(moment=seen, book=book, office=parts.office)
