"""The operator's list: each trouble in one line, with its number, day and page, the same wherever it is read."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from monitor.core.account import Role
from monitor.core.bulletin import Problem
from monitor.core.calendar import beijing_date
from monitor.core.case import OFFICES, Close, Closing, Plan, StepKind
from monitor.core.claim import Claim, Verdict
from monitor.core.finding import State, Support
from monitor.core.message import MessageState
from monitor.core.obligations import all_rules
from monitor.core.observation import Standing
from monitor.core.outage import Cause, NewOutage
from monitor.core.paper import NewEntry, Paper, PaperKind
from monitor.core.phrases import escaped
from monitor.core.record import NewRecord, RecordKind, Result
from monitor.core.reference import Reference
from monitor.core.subject import SubjectKind
from monitor.core.todo import ACT_OF, TodoAct, TodoLine, due_text, in_order, named
from monitor.queries.accounts import AccountQuery, read_accounts
from monitor.queries.concerns import TEXTS, Concern, concerned
from monitor.queries.lines import OverviewContext
from monitor.queries.tasks import TodoContext, read_todo, things_to_do
from monitor.store import Store, Tx, cases, claims, looks, outages, outbox, papers, records, tables
from monitor.store.office_cases import office_acts, office_cases
from monitor.web import create_app
from tests.core.build import EVERY_DAY
from tests.pipeline.build import NOW, Canned, office, settings
from tests.store.build import DAY, HOUR, account, enrol, finding, look, post, shown, source, step
from tests.web.county import Clock, Surroundings

BOOK = replace(settings().rule_book(beijing_date(NOW)), titles={rule.id: rule.title for rule in all_rules()})
CONTEXT = TodoContext(now=NOW, book=BOOK, calendar=EVERY_DAY)
TODAY = CONTEXT.today


def opens(
    tx: Tx, id_: str, state: State, rule: str, kind: StepKind = StepKind.TASK, *, days: int = 0, **said: object
) -> int:
    """Have a case opened on an account with a step, so many days ago; return its number."""
    at = NOW - days * DAY
    judgement = cases.Judgement(
        finding=finding(state, account=id_, unit=f"{id_[:2]}局", area="示例县", rule=rule, **said),  # type: ignore[arg-type]  # as given
        plan=Plan(step=step(kind, 0, at=at)),
    )
    judged = cases.Judged(account=id_, judgements=(judgement,), judge_again_at=NOW + DAY)
    return cases.apply(tx, [judged], at=at).touched[0]


def seen(tx: Tx, id_: str, days: int) -> None:
    """Have an account looked at whose newest post is so many days old."""
    sight = shown(post(NOW - days * DAY))
    looks.record(tx, [look(NOW - HOUR, sight, of=source(id_))], lambda _, look: look.at + HOUR * 6)


def says(tx: Tx, id_: str, state: State, support: Support = Support.LOOK, rule: str = "UPD-01") -> None:
    cases.save_findings(tx, [finding(state, account=id_, rule=rule, support=support)], at=NOW)


def stands(tx: Tx, id_: str, standing: Standing) -> None:
    """Have a platform show an account so for certain: looked at twice."""
    for hours in (30, 1):
        one = look(NOW - hours * HOUR, replace(shown(), standing=standing), of=source(id_))
        looks.record(tx, [one], lambda _, look: look.at + HOUR * 6)


def waits(tx: Tx, number: int, state: MessageState) -> None:
    """Have a message of ours be held, or have failed."""
    draft = outbox.Draft(channel="duty", role=Role.LIAISON, person=f"{number}", subject="提醒", body="正文")
    id_ = outbox.save_draft(tx, draft, at=NOW, not_before=NOW, held=True)
    if state is not MessageState.HELD:
        outbox.settle(tx, id_, state, at=NOW)


def listed(store: Store, context: TodoContext = CONTEXT) -> dict[str, TodoLine]:
    with store.read() as tx:
        return {line.key: line for line in read_todo(tx, context)}


def test_nothing_to_do_is_an_empty_list(store: Store) -> None:
    enrol(store, account("A01"), account("A02"), account("A03"), at=NOW - DAY)
    with store.begin() as tx:
        seen(tx, "A01", 3)
        seen(tx, "A02", 7)
        says(tx, "A01", State.OK)
        says(tx, "A02", State.OK, Support.BLIND)
    assert listed(store) == {}


@pytest.mark.parametrize("support", [Support.BLIND, Support.ASKED, Support.LOOK])
@pytest.mark.parametrize("state", [State.UNKNOWN, State.VIOLATED, State.WARNING])
def test_an_account_that_is_gone_is_that_and_nothing_else(store: Store, state: State, support: Support) -> None:
    enrol(store, account("A01"), at=NOW - 3 * DAY)
    with store.begin() as tx:
        stands(tx, "A01", Standing.CANCELLED)
        says(tx, "A01", state, support)
    assert list(listed(store)) == ["unseen"]


def test_an_account_out_of_sight_that_is_gone_and_has_changed_is_one(store: Store) -> None:
    enrol(store, account("A01"), at=NOW - 3 * DAY)
    with store.begin() as tx:
        stands(tx, "A01", Standing.CANCELLED)
        says(tx, "A01", State.UNKNOWN, Support.BLIND)
        opens(tx, "A01", State.NEEDS_REVIEW, "SEE-01")
        opens(tx, "A01", State.WARNING, "CHG-01")
    (line,) = listed(store).values()
    assert (line.act, line.count, line.link) == (TodoAct.UNSEEN, 1, "/accounts/A01")


def test_a_task_ages_by_the_day_although_nothing_is_written(store: Store) -> None:
    enrol(store, account("A01"), at=NOW - 3 * DAY)
    with store.begin() as tx:
        seen(tx, "A01", 6)
        says(tx, "A01", State.OK, Support.ASKED)
    with store.read() as tx:
        counted = [len(concerned(tx, Concern.HAND, NOW + days * DAY)) for days in range(4)]
    assert counted == [0, 0, 1, 1]


def test_what_is_overdue_is_part_of_the_case_that_it_is_about_unless_the_unit_is_urged(store: Store) -> None:
    enrol(store, account("A01"), account("B01"), account("C01"))
    with store.begin() as tx:
        office_s = opens(tx, "A01", State.WARNING, "PER-01")
        opens(tx, "A01", State.WARNING, "SUP-02", evidence=(f"case:{office_s}",))
        ladder = opens(tx, "B01", State.VIOLATED, "UPD-01", StepKind.OVERDUE)
        gap = opens(tx, "B01", State.VIOLATED, "UPD-03")
        opens(tx, "B01", State.WARNING, "SUP-02", evidence=(f"case:{ladder}", f"case:{gap}"))
        opens(tx, "C01", State.WARNING, "SUP-02", evidence=("case:1",))  # another account's
    lines = listed(store)
    assert {key: line.count for key, line in lines.items()} == {"contacts": 1, "review": 1, "overdue": 2}
    with store.read() as tx:
        assert {act.act: act.cases for act in office_acts(tx)} == {
            TodoAct.CONTACTS: 2,
            TodoAct.REVIEW: 1,
            TodoAct.OVERDUE: 2,
        }


def test_a_gap_that_has_closed_is_another_act_than_one_that_goes_on(store: Store) -> None:
    enrol(store, account("A01"), account("B01"), account("C01"))
    begun, ended = NOW - 30 * DAY, NOW - 2 * DAY
    with store.begin() as tx:
        for id_, last in (("A01", begun), ("B01", ended), ("C01", None)):
            opens(tx, id_, State.VIOLATED, "UPD-03", episode=begun.isoformat(), last_post=last)
    assert {key: line.count for key, line in listed(store).items()} == {"review": 2, "recovered": 1}


def test_a_suspicion_is_verified_and_what_was_confirmed_is_judged(store: Store) -> None:
    enrol(store, account("A01"), account("B01"))
    with store.begin() as tx:
        opens(tx, "A01", State.SUSPECTED, "APP-01", StepKind.SUSPECT)
        opens(tx, "B01", State.VIOLATED, "APP-01", StepKind.TO_OFFICE)
    assert {key: line.count for key, line in listed(store).items()} == {"suspect": 1, "review": 1}


def test_an_account_out_of_sight_is_to_be_looked_at_by_the_day_that_its_finding_names(store: Store) -> None:
    enrol(store, account("A01"))
    named = beijing_date(NOW) + DAY
    with store.begin() as tx:
        opens(tx, "A01", State.NEEDS_REVIEW, "SEE-01", due=named)
    assert listed(store)["unseen"].due == named


def test_an_act_about_units_counts_units_and_one_about_accounts_accounts(store: Store) -> None:
    ids = ["A01", "A02", "B01", "C01", "D01", "E01"]
    enrol(store, *(account(id_, name=f"示例{id_}") for id_ in ids))
    with store.begin() as tx:
        for id_ in ids:
            opens(tx, id_, State.WARNING, "PER-01")
            opens(tx, id_, State.VIOLATED, "PLT-01")
        opens(tx, "A01", State.VIOLATED, "TWN-01")
    lines = listed(store)
    contacts, review = lines["contacts"], lines["review"]
    assert contacts.what == "补齐5个单位的联络员、责任领导（共6项）"
    assert contacts.why == "A0局、B0局、C0局等5个单位"
    assert (review.count, review.what) == (7, "研判6个账号（共7项）"), "as many as its list has rows"
    assert review.why == "小众平台账号6、乡镇（街道）账号1"


def test_the_only_one_is_named_with_its_unit_and_its_button_opens_its_form(store: Store) -> None:
    enrol(store, account("A01", unit="A0局"))
    with store.begin() as tx:
        opens(tx, "A01", State.NEEDS_REVIEW, "DRG-01", due=TODAY - 6 * timedelta(days=1), because="公告期已满。")
    (line,) = listed(store).values()
    assert (line.what, line.why) == ("登记注销进度：“示例发布”（微博，A0局）", "公告期已满")
    form = "/accounts/A01/deregistration"
    assert (line.link, due_text(line, TODAY), line.is_pressing(TODAY)) == (form, "已过6天", True)


def test_a_line_is_due_when_the_first_of_its_cases_is(store: Store) -> None:
    enrol(store, account("A01"), account("B01"))
    with store.begin() as tx:
        opens(tx, "A01", State.WARNING, "PER-01", days=4)
        opens(tx, "B01", State.WARNING, "PER-01", days=1)
    (line,) = listed(store).values()
    assert line.due == TODAY + timedelta(days=BOOK.number("SUP-02", "registry_workdays") - 4)


def test_what_was_recorded_about_content_safety_stands_in_no_line(store: Store) -> None:
    enrol(store, account("A01"))
    with store.begin() as tx:
        opens(tx, "A01", State.VIOLATED, "SEC-01", because="某某有害内容。")
    assert [line.why for line in listed(store).values()] == ["请登录系统查看"]


def test_lines_stand_by_day_and_of_one_day_in_the_order_of_acts() -> None:
    def line(act: TodoAct, days: int | None, *, today: bool = False) -> TodoLine:
        due = None if days is None else TODAY + timedelta(days=days)
        return TodoLine(act=act, count=1, what="", verb="", link="", due=due, is_for_today=today)

    lines = [
        line(TodoAct.MUTED, None),
        line(TodoAct.REVIEW, 3),
        line(TodoAct.CLAIM, 3),
        line(TodoAct.LOOK, None, today=True),
        line(TodoAct.HELD, None, today=True),
        line(TodoAct.SYSTEMS, -1),
    ]
    acts = [found.act for found in in_order(lines, TODAY)]
    assert acts == [TodoAct.SYSTEMS, TodoAct.HELD, TodoAct.LOOK, TodoAct.CLAIM, TodoAct.REVIEW, TodoAct.MUTED]


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2025, 12, 31), "已过1天"),
        (date(2026, 1, 1), "今天"),
        (date(2026, 1, 5), "1月5日（周一）前"),
        (date(2027, 1, 5), "2027年1月5日（周二）前"),
        (None, "不限期"),
    ],
)
def test_until_when_is_said_in_words_with_the_year_of_another_year(day: date | None, said: str) -> None:
    line = TodoLine(act=TodoAct.LOOK, count=1, what="", verb="", link="", due=day)
    assert due_text(line, date(2026, 1, 1)) == said


@pytest.mark.parametrize(
    ("count", "said"), [(1, "甲"), (3, "甲、乙、丙"), (4, "甲、乙、丙等4个"), (90, "甲、乙、丙等90个")]
)
def test_three_are_named_and_the_others_counted(count: int, said: str) -> None:
    assert named(list("甲乙丙丁")[:count], count, "个") == said


def test_every_open_case_that_waits_on_the_office_belongs_to_exactly_one_line(store: Store) -> None:
    """Whatever cases open, go up and end, in whatever order: lines add up to those whose last step is the office's."""
    ids = [f"{letter}{number:02}" for letter in "ABC" for number in range(4)]
    enrol(store, *map(account, ids))
    for seed in range(8):
        chance = Random(seed)  # noqa: S311 - the same every time
        for _ in range(30):
            with store.begin() as tx:
                happen(tx, chance, ids)
        with store.read() as tx:
            last = {
                case.id: case.steps[-1].kind
                for case in cases.cases(tx, which=cases.Which.OPEN, limit=9999)
                if case.steps
            }
            waiting = {number for number, kind in last.items() if kind in OFFICES}
            assert sorted(case.case for case in office_cases(tx)) == sorted(waiting)
            acts = office_acts(tx)
            assert sum(act.cases for act in acts) == len(waiting)
            for act in acts:
                mine = [
                    case for case in office_cases(tx) if case.act is act.act and (not act.rule or case.rule == act.rule)
                ]
                assert act.subjects == len({case.whom for case in mine})
                assert {head.whom for head in act.heads} <= {case.whom for case in mine}
            keys = {line.key for line in read_todo(tx, CONTEXT)}
            assert {key for key, marks in things_to_do(tx, CONTEXT).items() if any("case " in m for m in marks)} <= keys


