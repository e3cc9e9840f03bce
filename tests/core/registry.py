"""Builders for the tests of the rules on an area's register."""

from __future__ import annotations

from datetime import date

from monitor.core.account import OperationMode, Outsourcing
from monitor.core.finding import Finding


def only(findings: tuple[Finding, ...]) -> Finding:
    """Return the one finding there is."""
    (finding,) = findings
    return finding


FULL = Outsourcing(
    mode=OperationMode.OUTSOURCED,
    operator_org="示例报社",
    operator_type="主流新闻媒体",
    agreement_on=date(2022, 1, 1),
    confidentiality_on=date(2022, 1, 1),
)
