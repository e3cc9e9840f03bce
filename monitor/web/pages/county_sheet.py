"""`/reports/county-sheet`: the county on one page for its leader, from the latest monthly report."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from monitor.core.figures import Figure, FigureName, Figures
from monitor.core.report import ReportKind
from monitor.pictures import trend
from monitor.queries.reports import latest_figures
from monitor.web.pages.pages import Pages

THREE = (FigureName.ACCOUNTS, FigureName.PASS_RATE, FigureName.UNQUALIFIED)
"""The figures that a leader sees first."""


async def county_sheet(pages: Pages, request: Request) -> Response:
    """Answer `/reports/county-sheet`."""
    del request
    found = await pages.context.store.query(latest_figures)
    kept = next((report for report in found if report.kind is ReportKind.MONTHLY), None)
    return pages.html(
        "county_sheet.html",
        pages.context.moment(),
        kept=kept,
        three=THREE,
        is_compared=kept is not None and kept.figures.of(FigureName.CHECKED).before is not None,
        changes=changed(kept.figures) if kept else (),
        trend=trend,
    )


def changed(figures: Figures) -> tuple[Figure, ...]:
    """Return the figures that are others than in the month before, without those that stand above."""
    return tuple(figure for figure in figures.figures if figure.change and figure.name not in THREE)
