"""Decisions of two persons: asked for by one operator, in effect only when another confirms; nothing happens before."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from monitor.actions.actor import EVERYTHING, Actor, Origin
from monitor.actions.api_tokens import IssueTokenCommand, issue_token
from monitor.actions.imports.decisions import ImportDecisionsCommand, import_decisions
from monitor.actions.perform import perform
from monitor.actions.refused import RefusedError
from monitor.core.decision import Decision, DecisionTerms, Ruling
from monitor.core.rules import twn_01
from monitor.core.subject import Subject
from monitor.core.token_scope import TokenScope
from monitor.core.user import UserRole
from monitor.metrics import Snapshot
from monitor.queries.snapshot import Condition, read_snapshot
from monitor.store import Store, Tx, decision_requests, tables, users
from monitor.store.audit import recent_audit
from tests.core.build import BOOK, EVERY_DAY
from tests.store.build import enrol
from tests.web.county import NOW, Surroundings
from tests.web.sessions import Closed, closed, send, text_of
from tests.web.test_cases import opened
from tests.web.test_deciding import ACCOUNTS, trouble
from tests.web.test_own_tokens import again

TWO = DecisionTerms(two_persons=True)
GIVEN = {"ruling": "deregistered", "deregistered-document": "〔2026〕3号", "deregistered-note": "研判", "next": ""}


@pytest.fixture
def numbers(empty: Store) -> list[int]:
    enrol(empty, *ACCOUNTS[:3], at=NOW - timedelta(days=30))
    with empty.begin() as tx:
        return [opened(tx, trouble(one.id)) for one in ACCOUNTS[:3]]


@pytest.fixture
def office(empty: Store, around: Surroundings, numbers: list[int]) -> Closed:
    del numbers
    made = closed(empty, around)
    made.view = replace(made.view, rule_book=lambda _: replace(BOOK, terms=TWO))
    for name in ("甲", "乙"):
        made.user(name)
    return made


def asked(office: Closed, number: int, **fields: str) -> TestClient:
    """Have one operator ask for a decision; return their browser."""
    one = office.logged_in("甲")
    answer = send(one, f"/cases/{number}", f"/cases/{number}/decisions", **(GIVEN | fields))
    assert answer.status_code == 303, text_of(answer.text)
    return one


def answered(browser: TestClient, number: int, **fields: str) -> tuple[int, str]:
    answer = send(browser, f"/cases/{number}", f"/cases/{number}/second", **fields)
    shown = browser.get(answer.headers["location"]).text if answer.status_code == 303 else answer.text
    return answer.status_code, text_of(shown)


def made(store: Store) -> list[Ruling]:
    with store.read() as tx:
        return list(tx.scalars(sa.select(tables.decisions.c.ruling).order_by(tables.decisions.c.id)))


def acts(store: Store) -> list[tuple[str, str]]:
    with store.read() as tx:
        found = [act for act in recent_audit(tx) if act.action.startswith(("case ", "decision "))]
    return sorted((act.action, act.detail) for act in found)


def counted(tx: Tx) -> Snapshot:
    """Return what metrics show, but for the sizes of files."""
    return replace(read_snapshot(tx, NOW, EVERY_DAY, Condition()), wal_size=0, disk_free=0, database_size=0)


def test_nothing_is_judged_or_counted_before_another_operator_confirms(
    empty: Store, office: Closed, numbers: list[int]
) -> None:
    number = numbers[0]
    with empty.begin() as tx:
        tx.execute(sa.update(tables.accounts).values(evaluate_at=None))
        before = counted(tx)
    one, two = asked(office, number), office.logged_in("乙")
    with empty.read() as tx:
        assert counted(tx) == before
        assert set(tx.scalars(sa.select(tables.accounts.c.evaluate_at))) == {None}
    assert made(empty) == []
    assert "确认他人提出的" not in text_of(one.get("/").text)
    today = text_of(two.get("/").text)
    assert "确认他人提出的1项决定（注销1） 甲提出；确认后生效" in today
    status, said = answered(two, number, act="confirm")
    assert (status, "已确认：“示例镇0”" in said) == (303, True)
    assert made(empty) == [Ruling.DEREGISTERED]
    assert acts(empty) == [("case deregister", "甲提出，乙确认。研判"), ("decision ask", "研判")]
    assert "确认他人提出的" not in text_of(two.get("/").text)


def test_nobody_confirms_their_own_and_may_withdraw_it(empty: Store, office: Closed, numbers: list[int]) -> None:
    one = asked(office, numbers[0])
    page = text_of(one.get(f"/cases/{numbers[0]}").text)
    assert "待确认的决定：注销" in page
    assert "撤回" in page
    assert "确认注销" not in page
    status, said = answered(one, numbers[0], act="confirm")
    assert (status, "须由另一名操作员确认" in said) == (422, True)
    assert answered(one, numbers[0], act="drop")[0] == 303
    assert made(empty) == []
    assert acts(empty)[-1] == ("decision withdraw", "")
    assert "怎么办" in text_of(one.get(f"/cases/{numbers[0]}").text)


def test_another_sends_it_back_with_a_reason(empty: Store, office: Closed, numbers: list[int]) -> None:
    asked(office, numbers[0])
    two = office.logged_in("乙")
    status, said = answered(two, numbers[0], act="drop")
    assert (status, "请填写退回的理由" in said) == (422, True)
    assert answered(two, numbers[0], act="drop", why="文号有误")[0] == 303
    assert (made(empty), acts(empty)[-1]) == ([], ("decision refuse", "文号有误"))


def test_of_two_who_answer_at_once_the_second_is_told_and_nothing_is_done_twice(
    empty: Store, office: Closed, numbers: list[int]
) -> None:
    asked(office, numbers[0])
    office.user("丙")
    two, three = office.logged_in("乙"), office.logged_in("丙")
    assert answered(two, numbers[0], act="confirm")[0] == 303
    status, said = answered(three, numbers[0], act="drop", why="不同意")
    assert (status, "没有待确认的决定，可能已由他人确认、退回或撤回" in said) == (422, True)
    assert made(empty) == [Ruling.DEREGISTERED]


def test_while_one_waits_no_other_decision_is_taken(empty: Store, office: Closed, numbers: list[int]) -> None:
    asked(office, numbers[0])
    two = office.logged_in("乙")
    late = send(two, f"/cases/{numbers[0]}", f"/cases/{numbers[0]}/decisions", ruling="retained", next="")
    assert late.status_code == 409
    assert "提出“注销”，待另一名操作员确认，您的决定没有登记" in text_of(late.text)
    assert made(empty) == []


def test_other_decisions_take_effect_at_once(empty: Store, office: Closed, numbers: list[int]) -> None:
    one = office.logged_in("甲")
    send(
        one,
        f"/cases/{numbers[0]}",
        f"/cases/{numbers[0]}/decisions",
        ruling="retained",
        next="",
        **{"retained-note": "仍需要"},
    )
    assert made(empty) == [Ruling.RETAINED]


def test_a_batch_waits_too(empty: Store, office: Closed, numbers: list[int]) -> None:
    one = office.logged_in("甲")
    picks = [f"{number}/deregistered/0" for number in numbers]
    page = f"/cases/decide?case={numbers[0]}&case={numbers[1]}&case={numbers[2]}&ruling=deregistered"
    assert "由另一名操作员确认后生效。" in text_of(one.get(page).text)
    answer = send(one, page, "/cases/decide", pick=picks, document="〔2026〕3号")
    said = text_of(one.get(answer.headers["location"]).text)
    assert "已提出3项决定，由另一名操作员确认后生效。" in said
    assert "已登记" not in said
    assert made(empty) == []
    with empty.read() as tx:
        assert len(decision_requests.waiting(tx)) == 3


def test_a_file_goes_not_around_it(empty: Store, numbers: list[int]) -> None:
    del numbers
    operator = Actor(name="甲", origin=Origin.PAGE, rights=EVERYTHING)
    decision = Decision(
        subject=Subject.of_account(ACCOUNTS[1].id),
        rule=twn_01.ID,
        episode="",
        ruling=Ruling.EXEMPTED,
        by="县府办",
        at=NOW,
        note="整合期间",
        document="〔2026〕3号",
    )
    file = ImportDecisionsCommand(file="决定.xlsx", decisions=[decision], as_of=NOW, terms=TWO)
    with empty.begin() as tx, pytest.raises(RefusedError, match="两名操作员"):
        import_decisions(tx, file, actor=operator, now=NOW)
    assert made(empty) == []


def test_a_program_is_no_operator(empty: Store, office: Closed, numbers: list[int]) -> None:
    """Whoever holds a token would else ask by it and confirm on the page, alone."""
    command = IssueTokenCommand(name="省平台", scopes=frozenset({TokenScope.DECIDE}), lasts=timedelta(days=30))
    admin = Actor(name="乙", origin=Origin.COMMAND_LINE, rights=EVERYTHING)
    perform(empty, issue_token, command, actor=admin, now=office.clock())
    caller, headers = office.browser(), {"Authorization": f"Bearer {command.secret}"}
    body = {"by": "县府办", "document": "〔2026〕3号", "note": "研判"}
    one = caller.post(f"/api/v1/cases/{numbers[0]}/decisions", json=body | {"ruling": "deregistered"}, headers=headers)
    assert (one.status_code, "review.two_persons" in one.json()["detail"]) == (409, True)
    picked = [{"case": numbers[1], "ruling": "deregistered"}, {"case": numbers[2], "ruling": "retained"}]
    many = caller.post("/api/v1/decisions", json=body | {"cases": picked}, headers=headers).json()
    assert (many["said"], [left["case"] for left in many["passed"]]) == ("已登记1项决定。", [numbers[1]])
    assert made(empty) == [Ruling.RETAINED]
    with empty.read() as tx:
        assert not decision_requests.waiting(tx)


def by_own_token(office: Closed, name: str) -> dict[str, str]:
    """Return the header that shows a token of somebody's own."""
    return again(office, name, TokenScope.READ, TokenScope.DECIDE)


