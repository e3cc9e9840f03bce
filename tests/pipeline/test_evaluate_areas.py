"""Areas judged by the daemon: findings, cases and tasks that follow from a register, and how they end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from monitor.core.account import Account, Platform, UnitLevel
from monitor.core.bulletin import Problem
from monitor.core.calendar import beijing_date
from monitor.core.case import Case, Closing, StepKind
from monitor.core.decision import Decision, Ruling
from monitor.core.finding import State
from monitor.core.observation import Reason
from monitor.core.paper import NewEntry, Paper, PaperKind
from monitor.core.record import NewRecord, RecordKind, Result
from monitor.core.reference import Reference
from monitor.core.subject import Subject, SubjectKind
from monitor.pipeline import evaluate_areas
from monitor.store import Store, cases, decisions, records
from monitor.store.findings import drop_findings
from monitor.store.papers import save_papers
from monitor.store.roster import save_roster
from tests.pipeline.build import Canned, Office, account, feed, office
from tests.store.build import standing
from tests.store.history import finding_changes

DAY = timedelta(days=1)
URL = "https://a.example/1"
NICHE = account(1, URL, platform=Platform.SOHU)


async def living(store: Store, *accounts: Account) -> Office:
    """Return an office with a roster, judged once."""
    canned = office(store, lambda clock: Canned(clock, {}), surveyed=True)
    await canned.enrol(accounts)
    await canned.parts.passes.judge_all()
    return canned


async def held(of: Office, rule: str) -> Mapping[str | None, State]:
    """Return what is written down under a rule, by account, unit or area."""
    findings = await of.parts.store.query(standing)
    return {
        finding.account or finding.unit or finding.area: finding.state for finding in findings if finding.rule == rule
    }


async def course(of: Office, rule: str) -> list[tuple[list[StepKind], Closing | None]]:
    """Return the cases under a rule: their steps and how they ended."""
    found = await of.parts.store.query(cases.cases)
    return [([step.kind for step in case.steps], case.closing) for case in found if case.rule == rule]


async def test_what_a_register_shows_opens_a_case_with_a_task_for_the_operator(store: Store) -> None:
    of = await living(store, NICHE)
    assert await held(of, "PLT-01") == {"A01": State.VIOLATED}
    assert await course(of, "PLT-01") == [([StepKind.TASK], None)]


async def test_a_unit_and_an_area_have_cases_of_their_own(store: Store) -> None:
    of = await living(store, NICHE)
    assert await held(of, "SYS-01") == {"示例县教育局": State.WARNING}
    assert await held(of, "MAT-01") == {"示例县": State.WARNING}
    found = {case.rule: case for case in await store.query(cases.cases)}
    assert (found["SYS-01"].account, found["SYS-01"].unit, found["SYS-01"].area) == (None, "示例县教育局", "示例县")
    assert (found["MAT-01"].account, found["MAT-01"].unit, found["MAT-01"].area) == (None, None, "示例县")


async def test_judging_twice_changes_nothing(store: Store) -> None:
    of = await living(store, NICHE)
    before = await store.query(lambda tx: (standing(tx), cases.cases(tx), finding_changes(tx, "A01")))
    await store.write(lambda tx: cases.judge_soon(tx, of.clock()))
    await of.parts.passes.judge_all()
    after = await store.query(lambda tx: (standing(tx), cases.cases(tx), finding_changes(tx, "A01")))
    assert before == after


async def test_what_is_put_right_is_silence_and_its_case_ends(store: Store) -> None:
    of = await living(store, NICHE)
    of.clock.forward(DAY)
    await of.enrol([replace(NICHE, platform=Platform.WEIBO)])
    await of.parts.passes.judge_all()
    assert await held(of, "PLT-01") == {}
    assert await course(of, "PLT-01") == [([StepKind.TASK], Closing.COMPLETED)]
    changes = await store.query(lambda tx: finding_changes(tx, "A01"))
    assert [change.finding.state for change in changes if change.finding.rule == "PLT-01"] == [State.OK, State.VIOLATED]


async def test_an_area_that_is_judged_in_portions_is_judged_like_one_that_is_not(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluate_areas, "CHUNK", 2)
    niche = [replace(NICHE, id=f"A0{number}", unit=f"示例{number}局") for number in range(1, 6)]
    of = await living(store, *niche)
    assert await held(of, "PLT-01") == {account.id: State.VIOLATED for account in niche}
    assert await course(of, "SYS-01") == [([StepKind.TASK], None)] * 5
    before = await store.query(cases.cases)
    of.clock.forward(DAY)
    await of.parts.passes.judge_all()
    assert await store.query(cases.cases) == before
    await of.enrol([*(replace(account, platform=Platform.WEIBO) for account in niche[:3]), *niche[3:]])
    await of.parts.passes.judge_all()
    assert await held(of, "PLT-01") == {"A04": State.VIOLATED, "A05": State.VIOLATED}
    open_ones, ended = [([StepKind.TASK], None)] * 2, [([StepKind.TASK], Closing.COMPLETED)] * 3
    assert await course(of, "PLT-01") == [*open_ones, *ended]


async def test_a_case_of_which_no_finding_is_left_ends_all_the_same(store: Store) -> None:
    of = await living(store, NICHE)
    await store.write(lambda tx: drop_findings(tx, ["A01"]))
    await of.enrol([replace(NICHE, platform=Platform.WEIBO)])
    await of.parts.passes.judge_all()
    assert await held(of, "PLT-01") == {}
    assert await course(of, "PLT-01") == [([StepKind.TASK], Closing.COMPLETED)]


async def test_a_record_is_judged_at_once(store: Store) -> None:
    of = await living(store, NICHE)
    at = of.clock()
    inspected = NewRecord(
        kind=RecordKind.INSPECTION, subject=SubjectKind.AREA, name="示例县", on=at.date(), result=Result.INSPECTED
    )
    assert await held(of, "SUP-01") == {"示例县": State.WARNING}
    await store.write(lambda tx: records.save_records(tx, [inspected], known_at=at))
    await of.parts.passes.judge_all()
    assert await held(of, "SUP-01") == {}
    assert [closing for _, closing in await course(of, "SUP-01")] == [Closing.COMPLETED]


async def test_an_exemption_ends_the_case_and_stays_in_the_ledger(store: Store) -> None:
    of = await living(store, NICHE)
    at = of.clock()
    exempt = Decision(
        subject=Subject.of_account("A01"), rule="PLT-01", episode="", ruling=Ruling.EXEMPTED, by="县府办", at=at
    )
    await store.write(lambda tx: decisions.save_decisions(tx, [exempt], known_at=at))
    await of.parts.passes.judge_all()
    assert await held(of, "PLT-01") == {"A01": State.EXEMPTED}
    assert await course(of, "PLT-01") == [([StepKind.TASK], Closing.EXEMPTED)]


@pytest.mark.parametrize("rule", ["SYS-01", "SUP-01"])
async def test_an_exemption_of_a_unit_or_an_area_ends_the_case_stays_in_the_ledger_and_ends_by_itself(
    store: Store, rule: str
) -> None:
    of = await living(store, NICHE, account(2, "https://a.example/2", unit="示例县民政局"))
    named, at = {"SYS-01": "示例县教育局", "SUP-01": "示例县"}[rule], of.clock()
    exempt = exempted(rule, at, beijing_date(at + DAY))
    before = await held(of, rule)
    await store.write(lambda tx: decisions.save_decisions(tx, [exempt], known_at=at))
    await of.parts.passes.judge_all()
    assert await held(of, rule) == {**before, named: State.EXEMPTED}
    assert Closing.EXEMPTED in [closing for _, closing in await course(of, rule)]
    of.clock.forward(2 * DAY)
    await of.parts.passes.judge_all()
    assert await held(of, rule) == before


async def test_an_account_that_leaves_takes_its_cases_along_and_the_operator_is_told(store: Store) -> None:
    of = await living(store, NICHE, account(2, "https://a.example/2"))
    of.clock.forward(DAY)
    now = of.clock()
    await store.write(
        lambda tx: save_roster(
            tx,
            [account(2, "https://a.example/2")],
            sources=of.parts.sources,
            effective_at=now,
            known_at=now,
            remove_missing=True,
        )
    )
    await of.parts.passes.judge_all()
    assert await course(of, "PLT-01") == [([StepKind.TASK], Closing.LEFT)]
    await of.parts.passes.write_digest()
    await of.settle()
    assert "“示例1”（搜狐号，示例县教育局）小众平台账号：账号已移出台账，自动办结" in of.duty.taken[-1].body


async def test_tasks_about_units_and_areas_stand_in_the_digest(store: Store) -> None:
    of = await living(store, NICHE)
    await of.parts.passes.write_digest()
    await of.settle()
    body = of.duty.taken[-1].body
    assert "**今天要办（" in body
    assert "登记管理制度：示例县教育局。未登记信息发布审核制度" in body


async def test_what_is_asked_for_two_accounts_of_a_unit_is_one_line(store: Store) -> None:
    pair = (NICHE, account(2, "https://a.example/2", name="示例别名"))
    of = await living(store, *pair, account(3, "https://a.example/3", name="示例丙", unit="示例县民政局"))
    await of.parts.passes.write_digest()
    await of.settle()
    lines = [line for line in of.duty.taken[-1].body.splitlines() if "名称或认证主体不一致" in line]
    assert len(lines) == 1
    assert "名称或认证主体不一致2" in lines[0]
    assert re.match("- (?:[0-9]+年)?[0-9]+月[0-9]+日（周.）前：研判", lines[0])
    assert await held(of, "NAME-01") == {"A01": State.WARNING, "A02": State.WARNING}


async def told(of: Office) -> str:
    """Return the digest of the day."""
    await of.parts.passes.write_digest()
    await of.settle()
    return of.duty.taken[-1].body


def exempted(rule: str, at: datetime, until: date) -> Decision:
    """Return an exemption from a rule: of the first account, its unit or its area, whichever the rule speaks of."""
    match rule:
        case "PLT-01":
            subject = Subject.of_account("A01")
        case "SYS-01":
            subject = Subject.of_unit("示例县", "示例县教育局")
        case _:
            subject = Subject.of_area("示例县")
    return Decision(
        subject=subject, rule=rule, episode="", ruling=Ruling.EXEMPTED, by="县府办", at=at, valid_until=until
    )


@pytest.mark.parametrize(("workdays", "is_told"), [(5, True), (6, False)])
@pytest.mark.parametrize(("rule", "named"), [("PLT-01", "“示例1”"), ("SYS-01", "示例县教育局"), ("SUP-01", "示例县“")])
async def test_the_end_of_an_exemption_is_told_five_working_days_ahead(
    store: Store, rule: str, named: str, workdays: int, *, is_told: bool
) -> None:
    of = await living(store, NICHE)
    at = of.clock()
    last = of.parts.rules_in_force.calendar.workday_after(beijing_date(at), workdays)
    exempt = exempted(rule, at, last)
    await store.write(lambda tx: decisions.save_decisions(tx, [exempt], known_at=at))
    await of.parts.passes.judge_all()
    lines = [line for line in (await told(of)).splitlines() if "豁免即将到期" in line]
    assert bool(lines) is is_told
    assert not is_told or lines[0].startswith(f"- {last.month}月{last.day}日（")
    assert not is_told or f"前：豁免即将到期：{named}" in lines[0]
    assert not is_told or lines[0].endswith("到期后恢复判定和提醒；需延续的，请重新登记")


async def test_a_gap_that_has_closed_is_recovered_and_late_no_more(store: Store) -> None:
    bodies: dict[str, bytes | Reason] = {}
    of = office(store, lambda clock: Canned(clock, bodies), surveyed=True)
    begun = of.clock() - 22 * DAY
    bodies[URL] = feed(begun)
    await of.enrol([account(1, URL)])
    for _ in range(9):
        of.clock.forward(DAY)
        await of.look()
        await of.parts.passes.judge_all()
    assert re.search("“[^”]*20天[^”]*”已[0-9]+个工作日未整改", await _late(store))
    of.clock.forward(DAY / 2)
    bodies[URL] = feed(begun, of.clock())
    await of.look()
    await of.parts.passes.judge_all()
    assert await held(of, "UPD-03") == {"A01": State.VIOLATED}
    assert re.search("“[^”]*20天[^”]*”已恢复，待办公室处置", await _late(store))
    assert "未整改" not in await _late(store)


async def test_a_verdict_that_waits_for_a_missing_round_or_a_row_is_asked_for_every_day_and_opens_no_case(
    store: Store,
) -> None:
    of = await living(store, NICHE)
    today = of.clock().date()
    mine = NewEntry(written=Reference(account="A01"), account="A01", problem=Problem.STALE)
    nobody = NewEntry(written=Reference(platform=Platform.SOHU, name="示例新号"), problem=Problem.STALE)
    stray = Paper(kind=PaperKind.FILED_LIST, on=today, area="示例县", entries=(nobody,))
    rounds = [
        Paper(kind=PaperKind.ROUND, title=title, number=number, on=today, entries=(entry,))
        for title, number, entry in (
            ("省平台月报", 1, mine),
            ("省平台月报", 2, nobody),
            ("省平台月报", 4, nobody),
        )
    ]
    await store.write(lambda tx: save_papers(tx, [*rounds, stray], file="通报.xlsx", known_at=of.clock()))
    told = []
    for _ in range(2):
        await of.parts.passes.judge_all()
        await of.parts.passes.write_digest()
        await of.settle()
        told.append(of.duty.taken[-1].body)
        of.clock.forward(DAY)
    waiting = (
        "补录1期缺失的通报。通报“省平台月报”第3期；",
        "确无此期的，请导入一行：只填系列、期次、印发日期，“覆盖全部”填“否”，账号留空",
        "通报“省平台月报”第2期1行",
        "1个账号是否连续被通报2周未更新，因此暂不能判定",
    )
    assert [[line in body for line in waiting] for body in told] == [[True] * 4, [True] * 4]
    assert await held(of, "UPD-02") == {"A01": State.UNKNOWN}
    assert await course(of, "UPD-02") == []


async def test_renaming_and_editing_an_account_alerts_nobody_anew(store: Store) -> None:
    bodies: dict[str, bytes | Reason] = {}
    of = office(store, lambda clock: Canned(clock, bodies), surveyed=True)
    bodies[URL] = feed(of.clock() - 16 * DAY)
    await of.enrol([NICHE])
    await of.look()
    await of.settle()
    before, mails = await store.query(cases.cases), len(of.mail.taken)
    assert {"UPD-01", "PLT-01"} <= {case.rule for case in before}
    assert mails
    for edit in (
        {"name": "示例新名"},
        {"unit": "示例县教体局"},
        {"note": "备注", "followers": 5, "opened_on": None},
        {"level": UnitLevel.PUBLIC_INSTITUTION, "is_main": True},
    ):
        await of.enrol([replace(NICHE, **edit)])
        await of.settle()
        after = {(case.rule, case.episode): case for case in await store.query(cases.cases) if case.account}
        assert all(after[case.rule, case.episode].steps == case.steps for case in before if case.account)
        assert all(after[case.rule, case.episode].closed_at is None for case in before if case.account)
    assert len(of.mail.taken) == mails


async def test_the_cases_of_a_rule_that_is_gone_end(store: Store) -> None:
    of = await living(store, NICHE)
    await store.write(lambda tx: cases.end_of_rules(tx, {"UPD-01"}, at=of.clock()))
    assert await course(of, "PLT-01") == [([StepKind.TASK], Closing.RETIRED)]


async def test_a_rule_that_ends_while_the_service_runs_takes_its_cases_and_findings_along(store: Store) -> None:
    of = await living(store, NICHE)
    area_evaluator = of.parts.passes.area_evaluator
    book = area_evaluator.rules_in_force.book(of.clock())
    after = replace(book, clauses={id_: clause for id_, clause in book.clauses.items() if id_ != "PLT-01"})
    of.clock.forward(DAY)
    ended = replace(
        area_evaluator.rules_in_force, book_of=lambda day: after if day >= beijing_date(of.clock()) else book
    )
    await replace(area_evaluator, rules_in_force=ended).judge_due(of.clock())
    assert await course(of, "PLT-01") == [([StepKind.TASK], Closing.RETIRED)]
    assert await held(of, "PLT-01") == {}
    assert await held(of, "MAT-01") != {}


async def test_a_hint_is_written_down_and_nobody_s_task(store: Store) -> None:
    await living(store, replace(NICHE, level=UnitLevel.COUNTY_UNIT))
    unasked = {"WEAK-01", "FUN-04", "OUT-02"}
    assert not {case.rule for case in await store.query(cases.cases)} & unasked


async def test_areas_are_judged_apart(store: Store) -> None:
    mine = [account(number, f"https://a.example/{number}") for number in range(1, 12)]
    other = account(12, "https://a.example/12", area="邻县")
    of = await living(store, *mine, other)
    assert (await held(of, "CAP-01")) == {"示例县": State.VIOLATED, "邻县": State.OK}


@pytest.mark.parametrize(("before", "after"), [("甲县", "乙县"), ("乙县", "甲县")])
async def test_a_trouble_goes_on_as_one_case_when_its_account_goes_to_another_area(
    store: Store, before: str, after: str
) -> None:
    stays = [account(number, f"https://a.example/{number}", area=area) for number, area in ((2, "甲县"), (3, "乙县"))]
    of = await living(store, replace(NICHE, area=before), *stays)
    of.clock.forward(DAY)
    await of.enrol([replace(NICHE, area=after), *stays])
    await of.parts.passes.judge_all()
    assert await course(of, "PLT-01") == [([StepKind.TASK], None)]
    found = {finding.account: finding.area for finding in await store.query(standing) if finding.rule == "PLT-01"}
    assert found == {"A01": after}
    of.clock.forward(DAY)
    await of.enrol([replace(NICHE, area=after, platform=Platform.WEIBO), *stays])
    await of.parts.passes.judge_all()
    assert await held(of, "PLT-01") == {}
    assert await course(of, "PLT-01") == [([StepKind.TASK], Closing.COMPLETED)]


@pytest.mark.parametrize(("before", "after"), [("甲县", "乙县"), ("乙县", "甲县")])
async def test_what_is_no_trouble_where_an_account_now_is_ends(store: Store, before: str, after: str) -> None:
    twin = account(2, "https://a.example/2", platform=Platform.SOHU, area=before)
    stays = account(3, "https://a.example/3", area=after)
    of = await living(store, replace(NICHE, area=before), twin, stays)
    assert await held(of, "DUP-01") == {"A01": State.WARNING, "A02": State.WARNING}
    of.clock.forward(DAY)
    await of.enrol([replace(NICHE, area=after), twin, stays])
    await of.parts.passes.judge_all()
    assert await held(of, "DUP-01") == {}
    assert await course(of, "DUP-01") == [([StepKind.TASK], Closing.COMPLETED)] * 2


async def test_what_is_late_is_late_no_more_once_a_decision_has_ended_its_case(store: Store) -> None:
    of = await living(store, NICHE)
    of.clock.forward(10 * DAY)
    await of.parts.passes.judge_all()
    assert "“小众平台账号”" in await _late(store)
    at = of.clock()
    exempt = Decision(
        subject=Subject.of_account("A01"), rule="PLT-01", episode="", ruling=Ruling.EXEMPTED, by="县府办", at=at
    )
    await store.write(lambda tx: decisions.save_decisions(tx, [exempt], known_at=at))
    await of.parts.passes.judge_all()
    assert "“小众平台账号”" not in await _late(store)


async def test_what_is_late_is_late_no_more_as_soon_as_a_look_has_ended_its_case(store: Store) -> None:
    bodies: dict[str, bytes | Reason] = {}
    of = office(store, lambda clock: Canned(clock, bodies), surveyed=True)
    bodies[URL] = feed(of.clock() - 16 * DAY)
    await of.enrol([account(1, URL)])
    for _ in range(8):
        of.clock.forward(DAY)
        await of.look()
        await of.parts.passes.judge_all()
    assert "“2周未更新”" in await _late(store)
    of.clock.forward(DAY / 2)
    bodies[URL] = feed(of.clock() - 16 * DAY, of.clock())
    await of.look()
    await of.parts.passes.judge_all()
    assert "“2周未更新”" not in await _late(store)


async def _late(store: Store) -> str:
    """Return everything that is late, in one sentence."""
    return "；".join(finding.because for finding in await store.query(standing) if finding.rule == "SUP-02")


async def test_the_cases_of_an_account_that_moved_are_those_of_its_new_area(store: Store) -> None:
    of = await living(store, NICHE, replace(NICHE, id="A02", area="邻县"), replace(NICHE, id="A03", area="第三县"))
    for area in ("邻县", "第三县"):
        of.clock.forward(DAY)
        now = of.clock()
        moved = replace(NICHE, area=area)
        await store.write(lambda tx: save_roster(tx, [moved], sources=of.parts.sources, effective_at=now, known_at=now))  # noqa: B023 - at once
        await of.parts.passes.judge_all()
    case = await only_case(of, "A01")
    assert case.area == "第三县"
    at = of.clock()
    await store.write(
        lambda tx: decisions.decide(tx, case, case.episode, Ruling.RETAINED, by="县府办", at=at, note="确有需要")
    )
    await of.parts.passes.judge_all()  # at once: nobody waits for midnight
    assert (await held(of, "PLT-01"))["A01"] is State.EXEMPTED
    assert (await course(of, "PLT-01"))[-1][1] is not None


async def only_case(of: Office, account_id: str) -> Case:
    """Return the open case under PLT-01 about an account."""
    found = await of.parts.store.query(cases.cases)
    (one,) = [case for case in found if (case.account, case.rule, case.closed_at) == (account_id, "PLT-01", None)]
    return one
