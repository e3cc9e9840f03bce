"""The figures of a period: counted once, from what was known, with the accounts behind each of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.core.calendar import beijing_date
from monitor.core.case import CHIEF
from monitor.core.decision import Decision, Ruling
from monitor.core.figures import FigureName, behind
from monitor.core.observation import timeline
from monitor.core.period import Period
from monitor.core.recheck import RecheckResult
from monitor.core.reckoning import Reckoning, differences
from monitor.core.rules import sup_02, upd_03
from monitor.core.subject import Subject
from monitor.documents import Document
from monitor.documents.bulletin import bulletin
from monitor.documents.document import Paragraph, SectionHeading, Table
from monitor.documents.weekly import weekly
from monitor.pipeline.reckoning import reckon
from monitor.store import Store, decisions, figures
from monitor.store.looks import record
from monitor.store.roster import save_roster
from monitor.store.values import decode, encode
from tests.core.build import BOOK
from tests.store.build import SOURCES, enrol
from tests.web.county import ACCOUNTS, BENCH, CALENDAR, MAIN, NOW, OFFICE, OVERDUE, UNSEEN, fill, looks, posts

MONTH = Period.of("2026-05")
ONE_DAY = timedelta(days=1)
EPISODE = posts(16)[0].published_at.isoformat()


@pytest.fixture
def county(store: Store) -> Store:
    fill(store)
    return store


def reckoned(store: Store, about: Period = MONTH, **moments: object) -> Reckoning:
    with store.read() as tx:
        return reckon(tx, BENCH, about, **({"now": NOW} | moments))  # type: ignore[arg-type]


def texts(found: Reckoning) -> dict[FigureName, str]:
    return {figure.name: figure.text for figure in found.figures.figures}


def test_every_figure_is_counted_and_leads_to_the_accounts_behind_it(county: Store) -> None:
    found = reckoned(county)
    assert texts(found) == {
        FigureName.ACCOUNTS: "7个",
        FigureName.CHECKED: "5个",
        FigureName.UNQUALIFIED: "1个",
        FigureName.EXEMPTED: "0个",
        FigureName.NOT_VERIFIABLE: "1个",
        FigureName.NOT_CHECKED: "1个",
        FigureName.PASS_RATE: "80%",
        FigureName.ADDED: "0个",
        FigureName.CLOSED: "0个",
        FigureName.EPISODES: "1次",
        FigureName.LONGEST_GAP: "16天",
        FigureName.CASES_OPENED: "3项",
        FigureName.CASES_SETTLED: "0项",
        FigureName.CASES_OPEN: "3项",
        FigureName.CASES_OVERDUE: "0项",
        FigureName.APP_FAULTS: "0个",
        FigureName.BLOCKED: "1个",
    }
    assert behind(FigureName.UNQUALIFIED, found.material) == (OVERDUE.id,)
    assert behind(FigureName.LONGEST_GAP, found.material) == (OVERDUE.id,)
    assert behind(FigureName.BLOCKED, found.material) == (UNSEEN.id,)
    assert found.figures.of(FigureName.UNQUALIFIED).change_text == "增加1个"
    assert found.figures.of(FigureName.PASS_RATE).change_text == "下降20个百分点"


def test_platforms_units_and_months_add_up_to_the_whole(county: Store) -> None:
    found = reckoned(county).figures
    for groups in (found.platforms, found.units):
        assert sum(group.accounts for group in groups) == found.count(FigureName.ACCOUNTS)
        assert sum(group.rate.failed for group in groups) == found.count(FigureName.UNQUALIFIED)
    assert len(found.months) == 12
    assert found.months[-1].rate == found.rate
    assert found.months[-1].episodes == found.count(FigureName.EPISODES)
    assert [gap.account for gap in found.gaps] == [OVERDUE.id]


def test_the_page_of_today_and_the_figures_have_one_pass_rate(county: Store) -> None:
    with county.read() as tx:
        now = figures.pass_rate_now(tx)
    assert now == reckoned(county).figures.rate


def _late_posts(store: Store) -> None:
    """Learn on the next day that the overdue account had posted two days ago."""
    seen = looks(OVERDUE.id, (-ONE_DAY, timeline(posts(2))))
    with store.begin() as tx:
        record(tx, seen, lambda _, look: look.at + timedelta(hours=6))


def test_what_is_learnt_later_changes_a_new_reckoning_and_not_what_was_known_then(county: Store) -> None:
    then = reckoned(county)
    _late_posts(county)
    week = Period.of("2026-05-13..2026-05-19")
    assert reckoned(county, known_at=NOW) == then
    later = reckoned(county, week, now=NOW + 2 * ONE_DAY)
    assert later.figures.count(FigureName.UNQUALIFIED) == 0
    assert reckoned(county, week, now=NOW + 2 * ONE_DAY, known_at=NOW).figures.count(FigureName.UNQUALIFIED) == 1
    assert {old.name for old, _ in differences(then.figures, later.figures)} >= {FigureName.UNQUALIFIED}


def _exempt(store: Store, *, revoked: bool = False) -> None:
    subject = Subject.of_account(OVERDUE.id)
    given = [
        Decision(
            subject=subject, rule=CHIEF[0], ruling=ruling, by="甲", at=NOW - hours, note="整合期间", episode=EPISODE
        )
        for ruling, hours in ((Ruling.EXEMPTED, timedelta(hours=2)), (Ruling.REVOKED, timedelta(hours=1)))
    ]
    with store.begin() as tx:
        decisions.save_decisions(tx, given if revoked else given[:1], known_at=NOW + timedelta(hours=1))


def test_an_exemption_moves_an_account_from_the_failed_to_the_exempted_and_nothing_else(county: Store) -> None:
    then = reckoned(county)
    _exempt(county)
    found = reckoned(county, known_at=NOW + ONE_DAY)
    changed = {(old.name, old.text, new.text) for old, new in differences(then.figures, found.figures)}
    assert changed == {
        (FigureName.CHECKED, "5个", "4个"),
        (FigureName.UNQUALIFIED, "1个", "0个"),
        (FigureName.EXEMPTED, "0个", "1个"),
        (FigureName.PASS_RATE, "80%", "100%"),
    }
    assert reckoned(county, known_at=NOW) == then


def test_a_revoked_exemption_changes_nothing(county: Store) -> None:
    then = reckoned(county)
    _exempt(county, revoked=True)
    found = reckoned(county, known_at=NOW + ONE_DAY)
    assert not differences(then.figures, found.figures)


def test_the_next_period_says_what_became_of_every_problem_of_this_one(county: Store) -> None:
    week, next_week = Period.of("2026-05-13..2026-05-19"), Period.of("2026-05-20..2026-05-26")
    assert [problem.rule for one in reckoned(county, week).material.accounts for problem in one.told] == [CHIEF[0]]
    still = reckoned(county, next_week, now=NOW + timedelta(hours=23))
    (recheck,) = still.rechecks
    assert (recheck.account.account, recheck.result) == (OVERDUE.id, RecheckResult.STILL)
    with county.begin() as tx:
        record(
            tx, looks(OVERDUE.id, (-ONE_DAY, timeline((*posts(-1)[:1], *posts(16))))), lambda _, look: look.at + ONE_DAY
        )
    (settled,) = reckoned(county, next_week, now=NOW + ONE_DAY).rechecks
    assert settled.result is RecheckResult.SETTLED


def _decide(store: Store, ruling: Ruling, *, after: timedelta) -> None:
    """Keep a decision from a file on the account's gap of more than 20 days."""
    subject, at = Subject.of_account(OVERDUE.id), NOW + after
    given = Decision(subject=subject, rule=upd_03.ID, ruling=ruling, by="甲", at=at, note="整合期间", episode="")
    with store.begin() as tx:
        decisions.save_decisions(tx, [given], known_at=at)


