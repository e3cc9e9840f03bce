"""Work orders of the provincial platform: who is told of one and when, how it stands, and what ends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from monitor.core.account import Account, AccountStatus
from monitor.core.calendar import ONE_DAY, beijing_date
from monitor.core.case import Closing
from monitor.core.finding import ORDERS, State
from monitor.core.observation import Reason
from monitor.core.paper import NewEntry, Paper, PaperKind
from monitor.core.period import Period
from monitor.core.record import NewRecord, RecordKind, Result
from monitor.core.reference import Reference
from monitor.core.subject import Subject
from monitor.queries.orders import open_orders, read_order_sheet
from monitor.store import Store, cases, imports, papers, records
from monitor.store.roster import save_roster
from monitor.store.work_orders import work_orders
from tests.pipeline.build import NOW, Canned, Office, account, feed, office
from tests.store.build import standing

URL = "https://a.example/feed"
TODAY = beijing_date(NOW)
"""A Wednesday; every day is worked in that office."""


def order(
    number: str = "GD-1", *, due: int, issued: int = 0, about: str | None = "A01", problem: str = "问题"
) -> Paper:
    """Return an order with its days counted from today."""
    row = NewEntry(
        written=Reference(account=about or "没有的号"),
        account=about,
        day=TODAY + due * ONE_DAY,
        value=problem,
    )
    return Paper(kind=PaperKind.ORDER, title=number, on=TODAY + issued * ONE_DAY, entries=(row,))


def enter(store: Store, *given: Paper, at: datetime = NOW) -> int:
    """Have orders imported; return the import's number."""
    with store.begin() as tx:
        number = imports.begin(tx, "work-orders", "工单.xlsx", as_of=at, known_at=at, by="操作员甲")
        papers.save_papers(tx, given, file="工单.xlsx", known_at=at, import_id=number)
    return number


def answer(
    store: Store,
    number: str,
    *,
    at: datetime,
    on: date | None = None,
    about: Subject | None = None,
    result: Result = Result.RECTIFIED,
) -> None:
    whom = about or Subject.of_account("A01")
    record = NewRecord(
        kind=RecordKind.WORK_ORDER,
        subject=whom.kind,
        name=whom.name,
        on=on or beijing_date(at),
        result=result,
        item=number,
        text="已更新",
    )
    with store.begin() as tx:
        import_id = imports.begin(tx, "records", "答复", as_of=at, known_at=at, by="操作员乙")
        records.save_records(tx, [record], known_at=at, import_id=import_id)


async def running(store: Store, *others: Account, **of_first: object) -> Office:
    """Return an office that is judged without anything to say of updates."""
    bodies: dict[str, bytes | Reason] = {URL: feed(NOW - timedelta(days=1))}
    made = office(store, lambda clock: Canned(clock, bodies))
    await made.enrol([account(1, URL, **of_first), *others])
    return made


async def heard(made: Office, days: int) -> list[list[str]]:
    """Return who got mail about orders on each of the following days, today first."""
    told = []
    for _ in range(days):
        made.mail.taken.clear()
        await made.settle()
        told.append(sorted((m.address or "").partition("@")[0] for m in made.mail.taken if "工单" in m.subject))
        made.clock.forward(timedelta(days=1))
    return told


def word(store: Store) -> tuple[State, str]:
    with store.read() as tx:
        (found,) = (one for one in standing(tx) if one.rule == ORDERS)
    return found.state, found.because


async def test_the_liaison_hears_three_days_ahead_and_the_leader_on_the_last_day(store: Store) -> None:
    made = await running(store)
    enter(store, order(due=6))
    liaison, both = ["liaison"], ["leader", "liaison"]
    #                                  in    T-5 T-4 T-3      T-2 T-1      T-0   T+1
    assert await heard(made, 8) == [liaison, [], [], liaison, [], liaison, both, both]


async def test_a_message_says_what_is_asked_until_when_and_whom_to_tell(store: Store) -> None:
    made = await running(store)
    enter(store, order("GD-2026/7", due=3, problem="2周未更新"))
    await made.settle()
    (message,) = made.mail.taken
    assert message.subject == "【工单提醒】请于5月23日前办理省平台工单：“示例1”头条号"
    assert "有省平台工单待答复：“GD-2026/7”（2周未更新），请于5月23日（周六）前（含当日）办理。" in message.body
    assert "请按期办理，并将办理结果告知" in message.body


