"""What holds of a list that is read page by page while rows come and go: what was there all the while comes once."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
from starlette.testclient import TestClient

from monitor.core.account import UnitKey
from monitor.core.calendar import ONE_DAY, beijing_date
from monitor.core.observation import timeline
from monitor.core.paper import NewEntry, Paper, PaperKind
from monitor.core.reference import Reference
from monitor.core.report import DueReport
from monitor.core.todo import TodoLine
from monitor.core.token_scope import TokenScope
from monitor.core.unit_proposal import ProposalAnswer, ProposalKind, UnitProposal
from monitor.pipeline.evaluate import AccountEvaluator
from monitor.pipeline.faults import Faults
from monitor.queries.reports import ReportList, read_reports
from monitor.queries.tasks import read_todo
from monitor.store import Store, imports, open_store, papers, proposals, web_hooks
from monitor.store.looks import record
from monitor.web.api import office, reports
from monitor.web.api.operation import ListReading
from monitor.web.api.routes import OPERATIONS, ROOT
from tests.store.build import enrol
from tests.web.conftest import client_of
from tests.web.county import BENCH, NOW, OVERDUE, Surroundings, account, fill, looks, posts, tell
from tests.web.test_api_tokens import bearer, issued

TODAY = beijing_date(NOW)
MORE = tuple(account(f"P-{number}", f"示例{number}") for number in range(8))
BY_HAND = tuple(account(f"H-{number}", f"人工{number}", method="") for number in range(8))
Identity = tuple[object, ...]


@dataclass(frozen=True)
class Rows:
    """The rows behind a list: in which table, which of them, and the fields by which its objects are told apart."""

    table: str
    fields: tuple[str, ...]
    where: str = "1"
    query: str = ""


ROWS: Mapping[str, Rows] = {
    "listAccounts": Rows("lights", ("id",)),
    "listPosts": Rows("posts", ("url",), f"account = '{OVERDUE.id}'"),
    "listObservations": Rows("observations", ("id",), f"account = '{OVERDUE.id}'", f"account={OVERDUE.id}"),
    "listFindings": Rows("findings", ("account", "unit", "rule"), query="all=1"),
    "listCases": Rows("cases", ("id",), query="all=1"),
    "listReview": Rows("cases", ("case",)),
    "listLooks": Rows("lights", ("account",), "account LIKE 'H-%'", "due=0"),
    "listDoneLooks": Rows("imports", ("number",), "kind = 'look'"),
    "listMessages": Rows("messages", ("id",)),
    "listMutes": Rows("records", ("kind", "subject", "area"), "kind = 'mute'"),
    "listProposals": Rows("unit_proposals", ("number",)),
    "listImports": Rows("imports", ("number",), "kind = 'orders'"),
    "listReports": Rows("reports", ("number",)),
    "listOrders": Rows("entries", ("number", "account"), "paper IN (SELECT id FROM papers WHERE kind = 'order')"),
    "listActs": Rows("acts", ("number",)),
    "listHooks": Rows("web_hooks", ("number",)),
}
RECKONED = {"listTasks", "listDueReports", "listDecisions"}
"""Lists of what is reckoned anew each time: their objects stay, and what they tell of themselves moves."""
KEPT = {"listCounted"}
"""Lists of what is never changed: the accounts that a report once counted."""
LISTS = {one.name: one for one in OPERATIONS if isinstance(one, ListReading)}


@dataclass
class Reader:
    """A program that reads lists, and the database behind them."""

    client: TestClient
    headers: dict[str, str]
    file: Path
    between: Callable[[], None] = field(default=lambda: None)

    def pages(self, name: str, limit: int, query: str = "") -> Iterator[list[Identity]]:
        """Yield the pages of a list, each as the identities of its objects."""
        following: str | None = f"{ROOT}{_path(name)}?limit={limit}&{query}".rstrip("&")
        while following:
            answer = self.client.get(following, headers=self.headers)
            assert answer.status_code == 200, answer.text
            yield [tuple(one[key] for key in _fields(name)) for one in answer.json()]
            link = re.fullmatch(r'<(/[^>]*)>; rel="next"', answer.headers.get("link", ""))
            following = link[1] if link else None

    def whole(self, name: str, query: str = "") -> list[Identity]:
        (page,) = self.pages(name, 1000, query)
        return page

    def walked(self, name: str, query: str = "", limit: int = 2) -> list[Identity]:
        """Return what comes page by page, something being done between each two."""
        found: list[Identity] = []
        for page in self.pages(name, limit, query):
            found += page
            assert len(found) < 500, "it has no end"
            self.between()
        return found

    @contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """Return the database, in which rows may go whatever names them."""
        with closing(sqlite3.connect(self.file)) as connection, connection:
            yield connection

    def set(self, statement: str) -> None:
        with self.database() as rows:
            rows.execute(statement)


def _path(name: str) -> str:
    return LISTS[name].path.replace("{account_id:path}", OVERDUE.id).replace("{number}", "1")


def _fields(name: str) -> tuple[str, ...]:
    return ROWS[name].fields if name in ROWS else {"listTasks": ("key",), "listDueReports": ("kind", "period")}[name]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return a database with some of everything, and a token for it."""
    file = tmp_path_factory.mktemp("pages") / "x.db"
    with open_store(f"sqlite:///{file}") as store:
        fill(store)
        _more(store)
        around = Surroundings()
        secret = issued(store, around, *TokenScope)
        _work(client_of(store, around), secret)
    with closing(sqlite3.connect(file)) as rows, rows:
        for (trigger,) in rows.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            rows.execute(f"DROP TRIGGER {trigger}")
        for _ in range(8):
            _copy(rows, "reports")
            _copy(rows, "observations", f"account = '{OVERDUE.id}'")
    return file, secret


