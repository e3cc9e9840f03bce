"""微信公众号 through its owner's own appid and secret (interfaces as documented in 2026, samples of an SDK).

Key: the name of a grant in the settings; its id is the AppID, its secret the AppSecret. Our address must stand
in the account's list of allowed ones (IP白名单). Needs `stable_token`, which leaves other holders' tokens alone.

Yields what `freepublish/batchget` lists, the twenty newest publications. Whether that includes what is sent to
all followers (群发) is documented nowhere, so each look finds it out: `datacube/getarticletotal` lists exactly
those, a day late and by the day. Of each day from that of the newest publication to yesterday it is asked what
was sent. Only where something sent stands among the publications, and nothing sent is missing there, does the
list cover all; what is missing there is added by its day, and the list covers some. Neither interface tells a
banned account for certain: its codes are a refusal, to be looked into.

An answer of a third-party platform's `api_get_authorizer_info` is read too, for it alone gives the account's
standing as a number.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from collectors import bodies, dates, html, wechat
from collectors.answers import json_object
from collectors.bodies import Fields
from collectors.grants import StaleTokenError, Token, granted, with_token
from monitor.core.account import Account, Platform, Source
from monitor.core.calendar import ONE_DAY, beijing_date, start_of_day
from monitor.core.collector import Fetch, Grant, Page, Request, Session
from monitor.core.observation import (
    Covers,
    LookFailedError,
    Post,
    Precision,
    Profile,
    Reason,
    Standing,
    Timeline,
    gone,
    timeline,
)

_API = "https://api.weixin.qq.com"
_AT_ONCE = 20
_DAYS = 16
"""Of so many days before today it is asked what was sent: as far back as the two-week rule goes, and two more."""
_KEPT = timedelta(days=30)
"""How long it is remembered what was sent on a day: longer than it is asked for."""
_NEXT_DAY = timedelta(hours=6)
"""How long a used-up quota of the day is left alone."""
_STALE = frozenset({40001, 40014, 42001})
"""The access token is wrong or past its time; the first also says so of a secret."""
_CODES: Mapping[int, tuple[Reason, str]] = {
    -1: (Reason.HTTP_ERROR, "the platform is busy"),
    40013: (Reason.GRANT, "no such AppID"),
    40125: (Reason.GRANT, "the AppSecret is wrong"),
    40164: (Reason.GRANT, "our address is not in the account's IP list"),
    61004: (Reason.GRANT, "our address is not in the account's IP list"),
    40243: (Reason.GRANT, "the AppSecret is frozen"),
    48001: (Reason.GRANT, "the account has no right to this interface"),
    61003: (Reason.GRANT, "the owner has withdrawn the grant"),
    61007: (Reason.GRANT, "the grant does not reach this interface"),
    45009: (Reason.RATE_LIMITED, "the day's quota is used up"),
    45011: (Reason.RATE_LIMITED, "too often"),
    48004: (Reason.REFUSED, "the interface is closed to the account for a violation"),
    50002: (Reason.REFUSED, "the account is limited: frozen, banned or cancelled"),
    50004: (Reason.REFUSED, "the interface is closed to the account as a punishment"),
}
"""What the codes mean; no code says for certain that an account is gone."""
_STANDINGS = {
    1: Standing.ACTIVE,
    14: Standing.CANCELLED,
    16: Standing.BANNED,
    18: Standing.ACTIVE,  # warned, and still there
    19: Standing.FROZEN,
}


@dataclass(frozen=True, slots=True)
class WechatOfficial:
    """An owner's interface; `base` is where another server stands in for WeChat's."""

    base: str = _API

    name = "wechat-official"
    version = 1
    platforms = frozenset[Platform]()
    is_granted: Literal[True] = True

    def key_of(self, account: Account) -> str | None:
        """Return None: a grant is named in the roster, never guessed."""
        return None

    async def collect(self, source: Source, fetch: Fetch, session: Session) -> Timeline:
        """Return the newest publications, and what was sent besides."""
        base = granted(session).base_url or self.base

        async def renew(grant: Grant) -> Token:
            return await _new_token(base, grant, fetch)

        async def look(token: str) -> Timeline:
            return await _Ask(base, token, fetch, session).whole()

        return await with_token(session, renew, look)

    def parse(self, page: Page) -> Timeline:
        """Return what any one answer says by itself."""
        return read(page)


COLLECTOR = WechatOfficial()


def at(base_url: str) -> WechatOfficial:
    """Return the collector for a server that answers in the place of WeChat's."""
    return WechatOfficial(base_url.rstrip("/"))