def happen(tx: Tx, chance: Random, ids: list[str]) -> None:
    """Have something happen to a case of somebody: it opens, goes up, or ends."""
    id_, rule = chance.choice(ids), chance.choice([*ACT_OF, "UPD-01", "FUN-01", "TRN-01"])
    open_now = cases.open_cases(tx, [id_])
    case = open_now.get((id_, rule))
    cited = tuple(f"case:{other.id}" for other in open_now.values()) if rule == "SUP-02" else ()
    gap = NOW - chance.randrange(40) * DAY
    said = finding(
        chance.choice([State.WARNING, State.VIOLATED, State.SUSPECTED, State.NEEDS_REVIEW]),
        account=id_,
        unit=f"{id_[0]}局",
        area="示例县",
        rule=rule,
        evidence=cited,
        episode=gap.isoformat(),
        last_post=chance.choice([None, gap, NOW]),
    )
    is_over = case is not None and chance.random() < 0.3
    number = max((taken.number for taken in case.steps), default=0) + 1 if case else 0
    moment = NOW + number * HOUR
    taken = None if is_over else step(chance.choice(list(StepKind)), number, at=moment)
    plan = Plan(close=Close(closing=Closing.COMPLETED) if is_over else None, step=taken)
    judged = cases.Judgement(finding=said, case=case, plan=plan)
    cases.apply(tx, [cases.Judged(account=id_, judgements=(judged,), judge_again_at=NOW + DAY)], at=NOW)