@pytest.fixture
def resumed(county: Store) -> Store:
    """Return the county in which an account has updated again after a gap of more than 20 days, which no case lists."""
    again = timeline((*posts(-6)[:1], *posts(16)))
    with county.begin() as tx:
        record(tx, looks(OVERDUE.id, (-6 * ONE_DAY, again)), lambda _, look: look.at + ONE_DAY)
    return county


def test_an_account_that_stays_by_decision_is_told_so_and_not_as_exempted(resumed: Store) -> None:
    _decide(resumed, Ruling.RETAINED, after=7 * ONE_DAY)
    later = reckoned(resumed, Period.of("2026-05-26..2026-06-01"), now=NOW + 8 * ONE_DAY)
    assert [(one.problem.rule, one.result.label) for one in later.rechecks] == [(upd_03.ID, "已决定保留")]


def test_a_trouble_in_no_case_is_being_dealt_with_once_the_end_of_its_account_is_decided(resumed: Store) -> None:
    def progress() -> list[str]:
        found = reckoned(resumed, Period.of("2026-05-19..2026-05-25"), now=NOW + 6 * ONE_DAY).material.accounts
        return [one.progress for account in found for one in account.told if one.rule == upd_03.ID]

    assert progress() == ["尚未列入"]
    _decide(resumed, Ruling.DEREGISTERED, after=-ONE_DAY)
    assert progress() == ["正在处置"]


