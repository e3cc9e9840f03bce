"""SEC-01: 安全、泄密事故等严重问题.

Instrument: 国办秘函〔2019〕19号, veto item 1. The monitor never reads what was published: people record an incident
(内容安全), and that it was dealt with.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from monitor.core.finding import AreaRule, Basis, Finding, Proposal, RuleBook, State
from monitor.core.forms import told
from monitor.core.matters import Ways, still_open, unstated_since
from monitor.core.record import Record, RecordKind, Result
from monitor.core.register import Register
from monitor.core.rules.registry import asks_to_state, cited, day, in_scope, on_account
from monitor.core.subject import SubjectKind

ID = "SEC-01"
_WAYS = Ways(
    opens={Result.FAULTY, Result.SUSPECTED},
    settles={Result.SETTLED, Result.UNTRUE},
    clears={Result.CLEAN: Result.SUSPECTED},
)


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield the accounts with an incident that was not dealt with, or of which that is not clear."""
    concerned = {record.name for record in register.kept(RecordKind.CONTENT_SAFETY)}
    for account in register.accounts if concerned else ():
        if account.id not in concerned or not account.is_judged:
            continue
        records = register.records_of(RecordKind.CONTENT_SAFETY, account.id)
        waiting = still_open(records, _WAYS)
        state, last, because = _standing(records, waiting, now)
        if last is None:
            continue
        yield on_account(
            ID,
            account,
            book,
            state,
            because,
            since=last.on,
            proposals=(Proposal.RECTIFY,) if state is State.VIOLATED else (Proposal.REVIEW,),
            basis=Basis.HAND,
            evidence=cited(last),
            episode=f"{ID}/{last.on}",
        )


def _standing(records: Sequence[Record], waiting: Sequence[Record], now: datetime) -> tuple[State, Record | None, str]:
    """Return how an account stands, by which record, and the sentence that says so; no record where all is well.

    An incident counts as open only where nothing later, without a number, may have been meant for it.
    """
    if unclear := unstated_since(records, waiting):
        return State.NEEDS_REVIEW, unclear[-1], f"{asks_to_state(unclear, now)}。"
    faults = [record for record in waiting if record.result is Result.FAULTY]
    if not waiting:
        return State.OK, None, ""
    last = (faults or waiting)[-1]
    said = f"{day(last.on, now)}登记：{told(last)}"
    if not faults:
        return State.SUSPECTED, last, f"{said}，待核实。"
    later = [
        record for record in records[records.index(last) + 1 :] if not record.item and record.result not in _WAYS.opens
    ]
    if later and not last.item:
        after = later[-1]
        return State.NEEDS_REVIEW, last, f"{said}；{day(after.on, now)}登记“{told(after)}”，是否已处置请补登。"
    return State.VIOLATED, last, f"{said}。"


RULE = AreaRule(
    id=ID,
    title="内容安全问题",
    on=SubjectKind.ACCOUNT,
    judge=judge,
    reads=frozenset({RecordKind.CONTENT_SAFETY}),
    binds=in_scope,
    says={
        State.OK: "无未处置的内容安全问题登记",
        State.SUSPECTED: "登记为疑似，待核实",
        State.VIOLATED: "登记为存在问题，尚未登记已处置或不属实",
        State.NEEDS_REVIEW: "登记未写明结果；或此后有不写编号的登记，不能确定已处置的是哪一项",
    },
)
