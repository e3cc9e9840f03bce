from datetime import timedelta

import pytest

from monitor.core.appearance import STRANGER, Appearance, AppearanceChange, Aspect, Portrait, changes
from monitor.core.observation import Profile, Standing, Timeline, gone, timeline
from tests.core.build import beijing_time, post

NOW = beijing_time("2026-05-20 09:00")
HOUR = timedelta(hours=1)


def shown(name: str | None = None, entity: str | None = None, *, posts: int = 1) -> Timeline:
    return timeline([post(NOW - n * HOUR) for n in range(posts)], profile=Profile(name=name, entity=entity))


def after(*seen: Timeline, every: timedelta = HOUR) -> tuple[Portrait, tuple[AppearanceChange, ...]]:
    """Return the portrait after looks that follow each other, and everything that became certain."""
    portrait, found = STRANGER, tuple[AppearanceChange, ...]()
    for number, entry in enumerate(seen):
        at = NOW + number * every
        latest = portrait.after(entry, at)
        found, portrait = (*found, *changes("A01", portrait, latest, at)), latest
    return portrait, found


def said(*seen: Timeline, every: timedelta = HOUR) -> list[str]:
    return [change.said for change in after(*seen, every=every)[1]]


def test_the_first_look_changes_nothing() -> None:
    portrait, found = after(shown("示例发布", "示例县人民政府"))
    assert portrait == Portrait(certain=Appearance(name="示例发布", entity="示例县人民政府"))
    assert found == ()


def test_a_new_name_counts_from_the_second_occasion_on_whatever_was_posted_between() -> None:
    once = (shown("示例发布"), shown("示例新闻"))
    assert said(*once) == []
    assert said(*once, shown("示例新闻", posts=3)) == ["名称由“示例发布”变为“示例新闻”"]
    assert said(*once, shown("示例新闻"), shown("示例新闻")) == ["名称由“示例发布”变为“示例新闻”"]


def test_a_second_look_in_the_same_hour_is_no_second_occasion() -> None:
    assert said(shown("甲"), shown("乙"), shown("乙"), every=timedelta(minutes=20)) == []


def test_what_was_seen_once_and_not_again_was_nothing() -> None:
    portrait, found = after(shown("甲"), shown("乙"), shown("甲"), shown("乙"), shown("丙"))
    assert found == ()
    assert portrait.certain.name == "甲"


def test_another_verified_entity_is_a_change_and_a_page_that_shows_none_is_not() -> None:
    seen = [shown("甲", "示例局"), shown(None, None), shown("甲", "示例公司"), shown("甲", "示例公司")]
    assert said(*seen) == ["认证主体由“示例局”变为“示例公司”"]


@pytest.mark.parametrize("standing", [standing for standing in Standing if not standing.is_present])
def test_an_account_is_gone_when_its_platform_says_so_twice_and_back_when_it_says_that_twice(
    standing: Standing,
) -> None:
    absent = gone(standing)
    assert after(shown("甲"), absent)[0].certain.standing is Standing.ACTIVE
    assert said(shown("甲"), absent, absent) == [f"账号状态由“正常”变为“{standing.label}”"]
    assert said(shown("甲"), absent, absent, shown("甲"), shown("甲"))[1:] == [
        f"账号状态由“{standing.label}”变为“正常”"
    ]


def test_an_account_without_posts_is_there() -> None:
    assert said(shown("甲"), timeline([]), timeline([])) == []


def test_the_same_page_once_more_confirms_what_it_showed() -> None:
    doubtful, _ = after(shown("甲"), shown("乙"))
    assert doubtful.again(NOW + HOUR + timedelta(minutes=59)) == doubtful
    assert doubtful.again(NOW + 2 * HOUR).certain.name == "乙"
    settled = Portrait(certain=Appearance(name="甲"))
    assert settled.again(NOW) is settled


def test_a_change_names_its_aspect() -> None:
    (change,) = after(shown("甲"), shown("乙"), shown("乙"))[1]
    assert (change.account, change.aspect, change.at) == ("A01", Aspect.NAME, NOW + 2 * HOUR)
