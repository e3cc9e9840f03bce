"""PER-01: 每个账号确定一位联络员及一位责任领导.

Instrument: 缙政办发〔2022〕13号 三(三)2. Each needs a phone, a mail address or a DingTalk id, for without
one no warning reaches anybody. Accounts being closed are not asked.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from monitor.core.account import Account, AccountStatus, Role
from monitor.core.finding import Basis, Finding, Known, Pacing, Proposal, Rule, RuleBook, State

ID = "PER-01"
_ASKED = frozenset({AccountStatus.ACTIVE, AccountStatus.PAUSED, AccountStatus.FILING})


def judge(known: Known, book: RuleBook, now: datetime) -> Finding:
    """Return whether the account has exactly one reachable liaison and one reachable leader."""
    account = known.account
    finding = Finding(
        rule=ID,
        account=account.id,
        unit=account.unit,
        area=account.area,
        state=State.NOT_APPLICABLE,
        strength=book.strengths[ID],
        basis=Basis.REGISTRY,
        clause=book.clauses[ID],
        because="该账号不要求确定联络员和责任领导。",
        episode=ID,
    )
    if not account.is_judged or account.status not in _ASKED:
        return finding
    gaps = [gap for role in (Role.LIAISON, Role.LEADER) if (gap := _gap(account, role))]
    if gaps:
        return replace(finding, state=State.WARNING, proposals=(Proposal.RECTIFY,), because=f"{'；'.join(gaps)}。")
    return replace(finding, state=State.OK, because="联络员和责任领导齐全。")


def _gap(account: Account, role: Role) -> str | None:
    people = account.people(role)
    if not people:
        return f"未确定{role.label}"
    if len(people) > 1:
        return f"{role.label}有{len(people)}位，应为一位"
    return None if people[0].is_reachable else f"{role.label}没有联系方式"


RULE = Rule(
    id=ID,
    title="联络员和责任领导",
    pacing=Pacing.TASK,
    judge=judge,
    says={
        State.OK: "联络员、责任领导各一位，各有手机、邮箱或钉钉之一",
        State.WARNING: "缺人、多于一位，或没有联系方式",
        State.NOT_APPLICABLE: "注销中、已注销的账号",
    },
)
