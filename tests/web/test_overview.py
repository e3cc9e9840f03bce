import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from monitor.core.account import Account, AccountFunction, AccountStatus, Platform, UnitLevel
from monitor.core.case import Case, Ladder, Step, StepKind
from monitor.core.finding import Finding, State, Strength, Support
from monitor.core.light import Light
from monitor.core.observation import Reason, Standing, timeline
from monitor.core.phrases import deadline_text, with_week
from monitor.core.subject import Subject
from monitor.queries.lines import OverviewContext, line_of
from monitor.store import Store, cases
from monitor.store.looks import record
from monitor.store.overview import OverviewRow, SourceRow
from tests.core.build import BOOK, EVERY_DAY, beijing_time
from tests.store.build import enrol
from tests.web.conftest import client_of
from tests.web.county import CALENDAR, LATELY, OVERDUE, Surroundings, account, looks, posts
from tests.web.county import NOW as SHOWN

NOW = beijing_time("2026-05-19 09:05")
MOMENT = OverviewContext(now=NOW, ladder=Ladder.of(BOOK), calendar=EVERY_DAY, title=str)


def finding(state: State, rule: str = "UPD-01", support: Support = Support.LOOK) -> Finding:
    return Finding(
        rule=rule,
        account="A",
        state=state,
        strength=Strength.IN_PRINCIPLE,
        clause="条款",
        because="原因。",
        support=support,
    )


def source(outcome: str = "timeline", standing: str = "active") -> SourceRow:
    return SourceRow(
        source="s",
        collector="weibo",
        rank=0,
        last_look_at=NOW if outcome else None,
        last_outcome=outcome,
        last_detail="",
        last_seen_at=NOW,
        standing=standing,
        failures=0,
        next_look_at=NOW,
    )


def row(
    days: int | None, *findings: Finding, of: Account | None = None, sources: tuple[SourceRow, ...] | None = None
) -> OverviewRow:
    return OverviewRow(
        account=of or account("A", "示例", opened_on=None),
        newest_post_at=None if days is None else NOW - timedelta(days=days),
        newest_post_title="",
        newest_post_url=None,
        sources=(source(),) if sources is None else sources,
        findings=findings,
        open_cases=0,
    )


def case(*rungs: tuple[StepKind, int]) -> Case:
    steps = tuple(Step(kind=kind, number=number, at=NOW - timedelta(days=1)) for kind, number in rungs)
    return Case(id=1, subject=Subject.of_account("A"), rule="UPD-01", episode="e", opened_at=NOW, steps=steps)


@pytest.mark.parametrize(
    ("state", "light"),
    [
        (State.OK, Light.GREEN),
        (State.WARNING, Light.AMBER),
        (State.VIOLATED, Light.RED),
        (State.UNKNOWN, Light.GREY),
        (State.NOT_APPLICABLE, Light.NONE),
        (State.EXEMPTED, Light.EXEMPT),
    ],
)
def test_the_two_week_rule_gives_the_light(state: State, light: Light) -> None:
    assert line_of(row(3, finding(state)), None, MOMENT).light is light


def test_an_account_not_yet_judged_is_not_yet_checked() -> None:
    assert line_of(row(None), None, MOMENT).light is Light.GREY
    assert line_of(row(None, sources=(source(outcome=""),)), None, MOMENT).light is Light.NEVER
    closed = account("A", "示例", status=AccountStatus.CLOSED)
    assert line_of(row(None, of=closed), None, MOMENT).light is Light.NONE


@pytest.mark.parametrize(
    ("days", "taken", "coming"),
    [
        (10, (), "今天更新提醒"),
        (10, ((StepKind.REMIND, 10),), "5月21日（周四）更新预警"),
        (13, ((StepKind.WARN, 12),), "5月20日（周三）更新预警"),
        (15, ((StepKind.LAST_DAY, 14),), "今天超期预警"),
        (16, ((StepKind.OVERDUE, 15),), "5月21日（周四）督办"),
        (20, ((StepKind.ESCALATE, 18),), "5月20日（周三）拟列名单"),
        (23, ((StepKind.PROPOSE, 21),), "5月24日（周日）督办"),
        (23, (), "今天拟列名单"),
    ],
)
def test_the_next_step_is_the_highest_one_that_comes_next(
    days: int, taken: tuple[tuple[StepKind, int], ...], coming: str
) -> None:
    state = State.WARNING if days < 15 else State.VIOLATED
    assert line_of(row(days, finding(state)), case(*taken) if taken else None, MOMENT).coming == coming


