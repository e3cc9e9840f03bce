"""The operator's to-do list: what there is to do, in which order and words, and where it is done.

The page of today, the digest and the interface all say what is read here. A line is one act that a person does once,
and every open case that waits on the office belongs to exactly one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from monitor.core.message import MessageState
from monitor.core.report import MISSED
from monitor.core.todo import BY_RULE, TodoAct, TodoLine, in_order
from monitor.queries.concerns import Concern, concerned
from monitor.queries.decisions import ending_soon
from monitor.queries.orders import open_orders
from monitor.queries.todo_cases import case_lines
from monitor.queries.todo_context import TodoContext
from monitor.queries.todo_rest import other_lines
from monitor.store import Tx, decision_requests, proposals
from monitor.store.claims import WAITING_FOR, waiting
from monitor.store.decisions import changed_bases
from monitor.store.message_acts import open_failures
from monitor.store.office_cases import office_acts, office_cases
from monitor.store.outages import open_outages
from monitor.store.outbox import ids_in
from monitor.store.papers import latest_filed_lists, missing_rounds, strays
from monitor.store.reports import untaken
from monitor.store.rereading import unstated
from monitor.store.web_hooks import troubled

__all__ = ["TodoContext", "read_todo", "things_to_do"]


def read_todo(tx: Tx, context: TodoContext) -> tuple[TodoLine, ...]:
    """Return what is to be done: past, today, by date, without a limit of time."""
    acts = office_acts(tx)
    lines = (*case_lines(tx, acts, context), *other_lines(tx, acts, context))
    return in_order((line for line in lines if line.count), context.today)


def things_to_do(tx: Tx, context: TodoContext) -> Mapping[str, frozenset[str]]:
    """Return what each line is about, by its key, as marks that are the same as long as it is the same thing.

    A case is another thing each time the operator is to be told of it again.
    """
    found: defaultdict[str, set[str]] = defaultdict(set)
    for key, mark in _things(tx, context):
        found[key].add(mark)
    return {key: frozenset(marks) for key, marks in found.items()}


def _things(tx: Tx, context: TodoContext) -> Iterator[tuple[str, str]]:
    for case in office_cases(tx):
        key = f"{case.act.value}:{case.rule}" if case.act in BY_RULE else case.act.value
        yield key, f"case {case.case} {case.naming}"
    yield from ((TodoAct.FAILED.value, id_) for id_ in open_failures(tx, context.now))
    yield from ((TodoAct.HELD.value, id_) for id_ in ids_in(tx, MessageState.HELD))
    yield from ((TodoAct.SECOND.value, str(asked.id)) for asked in decision_requests.waiting(tx))
    for act, concern in (
        (TodoAct.LOOK, Concern.HAND),
        (TodoAct.UNSEEN, Concern.UNSEEN),
        (TodoAct.MUTED, Concern.MUTED),
    ):
        yield from ((act.value, f"account {id_}") for id_ in concerned(tx, concern, context.now))
    yield from ((TodoAct.OUTAGE.value, str(outage.id)) for outage in open_outages(tx))
    yield from (
        (TodoAct.CLAIM.value, f"{claim.account} {claim.link}") for claim in waiting(tx, since=context.now - WAITING_FOR)
    )
    yield from (
        (TodoAct.ORDER.value, f"order {order.number} {order.account}") for order in open_orders(tx, context.now)
    )
    yield from ((TodoAct.PROPOSAL.value, str(kept.id)) for kept in proposals.waiting(tx))
    yield from (
        (TodoAct.EXEMPTION.value, f"{decision.subject.key} {decision.rule} {decision.at}")
        for decision in ending_soon(tx, context.today, context.calendar)
    )
    yield from (
        (TodoAct.BASIS.value, f"{decision.subject.key} {decision.rule} {decision.at}") for decision in changed_bases(tx)
    )
    yield from ((TodoAct.STRAYS.value, f"{row.file} {row.paper} {row.entry.written}") for row in strays(tx))
    yield from ((TodoAct.MISSING.value, str(hole)) for hole in missing_rounds(tx))
    yield from ((TodoAct.UNSTATED.value, str(record.id)) for record in unstated(tx))
    yield from ((TodoAct.FILED.value, f"{area} {on}") for area, on in latest_filed_lists(tx).items())
    yield from ((TodoAct.CALENDAR.value, str(year)) for year in context.calendar.unknown_years(context.today))
    yield from ((TodoAct.HOOK.value, f"{hook.id} {hook.trouble_since}") for hook in troubled(tx, context.now))
    yield from ((TodoAct.REPORT.value, str(kept.number)) for kept in untaken(tx, context.now - MISSED))
    yield TodoAct.CHANNEL.value, ""
