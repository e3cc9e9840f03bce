"""百家号 through its public author page and the list behind it (as public code of 2026-09 has it).

Key: the author's number (app_id), as in the homepage's address (`baijiahao.baidu.com/u?app_id=…`). Needs no login.
The author page names the author, the posts' count and the number (`uk`) under which the list is asked for, with
the page's own cookies. The page's script would also send a fingerprint of the browser; nothing here forges one, so
the list may well be refused (`foe`), and then a look saw nothing. Yields articles, videos and short posts with the
second of `dynamic_ctime`; when an article's draft was made (`created_at`) is no publication. None is marked as pinned.

The page of a banned or cancelled author is not known; words that say so are taken at their word.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from collectors import agents, answers, dates, html, json_body, standings
from collectors.json_body import Fields
from collectors.listing import listing, unless_hidden
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Fetch, KeyForm, Page, Request, Session
from monitor.core.observation import (
    Covers,
    LookFailedError,
    Post,
    Profile,
    Reason,
    Standing,
    Timeline,
    gone,
)

_AUTHOR = re.compile(r"[0-9]{4,20}")
_HOMEPAGE = re.compile(
    r"^https?://(?:baijiahao\.baidu\.com/u\?(?:[^#]*&)?app_id=|author\.baidu\.com/home/)([0-9]{4,20})(?:[/?#&]|$)"
)
_RUNTIME = re.compile(r"window\.runtime\s*=\s*(?=\{)")


@dataclass(frozen=True, slots=True)
class Baijiahao:
    """Baijiahao as a visitor sees it; `base` is where another server stands in for both its hosts."""

    base: str | None = None

    name = "baijiahao"
    version = 1
    platforms = frozenset({Platform.BAIJIAHAO})
    key_form = KeyForm(_AUTHOR.fullmatch, "主页地址里的 app_id，只有数字")

    def key_of(self, account: Account) -> str | None:
        """Return the author's number: the platform id, or what the homepage's address holds."""
        if account.platform_id and _AUTHOR.fullmatch(account.platform_id):
            return account.platform_id
        match = _HOMEPAGE.match(account.homepage or "")
        return match[1] if match else None

    async def collect(self, source: Source, fetch: Fetch, session: Session) -> Timeline:
        """Return the newest posts, with what the author page says of the author."""
        home = f"{self.at_host('baijiahao.baidu.com')}/u?app_id={source.key}"
        page = await fetch(Request(url=home, headers={"User-Agent": agents.PHONE}))
        about = await fetch.read(read, page)
        if not about.standing.is_present:
            return about
        if about.profile is None or about.profile.id is None:
            raise LookFailedError(Reason.UNREADABLE, "no author page")
        query = {
            "tab": "main",
            "num": "20",
            "uk": about.profile.id,
            "source": "pc",
            "type": "newhome",
            "action": "dynamic",
            "format": "json",
        }
        request = Request(
            url=f"{self.at_host('mbd.baidu.com')}/webpage?{urlencode(query)}",
            headers={"User-Agent": agents.PHONE, "Referer": home},
            cookies=answers.cookies_of(page),
            conditional=True,
        )
        seen = await fetch.read(read, await fetch(request))
        return replace(unless_hidden(seen, about.profile.posts), profile=about.profile)

    def parse(self, page: Page) -> Timeline:
        """Return what the author page or the list says."""
        return read(page)

    def at_host(self, host: str) -> str:
        """Return where a host of Baidu is reached."""
        return f"{self.base}/{host}" if self.base else f"https://{host}"


COLLECTOR = Baijiahao()


def at(base_url: str) -> Baijiahao:
    """Return the collector for a server that answers as `<base_url>/baijiahao.baidu.com/…`, `…/mbd.baidu.com/…`."""
    return Baijiahao(base_url.rstrip("/"))


def read(page: Page) -> Timeline:
    """Return what one answer says: the author page or a list; a module-level function, so that it can travel."""
    if user := _user(page):
        answers.judge_status(page)
        return _about(user)
    answer, standing = standings.heard(page)
    if standing:
        return gone(standing)
    data = json_body.fields(answer.get("data"))
    if any(json_body.dig(where, "foe", "is_need_foe") is True for where in (answer, data)):
        raise LookFailedError(Reason.CAPTCHA, "the list asks for a proof of being a browser")
    items = data.get("list")
    if not isinstance(items, list) or json_body.count(answer.get("errno", 0)) != 0:
        raise LookFailedError(Reason.UNREADABLE, "neither an author page nor a list")
    if not items and data.get("hasMore"):
        return Timeline(covers=Covers.SOME)
    return listing(items, lambda item: _post(page, item))


def _user(page: Page) -> Fields:
    """Return what the author page's script says of the author; nothing in any other answer."""
    if json_body.looks_like_json(page):
        return {}
    text = html.decode(page)
    start = _RUNTIME.search(text)
    if start is None:
        return {}
    try:
        runtime = json.JSONDecoder().raw_decode(text, start.end())[0]
    except (ValueError, RecursionError):
        return {}
    return json_body.fields(json_body.dig(runtime, "user"))


def _about(user: Fields) -> Timeline:
    """Return what the author page says of the account; it shows no post."""
    profile = Profile(
        name=html.plain(json_body.words(user.get("nickname"))) or None,
        id=json_body.words(user.get("uk")) or None,
        followers=json_body.count(user.get("fans_num")),
        posts=json_body.count(user.get("content_num")),
    )
    if profile.name is None or profile.id is None:
        raise LookFailedError(Reason.UNREADABLE, "an author page without a name or a number")
    standing = Standing.EMPTY if profile.posts == 0 else Standing.ACTIVE
    return Timeline(covers=Covers.SOME, standing=standing, profile=profile)


def _post(page: Page, item: Fields) -> Post | None:
    about = json_body.fields(item.get("itemData"))
    stamp = dates.epoch(item.get("dynamic_ctime"), page.at) or dates.epoch(about.get("publish_at"), page.at)
    if stamp is None:
        return None
    return Post(
        published_at=stamp.moment,
        precision=stamp.precision,
        title=html.plain(json_body.words(about.get("title"))),
        url=html.link("https://baijiahao.baidu.com/", json_body.words(about.get("url"))),
    )
