"""工单回复表: the work orders of the provincial platform with what was done about each, to be sent back.

What was done is what the office recorded; beside it stands what the monitor itself has seen of the account.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from monitor.core.account import Account
from monitor.core.period import Period
from monitor.core.phrases import dated
from monitor.core.work_order import OrderStanding, WorkOrder
from monitor.documents.document import Column, Document, Table, Value
from monitor.documents.dossier import AREA

_WIDTHS = {
    "序号": 6,
    "工单编号": 18,
    AREA: 10,
    "主办单位": 18,
    "账号名称": 18,
    "平台": 11,
    "问题": 28,
    "下发日期": 12,
    "办理期限": 12,
    "办理情况": 32,
    "佐证": 24,
    "答复日期": 12,
    "登记人": 10,
}
COLUMNS = tuple(name for name in _WIDTHS if name != AREA)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One order about one account, with what is known of it."""

    order: WorkOrder
    account: Account | None
    """None where nobody answers to what the order says."""
    is_on_roster: bool = True
    last_post: date | None = None
    seen_on: date | None = None
    """The day of the last look that showed it."""

    @property
    def name(self) -> str:
        """The account's name, or what the order calls it."""
        return self.account.name if self.account else str(self.order.written)


def order_sheet(lines: Sequence[OrderLine], period: Period, today: date) -> Document:
    """Return the sheet as it stands on a day, the first to be due first."""
    several = len({line.account.area for line in lines if line.account}) > 1
    columns = tuple(Column(name=name, width=_WIDTHS[name]) for name in _WIDTHS if several or name != AREA)
    rows = tuple(_row(number, line, today, with_area=several) for number, line in enumerate(lines, start=1))
    head = (f"{period.label}，截至{_written(today)}：{_counted(lines, today)}。",)
    return Document(title="省平台工单回复表", head=head, table=Table(columns=columns, rows=rows), landscape=True)


def _counted(lines: Sequence[OrderLine], today: date) -> str:
    counts = Counter(line.order.standing(today) for line in lines)
    parts = "、".join(f"{standing.label}{counts[standing]}件" for standing in OrderStanding if counts[standing])
    return f"共{len(lines)}件，其中{parts}" if parts else "没有省平台工单"


def _row(number: int, line: OrderLine, today: date, *, with_area: bool) -> tuple[Value, ...]:
    order, account = line.order, line.account
    return (
        number,
        order.number,
        *((account.area if account else None,) if with_area else ()),
        account.unit if account else None,
        line.name,
        account.platform.label if account else order.written.platform.label if order.written.platform else None,
        order.problem,
        order.issued_on,
        order.due,
        done(order, today),
        evidence(line, today),
        order.answer.on if order.answer else None,
        order.answer.by if order.answer else None,
    )


def done(order: WorkOrder, today: date) -> str:
    """Return what was done about an order, in the office's words, or how it stands."""
    answer, standing = order.answer, order.standing(today)
    came = f"{dated(order.entered_on, today)}录入时已过期限" if order.was_late_to_come else ""
    if answer is None:
        late = f"，已{(today - order.due).days}天" if standing is OrderStanding.LATE else ""
        return f"{standing.label}{late}{came and f'（{came}）'}"
    is_late = standing is OrderStanding.ANSWERED_LATE
    late = f"（逾期{(answer.on - order.due).days}天答复{came and f'，{came}'}）" if is_late else ""
    said = f"：{answer.text}" if answer.text and answer.text != answer.result.label else ""
    return f"{answer.result.label}{said}{late}"


def evidence(line: OrderLine, today: date) -> str:
    """Return what the monitor knows of the account: its last update, and when it was last looked at."""
    if line.account is None:
        return "台账中没有对应的账号"
    if not line.is_on_roster:
        return "账号已移出台账"
    closed = f"{line.account.status.label}；" if not line.account.status.is_judged else ""
    if line.seen_on is None:
        return f"{closed}尚未核查"
    last = f"最近更新{dated(line.last_post, today)}" if line.last_post else "没有发布记录"
    return f"{closed}{last}；最近核查{dated(line.seen_on, today)}"


def _written(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
