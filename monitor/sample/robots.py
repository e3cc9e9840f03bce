"""Group robots that answer as DingTalk's do: signature, pace, form; only `errcode` 0 is a yes.

Codes and words as other senders report them (read 2026-11); 43004, 40035 and 460101 are from
memory. Unlike the real ones, a robot that was too fast takes messages again as soon as a minute has passed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.sample.tray import Sink, TakenMessage, Tray

PER_MINUTE = 20
LONGEST = 20_000
_MINUTE = timedelta(minutes=1)
_CLOCKS_MAY_DIFFER = timedelta(hours=1)

Verdict = dict[str, object]
"""DingTalk's answer: `errcode` and `errmsg`, always with HTTP 200."""

_NO_TOKEN: Verdict = {"errcode": 300005, "errmsg": "token is not exist"}
_TOO_FAST: Verdict = {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}
_NOT_JSON: Verdict = {"errcode": 43004, "errmsg": "无效的HTTP HEADER Content-Type"}
_NO_FORM: Verdict = {"errcode": 40035, "errmsg": "不合法的参数"}
_TOO_LONG: Verdict = {"errcode": 460101, "errmsg": "message too long, exceed 20000 bytes"}
_OLD = {"errcode": 310000, "errmsg": "description:timestamp 无效;solution:请确认时间戳与当前时间相差不超过1小时;"}
_BAD_SIGN = {"errcode": 310000, "errmsg": "description:机器人发送签名不匹配;solution:请确认签名和生成签名的时间戳;"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Robot:
    """One robot in one group; its token and secret are made from the group's name and open nothing but the sample."""

    group: str

    @property
    def token(self) -> str:
        """The token in the address."""
        return hashlib.sha256(f"token of {self.group}".encode()).hexdigest()

    @property
    def secret(self) -> str:
        """The secret that signs messages."""
        return f"SEC{hashlib.sha256(f'secret of {self.group}'.encode()).hexdigest()}"

    @property
    def url(self) -> str:
        """The Apprise URL that stands for it."""
        return f"dingtalk://{self.secret}@{self.token}"


@dataclass(slots=True, eq=False)
class RobotDesk:
    """Takes what is sent to the robots and says yes or no."""

    robots: Iterable[Robot]
    tray: Tray
    _taken_at: dict[str, deque[datetime]] = field(default_factory=dict)

    def take(self, query: Mapping[str, str], content_type: str, body: bytes, now: datetime) -> Verdict:
        """Return the answer to one POST; what is taken lies in the tray afterwards."""
        robot = next((robot for robot in self.robots if robot.token == query.get("access_token")), None)
        if robot is None:
            return _NO_TOKEN
        refusal = _unsigned(robot, query, now) or self._too_fast(robot, now) or _unfit(content_type, body)
        if refusal:
            return refusal
        taken = _read(robot, body, now)
        if taken is None:
            return _NO_FORM
        self.tray.put(taken)
        return {"errcode": 0, "errmsg": "ok"}

    def _too_fast(self, robot: Robot, now: datetime) -> Verdict | None:
        taken = self._taken_at.setdefault(robot.group, deque())
        while taken and now - taken[0] >= _MINUTE:
            taken.popleft()
        if len(taken) >= PER_MINUTE:
            return _TOO_FAST
        taken.append(now)
        return None


def _unsigned(robot: Robot, query: Mapping[str, str], now: datetime) -> Verdict | None:
    stamp, sign = query.get("timestamp", ""), query.get("sign", "")
    if not (stamp.isascii() and stamp.isdigit()):
        return _OLD
    if abs(now.timestamp() - int(stamp) / 1000) > _CLOCKS_MAY_DIFFER.total_seconds():
        return _OLD
    digest = hmac.new(robot.secret.encode(), f"{stamp}\n{robot.secret}".encode(), hashlib.sha256).digest()
    return None if hmac.compare_digest(base64.b64encode(digest), sign.encode()) else _BAD_SIGN


def _unfit(content_type: str, body: bytes) -> Verdict | None:
    if content_type.partition(";")[0].strip().lower() != "application/json":
        return _NOT_JSON
    return _TOO_LONG if len(body) > LONGEST else None


def _read(robot: Robot, body: bytes, now: datetime) -> TakenMessage | None:
    """Return the message in a body of type markdown or text, None if it is neither."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return None
    match sent:
        case {"msgtype": "markdown", "markdown": {"title": str(title), "text": str(text)}}:
            pass
        case {"msgtype": "text", "text": {"content": str(text)}}:
            title = ""
        case _:
            return None
    if not text.strip():
        return None
    return TakenMessage(at=now, sink=Sink.ROBOT, to=robot.group, subject=title, body=text, mentions=_mentions(sent))


def _mentions(sent: Mapping[str, object]) -> tuple[str, ...]:
    match sent.get("at"):
        case {"atMobiles": list(mobiles)}:
            return tuple(str(mobile) for mobile in mobiles)
        case _:
            return ()
