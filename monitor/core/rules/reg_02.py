"""REG-02: 于5月19日前报送至县政府信息公开中心.

Instrument: 缙政办发〔2022〕13号 三(一). Units whose return (单位报送) has not come are named in the last working
days before the deadline, that day included; a deadline that has passed is over, and REG-01 goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from monitor.core.calendar import ONE_DAY, beijing_date
from monitor.core.finding import AreaRule, Finding, Proposal, RuleBook, State
from monitor.core.needs import Needs
from monitor.core.record import RecordKind, Result
from monitor.core.register import Register
from monitor.core.rules.registry import asks_to_state, cited, day, on_unit, posts_or_serves, within_scope
from monitor.core.subject import SubjectKind

ID = "REG-02"


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield the units that have not reported, once the deadline is near."""
    today, deadline = beijing_date(now), book.date(ID, "deadline")
    if today > deadline or book.calendar.workdays_between(today, deadline) > book.number(ID, "remind_workdays"):
        return
    for unit, accounts in register.judged_by_unit.items():
        returns = register.records_of(RecordKind.UNIT_RETURN, unit)
        asked = [account for account in accounts if posts_or_serves(account, book)]
        if not asked or (returns and returns[-1].result is Result.REPORTED):
            continue
        waits = bool(returns) and returns[-1].result is None
        because = f"{unit}尚未报送，截止日期为{day(deadline, now)}。"
        finding = on_unit(
            ID,
            unit,
            register.area,
            book,
            State.NEEDS_REVIEW if waits else State.WARNING,
            f"{asks_to_state(returns[-1:], now)}。" if waits else because,
            proposals=(Proposal.REVIEW if waits else Proposal.WARN,),
            evidence=cited(*returns[-1:]),
            episode=f"{ID}/{deadline}",
        )
        yield within_scope(finding, asked)


def _turns(register: Register, book: RuleBook) -> Iterator[date]:
    """Yield the first of the last working days."""
    first = book.date(ID, "deadline")
    while book.calendar.workdays_between(first - ONE_DAY, book.date(ID, "deadline")) <= book.number(
        ID, "remind_workdays"
    ):
        first -= ONE_DAY
    yield first


RULE = AreaRule(
    id=ID,
    title="单位未报送",
    needs=Needs(numbers=("remind_workdays",), dates=("deadline",)),
    on=SubjectKind.UNIT,
    judge=judge,
    reads=frozenset({RecordKind.UNIT_RETURN}),
    turns=_turns,
    reach=SubjectKind.UNIT,
    binds=posts_or_serves,
    says={
        State.OK: "已报送，或不在报送期限内",
        State.WARNING: "截止日期前3个工作日起仍未报送",
        State.NEEDS_REVIEW: "报送记录未写明结果；或尚未报送，而单位层级未填写",
        State.NOT_APPLICABLE: "只有网站的单位",
    },
)
