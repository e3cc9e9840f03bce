"""Platforms as they answer at the end of 2026, for accounts whose true posts are known.

A bridge of 抖音 loses its log-in for some days; 微博 keeps fresh visitors out softly; 澎湃 refuses our address from one
day on; 搜狐's list lags; the owners' figures of 公众号 come a day late.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from monitor.core.calendar import ONE_DAY, beijing, beijing_date
from monitor.core.collector import Page, Request, SeenT
from monitor.core.observation import LookFailedError, Reason, Validators

BRIDGE = "https://bridge.example"
LAG = timedelta(days=20)
"""By how much 搜狐's list lags behind what people see."""


@dataclass
class World:
    """What is true: each key's posts, oldest first, and how its platform behaves."""

    clock: Callable[[], datetime]
    posts: Mapping[str, tuple[datetime, ...]]
    begun: datetime
    softly_kept_out: set[str] = field(default_factory=set)
    """The cookies with which 微博 shows nothing."""
    visits: int = 0

    def upto(self, key: str, at: datetime | None = None) -> list[datetime]:
        """Return the posts of an account up to a moment, the newest first."""
        return [post for post in reversed(self.posts[key]) if post <= (at or self.clock())]

    @property
    def day(self) -> int:
        """How many days the story has gone on."""
        return (self.clock() - self.begun).days

    @property
    def bridge_is_logged_out(self) -> bool:
        return 8 <= self.day < 18

    @property
    def thepaper_refuses(self) -> bool:
        return self.day >= 8

    def bind(self, source: str, *, reader: str, validators: Validators | None = None, platform: str = "") -> Fetch:
        del source, reader, validators, platform
        return Fetch(self)

    def reach(self, platform: str) -> int:
        return 100


Answer = tuple[int, object]
"""A status, and a JSON value or a page."""


@dataclass
class Fetch:
    """The door, bound."""

    world: World
    validators: Validators | None = None
    raw: bytes | None = None
    is_whole: bool = True
    is_waiting: bool = False

    async def __call__(self, request: Request, /) -> Page:
        status, content = answered(self.world, request)
        body = content.encode() if isinstance(content, str) else json.dumps(content, ensure_ascii=False).encode()
        return Page(url=request.url, status=status, headers={}, body=body, at=self.world.clock())

    async def read(self, parse: Callable[[Page], SeenT], page: Page, /) -> SeenT:
        return parse(page)


