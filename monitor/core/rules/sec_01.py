"""SEC-01: 安全、泄密事故等严重问题.

Instrument: 国办秘函〔2019〕19号, veto item 1. What was published is never read by the monitor: people record an
incident (内容安全), and that it was dealt with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from monitor.core.finding import AreaRule, Basis, Finding, Proposal, RuleBook, State
from monitor.core.record import RecordKind, Subject
from monitor.core.register import Register
from monitor.core.rules.registry import cited, day, in_scope, on_account

ID = "SEC-01"
_SETTLED = re.compile("^处置(?!中)|(?<!未)已(?:经)?(?:整改|处置|处理|解除|删除|纠正|办结)|误报|不属实")
_DOUBTFUL = re.compile("疑似|待核实")


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield the accounts whose latest incident was not dealt with."""
    concerned = {record.name for record in register.kept(RecordKind.CONTENT_SAFETY)}
    for account in register.accounts if concerned else ():
        if account.id not in concerned or not account.is_judged:
            continue
        last = register.records_of(RecordKind.CONTENT_SAFETY, account.id)[-1]
        if _SETTLED.search(last.text):
            continue
        is_doubtful = _DOUBTFUL.search(last.text) is not None
        yield on_account(
            ID,
            account,
            book,
            State.SUSPECTED if is_doubtful else State.VIOLATED,
            f"{day(last.on, now)}登记：{last.text or '内容安全问题'}。",
            since=last.on,
            proposals=(Proposal.REVIEW,) if is_doubtful else (Proposal.RECTIFY,),
            basis=Basis.HAND,
            evidence=cited(last),
            episode=f"{ID}/{last.on}",
        )


RULE = AreaRule(
    id=ID,
    title="内容安全问题",
    on=Subject.ACCOUNT,
    judge=judge,
    reads=frozenset({RecordKind.CONTENT_SAFETY}),
    binds=in_scope,
    waits_for_scope=False,
    says={
        State.OK: "无未处置的内容安全问题登记",
        State.SUSPECTED: "登记为疑似，待核实",
        State.VIOLATED: "登记的问题尚未处置",
    },
)
