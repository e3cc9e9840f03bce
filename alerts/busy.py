"""Words by which far sides say, in whatever language, that they take nothing just now.

Codes are each far side's own and stand with it; new ones appear without notice, and what most of them
say besides is the same everywhere. Whoever says so may be tried again after a pause, and the message is not given up.
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
    r"|flow ?control|(?<![a-z])qps(?![a-z])"
    r"|too (?:fast|quick|often|frequent|much (?:mail|message|request|traffic))"
    r"|too many(?! (?:hops|received|invalid|bad|unknown|errors?|recipients?))"
    r"|(?:limit|exceed)\w{0,3}[^.;,]{0,30}\b(?:per|a) (?:second|minute|hour|day)\b|(?:minute|hour|dai?ly)[ _-]?quota"
    r"|频率|频次|频繁|限流|流控|限频|限速|并发|(?:过|太)快|请求(?:数|次数|量)?(?:过|太)(?:多|高)|次数(?:过多|太多|超|已达|达到)"
    r"|(?:调用|请求|发送|访问|流量|消息)(?:次数|条数|数量|量|数)?(?:已|均|都)?(?:超(?:过|出|限)|达到?上限)"
    r"|(?:当|今|每)[日天][^。；;,，]{0,20}(?:上限|超限|限额|限制)",
    re.IGNORECASE,
)
_LATER = re.compile(
    r"(?:try|retry)[^.;,]{0,20}\b(?:later|again)\b|\bis busy\b"
    r"|(?:server|system|service)(?: is)? (?:busy|error|overload|(?:currently )?unavailable)"
    r"|internal (?:server )?error|temporar(?:y|ily)|time[ -]?out|timed out|overload"
    r"|稍(?:后|候|等)|(?:系统|服务|服务器|网络|网关)(?:端|方)?(?:正|太|很|过于)?(?:繁?忙|异常|错误|超时|开小差|不可用)|繁忙"
    r"|内部错误|请求超时|暂时(?:被|都被|均被)?(?:禁用|不可用|无法|限制|不能)",
    re.IGNORECASE,
)


def says_too_much(words: str) -> bool:
    """Whether a far side says that it was asked too often or too much at once."""
    return _TOO_MUCH.search(words, 0, _LOOKED_AT) is not None


def says_later(words: str) -> bool:
    """Whether a far side says so, or that it has trouble of its own."""
    return says_too_much(words) or _LATER.search(words, 0, _LOOKED_AT) is not None


def decoded(content: bytes) -> str:
    """Return what a far side wrote: UTF-8, else GB18030, as servers in China also write."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("utf-8", "replace")
