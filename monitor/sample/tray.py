"""The messages that the sample's far sides took in: the last ones, kept in memory."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime

from monitor.core.account import Labelled

KEPT = 200


class Sink(Labelled):
    """The kind of far side."""

    ROBOT = "robot", "钉钉群机器人"
    MAIL = "mail", "电子邮件"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenMessage:
    """One message as the far side took it."""

    at: datetime
    sink: Sink
    to: str
    """The group's name, or the mail address."""
    sender: str = ""
    subject: str
    body: str
    """Markdown from a robot, plain text from a mail."""
    mentions: tuple[str, ...] = ()
    """The mobile numbers called in a group."""


class Tray:
    """The last messages taken, oldest dropped first."""

    def __init__(self, kept: int = KEPT) -> None:
        """Keep at most this number of messages."""
        self._taken: deque[TakenMessage] = deque(maxlen=kept)

    def put(self, taken: TakenMessage) -> None:
        """Add the newest message."""
        self._taken.append(taken)

    @property
    def newest_first(self) -> tuple[TakenMessage, ...]:
        """Return what is kept."""
        return tuple(reversed(self._taken))
