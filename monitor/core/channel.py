"""The channel: one far side that can be told something, and says whether it took it."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from monitor.core.account import Contact
from monitor.core.message import Attempt, Message


@runtime_checkable
class Channel(Protocol):
    """One configured far side. It sees messages and nothing that led to them."""

    @property
    def name(self) -> str:
        """The name that the settings give it."""

    @property
    def per_minute(self) -> int:
        """How many messages a minute it takes; the bucket that keeps to it lives in the store."""

    @property
    def bucket(self) -> str:
        """The key under which a pace is shared: the same for two names of one robot, and nothing of its secret."""

    @property
    def longest(self) -> int:
        """How many bytes of UTF-8 a body may take; what is longer is told in several messages."""

    def address_of(self, contact: Contact) -> str | None:
        """Return how this channel reaches a person, or None if the roster gives it no way.

        A channel that reaches a group answers None for everybody: it is the unit's 通知群.
        """

    @property
    def is_group(self) -> bool:
        """True if its readers are a group; then a person is called by `Message.mentions`."""

    async def send(self, message: Message) -> Attempt:
        """Try once and say how it ended; expected failures are values, never exceptions.

        SENT only when the far side said yes in its own terms. Nothing returned or raised holds a secret.
        """
