"""An account's year as it is drawn."""

from __future__ import annotations

import re
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.account import Role
from monitor.core.account_year import AccountYear, DatedPost, SeenSpan, year_of
from monitor.core.calendar import start_of_day
from monitor.pictures import year_map
from monitor.pictures.year_map import YearMap, draw, keys, months, sentences
from tests.pictures.drawn import LIMIT, begun, elements, faults

TODAY = date(2026, 11, 30)
DAY = timedelta(days=1)
BOTH = frozenset({Role.LIAISON, Role.LEADER})


def post(age: int, *, linked: bool = True, hour: int = 10) -> DatedPost:
    at = start_of_day(TODAY - age * DAY) + timedelta(hours=hour)
    return DatedPost(at=at, is_linked=linked, is_exact=True, is_visible=True, is_evidence=True)


def year(
    *posts: DatedPost, seen: tuple[SeenSpan, ...] = (), sure: bool = True, opened: date | None = None
) -> AccountYear:
    return year_of(posts, seen, TODAY, opened=opened, is_sure=sure)


def drawn(days: AccountYear, *, limit: int = 14, told: dict[date, frozenset[Role]] | None = None) -> YearMap:
    return YearMap(days=days, limit=limit, told=told or {})


def cells(map_: YearMap, fill: str) -> int:
    """Return how many days have a colour."""
    found = (one for half in draw(map_) for one in elements(half) if one.attrib.get("fill") == fill)
    return sum(len(begun(one.attrib["d"])) for one in found if one.tag.endswith("path"))


def test_the_words_name_the_longest_silence_with_its_days() -> None:
    said = "".join(sentences(drawn(year(post(0), post(23), post(26)))))
    assert said == (
        "近一年有3天发布过内容，共3条。最长的未更新时段23天：11月7日至11月30日；超过14天的有1个。"
        "另有338天没有采集到完整内容，不算未更新。"
    )


def test_a_silence_that_lasts_is_told_up_to_what_is_known() -> None:
    assert "24天：11月6日至今；" in "".join(sentences(drawn(year(post(24)))))
    seen = SeenSpan(since=post(24).at, until=start_of_day(TODAY - 5 * DAY) + timedelta(hours=3))
    assert "18天：11月6日起，截至11月24日；" in "".join(sentences(drawn(year(post(24), seen=(seen,), sure=False))))


def test_days_that_nobody_saw_are_hatched_and_no_silence() -> None:
    blind = drawn(year(post(0, linked=False), post(40), sure=False))
    assert "未更新时段" not in "".join(sentences(blind))
    assert cells(blind, "#f6c9c5") == cells(blind, "#ffffff") == 0
    assert "没有采集到完整内容，不算未更新" in "".join(sentences(blind))


def test_a_long_silence_is_marked_from_the_day_after_the_post_to_the_day_before_the_next() -> None:
    assert cells(drawn(year(post(0), post(20))), "#f6c9c5") == 19
    assert cells(drawn(year(post(0), post(14))), "#f6c9c5") == 0
    assert cells(drawn(year(post(20))), "#f6c9c5") == 20


def test_days_are_darker_the_more_was_posted() -> None:
    days = year(*(post(3, hour=hour) for hour in range(5)), post(2), post(2, hour=1), post(1), post(0))
    assert [cells(drawn(days), shade) for shade in ("#9cc0e6", "#3f7cc0", "#123c6e")] == [2, 1, 1]


def test_who_was_told_is_a_sign_and_stands_in_the_table() -> None:
    told = {TODAY - DAY: frozenset({Role.LIAISON}), TODAY: BOTH}
    map_ = drawn(year(post(16)), told=told)
    paths = [one.attrib for half in draw(map_) for one in elements(half) if one.tag.endswith("path")]
    signs = [path["d"] for path in paths if path.get("fill") == "#1c2733"]
    assert [re.sub(r"^M\d+ \d+", "", sign) for sign in signs] == ["m0-4l4 7h-8z", "m-3.5-3.5h7v7h-7z"]
    assert next(months(map_)).told == "11月29日联络员，11月30日联络员、责任领导"


def test_before_the_opening_nothing_is_drawn_or_said() -> None:
    opened = TODAY - 9 * DAY
    days = year(opened=opened)
    assert (len(days.silent), len(days.unseen), len(days.posted)) == (10, 0, 0)
    assert "最长的未更新时段9天：11月21日至今" in "".join(sentences(drawn(days)))


def test_the_table_has_every_day_once() -> None:
    days = year(post(0), post(100), post(200, linked=False))
    rows = list(months(drawn(days)))
    assert sum(row.posted + row.silent + row.unseen for row in rows) == (TODAY - days.first).days + 1
    assert [row.name for row in rows][:2] == ["2026年11月", "2026年10月"]


def test_every_sign_has_its_word() -> None:
    said = [key.said for key in keys(14)]
    assert len(set(said)) == len(said) == 10
    assert all('aria-hidden="true"' in key.sign for key in keys(14))


ages = st.integers(0, 600)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(ages, st.booleans(), st.booleans(), st.booleans(), st.booleans()), max_size=400),
    st.lists(st.tuples(ages, ages), max_size=30),
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.integers(1, 40),
    st.booleans(),
    st.one_of(st.none(), st.dates(date(1900, 1, 1), date(2027, 12, 31))),
)
def test_whatever_is_known_the_picture_is_whole_and_the_days_add_up(
    posts: list[tuple[int, bool, bool, bool, bool]],
    spans: list[tuple[int, int]],
    today: date,
    limit: int,
    sure: bool,  # noqa: FBT001 - given by the property
    opened: date | None,
) -> None:
    end = start_of_day(today) + timedelta(hours=12)
    known = [
        DatedPost(at=end - age * DAY, is_linked=a, is_exact=b, is_visible=c, is_evidence=d) for age, a, b, c, d in posts
    ]
    seen = [SeenSpan(since=end - max(one) * DAY, until=end - min(one) * DAY) for one in spans]
    days = year_of(known, seen, today, opened=opened, is_sure=sure)
    everything = dict.fromkeys((today - age * DAY for age in range(380)), BOTH)
    map_ = YearMap(days=days, limit=limit, told=everything, opened=everything, closed=everything)
    halves = draw(map_)
    assert [faults(half) for half in halves] == [[], []]
    assert sum(len(half.svg.encode()) for half in halves) <= 2 * LIMIT
    kinds = [set(days.posted), set(days.silent), set(days.unseen)]
    assert len(set.union(*kinds)) == sum(map(len, kinds))
    assert all(days.first <= day <= today for day in set.union(*kinds))
    assert not days.silent & {one.on for one in known if one.is_visible or not one.is_evidence}
    for silence in days.silences:
        inside = set(year_map.inside(silence, days.first, today))
        assert not inside & (set(days.posted) | set(days.unseen))
