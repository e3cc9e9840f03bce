"""CLN-01: 县政府办公室联合宣传部（网信办）等部门开展分析研判，结合实际动态清理整合相关账号.

Instrument: 缙政办发〔2022〕13号 三(二)4. The conclusion is people's, recorded as 研判; the latest one counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from monitor.core.account import AccountStatus
from monitor.core.finding import AreaRule, Basis, Finding, Proposal, RuleBook, State
from monitor.core.record import RecordKind, Subject
from monitor.core.register import Register
from monitor.core.rules.registry import cited, day, in_scope, on_account

ID = "CLN-01"
_WORDS = {
    "注销": Proposal.DEREGISTER,
    "关停": Proposal.DEREGISTER,
    "取消": Proposal.CANCEL,
    "清理": Proposal.CONSOLIDATE,
    "整合": Proposal.CONSOLIDATE,
    "归集": Proposal.CONSOLIDATE,
    "整改": Proposal.RECTIFY,
}
_ANY = "|".join([*_WORDS, "保留"])
_CONCLUSION = re.compile(_ANY)
_REFUSED = re.compile(
    "(?:不|无|毋|免|缓|反对|否决|未)(?:同意|赞成|建议|考虑|列入|进行|予以|予|宜|再|需要|需|须|必|应|要|用|作|做|于)*"
    f"(?:{_ANY})"
)
"""What the review did not want: 不同意注销, 无需整改, 暂缓关停."""


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield the accounts that a joint review found should go, and those on which it came to no conclusion."""
    reviewed = {record.name for record in register.kept(RecordKind.JOINT_REVIEW)}
    for account in register.judged if reviewed else ():
        if account.id not in reviewed or account.status is AccountStatus.DEREGISTERING:
            continue
        records = register.records_of_this_life(RecordKind.JOINT_REVIEW, account.id)
        if not records:
            continue
        record = records[-1]
        said = _CONCLUSION.findall(_REFUSED.sub("", record.text))
        proposal = next((_WORDS[word] for word in said if word in _WORDS), None)
        if proposal is None and said:
            continue
        yield on_account(
            ID,
            account,
            book,
            State.VIOLATED if proposal else State.NEEDS_REVIEW,
            f"{day(record.on, now)}联合研判：{record.text or '未写明意见'}。",
            since=record.on,
            proposals=(proposal or Proposal.REVIEW,),
            basis=Basis.HAND,
            evidence=cited(record),
            episode=f"{ID}/{record.on}",
        )


RULE = AreaRule(
    id=ID,
    title="联合研判意见",
    on=Subject.ACCOUNT,
    judge=judge,
    reads=frozenset({RecordKind.JOINT_REVIEW}),
    binds=in_scope,
    waits_for_scope=False,
    says={
        State.OK: "无清理整合的研判意见",
        State.VIOLATED: "最近一次研判的意见为注销、关停、取消、清理整合",
        State.NEEDS_REVIEW: "研判记录未写明意见",
    },
)
