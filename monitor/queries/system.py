"""The page of the monitor itself, as values: what it can see, and what of it is out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from monitor.core.account import Platform
from monitor.core.observation import Reason
from monitor.core.outage import Canary, LookCount, Outage
from monitor.core.phrases import plain
from monitor.store import Tx
from monitor.store.outages import census, latest_outages, open_outages, reasons
from monitor.store.overview import OverviewRow, SourceRow

NAMED = 5
"""How many accounts are named of which the same is said."""


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
    """What suspends it now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visibility:
    """What the monitor can see."""

    offline: Outage | None = None
    platforms: tuple[PlatformLine, ...] = ()
    """The suspended first, then those where most fails."""
    past: tuple[Outage, ...] = ()
    """Outages that are over, the latest first."""

    @property
    def suspended(self) -> tuple[PlatformLine, ...]:
        """The platforms that are suspended."""
        return tuple(one for one in self.platforms if one.outage)


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


def read_eyes(tx: Tx, now: datetime, canaries: Mapping[Platform, Canary]) -> Visibility:
    """Return what can be seen now."""
    out = {one.platform: one for one in open_outages(tx)}
    why = reasons(tx)
    lines = [_line(one, why.get(one.platform, ()), canaries, out.get(one.platform)) for one in census(tx, now)]
    lines.sort(key=lambda line: (line.outage is None, -line.failing, line.platform.label))
    past = tuple(one for one in latest_outages(tx) if one.ended_at)
    return Visibility(offline=out.get(None), platforms=tuple(lines), past=past)


def listings(rows: Iterable[OverviewRow]) -> frozenset[tuple[Platform, str]]:
    """Return which platforms are seen through which collectors by lists that may show what is newest."""
    return frozenset(
        (row.account.platform, source.collector) for row in rows for source in row.sources if not source.is_partial
    )


def looking(rows: Iterable[OverviewRow]) -> Iterable[CollectorLooks]:
    """Yield how each collector's looks go, by name."""
    sources = sorted((source for row in rows for source in row.sources), key=lambda source: source.collector)
    for collector, group in groupby(sources, key=lambda source: source.collector):
        ours = tuple(group)
        failing = [source for source in ours if source.failures]
        yield CollectorLooks(
            collector=collector,
            sources=len(ours),
            failing=len(failing),
            last_seen_at=max((source.last_seen_at for source in ours if source.last_seen_at), default=None),
            reasons=_labels(_outcomes(failing)),
        )


def advices(rows: Iterable[OverviewRow]) -> Iterator[str]:
    """Yield what has to be done so that accounts can be looked at again, those of which the same is said together."""
    alike: dict[str, list[str]] = {}
    for row in rows:
        for said in dict.fromkeys(source.advice for source in row.sources if source.advice):
            alike.setdefault(said, []).append(f"“{plain(row.account.name)}”")
    for said, names in alike.items():
        more = f"等{len(names)}个账号" if len(names) > NAMED else ""
        yield f"{'、'.join(names[:NAMED])}{more}：{said}"


def _line(
    one: LookCount, why: Collection[Reason], canaries: Mapping[Platform, Canary], outage: Outage | None
) -> PlatformLine:
    canary = canaries.get(one.platform)
    return PlatformLine(
        platform=one.platform,
        accounts=one.accounts,
        failing=one.failing,
        reasons=_labels(why) if one.failing else "",
        canary=_canary(canary, one.platform),
        seen_at=one.seen_at,
        outage=outage,
    )


def _canary(canary: Canary | None, platform: Platform) -> str:
    if canary is None:
        return "未设" if platform.is_one_far_side else ""
    return canary.fault or "正常"


def _outcomes(failing: Sequence[SourceRow]) -> Collection[Reason]:
    outcomes = {source.last_outcome for source in failing}
    return [reason for reason in Reason if reason.value in outcomes]


def _labels(why: Collection[Reason]) -> str:
    return "、".join(reason.label for reason in Reason if reason in why)