def test_on_a_day_off_the_next_step_waits_for_a_working_day() -> None:
    saturday = OverviewContext(now=beijing_time("2026-05-23 10:00"), ladder=MOMENT.ladder, calendar=CALENDAR, title=str)
    assert line_of(row(12, finding(State.VIOLATED)), None, saturday).coming == "5月25日（周一）督办"


def test_who_is_not_seen_is_not_reminded() -> None:
    line = line_of(row(12, finding(State.WARNING, support=Support.BLIND)), None, MOMENT)
    assert line.coming == "采集异常，暂不提醒，请人工核查"


def test_what_was_said_is_told_with_its_day() -> None:
    line = line_of(row(12, finding(State.WARNING)), case((StepKind.REMIND, 10)), MOMENT)
    assert line.said == "5月18日更新提醒"


def test_a_step_that_has_not_reached_the_unit_yet_says_so() -> None:
    taken = case((StepKind.REMIND, 10), (StepKind.WARN, 12))
    waiting = replace(MOMENT, told={(taken.id, StepKind.WARN, 12): None})
    assert line_of(row(12, finding(State.WARNING)), taken, waiting).said.endswith("更新预警（尚未送达）")
    earlier = replace(MOMENT, told={(taken.id, StepKind.REMIND, 10): None, (taken.id, StepKind.WARN, 12): NOW})
    assert "尚未送达" not in line_of(row(12, finding(State.WARNING)), taken, earlier).said


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (row(None, sources=(source(outcome=""),)), "等待首次采集"),
        (row(None, sources=()), "请人工核查后登记发布记录"),
        (row(20, finding(State.UNKNOWN, support=Support.ASKED)), "请人工核查后登记发布记录"),
        (
            row(20, finding(State.UNKNOWN), sources=(source(Reason.CAPTCHA.value),)),
            f"{Reason.CAPTCHA.label}，请人工核查",
        ),
        (row(20, finding(State.UNKNOWN)), "请人工核查"),
    ],
)
def test_grey_says_what_keeps_us_from_seeing(shown: OverviewRow, words: str) -> None:
    assert line_of(shown, None, MOMENT).coming == words


@pytest.mark.parametrize(
    ("of", "state", "words"),
    [
        (account("A", "示例", status=AccountStatus.CLOSED), State.NOT_APPLICABLE, "已注销"),
        (account("A", "示例", level=UnitLevel.PARTY), State.NOT_APPLICABLE, "不属于监管范围"),
        (account("A", "示例", function=AccountFunction.SERVICE), State.NOT_APPLICABLE, "服务类不要求更新"),
        (account("A", "示例", platform=Platform.WEBSITE), State.NOT_APPLICABLE, "网站不要求更新"),
    ],
)
def test_no_light_says_why_there_is_none(of: Account, state: State, words: str) -> None:
    line = line_of(row(20, finding(state), of=of), None, MOMENT)
    assert (line.coming, line.deadline) == (words, None)


def test_an_exempted_account_keeps_its_days_and_has_no_deadline() -> None:
    line = line_of(row(20, finding(State.EXEMPTED)), case((StepKind.REMIND, 10)), MOMENT)
    assert (line.light.label, line.days, line.deadline, line.said, line.coming) == ("已豁免", 20, None, "", "")


def test_of_an_account_that_nobody_has_looked_at_no_days_are_counted_and_no_deadline_is_set() -> None:
    old = account("A", "示例", opened_on=date(2020, 5, 1))
    for outcome, light in (("", Light.NEVER), (Reason.TIMEOUT.value, Light.GREY)):
        unseen = replace(source(outcome=outcome), last_seen_at=None)
        line = line_of(row(None, finding(State.UNKNOWN), of=old, sources=(unseen,)), None, MOMENT)
        assert (line.light, line.days, line.deadline) == (light, None, None)
    seen = line_of(row(None, finding(State.VIOLATED), of=old), None, MOMENT)
    assert (seen.light, seen.days) == (Light.RED, 2209)


