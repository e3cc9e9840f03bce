"""The common part of robots in groups: an address that is a secret, a pace, and one POST per message."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.deadline import Deadline, Threads, talk
from alerts.http_post import Endpoint, Reply
from alerts.text import has_controls, mark
from monitor.core.message import Attempt, Message, Outcome

MOBILE = re.compile(r"\d{11,14}")
LIMIT = timedelta(seconds=15)
"""The time a whole try may take."""


@dataclass(slots=True, kw_only=True, eq=False)
class GroupRobot(ABC):
    """One robot in one group: it speaks to everybody there, and may call some of them by name."""

    name: str
    token: str = field(repr=False)
    secret: str | None = field(default=None, repr=False)
    called: tuple[str, ...] = field(default=(), repr=False)
    """The people whom the URL itself names, to be called by every message; in the far side's own terms."""
    endpoint: Endpoint
    clock: Callable[[], datetime] = field(repr=False)
    per_minute: int
    longest: int
    """Bytes of UTF-8 that a body may take to be told as it is."""
    limit: timedelta = LIMIT
    threads: Threads = field(default_factory=Threads, repr=False)

    @property
    def is_group(self) -> bool:
        """A robot speaks to its group."""
        return True

    @property
    def bucket(self) -> str:
        """The robot, whatever name the settings give it."""
        return mark(self.endpoint.host, self.token)

    def address_of(self, contact: object) -> None:
        """Return None: a robot reaches its group, never a person."""
        del contact

    async def send(self, message: Message) -> Attempt:
        """Try once; SENT only when the robot's own code says so."""
        if has_controls(message.subject + message.body):
            return Attempt(outcome=Outcome.PERMANENT, detail="消息含控制字符，未发送")
        now = self.clock()
        body = self.payload(message, now)
        if isinstance(body, Attempt):
            return body
        return await talk(lambda line: self._post(body, now, line), self.limit, self.threads)

    @abstractmethod
    def payload(self, message: Message, now: datetime) -> bytes | Attempt:
        """Return the JSON body, or why the message cannot be sent at all."""

    @abstractmethod
    def query(self, now: datetime) -> dict[str, str]:
        """Return what stands behind the address."""

    @abstractmethod
    def verdict(self, reply: Reply, now: datetime) -> Attempt:
        """Return what a reply means."""

    def _post(self, body: bytes, now: datetime, line: Deadline) -> Attempt:
        reply = self.endpoint.post(self.query(now), body, line, self.limit)
        return self.verdict(reply, now) if isinstance(reply, Reply) else reply


def mobiles(*groups: Iterable[str]) -> tuple[str, ...]:
    """Return the mobile numbers in order, each once; what is none could not be called and is left out."""
    return tuple(dict.fromkeys(number for group in groups for number in group if MOBILE.fullmatch(number)))
