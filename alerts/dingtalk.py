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
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from alerts import grammar
from alerts.grammar import BadChannelError
from alerts.line import Line, talk
from alerts.post import Endpoint, Reply, by_status
from alerts.text import cost, fitted, has_controls, shown
from monitor.core.message import Attempt, Message, Outcome

PUBLIC = "https://oapi.dingtalk.com"
PATH = "/robot/send"
LONGEST = 20_000
"""Bytes of the whole JSON body."""
LONGEST_QUOTE = 1_000
"""Bytes of a closing quote that a shortened message keeps."""
PER_MINUTE = 18
"""Two fewer than DingTalk allows."""
PAUSE = timedelta(minutes=10)
"""How long a robot that was too fast takes nothing."""
LONGEST_PAUSE = timedelta(hours=6)
"""The most that a Retry-After header is believed."""

BUSY: dict[int, timedelta | None] = {-1: None, 130101: PAUSE, 410100: PAUSE}
"""The errcodes worth another try; every other one, known or not, needs a person."""
PUNISHED = 1111
"""The `status` of the other form of "too fast": {"status": 1111, "punish": "deny", "wait": 5}."""

_TOKEN = re.compile(r"[A-Za-z0-9]+")
_MOBILE = re.compile(r"\d{11,14}")


@dataclass(slots=True, kw_only=True, eq=False)
class DingTalkRobot:
    """One robot in one group."""

    name: str
    token: str = field(repr=False)
    secret: str | None = field(repr=False)
    mobiles: tuple[str, ...] = field(repr=False)
    """Numbers that the URL itself names; called by every message."""
    endpoint: Endpoint
    clock: Callable[[], datetime] = field(repr=False)
    per_minute: int = PER_MINUTE
    limit: timedelta = timedelta(seconds=15)
    """The time a whole try may take."""

    @property
    def is_group(self) -> bool:
        """A robot speaks to its group."""
        return True

    def address_of(self, contact: object) -> None:
        """Return None: a robot reaches its group, never a person."""

    async def send(self, message: Message) -> Attempt:
        """Try once; SENT only for errcode 0."""
        if has_controls(message.subject + message.body):
            return Attempt(outcome=Outcome.PERMANENT, detail="消息含控制字符，未发送")
        body = compose(message, _called(self.mobiles, message.mentions))
        if len(body) > LONGEST:
            return Attempt(outcome=Outcome.PERMANENT, detail="标题或点名过长，超出钉钉的限制，未发送")
        return await talk(lambda line: self._post(body, line), self.limit)

    def _post(self, body: bytes, line: Line) -> Attempt:
        now = self.clock()
        reply = self.endpoint.post(self._query(now), body, line, self.limit)
        return verdict(reply, now, (self.token, self.secret)) if isinstance(reply, Reply) else reply

    def _query(self, now: datetime) -> dict[str, str]:
        query = {"access_token": self.token}
        if self.secret:
            milliseconds = str(round(now.timestamp() * 1000))
            query |= {"timestamp": milliseconds, "sign": sign(milliseconds, self.secret)}
        return query


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
    if not all(_MOBILE.fullmatch(mobile) for mobile in parts.mobiles):
        raise BadChannelError("令牌之后只能是手机号")
    return DingTalkRobot(
        name=name,
        token=parts.token,
        secret=parts.secret,
        mobiles=parts.mobiles,
        endpoint=Endpoint.under(base_url or PUBLIC, PATH).through(proxy),
        clock=clock,
    )


def sign(milliseconds: str, secret: str) -> str:
    """Return the signature, not yet URL-encoded."""
    digest = hmac.new(secret.encode(), f"{milliseconds}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def compose(message: Message, mobiles: tuple[str, ...]) -> bytes:
    """Return the JSON body; the text is shortened to fit, the people called and a closing quote (the id) stay.

    Longer than LONGEST only if subject and mobiles alone are.
    """
    empty = len(_payload(message.subject, "", mobiles))
    called = _mention(mobile for mobile in mobiles if f"@{mobile}" not in message.body)
    if empty + cost(message.body + called) <= LONGEST:
        return _payload(message.subject, message.body + called, mobiles)
    words, quote = _without_closing_quote(message.body)
    ending = quote + _mention(mobiles)
    return _payload(message.subject, fitted(words, LONGEST - empty - cost(ending)) + ending, mobiles)


def verdict(reply: Reply, now: datetime, secrets: tuple[str | None, ...] = ()) -> Attempt:
    """Return what DingTalk's reply means; `secrets` are kept out of what the operator sees."""
    http = by_status(reply.status)
    if http is Outcome.TEMPORARY:
        return Attempt(
            outcome=http,
            code=f"HTTP {reply.status}",
            detail="钉钉服务暂不可用，或网络把请求转到了别处",
            retry_after=_pause(reply.retry_after, now),
        )
    answer = _answer(reply.content)
    errcode = answer.get("errcode")
    if type(errcode) is int:  # false == 0, and is no yes
        return _by_errcode(errcode, shown(str(answer.get("errmsg", "")), secrets))
    if answer.get("status") == PUNISHED or answer.get("punish") == "deny":
        return Attempt(outcome=Outcome.TEMPORARY, code=str(PUNISHED), detail="发送过快，被限流", retry_after=PAUSE)
    if http is Outcome.PERMANENT:
        return Attempt(outcome=http, code=f"HTTP {reply.status}", detail="请求被拒绝")
    return Attempt(outcome=Outcome.UNANSWERED, code=f"HTTP {reply.status}", detail="答复不是钉钉的格式")


def _by_errcode(errcode: int, errmsg: str) -> Attempt:
    if errcode == 0:
        return Attempt(outcome=Outcome.SENT, code="0", detail=errmsg)
    if errcode in BUSY:
        return Attempt(outcome=Outcome.TEMPORARY, code=str(errcode), detail=errmsg, retry_after=BUSY[errcode])
    return Attempt(outcome=Outcome.PERMANENT, code=str(errcode), detail=errmsg)


def _answer(content: bytes) -> dict[str, object]:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _pause(retry_after: str | None, now: datetime) -> timedelta | None:
    """Return a Retry-After header, seconds or a date, as a time to wait."""
    if not retry_after:
        return None
    if retry_after.isascii() and retry_after.isdigit():
        return min(timedelta(seconds=int(retry_after[:9])), LONGEST_PAUSE)
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return min(max(until - now, timedelta()), LONGEST_PAUSE) if until.tzinfo else None


def _without_closing_quote(body: str) -> tuple[str, str]:
    """Return the body and, apart, its last line if that is a quote: the office's telephone and the message's id."""
    words, _, last = body.rstrip().rpartition("\n")
    return (words, f"\n\n{last}") if last.startswith(">") and cost(last) <= LONGEST_QUOTE else (body, "")


def _called(*groups: tuple[str, ...]) -> tuple[str, ...]:
    """Return the mobile numbers in order, each once; what is none could not be called and is left out."""
    return tuple(dict.fromkeys(mobile for group in groups for mobile in group if _MOBILE.fullmatch(mobile)))


def _mention(mobiles: Iterable[str]) -> str:
    line = " ".join(f"@{mobile}" for mobile in mobiles)
    return f"\n\n{line}" if line else ""


def _payload(title: str, text: str, mobiles: tuple[str, ...]) -> bytes:
    payload = {
        "msgtype": "markdown",
        "markdown": {"title": title, "text": text},
        "at": {"atMobiles": mobiles, "isAtAll": False},
    }
    return json.dumps(payload, ensure_ascii=False).encode()
