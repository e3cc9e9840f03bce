"""The material of a message: the news of accounts, its reader, its sender, and the values its sentences refer to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import ClassVar

from monitor.core.account import Account, Role
from monitor.core.calendar import DaysOff, WorkCalendar, beijing
from monitor.core.case import LADDER, Ladder, StepKind
from monitor.core.finding import Finding, Support
from monitor.core.message import Attempt, Grid
from monitor.core.phrases import Names, escaped, plain, until
from monitor.core.rules.upd_03 import ID as LONG_GAPS

_DOCUMENT = re.compile(r"[\u4e00-\u9fff]{1,20}〔\d{4}〕\d{1,5}号")
APP_STEPS = frozenset({StepKind.SUSPECT, StepKind.CONFIRM, StepKind.TO_LEADER, StepKind.TO_OFFICE})
"""The steps about an app that cannot be had or used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedTexts:
    """What documents say whatever the county looks like, in the office's own words (settings `documents`)."""

    addressee: str = ""
    """主送 of a bulletin, without the colon."""
    basis: str = ""
    """依据句 of a bulletin; until when was looked follows."""
    demands: tuple[str, ...] = ()
    """工作要求 of a bulletin, a paragraph each; without any there is no such section."""
    notice: str = ""
    """What a unit is asked for; `DUE` and `SENDER` in it stand for the last day and the office."""
    handover: tuple[str, ...] = ()
    """What is handed over with an account, a line each."""

    DUE: ClassVar[str] = "{整改时限}"
    SENDER: ClassVar[str] = "{落款}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The sender: the name, phone and signature of the operating office (settings `office`)."""

    name: str
    phone: str
    sender: str
    """The signature of messages, with the office to call."""
    names: Names = field(default_factory=Names)
    """How it calls units."""
    texts: FixedTexts = FixedTexts()

    @property
    def contact(self) -> str:
        """The office to call, for pages and Markdown alike: 示例县府办（0578-0000000）."""
        return f"{escaped(self.sender)}{f'（{escaped(self.phone)}）' if self.phone else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierWord:
    """One word that somebody got about a case before: on which day, who, and of which step."""

    on: date
    role: Role
    kind: StepKind
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsItem:
    """One account's news for one person."""

    account: Account
    kind: StepKind
    finding: Finding
    """As it is now, at the time of sending."""
    link: str | None = None
    """Where the account's page is, for a reader whom it opens for."""
    is_polled: bool = True
    """True if the monitor itself sees what the account publishes, so that a trouble ends without a word."""
    is_passed_on: bool = False
    """True if it is meant for the unit and reaches the operator instead."""
    failed: tuple[tuple[Role, Attempt], ...] = ()
    """The people to whom it could not be delivered before, and how that ended."""
    number: int = 0
    """Which step of its kind it is."""
    told: tuple[EarlierWord, ...] = ()
    """The earlier messages about it, oldest first."""
    may_be_listed: bool = True
    """True if a gap of more than 20 days can put it on the list of those that are proposed."""

    @property
    def is_proposed(self) -> bool:
        """True if it is told that it is put on that list."""
        return self.kind is StepKind.PROPOSE and self.may_be_listed

    @property
    def is_about_updates(self) -> bool:
        """True if an update is what it asks for, or what ended it."""
        return self.finding.rule == LADDER

    @property
    def is_asked(self) -> bool:
        """True if the unit can only be asked: nothing was seen, and nobody entered anything."""
        return self.finding.support in {Support.ASKED, Support.DELAYED}

    @property
    def days(self) -> int:
        """The days without an update, as far as is known."""
        return self.finding.days or 0

    @property
    def days_held(self) -> int:
        """Those of them that may be held against the unit."""
        return self.finding.days_held or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """The values every sentence may refer to: the moment, the calendar, the ladder, the office, the clauses."""

    now: datetime
    calendar: WorkCalendar
    ladder: Ladder
    office: Office
    clauses: Mapping[str, str] = field(default_factory=dict)
    """By rule: the instrument and what it says, 缙政办发〔2022〕13号三（二）1：单次超过20天……."""

    @property
    def today(self) -> date:
        """The day in Beijing."""
        return beijing(self.now).date()

    def begun(self, item: NewsItem) -> date:
        """Return the day from which the days without an update count."""
        return self.today - timedelta(days=item.days)

    def deadline(self, item: NewsItem) -> date:
        """Return the last day on which an update is in time."""
        return self.ladder.deadline(self.begun(item))

    def until(self, when: date, item: NewsItem) -> str:
        """Return a last day as the account's area works."""
        return until(when, self.today, self.calendar.of(item.account.area))

    def clause(self, rule: str) -> str:
        """Return what the document of a rule says, word for word; empty where nobody has its words."""
        return self.clauses.get(rule, "").partition("：")[2]

    def quotation(self, rule: str) -> str:
        """Return a clause word for word with its document: “……”（缙政办发〔2022〕13号）; empty where there is none."""
        instrument, _, clause = self.clauses.get(rule, "").partition("：")
        return f"“{clause}”{_numbered_document(instrument)}" if clause else ""

    def plan(self) -> str:
        """Return what to call the plan: 《实施方案》 with the number of its document."""
        return f"《实施方案》{_numbered_document(self.clauses.get(LONG_GAPS, '').partition('：')[0])}"


