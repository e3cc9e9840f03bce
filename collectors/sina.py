"""The common part of both faces of 微博, m.weibo.cn and weibo.com: profiles, lists, the sorry page.

How a visitor is let in: `collectors.sina_visitor`. Dates are English or `MM-DD`; the post's id holds its second and
gives the year. Forwards are posts.

The same `ok:0` stands for empty, hidden from visitors, wrong and cancelled: read alone, such a body is
unreadable. An account may show half a year only: an empty list of an account that has posts covers
nothing for certain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from urllib.parse import parse_qs, urlsplit

from collectors import dates, html, ids, json_body
from collectors.answers import judge_status, refuse_walls
from collectors.fingerprint import InputFingerprint
from collectors.json_body import Fields
from collectors.sina_visitor import StaleVisitorError
from monitor.core.account import Account
from monitor.core.calendar import ONE_DAY, days_between
from monitor.core.collector import Continuation, Fetch, KeyForm, Page
from monitor.core.observation import (
    Blind,
    Covers,
    LookFailedError,
    Post,
    Profile,
    Reason,
    Standing,
    Timeline,
    gone,
    timeline,
)

LIST = "107603"
"""The prefix of the id of an account's list; its uid follows."""
HTTP_432 = 432
"""The status of a gate that misses its visitor cookies."""
_YEARLESS = re.compile(r"\s*[0-9]{1,2}[-月]")
_UID = re.compile(r"[0-9]{5,20}")
UID = KeyForm(_UID.fullmatch, "主页地址里的 uid，只有数字")
_HOMEPAGE = re.compile(r"^https?://(?:www\.|m\.)?weibo\.(?:com|cn)/(?:u/|profile/|p/100505)?([0-9]{5,20})(?:[/?#]|$)")
_ASKED = re.compile(r"/ajax/statuses/mymblog\?(?:[^#]{0,300}&)?uid=([0-9]{5,20})(?:[&#]|$)")
_SORRY = (
    (re.compile(r"投诉|违反.{0,30}(?:法|规定|公约)|封禁"), Standing.BANNED),
    (re.compile(r"申请关闭|已注销"), Standing.CANCELLED),
    (re.compile(r"安全风险|(?:行为|状态|[账帐]号)异常|[账帐]号有问题|已冻结|被冻结"), Standing.FROZEN),
    (re.compile(r"(?:用户|[账帐]号)不存在|20003"), Standing.NOT_FOUND),
)
"""The words of the sorry page, and their meaning; the first that fits."""
_SORRY_TEXT = re.compile(
    r"(?:(?:该|此|访问的)(?:[账帐]号|用户)(?:因|已|不|状态|行为|存在|异常)|(?:用户|[账帐]号)不存在)[^。]{0,80}"
)
"""How a sentence about the account begins on the sorry page itself."""
_TOO_OFTEN = "访问过于频繁"
_NOTHING_HERE = "没有内容"
_LONGEST_CURSOR = 500
_SHORT = 2_000
"""An answer with fewer bytes may say in any of its words that we come too often."""
_OF_POST = ("mid", "id", "created_at", "text_raw", "text", "profile_type_id", "mblogtype", "isTop")
_NO_LIST = frozenset({"userInfo", "user", "tabsInfo"})
"""What a profile has and a list has not."""
_OF_CARD = ("profile_type_id",)
"""The fields of a post and its card that `post` reads."""


def uid_of(account: Account) -> str | None:
    """Return the uid: the platform id, or what the homepage's address ends with."""
    if account.platform_id and _UID.fullmatch(account.platform_id):
        return account.platform_id
    match = _HOMEPAGE.match(account.homepage or "")
    return match[1] if match else None


@dataclass(frozen=True, slots=True)
class SinaAnswer:
    """One answer, with what was asked of it to go on."""

    page: Page
    told: Continuation

    @property
    def is_ambiguous(self) -> bool:
        """True if it is the one that means empty, hidden, wrong or cancelled alike."""
        return self.told.is_so("is_ambiguous")

    @property
    def seen(self) -> Timeline:
        """The reading of the answer; raises LookFailedError where it failed."""
        return self.told.seen


