"""What a token of the interface lets its caller do, until when, and what is written down of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from monitor.actions import claims
from monitor.actions.actor import EVERYTHING, Actor, Origin, Right
from monitor.actions.api_tokens import RIGHTS, IssueTokenCommand, RevokeTokenCommand, issue_token, revoke_token
from monitor.actions.claims import PasteCommand
from monitor.actions.merging import Target, target_of
from monitor.actions.perform import perform
from monitor.actions.refused import RefusedError
from monitor.core.account import Role
from monitor.core.case import Closing
from monitor.core.message import MessageState
from monitor.core.token_scope import TokenScope
from monitor.store import Store, cases, outbox, roster, tables
from monitor.store.audit import recent_audit
from monitor.web.permits import Permits
from tests.actions.test_every_action import changed, content
from tests.store.build import account, enrol, finding, judge, notice, open_with, step
from tests.web.conftest import client_of
from tests.web.county import Surroundings, fill

ME = Actor(name="甲", origin=Origin.COMMAND_LINE, rights=EVERYTHING)


def issued(store: Store, around: Surroundings, *scopes: TokenScope, days: int = 30) -> str:
    """Give out a token and return its secret."""
    command = IssueTokenCommand(name="省平台", scopes=frozenset(scopes), lasts=timedelta(days=days))
    perform(store, issue_token, command, actor=ME, now=around.clock())
    return command.secret


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def filled(empty: Store) -> Store:
    fill(empty)
    return empty


@pytest.fixture
def caller(filled: Store, around: Surroundings) -> TestClient:
    return client_of(filled, around)


def a_case(store: Store) -> int:
    with store.read() as tx:
        return next(case.id for case in cases.cases(tx, which=cases.Which.OPEN) if case.rule == "UPD-01")


CLOSING = {"by": "县府办", "note": "已恢复"}


@pytest.mark.parametrize("scope", TokenScope)
def test_a_token_does_what_its_scopes_say_and_no_more(
    filled: Store, caller: TestClient, around: Surroundings, scope: TokenScope
) -> None:
    headers = bearer(issued(filled, around, scope))
    read = caller.get("/api/v1/cases", headers=headers).status_code
    pasted = caller.post("/api/v1/accounts/X/posts", json={"link": "x"}, headers=headers).status_code
    decided = caller.post(f"/api/v1/cases/{a_case(filled)}/close", json=CLOSING, headers=headers).status_code
    may = {TokenScope.READ: (200, 403, 403), TokenScope.DECIDE: (403, 403, 409)}
    assert (read, pasted, decided) == may.get(scope, (403, 403, 403))


def test_no_scope_gives_the_right_to_manage_people_tokens_or_far_sides() -> None:
    given = frozenset[Right]().union(*RIGHTS.values())
    assert given.isdisjoint(
        {Right.MANAGE_TOKENS, Right.MANAGE_USERS, Right.EXPORT_PERSONAL, Right.ERASE, Right.MANAGE_HOOKS}
    )


@pytest.mark.parametrize("shown", ["Bearer xuncha_x", "Bearer ", "Basic eDp5", "xuncha_x", "Bearer \u00e9"])
def test_whatever_is_no_token_is_refused_and_written_down_once(filled: Store, caller: TestClient, shown: str) -> None:
    for _ in range(3):
        answer = caller.get("/api/v1/cases", headers={b"Authorization": shown.encode("latin-1")})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
    with filled.read() as tx:
        assert [act.action for act in recent_audit(tx) if act.action == "api refuse"] == ["api refuse"]


def test_a_token_ends_on_its_day_and_at_once_when_it_is_revoked(
    filled: Store, caller: TestClient, around: Surroundings
) -> None:
    first, second = (issued(filled, around, TokenScope.READ, days=days) for days in (1, 30))
    assert caller.get("/api/v1/cases", headers=bearer(first)).status_code == 200
    around.clock.now += timedelta(days=1)
    assert caller.get("/api/v1/cases", headers=bearer(first)).status_code == 401
    assert caller.get("/api/v1/cases", headers=bearer(second)).status_code == 200
    perform(filled, revoke_token, RevokeTokenCommand(number=2), actor=ME, now=around.clock())
    assert caller.get("/api/v1/cases", headers=bearer(second)).status_code == 401


def test_the_use_of_a_token_is_written_down_once_an_hour(
    filled: Store, caller: TestClient, around: Surroundings
) -> None:
    headers = bearer(issued(filled, around, TokenScope.READ))
    for minutes in (0, 1, 58, 1):
        around.clock.now += timedelta(minutes=minutes)
        assert caller.get("/api/v1/cases", headers=headers).status_code == 200
    with filled.read() as tx:
        used = [act for act in recent_audit(tx) if act.action == "token use"]
        kept = tx.execute(tables.api_tokens.select()).one()
    assert [act.actor for act in used] == ["省平台", "省平台"]
    assert kept.last_used_at == around.clock()


def test_a_decision_by_the_interface_is_refused_as_a_command_is(
    filled: Store, caller: TestClient, around: Surroundings
) -> None:
    headers, number = bearer(issued(filled, around, TokenScope.DECIDE)), a_case(filled)
    address = f"/api/v1/cases/{number}/decisions"
    assert caller.post(address, json={"ruling": "x"}, headers=headers).status_code == 400
    assert caller.post(address, json={"ruling": "exempted", "more": 1}, headers=headers).status_code == 400
    refused = caller.post(address, json={"ruling": "exempted"}, headers=headers)
    assert refused.status_code in {409, 422}
    assert refused.json()["detail"].endswith("。")
    assert caller.post("/api/v1/cases/99999/close", json=CLOSING, headers=headers).status_code == 409


def test_the_interface_names_what_a_decision_lacks_or_has_too_much_of(
    filled: Store, caller: TestClient, around: Surroundings
) -> None:
    headers, number = bearer(issued(filled, around, TokenScope.DECIDE)), a_case(filled)
    address = f"/api/v1/cases/{number}/decisions"
    refused = caller.post(address, json={"ruling": "deregistered"}, headers=headers)
    assert (refused.status_code, refused.json()["detail"]) == (409, "注销须写明文号或纪要编号，请补上文号或纪要编号。")
    body = {
        "ruling": "exempted",
        "note": "整合期间",
        "document": "示例〔2026〕3号",
        "by": "县府办",
        "until": "2099-12-31",
    }
    refused = caller.post(address, json=body, headers=headers)
    assert refused.json()["detail"].startswith("豁免最长24个月，有效期最晚填")


def test_a_case_is_decided_once_and_named_as_decided_by_the_token(
    filled: Store, caller: TestClient, around: Surroundings
) -> None:
    headers, number = bearer(issued(filled, around, TokenScope.DECIDE)), a_case(filled)
    body = {"ruling": "consolidated", "note": "并入县融媒体", "document": "示例〔2026〕3号"}
    done = caller.post(f"/api/v1/cases/{number}/decisions", json=body, headers=headers)
    assert done.status_code == 200, done.text
    assert done.json()["said"].endswith("已登记清理整合。")
    with filled.read() as tx:
        (act,) = [act for act in recent_audit(tx) if act.action == "case consolidate"]
    assert (act.actor, act.object) == ("省平台", str(number))


def test_a_page_elsewhere_can_do_nothing_without_the_token(filled: Store, caller: TestClient) -> None:
    before = _content(filled)
    number = a_case(filled)
    for body in ({"ruling": "rejected"}, CLOSING):
        assert caller.post(f"/api/v1/cases/{number}/decisions", json=body).status_code == 401
    assert _content(filled) == before


def _content(store: Store) -> str:
    with store.read() as tx:
        shown = (tables.decisions, tables.cases, tables.messages)
        return str([tx.execute(table.select()).all() for table in shown])


def test_an_answer_that_is_known_is_not_sent_again(caller: TestClient) -> None:
    first = caller.get("/api/v1/findings?all=1")
    again = caller.get("/api/v1/findings?all=1", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    other = caller.get("/api/v1/findings", headers={"If-None-Match": first.headers["etag"]})
    assert other.status_code == 200


def test_nothing_of_a_secret_stands_in_what_is_shown_of_it() -> None:
    command = IssueTokenCommand(name="省平台", scopes=frozenset({TokenScope.READ}), lasts=timedelta(days=1))
    assert command.secret not in repr(command)
    assert replace(command).secret == command.secret


# --- tokens for one area ---


@pytest.fixture
def two_areas(filled: Store, around: Surroundings) -> Store:
    """Put one unit's account of the county into another area, with the case and the message about it."""
    enrol(
        filled,
        account("B1", area="另一县", unit="另一县教育局", name="另一账号"),
        at=around.clock() - timedelta(days=30),
    )
    about = replace(
        open_with(step(), notice(id_="B1")), finding=finding(account="B1", area="另一县", unit="另一县教育局")
    )
    judge(filled, about, at=around.clock(), account_id="B1")
    with filled.begin() as tx:
        told = next(kept for kept in outbox.waiting_notices(tx) if kept.account == "B1")
        draft = outbox.Draft(
            channel="group", role=Role.LIAISON, person="1", subject="更新提醒", body="请更新", notices=(told.id,)
        )
        outbox.save_draft(tx, draft, at=around.clock(), not_before=around.clock(), held=True)
    return filled


