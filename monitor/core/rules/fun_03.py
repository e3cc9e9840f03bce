"""FUN-03: 提供掌上办事服务应依托“浙里办”.

Instrument: 缙政办发〔2022〕13号 二(三). Judged where a service entry (办事入口) is recorded: its addresses lead to
one of the hosts in rules.yaml. A person says, as the record's result, that a link is dead.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from monitor.core.finding import AreaRule, Basis, Finding, Proposal, RuleBook, State
from monitor.core.forms import host_of
from monitor.core.needs import Needs
from monitor.core.record import RecordKind, Result
from monitor.core.register import Register
from monitor.core.rules.registry import asks_to_state, cited, day, in_scope, on_account
from monitor.core.subject import SubjectKind

ID = "FUN-03"


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield the accounts whose service entry is dead, or leads elsewhere."""
    hosts = book.listed(ID, "hosts")
    recorded = {record.name for record in register.kept(RecordKind.SERVICE_ENTRY)}
    for account in register.judged if recorded else ():
        if account.id not in recorded:
            continue
        last = register.records_of(RecordKind.SERVICE_ENTRY, account.id)[-1]
        elsewhere = [host for host in map(host_of, last.item.split()) if not _leads_to(host, hosts)]
        state = State.WARNING
        if last.result is Result.DEAD:
            because = f"{day(last.on, now)}核查，办事入口失效。"
        elif last.result is None:
            state, because = State.NEEDS_REVIEW, f"{asks_to_state([last], now)}。"
        elif elsewhere:
            because = f"{day(last.on, now)}核查，办事入口{elsewhere[0]}未依托“浙里办”。"
        else:
            continue
        yield on_account(
            ID,
            account,
            book,
            state,
            because,
            since=last.on,
            proposals=(Proposal.RECTIFY if state is State.WARNING else Proposal.REVIEW,),
            basis=Basis.HAND,
            evidence=cited(last),
            episode=f"{ID}/{last.on}",
        )


def _leads_to(host: str, hosts: tuple[str, ...]) -> bool:
    return any(host == text or host.endswith(f".{text}") for text in hosts)


RULE = AreaRule(
    id=ID,
    title="办事入口不合要求",
    needs=Needs(words=("hosts",)),
    on=SubjectKind.ACCOUNT,
    judge=judge,
    reads=frozenset({RecordKind.SERVICE_ENTRY}),
    binds=in_scope,
    says={
        State.OK: "未登记办事入口，或已依托“浙里办”",
        State.WARNING: "登记的办事入口失效，或未依托“浙里办”",
        State.NEEDS_REVIEW: "登记未写明结果",
    },
)
