"""What is done once at each start: the store follows what may have changed since the last one."""

from __future__ import annotations

from datetime import datetime

from monitor.pipeline.evaluate import RulesInForce
from monitor.store import Tx, areas, cases, lights, outbox, registers, roster


def align(tx: Tx, *, sources: roster.Sources, rules_in_force: RulesInForce, has_channels: bool, now: datetime) -> None:
    """Bring the store in line with the program and its settings: chains, rules, calendar, channels.

    Everybody is judged again. Where there are channels, what waited without any is written anew for them.
    """
    follow_sources(tx, sources, now)
    areas.enrol(tx, registers.areas(tx, now=now), at=now)
    cases.end_of_rules(tx, rules_in_force.ids(now), at=now)
    cases.judge_soon(tx, now)
    lights.restate(tx)
    if has_channels:
        outbox.write_anew(tx, at=now)


def follow_sources(tx: Tx, sources: roster.Sources, now: datetime) -> None:
    """Bring the sources of all accounts up to date: a new program or new settings may mean new chains."""
    roster.sync_sources(tx, roster.accounts(tx), sources=sources, now=now)
