"""One case: all that was done in it, and how people were told of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from monitor.core.account import Contact, Role, UnitKey
from monitor.core.calendar import beijing_date
from monitor.core.case import LADDER, Acknowledgement, Case, Step
from monitor.core.choices import Choice, barred, choices
from monitor.core.decidable import recommended
from monitor.core.decision import ENDING, Decision, KeptRequest, Ruling, in_force
from monitor.core.deregistration import Progress, progress
from monitor.core.finding import DEREGISTRATION, Finding, RuleBook, State
from monitor.core.labels import step_text
from monitor.core.message import MessageState
from monitor.core.mute import Mute, over
from monitor.core.phrases import deadline_text
from monitor.core.rules.sup_02 import ID as LATE_TO_MEND
from monitor.core.rules.sup_02 import OfficeTerms
from monitor.core.todo import CLOSED_GAP
from monitor.queries.cases import CaseLine, lines_of, targets
from monitor.queries.lines import OverviewContext, line_of
from monitor.store import Tx, decision_requests
from monitor.store.case_lists import CaseFilter, Wait, numbers
from monitor.store.cases import case, finding_on, neighbours, notices_of_case
from monitor.store.decisions import decisions_on, marks
from monitor.store.facts import known
from monitor.store.findings import stated
from monitor.store.outbox import messages
from monitor.store.overview import row_of
from monitor.store.reach import units_of_cases
from monitor.store.records import mutes_on

_NEIGHBOURS = 1000
"""Cases of a rule among which one says its place."""


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

    @property
    def alike(self) -> tuple[object, ...]:
        """What steps that are one to a reader have in common: what they are called, and who was told."""
        told = (word.role for word in self.words)
        return (step_text(self.what), *told) if isinstance(self.what, Step) else (self,)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEntryRun:
    """Something that happened in a case, and the equal steps right before it."""

    last: CaseEntry
    earlier: tuple[CaseEntry, ...]
    """Latest first."""

    @property
    def count(self) -> int:
        """How many it stands for."""
        return len(self.earlier) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """Everything on one case's page."""

    line: CaseLine
    entries: tuple[CaseEntry, ...]
    """Oldest first."""
    mute: Mute | None
    """By which the unit hears nothing of it now; of a case that is open."""
    people: tuple[Contact, ...]
    """The unit's people of the account; of a case that is open."""
    coming: str
    """The next step, and the person who takes it; empty for a case that has ended."""
    rulings: tuple[Ruling, ...]
    """The decisions that can be made about it and answer what it asks; none for one that has ended."""
    choices: tuple[Choice, ...]
    """Every decision that can be made about it, as a form puts it."""
    barred: tuple[str, ...]
    """Why others cannot, each as a sentence."""
    standing: Decision | None
    """The decision that stands, and can be revoked."""
    can_be_closed: bool
    """True if its trouble is over, so that somebody may end it."""
    waiting: KeptRequest | None
    """What one operator has decided and another is to confirm."""
    is_gone: bool
    """True if its account is on the roster no more: what was decided stays, and nothing can be decided."""
    targets: tuple[str, ...]
    """Accounts to which content may go, for a form to offer."""
    seen: str
    """How it stands, for forms: see `marks`."""
    place: Place
    before: Case | None = None
    """The case about the same before it."""
    after: Case | None = None
    """The one about the same after it: of what came up again, or is no longer exempted."""
    is_listing_asked: bool = False
    """True if the office is asked whether its account is named in a bulletin, for being late with this."""
    progress: Progress | None = None
    """How far the account's deregistration is; None where there is none, or the case is not about it."""

    @property
    def runs(self) -> tuple[CaseEntryRun, ...]:
        """What happened, latest first; equal steps that followed each other are one."""
        grouped = groupby(reversed(self.entries), key=lambda entry: entry.alike)
        runs = (tuple(entries) for _, entries in grouped)
        return tuple(CaseEntryRun(last=run[0], earlier=run[1:]) for run in runs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a case stands among the open ones of its rule that wait for the office; 0 of 0 where it does not."""

    number: int = 0
    total: int = 0
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """A case, how things stand with it, and what was decided about it."""

    line: CaseLine
    mute: Mute | None
    """By which the unit hears nothing of it now; of a case that is open."""
    decisions: tuple[Decision, ...]
    """Oldest first."""


def is_case_of(tx: Tx, number: int, own: UnitKey | None) -> bool:
    """True unless a case is another unit's than this one: an account's is the unit's that has the account now."""
    return own is None or units_of_cases(tx, [number]) == {own}


def read_facts(tx: Tx, number: int, now: datetime, terms: OfficeTerms | None = None) -> CaseFacts | None:
    """Return a case with what is known of it, or None."""
    found = case(tx, number)
    if found is None:
        return None
    (line,) = lines_of(tx, (found,), now, terms)
    about = line.account if found.closed_at is None else None
    mute = over(about, mutes_on(tx, beijing_date(now))) if about else None
    return CaseFacts(line=line, mute=mute, decisions=decisions_on(tx, found))


def read_case(
    tx: Tx, number: int, moment: OverviewContext, book: Callable[[], RuleBook] | None = None
) -> CasePage | None:
    """Return a case with all that happened in it, or None; a deregistration is seen by the rules that `book` gives."""
    facts = read_facts(tx, number, moment.now, moment.office)
    if facts is None:
        return None
    line = facts.line
    finding = line.finding or (finding_on(tx, line.case, moment.now) if facts.decisions else None)
    is_open = line.case.closed_at is None
    is_gone = line.case.account is not None and line.account is None
    is_decidable = finding is not None and (is_open or finding.state is State.EXEMPTED) and not is_gone
    standing = _standing(facts.decisions)
    before, after = neighbours(tx, line.case)
    return CasePage(
        line=line,
        entries=_entries(tx, facts, number),
        mute=facts.mute,
        people=line.account.contacts if is_open and line.account else (),
        coming=_coming(tx, line, moment) if is_open else "",
        rulings=recommended(line.finding) if line.finding is not None else (),
        choices=choices(finding, moment.today, moment.terms) if finding is not None and is_decidable else (),
        barred=barred(finding, moment.title(finding.rule)) if finding is not None and is_decidable else (),
        standing=standing,
        can_be_closed=is_open and (line.finding is None or line.finding.state.is_settled),
        waiting=next(iter(decision_requests.waiting(tx, number)), None),
        is_gone=is_gone,
        targets=targets(tx, [line]) if is_decidable else (),
        seen=marks(tx, [line.case])[line.case.id],
        place=_place(tx, line) if is_open else Place(),
        before=before,
        after=after,
        is_listing_asked=is_open and _is_listing_asked(tx, line.case, moment.now),
        progress=_progress(tx, line, standing, moment.now, book),
    )


def _standing(made: Sequence[Decision]) -> Decision | None:
    return next(reversed(in_force(made)), None)


def _place(tx: Tx, line: CaseLine) -> Place:
    mine = numbers(tx, CaseFilter(wait=Wait.OFFICE, rule=line.case.rule), limit=_NEIGHBOURS)
    if line.case.id not in mine:
        return Place()
    at = mine.index(line.case.id)
    return Place(
        number=at + 1,
        total=len(mine),
        before=mine[at - 1] if at else None,
        after=mine[at + 1] if at + 1 < len(mine) else None,
    )


def _is_listing_asked(tx: Tx, found: Case, now: datetime) -> bool:
    """True if what asks that is this case itself, or cites it: the two are settled together."""
    asked = stated(tx, LATE_TO_MEND, [found.subject.key], now).get(found.subject.key)
    if asked is None or not asked.state.is_trouble or asked.is_answered:
        return False
    return found.rule == LATE_TO_MEND or f"case:{found.id}" in asked.evidence


def _progress(
    tx: Tx, line: CaseLine, standing: Decision | None, now: datetime, book: Callable[[], RuleBook] | None
) -> Progress | None:
    """Return how far a deregistration is, of a case that is about it or led to it."""
    is_ending = standing is not None and standing.ruling in ENDING
    if line.account is None or book is None or not (is_ending or line.case.rule == DEREGISTRATION):
        return None
    rules = book()
    if DEREGISTRATION not in rules.clauses:
        return None
    return next((progress(history, rules, now) for history in known(tx, [line.account.id], now=now)), None)


def _coming(tx: Tx, line: CaseLine, moment: OverviewContext) -> str:
    """Return what comes next in an open case, as one or two sentences."""
    finding = line.finding
    if line.case.rule == LADDER and line.account is not None:
        row = row_of(tx, line.account.id, moment.now)
        coming = line_of(row, line.case, moment).coming if row else ""
        return f"{coming}；更新后自动办结。" if coming else "更新后自动办结。"
    if finding is not None and finding.state is State.SUSPECTED:
        return "请人工核实，登记“确认”或“误报”；恢复后自动办结。"
    if finding is not None and finding.is_answered and finding.decided is not None:
        label = finding.decided.label
        return f"已决定{label}，不再研判；请按{label}进度办理，账号注销后自动办结。"
    if finding is not None and finding.rule == CLOSED_GAP and _is_over(finding):
        return f"已恢复更新，待办公室处置{_by_when(line.due, moment.today)}；请登记决定。"
    return f"待办公室办理{_by_when(line.due, moment.today)}；问题消除后自动办结。"


def _is_over(finding: Finding) -> bool:
    """True if the gap has closed: a post is newer than the one from which it is counted."""
    return finding.last_post is not None and finding.last_post > datetime.fromisoformat(finding.episode)


def _by_when(due: date | None, today: date) -> str:
    if due is None:
        return ""
    if due < today:
        return f"，应于{deadline_text(due, today)}前办理，已过{(today - due).days}天"
    return f"，请于{deadline_text(due, today)}{'' if due == today else '前'}办理"


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
