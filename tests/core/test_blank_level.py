"""Whose unit's level is blank is accused of nothing but silence, downloads and contacts: the rest is put to the office.

One table has a trouble for every rule that ever holds one against an account or a unit; it is complete by test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from monitor.app.rules import all_area_rules, all_rules
from monitor.core.account import Account, AccountStatus, OperationMode, Outsourcing, Platform, UnitLevel
from monitor.core.calendar import EVER
from monitor.core.case import StepKind, plan
from monitor.core.decision import Ruling
from monitor.core.finding import (
    AreaRule,
    Finding,
    Known,
    Pacing,
    Proposal,
    Rule,
    State,
    Urgency,
    word_of,
)
from monitor.core.judgement import reviewed
from monitor.core.notice import is_alarm
from monitor.core.observation import Standing
from monitor.core.record import RecordKind
from monitor.core.register import Register, Trouble, Version
from monitor.core.subject import SubjectKind
from tests.core.area import AREA, LISTED, book, filed, issue, judged, record, register, ruled, weeks
from tests.core.build import account, beijing_time, known, observation

AT = "2022-12-31 09:00"
NOW = beijing_time(AT)
AS_USUAL = frozenset({"UPD-01", "UPD-02", "UPD-03", "APP-01", "PER-01", "DRG-01"})
"""The rules about updates, downloads and contacts judge every account until its scope is known.

So does what the office has decided to do itself."""
ALWAYS_OPEN = frozenset({"TWN-01", "WEAK-01", "REG-01"})
"""Rules whose word follows from the level, or from whom the plan binds: they wait for it before they look further."""
OUT = Outsourcing(mode=OperationMode.OUTSOURCED, operator_type="社会企业")
LOW = {"A01": "1", "A02": "5", "A03": "6"}
ME = Callable[[Account], Register]


def recorded(kind: RecordKind, text: str) -> ME:
    """Return an area with a record about its one account."""
    return lambda account: register(account, records=(record(kind, account.id, "2022-12-01", text),))


def others(entry: Account, **changes: object) -> tuple[Account, ...]:
    return (
        entry,
        *(account(id=f"A0{place}", name=f"示例{place}", unit=f"示例{place}局", **changes) for place in (2, 3)),
    )


TROUBLES: dict[str, ME] = {
    "APP-02": recorded(RecordKind.IPV6, "不支持"),
    "APP-03": register,
    "CLN-01": recorded(RecordKind.JOINT_REVIEW, "注销"),
    "CLN-02": recorded(RecordKind.CLOSE_REQUEST, "不再更新"),
    "DUP-01": lambda account: register(account, replace(account, id="A02")),
    "FUN-01": recorded(RecordKind.INTERACTION, "缺失"),
    "FUN-02": recorded(RecordKind.MESSAGE_REPLY, "收到"),
    "FUN-03": recorded(RecordKind.SERVICE_ENTRY, "失效"),
    "FUN-04": recorded(RecordKind.KNOWLEDGE_BASE, "未引入"),
    "NAME-01": lambda account: register(replace(account, verified_entity="示例传媒公司")),
    "OUT-01": lambda account: register(replace(account, outsourcing=OUT)),
    "OUT-02": lambda account: register(replace(account, outsourcing=OUT)),
    "PLT-01": lambda account: register(replace(account, platform=Platform.SOHU)),
    "REG-01": lambda account: register(account, filed=filed("2022-12-20", "X")),
    "REG-02": register,
    "SEC-01": recorded(RecordKind.CONTENT_SAFETY, "发现"),
    "SUP-02": lambda account: register(
        account, troubles=(Trouble(case=1, account=account.id, rule="PER-01", since=date(2022, 6, 1)),)
    ),
    "SYS-01": register,
    "TWN-01": lambda account: register(replace(account, level=account.level and UnitLevel.TOWNSHIP)),
    "UPD-02": lambda account: register(
        account, rounds=(issue(1, "2022-11-01", ("A01", LISTED)), issue(2, "2022-12-01", ("A01", LISTED)))
    ),
    "WEAK-01": lambda account: register(*others(account), weeks=weeks(LOW, LOW)),
}
"""By rule, an area whose one account is in trouble under it, given that account."""
MOMENTS = {"APP-03": "2026-06-01 09:00", "REG-02": "2022-05-18 09:00", "WEAK-01": "2022-05-25 09:00"}
PLATFORMS = {"APP-02": Platform.MOBILE_APP, "APP-03": Platform.MOBILE_APP}
OF_ACCOUNTS: dict[str, Callable[[UnitLevel | None], Known]] = {
    "CHG-01": lambda level: replace(
        known(level=level),
        observations=(replace(observation(NOW, standing=Standing.CANCELLED), first_seen=NOW - timedelta(hours=2)),),
    ),
    "DRG-01": lambda level: replace(
        known(level=level),
        decisions=(ruled(Ruling.DEREGISTERED, "2022-12-20", "PLT-01"),),
        records=(record(RecordKind.DEREGISTRATION, "A01", "2022-12-25", "申请"),),
    ),
    "PER-01": lambda level: known(contacts=(), level=level),
    "REO-01": lambda level: known(
        NOW - timedelta(days=2), level=level, status=AccountStatus.CLOSED, closed_on=date(2022, 12, 1)
    ),
    "UPD-01": lambda level: known(NOW - timedelta(days=17), look=NOW, level=level),
    "UPD-03": lambda level: known(NOW - timedelta(days=30), look=NOW, level=level),
}
"""By rule, what is known of an account in trouble."""
SHOWN_ELSEWHERE = frozenset({"APP-01"})
"""Held against an account only after a person confirmed (tests/core/test_app_01.py)."""
OF_THE_AREA = frozenset({"CAP-01", "FAKE-01", "MAT-01", "PHA-01", "SUP-01", "TRN-01"})
"""Duties of the area itself, which no account's level ends."""