async def answered(page: Page, fetch: Fetch, *, is_renewed: bool, about: Profile | None = None) -> SinaAnswer:
    """Return an answer; raises StaleVisitorError where it no longer takes the visitor cookies, or may mean that.

    The one that means empty, hidden or cancelled alike is believed only of cookies got anew for this look. `about` is
    what the look has seen of the account before: with another one an answer is not the same (`FINGERPRINT`).
    """
    found = SinaAnswer(page, await fetch.read(partial(told_and_seen, about=about) if about else told_and_seen, page))
    if found.told.is_so("is_stale") or (found.is_ambiguous and not is_renewed):
        raise StaleVisitorError
    return found


def told_and_seen(page: Page, about: Profile | None = None) -> Continuation:
    """Return what is to be known of an answer to ask on, and its reading; a module-level function, which can travel.

    Raises LookFailedError for what is no whole JSON.
    """
    if page.status == HTTP_432:
        return Continuation(numbers={"is_stale": 1})
    told = _told(page)
    try:
        return replace(told, timeline=read(page))
    except LookFailedError as failed:
        why = Blind(reason=failed.reason, detail=failed.detail, retry_after=failed.retry_after)
        return replace(told, blind=why)


def _told(page: Page) -> Continuation:
    """Return what is to be known of an answer to ask on; nothing of one that is no JSON."""
    said = answer(page)
    is_nothing = said.get("ok") == 0 and not said.get("url") and _NOTHING_HERE in _said(said)
    tabs = json_body.rows(json_body.dig(said, "data", "tabsInfo", "tabs"))
    found = {
        "container": next(
            (json_body.words(tab.get("containerid")) for tab in tabs if tab.get("tab_type") == "weibo"), ""
        ),
        "list": json_body.words(json_body.dig(said, "data", "cardlistInfo", "containerid")),
        "since": json_body.words(json_body.dig(said, "data", "cardlistInfo", "since_id")),
    }
    return Continuation(
        texts={name: text for name, text in found.items() if 0 < len(text) <= _LONGEST_CURSOR},
        numbers={"is_stale": int(said.get("ok") == -100), "is_ambiguous": int(page.status < 400 and is_nothing)},
    )


def with_profile(seen: Timeline, about: Timeline) -> Timeline:
    """Return a list together with the profile, which tells an empty account from a list that hides old posts."""
    if seen.posts or not seen.standing.is_present:
        return replace(seen, profile=about.profile)
    if about.standing is Standing.EMPTY:
        return about
    return Timeline(covers=Covers.SOME, standing=Standing.ACTIVE, profile=about.profile)


def _input(page: Page, about: Profile | None = None) -> object:
    """Return what a list of posts is read by; None for any other answer, which is read each time.

    The numbers of followers and posts are left out: with others it is the same sight (`store/observations.py`).
    """
    said = answer(page)
    data = json_body.fields(said.get("data"))
    is_plain = page.status < 400 and said.get("ok") == 1 and not said.get("url") and not _said(said).strip()
    if not is_plain or len(page.body) < _SHORT or data.keys() & _NO_LIST:
        return None
    posts = [
        (_words_of(mblog, _OF_POST), _words_of(card, _OF_CARD), json_body.words(json_body.dig(mblog, "user", "id")))
        for mblog, card in _items(data)
    ]
    profile = (about.name, about.entity, about.id) if about else None
    asked = [json_body.words(json_body.dig(data, "cardlistInfo", name)) for name in ("containerid", "since_id")]
    total = json_body.count(json_body.dig(data, "cardlistInfo", "total"))
    return (page.url, asked, posts, profile, total, _is_list(data)) if posts else None


def _words_of(value: Fields, names: Iterable[str]) -> list[object]:
    """Return texts and numbers; of anything else nothing is read."""
    found = (value.get(name) for name in names)
    return [one if isinstance(one, str | int | float) else None for one in found]


def answer(page: Page) -> Fields:
    """Return the JSON object that a page holds, an empty one without; callers must not change it.

    That of the page that was asked for last is at hand: it is read by several, one after the other.
    """
    last, found = _answered[0]
    if last is not page:
        found = json_body.fields(json_body.load(page)) if json_body.looks_like_json(page) else {}
        _answered[0] = page, found
    return found


