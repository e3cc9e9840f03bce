"""The exempted findings, counted apart from those put to a decision: neither listed nor hidden."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from monitor.core.finding import Finding, State
from monitor.core.subject import SubjectKind
from monitor.documents.dossier import Dossier

_COUNTED = {SubjectKind.ACCOUNT: "账号{}个", SubjectKind.UNIT: "单位{}个", SubjectKind.AREA: "地区{}个"}


def spared(
    dossiers: Sequence[Dossier], beyond: Iterable[Finding] = (), rules: Collection[str] | None = None
) -> tuple[str, ...]:
    """Return how many accounts, units and areas are exempted from any rule, or from one of these: one line or none."""
    findings = (*(finding for dossier in dossiers for finding in dossier.findings), *beyond)
    exempted = {
        finding.subject
        for finding in findings
        if finding.state is State.EXEMPTED and (rules is None or finding.rule in rules)
    }
    counts = {kind: sum(kind is subject.kind for subject in exempted) for kind in _COUNTED}
    parts = [said.format(counts[kind]) for kind, said in _COUNTED.items() if counts[kind]]
    return (f"另有豁免：{'、'.join(parts)}，不列入。",) if parts else ()
