"""APP-03: 政务应用程序上线前应当备案.

Instrument: 国办函〔2026〕12号, for apps and mini programs; existing ones had six months. The number is recorded as
应用备案.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from monitor.core.finding import AreaRule, Finding, Proposal, RuleBook, State
from monitor.core.record import RecordKind, Result
from monitor.core.register import Register
from monitor.core.rules.registry import app_like, asks_to_state, on_account
from monitor.core.subject import SubjectKind

ID = "APP-03"


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield the apps and mini programs for which no filing is recorded."""
    for account in register.judged:
        if not app_like(account, book):
            continue
        filings = register.records_of(RecordKind.APP_FILING, account.id)
        if not filings or filings[-1].result is not Result.FILED:
            because = "未登记政务应用程序备案号。"
            state, proposals = State.WARNING, [Proposal.REVIEW, Proposal.FILE]
            if filings and filings[-1].result is None:
                because = f"{asks_to_state(filings[-1:], now)}。"
                state, proposals = State.NEEDS_REVIEW, [Proposal.REVIEW]
            yield on_account(ID, account, book, state, because, proposals=tuple(proposals))


RULE = AreaRule(
    id=ID,
    title="政务应用程序未备案",
    on=SubjectKind.ACCOUNT,
    judge=judge,
    reads=frozenset({RecordKind.APP_FILING}),
    binds=app_like,
    says={
        State.OK: "已登记备案号",
        State.WARNING: "未登记备案号，或登记为未备案",
        State.NEEDS_REVIEW: "登记未写明结果",
        State.NOT_APPLICABLE: "不是移动客户端或小程序",
    },
)
