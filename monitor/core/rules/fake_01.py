"""FAKE-01: 对假冒政务新媒体，要求第三方平台立即关停，并通报有关部门.

Instrument: 国办发〔2018〕123号. People record an impostor (假冒), and that it was shut; until then the area has it
to hand on to the cyberspace office.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from monitor.core.calendar import start_of_day
from monitor.core.finding import AreaRule, Finding, Proposal, RuleBook, State
from monitor.core.forms import told
from monitor.core.matters import Ways, still_open, unstated_since
from monitor.core.record import Record, RecordKind, Result
from monitor.core.register import Register
from monitor.core.rules.registry import asks_to_state, cited, in_scope, on_area
from monitor.core.subject import SubjectKind

ID = "FAKE-01"
_WAYS = Ways(
    opens={Result.FOUND},
    settles={Result.HANDED_ON, Result.SHUT, Result.UNTRUE},
    goes_on={Result.SHUT: Result.HANDED_ON},
)


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield an area with impostors that were not dealt with."""
    still, unclear = list[Record](), list[Record]()
    whom = attrgetter("subject.value", "name")
    for _, some in groupby(sorted(register.kept(RecordKind.IMPOSTOR), key=whom), key=whom):
        records = tuple(some)
        waiting = still_open(records, _WAYS)
        unstated = unstated_since(records, waiting)
        unclear += unstated
        still += () if unstated else waiting
    if still or unclear:
        told_of = "；".join(f"{record.name}：{told(record)}" for record in still)
        parts = [f"有{len(still)}条假冒线索待转网信部门处置（{told_of}）"] if still else []
        parts += [asks_to_state(unclear, now)] if unclear else []
        first = min(still or unclear, key=attrgetter("on"))
        last = max(still or unclear, key=attrgetter("on"))
        found = on_area(
            ID,
            register.area,
            book,
            State.WARNING if still else State.NEEDS_REVIEW,
            f"{'；'.join(parts)}。",
            since=first.on,
            proposals=(Proposal.REVIEW,),
            evidence=cited(*still, *unclear),
            episode=f"{ID}/{last.on}",
        )
        yield replace(found, begun_at=start_of_day(last.on))  # a decision about the former ones is not about this one


RULE = AreaRule(
    id=ID,
    title="假冒政务新媒体",
    on=SubjectKind.AREA,
    judge=judge,
    reads=frozenset({RecordKind.IMPOSTOR}),
    reach=SubjectKind.AREA,
    binds=in_scope,
    says={
        State.OK: "无待处置的假冒线索",
        State.WARNING: "有登记为发现而尚未转办、关停的假冒线索",
        State.NEEDS_REVIEW: "登记未写明结果",
    },
)
