r"""DingTalk group robots, strictly: only `errcode` 0 counts as sent.

POST {base}/robot/send?access_token=…[&timestamp=ms&sign=…], JSON of type markdown. The sign is the Base64 of
HMAC-SHA256(secret, "{ms}\n{secret}"), URL-encoded once; the clock may be off by up to an hour. At most 20,000
bytes; 20 messages a minute and robot, beyond that it takes nothing for 10 minutes. A person is called only if
the number is in `at.atMobiles` and as `@number` in the text. Refusals come with HTTP 200 and an `errcode`.
Source: open.dingtalk.com "custom robot access" and "error codes", and issue threads of other senders, read
2026-11; 410100, 300001 and 4001xx are from memory. No real robot has been asked.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts import busy, grammar
from alerts.dialect import Dialect, fields, unserved
from alerts.grammar import BadChannelError
from alerts.http_post import Endpoint, Reply
from alerts.robot import MOBILE, GroupRobot, mobiles
from alerts.text import cost, fitted
from monitor.core.message import Attempt, Message, Outcome

PUBLIC = "https://oapi.dingtalk.com"
PATH = "/robot/send"
LONGEST = 20_000
"""Bytes of the whole JSON body."""
LONGEST_BODY = 18_000
"""Bytes of a message's body: the rest is for its subject, for those called, and for what JSON escapes."""
PER_MINUTE = 18
"""Two fewer than DingTalk allows."""
PAUSE = timedelta(minutes=10)
"""How long a robot that was too fast takes nothing."""

DIALECT = Dialect(
    who="钉钉",
    codes=("errcode",),
    words=("errmsg",),
    wrapper=88,
    busy={-1: busy.PAUSE, 500100: busy.PAUSE, 130101: PAUSE, 410100: PAUSE} | dict.fromkeys(range(90001, 90019), PAUSE),
)
PUNISHED = 1111
"""The `status` of the other form of "too fast": {"status": 1111, "punish": "deny", "wait": 5}."""

_TOKEN = re.compile(r"[A-Za-z0-9]+")


@dataclass(slots=True, kw_only=True, eq=False)
class DingTalkRobot(GroupRobot):
    """One robot in one DingTalk group; it calls people by their mobile numbers."""

    per_minute: int = PER_MINUTE
    longest: int = LONGEST_BODY

    def payload(self, message: Message, now: datetime) -> bytes | Attempt:
        """Return the JSON body; too long only if subject and mobiles alone are."""
        body = compose(message, mobiles(self.called, message.mentions))
        if len(body) > LONGEST:
            return Attempt(outcome=Outcome.PERMANENT, detail="标题或点名过长，超出钉钉的限制，未发送")
        return body

    def query(self, now: datetime) -> dict[str, str]:
        """Return the token, signed if there is a secret."""
        query = {"access_token": self.token}
        if self.secret:
            milliseconds = str(round(now.timestamp() * 1000))
            query |= {"timestamp": milliseconds, "sign": sign(milliseconds, self.secret)}
        return query

    def verdict(self, reply: Reply, now: datetime) -> Attempt:
        """Return what DingTalk's reply means."""
        return verdict(reply, now, (self.token, self.secret))


def open_robot(
    name: str,
    url: str,
    *,
    clock: Callable[[], datetime],
    base_url: str | None = None,
    proxy: str | None = None,
) -> DingTalkRobot:
    """Return the robot that `dingtalk://[secret@]token[/mobile…]` names; raises BadChannelError."""
    parts = grammar.robot(url)
    if parts is None or not parts.is_plain:
        raise BadChannelError("应为 dingtalk://[加签密钥@]令牌[/手机号…]，不带其他参数")
    if not _TOKEN.fullmatch(parts.token) or not (parts.secret is None or _TOKEN.fullmatch(parts.secret)):
        raise BadChannelError("钉钉的令牌和加签密钥只含字母和数字")
    if not all(MOBILE.fullmatch(mobile) for mobile in parts.called):
        raise BadChannelError("令牌之后只能是手机号")
    return DingTalkRobot(
        name=name,
        token=parts.token,
        secret=parts.secret,
        called=parts.called,
        endpoint=Endpoint.under(base_url or PUBLIC, PATH).through(proxy),
        clock=clock,
    )


def sign(milliseconds: str, secret: str) -> str:
    """Return the signature, not yet URL-encoded."""
    digest = hmac.new(secret.encode(), f"{milliseconds}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def compose(message: Message, numbers: tuple[str, ...]) -> bytes:
    """Return the JSON body; the text is shortened to fit, the people called stay.

    Longer than LONGEST only if subject and mobiles alone are.
    """
    empty = len(_payload(message.subject, "", numbers))
    called = _mention(number for number in numbers if f"@{number}" not in message.body)
    if empty + cost(message.body + called) <= LONGEST:
        return _payload(message.subject, message.body + called, numbers)
    called = _mention(numbers)
    room = LONGEST - empty - cost(called)
    return _payload(message.subject, fitted(message.body, room) + called, numbers)


def verdict(reply: Reply, now: datetime, secrets: tuple[str | None, ...] = ()) -> Attempt:
    """Return what DingTalk's reply means; `secrets` are kept out of what the operator sees."""
    answer = fields(reply.content)
    is_punished = answer.get("status") == PUNISHED or answer.get("punish") == "deny"
    refused = unserved(reply, now, DIALECT.who)
    if is_punished and DIALECT.code_of(answer) is None and not (refused and refused.outcome is Outcome.TEMPORARY):
        return Attempt(outcome=Outcome.TEMPORARY, code=str(PUNISHED), detail="发送过快，被限流", retry_after=PAUSE)
    return DIALECT.verdict(reply, now, secrets)


def _mention(numbers: Iterable[str]) -> str:
    line = " ".join(f"@{number}" for number in numbers)
    return f"\n\n{line}" if line else ""


def _payload(title: str, text: str, numbers: tuple[str, ...]) -> bytes:
    payload = {
        "msgtype": "markdown",
        "markdown": {"title": title, "text": text},
        "at": {"atMobiles": numbers, "isAtAll": False},
    }
    return json.dumps(payload, ensure_ascii=False).encode()
