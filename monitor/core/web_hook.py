"""Web hooks: what far sides are told when a case changes, how that is signed, and when it is tried again."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.core.account import Labelled
from monitor.core.message import Attempt, Outcome
from monitor.core.schedule import share

GIVE_UP = timedelta(days=3)
"""How long a delivery is tried: over a weekend."""
BACKLOG = 10_000
"""Deliveries of one far side that wait at most; beyond that, what happens is counted and not kept for it."""
FORMER = timedelta(days=1)
"""How long the secret before is signed with too, once a new one is given out."""
LONG_FAILING = timedelta(hours=1)
"""After so long without a success people are told."""
GONE = "HTTP 410"
"""The answer of a far side that wants to hear nothing more."""
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360))
"""The pauses between tries; the last one again and again."""
SECRET = "whsec_"  # noqa: S105 - the beginning of every secret, by which people and scanners know it
_JITTER = 0.2


class HookEvent(Labelled):
    """What happened to a case; the value is the event's `type`."""

    OPENED = "case.opened", "事项列入"
    STEPPED = "case.stepped", "事项有新的一步"
    ENDED = "case.ended", "事项办结"


TEST = "test"
"""The `type` of what is sent to try a far side."""


class DeliveryState(Labelled):
    """Where a delivery stands; a closed list that labels a metric."""

    WAITING = "waiting", "待推送"
    SENT = "sent", "已送达"
    GIVEN_UP = "given_up", "没有送到"
    CANCELLED = "cancelled", "不再推送"


@dataclass(frozen=True, slots=True, kw_only=True)
class HookPost:
    """One request to a far side, ready to be sent."""

    url: str = field(repr=False)
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


def signed(secrets: Collection[str], key: str, body: str, now: datetime) -> Mapping[str, str]:
    """Return the headers of a delivery, as Standard Webhooks has them: its id, the moment of the try, the signatures.

    One signature for each secret, so that a far side may change over to a new one in its own time.
    """
    stamp = str(int(now.timestamp()))
    said = f"{key}.{stamp}.{body}".encode()
    return {
        "Content-Type": "application/json",
        "User-Agent": "xuncha",
        "webhook-id": key,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{_signature(secret, said)}" for secret in secrets),
    }


def _signature(secret: str, said: bytes) -> str:
    raw = base64.b64decode(secret.removeprefix(SECRET))
    return base64.b64encode(hmac.digest(raw, said, "sha256")).decode()


def pause(key: str, failures: int, attempt: Attempt) -> timedelta:
    """Return how long to wait after so many failures in a row; never less than the far side asked."""
    longest = PAUSES[min(failures, len(PAUSES)) - 1]
    return max(longest * (1 - _JITTER * share(key)), attempt.retry_after or timedelta())


def is_gone(attempt: Attempt) -> bool:
    """True if the far side wants to hear nothing more."""
    return attempt.outcome is Outcome.PERMANENT and attempt.code == GONE
