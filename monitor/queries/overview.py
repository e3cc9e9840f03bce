"""The overview: the day's situation, the operator's tasks, and the accounts, the most urgent first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.core.light import Light
from monitor.queries.accounts import AccountSheet, LightCounts, light_sheet
from monitor.queries.lines import OverviewContext
from monitor.queries.tasks import Task, read_tasks
from monitor.store import Tx, lights


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewPage:
    """Everything on the overview."""

    counts: LightCounts
    last_look: datetime | None
    """When anybody last looked at any account."""
    tasks: tuple[Task, ...]
    sheet: AccountSheet


def read_overview(
    tx: Tx, moment: OverviewContext, *, light: Light | None, page: int, has_channels: bool
) -> OverviewPage | None:
    """Return the overview, with the accounts of one light or of all; None without a roster."""
    counts = lights.counts(tx)
    if not counts.total:
        return None
    return OverviewPage(
        counts=counts,
        last_look=lights.last_look(tx),
        tasks=read_tasks(tx, moment.now, has_channels=has_channels),
        sheet=light_sheet(tx, moment, light=light, counts=counts, page=page),
    )
