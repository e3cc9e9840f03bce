"""Since when a state lasts, and which decisions are about it: over random histories, against what each day said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, cached_property

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.app.rules import all_area_rules
from monitor.core.account import Account, AccountStatus, OperationMode, Outsourcing, Platform, UnitLevel
from monitor.core.calendar import EVER, start_of_day
from monitor.core.decision import Decision, Ruling
from monitor.core.filing import FiledList, Filing
from monitor.core.finding import AreaRule, Finding, State
from monitor.core.index import IndexWeek
from monitor.core.judgement import area_findings, quiet
from monitor.core.record import Record, RecordKind
from monitor.core.register import Register, Version
from monitor.core.subject import Subject, SubjectKind
from tests.core.area import AREA, book, record, ruled
from tests.core.build import account, beijing_time
from tests.often import often

FIRST = date(2026, 3, 2)
DAYS = 21
RULES = {rule.id: rule for rule in all_area_rules()}
OF_THEMSELVES = {"SUP-02", "MAT-02", "MTG-01", "SUB-01", "UPD-02", "TRN-01", "PHA-01", "REG-02"}
"""What follows cases, says nothing, names its rounds, or goes by dates of the calendar alone."""
ASKED = sorted(set(RULES) - OF_THEMSELVES)
NAMES, UNITS = ("A01", "A02"), ("示例县教育局", "示例县水利局")
TEXTS: Mapping[RecordKind, tuple[SubjectKind, tuple[str, ...]]] = {
    RecordKind.INTERACTION: (SubjectKind.ACCOUNT, ("正常", "缺失")),
    RecordKind.MESSAGE_REPLY: (SubjectKind.ACCOUNT, ("收到", "答复")),
    RecordKind.SERVICE_ENTRY: (SubjectKind.ACCOUNT, ("正常", "失效")),
    RecordKind.KNOWLEDGE_BASE: (SubjectKind.ACCOUNT, ("已引入", "未引入")),
    RecordKind.IPV6: (SubjectKind.ACCOUNT, ("支持", "不支持")),
    RecordKind.CONTENT_SAFETY: (SubjectKind.ACCOUNT, ("发现", "处置")),
    RecordKind.JOINT_REVIEW: (SubjectKind.ACCOUNT, ("注销", "保留")),
    RecordKind.INSTITUTION: (
        SubjectKind.UNIT,
        ("信息发布审核制度", "安全管理制度", "应急预案", "考核评价办法", "未建立"),
    ),
    RecordKind.FILING_CHANGE: (SubjectKind.ACCOUNT, ("开设", "变更")),
    RecordKind.IMPOSTOR: (SubjectKind.AREA, ("发现", "关停")),
    RecordKind.INSPECTION: (SubjectKind.AREA, ("季度检查",)),
}
WHOM = {SubjectKind.ACCOUNT: NAMES, SubjectKind.UNIT: UNITS, SubjectKind.AREA: (AREA,)}


@dataclass(frozen=True)
class History:
    """What happened in an area, by day."""

    versions: Mapping[str, tuple[tuple[int, Account | None], ...]]
    records: tuple[Record, ...]
    lists: tuple[FiledList, ...]
    weeks: tuple[IndexWeek, ...]

    def as_of(self, day: int) -> Register:
        """Return the register of a day, as the store would give it at noon."""
        today = FIRST + timedelta(days=day)
        mine = {
            id_: tuple(
                Version(since=start_of_day(FIRST + timedelta(days=since)) if since else EVER, account=account)
                for since, account in versions
                if since <= day
            )
            for id_, versions in self.versions.items()
        }
        present = tuple(of[-1].account for of in mine.values() if of[-1].account)
        lists = [filed for filed in self.lists if filed.as_of <= today]
        return Register(
            area=AREA,
            accounts=present,
            earlier={id_: of for id_, of in mine.items() if len(of) > 1},
            filed=lists[-1] if lists else None,
            former_lists=tuple(lists[:-1]),
            records=tuple(record for record in self.records if record.on <= today),
            weeks=tuple(week for week in self.weeks if week.ends_at <= noon(day)),
        )


def noon(day: int) -> datetime:
    """Return noon of a day."""
    return beijing_time(f"{FIRST + timedelta(days=day)} 12:00")


OUTSOURCED = Outsourcing(mode=OperationMode.OUTSOURCED, operator_type="社会企业")
ROWS = st.builds(
    lambda id_, **changes: account(id=id_, **changes),
    st.just("A01"),
    platform=st.sampled_from([Platform.WEIBO, Platform.SOHU, Platform.KUAISHOU, Platform.MOBILE_APP]),
    unit=st.sampled_from(UNITS),
    level=st.sampled_from([UnitLevel.COUNTY_UNIT, UnitLevel.TOWNSHIP, UnitLevel.PARTY, None]),
    status=st.sampled_from([AccountStatus.ACTIVE, AccountStatus.DEREGISTERING, AccountStatus.CLOSED]),
    name=st.sampled_from(["示例发布", "别的名字"]),
    is_main=st.booleans(),
    outsourcing=st.sampled_from([Outsourcing(), OUTSOURCED]),
)
DAY = st.integers(1, DAYS - 1)


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Return what may happen in an area within weeks: rows that change, records, filed lists, weeks of the index."""
    versions = {}
    for id_ in NAMES:
        later = draw(
            st.lists(st.tuples(DAY, st.one_of(ROWS, ROWS, st.none())), max_size=4, unique_by=lambda pair: pair[0])
        )
        rows = [(0, draw(ROWS)), *sorted(later, key=lambda pair: pair[0])]
        versions[id_] = tuple((day, account and replace(account, id=id_)) for day, account in rows)
    records: list[Record] = []
    for _ in range(draw(st.integers(0, 6))):
        kind = draw(st.sampled_from(sorted(TEXTS, key=lambda entry: entry.value)))
        subject, texts = TEXTS[kind]
        name, text, day = draw(st.sampled_from(WHOM[subject])), draw(st.sampled_from(texts)), draw(DAY)
        on = FIRST + timedelta(days=day)
        records.append(replace(record(kind, name, on.isoformat(), text, subject), id=len(records)))
    named = st.sets(st.sampled_from(NAMES))
    listed = draw(st.dictionaries(DAY, named, max_size=4))
    lists = tuple(
        FiledList(as_of=FIRST + timedelta(days=day), filings=dict.fromkeys(sorted(names), Filing()))
        for day, names in sorted(listed.items())
    )
    values = st.fixed_dictionaries({}, optional={name: st.sampled_from(["1", "9"]).map(Decimal) for name in NAMES})
    weeks = tuple(
        IndexWeek(begins_on=FIRST + timedelta(weeks=place), label=f"第{place}周", values=draw(values), mean=Decimal(5))
        for place in range(draw(st.integers(0, 5)))
    )
    return History(versions, tuple(sorted(records, key=lambda entry: entry.on)), lists, weeks)