def answered(world: World, request: Request) -> Answer:
    """Return what the platform answers whose host is asked."""
    parts = urlsplit(request.url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    for host, play in _PLAYED.items():
        if parts.hostname == host:
            return play(world, parts.path, query, request)
    raise LookFailedError(Reason.CONNECT, f"nobody plays {parts.hostname}")


Play = Callable[[World, str, Mapping[str, str], Request], Answer]


def _douyin(world: World, path: str, query: Mapping[str, str], request: Request) -> Answer:
    if path.startswith("/web/api/v2/user/info"):
        counted = len(world.upto(query["sec_uid"]))
        return 200, {"user_info": {"nickname": "示例", "sec_uid": query["sec_uid"], "aweme_count": counted}}
    posts = world.upto(query["sec_user_id"])
    mark: dict[str, object] = {}
    if world.bridge_is_logged_out:
        posts = [post for post in posts if post <= world.clock() - timedelta(days=7)]
        mark = {"not_login_module": {"guide_login_tip_exist": world.day < 13}}  # later it does not even say so
    works = [{"aweme_id": _id(post), "desc": "x", "create_time": int(post.timestamp())} for post in posts[:18]]
    return 200, {"status_code": 0, "has_more": 0, "aweme_list": works, **mark}


def _passport(world: World, path: str, query: Mapping[str, str], request: Request) -> Answer:
    world.visits += 1
    sub = f"S{world.visits}"
    if world.visits % 3 == 0:
        world.softly_kept_out.add(sub)
    return 200, f'visitor_gray_callback({{"data":{{"sub":"{sub}","subp":"P"}}}});'


def _weibo(world: World, path: str, query: Mapping[str, str], request: Request) -> Answer:
    if "SUB" not in request.cookies:
        return 432, ""
    if request.cookies["SUB"] in world.softly_kept_out:
        return 200, {"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}}
    uid = query["value"]
    posts = world.upto(uid)
    if "containerid" not in query:
        return 200, {
            "ok": 1,
            "data": {"userInfo": {"id": int(uid), "screen_name": "示例", "statuses_count": len(posts)}},
        }
    cards = [
        {"card_type": 9, "mblog": {"mid": _id(post), "created_at": f"{beijing(post):%a %b %d %H:%M:%S +0800 %Y}"}}
        for post in posts[:10]
    ]
    return 200, {
        "ok": 1,
        "data": {"cardlistInfo": {"containerid": f"107603{uid}", "total": len(posts)}, "cards": cards},
    }


def _bilibili(world: World, path: str, query: Mapping[str, str], request: Request) -> Answer:
    if path.endswith("/card"):
        card = {"mid": query["mid"], "name": "示例", "spacesta": 0}
        return 200, {"code": 0, "data": {"card": card, "follower": 1, "archive_count": len(world.upto(query["mid"]))}}
    return 200, {"code": -352, "message": "-352"}


def _kuaishou(world: World, path: str, query: Mapping[str, str], request: Request) -> Answer:
    if path == "/graphql":
        user = str((request.json or {})["variables"]["userId"])  # type: ignore[index]  # a query's variables
        about = {
            "profile": {"user_name": "示例", "user_id": user},
            "ownerCount": {"photo_public": "1.2w", "fan": "3.4万"},
        }
        return 200, {"data": {"visionProfile": {"result": 1, "userProfile": about}}}
    return (200, {"result": 50}) if path.startswith("/rest/v/") else (200, "<html></html>")


def _zhihu(world: World, path: str, query: Mapping[str, str], request: Request) -> Answer:
    return 403, '<html><head><meta id="zh-zse-ck" content="x"></head><body></body></html>'


def _sohu(world: World, path: str, query: Mapping[str, str], request: Request) -> Answer:
    number = path.rpartition("/")[2]
    posts = world.upto(number, world.clock() - LAG)
    rows = [
        {"title": "x", "link": f"www.sohu.com/a/{_id(moment)}_1", "publicTime": _ms(moment)} for moment in posts[:10]
    ]
    return 200, {"code": 200, "data": {"pcArticleVOS": rows}}


def _thepaper(world: World, path: str, query: Mapping[str, str], request: Request) -> Answer:
    if world.thepaper_refuses:
        return 403, "<html><title>403 Forbidden</title></html>"
    posts = world.upto(f"gov_{(request.json or {})['pphId']}")
    author = {"userId": 1, "sname": "示例"}
    rows = [
        {"contId": _id(moment), "name": "x", "pubTimeLong": _ms(moment), "authorInfo": author} for moment in posts[:10]
    ]
    return 200, {"code": 200, "data": {"list": rows}}


def _toutiao(world: World, path: str, query: Mapping[str, str], request: Request) -> Answer:
    return 200, {"message": "success", "data": None}


def _wechat(world: World, path: str, query: Mapping[str, str], request: Request) -> Answer:
    asked = request.json or {}
    if path.endswith("stable_token"):
        grant = str(asked["appid"])
        return 200, (
            {"errcode": 89503, "errmsg": "x"} if grant == "wx-refused" else {"access_token": grant, "expires_in": 7200}
        )
    key = query["access_token"]
    if path.endswith("batchget"):
        # one article without notice, long ago and edited this morning: what shows that days leave nothing out
        kept = {_id(world.posts[key][0]): world.clock() - timedelta(hours=1)}
        if key == "wx-2":  # this one notifies nobody of anything it publishes
            kept = {_id(post): post for post in world.upto(key)} | kept
        items = [_publication(number, changed) for number, changed in kept.items()]
        return 200, {"total_count": len(items), "item_count": len(items), "item": items}
    day = str(asked["begin_date"])
    rows = [
        {"ref_date": day, "msgid": f"{_id(moment)}_1", "publish_type": 0, "detail_list": []}
        for moment in world.upto(key)
        if beijing_date(moment).isoformat() == day
    ]
    is_ready = beijing(world.clock()).hour >= 8 or day < (beijing_date(world.clock()) - ONE_DAY).isoformat()
    return (200, {"list": rows, "is_delay": False}) if is_ready else (200, {"errcode": 61503, "errmsg": "not ready"})


def _publication(number: str, changed: datetime) -> Mapping[str, object]:
    url = f"http://mp.weixin.qq.com/s?__biz=MzkwMDAwMDAwMQ==&mid={number}&idx=1&sn=0123456789abcdef"
    content = {"news_item": [{"title": "x", "url": url}]}
    return {"article_id": number, "update_time": int(changed.timestamp()), "content": content}


def _baijiahao(world: World, path: str, query: Mapping[str, str], request: Request) -> Answer:
    if path == "/s":
        posts = {_id(post): post for posts in world.posts.values() for post in posts}
        told = f"{beijing(posts[query['id']]):%Y-%m-%dT%H:%M:%S}"
        return 200, f'<html><title>x</title><script>{{"pubDate":"{told}","upDate":"{told}"}}</script></html>'
    posts_ = world.upto(str((request.form or {})["app_id"]))
    edited = int((world.clock() - timedelta(minutes=30)).timestamp())  # the newest is edited before every look
    items = {
        _id(moment): {
            "updated_at": edited if place == 0 else int(moment.timestamp()),
            "status": "publish",
            "title": "x",
            "article_url": f"https://baijiahao.baidu.com/s?id={_id(moment)}",
        }
        for place, moment in enumerate(posts_[:20])
    }
    return 200, {"errno": 0, "data": {"page": {"has_next": len(posts_) > 20}, "items": items}}


_PLAYED: Mapping[str, Play] = {
    "bridge.example": _douyin,
    "visitor.passport.weibo.cn": _passport,
    "passport.weibo.com": _passport,
    "m.weibo.cn": _weibo,
    "weibo.com": _zhihu,
    "api.bilibili.com": _bilibili,
    "www.kuaishou.com": _kuaishou,
    "www.zhihu.com": _zhihu,
    "v2.sohu.com": _sohu,
    "api.thepaper.cn": _thepaper,
    "www.toutiao.com": _toutiao,
    "api.weixin.qq.com": _wechat,
    "baijiahao.baidu.com": _baijiahao,
}


def _id(post: datetime) -> str:
    return f"{int(post.timestamp()) - 515483463 << 22}"


def _ms(post: datetime) -> int:
    return int(post.timestamp() * 1000)
