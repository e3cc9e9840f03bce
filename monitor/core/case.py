"""A case: one trouble of one account under one rule, from its first step to its stated end.

`plan` decides; it knows no store. Not knowing never opens, closes or escalates anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from monitor.core.account import Labelled
from monitor.core.calendar import ONE_DAY, DaysOff, WorkCalendar, beijing_date
from monitor.core.decision import Ruling
from monitor.core.finding import Finding, Pacing, RuleBook, State, Strength, Support
from monitor.core.rules import app_01, upd_01
from monitor.core.subject import Subject

LADDER = upd_01.ID
"""The rule whose numbers make the ladder."""
DOWNLOADS = app_01.ID
"""The rule that says whether an app can be had and used."""
CHIEF = (LADDER, DOWNLOADS)
"""The rules for the sake of which accounts are looked at: that they are updated, and that apps can be used."""


TASK_AGAIN = 10
"""After how many working days an operator's task is named again."""
HOLDS = 10
"""For how many working days a person who has said so has a case: as long as rectification usually takes."""
UNHEARD = 1
"""Working days after which the leader hears of a suspicion that nobody has acknowledged."""
HEARD = 5
"""The same, where somebody has: a word is no repair."""
TO_THE_OFFICE = 2
"""Working days from there until it is the office's."""


class StepKind(Labelled):
    """The kind of a step; a closed list that labels a metric."""

    HOLIDAY = "holiday", "节前提醒"
    REMIND = "remind", "更新提醒"
    WARN = "warn", "更新预警"
    LAST_DAY = "last_day", "更新预警"
    OVERDUE = "overdue", "超期预警"
    ESCALATE = "escalate", "督办"
    PROPOSE = "propose", "拟列名单"
    REPEAT = "repeat", "督办"
    SUSPECT = "suspect", "疑似下架（无法使用）"
    CONFIRM = "confirm", "下架（无法使用）"
    TO_LEADER = "to_leader", "督促整改"
    TO_OFFICE = "to_office", "转办公室处理"
    TASK = "task", "待办"
    RECOVERED = "recovered", "办结"

    @property
    def weight(self) -> float:
        """How much it says beside others about the same account: the later the more, but no repeat hides a proposal."""
        order = tuple(StepKind)
        return order.index(StepKind.PROPOSE) - 0.5 if self is StepKind.REPEAT else order.index(self)


class Closing(Labelled):
    """Why a case ended."""

    UPDATED = "updated", "已更新"
    COMPLETED = "completed", "已补正"
    EXEMPTED = "exempted", "已豁免"
    RETAINED = "retained", "已决定保留"
    REJECTED = "rejected", "误报"
    LAPSED = "lapsed", "问题已消除"
    CORRECTED = "corrected", "数据已更正"
    NOT_APPLICABLE = "not_applicable", "不再涉及"
    LEFT = "left", "账号已移出台账"
    RETIRED = "retired", "本项要求已停用"
    DECIDED = "decided", "人工办结"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing done in a case at one moment. (`kind`, `number`) names it within its case.

    `number` is the nominal day of the ladder, a date's ordinal for a holiday, a count for a task.
    """

    kind: StepKind
    number: int
    at: datetime
    days: int | None = None
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """A person's word that they have a case."""

    person: str
    """The contact's key; empty for the operator."""
    by: str
    """The person's name."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The trouble of an account, a unit or an area under one rule."""

    id: int
    subject: Subject
    unit: str | None = None
    """The unit's name, of an account's case that of its unit when it was opened."""
    area: str | None = None
    """The area that it is in."""
    rule: str
    episode: str
    opened_at: datetime
    steps: tuple[Step, ...] = ()
    """Oldest first."""
    closed_at: datetime | None = None
    closing: Closing | None = None
    acknowledgements: tuple[Acknowledgement, ...] = ()
    """Oldest first."""
    waits: bool = True
    """True if it is the office's, its last step having made it that (OFFICES), and nothing decided answers it."""

    @property
    def account(self) -> str | None:
        """The account's id; None for one of a unit or an area."""
        return self.subject.account

    def spares(self, person: str, kind: StepKind, on: date, calendar: WorkCalendar) -> bool:
        """True if a step is a mere reminder to somebody who has the case: it is not said to them.

        The last day in time and everything after it are no reminders, and nobody else is spared.
        """
        return kind in REMINDERS and any(
            acknowledgement.person == person
            and calendar.workdays_between(beijing_date(acknowledgement.at), on) <= HOLDS
            for acknowledgement in self.acknowledgements
        )

    def said_by(self, person: str | None = None) -> Acknowledgement | None:
        """Return who has said last, since its last step, that they have it: a person, or anybody."""
        since = self.steps[-1].at if self.steps else self.opened_at
        said = (one for one in self.acknowledgements if one.at >= since and person in {None, one.person})
        return max(said, key=lambda one: one.at, default=None)

    def find(self, kind: StepKind, number: int) -> Step | None:
        """Return the step, if it was taken."""
        return next((step for step in self.steps if step.kind is kind and step.number == number), None)

    def has(self, kind: StepKind, number: int) -> bool:
        """True if the step was taken."""
        return self.find(kind, number) is not None

    @property
    def height(self) -> int:
        """The highest nominal day of the ladder taken so far; 0 before the first."""
        return max((step.number for step in self.steps if step.kind in RUNGS), default=0)

    @property
    def climbed_on(self) -> date | None:
        """The day of the last step of the ladder."""
        return max((beijing_date(step.at) for step in self.steps if step.kind in RUNGS), default=None)

    @property
    def was_overdue(self) -> bool:
        """True if anybody was told that two weeks had passed."""
        return any(step.kind in _OVER for step in self.steps)

    @property
    def was_suspected(self) -> bool:
        """True if anybody was told that an app seems to be gone."""
        return any(step.kind in _VERIFIED for step in self.steps)


