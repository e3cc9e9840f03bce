"""CLN-01: 县政府办公室联合宣传部（网信办）等部门开展分析研判，结合实际动态清理整合相关账号.

Instrument: 缙政办发〔2022〕13号 三(二)4. The conclusion is people's, recorded as 研判; the latest one counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from monitor.core.account import AccountStatus
from monitor.core.finding import AreaRule, Basis, Finding, Proposal, RuleBook, State
from monitor.core.forms import told
from monitor.core.record import RecordKind, Result
from monitor.core.register import Register
from monitor.core.rules.registry import asks_to_state, cited, day, in_scope, on_account
from monitor.core.subject import SubjectKind

ID = "CLN-01"
_ENDS: Mapping[Result | None, Proposal] = {
    Result.DEREGISTER: Proposal.DEREGISTER,
    Result.SHUT_DOWN: Proposal.DEREGISTER,
    Result.CANCEL: Proposal.CANCEL,
    Result.CONSOLIDATE: Proposal.CONSOLIDATE,
}


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield the accounts that a joint review found should go or mend, and those on which it came to no conclusion."""
    reviewed = {record.name for record in register.kept(RecordKind.JOINT_REVIEW)}
    for account in register.judged if reviewed else ():
        if account.id not in reviewed or account.status is AccountStatus.DEREGISTERING:
            continue
        records = register.records_of_this_life(RecordKind.JOINT_REVIEW, account.id)
        if not records:
            continue
        record = records[-1]
        because = f"{day(record.on, now)}联合研判：{told(record)}。"
        match record.result:
            case Result.RETAIN:
                continue
            case Result.RECTIFY:
                state, proposal = State.WARNING, Proposal.RECTIFY
            case ending if ending in _ENDS:
                state, proposal = State.VIOLATED, _ENDS[ending]
            case None:
                state, proposal, because = State.NEEDS_REVIEW, Proposal.REVIEW, f"{asks_to_state([record], now)}。"
            case _:
                state, proposal = State.NEEDS_REVIEW, Proposal.REVIEW
        yield on_account(
            ID,
            account,
            book,
            state,
            because,
            since=record.on,
            proposals=(proposal,),
            basis=Basis.HAND,
            evidence=cited(record),
            episode=f"{ID}/{record.on}",
        )


RULE = AreaRule(
    id=ID,
    title="联合研判意见",
    asks_whether_it_stays=True,
    on=SubjectKind.ACCOUNT,
    judge=judge,
    reads=frozenset({RecordKind.JOINT_REVIEW}),
    binds=in_scope,
    says={
        State.OK: "无清理整合的研判意见",
        State.VIOLATED: "最近一次研判的意见为注销、关停、取消、清理整合",
        State.WARNING: "最近一次研判的意见为整改",
        State.NEEDS_REVIEW: "最近一次研判未形成意见，或研判记录未写明结果",
    },
)