_answered: list[tuple[Page | None, Fields]] = [(None, {})]
"""The page that was read last, and the answer on it."""


def read(page: Page) -> Timeline:
    """Return what one answer says: a profile, a list, a sorry page; a module-level function, so that it can travel."""
    if json_body.looks_like_json(page):
        return _read_json(page, answer(page))
    _refuse_rate(page)
    if standing := _sorry_page(page) or _sorry(page.url):
        return gone(standing)
    judge_status(page)
    refuse_walls(page)
    raise LookFailedError(Reason.UNREADABLE, "no answer of Weibo that is known")


FINGERPRINT = InputFingerprint(told_and_seen, _input)


def _read_json(page: Page, answer: Fields) -> Timeline:
    url, said = json_body.words(answer.get("url")), _said(answer)
    if answer.get("ok") == -100:
        raise LookFailedError(Reason.LOGIN_WALL, "ok:-100, the visitor cookies are not taken")
    if standing := _sorry(url) or _spoken(said):
        return gone(standing)
    _refuse_rate(page, said)
    judge_status(page)
    data = json_body.fields(answer.get("data"))
    if answer.get("ok") == 1 and data:
        return _read_data(page, data)
    if url:
        is_login = "passport." in url or "signin" in url
        raise LookFailedError(Reason.LOGIN_WALL if is_login else Reason.CAPTCHA, "no data, but an address to go to")
    if answer.get("ok") == 0 and _NOTHING_HERE in said:
        raise LookFailedError(Reason.UNREADABLE, "ok:0 alone does not tell empty from hidden, wrong or cancelled")
    raise LookFailedError(Reason.UNREADABLE, f"ok:{answer.get('ok')!r:.20} without what is known")


def _read_data(page: Page, data: Fields) -> Timeline:
    """Return what a profile (m.weibo.cn or weibo.com) or a list of posts says."""
    user = json_body.fields(data.get("userInfo")) or json_body.fields(data.get("user"))
    profile = _profile(user) if user else None
    items = tuple(_mblogs(page, data))
    posts = tuple(post for post in (post(page, mblog, card) for mblog, card in items) if post)
    if items and not posts:
        raise LookFailedError(Reason.UNREADABLE, f"{len(items)} posts, none with a time")
    if posts:
        unpinned = any(not post.is_pinned for post in posts)
        is_list = profile is None and unpinned and len(posts) == len(items)
        return timeline(posts, covers=Covers.ALL if is_list else Covers.SOME, profile=profile)
    total = profile.posts if profile else json_body.count(json_body.dig(data, "cardlistInfo", "total"))
    if total == 0:
        return timeline((), profile=profile)
    if profile is None and not _is_list(data):
        raise LookFailedError(Reason.UNREADABLE, "neither a profile nor a list")
    standing = Standing.EMPTY if profile is None and total is None else Standing.ACTIVE
    return timeline((), covers=Covers.SOME, profile=profile, standing=standing)


def _is_list(data: Fields) -> bool:
    """True if there is a list, and nothing in it but cards: a hint, a notice, no post."""
    cards = data["cards"] if "cards" in data else data.get("list")
    return (
        isinstance(cards, list)
        and all("card_type" in card for card in json_body.rows(cards))
        and (len(json_body.rows(cards)) == len(cards))
    )


def _profile(user: Fields) -> Profile:
    return Profile(
        name=html.plain(json_body.words(user.get("screen_name"))) or None,
        entity=html.plain(json_body.words(user.get("verified_reason"))) or None,
        id=json_body.words(user.get("id")) or json_body.words(user.get("idstr")) or None,
        followers=json_body.count(user.get("followers_count")),
        posts=json_body.count(user.get("statuses_count")),
    )


def _mblogs(page: Page, data: Fields) -> Iterator[tuple[Fields, Fields]]:
    """Yield each post with the card it stands on: alone (card_type 9), in a group (11), or in weibo.com's list.

    A list also shows what its owner liked: posts of others, which are no update.
    """
    owner = _owner(page, data)
    for mblog, card in _items(data):
        author = json_body.words(json_body.dig(mblog, "user", "id"))
        if not owner or not author or owner == author:
            yield mblog, card


