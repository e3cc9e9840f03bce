"""A page never asks for what is settled: after an act, every page agrees with the next one that is opened."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.core.account import Platform, UnitLevel
from monitor.core.calendar import beijing_date
from monitor.core.decision import Ruling
from monitor.store import Store, cases, open_store
from monitor.store.decisions import all_decisions
from monitor.store.office_cases import office_cases
from monitor.web.page_context import PageContext
from tests.databases import migrated
from tests.pipeline.build import Canned, account, feed
from tests.pipeline.build import Office as Service
from tests.pipeline.build import office as service_of
from tests.web.conftest import client_of
from tests.web.county import Clock
from tests.web.sessions import text_of
from tests.web.test_row_forms import Office, WithForms

UNIT = "示例镇人民政府"
TOWN, NICHE, SILENT, HAND = "A01", "A02", "A03", "A04"


@dataclass
class Judging(WithForms):
    """Pages of a service whose rules are those that come with the program, and who judges at once."""

    service: Service | None = None

    def view(self, store: Store) -> PageContext:
        assert self.service is not None
        rules = self.service.parts.rules_in_force
        judge = self.service.parts.passes.judge_at_once
        return replace(super().view(store), rules=rules, rule_book=rules.book_of, judge=judge)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_store(migrated(tmp_path / "xuncha.db")) as store:
        bodies: dict[str, object] = {}
        made = service_of(store, lambda clock: Canned(clock, bodies), surveyed=True)  # type: ignore[arg-type]  # filled
        now = made.clock()
        for id_, days in ((TOWN, 1), (NICHE, 1), (SILENT, 30)):
            bodies[f"https://{id_}.example/feed"] = feed(now - timedelta(days=days))
        accounts = [
            account(1, f"https://{TOWN}.example/feed", unit=UNIT, level=UnitLevel.TOWNSHIP),
            account(2, f"https://{NICHE}.example/feed", unit="示例局", platform=Platform.SOHU),
            account(3, f"https://{SILENT}.example/feed", unit="示例局", platform=Platform.WEIBO),
            account(4, "", unit="示例局", platform=Platform.DOUYIN, method=None),
        ]

        async def begin() -> None:
            await made.enrol(accounts)
            await made.look()
            await made.settle()

        asyncio.run(begin())
        around = Judging(folder=tmp_path, service=made, clock=Clock(made.clock()))
        yield Office(store, around, client_of(store, around))


def asks_about(office: Office, number: int, id_: str) -> set[str]:
    """Return which pages ask for a case of an account, by name."""
    with office.store.read() as tx:
        waiting = {case.case for case in office_cases(tx)}
    link = f'"/cases/{number}"'
    pages = {name: office.page(address) for name, address in PAGES.items()}
    pages["account"] = "".join(re.findall(r'<a href="/cases/\d+">去办</a>', office.page(f"/accounts/{id_}")))
    return {name for name, page in pages.items() if link in page} | ({"today"} if number in waiting else set())


def case_of(office: Office, id_: str, rule: str) -> int:
    with office.store.read() as tx:
        return cases.open_cases(tx, [id_])[id_, rule].id


def decide(office: Office, number: int, ruling: str, **fields: str) -> None:
    page = office.page(f"/cases/{number}")
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    said = {"ruling": ruling, "seen": seen[1] if seen else ""} | {
        f"{ruling}-{name}": text for name, text in fields.items()
    }
    answer = office.send(f"/cases/{number}/decisions", said)
    assert answer.status_code == 303, answer.text


PAGES = {"list": "/cases?wait=office", "review": "/review"}
SETTLING = (
    ("retained", {"note": "群众关注度高"}),
    ("exempted", {"note": "暂缓", "document": "〔2026〕1号"}),
)


@pytest.mark.parametrize(("ruling", "fields"), SETTLING)
@pytest.mark.parametrize(("id_", "rule"), [(TOWN, "TWN-01"), (NICHE, "PLT-01")])
def test_what_was_decided_is_asked_for_no_more_until_it_is_taken_back(
    office: Office, id_: str, rule: str, ruling: str, fields: dict[str, str]
) -> None:
    number = case_of(office, id_, rule)
    assert asks_about(office, number, id_) == {"list", "review", "account", "today"}
    decide(office, number, ruling, **fields)
    assert asks_about(office, number, id_) == set()
    decide(office, number, "revoked", note="情况有变")
    assert asks_about(office, case_of(office, id_, rule), id_) == {"list", "review", "account", "today"}


@pytest.mark.parametrize(
    ("id_", "rule", "ruling"),
    [(NICHE, "PLT-01", "deregistered"), (TOWN, "TWN-01", "deregistered"), (SILENT, "UPD-03", "consolidated")],
)
def test_what_was_decided_to_end_is_followed_up_and_reviewed_no_more(
    office: Office, id_: str, rule: str, ruling: str
) -> None:
    number = case_of(office, id_, rule)
    decide(office, number, ruling, document="〔2026〕2号", into=HAND)
    assert asks_about(office, number, id_) == set()
    assert "看事项" in office.page(f"/accounts/{id_}")
    office.page(f"/accounts/{id_}/deregistration")


@pytest.mark.parametrize("id_", [TOWN, NICHE, SILENT, HAND])
def test_an_account_that_is_closed_on_the_roster_is_asked_about_no_more(office: Office, id_: str) -> None:
    edit, today = f"/accounts/{id_}/edit", str(beijing_date(office.around.clock()))
    with office.store.read() as tx:
        numbers = [case.case for case in office_cases(tx) if case.account == id_]
    assert numbers
    shown = office.send(edit, office.fields(office.page(edit)), 状态="已注销", 注销日期=today)
    assert shown.status_code == 200, shown.text
    assert office.send(edit, office.fields(shown.text)).status_code == 303
    assert [asks_about(office, number, id_) for number in numbers] == [set()] * len(numbers)
    assert "去办" not in office.page(f"/accounts/{id_}")
    assert id_ not in office.page("/looks?due=1")


def test_a_look_by_hand_settles_what_the_office_was_asked_to_look_at(office: Office) -> None:
    assert "人工核查" in office.page("/").partition('id="todo"')[2].partition("</ol>")[0]
    assert office.send("/looks", {f"day:{HAND}": "0"}).status_code in {200, 303}
    assert "人工核查" not in office.page("/").partition('id="todo"')[2].partition("</ol>")[0]
    assert "● 正常" in text_of(office.page(f"/accounts/{HAND}")).replace("  ", " ")


def test_what_was_decided_is_said_to_be_decided_though_nothing_can_be_judged(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = case_of(office, NICHE, "PLT-01")

    def broken(*_: object, **__: object) -> None:
        raise ValueError("示例")

    with monkeypatch.context() as patched:
        patched.setattr("monitor.store.facts.known", broken)
        decide(office, number, "retained", note="群众关注度高")
    with office.store.read() as tx:
        assert [made.ruling for made in all_decisions(tx)] == [Ruling.RETAINED]
    assert asks_about(office, number, NICHE), "nothing was judged yet"
    assert isinstance(office.around, Judging)
    assert office.around.service is not None
    asyncio.run(office.around.service.settle())
    assert asks_about(office, number, NICHE) == set()
