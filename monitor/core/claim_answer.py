"""The answer to a person who pasted a link: one sentence, with the dates and names that are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.core.account import Account, Platform
from monitor.core.calendar import beijing, beijing_date
from monitor.core.case import Ladder
from monitor.core.claim import Claim, Verdict
from monitor.core.observation import Post, Precision
from monitor.core.phrases import dated, plain, with_week

_SHOWN = 60
"""Characters of a link that an answer repeats."""
_OFFICIAL = frozenset({Platform.WEIXIN_SUBSCRIPTION, Platform.WEIXIN_SERVICE})
"""The platforms whose posts have links that look the same."""
NO_LINK = "没有在文字里找到链接，请点“复制链接”后再粘贴。"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSetting:
    """What the sentences refer to: the moment, the ladder and the office to call."""

    now: datetime
    ladder: Ladder
    office: str
    """The name and phone of the office."""


def answer(claim: Claim, account: Account, setting: AnswerSetting) -> str:
    """Return what became of a link, as its verdict says in general and as particularly as is known."""
    return next(_particular(claim, account, setting), None) or claim.verdict.told(setting.office)


def taken_out(pasted: str, link: str) -> str:
    """Return that the link was found among other words, without its scheme; empty where nothing else was pasted."""
    bare = link.partition("://")[2]
    is_alone = pasted.strip().casefold() in {link.casefold(), bare.casefold()}
    return "" if is_alone else f"已取出链接{plain(bare, _SHOWN)}。"


def _particular(claim: Claim, account: Account, setting: AnswerSetting) -> Iterator[str]:
    about, called = claim.about, f"“{plain(account.name)}”"
    match claim.verdict:
        case Verdict.PROVED if claim.post:
            yield _proved(claim, claim.post, setting)
        case Verdict.MISPLACED if about.link_of:
            mine = account.platform.label
            yield f"这是{_of(about.link_of)}的链接，{called}是{mine}账号，没有登记。请粘贴{mine}的链接。"
        case Verdict.SOMEONE_ELSES if about.author:
            yield f"这篇是“{plain(about.author)}”发的，没有登记。请粘贴{called}自己发布的链接。"
        case Verdict.BACK_DATED if claim.post and about.newest:
            when, newest = (_on(post, setting.now) for post in (claim.post, about.newest))
            yield (
                f"{when}发布，早于已知的{newest}，期限不变。"
                if when != newest
                else (f"{when}发布，不晚于已知的最近一次更新，期限不变。")
            )
        case Verdict.REPEATED if about.registered_at:
            yield f"这条已于{dated(beijing_date(about.registered_at), beijing_date(setting.now))}登记，无需再报。"


def _proved(claim: Claim, post: Post, setting: AnswerSetting) -> str:
    """Return that the post counts, from when, and until when the account is in time."""
    today = beijing_date(setting.now)
    done = "已办结" if claim.about.is_settled else "已登记"
    when = _on(post, setting.now)
    clock = "" if post.precision not in {Precision.SECOND, Precision.MINUTE} else f"{beijing(post.published_at):%H:%M}"
    deadline = setting.ladder.deadline(beijing_date(post.published_at))
    if deadline < today:
        return f"{done}：{when}{clock}发布，更新期限{with_week(deadline, today)}已过，请尽快再发布。"
    return f"{done}：{when}{clock}发布，新的期限{with_week(deadline, today)}。无需再报。"


def _of(platform: Platform) -> str:
    return "微信公众号" if platform in _OFFICIAL else platform.label


def _on(post: Post, now: datetime) -> str:
    return dated(beijing_date(post.published_at), beijing_date(now))
