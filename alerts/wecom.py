"""WeCom (企业微信) group robots, strictly: only `errcode` 0 counts as sent.

POST {base}/cgi-bin/webhook/send?key=…, no signature: the key alone is the secret. Markdown of at most 4,096 bytes
calls nobody by mobile number; text of at most 2,048 bytes does, by `mentioned_mobile_list`, and draws no Markdown.
So a message that calls somebody goes as text. 20 messages a minute and robot; 45009 beyond that.
45033 is too much at once, -1 its own trouble.
Source: developer.work.weixin.qq.com/document/path/91770 and descriptions of other senders, read 2026-11; 45011, 45029
and 45047 are from memory, the pauses are our own choice. No real robot has been asked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from alerts import grammar
from alerts.busy import PAUSE
from alerts.dialect import Dialect
from alerts.grammar import BadChannelError
from alerts.http_post import Endpoint, Reply
from alerts.robot import MOBILE, GroupRobot, mobiles
from alerts.text import fitted, plain, size
from monitor.core.message import Attempt, Message

PUBLIC = "https://qyapi.weixin.qq.com"
PATH = "/cgi-bin/webhook/send"
LONGEST_MARKDOWN = 4_096
LONGEST_TEXT = 2_048
"""Bytes of UTF-8 of the content."""
PER_MINUTE = 18
"""Two fewer than WeCom allows."""

DIALECT = Dialect(
    who="企业微信",
    codes=("errcode",),
    words=("errmsg",),
    busy=dict.fromkeys((-1, 45009, 45011, 45029, 45033, 45047), PAUSE),
)

_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(slots=True, kw_only=True, eq=False)
class WeComRobot(GroupRobot):
    """One robot in one WeCom group; it calls people by their mobile numbers."""

    per_minute: int = PER_MINUTE
    longest: int = LONGEST_TEXT

    def payload(self, message: Message, now: datetime) -> bytes | Attempt:
        """Return the JSON body, shortened to fit."""
        return compose(message, mobiles(self.called, message.mentions))

    def query(self, now: datetime) -> dict[str, str]:
        """Return the key."""
        return {"key": self.token}

    def verdict(self, reply: Reply, now: datetime) -> Attempt:
        """Return what WeCom's reply means."""
        return DIALECT.verdict(reply, now, (self.token,))


def open_robot(
    name: str, url: str, *, clock: Callable[[], datetime], base_url: str | None = None, proxy: str | None = None
) -> WeComRobot:
    """Return the robot that `wecombot://key[/mobile…]` names; raises BadChannelError."""
    parts = grammar.robot(url)
    if parts is None or not parts.is_plain or parts.secret or not _KEY.fullmatch(parts.token):
        raise BadChannelError("应为 wecombot://密钥[/手机号…]，不带其他参数")
    if not all(MOBILE.fullmatch(mobile) for mobile in parts.called):
        raise BadChannelError("密钥之后只能是手机号")
    return WeComRobot(
        name=name,
        token=parts.token,
        called=parts.called,
        endpoint=Endpoint.under(base_url or PUBLIC, PATH).through(proxy),
        clock=clock,
    )


def compose(message: Message, numbers: tuple[str, ...]) -> bytes:
    """Return the JSON body: text where somebody is to be called, Markdown where nobody is."""
    if numbers:
        content = plain(fitted(message.body, LONGEST_TEXT, lambda words: size(plain(words))))
        return _json({"msgtype": "text", "text": {"content": content, "mentioned_mobile_list": numbers}})
    content = fitted(message.body, LONGEST_MARKDOWN, size)
    return _json({"msgtype": "markdown", "markdown": {"content": content}})


def _json(payload: dict[str, object]) -> bytes:
    return json.dumps(payload, ensure_ascii=False).encode()
