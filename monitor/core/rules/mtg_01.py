"""MTG-01: 日常工作开展交流会.

Instrument: 缙政办发〔2022〕13号 三(三)2. The plan names no frequency: meetings (会议) are kept and nothing is
judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from monitor.core.finding import AreaRule, Finding, RuleBook, State
from monitor.core.record import RecordKind, Result
from monitor.core.register import Register
from monitor.core.rules.registry import cited, day, in_scope, on_area
from monitor.core.subject import SubjectKind

ID = "MTG-01"


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield when the last meeting was."""
    meetings = [record for record in register.kept(RecordKind.MEETING) if record.result is not Result.NOT_MET]
    if meetings:
        last = meetings[-1]
        because = f"已登记交流会{len(meetings)}次，最近一次为{day(last.on, now)}。"
        yield on_area(ID, register.area, book, State.OK, because, evidence=cited(last))


RULE = AreaRule(
    id=ID,
    title="交流会",
    on=SubjectKind.AREA,
    judge=judge,
    reach=None,
    binds=in_scope,
    says={
        State.OK: "只作记录；次数没有规定，不作判定",
    },
)
