"""注销进度表: every deregistration and 清理整合 that is under way, with the day of each step and what is due next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.core.deregistration import ID, Progress, Stage
from monitor.core.period import Period
from monitor.core.record import Record
from monitor.documents.document import Document, Table, Value
from monitor.documents.dossier import AREA, Dossier, has_areas, in_order

COLUMNS = (
    "主办单位",
    "账号ID",
    "账号名称",
    "平台",
    "方式",
    "迁往",
    "决定",
    "备案",
    "内容迁移",
    "公告",
    "申请",
    "冻结至",
    "确认",
    "已不存在",
    "归档",
    "下一步",
    "期限",
    "情况",
)


def deregistration(dossiers: Sequence[Dossier], records: Sequence[Record], period: Period) -> Document:
    """Return the accounts that are being closed at the period's end, and those that were closed in it."""
    shown = [
        (dossier, way)
        for dossier in in_order(dossiers, records)
        if (way := dossier.progress) and _concerns(way, period)
    ]
    closed = sum(Stage.CLOSED in way.days for _, way in shown)
    several = has_areas(dossier.account for dossier in dossiers)
    head = (f"{period.label}：办理中{len(shown) - closed}个，归档{closed}个。",)
    return Document(
        title="注销进度表",
        head=head,
        table=Table.of((AREA, *COLUMNS) if several else COLUMNS, tuple(_rows(shown, with_area=several))),
    )


def _concerns(way: Progress, period: Period) -> bool:
    return way.days.get(Stage.CLOSED, period.last) >= period.first


def _rows(shown: Sequence[tuple[Dossier, Progress]], *, with_area: bool) -> Iterator[tuple[Value, ...]]:
    for dossier, way in shown:
        account, days = dossier.account, way.days
        yield (
            *((account.area,) if with_area else ()),
            account.unit,
            account.id,
            account.name,
            account.platform.label,
            way.ruling.label,
            way.target,
            *(days.get(stage) for stage in (Stage.DECIDED, Stage.FILED, Stage.MOVED, Stage.ANNOUNCED, Stage.APPLIED)),
            way.frozen_until,
            *(days.get(stage) for stage in (Stage.CONFIRMED, Stage.GONE, Stage.CLOSED)),
            way.next.label if way.next else None,
            way.due,
            next((finding.because for finding in dossier.findings if finding.rule == ID), None),
        )
