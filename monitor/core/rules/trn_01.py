"""TRN-01: 每年至少组织1次集中学习培训.

Instrument: 缙政办发〔2022〕13号 四(三). The training is the county's: counted are the area's own records (培训) of the
calendar year, and not what a unit holds for itself. The office is reminded in autumn, and on the year's last day a
year without one is a violation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from monitor.core.calendar import beijing_date, start_of_day
from monitor.core.finding import AreaRule, Finding, Proposal, RuleBook, State
from monitor.core.needs import Needs
from monitor.core.record import RecordKind, Result
from monitor.core.register import Register
from monitor.core.rules.registry import asks_to_state, cited, in_scope, on_area, unstated
from monitor.core.subject import SubjectKind

ID = "TRN-01"


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield an area that has held too few trainings, from autumn on."""
    today = beijing_date(now)
    of_year = [record for record in register.own(RecordKind.TRAINING) if record.on.year == today.year]
    held = sum(record.result is Result.HELD for record in of_year)
    if not register.judged or held >= book.number(ID, "at_least") or today.month < book.number(ID, "remind_month"):
        return
    if waiting := unstated(of_year):
        because = f"{asks_to_state(waiting, now)}。"
        yield on_area(
            ID,
            register.area,
            book,
            State.NEEDS_REVIEW,
            because,
            proposals=(Proposal.REVIEW,),
            evidence=cited(*waiting),
            episode=f"{ID}/{today.year}",
        )
        return
    is_over = today == date(today.year, 12, 31)
    autumn = date(today.year, book.number(ID, "remind_month"), 1)
    found = on_area(
        ID,
        register.area,
        book,
        State.VIOLATED if is_over else State.WARNING,
        f"{today.year}年已组织集中学习培训{held}次，应至少{book.number(ID, 'at_least')}次。",
        since=today if is_over else autumn,
        proposals=(Proposal.RECTIFY,),
        episode=f"{ID}/{today.year}",
    )
    yield replace(found, begun_at=start_of_day(autumn))  # that the year is over is the same trouble, and graver


RULE = AreaRule(
    id=ID,
    title="培训次数不足",
    needs=Needs(numbers=("at_least", "remind_month")),
    on=SubjectKind.AREA,
    judge=judge,
    reach=None,
    binds=in_scope,
    says={
        State.OK: "本年培训次数已够，或未到提醒时间",
        State.WARNING: "10月起仍无地区的培训记录；单位自行组织的不计",
        State.VIOLATED: "12月31日仍无地区的培训记录",
        State.NEEDS_REVIEW: "10月起，本年的培训记录未写明结果",
    },
)