async def test_an_order_is_done_when_it_is_answered_and_who_answered_stands_with_it(store: Store) -> None:
    made = await running(store)
    enter(store, order(due=3))
    await made.settle()
    made.clock.forward(ONE_DAY)
    answer(store, "\uff27\uff24-1", at=made.clock())
    made.clock.forward(timedelta(minutes=1))
    assert await heard(made, 4) == [[], [], [], []]
    assert word(store)[0] is State.OK
    with store.read() as tx:
        assert open_orders(tx, made.clock()) == ()
        (one,) = work_orders(tx, by=beijing_date(made.clock()), known_at=made.clock())
        (case,) = (case for case in cases.cases(tx) if case.rule == ORDERS)
    assert one.answer is not None
    assert (one.answer.result, one.answer.on, one.answer.text, one.answer.by) == (
        Result.RECTIFIED,
        TODAY + ONE_DAY,
        "已更新",
        "操作员乙",
    )
    assert case.closing is Closing.COMPLETED


async def test_an_order_that_came_late_says_so_and_accuses_nobody(store: Store) -> None:
    made = await running(store)
    enter(store, order(due=-3, issued=-10))
    await made.settle()
    state, said = word(store)
    assert state is State.NEEDS_REVIEW
    assert said == "有省平台工单待答复：“GD-1”（问题），应于5月17日前答复，已逾期3天（5月20日录入时已过期限）。"
    assert made.mail.taken[0].subject == "【工单提醒】省平台工单已逾期3天：“示例1”头条号"


async def test_another_order_that_comes_while_one_waits_is_told_at_once(store: Store) -> None:
    made = await running(store)
    enter(store, order("GD-1", due=20))
    assert await heard(made, 2) == [["liaison"], []]
    enter(store, order("GD-2", due=19, issued=1), at=made.clock())
    assert await heard(made, 2) == [["liaison"], []]
    assert "“GD-2”（问题），请于6月8日（周一）前（含当日）办理；“GD-1”" in word(store)[1]


async def test_a_corrected_last_day_is_told_and_counts_from_then_on(store: Store) -> None:
    made = await running(store)
    enter(store, order(due=20))
    assert await heard(made, 2) == [["liaison"], []]
    before = made.clock()
    made.clock.forward(timedelta(minutes=1))
    enter(store, order(due=10), at=made.clock())
    assert await heard(made, 1) == [["liaison"]]
    with store.read() as tx:
        (then,) = work_orders(tx, by=TODAY + 2 * ONE_DAY, known_at=before)
        (now,) = work_orders(tx, by=TODAY + 2 * ONE_DAY, known_at=made.clock())
    assert (then.due, now.due) == (TODAY + 20 * ONE_DAY, TODAY + 10 * ONE_DAY)


async def test_an_order_that_is_taken_back_is_no_trouble_any_more(store: Store) -> None:
    made = await running(store)
    number = enter(store, order(due=3))
    await made.settle()
    with store.begin() as tx:
        found = imports.find(tx, number)
        assert found is not None
        imports.withdraw(tx, found, at=made.clock(), by="操作员甲", sources=made.parts.sources)
    made.clock.forward(timedelta(minutes=1))
    await made.settle()
    assert word(store)[0] is State.NOT_APPLICABLE
    with store.read() as tx:
        (case,) = (case for case in cases.cases(tx) if case.rule == ORDERS)
    assert case.closing is Closing.NOT_APPLICABLE


async def test_an_order_of_a_closed_account_waits_on_the_office_and_tells_no_unit(store: Store) -> None:
    made = await running(store, status=AccountStatus.CLOSED, closed_on=TODAY - 30 * ONE_DAY)
    enter(store, order(due=3))
    assert await heard(made, 6) == [[]] * 6
    assert word(store)[0] is State.NEEDS_REVIEW
    with store.read() as tx:
        assert [case.rule for case in cases.cases(tx)] == [ORDERS]


