"""Lists as documents: every page of what somebody sees on a page, in the same order and with the same filter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Protocol, TypeVar

from monitor.core.message import MessageTab
from monitor.documents import Document
from monitor.documents.document import Table
from monitor.queries.messages import MessageFilter, Sent, read_messages
from monitor.queries.paging import ListSlice
from monitor.store import Tx


class ListPage(Protocol):
    """One page of a list."""

    @property
    def turn(self) -> ListSlice:
        """Which page of how many it is."""


P = TypeVar("P", bound=ListPage)


def every_page(read: Callable[[int], P]) -> Iterator[P]:
    """Yield all pages of a list; `read` returns the one of a number."""
    page = read(1)
    yield page
    for number in range(2, page.turn.pages + 1):
        yield read(number)


def messages_listed(tx: Tx, tab: MessageTab, which: MessageFilter, now: datetime) -> Document:
    """Return the messages of a tab without their words, and without how anybody is reached."""
    columns = ("编号", "生成时间", "收件人", "主办单位", "账号", "渠道", "标题", "状态", "尝试次数")
    pages = every_page(lambda number: read_messages(tx, tab, which, now, page=number))
    sent = [one for page in pages for group in page.groups for line in group.lines for one in line.sent]
    return Document(title=tab.label, table=Table.of(columns, [_message(one) for one in sent]))


def _message(one: Sent) -> tuple[str | int | datetime | None, ...]:
    kept = one.kept
    return (
        kept.message.id,
        kept.created_at,
        one.to,
        "、".join(dict.fromkeys(unit.name for unit in one.units)),
        "、".join(name for _, name in one.accounts),
        kept.message.channel or "尚未设置渠道",
        kept.message.subject,
        kept.state.label,
        kept.attempts,
    )
