"""The decisions that stand."""

from __future__ import annotations

from dataclasses import replace

from monitor.actions.actor import Right
from monitor.core.decision import Ruling
from monitor.core.token_scope import TokenScope
from monitor.queries.decisions import DecisionFilter, DecisionRow, DecisionShow, decisions_asked, with_cases
from monitor.queries.messages import units
from monitor.store import Tx
from monitor.web.api.operation import Call, Found, ListParameters, ListReading, Operation, OperationGroup, in_memory
from monitor.web.api.schema import Remark, Said
from monitor.web.api.schema_office import StandingDecisionModel
from monitor.web.filters import decision_filter


class DecisionParameters(ListParameters):
    """The parameters of the list of decisions."""

    show: DecisionShow | None = None
    """只列即将到期的豁免，或依据有变化的决定。"""
    ruling: Ruling | None = None
    rule: Said | None = None
    """只列这条规则的。"""
    account: Said | None = None
    """账号ID。"""
    unit: Said | None = None
    """主办单位的全称。"""
    area: Said | None = None
    """所属的地区。"""
    q: Remark = ""
    """账号名称、单位、账号ID、文号、决定人中的一段文字。"""


def _decisions(tx: Tx, call: Call) -> Found:
    which, moment = _asked(tx, call), call.context.moment()
    rows = decisions_asked(tx, which, moment.today, moment.calendar) if which else ()
    return in_memory(with_cases(tx, rows), call, _place, _decision)


def _asked(tx: Tx, call: Call) -> DecisionFilter | None:
    """Return which decisions are asked for; None for another area's than the caller's."""
    there, area = units(tx) if call.given.get("unit") else (), call.actor.area
    which = decision_filter(call.given, there, call.context.office.names, call.actor.own)
    if area is not None and which.area not in {"", area}:
        return None
    return replace(which, area=area or which.area)


def _place(row: DecisionRow) -> tuple[str, str, str]:
    made = row.decision
    return made.subject.key, made.rule, made.at.isoformat()


def _decision(row: DecisionRow) -> dict[str, object]:
    made, unit = row.decision, row.unit
    return {
        "ruling": made.ruling,
        "rule": made.rule,
        "account": made.subject.account,
        "name": row.account.name if row.account else None,
        "unit": unit.name if unit else None,
        "area": row.area or None,
        "case": row.case,
        "by": made.by,
        "at": made.at,
        "note": made.note,
        "document": made.document,
        "until": made.valid_until,
        "into": made.into,
        "basis_changed": made.basis_changed,
    }


DECISIONS: tuple[Operation, ...] = (
    ListReading(
        name="listDecisions",
        path="/decisions",
        summary="有效的决定；即将到期的豁免，或依据有变化的决定",
        group=OperationGroup.CASES,
        page="/decisions",
        right=Right.SEE,
        scope=TokenScope.READ,
        is_own=True,
        parameters=DecisionParameters,
        answer=StandingDecisionModel,
        read=_decisions,
        kinds=(str, str, str),
    ),
)
