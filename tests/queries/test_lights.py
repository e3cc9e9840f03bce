"""The rows that lists go by say of every account what a reader of everything else would say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from monitor.core.account import Account, AccountStatus, Platform, UnitLevel
from monitor.core.case import LADDER, Ladder
from monitor.core.finding import State, Support
from monitor.core.light import Light, light_of, task_of
from monitor.core.observation import Covers, Reason, Standing, Timeline, timeline
from monitor.core.phrases import plain
from monitor.pipeline.evaluate import AccountEvaluator
from monitor.pipeline.faults import Faults
from monitor.queries.accounts import AccountFilter, AccountQuery, Order, read_accounts, sheet
from monitor.queries.concerns import Concern
from monitor.queries.lines import AccountLine, OverviewContext, finding_of, line_of, sighted
from monitor.queries.overview import read_today
from monitor.queries.tasks import TodoContext
from monitor.store import Store, Tx, cases, imports, lights, moments, open_store, roster, sightings, tables
from monitor.store.looks import hand_look
from monitor.store.overview import account_rows
from tests.core.build import BOOK, EVERY_DAY
from tests.databases import migrated
from tests.store.build import DAY, NOW, account, enrol, finding, look, post, record, shown, source
from tests.web.county import BENCH

LATER = NOW + 2 * DAY
MOMENT = OverviewContext(now=LATER, ladder=Ladder.of(BOOK), calendar=EVERY_DAY, title=str)


def check(store: Store, moment: OverviewContext = MOMENT) -> None:
    """Have every row compared with what the account's line says, and every count with the rows."""
    with store.read() as tx:
        rows = account_rows(tx, moment.now)
        said = {row.account.id: line_of(row, None, moment) for row in rows}
        kept = {row.account: row for row in tx.execute(sa.select(tables.lights))}
        assert kept.keys() == said.keys()
        for row in rows:
            line, one = said[row.account.id], kept[row.account.id]
            updates = finding_of(row, LADDER)
            state, support = (updates.state, updates.support) if updates else (None, None)
            assert one.light is line.light is light_of(sighted(row), state)
            told = None if one.silent_since == date.max else max(0, (moment.today - one.silent_since).days)
            assert told == line.days
            assert (one.task, one.task_from) == (task_of(sighted(row), state, support) or (None, None))
            assert (one.area, one.unit, one.platform) == (
                line.account.area,
                line.account.unit,
                line.account.platform.value,
            )
        counted = lights.counts(tx)
        assert counted.of == {light: sum(line.light is light for line in said.values()) for light in Light}
        listed = lights.ids(tx, AccountFilter(), Order.URGENCY)
        assert listed == tuple(line.account.id for line in sorted(said.values(), key=_urgency))


def _urgency(line: AccountLine) -> tuple[int, bool, date, str, str]:
    begun = date.max if line.days is None else MOMENT.today - timedelta(days=line.days)
    return (line.light.place, not line.account.is_main, begun, line.account.unit, line.account.id)


def test_a_first_day(store: Store) -> None:
    closed = account("A04", status=AccountStatus.CLOSED)
    enrol(store, account("A01"), account("A02", is_main=True), account("A03", level=UnitLevel.PARTY), closed)
    check(store)


def test_a_look_that_saw_nothing_is_a_look(store: Store) -> None:
    enrol(store, account("A01"), account("A02"))
    record(store, look(NOW, Reason.TIMEOUT))
    check(store)
    with store.read() as tx:
        assert (lights.counts(tx).of[Light.GREY], lights.counts(tx).of[Light.NEVER]) == (1, 1)


def test_whatever_happens_the_rows_are_as_everything_else(store: Store) -> None:
    for seed in range(6):
        happen(store, Random(seed))  # noqa: S311 - the same every time


