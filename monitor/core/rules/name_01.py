"""NAME-01: 在公开认证信息中标明主办单位名称；不同平台上的名称原则上应保持一致.

Instrument: 国办发〔2018〕123号 (and 浙政办发函〔2020〕195号 for the names). Names are compared after NFKC and
without spaces.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from monitor.core.account import Account, Platform
from monitor.core.finding import AreaRule, Finding, Proposal, RuleBook, State
from monitor.core.names import normal
from monitor.core.record import RecordKind
from monitor.core.register import Register
from monitor.core.rules.registry import RUNNING, on_account, posts_or_serves
from monitor.core.subject import SubjectKind

ID = "NAME-01"


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield the accounts whose name is not that of the unit's others, or whose certificate names somebody else."""
    names: dict[str, dict[str, str]] = {}
    running = [
        account for account in register.judged if account.status in RUNNING and account.platform is not Platform.WEBSITE
    ]
    for account in running:
        names.setdefault(normal(account.unit), {}).setdefault(normal(account.name), account.name)
    for account in running:
        faults = [*_differs(names[normal(account.unit)]), *_certified_otherwise(account, register)]
        if faults:
            because = f"{'；'.join(faults)}。"
            yield on_account(ID, account, book, State.WARNING, because, proposals=(Proposal.RECTIFY,))


def _differs(names: dict[str, str]) -> Iterator[str]:
    if len(names) > 1:
        yield f"主办单位在不同平台的账号名称不一致：{'、'.join(f'“{name}”' for name in names.values())}"


def _certified_otherwise(account: Account, register: Register) -> Iterator[str]:
    entity = account.verified_entity
    if not entity or normal(entity) == normal(account.unit):
        return
    if normal(entity) not in {normal(alias.item) for alias in register.records_of(RecordKind.ALIAS, account.unit)}:
        yield f"认证主体为“{entity}”，与主办单位“{account.unit}”不一致"


RULE = AreaRule(
    id=ID,
    title="名称或认证主体不一致",
    on=SubjectKind.ACCOUNT,
    judge=judge,
    reads=frozenset({RecordKind.ALIAS}),
    reach=SubjectKind.UNIT,
    binds=posts_or_serves,
    says={
        State.OK: "各账号名称一致，认证主体为主办单位",
        State.WARNING: "主办单位各账号名称不一致；或认证主体不是主办单位",
        State.NOT_APPLICABLE: "网站",
    },
)
