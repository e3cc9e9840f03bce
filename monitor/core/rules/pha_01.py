"""PHA-01: the phases of the campaign, 三、实施步骤: 全面排摸、清理整治、运营实施、全面实施.

Instrument: 缙政办发〔2022〕13号 三. The office is reminded in the last days of a phase; phases that have passed are
over. Later campaigns are recorded (阶段) on their last day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from monitor.core.calendar import beijing_date
from monitor.core.finding import AreaRule, Finding, Proposal, RuleBook, State
from monitor.core.needs import Needs
from monitor.core.record import RecordKind, Result
from monitor.core.register import Register
from monitor.core.rules.registry import day, in_scope, on_area
from monitor.core.subject import SubjectKind

ID = "PHA-01"
_PHASES = {
    "survey": "全面排摸阶段",
    "cleanup": "清理整治阶段",
    "operation": "运营实施阶段",
    "completion": "全面实施阶段",
}


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield the phase that ends within the next days; of several, the first to end."""
    today = beijing_date(now)
    planned = [(book.date(ID, name), title) for name, title in _PHASES.items()]
    latest = {
        (record.on, record.item or record.text or "阶段"): record.result for record in register.kept(RecordKind.PHASE)
    }
    recorded = [phase for phase, result in latest.items() if result is not Result.CANCEL]
    for end, title in sorted([*planned, *recorded]):
        left = (end - today).days
        if 0 <= left <= book.number(ID, "remind_days"):
            because = f"{title}将于{day(end, now)}结束（{f'还有{left}天' if left else '今天'}）。"
            yield on_area(
                ID,
                register.area,
                book,
                State.WARNING,
                because,
                since=end - timedelta(days=book.number(ID, "remind_days")),
                proposals=(Proposal.WARN,),
                episode=f"{ID}/{end}",
            )
            return


RULE = AreaRule(
    id=ID,
    title="实施阶段即将结束",
    needs=Needs(numbers=("remind_days",), dates=("survey", "cleanup", "operation", "completion")),
    on=SubjectKind.AREA,
    judge=judge,
    reach=None,
    binds=in_scope,
    says={
        State.OK: "无即将结束的阶段",
        State.WARNING: "阶段结束前5天内",
    },
)
