"""What collectors keep between looks: apart from each other, and not past its time."""

import asyncio
from datetime import UTC, datetime, timedelta

from collectors.sessions import KeptSession, Sessions

HOUR = timedelta(hours=1)


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def test_a_value_is_kept_for_its_time() -> None:
    clock = Clock()
    session = Sessions(clock).of("weibo")
    session.put("SUB", "a", HOUR)
    assert session.get("SUB") == "a"
    clock.now += HOUR
    assert session.get("SUB") is None


def test_what_is_dropped_is_gone_and_may_be_dropped_again() -> None:
    session = Sessions(Clock()).of("weibo")
    session.put("SUB", "a", HOUR)
    session.drop("SUB")
    session.drop("SUB")
    assert session.get("SUB") is None


def test_grants_and_collectors_share_nothing() -> None:
    sessions = Sessions(Clock())
    sessions.of("wechat-official", "county").put("token", "a", HOUR)
    assert sessions.of("wechat-official", "town").get("token") is None
    assert sessions.of("weibo", "county").get("token") is None
    assert sessions.of("wechat-official", "county").get("token") == "a"


async def test_looks_at_once_get_one_visitor_session_together() -> None:
    session = Sessions(Clock()).of("weibo")
    made = await asyncio.gather(*(_visit(session) for _ in range(5)))
    assert made == [True, False, False, False, False]


async def _visit(session: KeptSession) -> bool:
    async with session.lock:
        if session.get("SUB"):
            return False
        await asyncio.sleep(0)
        session.put("SUB", "a", HOUR)
        return True