async def test_an_order_of_an_unknown_account_waits_until_it_is_known_or_answered_for_the_area(store: Store) -> None:
    made = await running(store)
    enter(store, order(due=3, about=None))
    await made.settle()
    with store.read() as tx:
        (stray,) = open_orders(tx, made.clock())
        assert (stray.account, len(papers.strays(tx))) == (None, 1)
    assert word(store)[0] is State.NOT_APPLICABLE
    answer(store, "GD-1", at=made.clock(), about=Subject.of_area("示例县"), result=Result.UNTRUE)
    with store.read() as tx:
        assert open_orders(tx, made.clock()) == ()


async def test_an_order_of_an_unknown_account_is_told_once_the_roster_names_it(store: Store) -> None:
    made = await running(store)
    paper = order(due=20, about=None)
    row = replace(paper.entries[0], written=Reference(account="B07"))
    enter(store, replace(paper, entries=(row,)))
    assert await heard(made, 2) == [[], []]
    now = made.clock()
    with store.begin() as tx:
        both: Sequence[Account] = (account(1, URL), replace(account(2, URL), id="B07", name="新号"))
        save_roster(tx, both, sources=made.parts.sources, effective_at=now, known_at=now)
        assert papers.match_again(tx, now) == 1
    assert await heard(made, 1) == [["liaison"]]


async def test_an_answer_of_before_does_not_answer_an_order_that_is_issued_again(store: Store) -> None:
    made = await running(store)
    enter(store, order(due=3, issued=-5))
    answer(store, "GD-1", at=NOW, on=TODAY - 2 * ONE_DAY)
    await made.settle()
    assert word(store)[0] is State.OK
    made.clock.forward(ONE_DAY)
    enter(store, order(due=8, issued=1), at=made.clock())
    made.clock.forward(timedelta(minutes=1))
    await made.settle()
    assert word(store)[0] is State.NEEDS_REVIEW


async def test_an_answer_to_one_account_leaves_the_others_of_the_order_open(store: Store) -> None:
    made = await running(store, account(2, URL))
    one, two = order(due=3), order(due=3, about="A02")
    enter(store, replace(one, entries=(*one.entries, *two.entries)))
    answer(store, "GD-1", at=NOW)
    await made.settle()
    with store.read() as tx:
        assert [left.account for left in open_orders(tx, made.clock())] == ["A02"]


async def test_an_answer_for_an_area_leaves_the_accounts_of_another_open_and_takes_whom_nobody_knows(
    store: Store,
) -> None:
    made = await running(store, account(2, URL, area="示例市"))
    mine, theirs, stray = order(due=3), order(due=3, about="A02"), order(due=3, about=None)
    enter(store, replace(mine, entries=(*mine.entries, *theirs.entries, *stray.entries)))
    answer(store, "GD-1", at=NOW, about=Subject.of_area("示例县"))
    await made.settle()
    with store.read() as tx:
        assert [left.account for left in open_orders(tx, made.clock())] == ["A02"]


async def sheet_of_one(store: Store, *, result: Result | None) -> str:
    """Return the sheet about an order that came when its last day had gone by, and how it was answered."""
    await running(store)
    enter(store, order(due=-3, issued=-10))
    if result is not None:
        answer(store, "GD-1", at=NOW, result=result)
    with store.read() as tx:
        sheet = read_order_sheet(tx, Period.around(NOW), at=NOW, known_at=NOW)
    return "\n".join([*sheet.head, *map(str, sheet.table.rows)])


async def test_the_sheet_says_of_an_order_that_came_too_late_when_it_came(store: Store) -> None:
    said = await sheet_of_one(store, result=None)
    assert "逾期未答复，已3天（5月20日录入时已过期限）" in said


async def test_the_sheet_says_so_of_its_answer_too(store: Store) -> None:
    said = await sheet_of_one(store, result=Result.RECTIFIED)
    assert "已整改：已更新（逾期3天答复，5月20日录入时已过期限）" in said


async def test_nobody_is_late_with_an_order_that_the_platform_has_taken_back(store: Store) -> None:
    said = await sheet_of_one(store, result=Result.TAKEN_BACK)
    assert "已撤回：已更新" in said
    assert "逾期" not in said
