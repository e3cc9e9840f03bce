"""DRG-01: 关停、注销应向主管单位备案……并向社会公告: a deregistration that was decided is carried to its end.

Instrument: 国办发〔2018〕123号. It names no terms: those are the office's own (numbers of rules.yaml), but for the
freeze and the confirmation, which are the platform's. The account is judged by every other rule until it is gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from monitor.core.calendar import beijing_date
from monitor.core.decision import Ruling
from monitor.core.deregistration import ID, Progress, Stage, progress
from monitor.core.finding import Basis, Finding, Known, Pacing, Rule, RuleBook, State
from monitor.core.record import RecordKind
from monitor.core.rules.registry import cited, day, on_account

_ASKS = {
    Stage.DECIDED: "登记决定的日期",
    Stage.FILED: "办理备案",
    Stage.MOVED: "把内容迁往指定的账号并登记",
    Stage.ANNOUNCED: "存档内容、发布公告",
    Stage.APPLIED: "向平台申请",
    Stage.CONFIRMED: "由管理员在平台确认",
    Stage.GONE: "核实平台上已没有该账号",
    Stage.CLOSED: "核销：把台账状态改为已注销",
}


def judge(known: Known, book: RuleBook, now: datetime) -> Finding:
    """Return how far the account's deregistration is, and whether its next step is the operator's task by now."""
    reached = progress(known, book, now)
    if reached is None:
        return on_account(ID, known.account, book, State.NOT_APPLICABLE, "没有作出注销或清理整合的决定。")
    today = beijing_date(now)
    marks = (*known.records_of(RecordKind.DEREGISTRATION), *known.records_of(RecordKind.MIGRATION))
    finding = on_account(
        ID,
        known.account,
        book,
        State.NEEDS_REVIEW if reached.next and today >= reached.asked_from else State.OK,
        f"{'；'.join(_parts(reached, known, today))}。",
        since=reached.since,
        basis=Basis.REGISTRY,
        evidence=(*cited(*marks), *_looks(reached, known)),
    )
    may_confirm = reached.next is Stage.CONFIRMED and reached.due is not None
    return replace(finding, due=reached.due, is_the_unit_s=may_confirm)


def _looks(reached: Progress, known: Known) -> Iterator[str]:
    gone = known.reading_gone()
    if Stage.GONE in reached.days and gone is not None and gone.id is not None:
        yield f"observation:{gone.id}"


def _parts(reached: Progress, known: Known, today: date) -> Iterator[str]:
    """Yield the parts of the sentence: where it stands, what is next and by when, and what nobody has marked."""
    stage = f"{reached.stage.label}（{day(reached.since)}）" if reached.stage and reached.since else "没有登记办理进度"
    to = f"至{reached.target}" if reached.ruling is Ruling.CONSOLIDATED and reached.target else ""
    yield f"{reached.ruling.label}{to}，{stage}"
    if reached.stage is Stage.FROZEN and reached.frozen_until:
        yield f"冻结至{day(reached.frozen_until)}"
    if reached.lapsed_on:
        yield f"{day(reached.lapsed_on)}前没有登记确认，原申请失效，须重新申请"
    if reached.next:
        yield _wish(reached, known, today)
    if reached.left_out:
        yield f"没有登记{'、'.join(one.label for one in reached.left_out)}"


def _wish(reached: Progress, known: Known, today: date) -> str:
    asked = _ASKS[reached.next] if reached.next else ""
    if reached.due is None:
        is_frozen = reached.next is Stage.CONFIRMED
        return f"粉丝数未填写，冻结到哪一天不能确定，请补填或登记冻结期；此后{asked}" if is_frozen else f"请{asked}"
    over = "，已逾期" if today > reached.due else ""
    match reached.next, reached.opens:
        case Stage.CONFIRMED, date() as opens:
            return f"请于{day(opens)}至{day(reached.due)}{asked}，逾期须全部重新申请"
        case Stage.APPLIED, date() as opens:
            return f"请于{day(opens)}公告期满后、{day(reached.due)}前{asked}{over}"
        case _:
            return f"请于{day(reached.due)}前{asked}{over}"


RULE = Rule(
    id=ID,
    title="注销办理",
    pacing=Pacing.TASK,
    judge=judge,
    says={
        State.OK: "正在按期办理，或已核销",
        State.NEEDS_REVIEW: "下一步即将到期或已逾期；冻结期满，须在期限内确认；已两次看到账号不存在，可以核销",
        State.NOT_APPLICABLE: "没有作出注销或清理整合的决定",
    },
)