@dataclass(frozen=True, slots=True)
class _Ask:
    """The requests with one access token."""

    base: str
    token: str
    fetch: Fetch
    session: Session

    async def whole(self) -> Timeline:
        """Return the publications with what was sent besides, covering all where that is proven."""
        page = await self._answer("/cgi-bin/freepublish/batchget", {"offset": 0, "count": _AT_ONCE, "no_content": 1})
        seen = await self.fetch.read(read, page)
        yesterday = beijing_date(page.at) - ONE_DAY
        sent: list[Post] = []
        for day in _days(seen, yesterday):
            try:
                sent += await self._sent(day, is_settled=day < yesterday)
            except LookFailedError:  # the publications have been seen all the same, and prove what they prove
                return _joined(seen, sent)
        return _joined(seen, sent, is_told=True)

    async def _sent(self, day: date, *, is_settled: bool) -> tuple[Post, ...]:
        """Return what was sent on a day; of one whose figures no longer change it is asked once."""
        kept = self.session.get(f"sent {day}")
        if kept is not None:
            titles = json.loads(kept)
            return tuple(
                Post(published_at=start_of_day(day), precision=Precision.DAY, title=bodies.words(title))
                for title in titles
            )
        asked = {"begin_date": day.isoformat(), "end_date": day.isoformat()}
        posts = (await self.fetch.read(read, await self._answer("/datacube/getarticletotal", asked))).posts
        if is_settled:
            self.session.put(f"sent {day}", json.dumps([post.title for post in posts]), _KEPT)
        return posts

    async def _answer(self, path: str, asked: Mapping[str, object]) -> Page:
        url = f"{self.base}{path}?access_token={self.token}"
        page = await self.fetch(Request(url=url, method="POST", json=asked))
        if _is_stale(json_object(page).get("errcode")):
            raise StaleTokenError
        return page


async def _new_token(base: str, grant: Grant, fetch: Fetch) -> Token:
    asked = {"grant_type": "client_credential", "appid": grant.id, "secret": grant.secret}
    page = await fetch(Request(url=f"{base}/cgi-bin/stable_token", method="POST", json=asked, is_secret=True))
    answer = json_object(page)
    value, seconds = bodies.words(answer.get("access_token")), bodies.count(answer.get("expires_in"))
    if value and seconds:
        return Token(value=value, lasts=timedelta(seconds=min(seconds, 7200)))
    code = answer.get("errcode")
    if _is_stale(code):
        raise LookFailedError(Reason.GRANT, f"errcode {code}: the AppSecret is wrong")
    raise _refusal(code)


def _is_stale(code: object) -> bool:
    return isinstance(code, int) and code in _STALE


def read(page: Page) -> Timeline:
    """Return what any one answer says by itself; a module-level function, so that it can travel."""
    answer = json_object(page)
    if answer.get("errcode"):
        raise _refusal(answer["errcode"])
    if "authorizer_info" in answer:
        return _about(bodies.fields(answer["authorizer_info"]))
    if isinstance(answer.get("item"), list) and bodies.count(answer.get("total_count")) is not None:
        return _publications(page, answer)
    if isinstance(answer.get("list"), list):
        return _sendings(page, bodies.rows(answer["list"]))
    raise LookFailedError(Reason.UNREADABLE, "no answer of WeChat's that is known")


