"""FUN-02: 建立健全公众留言回复机制，限期反馈需办事项结果.

Instrument: 缙政办发〔2022〕13号 二(三). Judged where messages are recorded (留言回复): the latest record of an
account says that it was answered, or waits for an answer; the plan names no period, so the number is the office's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime

from monitor.core.calendar import beijing_date
from monitor.core.finding import AreaRule, Basis, Finding, Proposal, RuleBook, State
from monitor.core.record import RecordKind, Subject
from monitor.core.register import Register
from monitor.core.rules.registry import cited, day, in_scope, on_account

ID = "FUN-02"
_ANSWERED = re.compile("^(?:答复|回复)|(?<!未)(?:已(?!收到)|办结|完成)")


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield the accounts whose latest recorded message has waited too long."""
    today = beijing_date(now)
    recorded = {record.name for record in register.kept(RecordKind.MESSAGE_REPLY)}
    for account in register.judged if recorded else ():
        if account.id not in recorded:
            continue
        last = register.records_of(RecordKind.MESSAGE_REPLY, account.id)[-1]
        waited = book.calendar.workdays_between(last.on, today)
        if not _ANSWERED.search(last.text) and waited > book.number(ID, "reply_workdays"):
            yield on_account(
                ID,
                account,
                book,
                State.WARNING,
                f"{day(last.on, now)}的公众留言已{waited}个工作日未答复。",
                since=last.on,
                proposals=(Proposal.RECTIFY,),
                basis=Basis.HAND,
                evidence=cited(last),
                episode=f"{ID}/{last.on}",
            )


def _turns(register: Register, book: RuleBook) -> Iterator[date]:
    """Yield the days on which a message has waited too long."""
    period = book.number(ID, "reply_workdays")
    yield from (book.calendar.workday_after(one.on, period + 1) for one in register.kept(RecordKind.MESSAGE_REPLY))


RULE = AreaRule(
    id=ID,
    title="留言逾期未答复",
    on=Subject.ACCOUNT,
    judge=judge,
    reads=frozenset({RecordKind.MESSAGE_REPLY}),
    turns=_turns,
    binds=in_scope,
    says={
        State.OK: "无逾期未答复的公众留言登记",
        State.WARNING: "最近登记的留言超过5个工作日未答复",
    },
)