def _numbered_document(instrument: str) -> str:
    found = _DOCUMENT.search(instrument)
    return f"（{found[0]}）" if found else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """The reader of a message: in which roles, of which units' accounts, alone or with others."""

    roles: frozenset[Role]
    units: tuple[str, ...]
    """The names of the units, each once, in the order of the message."""
    is_group: bool = False
    """True if others of the unit read it too."""
    names: Names = field(default_factory=Names)

    @property
    def is_operator(self) -> bool:
        """True if it is the office itself."""
        return self.roles == {Role.OPERATOR}

    @property
    def is_leader(self) -> bool:
        """True if it is the leader alone, who is asked to see to it."""
        return self.roles == {Role.LEADER} and not self.is_group

    @property
    def whose(self) -> str:
        """Return what all of the accounts belong to."""
        if len(self.units) > 1:
            return f"{len(self.units)}家单位"
        return plain(self.units[0]) if self.is_operator else "贵单位"

    def owner(self, account: Account) -> str:
        """Return the name of an account's unit: its own for the office, and for a person who serves several."""
        return escaped(self.names.of(account)) if self.is_operator or len(self.units) > 1 else "贵单位"


UNIT_PAGE = "打开本单位页面"
"""The label of the one link of a message to a unit; what is done there stands behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A message's subject and Markdown body."""

    subject: str
    body: str
    grid: Grid = ()
    """The body's list of accounts without updates, as a table."""


def weight(kind: StepKind) -> float:
    """Return how grave a step is among those of one message: what is settled comes last.

    A unit's task is a reminder: it hides no word of what is overdue.
    """
    match kind:
        case StepKind.RECOVERED:
            return -1
        case StepKind.TASK:
            return StepKind.OVERDUE.weight - 0.5
        case _:
            return kind.weight


def signature(message_id: str, setting: Setting) -> str:
    """Return the last line of every message: who speaks, by which phone, and the message's number."""
    office = setting.office
    phone = f" · 电话{escaped(office.phone)}" if office.phone else ""
    return f"> {escaped(office.sender)}{phone} · 编号{message_id}"


def misses_update(item: NewsItem) -> bool:
    """True if an update is what it misses: no task, and not over."""
    return item.is_about_updates and item.kind not in {StepKind.TASK, StepKind.RECOVERED}


def is_over(item: NewsItem, setting: Setting) -> bool:
    """True if it is about an account that is overdue."""
    return misses_update(item) and item.days > setting.ladder.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Days off that the deadline falls in, so that an update has to come before them."""

    block: DaysOff
    before: date
    after: date
    days: int
    """How many days without an update it would be on the first working day after."""


def pause_of(item: NewsItem, setting: Setting) -> Pause | None:
    """Return the days off that the deadline falls in; None on a working day, or when they have begun."""
    today, calendar = setting.today, setting.calendar.of(item.account.area)
    deadline = setting.deadline(item)
    block = None if calendar.is_workday(deadline) else calendar.days_off_after(calendar.previous_workday(deadline))
    if block is None or block.first <= today:
        return None
    after = calendar.next_workday(block.last)
    return Pause(
        block=block, before=calendar.previous_workday(block.first), after=after, days=item.days + (after - today).days
    )
