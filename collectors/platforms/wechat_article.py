"""微信公众号 by an article that is known: whether the account still stands (pages recorded 2025-11, texts of 2026-07).

Key: the article's address, `https://mp.weixin.qq.com/s/…`. Needs no login, but a browser's name; a page
has 2 to 4 MB. Yields the article itself, so it covers some posts only: nobody but the owner can list an
account's articles since 2026-07-30. Its use is the account's standing, and the author (`__biz`) of an article
(`article`), which proves a link that somebody pasted.

A page with a publication time is a normal one, and then its words say nothing: every normal page has
已注销 in its scripts, and an advertiser's account beside the author's. Only without a time are the words
read, and only where a person would see them. That an article is deleted says nothing of its account.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlsplit

from collectors import dates, html, links, standings, wechat
from collectors.answers import judge_status, refuse_walls
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Continuation, Fetch, KeyForm, Page, Proof, Request, Session
from monitor.core.observation import (
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

MAX_BYTES = 6_000_000
"""Half as much again as the longest page that was seen."""
_CAPTCHA_SHELL = re.compile(r"secitptpage[/_]verify|\bpoc_token\b|wappoc_appmsgcaptcha")
"""The names of the scripts that draw the proof of being human on a page without a word."""
_MESSAGE_LENGTH = 300_000
"""A page that says why it shows nothing is shorter (38,000 characters as seen)."""

_WORD = r"""'(?:[^'\\\n]|\\.){0,400}'|"(?:[^"\\\n]|\\.){0,400}\""""
_VARIABLE = re.compile(
    rf"^[ \t]*(?:var |window\.)(ct|biz|mid|idx|sn|user_name|nickname|msg_title)[ \t]*=[ \t]*(?:htmlDecode\()?"
    rf"((?:(?:{_WORD})[ \t]*\|\|[ \t]*)*(?:{_WORD}))",
    re.MULTILINE,
)
"""A statement of the page itself: `var biz = "…" || "";`, `window.ct = '…' || '';`. One of the words is not empty."""
_DECODED = re.compile(rf"^[ \t]*(user_name|nick_name|bizuin): JsDecode\(({_WORD})\)", re.MULTILINE)
"""The same in an image post, or in `cgiDataNew`. An advertiser's account is written without JsDecode."""
_DATA_BIZ = re.compile(rf"\bcgiDataNew\.(bizuin)[ \t]*=[ \t]*({_WORD})")
"""Where some pages have the account's id and nowhere else (2026-09)."""
_NAMES = {"nick_name": "nickname", "bizuin": "biz"}
_ESCAPED = re.compile(r"\\x([0-9a-fA-F]{2})|\\(.)")
_USER_NAME = re.compile(r"gh_[0-9a-z]{6,20}")
_NEW_HOME = re.compile(rf"transfer_?target_?link[\"']?\s*[:=]\s*({_WORD})", re.IGNORECASE)

_STANDINGS = (
    (re.compile(r"(?:帐号|账号|公众号)[^。]{0,20}被冻结"), Standing.FROZEN),
    (re.compile(r"(?:帐号|账号|公众号)已被系统回收|account has been deleted by the owner"), Standing.CANCELLED),
)
"""WeChat's own words about an account; the first that fits, before those of all platforms."""
_ARTICLE = (
    (re.compile(r"内容已被(?:发布者)?删除|deleted by the author"), "the article was deleted"),
    (re.compile(r"违规无法查看|涉嫌违反|违反|投诉"), "the article was removed for a violation"),
    (
        re.compile(r"暂时无法查看|发送失败无法查看|作者隐私设置|需要权限才可查看"),
        "the article is not shown to everybody",
    ),
    (re.compile(r"请在微信客户端打开"), "the article is shown in WeChat only"),
    (re.compile(r"参数错误|链接已过期"), "the address is wrong or was for a while only"),
)
"""A page's words about the article alone: another one has to be named."""


