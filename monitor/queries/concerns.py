"""What the operator has to do about accounts, as a condition of lists and as the accounts themselves."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from monitor.core.calendar import beijing_date
from monitor.core.light import AccountTask
from monitor.core.members import member
from monitor.core.rules.cap_01 import is_counted
from monitor.store import Tx, lights
from monitor.store.claims import WAITING_FOR, waiting
from monitor.store.lights import AccountFilter, Condition, Order
from monitor.store.records import mutes_on
from monitor.store.roster import accounts

__all__ = ["TEXTS", "Concern", "ConcernText", "concerned", "condition", "text_of"]


class Concern(Enum):
    """Something to be done about accounts; the value is the query parameter of their list."""

    HAND = "hand"
    UNSEEN = "unseen"
    CLAIMS = "claims"
    MUTED = "muted"
    PEOPLE = "people"
    TOTAL = "total"


_TASKS: Mapping[Concern, tuple[AccountTask, ...]] = {
    Concern.HAND: (AccountTask.HAND,),
    Concern.UNSEEN: (AccountTask.UNSEEN, AccountTask.GONE),
    Concern.CLAIMS: (AccountTask.CLAIMS,),
    Concern.MUTED: (AccountTask.MUTED,),
    Concern.PEOPLE: (AccountTask.PEOPLE,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernText:
    """How the list of such accounts is put."""

    key: Concern
    heading: str
    wish: str
    """What is to be done about them."""


TEXTS: Mapping[Concern, ConcernText] = {
    text.key: text
    for text in (
        ConcernText(key=Concern.UNSEEN, heading="采集异常或信息有变化的账号", wish="请人工核查并登记"),
        ConcernText(key=Concern.HAND, heading="需人工核查的账号", wish="请核查后登记发布记录"),
        ConcernText(key=Concern.CLAIMS, heading="链接待核实的账号", wish="请核实后登记发布记录"),
        ConcernText(key=Concern.MUTED, heading="已超期而暂停提醒的账号", wish="单位收不到提醒，请确认"),
        ConcernText(key=Concern.TOTAL, heading="计入账号总数的账号", wish="网站不计，注销中的计入"),
        ConcernText(key=Concern.PEOPLE, heading="联络员或责任领导不全的账号", wish="请补填台账"),
    )
}
_FORMER = {AccountTask.GONE.value: Concern.UNSEEN}
"""Names of lists that stand in messages sent before."""


def text_of(key: str) -> ConcernText | None:
    """Return how the list of that key is put, or None."""
    found = _FORMER.get(key) or member(Concern, key)
    return TEXTS[found] if found else None


def concerned(tx: Tx, concern: Concern, now: datetime, *, limit: int | None = None) -> tuple[str, ...]:
    """Return the accounts that are concerned, by unit."""
    return lights.ids(tx, AccountFilter(tasks=condition(tx, concern, now)), Order.UNIT, limit=limit)


def condition(tx: Tx, concern: Concern, now: datetime) -> Condition:
    """Return the condition of those accounts, for a filter."""
    if concern is Concern.TOTAL:
        return lights.among([account.id for account in accounts(tx, with_people=False) if is_counted(account)])
    claimed = _claimed(tx, now) if concern is Concern.CLAIMS else ()
    mutes = mutes_on(tx, beijing_date(now)) if concern is Concern.MUTED else ()
    parts = [lights.about(tx, task, now, claimed=claimed, mutes=mutes) for task in _TASKS[concern]]
    return lights.any_of(*parts, *([lights.with_cases_of_sight()] if concern is Concern.UNSEEN else []))


def _claimed(tx: Tx, now: datetime) -> Collection[str]:
    return {claim.account for claim in waiting(tx, since=now - WAITING_FOR)}