def _items(data: Fields) -> Iterator[tuple[Fields, Fields]]:
    """Yield what may be a post: a card with one, and a row that is no object, of which nothing is known."""
    for card in _rows(data.get("cards")):
        for single in (card, *_rows(json_body.dig(card, "card_group"))):
            mblog = json_body.fields(json_body.dig(single, "mblog"))
            if mblog or not isinstance(single, dict):
                yield mblog, json_body.fields(single)
    for row in _rows(data.get("list")):
        yield json_body.fields(row), {}


def _rows(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _owner(page: Page, data: Fields) -> str:
    """Return whose list it is: m.weibo.cn says so in the list, weibo.com's is known by what was asked for."""
    container = json_body.words(json_body.dig(data, "cardlistInfo", "containerid"))
    if container.startswith(LIST):
        return container.removeprefix(LIST)
    asked = _ASKED.search(page.url)
    return asked[1] if asked else ""


def post(page: Page, mblog: Fields, card: Fields | None = None) -> Post | None:
    """Return a 微博, which stands on a card where m.weibo.cn lists it; None where it has no time."""
    mid = json_body.words(mblog.get("mid")) or json_body.words(mblog.get("id"))
    stamp = _time(json_body.words(mblog.get("created_at")), mid, page.at)
    if stamp is None:
        return None
    return Post(
        published_at=stamp.moment,
        precision=stamp.precision,
        title=html.plain(json_body.words(mblog.get("text_raw")) or json_body.words(mblog.get("text"))),
        url=f"https://m.weibo.cn/detail/{mid}" if _UID.fullmatch(mid) else None,
        is_pinned=_is_pinned(mblog, card or {}),
    )


def _time(written: str, mid: str, at: datetime) -> dates.Stamp | None:
    """Return the time as written, in the year that the id tells; where they disagree, the text is trusted."""
    told = ids.weibo(mid, at)
    if told and _YEARLESS.match(written):
        stamp = dates.read(written, min(at, told.moment + ONE_DAY))
        if stamp and abs(days_between(stamp.moment, told.moment)) <= 1:
            return stamp
    return dates.read(written, at)


def _is_pinned(mblog: Fields, card: Fields) -> bool:
    kind = json_body.words(card.get("profile_type_id")) or json_body.words(mblog.get("profile_type_id"))
    return kind.startswith("proweibotop") or mblog.get("mblogtype") == 2 or mblog.get("isTop") == 1


def _said(answer: Fields) -> str:
    return " ".join(json_body.words(answer.get(name)) for name in ("msg", "message", "error"))


def _sorry(url: str) -> Standing | None:
    """Return what an address of the sorry page means; raises LookFailedError for words nobody has seen yet."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if not parts.path.endswith("/sorry"):
        return None
    message = " ".join(parse_qs(parts.query).get("msg", []))
    if not message.strip():
        is_missing = "usernotexists" in parts.query or "pagenotfound" in parts.query
        return Standing.NOT_FOUND if is_missing else None
    standing = _spoken(message)
    if standing is None:
        raise LookFailedError(Reason.UNREADABLE, f"sorry page: {html.plain(message, 60)}")
    return standing


def _spoken(message: str) -> Standing | None:
    return next((standing for words, standing in _SORRY if words.search(message)), None)


def _sorry_page(page: Page) -> Standing | None:
    """Return what a short HTML page with Weibo's words about an account means."""
    if len(page.body) > 20_000:
        return None
    said = _SORRY_TEXT.search(html.plain(html.decode(page), 1000))
    return _spoken(said[0]) if said else None


def _refuse_rate(page: Page, said: str = "") -> None:
    """Raise RATE_LIMITED for 403, 414 and 418, and for the words of 414 in a page of any status; REFUSED for 432."""
    text = said or (html.decode(page) if len(page.body) < _SHORT else "")
    if page.status in {403, 414, 418, 429} or _TOO_OFTEN in text:
        raise LookFailedError(Reason.RATE_LIMITED, f"HTTP {page.status}, too often")
    if page.status == HTTP_432:
        raise LookFailedError(Reason.REFUSED, "HTTP 432, the pair of visitor cookies is missing or old")
