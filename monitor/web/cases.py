"""Cases as the pages show them: whose they are, what was done in them, and how people were told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.core.account import Account, Role, UnitKey
from monitor.core.case import LADDER, Acknowledgement, Case, Step
from monitor.core.decidable import recommended
from monitor.core.decision import Decision, Ruling
from monitor.core.finding import Finding, State
from monitor.core.message import MessageState
from monitor.core.mute import Mute, over
from monitor.store import Tx
from monitor.store.cases import Which, case, cases, findings_on, notices_of_case, subject_of, tally
from monitor.store.decisions import decisions_on
from monitor.store.outbox import messages
from monitor.store.overview import row_of
from monitor.store.records import mutes_on
from monitor.store.roster import accounts
from monitor.web.overview import OverviewContext, line_of
from monitor.web.paging import ListSlice, slice_of
from monitor.web.words import deadline_text

LISTED = 200
"""Cases on one page of the list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSubject:
    """Whom a case is about: an account, and else a unit or an area."""

    account: Account | None
    """None also for one that has left the roster."""
    name: str
    """The account's id, the unit's or the area's name."""
    unit: UnitKey | None = None
    """The unit that it is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """One case in the list."""

    case: Case
    about: CaseSubject
    finding: Finding | None
    """What its rule says now, while the case is open; None where it is silent."""

    @property
    def because(self) -> str:
        """How things stand; of a closed case, why its last step was taken."""
        if self.finding is not None:
            return self.finding.because
        return self.case.steps[-1].because if self.case.steps else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseGroup:
    """Open cases of one rule and one unit, which are one thing to do for the office; else a single case."""

    lines: tuple[CaseLine, ...]

    @property
    def first(self) -> CaseLine:
        """The latest of them."""
        return self.lines[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSheet:
    """One page of the list of cases, the latest first."""

    groups: tuple[CaseGroup, ...]
    counts: Mapping[str, int]
    """How many there are under each rule that has any."""
    turn: ListSlice


@dataclass(frozen=True, slots=True, kw_only=True)
class StepWord:
    """What one role was or will be told of a step, and in which message."""

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
        """What it is, for the template: `step`, `acknowledgement`, `decision`."""
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
    """What comes next, and who does it; empty for a case that has ended."""
    rulings: tuple[Ruling, ...]
    """The decisions that can be made about it and answer what it asks; none for one that has ended."""


def read_cases(tx: Tx, which: Which, *, rule: str, page: int) -> CaseSheet:
    """Return a page of the list; a rule leaves the others out, and a page too far is the last one."""
    counts = tally(tx, which)
    turn = slice_of(page, counts.get(rule, 0) if rule else sum(counts.values()), LISTED)
    found = cases(tx, which=which, rule=rule, limit=LISTED, skip=turn.skip)
    return CaseSheet(groups=_groups(_lines(tx, found), is_joined=which is Which.OFFICE), counts=counts, turn=turn)


def _groups(lines: Sequence[CaseLine], *, is_joined: bool) -> tuple[CaseGroup, ...]:
    """Return the lines, those of one rule and unit together where they are the office's to do."""
    alike: dict[tuple[object, ...], list[CaseLine]] = {}
    for line in lines:
        account = line.about.account
        alone = not is_joined or account is None
        key = (line.case.id,) if alone or account is None else (line.case.rule, account.area, account.unit)
        alike.setdefault(key, []).append(line)
    return tuple(CaseGroup(lines=tuple(found)) for found in alike.values())


def read_case(tx: Tx, number: int, moment: OverviewContext) -> CasePage | None:
    """Return a case with all that happened in it, or None."""
    found = case(tx, number)
    if found is None:
        return None
    (line,) = _lines(tx, (found,))
    about = line.about.account if found.closed_at is None else None
    mute = over(about, mutes_on(tx, moment.today)) if about else None
    coming = _coming(tx, line, moment) if found.closed_at is None else ""
    rulings = recommended(line.finding) if line.finding is not None else ()
    return CasePage(line=line, entries=_entries(tx, found, number), mute=mute, coming=coming, rulings=rulings)


def _coming(tx: Tx, line: CaseLine, moment: OverviewContext) -> str:
    """Return what comes next in an open case, as one or two sentences."""
    finding = line.finding
    if line.case.rule == LADDER and line.about.account is not None:
        row = row_of(tx, line.about.account.id, moment.now)
        coming = line_of(row, line.case, moment).coming if row else ""
        return f"{coming}；更新后自动办结。" if coming else "更新后自动办结。"
    if finding is not None and finding.state is State.SUSPECTED:
        return "请人工核实，登记“确认”或“误报”；恢复后自动办结。"
    due = f"，请于{deadline_text(finding.due, moment.today)}前办理" if finding is not None and finding.due else ""
    return f"待办公室办理{due}；问题消除后自动办结。"


def _lines(tx: Tx, found: Sequence[Case]) -> tuple[CaseLine, ...]:
    """Return cases with whom they are about and how things stand."""
    roster = {account.id: account for account in accounts(tx, ids={one.account for one in found if one.account})}
    stands = findings_on(tx, [one for one in found if one.closed_at is None])
    return tuple(
        CaseLine(case=one, about=_subject(one, roster), finding=stands.get((subject_of(one), one.rule)))
        for one in found
    )


def _subject(one: Case, roster: Mapping[str, Account]) -> CaseSubject:
    account = roster.get(one.account)
    unit = UnitKey(one.area or "", one.unit) if one.unit and not one.account else None
    return CaseSubject(account=account, name=one.account or one.unit or one.area or "", unit=unit)


def _entries(tx: Tx, found: Case, number: int) -> tuple[CaseEntry, ...]:
    words = _words(tx, number)
    entries: list[CaseEntry] = [
        *(
            CaseEntry(at=step.at, what=step, words=tuple(words.get((step.kind, step.number), ())))
            for step in found.steps
        ),
        *(CaseEntry(at=one.at, what=one) for one in found.acknowledgements),
        *(CaseEntry(at=one.at, what=one) for one in decisions_on(tx, found)),
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
