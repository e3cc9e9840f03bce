r"""Feishu (飞书) group robots, strictly: only `code` 0 counts as sent.

POST {base}/open-apis/bot/v2/hook/{token}, JSON of type interactive (a card that draws Markdown inside lines, not
headings or quotes). The sign stands in the body and is not DingTalk's: the Base64 of HMAC-SHA256 with the key
"{seconds}\n{secret}" over nothing; the clock may be off by up to an hour. At most 20 KB; 100 messages a minute and
5 a second. A custom robot cannot call by mobile number, only by a Feishu id, so only those that the URL names are.
Source: open.feishu.cn "custom bot guide" as quoted in issue threads of other senders, read 2026-11; 2200, 9499, 11232
and 99991400 are reported there, 11233, 11247, 230020 and 100000x are from memory, the pauses are our own choice.
9499 means a bad request as well as too many. No real robot has been asked.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
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
from alerts.robot import GroupRobot
from alerts.text import cost, fitted, unlined
from monitor.core.message import Attempt, Message, Outcome

PUBLIC = "https://open.feishu.cn"
PATH = "/open-apis/bot/v2/hook/"
LONGEST = 20_000
"""Bytes of the whole JSON body; 480 fewer than 20 KB."""
LONGEST_BODY = 18_000
PER_MINUTE = 60
"""Well below the 100 that Feishu allows."""

DIALECT = Dialect(
    who="飞书",
    codes=("code", "StatusCode"),
    words=("msg", "StatusMessage"),
    busy=dict.fromkeys((2200, 9499, 11232, 11233, 11247, 230020, 1000004, 1000005, 99991400), PAUSE),
    doubtful=frozenset({9499}),
)

_TOKEN = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(slots=True, kw_only=True, eq=False)
class FeishuRobot(GroupRobot):
    """One robot in one Feishu group; it calls those whose Feishu ids the URL names."""

    per_minute: int = PER_MINUTE
    longest: int = LONGEST_BODY

    def payload(self, message: Message, now: datetime) -> bytes | Attempt:
        """Return the JSON body, signed if there is a secret; too long only if subject and those called alone are."""
        signed: dict[str, object] = {}
        if self.secret:
            seconds = str(round(now.timestamp()))
            signed = {"timestamp": seconds, "sign": sign(seconds, self.secret)}
        body = compose(message, self.called, signed)
        if len(body) > LONGEST:
            return Attempt(outcome=Outcome.PERMANENT, detail="标题或点名过长，超出飞书的限制，未发送")
        return body

    def query(self, now: datetime) -> dict[str, str]:
        """Return nothing: the token is in the path, the signature in the body."""
        return {}

    def verdict(self, reply: Reply, now: datetime) -> Attempt:
        """Return what Feishu's reply means."""
        return DIALECT.verdict(reply, now, (self.token, self.secret))


def open_robot(
    name: str, url: str, *, clock: Callable[[], datetime], base_url: str | None = None, proxy: str | None = None
) -> FeishuRobot:
    """Return the robot that `feishu://[secret@]token[/id…]` names; raises BadChannelError."""
    parts = grammar.robot(url)
    if parts is None or not parts.is_plain:
        raise BadChannelError("应为 feishu://[签名密钥@]令牌[/飞书用户ID…]，不带其他参数")
    if not all(_TOKEN.fullmatch(word) for word in (parts.token, *parts.called, parts.secret or "0")):
        raise BadChannelError("飞书的令牌、签名密钥和用户ID只含字母、数字、- 和 _")
    return FeishuRobot(
        name=name,
        token=parts.token,
        secret=parts.secret,
        called=parts.called,
        endpoint=Endpoint.under(base_url or PUBLIC, PATH + parts.token).through(proxy),
        clock=clock,
    )


def sign(seconds: str, secret: str) -> str:
    """Return the signature."""
    return base64.b64encode(hmac.digest(f"{seconds}\n{secret}".encode(), b"", hashlib.sha256)).decode()


def compose(message: Message, called: tuple[str, ...], signed: dict[str, object]) -> bytes:
    """Return the JSON body; the text is shortened to fit, those who are called stay."""
    heading, _, rest = message.body.partition("\n")
    text = (rest if heading.startswith("#") else message.body).strip("\n")
    calling = "".join(f"\n<at id={text}></at>" for text in called)
    room = LONGEST - len(_payload(message.subject, calling, signed))
    drawn = unlined(fitted(text, max(room, 0), lambda words: cost(unlined(words))))
    return _payload(message.subject, drawn + calling, signed)


def _payload(title: str, text: str, signed: dict[str, object]) -> bytes:
    card = {
        "header": {"title": {"tag": "plain_text", "content": title}},
        "elements": [{"tag": "markdown", "content": text}],
    }
    return json.dumps(signed | {"msg_type": "interactive", "card": card}, ensure_ascii=False).encode()
