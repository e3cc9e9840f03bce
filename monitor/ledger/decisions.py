"""Decisions (处置决定): what an office resolved about the trouble of an account, a unit or an area, one row each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from monitor.core.calendar import beijing, beijing_date, start_of_day
from monitor.core.decidable import why_not
from monitor.core.decision import (
    SPARING,
    WHOM,
    Decision,
    Ruling,
    exemption_ends,
    is_about_same,
    missing_parts,
)
from monitor.core.finding import Strength
from monitor.core.names import normal
from monitor.core.reference import AccountIndex
from monitor.core.subject import Subject, SubjectKind
from monitor.ledger import cells, naming
from monitor.ledger.book import TableFile
from monitor.ledger.fault import Accepted, BadCellError, did_you_mean
from monitor.ledger.sheet import Layout, SheetReading, SheetRow

_UNIT, _AREA = "主办单位", "地区"
LAYOUT = Layout(
    columns=(*naming.COLUMNS, _UNIT, _AREA, "规则", "决定", "决定人", "日期", "有效期至", "依据文号", "说明"),
    needs=tuple(
        need | {"规则", "决定", "决定人", "日期"} for need in (*naming.NEEDS, frozenset({_UNIT}), frozenset({_AREA}))
    ),
)
_COLUMN = {SubjectKind.ACCOUNT: "账号ID", SubjectKind.UNIT: _UNIT, SubjectKind.AREA: _AREA}
"""The column that names each sort of subject."""

StrengthsOn = Callable[[date], Mapping[str, Strength]]
"""How binding each rule is on a day."""


@dataclass(frozen=True, slots=True)
class StrengthTable:
    """How binding each rule is on a day: a value that another process understands."""

    since: Sequence[tuple[date, Mapping[str, Strength]]]
    """From which day on which strengths hold, in order."""

    def __call__(self, on: date) -> Mapping[str, Strength]:
        """Return how binding each rule is on a day."""
        return next((strengths for day, strengths in reversed(self.since) if day <= on), {})


_RULING = cells.one_of(Ruling, "决定")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """One rule that decisions can be about."""

    title: str
    on: SubjectKind
    """Of what its findings speak."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The areas there are, and their units."""

    areas: Collection[str]
    units: Collection[tuple[str, str]] = ()
    """By area and name: those that have accounts."""
    former_units: Collection[tuple[str, str]] = ()
    """Those that had some."""

    def areas_of(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return the units of a name, by area and name as the roster writes it; former ones where there are no others.

        （） and () are the same in a name, and so are letters of either width.
        """
        for units in (self.units, self.former_units):
            if found := sorted(pair for pair in units if normal(pair[1]) == normal(name)):
                return tuple(found)
        return ()

    def area(self, name: str) -> str | None:
        """Return an area as it is written elsewhere; None where there is none of that name."""
        return next((text for text in self.areas if normal(text) == normal(name)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions(Accepted):
    """The decisions of a file, in its order, each once."""

    decisions: tuple[Decision, ...]


def read_decisions(
    path: TableFile,
    directory: AccountIndex,
    places: Places,
    *,
    rules: Mapping[str, Ruled],
    strengths_on: StrengthsOn,
    until: datetime,
    made: Sequence[Decision] = (),
) -> Decisions:
    """Return the decisions of a file; raises LedgerError with every reason to refuse it.

    `rules` are the rules by id, `made` what was decided before. A row is about one account, one unit of an area or one
    area, whichever its rule speaks of. A matter that is 一律 or 不得 on the day of a decision cannot be exempted or
    kept, and nothing is kept where a rule does not ask whether the account stays. An exemption says why, and by which
    document where the clause is 原则上; one that names no end gets one. 撤销 needs something to end.
    """
    reading = SheetReading(path, LAYOUT)
    found: dict[Decision, None] = {}
    revoking: list[tuple[SheetRow, Decision]] = []
    for row in reading.rows():
        decision = _decision(reading, row, directory, places, rules)
        if decision is None:
            continue
        if decision.at > until:
            reading.blame(row, f"日期{beijing(decision.at):%Y-%m-%d %H:%M}晚于今天，请改为今天或以前", "日期")
        _check(reading, row, decision, rules, strengths_on)
        found[decision] = None
        if decision.ruling is Ruling.REVOKED:
            revoking.append((row, decision))
    for row, decision in revoking:
        if not any(_is_ended_by(decision, entry) for entry in (*made, *found)):
            text = f"{_called(decision.subject)}在{decision.rule}下没有此前作出的决定可以撤销；请核对对象、规则和日期"
            reading.blame(row, text, "决定")
    if not found:
        reading.warn("文件中没有可导入的处置决定，请核对是否选错文件或表头位置")
    return Decisions(decisions=tuple(found), hints=reading.finish())


def decision_line(decision: Decision, account: str, title: str) -> str:
    """Return a decision as one line, naming its account, if it is about one, and its rule as people call them."""
    until = f"，至{decision.valid_until}" if decision.valid_until else ""
    document = f"，{decision.document}" if decision.document else ""
    whom = f"{decision.subject.account}“{account}”" if decision.subject.account else _called(decision.subject)
    line = f"{whom} {decision.rule}“{title}” {decision.ruling.label}"
    return f"{line}（{decision.by}，{beijing(decision.at):%Y-%m-%d}{until}{document}）"


def _is_ended_by(revoking: Decision, decision: Decision) -> bool:
    if decision.ruling is Ruling.REVOKED or not is_about_same(decision, revoking):
        return False
    on = beijing_date(revoking.at)
    # where no hour is named, what was decided on that day was decided before
    return beijing_date(decision.at) <= on if revoking.at == start_of_day(on) else decision.at <= revoking.at


def _called(subject: Subject) -> str:
    """Return a subject as one row names it."""
    return f"{subject.name}（{subject.area}）" if subject.kind is SubjectKind.UNIT else subject.name


def _decision(
    reading: SheetReading, row: SheetRow, directory: AccountIndex, places: Places, rules: Mapping[str, Ruled]
) -> Decision | None:
    subject = _subject(reading, row, directory, places)
    rule = reading.require(row, "规则", lambda cell: _rule(cells.identifier(cell), rules))
    ruling = reading.require(row, "决定", _RULING)
    by = reading.require(row, "决定人", cells.text)
    on = reading.require(row, "日期", cells.moment)
    valid_until = reading.take(row, "有效期至", cells.day)
    document = reading.take(row, "依据文号", cells.text)
    note = reading.take(row, "说明", cells.note) or ""
    if subject is None or rule is None or ruling is None or by is None or on is None:
        return None
    if ruling is Ruling.EXEMPTED and valid_until is None:
        valid_until = exemption_ends(beijing_date(on.at))
        said, kind = f"豁免没有写明有效期，按一年计，至 {valid_until}", "豁免没有写明有效期，按一年计"
        reading.warn(said, row=row, column="有效期至", kind=kind)
    return Decision(
        subject=subject,
        rule=rule,
        episode="",
        ruling=ruling,
        by=by,
        at=on.at,
        note=note,
        valid_until=valid_until,
        document=document,
    )


def _subject(reading: SheetReading, row: SheetRow, directory: AccountIndex, places: Places) -> Subject | None:
    """Return whom a row is about; None when that is not clear (then the fault is noted)."""
    unit = reading.take(row, _UNIT, cells.text)
    area = reading.take(row, _AREA, cells.text)
    if naming.is_named(row):
        if unit or area:
            both = "一行只决定一个对象，请只填账号、主办单位（及其所在地区）、地区中的一个"
            reading.blame(row, both, _UNIT if unit else _AREA)
            return None
        account = naming.find(reading, row, directory)
        return Subject.of_account(account.id) if account else None
    if not unit and not area:
        reading.blame(row, "没有写明对象：请填写账号ID，或主办单位，或地区")
        return None
    known = places.area(area) if area else None
    if area and known is None:
        reading.blame(row, f"没有地区“{area}”{did_you_mean(area, places.areas)}", _AREA)
        return None
    if unit:
        return _unit(reading, row, unit, known, places)
    return Subject.of_area(known) if known else None


def _unit(reading: SheetReading, row: SheetRow, name: str, area: str | None, places: Places) -> Subject | None:
    """Return the unit of that name, in an area if one is given; None where none or several are meant."""
    of_name = places.areas_of(name)
    found = [pair for pair in of_name if area in {None, pair[0]}]
    if len(found) == 1:
        return Subject.of_unit(*found[0])
    if found:
        where = "、".join(text for text, _ in found)
        reading.blame(row, f"主办单位“{name}”在{len(found)}个地区都有（{where}），请填写地区", _AREA)
        return None
    names = {text for where, text in places.units if area in {None, where}}
    reading.blame(row, f"台账中{area or ''}没有主办单位“{name}”{did_you_mean(name, names)}", _UNIT)
    return None


def _rule(written: str, rules: Collection[str]) -> str:
    if written.upper() not in rules:
        raise BadCellError(f"没有规则“{written}”{did_you_mean(written.upper(), rules)}")
    return written.upper()


def _check(
    reading: SheetReading, row: SheetRow, decision: Decision, rules: Mapping[str, Ruled], strengths_on: StrengthsOn
) -> None:
    on, rule, given = beijing_date(decision.at), rules[decision.rule], decision.subject.kind
    if decision.valid_until and decision.valid_until < on:
        reading.blame(row, f"有效期至 {decision.valid_until} 早于决定的日期 {on}", "有效期至")
    if given is not rule.on:
        whom = f"{decision.rule}“{rule.title}”针对{WHOM[rule.on]}，请填写{_asked(rule.on)}，不填{WHOM[given]}"
        reading.blame(row, whom, _COLUMN[given])
        return
    strength = strengths_on(on).get(decision.rule)
    why = why_not(decision.ruling, decision.rule, rule.title, on=rule.on, strength=strength)
    if why:
        spares = decision.ruling is Ruling.RETAINED and (strength is None or strength.admits(Ruling.EXEMPTED))
        reading.blame(row, f"{why}{'；请督促落实，确需免除的请登记豁免' if spares else ''}", "决定")
        return
    if decision.ruling not in SPARING:
        return  # a file tells what was decided before, of which a document may not be known any more
    in_principle = strength is Strength.IN_PRINCIPLE
    for column in missing_parts(decision.ruling, decision.note, decision.document, in_principle=in_principle):
        reading.blame(row, f"{decision.ruling.label}须写明{column}", column)


def _asked(on: SubjectKind) -> str:
    return "主办单位和地区" if on is SubjectKind.UNIT else WHOM[on]
