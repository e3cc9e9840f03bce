"""SUP-02: 持续监测各政务新媒体运营水平和运维状态，及时发现问题，落实整改.

Instrument: 缙政办发〔2022〕13号 四(四). A trouble that a case has been open about for longer than its working days
is to be urged (督办), and after as many again to be named in a bulletin; both are proposals. The plan names no
periods; those of rules.yaml go by the kind of the rule.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from monitor.core.calendar import beijing_date
from monitor.core.finding import AreaRule, Finding, Proposal, RuleBook, State
from monitor.core.record import Subject
from monitor.core.register import Register, Trouble
from monitor.core.rules.registry import in_scope, on_account

ID = "SUP-02"
_PERIODS = {
    "UPD": "updates_workdays",
    "APP": "updates_workdays",
    "SYS": "systems_workdays",
    "FUN": "systems_workdays",
    "OUT": "systems_workdays",
}
"""By the first part of a rule's id; what is not named is a matter of the register."""


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield the accounts with a trouble that should have ended by now."""
    by_account: defaultdict[str, list[Trouble]] = defaultdict(list)
    for trouble in register.troubles:
        if trouble.rule != ID:
            by_account[trouble.account].append(trouble)
    for account in register.judged if by_account else ():
        late = [(one, left) for one in by_account.get(account.id, ()) if (left := _left(one, book, now)) < 0]
        if late:
            said = "；".join(_text(one, left, book, now) for one, left in late)
            yield on_account(
                ID,
                account,
                book,
                State.WARNING,
                f"{said}。",
                since=min(one.since for one, _ in late),
                proposals=(Proposal.RECTIFY,),
                evidence=[f"case:{one.case}" for one, _ in late],
            )


def _period(trouble: Trouble, book: RuleBook) -> int:
    return book.number(ID, _PERIODS.get(trouble.rule.partition("-")[0], "registry_workdays"))


def _worked(trouble: Trouble, book: RuleBook, now: datetime) -> int:
    return book.calendar.workdays_between(trouble.since, beijing_date(now))


def _left(trouble: Trouble, book: RuleBook, now: datetime) -> int:
    """Return the working days that are left of the period; negative when it is over."""
    return _period(trouble, book) - _worked(trouble, book, now)


def _text(trouble: Trouble, left: int, book: RuleBook, now: datetime) -> str:
    urged = "督办" if -left <= _period(trouble, book) else "列入通报"
    return f"“{book.title(trouble.rule)}”已{_worked(trouble, book, now)}个工作日未整改，建议{urged}"


RULE = AreaRule(
    id=ID,
    title="整改逾期",
    on=Subject.ACCOUNT,
    judge=judge,
    binds=in_scope,
    waits_for_scope=False,
    follows_cases=True,
    says={
        State.OK: "没有逾期未整改的问题",
        State.WARNING: "事项超过整改时限：先建议督办，再过同样的期限建议列入通报",
    },
)
