"""Feeds as sites write them, made at random, and what is true of each: for readers to be tried on.

`made(seed)` writes one feed: in some vocabulary and order, with dates in the forms of many programs, and perhaps
with items that lost their date and a slip of its markup. It knows the newest post even where the feed hides it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from random import Random

from monitor.core.calendar import BEIJING, start_of_day

AT = datetime(2026, 11, 29, 12, tzinfo=BEIJING)
WEEKDAYS = "一二三四五六日"
MONTHS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
Form = Callable[[datetime], str]


def _half(moment: datetime) -> str:
    return "上午" if moment.hour < 12 else "下午"


SECONDS: dict[str, Form] = {
    "rfc 822": format_datetime,
    "rfc 822 in GMT": lambda moment: format_datetime(moment.astimezone(UTC), usegmt=True),
    "rfc 822 without a weekday": lambda moment: moment.strftime("%d %b %Y %H:%M:%S +0800"),
    "rfc 822 with two digits of the year": lambda moment: moment.strftime("%a, %d %b %y %H:%M:%S +0800"),
    "rfc 822 in whole words": lambda moment: moment.strftime("%A, %d %B %Y %H:%M:%S +0800"),
    "rfc 822 with GMT+0800": lambda moment: moment.strftime("%d %b %Y %H:%M:%S GMT+0800"),
    "rfc 822 with GMT+08:00": lambda moment: moment.strftime("%a, %d %b %Y %H:%M:%S GMT+08:00"),
    "rfc 822 in New York": lambda moment: (moment - timedelta(hours=13)).strftime("%a, %d %b %Y %H:%M:%S EST"),
    "rfc 3339": lambda moment: moment.isoformat(),
    "rfc 3339 in UTC": lambda moment: moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    "rfc 3339 with fractions": lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%S.123+08:00"),
    "rfc 3339 with a blank": lambda moment: moment.strftime("%Y-%m-%d %H:%M:%S +08:00"),
    "iso 8601, compact": lambda moment: moment.strftime("%Y%m%dT%H%M%S+0800"),
    "ctime with a zone": lambda moment: moment.strftime("%a %b %d %H:%M:%S +0800 %Y"),
    "JavaScript": lambda moment: moment.strftime("%a %b %d %Y %H:%M:%S GMT+0800 (中国标准时间)"),
    "JavaScript in English": lambda moment: moment.strftime("%a %b %d %Y %H:%M:%S GMT+0800 (China Standard Time)"),
    "Java": lambda moment: moment.strftime("%a %b %d %H:%M:%S CST %Y"),
    "Java with GMT+08:00": lambda moment: moment.strftime("%a %b %d %H:%M:%S GMT+08:00 %Y"),
    "Java in Chinese": lambda moment: moment.strftime(
        f"星期{WEEKDAYS[moment.weekday()]}, %d {MONTHS[moment.month - 1]}月 %Y %H:%M:%S +0800"
    ),
    "Java in new Chinese": lambda moment: moment.strftime(
        f"周{WEEKDAYS[moment.weekday()]}, %d {moment.month}月 %Y %H:%M:%S +0800"
    ),
    "Java with its place": lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%S+08:00[Asia/Shanghai]"),
    "SQL": lambda moment: moment.strftime("%Y-%m-%d %H:%M:%S"),
    "iso 8601 without a zone": lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%S"),
    "ctime": lambda moment: moment.strftime("%a %b %d %H:%M:%S %Y"),
    "slashes": lambda moment: moment.strftime("%Y/%m/%d %H:%M:%S"),
    "twelve hours in Chinese": lambda moment: moment.strftime(f"%Y/%m/%d {_half(moment)} %I:%M:%S"),
    "twelve hours in English": lambda moment: moment.strftime("%b %d, %Y %I:%M:%S %p"),
    "words in Chinese": lambda moment: moment.strftime("%Y年%m月%d日 %H时%M分%S秒"),
    "an epoch": lambda moment: str(int(moment.timestamp())),
}
MINUTES: dict[str, Form] = {
    "rfc 822 to the minute": lambda moment: moment.strftime("%d %b %Y %H:%M +0800"),
    "SQL to the minute": lambda moment: moment.strftime("%Y-%m-%d %H:%M"),
    "twelve hours to the minute": lambda moment: moment.strftime(f"%Y-%m-%d {_half(moment)}%I:%M"),
}
DAYS: dict[str, Form] = {
    "rfc 822 without a time": lambda moment: moment.strftime("%a, %d %b %Y"),
    "a day": lambda moment: moment.strftime("%Y-%m-%d"),
    "a day in Chinese": lambda moment: moment.strftime("%Y年%m月%d日"),
    "a compact day": lambda moment: moment.strftime("%Y%m%d"),
    "a day with dots": lambda moment: moment.strftime("%Y.%m.%d"),
}
FORMS = SECONDS | MINUTES | DAYS
NO_TIMES: tuple[Form, ...] = (
    lambda _: "Invalid Date",
    lambda _: "",
    lambda _: "null",
    lambda _: "0000-00-00 00:00:00",
    lambda moment: moment.strftime("%Y-%m-%d 09:00-17:00"),
    lambda moment: moment.strftime("%Y-%m-%d 09:00-11:30"),
    lambda moment: moment.strftime("%d %b %Y %H:%M:%S +0800 编辑"),
    lambda moment: moment.strftime("%Y-%m-%d %H:%M:%S 至 2026-12-31"),
    lambda moment: moment.strftime("%Y-%m-%d %H:%M:%S XYZ"),
    lambda moment: moment.strftime("%m-%d %H:%M"),
    lambda moment: (moment + timedelta(days=300)).strftime("2027-%m-%dT%H:%M:%S+08:00"),
)
"""What an item may say that gives no publication for certain."""

PREFIXES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:t="http://purl.org/dc/terms/" xmlns:m="urn:example:meeting" '
    'xmlns:media="http://search.yahoo.com/mrss/"'
)
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
FOREIGN = ("m:date", "media:date", "t:modified", "t:valid", "lastBuildDate", "expirationDate", "m:pubDate")
VOCABULARIES = ("rss 2.0", "rss 0.91", "rss 1.0", "rss 0.90", "atom 1.0", "atom 0.3", "json")
WRAPS = ("…", "…", "\n      …\r\n", "<![CDATA[…]]>", "<!-- date -->…")
OWN = {"atom 1.0": ("published", "dc:date"), "atom 0.3": ("issued", "dc:date")}
SLIPS: dict[str, Callable[[str], str]] = {
    "ampersand": lambda body: body.replace("</title>", " A&B</title>", 2),
    "entity": lambda body: body.replace("</title>", "&nbsp;&mdash;</title>", 2),
    "control character": lambda body: body.replace("</title>", "\x0b</title>", 2),
    "control reference": lambda body: body.replace("</title>", "&#29;</title>", 2),
    "junk in front": lambda body: f"<br />\n<b>Warning</b>: x.php on line 3<br />\n{body}",
    "junk behind": lambda body: f"{body}\n<script>var a=1;</script>",
    "prefix": lambda body: body.replace("</title>", "</title><content:encoded>x</content:encoded>", 2),
    "HTML": lambda body: body.replace("</title>", "</title><description><p>a<br>b</description>", 2),
    "unclosed items": lambda body: body.replace("</item>", "").replace("</entry>", ""),
    "unclosed titles": lambda body: body.replace("</title><link>", "<link>"),
    "wrapped items": lambda body: body.replace("<item>", "<items><item>", 1)[::-1].replace(
        ">meti/<", ">smeti/<>meti/<", 1
    )[::-1],
    "names of other letters": lambda body: body.replace("</title>", "</Title>", 2),
    "comment": lambda body: body.replace("</title>", "</title><!-- a -- b -->", 2),
}


@dataclass(frozen=True, kw_only=True)
class Made:
    """One feed, and what is true of it."""

    body: str
    newest: datetime | None
    """When the newest post appeared, whether or not the feed says so; None where there is no post."""
    shown: frozenset[datetime]
    """The publications that items show."""
    number: int
    is_ordinary: bool
    """True if every item shows its time, and nothing is broken."""
    said: str
    """What was done, in words."""


def shown_by(form: str, moment: datetime) -> datetime:
    """Return what a date in this form says of a moment."""
    if form in DAYS:
        return start_of_day(moment.date())
    return moment.replace(second=0).astimezone(UTC) if form in MINUTES else moment.astimezone(UTC)


def made(seed: int) -> Made:
    """Return the feed of a seed."""
    chance = Random(seed)  # noqa: S311 - no secret
    vocabulary = chance.choice(VOCABULARIES)
    order = chance.choice(("newest first", "newest first", "oldest first", "none"))
    form = chance.choice(list(FORMS))
    moments = [_moment(chance) for _ in range(chance.choice((0, 1, 2, 3, 5, 8, 20)))]
    if order != "none":
        moments.sort(reverse=order == "newest first")
    loses = chance.random() < 0.3
    mixes = chance.random() < 0.2
    written: list[list[tuple[str, str]]] = []
    said: list[datetime] = []
    for moment in moments:
        one = chance.choice(list(FORMS)) if mixes else form
        is_lost = loses and chance.random() < 0.4
        written.append(_dates(chance, vocabulary, one, moment, is_lost=is_lost))
        if not is_lost:
            said.append(shown_by(one, moment))
    is_ordinary = len(said) == len(moments)
    body = _json(chance, written) if vocabulary == "json" else _xml(vocabulary, written, chance.choice(WRAPS))
    words = [vocabulary, order, form]
    while chance.random() < 0.3 and len(words) < 5:
        damage, body = _damaged(chance, vocabulary, body)
        words.append(damage)
        is_ordinary = False
    return Made(
        body=body,
        newest=max(moments) if moments else None,
        shown=frozenset(said),
        number=len(moments),
        is_ordinary=is_ordinary,
        said=f"seed {seed}: {', '.join(words)}; lost {len(moments) - len(said)} of {len(moments)}",
    )


def _moment(chance: Random) -> datetime:
    age = timedelta(days=chance.choice((2, 20, 400)) * chance.random(), seconds=chance.randrange(60))
    return (AT - age).replace(microsecond=0)


def _dates(chance: Random, vocabulary: str, form: str, moment: datetime, *, is_lost: bool) -> list[tuple[str, str]]:
    """Return the dates of an item by name; of one that is lost, none that says its publication for certain."""
    names = ("date_published",) if vocabulary == "json" else OWN.get(vocabulary, ("pubDate", "dc:date", "t:issued"))
    later = AT - timedelta(minutes=chance.randrange(1, 60))
    dates: list[tuple[str, str]] = []
    if is_lost:
        if chance.random() < 0.6:
            dates.append((chance.choice(names), chance.choice(NO_TIMES)(moment)))
        else:
            dates.append(("date_modified" if vocabulary == "json" else chance.choice(FOREIGN), later.isoformat()))
        return dates
    first = chance.choice(names)
    if len(names) > 1 and chance.random() < 0.15:
        dates.append((names[0], chance.choice(("Invalid Date", "", "null", "undefined"))))
        first = names[-1]
    dates.append((first, FORMS[form](moment)))
    if chance.random() < 0.2:
        dates.append(("date_modified" if vocabulary == "json" else chance.choice(FOREIGN), later.isoformat()))
    if vocabulary.startswith("atom") and chance.random() < 0.5:
        dates.append(("updated", later.isoformat()))
    return dates


def _xml(vocabulary: str, items: list[list[tuple[str, str]]], wrap: str) -> str:
    name = "entry" if vocabulary.startswith("atom") else "item"
    written = "".join(
        f"<{name}><title>第{number}条 &amp; 公告</title><link>https://www.example.gov.cn/{number}.html</link>"
        + "".join(f"<{date}>{wrap.replace('…', text)}</{date}>" for date, text in dates)
        + f"</{name}>\n"
        for number, dates in enumerate(items)
    )
    about = f"<title>示例</title><link>https://www.example.gov.cn/</link><updated>{AT.isoformat()}</updated>"
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    if vocabulary.startswith("atom"):
        uri = "http://www.w3.org/2005/Atom" if vocabulary == "atom 1.0" else "http://purl.org/atom/ns#"
        return f'{head}<feed xmlns="{uri}" {PREFIXES}>{about}{written}</feed>'
    if vocabulary in {"rss 1.0", "rss 0.90"}:
        uri = "http://purl.org/rss/1.0/" if vocabulary == "rss 1.0" else "http://my.netscape.com/rdf/simple/0.9/"
        return f'{head}<rdf:RDF {RDF} xmlns="{uri}" {PREFIXES}><channel>{about}</channel>{written}</rdf:RDF>'
    return f'{head}<rss version="{vocabulary[4:]}" {PREFIXES}><channel>{about}{written}</channel></rss>'


def _json(chance: Random, items: list[list[tuple[str, str]]]) -> str:
    rows: list[object] = [{"id": number, "title": f"第{number}条", **dict(dates)} for number, dates in enumerate(items)]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "示例", "items": rows}
    return json.dumps(feed, ensure_ascii=chance.random() < 0.5)


def _damaged(chance: Random, vocabulary: str, body: str) -> tuple[str, str]:
    if chance.random() < 0.25:
        return "cut off", body[: chance.randrange(len(body) + 1)]
    if vocabulary == "json":
        damage = chance.choice(("junk in front", "junk behind", "odd items"))
        if damage == "odd items":
            return damage, body.replace('"items": [', f'"items": [{chance.choice(("1", "null", "[]"))}, ').replace(
                ", ]", "]"
            )
        return damage, SLIPS[damage](body)
    damage = chance.choice(list(SLIPS))
    return damage, SLIPS[damage](body)
