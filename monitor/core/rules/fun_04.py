"""FUN-04: 引入“民呼我为”统一平台政策知识库.

Instrument: 缙政办发〔2022〕13号 二(三). A line in the ledger: yes or no, as the office recorded it (知识库) for the
account, its unit or the area.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from monitor.core.finding import AreaRule, Basis, Finding, RuleBook, State
from monitor.core.record import RecordKind, Result
from monitor.core.register import Register
from monitor.core.rules.registry import asks_to_state, cited, day, in_scope, on_account
from monitor.core.subject import SubjectKind

ID = "FUN-04"


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield the accounts recorded as doing without it."""
    for account in register.judged if register.kept(RecordKind.KNOWLEDGE_BASE) else ():
        for name in (account.id, account.unit, account.area):
            records = register.records_of(RecordKind.KNOWLEDGE_BASE, name)
            said = records[-1].result if records else Result.ADOPTED
            if said is not Result.ADOPTED:
                because = f"{day(records[-1].on, now)}登记：尚未引入政策知识库。"
                state = State.WARNING if said else State.NEEDS_REVIEW
                because = because if said else f"{asks_to_state(records[-1:], now)}。"
                yield on_account(ID, account, book, state, because, basis=Basis.HAND, evidence=cited(records[-1]))
            if records:
                break


RULE = AreaRule(
    id=ID,
    title="未引入政策知识库",
    on=SubjectKind.ACCOUNT,
    judge=judge,
    reads=frozenset({RecordKind.KNOWLEDGE_BASE}),
    binds=in_scope,
    says={
        State.OK: "无未引入政策知识库的登记",
        State.WARNING: "登记为未引入政策知识库",
        State.NEEDS_REVIEW: "登记未写明结果",
    },
)
