"""Days of which month and year stand elsewhere, and lists whose dates nobody can read."""

from __future__ import annotations

import pytest

from tests.collectors.pages import below, told

DAYS = (18, 12, 3)


def rows(box: str, days: tuple[int, ...] = DAYS, href: str = "/c/{0}.html") -> str:
    """Return the rows of a list; `box` is how a day of November is written."""
    return "".join(
        f'<li><a href="{href.format(f"{place}{day}")}">关于第{place}号事项的通知</a>{box.format(day)}</li>'
        for place, day in enumerate(days)
    )


ALONE = ("<span>{0}</span>", "<span>{0}日</span>", "<b>{0}</b>日", "<i>[{0}]</i>", "<span>{0:02} 周三</span>", " {0}号")


@pytest.mark.parametrize("box", ALONE)
@pytest.mark.parametrize(
    "heading",
    ["<h3>2026年11月</h3>", "<div class=m>2026-11</div>", "<p><b>2026年 11月</b></p>", "<h2>2026年</h2><h3>11月</h3>"],
)
def test_a_day_alone_is_of_the_month_above_the_list(box: str, heading: str) -> None:
    assert told(f"{heading}<ul>{rows(box)}</ul>") == "2026-11-18 all"


@pytest.mark.parametrize("box", ALONE)
def test_each_month_has_the_days_below_it(box: str) -> None:
    lists = f"<h3>2026年11月</h3><ul>{rows(box)}</ul><h3>2026年10月</h3><ul>{rows(box, (30, 9, 1), '/o/{0}')}</ul>"
    assert told(lists) == "2026-11-18 all"
    mixed = f"<ul><li>2026年11月</li>{rows(box)}<li>2026年10月</li>{rows(box, (30, 9, 1), '/o/{0}')}</ul>"
    assert told(mixed) == "2026-11-18 all"


@pytest.mark.parametrize("box", [*ALONE, "<b>{0}</b><i>11</i>", "<i>11</i><b>{0}</b>"])
def test_a_day_whose_month_stands_nowhere_is_no_time_and_not_overlooked(box: str) -> None:
    listed = f"<ul>{rows(box)}</ul>"
    assert told(listed) == "unreadable"
    assert told(below("") + listed) == "2026-03-10 some"
    assert told(listed + below("")) == "2026-03-10 some"


@pytest.mark.parametrize(
    "box",
    [
        "<div><b>{0}</b><i>11</i></div>",
        "<b>{0}</b><i>11</i>",
        "<div><i>11</i><b>{0}</b></div>",
        "<b>{0}</b><i>十一月</i>",
        "<em>十一月</em><b>{0}日</b>",
        "<b>{0}</b><i>Nov</i>",
        "<span>Nov {0}</span>",
        "<span>{0} November</span>",
    ],
)
def test_a_month_may_stand_beside_its_day_in_any_spelling(box: str) -> None:
    assert told(f"<h3>2026年</h3><ul>{rows(box)}</ul>") == "2026-11-18 all"
    assert told(f"<ul>{rows(box, href='/2026/{0}.html')}</ul>") == "2026-11-18 all"


def test_a_month_and_a_day_in_chinese_numerals_are_a_date() -> None:
    box = ["十一月十八日", "十一月十二日", "十月三十日"]
    listed = "".join(f"<li><a href=/2026/{n}.html>关于第{n}号事项</a><i>{when}</i></li>" for n, when in enumerate(box))
    assert told(f"<ul>{listed}</ul>") == "2026-11-18 all"


def test_two_numbers_of_which_each_may_be_the_month_are_no_day() -> None:
    listed = f"<h3>2026年</h3><ul>{rows('<b>{0}</b><i>11</i>', (9, 8, 3))}</ul>"
    assert told(listed) == "unreadable"
    assert told(below("") + listed) == "2026-03-10 some"


@pytest.mark.parametrize(
    "days", [(1, 2, 3), (9, 30, 4), (40, 41, 42)], ids=["ranks", "counts of comments", "more than a month has"]
)
def test_numbers_below_a_month_that_are_in_no_order_of_days_are_none(days: tuple[int, ...]) -> None:
    assert told(f"<h3>2026年11月</h3><ul>{rows('<span>{0}</span>', days)}</ul>") == "unreadable"


@pytest.mark.parametrize(
    "side",
    [
        "<ol>" + rows("<span>{0}</span>", (1, 2, 3)) + "</ol>",
        "<ol>" + rows("<span>{0}23次</span>") + "</ol>",
        "<ul>" + rows("<span>县政府办</span>") + "</ul>",
        "<ul>" + rows("<span class=times>阅读 {0}</span>") + "</ul>",
        "<ul>" + rows("") + "</ul>",
        "<ul class=weather>" + rows("<span>11-{0}</span><i>3℃</i>") + "</ul>",
    ],
)
def test_ranks_counts_and_units_beside_a_list_take_nothing_from_it(side: str) -> None:
    assert told(below("") + side) == "2026-03-10 all"


@pytest.mark.parametrize(
    "box",
    [
        "<span>2O26-11-{0}</span>",
        "<span>2026年11月</span>",
        "<span>上周三</span>",
        "<span>初三</span>",
        "<em>202-11-{0}</em>",
        "<em>{0}.99.99</em>",
        "<span class=date></span>",
        "<span class='pub-time'>@{{{{day}}}}</span>",
        "<span class=date>NEW</span>",
        "<time></time>",
        "<span class=riqi>不久</span>",
        "<span>2026-1-{0}xx</span>",
        "<span>更新于2026-11-{0}</span>",
    ],
)
@pytest.mark.parametrize("wrap", ["<ul>{0}</ul>", "<div class=main><ul class=x>{0}</ul></div>"])
def test_a_list_whose_dates_cannot_be_read_is_not_hidden_by_one_beside_it(box: str, wrap: str) -> None:
    main = wrap.format(rows(box))
    side = f"<div class=side>{below('')}</div>"
    assert told(main + side) == "2026-03-10 some"
    assert told(side + main) == "2026-03-10 some"
    cards = main.replace("<li>", "<div class=k>").replace("</li>", "</div>").replace("ul", "div")
    assert told(cards + side) == "2026-03-10 some"