OFFICES = frozenset({StepKind.TASK, StepKind.SUSPECT, StepKind.TO_OFFICE})
"""After which step a case is the office's: to settle, to verify, to help."""
REMINDERS = frozenset({StepKind.HOLIDAY, StepKind.REMIND, StepKind.WARN, StepKind.REPEAT})
"""Steps that somebody who has the case need not hear again."""
AHEAD = frozenset({StepKind.HOLIDAY, StepKind.REMIND, StepKind.WARN, StepKind.LAST_DAY})
"""The steps that come before anything is held against a unit."""
_VERIFIED = frozenset({StepKind.SUSPECT, StepKind.CONFIRM})
URGINGS = frozenset({StepKind.ESCALATE, StepKind.PROPOSE, StepKind.REPEAT})
"""The steps by which the office urges: the first, that of the proposal, and every one after it."""
_OVER = URGINGS | {StepKind.OVERDUE}
OVERDUE = _OVER
"""The steps that say that two weeks have passed."""
WRONG = _OVER | _VERIFIED | {StepKind.TO_LEADER}
"""The steps that say that something is wrong: who heard one of them is owed its end."""
RUNGS = _OVER | {StepKind.REMIND, StepKind.WARN, StepKind.LAST_DAY}
"""The steps of the ladder itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """The end of an open case; `step` is the note that goes out with it, if one is owed."""

    closing: Closing
    step: Step | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The change that follows from one finding: end the open case, take a step (opening a case if none is open)."""

    close: Close | None = None
    step: Step | None = None
    episode: str | None = None
    """The gap that the open case is about from now on, where it goes on although its gap is another by now."""
    waits: bool | None = None
    """Whether the open case, which the office has, waits on it from now on; None where nothing changes."""


NOTHING = Plan()


def plan(
    finding: Finding, pacing: Pacing, case: Case | None, book: RuleBook, calendar: WorkCalendar, now: datetime
) -> Plan:
    """Return what the finding asks for, given the open case of the same account and rule."""
    if finding.state is State.UNKNOWN or finding.support is Support.HELD:
        return NOTHING
    close = _closing(finding, pacing, case, book, calendar, now) if case else None
    still_open = None if close else case
    episode = finding.episode if still_open and _is_another_gap(finding, still_open) else None
    match pacing:
        case Pacing.LADDER:
            step = _rung(finding, still_open, book, calendar, now)
        case Pacing.TASK:
            step = _task(finding, still_open, calendar, now)
        case Pacing.VERIFY:
            step = _verification(finding, still_open, calendar, now)
    waits = _waits_anew(finding, still_open)
    return Plan(close=close, step=step, episode=episode, waits=waits)


