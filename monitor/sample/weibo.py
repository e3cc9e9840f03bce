"""Weibo as a visitor meets it: m.weibo.cn and weibo.com, each with its own passport, in the shapes of 2025 and 2026.

Nobody sees anything without both visitor cookies: the passport of a host grants them, they are taken for a day,
only as a pair, and only where they were granted for. A post's id holds its second (`mid >> 22`, counted from
515483463).
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import blake2b
from urllib.parse import quote

from monitor.core.calendar import beijing
from monitor.core.collector import Request
from monitor.sample.answers import BodyEnding, SampleAnswer, broken, json_answer, not_found
from monitor.sample.script import Behaviour, County, Script, ScriptedPost, WeiboPlace

_PASSPORTS = {"visitor.passport.weibo.cn": "m.weibo.cn", "passport.weibo.com": "weibo.com"}
"""Which host's visitors are let in by which passport."""
HOSTS = frozenset({*_PASSPORTS, *_PASSPORTS.values()})

_EPOCH = 515483463
_PAGE = 10
_WRITTEN_OUT = timedelta(days=30)
"""Posts not older than this bear their full time; older ones only the day."""
_VISIT = timedelta(hours=24)
_MARK = "_2AkM"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TEN_THOUSAND = 10_000

_TABS = (("profile", "精选", "230283"), ("weibo", "微博", "107603"))

_SORRY = {
    Behaviour.CANCELLED: "该账号因用户自行申请关闭，现已无法查看。",
    Behaviour.BANNED: "该账号因被投诉违反法律法规和《微博社区公约》的相关规定，现已无法查看。",
}
_SIGN_IN = {"ok": -100, "msg": "", "url": "https://passport.weibo.com/sso/signin?entry=wapsso&source=wapsso"}
_CAPTCHA = {"ok": 0, "errno": "100005", "msg": "", "url": "https://security.weibo.com/captcha/geetest?key=0f6b"}
_EMPTY = {"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One request, taken apart."""

    path: str
    query: Mapping[str, str]
    request: Request
    at: datetime

    @property
    def cookies(self) -> Mapping[str, str]:
        return self.request.cookies


def answer(
    county: County, host: str, path: str, query: Mapping[str, str], request: Request, at: datetime
) -> SampleAnswer:
    """Return what one of Weibo's hosts answers."""
    asked = _Asked(path=path, query=query, request=request, at=at)
    if host in _PASSPORTS:
        return _passport(asked, _PASSPORTS[host])
    refusal = _refusal(asked, host)
    if refusal:
        return refusal
    match (host, path):
        case ("m.weibo.cn", "/api/container/getIndex"):
            return _of(county, query.get("value", ""), asked, _get_index)
        case ("weibo.com", "/ajax/profile/info"):
            return _of(county, query.get("uid", ""), asked, _info)
        case ("weibo.com", "/ajax/statuses/mymblog"):
            return _of(county, query.get("uid", ""), asked, _my_blog)
        case ("weibo.com", "/ajax/statuses/show"):
            return _one(county, asked)
        case _:
            return not_found()


def mid(post: ScriptedPost) -> int:
    """Return the id of a post: its second, and 22 bits of its own."""
    own = int.from_bytes(blake2b(post.title.encode(), digest_size=4).digest()) & 0x3FFFFF
    return ((int(post.published_at.timestamp()) - _EPOCH) << 22) | own


def shared(script: Script, post: ScriptedPost) -> str | None:
    """Return what Weibo's app puts on the clipboard for who shares a post: words and its link; None elsewhere."""
    if not isinstance(script.place, WeiboPlace):
        return None
    return f"@{script.account.name}：{post.title} https://weibo.com/{script.place.uid}/{_bid(mid(post))}"


def _passport(asked: _Asked, host: str) -> SampleAnswer:
    """Return the cookies that a visitor of a host is granted."""
    form = asked.request.form or {}
    if asked.path != "/visitor/genvisitor2":
        return not_found()
    sub = f"{_MARK}{int(asked.at.timestamp()):x}.{_digest(host)}"
    granted = {"sub": sub, "subp": _pair_of(sub), "next": "cross_domain", "alt": "", "confidence": 95}
    return _jsonp(form.get("cb") or "visitor_gray_callback", granted)


def _jsonp(callback: str, granted: Mapping[str, object]) -> SampleAnswer:
    name = "".join(sign for sign in callback if sign.isalnum() or sign == "_")
    value = json.dumps({"retcode": 20000000, "msg": "succ", "data": granted})
    body = f"window.{name} && {name}({value});".encode()
    return SampleAnswer(headers={"content-type": "application/javascript; charset=utf-8"}, body=body)


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=12).hexdigest()


def _pair_of(sub: str) -> str:
    return f"0033WrSXqPxfM{_digest('subp' + sub)}"


