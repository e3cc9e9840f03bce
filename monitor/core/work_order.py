"""A work order (省平台工单): a problem that the provincial platform names, to be answered by a day.

The order stands until its answer is recorded (工单答复, by its number). An answer given before the order was issued
answers an earlier one of the same number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from monitor.core.account import Labelled
from monitor.core.calendar import WorkCalendar
from monitor.core.names import numbered
from monitor.core.record import NewRecord, Result
from monitor.core.reference import Reference
from monitor.core.subject import SubjectKind


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAnswer:
    """What was answered, when, and who recorded it."""

    record: int
    result: Result
    on: date
    text: str
    by: str
    """Empty where nobody is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOrder:
    """One order, as far as it is about one account."""

    entry: int
    """The number of its row."""
    number: str
    account: str | None
    """None while no account of the roster answers to the row."""
    area: str | None = None
    """The area of that account; None where there is none, or it has left the roster."""
    written: Reference
    """The account as the order names it."""
    problem: str
    issued_on: date
    due: date
    entered_on: date
    """The day on which it was entered with this last day and this account."""
    answer: OrderAnswer | None = None

    @property
    def was_late_to_come(self) -> bool:
        """True if its last day had gone by when it was entered: nobody could be told in time."""
        return self.entered_on > self.due

    def standing(self, today: date) -> OrderStanding:
        """Return how it stands on a day; what the platform has taken back is never late."""
        if self.answer is not None:
            is_late = self.answer.on > self.due and self.answer.result is not Result.TAKEN_BACK
            return OrderStanding.ANSWERED_LATE if is_late else OrderStanding.ANSWERED
        return OrderStanding.LATE if today > self.due else OrderStanding.WAITING


class OrderStanding(Labelled):
    """How an order stands."""

    LATE = "late", "逾期未答复"
    WAITING = "waiting", "待答复"
    ANSWERED = "answered", "已答复"
    ANSWERED_LATE = "answered_late", "已答复（逾期）"


def answers(record: NewRecord, order: WorkOrder) -> bool:
    """True if a record answers an order: by its number, for its account or for all of an area that it names."""
    if record.subject is SubjectKind.AREA:
        is_about_it = order.area in {None, record.name}
    else:
        is_about_it = record.name == order.account
    return is_about_it and numbered(record.item) == numbered(order.number) and record.on >= order.issued_on


def waiting(orders: Iterable[WorkOrder]) -> tuple[WorkOrder, ...]:
    """Return the orders that nobody has answered, the first to be due first."""
    return tuple(
        sorted((order for order in orders if order.answer is None), key=lambda order: (order.due, order.entry))
    )


def calls(order: WorkOrder, ahead: int, calendar: WorkCalendar) -> Iterator[date]:
    """Yield the days on which an order is named: when it came, some working days ahead, on the last two, and after."""
    last = calendar.workday_on_or_before(order.due)
    yield order.entered_on
    first = last
    for _ in range(ahead):
        first = calendar.previous_workday(first)
    yield from (first, calendar.previous_workday(last), last, calendar.next_workday(order.due))
