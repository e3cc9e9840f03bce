"""The operator's list: each trouble once, with its number and its page, and the same wherever it is read."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from monitor.core.account import Role
from monitor.core.bulletin import Problem
from monitor.core.calendar import beijing_date
from monitor.core.case import Plan, StepKind
from monitor.core.claim import Claim, Verdict
from monitor.core.finding import State, Support
from monitor.core.light import AccountTask
from monitor.core.message import MessageState
from monitor.core.observation import Standing
from monitor.core.outage import Cause, NewOutage
from monitor.core.paper import NewEntry, Paper, PaperKind
from monitor.core.record import NewRecord, RecordKind, Result
from monitor.core.reference import Reference
from monitor.core.subject import SubjectKind
from monitor.queries.accounts import read_accounts
from monitor.queries.lines import OverviewContext
from monitor.queries.tasks import TEXTS, Task, concerned, read_tasks
from monitor.store import Store, Tx, cases, claims, looks, outages, outbox, papers, records, tables
from monitor.web import create_app
from tests.pipeline.build import NOW, Canned, office, settings
from tests.store.build import DAY, HOUR, account, enrol, finding, look, post, shown, source, step
from tests.web.county import Clock, Surroundings


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


def listed(store: Store) -> dict[str, Task]:
    with store.read() as tx:
        return {task.key: task for task in read_tasks(tx, NOW, has_channels=True)}


def test_nothing_to_do_is_an_empty_list(store: Store) -> None:
    enrol(store, account("A01"), account("A02"), account("A03"), at=NOW - DAY)
    with store.begin() as tx:
        seen(tx, "A01", 3)
        seen(tx, "A02", 7)
        says(tx, "A01", State.OK)
        says(tx, "A02", State.OK, Support.BLIND)
    assert listed(store) == {}


def test_each_trouble_is_one_task_with_its_count(store: Store) -> None:
    enrol(store, *(account(f"A{number:02}") for number in range(1, 7)), at=NOW - 3 * DAY)
    with store.begin() as tx:
        for number, days in ((1, 8), (2, 20), (3, 20), (5, 3)):
            seen(tx, f"A{number:02}", days)
        says(tx, "A01", State.OK, Support.BLIND)
        says(tx, "A02", State.UNKNOWN)
        says(tx, "A03", State.UNKNOWN, Support.ASKED)
        stands(tx, "A04", Standing.BANNED)
        says(tx, "A05", State.OK)
        says(tx, "A05", State.WARNING, rule="PER-01")
        waits(tx, 1, MessageState.FAILED)
        for number in range(2, 6):
            waits(tx, number, MessageState.HELD)
    assert [(task.count, task.link) for task in listed(store).values()] == [
        (1, "/messages?state=failed"),
        (4, "/messages?state=held"),
        (2, "/accounts?task=unseen"),
        (1, "/accounts?task=hand"),
        (1, "/accounts?task=gone"),
        (1, "/accounts?task=people"),
    ]


@pytest.mark.parametrize("support", [Support.BLIND, Support.ASKED, Support.LOOK])
@pytest.mark.parametrize("state", [State.UNKNOWN, State.VIOLATED, State.WARNING])
def test_an_account_that_is_gone_is_that_and_nothing_else(store: Store, state: State, support: Support) -> None:
    enrol(store, account("A01"), at=NOW - 3 * DAY)
    with store.begin() as tx:
        stands(tx, "A01", Standing.CANCELLED)
        says(tx, "A01", state, support)
    assert list(listed(store)) == ["gone"]


def test_a_task_ages_by_the_day_although_nothing_is_written(store: Store) -> None:
    enrol(store, account("A01"), at=NOW - 3 * DAY)
    with store.begin() as tx:
        seen(tx, "A01", 6)
        says(tx, "A01", State.OK, Support.ASKED)
    with store.read() as tx:
        counted = [len(concerned(tx, AccountTask.HAND, NOW + days * DAY)) for days in range(4)]
    assert counted == [0, 0, 1, 1]


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
            says(tx, f"A{next(numbers):02}", State.WARNING, rule="PER-01")
        for number in range(7):
            waits(tx, number, MessageState.FAILED)
        for number in range(8):
            waits(tx, 100 + number, MessageState.HELD)
        for platform in (None, account("X").platform):
            out = NewOutage(platform=platform, cause=Cause.CANARY, trusted_until=NOW - DAY, began_at=NOW - HOUR)
            outages.begin(tx, out)
        opened = finding(State.NEEDS_REVIEW, account="A39", rule="REG-01")
        task = cases.Judgement(finding=opened, plan=Plan(step=step(StepKind.TASK, 0, at=NOW)))
        cases.apply(tx, [cases.Judged(account="A39", judgements=(task,), judge_again_at=NOW + DAY)], at=NOW)
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
    tasks = listed(store)
    assert {key: task.count for key, task in tasks.items()} == {
        "outages": 2,
        "failed": 7,
        "held": 8,
        "office": 1,
        "strays": 9,
        "missing": 10,
        "unstated": 11,
        "unseen": 1,
        "hand": 2,
        "gone": 3,
        "claims": 4,
        "muted": 5,
        "people": 6,
    }
    with store.read() as tx:
        context = OverviewContext(
            now=NOW,
            ladder=Surroundings().view(store).moment().ladder,
            calendar=Surroundings().view(store).calendar,
            title=str,
        )
        for task in TEXTS:
            on_page = read_accounts(tx, context, task=task)
            assert [line.account.id for line in on_page.lines] == list(concerned(tx, task, NOW))
            assert on_page.turn.total == tasks[task.value].count


SECTIONS = {
    "outages": r"\*\*采集暂停，恢复前不作新的判定（(\d+)）\*\*",
    "failed": r"打电话：(\d+)条消息发送失败",
    "held": r"放行：(\d+)条消息待放行",
    "unseen": r"\*\*采集异常，请人工核查（不作超期判定）（(\d+)）\*\*",
    "hand": r"\*\*不能自动采集，请人工核查并登记（(\d+)）\*\*",
    "gone": r"\*\*平台显示状态异常，请人工核查（(\d+)）\*\*",
    "claims": r"- (\d+)个账号的链接待核实",
    "muted": r"- (\d+)个账号已超期而暂停提醒",
}
"""Where the digest tells the number of each kind. Of the others it tells, case by case, what is new."""


async def test_the_digest_the_overview_and_the_interface_say_the_same(store: Store) -> None:
    every_kind(store)
    made = office(store, lambda clock: Canned(clock, {}), settings(hold=True))
    view = Surroundings(clock=Clock(NOW)).view(store)
    client = TestClient(create_app(view), base_url="http://127.0.0.1:8080")
    shown_tasks = re.findall(r'<li><a href="([^"]*)"><strong>(\d+)</strong>([^<]*)</a>', client.get("/").text)
    told = client.get("/api/v1/tasks").json()
    tasks = listed(store)
    assert [(link, int(count), text) for link, count, text in shown_tasks] == [
        (task.link, task.count, task.text) for task in tasks.values()
    ]
    assert told == [
        {"key": task.key, "count": task.count, "text": task.text, "link": task.link} for task in tasks.values()
    ]

    await made.parts.passes.write_digest()
    with store.read() as tx:
        chosen = sa.select(tables.messages.c.body).where(tables.messages.c.topic.startswith("digest:"))
        body = tx.scalar(chosen)
    assert body is not None
    said = {key: int(found[1]) for key, pattern in SECTIONS.items() if (found := re.search(pattern, body))}
    assert said == {key: tasks[key].count for key in SECTIONS}
