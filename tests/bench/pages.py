"""The pages that the target serves, and what is true of them.

Shapes and sizes are those of the pages that were measured in the design: a column of an office's
website, the visitor's view of a Weibo account, a feed. Every account has posts of its own.
"""

from __future__ import annotations

import json
import random
import zlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import Enum
from functools import cache

from monitor.core.account import Account, Contact, Platform, Role, UnitLevel
from monitor.core.calendar import beijing

START = datetime(2026, 5, 20, 0, 30, tzinfo=UTC)
"""Half past eight in Beijing, on a Wednesday: the moment of the first look."""
HOUR = timedelta(hours=1)

WARMING = 0
"""The account that is looked at before the watch runs: opened connections, a visitor's cookies."""

_PEOPLE = (Role.LIAISON, Role.LEADER)
_NOISE = "@noise@"
"""Stands where a page shows something that changes all the time: visits, likes."""
_FIRST_UID = 1_000_000_000
_WEIBO_EPOCH = 515483463
_WHEN_PATH = "{0:%Y%m}/t{0:%Y%m%d}"
_SYLLABLES = "政务公开通知公告县府办乡镇街道服务指南部门信息办事互动民生教育医疗交通环境安全发展改革财政"


class Mode(Enum):
    """How the target answers; the order is that of an account's life, one hour between each two."""

    FIRST = "first look"
    NEWS = "a new post"
    SAME = "same bytes, no validators"
    NOT_MODIFIED = "304"
    NOISE = "other bytes, same posts"

    @property
    def is_unchanged(self) -> bool:
        """True if nothing but the outside of the answer needs to be looked at."""
        return self in {Mode.SAME, Mode.NOT_MODIFIED}

    @property
    def share(self) -> float:
        """How many of ten looks of an account's day are like this, in tenths."""
        return {Mode.NOISE: 0.6, Mode.SAME: 0.15, Mode.NOT_MODIFIED: 0.15, Mode.NEWS: 0.1}.get(self, 0.0)

    @property
    def at(self) -> datetime:
        """The moment of the look."""
        return START + list(Mode).index(self) * HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of page."""

    name: str
    path: str
    collector: str
    platform: Platform
    posts: int
    menus: int = 0
    """How many bytes of styles, scripts and menus stand before the posts."""
    day_goal: float = 2.5
    """Times a bare request: what a look costs in the mix of a day."""
    unchanged_goal: float = 1.2
    """The same for an answer that says itself that it is the one from last time."""

    def account(self, number: int, base_url: str) -> Account:
        """Return the roster row of an account of this kind."""
        is_weibo = self.collector == "weibo"
        return Account(
            id=account_id(number),
            name=f"示例发布{number}",
            platform=self.platform,
            unit=f"示例县第{number}局",
            area="示例县",
            level=UnitLevel.COUNTY_UNIT,
            contacts=tuple(Contact(role=role, name="张某", phone=f"1{number:010}") for role in _PEOPLE),
            platform_id=str(_uid(number)) if is_weibo else None,
            method=None if is_weibo else f"{self.collector}={base_url}/{self.path}/{number}",
        )

    def urls(self, number: int, base_url: str) -> tuple[str, ...]:
        """Return what one look at the account asks for."""
        if self.collector != "weibo":
            return (f"{base_url}/{self.path}/{number}",)
        index = f"{base_url}/m.weibo.cn/api/container/getIndex?type=uid&value={_uid(number)}"
        return index, f"{index}&containerid=107603{_uid(number)}"


HTML_SMALL = Kind(
    name="HTML 48 KB", path="html48", collector="website", platform=Platform.WEIXIN_SERVICE, posts=20, menus=40_000
)
HTML = replace(HTML_SMALL, name="HTML 150 KB", path="html150", menus=142_000, day_goal=2.0, unchanged_goal=0.6)
WEIBO = Kind(name="Weibo JSON 61 KB", path="weibo", collector="weibo", platform=Platform.WEIBO, posts=10)
FEED = Kind(name="RSS 36 KB", path="rss", collector="feed", platform=Platform.TOUTIAO, posts=20)
KINDS = (HTML_SMALL, HTML, WEIBO, FEED)


def account_id(number: int) -> str:
    """Return the id of an account."""
    return f"A{number:06}"


def history(number: int, posts: int) -> list[datetime]:
    """Return when an account's posts appeared by START, newest first: of most within ten days, of some long ago."""
    age = number % 10 or 10 + number // 10 % 13
    newest = START - timedelta(days=age, minutes=number % 50 + 1)
    return [newest - place * timedelta(hours=17) for place in range(posts)]


