"""The material of documents about a period: every account with its findings and the decisions about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monitor.core.decision import of_this_life
from monitor.core.deregistration import ID as DEREGISTRATION
from monitor.core.deregistration import progress
from monitor.core.filing import FiledList
from monitor.core.finding import Finding, Known
from monitor.core.index import IndexWeek
from monitor.core.period import Period
from monitor.core.record import Record
from monitor.core.register import Trouble
from monitor.core.rules import sup_02
from monitor.core.rules.updates import staleness
from monitor.documents.dossier import Dossier, gaps_of
from monitor.pipeline.evaluate import RulesInForce
from monitor.store import Tx, facts, registers, roster
from monitor.store.facts import Tell

_INDEX_WEEKS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossiers:
    """The material of documents."""

    of_accounts: Sequence[Dossier]
    """A dossier of every account, in the roster's order."""
    records: Sequence[Record]
    """Those of the areas, oldest first."""
    beyond: Sequence[Finding]
    """The findings about units and areas."""
    troubles: Sequence[Trouble] = ()
    """What units have to settle."""
    ending: frozenset[str] = frozenset()
    """The accounts with such troubles of which it was decided that they go."""
    filed: Mapping[str, str] = field(default_factory=dict)
    """The filing numbers that the latest lists have, by account."""


def read_dossiers(
    tx: Tx,
    rules: RulesInForce,
    period: Period,
    *,
    at: datetime,
    known_at: datetime,
    tell: Tell,
) -> Dossiers:
    """Return what stood at a moment, as it was known then or later; `tell` hears how many accounts were read."""
    found: dict[str, list[Finding]] = {}
    weeks: dict[str, tuple[IndexWeek, ...]] = {}
    records: dict[int, Record] = {}
    beyond: list[Finding] = []
    troubles: list[Trouble] = []
    ending: set[str] = set()
    filed: dict[str, str] = {}
    for area in registers.areas(tx, now=at, known_at=known_at):
        register = registers.register(tx, area, now=at, known_at=known_at)
        weeks[area] = register.weeks[-_INDEX_WEEKS:]
        records |= {record.id: record for record in register.records}
        troubles += register.troubles
        troubled = {trouble.account for trouble in register.troubles}
        ending |= {one.id for one in register.judged if one.id in troubled and sup_02.is_ending(one, register)}
        filed |= _numbers(register.filed)
        for _, finding in rules.area_findings(register, at):
            if finding.account is not None:
                found.setdefault(finding.account, []).append(finding)
            else:
                beyond.append(finding)

    def dossier(known: Known) -> Dossier:
        book = rules.book(at, known.account.area)
        said = [finding for _, finding in rules.findings(known, at)]
        return Dossier(
            account=known.account,
            findings=(*said, *found.get(known.account.id, ())),
            decisions=of_this_life(known.decisions, known.opened_again),
            staleness=staleness(said, book),
            progress=progress(known, book, at) if DEREGISTRATION in book.clauses else None,
            gaps=gaps_of(known, book, period, at),
            index=tuple(_values(weeks[known.account.area], known.account.id)),
        )

    ids = [account.id for account in roster.accounts(tx, at=at, known_at=known_at)]
    of_accounts = [dossier(known) for known in facts.known_in_turn(tx, ids, now=at, known_at=known_at, tell=tell)]
    return Dossiers(
        of_accounts=of_accounts,
        records=list(records.values()),
        beyond=beyond,
        troubles=troubles,
        ending=frozenset(ending),
        filed=filed,
    )


def _numbers(filed: FiledList | None) -> Mapping[str, str]:
    return {id_: filing.number for id_, filing in filed.filings.items() if filing.number} if filed else {}


def _values(weeks: tuple[IndexWeek, ...], account: str) -> Iterator[str]:
    for week in weeks:
        value = week.values.get(account)
        yield str(value) if value is not None else "—"