def limited(store: Store, around: Surroundings, area: str = "另一县") -> dict[str, str]:
    command = IssueTokenCommand(name="另一县平台", scopes=frozenset(TokenScope), lasts=timedelta(days=30), area=area)
    perform(store, issue_token, command, actor=ME, now=around.clock())
    return bearer(command.secret)


def of_b1(store: Store) -> tuple[int, str]:
    """Return the case and the message of the account in the other area."""
    with store.read() as tx:
        case = next(case.id for case in cases.cases(tx) if case.account == "B1")
        message = tx.scalars(
            tables.notices.select().with_only_columns(tables.notices.c.message).where(tables.notices.c.case == case)
        ).one()
    return case, message


def test_a_token_for_an_area_lists_what_is_that_area_s_and_nothing_else(
    two_areas: Store, caller: TestClient, around: Surroundings
) -> None:
    headers, (case, message) = limited(two_areas, around), of_b1(two_areas)

    def listed(path: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = caller.get(f"/api/v1{path}", headers=headers).json()
        return found

    assert [entry["id"] for entry in listed("/accounts")] == ["B1"]
    assert listed(f"/accounts?area={quote('示例县')}") == []
    assert [entry["id"] for entry in listed("/cases?all=1")] == [case]
    assert {entry["account"] for entry in listed("/findings?all=1")} == {"B1"}
    assert [entry["id"] for entry in listed("/messages")] == [message]
    assert caller.get("/api/v1/tasks", headers=headers).status_code == 403


def test_what_is_another_area_s_answers_a_token_for_one_as_if_it_were_not_there(
    two_areas: Store, caller: TestClient, around: Surroundings
) -> None:
    ours, (case, _) = limited(two_areas, around, "示例县"), of_b1(two_areas)
    for there, nowhere in (
        (f"/cases/{case}", "/cases/99999"),
        ("/accounts/B1", "/accounts/nobody"),
        ("/accounts/B1/posts", "/accounts/nobody/posts"),
        ("/observations?account=B1", "/observations?account=nobody"),
    ):
        answers = [caller.get(f"/api/v1{path}", headers=ours) for path in (there, nowhere)]
        assert [answer.status_code for answer in answers] == [404, 404], there
        assert answers[0].content == answers[1].content


ACTS: tuple[tuple[str, dict[str, str] | None], ...] = (
    ("/cases/{case}/decisions", {"ruling": "confirmed"}),
    ("/cases/{case}/close", {}),
    ("/messages/{message}/release", None),
    ("/messages/{message}/retry", None),
    ("/mutes", {"kind": "account", "subject": "{account}", "until": "2026-12-31", "why": "整合"}),
    ("/accounts/{account}/posts", {"link": "https://weibo.com/1/abc"}),
)


@pytest.mark.parametrize(("path", "body"), ACTS, ids=lambda value: value if isinstance(value, str) else "")
def test_nothing_of_another_area_can_be_done_with_a_token_for_one(
    two_areas: Store, around: Surroundings, path: str, body: dict[str, str] | None
) -> None:
    async def paste(command: PasteCommand, *, actor: Actor) -> None:
        with two_areas.read() as tx:
            assert not claims._is_reached(tx, command.account, actor)

    caller = client_of(two_areas, replace(around, permits=Permits(paste=paste)))
    ours, (case, message) = limited(two_areas, around, "示例县"), of_b1(two_areas)
    before = content(two_areas)
    answers = []
    for names in (
        {"case": case, "message": message, "account": "B1"},
        {"case": 99999, "message": "x", "account": "no"},
    ):
        filled = {key: value.format(**names) for key, value in (body or {}).items()}
        address = f"/api/v1{path.format(**names)}"
        answers.append(caller.post(address, headers=ours, json=filled if body is not None else None))
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert changed(before, content(two_areas)) <= {"acts", "api_tokens", "notes"}


def test_a_token_for_an_area_acts_there(two_areas: Store, caller: TestClient, around: Surroundings) -> None:
    headers, (_, message) = limited(two_areas, around), of_b1(two_areas)
    muting = {"kind": "account", "subject": "B1", "until": "2026-06-30", "why": "整合"}
    assert caller.post("/api/v1/mutes", json=muting, headers=headers).status_code == 200
    assert caller.post(f"/api/v1/messages/{message}/release", headers=headers).status_code == 200


def test_a_failed_message_is_still_its_area_s(two_areas: Store, caller: TestClient, around: Surroundings) -> None:
    _, message = of_b1(two_areas)
    with two_areas.begin() as tx:
        outbox.settle(tx, message, MessageState.FAILED, at=around.clock())
    for area, found in (("另一县", [message]), ("示例县", [])):
        listed = caller.get("/api/v1/messages?state=failed", headers=limited(two_areas, around, area)).json()
        assert [entry["id"] for entry in listed if entry["id"] == message] == found


# --- what pages do by batch bars and small forms ---


def test_many_cases_are_decided_at_once_and_it_is_said_which_were_not(
    two_areas: Store, caller: TestClient, around: Surroundings
) -> None:
    case, _ = of_b1(two_areas)
    headers = bearer(issued(two_areas, around, TokenScope.DECIDE))
    picked = [{"case": case, "ruling": "exempted"}, {"case": 99999, "ruling": "exempted"}]
    body = {"cases": picked, "by": "县府办", "note": "整合期间", "document": "示例〔2026〕1号"}
    answer = caller.post("/api/v1/decisions", json=body, headers=headers)
    assert (answer.status_code, answer.json()["said"]) == (200, "已登记1项决定。")
    assert [passed["case"] for passed in answer.json()["passed"]] == [99999]
    ours = limited(two_areas, around, "示例县")
    assert caller.post("/api/v1/decisions", json=body, headers=ours).status_code == 404
    assert caller.post("/api/v1/decisions", json=body | {"cases": []}, headers=headers).status_code == 400


def test_a_message_is_withheld_with_a_reason_and_a_failed_one_told_on_the_phone(
    two_areas: Store, caller: TestClient, around: Surroundings
) -> None:
    _, message = of_b1(two_areas)
    headers = bearer(issued(two_areas, around, TokenScope.DECIDE))
    phoning = {"to": "联络员甲"}
    assert caller.post(f"/api/v1/messages/{message}/phone", json=phoning, headers=headers).status_code == 409
    withheld = caller.post(f"/api/v1/messages/{message}/withhold", json={"why": "已电话说明"}, headers=headers)
    assert (withheld.status_code, withheld.json()) == (200, {"said": "已压下1条消息。"})
    with two_areas.begin() as tx:
        outbox.settle(tx, message, MessageState.FAILED, at=around.clock())
    phoned = caller.post(f"/api/v1/messages/{message}/phone", json=phoning, headers=headers)
    assert (phoned.status_code, phoned.json()) == (200, {"said": "已登记电话告知。"})
    ours = limited(two_areas, around, "示例县")
    for act, body in (("phone", phoning), ("withhold", {"why": "x"})):
        assert caller.post(f"/api/v1/messages/{message}/{act}", json=body, headers=ours).status_code == 404


def test_a_look_by_hand_is_registered_as_on_its_page(
    two_areas: Store, caller: TestClient, around: Surroundings
) -> None:
    headers = bearer(issued(two_areas, around, TokenScope.DECIDE))
    address = "/api/v1/accounts/B1/looks"
    assert caller.post(address, json={"newest": "昨晚"}, headers=headers).status_code == 409
    seen = caller.post(address, json={"newest": "0"}, headers=headers)
    assert (seen.status_code, seen.json()) == (200, {"said": "“另一账号”：已登记人工核查。"})
    assert caller.post(address, json={"newest": "0"}, headers=limited(two_areas, around, "示例县")).status_code == 404


def test_of_an_account_that_came_from_elsewhere_a_token_for_an_area_reads_that_area_s_cases_alone(
    two_areas: Store, caller: TestClient, around: Surroundings
) -> None:
    case, _ = of_b1(two_areas)
    with two_areas.begin() as tx:
        elsewhere = tables.cases.update().where(tables.cases.c.id == case)
        tx.execute(elsewhere.values(area="示例县", closed_at=around.clock(), closing=Closing.DECIDED))
    read = caller.get("/api/v1/accounts/B1", headers=limited(two_areas, around))
    assert (read.status_code, read.json()["cases"]) == (200, [])
    whole = caller.get("/api/v1/accounts/B1", headers=bearer(issued(two_areas, around, TokenScope.READ)))
    assert [found["id"] for found in whole.json()["cases"]] == [case]


def test_whoever_sees_one_area_learns_nothing_of_another_s_accounts_by_naming_them(two_areas: Store) -> None:
    with two_areas.read() as tx:
        moved = next(one for one in roster.accounts(tx) if one.area == "示例县")
        assert target_of(tx, moved, "B1", seen="示例县") == Target(text="B1")
        with pytest.raises(RefusedError, match="另一账号"):
            target_of(tx, moved, "B1")
