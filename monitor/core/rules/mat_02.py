"""MAT-02: 保留部分群众关注度高、传播影响力强的民生领域部门账号.

Instrument: 缙政办发〔2022〕13号 二(一). People decide whether it is kept; nothing is computed from followers or reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from monitor.core.finding import AreaRule, Finding, RuleBook, State
from monitor.core.register import Register
from monitor.core.rules.registry import in_scope
from monitor.core.subject import SubjectKind

ID = "MAT-02"


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield nothing: there is no verdict."""
    yield from ()


RULE = AreaRule(
    id=ID,
    title="保留账号",
    on=SubjectKind.ACCOUNT,
    judge=judge,
    reach=None,
    binds=in_scope,
    says={
        State.OK: "是否保留由联合研判决定，系统不作判定",
    },
)