def every_kind(store: Store) -> None:
    """Have a county with every kind of task, and of each kind another number."""
    enrol(store, *(account(f"A{number:02}") for number in range(1, 40)), at=NOW - 30 * DAY)
    today = beijing_date(NOW)
    with store.begin() as tx:
        numbers = iter(range(1, 40))
        for _ in range(1):
            seen(tx, id_ := f"A{next(numbers):02}", 20)
            says(tx, id_, State.UNKNOWN)
        for _ in range(2):
            seen(tx, id_ := f"A{next(numbers):02}", 9)
            says(tx, id_, State.OK, Support.ASKED)
        for state in (State.UNKNOWN, State.VIOLATED, State.OK):
            stands(tx, id_ := f"A{next(numbers):02}", Standing.BANNED)
            says(tx, id_, state, Support.BLIND if state is State.UNKNOWN else Support.LOOK)
        for _ in range(4):
            claim = Claim(
                account=f"A{next(numbers):02}",
                link="https://x.example/1",
                by="甲",
                at=NOW - HOUR,
                verdict=Verdict.UNPROVED,
            )
            claims.keep(tx, claim, account(claim.account))
        for _ in range(5):
            seen(tx, id_ := f"A{next(numbers):02}", 20)
            says(tx, id_, State.VIOLATED)
            mute = NewRecord(
                kind=RecordKind.MUTE,
                subject=SubjectKind.ACCOUNT,
                name=id_,
                on=today,
                result=Result.MUTED,
                item="张三",
                until=today,
                text="交接",
            )
            records.save_records(tx, [mute], known_at=NOW)
        for _ in range(6):
            opens(tx, f"A{next(numbers):02}", State.WARNING, "PER-01")
        for number in range(7):
            waits(tx, number, MessageState.FAILED)
        for number in range(8):
            waits(tx, 100 + number, MessageState.HELD)
        for platform in (None, account("X").platform):
            out = NewOutage(platform=platform, cause=Cause.CANARY, trusted_until=NOW - DAY, began_at=NOW - HOUR)
            outages.begin(tx, out)
        opens(tx, "A39", State.NEEDS_REVIEW, "REG-01")
        rows = tuple(NewEntry(written=Reference(name=f"不知名{n}"), problem=Problem.STALE) for n in range(9))
        for number in (1, 12):
            round_ = Paper(
                kind=PaperKind.ROUND,
                on=today - timedelta(days=30),
                title="季度通报",
                number=number,
                entries=rows if number == 1 else (),
            )
            papers.save_papers(tx, [round_], file="通报.xlsx", known_at=NOW)
        silent = (
            NewRecord(
                kind=RecordKind.CONTENT_SAFETY,
                subject=SubjectKind.ACCOUNT,
                name=f"A{n:02}",
                on=today,
                text="查无问题",
            )
            for n in range(1, 12)
        )
        records.save_records(tx, list(silent), known_at=NOW)