def _work(client: TestClient, secret: str) -> None:
    def post(address: str, **body: object) -> None:
        answer = client.post(f"{ROOT}{address}", json=body, headers=bearer(secret))
        assert answer.status_code == 200, answer.text

    post("/reports", kind="monthly", period="2026-05")
    for one in MORE:
        post("/mutes", kind="account", subject=one.id, until="2026-06-30", why="整合")
        post(f"/accounts/{one.id}/looks", newest="=")


@pytest.fixture
def reader(filled: tuple[Path, str], around: Surroundings, tmp_path: Path) -> Iterator[Reader]:
    (there, secret), file = filled, tmp_path / "x.db"
    copyfile(there, file)
    with open_store(f"sqlite:///{file}") as store:
        yield Reader(client_of(store, around), bearer(secret), file)


def _more(store: Store) -> None:
    """Have more accounts enrolled, looked at and judged, and what else lists are about."""
    enrol(store, *MORE, *BY_HAND, at=NOW - timedelta(days=30))
    seen = [
        look
        for days, one in enumerate(MORE, 40)
        for look in looks(one.id, (timedelta(minutes=3), timeline(posts(days))))
    ]
    with store.begin() as tx:
        record(tx, seen, lambda _, look: look.at + timedelta(hours=6))
        AccountEvaluator(rules_in_force=BENCH, faults=Faults(pytest.fail)).judge(tx, NOW)
    tell(store)
    with store.begin() as tx:
        for number, one in enumerate(MORE):
            asked = proposals.keep(tx, _proposal(one.id))
            proposals.keep(tx, _proposal(one.id))
            proposals.answer(tx, asked, ProposalAnswer.DECLINED, by="县府办", why="已登记", at=NOW)
            sealed = f"{number}".encode()
            hook = web_hooks.NewWebHook(name=f"{number}", host="a.example", sealed=sealed, area=None, created_by="甲")
            web_hooks.save_hook(tx, hook, at=NOW)
            came = imports.begin(tx, "orders", "工单.xlsx", as_of=NOW, known_at=NOW, by="甲")
            papers.save_papers(tx, [_order(number, one.id)], file="工单.xlsx", known_at=NOW, import_id=came)


def _proposal(id_: str) -> UnitProposal:
    return UnitProposal(
        kind=ProposalKind.PAUSED,
        unit=UnitKey("示例县", "示例县教育局"),
        accounts=(id_,),
        from_on=TODAY,
        by="联络员甲",
        at=NOW,
    )


def _order(number: int, id_: str) -> Paper:
    row = NewEntry(written=Reference(account=id_), account=id_, day=TODAY + (5 - number) * ONE_DAY, value="问题")
    return Paper(kind=PaperKind.ORDER, title=f"GD-{number}", on=TODAY - 9 * ONE_DAY, entries=(row,))