def test_days_of_other_years_carry_their_year() -> None:
    spring = OverviewContext(now=beijing_time("2026-01-02 09:00"), ladder=MOMENT.ladder, calendar=EVERY_DAY, title=str)
    old = replace(row(12, finding(State.WARNING)), newest_post_at=beijing_time("2025-12-20 09:00"))
    told = replace(case((StepKind.REMIND, 10)).steps[0], at=beijing_time("2025-12-30 09:00"))
    line = line_of(old, replace(case((StepKind.REMIND, 10)), steps=(told,)), spring)
    assert line.said == "2025年12月30日更新提醒"
    assert line.deadline is not None
    assert deadline_text(line.deadline, date(2025, 12, 31)) == "2026年1月3日（周六）"
    assert deadline_text(line.deadline, spring.today) == "明天（1月3日）"


def test_other_rules_are_notes() -> None:
    line = line_of(
        row(3, finding(State.OK), finding(State.VIOLATED, "UPD-03"), finding(State.WARNING, "PER-01")), None, MOMENT
    )
    assert (line.others, line.is_grave) == ("90天内曾超过20天未更新等2项", False)
    both = row(30, finding(State.VIOLATED), finding(State.VIOLATED, "UPD-03"))
    assert line_of(both, None, MOMENT).others == ""


def test_what_admits_no_exception_is_marked_and_comes_first() -> None:
    unfiled = replace(finding(State.VIOLATED, "REG-01"), strength=Strength.MANDATORY)
    line = line_of(row(3, finding(State.OK), finding(State.VIOLATED, "PLT-01"), unfiled), None, MOMENT)
    assert (line.others, line.is_grave) == ("REG-01等2项", True)


def test_an_account_that_the_platform_no_longer_shows_is_noted() -> None:
    gone = row(3, finding(State.OK), sources=(source(standing=Standing.CANCELLED.value),))
    assert (line_of(gone, None, MOMENT).others, line_of(gone, None, MOMENT).is_grave) == (
        "平台显示已注销，待核实",
        True,
    )


def test_the_gap_of_an_exempted_account_is_drawn_as_certain(empty: Store, around: Surroundings) -> None:
    enrol(empty, OVERDUE, at=SHOWN - timedelta(days=30))
    with empty.begin() as tx:
        record(tx, looks(OVERDUE.id, (LATELY, timeline(posts(40)))), lambda _, look: look.at + timedelta(hours=6))
        exempted = replace(finding(State.EXEMPTED), account=OVERDUE.id, days=40, because="已豁免。")
        cases.save_findings(tx, [exempted], at=SHOWN)
    page = client_of(empty, around).get(f"/accounts/{OVERDUE.id}").text
    assert "已豁免" in page
    assert 'class="gap"' in page
    assert 'class="unsure"' not in page
    assert "40天未更新" in page


def test_the_next_thirty_days_lead_to_the_accounts_that_are_due(county: Store) -> None:
    client = client_of(county, Surroundings())
    page = client.get("/").text
    table = page[page.index('<table class="ahead">') : page.index("</table>", page.index('<table class="ahead">'))]
    links = re.findall(r'href="(/accounts[?]due=([0-9-]+))"><span class="unseen">[^<]*</span>([0-9]+)个', table)
    assert links
    for address, due, count in links:
        listed = client.get(address).text
        assert f"只列更新期限为{with_week(date.fromisoformat(due), SHOWN.date())}的账号" in listed
        assert f"账号与更新情况，{count}个" in listed
    assert table.count("<tr>") == 1 + 5
    assert "休" in table


@pytest.mark.parametrize("due", ["x", "2026-13-01", "0001-01-02", "9999-12-31", "2026-05-19T00:00"])
def test_a_deadline_that_is_no_day_is_refused_in_words(county: Store, due: str) -> None:
    answer = client_of(county, Surroundings()).get("/accounts", params={"due": due})
    assert answer.status_code == 400
    assert f"更新期限没有“{due}”这个条件" in answer.text