def holds_something(rule: Rule | AreaRule) -> bool:
    return any(state.is_held_against for state in rule.says)


RULES: dict[str, Rule | AreaRule] = {rule.id: rule for rule in all_rules()}
RULES |= {rule.id: rule for rule in all_area_rules()}


def test_every_rule_that_holds_something_against_somebody_has_a_trouble_here() -> None:
    named = {*TROUBLES, *OF_ACCOUNTS, *SHOWN_ELSEWHERE, *OF_THE_AREA}
    assert named == {id_ for id_, rule in RULES.items() if holds_something(rule)}
    assert {
        id_ for id_, rule in RULES.items() if isinstance(rule, AreaRule) and rule.on is SubjectKind.AREA
    } >= OF_THE_AREA


def said(rule: str, level: UnitLevel | None) -> Finding:
    """Return what a rule says of the account in trouble, or of its unit."""
    found = RULES[rule]
    if isinstance(found, Rule):
        return word_of(found, OF_ACCOUNTS[rule](level), book(AT[:10]), NOW)
    of = TROUBLES[rule](account(level=level, platform=PLATFORMS.get(rule, Platform.WEIBO)))
    mine = [finding for finding in judged(found, of, MOMENTS.get(rule, AT)) if finding.account in {"A01", None}]
    assert len(mine) == 1
    return mine[0]


@pytest.mark.parametrize("rule", sorted({*TROUBLES, *OF_ACCOUNTS}))
def test_what_is_held_against_a_unit_in_scope_is_put_to_the_office_where_the_level_is_blank(rule: str) -> None:
    sure, blank = said(rule, UnitLevel.COUNTY_UNIT), said(rule, None)
    assert sure.state.is_held_against
    if rule in AS_USUAL:
        assert blank == sure
        return
    assert (blank.state, blank.label, blank.proposals) == (State.NEEDS_REVIEW, "待研判", (Proposal.REVIEW,))
    assert blank.because.endswith("单位层级未填写，是否属于监管范围待确定。")
    if rule not in ALWAYS_OPEN:
        assert blank.is_scope_open
        assert blank.because.startswith(sure.because.removesuffix("。"))


@pytest.mark.parametrize("rule", ["SYS-01", "REG-02"])
@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ((None, None), State.NEEDS_REVIEW),
        ((None, UnitLevel.COUNTY_UNIT), State.WARNING),
        ((None, UnitLevel.SCHOOL_HOSPITAL), State.NEEDS_REVIEW),
        ((UnitLevel.SCHOOL_HOSPITAL,), State.NOT_APPLICABLE),
    ],
)
def test_a_unit_is_bound_as_soon_as_one_of_its_accounts_certainly_is(
    rule: str, levels: Iterable[UnitLevel | None], expected: State
) -> None:
    accounts = [account(id=f"A0{place}", level=level) for place, level in enumerate(levels)]
    found = RULES[rule]
    assert isinstance(found, AreaRule)
    [finding] = judged(found, register(*accounts), MOMENTS.get(rule, AT))
    assert (finding.unit, finding.state) == ("示例县教育局", expected)


@pytest.mark.parametrize(("is_open", "alarms"), [(True, True), (False, False)])
def test_what_cannot_wait_is_told_at_once_though_the_level_is_blank(*, is_open: bool, alarms: bool) -> None:
    finding = replace(said("SEC-01", None), is_scope_open=is_open)
    planned = plan(finding, Pacing.TASK, None, book(), book().calendar, beijing_time("2023-01-03 09:00"))
    assert planned.step is not None
    assert planned.step.kind is StepKind.TASK
    urgent = replace(book(), urgent={"SEC-01": Urgency.EVERY})
    assert is_alarm(planned.step, finding, Pacing.TASK, account(level=None), urgent) is alarms


def test_what_waits_for_the_level_began_when_both_were_so_and_can_be_decided_on() -> None:
    blank = replace(OF_ACCOUNTS["REO-01"](None))
    day = beijing_time("2022-12-30 12:00")
    former = Version(since=EVER, account=replace(blank.account, level=UnitLevel.COUNTY_UNIT))
    emptied = replace(blank, versions=(former, Version(since=day, account=blank.account)))
    rule = RULES["REO-01"]
    assert isinstance(rule, Rule)
    before, after = (word_of(rule, known, book(AT[:10]), NOW) for known in (blank, emptied))
    assert (before.since, after.since) == (date(2022, 12, 29), date(2022, 12, 30))
    early = ruled(Ruling.REJECTED, "2022-12-29", "REO-01")
    assert [reviewed(finding, (early,), NOW).state for finding in (before, after)] == [State.OK, State.NEEDS_REVIEW]


@pytest.mark.parametrize("rule", sorted(OF_THE_AREA - {"CAP-01"}))
def test_what_an_area_owes_it_owes_whatever_the_level_of_an_account(rule: str) -> None:
    found = RULES[rule]
    assert isinstance(found, AreaRule)
    pair = [
        judged(found, Register(area=AREA, accounts=(account(level=level),)), AT)
        for level in (UnitLevel.COUNTY_UNIT, None)
    ]
    assert [[finding.state for finding in said] for said in pair] == [[pair[0][0].state]] * 2
