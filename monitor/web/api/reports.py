"""The part of the interface that reads reports: the figures that their pages, files and metrics print.

A report is about all areas of the office: for a program that has but one of them there is none.
"""

from __future__ import annotations

import asyncio
from decimal import Decimal
from functools import partial

from starlette.responses import Response

from monitor.actions.actor import Right
from monitor.actions.documents import HandOutCommand, hand_out
from monitor.actions.reports import asked_period, make_report
from monitor.core.figures import Figure, FigureGroup, FigureName, Figures, MonthFigures, OpenGap
from monitor.core.members import member
from monitor.core.report import DueReport, KeptReport
from monitor.core.shapes import Shape, moment_shape
from monitor.core.token_scope import TokenScope
from monitor.documents.reports import document_of, file_name, parts_of
from monitor.documents.writing import NotWrittenError, content_of
from monitor.queries.reports import accounts_behind, read_listed, read_reckoning, read_reports
from monitor.store import Tx
from monitor.web import report_making
from monitor.web.api.operation import (
    Acting,
    Answer,
    Call,
    Downloading,
    Found,
    ListParameters,
    ListReading,
    Operation,
    OperationGroup,
    Reading,
    found,
    in_memory,
)
from monitor.web.api.problems import ProblemError
from monitor.web.api.reach import nothing, require_all_areas
from monitor.web.api.schema_office import CountedModel, DueReportModel, MadeModel, ReportBody, ReportDetail, ReportModel
from monitor.web.download import MEDIA_TYPES, attachment
from monitor.web.pages.reports import handout_of
from monitor.web.paging import whole


def _reports(tx: Tx, call: Call) -> Found:
    behind = None if call.place is None else int(str(call.place[0]))
    if call.actor.area is not None:
        return Found((), ())
    return found(read_listed(tx, limit=call.limit, behind_number=behind), lambda kept: (kept.number,), _report)


def _one_report(tx: Tx, call: Call) -> Shape | None:
    made = read_reckoning(tx, whole(call.path["number"]))
    if made is None or call.actor.area is not None:
        return None
    kept, _ = made
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


def _due(tx: Tx, call: Call) -> Found:
    require_all_areas(call, "报表")
    page = read_reports(tx, call.now, call.context.calendar, 1)
    everything = dict.fromkeys((*page.missed, *page.coming))
    return in_memory(everything, call, _due_place, lambda one: _coming(one, is_missed=one in page.missed))


def _due_place(one: DueReport) -> tuple[str, str]:
    return one.kind.value, one.period.key  # the day moves with the calendar


def _coming(one: DueReport, *, is_missed: bool) -> Shape:
    return {"kind": one.kind, "period": one.period.key, "on": one.on, "missed": is_missed}


async def _make(call: Call) -> Answer:
    require_all_areas(call, "报表")
    context, kind, now = call.context, call.body.kind, call.now
    call.actor.require(Right.MAKE_REPORT)
    period = asked_period(kind, call.body.period, now)
    asked = await report_making.make(context, kind, period, now=now, keep=partial(call.perform, make_report))
    if asked.number is None:
        return Answer(202, {"said": f"正在生成{asked.title}，完成后列入报表。", "number": None})
    return Answer(200, {"said": f"已生成{asked.title}。", "number": asked.number})


def _counted(tx: Tx, call: Call) -> Found:
    kept = read_reckoning(tx, whole(call.path["number"]))
    if kept is None or call.actor.area is not None:
        raise nothing()
    accounts = accounts_behind(kept[1], call.parameters.figure)
    return in_memory(accounts, call, lambda one: (one.account,))


async def _file(call: Call) -> Response:
    number, name = whole(call.path["number"]), call.path["name"]
    kept = await call.query(lambda tx: read_reckoning(tx, number)) if call.actor.area is None else None
    stem, _, ending = name.rpartition(".")
    part = member(parts_of(kept[0].kind), stem) if kept else None
    if kept is None or part is None or ending not in MEDIA_TYPES:
        raise nothing()
    report, reckoning = kept
    document = document_of(part, report.kind, reckoning, call.context.office)
    file = file_name(report, part, ending)
    try:
        content = await asyncio.to_thread(content_of, file, document, call.context.folder)
    except NotWrittenError as error:
        raise ProblemError(409, f"{error}。") from error
    what = handout_of(part, report.kind)
    await call.perform(hand_out, HandOutCommand(what=what, file=file, detail=f"{report.mark}{report.title}"))
    return attachment(content, file)


class FigureParameters(ListParameters):
    """The parameters of the accounts that a figure counts."""

    figure: FigureName
    """哪一项指标。"""


_NUMBER = {"number": "报表编号。"}
REPORTS: tuple[Operation, ...] = (
    ListReading(
        name="listReports",
        path="/reports",
        summary="已生成的报表，最近的在前",
        group=OperationGroup.REPORTS,
        page="/reports",
        right=Right.REPORT,
        scope=TokenScope.READ,
        answer=ReportModel,
        read=_reports,
        kinds=(int,),
    ),
    ListReading(
        name="listDueReports",
        path="/reports/due",
        summary="按期应出的报表，按种类和期间：已到期而没有生成的，和下一份",
        group=OperationGroup.REPORTS,
        page="/reports",
        right=Right.REPORT,
        scope=TokenScope.READ,
        answer=DueReportModel,
        read=_due,
        kinds=(str, str),
    ),
    Reading(
        name="getReport",
        path="/reports/{number}",
        summary="一份报表的各项指标",
        group=OperationGroup.REPORTS,
        page="/reports/{number}",
        right=Right.REPORT,
        scope=TokenScope.READ,
        answer=ReportDetail,
        read=_one_report,
        path_notes=_NUMBER,
    ),
    ListReading(
        name="listCounted",
        path="/reports/{number}/accounts",
        summary="报表的一项指标所计的账号，按账号ID",
        group=OperationGroup.REPORTS,
        page="/reports/{number}/accounts",
        right=Right.REPORT,
        scope=TokenScope.READ,
        parameters=FigureParameters,
        answer=CountedModel,
        read=_counted,
        kinds=(str,),
        path_notes=_NUMBER,
    ),
    Downloading(
        name="downloadReport",
        path="/reports/{number}/files/{name}",
        summary="下载一份报表，留操作记录",
        group=OperationGroup.REPORTS,
        page="/reports/{number}/files/{name}",
        right=Right.REPORT,
        scope=TokenScope.READ,
        media=tuple(MEDIA_TYPES.values()),
        take=_file,
        path_notes=_NUMBER | {"name": "哪一份、哪种格式，如 text.docx、problems.xlsx。"},
    ),
    Acting(
        name="makeReport",
        path="/reports",
        summary="按现在的数据生成一份报表；重做同一期间的，另成一份",
        group=OperationGroup.REPORTS,
        page="/reports",
        right=Right.MAKE_REPORT,
        scope=TokenScope.DECIDE,
        body=ReportBody,
        answer=MadeModel,
        act=_make,
        statuses={200: "已生成。", 202: "还在生成，完成后列入报表。"},
    ),
)
