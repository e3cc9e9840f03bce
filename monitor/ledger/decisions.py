"""Decisions (处置决定): what an office resolved about an account's trouble, one row each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from monitor.core.calendar import beijing, beijing_date
from monitor.core.decision import Decision, Ruling, exemption_ends
from monitor.core.finding import Strength
from monitor.core.reference import Directory
from monitor.ledger import cells, naming
from monitor.ledger.fault import BadCellError, did_you_mean
from monitor.ledger.sheet import Layout, Reading, Row

LAYOUT = Layout(
    columns=(*naming.COLUMNS, "规则", "决定", "决定人", "日期", "有效期至", "依据文号", "说明"),
    needs=tuple(need | {"规则", "决定", "决定人", "日期"} for need in naming.NEEDS),
)

StrengthsOn = Callable[[date], Mapping[str, Strength]]
"""How binding each rule is on a day."""

_RULING = cells.one_of(Ruling, "决定")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """What a file says, in its order, every decision once."""

    decisions: tuple[Decision, ...]
    warnings: tuple[str, ...] = ()


def read_decisions(
    path: Path, directory: Directory, *, rules: Collection[str], strengths_on: StrengthsOn, until: datetime
) -> Decisions:
    """Return the decisions of a file; raises LedgerError with every reason to refuse it.

    What is 一律 or 不得 on the day of the decision cannot be exempted or kept. An exemption that names no end gets one.
    """
    reading = Reading(path, LAYOUT)
    found: dict[Decision, None] = {}
    for row in reading.rows():
        decision = _decision(reading, row, directory, rules)
        if decision is None:
            continue
        if decision.at > until:
            reading.blame(row, f"日期 {beijing(decision.at):%Y-%m-%d %H:%M} 还没有到", "日期")
        _check(reading, row, decision, strengths_on)
        found[decision] = None
    if not found:
        reading.warn("没有处置决定")
    return Decisions(decisions=tuple(found), warnings=reading.finish())


def decision_line(decision: Decision) -> str:
    """Return a decision as one line."""
    until = f"，至 {decision.valid_until}" if decision.valid_until else ""
    line = f"{decision.account} {decision.rule} {decision.ruling.label}"
    return f"{line}（{decision.by}，{beijing(decision.at):%Y-%m-%d}{until}）"


def _decision(reading: Reading, row: Row, directory: Directory, rules: Collection[str]) -> Decision | None:
    account = naming.find(reading, row, directory)
    rule = reading.require(row, "规则", lambda cell: _rule(cells.identifier(cell), rules))
    ruling = reading.require(row, "决定", _RULING)
    by = reading.require(row, "决定人", cells.text)
    on = reading.require(row, "日期", cells.moment)
    valid_until = reading.take(row, "有效期至", cells.day)
    document = reading.take(row, "依据文号", cells.text)
    note = reading.take(row, "说明", cells.note) or ""
    if account is None or rule is None or ruling is None or by is None or on is None:
        return None
    if ruling is Ruling.EXEMPTED and valid_until is None:
        valid_until = exemption_ends(beijing_date(on.at))
        reading.warn(f"豁免没有写明有效期，按一年计，至 {valid_until}", row=row, column="有效期至")
    return Decision(
        account=account.id,
        rule=rule,
        episode="",
        ruling=ruling,
        by=by,
        at=on.at,
        note=note,
        valid_until=valid_until,
        document=document,
    )


def _rule(written: str, rules: Collection[str]) -> str:
    if written.upper() not in rules:
        raise BadCellError(f"没有规则“{written}”{did_you_mean(written.upper(), rules)}")
    return written.upper()


def _check(reading: Reading, row: Row, decision: Decision, strengths_on: StrengthsOn) -> None:
    on = beijing_date(decision.at)
    if decision.valid_until and decision.valid_until < on:
        reading.blame(row, f"有效期至 {decision.valid_until} 早于决定的日期 {on}", "有效期至")
    spares = decision.ruling in {Ruling.EXEMPTED, Ruling.RETAINED}
    if spares and strengths_on(on).get(decision.rule) is Strength.MANDATORY:
        text = f"{decision.rule} 是“一律”“不得”的要求，不能{decision.ruling.label}；事实有误的，请更正台账或清单"
        reading.blame(row, text, "决定")