book_of = cache(lambda day: book(str(FIRST + timedelta(days=day))))
Whom = tuple[str | None, str | None]


def said_on(rule: AreaRule, of: Register, day: int) -> dict[Whom, Finding]:
    """Return what a rule says on a day, by whom it speaks of."""
    found = area_findings(rule, of, book_of(day), noon(day))
    return {(finding.account, finding.unit if finding.account is None else None): finding for finding in found}


def began_on_the_first_day_that_said_so(rule: str, history: History) -> None:
    """Fail unless every state is as old as the first day of its run, on each day of it."""
    begun: defaultdict[Whom, tuple[State, int] | None] = defaultdict(lambda: None)
    for day in range(DAYS):
        said = said_on(RULES[rule], history.as_of(day), day)
        for whom in {*said, *begun}:
            state = said[whom].state if whom in said else State.OK
            if state is State.UNKNOWN:
                continue
            before = begun[whom]
            run = begun[whom] = before if before and before[0] is state else (state, day)
            # that a scope is open is as old as the row that leaves it open, whatever the index told before
            if not state.is_trouble or (rule == "WEAK-01" and state is State.NEEDS_REVIEW):
                continue
            since = said[whom].since
            if run[1] > 0:
                first = FIRST + timedelta(days=run[1])
                # a week is told on the morning after its last day, and what it shows was so on that day
                assert since == first or (
                    rule == "WEAK-01" and since == first - timedelta(days=1) and first.weekday() == 0
                )
            else:
                assert since is not None
                assert since <= FIRST


def holds_for_its_own_trouble(rule: str, history: History, made_on: int, *, is_from_file: bool) -> None:
    """Fail unless 误报 of a day silences what was amiss then for as long as it lasts, and nothing after that."""
    on = FIRST + timedelta(days=made_on)
    standing = said_on(RULES[rule], history.as_of(made_on), made_on)
    troubled = {
        whom: finding for whom, finding in standing.items() if finding.state.is_trouble and finding.account is not None
    }
    made = [ruled(Ruling.REJECTED, str(on), rule, name=account) for account, _ in troubled if account]
    if not is_from_file:
        made = [
            replace(decision, episode=troubled[decision.subject.account, None].episode, at=noon(made_on))
            for decision in made
        ]
    decisions = tuple(made)
    is_over = set[Whom]()
    for day in range(made_on, DAYS) if troubled else ():
        plain = said_on(RULES[rule], history.as_of(day), day)
        decided = said_on(RULES[rule], replace(history.as_of(day), decisions=decisions), day)
        for whom, first in troubled.items():
            state = plain[whom].state if whom in plain else quiet(RULES[rule], AREA, book(str(on)), is_bound=True).state
            if state not in {State.UNKNOWN, first.state}:
                is_over.add(whom)
            # an incident that was recorded is the same, whatever is learnt of its account: it is not held against it
            is_incident = first.episode != rule and state.is_trouble and not plain[whom].is_scope_open
            if state.is_trouble and plain[whom].episode == first.episode and (is_incident or whom not in is_over):
                assert decided[whom].state is State.OK
                assert decided[whom].because.endswith("经人工核实为误报。")
            elif state.is_trouble and whom in is_over:
                assert decided[whom] == plain[whom]


