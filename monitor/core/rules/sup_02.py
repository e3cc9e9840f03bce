"""SUP-02: 持续监测各政务新媒体运营水平和运维状态，及时发现问题，落实整改.

Instrument: 缙政办发〔2022〕13号 四(四). A trouble that a case has been open about for longer than its working days
is to be urged (督办), and after as many again to be named in a bulletin; both are proposals. The plan names no
periods; those of rules.yaml go by the kind of the rule. It is about what is still so and is the unit's to end: a gap
that has closed is over, what only the joint review can end is the office's, and of an account whose end was decided
(注销、清理整合) nothing is urged: DRG-01 says how far that is. Whether what is late is named in a bulletin the office
records (通报意见): that answers for what was late by then, and for nothing later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from monitor.core.account import Account, Labelled
from monitor.core.calendar import ONE_DAY, WorkCalendar, beijing_date
from monitor.core.decision import Ruling
from monitor.core.deregistration import is_under_way
from monitor.core.finding import AreaRule, Finding, Proposal, RuleBook, State
from monitor.core.needs import Needs
from monitor.core.phrases import dated
from monitor.core.record import Record, RecordKind
from monitor.core.register import Register, Trouble
from monitor.core.rules.registry import in_scope, on_account
from monitor.core.subject import SubjectKind

ID = "SUP-02"
REGISTRY = "registry_workdays"
"""The term of rules that have none of their own."""
PERIODS = {
    "UPD": "updates_workdays",
    "APP": "updates_workdays",
    "SYS": "systems_workdays",
    "FUN": "systems_workdays",
    "OUT": "systems_workdays",
    "CHG": REGISTRY,
    "CLN": REGISTRY,
    "DRG": REGISTRY,
    "DUP": REGISTRY,
    "MAT": REGISTRY,
    "NAME": REGISTRY,
    "PER": REGISTRY,
    "PLT": REGISTRY,
    "REG": REGISTRY,
    "REO": REGISTRY,
    "SEC": REGISTRY,
    "SUB": REGISTRY,
    "TWN": REGISTRY,
    "WEAK": REGISTRY,
}
"""By the first part of a rule's id; a trouble under a rule that is no more is a matter of the register."""


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield the accounts with a trouble that should have ended by now."""
    by_account: defaultdict[str, list[Trouble]] = defaultdict(list)
    for trouble in register.troubles:
        if trouble.rule != ID:
            by_account[trouble.account].append(trouble)
    for account in register.judged if by_account else ():
        open_for_long = [trouble for trouble in by_account.get(account.id, ()) if _late(trouble, book, now)]
        goes = bool(open_for_long) and is_ending(account, register)
        opinion = _opinion(account, register)
        late = [] if goes else [trouble for trouble in open_for_long if _is_the_units(trouble)]
        asked = [trouble for trouble in late if not _is_answered(trouble, opinion, book)]
        said = "；".join(
            _text(trouble, book, now, is_ending=goes)
            + (_told(opinion, now) if trouble in late and trouble not in asked else "")
            for trouble in open_for_long
        )
        if asked:
            yield on_account(
                ID,
                account,
                book,
                State.WARNING,
                f"{said}。",
                since=min(_late_from(trouble, book) for trouble in asked),
                proposals=(Proposal.RECTIFY,),
                evidence=[f"case:{trouble.case}" for trouble in asked],
            )
        elif open_for_long:
            evidence = [f"case:{trouble.case}" for trouble in open_for_long]
            quiet = on_account(ID, account, book, State.OK, f"{said}。", evidence=evidence)
            yield replace(quiet, decided=Ruling.CONFIRMED) if late else quiet


def _opinion(account: Account, register: Register) -> Record | None:
    """Return what the office last recorded of naming the account in a bulletin."""
    return next(reversed(register.records_of_this_life(RecordKind.LISTING, account.id)), None)


def _is_answered(trouble: Trouble, opinion: Record | None, book: RuleBook) -> bool:
    """True if the office has said of it whether it is named in a bulletin."""
    return opinion is not None and opinion.result is not None and opinion.on >= _late_from(trouble, book)


def _told(opinion: Record | None, now: datetime) -> str:
    if opinion is None or opinion.result is None:
        return ""
    return f"（{dated(opinion.on, beijing_date(now))}已决定{opinion.result.label}）"


_FOR_THE_REVIEW = frozenset(proposal.value for proposal in (Proposal.CONSOLIDATE, Proposal.DEREGISTER, Proposal.CANCEL))
_FOR_THE_OFFICE = _FOR_THE_REVIEW | {Proposal.REVIEW.value}
_ENDED_BY_UNITS = ("UPD-03", "APP-01")
"""Rules that propose what the joint review decides, of troubles that the unit can and must end meanwhile."""


def _is_the_units(trouble: Trouble) -> bool:
    """True if it is still so, and the unit's to end."""
    if trouble.is_over:
        return False
    is_the_office_s = bool(trouble.proposed) and trouble.proposed <= _FOR_THE_OFFICE
    return trouble.rule in _ENDED_BY_UNITS or not is_the_office_s


