"""Pasted links of single posts: how they look, where short ones lead, and what a post's own page or its id proves.

A post's own page tells anybody whose it is and when it appeared. Where a platform does not show it, the id may still
carry the time (see `ids`), which names no author: the address of a 微博 names an account, but opens whichever it names.
Short links are followed on the platform's own hosts only; nothing else is ever asked for.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import ClassVar
from urllib.parse import urlsplit

from collectors import dates, html, ids
from collectors.dates import Stamp
from monitor.core.collector import Fetch, NotShownError, Page, Proof, Request
from monitor.core.observation import Covers, LookFailedError, Post, Profile, Reason, Timeline, timeline

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_EVER = datetime(dates.LAST_YEAR, 1, 1, tzinfo=UTC)
"""A time to come is told apart by the code that judges the proof, and not refused here."""
_KEPT_OUT = frozenset(
    {Reason.REFUSED, Reason.LOGIN_WALL, Reason.CAPTCHA, Reason.RATE_LIMITED, Reason.GRANT, Reason.UNREADABLE}
)
"""How a look at a post's page ends where the platform does not let a visitor read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed(Timeline):
    """A single post as a timeline, with every stable id of its author."""

    authors: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LinkForm:
    """One form of a post's link: the groups of `pattern` are the id, and the kind of post where the link tells it."""

    pattern: re.Pattern[str]
    address: str
    """The post's own, as the platform's collector lists it."""
    when: Callable[[str, datetime], Stamp | None] | None = None
    """Reads the time of an id; None where ids have none."""
    number: Callable[[str], str] = str
    """Makes the id in the link the one that the platform counts by."""
    kind: str = ""
    """The kind of post where the link does not tell it."""

    def found(self, link: str) -> FoundLink | None:
        """Return the post that the link names, if it has this form."""
        match = self.pattern.match(link)
        if match is None:
            return None
        number, kind = self.number(match["id"]), match.groupdict().get("kind") or self.kind
        return FoundLink(number, self.address.format(id=number, kind=kind), self.when)


@dataclass(frozen=True, slots=True)
class FoundLink:
    """The post that a link names."""

    number: str
    url: str
    when: Callable[[str, datetime], Stamp | None] | None

    async def proof(self, look: Callable[[], Awaitable[Timeline]]) -> Proof:
        """Return what the post's own page proves, at which `look` looks, else the time in its id.

        Raises NotShownError where the platform says that there is no such post for everybody to see,
        LookFailedError where nothing is to be had.
        """
        try:
            seen = await look()
        except LookFailedError as failed:
            if failed.reason not in _KEPT_OUT:
                raise
            return self.by_id()
        return proof_of(seen, self.url)

    def by_id(self) -> Proof:
        """Return the time that the id carries; raises LookFailedError (UNREADABLE) for one that carries none."""
        stamp = self.when(self.number, _EVER) if self.when else None
        if stamp is None:
            raise LookFailedError(Reason.UNREADABLE, "no time in the id")
        return Proof(post=Post(published_at=stamp.moment, precision=stamp.precision, url=self.url))


def proof_of(seen: Timeline, url: str | None = None) -> Proof:
    """Return what a single post proves, under this address or its own; raises NotShownError without a post."""
    if not seen.posts:
        raise NotShownError("the platform shows no such post")
    (post,) = seen.posts
    authors = seen.authors if isinstance(seen, Signed) else frozenset[str]()
    name = seen.profile.name if seen.profile else None
    return Proof(post=replace(post, url=url or post.url), authors=authors, name=name)


def signed(stamp: Stamp, title: str, authors: set[str], name: str) -> Signed:
    """Return a single post whose page names its author by stable ids and by name."""
    post = Post(published_at=stamp.moment, precision=stamp.precision, title=html.plain(title))
    shown = frozenset(author for author in authors if author)
    profile = Profile(name=html.plain(name) or None)
    return Signed(posts=(post,), covers=Covers.SOME, profile=profile, authors=shown)


def not_shown() -> Timeline:
    """Return a single post that the platform says is not there, or not for everybody to see."""
    return timeline((), covers=Covers.SOME)


def at_any_time(page: Page) -> Page:
    """Return the page as one looked at later, so that a post with a time to come is read and told apart."""
    return replace(page, at=page.at + dates.A_YEAR)


@dataclass(frozen=True, slots=True)
class PostLinks:
    """The links of one platform."""

    forms: tuple[LinkForm, ...]
    short: re.Pattern[str]
    """How its short links look."""
    hosts: frozenset[str]
    """Where short links may lead."""
    domains: tuple[str, ...]
    """Where all its links lead, those of its app among them."""

    def is_post(self, link: str) -> bool:
        """True if it is a post's link, or a short one of the platform's."""
        return self._found(link) is not None or self.short.match(link) is not None

    def may_be_post(self, link: str) -> bool:
        """True if it is a link of the platform's."""
        host = html.host(link)
        return any(host == domain or host.endswith(f".{domain}") for domain in self.domains)

    async def found(self, link: str, fetch: Fetch, base: str | None) -> FoundLink:
        """Return the post that a link names, followed where it is a short one; raises LookFailedError.

        `base` is where another server stands in for all hosts, as `<base>/<host>/…`.
        """
        found = self._found(link)
        if found is None and (short := self.short.match(link)):
            there = urlsplit(short[0])
            hosts = frozenset({html.host(base)}) if base else self.hosts | {there.hostname or ""}
            address = f"{base}/{there.hostname}{there.path}" if base else f"https://{there.hostname}{there.path}"
            page = await fetch(Request(url=address, hosts=hosts))
            found = self._found(page.url.replace(f"{base}/", "https://", 1) if base else page.url)
        if found is None:
            raise LookFailedError(Reason.UNREADABLE, "the link leads to no post that is known by its address")
        return found

    def _found(self, link: str) -> FoundLink | None:
        return next(filter(None, (form.found(link) for form in self.forms)), None)


