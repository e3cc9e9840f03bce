"""What was exempted, counted apart from what is put to anybody: neither listed nor hidden."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from monitor.core.decision import sort_of
from monitor.core.finding import Finding, State
from monitor.core.record import RecordSubject
from monitor.core.subject import subject_of
from monitor.documents.dossier import Dossier

_COUNTED = {RecordSubject.ACCOUNT: "账号{}个", RecordSubject.UNIT: "单位{}个", RecordSubject.AREA: "地区{}个"}


def spared(
    dossiers: Sequence[Dossier], beyond: Iterable[Finding] = (), rules: Collection[str] | None = None
) -> tuple[str, ...]:
    """Return how many accounts, units and areas are exempted from any rule, or from one of these: one line or none."""
    findings = (*(finding for dossier in dossiers for finding in dossier.findings), *beyond)
    exempted = {
        (sort_of(finding), subject_of(finding))
        for finding in findings
        if finding.state is State.EXEMPTED and (rules is None or finding.rule in rules)
    }
    counts = {sort: sum(sort is found for found, _ in exempted) for sort in _COUNTED}
    parts = [said.format(counts[sort]) for sort, said in _COUNTED.items() if counts[sort]]
    return (f"另有豁免：{'、'.join(parts)}，不列入。",) if parts else ()
