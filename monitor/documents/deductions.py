"""扣分建议清单 (REP-02): what the plan has deducted from a unit's assessment, with its clause and its evidence.

How many points is not in the plan: a person fills that in, and decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.core.finding import Finding, Proposal, State
from monitor.core.labels import evidence_list
from monitor.core.period import Period
from monitor.core.record import Record, RecordKind, Result
from monitor.core.rules.reg_01 import ID as UNFILED
from monitor.documents.document import Document, Table, Value
from monitor.documents.dossier import AREA, Dossier, has_areas, in_order
from monitor.documents.spared import spared

COLUMNS = ("主办单位", "账号ID", "账号名称", "平台", "事由", "依据", "开始日期", "证据", "建议扣分", "审定")


_DEDUCTING = frozenset({UNFILED})
"""The rules whose violations propose it."""


def deductions(
    dossiers: Sequence[Dossier], records: Sequence[Record], period: Period, beyond: Sequence[Finding] = ()
) -> Document:
    """Return the violations that propose 扣分, and what an operator recorded in the period.

    Nobody is exempted from what is 一律; where rules.yaml says otherwise, exempted accounts count apart.
    """
    several = has_areas((dossier.account for dossier in dossiers), records)
    judged = list(_judged(in_order(dossiers, records)))
    recorded = list(_recorded(records, period))
    units = {tuple(row[:2]) for row in (*judged, *recorded)}
    head = (
        f"{period.label}：涉及{len(units)}个单位，判定{len(judged)}项，登记{len(recorded)}项。",
        "以下为建议，是否扣分、扣多少分由有权部门审定。",
        *spared(dossiers, beyond, _DEDUCTING),
    )
    rows = (*judged, *recorded) if several else tuple(row[1:] for row in (*judged, *recorded))
    return Document(title="扣分建议清单", head=head, table=Table.of((AREA, *COLUMNS) if several else COLUMNS, rows))


def _judged(dossiers: Sequence[Dossier]) -> Iterator[tuple[Value, ...]]:
    """Yield the rows, the area before the columns."""
    for dossier in dossiers:
        for finding in dossier.findings:
            if finding.state is State.VIOLATED and Proposal.DEDUCT in finding.proposals:
                account = dossier.account
                about = (account.area, account.unit, account.id, account.name, account.platform.label)
                evidence = evidence_list(finding.evidence)
                yield (*about, finding.because, finding.clause, finding.since, evidence, None, None)


def _recorded(records: Sequence[Record], period: Period) -> Iterator[tuple[Value, ...]]:
    for record in records:
        if record.kind is not RecordKind.DEDUCTION or record.result is Result.NOT_DEDUCT:
            continue
        if period.first <= record.on <= period.last:
            basis = "人工登记" if record.result else "人工登记，未写明结果，请补登"
            yield (
                record.area,
                record.name,
                None,
                None,
                None,
                record.text,
                basis,
                record.on,
                record.attachment,
                None,
                None,
            )