def weibo_mid(word: str) -> str:
    """Return a 微博's number from the word that stands for it: each 4 signs (base 62), from the right, are 7 digits."""
    if word.isdigit() and len(word) > 9:
        return word
    parts = [word[max(0, end - 4) : end] for end in range(len(word), 0, -4)][::-1]
    numbers = [str(_number(part)) for part in parts]
    return numbers[0] + "".join(number.zfill(7) for number in numbers[1:])


def _number(part: str) -> int:
    value = 0
    for sign in part:
        value = value * len(_DIGITS) + _DIGITS.index(sign)
    return value


def _form(text: str) -> re.Pattern[str]:
    return re.compile(rf"https?://{text}(?![0-9a-zA-Z])")


_WEIBO, _TOUTIAO = "https://m.weibo.cn/detail/{id}", "https://www.toutiao.com/{kind}/{id}/"
_DOUYIN = "https://www.douyin.com/{kind}/{id}"
_MID = r"(?P<id>[0-9]{16}|[0-9a-zA-Z]{9})"


class KnowsLinks:
    """A collector that tells the links of its platform's posts by their forms alone."""

    __slots__ = ()
    own_links: ClassVar[PostLinks]

    def is_post(self, link: str) -> bool:
        """True if it is a post's link, or a short one of the platform's."""
        return self.own_links.is_post(link)

    def may_be_post(self, link: str) -> bool:
        """True if it is a link of the platform's."""
        return self.own_links.may_be_post(link)


WEIBO = PostLinks(
    forms=(
        LinkForm(_form(rf"m\.weibo\.cn/(?:detail|status|[0-9]{{5,12}})/{_MID}"), _WEIBO, ids.weibo, weibo_mid),
        LinkForm(_form(r"share\.api\.weibo\.cn/share/[0-9]{5,20},(?P<id>[0-9]{16})"), _WEIBO, ids.weibo, weibo_mid),
        LinkForm(_form(rf"(?:www\.)?weibo\.com/(?:[0-9]{{5,12}}|detail)/{_MID}"), _WEIBO, ids.weibo, weibo_mid),
    ),
    short=re.compile(r"(?!)"),  # t.cn leads anywhere: it shortens every link that stands in a 微博
    hosts=frozenset(),
    domains=("weibo.com", "weibo.cn", "t.cn"),
)
DOUYIN = PostLinks(
    forms=(
        LinkForm(
            _form(r"(?:(?:www|m)\.)?(?:ies)?douyin\.com/(?:share/)?(?P<kind>video|note)/(?P<id>[0-9]{19})"),
            _DOUYIN,
            ids.douyin,
        ),
        LinkForm(
            _form(r"(?:(?:www|m)\.)?(?:ies)?douyin\.com/share/slides/(?P<id>[0-9]{19})"),
            _DOUYIN,
            ids.douyin,
            kind="note",
        ),
        LinkForm(
            _form(r"(?:www\.)?douyin\.com/[^?#\s]*\?(?:[^#\s]*&)?modal_id=(?P<id>[0-9]{19})"),
            _DOUYIN,
            ids.douyin,
            kind="video",
        ),
    ),
    short=re.compile(r"https?://v\.douyin\.com/[\w-]{5,20}(?=[/?#]|$)", re.ASCII),
    hosts=frozenset({"www.douyin.com", "m.douyin.com", "www.iesdouyin.com"}),
    domains=("douyin.com", "iesdouyin.com"),
)
TOUTIAO = PostLinks(
    forms=(
        LinkForm(
            _form(r"(?:(?:www|m)\.)?toutiao\.com/(?:(?P<kind>article|video|w)/i?|(?:i|a|group)/?)(?P<id>[0-9]{16,19})"),
            _TOUTIAO,
            ids.toutiao,
            kind="article",
        ),
    ),
    short=re.compile(r"https?://m\.toutiao\.com/is/[\w-]{5,20}(?=[/?#]|$)", re.ASCII),
    hosts=frozenset({"m.toutiao.com", "www.toutiao.com"}),
    domains=("toutiao.com",),
)
BILIBILI = PostLinks(
    forms=(
        LinkForm(
            _form(r"(?:t\.bilibili\.com|(?:www|m)\.bilibili\.com/(?:opus|dynamic))/(?P<id>[0-9]{18,19})"),
            "https://t.bilibili.com/{id}",
            ids.bilibili,
        ),
        LinkForm(
            _form(r"(?:(?:(?:www|m)\.)?bilibili\.com/video|b23\.tv)/(?P<id>BV[0-9A-Za-z]{8,14})"),
            "https://www.bilibili.com/video/{id}",
        ),
    ),
    short=re.compile(r"https?://b23\.tv/[\w-]{5,20}(?=[/?#]|$)", re.ASCII),
    hosts=frozenset({"www.bilibili.com", "m.bilibili.com", "t.bilibili.com"}),
    domains=("bilibili.com", "b23.tv"),
)
