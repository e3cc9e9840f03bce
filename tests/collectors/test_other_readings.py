"""What the same bytes would soon be read otherwise is not taken for unchanged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import dates
from collectors.http import Door, Policy
from collectors.platforms import feed, website
from collectors.reader import ParserRunner
from monitor.core.account import Source
from monitor.core.calendar import beijing
from monitor.core.collector import Page
from monitor.core.observation import LookFailedError, Timeline
from monitor.core.schedule import BELIEVED
from tests.collectors.conftest import FREE, LOOPBACK, NOW, Far, answer
from tests.fakes import MemorySession

DAY = timedelta(days=1)
AT = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)


def other_from(text: str, at: datetime = AT) -> datetime | None:
    with dates.other_readings() as moments:
        dates.read(text, at)
    return min(moments, default=None)


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("2026-06-01 09:00", None),
        ("2026-06-05", datetime(2026, 6, 3, 16, 0, tzinfo=UTC)),
        ("3分钟前", AT),
        ("刚刚", AT),
        ("13天前", datetime(2026, 6, 1, 16, 0, tzinfo=UTC)),
        ("昨天 10:20", datetime(2026, 6, 1, 16, 0, tzinfo=UTC)),
        ("06-03", datetime(2026, 6, 2, 16, 0, tzinfo=UTC)),
        ("05-30", datetime(2027, 5, 29, 16, 0, tzinfo=UTC)),
        ("Fri, 05 Jun 2026 08:00:00 +0800", datetime(2026, 6, 4, 0, 0, tzinfo=UTC)),
    ],
)
def test_a_time_says_from_when_it_would_be_read_otherwise(text: str, since: datetime | None) -> None:
    assert other_from(text) == since


MOMENTS = st.integers(0, 3 * 365 * 24 * 60).map(
    lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
TEXTS = st.one_of(
    MOMENTS.map(lambda moment: f"{moment:%Y-%m-%d %H:%M}"),
    st.dates().map(lambda day: f"{day:%m-%d}"),
    MOMENTS.map(lambda moment: f"{moment:%m月%d日 %H:%M}"),
    MOMENTS.map(lambda moment: format_datetime(moment.replace(tzinfo=UTC))),
    st.tuples(st.integers(0, 90), st.sampled_from(["分钟前", "小时前", "天前"])).map(
        lambda pair: f"{pair[0]}{pair[1]}"
    ),
    st.sampled_from(["刚刚", "今天 08:00", "昨天", "前天 23:59"]),
)


@given(
    text=TEXTS,
    at=MOMENTS,
    later=st.timedeltas(timedelta(0), timedelta(days=400)),
)
def test_until_then_it_is_read_the_same(text: str, at: datetime, later: timedelta) -> None:
    since = other_from(text, at)
    if since is None or at + later < since:
        assert dates.read(text, at + later) == dates.read(text, at)


def rss(*written: str) -> bytes:
    items = "".join(
        f"<item><title>消息{number}</title><link>https://a.example/{number}</link><pubDate>{text}</pubDate></item>"
        for number, text in enumerate(written)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>示例</title>{items}</channel></rss>'.encode()


async def looked_at(far: Far, path: str = "/") -> tuple[Timeline, bool]:
    """Return what a look at a feed saw, and whether the next may go by its validators."""
    async with Door(Policy(allow=LOOPBACK, pace=FREE), lambda: NOW) as door:
        fetch = door.bind("A01/feed=1", reader="feed/1")
        seen = await feed.COLLECTOR.collect(
            Source(account="A01", collector="feed", key=far.url(path)), fetch, MemorySession()
        )
        assert isinstance(seen, Timeline)
        return seen, fetch.validators is not None


def rfc(moment: datetime) -> str:
    return format_datetime(moment)


@pytest.mark.parametrize(
    ("written", "is_kept"),
    [
        ((rfc(NOW - DAY), rfc(NOW - 2 * DAY)), True),
        ((rfc(NOW + timedelta(hours=35)), rfc(NOW - DAY)), False),
        ((rfc(NOW + 2 * DAY), rfc(NOW - DAY)), True),
        (("3小时前", rfc(NOW - 2 * DAY)), False),
        (("刚刚", rfc(NOW - 2 * DAY)), False),
        (("昨天 10:20", rfc(NOW - 2 * DAY)), True),
        ((f"{beijing(NOW + DAY):%m-%d}", rfc(NOW - DAY)), True),
        ((f"{beijing(NOW - 2 * DAY):%m-%d}", rfc(NOW - 3 * DAY)), True),
    ],
)
async def test_a_list_that_will_soon_be_read_otherwise_keeps_nothing_to_compare_it_by(
    written: tuple[str, ...], *, is_kept: bool
) -> None:
    """It is nine in the morning: what turns at midnight only is read again before that anyway."""
    far = Far(answer(rss(*written), content_type="text/xml; charset=utf-8", etag='"7"'))
    await far.open(None)
    try:
        _, kept = await looked_at(far)
    finally:
        await far.close()
    assert kept is is_kept


async def test_a_post_that_lay_ahead_comes_when_its_day_has_come_although_the_bytes_are_the_same() -> None:
    body = rss(rfc(AT + 2 * DAY), rfc(AT - 12 * DAY))
    reader = ParserRunner()
    try:
        seen = {}
        for at in (AT, AT + 2 * DAY):
            page = Page(url="https://a.example/feed", status=200, headers={}, body=body, at=at)
            seen[at] = await reader.reading(feed.COLLECTOR.parse, page)
    finally:
        reader.close()
    first, later = seen[AT], seen[AT + 2 * DAY]
    assert isinstance(first.seen, Timeline)
    assert isinstance(later.seen, Timeline)
    assert first.seen.newest is not None
    assert first.seen.newest.published_at == AT - 12 * DAY
    assert first.other_from is not None
    assert first.other_from <= AT + 2 * DAY
    assert later.seen.newest is not None
    assert later.seen.newest.published_at == AT + 2 * DAY


async def test_a_worker_tells_it_too() -> None:
    """A page that is read in another process: what that process noticed comes back with what it read."""
    body = rss("昨天 10:20", rfc(AT - 2 * DAY)).replace(b"</channel>", b"<!--" + b"x" * 300_000 + b"--></channel>")
    reader = ParserRunner(timedelta(seconds=30))
    try:
        page = Page(url="https://a.example/feed", status=200, headers={}, body=body, at=AT)
        reading = await reader.reading(feed.COLLECTOR.parse, page)
    finally:
        reader.close()
    assert reading.other_from == datetime(2026, 6, 1, 16, 0, tzinfo=UTC)


ROWS = "<ul>{}</ul>"
ROW = '<li><a href="/art/{0}.html">县政府召开第{0}次会议研究重点工作</a><span>{1}</span></li>'


@given(
    days=st.lists(st.integers(-400, 3), min_size=3, max_size=8),
    forms=st.lists(st.sampled_from(["%Y-%m-%d", "%m-%d", "%Y年%m月%d日"]), min_size=8, max_size=8),
    later=st.integers(0, int(BELIEVED.total_seconds()) - 1),
)
def test_a_list_that_says_it_holds_reads_the_same_for_as_long_as_it_is_believed(
    days: list[int], forms: list[str], later: int
) -> None:
    rows = "".join(
        ROW.format(number, (beijing(AT) + day * DAY).strftime(form))
        for number, (day, form) in enumerate(zip(days, forms, strict=False), 1)
    )
    page = f"<html><head><meta charset='utf-8'><title>示例</title></head><body>{ROWS.format(rows)}</body></html>"

    def read(at: datetime) -> object:
        try:
            return website.COLLECTOR.parse(
                Page(url="https://www.example.gov.cn/col/", status=200, headers={}, body=page.encode(), at=at)
            )
        except LookFailedError as failed:
            return failed.reason

    with dates.other_readings() as moments:
        seen = read(AT)
    if not moments or min(moments) >= AT + BELIEVED:
        assert read(AT + timedelta(seconds=later)) == seen
