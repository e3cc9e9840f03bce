"""SUP-01: 对信息内容管理、安全管理、值班值守等制度落实情况进行定期检查.

Instrument: 缙政办发〔2022〕13号 四(四). The plan names no period; rules.yaml says a quarter. Inspections are
recorded as 检查 of the area: a look at one unit or one account is none of all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from monitor.core.calendar import beijing_date
from monitor.core.finding import AreaRule, Finding, Proposal, RuleBook, State
from monitor.core.needs import Needs
from monitor.core.record import RecordKind, Result
from monitor.core.register import Register
from monitor.core.rules.registry import asks_to_state, cited, day, in_scope, on_area, unstated
from monitor.core.subject import SubjectKind

ID = "SUP-01"


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield an area whose last inspection lies too far back."""
    if not register.judged:
        return
    recorded = [record for record in register.own(RecordKind.INSPECTION) if record.result is not Result.NOT_INSPECTED]
    held = [record for record in recorded if record.result is not None]
    last, every = held[-1] if held else None, book.number(ID, "every_days")
    if last is not None and (beijing_date(now) - last.on).days <= every:
        return
    if waiting := unstated(recorded[recorded.index(last) :] if last else recorded):
        because = f"{asks_to_state(waiting, now)}。"
        review, evidence = (Proposal.REVIEW,), cited(*waiting)
        yield on_area(ID, register.area, book, State.NEEDS_REVIEW, because, proposals=review, evidence=evidence)
    elif last is None:
        yield on_area(ID, register.area, book, State.WARNING, "尚未登记定期检查。", proposals=(Proposal.RECTIFY,))
    else:
        yield on_area(
            ID,
            register.area,
            book,
            State.WARNING,
            f"上次检查为{day(last.on, now)}，已超过{every}天。",
            since=last.on + timedelta(days=every + 1),
            proposals=(Proposal.RECTIFY,),
            evidence=cited(last),
            episode=f"{ID}/{last.on}",
        )


def _turns(register: Register, book: RuleBook) -> Iterator[date]:
    """Yield the days on which an inspection lies too far back."""
    late = timedelta(days=book.number(ID, "every_days") + 1)
    yield from (record.on + late for record in register.own(RecordKind.INSPECTION))


RULE = AreaRule(
    id=ID,
    title="未按期检查",
    needs=Needs(numbers=("every_days",)),
    on=SubjectKind.AREA,
    judge=judge,
    reads=frozenset({RecordKind.INSPECTION}),
    turns=_turns,
    reach=SubjectKind.AREA,
    binds=in_scope,
    says={
        State.OK: "按期开展了检查",
        State.WARNING: "没有地区的检查记录，或上次检查已超过一个季度；只检查一个单位或账号的不计",
        State.NEEDS_REVIEW: "上次检查已超过一个季度，此后的检查记录未写明结果",
    },
)
