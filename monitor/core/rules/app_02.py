"""APP-02: 移动客户端要全面支持IPv6.

Instrument: 国办发〔2018〕123号. Recorded by people (IPv6核查): the monitor's own network may have no such path, and
then knows nothing. A line in the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from monitor.core.account import Account
from monitor.core.finding import AreaRule, Basis, Finding, RuleBook, State
from monitor.core.forms import told
from monitor.core.record import RecordKind, Result
from monitor.core.register import Register
from monitor.core.rules.registry import asks_to_state, cited, day, on_account
from monitor.core.subject import SubjectKind

ID = "APP-02"


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield the apps that do without, and those that nobody has checked."""
    for account in register.judged:
        if not account.platform.is_app:
            continue
        checks = register.records_of(RecordKind.IPV6, account.id)
        said = checks[-1].result if checks else None
        if said is None:
            because = f"{asks_to_state(checks[-1:], now)}。" if checks else "尚未核查是否支持IPv6。"
            yield on_account(ID, account, book, State.UNKNOWN, because, basis=Basis.HAND)
        elif said is Result.NOT_SUPPORTED:
            because = f"{day(checks[-1].on, now)}核查：{told(checks[-1])}。"
            yield on_account(ID, account, book, State.WARNING, because, basis=Basis.HAND, evidence=cited(checks[-1]))


def _is_app(account: Account, book: RuleBook) -> bool:
    return account.is_judged and account.platform.is_app


RULE = AreaRule(
    id=ID,
    title="不支持IPv6",
    on=SubjectKind.ACCOUNT,
    judge=judge,
    reads=frozenset({RecordKind.IPV6}),
    binds=_is_app,
    says={
        State.OK: "核查为支持",
        State.WARNING: "核查为不支持",
        State.UNKNOWN: "尚未核查",
        State.NOT_APPLICABLE: "不是移动客户端",
    },
)
