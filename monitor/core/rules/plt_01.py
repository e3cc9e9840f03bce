"""PLT-01: 搜狐号、百家号、大鱼号等小众平台账号原则上一律取消.

Instrument: 缙政办发〔2022〕13号 三(二)1. However active the account is. Which platforms 等 covers the plan does not
say: one that stands in neither list of rules.yaml is put to the office. Websites are no such accounts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from monitor.core.account import Platform
from monitor.core.finding import AreaRule, Finding, Proposal, RuleBook, State
from monitor.core.needs import Needs
from monitor.core.register import Register
from monitor.core.rules.registry import on_account, posts_or_serves
from monitor.core.subject import SubjectKind

ID = "PLT-01"


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield the accounts on niche platforms, and on platforms of which nobody has said what they are."""
    niche, mainstream = frozenset(book.listed(ID, "niche")), frozenset(book.listed(ID, "mainstream"))
    for account in register.judged:
        label = account.platform.label
        if label in niche:
            because = f"{label}为小众平台，原则上取消。"
            yield on_account(ID, account, book, State.VIOLATED, because, proposals=(Proposal.CANCEL,))
        elif label not in mainstream and account.platform is not Platform.WEBSITE:
            because = f"{label}是否属于小众平台，方案未列明。"
            yield on_account(ID, account, book, State.NEEDS_REVIEW, because, proposals=(Proposal.REVIEW,))


RULE = AreaRule(
    id=ID,
    title="小众平台账号",
    asks_whether_it_stays=True,
    needs=Needs(words=("niche", "mainstream"), platforms=("niche", "mainstream")),
    on=SubjectKind.ACCOUNT,
    judge=judge,
    binds=posts_or_serves,
    says={
        State.OK: "所在平台为主流平台",
        State.VIOLATED: "所在平台列为小众平台，不论是否活跃",
        State.NEEDS_REVIEW: "所在平台两个名单均未列",
        State.NOT_APPLICABLE: "网站",
    },
)
