"""A claim: the link of a new post that somebody pasted, and what becomes of it.

A claim only ever adds a post, and only one of which the platform itself says whose it is and when it
appeared; whatever cannot be proved waits for the operator, and nobody is accused by it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from monitor.core.account import Account, Labelled, Platform
from monitor.core.calendar import beijing_date
from monitor.core.collector import Proof
from monitor.core.observation import Post, Precision

SKEW = timedelta(minutes=10)
"""By how much a platform's clock may be ahead of ours."""
LONGEST_LINK = 2000
"""Characters of a link that is taken at all."""
MOST_LINKS = 5
"""The number of addresses that are looked for in what was pasted."""
_ADDRESS = re.compile(r"(https?)://([!-.0-~]+)([!-~]*)", re.IGNORECASE)
_BARE = re.compile(r"(?<![\w.@/-])((?:[a-z0-9-]{1,63}\.){1,4}(?:com|cn|tv)/[!-~]+)", re.ASCII | re.IGNORECASE)
"""An address without its beginning, as some browsers show it."""
_BEHIND = ".,;:!?)]}>'\"`"
"""Characters that a sentence or brackets put right behind an address, and no address of a post ends with."""
_KINDS = {
    "number": re.compile(r"[0-9]{1,40}"),
    "token": re.compile(r"MS4w[0-9A-Za-z_-]{10,250}"),
    "user name": re.compile(r"gh_[0-9a-z]{6,20}"),
    "biz": re.compile(r"M[a-zA-Z0-9+/]{7,40}={0,2}"),
}
"""Kinds of stable ids; the first that fits."""


class Verdict(Labelled):
    """The outcome of a claim; the label is the answer to the person who pasted the link, in general words.

    `monitor.core.claim_answer` says more where more is known.
    """

    PROVED = "proved", "已核实登记，未更新天数重新计算，无需再报送。"
    SOMEONE_ELSES = "someone_elses", "这篇内容不是该账号发布的，没有登记。请粘贴该账号自己发布的链接。"
    REPEATED = "repeated", "这条链接此前已经登记，没有再作改动。请粘贴新发布内容的链接。"
    BACK_DATED = "back_dated", "这篇内容的发布时间不晚于已知的最近一次更新，没有登记。请粘贴最新发布内容的链接。"
    FUTURE = "future", "这篇内容显示的发布时间还没有到，没有登记。请在发布以后再粘贴。"
    MISPLACED = "misplaced", "这不是该账号所在平台的内容链接，没有登记。请从该平台的内容页复制链接。"
    NOT_SHOWN = "not_shown", "平台显示这篇内容已删除或未公开，没有登记。请粘贴公开可见的内容的链接。"
    UNPROVED = "unproved", "链接已收到，已转{office}人工核实；核实前期限照旧，仍可能收到提醒，无需重复提交。"
    NOT_REACHABLE = "not_reachable", "暂时打不开，已转{office}人工核实；核实前期限照旧。"

    def told(self, office: str) -> str:
        """Return what people are told, with whom to call: the office's name and phone."""
        return self.label.format(office=office)