def published(number: int, kind: Kind, mode: Mode) -> tuple[datetime, ...]:
    """Return when the posts on the page appeared: an old pinned one, then newest first."""
    news = [] if mode is Mode.FIRST else [START + timedelta(minutes=30 - number % 20)]
    return (START - timedelta(days=200), *news, *history(number, kind.posts - 1))


def body(kind: Kind, number: int, mode: Mode, *, noise: int = 0) -> bytes:
    """Return the page, compressed; another `noise` gives other bytes about the same posts."""
    head = _menus(kind.menus) if kind.menus else ""
    tail = _tail(kind, number, Mode.FIRST if mode is Mode.FIRST else Mode.NEWS)
    return _squeezed(head, tail.replace(_NOISE, str(1_000_000 + noise)))


@cache
def _tail(kind: Kind, number: int, mode: Mode) -> str:
    posts = published(number, kind, mode)
    match kind.collector:
        case "website":
            return _site_tail(posts, number)
        case "weibo":
            return _weibo_list(posts, number)
        case _:
            return _feed(posts, number)


def weibo_profile(number: int, *, noise: int = 0) -> bytes:
    """Return the answer about a Weibo account itself, compressed."""
    uid = _uid(number)
    user = {
        "id": uid,
        "screen_name": f"示例发布{number}",
        "statuses_count": 4_000 + number,
        "followers_count": f"{1 + noise % 900}万",
        "description": "示例县的新媒体账号",
    }
    tabs = [
        {"id": place, "tabKey": name, "title": title, "tab_type": name, "containerid": f"{list_id}{uid}"}
        for place, (name, title, list_id) in enumerate((("profile", "精选", "230283"), ("weibo", "微博", "107603")))
    ]
    shown = {"userInfo": user, "tabsInfo": {"selectedTab": 1, "tabs": tabs}, "scheme": f"sinaweibo://u?uid={uid}"}
    return _squeezed("", json.dumps({"ok": 1, "data": shown}, ensure_ascii=False))


def number_of(uid: str) -> int:
    """Return the account that a uid belongs to."""
    return int(uid) - _FIRST_UID


def _uid(number: int) -> int:
    return _FIRST_UID + number