def _refusal(code: object) -> LookFailedError:
    reason, meaning = _CODES.get(code, (Reason.UNREADABLE, "")) if isinstance(code, int) else (Reason.UNREADABLE, "")
    wait = _NEXT_DAY if code == 45009 else None
    return LookFailedError(reason, f"errcode {code!r:.20}{': ' if meaning else ''}{meaning}", retry_after=wait)


def _publications(page: Page, answer: Fields) -> Timeline:
    """Return what `batchget` lists: covering some, until it is proven that nothing sent is missing there."""
    items = bodies.rows(answer["item"])
    if not items and bodies.count(answer["total_count"]):
        raise LookFailedError(Reason.UNREADABLE, "publications are counted, and none is listed")
    posts = []
    for item in items:
        stamp = dates.epoch(item.get("update_time"), page.at)
        if stamp is None:
            raise LookFailedError(Reason.UNREADABLE, "a publication without a time")
        posts += [
            Post(
                published_at=stamp.moment,
                precision=stamp.precision,
                title=html.plain(bodies.words(article.get("title"))),
                url=wechat.permalink(f"https://{wechat.HOST}/", bodies.words(article.get("url"))),
            )
            for article in bodies.rows(bodies.dig(item, "content", "news_item"))
            if article.get("is_deleted") is not True
        ]
    return replace(timeline(posts, covers=Covers.SOME), standing=Standing.ACTIVE)


def _sendings(page: Page, rows: Iterable[Fields]) -> Timeline:
    """Return what `getarticletotal` lists: what was sent, by the day."""
    posts = []
    for row in rows:
        stamp = dates.read(bodies.words(row.get("ref_date")), page.at)
        if stamp is None or not bodies.words(row.get("title")):
            raise LookFailedError(Reason.UNREADABLE, "a sending without its day or title")
        title = html.plain(bodies.words(row["title"]))
        posts.append(Post(published_at=stamp.moment, precision=Precision.DAY, title=title))
    return replace(timeline(posts, covers=Covers.SOME), standing=Standing.ACTIVE)


def _about(info: Fields) -> Timeline:
    """Return what a third-party platform is told of an account that trusts it."""
    name, id_ = html.plain(bodies.words(info.get("nick_name"))), bodies.words(info.get("user_name"))
    status = info.get("account_status", 1)
    standing = _STANDINGS.get(status) if isinstance(status, int) else None
    if standing is None or not id_:
        raise LookFailedError(Reason.UNREADABLE, f"account_status {status!r:.20}")
    profile = Profile(name=name or None, id=id_)
    if not standing.is_present:
        return gone(standing, profile)
    return Timeline(covers=Covers.SOME, standing=standing, profile=profile)


def _days(seen: Timeline, yesterday: date) -> tuple[date, ...]:
    """Return the days of which to ask what was sent: from that of the newest publication to yesterday, not too many."""
    published = (beijing_date(post.published_at) for post in seen.posts)
    first = max((day for day in published if day <= yesterday), default=yesterday)
    between = tuple(yesterday - number * ONE_DAY for number in range(min((yesterday - first).days, _DAYS)))
    return (first, *reversed(between))


def _joined(seen: Timeline, sent: Sequence[Post], *, is_told: bool = False) -> Timeline:
    """Return publications and sendings together; all is covered where sendings are shown to be publications too."""
    published = {_named(post) for post in seen.posts}
    missing = [post for post in sent if _named(post) not in published]
    covers = Covers.ALL if is_told and sent and not missing else Covers.SOME
    return replace(timeline((*seen.posts, *missing), covers=covers), standing=Standing.ACTIVE)


def _named(post: Post) -> tuple[date, str]:
    """Return what a publication and its sending have in common."""
    return beijing_date(post.published_at), post.title