def test_every_kind_of_task_has_its_number_and_its_accounts(store: Store) -> None:
    every_kind(store)
    lines = listed(store)
    assert {key: line.count for key, line in lines.items()} == {
        "outage": 2,
        "failed": 7,
        "held": 8,
        "look": 2,
        "unseen": 4,
        "claim": 4,
        "review": 1,
        "muted": 5,
        "strays": 9,
        "missing": 10,
        "unstated": 11,
        "contacts": 6,
    }
    with store.read() as tx:
        view = Surroundings().view(store)
        context = OverviewContext(now=NOW, ladder=view.moment().ladder, calendar=view.calendar, title=str)
        for concern in TEXTS:
            on_page = read_accounts(tx, context, AccountQuery(concern=concern)).sheet
            assert {line.account.id for line in on_page.lines} == set(concerned(tx, concern, NOW))
        for key, concern in (("look", Concern.HAND), ("unseen", Concern.UNSEEN), ("muted", Concern.MUTED)):
            assert lines[key].count == len(concerned(tx, concern, NOW))


async def test_the_digest_the_page_and_the_interface_say_the_same(store: Store) -> None:
    every_kind(store)
    made = office(store, lambda clock: Canned(clock, {}), settings(hold=True))
    view = Surroundings(clock=Clock(NOW)).view(store)
    view = replace(view, rule_book=made.parts.rules_in_force.book_of, calendar=made.parts.calendar)
    client = TestClient(create_app(view), base_url="http://127.0.0.1:8080", client=("127.0.0.1", 50000))
    lines = tuple(listed(store, view.todo(NOW)).values())
    page = client.get("/").text
    assert re.findall(r'<span class="what"[^>]*>([^<]*)</span>', page) == [line.what for line in lines]
    assert f"今天要办{len(lines)}项" in page
    told = client.get("/api/v1/tasks").json()
    assert [(task["key"], task["count"], task["text"]) for task in told] == sorted(
        (line.key, line.count, line.what) for line in lines
    ), "by their keys, which no day moves"

    await made.parts.passes.write_digest()
    with store.read() as tx:
        chosen = sa.select(tables.messages.c.body).where(tables.messages.c.topic.startswith("digest:"))
        body = tx.scalar(chosen)
    assert body is not None
    said = [line.partition("：")[2] for line in body.partition("**今天要办")[2].partition("**超期")[0].splitlines()]
    due = [line for line in lines if line.act is not TodoAct.OUTAGE]
    assert [text for text in said if text] == [
        escaped(line.what, 400) + (f"。{escaped(line.why, 400)}" if line.why else "") for line in due
    ]


async def test_the_digest_tells_what_is_new_and_counts_the_rest(store: Store) -> None:
    """Every kind is told once, and again on its last day or after two weeks; what stands meanwhile is counted."""
    every_kind(store)
    made = office(store, lambda clock: Canned(clock, {}), settings())
    await made.parts.passes.write_digest()
    await made.settle()
    made.clock.forward(timedelta(days=1))
    with store.begin() as tx:
        waits(tx, 900, MessageState.FAILED)
    await made.parts.passes.write_digest()
    await made.settle()
    first, second = (message.body for message in made.duty.taken if "每日摘要" in message.subject)
    assert "7条消息发送失败" in first
    assert "8条消息发送失败" in second
    assert "人工核查2个账号" in first
    assert "人工核查" not in second
    assert re.search(r"- 其余\d+项此前已告知", second)
