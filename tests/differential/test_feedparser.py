"""Feeds and their dates, read by feedparser as well: where the two do not agree, the reason is written here.

feedparser is a second opinion and not the judge. What is listed as a disagreement has to be one: a reason that no
longer holds fails too.
"""

from __future__ import annotations

from calendar import timegm
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from random import Random

import feedparser
import pytest

from collectors.platforms import feed
from monitor.core.collector import Page
from monitor.core.observation import LookFailedError, Precision
from tests.collectors.feeds import AT, FORMS, PREFIXES, RDF, SLIPS

Form = Callable[[datetime], str]
BEIJING_HOURS = timedelta(hours=8)


def spelt(form: str) -> Form:
    return lambda moment: moment.strftime(form)


DIALECTS: dict[str, Form] = FORMS | {
    "a comma and no blank": spelt("%a,%d %b %Y %H:%M:%S +0800"),
    "a day of one digit": lambda moment: format_datetime(moment).replace(", 0", ", "),
    "a needless comma": spelt("%a, %d %b, %Y %H:%M:%S +0800"),
    "month before day": spelt("%a %b %d %Y %H:%M:%S +0800"),
    "the day in slashes": spelt("%a, %Y/%m/%d %H:%M:%S EST"),
    "hyphens": spelt("%a, %d-%b-%Y %H:%M:%S +0800"),
    "Etc/GMT": spelt("%a, %d %b %Y %H:%M:%S Etc/GMT"),
    "MET": spelt("%a, %d %b %Y %H:%M:%S MET"),
    "MEST": spelt("%a, %d %b %Y %H:%M:%S MEST"),
    "PDT": spelt("%a, %d %b %Y %H:%M:%S PDT"),
    "ET": spelt("%a, %d %b %Y %H:%M:%S ET"),
    "JST": spelt("%a, %d %b %Y %H:%M:%S JST"),
    "CST": spelt("%a, %d %b %Y %H:%M:%S CST"),
    "a zone that nobody knows": spelt("%a, %d %b %Y %H:%M:%S XYZ"),
    "a zone of odd minutes": spelt("%a, %d %b %Y %H:%M:%S -01:01"),
    "a zone of seventeen hours": spelt("%a, %d %b %Y %H:%M:%S -1700"),
    "-0000": spelt("%a, %d %b %Y %H:%M:%S -0000"),
    "a stretch of hours": spelt("%Y-%m-%d %H:%M-18:30"),
    "a database's zone": spelt("%Y-%m-%d %H:%M:%S -03:30"),
    "a zone to the minute": spelt("%Y-%m-%dT%H:%M-03:00"),
    "a month": spelt("%Y-%m"),
    "a year": spelt("%Y"),
    "a year of two digits": spelt("%y-%m-%d"),
    "the day of the year": spelt("%Y-%j"),
    "the month in three digits": spelt("%Y-0%m-%dT%H:%M:%S+08:00"),
    "Korean": spelt("%Y년 %m월 %d일 %H:%M:%S"),
    "24 o'clock": spelt("%Y-%m-%dT24:00:00Z"),
    "four numbers of a clock": spelt("%a, %d %b %Y 01:02:03:04 GMT"),
    "a month of nobody": spelt("%a, %d zzz %Y %H:%M:%S GMT"),
    "an edit": spelt("%a, %d %b %Y %H:%M:%S +0800 (edited)"),
    "words for nothing": lambda _: "Invalid Date",
}

DISAGREEMENTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "a time without a zone, and a day, is Beijing's, and not Greenwich's": (
        "eight hours",
        (
            "SQL",
            "SQL to the minute",
            "iso 8601 without a zone",
            "ctime",
            "rfc 822 without a time",
            "a day",
            "a compact day",
        ),
    ),
    "feedparser knows no Chinese": ("they refuse", ("Java in Chinese", "Java in new Chinese")),
    "feedparser does not know the form": (
        "they refuse",
        ("twelve hours in English", "a comma and no blank", "hyphens"),
    ),
    "feedparser knows no clock in the form, and takes the day alone, in Greenwich": (
        "different",
        ("iso 8601, compact", "twelve hours to the minute"),
    ),
    "feedparser takes four digits for the year, and forgets the day or the hour": (
        "different",
        (
            "slashes",
            "twelve hours in Chinese",
            "words in Chinese",
            "an epoch",
            "a day in Chinese",
            "a day with dots",
        ),
    ),
    "CST is China's: Java's servers write it, and no feed from Chicago is watched": ("different", ("Java", "CST")),
    "feedparser takes a zone that it does not know for Greenwich; Japan's is nine hours": ("different", ("JST",)),
    "a zone that is not known is not guessed": ("we refuse", ("a zone that nobody knows", "ET")),
    "no place on earth has the zone": ("we refuse", ("a zone of odd minutes", "a zone of seventeen hours")),
    "from one hour to another is not a time with a zone": ("we refuse", ("a stretch of hours",)),
    "an edit is no publication": ("we refuse", ("an edit",)),
    "a month or a year is no day": ("we refuse", ("a month", "a year")),
    "no feed is known that writes so, and it reads as something else as well": (
        "we refuse",
        ("a year of two digits", "the day of the year", "the month in three digits", "Korean"),
    ),
}
"""Why the two do not agree on a form of date, how, and on which forms."""
DATES = {form: how for how, forms in DISAGREEMENTS.values() for form in forms}


def moments() -> Iterator[datetime]:
    chance = Random(7)  # noqa: S311 - no secret
    for _ in range(40):
        yield (AT - timedelta(days=2 + 300 * chance.random())).replace(microsecond=0)


def theirs(body: str) -> datetime | None:
    """Return the newest publication that feedparser sees; an Atom entry without one counts with its edit."""
    found = feedparser.parse(body.encode())
    times = []
    for entry in found.entries:
        time = entry.get("published_parsed") if "published" in entry else None
        if time is None and "published" not in entry and found.version.startswith("atom"):
            time = dict.get(entry, "updated_parsed")
        if time and time[0] > 0:
            times.append(datetime.fromtimestamp(timegm(time), UTC))
    return max(times, default=None)


def ours(body: str) -> tuple[datetime | None, Precision | None]:
    page = Page(url="https://www.example.gov.cn/feed.xml", status=200, headers={}, body=body.encode(), at=AT)
    try:
        newest = feed.read(page).newest
    except LookFailedError:
        return None, None
    return (newest.published_at, newest.precision) if newest else (None, None)


def relation(body: str) -> str:
    (we, _), they = ours(body), theirs(body)
    if we == they:
        return "same"
    if we is None or they is None:
        return "we refuse" if we is None else "they refuse"
    return "eight hours" if they - we == BEIJING_HOURS else "different"


def rss(*items: str) -> str:
    written = "".join(
        f"<item><title>第{number}条</title><link>x</link>{date}</item>" for number, date in enumerate(items)
    )
    return f'<?xml version="1.0"?><rss version="2.0" {PREFIXES}><channel><title>示例</title>{written}</channel></rss>'


@pytest.mark.parametrize("form", DIALECTS)
def test_a_date_is_read_as_feedparser_reads_it_or_for_a_reason_not(form: str) -> None:
    found = {relation(rss(f"<pubDate>{DIALECTS[form](moment)}</pubDate>")) for moment in moments()}
    assert found == {DATES.get(form, "same")}


NEW, OLD = "Fri, 27 Nov 2026 08:30:00 +0800", "Mon, 02 Nov 2026 08:30:00 +0800"
NEW_ISO, OLD_ISO, LATER = (f"2026-11-{day}T08:30:00+08:00" for day in ("27", "02", "28"))


def feed_of(root: str, *items: str) -> str:
    name = "entry" if root.startswith("feed") else "item"
    written = "".join(f"<{name}><title>一条</title><link>x</link>{text}</{name}>" for text in items)
    is_rss = root.startswith("rss")
    channel = f"<channel><title>示例</title>{written if is_rss else ''}</channel>" if name == "item" else ""
    return f'<?xml version="1.0"?><{root} {PREFIXES}>{channel}{"" if is_rss else written}</{root.split(maxsplit=1)[0]}>'