@pytest.mark.parametrize("rule", ASKED)
@settings(max_examples=6)
@given(history=histories())
def test_a_state_began_on_the_first_day_that_said_so_and_that_day_never_moves(rule: str, history: History) -> None:
    began_on_the_first_day_that_said_so(rule, history)


@pytest.mark.parametrize("rule", ASKED)
@settings(max_examples=6)
@given(history=histories(), made_on=DAY, is_from_file=st.booleans())
def test_an_old_decision_holds_for_the_trouble_it_was_made_on_and_for_none_that_begins_anew(
    rule: str, history: History, made_on: int, *, is_from_file: bool
) -> None:
    holds_for_its_own_trouble(rule, history, made_on, is_from_file=is_from_file)


def test_an_incident_found_to_be_false_is_not_held_against_a_unit_whose_level_is_filled_in_later() -> None:
    blank, filled = account(id="A01", level=None), account(id="A01", level=UnitLevel.COUNTY_UNIT)
    incident = record(RecordKind.CONTENT_SAFETY, "A01", (FIRST + timedelta(days=1)).isoformat(), "发现")
    history = History({"A01": ((0, blank), (2, filled))}, (replace(incident, id=0),), (), ())
    false = ruled(Ruling.REJECTED, str(FIRST + timedelta(days=1)), "SEC-01", name="A01")
    known = history.as_of(2)
    assert said_on(RULES["SEC-01"], known, 2)["A01", None].state is State.VIOLATED
    assert said_on(RULES["SEC-01"], replace(known, decisions=(false,)), 2)["A01", None].state is State.OK


@pytest.mark.slow
@pytest.mark.parametrize("rule", ASKED)
@settings(max_examples=150)
@given(history=histories(), made_on=DAY, is_from_file=st.booleans())
def test_both_hold_in_many_histories(rule: str, history: History, made_on: int, *, is_from_file: bool) -> None:
    began_on_the_first_day_that_said_so(rule, history)
    holds_for_its_own_trouble(rule, history, made_on, is_from_file=is_from_file)


class Asked(Register):
    """A register that remembers which kinds of records it was asked for."""

    @cached_property
    def kinds(self) -> set[RecordKind]:
        """The kinds so far."""
        return set()

    def kept(self, kind: RecordKind) -> tuple[Record, ...]:
        """Return them, and remember that."""
        self.kinds.add(kind)
        return super().kept(kind)


@pytest.mark.parametrize("rule", sorted(id_ for id_, rule in RULES.items() if rule.reach is not None))
@settings(max_examples=often(10))
@given(history=histories())
def test_a_rule_whose_past_is_asked_reads_no_records_but_those_it_names(rule: str, history: History) -> None:
    day = DAYS - 1
    plain = history.as_of(day)
    of = Asked(area=AREA, accounts=plain.accounts, filed=plain.filed, records=plain.records)
    list(RULES[rule].judge(of, book_of(day), noon(day)))
    assert of.kinds <= RULES[rule].reads


def test_a_decision_of_a_day_is_not_about_what_began_with_the_next() -> None:
    rows = {"A01": ((0, account(level=UnitLevel.TOWNSHIP)), (2, account(level=None)))}
    made = ruled(Ruling.REJECTED, str(FIRST + timedelta(days=1)), "TWN-01")
    for day, state in ((1, State.OK), (2, State.NEEDS_REVIEW)):
        of = replace(History(rows, (), (), ()).as_of(day), decisions=(made,))
        assert [finding.state for finding in said_on(RULES["TWN-01"], of, day).values()] == [state]


def test_what_was_amiss_when_the_roster_first_came_is_as_old_as_the_rule_or_the_account() -> None:
    rule = RULES["PLT-01"]
    for opened, since in ((date(2020, 1, 1), date(2022, 5, 16)), (date(2024, 2, 3), date(2024, 2, 3))):
        of = Register(area=AREA, accounts=(account(platform=Platform.SOHU, opened_on=opened),))
        [found] = area_findings(rule, of, book("2026-03-02"), noon(0))
        assert (found.since, found.begun_at) == (since, EVER)
    early = Decision(
        subject=Subject.of_account("A01"),
        rule="PLT-01",
        episode="",
        ruling=Ruling.RETAINED,
        by="甲",
        at=beijing_time("2022-05-01 00:00"),
    )
    [kept] = area_findings(rule, replace(of, decisions=(early,)), book("2026-03-02"), noon(0))
    assert kept.state is State.EXEMPTED