def test_accounts_that_come_and_go_are_told(county: Store) -> None:
    kept = [account for account in ACCOUNTS if account != MAIN]
    with county.begin() as tx:
        save_roster(tx, kept, sources=SOURCES, effective_at=NOW, known_at=NOW, remove_missing=True)
    found = reckoned(county, now=NOW + timedelta(hours=1))
    assert behind(FigureName.CLOSED, found.material) == (MAIN.id,)
    assert found.figures.count(FigureName.ACCOUNTS) == len(kept)


def test_a_reckoning_is_kept_and_read_back_whole(county: Store) -> None:
    found = reckoned(county)
    assert decode(Reckoning, encode(found)) == found


def test_of_an_empty_county_everything_is_nothing_and_the_pass_rate_is_not_said(store: Store) -> None:
    found = reckoned(store)
    assert found.is_empty
    assert found.figures.of(FigureName.PASS_RATE).text == "—"
    assert {figure.value for figure in found.figures.figures if figure.name is not FigureName.PASS_RATE} == {0}


def test_a_gap_that_has_closed_is_no_trouble_that_goes_on(county: Store) -> None:
    """Whoever has updated is not told to be silent, nor to have put nothing right."""
    resumed = timeline((*posts(-6)[:1], *posts(16)))
    with county.begin() as tx:
        record(tx, looks(OVERDUE.id, (-6 * ONE_DAY, resumed)), lambda _, look: look.at + ONE_DAY)
    week, next_week = Period.of("2026-05-19..2026-05-25"), Period.of("2026-05-26..2026-06-01")
    then = reckoned(county, week, now=NOW + 6 * ONE_DAY)
    (problem,) = (one for account in then.material.accounts for one in account.told if one.rule == upd_03.ID)
    assert (problem.is_over, problem.days) == (True, None)
    text = text_of(bulletin(then, OFFICE))
    assert "示例县交通运输局“示例交通”（微博），现已恢复更新" in text
    assert "已0天未更新" not in text
    later = reckoned(county, next_week, now=NOW + 8 * ONE_DAY)
    assert [one.result for one in later.rechecks] == [RecheckResult.RESUMED]


def test_an_account_that_is_silent_again_is_not_told_of_as_updating(county: Store) -> None:
    """Each account's facts in a bulletin come from one judgement at one moment."""
    at = NOW + 21 * ONE_DAY
    again = timeline((*posts(-6)[:1], *posts(16)))
    with county.begin() as tx:
        record(tx, looks(OVERDUE.id, (-21 * ONE_DAY, again)), lambda _, look: look.at + ONE_DAY)
    found = reckoned(county, Period.of("2026-05-20..2026-06-10"), now=at)
    (account,) = (one for one in found.material.accounts if one.account == OVERDUE.id)
    assert [(one.rule, one.is_over) for one in account.told] == [(CHIEF[0], False), (upd_03.ID, True)]
    text = text_of(bulletin(found, OFFICE))
    assert "“示例交通”（微博），已15天未更新" in text
    assert "“示例交通”（微博），其后曾恢复更新，现又已15天未更新" in text
    assert "现已恢复更新" not in text + "".join(one.because for one in account.told)