RSS, ATOM = 'rss version="2.0"', 'feed xmlns="http://www.w3.org/2005/Atom"'
FEEDS: dict[str, str] = {
    "pubDate": feed_of(RSS, f"<pubDate>{OLD}</pubDate>", f"<pubDate>{NEW}</pubDate>"),
    "pubDate of RSS 0.91": feed_of('rss version="0.91"', f"<pubDate>{OLD}</pubDate>", f"<pubDate>{NEW}</pubDate>"),
    "dcterms:issued": feed_of(RSS, f"<t:issued>{OLD_ISO}</t:issued>", f"<t:issued>{NEW_ISO}</t:issued>"),
    "pubDate and dcterms:modified": feed_of(RSS, f"<pubDate>{NEW}</pubDate><t:modified>{LATER}</t:modified>"),
    "pubDate and a meeting": feed_of(RSS, f"<pubDate>{NEW}</pubDate><m:date>{LATER}</m:date>"),
    "pubDate and dc:date": feed_of(RSS, f"<pubDate>{NEW}</pubDate><dc:date>{LATER}</dc:date>"),
    "dc:date": feed_of(RSS, f"<dc:date>{OLD_ISO}</dc:date>", f"<dc:date>{NEW_ISO}</dc:date>"),
    "dc:date of RDF": feed_of(f'rdf:RDF xmlns="http://purl.org/rss/1.0/" {RDF}', f"<dc:date>{NEW_ISO}</dc:date>"),
    "no date, and dc:date": feed_of(RSS, f"<pubDate>Invalid Date</pubDate><dc:date>{NEW_ISO}</dc:date>"),
    "a meeting alone": feed_of(RSS, f"<m:date>{LATER}</m:date>"),
    "a meeting's pubDate": feed_of(RSS, f"<pubDate>{OLD}</pubDate>", f"<m:pubDate>{LATER}</m:pubDate>"),
    "no date": feed_of(RSS, "<pubDate>Invalid Date</pubDate>"),
    "published": feed_of(ATOM, f"<published>{NEW_ISO}</published>", f"<published>{OLD_ISO}</published>"),
    "published and updated": feed_of(ATOM, f"<published>{NEW_ISO}</published><updated>{LATER}</updated>"),
    "updated": feed_of(ATOM, f"<updated>{NEW_ISO}</updated>", f"<updated>{OLD_ISO}</updated>"),
    "issued": feed_of('feed version="0.3" xmlns="http://purl.org/atom/ns#"', f"<issued>{NEW_ISO}</issued>"),
    "modified": feed_of('feed version="0.3" xmlns="http://purl.org/atom/ns#"', f"<modified>{NEW_ISO}</modified>"),
    "a date ahead": feed_of(RSS, f"<pubDate>{OLD}</pubDate>", "<pubDate>Wed, 06 Jan 2027 09:03:04 +0800</pubDate>"),
    **{
        f"{slip} in {root.split(maxsplit=1)[0]}": mar(
            feed_of(root, f"<{name}>{new}</{name}>", f"<{name}>{old}</{name}>")
        )
        for slip, mar in SLIPS.items()
        for root, name, new, old in ((RSS, "pubDate", NEW, OLD), (ATOM, "published", NEW_ISO, OLD_ISO))
    },
}
DUBLIN_CORE = "they refuse", "feedparser calls Dublin Core's date an edit"
FEEDS_APART: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("dc:date", "dc:date of RDF", "no date, and dc:date"), DUBLIN_CORE),
    "modified": ("we refuse", "the last change of Atom 0.3 is no publication, and stands beside one that is missing"),
    "a date ahead": ("different", "a time more than a day after the look is a slip, and never the newest post"),
    "unclosed titles in rss": ("they refuse", "feedparser takes what follows a title that is not closed for its text"),
    "unclosed titles in feed": ("they refuse", "feedparser takes what follows a title that is not closed for its text"),
}
"""Feeds on which the two do not agree: how, and why."""


@pytest.mark.parametrize("kind", FEEDS)
def test_a_feed_has_the_newest_post_that_feedparser_finds_or_for_a_reason_not(kind: str) -> None:
    assert relation(FEEDS[kind]) == FEEDS_APART.get(kind, ("same", ""))[0]
