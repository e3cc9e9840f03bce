"""Two areas kept in one database say of each what it says alone: areas do not mix."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.app.rules import all_area_rules
from monitor.core.account import Account, Platform, UnitLevel
from monitor.core.bulletin import Problem
from monitor.core.calendar import ONE_DAY, start_of_day
from monitor.core.finding import Finding, RuleBook, State
from monitor.core.judgement import area_findings
from monitor.core.paper import Mean, NewEntry, Paper, PaperKind
from monitor.core.record import NewRecord, RecordKind, Result
from monitor.core.reference import Reference
from monitor.core.register import Register
from monitor.core.rules.weak_01 import ID as BELOW
from monitor.core.subject import SubjectKind
from monitor.store import Store, open_store, papers, records, registers
from tests.core.area import book
from tests.databases import migrated
from tests.often import often
from tests.store.build import account, enrol

AREAS = ("甲县", "乙县")
IDS = tuple(f"{number:02}" for number in range(8))
FIRST, TODAY = date(2026, 4, 6), date(2026, 6, 10)
NOW = start_of_day(TODAY) + timedelta(hours=9)
SERIES = ("省平台通报", "甲县通报", "乙县通报")
UNITS = ("教育局", "卫健局")
LEAST = 3
"""Fewer values make no mean."""
MONDAYS = tuple(FIRST + timedelta(weeks=week) for week in range(8))


@dataclass(frozen=True)
class County:
    """What two offices have entered: accounts with their moves, and papers and records of both."""

    accounts: Sequence[Account]
    """Each as it was at first."""
    moves: Mapping[str, date]
    """On which day which account went to the other area."""
    lists: Sequence[Paper]
    weeks: Sequence[Paper]
    rounds: Sequence[Paper]
    records: Sequence[NewRecord]
    counts_own: bool

    def area_on(self, entry: Account, end: date) -> str:
        """Return the area that an account was in before the end of a day."""
        moved = self.moves.get(entry.id)
        return other(entry.area) if moved and moved <= end else entry.area

    def ever_in(self, area: str) -> tuple[Account, ...]:
        """Return the accounts that are or were an area's."""
        return tuple(account for account in self.accounts if account.area == area or account.id in self.moves)

    def alone(self, area: str) -> County:
        """Return what the office of one area alone would have entered."""
        own = self.ever_in(area)
        ids: set[str | None] = {account.id for account in own}
        foreign = other(area)
        has_movers = any(account.id in self.moves for account in own)
        return replace(
            self,
            accounts=own,
            moves={id_: on for id_, on in self.moves.items() if id_ in ids},
            lists=[_about(paper, ids) for paper in self.lists if paper.area == area],
            weeks=[week for paper in self.weeks if (week := _about(paper, ids)).entries],
            # a bulletin of the other office is known where an account was with it
            rounds=[_about(paper, ids) for paper in self.rounds if has_movers or not paper.title.startswith(foreign)],
            records=[
                record
                for record in self.records
                if (record.name if record.subject is SubjectKind.ACCOUNT else _area(record)) in {*ids, area}
            ],
        )

    def book(self) -> RuleBook:
        """Return the rules, with or without offices' own bulletins."""
        rules = book(TODAY.isoformat())
        return replace(rules, switches={"UPD-02": frozenset({"count_own_bulletin"})}) if self.counts_own else rules


def other(area: str) -> str:
    return AREAS[1 - AREAS.index(area)]


def _area(record: NewRecord) -> str:
    return record.area or record.name


def _about(paper: Paper, ids: Container[str | None]) -> Paper:
    return replace(paper, entries=tuple(entry for entry in paper.entries if entry.account in ids))


@contextmanager
def kept(county: County) -> Iterator[Store]:
    """Keep it all in a database, in the order of its days."""
    with TemporaryDirectory() as folder, open_store(migrated(Path(folder) / "xuncha.db")) as store:
        enrol(store, *county.accounts, at=start_of_day(FIRST) - timedelta(days=90))
        for id_, on in sorted(county.moves.items(), key=lambda entry: entry[1]):
            [one] = [account for account in county.accounts if account.id == id_]
            enrol(store, replace(one, area=other(one.area)), at=start_of_day(on))
        with store.begin() as tx:
            papers.save_papers(tx, (*county.lists, *county.weeks, *county.rounds), file="表.xlsx", known_at=NOW)
            records.save_records(tx, county.records, known_at=NOW)
        yield store


