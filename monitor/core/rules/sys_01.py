"""SYS-01: 信息发布审核制度、安全管理制度、应急预案、考核评价办法等系列制度.

Instrument: 缙政办发〔2022〕13号 三(四). Every unit with an account that goes on needs each of them, recorded as
制度 by its name for the unit or the whole area, and looks at them again every year.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from monitor.core.calendar import ONE_DAY, beijing_date
from monitor.core.finding import AreaRule, Finding, Proposal, RuleBook, State
from monitor.core.names import normal
from monitor.core.needs import Needs
from monitor.core.record import Record, RecordKind, Result
from monitor.core.register import Register
from monitor.core.rules.registry import RUNNING, asks_to_state, cited, on_unit, posts_or_serves, unstated, within_scope
from monitor.core.subject import SubjectKind

ID = "SYS-01"


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield the units that lack an institution, or have not looked at one for a year."""
    today = beijing_date(now)
    if today <= book.date(ID, "due"):
        return
    common = register.records_of(RecordKind.INSTITUTION, register.area)
    of_all = _lacking((), common, book, today)
    for unit, accounts in register.judged_by_unit.items():
        asked = [account for account in accounts if account.status in RUNNING and posts_or_serves(account, book)]
        if not asked:
            continue
        own = register.records_of(RecordKind.INSTITUTION, unit)
        because, evidence = _lacking(own, common, book, today) if own else of_all
        if because:
            waiting = unstated((*own, *common))
            finding = on_unit(
                ID,
                unit,
                register.area,
                book,
                State.NEEDS_REVIEW if waiting else State.WARNING,
                f"{because}；{asks_to_state(waiting, now)}。" if waiting else f"{because}。",
                proposals=(Proposal.REVIEW if waiting else Proposal.RECTIFY,),
                evidence=(*evidence, *cited(*waiting)),
            )
            yield within_scope(finding, asked)


def _lacking(
    own: Sequence[Record], common: Sequence[Record], book: RuleBook, today: date
) -> tuple[str, tuple[str, ...]]:
    """Return what is not in order with a unit's institutions and its area's, and the evidence; nothing if all is.

    Of each the latest record counts, the unit's and the area's apart: what the area has holds for every unit.
    """
    missing, old, evidence = list[str](), list[str](), list[Record]()
    for name in book.listed(ID, "required"):
        latest = [last for of in (own, common) if (last := _latest(of, name)) is not None]
        evidence += latest
        established = [record.on for record in latest if record.result is Result.ESTABLISHED]
        if not established:
            missing.append(name)
        elif (today - max(established)).days > book.number(ID, "review_days"):
            old.append(name)
    faults = [f"未登记{'、'.join(missing)}"] if missing else []
    faults += [f"{'、'.join(old)}已超过一年未复核"] if old else []
    return "；".join(faults), cited(*evidence)


def _latest(records: Sequence[Record], name: str) -> Record | None:
    """Return the latest record that says whether there is this institution."""
    of_it = (
        record for record in reversed(records) if record.result is not None and normal(record.item) == normal(name)
    )
    return next(of_it, None)


def _turns(register: Register, book: RuleBook) -> Iterator[date]:
    """Yield the day after the deadline, and those on which an institution was not looked at for too long."""
    yield book.date(ID, "due") + ONE_DAY
    late = timedelta(days=book.number(ID, "review_days") + 1)
    yield from (record.on + late for record in register.kept(RecordKind.INSTITUTION))


RULE = AreaRule(
    id=ID,
    title="管理制度不全",
    needs=Needs(numbers=("review_days",), dates=("due",), words=("required",)),
    on=SubjectKind.UNIT,
    judge=judge,
    reads=frozenset({RecordKind.INSTITUTION}),
    turns=_turns,
    reach=SubjectKind.UNIT,
    binds=posts_or_serves,
    says={
        State.OK: "各项制度齐全，一年内复核过；或期限未到",
        State.WARNING: "期限过后缺少制度（未登记、未建立或已废止），或超过一年未复核",
        State.NEEDS_REVIEW: "缺少制度或超过一年未复核，而有制度记录未写明结果，或单位层级未填写",
        State.NOT_APPLICABLE: "只有网站的单位",
    },
)
