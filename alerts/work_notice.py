"""The common part of work notices: an application of the office's reaches one person by their id."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from alerts.deadline import Deadline, Threads, talk
from alerts.http_post import Endpoint
from alerts.text import has_controls, mark
from monitor.core.message import Attempt, Message, Outcome

LIMIT = timedelta(seconds=20)
"""The time a whole try may take, with whatever has to be asked for first."""


class WorkContact(Protocol):
    """As much of a contact as work notices look at."""

    @property
    def dingtalk(self) -> str | None:
        """The person's id in the office's DingTalk or 浙政钉, if the roster gives one."""


@dataclass(slots=True, kw_only=True, eq=False)
class WorkNotice(ABC):
    """One application of the office's; it reaches the people it may see."""

    name: str
    key: str = field(repr=False)
    secret: str = field(repr=False)
    id: str = field(repr=False)
    """The application among the office's (DingTalk: agent), or the office among all (浙政钉: tenant)."""
    endpoint: Endpoint
    clock: Callable[[], datetime] = field(repr=False)
    per_minute: int
    longest: int
    """Bytes of UTF-8 that a body may take to be told as it is."""
    limit: timedelta = LIMIT
    threads: Threads = field(default_factory=Threads, repr=False)

    @property
    def is_group(self) -> bool:
        """A work notice reaches one person."""
        return False

    @property
    def bucket(self) -> str:
        """The application, whatever name the settings give it."""
        return mark(self.endpoint.host, self.key, self.id)

    def address_of(self, contact: WorkContact) -> str | None:
        """Return the person's id."""
        return contact.dingtalk

    async def send(self, message: Message) -> Attempt:
        """Try once; SENT only when the application's own interface took it for this person."""
        address = message.address
        if not address or "," in address or not address.isprintable() or " " in address:
            detail = "没有收件人的钉钉ID，或写法不对，未发送"
            return Attempt(outcome=Outcome.PERMANENT, detail=detail, is_about_address=bool(address))
        if has_controls(message.subject + message.body):
            return Attempt(outcome=Outcome.PERMANENT, detail="消息含控制字符，未发送")
        return await talk(lambda line: self.hand_over(message, address, line), self.limit, self.threads)

    @abstractmethod
    def hand_over(self, message: Message, address: str, line: Deadline) -> Attempt:
        """Say it to the person, in a thread of its own."""