def _waits_anew(finding: Finding, case: Case | None) -> bool | None:
    """Return whether an open case that the office has waits on it, if that is another than before."""
    if case is None or not case.steps or case.steps[-1].kind not in OFFICES:
        return None
    return None if case.waits is not finding.is_answered else not finding.is_answered


def _is_another_gap(finding: Finding, case: Case) -> bool:
    """True if a post was found that is newer than those the case was opened on."""
    return finding.last_post is not None and finding.episode > case.episode


def _closing(
    finding: Finding, pacing: Pacing, case: Case, book: RuleBook, calendar: WorkCalendar, now: datetime
) -> Close | None:
    """Return the end of an open case, if it has come.

    A newer post ends it only where nothing is to be said of the gap after that post either. A list whose posts seem
    always as old (a time counted back from the look) would otherwise end the case and open it again at every look.
    """
    if finding.state is State.NOT_APPLICABLE:
        return Close(closing=Closing.NOT_APPLICABLE)
    if finding.state is State.EXEMPTED:
        return Close(closing=Closing.RETAINED if finding.decided is Ruling.RETAINED else Closing.EXEMPTED)
    match pacing:
        case Pacing.LADDER:
            if finding.episode == case.episode:
                return None
            if finding.episode < case.episode:
                return Close(closing=Closing.CORRECTED)
            if finding.days is not None and Ladder.of(book).has_begun(finding.days, calendar, beijing_date(now)):
                return None
            return Close(closing=Closing.UPDATED, step=_recovered(finding, case, now))
        case Pacing.TASK:
            if finding.state is State.OK:
                return Close(closing=_settled(finding))
            goes_on = finding.episode == case.episode or _is_another_gap(finding, case)
            return None if goes_on else Close(closing=Closing.CORRECTED)
        case Pacing.VERIFY:
            if finding.state is not State.OK:
                return None
            if finding.episode:
                return Close(closing=Closing.CORRECTED)
            return Close(closing=Closing.LAPSED, step=_recovered(finding, case, now))


def _settled(finding: Finding) -> Closing:
    """Return why an operator's task has ended: by a decision, else by itself or by somebody's doing."""
    decided: dict[Ruling | None, Closing] = {
        Ruling.RETAINED: Closing.RETAINED,
        Ruling.REJECTED: Closing.REJECTED,
        Ruling.CONFIRMED: Closing.DECIDED,
    }
    by_itself = Closing.LAPSED if finding.last_post else Closing.COMPLETED
    return decided.get(finding.decided, by_itself)


def _recovered(finding: Finding, case: Case, now: datetime) -> Step | None:
    """Return the note that a unit is owed once it was told of being overdue, or of an app that seems gone."""
    if not (case.was_overdue or case.was_suspected):
        return None
    return Step(kind=StepKind.RECOVERED, number=0, at=now, days=finding.days, because=finding.because)


def _rung(finding: Finding, case: Case | None, book: RuleBook, calendar: WorkCalendar, now: datetime) -> Step | None:
    """Return the highest step of the ladder that is due and not taken, else a due word before a holiday."""
    today = beijing_date(now)
    if finding.days is None or not _is_judged(finding) or not calendar.is_workday(today):
        return None
    ladder = Ladder.of(book)
    begun = today - timedelta(days=finding.days)
    if finding.days <= ladder.limit and finding.support is Support.BLIND:
        return None
    taken, last = (case.height, case.climbed_on) if case else (0, None)
    ahead = {n: ladder.date_of(begun, n, calendar) for n in ladder.rungs(finding.days) if n > taken}
    due = max(
        (
            n
            for n, on in ahead.items()
            if on <= today and _is_reached(n, finding, ladder) and not ladder.is_too_soon(n, on, last)
        ),
        default=None,
    )
    if due is not None:
        if due >= ladder.overdue and finding.state is not State.VIOLATED:
            return None
        days = finding.days_held if due >= ladder.overdue else finding.days
        return Step(kind=ladder.kind_of(due, taken), number=due, at=now, days=days, because=finding.because)
    return _before_holiday(finding, case, ladder, calendar, now)


def _is_reached(rung: int, finding: Finding, ladder: Ladder) -> bool:
    """True if late figures show the number of days that a rung held against the unit stands for."""
    return rung < ladder.overdue or finding.days_shown is None or rung <= finding.days_shown


