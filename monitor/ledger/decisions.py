"""Decisions (处置决定): what an office resolved about an account's trouble, one row each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from monitor.core.calendar import beijing, beijing_date
from monitor.core.decision import Decision, Ruling, exemption_ends, missing_parts, why_not
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
    path: Path,
    directory: Directory,
    *,
    rules: Mapping[str, str],
    strengths_on: StrengthsOn,
    until: datetime,
    made: Sequence[Decision] = (),
) -> Decisions:
    """Return the decisions of a file; raises LedgerError with every reason to refuse it.

    `rules` are the names of rules by id, `made` what was decided before. What is 一律 or 不得 on the day of a decision
    cannot be exempted or kept, and nothing is kept where a rule does not ask whether the account stays. An exemption
    says why, and by which document where the clause is 原则上; one that names no end gets one. 撤销 needs something to
    end.
    """
    reading = Reading(path, LAYOUT)
    found: dict[Decision, None] = {}
    revoking: list[tuple[Row, Decision]] = []
    for row in reading.rows():
        decision = _decision(reading, row, directory, rules)
        if decision is None:
            continue
        if decision.at > until:
            reading.blame(row, f"日期{beijing(decision.at):%Y-%m-%d %H:%M}晚于今天，请改为今天或以前", "日期")
        _check(reading, row, decision, rules, strengths_on)
        found[decision] = None
        if decision.ruling is Ruling.REVOKED:
            revoking.append((row, decision))
    for row, decision in revoking:
        if not any(_is_ended_by(decision, one) for one in (*made, *found)):
            text = f"{decision.account}在{decision.rule}下没有此前作出的决定可以撤销；请核对账号、规则和日期"
            reading.blame(row, text, "决定")
    if not found:
        reading.warn("文件中没有可导入的处置决定，请核对是否选错文件或表头位置")
    return Decisions(decisions=tuple(found), warnings=reading.finish())


def decision_line(decision: Decision, account: str, title: str) -> str:
    """Return a decision as one line, naming account and rule as people call them."""
    until = f"，至{decision.valid_until}" if decision.valid_until else ""
    document = f"，{decision.document}" if decision.document else ""
    line = f"{decision.account}“{account}” {decision.rule}“{title}” {decision.ruling.label}"
    return f"{line}（{decision.by}，{beijing(decision.at):%Y-%m-%d}{until}{document}）"


def _is_ended_by(revoking: Decision, one: Decision) -> bool:
    is_same = (one.account, one.rule) == (revoking.account, revoking.rule)
    return is_same and one.ruling is not Ruling.REVOKED and one.at <= revoking.at


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


def _check(reading: Reading, row: Row, decision: Decision, rules: Mapping[str, str], strengths_on: StrengthsOn) -> None:
    on = beijing_date(decision.at)
    if decision.valid_until and decision.valid_until < on:
        reading.blame(row, f"有效期至 {decision.valid_until} 早于决定的日期 {on}", "有效期至")
    strength = strengths_on(on).get(decision.rule)
    why = why_not(decision.ruling, decision.rule, rules[decision.rule], is_mandatory=strength is Strength.MANDATORY)
    if why:
        reading.blame(row, why.removesuffix("。"), "决定")
        return
    in_principle = strength is Strength.IN_PRINCIPLE
    for column in missing_parts(decision.ruling, decision.note, decision.document, in_principle=in_principle):
        reading.blame(row, f"{decision.ruling.label}须写明{column}", column)
