"""Links of posts whose ids carry their time: it is read without asking anybody (see `ids`).

Who published the post such a link does not tell: the address of a 微博 names an account, but opens whichever
it names. So these prove a time and no author.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from collectors import dates, html, ids
from collectors.dates import Stamp
from monitor.core.account import Platform
from monitor.core.collector import Fetch, Proof, Session
from monitor.core.observation import LookFailedError, Post, Reason

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class IdLink:
    """The links of one platform: `forms` find the id, and the kind of post where the address tells it."""

    forms: tuple[re.Pattern[str], ...]
    when: Callable[[str, datetime], Stamp | None]
    """Reads the time of an id."""
    address: str
    """The post's own, as the platform's collector lists it."""
    domains: tuple[str, ...]
    """Where the platform's links lead: short ones, and those of apps, are known by nothing else."""
    clock: Callable[[], datetime]
    number: Callable[[str], str] = str
    kind: str = ""
    """The kind of post where the address does not tell it."""

    def is_post(self, link: str) -> bool:
        """Whether it is a post's link."""
        return self._match(link) is not None

    def may_be_post(self, link: str) -> bool:
        """Whether it is a link of the platform's."""
        host = html.host(link)
        return any(host == domain or host.endswith(f".{domain}") for domain in self.domains)

    async def prove(self, link: str, fetch: Fetch, session: Session) -> Proof:
        """Return the time in the id; raises LookFailedError (UNREADABLE) for an id that holds none."""
        found = self._match(link)
        number = self.number(found["id"]) if found else ""
        stamp = self.when(number, self.clock() + dates.A_YEAR)  # a time to come is told apart, not refused
        if found is None or stamp is None:
            raise LookFailedError(Reason.UNREADABLE, "no time in the id")
        url = self.address.format(id=number, kind=found.groupdict().get("kind") or self.kind)
        return Proof(post=Post(published_at=stamp.moment, precision=stamp.precision, url=url))

    def _match(self, link: str) -> re.Match[str] | None:
        return next(filter(None, (form.match(link) for form in self.forms)), None)


def by_id(clock: Callable[[], datetime]) -> Mapping[Platform, IdLink]:
    """Return what reads the links of each platform whose ids carry their time."""
    return {
        Platform.WEIBO: IdLink(
            (
                _form(r"m\.weibo\.cn/(?:detail|status)/(?P<id>[0-9]{16}|[0-9a-zA-Z]{9})"),
                _form(r"(?:www\.)?weibo\.com/(?:[0-9]{5,12}|detail)/(?P<id>[0-9]{16}|[0-9a-zA-Z]{9})"),
            ),
            ids.weibo,
            "https://m.weibo.cn/detail/{id}",
            ("weibo.com", "weibo.cn", "t.cn"),
            clock,
            weibo_mid,
        ),
        Platform.DOUYIN: IdLink(
            (_form(r"www\.(?:ies)?douyin\.com/(?:share/)?(?P<kind>video|note)/(?P<id>[0-9]{19})"),),
            ids.douyin,
            "https://www.douyin.com/{kind}/{id}",
            ("douyin.com", "iesdouyin.com"),
            clock,
        ),
        Platform.TOUTIAO: IdLink(
            (_form(r"(?:www|m)\.toutiao\.com/(?:(?P<kind>article|video|w)|i|a|group)/?(?P<id>[0-9]{19})"),),
            ids.toutiao,
            "https://www.toutiao.com/{kind}/{id}/",
            ("toutiao.com",),
            clock,
            kind="article",
        ),
        Platform.BILIBILI: IdLink(
            (_form(r"(?:t\.bilibili\.com|(?:www|m)\.bilibili\.com/(?:opus|dynamic))/(?P<id>[0-9]{18,19})"),),
            ids.bilibili,
            "https://t.bilibili.com/{id}",
            ("bilibili.com", "b23.tv"),
            clock,
        ),
    }


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
