"""FAKE-01: 对假冒政务新媒体，要求第三方平台立即关停，并通报有关部门.

Instrument: 国办发〔2018〕123号. People record an impostor (假冒), and that it was shut; until then the area has it
to hand on to the cyberspace office.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from monitor.core.finding import AreaRule, Finding, Proposal, RuleBook, State
from monitor.core.record import Record, RecordKind, Subject
from monitor.core.register import Register
from monitor.core.rules.registry import cited, in_scope, on_area

ID = "FAKE-01"
_SETTLED = re.compile("^(?:转办|关停)|(?<!未)已(?:经)?(?:关停|转办|处置|处理|注销|封禁|办结)")


def judge(register: Register, book: RuleBook, now: datetime) -> Iterator[Finding]:
    """Yield an area with impostors that were not dealt with."""
    latest: dict[str, Record] = {record.name: record for record in register.kept(RecordKind.IMPOSTOR)}
    still = [record for record in latest.values() if not _SETTLED.search(record.text)]
    if still:
        told = "；".join(f"{record.name}：{record.text or '假冒'}" for record in still)
        yield on_area(
            ID,
            register.area,
            book,
            State.WARNING,
            f"有{len(still)}条假冒线索待转网信部门处置（{told}）。",
            since=min(record.on for record in still),
            proposals=(Proposal.REVIEW,),
            evidence=cited(*still),
            episode=f"{ID}/{still[-1].on}",
        )


RULE = AreaRule(
    id=ID,
    title="假冒政务新媒体",
    on=Subject.AREA,
    judge=judge,
    reads=frozenset({RecordKind.IMPOSTOR}),
    reach=Subject.AREA,
    binds=in_scope,
    says={
        State.OK: "无待处置的假冒线索",
        State.WARNING: "有尚未转办或关停的假冒线索",
    },
)
