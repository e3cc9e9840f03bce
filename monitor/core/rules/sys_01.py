"""SYS-01: 信息发布审核制度、安全管理制度、应急预案、考核评价办法等系列制度.

Instrument: 缙政办发〔2022〕13号 三(四). Every unit with an account that goes on needs each of them, recorded as
制度 with its name in the text for the unit or the whole area, and looks at them again every year.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from monitor.core.calendar import ONE_DAY, beijing_date
from monitor.core.finding import AreaRule, Finding, Proposal, RuleBook, State
from monitor.core.record import Record, RecordKind, Subject
from monitor.core.register import Register
from monitor.core.rules.registry import RUNNING, cited, normal, on_unit, posts_or_serves

ID = "SYS-01"


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield the units that lack an institution, or have not looked at one for a year."""
    today = beijing_date(now)
    if today <= book.date(ID, "due"):
        return
    common = register.records_of(RecordKind.INSTITUTION, register.area)
    of_all = _lacking(common, book, today)
    for unit, accounts in register.by_unit.items():
        if not any(account.status in RUNNING and posts_or_serves(account, book) for account in accounts):
            continue
        own = register.records_of(RecordKind.INSTITUTION, unit)
        because, evidence = _lacking((*own, *common), book, today) if own else of_all
        if because:
            yield on_unit(
                ID,
                unit,
                register.area,
                book,
                State.WARNING,
                because,
                proposals=(Proposal.RECTIFY,),
                evidence=evidence,
            )


def _lacking(records: Sequence[Record], book: RuleBook, today: date) -> tuple[str, tuple[str, ...]]:
    """Return what is not in order with these institutions, as a sentence, and its evidence; nothing if all is."""
    ordered = sorted(records, key=lambda record: record.on)
    latest = {name: [one for one in ordered if name in normal(one.text)][-1:] for name in book.listed(ID, "required")}
    missing = [name for name, found in latest.items() if not found]
    old = [
        name for name, found in latest.items() if found and (today - found[0].on).days > book.number(ID, "review_days")
    ]
    faults = [f"未登记{'、'.join(missing)}"] if missing else []
    faults += [f"{'、'.join(old)}已超过一年未复核"] if old else []
    because = f"{'；'.join(faults)}。" if faults else ""
    return because, cited(*(record for found in latest.values() for record in found))


def _turns(register: Register, book: RuleBook) -> Iterator[date]:
    """Yield the day after the deadline, and those on which an institution was not looked at for too long."""
    yield book.date(ID, "due") + ONE_DAY
    late = timedelta(days=book.number(ID, "review_days") + 1)
    yield from (one.on + late for one in register.kept(RecordKind.INSTITUTION))


RULE = AreaRule(
    id=ID,
    title="管理制度不全",
    on=Subject.UNIT,
    judge=judge,
    reads=frozenset({RecordKind.INSTITUTION}),
    turns=_turns,
    reach=Subject.UNIT,
    binds=posts_or_serves,
    says={
        State.OK: "各项制度齐全，一年内复核过；或期限未到",
        State.WARNING: "期限过后缺少制度，或超过一年未复核",
        State.NOT_APPLICABLE: "只有网站的单位",
    },
)
