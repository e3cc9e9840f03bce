"""A token: what opens the page of a unit, until a moment, for people who have no login.

It stands in a link of a message, `/k/{token}`, so it is short, and names nobody: who may use it is who was sent
the message. It proves itself by an HMAC over everything it says, its purpose included, under a key that only the
service has. That it was revoked is the store's to know: a token does not.
"""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from monitor.core.account import Labelled

SHORTEST_KEY = 32
"""Characters that a key has at least: what people type by heart is guessed."""
_CONTEXT = b"xuncha/token/1\n"
"""The prefix that keeps these signatures apart from any others that might be made with the key."""
_CALENDAR = b"xuncha/calendar/1\n"
LINK_LIFE = timedelta(days=14)
"""How long a message's link may be used: longer than any case stays as it is."""
_MAC_BYTES = 16
"""128 bits: enough for a link that ends within weeks, and 22 characters."""
_SHAPE = re.compile(
    r"(?P<said>(?P<purpose>[a-z])(?P<message>[A-Za-z0-9-]{1,64})\.(?P<until>[0-9a-f]{1,10}))\.(?P<mac>[\w-]{22})"
)

_CALENDAR_SHAPE = re.compile(r"c(?P<number>[1-9][0-9]{0,9})\.(?P<mac>[\w-]{22})", re.ASCII)
_IN_TEXT = re.compile(r"/k/[\w.-]+")


class Purpose(Labelled):
    """The purpose of a token. New messages carry `UNIT` only; the two others stand in messages that were sent before.

    All open the same page: who has one of the two has the message, and with it the other. They differ in what a form
    does that does not say it, as the forms of that time.
    """

    UNIT = "u", "单位页面"
    ACKNOWLEDGE = "a", "知悉"
    PASTE = "p", "粘贴链接"


class Refused(Labelled):
    """Why a token changes nothing; the label is what its holder is told."""

    FORGED = "forged", "链接不完整或不是本系统发出的，没有作任何改动。请从收到的消息中重新打开。"
    EXPIRED = "expired", "链接已过期（14天）。请用最近一条消息里的链接，或打电话给{office}。"
    REVOKED = "revoked", "链接已停用。请用最近一条消息里的链接，或打电话给{office}。"
    OVER = "over", "这条消息涉及的账号已不在台账中，链接不再使用。如有疑问，请打电话给{office}。"

    def told(self, office: str) -> str:
        """Return what people are told, with whom to call: the office's name and phone."""
        return self.label.format(office=office)


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """The content of a token: its purpose, the message it rests on, and its end."""

    purpose: Purpose
    message: str
    until: datetime
    """To the second; from then on it is refused."""

    @property
    def issued_at(self) -> datetime:
        """When it was given out, to the second."""
        return self.until - LINK_LIFE

    @property
    def id(self) -> str:
        """The key that tells it from every other one that may still be used."""
        return f"{self.purpose.value}{self.message}"


@dataclass(frozen=True, slots=True)
class TokenKey:
    """The key that tokens are signed with; raises ValueError for one that is too short."""

    _key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self._key) < SHORTEST_KEY:
            raise ValueError(f"密钥至少要有 {SHORTEST_KEY} 个字符")

    def issue(self, permit: Permit) -> str:
        """Return the token; only letters, digits, `-`, `_` and `.`, so that it stands in a path as it is."""
        said = f"{permit.purpose.value}{permit.message}.{int(permit.until.timestamp()):x}"
        token = f"{said}.{self._mac(said)}"
        if not _SHAPE.fullmatch(token):
            raise ValueError(permit.message)
        return token

    def read(self, token: str, now: datetime) -> Permit | Refused:
        """Return what a token permits now, or why it permits nothing."""
        found = _SHAPE.fullmatch(token)
        if found is None or not hmac.compare_digest(found["mac"].encode(), self._mac(found["said"]).encode()):
            return Refused.FORGED
        permit = Permit(
            purpose=Purpose.of(found["purpose"]),
            message=found["message"],
            until=datetime.fromtimestamp(int(found["until"], 16), UTC),
        )
        return permit if now < permit.until else Refused.EXPIRED

    def calendar(self, number: int) -> str:
        """Return the token that opens the subscription of that number."""
        return f"c{number}.{self._mac(f'c{number}', _CALENDAR)}"

    def read_calendar(self, token: str) -> int | None:
        """Return which subscription a token opens; None for one that is not ours."""
        found = _CALENDAR_SHAPE.fullmatch(token)
        if found is None:
            return None
        mac = self._mac(f"c{found['number']}", _CALENDAR)
        return int(found["number"]) if hmac.compare_digest(found["mac"].encode(), mac.encode()) else None

    def _mac(self, said: str, context: bytes = _CONTEXT) -> str:
        digest = hmac.digest(self._key, context + said.encode(), "sha256")[:_MAC_BYTES]
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def concealed(text: str) -> str:
    """Return a message's text for anybody but its reader: without the links that only its reader may use."""
    return _IN_TEXT.sub("/k/［仅本人可用］", text)