def happen(store: Store, chance: Random) -> None:
    """Have many things happen, each of which may change how an account stands, and compare after each."""
    ids = [f"A{number:02}" for number in range(8)]
    for _ in range(25):
        id_, back = chance.choice(ids), timedelta(hours=chance.randrange(40 * 24))
        match chance.randrange(9):
            case 0 | 1:
                enrol(store, *chance.sample(_accounts(chance, ids), 5), at=NOW - back)
            case 2:
                enrol(store, *_accounts(chance, ids)[:4], at=NOW, remove_missing=True)
            case 3 | 4:
                record(store, look(NOW - back, _shown(chance, NOW - back), of=source(id_)))
            case 5:
                record(store, look(NOW - back, chance.choice(list(Reason)), of=source(id_)))
            case 6:
                said = finding(chance.choice(list(State)), account=id_, support=chance.choice(list(Support)))
                with store.begin() as tx:
                    if _is_known(tx, id_):
                        cases.save_findings(tx, [said], at=NOW)
            case 7:
                _by_hand(store, chance, id_, NOW - back)
            case _:
                with store.begin() as tx:
                    cases.retire(tx, [id_], at=NOW)
        check(store)


def _is_known(tx: Tx, id_: str) -> bool:
    return roster.account(tx, id_) is not None


def _accounts(chance: Random, ids: list[str]) -> list[Account]:
    return [
        account(
            id_,
            name=f"示例{chance.randrange(3)}",
            unit=f"单位{chance.randrange(3)}",
            area=f"县{chance.randrange(2)}",
            is_main=chance.random() < 0.3,
            method=chance.choice(["weibo=1", "weibo=2", "人工"]),
            status=chance.choice(list(AccountStatus)),
            level=chance.choice([None, UnitLevel.PARTY, UnitLevel.TOWNSHIP]),
            opened_on=chance.choice([None, date(2026, 3, 1)]),
        )
        for id_ in ids
    ]


def _shown(chance: Random, at: datetime) -> Timeline:
    if chance.random() < 0.3:
        return timeline([], standing=chance.choice(list(Standing)))
    return shown(*(post(at - timedelta(days=chance.randrange(30))) for _ in range(chance.randrange(4))))


def _by_hand(store: Store, chance: Random, id_: str, at: datetime) -> None:
    """Have a person's look come in, and sometimes be taken back."""
    with store.begin() as tx:
        one = roster.account(tx, id_)
        if one is not None:
            number = imports.begin(tx, "posts", "发布.xlsx", as_of=at, known_at=NOW, by="张三")
            hand_look(
                tx,
                one,
                shown(post(at - DAY), covers=chance.choice(list(Covers))),
                at=at,
                known_at=NOW,
                import_id=number,
            )
            if chance.random() < 0.4:
                sightings.withdraw(tx, number, NOW)


def test_a_clock_put_right_restates_everything(store: Store) -> None:
    enrol(store, account("A01"))
    ahead = NOW + 90 * DAY
    record(store, look(ahead, shown(post(ahead - DAY))))
    with store.begin() as tx:
        moments.put_right(tx, NOW)
    check(store)


def test_rows_that_were_lost_are_written_again(store: Store) -> None:
    enrol(store, account("A01"), account("A02"))
    with store.begin() as tx:
        tx.execute(sa.delete(tables.lights))
        lights.restate(tx)
    check(store)


def pages_of(store: Store, which: AccountFilter, order: Order = Order.UNIT) -> list[str]:
    with store.read() as tx:
        first = sheet(tx, MOMENT, which, order, 1)
        later = [sheet(tx, MOMENT, which, order, number) for number in range(2, first.turn.pages + 1)]
    return [line.account.id for sheet in (first, *later) for line in sheet.lines]