def _is_judged(finding: Finding) -> bool:
    return finding.state in {State.OK, State.WARNING, State.VIOLATED}


def _before_holiday(
    finding: Finding, case: Case | None, ladder: Ladder, calendar: WorkCalendar, now: datetime
) -> Step | None:
    """Return UPD-H: two working days before a holiday that the deadline falls in, and again on the last one."""
    today = beijing_date(now)
    if finding.days is None or finding.days > ladder.limit:
        return None
    for day in (today, calendar.next_workday(today)):
        block = calendar.days_off_after(day)
        if block is None or block.is_plain_weekend:
            continue
        if not ladder.falls_in(today - timedelta(days=finding.days), block):
            continue
        number = today.toordinal()
        spoke_today = case is not None and any(beijing_date(step.at) == today for step in case.steps)
        if not spoke_today:
            return Step(kind=StepKind.HOLIDAY, number=number, at=now, days=finding.days, because=finding.because)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """The days on which a unit hears about a gap."""

    remind: int
    warn: int
    last_day: int
    overdue: int
    escalate: int
    propose: int
    repeat_every: int
    move_back_at_most: int

    @classmethod
    def of(cls, book: RuleBook) -> Ladder:
        """Return the ladder in force."""
        return cls(**{name: book.number(LADDER, name) for name in cls.__slots__})

    @property
    def limit(self) -> int:
        """The last day that is not yet over: two weeks."""
        return self.last_day

    def rungs(self, days: int) -> tuple[int, ...]:
        """Return the nominal days up to a few days past `days`, repeats included, in order."""
        fixed = (self.remind, self.warn, self.last_day, self.overdue, self.escalate, self.propose)
        repeats = range(self.propose + self.repeat_every, days + 1, self.repeat_every)
        return (*fixed, *repeats)

    def kind_of(self, rung: int, taken: int) -> StepKind:
        """Return what the step of a nominal day is, in a case of that height.

        A gap that is first seen weeks after the day of the proposal is proposed then: what was never said is no repeat.
        """
        if rung > self.propose > taken:
            return StepKind.PROPOSE
        kinds = {
            self.remind: StepKind.REMIND,
            self.warn: StepKind.WARN,
            self.last_day: StepKind.LAST_DAY,
            self.overdue: StepKind.OVERDUE,
            self.escalate: StepKind.ESCALATE,
            self.propose: StepKind.PROPOSE,
        }
        return kinds.get(rung, StepKind.REPEAT)

    def date_of(self, begun: date, rung: int, calendar: WorkCalendar) -> date:
        """Return the working day on which a step is taken.

        Steps up to the last day move to the working day before if that is near, else behind the
        days off; later steps move behind them.
        """
        nominal = begun + timedelta(days=rung)
        if calendar.is_workday(nominal):
            return nominal
        earlier = calendar.workday_on_or_before(nominal)
        if rung <= self.last_day and (nominal - earlier).days <= self.move_back_at_most:
            return earlier
        return calendar.workday_on_or_after(nominal)

    def has_begun(self, days: int, calendar: WorkCalendar, today: date) -> bool:
        """True if a gap of that many days is told today, on the next working day or tomorrow.

        Tomorrow too: a time counted back from the look is a day older in the morning than at night.
        """
        begun, day = today - timedelta(days=days), calendar.workday_on_or_after(today)
        earliest = begun - ONE_DAY
        blocks = (calendar.days_off_after(date) for date in (day, calendar.next_workday(day)))
        is_before_holiday = any(
            self.falls_in(start, block)
            for block in blocks
            if block and not block.is_plain_weekend
            for start in (begun, earliest)
        )
        return is_before_holiday or self.date_of(earliest, self.remind, calendar) <= day

    def is_too_soon(self, rung: int, on: date, last: date | None) -> bool:
        """True if an urging that is only repeated falls right behind the step before, which days off have moved.

        It is left out then: the next comes a week later.
        """
        return rung > self.propose and last is not None and (on - last).days * 2 <= self.repeat_every

    def coming(
        self, begun: date, taken: int, today: date, calendar: WorkCalendar, last: date | None = None
    ) -> tuple[date, int]:
        """Return on which day the next step is taken if no update comes before, and its nominal day.

        `taken` is the height of the case, `last` the day of its last step. There is always one: after the last comes
        another, and another.
        """
        days = max(0, (today - begun).days)
        earliest = calendar.workday_on_or_after(today)
        ahead = {
            rung: max(earliest, self.date_of(begun, rung, calendar))
            for rung in self.rungs(max(days, taken) + 2 * self.repeat_every)
            if rung > taken and not self.is_too_soon(rung, self.date_of(begun, rung, calendar), last)
        }
        when = min(ahead.values())
        return when, max(rung for rung, on in ahead.items() if on == when)

    def deadline(self, begun: date) -> date:
        """Return the last day on which an update is in time."""
        return begun + timedelta(days=self.limit)

    def falls_in(self, begun: date, block: DaysOff) -> bool:
        """True if the deadline lies in the block: on the first working day after it, an update would be late."""
        return block.first <= self.deadline(begun) <= block.last