PROPOSED = {"ruling": "deregistered", "by": "县府办", "document": "〔2026〕3号", "note": "研判"}


def test_one_asks_and_another_confirms_each_by_a_token_of_their_own(
    empty: Store, office: Closed, numbers: list[int]
) -> None:
    caller, case = office.browser(), f"/api/v1/cases/{numbers[0]}"
    one, two = by_own_token(office, "甲"), by_own_token(office, "乙")
    asking = caller.post(f"{case}/decisions", json=PROPOSED, headers=one)
    assert (asking.status_code, "由另一名操作员确认后生效" in asking.json()["said"]) == (200, True)
    assert caller.get(case, headers=two).json()["waiting"]["asked_by"] == "甲"
    alone = caller.post(f"{case}/second", json={"act": "confirm"}, headers=one)
    assert (alone.status_code, "须由另一名操作员确认" in alone.json()["detail"]) == (409, True)
    assert made(empty) == []
    confirmed = caller.post(f"{case}/second", json={"act": "confirm"}, headers=two)
    assert (confirmed.status_code, "已确认" in confirmed.json()["said"]) == (200, True)
    assert made(empty) == [Ruling.DEREGISTERED]
    assert acts(empty)[0] == ("case deregister", "甲提出，乙确认。研判")


@pytest.mark.parametrize("asks_on_the_page", [True, False])
def test_a_token_of_one_s_own_makes_nobody_two_persons(
    empty: Store, office: Closed, numbers: list[int], *, asks_on_the_page: bool
) -> None:
    caller, case, one = office.browser(), f"/api/v1/cases/{numbers[0]}", by_own_token(office, "甲")
    if asks_on_the_page:
        asked(office, numbers[0])
        assert caller.post(f"{case}/second", json={"act": "confirm"}, headers=one).status_code == 409
    else:
        assert caller.post(f"{case}/decisions", json=PROPOSED, headers=one).status_code == 200
        assert answered(office.logged_in("甲"), numbers[0], act="confirm")[0] == 422
    assert made(empty) == []