def test_a_list_is_filtered_by_each_of_its_conditions_and_by_all(store: Store) -> None:
    enrol(
        store,
        account("A01", name="ABC发布", unit="教育局"),
        account("A02", unit="水利局", platform=Platform.DOUYIN, method="人工"),
        account("B03", area="邻县", status=AccountStatus.CLOSED),
    )
    with store.begin() as tx:
        cases.save_findings(tx, [finding(State.VIOLATED, account="A01")], at=NOW)
    for which, ids in (
        (AccountFilter(), {"A01", "A02", "B03"}),
        (AccountFilter(light=Light.RED), {"A01"}),
        (AccountFilter(area="邻县"), {"B03"}),
        (AccountFilter(unit="水利局"), {"A02"}),
        (AccountFilter(platform=Platform.DOUYIN), {"A02"}),
        (AccountFilter(status=AccountStatus.CLOSED), {"B03"}),
        (AccountFilter(wanted="abc"), {"A01"}),
        (AccountFilter(wanted="水利"), {"A02"}),
        (AccountFilter(wanted="b03"), {"B03"}),
        (AccountFilter(wanted="教育局", light=Light.RED, area="示例县"), {"A01"}),
        (AccountFilter(wanted="教育局", light=Light.AMBER), set()),
    ):
        assert set(pages_of(store, which)) == ids, which


@pytest.mark.parametrize("wanted", ["%", "_", "\\", "\n", "发布\n示例", "'", "[a-z]*"])
def test_what_people_look_for_is_taken_letter_by_letter(store: Store, wanted: str) -> None:
    enrol(store, account("A01"), account("A02", name=f"有{plain(wanted) or '无'}号"))
    expected = ["A02"] if plain(wanted) == wanted else []
    assert pages_of(store, AccountFilter(wanted=wanted)) == expected


def test_every_account_is_on_one_page_in_either_order(store: Store) -> None:
    enrol(store, *(account(f"A{number:03}", is_main=number % 7 == 0) for number in range(407)))
    for order in Order:
        listed = pages_of(store, AccountFilter(), order)
        assert (len(listed), len(set(listed))) == (407, 407)


def test_a_page_costs_the_same_however_long_the_roster_is(tmp_path: Path) -> None:
    """Counted in statements and in rows that come out of the database; the counts by light are those of an index."""

    def cost() -> tuple[int, int]:
        asked, fetched = 0, 0

        def count(*seen: object) -> None:
            nonlocal asked
            asked += 1

        with store.read() as tx:
            raw = tx.connection.driver_connection
            assert raw is not None
            made = raw.row_factory

            def row(_: object, values: tuple[object, ...]) -> tuple[object, ...]:
                nonlocal fetched
                fetched += 1
                return values

            def rows_of(cursor: object) -> Callable[[tuple[object, ...]], tuple[object, ...]]:
                make = made(cursor)
                return lambda values: row(cursor, make(values))

            sa.event.listen(tx, "before_cursor_execute", count)
            raw.row_factory = row if tx.dialect.name == "sqlite" else rows_of
            try:
                assert read_today(tx, MOMENT, TodoContext(now=LATER, book=BOOK, calendar=EVERY_DAY))
                read_accounts(tx, MOMENT, AccountQuery(wanted="示例", concern=Concern.PEOPLE))
                read_accounts(tx, MOMENT, AccountQuery(wanted="示例"))
            finally:
                raw.row_factory = made
        return asked, fetched

    def county(size: int) -> None:
        enrol(store, *(account(f"A{number:04}") for number in range(size)))
        record(store, *(look(NOW, shown(post(NOW - 20 * DAY)), of=source(f"A{number:04}")) for number in range(size)))
        with store.begin() as tx:
            said = [finding(State.WARNING, account=f"A{number:04}") for number in range(size)]
            cases.save_findings(tx, said, at=NOW)

    with open_store(migrated(tmp_path / "xuncha.db")) as store:
        county(250)
        few = cost()
        county(1000)
        assert cost() == few


async def test_the_evaluation_keeps_the_rows_and_time_alone_turns_them(store: Store) -> None:
    enrol(store, *(account(f"A{number:02}", opened_on=date(2020, 1, 1)) for number in range(20)), at=NOW - 60 * DAY)
    for number in range(18):
        record(store, look(NOW, shown(post(NOW - number * DAY)), of=source(f"A{number:02}")))
    evaluator = AccountEvaluator(rules_in_force=BENCH, faults=Faults(_fail))
    for days in range(8):
        at = NOW + days * DAY
        with store.begin() as tx:
            evaluator.judge(tx, at)
        check(store, replace(MOMENT, now=at))


def _fail(where: str) -> None:
    raise AssertionError(where)