def _verification(finding: Finding, case: Case | None, calendar: WorkCalendar, now: datetime) -> Step | None:
    """Return the step of a suspicion, or of its confirmation, once for each, then to whom it goes up; else a task."""
    kinds = {State.SUSPECTED: StepKind.SUSPECT, State.VIOLATED: StepKind.CONFIRM}
    kind = kinds.get(finding.state)
    if kind is None or finding.since is None:
        return _task(finding, case, calendar, now)
    number = finding.since.toordinal()
    if case and (said := case.find(kind, number)):
        return _escalation(finding, case, said, calendar, now) or _task_again(finding, case, calendar, now)
    return Step(kind=kind, number=number, at=now, because=finding.because)


def _escalation(finding: Finding, case: Case, said: Step, calendar: WorkCalendar, now: datetime) -> Step | None:
    """Return the step to the leader, then to the office, that working time alone brings; None before, and after both.

    A confirmation was said to the leader already.
    """
    worked = calendar.workdays_between(beijing_date(said.at), beijing_date(now))
    patience = HEARD if any(acknowledgement.at >= said.at for acknowledgement in case.acknowledgements) else UNHEARD
    stages = ((StepKind.TO_OFFICE, patience + TO_THE_OFFICE), (StepKind.TO_LEADER, patience))
    kind = next((kind for kind, after in stages if worked >= after), None)
    if kind is None or case.has(kind, said.number) or case.has(StepKind.TO_OFFICE, said.number):
        return None
    if kind is StepKind.TO_LEADER and said.kind is StepKind.CONFIRM:
        return None
    return Step(kind=kind, number=said.number, at=now, because=finding.because)


def _task_again(finding: Finding, case: Case, calendar: WorkCalendar, now: datetime) -> Step | None:
    """Return the operator's repeated task about what has come as far up as it can."""
    if not any(step.kind is StepKind.TO_OFFICE for step in case.steps):
        return None
    step = _task(finding, case, calendar, now)
    return step if step and step.number else None


def _task(finding: Finding, case: Case | None, calendar: WorkCalendar, now: datetime) -> Step | None:
    """Return the operator's task; a hint is nobody's task, nor is what a decision has answered.

    It is named at once, again after every ten working days, and on the working day on which, or before which, it is
    called for: a step of that kind has the ordinal of the date as its number. A last day alone calls for nothing: the
    list of what there is to do shows it each day.
    """
    if not finding.state.is_trouble or finding.strength is Strength.ADVISORY or finding.is_answered:
        return None
    today = beijing_date(now)
    worked = calendar.workdays_between(beijing_date(case.opened_at), today) if case else 0
    turn = worked // TASK_AGAIN
    if case and case.has(StepKind.TASK, turn):
        called = _called(finding, case, calendar, today)
        if called is None:
            return None
        turn = called.toordinal()
    return Step(kind=StepKind.TASK, number=turn, at=now, days=finding.days, because=finding.because)


def _called(finding: Finding, case: Case, calendar: WorkCalendar, today: date) -> date | None:
    """Return the day for which a task is named once more, the latest that has come, if nobody was told since."""
    told = [beijing_date(step.at) for step in case.steps if step.kind is StepKind.TASK]
    for day in sorted(finding.calls, reverse=True):
        come = calendar.workday_on_or_before(day)
        if come <= today and all(on < come for on in told):
            return day
    return None
