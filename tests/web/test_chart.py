from datetime import date, timedelta

from monitor.queries.account import Posted
from monitor.web.pages.chart import Chart, draw

TODAY = date(2026, 5, 19)


def chart(
    *ages: int, linked: bool = True, sure: bool = True, opened: int | None = None, deadline: int | None = None
) -> Chart:
    posted = {TODAY - timedelta(days=age): Posted(count=1, is_linked=linked) for age in ages}
    return draw(
        posted,
        TODAY,
        14,
        opened=None if opened is None else TODAY - timedelta(days=opened),
        deadline=None if deadline is None else TODAY + timedelta(days=deadline),
        is_sure=sure,
    )


def test_everything_lies_inside_the_picture() -> None:
    picture = chart(0, 20, 50, 89, 90, 91, 400, opened=1000, deadline=14)
    places = [tick.x for tick in picture.ticks] + [mark.x for mark in picture.months] + [picture.today]
    assert all(0 <= place <= 100 for place in places)
    assert all(shade.x >= 0 and shade.x + shade.width <= picture.today + 0.01 for shade in picture.shades)
    assert picture.deadline is not None
    assert picture.today < picture.deadline.x <= 100


def test_fourteen_days_are_no_gap_and_fifteen_are() -> None:
    assert chart(14, 28).shades == ()
    assert [shade.title for shade in chart(15).shades] == ["5月4日至5月19日，15天未更新"]


def test_ninety_days_have_ninety_days_at_most() -> None:
    assert "近90天有90天发布过内容" in chart(*range(120)).summary


def test_before_the_first_known_post_nothing_is_said() -> None:
    assert chart(3, opened=1000).shades == ()


def test_an_opening_begins_a_gap_while_nothing_is_posted() -> None:
    assert [shade.title for shade in chart(opened=30).shades] == ["4月19日至5月19日，30天未更新"]
    assert chart().shades == ()


def test_what_was_not_seen_whole_is_not_held_against_anybody() -> None:
    between, now = chart(2, 40, linked=False).shades[0], chart(16, sure=False).shades[0]
    assert not between.is_sure
    assert not now.is_sure
    assert now.title == "5月3日至5月19日，采集内容不完整"
    assert "超过14天的未更新时段0个" in chart(16, sure=False).summary


def test_a_gap_that_began_before_the_picture_is_cut_at_its_edge() -> None:
    (shade,) = chart(0, 14, 28, 42, 56, 70, 84, 200).shades
    assert shade.x == 0
    assert shade.width > 0


def test_a_deadline_outside_the_picture_is_not_drawn() -> None:
    assert chart(3, deadline=17).deadline is None
    assert chart(300, deadline=-286).deadline is None
