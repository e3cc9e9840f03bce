"""What one person gets in one run, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.core.account import Labelled
from monitor.core.schedule import share

Grid = tuple[tuple[str, ...], ...]
"""A small table: its heads, then its rows, all of one length; plain words, no markup. Empty for none."""


class MessageState(Labelled):
    """Where a message stands; a closed list that labels a metric."""

    HELD = "held", "待放行"
    QUEUED = "queued", "待发送"
    SENDING = "sending", "发送中"
    SENT = "sent", "已送达"
    FAILED = "failed", "发送失败"
    CANCELLED = "cancelled", "已取消"


class Outcome(Labelled):
    """How one try ended, in the far side's own terms; a closed list that labels a metric."""

    SENT = "sent", "已接收"
    TEMPORARY = "temporary", "暂时失败"
    PERMANENT = "permanent", "被拒绝"
    UNANSWERED = "unanswered", "未得到答复"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message whose words and id are settled: a repeat is recognisable by the id.

    `body` is Markdown of the small kind DingTalk knows (headings, bold, quotes, line breaks).
    """

    id: str
    channel: str
    subject: str
    body: str
    address: str | None = None
    """The person's mail address or DingTalk id; None where the channel itself names its readers."""
    mentions: tuple[str, ...] = ()
    """Mobile numbers to be called by name in a group."""
    grid: Grid = ()
    """The same facts as a small table, for a channel that can draw one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to deliver a message. `code` is the far side's own word (errcode, SMTP code, HTTP status)."""

    outcome: Outcome
    code: str = ""
    detail: str = ""
    """One line for the operator; never a secret."""
    retry_after: timedelta | None = None


LEASE = timedelta(minutes=2)
"""How long a message is in one sender's hands. A try takes at most half a minute."""
TO_BEGIN = timedelta(seconds=15)
"""How soon a try must begin: whoever slept longer than that (a machine that was frozen) leaves it to others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """That a message is in somebody's hands: until then nobody else sends it or writes down what came of it."""

    message: str
    holder: str
    """A mark of the process, never the same again after a restart."""
    until: datetime

    def may_begin(self, now: datetime) -> bool:
        """Whether a try that begins now is surely over before anybody else begins one."""
        return now <= self.until - LEASE + TO_BEGIN


RETRY_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360))
"""The longest to wait before each further try; after the last, the message has failed."""
JITTER = 0.2
"""By how much of a pause messages that failed together part: each by its own fixed share."""


def next_try(message: str, attempts: int, attempt: Attempt, now: datetime) -> datetime | None:
    """Return when to try a message again after the given number of tries; None when there is no point.

    Never sooner than the far side asked.
    """
    if attempt.outcome in {Outcome.SENT, Outcome.PERMANENT} or attempts > len(RETRY_PAUSES):
        return None
    pause = RETRY_PAUSES[attempts - 1] * (1 - JITTER * share(message))
    return now + max(pause, attempt.retry_after or timedelta())
