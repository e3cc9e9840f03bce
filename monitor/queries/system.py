"""The page of the monitor itself, as values: what it can see, and what of it is out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from monitor.core.account import Platform
from monitor.core.message import MessageTab
from monitor.core.observation import Reason
from monitor.core.outage import Canary, LookCount, Outage
from monitor.queries.advices import advices
from monitor.store import Tx
from monitor.store.blindness import BlindWay, blind_ways
from monitor.store.first_looks import FirstLooks, first_looks
from monitor.store.message_acts import open_failures
from monitor.store.message_lists import MessageFilter, counts_of_tabs
from monitor.store.outages import census, latest_outages, open_outages, reasons
from monitor.store.overview import CollectorCount, collector_counts, failing_sources, listings


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformLine:
    """How one platform can be seen."""

    platform: Platform
    accounts: int
    failing: int
    reasons: str
    """Why those that fail do."""
    canary: str
    """How its canary looks: `正常`, what is wrong with it, `未设` without one, and empty where none is of use."""
    seen_at: datetime | None
    outage: Outage | None
    """The outage that suspends it now."""
    to_do: str = ""
    """What is to be done about its trouble, and who does it; empty where it has none."""

    @property
    def is_in_trouble(self) -> bool:
        """True if it is suspended, or anything fails."""
        return self.outage is not None or bool(self.failing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visibility:
    """The monitor's view: which platforms it can see."""

    offline: Outage | None = None
    platforms: tuple[PlatformLine, ...] = ()
    """The suspended first, then those where most fails."""
    past: tuple[Outage, ...] = ()
    """Outages that are over, the latest first."""

    @property
    def suspended(self) -> tuple[PlatformLine, ...]:
        """The platforms that are suspended."""
        return tuple(line for line in self.platforms if line.outage)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectorLooks:
    """How looks of one collector go."""

    collector: str
    sources: int
    failing: int
    last_seen_at: datetime | None
    """When any of its sources last showed something."""
    reasons: str
    """Why those that fail do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemPage:
    """How the monitor itself stands, as far as the database tells; empty where it does not answer."""

    eyes: Visibility = Visibility()
    looking: tuple[CollectorLooks, ...] = ()
    """By the collector's name."""
    advices: tuple[str, ...] = ()
    """The steps after which accounts can be looked at again."""
    listings: frozenset[tuple[Platform, str]] = frozenset()
    """Which platforms are seen through which collectors by lists that may show what is newest."""
    blind: tuple[BlindWay, ...] = ()
    """The ways to look that have shown nothing for long."""
    messages: Mapping[MessageTab, int] = field(default_factory=dict)
    """How many there are under each tab of their page."""
    looks: FirstLooks | None = None
    """How many accounts there are, and how many of them wait for a person; None where the database does not answer."""


def read_system(tx: Tx, now: datetime, canaries: Mapping[Platform, Canary]) -> SystemPage:
    """Return the page."""
    return SystemPage(
        eyes=read_eyes(tx, now, canaries),
        looking=tuple(_looks(count) for count in collector_counts(tx)),
        advices=tuple(advices(failing_sources(tx))),
        listings=listings(tx),
        blind=tuple(blind_ways(tx, now)),
        messages=counts_of_tabs(tx, MessageFilter(), open_failures(tx, now)),
        looks=first_looks(tx),
    )


def _looks(count: CollectorCount) -> CollectorLooks:
    return CollectorLooks(
        collector=count.collector,
        sources=count.sources,
        failing=count.failing,
        last_seen_at=count.last_seen_at,
        reasons=_labels([reason for reason in Reason if reason.value in count.outcomes]),
    )


def read_eyes(tx: Tx, now: datetime, canaries: Mapping[Platform, Canary]) -> Visibility:
    """Return what can be seen now."""
    out = {outage.platform: outage for outage in open_outages(tx)}
    why = reasons(tx)
    lines = [_line(count, why.get(count.platform, ()), canaries, out.get(count.platform)) for count in census(tx, now)]
    lines.sort(key=lambda line: (line.outage is None, -line.failing, line.platform.label))
    past = tuple(outage for outage in latest_outages(tx) if outage.ended_at)
    return Visibility(offline=out.get(None), platforms=tuple(lines), past=past)


def _line(
    count: LookCount, why: Collection[Reason], canaries: Mapping[Platform, Canary], outage: Outage | None
) -> PlatformLine:
    canary = canaries.get(count.platform)
    return PlatformLine(
        platform=count.platform,
        accounts=count.accounts,
        failing=count.failing,
        reasons=_labels(why) if count.failing else "",
        canary=_canary(canary, count.platform),
        seen_at=count.seen_at,
        outage=outage,
        to_do=_to_do(outage, frozenset(why)) if outage or count.failing else "",
    )


_OURS = frozenset({Reason.DNS, Reason.CONNECT, Reason.TLS, Reason.TIMEOUT, Reason.GUARD_BLOCKED})
"""The reasons that may well be this machine's network."""


def _to_do(outage: Outage | None, why: Collection[Reason]) -> str:
    """Return what is to be done about a trouble, and who does it."""
    if outage is not None:
        return (
            "恢复前不认定、不提醒这些账号，恢复后自动补做。请信息技术人员核对对照账号和网络；急需的，请操作员人工核查"
        )
    if Reason.GRANT in why:
        return "请信息技术人员续期或更换授权（grants）"
    if why and _OURS.issuperset(why):
        return "请信息技术人员检查本机到这个平台的网络"
    return "平台不让采集或页面有变化：请操作员人工核查这些账号；持续多日的，请信息技术人员更换采集方式或升级"


def _canary(canary: Canary | None, platform: Platform) -> str:
    if canary is None:
        return "未设" if platform.is_one_far_side else ""
    return canary.fault or "正常"


def _labels(why: Collection[Reason]) -> str:
    return "、".join(reason.label for reason in Reason if reason in why)
