"""MAT-01: 打造以“缙云发布”主账号为龙头，部门精品账号为支撑的政务新媒体矩阵体系.

Instrument: 缙政办发〔2022〕13号 二(二). One brand per area is the main account, on as many platforms as it likes; the
body that runs it may be out of scope.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from monitor.core.account import Account, Platform
from monitor.core.finding import AreaRule, Finding, Proposal, RuleBook, State
from monitor.core.lasting import lasts_since, shown
from monitor.core.names import normal
from monitor.core.register import Register
from monitor.core.rules.registry import in_scope, on_area, posts_or_serves
from monitor.core.subject import SubjectKind

ID = "MAT-01"


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield an area that has no main account, or several."""
    mains = _mains(register.accounts)
    if len(mains) == 1 or not register.media:
        return
    steady = [account for account in register.accounts if account.id not in register.earlier]
    has_always_had_any, always = any(posts_or_serves(account, book) for account in steady), _mains(steady)

    def holds(moment: datetime) -> bool:
        then = tuple(register.changing(moment))
        has_any = has_always_had_any or any(posts_or_serves(account, book) for account in then)
        return has_any and len(always | _mains(then)) != 1

    begun = lasts_since(register.moments, holds)
    names = "、".join(f"“{name}”" for name in mains.values())
    because = f"台账中有{len(mains)}个主账号：{names}。" if mains else "台账中未标明主账号。"
    finding = on_area(ID, register.area, book, State.WARNING, because, proposals=(Proposal.RECTIFY,))
    yield replace(finding, since=shown(begun, ID, book), begun_at=begun)


def _mains(accounts: Iterable[Account]) -> dict[str, str]:
    """Return the names of main accounts, by what they are compared by."""
    return {normal(account.name): account.name for account in accounts if account.is_main and _may_lead(account)}


def _may_lead(account: Account) -> bool:
    return account.status.is_judged and account.platform is not Platform.WEBSITE


RULE = AreaRule(
    id=ID,
    title="主账号不明确",
    on=SubjectKind.AREA,
    judge=judge,
    reach=None,
    binds=in_scope,
    says={
        State.OK: "有一个主账号；同一名称在几个平台上算一个",
        State.WARNING: "未标明主账号，或有几个不同的主账号",
    },
)
