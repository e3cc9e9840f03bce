"""The part of the interface that reads reports: the figures that their pages, files and metrics print.

A report is about all areas of the office: for a program that has but one of them there is none.
"""

from __future__ import annotations

from decimal import Decimal

from monitor.core.figures import Figure, FigureGroup, Figures, MonthFigures, OpenGap
from monitor.core.report import KeptReport
from monitor.core.shapes import Shape, moment_shape
from monitor.core.token_scope import TokenScope
from monitor.queries.reports import read_listed, read_reckoning
from monitor.store import Tx
from monitor.web.api.operation import Call, Found, ListParameters, ListReading, Operation, Reading
from monitor.web.api.schema import ReportDetail, ReportModel
from monitor.web.paging import whole


def _reports(tx: Tx, call: Call) -> Found:
    behind = None if call.place is None else int(str(call.place[0]))
    if call.actor.area is not None:
        return Found((), ())
    found = read_listed(tx, limit=call.parameters.limit + 1, behind_number=behind)
    return Found([_report(kept) for kept in found], [(kept.number,) for kept in found])


def _one_report(tx: Tx, call: Call) -> Shape | None:
    found = read_reckoning(tx, whole(call.path["number"]))
    if found is None or call.actor.area is not None:
        return None
    kept, _ = found
    return _report(kept) | _whole(kept.figures, kept.number)


def _report(kept: KeptReport) -> Shape:
    return {
        "number": kept.number,
        "kind": kept.kind.value,
        "period": kept.period.key,
        "first": kept.period.first.isoformat(),
        "last": kept.period.last.isoformat(),
        "known_at": moment_shape(kept.figures.known_at),
        "made_at": moment_shape(kept.made_at),
        "by": kept.by,
        "digest": kept.digest,
    }


def _whole(figures: Figures, number: int) -> Shape:
    return {
        "figures": [_figure(figure, number) for figure in figures.figures],
        "platforms": [_group(group) for group in figures.platforms],
        "units": [_group(group) for group in figures.units],
        "months": [_month(month) for month in figures.months],
        "gaps": [_gap(gap) for gap in figures.gaps],
    }


def _figure(figure: Figure, number: int) -> Shape:
    return {
        "name": figure.name.value,
        "label": figure.name.label,
        "value": _number(figure.value),
        "before": _number(figure.before),
        "text": figure.text,
        "change": figure.change_text,
        "how": figure.definition.how,
        "accounts": f"/reports/{number}/accounts?figure={figure.name.value}",
    }


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _group(group: FigureGroup) -> Shape:
    rate = group.rate
    return {
        "name": group.name,
        "area": group.area,
        "accounts": group.accounts,
        "checked": rate.checked,
        "unqualified": rate.failed,
        "exempted": rate.exempted,
        "not_verifiable": rate.unchecked,
        "pass_rate": _number(rate.share()),
    }


def _month(month: MonthFigures) -> Shape:
    return {
        "month": f"{month.first:%Y-%m}",
        "accounts": month.accounts,
        "checked": month.rate.checked,
        "unqualified": month.rate.failed,
        "pass_rate": _number(month.rate.share()),
        "episodes": month.episodes,
    }


def _gap(gap: OpenGap) -> Shape:
    since = gap.since.isoformat()
    return {"account": gap.account, "name": gap.name, "unit": gap.unit, "since": since, "days": gap.days}


REPORT_READINGS: tuple[Operation, ...] = (
    ListReading(
        name="listReports",
        path="/reports",
        summary="已生成的报表，最近的在前",
        scope=TokenScope.READ,
        parameters=ListParameters,
        answer=ReportModel,
        read=_reports,
        kinds=(int,),
    ),
    Reading(
        name="getReport",
        path="/reports/{number}",
        summary="一份报表的各项指标",
        scope=TokenScope.READ,
        answer=ReportDetail,
        read=_one_report,
        path_notes={"number": "报表编号。"},
    ),
)
