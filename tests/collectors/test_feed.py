"""A bridge that is logged out goes on showing an old feed: what its own health says, and what counts without."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest

from collectors import html
from collectors.platforms import feed
from monitor.core.account import Source
from monitor.core.collector import Page
from monitor.core.observation import Covers, LookFailedError, Reason, Timeline
from tests.fakes import AT, Canned, CannedFetch, MemorySession

FEED, HEALTH = "https://bridge.example/a.xml", "https://bridge.example/every-day.xml"
OLD = AT - timedelta(days=20)


@dataclass(frozen=True, kw_only=True)
class Written:
    """A feed of one post, as some program writes it."""

    posted: datetime = OLD
    generator: str = ""
    description: str = "示例县发布"
    title: str = "一条消息"

    @property
    def rss(self) -> Canned:
        generator = f"<generator>{self.generator}</generator>" if self.generator else ""
        item = f"<item><title>{self.title}</title><pubDate>{format_datetime(self.posted)}</pubDate></item>"
        built = f"<lastBuildDate>{format_datetime(AT)}</lastBuildDate>"
        head = f"<title>示例</title><description>{self.description}</description>{generator}{built}"
        return Canned(body=f'<rss version="2.0"><channel>{head}{item}</channel></rss>')


BRIDGE = Written(generator="WeWe-RSS").rss
PLAIN = Written().rss


async def look(key: str, answer: Canned, health: Canned | None = None) -> tuple[Timeline, CannedFetch]:
    fetch = CannedFetch({FEED: answer, **({HEALTH: health} if health else {})})
    source = Source(account="A1", collector="feed", key=key)
    return await feed.COLLECTOR.collect(source, fetch, MemorySession()), fetch


@pytest.mark.parametrize(
    "bridge",
    [
        Written(generator="RSSHub"),
        Written(generator="WeWe-RSS"),
        Written(generator="RSS-Bridge"),
        Written(description="示例县发布 - Powered by RSSHub"),
    ],
)
async def test_a_feed_that_names_a_bridge_shows_some_however_fresh_it_says_it_was_built(bridge: Written) -> None:
    seen, _ = await look(FEED, bridge.rss)
    assert (len(seen.posts), seen.covers) == (1, Covers.SOME)


@pytest.mark.parametrize("minutes", [0, 3])
@pytest.mark.parametrize("generator", ["we-mp-rss", "RSSHub"])
async def test_what_a_bridge_dates_with_the_very_look_is_no_publication(minutes: int, generator: str) -> None:
    """In its cover mode every fetch makes the newest article one of now; a real one is older at the next look."""
    shown = Written(generator=generator, posted=AT - timedelta(minutes=minutes)).rss
    for key, health in ((FEED, None), (f"{FEED}|health={HEALTH}", Written(posted=AT).rss)):
        with pytest.raises(LookFailedError) as failed:
            await look(key, shown, health)
        assert failed.value.reason is Reason.UNREADABLE
    settled, _ = await look(FEED, Written(generator=generator, posted=AT - timedelta(hours=1)).rss)
    assert len(settled.posts) == 1


async def test_an_owner_s_own_feed_may_be_read_in_the_minute_of_its_newest_item() -> None:
    seen, _ = await look(FEED, Written(posted=AT).rss)
    assert (len(seen.posts), seen.covers) == (1, Covers.ALL)


async def test_a_json_feed_names_its_bridge_in_its_description() -> None:
    item = f'{{"title": "一条消息", "date_published": "{OLD.isoformat()}"}}'
    head = '"version": "https://jsonfeed.org/version/1.1", "description": "示例县发布 - Powered by RSSHub"'
    seen, _ = await look(FEED, Canned(body=f'{{{head}, "items": [{item}]}}'))
    assert (len(seen.posts), seen.covers) == (1, Covers.SOME)


async def test_an_item_that_speaks_of_bridges_makes_no_bridge() -> None:
    body = PLAIN.body
    assert isinstance(body, str)
    spoken = body.replace("</item>", "<description>Powered by RSSHub</description></item>")
    seen, _ = await look(FEED, Canned(body=spoken))
    assert seen.covers is Covers.ALL


@pytest.mark.parametrize("answer", [BRIDGE, PLAIN])
async def test_a_bridge_that_shows_something_fresh_of_a_daily_account_is_well(answer: Canned) -> None:
    daily = Written(generator="WeWe-RSS", posted=AT - timedelta(hours=47)).rss
    seen, fetch = await look(f"{FEED}|health={HEALTH}", answer, daily)
    assert (len(seen.posts), seen.covers) == (1, Covers.ALL)
    assert fetch.urls == [HEALTH, FEED]


@pytest.mark.parametrize("answer", [BRIDGE, PLAIN])
@pytest.mark.parametrize(
    "health",
    [
        pytest.param(Written(generator="WeWe-RSS", posted=AT - timedelta(hours=49)).rss, id="frozen"),
        pytest.param(Canned(body='<rss version="2.0"><channel></channel></rss>'), id="empty"),
        pytest.param(Canned(body="<html><title>登录</title></html>"), id="logged out"),
        pytest.param(Canned(status=404), id="gone"),
        pytest.param(Canned(status=410), id="gone for good"),
        pytest.param(Canned(error=LookFailedError(Reason.TIMEOUT)), id="no answer"),
    ],
)
async def test_a_bridge_without_fresh_health_shows_some(answer: Canned, health: Canned) -> None:
    seen, _ = await look(f"{FEED}|health={HEALTH}", answer, health)
    assert (len(seen.posts), seen.covers) == (1, Covers.SOME)


async def test_the_health_of_another_bridge_is_none() -> None:
    seen, fetch = await look(f"{FEED}|health=https://other.example/b.xml", BRIDGE, Written(posted=AT).rss)
    assert (seen.covers, fetch.urls) == (Covers.SOME, [FEED])


async def test_a_feed_with_a_health_is_read_anew_each_time() -> None:
    """The same feed covers all today and some tomorrow: "unchanged" would keep what was true before."""
    _, fetch = await look(f"{FEED}|health={HEALTH}", BRIDGE, PLAIN)
    assert not any(request.conditional for request in fetch.requests)
    _, fetch = await look(FEED, BRIDGE)
    assert [request.conditional for request in fetch.requests] == [True]


async def test_what_is_declared_as_some_stays_so_beside_a_health() -> None:
    seen, _ = await look(f"some:{FEED}|health={HEALTH}", BRIDGE, Written(posted=AT).rss)
    assert seen.covers is Covers.SOME


async def test_an_empty_feed_of_a_well_bridge_is_no_silence() -> None:
    empty = Canned(body='<rss version="2.0"><channel><generator>RSSHub</generator></channel></rss>')
    seen, _ = await look(f"{FEED}|health={HEALTH}", empty, Written(posted=AT).rss)
    assert (seen.posts, seen.covers) == ((), Covers.SOME)


async def test_an_error_that_a_bridge_shows_as_a_post_of_now_is_no_update() -> None:
    error = Written(generator="RSS-Bridge", title="Bridge returned error 403! (20601)", posted=AT)
    with pytest.raises(LookFailedError) as failed:
        await look(FEED, error.rss)
    assert failed.value.reason is Reason.UNREADABLE


@pytest.mark.parametrize("day", ["11-18", "11月18日 10:20", "Nov 18", "今天 11-18"])
async def test_an_item_whose_day_has_no_year_makes_a_feed_incomplete_and_is_no_post(day: str) -> None:
    item = f"<item><title>新的消息</title><pubDate>{day}</pubDate></item>"
    whole = str(PLAIN.body)
    seen, _ = await look(FEED, Canned(body=whole.replace("<item>", f"{item}<item>")))
    assert ([post.published_at for post in seen.posts], seen.covers) == ([OLD], Covers.SOME)
    with pytest.raises(LookFailedError) as failed:
        await look(FEED, Canned(body=f"{whole.partition('<item>')[0]}{item}</channel></rss>"))
    assert failed.value.reason is Reason.UNREADABLE


def fed(items: str, channel: str = "", url: str = "https://a.example/feed") -> Page:
    text = f"<rss version='2.0'><channel><title>x</title>{channel}{items}</channel></rss>"
    return Page(url=url, status=200, headers={}, body=text.encode(), at=AT)


ITEM = (
    "<item><title>a</title><link>https://a.example/1</link><pubDate>2026-02-18</pubDate>"
    "<description>{0}</description></item>"
)
MADE = "<lastBuildDate>Mon, 02 Mar 2026 09:00:00 +0800</lastBuildDate><description>7</description>"


@pytest.mark.parametrize(
    ("other", "is_known"),
    [
        (fed(ITEM.format(9), MADE), True),
        (fed(ITEM.format(1).replace("2026-02-18", "2026-02-19")), False),
        (fed(ITEM.format(1).replace("/1<", "/2<")), False),
        (fed(ITEM.format(1).replace(">a<", ">b<")), False),
        (fed(ITEM.format(1) + ITEM.format(2).replace("/1<", "/2<")), False),
        (fed(ITEM.format(1).replace("<item>", "<x><item>").replace("</item>", "</item></x>")), False),
        (fed(ITEM.format(1), "<generator>RSSHub</generator>"), False),
        (fed(ITEM.format(1), url="https://b.example/feed"), False),
        (fed(""), False),
    ],
)
def test_a_feed_is_known_again_by_what_is_read_of_it(other: Page, *, is_known: bool) -> None:
    shown = fed(ITEM.format(1))
    seen = feed.read(shown)
    mark = feed.FINGERPRINT.of(shown, html.Watched())
    assert mark
    assert feed.FINGERPRINT.fits(other, mark) is is_known
    if is_known:
        assert feed.read(other) == seen


def test_a_bridge_s_feed_is_read_each_time() -> None:
    shown = fed(ITEM.format(1), "<generator>RSSHub</generator>")
    assert feed.FINGERPRINT.of(shown, html.Watched()) is None
