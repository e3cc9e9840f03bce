"""FUN-02: 建立健全公众留言回复机制，限期反馈需办事项结果.

Instrument: 缙政办发〔2022〕13号 二(三). Judged where messages are recorded (留言回复): every 收到 waits for an 已答复
of its own, by its number or in the order of their days; the plan names no period, so the number is the office's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from monitor.core.calendar import beijing_date
from monitor.core.finding import AreaRule, Basis, Finding, Proposal, RuleBook, State
from monitor.core.matters import Ways, still_open, unstated_since
from monitor.core.needs import Needs
from monitor.core.record import Record, RecordKind, Result
from monitor.core.register import Register
from monitor.core.rules.registry import asks_to_state, cited, day, in_scope, on_account
from monitor.core.subject import SubjectKind

ID = "FUN-02"
_WAYS = Ways(opens={Result.RECEIVED}, settles={Result.ANSWERED})


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield the accounts with a recorded message that has waited too long for its answer."""
    today = beijing_date(now)
    recorded = {record.name for record in register.kept(RecordKind.MESSAGE_REPLY)}
    for account in register.judged if recorded else ():
        if account.id not in recorded:
            continue
        records = register.records_of(RecordKind.MESSAGE_REPLY, account.id)
        waiting = still_open(records, _WAYS)
        if unclear := unstated_since(records, waiting):
            because = f"{asks_to_state(unclear, now)}。"
            state, proposals, evidence, since = State.NEEDS_REVIEW, (Proposal.REVIEW,), cited(*unclear), unclear[0].on
        elif waiting and (late := book.calendar.days_late(_last_day(waiting[0], book), today)):
            waited = book.number(ID, "reply_workdays") + late
            others = f"（另有{len(waiting) - 1}条待答复）" if len(waiting) > 1 else ""
            because = f"{day(waiting[0].on, now)}的公众留言已{waited}个工作日未答复{others}。"
            state, proposals, evidence = State.WARNING, (Proposal.RECTIFY,), cited(*waiting)
            since = waiting[0].on
        else:
            continue
        yield on_account(
            ID,
            account,
            book,
            state,
            because,
            since=since,
            proposals=proposals,
            basis=Basis.HAND,
            evidence=evidence,
            episode=f"{ID}/{since}",
        )


def _last_day(record: Record, book: RuleBook) -> date:
    return book.calendar.workday_after(record.on, book.number(ID, "reply_workdays"))


def _turns(register: Register, book: RuleBook) -> Iterator[date]:
    """Yield the days on which a message has waited too long."""
    for record in register.kept(RecordKind.MESSAGE_REPLY):
        yield book.calendar.next_workday(_last_day(record, book))


RULE = AreaRule(
    id=ID,
    title="留言逾期未答复",
    needs=Needs(numbers=("reply_workdays",)),
    on=SubjectKind.ACCOUNT,
    judge=judge,
    reads=frozenset({RecordKind.MESSAGE_REPLY}),
    turns=_turns,
    binds=in_scope,
    says={
        State.OK: "无逾期未答复的公众留言登记",
        State.WARNING: "有登记为收到的留言超过5个工作日未答复；后来收到的不影响以前的",
        State.NEEDS_REVIEW: "登记未写明是收到还是已答复",
    },
)
