"""What can be decided about whom under which rule: every rule, every sort of subject, every decision.

The table is reckoned here from what the plan says of each rule, and held against the import, the commands and the
function that both call.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from monitor.actions import cases as case_actions
from monitor.actions.actor import EVERYTHING, Actor, Origin
from monitor.actions.refused import RefusedError
from monitor.app.clock import now
from monitor.app.rules import all_area_rules, all_rules, rule_titles
from monitor.app.settings import load_settings
from monitor.core.calendar import beijing_date
from monitor.core.case import Closing, Plan, Step, StepKind
from monitor.core.decision import Ruling
from monitor.core.finding import AreaRule, Finding, Rule, State, Strength
from monitor.core.subject import SubjectKind
from monitor.store import Store, Tx, cases, decisions, open_store
from tests.cli.office import Office
from tests.often import some
from tests.store.build import account, enrol

TITLES = rule_titles()
RULES: dict[str, Rule | AreaRule] = {rule.id: rule for rule in all_rules()}
RULES |= {rule.id: rule for rule in all_area_rules()}
ON = {id_: rule.on if isinstance(rule, AreaRule) else SubjectKind.ACCOUNT for id_, rule in RULES.items()}
WORD = {SubjectKind.ACCOUNT: "账号", SubjectKind.UNIT: "主办单位", SubjectKind.AREA: "地区"}
CELLS: Mapping[SubjectKind, tuple[str, str, str]] = {
    SubjectKind.ACCOUNT: ("A01", "", ""),
    SubjectKind.UNIT: ("", "示例县教育局", "示例县"),
    SubjectKind.AREA: ("", "", "示例县"),
}
HEADER = ("账号ID", "主办单位", "地区", "规则", "决定", "决定人", "日期", "有效期至", "依据文号", "说明")
STAYS = re.compile("CLN-|WEAK-|TWN-|PLT-|CAP-|UPD-0[23]")
"""Rules that ask whether an account stays, or how many may."""
SPARING = (Ruling.EXEMPTED, Ruling.RETAINED)
DOUBTS = (Ruling.CONFIRMED, Ruling.REJECTED)
VERBS = {
    Ruling.CONFIRMED: "confirm",
    Ruling.REJECTED: "reject",
    Ruling.EXEMPTED: "exempt",
    Ruling.RETAINED: "retain",
    Ruling.CONSOLIDATED: "consolidate",
    Ruling.DEREGISTERED: "deregister",
    Ruling.REVOKED: "revoke",
}
LATER = beijing_date(now() + timedelta(days=500))
WORDS = ("--by", "县府办", "--note", "整合期间", "--document", "示例〔2026〕1号")
TODAY = beijing_date(now())
ME = Actor(name="甲", origin=Origin.COMMAND_LINE, rights=EVERYTHING)


def never(rule: str, ruling: Ruling, *, is_mandatory: bool) -> str | None:
    """Return how it is said that a rule never admits a decision about whom it speaks of; None where it does."""
    if ruling in SPARING and is_mandatory:
        return f"{rule}“{TITLES[rule]}”是“一律”“不得”的要求，不能{ruling.label}；事实有误的，请更正台账或清单。"
    if ruling is Ruling.RETAINED and not STAYS.match(rule):
        return f"“保留”只决定账号去留，不免除{rule}“{TITLES[rule]}”的要求；"
    if ruling in {Ruling.CONSOLIDATED, Ruling.DEREGISTERED} and ON[rule] is not SubjectKind.ACCOUNT:
        said = f"{ruling.label}只能决定到账号，请就该账号登记。"
        return f"{rule}“{TITLES[rule]}”针对{WORD[ON[rule]]}，{said}"
    return None


# --- by import ---


@dataclass(frozen=True)
class Row:
    """One row of the table, and the refusal that it gets; None where it is admitted."""

    cells: tuple[object, ...]
    column: str = ""
    why: str | None = None


def rows(strengths: Mapping[str, Strength]) -> Iterator[Row]:
    """Yield the whole table: every rule for every sort of subject and every decision."""
    for rule, on in ON.items():
        is_mandatory = strengths.get(rule) is Strength.MANDATORY
        for given, whom in CELLS.items():
            for ruling in Ruling:
                cells = (*whom, rule, ruling.label, "县府办", TODAY, "", "示例〔2026〕1号", "整合期间")
                if given is not on:
                    asked = "主办单位和地区" if on is SubjectKind.UNIT else WORD[on]
                    why = f"{rule}“{TITLES[rule]}”针对{WORD[on]}，请填写{asked}，不填{WORD[given]}。"
                    yield Row(cells, {"账号": "账号ID"}.get(WORD[given], WORD[given]), why)
                else:
                    yield Row(cells, "决定", never(rule, ruling, is_mandatory=is_mandatory))


@pytest.fixture
def county(office: Office) -> Office:
    """An office with one account."""
    table = office.table(("A01", "示例发布", "微博", "示例县教育局", "县属单位"), header=(*_ROSTER, "单位层级"))
    office.type("import", "roster", table).done()
    return office


_ROSTER = ("账号ID", "账号名称", "平台", "主办单位")


def test_the_import_admits_and_refuses_by_the_table(county: Office) -> None:
    strengths = load_settings(county.folder / "config", None).rule_book(TODAY).strengths
    table = list(rows(strengths))
    assert len(table) == len(RULES) * len(SubjectKind) * len(Ruling)
    refused = county.type("import", "decisions", county.table(*(row.cells for row in table), header=HEADER))
    assert (refused.code, refused.out) == (1, "")
    faults = {(int(found[1]), found[2]): found[3] for found in map(_FAULT.search, refused.err.splitlines()) if found}
    expected = {(number, row.column): row.why for number, row in enumerate(table, 2) if row.why}
    assert {place for place in faults if "没有此前作出的决定可以撤销" not in faults[place]} == set(expected)
    for place, why in expected.items():
        assert why is not None
        assert faults[place].startswith(why.removesuffix("。")), place
    admitted = [row.cells for row in table if row.why is None]
    said = county.type("import", "decisions", county.table(*admitted, header=HEADER)).done()
    assert f"共{len(admitted)}条：新增{len(admitted)}，不变0。" in said


_FAULT = re.compile("第([0-9]+)行“(.+?)”列：(.+)")


# --- by command, and by the function that it calls ---


def finding(rule: str, state: State, *, is_mandatory: bool) -> Finding:
    """Return what a rule says of whom it speaks of."""
    on = ON[rule]
    return Finding(
        rule=rule,
        account="A01" if on is SubjectKind.ACCOUNT else None,
        unit=None if on is SubjectKind.AREA else "示例县教育局",
        area="示例县",
        state=state,
        strength=Strength.MANDATORY if is_mandatory else Strength.IN_PRINCIPLE,
        clause="条款",
        because="原因。",
        episode=rule,
    )


def opened(tx: Tx, found: Finding) -> int:
    """Open a case about a finding, as the service does, and return its number."""
    step = Step(kind=StepKind.TASK, number=0, at=now(), because=found.because)
    cases.save_findings(tx, [found], at=now())
    (number,) = cases.apply_in_area(tx, [cases.Judgement(finding=found, plan=Plan(step=step))], [], at=now())
    return number


def now_refused(found: Finding, ruling: Ruling) -> str | None:
    """Return how the refusal of a decision about a finding begins, as it stands; None where it is admitted."""
    why = never(found.rule, ruling, is_mandatory=found.strength is Strength.MANDATORY)
    if why is not None and ruling not in DOUBTS:
        return why
    is_doubtful = found.state in {State.SUSPECTED, State.NEEDS_REVIEW}
    if ruling in DOUBTS and not (is_doubtful or (found.rule == "APP-01" and found.state is State.VIOLATED)):
        return "没有待核实的疑似情况"
    if ruling is Ruling.EXEMPTED and found.state not in {State.WARNING, State.VIOLATED, State.EXEMPTED}:
        return f"“{TITLES[found.rule]}”目前为“{found.label}”，没有可以豁免的问题；"
    return "没有可撤销的决定" if ruling is Ruling.REVOKED else None


STATES = (State.WARNING, State.VIOLATED, State.SUSPECTED, State.NEEDS_REVIEW, State.UNKNOWN, State.EXEMPTED, State.OK)


@pytest.fixture
def store(office: Office) -> Iterator[Store]:
    with open_store(office.address) as opened_store:
        enrol(opened_store, account(unit="示例县教育局"), at=now())
        yield opened_store


@pytest.mark.parametrize("is_mandatory", [True, False])
@pytest.mark.parametrize("rule", sorted(RULES))
def test_what_is_decided_about_a_case_is_admitted_and_refused_by_the_table(
    store: Store, rule: str, *, is_mandatory: bool
) -> None:
    for state in some(STATES, sorted(RULES).index(rule) + is_mandatory):
        found = finding(rule, state, is_mandatory=is_mandatory)
        for ruling, said in tried(store, found):
            why = now_refused(found, ruling)
            assert said is None if why is None else said is not None and why in said, (state, ruling, said)


def tried(store: Store, found: Finding) -> Iterator[tuple[Ruling, str | None]]:
    """Try each decision about one case, yield the refusal, and leave nothing behind."""
    command = case_actions.DecideCommand(
        case=0, titles=TITLES, ruling=Ruling.REVOKED, by="县府办", note="整合期间", document="示例〔2026〕1号"
    )
    with store.begin() as tx:
        everything = tx.begin_nested()
        number = opened(tx, found)
        for ruling in Ruling:
            one = tx.begin_nested()
            yield ruling, _refusal(tx, replace(command, case=number, ruling=ruling))
            one.rollback()
        everything.rollback()


def _refusal(tx: Tx, command: case_actions.DecideCommand) -> str | None:
    try:
        case_actions.decide(tx, command, actor=ME, now=now())
    except RefusedError as error:
        return str(error)
    return None


KINDS = {(ON[rule], bool(STAYS.match(rule)), rule == "APP-01"): rule for rule in sorted(RULES)}
"""One rule of each kind that the table tells apart."""


@pytest.mark.parametrize("is_mandatory", [True, False])
@pytest.mark.parametrize("state", [State.VIOLATED, State.NEEDS_REVIEW])
@pytest.mark.parametrize("rule", KINDS.values())
def test_the_commands_admit_and_refuse_by_the_same_table(
    office: Office, rule: str, state: State, *, is_mandatory: bool
) -> None:
    found = finding(rule, state, is_mandatory=is_mandatory)
    with open_store(office.address) as store:
        enrol(store, account(unit="示例县教育局"), at=now())
    for ruling in Ruling:
        with open_store(office.address) as store, store.begin() as tx:
            number = opened(tx, replace(found, episode=ruling.value))
        words = WORDS[:4] if ruling in DOUBTS else WORDS
        said, why = office.type("case", VERBS[ruling], number, *words), now_refused(found, ruling)
        if why is None or (ruling is Ruling.REVOKED and "没有可撤销的决定" not in said.err):
            said.done()  # a 撤销 ends what was decided before it here
        else:
            assert why.removesuffix("。") in said.refused()
        with open_store(office.address) as store, store.begin() as tx:
            cases.end(tx, [number], Closing.DECIDED, at=now())


@pytest.mark.parametrize("sort", SubjectKind)
def test_a_decision_keeps_who_decided_why_by_which_document_and_until_when(store: Store, sort: SubjectKind) -> None:
    rule = next(rule for rule in sorted(RULES) if ON[rule] is sort)
    command = case_actions.DecideCommand(
        case=0,
        titles=TITLES,
        ruling=Ruling.EXEMPTED,
        by="县府办",
        note="整合期间",
        document="示例〔2026〕1号",
        until=LATER,
    )
    with store.begin() as tx:
        number = opened(tx, finding(rule, State.VIOLATED, is_mandatory=False))
        case_actions.decide(tx, replace(command, case=number), actor=ME, now=now())
        found = cases.case(tx, number)
        assert found is not None
        (made,) = decisions.decisions_on(tx, found)
    assert (made.by, made.note, made.document, made.valid_until) == (
        "县府办",
        "整合期间",
        "示例〔2026〕1号",
        LATER,
    )
    assert (made.subject.account, made.subject.unit, made.subject.area) == {
        SubjectKind.ACCOUNT: ("A01", None, None),
        SubjectKind.UNIT: (None, "示例县教育局", "示例县"),
        SubjectKind.AREA: (None, None, "示例县"),
    }[sort]
