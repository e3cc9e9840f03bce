"""Labels of the codes in records: steps, proposals and evidence."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.core.case import RUNGS, Step, StepKind
from monitor.core.finding import Finding, Proposal

_EVIDENCE = {
    "observation": "核查记录",
    "record": "登记",
    "listing": "通报记录",
    "week": "指数",
    "filed-list": "备案清单",
    "case": "事项",
    "order": "工单记录",
}
_REVIEWED = frozenset({Proposal.DEREGISTER, Proposal.CONSOLIDATE, Proposal.CANCEL, Proposal.REVIEW})
"""The proposals that the departments decide together."""
_PACED = RUNGS | {StepKind.HOLIDAY}
"""The steps that go by the days since the update."""


def proposed(finding: Finding) -> str:
    """Return what a finding proposes, and who decides about it."""
    said = "、".join(proposal.label for proposal in finding.proposals)
    who = "须经联合研判" if _REVIEWED & set(finding.proposals) else "须由办公室确定"
    return f"系统建议：{said}（{who}）"


def step_text(step: Step) -> str:
    """Return what people call a step, with the days without updates where it goes by them."""
    is_paced = step.kind in _PACED and step.days is not None
    return f"{step.kind.label}（已{step.days}天）" if is_paced else step.kind.label


def evidence_text(mark: str) -> str:
    """Return what a finding cites, as `observation:12`, for people."""
    kind, _, number = mark.partition(":")
    return f"{_EVIDENCE[kind]}{number}" if kind in _EVIDENCE else mark


def evidence_list(marks: Iterable[str]) -> str:
    """Return all that a finding cites, in one line."""
    return "、".join(evidence_text(mark) for mark in marks)