@pytest.mark.parametrize("days", range(14))
def test_no_last_day_that_has_passed_stands_beside_a_trouble_that_is_being_settled(county: Store, days: int) -> None:
    """The list, the count of those overdue and the cases named as such say the same of every trouble, on any day."""
    at = NOW + days * ONE_DAY
    terms = {"updates_workdays": 3, "registry_workdays": 3, "systems_workdays": 3}
    numbers, clauses = {**BOOK.numbers, sup_02.ID: terms}, {**BOOK.clauses, sup_02.ID: BOOK.clauses[upd_03.ID]}
    bench = replace(BENCH, book_of=lambda _: replace(BOOK, numbers=numbers, clauses=clauses, calendar=CALENDAR))
    with county.read() as tx:
        found = reckon(tx, bench, Period.month(at.date()), now=at)
    told = [problem for account in found.material.accounts for problem in account.problems]
    assert any(problem.due for problem in told)
    for problem in told:
        is_late = problem.due is not None and problem.due < beijing_date(at)
        assert is_late is (problem.progress == "整改逾期"), problem
    named = {(case.account, case.title) for case in found.material.cases if case.is_overdue}
    accounts = found.material.accounts
    late = {(one.account, told.title) for one in accounts for told in one.problems if told.progress == "整改逾期"}
    unseen = {(one.account, rule) for one in accounts for rule in one.unknown}  # BOOK has no titles but the ids
    assert named - unseen == late


def test_where_nothing_was_checked_no_account_is_said_to_be_fine(county: Store) -> None:
    before = Period.of("2026-02-01..2026-02-10")
    found = reckoned(county, before)
    assert found.figures.count(FigureName.CHECKED) == 0
    text = text_of(bulletin(found, OFFICE)) + text_of(weekly(found, "示例县"))
    for untrue in ("未发现存在问题", "采集均成功", "未更新0次", "未更新0天", "上期没有问题"):
        assert untrue not in text
    assert {month.episodes for month in found.figures.months} == {None}


def test_a_period_before_there_was_a_rule_has_a_report(county: Store) -> None:
    bench = replace(BENCH, book_of=lambda _: replace(BENCH.book_of(NOW.date()), clauses={}, numbers={}))
    with county.read() as tx:
        assert reckon(tx, bench, MONTH, now=NOW).figures.count(FigureName.CHECKED) == 0


def test_a_case_is_told_of_its_account_also_where_that_has_left(county: Store) -> None:
    kept = [account for account in ACCOUNTS if account != OVERDUE]
    with county.begin() as tx:
        save_roster(tx, kept, sources=SOURCES, effective_at=NOW, known_at=NOW, remove_missing=True)
    later = NOW + timedelta(hours=1)
    for about in (MONTH, Period.of("2026-05-19..2026-05-19")):
        told = {case.whom for case in reckoned(county, about, now=later).material.cases if case.account == OVERDUE.id}
        assert told == {"“示例交通”（微博）"}
    after = reckoned(county, Period.of("2026-05-20..2026-05-21"), now=NOW + 3 * ONE_DAY)
    assert {case.whom for case in after.material.cases if case.account == OVERDUE.id} == {f"账号{OVERDUE.id}"}


def test_of_units_of_several_areas_the_area_is_told(county: Store) -> None:
    """Else a unit is accused that has the name of another."""
    elsewhere = replace(OVERDUE, id="B1", area="另一县")
    enrol(county, elsewhere, at=NOW - timedelta(days=30))
    with county.begin() as tx:
        record(tx, looks("B1", (timedelta(minutes=1), timeline(posts(16)))), lambda _, look: look.at + ONE_DAY)
    found = reckoned(county)
    tables_ = [block for block in weekly(found, "示例县").body if isinstance(block, Table)]
    units = {row[0] for table in tables_ for row in table.rows}
    assert {"示例县交通运输局（示例县）", "示例县交通运输局（另一县）"} <= units


def text_of(document: Document) -> str:
    return "\n".join(
        [*document.head, *(block.text for block in document.body if isinstance(block, SectionHeading | Paragraph))]
    )
