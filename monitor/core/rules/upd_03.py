"""UPD-03: 单次超过20天未更新的，原则上清理整合.

Instrument: 缙政办发〔2022〕13号 三(二)1. 超过20天 is 21 days or more. An open gap counts
as it stands; a closed one only between two posts that one covering list, or lists that overlap,
showed as neighbours, and only for 90 days after its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import pairwise

from monitor.core.calendar import beijing_date, days_between
from monitor.core.finding import Finding, Known, Pacing, Proposal, Rule, RuleBook, State
from monitor.core.needs import Needs
from monitor.core.observation import KnownPost
from monitor.core.rules.updates import (
    TWO_WEEKS,
    Gap,
    day_text,
    draft,
    facts,
    is_shown,
    must_update,
    open_gap,
    unbound,
    why_no_gap,
    why_not_seen,
)

ID = "UPD-03"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Closed:
    before: KnownPost
    after: KnownPost
    days: int


def judge(known: Known, book: RuleBook, now: datetime) -> Finding:
    """Return whether one gap of more than 20 days stands against the account now."""
    gap, today = open_gap(known, now), beijing_date(now)
    say = draft(ID, known, book, now, gap)
    if not must_update(known, book):
        return unbound(say)
    limit = book.number(ID, "gap_from")
    too_long = gap is not None and gap.days >= limit
    if gap is not None and too_long and gap.may_accuse(limit):
        return say(
            state=State.VIOLATED,
            since=beijing_date(gap.start) + timedelta(days=limit),
            proposals=(Proposal.CONSOLIDATE,),
            because=f"{facts(gap)}，超过20天。",
        )
    closed = tuple(_closed_gaps(known, now, limit, book.number(ID, "window_days")))
    shown = next((entry for entry in closed if is_shown(entry.before, entry.after)), None)
    if shown is not None:
        return _violated_by(shown, say, limit, _text(shown, today), _since_then(gap, book, limit))
    if gap is None:
        return say(state=State.UNKNOWN, because=why_no_gap(known))
    if too_long:
        return say(state=State.UNKNOWN, because=f"{facts(gap)}，但{why_not_seen(known, gap)}。")
    if closed:
        return say(state=State.UNKNOWN, because=f"{_text(closed[0], today)}，但其间的内容未完整采集，不能判定。")
    return say(state=State.OK, since=beijing_date(gap.start), because=f"{facts(gap)}。")


def _closed_gaps(known: Known, now: datetime, limit: int, window: int) -> Iterator[_Closed]:
    """Yield the long gaps between neighbouring posts that ended lately, latest first.

    A post that was taken down later still ended its gap: the unit did update.
    """
    ordered = sorted(known.posts, key=lambda entry: entry.post.published_at)
    for after, before in pairwise(reversed(ordered)):
        begun, ended = before.post.published_at, after.post.published_at
        if ended - begun <= timedelta(days=limit - 1):  # a column of dates cannot lie between; most posts are near
            continue
        if days_between(ended, now) > window:
            return
        days = days_between(begun, ended)
        if days >= limit:
            yield _Closed(before=before, after=after, days=days)


def _text(closed: _Closed, today: date) -> str:
    start = day_text(closed.before.post.published_at, today)
    end = day_text(closed.after.post.published_at, today)
    return f"{start}至{end}之间{closed.days}天未见更新"


def _since_then(gap: Gap | None, book: RuleBook, limit: int) -> str:
    """Return how it has gone on since a gap closed: a unit that updated once may have been silent again for long."""
    most = book.number(TWO_WEEKS, "violated_from") if TWO_WEEKS in book.numbers else limit
    if gap is None or gap.days < most:
        return "现已恢复更新"
    return f"其后曾恢复更新，{'现又超过2周未更新' if gap.may_accuse(most) else '近期情况未能核查'}"


def _violated_by(closed: _Closed, say: partial[Finding], limit: int, text: str, since_then: str) -> Finding:
    start = closed.before.post.published_at
    return say(
        state=State.VIOLATED,
        since=beijing_date(start) + timedelta(days=limit),
        proposals=(Proposal.CONSOLIDATE,),
        because=f"{text}，超过20天；{since_then}。",
        evidence=tuple(f"observation:{known.observation}" for known in (closed.before, closed.after)),
        episode=start.isoformat(),
    )


RULE = Rule(
    id=ID,
    title="单次超过20天未更新",
    asks_whether_it_stays=True,
    needs=Needs(
        numbers=("gap_from", "window_days"),
        least={"gap_from": 8},  # posts of one week are not all given to the rules
    ),
    pacing=Pacing.TASK,
    judge=judge,
    waits_for_scope=False,
    rests_on_looks=True,
    says={
        State.OK: "没有超过20天的未更新时段",
        State.VIOLATED: "未更新21天或以上且有完整的核查；或相邻两条发布相隔21天或以上，后一条在90天之内",
        State.UNKNOWN: "未更新时段够长，但其间的内容未完整采集，或近期无完整的核查",
        State.NOT_APPLICABLE: "与2周未更新相同",
    },
)