def said(county: County, *areas: str) -> dict[str, list[Finding]]:
    """Return all that the rules on areas say of areas; which rows of the database show it does not matter."""
    with kept(county) as store, store.read() as tx:
        return {area: _found(registers.register(tx, area, now=NOW), county.book()) for area in areas}


def _found(register: Register, rules: RuleBook) -> list[Finding]:
    found = [
        finding
        for rule in all_area_rules()
        if rule.id in rules.clauses
        for finding in area_findings(rule, register, rules, NOW)
    ]
    return sorted(
        (replace(finding, evidence=()) for finding in found),
        key=lambda entry: (entry.rule, entry.account or "", entry.unit or ""),
    )


# --- counties ---

subsets = st.sets(st.sampled_from(IDS), min_size=1)
days = st.integers(0, (TODAY - FIRST).days).map(lambda days: FIRST + timedelta(days=days))


def named(id_: str, **more: object) -> NewEntry:
    return NewEntry(written=Reference(account=id_), account=id_, **more)  # type: ignore[arg-type]  # value, problem


@st.composite
def accounts(draw: st.DrawFn) -> tuple[Account, ...]:
    return tuple(
        account(
            id_,
            name=draw(st.sampled_from(("县区发布", "便民服务"))),
            area=area or draw(st.sampled_from(AREAS)),
            unit=draw(st.sampled_from(UNITS)),
            platform=draw(st.sampled_from((Platform.WEIBO, Platform.TOUTIAO))),
            level=UnitLevel.COUNTY_UNIT,
            is_main=draw(st.booleans()),
            opened_on=draw(st.none() | days),
            method="人工",
        )
        for id_, area in zip(IDS, (*AREAS, *[None] * len(IDS)), strict=False)  # an area is one that has accounts
    )


@st.composite
def filed(draw: st.DrawFn) -> Paper:
    ids = sorted(draw(subsets))
    area = draw(st.sampled_from(AREAS))
    return Paper(kind=PaperKind.FILED_LIST, on=draw(days), area=area, entries=tuple(map(named, ids)))


@st.composite
def weeks(draw: st.DrawFn) -> tuple[Paper, ...]:
    values = st.sampled_from((*(str(value) for value in range(10, 15)), "99.5", "100"))
    means = st.dictionaries(st.sampled_from(AREAS), values, max_size=2)
    return tuple(
        Paper(
            kind=PaperKind.WEEK,
            title=f"{monday:%G-W%V}",
            on=monday,
            means=tuple(Mean(area=area, value=value) for area, value in sorted(draw(means).items())) if printed else (),
            entries=tuple(
                named(id_, value=draw(values)) for id_ in sorted(draw(st.sets(st.sampled_from(IDS), min_size=4)))
            ),
        )
        for printed in [draw(st.booleans())]
        for monday in sorted(draw(st.sets(st.sampled_from(MONDAYS), min_size=1)))
    )


@st.composite
def rounds(draw: st.DrawFn, series: str) -> tuple[Paper, ...]:
    count = draw(st.integers(0, 4))
    return tuple(
        Paper(
            kind=PaperKind.ROUND,
            title=series,
            number=number,
            on=FIRST + timedelta(days=14 * number),
            covers_all=draw(st.booleans()),
            entries=tuple(named(id_, problem=Problem.STALE) for id_ in sorted(draw(subsets))),
        )
        for number in range(count)
        if draw(st.integers(0, 4))  # now and then one is missing
    )


