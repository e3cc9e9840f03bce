"""Words by which far sides say, in whatever language, that they take nothing just now.

Codes are each far side's own and stand with it; new ones appear without notice, and what most of them
say besides is the same everywhere. A message refused so may be tried again after a pause, and is not given up.
"""

from __future__ import annotations

import re
from datetime import timedelta

PAUSE = timedelta(minutes=1)
"""How long nothing is sent to a far side that names no time of its own."""
LONG_PAUSE = timedelta(minutes=10)
_LOOKED_AT = 2_000
"""Characters of a far side's words that are looked at."""

_TOO_MUCH = re.compile(
    r"frequen(?:cy|t)|(?<![a-z])freq(?![a-z])|throttl|(?<![a-z])rate[ _-]?(?:limit|exceed)|(?<![a-z])concurren(?:t|cy)"
    r"|flow ?control|(?<![a-z])qps(?![a-z])|slow down|rate (?:is )?too high"
    r"|too (?:fast|quick|often|busy|frequent|much (?:mail|message|request|traffic))"
    r"|too many(?! (?:hops|received|invalid|bad|unknown|errors?|recipients?))"
    r"|(?:limit|exceed)\w{0,3}[^.;,]{0,30}\b(?:per|a) (?:second|minute|hour|day)\b"
    r"|\bper (?:second|minute|hour|day)\b[^.;,]{0,30}\b(?:limit|exceed)|(?:minute|hour|dai?ly)[ _-]?(?:quota|limit)"
    r"|频率|频次|频繁|限流|流控|流量控制|限频|限速|并发|(?:过|太)快|请求(?:数|次数|量)?(?:过|太)(?:多|高|大)"
    r"|人数?(?:过|太)多|次数(?:过多|太多|超|已达|达到|已?用[完尽])"
    r"|(?:当|今|每)(?:[日天秒]|分钟|小时)[^。；;,，]{0,20}(?:上限|超限|限额|限制|额度|配额|[最至]多|不超过|用[完尽])",
    re.IGNORECASE,
)
_BEYOND = re.compile(
    r"(?:调用|请求|发送|访问|流量|消息)(?:次数|条数|数量|量|数)?(?:已|均|都)?(?:超(?:过|出|限)|达到?上限)"
)
_BEYOND_OURS = re.compile(
    r"\b(?:quota|usage)\b|\blimits? (?:is |was |has been )?(?:exceeded|reached)"
    r"|\b(?:requests?|calls?|messages?|usage)\b[^.;,]{0,30}\b(?:limit|exceed|reached)|(?:配额|额度)(?:已|不足|用|超)",
    re.IGNORECASE,
)
"""The same more loosely: what somebody may have of a robot's owner. A full mailbox has a quota too."""
_OF_SIZE = re.compile(
    r"length|\bsize\b|\bbytes?\b|\bcharacters?\b|too (?:long|large|big)"
    r"|长度|大小|字节|字符|字数|[过超]长|白名单|有效期",
    re.IGNORECASE,
)
"""Words for other things beyond a limit, which stay so."""
_LATER = re.compile(
    r"(?:try|retry)[^.;,]{0,20}\b(?:later|again)\b|\bis busy\b|please wait\b"
    r"|(?:server|system|service)(?: is)? (?:busy|error|overload|(?:currently )?unavailable)"
    r"|internal (?:server )?error|temporar(?:y|ily)|overload"
    r"|稍(?:后|候|等)|(?:系统|服务|服务器|网络|网关)(?:端|方)?(?:正|太|很|过于)?(?:繁?忙|异常|错误|开小差|不可用|抖动)|繁忙"
    r"|内部错误|维护中|暂时(?:被|都被|均被)?(?:禁用|不可用|无法|限制|不能)",
    re.IGNORECASE,
)
_TOO_LATE = re.compile(
    r"(?<![a-z])time[ -]?out|timed out|deadline exceeded"
    r"|(?:系统|服务|服务器|网络|网关|请求|处理|调用|接口|连接|响应|操作)(?:端|方)?超时",
    re.IGNORECASE,
)
_OF_SIGN = re.compile(r"\bsign(?:ature)?\b|timestamp|签名|时间戳", re.IGNORECASE)
"""Words for other things too old, which become no younger."""
_SIMPLER = str.maketrans(
    "頻後請過發數達條訪問調統務錯誤網絡時額維護併暫內", "频后请过发数达条访问调统务错误网络时额维护并暂内"
)
"""Signs of Hong Kong and Taiwan in those of the mainland."""


def _looked_at(words: str) -> str:
    return words[:_LOOKED_AT].translate(_SIMPLER)


def says_too_much(words: str) -> bool:
    """True if a far side says that it was asked too often or too much at once."""
    said = _looked_at(words)
    return _TOO_MUCH.search(said) is not None or (_BEYOND.search(said) is not None and not _OF_SIZE.search(said))


def says_later(words: str) -> bool:
    """True if a far side says so, or that it has trouble of its own, or that what it allows us is used up."""
    said = _looked_at(words)
    if says_too_much(said) or _LATER.search(said):
        return True
    if _BEYOND_OURS.search(said) and not _OF_SIZE.search(said):
        return True
    return _TOO_LATE.search(said) is not None and not _OF_SIGN.search(said)


def decoded(content: bytes) -> str:
    """Return what a far side wrote: UTF-8, its mark in front aside, else GB18030, as servers in China also write."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("utf-8", "replace")
