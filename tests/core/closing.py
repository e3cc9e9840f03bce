"""Builders for the tests of deregistration."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from monitor.core.account import AccountStatus, Platform
from monitor.core.calendar import EVER
from monitor.core.case import Case, StepKind, plan
from monitor.core.decision import Decision, Ruling
from monitor.core.deregistration import Progress, progress
from monitor.core.finding import Finding, Known
from monitor.core.observation import Observation, Standing
from monitor.core.record import RecordKind
from monitor.core.register import Version
from monitor.core.rules import drg_01
from monitor.core.subject import Subject
from tests.core.area import book, record, ruled
from tests.core.build import account, beijing_time, observation

RULES = book("2026-05-20")
CALENDAR = RULES.calendar
WEIXIN = Platform.WEIXIN_SUBSCRIPTION
DECIDED = ruled(Ruling.DEREGISTERED, "2026-04-01", "TWN-01")
MERGED = ruled(Ruling.CONSOLIDATED, "2026-04-01", "UPD-03")


def closing(
    marks: str = "",
    *decisions: Decision,
    looks: tuple[Observation, ...] = (),
    target: tuple[str, str] | None = None,
    versions: str = "",
    **changes: object,
) -> Known:
    """Return an account that is being closed; `marks` such as `备案 04-03, 公告 04-10` are the records of 2026.

    So are `versions` of the roster, such as `已注销 05-10, 运行 粉丝2000 05-20`: the first since ever, the last now.
    """
    marked = [text.split() for text in marks.split(", ") if text]
    records = [record(RecordKind.DEREGISTRATION, "A01", f"2026-{on}", text) for text, on in marked]
    if target:
        records.append(record(RecordKind.MIGRATION, "A01", f"2026-{target[1]}", "已迁移", item=target[0]))
    records.sort(key=lambda record: record.on)
    about = account(**{"platform": WEIXIN, "followers": 900, **changes})
    history: list[Version] = []
    for *said, on in (text.split() for text in versions.split(", ") if text):
        counted = [int(text.removeprefix("粉丝")) for text in said if text.startswith("粉丝")]
        status = AccountStatus.labelled(said[0]) or about.status
        about = replace(about, status=status, followers=counted[0] if counted else about.followers)
        history.append(Version(since=beijing_time(f"2026-{on} 00:00") if history else EVER, account=about))
    return Known(
        account=about,
        versions=tuple(history),
        posts=(),
        observations=looks,
        is_polled=True,
        decisions=decisions or (DECIDED,),
        records=tuple(records),
    )


def reached(known: Known, at: str) -> Progress:
    found = progress(known, RULES, beijing_time(f"2026-{at}"))
    assert found is not None
    return found


def verdict(known: Known, on: str) -> Finding:
    return drg_01.judge(known, RULES, beijing_time(f"2026-{on} 00:00"))


def of_2026(day: str) -> date:
    return date.fromisoformat(f"2026-{day}")


ALL = "备案 04-03, 公告 04-08, 申请 04-30"


def told_on(known: Known, first: str, last: str) -> list[str]:
    """Return the days of 2026 on which the operator's task is named, if it is judged each midnight."""
    case: Case | None = None
    day, days = of_2026(first), []
    while day <= of_2026(last):
        now = beijing_time(f"{day} 00:00")
        planned = plan(verdict(known, f"{day:%m-%d}"), drg_01.RULE.pacing, case, RULES, CALENDAR, now)
        if planned.close:
            case = None
        if planned.step:
            assert planned.step.kind is StepKind.TASK
            opened = case or Case(
                id=1, subject=Subject.of_account("A01"), rule="DRG-01", episode="DRG-01", opened_at=now
            )
            case = replace(opened, steps=(*opened.steps, planned.step))
            days.append(f"{day:%m-%d}")
        day += timedelta(days=1)
    return days


def gone(first: str, last: str, standing: Standing = Standing.CANCELLED) -> Observation:
    look = observation(beijing_time(f"2026-{first}"), standing=standing)
    return replace(look, last_confirmed=beijing_time(f"2026-{last}"))
