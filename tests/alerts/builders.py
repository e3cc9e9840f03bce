"""What the tests of channels start from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.core.message import Message

NOW = datetime(2026, 5, 19, 1, 0, tzinfo=UTC)
SOON = timedelta(milliseconds=150)
"""A time-out that a test does not mind waiting for."""


def clock() -> datetime:
    return NOW


def message(
    body: str = "### 【更新提醒】\n已连续**10天**未更新。",
    *,
    subject: str = "【更新提醒】“缙云某某”微信公众号",
    identifier: str = "m-2026-0519-1",
    address: str | None = None,
    mentions: tuple[str, ...] = (),
) -> Message:
    return Message(id=identifier, channel="渠道", subject=subject, body=body, address=address, mentions=mentions)
