"""Papers and records through time, and the register of an area that rules read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from monitor.core.account import Contact, Platform, Role, UnitLevel
from monitor.core.bulletin import Problem
from monitor.core.decision import Decision, Ruling
from monitor.core.filing import Filing
from monitor.core.paper import Mean, NewEntry, Paper, PaperKind
from monitor.core.record import NewRecord, RecordKind
from monitor.core.reference import Reference
from monitor.core.register import Register
from monitor.core.subject import Subject, SubjectKind
from monitor.store import Store, cases, decisions, papers, records, registers, roster, tables
from tests.core.area import problems_of
from tests.store.build import DAY, HOUR, NOW, account, enrol

IN_SCOPE = UnitLevel.COUNTY_UNIT
A01 = account("A01", platform_id="1", level=IN_SCOPE)
A02 = account("A02", name="示例教育", method="weibo=2", level=IN_SCOPE)
ELSEWHERE = account("B01", name="邻县发布", area="邻县", unit="邻县教育局", method="weibo=3")
STRANGER = Reference(platform=Platform.WEIBO, name="示例新号")
TODAY = date(2026, 5, 6)


def named(id_: str, **said: object) -> NewEntry:
    return NewEntry(written=Reference(account=id_), account=id_, **said)  # type: ignore[arg-type]  # problem, day, value


def bulletin(number: int = 1, *entries: NewEntry, on: date = date(2026, 4, 30), covers_all: bool = True) -> Paper:
    return Paper(kind=PaperKind.ROUND, title="省平台月报", number=number, on=on, covers_all=covers_all, entries=entries)


def week(begins_on: date, *entries: NewEntry, mean: str | None = None) -> Paper:
    means = (Mean(area="示例县", value=mean),) if mean else ()
    return Paper(kind=PaperKind.WEEK, title=f"{begins_on}周", on=begins_on, means=means, entries=entries)


def filed(on: date, *entries: NewEntry, area: str | None = "示例县") -> Paper:
    return Paper(kind=PaperKind.FILED_LIST, on=on, area=area, entries=entries)


def stale(id_: str) -> NewEntry:
    return named(id_, problem=Problem.STALE)


def stray() -> NewEntry:
    return NewEntry(written=STRANGER, problem=Problem.STALE)


def save(store: Store, *given: Paper, at: datetime = NOW) -> int:
    with store.begin() as tx:
        return len(papers.save_papers(tx, given, file="表.xlsx", known_at=at))


def register(store: Store, area: str = "示例县", now: datetime = NOW, known_at: datetime | None = None) -> Register:
    with store.read() as tx:
        return registers.register(tx, area, now=now, known_at=known_at)


@pytest.fixture
def county(store: Store) -> Store:
    enrol(store, A01, A02, ELSEWHERE, at=NOW - 30 * DAY)
    return store


def test_a_register_has_the_accounts_of_its_area_and_nothing_else_at_first(county: Store) -> None:
    assert register(county) == Register(area="示例县", accounts=(A01, A02))
    with county.read() as tx:
        assert registers.areas(tx, now=NOW) == ("示例县", "邻县")


def test_a_register_knows_nobodys_phone(county: Store) -> None:
    liaison = Contact(role=Role.LIAISON, name="联络员甲", phone="13800000000")
    enrol(county, replace(A01, contacts=(liaison,)), at=NOW - DAY)
    enrol(county, replace(A01, contacts=(liaison,), name="新名称"), at=NOW)
    of = register(county)
    shown = [*of.accounts, *(version.account for versions in of.earlier.values() for version in versions)]
    assert {account.contacts for account in shown if account} == {()}
    with county.read() as tx:
        assert registers.troubles_of(tx, "示例县", ["A01"], now=NOW).accounts == (replace(A01, name="新名称"),)


def test_an_account_is_in_the_register_as_it_was_on_that_day(county: Store) -> None:
    enrol(county, replace(A01, name="新名称"), at=NOW)
    assert [account.name for account in register(county).accounts] == ["新名称", "示例教育"]
    assert [account.name for account in register(county, now=NOW - DAY).accounts] == ["示例发布", "示例教育"]


def test_who_has_changed_or_left_is_known_as_it_was_with_its_values_and_its_filing(county: Store) -> None:
    enrol(county, replace(A01, name="新名称"), ELSEWHERE, at=NOW - 2 * DAY, remove_missing=True)
    save(
        county,
        week(date(2026, 4, 27), named("A01", value="1"), named("A02", value="2"), named("B01", value="3")),
        filed(TODAY - 5 * DAY, named("A02")),
        filed(TODAY - 4 * DAY, named("A01"), named("A02")),
        at=NOW - DAY,
    )
    of = register(county)
    names = {
        id_: [version.account and version.account.name for version in versions] for id_, versions in of.earlier.items()
    }
    assert names == {"A01": ["示例发布", "新名称"], "A02": ["示例教育", None]}
    assert [account.id for account in of.bound_at(NOW - 2 * DAY)] == ["A01", "A02"]
    assert [account.id for account in of.bound_at(NOW)] == ["A01"]
    assert (of.filed and set(of.filed.filings), set(of.weeks[0].values)) == ({"A01", "A02"}, {"A01", "A02"})
    assert register(county, now=NOW - 3 * DAY).earlier == {}


def test_a_round_names_the_accounts_of_the_area_and_the_rows_that_might_be_theirs(county: Store) -> None:
    save(county, bulletin(1, stale("A01"), stale("B01"), stray()))
    [round_] = register(county).rounds
    assert problems_of(round_, "A01") == {Problem.STALE}
    assert [listing.account for listing in round_.listings] == ["A01"]
    assert all(listing.id for listing in round_.listings)
    assert [str(row.written) for row in round_.unmatched] == ["微博 “示例新号”"]


def test_a_round_that_lists_others_is_a_clean_round_all_the_same(county: Store) -> None:
    save(county, bulletin(1, stale("B01")), bulletin(2))
    assert [(round_.number, round_.listings) for round_ in register(county).rounds] == [(1, ()), (2, ())]


def test_rounds_come_by_series_and_number(county: Store) -> None:
    save(county, bulletin(10, on=date(2026, 5, 2)), bulletin(9), replace(bulletin(3), title="市级通报"))
    assert [(round_.series, round_.number) for round_ in register(county).rounds] == [
        ("市级通报", 3),
        ("省平台月报", 9),
        ("省平台月报", 10),
    ]


def test_a_correction_replaces_a_round_as_a_whole_from_when_it_is_known(county: Store) -> None:
    save(county, bulletin(1, stale("A01"), stale("A02")), at=NOW)
    save(county, bulletin(1, stale("A02")), at=NOW + DAY)
    [before], [after] = register(county).rounds, register(county, now=NOW + DAY).rounds
    assert problems_of(before, "A01") == {Problem.STALE}
    assert problems_of(after, "A01") == frozenset()
    [known_later] = register(county, now=NOW, known_at=NOW + DAY).rounds
    assert known_later == after


def test_a_round_counts_from_its_day_of_issue_and_only_once_it_is_known(county: Store) -> None:
    save(county, bulletin(1, on=date(2026, 4, 30)), at=NOW)
    assert register(county, now=NOW - DAY).rounds == ()
    assert len(register(county, now=NOW - DAY, known_at=NOW).rounds) == 1
    assert register(county, now=NOW - 10 * DAY, known_at=NOW).rounds == ()


def test_the_same_file_again_changes_nothing(county: Store) -> None:
    given = (
        bulletin(1, stale("A01"), stray()),
        week(date(2026, 4, 20), named("A01", value="56.30")),
        filed(TODAY, named("A01", value="浙备1", day=date(2026, 1, 5))),
    )
    assert save(county, *given) == 3
    assert save(county, *given, at=NOW + HOUR) == 0


def test_whatever_is_new_has_everybody_judged_again(county: Store) -> None:
    with county.begin() as tx:
        tx.execute(sa.update(tables.accounts).values(evaluate_at=NOW + 9 * DAY))
    save(county, bulletin(1, stale("A01")), at=NOW + HOUR)
    with county.begin() as tx:
        assert cases.due_for_judgement(tx, NOW + HOUR, 10) == ("A01", "A02", "B01")


def test_a_week_is_there_when_it_is_over(county: Store) -> None:
    save(county, week(date(2026, 4, 27), named("A01", value="56.30"), named("B01", value="80"), mean="61.5"))
    [published] = register(county).weeks
    assert published.values == {"A01": Decimal("56.30")}
    assert str(published.values["A01"]) == "56.30"
    assert published.mean == Decimal("61.5")
    sunday = datetime.fromisoformat("2026-05-03T23:59:59+08:00")
    assert register(county, now=sunday, known_at=NOW).weeks == ()
    assert len(register(county, now=sunday + timedelta(seconds=1), known_at=NOW).weeks) == 1


def test_one_unit_s_file_leaves_the_other_values_of_the_week_alone(county: Store) -> None:
    monday = date(2026, 4, 20)
    save(county, week(monday, named("A01", value="50"), named("A02", value="60"), mean="61"))
    save(county, week(monday, named("A02", value="70")), at=NOW)
    [published] = register(county).weeks
    assert published.values == {"A01": Decimal(50), "A02": Decimal(70)}
    assert published.mean == Decimal(61)


def test_the_index_of_single_accounts_is_that_of_the_register_of_their_area(county: Store) -> None:
    for number in range(4):
        values = [named("A02", value=f"6{number}"), *([named("A01", value=f"5{number}")] if number != 2 else [])]
        save(county, week(date(2026, 3, 30) + number * 7 * DAY, *values))
    save(county, week(date(2026, 4, 27), named("B01", value="80")))
    save(county, week(date(2026, 5, 4), named("A01", value="99")))  # is not over yet
    with county.read() as tx:
        read = papers.index_of(tx, ["A01"], "示例县", newest=3, by=TODAY, known_at=NOW)
    of_area = [week.values.get("A01") for week in register(county).weeks[-3:]]
    assert read == {"A01": tuple(None if value is None else str(value) for value in of_area)}
    assert read["A01"] == ("51", None, "53")


def test_a_blank_value_is_missing_and_takes_an_earlier_one_back(county: Store) -> None:
    monday = date(2026, 4, 20)
    save(county, week(monday, named("A01", value="50"), named("A02", value="60")))
    save(county, week(monday, named("A01", value=None)))
    assert register(county).weeks[0].values == {"A02": Decimal(60)}


def test_a_week_published_for_others_only_is_no_week_of_the_area(county: Store) -> None:
    save(county, week(date(2026, 4, 20), named("B01", value="50")))
    assert register(county).weeks == ()
    assert len(register(county, "邻县").weeks) == 1


def test_the_latest_filed_list_of_the_area_counts(county: Store) -> None:
    save(county, filed(TODAY - 40 * DAY, named("A01", value="浙备1", day=date(2026, 1, 5)), named("A02")))
    save(county, filed(TODAY - 5 * DAY, named("A01", value="浙备1")))
    save(county, filed(TODAY - 2 * DAY, named("B01"), area="邻县"))
    latest = register(county).filed
    assert latest is not None
    assert (latest.as_of, latest.filings) == (TODAY - 5 * DAY, {"A01": Filing(number="浙备1")})
    earlier = register(county, now=NOW - 6 * DAY, known_at=NOW).filed
    assert earlier is not None
    assert earlier.filings["A01"].filed_on == date(2026, 1, 5)
    assert set(earlier.filings) == {"A01", "A02"}


def test_two_counties_lists_of_one_day_stand_side_by_side(county: Store) -> None:
    save(county, filed(TODAY, named("A01"), named("A02")))
    save(county, filed(TODAY, named("B01"), area="邻县"))
    ours, theirs = register(county).filed, register(county, "邻县").filed
    assert ours is not None
    assert theirs is not None
    assert (set(ours.filings), set(theirs.filings)) == ({"A01", "A02"}, {"B01"})


def test_a_row_finds_its_account_once_the_roster_names_it(county: Store) -> None:
    save(county, bulletin(1, stray()), at=NOW)
    with county.read() as tx:
        [listed] = papers.strays(tx)
    assert (str(listed.paper), str(listed.entry.written), listed.file) == (
        "通报“省平台月报”第1期",
        "微博 “示例新号”",
        "表.xlsx",
    )
    enrol(county, account("A03", name="示例新号", method="weibo=9"), at=NOW + HOUR)
    with county.begin() as tx:
        assert papers.match_again(tx, NOW + HOUR) == 1
        assert papers.match_again(tx, NOW + HOUR) == 0
        assert papers.strays(tx) == ()
    assert [str(row.written) for row in register(county).rounds[0].unmatched] == ["微博 “示例新号”"]
    later = register(county, now=NOW + HOUR).rounds[0]
    assert later.unmatched == ()
    assert problems_of(later, "A03") == {Problem.STALE}


def test_a_renamed_account_keeps_what_was_said_of_it_under_its_old_name(county: Store) -> None:
    written = Reference(platform=Platform.WEIBO, name="示例教育")
    save(county, bulletin(1, NewEntry(written=written, account="A02", problem=Problem.STALE)), at=NOW)
    enrol(county, replace(A02, name="示例县教育发布"), at=NOW + HOUR)
    assert save(county, bulletin(1, NewEntry(written=written, problem=Problem.STALE)), at=NOW + DAY) == 0
    assert problems_of(register(county, now=NOW + DAY).rounds[0], "A02") == {Problem.STALE}


def test_an_account_answers_to_the_name_it_was_filed_under(county: Store) -> None:
    save(county, filed(TODAY, NewEntry(written=Reference(account="A02", name="示例县教育局官微"), account="A02")))
    with county.read() as tx:
        whom = papers.directory(tx)
    assert whom.find(Reference(platform=Platform.WEIBO, name="示例县教育局官微")) == A02


def test_only_the_latest_filed_list_leaves_rows_to_match(county: Store) -> None:
    save(county, filed(TODAY - 2 * DAY, named("A01"), NewEntry(written=STRANGER)), filed(TODAY, named("A01")))
    with county.read() as tx:
        assert papers.strays(tx) == ()


# --- records and decisions ---


def record(
    kind: RecordKind = RecordKind.TRAINING,
    name: str = "示例县",
    on: date = date(2026, 5, 1),
    subject: SubjectKind = SubjectKind.AREA,
    **said: str,
) -> NewRecord:
    return NewRecord(kind=kind, subject=subject, name=name, on=on, **said)  # type: ignore[arg-type]  # text, attachment


def keep(store: Store, *given: NewRecord, at: datetime = NOW) -> int:
    with store.begin() as tx:
        return len(records.save_records(tx, given, known_at=at))


def kept(found: Register) -> list[tuple[str, str]]:
    return [(record.kind.label, record.name) for record in found.records]


def test_a_register_has_the_records_of_its_area_its_units_and_its_accounts(county: Store) -> None:
    keep(
        county,
        record(),
        record(name="邻县"),
        record(RecordKind.UNIT_RETURN, "示例县教育局", subject=SubjectKind.UNIT, on=date(2026, 4, 1)),
        record(RecordKind.UNIT_RETURN, "邻县教育局", subject=SubjectKind.UNIT),
        record(RecordKind.IPV6, "A01", subject=SubjectKind.ACCOUNT),
        record(RecordKind.IPV6, "B01", subject=SubjectKind.ACCOUNT),
    )
    assert kept(register(county)) == [("单位报送", "示例县教育局"), ("培训", "示例县"), ("IPv6核查", "A01")]


def test_a_unit_of_the_same_name_in_another_area_is_another(county: Store) -> None:
    twin = replace(ELSEWHERE, unit=A01.unit)
    enrol(county, twin, at=NOW - 20 * DAY)
    for area, text in (("示例县", "应急预案"), ("邻县", "安全管理制度"), (None, "工作制度")):
        said = record(RecordKind.INSTITUTION, A01.unit, subject=SubjectKind.UNIT, text=text)
        keep(county, replace(said, area=area))
    texts = [{record.text for record in register(county, area).records} for area in ("示例县", "邻县")]
    assert texts == [{"应急预案", "工作制度"}, {"安全管理制度", "工作制度"}]


def test_an_account_that_came_from_a_unit_of_the_same_name_elsewhere_was_not_that_unit_s_here(county: Store) -> None:
    enrol(county, replace(ELSEWHERE, unit=A01.unit), at=NOW - 20 * DAY)
    enrol(county, replace(ELSEWHERE, unit="示例县卫健局", area="示例县"), at=NOW - 10 * DAY)
    found = register(county)
    ever = {unit: found.ever_of_unit(unit) for unit in (A01.unit, "示例县卫健局", "示例县档案馆")}
    assert ever == {A01.unit: {"A01", "A02"}, "示例县卫健局": {"B01"}, "示例县档案馆": set()}


def test_a_record_holds_from_its_day_and_a_phase_is_told_ahead(county: Store) -> None:
    keep(county, record(on=TODAY + DAY), record(RecordKind.PHASE, on=TODAY + 30 * DAY, text="清理整治"))
    assert kept(register(county)) == [("阶段", "示例县")]
    assert kept(register(county, now=NOW + DAY)) == [("培训", "示例县"), ("阶段", "示例县")]
    assert kept(register(county, now=NOW, known_at=NOW - HOUR)) == []


def test_the_same_record_again_is_none_and_a_new_attachment_replaces_the_old(county: Store) -> None:
    assert keep(county, record(text="集中培训")) == 1
    assert keep(county, record(text="集中培训"), at=NOW + HOUR) == 0
    assert keep(county, record(text="集中培训", attachment="签到表.pdf"), at=NOW + HOUR) == 1
    assert [record.attachment for record in register(county, now=NOW + HOUR).records] == ["签到表.pdf"]


def test_decisions_from_a_file_are_kept_once_and_have_their_account_judged(county: Store) -> None:
    decision = Decision(
        subject=Subject.of_account("A01"),
        rule="UPD-01",
        episode="",
        ruling=Ruling.EXEMPTED,
        by="操作员甲",
        at=NOW - DAY,
        valid_until=date(2027, 5, 5),
        document="示政办〔2026〕1号",
    )
    with county.begin() as tx:
        assert decisions.save_decisions(tx, [decision], known_at=NOW) == (decision,)
        assert decisions.save_decisions(tx, [decision], known_at=NOW + HOUR) == ()
    with county.read() as tx:
        assert decisions.decisions_of(tx, ["A01"], NOW)["A01"] == [decision]
        assert decisions.decisions_of(tx, ["A01"], NOW - HOUR)["A01"] == []


def test_an_area_is_read_alike_whether_its_ids_fit_into_a_statement_or_not(
    county: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(county, bulletin(1, stale("A01"), stale("B01")))
    confirmed = Decision(
        subject=Subject.of_account("A01"), rule="APP-01", episode="", ruling=Ruling.CONFIRMED, by="县府办", at=NOW
    )
    with county.begin() as tx:
        decisions.save_decisions(tx, [confirmed, replace(confirmed, subject=Subject.of_account("B01"))], known_at=NOW)
    short = register(county)
    monkeypatch.setattr(roster, "IDS_AT_ONCE", 0)
    assert register(county) == short
    assert [decision.subject.account for decision in short.decisions] == ["A01"]


def test_a_list_of_a_neighbour_is_no_list_of_an_area_however_many_accounts_it_has(
    county: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(
        county,
        filed(TODAY - 9 * DAY, named("A01")),
        filed(TODAY - 8 * DAY, named("B01"), area="邻县"),
        week(date(2026, 4, 20)),
    )
    short = register(county)
    monkeypatch.setattr(roster, "IDS_AT_ONCE", 1)  # more than that are not written into a statement
    assert register(county) == short
    assert short.filed is not None
    assert short.filed.as_of == TODAY - 9 * DAY
    assert [week.begins_on for week in short.weeks] == [date(2026, 4, 20)]
