"""OUT-02: 内容运营业务原则上由主办单位负责运营.

Instrument: 缙政办发〔2022〕13号 二(四). A hint: an account run by somebody else needs a reason; OUT-01 judges by
whom.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from monitor.core.account import OperationMode
from monitor.core.finding import AreaRule, Finding, RuleBook, State
from monitor.core.register import Register
from monitor.core.rules.registry import on_account, posts_or_serves
from monitor.core.subject import SubjectKind

ID = "OUT-02"


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield the accounts that are run by somebody else."""
    for account in register.media:
        if account.outsourcing.mode is OperationMode.OUTSOURCED:
            by = f"（{account.outsourcing.operator_org}）" if account.outsourcing.operator_org else ""
            yield on_account(ID, account, book, State.WARNING, f"委托第三方运营{by}，应说明确需委托的理由。")


RULE = AreaRule(
    id=ID,
    title="委托第三方运营",
    on=SubjectKind.ACCOUNT,
    judge=judge,
    binds=posts_or_serves,
    says={
        State.OK: "由主办单位自主运营",
        State.WARNING: "委托第三方运营，应说明理由",
        State.NOT_APPLICABLE: "网站",
    },
)
