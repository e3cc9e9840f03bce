from __future__ import annotations

from pathlib import Path

import pytest

from collectors.platforms import zhihu
from monitor.core.account import Source
from monitor.core.observation import Covers, LookFailedError, Reason, Standing, Timeline
from tests.fakes import Canned, CannedFetch, MemorySession

FIXTURES = Path(__file__).parents[1] / "fixtures" / "zhihu"


def answer(name: str, status: int = 200) -> Canned:
    return Canned(body=(FIXTURES / name).read_bytes(), status=status)


async def look(key: str = "shi-li-xian-fa-bu", **answers: Canned) -> tuple[Timeline, CannedFetch]:
    fetch = CannedFetch({f"/{kind}?": canned for kind, canned in answers.items()})
    source = Source(account="A1", collector="zhihu", key=key)
    return await zhihu.COLLECTOR.collect(source, fetch, MemorySession()), fetch


async def test_articles_answers_and_pins_make_one_timeline_that_proves_no_lack() -> None:
    seen, fetch = await look(articles=answer("normal.json"), answers=answer("answers.json"), pins=answer("pins.json"))
    assert [post.title for post in seen.posts] == [
        "便民提示",
        "县政府常务会议召开",
        "示例县有哪些公共服务？",
        "防汛提醒",
    ]
    assert seen.covers is Covers.SOME
    assert not any(request.conditional for request in fetch.requests)


async def test_what_was_seen_before_a_refusal_is_kept_and_nothing_more_is_asked_for() -> None:
    seen, fetch = await look(articles=answer("normal.json"), answers=answer("unsigned.json", 403))
    assert (len(seen.posts), seen.covers, len(fetch.requests)) == (2, Covers.SOME, 2)


async def test_a_refusal_at_once_is_a_refusal() -> None:
    with pytest.raises(LookFailedError) as failed:
        await look(articles=answer("unsigned.json", 403))
    assert failed.value.reason is Reason.REFUSED


async def test_a_stopped_account_is_told_once() -> None:
    seen, fetch = await look(articles=answer("stopped.json", 403))
    assert (seen.standing, len(fetch.requests)) == (Standing.FROZEN, 1)


async def test_an_account_without_posts_is_not_called_empty() -> None:
    none = answer("empty.json")
    seen, _ = await look(articles=none, answers=none, pins=none)
    assert (seen.standing, seen.covers, seen.posts) == (Standing.ACTIVE, Covers.SOME, ())


@pytest.mark.parametrize("key", ["", "../me", "示例县", "a/b"])
async def test_a_key_that_is_no_token_is_asked_for_nowhere(key: str) -> None:
    with pytest.raises(LookFailedError) as failed:
        await look(key)
    assert failed.value.reason is Reason.UNREADABLE