@cache
def _menus(size: int) -> str:
    """Return what all pages of a site begin with: styles, scripts and menus, and no date among them."""
    dice = _dice(size)
    styles = "".join(
        f"ul>.{_name(dice)}{{margin:{dice.randrange(40)}px;color:#{_name(dice)}}}\n" for _ in range(size // 150)
    )
    scripts = "".join(f"var {_name(dice)}=function(a){{return a>{dice.randrange(900)}}};\n" for _ in range(size // 150))
    head = (
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>通知公告</title>'
        f"<style>{styles}</style><script>{scripts}</script></head><body>"
    )
    parts, length = [head], len(head.encode())
    while length < size:
        link = f"/col/{_name(dice)}/{_name(dice)}/index.html"
        part = f'<div class="menu {_name(dice)}"><a href="{link}" target="_blank">{_words(dice, 8)}</a></div>\n'
        parts.append(part)
        length += len(part.encode())
    return "".join(parts)


def _site_tail(posts: tuple[datetime, ...], number: int) -> str:
    dice = _dice(number)
    rows = "\n".join(
        f'<li class="row"><a href="/{_WHEN_PATH.format(beijing(at))}_{number}.html" title="{title}">{title}</a>'
        f"<span class=date>{beijing(at):%Y-%m-%d %H:%M}</span></li>"
        for at, title in ((at, _words(dice, 24)) for at in posts)
    )
    about = "".join(f"<p>{_words(dice, 40)}</p>\n" for _ in range(24))
    return (
        f'<ul class="list">\n{rows}\n</ul><div class=aside>{about}</div>'
        f"<div class=visits>访问量<b>{_NOISE}</b>次</div></body></html>\n"
    )


def _weibo_list(posts: tuple[datetime, ...], number: int) -> str:
    uid = _uid(number)
    cards = [_card(at, uid, place) for place, at in enumerate(posts)]
    about = {"containerid": f"107603{uid}", "v_p": 42, "show_style": 1, "total": 4_000, "since_id": 1}
    return json.dumps({"ok": 1, "data": {"cardlistInfo": about, "cards": cards}}, ensure_ascii=False)


def _card(at: datetime, uid: int, place: int) -> dict[str, object]:
    dice = _dice(int(at.timestamp()))
    mid = ((int(at.timestamp()) - _WEIBO_EPOCH) << 22) | uid % 4096
    pictures = [
        {"pid": f"006{_name(dice)}", "url": f"https://wx1.sinaimg.cn/orj360/006{_name(dice)}.jpg", "size": "orj360"}
        for _ in range(9)
    ]
    mblog = {
        "visible": {"type": 0, "list_id": 0},
        "created_at": f"{beijing(at):%a %b %d %H:%M:%S +0800 %Y}",
        "id": str(mid),
        "mid": str(mid),
        "text": f"{_words(dice, 120)}<a href='/n/{_name(dice)}'>@{_words(dice, 4)}</a>",
        "source": "微博网页版",
        "pics": pictures,
        "user": {
            "id": uid,
            "screen_name": "示例发布",
            "verified": True,
            "avatar_hd": f"https://tvax1.sinaimg.cn/{uid}",
        },
        "attitudes_count": _NOISE,
        "mblogtype": 0 if place else 2,
        "extend": [{"key": f"item_{number}", "scheme": "sinaweibo://", "style": {}} for number in range(70)],
    }
    kind = "proweibo" if place else "proweibotop"
    return {"card_type": 9, "profile_type_id": f"{kind}_{mid}", "itemid": f"107603{uid}_-_{mid}", "mblog": mblog}


def _feed(posts: tuple[datetime, ...], number: int) -> str:
    dice = _dice(number)
    items = "".join(
        f"<item><title>{_words(dice, 24)}</title><link>https://example.invalid/{number}/{int(at.timestamp())}.html</link>"
        f'<guid isPermaLink="true">https://example.invalid/{number}/{int(at.timestamp())}.html</guid>'
        f"<description><![CDATA[<p>{_words(dice, 490)}</p>]]></description>"
        f"<pubDate>{format_datetime(beijing(at))}</pubDate></item>\n"
        for at in posts
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>示例</title>'
        f"<link>https://example.invalid/</link><description>{_NOISE}</description>\n{items}</channel></rss>\n"
    )


def _dice(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - pages, no secrets


def _name(dice: random.Random) -> str:
    return f"{dice.randrange(16**6):06x}"


def _words(dice: random.Random, length: int) -> str:
    return "".join(dice.choices(_SYLLABLES, k=length))


def _squeezed(head: str, tail: str) -> bytes:
    """Return head and tail as gzip; the head is compressed once for all pages that begin with it."""
    done, squeezer = _begun(head)
    squeezer = squeezer.copy()
    return done + squeezer.compress(tail.encode()) + squeezer.flush()


@cache
def _begun(head: str) -> tuple[bytes, zlib._Compress]:
    squeezer = zlib.compressobj(6, wbits=zlib.MAX_WBITS | 16)
    return squeezer.compress(head.encode()), squeezer
