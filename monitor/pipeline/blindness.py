"""The alarm about a way to look that has shown nothing for weeks: the reason, and the way to take instead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from monitor.core.calendar import beijing_date
from monitor.core.observation import Reason
from monitor.core.phrases import dated
from monitor.core.way import INSTEAD
from monitor.store import Tx
from monitor.store.blindness import BlindWay, blind_ways


def said(way: BlindWay, today: date) -> str:
    """Return in Chinese what has ended and what to do, without a full stop."""
    why = "、".join(reason.label for reason in Reason if reason in way.reasons)
    since = dated(beijing_date(way.since), today)
    return (
        f"{way.platform.label}：{since}以来，{way.accounts}个账号经{way.collector}均未采集到内容（{why}）。"
        f"{INSTEAD[way.platform]}"
    )


def newly_blind(tx: Tx, since: datetime, now: datetime) -> Iterator[str]:
    """Yield what is to be told of the ways of which people are told from a moment after `since` on: each once."""
    today = beijing_date(now)
    for way in blind_ways(tx, now):
        if since < way.told_from <= now:
            yield said(way, today)