def _refusal(asked: _Asked, host: str) -> SampleAnswer | None:
    """Return the gate's word about the cookies, None if it lets the visitor in."""
    sub, subp = asked.cookies.get("SUB", ""), asked.cookies.get("SUBP", "")
    is_of_host = sub.startswith(_MARK) and sub.endswith(f".{_digest(host)}")
    if not is_of_host or subp != _pair_of(sub):
        return SampleAnswer(status=432, headers={"content-type": "text/html"}, body=b"")
    granted = int(sub.removeprefix(_MARK).partition(".")[0], 16)
    if asked.at.timestamp() - granted > _VISIT.total_seconds():
        return json_answer(_SIGN_IN)
    return None


def _of(county: County, uid: str, asked: _Asked, tell: Callable[[Script, _Asked], SampleAnswer]) -> SampleAnswer:
    """Return the answer about one account, as the platform behaves towards it."""
    script = next(
        (script for script in county.scripts if isinstance(script.place, WeiboPlace) and script.place.uid == uid),
        None,
    )
    is_mobile = asked.path.startswith("/api/")
    if script is None:
        return json_answer(_EMPTY) if is_mobile else _sorry("usernotexists", "")
    match script.behaviour(asked.at):
        case Behaviour.OK:
            return tell(script, asked)
        case Behaviour.TIMEOUT:
            return replace(tell(script, asked), ending=BodyEnding.STALLS)
        case Behaviour.TRUNCATED:
            return replace(tell(script, asked), ending=BodyEnding.CUT)
        case Behaviour.CAPTCHA:
            return json_answer(_CAPTCHA)
        case Behaviour.LOGIN_WALL:
            return json_answer(_SIGN_IN)
        case Behaviour.RATE_LIMITED:
            body = "访问过于频繁，请稍等再试！（错误码：414）".encode()
            return SampleAnswer(status=414, headers={"content-type": "text/html; charset=utf-8"}, body=body)
        case Behaviour.HTTP_500:
            return broken()
        case Behaviour.CHANGED_SHAPE:
            return json_answer({"ok": 1, "data": {"feed": {"entries": [], "version": 3}}})
        case Behaviour.CANCELLED | Behaviour.BANNED as standing:
            return json_answer(_EMPTY) if is_mobile else _sorry("usernotexists", _SORRY[standing])
        case Behaviour.FROZEN:
            return json_answer({"ok": 0, "message": "账号有问题"}, 400)


def _sorry(kind: str, message: str) -> SampleAnswer:
    url = f"https://weibo.com/sorry?{kind}" + (f"&msg={quote(message)}" if message else "")
    return json_answer({"ok": 0, "error_type": "link", "url": url})


def _get_index(script: Script, asked: _Asked) -> SampleAnswer:
    uid = asked.query["value"]
    container = asked.query.get("containerid", "")
    if not container:
        return json_answer({"ok": 1, "data": _profile(script, uid, asked.at)})
    if container != f"107603{uid}":
        return json_answer(_EMPTY)
    posts = _standing_order(script.visible(asked.at))
    since = asked.query.get("since_id") or ""
    if since.isdigit():
        posts = [post for post in posts if not post.is_pinned and mid(post) < int(since)]
    shown = posts[:_PAGE]
    about: dict[str, object] = {"containerid": container, "v_p": 42, "show_style": 1, "total": len(posts)}
    if len(posts) > len(shown):
        about["since_id"] = mid(shown[-1])
    cards = [_card(post, script, uid, asked.at) for post in shown]
    return json_answer({"ok": 1, "data": {"cardlistInfo": about, "cards": cards, "scheme": "", "showAppTips": 0}})


def _standing_order(posts: Iterable[ScriptedPost]) -> list[ScriptedPost]:
    """Return the posts newest first, after the pinned ones."""
    return sorted(posts, key=lambda post: (not post.is_pinned, -post.published_at.timestamp()))


def _profile(script: Script, uid: str, at: datetime) -> dict[str, object]:
    tabs = [
        {
            "id": place,
            "tabKey": name,
            "must_show": 1,
            "title": title,
            "tab_type": name,
            "containerid": f"{list_id}{uid}",
        }
        for place, (name, title, list_id) in enumerate(_TABS, start=1)
    ]
    return {
        "isVideoCoverStyle": 1,
        "isStarStyle": 0,
        "userInfo": _user(script, uid, at),
        "fans_scheme": "",
        "follow_scheme": "",
        "tabsInfo": {"selectedTab": 1, "tabs": tabs},
        "profile_ext": "",
        "scheme": f"sinaweibo://userinfo?uid={uid}",
        "showAppTips": 0,
    }


