"""FUN-03: 提供掌上办事服务应依托“浙里办”.

Instrument: 缙政办发〔2022〕13号 二(三). Judged where a service entry (办事入口) is recorded: its addresses lead to
one of the hosts in rules.yaml. Whether a link is dead a person says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from monitor.core.finding import AreaRule, Basis, Finding, Proposal, RuleBook, State
from monitor.core.record import RecordKind, Subject
from monitor.core.register import Register
from monitor.core.rules.registry import cited, day, harmless, in_scope, on_account

ID = "FUN-03"
_HOST = re.compile(r"(?:https?://)?((?:[a-z0-9-]+\.)+[a-z]{2,})", re.IGNORECASE)
_DEAD = re.compile("失效|打不开|无法访问|无法打开|死链|错误")


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield the accounts whose service entry is dead, or leads elsewhere."""
    hosts = book.listed(ID, "hosts")
    recorded = {record.name for record in register.kept(RecordKind.SERVICE_ENTRY)}
    for account in register.judged if recorded else ():
        if account.id not in recorded:
            continue
        last = register.records_of(RecordKind.SERVICE_ENTRY, account.id)[-1]
        elsewhere = [host for host in _HOST.findall(last.text) if not _leads_to(host.lower(), hosts)]
        if _DEAD.search(harmless(last.text)):
            because = f"{day(last.on, now)}核查，办事入口无法访问。"
        elif elsewhere:
            because = f"{day(last.on, now)}核查，办事入口{elsewhere[0]}未依托“浙里办”。"
        else:
            continue
        yield on_account(
            ID,
            account,
            book,
            State.WARNING,
            because,
            since=last.on,
            proposals=(Proposal.RECTIFY,),
            basis=Basis.HAND,
            evidence=cited(last),
            episode=f"{ID}/{last.on}",
        )


def _leads_to(host: str, hosts: tuple[str, ...]) -> bool:
    return any(host == one or host.endswith(f".{one}") for one in hosts)


RULE = AreaRule(
    id=ID,
    title="办事入口不合要求",
    on=Subject.ACCOUNT,
    judge=judge,
    reads=frozenset({RecordKind.SERVICE_ENTRY}),
    binds=in_scope,
    says={
        State.OK: "未登记办事入口，或已依托“浙里办”",
        State.WARNING: "登记的办事入口无法访问，或未依托“浙里办”",
    },
)
