"""DUP-01: 一个单位原则上在同一平台只开设一个政务新媒体账号.

Instrument: 国办发〔2018〕123号. WeChat's subscription, service and video accounts are platforms of their own;
accounts that are being closed no longer count; websites are no such accounts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from monitor.core.account import Account, Platform
from monitor.core.finding import AreaRule, Finding, Proposal, RuleBook, State
from monitor.core.names import normal
from monitor.core.needs import Needs
from monitor.core.register import Register
from monitor.core.rules.registry import RUNNING, on_account, posts_or_serves
from monitor.core.subject import SubjectKind

ID = "DUP-01"


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield every account of a unit that has several on one platform."""
    at_most = book.number(ID, "at_most")
    alike: defaultdict[tuple[str, Platform], list[Account]] = defaultdict(list)
    for account in register.judged:
        if account.status in RUNNING and account.platform is not Platform.WEBSITE:
            alike[normal(account.unit), account.platform].append(account)
    for (_, platform), accounts in alike.items():
        if len(accounts) > at_most:
            unit = accounts[0].unit
            names = "、".join(f"“{account.name}”" for account in accounts)
            because = f"{unit}在{platform.label}开设了{len(accounts)}个账号：{names}。"
            for account in accounts:
                yield on_account(ID, account, book, State.WARNING, because, proposals=(Proposal.CONSOLIDATE,))


RULE = AreaRule(
    id=ID,
    title="一个平台多个账号",
    needs=Needs(numbers=("at_most",)),
    on=SubjectKind.ACCOUNT,
    judge=judge,
    reach=SubjectKind.UNIT,
    binds=posts_or_serves,
    says={
        State.OK: "主办单位在该平台没有其他账号",
        State.WARNING: "主办单位在同一平台有两个或以上账号；注销中的不计，微信订阅号、服务号、视频号各为一个平台",
        State.NOT_APPLICABLE: "网站",
    },
)