def _user(script: Script, uid: str, at: datetime) -> dict[str, object]:
    followers = script.account.followers or 0
    return {
        "id": int(uid),
        "screen_name": script.account.name,
        "profile_url": f"https://m.weibo.cn/u/{uid}",
        "statuses_count": len(script.visible(at)),
        "verified": True,
        "verified_type": 1,
        "verified_type_ext": 50,
        "verified_reason": f"{script.account.unit}官方微博",
        "description": "",
        "gender": "m",
        "follow_count": 86,
        "followers_count": f"{followers / _TEN_THOUSAND:.1f}万" if followers >= _TEN_THOUSAND else followers,
    }


def _card(post: ScriptedPost, script: Script, uid: str, at: datetime) -> dict[str, object]:
    number = mid(post)
    kind = "proweibotop" if post.is_pinned else "proweibo"
    mblog: dict[str, object] = {
        "visible": {"type": 0, "list_id": 0},
        "created_at": _created_at(post.published_at, at),
        "id": str(number),
        "mid": str(number),
        "bid": _bid(number),
        "can_edit": False,
        "text": html.escape(post.title),
        "textLength": 2 * len(post.title),
        "source": "微博网页版",
        "pic_num": 0,
        "user": {"id": int(uid), "screen_name": script.account.name, "verified": True, "verified_type": 1},
        "reposts_count": number % 17,
        "comments_count": number % 7,
        "attitudes_count": number % 41,
        "isLongText": False,
        "mblogtype": 2 if post.is_pinned else 0,
    }
    if post.is_pinned:
        mblog["title"] = {"text": "置顶", "base_color": 1}
    return {
        "card_type": 9,
        "profile_type_id": f"{kind}_{number}",
        "itemid": f"107603{uid}_-_{number}",
        "scheme": f"https://m.weibo.cn/status/{_bid(number)}?mblogid={_bid(number)}",
        "mblog": mblog,
        "show_type": 0,
    }


def _created_at(moment: datetime, at: datetime) -> str:
    local = beijing(moment)
    if at - moment > _WRITTEN_OUT:
        return f"{local:%m-%d}" if local.year == beijing(at).year else f"{local:%Y-%m-%d}"
    return f"{_DAYS[local.weekday()]} {_MONTHS[local.month - 1]} {local:%d %H:%M:%S} +0800 {local.year}"


def _bid(number: int) -> str:
    """Return an id as addresses write it: groups of seven digits in base 62."""
    digits, groups = str(number), []
    while digits:
        digits, group = digits[:-7], digits[-7:]
        groups.append(_base62(int(group)).rjust(4, "0") if digits else _base62(int(group)))
    return "".join(reversed(groups))


def _base62(number: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, len(_ALPHABET))
        text = _ALPHABET[digit] + text
    return text or "0"


def _info(script: Script, asked: _Asked) -> SampleAnswer:
    uid = asked.query["uid"]
    user = {**_user(script, uid, asked.at), "idstr": uid, "pc_new": 7}
    return json_answer(
        {"ok": 1, "data": {"user": user, "tabList": [{"name": "home"}, {"name": "weibo"}], "blockText": ""}}
    )


def _my_blog(script: Script, asked: _Asked) -> SampleAnswer:
    """Return the list of weibo.com: whole times, `isTop` on pinned posts."""
    posts = _standing_order(script.visible(asked.at))
    number = int(page) if (page := asked.query.get("page", "1")).isdecimal() else 1
    shown = posts[max(number - 1, 0) * _PAGE :][:_PAGE]
    rows = [_row(post, script, asked.query["uid"]) for post in shown]
    since = f"{mid(shown[-1])}kp{number + 1}" if shown else ""
    return json_answer(
        {
            "ok": 1,
            "data": {
                "since_id": since,
                "list": rows,
                "status_visible": 0,
                "bottom_tips_visible": False,
                "total": len(posts),
            },
        }
    )


def _one(county: County, asked: _Asked) -> SampleAnswer:
    """Return the one post with the id that is asked for, which the list may not show yet."""
    number = asked.query.get("id", "")
    for script in county.scripts:
        found = next((post for post in script.posts if post.is_open(asked.at) and str(mid(post)) == number), None)
        if found and isinstance(script.place, WeiboPlace):
            return _of(county, script.place.uid, asked, partial(_status, found, script.place.uid))
    return json_answer({"ok": 0, "message": "该微博不存在"})


def _status(post: ScriptedPost, uid: str, script: Script, asked: _Asked) -> SampleAnswer:
    del asked
    return json_answer({"ok": 1, **_row(post, script, uid)})


def _row(post: ScriptedPost, script: Script, uid: str) -> dict[str, object]:
    number = mid(post)
    row: dict[str, object] = {
        "visible": {"type": 0, "list_id": 0},
        "created_at": _created_at(post.published_at, post.published_at),
        "id": number,
        "idstr": str(number),
        "mid": str(number),
        "mblogid": _bid(number),
        "user": {"id": int(uid), "idstr": uid, "screen_name": script.account.name},
        "text_raw": post.title,
        "text": html.escape(post.title),
        "isLongText": False,
    }
    return {"isTop": 1, **row} if post.is_pinned else row
