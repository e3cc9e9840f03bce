"""The far sides that are told of cases, for people: where each is, how it goes, and what did not arrive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.core.calendar import beijing_date
from monitor.core.message import Attempt, Outcome, spoken
from monitor.core.phrases import hour
from monitor.core.web_hook import DeliveryState
from monitor.store import Tx, web_hooks
from monitor.store.web_hooks import WebHook


@dataclass(frozen=True, slots=True, kw_only=True)
class HookLine:
    """One far side, in words."""

    number: int
    name: str
    host: str
    area: str | None
    stands: str
    """How it goes, and why."""
    used: str
    """When it last took anything."""
    waiting: int
    given_up: int
    dropped: int
    is_on: bool
    is_troubled: bool


def read_hooks(tx: Tx, now: datetime) -> tuple[HookLine, ...]:
    """Return every far side, newest first, disabled ones included."""
    counts = web_hooks.counts_of(tx)
    return tuple(
        _line(
            hook,
            now,
            waiting=counts.get((hook.id, DeliveryState.WAITING), 0),
            given_up=counts.get((hook.id, DeliveryState.GIVEN_UP), 0),
        )
        for hook in web_hooks.web_hooks(tx)
    )


def _line(hook: WebHook, now: datetime, *, waiting: int, given_up: int) -> HookLine:
    today = beijing_date(now)
    return HookLine(
        number=hook.id,
        name=hook.name,
        host=hook.host,
        area=hook.area,
        stands=_stands(hook, now),
        used=f"最近送达{hour(hook.last_sent_at, today)}" if hook.last_sent_at else "还没有送达过",
        waiting=waiting,
        given_up=given_up,
        dropped=hook.dropped,
        is_on=hook.disabled_at is None,
        is_troubled=hook.is_troubled(now),
    )


def _stands(hook: WebHook, now: datetime) -> str:
    today = beijing_date(now)
    if hook.disabled_at is not None:
        return f"{hour(hook.disabled_at, today)}停用：{hook.disabled_why}"
    if hook.failing_since is None:
        return "启用"
    last = Attempt(outcome=Outcome.TEMPORARY, code=hook.last_code, detail=hook.last_detail)
    return f"{hour(hook.failing_since, today)}起推送不通（{spoken(last)}），{hour(hook.next_try_at, today)}再试"
