"""A report that somebody asks for, on a page or by the interface: reckoned beside other work, then kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from monitor.actions.reports import MakeReportCommand
from monitor.core.period import Period
from monitor.core.report import ReportKind
from monitor.documents.reports import template_version
from monitor.pipeline.reckoning import reckon
from monitor.web.page_context import PageContext
from monitor.web.report_works import Tell


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedReport:
    """What came of asking for a report."""

    title: str
    number: int | None
    """None while it is still being made."""


async def make(
    context: PageContext,
    kind: ReportKind,
    period: Period,
    *,
    now: datetime,
    keep: Callable[[MakeReportCommand], Awaitable[int]],
) -> AskedReport:
    """Have a report made, and kept by `keep` in the name of whoever asks; raises RefusedError."""
    title = f"{kind.label}（{period.label}）"

    async def work(tell: Tell) -> int:
        reckoning = await context.store.query(lambda tx: reckon(tx, context.rules, period, now=now, tell=tell))
        return await keep(
            MakeReportCommand(kind=kind, reckoning=reckoning, template=template_version(kind, context.folder))
        )

    return AskedReport(title=title, number=await context.report_works.make(title, work))