class Excess(Labelled):
    """The reason why a link is not even looked at; the label is the answer to the person who pasted it."""

    TOKEN = "token", "今天登记次数已满，没有登记。请打电话给{office}。"
    ACCOUNT = "account", "该账号今天登记次数已满，没有登记。请打电话给{office}。"
    DAY = "day", "系统今天登记次数已满，没有登记。请打电话给{office}。"
    WAITING = "waiting", "该账号已有多条链接待{office}核实，没有再登记。核实前无需重复提交。"
    BUSY = "busy", "正在核对的链接较多，没有登记。请几分钟后再试。"

    def told(self, office: str) -> str:
        """Return what people are told, with whom to call: the office's name and phone."""
        return self.label.format(office=office)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many links were pasted in the last day, taken or not, and those being looked at now among them."""

    by_token: int
    """By the token in hand; 0 for a person who needs none."""
    for_account: int
    in_all: int
    waiting: int
    """For the account, whenever they came: they wait for the operator."""
    under_way: int
    """Being looked at now, whosever they are."""


MOST_BY_TOKEN = 20
MOST_FOR_ACCOUNT = 50
MOST_IN_ALL = 5000
MOST_WAITING = 10
MOST_UNDER_WAY = 8
"""The limits of `Tally`: well beyond what offices have to paste, and little for a person who wants to do harm."""


def excess(tally: Tally) -> Excess | None:
    """Return why one more link is not looked at, if it is not."""
    bounds = (
        (Excess.TOKEN, tally.by_token, MOST_BY_TOKEN),
        (Excess.WAITING, tally.waiting, MOST_WAITING),
        (Excess.ACCOUNT, tally.for_account, MOST_FOR_ACCOUNT),
        (Excess.DAY, tally.in_all, MOST_IN_ALL),
        (Excess.BUSY, tally.under_way, MOST_UNDER_WAY),
    )
    return next((kind for kind, count, most in bounds if count >= most), None)


TO_SETTLE = frozenset({Verdict.UNPROVED, Verdict.NOT_REACHABLE})
"""The verdicts of claims that wait for the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What else is known of a link when it is judged; it is said to the person who pasted it, and not kept."""

    link_of: Platform | None = None
    """The platform whose link it is, where that is another than the account's."""
    author: str | None = None
    """The name under which the platform shows who published it."""
    registered_at: datetime | None = None
    """When the same link was registered before, or its post first seen."""
    newest: Post | None = None
    """The newest post that was known before."""
    is_settled: bool = False
    """True if the account had an open case for want of an update, and has none now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A link that was pasted, as it is kept."""

    account: str
    link: str
    by: str
    """The person who pasted it, or the name of the program that calls the interface."""
    at: datetime
    verdict: Verdict
    post: Post | None = None
    """The post as the platform describes it; None where it gave no description."""
    token: str | None = None
    """The token it was pasted by, as `Permit.id` names it; None for a person who needs none."""
    about: Circumstances = Circumstances()

    @property
    def key(self) -> str:
        """The key by which it is the same as a known post: the post's own address, else the link as it was pasted."""
        return self.post.key if self.post else self.link


def links_in(pasted: str) -> tuple[str, ...]:
    """Return the addresses in what was pasted, the first few: apps put words of their own around the one they copy.

    Those with a beginning (`https://`) go before those without, which get one.
    """
    whole = (_address(found[1], found[2].lower(), found[3]) for found in islice(_ADDRESS.finditer(pasted), MOST_LINKS))
    bare = (_address("https", found[1], "") for found in islice(_BARE.finditer(pasted), MOST_LINKS))
    return tuple(whole) or tuple(bare)


def _address(scheme: str, host: str, rest: str) -> str:
    return f"{scheme.lower()}://{host}{rest}".rstrip(_BEHIND)[:LONGEST_LINK]


def own_id(account: Account, keys: Iterable[str | None]) -> str | None:
    """Return the id by which the platform calls an account: the roster's, else the first key that is one.

    Keys are what the ways to look at it ask for: many rosters have a homepage's address, which ends with the id.
    """
    return account.platform_id or next((key for key in keys if key and _kind(key)), None)


def judge(
    proof: Proof,
    account: Account,
    *,
    known: Collection[str],
    newest: Post | None,
    now: datetime,
    own: str | None = None,
) -> Verdict:
    """Return what becomes of a claim that could be looked at.

    `own` is the account's id where the roster's column has none, `known` are the keys of the account's posts and of
    the claims that wait for the operator, `newest` is the newest post that is known. An author's name alone proves
    nothing unless it is the account's own: names change, and another name may be the same account's new one.
    """
    post, own = proof.post, account.platform_id or own
    if own is not None and own not in proof.authors and _kind(own) in map(_kind, proof.authors):
        return Verdict.SOMEONE_ELSES
    if post.published_at > now + SKEW:
        return Verdict.FUTURE
    if post.key in known:
        return Verdict.REPEATED
    if newest is not None and _is_older(post, newest):
        return Verdict.BACK_DATED
    is_own = own in proof.authors if proof.authors else proof.name == account.name
    return Verdict.PROVED if is_own else Verdict.UNPROVED


def _kind(author: str) -> str:
    """Return of what kind an id is: only ids of one kind differ where they are not the same.

    A roster may call an account by one that the post's page does not tell; that page is then no proof.
    """
    return next((kind for kind, form in _KINDS.items() if form.fullmatch(author)), "")


def _is_older(post: Post, newest: Post) -> bool:
    """True if a post is no update beside the newest; a time that is a bound from below never makes it so."""
    if post.precision is Precision.AT_LEAST:
        return False
    if Precision.DAY in {post.precision, newest.precision}:
        return beijing_date(post.published_at) < beijing_date(newest.published_at)
    return post.published_at <= newest.published_at