def _copy(rows: sqlite3.Connection, table: str, where: str = "1") -> None:
    """Put another row like one into a table."""
    columns = [row[1] for row in rows.execute(f"PRAGMA table_info({table})")]
    (last,) = rows.execute(f"SELECT max(id) FROM {table}").fetchone()  # noqa: S608 - names of ours
    picked = ", ".join(str(last + 1) if name == "id" else f'"{name}"' for name in columns)
    rows.execute(f"INSERT INTO {table} SELECT {picked} FROM {table} WHERE {where} LIMIT 1")  # noqa: S608 - names of ours


def test_every_list_is_tried() -> None:
    assert ROWS.keys() | RECKONED | KEPT == LISTS.keys()
    assert not ROWS.keys() & (RECKONED | KEPT)


@pytest.mark.parametrize("turn", [1, -1], ids=["forwards", "backwards"])
@pytest.mark.parametrize(
    ("name", "query"),
    [*((name, rows.query) for name, rows in ROWS.items()), ("listProposals", "state=answered")],
)
def test_what_was_there_all_the_while_comes_once_whatever_comes_and_goes(
    reader: Reader, name: str, query: str, turn: int
) -> None:
    table, where = ROWS[name].table, ROWS[name].where
    with reader.database() as rows:
        there = rows.execute(f"SELECT rowid, * FROM {table} WHERE {where} ORDER BY rowid").fetchall()  # noqa: S608
        coming, going = there[::3][::turn], there[1::3][::turn]
        rows.executemany(f"DELETE FROM {table} WHERE rowid = ?", [row[:1] for row in coming])  # noqa: S608
    before = reader.whole(name, query)

    def change() -> None:
        with reader.database() as rows:
            if coming:
                row = coming.pop()
                rows.execute(f"INSERT INTO {table} VALUES ({', '.join('?' for _ in row[1:])})", row[1:])  # noqa: S608
            if going:
                rows.execute(f"DELETE FROM {table} WHERE rowid = ?", going.pop()[:1])  # noqa: S608

    reader.between = change
    walked = reader.walked(name, query)
    after = reader.whole(name, query)
    stayed = set(before) & set(after)
    assert len(stayed) > 1
    assert set(before) - set(after)
    assert [one for one in walked if one in stayed] == [one for one in before if one in stayed]
    assert len(walked) == len(set(walked)), "nothing comes twice"
    assert set(walked) <= set(before) | set(after)


def test_a_task_whose_day_moves_meanwhile_comes_once(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    there, read = reader.whole("listTasks"), 0

    def moving(tx: Any, context: Any) -> list[TodoLine]:  # noqa: ANN401 - as it is
        nonlocal read
        read += 1
        return [replace(line, due=_moved(place, read)) for place, line in enumerate(read_todo(tx, context))]

    monkeypatch.setattr(office, "read_todo", moving)
    assert len(there) > 4
    assert sorted(reader.walked("listTasks", limit=1)) == sorted(there)


def test_a_report_that_becomes_due_on_another_day_meanwhile_comes_once(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, read = reader.whole("listDueReports"), 0

    def moving(*given: Any) -> ReportList:  # noqa: ANN401 - as it is
        nonlocal read
        read += 1
        page = read_reports(*given)
        return replace(page, coming=_shifted(page.coming, read), missed=_shifted(page.missed, read))

    monkeypatch.setattr(reports, "read_reports", moving)
    assert len(there) > 2
    assert sorted(reader.walked("listDueReports", limit=1)) == sorted(there)


def _shifted(due: Sequence[DueReport], read: int) -> tuple[DueReport, ...]:
    return tuple(replace(one, on=_moved(place, read)) for place, one in enumerate(due))


def _moved(place: int, read: int) -> date:
    return TODAY + (place * read * 5 % 7) * ONE_DAY


def test_an_order_whose_file_comes_in_anew_meanwhile_comes_once(reader: Reader) -> None:
    there = reader.whole("listOrders")
    reader.between = lambda: reader.set("UPDATE entries SET id = id + 1000")
    assert reader.walked("listOrders", limit=1) == there


def test_a_mute_that_is_given_anew_meanwhile_comes_once(reader: Reader) -> None:
    there = reader.whole("listMutes")
    reader.between = lambda: reader.set("UPDATE records SET \"on\" = date(\"on\", '-1 day') WHERE kind = 'mute'")
    assert reader.walked("listMutes", limit=1) == there