class _ArticleGoneError(LookFailedError):
    """The page says that this article is not shown to everybody; of its account it says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlePage:
    """The facts on an article's page."""

    biz: str
    """The account's stable id."""
    published: dates.Stamp
    title: str
    url: str | None
    """The one address by which it is known, whichever it was found under."""
    name: str | None
    """The account's name on the day of the look."""
    user_name: str | None
    """The account's other stable id, gh_…"""


@dataclass(frozen=True, slots=True)
class WechatArticle:
    """An article's page; `base` is where another server stands in for WeChat's."""

    base: str | None = None

    name = "wechat-article"
    version = 2
    platforms = frozenset({Platform.WEIXIN_SUBSCRIPTION, Platform.WEIXIN_SERVICE})
    proves = platforms
    is_single: Literal[True] = True
    key_form = KeyForm(wechat.is_article, "文章的地址 https://mp.weixin.qq.com/s/…")

    def key_of(self, account: Account) -> str | None:
        """Return the homepage, where the roster has an article's address in its place."""
        return account.homepage if account.homepage and wechat.is_article(account.homepage) else None

    def is_partial(self, key: str) -> bool:
        """Return True: one article says nothing of others."""
        return True

    async def collect(self, source: Source, fetch: Fetch, session: Session) -> Timeline:
        """Return what the article's page says; of an account that has moved, also where to."""
        page = await fetch(self._request(source.key))
        seen = await fetch.read(read, page)
        if seen.standing is not Standing.MIGRATED:
            return seen
        new_home = (await fetch.read(moved_to, page)).texts.get("address")
        if new_home is None:
            return seen
        there = await fetch.read(read, await fetch(self._request(new_home)))
        return replace(seen, profile=there.profile)

    def parse(self, page: Page) -> Timeline:
        """Return what an article's page says."""
        return read(page)

    def is_post(self, link: str) -> bool:
        """True if it is an article's address."""
        return wechat.is_article(link)

    def may_be_post(self, link: str) -> bool:
        """True if it leads to where articles are."""
        return html.host(link) == wechat.HOST

    async def prove(self, link: str, fetch: Fetch, session: Session) -> Proof:
        """Return who published the article, and when, as its page says; raises LookFailedError."""
        page = links.at_any_time(await fetch(self._request(link)))
        return links.proof_of(await fetch.read(signed, page))

    def _request(self, address: str) -> Request:
        if not wechat.is_article(address):
            raise LookFailedError(Reason.UNREADABLE, "the key is no article's address")
        parts = urlsplit(address)
        there = f"{self.base}/{wechat.HOST}" if self.base else f"https://{wechat.HOST}"
        query = f"?{parts.query}" if parts.query else ""
        return Request(url=f"{there}{parts.path}{query}", headers={"User-Agent": wechat.AGENT}, max_bytes=MAX_BYTES)


COLLECTOR = WechatArticle()


def at(base_url: str) -> WechatArticle:
    """Return the collector for a server that answers as `<base_url>/mp.weixin.qq.com/…`."""
    return WechatArticle(base_url.rstrip("/"))


def read(page: Page) -> Timeline:
    """Return what a page says: the article, or what has become of the account; a module-level function."""
    found = _said(page)
    return found if isinstance(found, Timeline) else _shown(found)


def signed(page: Page) -> Timeline:
    """Return the article that a page shows, signed by its author, or that it shows none; a module-level function."""
    try:
        found = _said(page)
    except _ArticleGoneError:
        return links.not_shown()
    if isinstance(found, Timeline):
        return links.not_shown()
    shown, authors = _shown(found), frozenset(filter(None, (found.biz, found.user_name)))
    return links.Signed(posts=shown.posts, covers=shown.covers, profile=shown.profile, authors=authors)


def _shown(found: ArticlePage) -> Timeline:
    post = Post(
        published_at=found.published.moment,
        precision=found.published.precision,
        title=found.title,
        url=found.url,
    )
    return timeline([post], covers=Covers.SOME, profile=Profile(name=found.name, id=found.biz))