@st.composite
def recorded(draw: st.DrawFn) -> NewRecord:
    kind, result, item = draw(
        st.sampled_from(
            (
                (RecordKind.INSTITUTION, Result.ESTABLISHED, "应急预案"),
                (RecordKind.TRAINING, Result.HELD, ""),
                (RecordKind.INSPECTION, Result.INSPECTED, ""),
                (RecordKind.KNOWLEDGE_BASE, Result.NOT_ADOPTED, ""),
            )
        )
    )
    area, subject = draw(st.sampled_from(AREAS)), draw(st.sampled_from((SubjectKind.AREA, SubjectKind.UNIT)))
    name = area if subject is SubjectKind.AREA else draw(st.sampled_from(UNITS))
    return NewRecord(
        kind=kind,
        subject=subject,
        name=name,
        area=area if subject is SubjectKind.UNIT else None,
        on=draw(days),
        result=result,
        item=item,
    )


@st.composite
def counties(draw: st.DrawFn) -> County:
    return County(
        accounts=draw(accounts()),
        moves=draw(st.dictionaries(st.sampled_from(IDS), days, max_size=3)),
        lists=draw(st.lists(filed(), max_size=4, unique_by=lambda paper: paper.key)),
        weeks=draw(weeks()),
        rounds=[paper for series in SERIES for paper in draw(rounds(series))],
        records=draw(st.lists(recorded(), max_size=5, unique=True)),
        counts_own=draw(st.booleans()),
    )


SLOWLY = settings(max_examples=often(60), suppress_health_check=list(HealthCheck), report_multiple_bugs=False)


@SLOWLY
@given(county=counties())
def test_two_areas_together_say_of_each_what_each_says_alone(county: County) -> None:
    for area, together in said(county, *AREAS).items():
        alone = said(county.alone(area), area)[area]
        # the weeks of who came from the other area are compared with its mean: see below
        assert [finding for finding in together if not _is_of_weeks_elsewhere(finding, county)] == [
            finding for finding in alone if not _is_of_weeks_elsewhere(finding, county)
        ]


def _is_of_weeks_elsewhere(finding: Finding, county: County) -> bool:
    return finding.rule == BELOW and finding.account in county.moves


@SLOWLY
@given(county=counties())
def test_whoever_came_from_elsewhere_is_compared_with_the_mean_of_where_it_was(county: County) -> None:
    states = {
        finding.account: finding.state
        for found in said(county, *AREAS).values()
        for finding in found
        if finding.rule == BELOW and finding.account
    }
    assert states == {
        account.id: state for account in county.accounts if (state := plainly(county, account)) is not None
    }


def plainly(county: County, each: Account) -> State | None:
    """Return what WEAK-01 means of an account, week by week; None where it has nothing to say."""
    chain = []
    for week in sorted(county.weeks, key=lambda entry: entry.on):
        sunday = week.on + 6 * ONE_DAY
        then = county.area_on(each, sunday)
        values = {entry.account: Decimal(entry.value) for entry in week.entries if entry.account and entry.value}
        theirs = {other.id for other in county.accounts if county.area_on(other, sunday) == then}
        if theirs & values.keys():
            chain.append(
                (
                    values.get(each.id),
                    mean_of(county, week, then, [(id_, values[id_]) for id_ in theirs & values.keys()]),
                )
            )
    valued = [place for place, (value, _) in enumerate(chain) if value is not None][-2:]
    if len(valued) < 2 or len(chain) - valued[0] - 2 > 1:
        return State.UNKNOWN
    pairs = [chain[place] for place in valued]
    if any(mean is None for _, mean in pairs):
        return State.UNKNOWN
    return State.VIOLATED if all(value and mean and Fraction(value) < mean for value, mean in pairs) else None


def mean_of(county: County, week: Paper, area: str, values: Sequence[tuple[str, Decimal]]) -> Fraction | None:
    printed = {mean.area: mean.value for mean in week.means}
    if area in printed:
        return Fraction(printed[area])
    latest = max((paper for paper in county.lists if paper.area == area), key=lambda entry: entry.on, default=None)
    filed = {entry.account for entry in latest.entries} if latest else None
    counted = [Fraction(value) for id_, value in values if filed is None or id_ in filed]
    return sum(counted, Fraction()) / len(counted) if len(counted) >= LEAST else None
