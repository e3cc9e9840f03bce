"""UPD-01: 监测时间点前2周内无更新.

Instrument: 政府网站与政务新媒体检查指标 (国办秘函〔2019〕19号), veto item 2; the county's plan
(缙政办发〔2022〕13号 三(二)1) speaks of “2周未更新”. 2 weeks are 14 days and 超过 excludes the number
itself: day 14 is the last day, day 15 is over.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from monitor.core.calendar import beijing_date
from monitor.core.finding import Finding, Known, Pacing, Proposal, Rule, RuleBook, State
from monitor.core.needs import Needs
from monitor.core.rules.updates import (
    Gap,
    day_of,
    day_text,
    draft,
    facts,
    must_update,
    open_gap,
    unbound,
    why_no_gap,
    why_not_seen,
)

ID = "UPD-01"


def judge(known: Known, book: RuleBook, now: datetime) -> Finding:
    """Return how the account stands to the two-week rule now."""
    gap = open_gap(known, now)
    say = draft(ID, known, book, now, gap)
    if not must_update(known, book):
        return unbound(say)
    if gap is None:
        return say(state=State.UNKNOWN, because=why_no_gap(known))
    return _judge_gap(say, gap, known, book)


def _judge_gap(say: partial[Finding], gap: Gap, known: Known, book: RuleBook) -> Finding:
    warn_from, violated_from = book.number(ID, "warn_from"), book.number(ID, "violated_from")
    begun = beijing_date(gap.start)
    if gap.days < warn_from:
        return say(state=State.OK, since=begun, because=f"{facts(gap)}。")
    if gap.days < violated_from:
        last_day = day_text(gap.start + timedelta(days=violated_from - 1), day_of(gap))
        return say(
            state=State.WARNING,
            since=begun + timedelta(days=warn_from),
            proposals=(Proposal.WARN,),
            because=f"{facts(gap)}，{last_day}为最后一天。",
        )
    if not gap.may_accuse(violated_from):
        return say(state=State.UNKNOWN, because=f"{facts(gap)}，但{why_not_seen(known, gap)}。")
    return say(
        state=State.VIOLATED,
        since=begun + timedelta(days=violated_from),
        proposals=(Proposal.RECTIFY,),
        because=f"{facts(gap)}，超过2周。",
    )


RULE = Rule(
    id=ID,
    title="2周未更新",
    needs=Needs(
        numbers=(
            "warn_from",
            "violated_from",
            "remind",
            "warn",
            "last_day",
            "overdue",
            "escalate",
            "propose",
            "repeat_every",
            "move_back_at_most",
            "dormant_from",
            "zombie_from",
        ),
        ascending=(
            ("warn_from", "violated_from"),
            ("last_day", "violated_from"),
            ("remind", "warn", "last_day", "overdue", "escalate", "propose"),
            ("overdue", "dormant_from", "zombie_from"),
        ),
    ),
    pacing=Pacing.LADDER,
    judge=judge,
    waits_for_scope=False,
    rests_on_looks=True,
    says={
        State.OK: "未更新不超过9天",
        State.WARNING: "未更新10至14天；第14天是最后一天",
        State.VIOLATED: "未更新15天或以上，且有完整的核查",
        State.UNKNOWN: "未更新15天或以上但无完整的核查；平台只显示大致发布时间；尚未核查；或无发布记录且未填开设日期",
        State.NOT_APPLICABLE: "服务类账号；网站、移动客户端、小程序（rules.yaml 写明的除外）",
    },
)