def _said(page: Page) -> ArticlePage | Timeline:
    """Return the article, or else what has become of the account; raises LookFailedError."""
    judge_status(page)
    text = html.decode(page)
    if found := _article(page, text):
        return found
    if len(text) <= _MESSAGE_LENGTH and _CAPTCHA_SHELL.search(text):
        raise LookFailedError(Reason.CAPTCHA, "a script draws a proof of being human here")
    message = _message(text)
    if standing := _standing(message):
        return gone(standing)
    refuse_walls(page)
    for words, meaning in _ARTICLE:
        if words.search(message):
            raise _ArticleGoneError(Reason.HTTP_ERROR, meaning)
    raise LookFailedError(Reason.UNREADABLE, "neither an article nor a message that is known")


def article(page: Page) -> ArticlePage | None:
    """Return whose article a page is and when it appeared; None for a page that is no article.

    Raises LookFailedError (UNREADABLE) where the page contradicts itself or lacks its author.
    """
    return _article(page, html.decode(page))


def _article(page: Page, text: str) -> ArticlePage | None:
    said = _statements(text)
    if "ct" not in said:
        return None
    if len(said["ct"]) > 1 or len(said.get("biz", ())) != 1:
        raise LookFailedError(Reason.UNREADABLE, "an article with several times, or without one author")
    (biz,), published = said["biz"], dates.epoch(said["ct"][0], page.at)
    if published is None or not wechat.is_biz(biz):
        raise LookFailedError(Reason.UNREADABLE, "an article whose time or author cannot be")
    first = {name: words[0] for name, words in said.items()}
    mid, idx, sn, user_name = (first.get(name, "") for name in ("mid", "idx", "sn", "user_name"))
    return ArticlePage(
        biz=biz,
        published=published,
        title=html.plain(first.get("msg_title", "")),
        url=wechat.long_form(biz, mid, idx, sn) or wechat.permalink(page.url, page.url),
        name=html.plain(first.get("nickname", "")) or None,
        user_name=user_name if _USER_NAME.fullmatch(user_name) else None,
    )


def _statements(text: str) -> dict[str, list[str]]:
    """Return what the page's own scripts say, by name: each value once, empty ones left out."""
    said: dict[str, list[str]] = {}
    for script in _scripts(text):
        for statement in (*_VARIABLE.finditer(script), *_DECODED.finditer(script), *_DATA_BIZ.finditer(script)):
            values = (_unescaped(word[1:-1]) for word in re.findall(_WORD, statement[2]))
            value = next(filter(None, values), None)
            known = said.setdefault(_NAMES.get(statement[1], statement[1]), []) if value else []
            if value and value not in known:
                known.append(value)
    return said


def _scripts(text: str) -> Iterator[str]:
    """Yield the scripts: what an article shows its readers may look like one, and is none."""
    start = text.find("<script")
    while start >= 0:
        end = text.find("</script", start)
        if end < 0:
            return
        yield text[text.find(">", start, end) + 1 : end]
        start = text.find("<script", end)


def _unescaped(word: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)) if match[1] else match[2], word)


def _message(text: str) -> str:
    """Return what a page without an article tells its reader; nothing for a page too long to be a message."""
    if len(text) > _MESSAGE_LENGTH:
        return ""
    page = html.tree(text)
    nodes = html.select(page, ".weui-msg__title") or html.select(page, ".mesg-block")
    return html.plain(nodes[0].text()) if nodes else html.title(page)


def _standing(message: str) -> Standing | None:
    """Return what the message says of the account; None where it is about the article alone."""
    ours = (standing for words, standing in _STANDINGS if words.search(message))
    return next(ours, None) or standings.said(message)


def moved_to(page: Page) -> Continuation:
    """Return the article's address at the account that a migrated one has become; nothing where it does not say."""
    found = _NEW_HOME.search(html.decode(page))
    link = wechat.permalink(page.url, _unescaped(found[1][1:-1])) if found else None
    return Continuation(texts={"address": link} if link and wechat.is_article(link) else {})
