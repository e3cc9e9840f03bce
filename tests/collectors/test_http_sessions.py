"""What collectors keep between looks: apart from each other, not past its time, and at rest only sealed."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from collectors.seal import Seal
from collectors.sessions import KeptSession, Sessions
from monitor.core.collector import Grant
from tests.fakes import Clock

HOUR = timedelta(hours=1)
COLLECTOR = "wechat-official"
COUNTY = Grant(id="wx1", secret="of-the-county")
TOWN = Grant(id="wx2", secret="of-the-town")
GRANTS = {(COLLECTOR, "county"): COUNTY, (COLLECTOR, "town"): TOWN}
KEY = "0123456789abcdef0123456789abcdef"


def sealed(clock: Clock, *, key: str | None = KEY, grants: Mapping[tuple[str, str], Grant] | None = None) -> Sessions:
    return Sessions(clock, GRANTS if grants is None else grants, Seal(key) if key else None)


def test_a_value_is_kept_for_its_time() -> None:
    clock = Clock()
    session = Sessions(clock).of("weibo")
    session.put("SUB", "a", HOUR)
    assert session.get("SUB") == "a"
    clock.forward(HOUR)
    assert session.get("SUB") is None


def test_what_is_dropped_is_gone_and_may_be_dropped_again() -> None:
    session = Sessions(Clock()).of("weibo")
    session.put("SUB", "a", HOUR)
    session.drop("SUB")
    session.drop("SUB")
    assert session.get("SUB") is None


def test_grants_and_collectors_share_nothing() -> None:
    sessions = Sessions(Clock(), GRANTS)
    sessions.of(COLLECTOR, "county").put("token", "a", HOUR)
    assert sessions.of(COLLECTOR, "town").get("token") is None
    assert sessions.of("weibo", "county").get("token") is None
    assert sessions.of(COLLECTOR, "county").get("token") == "a"


def test_a_session_brings_the_grant_that_the_key_names_and_no_other() -> None:
    sessions = Sessions(Clock(), GRANTS)
    assert sessions.of(COLLECTOR, "town").grant == TOWN
    assert sessions.of(COLLECTOR, "village").grant is None
    assert sessions.of("douyin-official", "town").grant is None


def test_sources_of_a_collector_without_grants_share_one_session() -> None:
    sessions = Sessions(Clock(), GRANTS)
    assert sessions.of("weibo", "1234567890") is sessions.of("weibo", "1234567891") is sessions.of("weibo")


def test_a_grant_does_not_show_its_secrets() -> None:
    shown = repr(Grant(id="wx1", secret="s3cret", token="t0ken"))
    assert "wx1" in shown
    assert "s3cret" not in shown
    assert "t0ken" not in shown


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


# --- at rest ---


def test_a_grants_tokens_survive_a_restart() -> None:
    clock = Clock()
    before, after = sealed(clock), sealed(clock)
    before.of(COLLECTOR, "county").put("access", "t0ken", HOUR)
    kept = before.unsaved()

    after.restore(kept)

    assert b"t0ken" not in kept[0].content
    assert after.of(COLLECTOR, "county").get("access") == "t0ken"
    assert after.of(COLLECTOR, "town").get("access") is None
    assert after.unsaved() == ()
    clock.forward(HOUR)
    assert after.of(COLLECTOR, "county").get("access") is None


def test_without_a_key_nothing_is_to_be_written_down() -> None:
    sessions = sealed(Clock(), key=None)
    sessions.of(COLLECTOR, "county").put("access", "t0ken", HOUR)
    assert sessions.unsaved() == ()
    assert sessions.is_restored, "nothing can lie there to be taken back"


def test_what_a_visitor_got_is_never_written_down() -> None:
    sessions = sealed(Clock())
    sessions.of("weibo").put("SUB", "a", HOUR)
    sessions.of(COLLECTOR, "village").put("access", "a", HOUR)
    assert sessions.unsaved() == ()


def test_what_lies_at_rest_is_not_written_again_until_it_changes() -> None:
    clock = Clock()
    sessions = sealed(clock)
    session = sessions.of(COLLECTOR, "county")
    session.put("access", "one", HOUR)
    first = sessions.unsaved()
    clock.forward(timedelta(minutes=1))
    session.put("access", "two", HOUR)

    sessions.saved(first)
    second = sessions.unsaved()
    sessions.saved(second)

    assert len(second) == 1, "what was put while the first was being written is still to come"
    assert sessions.unsaved() == ()
    session.put("access", "three", HOUR)
    session.drop("access")
    assert sessions.unsaved() == ()


def test_a_new_grant_does_not_go_on_with_the_old_ones_tokens() -> None:
    clock = Clock()
    before = sealed(clock)
    before.of(COLLECTOR, "county").put("access", "t0ken", HOUR)
    for changed in (replace(COUNTY, secret="a new one"), replace(COUNTY, token="new"), replace(COUNTY, id="wx9")):
        after = sealed(clock, grants={(COLLECTOR, "county"): changed})
        after.restore(before.unsaved())
        assert after.of(COLLECTOR, "county").get("access") is None


def test_a_row_moved_to_another_grant_or_kept_under_another_key_is_nothing() -> None:
    clock = Clock()
    before = sealed(clock)
    before.of(COLLECTOR, "county").put("access", "t0ken", HOUR)
    (row,) = before.unsaved()
    moved, other_key = sealed(clock), sealed(clock, key=KEY[::-1])
    moved.restore([replace(row, grant="town"), replace(row, grant="village")])
    other_key.restore([row])
    assert moved.of(COLLECTOR, "town").get("access") is None
    assert moved.of(COLLECTOR, "village").get("access") is None
    assert other_key.of(COLLECTOR, "county").get("access") is None


def test_what_is_taken_back_never_stands_before_what_was_got_since() -> None:
    clock = Clock()
    before, after = sealed(clock), sealed(clock)
    before.of(COLLECTOR, "county").put("access", "old", HOUR)
    after.of(COLLECTOR, "county").put("access", "new", HOUR)
    was_restored = after.is_restored
    after.restore(before.unsaved())
    assert (was_restored, after.is_restored) == (False, True)
    assert after.of(COLLECTOR, "county").get("access") == "new"
