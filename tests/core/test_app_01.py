"""APP-01: when an app counts as not to be had, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.core.account import Account, Contact, Platform, Role, UnitLevel
from monitor.core.calendar import WorkCalendar, beijing_date, start_of_day
from monitor.core.case import Case, Closing, Ladder, Step, StepKind, plan
from monitor.core.decision import Decision, Ruling
from monitor.core.download import AppFault, Download, Link, Probe
from monitor.core.finding import Finding, Known, Pacing, Proposal, State, judge_again_at
from monitor.core.judgement import reviewed
from monitor.core.news import EarlierWord, NewsItem, Office, Setting
from monitor.core.notice import Recheck, notify, recheck
from monitor.core.observation import Observation
from monitor.core.rules import app_01
from monitor.core.subject import Subject
from monitor.core.wording import to_person
from tests.core.build import BOOK

NOW = datetime(2026, 5, 19, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LIAISON = Contact(role=Role.LIAISON, name="王某", phone="13800000001")
LEADER = Contact(role=Role.LEADER, name="李某", phone="13800000002")
APP = Account(
    id="A1",
    name="掌上示例",
    platform=Platform.MOBILE_APP,
    unit="示例县大数据局",
    area="示例县",
    level=UnitLevel.COUNTY_UNIT,
    contacts=(LIAISON, LEADER),
)


def line(
    link: Link,
    faults: Iterable[tuple[float, AppFault | None]],
    number: int = 1,
    until: datetime | None = None,
    shop: str | None = None,
) -> tuple[Observation, list[Probe]]:
    """Return a link whose looks, hours before NOW, ended like this: oldest first."""
    probes = [
        Probe(source=f"A1/{number}", link=link, at=NOW - ago * HOUR, fault=fault, observation=number)
        for ago, fault in faults
    ]
    latest = probes[-1]
    seen = Download(link=link, fault=latest.fault, certificate_until=until, shop=shop)
    return (
        Observation(
            id=number,
            source=latest.source,
            collector="x",
            seen=seen,
            first_seen=latest.at,
            last_confirmed=latest.at,
        ),
        probes,
    )


def known(
    *lines: tuple[Observation, list[Probe]], account: Account = APP, decisions: tuple[Decision, ...] = ()
) -> Known:
    return Known(
        account=account,
        posts=(),
        observations=tuple(seen for seen, _ in lines),
        is_polled=True,
        probes=tuple(probe for _, probes in lines for probe in probes),
        decisions=decisions,
    )


def judge(*lines: tuple[Observation, list[Probe]], decisions: tuple[Decision, ...] = ()) -> Finding:
    return app_01.judge(known(*lines, decisions=decisions), BOOK, NOW)


GONE: list[tuple[float, AppFault | None]] = [
    (30, AppFault.NOT_LISTED),
    (18, AppFault.NOT_LISTED),
    (1, AppFault.NOT_LISTED),
]
FINE: list[tuple[float, AppFault | None]] = [(30, None), (18, None), (1, None)]
STORE_GONE = line(Link.STORE, GONE)


def test_a_store_that_does_not_list_the_app_three_times_over_a_day_is_a_suspicion() -> None:
    finding = judge(STORE_GONE)
    assert finding.state is State.SUSPECTED
    assert (
        finding.because
        == "自5月18日3时起，在应用商店连续3次核查均无法下载（商店中查不到该应用），疑似下架，待人工核实。"
    )
    assert finding.proposals == (Proposal.REVIEW,)
    assert finding.evidence == ("observation:1",)
    assert (finding.since, finding.episode) == (date(2026, 5, 18), (NOW - 30 * HOUR).isoformat())


@pytest.mark.parametrize(
    "faults",
    [
        [(30, AppFault.GONE), (1, AppFault.GONE)],
        [(20, AppFault.GONE), (10, AppFault.GONE), (5, AppFault.GONE), (1, AppFault.GONE)],
    ],
    ids=["twice-only", "within-a-day"],
)
def test_fewer_or_quicker_failures_are_no_suspicion(faults: list[tuple[float, AppFault | None]]) -> None:
    assert judge(line(Link.PACKAGE, faults)).state is not State.SUSPECTED


def test_failures_over_a_whole_day_are_a_suspicion() -> None:
    gone = AppFault.NOT_LISTED
    assert judge(line(Link.STORE, [(25, gone), (10, gone), (1, gone)])).state is State.SUSPECTED
    assert judge(line(Link.STORE, [(24.99, gone), (10, gone), (1, gone)])).state is State.UNKNOWN


def test_what_began_last_year_is_told_with_its_year() -> None:
    later = datetime(2027, 1, 1, 1, 0, tzinfo=UTC)
    ahead = (later - NOW) / HOUR
    gone = line(Link.STORE, [(ago - ahead, fault) for ago, fault in GONE])
    assert app_01.judge(known(gone), BOOK, later).because.startswith("自2026年12月31日3时起，")
    fine = line(Link.PACKAGE, [(ago - ahead, fault) for ago, fault in FINE], 2)
    assert app_01.judge(known(gone, fine), BOOK, later).because.startswith("自2026年12月31日3时起，")


def test_a_success_in_between_begins_the_row_anew() -> None:
    faults = [(60, AppFault.GONE), (40, AppFault.GONE), (20, None), (1, AppFault.GONE)]
    assert judge(line(Link.PACKAGE, faults)).state is not State.SUSPECTED


def test_one_of_several_ways_failing_is_a_warning_and_all_of_them_a_suspicion() -> None:
    package = line(Link.PACKAGE, GONE, 2)
    assert judge(STORE_GONE, line(Link.PACKAGE, FINE, 2)).state is State.WARNING
    assert judge(STORE_GONE, package).state is State.SUSPECTED


def test_a_store_that_had_the_app_and_cannot_be_seen_leaves_a_warning() -> None:
    blind = line(Link.STORE, [(200, None), (100, None)], 2, shop="应用宝")
    assert judge(STORE_GONE, blind).state is State.WARNING


def test_a_service_that_the_app_needs_is_enough() -> None:
    finding = judge(line(Link.STORE, FINE), line(Link.SERVICE, [(h, AppFault.CERT_EXPIRED) for h in (30, 18, 1)], 2))
    assert finding.state is State.SUSPECTED
    assert finding.because.endswith("连续3次核查均无法使用（安全证书已过期），疑似无法使用，待人工核实。")


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (AppFault.BLOCKED, "无法下载（商店已停止下载），疑似下架，待人工核实。"),
        (AppFault.GONE, "无法下载（地址已失效），疑似无法下载或使用，待人工核实。"),
        (AppFault.UNSIGNED, "无法安装（安装包没有签名），疑似无法下载或使用，待人工核实。"),
        (AppFault.PROFILE_EXPIRED, "无法使用（描述文件已过期），疑似无法使用，待人工核实。"),
    ],
)
def test_a_suspicion_says_what_people_cannot_do(fault: AppFault, said: str) -> None:
    finding = judge(line(Link.PACKAGE, [(hours, fault) for hours in (30, 18, 1)]))
    assert finding.state is State.SUSPECTED
    assert finding.because == f"自5月18日3时起，安装包连续3次核查均{said}"


def test_stores_are_called_by_their_names() -> None:
    stores = (line(Link.STORE, GONE, 1, shop="华为应用市场"), line(Link.STORE, GONE, 2, shop="应用宝"))
    assert judge(*stores).because == (
        "自5月18日3时起，在华为应用市场连续3次核查均无法下载（商店中查不到该应用）；"
        "自5月18日3时起，在应用宝连续3次核查均无法下载（商店中查不到该应用），疑似下架，待人工核实。"
    )


def test_failures_that_nobody_saw_lately_are_no_suspicion() -> None:
    assert (
        judge(line(Link.STORE, [(80, AppFault.GONE), (50, AppFault.GONE), (26, AppFault.GONE)])).state is State.UNKNOWN
    )


def test_an_app_without_links_or_looks_is_unknown() -> None:
    unlinked = judge()
    assert (unlinked.state, unlinked.because) == (State.UNKNOWN, "尚未核查：未登记下载或服务链接，请补填台账。")
    stale = judge(line(Link.STORE, [(24.01, None)]))
    assert (stale.state, stale.because) == (State.UNKNOWN, "近24小时未采集到可用的链接，不能判定。")
    assert judge(line(Link.STORE, [(24, None)])).state is State.OK


def test_an_app_that_can_be_had_is_fine() -> None:
    finding = judge(line(Link.STORE, FINE), line(Link.PACKAGE, FINE, 2))
    assert (finding.state, finding.because) == (State.OK, "可以正常下载和使用。")


def test_what_is_no_app_is_not_asked() -> None:
    account = replace(APP, platform=Platform.WEIBO)
    finding = app_01.judge(known(STORE_GONE, account=account), BOOK, NOW)
    assert finding == Finding(
        rule="APP-01",
        account="A1",
        unit="示例县大数据局",
        area="示例县",
        state=State.NOT_APPLICABLE,
        strength=BOOK.strengths["APP-01"],
        clause="移动客户端无法下载或使用",
        because="本项只涉及移动客户端。",
        evidence=("observation:1",),
    )


@pytest.mark.parametrize(("failed", "state"), [(1, State.OK), (2, State.WARNING)])
def test_an_unstable_link_is_a_warning_by_its_share_of_the_real_looks(failed: int, state: State) -> None:
    looks: list[tuple[float, AppFault | None]] = [(6 * n + 1, None) for n in reversed(range(27))]
    for number in range(failed):
        looks[number * 3] = (looks[number * 3][0], AppFault.GONE)
    finding = judge(line(Link.PACKAGE, looks))
    assert finding.state is state
    assert ("不稳定" in finding.because) == (failed > 1)


def test_a_warning_is_of_all_that_is_in_doubt_and_as_old_as_the_first_of_it() -> None:
    two: list[tuple[float, AppFault | None]] = [
        (169, AppFault.GONE),
        (168, AppFault.GONE),
        (90, AppFault.GONE),
        (1, None),
    ]
    finding = judge(line(Link.PACKAGE, two), line(Link.STORE, GONE, 2), line(Link.SERVICE, FINE, 3, NOW + 49 * HOUR))
    assert finding.because == (
        "自5月18日3时起，在应用商店连续3次核查均无法下载（商店中查不到该应用）；"
        "安装包不稳定，近期多次核查失败；后台服务的安全证书将于2天后过期。"
    )
    assert (finding.state, finding.proposals) == (State.WARNING, (Proposal.WARN,))
    assert finding.begun_at == NOW + 49 * HOUR - timedelta(days=21)
    fewer = judge(line(Link.PACKAGE, two), line(Link.STORE, GONE, 2))
    assert fewer.begun_at == NOW - 168 * HOUR, "the first failure of the last seven days"
    one = judge(line(Link.PACKAGE, FINE), line(Link.STORE, GONE, 2))
    assert (one.begun_at, one.since) == (NOW - 30 * HOUR, date(2026, 5, 18))


def test_two_failures_of_many_looks_are_below_the_share() -> None:
    looks: list[tuple[float, AppFault | None]] = [(n + 1, None) for n in reversed(range(160))]
    looks[3], looks[90] = (looks[3][0], AppFault.GONE), (looks[90][0], AppFault.GONE)
    assert judge(line(Link.PACKAGE, looks)).state is State.OK


@pytest.mark.parametrize(("days", "state"), [(20, State.WARNING), (21, State.OK), (60, State.OK)])
def test_a_certificate_that_ends_soon_is_a_warning(days: int, state: State) -> None:
    service = line(Link.SERVICE, FINE, until=NOW + timedelta(days=days, hours=1))
    assert judge(service).state is state
    assert judge(line(Link.SERVICE, FINE, until=NOW)).state is State.OK, "one that has ended is left to its fault"


def test_a_profile_that_ends_soon_is_called_by_its_name_and_an_expired_one_is_left_to_its_fault() -> None:
    ending = judge(line(Link.PACKAGE, FINE, until=NOW + timedelta(days=20, hours=1)))
    assert (ending.state, ending.because) == (State.WARNING, "安装包的描述文件将于20天后过期。")
    expired = judge(line(Link.PACKAGE, [(1, AppFault.PROFILE_EXPIRED)], until=NOW - timedelta(days=3)))
    assert expired.state is State.UNKNOWN


def ruled(ruling: Ruling) -> Decision:
    episode = judge(STORE_GONE).episode
    return Decision(subject=Subject.of_account("A1"), rule="APP-01", episode=episode, ruling=ruling, by="张某", at=NOW)


def test_only_a_person_makes_it_a_violation() -> None:
    finding = judge(STORE_GONE, decisions=(ruled(Ruling.CONFIRMED),))
    assert (finding.state, finding.proposals) == (State.VIOLATED, (Proposal.CONSOLIDATE,))
    wrong = judge(STORE_GONE, decisions=(ruled(Ruling.REJECTED),))
    assert (wrong.state, wrong.proposals) == (State.OK, ())
    assert wrong.because.endswith("连续3次核查均无法下载（商店中查不到该应用），经人工核实为误报。")


def test_the_last_ruling_counts_and_only_for_its_episode() -> None:
    both = (ruled(Ruling.REJECTED), ruled(Ruling.CONFIRMED))
    assert judge(STORE_GONE, decisions=both).state is State.VIOLATED
    another = replace(ruled(Ruling.CONFIRMED), episode="2026-01-01T00:00:00+00:00")
    assert judge(STORE_GONE, decisions=(another,)).state is State.SUSPECTED


@pytest.mark.parametrize(("days", "state"), [(1, State.VIOLATED), (0, State.VIOLATED), (-1, State.SUSPECTED)])
def test_a_ruling_from_a_file_is_on_the_failures_of_its_day(days: int, state: State) -> None:
    begun = judge(STORE_GONE).since
    assert begun is not None
    entered = replace(ruled(Ruling.CONFIRMED), episode="", at=start_of_day(begun + timedelta(days=days)))
    finding = judge(STORE_GONE, decisions=(entered,))
    assert finding.state is state
    assert (Proposal.CONSOLIDATE in finding.proposals) is (state is State.VIOLATED)


def test_it_is_judged_again_when_the_look_grows_stale() -> None:
    seen = known(line(Link.STORE, [(13, None)]))
    assert judge_again_at(seen, NOW) == NOW + 11 * HOUR + timedelta(microseconds=1)


# --- the case ---


def planned(finding: Finding, case: Case | None = None) -> tuple[StepKind | None, Closing | None, StepKind | None]:
    made = plan(finding, Pacing.VERIFY, case, BOOK, WorkCalendar(), NOW)
    closing_step = made.close.step.kind if made.close and made.close.step else None
    return made.step.kind if made.step else None, made.close.closing if made.close else None, closing_step


def case_with(*kinds: StepKind) -> Case:
    since = judge(STORE_GONE).since
    assert since
    steps = tuple(Step(kind=kind, number=since.toordinal(), at=NOW) for kind in kinds)
    return Case(id=1, subject=Subject.of_account("A1"), rule="APP-01", episode="", opened_at=NOW - HOUR, steps=steps)


def test_a_suspicion_and_its_confirmation_are_said_once_each() -> None:
    suspected, confirmed = judge(STORE_GONE), judge(STORE_GONE, decisions=(ruled(Ruling.CONFIRMED),))
    assert planned(suspected) == (StepKind.SUSPECT, None, None)
    assert planned(suspected, case_with(StepKind.SUSPECT)) == (None, None, None)
    assert planned(confirmed, case_with(StepKind.SUSPECT)) == (StepKind.CONFIRM, None, None)
    assert planned(confirmed, case_with(StepKind.SUSPECT, StepKind.CONFIRM)) == (None, None, None)


def test_a_case_ends_when_the_app_works_again_or_the_suspicion_was_wrong() -> None:
    told = case_with(StepKind.SUSPECT)
    assert planned(judge(line(Link.STORE, FINE)), told) == (None, Closing.LAPSED, StepKind.RECOVERED)
    assert planned(judge(STORE_GONE, decisions=(ruled(Ruling.REJECTED),)), told) == (None, Closing.CORRECTED, None)
    assert planned(judge(line(Link.STORE, FINE)), case_with(StepKind.TASK)) == (None, Closing.LAPSED, None)
    assert planned(judge(), told) == (None, None, None)


def test_a_warning_is_the_operators_task() -> None:
    assert planned(judge(STORE_GONE, line(Link.PACKAGE, FINE, 2))) == (StepKind.TASK, None, None)


def test_the_liaison_and_the_operator_hear_of_a_suspicion_the_leader_of_its_confirmation() -> None:
    def roles(kind: StepKind) -> list[Role]:
        return [notice.role for notice in notify(Step(kind=kind, number=1, at=NOW), APP, "APP-01")]

    assert roles(StepKind.SUSPECT) == [Role.LIAISON, Role.OPERATOR]
    assert roles(StepKind.CONFIRM) == [Role.LIAISON, Role.LEADER]


@pytest.mark.parametrize(
    ("kind", "state", "expected"),
    [
        (StepKind.SUSPECT, State.SUSPECTED, Recheck.SEND),
        (StepKind.SUSPECT, State.OK, Recheck.DROP),
        (StepKind.SUSPECT, State.UNKNOWN, Recheck.WAIT),
        (StepKind.CONFIRM, State.VIOLATED, Recheck.SEND),
        (StepKind.CONFIRM, State.WARNING, Recheck.DROP),
    ],
)
def test_nothing_is_said_that_is_no_longer_true(kind: StepKind, state: State, expected: Recheck) -> None:
    (notice, *_) = notify(Step(kind=kind, number=1, at=NOW), APP, "APP-01")
    assert recheck(notice, "", replace(judge(STORE_GONE), state=state), Ladder.of(BOOK)) is expected


# --- the words ---


def words(kind: StepKind, finding: Finding) -> tuple[str, str]:
    said = to_person([NewsItem(account=APP, kind=kind, finding=finding)], {Role.LIAISON}, "20260519-1", said_now())
    return said.subject, said.body


def said_now() -> Setting:
    office = Office(name="示例县府办", phone="0578-0000000", sender="县政府信息公开中心")
    return Setting(now=NOW, calendar=WorkCalendar(), ladder=Ladder.of(BOOK), office=office)


def test_a_suspicion_is_called_one() -> None:
    subject, body = words(StepKind.SUSPECT, judge(STORE_GONE))
    assert subject == "【疑似下架】请今日核实：“掌上示例”移动客户端"
    assert (
        "经监测，贵单位主办的“掌上示例”（移动客户端）自5月18日3时起，在应用商店连续3次核查均无法下载"
        "（商店中查不到该应用），**疑似下架**，待人工核实。\n\n"
        "请于**今日内**核实，并将结果电话告知县政府信息公开中心（0578-0000000）。"
    ) in body


def test_whoever_is_asked_for_an_answer_is_not_told_that_none_is_needed() -> None:
    _, body = words(StepKind.SUSPECT, judge(STORE_GONE))
    assert "电话告知" in body
    assert "无需" not in body
    assert "自动办结" not in body


def test_the_operator_hears_of_a_suspicion_as_of_its_own_and_not_as_of_a_message_that_failed() -> None:
    items = [NewsItem(account=APP, kind=StepKind.SUSPECT, finding=judge(STORE_GONE))]
    body = to_person(items, {Role.OPERATOR}, "1", said_now()).body
    assert "请办公室核实以下情况。" in body
    assert "登记结果（确认或误报）" in body
    assert "未能送达" not in body
    assert "示例县大数据局主办的“掌上示例”" in body
    passed_on = [replace(items[0], is_passed_on=True)]
    assert "未能送达该单位联系人" in to_person(passed_on, {Role.OPERATOR}, "1", said_now()).body


def test_a_head_is_no_graver_than_its_message() -> None:
    finding = judge(line(Link.STORE, FINE), line(Link.SERVICE, [(h, AppFault.CERT_EXPIRED) for h in (30, 18, 1)], 2))
    subject, body = words(StepKind.SUSPECT, finding)
    assert subject.startswith("【疑似无法使用】")
    assert "下架" not in body


def test_the_leader_is_told_since_when_the_liaison_knows() -> None:
    told = EarlierWord(on=date(2022, 5, 18), role=Role.LIAISON, kind=StepKind.SUSPECT, number=1)
    item = NewsItem(account=APP, kind=StepKind.TO_LEADER, finding=judge(STORE_GONE), told=(told,))
    body = to_person([item], {Role.LEADER}, "1", said_now()).body
    assert "5月18日已通知联络员，至今未恢复。\n\n请予督促，尽快核实、恢复。" in body
    untold = to_person([replace(item, told=())], {Role.LEADER}, "1", said_now()).body
    assert "已通知" not in untold, "of nobody it is said that they were told who were not"


def test_a_confirmation_proposes_and_a_recovery_takes_back() -> None:
    _, body = words(StepKind.CONFIRM, judge(STORE_GONE, decisions=(ruled(Ruling.CONFIRMED),)))
    assert "拟列入清理整合建议名单，提请联合研判" in body
    assert "疑似" not in body
    subject, body = words(StepKind.RECOVERED, judge(line(Link.STORE, FINE)))
    assert subject == "【办结】已恢复正常：“掌上示例”移动客户端"
    assert "截至5月19日9时已可正常下载和使用，此前的提醒同时办结，无需回复。" in body


@pytest.mark.parametrize(("days", "is_dismissed"), [(-1, False), (0, True), (1, True)])
def test_a_warning_has_a_beginning_and_an_older_word_says_nothing_of_it(days: int, *, is_dismissed: bool) -> None:
    until = NOW + timedelta(days=10)
    begun = until - timedelta(days=BOOK.number("APP-01", "certificate_days"))
    warned = judge(line(Link.SERVICE, FINE, until=until))
    assert (warned.since, warned.begun_at) == (beijing_date(begun), begun)
    at = start_of_day(beijing_date(begun) + timedelta(days=days))
    rejected = Decision(
        subject=Subject.of_account("A1"), rule="APP-01", episode="", ruling=Ruling.REJECTED, by="甲", at=at
    )
    assert (reviewed(warned, (rejected,), NOW).state is State.OK) is is_dismissed
