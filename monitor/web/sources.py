"""How looks at accounts went, in words."""

from __future__ import annotations

from datetime import date

from monitor.core.calendar import beijing_date
from monitor.core.download import Download
from monitor.core.observation import Covers, Observation, Reason, Timeline
from monitor.core.phrases import dated

_OUTCOMES: dict[str, str] = {
    "": "尚未采集",
    "timeline": "已采集",
    "download": "已采集",
    "unchanged": "无变化",
} | {reason.value: reason.label for reason in Reason}


def outcome_text(outcome: str) -> str:
    """Return in a word or two how a look at a source ended that is kept as that outcome."""
    return _OUTCOMES.get(outcome, outcome)


def seen_text(observation: Observation, today: date) -> str:
    """Return what an observation saw, in one line."""
    seen = observation.seen
    if isinstance(seen, Reason):
        return f"采集异常：{seen.label}"
    if isinstance(seen, Download):
        return f"{seen.place}：{seen.fault.label if seen.fault else '可用'}"
    if not seen.standing.is_present:
        return f"平台显示账号{seen.standing.label}"
    return _timeline_text(seen, today)


def _timeline_text(seen: Timeline, today: date) -> str:
    if seen.newest is None:
        return "无内容"
    reach = "完整内容" if seen.covers is Covers.ALL else "部分内容"
    return f"{reach}，{len(seen.posts)}条，最新为{dated(beijing_date(seen.newest.published_at), today)}"
