"""CLN-02: 注销清理……主动申请关停的账号.

Instrument: 缙政办发〔2022〕13号 二(一). An application (关停申请) goes straight to the deregistration; nothing is
judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from monitor.core.account import AccountStatus
from monitor.core.finding import AreaRule, Basis, Finding, Proposal, RuleBook, State
from monitor.core.record import RecordKind, Result
from monitor.core.register import Register
from monitor.core.rules.registry import asks_to_state, cited, day, in_scope, on_account
from monitor.core.subject import SubjectKind

ID = "CLN-02"


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield the accounts whose unit asked for their end and that are not yet being closed."""
    asked = {record.name for record in register.kept(RecordKind.CLOSE_REQUEST)}
    for account in register.judged if asked else ():
        if account.id not in asked or account.status is AccountStatus.DEREGISTERING:
            continue
        for record in register.records_of_this_life(RecordKind.CLOSE_REQUEST, account.id)[-1:]:
            if record.result is Result.TAKEN_BACK:
                continue
            is_stated = record.result is Result.ASKED_FOR
            wish = f"主办单位于{day(record.on, now)}申请关停，请按程序办理注销。"
            yield on_account(
                ID,
                account,
                book,
                State.WARNING if is_stated else State.NEEDS_REVIEW,
                wish if is_stated else f"{asks_to_state([record], now)}。",
                since=record.on,
                proposals=(Proposal.DEREGISTER if is_stated else Proposal.REVIEW,),
                basis=Basis.HAND,
                evidence=cited(record),
                episode=f"{ID}/{record.on}",
            )


RULE = AreaRule(
    id=ID,
    title="主动申请关停",
    asks_whether_it_stays=True,
    on=SubjectKind.ACCOUNT,
    judge=judge,
    reads=frozenset({RecordKind.CLOSE_REQUEST}),
    binds=in_scope,
    says={
        State.OK: "无待办的关停申请，或已撤回",
        State.WARNING: "主办单位申请关停，尚未转为注销中",
        State.NEEDS_REVIEW: "登记未写明结果",
    },
)
