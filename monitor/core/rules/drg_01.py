"""DRG-01: 关停、注销应向主管单位备案……并向社会公告: a deregistration that was decided is carried to its end.

Instrument: 国办发〔2018〕123号. It names no terms: those are the office's own (numbers of rules.yaml), but for the
freeze and the confirmation, which are the platform's. The account is judged by every other rule until it is gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from monitor.core.calendar import EVER, WorkCalendar, beijing_date, start_of_day
from monitor.core.decision import Ruling
from monitor.core.deregistration import ID, Progress, Stage, Void, progress
from monitor.core.finding import Basis, Finding, Known, Pacing, Rule, RuleBook, State
from monitor.core.needs import Needs
from monitor.core.phrases import dated, span, until
from monitor.core.rules.registry import asks_to_state, cited, on_account, unstated

_ASKS = {
    Stage.DECIDED: "登记作出决定的日期",
    Stage.FILED: "办理备案",
    Stage.MOVED: "将内容迁往指定账号并登记",
    Stage.ANNOUNCED: "保存账号内容并发布注销公告",
    Stage.APPLIED: "向平台申请注销",
    Stage.CONFIRMED: "登录平台确认",
    Stage.GONE: "核实平台已无该账号",
    Stage.CLOSED: "将台账状态改为“已注销”",
}


def judge(known: Known, book: RuleBook, now: datetime) -> Finding:
    """Return how far the account's deregistration is, and whether its next step is the operator's task by now."""
    reached = progress(known, book, now)
    if reached is None:
        return on_account(ID, known.account, book, State.NOT_APPLICABLE, "未作出注销或清理整合的决定。")
    today = beijing_date(now)
    unclear = unstated(reached.records)
    is_asked = reached.next is not None and today >= reached.asked_from
    parts = [*_parts(reached, book.calendar, today), *([asks_to_state(unclear, now)] if unclear else [])]
    finding = on_account(
        ID,
        known.account,
        book,
        State.WARNING if reached.is_hasty else State.NEEDS_REVIEW if is_asked or unclear else State.OK,
        f"{'，'.join(parts)}。",
        since=reached.since,
        basis=Basis.REGISTRY,
        evidence=(*cited(*reached.records), *_looks(reached, known)),
    )
    may_confirm = reached.next is Stage.CONFIRMED and reached.due is not None
    opens = reached.opens if may_confirm else None
    days = (opens, reached.due) if reached.due and today <= reached.due else ()
    return replace(
        finding,
        opens=opens,
        due=reached.due,
        calls=tuple(day for day in days if day),
        is_the_unit_s=may_confirm and is_asked,
        begun_at=start_of_day(reached.since) if reached.since else EVER,  # the decision is about this stage
    )


def _looks(reached: Progress, known: Known) -> Iterator[str]:
    gone = known.reading_gone()
    if Stage.GONE in reached.days and gone is not None and gone.id is not None:
        yield f"observation:{gone.id}"


def _parts(reached: Progress, calendar: WorkCalendar, today: date) -> Iterator[str]:
    """Yield the parts of the sentence: the stage reached, the next one and its date, and those nobody has marked."""
    yield _standing(reached, today)
    if reached.void:
        yield f"{_why_void(reached.void, today)}，原申请失效，须重新申请"
    if reached.next:
        yield _wish(reached, _ASKS[reached.next], calendar, today)
    if reached.vanished_on:
        yield f"{dated(reached.vanished_on, today)}起平台已无该账号，如已按期确认，请补填确认的日期"
    if reached.notice_until and reached.is_hasty:
        yield f"申请时公告期未满（公告期至{dated(reached.notice_until, today)}）"
    if reached.left_out:
        yield f"未登记{'、'.join(stage.label for stage in reached.left_out)}"


def _why_void(void: Void, today: date) -> str:
    """Return why an application came to nothing."""
    if void.confirmed_on is None:
        return f"{dated(void.on, today)}前未登记确认"
    confirmed = dated(void.confirmed_on, today)
    if void.confirmed_on > void.window.last:
        return f"{confirmed}的确认晚于期限（{dated(void.window.last, today)}），无效"
    until = f"（至{dated(void.window.until, today)}）" if void.window.until else ""
    return f"{confirmed}的确认在冻结期内{until}，无效"


def _standing(reached: Progress, today: date) -> str:
    """Return how far it is, as people say it of the account."""
    to = f"至{reached.target}" if reached.ruling is Ruling.CONSOLIDATED and reached.target else ""
    what = f"{reached.ruling.label}{to}"
    if reached.is_closed and reached.since is None:
        return f"{what}已归档，台账未填写注销日期"
    if reached.stage is None or reached.since is None:
        return f"{what}尚未登记进度"
    on = dated(reached.since, today)
    match reached.stage:
        case Stage.DECIDED:
            return f"已于{on}决定{what}"
        case Stage.MOVED:
            return f"{what}，内容已于{on}迁移"
        case Stage.FROZEN:
            ends = f"，冻结期至{dated(reached.frozen_until, today)}" if reached.frozen_until else ""
            return f"已于{dated(reached.days.get(Stage.APPLIED, reached.since), today)}申请注销{ends}"
        case Stage.APPLIED | Stage.CONFIRMED:
            return f"已于{on}{reached.stage.label}注销"
        case Stage.GONE:
            return f"{on}起平台已无该账号"
        case Stage.FILED | Stage.ANNOUNCED | Stage.CLOSED:
            return f"{what}已于{on}{reached.stage.label}"


def _wish(reached: Progress, asked: str, calendar: WorkCalendar, today: date) -> str:
    if reached.due is None:
        unknown = "粉丝数未填写，不能确定冻结期，请补填粉丝数或登记冻结期"
        return unknown if reached.next is Stage.CONFIRMED else f"请{asked}"
    if today > reached.due:
        is_late = calendar.days_late(reached.due, today) and not reached.void  # of a void application, nothing is
        state = f"已逾期{(today - reached.due).days}天" if is_late else "尚未登记"
        return f"应于{dated(reached.due, today)}前{asked}，{state}"
    match reached.next, reached.opens:
        case Stage.CONFIRMED, date() as opens:
            return f"请账号管理员于{span(opens, reached.due, today)}（含）{asked}，逾期原申请失效，须重新申请"
        case Stage.APPLIED, date() as opens if today < opens:
            return f"公告期至{dated(opens, today)}，期满后请于{until(reached.due, today)}{asked}"
        case _:
            return f"请于{until(reached.due, today)}{asked}"


RULE = Rule(
    id=ID,
    title="注销办理",
    needs=Needs(
        numbers=(
            "file_workdays",
            "move_workdays",
            "announce_workdays",
            "notice_workdays",
            "apply_workdays",
            "small_thousands",
            "small_days",
            "medium_thousands",
            "medium_days",
            "large_thousands",
            "large_days",
            "huge_days",
            "confirm_days",
            "verify_workdays",
            "close_workdays",
            "remind_workdays",
        ),
        words=("freezing",),
        ascending=(("small_thousands", "medium_thousands", "large_thousands"),),
        platforms=("freezing",),
    ),
    pacing=Pacing.TASK,
    judge=judge,
    waits_for_scope=False,  # that the account goes was decided: how it is carried out is the office's own matter
    says={
        State.OK: "正在按期办理，或已归档",
        State.WARNING: "没有登记备案或公告，或公告期未满，就向平台申请注销",
        State.NEEDS_REVIEW: "下一步即将到期或已逾期；冻结期满，须确认；两次采集到账号不存在，可以归档；登记未写明结果",
        State.NOT_APPLICABLE: "未作出注销或清理整合的决定；注销后又重新运行，此后没有新的决定",
    },
)
