"""Builders for the tests of the words that people read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from monitor.core.account import Role
from monitor.core.calendar import WorkCalendar, start_of_day
from monitor.core.case import Ladder, StepKind
from monitor.core.news import EarlierWord, NewsItem, Office, Setting
from monitor.core.rules import upd_01
from monitor.core.wording import to_person
from tests.core.build import BOOK, account, known

CLAUSES = {
    "UPD-01": "《政府网站与政务新媒体检查指标》（国办秘函〔2019〕19号）：监测时间点前2周内无更新",
    "UPD-03": "示例政办发〔2022〕13号三（二）1：单次超过20天未更新……的，原则上清理整合",
}
OFFICE = Office(name="示例县政府办公室", phone="0578-0000000", sender="示例县政府信息公开中心")


def setting(now: datetime, calendar: WorkCalendar | None = None) -> Setting:
    """Return what sentences refer to."""
    return Setting(now=now, calendar=calendar or WorkCalendar(), ladder=Ladder.of(BOOK), office=OFFICE, clauses=CLAUSES)


def item(kind: StepKind, begun: date, now: datetime, name: str = "示例发布", **changes: object) -> NewsItem:
    """Return news of an account whose last post was at eight o'clock of `begun`."""
    seen = known(start_of_day(begun) + timedelta(hours=8), look=now)
    found = replace(upd_01.judge(seen, BOOK, now), **changes)  # type: ignore[arg-type]  # passed through
    return NewsItem(account=account(name=name), kind=kind, finding=found)


def said(*items: NewsItem, now: datetime, role: Role = Role.LIAISON, calendar: WorkCalendar | None = None) -> str:
    """Return the body of the message."""
    return to_person(items, [role], "20260520-1", setting(now, calendar)).body


TOLD = tuple(
    EarlierWord(on=date(2022, 5, day), role=role, kind=kind, number=number)
    for day, role, kind, number in (
        (11, Role.LIAISON, StepKind.REMIND, 10),
        (13, Role.LIAISON, StepKind.WARN, 12),
        (13, Role.LEADER, StepKind.WARN, 12),
    )
)
