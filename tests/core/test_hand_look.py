"""What a look by hand says, given what is known of the account."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.core.calendar import beijing_date
from monitor.core.hand_look import HandLook, hand_look
from monitor.core.observation import Post, Precision
from monitor.core.typed_day import Misread
from tests.core.build import beijing_time

TODAY = date(2026, 12, 3)
KNOWN = Post(published_at=beijing_time("2026-11-20 18:05"), url="https://example.invalid/1")


def look(
    written: str, *, newest: Post | None = KNOWN, opened_on: date | None = None, is_complete: bool = True
) -> HandLook | Misread:
    return hand_look(written, newest=newest, opened_on=opened_on, today=TODAY, is_complete=is_complete)


@pytest.mark.parametrize("is_complete", [True, False])
def test_a_newer_day_is_a_new_post_of_that_day(*, is_complete: bool) -> None:
    seen = look("12-1", is_complete=is_complete)
    assert isinstance(seen, HandLook)
    assert seen.post is not None
    assert (beijing_date(seen.post.published_at), seen.post.precision) == (date(2026, 12, 1), Precision.DAY)
    assert seen.told(TODAY) == f"12月1日，{'完整列表' if is_complete else '只登记这一条'}"


@pytest.mark.parametrize("written", ["=", "11-20"])
def test_nothing_newer_shows_the_known_post_again_with_its_own_time(written: str) -> None:
    assert look(written) == HandLook(post=KNOWN, is_complete=True)


def test_never_published_is_an_empty_list() -> None:
    seen = look("-", newest=None)
    assert seen == HandLook(post=None, is_complete=True)
    assert seen.told(TODAY) == "未见发布，完整列表"


def test_a_day_makes_a_time_exact_that_was_a_bound_from_below() -> None:
    bound = Post(published_at=KNOWN.published_at, precision=Precision.AT_LEAST, url=KNOWN.url)
    for is_complete in (True, False):
        seen = look("11-20", newest=bound, is_complete=is_complete)
        assert isinstance(seen, HandLook)
        assert seen.post is not None
        assert (seen.post.precision, seen.post.key) == (Precision.DAY, bound.key)


@pytest.mark.parametrize(
    ("written", "given", "said"),
    [
        ("12-4", {}, "12月4日晚于今天"),
        ("11-1", {}, "早于已知最新的11月20日"),
        ("11-1", {"newest": None, "opened_on": date(2026, 11, 10)}, "早于开设日期11月10日"),
        ("-", {}, "已知11月20日有发布"),
        ("=", {"newest": None}, "还没有已知的发布"),
        ("=", {"is_complete": False}, "要核查过完整列表"),
        ("-", {"newest": None, "is_complete": False}, "要核查过完整列表"),
        ("11-20", {"is_complete": False}, "不必再登记"),
        ("abc", {}, "无法识别"),
    ],
)
def test_what_cannot_be_is_answered_by_a_sentence(written: str, given: dict[str, object], said: str) -> None:
    found = look(written, **given)  # type: ignore[arg-type]  # as the cases above say
    assert isinstance(found, Misread)
    assert said in found.sentence
