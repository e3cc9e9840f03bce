"""One case: all that was done in it, and how people were told of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from monitor.core.account import Role
from monitor.core.case import LADDER, Acknowledgement, Step
from monitor.core.decidable import recommended
from monitor.core.decision import Decision, Ruling
from monitor.core.finding import State
from monitor.core.message import MessageState
from monitor.core.mute import Mute, over
from monitor.core.phrases import deadline_text
from monitor.queries.cases import CaseLine, lines_of
from monitor.queries.lines import OverviewContext, line_of
from monitor.store import Tx
from monitor.store.cases import case, notices_of_case
from monitor.store.decisions import decisions_on
from monitor.store.outbox import messages
from monitor.store.overview import row_of
from monitor.store.records import mutes_on


@dataclass(frozen=True, slots=True, kw_only=True)
class StepWord:
    """The message that told, or will tell, one role of a step."""

    role: Role
    message: str | None
    state: MessageState | None
    """How the message stands; None before there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEntry:
    """One thing that happened in a case: a step, somebody's word that they have it, or a decision."""

    at: datetime
    what: Step | Acknowledgement | Decision
    words: tuple[StepWord, ...] = ()
    """Of a step: who was told."""

    @property
    def kind(self) -> str:
        """Its kind, for the template: `step`, `acknowledgement`, `decision`."""
        return type(self.what).__name__.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """Everything on one case's page."""

    line: CaseLine
    entries: tuple[CaseEntry, ...]
    """Oldest first."""
    mute: Mute | None
    """By which the unit hears nothing of it now; of a case that is open."""
    coming: str
    """The next step, and the person who takes it; empty for a case that has ended."""
    rulings: tuple[Ruling, ...]
    """The decisions that can be made about it and answer what it asks; none for one that has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """A case, how things stand with it, and what was decided about it."""

    line: CaseLine
    mute: Mute | None
    """By which the unit hears nothing of it now; of a case that is open."""
    decisions: tuple[Decision, ...]
    """Oldest first."""


def read_facts(tx: Tx, number: int, today: date) -> CaseFacts | None:
    """Return a case with what is known of it, or None."""
    found = case(tx, number)
    if found is None:
        return None
    (line,) = lines_of(tx, (found,))
    about = line.account if found.closed_at is None else None
    mute = over(about, mutes_on(tx, today)) if about else None
    return CaseFacts(line=line, mute=mute, decisions=decisions_on(tx, found))


def read_case(tx: Tx, number: int, moment: OverviewContext) -> CasePage | None:
    """Return a case with all that happened in it, or None."""
    facts = read_facts(tx, number, moment.today)
    if facts is None:
        return None
    line = facts.line
    coming = _coming(tx, line, moment) if line.case.closed_at is None else ""
    rulings = recommended(line.finding) if line.finding is not None else ()
    return CasePage(line=line, entries=_entries(tx, facts, number), mute=facts.mute, coming=coming, rulings=rulings)


def _coming(tx: Tx, line: CaseLine, moment: OverviewContext) -> str:
    """Return what comes next in an open case, as one or two sentences."""
    finding = line.finding
    if line.case.rule == LADDER and line.account is not None:
        row = row_of(tx, line.account.id, moment.now)
        coming = line_of(row, line.case, moment).coming if row else ""
        return f"{coming}；更新后自动办结。" if coming else "更新后自动办结。"
    if finding is not None and finding.state is State.SUSPECTED:
        return "请人工核实，登记“确认”或“误报”；恢复后自动办结。"
    due = f"，请于{deadline_text(finding.due, moment.today)}前办理" if finding is not None and finding.due else ""
    return f"待办公室办理{due}；问题消除后自动办结。"


def _entries(tx: Tx, facts: CaseFacts, number: int) -> tuple[CaseEntry, ...]:
    words, found = _words(tx, number), facts.line.case
    entries: list[CaseEntry] = [
        *(
            CaseEntry(at=step.at, what=step, words=tuple(words.get((step.kind, step.number), ())))
            for step in found.steps
        ),
        *(CaseEntry(at=acknowledgement.at, what=acknowledgement) for acknowledgement in found.acknowledgements),
        *(CaseEntry(at=decision.at, what=decision) for decision in facts.decisions),
    ]
    return tuple(sorted(entries, key=lambda entry: entry.at))


def _words(tx: Tx, number: int) -> dict[tuple[object, int], list[StepWord]]:
    """Return who was told of each step, by its kind and number, in the order of the roles."""
    notices = notices_of_case(tx, number)
    ids = {notice.message for notice in notices if notice.message}
    states = {kept.message.id: kept.state for kept in messages(tx, ids=ids, limit=len(ids))} if ids else {}
    words: dict[tuple[object, int], list[StepWord]] = {}
    for notice in sorted(notices, key=lambda notice: list(Role).index(notice.role)):
        word = StepWord(role=notice.role, message=notice.message, state=states.get(notice.message or ""))
        words.setdefault((notice.kind, notice.number), []).append(word)
    return words
