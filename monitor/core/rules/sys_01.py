"""SYS-01: 信息发布审核制度、安全管理制度、应急预案、考核评价办法等系列制度.

Instrument: 缙政办发〔2022〕13号 三(四). Every unit with an account that goes on needs each of them, recorded as
制度 with its name in the text for the unit or the whole area, and looks at them again every year.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from monitor.core.calendar import beijing_date
from monitor.core.finding import AreaRule, Finding, Proposal, RuleBook, State
from monitor.core.record import RecordKind, Subject
from monitor.core.register import Register
from monitor.core.rules.registry import RUNNING, cited, in_scope, normal, on_unit

ID = "SYS-01"


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield the units that lack an institution, or have not looked at one for a year."""
    today, required = beijing_date(now), book.listed(ID, "required")
    if today <= book.date(ID, "due"):
        return
    for unit, accounts in register.by_unit.items():
        if not any(account.status in RUNNING for account in accounts):
            continue
        own, common = (register.records_of(RecordKind.INSTITUTION, name) for name in (unit, register.area))
        records = sorted((*own, *common), key=lambda record: record.on)
        latest = {name: [one for one in records if name in normal(one.text)][-1:] for name in required}
        missing = [name for name, found in latest.items() if not found]
        old = [
            name
            for name, found in latest.items()
            if found and (today - found[0].on).days > book.number(ID, "review_days")
        ]
        faults = [f"没有登记{'、'.join(missing)}"] if missing else []
        faults += [f"{'、'.join(old)}已超过一年未复核"] if old else []
        if faults:
            yield on_unit(
                ID,
                unit,
                register.area,
                book,
                State.WARNING,
                f"{'；'.join(faults)}。",
                proposals=(Proposal.RECTIFY,),
                evidence=cited(*(record for found in latest.values() for record in found)),
            )


RULE = AreaRule(
    id=ID,
    title="管理制度",
    on=Subject.UNIT,
    judge=judge,
    binds=in_scope,
    says={
        State.OK: "各项制度齐全，一年内复核过；或期限未到",
        State.WARNING: "期限过后缺少制度，或超过一年没有复核",
    },
)