def is_ending(account: Account, register: Register) -> bool:
    """True if it was decided that the account goes: that is under way, and DRG-01 says how far."""
    marked = register.records_of_this_life(RecordKind.DEREGISTRATION, account.id)
    return is_under_way(account, register.versions_of(account.id), register.decisions_of(account.id), marked)


def _late_from(trouble: Trouble, book: RuleBook) -> date:
    """Return the first day on which its period is over."""
    return book.calendar.workday_after(_counted_from(trouble, book), _period(trouble, book) + 1)


def term_ends(trouble: Trouble, book: RuleBook) -> date:
    """Return the last day of the term in which a trouble is to be settled: 整改时限."""
    return due_on(trouble.rule, _counted_from(trouble, book), book)


def _counted_from(trouble: Trouble, book: RuleBook) -> date:
    """Return the day from which a term of which nothing was spared would be as far as this one is.

    An exemption, a stay or a false alarm that was decided and taken back suspends the term; it begins none anew.
    """
    spared = sum(
        book.calendar.workdays_between(pause.since - ONE_DAY, pause.until - ONE_DAY) for pause in trouble.paused
    )
    return book.calendar.workday_after(trouble.since, spared)


def due_on(rule: str, since: date, book: RuleBook) -> date:
    """Return the last day for settling a trouble under a rule that somebody has had to settle since a day."""
    return book.calendar.workday_after(since, _period_of(rule, book))


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeTerms:
    """How long the office has for what waits on it, by the rules and calendars of a day."""

    book: RuleBook
    calendar: WorkCalendar

    @classmethod
    def of(cls, book: RuleBook, calendar: WorkCalendar) -> OfficeTerms | None:
        """Return them; None where nobody has said how long the office has."""
        return cls(book=book, calendar=calendar) if ID in book.numbers else None

    def due(self, rule: str, area: str | None, since: date) -> date:
        """Return the last day for what waits since a day."""
        return due_on(rule, since, self._book_of(area))

    def since(self, term: str, area: str | None, last: date) -> date:
        """Return the latest day since which a case may wait for its last day to be `last` or before."""
        book, since = self._book_of(area), last
        while book.calendar.workday_after(since, book.number(ID, term)) > last:
            since -= ONE_DAY
        return since

    def _book_of(self, area: str | None) -> RuleBook:
        return replace(self.book, calendar=self.calendar.of(area))


def term_of(rule: str) -> str:
    """Return the setting that says how long a trouble under a rule may take."""
    return PERIODS.get(rule.partition("-")[0], REGISTRY)


class Settling(Labelled):
    """Whose turn a trouble is, and whether that has been late: 整改状态."""

    RECOVERED = "recovered", "待办公室处置"
    ENDING = "ending", "正在处置"
    REVIEW = "review", "待联合研判"
    VERIFY = "verify", "待办公室核实"
    RUNNING = "running", "整改中"
    LATE = "late", "整改逾期"


def settling(trouble: Trouble, due: date | None, today: date, *, is_ending: bool) -> Settling:
    """Return how far a trouble is whose last day is `due`; None where no term runs for its unit."""
    if trouble.is_over:
        return Settling.RECOVERED
    if is_ending:
        return Settling.ENDING
    if not _is_the_units(trouble):
        return Settling.REVIEW if trouble.proposed & _FOR_THE_REVIEW else Settling.VERIFY
    return Settling.LATE if due is not None and today > due else Settling.RUNNING


def _period(trouble: Trouble, book: RuleBook) -> int:
    return _period_of(trouble.rule, book)


def _period_of(rule: str, book: RuleBook) -> int:
    return book.number(ID, term_of(rule))


def _late(trouble: Trouble, book: RuleBook, now: datetime) -> int:
    """Return how many working days have begun since its period was over."""
    return book.calendar.days_late(term_ends(trouble, book), beijing_date(now))


def _text(trouble: Trouble, book: RuleBook, now: datetime, *, is_ending: bool) -> str:
    title = f"“{book.title(trouble.rule)}”"
    if trouble.is_over:
        return f"{title}已恢复，待办公室处置"
    if is_ending:
        return f"{title}已作出处置决定，正在办理"
    if not _is_the_units(trouble):
        is_for_review = bool(trouble.proposed & _FOR_THE_REVIEW)
        return f"{title}待办公室提请联合研判" if is_for_review else f"{title}待办公室核实"
    late, period = _late(trouble, book, now), _period(trouble, book)
    return f"{title}已{period + late}个工作日未整改，建议{'督办' if late <= period else '列入通报'}"


RULE = AreaRule(
    id=ID,
    title="整改逾期",
    needs=Needs(numbers=("updates_workdays", "registry_workdays", "systems_workdays")),
    on=SubjectKind.ACCOUNT,
    judge=judge,
    reach=None,
    binds=in_scope,
    follows_cases=True,
    says={
        State.OK: "没有逾期未整改的问题；已恢复的、待办公室研判的、已决定处置的、已登记通报意见的不算",
        State.WARNING: "事项超过整改时限：先建议督办，再过同样的期限建议列入通报",
    },
)
