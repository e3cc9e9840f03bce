"""Blank forms of everything that can be imported beside the roster, with drop-downs where a list is closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor.core.account import Labelled, Platform
from monitor.core.bulletin import Problem
from monitor.core.decision import Ruling
from monitor.core.forms import FORMS, FormItem
from monitor.core.paper import NewEntry, Paper
from monitor.core.record import NewRecord, RecordKind
from monitor.core.subject import SubjectKind
from monitor.documents.document import Column, Document, Table, Value
from monitor.ledger import decisions, papers, posts, records
from monitor.ledger.sheet import Layout

_LAYOUTS: Mapping[str, tuple[str, Layout]] = {
    "filed-list": ("已备案清单", papers.FILED_LIST),
    "bulletins": ("通报", papers.BULLETINS),
    "work-orders": ("省平台工单", papers.ORDERS),
    "index": ("指数", papers.INDEX),
    "posts": ("发布记录", posts.LAYOUT),
    "decisions": ("处置决定", decisions.LAYOUT),
    "records": ("记录", records.LAYOUT),
}
TEMPLATES = tuple(_LAYOUTS)
"""The kinds of form."""

_LISTS: Mapping[str, type[Labelled]] = {"平台": Platform, "问题类型": Problem, "决定": Ruling, "类型": RecordKind}
_CHOICES: Mapping[str, Sequence[str]] = {
    "覆盖全部": ("是", "否"),
    **{name: tuple(member.label for member in kind) for name, kind in _LISTS.items()},
}
_RESULTS = {kind.label: tuple(result.label for result in form.results) for kind, form in FORMS.items()}
_DATES = frozenset({"印发日期", "最后更新日期", "备案日期", "日期", "有效期至", "截止日期", "下发日期", "办理期限"})
_WIDE = frozenset({"账号名称", "标题", "链接", "内容", "说明", "对象", "系列", "周次", "名称", "网址", "问题"})


def form_document(what: str) -> Document:
    """Return the blank form of one of TEMPLATES."""
    title, layout = _LAYOUTS[what]
    return Document(title=title, table=Table(columns=_columns(layout), rows=()))


def records_document(given: Sequence[NewRecord]) -> Document:
    """Return records as they are imported."""
    title, layout = _LAYOUTS["records"]
    rows = [[_cell(record, name) for name in layout.columns] for record in given]
    return Document(title=title, table=Table(columns=_columns(layout), rows=rows))


def orders_document(given: Sequence[Paper]) -> Document:
    """Return work orders as they are imported: each row names its account as the order did."""
    title, layout = _LAYOUTS["work-orders"]
    rows = [[_order_cell(paper, row, name) for name in layout.columns] for paper in given for row in paper.entries]
    return Document(title=title, table=Table(columns=_columns(layout), rows=rows))


def _order_cell(paper: Paper, row: NewEntry, name: str) -> Value:
    written = row.written
    cells: Mapping[str, Value] = {
        "工单编号": paper.title,
        "账号ID": row.account or written.account,
        "平台": written.platform.label if written.platform else None,
        "平台标识": written.platform_id,
        "账号名称": written.name,
        "问题": row.value,
        "下发日期": paper.on,
        "办理期限": row.day,
    }
    return cells[name]


def _columns(layout: Layout) -> list[Column]:
    return [_column(name) for name in layout.columns]


def _cell(record: NewRecord, name: str) -> Value:
    match name:
        case "类型":
            return record.kind.label
        case "对象":
            return record.name
        case "地区":
            return record.area if record.subject is SubjectKind.UNIT else None
        case "日期":
            return record.on
        case "结果":
            return record.result.label if record.result else None
        case "截止日期":
            return record.until
        case "内容":
            return record.text or None
        case "附件":
            return record.attachment
        case _:
            item = FORMS[record.kind].item
            if item is None or item.label != name:
                return None
            return int(record.item) if item is FormItem.COUNT and record.item.isdecimal() else record.item or None


def _column(name: str) -> Column:
    return Column(
        name=name,
        choices_of=_RESULTS if name == "结果" else {},
        width=24 if name in _WIDE else 14,
        choices=tuple(_CHOICES.get(name, ())),
        is_date=name in _DATES,
    )
