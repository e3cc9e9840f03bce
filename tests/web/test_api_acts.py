"""What a program does step by step, as an office does on its pages: files, reports, looks, proposals, two persons."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from monitor.core.token_scope import TokenScope
from monitor.ledger.uploads import Uploads
from monitor.store import Store, roster
from monitor.store.audit import recent_audit
from monitor.web import create_app
from monitor.web.api.routes import ROOT
from monitor.web.imports import Imports
from monitor.web.report_works import ReportWorks
from tests.web.county import OVERDUE, PHONE, Surroundings, fill
from tests.web.test_api_hostile import is_a_problem
from tests.web.test_api_tokens import a_case, bearer, issued
from tests.web.uploading import ADDRESS, office, read_here, row
from tests.web.uploading import roster as roster_file


@dataclass
class Program:
    """A program with every scope, and another one."""

    client: TestClient
    headers: dict[str, str]
    other: dict[str, str]
    store: Store

    def post(self, address: str, body: object = None, *, by: dict[str, str] | None = None) -> Response:
        return self.client.post(f"{ROOT}{address}", json=body, headers=by or self.headers)

    def get(self, address: str, *, by: dict[str, str] | None = None) -> Response:
        return self.client.get(f"{ROOT}{address}", headers=by or self.headers)

    def send(self, content: bytes, query: str = "file=台账.xlsx&kind=roster") -> Response:
        return self.client.post(f"{ROOT}/imports?{query}", content=content, headers=self.headers)


@pytest.fixture
def program(empty: Store, around: Surroundings, tmp_path: Path) -> Program:
    fill(empty)
    taking = Imports(office=office(), uploads=Uploads(tmp_path / "uploads"), read=read_here)
    app = create_app(replace(around.view(empty), imports=taking))
    client = TestClient(app, base_url=ADDRESS, client=("127.0.0.1", 50000), raise_server_exceptions=False)
    return Program(
        client,
        bearer(issued(empty, around, *TokenScope)),
        bearer(issued(empty, around, *TokenScope)),
        empty,
    )


def known(store: Store) -> set[str]:
    with store.read() as tx:
        return {account.id for account in roster.accounts(tx)}


def test_a_file_is_looked_at_imported_as_shown_and_taken_back(program: Program) -> None:
    before = known(program.store)
    sent = program.send(roster_file(row("N1"), row("N2")))
    assert sent.status_code == 201, sent.text
    shown = sent.json()
    assert (shown["faults"], shown["counts"]["added"], shown["kind"]) == ([], 2, "roster")
    assert known(program.store) == before, "to send a file imports nothing"
    upload = f"/imports/uploads/{shown['id']}"
    assert program.get(upload).json() == shown
    is_a_problem(program.post(f"{upload}/apply", {"shown": "x"}), 409)
    made = program.post(f"{upload}/apply", {"shown": shown["shown"]})
    assert made.status_code == 200, made.text
    assert known(program.store) == before | {"N1", "N2"}
    is_a_problem(program.post(f"{upload}/apply", {"shown": shown["shown"]}), 404)
    number = made.json()["number"]
    assert program.get(f"/imports/{number}").json()["withdrawn_at"] is None
    assert program.post(f"/imports/{number}/withdraw").status_code == 200
    assert known(program.store) == before
    is_a_problem(program.post(f"/imports/{number}/withdraw"), 409)
    is_a_problem(program.post("/imports/99999/withdraw"), 404)


def test_a_file_with_faults_says_where_and_is_not_imported(program: Program) -> None:
    shown = program.send(roster_file(row("N1", platform="微信公众号"), row("N2"))).json()
    (fault,) = shown["faults"]
    assert "平台" in fault["place"]
    assert shown["shown"] is None
    is_a_problem(program.post(f"/imports/uploads/{shown['id']}/apply", {"shown": "x"}), 409)


def test_accounts_that_a_roster_does_not_name_go_only_where_their_number_is_said(program: Program) -> None:
    shown = program.send(roster_file(row("N1"))).json()
    gone, upload = len(known(program.store)), f"/imports/uploads/{shown['id']}/apply"
    assert shown["not_named"] == gone
    is_a_problem(program.post(upload, {"shown": shown["shown"], "removed": gone - 1}), 409)
    assert program.post(upload, {"shown": shown["shown"], "removed": gone}).status_code == 200
    assert known(program.store) == {"N1"}


def test_a_phone_in_a_file_is_shown_to_nobody(program: Program) -> None:
    sent = program.send(roster_file(row("N1", phone=PHONE)))
    assert PHONE not in sent.text


def test_an_upload_is_there_for_its_own_token_alone(program: Program) -> None:
    shown = program.send(roster_file(row("N1"))).json()
    upload = f"/imports/uploads/{shown['id']}"
    is_a_problem(program.get(upload, by=program.other), 404)
    is_a_problem(program.post(f"{upload}/apply", {"shown": shown["shown"]}, by=program.other), 404)
    assert program.post(f"{upload}/drop").status_code == 200
    is_a_problem(program.get(upload), 404)


@pytest.mark.parametrize(
    ("content", "query", "status"),
    [
        (b"", "file=a.xlsx&kind=roster", 400),
        (b"x", "kind=roster", 400),
        (b"x", "file=a.xlsx&kind=nothing", 400),
        (b"x", "file=a.xlsx&day=2999-01-01", 400),
        (b"x", "file=a.xlsx&area=nowhere", 400),
        (b"x", "file=a.exe&kind=", 400),
        (b"PK\x03\x04 no archive", "file=a.xlsx", 422),
        (b"x" * (21 * 1024 * 1024), "file=a.xlsx&kind=roster", 413),
    ],
)
def test_what_is_no_file_is_refused_and_kept_nowhere(
    program: Program, tmp_path: Path, content: bytes, query: str, status: int
) -> None:
    is_a_problem(program.send(content, query), status)
    folder = tmp_path / "uploads"
    assert not folder.exists() or not list(folder.iterdir())


def test_a_report_is_made_read_and_taken_out_which_is_kept(program: Program) -> None:
    made = program.post("/reports", {"kind": "monthly", "period": "2026-05"})
    assert made.status_code == 200, made.text
    number = made.json()["number"]
    assert program.get(f"/reports/{number}").json()["period"] == "2026-05"
    figure = program.get(f"/reports/{number}").json()["figures"][0]["name"]
    assert program.get(f"/reports/{number}/accounts?figure={figure}").status_code == 200
    file = program.get(f"/reports/{number}/files/text.docx")
    assert (file.status_code, file.content[:2]) == (200, b"PK")
    with program.store.read() as tx:
        assert recent_audit(tx, limit=1)[0].action == "report bulletin"
    is_a_problem(program.get(f"/reports/{number}/files/text.exe"), 404)
    is_a_problem(program.post("/reports", {"kind": "monthly", "period": "2026-W21"}), 409)


def test_one_report_is_made_at_a_time_whoever_asks_and_none_is_waited_for_long(
    empty: Store, around: Surroundings
) -> None:
    fill(empty)
    works = ReportWorks(patience=0.0)
    app = create_app(replace(around.view(empty), report_works=works))
    headers, asked = bearer(issued(empty, around, *TokenScope)), {"kind": "monthly", "period": "2026-05"}
    with TestClient(app, base_url=ADDRESS, client=("127.0.0.1", 50000)) as client:
        first = client.post(f"{ROOT}/reports", json=asked, headers=headers)
        assert (first.status_code, first.json()["number"]) == (202, None)
        other = client.post(f"{ROOT}/reports", json=asked, headers=headers)
        assert client.portal is not None
        client.portal.call(works.rest)
        assert works.last is not None
        assert works.last.number is not None
        if other.status_code != 202:  # else the first one was done by then
            is_a_problem(other, 409)
            assert "正在生成月度通报" in other.json()["detail"]
        assert client.get(f"{ROOT}/reports/{works.last.number}", headers=headers).json()["period"] == "2026-05"


def test_a_look_is_registered_listed_and_corrected(program: Program) -> None:
    assert program.post(f"/accounts/{OVERDUE.id}/looks", {"newest": "0"}).status_code == 200
    (look,) = program.get("/looks/today").json()
    assert (look["account"], look["complete"]) == (OVERDUE.id, True)
    address = f"/looks/{look['number']}"
    is_a_problem(program.post(address, {"newest": "1", "why": ""}), 400)
    assert program.post(address, {"newest": "1", "why": "看错一天"}).status_code == 200
    is_a_problem(program.post(address, {"newest": "1", "why": "又错"}), 409)
    assert program.get(address).status_code == 404


def test_whoever_was_quicker_is_named_and_nothing_is_done_twice(program: Program) -> None:
    number = a_case(program.store)
    case = program.get(f"/cases/{number}").json()
    assert "consolidated" in case["rulings"]
    body = {"ruling": "consolidated", "by": "李某", "document": "示例〔2026〕3号", "seen": case["seen"]}
    assert program.post(f"/cases/{number}/decisions", body).status_code == 200
    again = program.post(f"/cases/{number}/decisions", body | {"by": "王某"})
    is_a_problem(again, 409)
    assert "李某已在" in again.json()["detail"]
    made = program.get(f"/cases/{number}").json()["decisions"]
    assert [(one["by"], one["standing"]) for one in made] == [("李某", True)]


def test_a_message_is_released_as_it_was_read(program: Program) -> None:
    held = program.get("/messages?state=held").json()[0]["id"]
    message = program.get(f"/messages/{held}").json()
    assert message["body"]
    assert PHONE not in message["body"]
    is_a_problem(program.post(f"/messages/{held}/release", {"seen": "other"}), 409)
    assert program.post(f"/messages/{held}/release", {"seen": message["seen"]}).status_code == 200


READ = (
    "/overview",
    "/tasks",
    "/review",
    "/looks?due=0",
    "/mutes",
    "/proposals",
    "/proposals?state=answered",
    "/imports",
    "/imports/gaps",
    "/reports",
    "/reports/due",
    "/orders",
    "/audit",
    "/system",
    "/settings",
    "/hooks",
    f"/units/{OVERDUE.unit}",
)


@pytest.mark.parametrize("address", READ)
def test_everything_that_the_office_reads_is_read_and_unchanged_the_second_time(program: Program, address: str) -> None:
    first = program.get(address)
    assert first.status_code == 200, first.text
    assert PHONE not in first.text
    known_tag = program.headers | {"If-None-Match": first.headers["etag"]}
    assert program.client.get(f"{ROOT}{address}", headers=known_tag).status_code == 304


def test_that_a_unit_has_heard_is_kept_with_who_heard_it(program: Program) -> None:
    number = a_case(program.store)
    is_a_problem(program.post(f"/cases/{number}/acknowledge", {}), 409)
    assert program.post(f"/cases/{number}/acknowledge", {"role": "leader"}).status_code == 200
    (said,) = program.get(f"/cases/{number}").json()["acknowledged"]
    assert "责任领导，电话" in said["by"]
    is_a_problem(program.post(f"/cases/{number}/acknowledge", {"role": "leader"}), 409)


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "0026-01-01", "99999-01-01", "1", "今天"])
def test_a_day_that_is_none_is_refused_as_such(program: Program, day: str) -> None:
    for address in (f"/accounts?due={day}", f"/messages?day={day}", f"/audit?day={day}"):
        answer = program.get(address)
        is_a_problem(answer, 400)
        assert "应为日期" in answer.json()["detail"]


@pytest.mark.parametrize("address", ["/mutes", "/audit", "/cases/{case}", "/overview", "/review", "/units/{unit}"])
def test_a_phone_that_people_typed_is_in_no_answer_as_it_is_on_no_page(program: Program, address: str) -> None:
    case, said = a_case(program.store), f"张某{PHONE}"
    muting = {"kind": "account", "subject": OVERDUE.id, "until": "2026-06-30", "why": said, "by": said}
    assert program.post("/mutes", muting).status_code == 200
    exempting = {"ruling": "exempted", "by": said, "note": said, "document": said}
    assert program.post(f"/cases/{case}/decisions", exempting).status_code == 200
    where = address.format(case=case, unit=OVERDUE.unit)
    answers = [program.get(where), *([] if where == "/overview" else [program.client.get(where)])]
    assert [answer.status_code for answer in answers] == [200] * len(answers)
    assert [answer.url.path for answer in answers if PHONE in answer.text] == []


def acts_of(store: Store) -> int:
    with store.read() as tx:
        return len(recent_audit(tx))


def test_what_brings_what_was_read_is_done_once_and_what_brings_nothing_as_often_as_it_is_sent(
    program: Program,
) -> None:
    held = program.get("/messages?state=held").json()[0]["id"]
    seen = {"seen": program.get(f"/messages/{held}").json()["seen"]}
    assert program.post(f"/messages/{held}/release", seen).status_code == 200
    before = acts_of(program.store)
    is_a_problem(program.post(f"/messages/{held}/release", seen), 409)
    assert acts_of(program.store) == before
    for address, body in (
        (f"/accounts/{OVERDUE.id}/looks", {"newest": "0"}),
        ("/reports", {"kind": "monthly", "period": "2026-05"}),
    ):
        before = acts_of(program.store)
        assert [program.post(address, body).status_code for _ in range(2)] == [200, 200], address
        assert acts_of(program.store) == before + 2
