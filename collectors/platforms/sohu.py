"""搜狐号 through the JSON list behind an author's page (as public code of 2026-09 has it).

Key: the author's number (mkey), or the `xpt` of the homepage (`mp.sohu.com/profile?xpt=…`), whose page names the
number once. Needs no login. Yields the newest articles with the millisecond of `publicTime`; the list marks no
pinned ones. The list has lagged behind what people see, by three days up to a month: it proves an update and never
the lack of one. The platform's answer for a banned or cancelled author is not known: a message or notice that says so
in words is taken at its word, and an answer without the list is unreadable, never an empty list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import parse_qs, quote, urlsplit

from collectors import answers, dates, html, json_body, standings
from collectors.json_body import Fields
from collectors.listing import listing, unless_hidden
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Fetch, KeyForm, Page, Request, Session
from monitor.core.observation import Covers, LookFailedError, Post, Profile, Reason, Timeline, gone

_NUMBER = re.compile(r"[0-9]{3,15}")
_XPT = re.compile(r"[A-Za-z0-9+/_-]{16,120}={0,2}")
_MEDIA = re.compile(r"^https?://(?:m|mp|www)\.sohu\.com/media/([0-9]{3,15})(?:[/?#]|$)")
_NAMED = re.compile(rb"mkeyConst_mkey[\"']?\s*[:=]\s*[\"']?([0-9]{3,15})")
_BARE = re.compile(r"[\w-]+\.sohu\.com/", re.ASCII)
"""How links begin that name the host but no scheme."""
_NUMBER_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Sohu:
    """Sohu's authors; `base` is where another server stands in for all its hosts."""

    base: str | None = None

    name = "sohu"
    version = 2
    platforms = frozenset({Platform.SOHU})
    key_form = KeyForm(
        lambda key: _NUMBER.fullmatch(key) or _XPT.fullmatch(key), "账号的编号（数字），或主页地址里的 xpt"
    )

    def key_of(self, account: Account) -> str | None:
        """Return the author's number, from the platform id or the homepage, or else the homepage's xpt."""
        if account.platform_id and _NUMBER.fullmatch(account.platform_id):
            return account.platform_id
        if media := _MEDIA.match(account.homepage or ""):
            return media[1]
        return _xpt(account.homepage or "") or _xpt_alone(account.platform_id or "")

    def is_partial(self, key: str) -> bool:
        """Return True: the newest articles may be missing for weeks."""
        return True

    async def collect(self, source: Source, fetch: Fetch, session: Session) -> Timeline:
        """Return the newest articles."""
        number = source.key if _NUMBER.fullmatch(source.key) else session.get(source.key)
        if number is None:
            address = f"{self.at_host('mp.sohu.com')}/profile?xpt={quote(source.key, safe='')}"
            page = await fetch(Request(url=address, max_bytes=4_000_000))
            about = await fetch.read(read, page)
            if not about.standing.is_present:
                return about
            number = _number(about)
            session.put(source.key, number, _NUMBER_KEPT)
        address = f"{self.at_host('v2.sohu.com')}/author-page-api/author-articles/pc/{number}"
        page = await fetch(Request(url=address, conditional=True))
        return await fetch.read(read, page)

    def parse(self, page: Page) -> Timeline:
        """Return the newest articles."""
        return read(page)

    def at_host(self, host: str) -> str:
        """Return where a host of Sohu is reached."""
        return f"{self.base}/{host}" if self.base else f"https://{host}"


COLLECTOR = Sohu()


def at(base_url: str) -> Sohu:
    """Return the collector for a server that answers as `<base_url>/v2.sohu.com/…`, `<base_url>/mp.sohu.com/…`."""
    return Sohu(base_url.rstrip("/"))


def read(page: Page) -> Timeline:
    """Return what one answer says; a module-level function, so that it can travel to another process."""
    if not json_body.looks_like_json(page) and (named := _NAMED.search(page.body)):
        answers.judge_status(page)
        return Timeline(covers=Covers.SOME, profile=Profile(id=named[1].decode()))
    answer, standing = standings.heard(page)
    if standing:
        return gone(standing)
    articles = json_body.dig(answer, "data", "pcArticleVOS")
    if not isinstance(articles, list):
        raise LookFailedError(Reason.UNREADABLE, "no list of articles: no such author, gone, or another form")
    return replace(unless_hidden(listing(articles, lambda article: _post(page, article))), covers=Covers.SOME)


def _post(page: Page, article: Fields) -> Post | None:
    stamp = dates.epoch(article.get("publicTime"), page.at)
    if stamp is None:
        return None
    link = json_body.words(article.get("link"))
    return Post(
        published_at=stamp.moment,
        precision=stamp.precision,
        title=html.plain(json_body.words(article.get("title"))),
        url=html.link("https://www.sohu.com/", f"//{link}" if _BARE.match(link) else link),
    )


def _xpt(homepage: str) -> str | None:
    """Return the xpt of an author's page; None for any other address."""
    try:
        parts = urlsplit(homepage)
    except ValueError:
        return None
    if parts.netloc != "mp.sohu.com" or parts.path != "/profile":
        return None
    return _xpt_alone(parse_qs(parts.query).get("xpt", [""])[0].replace(" ", "+"))


def _xpt_alone(text: str) -> str | None:
    return text if _XPT.fullmatch(text) else None


def _number(about: Timeline) -> str:
    """Return the number that an author's page names; raises LookFailedError for any other answer."""
    if about.profile is None or about.profile.id is None:
        raise LookFailedError(Reason.UNREADABLE, "no author page")
    return about.profile.id