@pytest.mark.parametrize("act", [{"act": "confirm"}, {"act": "drop", "why": "文号有误"}])
def test_what_an_operator_asked_for_no_program_answers(
    empty: Store, office: Closed, numbers: list[int], act: dict[str, str]
) -> None:
    asked(office, numbers[0])
    command = IssueTokenCommand(name="乙", scopes=frozenset(TokenScope), lasts=timedelta(days=30))
    perform(
        empty,
        issue_token,
        command,
        actor=Actor(name="乙", origin=Origin.COMMAND_LINE, rights=EVERYTHING),
        now=office.clock(),
    )
    program = {"Authorization": f"Bearer {command.secret}"}
    answer = office.browser().post(f"/api/v1/cases/{numbers[0]}/second", json=act, headers=program)
    assert (answer.status_code, made(empty)) == (409, [])
    with empty.read() as tx:
        assert len(decision_requests.waiting(tx)) == 1


@pytest.mark.parametrize(("change", "why"), [("disable", "已停用"), ("reader", "已没有登记决定的权限")])
def test_what_somebody_asked_for_who_may_decide_no_more_is_confirmed_by_nobody(
    empty: Store, office: Closed, numbers: list[int], change: str, why: str
) -> None:
    asked(office, numbers[0])
    with empty.begin() as tx:
        user = users.user_named(tx, "甲")
        assert user is not None
        if change == "disable":
            users.set_disabled(tx, user.id, NOW)
        else:
            users.set_roles(tx, user.id, [UserRole.READER], None)
    two = office.logged_in("乙")
    status, said = answered(two, numbers[0], act="confirm")
    assert (status, made(empty)) == (422, [])
    assert f"提出人甲{why}，不能再确认；请退回，由现任操作员重新提出。" in said
    assert answered(two, numbers[0], act="refuse", why="提出人已离任")[0] == 303
    assert send(two, f"/cases/{numbers[0]}", f"/cases/{numbers[0]}/decisions", **GIVEN).status_code == 303


def test_a_batch_says_which_decisions_stand_and_which_only_wait(office: Closed, numbers: list[int]) -> None:
    one = office.logged_in("甲")
    chosen = {numbers[0]: "deregistered", numbers[1]: "retained"}
    query = "&".join(f"ruling-{number}={ruling}" for number, ruling in chosen.items())
    page = f"/cases/decide?back=review&{query}"
    shown = one.get(page).text
    picks = re.findall(r'name="pick" value="([^"]+)"', shown)
    assert len(picks) == len(chosen)
    answer = send(one, page, "/cases/decide", pick=picks, document="〔2026〕3号", note="研判", back="review")
    assert answer.status_code == 303, text_of(answer.text)
    said = text_of(one.get(answer.headers["location"]).text)
    assert "已登记1项决定。已提出1项决定，由另一名操作员确认后生效。" in said
