"""An outage: a stretch of time in which the monitor cannot trust its own eyes, on one platform or at all.

Its looks fail together, or even an account that is known to be alive cannot be read. Nothing is concluded
from what was learnt meanwhile: no verdict moves for it, and no unit hears of it. It ends by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from monitor.core.account import Labelled, Platform
from monitor.core.download import Download
from monitor.core.observation import Blind, Reason, Sight, Timeline, Unchanged
from monitor.core.phrases import hour

WINDOW = timedelta(hours=24)
"""How long a failed look speaks for its source: longer than any interval between two looks."""
TOGETHER = 2
"""The number of accounts that must fail before the platform, and not an account, is at fault."""
CUT_OFF = 3
"""The number of accounts, on at least two platforms, that must be out of reach before our own line is at fault."""
ALIVE = timedelta(days=7)
"""A canary's newest post is never older than this, or the list that shows it is frozen."""

PASSING = frozenset(
    {
        Reason.DNS,
        Reason.CONNECT,
        Reason.TLS,
        Reason.TIMEOUT,
        Reason.HTTP_ERROR,
        Reason.RATE_LIMITED,
        Reason.TRUNCATED,
    }
)
"""Reasons that may be over by the next look: one such failure proves nothing yet."""
UNREACHED = frozenset({Reason.DNS, Reason.CONNECT, Reason.TIMEOUT})
"""The reasons in which a look ends when nothing can be reached at all."""


class Cause(Labelled):
    """The sign by which the monitor knows that it cannot see."""

    CANARY = "canary", "对照账号异常"
    FAILURES = "failures", "多数账号采集异常"
    OFFLINE = "offline", "本机网络不通"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOutage:
    """One such stretch, before it is stored."""

    platform: Platform | None
    """None: the monitor itself is offline."""
    cause: Cause
    trusted_until: datetime
    """The moment from which anything learnt is left aside while it lasts."""
    began_at: datetime
    """When it was found out."""
    detail: str = ""
    """The exact failure, in Chinese, for the operator."""
    ended_at: datetime | None = None

    @property
    def name(self) -> str:
        """The part that is out, as the subject of a sentence."""
        return f"{self.platform.label}采集暂停" if self.platform else "监测系统断网"

    def said(self, today: date) -> str:
        """Return what is out and since when, as a part of a sentence; with the year where it is not that of `today`."""
        return f"{self.name}（{hour(self.began_at, today)}起）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage(NewOutage):
    """The same as it is stored."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LookCount:
    """How the looks at one platform's polled accounts go."""

    platform: Platform
    accounts: int
    failing: int = 0
    """Accounts none of whose sources shows anything, and not by chance."""
    cut_off: int = 0
    """Those among them that could not even be reached."""
    cut_off_since: datetime | None = None
    """The earliest of their latest looks."""
    seen_at: datetime | None = None
    """When any account last showed something."""

    @property
    def fails_together(self) -> bool:
        """True if it is the platform that fails: most accounts of one far side do."""
        is_most = self.failing >= TOGETHER and self.failing * 2 >= self.accounts
        return self.platform.is_one_far_side and is_most


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """The results of looks at an account that is known to be alive."""

    good_at: datetime
    """When it was last well; the first look at the latest."""
    fault: str = ""
    """The trouble in Chinese; empty while all is well."""
    is_doubtful: bool = False
    """True if the last look failed in a way that may be over by the next."""

    def after(self, sight: Sight, now: datetime) -> Canary:
        """Return what one more look says; a failure that may pass counts from the second on."""
        fault = _fault(sight, now)
        if not fault:
            return Canary(good_at=now)
        may_pass = isinstance(sight, Blind) and sight.reason in PASSING and not (self.is_doubtful or self.fault)
        return replace(self, fault="" if may_pass else fault, is_doubtful=may_pass)


def _fault(sight: Sight, now: datetime) -> str:
    match sight:
        case Blind(reason=reason):
            return reason.label
        case Timeline() as seen if not seen.standing.is_present:
            return f"平台显示{seen.standing.label}"
        case Timeline(newest=newest):
            if newest is None:
                return "没有内容"
            return f"{ALIVE.days}天内没有新内容" if now - newest.published_at > ALIVE else ""
        case Download(fault=fault):
            return fault.label if fault else ""
        case Unchanged():
            return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Which outages begin, and which of the open ones end."""

    begun: tuple[NewOutage, ...] = ()
    ended: tuple[Outage, ...] = ()


def diagnose(
    censuses: Sequence[LookCount],
    open_ones: Sequence[Outage],
    now: datetime,
    *,
    canaries: Mapping[Platform, Canary],
    answered: bool | None,
) -> Diagnosis:
    """Return what changes, given how looks go, what the canaries and the anchors say, and which outages are open.

    `answered`: whether any anchor did; None where none is asked. While the monitor is offline nothing is
    said of platforms, for their looks fail anyway; and when that ends, they are looked at anew first.
    """
    line = next((outage for outage in open_ones if outage.platform is None), None)
    if _is_offline(censuses, line, now, answered=answered):
        begun = NewOutage(platform=None, cause=Cause.OFFLINE, trusted_until=now, began_at=now)
        return Diagnosis(begun=() if line else (begun,))
    if line:
        return Diagnosis(ended=(line,))
    troubles = {
        count.platform: trouble
        for count in censuses
        if (trouble := _trouble(count, canaries.get(count.platform), now)) is not None
    }
    known = {outage.platform for outage in open_ones}
    return Diagnosis(
        begun=tuple(trouble for platform, trouble in troubles.items() if platform not in known),
        ended=tuple(outage for outage in open_ones if outage.platform not in troubles),
    )


def _is_offline(censuses: Sequence[LookCount], line: Outage | None, now: datetime, *, answered: bool | None) -> bool:
    """True if nothing can be reached: no anchor answers, or, where none is asked, nobody does who should."""
    seen_at = max((count.seen_at for count in censuses if count.seen_at), default=None)
    if answered is not None:
        return not answered
    if line is not None:
        return seen_at is None or seen_at <= line.began_at
    out = [count for count in censuses if count.cut_off]
    cut_off, accounts = sum(count.cut_off for count in out), sum(count.accounts for count in censuses)
    since = min((count.cut_off_since for count in out if count.cut_off_since), default=now)
    return cut_off >= CUT_OFF and len(out) > 1 and cut_off * 2 >= accounts and (seen_at is None or seen_at < since)


def _trouble(census: LookCount, canary: Canary | None, now: datetime) -> NewOutage | None:
    """Return the outage that begins with this state of a platform, or None."""
    if canary is not None and canary.fault:
        return NewOutage(
            platform=census.platform,
            cause=Cause.CANARY,
            trusted_until=min(canary.good_at, now),
            began_at=now,
            detail=f"对照账号：{canary.fault}",
        )
    if census.fails_together:
        return NewOutage(
            platform=census.platform,
            cause=Cause.FAILURES,
            trusted_until=now,
            began_at=now,
            detail=f"{census.accounts}个账号中有{census.failing}个采集异常",
        )
    return None
